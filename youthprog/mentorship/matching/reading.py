"""Mentors and youth out of CSV files: ours, or those of other programs with the same things under other headings. Pure.

A value that cannot be read is told by row and column and counts as not known; a row without a name is left out. Words of
one cell stand between semicolons or commas; hours like `Mon 15:00-17:00; Thu 16:30-19:00`, in a shift like `1 15:00-20:00`
(day of the shift) with `period` 14 or 28 and the `anchor` day on which it begins; places like `Library 10; Gym 25`.
"""

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from youthprog.core.text import fold
from youthprog.mentorship.matching.profiles import MOST_YOUTH, mentor_of, youth_of
from youthprog.mentorship.matching.types import Mentor, Youth

MOST_ROWS = 20_000
HEADINGS = {
    "id": ("id", "number", "email address", "email"),
    "name": ("name", "display name", "full name"),
    "first": ("first name", "given name", "your first name"),
    "last": ("last name", "family name", "your last name"),
    "languages": ("languages", "language"),
    "likes": ("likes", "interests", "hobbies"),
    "profession": ("profession", "your profession"),
    "organisation": ("organisation", "organization", "department"),
    "dislikes": ("dislikes",),
    "free": ("free", "availability", "hours"),
    "period": ("period", "shift days"),
    "anchor": ("anchor", "shift begins"),
    "places": ("places",),
    "most_minutes": ("most minutes", "longest way"),
    "gender": ("gender",),
    "only_gender": ("only gender",),
    "age": ("age",),
    "ages": ("ages",),
    "takes": ("takes", "capacity"),
    "needs": ("needs", "experience"),
    "temperament": ("temperament",),
    "identity": ("identity", "characteristics", "identity to match"),
    "asks_identity": ("match with similar identity",),
    "never": ("never",),
}
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WINDOW = re.compile(r"(\w+)\s+(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$")
PLACE = re.compile(r"(.+?)\s+(\d{1,3})$")
AGES = re.compile(r"(\d{1,2})\s*-\s*(\d{1,2})$")
GENDERS = {
    "girl": "girl",
    "woman": "girl",
    "female": "girl",
    "f": "girl",
    "boy": "boy",
    "man": "boy",
    "male": "boy",
    "m": "boy",
}


@dataclass(frozen=True)
class Problem:
    """Something in a row that could not be read."""

    row: int
    column: str
    sentence: str
    is_left_out: bool = False


class Unusable(Exception):
    """The file as a whole cannot be read. The text says why."""


