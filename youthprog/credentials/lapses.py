"""Telling higher rooms that a credential of somebody who serves is no longer in force: once, whoever notices first."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.core.events import publish
from youthprog.credentials.models import Credential
from youthprog.credentials.queries import Book, services_of
from youthprog.credentials.types import CredentialLapsed, Step


def tell_lapsed(
    person_ids: Sequence[int], *, now: datetime, also: Collection[tuple[int, str]] = ()
) -> list[CredentialLapsed]:
    """Publish what is over for these people and was not told yet; what is in force again may be told again later.

    `also` are (person, kind) told in any case when not in force: what ended leaves no paper to mark.
    """
    on = clock.day_of(now)
    book, services = Book(person_ids, on), services_of(person_ids, on)
    rows = _accepted(person_ids)
    told: list[CredentialLapsed] = []
    for person_id in book.ids:
        for each in book.standings(person_id, services.get(person_id, ()), on):
            mine = [row for row in rows.get(person_id, ()) if row.kind == each.kind]
            if each.in_force:
                for row in mine:
                    if row.lapsed_on is not None and row.id == each.paper_id:
                        row.lapsed_on = None
                continue
            fresh = [row for row in mine if row.lapsed_on is None]
            for row in fresh:
                row.lapsed_on = on
            if each.is_required and (fresh or (person_id, each.kind) in also):
                told.append(CredentialLapsed(person_id, each.kind, on))
    db.flush()
    for event in told:
        record("credential.lapsed", "person", event.person_id, by=SYSTEM, now=now, kind=event.kind)
        publish(event)
    return told


def _accepted(person_ids: Collection[int]) -> dict[int, list[Credential]]:
    statement = sa.select(Credential).where(
        Credential.person_id.in_(person_ids), Credential.step == Step.APPROVED, Credential.ended_at.is_(None)
    )
    found: dict[int, list[Credential]] = {}
    for row in db.session().scalars(statement.order_by(Credential.id)):
        found.setdefault(row.person_id, []).append(row)
    return found
