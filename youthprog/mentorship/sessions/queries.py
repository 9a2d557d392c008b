"""Reading sessions: those logged, and the one expected now."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from youthprog.attendance.models import Register
from youthprog.attendance.queries import marks_at
from youthprog.consent.models import ConsentDecision
from youthprog.consent.types import Decision
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.reach import within
from youthprog.core.refusals import NotFound
from youthprog.mentorship.models import Match
from youthprog.mentorship.sessions import rules
from youthprog.mentorship.sessions.models import ExpectedSession, SessionAmendment, SessionDraft, SessionLog
from youthprog.mentorship.sessions.types import (
    Activity,
    Attended,
    Correction,
    Draft,
    Expected,
    Flag,
    LedTime,
    Mode,
    NotHeld,
    OwnTime,
    SessionLine,
)
from youthprog.mentorship.types import DutyStatus
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering, Group, GroupStaff, Season
from youthprog.programs.types import GatheringKind

PAGE = 50
OWN_SHOWN = 20  # sessions whose time one is asked for at once
USUAL_TIME = time(16)
RIDES = ("transport", "transportation", "rides")  # keys of the sections of a form that ask for consent to rides
SeenBy = sa.orm.aliased(Person)


def find_session(client_id: str) -> SessionLog | None:
    """The session logged under a client's own key."""
    return db.session().scalar(sa.select(SessionLog).where(SessionLog.client_id == client_id))


def sessions_on(match_id: int, held_on: date) -> int:
    """How many sessions of a match are logged for a day."""
    statement = sa.select(sa.func.count()).where(SessionLog.match_id == match_id, SessionLog.held_on == held_on)
    return db.session().scalar(statement) or 0


def get_session_for(actor: Actor, permission: P, session_id: int, on: date) -> SessionLog:
    """A log within reach, with its gathering and its match. Raises `NotFound`."""
    log = db.session().scalar(
        sa.select(SessionLog)
        .join(Match, Match.id == SessionLog.match_id)
        .join(Group, Group.id == Match.group_id)
        .options(
            joinedload(SessionLog.gathering).joinedload(Gathering.site),
            joinedload(SessionLog.match).joinedload(Match.group).joinedload(Group.season).joinedload(Season.program),
            joinedload(SessionLog.match).joinedload(Match.group).joinedload(Group.site),
        )
        .where(SessionLog.id == session_id, programs.groups_within(actor, permission, on))
    )
    if log is None:
        raise NotFound
    return log


def list_sessions(
    actor: Actor,
    permission: P,
    match: Match,
    on: date,
    *,
    after: tuple[datetime, int] | None = None,
    limit: int = PAGE,
) -> list[SessionLine]:
    """The sessions of a match, newest first; `after` is (starts_at, session_id). Five statements.

    What was written about youth of whom one is not within reach (a paused match, a court's order) stays shut.
    """
    statement = (
        sa.select(SessionLog, Gathering, Person, SeenBy)
        .join(Gathering, Gathering.id == SessionLog.gathering_id)
        .outerjoin(Person, Person.id == SessionLog.logged_by_id)
        .outerjoin(SeenBy, SeenBy.id == SessionLog.seen_by_id)
        .where(SessionLog.match_id == match.id)
    )
    if after is not None:
        statement = statement.where(sa.tuple_(Gathering.starts_at, SessionLog.id) < sa.tuple_(*after))
    rows = db.session().execute(statement.order_by(Gathering.starts_at.desc(), SessionLog.id.desc()).limit(limit)).all()
    marks = marks_at([gathering.id for _log, gathering, _person, _seen in rows])
    names = _names_within(actor, permission, {youth_id for at in marks.values() for youth_id in at}, on)
    corrections = _corrections([log.id for log, _gathering, _person, _seen in rows])
    others = _others([log for log, _gathering, _person, _seen in rows])
    found = []
    for log, gathering, person, seen in rows:
        here = marks.get(gathering.id, {})
        is_open = here.keys() <= names.keys()
        attended = tuple(Attended(youth_id, names.get(youth_id), mark) for youth_id, mark in here.items())
        line = _line(log, gathering, person, seen, attended, corrections.get(log.id, ()), is_open=is_open)
        found.append(replace(line, others=others.get(log.id, ())))
    return found


def times_of(log: SessionLog) -> list[LedTime]:
    """The time of each mentor who led a logged session, without names."""
    return rules.times_of(rules.Led(log.mentor_ids, log.logged_by_id, log.duty, log.minutes, log.duties))


