"""Verbs of sessions: log, say that one was not held, correct, look at. They never commit; each leaves its audit line."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from youthprog.attendance.queries import marks_in_force
from youthprog.attendance.services import save_register
from youthprog.attendance.types import CAME, Mark
from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, NotFound, Refusal, Refused, refuse_if
from youthprog.mentorship.models import Match
from youthprog.mentorship.services import lock_match
from youthprog.mentorship.sessions import queries, rules
from youthprog.mentorship.sessions.models import ExpectedSession, SessionAmendment, SessionDraft, SessionLog
from youthprog.mentorship.sessions.types import SHOWN_TO_COORDINATOR, Entry, Flag, LedTime, Mode
from youthprog.mentorship.types import DutyStatus
from youthprog.people.types import PeopleMerged
from youthprog.programs import services as programs_services
from youthprog.programs.models import Gathering
from youthprog.programs.types import GatheringKind

# ---- logging ----


def log_session(match: Match, entry: Entry, *, by: Actor, now: datetime) -> SessionLog:
    """Log a session: its gathering, its register and the log, all or nothing. A draft of the same key goes.

    The same `client_id` again gives the session it made the first time and changes nothing. Raises `Refused`.
    """
    lock_match(match)
    known = queries.find_session(entry.client_id)
    if known is not None:
        if known.match_id == match.id and known.logged_by_id == by.person_id:
            return known
        raise Refused([_used_elsewhere()])
    refuse_if(rules.refusals_to_log(_facts(match, entry, now)))
    flags = _flags(match, entry, by.person_id)
    refuse_if(rules.refusals_without_reason(flags, entry.reason))
    gathering = _meeting(match, entry, by=by, now=now)
    save_register(gathering, entry.marks, seen={}, by=by, now=now)
    log = SessionLog(
        match=match, gathering=gathering, client_id=entry.client_id, logged_at=now, logged_by_id=by.person_id,
        **fields_of(entry, flags, rules.kept_times(entry, by.person_id, queries.own_duties(match, entry.mentor_ids))),
    )  # fmt: skip
    log.flagged_at = now if set(flags) & set(SHOWN_TO_COORDINATOR) else None
    db.session().add(log)
    db.flush()
    drop_draft(entry.client_id, by=by)
    details = {"session_id": log.id, "minutes": entry.minutes, "flags": [flag.value for flag in flags]}
    record("session.logged", "match", match.id, by=by, now=now, **details)
    return log


def _meeting(match: Match, entry: Entry, *, by: Actor, now: datetime) -> Gathering:
    """The meeting that was logged: the one set for that day, at the time it really was, else a new one."""
    ends_at = entry.starts_at + timedelta(minutes=entry.minutes)
    gathering = queries.scheduled_on(match, clock.day_of(entry.starts_at))
    if gathering is not None:
        gathering.starts_at, gathering.ends_at, gathering.place = (
            entry.starts_at,
            ends_at,
            entry.place or gathering.place,
        )
        db.flush()
        return gathering
    return programs_services.schedule_gathering(
        match.group,
        kind=GatheringKind.MENTORING,
        title=N_("Mentoring session"),
        starts_at=entry.starts_at,
        ends_at=ends_at,
        place=entry.place,
        by=by,
        now=now,
    )


def fields_of(entry: Entry, flags: list[Flag], duties: Mapping[str, Any]) -> dict[str, Any]:
    """What a log's row says, by column."""
    return {
        "held_on": clock.day_of(entry.starts_at),
        "minutes": entry.minutes,
        "duty": entry.duty,
        "activities": [each.value for each in entry.activities],
        "note": entry.note or None,
        "mode": entry.mode,
        "observable": entry.observable if entry.mode is Mode.IN_PERSON else None,
        "transport": entry.transport,
        "mood": entry.mood,
        "goal": entry.goal or None,
        "mentor_ids": list(entry.mentor_ids),
        "adults": entry.adults,
        "duties": dict(duties),
        "flags": [flag.value for flag in flags],
        "reason": entry.reason or None,
    }


def _facts(match: Match, entry: Entry, now: datetime) -> rules.LogFacts:
    return rules.LogFacts(
        status=match.status,
        started_on=match.started_on,
        starts_at=entry.starts_at,
        starts_on=clock.day_of(entry.starts_at),
        now=now,
        minutes=entry.minutes,
        note=entry.note,
        youth=len(entry.marks),
    )


def _flags(match: Match, entry: Entry, person_id: int | None, *, but: int | None = None) -> list[Flag]:
    came = [youth_id for youth_id, mark in entry.marks.items() if mark in CAME]
    local = entry.starts_at.astimezone(clock.zone())
    rides = queries.may_ride(came, match.group.season_id, local.date()) if entry.transport else set()
    overlaps = queries.overlapping(person_id, entry.starts_at, entry.minutes, but=but)
    return rules.flags_of(entry, came=came, may_ride=rides, overlaps=overlaps, hour=local.hour)


def _used_elsewhere() -> Refusal:
    return Refusal("client_id", N_("This page was used for another session. Load it again."))


