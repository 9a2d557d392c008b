"""Opening a form, answering it, and signing: prepare on paper first, then record everything at once."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.consent import fairness, paper, parts, queries, rules, showing, signing_parts, uploads
from youthprog.consent.cases import (
    blanks_of,
    expiry_in,
    heading_of,
    keep_older_sheet,
    last_day_of,
    note,
    refusals_to_answer,
    roster_of,
    shown_of,
    signer_line,
    valid_until,
)
from youthprog.consent.deciding import decide
from youthprog.consent.disclosing import disclosure_sha256
from youthprog.consent.handing_out import send_copies
from youthprog.consent.models import ConsentRequest
from youthprog.consent.queries import Case
from youthprog.consent.sitting import RENEWED, WAY
from youthprog.consent.types import (
    ConsentSigned,
    Happening,
    Question,
    RequestState,
    Route,
    SectionKind,
    SignFacts,
    Signing,
)
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.events import publish
from youthprog.core.refusals import N_, Conflict, Refusal, refuse_if
from youthprog.documents import services as documents
from youthprog.documents.models import Document
from youthprog.documents.types import PreparedDocument
from youthprog.people.types import GuardianLine, Relationship

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


def answer(
    case: Case, question: Question, given: Mapping[str, Any], *, by: Actor, now: datetime, language: str | None = None
) -> None:
    """Keep one answer. Raises `Refused` when the form is closed, `Conflict` when another page was faster.

    A page of a sheet is kept too, so that reading goes on where it stopped; it is no answer until the last page.
    """
    answer_all(case, {question.key: given}, by=by, now=now, language=language)


def answer_all(
    case: Case,
    given: Mapping[str, Mapping[str, Any]],
    *,
    way: Mapping[str, Any] | None = None,
    by: Actor,
    now: datetime,
    language: str | None = None,
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
    asked = {each.key: each for each in queries.questions_of(case.version.id)} if fresh.keys() - {WAY} else {}
    for key, answer in fresh.items():
        if key in asked and asked[key].kind is SectionKind.EXTERNAL:
            refuse_if(parts.refusals_of_outsider(case, answer))
        if key in asked and asked[key].kind is SectionKind.UPLOAD:
            uploads.note_upload(case, asked[key], answer, now=now)
    claim(request, request.version)
    request.seal("draft_sealed", json.dumps(draft | fresh, ensure_ascii=False))
    for key in fresh.keys() & asked.keys():
        for happening, detail in _events_of_answer(
            case, asked[key], draft.get(key), fresh[key], language or request.language
        ):
            note(request.id, happening, now, {"section": key} | detail)


def _events_of_answer(
    case: Case, question: Question, before: Mapping[str, Any] | None, given: Mapping[str, Any], language: str
) -> Iterator[tuple[Happening, dict[str, Any]]]:
    """What keeping an answer is told as: nothing of a half-read sheet, its end with version and language."""
    if not showing.is_answered(question, given):
        return
    was_there = showing.is_answered(question, before)
    if question.kind is SectionKind.INFORMATION and not was_there and given.get("choice") == "read":
        yield Happening.SHEET_READ, {"version": str(case.version.number), "language": language}
    yield Happening.CHANGED if was_there else Happening.ANSWERED, {}


def confirm_earlier(case: Case, earlier: Mapping[str, Mapping[str, Any]], *, by: Actor, now: datetime) -> None:
    """Take over the answers of last time, as they were shown."""
    answer_all(case, earlier, way={"choice": RENEWED, "keys": sorted(earlier)}, by=by, now=now)
    note(case.request.id, Happening.CONFIRMED_EARLIER, now, {"sections": list(earlier)})


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
    claim(request, request.version)
    keep_older_sheet(request)
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


def claim(request: ConsentRequest, seen: int) -> None:
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


def prepare_signature(
    case: Case, signing: Signing, *, by: Actor, now: datetime, told: Sequence[paper.Happened] = ()
) -> Prepared:
    """Decide, print and seal, without a lock. Raises `Refused` with every reason.

    `told` is the whole history of an answer given from outside, which is noted of no request yet.
    """
    questions = shown_of(case, queries.questions_of(case.version.id), clock.day_of(now))
    guardian = signer_line(case, clock.day_of(now))
    refuse_if(refusals_of_route(case, signing, by))
    refuse_if(rules.refusals_to_sign(_sign_facts(case, questions, guardian, signing, now)))
    relationship = guardian.relationship if guardian else Relationship.OTHER
    facts = record_facts(case, questions, case.draft, relationship, signing, {"ip": by.ip, "agent": by.user_agent}, now)
    if told:
        facts = replace(facts, events=told)
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


def sign(case: Case, prepared: Prepared, *, by: Actor, now: datetime, how: Mapping[str, Any] | None = None) -> Document:
    """Record what was prepared: decisions, people, health, the sealed document, the copy, all or nothing.

    `how` is what is known of the signature, when it was not given in this very moment. Raises `Conflict` when the answers
    or the form changed meanwhile, `Refused` when the guardian may not decide any more.
    """
    return sign_together([(case, prepared)], by=by, now=now, how=how)[0]


def sign_together(
    signings: Sequence[tuple[Case, Prepared]], *, by: Actor, now: datetime, how: Mapping[str, Any] | None = None
) -> list[Document]:
    """Record one act under several forms, with one mail that carries the copy of each. Raises what `sign` raises."""
    first = signings[0][0].request.id
    signed = []
    for case, prepared in signings:
        document = _sign_one(case, prepared, how, by=by, now=now)
        case.request.signed_with_id = None if case.request.id == first else first
        signed.append((case, document))
    db.flush()
    send_copies(signed, by=by, now=now)
    return [document for _case, document in signed]


def _sign_one(case: Case, prepared: Prepared, how: Mapping[str, Any] | None, *, by: Actor, now: datetime) -> Document:
    signing = prepared.facts.signing
    claim(case.request, signing.seen_version)
    guardian = signer_line(case, clock.day_of(now))
    refuse_if(refusals_of_route(case, signing, by))
    refuse_if(rules.refusals_to_sign(_sign_facts(case, prepared.facts.questions, guardian, signing, now, counted=True)))
    how = {"ip": by.ip, "agent": by.user_agent} if how is None else how
    return record_answers(case, prepared, how, by=by, now=now)


def refusals_of_route(case: Case, signing: Signing, by: Actor) -> list[Refusal]:
    """Online is the guardian's own deed: nobody else, whatever their role, makes a record that says so."""
    if signing.route is Route.ONLINE and by.person_id != case.guardian.id:
        return [Refusal("not_the_guardian", N_("Only the guardian can sign online."))]
    return []


