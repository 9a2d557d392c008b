"""Settling an answer from a contact not on file: matched to a guardian, set aside, or asked of the guardian instead.

Matching makes an ordinary signature out of it. The sealed record tells both moments: when the person read, agreed,
answered and signed, and when and by whom it was matched; the decisions count from the matching alone. What cannot come
from outside stays open and is asked of the guardian, who is known from then on.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.consent import fairness_rules, outside_queries, paper, parts, queries
from youthprog.consent.asking import ask_guardian
from youthprog.consent.cases import close, note, shown_of
from youthprog.consent.fairness_rules import Gaps
from youthprog.consent.models import ConsentRequest, UnmatchedAnswer
from youthprog.consent.queries import Case
from youthprog.consent.signing import Prepared, prepare_signature, sign
from youthprog.consent.types import Happening, Matching, RequestState, Route, SectionKind, Signing
from youthprog.consent.unmatched import OutsideAnswer, Outsider, opened, transient
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Conflict, Refusal, Refused, refuse_if
from youthprog.core.text import fold
from youthprog.documents.models import Document
from youthprog.people import queries as people
from youthprog.people import rules as people_rules
from youthprog.people.models import Person
from youthprog.people.types import GuardianLine

SETTLED = Refusal("settled", N_("This answer was settled already."))
WANTS_PAPER = Refusal("wants_paper", N_("They want the form on paper. Nothing is answered."))
NO_AGREEMENT = Refusal(
    "no_agreement", N_("They did not accept the page on signing on a screen, so this answer cannot count.")
)
REWORDED = Refusal("reworded", N_("The form has changed since they answered it."))
PART_MISSING = Refusal("part_missing", N_("A part is missing that belongs in one sitting with the guardian."))

# ---- what an answer is good for ----


@dataclass(frozen=True)
class Worth:
    """What an answer about a youth is good for: the reasons why it cannot count, and what it lacks."""

    stopped: tuple[Refusal, ...] = ()
    gaps: Gaps = field(default_factory=Gaps)


def worth_of(row: UnmatchedAnswer, youth: Person, now: datetime) -> Worth:
    """What an answer that waits is good for, whoever it came from. Four statements."""
    kept = opened(row)
    frame = outside_queries.frame_of(row.season_id, row.form_version_id)
    case = transient(frame, kept, youth, _signer(kept), row)
    if kept.agreement.wants_paper_at is not None:
        return Worth((WANTS_PAPER,))
    found = [] if kept.agreement.is_complete else [NO_AGREEMENT]
    if outside_queries.newest_version_of(row.form_version_id) != row.form_version_id:
        found.append(REWORDED)
    gaps = _gaps(case, kept.answers, now)
    return Worth((*found, *([PART_MISSING] if gaps.missing else [])), gaps)


def _gaps(case: Case, answers: Mapping[str, Mapping[str, Any]], now: datetime) -> Gaps:
    shown = shown_of(case, queries.questions_of(case.version.id), clock.day_of(now), answers)
    return fairness_rules.gaps_in(shown, answers)


def _signer(kept: OutsideAnswer) -> Person:
    return Person(given_name=kept.who.name, family_name="", language=kept.language)


def same_values(who: Outsider, line: GuardianLine) -> dict[str, bool]:
    """Which of the typed values are the guardian's on file: name, email, phone."""
    return {
        "name": fold(who.name) == fold(line.name),
        "email": bool(who.email)
        and people_rules.normal_email(who.email) == people_rules.normal_email(line.email or ""),
        "phone": bool(who.phone) and who.phone == line.phone,
    }


# ---- matching ----


@dataclass(frozen=True)
class PreparedMatch:
    """An answer whose record is printed and sealed for one guardian, and not yet recorded."""

    answer_id: int
    youth_id: int
    guardian_id: int
    answers: Mapping[str, Mapping[str, Any]]
    prepared: Prepared


