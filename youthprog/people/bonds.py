"""Keeping what a guardianship was before it changed, so that a day gone by keeps its answer."""

from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa

from youthprog.core import db
from youthprog.people import rules
from youthprog.people.models import Guardianship, GuardianshipChange
from youthprog.people.types import BondChange, BondHistory


def keep(bond: Guardianship, *, until: date) -> None:
    """Keep what a guardianship was before it changes, on a day; of two changes on one day the first counts.

    A guardianship that ended is kept twice: as it was until its end, and as none until it is taken up again.
    """
    changes = [BondChange(bond.ended_on or until, was_in_force=True, could_decide=bond.may_decide)]
    if bond.ended_on is not None:
        changes.append(BondChange(until, was_in_force=False, could_decide=False))
    _write(bond, changes)


def keep_beginning(bond: Guardianship, *, on: date) -> None:
    """Keep that there was no guardianship before a day."""
    _write(bond, [BondChange(on, was_in_force=False, could_decide=False)])


def become_one(kept: Guardianship, gone: Guardianship, *, on: date) -> None:
    """Make two guardianships one that is, on days gone by, whatever either of them was. The one in force goes on."""
    rows = (
        db.session()
        .scalars(
            sa.select(GuardianshipChange)
            .where(GuardianshipChange.guardianship_id.in_((kept.id, gone.id)))
            .order_by(GuardianshipChange.id)
        )
        .all()
    )
    changes = rules.changes_of_both(_history(kept, rows), _history(gone, rows), on)
    for row in rows:
        db.session().delete(row)
    db.flush()
    if kept.ended_on is not None and gone.ended_on is None:
        kept.ended_on, kept.relationship, kept.rank = None, gone.relationship, gone.rank
        kept.may_decide, kept.may_collect = gone.may_decide, gone.may_collect
    _write(kept, changes)
    db.session().delete(gone)


def _history(bond: Guardianship, rows: Iterable[GuardianshipChange]) -> BondHistory:
    mine = (row for row in rows if row.guardianship_id == bond.id)
    changes = tuple(BondChange(row.changed_on, row.was_in_force, row.could_decide) for row in mine)
    return BondHistory(bond.may_decide, bond.ended_on, changes)


def _write(bond: Guardianship, changes: Iterable[BondChange]) -> None:
    for change in changes:
        db.session().add(
            GuardianshipChange(
                guardianship_id=bond.id,
                changed_on=change.on,
                was_in_force=change.was_in_force,
                could_decide=change.could_decide,
            )
        )
