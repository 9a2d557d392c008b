"""Tables of the leagues room. A team is a programs.Group of kind team in a division."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from youthprog.core.crypto import Sealable
from youthprog.core.db import Model, choice
from youthprog.leagues.types import ImportState
from youthprog.programs.models import Group, Season


class Division(Model):
    """Teams that play each other. Age is judged on the division's own cut-off, or the season's."""

    __tablename__ = "division"
    __table_args__ = (sa.UniqueConstraint("season_id", "folded_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(sa.ForeignKey("season.id"))
    name: Mapped[str] = mapped_column(sa.String(80))
    folded_name: Mapped[str] = mapped_column(sa.String(80))
    min_age: Mapped[int | None]
    max_age: Mapped[int | None]
    age_cutoff_on: Mapped[date | None]
    season: Mapped[Season] = relationship(lazy="raise_on_sql")


class Team(Model):
    """A team of a division; its players, coaches and gatherings hang on its group."""

    __tablename__ = "team"

    id: Mapped[int] = mapped_column(primary_key=True)
    division_id: Mapped[int] = mapped_column(sa.ForeignKey("division.id"), index=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("group.id"), unique=True)
    division: Mapped[Division] = relationship(lazy="raise_on_sql")
    group: Mapped[Group] = relationship(lazy="raise_on_sql")


class RosterImport(Sealable, Model):
    """One uploaded registration export: tried first, accepted by a person, or discarded.

    The rows as read wait sealed in `rows_sealed` until then and are erased after; card and insurance
    columns never reach it. `summary` counts what the dry run found.
    """

    __tablename__ = "roster_import"
    SEALED = ("rows_sealed",)

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(sa.ForeignKey("season.id"), index=True)
    file_name: Mapped[str] = mapped_column(sa.String(200))
    file_sha256: Mapped[str] = mapped_column(sa.String(64))
    state: Mapped[ImportState] = mapped_column(choice(ImportState, "state"))
    summary: Mapped[dict[str, Any]]
    rows_sealed: Mapped[bytes | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
