"""The pick-up list after signing: who stands on it, and how its signer adds or takes off a person.

Nobody else can: no staff, no other guardian. Each change gets a sealed supplement to the signed record, which stays as
it is, and is told to the signer and to every other guardian who may decide.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from youthprog.access.services import issue_link
from youthprog.access.types import LinkPurpose
from youthprog.audit.services import record, record_read
from youthprog.consent import paper, queries, rules
from youthprog.consent.cases import (
    LINK_DAYS,
    full_name,
    heading_of,
    last_day_of,
    letter_values,
    note,
    places_of,
    recipient,
    roster_of,
    signer_line,
)
from youthprog.consent.models import ConsentRequest, PickupPerson
from youthprog.consent.part_paper import PartFacts, supplement_of
from youthprog.consent.queries import Case
from youthprog.consent.retelling import Happened
from youthprog.consent.taking_back import given_now
from youthprog.consent.types import Happening, Question, Route, SectionKind, Signing
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.collecting import LISTED, Collector, who_may_collect
from youthprog.core.refusals import N_, Conflict, NotFound, Refusal, refuse_if
from youthprog.documents import services as documents
from youthprog.documents.models import Document
from youthprog.documents.types import PreparedDocument
from youthprog.outreach import services as outreach
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.people.types import GuardianLine

CHANGED, TOLD, LINK_TO_LIST = "consent_pickup", "consent_pickup_told", "consent_pickup_link"
MEANWHILE = Refusal("changed", N_("The list changed since this page was opened. Look at it again."))


# ---- reading ----


def named_on_lists(youth_ids: Collection[int], on: date) -> Iterator[Collector]:
    """The people on the pick-up lists in force on a day, as `core.collecting` asks for them.

    Only lists of guardians who may decide on the day. Custody is applied by whoever asks.
    """
    guardians = people.guardians_of(youth_ids, on)
    signers = {(line.youth_id, line.guardian_id): line for lines in guardians.values() for line in lines}
    rows = db.session().execute(
        sa.select(PickupPerson, ConsentRequest.guardian_id, ConsentRequest.signed_at)
        .join(ConsentRequest, ConsentRequest.id == PickupPerson.request_id)
        .where(
            PickupPerson.youth_id.in_(youth_ids),
            PickupPerson.ended_at.is_(None),
            sa.or_(ConsentRequest.valid_until_on.is_(None), ConsentRequest.valid_until_on >= on),
        )
        .order_by(PickupPerson.id)
    )
    for row, guardian_id, signed_at in rows:
        signer = signers.get((row.youth_id, guardian_id))
        if signer is not None and signer.may_decide:
            yield Collector(
                row.youth_id, LISTED, row.id, row.name, row.relation, row.phone, signer.name,
                row.added_at or signed_at, row.request_id,
            )  # fmt: skip


def list_of(request_id: int) -> list[PickupPerson]:
    """The people who stand on a request's pick-up list, as they were named. One statement."""
    statement = sa.select(PickupPerson).where(PickupPerson.request_id == request_id, PickupPerson.ended_at.is_(None))
    return list(db.session().scalars(statement.order_by(PickupPerson.id)))


def question_about_list(case: Case) -> Question | None:
    """The section in which the guardian named the list, when the form has one."""
    return next((each for each in queries.questions_of(case.version.id) if each.kind is SectionKind.PICKUP), None)


def facts_of(case: Case, *, by: Actor, now: datetime) -> rules.ListFacts:
    """What the rules ask about a list: whether the actor is its signer and whether it stands."""
    guardian, question = signer_line(case, clock.day_of(now)), question_about_list(case)
    standing = {row.section_key for row in given_now(case.request.id, clock.day_of(now))}
    return rules.ListFacts(
        is_signer=by.person_id is not None and by.person_id == case.request.guardian_id,
        may_decide=guardian is not None and guardian.may_decide,
        stands=question is not None and question.key in standing and case.request.purged_at is None,
        names=tuple(row.name for row in list_of(case.request.id)),
    )


refusals_to_change = rules.refusals_to_change_list


@dataclass(frozen=True)
class Change:
    """One change of a list after signing: whose name, added or taken off, when, with its sealed record."""

    name: str
    added: bool
    at: datetime
    document: Document


def changes_of(request_id: int) -> list[Change]:
    """The changes of a request's list after it was signed, oldest first. One statement."""
    rows = db.session().execute(
        sa.select(PickupPerson, Document)
        .join(Document, sa.or_(Document.id == PickupPerson.document_id, Document.id == PickupPerson.end_document_id))
        .where(PickupPerson.request_id == request_id)
        .order_by(Document.issued_at, Document.id)
    )
    return [Change(row.name, document.id == row.document_id, document.issued_at, document) for row, document in rows]


