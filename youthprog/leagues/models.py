"""Tables of the leagues room. A team is a programs.Group of kind team in a division."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from youthprog.core.db import Model
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
