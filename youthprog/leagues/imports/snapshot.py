"""What an import is compared with: the season and the people a file may speak of, read in a dozen statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.core.permissions import P
from youthprog.core.reach import within
from youthprog.core.text import fold
from youthprog.leagues.imports.likeness import given_alike
from youthprog.leagues.imports.models import ImportPair
from youthprog.leagues.imports.plan_people import address_key
from youthprog.leagues.imports.types import (
    Existing,
    KnownAdult,
    KnownHousehold,
    KnownTeam,
    KnownYouth,
    PlayerRow,
    Window,
)
from youthprog.leagues.models import Division, Team
from youthprog.people.models import (
    ContactPoint,
    CustodyRestriction,
    EmergencyContact,
    ExternalId,
    Guardianship,
    HealthNote,
    Household,
    HouseholdMember,
    Person,
)
from youthprog.people.queries import adult_is_known, holds_on
from youthprog.people.rules import folded
from youthprog.people.types import HealthKind, PersonKind
from youthprog.programs.models import Enrollment, Group, GroupMember, GroupStaff, Season, Site
from youthprog.programs.queries import during
from youthprog.programs.types import EnrollmentStatus

AT_ONCE = 500  # values in one condition
FIELD_OF_HEALTH = {HealthKind.ALLERGY: "allergies", HealthKind.CONDITION: "conditions"}


def existing_for(rows: Sequence[PlayerRow], season: Season, *, by: Actor) -> Existing:
    """Everything here that the rows could mean, as plain values, as far as whoever imports may know it.

    A file names children and adults at will: it must not open, change or confirm a record that lies beyond reach.
    """
    on = clock.today()
    external = _external({pair for row in rows for pair in row.external})
    names = {folded(row.family_name, row.given_name) for row in rows}
    reached = _reached(by, on)
    people = _youth(names, {*external.values(), *_lookalikes(rows, reached)}, reached)
    youth_ids = [person.id for person in people]
    guardians = _guardian_ids(youth_ids)
    contacts = {
        contact for row in rows for adult in row.guardians for contact in (adult.email, *adult.phones) if contact
    }
    contacts |= {phone for row in rows for phone in row.phones}
    return Existing(
        youth=tuple(_known_youth(people, youth_ids, guardians, season)),
        adults=tuple(
            _adults(
                {adult for found in guardians.values() for adult in found},
                contacts,
                found_by_contact=adult_is_known(by, P.ROSTER_IMPORT, on),
            )
        ),
        teams=tuple(teams_here(season.id)),
        households=tuple(_households({row.postal_code for row in rows if row.street})),
        external=external,
        window=_window(season),
        decided=_decided(season.program_id),
        sites=frozenset(fold(name) for name in db.session().scalars(sa.select(Site.name))),
    )


def in_parts(column: Any, values: Collection[Any], statement: sa.Select[*tuple[Any, ...]]) -> Iterable[Any]:
    """Rows whose column has one of many values, in parts that every engine takes."""
    wanted = sorted(values)
    for start in range(0, len(wanted), AT_ONCE):
        yield from db.session().execute(statement.where(column.in_(wanted[start : start + AT_ONCE])))


def _external(pairs: set[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Who bears which key of another system; a merged record leads to the one that was kept."""
    keys = {key for _source, key in pairs}
    statement = sa.select(
        ExternalId.source, ExternalId.key, sa.func.coalesce(Person.merged_into_id, Person.id).label("person_id")
    ).join(Person, Person.id == ExternalId.person_id)
    found = {(row.source, row.key): row.person_id for row in in_parts(ExternalId.key, keys, statement)}
    return {pair: person_id for pair, person_id in found.items() if pair in pairs}


def _reached(by: Actor, on: date) -> sa.ColumnElement[bool]:
    """The condition that a youth is within reach of whoever imports; the system reaches everybody."""
    return sa.true() if by.kind == SYSTEM.kind else within(by, P.ROSTER_IMPORT, Person.id, on)


def _youth(names: set[str], ids: Iterable[int], reached: sa.ColumnElement[bool]) -> list[Any]:
    """The youth of these folded names or ids whom the condition lets be found, each once."""
    statement = sa.select(
        Person.id, Person.given_name, Person.family_name, Person.born_on, Person.gender, Person.school
    ).where(Person.kind == PersonKind.YOUTH, Person.merged_into_id.is_(None), reached)
    rows = [*in_parts(Person.folded_name, names, statement), *in_parts(Person.id, set(ids), statement)]
    return list({row.id: row for row in rows}.values())


