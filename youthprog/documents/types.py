"""What the printing house is told and what it hands back: plain values only.

Every sheet is a frozen dataclass of plain values: strings are printed as they are,
dates are written in the sheet's language. A field that a reader may not see is None, and what is None
is not printed: a coach's roster without health has no column, no mark and no legend for health.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class DocumentKind(StrEnum):
    """The kinds of paper this house prints."""

    ROSTER = "roster"
    SIGN_IN = "sign_in"
    CERTIFICATE = "certificate"
    CONSENT_RECORD = "consent_record"
    WITHDRAWAL_RECORD = "withdrawal_record"
    SUPPLEMENT_RECORD = "supplement_record"
    CONSENT_BLANK = "consent_blank"
    CHECK_IN_CARDS = "check_in_cards"
    GAME_CARD = "game_card"
    CLOSURE_LETTER = "closure_letter"
    APPRECIATION = "appreciation"
    EVIDENCE_FILE = "evidence_file"
    PUBLIC_ROSTER = "public_roster"
    PLAYER_CARDS = "player_cards"
    SEASON_SCHEDULE = "season_schedule"
    EMERGENCY_BINDER = "emergency_binder"


ARCHIVED = frozenset(
    {DocumentKind.CONSENT_RECORD, DocumentKind.WITHDRAWAL_RECORD, DocumentKind.SUPPLEMENT_RECORD}
)  # the evidence of a consent: the signed record, and what was added to it or taken back of it later
SEALED = ARCHIVED | {DocumentKind.CERTIFICATE, DocumentKind.CLOSURE_LETTER, DocumentKind.APPRECIATION}


BADGES = frozenset({DocumentKind.CERTIFICATE, DocumentKind.APPRECIATION})
"""What can be taken along as a badge."""


class Variant(StrEnum):
    """What the file promises: readable by everyone, and for records also readable in fifty years."""

    ACCESSIBLE = "pdf/ua-1"
    ARCHIVAL = "pdf/a-3a"
    """PDF/A-3a and PDF/UA-1 in one file."""


class Language(StrEnum):
    """The languages a document can be written in."""

    ENGLISH = "en"
    SPANISH = "es"


class Paper(StrEnum):
    """The size of a sheet."""

    LETTER = "letter"
    A4 = "a4"


class ConsentMark(StrEnum):
    """Where a player's required consent stands, as a shape, a fill and a word."""

    SIGNED = "signed"
    WAITING = "waiting"
    EXPIRED = "expired"
    MISSING = "missing"


class AnswerMark(StrEnum):
    """How a statement was answered: agreed, understood, or freely refused."""

    YES = "yes"
    UNDERSTOOD = "understood"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who issues the paper. The name is set light, its last part bold: "Riverton Police **Youth Programs**"."""

    department: str
    unit: str
    address: str
    phone: str
    verify_at: str
    """The public address of the check page without scheme, such as `youth.riverton.example/v`."""

    @property
    def full_name(self) -> str:
        return f"{self.department} {self.unit}".strip()


# Roster -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One player. `medical` is one short line: what, and where help is."""

    number: str
    family_name: str
    given_name: str
    struck_reason: str | None = None
    """Why the player is struck from this roster; the line is drawn through number and name."""
    age: int | None = None
    born_on: date | None = None
    guardian: str | None = None
    phone: str | None = None
    consent: ConsentMark | None = None
    consent_note: str = ""
    """The second line, in the sheet's language: "to Aug 14, 2027", "sent Aug 20"."""
    photos: bool | None = None
    medical: str | None = None
    photo: bytes | None = field(default=None, repr=False)
    """A small JPEG of the player, where one is kept and the family agreed to photos."""


@dataclass(frozen=True, slots=True)
class RosterSheet:
    """A coach's roster. A `shows_…` that is False takes the whole column away, whatever the rows hold."""

    letterhead: Letterhead
    team: str
    season: str
    coach: str
    practice: str
    printed_at: datetime
    """In the program's own zone: the hour is printed as it stands."""
    rows: tuple[RosterRow, ...]
    language: Language = Language.ENGLISH
    version: str = ""
    officer: str | None = None
    emergency_phone: str = ""
    shred_on: date | None = None
    shows_born: bool = True
    shows_guardian: bool = True
    shows_consent: bool = True
    shows_photos: bool = True
    shows_medical: bool = False
    paper: Paper = Paper.LETTER


# Public roster ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PublicRow:
    """One player as anybody may read it. `family_name` is empty where the family asked for that."""

    number: str
    given_name: str
    family_name: str = ""


