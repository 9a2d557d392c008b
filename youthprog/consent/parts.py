"""What others than the guardian answer: the young person, an interpreter, a coach, the office, somebody outside.

The young person and an interpreter sign in the guardian's sitting; their parts are recorded with the signature. A coach
and the office fill in theirs on the request's page, before or after. Somebody outside, such as a doctor, gets a link
that opens one section and nothing else. Until the other one has signed, a section is asked and not given.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from flask import current_app

from youthprog.access.services import issue_link
from youthprog.access.types import LinkPurpose
from youthprog.audit.services import record
from youthprog.consent import paper, queries, rules, showing
from youthprog.consent.cases import LINK_DAYS, last_day_of, note, program_names, shown_of
from youthprog.consent.models import ConsentPart
from youthprog.consent.queries import Case
from youthprog.consent.statements import filled_words
from youthprog.consent.types import Happening, Question, RequestState, Route, Signer, Signing, Words
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Refusal
from youthprog.documents import services as documents
from youthprog.outreach import services as outreach
from youthprog.outreach.types import Recipient
from youthprog.people import queries as people

PART = "consent_part"
IN_THE_SITTING = (Signer.ATHLETE, Signer.INTERPRETER)
ON_A_SHEET = (*IN_THE_SITTING, Signer.EXTERNAL, Signer.COACH)
IN_AN_ACCOUNT = (Signer.COACH, Signer.STAFF)
CLOSED = (RequestState.CANCELED, RequestState.WITHDRAWN, RequestState.EXPIRED)


@dataclass(frozen=True)
class Hand:
    """How a part came: by the signer's own hand on a screen, or from a sheet that somebody of the staff copied."""

    route: Route
    recorder: str = ""
    recorded_by_id: int | None = None
    signed_on: date | None = None
    scan_sha256: str = ""


def answers_of(parts: Mapping[int, ConsentPart], questions: Iterable[Question]) -> dict[str, dict[str, Any]]:
    """What others have signed so far, by section, each with the name it was signed with."""
    found = {}
    for each in questions:
        part = parts.get(each.section_id)
        if part is not None and part.signed_at is not None:
            found[each.key] = json.loads(part.unseal("answer_sealed") or "{}") | {"typed_name": part.typed_name}
            if part.route is Route.PAPER and part.recorded_by_id is not None:
                found[each.key] |= from_sheet(people.get_person(part.recorded_by_id).name, part.signed_on)
    return found


def from_sheet(recorder: str, signed_on: date | None) -> dict[str, Any]:
    """What the record says of a part that somebody of the staff copied from a sheet."""
    return {"route": Route.PAPER.value, "recorded_by": recorder, "signed_on": signed_on and signed_on.isoformat()}


def record_in_sitting(
    case: Case, questions: Sequence[Question], answers: Mapping[str, Any], signing: Signing, *, now: datetime
) -> None:
    """Keep what others signed beside the guardian: the young person and an interpreter, of a sheet everybody on it."""
    on_paper = signing.route is Route.PAPER
    for each in showing.signed_by(questions, *(ON_A_SHEET if on_paper else IN_THE_SITTING)):
        given = dict(answers.get(each.key, {}))
        name = given.pop("typed_name", None)
        part = part_of(case, each) if name else None
        if part is None or part.signed_at is not None:
            continue  # nobody read the form to the guardian; or it was signed before; or was not asked from outside
        part.person_id = case.youth.id if showing.signer_of(each) is Signer.ATHLETE else None
        hand = Hand(signing.route, signing.recorded_by, case.request.recorded_by_id, scan_sha256=signing.scan_sha256)
        fill_part(case, each, part, given, name, _of_the_sheet(hand, given) if on_paper else hand, now=now)


def _of_the_sheet(hand: Hand, given: dict[str, Any]) -> Hand:
    """The hand with the part's own day; what the record tells of the sheet is no answer and leaves it."""
    day = given.pop("signed_on", None)
    for name in ("route", "recorded_by"):
        given.pop(name, None)
    return replace(hand, signed_on=date.fromisoformat(day) if day else None)


def refusals_of_outsider(case: Case, given: Mapping[str, Any]) -> list[Refusal]:
    """Why somebody cannot be asked: the address is the guardian's own, so nobody else would sign."""
    own = {line.value.casefold() for line in people.contacts_of([case.guardian.id]).get(case.guardian.id, [])}
    return refusals_of_address(given, own)


def refusals_of_address(given: Mapping[str, Any], own: Collection[str]) -> list[Refusal]:
    """Why somebody cannot be asked at an address, when these are the asking person's own."""
    if given.get("email") in own:
        return [Refusal("own_address", N_("This is your own address. Write the address of the other person."), "email")]
    return []


