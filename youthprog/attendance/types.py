"""Words of the attendance room."""

import enum
from dataclasses import dataclass
from datetime import date, datetime

from youthprog.core.clearance import NotCleared
from youthprog.core.refusals import N_


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


@dataclass(frozen=True)
class Kept:
    """The mark in force and how often it was changed; version 0 means nobody ever marked this youth."""

    mark: Mark | None = None
    version: int = 0


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
class MissingRegister:
    """A gathering that ended more than a day ago and has no register."""

    gathering_id: int
    title: str
    starts_at: datetime
    days_ago: int
    group_id: int
    group: str
    leaders: tuple[str, ...]

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
