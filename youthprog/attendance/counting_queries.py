"""The figures of a scope, and the list behind each: the same rows, counted and shown.

Two statements for all figures, two for a page of a list and its length. Every list comes in one order and goes on
after a key (`line.key`).
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from youthprog.attendance.counting import DayLine, Figures, MeetingLine, Scope, VisitLine, YouthLine
from youthprog.attendance.counting_scope import came_before, meetings, name_columns, offers, seen, visits
from youthprog.attendance.models import AttendanceMark
from youthprog.attendance.types import CAME
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.people.models import Person
from youthprog.programs.models import Gathering, Group, Program, Season, Site
from youthprog.programs.types import InBoth

PAGE = 50
EPOCH = date(1970, 1, 1)
Line = YouthLine | MeetingLine | DayLine | VisitLine
count, total = sa.func.count, sa.func.sum


@dataclass(frozen=True)
class Counted:
    """The figures of a scope, and the days they come from (those with a gathering held)."""

    figures: Figures
    days: Sequence[DayLine]


def count_attendance(actor: Actor, scope: Scope, now: datetime) -> Counted:
    """Everything `counting` defines, for one scope, as far as the actor's reach goes. Two statements."""
    every_day = _days(actor, scope, now)
    days = [_day_line(row) for row in db.session().execute(every_day.statement.order_by(*every_day.key))]
    youth = _youth(meetings(actor, scope, now), actor, scope, clock.day_of(now)).subquery()
    columns = {
        "new": youth.c.is_new, "visits": youth.c.visits, "clocked": youth.c.clocked, "minutes": youth.c.minutes,
        "youth_days": youth.c.days, "offered": youth.c.offered, "kinds": youth.c.kinds,
        "weeks": (youth.c.last_day - youth.c.first_day) // 7 + 1,
    }  # fmt: skip
    sums = [sa.func.coalesce(total(column), 0).label(name) for name, column in columns.items()]
    row = db.session().execute(sa.select(count().label("served"), *sums).select_from(youth)).one()
    found = Figures(
        held=sum(line.held for line in days),
        sessions=sum(line.sessions for line in days),
        days=sum(line.sessions > 0 for line in days),
        **{name: int(value) for name, value in row._mapping.items()},
    )
    return Counted(found, days)


def _youth(meeting: sa.CTE, actor: Actor, scope: Scope, on: date) -> sa.Select[Any]:
    """One row a youth served, with what the indicators are made of."""
    visit = visits(meeting, actor, on)
    came = (
        sa.select(
            visit.c.youth_id,
            count().label("visits"),
            total(visit.c.clocked).label("clocked"),
            total(visit.c.minutes).label("minutes"),
            count(visit.c.day.distinct()).label("days"),
            sa.func.min(visit.c.day).label("first_day"),
            sa.func.max(visit.c.day).label("last_day"),
            count(visit.c.activity.distinct()).label("kinds"),
        )
        .group_by(visit.c.youth_id)
        .subquery("came")
    )
    offer = offers(meeting, actor, on)
    offered = sa.select(offer.c.youth_id, count().label("offered")).group_by(offer.c.youth_id).subquery("offered")
    is_new = sa.case((came_before(came.c.youth_id, scope.first), 0), else_=1)
    return sa.select(came, offered.c.offered, is_new.label("is_new")).join(
        offered, offered.c.youth_id == came.c.youth_id
    )


# ---- the lists ----


@dataclass(frozen=True)
class Listed:
    """How one list is made: its statement, the columns it is ordered by, and a line of a row."""

    statement: sa.Select[Any]
    key: Sequence[Any]
    line: Callable[[Any], Line]


@dataclass(frozen=True)
class OfYouth:
    """What one youth came to in a scope, as the figures count it: visits and contact minutes."""

    visits: int = 0
    minutes: int = 0


def count_youth(actor: Actor, scope: Scope, now: datetime, youth_ids: Collection[int]) -> dict[int, OfYouth]:
    """What each of some young people came to in a scope; who never came is not there. One statement."""
    visit = visits(meetings(actor, scope, now), actor, clock.day_of(now))
    statement = (
        sa.select(visit.c.youth_id, count(), total(visit.c.minutes))
        .where(visit.c.youth_id.in_(youth_ids))
        .group_by(visit.c.youth_id)
    )
    return {youth_id: OfYouth(times, int(minutes)) for youth_id, times, minutes in db.session().execute(statement)}


