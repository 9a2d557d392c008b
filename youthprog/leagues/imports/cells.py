"""One cell at a time: dates, phones, mails and words as registration exports write them. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import phonenumbers

from youthprog.core.text import fold
from youthprog.people.rules import normal_email
from youthprog.people.types import Gender

REGION = "US"
MOST_PHONE = 40
MOST_EMAIL = 254

NOTHING = frozenset(
    {"", "-", "--", "n/a", "na", "none", "no", "nil", "null", "nothing", "no answer", "not applicable", "none known", "no known allergies",
     "nka", "nkda", "ninguna", "ninguno", "no aplica", "."}
)  # fmt: skip
NO_TEAM = NOTHING | {"unallocated", "unassigned", "not assigned", "tbd", "to be determined", "waitlist", "sin equipo"}
GENDERS = {
    "f": Gender.GIRL, "female": Gender.GIRL, "girl": Gender.GIRL, "girls": Gender.GIRL, "g": Gender.GIRL, "femenino": Gender.GIRL,
    "nina": Gender.GIRL, "m": Gender.BOY, "male": Gender.BOY, "boy": Gender.BOY, "boys": Gender.BOY, "b": Gender.BOY,
    "masculino": Gender.BOY, "nino": Gender.BOY, "non-binary": Gender.OTHER, "nonbinary": Gender.OTHER, "x": Gender.OTHER,
    "other": Gender.OTHER, "another": Gender.OTHER,
}  # fmt: skip
MOST_RATING = 10
FEWEST_LETTERS = 3  # by which a weekday is known
WEEKDAYS = {
    name: day
    for names in (
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        ("lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo"),
    )
    for day, name in enumerate(names)
}
YES = frozenset({"y", "yes", "true", "1", "x", "si"})

_TIME = r"(?:[T ]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[ap]\.?m\.?)?\s*(?:z|[+-]\d{2}:?\d{2})?)?"
_NUMBERS = re.compile(r"(\d{1,4})\s*([/.-])\s*(\d{1,2})\s*\2\s*(\d{1,4})" + _TIME, re.ASCII | re.IGNORECASE)
_DAY_MONTH = re.compile(r"(\d{1,2})[ .-]+([a-z]{3,9})\.?[ ,.-]+(\d{4})" + _TIME, re.ASCII | re.IGNORECASE)
_MONTH_DAY = re.compile(r"([a-z]{3,9})\.? +(\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})" + _TIME, re.ASCII | re.IGNORECASE)
_MONTHS = dict(
    zip(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), range(1, 13), strict=True)
)


def one_line(text: str) -> str:
    """A cell on one line: blanks of any kind become one, control characters and invisible marks go."""
    return " ".join("".join(letter if letter.isprintable() or letter.isspace() else " " for letter in text).split())


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would run the text. A lone dash is no formula."""
    return text[:1] in {"=", "@"} or (text[:1] in {"+", "-"} and len(text) > 1)


def is_nothing(text: str) -> bool:
    """Whether the cell says in a word that there is nothing to say."""
    return fold(text) in NOTHING


def read_rating(text: str) -> int | None:
    """The points from 0 to 10 that a rating gives, halves rounded up; None for anything else.

    A word may follow the number (`4 - strong`), as some programs write it.
    """
    number = re.match(r"(\d{1,2})(?:[.,](\d))?(?:\s*/\s*10)?(?![\d.,/])", text.strip())
    if number is None:
        return None
    points = int(number[1]) + (int(number[2] or 0) >= 5)
    return points if points <= MOST_RATING else None


def read_weekdays(text: str) -> tuple[frozenset[int], bool]:
    """The weekdays that a cell names (0 is Monday), in English or Spanish, and whether every word of it was one."""
    words = [word for word in re.split(r"[^\w]+", fold(text)) if word not in ("", "and", "y", "e")]
    found = [next((day for name, day in WEEKDAYS.items() if name.startswith(word)), None) for word in words]
    sure = [day for word, day in zip(words, found, strict=True) if day is not None and len(word) >= FEWEST_LETTERS]
    return frozenset(sure), len(sure) == len(words)


def read_places(text: str) -> tuple[str, ...]:
    """The places that a cell names, parted by commas, semicolons, slashes or bars."""
    return tuple(place for part in re.split(r"[,;|/]", text) if (place := part.strip()))


def is_yes(text: str) -> bool:
    """Whether a flag is set."""
    return fold(text) in YES


def read_gender(text: str) -> Gender | None:
    """The gender a cell states; None when the word is not known."""
    return GENDERS.get(fold(text)) if text else Gender.UNSTATED


