"""The figures of attendance against a second count of the same rows in plain Python, on both engines."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.makers.accounts import make_actor
from tests.makers.people import NOW, make_person, make_youth
from tests.makers.programs import enroll, make_gathering, make_group, make_program, make_season, make_site
from tests.support.clearing import only_these_are_not_cleared
from tests.support.proofs import cases
from tests.support.recount import Log, Met, recount
from youthprog.access.types import Role
from youthprog.attendance import counting_queries
from youthprog.attendance.counting import Scope
from youthprog.attendance.models import AttendanceMark, Register
from youthprog.attendance.services import say
from youthprog.attendance.types import DeedKind, Mark, Said
from youthprog.core.actor import SYSTEM
from youthprog.people import services as people
from youthprog.people.models import CustodyRestriction
from youthprog.programs.models import GroupMember
from youthprog.programs.types import GatheringKind

ZONE = ZoneInfo("America/Chicago")
AT = datetime(2028, 3, 20, 17, tzinfo=UTC)
LISTS = ("served", "new", "returning", "held", "sessions", "missing", "days", "visits", "offered")


def local(year, month, day, hour, minute=0, fold=0):
    """An instant as the department's clocks show it."""
    return datetime(year, month, day, hour, minute, tzinfo=ZONE, fold=fold)


# Moments where counting goes wrong first: the hour that is skipped, the one that comes twice, midnight, the leap day.
EDGES = [
    local(2027, 3, 14, 1, 30), local(2027, 3, 14, 3, 0), local(2027, 3, 13, 23, 30), local(2027, 3, 14, 0, 0),
    local(2027, 11, 7, 0, 30), local(2027, 11, 7, 1, 15), local(2027, 11, 7, 1, 15, fold=1),
    local(2027, 11, 6, 23, 59), local(2027, 11, 7, 23, 30), local(2027, 12, 31, 23, 0), local(2028, 1, 1, 0, 0),
    local(2028, 2, 28, 23, 30), local(2028, 2, 29, 0, 0), local(2028, 2, 29, 18, 0), local(2028, 2, 29, 23, 59),
    local(2028, 3, 1, 0, 0), local(2028, 3, 12, 1, 59), local(2028, 3, 20, 11, 30), local(2028, 3, 21, 9, 0),
]  # fmt: skip


