"""Keeping what somebody says of youth at a gathering: the one way in for pages, phones, kiosks, scans and paper.

A deed that came before is known by its `client_id` and changes nothing. A deed the rules refuse is kept with its reason
and does not count. What holds afterwards is computed anew from all deeds of the youth concerned (`ledger.state_of`), so
it never depends on the order in which devices find a network. Nothing here commits.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from youthprog.attendance import queries, rules
from youthprog.attendance.collecting import collecting_at, leaving_alone
from youthprog.attendance.ledger import does_count, state_of
from youthprog.attendance.models import AttendanceMark, Deed, Register
from youthprog.attendance.stops import tell_of_stops
from youthprog.attendance.types import DeedFacts, DeedKind, Fate, Outcome, Said, State
from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.clearance import not_cleared
from youthprog.core.refusals import Refusal
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering

ASKED_AT_ONCE = 900  # SQLite's oldest limit on values in one statement


def say(
    gathering: Gathering,
    said: Sequence[Said],
    *,
    by: Actor,
    now: datetime,
    save_id: str | None = None,
    unread: Mapping[str, Refusal] | None = None,
) -> list[Outcome]:
    """Keep deeds of one gathering and return what became of each, in their order.

    Deeds that are known already change nothing. Those the rules refuse are kept with the reason and do not count. The
    register counts as taken from the first deed that counts. One audit line a call. Deeds of several calls that share
    a `save_id` are one save, and are undone together. `unread` says of deeds why their code means nobody.
    """
    lock(gathering)
    known = known_deeds([each.client_id for each in said])
    fresh = list({each.client_id: each for each in said if each.client_id not in known}.values())
    facts = _facts(gathering, fresh, now)
    judged = {each.client_id: rules.judged(each, facts) for each in fresh}
    judged |= {key: rules.Verdict(why, judged[key].flag) for key, why in (unread or {}).items() if key in judged}
    fresh = _of_people(fresh, facts)
    refusals = {key: each.refusal for key, each in judged.items()}
    flags = {key: each.flag for key, each in judged.items()}
    keep(gathering, fresh, refusals, by=by, now=now, flags=flags, save_id=save_id)
    tell_of_stops(gathering, fresh, refusals, by=by, now=now)
    outcomes = []
    for each in said:
        if each.client_id in judged:
            verdict = judged[each.client_id]
            fate = Fate.REFUSED if verdict.refusal else Fate.KEPT
            outcomes.append(Outcome(each.client_id, each.youth_id, fate, verdict.refusal, verdict.flag))
        else:
            outcomes.append(Outcome(each.client_id, each.youth_id, Fate.KNOWN))
    return outcomes


def keep(
    gathering: Gathering,
    said: Sequence[Said],
    refusals: Mapping[str, Refusal | None],
    *,
    by: Actor,
    now: datetime,
    flags: Mapping[str, str | None] | None = None,
    save_id: str | None = None,
    action: str = "register.saved",
) -> dict[int, State]:
    """Write deeds that were judged, and what holds now for each youth concerned. The caller holds the lock."""
    if not said:
        return {}
    flags = flags or {}
    rows = [
        _row(gathering.id, each, refusals.get(each.client_id), flags.get(each.client_id), by, now, save_id)
        for each in said
    ]
    counted = [row for row in rows if does_count(row["kind"], row["refusal"])]
    concerned = {row["youth_id"] for row in counted if row["youth_id"] is not None}
    kept = begin_with_rows(gathering.id, concerned)
    db.session().execute(sa.insert(db.table(Deed)), rows)
    fresh = _told([row for row in counted if row["youth_id"] not in kept])
    states = _restate(gathering.id, concerned, kept, fresh | _spoken(gathering.id, concerned & kept.keys()))
    _note_said(
        gathering.id,
        by=by,
        now=now,
        counted=len(counted),
        refused=len(rows) - len(counted),
        save_id=save_id,
        action=action,
    )
    return states


def lock(gathering: Gathering) -> None:
    """Let one sayer at a time go on from here. SQLite's writers queue already."""
    db.flush()
    table = db.table(Gathering)
    db.session().execute(sa.select(table.c.id).where(table.c.id == gathering.id).with_for_update(key_share=True))


def known_deeds(client_ids: Collection[str]) -> set[str]:
    """Those of the deeds that came before, whatever became of them."""
    found: set[str] = set()
    wanted = sorted(set(client_ids))
    for start in range(0, len(wanted), ASKED_AT_ONCE):
        some = wanted[start : start + ASKED_AT_ONCE]
        found |= set(db.session().scalars(sa.select(Deed.client_id).where(Deed.client_id.in_(some))))
    return found


