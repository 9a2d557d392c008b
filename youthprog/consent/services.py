"""Verbs of consent: publish, ask, remind, open, answer, sign, take back."""

import json
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app

from youthprog.access.services import end_links, issue_link
from youthprog.access.types import LinkPurpose
from youthprog.audit.services import record
from youthprog.consent import paper, queries, rules
from youthprog.consent.models import (
    ConsentDecision,
    ConsentEvent,
    ConsentRequest,
    Form,
    FormVersion,
    PickupPerson,
    Section,
    SectionText,
)
from youthprog.consent.queries import TEXTS, Case
from youthprog.consent.types import (
    Asked,
    ConsentSigned,
    ConsentWithdrawn,
    Happening,
    Question,
    RequestState,
    SectionKind,
    SignFacts,
    Signing,
)
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.core.events import publish
from youthprog.core.refusals import N_, Conflict, Refusal, refuse_if
from youthprog.documents import services as documents
from youthprog.documents.models import Document
from youthprog.documents.types import PreparedDocument
from youthprog.outreach import services as outreach
from youthprog.outreach.types import Delivery, MessageBounced, MessageSent, Recipient
from youthprog.people import queries as people
from youthprog.people import services as people_services
from youthprog.people.models import Person
from youthprog.people.types import (
    CustodyRestricted,
    GuardianLine,
    GuardianshipEnded,
    HealthKind,
    PeopleMerged,
    Relationship,
)
from youthprog.programs.models import Season

FORMS = Path(__file__).resolve().parent / "forms"
ASK, REMIND, COPY, TAKEN_BACK = "consent_request", "consent_reminder", "consent_copy", "consent_withdrawn"
LINK_DAYS = 45
TAKEN_BACK_KINDS = frozenset(
    {SectionKind.DECISION, SectionKind.PICKUP}
)  # what was told can be corrected, not taken back
CHANGED = Refusal("changed", N_("Your answers changed since this page was opened. Check them again, then sign."))

# ---- forms ----


def publish_starter_form(*, now: datetime) -> FormVersion:
    """Publish the starter form unless a version of it is published already. Safe to repeat."""
    published = queries.find_current_version()
    if published is not None:
        return published
    return publish_form(tomllib.loads((FORMS / "participation.toml").read_text(encoding="utf-8")), by=SYSTEM, now=now)


def publish_form(source: Mapping[str, Any], *, by: Actor, now: datetime) -> FormVersion:
    """Publish one version of a form from its source. What is published never changes."""
    form = db.session().scalar(sa.select(Form).where(Form.key == source["key"]))
    if form is None:
        form = Form(key=source["key"], title=source["title"]["en"], title_es=source["title"]["es"])
        db.session().add(form)
    version = FormVersion(form=form, number=source["number"], published_at=now)
    db.session().add(version)
    db.flush()
    for position, each in enumerate(source["section"], start=1):
        section = Section(
            version_id=version.id,
            key=each["key"],
            position=position,
            kind=SectionKind(each["kind"]),
            required=each["required"],
        )
        db.session().add(section)
        db.flush()
        for language in ("en", "es"):
            words = {name: each[language][name].strip() for name in TEXTS}
            sha256 = paper.text_hash([words[name] for name in TEXTS])
            db.session().add(SectionText(section_id=section.id, language=language, sha256=sha256, **words))
    db.flush()
    record("form.published", "form_version", version.id, by=by, now=now, form=form.key, number=version.number)
    return version


# ---- asking ----


