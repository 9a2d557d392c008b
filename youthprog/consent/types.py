"""Words of the consent room."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any, NamedTuple

from youthprog.core.refusals import N_
from youthprog.people.types import BondChange, GuardianLine, Relationship
from youthprog.programs.types import GuardianRule


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


class Written(enum.StrEnum):
    """What somebody wrote or typed that has a term of its own, by the table of retention.toml that speaks of it."""

    MATCHES = "mentoring_words"  # what was said in confidence about a mentoring match
    WALK_INS = "typed_names"  # names of walk-ins typed without a network
    CONCERNS = "concerns"  # what was written to those who look after safety


class FilePart(enum.StrEnum):
    """What of a youth's file, beside signed consents, has an end of its own. The words are tables of retention.toml."""

    DRAFTS = "drafts"  # answers of forms never signed, and the files added to them
    HEALTH = "health"  # health notes
    EMERGENCY = "emergency"  # emergency contacts
    PHOTO = "photo"  # the photo that sheets print


FILE_PARTS = {
    FilePart.DRAFTS: N_("Answers never signed"),
    FilePart.HEALTH: N_("Health notes"),
    FilePart.EMERGENCY: N_("Emergency contacts"),
    FilePart.PHOTO: N_("Photo"),
}


class Signer(enum.StrEnum):
    """Who answers a section."""

    GUARDIAN = "guardian"  # whoever the request was sent to
    GUARDIAN_2 = "guardian_2"  # asked only of a second guardian
    ATHLETE = "athlete"  # the young person, beside the guardian
    COACH = "coach"
    INTERPRETER = "interpreter"  # whoever read the form to the guardian
    STAFF = "staff"
    EXTERNAL = "external"


SIGNERS = {
    Signer.GUARDIAN: N_("Guardian"),
    Signer.GUARDIAN_2: N_("Second guardian"),
    Signer.ATHLETE: N_("Young person"),
    Signer.COACH: N_("Coach"),
    Signer.INTERPRETER: N_("Interpreter"),
    Signer.STAFF: N_("Office"),
    Signer.EXTERNAL: N_("Somebody outside"),
}


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
    PART_ASKED = "part_asked"  # somebody outside, such as a doctor
    PART_SIGNED = "part_signed"  # by the athlete, a coach, an interpreter, somebody outside
    RENEWED = "renewed"
    CONFIRMED_EARLIER = "confirmed_earlier"  # last time's answers, as they were
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
    Happening.PART_ASKED: N_("Somebody outside asked"),
    Happening.PART_SIGNED: N_("Part signed"),
    Happening.RENEWED: N_("Asked again for the next time"),
    Happening.CONFIRMED_EARLIER: N_("Earlier answers confirmed"),
    Happening.WANTS_PAPER: N_("Wants paper instead"),
    Happening.REWORDED: N_("Moved to the newer version of the form"),
}


