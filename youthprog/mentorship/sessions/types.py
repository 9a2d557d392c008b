"""Words of sessions."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from youthprog.attendance.types import CAME, Mark
from youthprog.core.refusals import N_
from youthprog.mentorship.types import DUTIES, DutyStatus


class Activity(enum.StrEnum):
    """What was done together."""

    HOMEWORK = "homework"
    SPORT = "sport"
    TALKED = "talked"
    MEAL = "meal"
    TRIP = "trip"
    JOB_SKILLS = "job_skills"
    READING = "reading"


class Mode(enum.StrEnum):
    """How people met."""

    IN_PERSON = "in_person"
    VIDEO = "video"
    VOICE = "voice"
    TEXT = "text"


class Mood(enum.StrEnum):
    """How it was, as the mentor saw it."""

    GOOD = "good"
    MIXED = "mixed"
    HARD = "hard"


class NotHeld(enum.StrEnum):
    """Because of whom an expected session did not take place."""

    YOUTH = "youth"
    FAMILY = "family"
    MENTOR = "mentor"
    PROGRAM = "program"


class Flag(enum.StrEnum):
    """What somebody should look at in a log; the log counts all the same."""

    ALONE = "alone"
    TRANSPORT = "transport"
    OVERLAP = "overlap"
    SHORT = "short"
    LONG = "long"
    NIGHT = "night"


ACTIVITIES = {
    Activity.HOMEWORK: N_("Homework"),
    Activity.SPORT: N_("Sport"),
    Activity.TALKED: N_("Talked"),
    Activity.MEAL: N_("Shared a meal"),
    Activity.TRIP: N_("Visit or trip"),
    Activity.JOB_SKILLS: N_("Job skills"),
    Activity.READING: N_("Reading"),
}

MODES = {
    Mode.IN_PERSON: N_("In person"),
    Mode.VIDEO: N_("Video"),
    Mode.VOICE: N_("Phone call"),
    Mode.TEXT: N_("Messages"),
}

MOODS = {Mood.GOOD: N_("Good"), Mood.MIXED: N_("So-so"), Mood.HARD: N_("Hard")}

NOT_HELD = {
    NotHeld.YOUTH: N_("The young person could not come"),
    NotHeld.FAMILY: N_("The family canceled"),
    NotHeld.MENTOR: N_("The mentor canceled"),
    NotHeld.PROGRAM: N_("The program called it off"),
}

FLAGS = {
    Flag.ALONE: N_("One adult and one young person, where nobody could see them"),
    Flag.TRANSPORT: N_("A ride without the family's consent for rides"),
    Flag.OVERLAP: N_("At the same time as another session of this mentor"),
    Flag.SHORT: N_("Very short"),
    Flag.LONG: N_("Very long"),
    Flag.NIGHT: N_("In the night"),
}

# What an amendment changed, as people call it.
FIELDS = {
    "held_on": N_("day"),
    "starts_at": N_("time"),
    "minutes": N_("minutes"),
    "marks": N_("who came"),
    "duty": N_("your time"),
    "activities": N_("what was done"),
    "note": N_("the sentence"),
    "place": N_("place"),
    "mode": N_("how people met"),
    "observable": N_("who could see"),
    "transport": N_("rides"),
    "mood": N_("how it was"),
    "goal": N_("goal"),
    "mentor_ids": N_("who led it"),
    "duties": N_("the time of the others who led it"),
    "adults": N_("how many adults"),
    "reason": N_("the reason"),
}

WORDS = {
    "activities": ACTIVITIES,
    "duties": DUTIES,
    "modes": MODES,
    "moods": MOODS,
    "flags": FLAGS,
    "not_held": NOT_HELD,
    "fields": FIELDS,
}

NEEDS_REASON = (Flag.ALONE, Flag.TRANSPORT)
SHOWN_TO_COORDINATOR = (*NEEDS_REASON, Flag.OVERLAP)


@dataclass(frozen=True)
class Entry:
    """A session as somebody tells of it. `mentor_ids` led it, `adults` were there in all; `observable` is None unless in person.

    With `not_held` it tells that the session did not take place, and what else it says is not kept.
    """

    client_id: str
    starts_at: datetime
    minutes: int
    marks: Mapping[int, Mark]
    duty: DutyStatus
    activities: tuple[Activity, ...] = ()
    note: str = ""
    place: str | None = None
    mode: Mode = Mode.IN_PERSON
    observable: bool | None = None
    transport: bool = False
    mood: Mood | None = None
    goal: str | None = None
    reason: str | None = None
    mentor_ids: tuple[int, ...] = ()
    adults: int = 1
    not_held: NotHeld | None = None
    duties: Mapping[int, DutyStatus] = field(default_factory=dict)  # of others who led it, as whoever logs it knows


class LedTime(NamedTuple):
    """The time one mentor gave to a session: whose, on what duty, how long, and whether this mentor said so."""

    person_id: int | None
    duty: DutyStatus
    minutes: int
    is_said: bool
    name: str = ""


class OwnTime(NamedTuple):
    """A session one led and somebody else logged, to be confirmed or corrected in one's own time."""

    session_id: int
    starts_at: datetime
    minutes: int
    logged_by: str | None
    time: LedTime


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
class Correction:
    """A dated amendment: who changed which fields of a log, when and why."""

    at: datetime
    by: str | None
    reason: str
    fields: tuple[str, ...]


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
    logged_by_id: int | None = None
    mode: Mode = Mode.IN_PERSON
    mood: Mood | None = None
    goal: str | None = None
    flags: tuple[Flag, ...] = ()
    reason: str | None = None
    seen_by: str | None = None
    seen_at: datetime | None = None
    corrections: tuple[Correction, ...] = ()
    others: tuple[LedTime, ...] = ()

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
    observable: bool | None = None
    mode: Mode = Mode.IN_PERSON
    duties: Mapping[int, DutyStatus] = field(default_factory=dict)


@dataclass(frozen=True)
class Draft:
    """A log as it was left: every field by name, as sent. `count` drafts of this match wait for the same person."""

    client_id: str
    values: Mapping[str, list[str]]
    saved_at: datetime
    expires_at: datetime
    count: int = 1


@dataclass(frozen=True)
class ToSee:
    """A session whose reason, or whose time, the coordinator looks at."""

    session_id: int
    match_id: int
    match: str
    held_on: date
    flags: tuple[Flag, ...]
    reason: str | None
    logged_by: str | None


@dataclass(frozen=True)
class Missed:
    """An active match whose last expected sessions, two or more in a row, have neither a log nor a word."""

    match_id: int
    name: str
    mentors: tuple[str, ...]
    in_a_row: int
    last_due_on: date


@dataclass(frozen=True)
class Timeliness:
    """How soon sessions are logged, of those of 90 days.

    `share` is the whole percent, rounded down, of `count` sessions logged within 7 days of their end; among them are
    `unlogged` expected ones that nobody logged within 7 days. `median_hours` is that of the logged ones, None without any.
    """

    count: int
    unlogged: int
    share: int | None
    median_hours: float | None


@dataclass(frozen=True)
class ForToday:
    """What Today tells a coordinator of sessions."""

    to_see: list[ToSee] = field(default_factory=list)
    missed: list[Missed] = field(default_factory=list)