def may_change(case: Case, *, by: Actor, now: datetime) -> bool:
    """Whether the actor may change the pick-up list of this request now."""
    return not rules.refusals_to_change_list(facts_of(case, by=by, now=now))


# ---- preparing ----


@dataclass(frozen=True)
class Wanted:
    """Somebody to add to the list: name as written, relation and comparable phone when given."""

    name: str
    relation: str | None = None
    phone: str | None = None


@dataclass(frozen=True)
class PreparedChange:
    """A change of the list that is sealed on paper and not yet recorded. Either somebody is added or one is taken off."""

    before: tuple[int, ...]
    added: Wanted | None
    gone_id: int | None
    name: str
    document: PreparedDocument


def prepare_adding(case: Case, wanted: Wanted, *, by: Actor, now: datetime, language: str) -> PreparedChange:
    """Decide, print and seal that somebody is added, without a lock. Raises `Refused`, `PressFailed`."""
    rows = list_of(case.request.id)
    barred = who_may_collect([case.youth.id], clock.day_of(now))[case.youth.id].is_barred(wanted.name)
    if barred:
        record_read("custody.matched", "person", case.youth.id, by=by, request=case.request.id)
    refuse_if(rules.refusals_to_add(facts_of(case, by=by, now=now), wanted.name, barred=barred))
    names = [*(row.name for row in rows), wanted.name]
    document = _seal(case, names, f"+ {wanted.name}", by=by, now=now, language=language)
    return PreparedChange(tuple(row.id for row in rows), wanted, None, wanted.name, document)


def prepare_taking_off(case: Case, pickup_id: int, *, by: Actor, now: datetime, language: str) -> PreparedChange:
    """Decide, print and seal that somebody is taken off, without a lock. Raises `Refused`, `PressFailed`."""
    rows = list_of(case.request.id)
    gone = next((row for row in rows if row.id == pickup_id), None)
    refuse_if(rules.refusals_to_take_off(facts_of(case, by=by, now=now), gone.name if gone else None))
    assert gone is not None
    names = [row.name for row in rows if row.id != pickup_id]
    document = _seal(case, names, f"− {gone.name}", by=by, now=now, language=language)
    return PreparedChange(tuple(row.id for row in rows), None, gone.id, gone.name, document)


def _seal(
    case: Case, names: Sequence[str], change: str, *, by: Actor, now: datetime, language: str
) -> PreparedDocument:
    """The supplement: the guardian's answer about the list as it is from now on, and what made it so."""
    request, question, first = case.request, question_about_list(case), queries.document_of(case.request)
    assert question is not None
    assert request.signed_at is not None
    way = "link" if by.kind == "link" else "account"
    events = [
        Happened(row.happening, row.at, row.detail)
        for row in queries.events_of(request.id)
        if row.happening in (Happening.SIGNED, Happening.COPY_SENT)
    ]
    events.append(Happened(Happening.CHANGED, now, _detail(question, change, by)))
    facts = PartFacts(
        **heading_of(case),
        question=question,
        places={
            spoken: places_of(case, spoken, question, roster=roster_of(case, [question], now))
            for spoken in ("en", "es")
        },
        answer={"names": list(names)},
        typed_name=full_name(case.guardian),
        at=now,
        until=last_day_of(case, question, request.signed_at),
        language=language,
        way=f"own_{way}",
        address=_address(case),
        scan_sha256="",
        events=events,
        first=Signing(request.typed_name or "", True, True, 0, request.language, route=request.route or Route.ONLINE),
        first_code=first.code,
        first_sha256=first.sha256,
        first_signed_at=request.signed_at,
        first_signer=full_name(case.guardian),
    )
    return documents.prepare(supplement_of(facts), now=now)


def _detail(question: Question, change: str, by: Actor) -> dict[str, str]:
    trace = {"ip": by.ip, "agent": by.user_agent} if by.kind == "link" else {}
    return {"section": question.key, "note": change, **trace}


def _address(case: Case) -> str:
    contacts = people.contacts_of([case.guardian.id]).get(case.guardian.id, [])
    return next((paper.masked(line.value) for line in contacts if "@" in line.value), "")


# ---- recording ----


