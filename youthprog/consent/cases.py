"""What every deed of consent needs of a request: who signs, what the form's places mean, a line in its history."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flask import current_app

from youthprog.audit.services import record
from youthprog.consent import paper, rules
from youthprog.consent.models import ConsentEvent, ConsentRequest
from youthprog.consent.queries import Case
from youthprog.consent.types import Happening, RequestState
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.core.refusals import Refusal
from youthprog.documents import services as documents
from youthprog.outreach.types import Recipient
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.people.types import GuardianLine
from youthprog.programs.models import Season

LINK_DAYS = 45
ASK, REMIND, COPY, TAKEN_BACK = "consent_request", "consent_reminder", "consent_copy", "consent_withdrawn"


def may_answer(case: Case, *, now: datetime) -> list[Refusal]:
    """Why the guardian may not answer this form now; empty when they may."""
    return refusals_to_answer(case, signer_line(case, clock.day_of(now)), now)


def may_answer_each(cases: Sequence[Case], *, now: datetime) -> set[int]:
    """Those of the requests that the guardian may answer now. One statement for any number."""
    on = clock.day_of(now)
    lines = people.guardians_of({case.youth.id for case in cases}, on)
    signers = {
        case.request.id: next(
            (each for each in lines.get(case.youth.id, []) if each.guardian_id == case.guardian.id), None
        )
        for case in cases
    }
    return {case.request.id for case in cases if not refusals_to_answer(case, signers[case.request.id], now)}


def refusals_to_answer(case: Case, guardian: GuardianLine | None, now: datetime) -> list[Refusal]:
    return rules.refusals_to_answer(
        case.request.state,
        may_decide=guardian is not None and guardian.may_decide,
        valid_until_on=valid_until(case.season),
        today=clock.day_of(now),
    )


def valid_until(season: Season) -> date:
    """The last day of a consent: the season's last."""
    return season.ends_on


def signer_line(case: Case, on: date) -> GuardianLine | None:
    lines = people.guardians_of([case.youth.id], on).get(case.youth.id, [])
    return next((line for line in lines if line.guardian_id == case.guardian.id), None)


def full_name(person: Person) -> str:
    return f"{person.given_name} {person.family_name}".strip()


def program_names(case: Case) -> dict[str, str]:
    """The program's name in both languages."""
    return {"en": case.program.name, "es": case.program.name_es or case.program.name}


def places_of(case: Case, language: str) -> dict[str, str]:
    """What the places in the form's text stand for in this case."""
    return paper.places(
        language,
        first_name=case.youth.first_name,
        full_name=full_name(case.youth),
        program=program_names(case)[language],
        department=documents.letterhead().full_name,
        until=case.request.valid_until_on or valid_until(case.season),
    )


def recipient(line: GuardianLine) -> Recipient:
    return Recipient(line.name, line.email or "", line.language, line.guardian_id, line.email_contact_id)


def letter_values(case: Case, language: str, token: str | None) -> dict[str, Any]:
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


def note(request_id: int, happening: Happening, at: datetime, detail: Mapping[str, Any]) -> None:
    db.session().add(ConsentEvent(request_id=request_id, happening=happening, at=at, detail=dict(detail)))


def close(request: ConsentRequest, now: datetime) -> None:
    request.state = RequestState.CANCELED
    note(request.id, Happening.CANCELED, now, {})
    record("consent.canceled", "consent_request", request.id, by=SYSTEM, now=now)
    db.flush()
