"""A file of volunteers or mentors, read and judged row by row. Pure: bytes in, rows and problems out.

Files of other programs are dirty: marks at their beginning, other encodings, names in one cell, phones with letters. What
cannot be kept is left out and said by row; a row is refused only when nobody could be found again by it.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from youthprog.core.refusals import N_
from youthprog.core.text import crowded, fold, storable

MOST_BYTES, MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 8_000_000, 20_000, 200, 4_000
LONGEST_NAME, LONGEST_EMAIL = 80, 254
HEADER_WITHIN = 10
BROKEN = "\ufffd"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Fate(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


class Flaw(NamedTuple):
    """Something wrong in a file. `row` counts as a spreadsheet does, 0 is the whole file. It holds none of the values."""

    row: int
    column: str
    code: str
    sentence: str
    refuses: bool = False
    values: Mapping[str, int | str] = MappingProxyType({})

    def __str__(self) -> str:
        return self.sentence % self.values if self.values else self.sentence


class Volunteer(NamedTuple):
    """Somebody as a row names them. `email` is in its comparable form, `phone` in E.164."""

    row: int
    given_name: str
    family_name: str
    email: str | None = None
    phone: str | None = None

    @property
    def folded(self) -> str:
        """The name as records are compared by it."""
        return fold(f"{self.family_name} {self.given_name}")


class VolunteerFile(NamedTuple):
    """A file as read. `unusable` says why nothing of it is; else rows, flaws by row and of the whole, columns left out."""

    rows: tuple[Volunteer, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    refused: tuple[int, ...] = ()
    left_out: tuple[str, ...] = ()
    unusable: Flaw | None = None


Cells = tuple[int, Sequence[str]]

# What columns are called in the files of several programs, folded and without what is no letter.
GIVEN = {
    "first name",
    "given name",
    "firstname",
    "your first name",
    "volunteer first name",
    "mentor first name",
    "nombre",
}
FAMILY = {"last name", "surname", "family name", "lastname", "your last name", "volunteer last name", "mentor last name",
          "apellido", "apellidos"}  # fmt: skip
WHOLE = {"display name", "name", "full name", "volunteer", "volunteer name", "mentor", "mentor name", "nombre completo"}
EMAIL = {"email", "e mail", "email address", "mail", "mail address", "your email", "your email address", "correo",
         "correo electronico", "your civil service email address"}  # fmt: skip
PHONE = {"phone", "phone number", "mobile", "cell", "cell phone", "mobile phone", "telephone", "telefono", "celular"}
MEANINGS = {
    **dict.fromkeys(GIVEN, "given"), **dict.fromkeys(FAMILY, "family"), **dict.fromkeys(WHOLE, "whole"),
    **dict.fromkeys(EMAIL, "email"), **dict.fromkeys(PHONE, "phone"),
}  # fmt: skip

EMPTY = N_("The file is empty.")
NO_TABLE = N_("This is not a CSV file. Export the list again as CSV, or as an Excel workbook.")
NO_NAMES = N_("None of the first rows has the column names of people: a name, and a mail address or a phone.")


def meaning_of(heading: str) -> str | None:
    """What a column holds, by its heading; None when it is not wanted."""
    return MEANINGS.get(" ".join(re.sub(r"[^a-z0-9]+", " ", fold(heading)).split()))


def read_volunteers(data: bytes) -> VolunteerFile:
    """Read a file of volunteers. Never raises: what cannot be read is a flaw."""
    if not data.strip():
        return VolunteerFile(unusable=Flaw(0, "", "empty", EMPTY, refuses=True))
    if len(data) > MOST_BYTES:
        return VolunteerFile(
            unusable=Flaw(0, "", "too_large", N_("The file is larger than %(limit)s MB."), True, {"limit": 8})
        )
    if data.startswith((b"PK\x03\x04", b"%PDF", b"\x1f\x8b", b"\xd0\xcf\x11\xe0")):
        return VolunteerFile(unusable=Flaw(0, "", "no_table", NO_TABLE, refuses=True))
    text = decoded(data)
    return read_volunteer_sheets(list(_rows(text, delimiter)) for delimiter in (",", ";", "\t", "|"))


def read_volunteer_sheets(sheets: Iterable[Sequence[Cells]]) -> VolunteerFile:
    """Read volunteers from the sheets of a workbook, or one text parted in several ways: the one that is known best counts."""
    table = _table(sheets)
    if table is None:
        return VolunteerFile(unusable=Flaw(0, "", "no_names", NO_NAMES, refuses=True))
    return _judged(*table)


def decoded(data: bytes) -> str:
    """The text of a file: by its mark, else UTF-8, else as Windows wrote it."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(name, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _table(sheets: Iterable[Sequence[Cells]]) -> tuple[Sequence[str], Sequence[Cells]] | None:
    """The header with the most known columns among the first rows of a sheet, and the rows below it."""
    best: tuple[int, Sequence[str], Sequence[Cells]] | None = None
    for rows in sheets:
        for place, (_number, cells) in enumerate(rows[:HEADER_WITHIN]):
            known = {meaning_of(each) for each in cells} - {None}
            usable = known & {"given", "family", "whole"} and known & {"email", "phone"}
            if usable and (best is None or len(known) > best[0]):
                best = len(known), cells, rows[place + 1 :]
    return best[1:] if best else None


