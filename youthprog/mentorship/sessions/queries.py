"""Reading sessions: those logged, and the one expected now."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from youthprog.attendance.queries import marks_at
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.reach import within
from youthprog.mentorship.models import Match
from youthprog.mentorship.sessions import rules
from youthprog.mentorship.sessions.models import SessionLog
from youthprog.mentorship.sessions.types import Activity, Attended, Expected, SessionLine
from youthprog.people.models import Person
from youthprog.programs.models import Gathering

PAGE = 50
USUAL_TIME = time(16)


def find_session(client_id: str) -> SessionLog | None:
    """The session logged under a client's own key."""
    return db.session().scalar(sa.select(SessionLog).where(SessionLog.client_id == client_id))


def sessions_on(match_id: int, held_on: date) -> int:
    """How many sessions of a match are logged for a day."""
    statement = sa.select(sa.func.count()).where(SessionLog.match_id == match_id, SessionLog.held_on == held_on)
    return db.session().scalar(statement) or 0


def list_sessions(
    actor: Actor,
    permission: P,
    match: Match,
    on: date,
    *,
    after: tuple[datetime, int] | None = None,
    limit: int = PAGE,
) -> list[SessionLine]:
    """The sessions of a match, newest first; `after` is (starts_at, session_id). Three statements.

    What was written about youth of whom one is not within reach (a paused match, a court's order) stays shut.
    """
    statement = (
        sa.select(SessionLog, Gathering, Person)
        .join(Gathering, Gathering.id == SessionLog.gathering_id)
        .outerjoin(Person, Person.id == SessionLog.logged_by_id)
        .where(SessionLog.match_id == match.id)
    )
    if after is not None:
        statement = statement.where(sa.tuple_(Gathering.starts_at, SessionLog.id) < sa.tuple_(*after))
    rows = db.session().execute(statement.order_by(Gathering.starts_at.desc(), SessionLog.id.desc()).limit(limit)).all()
    marks = marks_at([gathering.id for _log, gathering, _person in rows])
    names = _names_within(actor, permission, {youth_id for at in marks.values() for youth_id in at}, on)
    return [
        SessionLine(
            session_id=log.id,
            gathering_id=gathering.id,
            held_on=log.held_on,
            starts_at=gathering.starts_at,
            ends_at=gathering.ends_at,
            minutes=log.minutes,
            place=gathering.place,
            duty=log.duty,
            activities=tuple(Activity(each) for each in log.activities),
            note=log.note if marks.get(gathering.id, {}).keys() <= names.keys() else None,
            logged_by=person.name if person else None,
            attended=tuple(
                Attended(youth_id, names.get(youth_id), mark) for youth_id, mark in marks.get(gathering.id, {}).items()
            ),
        )
        for log, gathering, person in rows
    ]


def _names_within(actor: Actor, permission: P, youth_ids: Collection[int], on: date) -> dict[int, str]:
    if not youth_ids:
        return {}
    statement = sa.select(Person).where(Person.id.in_(youth_ids), within(actor, permission, Person.id, on))
    return {person.id: person.first_name for person in db.session().scalars(statement)}


def expected_session(match: Match, actor: Actor, now: datetime) -> Expected:
    """The session one most likely logs now: planned day, usual time and place, the mentor's own last duty."""
    rows = db.session().execute(
        sa.select(SessionLog, Gathering)
        .join(Gathering, Gathering.id == SessionLog.gathering_id)
        .where(SessionLog.match_id == match.id)
        .order_by(Gathering.starts_at.desc(), SessionLog.id.desc())
        .limit(10)
    )
    past = [(log, gathering) for log, gathering in rows]
    last = past[0] if past else None
    today = clock.day_of(now)
    day = rules.expected_on(last[0].held_on if last else None, match.started_on, match.every_days, today)
    site = match.group.site.name if match.group.site else None
    return Expected(
        starts_at=_begins(day, match.usual_time or _time_of(last), match.usual_minutes, now),
        minutes=match.usual_minutes,
        place=match.usual_place or (last[1].place if last else None) or site,
        duty=next((log.duty for log, _gathering in past if log.logged_by_id == actor.person_id), None),
    )


def _time_of(last: tuple[SessionLog, Gathering] | None) -> time:
    return last[1].starts_at.astimezone(clock.zone()).time() if last else USUAL_TIME


def _begins(day: date, usual: time, minutes: int, now: datetime) -> datetime:
    """The usual time on that day; when that is still ahead, the session has just ended."""
    starts_at = datetime.combine(day, usual, clock.zone())
    if starts_at <= now:
        return starts_at
    just = now.astimezone(clock.zone()) - timedelta(minutes=minutes)
    return just - timedelta(minutes=just.minute % 5, seconds=just.second, microseconds=just.microsecond)