def ask_outside(
    case: Case, questions: Sequence[Question], answers: Mapping[str, Any], *, by: Actor, now: datetime
) -> None:
    """Write to everybody outside whose name and address the guardian gave."""
    for each in showing.signed_by(questions, Signer.EXTERNAL):
        given = answers.get(each.key, {})
        if not given.get("email"):
            continue
        part = part_of(case, each)
        if part.signed_at is not None:
            continue  # the sheet was faster
        part.asked_at = now
        part.seal("asked_sealed", json.dumps({"name": given["name"], "email": given["email"]}, ensure_ascii=False))
        _write(case, each, part, given["name"], given["email"], by=by, now=now)
        address = paper.masked(given["email"])
        note(
            case.request.id, Happening.PART_ASKED, now, {"section": each.key, "name": given["name"], "address": address}
        )
        record("consent.part_asked", "consent_request", case.request.id, by=by, now=now, section=each.key)


def _write(
    case: Case, question: Question, part: ConsentPart, name: str, address: str, *, by: Actor, now: datetime
) -> None:
    """Somebody outside is told the child's first name, who asks, and for what; their link opens this part alone.

    The guardian stands behind the letter: what custody keeps from the guardian does not leave on their word either.
    """
    _link_id, token = issue_link(LinkPurpose.CONSENT_PART, case.guardian.id, part.id, days=LINK_DAYS, now=now)
    language = case.request.language if case.request.language in ("en", "es") else "en"
    values = {
        "child": case.youth.first_name,
        "program": program_names(case)[language],
        "label": outside_words(case, question, language).label,
        "to": name,
        "link": f"{current_app.config['YOUTHPROG'].public_url.rstrip('/')}/p/{token}",
        "days": LINK_DAYS,
    }
    outreach.send(
        PART, "consent/mail/part", to=Recipient(name, address, language, case.guardian.id), subject_id=part.id,
        about_youth_id=case.youth.id, values=values, by=by, now=now,
    )  # fmt: skip


def open_parts(case: Case, questions: Sequence[Question], *signers: Signer) -> None:
    """Let the parts of a coach and the office, or of these signers, wait from now on: of a signed form only these are asked."""
    for each in showing.signed_by(questions, *(signers or IN_AN_ACCOUNT)):
        part_of(case, each)


def parts_asked(case: Case, questions: Sequence[Question], on: date) -> list[tuple[Question, ConsentPart | None]]:
    """The sections others than the guardian answer in this request, with what is there of each.

    Of an open form those it shows with the answers so far; of a signed one those that were opened with it.
    """
    parts = queries.parts_of(case.request.id)
    is_open = case.request.state in rules.OPEN_STATES
    asked = shown_of(case, questions, on) if is_open else [each for each in questions if each.section_id in parts]
    others = showing.signed_by(asked, *(set(Signer) - showing.GUARDIANS))
    return [(each, parts.get(each.section_id)) for each in others]


def part_is_closed(case: Case, today: date) -> bool:
    """Whether a part cannot be signed any more: the form was closed or taken back, or what it is about is over."""
    return case.request.state in CLOSED or case.season.ends_on < today


def outside_words(case: Case, question: Question, language: str, *, full_name: str | None = None) -> Words:
    """A section's words for somebody who may know little: of the child they tell the first name and nothing else.

    A coach, who knows the roster, reads the full name too.
    """
    return filled_words(question.words[language], outside_places(case, question, language, full_name=full_name))


def outside_places(case: Case, question: Question, language: str, *, full_name: str | None = None) -> dict[str, str]:
    """What the places of a section stand for on the page of somebody who may know little."""
    return dict.fromkeys((*paper.BLANKS, "born_on"), paper.BLANK) | {
        "name": case.youth.first_name,
        "full_name": full_name or case.youth.first_name,
        "program": program_names(case)[language],
        "department": documents.letterhead().full_name,
        "until": paper.day_in(last_day_of(case, question, clock.now()), language),
    }


def part_of(case: Case, question: Question) -> ConsentPart:
    """The part of a section, made when it is not there yet."""
    part = queries.parts_of(case.request.id).get(question.section_id)
    if part is None:
        part = ConsentPart(
            request_id=case.request.id, section_id=question.section_id, signer=showing.signer_of(question)
        )
        db.session().add(part)
        db.flush()
    return part


def fill_part(
    case: Case,
    question: Question,
    part: ConsentPart,
    given: Mapping[str, Any],
    name: str,
    hand: Hand,
    *,
    now: datetime,
    **how: str,
) -> None:
    """Keep what was signed, and note that it was; `how` is what is known of the signature itself."""
    part.typed_name, part.signed_at = name, now
    part.route, part.recorded_by_id, part.signed_on = hand.route, hand.recorded_by_id, hand.signed_on
    part.scan_sha256 = hand.scan_sha256 or None
    part.seal("answer_sealed", json.dumps(given, ensure_ascii=False))
    note(case.request.id, Happening.PART_SIGNED, now, signed_detail(question, name, hand, **how))


def signed_detail(question: Question, name: str, hand: Hand, **how: str) -> dict[str, Any]:
    """What the event of a signed part says."""
    detail: dict[str, Any] = {"section": question.key, "signer": showing.signer_of(question).value, "name": name, **how}
    if hand.route is Route.PAPER:
        detail |= {"recorder": hand.recorder, "by_id": hand.recorded_by_id, "route": hand.route.value}
        detail |= {"signed_on": hand.signed_on and hand.signed_on.isoformat(), "scan_sha256": hand.scan_sha256}
    return detail
