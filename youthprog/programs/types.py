"""Words of the programs room."""

import enum
from dataclasses import dataclass


class ProgramKind(enum.StrEnum):
    """What a program does."""

    LEAGUE = "league"
    MENTORSHIP = "mentorship"
    CLASS = "class"
    EVENTS = "events"


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


@dataclass(frozen=True)
class YouthEnrolled:
    """Event: a youth has a place."""

    enrollment_id: int
    youth_id: int
    season_id: int


@dataclass(frozen=True)
class YouthWithdrawn:
    """Event: a youth gave up a place, or lost it."""

    enrollment_id: int
    youth_id: int
    season_id: int
