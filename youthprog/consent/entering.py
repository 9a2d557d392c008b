"""Answers from paper or by telephone, and originals seen. The route comes from the door that was used, never from a form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from youthprog.access.services import issue_link
from youthprog.access.types import LinkPurpose
from youthprog.audit.services import record
from youthprog.consent import desk_queries, paper, parts, queries, showing, uploads
from youthprog.consent.cases import (
    COPY,
    LINK_DAYS,
    full_name,
    letter_values,
    note,
    recipient,
    shown_of,
    signer_line,
    valid_until,
)
from youthprog.consent.entry_rules import (
    EntryFacts,
    OriginalFacts,
    PartFacts,
    asked_of_guardian,
    is_on_the_sheet,
    is_recorded,
    refusals_of_part,
    refusals_to_confirm,
    refusals_to_enter,
)
from youthprog.consent.queries import Case
from youthprog.consent.signing import Prepared, claim, record_answers, record_facts
from youthprog.consent.types import Happening, Question, Route, SectionKind, Signer, Signing
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Refusal, refuse_if
from youthprog.documents import services as documents
from youthprog.documents.models import Document
from youthprog.outreach import services as outreach
from youthprog.people.types import GuardianLine, Relationship

Answers = Mapping[str, Mapping[str, Any]]
UNANSWERED = Refusal("unanswered", N_("Something is not answered yet."))


@dataclass(frozen=True)
class Entry:
    """What somebody of the staff copied from a sheet or heard on the telephone. `seen_version` was on the screen."""

    typed_name: str
    is_guardian: bool
    answers: Mapping[str, Mapping[str, Any]]
    seen_version: int
    signed_on: date | None = None
    identity: str = ""


@dataclass(frozen=True)
class PreparedEntry:
    """An entry that is sealed on paper and not yet recorded."""

    entry: Entry
    prepared: Prepared
    how: Mapping[str, Any]


def questions_by_route(case: Case, route: Route, answers: Answers | None = None) -> list[Question]:
    """The sections a guardian answers by a route. What needs ink or a notary cannot be given by telephone.

    Without answers those that depend on another answer are among them: a sheet of paper shows them all.
    """
    return [each for each in _on_paper(case, answers) if asked_of_guardian(each) and is_recorded(each, route)]


def questions_of_others(case: Case, answers: Answers | None = None) -> list[Question]:
    """The sections others sign on the guardian's sheet that nobody signed yet: young person, interpreter, doctor, coach."""
    signed = {key for key, part in queries.parts_of(case.request.id).items() if part.signed_at is not None}
    return [each for each in _on_paper(case, answers) if is_on_the_sheet(each) and each.section_id not in signed]


def _on_paper(case: Case, answers: Answers | None) -> list[Question]:
    on, questions = clock.today(), queries.questions_of(case.version.id)
    shown = shown_of(case, questions, on, answers or {})
    if answers is not None:
        return shown
    depending = [each for each in questions if each.settings.show_if and each.settings.show_if.what == "answer"]
    return sorted({each.key: each for each in [*shown, *depending]}.values(), key=lambda each: each.position)


def _recorded(case: Case, route: Route, answers: Answers, on: date) -> list[Question]:
    """What the record holds: what was asked, the words around it, and what others signed or still sign."""
    shown = shown_of(case, queries.questions_of(case.version.id), on, answers)
    return [each for each in shown if is_recorded(each, route)]


def prepare_paper(case: Case, entry: Entry, *, by: Actor, now: datetime) -> PreparedEntry:
    """Decide, print and seal what a signed sheet says, without a lock. Raises `Refused` with every reason."""
    return _prepare(case, entry, Route.PAPER, by=by, now=now)


def prepare_phone(case: Case, entry: Entry, *, by: Actor, now: datetime) -> PreparedEntry:
    """Decide, print and seal what a guardian said on the telephone. Raises `Refused` with every reason."""
    return _prepare(case, entry, Route.PHONE, by=by, now=now)


