"""Words of the consent room."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from youthprog.core.refusals import N_
from youthprog.people.types import GuardianLine


class SectionKind(enum.StrEnum):
    """What a section asks for."""

    DECISION = "decision"  # yes or no
    INFORMATION = "information"  # a sheet to read; "I have read it"
    HEALTH = "health"  # words about health, or nothing to tell
    PICKUP = "pickup"  # people who may collect the child
    EMERGENCY = "emergency"  # somebody else to call


class Decision(enum.StrEnum):
    """A guardian's decision on one section."""

    GIVEN = "given"
    REFUSED = "refused"


class RequestState(enum.StrEnum):
    """Where a request stands, as a coordinator says it."""

    QUEUED = "queued"
    SENT = "sent"
    OPENED = "opened"
    SIGNED = "signed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    BOUNCED = "bounced"
    CANCELED = "canceled"


class Route(enum.StrEnum):
    """How a signature came. No role can make a record that says the guardian signed online."""

    ONLINE = "online"
    PAPER = "paper"
    DEMO = "demo"


class Happening(enum.StrEnum):
    """Events of a request, in the order of the record's table."""

    SENT = "sent"
    REMINDED = "reminded"
    BOUNCED = "bounced"
    OPENED = "opened"
    LANGUAGE = "language"
    ANSWERED = "answered"
    CHANGED = "changed"
    CHECKED = "checked"
    SIGNED = "signed"
    COPY_SENT = "copy_sent"
    WITHDRAWN = "withdrawn"
    CANCELED = "canceled"


HAPPENINGS = {
    Happening.SENT: N_("Sent"),
    Happening.REMINDED: N_("Reminded"),
    Happening.BOUNCED: N_("Mail came back"),
    Happening.OPENED: N_("Opened"),
    Happening.LANGUAGE: N_("Language changed"),
    Happening.ANSWERED: N_("Question answered"),
    Happening.CHANGED: N_("Answer changed"),
    Happening.CHECKED: N_("Answers checked"),
    Happening.SIGNED: N_("Signed"),
    Happening.COPY_SENT: N_("Copy sent"),
    Happening.WITHDRAWN: N_("Answer taken back"),
    Happening.CANCELED: N_("Closed"),
}


class SectionState(enum.StrEnum):
    """A youth's standing in one section on a date."""

    NOT_ASKED = "not_asked"
    ASKED = "asked"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class ConsentSigned:
    """Event: a guardian signed."""

    request_id: int
    youth_id: int
    season_id: int


@dataclass(frozen=True)
class ConsentWithdrawn:
    """Event: a guardian took back an answer."""

    request_id: int
    youth_id: int
    season_id: int


STARTER = "participation"  # the form every youth needs
FALLBACK_REQUIRED = ("take_part", "emergency_care")  # what counts before any form is published


@dataclass(frozen=True)
class DecisionFact:
    """A decision, as the rules see it. `order` breaks ties of the same instant."""

    guardian_id: int
    section_key: str
    decision: Decision
    decided_at: datetime
    decided_on: date
    valid_until_on: date | None = None
    withdrawn_on: date | None = None
    order: int = 0


@dataclass(frozen=True)
class RequestFact:
    """A request, as the rules see it."""

    request_id: int
    guardian_id: int
    state: RequestState
    created_on: date
    sent_on: date | None = None
    opened_on: date | None = None
    times_asked: int = 0


@dataclass(frozen=True)
class Objection:
    """Why consent keeps a youth from taking part: badge and sentence, both msgids."""

    code: str
    state: str
    word: str
    sentence: str
    values: tuple[tuple[str, object], ...] = ()
    since: date | None = None


@dataclass(frozen=True)
class ConsentLine:
    """Where a youth's consent stands, for rosters and lists. `state` is signed, waiting, expired or missing."""

    youth_id: int
    state: str
    word: str
    note: str
    values: tuple[tuple[str, object], ...] = ()
    photos: bool | None = None
    since: date | None = None
    until: date | None = None
    request_id: int | None = None
    request_state: RequestState | None = None


@dataclass(frozen=True)
class Words:
    """A section's words in one language, filled in for one child."""

    label: str
    question: str
    body: str
    statement: str
    yes_label: str
    yes_hint: str
    no_label: str
    no_hint: str
    undo: str
    yes_summary: str
    no_summary: str
    sha256: str


@dataclass(frozen=True)
class Question:
    """One section of a version with its words by language."""

    section_id: int
    key: str
    position: int
    kind: SectionKind
    required: bool
    words: Mapping[str, Words]


@dataclass(frozen=True)
class Signing:
    """What a guardian put under the form. `seen_version` is the state of the answers that was on the screen."""

    typed_name: str
    is_guardian: bool
    agrees: bool
    seen_version: int
    language: str
    route: Route = Route.ONLINE


@dataclass(frozen=True)
class SignFacts:
    """What decides whether a signature counts."""

    state: RequestState
    valid_until_on: date
    today: date
    may_decide: bool
    unanswered: tuple[str, ...]
    signing: Signing


@dataclass(frozen=True)
class Asked:
    """What became of asking: families asked now, asked before, and youth whose guardians cannot be reached."""

    sent: int = 0
    already: int = 0
    unreachable: tuple[int, ...] = ()


@dataclass(frozen=True)
class GroupProgress:
    """A group and how far its families are."""

    group_id: int
    name: str
    season_id: int
    program: str
    program_es: str
    season: str
    season_es: str
    signed: int
    waiting: int
    missing: int


@dataclass(frozen=True)
class MemberConsent:
    """A youth of a group, where the consent stands, and whom to call."""

    youth_id: int
    name: str
    list_name: str
    line: ConsentLine
    guardian: GuardianLine | None
    bounced: bool = False


@dataclass(frozen=True)
class FormLine:
    """A form in a guardian's own list."""

    request_id: int
    child: str
    program: str
    program_es: str
    state: RequestState
    sent_at: datetime | None
    signed_at: datetime | None
    valid_until_on: date | None


# What signing on a screen means; its words and their version are kept with each signature.
DISCLOSURE = "electronic-records-1"
