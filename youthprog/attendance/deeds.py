"""Keeping what somebody says of youth at a gathering: the one way in for pages, phones, kiosks, scans and paper.

A deed that came before is known by its `client_id` and changes nothing. A deed the rules refuse is kept with its reason
and does not count. What holds afterwards is computed anew from all deeds of the youth concerned (`ledger.state_of`), so
it never depends on the order in which devices find a network. Nothing here commits.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from youthprog.attendance import rules, sayings
from youthprog.attendance.collecting import who_may_have_them
from youthprog.attendance.collecting_rules import without_idle_proof
from youthprog.attendance.ledger import does_count, state_of
from youthprog.attendance.models import AttendanceMark, Deed, Register
from youthprog.attendance.stops import tell_of_stops
from youthprog.attendance.types import DeedFacts, DeedKind, Fate, Heard, Holding, Outcome, Said, State
from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.clearance import barred_at
from youthprog.core.db import Model
from youthprog.core.prepared import as_list, known, note, waiting_lines
from youthprog.core.refusals import Refusal
from youthprog.people.models import Person
from youthprog.programs.models import Gathering
from youthprog.programs.types import Occasion

Occurring = Gathering | Occasion
COUNTS = rules.Verdict()


def say(
    gathering: Occurring,
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
    return hear(gathering, said, by=by, now=now, save_id=save_id, unread=unread).outcomes


def hear(
    gathering: Occurring,
    said: Sequence[Said],
    *,
    by: Actor,
    now: datetime,
    save_id: str | None = None,
    unread: Mapping[str, Refusal] | None = None,
    on: date | None = None,
    asked_already: Sequence[Any] | None = None,
) -> Heard:
    """Keep deeds as `say` does, and tell what holds now as well. `on` is the gathering's day and `asked_already` what
    `sayings.ask` told of the deeds, since the lock was taken, where the caller knows."""
    lock(gathering)
    on = on or clock.day_of(gathering.starts_at)
    rows_asked = sayings.ask(sayings.asking(gathering, on), said) if asked_already is None else asked_already
    asked = {row.asked: row for row in rows_asked}
    fresh = list({each.client_id: each for each in said if not asked[each.client_id].is_known}.values())
    if not fresh:
        return Heard([_outcome(each, None) for each in said], {})
    facts = _facts(gathering, fresh, asked, on, now)
    judged = {each.client_id: rules.judged(each, facts) for each in fresh}
    if unread:
        judged |= {key: rules.Verdict(why, judged[key].flag) for key, why in unread.items() if key in judged}
    fresh = _of_people(fresh, facts)
    rows = {row.youth_id: row for row in rows_asked if row.youth_id is not None}
    holds = keep(gathering, fresh, judged, by=by, now=now, save_id=save_id, rows=rows)
    if any(each.kind in rules.LEAVING for each in fresh):
        assert isinstance(gathering, Gathering), "who is told of a release is told the whole gathering"
        refusals = {key: each.refusal for key, each in judged.items()}
        tell_of_stops(gathering, fresh, refusals, by=by, now=now)
    return Heard([_outcome(each, judged.get(each.client_id)) for each in said], holds)


def _outcome(said: Said, verdict: rules.Verdict | None) -> Outcome:
    if verdict is None:
        return Outcome(said.client_id, said.youth_id, Fate.KNOWN)
    fate = Fate.REFUSED if verdict.refusal else Fate.KEPT
    return Outcome(said.client_id, said.youth_id, fate, verdict.refusal, verdict.flag)


def keep(
    gathering: Occurring,
    said: Sequence[Said],
    judged: Mapping[str, rules.Verdict],
    *,
    by: Actor,
    now: datetime,
    save_id: str | None = None,
    action: str = "register.saved",
    rows: Mapping[int, Any] | None = None,
) -> dict[int, Holding]:
    """Write deeds that were judged, and what holds now for each youth concerned. The caller holds the lock.

    `rows` are the rows in force by youth, where the caller has read them.
    """
    if not said:
        return {}
    told = [_row(gathering.id, each, judged.get(each.client_id, COUNTS), by, now, save_id) for each in said]
    counted = [row for row in told if does_count(row["kind"], row["refusal"])]
    concerned = {row["youth_id"] for row in counted if row["youth_id"] is not None}
    kept = begin_with_rows(gathering.id, concerned, rows)
    _write_deeds(told)
    fresh = _told([row for row in counted if row["youth_id"] not in kept])
    holds = _restate(gathering.id, concerned, kept, fresh | _spoken(gathering.id, concerned & kept.keys()))
    _note_said(
        gathering.id,
        by=by,
        now=now,
        counted=len(counted),
        refused=len(told) - len(counted),
        save_id=save_id,
        action=action,
    )
    return holds


def _write_deeds(rows: Sequence[Mapping[str, Any]]) -> None:
    about = [each["client_id"] for each in rows] + [each["youth_id"] for each in rows]
    sayings.INSERT_DEEDS.write([_said_of(each) for each in rows], about)


def _said_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as it is sent: without what nobody said."""
    return {name: value for name, value in row.items() if value is not None}