def _others(logs: Iterable[SessionLog]) -> dict[int, tuple[LedTime, ...]]:
    """The time of those who led each session beside whoever logged it. One statement, none where nobody did."""
    found = {log.id: [each for each in times_of(log) if each.person_id != log.logged_by_id] for log in logs}
    keys = {each.person_id for those in found.values() for each in those}
    if not keys:
        return {}
    names = {person.id: person.name for person in db.session().scalars(sa.select(Person).where(Person.id.in_(keys)))}
    return {
        key: tuple(each._replace(name=names.get(each.person_id or 0, "")) for each in those)
        for key, those in found.items()
    }


def _line(
    log: SessionLog,
    gathering: Gathering,
    person: Person | None,
    seen: Person | None,
    attended: tuple[Attended, ...],
    corrections: tuple[Correction, ...],
    *,
    is_open: bool,
) -> SessionLine:
    return SessionLine(
        session_id=log.id,
        gathering_id=gathering.id,
        held_on=log.held_on,
        starts_at=gathering.starts_at,
        ends_at=gathering.ends_at,
        minutes=log.minutes,
        place=gathering.place,
        duty=log.duty,
        activities=tuple(Activity(each) for each in log.activities),
        note=log.note if is_open else None,
        logged_by=person.name if person else None,
        attended=attended,
        logged_by_id=log.logged_by_id,
        mode=log.mode,
        mood=log.mood,
        goal=log.goal if is_open else None,
        flags=tuple(Flag(each) for each in log.flags),
        reason=log.reason if is_open else None,
        seen_by=seen.name if seen else None,
        seen_at=log.seen_at,
        corrections=corrections if is_open else (),
    )


def _corrections(session_ids: Collection[int]) -> dict[int, tuple[Correction, ...]]:
    rows = db.session().execute(
        sa.select(SessionAmendment, Person)
        .outerjoin(Person, Person.id == SessionAmendment.by_id)
        .where(SessionAmendment.session_id.in_(session_ids))
        .order_by(SessionAmendment.at, SessionAmendment.id)
    )
    found: dict[int, tuple[Correction, ...]] = {}
    for row, person in rows:
        line = Correction(row.at, person.name if person else None, row.reason, tuple(row.became))
        found[row.session_id] = (*found.get(row.session_id, ()), line)
    return found


def not_held_of(match_id: int, limit: int = 5) -> list[tuple[date, NotHeld]]:
    """The last expected sessions of a match that did not take place, and because of whom. One statement."""
    rows = db.session().execute(
        sa.select(ExpectedSession.due_on, ExpectedSession.not_held)
        .where(ExpectedSession.match_id == match_id, ExpectedSession.not_held.is_not(None))
        .order_by(ExpectedSession.due_on.desc())
        .limit(limit)
    )
    return [(due_on, by) for due_on, by in rows if by is not None]


def _names_within(actor: Actor, permission: P, youth_ids: Collection[int], on: date) -> dict[int, str]:
    if not youth_ids:
        return {}
    statement = sa.select(Person).where(Person.id.in_(youth_ids), within(actor, permission, Person.id, on))
    return {person.id: person.first_name for person in db.session().scalars(statement)}


def expected_session(match: Match, actor: Actor, now: datetime) -> Expected:
    """The session one most likely logs now: planned day, usual time and place, the mentor's own last duty."""
    past = _past(match)
    last = past[0][0].held_on if past else None
    day = rules.expected_on(last, match.started_on, match.every_days, clock.day_of(now))
    return _expected(match, actor, past, _begins(day, match.usual_time or _time_of(past), match.usual_minutes, now))


def expected_on_day(match: Match, actor: Actor, day: date) -> Expected:
    """The session expected on a day that is over."""
    past = _past(match)
    starts_at = datetime.combine(day, match.usual_time or _time_of(past), clock.zone())
    return _expected(match, actor, past, starts_at)