class Department:
    """A small department at random: two programs at one site, gatherings at the edges, doubles that were merged."""

    def __init__(self, session, random: Random):
        self.session, self.random, self.log = session, random, Log(ZONE)
        self.programs = [make_program(), make_program()]
        seasons = [
            make_season(self.programs[0]),
            make_season(self.programs[0], name="Spring"),
            make_season(self.programs[1]),
        ]
        self.seasons, self.sites = seasons, [make_site(), make_site()]
        self.groups = [make_group(season, f"Group {number}") for number, season in enumerate((*seasons, seasons[0]))]
        self.youth = [make_youth(f"Youth{number}", "Ochoa") for number in range(random.choice((0, 3, 8)))]
        for each in self.youth:
            if random.random() < 0.6:
                enroll(each, random.choice(seasons))
        self._join()
        for _ in range(random.choice((0, 12, 30))):
            self._meet()
        self.session.flush()
        self._merge()
        self.adult = make_person("Dana", "Kept")
        self.kept_from = set(random.sample([self.log.who(each.id) for each in self.youth], min(1, len(self.youth))))
        self.session.add_all(
            CustodyRestriction(
                youth_id=each, adult_id=self.adult.id, no_collect=True, no_decide=True, no_information=True,
                starts_on=date(2026, 1, 1), recorded_at=NOW,
            )
            for each in self.kept_from
        )  # fmt: skip
        self.session.flush()

    def _join(self):
        for youth in self.youth:
            for group in self.random.sample(self.groups, self.random.randint(0, 2)):
                begin = self.random.choice(EDGES).date()
                end = self.random.choice((None, begin, begin + timedelta(days=40)))
                self.session.add(GroupMember(group_id=group.id, youth_id=youth.id, from_on=begin, until_on=end))
                self.log.members.append((group.id, youth.id, begin, end))

    def _meet(self):
        random = self.random
        starts = random.choice(EDGES).astimezone(UTC)
        ends = starts + timedelta(minutes=random.choice((1, 45, 90, 240, 1500)), seconds=random.choice((0, 0, 30)))
        group, whole = random.choice(self.groups), random.random() < 0.15
        site, kind = random.choice((*self.sites, None)), random.choice(list(GatheringKind))
        canceled, registered = random.random() < 0.15, random.random() < 0.8
        row = make_gathering(
            group,
            starts,
            ends_at=ends,
            kind=kind,
            site_id=site.id if site else None,
            canceled_at=NOW if canceled else None,
        )
        if whole:
            row.group_id = None
        season = group.season
        self.log.met[row.id] = Met(
            row.id,
            season.program_id,
            season.id,
            row.group_id,
            row.site_id,
            kind.value,
            starts,
            ends,
            canceled,
            registered,
        )
        if registered:
            self.session.add(Register(gathering_id=row.id, taken_at=starts, saved_at=starts))
            for youth in random.sample(self.youth, random.randint(0, len(self.youth))):
                self._mark(row.id, youth.id, starts)

    def _mark(self, gathering_id, youth_id, at):
        mark = self.random.choice((*Mark, Mark.PRESENT, Mark.PRESENT, None))
        minutes = self.random.choice((None, None, 0, 17, 61))
        row = AttendanceMark(gathering_id=gathering_id, youth_id=youth_id, mark=mark, marked_at=at, minutes=minutes)
        self.session.add(row)
        self.log.marks.append((gathering_id, youth_id, mark.value if mark else None, minutes))

    def _merge(self):
        """Two records of one person, who came to different gatherings under each, become one."""
        for kept in self.random.sample(self.youth, len(self.youth) // 3):
            double = make_youth("Double", kept.given_name)
            free = [key for key, met in self.log.met.items() if met.registered]
            free = [key for key in free if not any(mark[:2] == (key, kept.id) for mark in self.log.marks)]
            for key in free[:2]:
                self.session.add(
                    AttendanceMark(gathering_id=key, youth_id=double.id, mark=Mark.LATE, marked_at=NOW, version=1)
                )
                self.log.marks.append((key, double.id, "late", None))
            self.session.flush()
            people.merge(kept, double, by=SYSTEM, now=NOW)
            self.log.merged[double.id] = kept.id

    def scope(self):
        random = self.random
        first = random.choice(EDGES).date() - timedelta(days=random.randint(0, 1))
        last = random.choice([each.date() for each in EDGES if each.date() >= first] or [first])
        where = random.choice((None, *self.sites))
        chosen = random.choice(
            ({}, {}, {"program_id": random.choice(self.programs).id}, {"season_id": random.choice(self.seasons).id})
        )
        return {"first": first, "last": last, "site_id": where.id if where else None} | chosen

    def reader(self):
        """Somebody who may read figures: (actor, reached programs, youth kept from them)."""
        match self.random.randint(0, 2):
            case 0:
                return make_actor(Role.COORDINATOR), None, set()
            case 1:
                return make_actor(Role.COORDINATOR, self.adult.id), None, self.kept_from
            case _:
                program = self.random.choice(self.programs).id
                return make_actor(Role.COORDINATOR, self.adult.id, program), {program}, self.kept_from


def walked(name, actor, scope, now):
    """A list page by page, four lines each."""
    rows = []
    after = None
    while page := counting_queries.page_of(name, actor, scope, now, after=after, limit=4):
        rows += page
        after = page[-1].key
    return rows


@pytest.mark.proof("the figures of attendance equal a second count, and the lists behind them", room="attendance")
def test_figures_equal_a_second_count(session):
    @settings(
        max_examples=cases(full=300, sample=5),
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(st.integers(0, 2**32))
    def compare(seed):
        session.rollback()
        random = Random(seed)
        department = Department(session, random)
        for _ in range(2):
            asked, (actor, programs, kept_from) = department.scope(), department.reader()
            expected = recount(department.log, AT, **asked, programs=programs, kept_from=kept_from)
            youth = expected.pop("youth")
            found = counting_queries.count_attendance(actor, Scope(**asked), AT).figures
            assert asdict(found) == expected
            for name in random.sample(LISTS, 3):
                rows = walked(name, actor, Scope(**asked), AT)
                assert len(rows) == len({row.key for row in rows}) == getattr(found, name)
                assert counting_queries.length_of(name, actor, Scope(**asked), AT) == len(rows)
                assert list(counting_queries.every_line(name, actor, Scope(**asked), AT)) == rows
                if name in youth:
                    assert {row.youth_id for row in rows} == youth[name]
                if name in ("served", "visits", "sessions", "days", "offered"):
                    assert sum(row.minutes for row in rows) == found.minutes

    compare()
    session.rollback()


class Day:
    """A group with one youth, in the department's own days."""

    def __init__(self):
        self.season = make_season()
        self.group = make_group(self.season)
        self.youth = make_youth()
        enroll(self.youth, self.season)
        self.actor = make_actor(Role.COORDINATOR)

    def meet(self, session, at, minutes=60, **values):
        starts = at.astimezone(UTC)
        row = make_gathering(self.group, starts, ends_at=starts + timedelta(minutes=minutes), **values)
        session.add(Register(gathering_id=row.id, taken_at=starts, saved_at=starts))
        session.add(AttendanceMark(gathering_id=row.id, youth_id=self.youth.id, mark=Mark.PRESENT, marked_at=starts))
        session.flush()
        return row

    def count(self, first, last, **more):
        return counting_queries.count_attendance(self.actor, Scope(first, last, **more), AT).figures


def test_what_runs_past_midnight_belongs_to_the_day_it_began(session):
    day = Day()
    day.meet(session, local(2027, 6, 1, 23, 30), 120)
    assert day.count(date(2027, 6, 1), date(2027, 6, 1)).minutes == 120
    assert day.count(date(2027, 6, 2), date(2027, 6, 2)).served == 0


def test_an_hour_that_comes_twice_counts_twice_and_one_that_is_skipped_not(session):
    day = Day()
    day.meet(session, local(2027, 11, 7, 0, 30), 240)  # to half past three by the clock
    assert day.count(date(2027, 11, 7), date(2027, 11, 7)).hours == 4
    day.meet(session, local(2027, 3, 14, 1, 0), 60)  # to three by the clock
    assert day.count(date(2027, 3, 14), date(2027, 3, 14)).hours == 1


def test_two_sessions_of_one_evening_are_one_day_though_utc_has_two(session):
    day = Day()
    day.meet(session, local(2027, 6, 1, 17))
    day.meet(session, local(2027, 6, 1, 20), kind=GatheringKind.GAME)
    found = day.count(date(2027, 6, 1), date(2027, 6, 1))
    assert (found.days, found.youth_days, found.visits, found.kinds) == (1, 1, 2, 1)
    day.meet(session, local(2027, 6, 8, 17), kind=GatheringKind.CLASS)
    found = day.count(date(2027, 6, 1), date(2027, 6, 30))
    assert (found.days, found.youth_days, found.kinds, found.weeks) == (2, 2, 2, 2)


def test_sessions_are_offered_to_those_who_were_in_the_group_that_day(session):
    day = Day()
    bounds = {"from_on": date(2027, 6, 2), "until_on": date(2027, 6, 3)}
    session.add(GroupMember(group_id=day.group.id, youth_id=day.youth.id, **bounds))
    rows = [day.meet(session, local(2027, 6, number, 20)) for number in (1, 2, 3, 4)]
    day.meet(session, local(2027, 6, 2, 9))  # the only visit below
    for row in rows:
        session.delete(session.get(AttendanceMark, (row.id, day.youth.id)))
    session.flush()
    found = day.count(date(2027, 6, 1), date(2027, 6, 30))
    assert (found.sessions, found.visits, found.offered) == (5, 1, 3)


def test_nothing_was_held(session):
    found = Day().count(date(2028, 2, 29), date(2028, 2, 29))
    assert not any(asdict(found).values())
    assert (found.daily, found.intensity, found.completeness) == (None, None, None)


def test_new_is_who_never_came_anywhere_before(session):
    day, other = Day(), Day()
    day.meet(session, local(2027, 5, 1, 17))
    other.youth = day.youth
    other.meet(session, local(2027, 5, 8, 17))
    of_other = {"program_id": other.season.program_id}
    assert day.count(date(2027, 5, 1), date(2027, 5, 31)).new == 1
    assert day.count(date(2027, 5, 8), date(2027, 5, 31), **of_other).new == 0
    assert day.count(date(2027, 5, 2), date(2027, 5, 31)).returning == 1


def test_what_was_canceled_afterwards_counts_nowhere(session):
    day = Day()
    day.meet(session, local(2027, 5, 1, 17), canceled_at=NOW)
    day.meet(session, local(2027, 6, 1, 17))
    assert day.count(date(2027, 5, 1), date(2027, 5, 31)).held == 0
    assert day.count(date(2027, 6, 1), date(2027, 6, 1)).new == 1


def test_a_gathering_ahead_is_not_held_until_somebody_takes_its_register(session):
    day = Day()
    starts = AT + timedelta(hours=1)
    row = make_gathering(day.group, starts)
    session.flush()
    assert day.count(AT.date(), AT.date()).held == 0
    session.add(Register(gathering_id=row.id, taken_at=AT, saved_at=AT))
    session.flush()
    assert (day.count(AT.date(), AT.date()).held, day.count(AT.date(), AT.date()).sessions) == (1, 1)


def test_minutes_come_from_the_deeds_of_arriving_and_leaving(app, session):
    day = Day()
    starts = datetime(2026, 9, 17, 22, 0, tzinfo=UTC)
    gathering = make_gathering(day.group, starts, ends_at=starts + timedelta(minutes=90))
    session.add(GroupMember(group_id=day.group.id, youth_id=day.youth.id, from_on=date(2026, 9, 1)))
    session.flush()
    arrive = Said("a" * 36, day.youth.id, DeedKind.ARRIVE, starts, mark=Mark.PRESENT)
    leave = Said("b" * 36, day.youth.id, DeedKind.LEAVE, starts + timedelta(minutes=42))
    with only_these_are_not_cleared(app):
        say(gathering, [arrive, leave], by=SYSTEM, now=starts + timedelta(hours=2))
    found = day.count(date(2026, 9, 17), date(2026, 9, 17))
    assert (found.visits, found.clocked, found.minutes) == (1, 1, 42)


def test_who_is_out_of_reach_counts_without_a_name(session):
    day = Day()
    stays, gone = make_youth("Aaron", "Stays"), day.youth
    enroll(stays, day.season)
    row = day.meet(session, local(2027, 5, 1, 17))
    session.add(AttendanceMark(gathering_id=row.id, youth_id=stays.id, mark=Mark.LATE, marked_at=NOW))
    session.flush()
    session.execute(sa.text("DELETE FROM placement WHERE youth_id = :gone"), {"gone": gone.id})
    reader = make_actor(Role.COORDINATOR, None, day.season.program_id)
    scope = Scope(date(2027, 5, 1), date(2027, 5, 1))
    for name in ("served", "visits"):
        assert [line.name for line in counting_queries.page_of(name, reader, scope, AT)] == ["Stays, Aaron", None]
    assert next(line.name for line in counting_queries.page_of("served", day.actor, scope, AT)) == gone.list_name


def test_figures_take_two_statements_however_much_there_is(session, statements):
    day = Day()
    for number in range(3):
        day.meet(session, local(2027, 5, 1 + number, 17))
        statements.clear()
        day.count(date(2027, 5, 1), date(2027, 5, 31))
        assert len(statements) == 2
