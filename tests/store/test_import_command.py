"""`youthprog import` of every kind of file: workbooks, schedules, dates that could be read both ways."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from tests.makers.programs import make_season, make_team
from youthprog.audit.models import AuditEntry
from youthprog.cli import main
from youthprog.core import clock
from youthprog.leagues import commands
from youthprog.people.models import Person
from youthprog.people.types import PersonKind
from youthprog.programs.models import Gathering, Season
from youthprog.web.xlsx_files import write_workbook

PLAYERS = "First Name,Last Name,Birth Date,Team\nBo,Ng,{0},Tigers\nAna,Li,{0},Tigers\n"


@pytest.fixture
def youthprog(app, session, monkeypatch, capsys) -> Any:
    monkeypatch.setattr(commands, "create_app", lambda: app)

    def run(*arguments: object) -> tuple[int, str, str]:
        session.commit()
        code = main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        session.rollback()
        return code, said.out, said.err

    return run


@pytest.fixture
def season(session) -> Season:
    today = clock.today()
    return make_season(name="Fall", starts_on=today - timedelta(30), ends_on=today + timedelta(60), age_cutoff_on=today)


def born(session) -> set[date | None]:
    return set(session.scalars(sa.select(Person.born_on).where(Person.kind == PersonKind.YOUTH)))


def test_dates_that_can_be_read_both_ways_are_refused_until_it_is_said(youthprog, season, session, tmp_path):
    path = tmp_path / "players.csv"
    path.write_text(PLAYERS.format("03/04/2015"))
    code, out, err = youthprog("import", path, "--season", season.id)
    assert (code, out) == (1, "")
    assert "Say which with --dates mdy or --dates dmy." in err
    assert born(session) == set()
    assert youthprog("import", path, "--season", season.id, "--dates", "dmy")[0] == 0
    assert born(session) == {date(2015, 4, 3)}


def test_a_workbook_needs_no_word_about_its_dates(youthprog, season, session, tmp_path):
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in (["First Name", "Last Name", "Birth Date"], ["Bo", "Ng", date(2015, 3, 4)]):
        book.active.append(row)
    book.save(file)
    path = tmp_path / "players.xlsx"
    path.write_bytes(file.getvalue())
    assert youthprog("import", path, "--season", season.id)[0] == 0
    assert born(session) == {date(2015, 3, 4)}


def test_a_schedule_is_known_by_its_columns_and_written_once(youthprog, season, session, tmp_path):
    make_team(season, "Tigers")
    make_team(season, "Lions")
    on = clock.today() + timedelta(7)
    path = tmp_path / "games.csv"
    path.write_text(f"Date,Time,Home Team,Away Team,Field\n{on},18:30,TIGERS,lions,Mill 2\n{on},TBD,Tigers,Lions,\n")
    code, out, _ = youthprog("import", path, "--season", season.id, "--dry-run")
    assert code == 2
    assert f"{on} 18:30  Mill 2" in out
    assert "Time: The day or time is not set yet." in out
    assert session.scalar(sa.select(sa.func.count(Gathering.id))) == 0
    code, out, _ = youthprog("import", path, "--season", season.id, "--kind", "schedule", "--json")
    answer = json.loads(out)
    assert (code, answer["kind"], answer["counts"]) == (2, "schedule", {"new": 1, "update": 0, "same": 0, "refuse": 1})
    assert session.scalar(sa.select(sa.func.count(Gathering.id))) == 2
    assert "0 records changed." in youthprog("import", path, "--season", season.id)[1]


def test_a_kind_that_the_file_is_not_is_one_sentence(youthprog, season, tmp_path):
    path = tmp_path / "players.csv"
    path.write_text(PLAYERS.format("2015-03-04"))
    code, _, err = youthprog("import", path, "--season", season.id, "--kind", "schedule")
    assert code == 1
    assert "None of the first rows has known column names" in err


VOLUNTEERS = (
    "\ufeffdisplay_name,email,phone_number\r\nAna Prieto,ana@helpers.example,2175550142\r\n"
    "Bo Ng,,1bc75550143\r\nCy Oduya,cy@helpers.example,217 555 0144\r\n"
)


def test_volunteers_come_in_once(youthprog, season, session, tmp_path):
    path = tmp_path / "volunteers.csv"
    path.write_text(VOLUNTEERS, encoding="utf-8", newline="")
    asked = ("import", path, "--season", season.id, "--kind", "volunteers", "--json")
    code, out, _err = youthprog(*asked, "--dry-run")
    assert (code, json.loads(out)["counts"]) == (2, {"new": 2, "changed": 0, "same": 0, "refused": 1})
    assert not session.scalar(sa.select(sa.func.count()).select_from(Person))
    code, out, _err = youthprog(*asked)
    answer = json.loads(out)
    assert [(row["row"], row["action"]) for row in answer["rows"]] == [(2, "new"), (3, "refused"), (4, "new")]
    assert [each["code"] for each in answer["rows"][1]["problems"]] == ["bad_phone", "no_way"]
    assert "Ana" not in out
    lines = session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))
    code, out, _err = youthprog(*asked)
    assert json.loads(out)["counts"] == {"new": 0, "changed": 0, "same": 2, "refused": 1}
    assert session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == lines
    assert session.scalar(sa.select(sa.func.count()).select_from(Person)) == 2
    code, out, _err = youthprog(*asked[:-1], "--dry-run")
    assert "row     3  left out" in out


def test_volunteers_of_a_workbook_come_in_and_no_formula_of_it_runs(youthprog, season, session, tmp_path):
    path = tmp_path / "volunteers.xlsx"
    with path.open("wb") as file:
        rows = [["Ana", "=1+1", "ana@helpers.example"], ["Bo", "Ng", "no address"]]
        write_workbook(["First Name", "Last Name", "Email"], rows, file)
    asked = ("import", path, "--season", season.id, "--kind", "volunteers", "--json")
    code, out, err = youthprog(*asked)
    assert (code, [row["action"] for row in json.loads(out)["rows"]]) == (2, ["new", "refused"]), err
    assert session.scalars(sa.select(Person.family_name).where(Person.given_name == "Ana")).one() == "'=1+1"
    path.write_bytes(b"PK\x03\x04 no workbook")
    assert youthprog(*asked)[0] == 1


def test_what_is_no_file_of_volunteers_is_refused_in_a_sentence(youthprog, season, tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text("case_number,case_assignment\n1,2\n")
    code, out, err = youthprog("import", path, "--season", season.id, "--kind", "volunteers")
    assert (code, out) == (1, "")
    assert "None of the first rows has the column names of people" in err