def _rows(text: str, delimiter: str) -> Iterator[Cells]:
    """The rows that hold anything, numbered as a spreadsheet numbers them."""
    # A line end inside quotes stays; a row the reader cannot take ends the table and is said by `_judged`.
    reader = csv.reader(io.StringIO(text.replace("\x00", "\ufffd"), newline=""), delimiter=delimiter)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield number, ["\ufffd"]
            continue
        if number > MOST_ROWS + HEADER_WITHIN + 1:
            return
        if any(cell.strip() for cell in cells):
            yield number, cells


# ---- row by row ----


def _judged(header: Sequence[str], rows: Sequence[Cells]) -> VolunteerFile:
    places: dict[str, int] = {}
    for place, heading in enumerate(header):
        meaning = meaning_of(heading)
        if meaning is not None:
            places.setdefault(meaning, place)
    flaws = []
    if len(rows) > MOST_ROWS:
        sentence = N_("Only the first %(limit)s rows are read. Split the file and import the parts.")
        flaws.append(Flaw(0, "", "too_long", sentence, values={"limit": MOST_ROWS}))
    if not rows:
        flaws.append(Flaw(0, "", "no_rows", N_("No row below the column names holds anybody.")))
    found, refused, earlier = [], [], _Earlier()
    for number, cells in rows[:MOST_ROWS]:
        one, wrong = _volunteer(number, cells, header, places)
        wrong += earlier.flaws_of(one) if one is not None else []
        flaws += wrong
        if one is None or any(each.refuses for each in wrong):
            refused.append(number)
        else:
            found.append(one)
    used = set(places.values())
    left_out = tuple(each.strip() for place, each in enumerate(header) if place not in used and each.strip())
    return VolunteerFile(tuple(found), tuple(flaws), tuple(refused), left_out)


def _volunteer(
    number: int, cells: Sequence[str], header: Sequence[str], places: Mapping[str, int]
) -> tuple[Volunteer | None, list[Flaw]]:
    def cell(meaning: str) -> str:
        place = places.get(meaning)
        text = cells[place] if place is not None and place < len(cells) else ""
        return " ".join(text[:LONGEST_CELL].split())

    def flaw(meaning: str, code: str, sentence: str, refuses: bool = False) -> Flaw:
        place = places.get(meaning)
        return Flaw(number, header[place].strip() if place is not None else "", code, sentence, refuses)

    flaws: list[Flaw] = []
    if len(cells) > len(header) and any(each.strip() for each in cells[len(header) :]):
        flaws.append(Flaw(number, "", "more_cells", N_("This row has more cells than there are columns. Check it.")))
    given, family, split = _name(cell)
    if not given and not family:
        return None, [*flaws, flaw("whole" if "whole" in places else "given", "no_name", N_("There is no name."), True)]
    if any(_unkeepable(each) for each in (given, family)):
        sentence = N_("The name has characters that cannot be kept.")
        return None, [*flaws, flaw("whole" if split else "given", "bad_name", sentence, True)]
    if max(len(given), len(family)) > LONGEST_NAME:
        return None, [*flaws, flaw("whole" if split else "given", "long_name", N_("The name is too long."), True)]
    if split:
        flaws.append(
            flaw(
                "whole", "name_split", N_("Check the name: it stands in one cell and was parted before its last word.")
            )
        )
    if not family:
        flaws.append(flaw("whole", "one_name", N_("Only one name. Add the family name later.")))
    email, phone = email_of(cell("email")), phone_of(cell("phone"))
    if cell("email") and email is None:
        flaws.append(flaw("email", "bad_email", N_("This is no mail address. It is left out.")))
    if cell("phone") and phone is None:
        flaws.append(flaw("phone", "bad_phone", N_("This is no phone number with its area code. It is left out.")))
    if email is None and phone is None:
        sentence = N_("Neither a mail address nor a phone that can be used: nobody could be found again by this row.")
        return None, [*flaws, flaw("email", "no_way", sentence, True)]
    return Volunteer(number, given, family, email, phone), flaws