def _facts(gathering: Gathering, said: Sequence[Said], now: datetime) -> rules.SayFacts:
    """What the rules need, in a constant number of statements."""
    members = {line.youth_id for line in queries.members_at(gathering)}
    others = sorted({each.youth_id for each in said if each.youth_id is not None} - members)
    enrolled = programs.enrolled_among(gathering.season_id, others)
    there = {row.youth_id for row in _marks(gathering.id, others)}
    asked = [each.youth_id for each in said if each.youth_id is not None and each.mark is not None]
    on = clock.day_of(gathering.starts_at)
    barred = not_cleared(sorted(set(asked)), gathering.season_id, on, gathering_id=gathering.id) if asked else {}
    leaving = sorted({each.youth_id for each in said if each.kind in rules.LEAVING and each.youth_id is not None})
    return rules.SayFacts(
        gathering=rules.GatheringFacts(gathering.starts_at, gathering.canceled_at is not None, now),
        ends_at=gathering.ends_at,
        members=frozenset(members),
        enrolled=frozenset(enrolled),
        there=frozenset(there),
        not_cleared=frozenset(barred),
        collecting=collecting_at(gathering, leaving),
        alone=frozenset(leaving_alone(gathering.season_id, leaving, on)),
    )


def _of_people(said: Sequence[Said], facts: rules.SayFacts) -> list[Said]:
    """The deeds, those about a key that is nobody's without it: the log points to people only. No statement as a rule."""
    strangers = sorted({each.youth_id for each in said if each.youth_id is not None and not facts.knows(each.youth_id)})
    if not strangers:
        return list(said)
    real = set(db.session().scalars(sa.select(Person.id).where(Person.id.in_(strangers))))
    missing = set(strangers) - real
    return [replace(each, youth_id=None) if each.youth_id in missing else each for each in said]


def _row(
    gathering_id: int,
    said: Said,
    refusal: Refusal | None,
    flag: str | None,
    by: Actor,
    now: datetime,
    save_id: str | None,
) -> dict[str, Any]:
    to = said.to
    return {
        "client_id": said.client_id,
        "gathering_id": gathering_id,
        "youth_id": said.youth_id,
        "kind": said.kind,
        "mark": said.mark,
        "at": said.at,
        "clock_at": said.clock_at,
        "received_at": now,
        "by_id": by.person_id,
        "device": said.device,
        "saw": list(said.saw),
        "undoes": said.undoes,
        "save_id": save_id,
        "to_kind": to.kind if to else None,
        "to_person_id": to.person_id if to else None,
        "to_name": to.name if to else None,
        "id_seen": to.id_seen if to else None,
        "code": said.code,
        "refusal": refusal.code if refusal else None,
        "flag": flag,
    }


def begin_with_rows(gathering_id: int, youth_ids: Collection[int]) -> dict[int, Any]:
    """The rows in force of these youth; a mark from before there were deeds gets its deed first, so that it is not lost."""
    kept = {row.youth_id: row for row in _marks(gathering_id, youth_ids)}
    for row in [row for row in kept.values() if row.said is None and row.mark is not None]:
        client_id = first_of(gathering_id, row.youth_id)
        values = {
            "client_id": client_id, "gathering_id": gathering_id, "youth_id": row.youth_id, "kind": DeedKind.MARK,
            "mark": row.mark, "at": row.marked_at, "received_at": row.marked_at, "by_id": row.marked_by_id,
            "device": row.device, "saw": [],
        }  # fmt: skip
        db.session().execute(sa.insert(db.table(Deed)).values(values))
    return kept


def first_of(gathering_id: int, youth_id: int) -> str:
    """The `client_id` of the deed made for a mark from before there were deeds."""
    return f"first-{gathering_id}-{youth_id}"[:36]


def _marks(gathering_id: int, youth_ids: Collection[int]) -> list[sa.Row[Any]]:
    if not youth_ids:
        return []
    table = db.table(AttendanceMark)
    return list(
        db.session().execute(
            sa.select(table).where(table.c.gathering_id == gathering_id, table.c.youth_id.in_(youth_ids))
        )
    )


@dataclass(frozen=True)
class _Spoken:
    """A deed with what the row in force needs to tell of it."""

    facts: DeedFacts
    by_id: int | None
    device: str | None


def restate(gathering_id: int, youth_ids: Collection[int]) -> dict[int, State]:
    """Compute from the deeds what holds for these youth at a gathering, and keep it. Four statements at most."""
    kept = {row.youth_id: row for row in _marks(gathering_id, youth_ids)}
    return _restate(gathering_id, youth_ids, kept, _spoken(gathering_id, youth_ids))


