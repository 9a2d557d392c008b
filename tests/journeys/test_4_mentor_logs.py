"""Mentor: signs in on a phone, sees the matched youth, logs a session in under 20 seconds, sees it in the list."""

from __future__ import annotations

import re

from tests.journeys.conftest import NARROW, PHONE

MOST_TAPS = 3


def test_a_session_is_logged_in_a_few_taps(travelers):
    phone = travelers(PHONE)
    page = phone.sign_in("mentor")
    assert "Tyrese Boateng" in page.inner_text("main")
    before = sessions_listed(phone)
    phone.go("/today")
    taps = 0
    page.get_by_role("link", name="Log a session").first.click()
    taps += 1
    page.wait_for_load_state()
    phone.assert_fits()
    phone.assert_accessible()
    page.get_by_label("Homework", exact=True).check()
    taps += 1
    page.get_by_role("button", name="Save session").click()
    taps += 1
    page.wait_for_url(re.compile(r"/matches/\d+$"))  # the phone keeps it first, then the server answers
    assert taps <= MOST_TAPS
    assert sessions_listed(phone) == before + 1


def sessions_listed(phone) -> int:
    page = phone.go("/matches")
    page.get_by_role("link", name="Tyrese Boateng").first.click()
    page.wait_for_load_state()
    return page.locator("main").inner_text().count(" minutes")


def test_it_works_without_javascript_and_keeps_what_was_typed(travelers):
    phone = travelers(NARROW, java_script_enabled=False)
    page = phone.sign_in("mentor")
    page.get_by_role("link", name="Log a session").first.click()
    page.wait_for_load_state()
    phone.assert_fits()
    page.locator("input[name=minutes]").fill("5000")
    page.locator("textarea").first.fill("We read two chapters.")
    page.get_by_role("button", name="Save session").click()
    page.wait_for_load_state()
    assert page.locator("input[name=minutes]").input_value() == "5000"
    assert page.locator("textarea").first.input_value() == "We read two chapters."