def lock(gathering: Occurring) -> None:
    """Let one sayer at a time go on from here. SQLite's writers queue already, and so do those who are kept together."""
    if waiting_lines() is None and db.engine().dialect.name != "sqlite":
        sayings.LOCK.rows(gathering_id=gathering.id)


def _facts(
    gathering: Occurring, said: Sequence[Said], asked: Mapping[str, Any], on: date, now: datetime
) -> rules.SayFacts:
    """What the rules need: one statement more, where nobody leaves and nobody's clearance is in doubt."""
    marked = list({each.youth_id for each in said if each.youth_id is not None and each.mark is not None})
    surely = [row.who for row in asked.values() if row.is_cleared]
    barred = barred_at(marked, gathering.season_id, on, gathering.id, surely=surely) if marked else ()
    collecting, alone = who_may_have_them(gathering, said, now)
    return rules.SayFacts(
        gathering=rules.GatheringFacts(gathering.starts_at, gathering.canceled_at is not None, now),
        ends_at=gathering.ends_at,
        members=frozenset([row.who for row in asked.values() if row.is_member]),
        enrolled=frozenset([row.who for row in asked.values() if row.is_enrolled]),
        there=frozenset([row.who for row in asked.values() if row.youth_id is not None]),
        not_cleared=frozenset(barred),
        collecting=collecting,
        alone=alone,
    )


def _as_compared(said: Said, facts: rules.SayFacts) -> Said:
    known = facts.collecting.get(said.client_id)
    return replace(said, to=without_idle_proof(said.to, known)) if said.to is not None and known is not None else said


def _of_people(said: Sequence[Said], facts: rules.SayFacts) -> list[Said]:
    """The deeds as they are kept: of a photo ID what was compared, and none points to a key that is nobody's. No statement
    as a rule."""
    if facts.collecting:
        said = [_as_compared(each, facts) for each in said]
    strangers = sorted({each.youth_id for each in said if each.youth_id is not None and not facts.knows(each.youth_id)})
    if not strangers:
        return list(said)
    real = set(db.session().scalars(sa.select(Person.id).where(Person.id.in_(strangers))))
    missing = set(strangers) - real
    return [replace(each, youth_id=None) if each.youth_id in missing else each for each in said]


def _row(
    gathering_id: int,
    said: Said,
    verdict: rules.Verdict,
    by: Actor,
    now: datetime,
    save_id: str | None,
) -> dict[str, Any]:
    to, refusal = said.to, verdict.refusal
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
        "to_checked": to.proof.kind if to and to.proof and refusal is None else None,
        "code": said.code,
        "said_name": said.name,
        "refusal": refusal.code if refusal else None,
        "flag": verdict.flag,
    }


def begin_with_rows(
    gathering_id: int, youth_ids: Collection[int], rows: Mapping[int, Any] | None = None
) -> dict[int, Any]:
    """The rows in force of these youth; a mark from before there were deeds gets its deed first, so that it is not lost."""
    found = {row.youth_id: row for row in _marks(gathering_id, youth_ids)} if rows is None else rows
    kept = {youth_id: row for youth_id, row in found.items() if youth_id in youth_ids}
    first = [
        {
            "client_id": first_of(gathering_id, row.youth_id), "gathering_id": gathering_id, "youth_id": row.youth_id,
            "kind": DeedKind.MARK, "mark": row.mark, "at": row.marked_at, "received_at": row.marked_at,
            "by_id": row.marked_by_id, "device": row.device, "saw": [],
        }
        for row in kept.values()
        if row.said is None and row.mark is not None
    ]  # fmt: skip
    if first:
        _write_deeds(first)
    return kept


