"""Words of the attendance room."""

import enum
from dataclasses import dataclass
from datetime import date, datetime

from youthprog.core.clearance import NotCleared
from youthprog.core.collecting import Proof
from youthprog.core.refusals import N_, Refusal
from youthprog.programs.types import InBoth


class Mark(enum.StrEnum):
    """What a register says of one youth. No row means nobody said anything yet."""

    PRESENT = "present"
    LATE = "late"
    ABSENT = "absent"
    EXCUSED = "excused"
    LEFT_EARLY = "left_early"
    WALK_IN = "walk_in"


CAME = (Mark.PRESENT, Mark.LATE, Mark.LEFT_EARLY, Mark.WALK_IN)
TAPPED = (Mark.PRESENT, Mark.LATE, Mark.ABSENT, Mark.EXCUSED)

MARKS = {
    Mark.PRESENT: N_("Present"),
    Mark.LATE: N_("Late"),
    Mark.ABSENT: N_("Absent"),
    Mark.EXCUSED: N_("Excused"),
    Mark.LEFT_EARLY: N_("Left early"),
    Mark.WALK_IN: N_("Walked in"),
}


class DeedKind(enum.StrEnum):
    """What somebody says of a youth at a gathering: a mark of the roll, or that the youth came, left, or did not leave."""

    MARK = "mark"
    ARRIVE = "arrive"
    LEAVE = "leave"
    TAKE_BACK = "take_back"
    STOP = "stop"  # a release that was refused at the gate; tells what happened and changes nothing


class CollectedBy(enum.StrEnum):
    """With whom a youth left."""

    GUARDIAN = "guardian"
    LISTED = "listed"
    ALONE = "alone"


@dataclass(frozen=True)
class Collector:
    """Who came for a youth. `person_id` where the adult is on file; `id_seen` whether a photo ID was looked at.

    `proof` is what the photo ID says of somebody called like a barred adult. It is compared and not kept.
    """

    kind: CollectedBy | None
    name: str | None = None
    person_id: int | None = None
    id_seen: bool | None = None
    proof: Proof | None = None


@dataclass(frozen=True)
class Said:
    """A deed as it comes in, from a page, a phone, a kiosk, a scan or paper.

    `at` is when it happened, `clock_at` what the device's clock showed then. `saw` are the deeds in force the sayer saw.
    `name` is that of a walk-in as typed without a network.
    """

    client_id: str
    youth_id: int | None
    kind: DeedKind
    at: datetime
    mark: Mark | None = None
    saw: tuple[str, ...] = ()
    undoes: str | None = None
    to: Collector | None = None
    code: str | None = None
    name: str | None = None
    clock_at: datetime | None = None
    device: str | None = None


class Fate(enum.StrEnum):
    """What became of a deed that came in."""

    KEPT = "kept"
    KNOWN = "known"  # it came before; nothing changed
    REFUSED = "refused"  # kept, but it does not count


@dataclass(frozen=True)
class Outcome:
    """What became of one deed, and why when it does not count. `flag` asks somebody to look at it."""

    client_id: str
    youth_id: int | None
    fate: Fate
    refusal: Refusal | None = None
    flag: str | None = None


@dataclass(frozen=True)
class DeedFacts:
    """A deed as the ledger sees it. `counts` is False when it was refused."""

    client_id: str
    kind: DeedKind
    at: datetime
    mark: Mark | None = None
    saw: tuple[str, ...] = ()
    undoes: str | None = None
    counts: bool = True


@dataclass(frozen=True)
class State:
    """What holds for a youth at a gathering. `heads` are the deeds nobody has seen and answered yet, latest first."""

    mark: Mark | None = None
    said: str | None = None
    disputed: bool = False
    in_at: datetime | None = None
    out_at: datetime | None = None
    minutes: int | None = None
    heads: tuple[str, ...] = ()

    @property
    def on_site(self) -> bool:
        """Whether the youth arrived and has not left."""
        return self.in_at is not None and self.out_at is None


@dataclass(frozen=True)
class Holding:
    """What holds for a youth at a gathering after something was said, and how often that changed."""

    state: State
    version: int


@dataclass(frozen=True)
class Heard:
    """What became of deeds, in their order, and what holds now for each youth of whom one counted."""

    outcomes: list[Outcome]
    holds: dict[int, Holding]


@dataclass(frozen=True)
class Kept:
    """The mark in force and how often it was changed; version 0 means nobody ever marked this youth.

    `disputed` when two people said different things without having seen each other.
    """

    mark: Mark | None = None
    version: int = 0
    disputed: bool = False

    @property
    def shown(self) -> Mark | None:
        """What a page shows as chosen: nothing while it is disputed, so that somebody says which it is."""
        return None if self.disputed else self.mark