def change_list(case: Case, prepared: PreparedChange, *, by: Actor, now: datetime) -> Document:
    """Write the change with its sealed supplement, and tell the guardians.

    Raises `Refused`, and `Conflict` when the list changed after the supplement was prepared.
    """
    request = case.request
    db.session().refresh(request, with_for_update=True)
    refuse_if(rules.refusals_to_change_list(facts_of(case, by=by, now=now)))
    rows = list_of(request.id)
    if tuple(row.id for row in rows) != prepared.before:
        raise Conflict([MEANWHILE])
    document = documents.record_document(
        prepared.document, subject_kind="consent_request", subject_id=request.id, now=now
    )
    if prepared.added is not None:
        person = PickupPerson(
            request_id=request.id, youth_id=request.youth_id, name=prepared.added.name,
            relation=prepared.added.relation, phone=prepared.added.phone, added_at=now, document_id=document.id,
        )  # fmt: skip
        db.session().add(person)
        db.flush()
        sign, action = "+", "pickup.added"
    else:
        person = next(row for row in rows if row.id == prepared.gone_id)
        person.ended_at, person.end_document_id = now, document.id
        sign, action = "−", "pickup.removed"
    question = question_about_list(case)
    assert question is not None
    detail = _detail(question, f"{sign} {prepared.name}", by)
    note(request.id, Happening.CHANGED, now, {**detail, "document": document.code})
    db.flush()
    record(
        action, "consent_request", request.id, by=by, now=now, pickup_id=person.id, document_id=document.id,
        sha256=document.sha256,
    )  # fmt: skip
    _tell(case, prepared, document, by=by, now=now)
    return document


def _tell(case: Case, prepared: PreparedChange, document: Document, *, by: Actor, now: datetime) -> None:
    """The signer gets the supplement and a link; other guardians who may decide get the name. Nobody a court limits
    in anything about this child is told."""
    on = clock.day_of(now)
    limits = people.restrictions_on([case.youth.id], on)
    for line in people.guardians_of([case.youth.id], on).get(case.youth.id, []):
        if not line.email or limits.get((case.youth.id, line.guardian_id)):
            continue
        if line.guardian_id == case.guardian.id:
            _link_id, token = issue_link(
                LinkPurpose.CONSENT, case.guardian.id, case.request.id, days=LINK_DAYS, now=now
            )
            values = _values(case, line, prepared, token) | {"code": document.code, "at": now}
            outreach.send(
                CHANGED, "consent/mail/pickup", to=recipient(line), subject_id=case.request.id,
                about_youth_id=case.youth.id, document_id=document.id, values=values, by=by, now=now,
            )  # fmt: skip
        elif line.may_decide:
            outreach.send(
                TOLD, "consent/mail/pickup_told", to=recipient(line), subject_id=case.request.id,
                about_youth_id=case.youth.id, values=_values(case, line, prepared, None), by=by, now=now,
            )  # fmt: skip


def _values(case: Case, line: GuardianLine, prepared: PreparedChange, token: str | None) -> dict[str, object]:
    return letter_values(case, line.language, token) | {
        "reader": line.name.split()[0] if line.name else "",
        "signer": case.guardian.name,
        "who": prepared.name,
        "added": prepared.added is not None,
    }


# ---- the link, from the stop screen ----


def send_list_link(youth: Person, request_id: int, *, by: Actor, now: datetime) -> str:
    """Mail the signer of a pick-up list of this youth the own link to it; returns the signer's name.

    Raises `NotFound` when this list is not the youth's, or its signer cannot change it or has no address.
    """
    case = queries.get_request(request_id)
    guardian = signer_line(case, clock.day_of(now))
    if case.youth.id != youth.id or case.request.signed_at is None or guardian is None or not guardian.email:
        raise NotFound
    signer = Actor("link", guardian.name, guardian.guardian_id)
    if not may_change(case, by=signer, now=now):
        raise NotFound
    _link_id, token = issue_link(LinkPurpose.CONSENT, guardian.guardian_id, request_id, days=LINK_DAYS, now=now)
    outreach.send(
        LINK_TO_LIST, "consent/mail/pickup_link", to=recipient(guardian), subject_id=request_id,
        about_youth_id=youth.id, values=letter_values(case, guardian.language, token), by=by, now=now,
    )  # fmt: skip
    record("pickup.link_sent", "consent_request", request_id, by=by, now=now)
    return guardian.name


def signers_who_can_add(youth_ids: Collection[int], on: date) -> dict[int, list[tuple[int, str]]]:
    """Whose link can add somebody for each youth: (request, signer's name), newest list of each signer first."""
    found: dict[int, dict[str, int]] = {}
    for each in named_on_lists(youth_ids, on):
        if each.request_id is not None and each.signed_by is not None:
            found.setdefault(each.youth_id, {})[each.signed_by] = each.request_id
    return {youth_id: [(request_id, name) for name, request_id in lists.items()] for youth_id, lists in found.items()}
