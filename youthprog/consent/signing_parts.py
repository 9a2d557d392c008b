"""A part signed by somebody else: before the guardian it goes into the guardian's record, after into one of its own.

Prepare prints and seals a supplement to the first record, without a lock; record writes the part, the section's
decision and the supplement at once. There is no part of a signed form without its sealed record.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.consent import paper, queries, rules, showing
from youthprog.consent.cases import expiry_in, full_name, heading_of, last_day_of, places_of, roster_of
from youthprog.consent.deciding import decide
from youthprog.consent.models import ConsentPart, ConsentRequest
from youthprog.consent.part_paper import PartFacts, supplement_of
from youthprog.consent.parts import (
    IN_AN_ACCOUNT,
    Hand,
    fill_part,
    from_sheet,
    outside_places,
    part_is_closed,
    part_of,
    signed_detail,
)
from youthprog.consent.queries import Case
from youthprog.consent.retelling import Happened
from youthprog.consent.types import Happening, Question, RequestState, Route, Signer, Signing
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Conflict, Refusal, refuse_if
from youthprog.core.text import fold
from youthprog.documents import services as documents
from youthprog.documents.types import PreparedDocument

OWN_HAND = Hand(Route.ONLINE)
MEANWHILE = Refusal("signed_meanwhile", N_("Something was signed meanwhile. Look at this page again, then sign."))


@dataclass(frozen=True)
class PreparedPart:
    """A part of a signed form that is sealed on paper and not yet recorded."""

    facts: PartFacts
    document: PreparedDocument


def prepare_part(
    case: Case,
    question: Question,
    given: Mapping[str, Any],
    *,
    typed_name: str,
    hand: Hand = OWN_HAND,
    by: Actor,
    now: datetime,
    language: str = "en",
) -> PreparedPart | None:
    """Decide, print and seal, without a lock. None while the guardian has not signed: the part goes into that record.

    `hand` says how the part came: by the signer's own, or from a sheet that somebody of the staff copied.

    Raises `Refused` with every reason, `PressFailed`.
    """
    part = queries.parts_of(case.request.id).get(question.section_id)
    refuse_if(refusals_to_sign_part(case, question, part, given, typed_name))
    if case.request.state is not RequestState.SIGNED:
        return None
    facts = _facts(case, question, part, given, hand, typed_name=typed_name, by=by, now=now, language=language)
    return PreparedPart(facts, documents.prepare(supplement_of(facts), now=now))


def sign_part(
    case: Case,
    question: Question,
    given: Mapping[str, Any],
    *,
    typed_name: str,
    person_id: int | None = None,
    prepared: PreparedPart | None,
    hand: Hand = OWN_HAND,
    by: Actor,
    now: datetime,
) -> ConsentPart:
    """Sign a part outside the guardian's sitting. Of a signed form the section is decided now, with its sealed record.

    Raises `Refused`: the form is closed, the part is signed already, somebody else's to sign, the name or the answer is
    missing; `Conflict` when the guardian signed after this was prepared.
    """
    refuse_if(_refusals_of_own_hand(question, hand, person_id, by))
    request, part = _locked(case.request, question)
    refuse_if(refusals_to_sign_part(case, question, part, given, typed_name))
    is_later = request.state is RequestState.SIGNED
    if is_later is not _is_of(prepared, question, _told(given, hand), typed_name):
        raise Conflict([MEANWHILE])
    part = part or part_of(case, question)
    part.person_id = person_id
    sealed: dict[str, Any] = {}
    if prepared is not None:
        document = documents.record_document(
            prepared.document, subject_kind="consent_request", subject_id=request.id, now=now
        )
        part.document_id = document.id
        sealed = {"document_id": document.id, "sha256": document.sha256}
        fill_part(case, question, part, given, typed_name, hand, now=now, **_trace(by), document=document.code)
        decide(case, question, given, by=by, now=now)
    else:
        fill_part(case, question, part, given, typed_name, hand, now=now)
    db.flush()
    record(
        "consent.part_signed", "consent_request", request.id, by=by, now=now, section=question.key,
        route=hand.route.value, **sealed,
    )  # fmt: skip
    return part


def _refusals_of_own_hand(question: Question, hand: Hand, person_id: int | None, by: Actor) -> list[Refusal]:
    """An account signs what is a coach's or the office's, in its own name; everybody else signs through their own link."""
    if hand.route is not Route.ONLINE or by.kind != "account":
        return []
    if showing.signer_of(question) in IN_AN_ACCOUNT and person_id == by.person_id:
        return []
    return [Refusal("not_the_signer", N_("Only the person concerned can sign this part on a screen."))]


def refusals_to_sign_part(
    case: Case, question: Question, part: ConsentPart | None, given: Mapping[str, Any], typed_name: str
) -> list[Refusal]:
    """Every reason why a part cannot be signed now."""
    if part_is_closed(case, clock.today()):
        return [Refusal("closed", N_("This form is closed."))]
    if part is not None and part.signed_at is not None:
        return [Refusal("part_signed", N_("This part is signed already."))]
    found = []
    if not showing.is_sheet_part_complete(question, given):
        found.append(Refusal("unanswered", N_("Something is not answered yet.")))
    if len(fold(typed_name)) < rules.SHORTEST_NAME:
        found.append(Refusal("no_name", N_("Type your full name."), "typed_name"))
    return found


def refuse_parts_signed_meanwhile(request_id: int, questions: Iterable[Question], waiting: Iterable[str]) -> None:
    """Whoever records the guardian's signature asks this, with the request's row in hand: a part signed after the
    record was printed would be in no sealed file. Raises `Conflict`."""
    keys, parts = set(waiting), queries.parts_of(request_id)
    for each in questions:
        part = parts.get(each.section_id)
        if each.key in keys and part is not None and part.signed_at is not None:
            raise Conflict([MEANWHILE])


def _locked(request: ConsentRequest, question: Question) -> tuple[ConsentRequest, ConsentPart | None]:
    """The request's row and the part's, as they are now and ours until the commit: two hands sign one after the other."""
    db.session().refresh(request, with_for_update=True)
    part = db.session().scalar(
        sa.select(ConsentPart)
        .where(ConsentPart.request_id == request.id, ConsentPart.section_id == question.section_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return request, part


def _told(given: Mapping[str, Any], hand: Hand) -> dict[str, Any]:
    """The answer as the record tells it: of a sheet also its day and who copied it."""
    return {**given, **(from_sheet(hand.recorder, hand.signed_on) if hand.route is Route.PAPER else {})}


def _is_of(prepared: PreparedPart | None, question: Question, told: Mapping[str, Any], typed_name: str) -> bool:
    """Whether a supplement was prepared, for this very answer. Raises `Conflict` for that of another."""
    if prepared is None:
        return False
    facts = prepared.facts
    if (facts.question.section_id, dict(facts.answer), facts.typed_name) != (
        question.section_id, dict(told), typed_name,
    ):  # fmt: skip
        raise Conflict([MEANWHILE])
    return True


def _facts(
    case: Case,
    question: Question,
    part: ConsentPart | None,
    given: Mapping[str, Any],
    hand: Hand,
    *,
    typed_name: str,
    by: Actor,
    now: datetime,
    language: str,
) -> PartFacts:
    request, first = case.request, queries.document_of(case.request)
    assert request.signed_at is not None
    asked = json.loads((part.unseal("asked_sealed") if part else None) or "{}")
    events = _events(case, question)
    events.append(Happened(Happening.PART_SIGNED, now, signed_detail(question, typed_name, hand, **_trace(by))))
    return PartFacts(
        **heading_of(case),
        question=question,
        places={
            spoken: places_of(case, spoken, question)
            if hand.route is Route.PAPER
            else places_shown(case, question, spoken)
            for spoken in ("en", "es")
        },
        answer=_told(given, hand),
        typed_name=typed_name,
        at=now,
        until=_until(case, question, given, now),
        language=language,
        way="sheet" if hand.route is Route.PAPER else "link" if by.kind == "link" else "account",
        scan_sha256=hand.scan_sha256,
        address=paper.masked(asked.get("email", "")) if asked else "",
        events=events,
        first=Signing(request.typed_name or "", True, True, 0, request.language, route=request.route or Route.ONLINE),
        first_code=first.code,
        first_sha256=first.sha256,
        first_signed_at=request.signed_at,
        first_signer=full_name(case.guardian),
    )


def places_shown(case: Case, question: Question, language: str) -> dict[str, str]:
    """What the places of a section stood for on its signer's page: the office reads all, a coach the name, others less."""
    signer = showing.signer_of(question)
    if signer is Signer.STAFF:
        return places_of(case, language, question, roster=roster_of(case, [question], clock.now()))
    return outside_places(case, question, language, full_name=case.youth.name if signer is Signer.COACH else None)


def _until(case: Case, question: Question, given: Mapping[str, Any], now: datetime) -> date | None:
    return last_day_of(case, question, now, expires_on=expiry_in(given))


def _events(case: Case, question: Question) -> list[Happened]:
    """What the supplement tells: the guardian's signature and its copy, and what happened to this part."""
    found = [
        Happened(row.happening, row.at, row.detail)
        for row in queries.events_of(case.request.id)
        if row.happening in (Happening.SIGNED, Happening.COPY_SENT)
        or (row.happening is Happening.PART_ASKED and row.detail.get("section") == question.key)
    ]
    return sorted(found, key=lambda each: (each.at, each.happening is not Happening.SIGNED))


def _trace(by: Actor) -> dict[str, str]:
    """From where somebody outside signed; of an account the trail knows it."""
    return {"ip": by.ip, "agent": by.user_agent} if by.kind == "link" else {}
