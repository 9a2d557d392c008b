"""Taking answers back: prepare the sealed record first, then end the answers and everything that hangs on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from youthprog.access.services import issue_link
from youthprog.access.types import LinkPurpose
from youthprog.audit.services import record
from youthprog.consent import fairness, queries, rules
from youthprog.consent.cases import (
    LINK_DAYS,
    TAKEN_BACK,
    blanks_of,
    full_name,
    letter_values,
    note,
    program_names,
    recipient,
    roster_of,
    signer_line,
    valid_until,
)
from youthprog.consent.models import ConsentDecision, ConsentWithdrawal, PickupPerson
from youthprog.consent.queries import Case
from youthprog.consent.taking_back_paper import WithdrawalFacts, withdrawal_of
from youthprog.consent.types import ConsentWithdrawn, Happening, Question, RequestState, SectionKind
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.events import publish
from youthprog.core.refusals import N_, Conflict, Refusal, refuse_if
from youthprog.documents import services as documents
from youthprog.documents.models import Document
from youthprog.documents.types import PreparedDocument
from youthprog.outreach import services as outreach
from youthprog.people import services as people
from youthprog.people.types import GuardianLine

TAKEN_BACK_KINDS = frozenset(
    {SectionKind.DECISION, SectionKind.PICKUP, SectionKind.INITIALS, SectionKind.UPLOAD}
)  # what was told can be corrected, not taken back
CHANGED = Refusal("changed", N_("Your answers changed since this page was opened. Look at them again."))


@dataclass(frozen=True)
class PreparedWithdrawal:
    """A taking back that is sealed on paper and not yet recorded."""

    facts: WithdrawalFacts
    decision_ids: frozenset[int]
    document: PreparedDocument


def prepare_taking_back(
    case: Case, keys: Sequence[str], *, by: Actor, now: datetime, language: str | None = None
) -> PreparedWithdrawal:
    """Decide, print and seal, without a lock. Raises `Refused`, `PressFailed`."""
    questions = queries.questions_of(case.version.id)
    standing, guardian = _standing(case, questions, now), signer_line(case, clock.day_of(now))
    _refuse(keys, standing, guardian)
    facts = _facts(case, questions, keys, by=by, now=now, guardian=guardian, language=language or case.request.language)
    ids = frozenset(standing[key].id for key in keys)
    return PreparedWithdrawal(facts, ids, documents.prepare(withdrawal_of(facts), now=now))


def take_back(
    case: Case, keys: Sequence[str], *, by: Actor, now: datetime, prepared: PreparedWithdrawal | None = None
) -> Document:
    """Take back answers from now on; what was true before stays true of before.

    Rosters, photo marks and pick-up lists are read from these rows, so they change with the same commit. The first
    record stays; the second one says what ended. Raises `Refused`, and `Conflict` when an answer changed after the
    record was prepared. Without `prepared` the record is made here, under the lock.
    """
    request = case.request
    prepared = prepared or prepare_taking_back(case, keys, by=by, now=now)
    questions = {question.key: question for question in queries.questions_of(case.version.id)}
    standing, guardian = _standing(case, list(questions.values()), now), signer_line(case, clock.day_of(now))
    _refuse(keys, standing, guardian)
    disagreed = fairness.disagreements(request.youth_id, request.season_id, now)
    _end({standing[key].id for key in keys}, prepared, now)
    document = documents.record_document(
        prepared.document, subject_kind="consent_request", subject_id=request.id, now=now
    )
    db.session().add(
        ConsentWithdrawal(request_id=request.id, at=now, sections=list(keys), document_id=document.id)
    )  # fmt: skip
    if any(questions[key].kind is SectionKind.PICKUP for key in keys):
        for person in db.session().scalars(sa.select(PickupPerson).where(PickupPerson.request_id == request.id)):
            person.ended_at = person.ended_at or now
    if any(questions[key].required for key in keys) and request.withdrawn_at is None:
        request.withdrawn_at, request.state = now, RequestState.WITHDRAWN
    note(request.id, Happening.WITHDRAWN, now, {"sections": list(keys), "document": document.code})
    db.flush()
    record(
        "consent.withdrawn", "consent_request", request.id, by=by, now=now, sections=list(keys),
        document_id=document.id, sha256=document.sha256,
    )  # fmt: skip
    publish(ConsentWithdrawn(request.id, request.youth_id, request.season_id))
    people.follow_withdrawal(request.youth_id, by=by, now=now)
    fairness.tell_of_conflict(request.youth_id, request.season_id, disagreed, request_id=request.id, by=by, now=now)
    labels = [questions[key].words[prepared.facts.language].label for key in keys]
    _send_record(case, guardian, document, labels, by=by, now=now)
    return document


def given_now(request_id: int, on: date) -> list[ConsentDecision]:
    """The decisions of a request that can be taken back on a day: given, in force, not taken back."""
    return [
        row
        for row in queries.decisions_of(request_id)
        if row.decision.value == "given"
        and row.withdrawn_at is None
        and (row.valid_until_on is None or row.valid_until_on >= on)
    ]


def _standing(case: Case, questions: Sequence[Question], now: datetime) -> dict[str, ConsentDecision]:
    kinds = {question.key: question.kind for question in questions}
    rows = given_now(case.request.id, clock.day_of(now))
    return {row.section_key: row for row in rows if kinds[row.section_key] in TAKEN_BACK_KINDS}


def _refuse(keys: Sequence[str], standing: dict[str, ConsentDecision], guardian: GuardianLine | None) -> None:
    may_decide = guardian is not None and guardian.may_decide
    refuse_if(rules.refusals_to_take_back(keys, tuple(standing), may_decide=may_decide))


def _end(decision_ids: set[int], prepared: PreparedWithdrawal, now: datetime) -> None:
    """End the decisions the record speaks of, if they are the very same and still stand. Raises `Conflict`."""
    table = db.table(ConsentDecision)
    done = db.session().execute(
        sa.update(table)
        .where(table.c.id.in_(sorted(decision_ids)), table.c.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )
    if decision_ids != prepared.decision_ids or done.rowcount != len(decision_ids):  # type: ignore[attr-defined]
        raise Conflict([CHANGED])
    for row in db.session().scalars(sa.select(ConsentDecision).where(ConsentDecision.id.in_(sorted(decision_ids)))):
        db.session().refresh(row)


def _facts(
    case: Case,
    questions: Sequence[Question],
    keys: Sequence[str],
    *,
    by: Actor,
    now: datetime,
    guardian: GuardianLine | None,
    language: str,
) -> WithdrawalFacts:
    request, first = case.request, queries.document_of(case.request)
    assert guardian is not None
    assert request.signed_at is not None
    own = by.person_id == request.guardian_id
    lists = [each.key for each in questions if each.kind is SectionKind.PICKUP and each.key in keys]
    names = queries.pickup_names_of(request.id) if lists else []
    still = [row.section_key for row in given_now(request.id, clock.day_of(now)) if row.section_key not in keys]
    return WithdrawalFacts(
        code=documents.new_code(),
        letterhead=documents.letterhead(),
        zone=clock.zone(),
        program_names=program_names(case),
        season_names={"en": case.season.name, "es": case.season.name_es or case.season.name},
        youth_name=full_name(case.youth),
        youth_first_name=case.youth.first_name,
        youth_born_on=case.youth.born_on,
        guardian_name=case.guardian.name,
        relationship=guardian.relationship,
        questions=questions,
        taken=tuple(keys),
        standing=tuple(still),
        pickups=dict.fromkeys(lists, names),
        at=now,
        until=request.valid_until_on or valid_until(case.season),
        language=language,
        way=("link" if by.kind == "link" else "account") if own else "staff",
        by_name=by.name,
        first_code=first.code,
        first_sha256=first.sha256,
        first_signed_at=request.signed_at,
        days={row.section_key: row.valid_until_on for row in queries.decisions_of(request.id)},
        blanks={
            spoken: blanks_of(case, spoken, roster_of(case, questions, request.signed_at)) for spoken in ("en", "es")
        },
    )


def _send_record(
    case: Case, guardian: GuardianLine | None, document: Document, labels: list[str], *, by: Actor, now: datetime
) -> None:
    """Mail the second record to the guardian, with a link to what still stands."""
    if guardian is None or not guardian.email:
        return
    _link_id, token = issue_link(LinkPurpose.CONSENT, case.guardian.id, case.request.id, days=LINK_DAYS, now=now)
    values = letter_values(case, guardian.language, token) | {"labels": labels, "at": now, "code": document.code}
    outreach.send(
        TAKEN_BACK, "consent/mail/withdrawn", to=recipient(guardian), subject_id=case.request.id,
        about_youth_id=case.youth.id, document_id=document.id, values=values, by=by, now=now,
    )  # fmt: skip
