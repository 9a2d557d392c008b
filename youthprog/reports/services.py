"""Issuing certificates: prepared without a lock, then entered in the books, each with its line in the trail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import current_app

from youthprog.access.services import end_links, issue_link
from youthprog.access.types import LinkPurpose
from youthprog.audit.services import record
from youthprog.core import clock
from youthprog.core.actor import Actor
from youthprog.core.refusals import Refusal, Refused, refuse_if
from youthprog.documents import queries as document_queries
from youthprog.documents import services as documents
from youthprog.documents.models import Document
from youthprog.documents.types import Certificate, CertificateKind, Paper, PreparedDocument, Signatory, Writing
from youthprog.mentorship.hours import queries as hours
from youthprog.outreach import services as outreach
from youthprog.outreach.types import Recipient
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.people.types import PeopleMerged
from youthprog.programs import queries as programs
from youthprog.programs.models import Program, Season
from youthprog.programs.types import StaffRole
from youthprog.reports import queries, rules

LETTER, LINK_DAYS = "reports/mail/certificate", 90.0


@dataclass(frozen=True)
class Order:
    """What is asked for: which certificate, how it is written, who signs, an award's words."""

    kind: CertificateKind
    writing: Writing = Writing.BOTH
    paper: Paper = Paper.LETTER
    signers: tuple[Signatory, ...] = ()
    coach_signs: bool = False
    award_en: str = ""
    award_es: str = ""
    words_en: str = ""
    words_es: str = ""


Prepared = Mapping[int, PreparedDocument]
"""Finished files by whose they are."""


def prepare_certificates(
    youth: Sequence[Person], season: Season, order: Order, *, by: Actor, now: datetime
) -> dict[int, PreparedDocument]:
    """Lay out and seal certificates of a season, without a lock: all of them or none.

    Raises `Refused` with every reason and name at once, `PressFailed`.
    """
    on = clock.day_of(now)
    earned = earned_by(youth, season, by=by, now=now)
    refuse_if(
        [
            *rules.refusals_to_certify(order.kind, earned, ends_on=season.ends_on, on=on),
            *_refusals_to_word(order),
            *rules.refusals_to_sign(len(order.signers) + order.coach_signs),
        ]
    )
    return _prepare(write_certificates(youth, earned, season, order, on), now)


def earned_by(youth: Sequence[Person], season: Season, *, by: Actor, now: datetime) -> list[rules.Earned]:
    """What each earned in a season, counted as the figures count it."""
    ids = [each.id for each in youth]
    enrolled, counted = programs.enrolled_among(season.id, ids), queries.came_to(by, season, now, ids)
    return [
        rules.Earned(each.name, each.id in enrolled, counted[each.id].visits, counted[each.id].minutes)
        if each.id in counted
        else rules.Earned(each.name, each.id in enrolled, 0)
        for each in youth
    ]


def write_certificates(
    youth: Sequence[Person], earned: Sequence[rules.Earned], season: Season, order: Order, on: date
) -> dict[int, Certificate]:
    """The certificates of a season, by whose they are, not yet printed. A constant number of statements."""
    groups = programs.groups_of([each.id for each in youth], season.id)
    coaches = _coaches([group_id for each in groups.values() for group_id, _name in each], on)
    sheets = {}
    for each, known in zip(youth, earned, strict=True):
        group_id, team = next(iter(groups.get(each.id, ())), (None, None))
        coach = (coaches[group_id],) if order.coach_signs and group_id in coaches else ()
        sheets[each.id] = _sheet(each, season, order, known, team, (*coach, *order.signers), on)
    return sheets


def prepare_hours(
    mentor: Person, program: Program, order: Order, first: date, last: date, *, now: datetime
) -> dict[int, PreparedDocument]:
    """Lay out and seal a certificate of the hours a mentor gave, as the ledger has them. Raises `Refused`, `PressFailed`."""
    minutes, sessions = hours.given_in(program.id, mentor.id, first, last) if first <= last else (0, 0)
    on = clock.day_of(now)
    refuse_if([*rules.refusals_to_count_hours(first, last, minutes, on), *rules.refusals_to_sign(len(order.signers))])
    sheet = Certificate(
        letterhead=documents.letterhead(),
        name=mentor.name,
        program_en=program.name,
        program_es=program.name_es,
        season_en="",
        season_es="",
        awarded_on=on,
        code=documents.new_code(),
        signatories=order.signers,
        gatherings=sessions,
        kind=CertificateKind.HOURS,
        writing=order.writing,
        paper=order.paper,
        minutes=minutes,
        started_on=first,
        ended_on=last,
        of_mentor=True,
    )
    return _prepare({mentor.id: sheet}, now)


def _prepare(sheets: Mapping[int, Certificate], now: datetime) -> dict[int, PreparedDocument]:
    made: dict[int, PreparedDocument] = {}
    reasons: list[Refusal] = []
    try:
        for person_id, sheet in sheets.items():
            try:
                made[person_id] = documents.prepare(sheet, now=now)
            except Refused as refused:
                reasons += refused.reasons
        refuse_if(reasons)
    except Exception:
        discard(made)
        raise
    return made


