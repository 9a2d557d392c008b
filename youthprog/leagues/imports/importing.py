"""Registration exports: bytes in, checked rows and named problems out. Pure, and never raises for what a file holds.

Sports Connect's enrollment details and TeamSnap's rosters load as they are. Card, payment and insurance columns
are dropped while the file is read, and no problem repeats a value of the file.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from youthprog.core.refusals import N_
from youthprog.core.text import fold
from youthprog.leagues.imports.cells import (
    date_order,
    one_line,
    read_date,
)
from youthprog.leagues.imports.columns import Columns, Part, headings_of, read_columns, recognized
from youthprog.leagues.imports.limits import Unusable
from youthprog.leagues.imports.row_reading import RowReader
from youthprog.leagues.imports.sheets import GREEK, Sheet, read_sheet
from youthprog.leagues.imports.types import DateQuestion, PlayerRow, Problem, Reading, Severity


def read_players(
    data: bytes, *, filename: str, today: date, dates: str = "", meanings: Mapping[str, str] | None = None
) -> Reading:
    """Read a registration export. What cannot be used is named, by row and column, in `problems` or `unusable`.

    `dates` ("mdy" or "dmy") and `meanings` are what a person said of the file: see `cells.date_order` and
    `columns.read_columns`.
    """
    try:
        sheet = player_sheet(data, meanings)
    except Unusable as fault:
        return Reading(filename=filename, unusable=fault.problem)
    return players_in(sheet, filename=filename, today=today, dates=dates, meanings=meanings)


def player_sheet(data: bytes, meanings: Mapping[str, str] | None = None) -> Sheet:
    """The table of a registration export. Raises `Unusable`."""
    return read_sheet(data, lambda headings: recognized(headings, meanings), headings_of)


def players_in(
    sheet: Sheet, *, filename: str, today: date, dates: str = "", meanings: Mapping[str, str] | None = None
) -> Reading:
    """The players of a table. When a column is missing, or the order of its dates, the reading says so and has no rows."""
    columns = read_columns(sheet.header, meanings)
    reader = _Reader(sheet, columns, today, dates)
    if missing := columns.missing():
        sentence = N_("The file has no column for: %(parts)s.")
        problem = Problem(0, "", "missing_columns", sentence, Severity.REFUSE, {"parts": ", ".join(missing)})
        if not columns.unknown:
            return Reading(filename=filename, unusable=problem)
        return replace(reader.about(filename), unusable=problem)
    if question := reader.question():
        return replace(reader.about(filename), asks=question)
    return reader.read(filename)


def on_team(reading: Reading, team: str) -> Reading:
    """The same reading with every player on one team, when the file itself has no column for teams."""
    if not team or Part.TEAM.value in reading.mapping.values():
        return reading
    return replace(reading, rows=tuple(replace(row, team=team) for row in reading.rows))


class _Reader:
    """Reads the rows of one sheet and gathers what is wrong with them."""

    def __init__(self, sheet: Sheet, columns: Columns, today: date, dates: str):
        self.sheet, self.columns, self.today = sheet, columns, today
        self.problems: list[Problem] = []
        self.order = date_order(self._birth_cells(), told=dates)

    def read(self, filename: str) -> Reading:
        """All rows, in the order of the file."""
        self._about_the_file()
        rows: list[PlayerRow] = []
        seen: dict[tuple[object, ...], int] = {}
        for number, cells in self.sheet.rows:
            row = RowReader(self, number, cells).read()
            if row is None:
                continue
            first = seen.setdefault(_says(row), number)
            if first == number:
                rows.append(row)
            else:
                self.warn(
                    number,
                    None,
                    "repeated",
                    N_("This row says the same as row %(other)s and is left out."),
                    other=first,
                )
        problems = tuple(sorted(self.problems, key=lambda problem: problem.row))
        return replace(self.about(filename), rows=tuple(rows), problems=problems)

    def question(self) -> DateQuestion | None:
        """What must be asked before a birth date can be read."""
        if not self.order.is_open:
            return None
        text = self.order.example
        both = [read_date(text, day_first=day_first, today=self.today) for day_first in (False, True)]
        if both[0] is None or both[1] is None:
            return None
        return DateQuestion(self.heading(Part.BORN), text, both[0], both[1], len(self.order.open_rows))

    def about(self, filename: str) -> Reading:
        """What the file is, without its rows."""
        headers = self.sheet.header
        used = {index for places in self.columns.places.values() for index in places}
        return Reading(
            filename=filename,
            source=self.columns.source,
            encoding=self.sheet.encoding,
            delimiter=self.sheet.delimiter,
            headers=headers,
            mapping={headers[index]: part.value for part, places in self.columns.places.items() for index in places},
            unmapped=tuple(
                name for index, name in enumerate(headers) if name and index not in used | self.columns.dropped
            ),
            unknown=tuple(headers[index] for index in self.columns.unknown),
            dropped=tuple(headers[index] for index in sorted(self.columns.dropped)),
        )

    def heading(self, place: Part | int | None) -> str:
        """The heading of a column, or of a part's first column, as the file writes it."""
        if isinstance(place, int):
            return one_line(self.sheet.header[place])
        places = self.columns.places.get(place, ()) if place else ()
        return one_line(self.sheet.header[places[0]]) if places else ""

    def warn(self, row: int, place: Part | int | None, code: str, sentence: str, /, **values: int | str) -> None:
        """Note something that does not keep the row out."""
        self.problems.append(Problem(row, self.heading(place), code, sentence, Severity.WARN, values))

    def refuse(self, row: int, place: Part | int | None, code: str, sentence: str, /, **values: int | str) -> None:
        """Note something that keeps the row out."""
        self.problems.append(Problem(row, self.heading(place), code, sentence, Severity.REFUSE, values))

    def has_guardians(self) -> bool:
        """Whether the file has columns for a parent or account holder."""
        return all(part in self.columns.places for part in (Part.GUARDIAN_GIVEN, Part.GUARDIAN_FAMILY))

    def _birth_cells(self) -> Iterable[tuple[int, str]]:
        for number, cells in self.sheet.rows:
            for index in self.columns.places.get(Part.BORN, ()):
                text = one_line(cells[index]) if index < len(cells) else ""
                if text:
                    yield number, text
                    break

    def _about_the_file(self) -> None:
        if not self.sheet.rows:
            self.warn(0, None, "no_rows", N_("The file has column names and no rows."))
        if self.sheet.encoding == "cp1252":
            self.warn(0, None, "windows_text", N_("The file was read as Windows text. Check that accents look right."))
        if self.sheet.encoding in GREEK:
            self.warn(0, None, "greek_text", N_("The file was read as Greek text. Check that names look right."))
        if self.sheet.headless:
            sentence = N_("The file has no column names. Its columns were taken for: %(columns)s.")
            self.warn(0, None, "headless", sentence, columns=", ".join(self.sheet.header))
        if Part.BORN not in self.columns.places:
            sentence = N_("The file has no birth dates. Its rows are matched by name with the players of the season.")
            self.warn(0, None, "no_birth_dates", sentence)
        if self.sheet.stray_quote_at:
            sentence = N_("A quotation mark inside a cell stands alone near line %(line)s. Check the rows there.")
            self.warn(0, None, "stray_quote", sentence, line=self.sheet.stray_quote_at)
        if not self.has_guardians():
            sentence = N_(
                "The file names no parents or guardians. New youth come in without one, and nobody can be asked for consent yet."
            )
            self.warn(0, None, "no_guardian_columns", sentence)
        if self.order.day_first and self.order.day_first_rows:
            first = min(self.order.day_first_rows)
            sentence = N_(
                "Birth dates were read as day, month, year, because row %(row)s can only be read so. Check a few."
            )
            self.warn(0, Part.BORN, "day_first", sentence, row=first)
        elif self.order.day_first_rows:
            sentence = N_("Most birth dates have the month first, but %(count)s can only be read with the day first.")
            self.warn(0, Part.BORN, "mixed_dates", sentence, count=len(self.order.day_first_rows))


def _says(row: PlayerRow) -> tuple[object, ...]:
    """What makes two rows say the same: one child, one place."""
    return (
        fold(row.given_name),
        fold(row.family_name),
        row.born_on,
        fold(row.program),
        fold(row.division),
        fold(row.team),
    )
