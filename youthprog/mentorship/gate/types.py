"""Words of the gate: the ten items, what is recorded for them, what a program asks."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from youthprog.core.refusals import N_, Refusal


class Item(enum.StrEnum):
    """One of the ten items that must be in date for everybody of an active match."""

    APPLICATION = "application"
    INTERVIEW = "interview"
    REFERENCES = "references"
    CRIMINAL_CHECK = "criminal_check"
    REGISTRY_CHECKS = "registry_checks"
    TRAINING = "training"
    POLICIES = "policies"
    CONSENT = "consent"
    COMMITMENT = "commitment"
    FIRST_MEETING = "first_meeting"


ITEMS = {
    Item.APPLICATION: N_("Application"),
    Item.INTERVIEW: N_("Interview"),
    Item.REFERENCES: N_("References"),
    Item.CRIMINAL_CHECK: N_("Criminal check"),
    Item.REGISTRY_CHECKS: N_("Registry checks"),
    Item.TRAINING: N_("Training before the match"),
    Item.POLICIES: N_("Policies read"),
    Item.CONSENT: N_("Guardian’s consent"),
    Item.COMMITMENT: N_("Commitment signed"),
    Item.FIRST_MEETING: N_("First meeting"),
}

OF_MENTOR = tuple(Item)[:7]  # what a mentor brings alone, before any match
CHECKS = {Item.CRIMINAL_CHECK: "criminal_check", Item.REGISTRY_CHECKS: "registry_check"}  # kinds of credentials


class StepKind(enum.StrEnum):
    """What is on file of somebody who wants to mentor in a program."""

    APPLICATION = "application"
    INTERVIEW = "interview"
    REFERENCE = "reference"
    TRAINING = "training"
    POLICIES = "policies"


STEPS = {
    StepKind.APPLICATION: N_("Application"),
    StepKind.INTERVIEW: N_("Interview"),
    StepKind.REFERENCE: N_("Reference"),
    StepKind.TRAINING: N_("Training"),
    StepKind.POLICIES: N_("Policies acknowledged"),
}


class MatchStepKind(enum.StrEnum):
    """What is on file of one person of a match."""

    COMMITMENT = "commitment"  # signed: by a mentor, a youth, or a guardian for a youth
    FIRST_MEETING = "first_meeting"  # was there when the match met with staff for the first time
    JOINS = "joins"  # is to join a match that runs, once every item is there


class Signer(enum.StrEnum):
    """As what somebody signs a commitment."""

    MENTOR = "mentor"
    YOUTH = "youth"
    GUARDIAN = "guardian"


SIGNERS = {Signer.MENTOR: N_("Mentor"), Signer.YOUTH: N_("Young person"), Signer.GUARDIAN: N_("Guardian")}


@dataclass(frozen=True)
class Topic:
    """A policy that mentors acknowledge. `versions` are (number, the first day on which it is asked for; None: always)."""

    key: str
    title: str
    title_es: str
    words: str
    words_es: str
    versions: tuple[tuple[int, date | None], ...] = ((1, None),)

    @property
    def newest(self) -> int:
        """The version that is shown and acknowledged now."""
        return max((number for number, _from_on in self.versions), default=0)

    def asked_on(self, on: date) -> int:
        """The version that must be acknowledged on a day; 0 while none is asked for."""
        return max((number for number, from_on in self.versions if from_on is None or from_on <= on), default=0)

    def named(self, language: str) -> str:
        """The title in a page's language."""
        return self.title_es if language == "es" and self.title_es else self.title

    def told(self, language: str) -> str:
        """The words in a page's language."""
        return self.words_es if language == "es" and self.words_es else self.words


@dataclass(frozen=True)
class Requirements:
    """What a program asks before a match is active, and how large a match may be.

    `valid_months` says for how long an item counts from its day; 0 or absent: without end. The checks are not among
    them: how long they count is the credentials' own rule.
    """

    topics: tuple[Topic, ...]
    commitment: str
    commitment_es: str
    commitment_version: int = 1
    term_months: int = 12
    references: int = 2
    outside_family: int = 1
    training_minutes: int = 120
    valid_months: Mapping[Item, int] = field(default_factory=lambda: {Item.COMMITMENT: 12})
    most_youth: int = 7
    target_low: int = 4
    target_high: int = 6
    target_mentors: int = 2

    def asks(self, language: str) -> str:
        """The words of the commitment in a page's language."""
        return self.commitment_es if language == "es" and self.commitment_es else self.commitment


@dataclass(frozen=True)
class StepFact:
    """One thing on file of a mentor. `topics` are the policies acknowledged, with their versions."""

    kind: StepKind
    done_on: date
    minutes: int = 0
    relative: bool = False
    topics: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class CheckFact:
    """Whether a check of the credentials room is in force on the day that is asked about, and until when."""

    in_force: bool
    ends_on: date | None = None


@dataclass(frozen=True)
class MentorFacts:
    """A mentor of a match, with the kinds of credentials by name."""

    person_id: int
    name: str
    steps: tuple[StepFact, ...] = ()
    checks: Mapping[str, CheckFact] = field(default_factory=dict)


@dataclass(frozen=True)
class YouthFacts:
    """A youth of a match. `guardians` are those who may sign; an adult youth signs alone and needs none."""

    person_id: int
    name: str
    first_name: str = ""
    consent: bool = False
    guardians: frozenset[int] = frozenset()
    is_adult: bool = False


@dataclass(frozen=True)
class MatchStepFact:
    """One thing on file of a person of a match; `youth_id` is for whom a guardian signed."""

    kind: MatchStepKind
    person_id: int
    done_on: date
    youth_id: int | None = None


@dataclass(frozen=True)
class GateFacts:
    """Everything the gate judges of one match on one day."""

    on: date
    asks: Requirements
    mentors: tuple[MentorFacts, ...]
    youth: tuple[YouthFacts, ...]
    steps: tuple[MatchStepFact, ...] = ()

    @property
    def people(self) -> tuple[MentorFacts | YouthFacts, ...]:
        """Everybody, mentors first."""
        return (*self.mentors, *self.youth)


@dataclass(frozen=True)
class Missing:
    """An item that is not in date, for whom, and in which words; `since` is the first day on which it did not count."""

    item: Item
    person_id: int
    name: str
    sentence: str
    values: tuple[tuple[str, object], ...] = ()
    since: date | None = None

    def refusal(self) -> Refusal:
        """The same as a reason not to begin."""
        return Refusal(f"gate.{self.item.value}", self.sentence, values=dict(self.values))


@dataclass(frozen=True)
class Dosage:
    """The time one youth spent in one match: contact hours, the sessions come to and those held."""

    youth_id: int
    minutes: int = 0
    came: int = 0
    held: int = 0
    months: tuple[tuple[date, int], ...] = ()  # first day of the month, minutes in it; the newest first

    def minutes_in(self, month: date) -> int:
        """The minutes in a month, given by its first day."""
        return dict(self.months).get(month, 0)


@dataclass(frozen=True)
class Applicant:
    """Somebody who applied to mentor in a program and is in no active match yet."""

    person_id: int
    name: str
    applied_on: date
    days: int
    done: int  # of the seven items a mentor brings

    @property
    def is_late(self) -> bool:
        """Whether the application has waited for more than thirty days."""
        return self.days > LATE_DAYS


LATE_DAYS = 30


@dataclass(frozen=True)
class Suspended:
    """A match that an item which ended has suspended, as Today shows it."""

    match_id: int
    name: str
    since: date
    reasons: tuple[Item, ...]
