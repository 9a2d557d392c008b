"""What lies in a scope, as tables a statement can be built on: gatherings, visits, what was offered. See `counting`.

Times become whole seconds since 1970 and days whole numbers, so that both engines do the same arithmetic; the zone's
changes are handed in with the statement (`counting.stretches`), because SQLite knows no zones.
"""

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

from youthprog.attendance.counting import DAY, ONE_ACTIVITY, Scope, midnight, stretches
from youthprog.attendance.models import AttendanceMark, Register
from youthprog.attendance.types import CAME
from youthprog.core import clock
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.reach import within
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering, GroupMember, Season


class seconds_of(FunctionElement[int]):
    """The whole seconds since 1970 of an instant."""

    type = sa.BigInteger()
    inherit_cache = True


@compiles(seconds_of)
def _seconds(element: Any, compiler: Any, **more: Any) -> str:
    return f"CAST(floor(extract(epoch FROM {compiler.process(element.clauses, **more)})) AS BIGINT)"


@compiles(seconds_of, "sqlite")
def _seconds_sqlite(element: Any, compiler: Any, **more: Any) -> str:
    return f"CAST(strftime('%s', {compiler.process(element.clauses, **more)}) AS INTEGER)"


class day_after_1970(FunctionElement[date]):
    """The day of a number of days since January 1, 1970."""

    type = sa.Date()
    inherit_cache = True


@compiles(day_after_1970)
def _day(element: Any, compiler: Any, **more: Any) -> str:
    return f"(DATE '1970-01-01' + CAST({compiler.process(element.clauses, **more)} AS INTEGER))"


@compiles(day_after_1970, "sqlite")
def _day_sqlite(element: Any, compiler: Any, **more: Any) -> str:
    return f"date(({compiler.process(element.clauses, **more)}) * 86400, 'unixepoch')"


