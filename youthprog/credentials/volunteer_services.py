"""Importing a file of volunteers or mentors: who is on file already, who is new, and onto the program's list."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa

from youthprog.access.models import Placement
from youthprog.access.services import place
from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import Refused
from youthprog.credentials.volunteer_rules import Fate, Flaw, Known, Planned, Volunteer, plan
from youthprog.people import queries as people
from youthprog.people import services as people_services
from youthprog.people.models import ContactPoint, Person
from youthprog.people.types import ContactKind, PersonKind
from youthprog.programs.models import Season
from youthprog.programs.queries import during

SOURCE = "volunteers"
AT_ONCE = 500


def plan_volunteers(rows: Sequence[Volunteer], season: Season) -> list[Planned]:
    """Say what an import of these rows would do, without doing it."""
    return plan(rows, _known(rows, season))


def import_volunteers(
    rows: Sequence[Volunteer], season: Season, *, by: Actor, now: datetime
) -> tuple[list[Planned], list[Flaw]]:
    """Put these people on the list of a season's program. Who is there with the same contacts already is left alone.

    Returns what became of each, and what speaks against a row after all; such a row changes nothing.
    """
    planned, flaws = [], []
    for each in plan_volunteers(rows, season):
        try:
            with db.session().begin_nested():
                _write(each, season, by=by, now=now)
            planned.append(each)
        except Refused as problem:
            reason = problem.reasons[0]
            flaws.append(Flaw(each.volunteer.row, "", reason.code, str(reason), refuses=True))
            planned.append(Planned(each.volunteer, Fate.REFUSED, each.person_id))
    done = {fate: sum(each.fate is fate for each in planned) for fate in (Fate.NEW, Fate.CHANGED)}
    if any(done.values()):
        record(
            "volunteers.imported", "season", season.id, by=by, now=now, new=done[Fate.NEW], changed=done[Fate.CHANGED]
        )
    return planned, flaws


def _write(each: Planned, season: Season, *, by: Actor, now: datetime) -> None:
    if each.fate is Fate.SAME:
        return
    one = each.volunteer
    if each.person_id is None:
        person = people_services.take_adult(
            one.given_name, one.family_name, email=one.email, phone=one.phone, by=by, now=now
        )
    else:
        person = people.get_person(each.person_id)
        for kind, value in ((ContactKind.EMAIL, one.email), (ContactKind.PHONE, one.phone)):
            if value:
                people_services.add_contact(person, kind, value, by=by, now=now)
    place(person.id, season.program_id, source=SOURCE, from_on=clock.day_of(now))
    db.flush()


def _known(rows: Iterable[Volunteer], season: Season) -> list[Known]:
    """The adults on file who use one of the addresses or phones, by a few statements for however many rows."""
    contacts = sorted({each for row in rows for each in (row.email, row.phone) if each})
    found: dict[int, tuple[str, set[str]]] = {}
    for start in range(0, len(contacts), AT_ONCE):
        for person_id, folded, normal in db.session().execute(
            sa.select(Person.id, Person.folded_name, ContactPoint.normal)
            .join(ContactPoint, ContactPoint.person_id == Person.id)
            .where(
                ContactPoint.normal.in_(contacts[start : start + AT_ONCE]), ContactPoint.ended_at.is_(None),
                Person.kind == PersonKind.ADULT, Person.merged_into_id.is_(None),
            )
        ):  # fmt: skip
            found.setdefault(person_id, (folded, set()))[1].add(normal)
    listed = _listed(found, season)
    return [Known(key, folded, frozenset(mine), key in listed) for key, (folded, mine) in found.items()]


def _listed(person_ids: Collection[int], season: Season) -> set[int]:
    on = clock.today()
    statement = sa.select(Placement.youth_id).where(
        Placement.program_id == season.program_id, Placement.source == SOURCE,
        during(Placement.from_on, Placement.until_on, on),
    )  # fmt: skip
    return set(db.session().scalars(statement)) & set(person_ids)
