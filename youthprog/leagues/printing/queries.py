"""Reading what papers of a season print. Constant in statements, however many young people there are."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from youthprog.consent import queries as consent
from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.reach import within
from youthprog.leagues.season.models import Venue
from youthprog.leagues.season.queries import GameLine, games_of
from youthprog.leagues.season.types import FixtureState
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.people.types import EmergencyLine, GuardianLine, HouseholdLine
from youthprog.programs import queries as programs
from youthprog.programs.models import Enrollment, Group, GroupMember, Site
from youthprog.programs.types import EnrollmentStatus


@dataclass(frozen=True)
class BinderEntry:
    """A young person of a binder, as far as the reader may see: what may not be read is None or empty."""

    youth_id: int
    family_name: str
    given_name: str
    born_on: date | None
    teams: tuple[str, ...]
    jersey: str
    guardians: tuple[GuardianLine, ...]
    others: tuple[EmergencyLine, ...]
    homes: tuple[HouseholdLine, ...]
    alert: str | None
    health: tuple[str, ...]
    pick_up: tuple[str, ...]
    barred: tuple[str, ...] | None


@dataclass(frozen=True)
class ReachOf:
    """Whose contacts, alerts, health notes and custody the reader of a binder may read."""

    contacts: frozenset[int]
    alerts: frozenset[int]
    health: frozenset[int]
    custody: frozenset[int]


def binder_youth(actor: Actor, season_id: int, on: date) -> list[tuple[int, str]]:
    """Key and family name of the youth with a place in a season whose binder the actor may print, by name. One statement."""
    rows = db.session().execute(
        sa.select(Person.id, Person.family_name)
        .join(Enrollment, Enrollment.youth_id == Person.id)
        .where(
            Enrollment.season_id == season_id,
            Enrollment.status == EnrollmentStatus.ENROLLED,
            within(actor, P.BINDER_PRINT, Person.id, on),
        )
        .order_by(Person.folded_name, Person.id)
    )
    return [(youth_id, family) for youth_id, family in rows]


def binder_entries(
    actor: Actor, youth_ids: Sequence[int], season_id: int, on: date, *, with_custody: bool
) -> list[BinderEntry]:
    """What a binder says of each youth, in the order given. A constant number of statements."""
    known = {row.id: row for row in db.session().scalars(sa.select(Person).where(Person.id.in_(youth_ids)))}
    reach = _reach(actor, youth_ids, on, with_custody=with_custody)
    guardians, others = people.guardians_of(reach.contacts, on), people.emergency_of(reach.contacts)
    homes, collectors = people.households_of(reach.contacts), consent.pickup_of(reach.contacts, on)
    alerts, notes = people.alerts_of(reach.alerts), people.health_details_of(reach.health)
    barred = people.barred_from_collecting(reach.custody, on)
    teams = _teams_of(youth_ids, season_id, on)
    return [
        BinderEntry(
            youth_id=youth_id,
            family_name=known[youth_id].family_name,
            given_name=known[youth_id].first_name,
            born_on=known[youth_id].born_on,
            teams=tuple(name for name, _jersey in teams[youth_id]),
            jersey=next((jersey for _name, jersey in teams[youth_id] if jersey), ""),
            guardians=tuple(guardians.get(youth_id, ())),
            others=tuple(others.get(youth_id, ())),
            homes=tuple(homes.get(youth_id, ())),
            alert=alerts.get(youth_id),
            health=tuple(notes.get(youth_id, ())),
            pick_up=tuple(collectors.get(youth_id, ())),
            barred=tuple(barred.get(youth_id, ())) if youth_id in reach.custody else None,
        )
        for youth_id in youth_ids
    ]


def _reach(actor: Actor, youth_ids: Collection[int], on: date, *, with_custody: bool) -> ReachOf:
    return ReachOf(
        frozenset(people.reachable(actor, P.CONTACT_READ, youth_ids, on)),
        frozenset(people.reachable(actor, P.HEALTH_ALERT_READ, youth_ids, on)),
        frozenset(people.reachable(actor, P.HEALTH_READ, youth_ids, on)),
        frozenset(people.reachable(actor, P.CUSTODY_READ, youth_ids, on) if with_custody else ()),
    )


def _teams_of(youth_ids: Collection[int], season_id: int, on: date) -> dict[int, list[tuple[str, str]]]:
    """Group and number of each youth in a season on a day, by the group's name. One statement."""
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = db.session().execute(
        sa.select(GroupMember.youth_id, Group.name, GroupMember.jersey)
        .join(Group, Group.id == GroupMember.group_id)
        .where(
            GroupMember.youth_id.in_(youth_ids),
            Group.season_id == season_id,
            programs.during(GroupMember.from_on, GroupMember.until_on, on),
        )
        .order_by(Group.folded_name, Group.id)
    )
    for youth_id, name, jersey in rows:
        found[youth_id].append((name, jersey or ""))
    return found


def games_to_print(season_id: int, team_id: int | None = None) -> list[GameLine]:
    """The games of a season, or of one team, that families know of; a called-off one stays, and says so. One statement.

    A week off is no game: there is no row for it anywhere.
    """
    return [
        game
        for game in games_of(season_id)
        if game.state is not FixtureState.DRAFT and (team_id is None or team_id in (game.home_id, game.away_id))
    ]


def places_of(venue_ids: Collection[int]) -> dict[int, str]:
    """What each field is called on paper: with its site where the games are at several. One statement."""
    rows = db.session().execute(
        sa.select(Venue.id, Venue.name, Site.name).join(Site, Site.id == Venue.site_id).where(Venue.id.in_(venue_ids))
    )
    found = [(key, name, site) for key, name, site in rows]
    several = len({site for _key, _name, site in found}) > 1
    return {key: f"{site}, {name}" if several else name for key, name, site in found}


def surnames_hidden(youth_ids: Collection[int]) -> set[int]:
    """The youth whose families asked that no public paper has the surname. One statement."""
    statement = sa.select(Person.id).where(Person.id.in_(youth_ids), Person.hides_surname)
    return set(db.session().scalars(statement))
