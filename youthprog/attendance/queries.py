"""Reading registers: one gathering's roll, the last ones of a group, what is missing, how many came."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from youthprog.attendance import told_queries
from youthprog.attendance.models import AttendanceMark, Register
from youthprog.attendance.types import (
    CAME,
    NOTHING,
    HeldLine,
    Kept,
    Mark,
    Roll,
    RollLine,
    WeekRate,
)
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.clearance import not_cleared
from youthprog.core.permissions import P
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering, Group, GroupMember
from youthprog.programs.types import MemberLine, Occasion


def members_at(gathering: Gathering) -> list[MemberLine]:
    """The youth who belong to a gathering: those in its group that day, by name. One statement."""
    if gathering.group_id is None:
        return []
    return programs.members_of(gathering.group_id, clock.day_of(gathering.starts_at))


def roll_members(gathering: Gathering) -> list[MemberLine]:
    """Those who belong to a gathering and, after them, who came without belonging to it. Two statements."""
    return members_at(gathering) + _walked_in(gathering)


def _walked_in(gathering: Gathering | Occasion) -> list[MemberLine]:
    """Who came to a gathering without being in its group that day, by name. One statement."""
    on = clock.day_of(gathering.starts_at)
    belongs = sa.exists().where(
        GroupMember.group_id == gathering.group_id,
        GroupMember.youth_id == Person.id,
        programs.during(GroupMember.from_on, GroupMember.until_on, on),
    )
    rows = db.session().scalars(
        sa.select(Person)
        .join(AttendanceMark, AttendanceMark.youth_id == Person.id)
        .where(
            AttendanceMark.gathering_id == gathering.id,
            sa.or_(AttendanceMark.mark.is_not(None), AttendanceMark.in_at.is_not(None)),
            ~belongs,
        )
        .order_by(Person.folded_name, Person.id)
    )
    return [MemberLine(row.id, row.name, row.list_name, row.first_name, None, row.born_on, row.gender) for row in rows]


def _not_kept_from(actor: Actor, walked_in: Sequence[MemberLine], on: date) -> list[MemberLine]:
    """Whoever takes the register sees who walked in, by name alone, but no child whom custody keeps from this adult."""
    if not walked_in:
        return []
    limits = people.restrictions_on([line.youth_id for line in walked_in], on)
    return [line for line in walked_in if (line.youth_id, actor.person_id) not in limits]


def walked_in_to(actor: Actor, gathering: Gathering | Occasion, on: date) -> set[int]:
    """Youth who came without belonging to a gathering, as far as custody lets this adult know of them. Two statements."""
    return {line.youth_id for line in _not_kept_from(actor, _walked_in(gathering), on)}


def roll_of(actor: Actor, permission: P, gathering: Gathering, on: date) -> Roll:
    """The register of a gathering with the youth the permission reaches. A constant number of statements.

    Alerts and phones are left out where they may not be read. Whoever shows alerts records the reading.
    """
    members, walked_in = members_at(gathering), _walked_in(gathering)
    reached = people.reachable(actor, permission, [line.youth_id for line in members], on)
    members = sorted((line for line in members if line.youth_id in reached), key=jersey_order)
    members += _not_kept_from(actor, walked_in, on)
    youth_ids = [line.youth_id for line in members]
    day = clock.day_of(gathering.starts_at)
    reasons = not_cleared(youth_ids, gathering.season_id, day, gathering_id=gathering.id)
    alerts = people.alerts_of(people.reachable(actor, P.HEALTH_ALERT_READ, youth_ids, on))
    guardians = people.guardians_of(people.reachable(actor, P.CONTACT_READ, list(reasons), on), on)
    marks = _marks_of(gathering.id)
    words = told_queries.disputed_words(gathering.id, [who for who, (row, _by) in marks.items() if row.disputed])
    came = {line.youth_id for line in walked_in}
    lines = []
    for member in members:
        row, by = marks.get(member.youth_id, (None, None))
        call = next((line for line in guardians.get(member.youth_id, ()) if line.phone), None)
        lines.append(
            RollLine(
                youth_id=member.youth_id,
                name=member.name,
                jersey=member.jersey,
                kept=Kept(row.mark, row.version, row.disputed) if row else NOTHING,
                marked_by=by,
                marked_at=row.marked_at if row else None,
                reasons=tuple(reasons.get(member.youth_id, ())),
                alert=alerts.get(member.youth_id),
                contact=call.name if call else None,
                phone=call.phone if call else None,
                first_name=member.first_name,
                walked_in=member.youth_id in came,
                device=row.device if row else None,
                words=tuple(words.get(member.youth_id, ())),
            )
        )
    register, saved_by = _register_of(gathering.id)
    if register is None:
        return Roll(tuple(lines), None, None, None, None)
    return Roll(tuple(lines), register.taken_at, register.saved_at, register.saved_by_id, saved_by, register.save_id)


def jersey_order(line: MemberLine) -> tuple[int, str, str]:
    """By number, 0 and 00 first; who has none follows by name."""
    if line.jersey is None or not line.jersey.isdecimal():
        return 10**9, line.jersey or "", line.list_name
    return int(line.jersey), line.jersey, ""


def _marks_of(gathering_id: int) -> dict[int, tuple[AttendanceMark, str | None]]:
    rows = db.session().execute(
        sa.select(AttendanceMark, Person)
        .outerjoin(Person, Person.id == AttendanceMark.marked_by_id)
        .where(AttendanceMark.gathering_id == gathering_id)
    )
    return {row.youth_id: (row, person.name if person else None) for row, person in rows}


def _register_of(gathering_id: int) -> tuple[Register | None, str | None]:
    row = (
        db.session()
        .execute(
            sa.select(Register, Person)
            .outerjoin(Person, Person.id == Register.saved_by_id)
            .where(Register.gathering_id == gathering_id)
        )
        .first()
    )
    if row is None:
        return None, None
    return row[0], row[1].name if row[1] else None


def marks_in_force(gathering_id: int) -> dict[int, AttendanceMark]:
    """The rows of a gathering's marks by youth, read afresh, to be changed."""
    rows = db.session().scalars(
        sa.select(AttendanceMark)
        .where(AttendanceMark.gathering_id == gathering_id)
        .execution_options(populate_existing=True)
    )
    return {row.youth_id: row for row in rows}


