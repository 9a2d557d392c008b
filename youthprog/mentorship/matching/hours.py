"""When people are free, as masks of quarter hours over 28 days, and what two of them have in common. Pure.

A week repeats every 7 days, a rotating shift every 14 or 28: all three fit 28 days, counted from a Monday. A bit is a
quarter of an hour by the clock on the wall, so a change to summer time moves nothing. What does not begin or end on a
quarter is cut to the whole quarters within. Quarter hours of one night belong together; so do the last night of the 28
days and their first morning.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time
from functools import cache

ORIGIN = date(2024, 1, 1)  # a Monday
CYCLE = 28
PERIODS = (7, 14, CYCLE)
QUARTERS = 96  # of a day
BITS = CYCLE * QUARTERS
ALL = (1 << BITS) - 1
ANY_TIME = ALL
LEAST_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Window:
    """Free from `starts` until `ends` (midnight is the end of the day, or past midnight when it is before the start).

    `day` counts from the day the period is anchored on, 0 to period - 1; with a period of 7 and no anchor 0 is Monday.
    """

    day: int
    starts: time
    ends: time


def mask_of(windows: Iterable[Window], *, period: int = 7, anchor: date = ORIGIN) -> int:
    """The mask of windows that repeat every `period` days from `anchor` on. Raises `ValueError` for another period."""
    if period not in PERIODS:
        raise ValueError(period)
    offset, mask = (anchor - ORIGIN).days, 0
    for window in windows:
        first = -(-(window.starts.hour * 60 + window.starts.minute) // 15)
        last = (window.ends.hour * 60 + window.ends.minute) // 15
        length = (last if window.ends > window.starts else last + QUARTERS) - first
        if length <= 0 or not 0 <= window.day < period:
            continue
        bits = (1 << length) - 1
        for again in range(CYCLE // period):
            mask |= _turned(bits, ((offset + window.day + again * period) % CYCLE) * QUARTERS + first)
    return mask


def _turned(bits: int, by: int) -> int:
    """Shifted, with what runs over the end of the cycle put at its beginning."""
    shifted = bits << by
    return (shifted & ALL) | (shifted >> BITS)


@cache
def stretches_of(every_days: int) -> tuple[int, ...]:
    """The masks of the stretches in which a plan wants one meeting each: weeks, pairs of weeks, or all four."""
    days = next((each for each in PERIODS if every_days <= each), CYCLE)
    stretch = (1 << days * QUARTERS) - 1
    return tuple(stretch << start * QUARTERS for start in range(0, CYCLE, days))


def starts_of(common: int, minutes: int = LEAST_MINUTES) -> int:
    """The quarters at which so many minutes in one piece begin."""
    need, have, mask = -(-minutes // 15), 1, common
    while have < need:
        step = min(have, need - have)
        mask &= (mask >> step) | ((mask << BITS - step) & ALL)
        have += step
    return mask


def recurs(begins: int, every_days: int) -> bool:
    """Whether one of these beginnings lies in every stretch of the plan: each week, each two weeks, or in four."""
    return all(begins & stretch for stretch in stretches_of(every_days))


def minutes_of(mask: int) -> int:
    """How many minutes of 28 days a mask has."""
    return mask.bit_count() * 15


def spare_hours(common: int, every_days: int) -> int:
    """Whole hours of 28 days in common beyond the one that each stretch of the plan needs."""
    return max(0, common.bit_count() // 4 - len(stretches_of(every_days)))


def windows_of(mask: int) -> Iterator[tuple[int, int, int]]:
    """The pieces of a mask in order: (day of 28, first quarter, quarters). One that begins a night ends in the next day."""
    place = 0
    while mask >> place:
        rest = mask >> place
        place += (rest & -rest).bit_length() - 1
        run = mask >> place
        length = (~run & (run + 1)).bit_length() - 1
        yield place // QUARTERS, place % QUARTERS, length
        place += length


def week_of(mask: int) -> list[tuple[int, int, int]]:
    """The pieces of at least an hour that are free in each of the four weeks: (weekday, first quarter, quarters)."""
    week = (1 << 7 * QUARTERS) - 1
    every = mask & (mask >> 7 * QUARTERS) & (mask >> 14 * QUARTERS) & (mask >> 21 * QUARTERS) & week
    return [(day, first, length) for day, first, length in windows_of(every) if length * 15 >= LEAST_MINUTES]