# Dates ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DateOrder:
    """How a column writes dates. `day_first_rows` are the rows that only make sense with the day first."""

    day_first: bool
    day_first_rows: frozenset[int]
    open_rows: tuple[int, ...] = ()
    example: str = ""
    """When nothing in the column decides: the rows that could be read both ways, and one of their values."""

    @property
    def is_open(self) -> bool:
        """Whether somebody must say which number is the month."""
        return bool(self.open_rows)


def date_order(cells: Iterable[tuple[int, str]], *, told: str = "") -> DateOrder:
    """Judge the order of day and month from the whole column, by the values above 12.

    One row that proves the month first makes the column month first; the day comes first only when some row proves it
    and none the contrary. Where none proves anything the order stays open, unless `told` says it ("mdy" or "dmy"): it is
    asked, never guessed. What a row proves goes before what was told.
    """
    month_first, day_first = False, set()
    either: list[tuple[int, str]] = []
    for row, text in cells:
        found = _NUMBERS.fullmatch(text)
        if not found or len(found[1]) > 2:
            continue
        first, second = int(found[1]), int(found[3])
        month_first = month_first or (first <= 12 < second <= 31)
        if second <= 12 < first <= 31:
            day_first.add(row)
        elif first != second and 0 < first <= 12 and 0 < second <= 12:
            either.append((row, text))
    if month_first or day_first or told or not either:
        return DateOrder(not month_first and (bool(day_first) or told == "dmy"), frozenset(day_first))
    return DateOrder(False, frozenset(), tuple(row for row, _ in either), either[0][1])


def read_date(text: str, *, day_first: bool, today: date) -> date | None:
    """A date as 02/14/2016, 2016-02-14, 2/14/16, 02/14/2026 04:31:11 PM, 14 Feb 2016 or Feb 14, 2016."""
    if found := _NUMBERS.fullmatch(text):
        first, second, third = int(found[1]), int(found[3]), int(found[4])
        if len(found[1]) == 4:
            return _date(first, second, third) if len(found[4]) <= 2 else None
        year = _full_year(third, today) if len(found[4]) == 2 else third if len(found[4]) == 4 else 0
        return _date(year, second, first) if day_first else _date(year, first, second)
    if found := _DAY_MONTH.fullmatch(text):
        return _date(int(found[3]), _MONTHS.get(found[2][:3].lower(), 0), int(found[1]))
    if found := _MONTH_DAY.fullmatch(text):
        return _date(int(found[3]), _MONTHS.get(found[1][:3].lower(), 0), int(found[2]))
    return None


def _full_year(two_digits: int, today: date) -> int:
    """A year of two digits is in this century unless that is still ahead."""
    return 2000 + two_digits if 2000 + two_digits <= today.year else 1900 + two_digits


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def is_grade(text: str) -> bool:
    """Whether a cell is a school grade: K, PK, 4, 4th, Grade 4."""
    return bool(
        re.fullmatch(r"(?:grade )?(?:pre-?k|p?k|kinder\w*|1[0-2]|[1-9])(?:st|nd|rd|th)?(?: grade)?", fold(text))
    )


def split_name(text: str) -> tuple[str, str] | None:
    """Given and family name of a whole name, where that is sure: "Family, Given", or just two words."""
    family, comma, given = text.partition(",")
    if comma:
        return (given.strip(), family.strip()) if given.strip() and family.strip() and "," not in given else None
    words = text.split()
    return (words[0], words[1]) if len(words) == 2 else None


def unguarded(text: str) -> tuple[str, bool]:
    """A cell without the apostrophe that made a formula harmless, and whether it had one: such a cell is text."""
    if text[:1] == "'" and text[1:2] in set("=+-@＝＋－＠"):
        return text[1:], True
    return text, False


# Contacts ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def read_phone(text: str) -> tuple[str, str]:
    """A phone in E.164 and what is wrong with it: "" (nothing), "area" (no area code) or "unreadable"."""
    if len(text) > MOST_PHONE:
        return "", "unreadable"
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        return "", "unreadable"
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible == phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        return "", "area"
    if possible != phonenumbers.ValidationResult.IS_POSSIBLE or not phonenumbers.is_valid_number(number):
        return "", "unreadable"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), ""


def read_email(text: str) -> str:
    """A mail address in its comparable form; empty when the text is none."""
    return normal_email(text) or "" if len(text) <= MOST_EMAIL else ""


def has_card_number(text: str) -> bool:
    """Whether a free text holds 13 to 19 digits that pass the card check (Luhn)."""
    for found in re.finditer(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)", text, re.ASCII):
        digits = [int(digit) for digit in found[0] if digit.isdigit()][::-1]
        if sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2]) in range(0, 1000, 10):
            return True
    return False
