"""Tables of team forming: what is known of the children of a season, and drafts of a division's teams."""

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from youthprog.core.crypto import Sealable
from youthprog.core.db import Model, choice
from youthprog.leagues.forming.types import LinkKind, Why
from youthprog.leagues.models import Division

PERSON, SEASON = "person.id", "season.id"
MOST_POINTS = 10


class FormingState(enum.StrEnum):
    """Where a forming stands."""

    ASKED = "asked"  # waits for the worker
    WORKING = "working"
    READY = "ready"  # a draft to look at
    IMPOSSIBLE = "impossible"  # the hard rules cannot all be kept, or no way was found
    FAILED = "failed"  # the solver broke
    ACCEPTED = "accepted"  # written to the teams
    UNDONE = "undone"  # written, and taken back
    DISCARDED = "discarded"


class YouthRating(Model):
    """How well a child plays, for even teams: 0 to 10 points, once a season. Only who forms the teams reads it."""

    __tablename__ = "youth_rating"
    __table_args__ = (
        sa.UniqueConstraint("season_id", "youth_id"),
        sa.CheckConstraint(f"points BETWEEN 0 AND {MOST_POINTS}", name="points"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(sa.ForeignKey(SEASON))
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), index=True)
    points: Mapped[int]
    rated_at: Mapped[datetime]
    rated_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))


class RegisteredDivision(Model):
    """For which division of a season a family registered a child, as the file of registrations says last.

    It decides who is formed where no team says so yet, as long as the child is of the division's ages.
    """

    __tablename__ = "registered_division"
    __table_args__ = (sa.UniqueConstraint("season_id", "youth_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(sa.ForeignKey(SEASON))
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), index=True)
    division_id: Mapped[int] = mapped_column(sa.ForeignKey("division.id"), index=True)


class TeamLink(Model):
    """A hard rule of a season between two children: on one team, or never on one. The smaller id is `one_id`."""

    __tablename__ = "team_link"
    __table_args__ = (
        sa.UniqueConstraint("season_id", "one_id", "other_id"),
        sa.CheckConstraint("one_id < other_id", name="in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(sa.ForeignKey(SEASON))
    kind: Mapped[LinkKind] = mapped_column(choice(LinkKind, "kind"))
    one_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), index=True)
    other_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), index=True)
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))


class TeamWish(Model):
    """A child would like to play with another; a person read it from the family's words or was told."""

    __tablename__ = "team_wish"
    __table_args__ = (
        sa.UniqueConstraint("season_id", "youth_id", "wanted_id"),
        sa.CheckConstraint("youth_id <> wanted_id", name="of_two"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(sa.ForeignKey(SEASON))
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), index=True)
    wanted_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), index=True)
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))


class TeamLimit(Model):
    """A practice day (0 is Monday) or a place where a child cannot come: one of the two is set."""

    __tablename__ = "team_limit"
    __table_args__ = (
        sa.CheckConstraint("(weekday IS NULL) <> (site_id IS NULL)", name="day_or_place"),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        sa.Index("ix_team_limit_season", "season_id", "youth_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(sa.ForeignKey(SEASON))
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), index=True)
    weekday: Mapped[int | None]
    site_id: Mapped[int | None] = mapped_column(sa.ForeignKey("site.id"))
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))


class TeamRequest(Sealable, Model):
    """What a family wrote about teammates and coaches when it registered, sealed: words may tell of more than sport.

    A person turns it into a wish or a link, and settles it; a program never guesses.
    """

    __tablename__ = "team_request"
    __table_args__ = (sa.UniqueConstraint("season_id", "youth_id"),)
    SEALED = ("text_sealed",)

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(sa.ForeignKey(SEASON))
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), index=True)
    text_sealed: Mapped[bytes | None]
    received_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class Forming(Model):
    """One forming of a division's teams: asked, worked on by the worker, looked at, changed by hand, accepted.

    `progress` is what the worker told last; `result` has the figures, the unmet wishes and, when there is no way, the
    rules that leave none. `leased_until` says until when a worker has it in hand.
    """

    __tablename__ = "forming"

    id: Mapped[int] = mapped_column(primary_key=True)
    division_id: Mapped[int] = mapped_column(sa.ForeignKey("division.id"), index=True)
    state: Mapped[FormingState] = mapped_column(choice(FormingState, "state"))
    skill_within: Mapped[int] = mapped_column(default=1)
    mix_ages: Mapped[bool] = mapped_column(default=False)
    seconds: Mapped[int] = mapped_column(default=30)
    progress: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any]]
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    leased_until: Mapped[datetime | None]
    stop_asked_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    division: Mapped[Division] = relationship(lazy="raise_on_sql")


class FormingPlace(Model):
    """A child's team in a draft, with the reason; a lock keeps it there when the draft is formed again."""

    __tablename__ = "forming_place"

    forming_id: Mapped[int] = mapped_column(sa.ForeignKey("forming.id"), primary_key=True)
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), primary_key=True, index=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("group.id"))
    why: Mapped[Why] = mapped_column(choice(Why, "why"))
    people: Mapped[list[Any]]
    locked_at: Mapped[datetime | None]
