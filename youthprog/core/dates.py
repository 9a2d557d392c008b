"""Days and hours as people write them, in English and Spanish.

The words are those of Unicode's tables for the United States (en_US, es_US). They stand here because the library that
has them all keeps five megabytes of other calendars, currencies and regions in every process that asks it for one
date; `tests/rules/test_dates.py` compares every day of a year with it. See docs/decisions/0009.
"""

from datetime import date, datetime, time

ENGLISH = "en"
MONTHS = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December"),
    "es": ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
           "noviembre", "diciembre"),
}  # fmt: skip
SHORT_MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "es": ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"),
}
WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
}
HALVES = {"en": ("am", "pm"), "es": ("a.m.", "p.m.")}
STYLES = {
    "en": {
        "full": "{weekday}, {month} {day}, {year}",
        "long": "{month} {day}, {year}",
        "medium": "{short} {day}, {year}",
        "near": "{month} {day}",
        "short": "{short} {day}",
    },
    "es": {
        "full": "{weekday}, {day} de {month} de {year}",
        "long": "{day} de {month} de {year}",
        "medium": "{day} {short} {year}",
        "near": "{day} de {month}",
        "short": "{day} {short}",
    },
}


def day(on: date, language: str, style: str = "long") -> str:
    """September 17, 2026 / 17 de septiembre de 2026. Styles: full, long, medium, near, short."""
    spoken = _known(language)
    return STYLES[spoken][style].format(
        weekday=WEEKDAYS[spoken][on.weekday()],
        month=MONTHS[spoken][on.month - 1],
        short=SHORT_MONTHS[spoken][on.month - 1],
        day=on.day,
        year=on.year,
    )


def month(on: date, language: str) -> str:
    """September 2026 / Septiembre de 2026."""
    spoken = _known(language)
    return f"{MONTHS[spoken][on.month - 1].capitalize()}{' de' if spoken == 'es' else ''} {on.year}"


def hour(at: datetime | time, language: str) -> str:
    """5:30 pm / 5:30 p.m., as the value's own clock shows it."""
    return f"{(at.hour + 11) % 12 + 1}:{at:%M} {HALVES[_known(language)][at.hour >= 12]}"


def weekday(on: date, language: str, *, whole: bool = False) -> str:
    """Thu / jue, or the whole name."""
    name = WEEKDAYS[_known(language)][on.weekday()]
    return name if whole else name[:3]


def _known(language: str) -> str:
    return language if language in MONTHS else ENGLISH
