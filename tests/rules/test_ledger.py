"""What holds is a function of the set of what was said: no order, repetition or splitting of messages matters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.proofs import cases
from youthprog.attendance.ledger import state_of
from youthprog.attendance.types import DeedFacts, DeedKind, Mark, State

FIVE = datetime(2026, 9, 17, 17, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return FIVE + timedelta(minutes=minutes)


def mark(name: str, what: Mark, minute: int = 0, saw: tuple[str, ...] = ()) -> DeedFacts:
    return DeedFacts(name, DeedKind.MARK, at(minute), what, saw)


def arrive(name: str, minute: int, what: Mark | None = Mark.PRESENT) -> DeedFacts:
    return DeedFacts(name, DeedKind.ARRIVE, at(minute), what)


def leave(name: str, minute: int) -> DeedFacts:
    return DeedFacts(name, DeedKind.LEAVE, at(minute))


def back(name: str, undoes: str) -> DeedFacts:
    return DeedFacts(name, DeedKind.TAKE_BACK, at(99), undoes=undoes)


def test_nothing_was_said():
    assert state_of([]) == State()


def test_the_mark_that_answers_another_is_in_force():
    state = state_of([mark("b", Mark.LATE, 1, saw=("a",)), mark("a", Mark.ABSENT, 5)])
    assert (state.mark, state.said, state.disputed, state.heads) == (Mark.LATE, "b", False, ("b",))


def test_two_who_did_not_see_each_other_are_in_dispute_and_the_later_is_in_force():
    state = state_of([mark("a", Mark.ABSENT, 1), mark("b", Mark.PRESENT, 2)])
    assert (state.mark, state.disputed, state.heads) == (Mark.PRESENT, True, ("b", "a"))


def test_two_who_say_the_same_agree():
    state = state_of([mark("a", Mark.LATE, 1), mark("b", Mark.LATE, 2)])
    assert (state.mark, state.disputed) == (Mark.LATE, False)


def test_whoever_saw_both_settles_it():
    state = state_of([mark("a", Mark.ABSENT, 1), mark("b", Mark.PRESENT, 2), mark("c", Mark.ABSENT, 3, saw=("b", "a"))])
    assert (state.mark, state.said, state.disputed) == (Mark.ABSENT, "c", False)


def test_what_is_taken_back_brings_what_it_answered_back():
    said = [mark("a", Mark.PRESENT), mark("b", Mark.ABSENT, 1, saw=("a",)), back("c", "b")]
    assert (state_of(said).mark, state_of(said).said) == (Mark.PRESENT, "a")


def test_a_refused_deed_does_not_count():
    refused = DeedFacts("b", DeedKind.MARK, at(1), Mark.PRESENT, ("a",), counts=False)
    assert state_of([mark("a", Mark.ABSENT), refused]).said == "a"


def test_a_stop_at_the_gate_changes_nothing():
    assert state_of([arrive("a", 0), DeedFacts("b", DeedKind.STOP, at(60))]).on_site


def test_deeds_that_answer_each_other_in_a_circle_still_leave_a_mark():
    state = state_of([mark("a", Mark.ABSENT, 1, saw=("b",)), mark("b", Mark.LATE, 2, saw=("a",))])
    assert (state.mark, state.disputed) == (Mark.LATE, True)


def test_time_between_arriving_and_leaving():
    state = state_of([leave("b", 95), arrive("a", 5)])
    assert (state.in_at, state.out_at, state.minutes, state.on_site) == (at(5), at(95), 90, False)


def test_two_phones_see_one_arrival():
    state = state_of([arrive("b", 7), arrive("a", 5), leave("c", 65)])
    assert (state.in_at, state.minutes) == (at(5), 60)


def test_who_comes_back_is_on_site_and_both_stays_count_once_over():
    stays = [arrive("a", 0), leave("b", 30), arrive("c", 60)]
    assert (state_of(stays).on_site, state_of(stays).out_at, state_of(stays).minutes) == (True, None, None)
    assert state_of([*stays, leave("d", 100)]).minutes == 70


def test_who_left_without_arriving_has_left_and_no_minutes():
    state = state_of([leave("a", 90)])
    assert (state.in_at, state.out_at, state.minutes) == (None, at(90), None)


def test_a_child_that_only_watches_is_on_site_without_a_mark():
    state = state_of([arrive("a", 0, None)])
    assert (state.mark, state.on_site) == (None, True)


NAMES = [f"d{number}" for number in range(12)]
names = st.sampled_from(NAMES)
made = st.builds(
    DeedFacts,
    client_id=names,
    kind=st.sampled_from(DeedKind),
    at=st.integers(0, 6).map(at),
    mark=st.none() | st.sampled_from([Mark.PRESENT, Mark.LATE, Mark.ABSENT]),
    saw=st.lists(names, max_size=3).map(tuple),
    undoes=st.none() | names,
    counts=st.booleans(),
)
histories = st.lists(made, max_size=12, unique_by=lambda deed: deed.client_id)


@pytest.mark.proof("any order, repetition and split of what was said gives one state", room="attendance")
def test_the_order_of_messages_does_not_matter() -> None:
    @settings(max_examples=cases(full=10_000, sample=200), deadline=None, database=None)
    @given(histories, st.randoms(use_true_random=False))
    def holds(history, dice):
        again = [*history, *(deed for deed in history if dice.random() < 0.4)]
        dice.shuffle(again)
        assert state_of(again) == state_of(history)

    holds()


@settings(max_examples=150, deadline=None, database=None)
@given(histories)
def test_somebody_who_saw_every_head_settles_it(history):
    honest = [deed for deed in history if all(seen < deed.client_id for seen in deed.saw)]  # no answering in a circle
    before = state_of(honest)
    state = state_of([*honest, DeedFacts("settled", DeedKind.MARK, FIVE, Mark.EXCUSED, before.heads)])
    assert (state.mark, state.disputed, state.heads) == (Mark.EXCUSED, False, ("settled",))
