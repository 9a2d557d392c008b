"""Reading the deeds that a device sends as JSON (docs/sync.md). Each field is checked; one bad deed spoils no other."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from youthprog.attendance.types import CollectedBy, Collector, DeedKind, Mark, Said
from youthprog.core.collecting import BIRTH_DATE, HOUSE, Proof, house_number
from youthprog.core.db import BIGGEST_ID
from youthprog.core.text import storable

MOST_DEEDS = 500
MOST_BYTES = 200_000
MOST_SEEN = 40
LONGEST_DEVICE = 80
LONGEST_CODE = 200
LONGEST_NAME = 160
LONGEST_PROOF = 40
OWN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
ANY_ID = re.compile(r"[A-Za-z0-9-]{1,36}")  # what was said before phones has ids of ours
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
ARRIVING = (Mark.PRESENT, Mark.LATE, Mark.WALK_IN)
KINDS = {kind.value: kind for kind in DeedKind}
MARKS = {mark.value: mark for mark in Mark}
COLLECTED = {kind.value: kind for kind in CollectedBy}


_read = json.JSONDecoder().decode


class Malformed(Exception):
    """A message, or one deed in it, that follows no rule of the protocol."""


class TooMuch(Malformed):
    """More deeds than one message may carry."""


@dataclass(frozen=True)
class Message:
    """What a device sent: its deeds in their order, each read or (`None`) malformed, with the id it was sent under."""

    deeds: tuple[tuple[str | None, Said | None], ...]
    save_id: str | None


def read_message(body: bytes) -> Message:
    """Read a message. Raises `Malformed` when it is none, `TooMuch` when it is longer or carries more than one may."""
    if len(body) > MOST_BYTES:
        raise TooMuch
    try:
        sent = _read(body.decode())
    except (ValueError, RecursionError):
        raise Malformed from None
    if not isinstance(sent, dict) or not isinstance(sent.get("deeds"), list):
        raise Malformed
    if len(sent["deeds"]) > MOST_DEEDS:
        raise TooMuch
    device = _text(sent.get("device"), LONGEST_DEVICE)
    save_id = _id(sent["save"], OWN_ID) if sent.get("save") is not None else None
    return Message(tuple(_read_one(each, device) for each in sent["deeds"]), save_id)


def _read_one(sent: Any, device: str | None) -> tuple[str | None, Said | None]:
    named = sent.get("id") if isinstance(sent, dict) else None
    shown = named if isinstance(named, str) and ANY_ID.fullmatch(named) else None
    try:
        return shown, read_deed(sent, device)
    except Malformed:
        return shown, None


def read_deed(sent: Any, device: str | None) -> Said:
    """One deed. Raises `Malformed`."""
    if not isinstance(sent, dict):
        raise Malformed
    kind = KINDS.get(_string(sent.get("kind")))
    if kind is None:
        raise Malformed
    said_at, clock_at = sent.get("at"), sent.get("clock")
    at = _moment(said_at)
    if not EARLIEST <= at <= LATEST:
        raise Malformed
    clock = None
    if clock_at is not None:
        clock = at if clock_at == said_at else min(max(_moment(clock_at), EARLIEST), LATEST)
    undoes = _id(sent["undoes"], ANY_ID) if sent.get("undoes") is not None else None
    if (undoes is not None) != (kind is DeedKind.TAKE_BACK):
        raise Malformed
    mark = _mark(sent.get("mark"), kind)
    youth_id, code, name = _about(sent, kind, mark)
    return Said(
        client_id=_id(sent.get("id"), OWN_ID),
        youth_id=youth_id,
        kind=kind,
        at=at,
        mark=mark,
        saw=_saw(sent.get("saw")),
        undoes=undoes,
        to=_collector(sent.get("to"), kind),
        code=code,
        name=name,
        clock_at=clock,
        device=device,
    )


def _about(sent: Mapping[str, Any], kind: DeedKind, mark: Mark | None) -> tuple[int | None, str | None, str | None]:
    """Whom a deed is about: a youth by key, whoever a scanned code means, or a walk-in by the name as typed."""
    youth, code = sent.get("youth"), _text(sent.get("code"), LONGEST_CODE)
    if youth is None and code and kind in (DeedKind.ARRIVE, DeedKind.LEAVE):
        return None, code, None
    if youth is None and kind is DeedKind.MARK and mark is Mark.WALK_IN:
        name = _text(sent.get("name"), LONGEST_NAME)
        if name:
            return None, None, name
    if type(youth) is not int or not 0 < youth <= BIGGEST_ID:
        raise Malformed
    return youth, code, None


def _mark(value: Any, kind: DeedKind) -> Mark | None:
    mark = MARKS.get(_string(value)) if value is not None else None
    if mark is None and value is not None:
        raise Malformed
    if kind is DeedKind.MARK and mark is None:
        raise Malformed
    if kind is DeedKind.ARRIVE and mark not in (None, *ARRIVING):
        raise Malformed
    if kind not in (DeedKind.MARK, DeedKind.ARRIVE) and mark is not None:
        raise Malformed
    return mark


def _saw(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MOST_SEEN:
        raise Malformed
    return tuple(_id(each, ANY_ID) for each in value)


def _collector(value: Any, kind: DeedKind) -> Collector | None:
    """Who came for a youth. Whether this person may is not a question of form."""
    if value is None:
        return None
    if not isinstance(value, Mapping) or kind not in (DeedKind.LEAVE, DeedKind.STOP):
        raise Malformed
    how, person, seen = value.get("kind"), value.get("person"), value.get("id_seen")
    if how is not None and _string(how) not in COLLECTED:
        raise Malformed
    if person is not None and (type(person) is not int or not 0 < person <= BIGGEST_ID):
        raise Malformed
    if seen is not None and type(seen) is not bool:
        raise Malformed
    name = _text(value.get("name"), LONGEST_NAME)
    return Collector(COLLECTED[how] if how is not None else None, name, person, seen, _proof(value.get("check")))


def _proof(value: Any) -> Proof | None:
    """What a photo ID says of somebody who is called like an adult who may not collect."""
    if value is None:
        return None
    if not isinstance(value, Mapping) or len(value) != 1 or not value.keys() <= {BIRTH_DATE, HOUSE}:
        raise Malformed
    ((kind, said),) = value.items()
    text = _text(said, LONGEST_PROOF) or ""  # what cannot be a date proves nothing, and the stop is kept
    return Proof(kind, (house_number(text) or "") if kind == HOUSE else text)


def _moment(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(_string(value))
        if moment.tzinfo is None:
            raise Malformed
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Malformed from None


def _id(value: Any, shape: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise Malformed
    return value


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise Malformed
    return value


def _text(value: Any, longest: int) -> str | None:
    """A text as it can be kept; nothing when there is none."""
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > longest or not storable(value):
        raise Malformed
    return value.strip() or None
