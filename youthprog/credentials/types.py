"""Words and plain values of credentials."""

import enum
from dataclasses import dataclass
from datetime import date

from youthprog.core.refusals import N_

CRIMINAL_CHECK, REGISTRY_CHECK = "criminal_check", "registry_check"
MANDATED_REPORTER, CONCUSSION, DRIVING = "mandated_reporter", "concussion", "driving"

NOT_HELD, OVER_HOURS = "credential", "volunteer_hours"  # why somebody does not serve
NOTICE_DAYS = (90, 60, 30, 7)  # before the last day; one letter a person and step
LONGEST_OVERRIDE_DAYS = 90
MONTH_HOURS, YEAR_HOURS, WARN_PERCENT, FEWEST_ADULTS = 16, 32, 80, 2  # until a department says otherwise


class CredentialState(enum.StrEnum):
    """Where a credential of somebody stands on a day."""

    MISSING = "missing"  # nothing on file for that day
    PENDING = "pending"  # asked for, nothing back yet
    REVIEW = "review"  # handed in, somebody of the department has to look at it
    APPROVED = "approved"
    DENIED = "denied"
    EXPIRING = "expiring"  # in force, within its time of renewal
    GRACE = "grace"  # over, but still counted for some days
    LAPSED = "lapsed"


class Step(enum.StrEnum):
    """How far a paper of somebody has come. What it is worth on a day is computed from it and its dates."""

    PENDING = "pending"
    REVIEW = "review"
    APPROVED = "approved"
    DENIED = "denied"


class Denial(enum.StrEnum):
    """Why a training or license was not accepted. Of a background check no reason is kept."""

    WRONG_COURSE = "wrong_course"
    OTHER_NAME = "other_name"
    UNREADABLE = "unreadable"
    TOO_OLD = "too_old"
    NOT_CONFIRMED = "not_confirmed"


class ServiceRole(enum.StrEnum):
    """What somebody does among young people, as requirements name it."""

    COACH = "coach"
    MENTOR = "mentor"
    LEADER = "leader"
    OFFICER = "officer"
    OFFICIAL = "official"
    VOLUNTEER = "volunteer"
    PARTICIPANT = "participant"  # of 18 or older in a group of younger ones


class Asked(enum.StrEnum):
    """From when on a requirement holds."""

    ALWAYS = "always"  # before the first day
    REGULAR = "regular"  # once the hours of an occasional volunteer are used up


class Ground(enum.StrEnum):
    """Why somebody may serve for a while although a credential is not in force."""

    RESULT_LATE = "result_late"
    RENEWAL_BOOKED = "renewal_booked"
    PAPER_LOST = "paper_lost"
    NEVER_ALONE = "never_alone"


STATES = {
    CredentialState.MISSING: N_("Missing"),
    CredentialState.PENDING: N_("Pending"),
    CredentialState.REVIEW: N_("To be looked at"),
    CredentialState.APPROVED: N_("In force"),
    CredentialState.DENIED: N_("Not accepted"),
    CredentialState.EXPIRING: N_("Ends soon"),
    CredentialState.GRACE: N_("Over, in the days of grace"),
    CredentialState.LAPSED: N_("Lapsed"),
}

STEPS = {
    Step.PENDING: N_("Asked for, no answer yet"),
    Step.REVIEW: N_("Handed in, to be looked at"),
    Step.APPROVED: N_("Accepted"),
    Step.DENIED: N_("Not accepted"),
}

DENIALS = {
    Denial.WRONG_COURSE: N_("Another course than the one asked for"),
    Denial.OTHER_NAME: N_("The name on it is another one"),
    Denial.UNREADABLE: N_("It cannot be read"),
    Denial.TOO_OLD: N_("It is too old"),
    Denial.NOT_CONFIRMED: N_("The provider does not confirm it"),
}

ROLES = {
    ServiceRole.COACH: N_("Coach"),
    ServiceRole.MENTOR: N_("Mentor"),
    ServiceRole.LEADER: N_("Leader"),
    ServiceRole.OFFICER: N_("Officer"),
    ServiceRole.OFFICIAL: N_("Official at games"),
    ServiceRole.VOLUNTEER: N_("Volunteer"),
    ServiceRole.PARTICIPANT: N_("Participant of 18 or older"),
}

