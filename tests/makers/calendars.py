"""An invented family of a league with calendars: two children on two teams, a third in a match."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.makers.people import make_guardian, make_person, make_youth
from tests.makers.programs import join, lead, make_gathering, make_group, make_season, make_site, make_team
from youthprog.access.models import Account
from youthprog.access.queries import actor_of
from youthprog.access.services import grant_role, open_account
from youthprog.access.types import Role
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.leagues.models import Team
from youthprog.leagues.season.models import Fixture, Venue
from youthprog.leagues.season.types import FixtureState
from youthprog.people.models import CustodyRestriction, Guardianship, Person
from youthprog.people.types import Relationship
from youthprog.programs.models import Gathering, Group, Season, Site
from youthprog.programs.types import GatheringKind, GroupKind, StaffRole

NOW = datetime(2026, 9, 17, 15, 0, tzinfo=UTC)  # a Thursday, 10 am in Riverton
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DEED: dict[str, Any] = {"by": SYSTEM, "now": NOW}


@dataclass
class Circle:
    """A season with two teams that play each other, a match, and those around them."""

    season: Season
    tigers: Group
    hawks: Group
    match: Group
    mateo: Person  # plays for the Tigers
    zoe: Person  # for the Hawks
    noa: Person  # has a mentor
    stranger: Person  # plays for the Tigers too
    rosa: Person  # answers for Mateo, Zoe and Noa
    dana: Person  # answers for the stranger
    coach: Person
    site: Site
    game: Fixture


def actor(person: Person) -> Actor:
    """Somebody as they may act."""
    found = actor_of(person.id, clock.day_of(NOW))
    assert found is not None
    return found


def make_circle() -> Circle:
    """Make it, with accounts of Rosa, Dana and the coach."""
    season = make_season()
    teams = [make_team(season, name) for name in ("Tigers", "Hawks")]
    tigers, hawks = (team.group for team in teams)
    match = make_group(season, "Noa Aguilar & Morgan", GroupKind.MENTORING)
    mateo, zoe, noa = (make_youth(name, "Aguilar") for name in ("Mateo", "Zoe", "Noa"))
    stranger = make_youth("Yusuf", "Demir")
    rosa, dana = make_guardian(mateo, "Rosa"), make_guardian(stranger, "Dana", "Demir")
    for child in (zoe, noa):
        bond(child, rosa)
    join(mateo, tigers)
    join(zoe, hawks)
    join(noa, match)
    join(stranger, tigers)
    coach = make_person("Casey", "Coachman")
    lead(coach, tigers, StaffRole.HEAD_COACH, mateo, stranger)
    for role, person in ((Role.GUARDIAN, rosa), (Role.GUARDIAN, dana), (Role.COACH, coach)):
        give_account(role, person)
    site = make_site("Lincoln Park")
    game = make_game(season, teams, site)
    db.session().commit()
    return Circle(season, tigers, hawks, match, mateo, zoe, noa, stranger, rosa, dana, coach, site, game)


def give_account(role: Role, person: Person, program_id: int | None = None) -> Account:
    """A way in without a password, whose hash takes longer than all the rest."""
    email = f"{role.value}.{person.id}@city.example"
    account = open_account(person, email=email, password=None, is_demo=True, **DEED)
    grant_role(account, role, program_id=program_id, **DEED)
    return account


def make_game(season: Season, teams: list[Team], site: Site, starts_at: datetime = NOW + 9 * DAY) -> Fixture:
    """A published game of two teams on Field 1."""
    venue = Venue(site_id=site.id, name="Field 1", folded_name="field 1")
    sides = [
        make_gathering(
            team.group, starts_at, ends_at=starts_at + HOUR, kind=GatheringKind.GAME, title="Game", place="Field 1",
            site_id=site.id,
        )
        for team in teams
    ]  # fmt: skip
    db.session().add(venue)
    db.session().flush()
    row = Fixture(
        season_id=season.id, division_id=teams[0].division_id, home_team_id=teams[0].id, away_team_id=teams[1].id,
        venue_id=venue.id, starts_at=starts_at, ends_at=starts_at + HOUR, state=FixtureState.PUBLISHED,
        home_gathering_id=sides[0].id, away_gathering_id=sides[1].id,
    )  # fmt: skip
    db.session().add(row)
    db.session().flush()
    return row


def bond(child: Person, guardian: Person) -> Guardianship:
    """Let an adult answer for a child."""
    row = Guardianship(youth_id=child.id, guardian_id=guardian.id, relationship=Relationship.MOTHER, rank=1)
    db.session().add(row)
    db.session().flush()
    return row


def practice(group: Group, at: datetime = NOW + DAY, **values: Any) -> Gathering:
    """A practice, tomorrow unless told otherwise."""
    return make_gathering(group, at, **values)


def keep_from(adult: Person, child: Person, starts_on: Any = None, ends_on: Any = None) -> CustodyRestriction:
    """A court lets an adult know nothing of a child: the row alone, as if it had always been there."""
    row = CustodyRestriction(
        youth_id=child.id, adult_id=adult.id, no_collect=True, no_decide=True, no_information=True,
        starts_on=starts_on or NOW.date(), ends_on=ends_on, recorded_at=NOW,
    )  # fmt: skip
    db.session().add(row)
    db.session().flush()
    return row
