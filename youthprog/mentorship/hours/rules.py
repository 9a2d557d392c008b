"""How sessions become a ledger. Pure: sessions and what is written in, entries, amendments, sums and lines out.

A minute belongs to the local day in which it begins; its session's minutes are elapsed ones, whatever the clock does.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from youthprog.core.refusals import N_, Refusal
from youthprog.mentorship.hours.types import Entry, HourRate, PersonHours, Worked
from youthprog.mentorship.types import DutyStatus

MINUTE = timedelta(minutes=1)
COLUMNS = (
    "month", "date", "person", "duty", "minutes", "hours", "kind", "amended_on", "changes_month", "session", "in_kind",
    "rate_per_hour", "value", "rate_source", "rate_date",
)  # fmt: skip
# Paid time is no gift to the program: it counts only where somebody else's employer lends the person.
USUAL_RATES = {
    DutyStatus.ON_DUTY: HourRate(counts=False),
    DutyStatus.OVERTIME: HourRate(counts=False),
    DutyStatus.OFF_DUTY: HourRate(counts=True),
    DutyStatus.CIVILIAN: HourRate(counts=True),
}
MOST_CENTS = 100_000  # an hour


def entries_of(worked: Worked, zone: tzinfo) -> list[Entry]:
    """A session's minutes by the local day in which each begins; they add up to the session's."""
    found, begins, left = [], worked.starts_at.astimezone(UTC), worked.minutes
    while left > 0:
        day = begins.astimezone(zone).date()
        midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), zone).astimezone(UTC)
        minutes = min(left, -((begins - midnight) // MINUTE))  # rounded up: a minute begun before midnight is the day's
        found.append(Entry(worked.session_id, worked.person_id, worked.name, day, worked.duty, minutes))
        begins, left = begins + minutes * MINUTE, left - minutes
    return found


def amendments(now: Iterable[Entry], written: Iterable[Entry], locked: Collection[date], on: date) -> list[Entry]:
    """What a day's amendments must say so that what is written of locked months comes to what sessions say now.

    `written` are all entries of the same sessions. An amendment stands in the month of `on`, which is never locked.
    """
    due: dict[tuple[Any, ...], int] = defaultdict(int)
    names: dict[tuple[Any, ...], str] = {}
    for entry, weight in [*((each, -1) for each in written), *((each, 1) for each in now)]:
        if entry.held_on.replace(day=1) in locked:
            key = (entry.session_id, entry.held_on, entry.person_id, entry.duty)
            due[key] += weight * entry.minutes
            names[key] = entry.name
    found = [
        Entry(session_id, person_id, names[session_id, held_on, person_id, duty], held_on, duty, minutes, on)
        for (session_id, held_on, person_id, duty), minutes in due.items()
        if minutes
    ]
    return sorted(found, key=_order)


def of_month(first_on: date, *, live: Iterable[Entry], written: Iterable[Entry], locked: bool) -> list[Entry]:
    """The entries of a month in the order in which they are printed.

    A locked month is what is written; an open one is what sessions say now, and the amendments made in it.
    """
    kept = [each for each in written if each.month == first_on and (locked or each.booked_on)]
    return sorted([*kept, *([] if locked else (each for each in live if each.month == first_on))], key=_order)


def _order(entry: Entry) -> tuple[Any, ...]:
    booked = entry.booked_on or date.min
    return entry.name, booked, entry.held_on, entry.session_id, entry.duty, entry.minutes, entry.person_id or 0


def by_person(entries: Iterable[Entry]) -> list[PersonHours]:
    """The sums of each person by duty, by name."""
    found: dict[tuple[str, int], PersonHours] = {}
    for entry in entries:
        line = found.setdefault(
            (entry.name, entry.person_id or 0),
            PersonHours(entry.person_id, entry.name, dict.fromkeys(DutyStatus, 0)),
        )
        line.minutes[entry.duty] += entry.minutes
    return [found[key] for key in sorted(found)]


def totals_of(entries: Iterable[Entry]) -> dict[DutyStatus, int]:
    """All minutes by duty."""
    found = dict.fromkeys(DutyStatus, 0)
    for entry in entries:
        found[entry.duty] += entry.minutes
    return found


def next_month(first_on: date) -> date:
    """The first day of the month after."""
    return (first_on + timedelta(days=31)).replace(day=1)


def month_before(first_on: date) -> date:
    """The first day of the month before."""
    return (first_on - timedelta(days=1)).replace(day=1)


def refusals_to_lock(first_on: date, today: date, *, already: bool) -> list[Refusal]:
    """Why a month cannot be locked."""
    if already:
        return [Refusal("locked", N_("This month is locked already."))]
    if next_month(first_on) > today:
        sentence = N_("This month is not over. It can be locked from %(day)s.")
        return [Refusal("not_over", sentence, None, {"day": next_month(first_on)})]
    return []


# ---- in-kind ----


def rates_of(kept: Mapping[str, Any] | None) -> dict[DutyStatus, HourRate]:
    """The rates a program keeps, the usual where it says nothing."""
    found = dict(USUAL_RATES)
    for duty in DutyStatus:
        said = (kept or {}).get(duty.value)
        if said:
            said_on = said.get("said_on")
            found[duty] = HourRate(
                bool(said["counts"]), said.get("cents"), said.get("source", ""),
                date.fromisoformat(said_on) if said_on else None,
            )  # fmt: skip
    return found


def kept_rates(rates: Mapping[DutyStatus, HourRate]) -> dict[str, Any]:
    """Rates as they are kept."""
    return {
        duty.value: {
            "counts": rate.counts,
            "cents": rate.cents,
            "source": rate.source,
            "said_on": rate.said_on.isoformat() if rate.said_on else None,
        }
        for duty, rate in rates.items()
    }


def value_of(minutes: int, rate: HourRate) -> int:
    """What minutes are worth as in-kind, in cents, half a cent up; 0 where they do not count or have no rate."""
    if not rate.counts or rate.cents is None:
        return 0
    whole = (2 * abs(minutes) * rate.cents + 60) // 120
    return whole if minutes >= 0 else -whole


def lines_of(entries: Sequence[Entry], rates: Mapping[DutyStatus, HourRate]) -> list[list[str]]:
    """The lines of the in-kind export, in the order of `COLUMNS`; the same for every reader and language."""
    return [_line_of(entry, rates[entry.duty]) for entry in entries]


def _line_of(entry: Entry, rate: HourRate) -> list[str]:
    hours = (abs(entry.minutes) * 100 + 30) // 60
    sign = "-" if entry.minutes < 0 else ""
    priced = rate.counts and rate.cents is not None
    value = value_of(entry.minutes, rate)
    return [
        f"{entry.month:%Y-%m}",
        entry.held_on.isoformat(),
        entry.name,
        entry.duty.value,
        str(entry.minutes),
        f"{sign}{hours // 100}.{hours % 100:02}",
        "amendment" if entry.booked_on else "session",
        entry.booked_on.isoformat() if entry.booked_on else "",
        f"{entry.held_on:%Y-%m}" if entry.booked_on else "",
        str(entry.session_id),
        "yes" if rate.counts else "no",
        money(rate.cents or 0) if priced else "",
        money(value) if priced else "",
        rate.source if priced else "",
        rate.said_on.isoformat() if priced and rate.said_on else "",
    ]


def money(cents: int) -> str:
    """Cents as dollars: 1234 is 12.34."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"


def fingerprint(lines: Sequence[Sequence[str]]) -> str:
    """What tells two prints of a month apart."""
    return hashlib.sha256("\n".join("\x1f".join(line) for line in lines).encode()).hexdigest()
