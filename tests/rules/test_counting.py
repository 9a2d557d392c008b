"""What is counted of attendance, without a database: days of a zone, weeks, rounding, periods, bars."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from youthprog.attendance.counting import (
    DAY,
    Figures,
    midnight,
    percent,
    refusals_to_count,
    rounded,
    stretches,
    weeks_between,
)
from youthprog.reports.rules import MOST_MONTHS, MOST_WEEKS, buckets, usual_periods

# Half an hour of summer time; midnight itself skipped or repeated; clocks changed on a Sunday at two; no change at all.
ZONES = ("America/Chicago", "Australia/Lord_Howe", "America/Havana", "America/Santiago", "Asia/Kolkata", "Pacific/Apia")
EPOCH = date(1970, 1, 1)
DAYS = st.dates(date(2009, 1, 1), date(2037, 12, 31))


def local_day(at, found):
    """What the database does with the stretches."""
    ahead = next((each.seconds for each in found if at < each.until), found[-1].seconds)
    return EPOCH + timedelta(days=(at + ahead) // DAY)


@settings(max_examples=150)
@given(DAYS, st.integers(0, 800), st.sampled_from(ZONES), st.lists(st.floats(0, 1, exclude_max=True), max_size=20))
def test_a_day_found_by_stretches_is_the_day_of_the_zone(first, length, name, places):
    zone, last = ZoneInfo(name), first + timedelta(days=length)
    found = stretches(first, last, zone)
    start, end = (int(midnight(each, zone).timestamp()) for each in (first, last + timedelta(days=1)))
    near = [each.until + step for each in found for step in (-3601, -1, 0, 1, 3600)]
    for at in [start, end - 1, *near, *(start + int(place * (end - start)) for place in places)]:
        if start <= at < end:
            assert local_day(at, found) == datetime.fromtimestamp(at, zone).date()


@pytest.mark.parametrize(("on", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (date(2028, 2, 29), 24)])
def test_a_day_is_as_long_as_its_clocks_say(on, hours):
    zone = ZoneInfo("America/Chicago")
    assert midnight(on + timedelta(days=1), zone) - midnight(on, zone) == timedelta(hours=hours)
    assert midnight(on, zone).tzinfo is UTC


def codes(first, last):
    return [reason.code for reason in refusals_to_count(first, last)]


def test_a_period_that_cannot_be_counted():
    day = date(2026, 9, 17)
    assert codes(day, day) == []
    assert codes(None, day) == codes(day, date(2101, 1, 1)) == ["bad_day"]
    assert codes(None, None) == ["bad_day", "bad_day"]
    assert codes(day, day - timedelta(days=1)) == ["ends_before_it_begins"]
    assert codes(day, day + timedelta(days=3659)) == []
    assert codes(day, day + timedelta(days=3660)) == ["too_long"]


def test_weeks_from_first_to_last():
    day = date(2026, 9, 17)
    assert [weeks_between(day, day + timedelta(days=more)) for more in (0, 6, 7, 13, 14)] == [1, 1, 2, 2, 3]


def test_figures_are_rounded_as_people_round_and_hide_no_gap():
    assert [rounded(Fraction(number, 20)) for number in (1, 3, 5, 24089)] == ["0.1", "0.2", "0.3", "1,204.5"]
    assert [rounded(Fraction(5, 2), 0), rounded(1204, 0), rounded(0)] == ["3", "1,204", "0.0"]
    shares = (Fraction(0), Fraction(1, 999), Fraction(1, 2), Fraction(998, 999), Fraction(1))
    assert [percent(each) for each in shares] == ["0%", "1%", "50%", "99%", "100%"]


def test_averages_are_quotients_of_whole_numbers():
    found = Figures(
        held=4, sessions=3, days=2, served=4, new=1, visits=6, minutes=450, youth_days=5, offered=9, weeks=6, kinds=5
    )
    assert (found.returning, found.missing, found.hours) == (3, 1, Fraction(15, 2))
    assert (found.completeness, found.daily, found.intensity) == (Fraction(3, 4), Fraction(5, 2), Fraction(2, 3))
    assert (found.days_present, found.duration, found.breadth) == (Fraction(5, 4), Fraction(3, 2), Fraction(5, 4))


def test_the_usual_periods():
    periods = {each.label: (each.first, each.last) for each in usual_periods(date(2028, 3, 1))}
    assert periods == {
        "This year so far": (date(2028, 1, 1), date(2028, 3, 1)),
        "This month so far": (date(2028, 3, 1), date(2028, 3, 1)),
        "Last month": (date(2028, 2, 1), date(2028, 2, 29)),
        "Last quarter": (date(2027, 10, 1), date(2027, 12, 31)),
        "Last half-year": (date(2027, 7, 1), date(2027, 12, 31)),
        "Last year": (date(2027, 1, 1), date(2027, 12, 31)),
    }


@given(DAYS, st.integers(0, 3659), st.data())
def test_bars_cover_a_period_without_a_gap_and_lose_no_minute(first, length, data):
    last = first + timedelta(days=length)
    on = st.integers(0, length).map(lambda days: first + timedelta(days=days))
    days = data.draw(st.lists(st.tuples(on, st.just(2), st.integers(0, 2), st.integers(0, 900)), max_size=8))
    kind, bars = buckets(first, last, days)
    assert (bars[0].first, bars[-1].last) == (first, last)
    assert all(after.first == before.last + timedelta(days=1) for before, after in pairwise(bars))
    assert len(bars) <= {"week": MOST_WEEKS + 1, "month": MOST_MONTHS, "year": 12}[kind]
    for bar in bars:
        inside = [each for each in days if bar.first <= each[0] <= bar.last]
        assert bar.minutes == sum(each[3] for each in inside)
        assert bar.held == 2 * len(inside)
        assert bar.incomplete == any(each[2] < 2 for each in inside)
