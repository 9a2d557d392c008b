"""Words of the access room."""

import enum


class Role(enum.StrEnum):
    """What somebody is in the department."""

    ADMIN = "admin"
    COORDINATOR = "coordinator"
    COACH = "coach"
    MENTOR = "mentor"
    GUARDIAN = "guardian"


class LinkPurpose(enum.StrEnum):
    """What one signed link is good for, and nothing else."""

    CONSENT = "consent"
    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"
    SESSION_LOG = "session_log"
