"""A match from its proposal over the gate, and weeks in which nobody called, to its end and its letter; the guardian's part in Spanish."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page

from tests.journeys.conftest import DESK, PHONE, Installation, Traveler

YOUTH, MENTOR, GUARDIAN = "Rafael Colón Rivera", "Ana Reyes", "Kiara Rivera"
NAME = f"{YOUTH} & {MENTOR}"
TODAY = datetime.now(UTC).date() - timedelta(days=1)  # over in every zone


def test_a_match_from_its_proposal_to_its_letter(travelers, installation):
    desk = travelers(DESK)
    page = desk.sign_in("coordinator")
    here = propose(desk)
    guardian_signs_in_spanish(desk, travelers(PHONE), here)
    all_others_sign_and_meet(page, here)
    weeks_pass(installation, int(here.rsplit("/", 1)[1]))
    a_call_is_missed_and_made(desk)
    end_with_a_letter(page, here)


def propose(desk: Traveler) -> str:
    """Propose the match; it does not begin, and says what is missing. Returns its address."""
    page = desk.go("/matches/new")
    page.get_by_label(YOUTH).check()
    page.get_by_label(MENTOR).check()
    page.get_by_role("button", name="Propose this match").click()
    page.wait_for_url(re.compile(r"/matches/\d+$"))
    here = page.url
    page.get_by_role("button", name="Start this match").click()
    page.wait_for_load_state()
    for who, what in ((MENTOR, "the commitment is not signed"), (YOUTH, "no guardian has signed the commitment"),
                      (YOUTH, "no first meeting with staff is recorded")):  # fmt: skip
        assert f"{who}: {what}" in page.inner_text("main")
    return here


def guardian_signs_in_spanish(desk: Traveler, phone: Traveler, here: str) -> None:
    """A guardian gets a link by mail, and signs on a phone in Spanish, without an account."""
    page = desk.go(f"{here}/people")
    page.get_by_role("button", name="Send guardians a link to sign").click()
    page = desk.go("/outbox")
    page.locator("main tr", has_text=GUARDIAN).first.get_by_role("link").first.click()
    page.wait_for_load_state()
    link = page.locator("main a[href*='/commitment/']").first.get_attribute("href")
    assert link
    theirs = phone.go(link)
    if theirs.locator("html").get_attribute("lang") != "es":
        theirs.get_by_role("link", name="Español").first.click()
        theirs.wait_for_load_state()
    assert "Rafael" in theirs.inner_text("main")
    phone.assert_fits()
    phone.assert_accessible()
    theirs.get_by_role("textbox").first.fill(GUARDIAN)
    theirs.locator("main input[type=checkbox]").last.check()
    theirs.locator("main form button").last.click()
    theirs.get_by_text("Usted ya firmó.").wait_for()


def all_others_sign_and_meet(page: Page, here: str) -> None:
    """Mentor and young person sign in person and meet with staff; with the last item in date the match begins."""
    page.goto(f"{here}/people")
    for who in (f"{MENTOR}, Mentor", f"{YOUTH}, Young person"):
        page.get_by_label(who).check()
    page.get_by_role("button", name="Record signatures").click()
    page.get_by_text("9 of 10 items are in date.").first.wait_for()
    page.get_by_role("group", name="Who was there").get_by_label(MENTOR, exact=True).check()
    page.get_by_role("group", name="Who was there").get_by_label(YOUTH, exact=True).check()
    page.get_by_role("button", name="Record the meeting").click()
    page.get_by_text("All in date").first.wait_for()
    page.goto(here)
    page.get_by_role("button", name="Start this match").click()
    page.get_by_text("Active.").first.wait_for()


def weeks_pass(installation: Installation, match_id: int) -> None:
    """Let the match have begun seven weeks ago."""
    began = (TODAY - timedelta(weeks=7)).isoformat()
    with closing(sqlite3.connect(installation.folder / "youthprog.db", timeout=10)) as base, base:
        base.execute("UPDATE match SET started_on = ? WHERE id = ?", (began, match_id))
        for table in ("group_staff", "group_member"):
            of_it = "group_id = (SELECT group_id FROM match WHERE id = ?)"
            base.execute(f"UPDATE {table} SET from_on = ? WHERE {of_it}", (began, match_id))


def a_call_is_missed_and_made(desk: Traveler) -> None:
    """Nobody was called in seven weeks: Today says so, and a call is recorded from there."""
    page = desk.go("/today")
    page.get_by_text("Matches and how they go").click()
    page.get_by_role("link", name="Keeping up").first.click()
    page.wait_for_load_state()
    late = page.locator("main li.row", has_text=NAME).filter(has_text="days overdue").first
    late.get_by_role("link", name="Record").click()
    page.get_by_label("Well", exact=False).first.check()
    page.get_by_label("What they do together").fill("They cook.")
    alone = page.get_by_label("The mentor was not there")
    if alone.is_visible():
        alone.check()
    page.locator("main form button.main").first.click()
    page.get_by_text("They cook.").first.wait_for()


def end_with_a_letter(page: Page, here: str) -> None:
    """The match ends only with its closure; the letter to the family is there to print."""
    page.goto(f"{here}/closure")
    page.locator("main form button").first.click()
    page.get_by_role("button", name="End the match").click()
    page.get_by_text("Choose the reason.").first.wait_for()
    page.locator("input[name=way][value=expected]").check()
    page.locator("input[name=initiator][value=program]").check()
    page.locator("input[name=contact][value=none]").check()
    page.locator("select[name=reason]").select_option("term_done")
    today = page.evaluate("new Date().toLocaleDateString('sv')")
    for name in ("ends_on", "contact_told_on", "mentor_on", "youth_on", "guardian_on"):
        page.locator(f"input[name={name}]").fill(today)
    for party in ("mentor", "youth", "guardian"):
        page.locator(f"input[name={party}_state][value=done]").check()
        page.locator(f"textarea[name={party}_words]").fill("It was good.")
    for select in page.locator("select[name^=rematch-]").all():
        select.select_option("later")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("9 of 10 done").first.wait_for()
    page.get_by_role("button", name="End the match").click()
    page.get_by_text("The match has ended.").first.wait_for()
    letter = page.locator("main a[href$='.pdf']", has_text=YOUTH).get_attribute("href")
    assert letter
    assert page.request.get(page.url.split("/matches")[0] + letter).body()[:5] == b"%PDF-"
