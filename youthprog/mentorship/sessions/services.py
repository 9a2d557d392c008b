"""Verbs of sessions. They never commit; each deed leaves its audit line."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from youthprog.attendance.services import save_register
from youthprog.attendance.types import Mark
from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Refusal, Refused, refuse_if
from youthprog.mentorship.models import Match
from youthprog.mentorship.services import lock_match
from youthprog.mentorship.sessions import queries, rules
from youthprog.mentorship.sessions.models import SessionLog
from youthprog.mentorship.sessions.types import Activity
from youthprog.mentorship.types import DutyStatus
from youthprog.programs import services as programs_services
from youthprog.programs.types import GatheringKind


def log_session(
    match: Match,
    *,
    client_id: str,
    starts_at: datetime,
    minutes: int,
    marks: Mapping[int, Mark],
    duty: DutyStatus,
    by: Actor,
    now: datetime,
    activities: Sequence[Activity] = (),
    note: str = "",
    place: str | None = None,
) -> SessionLog:
    """Log a session: its gathering, its register and the log, all or nothing.

    The same `client_id` again gives the session it made the first time and changes nothing. Raises `Refused`.
    """
    lock_match(match)
    known = queries.find_session(client_id)
    if known is not None:
        if known.match_id == match.id and known.logged_by_id == by.person_id:
            return known
        raise Refused([Refusal("client_id", N_("This page was used for another session. Load it again."))])
    held_on = clock.day_of(starts_at)
    refuse_if(
        rules.refusals_to_log(
            rules.LogFacts(
                status=match.status,
                started_on=match.started_on,
                starts_at=starts_at,
                starts_on=held_on,
                now=now,
                minutes=minutes,
                note=note,
                youth=len(marks),
            )
        )
    )
    gathering = programs_services.schedule_gathering(
        match.group,
        kind=GatheringKind.MENTORING,
        title=N_("Mentoring session"),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        place=place,
        by=by,
        now=now,
    )
    save_register(gathering, marks, seen={}, by=by, now=now)
    log = SessionLog(
        match=match,
        gathering=gathering,
        client_id=client_id,
        held_on=held_on,
        minutes=minutes,
        duty=duty,
        activities=[activity.value for activity in activities],
        note=note or None,
        logged_at=now,
        logged_by_id=by.person_id,
    )
    db.session().add(log)
    db.flush()
    record("session.logged", "match", match.id, by=by, now=now, session_id=log.id, minutes=minutes)
    return log
