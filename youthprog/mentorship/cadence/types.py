"""Words and plain values of the support that staff give to matches."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from youthprog.core.refusals import N_
from youthprog.mentorship.types import MatchStatus


class Party(enum.StrEnum):
    """Whom staff keep in touch with."""

    MENTOR = "mentor"
    YOUTH = "youth"
    GUARDIAN = "guardian"


class Depth(enum.StrEnum):
    """How far a contact goes. One in depth is a short one too."""

    QUICK = "quick"
    IN_DEPTH = "in_depth"


class Way(enum.StrEnum):
    """How a contact was made."""

    PHONE = "phone"
    IN_PERSON = "in_person"
    VIDEO = "video"
    TEXT = "text"
    EMAIL = "email"


class Safety(enum.StrEnum):
    """The answer to whether the young person is safe. No answer leaves a contact incomplete."""

    WELL = "well"
    CONCERN = "concern"


class Unit(enum.StrEnum):
    """What a line of a plan counts in, from the day a match began."""

    DAYS = "days"
    MONTHS = "months"


PARTIES = {Party.MENTOR: N_("Mentor"), Party.YOUTH: N_("Young person"), Party.GUARDIAN: N_("Guardian")}
DEPTHS = {Depth.QUICK: N_("Quick check-in"), Depth.IN_DEPTH: N_("In-depth talk")}
WAYS = {
    Way.PHONE: N_("Phone"),
    Way.IN_PERSON: N_("In person"),
    Way.VIDEO: N_("Video"),
    Way.TEXT: N_("Text"),
    Way.EMAIL: N_("Mail"),
}
SAFETIES = {Safety.WELL: N_("All is well"), Safety.CONCERN: N_("Something worries me")}
UNITS = {Unit.DAYS: N_("days"), Unit.MONTHS: N_("months")}


@dataclass(frozen=True)
class Rhythm:
    """A line of a plan: from `after` until `until` units after the beginning, `times` contacts in each `every` units.

    Without a party it asks for all three; without `until` it goes on.
    """

    depth: Depth
    unit: Unit
    after: int
    until: int | None
    times: int
    every: int
    party: Party | None = None

    def asks_of(self, party: Party) -> bool:
        """Whether the line asks for contacts with this party."""
        return self.party is None or self.party is party


@dataclass(frozen=True)
class Preset:
    """A rhythm somebody publishes, where it can be read, and when we read it."""

    name: str
    rhythms: tuple[Rhythm, ...]
    source: str
    read_on: date


def _quick(after: int, until: int | None, every: int = 1, times: int = 1) -> Rhythm:
    return Rhythm(Depth.QUICK, Unit.MONTHS, after, until, times, every)


def _deep(after: int, until: int | None, every: int = 1) -> Rhythm:
    return Rhythm(Depth.IN_DEPTH, Unit.MONTHS, after, until, 1, every)


READ_ON = date(2026, 11, 20)
PRESETS = {
    "eepm5": Preset(
        N_("National standard, 5th edition"),
        (_quick(0, 12), _deep(0, 3), _deep(3, None, 3)),
        "eepm.mentoring.org, Element 11",
        READ_ON,
    ),
    "eepm4": Preset(
        N_("National standard, 4th edition"),
        (_quick(0, 1, times=2), _quick(1, None)),
        "mentoring.org p=32487",
        READ_ON,
    ),
    "bbbs": Preset(
        N_("Big Brothers Big Sisters"),
        (Rhythm(Depth.QUICK, Unit.DAYS, 0, 14, 1, 14), _quick(1, 12), _quick(12, None, 3)),
        "matchforceguide.bbbs.org",
        READ_ON,
    ),
}
USUAL = "eepm5"
MOST_RHYTHMS = 6
AREAS = (
    N_("What they do together"),
    N_("What is going better"),
    N_("How they get along"),
    N_("What changes at home or at school"),
    N_("What they need from us"),
)
MOST_MATCHES = 65  # one coordinator kept up with more only for a while (evidencebasedmentoring.org)
LONGEST_AREA, LONGEST_NOTE = 300, 2000


@dataclass(frozen=True, order=True)
class Hold:
    """Days on which a match stood still: from a day until the day on which it goes on, or none yet."""

    from_on: date
    resumed_on: date | None


@dataclass(frozen=True)
class Made:
    """A contact that counts: when, and how far it went."""

    at: datetime
    depth: Depth


@dataclass(frozen=True)
class Window:
    """Days within which so many contacts are asked for. Without a last day its end waits behind an open hold."""

    depth: Depth
    first_on: date
    last_on: date | None
    required: int
    made: int

    @property
    def short(self) -> int:
        """How many contacts are missing."""
        return self.required - self.made


@dataclass(frozen=True)
class Support:
    """How a person of a match stands on a day: windows that ended, what is due now, and what comes next.

    `owed_since` is the end of the oldest window that fell short and after which nobody was reached.
    """

    closed: tuple[Window, ...]
    due: tuple[Window, ...]
    next: Window | None
    owed_since: date | None
    owed_depth: Depth | None
    overdue_days: int

    @property
    def required(self) -> int:
        """Contacts asked for in windows that ended."""
        return sum(each.required for each in self.closed)

    @property
    def made(self) -> int:
        """Contacts made of those asked for; more in one window does not make up for less in another."""
        return sum(each.made for each in self.closed)

    @property
    def missed(self) -> int:
        """Contacts asked for and not made."""
        return self.required - self.made


@dataclass(frozen=True)
class Rate:
    """Contacts made of those required."""

    made: int = 0
    required: int = 0

    def __add__(self, other: "Rate") -> "Rate":
        return Rate(self.made + other.made, self.required + other.required)

    @property
    def percent(self) -> int | None:
        """In whole percent, rounded half up; none where nothing was required."""
        return (200 * self.made + self.required) // (2 * self.required) if self.required else None


# ---- early warning ----


class Sign(enum.StrEnum):
    """What makes a match a worry. Each is one rule with its own points."""

    MISSED = "missed"
    NO_LOG = "no_log"
    OVERDUE = "overdue"
    MOOD = "mood"
    MOVED = "moved"
    SHIFT = "shift"
    WAITED = "waited"
    FIT = "fit"


MISSED_MEETINGS, DAYS_WITHOUT_LOG, LONG_WAIT = 2, 14, 30
SIGNS = {
    Sign.MISSED: N_("Two planned meetings running did not happen"),
    Sign.NO_LOG: N_("No session logged for 14 days"),
    Sign.OVERDUE: N_("A contact of ours is overdue"),
    Sign.MOOD: N_("The mood falls from session to session"),
    Sign.MOVED: N_("The mentor moved"),
    Sign.SHIFT: N_("The mentor's shift changed"),
    Sign.WAITED: N_("More than 30 days from application to match"),
    Sign.FIT: N_("Somebody said that the match does not fit"),
}
USUAL_POINTS = {
    Sign.MISSED: 3,
    Sign.NO_LOG: 2,
    Sign.OVERDUE: 2,
    Sign.MOOD: 3,
    Sign.MOVED: 2,
    Sign.SHIFT: 2,
    Sign.WAITED: 1,
    Sign.FIT: 3,
}
WARN_FROM = 3
MOST_POINTS = 20


@dataclass(frozen=True)
class Reason:
    """Why a match is warned of: the rule, its points and what was found, in words."""

    sign: Sign
    points: int
    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)


# ---- what a program says ----


@dataclass(frozen=True)
class Plan:
    """A program's own settings: its rhythm with source and date, the areas asked about, points of the warning rules.

    `preset` is None where the lines are the program's own. A rule with 0 points is off. `rates` are the ledger's.
    """

    preset: str | None
    rhythms: tuple[Rhythm, ...]
    source: str
    read_on: date | None
    areas: tuple[str, ...]
    points: Mapping[Sign, int]
    warn_from: int
    rates: Mapping[str, object] = field(default_factory=dict)


# ---- lines of pages ----


@dataclass(frozen=True)
class Seat:
    """A person of a match with whom staff keep in touch. For a guardian the youth stands in: any guardian will do."""

    party: Party
    person_id: int
    name: str

    @property
    def key(self) -> str:
        """The seat in an address or a form."""
        return f"{self.party.value}-{self.person_id}"


@dataclass(frozen=True)
class SeatLine:
    """A seat with how it stands, and the day of the last contact that counted."""

    seat: Seat
    support: Support
    last_on: date | None


@dataclass(frozen=True)
class Case:
    """A match as those who keep up with it see it.

    `met_on`: somebody came last; `logged_on`: logged for last; `asked_on`: the first of its youth asked for a place;
    `shift_changed_on`: a mentor's free hours changed last.
    """

    match_id: int
    group_id: int
    name: str
    program_id: int
    status: MatchStatus
    every_days: int
    started_on: date
    staff_id: int | None
    staff_name: str | None
    mentor_ids: tuple[int, ...]
    plan: Plan
    holds: tuple[Hold, ...]
    seats: tuple[SeatLine, ...]
    met_on: date | None
    logged_on: date | None
    asked_on: date | None
    shift_changed_on: date | None = None

    @property
    def mentors(self) -> tuple[str, ...]:
        """The names of its mentors."""
        return tuple(line.seat.name for line in self.seats if line.seat.party is Party.MENTOR)

    @property
    def is_active(self) -> bool:
        """Whether the match goes on."""
        return self.status is MatchStatus.ACTIVE

    @property
    def is_open(self) -> bool:
        """Whether somebody has to keep up with it: it goes on, or stands still for a while."""
        return self.status in (MatchStatus.ACTIVE, MatchStatus.PAUSED)

    @property
    def overdue(self) -> tuple[SeatLine, ...]:
        """The seats with a contact overdue, the longest first."""
        late = (line for line in self.seats if line.support.overdue_days)
        return tuple(sorted(late, key=lambda line: -line.support.overdue_days))


@dataclass(frozen=True)
class OverdueLine:
    """A match that should have met so many days ago, and when somebody came last."""

    match_id: int
    name: str
    mentors: tuple[str, ...]
    overdue_days: int
    last_on: date | None


@dataclass(frozen=True)
class DueLine:
    """A contact that is due or overdue."""

    match_id: int
    match: str
    seat: Seat
    depth: Depth
    overdue_days: int
    due_on: date | None
    last_on: date | None


@dataclass(frozen=True)
class Load:
    """What one of the staff, or nobody, keeps up with: matches that go on, and the rate of a period."""

    staff_id: int | None
    name: str | None
    matches: int
    overdue: int
    rate: Rate

    @property
    def is_too_many(self) -> bool:
        """Whether one person keeps up with more matches than one can."""
        return self.staff_id is not None and self.matches > MOST_MATCHES


@dataclass(frozen=True)
class Warned:
    """A match that worries, with every reason; the points add up to the total."""

    match_id: int
    match: str
    staff_name: str | None
    reasons: tuple[Reason, ...]

    @property
    def points(self) -> int:
        """The sum of the reasons' points."""
        return sum(each.points for each in self.reasons)


@dataclass(frozen=True)
class ContactLine:
    """A contact as it was recorded. `lacks` says what keeps it from counting."""

    contact_id: int
    at: datetime
    seat: Seat
    way: Way
    depth: Depth
    reached: bool
    safety: Safety | None
    lacks: tuple[str, ...]
    areas: tuple[tuple[str, str], ...]
    note: str
    made_by: str | None
