"""Reading a season's fields, how its divisions play, its schedule and the making of it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm as so

from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound
from youthprog.leagues.models import Division, Team
from youthprog.leagues.season.models import ClosedDay, DivisionGames, Fixture, ScheduleRun, Venue, VenueHours
from youthprog.leagues.season.types import (
    FixtureState,
    GameKind,
    RunState,
)
from youthprog.programs import queries as programs
from youthprog.programs.models import Group, Season

OPEN_RUNS = (RunState.ASKED, RunState.RUNNING)


@dataclass(frozen=True)
class DivisionLine:
    """A division of a season and how it plays."""

    division_id: int
    name: str
    teams: tuple[tuple[int, str], ...]
    minutes: int = 60
    legs: int = 1
    games: int | None = None
    rest_days: int = 1
    most_a_week: int | None = None

    @property
    def games_each(self) -> int:
        """How many games a team plays."""
        return self.games if self.games is not None else self.legs * max(0, len(self.teams) - 1)

    @property
    def games_in_all(self) -> int:
        """How many games the division has."""
        return self.games_each * len(self.teams) // 2 if len(self.teams) > 1 else 0


@dataclass(frozen=True)
class GameLine:
    """A game of the schedule, in the department's own time. `left`: not the game, but a place that it left."""

    fixture_id: int
    day: date
    starts: int
    ends: int
    venue_id: int
    venue: str
    division_id: int
    division: str
    home_id: int
    home: str
    away_id: int
    away: str
    state: FixtureState
    kind: GameKind = GameKind.LEAGUE
    sequence: int = 0
    left: bool = False
    imported: bool = False

    @property
    def about(self) -> str:
        """The two teams, as a sentence names a game."""
        return f"{self.home} – {self.away}"


# ---- one thing within reach ----


def get_division_for(actor: Actor, permission: P, division_id: int) -> Division:
    """A division within reach, with its season and program. Raises `NotFound`."""
    row = db.session().scalar(
        sa.select(Division)
        .where(Division.id == division_id)
        .options(so.joinedload(Division.season).joinedload(Season.program))
    )
    if row is None:
        raise NotFound
    programs.get_season_for(actor, permission, row.season_id)
    return row


def get_hours_for(actor: Actor, permission: P, hours_id: int) -> VenueHours:
    """A venue's hours within reach. Raises `NotFound`."""
    return _of_season(actor, permission, db.session().get(VenueHours, hours_id))


def get_closed_day_for(actor: Actor, permission: P, closed_id: int) -> ClosedDay:
    """A closed day within reach. Raises `NotFound`."""
    return _of_season(actor, permission, db.session().get(ClosedDay, closed_id))


def _of_season(actor: Actor, permission: P, row: Any) -> Any:
    if row is None:
        raise NotFound
    programs.get_season_for(actor, permission, row.season_id)
    return row


# ---- lists ----


def hours_of(season_id: int) -> list[VenueHours]:
    """When a season has which venue, site by site."""
    statement = (
        sa.select(VenueHours)
        .join(VenueHours.venue)
        .where(VenueHours.season_id == season_id)
        .options(so.contains_eager(VenueHours.venue).joinedload(Venue.site))
        .order_by(Venue.site_id, Venue.folded_name, VenueHours.only_on, VenueHours.weekday, VenueHours.starts_minute)
    )
    return list(db.session().scalars(statement))


def closed_days_of(season_id: int) -> list[ClosedDay]:
    """The days on which a season has no games, in order."""
    statement = (
        sa.select(ClosedDay)
        .where(ClosedDay.season_id == season_id)
        .options(so.joinedload(ClosedDay.venue).joinedload(Venue.site))
        .order_by(ClosedDay.closed_on, ClosedDay.id)
    )
    return list(db.session().scalars(statement))


