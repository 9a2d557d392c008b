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
from youthprog.core.actor import SYSTEM
from youthprog.mentorship.models import Match
from youthprog.mentorship.services import activate_match, propose_match
from youthprog.mentorship.sessions.models import SessionLog
from youthprog.mentorship.sessions.services import log_session
from youthprog.mentorship.sessions.types import Entry
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
    values = {"client_id": key, "minutes": 60, "duty": DutyStatus.ON_DUTY, "now": NOW, "observable": True} | values
    by, now = make_actor(Role.MENTOR, mentor.id), values.pop("now")
    entry = Entry(starts_at=starts_at, marks=marks, **values)
    return log_session(match, entry, by=by, now=now)
