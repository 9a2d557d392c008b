"""Why there is no season: planted impossibilities are named exactly, and nothing possible is called impossible."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.makers.leagues import FIRST, little_league, one_division, teams_of
from tests.rules.test_season_making import league_of
from tests.support.proofs import cases
from youthprog.leagues.season.causes import Cause, Relief
from youthprog.leagues.season.constructing import construct
from youthprog.leagues.season.counts import causes_by_count
from youthprog.leagues.season.day_counts import fewest_of, most_games
from youthprog.leagues.season.faults import faults_of
from youthprog.leagues.season.making import Outcome, make
from youthprog.leagues.season.proof import prove_impossible
from youthprog.leagues.season.types import DivisionSpec, Hours, SeasonSpec, Tie, VenueSpec

SATURDAY = ((5, Hours(9 * 60, 13 * 60)),)


@dataclass(frozen=True)
class Planted:
    """A season with one impossibility, what must be said about it, and the season after the least relief."""

    spec: SeasonSpec
    kind: str
    needed: int
    offered: int
    teams: frozenset[str] = frozenset()
    divisions: frozenset[str] = frozenset()
    person: str = ""
    relief: Relief | None = None
    relieved: SeasonSpec | None = None


def saturdays(spec: SeasonSpec) -> list[date]:
    return [FIRST + timedelta(days=day) for day in range((spec.last - FIRST).days + 1) if day % 7 == 5]


def weekly(count: int, *, weeks: int, fields: int = 3, **more: object) -> SeasonSpec:
    """A division that plays on Saturdays only."""
    spec = one_division(count, weeks=weeks, fields=fields, **more)
    return replace(spec, venues=tuple(replace(venue, weekly=SATURDAY) for venue in spec.venues))


def with_away(spec: SeasonSpec, away: dict[str, set[date]]) -> SeasonSpec:
    divisions = tuple(
        replace(
            division,
            teams=tuple(
                replace(team, away=frozenset(away[team.key])) if team.key in away else team for team in division.teams
            ),
        )
        for division in spec.divisions
    )
    return replace(spec, divisions=divisions)


def team_without_days(dice: random.Random) -> Planted:
    count = dice.choice([4, 6])
    spec = weekly(count, weeks=12)
    needed, team = count - 1, f"A{dice.randint(1, count)}"
    offered = dice.randint(0, needed - 1)
    days = dice.sample(saturdays(spec), 12)
    relieved = with_away(spec, {team: set(days[needed:])})
    relief = Relief("more_days", (team,), needed - offered)
    planted = with_away(spec, {team: set(days[offered:])})
    return Planted(planted, "team_days", needed, offered, frozenset({team}), frozenset("A"), "", relief, relieved)


def pair_without_a_day(dice: random.Random) -> Planted:
    spec = weekly(4, weeks=14)
    days = dice.sample(saturdays(spec), 14)
    one, other = dice.sample(["A1", "A2", "A3", "A4"], 2)
    planted = with_away(spec, {one: set(days[:7]), other: set(days[7:])})
    relieved = with_away(spec, {one: set(days[:7]), other: set(days[8:])})
    pair = frozenset({one, other})
    keys = tuple(sorted(pair))
    return Planted(planted, "pair_days", 1, 0, pair, frozenset("A"), "", Relief("common_days", keys, 1), relieved)


def division_without_room(dice: random.Random) -> Planted:
    count, weeks = dice.choice([6, 8]), 12
    spec = weekly(count, weeks=weeks, fields=1)
    needed = count * (count - 1) // 2
    slots = dice.randint(needed // 2, needed - 1)
    spec = replace(spec, venues=(_with_slots(spec, slots),))
    relieved = replace(spec, venues=(_with_slots(spec, slots), _extra(spec, slots, needed)))
    relief = Relief("more_slots", ("A",), needed - slots)
    return Planted(spec, "room", needed, slots, divisions=frozenset("A"), relief=relief, relieved=relieved)


def _with_slots(spec: SeasonSpec, slots: int, key: str = "F1") -> VenueSpec:
    """A venue with so many hours in all, shared out over the Saturdays."""
    days = saturdays(spec)
    each, more = divmod(slots, len(days))
    hours = tuple(
        (day, (Hours(540, 540 + 60 * (each + (place < more))),) if each + (place < more) else ())
        for place, day in enumerate(days)
    )
    return VenueSpec(key, key, "park", overrides=hours)


def _extra(spec: SeasonSpec, slots: int, needed: int) -> VenueSpec:
    """Exactly the hours that lack, on days that have the fewest."""
    days = saturdays(spec)[::-1]
    hours = tuple((days[place % len(days)], place // len(days)) for place in range(needed - slots))
    per_day = {day: sum(each == day for each, _turn in hours) for day, _turn in hours}
    return VenueSpec(
        "extra", "extra", "park", overrides=tuple((day, (Hours(540, 540 + 60 * n),)) for day, n in per_day.items())
    )


def two_divisions_without_room(dice: random.Random) -> Planted:
    spec = weekly(4, weeks=6, fields=1, legs=1)
    other = DivisionSpec("B", "Under 12", teams_of("B", 4))
    slots = dice.randint(6, 11)
    spec = replace(spec, divisions=(*spec.divisions, other), venues=(_with_slots(spec, slots),))
    relieved = replace(spec, venues=(*spec.venues, _extra(spec, slots, 12)))
    relief = Relief("more_slots", ("A", "B"), 12 - slots)
    return Planted(spec, "room", 12, slots, divisions=frozenset("AB"), relief=relief, relieved=relieved)


def weeks_too_few(dice: random.Random) -> Planted:
    count = dice.choice([6, 8])
    weeks = dice.randint(3, count - 2)
    spec = one_division(count, weeks=weeks, fields=4, most_a_week=1)
    relieved = replace(spec, divisions=(replace(spec.divisions[0], most_a_week=-(-(count - 1) // weeks)),))
    relief = Relief("more_a_week", ("A",), -(-(count - 1) // weeks))
    return Planted(spec, "division_days", count - 1, weeks, divisions=frozenset("A"), relief=relief, relieved=relieved)


def days_closed(dice: random.Random) -> Planted:
    """A season long enough, of which so many Saturdays are without games that each team lacks some."""
    count, weeks = dice.choice([4, 6]), 12
    spec = weekly(count, weeks=weeks)
    needed = count - 1
    days = dice.sample(saturdays(spec), weeks)
    offered = dice.randint(0, needed - 1)
    planted = replace(spec, blackouts=frozenset(days[offered:]))
    relieved = replace(spec, blackouts=frozenset(days[needed:]))
    relief = Relief("reopen", ("A",), needed - offered)
    return Planted(planted, "closed_days", needed, offered, divisions=frozenset("A"), relief=relief, relieved=relieved)


def coach_in_two_places(dice: random.Random) -> Planted:
    weeks = dice.randint(4, 8)
    one_hour = ((5, Hours(540, 600)),)
    divisions = (
        DivisionSpec("A", "Under 10", teams_of("A", 2), games=weeks),
        DivisionSpec("B", "Under 12", teams_of("B", 2), games=weeks),
    )
    venues = (VenueSpec("F1", "1", "park", one_hour), VenueSpec("F2", "2", "school", one_hour))
    tie = Tie("coach", (f"A{dice.randint(1, 2)}", f"B{dice.randint(1, 2)}"))
    spec = SeasonSpec(FIRST, FIRST + timedelta(weeks=weeks) - timedelta(days=1), divisions, venues, ties=(tie,))
    return Planted(
        spec,
        "person_time",
        2 * weeks,
        weeks,
        frozenset(tie.teams),
        frozenset("AB"),
        "coach",
        Relief("excuse", ("coach",), weeks),
        replace(spec, ties=(replace(tie, excused=True),)),
    )


def three_with_two_days(dice: random.Random) -> Planted:
    """Three teams each have days enough, each two a day in common, but the three only two in all among them."""
    spec = weekly(6, weeks=18)
    days = dice.sample(saturdays(spec), 18)
    three = dice.sample([f"A{number}" for number in range(1, 7)], 3)
    shared = days[:2]
    own = {team: set(days[2 + 5 * place : 7 + 5 * place]) for place, team in enumerate(three)}
    planted = with_away(spec, {team: set(days) - set(shared) - own[team] for team in three})
    own[three[0]].add(days[7])  # the second team's day too
    relieved = with_away(spec, {team: set(days) - set(shared) - own[team] for team in three})
    relief = Relief("common_days", tuple(sorted(three)), 1)
    return Planted(planted, "group_days", 3, 2, frozenset(three), frozenset("A"), "", relief, relieved)


def three_without_rest(dice: random.Random) -> Planted:
    """Three teams share three days, but two of them follow each other and the teams must rest between."""
    spec = one_division(6, weeks=12, fields=3, rest_days=1)
    days = [spec.first + timedelta(days=number) for number in range(84) if number % 7 != 6]
    weeks = dice.sample(range(12), 12)
    tuesday, later = weeks[0] * 7 + 1, weeks[1] * 7 + dice.randint(0, 5)
    shared = {spec.first + timedelta(days=number) for number in (tuesday, tuesday + 1, later)}
    three = dice.sample([f"A{number}" for number in range(1, 7)], 3)
    own = {
        team: {spec.first + timedelta(days=weeks[2 + 3 * place + turn] * 7) for turn in range(3)}
        for place, team in enumerate(three)
    }
    planted = with_away(spec, {team: set(days) - shared - own[team] for team in three})
    relieved = replace(planted, divisions=(replace(planted.divisions[0], rest_days=0),))
    relief = Relief("less_rest", ("A",), 0)
    return Planted(planted, "knot", 3, 2, frozenset(three), frozenset("A"), "", relief, relieved)


def three_people_two_times(dice: random.Random) -> Planted:
    """Three teams of which each two share a coach, and only two times a day: each two can, the three cannot."""
    weeks = dice.randint(3, 5)
    divisions = tuple(DivisionSpec(key, key, teams_of(key, 2), games=weeks) for key in "ABC")
    times = ((5, Hours(540, 660)),)
    venues = tuple(VenueSpec(f"F{number}", str(number), "park", times) for number in range(1, 4))
    ties = (Tie("p", ("A1", "B1")), Tie("q", ("A1", "C1")), Tie("r", ("B1", "C1")))
    spec = SeasonSpec(FIRST, FIRST + timedelta(weeks=weeks) - timedelta(days=1), divisions, venues, ties=ties)
    relieved = replace(spec, ties=(*ties[:2], replace(ties[2], excused=True)))
    return Planted(spec, "knot", 3 * weeks, 2 * weeks, divisions=frozenset("ABC"), relieved=relieved)


PLANTERS = (
    team_without_days,
    pair_without_a_day,
    division_without_room,
    two_divisions_without_room,
    weeks_too_few,
    days_closed,
    coach_in_two_places,
    three_with_two_days,
    three_without_rest,
    three_people_two_times,
)


@pytest.mark.proof("planted impossibilities are named exactly", room="leagues")
def test_each_planted_impossibility_is_named_and_the_least_relief_takes_it_away():
    for number in range(cases(full=110, sample=10)):
        planted = PLANTERS[number % len(PLANTERS)](random.Random(number))
        answer = make(planted.spec)
        assert answer.outcome is Outcome.IMPOSSIBLE, number
        cause = answer.cause
        assert cause is not None
        assert (cause.kind, cause.needed, cause.offered) == (planted.kind, planted.needed, planted.offered), number
        assert not planted.teams or set(cause.teams) == planted.teams, number
        assert set(cause.divisions) == planted.divisions, number
        assert cause.person == planted.person or planted.kind == "knot", number
        assert planted.relief is None or planted.relief in cause.reliefs, number
        if planted.relieved is not None:
            again = make(planted.relieved)
            assert again.outcome is Outcome.MADE, number
            assert faults_of(again.plan, planted.relieved) == [], number


@pytest.mark.proof("nothing possible is called impossible", room="leagues")
def test_nothing_possible_is_called_impossible():
    looked = 0
    for seed in range(cases(full=400, sample=8)):
        spec = league_of(random.Random(seed))
        if construct(spec, pushes=1_000).unplaced:
            continue
        looked += 1
        assert list(causes_by_count(spec)) == [], seed
        if seed % 4 == 0:
            assert prove_impossible(spec, seconds=2).cause is None, seed
    assert looked > seed * 0.7


def test_a_possible_season_of_many_divisions_has_no_cause_by_count():
    assert list(causes_by_count(little_league())) == []


def test_what_is_neither_made_nor_disproved_is_said_to_be_so(monkeypatch):
    planted = three_without_rest(random.Random(6))
    monkeypatch.setattr("youthprog.leagues.season.making.PROOF_SECONDS", 0.0)
    monkeypatch.setattr("youthprog.leagues.season.making.BUILD_SECONDS", 0.05)
    answer = make(planted.spec)
    assert answer.outcome is Outcome.NOT_FOUND
    assert answer.cause is None
    assert answer.plan.unplaced


def test_a_season_with_every_day_closed_names_the_closed_days_and_no_season_of_no_games():
    spec = weekly(4, weeks=6)
    spec = replace(spec, blackouts=frozenset(saturdays(spec)))
    cause = make(spec).cause
    assert cause == Cause("closed_days", 3, 0, ("A",), reliefs=(Relief("reopen", ("A",), 3),))


def test_a_field_closed_by_itself_counts_as_days_without_games():
    spec = weekly(4, weeks=4, fields=1)
    spec = replace(spec, venues=(replace(spec.venues[0], closed=frozenset(saturdays(spec)[1:])),))
    cause = make(spec).cause
    assert cause is not None
    assert (cause.kind, cause.offered, cause.reliefs[0]) == ("closed_days", 1, Relief("reopen", ("A",), 2))


def test_without_any_field_the_field_is_what_is_missing():
    cause = make(replace(weekly(4, weeks=6), venues=())).cause
    assert cause == Cause("no_field", 3, 0, ("A",), reliefs=(Relief("field", ("A",)),))


def test_games_longer_than_any_field_is_open_are_the_cause():
    cause = make(weekly(4, weeks=6, minutes=300)).cause
    reliefs = (Relief("longer_hours", ("A",), 300), Relief("shorter_games", ("A",), 240))
    assert cause == Cause("too_long", 300, 240, ("A",), reliefs=reliefs)


@given(st.lists(st.integers(1, 24), max_size=9, unique=True), st.integers(0, 9), st.integers(0, 3), st.integers(1, 3))
def test_the_fewest_days_to_open_again_are_the_fewest(days, own, rest, most):
    lost, kept = sorted(days[own:]), sorted(days[:own])
    for needed in range(1, 5):
        enough = [
            size
            for size in range(len(lost) + 1)
            for some in combinations(lost, size)
            if most_games(sorted({*kept, *some}), rest, most) >= needed
        ]
        assert fewest_of(lost, kept, needed, rest, most) == min(enough, default=None)


def test_games_of_several_lengths_are_counted_in_minutes():
    spec = weekly(2, weeks=4, fields=1, games=4)
    spec = replace(
        spec,
        divisions=(*spec.divisions, DivisionSpec("B", "B", teams_of("B", 2), 90, games=4)),
        venues=(replace(spec.venues[0], weekly=((5, Hours(540, 660)),)),),
    )
    (cause,) = causes_by_count(spec)
    assert cause == Cause(
        "room_minutes",
        600,
        480,
        ("A", "B"),
        venues=("F1",),
        dates=tuple(saturdays(spec)),
        reliefs=(Relief("more_minutes", ("A", "B"), 120),),
    )


@pytest.mark.parametrize(
    ("days", "rest", "most", "count"),
    [
        ([1, 2, 3], 0, None, 3),
        ([1, 2, 3], 1, None, 2),
        ([1, 2, 3, 8], 0, 2, 3),
        ([7, 8], 0, 1, 2),
        ([], 0, None, 0),
    ],
)
def test_most_games_of_a_team(days, rest, most, count):
    assert most_games(days, rest, most) == count  # day 1 is a Monday, day 8 the next