def breaks_of(closed: Sequence[ClosedDay]) -> list[list[ClosedDay]]:
    """Closed days put together: those that follow each other, at the same place and for the same reason, are one break."""
    found: list[list[ClosedDay]] = []
    last: dict[tuple[int | None, str], list[ClosedDay]] = {}
    for row in closed:
        about = (row.venue_id, row.reason)
        if about in last and row.closed_on - last[about][-1].closed_on == timedelta(days=1):
            last[about].append(row)
        else:
            last[about] = [row]
            found.append(last[about])
    return found


def break_from(row: ClosedDay) -> list[ClosedDay]:
    """The break that a closed day belongs to, from that day on."""
    whole = next(days for days in breaks_of(closed_days_of(row.season_id)) if row in days)
    return whole[whole.index(row) :]


def find_venue(site_id: int, folded_name: str) -> Venue | None:
    """The field of a site by its name."""
    statement = sa.select(Venue).where(Venue.site_id == site_id, Venue.folded_name == folded_name)
    return db.session().scalar(statement)


def divisions_of(season_id: int) -> list[DivisionLine]:
    """The divisions of a season with their teams and how they play."""
    teams: dict[int, list[tuple[int, str]]] = defaultdict(list)
    rows = db.session().execute(
        sa.select(Team.division_id, Team.id, Group.name)
        .join(Group, Group.id == Team.group_id)
        .where(Group.season_id == season_id)
        .order_by(Group.folded_name, Team.id)
    )
    for division_id, team_id, name in rows:
        teams[division_id].append((team_id, name))
    statement = (
        sa.select(Division.id, Division.name, DivisionGames)
        .join(DivisionGames, DivisionGames.division_id == Division.id, isouter=True)
        .where(Division.season_id == season_id)
        .order_by(Division.folded_name)
    )
    return [
        _division_line(division_id, name, tuple(teams[division_id]), row)
        for division_id, name, row in db.session().execute(statement)
    ]


def _division_line(
    division_id: int, name: str, teams: tuple[tuple[int, str], ...], row: DivisionGames | None
) -> DivisionLine:
    if row is None:
        return DivisionLine(division_id, name, teams)
    return DivisionLine(division_id, name, teams, row.minutes, row.legs, row.games, row.rest_days, row.most_a_week)


def games_of(season_id: int) -> list[GameLine]:
    """The games of a season's schedule in order of time."""
    home, away = db.another(Group, "leagues.season.queries.home"), db.another(Group, "leagues.season.queries.away")
    home_team, away_team = (
        db.another(Team, "leagues.season.queries.home_team"),
        db.another(Team, "leagues.season.queries.away_team"),
    )
    statement = (
        sa.select(Fixture, Venue.name, Division.name, home.name, away.name)
        .join(Venue, Venue.id == Fixture.venue_id)
        .join(Division, Division.id == Fixture.division_id)
        .join(home_team, home_team.id == Fixture.home_team_id)
        .join(home, home.id == home_team.group_id)
        .join(away_team, away_team.id == Fixture.away_team_id)
        .join(away, away.id == away_team.group_id)
        .where(Fixture.season_id == season_id)
        .order_by(Fixture.starts_at, Venue.folded_name, Fixture.id)
    )
    found = []
    for row, venue, division, home_name, away_name in db.session().execute(statement):
        day, starts = local_of(row.starts_at)
        length = int((row.ends_at - row.starts_at).total_seconds()) // 60
        about = (
            row.venue_id,
            venue,
            row.division_id,
            division,
            row.home_team_id,
            home_name,
            row.away_team_id,
            away_name,
        )
        line = GameLine(row.id, day, starts, starts + length, *about, row.state, row.kind, row.sequence)
        found.append(replace(line, imported=row.imported))
    return found


def local_of(moment: datetime) -> tuple[date, int]:
    """The department's day and minute of the day of an instant."""
    local = moment.astimezone(clock.zone())
    return local.date(), local.hour * 60 + local.minute


def moment_of(day: date, minute: int) -> datetime:
    """The instant of a minute of the department's day."""
    local = datetime(day.year, day.month, day.day, tzinfo=clock.zone()) + timedelta(minutes=minute)
    return local.astimezone(UTC)


