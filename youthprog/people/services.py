"""Verbs of the people room. They never commit; each deed leaves its audit line."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.events import publish
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, Conflict, Refusal, Refused, refuse_if
from youthprog.core.text import fold
from youthprog.people import bonds, queries, rules
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
    PersonMerge,
    YouthPhoto,
)
from youthprog.people.photos import follow_withdrawal as follow_withdrawal
from youthprog.people.photos import forget_photo as forget_photo
from youthprog.people.photos import keep_photo as keep_photo
from youthprog.people.photos import move_photo
from youthprog.people.photos import refusals_to_keep_photo as refusals_to_keep_photo
from youthprog.people.photos import remove_photo as remove_photo
from youthprog.people.types import (
    ContactKind,
    CustodyRestricted,
    Gender,
    GuardianshipEnded,
    HealthKind,
    PeopleMerged,
    PersonAdded,
    PersonKind,
    Relationship,
    SchoolChanged,
)

# ---- persons ----


def add_person(
    kind: PersonKind,
    given_name: str,
    family_name: str,
    *,
    by: Actor,
    now: datetime,
    preferred_name: str | None = None,
    born_on: date | None = None,
    gender: Gender = Gender.UNSTATED,
    school: str | None = None,
    language: str = "en",
) -> Person:
    """Add a child or an adult. Names are kept as typed."""
    refuse_if(rules.refusals_to_add_person(kind, given_name, family_name, born_on, clock.day_of(now)))
    person = Person(
        kind=kind,
        given_name=given_name,
        family_name=family_name,
        preferred_name=preferred_name or None,
        folded_name=rules.folded(family_name, given_name),
        born_on=born_on,
        gender=gender,
        school=school or None,
        language=language,
        created_at=now,
    )
    db.session().add(person)
    db.flush()
    programs = frozenset() if by.everywhere(P.YOUTH_EDIT) else by.programs(P.YOUTH_EDIT)
    publish(PersonAdded(person.id, kind, programs, clock.day_of(now)))
    record("person.added", "person", person.id, by=by, now=now, kind=kind.value)
    return person


def rename(
    person: Person, given_name: str, family_name: str, *, by: Actor, now: datetime, preferred_name: str | None = None
) -> None:
    """Correct a person's names."""
    refuse_if(rules.refusals_to_add_person(person.kind, given_name, family_name, None, clock.day_of(now)))
    before = (person.given_name, person.family_name, person.preferred_name)
    after = (given_name, family_name, preferred_name or None)
    if before == after:
        return
    person.given_name, person.family_name, person.preferred_name = after
    person.folded_name = rules.folded(family_name, given_name)
    db.flush()
    record("person.renamed", "person", person.id, by=by, now=now)


def correct(
    person: Person,
    *,
    by: Actor,
    now: datetime,
    born_on: date | None,
    gender: Gender | None = None,
    school: str | None = None,
    language: str | None = None,
    hides_surname: bool | None = None,
) -> None:
    """Correct what the file says of a person besides the names.

    The audit line names what changed, and of a birth date what it was and is.
    """
    refuse_if(
        rules.refusals_to_add_person(person.kind, person.given_name, person.family_name, born_on, clock.day_of(now))
    )
    wanted = {
        "born_on": born_on,
        "gender": gender or person.gender,
        "school": school or None,
        "language": language or person.language,
        "hides_surname": person.hides_surname if hides_surname is None else hides_surname,
    }
    changed = [name for name, value in wanted.items() if getattr(person, name) != value]
    if not changed:
        return
    moved = rules.is_another_school(person.school, school) and person.kind is PersonKind.YOUTH
    was = person.born_on
    for name in changed:
        setattr(person, name, wanted[name])
    db.flush()
    detail: dict[str, Any] = {"changed": changed}
    if "born_on" in changed:  # it decides who plays where: what it was can be told later
        detail["born_on"] = [each.isoformat() if each else None for each in (was, born_on)]
    record("person.corrected", "person", person.id, by=by, now=now, **detail)
    if moved:
        publish(SchoolChanged(person.id, clock.day_of(now)))


def know_as(person: Person, source: str, key: str) -> ExternalId:
    """Remember a person's key in another system, so that the next import finds the same person."""
    row = ExternalId(source=source, key=key, person_id=person.id)
    db.session().add(row)
    db.flush()
    return row


# ---- contacts ----


