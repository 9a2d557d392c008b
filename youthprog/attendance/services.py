"""Verbs of the attendance room. They never commit; each deed leaves its audit line.

A register is saved under its gathering's row lock, so that two savers come one after the other on both engines.
"""

import uuid
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from youthprog.attendance import deeds, overdue, queries, rules, walk_in_queries
from youthprog.attendance.deeds import say
from youthprog.attendance.models import AttendanceMark, Deed, Register
from youthprog.attendance.types import DeedKind, Mark, Merge, Said, Saved
from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.core.clearance import not_cleared
from youthprog.core.refusals import N_, Conflict, Refusal, refuse_if
from youthprog.people.types import PeopleMerged
from youthprog.programs.models import Gathering

__all__ = ["follow_merge", "save_register", "save_walk_in", "say", "settle_walk_in", "undo_save"]

SETTLES = uuid.UUID("5d0f6c57-3c2c-4a55-9f0b-0a1f7a3d9e41")  # of what says who a typed name was, one for each name

# Columns that name a person, for merged records.
NAMED = (
    (AttendanceMark, "marked_by_id"),
    (Deed, "youth_id"),
    (Deed, "by_id"),
    (Deed, "to_person_id"),
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
    """Set the marks of a gathering; a mark that is replaced stays in the log of deeds.

    `seen` is the version of each mark when it was shown (0 or absent: none). Raises `Refused` with every reason and
    `Conflict` when somebody else changed one of these marks since; then nothing is saved.
    """
    deeds.lock(gathering)
    on = clock.day_of(gathering.starts_at)
    members = {line.youth_id: line.name for line in queries.roll_members(gathering)}
    barred = not_cleared(list(members), gathering.season_id, on, gathering_id=gathering.id)
    facts = rules.GatheringFacts(gathering.starts_at, gathering.canceled_at is not None, now)
    refuse_if(rules.refusals_to_take(facts) + rules.refusals_to_mark(marks, members, barred))
    kept = queries.kept_of(queries.marks_in_force(gathering.id))
    merged = rules.merge(kept, marks, seen)
    if merged.clashes:
        raise Conflict(_clashes(merged, members))
    after = rules.applied(kept, merged.changes)
    outcome = [after[youth_id].mark for youth_id in members if youth_id in after]
    refuse_if(rules.refusals_to_leave_blank(outcome, can_be_marked=bool(members.keys() - barred.keys())))
    heads = deeds.heads_of(gathering.id, merged.changes.keys() & kept.keys())
    said = [each for who, mark in merged.changes.items() for each in _said(who, mark, heads.get(who, ()), now, device)]
    if said:
        deeds.keep(gathering, said, {}, by=by, now=now, save_id=_new_id())
    elif db.session().get(Register, gathering.id) is None:  # nobody can be marked, and somebody looked
        _note_taken(gathering.id, by=by, now=now)
    return Saved(len(merged.changes), rules.counts_of(outcome))


def save_walk_in(gathering: Gathering, youth_id: int, *, by: Actor, now: datetime, device: str | None = None) -> None:
    """Mark somebody of the season, who does not belong to the gathering, as walked in. Raises `Refused`."""
    said = Said(_new_id(), youth_id, DeedKind.MARK, now, Mark.WALK_IN, device=device)
    (outcome,) = say(gathering, [said], by=by, now=now)
    refuse_if([outcome.refusal] if outcome.refusal else [])


def settle_walk_in(gathering: Gathering, client_id: str, youth_id: int | None, *, by: Actor, now: datetime) -> None:
    """Say who the name of a walk-in, typed without a network, was; `None`: nobody of ours. Once, whoever comes first.

    The youth walked in when the name was typed. Raises `Refused`, and `NotFound` when it is settled.
    """
    deeds.lock(gathering)
    typed = walk_in_queries.get_unsettled(gathering.id, client_id)
    own_id = str(uuid.uuid5(SETTLES, typed.client_id))
    if youth_id is None:
        said = Said(own_id, None, DeedKind.TAKE_BACK, now, undoes=typed.client_id, device=typed.device)
        facts = rules.GatheringFacts(gathering.starts_at, gathering.canceled_at is not None, now)
        judged = {own_id: rules.Verdict(rules.refusal_of(rules.NONE_OF_OURS, facts))}
        deeds.keep(gathering, [said], judged, by=by, now=now)
        return
    said = Said(
        own_id, youth_id, DeedKind.MARK, typed.at, Mark.WALK_IN, undoes=typed.client_id, device=typed.device
    )  # fmt: skip
    (outcome,) = say(gathering, [said], by=by, now=now)
    refuse_if([outcome.refusal] if outcome.refusal else [])


def forget_typed_names(before: datetime, *, held: Collection[int], days: int, now: datetime) -> Iterator[int]:
    """Remove names of walk-ins that were typed without a network and came before a moment; yields each gathering's key.

    Who they turned out to be stays. Of youth whose records are held the typed names stay too.
    """
    table = db.table(Deed)
    old = sa.and_(
        table.c.said_name.is_not(None),
        table.c.received_at < before,
        sa.or_(table.c.youth_id.is_(None), table.c.youth_id.not_in(held)),
    )
    gatherings = db.session().scalars(
        sa.select(table.c.gathering_id).where(old).distinct().order_by(table.c.gathering_id)
    )
    for gathering_id in gatherings.all():
        gone: Any = db.session().execute(
            sa.update(table).where(old, table.c.gathering_id == gathering_id).values(said_name=None)
        )
        record("register.names_removed", "gathering", gathering_id, by=SYSTEM, now=now, names=gone.rowcount, days=days)
        yield gathering_id


def _said(youth_id: int, mark: Mark | None, heads: tuple[str, ...], now: datetime, device: str | None) -> list[Said]:
    """The deeds a changed row of a page says: a mark that answers those shown, or that those are taken back."""
    if mark is not None:
        return [Said(_new_id(), youth_id, DeedKind.MARK, now, mark, saw=heads, device=device)]
    return [Said(_new_id(), youth_id, DeedKind.TAKE_BACK, now, undoes=each, device=device) for each in heads]


def _new_id() -> str:
    return str(uuid.uuid4())


def undo_save(gathering: Gathering, *, by: Actor, now: datetime) -> int:
    """Take back the actor's last save of the register: what held before holds again. Returns how many marks.

    A register that has no mark left is no register any more. Raises `Refused`.
    """
    deeds.lock(gathering)
    register = db.session().get(Register, gathering.id, populate_existing=True)
    saved_at, saved_by_id = (register.saved_at, register.saved_by_id) if register else (None, None)
    refuse_if(rules.refusals_to_undo(rules.UndoFacts(saved_at, saved_by_id, by.person_id, now)))
    assert register is not None
    last = deeds.said_in(register.save_id, by.person_id) if register.save_id else []
    refuse_if(rules.refusals_to_take_back(len(last)))
    said = [
        Said(_new_id(), row.youth_id, DeedKind.TAKE_BACK, now, undoes=row.client_id, device=row.device) for row in last
    ]
    deeds.keep(gathering, said, {}, by=by, now=now, action="register.undone")
    if not any(queries.marks_at([gathering.id]).values()):
        db.session().delete(register)
        db.flush()
    return len(last)


def _note_taken(gathering_id: int, *, by: Actor, now: datetime) -> None:
    register = Register(gathering_id=gathering_id, taken_at=now, taken_by_id=by.person_id, saved_at=now)
    register.saved_by_id = by.person_id
    db.session().add(register)
    db.flush()
    record("register.saved", "gathering", gathering_id, by=by, now=now, changed=0)


def _clashes(merged: Merge, members: Mapping[int, str]) -> list[Refusal]:
    sentence = N_("%(name)s was marked by somebody else meanwhile.")
    return [
        Refusal("changed_meanwhile", sentence, rules.field_of(youth_id), {"name": members[youth_id]})
        for youth_id in merged.clashes
    ]


def follow_merge(event: PeopleMerged) -> None:
    """Give the deeds of a merged record to the one that stays; what holds is computed anew from both."""
    both = (event.kept_id, event.gone_id)
    table: Any = AttendanceMark.__table__
    rows = db.session().execute(sa.select(table.c.gathering_id, table.c.youth_id).where(table.c.youth_id.in_(both)))
    met = deeds.each_gathering((gathering_id, youth_id) for gathering_id, youth_id in rows)
    moved = {gathering_id for gathering_id, who in met.items() if event.gone_id in who}
    for gathering_id in sorted(moved):
        deeds.begin_with_rows(gathering_id, met[gathering_id])
    for model, name in NAMED:
        named: Any = model.__table__
        db.session().execute(sa.update(named).where(named.c[name] == event.gone_id).values({name: event.kept_id}))
    db.session().execute(sa.delete(table).where(table.c.youth_id == event.gone_id))
    overdue.follow_merge(event.kept_id, event.gone_id)
    db.session().expire_all()
    for gathering_id in sorted(moved):
        deeds.restate(gathering_id, {event.kept_id})