def ask(youth_ids: Collection[int], season_id: int, *, by: Actor, now: datetime) -> Asked:
    """Ask one deciding guardian of each youth who lacks consent: the first in rank whose address works."""
    today = clock.day_of(now)
    lacking = {reason.youth_id for reason in queries.objections(sorted(youth_ids), season_id, today)}
    waiting = {
        request.youth_id
        for request in queries.open_requests(lacking, season_id)
        if request.state is not RequestState.BOUNCED
    }
    guardians = people.guardians_of(lacking, today)
    version = publish_starter_form(now=now)
    sent, unreachable = 0, []
    for youth_id in sorted(lacking - waiting):
        guardian = _whom_to_ask(guardians.get(youth_id, []))
        if guardian is None:
            unreachable.append(youth_id)
            continue
        request = _open_request(version, youth_id, guardian, season_id, now)
        _write(ASK, "consent/mail/request", request.id, guardian, by=by, now=now)
        record("consent.asked", "consent_request", request.id, by=by, now=now, youth_id=youth_id)
        sent += 1
    return Asked(sent, len(waiting), tuple(unreachable))


def _whom_to_ask(guardians: Sequence[GuardianLine]) -> GuardianLine | None:
    reachable = (line for line in guardians if line.may_decide and line.email and not line.email_bounced)
    return next(reachable, None)


def _open_request(
    version: FormVersion, youth_id: int, guardian: GuardianLine, season_id: int, now: datetime
) -> ConsentRequest:
    """A fresh request, or the one of this guardian whose mail came back."""
    for known in queries.open_requests([youth_id], season_id):
        if known.guardian_id == guardian.guardian_id and known.form_version_id == version.id:
            known.state = RequestState.QUEUED
            return known
        _close(known, now)
    request = ConsentRequest(
        form_version_id=version.id,
        youth_id=youth_id,
        guardian_id=guardian.guardian_id,
        season_id=season_id,
        state=RequestState.QUEUED,
        language=guardian.language,
        created_at=now,
    )
    db.session().add(request)
    db.flush()
    return request


def remind(request_id: int, *, by: Actor, now: datetime) -> bool:
    """Write to the guardian of an open request again, with a fresh link; False when no mail can reach them."""
    case = queries.get_request(request_id)
    guardian = _line_of(case, clock.day_of(now))
    refuse_if(_refusals_to_answer(case, guardian, now))
    if guardian is None or guardian.email is None or guardian.email_bounced:
        return False
    _write(REMIND, "consent/mail/reminder", request_id, guardian, by=by, now=now)
    record("consent.reminded", "consent_request", request_id, by=by, now=now)
    return True


def _write(kind: str, letter: str, request_id: int, guardian: GuardianLine, *, by: Actor, now: datetime) -> None:
    """Write a letter with a link, count it, and note it when it is held for the office to hand over."""
    case = queries.get_request(request_id)
    request = case.request
    _link_id, token = issue_link(LinkPurpose.CONSENT, request.guardian_id, request.id, days=LINK_DAYS, now=now)
    message = outreach.send(
        kind, letter, to=_recipient(guardian), subject_id=request.id, about_youth_id=request.youth_id,
        values=_letter_values(case, guardian.language, token), by=by, now=now,
    )  # fmt: skip
    request.times_asked += 1
    if message.delivery is Delivery.HELD:
        _sent(request, Happening.REMINDED if kind == REMIND else Happening.SENT, now, {})


def _sent(request: ConsentRequest, happening: Happening, now: datetime, detail: Mapping[str, Any]) -> None:
    request.sent_at = now
    if request.state in (RequestState.QUEUED, RequestState.BOUNCED):
        request.state = RequestState.OPENED if request.opened_at else RequestState.SENT
    _note(request.id, happening, now, detail)


def note_sent(event: MessageSent) -> None:
    """A server took the mail of a request."""
    happening = {ASK: Happening.SENT, REMIND: Happening.REMINDED, COPY: Happening.COPY_SENT}.get(event.kind)
    request = event.subject_id and db.session().get(ConsentRequest, event.subject_id)
    if happening is None or not request:
        return
    if happening is Happening.COPY_SENT:
        _note(request.id, happening, clock.now(), {})
    else:
        _sent(request, happening, clock.now(), {"address": _masked_address(request)})