@dataclass(frozen=True, slots=True)
class PublicRoster:
    """A team's players for families, officials and the wall of a clubhouse: numbers and names, nothing else of a child."""

    letterhead: Letterhead
    team: str
    season: str
    division: str
    coach: str
    practice: str
    printed_at: datetime
    rows: tuple[PublicRow, ...]
    language: Language = Language.ENGLISH
    paper: Paper = Paper.LETTER


# Sign-in sheet ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SignInRow:
    """One player of a gathering. Families see this sheet: it never says why to see the coordinator."""

    number: str
    family_name: str
    given_name: str
    pick_up: tuple[str, ...] = ()
    """Only those who may pick the child up; never those who may not."""
    see_coordinator: bool = False


@dataclass(frozen=True, slots=True)
class SignInSheet:
    """The sheet on the table by the field: time in, time out, two signatures."""

    letterhead: Letterhead
    team: str
    gathering: str
    """What and which: "Practice · gathering 12 of 24"."""
    starts_at: datetime
    ends_at: datetime
    place: str
    coach: str
    printed_at: datetime
    rows: tuple[SignInRow, ...]
    language: Language = Language.ENGLISH
    spare_rows: int = 2
    of_team: bool = True
    """Of a team the sheet says player and coach; of a mentoring group, a class or an event, other words."""
    paper: Paper = Paper.LETTER


# Certificate --------------------------------------------------------------------------------------------------


class CertificateKind(StrEnum):
    """What a certificate certifies: that somebody took part, stayed to the end, gave hours, or earned an award."""

    PARTICIPATION = "participation"
    COMPLETION = "completion"
    HOURS = "hours"
    AWARD = "award"


class Writing(StrEnum):
    """The languages of a certificate or letter: one of them, or both side by side."""

    BOTH = "both"
    ENGLISH = "en"
    SPANISH = "es"


@dataclass(frozen=True, slots=True)
class Signatory:
    """A name under a writing line; the hand signs on paper. `picture` names a signature of the department's theme."""

    name: str
    role: str
    role_es: str = ""
    """The title in Spanish; empty where `role` serves both languages."""
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate of one of four kinds. `name` is as the person writes it."""

    letterhead: Letterhead
    name: str
    program_en: str
    program_es: str
    season_en: str
    season_es: str
    awarded_on: date
    code: str
    signatories: tuple[Signatory, ...]
    team: str | None = None
    hours: int | None = None
    gatherings: int | None = None
    name_in_own_script: str | None = None
    own_script_language: str | None = None
    own_script_runs_left: bool = False
    kind: CertificateKind = CertificateKind.PARTICIPATION
    writing: Writing = Writing.BOTH
    paper: Paper = Paper.LETTER
    award_en: str = ""
    award_es: str = ""
    """What the award is called; its title."""
    words_en: str = ""
    words_es: str = ""
    """What an award is given for, in the words of whoever gives it."""
    minutes: int | None = None
    """Of a certificate of hours: what was counted from `started_on` to `ended_on`, both included."""
    started_on: date | None = None
    ended_on: date | None = None
    of_mentor: bool = False
    """Whether the hours were given as a mentor; `gatherings` are then sessions."""


# Consent record -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Statement:
    """One signed statement and its answer, word for word as shown. `answer` is the label of the button pressed."""

    text: str
    answer: str
    mark: AnswerMark
    note: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class ConsentEvent:
    """One step on the way to the signature: what, when (program zone) and how we know."""

    what: str
    at: datetime
    how_we_know: str


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A question as it stood on the screen: its words, the answers offered with what each means, how to undo."""

    question: str
    paragraphs: tuple[str, ...]
    answers: tuple[str, ...] = ()
    undo: str = ""


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """What a guardian signed. `canonical_json` holds the exact bytes signed; it travels inside the PDF."""

    letterhead: Letterhead
    code: str
    title: str
    form: str
    """Which form and version: "Participation form, version 4"."""
    youth: str
    youth_born_on: date | None
    signer: str
    relationship: str
    """As the signer stated it: "Mother and legal guardian"."""
    signature: str
    """The name typed as signature, exactly as typed."""
    signed_at: datetime
    zone: str
    """Of the times here, as the clock's tables call it, "America/Chicago"; the press writes it in words."""
    statements: tuple[Statement, ...]
    events: tuple[ConsentEvent, ...]
    canonical_json: bytes
    language: Language = Language.ENGLISH
    in_force_from: date | None = None
    in_force_until: date | None = None
    other_language: Language | None = None
    other_statements: tuple[Statement, ...] = ()
    """The same statements in the other language offered; printed overleaf."""
    intro: str = ""
    shown: tuple[ShownSection, ...] = ()
    """Every word of the form, in the language signed; printed after the seal."""
    signed_how: str = ""
    """What stands under the signature, when it was not typed by the signer."""
    route_note: str = ""
    """On paper or by telephone: who wrote the answers down, who saw the original, the SHA-256 of the scan."""
    sealed_at: datetime | None = None
    """When the record was made, where that is not the moment of the signature."""
    dated_on: date | None = None
    """The day on the sheet, when it was signed by hand on paper; `signed_at` is when that was recorded."""
    drawn: str = ""
    """A drawing beside the typed name, as SVG path data in whole numbers; see `drawn.py`."""


