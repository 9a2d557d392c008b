"""Reading people. Lists come back as frozen rows, in a constant number of statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa

from youthprog.core import clock, db, picturing
from youthprog.core.actor import SYSTEM, Actor
from youthprog.core.permissions import P
from youthprog.core.reach import within
from youthprog.core.refusals import NotFound
from youthprog.core.text import fold
from youthprog.people.models import (
    ContactPoint,
    CustodyRestriction,
    EmergencyContact,
    ExternalId,
    Guardianship,
    GuardianshipChange,
    HealthNote,
    Household,
    HouseholdMember,
    Person,
    YouthPhoto,
)
from youthprog.people.rules import RecordFacts
from youthprog.people.types import (
    ContactKind,
    ContactLine,
    CustodyLine,
    DoubleLine,
    EmergencyLine,
    GuardianLine,
    HealthLine,
    HouseholdLine,
    PersonKind,
    PersonLine,
)

PAGE = 50
ESCAPE = "\\"

# ---- one person ----


def find_person(person_id: int) -> Person | None:
    """The person of a key, merged away or not."""
    return db.session().get(Person, person_id)


def has_youth() -> bool:
    """Whether there is any young person yet."""
    statement = sa.select(Person.id).where(Person.kind == PersonKind.YOUTH).limit(1)
    return db.session().scalar(statement) is not None


def get_person(person_id: int) -> Person:
    """The person of a key, unless the record was merged away."""
    person = find_person(person_id)
    if person is None or person.merged_into_id is not None:
        raise NotFound
    return person


def get_youth_for(actor: Actor, permission: P, youth_id: int, on: date) -> Person:
    """A young person within the actor's reach for the permission on a day. Raises `NotFound`."""
    statement = sa.select(Person).where(
        Person.id == youth_id,
        Person.kind == PersonKind.YOUTH,
        Person.merged_into_id.is_(None),
        within(actor, permission, Person.id, on),
    )
    return _found(db.session().scalar(statement))


def get_person_for(actor: Actor, permission: P, person_id: int, on: date) -> Person:
    """A young person or an adult within the actor's reach. Raises `NotFound`."""
    statement = sa.select(Person).where(
        Person.id == person_id, Person.merged_into_id.is_(None), person_within(actor, permission, on)
    )
    return _found(db.session().scalar(statement))


def _found(person: Person | None) -> Person:
    if person is None:
        raise NotFound
    return person


def person_within(actor: Actor, permission: P, on: date) -> sa.ColumnElement[bool]:
    """The condition that a row of `person` is within reach: the youth themselves, adults by a child of theirs."""
    of_own_child = sa.exists().where(
        Guardianship.guardian_id == Person.id,
        is_current(Guardianship.ended_on, on),
        within(actor, permission, Guardianship.youth_id, on),
    )
    everyone = sa.true() if actor.everywhere(permission) else sa.false()
    return sa.or_(
        sa.and_(Person.kind == PersonKind.YOUTH, within(actor, permission, Person.id, on)),
        sa.and_(
            Person.kind == PersonKind.ADULT,
            sa.or_(everyone, of_own_child),
            ~_answers_for(kept_from(actor, on), Person.id, on),
        ),
    )


def kept_from(actor: Actor, on: date) -> sa.Select[int]:
    """The youth of whom a court lets the actor know nothing: whoever answers for them is no record of the actor's.

    Else a parent with a coordinator's role would put an own address into the other parent's record and be sent
    the child's forms.
    """
    table = CustodyRestriction
    return sa.select(table.youth_id).where(table.adult_id == (actor.person_id or 0), table.no_information, holds_on(on))


def _answers_for(youth_ids: sa.Select[int], adult_id: Any, on: date) -> sa.ColumnElement[bool]:
    bond = db.another(Guardianship, "people.queries.bond")
    return sa.exists().where(
        bond.guardian_id == adult_id,
        is_current(bond.ended_on, on),
        bond.youth_id.in_(youth_ids.correlate(None)),
    )


