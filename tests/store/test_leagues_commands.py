"""`youthprog import` and `youthprog roster`, on both engines."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from tests.makers.people import make_guardian, make_person, make_youth
from tests.makers.programs import join, lead, make_gathering, make_season, make_team
from tests.makers.scores import make_game, make_opponent, make_venue
from youthprog.audit.models import AuditEntry
from youthprog.cli import main
from youthprog.core import clock
from youthprog.demo.department import Department, plan_department
from youthprog.demo.files import PRIVATE_VALUES, Fault, sports_connect_csv
from youthprog.demo.types import Size
from youthprog.leagues import commands
from youthprog.leagues.models import Division, Team
from youthprog.leagues.printing import commands as printing
from youthprog.people.models import CustodyRestriction, Person
from youthprog.people.types import PersonKind
from youthprog.programs.models import Group, Season
from youthprog.programs.types import StaffRole


@cache
def department() -> Department:
    return plan_department(Size.S, seed=1, today=clock.today())


@pytest.fixture
def youthprog(app, session, monkeypatch, capsys) -> Any:
    """Runs a command on the test's installation; returns exit code, output and errors."""
    monkeypatch.setattr(commands, "create_app", lambda: app)
    monkeypatch.setattr(printing, "create_app", lambda: app)

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


@pytest.fixture
def team(session, season) -> Team:
    """A team of two with a coach and a practice tomorrow; nobody has signed anything."""
    found = make_team(season)
    for number, given in (("4", "Imani"), ("12", "Mateo")):
        youth = make_youth(given, "Aguilar")
        make_guardian(youth)
        join(youth, found.group, number)
    lead(make_person("Alicia", "Moreno"), found.group, StaffRole.HEAD_COACH)
    make_gathering(found.group, clock.now() + timedelta(days=1))
    return found


def write(folder: Path, *faults: Fault) -> Path:
    path = folder / "players.csv"
    path.write_bytes(sports_connect_csv(department(), faults=faults))
    return path


def youth_count(session) -> int:
    return session.scalar(sa.select(sa.func.count()).where(Person.kind == PersonKind.YOUTH))


def text_of(path: Path) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(path.read_bytes())).pages).split())


# import -----------------------------------------------------------------------------------------------------------


def test_a_dry_run_says_what_would_happen_row_by_row(youthprog, season, session, tmp_path):
    code, out, err = youthprog("import", write(tmp_path), "--season", season.id, "--dry-run")
    assert (code, err) == (0, "")
    assert out.count("  new  ") == 20
    assert "new 20, changed 0, same 0, left out 0" in out
    assert youth_count(session) == 0


def test_an_import_writes_once(youthprog, season, session, tmp_path):
    path = write(tmp_path)
    assert youthprog("import", path, "--season", season.id)[0] == 0
    assert youth_count(session) == 20
    code, out, _ = youthprog("import", path, "--season", "fall")
    assert code == 0
    assert "0 records changed." in out
    assert youth_count(session) == 20


def test_refused_rows_give_exit_2_and_the_rest_comes_in(youthprog, season, session, tmp_path):
    code, out, _ = youthprog("import", write(tmp_path, Fault.BAD_BIRTH_DATE, Fault.FORMULA), "--season", season.id)
    assert code == 2
    assert "row     2  left out" in out
    assert "Player Birth Date: This is no date." in out
    assert youth_count(session) == 18


def test_json_names_rows_and_nobody(youthprog, season, tmp_path):
    code, out, _ = youthprog("import", write(tmp_path, Fault.FORMULA), "--season", season.id, "--dry-run", "--json")
    answer = json.loads(out)
    assert code == 2
    assert answer["counts"] == {"new": 19, "update": 0, "same": 0, "refuse": 1}
    assert answer["rows"][0]["problems"][0]["code"] == "formula"
    assert not [value for value in (*PRIVATE_VALUES, "Aguilar", "Rosa") if value in out]


