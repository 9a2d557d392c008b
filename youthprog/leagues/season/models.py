"""Tables of a season's schedule: fields and their hours, how a division plays, the making of a schedule, its games."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from youthprog.core.db import Model, choice, partial_index
from youthprog.leagues.models import Division, Team
from youthprog.leagues.season.types import FixtureState, GameKind, RunState
from youthprog.people.models import Person
from youthprog.programs.models import Season, Site

SEASON, VENUE, DIVISION, TEAM, GATHERING = "season.id", "venue.id", "division.id", "team.id", "gathering.id"


class Venue(Model):
    """A field or court of a site: one game at a time."""

    __tablename__ = "venue"
    __table_args__ = (sa.UniqueConstraint("site_id", "folded_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"))
    name: Mapped[str] = mapped_column(sa.String(80))
    folded_name: Mapped[str] = mapped_column(sa.String(80))
    site: Mapped[Site] = relationship(lazy="raise_on_sql")


class VenueHours(Model):
    """When a season has a venue: on a weekday (Monday 0), or on one date instead of that date's weekday.

    Minutes after local midnight.
    """

    __tablename__ = "venue_hours"
    __table_args__ = (
        sa.CheckConstraint("(weekday IS NULL) <> (only_on IS NULL)", name="weekday_or_date"),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        sa.CheckConstraint("0 <= starts_minute AND starts_minute < ends_minute AND ends_minute <= 1440", name="hours"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(sa.ForeignKey(SEASON), index=True)
    venue_id: Mapped[int] = mapped_column(sa.ForeignKey(VENUE), index=True)
    weekday: Mapped[int | None]
    only_on: Mapped[date | None]
    starts_minute: Mapped[int]
    ends_minute: Mapped[int]
    venue: Mapped[Venue] = relationship(lazy="raise_on_sql")


class ClosedDay(Model):
    """A day on which a season has no games: at one venue, or anywhere."""

    __tablename__ = "closed_day"

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(sa.ForeignKey(SEASON), index=True)
    venue_id: Mapped[int | None] = mapped_column(sa.ForeignKey(VENUE))
    closed_on: Mapped[date]
    reason: Mapped[str] = mapped_column(sa.String(120), default="")
    venue: Mapped[Venue | None] = relationship(lazy="raise_on_sql")


class DivisionGames(Model):
    """How a division plays: everybody `legs` times, or `games` games a team; a division without a row plays once.

    `minutes` a game, the change of teams included; whole days of rest between two games; games a week at most.
    """

    __tablename__ = "division_games"
    __table_args__ = (
        sa.CheckConstraint("minutes BETWEEN 10 AND 480", name="minutes"),
        sa.CheckConstraint("legs BETWEEN 1 AND 2", name="legs"),
        sa.CheckConstraint("games BETWEEN 1 AND 80", name="games"),
        sa.CheckConstraint("rest_days BETWEEN 0 AND 14", name="rest_days"),
        sa.CheckConstraint("most_a_week BETWEEN 1 AND 7", name="most_a_week"),
    )

    division_id: Mapped[int] = mapped_column(sa.ForeignKey(DIVISION), primary_key=True)
    minutes: Mapped[int] = mapped_column(default=60)
    legs: Mapped[int] = mapped_column(default=1)
    games: Mapped[int | None]
    rest_days: Mapped[int] = mapped_column(default=1)
    most_a_week: Mapped[int | None]


class ScheduleRun(Model):
    """One making of a season's schedule, by the worker. At most one of a season is open.

    `seen_at` is its last sign of life; `progress` what the page shows while it runs; `cause` why there is no schedule.
    """

    __tablename__ = "schedule_run"
    __table_args__ = (partial_index("uq_schedule_run_open", "season_id", where="state IN ('asked', 'running')"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(sa.ForeignKey(SEASON), index=True)
    state: Mapped[RunState] = mapped_column(choice(RunState, "state"))
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    seen_at: Mapped[datetime]
    stop_asked_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)
    cause: Mapped[dict[str, Any]] = mapped_column(default=dict)
    season: Mapped[Season] = relationship(lazy="raise_on_sql")


class TeamDayOff(Model):
    """Days, both included, on which a team does not play: a school trip, a tournament elsewhere."""

    __tablename__ = "team_day_off"
    __table_args__ = (sa.CheckConstraint("from_on <= until_on", name="from_before_until"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(sa.ForeignKey(TEAM), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date]


class TeamHome(Model):
    """The field on which a team's home games are played where it is free."""

    __tablename__ = "team_home"

    team_id: Mapped[int] = mapped_column(sa.ForeignKey(TEAM), primary_key=True)
    venue_id: Mapped[int] = mapped_column(sa.ForeignKey(VENUE))