def _name(cell: Callable[[str], str]) -> tuple[str, str, bool]:
    """Given name, family name, and whether one cell of more than two words was parted."""
    given, family, whole = cell("given"), cell("family"), cell("whole")
    if given or family or not whole:
        return given or family, family if given else "", False
    if whole.count(",") == 1 and all(part.strip() for part in whole.split(",")):
        last, first = (part.strip() for part in whole.split(","))
        return first, last, False
    words = whole.split(" ")
    return " ".join(words[:-1]) or words[0], words[-1] if len(words) > 1 else "", len(words) > 2


def _unkeepable(text: str) -> bool:
    return bool(CONTROL.search(text)) or BROKEN in text or not storable(text) or crowded(text)


class _Earlier:
    """What rows before said, so that nobody of a file comes in twice."""

    def __init__(self) -> None:
        self.people: dict[tuple[str, str], int] = {}
        self.contacts: dict[str, tuple[int, str]] = {}

    def flaws_of(self, one: Volunteer) -> list[Flaw]:
        found: list[Flaw] = []
        for contact in (each for each in (one.email, one.phone) if each):
            first = self.people.setdefault((one.folded, contact), one.row)
            if first != one.row:
                sentence = N_("The same person as in row %(first)s.")
                return [Flaw(one.row, "", "twice", sentence, True, {"first": first})]
            row, name = self.contacts.setdefault(contact, (one.row, one.folded))
            if name != one.folded:
                sentence = N_("Shares an address or phone with row %(first)s. Check whether these are two people.")
                found.append(Flaw(one.row, "", "shared", sentence, values={"first": row}))
        return found[:1]


def email_of(text: str) -> str | None:
    """The comparable form of a mail address, or None when it is none."""
    if not text:
        return None
    try:
        return validate_email(text, check_deliverability=False).normalized.casefold()
    except EmailNotValidError:
        return None


def phone_of(text: str) -> str | None:
    """A phone of the United States as E.164, or None: letters are no digits here, and seven digits lack their area."""
    if not text or re.search(r"[A-Za-z]{2,}|\d[a-z]|[a-z]\d", re.sub(r"(?i)\s*(ext|x)\.?\s*\d+$", "", text)):
        return None
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    if number.country_code == 1 and str(number.national_number)[0] in "01":
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


# ---- against the file of people ----


class Known(NamedTuple):
    """Somebody on file: their name, their contacts, and whether they are on the program's list."""

    person_id: int
    folded: str
    contacts: frozenset[str]
    is_listed: bool


class Planned(NamedTuple):
    """A row and what becomes of it. `person_id` is who it is already."""

    volunteer: Volunteer
    fate: Fate
    person_id: int | None = None


def plan(rows: Iterable[Volunteer], known: Iterable[Known]) -> list[Planned]:
    """Say of each row whether it is somebody new, changes somebody, or changes nothing. One of the same name who uses the
    address or the phone already is the same person."""
    by_contact: dict[tuple[str, str], Known] = {}
    for each in sorted(known, key=lambda one: one.person_id):
        for contact in each.contacts:
            by_contact.setdefault((each.folded, contact), each)
    found = []
    for one in rows:
        contacts = [each for each in (one.email, one.phone) if each]
        same = next((by_contact[one.folded, each] for each in contacts if (one.folded, each) in by_contact), None)
        if same is None:
            found.append(Planned(one, Fate.NEW))
        else:
            fate = Fate.SAME if same.is_listed and set(contacts) <= same.contacts else Fate.CHANGED
            found.append(Planned(one, fate, same.person_id))
    return found
