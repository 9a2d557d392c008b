"""What a schedule is worth: each kind of rule counted on seasons small enough to count by hand."""

from __future__ import annotations

import pytest

from tests.makers.timetables import make_timetable
from youthprog.leagues.timetables.compact_start import circle_games
from youthprog.leagues.timetables.robinx import read_solution, write_solution
from youthprog.leagues.timetables.rules import judge
from youthprog.leagues.timetables.types import Meeting

# Four teams, six slots; the second half is the first with the sides turned.
#        slot 0      slot 1      slot 2      slot 3      slot 4      slot 5
HALF = [(0, 1, 0), (2, 3, 0), (0, 2, 1), (1, 3, 1), (3, 0, 2), (1, 2, 2)]
GAMES = [Meeting(*game) for game in HALF] + [Meeting(away, home, slot + 3) for home, away, slot in HALF]


def soft(rule: str, **asked: object) -> int:
    """The soft figure of the season above under one rule."""
    verdict = judge(make_timetable(slots=6, rules=[rule], **asked), GAMES)
    assert verdict.faults == ()
    assert verdict.hard == 0
    return verdict.soft


@pytest.mark.parametrize(
    ("rule", "figure"),
    [
        # Team 0 is at home in 0, 1, 5; away in 2, 3, 4.
        ('<CA1 teams="0" slots="0;1;2" mode="H" max="1" penalty="5" type="SOFT"/>', 5),
        ('<CA1 teams="0" slots="0;1;2" mode="A" max="0" penalty="5" type="SOFT"/>', 5),
        ('<CA1 teams="0" slots="0;1;2" mode="HA" max="1" penalty="5" type="SOFT"/>', 10),
        ('<CA1 teams="0" slots="2;3;4" mode="H" min="2" max="3" penalty="5" type="SOFT"/>', 10),
        ('<CA1 teams="0;1" slots="0" mode="H" max="0" penalty="1" type="SOFT"/>', 1),
        ('<CA1 teamGroups="1" slotGroups="1" mode="H" max="1" penalty="1" type="SOFT"/>', 2),
        # Without slots a rule means no slot.
        ('<CA1 teams="0" mode="H" max="0" penalty="1" type="SOFT"/>', 0),
        # Team 0 meets 1 in 0 (home) and 3 (away), 2 in 1 (home) and 4 (away).
        ('<CA2 teams1="0" teams2="1;2" slots="0;1;3" mode1="HA" mode2="GLOBAL" max="1" penalty="2" type="SOFT"/>', 4),
        ('<CA2 teams1="0" teams2="1;2" slots="0;1;3" mode1="A" mode2="GLOBAL" max="0" penalty="2" type="SOFT"/>', 2),
        ('<CA2 teams1="0" teams2="3" slots="0;1" mode1="HA" mode2="GLOBAL" min="1" max="9" penalty="2" type="SOFT"/>', 2),
        # Team 0 is at home twice in the run 0-1, away twice in 2-3 and 3-4.
        ('<CA3 teams1="0" teams2="0;1;2;3" intp="2" mode1="H" mode2="SLOTS" max="1" penalty="3" type="SOFT"/>', 3),
        ('<CA3 teams1="0" teams2="0;1;2;3" intp="2" mode1="A" mode2="SLOTS" max="1" penalty="3" type="SOFT"/>', 6),
        ('<CA3 teams1="0" teams2="1" intp="4" mode1="HA" mode2="GAMES" max="1" penalty="3" type="SOFT"/>', 3),
        # Home games of 0 and 1 in 0, 1, 2: two of 0, two of 1.
        ('<CA4 teams1="0;1" teams2="0;1;2;3" slots="0;1;2" mode1="H" mode2="GLOBAL" max="1" penalty="1" type="SOFT"/>', 3),
        ('<CA4 teams1="0;1" teams2="0;1;2;3" slots="0;1;2" mode1="H" mode2="EVERY" max="1" penalty="1" type="SOFT"/>', 1),
        ('<CA4 teams1="0;1" teams2="2" slots="0;1;2" mode1="H" mode2="GLOBAL" max="0" penalty="1" type="SOFT"/>', 2),
        ('<GA1 meetings="0,1;1,0;2,3" slots="0;3" max="1" penalty="4" type="SOFT"/>', 8),
        ('<GA1 meetings="0,3;" slots="0;1" min="1" max="1" penalty="4" type="SOFT"/>', 4),
        # Breaks of team 0: in 1 (home), 3 and 4 (away).
        ('<BR1 teams="0" slots="0;1;2;3" intp="0" mode1="LEQ" mode2="HA" penalty="1" type="SOFT"/>', 2),
        ('<BR1 teams="0" slots="1;3;4" intp="1" mode1="LEQ" mode2="A" penalty="1" type="SOFT"/>', 1),
        ('<BR1 teams="0" slots="1;3;4" intp="0" mode1="LEQ" mode2="H" penalty="1" type="SOFT"/>', 1),
        # Breaks of team 1, away in 0 and home in 1, 2, 3: in 2, 3 and, away again in 4 and 5, in 5.
        ('<BR2 teams="0;1" slots="1;2;3;4;5" intp="2" homeMode="HA" mode2="LEQ" penalty="1" type="SOFT"/>', 4),
        # Home games so far: 0: 1 2 2 2 2 3, 2: 1 1 1 1 2 3.
        ('<FA2 teams="0;2" slots="0;1;2;3;4;5" mode="H" intp="0" penalty="10" type="SOFT"/>', 10),
        ('<FA2 teams="0;2" slots="0;1;2;3;4;5" mode="H" intp="1" penalty="10" type="SOFT"/>', 0),
        # Every pair meets again three slots later: two slots lie between.
        ('<SE1 teams="0;1;2" min="4" penalty="10" mode1="SLOTS" type="SOFT"/>', 60),
        ('<SE1 teamGroups="0" min="2" max="99" penalty="10" type="SOFT"/>', 0),
    ],
)  # fmt: skip
def test_each_kind_is_counted(rule, figure):
    assert soft(rule) == figure