def record_answers(case: Case, prepared: Prepared, how: Mapping[str, Any], *, by: Actor, now: datetime) -> Document:
    """Record a sealed signature, whatever its route: the document, decisions, people, health. The counter is ours already."""
    request, signing = case.request, prepared.facts.signing
    signing_parts.refuse_parts_signed_meanwhile(request.id, prepared.facts.questions, prepared.facts.waiting)
    disagreed = fairness.disagreements(request.youth_id, request.season_id, now)
    document = documents.record_document(
        prepared.document, subject_kind="consent_request", subject_id=request.id, now=now
    )
    request.state = RequestState.SIGNED
    request.signed_at = now
    request.typed_name = signing.typed_name
    request.route = signing.route
    request.language = signing.language
    request.document_id = document.id
    request.seal("drawn_sealed", signing.drawn or None)
    request.valid_until_on = prepared.facts.valid_until_on
    request.seal("draft_sealed", None)
    _record_answers(case, prepared.facts, by=by, now=now)
    note(request.id, Happening.SIGNED, signing.answered_at or now, {**how, "document": document.code})
    db.flush()
    record(
        "consent.signed", "consent_request", request.id, by=by, now=now, document_id=document.id, sha256=document.sha256,
        route=signing.route.value,
    )  # fmt: skip
    publish(ConsentSigned(request.id, request.youth_id, request.season_id))
    fairness.tell_of_conflict(request.youth_id, request.season_id, disagreed, request_id=request.id, by=by, now=now)
    return document


