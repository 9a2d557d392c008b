"""Words of the programs room."""

import enum
from dataclasses import dataclass
from datetime import date, datetime

from youthprog.core.refusals import N_, Refusal
from youthprog.people.types import Gender


class ProgramKind(enum.StrEnum):
    """What a program does."""

    LEAGUE = "league"
    MENTORSHIP = "mentorship"
    CLASS = "class"
    EVENTS = "events"


class GuardianRule(enum.StrEnum):
    """How many guardians a program asks for consent. Whatever it asks, one guardian's no against another's yes un-clears."""

    ONE = "one"  # one guardian's answer is enough; the others are not asked
    BOTH = "both"  # every guardian who may decide must say yes, or be excused
    ONE_UNLESS = "one_unless"  # one is asked; the others are told, and may object


class EnrollmentStatus(enum.StrEnum):
    """Where an enrollment stands."""

    WAITLISTED = "waitlisted"
    ENROLLED = "enrolled"
    WITHDRAWN = "withdrawn"
    COMPLETED = "completed"


class GroupKind(enum.StrEnum):
    """Why a group meets."""

    TEAM = "team"
    MENTORING = "mentoring"
    CLASS = "class"


class StaffRole(enum.StrEnum):
    """What an adult does in a group."""

    HEAD_COACH = "head_coach"
    ASSISTANT_COACH = "assistant_coach"
    OFFICER = "officer"
    MENTOR = "mentor"
    LEADER = "leader"


class GatheringKind(enum.StrEnum):
    """What kind of meeting it is."""

    PRACTICE = "practice"
    GAME = "game"
    MENTORING = "mentoring"
    CLASS = "class"
    EVENT = "event"


GUARDIAN_RULES = {
    GuardianRule.ONE: N_("One guardian"),
    GuardianRule.BOTH: N_("Both guardians"),
    GuardianRule.ONE_UNLESS: N_("One guardian, unless another objects"),
}

PROGRAM_KINDS = {
    ProgramKind.LEAGUE: N_("League"),
    ProgramKind.MENTORSHIP: N_("Mentoring"),
    ProgramKind.CLASS: N_("Class or club"),
    ProgramKind.EVENTS: N_("Community events"),
}

STATUSES = {
    EnrollmentStatus.WAITLISTED: N_("Waiting"),
    EnrollmentStatus.ENROLLED: N_("Enrolled"),
    EnrollmentStatus.WITHDRAWN: N_("Withdrawn"),
    EnrollmentStatus.COMPLETED: N_("Completed"),
}

GROUP_KINDS = {GroupKind.TEAM: N_("Team"), GroupKind.MENTORING: N_("Mentoring"), GroupKind.CLASS: N_("Class or club")}

STAFF_ROLES = {
    StaffRole.HEAD_COACH: N_("Head coach"),
    StaffRole.ASSISTANT_COACH: N_("Assistant coach"),
    StaffRole.OFFICER: N_("Officer"),
    StaffRole.MENTOR: N_("Mentor"),
    StaffRole.LEADER: N_("Leader"),
}

GATHERING_KINDS = {
    GatheringKind.PRACTICE: N_("Practice"),
    GatheringKind.GAME: N_("Game"),
    GatheringKind.MENTORING: N_("Mentoring"),
    GatheringKind.CLASS: N_("Class or club meeting"),
    GatheringKind.EVENT: N_("Event"),
}


@dataclass(frozen=True)
class InBoth:
    """A name in both languages."""

    en: str
    es: str

    def named(self, language: str) -> str:
        """The name in a page's language."""
        return self.es if language == "es" and self.es else self.en


@dataclass(frozen=True)
class MemberLine:
    """A youth in a group on a day."""

    youth_id: int
    name: str
    list_name: str
    first_name: str
    jersey: str | None
    born_on: date | None
    gender: Gender


@dataclass(frozen=True)
class StaffLine:
    """An adult who leads a group on a day."""

    group_id: int
    person_id: int
    name: str
    role: StaffRole


@dataclass(frozen=True)
class SeasonLine:
    """One row of the list of seasons, with its figures."""

    season_id: int
    program_id: int
    program: InBoth
    program_kind: ProgramKind
    name: InBoth
    starts_on: date
    ends_on: date
    min_age: int
    max_age: int
    capacity: int | None
    taken: int
    waiting: int
    groups: int

    @property
    def places_left(self) -> int | None:
        """Places still free; None when there is no limit."""
        return None if self.capacity is None else max(0, self.capacity - self.taken)


@dataclass(frozen=True)
class ProgramLine:
    """A program with its seasons, newest first."""

    program_id: int
    kind: ProgramKind
    name: InBoth
    summary: InBoth
    seasons: tuple[SeasonLine, ...]


@dataclass(frozen=True)
class EnrollmentLine:
    """A youth in a season, or waiting for it: `place` is the place in line, 1 next."""

    enrollment_id: int
    youth_id: int
    name: str
    list_name: str
    folded_name: str
    born_on: date | None
    status: EnrollmentStatus
    asked_at: datetime
    groups: tuple[tuple[int, str], ...] = ()
    age_exception: str | None = None
    place: int | None = None


@dataclass(frozen=True)
class GroupLine:
    """A group of a season with its figures."""

    group_id: int
    kind: GroupKind
    name: str
    meets: str | None
    places: int | None
    members: int
    leaders: tuple[str, ...]


@dataclass(frozen=True)
class Occasion:
    """A gathering as those need it who only say what happens there."""

    id: int
    season_id: int
    group_id: int | None
    starts_at: datetime
    ends_at: datetime
    canceled_at: datetime | None


@dataclass(frozen=True)
class GatheringLine:
    """A meeting, as lists show it."""

    gathering_id: int
    group_id: int | None
    group: str | None
    group_kind: GroupKind | None
    season_id: int
    program: InBoth
    kind: GatheringKind
    title: str
    where: str | None
    starts_at: datetime
    ends_at: datetime
    canceled_at: datetime | None = None
    canceled_reason: str | None = None


@dataclass(frozen=True)
class YouthEnrolled:
    """Event: a youth has a place."""

    enrollment_id: int
    youth_id: int
    season_id: int


@dataclass(frozen=True)
class GroupChanged:
    """Event: a youth joined a group of a season, or left one after a day or more in it."""

    youth_id: int
    season_id: int
    group_id: int
    on: date
    joined: bool


@dataclass(frozen=True)
class GroupLed:
    """Event: an adult leads a group from today on."""

    person_id: int
    group_id: int
    on: date


@dataclass(frozen=True)
class ServiceWarned:
    """Event: an adult was just given something to do, and somebody should know what `warnings` say."""

    person_id: int
    warnings: tuple[Refusal, ...]


@dataclass(frozen=True)
class YouthWithdrawn:
    """Event: a youth gave up a place, or lost it."""

    enrollment_id: int
    youth_id: int
    season_id: int


@dataclass(frozen=True)
class GatheringCanceled:
    """Event: a meeting does not take place; rooms above tell the families."""

    gathering_id: int
    group_id: int | None
    reason: str


@dataclass(frozen=True)
class WhenAndWhere:
    """When and where a meeting is, and whether it takes place."""

    starts_at: datetime
    ends_at: datetime
    place: str | None
    canceled: bool


@dataclass(frozen=True)
class GatheringChanged:
    """Event: a meeting is at another time or place than it was, or is called off; `was` says what families knew."""

    gathering_id: int
    was: WhenAndWhere
    by_id: int | None
    at: datetime
