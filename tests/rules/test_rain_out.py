"""A closed venue or day: nothing else moves, no rule breaks, three places for each game."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.makers.leagues import FIRST, little_league, one_division, teams_of
from tests.rules.test_season_making import league_of
from tests.support.proofs import cases
from youthprog.leagues.season.constructing import construct
from youthprog.leagues.season.faults import faults_of
from youthprog.leagues.season.rain_out import CHOICES, Closing, Lack, Repair, repair, replaced
from youthprog.leagues.season.types import Game, Pairing, Plan, SeasonSpec, Slot, Tie


def closed(spec: SeasonSpec, closings: list[Closing]) -> SeasonSpec:
    """The season in which the closed venues are closed, for the independent checker."""
    return replace(
        spec,
        venues=tuple(
            replace(
                venue,
                closed=venue.closed
                | {closing.day for closing in closings if not closing.venues or venue.key in closing.venues},
            )
            for venue in spec.venues
        ),
    )


def moved_only_affected(plan: Plan, done: Repair) -> bool:
    hit = {each.game for each in done.replacements}
    return {game for game in plan.games if game not in hit} <= set(done.plan.games)


def with_one_exchanged(done: Repair, game: Game, slot: object) -> Plan:
    """The plan in which one affected game took another of its choices."""
    others = [each for each in done.plan.games if each.pairing != game.pairing]
    return Plan((*others, Game(game.pairing, slot)), done.plan.unplaced)  # type: ignore[arg-type]


@pytest.mark.proof("a rain-out moves nothing else and breaks no rule", room="leagues")
def test_a_rain_out_moves_only_its_games_and_every_choice_is_legal():
    hit = 0
    for seed in range(cases(full=1_000, sample=15)):
        dice = random.Random(seed)
        spec = league_of(dice)
        plan = construct(spec, pushes=300)
        if not plan.games:
            continue
        day = dice.choice(plan.games).slot.day
        venues = frozenset({dice.choice(plan.games).slot.venue}) if dice.random() < 0.5 else frozenset()
        closings = [Closing(day, venues)]
        done = repair(spec, plan, closings, not_before=day + timedelta(days=1))
        assert moved_only_affected(plan, done), seed
        strict = closed(spec, closings)
        assert {fault.kind for fault in faults_of(done.plan, strict)} <= {"unplaced"}, seed
        for each in done.replacements:
            hit += 1
            assert each.slot is None or each.slot == each.choices[0], seed
            assert len(each.choices) == len(set(each.choices)) <= CHOICES
            for slot in each.choices:
                assert slot.day > day
                again = with_one_exchanged(done, each.game, slot)
                assert {fault.kind for fault in faults_of(again, strict)} <= {"unplaced"}, seed
    assert hit > seed / 2


def test_forty_games_of_a_closed_week_find_places_each_with_three_choices():
    spec = little_league()
    plan = construct(spec)
    days = sorted({game.slot.day for game in plan.games})
    closings: list[Closing] = []
    count = 0
    for day in days[:3] + days[10:13]:
        of_day = sum(game.slot.day == day for game in plan.games)
        if count + of_day <= 40:
            closings.append(Closing(day))
            count += of_day
    done = repair(spec, plan, closings, not_before=days[0])
    assert len(done.replacements) == count > 20
    assert done.without_place == ()
    assert faults_of(done.plan, closed(spec, closings)) == []
    assert all(len(each.choices) == CHOICES for each in done.replacements)
    assert moved_only_affected(plan, done)


def test_the_nearest_place_comes_first():
    spec = one_division(4, weeks=10, fields=2)
    plan = construct(spec)
    game = plan.games[0]
    done = repair(spec, plan, [Closing(game.slot.day, frozenset({game.slot.venue}))], not_before=game.slot.day)
    (first,) = [each for each in done.replacements if each.game == game]
    assert first.slot is not None
    assert first.slot.day == game.slot.day, "the other field is free that day"
    assert first.slot.venue != game.slot.venue


def test_from_a_minute_on_only_what_is_not_over_falls_out():
    spec = one_division(4, weeks=10, fields=1)
    plan = construct(spec)
    slot = plan.games[0].slot
    assert not repair(spec, plan, [Closing(slot.day, frozenset(), slot.ends)], not_before=slot.day).plan.unplaced
    assert all(
        each.game != plan.games[0]
        for each in repair(spec, plan, [Closing(slot.day, frozenset(), slot.ends)], not_before=slot.day).replacements
    )


def test_a_game_without_any_place_is_said_to_have_none():
    spec = one_division(2, weeks=1, fields=1, games=1)
    plan = construct(spec)
    done = repair(spec, plan, [Closing(plan.games[0].slot.day)], not_before=FIRST + timedelta(days=30))
    assert [each.slot for each in done.without_place] == [None]
    assert done.plan.unplaced == (plan.games[0].pairing,)


def test_games_that_break_the_rules_already_stand_in_the_way_and_stop_nobody():
    """A season that was changed by hand: one game off the field's step, one on a field that is no longer ours."""
    spec = one_division(4, weeks=10, fields=2)
    plan = construct(spec)
    first, second, third, *rest = plan.games
    odd = replace(second, slot=replace(second.slot, starts=second.slot.starts + 25, ends=second.slot.ends + 25))
    gone = replace(third, slot=replace(third.slot, venue="F9", day=third.slot.day + timedelta(days=1)))
    by_hand = Plan((first, odd, gone, *rest))
    done = replaced(spec, by_hand, [first], not_before=first.slot.day)
    (each,) = done.replacements
    assert {odd, gone, *rest} <= set(done.plan.games)
    for slot in each.choices:
        after = with_one_exchanged(done, first, slot)
        assert slot != first.slot
        assert not [fault for fault in faults_of(after, spec) if any(game.slot == slot for game in fault.games)]


