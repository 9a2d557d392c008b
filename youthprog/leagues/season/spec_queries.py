"""What a season's schedule has to keep to, read into the plain values that the rules know."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from youthprog.core import clock, db
from youthprog.leagues.models import Team
from youthprog.leagues.season import limits
from youthprog.leagues.season.models import ClosedDay, Fixture, Venue, VenueHours
from youthprog.leagues.season.queries import (
    GameLine,
    closed_days_of,
    divisions_of,
    fields_without_hours,
    hours_of,
    imported_divisions,
    local_of,
)
from youthprog.leagues.season.types import (
    DivisionSpec,
    FixtureState,
    Game,
    GameKind,
    Hours,
    Pairing,
    Plan,
    SeasonSpec,
    Slot,
    TeamSpec,
    Tie,
    VenueSpec,
    Wish,
)
from youthprog.people.models import HouseholdMember
from youthprog.programs.models import Gathering, Group, GroupMember, GroupStaff, Season
from youthprog.programs.types import GatheringKind

MOST_HOUSEHOLDS_TEAMS = 4  # more teams of one home make too many wishes to mean anything


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
