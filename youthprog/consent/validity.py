"""How long an answer holds: six rules, and never past the day before the 18th birthday. Pure."""

from datetime import date, timedelta

from youthprog.consent.types import Original, Settings, Validity

ADULT = 18


def last_day_as_child(born_on: date) -> date:
    """The day before the 18th birthday: the last on which a parent's signature counts."""
    year = born_on.year + ADULT
    leap_day = (born_on.month, born_on.day) == (2, 29)
    birthday = date(year, 3, 1) if leap_day else born_on.replace(year=year)
    return birthday - timedelta(days=1)


def last_day(
    settings: Settings, *, signed_on: date, season_ends_on: date, event_on: date | None, born_on: date | None
) -> date | None:
    """The last day of an answer by its rule; None when only a change of team or school ends it.

    Never later than the day before the 18th birthday. A rule whose day is not known falls back on the season.
    """
    days: dict[Validity, date | None] = {
        Validity.SEASON: season_ends_on,
        Validity.DAYS: None if settings.days is None else signed_on + timedelta(days=settings.days),
        Validity.EVENT: event_on,
        Validity.DATE: settings.until_on,
        Validity.EIGHTEEN: None if born_on is None else last_day_as_child(born_on),
        Validity.MOVE: None,
    }
    day = days[settings.validity]
    if day is None and settings.validity is not Validity.MOVE:
        day = season_ends_on
    if born_on is None:
        return day
    return last_day_as_child(born_on) if day is None else min(day, last_day_as_child(born_on))


def ends_on_move(settings: Settings) -> bool:
    """Whether a change of team or school ends the answer."""
    return settings.validity is Validity.MOVE


def needs_original(settings: Settings) -> bool:
    """Whether the answer counts only from the day a second person has seen the original."""
    return settings.original is not Original.NONE
