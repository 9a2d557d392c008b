"""Reading games with their places, who is on, and who could be asked. A constant number of statements each."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm as so

from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound
from youthprog.leagues.models import Division, Team
from youthprog.leagues.officials.models import (
    Duty,
    DutyNeed,
    DutyRole,
    DutySetting,
    Official,
    OfficialCredential,
    OfficialRole,
)
from youthprog.leagues.officials.types import TRAVEL_MINUTES, Candidate, Credential, Ending, Place, Served, Span
from youthprog.leagues.season.models import Fixture, Venue
from youthprog.leagues.season.types import FixtureState
from youthprog.people import queries as people
from youthprog.people.models import CustodyRestriction, Guardianship, HouseholdMember, Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Enrollment, Gathering, Group, GroupMember, GroupStaff, Program, Season, Site
from youthprog.programs.types import EnrollmentStatus

COMING = timedelta(days=28)
MOST_GAMES = 150
AROUND = timedelta(hours=12)  # what lies farther from a game than that cannot collide with it


@dataclass(frozen=True)
class RolePlaces:
    """What a game needs of a role, and who is on: (duty, person, name)."""

    role_id: int
    name: str
    name_es: str
    credentials: tuple[str, ...]
    needed: int
    on: tuple[tuple[int, int, str], ...] = ()

    @property
    def gaps(self) -> int:
        """How many places are open."""
        return max(0, self.needed - len(self.on))

    def named(self, language: str) -> str:
        """The role in a page's language."""
        return self.name_es if language == "es" and self.name_es else self.name


@dataclass(frozen=True)
class GameRow:
    """A game that is on, with its places."""

    fixture_id: int
    season_id: int
    program_id: int
    division_id: int
    division: str
    starts_at: datetime
    ends_at: datetime
    site_id: int
    where: str
    teams: tuple[int, int]
    home: str
    away: str
    state: FixtureState
    places: tuple[RolePlaces, ...] = ()

    @property
    def gaps(self) -> int:
        """How many places are open."""
        return sum(each.gaps for each in self.places)

    @property
    def title(self) -> str:
        """The two teams."""
        return f"{self.home} – {self.away}"

    def place(self, role: RolePlaces) -> Place:
        """One of its places as the rules know it."""
        return Place(
            self.fixture_id, role.role_id, self.span, clock.day_of(self.starts_at), frozenset(self.teams),
            role.credentials,
        )  # fmt: skip

    @property
    def span(self) -> Span:
        """When and where."""
        return Span(game_key(self.fixture_id), self.starts_at, self.ends_at, site_key(self.site_id))

    def role(self, role_id: int) -> RolePlaces | None:
        """What it needs of a role, if anything."""
        return next((each for each in self.places if each.role_id == role_id), None)


@dataclass(frozen=True)
class OfficialLine:
    """Somebody on a program's list, with what they serve in, hold, and are on for."""

    official_id: int
    person_id: int
    name: str
    list_name: str
    email: str | None
    roles: tuple[int, ...]
    credentials: tuple[Credential, ...]
    coming: int


@dataclass(frozen=True)
class Ended:
    """Somebody who was on for a game and is no longer."""

    name: str
    role_id: int
    ending: Ending
    at: datetime


@dataclass(frozen=True)
class MyPlace:
    """A place of one's own, or one that is open: the game and the role. `duty_id` is None while it is open."""

    game: GameRow
    role: RolePlaces
    duty_id: int | None = None


def game_key(fixture_id: int) -> str:
    """What the rules call being at a game."""
    return f"game {fixture_id}"


def site_key(site_id: int | None) -> str:
    """What the rules call a site; an unknown one is no known place."""
    return "" if site_id is None else f"site {site_id}"


# ---- one thing within reach ----


