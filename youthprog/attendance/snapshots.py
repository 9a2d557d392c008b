"""What a phone keeps of one register, and what it is told of youth it speaks about. Constant in statements."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa

from youthprog.attendance import deeds, queries
from youthprog.attendance.card_queries import live_cards
from youthprog.attendance.collecting import collecting_at, leaving_alone
from youthprog.attendance.models import AttendanceMark, Deed
from youthprog.attendance.types import Mark, Roll
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.collecting import Collecting
from youthprog.core.permissions import P
from youthprog.people import queries as people
from youthprog.programs.models import Gathering


@dataclass(frozen=True)
class Standing:
    """What holds for one youth at a gathering. `heads` are the deeds whoever is shown this has seen."""

    mark: Mark | None = None
    version: int = 0
    disputed: bool = False
    in_at: datetime | None = None
    out_at: datetime | None = None
    heads: tuple[str, ...] = ()


NOTHING_SAID = Standing()


@dataclass(frozen=True)
class Told:
    """What became of a deed that came before. `here` is False for one of another gathering."""

    here: bool
    youth_id: int | None
    refusal: str | None
    flag: str | None


@dataclass(frozen=True)
class Snapshot:
    """A register as one reader may keep it on a phone.

    `collecting` is who may take each youth home (with phones only where contacts may be read) and, for comparing alone,
    who may not; `alone` who may leave alone; `codes` those of the live cards.
    """

    roll: Roll
    standing: dict[int, Standing]
    collecting: dict[int, Collecting]
    alone: frozenset[int]
    codes: dict[int, str]


def snapshot_of(actor: Actor, gathering: Gathering, on: date) -> Snapshot:
    """A gathering's register with what holds for each youth. A constant number of statements."""
    roll = queries.roll_of(actor, P.REGISTER_TAKE, gathering, on)
    youth_ids = [line.youth_id for line in roll.lines]
    known = collecting_at(gathering, youth_ids)
    for hidden in set(youth_ids) - people.reachable(actor, P.CONTACT_READ, youth_ids, on):
        known[hidden] = replace(
            known[hidden], allowed=tuple(replace(each, phone=None) for each in known[hidden].allowed)
        )
    return Snapshot(
        roll=roll,
        standing=standing_of(gathering.id, youth_ids),
        collecting=known,
        codes={who: card.code for who, card in live_cards(youth_ids).items()},
        alone=frozenset(leaving_alone(gathering.season_id, youth_ids, clock.day_of(gathering.starts_at))),
    )


def standing_of(gathering_id: int, youth_ids: Collection[int]) -> dict[int, Standing]:
    """What holds for youth at a gathering; those nobody spoke about are left out. Three statements."""
    if not youth_ids:
        return {}
    table = db.table(AttendanceMark)
    rows = db.session().execute(
        sa.select(table).where(table.c.gathering_id == gathering_id, table.c.youth_id.in_(youth_ids))
    )
    heads = deeds.heads_of(gathering_id, youth_ids)
    return {
        row.youth_id: Standing(row.mark, row.version, row.disputed, row.in_at, row.out_at, heads.get(row.youth_id, ()))
        for row in rows
    }


def told_before(gathering_id: int, client_ids: Collection[str]) -> dict[str, Told]:
    """What became of deeds that came before. One statement, none for none."""
    if not client_ids:
        return {}
    rows = db.session().execute(
        sa.select(Deed.client_id, Deed.gathering_id, Deed.youth_id, Deed.refusal, Deed.flag).where(
            Deed.client_id.in_(client_ids)
        )
    )
    return {key: Told(where == gathering_id, who, refusal, flag) for key, where, who, refusal, flag in rows}


def meant(actor: Actor, gathering: Gathering, youth_ids: Collection[int], on: date) -> dict[int, int]:
    """Of the keys a phone names, those this actor may speak about, each with the record it lives on in.

    Reached youth, and whoever walked in and is shown by name. All others are as good as nobody: not in the answer.
    """
    merged = people.lives_on_in(youth_ids)
    wanted = {key: merged.get(key, key) for key in youth_ids}
    known = people.reachable(actor, P.REGISTER_TAKE, set(wanted.values()), on)
    if set(wanted.values()) - known:
        known |= queries.walked_in_to(actor, gathering, on)
    return {key: who for key, who in wanted.items() if who in known}