def add_contact(
    person: Person, kind: ContactKind, value: str, *, by: Actor, now: datetime, preferred: bool = True
) -> ContactPoint:
    """Give an adult an address or a phone; one that was ended comes back, one that stands stays."""
    refuse_if(rules.refusals_of_contact(kind, value))
    normal = rules.normal_contact(kind, value) or ""
    row = db.session().scalar(
        sa.select(ContactPoint).where(
            ContactPoint.person_id == person.id, ContactPoint.kind == kind, ContactPoint.normal == normal
        )
    )
    if row is not None and row.ended_at is None:
        return row
    if row is None:
        row = ContactPoint(person_id=person.id, kind=kind, value=value.strip(), normal=normal, preferred=preferred)
        db.session().add(row)
    else:
        row.ended_at = row.bounced_at = None
    db.flush()
    record("contact.added", "person", person.id, by=by, now=now, kind=kind.value)
    return row


def end_contact(contact: ContactPoint, *, by: Actor, now: datetime) -> None:
    """Stop using an address or a phone."""
    if contact.ended_at is None:
        contact.ended_at = now
        record("contact.ended", "person", contact.person_id, by=by, now=now, kind=contact.kind.value)


def replace_contact(person: Person, kind: ContactKind, value: str, *, by: Actor, now: datetime) -> None:
    """Make this the one address or phone of a person; an empty value ends those there are."""
    refuse_if(rules.refusals_of_contact(kind, value) if value else [])
    normal = rules.normal_contact(kind, value) if value else None
    rows = db.session().scalars(
        sa.select(ContactPoint).where(
            ContactPoint.person_id == person.id, ContactPoint.kind == kind, ContactPoint.ended_at.is_(None)
        )
    )
    for row in rows.all():
        if row.normal != normal:
            end_contact(row, by=by, now=now)
    if value:
        add_contact(person, kind, value, by=by, now=now)


def note_bounce(contact_id: int, *, now: datetime) -> None:
    """Remember that an address does not take mail; a new address or a good delivery clears it."""
    contact = db.session().get(ContactPoint, contact_id)
    if contact is not None and contact.bounced_at is None:
        contact.bounced_at = now


# ---- households ----


def make_household(
    name: str,
    members: Iterable[Person],
    *,
    by: Actor,
    now: datetime,
    street: str | None = None,
    unit: str | None = None,
    city: str | None = None,
    state: str | None = None,
    postal_code: str | None = None,
) -> Household:
    """Make a home of people at one address."""
    home = Household(name=name, street=street, unit=unit, city=city, state=state, postal_code=postal_code)
    home.folded_address = fold(queries.address_of(home)) or None
    db.session().add(home)
    db.flush()
    record("household.made", "household", home.id, by=by, now=now)
    for person in members:
        join_household(home, person, by=by, now=now)
    return home


def join_household(home: Household, person: Person, *, by: Actor, now: datetime) -> None:
    """Let a person live here; a child of two homes joins both."""
    if db.session().get(HouseholdMember, (home.id, person.id)) is None:
        db.session().add(HouseholdMember(household_id=home.id, person_id=person.id))
        db.flush()
        record("household.joined", "person", person.id, by=by, now=now, household_id=home.id)


def leave_household(home: Household, person: Person, *, by: Actor, now: datetime) -> None:
    """Let a person live here no longer."""
    member = db.session().get(HouseholdMember, (home.id, person.id))
    if member is not None:
        db.session().delete(member)
        db.flush()
        record("household.left", "person", person.id, by=by, now=now, household_id=home.id)


def live_at(
    person: Person,
    *,
    by: Actor,
    now: datetime,
    street: str | None,
    city: str | None,
    unit: str | None = None,
    state: str | None = None,
    postal_code: str | None = None,
) -> Household:
    """Let a person live at an address: the household known there is joined, else one is made."""
    address = {"street": street, "unit": unit, "city": city, "state": state, "postal_code": postal_code}
    folded = fold(queries.address_of(Household(name="", **address)))
    home = queries.find_household(folded) if folded else None
    if home is None:
        name = f"{person.family_name}, {street}" if street else person.family_name
        return make_household(name[:120], [person], **address, by=by, now=now)
    join_household(home, person, by=by, now=now)
    return home


# ---- guardians ----


