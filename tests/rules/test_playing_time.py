"""How much a player has to play, who fell short, and when a team is too few."""

from __future__ import annotations

import random

import pytest

from tests.support.proofs import cases
from youthprog.leagues.forfeits.rules import AWAY, FORMS, FORMS_ENOUGH, MOVE, is_short, squad_of, what_helps
from youthprog.leagues.forfeits.types import Squad
from youthprog.leagues.playing_time import rules
from youthprog.leagues.playing_time.types import PRESETS, Band, GameCount

TABLE = (Band(16, 25, 10), Band(26, 30, 8), Band(31, 35, 6))


@pytest.mark.parametrize(("present", "least"), [(15, None), (16, 10), (25, 10), (26, 8), (30, 8), (31, 6), (36, None)])
def test_the_published_table_is_read_by_players_present(present, least):
    assert PRESETS["pop_warner"].bands == TABLE
    assert rules.least_for(TABLE, present) == least


def test_a_line_without_an_end_goes_on():
    assert rules.least_for((Band(11, None, 2),), 40) == 2


@pytest.mark.parametrize(
    ("bands", "code"),
    [
        ([Band(10, 9, 1)], "turned"),
        ([Band(0, 9, 1)], "players"),
        ([Band(1, 100, 1)], "players"),
        ([Band(1, 9, 301)], "least"),
        ([Band(1, 9, 1), Band(9, 12, 1)], "overlap"),
        ([Band(5, None, 1), Band(9, 12, 1)], "overlap"),
    ],
)
def test_lines_that_are_no_table(bands, code):
    assert code in [reason.code for reason in rules.refusals_to_set(bands)]


def test_a_table_may_have_holes_and_any_order():
    assert rules.refusals_to_set([*reversed(TABLE), Band(40, None, 1)]) == []


def test_more_in_one_game_does_not_make_up_for_less_in_another():
    bands = (Band(1, 2, 4), Band(3, None, 2))
    counts = [GameCount(1, {7: 9, 8: 4}), GameCount(2, {7: 1, 8: 2, 9: 2})]
    total = rules.season_of(counts, bands)
    assert total[7].short == ((2, 1),)
    assert (total[7].played, total[7].owed, total[7].games, total[7].missing) == (10, 6, 2, 1)
    assert not total[8].short
    assert total[9].games == 1


@pytest.mark.proof("a shortfall is what is missing to the least, game by game", room="leagues")
def test_a_season_adds_up_to_its_games():
    for case in range(cases(full=5_000, sample=60)):
        dice = random.Random(case)
        counts = [
            GameCount(number, {youth: dice.randrange(14) for youth in dice.sample(range(40), dice.randint(0, 36))})
            for number in range(dice.randint(0, 6))
        ]
        total = rules.season_of(counts, TABLE)
        least = {16: 10, 26: 8, 31: 6}
        missing = 0
        for count in counts:
            asked = next(
                (least[low] for low, high in ((16, 25), (26, 30), (31, 35)) if low <= len(count.played) <= high), 0
            )
            missing += sum(max(0, asked - units) for units in count.played.values())
        assert sum(each.missing for each in total.values()) == missing
        assert sum(each.played for each in total.values()) == sum(sum(count.played.values()) for count in counts)


def test_nobody_is_counted_twice_nor_from_another_team():
    squad = squad_of([1, 2, 3, 4, 5], away=[1, 2, 9], not_cleared=[2, 3, 8])
    assert squad == Squad(5, 2, 1)
    assert squad.playable == 2


@pytest.mark.parametrize(("fewest", "short"), [(None, False), (2, False), (3, True)])
def test_a_team_is_too_few_below_what_its_division_says(fewest, short):
    assert is_short(Squad(5, 2, 1), fewest) is short


def test_what_helps_is_said_the_surest_first():
    assert what_helps(Squad(9, 0, 3), 8) == [(FORMS_ENOUGH, 3)]
    assert what_helps(Squad(9, 3, 1), 8) == [(FORMS, 1), (AWAY, 3), (MOVE, 0)]
    assert what_helps(Squad(4), 8) == [(MOVE, 0)]
