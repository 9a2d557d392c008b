"""Guardian: opens the link on a phone, in English or Spanish, reads, decides, signs, gets a sealed PDF at once and by mail."""

from __future__ import annotations

import io
import re

import pypdf
import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import DESK, NARROW, PHONE, Installation
from tests.journeys.consenting import agree_to_screens, answer_everything, link_for, open_sample

MOST_PAGES = 15


def pdf_words(data: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


@pytest.mark.parametrize(
    ("group", "guardian", "viewport", "options", "words"),
    [
        (
            "Tigers U10", "Luz Ruiz de Castellanos", NARROW, {"java_script_enabled": False, "locale": "es-US"},
            {"open": "Continuar en español", "next": "Continuar", "sign": "Firmar", "check": "Seguir para firmar"},
        ),
        (
            "Tigers U10", "Denise Robinson", PHONE, {"locale": "en-US"},
            {"open": "Continue in English", "next": "Continue", "sign": "Sign", "check": "Continue to sign"},
        ),
    ],
)  # fmt: skip
def test_a_guardian_signs_on_a_phone(travelers, installation: Installation, group, guardian, viewport, options, words):
    desk = travelers(DESK)
    desk.sign_in("coordinator")
    link = link_for(desk, group, guardian)

    phone = travelers(viewport, **options)
    page = phone.go(link)
    phone.assert_fits()
    assert "555-01" in page.inner_text("body"), "the office's phone is on the page"
    page.get_by_role("button", name=words["open"]).click()
    page.wait_for_load_state()
    assert "/c/" not in page.url, "the secret has left the address"
    look = phone.assert_fits if viewport is NARROW else phone.assert_accessible
    pages = answer_everything(page, no_to=("photo", "fotos"), next_words=words["next"], look=look)
    assert pages <= MOST_PAGES
    phone.assert_fits()
    assert page.url.endswith("/check")
    page.get_by_role("button", name=words["check"]).click()
    page.wait_for_load_state()
    assert page.url.endswith("/sign")
    page.locator("input[name=typed_name]").fill(guardian)
    page.get_by_role("button", name=words["sign"], exact=True).click()
    page.wait_for_load_state()
    assert page.locator("input[name=typed_name]").input_value() == guardian, "what was typed is kept"
    for box in page.locator("main input[type=checkbox]").all():
        box.check(force=True)
    page.get_by_role("button", name=words["sign"], exact=True).click()
    page.wait_for_url("**/done")
    phone.assert_fits()
    receipt = page.inner_text("main")
    code = re.search(r"[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}", receipt)
    assert code, receipt
    with_cookies = phone.context.request.get(
        installation.url + page.url.removeprefix(installation.url).replace("/done", "/copy.pdf")
    )
    assert with_cookies.status == 200
    sealed = with_cookies.body()
    assert guardian in pdf_words(sealed)
    path = installation.folder / "copy.pdf"
    path.write_bytes(sealed)
    assert installation.command("verify", str(path)).returncode == 0
    path.write_bytes(sealed[:-200] + b"x" + sealed[-199:])
    assert installation.command("verify", str(path)).returncode == 3

    page = phone.go(f"/v/{code.group()}")
    assert code.group() in page.inner_text("main")
    page = desk.go("/outbox")
    assert page.get_by_text(guardian).count() >= 2, "the copy went out too"
    page = desk.go("/consents")
    page.get_by_role("link", name=group).click()
    assert "Signed" in page.inner_text("main")


def test_two_siblings_in_one_sitting(travelers):
    """One letter, one sitting, one signature: last season's answers confirmed for one child, given anew for the other."""
    desk = travelers(DESK)
    desk.sign_in("coordinator")
    link = link_for(desk, "Hawks U12", "Dana El Amrani")
    phone = travelers(PHONE)
    page = phone.go(link)
    assert "Nour" in page.locator("h1").inner_text()
    assert "Layla" in page.locator("h1").inner_text()
    phone.assert_accessible()
    with page.expect_navigation():
        page.get_by_role("button", name="Continue in English").click()
    phone.assert_accessible()
    agree_to_screens(page)
    assert page.url.endswith("/renewal")
    assert "Are these still your answers for Nour?" in page.inner_text("h1")
    assert "may show pictures of Nour" in page.inner_text("main")
    phone.assert_fits()
    phone.assert_accessible()
    with page.expect_navigation():
        page.get_by_role("button", name="Yes, these are still my answers").click()
    answer_everything(page, next_words="Continue", look=phone.assert_fits)
    assert "Are these still your answers for Layla?" in page.inner_text("h1")
    with page.expect_navigation():
        page.get_by_role("button", name="No, I answer again").click()
    assert page.url.endswith("/choices")
    assert page.locator("main input[type=radio]:checked").count() == 0, "consent is never filled in"
    phone.assert_fits()
    phone.assert_accessible()
    pages = answer_everything(page, next_words="Continue", look=phone.assert_accessible)
    assert pages <= 3
    assert page.url.endswith("/check")
    phone.assert_accessible()
    with page.expect_navigation():
        page.get_by_role("link", name=re.compile(r"Change\s?: Photos, Layla")).click()
    page.get_by_text("No, please do not").click()
    with page.expect_navigation(url="**/check"):
        page.get_by_role("button", name="Continue").click()
    with page.expect_navigation(url="**/sign"):
        page.get_by_role("button", name="Continue to sign").click()
    assert "One signature for 2 forms." in page.inner_text("main")
    assert "No photos of Layla will be published." in page.inner_text("main")
    phone.assert_accessible()
    draw(page)
    page.locator("input[name=typed_name]").fill("Dana El Amrani")
    for box in page.locator("main input[type=checkbox]").all():
        box.check(force=True)
    page.get_by_role("button", name="Sign", exact=True).click()
    page.wait_for_url("**/done")
    phone.assert_fits()
    phone.assert_accessible()
    receipt = page.inner_text("main")
    codes = set(re.findall(r"[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}", receipt))
    assert len(codes) == 2, receipt
    assert "Nour is cleared" in receipt
    assert "Layla is cleared" in receipt


def draw(page: Page) -> None:
    """Draw a stroke beside the typed name: only numbers stand in the field."""
    page.locator("[data-draws] summary").click()
    pad = page.locator("canvas").bounding_box()
    assert pad
    page.mouse.move(pad["x"] + 20, pad["y"] + 30)
    page.mouse.down()
    page.mouse.move(pad["x"] + 120, pad["y"] + 60, steps=8)
    page.mouse.up()
    assert re.fullmatch(r"(\d+,\d+ ?)+", page.locator("#drawn").input_value())


def test_a_guardian_signs_with_the_keyboard_alone(travelers):
    """Tab, Enter, Space, arrows and typing; the mouse is never touched."""
    desk = travelers(DESK)
    desk.sign_in("coordinator")
    link = link_for(desk, "Tuesday homework club", "Folasade Akinola")
    page = travelers(DESK).go(link)

    def tab_to(wanted: str) -> None:
        """Press Tab until the focus is on what has these words or this name."""
        for _each in range(60):
            page.keyboard.press("Tab")
            if page.evaluate(FOCUS_HAS, wanted):
                return
        raise AssertionError(f"{page.url}: Tab never comes to {wanted!r}")

    def press(wanted: str) -> None:
        tab_to(wanted)
        with page.expect_navigation():
            page.keyboard.press("Enter")

    press("Continue in English")
    tab_to("Open the sample")
    open_sample(page, lambda: page.keyboard.press("Enter"))
    press("I could open it")
    while re.search(r"/q/\d+$", page.url):
        if page.locator("main input[type=radio]").count():
            tab_to("choice")
            page.keyboard.press("Space")
        for name in ("alert", "person_1", "name", "phone"):
            if page.locator(f"main input[name={name}]").count():
                tab_to(name)
                page.keyboard.press("Control+a")
                page.keyboard.type("(217) 555-0142" if name == "phone" else "Asthma, pen in the bag")
        press("Continue")
    assert page.url.endswith("/check")
    press("Continue to sign")
    tab_to("typed_name")
    page.keyboard.type("Folasade Akinola")
    for name in ("is_guardian", "agrees"):
        tab_to(name)
        page.keyboard.press("Space")
    tab_to("Sign")
    with page.expect_navigation(url="**/done"):
        page.keyboard.press("Enter")
    assert "Signed. Thank you, Folasade." in page.inner_text("h1")


# A button or link by its words, a field by its name; what has the focus must show it.
FOCUS_HAS = """(wanted) => {
  const here = document.activeElement;
  const words = ["BUTTON", "A"].includes(here.tagName) ? here.innerText.trim() : here.name || "";
  const seen = getComputedStyle(here).outlineStyle !== "none" || here.matches("input");
  return seen && (words === wanted || (words.length > wanted.length && wanted.length > 8 && words.startsWith(wanted)));
}"""
