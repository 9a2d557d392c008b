"""What is counted of attendance, and exactly how. Pure.

Sources: field notes on community programs, section 6 (youth served, new, contact hours, completeness) and the four
indicators of research on programs outside school (days present, intensity, duration, breadth; ERIC EJ790694).
`docs/guides/figures.md` says the same to coordinators, the page `/reports/attendance` beside each figure.

*Period*: from a day to a day, both included, in the department's time zone. A gathering belongs to the day on which it
starts, also when it runs past midnight. *Site*: where the gathering was; one without a site counts for no single site.
*Program, season*: whose gathering it was.

*Held*: a gathering that was not canceled and is over, or whose register is already taken. What is canceled counts
nowhere, whatever was marked before. *Session*: a gathering held with a register. *Completeness*: sessions / held.

*Visit*: a mark in force that says the youth came (present, late, left early, walked in). *Youth served*: distinct young
people with at least one visit in the period; a record merged into another counts with it. *New*: of them, whose first
visit ever, anywhere in the department, lies in the period; the others are *returning*. So the new of two sites or two
halves of a year never count a young person twice.

*Contact minutes* of a visit: from arrival to leaving where both were recorded, else the length of the gathering as
planned, in whole elapsed minutes (an hour repeated in November counts, the one skipped in March does not). *Contact
hours*: their sum / 60. Who only watched, and whose mark says absent, has none.

*Days open*: days with a session. *Average daily attendance*: young people present, counted once a day, summed over the
days / days open.

Of the youth served: *days present*: different days with a visit, on average. *Offered*: the sessions of the groups a
youth belonged to on that day, and those where the register says anything of the youth; *intensity*: visits / offered.
*Duration*: weeks from the first visit in the period to the last, one visit being 1 week, on average. *Breadth*: kinds of
activity visited, on average; practices and games are one kind, then mentoring, classes, events.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from youthprog.attendance.types import Mark
from youthprog.core.refusals import N_, Refusal
from youthprog.programs.types import GatheringKind, InBoth

FIRST_YEAR, LAST_YEAR = 1990, 2100
MOST_DAYS = 3660  # ten years
DAY = 24 * 60 * 60
ONE_ACTIVITY = (GatheringKind.PRACTICE, GatheringKind.GAME)  # a team that trains and plays does one thing


@dataclass(frozen=True)
class Scope:
    """What is counted: from a day to a day, both included, of one site, program or season, or of all (None)."""

    first: date
    last: date
    site_id: int | None = None
    program_id: int | None = None
    season_id: int | None = None


def refusals_to_count(first: date | None, last: date | None) -> list[Refusal]:
    """Why nothing can be counted for a period: a day that is none, the end before the beginning, over ten years."""
    unreadable = N_("Write the day as year-month-day, like 2026-09-17.")
    reasons = [
        Refusal("bad_day", unreadable, field)
        for field, day in (("from", first), ("until", last))
        if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR
    ]
    if reasons or first is None or last is None:
        return reasons
    if last < first:
        return [Refusal("ends_before_it_begins", N_("The last day lies before the first."), "until")]
    if (last - first).days >= MOST_DAYS:
        return [Refusal("too_long", N_("Count ten years at most."), "until")]
    return []


def midnight(day: date, zone: tzinfo) -> datetime:
    """The instant at which a day begins where the department is, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


@dataclass(frozen=True)
class Stretch:
    """A stretch of time in which clocks stand `seconds` ahead of UTC, up to `until` (seconds since 1970, not included)."""

    until: int
    seconds: int


def stretches(first: date, last: date, zone: tzinfo) -> list[Stretch]:
    """How far clocks stand ahead of UTC during a period, exact to the second of each change.

    With it a database that knows no time zones finds the local day of an instant: (seconds + ahead) // 86400. Looked
    at once a day: two changes within a day and back would be missed; no zone ever had them.
    """
    start, end = (int(midnight(day, zone).timestamp()) for day in (first, last + timedelta(days=1)))
    found: list[Stretch] = []
    before = _ahead(start, zone)
    for probe in [*range(start + DAY, end, DAY), end]:
        if (after := _ahead(probe, zone)) != before:
            found.append(Stretch(_change_between(probe - DAY, probe, before, zone), before))
            before = after
    return [*found, Stretch(end, before)]


