"""Tables of the attendance room."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from youthprog.attendance.types import CollectedBy, DeedKind, Mark
from youthprog.core.db import Model, choice, partial_index

PERSON = "person.id"


class Register(Model):
    """That somebody took the register of a gathering, and when and by whom it was last saved."""

    __tablename__ = "register"

    gathering_id: Mapped[int] = mapped_column(sa.ForeignKey("gathering.id"), primary_key=True)
    taken_at: Mapped[datetime]
    taken_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    save_id: Mapped[str | None] = mapped_column(sa.String(36))


class RegisterNotice(Model):
    """That a leader was written to because a gathering has no register: once for each leader and gathering."""

    __tablename__ = "register_notice"

    gathering_id: Mapped[int] = mapped_column(sa.ForeignKey("gathering.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), primary_key=True, index=True)
    message_id: Mapped[int] = mapped_column(sa.ForeignKey("message.id"))
    at: Mapped[datetime]


class AttendanceMark(Model):
    """What holds for one youth at one gathering: computed from the deeds (`ledger.state_of`), kept for lists and counts.

    `said` is the deed the mark comes from (NULL: a row from before there were deeds, or a generated one). `disputed`
    when two people said different things without having seen each other. `in_at` is the first arrival, `out_at` is set
    once the youth has left, `minutes` is the time between where both are known. A mark taken back stays as a row without
    `mark`, so that `version` only ever grows.
    """

    __tablename__ = "attendance_mark"
    __table_args__ = (
        sa.Index("ix_attendance_mark_youth", "youth_id"),
        partial_index(
            "ix_attendance_mark_on_site", "gathering_id", where="in_at IS NOT NULL AND out_at IS NULL", unique=False
        ),
        {"sqlite_with_rowid": False},  # the rows lie in the tree of their key: one page less to write for each
    )

    gathering_id: Mapped[int] = mapped_column(sa.ForeignKey("gathering.id"), primary_key=True)
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), primary_key=True)
    mark: Mapped[Mark | None] = mapped_column(choice(Mark, "mark"))
    marked_at: Mapped[datetime]
    marked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    device: Mapped[str | None] = mapped_column(sa.String(80))
    version: Mapped[int] = mapped_column(default=1)
    said: Mapped[str | None] = mapped_column(sa.String(36))
    disputed: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    in_at: Mapped[datetime | None]
    out_at: Mapped[datetime | None]
    minutes: Mapped[int | None]


class Deed(Model):
    """Something somebody said about a youth at a gathering. It is never changed and never taken away.

    `client_id` is made by the device, so that a repeated message is known; `at` is when it happened as the device
    knows it, `clock_at` what the device's own clock showed, `received_at` when it reached us. `saw` names the deeds in
    force that the sayer had before the eyes; `undoes` the deed a take-back voids. A deed with a `refusal` does not
    count and stays; a `flag` asks somebody to look. `to_checked` says what of the photo ID was compared where whoever
    came is called like an adult who may not. `code` is a scanned text, `said_name` the name of a walk-in typed without a
    network; `youth_id` is NULL when nobody knows whom they mean. A deed that says who a typed name was has its
    `client_id` in `undoes`.
    """

    __tablename__ = "attendance_deed"
    __table_args__ = (
        sa.UniqueConstraint("client_id"),
        sa.Index("ix_attendance_deed_gathering", "gathering_id", "youth_id"),
        partial_index("ix_attendance_deed_save_id", "save_id", where="save_id IS NOT NULL", unique=False),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(sa.String(36))
    gathering_id: Mapped[int] = mapped_column(sa.ForeignKey("gathering.id"))
    youth_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    kind: Mapped[DeedKind] = mapped_column(choice(DeedKind, "kind"))
    mark: Mapped[Mark | None] = mapped_column(choice(Mark, "mark"))
    at: Mapped[datetime]
    clock_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    device: Mapped[str | None] = mapped_column(sa.String(80))
    saw: Mapped[list[Any]]
    undoes: Mapped[str | None] = mapped_column(sa.String(36))
    save_id: Mapped[str | None] = mapped_column(sa.String(36))
    to_kind: Mapped[CollectedBy | None] = mapped_column(choice(CollectedBy, "to_kind"))
    to_person_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    to_name: Mapped[str | None] = mapped_column(sa.String(160))
    id_seen: Mapped[bool | None]
    to_checked: Mapped[str | None] = mapped_column(sa.String(20))
    code: Mapped[str | None] = mapped_column(sa.String(200))
    said_name: Mapped[str | None] = mapped_column(sa.String(160))
    refusal: Mapped[str | None] = mapped_column(sa.String(40))
    flag: Mapped[str | None] = mapped_column(sa.String(40))


class YouthCard(Model):
    """A youth's check-in card. The code stands in the card's picture; a card that ended opens nothing any more.

    At most one card of a youth is live. Cards that ended stay, so that a lost one is told from a foreign one.
    """

    __tablename__ = "youth_card"
    __table_args__ = (
        sa.UniqueConstraint("code"),
        partial_index("uq_youth_card_live", "youth_id", where="ended_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), index=True)
    code: Mapped[str] = mapped_column(sa.String(10))
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    ended_at: Mapped[datetime | None]
