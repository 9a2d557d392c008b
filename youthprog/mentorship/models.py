"""Tables of the mentorship room. A match is a programs.Group of kind mentoring: 1..n mentors, 1..n youth."""

from datetime import date, time
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
    active_since: Mapped[date | None]  # the last day on which it went on after a pause
    group: Mapped[Group] = relationship(lazy="raise_on_sql")


@event.listens_for(Match, "before_update")
def _note_the_end_of_a_pause(_mapper: Any, _connection: Any, row: Match) -> None:
    """Whoever lets a match go on, by whatever service: nobody is asked for sessions of a pause."""
    state: Any = sa.inspect(row)
    if row.status is MatchStatus.ACTIVE and MatchStatus.PAUSED in state.attrs.status.history.deleted:
        row.active_since = clock.today()


class ProposedMentor(Model):
    """An adult proposed for a match. Leads the group, and reaches its youth, only once the match is active."""

    __tablename__ = "proposed_mentor"

    match_id: Mapped[int] = mapped_column(sa.ForeignKey("match.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)
