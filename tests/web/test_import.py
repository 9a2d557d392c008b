"""Importing a registration export on the screen: dry run, acceptance, and what never stays."""

from __future__ import annotations

import io
import logging
import re
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account
from tests.makers.programs import make_program, make_season
from tests.support.pages import Page, Visitor
from youthprog.access.types import Role
from youthprog.core import clock, db
from youthprog.demo.department import Department, plan_department
from youthprog.demo.files import PRIVATE_VALUES, Fault, sports_connect_csv, teamsnap_csv
from youthprog.demo.types import Size
from youthprog.leagues.imports import pages as imports
from youthprog.leagues.imports.models import RosterImport
from youthprog.leagues.imports.types import ImportState
from youthprog.leagues.models import Team
from youthprog.people.models import Person
from youthprog.people.types import PersonKind
from youthprog.programs.models import Season

REFUSED = (Fault.BAD_BIRTH_DATE, Fault.MISSING_GUARDIAN, Fault.LONG_NAME, Fault.FORMULA)
NOTED = (Fault.UNKNOWN_TEAM, Fault.UNALLOCATED, Fault.PHONE_WITHOUT_AREA, Fault.DUPLICATE_ROW)
ROWS = 20


@cache
def department(today: date) -> Department:
    """The small department, invented anew each day."""
    return plan_department(Size.S, seed=1, today=today)


def export(*faults: Fault) -> bytes:
    """A Sports Connect export of twenty players with faults in its first rows."""
    return sports_connect_csv(department(clock.today()), faults=faults)


def open_season(**values: Any) -> Season:
    """A season that runs today."""
    today = clock.today()
    dates = {"starts_on": today - timedelta(30), "ends_on": today + timedelta(60), "age_cutoff_on": today}
    return make_season(**dates | {"name": "Fall"} | values)


@pytest.fixture
def season(session) -> Season:
    found = open_season()
    session.commit()
    return found


@pytest.fixture
def coordinator(session, season, visitor) -> Visitor:
    account = make_account(Role.COORDINATOR)
    session.commit()
    return visitor.sign_in(account)


def send(visitor: Visitor, season: Season | int, content: bytes, name: str = "players.csv", status: int = 200) -> Page:
    season_id = season if isinstance(season, int) else season.id
    visitor.get("/import")
    data = {"season": str(season_id), "file": (io.BytesIO(content), name)}
    return visitor.post("/import", data, status=status)


def accept(visitor: Visitor, page: Page, status: int = 200) -> Page:
    action = next(f.get("action") for f in page.all("form") if f.get("action", "").endswith("/accept"))
    return visitor.post(action, page.form(action), status=status)


def youth_count(session) -> int:
    return session.scalar(sa.select(sa.func.count()).where(Person.kind == PersonKind.YOUTH))


def records(session) -> dict[str, int]:
    """How many rows each table has, but those that every visit adds to."""
    quiet = {"audit_entry", "roster_import", "user_session"}
    return {
        table.name: session.scalar(sa.select(sa.func.count()).select_from(table))
        for table in db.db.metadata.sorted_tables
        if table.name not in quiet
    }


def everything_stored(session) -> str:
    """All that the database holds, as text; what is sealed stays sealed."""
    parts = []
    for table in db.db.metadata.sorted_tables:
        for row in session.execute(sa.select(table)):
            parts += [value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in row]
    return "\n".join(parts)


# the dry run ------------------------------------------------------------------------------------------------------


def test_a_dry_run_counts_and_writes_nobody(coordinator, season, session):
    page = send(coordinator, season, export())
    assert page.h1 == "What this file would change"
    assert f"New {ROWS} " in page.text
    assert f"Accept {ROWS} rows" in page.text
    assert youth_count(session) == 0


def test_a_dry_run_names_each_planted_problem_by_row_column_and_sentence(coordinator, season):
    page = send(coordinator, season, export(*REFUSED))
    assert f"New {ROWS - 4} " in page.text
    assert "4 problems keep rows out" in page.text
    for said in (
        "2 Player Birth Date This is no date. Write it like 02/14/2016.",
        "3 Account First Name No parent or guardian is named.",
        "4 Player Last Name This is longer than 80 characters.",
        "5 Player First Name This begins like a spreadsheet formula.",
    ):
        assert said in page.text


