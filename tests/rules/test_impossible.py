"""Why a season cannot be: planted causes are named with their teams and numbers, and a season that can be is never accused."""

from __future__ import annotations

from random import Random

import pytest

from tests.makers.timetables import amateur_rules, bar, make_timetable
from tests.support.proofs import cases
from youthprog.leagues.timetables.impossible import causes_of, fewest_days, most_within
from youthprog.leagues.timetables.program import program_of
from youthprog.leagues.timetables.types import Cause, Meeting, Timetable
from youthprog.leagues.timetables.weighing import _rows, excess_of, weighed_cause

SLOTS = 60


def causes(*rules: str, **asked: object) -> tuple[Cause, ...]:
    return causes_of(make_timetable(**{"teams": 5, "slots": SLOTS, **asked}, rules=rules))


def but(*slots: int) -> list[int]:
    return [slot for slot in range(SLOTS) if slot not in slots]


def test_a_season_with_room_has_no_cause():
    assert causes() == ()


@pytest.mark.parametrize(
    ("rules", "asked", "reason", "relaxation"),
    [
        ([bar(2, but(3, 4, 50))], {}, "Team 2 has 3 days for home games but must be at home 4 times", "1 more home day for Team 2."),
        ([bar(2, but(3))], {}, "Team 2 has 1 day for home games", "3 more home days for Team 2."),
        ([], {"slots": 9}, "5 teams need 10 slots for 20 games, at most 2 at a time; the season has 9.", "Add 1 slot."),
        ([], {"teams": 4, "slots": 7, "compact": True}, "Every team must play in each of the 7 slots, but has only 6 games.", "Take 1 slot out"),
        ([bar(1, [3], "HA")], {"teams": 4, "slots": 6, "compact": True}, "Team 1 must play in Slot 3", "Let Team 1 play in Slot 3."),
        ([bar(0, but(1, 2, 3, 4)), bar(3, [1, 2, 3, 4], "HA")], {}, "Team 0 cannot be at home to Team 3: on none of the 4 days", "One day on which Team 3 may play at Team 0."),
        ([bar(0, but(1, 2, 3, 4, 5)), bar(3, [1, 2, 3, 4], "A"), bar(2, [1, 2, 3, 4], "A")], {}, "Team 0 must be at home to Team 2 and Team 3, 2 games, but only 1 day can take them.", "One more day"),
        (['<CA1 teams="1" slots="0;1" mode="H" min="3" max="2" type="HARD"/>'], {}, "asks for at least 3 and at most 2", "by 1"),
        (['<CA1 teams="1" slots="0;1" mode="H" min="2" type="HARD"/>', bar(1, [1])], {}, "Team 1 must have 2 of its games in the 2 slots", "Ask for 1, or open one more day there."),
        (['<CA1 teams="1" slotGroups="0" mode="H" min="5" type="HARD"/>'], {}, "Team 1 must have 5 games", "Ask for 4."),
        ([bar(1, but(10, 11, 12, 13, 14)), '<CA3 intp="4" max="2" min="0" mode1="HA" mode2="SLOTS" teamGroups1="0" teamGroups2="0" type="HARD"/>'], {}, "Team 1 has 5 days for its 4 home games, but with at most 2 in any 4 days in a row only 3 can be used.", "One more day for Team 1"),
        ([bar(0, but(0, 1, 2, 3, 4)), bar(1, but(5, 6, 7, 8)), '<SE1 teams="0;1" min="20" type="HARD"/>'], {}, "Team 0 and Team 1 must have 20 days between their two games", "13 days farther off, or 7 days between"),
        ([bar(0, but(1, 2, 3, 4)), bar(1, but(1, 2, 3, 4))], {}, "games of Team 0 have only 4 days between them", "One more day for one of these games."),
    ],
)  # fmt: skip
def test_a_cause_is_named_with_its_numbers(rules, asked, reason, relaxation):
    found = causes(*rules, **asked)
    assert found
    assert reason in found[0].reason
    assert relaxation in found[0].relaxation


def test_once_around_asks_for_either_day():
    assert causes(bar(0, but()), rounds=1) == ()
    assert "cannot be at home" in causes(bar(0, but()), bar(3, but()), rounds=1)[0].reason


def test_only_games_that_matter_are_named():
    games, days = fewest_days({"a": [1, 2, 3], "b": [4], "c": [5, 6], "d": [4]})
    assert (games, days) == ({"b", "d"}, 1)
    assert fewest_days({"a": [1, 2], "b": [2], "c": [3]}) is None


