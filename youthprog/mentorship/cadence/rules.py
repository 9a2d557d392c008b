"""When staff owe a match a contact. Pure: a start, holds, an end, contacts and rhythms in; windows out.

While a match stands still its clock stands still: a window that spans a hold ends so much later, and so do all after
it. A window counts once all its days are over; one that the end of a match cuts off asks for nothing.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache

from youthprog.core.refusals import N_, Refusal
from youthprog.mentorship.cadence.types import (
    LONGEST_AREA,
    LONGEST_NOTE,
    MOST_RHYTHMS,
    Depth,
    Hold,
    Made,
    Party,
    Rate,
    Rhythm,
    Safety,
    Support,
    Unit,
    Window,
)

LONGEST = 120  # of a number in a line of a plan: ten years of months
SOON = 7  # days before its end in which an open window is due on Today


@dataclass(frozen=True)
class History:
    """What is known of a person in a match. `end` is the last day, both ends included."""

    start: date
    end: date | None = None
    holds: tuple[Hold, ...] = ()
    contacts: tuple[Made, ...] = ()


def months_after(start: date, months: int) -> date:
    """The same day so many months later; the last of the month where it has no such day."""
    years, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, month + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def merged(holds: Iterable[Hold], start: date) -> list[Hold]:
    """Holds in order, none touching another, nothing before the start."""
    found: list[Hold] = []
    for hold in sorted(holds, key=lambda each: (each.from_on, each.resumed_on or date.max)):
        first, until = max(hold.from_on, start), hold.resumed_on
        if until is not None and until <= first:
            continue
        last = found[-1] if found else None
        if last and (last.resumed_on is None or first <= last.resumed_on):
            longer = None if until is None or last.resumed_on is None else max(until, last.resumed_on)
            found[-1] = Hold(last.from_on, longer)
        else:
            found.append(Hold(first, until))
    return found


def day_number(start: date, number: int, holds: Sequence[Hold]) -> date | None:
    """The day on which the match has run `number` days, holds left out; none behind an open hold. Takes merged holds."""
    day = start + timedelta(days=number)
    for hold in holds:
        if hold.from_on > day:
            break
        if hold.resumed_on is None:
            return None
        day += hold.resumed_on - hold.from_on
    return day


@lru_cache(maxsize=4096)
def _edge(start: date, unit: Unit, amount: int) -> int:
    """How many days after the start so many units are over."""
    return amount if unit is Unit.DAYS else (months_after(start, amount) - start).days


def _spans(start: date, rhythm: Rhythm) -> Iterator[tuple[int, int]]:
    """The windows of a line as numbers of running days, the second not included. A part of a window is none."""
    first = rhythm.after
    while rhythm.until is None or first + rhythm.every <= rhythm.until:
        yield _edge(start, rhythm.unit, first), _edge(start, rhythm.unit, first + rhythm.every)
        first += rhythm.every


def windows_of(history: History, rhythm: Rhythm, zone: tzinfo, on: date) -> list[Window]:
    """The windows of a line that have begun by a day, and the one after them, in order."""
    holds = merged(history.holds, history.start)
    counted = sorted(
        made.at.astimezone(zone).date()
        for made in history.contacts
        if rhythm.depth is Depth.QUICK or made.depth is Depth.IN_DEPTH
    )
    found: list[Window] = []
    for begins, ends in _spans(history.start, rhythm):
        first, last = day_number(history.start, begins, holds), day_number(history.start, ends - 1, holds)
        if first is None or (history.end is not None and (last is None or last > history.end)):
            break
        inside = sum(first <= day and (last is None or day <= last) and day <= on for day in counted)
        found.append(Window(rhythm.depth, first, last, rhythm.times, min(rhythm.times, inside)))
        if first > on:
            break
    return found


def support_of(history: History, rhythms: Sequence[Rhythm], zone: tzinfo, on: date) -> Support:
    """How a person of a match stands on a day, over all lines of the plan that ask for contacts with this person."""
    closed: list[Window] = []
    due: list[Window] = []
    coming: list[Window] = []
    owed: list[tuple[date, Depth]] = []
    running = is_running(history, on)
    for rhythm in rhythms:
        windows = windows_of(history, rhythm, zone, on)
        over = [each for each in windows if each.last_on is not None and each.last_on < on]
        begun = [each for each in windows[len(over) :] if each.first_on <= on]
        closed += over
        if running:
            due += [each for each in begun if each.short]
            coming += [each for each in windows if each.first_on > on]
            owed += _owed(over, _last_contact(history, rhythm.depth, zone, on))
    since, depth = min(owed, key=lambda each: (each[0], each[1] is Depth.QUICK), default=(None, None))
    return Support(
        closed=tuple(sorted(closed, key=lambda each: (each.last_on or date.max, each.depth))),
        due=tuple(sorted(due, key=lambda each: (each.last_on or date.max, each.depth))),
        next=min(coming, key=lambda each: (each.first_on, each.depth), default=None),
        owed_since=since,
        owed_depth=depth,
        overdue_days=_running_days(since, on, merged(history.holds, history.start)) if since else 0,
    )


def is_running(history: History, on: date) -> bool:
    """Whether the match goes on for this person on a day: begun, not over and not standing still."""
    held = any(hold.from_on <= on and (hold.resumed_on is None or on < hold.resumed_on) for hold in history.holds)
    return history.start <= on and (history.end is None or on <= history.end) and not held


def _last_contact(history: History, depth: Depth, zone: tzinfo, on: date) -> date | None:
    days = (
        made.at.astimezone(zone).date()
        for made in history.contacts
        if depth is Depth.QUICK or made.depth is Depth.IN_DEPTH
    )
    return max((day for day in days if day <= on), default=None)


def _owed(over: Sequence[Window], last: date | None) -> list[tuple[date, Depth]]:
    """The end of the oldest window that fell short with nobody reached after it."""
    ends = (each.last_on for each in over if each.short and each.last_on and (last is None or each.last_on >= last))
    first = min(ends, default=None)
    return [(first, over[0].depth)] if first else []


def _running_days(since: date, on: date, holds: Sequence[Hold]) -> int:
    """The days after one day up to another on which the match did not stand still."""
    days = (on - since).days
    for hold in holds:
        first, last = max(hold.from_on, since + timedelta(days=1)), min(hold.resumed_on or date.max, on)
        days -= max(0, (last - first).days)
    return days


def rate_of(support: Support, first: date, last: date) -> Rate:
    """Contacts made of those required, over the windows whose last day lies in a period, both ends included."""
    ended = [each for each in support.closed if each.last_on and first <= each.last_on <= last]
    return Rate(sum(each.made for each in ended), sum(each.required for each in ended))


def periods_of(rows: Iterable[tuple[date, date | None]]) -> tuple[date, date | None, tuple[Hold, ...]] | None:
    """One stay out of several: its first day, its last, and the gaps between as holds. None without a day."""
    there = [(first, last) for first, last in rows if last is None or last >= first]
    stays = sorted(there, key=lambda each: (each[0], each[1] or date.max))
    if not stays:
        return None
    gaps, (start, end) = [], stays[0]
    for first, last in stays[1:]:
        if end is not None and first > end + timedelta(days=1):
            gaps.append(Hold(end + timedelta(days=1), first))
        end = None if end is None or last is None else max(end, last)
    return start, end, tuple(gaps)


# ---- contacts ----


@dataclass(frozen=True)
class ContactFacts:
    """A contact as it would be recorded. `alone` says that the mentor was not there."""

    party: Party
    at: datetime
    began_on: date | None
    day: date
    now: datetime
    note: str
    areas: Sequence[str]


def refusals_to_record(facts: ContactFacts) -> list[Refusal]:
    """Why a contact cannot be recorded."""
    reasons = []
    if facts.began_on is None:
        reasons.append(Refusal("not_begun", N_("This match has not begun yet.")))
    if facts.at > facts.now:
        reasons.append(Refusal("future", N_("This has not happened yet. Record it afterwards."), "on"))
    elif facts.began_on and facts.day < facts.began_on:
        sentence = N_("This match began on %(day)s. Choose that day or a later one.")
        reasons.append(Refusal("before_start", sentence, "on", {"day": facts.began_on}))
    sentence = N_("This is too long: %(max)d characters at most.")
    if len(facts.note) > LONGEST_NOTE:
        reasons.append(Refusal("note_too_long", sentence, "note", {"max": LONGEST_NOTE}))
    if any(len(words) > LONGEST_AREA for words in facts.areas):
        reasons.append(Refusal("area_too_long", sentence, "areas", {"max": LONGEST_AREA}))
    return reasons


def lacks_of(party: Party, *, reached: bool, safety: Safety | None, alone: bool) -> list[str]:
    """What keeps a recorded contact from counting, in words: nobody reached, no answer on safety, the mentor there."""
    if not reached:
        return [N_("nobody was reached")]
    lacks = []
    if safety is None:
        lacks.append(N_("the safety question has no answer"))
    if party is Party.YOUTH and not alone:
        lacks.append(N_("nobody said that the mentor was not there"))
    return lacks


# ---- plans ----


def refusals_to_plan(rhythms: Sequence[Rhythm]) -> list[Refusal]:
    """Why these lines are no plan."""
    reasons = []
    if not rhythms:
        reasons.append(Refusal("no_line", N_("Fill in at least one line.")))
    if len(rhythms) > MOST_RHYTHMS:
        reasons.append(Refusal("too_many", N_("%(most)s lines at most."), None, {"most": MOST_RHYTHMS}))
    for number, each in enumerate(rhythms, 1):
        last = each.until if each.until is not None else each.after + each.every
        whole = (
            0 <= each.after < last <= LONGEST * 31 and 1 <= each.every <= last - each.after and 1 <= each.times <= 31
        )
        if not whole:
            sentence = N_("Line %(number)s: write how many contacts, in how long, from when until when.")
            reasons.append(Refusal("line", sentence, None, {"number": number}))
    return reasons
