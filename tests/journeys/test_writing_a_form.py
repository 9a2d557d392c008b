"""Coordinator: write a small form, be stopped by the gate, mend it, look at it as a guardian, publish it."""

from __future__ import annotations

import re

from tests.journeys.conftest import DESK, PHONE, Traveler

HARD = (
    "Notwithstanding the aforementioned, participants irrevocably indemnify the organization and its representatives "
    "against consequential liabilities."
)
EN = {
    "Question": "May %(name)s swim with us?", "Text": "A lifeguard is there. We stay in the shallow end.", "What the guardian signs": "%(name)s may swim.",
    "Words of the yes": "Yes", "Words of the no": "No", "How to change it later": "Call us.",
    "In one line: yes": "%(name)s swims.", "In one line: no": "%(name)s does not swim.",
}  # fmt: skip
ES = {
    "Short name": "Nadar", "Question": "¿Puede nadar %(name)s con nosotros?", "Text": "Hay un salvavidas. Nos quedamos donde se hace pie.",
    "What the guardian signs": "%(name)s puede nadar.", "Words of the yes": "Sí", "Words of the no": "No",
    "How to change it later": "Llámenos.", "In one line: yes": "%(name)s nada.", "In one line: no": "%(name)s no nada.",
}  # fmt: skip


def look(traveler: Traveler, *, axe: bool = True) -> None:
    """Nothing sticks out, and axe finds nothing on the whole page."""
    traveler.assert_fits()
    if axe:
        traveler.assert_accessible()


def fill(page, words, language):
    for label, text in words.items():
        page.get_by_label(f"{label}, {language}", exact=True).fill(text)


def test_a_coordinator_writes_a_form_without_javascript(travelers):
    desk = travelers(DESK, java_script_enabled=False)
    page = desk.sign_in("coordinator")
    page.get_by_role("link", name="Consents", exact=True).first.click()
    page.get_by_role("link", name="Forms", exact=True).click()
    page.get_by_role("link", name="New form").click()
    page.get_by_label("Name in English").fill("Swimming day")
    page.get_by_label("Name in Spanish").fill("Día de natación")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/consents/versions/*")
    draft = page.url

    page.get_by_role("link", name="Add a section").first.click()
    page.get_by_label("Conduct", exact=True).check()
    page.get_by_role("button", name="Add the chosen sections").click()
    assert "1 section added." in page.inner_text("main")

    page.get_by_role("link", name="Add a section").first.click()
    page.get_by_role("link", name="Yes or no").click()
    fill(page, EN, "English")
    page.get_by_role("button", name="Save section").click()
    assert "Write a short name." in page.inner_text("main")
    assert page.get_by_label("Question, English").input_value() == EN["Question"], "what was typed is kept"
    page.get_by_label("Short name, English").fill("Swimming")
    page.get_by_label("What the guardian signs, English").fill(HARD)
    page.get_by_label("Needed: without it").check()
    page.get_by_role("button", name="Save section").click()

    words = page.inner_text("main")
    assert "Not ready." in words
    assert "Not written in Spanish: Question." in words
    assert "reads like school grade" in words
    assert page.get_by_role("button", name="Publish version 1").count() == 0

    page.get_by_role("link", name="Swimming Yes or no").click()
    fill(page, ES, "Spanish")
    page.get_by_label("What the guardian signs, English").fill(EN["What the guardian signs"])
    page.get_by_role("button", name="Save section").click()
    page.get_by_role("button", name=re.compile("^Up")).last.click()
    page.get_by_role("link", name="Preview").click()
    assert page.locator("h1").inner_text() == "May Mateo swim with us?"
    page.get_by_label("Yes", exact=False).first.check()
    page.get_by_role("button", name="Continue").click()
    assert "Question 2 of 2" in page.inner_text("main")

    page.goto(draft)
    page.get_by_role("button", name="Publish version 1").click()
    assert "Version 1 is published." in page.inner_text("main")
    page.get_by_role("button", name="Begin a new version").click()
    page.get_by_role("link", name="Swimming Yes or no").click()
    page.get_by_label("Text, English").fill("Two lifeguards are there. We stay in the shallow end.")
    page.get_by_role("button", name="Save section").click()
    page.get_by_role("link", name="Compare").click()
    assert page.locator("ins").count() >= 1
    assert page.locator("del").count() >= 1


def test_the_pages_fit_a_desk_and_a_phone(travelers):
    for size in (DESK, PHONE):
        traveler = travelers({**size, "height": 4000})
        page = traveler.sign_in("coordinator")
        traveler.go("/consents/forms")
        look(traveler)
        page.get_by_role("link", name="Go on with the draft").first.click()
        look(traveler)
        version = page.url.partition("#")[0]
        for path in ("/compare", "/sections/new", "/sections/new?kind=choice", "/preview/1"):
            page.goto(version + path)
            look(traveler)
        page.goto(version)
        page.get_by_role("link", name="Swimming Yes or no").click()
        look(traveler)
        traveler.go("/consents/states")
        look(traveler)
