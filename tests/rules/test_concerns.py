"""Whom to tell of a concern, who may be named, what may be added."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from youthprog.concerns import rules
from youthprog.concerns.types import Entry, Reader, Readers, State

AT = datetime(2026, 9, 17, 15, tzinfo=UTC)


def reader(key: int) -> Reader:
    return Reader(key, f"R{key}", f"r{key}@city.example", "en")


def people(first=(1, 2), further=(), admins=(9,)) -> Readers:
    return Readers(*(tuple(reader(key) for key in keys) for keys in (first, further, admins)))


def told(telling) -> tuple[set[int], set[int]]:
    return {each.person_id for each in telling.readers}, {each.person_id for each in telling.admins}


@pytest.mark.parametrize(
    ("first", "further", "kept_out", "overdue", "expected"),
    [
        ((1, 2), (3,), (), False, ({1, 2}, set())),
        ((1, 2), (3,), (1,), False, ({2, 3}, set())),  # about one of them: the further one stands in
        ((1, 2), (), (1,), False, ({2}, {9})),  # one is too few: the administrators see to it
        ((1, 2), (), (1, 9), False, ({2}, set())),  # and never one whom it is about
        ((), (), (), False, (set(), {9})),
        ((1, 2), (3,), (), True, ({1, 2, 3}, set())),
        ((1, 2), (), (), True, ({1, 2}, {9})),
        ((1, 2), (3,), (3,), True, ({1, 2}, {9})),
        ((1, 9), (), (2,), False, ({1, 9}, set())),  # who reads is not told twice as an administrator
    ],
)
def test_who_is_told(first, further, kept_out, overdue, expected):
    assert told(rules.whom_to_tell(people(first, further), kept_out, (), overdue=overdue)) == expected


KEYS = st.sets(st.integers(1, 8), max_size=5)


@settings(deadline=None, max_examples=100)
@given(KEYS, KEYS, KEYS, KEYS, KEYS, st.booleans())
def test_nobody_it_is_about_is_told_and_nobody_twice(first, further, admins, kept_out, before, overdue):
    named = people(tuple(first), tuple(further - first), tuple(admins))
    readers, house = told(rules.whom_to_tell(named, kept_out, before, overdue=overdue))
    assert not (readers | house) & (kept_out | before)
    assert not readers & house
    every = first | further
    if len((first | further) - kept_out) >= 2 and not before:
        assert len(readers) >= 2
    if not every - kept_out and not before:
        assert house == admins - kept_out


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        ({Entry.RAISED, Entry.TOLD, Entry.NOTE}, State.NEW),
        ({Entry.RAISED, Entry.ACKNOWLEDGED}, State.ACKNOWLEDGED),
        ({Entry.ACKNOWLEDGED, Entry.OUTCOME}, State.SETTLED),
    ],
)
def test_how_far_it_has_come(kinds, state):
    assert rules.state_of(kinds) is state


def test_a_day_without_an_answer_is_too_long():
    assert not rules.is_overdue(AT, State.NEW, AT + timedelta(hours=24) - timedelta(seconds=1))
    assert rules.is_overdue(AT, State.NEW, AT + timedelta(hours=24))
    assert not rules.is_overdue(AT, State.ACKNOWLEDGED, AT + timedelta(days=9))


@pytest.mark.parametrize(
    ("kinds", "kind", "words", "codes"),
    [
        (set(), Entry.NOTE, "", {"no_words"}),
        (set(), Entry.NOTE, "x" * 10_001, {"too_long"}),
        (set(), Entry.OUTCOME, "done", {"not_acknowledged"}),
        ({Entry.ACKNOWLEDGED}, Entry.OUTCOME, "done", set()),
        ({Entry.ACKNOWLEDGED, Entry.OUTCOME}, Entry.NOTE, "later", set()),
    ],
)
def test_what_may_be_added(kinds, kind, words, codes):
    assert {each.code for each in rules.refusals_to_add(kinds, kind, words)} == codes


def test_one_person_answers_for_it():
    assert rules.refusals_to_acknowledge({Entry.RAISED}) == []
    assert rules.refusals_to_acknowledge({Entry.ACKNOWLEDGED})[0].code == "acknowledged"


@pytest.mark.parametrize(
    ("first", "unknown", "codes"),
    [((), (), ["too_few"]), ((1, 1), (), ["too_few"]), ((1, 2), (), []), ((1, 2), ("x@y.example",), ["unknown"])],
)
def test_two_at_least_are_named(first, unknown, codes):
    assert [each.code for each in rules.refusals_to_name(first, unknown)] == codes