def adult_is_known(actor: Actor, permission: P, on: date) -> sa.ColumnElement[bool]:
    """The condition that an adult may be found again by name and address, so as not to be added twice.

    Adults about a child within reach are known, former guardians and those kept away too: none comes back as
    somebody new. So are adults who answer for nobody: coaches and mentors. Parents of other programs are not: naming
    them would open their record. The system knows all.
    """
    if actor.kind == SYSTEM.kind or actor.everywhere(permission):
        return ~_answers_for(kept_from(actor, on), Person.id, on)
    ways = ((Guardianship, Guardianship.guardian_id), (CustodyRestriction, CustodyRestriction.adult_id))
    of_reached = (
        sa.exists().where(adult_id == Person.id, within(actor, permission, table.youth_id, on))
        for table, adult_id in ways
    )
    return sa.or_(~sa.exists().where(Guardianship.guardian_id == Person.id), *of_reached)


def answers_elsewhere(actor: Actor, permission: P, adult_ids: Collection[int], on: date) -> bool:
    """Whether one of the adults answers for a youth who is not within reach. The system reaches everybody."""
    if actor.kind == SYSTEM.kind:
        return False
    statement = sa.select(Guardianship.id).where(
        Guardianship.guardian_id.in_(adult_ids), ~within(actor, permission, Guardianship.youth_id, on)
    )
    return db.session().scalar(statement.limit(1)) is not None


def reachable(actor: Actor, permission: P, youth_ids: Collection[int], on: date) -> set[int]:
    """Those of the youth whom the permission reaches: for pages that show a column only where it may be read."""
    if not youth_ids or not actor.may(permission):
        return set()
    statement = sa.select(Person.id).where(Person.id.in_(youth_ids), within(actor, permission, Person.id, on))
    return set(db.session().scalars(statement))


def is_current(ended_on: Any, on: date | sa.BindParameter[date]) -> sa.ColumnElement[bool]:
    """The condition that a guardianship still holds on a day. `rules.is_guardian_on` says the same."""
    return sa.or_(ended_on.is_(None), ended_on > on)


def merged_into(person_id: int) -> int | None:
    """The record a merged one lives on in."""
    return db.session().scalar(sa.select(Person.merged_into_id).where(Person.id == person_id))


def lives_on_in(person_ids: Collection[int]) -> dict[int, int]:
    """Of the keys, those of merged records, each with the one it lives on in. One statement, none for none."""
    if not person_ids:
        return {}
    statement = sa.select(Person.id, Person.merged_into_id).where(
        Person.id.in_(person_ids), Person.merged_into_id.is_not(None)
    )
    return {gone: kept for gone, kept in db.session().execute(statement) if kept is not None}


# ---- lists and search ----


def list_people(
    actor: Actor,
    permission: P,
    *,
    on: date,
    words: str = "",
    kind: PersonKind | None = None,
    after: tuple[str, int] | None = None,
    limit: int = PAGE,
) -> list[PersonLine]:
    """People within reach, by name; `after` is the (folded_name, id) of the row before. One statement.

    Every word sought must begin some word of the name.
    """
    statement = sa.select(Person).where(Person.merged_into_id.is_(None), person_within(actor, permission, on))
    if kind is not None:
        statement = statement.where(Person.kind == kind)
    for word in fold(words).split():
        statement = statement.where(begins_a_word(Person.folded_name, word))
    if after is not None:
        statement = statement.where(sa.tuple_(Person.folded_name, Person.id) > sa.tuple_(*after))
    rows = db.session().scalars(statement.order_by(Person.folded_name, Person.id).limit(limit))
    return [
        PersonLine(row.id, row.kind, row.name, row.list_name, row.folded_name, row.born_on, row.school) for row in rows
    ]


def begins_a_word(column: Any, word: str) -> sa.ColumnElement[bool]:
    """The condition that a folded text has a word beginning so, after a blank or a hyphen."""
    safe = word.replace(ESCAPE, ESCAPE * 2).replace("%", ESCAPE + "%").replace("_", ESCAPE + "_")
    patterns = (f"{safe}%", f"% {safe}%", f"%-{safe}%")
    return sa.or_(*(column.like(pattern, escape=ESCAPE) for pattern in patterns))


# ---- guardians and contacts ----


