"""Coordinator: prints a roster, a sign-in sheet and a certificate that anybody can check."""

from __future__ import annotations

import io

from pypdf import PdfReader

from tests.journeys.conftest import DESK, PHONE, Traveler

ALERT = "Asthma, inhaler in bag"
CLEARED = ("Signed", "Waiting", "Expired", "Missing")


def text_of(traveler: Traveler, address: str) -> str:
    """The words of a PDF, as the traveler is given it."""
    answer = traveler.context.request.get(address if address.startswith("http") else traveler.url + address)
    assert answer.status == 200, f"{address}: {answer.status}"
    assert answer.headers["content-type"] == "application/pdf"
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.body())).pages).split())


def open_team(traveler: Traveler, role: str) -> str:
    """From Today to the Tigers; the address of their page."""
    page = traveler.sign_in(role)
    page.get_by_role("link", name="Teams", exact=True).locator("visible=true").first.click()
    page.get_by_role("link", name="Tigers U10").first.click()
    page.get_by_role("heading", name="Tigers U10").wait_for()
    return page.url


def test_a_roster_on_paper_says_who_is_cleared(travelers):
    desk = travelers(DESK)
    team = open_team(desk, "coordinator")
    link = desk.page.get_by_role("link", name="Coach roster").get_attribute("href")
    paper = text_of(desk, desk.url + link)
    assert "Riverton Police Youth Programs" in paper
    for state in CLEARED:
        assert state in paper
    assert "Aguilar, Mateo" in paper
    assert "(217) 555-0141" in paper
    assert ALERT in paper
    assert ALERT not in text_of(desk, team + "/roster.pdf?medical=no"), "a copy for the fence has no health on it"
    coach = travelers(PHONE)
    open_team(coach, "coach")
    assert ALERT in text_of(coach, team + "/roster.pdf")
    mentor = travelers(PHONE)
    mentor.sign_in("mentor")
    assert mentor.context.request.get(team + "/roster.pdf").status == 404


def test_a_sign_in_sheet_gives_no_reasons(travelers):
    desk = travelers(DESK)
    open_team(desk, "coordinator")
    link = desk.page.get_by_role("link", name="Sign-in sheet").get_attribute("href")
    paper = text_of(desk, desk.url + link)
    assert "Pick-up: Rosa Aguilar" in paper
    assert "See coordinator" in paper
    for said in (ALERT, "Expired", "Missing", "555-0141"):
        assert said not in paper


def test_a_certificate_is_issued_and_anybody_can_check_it(travelers):
    desk = travelers(DESK)
    open_team(desk, "coordinator")
    page = desk.page
    page.get_by_role("link", name="Aguilar, Mateo").click()
    page.get_by_role("link", name="Certificate", exact=True).click()
    page.get_by_label("Name", exact=True).fill("Denise Okafor")
    page.get_by_label("Title in English").fill("Coordinator")
    desk.assert_accessible()
    page.get_by_role("button", name="Issue the certificate").click()
    page.get_by_role("link", name="Open the certificate").wait_for()
    desk.assert_fits()
    desk.assert_accessible()
    paper = text_of(desk, desk.url + page.get_by_role("link", name="Open the certificate").get_attribute("href"))
    assert "Mateo Aguilar" in paper
    check = page.locator("main a[href^='/v/']").get_attribute("href")
    stranger = travelers(PHONE, java_script_enabled=False)
    found = stranger.go(check)
    words = found.inner_text("main")
    assert "This document is genuine" in words
    assert "Mateo" not in words, "the public page shows no names"
    stranger.assert_fits()