def _restate(
    gathering_id: int, youth_ids: Collection[int], kept: Mapping[int, Any], spoken: Mapping[int, dict[str, _Spoken]]
) -> dict[int, State]:
    states = {youth_id: state_of(each.facts for each in spoken.get(youth_id, {}).values()) for youth_id in youth_ids}
    changed = []
    for youth_id, state in states.items():
        row, by = kept.get(youth_id), spoken.get(youth_id, {}).get(state.said or "")
        if row is not None and _is_told_by(row, state):
            continue
        said = by or (row and _Spoken(DeedFacts("", DeedKind.MARK, row.marked_at), row.marked_by_id, row.device))
        last = said or max(spoken[youth_id].values(), key=lambda each: each.facts.at)
        changed.append(
            {
                "gathering_id": gathering_id,
                "youth_id": youth_id,
                "mark": state.mark,
                "said": state.said,
                "disputed": state.disputed,
                "marked_at": last.facts.at,
                "marked_by_id": last.by_id,
                "device": last.device,
                "in_at": state.in_at,
                "out_at": state.out_at,
                "minutes": state.minutes,
                "version": (row.version if row else 0) + 1,
            }
        )
    _write_marks(changed, kept.keys())
    return states


def _is_told_by(row: Any, state: State) -> bool:
    told = (row.mark, row.said, row.disputed, row.in_at, row.out_at, row.minutes)
    return told == (state.mark, state.said, state.disputed, state.in_at, state.out_at, state.minutes)


def _write_marks(changed: Sequence[dict[str, Any]], there: Collection[int]) -> None:
    table, session = db.table(AttendanceMark), db.session()
    if fresh := [values for values in changed if values["youth_id"] not in there]:
        session.execute(sa.insert(table), fresh)
    if again := [values for values in changed if values["youth_id"] in there]:
        named: dict[str, Any] = {
            column.name: sa.bindparam(f"new_{column.name}") for column in table.c if not column.primary_key
        }
        here = sa.and_(
            table.c.gathering_id == sa.bindparam("at_gathering"), table.c.youth_id == sa.bindparam("of_youth")
        )
        session.execute(
            sa.update(table).where(here).values(named),
            [
                {f"new_{name}": values[name] for name in named}
                | {"at_gathering": values["gathering_id"], "of_youth": values["youth_id"]}
                for values in again
            ],
        )
    for row in list(session.identity_map.values()):
        if isinstance(row, AttendanceMark):
            session.expire(row)


def _spoken(gathering_id: int, youth_ids: Collection[int]) -> dict[int, dict[str, _Spoken]]:
    """Every deed about these youth at a gathering. One statement, none for nobody."""
    if not youth_ids:
        return {}
    table = db.table(Deed)
    wanted = sa.and_(table.c.gathering_id == gathering_id, table.c.youth_id.in_(youth_ids))
    return _told(db.session().execute(sa.select(table).where(wanted)).mappings())


def _told(rows: Iterable[Mapping[Any, Any]]) -> dict[int, dict[str, _Spoken]]:
    found: dict[int, dict[str, _Spoken]] = {}
    for row in rows:
        facts = DeedFacts(
            client_id=row["client_id"],
            kind=row["kind"],
            at=row["at"],
            mark=None if row["refusal"] else row["mark"],
            saw=tuple(row["saw"]),
            undoes=row["undoes"],
            counts=does_count(row["kind"], row["refusal"]),
        )
        found.setdefault(row["youth_id"], {})[row["client_id"]] = _Spoken(facts, row["by_id"], row["device"])
    return found


def heads_of(gathering_id: int, youth_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """The deeds nobody has answered yet, by youth, latest first: what a page shows and its sayer then saw. Two statements."""
    if not youth_ids:
        return {}
    found = {
        row.youth_id: (first_of(gathering_id, row.youth_id),)
        for row in _marks(gathering_id, youth_ids)
        if row.said is None and row.mark is not None
    }
    spoken = _spoken(gathering_id, youth_ids)
    return found | {who: state_of(each.facts for each in said.values()).heads for who, said in spoken.items()}


def said_in(save_id: str, by_id: int | None) -> list[Deed]:
    """The deeds of one save of a register, of its saver."""
    return list(
        db.session().scalars(sa.select(Deed).where(Deed.save_id == save_id, Deed.by_id == by_id).order_by(Deed.id))
    )


def _note_said(
    gathering_id: int, *, by: Actor, now: datetime, counted: int, refused: int, save_id: str | None, action: str
) -> None:
    """Say in the trail that deeds were kept, and on the register that it was taken, or saved again."""
    register = db.session().get(Register, gathering_id)
    if counted and register is None:
        register = Register(gathering_id=gathering_id, taken_at=now, taken_by_id=by.person_id)
        db.session().add(register)
    if counted and register is not None:
        register.saved_at, register.saved_by_id, register.save_id = now, by.person_id, save_id
        db.flush()
    more = {"refused": refused} if refused else {}
    record(action, "gathering", gathering_id, by=by, now=now, changed=counted, **more)


def each_gathering(rows: Iterable[tuple[int, int | None]]) -> dict[int, set[int]]:
    """Youth by gathering, from pairs of both."""
    found: dict[int, set[int]] = {}
    for gathering_id, youth_id in rows:
        if youth_id is not None:
            found.setdefault(gathering_id, set()).add(youth_id)
    return found
