"""Reading what was said: of one youth at a gathering, and where two people differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from youthprog.attendance.ledger import does_count, state_of
from youthprog.attendance.models import AttendanceMark, Deed
from youthprog.attendance.types import DeedFacts, DeedKind, OtherWord, ToldLine
from youthprog.core import db
from youthprog.people.models import Person


def disputed_words(gathering_id: int, youth_ids: Sequence[int]) -> dict[int, list[OtherWord]]:
    """What each of those who differ said, latest first. One statement, none when nobody differs."""
    found: dict[int, list[OtherWord]] = {}
    for who, lines in _told(gathering_id, youth_ids).items():
        said = {line.row.client_id: line for line in lines}
        heads = [said[each] for each in state_of(_facts(line) for line in lines).heads]
        found[who] = [OtherWord(each.row.mark, each.by, each.row.at) for each in heads if each.row.mark is not None]
    return found


@dataclass(frozen=True)
class _Told:
    """A deed and who said it."""

    row: Deed
    by: str | None


def _told(gathering_id: int, youth_ids: Sequence[int]) -> dict[int, list[_Told]]:
    found: dict[int, list[_Told]] = {}
    if not youth_ids:
        return found
    rows = db.session().execute(
        sa.select(Deed, Person)
        .outerjoin(Person, Person.id == Deed.by_id)
        .where(Deed.gathering_id == gathering_id, Deed.youth_id.in_(youth_ids))
        .order_by(Deed.at.desc(), Deed.id.desc())
    )
    for row, person in rows:
        found.setdefault(row.youth_id or 0, []).append(_Told(row, person.name if person else None))
    return found


def _facts(told: _Told) -> DeedFacts:
    row = told.row
    return DeedFacts(
        row.client_id, row.kind, row.at, None if row.refusal else row.mark, tuple(row.saw), row.undoes,
        counts=does_count(row.kind, row.refusal),
    )  # fmt: skip


def told_of(gathering_id: int, youth_id: int) -> list[ToldLine]:
    """Everything that was said of a youth at a gathering, latest first. Two statements.

    A mark from before there were deeds is told as what it is.
    """
    lines = _told(gathering_id, [youth_id]).get(youth_id, [])
    if not lines:
        return _told_before(gathering_id, youth_id)
    state = state_of(_facts(line) for line in lines)
    undone = {line.row.undoes for line in lines if line.row.kind is DeedKind.TAKE_BACK}
    return [
        ToldLine(
            client_id=line.row.client_id,
            kind=line.row.kind,
            mark=line.row.mark,
            at=line.row.at,
            received_at=line.row.received_at,
            by=line.by,
            device=line.row.device,
            to_kind=line.row.to_kind,
            to_name=line.row.to_name,
            id_seen=line.row.id_seen,
            refusal=line.row.refusal,
            flag=line.row.flag,
            taken_back=line.row.client_id in undone,
            in_force=line.row.client_id in state.heads,
            compared=line.row.to_checked is not None,
        )
        for line in lines
    ]


def _told_before(gathering_id: int, youth_id: int) -> list[ToldLine]:
    found = (
        db.session()
        .execute(
            sa.select(AttendanceMark, Person)
            .outerjoin(Person, Person.id == AttendanceMark.marked_by_id)
            .where(
                AttendanceMark.gathering_id == gathering_id,
                AttendanceMark.youth_id == youth_id,
                AttendanceMark.mark.is_not(None),
            )
        )
        .first()
    )
    if found is None:
        return []
    row, by = found[0], found[1].name if found[1] else None
    nothing: dict[str, Any] = dict.fromkeys(("to_kind", "to_name", "id_seen", "refusal", "flag"))
    return [
        ToldLine(
            client_id="",
            kind=DeedKind.MARK,
            mark=row.mark,
            at=row.marked_at,
            received_at=row.marked_at,
            by=by,
            device=row.device,
            taken_back=False,
            in_force=True,
            **nothing,
        )
    ]
