"""Which matches worry, and why, by rules anybody can follow. Pure: a score is a sum of named points, not a forecast."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from youthprog.core.refusals import N_
from youthprog.mentorship.cadence.types import (
    DAYS_WITHOUT_LOG,
    LONG_WAIT,
    MISSED_MEETINGS,
    Hold,
    Reason,
    Sign,
)

FALLS = 3  # sessions running with a mood below the one before


@dataclass(frozen=True)
class Signs:
    """What is known of a match on a day. None and empty where nothing is known: it then adds nothing."""

    every_days: int
    started_on: date
    holds: tuple[Hold, ...] = ()
    met_on: date | None = None
    logged_on: date | None = None
    overdue: int = 0
    overdue_days: int = 0
    waited_days: int | None = None
    moods: tuple[int, ...] = ()
    moved_on: date | None = None
    shift_changed_on: date | None = None
    does_not_fit: bool = False


def reasons_of(signs: Signs, points: Mapping[Sign, int], on: date) -> tuple[Reason, ...]:
    """Every rule that holds on a day and is not switched off, the weightiest first."""
    found = [
        Reason(sign, points[sign], sentence, values)
        for sign, sentence, values in _true_of(signs, on)
        if points.get(sign, 0) > 0
    ]
    return tuple(sorted(found, key=lambda each: (-each.points, list(Sign).index(each.sign))))


def _true_of(signs: Signs, on: date) -> Sequence[tuple[Sign, str, dict[str, object]]]:
    found: list[tuple[Sign, str, dict[str, object]]] = []
    missed = running_days(signs.met_on or signs.started_on, signs.holds, on) // max(1, signs.every_days)
    if missed >= MISSED_MEETINGS:
        found.append(
            (
                Sign.MISSED,
                N_("Planned meetings that did not happen, one after the other: %(count)s."),
                {"count": missed},
            )
        )
    silent = running_days(signs.logged_on or signs.started_on, signs.holds, on)
    if silent >= DAYS_WITHOUT_LOG:
        found.append((Sign.NO_LOG, N_("No session logged for %(days)s days."), {"days": silent}))
    if signs.overdue:
        sentence = N_("Contacts of ours overdue: %(count)s, the longest by %(days)s days.")
        found.append((Sign.OVERDUE, sentence, {"count": signs.overdue, "days": signs.overdue_days}))
    last = signs.moods[-FALLS:]
    if len(last) == FALLS and all(before > after for before, after in pairwise(last)):
        found.append((Sign.MOOD, N_("The mood fell in the last three sessions."), {}))
    for sign, day, sentence in (
        (Sign.MOVED, signs.moved_on, N_("The mentor moved on %(day)s.")),
        (Sign.SHIFT, signs.shift_changed_on, N_("The mentor's shift changed on %(day)s.")),
    ):
        if day is not None and signs.started_on < day <= on:
            found.append((sign, sentence, {"day": day}))
    if signs.waited_days is not None and signs.waited_days > LONG_WAIT:
        sentence = N_("From application to match it took %(days)s days.")
        found.append((Sign.WAITED, sentence, {"days": signs.waited_days}))
    if signs.does_not_fit:
        found.append((Sign.FIT, N_("After the first session somebody said that it does not fit."), {}))
    return found


def running_days(since: date, holds: Sequence[Hold], on: date) -> int:
    """The days after one day up to another on which the match did not stand still. Takes merged holds."""
    days = max(0, (on - since).days)
    for hold in holds:
        first, last = max(hold.from_on, since), min(hold.resumed_on or on, on)
        days -= max(0, (last - first).days)
    return max(0, days)