def get_season_for(actor: Actor, season_id: int) -> Season:
    """A season whose officials the actor coordinates. Raises `NotFound`.

    Whoever a court keeps from a child of the season does not: who is refused at which game would tell of the child.
    """
    season = programs.get_season_for(actor, P.PROGRAM_EDIT, season_id)
    kept_from = people.youth_kept_from(actor.person_id, clock.today())
    if kept_from:
        among = sa.select(Enrollment.id).where(
            Enrollment.season_id == season_id,
            Enrollment.status.in_((EnrollmentStatus.ENROLLED, EnrollmentStatus.WAITLISTED)),
            Enrollment.youth_id.in_(kept_from),
        )
        member = (
            sa.select(GroupMember.id)
            .join(Group, Group.id == GroupMember.group_id)
            .where(Group.season_id == season_id, GroupMember.youth_id.in_(kept_from))
        )
        if db.session().scalar(sa.select(sa.or_(among.exists(), member.exists()))):
            raise NotFound
    return season


def get_game_for(actor: Actor, fixture_id: int) -> GameRow:
    """A game that is or was on, of a season the actor coordinates. Raises `NotFound`."""
    game = find_game(fixture_id)
    if game is None:
        raise NotFound
    get_season_for(actor, game.season_id)
    return game


def get_duty_for(actor: Actor, duty_id: int) -> Duty:
    """Somebody's place at a game of a season the actor coordinates. Raises `NotFound`."""
    row = _duty(Duty.id == duty_id)
    get_season_for(actor, row.fixture.season_id)
    return row


def get_own_duty(person_id: int | None, duty_id: int) -> Duty:
    """A place of one's own. Raises `NotFound`."""
    return _duty(Duty.id == duty_id, Duty.person_id == (person_id or 0))


def _duty(*conditions: sa.ColumnElement[bool]) -> Duty:
    statement = sa.select(Duty).options(so.joinedload(Duty.fixture), so.joinedload(Duty.role)).where(*conditions)
    row = db.session().scalar(statement.where(Duty.ended_at.is_(None)))
    if row is None:
        raise NotFound
    return row


def get_role(season: Season, role_id: int) -> DutyRole:
    """A role in use of a season's program. Raises `NotFound`."""
    row = db.session().get(DutyRole, role_id)
    if row is None or row.program_id != season.program_id or row.ended_at is not None:
        raise NotFound
    return row


def get_official(season: Season, official_id: int) -> Official:
    """Somebody on the list of a season's program. Raises `NotFound`."""
    statement = sa.select(Official).options(so.joinedload(Official.person)).where(Official.id == official_id)
    row = db.session().scalar(statement)
    if row is None or row.program_id != season.program_id or row.ended_at is not None:
        raise NotFound
    return row


def get_credential(person_id: int, credential_id: int) -> OfficialCredential:
    """A credential of a person that was not taken off the file. Raises `NotFound`."""
    row = db.session().get(OfficialCredential, credential_id)
    if row is None or row.person_id != person_id or row.ended_at is not None:
        raise NotFound
    return row


# ---- what a program says ----


def roles_of(program_id: int) -> list[DutyRole]:
    """A program's roles in use, by name."""
    statement = sa.select(DutyRole).where(DutyRole.program_id == program_id, DutyRole.ended_at.is_(None))
    return list(db.session().scalars(statement.order_by(DutyRole.folded_name, DutyRole.id)))


def needs_of(season_id: int) -> dict[tuple[int, int], int]:
    """How many each game of a division needs, by (division, role)."""
    statement = (
        sa.select(DutyNeed)
        .join(Division, Division.id == DutyNeed.division_id)
        .join(DutyRole, DutyRole.id == DutyNeed.role_id)
        .where(Division.season_id == season_id, DutyRole.ended_at.is_(None))
    )
    return {(row.division_id, row.role_id): row.needed for row in db.session().scalars(statement)}


def divisions_of(season_id: int) -> list[tuple[int, str]]:
    """The divisions of a season, by name."""
    statement = sa.select(Division.id, Division.name).where(Division.season_id == season_id)
    return [(key, name) for key, name in db.session().execute(statement.order_by(Division.folded_name))]


