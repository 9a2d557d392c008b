"""Whom to tell at once: coordinators when a release was stopped, a leader when children were not checked out."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app

from youthprog.access.models import Account
from youthprog.attendance.collecting import late_gatherings
from youthprog.attendance.collecting_rules import CUSTODY, STOPS
from youthprog.attendance.types import DeedKind, Said
from youthprog.audit.services import record, record_read
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.core.refusals import Refusal
from youthprog.outreach import services as outreach
from youthprog.outreach.models import Message
from youthprog.outreach.types import Recipient
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering

STOPPED, LATE = "release_stopped", "release_late"


def tell_of_stops(
    gathering: Gathering, said: Sequence[Said], refusals: Mapping[str, Refusal | None], *, by: Actor, now: datetime
) -> None:
    """Leave a line for each release that was stopped, and write to the coordinators. Nothing says why.

    That a name was a barred adult's is custody data: whoever is answered so has read it, and that is recorded. So is a
    release to somebody of a barred adult's name, whose photo ID was compared.
    """
    for each in said:
        refusal = refusals.get(each.client_id)
        if each.kind is DeedKind.LEAVE and refusal is None and each.youth_id and each.to and each.to.proof:
            checked = {"gathering_id": gathering.id, "adult_id": each.to.person_id, "compared": each.to.proof.kind}
            record("release.compared", "person", each.youth_id, by=by, now=now, **checked)
        if each.kind not in (DeedKind.STOP, DeedKind.LEAVE) or refusal is None or refusal.code not in STOPS:
            continue
        if each.youth_id is None:
            continue
        record("release.stopped", "person", each.youth_id, by=by, now=now, gathering_id=gathering.id)
        if refusal.code in CUSTODY:
            record_read("custody.matched", "person", each.youth_id, by=by, gathering_id=gathering.id)
        _write_to_coordinators(gathering, each.youth_id, by=by, now=now)


def _write_to_coordinators(gathering: Gathering, youth_id: int, *, by: Actor, now: datetime) -> None:
    youth = db.session().get_one(Person, youth_id)
    values = {
        "child": youth.first_name,
        "leader": by.name,
        "what": gathering.title,
        "starts_at": gathering.starts_at,
        "link": f"{_public_url()}/gatherings/{gathering.id}/release/{youth_id}",
    }
    for to in coordinators_of(gathering.season_id, [youth_id], now):
        outreach.send(
            STOPPED, "attendance/mail/stopped", to=to, subject_id=gathering.id, about_youth_id=youth_id, values=values,
            by=by, now=now,
        )  # fmt: skip


def coordinators_of(season_id: int, youth_ids: Collection[int], now: datetime) -> list[Recipient]:
    """The coordinators of a season's program and of the department, but for adults whom a court limits in anything
    about one of the youth. Two statements."""
    on = clock.day_of(now)
    limited = {adult_id for _youth_id, adult_id in people.restrictions_on(youth_ids, on)}
    return [each for each in programs.coordinators_of(season_id, on) if each.person_id not in limited]


def phones_of_coordinators(season_id: int, youth_id: int, now: datetime) -> list[tuple[str, str]]:
    """(name, phone) of the coordinators who have one on file. Three statements."""
    known = coordinators_of(season_id, [youth_id], now)
    contacts = people.contacts_of({each.person_id for each in known if each.person_id is not None})
    found = []
    for each in known:
        phone = next((line.value for line in contacts.get(each.person_id or 0, ()) if "@" not in line.value), None)
        if phone:
            found.append((each.name, phone))
    return found


def tell_of_late(now: datetime) -> Iterator[int]:
    """Write once a gathering to its leader that children were not checked out 15 minutes after the end.

    No child is named. Yields the gatherings told of; the worker commits after each.
    """
    late = late_gatherings(now)
    if not late:
        return
    told = set(
        db.session().scalars(sa.select(Message.subject_id).where(Message.kind == LATE, Message.subject_id.in_(late)))
    )
    for gathering_id, (gathering, youth_ids) in late.items():
        to = None if gathering_id in told else _leader_of(gathering, youth_ids, now)
        if to is None:
            continue
        values = {
            "name": to.name,
            "count": len(youth_ids),
            "what": gathering.title,
            "ends_at": gathering.ends_at,
            "link": f"{_public_url()}/on-site?gathering={gathering_id}",
        }
        outreach.send(
            LATE, "attendance/mail/late", to=to, subject_id=gathering_id, values=values, by=SYSTEM, now=now
        )  # fmt: skip
        record("release.late", "gathering", gathering_id, by=SYSTEM, now=now, count=len(youth_ids))
        db.flush()
        yield gathering_id


def _leader_of(gathering: Gathering, youth_ids: Collection[int], now: datetime) -> Recipient | None:
    """The first leader with an address whom no court limits in anything about one of the youth; else a coordinator.

    Whoever led on the day it began, unless that has ended; what a court says is asked for the day of the letter.
    """
    began, today = clock.day_of(gathering.starts_at), clock.day_of(now)
    limited = {adult_id for _youth_id, adult_id in people.restrictions_on(youth_ids, today)}
    leaders = [each for each in _led_on(gathering.group_id, began) if each not in limited]
    if leaders and today != began:
        still = _led_on(gathering.group_id, today)
        leaders = [each for each in leaders if each in still]
    rows: Any = db.session().execute(
        sa.select(Account.email, Person)
        .join(Person, Person.id == Account.person_id)
        .where(Account.person_id.in_(leaders), Account.closed_at.is_(None))
    )
    found = {person.id: Recipient(person.name, email, person.language, person.id) for email, person in rows}
    first = next((found[each] for each in leaders if each in found), None)
    return first or next(iter(coordinators_of(gathering.season_id, youth_ids, now)), None)


def _led_on(group_id: int | None, on: date) -> list[int]:
    lines = programs.staff_of([group_id], on).get(group_id, []) if group_id else []
    return [line.person_id for line in lines]


def _public_url() -> str:
    return str(current_app.config["YOUTHPROG"].public_url).rstrip("/")
