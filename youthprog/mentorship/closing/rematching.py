"""Who may not be matched again. Apart from the other queries, so that proposing can ask it."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from youthprog.core import db
from youthprog.mentorship.closing.models import ClosureParty
from youthprog.mentorship.closing.types import Rematch, Side


def is_barred(person_id: Any) -> sa.ColumnElement[bool]:
    """The condition that a mentor was decided not to be safe to match; it holds from the moment it is saved."""
    return sa.exists().where(
        ClosureParty.person_id == person_id, ClosureParty.side == Side.MENTOR, ClosureParty.rematch == Rematch.UNSAFE
    )


def barred_among(person_ids: Collection[int]) -> set[int]:
    """Those of these mentors who are not to be proposed. One statement."""
    if not person_ids:
        return set()
    statement = sa.select(ClosureParty.person_id).where(
        ClosureParty.person_id.in_(person_ids), ClosureParty.side == Side.MENTOR, ClosureParty.rematch == Rematch.UNSAFE
    )
    return set(db.session().scalars(statement))