def discard(prepared: Prepared) -> None:
    """Take the files away again: they were not recorded."""
    for each in prepared.values():
        documents.discard(each)


def _refusals_to_word(order: Order) -> list[Refusal]:
    return rules.refusals_to_word(
        order.kind,
        order.writing,
        award_en=order.award_en,
        award_es=order.award_es,
        words_en=order.words_en,
        words_es=order.words_es,
    )


def _sheet(
    youth: Person,
    season: Season,
    order: Order,
    earned: rules.Earned,
    team: str | None,
    signers: tuple[Signatory, ...],
    on: date,
) -> Certificate:
    of_hours = order.kind is CertificateKind.HOURS
    return Certificate(
        letterhead=documents.letterhead(),
        name=youth.name,
        program_en=season.program.name,
        program_es=season.program.name_es,
        season_en=season.name,
        season_es=season.name_es,
        awarded_on=on,
        code=documents.new_code(),
        signatories=signers[: rules.MOST_SIGNERS],
        team=team,
        hours=None if of_hours else (round(earned.minutes / 60) or None),
        gatherings=earned.visits or None,
        kind=order.kind,
        writing=order.writing,
        paper=order.paper,
        award_en=order.award_en,
        award_es=order.award_es,
        words_en=order.words_en,
        words_es=order.words_es,
        minutes=earned.minutes if of_hours else None,
        started_on=season.starts_on if of_hours else None,
        ended_on=min(on, season.ends_on) if of_hours else None,
    )


def _coaches(group_ids: Sequence[int], on: date) -> dict[int, Signatory]:
    """The head coach of each group that has one."""
    staff = programs.staff_of(group_ids, on) if group_ids else {}
    return {
        group_id: Signatory(line.name, "Coach", "Entrenador(a)")
        for group_id, lines in staff.items()
        for line in lines[::-1]
        if line.role is StaffRole.HEAD_COACH
    }


def issue_certificates(
    prepared: Prepared,
    kind: CertificateKind,
    *,
    subject_kind: str = queries.CERTIFICATE_SUBJECT,
    by: Actor,
    now: datetime,
    **detail: int,
) -> list[Document]:
    """Enter prepared certificates in the books, each with its line in the trail; `detail` says more in it."""
    found = []
    for person_id, each in prepared.items():
        document = documents.record_document(each, subject_kind=subject_kind, subject_id=person_id, now=now)
        about = {"youth_id": person_id} if subject_kind == queries.CERTIFICATE_SUBJECT else {"person_id": person_id}
        record(
            "certificate.issued",
            "document",
            document.id,
            by=by,
            now=now,
            sha256=each.sha256,
            of=str(kind),
            **about,
            **detail,
        )
        found.append(document)
    return found


def send_certificate(document: Document, *, by: Actor, now: datetime) -> int:
    """Write to each guardian of a young person who has an address, with a link to this certificate for them alone.

    Returns how many were written to. Whom a court keeps from knowing about the child is not written to; neither is
    anybody about a certificate that was revoked. A link sent before ends.
    """
    if document.subject_kind != queries.CERTIFICATE_SUBJECT or document.revoked_at or document.purged_at:
        return 0
    youth, until = people.get_person(document.subject_id), now + timedelta(days=LINK_DAYS)
    lines = people.guardians_of([youth.id], clock.day_of(now)).get(youth.id, [])
    written = [line for line in lines if line.email and not line.email_bounced]
    for line in written:
        end_links(LinkPurpose.CERTIFICATE, document.id, now=now, person_id=line.guardian_id)
        _id, token = issue_link(LinkPurpose.CERTIFICATE, line.guardian_id, document.id, days=LINK_DAYS, now=now)
        link = f"{current_app.config['YOUTHPROG'].public_url}/cert/{token}"
        said = {"reader": line.name, "child": youth.first_name, "title": document.title, "until": until, "link": link}
        outreach.send(
            "certificate", LETTER, values=said, subject_id=document.id, about_youth_id=youth.id, by=by, now=now,
            to=Recipient(line.name, line.email or "", line.language, line.guardian_id, line.email_contact_id),
        )  # fmt: skip
    if written:
        record("certificate.sent", "document", document.id, by=by, now=now, letters=len(written))
    return len(written)


def revoke_certificate(document: Document, *, reason: str, by: Actor, now: datetime) -> None:
    """Declare a certificate void. Raises `Refused`."""
    documents.revoke(document, reason=reason, now=now)
    record("certificate.revoked", "document", document.id, by=by, now=now)


def follow_merge(event: PeopleMerged) -> None:
    """Let the certificates of a merged person follow."""
    for document in document_queries.list_of_subject(queries.CERTIFICATE_SUBJECT, event.gone_id):
        document.subject_id = event.kept_id