def _lookalikes(rows: Sequence[PlayerRow], reached: sa.ColumnElement[bool]) -> set[int]:
    """Who was born on a day of the file and may be called like the row under another spelling."""
    given: dict[date, set[str]] = defaultdict(set)
    for row in rows:
        if row.born_on:
            given[row.born_on].add(fold(row.given_name))
    statement = sa.select(Person.id, Person.given_name, Person.born_on).where(
        Person.kind == PersonKind.YOUTH, Person.merged_into_id.is_(None), reached
    )
    return {
        person.id
        for person in in_parts(Person.born_on, given, statement)
        if any(given_alike(name, fold(person.given_name)) for name in given[person.born_on])
    }


def _decided(program_id: int) -> dict[str, bool]:
    """What people of the program said of pairs that are alike."""
    statement = sa.select(ImportPair.pair, ImportPair.is_same).where(ImportPair.program_id == program_id)
    return {row.pair: row.is_same for row in db.session().execute(statement)}


def _known_youth(
    people: Sequence[Any], youth_ids: Sequence[int], guardians: dict[int, set[int]], season: Season
) -> Iterable[KnownYouth]:
    noted = _noted(youth_ids)
    places = dict(_places(youth_ids, season.id))
    teams, jerseys = _memberships(youth_ids, season.id)
    barred = _barred(youth_ids, season.id, clock.today())
    for person in people:
        values = {name: "\n".join(texts) for name, texts in noted[person.id].items()}
        yield KnownYouth(
            id=person.id,
            given_name=person.given_name,
            family_name=person.family_name,
            born_on=person.born_on,
            values={"gender": person.gender.value, "school": person.school or ""} | values,
            guardian_ids=frozenset(guardians.get(person.id, ())),
            team_ids=frozenset(teams.get(person.id, ())),
            jersey=jerseys.get(person.id) or "",
            placed=person.id in places,
            may_join=places.get(person.id, EnrollmentStatus.ENROLLED) is EnrollmentStatus.ENROLLED,
            barred_ids=frozenset(barred.get(person.id, ())),
        )


def _noted(youth_ids: Sequence[int]) -> dict[int, dict[str, list[str]]]:
    """What is noted of each youth's health and emergency contacts, by the name of the row's field."""
    names = (*FIELD_OF_HEALTH.values(), "emergency_name", "emergency_phone")
    found: dict[int, dict[str, list[str]]] = defaultdict(lambda: {name: [] for name in names})
    notes = sa.select(HealthNote).where(HealthNote.ended_at.is_(None), HealthNote.kind.in_(FIELD_OF_HEALTH))
    for (note,) in in_parts(HealthNote.youth_id, youth_ids, notes):
        texts = (note.unseal("alert_sealed"), note.unseal("detail_sealed"))
        found[note.youth_id][FIELD_OF_HEALTH[note.kind]] += [text for text in texts if text]
    contact = sa.select(EmergencyContact.youth_id, EmergencyContact.name, EmergencyContact.phone)
    for row in in_parts(EmergencyContact.youth_id, youth_ids, contact):
        found[row.youth_id]["emergency_name"].append(row.name)
        found[row.youth_id]["emergency_phone"].append(row.phone)
    return found


def _places(youth_ids: Sequence[int], season_id: int) -> Iterable[tuple[int, EnrollmentStatus]]:
    statement = sa.select(Enrollment.youth_id, Enrollment.status).where(Enrollment.season_id == season_id)
    for row in in_parts(Enrollment.youth_id, youth_ids, statement):
        yield row.youth_id, row.status


def _memberships(youth_ids: Sequence[int], season_id: int) -> tuple[dict[int, set[int]], dict[int, str | None]]:
    """The teams of this season that each youth is in, and the jersey there."""
    teams: dict[int, set[int]] = defaultdict(set)
    jerseys: dict[int, str | None] = {}
    statement = (
        sa.select(GroupMember.youth_id, GroupMember.jersey, Team.id)
        .join(Team, Team.group_id == GroupMember.group_id)
        .join(Group, Group.id == GroupMember.group_id)
        .where(Group.season_id == season_id, GroupMember.until_on.is_(None))
    )
    for row in in_parts(GroupMember.youth_id, youth_ids, statement):
        teams[row.youth_id].add(row.id)
        jerseys[row.youth_id] = row.jersey
    return teams, jerseys