def _prepare(case: Case, entry: Entry, route: Route, *, by: Actor, now: datetime) -> PreparedEntry:
    questions = _recorded(case, route, entry.answers, clock.day_of(now))
    guardian = signer_line(case, clock.day_of(now))
    refuse_if(
        refusals_to_enter(_facts(case, entry, route, questions, guardian, by, now))
        + refusals_of_parts(case, questions, entry.answers, now)
    )
    signing = Signing(
        typed_name=entry.typed_name,
        is_guardian=entry.is_guardian,
        agrees=False,  # to records on a screen: nobody asked that
        seen_version=entry.seen_version,
        language=case.request.language,
        route=route,
        recorded_by=by.name,
        scan_sha256=(case.request.scan_sha256 or "") if route is Route.PAPER else "",
        signed_on=entry.signed_on if route is Route.PAPER else None,
        identity=entry.identity if route is Route.PHONE else "",
    )
    how = _how(case, entry, route, by)
    relationship = guardian.relationship if guardian else Relationship.OTHER
    answers = _from_sheet(questions, entry.answers, by)
    facts = record_facts(case, questions, answers, relationship, signing, how, now)
    return PreparedEntry(entry, Prepared(facts, documents.prepare(paper.record_of(facts), now=now)), how)


def _from_sheet(questions: Sequence[Question], answers: Answers, by: Actor) -> dict[str, Mapping[str, Any]]:
    """The answers as the record has them: of what others signed on the sheet it says who copied it."""
    found = dict(answers)
    for each in questions:
        given = answers.get(each.key)
        if given and is_on_the_sheet(each) and given.get("typed_name"):
            found[each.key] = {**given, **parts.from_sheet(by.name, date.fromisoformat(given["signed_on"]))}
    return found


def _how(case: Case, entry: Entry, route: Route, by: Actor) -> dict[str, Any]:
    """What the record tells of the signature: who wrote it down, and how one may believe it."""
    how: dict[str, Any] = {"who": by.name, "by_id": by.person_id, "route": route.value}
    if route is Route.PHONE:
        return how | {"identity": entry.identity}
    pages = [each.sha256 for each in desk_queries.sheet_of(case)]
    return how | {"signed_on": entry.signed_on.isoformat() if entry.signed_on else None, "scans": pages}


def record_entry(case: Case, ready: PreparedEntry, *, by: Actor, now: datetime) -> Document:
    """Record what was prepared, all or nothing, and tell the guardian with a copy.

    Raises `Conflict` when the form changed meanwhile, `Refused` when the answers would not count any more.
    """
    signing = ready.prepared.facts.signing
    claim(case.request, signing.seen_version)
    guardian = signer_line(case, clock.day_of(now))
    questions = ready.prepared.facts.questions
    refuse_if(refusals_to_enter(_facts(case, ready.entry, signing.route, questions, guardian, by, now)))
    for question in questions:
        if question.kind is SectionKind.UPLOAD:
            uploads.note_upload(case, question, ready.entry.answers[question.key], now=now)
    case.request.recorded_by_id = by.person_id
    document = record_answers(case, ready.prepared, ready.how, by=by, now=now)
    parts.open_parts(case, _still_signing(case, ready.entry.answers), *parts.ON_A_SHEET)
    _tell(case, guardian, document, signing, by=by, now=now)
    return document


def _still_signing(case: Case, answers: Answers) -> list[Question]:
    """Sections that somebody else can sign later, on a sheet of their own: all that are shown and not signed with this one."""
    return [
        each for each in questions_of_others(case, answers) if showing.waits_for_signer(each, answers.get(each.key))
    ]


def refusals_of_parts(case: Case, questions: Sequence[Question], answers: Answers, now: datetime) -> list[Refusal]:
    """Every reason why what others signed on the guardian's sheet would not count; unsigned parts may wait."""
    found = []
    for each in questions:
        given = answers.get(each.key)
        if is_on_the_sheet(each) and given and "typed_name" in given:
            found += refusals_of_part(part_facts(case, each, given, now))
            if not showing.is_sheet_part_complete(each, given):
                found.append(UNANSWERED)
    return list(dict.fromkeys(found))


def part_facts(case: Case, question: Question, given: Mapping[str, Any], now: datetime) -> PartFacts:
    """A part that was copied from a sheet, as the rules see it."""
    day = given.get("signed_on")
    return PartFacts(
        signer=showing.signer_of(question),
        typed_name=given.get("typed_name") or "",
        signed_on=date.fromisoformat(day) if day else None,
        today=clock.day_of(now),
        asked_on=clock.day_of(case.request.created_at),
        guardian_names=(case.guardian.name, full_name(case.guardian)),
    )


