"""Reading a season's fields, how its divisions play, its schedule and the making of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
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
from youthprog.leagues.season import limits
from youthprog.leagues.season.models import ClosedDay, DivisionGames, Fixture, ScheduleRun, Venue, VenueHours
from youthprog.leagues.season.types import (
    DivisionSpec,
    FixtureState,
    Game,
    GameKind,
    Hours,
    Pairing,
    Plan,
    RunState,
    SeasonSpec,
    Slot,
    TeamSpec,
    Tie,
    VenueSpec,
    Wish,
)
from youthprog.people.models import HouseholdMember
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering, Group, GroupMember, GroupStaff, Season
from youthprog.programs.types import GatheringKind

OPEN_RUNS = (RunState.ASKED, RunState.RUNNING)
MOST_HOUSEHOLDS_TEAMS = 4  # more teams of one home make too many wishes to mean anything


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


def taken_by_others(season_id: int, *, own: bool = False) -> list[tuple[int, date, int, int]]:
    """Venue, day and minutes of the published games of other seasons on fields of this one, from today on.

    `own`: of this season too, which a schedule still to be made must leave alone.
    """
    mine = sa.select(VenueHours.venue_id).where(VenueHours.season_id == season_id)
    statement = sa.select(Fixture.venue_id, Fixture.starts_at, Fixture.ends_at).where(
        Fixture.venue_id.in_(mine),
        Fixture.state == FixtureState.PUBLISHED,
        Fixture.ends_at > clock.now(),
    )
    if not own:
        statement = statement.where(Fixture.season_id != season_id)
    found = []
    for venue_id, starts_at, ends_at in db.session().execute(statement):
        day, starts = local_of(starts_at)
        found.append((venue_id, day, starts, starts + int((ends_at - starts_at).total_seconds()) // 60))
    return found


# ---- the making of a schedule ----


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


def division_key(division_id: int) -> str:
    """What the rules call a division: teams have numbers of their own."""
    return f"division {division_id}"


def spec_of(season: Season) -> SeasonSpec:
    """All that a season's schedule has to keep to, as it is now. Divisions without two teams are left out."""
    return _spec(season, frozenset(), {}, own=False)


def spec_to_make(season: Season) -> SeasonSpec:
    """What a schedule still to be made has to keep to.

    Divisions that play as imported are left out: their games keep their fields, and whoever is needed at one plays in no
    other that day, nor does a team that has any game of a file.
    """
    ties, _wishes = people_of(season.id, clock.today())
    days = _days_of_games(season.id)
    busy = {team: set(found) for team, found in days.items()}
    for tie in ties:
        for one in tie.teams:
            busy.setdefault(int(one), set()).update(*(days.get(int(other), ()) for other in tie.teams))
    return _spec(season, imported_divisions(season.id), busy, own=True)


def _days_of_games(season_id: int) -> dict[int, set[date]]:
    """The days on which teams of a season have games that are on already, by team. One statement."""
    statement = (
        sa.select(Team.id, Gathering.starts_at)
        .join(Gathering, Gathering.group_id == Team.group_id)
        .where(
            Gathering.season_id == season_id,
            Gathering.kind == GatheringKind.GAME,
            Gathering.canceled_at.is_(None),
            Gathering.ends_at > clock.now(),
        )
    )
    found: dict[int, set[date]] = defaultdict(set)
    for team_id, starts_at in db.session().execute(statement):
        found[team_id].add(clock.day_of(starts_at))
    return found


def _spec(season: Season, without: Collection[int], busy: Mapping[int, set[date]], *, own: bool) -> SeasonSpec:
    on = clock.today()
    lines = [line for line in divisions_of(season.id) if line.games_in_all and line.division_id not in without]
    away, homes = limits.away_days(season), limits.homes_of(season.id)
    divisions = tuple(
        DivisionSpec(
            division_key(line.division_id),
            line.name,
            tuple(
                TeamSpec(
                    str(team_id),
                    name,
                    away.get(team_id, frozenset()) | busy.get(team_id, set()),
                    str(homes.get(team_id, "")),
                )
                for team_id, name in line.teams
            ),
            line.minutes,
            line.games,
            line.legs,
            line.rest_days,
            line.most_a_week,
        )
        for line in lines
    )
    closed = closed_days_of(season.id)
    ties, wishes = people_of(season.id, on)
    return SeasonSpec(
        max(season.starts_on, on + timedelta(days=1)),
        season.ends_on,
        divisions,
        _venues(season.id, closed, own=own),
        frozenset(row.closed_on for row in closed if row.venue_id is None),
        limits.excused(ties, limits.excuses_of(season.id)),
        wishes,
        limits.travel_of(season.id),
    )


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