def refusals_to_match(row: UnmatchedAnswer, guardian: GuardianLine | None) -> list[Refusal]:
    """Why an answer cannot be matched to this guardian, whatever it says."""
    found = []
    if row.state is not Matching.WAITING:
        found.append(SETTLED)
    if guardian is None or not guardian.may_decide:
        found.append(Refusal("may_not_decide", N_("Choose a guardian who may decide today."), "guardian_id"))
    return found


def prepare_match(row: UnmatchedAnswer, youth: Person, guardian_id: int, *, by: Actor, now: datetime) -> PreparedMatch:
    """Print and seal the record of an answer for the guardian it is matched to, without a lock. Raises `Refused`."""
    refuse_if(refusals_to_match(row, _line(youth.id, guardian_id, now)))
    refuse_if(list(worth_of(row, youth, now).stopped))
    kept, person = opened(row), people.get_person(guardian_id)
    case = transient(outside_queries.frame_of(row.season_id, row.form_version_id), kept, youth, person, row)
    answers = _usable(case, kept)
    case.request.seal("draft_sealed", json.dumps(answers, ensure_ascii=False))
    case.request.recorded_by_id = by.person_id
    gaps = _gaps(case, answers, now)
    refuse_if([PART_MISSING] if gaps.missing else [])  # this guardian's own form may ask more: of a second guardian
    later = frozenset(each.key for each in gaps.later)
    signing = Signing(
        kept.signed, True, True, 0, kept.language, Route.MATCHED, recorded_by=by.name, answered_at=row.received_at,
        agreed_at=kept.agreement.accepted_at, later=later,
    )  # fmt: skip
    told = history_of(row, kept, by=by, now=now)
    ready = prepare_signature(case, signing, by=by, now=now, told=told)
    return PreparedMatch(row.id, youth.id, guardian_id, answers, ready)


def _usable(case: Case, kept: OutsideAnswer) -> dict[str, Mapping[str, Any]]:
    """The answers, but for somebody to ask outside who would be the guardian in person: that is asked afresh."""
    kinds = {each.key: each.kind for each in queries.questions_of(case.version.id)}
    return {
        key: given
        for key, given in kept.answers.items()
        if kinds.get(key) is not SectionKind.EXTERNAL or not parts.refusals_of_outsider(case, given)
    }


def history_of(row: UnmatchedAnswer, kept: OutsideAnswer, *, by: Actor, now: datetime) -> list[paper.Happened]:
    """Everything that happened to an answer, for the record's table: begun, agreed, answered, signed, matched."""
    agreed, told = kept.agreement, []
    if kept.begun_at is not None:
        told.append(paper.Happened(Happening.OPENED, kept.begun_at, {"by": "outside", "language": kept.language}))
    if agreed.accepted_at is not None and agreed.opened_at is not None:
        detail = {"version": agreed.version, "language": agreed.language, "opened_at": agreed.opened_at.isoformat()}
        told.append(paper.Happened(Happening.AGREED, agreed.accepted_at, detail | {"sha256": agreed.sha256}))
    told += [paper.Happened(Happening.ANSWERED, at, {"section": key}) for key, at in kept.answered.items()]
    told.append(paper.Happened(Happening.SIGNED, row.received_at, dict(kept.how)))
    matched = {"who": by.name, "by_id": by.person_id, "answered_at": row.received_at.isoformat()}
    told.append(paper.Happened(Happening.MATCHED, now, matched | {"typed_name": kept.who.name}))
    return sorted(told, key=lambda each: each.at)


