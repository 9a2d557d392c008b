"""What a phone keeps of one register, and what it is told of youth it speaks about. Constant in statements."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from youthprog.attendance import deeds, queries, sayings
from youthprog.attendance.card_queries import KnownCard, door_list, every_card, live_cards
from youthprog.attendance.collecting import collecting_at, leaving_alone
from youthprog.attendance.models import Deed
from youthprog.attendance.types import Holding, Mark, Roll
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.clearance import NotCleared, barred_at, not_cleared
from youthprog.core.collecting import Collecting
from youthprog.core.permissions import P
from youthprog.core.prepared import as_list
from youthprog.people import queries as people
from youthprog.programs.models import Gathering
from youthprog.programs.types import Occasion


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


@dataclass(frozen=True)
class Door:
    """What a phone keeps to check in at the door of a gathering without a network.

    `names` are the youth on the door's list; `reasons` why some of them may only watch. `cards` are all the department's,
    but for children whom custody keeps from the actor: to this adult their cards are foreign. `watching` are the youth
    of cards who may only watch.
    """

    names: dict[int, str]
    reasons: dict[int, list[NotCleared]]
    cards: list[KnownCard]
    watching: frozenset[int]


def door_of(actor: Actor, gathering: Gathering, on: date) -> Door:
    """Who may come to the door of a gathering, by name or by card. A constant number of statements."""
    names = {line.youth_id: line.name for line in door_list(actor, gathering, on)}
    kept_from = set(people.youth_kept_from(actor.person_id, on))
    cards = [each for each in every_card(gathering) if each.youth_id not in kept_from]
    coming = {each.youth_id for each in cards if each.is_member or each.is_enrolled} | names.keys()
    day = clock.day_of(gathering.starts_at)
    watching = barred_at(sorted(coming), gathering.season_id, day, gathering.id) if coming else set()
    reasons = not_cleared(sorted(watching & names.keys()), gathering.season_id, day, gathering_id=gathering.id)
    return Door(names, reasons, cards, frozenset(watching))


def standing_after(gathering_id: int, youth_ids: Collection[int], holds: Mapping[int, Holding]) -> dict[int, Standing]:
    """What holds for youth after something was said: what was told of it, and of the others what stands. No statement
    where something of all of them counted."""
    others = [youth_id for youth_id in youth_ids if youth_id not in holds]
    found = standing_of(gathering_id, others)
    for youth_id, each in holds.items():
        state = each.state
        found[youth_id] = Standing(state.mark, each.version, state.disputed, state.in_at, state.out_at, state.heads)
    return found


def standing_for(actor: Actor, gathering: Gathering, on: date) -> dict[int, Standing]:
    """What holds now for the youth of a register that this actor sees. A constant number of statements."""
    members = [line.youth_id for line in queries.members_at(gathering)]
    seen = people.reachable(actor, P.REGISTER_TAKE, members, on) | queries.walked_in_to(actor, gathering, on)
    return standing_of(gathering.id, seen)


def standing_of(gathering_id: int, youth_ids: Collection[int]) -> dict[int, Standing]:
    """What holds for youth at a gathering; those nobody spoke about are left out. Three statements."""
    if not youth_ids:
        return {}
    rows = sayings.MARKS.rows(gathering_id=gathering_id, youth=as_list(youth_ids))
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


def meant_by(actor: Actor, gathering: Occasion, asked: Sequence[Any], on: date) -> dict[int, int]:
    """Of the keys that deeds name, those this actor may speak about, each with the record it lives on in.

    Reached youth, as `sayings.ask` told, and whoever walked in and is shown by name. All others are as good as nobody: not
    in the answer.
    """
    meant = {row.who: row.living for row in asked if row.living is not None}
    others = {row.who for row in asked if row.who is not None} - meant.keys()
    return meant | _walked_in(actor, gathering, others, on) if others else meant


def _walked_in(actor: Actor, gathering: Occasion, youth_ids: Collection[int], on: date) -> dict[int, int]:
    """Of the keys, those of youth who walked in and are shown by name, each with the record it lives on in."""
    merged = people.lives_on_in(youth_ids)
    shown = queries.walked_in_to(actor, gathering, on)
    return {key: merged.get(key, key) for key in youth_ids if merged.get(key, key) in shown}