def guardians_of(youth_ids: Collection[int], on: date) -> dict[int, list[GuardianLine]]:
    """The guardians of each youth on a day, first to be called first, in three statements.

    A day gone by is told as it was: who was a guardian then, with the right to decide as it was then. Left out:
    guardianships that ended, and adults whom a restriction keeps from the child's information.
    Restrictions on deciding and collecting are applied to the two flags.
    """
    if not youth_ids:
        return {}
    bonds = db.session().execute(_bonds(), {"youth_ids": list(youth_ids), "on": on})
    rows = [(bond, person, may_decide) for bond, person, may_decide in bonds]
    limits = restrictions_on(youth_ids, on)
    reach = contacts_of({person.id for _bond, person, _may in rows})
    found: dict[int, list[GuardianLine]] = {}
    for bond, person, may_decide in rows:
        limit = limits.get((bond.youth_id, person.id), set())
        if "information" not in limit:
            line = _guardian_line(bond, person, reach.get(person.id, []), limit, may_decide=may_decide)
            found.setdefault(bond.youth_id, []).append(line)
    return found


@cache
def _bonds() -> sa.Select[Guardianship, Person, bool]:
    """Guardianships of `youth_ids` as they were `on` a day, with the guardian and the right to decide."""
    before, on = db.another(GuardianshipChange, "people.queries.before"), sa.bindparam("on", type_=sa.Date)
    return (
        sa.select(Guardianship, Person, sa.func.coalesce(before.could_decide, Guardianship.may_decide))
        .join(Person, Person.id == Guardianship.guardian_id)
        .outerjoin(before, before.id == first_change_after(on))
        .where(
            Guardianship.youth_id.in_(sa.bindparam("youth_ids", expanding=True)),
            sa.func.coalesce(before.was_in_force, is_current(Guardianship.ended_on, on)),
        )
        .order_by(Guardianship.rank, Guardianship.id)
    )


def first_change_after(on: date | sa.BindParameter[date]) -> sa.ScalarSelect[int]:
    """The key of the change that says what a guardianship was on a day; none when nothing changed since."""
    change = db.another(GuardianshipChange, "people.queries.change")
    return (
        sa.select(change.id)
        .where(change.guardianship_id == Guardianship.id, change.changed_on > on)
        .order_by(change.changed_on, change.id)
        .limit(1)
        .correlate(Guardianship)
        .scalar_subquery()
    )


def _guardian_line(
    bond: Guardianship, person: Person, contacts: Sequence[ContactLine], limit: set[str], *, may_decide: bool
) -> GuardianLine:
    email = next((line for line in contacts if line.kind is ContactKind.EMAIL), None)
    phone = next((line for line in contacts if line.kind is ContactKind.PHONE), None)
    return GuardianLine(
        guardian_id=person.id,
        youth_id=bond.youth_id,
        bond_id=bond.id,
        name=person.name,
        relationship=bond.relationship,
        phone=phone.value if phone else None,
        email=email.value if email else None,
        email_contact_id=email.contact_id if email else None,
        language=person.language,
        may_decide=may_decide and "decide" not in limit,
        may_collect=bond.may_collect and "collect" not in limit,
        rank=bond.rank,
        email_bounced=email is not None and email.bounced_at is not None,
    )


def restrictions_on(youth_ids: Collection[int], on: date) -> dict[tuple[int, int], set[str]]:
    """What custody forbids on a day, by (youth, adult): "collect", "decide", "information". Not the notes."""
    found: dict[tuple[int, int], set[str]] = defaultdict(set)
    if not youth_ids:
        return found
    for row in db.session().execute(_restrictions(), {"youth_ids": list(youth_ids), "on": on}):
        limits = found[row.youth_id, row.adult_id]
        if row.no_collect:
            limits.add("collect")
        if row.no_decide:
            limits.add("decide")
        if row.no_information:
            limits.add("information")
    return found


@cache
def _restrictions() -> sa.Select[int, int, bool, bool, bool]:
    """What custody forbids about `youth_ids` `on` a day."""
    table = CustodyRestriction
    return sa.select(table.youth_id, table.adult_id, table.no_collect, table.no_decide, table.no_information).where(
        table.youth_id.in_(sa.bindparam("youth_ids", expanding=True)), holds_on(sa.bindparam("on", type_=sa.Date))
    )


def is_kept_from(actor: Actor, youth_id: Any, on: date) -> sa.ColumnElement[bool]:
    """The condition that a court lets the actor know nothing of a row's youth."""
    table = CustodyRestriction
    return sa.exists().where(
        table.youth_id == youth_id, table.adult_id == (actor.person_id or 0), table.no_information, holds_on(on)
    )


def holds_on(on: date | sa.BindParameter[date]) -> sa.ColumnElement[bool]:
    """The condition that a custody restriction is in force. `rules.in_force` says the same."""
    table = CustodyRestriction
    return sa.and_(table.starts_on <= on, sa.or_(table.ends_on.is_(None), table.ends_on >= on))