@pytest.mark.parametrize("flags", [(), ("--json",)], ids=["text", "json"])
def test_an_unusable_file_gives_exit_1_and_one_sentence(youthprog, season, session, tmp_path, flags):
    path = tmp_path / "broken.csv"
    path.write_bytes(b'First Name,Last Name,Birthdate\nA,"B,2016-01-01\n')
    code, out, err = youthprog("import", path, "--season", season.id, *flags)
    assert code == 1
    assert "A quotation mark that opens in line 2 never closes." in out + err
    assert len((out + err).splitlines()) == 1 or flags


def test_a_season_is_asked_for_by_number_when_several_are_called_so(youthprog, season, tmp_path):
    make_season(name="Fall", ends_on=season.ends_on)
    code, _, err = youthprog("import", write(tmp_path), "--season", "fall")
    assert code == 1
    assert "2 seasons are called 'fall'; give one of these numbers:" in err


def test_a_missing_file_is_one_sentence(youthprog, season, tmp_path):
    code, _, err = youthprog("import", tmp_path / "none.csv", "--season", season.id)
    assert code == 1
    assert err.strip().endswith("no such file or directory.")


# roster -----------------------------------------------------------------------------------------------------------


@pytest.mark.press
def test_a_coach_roster_is_written_whole_and_recorded(youthprog, team, session, tmp_path):
    path = tmp_path / "tigers.pdf"
    code, out, _ = youthprog("roster", "tigers u10", "--out", path)
    assert code == 0
    assert "2 players" in out
    assert "Mateo" in text_of(path)
    assert "Missing" in text_of(path)
    assert [each.name for each in tmp_path.iterdir()] == ["tigers.pdf"]
    assert session.scalars(sa.select(AuditEntry.action)).all()[-1] == "roster.printed"


@pytest.mark.press
def test_a_sign_in_sheet_names_who_may_collect_and_says_no_reason(youthprog, team, session, tmp_path):
    youth = session.scalars(sa.select(Person).where(Person.given_name == "Mateo")).one()
    barred = make_guardian(youth, "Bruno", "Barred", rank=2)
    session.add(
        CustodyRestriction(
            youth_id=youth.id, adult_id=barred.id, no_collect=True, no_decide=True, no_information=True,
            starts_on=clock.today() - timedelta(9), recorded_at=clock.now(),
        )
    )  # fmt: skip
    path = tmp_path / "sheet.pdf"
    assert youthprog("roster", team.id, "--out", path, "--kind", "sign-in")[0] == 0
    text = text_of(path)
    assert "Pick-up: Rosa Aguilar" in text
    assert "Barred" not in text
    assert "See coordinator" in text
    assert "Missing" not in text
    assert "gathering 1 of 1" in text


@pytest.mark.press
def test_a_game_card_has_both_teams_and_the_code_of_its_next_game(youthprog, team, session, tmp_path):
    path = tmp_path / "card.pdf"
    code, _, err = youthprog("roster", team.id, "--out", path, "--kind", "game-card")
    assert (code, err) == (1, "youthprog roster: Tigers U10 has no game ahead.\n")
    season = session.get_one(Season, session.get_one(Group, team.group_id).season_id)
    other = make_opponent(session.get_one(Division, team.division_id), season, "Hawks U10")
    make_game(team, other, make_venue(), clock.now() + timedelta(days=2))
    session.commit()
    assert youthprog("roster", team.id, "--out", path, "--kind", "game-card")[0] == 0
    text = text_of(path)
    assert "Hawks U10" in text
    assert "Mateo" in text
    assert re.search(r"([A-Z2-9]{4}-){2}[A-Z2-9]{4}", text)


@pytest.mark.press
def test_a_team_that_is_not_here_is_one_sentence(youthprog, team, tmp_path):
    code, _, err = youthprog("roster", "Narwhals", "--out", tmp_path / "x.pdf")
    assert code == 1
    assert err == "youthprog roster: there is no team 'Narwhals' in a season that is not over.\n"
    assert not list(tmp_path.iterdir())


@pytest.mark.press
def test_two_teams_of_one_name_are_told_apart_by_number(youthprog, team, season, tmp_path):
    other = make_team(make_season(name="Winter", ends_on=season.ends_on))
    code, _, err = youthprog("roster", "Tigers U10", "--out", tmp_path / "x.pdf")
    assert code == 1
    assert f"{team.id} (Tigers U10," in err
    assert f"{other.id} (Tigers U10," in err