def length_of(name: str, actor: Actor, scope: Scope, now: datetime) -> int:
    """How many lines a list has. One statement."""
    statement = LISTS[name](actor, scope, now).statement
    return db.session().scalar(sa.select(count()).select_from(statement.subquery())) or 0


def page_of(
    name: str, actor: Actor, scope: Scope, now: datetime, *, after: tuple[Any, ...] | None = None, limit: int = PAGE
) -> list[Any]:
    """The lines of a list that follow a key, in its order. One statement."""
    listed = LISTS[name](actor, scope, now)
    statement = listed.statement
    if after is not None:
        statement = statement.where(sa.tuple_(*listed.key) > sa.tuple_(*after))
    rows = db.session().execute(statement.order_by(*listed.key).limit(limit))
    return [listed.line(row) for row in rows]


def every_line(name: str, actor: Actor, scope: Scope, now: datetime) -> Iterator[Any]:
    """All lines of a list, read a thousand at a time. One statement."""
    listed = LISTS[name](actor, scope, now)
    statement = listed.statement.order_by(*listed.key).execution_options(yield_per=1000)
    for row in db.session().execute(statement):
        yield listed.line(row)


def _list_youth(wanted: int | None) -> Callable[[Actor, Scope, datetime], Listed]:
    def listed(actor: Actor, scope: Scope, now: datetime) -> Listed:
        on = clock.day_of(now)
        youth = _youth(meetings(actor, scope, now), actor, scope, on).subquery("youth")
        hidden, folded = name_columns(actor, on)
        statement = sa.select(
            youth, Person, hidden.label("hidden"), folded.label("folded")
        ).join(Person, Person.id == youth.c.youth_id)  # fmt: skip
        if wanted is not None:
            statement = statement.where(youth.c.is_new == wanted)
        return Listed(statement, (hidden, folded, Person.id), _youth_line)

    return listed


def _youth_line(row: Any) -> YouthLine:
    return YouthLine(
        row.youth_id, None if row.hidden else row.Person.list_name, bool(row.is_new), row.visits, row.offered, row.days,
        int(row.minutes), row.kinds, _day(row.first_day), _day(row.last_day), (row.hidden, row.folded, row.youth_id),
    )  # fmt: skip


def _list_meetings(taken: bool | None) -> Callable[[Actor, Scope, datetime], Listed]:
    def listed(actor: Actor, scope: Scope, now: datetime) -> Listed:
        meeting, mark = meetings(actor, scope, now), AttendanceMark
        came = (
            sa.select(count(), sa.func.coalesce(total(sa.func.coalesce(mark.minutes, meeting.c.length)), 0))
            .where(
                mark.gathering_id == meeting.c.id, meeting.c.taken, mark.mark.in_(CAME),
                seen(actor, mark.youth_id, clock.day_of(now)),
            )
            .correlate(meeting)
        )  # fmt: skip
        visits_of, minutes_of = (came.with_only_columns(column) for column in came.selected_columns)
        statement = (
            sa.select(
                meeting, Gathering.title, Gathering.kind, Gathering.starts_at, Group.name.label("group_name"),
                Program.name.label("program"), Program.name_es.label("program_es"), Site.name.label("site"),
                visits_of.scalar_subquery().label("visits"), minutes_of.scalar_subquery().label("minutes"),
            )
            .join(Gathering, Gathering.id == meeting.c.id)
            .join(Season, Season.id == meeting.c.season_id)
            .join(Program, Program.id == Season.program_id)
            .outerjoin(Group, Group.id == meeting.c.group_id)
            .outerjoin(Site, Site.id == meeting.c.site_id)
        )  # fmt: skip
        if taken is not None:
            statement = statement.where(meeting.c.taken if taken else ~meeting.c.taken)
        return Listed(statement, (meeting.c.starts, meeting.c.id), _meeting_line)

    return listed


def _meeting_line(row: Any) -> MeetingLine:
    return MeetingLine(
        row.id, row.title, row.kind, row.group_name, InBoth(row.program, row.program_es), row.site, row.starts_at,
        row.length, bool(row.taken), row.visits, int(row.minutes), (row.starts, row.id),
    )  # fmt: skip


