"""Somebody stands at the door: an arrival by card, by name, or on a tablet. All of it goes through `deeds`."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from youthprog.attendance import card_queries, cards, deeds
from youthprog.attendance.card_rules import LONGEST_TEXT, mark_of
from youthprog.attendance.rules import NOT_CLEARED, UNDO_WITHIN
from youthprog.attendance.types import DeedKind, Said
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, NotFound, Refusal, refuse_if
from youthprog.programs.models import Gathering


@dataclass(frozen=True)
class Arrival:
    """What became of somebody at the door. `since` is when a youth who is here already came."""

    youth_id: int | None
    at: datetime
    refusal: Refusal | None = None
    since: datetime | None = None
    only_watches: bool = False

    @property
    def is_here(self) -> bool:
        """Whether the youth is here now, taking part or watching."""
        return self.refusal is None


def arrive(
    gathering: Gathering,
    youth_id: int,
    *,
    by: Actor,
    now: datetime,
    device: str,
    code: str | None = None,
    client_id: str | None = None,
) -> Arrival:
    """Say that a youth arrived. Who is here already is no error and no second deed; who is not cleared only watches.

    `client_id` is the deed's, where the device made one: it keeps the deed until it hears an answer, and says it again.
    """
    deeds.lock(gathering)
    since = card_queries.in_since(gathering.id, youth_id)
    if since is not None:
        return Arrival(youth_id, now, since=since)
    members, _enrolled = card_queries.belonging(gathering, [youth_id])
    said = Said(
        client_id=client_id or str(uuid.uuid4()),
        youth_id=youth_id,
        kind=DeedKind.ARRIVE,
        at=now,
        mark=mark_of(now, gathering.starts_at, belongs=youth_id in members),
        saw=deeds.heads_of(gathering.id, [youth_id]).get(youth_id, ()),
        code=code and code[:LONGEST_TEXT],
        device=device,
    )
    (outcome,) = deeds.say(gathering, [said], by=by, now=now)
    watches = outcome.refusal is not None and outcome.refusal.code == NOT_CLEARED
    return Arrival(youth_id, now, None if watches else outcome.refusal, only_watches=watches)


def arrive_by_code(
    gathering: Gathering, text: str, *, by: Actor, now: datetime, device: str, client_id: str | None = None
) -> Arrival:
    """Say that whoever holds a card arrived. A code that means nobody here is kept with its reason: nothing is lost."""
    found = cards.resolve(text, gathering, by=by)
    if not isinstance(found, Refusal):
        return arrive(gathering, found, by=by, now=now, device=device, code=text, client_id=client_id)
    said = Said(
        client_id=client_id or str(uuid.uuid4()),
        youth_id=None,
        kind=DeedKind.ARRIVE,
        at=now,
        code=text[:LONGEST_TEXT],
        device=device,
    )
    deeds.say(gathering, [said], by=by, now=now, unread={said.client_id: found})
    return Arrival(None, now, found)


def take_back(gathering: Gathering, client_id: str, *, by: Actor, now: datetime, device: str) -> int:
    """Void one's own arrival of the last quarter of an hour; what was said before it holds again. Returns the youth.

    Raises `Refused`, and `NotFound` for an arrival of another gathering or another sayer.
    """
    deeds.lock(gathering)
    deed = card_queries.find_deed(gathering.id, client_id)
    if deed is None or deed.by_id != by.person_id or deed.kind is not DeedKind.ARRIVE or deed.youth_id is None:
        raise NotFound
    last = card_queries.last_arrival(gathering.id, deed.youth_id)
    reason = N_("That was a while ago. Change single marks instead.")
    too_late = now - deed.received_at > UNDO_WITHIN or last is None or last.client_id != client_id
    refuse_if([Refusal("too_late", reason)] if too_late else [])
    said = Said(str(uuid.uuid4()), deed.youth_id, DeedKind.TAKE_BACK, now, undoes=client_id, device=device)
    deeds.say(gathering, [said], by=by, now=now)
    return deed.youth_id
