"""What a result is by what each side said, who may say it, how brackets go: pure rules of scores."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.proofs import cases
from youthprog.leagues.scores.bracket import Comes, Part, bracket_of, byes_of, played_out, seats
from youthprog.leagues.scores.league_rules import PRESETS, STEPS, rules_from, values_of
from youthprog.leagues.scores.rules import (
    game_of,
    keeps_score,
    refusals_to_decide,
    refusals_to_say,
    result_of,
    tidy,
    winner_of,
)
from youthprog.leagues.scores.types import (
    Entry,
    GameFacts,
    Happened,
    How,
    Keeping,
    Known,
    Result,
    Said,
    Side,
)
from youthprog.leagues.standings.tables import AfterSplit, First, NotAllMet, Rules, standings_of, steps_known

START = datetime(2026, 9, 12, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOW = START + 5 * HOUR
THREE_TWO, TWO_TWO = Said(Happened.PLAYED, 3, 2), Said(Happened.PLAYED, 2, 2)
BROKEN_OFF, NOBODY = Said(Happened.ABANDONED, 1, 0), Said(Happened.NOT_PLAYED)


def entry(side: Side, said: Said, hours: float, *, first: float | None = None, stands: float | None = 48) -> Entry:
    at = START + hours * HOUR
    first_at = START + (hours if first is None else first) * HOUR
    return Entry(side, said, at, first_at, None if stands is None else at + stands * HOUR)


def known(*entries: Entry, now: datetime = NOW) -> tuple[Known, Said | None, How | None]:
    result = result_of(entries, START, now)
    return result.known, result.said, result.how


# ---- what a result is ----


def test_nothing_said_is_open():
    assert known() == (Known.OPEN, None, None)


def test_one_side_alone_is_provisional_and_final_after_its_time():
    one = entry(Side.HOME, THREE_TWO, 2)
    assert known(one) == (Known.PROVISIONAL, THREE_TWO, None)
    assert known(one, now=START + 50 * HOUR - timedelta(seconds=1))[0] is Known.PROVISIONAL
    assert known(one, now=START + 50 * HOUR) == (Known.FINAL, THREE_TWO, How.ALONE)


def test_the_same_score_of_both_is_final():
    both = entry(Side.HOME, THREE_TWO, 2), entry(Side.AWAY, THREE_TWO, 3)
    assert known(*both) == (Known.FINAL, THREE_TWO, How.AGREED)


def test_two_scores_are_a_mismatch_that_counts_nothing_and_never_becomes_final_by_itself():
    both = entry(Side.HOME, THREE_TWO, 2), entry(Side.AWAY, TWO_TWO, 3)
    for now in (NOW, START + 1000 * HOUR):
        assert known(*both, now=now) == (Known.MISMATCH, None, None)
    assert not result_of(both, START, NOW).counts


def test_who_corrects_the_own_word_ends_the_mismatch_however_late():
    late = entry(Side.HOME, TWO_TWO, 90, first=2), entry(Side.AWAY, TWO_TWO, 3)
    assert known(*late, now=START + 91 * HOUR) == (Known.FINAL, TWO_TWO, How.AGREED)


def test_the_league_s_word_is_final_whatever_the_teams_said():
    said = entry(Side.HOME, THREE_TWO, 2), entry(Side.AWAY, TWO_TWO, 3)
    league = entry(Side.LEAGUE, Said(Happened.AWAY_FORFEIT), 4, stands=None)
    assert known(*said, league) == (Known.FINAL, Said(Happened.AWAY_FORFEIT), How.DECIDED)


def test_a_word_that_became_final_stays_whatever_the_other_side_says_later():
    late = entry(Side.HOME, THREE_TWO, 2), entry(Side.AWAY, TWO_TWO, 51)
    assert known(*late, now=START + 52 * HOUR) == (Known.FINAL, THREE_TWO, How.ALONE)


def test_a_game_broken_off_waits_for_the_league():
    assert known(entry(Side.HOME, BROKEN_OFF, 2), now=START + 1000 * HOUR)[0] is Known.UNDECIDED
    assert known(entry(Side.HOME, BROKEN_OFF, 2), entry(Side.AWAY, BROKEN_OFF, 3))[0] is Known.UNDECIDED
    assert known(entry(Side.HOME, BROKEN_OFF, 2), entry(Side.AWAY, THREE_TWO, 3))[0] is Known.MISMATCH


def test_what_was_said_before_a_game_was_moved_is_not_of_this_game():
    assert known(entry(Side.HOME, THREE_TWO, -1)) == (Known.OPEN, None, None)
    assert known(entry(Side.LEAGUE, NOBODY, -1, stands=None)) == (Known.OPEN, None, None)
    forfeit = entry(Side.LEAGUE, Said(Happened.HOME_FORFEIT), -30, stands=None)
    assert known(forfeit)[0] is Known.FINAL, "a forfeit may be known beforehand"


def test_a_game_that_did_not_take_place_counts_nothing():
    both = entry(Side.HOME, NOBODY, 2), entry(Side.AWAY, NOBODY, 3)
    result = result_of(both, START, NOW)
    assert (result.known, result.counts) == (Known.FINAL, False)
    assert standings_of([game_of("A", "B", result)], Rules(), "AB")[0].record.played == 0


# ---- who may say it ----

FACTS = GameFacts(START, True, True, False, Result(Known.OPEN), NOW)


def codes(facts: GameFacts, said: Said = THREE_TWO) -> list[str]:
    return [refusal.code for refusal in refusals_to_say(facts, said)]


def test_a_coach_may_say_a_score():
    assert codes(FACTS) == []


@pytest.mark.parametrize(
    ("facts", "said", "code"),
    [
        (replace(FACTS, now=START - timedelta(seconds=1)), THREE_TWO, "not_begun"),
        (replace(FACTS, is_set=False), THREE_TWO, "not_set"),
        (replace(FACTS, keeps_score=False), THREE_TWO, "no_scores"),
        (replace(FACTS, result=Result(Known.FINAL, THREE_TWO)), THREE_TWO, "final"),
        (FACTS, Said(Happened.PLAYED, 3, None), "no_score"),
        (FACTS, Said(Happened.PLAYED, 3, 200), "score"),
        (FACTS, Said(Happened.PLAYED, -1, 2), "score"),
        (replace(FACTS, is_knockout=True), TWO_TWO, "nobody_goes_on"),
    ],
)
def test_each_reason_why_not(facts, said, code):
    assert codes(facts, said) == [code]


def test_a_game_not_played_needs_no_score():
    assert codes(FACTS, NOBODY) == []


def test_who_overrules_gives_a_reason_and_says_what_a_broken_off_game_is_worth():
    def why(facts, said, reason="They left.", before=()):
        return [refusal.code for refusal in refusals_to_decide(facts, said, reason, before)]

    final = replace(FACTS, result=Result(Known.FINAL, THREE_TWO))
    assert why(final, TWO_TWO) == []
    assert why(FACTS, THREE_TWO, " ") == []
    assert why(FACTS, THREE_TWO, " ", [THREE_TWO]) == []
    assert why(FACTS, THREE_TWO, " ", [THREE_TWO, TWO_TWO]) == ["no_reason"]
    assert why(FACTS, Said(Happened.HOME_FORFEIT), " ") == ["no_reason"]
    assert why(FACTS, BROKEN_OFF) == ["undecided"]
    early = replace(FACTS, now=START - HOUR)
    assert why(early, THREE_TWO) == ["not_begun"]
    assert why(early, Said(Happened.HOME_FORFEIT)) == []


def test_what_does_not_belong_to_a_result_is_dropped():
    assert tidy(Said(Happened.NOT_PLAYED, 3, 2, Side.HOME), is_knockout=False) == NOBODY
    assert tidy(Said(Happened.PLAYED, 3, 2, Side.AWAY), is_knockout=True) == THREE_TWO
    assert tidy(Said(Happened.PLAYED, 2, 2, Side.AWAY), is_knockout=False) == TWO_TWO


@pytest.mark.parametrize(
    ("keeping", "max_age", "under", "keeps"),
    [
        (Keeping.BY_AGE, 8, None, True),
        (Keeping.BY_AGE, 7, 8, False),
        (Keeping.BY_AGE, 8, 8, True),
        (Keeping.BY_AGE, None, 8, True),
        (Keeping.KEPT, 6, 8, True),
        (Keeping.NOT_KEPT, 17, None, False),
    ],
)
def test_which_divisions_keep_scores(keeping, max_age, under, keeps):
    assert keeps_score(keeping, max_age, under) is keeps


def test_who_goes_on():
    def after(said, is_final=True):
        return winner_of(Result(Known.FINAL if is_final else Known.PROVISIONAL, said))

    assert after(THREE_TWO) is Side.HOME
    assert after(Said(Happened.HOME_FORFEIT)) is Side.AWAY
    assert after(replace(TWO_TWO, goes_on=Side.AWAY)) is Side.AWAY
    assert after(Said(Happened.DOUBLE_FORFEIT)) is None
    assert after(THREE_TWO, is_final=False) is None, "a provisional winner does not go on yet"


# ---- the table does not depend on the order in which results come ----

TEAMS = "ABCDEF"
MEETINGS = [(home, away) for home in TEAMS for away in TEAMS if home < away]
words = st.builds(
    lambda happened, home, away: tidy(Said(happened, home, away), is_knockout=False),
    st.sampled_from([Happened.PLAYED] * 5 + list(Happened)),
    st.integers(0, 2),
    st.integers(0, 2),
)
sayings = st.lists(st.tuples(st.sampled_from(MEETINGS), st.sampled_from(list(Side)), words), max_size=24)
rulebooks = st.builds(
    Rules,
    steps=st.lists(st.sampled_from(steps_known()), max_size=4, unique=True).map(tuple),
    first=st.sampled_from(First),
    after_split=st.sampled_from(AfterSplit),
    not_all_met=st.sampled_from(NotAllMet),
    most_margin=st.none() | st.integers(1, 2),
)


def table_after(arrivals, rules):
    """The table when results arrive one after the other, each in the place of what its side said before."""
    holds: dict[tuple[tuple[str, str], Side], Entry] = {}
    for number, (meeting, side, said) in enumerate(arrivals):
        before = holds.get((meeting, side))
        at = START + number * timedelta(seconds=1)
        holds[meeting, side] = Entry(side, said, at, before.first_at if before else at, at + 48 * HOUR)
    results = {meeting: [] for meeting in MEETINGS}
    for (meeting, _side), each in holds.items():
        results[meeting].append(each)
    return standings_of(
        [game_of(*meeting, result_of(found, START, NOW)) for meeting, found in results.items()], rules, TEAMS
    )


@pytest.mark.proof("the table is the same in whatever order results arrive or are amended", room="leagues")
def test_the_order_of_arrival_changes_no_table() -> None:
    @settings(max_examples=cases(full=10_000, sample=100), deadline=None, database=None)
    @given(sayings, words, rulebooks, st.randoms(use_true_random=False))
    def holds(arrivals, wrong, rules, dice: random.Random) -> None:
        last = list({(meeting, side): (meeting, side, said) for meeting, side, said in arrivals}.values())
        table = table_after(last, rules)
        assert [place.number for place in table] == list(range(1, len(TEAMS) + 1))
        shuffled = dice.sample(last, len(last))
        assert table_after(shuffled, rules) == table
        amended = [(meeting, side, wrong) for meeting, side, _said in dice.sample(last, len(last) // 2)] + shuffled
        assert table_after(amended, rules) == table, "what was said wrongly first and corrected leaves no trace"

    holds()


# ---- a league's rules as data ----


@given(rulebooks)
@settings(max_examples=50, deadline=None, database=None)
def test_rules_come_back_from_their_values(rules):
    assert rules_from(values_of(rules)) == rules


def test_presets_are_rules_with_a_source_and_every_step_has_its_words():
    assert all(preset.source and rules_from(values_of(preset.rules)) == preset.rules for preset in PRESETS.values())
    assert set(STEPS) == {*steps_known(), "lots"}
    assert rules_from({"steps": ["no such step", "wins"]}).steps == ("wins",)


# ---- brackets ----


@pytest.mark.parametrize("teams", range(2, 65))
def test_a_bracket_has_one_game_fewer_than_teams_and_byes_for_the_best(teams):
    ties = bracket_of(teams)
    assert len(ties) == teams - 1
    size = 1 << (teams - 1).bit_length()
    assert byes_of(ties) == tuple(range(1, size - teams + 1))
    assert len({tie.key for tie in ties}) == len(ties)


@pytest.mark.parametrize("teams", [4, 7, 8, 13, 64])
def test_where_the_better_seed_always_wins_the_first_two_meet_in_the_final(teams):
    champions, final = played_through(teams, lambda one, other: min(one, other, key=int))
    assert champions == "1"
    assert {final.home, final.away} == {"1", "2"}


def played_through(teams, better):
    ties, winners = bracket_of(teams), {}
    seeds = [str(number) for number in range(1, teams + 1)]
    for _round in range(8):
        for meeting in played_out(ties, seeds, winners):
            if meeting.is_ready:
                won = better(meeting.home, meeting.away)
                winners[meeting.tie.key] = (won, meeting.away if won == meeting.home else meeting.home)
    final = played_out(ties, seeds, winners)[-1]
    return final.winner, final


def test_nobody_goes_on_by_a_result_between_other_teams():
    ties = bracket_of(4)
    winners = {"main-1-1": ("1", "4"), "main-1-2": ("2", "3"), "main-2-1": ("1", "2")}
    assert played_out(ties, list("1234"), winners)[-1].winner == "1"
    corrected = winners | {"main-1-1": ("4", "1")}
    final = played_out(ties, list("1234"), corrected)[-1]
    assert ({final.home, final.away}, final.winner) == ({"4", "2"}, None)


def test_third_place_and_consolation_are_of_those_who_lost():
    ties = bracket_of(8, third=True, consolation=True)
    parts = {part: [tie for tie in ties if tie.part is part] for part in Part}
    assert [source.game for tie in parts[Part.THIRD] for source in (tie.home, tie.away)] == ["main-2-1", "main-2-2"]
    first = [source for tie in parts[Part.CONSOLATION] if tie.round == 1 for source in (tie.home, tie.away)]
    assert {source.game for source in first} == {f"main-1-{number}" for number in range(1, 5)}
    assert {source.comes for source in first} == {Comes.LOSER}
    assert len(parts[Part.CONSOLATION]) == 3
    assert not [tie for tie in bracket_of(3, third=True) if tie.part is Part.THIRD], "one semifinal has one loser"


def test_the_seats_of_a_round_add_up():
    for size in (2, 4, 8, 16, 32, 64):
        order = seats(size)
        assert sorted(order) == list(range(1, size + 1))
        assert {one + other for one, other in pairwise(order) if order.index(one) % 2 == 0} == {size + 1}


@pytest.mark.parametrize("teams", [0, 1, 65])
def test_no_bracket_of_too_few_or_too_many(teams):
    with pytest.raises(ValueError, match="2 to 64"):
        bracket_of(teams)
