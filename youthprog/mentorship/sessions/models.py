"""Tables of sessions."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from youthprog.core.db import Model, choice
from youthprog.mentorship.models import Match
from youthprog.mentorship.types import DutyStatus
from youthprog.programs.models import Gathering


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
