"""A live draft: whose turn it is, whom a team may pick, what it pays, and that every draft ends with everybody placed."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

import pytest

from tests.support.proofs import cases
from youthprog.leagues.drafting.rules import (
    Left,
    charged,
    choices,
    coming_along,
    order_in,
    picked,
    refusals_to_pick,
    round_of,
    settled_before,
    turn_of,
    with_placed,
    without,
)
from youthprog.leagues.drafting.types import Board, DraftOrder, Placed, Turn
from youthprog.leagues.forming.checks import faults_of
from youthprog.leagues.forming.types import Child, Link, LinkKind, Pin, PinKind, Side, Task

SNAKE, STRAIGHT = DraftOrder.SNAKE, DraftOrder.STRAIGHT
SIBLINGS, APART = LinkKind.SIBLINGS, LinkKind.APART


def board_of(children: int, teams: int = 2, order: DraftOrder = SNAKE, **more) -> Board:
    """So many children, the first the best, and teams 101, 102, …"""
    pool = tuple(Child(each, skill=children - each) for each in range(1, children + 1))
    return Board(order, tuple(Side(101 + each) for each in range(teams)), pool, **more)


def pick(board: Board, child: int) -> Board:
    turn = turn_of(board)
    assert turn is not None
    assert refusals_to_pick(board, turn, child) == []
    return with_placed(board, picked(board, turn, child))


def turns(board: Board) -> list[tuple[int, int]]:
    """Every turn, when each team picks the best child it may."""
    found = []
    while (turn := turn_of(board)) is not None:
        found.append((turn.round, turn.team))
        board = pick(board, min(choices(board, turn.team)))
    return found


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (STRAIGHT, [(1, 101), (1, 102), (1, 103), (2, 101), (2, 102), (2, 103), (3, 101)]),
        (SNAKE, [(1, 101), (1, 102), (1, 103), (2, 103), (2, 102), (2, 101), (3, 101)]),
    ],
)
def test_order(order, expected):
    assert turns(board_of(7, 3, order)) == expected


def test_siblings_come_along_and_cost_the_next_rounds():
    board = pick(board_of(8, links=(Link(SIBLINGS, 1, 5), Link(LinkKind.CARPOOL, 5, 8))), 1)
    assert board.placed == (Placed(1, 101, 1), Placed(5, 101, 2), Placed(8, 101, 3))
    assert turns(board) == [(1, 102), (2, 102), (3, 102), (4, 102), (4, 101)]


def test_a_coach_s_child_costs_the_round_of_its_rating():
    board = board_of(8)
    before = settled_before(board, [Pin(PinKind.COACH, 5, 102)])
    assert before == (Placed(5, 102, 3),)
    assert turns(with_placed(board, before)) == [(1, 101), (1, 102), (2, 102), (2, 101), (3, 101), (4, 102), (4, 101)]


def test_siblings_of_a_coach_s_child_each_cost_their_round_or_the_next_free_one():
    board = board_of(8, links=(Link(SIBLINGS, 5, 6), Link(SIBLINGS, 7, 8)))
    pins = [Pin(PinKind.COACH, 5, 101), Pin(PinKind.COACH, 7, 101)]
    found = settled_before(board, pins)
    assert {(each.child, each.round) for each in found} == {(5, 3), (6, 4), (7, 2), (8, 1)}


def test_children_rated_alike_cost_the_middle_round():
    board = replace(board_of(8), children=tuple(Child(each, skill=3) for each in range(1, 9)))
    assert {round_of(board, each) for each in range(1, 9)} == {2}


def test_who_is_kept_apart_is_not_offered():
    board = pick(board_of(6, links=(Link(APART, 1, 2),)), 1)
    assert 2 in choices(board, 102)
    board = pick(pick(board, 3), 4)
    assert 2 not in choices(board, 101)


def test_no_pick_leaves_somebody_without_a_team():
    """Child 6 can only be on 101, which has two places: 101 must not fill them with others."""
    board = board_of(4)
    pool = (*board.children[:3], Child(4, no_teams=frozenset({102})))
    board = replace(board, children=pool, teams=(Side(101, capacity=1), Side(102)))
    assert choices(board, 101) == {4}
    assert choices(board, 102) == {1, 2, 3}


def test_a_team_without_a_pick_is_passed_over():
    board = replace(board_of(3), teams=(Side(101, capacity=0), Side(102)))
    assert turns(board) == [(1, 102), (2, 102), (3, 102)]


def test_refusals():
    board = board_of(4, links=(Link(APART, 1, 4),))
    first = Turn(1, 101)
    assert [each.code for each in refusals_to_pick(board, Turn(1, 102), 1)] == ["moved_on"]
    after = pick(board, 1)
    assert [each.code for each in refusals_to_pick(after, first, 1)] == ["taken"]
    assert [each.code for each in refusals_to_pick(after, first, 2)] == ["moved_on"]
    later = with_placed(board, [Placed(1, 101, 1), Placed(2, 102, 1), Placed(3, 102, 2)])
    assert [each.code for each in refusals_to_pick(later, Turn(2, 101), 4)] == ["moved_on"], "102 takes it in round 3"
    assert turn_of(later) == Turn(3, 102)
    assert [each.code for each in refusals_to_pick(replace(later, placed=later.placed[:2]), Turn(2, 102), 9)] == [
        "does_not_fit"
    ]


def test_rules_changed_in_the_middle_still_let_teams_pick():
    """A link noted after both were picked by different teams breaks nothing here; accepting tells of it."""
    board = with_placed(board_of(6), [Placed(1, 101, 1), Placed(2, 102, 1)])
    board = replace(board, links=(Link(SIBLINGS, 1, 2), Link(SIBLINGS, 2, 3), Link(APART, 3, 1)))
    assert len(turns(board)) == 4


# ---- against every way there is ----


def random_board(dice: random.Random, most: int, teams: int) -> tuple[Board, list[Pin]]:
    """Some children with all that may be known of them."""
    size, sides = dice.randint(2, most), dice.randint(2, teams)
    sites = [dice.choice((None, 1, 2)) for _team in range(sides)]
    ids = range(1, size + 1)
    children = tuple(
        Child(
            each,
            skill=dice.randint(0, 4),
            no_places=frozenset({dice.choice((1, 2))}) if dice.random() < 0.15 else frozenset(),
            no_teams=frozenset({101 + dice.randrange(sides)}) if dice.random() < 0.1 else frozenset(),
        )
        for each in ids
    )
    side = tuple(
        Side(101 + place, place=sites[place], capacity=dice.choice((None, None, size, size // 2 + 1)))
        for place in range(sides)
    )
    links = tuple(
        Link(dice.choice((SIBLINGS, LinkKind.CARPOOL, APART)), *dice.sample(ids, 2))
        for _link in range(dice.randint(0, size // 2))
    )
    pins = [Pin(PinKind.COACH, dice.choice(ids), each.id) for each in side if dice.random() < 0.3]
    return Board(dice.choice(tuple(DraftOrder)), side, children, links), pins


def task_of(board: Board) -> Task:
    return Task(board.children, board.teams, board.links)


def ways(board: Board, room: dict[int, int]):
    """Every way to place all who are left."""
    fixed = {each.child: each.team for each in board.placed}
    free = [child.id for child in board.children if child.id not in fixed]
    for teams in itertools.product([team.id for team in board.teams], repeat=len(free)):
        found = dict(zip(free, teams, strict=True))
        if all(teams.count(team) <= room[team] for team in room) and not faults_of(task_of(board), fixed | found):
            yield found


@pytest.mark.proof("whom a team may pick is whoever leaves a way for all the others", room="leagues")
def test_choices_against_every_way():
    shown = 0
    for seed in range(cases(full=2_000, sample=200)):
        board, pins = random_board(random.Random(seed), 6, 3)
        start, board = board, with_placed(board, settled_before(board, pins))
        left = Left(board)
        if not is_right(start, board, left_too=False):
            continue
        found = list(ways(board, left.room))
        assert left.has_a_way == bool(found), seed
        if found:
            shown += 1
            for team in left.room:
                assert choices(board, team) == {child for way in found for child, at in way.items() if at == team}, seed
            most = max(places + left.heads[team] for team, places in left.room.items())
            tighter = {team: min(places, most - 1 - left.heads[team]) for team, places in left.room.items()}
            if most > max(-(-len(board.children) // len(board.teams)), *left.heads.values(), 0):
                assert next(ways(board, tighter), None) is None, "teams could be more even"
    assert shown


# ---- whole drafts ----


def earliest_open(board: Board) -> Turn | None:
    """The next turn, counted from the places alone."""
    able = [team.id for team in board.teams if choices(board, team.id)]
    paid = charged(board)
    open_ = [
        (round_, order_in(board, round_).index(team), team)
        for team in able
        for round_ in range(1, len(board.children) + 2)
        if round_ not in paid[team]
    ]
    return Turn(min(open_)[0], min(open_)[2]) if open_ else None


@pytest.mark.proof("live drafts end with each child picked once, links whole, the order right", room="leagues")
def test_whole_drafts():
    finished = 0
    for seed in range(cases(full=10_000, sample=150)):
        dice = random.Random(seed)
        start, pins = random_board(dice, 14, 4)
        before = settled_before(start, pins)
        board = with_placed(start, before)
        if not is_right(start, board):
            continue
        finished += 1
        history = [board]
        while (turn := turn_of(board)) is not None:
            assert turn == earliest_open(board), seed
            child = dice.choice(sorted(choices(board, turn.team)))
            along = coming_along(board, child)
            board = with_placed(board, picked(board, turn, child))
            assert board.placed[-len(along) :][0] == Placed(child, turn.team, turn.round)
            assert_each_once(board)
            history.append(board)
            while len(history) > 1 and dice.random() < 0.2:
                undone = without(board, [each.child for each in board.placed[len(history[-2].placed) :]])
                history.pop()
                assert undone == history[-1], seed
                board = undone
        team_of = {each.child: each.team for each in board.placed}
        assert faults_of(task_of(start), team_of) == [], seed
        assert board.placed[: len(before)] == before
        if not start.links and not before and all(team.capacity is None for team in start.teams):
            free = not any(child.no_places or child.no_teams for child in start.children)
            sizes = [list(team_of.values()).count(team.id) for team in start.teams]
            assert not free or max(sizes) - min(sizes) <= 1, seed
    assert finished


def is_right(start: Board, board: Board, *, left_too: bool = True) -> bool:
    """Whether there is a way at all: coaches' children where they belong, and all the others somewhere."""
    team_of = {each.child: each.team for each in board.placed}
    few = Board(start.order, start.teams, tuple(c for c in start.children if c.id in team_of), start.links)
    links = tuple(link for link in few.links if {link.one, link.other} <= team_of.keys())
    return not faults_of(replace(task_of(few), links=links), team_of) and (not left_too or Left(board).has_a_way)


def assert_each_once(board: Board) -> None:
    children = [each.child for each in board.placed]
    assert len(children) == len(set(children))
    paid = [(each.team, each.round) for each in board.placed]
    assert len(paid) == len(set(paid)), "a round is paid once"
