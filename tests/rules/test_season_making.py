"""A season's schedule: made under every hard rule, made better, never worse, whatever the league."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.makers.leagues import FIRST, eight_by_eight, little_league, one_division, teams_of
from tests.support.proofs import cases
from youthprog.leagues.season.constructing import construct
from youthprog.leagues.season.faults import both_sides, clashes, faults_of
from youthprog.leagues.season.improving import improve, points_of
from youthprog.leagues.season.making import Outcome, make
from youthprog.leagues.season.types import (
    DivisionSpec,
    Game,
    Hours,
    Pairing,
    Plan,
    SeasonSpec,
    Slot,
    TeamSpec,
    Tie,
    VenueSpec,
    Wish,
)


def league_of(dice: random.Random) -> SeasonSpec:
    """Any league: one to three divisions, odd and even, with closures, absences, ties and wishes."""
    weeks = dice.randint(8, 14)
    days = [FIRST + timedelta(days=number) for number in range(weeks * 7)]
    divisions = []
    for number in range(dice.randint(1, 3)):
        count = dice.randint(2, 9)
        games = dice.choice([None, None, dice.randint(1, weeks)])
        divisions.append(
            DivisionSpec(
                f"D{number}",
                f"Division {number}",
                tuple(
                    replace(team, away=frozenset(dice.sample(days, dice.randint(0, 6))))
                    for team in teams_of(f"D{number}T", count)
                ),
                dice.choice([45, 60, 90]),
                games=games,
                legs=1 if count > 5 else dice.choice([1, 2]),
                rest_days=dice.choice([0, 0, 1]),
                most_a_week=dice.choice([None, 2]),
            )
        )
    venues = tuple(
        VenueSpec(
            f"V{number}",
            f"Venue {number}",
            dice.choice(["north", "south"]),
            (*tuple((day, Hours(17 * 60 + 15, 21 * 60)) for day in range(7)), (5, Hours(9 * 60, 15 * 60))),
            overrides=((dice.choice(days), (Hours(10 * 60, 13 * 60),)), (dice.choice(days), ())),
            closed=frozenset(dice.sample(days, 5)),
        )
        for number in range(dice.randint(2, 4))
    )
    keys = [team.key for division in divisions for team in division.teams]
    ties = tuple(
        Tie(f"person{number}", tuple(dice.sample(keys, min(len(keys), dice.randint(2, 3)))), dice.random() < 0.2)
        for number in range(dice.randint(0, 2))
    )
    wishes = tuple(Wish(*dice.sample(keys, 2)) for _number in range(dice.randint(0, 2)))
    blackouts = frozenset(dice.sample(days, dice.randint(0, 10)))
    return SeasonSpec(FIRST, days[-1], tuple(divisions), venues, blackouts, ties, wishes)


@pytest.mark.proof("a season's schedule breaks no hard rule", room="leagues")
def test_whatever_the_league_no_hard_rule_is_broken():
    made = 0
    for seed in range(cases(full=2_000, sample=25)):
        spec = league_of(random.Random(seed))
        plan = construct(spec, pushes=1_000)
        kinds = {fault.kind for fault in faults_of(plan, spec)}
        assert kinds <= {"unplaced"}, (seed, kinds)
        made += not plan.unplaced
        reports = []
        better = improve(spec, plan, keep_on=lambda progress: reports.append(progress) or len(reports) < 4, seed=seed)  # noqa: B023
        assert {fault.kind for fault in faults_of(better, spec)} <= {"unplaced"}, seed
        assert points_of(spec, better) == min(report.points for report in reports) <= points_of(spec, plan)
        assert all({fault.kind for fault in faults_of(report.plan, spec)} <= {"unplaced"} for report in reports)
    assert made > seed * 0.8, "the leagues of this test are too hard to say anything"


def test_a_league_like_a_real_one_has_a_season_at_once():
    spec = little_league()
    answer = make(spec)
    assert answer.outcome is Outcome.MADE
    assert faults_of(answer.plan, spec) == []
    assert len(answer.plan.games) == sum(division.games_each * len(division.teams) // 2 for division in spec.divisions)


def test_sixty_four_teams_have_a_season_without_a_push():
    spec = eight_by_eight()
    plan = construct(spec, pushes=0)
    assert faults_of(plan, spec) == []
    assert len(plan.games) == 448


@given(st.integers(2, 40), st.integers(1, 2))
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_number_of_teams_has_a_season(teams, legs):
    spec = one_division(teams, weeks=max(8, 30 * legs), fields=5, legs=legs)
    plan = construct(spec)
    assert faults_of(plan, spec) == []
    assert len(plan.games) == legs * teams * (teams - 1) // 2


def test_games_of_one_pair_are_counted_in_the_order_they_are_played():
    spec = one_division(4, legs=2)
    plan = construct(spec)
    for one in range(1, 5):
        for other in range(one + 1, 5):
            met = [
                game.pairing
                for game in plan.games
                if {f"A{one}", f"A{other}"} == {game.pairing.home, game.pairing.away}
            ]
            assert [pairing.meeting for pairing in met] == [1, 2]
            assert met[0].home == met[1].away


def test_brothers_and_sisters_come_to_the_same_day_and_place_where_it_is_free():
    spec = one_division(6, weeks=8)
    other = DivisionSpec("B", "Under 12", teams_of("B", 6))
    spec = replace(spec, divisions=(*spec.divisions, other), wishes=(Wish("A1", "B1"),))
    plan = improve(spec, construct(spec), keep_on=lambda progress: progress.tries < 12_000)
    days = [
        {game.slot.day for game in plan.games if key in (game.pairing.home, game.pairing.away)} for key in ("A1", "B1")
    ]
    assert days[0] == days[1]


def test_no_family_is_needed_at_two_games_at_once_where_another_hour_is_free():
    saturdays = ((5, Hours(9 * 60, 15 * 60)),)
    spec = one_division(8, weeks=9)
    spec = replace(
        spec,
        venues=tuple(VenueSpec(key, key, "park", saturdays) for key in ("F1", "F2")),
        wishes=tuple(Wish(f"A{one}", f"A{other}") for one in range(1, 9) for other in range(one + 1, 9)),
    )
    plan = improve(spec, construct(spec), keep_on=lambda progress: progress.tries < 12_000)
    assert not any(clashes(plan, spec, (wish.one, wish.other)) for wish in spec.wishes)


def test_an_excused_person_no_longer_stands_in_the_way_and_the_clash_is_named():
    both = Tie("coach", ("A1", "A2"))
    saturdays = ((5, Hours(9 * 60, 10 * 60)),)
    spec = SeasonSpec(
        FIRST,
        FIRST + timedelta(weeks=3) - timedelta(days=1),
        (DivisionSpec("A", "A", teams_of("A", 4)),),
        (VenueSpec("F1", "1", "park", saturdays), VenueSpec("F2", "2", "park", saturdays)),
        ties=(both,),
    )
    assert make(spec).outcome is Outcome.IMPOSSIBLE
    spec = replace(spec, ties=(replace(both, excused=True),))
    answer = make(spec)
    assert answer.outcome is Outcome.MADE
    assert len(clashes(answer.plan, spec, both.teams)) == 2
    assert len(both_sides(answer.plan, both.teams)) == 1


# ---- the checker itself: each fault planted and found ----


def game(home: str, away: str, day: int, starts: int, venue: str = "F1", minutes: int = 60) -> Game:
    return Game(Pairing("A", home, away), Slot(FIRST + timedelta(days=day), starts, starts + minutes, venue))


def checked(*games: Game, **changes: object) -> set[str]:
    venue = VenueSpec("F1", "Field 1", "park", ((0, Hours(600, 900)), (1, Hours(600, 900)), (2, Hours(600, 900))))
    spec = SeasonSpec(
        FIRST,
        FIRST + timedelta(days=20),
        (DivisionSpec("A", "A", tuple(TeamSpec(key, key) for key in "wxyz"), games=1),),
        (venue, replace(venue, key="F2", site="school")),
    )
    spec = replace(spec, **{key: value for key, value in changes.items() if key in ("ties", "blackouts")})  # type: ignore[arg-type]
    division = {
        key: value for key, value in changes.items() if key in ("rest_days", "most_a_week", "weekdays", "games")
    }
    spec = replace(spec, divisions=(replace(spec.divisions[0], **division),))  # type: ignore[arg-type]
    return {fault.kind for fault in faults_of(Plan(games), spec)}


GOOD = (game("w", "x", 0, 600), game("y", "z", 0, 660))


def test_a_good_plan_has_no_fault():
    assert checked(*GOOD) == set()


@pytest.mark.parametrize(
    ("fault", "games", "changes"),
    [
        ("overlap", (game("w", "x", 0, 600), game("y", "z", 0, 630)), {}),
        ("outside_hours", (game("w", "x", 0, 870), GOOD[1]), {}),
        ("outside_hours", (game("w", "x", 3, 600), GOOD[1]), {}),
        ("closed", GOOD, {"blackouts": frozenset({FIRST})}),
        ("wrong_venue", (game("w", "x", 0, 600, "F3"), GOOD[1]), {}),
        ("length", (game("w", "x", 0, 700, minutes=90), GOOD[1]), {}),
        ("double_day", (game("w", "x", 0, 600), game("w", "y", 0, 700)), {}),
        ("rest", (game("w", "x", 0, 600), game("w", "y", 1, 700)), {"rest_days": 1}),
        ("week", (game("w", "x", 0, 600), game("w", "y", 2, 700)), {"most_a_week": 1}),
        ("weekday", GOOD, {"weekdays": frozenset({1})}),
        ("person", (GOOD[0], game("y", "z", 0, 630, "F2")), {"ties": (Tie("p", ("w", "y")),)}),
        ("person", (GOOD[0], game("y", "z", 0, 680, "F2")), {"ties": (Tie("p", ("w", "y")),)}),
        ("count", GOOD[:1], {}),
        ("uneven", (game("w", "x", 0, 600), game("w", "y", 1, 600)), {}),
        ("home_away", (game("w", "x", 0, 600), game("w", "y", 1, 600), game("w", "z", 2, 600)), {}),
        ("pairs", (game("w", "x", 0, 600), game("x", "w", 1, 600)), {}),
        ("pair_home", (game("w", "x", 0, 600), game("w", "x", 1, 600)), {}),
        ("stranger", (game("w", "q", 0, 600), GOOD[1]), {}),
    ],
)
def test_the_checker_finds(fault, games, changes):
    assert fault in checked(*games, **changes)


def test_a_field_without_hours_and_the_length_of_an_imported_game_are_not_wrong():
    spec = one_division(2, games=1)
    unsaid = replace(spec, venues=(replace(spec.venues[0], weekly=(), has_hours=False),))
    pairing = Pairing(spec.divisions[0].key, *(team.key for team in spec.divisions[0].teams))
    slot = Slot(FIRST, 60, 150, spec.venues[0].key)
    as_it_is = Plan((Game(replace(pairing, as_imported=True), slot),))
    assert [fault.kind for fault in faults_of(as_it_is, unsaid)] == []
    assert [fault.kind for fault in faults_of(as_it_is, spec)] == ["outside_hours"]
    assert [fault.kind for fault in faults_of(Plan((Game(pairing, slot),)), unsaid)] == ["length"]
    closed = replace(unsaid, blackouts=frozenset({FIRST}))
    assert [fault.kind for fault in faults_of(as_it_is, closed)] == ["closed"]


def test_a_game_of_a_division_that_is_not_made_here_is_found():
    spec = one_division(2, games=1)
    stranger = Game(Pairing("B", "p", "q"), Slot(FIRST, 1050, 1110, spec.venues[0].key))
    assert "stranger" in {fault.kind for fault in faults_of(Plan((stranger,)), spec)}


def test_with_time_to_travel_nobody_clashes():
    games = (GOOD[0], game("y", "z", 0, 690, "F2"))
    assert checked(*games, ties=(Tie("p", ("w", "y")),)) == set()
    assert checked(*GOOD, ties=(Tie("p", ("w", "y")),)) == set(), "within a site nobody travels"


def test_a_team_that_is_away_is_found():
    spec = replace(
        one_division(2, games=1),
        divisions=(DivisionSpec("A", "A", (TeamSpec("w", "w", frozenset({FIRST})), TeamSpec("x", "x"))),),
    )
    plan = Plan((Game(Pairing("A", "w", "x"), Slot(FIRST, 1050, 1110, "F1")),))
    assert {fault.kind for fault in faults_of(plan, spec)} == {"team_away"}


def test_hours_that_touch_are_one():
    venue = VenueSpec("v", "v", weekly=((0, Hours(600, 660)), (0, Hours(660, 720)), (0, Hours(800, 860))))
    assert venue.hours_on(date(2026, 3, 2)) == (Hours(600, 720), Hours(800, 860))
    assert venue.hours_on(date(2026, 3, 3)) == ()
