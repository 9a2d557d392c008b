"""Tables of the mentorship room. A match is a programs.Group of kind mentoring: 1..n mentors, 1..n youth."""

from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from youthprog.core import clock
from youthprog.core.db import Model, choice
from youthprog.mentorship.types import MatchStatus
from youthprog.programs.models import Group


class Match(Model):
    """A mentoring match or group. Its people are the members and staff of its programs.Group.

    `every_days` is the agreed interval between sessions; the usual time, minutes and place pre-fill the log.
    `passed_gate_at` is when the gate let it begin or go on: without it no row can be active, whoever writes it, and only
    `services.activate_match` and its sibling for many write it. `suspended_at` is when an item that ended stopped it,
    `suspended_for` which items those were.
    `holds` are the days on which it stood still: [from, the day it went on or none], as written days.
    """

    __tablename__ = "match"
    __table_args__ = (sa.CheckConstraint("status <> 'active' OR passed_gate_at IS NOT NULL", name="passed_gate"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("group.id"), unique=True)
    status: Mapped[MatchStatus] = mapped_column(choice(MatchStatus, "status"))
    every_days: Mapped[int] = mapped_column(default=7)
    usual_minutes: Mapped[int] = mapped_column(default=60)
    usual_time: Mapped[time | None]
    usual_place: Mapped[str | None] = mapped_column(sa.String(120))
    started_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    passed_gate_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    suspended_for: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    supported_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))  # of the staff
    holds: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    group: Mapped[Group] = relationship(lazy="raise_on_sql")

    @property
    def active_since(self) -> date | None:
        """The last day on which it went on after a pause."""
        ended = [until for _from, until in self.holds or () if until is not None]
        return date.fromisoformat(ended[-1]) if ended else None


@event.listens_for(Match, "before_update")
def _stand_still(_mapper: Any, _connection: Any, match: Match) -> None:
    """Whoever pauses a match or lets it go on, by whatever service: its clock stands still and goes on."""
    state: Any = sa.inspect(match)
    if not state.attrs.status.history.has_changes():
        return
    kept, today = [list(hold) for hold in match.holds or ()], clock.today().isoformat()
    is_open = bool(kept) and kept[-1][1] is None
    if match.status is MatchStatus.PAUSED and not is_open:
        match.holds = [*kept, [today, None]]
    elif match.status is not MatchStatus.PAUSED and is_open:
        match.holds = [*kept[:-1], [kept[-1][0], today]]


class ProposedMentor(Model):
    """An adult proposed for a match. Leads the group, and reaches its youth, only once the match is active."""

    __tablename__ = "proposed_mentor"

    match_id: Mapped[int] = mapped_column(sa.ForeignKey("match.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)
