"""The daily round of credentials: letters before an end, what is over, exceptions that ended, who served without.

A letter names trainings and licenses. A background check is a "clearance to serve" in it: mail is read by others too, and
says nothing of anybody's record.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app

from youthprog.audit.models import AuditEntry
from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.credentials import rules
from youthprog.credentials.judging import adults_at
from youthprog.credentials.lapses import tell_lapsed
from youthprog.credentials.models import Credential, CredentialOverride
from youthprog.credentials.queries import Book, asks_anything, kinds, services_of, serving
from youthprog.credentials.types import Kind, Standing, Step
from youthprog.outreach import services as outreach
from youthprog.outreach.types import Recipient
from youthprog.people import queries as people
from youthprog.people.types import ContactKind
from youthprog.programs.models import Gathering

KIND, LETTER = "credential_due", "credentials/mail/due"
AT_ONCE = 200
SERVED, LOOKED_BACK = "credential.served_without", timedelta(days=7)


def daily(now: datetime) -> Iterator[int]:
    """Once a day: write letters, tell what is over, end exceptions, note who served without. Yields people looked at."""
    if not asks_anything():
        return
    on = clock.day_of(now)
    _end_overrides(on, now)
    yield 0
    for part in _parts(on):
        write_letters(part, now)
        tell_lapsed(part, now=now)
        yield len(part)
    note_served(now)


def _parts(on: date) -> Iterator[list[int]]:
    at, after = serving(on), 0
    while True:
        statement = sa.select(at.c.person_id).where(at.c.person_id > after).distinct()
        found = list(db.session().scalars(statement.order_by(at.c.person_id).limit(AT_ONCE)))
        if found:
            yield found
            after = found[-1]
        if len(found) < AT_ONCE:
            return


# ---- letters ----


def write_letters(person_ids: Sequence[int], now: datetime) -> int:
    """One letter to each whose credentials reach 90, 60, 30 or 7 days before their end, with all that do. Returns how many.

    Nothing is written of what a renewal is under way for, and to nobody without an address.
    """
    on = clock.day_of(now)
    book, services = Book(person_ids, on), services_of(person_ids, on)
    due = {each: _due(book, each, services.get(each, ()), on) for each in book.ids}
    due = {each: standings for each, standings in due.items() if standings}
    if not due:
        return 0
    known, contacts = kinds(), people.contacts_of(due)
    papers = _rows([each.paper_id for some in due.values() for each in some if each.paper_id])
    written = 0
    for person_id, standings in due.items():
        address = next((each for each in contacts.get(person_id, ()) if each.kind is ContactKind.EMAIL), None)
        fresh = [each for each in standings if _is_due(papers[each.paper_id or 0], each, on)]
        if not fresh or address is None:
            continue
        for each in fresh:
            papers[each.paper_id or 0].told_days = rules.notice_due(each.ends_on, None, on)
        person = people.get_person(person_id)
        to = Recipient(person.name, address.value, person.language, person.id, address.contact_id)
        values = {
            "name": person.first_name,
            "lines": _lines(fresh, known, person.language),
            "link": str(current_app.config["YOUTHPROG"].public_url).rstrip("/") + "/my-papers",
        }
        outreach.send(KIND, LETTER, to=to, subject_id=person.id, values=values, by=SYSTEM, now=now)
        written += 1
    db.flush()
    return written


def _due(book: Book, person_id: int, services: Collection[Any], on: date) -> list[Standing]:
    under_way = {each.kind for each in book.papers.get(person_id, ()) if each.step in (Step.PENDING, Step.REVIEW)}
    return [
        each
        for each in book.standings(person_id, services, on)
        if each.is_required
        and each.paper_id
        and each.is_held
        and each.kind not in under_way
        and rules.notice_due(each.ends_on, None, on) is not None
    ]


def _is_due(paper: Credential, standing: Standing, on: date) -> bool:
    return rules.notice_due(standing.ends_on, paper.told_days, on) is not None


def _rows(ids: Iterable[int]) -> dict[int, Credential]:
    rows = db.session().scalars(sa.select(Credential).where(Credential.id.in_(sorted(set(ids)))))
    return {row.id: row for row in rows}


def _lines(standings: Iterable[Standing], known: dict[str, Kind], language: str) -> list[dict[str, Any]]:
    """What ends when; of background checks one line for all, the soonest."""
    lines: list[dict[str, Any]] = []
    for each in sorted(standings, key=lambda each: each.ends_on or date.max):
        kind = known.get(each.kind)
        name = None if kind is None or kind.is_check else kind.named(language)
        if name is not None or not any(line["name"] is None for line in lines):
            lines.append({"name": name, "ends_on": each.ends_on})
    return lines


# ---- what ended, who served without ----


def _end_overrides(on: date, now: datetime) -> None:
    statement = sa.select(CredentialOverride).where(
        CredentialOverride.ended_at.is_(None), CredentialOverride.until_on < on
    )
    over = list(db.session().scalars(statement.order_by(CredentialOverride.id)))
    for row in over:
        row.ended_at = now
        record(
            "credential.override_ended", "person", row.person_id, by=SYSTEM, now=now, kind=row.kind, override_id=row.id
        )
    db.flush()
    agreed = {(row.person_id, row.kind) for row in over if row.agreed_at is not None}
    if agreed:
        tell_lapsed(sorted({person_id for person_id, _kind in agreed}), now=now, also=agreed)


def note_served(now: datetime) -> int:
    """Write down who led a meeting of the last seven days without being cleared for its day, once each. Returns how many."""
    rows = db.session().scalars(
        sa.select(Gathering.id).where(
            Gathering.ends_at <= now, Gathering.ends_at > now - LOOKED_BACK, Gathering.canceled_at.is_(None),
            Gathering.group_id.is_not(None),
        )
    )  # fmt: skip
    found = [
        (person_id, gathering_id)
        for gathering_id, adults in adults_at(list(rows)).items()
        for person_id, _name, _reasons in adults.not_cleared
    ]
    known = _noted({gathering_id for _person, gathering_id in found})
    fresh = [each for each in found if each not in known]
    for person_id, gathering_id in fresh:
        record(SERVED, "gathering", gathering_id, by=SYSTEM, now=now, person_id=person_id)
    return len(fresh)


def _noted(gathering_ids: Collection[int]) -> set[tuple[int, int]]:
    if not gathering_ids:
        return set()
    rows = db.session().execute(
        sa.select(AuditEntry.detail, AuditEntry.subject_id).where(
            AuditEntry.subject_kind == "gathering",
            AuditEntry.subject_id.in_(gathering_ids),
            AuditEntry.action == SERVED,
        )
    )
    return {(int(detail["person_id"]), gathering_id) for detail, gathering_id in rows if gathering_id is not None}
