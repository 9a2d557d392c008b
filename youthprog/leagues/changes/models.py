"""Tables of what happened to a published schedule."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from youthprog.core.db import Model, choice, partial_index
from youthprog.leagues.changes.types import ChangeKind
from youthprog.leagues.season.models import Fixture
from youthprog.leagues.season.types import FixtureState
from youthprog.people.models import Person


class ScheduleChange(Model):
    """One change of a published schedule, of which families and coaches are told in one letter each.

    The worker writes the letters after the deed: `told_at` is set when all are in the outbox, `told` counts them, and
    `unreached` the players of whom no guardian has a mail address. `closed_ids` are the days without games that the
    change made; undoing it takes them out. A change that was undone is told once more, to those whom a letter reached:
    `taken_back_at` is set when that is done.
    """

    __tablename__ = "schedule_change"
    __table_args__ = (
        partial_index("ix_schedule_change_untold", "id", where="told_at IS NULL", unique=False),
        partial_index(
            "ix_schedule_change_undone",
            "id",
            where="undone_at IS NOT NULL AND taken_back_at IS NULL",
            unique=False,
        ),
        sa.CheckConstraint("taken_back_at IS NULL OR undone_at IS NOT NULL", name="taken_back_once_undone"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(sa.ForeignKey("season.id"), index=True)
    kind: Mapped[ChangeKind] = mapped_column(choice(ChangeKind, "kind"))
    reason: Mapped[str] = mapped_column(sa.String(200))
    closed_ids: Mapped[list[Any]] = mapped_column(default=list)
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    told_at: Mapped[datetime | None]
    told: Mapped[int] = mapped_column(default=0)
    unreached: Mapped[int] = mapped_column(default=0)
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    taken_back_at: Mapped[datetime | None]
    made_by: Mapped[Person | None] = relationship(lazy="raise_on_sql", foreign_keys=[made_by_id])


class ChangedGame(Model):
    """What a change did to one game: place, time and state before and after, and `sequence` as the change left it.

    `gatherings` holds what the two gatherings were before, column by column, so that undoing restores them exactly.
    A game that was added has no before.
    """

    __tablename__ = "changed_game"
    __table_args__ = (
        sa.CheckConstraint("(was_venue_id IS NULL) = (was_starts_at IS NULL)", name="was_place_and_time"),
        sa.CheckConstraint("(was_starts_at IS NULL) = (was_ends_at IS NULL)", name="was_start_and_end"),
    )

    change_id: Mapped[int] = mapped_column(sa.ForeignKey("schedule_change.id"), primary_key=True)
    fixture_id: Mapped[int] = mapped_column(sa.ForeignKey("fixture.id"), primary_key=True, index=True)
    was_venue_id: Mapped[int | None] = mapped_column(sa.ForeignKey("venue.id"))
    was_starts_at: Mapped[datetime | None]
    was_ends_at: Mapped[datetime | None]
    was_state: Mapped[FixtureState | None] = mapped_column(choice(FixtureState, "was_state"))
    now_venue_id: Mapped[int] = mapped_column(sa.ForeignKey("venue.id"))
    now_starts_at: Mapped[datetime]
    now_ends_at: Mapped[datetime]
    now_state: Mapped[FixtureState] = mapped_column(choice(FixtureState, "now_state"))
    sequence: Mapped[int]
    gatherings: Mapped[list[Any]] = mapped_column(default=list)
    change: Mapped[ScheduleChange] = relationship(lazy="raise_on_sql")
    fixture: Mapped[Fixture] = relationship(lazy="raise_on_sql")