def test_a_dry_run_says_what_to_know_beside(coordinator, season):
    page = send(coordinator, season, export(*NOTED))
    assert "This phone has no area code and was left out." in page.text
    assert "This row says the same as row" in page.text
    assert "Narwhals U10" in page.text


def test_a_dry_run_says_which_columns_are_read_dropped_and_unknown(coordinator, season):
    page = send(coordinator, season, export())
    assert "birth date Player Birth Date, Birth Date Time Stamp" in page.text
    never = page.text.partition("columns are never kept")[2].partition("columns mean nothing here")[0]
    assert {"OPH Credit Card Number", "Player Insurance Policy Number"} <= {word.strip() for word in never.split(",")}


def test_rows_can_be_chosen_and_paged(coordinator, season, monkeypatch):
    monkeypatch.setattr(imports, "PAGE_ROWS", 8)
    page = send(coordinator, season, export(Fault.BAD_BIRTH_DATE))
    here = page.response.request.path
    left_out = coordinator.get(f"{here}?show=refuse")
    assert len([row for row in left_out.all("tr") if "Left out" in "".join(row.itertext())]) == 1
    following = coordinator.get(coordinator.get(here).link("Next page"))
    assert "Back to the start" in following.text
    numbers = re.findall(r"Row Player Team What happens In detail (\d+)", following.text)
    assert numbers == ["10"]


def test_spanish_speaks_of_the_file_too(coordinator, season):
    here = send(coordinator, season, export(*REFUSED)).response.request.path
    page = coordinator.get(f"/language/es?next={here}")
    assert page.h1 == "Lo que cambiaría este archivo"
    assert "Esto no es una fecha." in page.text


# acceptance -------------------------------------------------------------------------------------------------------


def test_accepting_brings_players_guardians_and_teams(coordinator, season, session):
    page = accept(coordinator, send(coordinator, season, export(*REFUSED)))
    assert page.h1 == "Imported"
    assert f"{ROWS - 4} records changed." in page.text
    assert youth_count(session) == ROWS - 4
    assert session.scalar(sa.select(sa.func.count(Team.id))) == 2
    assert "Tigers U10" in coordinator.get(page.link("Tigers U10")).h1


def test_the_same_file_again_changes_nothing_and_says_so(coordinator, season, session):
    accept(coordinator, send(coordinator, season, export(*REFUSED, *NOTED)))
    session.rollback()
    before = records(session)
    session.commit()
    page = send(coordinator, season, export(*REFUSED, *NOTED))
    assert "This file changes 0 records." in page.text
    assert not [form for form in page.all("form") if form.get("action", "").endswith("/accept")]
    session.rollback()
    assert records(session) == before


def test_a_roster_of_a_team_finds_the_same_players(coordinator, season, session):
    accept(coordinator, send(coordinator, season, export()))
    page = send(coordinator, season, teamsnap_csv(department(clock.today()), "Tigers U10"), "tigers.csv")
    assert "New 0 " in page.text
    assert "This row is a coach or another adult, not a player, and is left out." in page.text


def test_a_roster_without_a_team_column_goes_to_the_team_named(coordinator, season, session):
    content = teamsnap_csv(department(clock.today()), "Tigers U10")
    data = {"season": str(season.id), "team": "Comets U10", "file": (io.BytesIO(content), "comets.csv")}
    coordinator.get("/import")
    done = accept(coordinator, coordinator.post("/import", data))
    assert coordinator.get(done.link("Comets U10")).h1 == "Comets U10"
    assert "15 players" in done.text


def test_accepting_twice_is_a_conflict(coordinator, season):
    page = send(coordinator, season, export())
    accept(coordinator, page)
    refused = accept(coordinator, page, status=409)
    assert "accepted or discarded this file already" in refused.text


def test_what_would_now_do_something_else_is_a_conflict(coordinator, season, session):
    first, second = send(coordinator, season, export()), send(coordinator, season, export())
    accept(coordinator, first)
    session.rollback()
    before = records(session)
    session.commit()
    assert "Look at the dry run again" in accept(coordinator, second, status=409).text
    session.rollback()
    assert records(session) == before


def test_discarding_erases_the_rows(coordinator, season, session):
    page = send(coordinator, season, export())
    here = page.response.request.path
    after = coordinator.post(f"{here}/discard", page.form(f"{here}/discard"))
    assert "Nothing of the file was kept." in after.text
    session.rollback()
    entry = session.scalars(sa.select(RosterImport)).one()
    assert (entry.state, entry.rows_sealed) == (ImportState.DISCARDED, None)
    assert coordinator.get(here).h1 == "Discarded"