def travel_of(program_ids: Collection[int]) -> dict[int, int]:
    """How many minutes the way between two sites takes, by program."""
    rows = db.session().scalars(sa.select(DutySetting).where(DutySetting.program_id.in_(program_ids)))
    return dict.fromkeys(program_ids, TRAVEL_MINUTES) | {row.program_id: row.travel_minutes for row in rows}


# ---- games ----


def find_game(fixture_id: int) -> GameRow | None:
    """A game that is or was on, with its places."""
    found = _games(Fixture.id == fixture_id, Fixture.state != FixtureState.DRAFT)
    return found[0] if found else None


def coming_games(season_id: int, from_at: datetime, until_at: datetime) -> list[GameRow]:
    """A season's games that are on and begin between two instants, soonest first. Three statements."""
    return _games(Fixture.season_id == season_id, *_on(from_at, until_at))


def _on(from_at: datetime, until_at: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return Fixture.state == FixtureState.PUBLISHED, Fixture.starts_at > from_at, Fixture.starts_at < until_at


def games_of(fixture_ids: Collection[int]) -> list[GameRow]:
    """These games, soonest first. Three statements."""
    return _games(Fixture.id.in_(fixture_ids), Fixture.state != FixtureState.DRAFT, most=None)


def _games(*conditions: sa.ColumnElement[bool], most: int | None = MOST_GAMES) -> list[GameRow]:
    home_team, away_team = so.aliased(Team), so.aliased(Team)
    home, away = so.aliased(Group), so.aliased(Group)
    statement = (
        sa.select(Fixture, Season.program_id, Division.name, Venue.name, Site, home.name, away.name)
        .join(Season, Season.id == Fixture.season_id)
        .join(Division, Division.id == Fixture.division_id)
        .join(Venue, Venue.id == Fixture.venue_id)
        .join(Site, Site.id == Venue.site_id)
        .join(home_team, home_team.id == Fixture.home_team_id)
        .join(home, home.id == home_team.group_id)
        .join(away_team, away_team.id == Fixture.away_team_id)
        .join(away, away.id == away_team.group_id)
        .where(*conditions)
        .order_by(Fixture.starts_at, Fixture.id)
        .limit(most)
    )
    rows = db.session().execute(statement).all()
    places = _places([row[0] for row in rows])
    return [
        GameRow(
            fixture.id, fixture.season_id, program_id, fixture.division_id, division, fixture.starts_at,
            fixture.ends_at, site.id, f"{venue}, {site.name}", (fixture.home_team_id, fixture.away_team_id),
            home_name, away_name, fixture.state, tuple(places[fixture.id]),
        )
        for fixture, program_id, division, venue, site, home_name, away_name in rows
    ]  # fmt: skip


def _places(fixtures: Sequence[Fixture]) -> dict[int, list[RolePlaces]]:
    """What each game needs and has: the roles its division asks for, and any other somebody is on in."""
    found: dict[int, list[RolePlaces]] = {fixture.id: [] for fixture in fixtures}
    if not fixtures:
        return found
    needs: dict[int, list[tuple[DutyRole, int]]] = defaultdict(list)
    asked = (
        sa.select(DutyNeed.division_id, DutyRole, DutyNeed.needed)
        .join(DutyRole, DutyRole.id == DutyNeed.role_id)
        .where(DutyNeed.division_id.in_({each.division_id for each in fixtures}), DutyRole.ended_at.is_(None))
        .order_by(DutyRole.folded_name, DutyRole.id)
    )
    for division_id, role, needed in db.session().execute(asked):
        needs[division_id].append((role, needed))
    on: dict[tuple[int, int], list[tuple[int, int, str]]] = defaultdict(list)
    known: dict[int, DutyRole] = {}
    duties = (
        sa.select(Duty, DutyRole, Person)
        .join(DutyRole, DutyRole.id == Duty.role_id)
        .join(Person, Person.id == Duty.person_id)
        .where(Duty.fixture_id.in_([each.id for each in fixtures]), Duty.ended_at.is_(None))
        .order_by(Person.folded_name, Duty.id)
    )
    for duty, role, person in db.session().execute(duties):
        on[duty.fixture_id, role.id].append((duty.id, person.id, person.name))
        known[role.id] = role
    for fixture in fixtures:
        asked_for = needs[fixture.division_id]
        named = {role.id for role, _needed in asked_for}
        more = [(known[role_id], 0) for of, role_id in on if of == fixture.id and role_id not in named]
        found[fixture.id] = [
            RolePlaces(
                role.id, role.name, role.name_es, tuple(role.needs), needed, tuple(on.get((fixture.id, role.id), ()))
            )
            for role, needed in [*asked_for, *more]
        ]
    return found


def ended_at_game(fixture_id: int, limit: int = 12) -> list[Ended]:
    """Who was on for a game and is no longer, the newest first."""
    statement = (
        sa.select(Person, Duty.role_id, Duty.ending, Duty.ended_at)
        .join(Person, Person.id == Duty.person_id)
        .where(Duty.fixture_id == fixture_id, Duty.ended_at.is_not(None))
        .order_by(Duty.ended_at.desc(), Duty.id.desc())
        .limit(limit)
    )
    return [Ended(person.name, role_id, ending, at) for person, role_id, ending, at in db.session().execute(statement)]


# ---- people ----


def list_officials(program_id: int, now: datetime) -> list[OfficialLine]:
    """A program's list by name. Five statements."""
    statement = (
        sa.select(Official, Person)
        .join(Person, Person.id == Official.person_id)
        .where(Official.program_id == program_id, Official.ended_at.is_(None))
        .order_by(Person.folded_name, Person.id)
    )
    rows = db.session().execute(statement).all()
    ids = [person.id for _row, person in rows]
    roles, held, contacts = _roles_of([row.id for row, _person in rows]), in_force_of(ids), people.contacts_of(ids)
    coming = _counted(ids, Fixture.starts_at > now)
    return [
        OfficialLine(
            row.id, person.id, person.name, person.list_name,
            next((each.value for each in contacts.get(person.id, ()) if each.kind == "email"), None),
            tuple(roles.get(row.id, ())), tuple(held.get(person.id, ())), coming.get(person.id, 0),
        )
        for row, person in rows
    ]  # fmt: skip


def _roles_of(official_ids: Collection[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    statement = (
        sa.select(OfficialRole.official_id, OfficialRole.role_id)
        .join(DutyRole, DutyRole.id == OfficialRole.role_id)
        .where(OfficialRole.official_id.in_(official_ids), DutyRole.ended_at.is_(None))
    )
    for official_id, role_id in db.session().execute(statement):
        found[official_id].append(role_id)
    return found


def role_ids_of(official_id: int) -> set[int]:
    """The roles somebody on a list serves in."""
    return set(_roles_of([official_id]).get(official_id, ()))


def credentials_of(person_id: int) -> list[OfficialCredential]:
    """What somebody holds on file, by name."""
    statement = sa.select(OfficialCredential).where(
        OfficialCredential.person_id == person_id, OfficialCredential.ended_at.is_(None)
    )
    return list(db.session().scalars(statement.order_by(OfficialCredential.folded_name, OfficialCredential.id)))


def in_force_of(person_ids: Collection[int]) -> dict[int, list[Credential]]:
    """What people hold and from when until when: the one place that knows where credentials are kept. One statement."""
    found: dict[int, list[Credential]] = defaultdict(list)
    statement = sa.select(OfficialCredential).where(
        OfficialCredential.person_id.in_(person_ids), OfficialCredential.ended_at.is_(None)
    )
    for row in db.session().scalars(statement.order_by(OfficialCredential.folded_name, OfficialCredential.from_on)):
        found[row.person_id].append(Credential(row.name, row.from_on, row.until_on))
    return found


def _counted(person_ids: Collection[int], *conditions: sa.ColumnElement[bool]) -> dict[int, int]:
    statement = (
        sa.select(Duty.person_id, sa.func.count())
        .join(Fixture, Fixture.id == Duty.fixture_id)
        .where(
            Duty.person_id.in_(person_ids),
            Duty.ended_at.is_(None),
            Fixture.state == FixtureState.PUBLISHED,
            *conditions,
        )
        .group_by(Duty.person_id)
    )
    return {person_id: count for person_id, count in db.session().execute(statement)}


def candidates_for(
    games: Sequence[GameRow], *, person_ids: Collection[int] | None = None, on_lists: bool = True
) -> dict[int, Candidate]:
    """Those on the lists of the games' programs, or only some people, as the rules need them. Seven statements.

    `on_lists=False` takes the people whether they are on a list or not: they then serve in no role.
    """
    if not games:
        return {}
    statement = (
        sa.select(Official, Person)
        .join(Person, Person.id == Official.person_id)
        .where(
            Official.program_id.in_({game.program_id for game in games}),
            Official.ended_at.is_(None),
            Person.merged_into_id.is_(None),
        )
    )
    if person_ids is not None:
        statement = statement.where(Official.person_id.in_(person_ids))
    rows = db.session().execute(statement.order_by(Official.id)).all()
    named = {person.id: person for _row, person in rows}
    if not on_lists and person_ids is not None:
        missing = set(person_ids) - named.keys()
        named |= {each.id: each for each in db.session().scalars(sa.select(Person).where(Person.id.in_(missing)))}
    ids = list(named)
    serves, home = _roles_of([row.id for row, _person in rows]), {row.person_id: row.home_site_id for row, _p in rows}
    roles: dict[int, set[int]] = defaultdict(set)
    for row, person in rows:
        roles[person.id] |= set(serves.get(row.id, ()))
    busy = busy_of(ids, min(game.starts_at for game in games) - AROUND, max(game.ends_at for game in games) + AROUND)
    ties = ties_of(ids, {team for game in games for team in game.teams})
    held = in_force_of(ids)
    load = _counted(ids, Fixture.season_id.in_({game.season_id for game in games}))
    return {
        key: Candidate(
            key, person.name, frozenset(roles[key]), tuple(busy.get(key, ())), frozenset(ties.get(key, ())),
            tuple(held.get(key, ())), load.get(key, 0), site_key(home.get(key)),
        )
        for key, person in named.items()
    }  # fmt: skip


def busy_of(person_ids: Collection[int], from_at: datetime, until_at: datetime) -> dict[int, list[Span]]:
    """Where people are between two instants: games they serve at, and meetings of groups they lead. Two statements."""
    found: dict[int, list[Span]] = defaultdict(list)
    duties = (
        sa.select(Duty.person_id, Fixture, Venue.site_id)
        .join(Fixture, Fixture.id == Duty.fixture_id)
        .join(Venue, Venue.id == Fixture.venue_id)
        .where(
            Duty.person_id.in_(person_ids),
            Duty.ended_at.is_(None),
            Fixture.state == FixtureState.PUBLISHED,
            Fixture.ends_at > from_at,
            Fixture.starts_at < until_at,
        )
    )
    for person_id, fixture, site_id in db.session().execute(duties):
        found[person_id].append(Span(game_key(fixture.id), fixture.starts_at, fixture.ends_at, site_key(site_id)))
    leads = (
        sa.select(GroupStaff.person_id, Gathering)
        .join(Gathering, Gathering.group_id == GroupStaff.group_id)
        .where(
            GroupStaff.person_id.in_(person_ids),
            _lasts(GroupStaff),
            Gathering.canceled_at.is_(None),
            Gathering.ends_at > from_at,
            Gathering.starts_at < until_at,
        )
    )
    for person_id, row in db.session().execute(leads):
        found[person_id].append(Span(f"gathering {row.id}", row.starts_at, row.ends_at, site_key(row.site_id)))
    return found


def _lasts(table: Any) -> sa.ColumnElement[bool]:
    """Whoever is in a group or will be: games lie ahead."""
    return sa.or_(table.until_on.is_(None), table.until_on >= clock.today())


def ties_of(person_ids: Collection[int], team_ids: Collection[int]) -> dict[int, set[int]]:
    """The teams at whose games people do not serve, by person. One statement.

    Teams they coach or play for; teams with a child they are or were a guardian of, or live with; teams with a child a
    court's order is about that names them, whatever it forbids, from the day it is on file until its last. Who it is
    that ties them is not told.
    """
    found: dict[int, set[int]] = defaultdict(set)
    if not person_ids or not team_ids:
        return found
    players = (
        sa.select(GroupMember.youth_id, Team.id.label("team_id"))
        .join(Team, Team.group_id == GroupMember.group_id)
        .where(Team.id.in_(team_ids), _lasts(GroupMember))
        .cte("players")
    )
    lives, beside = so.aliased(HouseholdMember), so.aliased(HouseholdMember)
    still = sa.or_(CustodyRestriction.ends_on.is_(None), CustodyRestriction.ends_on >= clock.today())
    ways: Iterable[sa.Select[Any]] = (
        sa.select(GroupStaff.person_id, Team.id)
        .join(Team, Team.group_id == GroupStaff.group_id)
        .where(Team.id.in_(team_ids), _lasts(GroupStaff), GroupStaff.person_id.in_(person_ids)),
        sa.select(players.c.youth_id, players.c.team_id).where(players.c.youth_id.in_(person_ids)),
        sa.select(Guardianship.guardian_id, players.c.team_id)
        .join(players, players.c.youth_id == Guardianship.youth_id)
        .where(Guardianship.guardian_id.in_(person_ids)),
        sa.select(lives.person_id, players.c.team_id)
        .join(beside, beside.household_id == lives.household_id)
        .join(players, players.c.youth_id == beside.person_id)
        .where(lives.person_id.in_(person_ids)),
        sa.select(CustodyRestriction.adult_id, players.c.team_id)
        .join(players, players.c.youth_id == CustodyRestriction.youth_id)
        .where(CustodyRestriction.adult_id.in_(person_ids), still),
    )
    for person_id, team_id in db.session().execute(sa.union(*ways)):
        found[person_id].add(team_id)
    return found


# ---- the second look ----


def served_at(fixture_ids: Collection[int]) -> list[Served]:
    """Who is on for these games, in the order of time; of a game called off too. Four statements."""
    return [
        Served(duty_id, game.place(role), person_id)
        for game in games_of(fixture_ids)
        for role in game.places
        for duty_id, person_id, _name in role.on
    ]


def fixtures_with_duties(now: datetime, *conditions: sa.ColumnElement[bool]) -> list[int]:
    """Coming games somebody is on for."""
    statement = (
        sa.select(Fixture.id)
        .join(Duty, Duty.fixture_id == Fixture.id)
        .where(Duty.ended_at.is_(None), Fixture.starts_at > now, *conditions)
        .distinct()
        .order_by(Fixture.id)
    )
    return list(db.session().scalars(statement))


def of_person(person_id: int) -> sa.ColumnElement[bool]:
    """The condition that a duty is somebody's."""
    return Duty.person_id == person_id


def of_group(group_id: int) -> sa.ColumnElement[bool]:
    """The condition that a game is one of a group's team."""
    team = sa.select(Team.id).where(Team.group_id == group_id)
    return sa.or_(Fixture.home_team_id.in_(team), Fixture.away_team_id.in_(team))


def of_youth(youth_id: int) -> sa.ColumnElement[bool]:
    """The condition that a game is one of a team a youth is in."""
    team = (
        sa.select(Team.id)
        .join(GroupMember, GroupMember.group_id == Team.group_id)
        .where(GroupMember.youth_id == youth_id, _lasts(GroupMember))
    )
    return sa.or_(Fixture.home_team_id.in_(team), Fixture.away_team_id.in_(team))


def of_program(program_id: int) -> sa.ColumnElement[bool]:
    """The condition that a game is one of a program's."""
    return Fixture.season_id.in_(sa.select(Season.id).where(Season.program_id == program_id))


# ---- one's own ----


def my_programs(person_id: int | None) -> set[int]:
    """The programs on whose lists somebody is."""
    statement = sa.select(Official.program_id).where(
        Official.person_id == (person_id or 0), Official.ended_at.is_(None)
    )
    return set(db.session().scalars(statement))


def my_places(person_id: int | None, now: datetime) -> list[MyPlace]:
    """The games somebody is on for and that are not over, soonest first. Four statements at most, one for nobody."""
    statement = (
        sa.select(Duty.fixture_id)
        .join(Fixture, Fixture.id == Duty.fixture_id)
        .where(
            Duty.person_id == (person_id or 0), Duty.ended_at.is_(None), Fixture.state == FixtureState.PUBLISHED,
            Fixture.ends_at > now,
        )
        .limit(MOST_GAMES)
    )  # fmt: skip
    ids = list(db.session().scalars(statement))
    return [
        MyPlace(game, role, duty_id)
        for game in (games_of(ids) if ids else ())
        for role in game.places
        for duty_id, who, _name in role.on
        if who == person_id
    ]


def open_games(program_ids: Collection[int], now: datetime) -> list[GameRow]:
    """Games of some programs in the next weeks with a place open. Three statements."""
    seasons = sa.select(Season.id).where(Season.program_id.in_(program_ids))
    return [game for game in _games(Fixture.season_id.in_(seasons), *_on(now, now + COMING)) if game.gaps]


@dataclass(frozen=True)
class Gaps:
    """A season with open places in the days ahead, for Today."""

    season_id: int
    program: str
    program_es: str
    season: str
    season_es: str
    games: int
    first_at: datetime


def open_soon(actor: Actor, now: datetime, within: timedelta = timedelta(days=7)) -> list[Gaps]:
    """Seasons the actor coordinates that have games with open places soon. One statement, none for who coordinates nothing.

    A season with a child a court keeps the actor from is left out, as its pages are.
    """
    if not actor.may(P.PROGRAM_EDIT):
        return []
    return [Gaps(*row) for row in db.session().execute(_open_soon(actor, now, now + within))]


def _open_soon(actor: Actor, now: datetime, until: datetime) -> sa.Select[Any]:
    needed = sa.select(sa.func.coalesce(sa.func.sum(DutyNeed.needed), 0)).join(
        DutyRole, DutyRole.id == DutyNeed.role_id
    )
    needed = needed.where(DutyNeed.division_id == Fixture.division_id, DutyRole.ended_at.is_(None))
    asked = sa.select(DutyNeed.role_id).where(DutyNeed.division_id == Fixture.division_id)
    filled = sa.select(sa.func.count(Duty.id)).where(
        Duty.fixture_id == Fixture.id, Duty.ended_at.is_(None), Duty.role_id.in_(asked.correlate(Fixture))
    )
    kept = people.kept_from(actor, clock.day_of(now))
    hidden = sa.select(Enrollment.season_id).where(Enrollment.youth_id.in_(kept.correlate(None)))
    return (
        sa.select(
            Season.id, Program.name, Program.name_es, Season.name, Season.name_es, sa.func.count(Fixture.id),
            sa.func.min(Fixture.starts_at),
        )
        .join(Season, Season.id == Fixture.season_id)
        .join(Program, Program.id == Season.program_id)
        .where(
            *_on(now, until),
            programs.program_within(actor, P.PROGRAM_EDIT, Season.program_id),
            Season.id.not_in(hidden),
            needed.scalar_subquery() > filled.scalar_subquery(),
        )
        .group_by(Season.id, Program.name, Program.name_es, Season.name, Season.name_es)
        .order_by(sa.func.min(Fixture.starts_at))
        .limit(4)
    )  # fmt: skip