def test_hard_and_soft_are_told_apart():
    rules = [
        '<CA1 teams="0" slots="0" mode="H" max="0" penalty="7" type="HARD"/>',
        '<CA1 teams="0" slots="1" mode="H" max="0" penalty="5" type="SOFT"/>',
    ]
    verdict = judge(make_timetable(slots=6, rules=rules), GAMES)
    assert (verdict.hard, verdict.soft, verdict.feasible) == (7, 5, False)
    assert verdict.by_kind == {("CA1", True): 7, ("CA1", False): 5}


def test_a_season_of_the_right_form_has_no_fault():
    assert judge(make_timetable(slots=6, compact=True, phased=True), GAMES).feasible


@pytest.mark.parametrize(
    ("games", "asked", "says"),
    [
        (GAMES[1:], {}, "Team 0 is at home to Team 1 0 times and away 1 times."),
        ([*GAMES, GAMES[0]], {}, "Team 0 plays 2 games in Slot 0."),
        ([Meeting(0, 1, 5), *GAMES[1:]], {"slots": 7}, "Team 0 plays 2 games in Slot 5."),
        ([Meeting(0, 1, 6), *GAMES[1:]], {"slots": 7, "compact": True}, "Team 0 does not play in Slot 0."),
        ([Meeting(0, 1, 6), *GAMES[1:]], {"slots": 7, "phased": True}, "Team 0 and Team 1 do not meet exactly once in the first half."),
    ],
)  # fmt: skip
def test_what_is_no_season_is_named(games, asked, says):
    verdict = judge(make_timetable(**{"slots": 6, **asked}), games)
    assert says in verdict.faults
    assert not verdict.feasible


def test_a_pair_may_meet_once_either_way():
    games = [game for game in GAMES if game.slot < 3]
    assert judge(make_timetable(slots=3, rounds=1), games).feasible


@pytest.mark.parametrize("teams", [2, 3, 4, 7, 8, 20])
@pytest.mark.parametrize("rounds", [1, 2])
def test_the_circle_is_a_season(teams, rounds):
    slots = (teams - 1 + teams % 2) * rounds
    timetable = make_timetable(teams=teams, slots=slots, rounds=rounds, compact=True, phased=rounds == 2)
    assert judge(timetable, circle_games(timetable)).feasible


def test_a_schedule_is_written_and_read_back():
    timetable = make_timetable(slots=6)
    text = write_solution(timetable, GAMES, judge(timetable, GAMES))
    assert "<InstanceName>Small &amp; made up</InstanceName>" in text
    assert sorted(read_solution(text.encode(), timetable)) == sorted(GAMES)
