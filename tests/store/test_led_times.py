"""Two mentors in one session: each has the own duty and hours, in the ledger too, and the second confirms them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers.accounts import make_actor
from tests.makers.people import NOW, make_person
from tests.makers.programs import lead
from tests.store.test_support import APRIL, MARCH, Pair, moment
from tests.support.clearing import only_these_are_not_cleared
from youthprog.access.types import Role
from youthprog.attendance.types import Mark
from youthprog.core import db
from youthprog.core.actor import SYSTEM
from youthprog.core.refusals import NotFound, Refused
from youthprog.mentorship.hours import queries as hours_queries
from youthprog.mentorship.hours import services as hours
from youthprog.mentorship.sessions import queries, services
from youthprog.mentorship.sessions.models import SessionAmendment, SessionLog
from youthprog.mentorship.sessions.types import Entry, Flag
from youthprog.mentorship.types import DutyStatus
from youthprog.people import services as people_services
from youthprog.programs.models import GroupStaff
from youthprog.programs.types import StaffRole

TUESDAY = date(2026, 3, 10)
KEY = "00000000-0000-4000-8000-{:012d}"


class Two(Pair):
    """A match with two mentors: an officer who logs on duty, and a second one."""

    def __init__(self):
        super().__init__()
        self.other = make_person("Bea", "Okafor")
        lead(self.other, self.match.group, StaffRole.MENTOR).from_on = MARCH
        db.session().flush()
        self.second = make_actor(Role.MENTOR, self.other.id)

    def log(self, on=TUESDAY, number=1, **values):
        known = {
            "client_id": KEY.format(number), "starts_at": moment(on), "minutes": 60, "duty": DutyStatus.ON_DUTY,
            "marks": {self.youth.id: Mark.PRESENT}, "mentor_ids": (self.mentor.id, self.other.id), "adults": 2,
            "observable": False,
        }  # fmt: skip
        by = make_actor(Role.MENTOR, self.mentor.id)
        return services.log_session(self.match, Entry(**(known | values)), by=by, now=moment(on, 23))

    def hours(self, first_on=MARCH):
        return sorted((each.name.split()[0], each.duty.value, each.minutes) for each in self.ledger(first_on).entries)


@pytest.fixture
def two(app, session):
    with only_these_are_not_cleared(app):
        yield Two()


def test_each_mentor_has_the_own_duty_in_the_ledger(two):
    two.log(duties={two.other.id: DutyStatus.CIVILIAN})
    assert two.hours() == [("Bea", "civilian", 60), ("Lena", "on_duty", 60)]
    assert [each.name for each in two.ledger(MARCH).unsaid] == [two.other.name]
    assert sum(int(line[4]) for line in two.ledger(MARCH).lines) == 120


def test_the_second_s_duty_is_as_last_time_until_said_otherwise(two):
    log = two.log()
    services.say_own_time(log, DutyStatus.OFF_DUTY, 60, by=two.second, now=NOW)
    later = two.log(TUESDAY + timedelta(7), 2)
    assert later.duties[str(two.other.id)] == {"duty": "off_duty", "minutes": None, "said": False}
    expected = queries.expected_session(two.match, make_actor(Role.MENTOR, two.mentor.id), moment(date(2026, 3, 30)))
    assert expected.duties[two.other.id] is DutyStatus.OFF_DUTY


def test_the_second_confirms_and_is_asked_no_more(two):
    log = two.log()
    (asked,) = queries.unsaid_of(two.other.id, TUESDAY)
    assert (asked.session_id, asked.minutes, asked.logged_by) == (log.id, 60, two.mentor.name)
    assert queries.unsaid_of(two.mentor.id, TUESDAY) == []
    assert queries.unsaid_of(two.other.id, TUESDAY + timedelta(61)) == []
    for _twice in range(2):
        services.say_own_time(log, DutyStatus.OFF_DUTY, 35, by=two.second, now=NOW)
    assert two.hours() == [("Bea", "off_duty", 35), ("Lena", "on_duty", 60)]
    assert queries.unsaid_of(two.other.id, TUESDAY) == []
    assert two.ledger(MARCH).unsaid == ()
    (row,) = db.session().scalars(sa.select(SessionAmendment))
    assert (row.by_id, set(row.became)) == (two.other.id, {"duties"})
    assert row.was["duties"][str(two.other.id)]["minutes"] is None


def test_only_who_led_it_and_did_not_log_it_says_a_time(two):
    log = two.log()
    assert queries.get_led(two.other.id, log.id) is log
    for person_id in (two.mentor.id, make_person("Sam", "Elsewhere").id, None):
        with pytest.raises(NotFound):
            queries.get_led(person_id, log.id)
    with pytest.raises(Refused):
        services.say_own_time(log, DutyStatus.OFF_DUTY, 61, by=two.second, now=NOW)


def test_a_locked_month_is_amended_to_the_minute_when_the_second_says_the_time(two):
    log = two.log()
    hours.lock_month(two.program_id, MARCH, by=two.by, now=moment(date(2026, 4, 2)))
    before = two.ledger(MARCH).lines
    with time_machine.travel(moment(date(2026, 4, 15)), tick=False):
        services.say_own_time(log, DutyStatus.CIVILIAN, 50, by=two.second, now=moment(date(2026, 4, 15)))
        db.session().flush()
    assert two.ledger(MARCH).lines == before
    assert two.hours(APRIL) == [("Bea", "civilian", 50), ("Bea", "on_duty", -60)]
    assert list(hours.settle_all(moment(date(2026, 4, 16)))) == [None]
    assert sum(each.minutes for month in (MARCH, APRIL) for each in two.ledger(month).entries) == 110


def test_who_was_not_there_leaves_one_adult_for_the_coordinator_to_see(two):
    log = two.log()
    assert log.flags == []
    services.say_not_there(log, by=two.second, now=NOW)
    assert (log.mentor_ids, log.adults, log.flags, log.flagged_at) == ([two.mentor.id], 1, [Flag.ALONE.value], NOW)
    assert two.hours() == [("Lena", "on_duty", 60)]
    with pytest.raises(NotFound):
        services.say_not_there(log, by=two.second, now=NOW)


def test_hours_of_a_certificate_are_one_s_own_whoever_logged_them(two):
    log = two.log()
    services.say_own_time(log, DutyStatus.OFF_DUTY, 20, by=two.second, now=NOW)
    given = [
        hours_queries.given_in(two.program_id, each.id, MARCH, date(2026, 3, 31)) for each in (two.mentor, two.other)
    ]
    assert given == [(60, 1), (20, 1)]


def test_a_merged_mentor_keeps_the_own_time(two):
    log = two.log(duties={two.other.id: DutyStatus.CIVILIAN})
    kept = make_person("Beatrice", "Okafor")
    people_services.merge(kept, two.other, by=SYSTEM, now=NOW)
    log = db.session().get_one(SessionLog, log.id)
    assert log.duties == {str(kept.id): {"duty": "civilian", "minutes": None, "said": False}}


def test_a_mentor_who_left_the_group_still_confirms_what_was_before_and_leads_nothing_after(two):
    log = two.log()
    staff = db.session().scalar(sa.select(GroupStaff).where(GroupStaff.person_id == two.other.id))
    staff.until_on = TUESDAY + timedelta(1)
    db.session().flush()
    assert [each.session_id for each in queries.unsaid_of(two.other.id, TUESDAY + timedelta(5))] == [log.id]
    services.say_own_time(log, DutyStatus.OFF_DUTY, 60, by=two.second, now=NOW)
    assert list(queries.co_mentors_of(two.match, TUESDAY + timedelta(7))) == [two.mentor.id]
    assert set(queries.co_mentors_of(two.match, TUESDAY)) == {two.mentor.id, two.other.id}