def add_guardian(
    youth: Person,
    guardian: Person,
    relationship: Relationship,
    *,
    by: Actor,
    now: datetime,
    may_decide: bool = True,
    may_collect: bool = True,
    rank: int | None = None,
) -> Guardianship:
    """Make an adult a guardian of a child, called last unless a rank is given. An ended bond is taken up again."""
    on = clock.day_of(now)
    bond = queries.find_bond(youth.id, guardian.id)
    limits = queries.restrictions_on([youth.id], on).get((youth.id, guardian.id), set())
    facts = rules.BondFacts(
        youth_is_youth=youth.kind is PersonKind.YOUTH,
        same_person=youth.id == guardian.id,
        already=bond is not None and rules.is_guardian_on(bond.ended_on, on),
        born_on=youth.born_on,
        guardian_born_on=guardian.born_on,
        may_decide=may_decide,
        may_collect=may_collect,
        no_decide="decide" in limits,
        no_collect="collect" in limits,
        no_information="information" in limits,
    )
    refuse_if(rules.refusals_to_add_guardian(facts))
    rank = rank or queries.last_rank(youth.id, on) + 1
    is_new = bond is None
    if bond is None:
        bond = Guardianship(youth_id=youth.id, guardian_id=guardian.id)
        db.session().add(bond)
    else:
        bonds.keep(bond, until=on)
    bond.relationship = relationship
    bond.may_decide, bond.may_collect = may_decide, may_collect
    bond.rank, bond.ended_on = rank, None
    db.flush()
    if is_new:
        bonds.keep_beginning(bond, on=on)
    rights = {"may_decide": may_decide, "may_collect": may_collect}
    record("guardian.added", "person", youth.id, by=by, now=now, guardian_id=guardian.id, **rights)
    return bond


def change_guardian(
    bond: Guardianship,
    *,
    relationship: Relationship,
    may_decide: bool,
    may_collect: bool,
    rank: int,
    by: Actor,
    now: datetime,
) -> None:
    """Correct what a guardian is to the child and may do. Custody still has the last word."""
    key = (bond.youth_id, bond.guardian_id)
    limits = queries.restrictions_on([bond.youth_id], clock.day_of(now)).get(key, set())
    facts = rules.BondFacts(
        youth_is_youth=True,
        same_person=False,
        already=False,
        may_decide=may_decide and not bond.may_decide,
        may_collect=may_collect and not bond.may_collect,
        no_decide="decide" in limits,
        no_collect="collect" in limits,
    )
    refuse_if(rules.refusals_to_allow(facts))
    if may_decide != bond.may_decide:
        bonds.keep(bond, until=clock.day_of(now))
    bond.relationship, bond.rank = relationship, rank
    bond.may_decide, bond.may_collect = may_decide, may_collect
    db.flush()
    rights = {"may_decide": may_decide, "may_collect": may_collect}
    record("guardian.changed", "person", bond.youth_id, by=by, now=now, guardian_id=bond.guardian_id, **rights)


def end_guardian(bond: Guardianship, *, by: Actor, now: datetime) -> None:
    """End a guardianship from today on; rooms above withdraw what hung on it."""
    if bond.ended_on is not None:
        return
    bond.ended_on = clock.day_of(now)
    db.flush()
    record("guardian.ended", "person", bond.youth_id, by=by, now=now, guardian_id=bond.guardian_id)
    publish(GuardianshipEnded(bond.youth_id, bond.guardian_id))


def take_adult(
    given_name: str,
    family_name: str,
    *,
    by: Actor,
    now: datetime,
    email: str | None = None,
    phone: str | None = None,
    language: str = "en",
) -> Person:
    """The adult of this name who uses this address or phone already, else a new one with these contacts.

    A mother of two children is one person, however often she is typed in. Who lies beyond the reach of `by` is not
    found: naming an adult of another program must not open their record.
    """
    contacts = [(ContactKind.EMAIL, email), (ContactKind.PHONE, phone)]
    typed = [(kind, value) for kind, value in contacts if value]
    refuse_if([reason for kind, value in typed for reason in rules.refusals_of_contact(kind, value)])
    folded = rules.folded(family_name, given_name)
    within_reach = queries.adult_is_known(by, P.YOUTH_EDIT, clock.day_of(now))
    known = [
        person
        for kind, value in typed
        for person in queries.find_by_contact(kind, rules.normal_contact(kind, value) or "", condition=within_reach)
        if person.kind is PersonKind.ADULT and person.folded_name == folded
    ]
    adult = known[0] if known else None
    if adult is None:
        adult = add_person(PersonKind.ADULT, given_name, family_name, language=language, by=by, now=now)
    for kind, value in typed:
        add_contact(adult, kind, value, by=by, now=now)
    return adult


# ---- custody ----


