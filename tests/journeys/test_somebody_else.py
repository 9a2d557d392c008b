"""Somebody not on file answers behind a guardian's link, on a phone without JavaScript; the office matches the answer."""

from __future__ import annotations

from tests.journeys.conftest import DESK, PHONE
from tests.journeys.consenting import answer_everything, link_for

GROUP, GUARDIAN, NAME = "Tigers U10", "Denise Robinson", "Consuelo Ruiz"


def test_somebody_else_answers_and_the_office_matches_it(travelers):
    desk = travelers(DESK)
    desk.sign_in("coordinator")
    link = link_for(desk, GROUP, GUARDIAN)

    phone = travelers(PHONE, java_script_enabled=False, locale="en-US")
    page = phone.go(link)
    page.get_by_role("button", name="I am not Denise").click()
    page.wait_for_url("**/other")
    phone.assert_fits()
    page.get_by_label("Your full name").fill(NAME)
    page.get_by_label("What you are to the child").select_option("grandparent")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_load_state()
    assert "Say whether you have the legal right to decide." in page.inner_text("main")
    page.get_by_role("radio", name="Yes").check(force=True)
    page.get_by_label("Your email address").fill("consuelo@else.example")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/other/agreement")
    phone.assert_fits()
    answer_everything(page, next_words="Continue")
    phone.assert_fits()
    page.get_by_role("link", name="Continue to sign").click()
    page.wait_for_load_state()
    page.locator("input[name=typed_name]").fill(NAME)
    page.locator("input[name=agrees]").check(force=True)
    page.get_by_role("button", name="Sign and send").click()
    page.wait_for_url("**/other/done")
    phone.assert_fits()

    page = desk.go("/outbox")
    row = page.locator("main tr", has_text="Somebody else answered a form").first
    assert row.count(), "the guardians were warned"
    row.get_by_role("link").first.click()
    page.wait_for_load_state()
    assert NAME not in page.inner_text("main")
    page = desk.go("/consents/unmatched")
    desk.assert_accessible()
    page.locator("main a.who-link").first.click()
    page.wait_for_load_state()
    desk.assert_accessible()
    assert NAME in page.inner_text("main")
    page.get_by_role("button", name=f"This is {GUARDIAN}").click()
    page.wait_for_url("**/consents/youth/*")
    desk.assert_accessible()
    assert "Matched. The answers count from now on" in page.inner_text("main")
    assert "Given" in page.inner_text("main")


def test_a_young_person_says_what_worries_in_two_taps_and_the_mentor_stays_away(travelers):
    """From a page of their own, handed over by the coordinator: Spanish, no JavaScript, 320 px. The page shows no family name."""
    desk = travelers(DESK)
    page = desk.sign_in("coordinator")
    desk.go("/matches")
    page.locator("main a.who-link, main td a").first.click()
    page.wait_for_url("**/matches/*")
    match = page.url
    page.get_by_role("link", name="A page of their own").first.click()
    page.get_by_role("button", name="Make the link").click()
    page.wait_for_load_state()
    desk.assert_accessible()
    link = page.locator("main p.breaks").inner_text()

    phone = travelers({"width": 320, "height": 640}, java_script_enabled=False, locale="es-US")
    theirs = phone.go(link[link.index("/y/") :])
    if theirs.locator("html").get_attribute("lang") != "es":
        theirs.get_by_role("link", name="Español").first.click()
        theirs.wait_for_load_state()
    phone.assert_fits()
    theirs.get_by_role("link", name="Cuéntenos qué le preocupa").first.click()
    theirs.wait_for_load_state()
    phone.assert_fits()
    theirs.locator("input[name=adults]").first.check(force=True)
    theirs.get_by_role("button", name="Enviar").click()
    theirs.wait_for_load_state()
    assert "Lo recibimos" in theirs.inner_text("h1")
    phone.assert_fits()
    page = desk.go(match)
    assert "The coordinator has paused this match." in page.inner_text("main") or "Paused" in page.inner_text("main")
