"""What exports hold: the players of a season, as far as the reader may see each of them, and its games."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.leagues.imports.models import ImportedGame
from youthprog.leagues.imports.snapshot import in_parts
from youthprog.leagues.models import Division, Team
from youthprog.leagues.season.models import Fixture, Venue
from youthprog.leagues.season.types import FixtureState
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.people.types import ContactKind, Gender
from youthprog.programs.models import Enrollment, Gathering, Group, GroupMember, Season, Site
from youthprog.programs.types import EnrollmentStatus

AT_ONCE = 200
MOST_GUARDIANS = 2


@dataclass(frozen=True, slots=True)
class GuardianOut:
    """A guardian in an export."""

    given_name: str
    family_name: str
    email: str = ""
    phones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlayerOut:
    """A player of a season in an export. Guardians are named only where the reader may read contacts."""

    given_name: str
    family_name: str
    born_on: date | None
    gender: Gender
    school: str
    division: str
    team: str
    jersey: str
    guardians: tuple[GuardianOut, ...]


@dataclass(frozen=True, slots=True)
class GameOut:
    """A game of a season in an export."""

    home: str
    away: str
    division: str
    starts_at: datetime
    ends_at: datetime
    place: str
    arrive: int | None
    canceled: bool
    fixture_id: int | None = None


def players_out(actor: Actor, season: Season, on: date) -> Iterator[PlayerOut]:
    """The players with a place in a season, by name, read in parts. A handful of statements for every 200."""
    statement = (
        sa.select(Person.id)
        .join(Enrollment, Enrollment.youth_id == Person.id)
        .where(Enrollment.season_id == season.id, Enrollment.status == EnrollmentStatus.ENROLLED)
        .order_by(Person.folded_name, Person.id)
    )
    ids = list(db.session().scalars(statement))
    for start in range(0, len(ids), AT_ONCE):
        yield from _part(actor, season, ids[start : start + AT_ONCE], on)


def _part(actor: Actor, season: Season, youth_ids: Sequence[int], on: date) -> Iterator[PlayerOut]:
    reached = people.reachable(actor, P.TEAM_READ, youth_ids, on)
    contacts = people.reachable(actor, P.CONTACT_READ, youth_ids, on)
    persons = {row[0].id: row[0] for row in in_parts(Person.id, youth_ids, sa.select(Person))}
    teams = _teams_of(youth_ids, season.id)
    guardians = _guardians(contacts, on)
    for youth_id in youth_ids:
        if youth_id not in reached:
            continue
        person = persons[youth_id]
        for division, team, jersey in teams.get(youth_id, [("", "", "")]):
            yield PlayerOut(
                given_name=person.given_name,
                family_name=person.family_name,
                born_on=person.born_on,
                gender=person.gender,
                school=person.school or "",
                division=division,
                team=team,
                jersey=jersey,
                guardians=guardians.get(youth_id, ()),
            )


def _teams_of(youth_ids: Sequence[int], season_id: int) -> dict[int, list[tuple[str, str, str]]]:
    statement = (
        sa.select(GroupMember.youth_id, Division.name.label("division"), Group.name, GroupMember.jersey)
        .join(Group, Group.id == GroupMember.group_id)
        .join(Team, Team.group_id == Group.id)
        .join(Division, Division.id == Team.division_id)
        .where(Group.season_id == season_id, GroupMember.until_on.is_(None))
        .order_by(Group.folded_name, Group.id)
    )
    found: dict[int, list[tuple[str, str, str]]] = {}
    for row in in_parts(GroupMember.youth_id, youth_ids, statement):
        found.setdefault(row.youth_id, []).append((row.division, row.name, row.jersey or ""))
    return found


def _guardians(youth_ids: set[int], on: date) -> dict[int, tuple[GuardianOut, ...]]:
    lines = people.guardians_of(youth_ids, on)
    wanted = {line.guardian_id for found in lines.values() for line in found[:MOST_GUARDIANS]}
    names = {row[0].id: row[0] for row in in_parts(Person.id, wanted, sa.select(Person))}
    contacts = people.contacts_of(wanted)
    out = {}
    for adult_id in wanted:
        mine = contacts.get(adult_id, [])
        mails = [line.value for line in mine if line.kind is ContactKind.EMAIL]
        phones = tuple(line.value for line in mine if line.kind is ContactKind.PHONE)
        person = names[adult_id]
        out[adult_id] = GuardianOut(person.given_name, person.family_name, mails[0] if mails else "", phones)
    return {
        youth_id: tuple(out[line.guardian_id] for line in found[:MOST_GUARDIANS]) for youth_id, found in lines.items()
    }


def games_out(season: Season) -> list[GameOut]:
    """The games of a season that families know of, by start: fixtures, and games of a file against others. Two statements."""
    found = [*_fixtures_out(season), *_others_out(season)]
    return sorted(found, key=lambda game: (game.starts_at, game.division, game.home, game.away))


def _fixtures_out(season: Season) -> Iterator[GameOut]:
    home, away = db.another(Group, "exports.home"), db.another(Group, "exports.away")
    home_team, away_team = db.another(Team, "exports.home_team"), db.another(Team, "exports.away_team")
    statement = (
        sa.select(
            home.name, away.name, Division.name, Fixture.starts_at, Fixture.ends_at,
            sa.func.coalesce(Gathering.place, Venue.name), Site.name, ImportedGame.id, ImportedGame.arrive_minutes,
            Fixture.state, Fixture.id,
        )
        .join(home_team, home_team.id == Fixture.home_team_id)
        .join(home, home.id == home_team.group_id)
        .join(away_team, away_team.id == Fixture.away_team_id)
        .join(away, away.id == away_team.group_id)
        .join(Division, Division.id == Fixture.division_id)
        .join(Venue, Venue.id == Fixture.venue_id)
        .join(Site, Site.id == Venue.site_id)
        .join(Gathering, Gathering.id == Fixture.home_gathering_id)
        .outerjoin(ImportedGame, ImportedGame.fixture_id == Fixture.id)
        .where(Fixture.season_id == season.id, Fixture.state != FixtureState.DRAFT)
    )  # fmt: skip
    rows = db.session().execute(statement)
    for at_home, guest, division, starts_at, ends_at, field, site, from_file, arrive, state, fixture_id in rows:
        place = field if from_file else f"{site}, {field}"  # as the file had it, to be read again
        is_off = state is FixtureState.CANCELED
        yield GameOut(at_home, guest, division, starts_at, ends_at, place, arrive, is_off, fixture_id)


def _others_out(season: Season) -> Iterator[GameOut]:
    home, away = db.another(Gathering, "exports.home"), db.another(Gathering, "exports.away")
    statement = (
        sa.select(ImportedGame, home, away)
        .outerjoin(home, home.id == ImportedGame.home_gathering_id)
        .outerjoin(away, away.id == ImportedGame.away_gathering_id)
        .where(ImportedGame.season_id == season.id, ImportedGame.fixture_id.is_(None))
    )
    for game, at_home, as_guest in db.session().execute(statement):
        side: Gathering | None = at_home or as_guest
        if side is None:
            continue
        yield GameOut(
            home=game.home_name,
            away=game.away_name,
            division=game.division,
            starts_at=side.starts_at,
            ends_at=side.ends_at,
            place=side.place or "",
            arrive=game.arrive_minutes,
            canceled=side.canceled_at is not None,
        )
