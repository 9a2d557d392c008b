"""Matching a whole cohort: hours, hard rules, points, the best against every way there is, and what choosing otherwise costs."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, time, timedelta
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.makers.matching import make_cohort, make_groups
from tests.support.proofs import cases
from youthprog.mentorship.matching import hours
from youthprog.mentorship.matching.engine import propose, removed_by
from youthprog.mentorship.matching.pairing import FAR, Cohort, assign, exchange_costs
from youthprog.mentorship.matching.profiles import circles_of, mentor_of, merged, youth_of
from youthprog.mentorship.matching.reading import Unusable, people_of, read_people
from youthprog.mentorship.matching.rules import ties_of_one
from youthprog.mentorship.matching.scoring import Scorer, sides_of
from youthprog.mentorship.matching.types import (
    NOBODY,
    WEIGHTS,
    Circle,
    Criterion,
    HardRule,
    Mentor,
    Mode,
    Outcome,
    Phase,
    Task,
    TieKind,
    Youth,
)
from youthprog.mentorship.matching.wire import read, written

Key = tuple[int, ...]


def key_of(mode: Mode, got: list[int]) -> Key:
    """What a proposal is compared by."""
    matched, total, worst = len(got), sum(got), min(got, default=0)
    return {Mode.TOTAL: (total, matched), Mode.MOST: (matched, total), Mode.WORST: (matched, worst, total)}[mode]


def every_way(scores: list[list[int | None]], task: Task) -> list[tuple[Key, tuple[int, ...]]]:
    """Every way to put youth to mentors or groups under capacities, sizes and pairs: its key, and where each goes."""
    youth, mentors = sides_of(task)
    rows = {each.id: row for row, each in enumerate(youth)}
    least = [each.least for each in sorted(task.circles, key=lambda each: each.id)] or [1] * len(mentors)
    together = [(rows[one], rows[other]) for one, other in task.together] if task.circles else []
    apart = [(rows[one], rows[other]) for one, other in task.apart] if task.circles else []
    found = []
    for to in product(range(-1, len(mentors)), repeat=len(youth)):
        got = [scores[row][column] for row, column in enumerate(to) if column >= 0]
        sizes = [to.count(column) for column in range(len(mentors))]
        if (
            None in got
            or any(size and not least[at] <= size <= mentors[at].capacity for at, size in enumerate(sizes))
            or any(to[one] != to[other] for one, other in together)
            or any(to[one] == to[other] >= 0 for one, other in apart)
        ):
            continue
        found.append((key_of(task.mode, [each for each in got if each is not None]), to))
    return found


def as_key(task: Task, outcome: Outcome) -> Key:
    return key_of(task.mode, [pair.score for pair in outcome.pairs])


def scores_of(task: Task) -> list[list[int | None]]:
    """Every score, from the points of single pairs and the hard rules alone."""
    youth, mentors = sides_of(task)
    scorer = Scorer(task.weights, task.every_days)
    return [
        [
            None if scorer.refusals(mentor, each) else sum(one.points for one in scorer.points(mentor, each))
            for mentor in mentors
        ]
        for each in youth
    ]


# ---- the best there is ----


@pytest.mark.proof("the best pairing equals brute force", room="mentorship")
def test_pairs_equal_every_way_there_is():
    """Score, ties by lowest ids, and the exact price of the best other choice, in all three modes."""
    for case in range(cases(full=1000, sample=15)):
        mode = list(Mode)[case % 3]
        task = make_cohort(1 + case % 5, 1 + case % 4, seed=case, mode=mode, every_days=14)
        ways = every_way(scores_of(task), task)
        best = max(key for key, _to in ways)
        outcome = propose(task)
        assert as_key(task, outcome) == best, case
        _youth, mentors = sides_of(task)
        first = min(tuple(len(mentors) if each < 0 else each for each in to) for key, to in ways if key == best)
        ids = [mentor.id for mentor in mentors]
        assert [pair.to for pair in outcome.pairs] == [ids[each] for each in first if each < len(ids)], case
        others = {pair.youth: pair.other for pair in outcome.pairs} | {
            left.youth: left.other for left in outcome.unmatched
        }
        for row, each in enumerate(sides_of(task)[0]):
            now = first[row]
            rest = [key for key, to in ways if to[row] >= 0 and to[row] != now]
            other = others[each.id]
            assert (other is None) == (not rest), case
            if other is not None:
                got = max(key for key, to in ways if to[row] == ids.index(other.to))
                assert got == max(rest), case
                assert priced(mode, best, other) == got, case


def priced(mode: Mode, best: Key, other: Any) -> Key:
    costs = {
        Mode.TOTAL: (other.total_cost, other.matched_cost),
        Mode.MOST: (other.matched_cost, other.total_cost),
        Mode.WORST: (other.matched_cost, other.worst_cost, other.total_cost),
    }[mode]
    return tuple(figure - cost for figure, cost in zip(best, costs, strict=True))


@pytest.mark.proof("the best placing into groups equals brute force", room="mentorship")
def test_groups_equal_every_way_there_is():
    """The best, and for each youth the exact price of the best other group, in all three modes."""
    for case in range(cases(full=1000, sample=9)):
        chance = random.Random(case)
        task = make_cohort(2 + case % 4, 3, seed=case, mode=list(Mode)[case % 3])
        pairs = chance.sample(list(combinations(range(2 + case % 4), 2)), 1 + (case % 4 > 0))
        circles = tuple(Circle(each, (1000 + each,), chance.randint(1, 2), 2, hours.ALL) for each in range(3))
        task = replace(task, circles=circles, together=tuple(pairs[:1]), apart=tuple(pairs[1:]))
        ways = every_way([[*row] for row in group_scores(task)], task)
        outcome = propose(task)
        best = max(key for key, _to in ways)
        assert as_key(task, outcome) == best, case
        assert outcome.figures.proved
        now = {pair.youth: pair.to for pair in outcome.pairs}
        others = {each.youth: each.other for each in (*outcome.pairs, *outcome.unmatched)}
        for row, each in enumerate(sides_of(task)[0]):
            rest = [(key, to[row]) for key, to in ways if to[row] >= 0 and to[row] != now.get(each.id)]
            other = others[each.id]
            assert (other is None) == (not rest), (case, each.id)
            if other is not None:
                assert priced(task.mode, best, other) == max(rest)[0], (case, each.id)
                assert (max(rest)[0], other.to) in rest, (case, each.id)


def group_scores(task: Task) -> list[list[int | None]]:
    scorer = Scorer(task.weights, task.every_days)
    youth, mentors = sides_of(task)
    ready = scorer.ready([replace(each, free=hours.ALL) for each in mentors])
    return [scorer.row(each, ready) for each in youth]


@pytest.mark.parametrize("mode", Mode)
def test_the_same_people_in_another_order_are_matched_alike(mode):
    task = make_cohort(12, 10, seed=4, mode=mode)
    again = replace(task, youth=task.youth[::-1], mentors=task.mentors[::-1])
    assert propose(task) == propose(again)
    groups = make_groups(12, 3, pairs=2, seed=4, mode=mode)
    turned = replace(groups, youth=groups.youth[::-1], mentors=groups.mentors[::-1], circles=groups.circles[::-1])
    assert propose(groups, explain_seconds=0).pairs == propose(turned, explain_seconds=0).pairs


def test_of_equally_good_ways_the_lowest_ids_win():
    """Few different scores, so that most bests are several; against every way, in all three modes."""
    for case in range(cases(full=1000, sample=40)):
        chance = random.Random(case)
        rows, columns, mode = chance.randint(1, 4), chance.randint(1, 4), list(Mode)[case % 3]
        scores = [[chance.choice((None, 0, 1, 2, 2)) for _ in range(columns)] for _ in range(rows)]
        room = [chance.randint(0, 2) for _ in range(columns)]
        found = []
        for to in product(range(columns + 1), repeat=rows):
            got = [scores[row][column] for row, column in enumerate(to) if column < columns]
            if None not in got and all(to.count(column) <= room[column] for column in range(columns)):
                found.append((key_of(mode, [each for each in got if each is not None]), to))
        best = max(key for key, _to in found)
        first = min(to for key, to in found if key == best)
        ours = Cohort([list(row) for row in scores], room, mode).solve().to
        assert tuple(columns if each == NOBODY else each for each in ours) == first, case


@pytest.mark.parametrize("mode", Mode)
def test_together_apart_and_sizes_hold_in_groups(mode):
    mentors = (Mentor(1, likes=frozenset({"art"}), capacity=4), Mentor(2, capacity=4))
    youth = tuple(Youth(each, likes=frozenset({"art"})) for each in range(10, 15))
    circles = (Circle(1, (1,), 2, 3), Circle(2, (2,), 2, 3))
    task = Task(youth, mentors, mode=mode, circles=circles, together=((10, 14),), apart=((11, 12), (10, 13)))
    to = {pair.youth: pair.to for pair in propose(task).pairs}
    assert len(to) == 5
    assert to[10] == to[14]
    assert to[11] != to[12]
    assert to[10] != to[13]
    assert sorted(list(to.values()).count(each) for each in (1, 2)) == [2, 3]


def test_no_simple_way_is_better():
    for seed in range(5):
        total = propose(make_cohort(30, 25, seed=seed)).figures
        most = propose(make_cohort(30, 25, seed=seed, mode=Mode.MOST)).figures
        for matched, points in (total.first_come, total.best_first):
            assert total.total >= points
            assert most.matched >= matched
        worst = propose(make_cohort(30, 25, seed=seed, mode=Mode.WORST)).figures
        assert worst.matched == most.matched
        assert worst.worst >= most.worst
        assert most.total >= worst.total


def test_every_choice_is_priced_as_solving_again_would():
    cohort = Cohort([[5, 9, None], [8, 9, 2], [None, 7, 7]], [1, 1, 2], Mode.TOTAL)
    best = cohort.solve()
    costs = exchange_costs(cohort.np, cohort.worths(), cohort.capacities, best.to)
    for row, column in product(range(3), range(3)):
        if cohort.scores[row, column] < 0:
            assert costs[row, column] >= FAR
            continue
        forced = cohort.worths(without=[(row, each) for each in range(3) if each != column], must=row)
        to, _prices = assign(cohort.np, forced, cohort.capacities)
        got = [int(cohort.scores[at, each]) for at, each in enumerate(to) if each != NOBODY]
        assert int(costs[row, column]) == cohort.worth.of(best.matched, best.total) - cohort.worth.of(
            len(got), sum(got)
        )


# ---- points and rules ----


def test_in_groups_those_that_fit_least_are_priced_first_and_the_others_say_so():
    task, told = make_groups(12, 3, pairs=0, seed=5), []
    some = propose(task, explain_seconds=-1)
    assert not any(pair.looked or pair.other for pair in some.pairs)
    looked = propose(task, tell=told.append, stop=lambda: sum(each.phase is Phase.EXPLAINING for each in told) > 3)
    first = sorted(looked.pairs, key=lambda pair: (pair.score, pair.youth))
    assert 0 < sum(pair.looked for pair in first) < len(first)
    assert [pair.looked for pair in first] == sorted((pair.looked for pair in first), reverse=True)
    assert all(pair.looked for pair in propose(task).pairs)


def test_the_points_add_up_to_the_score():
    task = make_cohort(25, 25, seed=9)
    for pair in propose(task).pairs:
        assert pair.score == sum(each.points for each in pair.points)
        assert all(0 <= each.points <= each.most for each in pair.points)


@given(st.sets(st.sampled_from("abcdefg")), st.sets(st.sampled_from("abcdefg")), st.integers(0, 10))
def test_dislikes_count_as_much_as_likes(one, other, weight):
    mentor, youth = Mentor(1, likes=frozenset(one)), Youth(2, likes=frozenset(other))
    turned = Mentor(1, dislikes=frozenset(one)), Youth(2, dislikes=frozenset(other))
    scorer = Scorer({**WEIGHTS, "interests": weight}, 7)
    assert scorer.row(youth, scorer.ready([mentor])) == scorer.row(turned[1], scorer.ready([turned[0]]))


def test_background_counts_only_where_the_family_asks():
    scorer, mentor = Scorer(WEIGHTS, 7), Mentor(1, identity=frozenset({"first in college"}))
    asked = Youth(2, identity=frozenset({"first in college"}))
    points = {each.criterion: each.points for each in scorer.points(mentor, asked)}
    assert points[Criterion.IDENTITY] == 50
    assert sum(each.points for each in scorer.points(mentor, Youth(3))) == 0


PAIR = Mentor(1, languages=frozenset({"en"}), gender="girl"), Youth(2, languages=frozenset({"en"}), gender="boy")


@pytest.mark.parametrize(
    ("rule", "mentor", "youth"),
    [
        (HardRule.CUSTODY, {}, {"kept_from": frozenset({1})}),
        (HardRule.FAMILY, {}, {"family": frozenset({1})}),
        (HardRule.NEVER, {}, {"never": frozenset({1})}),
        (HardRule.CAPACITY, {"capacity": 0}, {}),
        (HardRule.TIME, {"free": 0}, {"free": hours.ALL}),
        (HardRule.PLACE, {"places": {1: 10}}, {"places": {2: 10}}),
        (HardRule.PLACE, {"places": {1: 50}, "most_minutes": 45}, {"places": {1: 10}}),
        (HardRule.PLACE, {"point": (40_000, -89_000), "most_km": 30}, {"point": (41_000, -89_000)}),
        (HardRule.LANGUAGE, {}, {"languages": frozenset({"es"})}),
        (HardRule.GENDER, {}, {"only_gender": "boy"}),
        (HardRule.GENDER, {"only_gender": "girl"}, {}),
    ],
)
def test_each_hard_rule_removes_a_pair_and_is_named(rule, mentor, youth):
    scorer, adult, child = Scorer(WEIGHTS, 7), replace(PAIR[0], **mentor), replace(PAIR[1], **youth)
    assert scorer.refusals(PAIR[0], PAIR[1]) == []
    assert scorer.refusals(adult, child) == [rule]
    assert scorer.row(child, scorer.ready([adult])) == [None]
    possible, removed = removed_by(scorer, child, [adult, PAIR[0]])
    assert [(each.rule, each.alone) for each in removed] in ([(rule, 1)], [(rule, 2)])
    assert possible == 2 - removed[0].count


def test_a_row_of_scores_and_single_pairs_agree():
    task = make_cohort(15, 15, seed=3)
    scorer, (youth, mentors) = Scorer(task.weights, 7), sides_of(task)
    assert [scorer.row(each, scorer.ready(mentors)) for each in youth] == scores_of(task)


def test_who_is_kept_from_one_mentor_is_kept_from_the_group():
    mentors = tuple(Mentor(each, capacity=3) for each in (1, 2, 3))
    circles = (Circle(1, (1, 2), 1, 3), Circle(3, (3,), 1, 3))
    outcome = propose(Task((Youth(9, kept_from=frozenset({2})),), mentors, circles=circles))
    assert [pair.to for pair in outcome.pairs] == [3]


def test_a_group_meets_at_one_hour_to_which_all_of_it_can_come():
    week = [hours.Window(1, time(15), time(17)), hours.Window(3, time(15), time(17))]
    early, late = hours.mask_of(week[:1]), hours.mask_of(week[1:])
    mentor = Mentor(1, free=early | late, capacity=7)
    youth = (Youth(2, free=early), Youth(3, free=late), Youth(4, free=early))
    outcome = propose(Task(youth, (mentor,), circles=(Circle(1, (1,), 2, 7),)))
    assert [pair.youth for pair in outcome.pairs] == [2, 4]


# ---- hours ----


def test_an_hour_in_one_piece_is_needed():
    split = hours.mask_of([hours.Window(0, time(15), time(15, 45)), hours.Window(0, time(16), time(16, 45))])
    whole = hours.mask_of([hours.Window(0, time(15), time(16))])
    assert not hours.recurs(hours.starts_of(split), 7)
    assert hours.recurs(hours.starts_of(whole), 7)


@pytest.mark.parametrize(("period", "enough_for"), [(7, 7), (14, 14), (28, 28)])
def test_a_shift_meets_as_often_as_it_comes_around(period, enough_for):
    once = hours.starts_of(hours.mask_of([hours.Window(2, time(15), time(17))], period=period))
    assert next(each for each in (7, 14, 28) if hours.recurs(once, each)) == enough_for


def test_an_hour_may_cross_midnight_and_the_end_of_the_four_weeks():
    night = hours.mask_of([hours.Window(27, time(23, 30), time(0, 30))], period=28)
    assert hours.recurs(hours.starts_of(night), 28)
    assert hours.minutes_of(night) == 60


@given(
    st.sampled_from((7, 14, 28)), st.integers(0, 60), st.integers(0, 27), st.integers(0, 80), st.integers(4, 16),
    st.integers(0, 60),
)  # fmt: skip
def test_a_mask_says_what_the_calendar_says(period, shift, day, start, quarters, ahead):
    """Against counting days from the anchor: on any later date the same hours are free."""
    anchor = date(2026, 3, 2) + timedelta(days=shift)
    first = time(start // 4, start % 4 * 15)
    end = start + quarters
    last = time(end // 4 % 24, end % 4 * 15)
    mask = hours.mask_of([hours.Window(day % period, first, last)], period=period, anchor=anchor)
    on = date(2026, 6, 1) + timedelta(days=ahead)
    free = (on - anchor).days % period == day % period
    bit = ((on - hours.ORIGIN).days % hours.CYCLE) * hours.QUARTERS + start
    assert bool(mask >> bit & 1) == free


# ---- what people told, and files ----


def test_what_people_told_becomes_a_mentor_and_a_youth():
    told = {
        "free": [[1, "15:00", "17:00"]], "languages": ["en"], "languages_own": "Somali, ", "likes": ["art"], "takes": 3,
        "places": {"4": 20}, "youngest": 8, "oldest": 12, "needs": ["shy"],
    }  # fmt: skip
    mentor = mentor_of(7, told, load=1)
    assert mentor.capacity == 2
    assert mentor.languages == {"en", "somali"}
    youth = youth_of(8, told, age=9)
    assert Scorer(WEIGHTS, 7).refusals(mentor, youth) == []
    assert circles_of({7: told, 9: {"with": 7}}, [mentor, mentor_of(9, {"takes": 3})]) == (
        Circle(7, (7,), 2, 2),
        Circle(9, (9,), 2, 3),
    )
    assert circles_of({7: told | {"with": 9}}, [mentor, mentor_of(9, {"takes": 3})]) == (Circle(7, (7, 9), 2, 5),)


MENTORS = b"""\xef\xbb\xbfName,Languages,Interests,Availability,Places,Takes,Gender
Ana Reyes,English,chess; dogs,Mon 15:00-17:00,Library 10,2,woman
Omar Haddad,English,chess,Someday,Gym 5,ninety,man
,English,,,,,
Ana Reyes,,,,,,
"""
YOUTH = b"""name,languages,likes,free,places,never
Tyrese,English,chess,Mon 15:30-18:00,Library 20,Omar Haddad
Zoe,Spanish,,,,
"""


def test_files_are_read_and_each_problem_has_its_row():
    places: dict[str, int] = {}
    mentors, youth = read_people(MENTORS, first=1, places=places), read_people(YOUTH, first=100, places=places)
    assert [(each.row, each.column, each.is_left_out) for each in mentors.problems] == [
        (3, "free", False), (3, "takes", False), (4, "name", True), (5, "name", True),
    ]  # fmt: skip
    outcome = propose(Task(*reversed(people_of(mentors, youth))))
    assert [(mentors.names[pair.to], youth.names[pair.youth]) for pair in outcome.pairs] == [("Ana Reyes", "Tyrese")]
    assert {each.rule for each in outcome.unmatched[0].removed} == {HardRule.LANGUAGE}


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00a", b"a,b\n1,2\n"])
def test_a_file_that_is_none_is_refused_in_words(content):
    with pytest.raises(Unusable):
        read_people(content, first=1, places={})


def test_an_outcome_is_kept_and_read_back():
    outcome = propose(make_cohort(6, 4, seed=1))
    assert read(Outcome, written(outcome)) == outcome


# ---- one person under two records ----


@pytest.mark.parametrize(
    ("told_of", "changed"),
    [
        ({1: {"wishes": [9]}}, {1: {"wishes": [2]}}),
        ({1: {"guardian_wishes": [9, 2]}}, {1: {"guardian_wishes": [2]}}),
        ({1: {"with": 9}}, {1: {"with": 2}}),
        ({1: {"likes": ["art"]}, 9: {"likes": ["books"]}}, {}),
        ({2: {"likes": ["art"], "wishes": [5]}, 9: {"likes": ["books"], "wishes": [6, 5], "with": 8}},
         {2: {"likes": ["art"], "wishes": [5, 6], "with": 8}}),
        ({2: {"with": 9}}, {2: {}}),
    ],
)  # fmt: skip
def test_wishes_and_co_mentors_name_the_kept_record(told_of, changed):
    assert merged(told_of, 2, 9) == changed


def test_of_two_pairs_of_one_couple_what_keeps_apart_stays():
    never, together, apart = TieKind.NEVER, TieKind.TOGETHER, TieKind.APART
    assert ties_of_one([(never, 5, 9), (never, 9, 4)], 2, 9) == [(5, 2), (2, 4)]
    assert ties_of_one([(together, 2, 5), (apart, 5, 9)], 2, 9) == [None, (2, 5)]
    assert ties_of_one([(never, 5, 2), (never, 5, 9)], 2, 9) == [(5, 2), None]
    assert ties_of_one([(together, 2, 9)], 2, 9) == [None]