NOTHING = Kept()


@dataclass(frozen=True)
class Merge:
    """What saving a register would do: marks to change, and youth somebody else marked meanwhile."""

    changes: dict[int, Mark | None]
    clashes: tuple[int, ...]


@dataclass(frozen=True)
class Saved:
    """What saving a register did."""

    changed: int
    counts: dict[Mark, int]


@dataclass(frozen=True)
class OtherWord:
    """What somebody said of a youth whose mark is disputed."""

    mark: Mark
    by: str | None
    at: datetime


@dataclass(frozen=True)
class RollLine:
    """One youth on a register, with what this reader may know."""

    youth_id: int
    name: str
    jersey: str | None
    kept: Kept
    marked_by: str | None
    marked_at: datetime | None
    reasons: tuple[NotCleared, ...]
    alert: str | None
    contact: str | None
    phone: str | None
    walked_in: bool = False
    device: str | None = None
    words: tuple[OtherWord, ...] = ()
    first_name: str = ""

    @property
    def is_cleared(self) -> bool:
        """Whether nobody objects to the youth taking part."""
        return not self.reasons


@dataclass(frozen=True)
class Roll:
    """The register of a gathering as one reader sees it."""

    lines: tuple[RollLine, ...]
    taken_at: datetime | None
    saved_at: datetime | None
    saved_by_id: int | None
    saved_by: str | None
    save_id: str | None = None  # none: what was said last was no save, so there is none to take back

    @property
    def kept(self) -> dict[int, Kept]:
        """The marks in force by youth."""
        return {line.youth_id: line.kept for line in self.lines}

    @property
    def shows_health(self) -> bool:
        """Whether a medical alert stands on the page."""
        return any(line.alert for line in self.lines)


@dataclass(frozen=True)
class HeldLine:
    """A gathering in a strip of the last ones, with the day it fell on."""

    gathering_id: int
    title: str
    on: date
    starts_at: datetime
    is_taken: bool


@dataclass(frozen=True)
class LeaderTold:
    """Who was written to about a register that is missing: when the mail left, if it did, and whether it came to nothing."""

    name: str
    sent_at: datetime | None
    failed: bool


@dataclass(frozen=True)
class MissingRegister:
    """A gathering that ended more than a day ago and has no register. One of a whole season has no group."""

    gathering_id: int
    title: str
    starts_at: datetime
    days_ago: int
    group_id: int | None
    group: str | None
    program: InBoth
    where: str | None
    leaders: tuple[str, ...]
    told: tuple[LeaderTold, ...] = ()

    @property
    def leader(self) -> str | None:
        """Whom to ask first."""
        return next(iter(self.leaders), None)


@dataclass(frozen=True)
class WeekRate:
    """How many of the enrolled came in a week that begins on a Monday. `came` and `expected` count per gathering."""

    starts_on: date
    held: int
    taken: int
    came: int
    expected: int

    @property
    def value(self) -> int | None:
        """Of 100 expected, how many came; None when no register was taken."""
        return round(100 * self.came / self.expected) if self.expected else None

    @property
    def incomplete(self) -> bool:
        """Whether a register of the week is missing."""
        return self.taken < self.held


@dataclass(frozen=True)
class HistoryLine:
    """One gathering in a youth's history. `mark` is None when the register was not taken or the youth not marked."""

    gathering_id: int
    title: str
    group: str | None
    starts_at: datetime
    mark: Mark | None


@dataclass(frozen=True)
class ToldLine:
    """A deed as a page tells it: who said what, when it happened and when it reached us, from which device."""

    client_id: str
    kind: DeedKind
    mark: Mark | None
    at: datetime
    received_at: datetime
    by: str | None
    device: str | None
    to_kind: CollectedBy | None
    to_name: str | None
    id_seen: bool | None
    refusal: str | None
    flag: str | None
    taken_back: bool
    in_force: bool
    compared: bool = False  # the photo ID, with the record: somebody who may not collect has a like name


@dataclass(frozen=True)
class TypedName:
    """The name of a walk-in that was typed without a network and means nobody for sure: somebody says who it is."""

    client_id: str
    name: str
    at: datetime
    by: str | None
    device: str | None


@dataclass(frozen=True)
class WalkInLine:
    """Somebody of the season who may have walked in. `told` tells two of one name apart."""

    youth_id: int
    name: str
    told: str | None