def note_bounced(event: MessageBounced) -> None:
    """The mail of a request came back."""
    request = event.subject_id and db.session().get(ConsentRequest, event.subject_id)
    if event.kind not in (ASK, REMIND) or not request:
        return
    if request.state in (RequestState.QUEUED, RequestState.SENT):
        request.state = RequestState.BOUNCED
    _note(request.id, Happening.BOUNCED, clock.now(), {"address": _masked_address(request)})


def _masked_address(request: ConsentRequest) -> str:
    contacts = people.contacts_of([request.guardian_id]).get(request.guardian_id, [])
    return next((paper.masked(line.value) for line in contacts if "@" in line.value), "")


# ---- answering ----


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
        _note(request.id, Happening.OPENED, now, detail)
        record("consent.opened", "consent_request", request.id, by=by, now=now, staff_account_id=staff_account_id)
    elif request.language != language:
        _note(request.id, Happening.LANGUAGE, now, {"language": language})
    request.state = RequestState.OPENED
    request.language = language


def answer(case: Case, question: Question, given: Mapping[str, Any], *, by: Actor, now: datetime) -> None:
    """Keep one answer. Raises `Refused` when the form is closed, `Conflict` when another page was faster."""
    guardian = _line_of(case, clock.day_of(now))
    refuse_if(_refusals_to_answer(case, guardian, now))
    draft, request = case.draft, case.request
    if draft.get(question.key) == given:
        return
    changed = question.key in draft
    draft[question.key] = dict(given)
    _count(request, request.version)
    request.seal("draft_sealed", json.dumps(draft, ensure_ascii=False))
    _note(request.id, Happening.CHANGED if changed else Happening.ANSWERED, now, {"section": question.key})


def check_answers(case: Case, *, now: datetime) -> None:
    """Note that the guardian went on from the list of answers."""
    _note(case.request.id, Happening.CHECKED, now, {"version": case.request.version})


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


# ---- signing ----


@dataclass(frozen=True)
class Prepared:
    """A signature that is sealed on paper and not yet recorded."""

    facts: paper.RecordFacts
    document: PreparedDocument


def prepare_signature(case: Case, signing: Signing, *, by: Actor, now: datetime) -> Prepared:
    """Decide, print and seal, without a lock. Raises `Refused` with every reason."""
    questions = queries.questions_of(case.version.id)
    guardian = _line_of(case, clock.day_of(now))
    refuse_if(rules.refusals_to_sign(_sign_facts(case, questions, guardian, signing, now)))
    relationship = guardian.relationship if guardian else Relationship.OTHER
    facts = _record_facts(case, questions, relationship, signing, by, now)
    return Prepared(facts, documents.prepare(paper.record_of(facts), now=now))


def sign(case: Case, prepared: Prepared, *, by: Actor, now: datetime) -> Document:
    """Record what was prepared: decisions, people, health, the sealed document, the copy, all or nothing.

    Raises `Conflict` when the answers changed meanwhile, `Refused` when the guardian may not decide any more.
    """
    request, signing = case.request, prepared.facts.signing
    _count(request, signing.seen_version)
    guardian = _line_of(case, clock.day_of(now))
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
    request.valid_until_on = prepared.facts.valid_until_on
    request.seal("draft_sealed", None)
    for question in prepared.facts.questions:
        _decide(case, question, prepared.facts.answers[question.key], by=by, now=now)
    _note(request.id, Happening.SIGNED, now, {"ip": by.ip, "agent": by.user_agent, "document": document.code})
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
            people_services.note_health(
                case.youth, HealthKind.OTHER, alert=given.get("alert"), detail=given.get("detail"), by=by, now=now
            )
        case SectionKind.PICKUP:
            _replace_pickups(request, given["names"], now)
        case SectionKind.EMERGENCY:
            known = {(line.name, line.phone) for line in people.emergency_of([case.youth.id]).get(case.youth.id, [])}
            if (given["name"], given["phone"]) not in known:
                people_services.add_emergency_contact(
                    case.youth, given["name"], given["phone"], relation=given.get("relation"), by=by, now=now
                )


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
    values = _letter_values(case, language, token) | {"code": document.code, "signed_at": now}
    to = Recipient(guardian.name, guardian.email, language, guardian.guardian_id, guardian.email_contact_id)
    outreach.send(
        COPY, "consent/mail/copy", to=to, subject_id=case.request.id, about_youth_id=case.youth.id,
        document_id=document.id, values=values, by=by, now=now,
    )  # fmt: skip