def first_of(gathering_id: int, youth_id: int) -> str:
    """The `client_id` of the deed made for a mark from before there were deeds."""
    return f"first-{gathering_id}-{youth_id}"[:36]


def _marks(gathering_id: int, youth_ids: Collection[int]) -> list[Any]:
    return sayings.MARKS.rows(gathering_id=gathering_id, youth=as_list(youth_ids)) if youth_ids else []


@dataclass(frozen=True)
class _Spoken:
    """A deed with what the row in force needs to tell of it."""

    facts: DeedFacts
    by_id: int | None
    device: str | None


def restate(gathering_id: int, youth_ids: Collection[int]) -> dict[int, State]:
    """Compute from the deeds what holds for these youth at a gathering, and keep it. Four statements at most."""
    kept = {row.youth_id: row for row in _marks(gathering_id, youth_ids)}
    holds = _restate(gathering_id, youth_ids, kept, _spoken(gathering_id, youth_ids))
    return {youth_id: each.state for youth_id, each in holds.items()}


def _restate(
    gathering_id: int, youth_ids: Collection[int], kept: Mapping[int, Any], spoken: Mapping[int, dict[str, _Spoken]]
) -> dict[int, Holding]:
    states = {youth_id: state_of(each.facts for each in spoken.get(youth_id, {}).values()) for youth_id in youth_ids}
    changed: list[dict[str, Any]] = []
    holds = {}
    for youth_id, state in states.items():
        row, by = kept.get(youth_id), spoken.get(youth_id, {}).get(state.said or "")
        if row is not None and _is_told_by(row, state):
            holds[youth_id] = Holding(state, row.version)
            continue
        holds[youth_id] = Holding(state, (row.version if row else 0) + 1)
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
                "version": holds[youth_id].version,
            }
        )
    _write_marks(changed)
    return holds


def _is_told_by(row: Any, state: State) -> bool:
    told = (row.mark, row.said, row.disputed, row.in_at, row.out_at, row.minutes)
    return told == (state.mark, state.said, state.disputed, state.in_at, state.out_at, state.minutes)


def _write_marks(changed: list[dict[str, Any]]) -> None:
    if changed:
        sayings.UPSERT_MARKS.write(changed, [each["youth_id"] for each in changed])
        _forget(AttendanceMark)


def _forget(model: type[Model]) -> None:
    """Rows of a table that were changed past the session are read again when somebody looks. Where many are kept together
    each session begins anew afterwards."""
    if waiting_lines() is None and db.is_open():
        for row in list(db.session().identity_map.values()):
            if isinstance(row, model):
                db.session().expire(row)


def _spoken(gathering_id: int, youth_ids: Collection[int]) -> dict[int, dict[str, _Spoken]]:
    """Every deed about these youth at a gathering. One statement, none for nobody."""
    if not youth_ids:
        return {}
    return _told(row._asdict() for row in sayings.SPOKEN.rows(gathering_id=gathering_id, youth=as_list(youth_ids)))


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
    """Say in the trail that deeds were kept, and on the register that it was taken, or saved again.

    Where many check in at a gate a register is stamped once a minute: its page tells no more than the minute.
    """
    key, stamp = ("register", gathering_id), (by.person_id, now.replace(second=0, microsecond=0))
    if counted and (save_id is not None or known(key) != stamp):
        sayings.UPSERT_REGISTERS.write(
            [{"gathering_id": gathering_id, "now": now, "by_id": by.person_id, "save_id": save_id}]
        )
        _forget(Register)
        note(key, None if save_id is not None else stamp)
    more = {"refused": refused} if refused else {}
    record(action, "gathering", gathering_id, by=by, now=now, changed=counted, **more)


def each_gathering(rows: Iterable[tuple[int, int | None]]) -> dict[int, set[int]]:
    """Youth by gathering, from pairs of both."""
    found: dict[int, set[int]] = {}
    for gathering_id, youth_id in rows:
        if youth_id is not None:
            found.setdefault(gathering_id, set()).add(youth_id)
    return found