def contacts_of(person_ids: Collection[int]) -> dict[int, list[ContactLine]]:
    """Addresses and phones in use, those to try first in front."""
    found: dict[int, list[ContactLine]] = {}
    if not person_ids:
        return found
    for row in db.session().scalars(_contacts(), {"person_ids": list(person_ids)}):
        value = row.normal if row.kind is ContactKind.PHONE else row.value
        line = ContactLine(row.id, row.person_id, row.kind, value, row.preferred, row.bounced_at)
        found.setdefault(row.person_id, []).append(line)
    return found


@cache
def _contacts() -> sa.Select[ContactPoint]:
    """Addresses and phones of `person_ids` that are in use, those to try first in front."""
    return (
        sa.select(ContactPoint)
        .where(ContactPoint.person_id.in_(sa.bindparam("person_ids", expanding=True)), ContactPoint.ended_at.is_(None))
        .order_by(ContactPoint.bounced_at.is_not(None), ContactPoint.preferred.desc(), ContactPoint.id)
    )


def get_bond_for(actor: Actor, permission: P, bond_id: int, on: date) -> tuple[Guardianship, Person, Person]:
    """A guardianship in force with its youth and its guardian, within reach. Raises `NotFound`."""
    guardian = db.another(Person, "people.queries.guardian")
    row = (
        db.session()
        .execute(
            sa.select(Guardianship, Person, guardian)
            .join(Person, Person.id == Guardianship.youth_id)
            .join(guardian, guardian.id == Guardianship.guardian_id)
            .where(
                Guardianship.id == bond_id,
                is_current(Guardianship.ended_on, on),
                within(actor, permission, Guardianship.youth_id, on),
                ~_answers_for(kept_from(actor, on), guardian.id, on),
            )
        )
        .first()
    )
    if row is None:
        raise NotFound
    bond, youth, adult = row
    return bond, youth, adult


def find_bond(youth_id: int, guardian_id: int) -> Guardianship | None:
    """The guardianship of an adult over a child, ended or not."""
    return db.session().scalar(
        sa.select(Guardianship).where(Guardianship.youth_id == youth_id, Guardianship.guardian_id == guardian_id)
    )


def last_rank(youth_id: int, on: date) -> int:
    """The rank of the guardian called last; 0 when there is none."""
    statement = sa.select(sa.func.max(Guardianship.rank)).where(
        Guardianship.youth_id == youth_id, is_current(Guardianship.ended_on, on)
    )
    return db.session().scalar(statement) or 0


def children_of(guardian_id: int, on: date) -> list[PersonLine]:
    """The youth an adult answers for on a day, custody permitting."""
    kept_away = sa.exists().where(
        CustodyRestriction.youth_id == Guardianship.youth_id,
        CustodyRestriction.adult_id == guardian_id,
        CustodyRestriction.no_information,
        holds_on(on),
    )
    rows = db.session().scalars(
        sa.select(Person)
        .join(Guardianship, Guardianship.youth_id == Person.id)
        .where(Guardianship.guardian_id == guardian_id, is_current(Guardianship.ended_on, on), ~kept_away)
        .order_by(Person.folded_name, Person.id)
    )
    return [
        PersonLine(row.id, row.kind, row.name, row.list_name, row.folded_name, row.born_on, row.school) for row in rows
    ]


def first_child_within(actor: Actor, permission: P, guardian_ids: Collection[int], on: date) -> dict[int, PersonLine]:
    """For each adult the child whose file a list links to, within reach. One statement."""
    if not guardian_ids:
        return {}
    rows = db.session().execute(
        sa.select(Guardianship.guardian_id, Person)
        .join(Person, Person.id == Guardianship.youth_id)
        .where(
            Guardianship.guardian_id.in_(guardian_ids),
            is_current(Guardianship.ended_on, on),
            within(actor, permission, Guardianship.youth_id, on),
        )
        .order_by(Person.folded_name.desc(), Person.id.desc())
    )
    return {
        guardian_id: PersonLine(p.id, p.kind, p.name, p.list_name, p.folded_name, p.born_on, p.school)
        for guardian_id, p in rows
    }


# ---- households, emergency contacts ----