@pytest.mark.parametrize(
    ("days", "length", "most", "room"),
    [([1, 2, 3, 4], 4, 2, 2), ([1, 2, 5, 6], 4, 2, 4), ([], 4, 2, 0), ([7], 1, 1, 1)],
)
def test_days_are_thinned_to_what_a_limit_leaves(days, length, most, room):
    assert most_within(days, length, most) == room


PLANTS = {
    "home days": lambda random, team, other: [bar(team, but(*random.sample(range(SLOTS), random.randint(0, 4))))],
    "no day": lambda random, team, other: [bar(other, (days := random.sample(range(SLOTS), 9)), "HA"), bar(team, but(*days))],
    "days of both": lambda random, team, other: [bar(team, but(*(days := random.sample(range(SLOTS), 5)))), bar(other, but(*days))],
    "far apart": lambda random, team, other: [
        bar(team, but(*range(10, 25))), bar(other, but(*range(20, 35))),
        f'<SE1 teams="{team};{other}" min="25" penalty="1" type="HARD"/>',
    ],
}  # fmt: skip


@pytest.mark.proof("a planted impossibility is named with its teams", room="leagues")
def test_planted_causes_are_found():
    for case in range(cases(full=100, sample=15)):
        random = Random(case)
        kind = list(PLANTS)[case % len(PLANTS)]
        team, other = random.sample(range(6), 2)
        rules = [*PLANTS[kind](random, team, other), *amateur_rules(6, SLOTS, case, home_days=40)[2 * 6 :]]
        found = causes_of(make_timetable(teams=6, slots=SLOTS, rules=rules))
        assert found, (case, kind)
        assert any(f"Team {team}" in cause.reason for cause in found), (case, kind, found)
        assert all(any(letter.isdigit() for letter in cause.reason) and cause.relaxation for cause in found)


def planted_season(seed: int) -> tuple[Timetable, list[Meeting]]:
    """A tight season around a schedule that keeps all its hard rules: few days more than the schedule uses."""
    random = Random(seed)
    teams = random.randint(3, 6)
    pairs = [(home, away) for home in range(teams) for away in range(teams) if home != away]
    random.shuffle(pairs)
    games = [Meeting(home, away, place) for place, (home, away) in enumerate(pairs)]
    slots = len(pairs)
    rules = []
    for team in range(teams):
        offered = {game.slot for game in games if game.home == team} | set(
            random.sample(range(slots), random.randint(0, 1))
        )
        rules.append(bar(team, [slot for slot in range(slots) if slot not in offered]))
        away = {game.slot for game in games if game.away == team} | set(random.sample(range(slots), 2))
        rules.append(bar(team, [slot for slot in range(slots) if slot not in away], "A"))
    closest = min(
        abs(one.slot - other.slot) - 1
        for one in games
        for other in games
        if (one.away, one.home) == (other.home, other.away)
    )
    rules.append(f'<SE1 teamGroups="0" min="{closest}" penalty="1" type="HARD"/>')
    return make_timetable(teams=teams, slots=slots, rules=rules), games


@pytest.mark.proof("a season that can be is never called impossible", room="leagues")
def test_no_season_that_can_be_is_accused():
    for case in range(cases(full=2000, sample=60)):
        timetable, _games = planted_season(case)
        assert causes_of(timetable) == (), case


def test_no_weights_prove_what_is_not_so():
    for case in range(15):
        random = Random(case)
        timetable, _games = planted_season(case)
        program = program_of(timetable)
        games, limits = _rows(program)
        for _ in range(10):
            weights = {place: random.choice([0, 0, 1, 1, 2, 3]) for place in games}
            weights |= {place: random.choice([0, 0, 0, 1, 2]) for place in limits}
            assert excess_of(program, games, limits, weights) <= 0


def test_a_weighed_count_proves_a_shortage_of_days():
    timetable = make_timetable(teams=5, slots=SLOTS, rules=[bar(0, but(1, 2, 3, 4)), bar(1, but(1, 2, 3, 4))])
    cause = weighed_cause(timetable, program_of(timetable))
    assert cause is not None
    assert "Together these games need more days than their teams have:" in cause.reason
    assert "home games of Team 0" in cause.reason
    assert weighed_cause(make_timetable(teams=5, slots=SLOTS), program_of(make_timetable(teams=5, slots=SLOTS))) is None
