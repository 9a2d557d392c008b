"""Tables of rosters: a division's rules, exceptions, moves, suspensions, medical holds, papers, the waitlist."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from youthprog.core.crypto import Sealable
from youthprog.core.db import Model, choice, partial_index
from youthprog.leagues.rosters.types import Exceptional, MoveKind, PaperKind, WaitFrom

PERSON, DIVISION, GROUP = "person.id", "division.id", "group.id"


class DivisionRoster(Model):
    """How a division keeps its rosters; one without a row has no limits. Its ages stand on the division itself.

    `most_players` and `fewest_players` are of each team; after `closes_on` joining needs a reason. `wait_days` is how long
    after a clearance a player still waits, counted as `wait_from` says.
    """

    __tablename__ = "division_roster"
    __table_args__ = (
        sa.CheckConstraint("most_players BETWEEN 1 AND 500", name="most_players"),
        sa.CheckConstraint("fewest_players BETWEEN 1 AND 500", name="fewest_players"),
        sa.CheckConstraint("wait_days BETWEEN 0 AND 60", name="wait_days"),
    )

    division_id: Mapped[int] = mapped_column(sa.ForeignKey(DIVISION), primary_key=True)
    most_players: Mapped[int | None]
    fewest_players: Mapped[int | None]
    closes_on: Mapped[date | None]
    one_team: Mapped[bool] = mapped_column(default=True)
    asks_age_proof: Mapped[bool] = mapped_column(default=False)
    asks_physical: Mapped[bool] = mapped_column(default=False)
    wait_days: Mapped[int] = mapped_column(default=7)
    wait_from: Mapped[WaitFrom] = mapped_column(choice(WaitFrom, "wait_from"), default=WaitFrom.CLEARANCE)


class DivisionRosterChange(Model):
    """What a division's rules were until a day on which they changed, so that a day gone by keeps its answer.

    On a day the earliest change after it counts, of one day the first; without one the rules of now.
    """

    __tablename__ = "division_roster_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    division_id: Mapped[int] = mapped_column(sa.ForeignKey(DIVISION), index=True)
    changed_on: Mapped[date]
    was: Mapped[dict[str, Any]]


class RosterException(Model):
    """Something a coordinator let stand on a team, in writing, from a day until it was taken back."""

    __tablename__ = "roster_exception"
    __table_args__ = (sa.Index("ix_roster_exception_youth", "youth_id", "group_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    group_id: Mapped[int] = mapped_column(sa.ForeignKey(GROUP), index=True)
    kind: Mapped[Exceptional] = mapped_column(choice(Exceptional, "kind"))
    reason: Mapped[str] = mapped_column(sa.String(200))
    given_at: Mapped[datetime]
    given_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))


class RosterMove(Model):
    """What became of a place on a team, and why: joined, transferred, left, moved up. The memberships say the days."""

    __tablename__ = "roster_move"

    id: Mapped[int] = mapped_column(primary_key=True)
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), index=True)
    kind: Mapped[MoveKind] = mapped_column(choice(MoveKind, "kind"))
    from_group_id: Mapped[int | None] = mapped_column(sa.ForeignKey(GROUP))
    to_group_id: Mapped[int | None] = mapped_column(sa.ForeignKey(GROUP))
    moved_on: Mapped[date]
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))


class Suspension(Model):
    """A player sits out games: a number of them, or all until a day. It follows the player through the season's teams.

    It counts from `from_at` on, never backward: the instant it was given, or the beginning of a later day.
    """

    __tablename__ = "suspension"
    __table_args__ = (
        sa.CheckConstraint("(games IS NULL) <> (until_on IS NULL)", name="games_or_day"),
        sa.CheckConstraint("games BETWEEN 1 AND 40", name="games"),
        sa.Index("ix_suspension_youth", "youth_id", "season_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    season_id: Mapped[int] = mapped_column(sa.ForeignKey("season.id"))
    group_id: Mapped[int] = mapped_column(sa.ForeignKey(GROUP))
    from_at: Mapped[datetime]
    games: Mapped[int | None]
    until_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(sa.String(200))
    given_at: Mapped[datetime]
    given_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    lifted_at: Mapped[datetime | None]
    lifted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))


class MedicalHold(Sealable, Model):
    """A player taken off for health. What happened and who cleared the return are sealed; only the dates are not.

    With `needs_clearance` it ends `wait_days` after a clearance (the division's days when it was set), else on the day
    somebody ended it. `paper_sha256` is the clearance among the sealed uploads; none: the paper lies in the office.
    """

    __tablename__ = "medical_hold"
    __table_args__ = (sa.CheckConstraint("wait_days BETWEEN 0 AND 60", name="wait_days"),)
    SEALED = ("note_sealed", "signed_by_sealed")

    id: Mapped[int] = mapped_column(primary_key=True)
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), index=True)
    from_on: Mapped[date]
    needs_clearance: Mapped[bool]
    wait_days: Mapped[int]
    wait_from: Mapped[WaitFrom] = mapped_column(choice(WaitFrom, "wait_from"))
    note_sealed: Mapped[bytes | None]
    held_at: Mapped[datetime]
    held_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    cleared_on: Mapped[date | None]
    signed_by_sealed: Mapped[bytes | None]
    paper_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    cleared_at: Mapped[datetime | None]
    cleared_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))


class PlayerPaper(Model):
    """A paper of a player that somebody of the office has seen, until its last day."""

    __tablename__ = "player_paper"

    id: Mapped[int] = mapped_column(primary_key=True)
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), index=True)
    kind: Mapped[PaperKind] = mapped_column(choice(PaperKind, "kind"))
    valid_until_on: Mapped[date | None]
    seen_at: Mapped[datetime]
    seen_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))


class DivisionWait(Model):
    """A child with a place in the season who waits for a team of a division. The line is ordered by `asked_at`, then id."""

    __tablename__ = "division_wait"
    __table_args__ = (
        partial_index(
            "uq_division_wait_open", "division_id", "youth_id", where="placed_at IS NULL AND left_at IS NULL"
        ),
        sa.Index("ix_division_wait_youth", "youth_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    division_id: Mapped[int] = mapped_column(sa.ForeignKey(DIVISION))
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    placed_at: Mapped[datetime | None]
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey(GROUP))
    left_at: Mapped[datetime | None]
