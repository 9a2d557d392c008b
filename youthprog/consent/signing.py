"""Opening a form, answering it, and signing: prepare on paper first, then record everything at once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from youthprog.access.services import issue_link
from youthprog.access.types import LinkPurpose
from youthprog.audit.services import record
from youthprog.consent import paper, queries, rules
from youthprog.consent.cases import (
    COPY,
    LINK_DAYS,
    full_name,
    letter_values,
    note,
    program_names,
    refusals_to_answer,
    signer_line,
    valid_until,
)
from youthprog.consent.models import ConsentDecision, ConsentRequest, PickupPerson
from youthprog.consent.queries import Case
from youthprog.consent.sitting import RENEWED, WAY
from youthprog.consent.types import ConsentSigned, Happening, Question, RequestState, SectionKind, SignFacts, Signing
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.events import publish
from youthprog.core.refusals import N_, Conflict, Refusal, refuse_if
from youthprog.documents import services as documents
from youthprog.documents.models import Document
from youthprog.documents.types import PreparedDocument
from youthprog.outreach import services as outreach
from youthprog.outreach.types import Recipient
from youthprog.people import queries as people
from youthprog.people import services as people_services
from youthprog.people.types import GuardianLine, HealthKind, Relationship

REWORDED = Refusal("reworded", N_("The form has changed since this page was opened. Nothing is signed."))
CHANGED = Refusal("changed", N_("Your answers changed since this page was opened. Check them again, then sign."))


def open_form(
    case: Case, *, language: str, via: str, by: Actor, now: datetime, staff_account_id: int | None = None
) -> None:
    """Note that the form was opened, and in which language. Opening again notes only a new language.

    `staff_account_id` is set when the browser is signed in by somebody else, an employee who clicked the link of
    a held mail: that is noted every time, and stands in the record.
    """
    request = case.request
    if request.state not in rules.OPEN_STATES:
        return
    if request.opened_at is None or staff_account_id is not None:
        request.opened_at = request.opened_at or now
        detail: dict[str, Any] = {"by": via, "language": language, "ip": by.ip, "agent": by.user_agent}
        if staff_account_id is not None:
            detail |= {"by": "staff", "staff_account_id": staff_account_id}
        note(request.id, Happening.OPENED, now, detail)
        record("consent.opened", "consent_request", request.id, by=by, now=now, staff_account_id=staff_account_id)
    elif request.language != language:
        note(request.id, Happening.LANGUAGE, now, {"language": language})
    request.state = RequestState.OPENED
    request.language = language


def answer(case: Case, question: Question, given: Mapping[str, Any], *, by: Actor, now: datetime) -> None:
    """Keep one answer. Raises `Refused` when the form is closed, `Conflict` when another page was faster."""
    answer_all(case, {question.key: given}, by=by, now=now)


def answer_all(
    case: Case,
    given: Mapping[str, Mapping[str, Any]],
    *,
    way: Mapping[str, Any] | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """Keep the answers of one page at once, and how the guardian goes on when the page asked that.

    Raises `Refused` when the form is closed, `Conflict` when another page was faster.
    """
    guardian = signer_line(case, clock.day_of(now))
    refuse_if(refusals_to_answer(case, guardian, now))
    draft, request = case.draft, case.request
    fresh = {key: dict(answer) for key, answer in given.items() if draft.get(key) != answer}
    if way is not None and draft.get(WAY) != way:
        fresh[WAY] = dict(way)
    if not fresh:
        return
    _count(request, request.version)
    request.seal("draft_sealed", json.dumps(draft | fresh, ensure_ascii=False))
    for key in fresh:
        if key != WAY:
            note(request.id, Happening.CHANGED if key in draft else Happening.ANSWERED, now, {"section": key})


def confirm_earlier(case: Case, earlier: Mapping[str, Mapping[str, Any]], *, by: Actor, now: datetime) -> None:
    """Take over the answers of last time, as they were shown."""
    answer_all(case, earlier, way={"choice": RENEWED, "keys": sorted(earlier)}, by=by, now=now)
    note(case.request.id, Happening.RENEWED, now, {"sections": list(earlier)})


def follow_form(case: Case, *, by: Actor, now: datetime) -> None:
    """Move an open request to the newest version of its form; answers whose words are the same are kept.

    Raises `Refused` when the form is closed, `Conflict` when another page was faster.
    """
    if not case.is_outdated:
        return
    guardian = signer_line(case, clock.day_of(now))
    refuse_if(refusals_to_answer(case, guardian, now))
    request, draft = case.request, case.draft
    before = {each.key: each for each in queries.questions_of(case.version.id)}
    kept = {
        each.key: draft[each.key]
        for each in queries.questions_of(case.newest_version_id)
        if each.key in draft and each.key in before and _same_words(each, before[each.key])
    }
    if WAY in draft:
        kept[WAY] = draft[WAY]
    _count(request, request.version)
    request.form_version_id = case.newest_version_id
    request.seal("draft_sealed", json.dumps(kept, ensure_ascii=False))
    note(request.id, Happening.REWORDED, now, {"sections": sorted(kept.keys() - {WAY})})
    db.flush()
    record("consent.reworded", "consent_request", request.id, by=by, now=now, version_id=case.newest_version_id)


def _same_words(one: Question, other: Question) -> bool:
    return {code: words.sha256 for code, words in one.words.items()} == {
        code: words.sha256 for code, words in other.words.items()
    }


def check_answers(case: Case, *, now: datetime) -> None:
    """Note that the guardian went on from the list of answers."""
    note(case.request.id, Happening.CHECKED, now, {"version": case.request.version})


def _count(request: ConsentRequest, seen: int) -> None:
    """Raise the request's counter, unless somebody else did since it was seen. The row is ours from here on."""
    table = db.table(ConsentRequest)
    done = db.session().execute(
        sa.update(table)
        .where(
            table.c.id == request.id,
            table.c.version == seen,
            table.c.signed_at.is_(None),
            table.c.state.in_(rules.OPEN_STATES),
        )
        .values(version=seen + 1)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict([CHANGED])
    db.session().refresh(request)


@dataclass(frozen=True)
class Prepared:
    """A signature that is sealed on paper and not yet recorded."""

    facts: paper.RecordFacts
    document: PreparedDocument


def prepare_signature(case: Case, signing: Signing, *, by: Actor, now: datetime) -> Prepared:
    """Decide, print and seal, without a lock. Raises `Refused` with every reason."""
    questions = queries.questions_of(case.version.id)
    guardian = signer_line(case, clock.day_of(now))
    refuse_if(rules.refusals_to_sign(_sign_facts(case, questions, guardian, signing, now)))
    relationship = guardian.relationship if guardian else Relationship.OTHER
    facts = _record_facts(case, questions, relationship, signing, by, now)
    return Prepared(facts, documents.prepare(paper.record_of(facts), now=now))


def prepare_signatures(signings: Sequence[tuple[Case, Signing]], *, by: Actor, now: datetime) -> list[Prepared]:
    """Prepare one signature under several forms: all of them, or none. Raises `Refused` with every reason."""
    done: list[Prepared] = []
    try:
        for case, signing in signings:
            done.append(prepare_signature(case, signing, by=by, now=now))
    except Exception:
        for each in done:
            documents.discard(each.document)
        raise
    return done


def sign(case: Case, prepared: Prepared, *, by: Actor, now: datetime, signed_with_id: int | None = None) -> Document:
    """Record what was prepared: decisions, people, health, the sealed document, the copy, all or nothing.

    `signed_with_id` names the first request of the same act. Raises `Conflict` when the answers or the form changed
    meanwhile, `Refused` when the guardian may not decide any more.
    """
    request, signing = case.request, prepared.facts.signing
    _count(request, signing.seen_version)
    guardian = signer_line(case, clock.day_of(now))
    refuse_if(rules.refusals_to_sign(_sign_facts(case, prepared.facts.questions, guardian, signing, now, counted=True)))
    document = documents.record_document(
        prepared.document, subject_kind="consent_request", subject_id=request.id, now=now
    )
    request.state = RequestState.SIGNED
    request.signed_at = now
    request.typed_name = signing.typed_name
    request.route = signing.route
    request.language = signing.language
    request.document_id = document.id
    request.signed_with_id = signed_with_id
    request.seal("drawn_sealed", signing.drawn or None)
    request.valid_until_on = prepared.facts.valid_until_on
    request.seal("draft_sealed", None)
    for question in prepared.facts.questions:
        _decide(case, question, prepared.facts.answers[question.key], by=by, now=now)
    note(request.id, Happening.SIGNED, now, {"ip": by.ip, "agent": by.user_agent, "document": document.code})
    db.flush()
    record(
        "consent.signed", "consent_request", request.id, by=by, now=now, document_id=document.id, sha256=document.sha256
    )
    publish(ConsentSigned(request.id, request.youth_id, request.season_id))
    _send_copy(case, guardian, document, by=by, now=now)
    return document


def _decide(case: Case, question: Question, given: Mapping[str, Any], *, by: Actor, now: datetime) -> None:
    request = case.request
    db.session().add(
        ConsentDecision(
            request_id=request.id,
            section_id=question.section_id,
            youth_id=request.youth_id,
            guardian_id=request.guardian_id,
            season_id=request.season_id,
            section_key=question.key,
            decision=rules.decision_of(question.kind, given),
            decided_at=now,
            valid_until_on=request.valid_until_on,
        )
    )
    match question.kind:
        case SectionKind.HEALTH if given["choice"] == "yes":
            _note_health(case, given, by=by, now=now)
        case SectionKind.PICKUP:
            _replace_pickups(request, given["names"], now)
        case SectionKind.EMERGENCY:
            known = {(line.name, line.phone) for line in people.emergency_of([case.youth.id]).get(case.youth.id, [])}
            if (given["name"], given["phone"]) not in known:
                people_services.add_emergency_contact(
                    case.youth, given["name"], given["phone"], relation=given.get("relation"), by=by, now=now
                )


def _note_health(case: Case, given: Mapping[str, Any], *, by: Actor, now: datetime) -> None:
    """Note what was told. The very words noted before give way to the fresh note: nothing stands twice in the file."""
    words = (given.get("alert") or None, given.get("detail") or None)
    for line in people.health_of(case.youth.id):
        if (line.alert or None, line.detail or None) == words:
            people_services.end_health(people.get_health_note(case.youth.id, line.note_id), by=by, now=now)
    people_services.note_health(case.youth, HealthKind.OTHER, alert=words[0], detail=words[1], by=by, now=now)


def _replace_pickups(request: ConsentRequest, names: Sequence[str], now: datetime) -> None:
    """A guardian's new list takes the place of the same guardian's older one."""
    earlier = db.session().scalars(
        sa.select(PickupPerson)
        .join(ConsentRequest, ConsentRequest.id == PickupPerson.request_id)
        .where(
            PickupPerson.youth_id == request.youth_id,
            PickupPerson.ended_at.is_(None),
            ConsentRequest.guardian_id == request.guardian_id,
        )
    )
    for row in earlier:
        row.ended_at = now
    for name in names:
        db.session().add(PickupPerson(request_id=request.id, youth_id=request.youth_id, name=name))


def _send_copy(case: Case, guardian: GuardianLine | None, document: Document, *, by: Actor, now: datetime) -> None:
    """Mail the sealed record to its signer, with a link that also takes answers back."""
    if guardian is None or guardian.email is None:
        return
    days = max(LINK_DAYS, ((case.request.valid_until_on or clock.day_of(now)) - clock.day_of(now)).days + 1)
    _link_id, token = issue_link(LinkPurpose.CONSENT, case.guardian.id, case.request.id, days=days, now=now)
    language = case.request.language
    values = letter_values(case, language, token) | {"code": document.code, "signed_at": now}
    to = Recipient(guardian.name, guardian.email, language, guardian.guardian_id, guardian.email_contact_id)
    outreach.send(
        COPY, "consent/mail/copy", to=to, subject_id=case.request.id, about_youth_id=case.youth.id,
        document_id=document.id, values=values, by=by, now=now,
    )  # fmt: skip


def _sign_facts(
    case: Case,
    questions: Sequence[Question],
    guardian: GuardianLine | None,
    signing: Signing,
    now: datetime,
    *,
    counted: bool = False,
) -> SignFacts:
    draft = case.draft
    seen = signing.seen_version + 1 if counted else signing.seen_version
    if case.request.version != seen and case.request.state in rules.OPEN_STATES:
        raise Conflict([CHANGED])
    if case.is_outdated and case.request.state in rules.OPEN_STATES:
        raise Conflict([REWORDED])
    disclosure = queries.find_disclosure(case.guardian.id)
    return SignFacts(
        state=case.request.state,
        valid_until_on=valid_until(case.season),
        today=clock.day_of(now),
        may_decide=guardian is not None and guardian.may_decide,
        unanswered=tuple(each.key for each in questions if not rules.is_answered(each.kind, draft.get(each.key))),
        agreed_to_screens=disclosure is not None and disclosure.accepted_at is not None,
        signing=signing,
    )


def _record_facts(
    case: Case, questions: Sequence[Question], relationship: Relationship, signing: Signing, by: Actor, now: datetime
) -> paper.RecordFacts:
    events = [
        paper.Happened(row.happening, row.at, row.detail)
        for row in queries.events_of(case.request.id)
        if row.happening is not Happening.AGREED
    ]
    agreement = _agreement(case.guardian.id)
    if agreement is not None:
        events = sorted([*events, agreement], key=lambda event: event.at)
    events.append(paper.Happened(Happening.SIGNED, now, {"ip": by.ip, "agent": by.user_agent}))
    return paper.RecordFacts(
        code=documents.new_code(),
        letterhead=documents.letterhead(),
        zone=clock.zone(),
        form_key=case.form.key,
        form_titles={"en": case.form.title, "es": case.form.title_es},
        form_number=case.version.number,
        program_names=program_names(case),
        season_names={"en": case.season.name, "es": case.season.name_es or case.season.name},
        youth_name=full_name(case.youth),
        youth_first_name=case.youth.first_name,
        youth_born_on=case.youth.born_on,
        guardian_name=case.guardian.name,
        relationship=relationship,
        questions=questions,
        answers=case.draft,
        signing=signing,
        signed_at=now,
        valid_until_on=valid_until(case.season),
        events=events,
    )


def _agreement(person_id: int) -> paper.Happened | None:
    """The agreement to screens as the record tells it: which words, which language, and that the sample opened."""
    row = queries.find_disclosure(person_id)
    if row is None or row.accepted_at is None or row.opened_at is None:
        return None
    detail = {"version": row.version, "language": row.language, "opened_at": row.opened_at.isoformat()}
    return paper.Happened(Happening.AGREED, row.accepted_at, detail)