def drafts_of(season_id: int) -> list[Fixture]:
    """The games of a draft with their teams' groups."""
    statement = (
        sa.select(Fixture)
        .where(Fixture.season_id == season_id, Fixture.state == FixtureState.DRAFT)
        .options(
            so.joinedload(Fixture.home).joinedload(Team.group),
            so.joinedload(Fixture.away).joinedload(Team.group),
            so.joinedload(Fixture.venue),
        )
        .order_by(Fixture.starts_at, Fixture.id)
    )
    return list(db.session().scalars(statement))


def find_fixture_of(gathering_id: int) -> Fixture | None:
    """The game that a gathering is one team's part of."""
    either = sa.or_(Fixture.home_gathering_id == gathering_id, Fixture.away_gathering_id == gathering_id)
    return db.session().scalar(sa.select(Fixture).where(either))


def games_ahead(team_id: int, now: datetime) -> list[int]:
    """The published games that a team still has to play, in order of time."""
    statement = (
        sa.select(Fixture.id)
        .where(
            sa.or_(Fixture.home_team_id == team_id, Fixture.away_team_id == team_id),
            Fixture.state == FixtureState.PUBLISHED,
            Fixture.starts_at > now,
        )
        .order_by(Fixture.starts_at, Fixture.id)
    )
    return list(db.session().scalars(statement))


def imported_divisions(season_id: int) -> frozenset[int]:
    """The divisions of a season that play as a file says. One statement."""
    statement = sa.select(Fixture.division_id).where(Fixture.season_id == season_id, Fixture.imported)
    return frozenset(db.session().scalars(statement.distinct()))


def has_published(season_id: int) -> bool:
    """Whether somebody published a schedule of a season; divisions that play as imported are none."""
    statement = sa.select(Fixture.id).where(
        Fixture.season_id == season_id,
        Fixture.state != FixtureState.DRAFT,
        Fixture.division_id.not_in(imported_divisions(season_id)),
    )
    return db.session().scalar(statement.limit(1)) is not None


def last_run(season_id: int) -> ScheduleRun | None:
    """The newest making of a season's schedule."""
    statement = sa.select(ScheduleRun).where(ScheduleRun.season_id == season_id).order_by(ScheduleRun.id.desc())
    return db.session().scalar(statement.limit(1))


def work_waits(silent_since: datetime) -> bool:
    """Whether a schedule was asked for, or its making has given no sign of life since."""
    dead = sa.and_(ScheduleRun.state == RunState.RUNNING, ScheduleRun.seen_at < silent_since)
    statement = sa.select(ScheduleRun.id).where(sa.or_(ScheduleRun.state == RunState.ASKED, dead))
    return db.session().scalar(statement.limit(1)) is not None


def next_asked() -> ScheduleRun | None:
    """The making that waits the longest."""
    statement = sa.select(ScheduleRun).where(ScheduleRun.state == RunState.ASKED).order_by(ScheduleRun.id)
    return db.session().scalar(statement.limit(1))


def fields_without_hours(season_id: int) -> list[Venue]:
    """The fields of imported games of which nobody has said when a season has them, by name. One statement.

    A field whose hours were given back is none of them, unless a file brought games there.
    """
    mine = sa.select(VenueHours.venue_id).where(VenueHours.season_id == season_id)
    used = sa.select(Fixture.venue_id).where(
        Fixture.season_id == season_id, Fixture.imported, Fixture.state == FixtureState.PUBLISHED
    )
    statement = (
        sa.select(Venue)
        .where(Venue.id.in_(used), Venue.id.not_in(mine))
        .options(so.joinedload(Venue.site))
        .order_by(Venue.folded_name, Venue.id)
    )
    return list(db.session().scalars(statement))


def field_names(season_id: int) -> dict[int, str]:
    """What the fields of a season are called, with their sites: those with hours, then those that only have games."""
    fields = [*(row.venue for row in hours_of(season_id)), *fields_without_hours(season_id)]
    return {venue.id: f"{venue.name}, {venue.site.name}" for venue in fields}
