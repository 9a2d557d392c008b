"""Invented matches."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from tests.makers.accounts import make_actor
from tests.makers.people import NOW, make_guardian, make_person, make_youth
from tests.makers.programs import enroll, make_program, make_season
from youthprog.access.types import Role
from youthprog.attendance.types import Mark
from youthprog.core import clock
from youthprog.core.actor import SYSTEM
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
from youthprog.mentorship.models import Match, SessionLog
from youthprog.mentorship.services import activate_match, log_session, propose_match
from youthprog.mentorship.types import DutyStatus
from youthprog.people.models import Person
from youthprog.programs.models import Season
from youthprog.programs.types import ProgramKind

_number = count(1)


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
    activate_match(match, by=SYSTEM, now=started_at)
    return match


def make_session(
    match: Match, mentor: Person, starts_at: datetime, marks: dict[int, Mark], **values: Any
) -> SessionLog:
    """A logged session of an hour."""
    key = f"00000000-0000-4000-8000-{next(_number):012d}"
    values = {"client_id": key, "minutes": 60, "duty": DutyStatus.ON_DUTY, "now": NOW} | values
    by = make_actor(Role.MENTOR, mentor.id)
    return log_session(match, starts_at=starts_at, marks=marks, by=by, **values)


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
