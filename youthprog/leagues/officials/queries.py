"""Reading games with their places, who is on, and who could be asked. A constant number of statements each."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import orm as so

from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound
from youthprog.core.text import fold
from youthprog.credentials import queries as credentials
from youthprog.credentials.models import Credential
from youthprog.credentials.types import ServiceRole
from youthprog.leagues.models import Division, Team
from youthprog.leagues.officials.models import (
    Duty,
    DutyNeed,
    DutyRole,
    DutySetting,
    Official,
)
from youthprog.leagues.officials.types import TRAVEL_MINUTES, Ending, Place, Span
from youthprog.leagues.season.models import Fixture, Venue
from youthprog.leagues.season.types import FixtureState
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Enrollment, Group, GroupMember, Season, Site
from youthprog.programs.types import EnrollmentStatus

COMING = timedelta(days=28)
MOST_GAMES = 150


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
class Ended:
    """Somebody who was on for a game and is no longer."""

    name: str
    role_id: int
    ending: Ending
    at: datetime


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


def get_coming_duty(duty_id: int, now: datetime) -> Duty:
    """A place at a game that is on and has not begun, whoever asks. Raises `NotFound`."""
    row = _duty(Duty.id == duty_id)
    if row.fixture.state is not FixtureState.PUBLISHED or row.fixture.starts_at <= now:
        raise NotFound
    return row


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


def get_credential(person_id: int, credential_id: int) -> Credential:
    """A credential of a person that was not taken off the file. Raises `NotFound`."""
    row = db.session().get(Credential, credential_id)
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
    found = games_where(Fixture.id == fixture_id, Fixture.state != FixtureState.DRAFT)
    return found[0] if found else None


def coming_games(season_id: int, from_at: datetime, until_at: datetime) -> list[GameRow]:
    """A season's games that are on and begin between two instants, soonest first. Three statements."""
    return games_where(Fixture.season_id == season_id, *between(from_at, until_at))


def between(from_at: datetime, until_at: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """The conditions that a game is on and begins between two instants."""
    return Fixture.state == FixtureState.PUBLISHED, Fixture.starts_at > from_at, Fixture.starts_at < until_at


def games_of(fixture_ids: Collection[int]) -> list[GameRow]:
    """These games, soonest first. Three statements."""
    return games_where(Fixture.id.in_(fixture_ids), Fixture.state != FixtureState.DRAFT, most=None)


def games_where(*conditions: sa.ColumnElement[bool], most: int | None = MOST_GAMES) -> list[GameRow]:
    """Games that meet conditions on `Fixture`, with their places, soonest first. Three statements."""
    home_team, away_team = (
        db.another(Team, "leagues.officials.queries.home_team"),
        db.another(Team, "leagues.officials.queries.away_team"),
    )
    home, away = (
        db.another(Group, "leagues.officials.queries.home"),
        db.another(Group, "leagues.officials.queries.away"),
    )
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
    always = _always(
        {role.program_id for some in needs.values() for role, _needed in some}
        | {each.program_id for each in known.values()}
    )
    for fixture in fixtures:
        asked_for = needs[fixture.division_id]
        named = {role.id for role, _needed in asked_for}
        more = [(known[role_id], 0) for of, role_id in on if of == fixture.id and role_id not in named]
        found[fixture.id] = [
            RolePlaces(
                role.id,
                role.name,
                role.name_es,
                _together(role.needs, always.get(role.program_id, ())),
                needed,
                tuple(on.get((fixture.id, role.id), ())),
            )
            for role, needed in [*asked_for, *more]
        ]
    return found


def _always(program_ids: Collection[int]) -> dict[int, list[str]]:
    """The names of what the department asks of officials of a program, whatever the role says."""
    asked = credentials.asked_always(program_ids, ServiceRole.OFFICIAL) if program_ids else {}
    names = credentials.kinds() if any(asked.values()) else {}
    return {key: [names[code].name for code in codes] for key, codes in asked.items()}


def _together(needs: Sequence[str], always: Sequence[str]) -> tuple[str, ...]:
    folded = {fold(each) for each in needs}
    return (*needs, *(each for each in always if fold(each) not in folded))


def ended_at_game(fixture_id: int, limit: int = 12) -> list[Ended]:
    """Who was on for a game and is no longer, the newest first."""
    statement = (
        sa.select(Person, Duty.role_id, Duty.ending, Duty.ended_at)
        .join(Person, Person.id == Duty.person_id)
        .where(Duty.fixture_id == fixture_id, Duty.ended_at.is_not(None))
        .order_by(Duty.ended_at.desc(), Duty.id.desc())
        .limit(limit)
    )
    rows = db.session().execute(statement)
    return [Ended(person.name, role_id, ending, at) for person, role_id, ending, at in rows if ending and at]
