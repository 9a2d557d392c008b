"""Reading what limits a season's schedule beside hours: teams' days off and homes, fields for some divisions, ways, excuses."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import combinations

import sqlalchemy as sa
from sqlalchemy import orm as so

from youthprog.core import db
from youthprog.leagues.models import Division, Team
from youthprog.leagues.season.models import ClashExcuse, SeasonTravel, TeamDayOff, TeamHome, VenueDivision
from youthprog.leagues.season.types import Tie
from youthprog.programs.models import Group, Season

TRAVEL_MINUTES = 30
Pair = tuple[int, int]  # two teams, the lower key first


@dataclass(frozen=True)
class Excuse:
    """Who answers for a clash of two teams, and why."""

    excuse_id: int
    one_id: int
    other_id: int
    reason: str
    at: datetime
    by: str


def away_days(season: Season) -> dict[int, frozenset[date]]:
    """The days of a season on which each team does not play, by team."""
    found: dict[int, set[date]] = defaultdict(set)
    for row in days_off_of(season.id):
        day = max(row.from_on, season.starts_on)
        while day <= min(row.until_on, season.ends_on):
            found[row.team_id].add(day)
            day += timedelta(days=1)
    return {team_id: frozenset(days) for team_id, days in found.items()}


def days_off_of(season_id: int) -> list[TeamDayOff]:
    """What teams of a season said of days on which they do not play, in order."""
    statement = sa.select(TeamDayOff).join(Team, Team.id == TeamDayOff.team_id).join(Group, Group.id == Team.group_id)
    return list(
        db.session().scalars(statement.where(Group.season_id == season_id).order_by(TeamDayOff.from_on, TeamDayOff.id))
    )


def find_days_off(row_id: int) -> TeamDayOff | None:
    """Some days off of a team."""
    return db.session().get(TeamDayOff, row_id)


def find_excuse(row_id: int) -> ClashExcuse | None:
    """An excuse of a clash."""
    return db.session().get(ClashExcuse, row_id)


def get_team(team_id: int) -> Team:
    """A team that the caller has looked up within reach, with its group and season."""
    statement = sa.select(Team).options(so.joinedload(Team.group).joinedload(Group.season)).where(Team.id == team_id)
    return db.session().scalars(statement).one()


def homes_of(season_id: int) -> dict[int, int]:
    """The home field of each team of a season that has one."""
    statement = (
        sa.select(TeamHome.team_id, TeamHome.venue_id)
        .join(Team, Team.id == TeamHome.team_id)
        .join(Group, Group.id == Team.group_id)
        .where(Group.season_id == season_id)
    )
    return {team_id: venue_id for team_id, venue_id in db.session().execute(statement)}


def fits_of(season_id: int) -> dict[int, set[int]]:
    """The divisions of a season that fit on a field, by field; one that suits all is absent."""
    statement = (
        sa.select(VenueDivision.venue_id, VenueDivision.division_id)
        .join(Division, Division.id == VenueDivision.division_id)
        .where(Division.season_id == season_id)
    )
    found: dict[int, set[int]] = defaultdict(set)
    for venue_id, division_id in db.session().execute(statement):
        found[venue_id].add(division_id)
    return dict(found)


def travel_of(season_id: int) -> int:
    """The minutes that the way between two sites takes."""
    minutes = db.session().scalar(sa.select(SeasonTravel.minutes).where(SeasonTravel.season_id == season_id))
    return TRAVEL_MINUTES if minutes is None else minutes


def excuses_of(season_id: int) -> dict[Pair, Excuse]:
    """The clashes of a season that somebody answers for, by the two teams."""
    statement = (
        sa.select(ClashExcuse)
        .where(ClashExcuse.season_id == season_id)
        .options(so.joinedload(ClashExcuse.excused_by))
        .order_by(ClashExcuse.id)
    )
    return {
        (row.one_team_id, row.other_team_id): Excuse(
            row.id, row.one_team_id, row.other_team_id, row.reason, row.excused_at, row.excused_by.name
        )
        for row in db.session().scalars(statement)
    }


def pair_of(one: str | int, other: str | int) -> Pair:
    """Two teams in order."""
    low, high = sorted((int(one), int(other)))
    return low, high


def excused(ties: Iterable[Tie], excuses: Mapping[Pair, Excuse]) -> tuple[Tie, ...]:
    """The ties with those taken out of force that somebody answers for; one of three teams falls into its pairs."""
    found: list[Tie] = []
    for tie in ties:
        pairs = [(one, other) for one, other in combinations(tie.teams, 2)]
        if not any(pair_of(*pair) in excuses for pair in pairs):
            found.append(tie)
        else:
            found += [Tie(tie.person, pair, pair_of(*pair) in excuses) for pair in pairs]
    return tuple(found)


def shared_pairs(ties: Iterable[Tie]) -> dict[Pair, int]:
    """Two teams that need the same people, and how many people; whom is not said."""
    found: dict[Pair, set[str]] = defaultdict(set)
    for tie in ties:
        for one, other in combinations(tie.teams, 2):
            found[pair_of(one, other)].add(tie.person)
    return {pair: len(people) for pair, people in sorted(found.items())}
