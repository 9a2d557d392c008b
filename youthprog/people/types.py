"""Words of the people room."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from youthprog.core.refusals import N_


def spoken_name(given: str, preferred: str | None, family: str) -> str:
    """A name as one says it: what the person is called, and the family's."""
    return f"{preferred or given} {family}".strip()


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


RELATIONSHIPS = {
    Relationship.MOTHER: N_("Mother"),
    Relationship.FATHER: N_("Father"),
    Relationship.STEPPARENT: N_("Stepparent"),
    Relationship.GRANDPARENT: N_("Grandparent"),
    Relationship.AUNT_UNCLE: N_("Aunt or uncle"),
    Relationship.FOSTER: N_("Foster parent"),
    Relationship.LEGAL_GUARDIAN: N_("Legal guardian"),
    Relationship.OTHER: N_("Other relation"),
}

GENDERS = {
    Gender.GIRL: N_("Girl"),
    Gender.BOY: N_("Boy"),
    Gender.OTHER: N_("Another gender"),
    Gender.UNSTATED: N_("Not stated"),
}

HEALTH_KINDS = {
    HealthKind.ALLERGY: N_("Allergy"),
    HealthKind.CONDITION: N_("Condition"),
    HealthKind.MEDICATION: N_("Medication"),
    HealthKind.OTHER: N_("Something else"),
}


@dataclass(frozen=True)
class GuardianLine:
    """A guardian in force on a day, with the way to reach them. Custody is already applied to the two flags."""

    guardian_id: int
    youth_id: int
    bond_id: int
    name: str
    relationship: Relationship
    phone: str | None
    email: str | None
    email_contact_id: int | None
    language: str
    may_decide: bool
    may_collect: bool
    rank: int
    email_bounced: bool = False


@dataclass(frozen=True)
class BondChange:
    """What a guardianship was until a day: whether it held, and whether the adult might then decide."""

    on: date
    was_in_force: bool
    could_decide: bool


class Bond(Protocol):
    """What there is to know of a guardianship to say what it is worth on a day."""

    @property
    def may_decide(self) -> bool:
        """Whether the adult may decide now."""

    @property
    def ended_on(self) -> date | None:
        """The day from which it holds no longer."""

    @property
    def changes(self) -> Sequence[BondChange]:
        """What it was before each of its changes."""


@dataclass(frozen=True)
class BondHistory:
    """A guardianship as it stands, and what it was before each of its changes."""

    may_decide: bool
    ended_on: date | None = None
    changes: tuple[BondChange, ...] = ()


@dataclass(frozen=True)
class PersonLine:
    """One row of the list of people."""

    person_id: int
    kind: PersonKind
    name: str
    list_name: str
    folded_name: str
    born_on: date | None
    school: str | None


@dataclass(frozen=True)
class ContactLine:
    """A mail address or phone in use."""

    contact_id: int
    person_id: int
    kind: ContactKind
    value: str
    preferred: bool
    bounced_at: datetime | None


@dataclass(frozen=True)
class EmergencyLine:
    """Somebody to call besides the guardians."""

    contact_id: int
    youth_id: int
    name: str
    phone: str
    relation: str | None


@dataclass(frozen=True)
class HouseholdLine:
    """A home of a person and who lives there."""

    household_id: int
    name: str
    address: str
    members: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class HealthLine:
    """A health note, opened. Whoever asks has checked the reader's reach."""

    note_id: int
    youth_id: int
    kind: HealthKind
    alert: str | None
    detail: str | None
    recorded_at: datetime


@dataclass(frozen=True)
class CustodyLine:
    """A restriction, opened. Whoever asks has checked the reader's reach and records the reading."""

    restriction_id: int
    youth_id: int
    adult_id: int
    adult_name: str
    no_collect: bool
    no_decide: bool
    no_information: bool
    starts_on: date
    ends_on: date | None
    note: str | None


@dataclass(frozen=True)
class DoubleLine:
    """Two records that may be one person: the same folded name and birth date."""

    first_id: int
    second_id: int
    name: str
    born_on: date
    first_added_on: date
    second_added_on: date


@dataclass(frozen=True)
class PersonAdded:
    """Event: a person was added by somebody whose permission reaches only these programs (empty: everywhere)."""

    person_id: int
    kind: PersonKind
    program_ids: frozenset[int]
    on: date


@dataclass(frozen=True)
class CustodyRestricted:
    """Event: a restriction on an adult was recorded; nothing of the child may reach that adult."""

    youth_id: int
    adult_id: int


@dataclass(frozen=True)
class SchoolChanged:
    """Event: a youth goes to another school from this day on."""

    youth_id: int
    on: date


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
    at: datetime
