"""Verbs of the hours ledger: lock a month, amend what changed of a locked one. They never commit.

An amendment is dated by the day on which the change was made. A session that is logged or changed is compared at once
(`_note_change`), a meeting that moves when that is told; once a day everything is compared, so that nothing is missed.
"""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.core.refusals import refuse_if
from youthprog.mentorship.hours import queries, rules
from youthprog.mentorship.hours.models import HourEntry, HourMonth
from youthprog.mentorship.hours.queries import Execute
from youthprog.mentorship.hours.types import Entry
from youthprog.mentorship.sessions.models import SessionLog
from youthprog.people.types import PeopleMerged
from youthprog.programs.models import Season
from youthprog.programs.types import GatheringChanged


def lock_month(program_id: int, first_on: date, *, by: Actor, now: datetime) -> HourMonth:
    """Lock a month of a program's ledger: from now on it reads as it reads now. Raises `Refused`."""
    queries.lock_program(program_id)
    already = queries.find_month(program_id, first_on) is not None
    refuse_if(rules.refusals_to_lock(first_on, clock.day_of(now), already=already))
    settle(program_id, now=now)
    ledger = queries.ledger_of(program_id, first_on)
    _write(db.session().execute, program_id, [each for each in ledger.entries if not each.booked_on], now)
    month = HourMonth(
        program_id=program_id,
        first_on=first_on,
        locked_at=now,
        locked_by_id=by.person_id,
        locked_by_name=by.name,
        rates=rules.kept_rates(ledger.rates),
        fingerprint=rules.fingerprint(ledger.lines),
    )
    db.session().add(month)
    db.flush()
    minutes = sum(ledger.totals.values())
    record("hours.locked", "program", program_id, by=by, now=now, month=f"{first_on:%Y-%m}", minutes=minutes)
    return month


def settle(program_id: int, *, now: datetime) -> list[Entry]:
    """Compare every session of a program's locked months with what is written, and amend what differs, dated today."""
    locked = queries.locked_months(db.session().execute, program_id)
    if not locked:
        return []
    db.flush()
    is_there = sa.exists().where(HourEntry.session_id == SessionLog.id).correlate(SessionLog)
    sessions = queries.worked(
        db.session().execute, Season.program_id == program_id, sa.or_(queries.touched(locked), is_there)
    )
    kept = [entry for _p, entry in queries.written(db.session().execute, HourEntry.program_id == program_id)]
    due = rules.amendments(queries.entries_now(sessions), kept, locked, clock.day_of(now))
    _write(db.session().execute, program_id, due, now)
    if due:
        record("hours.amended", "program", program_id, by=SYSTEM, now=now, entries=len(due))
    return due


def settle_all(now: datetime) -> Iterator[None]:
    """The daily comparison of every ledger: what changed past the usual ways is amended too."""
    for program_id in queries.programs_with_locks():
        settle(program_id, now=now)
        yield


def settle_sessions(session_ids: Collection[int], *, now: datetime) -> None:
    """Amend locked months for sessions that were just changed."""
    db.flush()
    _settle(db.session().execute, session_ids, now)


def _settle(execute: Execute, session_ids: Collection[int], now: datetime) -> None:
    sessions = queries.worked(execute, SessionLog.id.in_(session_ids))
    written = queries.written(execute, HourEntry.session_id.in_(session_ids))
    for program_id in {each.program_id for each in sessions} | {key for key, _entry in written}:
        locked = queries.locked_months(execute, program_id)
        said = queries.entries_now(each for each in sessions if each.program_id == program_id)
        kept = [entry for key, entry in written if key == program_id]
        _write(execute, program_id, rules.amendments(said, kept, locked, clock.day_of(now)), now)


def _write(execute: Any, program_id: int, entries: Collection[Entry], now: datetime) -> None:
    if not entries:
        return
    values = [
        {
            "program_id": program_id,
            "session_id": each.session_id,
            "person_id": each.person_id,
            "person_name": each.name,
            "held_on": each.held_on,
            "duty": each.duty,
            "minutes": each.minutes,
            "booked_on": each.booked_on,
            "entered_at": now,
        }
        for each in entries
    ]
    execute(sa.insert(db.table(HourEntry)), values)


@event.listens_for(SessionLog, "after_insert")
@event.listens_for(SessionLog, "after_update")
def _note_change(_mapper: Any, connection: sa.Connection, log: SessionLog) -> None:
    """Whoever logs a session late, or changes one, by whatever service: a locked month is amended the same moment."""
    if connection.scalar(sa.select(db.table(HourMonth).c.id).limit(1)) is not None:
        _settle(connection.execute, [log.id], clock.now())


def on_gathering_changed(event: GatheringChanged) -> None:
    """Amend when the meeting of a session moved to other days."""
    session_ids = queries.sessions_of(event.gathering_id)
    if session_ids:
        settle_sessions(session_ids, now=event.at)


def follow_merge(event: PeopleMerged) -> None:
    """Let a merged record's entries be the kept one's. Their written names stay: a locked month does not change."""
    for model, name in ((HourEntry, "person_id"), (HourMonth, "locked_by_id")):
        table = db.table(model)
        db.session().execute(sa.update(table).where(table.c[name] == event.gone_id).values({name: event.kept_id}))
    db.session().expire_all()
