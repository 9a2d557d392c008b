"""Words of the mentorship room."""

import enum


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


class Activity(enum.StrEnum):
    """What was done together."""

    HOMEWORK = "homework"
    SPORT = "sport"
    TALKED = "talked"
    MEAL = "meal"
    TRIP = "trip"
    JOB_SKILLS = "job_skills"
    READING = "reading"