@dataclass
class ReadFile:
    """The people of a file, by number, with the names they are shown under."""

    told: dict[int, dict[str, Any]] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read_people(content: bytes, *, first: int, places: dict[str, int]) -> ReadFile:
    """The people of one file, numbered from `first` on. `places` gets a number for every name of a place.

    Raises `Unusable`.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unusable("The file is not text in UTF-8.") from None
    rows = list(csv.reader(io.StringIO(text.replace("\x00", ""))))
    if not rows or len(rows) > MOST_ROWS:
        raise Unusable("The file is empty." if not rows else f"The file has more than {MOST_ROWS} rows.")
    columns = _columns(rows[0])
    if "name" not in columns and "first" not in columns:
        raise Unusable("No column is called name, or first name and last name.")
    found = ReadFile()
    for number, row in enumerate(rows[1:], start=2):
        if any(cell.strip() for cell in row):
            _read_row(found, number, {name: _cell(row, at) for name, at in columns.items()}, first, places)
    return found


def _columns(heads: list[str]) -> dict[str, int]:
    known = {heading: name for name, headings in HEADINGS.items() for heading in headings}
    found: dict[str, int] = {}
    for at, head in enumerate(heads):
        name = known.get(fold(head.replace("_", " ")))
        if name is not None:
            found.setdefault(name, at)
    return found


def _cell(row: list[str], at: int) -> str:
    return row[at].strip() if at < len(row) else ""


def _read_row(found: ReadFile, number: int, cells: dict[str, str], first: int, places: dict[str, int]) -> None:
    name = cells.get("name") or " ".join(filter(None, (cells.get("first", ""), cells.get("last", ""))))
    key = fold(cells.get("id") or name)
    if not name or key in found.keys:
        why = "No name: left out." if not name else f"{name} is in the file twice: the second is left out."
        found.problems.append(Problem(number, "name", why, is_left_out=True))
        return
    told: dict[str, Any] = {}
    for column, read in READERS.items():
        if cells.get(column):
            try:
                told |= read(cells[column], places)
            except ValueError as problem:
                found.problems.append(Problem(number, column, f"{problem} It counts as not known."))
    own = [cells.get(each, "") for each in ("likes", "profession", "organisation")]
    told["likes_own"] = _listed(", ".join(filter(None, own)))
    for column in ("dislikes", "languages", "identity"):
        told[f"{column}_own"] = _listed(cells.get(column, ""))
    if fold(cells.get("asks_identity", "yes")) in ("no", "n", "false"):
        told["identity_own"] = ""
    told["never"] = [fold(each) for each in re.split("[;,]", cells.get("never", "")) if each.strip()]
    person = first + len(found.told)
    found.told[person], found.names[person], found.keys[key] = told, name, person
    found.keys.setdefault(fold(name), person)


def _listed(cell: str) -> str:
    return ",".join(each.strip() for each in re.split("[;,]", cell) if each.strip())


def _free(cell: str, _places: dict[str, int]) -> dict[str, Any]:
    found = []
    for each in filter(None, (part.strip() for part in cell.split(";"))):
        match = WINDOW.match(each)
        day = _day(match[1]) if match else None
        if (
            match is None
            or day is None
            or not all(int(match[at]) < most for at, most in ((2, 24), (3, 60), (4, 24), (5, 60)))
        ):
            raise ValueError(f"{each} is no time like Mon 15:00-17:00.")
        found.append([day, f"{match[2]}:{match[3]}", f"{match[4]}:{match[5]}"])
    return {"free": found}


def _day(word: str) -> int | None:
    if word.isascii() and word.isdigit() and 1 <= int(word) <= 28:
        return int(word) - 1
    return next((day for day, name in enumerate(DAYS) if fold(word).startswith(name)), None)


def _places(cell: str, places: dict[str, int]) -> dict[str, Any]:
    found = {}
    for each in filter(None, (part.strip() for part in cell.split(";"))):
        match = PLACE.match(each)
        if match is None:
            raise ValueError(f"{each} is no place with its minutes, like Library 10.")
        found[str(places.setdefault(fold(match[1]), len(places) + 1))] = int(match[2])
    return {"places": found}


def _number(name: str, least: int, most: int) -> Callable[[str, dict[str, int]], dict[str, Any]]:
    def read(cell: str, _places: dict[str, int]) -> dict[str, Any]:
        if not (cell.isascii() and cell.isdigit() and len(cell) < 4 and least <= int(cell) <= most):
            raise ValueError(f"{cell} is no number from {least} to {most}.")
        return {name: int(cell)}

    return read


def _period(cell: str, _places: dict[str, int]) -> dict[str, Any]:
    if cell not in ("7", "14", "28"):
        raise ValueError(f"{cell} is none of 7, 14, 28 days.")
    return {"period": int(cell)}


def _anchor(cell: str, _places: dict[str, int]) -> dict[str, Any]:
    try:
        return {"anchor": date.fromisoformat(cell).isoformat()}
    except ValueError:
        raise ValueError(f"{cell} is no day like 2026-03-02.") from None


def _gender(name: str) -> Callable[[str, dict[str, int]], dict[str, Any]]:
    def read(cell: str, _places: dict[str, int]) -> dict[str, Any]:
        if fold(cell) not in GENDERS:
            raise ValueError(f"{cell} is not girl, boy, woman or man.")
        return {name: GENDERS[fold(cell)]}

    return read


def _ages(cell: str, _places: dict[str, int]) -> dict[str, Any]:
    match = AGES.match(cell)
    if match is None:
        raise ValueError(f"{cell} is no range of ages like 8-12.")
    return {"youngest": int(match[1]), "oldest": int(match[2])}


def _needs(cell: str, _places: dict[str, int]) -> dict[str, Any]:
    return {"needs": [fold(each) for each in re.split("[;,]", cell) if each.strip()]}


READERS: Mapping[str, Callable[[str, dict[str, int]], dict[str, Any]]] = {
    "free": _free, "period": _period, "anchor": _anchor, "places": _places, "most_minutes": _number("most_minutes", 1, 999),
    "gender": _gender("gender"), "only_gender": _gender("only_gender"), "age": _number("age", 3, 25), "ages": _ages,
    "takes": _number("takes", 0, MOST_YOUTH), "needs": _needs, "temperament": _number("temperament", 1, 5),
}  # fmt: skip


def people_of(mentors: ReadFile, youth: ReadFile) -> tuple[tuple[Mentor, ...], tuple[Youth, ...]]:
    """What was read, as matching takes it."""
    return (
        tuple(mentor_of(key, told, gender=told.get("gender", "")) for key, told in mentors.told.items()),
        tuple(
            youth_of(
                key, told, gender=told.get("gender", ""), age=told.get("age"),
                never=[mentors.keys[each] for each in told["never"] if each in mentors.keys],
            )
            for key, told in youth.told.items()
        ),
    )  # fmt: skip