def match(row: UnmatchedAnswer, match: PreparedMatch, *, by: Actor, now: datetime) -> Document:
    """Let an answer count as the decision of the guardian it came from: request, decisions, sealed record, all or
    nothing. What is still needed and could not come from outside is asked in the same transaction.

    The trail keeps what was typed beside what is on file. Raises `Conflict` when somebody was faster.
    """
    guardian = _line(match.youth_id, match.guardian_id, now)
    _settle(row, Matching.MATCHED, by=by, now=now)
    row.youth_id = match.youth_id
    kept = opened(row)
    for known in queries.open_requests([match.youth_id], row.season_id):
        if known.guardian_id == match.guardian_id and known.form_version_id == row.form_version_id:
            close(known, now)
    request = _open_request(row, match, kept, by)
    for each in match.prepared.facts.events:
        if each.happening is not Happening.SIGNED:  # noted with the signature
            note(request.id, each.happening, each.at, each.detail)
    row.request_id = request.id
    db.flush()
    record(
        "consent.matched", "unmatched_answer", row.id, by=by, now=now, request_id=request.id,
        answered_at=row.received_at.isoformat(),
        typed={"name": kept.who.name, "email": kept.who.email, "phone": kept.who.phone},
        on_file={
            "name": guardian.name if guardian else "",
            "email": (guardian and guardian.email) or "",
            "phone": (guardian and guardian.phone) or "",
        },
    )  # fmt: skip
    document = sign(queries.get_request(request.id), match.prepared, by=by, now=now, how=kept.how)
    db.flush()
    if _still_needs(match):
        ask_guardian(match.youth_id, match.guardian_id, row.season_id, by=by, now=now)
    return document


def _open_request(row: UnmatchedAnswer, match: PreparedMatch, kept: OutsideAnswer, by: Actor) -> ConsentRequest:
    request = ConsentRequest(
        form_version_id=row.form_version_id, youth_id=match.youth_id, guardian_id=match.guardian_id,
        season_id=row.season_id, state=RequestState.OPENED, language=kept.language, created_at=row.received_at,
        opened_at=row.received_at, version=0, recorded_by_id=by.person_id,
    )  # fmt: skip
    db.session().add(request)
    db.flush()
    request.seal("draft_sealed", json.dumps(match.answers, ensure_ascii=False))
    return request


def _still_needs(match: PreparedMatch) -> bool:
    facts = match.prepared.facts
    return any(each.required and each.key in facts.signing.later for each in facts.questions)


# ---- other ends ----


def ask_instead(row: UnmatchedAnswer, youth: Person, guardian_id: int, *, by: Actor, now: datetime) -> None:
    """Set an answer aside that cannot count, and write the ordinary letter to the guardian it came from.

    Raises `Refused`: somebody who may not decide, or whom no mail reaches. `Conflict` when it was settled meanwhile.
    """
    refuse_if(refusals_to_match(row, _line(youth.id, guardian_id, now)))
    if not ask_guardian(youth.id, guardian_id, row.season_id, by=by, now=now):
        raise Refused([Refusal("not_asked", N_("No mail reaches this guardian, or nothing is left to ask. Call."))])
    _settle(row, Matching.REJECTED, by=by, now=now)
    row.youth_id = youth.id
    db.flush()
    record(
        "consent.asked_instead", "unmatched_answer", row.id, by=by, now=now, youth_id=youth.id, guardian_id=guardian_id
    )


def reject(row: UnmatchedAnswer, reason: str, *, by: Actor, now: datetime) -> None:
    """Set an answer aside, with the reason. It never counted. Raises `Refused`, or `Conflict` when it was settled."""
    if not reason.strip():
        raise Refused([Refusal("no_reason", N_("Write why this answer is set aside."), "reason")])
    _settle(row, Matching.REJECTED, by=by, now=now)
    record("consent.rejected", "unmatched_answer", row.id, by=by, now=now, reason=reason.strip())


def _settle(row: UnmatchedAnswer, state: Matching, *, by: Actor, now: datetime) -> None:
    table = db.table(UnmatchedAnswer)
    done = db.session().execute(
        sa.update(table)
        .where(table.c.id == row.id, table.c.state == Matching.WAITING)
        .values(state=state, settled_at=now, settled_by_id=by.person_id)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict([SETTLED])
    db.session().refresh(row)


def _line(youth_id: int, guardian_id: int, now: datetime) -> GuardianLine | None:
    lines = people.guardians_of([youth_id], clock.day_of(now)).get(youth_id, [])
    return next((line for line in lines if line.guardian_id == guardian_id), None)