def tight(**more: object) -> tuple[SeasonSpec, Game]:
    """Two teams with one game and a Saturday to play it on, and what makes it hard."""
    spec = one_division(2, weeks=2, fields=1, games=1)
    (venue,) = spec.venues
    spec = replace(spec, venues=(replace(venue, weekly=tuple(each for each in venue.weekly if each[0] == 5)),), **more)
    return spec, construct(spec).games[0]


def lack_of(spec: SeasonSpec, plan: Plan, game: Game, closings: list[Closing]) -> tuple[Lack | None, int]:
    (each,) = replaced(spec, plan, [game], closings, not_before=FIRST).replacements
    return each.lack, each.days


def test_what_a_game_without_a_place_lacks_is_said():
    spec, game = tight()
    saturdays = [Closing(spec.first + timedelta(days=days)) for days in (5, 12)]
    plan, there = Plan((game,)), [Closing(game.slot.day)]
    assert lack_of(spec, plan, game, saturdays) == (Lack.DAYS, 0)
    other = next(each.day for each in saturdays if each.day != game.slot.day)
    away = replace(spec.divisions[0].teams[0], away=frozenset({other}))
    at_camp = replace(spec, divisions=(replace(spec.divisions[0], teams=(away, spec.divisions[0].teams[1])),))
    assert lack_of(at_camp, plan, game, there) == (Lack.TEAMS, 1)
    strangers = replace(spec.divisions[0], key="B", teams=teams_of("B", 2))
    full = replace(spec, divisions=(*spec.divisions, strangers))
    long = Game(Pairing("B", "B1", "B2"), Slot(other, 9 * 60, 17 * 60, "F1"))
    assert lack_of(full, Plan((game, long)), game, there) == (Lack.FIELDS, 1)
    elsewhere = replace(spec.venues[0], key="F2", site="far")
    coach = replace(full, venues=(*spec.venues, elsewhere), ties=(Tie("coach", ("A1", "B1")),))
    far = replace(long, slot=replace(long.slot, venue="F2"))
    assert lack_of(coach, Plan((game, far)), game, there) == (Lack.PEOPLE, 1)
    assert lack_of(replace(spec, divisions=(strangers,)), plan, game, there) == (Lack.DIVISION, 0)


def test_a_plan_that_may_not_go_on_keeps_what_it_has():
    spec = little_league()
    plan = construct(spec)
    day = plan.games[40].slot.day
    hit = [game for game in plan.games if game.slot.day == day]
    done = replaced(spec, plan, hit, [Closing(day)], not_before=day, goes_on=lambda: False)
    assert moved_only_affected(plan, done)
    assert {fault.kind for fault in faults_of(done.plan, closed(spec, [Closing(day)]))} <= {"unplaced"}