class VenueDivision(Model):
    """That a division fits on a field. A field without such a row, among a season's divisions, suits all of them."""

    __tablename__ = "venue_division"

    venue_id: Mapped[int] = mapped_column(sa.ForeignKey(VENUE), primary_key=True)
    division_id: Mapped[int] = mapped_column(sa.ForeignKey(DIVISION), primary_key=True, index=True)


class SeasonTravel(Model):
    """How many minutes the way between two sites takes in a season; one without a row: 30."""

    __tablename__ = "season_travel"
    __table_args__ = (sa.CheckConstraint("minutes BETWEEN 0 AND 240", name="minutes"),)

    season_id: Mapped[int] = mapped_column(sa.ForeignKey(SEASON), primary_key=True)
    minutes: Mapped[int]


class ClashExcuse(Model):
    """That somebody answers for it that two teams which share a person play at one time, or each other: who, when, why."""

    __tablename__ = "clash_excuse"
    __table_args__ = (
        sa.UniqueConstraint("one_team_id", "other_team_id"),
        sa.CheckConstraint("one_team_id < other_team_id", name="in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(sa.ForeignKey(SEASON), index=True)
    one_team_id: Mapped[int] = mapped_column(sa.ForeignKey(TEAM))
    other_team_id: Mapped[int] = mapped_column(sa.ForeignKey(TEAM))
    reason: Mapped[str] = mapped_column(sa.String(200))
    excused_at: Mapped[datetime]
    excused_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    excused_by: Mapped[Person] = relationship(lazy="raise_on_sql")


class Fixture(Model):
    """A game of two teams. A draft is the coordinators' alone; published, each team has a gathering of it.

    `sequence` rises whenever place, time or state change, so that calendars know the newer of two. A friendly is a game
    that no table counts. `imported`: a file brought it, nobody here published it.
    """

    __tablename__ = "fixture"
    __table_args__ = (
        sa.CheckConstraint("home_team_id <> away_team_id", name="two_teams"),
        sa.CheckConstraint("starts_at < ends_at", name="starts_before_end"),
        sa.CheckConstraint("(state = 'draft') = (home_gathering_id IS NULL)", name="gathering_once_published"),
        sa.CheckConstraint("(home_gathering_id IS NULL) = (away_gathering_id IS NULL)", name="both_gatherings"),
        sa.Index("ix_fixture_season", "season_id", "starts_at"),
        sa.Index("ix_fixture_venue", "venue_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(sa.ForeignKey(SEASON))
    division_id: Mapped[int] = mapped_column(sa.ForeignKey(DIVISION))
    home_team_id: Mapped[int] = mapped_column(sa.ForeignKey(TEAM))
    away_team_id: Mapped[int] = mapped_column(sa.ForeignKey(TEAM))
    venue_id: Mapped[int] = mapped_column(sa.ForeignKey(VENUE))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    state: Mapped[FixtureState] = mapped_column(choice(FixtureState, "state"))
    kind: Mapped[GameKind] = mapped_column(
        choice(GameKind, "kind"), default=GameKind.LEAGUE, server_default=GameKind.LEAGUE.value
    )
    sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    imported: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    home_gathering_id: Mapped[int | None] = mapped_column(sa.ForeignKey(GATHERING), unique=True)
    away_gathering_id: Mapped[int | None] = mapped_column(sa.ForeignKey(GATHERING), unique=True)
    division: Mapped[Division] = relationship(lazy="raise_on_sql")
    home: Mapped[Team] = relationship(lazy="raise_on_sql", foreign_keys=[home_team_id])
    away: Mapped[Team] = relationship(lazy="raise_on_sql", foreign_keys=[away_team_id])
    venue: Mapped[Venue] = relationship(lazy="raise_on_sql")
