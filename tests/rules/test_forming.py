"""Teams formed fairly: no hard rule ever broken, the best there is where it can be proved, and every reason checked."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.makers.forming import make_division
from tests.support.proofs import cases
from youthprog.leagues.forming.blocks import Window, blocks_of, contradiction_of
from youthprog.leagues.forming.checks import faults_of, spread_of
from youthprog.leagues.forming.engine import form_teams
from youthprog.leagues.forming.search import STRATA, Draft, first_draft, trade
from youthprog.leagues.forming.solver import Effort, conflict_in
from youthprog.leagues.forming.types import (
    Barrier,
    Budget,
    Child,
    Contradiction,
    Levels,
    Limit,
    Link,
    LinkKind,
    Obstacle,
    Phase,
    Pin,
    PinKind,
    Proposal,
    Side,
    Task,
    Why,
    Wish,
)
from youthprog.leagues.forming.wire import read, written

QUICK = Budget(seconds=20, moves=3_000, effort=3.0, workers=1)
TOGETHER, APART, SIBLINGS = LinkKind.TOGETHER, LinkKind.APART, LinkKind.SIBLINGS


def task_of(children: int, teams: int = 2, **more) -> Task:
    """So many children alike, and teams 101, 102, …"""
    pool = tuple(Child(each, gender="boy", skill=3) for each in range(1, children + 1))
    return Task(pool, tuple(Side(101 + each) for each in range(teams)), **more)


def formed(task: Task, budget: Budget = QUICK, **more) -> Proposal:
    result = form_teams(task, budget, **more)
    assert isinstance(result, Proposal), result
    assert faults_of(task, result.team_of) == []
    return result


# ---- against every draft there is ----


def every_draft(task: Task):
    """Every draft that keeps all hard rules."""
    ids, teams = [child.id for child in task.children], [team.id for team in task.teams]
    for chosen in itertools.product(teams, repeat=len(ids)):
        draft = dict(zip(ids, chosen, strict=True))
        if not faults_of(task, draft):
            yield draft


def key_of(task: Task, draft: dict[int, int]) -> tuple[int, ...]:
    """Levels and score, counted from the task alone."""
    sums = dict.fromkeys(STRATA, 0)
    for counted in blocks_of(replace(task, links=(), wishes=())).counted:
        for place, team in enumerate(task.teams):
            figure = sum(
                of for of, child in zip(counted.of_block, task.children, strict=True) if draft[child.id] == team.id
            )
            sums[counted.stratum] += counted.windows[place].excess(figure)
    score = sum(task.worth(wish) for wish in set(task.wishes) if draft[wish.child] == draft[wish.wanted])
    return (*sums.values(), -score)


@st.composite
def small_tasks(draw, most: int = 7, teams: int = 2) -> Task:
    count = draw(st.integers(3, most))
    ids = range(1, count + 1)
    pool = tuple(
        Child(
            each,
            gender=draw(st.sampled_from(("girl", "boy", "unstated"))),
            skill=draw(st.integers(0, 5)),
            no_days=draw(st.sampled_from((frozenset(), frozenset(), frozenset({0})))),
        )
        for each in ids
    )
    days = [frozenset(), frozenset({0}), frozenset({1})]
    sides = tuple(
        Side(101 + each, draw(st.sampled_from(days)), capacity=draw(st.sampled_from((None, count, 4))))
        for each in range(draw(st.integers(1, teams)))
    )
    pair = st.tuples(st.sampled_from(ids), st.sampled_from(ids)).filter(lambda two: two[0] != two[1])
    links = draw(st.lists(st.builds(lambda kind, two: Link(kind, *two), st.sampled_from(LinkKind), pair), max_size=3))
    pins = draw(
        st.lists(
            st.builds(
                lambda kind, child, side: Pin(kind, child, side.id),
                st.sampled_from(PinKind), st.sampled_from(ids), st.sampled_from(sides),
            ),
            max_size=2,
        )
    )  # fmt: skip
    wishes = draw(st.lists(st.builds(lambda two: Wish(*two), pair), max_size=5, unique=True))
    return Task(pool, sides, tuple(links), tuple(pins), tuple(wishes))


@pytest.mark.proof("teams formed are the best of all drafts, or there is none", room="leagues")
def test_the_best_of_every_draft_and_every_reason_true():
    """Small divisions, each against all its drafts: hard rules, optimum, contradictions and reasons."""

    @settings(max_examples=cases(full=2_000, sample=25), deadline=None, derandomize=True)
    @given(small_tasks())
    def check(task: Task):
        drafts = list(every_draft(task))
        result = form_teams(task, QUICK)
        if not drafts:
            assert isinstance(result, Contradiction)
            assert_needed(task, result)
            return
        assert isinstance(result, Proposal), result
        assert faults_of(task, result.team_of) == []
        best = min(key_of(task, draft) for draft in drafts)
        assert key_of(task, result.team_of) == result.figures.key
        if result.figures.proved:
            assert result.figures.key == best
        assert result.figures.proved, "so small a division is always proved"
        for unmet in result.unmet:
            assert_true(task, drafts, result, unmet)

    check()


def assert_needed(task: Task, found: Contradiction) -> None:
    """The rules named leave no way, and without any one of them there is one (on the same teams)."""
    if found.obstacle is Obstacle.TOO_FEW_PLACES:
        return
    assert not any_way(task, found.parts)
    for part in found.parts:
        assert any_way(task, [each for each in found.parts if each is not part]), (found, part)


def any_way(task: Task, parts) -> bool:
    children = {child.id: replace(child, no_days=frozenset(), no_places=frozenset()) for child in task.children}
    bare = replace(
        task,
        children=tuple(children.values()),
        links=tuple(part for part in parts if isinstance(part, Link)),
        pins=tuple(part for part in parts if isinstance(part, Pin)),
        wishes=(),
    )
    limits = {(part.child, part.team) for part in parts if isinstance(part, Limit)}
    return any(not any((child, team) in limits for child, team in draft.items()) for draft in every_draft(bare))


def assert_true(task: Task, drafts, result: Proposal, unmet) -> None:
    """A reason that says it is proved is true of every draft."""
    met = [draft for draft in drafts if draft[unmet.wish.child] == draft[unmet.wish.wanted]]
    if unmet.barrier in (Barrier.APART, Barrier.TEAMS, Barrier.NO_COMMON_TEAM, Barrier.TOO_MANY, Barrier.HARD):
        assert unmet.proved
        assert not met, unmet
        return
    assert met, unmet
    levels: Levels = result.figures.levels
    keys = [key_of(task, draft) for draft in met]
    if unmet.barrier is Barrier.WISHES:
        assert any(key[:4] == levels for key in keys), unmet
        assert min(keys) >= result.figures.key
        return
    if unmet.proved:
        place = STRATA.index(unmet.barrier.value)
        assert all(key[: place + 1] > levels[: place + 1] for key in keys), unmet
        assert any(key[:place] <= levels[:place] for key in keys), unmet


@pytest.mark.proof("no hard link is broken and locks hold, whatever the division", room="leagues")
def test_hard_rules_hold_at_any_size():
    for case in range(cases(full=300, sample=4)):
        task = make_division(24 + 3 * (case % 20), 2 + case % 5, seed=case, apart=2 + case % 4, days=case % 2 == 0)
        result = form_teams(task, Budget(seconds=6, moves=1_500, effort=0.2, workers=1))
        if isinstance(result, Contradiction):
            continue
        assert faults_of(task, result.team_of) == []
        assert key_of(task, result.team_of) == result.figures.key
        locked = tuple(Pin(PinKind.LOCK, child.id, result.team_of[child.id]) for child in task.children[: case % 9])
        again = form_teams(
            replace(task, pins=(*task.pins, *locked)),
            Budget(seconds=6, moves=1_500, effort=0.2, workers=1, seed=case),
        )
        assert isinstance(again, Proposal)
        assert all(again.team_of[pin.child] == pin.team for pin in locked)
        assert faults_of(task, again.team_of) == []


# ---- sizes and figures ----


@pytest.mark.parametrize(("children", "teams"), [(60, 5), (61, 5), (37, 4)])
def test_size_gender_and_skill_are_even(children, teams):
    task = make_division(children, teams, seed=children)
    result = formed(task)
    assert spread_of(task, result.team_of) == result.figures.sizes <= 1
    assert spread_of(task, result.team_of, "girl") == result.figures.girls <= 1
    assert spread_of(task, result.team_of, "boy") == result.figures.boys <= 1
    assert spread_of(task, result.team_of, skill=True) == result.figures.skills <= 1


def test_a_small_team_gets_its_share():
    task = task_of(10, 3)
    small = replace(task, teams=(replace(task.teams[0], capacity=2), *task.teams[1:]))
    heads = sorted(list(formed(small).team_of.values()).count(team.id) for team in small.teams)
    assert heads == [2, 4, 4]
    assert blocks_of(small).counted[0].windows[0] == Window(2, 2)


def test_more_points_may_differ_where_the_league_says_so():
    pool = tuple(Child(each, skill=skill) for each, skill in enumerate((5, 0, 1, 1), 1))
    wishes = (Wish(1, 3), Wish(3, 1), Wish(2, 4), Wish(4, 2))
    task = Task(pool, (Side(101), Side(102)), wishes=wishes)
    assert formed(task).figures.wishes_met == 0
    assert formed(replace(task, skill_within=5)).figures.wishes_met == 4


def test_ages_are_mixed_when_asked():
    pool = tuple(Child(each, age=9 if each <= 2 else 10) for each in range(1, 5))
    task = Task(pool, (Side(101), Side(102)), wishes=(Wish(1, 2),), mix_ages=True)
    result = formed(task)
    assert result.team_of[1] != result.team_of[2]
    assert [(each.barrier, each.proved) for each in result.unmet] == [(Barrier.AGES, True)]


# ---- rules that leave no way ----


def contradiction(task: Task) -> Contradiction:
    found = form_teams(task, QUICK)
    assert isinstance(found, Contradiction), found
    return found


def test_a_chain_against_a_rule_is_named_whole_and_nothing_else():
    chain = (Link(SIBLINGS, 1, 2), Link(LinkKind.CARPOOL, 2, 3), Link(APART, 3, 1))
    detour = (Link(TOGETHER, 1, 4), Link(TOGETHER, 4, 5), Link(TOGETHER, 5, 3), Link(TOGETHER, 6, 7))
    found = contradiction(task_of(8, links=(*detour, *chain)))
    assert found.obstacle is Obstacle.APART_WITHIN
    assert set(found.parts) == set(chain)
    assert found.children in {(1, 2, 3), (3, 2, 1)}


def test_two_coaches_children_in_one_carpool():
    pins = (Pin(PinKind.COACH, 1, 101), Pin(PinKind.COACH, 3, 102))
    found = contradiction(task_of(6, links=(Link(LinkKind.CARPOOL, 1, 3), Link(SIBLINGS, 1, 5)), pins=pins))
    assert found.obstacle is Obstacle.TWO_TEAMS
    assert set(found.parts) == {*pins, Link(LinkKind.CARPOOL, 1, 3)}


def test_a_practice_day_that_leaves_no_team():
    task = task_of(4, links=(Link(SIBLINGS, 1, 2), Link(SIBLINGS, 3, 4)))
    away = {1: frozenset({0}), 2: frozenset({1})}
    task = replace(
        task,
        children=tuple(replace(child, no_days=away.get(child.id, frozenset())) for child in task.children),
        teams=(Side(101, frozenset({0})), Side(102, frozenset({1}))),
    )
    found = contradiction(task)
    assert found.obstacle is Obstacle.NO_TEAM
    assert set(found.parts) == {Link(SIBLINGS, 1, 2), Limit(1, 101), Limit(2, 102)}


def test_a_coach_who_practices_where_the_child_cannot_come():
    task = task_of(4, pins=(Pin(PinKind.COACH, 1, 101),))
    child = replace(task.children[0], no_places=frozenset({7}))
    task = replace(task, children=(child, *task.children[1:]), teams=(Side(101, place=7), Side(102, place=8)))
    assert set(contradiction(task).parts) == {Pin(PinKind.COACH, 1, 101), Limit(1, 101)}


def test_more_kept_together_than_a_team_takes():
    task = task_of(6, 3, links=(Link(TOGETHER, 1, 2), Link(TOGETHER, 2, 3), Link(TOGETHER, 3, 4)))
    found = contradiction(replace(task, teams=tuple(replace(team, capacity=2) for team in task.teams)))
    assert found.obstacle is Obstacle.TOO_MANY_TOGETHER
    assert found.numbers == {"together": 3, "places": 2}
    assert len(found.parts) == 2


def test_fewer_places_than_children():
    task = task_of(5)
    found = contradiction(replace(task, teams=tuple(replace(team, capacity=2) for team in task.teams)))
    assert (found.obstacle, found.numbers) == (Obstacle.TOO_FEW_PLACES, {"children": 5, "places": 4})


def test_three_kept_apart_on_two_teams():
    triangle = (Link(APART, 1, 2), Link(APART, 2, 3), Link(APART, 1, 3))
    task = task_of(8, links=(*triangle, Link(APART, 4, 5), Link(SIBLINGS, 6, 7)))
    assert contradiction_of(task) is None
    found = contradiction(task)
    assert (found.obstacle, set(found.parts)) == (Obstacle.TOGETHER_IMPOSSIBLE, set(triangle))


def test_nothing_is_claimed_that_is_not_proved():
    assert conflict_in(task_of(4, links=(Link(APART, 1, 2),)), Effort(2.0)) is None


# ---- reasons ----


def unmet(task: Task) -> list[tuple[Barrier, bool]]:
    return [(each.barrier, each.proved) for each in formed(task).unmet]


def test_a_wish_against_a_rule():
    task = task_of(6, links=(Link(APART, 1, 2), Link(SIBLINGS, 2, 3)), wishes=(Wish(1, 3),))
    result = formed(task)
    assert [(each.barrier, each.people) for each in result.unmet] == [(Barrier.APART, (1, 2))]


def test_a_wish_between_two_coaches_children():
    pins = (Pin(PinKind.COACH, 1, 101), Pin(PinKind.COACH, 2, 102))
    result = formed(task_of(6, pins=pins, wishes=(Wish(1, 2),)))
    assert [(each.barrier, each.people, each.teams) for each in result.unmet] == [(Barrier.TEAMS, (1, 2), (101, 102))]


def test_a_wish_that_no_practice_day_allows():
    task = task_of(4, wishes=(Wish(1, 2),))
    away = {1: frozenset({0}), 2: frozenset({1})}
    task = replace(
        task,
        children=tuple(replace(child, no_days=away.get(child.id, frozenset())) for child in task.children),
        teams=(Side(101, frozenset({0})), Side(102, frozenset({1}))),
    )
    assert unmet(task) == [(Barrier.NO_COMMON_TEAM, True)]


def test_a_wish_that_makes_more_than_a_team_takes():
    task = task_of(4, links=(Link(SIBLINGS, 1, 2),), wishes=(Wish(1, 3),))
    task = replace(task, teams=tuple(replace(team, capacity=2) for team in task.teams))
    assert unmet(task) == [(Barrier.TOO_MANY, True)]


def test_a_wish_that_would_make_too_many_of_a_gender():
    task = task_of(8, links=(Link(SIBLINGS, 1, 2),), wishes=(Wish(1, 3),))
    pool = tuple(replace(child, gender="girl" if child.id <= 4 else "boy") for child in task.children)
    (found,) = formed(replace(task, children=pool)).unmet
    assert (found.barrier, found.proved) == (Barrier.GENDER, True)
    assert found.numbers["most"] > found.numbers["least"] + 1


def test_a_wish_that_would_make_skill_uneven():
    skills = (5, 5, 1, 1)
    pool = tuple(Child(each, skill=skill) for each, skill in enumerate(skills, 1))
    (found,) = formed(Task(pool, (Side(101), Side(102)), wishes=(Wish(1, 2),))).unmet
    assert (found.barrier, found.proved, found.numbers) == (Barrier.SKILL, True, {"most": 10, "least": 2})


def test_a_wish_that_would_cost_others_names_them():
    wishes = (Wish(1, 2), Wish(2, 1), Wish(3, 4), Wish(4, 3), Wish(1, 3))
    result = formed(task_of(4, wishes=wishes))
    (found,) = result.unmet
    assert (found.wish, found.barrier, found.proved) == (Wish(1, 3), Barrier.WISHES, True)
    assert set(found.instead) == set(wishes[:4])
    assert result.figures.mutual_met == result.figures.mutual == 4


def test_every_child_has_the_most_telling_reason():
    task = task_of(
        10,
        links=(Link(SIBLINGS, 1, 2), Link(SIBLINGS, 3, 4)),
        pins=(Pin(PinKind.COACH, 1, 101), Pin(PinKind.LOCK, 5, 102)),
        wishes=(Wish(6, 7), Wish(7, 6)),
    )
    found = {each.child: (each.why, each.people) for each in formed(task).placements}
    assert found[1] == (Why.COACH, ())
    assert found[2] == (Why.WITH_PINNED, (1,))
    assert found[3] == (Why.KEPT_TOGETHER, (4,))
    assert found[5] == (Why.LOCK, ())
    assert found[6] == (Why.WISH, (7,))
    assert found[8] == (Why.EVEN, ())


# ---- how it runs ----


def test_progress_always_has_a_usable_draft():
    task, seen = make_division(40, 4, seed=3, apart=2), []
    result = formed(task, tell=seen.append)
    assert all(faults_of(task, progress.team_of) == [] for progress in seen)
    assert {Phase.STARTING, Phase.TRADING, Phase.DONE} <= {progress.phase for progress in seen}
    assert seen[-1].team_of == result.team_of


def test_told_to_stop_it_gives_the_best_so_far():
    task = make_division(60, 5, seed=3, apart=2)
    result = formed(task, Budget(seconds=60, moves=10**9), stop=lambda: True)
    assert not result.figures.proved
    assert len(result.unmet) == result.figures.wishes - result.figures.wishes_met


def test_it_may_begin_from_an_earlier_draft():
    task = make_division(40, 4, seed=5)
    first = formed(task)
    again = formed(task, Budget(seconds=20, moves=0, workers=1), before=first.team_of)
    assert again.figures.key == first.figures.key


def test_without_the_optimizer_nothing_is_proved_and_rules_hold(monkeypatch):
    monkeypatch.setattr("youthprog.leagues.forming.engine.solver_is_here", lambda: False)
    task = make_division(40, 4, seed=6, apart=2)
    task = replace(task, wishes=(*task.wishes, *(Wish(each, 1) for each in range(2, 30))))
    assert not formed(task).figures.proved


def test_trading_is_the_same_on_any_machine():
    blocks = blocks_of(make_division(40, 4, seed=7))
    start = first_draft(blocks)
    assert start is not None
    once, again = (trade(blocks, start, moves=2_000, seed=1) for _ in range(2))
    assert once == again
    assert Draft(blocks, once).key < Draft(blocks, start).key


def test_trading_alone_breaks_no_hard_rule():
    for seed in range(cases(full=200, sample=6)):
        task = make_division(30, 3, seed=seed, apart=6, days=True)
        task = replace(task, teams=tuple(replace(team, capacity=11) for team in task.teams))
        blocks = blocks_of(task)
        start = first_draft(blocks)
        if start is not None:
            draft = trade(blocks, start, moves=800, seed=seed)
            team_of = {child: blocks.teams[draft[block]] for child, block in blocks.block_of.items()}
            assert faults_of(task, team_of) == []


def test_tasks_and_answers_cross_the_pipe_whole():
    task = make_division(24, 3, seed=8, apart=1, days=True)
    assert read(Task, written(task)) == task
    result = formed(task)
    assert read(Proposal, written(result)) == result
    found = contradiction(task_of(4, links=(Link(SIBLINGS, 1, 2), Link(APART, 1, 2))))
    assert read(Contradiction, written(found)) == found


def test_the_checker_sees_every_kind_of_fault():
    task = task_of(5, links=(Link(SIBLINGS, 1, 2), Link(APART, 3, 4)), pins=(Pin(PinKind.LOCK, 5, 101),))
    child = replace(task.children[0], no_days=frozenset({0}), no_places=frozenset({9}), no_teams=frozenset({101}))
    team = Side(101, frozenset({0}), place=9, capacity=1)
    task = replace(task, children=(child, *task.children[1:]), teams=(team, task.teams[1]))
    assert len(faults_of(task, {1: 101, 2: 102, 3: 101, 4: 101, 5: 102})) == 7
    assert faults_of(task, {1: 101}) == [f"child {each} is on no team" for each in (2, 3, 4, 5)]
    assert faults_of(task, {1: 1, 2: 102, 3: 102, 4: 102, 5: 101, 6: 101})[0] == "child 6 was not asked for"