# ---- taking back ----


def take_back(case: Case, keys: Sequence[str], *, by: Actor, now: datetime) -> None:
    """Take back answers from now on; what was true before stays true of before. Raises `Refused`."""
    request = case.request
    questions = {question.key: question for question in queries.questions_of(case.version.id)}
    standing = {row.section_key: row for row in given_now(request.id, clock.day_of(now))}
    standing = {key: row for key, row in standing.items() if questions[key].kind in TAKEN_BACK_KINDS}
    guardian = _line_of(case, clock.day_of(now))
    may_decide = guardian is not None and guardian.may_decide
    refuse_if(rules.refusals_to_take_back(keys, tuple(standing), may_decide=may_decide))
    for key in keys:
        standing[key].withdrawn_at = now
    if any(questions[key].kind is SectionKind.PICKUP for key in keys):
        for person in db.session().scalars(sa.select(PickupPerson).where(PickupPerson.request_id == request.id)):
            person.ended_at = person.ended_at or now
    if any(questions[key].required for key in keys) and request.withdrawn_at is None:
        request.withdrawn_at, request.state = now, RequestState.WITHDRAWN
    _note(request.id, Happening.WITHDRAWN, now, {"sections": list(keys)})
    db.flush()
    record("consent.withdrawn", "consent_request", request.id, by=by, now=now, sections=list(keys))
    publish(ConsentWithdrawn(request.id, request.youth_id, request.season_id))
    if guardian is not None and guardian.email:
        language = request.language
        labels = [questions[key].words[language].label for key in keys]
        outreach.send(
            TAKEN_BACK, "consent/mail/withdrawn", to=_recipient(guardian), subject_id=request.id,
            about_youth_id=case.youth.id, by=by, now=now,
            values=_letter_values(case, guardian.language, None) | {"labels": labels, "at": now},
        )  # fmt: skip


def given_now(request_id: int, on: date) -> list[ConsentDecision]:
    """The decisions of a request that can be taken back on a day: given, in force, not taken back."""
    return [
        row
        for row in queries.decisions_of(request_id)
        if row.decision.value == "given"
        and row.withdrawn_at is None
        and (row.valid_until_on is None or row.valid_until_on >= on)
    ]


# ---- what others tell us ----


def close_for_guardian(event: GuardianshipEnded) -> None:
    """An adult is no longer a guardian: nothing waits for them any more."""
    _close_requests(event.youth_id, event.guardian_id)


def close_for_restricted(event: CustodyRestricted) -> None:
    """A restriction was recorded: forms about the child that wait for this adult are closed, links ended."""
    _close_requests(event.youth_id, event.adult_id)


def follow_merge(event: PeopleMerged) -> None:
    """Let a merged person's requests, decisions and lists follow."""
    for request in _requests_of(event.gone_id):
        if request.state in rules.OPEN_STATES:
            _close(request, event.at)
    for model, columns in (
        (ConsentRequest, ("youth_id", "guardian_id")),
        (ConsentDecision, ("youth_id", "guardian_id")),
        (PickupPerson, ("youth_id",)),
    ):
        for column in columns:
            rows = db.session().scalars(sa.select(model).where(getattr(model, column) == event.gone_id))
            for row in rows:
                setattr(row, column, event.kept_id)


def _requests_of(person_id: int) -> Sequence[ConsentRequest]:
    either = sa.or_(ConsentRequest.youth_id == person_id, ConsentRequest.guardian_id == person_id)
    return db.session().scalars(sa.select(ConsentRequest).where(either)).all()