# Consent form on paper ----------------------------------------------------------------------------------------


class BlankLayout(StrEnum):
    """How a section of a paper form is answered by hand."""

    WORDS = "words"  # nothing to answer
    CHOICES = "choices"  # boxes to tick
    LINES = "lines"  # boxes, if any, and lines to write on
    INITIALS = "initials"  # a place for initials before each clause
    SIGNATURE = "signature"  # somebody else signs here


@dataclass(frozen=True, slots=True)
class BlankChoice:
    """A box to tick, and what ticking it means. `initials` asks for initials beside it."""

    label: str
    meaning: str = ""
    initials: bool = False


@dataclass(frozen=True, slots=True)
class BlankSection:
    """One section of a paper form: the whole wording, then how it is answered."""

    title: str
    question: str
    paragraphs: tuple[str, ...]
    statement: str
    layout: BlankLayout
    choices: tuple[BlankChoice, ...] = ()
    lines: tuple[str, ...] = ()
    """The label of each line to write on; with several columns parted by a bar: "Name|Phone"."""
    clauses: tuple[str, ...] = ()
    note: str = ""
    notary: bool = False


@dataclass(frozen=True, slots=True)
class BlankForm:
    """The paper form of one guardian about one child. `code` finds the child again when the sheet is scanned."""

    code: str
    language: Language
    title: str
    form: str
    youth: str
    guardian: str
    sections: tuple[BlankSection, ...]


@dataclass(frozen=True, slots=True)
class ConsentBlanks:
    """Paper forms to print in one go, each in its guardian's language."""

    letterhead: Letterhead
    forms: tuple[BlankForm, ...]
    language: Language = Language.ENGLISH


# Check-in cards -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CheckInCard:
    """One card to cut out. Whoever finds it learns a name and a team: no birth date, no address, no health."""

    name: str
    code: str
    number: str = ""
    name_in_own_script: str | None = None
    own_script_language: str | None = None
    own_script_runs_left: bool = False
    photo: bytes | None = field(default=None, repr=False)
    """A small JPEG of the child, where one is kept and the family agreed to photos."""


@dataclass(frozen=True, slots=True)
class CheckInCards:
    """Check-in cards of a group, ten to a sheet. What a card's picture says is `address` followed by its code."""

    letterhead: Letterhead
    group: str
    season: str
    address: str
    """Where a card leads, up to its code: "https://youth.riverton.example/k/"."""
    rows: tuple[CheckInCard, ...]
    language: Language = Language.ENGLISH
    paper: Paper = Paper.LETTER


# Player cards -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlayerCard:
    """One card of a player to show at a game: who, which number, with a photo where there is one and it is allowed."""

    given_name: str
    family_name: str
    number: str = ""
    photo: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PlayerCards:
    """Cards of a team's players, ten to a sheet. They carry no birth date, address or health."""

    letterhead: Letterhead
    team: str
    division: str
    season: str
    valid_until: date
    rows: tuple[PlayerCard, ...]
    coach: str = ""
    language: Language = Language.ENGLISH
    paper: Paper = Paper.LETTER


# Season schedule ----------------------------------------------------------------------------------------------


class ScheduleOrder(StrEnum):
    """What the parts of a printed schedule are."""

    TEAM = "team"
    FIELD = "field"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class ScheduledGame:
    """One game that somebody may go to. A week off is no game and has no row; a called-off game says so."""

    starts_at: datetime
    """In the program's own zone."""
    home: str
    away: str
    field: str
    division: str
    called_off: bool = False


