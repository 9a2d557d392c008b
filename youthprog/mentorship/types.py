"""Words of the mentorship room."""

import enum
from dataclasses import dataclass
from datetime import date, datetime

from youthprog.core.clearance import NotCleared
from youthprog.core.refusals import N_


class MatchStatus(enum.StrEnum):
    """Where a match stands."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    PAUSED = "paused"
    CLOSED = "closed"


class DutyStatus(enum.StrEnum):
    """In what time a session was held; hours ledgers and in-kind reports need it."""

    ON_DUTY = "on_duty"
    OVERTIME = "overtime"
    OFF_DUTY = "off_duty"
    CIVILIAN = "civilian"


STATUSES = {
    MatchStatus.PROPOSED: N_("Proposed"),
    MatchStatus.ACTIVE: N_("Active"),
    MatchStatus.PAUSED: N_("Paused"),
    MatchStatus.CLOSED: N_("Closed"),
}

DUTIES = {
    DutyStatus.ON_DUTY: N_("On duty"),
    DutyStatus.OVERTIME: N_("Overtime"),
    DutyStatus.OFF_DUTY: N_("Off duty"),
    DutyStatus.CIVILIAN: N_("Civilian"),
}

# How often a match meets, in days between sessions.
PLANS = {7: N_("Every week"), 14: N_("Every two weeks"), 28: N_("Every four weeks")}


@dataclass(frozen=True)
class MatchLine:
    """A match as lists and Today show it. Names the reader may not know are left out."""

    match_id: int
    group_id: int
    name: str
    folded_name: str
    status: MatchStatus
    every_days: int
    mentors: tuple[str, ...]
    youth: tuple[str, ...]
    last_on: date | None
    next_on: date | None
    overdue_days: int

    @property
    def is_overdue(self) -> bool:
        """Whether the next session should have been."""
        return self.overdue_days > 0


@dataclass(frozen=True)
class YouthLine:
    """A youth of a match, with what this reader may know."""

    youth_id: int
    name: str
    first_name: str
    age: int | None
    alert: str | None
    contact: str | None
    phone: str | None
    reasons: tuple[NotCleared, ...] = ()


@dataclass(frozen=True)
class MentorLine:
    """An adult who can be proposed as mentor, and how many young people are in this adult's care already."""

    person_id: int
    name: str
    load: int


@dataclass(frozen=True)
class Candidate:
    """A youth of a season who has no mentor yet, and since when."""

    youth_id: int
    name: str
    age: int | None
    since: datetime
