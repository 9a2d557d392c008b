"""Tables of playing time: what a division asks for, and what was counted at games."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from youthprog.core.db import Model, choice
from youthprog.leagues.playing_time.types import WARN_HOURS, PlayUnit


class PlayRule(Model):
    """What a division counts playing time in, and how many players a team needs to play at all.

    `fewest_players` None: no team is warned. `warn_hours` is how long before a game a team too few is warned.
    """

    __tablename__ = "play_rule"
    __table_args__ = (
        sa.CheckConstraint("fewest_players BETWEEN 1 AND 99", name="fewest_players"),
        sa.CheckConstraint("warn_hours BETWEEN 1 AND 168", name="warn_hours"),
    )

    division_id: Mapped[int] = mapped_column(sa.ForeignKey("division.id"), primary_key=True)
    unit: Mapped[PlayUnit] = mapped_column(choice(PlayUnit, "unit"))
    fewest_players: Mapped[int | None]
    warn_hours: Mapped[int] = mapped_column(default=WARN_HOURS)


class PlayBand(Model):
    """A line of a division's minimum-play table: with so many players present each plays at least so much."""

    __tablename__ = "play_band"
    __table_args__ = (
        sa.CheckConstraint("from_players BETWEEN 1 AND 99", name="from_players"),
        sa.CheckConstraint("to_players IS NULL OR to_players BETWEEN from_players AND 99", name="to_players"),
        sa.CheckConstraint("least BETWEEN 0 AND 300", name="least"),
    )

    division_id: Mapped[int] = mapped_column(sa.ForeignKey("division.id"), primary_key=True)
    from_players: Mapped[int] = mapped_column(primary_key=True)
    to_players: Mapped[int | None]
    least: Mapped[int]


class PlaySheet(Model):
    """That playing time was counted at a team's meeting of a game. `version` grows with each saving."""

    __tablename__ = "play_sheet"

    gathering_id: Mapped[int] = mapped_column(sa.ForeignKey("gathering.id"), primary_key=True)
    version: Mapped[int]
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))


class PlayCount(Model):
    """How much one player played at a game. A player without a row was not there, or was not cleared to play."""

    __tablename__ = "play_count"
    __table_args__ = (sa.CheckConstraint("units BETWEEN 0 AND 300", name="units"),)

    gathering_id: Mapped[int] = mapped_column(sa.ForeignKey("gathering.id"), primary_key=True)
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)
    units: Mapped[int]
