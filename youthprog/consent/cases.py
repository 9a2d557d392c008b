"""What every deed of consent needs of a request: who signs, what the form's places mean, a line in its history."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import current_app

from youthprog.audit.services import record
from youthprog.consent import paper, queries, rules, showing, timing
from youthprog.consent.models import ConsentEvent, ConsentRequest, OlderSheet
from youthprog.consent.queries import Case
from youthprog.consent.types import Happening, Question, RequestState, SectionKind, Signer
from youthprog.consent.validity import last_day
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.core.refusals import Refusal
from youthprog.documents import services as documents
from youthprog.outreach.types import Recipient
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.people.rules import age_on
from youthprog.people.types import GuardianLine
from youthprog.programs.models import Season

LINK_DAYS = 45
ASK, REMIND, COPY, TAKEN_BACK = "consent_request", "consent_reminder", "consent_copy", "consent_withdrawn"
LINK = "consent_link"
RENEW = "consent_renewal"
NOTICE, CONFLICT, WARNING = "consent_notice", "consent_conflict", "consent_warning"


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
        if question.required
        and question.kind not in (SectionKind.HEALTH, SectionKind.TEXT)
        and question.key not in given
    ]


def signer_line(case: Case, on: date) -> GuardianLine | None:
    lines = people.guardians_of([case.youth.id], on).get(case.youth.id, [])
    return next((line for line in lines if line.guardian_id == case.guardian.id), None)


def full_name(person: Person) -> str:
    return f"{person.given_name} {person.family_name}".strip()


def heading_of(case: Case) -> dict[str, Any]:
    """What every sealed paper of a request begins with: whose paper it is, which form, about whom."""
    return {
        "code": documents.new_code(),
        "letterhead": documents.letterhead(),
        "zone": clock.zone(),
        "form_key": case.form.key,
        "form_titles": case.version.titles(case.form),
        "form_number": case.version.number,
        "program_names": program_names(case),
        "season_names": {"en": case.season.name, "es": case.season.name_es or case.season.name},
        "youth_name": full_name(case.youth),
        "youth_born_on": case.youth.born_on,
    }


def program_names(case: Case) -> dict[str, str]:
    """The program's name in both languages."""
    return {"en": case.program.name, "es": case.program.name_es or case.program.name}


@dataclass(frozen=True)
class Roster:
    """The team and its leader, for the blanks of a sentence."""

    team: str | None = None
    coach: str | None = None


def places_of(
    case: Case, language: str, question: Question | None = None, *, roster: Roster | None = None
) -> dict[str, str]:
    """What the places in the form's text stand for in this case; `until` is the last day of the section's own rule."""
    until: date | None = case.request.valid_until_on or valid_until(case.season)
    if question is not None:
        given = case.draft.get(question.key, {}) if question.kind is SectionKind.UPLOAD else {}
        until = last_day_of(case, question, case.request.signed_at or clock.now(), expires_on=expiry_in(given))
    return paper.places(
        language,
        first_name=case.youth.first_name,
        full_name=full_name(case.youth),
        program=program_names(case)[language],
        department=documents.letterhead().full_name,
        until=until,
        born_on=case.youth.born_on,
        blanks=blanks_of(case, language, roster),
    )


def roster_of(case: Case, questions: Iterable[Question], now: datetime) -> Roster:
    """Team and leader, looked up only when a text has a blank for them."""
    texts = (text for each in questions for words in each.words.values() for text in showing.texts_of(words))
    if not any(place in text for text in texts for place in ("%(team)s", "%(coach)s")):
        return Roster()
    found = queries.next_for(case.youth.id, case.season.id, now)
    return Roster(found.group, found.coach)


def blanks_of(case: Case, language: str, roster: Roster | None = None) -> dict[str, str | None]:
    """The roster's blanks by name."""
    known = roster or Roster()
    return {
        "team": known.team,
        "coach": known.coach,
        "season": case.season.name_es if language == "es" and case.season.name_es else case.season.name,
        "school": case.youth.school,
        "guardian": full_name(case.guardian),
    }


