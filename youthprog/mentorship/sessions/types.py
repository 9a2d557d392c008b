"""Words of sessions."""

import enum
from dataclasses import dataclass
from datetime import date, datetime

from youthprog.attendance.types import CAME, Mark
from youthprog.core.refusals import N_
from youthprog.mentorship.types import DutyStatus


class Activity(enum.StrEnum):
    """What was done together."""

    HOMEWORK = "homework"
    SPORT = "sport"
    TALKED = "talked"
    MEAL = "meal"
    TRIP = "trip"
    JOB_SKILLS = "job_skills"
    READING = "reading"


ACTIVITIES = {
    Activity.HOMEWORK: N_("Homework"),
    Activity.SPORT: N_("Sport"),
    Activity.TALKED: N_("Talked"),
    Activity.MEAL: N_("Shared a meal"),
    Activity.TRIP: N_("Visit or trip"),
    Activity.JOB_SKILLS: N_("Job skills"),
    Activity.READING: N_("Reading"),
}


@dataclass(frozen=True)
class Attended:
    """What a session's register says of one youth; the name is None when the reader may not know it."""

    youth_id: int
    name: str | None
    mark: Mark

    @property
    def came(self) -> bool:
        """Whether the youth was there."""
        return self.mark in CAME


@dataclass(frozen=True)
class SessionLine:
    """A logged session."""

    session_id: int
    gathering_id: int
    held_on: date
    starts_at: datetime
    ends_at: datetime
    minutes: int
    place: str | None
    duty: DutyStatus
    activities: tuple[Activity, ...]
    note: str | None
    logged_by: str | None
    attended: tuple[Attended, ...]

    @property
    def came(self) -> int:
        """How many came."""
        return sum(each.came for each in self.attended)


@dataclass(frozen=True)
class Expected:
    """The session a mentor most likely wants to log: the log is its confirmation."""

    starts_at: datetime
    minutes: int
    place: str | None
    duty: DutyStatus | None
