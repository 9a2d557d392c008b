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
    TEXT = "text"  # words only; shown above the next question
    VIDEO = "video"  # a film to watch; "I have watched it"
    INITIALS = "initials"  # clauses, each with the signer's initials
    PERSONS = "persons"  # people, one or more: name, phone, relation
    CHOICE = "choice"  # one or several of a list
    WORDS = "words"  # a few words of one's own
    UPLOAD = "upload"  # a file, perhaps with a last day
    EXTERNAL = "external"  # somebody outside signs, such as a doctor
    STAFF = "staff"  # filled in by the office


class Signer(enum.StrEnum):
    """Who answers a section."""

    GUARDIAN = "guardian"  # whoever the request was sent to
    GUARDIAN_2 = "guardian_2"  # asked only of a second guardian
    ATHLETE = "athlete"  # the young person, beside the guardian
    COACH = "coach"
    INTERPRETER = "interpreter"  # whoever read the form to the guardian
    STAFF = "staff"
    EXTERNAL = "external"


class Validity(enum.StrEnum):
    """How long an answer holds. A parent's answer never outlives the day before the 18th birthday."""

    SEASON = "season"  # to the season's last day
    DAYS = "days"  # so many days from the signature
    EVENT = "event"  # the day of one gathering
    DATE = "date"  # to a fixed day
    EIGHTEEN = "eighteen"  # to the day before the 18th birthday
    MOVE = "move"  # until the youth changes team or school


class Original(enum.StrEnum):
    """Whether a signature on a screen is enough, or the original must be seen by two of the staff."""

    NONE = "none"
    INK = "ink"
    NOTARY = "notary"


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
    PAPER = "paper"  # a signed sheet, scanned
    PHONE = "phone"  # told to somebody of the staff, who is named
    MATCHED = "matched"  # given online by a contact not on file, matched by the staff
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
    AGREED = "agreed"  # to records on a screen
    SHEET_READ = "sheet_read"
    DELIVERED = "delivered"
    NOTICED = "noticed"  # told that another guardian was asked, and may object
    CALLED = "called"
    SCANNED = "scanned"
    ORIGINAL_SEEN = "original_seen"
    MATCHED = "matched"
    PART_SIGNED = "part_signed"  # by the athlete, a coach, an interpreter, somebody outside
    RENEWED = "renewed"
    WANTS_PAPER = "wants_paper"  # instead of a screen
    REWORDED = "reworded"  # a newer version of the form took the place of the one that was open


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
    Happening.AGREED: N_("Agreed to sign on a screen"),
    Happening.SHEET_READ: N_("Sheet read to its end"),
    Happening.DELIVERED: N_("Delivered"),
    Happening.NOTICED: N_("Told that another guardian was asked"),
    Happening.CALLED: N_("Telephone call"),
    Happening.SCANNED: N_("Signed paper scanned"),
    Happening.ORIGINAL_SEEN: N_("Original seen by a second person"),
    Happening.MATCHED: N_("Matched by the office"),
    Happening.PART_SIGNED: N_("Part signed"),
    Happening.RENEWED: N_("Earlier answers confirmed"),
    Happening.WANTS_PAPER: N_("Wants paper instead"),
    Happening.REWORDED: N_("Moved to the newer version of the form"),
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
    NEEDS_MATCHING = "needs_matching"


class Excuse(enum.StrEnum):
    """Why a second guardian need not be asked: the five of 45 CFR 46.408(b)."""

    DECEASED = "deceased"
    UNKNOWN = "unknown"
    INCOMPETENT = "incompetent"
    NOT_REACHABLE = "not_reachable"  # needs two logged attempts and ten days
    NO_RESPONSIBILITY = "no_responsibility"


class Matching(enum.StrEnum):
    """Where an answer from a contact not on file stands."""

    WAITING = "waiting"
    MATCHED = "matched"
    REJECTED = "rejected"


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
class ShowIf:
    """When a section is shown: by the youth's age in years, by another answer, or by the program.

    `what` is age_under, age_from, answer or program; `key` names the section of an answer; `values` are what fits.
    """

    what: str
    values: tuple[str, ...]
    key: str = ""


@dataclass(frozen=True)
class Settings:
    """How a section behaves, beside its kind and words."""

    signer: Signer = Signer.GUARDIAN
    validity: Validity = Validity.SEASON
    days: int | None = None  # of Validity.DAYS
    until_on: date | None = None  # of Validity.DATE
    original: Original = Original.NONE
    initials_if_refused: bool = False
    show_if: ShowIf | None = None
    least: int = 0  # persons, or choices
    most: int = 1
    asks_last_day: bool = False  # of an uploaded file
    web_address: str = ""  # of a film


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
    drawn: str = ""  # a drawing beside the typed name, as SVG path data of our own making


@dataclass(frozen=True)
class SignFacts:
    """What decides whether a signature counts."""

    state: RequestState
    valid_until_on: date
    today: date
    may_decide: bool
    unanswered: tuple[str, ...]
    agreed_to_screens: bool  # to records on a screen, in the words of today (15 USC 7001(c))
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


@dataclass(frozen=True)
class DisclosureWords:
    """What signing on a screen means, in one language. A point is its label and its text."""

    title: str
    intro: str
    points: tuple[tuple[str, str], ...]
    sample: str
    agree: str
    paper: str


# What signing on a screen means. Its words lie in forms/electronic_records.toml; the version is kept with each signature.
DISCLOSURE = "electronic-records-2"
