"""What a phone keeps of one register, and what it is told of youth it speaks about. Constant in statements."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from youthprog.attendance import deeds, queries, sayings
from youthprog.attendance.card_queries import KnownCard, door_list, every_card, live_cards
from youthprog.attendance.collecting import leaving_alone
from youthprog.attendance.models import Deed
from youthprog.attendance.types import Holding, Mark, Roll
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.clearance import NotCleared, barred_at, not_cleared
from youthprog.core.collecting import Collecting, who_may_collect
from youthprog.core.permissions import P
from youthprog.core.prepared import as_list
from youthprog.people import queries as people
from youthprog.programs import queries as programs
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
class Leaving:
    """With whom youth may leave on a day and the days after it, until another one follows.

    `collecting` is who may take each youth home (with phones only where contacts may be read) and, for comparing alone,
    who may not; `alone` who may leave alone.
    """

    begins_at: datetime
    collecting: dict[int, Collecting]
    alone: frozenset[int]

    def of(self, youth_id: int) -> tuple[Collecting, bool]:
        """What holds for one youth."""
        return self.collecting[youth_id], youth_id in self.alone


@dataclass(frozen=True)
class Snapshot:
    """A register as one reader may keep it on a phone, until `until`.

    `leaving` says with whom its youth may leave, for each day on which the phone may still use it, this one first;
    `codes` are those of the live cards.
    """

    roll: Roll
    standing: dict[int, Standing]
    leaving: list[Leaving]
    codes: dict[int, str]
    until: datetime


def snapshot_of(actor: Actor, gathering: Gathering, now: datetime, hours: int) -> Snapshot:
    """A gathering's register with what holds for each youth, for a phone that may use it so many hours. A constant number
    of statements for each day they touch."""
    on = clock.day_of(now)
    roll = queries.roll_of(actor, P.REGISTER_TAKE, gathering, on)
    youth_ids = [line.youth_id for line in roll.lines]
    until = _kept_until(actor, gathering, youth_ids, now, now + timedelta(hours=hours))
    shown = people.reachable(actor, P.CONTACT_READ, youth_ids, on)
    return Snapshot(
        roll=roll,
        standing=standing_of(gathering.id, youth_ids),
        leaving=[_leaving_on(gathering, youth_ids, shown, day) for day in _days(now, until)],
        codes={who: card.code for who, card in live_cards(youth_ids).items()},
        until=until,
    )


def _leaving_on(gathering: Gathering, youth_ids: Collection[int], shown: Collection[int], on: date) -> Leaving:
    known = who_may_collect(youth_ids, on)
    for hidden in known.keys() - set(shown):
        known[hidden] = replace(
            known[hidden], allowed=tuple(replace(each, phone=None) for each in known[hidden].allowed)
        )
    return Leaving(clock.midnight(on), known, frozenset(leaving_alone(gathering.season_id, youth_ids, on)))


def _kept_until(
    actor: Actor, gathering: Gathering, youth_ids: Collection[int], now: datetime, latest: datetime
) -> datetime:
    """How long a phone may keep a register: not into a day on which its holder may not open it any more, or a court lets
    them know nothing of one of its youth. Two statements a day that follows."""
    for day in _days(now, latest)[1:]:
        reached = programs.is_gathering_within(actor, P.REGISTER_TAKE, gathering.id, day)
        if not reached or not set(people.youth_kept_from(actor.person_id, day)).isdisjoint(youth_ids):
            return clock.midnight(day)
    return latest


def _days(first: datetime, last: datetime) -> list[date]:
    """The department's days from one instant to another, both included."""
    on, until = clock.day_of(first), clock.day_of(last)
    return [on + timedelta(days=each) for each in range((until - on).days + 1)]


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