def restrict_custody(
    youth: Person,
    adult: Person,
    *,
    no_collect: bool,
    no_decide: bool,
    no_information: bool,
    starts_on: date,
    by: Actor,
    now: datetime,
    ends_on: date | None = None,
    note: str | None = None,
) -> CustodyRestriction:
    """Record what a court forbids an adult about a child; the note is sealed. Rooms above act at once."""
    refuse_if(
        rules.refusals_to_restrict(
            same_person=youth.id == adult.id,
            adult_is_youth=adult.kind is PersonKind.YOUTH,
            no_collect=no_collect,
            no_decide=no_decide,
            no_information=no_information,
            starts_on=starts_on,
            ends_on=ends_on,
        )
    )
    row = CustodyRestriction(
        youth_id=youth.id,
        adult_id=adult.id,
        no_collect=no_collect,
        no_decide=no_decide,
        no_information=no_information,
        starts_on=starts_on,
        ends_on=ends_on,
        recorded_at=now,
        recorded_by_id=by.person_id,
    )
    db.session().add(row)
    db.flush()
    row.seal("note_sealed", note or None)
    db.flush()
    record("custody.restricted", "person", youth.id, by=by, now=now, restriction_id=row.id)
    publish(CustodyRestricted(youth.id, adult.id))
    return row


def end_custody(restriction: CustodyRestriction, *, on: date, by: Actor, now: datetime) -> None:
    """Let a restriction hold for the last time on a day."""
    refuse_if(rules.refusals_to_end_custody(restriction.starts_on, restriction.ends_on, on, clock.day_of(now)))
    restriction.ends_on = on
    db.flush()
    record("custody.ended", "person", restriction.youth_id, by=by, now=now, restriction_id=restriction.id)


# ---- health, emergency contacts ----


def note_health(
    youth: Person, kind: HealthKind, *, by: Actor, now: datetime, alert: str | None = None, detail: str | None = None
) -> HealthNote:
    """Note something about a child's health: the few words for the field and the detail, sealed apart."""
    if not (alert or detail):
        raise Refused([Refusal("empty", N_("Write the alert, the detail, or both."), "alert")])
    note = HealthNote(youth_id=youth.id, kind=kind, recorded_at=now)
    db.session().add(note)
    db.flush()
    note.seal("alert_sealed", alert or None)
    note.seal("detail_sealed", detail or None)
    db.flush()
    record("health.noted", "person", youth.id, by=by, now=now, note_id=note.id, kind=kind.value)
    return note


def end_health(note: HealthNote, *, by: Actor, now: datetime) -> None:
    """Say that a health note no longer holds. It stays in the file, sealed."""
    if note.ended_at is None:
        note.ended_at = now
        record("health.ended", "person", note.youth_id, by=by, now=now, note_id=note.id)


def add_emergency_contact(
    youth: Person, name: str, phone: str, *, by: Actor, now: datetime, relation: str | None = None
) -> EmergencyContact:
    """Name somebody to call who need not be a guardian."""
    refuse_if(rules.refusals_of_contact(ContactKind.PHONE, phone))
    row = EmergencyContact(
        youth_id=youth.id, name=name, phone=rules.normal_phone(phone) or "", relation=relation or None
    )
    db.session().add(row)
    db.flush()
    record("emergency.added", "person", youth.id, by=by, now=now)
    return row


def remove_emergency_contact(contact: EmergencyContact, *, by: Actor, now: datetime) -> None:
    """Call this person no longer."""
    db.session().delete(contact)
    db.flush()
    record("emergency.removed", "person", contact.youth_id, by=by, now=now)


def forget_health(youth_id: int) -> int:
    """Remove every health note of a youth whose time is over; how many. The room whose deed this is writes the audit line."""
    return _forget(HealthNote, youth_id)


def forget_emergency_contacts(youth_id: int) -> int:
    """Remove every emergency contact of a youth whose time is over; how many. The audit line is the deed's."""
    return _forget(EmergencyContact, youth_id)


def _forget(model: type[HealthNote] | type[EmergencyContact], youth_id: int) -> int:
    rows = db.session().scalars(sa.select(model).where(model.youth_id == youth_id)).all()
    for row in rows:
        db.session().delete(row)
    db.flush()
    return len(rows)


# ---- merging ----