# Why a request was closed, where its event says so.
CLOSED_BECAUSE = {
    "turned_18": N_("The young person turned 18 and signs alone now."),
    "gathering_canceled": N_("The meeting was canceled."),
    "form_closed": N_("The form was closed."),
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


EXCUSES = {
    Excuse.DECEASED: N_("Has died"),
    Excuse.UNKNOWN: N_("Is not known"),
    Excuse.INCOMPETENT: N_("Cannot decide, for reasons of health or by a court"),
    Excuse.NOT_REACHABLE: N_("Cannot be reached"),
    Excuse.NO_RESPONSIBILITY: N_("Has no legal responsibility for the child"),
}

WAYS = {
    "phone": N_("Phone call"),
    "mail": N_("Email"),
    "letter": N_("Letter"),
    "in_person": N_("In person"),
}

SECTION_STATES = {
    SectionState.NOT_ASKED: N_("Not asked"),
    SectionState.ASKED: N_("Asked"),
    SectionState.GIVEN: N_("Given"),
    SectionState.REFUSED: N_("Refused"),
    SectionState.WITHDRAWN: N_("Taken back"),
    SectionState.EXPIRED: N_("Expired"),
    SectionState.CONFLICT: N_("Guardians disagree"),
    SectionState.NEEDS_MATCHING: N_("Answer to check"),
}


class Matching(enum.StrEnum):
    """Where an answer from a contact not on file stands."""

    DRAFT = "draft"  # still being answered; nobody is told of it
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
    ended_on: date | None = None  # the first day on which it did not hold any more: another team or school
    needs_original: bool = False
    confirmed_on: date | None = None  # when the original was seen by a second person
    stale: tuple[tuple[date, date | None], ...] = ()  # from when until when the form words this section otherwise


@dataclass(frozen=True)
class RequestFact:
    """A request, as the rules see it. `awaited` is False for a guardian who was only told, and may object."""

    request_id: int
    guardian_id: int
    state: RequestState
    created_on: date
    sent_on: date | None = None
    opened_on: date | None = None
    times_asked: int = 0
    closed_on: date | None = None  # signed or canceled on this day
    awaited: bool = True


@dataclass(frozen=True)
class GuardianFact:
    """A guardian on file, as the rules see it. `barred` are the spans in which a court lets them decide nothing;
    `changes` say what the guardianship was before it became what it is."""

    guardian_id: int
    may_decide: bool = True
    ended_on: date | None = None
    barred: tuple[tuple[date, date | None], ...] = ()
    changes: tuple[BondChange, ...] = ()


@dataclass(frozen=True)
class ExcuseFact:
    """Why a guardian need not answer, from a day until a day. Without id: a second guardian not on file."""

    guardian_id: int | None
    from_on: date
    ended_on: date | None = None


@dataclass(frozen=True)
class UnmatchedFact:
    """An answer from a contact not on file: it waits from the day it came until the day it was settled."""

    received_on: date
    settled_on: date | None = None


@dataclass(frozen=True)
class FamilyFacts:
    """Whose word counts for a youth in a season, and by which rule of the program.

    `guardians` None means that nothing is known of them: whoever decided is then taken to have the right.
    """

    rule: GuardianRule = GuardianRule.ONE
    youth_id: int | None = None
    born_on: date | None = None
    guardians: tuple[GuardianFact, ...] | None = None
    excuses: tuple[ExcuseFact, ...] = ()
    unmatched: tuple[UnmatchedFact, ...] = ()


@dataclass(frozen=True)
class Requirement:
    """A section a youth cannot do without, and when it is asked at all (`show_if`)."""

    key: str
    show_if: ShowIf | None = None


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
    more: Mapping[str, Any] = field(default_factory=dict)  # what only some kinds have; see blocks.MORE


TEXTS = tuple(each.name for each in fields(Words) if each.name not in ("sha256", "more"))  # the words of every kind


@dataclass(frozen=True)
class Question:
    """One section of a version with its words by language."""

    section_id: int
    key: str
    position: int
    kind: SectionKind
    required: bool
    words: Mapping[str, Words]
    settings: Settings = field(default_factory=Settings)


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
    recorded_by: str = ""  # paper and telephone: who wrote the answers down
    confirmed_by: str = ""  # who saw the original
    scan_sha256: str = ""
    signed_on: date | None = None  # the day on the sheet, as somebody copied it
    identity: str = ""  # how the recorder made sure who was on the telephone
    answered_at: datetime | None = None  # matched: when the contact not on file signed; it counts from the matching
    agreed_at: datetime | None = None  # matched: when that contact agreed to records on a screen
    later: frozenset[str] = frozenset()  # matched: sections that cannot come from outside; they stay open


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
class Reminded:
    """What became of reminding: letters written, and the requests a letter told of or could not."""

    letters: int
    reached: frozenset[int]
    unreached: frozenset[int]


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
class UnmatchedLine:
    """An answer from a contact not on file that waits to be matched. Without youth: no such child was found."""

    answer_id: int
    youth_id: int | None
    youth: str | None
    program: str
    program_es: str
    received_at: datetime


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
    awaited: bool = True


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


# ---- chasing ----


class ChaseState(enum.StrEnum):
    """Why somebody is on the list of those to chase."""

    UNASKED = "unasked"
    UNOPENED = "unopened"
    OPENED = "opened"
    BOUNCED = "bounced"
    WANTS_PAPER = "wants_paper"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    CONFLICT = "conflict"
    MATCHING = "matching"
    EXPIRED = "expired"
    SOON = "soon"
    ADULT = "adult"


CHASE_STATES = {
    ChaseState.UNASKED: N_("Not asked yet"),
    ChaseState.UNOPENED: N_("Asked, not opened"),
    ChaseState.OPENED: N_("Opened, not finished"),
    ChaseState.BOUNCED: N_("Mail came back"),
    ChaseState.WANTS_PAPER: N_("Wants paper"),
    ChaseState.REFUSED: N_("Refused"),
    ChaseState.WITHDRAWN: N_("Taken back"),
    ChaseState.CONFLICT: N_("Guardians disagree"),
    ChaseState.MATCHING: N_("Answer to check"),
    ChaseState.EXPIRED: N_("Expired"),
    ChaseState.SOON: N_("Ends soon"),
    ChaseState.ADULT: N_("Turned 18"),
}


class ChaseChannel(enum.StrEnum):
    """How far a letter came, as the list filters by it."""

    NONE = "none"
    QUEUED = "queued"
    SENT = "sent"
    OPENED = "opened"
    BOUNCED = "bounced"
    CALLED = "called"


CHASE_CHANNELS = {
    ChaseChannel.NONE: N_("No letter"),
    ChaseChannel.QUEUED: N_("Leaving"),
    ChaseChannel.SENT: N_("Sent"),
    ChaseChannel.OPENED: N_("Opened"),
    ChaseChannel.BOUNCED: N_("Came back"),
    ChaseChannel.CALLED: N_("Called"),
}

# The last that is known of the way to a guardian, by its code; the day stands beside it.
REACHED = {
    "sent": N_("Sent %(on)s"),
    "reminded": N_("Reminded %(on)s"),
    "delivered": N_("Delivered %(on)s"),
    "noticed": N_("Told %(on)s"),
    "opened": N_("Opened %(on)s"),
    "called": N_("Called %(on)s"),
    "bounced": N_("Came back %(on)s"),
    "queued": N_("Leaving since %(on)s"),
    "failed": N_("Could not be sent %(on)s"),
    "bounced_before": N_("The address does not work"),
    "no_address": N_("No mail address"),
    "not_asked": N_("No letter yet"),
}


@dataclass(frozen=True)
class ChaseFilter:
    """What a coordinator wants to see of the list."""

    season_id: int | None = None
    group_id: int | None = None
    state: ChaseState | None = None
    language: str = ""
    channel: ChaseChannel | None = None


class ChaseKey(NamedTuple):
    """A place in the list: due day, whether anything waits, name, youth, season."""

    due: date
    rank: int
    folded_name: str
    youth_id: int
    season_id: int


@dataclass(frozen=True)
class ChasedGuardian:
    """A guardian who may decide, and the last that is known of the way there. `reached` is a key of `REACHED`."""

    guardian_id: int
    name: str
    relationship: Relationship
    language: str
    phone: str | None
    reached: str
    reached_at: datetime | None
    request_id: int | None
    awaited: bool
    due_on: date | None
    reachable: bool
    may_be_reminded: bool
    wants_paper: bool = False


@dataclass(frozen=True)
class ChaseLine:
    """One youth to chase in one season."""

    youth_id: int
    name: str
    list_name: str
    season_id: int
    program: str
    program_es: str
    season: str
    season_es: str
    groups: tuple[str, ...]
    state: ChaseState
    reason: Objection
    due_on: date | None
    guardians: tuple[ChasedGuardian, ...]

    @property
    def may_be_asked(self) -> bool:
        """Whether nobody was asked whom a mail still reaches, and somebody can be."""
        waits = any(each.awaited and each.may_be_reminded for each in self.guardians)
        return self.state is not ChaseState.ADULT and not waits and any(each.reachable for each in self.guardians)

    @property
    def to_remind(self) -> tuple[int, ...]:
        """The requests that wait for an answer of guardians whom a mail reaches."""
        return tuple(
            each.request_id
            for each in self.guardians
            if each.request_id is not None and each.awaited and each.reachable and each.may_be_reminded
        )

    @property
    def on_paper(self) -> ChasedGuardian | None:
        """Who asked for the form on paper."""
        return next((each for each in self.guardians if each.wants_paper), None)

    @property
    def to_call(self) -> ChasedGuardian | None:
        """Whom to call: the guardian who was asked, else the first with a phone."""
        with_phone = [each for each in self.guardians if each.phone]
        return next((each for each in with_phone if each.awaited), next(iter(with_phone), None))
