"""Tables of the mentorship room. A match is a programs.Group of kind mentoring: 1..n mentors, 1..n youth."""

from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from youthprog.core.db import Model, choice
from youthprog.mentorship.types import DutyStatus, MatchStatus
from youthprog.programs.models import Gathering, Group


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
    group: Mapped[Group] = relationship(lazy="raise_on_sql")


class ProposedMentor(Model):
    """An adult proposed for a match. Leads the group, and reaches its youth, only once the match is active."""

    __tablename__ = "proposed_mentor"

    match_id: Mapped[int] = mapped_column(sa.ForeignKey("match.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)


class SessionLog(Model):
    """One session of a match. Who came is the register of its gathering. `client_id` makes a repeat harmless."""

    __tablename__ = "session_log"
    __table_args__ = (
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes"),
        sa.Index("ix_session_log_match", "match_id", "held_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(sa.ForeignKey("match.id"))
    gathering_id: Mapped[int] = mapped_column(sa.ForeignKey("gathering.id"), unique=True)
    client_id: Mapped[str] = mapped_column(sa.String(36), unique=True)
    held_on: Mapped[date]
    minutes: Mapped[int]
    duty: Mapped[DutyStatus] = mapped_column(choice(DutyStatus, "duty"))
    activities: Mapped[list[Any]]
    note: Mapped[str | None] = mapped_column(sa.String(2000))
    logged_at: Mapped[datetime]
    logged_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    match: Mapped[Match] = relationship(lazy="raise_on_sql")
    gathering: Mapped[Gathering] = relationship(lazy="raise_on_sql")