def _barred(youth_ids: Sequence[int], season_id: int, on: date) -> dict[int, set[int]]:
    """The teams of this season that each youth must not be on: somebody leads them whom custody keeps away."""
    found: dict[int, set[int]] = defaultdict(set)
    statement = (
        sa.select(CustodyRestriction.youth_id, Team.id)
        .join(GroupStaff, GroupStaff.person_id == CustodyRestriction.adult_id)
        .join(Team, Team.group_id == GroupStaff.group_id)
        .join(Group, Group.id == Team.group_id)
        .where(Group.season_id == season_id, holds_on(on), during(GroupStaff.from_on, GroupStaff.until_on, on))
    )
    for row in in_parts(CustodyRestriction.youth_id, youth_ids, statement):
        found[row.youth_id].add(row.id)
    return found


def _guardian_ids(youth_ids: Sequence[int]) -> dict[int, set[int]]:
    """Who answers for each youth, did once, or is kept away by a court: none of them is made a guardian anew."""
    found: dict[int, set[int]] = defaultdict(set)
    for table, adult in ((Guardianship, Guardianship.guardian_id), (CustodyRestriction, CustodyRestriction.adult_id)):
        statement = sa.select(table.youth_id, adult.label("adult_id"))
        for row in in_parts(table.youth_id, youth_ids, statement):
            found[row.youth_id].add(row.adult_id)
    return found


def _adults(ids: set[int], contacts: set[str], *, found_by_contact: sa.ColumnElement[bool]) -> Iterable[KnownAdult]:
    """Guardians of the youth, and whoever uses one of the contacts and may be found by it."""
    users = sa.select(ContactPoint.person_id).join(Person, Person.id == ContactPoint.person_id)
    users = users.where(found_by_contact).distinct()
    wanted = ids | {row.person_id for row in in_parts(ContactPoint.normal, contacts, users)}
    reach: dict[int, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for row in in_parts(
        ContactPoint.person_id, wanted, sa.select(ContactPoint.person_id, ContactPoint.kind, ContactPoint.normal)
    ):
        reach[row.person_id][row.kind == "phone"].add(row.normal)
    member = sa.select(HouseholdMember.person_id, sa.func.min(HouseholdMember.household_id).label("home"))
    homes = {
        row.person_id: row.home
        for row in in_parts(HouseholdMember.person_id, wanted, member.group_by(HouseholdMember.person_id))
    }
    adults = sa.select(Person.id, Person.given_name, Person.family_name).where(
        Person.kind == PersonKind.ADULT, Person.merged_into_id.is_(None)
    )
    for person in in_parts(Person.id, wanted, adults):
        emails, phones = reach[person.id]
        yield KnownAdult(
            person.id, person.given_name, person.family_name, frozenset(emails), frozenset(phones), homes.get(person.id)
        )


def teams_here(season_id: int) -> Iterable[KnownTeam]:
    inside = (
        sa.select(sa.func.count())
        .where(GroupMember.group_id == Group.id, GroupMember.until_on.is_(None))
        .scalar_subquery()
    )
    statement = (
        sa.select(
            Team.id,
            Group.name,
            Division.name.label("division"),
            (Group.places - inside).label("free"),
            Division.id.label("key"),
        )
        .join(Group, Group.id == Team.group_id)
        .join(Division, Division.id == Team.division_id)
        .where(Group.season_id == season_id)
        .order_by(Team.id)
    )
    for row in db.session().execute(statement):
        yield KnownTeam(row.id, row.name, row.division, None if row.free is None else max(0, row.free), row.key)


def _households(postal_codes: set[str]) -> Iterable[KnownHousehold]:
    statement = sa.select(Household.id, Household.street, Household.unit, Household.city, Household.postal_code)
    for row in in_parts(Household.postal_code, postal_codes, statement.order_by(Household.id)):
        yield KnownHousehold(row.id, address_key(row.street, row.unit, row.city, row.postal_code))


def _window(season: Season) -> Window:
    waits = db.session().scalar(
        sa.select(Enrollment.id)
        .where(Enrollment.season_id == season.id, Enrollment.status == EnrollmentStatus.WAITLISTED)
        .limit(1)
    )
    free = None if season.capacity is None else max(0, season.capacity - season.taken)
    return Window(season.age_cutoff_on, season.min_age, season.max_age, 0 if waits is not None else free)
