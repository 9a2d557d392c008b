"""The months of a youth's attendance as weeks of days, for a small picture. Pure. Weeks begin on Sunday."""

import calendar
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from youthprog.attendance.types import CAME, Mark

SUNDAY = 6


@dataclass(frozen=True)
class Day:
    """A day of a month with what the registers of its meetings say; None for a meeting nobody entered."""

    on: date
    marks: tuple[Mark | None, ...] = ()


@dataclass(frozen=True)
class Month:
    """A month in weeks of seven places, Sunday first; a place of another month is None."""

    first: date
    weeks: tuple[tuple[Day | None, ...], ...]

    @property
    def met(self) -> tuple[Day, ...]:
        """The days with a meeting."""
        return tuple(day for week in self.weeks for day in week if day and day.marks)


@dataclass(frozen=True)
class Figures:
    """Of the meetings somebody entered: how many the youth came to, was excused from, missed; and those not entered."""

    came: int
    late: int
    excused: int
    absent: int
    unsaid: int

    @property
    def entered(self) -> int:
        """The meetings at which something was said of the youth."""
        return self.came + self.excused + self.absent


def month_of(on: date) -> date:
    """The first day of a day's month."""
    return on.replace(day=1)


def months_back(on: date, count: int) -> date:
    """The first day of the month `count` months before a day's."""
    number = on.year * 12 + on.month - 1 - count
    return date(number // 12, number % 12 + 1, 1)


def months_of(attended: Iterable[tuple[date, Mark | None]], first: date, last: date) -> tuple[Month, ...]:
    """The months from one to another, both included, the latest first; what lies outside is left out.

    Marks of one day stand in the order given.
    """
    on_day: dict[date, list[Mark | None]] = defaultdict(list)
    for on, mark in attended:
        on_day[on].append(mark)
    found, month = [], month_of(last)
    while month >= month_of(first):
        found.append(_month(month, on_day))
        month = months_back(month, 1)
    return tuple(found)


def _month(first: date, on_day: dict[date, list[Mark | None]]) -> Month:
    weeks = calendar.Calendar(SUNDAY).monthdatescalendar(first.year, first.month)
    return Month(
        first,
        tuple(
            tuple(Day(on, tuple(on_day.get(on, ()))) if on.month == first.month else None for on in week)
            for week in weeks
        ),
    )


def figures_of(marks: Iterable[Mark | None]) -> Figures:
    """Count what the registers say."""
    said = list(marks)
    return Figures(
        came=sum(mark in CAME for mark in said),
        late=said.count(Mark.LATE),
        excused=said.count(Mark.EXCUSED),
        absent=said.count(Mark.ABSENT),
        unsaid=said.count(None),
    )


def last_of(on: date) -> date:
    """The last day of a day's month."""
    return on.replace(day=calendar.monthrange(on.year, on.month)[1])