def marks_at(gathering_ids: Sequence[int]) -> dict[int, dict[int, Mark]]:
    """The marks in force at several gatherings: {gathering: {youth: mark}}. One statement."""
    found: dict[int, dict[int, Mark]] = {}
    if not gathering_ids:
        return found
    rows = db.session().execute(
        sa.select(AttendanceMark.gathering_id, AttendanceMark.youth_id, AttendanceMark.mark).where(
            AttendanceMark.gathering_id.in_(gathering_ids), AttendanceMark.mark.is_not(None)
        )
    )
    for gathering_id, youth_id, mark in rows:
        if mark is not None:
            found.setdefault(gathering_id, {})[youth_id] = mark
    return found


def last_marks(group_id: int, count: int, on: date) -> tuple[list[HeldLine], dict[int, list[Mark | None]]]:
    """The last gatherings of a group up to a day, oldest first, and each youth's marks at them. Two statements.

    Of today's gatherings only those that have begun.
    """
    until = (
        min(_midnight(on + timedelta(days=1)), clock.now())
        if on >= clock.today()
        else _midnight(on + timedelta(days=1))
    )
    rows = db.session().execute(
        sa.select(Gathering, Register.gathering_id)
        .outerjoin(Register, Register.gathering_id == Gathering.id)
        .where(Gathering.group_id == group_id, Gathering.canceled_at.is_(None), Gathering.starts_at < until)
        .order_by(Gathering.starts_at.desc(), Gathering.id.desc())
        .limit(count)
    )
    held = [
        HeldLine(row.id, row.title, clock.day_of(row.starts_at), row.starts_at, taken is not None)
        for row, taken in reversed(rows.all())
    ]
    at = marks_at([line.gathering_id for line in held])
    youth_ids = {youth_id for marks in at.values() for youth_id in marks}
    strips = {
        youth_id: [at.get(line.gathering_id, {}).get(youth_id) for line in held] for youth_id in sorted(youth_ids)
    }
    return held, strips


