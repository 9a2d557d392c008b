"""Who stays away, decided without a database: one test an edge."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youthprog.attendance import absences
from youthprog.attendance.absences import Held, Stay
from youthprog.attendance.types import CAME, Mark

FIRST = datetime(2026, 9, 1, 22, 30, tzinfo=UTC)
MEMBER = [Stay(date(2026, 9, 1))]
TODAY = date(2026, 10, 15)
P, L, A, E = Mark.PRESENT, Mark.LATE, Mark.ABSENT, Mark.EXCUSED


def held(*marks, **each):
    """Meetings two days apart with these marks; None is a youth nobody said anything of."""
    days = [FIRST + timedelta(days=2 * number) for number in range(len(marks))]
    return [Held(at, at.date(), mark, **each) for at, mark in zip(days, marks, strict=True)]


def concern(meetings, running=2, stays=MEMBER, on=TODAY):
    run = absences.run_of(meetings, stays)
    return absences.concern_of(run, running=running, on=on, stays=stays)


def test_two_absences_running_are_a_concern_since_the_first_of_them():
    found = concern(held(P, A, E))
    assert (found.count, found.unexcused, found.since) == (2, False, FIRST + timedelta(days=2))


def test_one_absence_is_none():
    assert concern(held(P, P, A)) is None


@pytest.mark.parametrize("mark", CAME)
def test_whoever_came_again_is_missed_no_more(mark):
    assert concern(held(A, A, A, mark)) is None


def test_the_program_says_after_how_many():
    assert concern(held(P, E, A, E), running=4) is None
    assert concern(held(E, A, E, A), running=4).count == 4


def test_three_unexcused_in_a_row_are_a_concern_whatever_the_program_says():
    found = concern(held(P, A, A, A), running=10)
    assert (found.count, found.unexcused, found.since) == (3, True, FIRST + timedelta(days=2))


def test_an_excuse_lengthens_the_absence_and_ends_the_unexcused_run():
    found = concern(held(P, A, A, E, A))
    assert (found.count, found.unexcused) == (4, False)


def test_the_unexcused_run_begins_after_the_excuse():
    found = concern(held(A, E, A, A, A))
    assert (found.count, found.unexcused, found.since) == (3, True, FIRST + timedelta(days=4))


def test_two_unexcused_are_an_absence_running_not_yet_unexcused():
    assert concern(held(P, A, A)).unexcused is False


def test_a_meeting_without_a_register_does_not_count():
    meetings = held(P, A, A)
    missing = Held(FIRST + timedelta(days=3), date(2026, 9, 4), None, taken=False)
    assert concern([*meetings, missing]).count == 2
    assert concern([meetings[0], meetings[1], missing]) is None


def test_a_canceled_meeting_does_not_count():
    assert concern([*held(P, A), Held(FIRST + timedelta(days=9), date(2026, 9, 10), A, canceled=True)]) is None


def test_a_canceled_meeting_somebody_came_to_ends_no_run():
    assert concern([*held(A, A), Held(FIRST + timedelta(days=9), date(2026, 9, 10), P, canceled=True)]).count == 2


def test_a_youth_nobody_said_anything_of_is_neither_there_nor_away():
    assert concern(held(P, A, None, A)).count == 2
    assert concern(held(P, A, None)) is None


def test_meetings_before_the_youth_joined_do_not_count():
    assert concern(held(A, A, A), stays=[Stay(date(2026, 9, 5))]) is None
    assert concern(held(A, A, A), stays=[Stay(date(2026, 9, 3))]).count == 2


def test_whoever_left_is_missed_by_nobody():
    assert concern(held(A, A, A), stays=[Stay(date(2026, 9, 1), date(2026, 10, 14))]) is None


def test_the_last_day_in_the_group_is_a_day_in_it():
    assert concern(held(A, A), stays=[Stay(date(2026, 9, 1), TODAY)]).count == 2


def test_whoever_came_back_is_missed_for_both_times_in_the_group():
    away = [Stay(date(2026, 9, 1), date(2026, 9, 2)), Stay(date(2026, 9, 5))]
    meetings = held(A, P, A)  # the second while out of the group
    assert concern(meetings, stays=away).count == 2


def test_order_of_reading_makes_no_difference():
    assert concern(list(reversed(held(P, A, E, A)))) == concern(held(P, A, E, A))


def test_the_worst_come_first():
    lines = [concern(held(P, A, E)), concern(held(A, A, A, A)), concern(held(A, E, A)), concern(held(P, A, A, A))]
    ordered = sorted(lines, key=lambda each: each.order)
    assert [(each.unexcused, each.count) for each in ordered] == [(True, 4), (True, 3), (False, 3), (False, 2)]


MARKS = st.lists(st.sampled_from([P, L, A, E, None]), max_size=9)


@given(MARKS, st.integers(2, 5))
def test_the_run_is_what_a_plain_reading_of_the_marks_says(marks, running):
    said = "".join({P: "c", L: "c", A: "a", E: "e"}[mark] for mark in marks if mark)
    tail = said[len(said.rstrip("ae")) :]
    alone = tail[len(tail.rstrip("a")) :]
    found = concern(held(*marks), running)
    if len(alone) >= 3:
        assert (found.count, found.unexcused) == (len(alone), True)
    elif len(tail) >= running:
        assert (found.count, found.unexcused) == (len(tail), False)
    else:
        assert found is None
