"""When a certificate may be issued, and the periods a report is asked for. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from youthprog.core.refusals import N_, Refusal


def refusals_to_certify(*, enrolled: bool, gatherings: int) -> list[Refusal]:
    """Why no certificate of participation is issued: never enrolled, or never there."""
    refusals = []
    if not enrolled:
        sentence = N_("This young person was never enrolled in this season.")
        refusals.append(Refusal("not_enrolled", sentence, "season"))
    elif gatherings == 0:
        sentence = N_("No register of this season says that this young person came.")
        refusals.append(Refusal("never_came", sentence, "season"))
    return refusals


@dataclass(frozen=True)
class UsualPeriod:
    """A period funders ask for; both days included."""

    label: str
    first: date
    last: date


def usual_periods(on: date) -> list[UsualPeriod]:
    """The periods one asks for on a day: this year and month so far, then the last whole ones.

    A half-year is what the federal mentoring grants report by (January to June, July to December).
    """
    year, month = on.replace(month=1, day=1), on.replace(day=1)
    quarter, half = (on.replace(month=(on.month - 1) // size * size + 1, day=1) for size in (3, 6))
    return [
        UsualPeriod(N_("This year so far"), year, on),
        UsualPeriod(N_("This month so far"), month, on),
        *(
            UsualPeriod(label, _months_before(begins, months), begins - timedelta(days=1))
            for label, begins, months in (
                (N_("Last month"), month, 1),
                (N_("Last quarter"), quarter, 3),
                (N_("Last half-year"), half, 6),
                (N_("Last year"), year, 12),
            )
        ),
    ]


def _months_before(first: date, months: int) -> date:
    """The first of a month so many months before another first."""
    number = first.year * 12 + first.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


MOST_WEEKS, MOST_MONTHS = 10, 13  # bars a chart has room for


@dataclass(frozen=True)
class Bucket:
    """One bar of a chart: from a day to a day, contact minutes, whether a register of its gatherings is missing."""

    first: date
    last: date
    minutes: int
    held: int
    incomplete: bool


def buckets(first: date, last: date, days: Iterable[tuple[date, int, int, int]]) -> tuple[str, list[Bucket]]:
    """The bars of a period and what each is: "week" (from Monday), "month" or "year".

    `days` are (day, gatherings held, sessions of them, contact minutes). The first and last bar end with the period.
    """
    weeks = (last - first).days // 7 + 1
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    kind = "week" if weeks <= MOST_WEEKS else "month" if months <= MOST_MONTHS else "year"
    begins: list[date] = []
    at = first
    while at <= last:
        begins.append(at)
        at = _next(at, kind)
    found = {begin: [0, 0, 0] for begin in begins}
    for on, held, sessions, minutes in days:
        if first <= on <= last:
            sums = found[max(begin for begin in begins if begin <= on)]
            sums[0], sums[1], sums[2] = sums[0] + minutes, sums[1] + held, sums[2] + held - sessions
    ends = [*(begin - timedelta(days=1) for begin in begins[1:]), last]
    parts = zip(begins, ends, found.values(), strict=True)
    return kind, [
        Bucket(begin, end, minutes=minutes, held=held, incomplete=behind > 0)
        for begin, end, (minutes, held, behind) in parts
    ]


def _next(at: date, kind: str) -> date:
    if kind == "week":
        return at + timedelta(days=7 - at.weekday())
    if kind == "year":
        return date(at.year + 1, 1, 1)
    return _months_before(at.replace(day=1), -1)
