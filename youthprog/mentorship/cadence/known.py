"""What is known of matches beside contacts. One small function for each kind of knowledge, empty where nobody records it.

Whoever begins to record one (moods of sessions, shifts, answers on fit) widens its function here and takes it off UNKNOWN.
"""

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa

from youthprog.attendance.models import AttendanceMark
from youthprog.attendance.types import CAME
from youthprog.audit.models import AuditEntry
from youthprog.core import clock, db
from youthprog.mentorship.cadence.types import Sign
from youthprog.mentorship.sessions.models import SessionLog
from youthprog.programs.models import Enrollment, Group, GroupMember

UNKNOWN = frozenset({Sign.MOOD, Sign.SHIFT, Sign.FIT})


def sessions(match_ids: Collection[int]) -> dict[int, tuple[date | None, date | None]]:
    """By match: the last day somebody came, and the last day anything was logged for. One statement."""
    came = sa.exists().where(AttendanceMark.gathering_id == SessionLog.gathering_id, AttendanceMark.mark.in_(CAME))
    rows = db.session().execute(
        sa.select(
            SessionLog.match_id,
            sa.func.max(sa.case((came, SessionLog.held_on))),
            sa.func.max(SessionLog.held_on),
        )
        .where(SessionLog.match_id.in_(match_ids))
        .group_by(SessionLog.match_id)
    )
    return {match_id: (met_on, logged_on) for match_id, met_on, logged_on in rows}


def waits(group_ids: Collection[int]) -> dict[int, date]:
    """By group: the day on which the first of its youth asked for a place in the season. One statement."""
    rows = db.session().execute(
        sa.select(GroupMember.group_id, sa.func.min(Enrollment.asked_at, type_=Enrollment.asked_at.type))
        .join(Group, Group.id == GroupMember.group_id)
        .join(
            Enrollment,
            sa.and_(Enrollment.youth_id == GroupMember.youth_id, Enrollment.season_id == Group.season_id),
        )
        .where(GroupMember.group_id.in_(group_ids))
        .group_by(GroupMember.group_id)
    )
    return {group_id: clock.day_of(asked_at) for group_id, asked_at in rows}


def moves(person_ids: Collection[int]) -> dict[int, date]:
    """By person: the day of the last new address, as the trail has it. One statement."""
    rows = db.session().execute(
        sa.select(AuditEntry.subject_id, sa.func.max(AuditEntry.at, type_=AuditEntry.at.type))
        .where(
            AuditEntry.subject_kind == "person",
            AuditEntry.subject_id.in_(person_ids),
            AuditEntry.action == "household.joined",
        )
        .group_by(AuditEntry.subject_id)
    )
    return {person_id: clock.day_of(at) for person_id, at in rows if person_id is not None}


def moods(match_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """By match: the moods of its last sessions, the newest last. Nobody records them yet."""
    return {}


def shift_changes(match_ids: Collection[int]) -> dict[int, date]:
    """By match: the day on which a mentor's shift last changed. Nobody records it yet."""
    return {}


def misfits(match_ids: Collection[int]) -> set[int]:
    """The matches of which somebody said that they do not fit. Nobody asks yet."""
    return set()
