"""Who gets a place, who is next, when a group meets."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youthprog.programs import rules
from youthprog.programs.rules import EnrollFacts, JoinFacts, SeasonFacts, Waiting
from youthprog.programs.types import EnrollmentStatus

CHICAGO = ZoneInfo("America/Chicago")
TODAY = date(2026, 9, 17)
NOON = datetime(2026, 9, 17, 12, tzinfo=UTC)
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def codes(reasons) -> list[str]:
    return [reason.code for reason in reasons]


# ---- enrolling ----

CHILD = {
    "is_youth": True, "born_on": date(2016, 3, 4), "status": None, "age_cutoff_on": date(2026, 8, 31),
    "min_age": 8, "max_age": 12, "ends_on": TODAY, "today": TODAY,
}  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"is_youth": False}, "not_a_youth"),
        ({"ends_on": TODAY - timedelta(days=1)}, "season_over"),
        ({"status": EnrollmentStatus.ENROLLED}, "already_enrolled"),
        ({"status": EnrollmentStatus.WAITLISTED}, "already_waiting"),
        ({"born_on": None}, "no_birth_date"),
        ({"born_on": date(2018, 9, 1)}, "too_young"),
        ({"born_on": date(2013, 8, 31)}, "too_old"),
    ],
)
def test_an_enrollment_is_refused(facts, code):
    assert codes(rules.refusals_to_enroll(EnrollFacts(**CHILD | facts))) == [code]


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"born_on": date(2018, 8, 31)},
        {"born_on": date(2013, 9, 1)},
        {"status": EnrollmentStatus.WITHDRAWN},
        {"born_on": date(2020, 1, 1), "age_exception": "Plays with her sister"},
        {"born_on": None, "age_exception": "Papers follow"},
    ],
    ids=str,
)
def test_an_enrollment_is_taken(facts):
    assert rules.refusals_to_enroll(EnrollFacts(**CHILD | facts)) == []


def test_all_reasons_come_at_once():
    facts = CHILD | {"born_on": date(2020, 1, 1), "ends_on": TODAY - timedelta(days=9), "is_youth": False}
    assert codes(rules.refusals_to_enroll(EnrollFacts(**facts))) == ["not_a_youth", "season_over", "too_young"]


@given(born_on=st.dates(date(2005, 1, 1), date(2022, 1, 1)), cutoff=DAYS, today=DAYS)
def test_the_age_counts_on_the_cut_off_and_on_no_other_day(born_on, cutoff, today):
    facts = EnrollFacts(**CHILD | {"born_on": born_on, "age_cutoff_on": cutoff, "today": today, "ends_on": today})
    fits = 8 <= rules.age_on(born_on, cutoff) <= 12
    assert (rules.refusals_to_enroll(facts) == []) is fits


# ---- the waitlist ----

WAITING = st.lists(
    st.builds(Waiting, st.integers(1, 10_000), st.integers(0, 50).map(lambda m: NOON + timedelta(minutes=m))),
    unique_by=lambda each: each.enrollment_id,
)


@given(waiting=WAITING)
def test_who_asked_first_is_next(waiting):
    ordered = rules.waitlist_order(waiting)
    assert sorted(ordered, key=lambda each: each.enrollment_id) == sorted(waiting, key=lambda each: each.enrollment_id)
    for one, two in pairwise(ordered):
        assert one.asked_at < two.asked_at or (one.asked_at == two.asked_at and one.enrollment_id < two.enrollment_id)
    assert rules.next_on_waitlist(waiting) == (ordered[0] if ordered else None)


# ---- seasons ----

SEASON = {"starts_on": TODAY, "ends_on": TODAY, "min_age": 8, "max_age": 12, "capacity": None}


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"name_is_taken": True}, "name_taken"),
        ({"ends_on": TODAY - timedelta(days=1)}, "ends_before_start"),
        ({"min_age": -1}, "ages_out_of_range"),
        ({"max_age": 26}, "ages_out_of_range"),
        ({"min_age": 13}, "ages_swapped"),
        ({"capacity": 0}, "no_places"),
        ({"capacity": 4, "taken": 5}, "below_taken"),
        (
            {"registration_opens_on": TODAY, "registration_closes_on": TODAY - timedelta(days=1)},
            "closes_before_opening",
        ),
    ],
)
def test_a_season_is_refused(facts, code):
    assert codes(rules.refusals_to_open_season(SeasonFacts(**SEASON | facts))) == [code]


def test_a_season_of_one_day_without_a_limit_is_taken():
    assert rules.refusals_to_open_season(SeasonFacts(**SEASON)) == []


# ---- groups ----

JOINING = {"status": EnrollmentStatus.ENROLLED, "is_member": False, "places": 2, "members": 1}


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"status": None}, "not_enrolled"),
        ({"status": EnrollmentStatus.WAITLISTED}, "not_enrolled"),
        ({"is_member": True}, "already_member"),
        ({"members": 2}, "group_full"),
        ({"jersey": "7", "jersey_is_taken": True}, "jersey_taken"),
    ],
)
def test_joining_is_refused(facts, code):
    assert codes(rules.refusals_to_join(JoinFacts(**JOINING | facts))) == [code]


def test_joining_is_taken():
    assert rules.refusals_to_join(JoinFacts(**JOINING)) == []
    assert rules.refusals_to_join(JoinFacts(**JOINING | {"places": None, "members": 99})) == []


@pytest.mark.parametrize(
    ("facts", "code"),
    [({"is_adult": False}, "not_an_adult"), ({"already": True}, "already_leads"), ({"kept_away": True}, "kept_away")],
)
def test_leading_is_refused(facts, code):
    fine = {"is_adult": True, "already": False, "kept_away": False}
    assert codes(rules.refusals_to_lead(**fine | facts)) == [code]
    assert rules.refusals_to_lead(**fine) == []


# ---- gatherings ----

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("starts", "ends", "code"),
    [
        (NOON, NOON, "ends_before_start"),
        (NOON, NOON - HOUR, "ends_before_start"),
        (NOON, NOON + 25 * HOUR, "too_long"),
        (NOON - 49 * HOUR, NOON - 48 * HOUR, "outside_season"),
        (NOON + 48 * HOUR, NOON + 49 * HOUR, "outside_season"),
    ],
)
def test_a_meeting_is_refused(starts, ends, code):
    assert codes(rules.refusals_to_schedule(starts, ends, NOON - 48 * HOUR, NOON + 48 * HOUR)) == [code]


def test_a_meeting_is_taken():
    assert rules.refusals_to_schedule(NOON, NOON + HOUR, NOON, NOON + 48 * HOUR) == []


@pytest.mark.parametrize(
    ("facts", "code"),
    [({"canceled": True}, "canceled"), ({"over": True}, "over"), ({"reason": " "}, "no_reason")],
)
def test_canceling_is_refused(facts, code):
    fine = {"canceled": False, "over": False, "reason": "Rain"}
    assert codes(rules.refusals_to_cancel(**fine | facts)) == [code]
    assert rules.refusals_to_cancel(**fine) == []


@given(first=DAYS, days=st.integers(-3, 200), weekdays=st.lists(st.integers(0, 6)))
def test_weekly_dates_are_those_weekdays_in_order(first, days, weekdays):
    last = first + timedelta(days=days)
    found = rules.weekly_dates(first, last, weekdays)
    expected = [first + timedelta(days=n) for n in range(max(0, days + 1))]
    assert found == [day for day in expected if day.weekday() in weekdays][:60]


@given(first=DAYS, days=st.integers(0, 400), hour=st.integers(4, 22))
def test_a_series_keeps_the_local_hour(first, days, hour):
    moments = rules.weekly_moments(
        first, first + timedelta(days=days), [first.weekday()], time(hour), time(hour + 1), CHICAGO
    )
    assert all(start.astimezone(CHICAGO).time() == time(hour) for start, _end in moments)
    assert all(end - start == HOUR for start, end in moments)


def test_an_hour_that_the_clocks_skip_and_one_that_comes_twice():
    assert rules.moment_of(date(2026, 3, 8), time(2, 30), CHICAGO) == datetime(2026, 3, 8, 8, 30, tzinfo=UTC)
    assert rules.moment_of(date(2026, 11, 1), time(1, 30), CHICAGO) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
