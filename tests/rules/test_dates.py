"""Days and hours in words: the same as in Unicode's tables, which we do without."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from babel.dates import format_date, format_time

from youthprog.core import dates

LOCALES = {"en": "en_US", "es": "es_US"}
PATTERNS = {"near": {"en": "MMMM d", "es": "d 'de' MMMM"}, "short": {"en": "MMM d", "es": "d MMM"}}
YEAR = [date(2028, 1, 1) + timedelta(days) for days in range(366)]


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("style", ["full", "long", "medium", "near", "short"])
def test_every_day_of_a_year_is_written_as_unicode_writes_it(language, style):
    pattern = PATTERNS.get(style, {}).get(language, style)
    assert [dates.day(on, language, style) for on in YEAR] == [
        format_date(on, pattern, locale=LOCALES[language]) for on in YEAR
    ]


@pytest.mark.parametrize("language", LOCALES)
def test_weekdays_are_those_of_unicode(language):
    for on in YEAR[:7]:
        assert dates.weekday(on, language) == format_date(on, "EEE", locale=LOCALES[language])
        assert dates.weekday(on, language, whole=True) == format_date(on, "EEEE", locale=LOCALES[language])


@pytest.mark.parametrize("language", LOCALES)
def test_every_hour_is_written_as_unicode_writes_it_but_in_small_letters(language):
    for at in (time(hour, minute, 7) for hour in range(24) for minute in (0, 5, 59)):
        expected = format_time(at, "h:mm a", locale=LOCALES[language]).replace("\u202f", " ")
        assert dates.hour(at, language) == expected.replace("AM", "am").replace("PM", "pm")


def test_a_moment_is_written_by_its_own_clock():
    assert dates.hour(datetime(2026, 9, 17, 0, 30), "en") == "12:30 am"  # noqa: DTZ001  a bare clock
    assert dates.hour(datetime(2026, 9, 17, 12, 5), "es") == "12:05 p.m."  # noqa: DTZ001


def test_a_language_we_do_not_write_reads_as_english():
    assert dates.day(date(2026, 9, 17), "fr") == "September 17, 2026"
