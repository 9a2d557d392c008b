"""Who stands where, and why: each step, restart and continue, caps, forfeits, lots; and a total order for any league."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.proofs import cases
from youthprog.leagues.standings.tables import (
    AfterSplit,
    First,
    Game,
    NotAllMet,
    Outcome,
    Rules,
    standings_of,
    steps_known,
)

PLAIN = Rules(steps=("difference", "scored"))


def game(text: str, outcome: Outcome = Outcome.PLAYED) -> Game:
    """A game as one writes it: "A 2 1 B"."""
    home, mine, theirs, away = text.split()
    return Game(home, away, int(mine), int(theirs), None, outcome)


def games(*texts: str) -> list[Game]:
    return [game(text) for text in texts]


def order(played: list[Game], rules: Rules) -> list[tuple[str, str]]:
    return [(place.team, place.decided_by) for place in standings_of(played, rules)]


def test_no_games_no_table():
    assert standings_of([], PLAIN) == []


def test_points_come_first():
    assert order(games("A 1 0 B", "B 2 2 C"), PLAIN) == [("A", ""), ("C", "points"), ("B", "difference")]


def test_a_team_without_a_game_stands_in_the_table():
    assert [place.team for place in standings_of(games("A 1 0 B"), PLAIN, ["C"])] == ["A", "C", "B"]


def test_games_to_come_and_canceled_ones_count_nothing():
    played = [game("A 1 0 B"), game("B 9 0 A", Outcome.CANCELED), Game("B", "A", None, None, None, Outcome.SCHEDULED)]
    assert [place.record.played for place in standings_of(played, PLAIN)] == [1, 1]


# Three teams level on points and on head-to-head points: A beat B 1:0, B beat C 4:0, C beat A 1:0; each also beat D.
CIRCLE = games("A 1 0 B", "B 4 0 C", "C 1 0 A", "A 1 0 D", "B 1 0 D", "C 9 0 D")


def test_head_to_head_looks_at_games_among_the_level_teams_only():
    rules = Rules(steps=("head_to_head_points", "head_to_head_difference"))
    assert order(CIRCLE, rules)[:3] == [("B", ""), ("A", "head_to_head_difference"), ("C", "head_to_head_difference")]


def test_the_difference_of_all_games_may_say_otherwise():
    assert order(CIRCLE, PLAIN)[:3] == [("C", ""), ("B", "difference"), ("A", "difference")]


# Level on points, and each has beaten one of the others. A scored most; B and C as many, and C beat B.
AGAIN = games("A 4 0 C", "C 1 0 B", "B 1 0 A")
STEPS = ("head_to_head_points", "scored", "fewest_conceded")


def test_restart_asks_the_first_step_again_of_those_still_level():
    assert order(AGAIN, Rules(steps=STEPS)) == [("A", ""), ("C", "scored"), ("B", "head_to_head_points")]


def test_continue_goes_on_to_the_next_step():
    rules = Rules(steps=STEPS, after_split=AfterSplit.CONTINUE)
    assert order(AGAIN, rules) == [("A", ""), ("B", "scored"), ("C", "fewest_conceded")]


def test_a_place_says_with_whom_it_was_level():
    assert standings_of(AGAIN, Rules(steps=STEPS))[0].level_with == ("B", "C")


def test_head_to_head_is_skipped_while_some_have_not_met():
    played = games("A 1 0 B", "C 5 0 D", "B 9 0 D", "A 0 1 D")
    skip = Rules(steps=("head_to_head_points", "difference"))
    level = [step for team, step in order(played, skip) if team in "BC"]
    assert "head_to_head_points" not in level
    use = replace(skip, not_all_met=NotAllMet.USE)
    assert any(step == "head_to_head_points" for _team, step in order(played, use))


def test_margins_and_goals_are_capped_a_game():
    played = games("A 12 0 C", "B 5 0 C", "B 1 0 D", "A 1 0 D")
    capped = replace(PLAIN, most_margin=5, most_scored=5)
    place = {each.team: each for each in standings_of(played, capped)}
    assert (place["A"].record.difference, place["A"].record.scored) == (6, 6)
    assert place["B"].record == place["A"].record
    assert {place["A"].decided_by, place["B"].decided_by} == {"", "lots"}


def test_a_forfeit_has_the_score_and_the_points_of_the_rules():
    rules = replace(PLAIN, forfeit_loss=-1, forfeit_score=2)
    table = {each.team: each.record for each in standings_of([game("A 9 0 B", Outcome.HOME_FORFEIT)], rules)}
    assert (table["B"].points, table["B"].won, table["B"].scored) == (3, 1, 2)
    assert (table["A"].points, table["A"].lost, table["A"].difference) == (-1, 1, -2)


def test_in_a_double_forfeit_both_lose():
    table = standings_of([game("A 0 0 B", Outcome.DOUBLE_FORFEIT)], PLAIN)
    assert [(each.record.points, each.record.lost, each.record.difference) for each in table] == [(0, 1, -3)] * 2


def test_unequal_numbers_of_games_are_compared_by_quotient():
    played = games("A 1 0 C", "A 0 1 C", "A 1 0 D", "B 1 0 D")
    assert standings_of(played, PLAIN)[0].team == "A"
    table = standings_of(played, replace(PLAIN, first=First.POINTS_PER_GAME))
    assert (table[0].team, Fraction(table[0].record.points, table[0].record.played)) == ("B", 3)
    assert table[1].decided_by == "points_per_game"


def test_who_conceded_nothing_has_the_best_quotient():
    played = games("A 1 0 C", "B 9 1 C")
    assert order(played, Rules(steps=("quotient",))) == [("A", ""), ("B", "quotient"), ("C", "points")]


def test_lots_that_were_drawn_decide_at_last():
    played = games("A 1 1 B", "B 1 1 C", "C 1 1 A")
    rules = replace(PLAIN, lots=(("A", 3), ("B", 1), ("C", 2)))
    assert order(played, rules) == [("B", ""), ("C", "lots"), ("A", "lots")]


def test_a_drawing_by_a_seed_can_be_repeated_and_another_seed_is_another_drawing():
    played = games("A 1 1 B", "B 1 1 C", "C 1 1 A")
    found = {tuple(order(played, replace(PLAIN, lots_seed=f"spring {number}"))) for number in range(20)}
    assert len(found) > 1
    assert order(played, replace(PLAIN, lots_seed="spring 1")) == order(played, replace(PLAIN, lots_seed="spring 1"))


@pytest.mark.parametrize("step", steps_known())
def test_every_step_makes_an_order(step):
    table = standings_of(CIRCLE, Rules(steps=(step,)))
    assert sorted(place.team for place in table) == ["A", "B", "C", "D"]


TEAMS = "ABCDEFGH"
results = st.builds(
    lambda pair, mine, theirs, outcome: Game(pair[0], pair[1], mine, theirs, None, outcome),
    st.lists(st.sampled_from(TEAMS), min_size=2, max_size=2, unique=True),
    st.integers(0, 3),
    st.integers(0, 3),
    st.sampled_from([Outcome.PLAYED] * 6 + list(Outcome)),
)
leagues = st.lists(results, max_size=20)
rulebooks = st.builds(
    Rules,
    steps=st.lists(st.sampled_from(steps_known()), max_size=5, unique=True).map(tuple),
    first=st.sampled_from(First),
    after_split=st.sampled_from(AfterSplit),
    not_all_met=st.sampled_from(NotAllMet),
    most_margin=st.none() | st.integers(1, 3),
    most_scored=st.none() | st.integers(1, 3),
    forfeit_loss=st.integers(-1, 0),
    lots_seed=st.sampled_from(["", "spring"]),
)


@pytest.mark.proof("the table is total and the same under any shuffle of teams and games", room="leagues")
def test_the_order_is_total_and_no_shuffle_changes_it() -> None:
    @settings(max_examples=cases(full=10_000, sample=150), deadline=None, database=None)
    @given(leagues, rulebooks, st.randoms(use_true_random=False))
    def holds(league: list[Game], rules: Rules, dice: random.Random) -> None:
        table = standings_of(league, rules, TEAMS)
        assert [place.number for place in table] == list(range(1, len(TEAMS) + 1))
        assert sorted(place.team for place in table) == list(TEAMS)
        assert [place for place in table if not place.decided_by] == table[:1]
        shuffled, teams = list(league), list(TEAMS)
        dice.shuffle(shuffled)
        dice.shuffle(teams)
        assert standings_of(shuffled, rules, teams) == table

    holds()


@settings(max_examples=150, deadline=None, database=None)
@given(leagues, st.sampled_from(["difference", "scored", "wins", "fewest_conceded"]), st.sampled_from(First))
def test_without_head_to_head_it_is_what_sorting_by_all_figures_gives(league, step, first):
    rules = Rules(steps=(step,), first=first, lots=tuple((team, number) for number, team in enumerate(TEAMS)))
    table = standings_of(league, rules, TEAMS)

    def key(place):
        record, played = place.record, place.record.played or 1
        figure = {"difference": record.difference, "scored": record.scored, "wins": record.won}.get(
            step, -record.conceded
        )
        top = record.points if first is First.POINTS else Fraction(record.points, played)
        return -top, -figure, place.team

    assert [place.team for place in table] == [place.team for place in sorted(table, key=key)]


@settings(max_examples=100, deadline=None, database=None)
@given(leagues)
def test_what_some_score_others_concede(league):
    table = standings_of(league, PLAIN)
    doubles = sum(each.outcome is Outcome.DOUBLE_FORFEIT for each in league)
    assert sum(place.record.conceded for place in table) - sum(place.record.scored for place in table) == 6 * doubles
    assert sum(place.record.difference for place in table) == -6 * doubles
