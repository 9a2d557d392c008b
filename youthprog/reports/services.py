"""Issuing certificates of participation."""

from datetime import date, datetime

from youthprog.audit.services import record
from youthprog.core import clock
from youthprog.core.actor import Actor
from youthprog.core.refusals import refuse_if
from youthprog.documents import queries as document_queries
from youthprog.documents import services as documents
from youthprog.documents.models import Document
from youthprog.documents.types import Certificate, PreparedDocument, Signatory
from youthprog.people.models import Person
from youthprog.people.types import PeopleMerged
from youthprog.programs import queries as programs
from youthprog.programs.models import Season
from youthprog.programs.types import StaffRole
from youthprog.reports import queries, rules


def prepare_certificate(youth: Person, season: Season, *, signatory: str, role: str, now: datetime) -> PreparedDocument:
    """Lay out and seal a certificate, without a lock. Raises `Refused`, `PressFailed`."""
    on = clock.day_of(now)
    enrolled = programs.find_enrollment(season.id, youth.id) is not None
    took_part = queries.participation(youth.id, season.id)
    refuse_if(rules.refusals_to_certify(enrolled=enrolled, gatherings=took_part.gatherings))
    group = next(
        (group for group in queries.groups_of(youth.id, season.starts_on) if group.season_id == season.id), None
    )
    sheet = Certificate(
        letterhead=documents.letterhead(),
        name=youth.name,
        program_en=season.program.name,
        program_es=season.program.name_es,
        season_en=season.name,
        season_es=season.name_es,
        awarded_on=on,
        code=documents.new_code(),
        signatories=(*_coach(group.group_id if group else None, on), Signatory(signatory, role)),
        team=group.name if group else None,
        hours=took_part.hours or None,
        gatherings=took_part.gatherings,
    )
    return documents.prepare(sheet, now=now)


def _coach(group_id: int | None, on: date) -> tuple[Signatory, ...]:
    if group_id is None:
        return ()
    staff = programs.staff_of([group_id], on).get(group_id, [])
    heads = [line.name for line in staff if line.role is StaffRole.HEAD_COACH]
    return tuple(Signatory(name, "Coach · Entrenador(a)") for name in heads[:1])


def issue_certificate(
    prepared: PreparedDocument, youth_id: int, *, by: Actor, now: datetime, **detail: int
) -> Document:
    """Enter a prepared certificate in the books, with its audit line; `detail` says more in it, such as the batch."""
    document = documents.record_document(
        prepared, subject_kind=queries.CERTIFICATE_SUBJECT, subject_id=youth_id, now=now
    )
    told = {"youth_id": youth_id, "sha256": prepared.sha256, **detail}
    record("certificate.issued", "document", document.id, by=by, now=now, **told)
    return document


def revoke_certificate(document: Document, *, reason: str, by: Actor, now: datetime) -> None:
    """Declare a certificate void. Raises `Refused`."""
    documents.revoke(document, reason=reason, now=now)
    record("certificate.revoked", "document", document.id, by=by, now=now)


def follow_merge(event: PeopleMerged) -> None:
    """Let the certificates of a merged person follow."""
    for document in document_queries.list_of_subject(queries.CERTIFICATE_SUBJECT, event.gone_id):
        document.subject_id = event.kept_id
