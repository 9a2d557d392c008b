"""Invented matches."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any

from tests.makers.accounts import make_actor
from tests.makers.people import NOW, make_guardian, make_person, make_youth
from tests.makers.programs import enroll, make_program, make_season
from youthprog.access.types import Role
from youthprog.attendance.types import Mark
from youthprog.consent import queries as consent
from youthprog.consent.models import ConsentDecision, ConsentRequest, Section
from youthprog.consent.services import publish_starter_form
from youthprog.consent.types import Decision, RequestState, Route
from youthprog.core import clock, crypto, db
from youthprog.core.actor import SYSTEM
from youthprog.credentials.models import Credential
from youthprog.credentials.types import Step
from youthprog.documents.models import Document
from youthprog.documents.types import DocumentKind
from youthprog.mentorship.closing import queries as closing_queries
from youthprog.mentorship.closing import services as closing
from youthprog.mentorship.closing.types import (
    Contact,
    Draft,
    Initiator,
    Interview,
    Party,
    Reason,
    Rematch,
    Talk,
    Way,
)
from youthprog.mentorship.gate import facts
from youthprog.mentorship.gate.models import MatchStep, MentorStep
from youthprog.mentorship.gate.requirements import USUAL
from youthprog.mentorship.gate.types import CHECKS, Item, MatchStepKind, StepKind
from youthprog.mentorship.models import Match
from youthprog.mentorship.services import activate_match, propose_match
from youthprog.mentorship.sessions.models import SessionLog
from youthprog.mentorship.sessions.services import log_session
from youthprog.mentorship.sessions.types import Entry
from youthprog.mentorship.types import DutyStatus
from youthprog.people.models import Guardianship, Person
from youthprog.programs.models import Season
from youthprog.programs.types import ProgramKind

_number = count(1)
TODAY = NOW.date()


def make_mentoring_season() -> Season:
    """A season of a mentoring program."""
    return make_season(make_program(f"Mentoring {next(_number)}", ProgramKind.MENTORSHIP))


def make_mentee(season: Season, given: str = "Yusuf", family: str = "Abdi") -> Person:
    """A youth enrolled in the season, with a guardian."""
    youth = make_youth(given, family)
    enroll(youth, season)
    make_guardian(youth, "Halima", family)
    return youth


def make_match(
    mentor: Person | None = None,
    *youth: Person,
    season: Season | None = None,
    started_at: datetime | None = None,
    **plan: Any,
) -> Match:
    """An active match; begun four weeks ago unless told otherwise."""
    season = season or make_mentoring_season()
    mentor = mentor or make_person("Lena", "Kowalczyk")
    started_at = started_at or NOW - timedelta(weeks=4)
    people = youth or (make_mentee(season),)
    plan = {"name": f"Homework club {next(_number)}"} | plan
    match = propose_match(
        season, mentors=[mentor.id], youth=[each.id for each in people], by=SYSTEM, now=started_at, **plan
    )
    clear_the_way(match, on=clock.day_of(started_at))
    activate_match(match, by=SYSTEM, now=started_at)
    return match


def clear_the_way(match: Match, on: date = TODAY, *, but: Collection[Item] = ()) -> None:
    """Put all ten items of everybody of a match on file, as of a day, but some. A handful of statements."""
    known = facts.of_match(match, on)
    program_id = match.group.season.program_id
    for mentor in known.mentors:
        clear_mentor(program_id, mentor.person_id, on, but=but)
    if Item.CONSENT not in but:
        season_id = match.group.season_id
        give_consent([youth.person_id for youth in known.youth if not youth.consent], season_id, on)
    people = [each.person_id for each in (*known.mentors, *known.youth)]
    signed = [(person_id, None) for person_id in people]
    signed += [(min(youth.guardians), youth.person_id) for youth in known.youth if youth.guardians]
    rows = [] if Item.COMMITMENT in but else [(MatchStepKind.COMMITMENT, *each) for each in signed]
    rows += (
        [] if Item.FIRST_MEETING in but else [(MatchStepKind.FIRST_MEETING, person_id, None) for person_id in people]
    )
    db.session().add_all(
        MatchStep(match_id=match.id, kind=kind, person_id=person_id, youth_id=youth_id, done_on=on, recorded_at=NOW)
        for kind, person_id, youth_id in rows
    )
    db.flush()


def clear_mentor(program_id: int, person_id: int, on: date, *, but: Collection[Item] = ()) -> None:
    """Put the seven items a mentor brings on file, but some."""
    steps: list[tuple[Item, StepKind, dict[str, Any]]] = [
        (Item.APPLICATION, StepKind.APPLICATION, {}),
        (Item.INTERVIEW, StepKind.INTERVIEW, {}),
        (Item.REFERENCES, StepKind.REFERENCE, {"who": "Ines Marsh"}),
        (Item.REFERENCES, StepKind.REFERENCE, {"who": "Tom Marsh", "relative": True}),
        (Item.TRAINING, StepKind.TRAINING, {"minutes": 120}),
        (Item.POLICIES, StepKind.POLICIES, {"topics": {topic.key: topic.newest for topic in USUAL.topics}}),
    ]
    db.session().add_all(
        MentorStep(program_id=program_id, person_id=person_id, kind=kind, done_on=on, details=details, recorded_at=NOW)
        for item, kind, details in steps
        if item not in but
    )
    db.session().add_all(
        Credential(
            person_id=person_id, kind=kind, is_check=True, step=Step.APPROVED, issued_on=on,
            until_on=on + timedelta(days=365), recorded_at=NOW,
        )
        for item, kind in CHECKS.items()
        if item not in but
    )  # fmt: skip
    db.flush()


def give_consent(youth_ids: Collection[int], season_id: int, on: date) -> None:
    """Let a guardian of each have given what every season asks."""
    if not youth_ids:
        return
    version = consent.find_current_version() or publish_starter_form(now=NOW - timedelta(days=400))
    sections = db.session().query(Section).filter(Section.version_id == version.id).all()
    document = _document()
    bonds = db.session().query(Guardianship).filter(Guardianship.youth_id.in_(youth_ids)).order_by(Guardianship.id)
    at = datetime.combine(on, time(12), UTC)
    about = {(bond.youth_id, bond.guardian_id) for bond in bonds if bond.rank == 1}
    requests = [
        ConsentRequest(
            form_version_id=version.id, youth_id=youth_id, guardian_id=guardian_id, season_id=season_id,
            state=RequestState.SIGNED, language="en", created_at=at, sent_at=at, opened_at=at, signed_at=at,
            typed_name="Halima", route=Route.ONLINE, document_id=document.id, times_asked=1,
        )
        for youth_id, guardian_id in sorted(about)
    ]  # fmt: skip
    db.session().add_all(requests)
    db.flush()
    db.session().add_all(
        ConsentDecision(
            request_id=row.id, section_id=section.id, youth_id=row.youth_id, guardian_id=row.guardian_id,
            season_id=season_id, section_key=section.key, decision=Decision.GIVEN, decided_at=at,
        )
        for row in requests
        for section in sections
        if section.required
    )  # fmt: skip
    db.flush()


def _document() -> Document:
    """A sealed document's row, without its bytes."""
    row = Document(
        code=crypto.code(), kind=DocumentKind.CONSENT_RECORD, title="Consent record", issuer="Riverton", sha256="0" * 64,
        size_bytes=1, pages=1, language="en", sealed=True, subject_kind="consent_request", subject_id=0, issued_at=NOW,
    )  # fmt: skip
    db.session().add(row)
    db.flush()
    return row


