"""Reading what the registers say of one youth over weeks and months."""

from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from youthprog.attendance.models import AttendanceMark
from youthprog.attendance.types import HistoryLine
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering, Group, GroupMember


def attended(actor: Actor, youth_id: int, first: date, last: date) -> list[HistoryLine]:
    """The meetings of a youth's groups within reach between two days, earliest first, while the youth was in them; and
    those of a whole season (a workshop, an event) whose register names the youth.

    Meetings ahead and canceled ones are left out. The caller has loaded the youth within reach. One statement.
    """
    until = min(_midnight(last + timedelta(days=1)), clock.now())
    rows = db.session().execute(
        _meetings(actor, youth_id)
        .where(Gathering.starts_at >= _midnight(first), Gathering.starts_at < until)
        .order_by(Gathering.starts_at, Gathering.id)
    )
    return [
        HistoryLine(row.id, row.title, group, row.starts_at, mark)
        for row, group, mark, from_on, until_on in rows
        if from_on is None or from_on <= clock.day_of(row.starts_at) <= (until_on or date.max)
    ]


def first_meeting(actor: Actor, youth_id: int) -> date | None:
    """The day of the first meeting there is anything to show of. One statement."""
    starts = _meetings(actor, youth_id).with_only_columns(sa.func.min(Gathering.starts_at))
    found = db.session().scalar(starts.where(AttendanceMark.mark.is_not(None)))
    return clock.day_of(found) if found else None


def _meetings(actor: Actor, youth_id: int) -> Any:
    return (
        sa.select(Gathering, Group.name, AttendanceMark.mark, GroupMember.from_on, GroupMember.until_on)
        .outerjoin(Group, Group.id == Gathering.group_id)
        .outerjoin(GroupMember, sa.and_(GroupMember.group_id == Group.id, GroupMember.youth_id == youth_id))
        .outerjoin(
            AttendanceMark,
            sa.and_(AttendanceMark.gathering_id == Gathering.id, AttendanceMark.youth_id == youth_id),
        )
        .where(
            Gathering.canceled_at.is_(None),
            sa.or_(
                Gathering.group_id.in_(sa.select(GroupMember.group_id).where(GroupMember.youth_id == youth_id)),
                sa.and_(Gathering.group_id.is_(None), Gathering.id.in_(_marked(youth_id))),
            ),
            programs.gatherings_within(actor, P.REGISTER_READ, clock.today()),
        )
    )


def _marked(youth_id: int) -> sa.Select[int]:
    return sa.select(AttendanceMark.gathering_id).where(
        AttendanceMark.youth_id == youth_id, AttendanceMark.mark.is_not(None)
    )


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(), clock.zone())
