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
from youthprog.mentorship.models import Match
from youthprog.mentorship.sessions.models import SessionLog

UNKNOWN = frozenset({Sign.MOOD, Sign.SHIFT, Sign.FIT})


def last_met() -> sa.ScalarSelect[date]:
    """The last day on which somebody came to a session of a match. Part of a statement about `Match`."""
    came = sa.exists().where(AttendanceMark.gathering_id == SessionLog.gathering_id, AttendanceMark.mark.in_(CAME))
    return _last(came)


def last_logged() -> sa.ScalarSelect[date]:
    """The last day for which anything was logged of a match. Part of a statement about `Match`."""
    return _last(sa.true())


def _last(condition: sa.ColumnElement[bool]) -> sa.ScalarSelect[date]:
    return (
        sa.select(sa.func.max(SessionLog.held_on))
        .where(SessionLog.match_id == Match.id, condition)
        .correlate(Match)
        .scalar_subquery()
    )


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
