"""Rows of the consent room: requests in every state, decisions, events.

A generated signature points to the one sealed record of the demonstration and says by its route that it is none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time, timedelta

from youthprog.consent.models import ConsentDecision, ConsentEvent, ConsentRequest
from youthprog.consent.timing import due_day
from youthprog.consent.types import Decision, Happening, RequestState, Route
from youthprog.demo.frame import Frame, Row, Table, numbered
from youthprog.demo.plan import ConsentPlan
from youthprog.demo.types import Answer

SIGNED = frozenset({Answer.SIGNED, Answer.NO_PHOTOS, Answer.SECOND_GUARDIAN, Answer.EXPIRED})
STATES = {
    Answer.SENT: RequestState.SENT,
    Answer.OPENED: RequestState.OPENED,
    Answer.BOUNCED: RequestState.BOUNCED,
} | dict.fromkeys(SIGNED, RequestState.SIGNED)
LONGEST_NAME = 160


@dataclass(frozen=True)
class Paper:
    """The form's version that is asked, its sections (id, key), and the sealed record; None when none can be printed."""

    version_id: int
    sections: Sequence[tuple[int, str]]
    document_id: int | None


def consent_tables(frame: Frame, paper: Paper) -> Iterator[Table]:
    """Requests, then what hangs on them. Without a sealed record nobody has signed."""
    languages = {adult.key: (adult.language, adult.name) for adult in frame.plan.adults}
    pairs = [
        (plan, _request(frame, paper, plan, number, *languages[plan.guardian_key]))
        for number, plan in enumerate(frame.plan.consents, start=1)
    ]
    yield ConsentRequest, [request for _, request in pairs]
    yield ConsentDecision, numbered(row for plan, request in pairs for row in _decisions(paper, plan, request))
    yield ConsentEvent, numbered(row for plan, request in pairs for row in _events(plan, request))


def _request(frame: Frame, paper: Paper, plan: ConsentPlan, number: int, language: str, name: str) -> Row:
    season = next(each for each in frame.plan.seasons if each.key == plan.season_key)
    is_signed = plan.signed_on is not None and paper.document_id is not None
    signed_at = frame.at(plan.signed_on, time(19, 30)) if plan.signed_on and is_signed else None
    opened_at = frame.at(plan.sent_on, time(18, 0)) if plan.answer is Answer.OPENED else None
    sent_at = frame.at(plan.sent_on, time(11, 0))
    return {
        "id": number,
        "form_version_id": paper.version_id,
        "youth_id": plan.youth_key,
        "guardian_id": plan.guardian_key,
        "season_id": plan.season_key,
        "state": RequestState.SENT if plan.answer in SIGNED and not is_signed else STATES[plan.answer],
        "language": language,
        "created_at": sent_at,
        "sent_at": sent_at,
        "times_asked": plan.times_asked,
        "opened_at": signed_at - timedelta(minutes=6) if signed_at else opened_at,
        "version": 0,
        "signed_at": signed_at,
        "typed_name": name[:LONGEST_NAME] if signed_at else None,
        "route": Route.DEMO if signed_at else None,
        "document_id": paper.document_id if signed_at else None,
        "valid_until_on": plan.until_on,
        "awaited": True,
        "due_on": due_day(plan.sent_on, season.starts_on, season.ends_on),
    }


def _decisions(paper: Paper, plan: ConsentPlan, request: Row) -> Iterator[Row]:
    if request["signed_at"] is None:
        return
    for section_id, key in paper.sections:
        refused = plan.answer is Answer.NO_PHOTOS and key == "photos"
        yield {
            "request_id": request["id"],
            "section_id": section_id,
            "youth_id": plan.youth_key,
            "guardian_id": plan.guardian_key,
            "season_id": plan.season_key,
            "section_key": key,
            "decision": Decision.REFUSED if refused else Decision.GIVEN,
            "decided_at": request["signed_at"],
            "valid_until_on": plan.until_on,
        }


def _events(plan: ConsentPlan, request: Row) -> Iterator[Row]:
    steps = [
        (Happening.SENT, request["sent_at"]),
        (Happening.BOUNCED, request["sent_at"] + timedelta(minutes=2) if plan.answer is Answer.BOUNCED else None),
        (Happening.OPENED, request["opened_at"]),
        (Happening.SIGNED, request["signed_at"]),
    ]
    for step, at in steps:
        if at is not None:
            yield {"request_id": request["id"], "happening": step, "at": at, "detail": {}}