def say_not_held(match: Match, entry: Entry, *, by: Actor, now: datetime) -> ExpectedSession:
    """Keep that an expected session did not take place, and because of whom. A repeat changes nothing. Raises `Refused`."""
    lock_match(match)
    assert entry.not_held is not None
    known = db.session().scalar(sa.select(ExpectedSession).where(ExpectedSession.client_id == entry.client_id))
    if known is not None:
        if known.match_id == match.id and known.told_by_id == by.person_id:
            return known
        raise Refused([_used_elsewhere()])
    refuse_if(rules.refusals_to_say_not_held(_facts(match, entry, now)))
    row = expected_row(match, clock.day_of(entry.starts_at))
    row.not_held, row.told_at, row.told_by_id, row.client_id = entry.not_held, now, by.person_id, entry.client_id
    db.flush()
    drop_draft(entry.client_id, by=by)
    record(
        "session.not_held", "match", match.id, by=by, now=now, on=row.due_on.isoformat(), because=entry.not_held.value
    )
    return row


def expected_row(match: Match, due_on: date) -> ExpectedSession:
    """The row of an expected session, made when there is none."""
    row = db.session().scalar(
        sa.select(ExpectedSession).where(ExpectedSession.match_id == match.id, ExpectedSession.due_on == due_on)
    )
    if row is None:
        row = ExpectedSession(match_id=match.id, due_on=due_on)
        db.session().add(row)
        db.flush()
    return row


# ---- correcting, and looking at ----


def amend(log: SessionLog, entry: Entry, *, why: str, by: Actor, now: datetime) -> SessionAmendment:
    """Correct a log: the row says what is true now, an amendment keeps what it said. Raises `Refused` and `Conflict`."""
    match = log.match
    lock_match(match)
    db.session().refresh(log)
    gathering = db.session().get_one(Gathering, log.gathering_id)
    kept = marks_in_force(gathering.id)
    before = {youth_id: row.mark for youth_id, row in kept.items() if row.mark is not None}
    marks = {youth_id: mark for youth_id, mark in entry.marks.items() if youth_id in before}
    flags = _flags(match, entry, log.logged_by_id, but=log.id)
    wrong = [each for each in rules.refusals_to_log(_facts(match, entry, now)) if not each.code.startswith("match_")]
    refuse_if([*wrong, *rules.refusals_without_reason(flags, entry.reason)])
    fields = fields_of(entry, flags, rules.kept_times(entry, log.logged_by_id, log.duties))
    was = _plain({name: getattr(log, name) for name in fields}, gathering.starts_at, gathering.place, before)
    became = _plain(fields, entry.starts_at, entry.place or None, before | marks)
    was["mentor_ids"] = was["mentor_ids"] or became["mentor_ids"]  # logs from before anybody said who led it
    was["duties"] = was["duties"] or became["duties"]  # and from before each had a time of their own
    changed = [name for name, value in became.items() if was[name] != value]
    refuse_if(rules.refusals_to_amend(why, changed))
    if set(flags) & set(SHOWN_TO_COORDINATOR) - set(log.flags):
        log.flagged_at, log.seen_at, log.seen_by_id = now, None, None
    for name, value in fields.items():
        setattr(log, name, value)
    gathering.starts_at, gathering.place = entry.starts_at, entry.place or None
    gathering.ends_at = entry.starts_at + timedelta(minutes=entry.minutes)
    row = SessionAmendment(
        session_id=log.id, at=now, by_id=by.person_id, reason=why,
        was={name: was[name] for name in changed}, became={name: became[name] for name in changed},
    )  # fmt: skip
    db.session().add(row)
    db.flush()
    if "marks" in changed:
        versions = {youth_id: each.version for youth_id, each in kept.items()}
        save_register(gathering, marks, seen=versions, by=by, now=now)
    record("session.amended", "match", match.id, by=by, now=now, session_id=log.id, fields=changed)
    return row


def _plain(
    fields: Mapping[str, Any], starts_at: datetime, place: str | None, marks: Mapping[int, Mark]
) -> dict[str, Any]:
    """What a log says in all, in values that JSON can hold."""
    found = {name: value.isoformat() if isinstance(value, date) else value for name, value in fields.items()}
    found |= {"starts_at": starts_at.astimezone(UTC).isoformat(timespec="minutes"), "place": place}
    return found | {"marks": {str(youth_id): mark.value for youth_id, mark in sorted(marks.items())}}


def say_own_time(log: SessionLog, duty: DutyStatus, minutes: int, *, by: Actor, now: datetime) -> None:
    """Keep on what duty, and how long, one led a session that somebody else logged. Raises `Refused`.

    What differs from what was kept leaves an amendment; said twice, the same stays.
    """
    lock_match(log.match)
    db.session().refresh(log)
    refuse_if(rules.refusals_to_say_time(minutes, log.minutes))
    before = _own_time(log, by.person_id)
    said = {"duty": duty.value, "minutes": None if minutes == log.minutes else minutes, "said": True}
    if log.duties.get(str(by.person_id)) == said:
        return
    if (before.duty, before.minutes) != (duty, minutes):
        _note_own(log, {"duties": log.duties}, {"duties": log.duties | {str(by.person_id): said}}, by, now)
    log.duties = log.duties | {str(by.person_id): said}
    db.flush()
    record("session.time_said", "match", log.match_id, by=by, now=now, session_id=log.id, minutes=minutes)