def is_answered(match: Match, row: ExpectedSession) -> bool:
    """Whether an expected session has a log, or a word why it was not held. One statement."""
    if row.not_held is not None:
        return True
    late = timedelta(days=match.every_days // 2)
    statement = sa.select(SessionLog.id).where(
        SessionLog.match_id == match.id,
        SessionLog.held_on > row.due_on - timedelta(days=match.every_days),
        SessionLog.held_on <= row.due_on + late,
    )
    return db.session().scalar(statement.limit(1)) is not None


def _past(match: Match) -> list[tuple[SessionLog, Gathering]]:
    rows = db.session().execute(
        sa.select(SessionLog, Gathering)
        .join(Gathering, Gathering.id == SessionLog.gathering_id)
        .where(SessionLog.match_id == match.id)
        .order_by(Gathering.starts_at.desc(), SessionLog.id.desc())
        .limit(10)
    )
    return [(log, gathering) for log, gathering in rows]


def _expected(match: Match, actor: Actor, past: list[tuple[SessionLog, Gathering]], starts_at: datetime) -> Expected:
    last = past[0] if past else None
    own = next((log for log, _gathering in past if log.logged_by_id == actor.person_id), None)
    site = match.group.site.name if match.group.site else None
    last_duties = _last_duties([log for log, _gathering in past])
    return Expected(
        starts_at=starts_at,
        minutes=match.usual_minutes,
        place=match.usual_place or (last[1].place if last else None) or site,
        duty=own.duty if own else last_duties.get(actor.person_id or 0),
        observable=last[0].observable if last else None,
        mode=last[0].mode if last else Mode.IN_PERSON,
        duties=last_duties,
    )


def _last_duties(past: Sequence[SessionLog]) -> dict[int, DutyStatus]:
    """On what duty each mentor was last in these sessions, newest first: as they said it, else as it was kept of them."""
    found: dict[int, DutyStatus] = {}
    times = [each for log in past for each in times_of(log) if each.person_id is not None]
    for each in sorted(times, key=lambda each: not each.is_said):
        found.setdefault(each.person_id or 0, each.duty)
    return found


def own_duties(match: Match, mentor_ids: Collection[int]) -> dict[str, Any]:
    """What a new log keeps of those who lead it beside whoever logs it, while nobody says otherwise. One statement."""
    last = _last_duties([log for log, _gathering in _past(match)]) if len(mentor_ids) > 1 else {}
    return {
        str(key): {"duty": duty.value, "minutes": None, "said": False}
        for key, duty in last.items()
        if key in mentor_ids
    }


# ---- one's own time in what somebody else logged ----


def unsaid_of(person_id: int | None, on: date) -> list[OwnTime]:
    """Sessions of the last 60 days that one led, that somebody else logged, and whose time one has not said. One statement.

    Nothing of the young people stands in them: somebody may have left the match since.
    """
    rows = db.session().execute(
        sa.select(SessionLog, Gathering.starts_at, Person)
        .join(Match, Match.id == SessionLog.match_id)
        .join(Gathering, Gathering.id == SessionLog.gathering_id)
        .outerjoin(Person, Person.id == SessionLog.logged_by_id)
        .where(
            Match.group_id.in_(_led_groups(person_id)),
            SessionLog.logged_by_id.is_distinct_from(person_id),
            SessionLog.held_on >= on - timedelta(days=rules.OWN_TIME_DAYS),
        )
        .order_by(Gathering.starts_at.desc(), SessionLog.id.desc())
        .limit(2 * PAGE)
    )
    return [
        OwnTime(log.id, starts_at, log.minutes, person.name if person else None, time)
        for log, starts_at, person in rows
        for time in times_of(log)
        if time.person_id == person_id and not time.is_said
    ][:OWN_SHOWN]


def get_led(person_id: int | None, session_id: int) -> SessionLog:
    """A session one led and somebody else logged. Raises `NotFound`."""
    log = db.session().scalar(
        sa.select(SessionLog)
        .join(Match, Match.id == SessionLog.match_id)
        .options(joinedload(SessionLog.match).joinedload(Match.group))
        .where(SessionLog.id == session_id, Match.group_id.in_(_led_groups(person_id)))
    )
    if log is None or person_id not in log.mentor_ids or log.logged_by_id == person_id:
        raise NotFound
    return log


def _led_groups(person_id: int | None) -> sa.Select[int]:
    return sa.select(GroupStaff.group_id).where(GroupStaff.person_id == person_id)


def may_ride(youth_ids: Collection[int], season_id: int, on: date) -> set[int]:
    """The youth whose consent for rides is in force on a day: somebody gave it, and nobody who answered last refused it."""
    if not youth_ids:
        return set()
    rows = db.session().scalars(
        sa.select(ConsentDecision)
        .where(
            ConsentDecision.youth_id.in_(youth_ids),
            ConsentDecision.season_id == season_id,
            ConsentDecision.section_key.in_(RIDES),
        )
        .order_by(ConsentDecision.decided_at, ConsentDecision.id)
    )
    latest = {(row.youth_id, row.guardian_id): row for row in rows}
    given = {who for (who, _guardian), row in latest.items() if _holds(row, on)}
    return given - {who for (who, _guardian), row in latest.items() if not _holds(row, on)}


def _holds(row: ConsentDecision, on: date) -> bool:
    return (
        row.decision is Decision.GIVEN
        and row.withdrawn_at is None
        and (row.ended_on is None or row.ended_on > on)
        and (row.valid_until_on is None or row.valid_until_on >= on)
        and (not row.needs_original or row.confirmed_at is not None)
    )


def overlapping(person_id: int | None, starts_at: datetime, minutes: int, *, but: int | None = None) -> bool:
    """Whether a mentor logged another session at the same time. One statement."""
    if person_id is None:
        return False
    statement = (
        sa.select(SessionLog.id)
        .join(Gathering, Gathering.id == SessionLog.gathering_id)
        .where(
            SessionLog.logged_by_id == person_id,
            Gathering.starts_at < starts_at + timedelta(minutes=minutes),
            Gathering.ends_at > starts_at,
            SessionLog.id != (but or 0),
        )
    )
    return db.session().scalar(statement.limit(1)) is not None


def scheduled_on(match: Match, day: date) -> Gathering | None:
    """The meeting that was set for a day and has neither log nor register yet. One statement."""
    start = datetime.combine(day, time(), clock.zone())
    return db.session().scalar(
        sa.select(Gathering)
        .where(
            Gathering.group_id == match.group_id,
            Gathering.kind == GatheringKind.MENTORING,
            Gathering.canceled_at.is_(None),
            Gathering.starts_at >= start,
            Gathering.starts_at < datetime.combine(day + timedelta(days=1), time(), clock.zone()),
            ~sa.exists().where(SessionLog.gathering_id == Gathering.id),
            ~sa.exists().where(Register.gathering_id == Gathering.id),
        )
        .order_by(Gathering.starts_at, Gathering.id)
        .limit(1)
    )


def co_mentors_of(match: Match, on: date) -> dict[int, str]:
    """Who leads the match on a day, by key. One statement."""
    rows = db.session().scalars(
        sa.select(Person)
        .join(GroupStaff, GroupStaff.person_id == Person.id)
        .where(GroupStaff.group_id == match.group_id, programs.during(GroupStaff.from_on, GroupStaff.until_on, on))
        .order_by(Person.folded_name, Person.id)
    )
    return {person.id: person.name for person in rows}


def led_by(person_id: int) -> sa.Select[SessionLog]:
    """The statement for the logs of every match somebody leads or led."""
    return (
        sa.select(SessionLog)
        .join(Match, Match.id == SessionLog.match_id)
        .where(Match.group_id.in_(sa.select(GroupStaff.group_id).where(GroupStaff.person_id == person_id)))
    )


def find_draft(person_id: int | None, match_id: int, now: datetime) -> Draft | None:
    """The draft somebody left last for a match and can still use, oldest first among several. One statement."""
    rows = db.session().scalars(
        sa.select(SessionDraft)
        .where(SessionDraft.person_id == person_id, SessionDraft.match_id == match_id, SessionDraft.expires_at > now)
        .order_by(SessionDraft.saved_at, SessionDraft.id)
    )
    drafts = list(rows)
    if not drafts:
        return None
    first = drafts[0]
    values = json.loads(first.unseal("values_sealed") or "{}")
    return Draft(first.client_id, values, first.saved_at, first.expires_at, len(drafts))


def _time_of(past: list[tuple[SessionLog, Gathering]]) -> time:
    return past[0][1].starts_at.astimezone(clock.zone()).time() if past else USUAL_TIME


def _begins(day: date, usual: time, minutes: int, now: datetime) -> datetime:
    """The usual time on that day; when that is still ahead, the session has just ended."""
    starts_at = datetime.combine(day, usual, clock.zone())
    if starts_at <= now:
        return starts_at
    just = now.astimezone(clock.zone()) - timedelta(minutes=minutes)
    return just - timedelta(minutes=just.minute % 5, seconds=just.second, microseconds=just.microsecond)
