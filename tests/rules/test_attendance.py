"""Registers, decided without a database: each refusal once, and what two savers make of one register."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youthprog.attendance import rules
from youthprog.attendance.types import CAME, Kept, Mark

START = datetime(2026, 9, 17, 22, 30, tzinfo=UTC)
MEMBERS = {1: "Mateo Aguilar", 2: "Imani Brooks"}


def codes(reasons):
    return [reason.code for reason in reasons]


def facts(**values):
    return rules.GatheringFacts(**({"starts_at": START, "canceled": False, "now": START} | values))


def test_a_register_opens_two_hours_before_the_start_and_never_closes():
    assert rules.refusals_to_take(facts(now=START - timedelta(hours=2))) == []
    assert rules.refusals_to_take(facts(now=START + timedelta(days=400))) == []


def test_a_canceled_gathering_has_no_register():
    assert codes(rules.refusals_to_take(facts(canceled=True))) == ["gathering_canceled"]


def test_a_gathering_more_than_two_hours_ahead_has_not_begun():
    reasons = rules.refusals_to_take(facts(now=START - timedelta(hours=2, seconds=1)))
    assert codes(reasons) == ["not_begun"]
    assert reasons[0].values["opens"] == START - timedelta(hours=2)


def test_a_stranger_is_not_marked():
    assert codes(rules.refusals_to_mark({3: Mark.PRESENT}, MEMBERS, ())) == ["not_a_member"]


@pytest.mark.parametrize("mark", CAME)
def test_who_is_not_cleared_did_not_take_part(mark):
    reasons = rules.refusals_to_mark({1: mark, 2: mark}, MEMBERS, {2})
    assert codes(reasons) == ["not_cleared"]
    assert str(reasons[0]) == "Imani Brooks is not cleared. May watch. May not take part."
    assert reasons[0].field == "mark-2"


@pytest.mark.parametrize("mark", [Mark.ABSENT, Mark.EXCUSED, None])
def test_who_is_not_cleared_may_be_absent(mark):
    assert rules.refusals_to_mark({2: mark}, MEMBERS, {2}) == []


def test_an_empty_register_is_not_taken():
    assert codes(rules.refusals_to_leave_blank([None, None], can_be_marked=True)) == ["nobody_marked"]
    assert rules.refusals_to_leave_blank([None, Mark.LATE], can_be_marked=True) == []
    assert rules.refusals_to_leave_blank([], can_be_marked=False) == []


def undo(**values):
    return rules.refusals_to_undo(
        rules.UndoFacts(**({"saved_at": START, "saved_by_id": 7, "by_id": 7, "now": START} | values))
    )


def test_one_undoes_ones_own_save_for_a_quarter_of_an_hour():
    assert undo(now=START + timedelta(minutes=15)) == []


def test_what_was_not_saved_is_not_undone():
    assert codes(undo(saved_at=None)) == ["nothing_saved"]


def test_nobody_undoes_anothers_save():
    assert codes(undo(by_id=8)) == ["saved_by_another"]


def test_an_old_save_is_not_undone():
    assert codes(undo(now=START + timedelta(minutes=15, seconds=1))) == ["too_late"]


def test_the_rest_is_present_and_what_was_tapped_stays():
    marks = {1: Mark.ABSENT, 2: None}
    assert rules.with_rest_present(marks, [1, 2, 3]) == {1: Mark.ABSENT, 2: Mark.PRESENT, 3: Mark.PRESENT}


def test_a_row_left_as_shown_says_nothing():
    shown = {1: Kept(Mark.PRESENT, 1), 2: Kept()}
    assert rules.touched({1: Mark.PRESENT, 2: Mark.LATE}, shown) == {2: Mark.LATE}


def test_a_mark_changed_meanwhile_clashes():
    merged = rules.merge({1: Kept(Mark.ABSENT, 2)}, {1: Mark.PRESENT}, {1: 1})
    assert merged.changes == {}
    assert merged.clashes == (1,)


def test_two_who_say_the_same_agree():
    assert rules.merge({1: Kept(Mark.ABSENT, 2)}, {1: Mark.ABSENT}, {1: 0}) == rules.Merge({}, ())


def test_counts_follow_the_registers_order():
    counts = rules.counts_of([Mark.ABSENT, Mark.PRESENT, None, Mark.PRESENT])
    assert list(counts.items()) == [(Mark.PRESENT, 2), (Mark.ABSENT, 1)]


YOUTH = st.integers(1, 6)
TAPPED = st.sampled_from([Mark.PRESENT, Mark.LATE, Mark.ABSENT, Mark.EXCUSED])
KEPT = st.dictionaries(YOUTH, st.builds(Kept, st.one_of(st.none(), TAPPED), st.integers(1, 5)))
WANTED = st.dictionaries(YOUTH, TAPPED)


def save(kept, wanted, seen):
    merged = rules.merge(kept, wanted, seen)
    return kept if merged.clashes else rules.applied(kept, merged.changes)


@given(KEPT, WANTED, WANTED)
def test_two_savers_who_do_not_contradict_make_one_register_in_any_order(kept, mine, yours):
    yours = {youth: mine.get(youth, mark) for youth, mark in yours.items()}
    seen = {youth: each.version for youth, each in kept.items()}
    assert save(save(kept, mine, seen), yours, seen) == save(save(kept, yours, seen), mine, seen)


@given(KEPT, WANTED, WANTED)
def test_the_second_saver_never_changes_what_the_first_did(kept, mine, yours):
    seen = {youth: each.version for youth, each in kept.items()}
    first = save(kept, mine, seen)
    second = save(first, yours, seen)
    changed = {youth for youth, mark in mine.items() if mark != kept.get(youth, Kept()).mark}
    assert all(second[youth] == first[youth] for youth in changed)


@given(KEPT, WANTED)
def test_saving_twice_is_saving_once(kept, mine):
    seen = {youth: each.version for youth, each in kept.items()}
    once = save(kept, mine, seen)
    assert save(once, mine, seen) == once


@given(KEPT, WANTED)
def test_versions_only_grow(kept, mine):
    seen = {youth: each.version for youth, each in kept.items()}
    after = save(kept, mine, seen)
    assert all(after[youth].version >= each.version for youth, each in kept.items())