def say_not_there(log: SessionLog, *, by: Actor, now: datetime) -> None:
    """Take oneself out of a session somebody else logged: one adult fewer was there, which may be for the coordinator to see."""
    lock_match(log.match)
    db.session().refresh(log)
    _own_time(log, by.person_id)
    left = [key for key in log.mentor_ids if key != by.person_id]
    adults = max(1, log.adults - 1)
    flags = [Flag(each) for each in log.flags]
    marks = marks_in_force(log.gathering_id).values()
    came = [row.youth_id for row in marks if row.mark in CAME]
    if rules.is_alone(log.mode, adults, len(came), log.observable) and Flag.ALONE not in flags:
        flags.insert(0, Flag.ALONE)
        log.flagged_at, log.seen_at, log.seen_by_id = now, None, None
    was, became = {"mentor_ids": log.mentor_ids, "adults": log.adults}, {"mentor_ids": left, "adults": adults}
    _note_own(log, was, became, by, now)
    log.mentor_ids, log.adults, log.flags = left, adults, [each.value for each in flags]
    log.duties = {key: own for key, own in log.duties.items() if key != str(by.person_id)}
    db.flush()
    record("session.amended", "match", log.match_id, by=by, now=now, session_id=log.id, fields=["mentor_ids"])


def _own_time(log: SessionLog, person_id: int | None) -> LedTime:
    """One's own time in a session somebody else logged. Raises `NotFound`."""
    found = [each for each in queries.times_of(log) if each.person_id == person_id]
    if not found or log.logged_by_id == person_id:
        raise NotFound
    return found[0]


def _note_own(log: SessionLog, was: dict[str, Any], became: dict[str, Any], by: Actor, now: datetime) -> None:
    row = SessionAmendment(session_id=log.id, at=now, by_id=by.person_id, reason="", was=was, became=became)
    db.session().add(row)


def mark_seen(log: SessionLog, *, by: Actor, now: datetime) -> None:
    """Keep that a coordinator looked at what a session gave a reason for. Said twice, the first stays."""
    lock_match(log.match)
    db.session().refresh(log, ["seen_at", "flagged_at"])
    if log.flagged_at is None or log.seen_at is not None:
        return
    log.seen_at, log.seen_by_id = now, by.person_id
    db.flush()
    record("session.seen", "match", log.match_id, by=by, now=now, session_id=log.id)


# ---- drafts ----


def keep_draft(match: Match, client_id: str, values: str, *, by: Actor, now: datetime) -> SessionDraft | None:
    """Keep a log as it stands for seven days, for the same person and match. None when it is logged already."""
    draft = db.session().scalar(sa.select(SessionDraft).where(SessionDraft.client_id == client_id).with_for_update())
    if draft is not None and (draft.person_id, draft.match_id) != (by.person_id, match.id):
        raise Refused([_used_elsewhere()])
    if draft is None:
        if queries.find_session(client_id) is not None or by.person_id is None:
            return None
        draft = SessionDraft(
            client_id=client_id, match_id=match.id, person_id=by.person_id, saved_at=now, expires_at=now
        )
        db.session().add(draft)
        db.flush()
        record("session.drafted", "match", match.id, by=by, now=now)
    draft.saved_at, draft.expires_at = now, now + rules.DRAFT_KEPT
    draft.seal("values_sealed", values)
    db.flush()
    return draft


def drop_draft(client_id: str, *, by: Actor) -> bool:
    """Take a draft of one's own away; False when there is none."""
    table = db.table(SessionDraft)
    own = sa.and_(table.c.client_id == client_id, table.c.person_id == by.person_id)
    return bool(db.session().execute(sa.delete(table).where(own)).rowcount)  # type: ignore[attr-defined]


def throw_away(match: Match, client_id: str, *, by: Actor, now: datetime) -> None:
    """Start a log over: the draft goes."""
    if drop_draft(client_id, by=by):
        record("session.draft_dropped", "match", match.id, by=by, now=now)


# ---- merged records ----


def follow_merge(event: PeopleMerged) -> None:
    """Let logs, drafts, amendments and words of a merged record name the kept one."""
    for model, name in (
        (SessionLog, "logged_by_id"),
        (SessionLog, "seen_by_id"),
        (SessionAmendment, "by_id"),
        (ExpectedSession, "told_by_id"),
        (SessionDraft, "person_id"),
    ):
        table = db.table(model)
        db.session().execute(sa.update(table).where(table.c[name] == event.gone_id).values({name: event.kept_id}))
    db.session().expire_all()
    for log in db.session().scalars(queries.led_by(event.kept_id)):
        log.mentor_ids = sorted({event.kept_id if each == event.gone_id else each for each in log.mentor_ids})
        gone, kept = str(event.gone_id), str(event.kept_id)
        if gone in log.duties:
            log.duties = {kept: log.duties[gone]} | {key: own for key, own in log.duties.items() if key != gone}
    db.flush()
