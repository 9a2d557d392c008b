"""Tables of the hours ledger. Both only grow: nothing written here is ever changed."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from youthprog.core.db import Model, choice
from youthprog.mentorship.types import DutyStatus

PROGRAM, PERSON = "program.id", "person.id"


class HourMonth(Model):
    """A locked month of a program's ledger: who locked it, the rates as they were, the fingerprint of its lines."""

    __tablename__ = "hour_month"
    __table_args__ = (sa.UniqueConstraint("program_id", "first_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    program_id: Mapped[int] = mapped_column(sa.ForeignKey(PROGRAM))
    first_on: Mapped[date]
    locked_at: Mapped[datetime]
    locked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    locked_by_name: Mapped[str]
    rates: Mapped[dict[str, Any]]
    fingerprint: Mapped[str] = mapped_column(sa.String(64))


class HourEntry(Model):
    """Minutes of a session on a day, written when its month was locked; or, with `booked_on`, amended on that day.

    The name is the person's when it was written: a locked month reads the same for ever.
    """

    __tablename__ = "hour_entry"
    __table_args__ = (
        sa.CheckConstraint("minutes <> 0", name="minutes"),
        sa.Index("ix_hour_entry_held", "program_id", "held_on"),
        sa.Index("ix_hour_entry_booked", "program_id", "booked_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    program_id: Mapped[int] = mapped_column(sa.ForeignKey(PROGRAM))
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("session_log.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON), index=True)
    person_name: Mapped[str]
    held_on: Mapped[date]
    duty: Mapped[DutyStatus] = mapped_column(choice(DutyStatus, "duty"))
    minutes: Mapped[int]
    booked_on: Mapped[date | None]
    entered_at: Mapped[datetime]
