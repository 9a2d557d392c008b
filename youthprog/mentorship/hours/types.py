"""Words and plain values of the hours ledger."""

from dataclasses import dataclass
from datetime import date, datetime

from youthprog.mentorship.types import DutyStatus


@dataclass(frozen=True)
class Worked:
    """A session as the ledger reads it, for one who led it: whose time it was, when it began, how many minutes, on what duty."""

    session_id: int
    program_id: int
    person_id: int | None
    name: str
    starts_at: datetime
    minutes: int
    duty: DutyStatus
    is_said: bool = True  # by the mentor whose time it is


@dataclass(frozen=True)
class Entry:
    """Minutes of one session on one day. `booked_on` is the day of an amendment; None is the session itself.

    The minutes of an amendment may be below zero: they take back what was written before.
    """

    session_id: int
    person_id: int | None
    name: str
    held_on: date
    duty: DutyStatus
    minutes: int
    booked_on: date | None = None

    @property
    def month(self) -> date:
        """The first day of the month in which the entry stands."""
        return (self.booked_on or self.held_on).replace(day=1)


@dataclass(frozen=True)
class HourRate:
    """What an hour of a duty is worth as in-kind, in cents, and whether it counts at all; who says so, since when."""

    counts: bool
    cents: int | None = None
    source: str = ""
    said_on: date | None = None


@dataclass(frozen=True)
class PersonHours:
    """A person's minutes of a month by duty."""

    person_id: int | None
    name: str
    minutes: dict[DutyStatus, int]

    @property
    def total(self) -> int:
        """All minutes."""
        return sum(self.minutes.values())


@dataclass(frozen=True)
class Lock:
    """That a month is locked: by whom, when, with which rates, and the fingerprint of its printed lines."""

    first_on: date
    locked_at: datetime
    by: str
    rates: dict[str, object]
    fingerprint: str