def households_of(person_ids: Collection[int]) -> dict[int, list[HouseholdLine]]:
    """The homes of each person, with everybody who lives there. One statement."""
    if not person_ids:
        return {}
    own = db.another(HouseholdMember, "people.queries.own")
    rows = db.session().execute(
        sa.select(own.person_id, Household, Person)
        .join(Household, Household.id == own.household_id)
        .join(HouseholdMember, HouseholdMember.household_id == Household.id)
        .join(Person, Person.id == HouseholdMember.person_id)
        .where(own.person_id.in_(person_ids))
        .order_by(own.person_id, Household.id, Person.folded_name, Person.id)
    )
    homes: dict[tuple[int, int], tuple[Household, list[tuple[int, str]]]] = {}
    for person_id, home, member in rows:
        homes.setdefault((person_id, home.id), (home, []))[1].append((member.id, member.name))
    found: dict[int, list[HouseholdLine]] = {}
    for (person_id, _home_id), (home, members) in homes.items():
        line = HouseholdLine(home.id, home.name, address_of(home), tuple(members))
        found.setdefault(person_id, []).append(line)
    return found


def homes_for(actor: Actor, permission: P, person_id: int, on: date) -> list[HouseholdLine]:
    """The homes of one person within reach; of those who live there only whom the permission reaches are named."""
    homes = households_of([person_id]).get(person_id, [])
    ids = {member_id for home in homes for member_id, _name in home.members}
    statement = sa.select(Person.id).where(Person.id.in_(ids), person_within(actor, permission, on))
    named = set(db.session().scalars(statement))
    return [replace(home, members=tuple(member for member in home.members if member[0] in named)) for home in homes]


def address_of(home: Household) -> str:
    """A household's address in one line."""
    street = " ".join(part for part in (home.street, home.unit) if part)
    region = " ".join(part for part in (home.state, home.postal_code) if part)
    return ", ".join(part for part in (street, home.city, region) if part)


def find_household(folded_address: str) -> Household | None:
    """The household at an address, compared without case and accents."""
    statement = sa.select(Household).where(Household.folded_address == folded_address).order_by(Household.id).limit(1)
    return db.session().scalar(statement)


def emergency_of(youth_ids: Collection[int]) -> dict[int, list[EmergencyLine]]:
    """Whom to call besides the guardians."""
    found: dict[int, list[EmergencyLine]] = {}
    if not youth_ids:
        return found
    statement = sa.select(EmergencyContact).where(EmergencyContact.youth_id.in_(youth_ids))
    for row in db.session().scalars(statement.order_by(EmergencyContact.id)):
        line = EmergencyLine(row.id, row.youth_id, row.name, row.phone, row.relation)
        found.setdefault(row.youth_id, []).append(line)
    return found


def get_emergency_contact(youth_id: int, contact_id: int) -> EmergencyContact:
    """One emergency contact of a youth whom the caller has loaded within reach."""
    row = db.session().get(EmergencyContact, contact_id)
    if row is None or row.youth_id != youth_id:
        raise NotFound
    return row


def get_home(person_id: int, household_id: int) -> Household:
    """One home of a person whom the caller has loaded within reach."""
    statement = (
        sa.select(Household)
        .join(HouseholdMember, HouseholdMember.household_id == Household.id)
        .where(Household.id == household_id, HouseholdMember.person_id == person_id)
    )
    home = db.session().scalar(statement)
    if home is None:
        raise NotFound
    return home


# ---- health and custody: the caller has checked the reader's reach ----


def alerts_of(youth_ids: Collection[int]) -> dict[int, str]:
    """The few words a leader on the field must know, by youth; youth without an alert are absent."""
    found: dict[int, list[str]] = {}
    for row in _health_notes(youth_ids, HealthNote.alert_sealed.is_not(None)):
        found.setdefault(row.youth_id, []).append(row.unseal("alert_sealed") or "")
    return {youth_id: "; ".join(words) for youth_id, words in found.items()}


def health_details_of(youth_ids: Collection[int]) -> dict[int, list[str]]:
    """What the health notes of each youth say beyond the alert. Whoever prints them records the reading. One statement."""
    found: dict[int, list[str]] = {}
    for row in _health_notes(youth_ids, HealthNote.detail_sealed.is_not(None)):
        found.setdefault(row.youth_id, []).append(row.unseal("detail_sealed") or "")
    return found


