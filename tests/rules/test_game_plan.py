"""What a schedule would change: new, moved, called off, the same, or refused with its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from youthprog.leagues.imports.game_plan import plan_games
from youthprog.leagues.imports.types import Action, GameRow, GameSeason, KnownGame, KnownSide, KnownTeam

NOW = datetime(2026, 9, 1, tzinfo=UTC)
START = datetime(2026, 9, 15, 23, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
TIGERS, LIONS, HAWKS = (
    KnownTeam(1, "Tigers", "U10"),
    KnownTeam(2, "Lions U10", "U10"),
    KnownTeam(3, "Tigers (U12)", "U12"),
)
SEASON = GameSeason((TIGERS, LIONS, HAWKS), (), NOW - 30 * 24 * HOUR, NOW + 90 * 24 * HOUR, NOW)
ROW = GameRow(2, "number:u10|1", "Tigers", "Lions", "U10", START, START + HOUR, "Lincoln 2", 30)


def side(gathering_id, **values):
    return KnownSide(**{"gathering_id": gathering_id, "starts_at": START, "ends_at": START + HOUR, "place": "Lincoln 2",
                        "title": "", "canceled": False} | values)  # fmt: skip


GAME = KnownGame(9, ROW.key, 1, 2, "Tigers", "Lions U10", "U10", 30, side(11), side(12))
HERE = replace(SEASON, games=(GAME,))


def plan(row, season=SEASON):
    (planned,) = plan_games([row], season)
    return planned


def codes(planned):
    return [problem.code for problem in planned.problems]


def test_a_game_of_two_teams_is_new_for_both():
    planned = plan(ROW)
    assert (planned.action, planned.home_team_id, planned.away_team_id) == (Action.NEW, 1, 2)
    assert codes(planned) == []


@pytest.mark.parametrize("name", ["TIGERS", " t igers", "Tígers"])
def test_teams_are_found_blind_to_case_blanks_and_accents(name):
    assert plan(replace(ROW, home=name)).home_team_id == 1


def test_a_team_called_so_in_two_divisions_is_told_by_the_division():
    assert plan(replace(ROW, home="Tigers", away="Wolves", division="U12")).home_team_id == 3
    assert plan(replace(ROW, home="Tigers (U12)", division="U12")).home_team_id == 3
    both = replace(SEASON, teams=(*SEASON.teams, KnownTeam(4, "tigers", "U14")))
    assert plan(replace(ROW, division="U14"), both).home_team_id == 4
    assert codes(plan(replace(ROW, division=""), both)) == ["several_teams"]


def test_a_team_that_is_not_here_is_only_a_name():
    planned = plan(replace(ROW, away="Wolves"))
    assert (planned.action, planned.away_team_id, planned.away_name) == (Action.NEW, None, "Wolves")
    assert codes(planned) == ["unknown_opponent"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"home": "Wolves", "away": "Bears"}, "no_team_here"),
        ({"home": "R1", "away": "C2"}, "seeds"),
        ({"away": "tigers"}, "same_team_here"),
        ({"starts_at": NOW + 91 * 24 * HOUR, "ends_at": NOW + 91 * 25 * HOUR}, "outside_season"),
        ({"home": "", "away": "", "moves_only": True}, "unknown_game"),
    ],
)
def test_each_refusal_has_its_reason(change, code):
    planned = plan(replace(ROW, **change))
    assert planned.action is Action.REFUSE
    assert codes(planned) == [code]


def test_the_same_again_changes_nothing():
    planned = plan(ROW, HERE)
    assert (planned.action, planned.changes, planned.game_id) == (Action.SAME, (), 9)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"starts_at": START + HOUR, "ends_at": START + 2 * HOUR}, ("starts",)),
        ({"ends_at": START + 2 * HOUR}, ("ends",)),
        ({"place": "Mill Park"}, ("place",)),
        ({"arrive": 45}, ("arrive",)),
        ({"home": "Lions", "away": "Tigers"}, ("home", "away")),
        ({"away": "Wolves"}, ("away",)),
        ({"canceled": True}, ("canceled",)),
    ],
)
def test_an_edited_row_names_what_differs(change, named):
    planned = plan(replace(ROW, **change), HERE)
    assert (planned.action, planned.changes) == (Action.UPDATE, named)


def test_blank_cells_erase_nothing():
    assert plan(replace(ROW, place="", arrive=None), HERE).action is Action.SAME


def test_a_game_of_another_file_is_found_by_teams_and_day():
    other = replace(ROW, key="pair:u10|tigers|lions|1", starts_at=START + HOUR, ends_at=START + 2 * HOUR)
    planned = plan(other, HERE)
    assert (planned.action, planned.game_id, planned.changes) == (Action.UPDATE, 9, ("starts",))
    assert plan(replace(other, starts_at=START + 24 * HOUR, ends_at=START + 25 * HOUR), HERE).action is Action.NEW


def test_one_game_is_taken_by_one_row():
    first = replace(ROW, key="a")
    second = replace(ROW, row=3, key="b", starts_at=START + HOUR, ends_at=START + 2 * HOUR)
    assert [planned.action for planned in plan_games([first, second], HERE)] == [Action.SAME, Action.NEW]
    assert [planned.game_id for planned in plan_games([second, ROW], HERE)] == [None, 9]


def test_what_is_over_stays_as_it_is():
    later = replace(HERE, now=START + 2 * HOUR)
    assert codes(plan(replace(ROW, place="Mill Park"), later)) == ["over"]
    assert plan(ROW, later).action is Action.SAME


def test_what_was_called_off_here_stays_so():
    off = replace(GAME, home=side(11, canceled=True), away=side(12, canceled=True))
    planned = plan(ROW, replace(SEASON, games=(off,)))
    assert (planned.action, codes(planned)) == (Action.SAME, ["stays_canceled"])
    assert plan(replace(ROW, canceled=True), replace(SEASON, games=(off,))).action is Action.SAME


def test_a_game_that_never_came_in_and_is_called_off_stays_out():
    assert plan(replace(ROW, canceled=True, starts_at=None, ends_at=None)).action is Action.SAME


def test_a_row_without_teams_moves_the_game_of_its_id():
    row = replace(ROW, home="", away="", moves_only=True, place="Mill Park")
    planned = plan(row, HERE)
    assert (planned.action, planned.changes, planned.home_name) == (Action.UPDATE, ("place",), "Tigers")


def test_a_row_without_teams_moves_nothing_that_is_over():
    row = replace(ROW, home="", away="", moves_only=True, place="Mill Park")
    assert codes(plan(row, replace(HERE, now=START + 2 * HOUR))) == ["over"]
