"""The records of a period that benchmarks are counted from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import sqlalchemy as sa

from youthprog.attendance.models import AttendanceMark
from youthprog.attendance.types import CAME
from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.mentorship.closing.models import MatchClosure
from youthprog.mentorship.gate import facts
from youthprog.mentorship.gate.types import GateFacts
from youthprog.mentorship.models import Match
from youthprog.mentorship.sessions.models import SessionLog
from youthprog.mentorship.types import MatchStatus
from youthprog.programs import queries as programs
from youthprog.programs.models import Group, GroupMember, Season

OPEN = (MatchStatus.ACTIVE, MatchStatus.PAUSED)


@dataclass(frozen=True)
class MatchRow:
    """A match that was under way at some time in the period."""

    match_id: int
    group_id: int
    season_id: int
    program_id: int
    status: MatchStatus
    started_on: date
    ended_on: date | None

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.status in OPEN


class Period:
    """The records of a period that measures count; each is read once, when the first measure wants it.

    Counted are the matches within the actor's reach, of one program if given, that were under way at any time from
    `from_on` to `until_on`, both included; what is asked of today (`on`) is asked of those not ended.
    """

    def __init__(self, actor: Actor, program_id: int | None, from_on: date, until_on: date, on: date):
        self.actor, self.program_id = actor, program_id
        self.from_on, self.until_on, self.on = from_on, min(until_on, on), on

    @cached_property
    def matches(self) -> Sequence[MatchRow]:
        """Matches under way at some time in the period."""
        rows = db.session().execute(
            sa.select(
                Match.id,
                Match.group_id,
                Group.season_id,
                Season.program_id,
                Match.status,
                Match.started_on,
                Match.ended_on,
            )
            .join(Group, Group.id == Match.group_id)
            .join(Season, Season.id == Group.season_id)
            .where(self._within(), Match.started_on <= self.until_on)
            .where(sa.or_(Match.ended_on.is_(None), Match.ended_on >= self.from_on))
            .order_by(Match.id)
        )
        return [
            MatchRow(match_id, group_id, season_id, program_id, status, started_on, ended_on)
            for match_id, group_id, season_id, program_id, status, started_on, ended_on in rows
            if started_on is not None
        ]

    def _within(self) -> sa.ColumnElement[bool]:
        reach = programs.groups_within(self.actor, P.MATCH_EDIT, self.on)
        return reach if self.program_id is None else sa.and_(reach, Season.program_id == self.program_id)

    @cached_property
    def youth(self) -> Sequence[tuple[int, int]]:
        """Who is in a match that has not ended: (season, youth)."""
        groups = {each.group_id: each.season_id for each in self.matches if each.is_open}
        rows = db.session().execute(
            sa.select(GroupMember.group_id, GroupMember.youth_id)
            .distinct()
            .where(
                GroupMember.group_id.in_(groups), programs.during(GroupMember.from_on, GroupMember.until_on, self.on)
            )
        )
        return sorted({(groups[group_id], youth_id) for group_id, youth_id in rows})

    @cached_property
    def sessions(self) -> Sequence[tuple[int, int, bool, bool]]:
        """Sessions held in the period: (match, minutes, somebody came, what was done is described)."""
        came = sa.exists().where(AttendanceMark.gathering_id == SessionLog.gathering_id, AttendanceMark.mark.in_(CAME))
        rows = db.session().execute(
            sa.select(SessionLog.match_id, SessionLog.minutes, came, SessionLog.activities, SessionLog.note).where(
                SessionLog.match_id.in_([each.match_id for each in self.matches]),
                SessionLog.held_on.between(self.from_on, self.until_on),
            )
        )
        return [(match_id, minutes, met, bool(done or note)) for match_id, minutes, met, done, note in rows]

    @cached_property
    def ended(self) -> Sequence[MatchRow]:
        """Matches that ended in the period."""
        return [
            each for each in self.matches
            if each.status is MatchStatus.CLOSED and each.ended_on is not None and each.ended_on <= self.until_on
        ]  # fmt: skip

    @cached_property
    def closures(self) -> Sequence[MatchClosure]:
        """The finished closures of matches that ended in the period."""
        ids = [each.match_id for each in self.ended]
        statement = sa.select(MatchClosure).where(MatchClosure.match_id.in_(ids), MatchClosure.finished_at.is_not(None))
        return db.session().scalars(statement).all()

    @cached_property
    def gate(self) -> dict[int, GateFacts]:
        """What the gate knows today of the matches that have not ended."""
        return facts.of_matches([each.match_id for each in self.matches if each.is_open], self.on)