def meetings(actor: Actor, scope: Scope, now: datetime) -> sa.CTE:
    """The gatherings held in a scope, of the programs whose figures the actor may read.

    Columns: id, season_id, group_id, site_id, starts (seconds), day (number), on (date), length (minutes), activity, taken.
    """
    zone = clock.zone()
    taken = Register.gathering_id.is_not(None)
    found = (
        sa.select(
            Gathering.id,
            Gathering.season_id,
            Gathering.group_id,
            Gathering.site_id,
            seconds_of(Gathering.starts_at).label("starts"),
            seconds_of(Gathering.ends_at).label("ends"),
            sa.case(
                (Gathering.kind.in_(ONE_ACTIVITY), ONE_ACTIVITY[0].value),
                else_=sa.type_coerce(Gathering.kind, sa.String),
            ).label("activity"),
            taken.label("taken"),
        )
        .outerjoin(Register, Register.gathering_id == Gathering.id)
        .where(
            Gathering.canceled_at.is_(None),
            Gathering.starts_at >= midnight(scope.first, zone),
            Gathering.starts_at < midnight(scope.last + timedelta(days=1), zone),
            sa.or_(Gathering.ends_at <= now, taken),
            Gathering.season_id.in_(_seasons(actor, scope)),
        )
    )
    if scope.site_id is not None:
        found = found.where(Gathering.site_id == scope.site_id)
    raw = found.subquery()
    *changes, final = stretches(scope.first, scope.last, zone)
    ahead: Any = sa.literal(final.seconds, sa.BigInteger)
    if changes:
        ahead = sa.case(*[(raw.c.starts < each.until, each.seconds) for each in changes], else_=final.seconds)
    day = (raw.c.starts + ahead) // DAY
    return sa.select(
        raw.c.id, raw.c.season_id, raw.c.group_id, raw.c.site_id, raw.c.starts, raw.c.activity, raw.c.taken,
        day.label("day"), day_after_1970(day).label("on"), ((raw.c.ends - raw.c.starts) // 60).label("length"),
    ).cte("meeting").prefix_with("MATERIALIZED")  # fmt: skip


def _seasons(actor: Actor, scope: Scope) -> sa.Select[int]:
    seasons = sa.select(Season.id).where(programs.program_within(actor, P.REPORT_READ, Season.program_id))
    if scope.program_id is not None:
        seasons = seasons.where(Season.program_id == scope.program_id)
    if scope.season_id is not None:
        seasons = seasons.where(Season.id == scope.season_id)
    return seasons


def visits(meeting: sa.CTE, actor: Actor, on: date) -> sa.CTE:
    """Who came to what: meeting, youth_id, day, on, starts, activity, mark, minutes, clocked (1 or 0)."""
    mark = AttendanceMark
    minutes: Any = sa.func.coalesce(mark.minutes, meeting.c.length)
    return (
        sa.select(
            meeting.c.id.label("meeting_id"), mark.youth_id, meeting.c.day, meeting.c.on, meeting.c.starts,
            meeting.c.activity, mark.mark, minutes.label("minutes"),
            sa.case((mark.minutes.is_not(None), 1), else_=0).label("clocked"),
        )
        .join(mark, mark.gathering_id == meeting.c.id)
        .where(meeting.c.taken, mark.mark.in_(CAME), seen(actor, mark.youth_id, on))
        .cte("visit").prefix_with("MATERIALIZED")
    )  # fmt: skip


def offers(meeting: sa.CTE, actor: Actor, on: date) -> sa.Subquery:
    """Which sessions were offered to whom, each pair once: meeting_id, starts, length, youth_id, mark, minutes (NULL if unknown)."""
    member, mark = GroupMember, AttendanceMark
    of_meeting = meeting.c.id.label("meeting_id"), meeting.c.starts, meeting.c.length
    belonging = (
        sa.select(
            *of_meeting, member.youth_id,
            sa.cast(sa.null(), sa.String).label("mark"), sa.cast(sa.null(), sa.BigInteger).label("minutes"),
        )
        .join(member, member.group_id == meeting.c.group_id)
        .where(
            meeting.c.taken,
            member.from_on <= meeting.c.on,
            sa.or_(member.until_on.is_(None), member.until_on >= meeting.c.on),
            seen(actor, member.youth_id, on),
        )
    )  # fmt: skip
    marked = (
        sa.select(*of_meeting, mark.youth_id, sa.type_coerce(mark.mark, sa.String).label("mark"), mark.minutes)
        .join(mark, mark.gathering_id == meeting.c.id)
        .where(meeting.c.taken, mark.mark.is_not(None), seen(actor, mark.youth_id, on))
    )  # fmt: skip
    both = sa.union_all(marked, belonging).subquery("both")  # no join of the two: a register may lack a member's mark
    of_pair = both.c.meeting_id, both.c.starts, both.c.length, both.c.youth_id
    return (
        sa.select(*of_pair, sa.func.max(both.c.mark).label("mark"), sa.func.max(both.c.minutes).label("minutes"))
        .group_by(*of_pair)
        .subquery("offer")
    )


def seen(actor: Actor, youth_id: Any, on: date) -> sa.ColumnElement[bool]:
    """The condition that no custody restriction keeps the actor from knowing anything of a youth."""
    if actor.person_id is None:
        return sa.true()
    return youth_id.not_in(people.kept_from(actor, on))


def came_before(youth_id: Any, first: date) -> sa.ColumnElement[bool]:
    """The condition that a youth had a visit before a day, anywhere in the department."""
    mark, earlier = AttendanceMark, Gathering
    visited = (
        sa.select(mark.youth_id)
        .join(earlier, earlier.id == mark.gathering_id)
        .join(Register, Register.gathering_id == earlier.id)
        .where(mark.mark.in_(CAME), earlier.canceled_at.is_(None), earlier.starts_at < midnight(first, clock.zone()))
    )
    return youth_id.in_(visited)  # one set for all youth: asked for each of them, it is 20 times slower


def name_columns(actor: Actor, on: date) -> tuple[Any, Any]:
    """Of a joined `Person`: 1 when the file is no longer within reach else 0, and what the list is ordered by.

    Who left the program still counts; the name is then no longer this reader's.
    """
    reached = within(actor, P.YOUTH_READ, Person.id, on)
    return sa.case((reached, 0), else_=1), sa.case((reached, Person.folded_name), else_="")
