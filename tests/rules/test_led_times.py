"""Whose time a session was: each mentor who led it has a duty and minutes of the own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from youthprog.mentorship.sessions.rules import Led, kept_times, refusals_to_say_time, times_of
from youthprog.mentorship.sessions.types import Entry
from youthprog.mentorship.types import DutyStatus

ON, OFF, CIVILIAN = DutyStatus.ON_DUTY, DutyStatus.OFF_DUTY, DutyStatus.CIVILIAN
HELD = datetime(2026, 9, 15, 21, tzinfo=UTC)


def entry(**values):
    known = {"client_id": "", "starts_at": HELD, "minutes": 60, "marks": {}, "duty": ON, "mentor_ids": (1, 2)}
    return Entry(**(known | values))


def told(led):
    return [(each.person_id, each.duty, each.minutes, each.is_said) for each in times_of(led)]


def test_each_who_led_it_has_a_time_of_the_own():
    kept = {"2": {"duty": "civilian", "minutes": 40, "said": True}}
    assert told(Led([2, 1], 1, ON, 60, kept)) == [(1, ON, 60, True), (2, CIVILIAN, 40, True)]
    assert told(Led([1, 2], 1, ON, 60, {})) == [(1, ON, 60, True), (2, ON, 60, False)]
    assert told(Led([2], 1, ON, 60, kept)) == [(2, CIVILIAN, 40, True)], "whoever logs it need not have led it"
    assert told(Led([], 1, ON, 60, {})) == [(1, ON, 60, True)], "a log from before anybody said who led it"


def test_nobody_gave_more_than_the_session_lasted():
    kept = {"2": {"duty": "civilian", "minutes": 90, "said": True}}
    assert told(Led([2], 1, ON, 45, kept)) == [(2, CIVILIAN, 45, True)]


def test_what_a_mentor_said_stays_until_somebody_changes_it():
    said = {"2": {"duty": "civilian", "minutes": 40, "said": True}}
    assert kept_times(entry(), 1, said) == said
    assert kept_times(entry(duties={2: CIVILIAN}), 1, said) == said
    changed = {"2": {"duty": "off_duty", "minutes": None, "said": False}}
    assert kept_times(entry(duties={2: OFF}), 1, said) == changed
    assert kept_times(entry(), 1, {}) == {"2": {"duty": "on_duty", "minutes": None, "said": False}}
    assert kept_times(entry(mentor_ids=(1,)), 1, said) == {}
    assert kept_times(entry(duties={9: OFF}), 1, {}).keys() == {"2"}, "whoever did not lead it has no time"


@pytest.mark.parametrize(("minutes", "is_refused"), [(None, True), (0, True), (1, False), (60, False), (61, True)])
def test_own_minutes_are_at_least_one_and_at_most_the_session_s(minutes, is_refused):
    assert [each.code for each in refusals_to_say_time(minutes, 60)] == ["own_minutes"] * is_refused
