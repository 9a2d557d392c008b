"""What every deed of consent needs of a request: who signs, what the form's places mean, a line in its history."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from flask import current_app

from youthprog.audit.services import record
from youthprog.consent import paper, queries, rules, timing
from youthprog.consent.models import ConsentEvent, ConsentRequest
from youthprog.consent.queries import Case
from youthprog.consent.types import Happening, RequestState, SectionKind
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
RENEW = "consent_renewal"


def may_answer(case: Case, *, now: datetime) -> list[Refusal]:
    """Why the guardian may not answer this form now; empty when they may."""
    return refusals_to_answer(case, signer_line(case, clock.day_of(now)), now)


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


def due_on(season_id: int, now: datetime) -> date:
    """The day by which a form asked for now is wanted."""
    season = db.session().get_one(Season, season_id)
    return timing.due_day(clock.day_of(now), season.starts_on, season.ends_on)


def labels_missing(case: Case, guardian: GuardianLine, now: datetime) -> list[str]:
    """What this guardian's answer is wanted on, as the form calls it, in the guardian's language.

    The required sections that are not given, those of a renewal by what ends. What a form asks about health is
    not named in a mail.
    """
    request, today = case.request, clock.day_of(now)
    on = (request.due_on or today) + timedelta(days=1) if request.renews_id else today
    given = queries.keys_given(request, on)
    language = guardian.language if guardian.language in ("en", "es") else "en"
    values = places_of(case, language)
    return [
        rules.filled(question.words[language].label, values)
        for question in queries.questions_of(case.version.id)
        if question.required and question.kind is not SectionKind.HEALTH and question.key not in given
    ]


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
        "due": case.request.due_on if case.request.due_on and case.request.due_on >= clock.today() else None,
        "missing": (),  # the sections a reminder or a renewal names
    }


def note(request_id: int, happening: Happening, at: datetime, detail: Mapping[str, Any]) -> None:
    db.session().add(ConsentEvent(request_id=request_id, happening=happening, at=at, detail=dict(detail)))


def close(request: ConsentRequest, now: datetime, **detail: str) -> None:
    """Close a request that nobody need answer any more; `reason` in the detail says why."""
    request.state = RequestState.CANCELED
    note(request.id, Happening.CANCELED, now, detail)
    record("consent.canceled", "consent_request", request.id, by=SYSTEM, now=now, **detail)
    db.flush()
