"""Reading the people who serve at games as the rules need them: roles, credentials, where they are, whom they belong to."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from youthprog.core import clock, db
from youthprog.core.text import fold
from youthprog.credentials import queries as credentials
from youthprog.credentials.types import Kind, ServiceRole, Step
from youthprog.leagues.models import Team
from youthprog.leagues.officials.models import Duty, DutyRole, Official, OfficialRole
from youthprog.leagues.officials.queries import GameRow, game_key, site_key
from youthprog.leagues.officials.types import Candidate, Credential, Span
from youthprog.leagues.season.models import Fixture, Venue
from youthprog.leagues.season.types import FixtureState
from youthprog.people import queries as people
from youthprog.people.models import CustodyRestriction, Guardianship, HouseholdMember, Person
from youthprog.programs.models import Gathering, GroupMember, GroupStaff

AROUND = timedelta(hours=12)  # what lies farther from a game than that cannot collide with it


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
    roles, held, contacts = (
        _roles_of([row.id for row, _person in rows]),
        in_force_of(ids, [program_id]),
        people.contacts_of(ids),
    )
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


@dataclass(frozen=True)
class PaperLine:
    """What somebody holds on file, by name, and when it ends where it says so itself."""

    id: int
    name: str
    from_on: date
    until_on: date | None


def credentials_of(person_id: int) -> list[PaperLine]:
    """What somebody holds on file, by name. Two statements."""
    names = credentials.kinds()
    held = [each for each in credentials.papers_of([person_id]).get(person_id, ()) if each.step is Step.APPROVED]
    lines = [
        PaperLine(each.paper_id, _name(each.kind, names), each.issued_on, each.until_on)
        for each in held
        if each.issued_on is not None
    ]
    return sorted(lines, key=lambda line: (fold(line.name), line.id))


def _name(code: str, names: Mapping[str, Kind]) -> str:
    return names[code].name if code in names else code


def in_force_of(person_ids: Collection[int], program_ids: Collection[int]) -> dict[int, list[Credential]]:
    """What people hold and from when until when it counts for officials: the one place that asks the room of credentials."""
    if not person_ids:
        return {}
    names = credentials.kinds()
    held = credentials.lasting(person_ids, program_ids, ServiceRole.OFFICIAL, clock.today())
    return {
        person_id: sorted(
            (Credential(_name(each.kind, names), each.from_on, each.until_on) for each in lines),
            key=lambda each: (fold(each.name), each.from_on),
        )
        for person_id, lines in held.items()
    }


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
    held = in_force_of(ids, {game.program_id for game in games})
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


def served_at_games(
    person_ids: Collection[int], from_at: datetime, until_at: datetime
) -> list[tuple[int, datetime, datetime]]:
    """The games people serve at, or are set for, that begin between two instants: who, from when, until when. One statement."""
    statement = (
        sa.select(Duty.person_id, Fixture.starts_at, Fixture.ends_at)
        .join(Fixture, Fixture.id == Duty.fixture_id)
        .where(
            Duty.person_id.in_(person_ids),
            Duty.ended_at.is_(None),
            Fixture.state == FixtureState.PUBLISHED,
            Fixture.starts_at >= from_at,
            Fixture.starts_at < until_at,
        )
    )
    return [(person_id, starts_at, ends_at) for person_id, starts_at, ends_at in db.session().execute(statement)]


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
    lives, beside = (
        db.another(HouseholdMember, "leagues.officials.candidates.lives"),
        db.another(HouseholdMember, "leagues.officials.candidates.beside"),
    )
    still = sa.or_(CustodyRestriction.ends_on.is_(None), CustodyRestriction.ends_on >= clock.today())
    ways: Iterable[Any] = (
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
