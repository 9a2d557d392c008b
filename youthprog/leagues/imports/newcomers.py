"""Bringing in many new youth at once: the rows, audit lines and events of the verbs, in few statements.

A registration export of 5,000 players must not hold the database for minutes. What the verbs of people and programs
would write one by one is written here table by table; a test holds the two to the same result. People who are here
already are changed by the verbs alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from youthprog.access.models import Placement
from youthprog.access.services import assign
from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.events import publish
from youthprog.core.permissions import P
from youthprog.core.text import fold
from youthprog.leagues.imports.snapshot import in_parts
from youthprog.leagues.imports.stated import stated_values
from youthprog.leagues.imports.types import GuardianRow, PlannedRow, Ref
from youthprog.leagues.imports.writing import HEALTH, Writer, alert_and_detail
from youthprog.people import queries as people
from youthprog.people import services as people_services
from youthprog.people.models import (
    ContactPoint,
    EmergencyContact,
    ExternalId,
    Guardianship,
    HealthNote,
    Household,
    HouseholdMember,
    Person,
)
from youthprog.people.rules import folded
from youthprog.people.types import ContactKind, PersonAdded, PersonKind, Relationship
from youthprog.programs import queries as programs
from youthprog.programs.models import Enrollment, GroupMember, Season
from youthprog.programs.types import EnrollmentStatus, YouthEnrolled


class Newcomers:
    """Writes the new rows of a plan. Whom it makes goes into the writer's `people` and `homes`, for the rows that follow."""

    def __init__(self, writer: Writer, by: Actor, now: datetime):
        self.writer, self.season = writer, writer.season
        self.people, self.homes = writer.people, writer.homes
        self.by, self.now, self.on = by, now, clock.day_of(now)
        self.told: dict[str, Any] = {"by": by, "now": now}

    def write(self, plans: Sequence[PlannedRow]) -> None:
        """All of them, table by table, parents before children."""
        if not plans:
            return
        self._people(plans)
        self._bonds(plans)
        self._homes(plans)
        self._care(plans)
        self._places(plans)
        self._teams(plans)

    # People -------------------------------------------------------------------------------------------------

    def _people(self, plans: Sequence[PlannedRow]) -> None:
        youth = {plan.youth: self._youth(plan) for plan in plans}
        named = {ref: guardian for plan in plans for ref, guardian in self._guardians(plan)}
        adults = {ref: self._adult(guardian) for ref, guardian in named.items() if ref.id is None}
        self.people |= youth | adults
        _keep([*youth.values(), *adults.values()])
        programs_of = frozenset() if self.by.everywhere(P.YOUTH_EDIT) else self.by.programs(P.YOUTH_EDIT)
        for person in (*youth.values(), *adults.values()):
            publish(PersonAdded(person.id, person.kind, programs_of, self.on))
            record("person.added", "person", person.id, kind=person.kind.value, **self.told)
        self._contacts(plans)

    def _guardians(self, plan: PlannedRow) -> Iterator[tuple[Ref, GuardianRow]]:
        return zip(plan.guardians, plan.row.guardians, strict=True)

    def _youth(self, plan: PlannedRow) -> Person:
        row = plan.row
        return Person(
            kind=PersonKind.YOUTH,
            given_name=row.given_name,
            family_name=row.family_name,
            folded_name=folded(row.family_name, row.given_name),
            born_on=row.born_on,
            gender=row.gender,
            school=row.school or None,
            language="en",
            created_at=self.now,
        )

    def _adult(self, guardian: GuardianRow) -> Person:
        return Person(
            kind=PersonKind.ADULT,
            given_name=guardian.given_name,
            family_name=guardian.family_name,
            folded_name=folded(guardian.family_name, guardian.given_name),
            language="en",
            created_at=self.now,
        )

    def _contacts(self, plans: Sequence[PlannedRow]) -> None:
        """Contacts of new adults at once; those of adults who are here by the verb, which knows what there is."""
        wanted: dict[tuple[Ref, ContactKind, str], None] = {}
        for plan in plans:
            for ref, guardian in self._guardians(plan):
                found = [
                    (ContactKind.EMAIL, guardian.email),
                    *((ContactKind.PHONE, phone) for phone in guardian.phones),
                ]
                wanted |= dict.fromkeys((ref, kind, value) for kind, value in found if value)
        fresh = []
        for ref, kind, value in wanted:
            if ref.id is None:
                person = self.people[ref]
                fresh.append(ContactPoint(person_id=person.id, kind=kind, value=value, normal=value, preferred=True))
                record("contact.added", "person", person.id, kind=kind.value, **self.told)
            elif (known := self.writer.found(ref)) is not None:
                people_services.add_contact(known, kind, value, **self.told)
        _keep(fresh)

    def _bonds(self, plans: Sequence[PlannedRow]) -> None:
        bonds = []
        for plan in plans:
            youth = self.people[plan.youth]
            for rank, ref in enumerate(dict.fromkeys(plan.guardians), start=1):
                adult = self.writer.found(ref)
                if adult is None:
                    continue
                if ref.id is not None:
                    people_services.add_guardian(youth, adult, Relationship.OTHER, rank=rank, **self.told)
                    continue
                bonds.append(
                    Guardianship(
                        youth_id=youth.id,
                        guardian_id=adult.id,
                        relationship=Relationship.OTHER,
                        may_decide=True,
                        may_collect=True,
                        rank=rank,
                    )
                )
                rights: dict[str, Any] = {"guardian_id": adult.id, "may_decide": True, "may_collect": True}
                record("guardian.added", "person", youth.id, **rights, **self.told)
        _keep(bonds)

    # Homes and care -----------------------------------------------------------------------------------------

    def _homes(self, plans: Sequence[PlannedRow]) -> None:
        new: dict[Ref, Household] = {}
        for plan in plans:
            if plan.household is not None and plan.household.id is None and plan.household not in self.homes:
                new.setdefault(plan.household, _household(plan))
        _keep(new.values())
        self.homes |= new
        for home in new.values():
            record("household.made", "household", home.id, **self.told)
        members: dict[tuple[int, int], None] = {}
        for plan in plans:
            if plan.household is not None:
                home_id = plan.household.id or self.homes[plan.household].id
                inside = [self.people[plan.youth], *(self.writer.found(ref) for ref in plan.guardians)]
                members |= dict.fromkeys((home_id, person.id) for person in inside if person is not None)
        fresh = {home.id for home in new.values()}
        known = self._known_members({home_id for home_id, _person_id in members} - fresh)
        joining = [pair for pair in members if pair not in known]
        _keep(HouseholdMember(household_id=home_id, person_id=person_id) for home_id, person_id in joining)
        for home_id, person_id in joining:
            record("household.joined", "person", person_id, household_id=home_id, **self.told)

    def _known_members(self, home_ids: set[int]) -> set[tuple[int, int]]:
        statement = sa.select(HouseholdMember.household_id, HouseholdMember.person_id)
        found = in_parts(HouseholdMember.household_id, home_ids, statement)
        return {(row.household_id, row.person_id) for row in found}

    def _care(self, plans: Sequence[PlannedRow]) -> None:
        notes: list[tuple[HealthNote, str]] = []
        contacts, keys = [], []
        for plan in plans:
            youth, stated = self.people[plan.youth], stated_values(plan.row)
            for name, kind in HEALTH:
                if name in stated:
                    notes.append((HealthNote(youth_id=youth.id, kind=kind, recorded_at=self.now), stated[name]))
            if "emergency_name" in stated:
                name, phone = stated["emergency_name"], stated["emergency_phone"]
                contacts.append(EmergencyContact(youth_id=youth.id, name=name, phone=phone))
                record("emergency.added", "person", youth.id, **self.told)
            keys += [ExternalId(source=source, key=key, person_id=youth.id) for source, key in plan.row.external]
        _keep([*contacts, *keys, *(note for note, _text in notes)])
        for note, text in notes:  # a seal needs the row's id
            alert, detail = alert_and_detail(text)
            note.seal("alert_sealed", alert)
            note.seal("detail_sealed", detail)
            record("health.noted", "person", note.youth_id, note_id=note.id, kind=note.kind.value, **self.told)
        db.flush()

    # Places and teams ---------------------------------------------------------------------------------------

    def _places(self, plans: Sequence[PlannedRow]) -> None:
        """Places in the order of the file as long as there are any; the rest waits in line."""
        asking = [plan for plan in plans if plan.enrolls]
        given = self._take_places(len(asking))
        rows = []
        for number, plan in enumerate(asking):
            has_place = number < given
            rows.append(
                Enrollment(
                    season_id=self.season.id,
                    youth_id=self.people[plan.youth].id,
                    status=EnrollmentStatus.ENROLLED if has_place else EnrollmentStatus.WAITLISTED,
                    asked_at=self.now,
                    enrolled_at=self.now if has_place else None,
                )
            )
        program_id, source = self.season.program_id, f"season:{self.season.id}"
        places = [
            Placement(youth_id=row.youth_id, program_id=program_id, source=source, from_on=self.on) for row in rows
        ]
        _keep([*rows, *places])
        for row in rows:
            record(f"enrollment.{row.status.value}", "person", row.youth_id, season_id=self.season.id, **self.told)
            if row.status is EnrollmentStatus.ENROLLED:
                publish(YouthEnrolled(row.id, row.youth_id, self.season.id))

    def _take_places(self, wanted: int) -> int:
        """Take as many places as there are, under the season's lock; none while others wait."""
        if programs.waiting_in(self.season.id):
            return 0
        db.session().refresh(self.season, ["taken"])
        free = wanted if self.season.capacity is None else max(0, self.season.capacity - self.season.taken)
        given = min(wanted, free)
        table: Any = Season.__table__
        db.session().execute(sa.update(table).where(table.c.id == self.season.id).values(taken=table.c.taken + given))
        db.session().expire(self.season, ["taken"])
        return given

    def _teams(self, plans: Sequence[PlannedRow]) -> None:
        joining: dict[int, list[Person]] = defaultdict(list)
        members = []
        for plan in plans:
            if plan.team is not None:
                group, youth = self.writer.group(plan.team, plan), self.people[plan.youth]
                joining[group.id].append(youth)
                members.append(
                    GroupMember(group_id=group.id, youth_id=youth.id, jersey=plan.jersey or None, from_on=self.on)
                )
        _keep(members)
        leaders = programs.staff_of(list(joining), self.on)
        for group_id, youth_in in joining.items():
            pairs = [(line.person_id, youth.id) for line in leaders.get(group_id, ()) for youth in youth_in]
            assign(pairs, source=f"group:{group_id}", from_on=self.on)
            for youth in youth_in:
                record("group.joined", "person", youth.id, group_id=group_id, **self.told)
        db.flush()


def _household(plan: PlannedRow) -> Household:
    row = plan.row
    home = Household(
        name=row.family_name,
        street=row.street or None,
        unit=row.unit or None,
        city=row.city or None,
        state=row.state or None,
        postal_code=row.postal_code or None,
    )
    home.folded_address = fold(people.address_of(home)) or None
    return home


def _keep(rows: Iterable[Any]) -> None:
    """Send rows in one go, so that they have their ids."""
    db.session().add_all(rows)
    db.flush()
