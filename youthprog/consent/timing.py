"""Until when a form is wanted, and when to remind of it. Pure."""

from collections.abc import Collection
from datetime import date, timedelta

STEPS = (1, 7, 21)  # so many days before the due day a reminder leaves
LEAST_DAYS = 7  # a season that starts sooner does not hurry the family
USUAL_DAYS = 21
SOON_DAYS = 21  # a consent that ends within so many days is renewed


def due_day(asked_on: date, starts_on: date, ends_on: date) -> date:
    """The day by which an answer is wanted: the season's first, when it leaves a week; else three weeks on.

    Never after the season's last day, never before the asking.
    """
    if (starts_on - asked_on).days >= LEAST_DAYS:
        return starts_on
    return max(asked_on, min(asked_on + timedelta(days=USUAL_DAYS), ends_on))


def slip_due(asked_on: date, gathers_on: date) -> date:
    """The day by which a slip is wanted: the day before the gathering, or at once."""
    return max(asked_on, gathers_on - timedelta(days=1))


def renewal_due(today: date, last_day: date, starts_on: date, ends_on: date) -> date:
    """The day by which a renewal is wanted: the last day of what ends, or as for any form of a later season."""
    if starts_on > last_day:
        return due_day(today, starts_on, ends_on)
    return max(today, min(last_day, ends_on))


def step_due(due_on: date, written_on: date, today: date, done: Collection[int]) -> int | None:
    """The reminder that leaves today: so many days before the due day; None when there is none.

    `written_on` is the day of the last letter: who was written to on the step's day or after it needs no reminder.
    After days without a worker only the nearest step leaves. Past the due day nobody is reminded by the clock.
    """
    left = (due_on - today).days
    if left < 0:
        return None
    step = next((each for each in STEPS if left <= each), None)
    if step is None or any(each <= step for each in done) or written_on >= due_on - timedelta(days=step):
        return None
    return step


def eighteenth(born_on: date) -> date:
    """The 18th birthday; of the 29th of February it is the 1st of March."""
    try:
        return born_on.replace(year=born_on.year + 18)
    except ValueError:
        return date(born_on.year + 18, 3, 1)


def born_by(today: date, years: int = 18) -> date:
    """Who was born on this day or before has had that birthday; SQL compares with it."""
    try:
        return today.replace(year=today.year - years)
    except ValueError:
        return date(today.year - years, 2, 28)