def health_of(youth_id: int) -> list[HealthLine]:
    """A youth's health notes in full. Whoever shows them records the reading."""
    return [
        HealthLine(
            row.id, row.youth_id, row.kind, row.unseal("alert_sealed"), row.unseal("detail_sealed"), row.recorded_at
        )
        for row in _health_notes([youth_id], sa.true())
    ]


def _health_notes(youth_ids: Collection[int], condition: sa.ColumnElement[bool]) -> Iterable[HealthNote]:
    if not youth_ids:
        return ()
    statement = sa.select(HealthNote).where(
        HealthNote.youth_id.in_(youth_ids), HealthNote.ended_at.is_(None), condition
    )
    return db.session().scalars(statement.order_by(HealthNote.id))


def find_photo(youth_id: int) -> YouthPhoto | None:
    """The photo there is of a young person, whether it may be shown or not. One statement."""
    return db.session().scalar(sa.select(YouthPhoto).where(YouthPhoto.youth_id == youth_id))


def has_photo_for(actor: Actor, youth_id: int, on: date) -> bool:
    """Whether there is a photo of a young person that the actor may see on the day. The photo itself is not read."""
    kept = sa.select(YouthPhoto.id).where(YouthPhoto.youth_id == youth_id)
    if not reachable(actor, P.PHOTO_READ, [youth_id], on) or db.session().scalar(kept) is None:
        return False
    return bool(picturing.may_be_shown([youth_id], None, on))


def photos_for(actor: Actor, youth_ids: Collection[int], season_id: int | None, on: date) -> dict[int, bytes]:
    """The photos of youth whom the actor may see so, and whose family agrees to photos on the day in a season.

    `season_id` None is any season that is not over. Small JPEGs by youth id. A constant number of statements.
    """
    reached = reachable(actor, P.PHOTO_READ, youth_ids, on)
    if not reached:
        return {}
    rows = db.session().scalars(sa.select(YouthPhoto).where(YouthPhoto.youth_id.in_(reached))).all()
    shown = picturing.may_be_shown([row.youth_id for row in rows], season_id, on)
    found = {row.youth_id: row.unseal_bytes("photo_sealed") for row in rows if row.youth_id in shown}
    return {youth_id: photo for youth_id, photo in found.items() if photo}


def get_health_note(youth_id: int, note_id: int) -> HealthNote:
    """One current note of a youth whom the caller has loaded within reach."""
    note = db.session().get(HealthNote, note_id)
    if note is None or note.youth_id != youth_id or note.ended_at is not None:
        raise NotFound
    return note


def youth_kept_from(adult_id: int | None, on: date) -> list[int]:
    """The youth of whom an adult may learn nothing on a day. One statement."""
    if adult_id is None:
        return []
    statement = sa.select(CustodyRestriction.youth_id).where(
        CustodyRestriction.adult_id == adult_id, CustodyRestriction.no_information, holds_on(on)
    )
    return sorted(set(db.session().scalars(statement)))


def custody_of(youth_id: int) -> list[CustodyLine]:
    """A youth's custody restrictions, past ones too, newest first. Whoever shows them records the reading."""
    rows = db.session().execute(
        sa.select(CustodyRestriction, Person)
        .join(Person, Person.id == CustodyRestriction.adult_id)
        .where(CustodyRestriction.youth_id == youth_id)
        .order_by(CustodyRestriction.starts_on.desc(), CustodyRestriction.id.desc())
    )
    return [
        CustodyLine(
            row.id,
            row.youth_id,
            adult.id,
            adult.name,
            row.no_collect,
            row.no_decide,
            row.no_information,
            row.starts_on,
            row.ends_on,
            row.unseal("note_sealed"),
        )
        for row, adult in rows
    ]


def barred_from_collecting(youth_ids: Collection[int], on: date) -> dict[int, list[str]]:
    """The adults whom a court keeps from collecting each youth on a day, by name. Whoever prints them has checked the
    reader's reach and records the reading. One statement."""
    found: dict[int, list[str]] = {}
    if not youth_ids:
        return found
    table = CustodyRestriction
    rows = db.session().execute(
        sa.select(table.youth_id, Person)
        .join(Person, Person.id == table.adult_id)
        .where(table.youth_id.in_(youth_ids), table.no_collect, holds_on(on))
        .order_by(Person.folded_name, Person.id)
    )
    for youth_id, adult in rows:
        names = found.setdefault(youth_id, [])
        if adult.name not in names:
            names.append(adult.name)
    return found


