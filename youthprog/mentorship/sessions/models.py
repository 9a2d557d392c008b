"""Tables of sessions."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from youthprog.core.crypto import Sealable
from youthprog.core.db import Model, choice, partial_index
from youthprog.mentorship.models import Match
from youthprog.mentorship.sessions.types import Mode, Mood, NotHeld
from youthprog.mentorship.types import DutyStatus
from youthprog.programs.models import Gathering

PERSON = "person.id"
MATCH = "match.id"


class SessionLog(Model):
    """One session of a match. Who came is the register of its gathering. `client_id` makes a repeat harmless.

    The row holds what is true now; what it said before a correction stands in `session_amendment`. `mentor_ids` are the
    mentors who led it, `adults` how many adults were there in all. `duty` is that of whoever logged it; `duties` holds the
    time of each other mentor by key: duty, minutes (NULL: all), and whether they said so themselves. `flags` is what
    somebody should look at; where that is the coordinator, `flagged_at` is since when, and `seen_at` when a person did.
    """

    __tablename__ = "session_log"
    __table_args__ = (
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes"),
        sa.Index("ix_session_log_match", "match_id", "held_on"),
        partial_index(
            "ix_session_log_to_see", "match_id", where="flagged_at IS NOT NULL AND seen_at IS NULL", unique=False
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(sa.ForeignKey(MATCH))
    gathering_id: Mapped[int] = mapped_column(sa.ForeignKey("gathering.id"), unique=True)
    client_id: Mapped[str] = mapped_column(sa.String(36), unique=True)
    held_on: Mapped[date]
    minutes: Mapped[int]
    duty: Mapped[DutyStatus] = mapped_column(choice(DutyStatus, "duty"))
    activities: Mapped[list[Any]]
    note: Mapped[str | None] = mapped_column(sa.String(2000))
    logged_at: Mapped[datetime]
    logged_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    mode: Mapped[Mode] = mapped_column(
        choice(Mode, "mode"), default=Mode.IN_PERSON, server_default=Mode.IN_PERSON.value
    )
    observable: Mapped[bool | None]  # whether others could see them; None where nobody asked, and unless in person
    transport: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    mood: Mapped[Mood | None] = mapped_column(choice(Mood, "mood"))
    goal: Mapped[str | None] = mapped_column(sa.String(200))
    mentor_ids: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    adults: Mapped[int] = mapped_column(default=1, server_default="1")
    duties: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    flags: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    reason: Mapped[str | None] = mapped_column(sa.String(300))
    flagged_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    seen_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    match: Mapped[Match] = relationship(lazy="raise_on_sql")
    gathering: Mapped[Gathering] = relationship(lazy="raise_on_sql")


class SessionAmendment(Model):
    """A correction of a log, dated: what the changed fields said before and say since. Rows are never changed."""

    __tablename__ = "session_amendment"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("session_log.id"), index=True)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    reason: Mapped[str] = mapped_column(sa.String(300))
    was: Mapped[dict[str, Any]]
    became: Mapped[dict[str, Any]]


class ExpectedSession(Model):
    """A session the plan expected, once something is to be kept of it: that it was asked for, or did not take place.

    Expected days are computed from the plan (docs/decisions/0086); a row is the memory of one. At most two reminders.
    """

    __tablename__ = "expected_session"
    __table_args__ = (sa.UniqueConstraint("match_id", "due_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(sa.ForeignKey(MATCH))
    due_on: Mapped[date]
    reminded_at: Mapped[datetime | None]
    reminded_again_at: Mapped[datetime | None]
    not_held: Mapped[NotHeld | None] = mapped_column(choice(NotHeld, "not_held"))
    told_at: Mapped[datetime | None]
    told_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    client_id: Mapped[str | None] = mapped_column(sa.String(36), unique=True)


class SessionDraft(Sealable, Model):
    """A log somebody began and has not sent, with every field as it stood, sealed. Goes when it is sent, or after 7 days."""

    __tablename__ = "session_draft"
    SEALED = ("values_sealed",)
    __table_args__ = (sa.Index("ix_session_draft_person", "person_id", "match_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(sa.String(36), unique=True)
    match_id: Mapped[int] = mapped_column(sa.ForeignKey(MATCH))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    values_sealed: Mapped[bytes | None]
    saved_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
