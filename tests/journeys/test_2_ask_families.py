"""Coordinator: ask a whole team in one step; see who signed, who opened, who did not, whose address bounced."""

from __future__ import annotations

import re

from tests.journeys.conftest import DESK


def test_a_whole_team_is_asked_in_one_step(travelers):
    desk = travelers(DESK)
    page = desk.sign_in("coordinator")
    page.get_by_role("link", name="Consents", exact=True).first.click()
    page.get_by_role("link", name="Tigers U10").click()
    words = page.inner_text("main")
    for state in ("Signed", "Opened", "Consent expired", "Mail came back"):
        assert state in words, state
    page.get_by_role("link", name="Consents", exact=True).first.click()
    page.get_by_role("link", name="Hawks U12").click()
    asked = int(re.search(r"(\d+)", page.get_by_role("button", name=re.compile("^Ask")).first.inner_text()).group())
    page.get_by_role("button", name=re.compile("^Ask")).first.click()
    page.wait_for_load_state()
    assert page.get_by_role("button", name=re.compile("^Ask (all|1)")).count() == 0, "everybody was asked"
    desk.assert_fits()
    desk.assert_accessible()
    page.get_by_role("link", name="Outbox").first.click()
    rows = page.inner_text("main")
    assert asked >= 1
    assert "El Amrani" in rows