def _close_requests(youth_id: int, guardian_id: int) -> None:
    now = clock.now()
    statement = sa.select(ConsentRequest).where(
        ConsentRequest.youth_id == youth_id, ConsentRequest.guardian_id == guardian_id
    )
    for request in db.session().scalars(statement):
        if request.state in rules.OPEN_STATES:
            _close(request, now)
        end_links(LinkPurpose.CONSENT, request.id, now=now, person_id=guardian_id)


def _close(request: ConsentRequest, now: datetime) -> None:
    request.state = RequestState.CANCELED
    _note(request.id, Happening.CANCELED, now, {})
    record("consent.canceled", "consent_request", request.id, by=SYSTEM, now=now)
    db.flush()


# ---- small parts ----


def may_answer(case: Case, *, now: datetime) -> list[Refusal]:
    """Why the guardian may not answer this form now; empty when they may."""
    return _refusals_to_answer(case, _line_of(case, clock.day_of(now)), now)


def _refusals_to_answer(case: Case, guardian: GuardianLine | None, now: datetime) -> list[Refusal]:
    return rules.refusals_to_answer(
        case.request.state,
        may_decide=guardian is not None and guardian.may_decide,
        valid_until_on=valid_until(case.season),
        today=clock.day_of(now),
    )


def valid_until(season: Season) -> date:
    """The last day of a consent: the season's last."""
    return season.ends_on


def _line_of(case: Case, on: date) -> GuardianLine | None:
    lines = people.guardians_of([case.youth.id], on).get(case.youth.id, [])
    return next((line for line in lines if line.guardian_id == case.guardian.id), None)


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
    return SignFacts(
        state=case.request.state,
        valid_until_on=valid_until(case.season),
        today=clock.day_of(now),
        may_decide=guardian is not None and guardian.may_decide,
        unanswered=tuple(each.key for each in questions if not rules.is_answered(each.kind, draft.get(each.key))),
        signing=signing,
    )


def _record_facts(
    case: Case, questions: Sequence[Question], relationship: Relationship, signing: Signing, by: Actor, now: datetime
) -> paper.RecordFacts:
    events = [paper.Happened(row.happening, row.at, row.detail) for row in queries.events_of(case.request.id)]
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
        youth_name=_full_name(case.youth),
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


def _full_name(person: Person) -> str:
    return f"{person.given_name} {person.family_name}".strip()


def program_names(case: Case) -> dict[str, str]:
    """The program's name in both languages."""
    return {"en": case.program.name, "es": case.program.name_es or case.program.name}


def places_of(case: Case, language: str) -> dict[str, str]:
    """What the places in the form's text stand for in this case."""
    return paper.places(
        language,
        first_name=case.youth.first_name,
        full_name=_full_name(case.youth),
        program=program_names(case)[language],
        department=documents.letterhead().full_name,
        until=case.request.valid_until_on or valid_until(case.season),
    )


def _recipient(line: GuardianLine) -> Recipient:
    return Recipient(line.name, line.email or "", line.language, line.guardian_id, line.email_contact_id)


def _letter_values(case: Case, language: str, token: str | None) -> dict[str, Any]:
    public = current_app.config["YOUTHPROG"].public_url.rstrip("/")
    spoken = language if language in ("en", "es") else "en"
    return {
        "child": case.youth.first_name,
        "guardian": case.guardian.first_name,
        "program": program_names(case)[spoken],
        "link": f"{public}/c/{token}" if token else None,
        "until": valid_until(case.season),
        "link_until": clock.now() + timedelta(days=LINK_DAYS),
        "public_url": public,
    }


def _note(request_id: int, happening: Happening, at: datetime, detail: Mapping[str, Any]) -> None:
    db.session().add(ConsentEvent(request_id=request_id, happening=happening, at=at, detail=dict(detail)))
