"""Reading what a paper sheet is keyed against: who came and left, and by which device that was said."""

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from youthprog.attendance.keyed import NO_TIMES, Times
from youthprog.attendance.models import Deed
from youthprog.attendance.rules import NOT_CLEARED
from youthprog.attendance.types import DeedKind
from youthprog.core import db

PAPER = "paper"  # the device of whatever is keyed from a sheet
PASSAGES = (DeedKind.ARRIVE, DeedKind.LEAVE)


@dataclass(frozen=True)
class Passages:
    """When a youth came and left. `elsewhere` when somebody at the door said so: paper does not change that.

    `arrivals` and `leavings` are the deeds keyed from paper that hold.
    """

    times: Times = NO_TIMES
    elsewhere: bool = False
    arrivals: tuple[str, ...] = ()
    leavings: tuple[str, ...] = ()


NO_PASSAGES = Passages()


@dataclass
class _Found:
    came: list[Any] = field(default_factory=list)
    left: list[Any] = field(default_factory=list)


def passages_of(gathering_id: int) -> dict[int, Passages]:
    """The arrivals and leavings that hold at a gathering, by youth. One statement."""
    rows = list(
        db.session().execute(
            sa.select(Deed.client_id, Deed.youth_id, Deed.kind, Deed.at, Deed.device, Deed.undoes)
            .where(
                Deed.gathering_id == gathering_id,
                Deed.youth_id.is_not(None),
                Deed.kind.in_((*PASSAGES, DeedKind.TAKE_BACK)),
                sa.or_(Deed.refusal.is_(None), sa.and_(Deed.kind == DeedKind.ARRIVE, Deed.refusal == NOT_CLEARED)),
            )
            .order_by(Deed.at, Deed.id)
        )
    )
    void = {row.undoes for row in rows if row.kind is DeedKind.TAKE_BACK}
    found: dict[int, _Found] = {}
    for row in rows:
        if row.kind in PASSAGES and row.client_id not in void:
            each = found.setdefault(row.youth_id, _Found())
            (each.came if row.kind is DeedKind.ARRIVE else each.left).append(row)
    return {youth_id: _passages(each) for youth_id, each in found.items()}


def _passages(found: _Found) -> Passages:
    return Passages(
        Times(found.came[0].at if found.came else None, found.left[-1].at if found.left else None),
        elsewhere=any(row.device != PAPER for row in (*found.came, *found.left)),
        arrivals=tuple(row.client_id for row in found.came if row.device == PAPER),
        leavings=tuple(row.client_id for row in found.left if row.device == PAPER),
    )