def _facts(
    case: Case,
    entry: Entry,
    route: Route,
    questions: Sequence[Question],
    guardian: GuardianLine | None,
    by: Actor,
    now: datetime,
) -> EntryFacts:
    request = case.request
    return EntryFacts(
        route=route,
        state=request.state,
        valid_until_on=valid_until(case.season),
        today=clock.day_of(now),
        asked_on=clock.day_of(request.created_at),
        may_decide=guardian is not None and guardian.may_decide,
        recorder_id=by.person_id,
        guardian_id=case.guardian.id,
        typed_name=entry.typed_name,
        is_guardian=entry.is_guardian,
        unanswered=tuple(each.key for each in _unanswered(case, questions, entry.answers)),
        signed_on=entry.signed_on,
        is_scanned=request.scan_sha256 is not None,
        identity=entry.identity,
        newest_answer_on=desk_queries.newest_answer_on(case.youth.id, case.guardian.id, case.season.id),
        older_words=older_words(case),
    )


def _unanswered(case: Case, questions: Sequence[Question], answers: Answers) -> list[Question]:
    """The guardian's own sections without an answer. What others sign may wait; who read it aloud is asked."""
    signed = parts.answers_of(queries.parts_of(case.request.id), questions)
    asked = [each for each in questions if asked_of_guardian(each) or showing.signer_of(each) is Signer.INTERPRETER]
    return showing.unanswered([each for each in asked if each.key not in signed], answers)


def older_words(case: Case) -> tuple[int, int] | None:
    """The version on a scanned sheet and the one the form has now, when no page bears the words of now."""
    if case.request.scan_sha256 is not None:
        return None
    numbers = desk_queries.numbers_of(desk_queries.scans_of(case.request.id))
    older = [number for number in numbers.values() if number < case.version.number]
    return (max(older), case.version.number) if older else None


def _tell(
    case: Case, guardian: GuardianLine | None, document: Document, signing: Signing, *, by: Actor, now: datetime
) -> None:
    """Mail the sealed record to the guardian: what was entered for them, by whom, and how to object."""
    if guardian is None or guardian.email is None or guardian.email_bounced:
        return  # the office prints the copy and hands it over: the page says so
    days = max(LINK_DAYS, ((case.request.valid_until_on or clock.day_of(now)) - clock.day_of(now)).days + 1)
    _link_id, token = issue_link(LinkPurpose.CONSENT, case.guardian.id, case.request.id, days=days, now=now)
    outreach.send(
        COPY, "consent/mail/entered", to=recipient(guardian), subject_id=case.request.id, about_youth_id=case.youth.id,
        document_id=document.id, by=by, now=now,
        values=letter_values(case, guardian.language, token)
        | {"code": document.code, "by_phone": signing.route is Route.PHONE, "recorder": by.name, "at": now},
    )  # fmt: skip


# ---- originals ----


def may_confirm(case: Case, *, by: Actor) -> OriginalFacts:
    """What decides whether somebody may say that they saw the original of a request."""
    return OriginalFacts(
        waits=bool(desk_queries.waiting_for_original(case.request.id)),
        is_scanned=case.request.scan_sha256 is not None,
        viewer_id=by.person_id,
        filed_by=desk_queries.filed_by(case.request.id) | ({case.request.recorded_by_id or 0} - {0}),
    )


def confirm_original(case: Case, *, by: Actor, now: datetime) -> None:
    """Say that one saw the original: from now on the answers that waited for it count. Raises `Refused`."""
    refuse_if(refusals_to_confirm(may_confirm(case, by=by)))
    waiting = desk_queries.waiting_for_original(case.request.id)
    for row in waiting:
        row.confirmed_at = now
    case.request.confirmed_by_id, case.request.confirmed_at = by.person_id, now
    keys = [row.section_key for row in waiting]
    note(case.request.id, Happening.ORIGINAL_SEEN, now, {"who": by.name, "by_id": by.person_id, "sections": keys})
    db.flush()
    record("consent.original_seen", "consent_request", case.request.id, by=by, now=now, sections=keys)