def _record_answers(case: Case, facts: paper.RecordFacts, *, by: Actor, now: datetime) -> None:
    """One decision for each section that was shown and is answered, and what others signed or are still asked for."""
    for question in facts.questions:
        if question.kind is not SectionKind.TEXT and question.key not in facts.waiting:
            decide(case, question, facts.answers[question.key], by=by, now=now)
    parts.record_in_sitting(case, facts.questions, facts.answers, facts.signing, now=now)
    parts.open_parts(case, facts.questions)
    parts.ask_outside(case, facts.questions, facts.answers, by=by, now=now)
    shown = {question.key for question in facts.questions}
    for question in queries.questions_of(case.version.id):
        if question.kind is SectionKind.UPLOAD and question.key not in shown:
            uploads.end_upload(case, question, now=now)


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
    agreed_at = signing.agreed_at if signing.route is Route.MATCHED else disclosure and disclosure.accepted_at
    return SignFacts(
        state=case.request.state,
        valid_until_on=valid_until(case.season),
        today=clock.day_of(now),
        may_decide=guardian is not None and guardian.may_decide,
        unanswered=tuple(each.key for each in showing.unanswered(questions, draft) if each.key not in signing.later),
        agreed_to_screens=agreed_at is not None,
        signing=signing,
    )


def record_facts(
    case: Case,
    questions: Sequence[Question],
    given: Mapping[str, Mapping[str, Any]],
    relationship: Relationship,
    signing: Signing,
    how: Mapping[str, Any],
    now: datetime,
) -> paper.RecordFacts:
    """Everything the sealed record speaks of; `how` is what is known of the signature itself."""
    events = [
        paper.Happened(row.happening, row.at, row.detail)
        for row in queries.events_of(case.request.id)
        if row.happening is not Happening.AGREED
    ]
    agreement = _agreement(case.guardian.id)
    if agreement is not None:
        events = sorted([*events, agreement], key=lambda event: event.at)
    events.append(paper.Happened(Happening.SIGNED, now, how))
    signed_before = parts.answers_of(queries.parts_of(case.request.id), questions)
    answers = {each.key: given[each.key] for each in questions if each.key in given} | signed_before
    waiting = {each.key for each in questions if showing.waits_for_signer(each, answers.get(each.key))}
    waiting |= {each.key for each in questions if each.key in signing.later}
    days = {
        each.key: last_day_of(case, each, now, expires_on=expiry_in(answers.get(each.key, {}))) for each in questions
    }
    return paper.RecordFacts(
        **heading_of(case),
        youth_first_name=case.youth.first_name,
        guardian_name=case.guardian.name,
        relationship=relationship,
        questions=questions,
        answers=answers,
        waiting=frozenset(waiting),
        days=days,
        blanks={spoken: blanks_of(case, spoken, roster_of(case, questions, now)) for spoken in ("en", "es")},
        signing=signing,
        signed_at=now,
        valid_until_on=earliest([days[each.key] for each in questions if each.required], days.values()),
        events=events,
    )


def earliest(required: Iterable[date | None], all_days: Iterable[date | None]) -> date | None:
    """The day a form ends as a whole: the first of its required sections' last days, else of any; None when none has one."""
    for days in (required, all_days):
        known = [day for day in days if day is not None]
        if known:
            return min(known)
    return None


def _agreement(person_id: int) -> paper.Happened | None:
    """The agreement to screens as the record tells it: which words, which language, and that the sample opened."""
    row = queries.find_disclosure(person_id)
    if row is None or row.accepted_at is None or row.opened_at is None:
        return None
    detail = {"version": row.version, "language": row.language, "opened_at": row.opened_at.isoformat()}
    detail["sha256"] = disclosure_sha256(row.language)
    return paper.Happened(Happening.AGREED, row.accepted_at, detail)