def merge(kept: Person, gone: Person, *, by: Actor, now: datetime) -> PersonMerge:
    """Make two records of one person one. Everything of `gone` moves to `kept`; rooms above move theirs.

    Raises `Conflict` when somebody merged one of them meanwhile.
    """
    refuse_if(rules.refusals_to_merge(queries.record_facts(kept), queries.record_facts(gone)))
    if queries.answers_elsewhere(by, P.PEOPLE_MERGE, (kept.id, gone.id), clock.day_of(now)):
        sentence = N_("One of them answers for a child you do not reach. Ask a coordinator of the whole department.")
        raise Refused([Refusal("answers_elsewhere", sentence)])
    _close_record(kept, gone)
    _move_contacts(kept, gone)
    _move_bonds(kept, gone, clock.day_of(now))
    _move_households(kept, gone)
    _move_rows(kept.id, gone.id)
    move_photo(kept.id, gone.id)
    for name in ("born_on", "school", "preferred_name"):
        if getattr(kept, name) is None:
            setattr(kept, name, getattr(gone, name))
    kept.hides_surname = kept.hides_surname or gone.hides_surname
    row = PersonMerge(kept_id=kept.id, gone_id=gone.id, merged_at=now, merged_by_id=by.person_id)
    db.session().add(row)
    db.flush()
    record("people.merged", "person", kept.id, by=by, now=now, gone_id=gone.id)
    publish(PeopleMerged(kept.id, gone.id, now))
    return row


def _close_record(kept: Person, gone: Person) -> None:
    """Lock both records, lower key first, and point the one at the other if both still stand."""
    table: Any = Person.__table__
    pair = sorted((kept.id, gone.id))
    locked = sa.select(table.c.id).where(table.c.id.in_(pair), table.c.merged_into_id.is_(None))
    standing = db.session().execute(locked.order_by(table.c.id).with_for_update()).all()
    if len(standing) != len(pair):
        raise Conflict([Refusal("already_merged", N_("One of these records was merged already."))])
    gone.merged_into_id = kept.id
    db.flush()
    db.session().execute(sa.update(table).where(table.c.merged_into_id == gone.id).values(merged_into_id=kept.id))


def _move_contacts(kept: Person, gone: Person) -> None:
    rows = db.session().scalars(sa.select(ContactPoint).where(ContactPoint.person_id.in_((kept.id, gone.id)))).all()
    known = {(row.kind, row.normal): row for row in rows if row.person_id == kept.id}
    for row in rows:
        if row.person_id == gone.id and (row.kind, row.normal) not in known:
            row.person_id = kept.id
        elif row.person_id == gone.id and row.ended_at is None:
            known[row.kind, row.normal].ended_at = None
    db.flush()


def _move_bonds(kept: Person, gone: Person, on: date) -> None:
    """Guardianships of both sides; where both records had the same bond, the one in force stays."""
    ids = (kept.id, gone.id)
    rows = db.session().scalars(
        sa.select(Guardianship).where(sa.or_(Guardianship.youth_id.in_(ids), Guardianship.guardian_id.in_(ids)))
    )
    found = {(row.youth_id, row.guardian_id): row for row in rows}
    for (youth_id, guardian_id), row in found.items():
        if gone.id not in (youth_id, guardian_id):
            continue
        place = (kept.id if youth_id == gone.id else youth_id, kept.id if guardian_id == gone.id else guardian_id)
        other = found.get(place)
        if other is None:
            row.youth_id, row.guardian_id = place
        else:
            bonds.become_one(other, row, on=on)
    db.flush()


def _move_households(kept: Person, gone: Person) -> None:
    rows = db.session().scalars(sa.select(HouseholdMember).where(HouseholdMember.person_id.in_((kept.id, gone.id))))
    homes: dict[int, set[int]] = {kept.id: set(), gone.id: set()}
    for row in rows.all():
        homes[row.person_id].add(row.household_id)
        if row.person_id == gone.id:
            db.session().delete(row)
    db.flush()
    for household_id in homes[gone.id] - homes[kept.id]:
        db.session().add(HouseholdMember(household_id=household_id, person_id=kept.id))
    db.flush()


def _move_rows(kept_id: int, gone_id: int) -> None:
    """Rows that only name the person; the sealed ones stay readable, as their seal is bound to their own key."""
    places: list[tuple[Any, str]] = [
        (EmergencyContact.__table__, "youth_id"),
        (CustodyRestriction.__table__, "youth_id"),
        (CustodyRestriction.__table__, "adult_id"),
        (HealthNote.__table__, "youth_id"),
        (ExternalId.__table__, "person_id"),
        (YouthPhoto.__table__, "kept_by_id"),
    ]
    for table, name in places:
        db.session().execute(sa.update(table).where(table.c[name] == gone_id).values({name: kept_id}))
    db.session().expire_all()