@dataclass(frozen=True, slots=True)
class SeasonSchedule:
    """The games of a season in one order. Of a single team only its part."""

    letterhead: Letterhead
    season: str
    order: ScheduleOrder
    rows: tuple[ScheduledGame, ...]
    printed_at: datetime
    team: str = ""
    """Set when the sheet is one team's own: the other parts are then left out."""
    language: Language = Language.ENGLISH
    paper: Paper = Paper.LETTER


# Emergency-contact binder -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BinderContact:
    """Somebody to call: a guardian, in the order of calling, or another contact."""

    name: str
    relation: str
    phone: str


@dataclass(frozen=True, slots=True)
class BinderRow:
    """One young person of a binder. What its reader may not read is None or empty, and is not printed."""

    family_name: str
    given_name: str
    teams: tuple[str, ...] = ()
    number: str = ""
    age: int | None = None
    born_on: date | None = None
    address: str | None = None
    contacts: tuple[BinderContact, ...] = ()
    medical: str | None = None
    health: str | None = None
    """What stands in the health notes beyond the alert, for whoever may read it."""
    pick_up: tuple[str, ...] = ()
    barred: tuple[str, ...] | None = None
    """Adults whom a court keeps from collecting the child; None where the reader may not read that."""


@dataclass(frozen=True, slots=True)
class EmergencyBinder:
    """Whom to call for each young person of a season: contents by team in front, then a block each by name."""

    letterhead: Letterhead
    season: str
    rows: tuple[BinderRow, ...]
    printed_at: datetime
    printed_by: str
    part: str = ""
    """Which part of a large season: "A to F"."""
    emergency_phone: str = ""
    shred_on: date | None = None
    shows_medical: bool = False
    shows_barred: bool = False
    language: Language = Language.ENGLISH
    paper: Paper = Paper.LETTER


# Game card ----------------------------------------------------------------------------------------------------


class HeldFor(StrEnum):
    """Why a player is struck from a game card, as far as both teams and their families may read it.

    Whatever is neither consent nor a suspension is one class, so that nobody learns from it about a child's health,
    age or family.
    """

    CONSENT = "consent"
    SUSPENDED = "suspended"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class GameCardRow:
    """One player on a game card. Both teams and their families read it: `held` strikes the line and says the class."""

    number: str
    family_name: str
    given_name: str
    held: HeldFor | None = None


@dataclass(frozen=True, slots=True)
class GameCardTeam:
    """One side of a game card. Without rows there are lines to write on: whoever printed it may not read the list."""

    team: str
    coach: str
    rows: tuple[GameCardRow, ...] = ()


@dataclass(frozen=True, slots=True)
class GameCard:
    """The card of one game: score, both lists, officials. Its code opens the entry of this game's score alone."""

    letterhead: Letterhead
    home: GameCardTeam
    away: GameCardTeam
    starts_at: datetime
    """In the program's own zone, as `printed_at`."""
    field: str
    division: str
    season: str
    printed_at: datetime
    code: str = ""
    """Empty where no score is kept, or no link was made."""
    address: str = ""
    """Where the code is typed, without scheme: "youth.riverton.example/g"."""
    keeps_score: bool = True
    language: Language = Language.ENGLISH
    paper: Paper = Paper.LETTER
    officials: tuple[Signatory, ...] = ()
    """Who serves at the game, with the role; the lines for their signatures."""


# The end of a mentoring match ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ClosureLetter:
    """The letter to a youth and the family when a match ends, dated on its last day. It says no reason."""

    letterhead: Letterhead
    code: str
    name: str
    program: str
    """As shown to the public: the title on the page of its code."""
    started_on: date
    ended_on: date
    contact: str
    """Which rule on contact holds after the end: `none`, `through_office` or `family_agrees`."""
    signer: str
    mentors: tuple[str, ...] = ()
    """Empty where nobody is to be named."""
    sessions: int = 0
    hours: int = 0
    language: Language = Language.ENGLISH
    """Of the first page; the other language follows overleaf when `both`."""
    both: bool = False
    paper: Paper = Paper.LETTER


@dataclass(frozen=True, slots=True)
class Appreciation:
    """A bilingual certificate that thanks a mentor at the end of a match, dated on its last day. It names no child."""

    letterhead: Letterhead
    name: str
    program_en: str
    program_es: str
    started_on: date
    awarded_on: date
    code: str
    signatories: tuple[Signatory, ...]
    hours: int | None = None
    gatherings: int | None = None
    writing: Writing = Writing.BOTH
    paper: Paper = Paper.LETTER