def weekly_rates(condition: sa.ColumnElement[bool], weeks: int, on: date) -> list[WeekRate]:
    """How many of the enrolled came in each of the last weeks (Monday to Sunday) up to a day, oldest first.

    `condition` is on `Group` (`programs.queries.groups_within`). A week's share is what came at its gatherings with
    a register, of all who were in those groups that week. One statement, whatever the number of groups.
    """
    mondays = [on - timedelta(days=on.weekday() + 7 * back) for back in range(weeks - 1, -1, -1)]
    held = _held_by_week(condition, mondays, until=min(_midnight(on + timedelta(days=1)), clock.now()))
    week = held.c.week
    none, kind = sa.literal(0), sa.literal
    taken = sa.select(kind("taken"), week, sa.func.count(), sa.func.count(held.c.taken)).group_by(week)
    came = (
        sa.select(kind("came"), week, sa.func.count(), none)
        .join(AttendanceMark, AttendanceMark.gathering_id == held.c.gathering_id)
        .where(AttendanceMark.mark.in_(CAME))
        .group_by(week)
    )
    begins = _choose(week, mondays)
    ends = _choose(week, [monday + timedelta(days=6) for monday in mondays])
    expected = (
        sa.select(kind("expected"), week, sa.func.count(), none)
        .join(GroupMember, GroupMember.group_id == held.c.group_id)
        .where(
            held.c.taken.is_not(None),
            GroupMember.from_on <= ends,
            sa.or_(GroupMember.until_on.is_(None), GroupMember.until_on >= begins),
        )
        .group_by(week)
    )
    said = {row[:2]: row[2:] for row in map(tuple, db.session().execute(sa.union_all(taken, came, expected)))}
    return [
        WeekRate(
            monday,
            *said.get(("taken", number), (0, 0)),
            *(said.get((what, number), (0,))[0] for what in ("came", "expected")),
        )
        for number, monday in enumerate(mondays)
    ]


def _held_by_week(condition: sa.ColumnElement[bool], mondays: Sequence[date], *, until: datetime) -> sa.Subquery:
    """Gatherings that are over, each with the number of its week and, when taken, its register."""
    bounds = [_midnight(monday) for monday in mondays[1:]]
    number = sa.case(*[(Gathering.starts_at < bound, place) for place, bound in enumerate(bounds)], else_=len(bounds))
    return (
        sa.select(
            Gathering.id.label("gathering_id"),
            Gathering.group_id,
            number.label("week"),
            Register.gathering_id.label("taken"),
        )
        .join(Group, Group.id == Gathering.group_id)
        .outerjoin(Register, Register.gathering_id == Gathering.id)
        .where(
            condition,
            Gathering.canceled_at.is_(None),
            Gathering.starts_at >= _midnight(mondays[0]),
            Gathering.ends_at <= until,
        )
        .subquery()
    )


def _choose(week: Any, days: Sequence[date]) -> sa.ColumnElement[date]:
    return sa.case(*[(week == number, sa.literal(day, sa.Date)) for number, day in enumerate(days)])


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(), clock.zone())


def kept_of(rows: Mapping[int, AttendanceMark]) -> dict[int, Kept]:
    """The marks in force as the rules see them."""
    return {youth_id: Kept(row.mark, row.version, row.disputed) for youth_id, row in rows.items()}
