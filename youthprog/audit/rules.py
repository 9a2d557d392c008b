"""How a line is hashed and how a chain is judged. Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from youthprog.core import compact

GENESIS = "0" * 64
canonical = compact.writer(sort_keys=True)


class Line(NamedTuple):
    """The values of one audit line, as they are hashed."""

    number: int
    at: datetime
    action: str
    actor_kind: str
    actor_account_id: int | None
    actor_person_id: int | None
    actor_name: str
    subject_kind: str
    subject_id: int | None
    detail: Mapping[str, Any]
    request_id: str
    ip: str
    previous: str
    hash: str = ""


def hash_of(line: Line) -> str:
    """SHA-256 over the canonical JSON of everything in the line but its own hash."""
    values = {
        "number": line.number,
        "at": line.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "action": line.action,
        "actor": [line.actor_kind, line.actor_account_id, line.actor_person_id, line.actor_name],
        "subject": [line.subject_kind, line.subject_id],
        "detail": line.detail,
        "request": line.request_id,
        "ip": line.ip,
        "previous": line.previous,
    }
    return hashlib.sha256(canonical(values).encode()).hexdigest()


@dataclass(frozen=True)
class Verdict:
    """Whether a chain is whole; if not, the first bad line and what is wrong with it."""

    lines: int
    head: str
    bad_number: int | None = None
    reason: str = ""

    @property
    def whole(self) -> bool:
        """No line is bad."""
        return self.bad_number is None


def judge(lines: Iterable[Line], anchors: Mapping[int, str] | None = None) -> Verdict:
    """Walk the chain from its beginning.

    `anchors` are (number, hash) pairs kept outside the database; they reveal a cut tail and a full rewrite.
    """
    anchors = anchors or {}
    expected, previous = 1, GENESIS
    for line in lines:
        reason = _fault(line, expected, previous, anchors)
        if reason:
            return Verdict(expected - 1, previous, expected, reason)
        expected, previous = expected + 1, line.hash
    missing = [number for number in anchors if number >= expected]
    if missing:
        return Verdict(expected - 1, previous, expected, "the end of the chain is missing")
    return Verdict(expected - 1, previous)


def _fault(line: Line, expected: int, previous: str, anchors: Mapping[int, str]) -> str:
    if line.number != expected:
        return "a line is missing or out of order"
    if line.previous != previous:
        return "the line does not follow the one before it"
    if hash_of(line) != line.hash:
        return "the line was changed"
    if anchors.get(line.number, line.hash) != line.hash:
        return "the line differs from the anchor kept outside"
    return ""
