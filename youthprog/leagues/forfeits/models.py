"""The table of teams watched before their games."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from youthprog.core.db import Model


class ForfeitWatch(Model):
    """How many a team had and needed for a game ahead when last looked at, at `seen_at`.

    `raised_at` is when it was first too few: coaches and coordinators were written to then, and are not again.
    `over_at`: it has enough again.
    """

    __tablename__ = "forfeit_watch"

    gathering_id: Mapped[int] = mapped_column(sa.ForeignKey("gathering.id"), primary_key=True)
    members: Mapped[int]
    away: Mapped[int]
    not_cleared: Mapped[int]
    fewest: Mapped[int]
    seen_at: Mapped[datetime]
    raised_at: Mapped[datetime | None]
    over_at: Mapped[datetime | None]