def make_session(
    match: Match, mentor: Person, starts_at: datetime, marks: dict[int, Mark], **values: Any
) -> SessionLog:
    """A logged session of an hour."""
    key = f"00000000-0000-4000-8000-{next(_number):012d}"
    values = {"client_id": key, "minutes": 60, "duty": DutyStatus.ON_DUTY, "now": NOW, "observable": True} | values
    by, now = make_actor(Role.MENTOR, mentor.id), values.pop("now")
    entry = Entry(starts_at=starts_at, marks=marks, **values)
    return log_session(match, entry, by=by, now=now)


def end_match(match: Match, *, now: datetime = NOW) -> None:
    """End a match that has begun, with a whole closure: talks, decisions, the rule on contact, letters."""
    closing.open_closure(match, by=SYSTEM, now=now)
    closure = closing_queries.find_closure(match.id)
    assert closure is not None
    on = clock.day_of(now)
    draft = Draft(
        way=Way.EXPECTED,
        reason=Reason.TERM_DONE,
        initiator=Initiator.PROGRAM,
        ends_on=on,
        interviews=dict.fromkeys(Party, Interview(Talk.DONE, on)),
        rematch={party.person_id: Rematch.YES for party in closing_queries.parties_of(closure)},
        contact=Contact.NONE,
        contact_told_on=on,
    )
    closing.save_closure(match, draft, seen=closure.version, by=SYSTEM, now=now)
    closing.finish_closure(match, closing.prepare_papers(match, by=SYSTEM, now=now), by=SYSTEM, now=now)