def test_nothing_private_is_ever_stored_or_logged(coordinator, season, session, caplog):
    caplog.set_level(logging.DEBUG)
    page = send(coordinator, season, export(*REFUSED, *NOTED))
    session.rollback()
    entry = session.scalars(sa.select(RosterImport)).one()
    waiting = entry.unseal("rows_sealed")
    session.commit()
    accept(coordinator, page)
    session.rollback()
    stored = everything_stored(session)
    for value in PRIVATE_VALUES:
        for place in (waiting, stored, caplog.text, page.text_source):
            assert not re.search(rf"(?<![0-9A-Za-z]){re.escape(value)}(?![0-9A-Za-z])", place), value
    assert session.scalars(sa.select(RosterImport.rows_sealed)).one() is None


# what cannot be used ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04rest", "This is an Excel workbook or a zip file, not a CSV file."),
        (b"First Name,Last Name\nA,B\n", "The file has no column for: birth date."),
        (b"First Name,Last Name,Birthdate\nA,B\x00,2016-01-01\n", "Line 2, character 4 is a NUL byte"),
        (b'First Name,Last Name,Birthdate\nA,"B,2016-01-01\n', "A quotation mark that opens in line 2 never closes."),
        (b"\xc3\xa9\xc3\xa9,Last Name\n\xff,B\n", "Line 2, character 1 cannot be read as UTF-8 text."),
        (b"one,two\n1,2\n", "None of the first rows has known column names"),
    ],
    ids=["empty", "excel", "columns", "nul", "quote", "encoding", "no header"],
)
def test_a_file_that_cannot_be_used_is_refused_in_words(coordinator, season, session, content, said):
    page = send(coordinator, season, content, status=422)
    assert said in page.text
    assert page.form("/import")["season"] == str(season.id)
    session.rollback()
    assert session.scalar(sa.select(sa.func.count(RosterImport.id))) == 0


def test_a_file_and_a_season_are_asked_for(coordinator, season, session):
    open_season()
    session.commit()
    page = coordinator.post("/import", {"season": ""}, form_from="/import", status=422)
    assert "Choose the season that the players are for." in page.text
    assert "Choose the file." in page.text


def test_a_file_name_is_kept_without_its_folders_and_oddities(coordinator, season):
    page = send(coordinator, season, export(), "/home/me/" + "p" * 300 + ".csv\u0007")
    assert "home" not in page.text
    assert "p" * 200 in page.text


# who may ----------------------------------------------------------------------------------------------------------


def test_a_season_of_another_program_is_not_there(session, season, visitor):
    account = make_account(Role.COORDINATOR, program_id=make_program().id)
    own = open_season(program=make_program())
    session.commit()
    visitor.sign_in(account)
    data = {"season": str(season.id), "file": (io.BytesIO(export()), "players.csv")}
    visitor.get("/import")
    assert visitor.post("/import", data, status=404).h1
    assert own.id != season.id


def test_an_import_of_another_program_is_not_there(coordinator, session, season, app):
    page = send(coordinator, season, export())
    here = page.response.request.path
    stranger = make_account(Role.COORDINATOR, program_id=make_program().id)
    session.commit()
    other = Visitor(app).sign_in(stranger)
    other.get(here, status=404)
    for verb in ("accept", "discard"):
        other.post(f"{here}/{verb}", form_from="/import", status=404)
    session.rollback()
    assert session.scalars(sa.select(RosterImport.state)).one() is ImportState.TRIED


@pytest.mark.parametrize("role", [Role.COACH, Role.MENTOR, Role.GUARDIAN, Role.ADMIN])
def test_others_do_not_import(session, season, visitor, role):
    account = make_account(role)
    session.commit()
    visitor.sign_in(account).get("/import", status=404)


def test_no_season_within_reach_says_what_to_do(session, visitor):
    account = make_account(Role.COORDINATOR)
    session.commit()
    assert "No season to import into" in visitor.sign_in(account).get("/import").text


def test_unknown_imports_are_not_there(coordinator):
    for key in (999, 2**63 - 1, 2**63):
        coordinator.get(f"/import/{key}", status=404)
