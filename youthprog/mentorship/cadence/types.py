"""Words and plain values of the support that staff give to matches."""

import enum
from dataclasses import dataclass
from datetime import date, datetime

from youthprog.core.refusals import N_


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
MOST_RHYTHMS = 8
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