# ---- which sections ----


def shown_of(
    case: Case, questions: Sequence[Question], on: date, answers: Mapping[str, Mapping[str, Any]] | None = None
) -> list[Question]:
    """The sections this form shows on a day with the answers so far, texts and other signers' sections included.

    Of a signed form, whose answers are in its record alone, every section.
    """
    if case.request.signed_at is not None:
        return list(questions)
    asks_second = any(each.settings.signer is Signer.GUARDIAN_2 for each in questions)
    return showing.shown(
        questions,
        age=None if case.youth.born_on is None else age_on(case.youth.born_on, on),
        answers=case.draft if answers is None else answers,
        program={str(case.program.id), case.program.name},
        second=asks_second and queries.is_second_guardian(case.request),
    )


def questions_to_ask(case: Case, questions: Sequence[Question], on: date) -> list[Question]:
    """The sections the guardian is asked, one a page: without texts, what show-if hides, and other signers' parts."""
    return [each for each in shown_of(case, questions, on) if showing.is_page(each)]


def last_day_of(case: Case, question: Question, at: datetime, *, expires_on: date | None = None) -> date | None:
    """The last day of an answer signed at a time; a file's own last day ends it sooner."""
    day = last_day(
        question.settings,
        signed_on=clock.day_of(at),
        season_ends_on=case.season.ends_on,
        event_on=queries.event_day(case.request),
        born_on=case.youth.born_on,
    )
    return min((each for each in (day, expires_on) if each is not None), default=None)


def expiry_in(answer: Mapping[str, Any]) -> date | None:
    """The last day of a file given with an answer, when one was written."""
    text = answer.get("expires_on")
    return date.fromisoformat(text) if text else None


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
        "missing": (),  # the sections a renewal names
        "form": case.version.titles(case.form)[spoken],
    }


@dataclass(frozen=True)
class WantedLine:
    """What a letter wants about one child: the forms by the names families read, and the sections still missing."""

    child: str
    forms: tuple[str, ...]
    missing: tuple[str, ...] = ()


def wanted_lines(
    cases: Sequence[Case], guardian: GuardianLine, now: datetime, *, names_missing: bool
) -> list[WantedLine]:
    """What a letter to a guardian wants, child by child, each form and section once."""
    language = guardian.language if guardian.language in ("en", "es") else "en"
    children: dict[int, tuple[str, dict[str, None], dict[str, None]]] = {}
    for case in cases:
        _name, forms, missing = children.setdefault(case.youth.id, (case.youth.first_name, {}, {}))
        forms[case.version.titles(case.form)[language]] = None
        if names_missing:
            missing.update(dict.fromkeys(labels_missing(case, guardian, now)))
    return [WantedLine(name, tuple(forms), tuple(missing)) for name, forms, missing in children.values()]


def note(request_id: int, happening: Happening, at: datetime, detail: Mapping[str, Any]) -> None:
    db.session().add(ConsentEvent(request_id=request_id, happening=happening, at=at, detail=dict(detail)))


def keep_older_sheet(request: ConsentRequest) -> None:
    """A request moves to newer words: what was printed with the older ones keeps its code, and what was scanned its words."""
    if request.match_code is not None:
        row = OlderSheet(code=request.match_code, request_id=request.id, form_version_id=request.form_version_id)
        db.session().add(row)
    request.match_code = request.scan_sha256 = None


def close(request: ConsentRequest, now: datetime, *, by: Actor = SYSTEM, **detail: str) -> None:
    """Close a request that nobody need answer any more; `reason` in the detail says why."""
    request.state = RequestState.CANCELED
    note(request.id, Happening.CANCELED, now, detail)
    record("consent.canceled", "consent_request", request.id, by=by, now=now, **detail)
    db.flush()
