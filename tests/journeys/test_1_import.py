"""Coordinator: imports the season's registrations, sees what would change, accepts, and meets the teams."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import DESK, PHONE, Traveler
from youthprog.demo.department import Department, plan_department
from youthprog.demo.files import Fault, sports_connect_csv, teamsnap_csv
from youthprog.demo.types import Size

ROWS = 24
TEAM = "Otters U8"
FAULTS = (
    Fault.BAD_BIRTH_DATE,
    Fault.MISSING_GUARDIAN,
    Fault.UNKNOWN_TEAM,
    Fault.LONG_NAME,
    Fault.FORMULA,
    Fault.UNALLOCATED,
    Fault.PHONE_WITHOUT_AREA,
    Fault.DUPLICATE_ROW,
)
SAID = {
    "2": ("Player Birth Date", "This is no date."),
    "3": ("Account First Name", "No parent or guardian is named."),
    "5": ("Player Last Name", "This is longer than 80 characters."),
    "6": ("Player First Name", "This begins like a spreadsheet formula."),
}


@cache
def other_city() -> Department:
    """People whom the served installation has not met."""
    return plan_department(Size.M, seed=9, today=datetime.now(UTC).date())


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    """The exports that a league would send."""
    folder = tmp_path_factory.mktemp("exports")
    (folder / "registrations.csv").write_bytes(sports_connect_csv(other_city(), faults=FAULTS, most=ROWS))
    (folder / "roster.csv").write_bytes(teamsnap_csv(other_city(), TEAM))
    return folder


def read(page: Page, file: Path, team: str = "") -> None:
    """From Today to the dry run of a file."""
    page.get_by_role("link", name="Teams", exact=True).locator("visible=true").first.click()
    page.get_by_role("link", name="Import a registration export").click()
    page.get_by_label("Season").select_option(label="Flag football, Fall 2026")
    page.get_by_label("Registration export").set_input_files(file)
    page.get_by_label("Team (optional)").fill(team)
    page.get_by_role("button", name="Read the file").click()
    page.get_by_role("heading", name="What this file would change").wait_for()


def figure(page: Page, label: str) -> int:
    """A figure of the tally."""
    found = page.locator(".tally > div").filter(has=page.get_by_text(label, exact=True))
    return int(found.locator("dd").inner_text().split()[0])


def checked(traveler: Traveler) -> None:
    """Fits, and is accessible at full length: the bar at a phone's foot then covers nothing."""
    traveler.assert_fits()
    page = traveler.page
    assert page.viewport_size
    whole = {"width": page.viewport_size["width"], "height": page.evaluate("document.documentElement.scrollHeight")}
    before = page.viewport_size
    page.set_viewport_size(whole)
    traveler.assert_accessible()
    page.set_viewport_size(before)


def test_registrations_become_teams(travelers, files):
    desk = travelers(DESK)
    page = desk.sign_in("coordinator")
    read(page, files / "registrations.csv")
    checked(desk)
    assert (figure(page, "New"), figure(page, "Left out")) == (ROWS - 4, 5)
    problems = page.get_by_role("table", name="Problems that keep rows out")
    for row, (column, sentence) in SAID.items():
        line = problems.get_by_role("row").filter(has=page.get_by_role("cell", name=row, exact=True)).inner_text()
        assert column in line
        assert sentence in line
    words = page.inner_text("main")
    assert "This phone has no area code and was left out." in words
    assert f"This row says the same as row {ROWS + 1} and is left out." in words
    assert "Narwhals U10" in words
    page.get_by_text("columns are never kept").click()
    assert "OPH Credit Card Number" in page.inner_text("main")
    page.get_by_role("button", name=re.compile("^Accept")).click()
    page.get_by_role("heading", name="Imported").wait_for()
    checked(desk)
    assert f"{ROWS - 4} records changed." in page.inner_text("main")
    page.get_by_role("link", name=TEAM).click()
    page.get_by_role("heading", name=TEAM).wait_for()
    assert page.get_by_role("table").first.get_by_role("row").count() > 5


def test_the_same_file_again_changes_nothing(travelers, files):
    phone = travelers(PHONE, java_script_enabled=False)
    page = phone.sign_in("coordinator")
    phone.assert_fits()
    read(page, files / "registrations.csv")
    phone.assert_fits()
    assert "This file changes 0 records." in page.inner_text("main")
    assert (figure(page, "New"), figure(page, "Changed"), figure(page, "Same as here")) == (0, 0, ROWS - 4)
    assert page.get_by_role("button", name=re.compile("^Accept")).count() == 0
    page.get_by_role("button", name="Discard the file").click()
    assert "Nothing of the file was kept." in page.inner_text("main")


def test_a_roster_of_a_team_completes_it(travelers, files):
    phone = travelers(PHONE, color_scheme="dark")
    page = phone.sign_in("coordinator")
    read(page, files / "roster.csv", TEAM)
    checked(phone)
    known, new = figure(page, "Same as here"), figure(page, "New")
    assert known > 0
    assert new > 0
    assert "This row is a coach or another adult" in page.inner_text("main")
    phone.go("/language/es?next=" + page.url.removeprefix(phone.url))
    assert "Lo que cambiaría este archivo" in page.inner_text("main")
    checked(phone)
    page.get_by_role("button", name=re.compile("^Aceptar")).click()
    page.get_by_role("heading", name="Importado").wait_for()
    checked(phone)
    page.get_by_role("link", name=TEAM).click()
    page.get_by_role("heading", name=TEAM).wait_for()
    page.wait_for_load_state()
    assert page.get_by_role("table").first.get_by_role("row").count() - 1 == known + new
