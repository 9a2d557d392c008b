"""Verbs of the attendance room. They never commit; each deed leaves its audit line.

A register is saved under its gathering's row lock, so that two savers come one after the other on both engines.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from youthprog.attendance import queries, rules
from youthprog.attendance.models import Amendment, AttendanceMark, Register
from youthprog.attendance.types import Mark, Merge, Saved
from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.core.clearance import not_cleared
from youthprog.core.refusals import N_, Conflict, Refusal, refuse_if
from youthprog.people.types import PeopleMerged
from youthprog.programs.models import Gathering

# Columns that name a person, for merged records.
NAMED = (
    (AttendanceMark, "youth_id"),
    (AttendanceMark, "marked_by_id"),
    (Amendment, "youth_id"),
    (Amendment, "old_marked_by_id"),
    (Amendment, "amended_by_id"),
    (Register, "taken_by_id"),
    (Register, "saved_by_id"),
)


def save_register(
    gathering: Gathering,
    marks: Mapping[int, Mark | None],
    *,
    seen: Mapping[int, int],
    by: Actor,
    now: datetime,
    device: str | None = None,
) -> Saved:
    """Set the marks of a gathering; a mark that replaces another keeps it as an amendment.

    `seen` is the version of each mark when it was shown (0 or absent: none). Raises `Refused` with every reason and
    `Conflict` when somebody else changed one of these marks since; then nothing is saved.
    """
    _lock(gathering)
    on = clock.day_of(gathering.starts_at)
    members = {line.youth_id: line.name for line in queries.members_at(gathering)}
    barred = not_cleared(list(members), gathering.season_id, on, gathering_id=gathering.id)
    facts = rules.GatheringFacts(gathering.starts_at, gathering.canceled_at is not None, now)
    refuse_if(rules.refusals_to_take(facts) + rules.refusals_to_mark(marks, members, barred))
    rows = queries.marks_in_force(gathering.id)
    kept = queries.kept_of(rows)
    merged = rules.merge(kept, marks, seen)
    if merged.clashes:
        raise Conflict(_clashes(merged, members))
    after = rules.applied(kept, merged.changes)
    outcome = [after[youth_id].mark for youth_id in members if youth_id in after]
    refuse_if(rules.refusals_to_leave_blank(outcome, can_be_marked=bool(members.keys() - barred.keys())))
    for youth_id, mark in merged.changes.items():
        _set_mark(gathering.id, youth_id, mark, rows.get(youth_id), by=by, now=now, device=device)
    _note_saved(gathering.id, by=by, now=now, changed=len(merged.changes))
    return Saved(len(merged.changes), rules.counts_of(outcome))


def undo_save(gathering: Gathering, *, by: Actor, now: datetime) -> int:
    """Take back what the actor's last save of the register changed, as amendments; returns how many marks.

    A register that had no mark before is no register any more. Raises `Refused`.
    """
    _lock(gathering)
    register = db.session().get(Register, gathering.id, populate_existing=True)
    saved_at, saved_by_id = (register.saved_at, register.saved_by_id) if register else (None, None)
    refuse_if(rules.refusals_to_undo(rules.UndoFacts(saved_at, saved_by_id, by.person_id, now)))
    rows = queries.marks_in_force(gathering.id)
    last = {youth_id: row for youth_id, row in rows.items() if row.marked_at == saved_at}
    before = {row.youth_id: row.old_mark for row in _amendments(gathering.id, saved_at)}
    for youth_id, row in last.items():
        _set_mark(gathering.id, youth_id, before.get(youth_id), row, by=by, now=now, device=row.device)
    if any(row.mark for row in rows.values()):
        _note_saved(gathering.id, by=by, now=now, changed=len(last), action="register.undone")
    else:
        db.session().delete(register)
        db.flush()
        record("register.undone", "gathering", gathering.id, by=by, now=now, changed=len(last))
    return len(last)


def _lock(gathering: Gathering) -> None:
    """Let one saver at a time go on from here. SQLite's writers queue already."""
    db.flush()
    table: Any = Gathering.__table__
    statement = sa.select(table.c.id).where(table.c.id == gathering.id)
    db.session().execute(statement.with_for_update(key_share=True))


def _clashes(merged: Merge, members: Mapping[int, str]) -> list[Refusal]:
    sentence = N_("%(name)s was marked by somebody else meanwhile.")
    return [
        Refusal("changed_meanwhile", sentence, rules.field_of(youth_id), {"name": members[youth_id]})
        for youth_id in merged.clashes
    ]


def _set_mark(
    gathering_id: int,
    youth_id: int,
    mark: Mark | None,
    row: AttendanceMark | None,
    *,
    by: Actor,
    now: datetime,
    device: str | None,
) -> None:
    """Write one mark; the one it replaces becomes an amendment."""
    if row is None:
        row = AttendanceMark(gathering_id=gathering_id, youth_id=youth_id, version=0)
        db.session().add(row)
    else:
        db.session().add(
            Amendment(
                gathering_id=gathering_id,
                youth_id=youth_id,
                old_mark=row.mark,
                old_marked_at=row.marked_at,
                old_marked_by_id=row.marked_by_id,
                new_mark=mark,
                amended_at=now,
                amended_by_id=by.person_id,
            )
        )
    row.mark, row.marked_at, row.marked_by_id, row.device = mark, now, by.person_id, device
    row.version += 1


def _note_saved(gathering_id: int, *, by: Actor, now: datetime, changed: int, action: str = "register.saved") -> None:
    """Say that the register was taken, or saved again with changes. A save that changes nothing leaves no trace."""
    register = db.session().get(Register, gathering_id)
    if register is None:
        register = Register(gathering_id=gathering_id, taken_at=now, taken_by_id=by.person_id)
        db.session().add(register)
    elif not changed:
        return
    register.saved_at, register.saved_by_id = now, by.person_id
    db.flush()
    record(action, "gathering", gathering_id, by=by, now=now, changed=changed)


def _amendments(gathering_id: int, amended_at: datetime | None) -> list[Amendment]:
    return list(
        db.session().scalars(
            sa.select(Amendment).where(Amendment.gathering_id == gathering_id, Amendment.amended_at == amended_at)
        )
    )


def follow_merge(event: PeopleMerged) -> None:
    """Move the marks of a merged record; where both have one, the later stands and the other becomes an amendment."""
    rows = db.session().scalars(
        sa.select(AttendanceMark).where(AttendanceMark.youth_id.in_((event.kept_id, event.gone_id)))
    )
    both: dict[int, dict[int, AttendanceMark]] = {}
    for row in rows:
        both.setdefault(row.gathering_id, {})[row.youth_id] = row
    for gathering_id, pair in both.items():
        if len(pair) < 2:
            continue
        kept, gone = pair[event.kept_id], pair[event.gone_id]
        if gone.marked_at > kept.marked_at:
            _set_mark(gathering_id, kept.youth_id, gone.mark, kept, by=SYSTEM, now=event.at, device=gone.device)
        db.session().delete(gone)
    db.flush()
    for model, name in NAMED:
        table: Any = model.__table__
        db.session().execute(sa.update(table).where(table.c[name] == event.gone_id).values({name: event.kept_id}))
    db.session().expire_all()
