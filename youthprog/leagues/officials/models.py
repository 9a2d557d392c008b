"""Tables of who serves at games: a program's roles, how many a division needs, the people, their games."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from youthprog.core.db import Model, choice, partial_index
from youthprog.leagues.officials.types import TRAVEL_MINUTES, Ending
from youthprog.leagues.season.models import Fixture
from youthprog.people.models import Person

PERSON, PROGRAM = "person.id", "program.id"


class DutyRole(Model):
    """Something a program needs people for at its games: referee, scorekeeper, concession stand.

    `needs` are the names of the credentials that must be in force on the day of the game, besides what the department asks
    of officials.
    """

    __tablename__ = "duty_role"
    __table_args__ = (
        partial_index("uq_duty_role_name", "program_id", "folded_name", where="ended_at IS NULL"),
        sa.Index("ix_duty_role_program", "program_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    program_id: Mapped[int] = mapped_column(sa.ForeignKey(PROGRAM))
    name: Mapped[str] = mapped_column(sa.String(60))
    name_es: Mapped[str] = mapped_column(sa.String(60))
    folded_name: Mapped[str] = mapped_column(sa.String(60))
    needs: Mapped[list[Any]] = mapped_column(default=list)
    ended_at: Mapped[datetime | None]


class DutyNeed(Model):
    """How many people of a role each game of a division needs."""

    __tablename__ = "duty_need"
    __table_args__ = (sa.CheckConstraint("needed BETWEEN 1 AND 9", name="needed"),)

    division_id: Mapped[int] = mapped_column(sa.ForeignKey("division.id"), primary_key=True)
    role_id: Mapped[int] = mapped_column(sa.ForeignKey("duty_role.id"), primary_key=True)
    needed: Mapped[int]


class DutySetting(Model):
    """How long the way between two sites takes for the people of a program. Without a row: half an hour."""

    __tablename__ = "duty_setting"
    __table_args__ = (sa.CheckConstraint("travel_minutes BETWEEN 0 AND 240", name="travel_minutes"),)

    program_id: Mapped[int] = mapped_column(sa.ForeignKey(PROGRAM), primary_key=True)
    travel_minutes: Mapped[int] = mapped_column(default=TRAVEL_MINUTES)


class Official(Model):
    """An adult on a program's list of those who serve at games. `home_site_id` is the site nearest to them."""

    __tablename__ = "official"
    __table_args__ = (sa.UniqueConstraint("person_id", "program_id"), sa.Index("ix_official_program", "program_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    program_id: Mapped[int] = mapped_column(sa.ForeignKey(PROGRAM))
    home_site_id: Mapped[int | None] = mapped_column(sa.ForeignKey("site.id"))
    added_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class OfficialRole(Model):
    """A role somebody on the list serves in."""

    __tablename__ = "official_role"

    official_id: Mapped[int] = mapped_column(sa.ForeignKey("official.id"), primary_key=True)
    role_id: Mapped[int] = mapped_column(sa.ForeignKey("duty_role.id"), primary_key=True, index=True)


class Duty(Model):
    """Somebody is on for a game in a role, until it ended for a reason. One person has one role at a game."""

    __tablename__ = "duty"
    __table_args__ = (
        partial_index("uq_duty_person", "fixture_id", "person_id", where="ended_at IS NULL"),
        sa.Index("ix_duty_person", "person_id", "ended_at"),
        sa.Index("ix_duty_fixture", "fixture_id", "role_id"),
        sa.CheckConstraint("(ended_at IS NULL) = (ending IS NULL)", name="ended_for_a_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fixture_id: Mapped[int] = mapped_column(sa.ForeignKey("fixture.id"))
    role_id: Mapped[int] = mapped_column(sa.ForeignKey("duty_role.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    assigned_at: Mapped[datetime]
    assigned_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    ended_at: Mapped[datetime | None]
    ending: Mapped[Ending | None] = mapped_column(choice(Ending, "ending"))
    fixture: Mapped[Fixture] = relationship(lazy="raise_on_sql")
    role: Mapped[DutyRole] = relationship(lazy="raise_on_sql")
    person: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=[person_id])
