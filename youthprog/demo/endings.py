"""Matches of the generated department that ended or are about to, and a survey that is due: through the rooms' own verbs."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.mentorship import services as mentorship
from youthprog.mentorship.closing import queries, services
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
from youthprog.mentorship.evidence import services as surveys
from youthprog.mentorship.evidence.types import Audience, InBoth, Instrument, Question
from youthprog.mentorship.models import Match
from youthprog.programs.models import Group, Season

SINCE = (0, 95, 190, 420, 800, 30)
"""How many days longer than its season a match has lasted, by turns."""
ENDED = (
    (Reason.MENTOR_DUTY, Initiator.MENTOR, Way.UNEXPECTED),
    (Reason.TERM_DONE, Initiator.PROGRAM, Way.EXPECTED),
    (Reason.YOUTH_MOVED, Initiator.GUARDIAN, Way.UNEXPECTED),
)
SURVEY = Instrument(
    InBoth("How it goes", "Cómo va"),
    Audience.MENTOR,
    "Written for this demonstration",
    "Part of this demonstration",
    1,
    5,
    {1: InBoth("Never", "Nunca"), 5: InBoth("Always", "Siempre")},
    (
        Question("glad", InBoth("I look forward to meeting.", "Espero con gusto el encuentro.")),
        Question("tired", InBoth("Meeting tires me.", "Reunirnos me cansa."), reversed=True),
        Question("help", InBoth("I know whom to ask for help.", "Sé a quién pedir ayuda.")),
    ),
)


def end_some(document_id: int | None, now: datetime) -> None:
    """Let one match of six be in closing, and one of six have ended, its papers the demonstration's record.

    Without a record (no press) none has ended.
    """
    on = clock.day_of(now)
    matches = db.session().scalars(sa.select(Match).options(joinedload(Match.group)).order_by(Match.id)).all()
    for number, match in enumerate(matches):
        if match.started_on is not None:
            match.started_on -= timedelta(days=SINCE[number % len(SINCE)])
    db.flush()
    for number, match in enumerate(matches):
        if number % 6 == 1:
            _begin(match, now)
        elif number % 6 == 4 and document_id is not None:
            _end(match, number, document_id, on, now)
    for program_id in _programs():
        surveys.load_instrument(program_id, SURVEY, by=SYSTEM, now=now)


def _begin(match: Match, now: datetime) -> None:
    closure = services.open_closure(match, by=SYSTEM, now=now)
    draft = Draft(way=Way.EXPECTED, reason=Reason.TERM_DONE, interviews=dict.fromkeys(Party, Interview()))
    services.save_closure(match, draft, seen=closure.version, by=SYSTEM, now=now)


def _end(match: Match, number: int, document_id: int, on: date, now: datetime) -> None:
    closure = services.open_closure(match, by=SYSTEM, now=now)
    reason, initiator, way = ENDED[number // 6 % len(ENDED)]
    last_on = queries.together(match.id).last_on
    draft = Draft(
        way=way,
        reason=reason,
        initiator=initiator,
        ends_on=last_on or on,
        interviews=dict.fromkeys(Party, Interview(Talk.DONE, on)),
        rematch={party.person_id: Rematch.YES for party in queries.parties_of(closure)},
        contact=Contact.THROUGH_OFFICE,
        contact_told_on=on,
    )
    services.save_closure(match, draft, seen=closure.version, by=SYSTEM, now=now)
    for party in queries.parties_of(closure):
        party.document_id = document_id
    db.flush()
    mentorship.close_match(match, by=SYSTEM, now=now)


def _programs() -> Iterator[int]:
    """The programs that have matches."""
    yield from db.session().scalars(
        sa.select(Season.program_id)
        .distinct()
        .join(Group, Group.season_id == Season.id)
        .join(Match, Match.group_id == Group.id)
        .order_by(Season.program_id)
    )