def get_restriction(youth_id: int, restriction_id: int) -> CustodyRestriction:
    """One restriction of a youth whom the caller has loaded within reach."""
    row = db.session().get(CustodyRestriction, restriction_id)
    if row is None or row.youth_id != youth_id:
        raise NotFound
    return row


def adults_about(actor: Actor, permission: P, youth_id: int, on: date) -> list[Person]:
    """Adults a custody order may name: present and former guardians, and those known who share a home."""
    guardians = sa.select(Guardianship.guardian_id).where(Guardianship.youth_id == youth_id)
    homes = sa.select(HouseholdMember.household_id).where(HouseholdMember.person_id == youth_id)
    housemates = sa.select(HouseholdMember.person_id).where(HouseholdMember.household_id.in_(homes))
    statement = sa.select(Person).where(
        sa.or_(Person.id.in_(guardians), sa.and_(Person.id.in_(housemates), adult_is_known(actor, permission, on))),
        Person.kind == PersonKind.ADULT,
        Person.merged_into_id.is_(None),
    )
    return list(db.session().scalars(statement.order_by(Person.folded_name, Person.id)))


# ---- finding the same person again ----


def find_by_external_ids(source: str, keys: Collection[str]) -> dict[str, int]:
    """Person ids by their keys in another system."""
    if not keys:
        return {}
    statement = sa.select(ExternalId.key, ExternalId.person_id).where(
        ExternalId.source == source, ExternalId.key.in_(keys)
    )
    return {row.key: row.person_id for row in db.session().execute(statement)}


def find_by_contact(kind: ContactKind, normal: str, *, condition: sa.ColumnElement[bool] | None = None) -> list[Person]:
    """The adults in use of an address or phone; families share them, so there may be several."""
    statement = (
        sa.select(Person)
        .join(ContactPoint, ContactPoint.person_id == Person.id)
        .where(
            ContactPoint.kind == kind,
            ContactPoint.normal == normal,
            ContactPoint.ended_at.is_(None),
            Person.merged_into_id.is_(None),
            sa.true() if condition is None else condition,
        )
    )
    return list(db.session().scalars(statement.order_by(Person.id)))


def find_same(kind: PersonKind, folded_name: str, born_on: date | None, *, but: int | None = None) -> list[Person]:
    """Records with the same folded name and birth date: perhaps the same person."""
    statement = sa.select(Person).where(
        Person.kind == kind, Person.folded_name == folded_name, Person.merged_into_id.is_(None)
    )
    if born_on is not None:
        statement = statement.where(Person.born_on == born_on)
    if but is not None:
        statement = statement.where(Person.id != but)
    return list(db.session().scalars(statement.order_by(Person.id)))


def list_doubles(actor: Actor, on: date, limit: int = PAGE) -> list[DoubleLine]:
    """Pairs of records that may be one person, both within reach of merging. One statement."""
    other = db.another(Person, "people.queries.other")
    statement = (
        sa.select(Person, other)
        .join(other, sa.and_(other.folded_name == Person.folded_name, other.kind == Person.kind, other.id > Person.id))
        .where(
            Person.born_on == other.born_on,
            Person.merged_into_id.is_(None),
            other.merged_into_id.is_(None),
            within(actor, P.PEOPLE_MERGE, Person.id, on),
            within(actor, P.PEOPLE_MERGE, other.id, on),
        )
        .order_by(Person.folded_name, Person.id, other.id)
        .limit(limit)
    )
    return [
        DoubleLine(
            first.id,
            second.id,
            first.list_name,
            first.born_on or on,
            clock.day_of(first.created_at),
            clock.day_of(second.created_at),
        )
        for first, second in db.session().execute(statement)
    ]


def record_facts(person: Person) -> RecordFacts:
    """What the rules of merging need to know of a record. Two statements."""
    bond, limit = Guardianship, CustodyRestriction
    pairs = [
        *db.session().execute(
            sa.select(bond.youth_id, bond.guardian_id).where(
                sa.or_(bond.youth_id == person.id, bond.guardian_id == person.id)
            )
        ),
        *db.session().execute(
            sa.select(limit.youth_id, limit.adult_id).where(
                sa.or_(limit.youth_id == person.id, limit.adult_id == person.id)
            )
        ),
    ]
    related = {each for pair in pairs for each in pair} - {person.id}
    return RecordFacts(person.id, person.kind, person.born_on, person.merged_into_id is not None, frozenset(related))
