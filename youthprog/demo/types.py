"""Words of the generated department."""

import enum


class Size(enum.StrEnum):
    """How large a department: an Explorer post, a city's league, a metropolis."""

    S = "s"
    M = "m"
    L = "l"


class Duty(enum.StrEnum):
    """What an adult does here."""

    ADMIN = "admin"
    COORDINATOR = "coordinator"
    COACH = "coach"
    ASSISTANT = "assistant"
    MENTOR = "mentor"
    CLUB = "club"
    OFFICE = "office"


class Activity(enum.StrEnum):
    """The five things that the department runs."""

    FOOTBALL = "football"
    BASKETBALL = "basketball"
    CLUB = "club"
    ONE_TO_ONE = "one_to_one"
    WORKSHOP = "workshop"


class Answer(enum.StrEnum):
    """How far a guardian's consent has come."""

    SIGNED = "signed"
    NO_PHOTOS = "no_photos"
    SENT = "sent"
    OPENED = "opened"
    EXPIRED = "expired"
    BOUNCED = "bounced"
    SECOND_GUARDIAN = "second_guardian"