def _venues(season_id: int, closed: Iterable[ClosedDay], *, own: bool) -> tuple[VenueSpec, ...]:
    weekly: dict[int, list[tuple[int, Hours]]] = defaultdict(list)
    single: dict[int, dict[date, list[Hours]]] = defaultdict(lambda: defaultdict(list))
    venues: dict[int, Venue] = {}
    fits = limits.fits_of(season_id)
    for row in hours_of(season_id):
        venues[row.venue_id] = row.venue
        hours = Hours(row.starts_minute, row.ends_minute)
        if row.only_on is None:
            weekly[row.venue_id].append((row.weekday or 0, hours))
        else:
            single[row.venue_id][row.only_on].append(hours)
    with_hours = set(venues)
    venues |= {venue.id: venue for venue in fields_without_hours(season_id)}
    for venue_id, day, starts, ends in taken_by_others(season_id, own=own):
        left = single[venue_id].get(day) or [hours for week, hours in weekly[venue_id] if week == day.weekday()]
        single[venue_id][day] = [part for hours in left for part in _without(hours, starts, ends)]
    return tuple(
        VenueSpec(
            str(venue_id),
            venue.name,
            str(venue.site_id),
            tuple(weekly[venue_id]),
            tuple((day, tuple(hours)) for day, hours in single[venue_id].items()),
            frozenset(row.closed_on for row in closed if row.venue_id == venue_id),
            frozenset(division_key(each) for each in fits.get(venue_id, ())),
            has_hours=venue_id in with_hours,
        )
        for venue_id, venue in venues.items()
    )


def _without(hours: Hours, starts: int, ends: int) -> list[Hours]:
    """What is left of some hours without a stretch of them."""
    parts = [Hours(hours.starts, min(hours.ends, starts)), Hours(max(hours.starts, ends), hours.ends)]
    return [part for part in parts if part.starts < part.ends]


def people_of(season_id: int, on: date) -> tuple[tuple[Tie, ...], tuple[Wish, ...]]:
    """Who is needed by several teams, and which teams share a home. People are keys, never names."""
    statement = sa.select(Team.group_id, Team.id).join(Group, Group.id == Team.group_id)
    rows = db.session().execute(statement.where(Group.season_id == season_id))
    team_of: dict[int, int] = {group_id: team_id for group_id, team_id in rows}
    teams: dict[str, set[int]] = defaultdict(set)
    sources: tuple[tuple[str, Any, Any], ...] = (
        ("staff", GroupStaff, GroupStaff.person_id),
        ("player", GroupMember, GroupMember.youth_id),
    )
    for kind, table, column in sources:
        statement = (
            sa.select(column, table.group_id)
            .join(Team, Team.group_id == table.group_id)
            .join(Group, Group.id == table.group_id)
            .where(Group.season_id == season_id, _from_now(table, on))
        )
        for person_id, group_id in db.session().execute(statement):
            teams[f"{kind}:{person_id}"].add(team_of[group_id])
    ties = tuple(
        Tie(person, tuple(str(team) for team in sorted(found))) for person, found in teams.items() if len(found) > 1
    )
    return ties, _wishes(season_id, team_of, on)


def _from_now(table: Any, on: date) -> sa.ColumnElement[bool]:
    """Whoever is in a group or will be: a schedule is made before the season begins."""
    return sa.or_(table.until_on.is_(None), table.until_on >= on)


def _wishes(season_id: int, team_of: Mapping[int, int], on: date) -> tuple[Wish, ...]:
    """Pairs of teams that one home plays for or coaches: whoever drives has to be at the games of both."""
    homes: dict[int, set[int]] = defaultdict(set)
    for table, column in ((GroupMember, GroupMember.youth_id), (GroupStaff, GroupStaff.person_id)):
        statement = (
            sa.select(HouseholdMember.household_id, table.group_id)
            .join(table, column == HouseholdMember.person_id)
            .join(Team, Team.group_id == table.group_id)
            .join(Group, Group.id == table.group_id)
            .where(Group.season_id == season_id, _from_now(table, on))
        )
        for household_id, group_id in db.session().execute(statement):
            homes[household_id].add(team_of[group_id])
    pairs = {
        (one, other)
        for found in homes.values()
        if len(found) <= MOST_HOUSEHOLDS_TEAMS
        for one in found
        for other in found
        if one < other
    }
    return tuple(Wish(str(one), str(other)) for one, other in sorted(pairs))


def plan_of(games: Iterable[GameLine]) -> Plan:
    """The games of a schedule as the rules know them."""
    return Plan(
        tuple(
            Game(
                Pairing(
                    division_key(game.division_id),
                    str(game.home_id),
                    str(game.away_id),
                    counts=game.kind is GameKind.LEAGUE,
                    as_imported=game.imported,
                ),
                Slot(game.day, game.starts, game.ends, str(game.venue_id)),
            )
            for game in games
            if game.state is not FixtureState.CANCELED
        )
    )