# Evidence file of mentoring -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One benchmark: what it asks in our words, how far it is met, and the figures of that. `mark` is a shape beside the word."""

    code: str
    text: str
    word: str
    mark: str
    figures: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class EvidencePart:
    """Benchmarks under one heading."""

    title: str
    rows: tuple[EvidenceRow, ...]


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """How far a mentoring program meets a list of benchmarks in a period. No person is named."""

    letterhead: Letterhead
    program: str
    period: str
    after: str
    """After which list, in words: whose it is, of which year, and what was not checked."""
    counts: tuple[str, ...]
    parts: tuple[EvidencePart, ...]
    printed_at: datetime
    language: Language = Language.ENGLISH


# Withdrawal record --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TakenBack:
    """One answer taken back: the section's name and the statement that holds no more, word for word."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class WithdrawalRecord:
    """What a guardian took back, from when, and of which signed record. That record stays as it was."""

    letterhead: Letterhead
    code: str
    title: str
    youth: str
    youth_born_on: date | None
    signer: str
    relationship: str
    taken_back_at: datetime
    zone: str
    taken: tuple[TakenBack, ...]
    standing: tuple[str, ...]
    """The names of the answers of the same record that still hold."""
    how_we_know: str
    first_code: str
    first_sha256: str
    first_signed_at: datetime
    canonical_json: bytes
    language: Language = Language.ENGLISH
    other_language: Language | None = None
    other_taken: tuple[TakenBack, ...] = ()


# Supplement to a signed record --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SupplementRecord:
    """A part of a signed consent that somebody else than the guardian signed later. The first record stays as it was."""

    letterhead: Letterhead
    code: str
    title: str
    form: str
    """Which form and version, as in the first record."""
    youth: str
    youth_born_on: date | None
    signer: str
    role: str
    """As what they signed: "coach", "for the office", "Doctor"."""
    signed_at: datetime
    zone: str
    statements: tuple[Statement, ...]
    """The one section, with its answer."""
    shown: tuple[ShownSection, ...]
    """Every word that signer had before them, and no other."""
    events: tuple[ConsentEvent, ...]
    how_we_know: str
    signed_how: str
    """What stands under the name: `typed` as a signature, `by_account` whose own it is, or `from_sheet`."""
    first_code: str
    first_sha256: str
    first_signed_at: datetime
    first_signer: str
    canonical_json: bytes
    in_force_until: date | None = None
    dated_on: date | None = None
    """The day on the sheet, when it was signed by hand on paper; `signed_at` is when that was recorded."""
    language: Language = Language.ENGLISH
    other_language: Language | None = None
    other_statements: tuple[Statement, ...] = ()


Sheet = (
    RosterSheet
    | SignInSheet
    | Certificate
    | ConsentRecord
    | WithdrawalRecord
    | SupplementRecord
    | ConsentBlanks
    | CheckInCards
    | GameCard
    | ClosureLetter
    | Appreciation
    | EvidenceFile
    | PublicRoster
    | PlayerCards
    | SeasonSchedule
    | EmergencyBinder
)
Issued = Certificate | ConsentRecord | WithdrawalRecord | SupplementRecord | ClosureLetter | Appreciation
"""The sheets that are kept and have a code."""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file inside the PDF: the data of which the page is the readable form."""

    name: str
    description: str
    content: bytes


# What comes back ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PreparedDocument:
    """A finished file that is not recorded yet: made without a lock, worthless until `record_document`."""

    kind: DocumentKind
    code: str
    title: str
    language: Language
    issuer: str
    sealed: bool
    content: bytes = field(repr=False)
    sha256: str
    pages: int
    holder: str = field(default="", repr=False)
    """The name printed on a certificate or letter; empty for other papers."""


@dataclass(frozen=True, slots=True)
class SealReport:
    """What the seal of a file says. All three must hold for `is_good`."""

    ours: bool
    """Made with this department's key."""
    intact: bool
    """Not one byte under the seal has changed."""
    whole_file: bool
    """Nothing was appended after sealing."""
    signed_at: datetime | None = None
    code: str | None = None
    """The code the seal names, whether or not the file was changed since: which document it says it is."""

    @property
    def is_good(self) -> bool:
        return self.ours and self.intact and self.whole_file


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """One page of a scan, or a whole PDF that cannot be parted. `code` is None when there is no match code, or several."""

    content: bytes = field(repr=False)
    content_type: str
    code: str | None


NO_SEAL = SealReport(ours=False, intact=False, whole_file=False)
