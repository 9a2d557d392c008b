"""Words of the people room."""

import enum
from dataclasses import dataclass


class PersonKind(enum.StrEnum):
    """What a person is here first of all. A youth who turns 18 stays a youth record; age decides rules."""

    YOUTH = "youth"
    ADULT = "adult"


class Gender(enum.StrEnum):
    """As the family stated it."""

    GIRL = "girl"
    BOY = "boy"
    OTHER = "other"
    UNSTATED = "unstated"


class ContactKind(enum.StrEnum):
    """A way to reach an adult."""

    EMAIL = "email"
    PHONE = "phone"


class Relationship(enum.StrEnum):
    """What a guardian is to the child."""

    MOTHER = "mother"
    FATHER = "father"
    STEPPARENT = "stepparent"
    GRANDPARENT = "grandparent"
    AUNT_UNCLE = "aunt_uncle"
    FOSTER = "foster"
    LEGAL_GUARDIAN = "legal_guardian"
    OTHER = "other"


class HealthKind(enum.StrEnum):
    """What a health note is about."""

    ALLERGY = "allergy"
    CONDITION = "condition"
    MEDICATION = "medication"
    OTHER = "other"


@dataclass(frozen=True)
class CustodyRestricted:
    """Event: a restriction on an adult was recorded; nothing of the child may reach that adult."""

    youth_id: int
    adult_id: int


@dataclass(frozen=True)
class GuardianshipEnded:
    """Event: an adult is no longer this child's guardian."""

    youth_id: int
    guardian_id: int


@dataclass(frozen=True)
class PeopleMerged:
    """Event: `gone_id` was found to be the same person as `kept_id`; every room moves its rows."""

    kept_id: int
    gone_id: int
