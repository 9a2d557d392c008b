"""Which session is expected, when somebody is reminded, what is looked at, how soon logs come: without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import median

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from youthprog.attendance.types import Mark
from youthprog.mentorship.sessions import rules
from youthprog.mentorship.sessions.rules import Due, Plan, dues_of
from youthprog.mentorship.sessions.types import Entry, Flag, Mode
from youthprog.mentorship.types import DutyStatus

START = date(2026, 8, 4)  # a Tuesday
ENDED = datetime(2026, 9, 15, 22, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def week(number: int, *, late: int = 0) -> date:
    return START + timedelta(days=7 * number + late)


def dues(*held: date, every: int = 7, weeks: int = 6, **values):
    plan = Plan(START, every, tuple(sorted(held)), **values)
    return dues_of(plan, since=START, until=week(weeks))


def test_a_session_is_expected_every_week_from_the_start():
    assert [due.due_on for due in dues()] == [week(number) for number in range(1, 7)]
    assert not any(due.is_answered for due in dues())


def test_a_log_answers_the_session_it_is_nearest_to():
    assert dues(week(1), week(2, late=2), weeks=3) == [Due(week(1), True), Due(week(2), True)]
    assert rules.answers(week(2), week(2, late=3), 7)
    assert not rules.answers(week(2), week(2, late=4), 7)
    assert not rules.answers(week(2), week(1), 7)


def test_what_is_too_late_answers_the_next_one():
    found = dues(week(2, late=5), weeks=3)
    assert [due.is_answered for due in found] == [False, False, True]


def test_what_fell_before_the_end_of_a_pause_is_not_expected():
    assert [due.due_on for due in dues(active_since=week(4))] == [week(4), week(5), week(6)]


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sets(st.integers(1, 80), max_size=15), st.sampled_from([1, 7, 14, 28]), st.integers(0, 80), st.integers(0, 80)
)
def test_wherever_one_begins_to_look_the_same_sessions_are_expected(held, every, since, until):
    plan = Plan(START, every, tuple(START + timedelta(days=day) for day in sorted(held)))
    since_on, until_on = START + timedelta(days=since), START + timedelta(days=until)
    whole = dues_of(plan, since=START, until=until_on)
    assert dues_of(plan, since=since_on, until=until_on) == [due for due in whole if due.due_on >= since_on]


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(st.sets(st.integers(1, 80), max_size=15), st.sampled_from([1, 7, 14, 28]))
def test_expected_days_are_no_closer_than_the_plan_and_every_log_is_used(held, every):
    plan = Plan(START, every, tuple(START + timedelta(days=day) for day in sorted(held)))
    found = dues_of(plan, since=START, until=START + timedelta(days=80))
    unanswered = [due.due_on for due in found if not due.is_answered]
    assert all((later - earlier).days >= every for earlier, later in pairwise(unanswered))
    for due in unanswered:  # nothing nearby was held
        assert not any(0 <= (day - due).days <= every // 2 for day in plan.held_on)


def test_two_misses_are_counted_back_from_the_newest():
    assert (
        rules.misses_in_a_row([Due(week(1), False), Due(week(2), True), Due(week(3), False), Due(week(4), False)]) == 2
    )
    assert rules.misses_in_a_row([Due(week(1), True)]) == rules.misses_in_a_row([]) == 0


# ---- reminders ----


@pytest.mark.parametrize(
    ("after", "first", "second", "step"),
    [
        (23, None, None, 0),
        (24, None, None, 1),
        (71, 24, None, 0),
        (72, 24, None, 2),
        (80, 70, None, 0),
        (94, 70, None, 2),
        (100, 24, 72, 0),
        (168, None, None, 0),
        (168, 24, None, 0),
    ],
)
def test_the_ladder_of_reminders(after, first, second, step):
    at = [ENDED + hours * HOUR if hours is not None else None for hours in (first, second)]
    assert rules.reminder_due(ENDED, *at, ENDED + after * HOUR) == step


@given(st.lists(st.integers(0, 400), max_size=60))
def test_whenever_one_looks_there_are_at_most_two_reminders(hours):
    sent = []
    for hour in sorted(hours):
        now = ENDED + hour * HOUR
        step = rules.reminder_due(ENDED, *([*sent, None, None][:2]), now)
        assert step == 0 or step == len(sent) + 1
        if step:
            sent.append(now)
    assert len(sent) <= 2
    assert all(timedelta(hours=24) <= at - ENDED < timedelta(days=7) for at in sent)
    assert len(sent) < 2 or sent[1] - ENDED >= timedelta(hours=72)


# ---- what is looked at ----

ENTRY = Entry("k", ENDED, 60, {1: Mark.PRESENT}, DutyStatus.ON_DUTY, observable=False)


def flags(came=(1,), may_ride=(), overlaps=False, hour=16, **values):
    entry = replace(ENTRY, **values)
    return rules.flags_of(entry, came=came, may_ride=may_ride, overlaps=overlaps, hour=hour)


def test_one_adult_alone_with_one_young_person_out_of_sight_is_looked_at():
    assert flags() == flags(observable=None) == [Flag.ALONE]
    assert (
        flags(observable=True)
        == flags(adults=2)
        == flags(came=(1, 2))
        == flags(came=())
        == flags(mode=Mode.VIDEO)
        == []
    )


def test_a_ride_is_looked_at_where_one_family_did_not_agree():
    assert flags(observable=True, transport=True, came=(1, 2), may_ride=(1,)) == [Flag.TRANSPORT]
    assert flags(observable=True, transport=True, came=(1, 2), may_ride=(1, 2, 3)) == []


def test_impossible_and_odd_times_are_flagged_and_never_refused():
    assert flags(observable=True, overlaps=True) == [Flag.OVERLAP]
    assert flags(observable=True, minutes=9) == [Flag.SHORT]
    assert flags(observable=True, minutes=9, mode=Mode.TEXT) == []
    assert flags(observable=True, minutes=301) == [Flag.LONG]
    assert flags(observable=True, hour=23) == flags(observable=True, hour=4) == [Flag.NIGHT]


def test_a_reason_is_wanted_for_those_two_alone():
    wanted = rules.refusals_without_reason(list(Flag), None)
    assert [each.code for each in wanted] == ["reason_alone", "reason_transport"]
    assert rules.refusals_without_reason(list(Flag), "The library closed.") == []


def test_a_correction_says_what_and_why():
    assert [each.code for each in rules.refusals_to_amend("Slip", [])] == ["unchanged"]
    assert [each.code for each in rules.refusals_to_amend("", ["minutes"])] == ["no_reason"]
    assert rules.refusals_to_amend("Slip", ["minutes"]) == []


# ---- how soon logs come ----


@given(st.lists(st.integers(-5, 900), max_size=40), st.integers(0, 20))
def test_the_share_in_time_and_the_median_equal_a_recount(hours, unlogged):
    found = rules.timeliness([each * HOUR for each in hours], unlogged)
    total = len(hours) + unlogged
    assert (found.count, found.unlogged) == (total, unlogged)
    assert found.share == (100 * len([each for each in hours if each <= 168]) // total if total else None)
    assert found.median_hours == (median(max(0, each) for each in hours) if hours else None)


@given(st.lists(st.integers(0, 900), min_size=1, max_size=40), st.integers(0, 20))
def test_logging_one_more_in_time_never_lowers_the_share(hours, unlogged):
    before = rules.timeliness([each * HOUR for each in hours], unlogged + 1).share
    after = rules.timeliness([*(each * HOUR for each in hours), HOUR], unlogged).share
    assert (after or 0) >= (before or 0)
