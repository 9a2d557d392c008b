"""Who meets whom: every number of teams from 2 to 40, odd too, every number of games."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youthprog.leagues.season.pairings import circle, rounds_of


def checked(teams: int, each: int) -> list[list[tuple[int, int]]]:
    """The rounds, after every promise about them is looked at."""
    rounds = rounds_of(teams, each)
    for games in rounds:
        busy = [team for game in games for team in game]
        assert len(busy) == len(set(busy)), "a team plays twice in a round"
    home = Counter(home for games in rounds for home, _away in games)
    away = Counter(away for games in rounds for _home, away in games)
    counts = [home[team] + away[team] for team in range(teams)]
    short = [team for team in range(teams) if counts[team] != each]
    assert len(short) == (each * teams) % 2
    assert all(counts[team] == each - 1 for team in short)
    assert all(abs(home[team] - away[team]) <= 1 for team in range(teams))
    ways = Counter(game for games in rounds for game in games)
    met = [ways[pair] + ways[pair[::-1]] for pair in combinations(range(teams), 2)]
    assert max(met) - min(met) <= 1
    assert all(abs(ways[pair] - ways[pair[::-1]]) <= 1 for pair in combinations(range(teams), 2))
    byes = [len(rounds) - count for count in counts]
    assert max(byes) - min(byes) <= 1
    return rounds


@pytest.mark.parametrize("teams", range(2, 41))
def test_everybody_meets_everybody_once_and_twice_in_as_few_rounds_as_can_be(teams):
    for legs in (1, 2):
        rounds = checked(teams, legs * (teams - 1))
        assert len(rounds) == legs * (teams - 1 + teams % 2)


@given(st.integers(2, 40), st.integers(1, 45))
def test_any_number_of_games_is_shared_evenly(teams, each):
    checked(teams, each)


def test_home_and_away_take_turns_as_often_as_can_be():
    for teams in range(2, 41):
        breaks = 0
        for team in range(teams):
            sides = [team == home for games in circle(teams) for home, away in games if team in (home, away)]
            breaks += sum(one == other for one, other in pairwise(sides))
        assert breaks == max(0, teams - 2) * (1 - teams % 2)


def test_nobody_is_at_home_three_times_in_a_row_over_both_halves():
    for teams in range(4, 41, 2):
        rounds = rounds_of(teams, 2 * (teams - 1))
        for team in range(teams):
            sides = [team == home for games in rounds for home, away in games if team in (home, away)]
            assert not any(one == two == three for one, two, three in zip(sides, sides[1:], sides[2:], strict=False))


def test_without_teams_or_games_there_are_no_rounds():
    assert rounds_of(1, 3) == rounds_of(5, 0) == []
