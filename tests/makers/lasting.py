"""Invented matches of which it is known how they go on: who ends early, since when it goes badly, and what is recorded of it.

How often matches end early, and that most end from the mentor's side, is as the field reports it (38 of 100; about two of
three). How a match behaves before its end is our assumption, said in the constants below: with others the figures are others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from youthprog.mentorship.cadence.types import Hold, Sign
from youthprog.mentorship.cadence.warnings import Signs, reasons_of

YEAR, WEEK, AHEAD = 365, 7, 30
ENDS_EARLY, BY_MENTOR, WITHOUT_SIGNS = 0.38, 0.64, 0.12
MEETS, MEETS_BADLY = 0.9, 0.35  # the share of planned weeks in which they meet
LOGS, LOGS_BADLY = 0.95, 0.8  # of the meetings, those that are logged
CALLED, CALLED_BADLY = 0.93, 0.6  # of our monthly contacts, those that were made in time
SHIFTS, MOVES = 0.35, 0.15  # of mentors whose match goes badly, who changed the shift or moved then
HARMLESS_SHIFT = 0.06  # of all others, in a year
AWAY = 0.6  # of all matches, a vacation of two or three weeks in the year, of which half is entered as a pause
LONG_WAITS = 0.2
MISFITS, MISFITS_BADLY = 0.02, 0.2


@dataclass
class Lasting:
    """A match with its truth: `ends` is the day on which it ends early, `declines` since when it goes badly."""

    started_on: date
    ends: int | None
    met: list[int] = field(default_factory=list)
    logged: list[int] = field(default_factory=list)
    moods: list[tuple[int, int]] = field(default_factory=list)
    missed_calls: list[int] = field(default_factory=list)
    holds: tuple[Hold, ...] = ()
    shifted: int | None = None
    moved: int | None = None
    waited_days: int = 20
    misfit: bool = False

    def is_open(self, day: int) -> bool:
        """Whether it goes on that day."""
        return self.ends is None or day < self.ends

    def signs(self, day: int) -> Signs:
        """What is known of it at the end of a day."""
        late = [day - each for each in self.missed_calls if each <= day < each + 30]
        moods = [mood for when, mood in self.moods if when <= day]
        return Signs(
            every_days=WEEK,
            started_on=self.started_on,
            holds=tuple(each for each in self.holds if each.from_on <= self._on(day)),
            met_on=self._last(self.met, day),
            logged_on=self._last(self.logged, day),
            overdue=len(late),
            overdue_days=max(late, default=0),
            waited_days=self.waited_days,
            moods=tuple(moods[-3:]),
            moved_on=self._known(self.moved, day),
            shift_changed_on=self._known(self.shifted, day),
            does_not_fit=self.misfit and day >= WEEK,
        )

    def _on(self, day: int) -> date:
        return self.started_on + timedelta(days=day)

    def _last(self, days: list[int], day: int) -> date | None:
        return max((self._on(each) for each in days if each <= day), default=None)

    def _known(self, when: int | None, day: int) -> date | None:
        return self._on(when) if when is not None and when <= day else None


def make_lasting(seed: int) -> Lasting:
    """One match, by its seed."""
    chance = Random(seed)
    early = chance.random() < ENDS_EARLY
    ends = chance.randrange(75, YEAR) if early else None
    signless = chance.random() < WITHOUT_SIGNS
    declines = YEAR * 2 if ends is None or signless else max(14, ends - chance.randrange(55, 110))
    match = Lasting(date(2025, 9, 1), ends, waited_days=45 if chance.random() < LONG_WAITS else 20)
    goes_badly = declines < YEAR
    match.misfit = chance.random() < (MISFITS_BADLY if goes_badly else MISFITS)
    if goes_badly and chance.random() < BY_MENTOR:
        match.shifted = declines if chance.random() < SHIFTS else None
        match.moved = declines if chance.random() < MOVES else None
    elif chance.random() < HARMLESS_SHIFT:
        match.shifted = chance.randrange(30, YEAR)
    away = _vacation(match, chance)
    _live(match, chance, declines, away)
    return match


def _vacation(match: Lasting, chance: Random) -> range:
    if chance.random() > AWAY:
        return range(0)
    first = chance.randrange(30, YEAR - 30)
    away = range(first, first + chance.choice((14, 21)))
    if chance.random() < 0.5:
        start = match.started_on + timedelta(days=away.start)
        match.holds = (Hold(start, start + timedelta(days=len(away))),)
    return away


def _live(match: Lasting, chance: Random, declines: int, away: range) -> None:
    for day in range(WEEK, min(match.ends or YEAR, YEAR), WEEK):
        bad = day >= declines
        meets = day not in away and chance.random() < (MEETS_BADLY if bad else MEETS)
        if meets and chance.random() < (LOGS_BADLY if bad else LOGS):
            match.met.append(day)
            match.logged.append(day)
            match.moods.append((day, chance.choice((0, 0, 1)) if bad else chance.choice((1, 2, 2, 2))))
    for month in range(30, min(match.ends or YEAR, YEAR), 30):
        for _seat in range(3):
            if chance.random() > (CALLED_BADLY if month >= declines else CALLED):
                match.missed_calls.append(month)


@dataclass(frozen=True)
class Quality:
    """Shares: of matches that ended early, those flagged 30 to 130 days before; of matches that lasted, those flagged in as
    long a stretch before a day drawn for them (so much of the first comes by chance); of all open ones, flagged on a day."""

    caught: float
    by_chance: float
    flagged: float


def quality_of(matches: Sequence[Lasting], points: Mapping[Sign, int], warn_from: int) -> Quality:
    """How good a program's rules are on matches whose end is known, looked at once a week."""
    early, lasting, days, flagged = [], [], 0, 0
    for number, match in enumerate(matches):
        end = match.ends or Random(number).randrange(75, YEAR)
        seen = [day for day in range(30, YEAR, WEEK) if match.is_open(day) and _worries(match, day, points, warn_from)]
        days += sum(match.is_open(day) for day in range(30, YEAR, WEEK))
        flagged += len(seen)
        (lasting if match.ends is None else early).append(any(end - 130 <= day <= end - AHEAD for day in seen))
    return Quality(sum(early) / len(early), sum(lasting) / len(lasting), flagged / days)


def _worries(match: Lasting, day: int, points: Mapping[Sign, int], warn_from: int) -> bool:
    found = reasons_of(match.signs(day), points, match.started_on + timedelta(days=day))
    return sum(each.points for each in found) >= warn_from