def _ahead(seconds: int, zone: tzinfo) -> int:
    offset = datetime.fromtimestamp(seconds, zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def _change_between(low: int, high: int, before: int, zone: tzinfo) -> int:
    """The first second at which clocks no longer stand as before."""
    while high - low > 1:
        middle = (low + high) // 2
        if _ahead(middle, zone) == before:
            low = middle
        else:
            high = middle
    return high


@dataclass(frozen=True)
class Figures:
    """Everything counted in a scope, in whole numbers; the averages are quotients of them. See the module.

    `clocked` visits have their own minutes from arrival to leaving; `youth_days` counts each youth once a day; `weeks`
    and `kinds` are summed over the youth served.
    """

    held: int = 0
    sessions: int = 0
    days: int = 0
    served: int = 0
    new: int = 0
    visits: int = 0
    clocked: int = 0
    minutes: int = 0
    youth_days: int = 0
    offered: int = 0
    weeks: int = 0
    kinds: int = 0

    @property
    def returning(self) -> int:
        """Youth served who came before the period."""
        return self.served - self.new

    @property
    def missing(self) -> int:
        """Gatherings held without a register."""
        return self.held - self.sessions

    @property
    def hours(self) -> Fraction:
        """Contact hours."""
        return Fraction(self.minutes, 60)

    @property
    def completeness(self) -> Fraction | None:
        """Of the gatherings held, the share with a register; None when none was held."""
        return _share(self.sessions, self.held)

    @property
    def daily(self) -> Fraction | None:
        """Average daily attendance; None when no day was open."""
        return _share(self.youth_days, self.days)

    @property
    def days_present(self) -> Fraction | None:
        """Days present of a youth served, on average; None when nobody was served."""
        return _share(self.youth_days, self.served)

    @property
    def intensity(self) -> Fraction | None:
        """Of what was offered to the youth served, the share they came to."""
        return _share(self.visits, self.offered)

    @property
    def duration(self) -> Fraction | None:
        """Weeks from first to last visit of a youth served, on average."""
        return _share(self.weeks, self.served)

    @property
    def breadth(self) -> Fraction | None:
        """Kinds of activity of a youth served, on average."""
        return _share(self.kinds, self.served)


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def weeks_between(first: date, last: date) -> int:
    """Weeks from a first day to a last; the same day is 1 week, the same weekday a week later 2."""
    return (last - first).days // 7 + 1


def rounded(value: Fraction | int, places: int = 1) -> str:
    """A figure as one copies it into a form: 1,204.5. A half is rounded up, as people do."""
    step = Decimal(1).scaleb(-places)
    exact = Fraction(value) / Fraction(step)
    whole = int((exact * 2 + 1) // 2)
    return f"{(Decimal(whole) * step).quantize(step, ROUND_HALF_UP):,}"


def percent(value: Fraction) -> str:
    """A share in whole percent, never 100 % while something is missing and never 0 % while something is there."""
    whole = int(rounded(value * 100, 0).replace(",", ""))
    return f"{min(max(whole, int(value > 0)), 100 - int(value < 1))}%"


# ---- the lines of the lists; `key` says where a line stands in its list ----


@dataclass(frozen=True)
class YouthLine:
    """One youth served and what the indicators are made of. `name` is None for who is no longer within reach."""

    youth_id: int
    name: str | None
    is_new: bool
    visits: int
    offered: int
    days: int
    minutes: int
    kinds: int
    first_on: date
    last_on: date
    key: tuple[int, str, int]

    @property
    def weeks(self) -> int:
        """Weeks from the first visit in the period to the last."""
        return weeks_between(self.first_on, self.last_on)


@dataclass(frozen=True)
class MeetingLine:
    """One gathering held: how many came and their contact minutes. `length` is its own, in minutes."""

    gathering_id: int
    title: str
    kind: GatheringKind
    group: str | None
    program: InBoth
    site: str | None
    starts_at: datetime
    length: int
    is_taken: bool
    visits: int
    minutes: int
    key: tuple[int, int]


@dataclass(frozen=True)
class DayLine:
    """One day: gatherings held, sessions of them, the young people present counted once, their contact minutes."""

    on: date
    held: int
    sessions: int
    youth: int
    minutes: int
    key: tuple[int]


@dataclass(frozen=True)
class VisitLine:
    """What the register of one session says of one youth; without `mark` nothing. `clocked`: minutes from out - in."""

    gathering_id: int
    title: str
    group: str | None
    starts_at: datetime
    youth_id: int
    name: str | None
    mark: Mark | None
    minutes: int
    clocked: bool
    key: tuple[int, int, int, str, int]