def _days(actor: Actor, scope: Scope, now: datetime) -> Listed:
    """Every day with a gathering held."""
    meeting = meetings(actor, scope, now)
    visit = visits(meeting, actor, clock.day_of(now))
    sessions = total(sa.case((meeting.c.taken, 1), else_=0)).label("sessions")
    held = sa.select(meeting.c.day, count().label("held"), sessions).group_by(meeting.c.day).subquery("held")
    came = (
        sa.select(
            visit.c.day, count(visit.c.youth_id.distinct()).label("youth"), total(visit.c.minutes).label("minutes")
        )
        .group_by(visit.c.day)
        .subquery("came")
    )
    statement = sa.select(
        held, sa.func.coalesce(came.c.youth, 0).label("youth"), sa.func.coalesce(came.c.minutes, 0).label("minutes")
    ).outerjoin(came, came.c.day == held.c.day)
    return Listed(statement, (held.c.day,), _day_line)


def _list_days(actor: Actor, scope: Scope, now: datetime) -> Listed:
    """The days open: those with a session."""
    every = _days(actor, scope, now)
    return Listed(every.statement.where(every.statement.selected_columns.sessions > 0), every.key, every.line)


def _day_line(row: Any) -> DayLine:
    return DayLine(_day(row.day), row.held, int(row.sessions), row.youth, int(row.minutes), (row.day,))


def _list_visits(actor: Actor, scope: Scope, now: datetime) -> Listed:
    visit = visits(meetings(actor, scope, now), actor, clock.day_of(now))
    marked = sa.select(
        visit.c.meeting_id, visit.c.youth_id, visit.c.starts, visit.c.mark, visit.c.minutes, visit.c.clocked
    )
    return _of_meetings(marked.subquery("marked"), actor, now)


def _list_offers(actor: Actor, scope: Scope, now: datetime) -> Listed:
    """What was offered to the youth served, came or not."""
    offer = offers(meetings(actor, scope, now), actor, clock.day_of(now))
    came = sa.case((offer.c.mark.in_([each.value for each in CAME]), 1), else_=0)
    served = sa.func.max(came).over(partition_by=offer.c.youth_id).label("served")
    each = sa.select(offer, came.label("came"), served).subquery("each")
    minutes = sa.case((each.c.came == 1, sa.func.coalesce(each.c.minutes, each.c.length)), else_=0)
    marked = sa.select(
        each.c.meeting_id, each.c.youth_id, each.c.starts, minutes.label("minutes"),
        sa.type_coerce(each.c.mark, AttendanceMark.mark.type).label("mark"),
        sa.case((each.c.minutes.is_not(None), each.c.came), else_=0).label("clocked"),
    ).where(each.c.served == 1)  # fmt: skip
    return _of_meetings(marked.subquery("marked"), actor, now)


def _of_meetings(marked: sa.Subquery, actor: Actor, now: datetime) -> Listed:
    hidden, folded = name_columns(actor, clock.day_of(now))
    statement = (
        sa.select(
            marked, Person, hidden.label("hidden"), folded.label("folded"), Gathering.title, Gathering.starts_at,
            Group.name.label("group_name"),
        )
        .join(Gathering, Gathering.id == marked.c.meeting_id)
        .join(Person, Person.id == marked.c.youth_id)
        .outerjoin(Group, Group.id == Gathering.group_id)
    )  # fmt: skip
    return Listed(statement, (marked.c.starts, marked.c.meeting_id, hidden, folded, marked.c.youth_id), _visit_line)


def _visit_line(row: Any) -> VisitLine:
    return VisitLine(
        row.meeting_id, row.title, row.group_name, row.starts_at, row.youth_id, None if row.hidden else row.Person.list_name,
        row.mark, int(row.minutes), bool(row.clocked), (row.starts, row.meeting_id, row.hidden, row.folded, row.youth_id),
    )  # fmt: skip


def _day(number: int) -> date:
    return EPOCH + timedelta(days=number)


# Each list's length is one of the figures (`counting.Figures`), and a key of its order has these types.
LISTS: dict[str, Callable[[Actor, Scope, datetime], Listed]] = {
    "served": _list_youth(None),
    "new": _list_youth(1),
    "returning": _list_youth(0),
    "held": _list_meetings(None),
    "sessions": _list_meetings(True),
    "missing": _list_meetings(False),
    "days": _list_days,
    "visits": _list_visits,
    "offered": _list_offers,
}