ASKED = {
    Asked.ALWAYS: N_("Before the first day"),
    Asked.REGULAR: N_("When the hours of an occasional volunteer are used up"),
}

GROUNDS = {
    Ground.RESULT_LATE: N_("The result is late"),
    Ground.RENEWAL_BOOKED: N_("The renewal is booked"),
    Ground.PAPER_LOST: N_("Held, but the paper is not at hand"),
    Ground.NEVER_ALONE: N_("Serves only beside cleared adults until then"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """Something one can hold. Of a background check only light, provider and dates are kept."""

    code: str
    name: str
    name_es: str
    is_check: bool = False

    def named(self, language: str) -> str:
        """The name in a page's language."""
        return self.name_es if language == "es" and self.name_es else self.name

    def __str__(self) -> str:
        return self.name


# The kinds every department knows; it adds its own with its requirements.
BUILT_IN = (
    Kind(CRIMINAL_CHECK, "Criminal record check", "Verificación de antecedentes penales", is_check=True),
    Kind(REGISTRY_CHECK, "Registry checks", "Consulta de registros", is_check=True),
    Kind(MANDATED_REPORTER, "Mandated reporter training", "Capacitación para el deber de denunciar"),
    Kind(CONCUSSION, "Concussion training", "Capacitación sobre conmociones cerebrales"),
    Kind(DRIVING, "Driving record and insurance", "Historial de manejo y seguro"),
)


@dataclass(frozen=True, slots=True)
class Requirement:
    """What is asked of whom: of a role or of all, where a law applies or everywhere, in a program or in all.

    `valid_months` counts from the day of issue, None: it does not end by itself. For `grace_days` after its last day it
    still counts; `renew_days` before its last day it can be renewed.
    """

    kind: str
    role: ServiceRole | None = None
    jurisdiction: str = ""
    program_id: int | None = None
    valid_months: int | None = None
    grace_days: int = 0
    renew_days: int = 90
    asked: Asked = Asked.ALWAYS
    is_check: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """What is on file of one kind for somebody. Later ids were entered later."""

    paper_id: int
    kind: str
    step: Step
    issued_on: date | None = None
    until_on: date | None = None
    reason: str | None = None
    is_check: bool = False


@dataclass(frozen=True, slots=True)
class Permit:
    """An exception two named people agreed on: of one kind, in one program or in all, from a day until a day."""

    permit_id: int
    kind: str
    program_id: int | None
    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class Service:
    """Something somebody does in a program."""

    program_id: int
    role: ServiceRole


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one kind stands for somebody on a day.

    `ends_on` is its last day, without grace. `reason` is a code of `Denial`. `paper_id` is what it rests on. With
    `excused_until` two named people let the person serve although it is not in force.
    """

    kind: str
    state: CredentialState
    issued_on: date | None = None
    ends_on: date | None = None
    reason: str | None = None
    paper_id: int | None = None
    is_required: bool = True
    asked: Asked = Asked.ALWAYS
    grace_until: date | None = None
    excused_until: date | None = None
    permit_id: int | None = None

    @property
    def is_held(self) -> bool:
        """Whether the credential itself is in force: approved, expiring, or in its days of grace."""
        return self.state in HELD

    @property
    def in_force(self) -> bool:
        """Whether it counts on the day: it is in force itself, or an exception stands in for it."""
        return self.state in HELD or self.excused_until is not None


HELD = frozenset({CredentialState.APPROVED, CredentialState.EXPIRING, CredentialState.GRACE})


@dataclass(frozen=True, slots=True)
class Lasting:
    """From when until when something of a kind counts, both days included; without an end it does not lapse."""

    kind: str
    from_on: date
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What a program asks of its adults together: hours of those not fully cleared, and cleared adults at each meeting."""

    jurisdiction: str = ""
    month_hours: int = MONTH_HOURS
    year_hours: int = YEAR_HOURS
    warn_percent: int = WARN_PERCENT
    fewest_adults: int = FEWEST_ADULTS


@dataclass(frozen=True, slots=True)
class Hours:
    """Minutes somebody served in the month and in the year of a day, that day's other meetings counted."""

    month: int = 0
    year: int = 0


@dataclass(frozen=True)
class CredentialLapsed:
    """Event: a credential of somebody who serves is no longer in force from this day on."""

    person_id: int
    kind: str
    on: date
