"""What is known of matches beside contacts. One small function for each kind of knowledge, empty where nobody records it.

What nobody records yet stands in UNKNOWN; whoever begins to record it takes it off. A mentor's shift is what the mentor
tells for matching: `queries` reads it with the mentors.
"""

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa

from youthprog.attendance.models import AttendanceMark
from youthprog.attendance.types import CAME
from youthprog.audit.models import AuditEntry
from youthprog.core import clock, db
from youthprog.mentorship.cadence.types import Sign
from youthprog.mentorship.matching.models import MatchOffer, MatchParty
from youthprog.mentorship.matching.types import Fit
from youthprog.mentorship.models import Match
from youthprog.mentorship.sessions.models import SessionLog
from youthprog.mentorship.sessions.types import Mood

UNKNOWN: frozenset[Sign] = frozenset()
MOODS = {Mood.HARD: 0, Mood.MIXED: 1, Mood.GOOD: 2}
LAST = 3


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
    """By match: how its last three sessions were, 0 hard to 2 good, the newest last. One statement."""
    numbered = (
        sa.select(
            SessionLog.match_id,
            SessionLog.mood,
            sa.func.row_number()
            .over(partition_by=SessionLog.match_id, order_by=(SessionLog.held_on.desc(), SessionLog.id.desc()))
            .label("place"),
        )
        .where(SessionLog.match_id.in_(match_ids), SessionLog.mood.is_not(None))
        .subquery()
    )
    rows = db.session().execute(
        sa.select(numbered.c.match_id, numbered.c.mood)
        .where(numbered.c.place <= LAST)
        .order_by(numbered.c.match_id, numbered.c.place.desc())
    )
    found: dict[int, list[int]] = {}
    for match_id, mood in rows:
        found.setdefault(match_id, []).append(MOODS[mood])
    return {match_id: tuple(each) for match_id, each in found.items()}


def misfits(match_ids: Collection[int]) -> set[int]:
    """The matches of which somebody said after the first session that they do not fit. One statement."""
    asked = (
        sa.select(MatchOffer.match_id)
        .join(MatchParty, MatchParty.offer_id == MatchOffer.id)
        .where(MatchOffer.match_id.in_(match_ids), MatchParty.fit == Fit.NOT)
    )
    return {match_id for match_id in db.session().scalars(asked) if match_id is not None}
