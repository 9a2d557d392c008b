"""Tables of the attendance room."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from youthprog.attendance.types import Mark
from youthprog.core.db import Model, choice

PERSON = "person.id"


class Register(Model):
    """That somebody took the register of a gathering, and when and by whom it was last saved."""

    __tablename__ = "register"

    gathering_id: Mapped[int] = mapped_column(sa.ForeignKey("gathering.id"), primary_key=True)
    taken_at: Mapped[datetime]
    taken_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))


class AttendanceMark(Model):
    """The mark in force for one youth at one gathering. `marked_at` is when the leader said so, on the device.

    A mark that was taken back stays as a row without `mark`, so that `version` only ever grows.
    """

    __tablename__ = "attendance_mark"
    __table_args__ = (sa.Index("ix_attendance_mark_youth", "youth_id"),)

    gathering_id: Mapped[int] = mapped_column(sa.ForeignKey("gathering.id"), primary_key=True)
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), primary_key=True)
    mark: Mapped[Mark | None] = mapped_column(choice(Mark, "mark"))
    marked_at: Mapped[datetime]
    marked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    device: Mapped[str | None] = mapped_column(sa.String(80))
    version: Mapped[int] = mapped_column(default=1)


class Amendment(Model):
    """A mark that was replaced or taken back: amendments keep the old one."""

    __tablename__ = "amendment"
    __table_args__ = (sa.Index("ix_amendment_gathering", "gathering_id", "youth_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    gathering_id: Mapped[int] = mapped_column(sa.ForeignKey("gathering.id"))
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    old_mark: Mapped[Mark | None] = mapped_column(choice(Mark, "old_mark"))
    old_marked_at: Mapped[datetime]
    old_marked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    new_mark: Mapped[Mark | None] = mapped_column(choice(Mark, "new_mark"))
    amended_at: Mapped[datetime]
    amended_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
