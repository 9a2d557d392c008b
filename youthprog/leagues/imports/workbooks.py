"""An Excel workbook (.xlsx) to rows of text. Pure, and read as a stream: no part of it is ever whole in memory.

Nothing is run: a formula counts as the value that was last saved with it. Dates come as 2016-02-14 whatever the sheet
shows, so that a workbook never asks which number is the month; a number shown as 00 or 02134 keeps its zeros. A workbook
that unpacks to more than a roster can be, or brings entities of its own, is refused (docs/decisions/0069).
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from youthprog.core.refusals import N_
from youthprog.leagues.imports.limits import MOST_COLUMNS, MOST_ROWS, Record, Unusable

MOST_UNPACKED = 200_000_000
MOST_PARTS = 2_000
MOST_SHEETS = 8
MOST_SHARED = 60_000_000  # letters of text that cells share
MOST_CELL = 32_767  # what a cell can hold
PIECE = 65_536
SHARED, STYLES = "xl/sharedstrings.xml", "xl/styles.xml"

DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
FIRST_DAYS = {False: datetime(1899, 12, 30, tzinfo=UTC), True: datetime(1904, 1, 1, tzinfo=UTC)}
LAST_DAY = 2_958_465  # 9999-12-31
NOT_A_WORKBOOK = N_(
    "This is an Excel workbook or a zip file, not a CSV file. Open it, choose Save as, and pick CSV UTF-8."
)


def read_workbook(data: bytes) -> Iterator[list[Record]]:
    """The rows of each visible sheet, sheet by sheet, blank rows left out. Raises `Unusable`."""
    from xml.parsers import expat

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _weigh(archive)
            for rows in _Workbook(archive).sheets():
                yield list(rows)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError, OSError):
        raise Unusable("other_kind", NOT_A_WORKBOOK) from None
    except (expat.ExpatError, ValueError):
        raise Unusable("broken_workbook", N_("This workbook is damaged. Open it in Excel and save it again.")) from None


def _weigh(archive: zipfile.ZipFile) -> None:
    """Refuse what unpacks to more than a roster can be, before anything is unpacked."""
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise _too_large()


def _too_large() -> Unusable:
    sentence = N_("This workbook unpacks to more than %(limit)s MB. Save the sheet as CSV UTF-8, or split it.")
    return Unusable("bomb", sentence, 0, limit=MOST_UNPACKED // 1_000_000)


class _Workbook:
    """An open workbook: its sheets in order, the text its cells share, and which formats are dates."""

    def __init__(self, archive: zipfile.ZipFile):
        self.archive = archive
        self.parts = {name.lower(): name for name in archive.namelist()}  # some programs write xl/SharedStrings.xml
        self.unpacked = 0
        self.from_1904 = False
        self.names: list[str] = []
        self._find_sheets()
        self.shared = self._shared_texts() if SHARED in self.parts else []
        self.formats = self._formats() if STYLES in self.parts else []

    def sheets(self) -> Iterator[Iterator[Record]]:
        """The rows of each sheet."""
        for name in self.names[:MOST_SHEETS]:
            yield self._rows(name)

    # Parts --------------------------------------------------------------------------------------------------

    def parse(self, name: str, **handlers: Callable[..., None]) -> Iterator[None]:
        """Feed one part to handlers, piece by piece. What a part declares of its size is not believed."""
        from xml.parsers import expat

        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _no_doctype
        for handler, function in handlers.items():
            setattr(parser, handler, function)
        with self.archive.open(self.parts[name.lower()]) as part:
            while piece := part.read(PIECE):
                self.unpacked += len(piece)
                if self.unpacked > MOST_UNPACKED:
                    raise _too_large()
                parser.Parse(piece, False)
                yield
            parser.Parse(b"", True)

    def run(self, name: str, **handlers: Callable[..., None]) -> None:
        """Read one part to its end."""
        for _piece in self.parse(name, **handlers):
            pass

    def _find_sheets(self) -> None:
        targets: dict[str, str] = {}
        wanted: list[str] = []

        def relation(tag: str, given: dict[str, str]) -> None:
            if _local(tag) == "Relationship" and given.get("Type", "").endswith("/worksheet"):
                target = given.get("Target", "")
                targets[given.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"

        def part(tag: str, given: dict[str, str]) -> None:
            if _local(tag) == "workbookPr":
                self.from_1904 = given.get("date1904", "0") in ("1", "true")
            elif _local(tag) == "sheet" and given.get("state", "visible") == "visible":
                wanted.append(next((value for key, value in given.items() if _local(key) == "id"), ""))

        self.run("xl/workbook.xml", StartElementHandler=part)
        self.run("xl/_rels/workbook.xml.rels", StartElementHandler=relation)
        self.names = [targets[key] for key in wanted if key in targets]

    def _shared_texts(self) -> list[str]:
        """The texts that cells share; how a word is sounded (phonetic runs) is no part of it."""
        found: list[str] = []
        parts: list[str] = []
        state = {"text": False, "sounded": 0, "letters": 0}

        def start(tag: str, _given: dict[str, str]) -> None:
            name = _local(tag)
            if name == "si":
                parts.clear()
            elif name == "rPh":
                state["sounded"] += 1
            state["text"] = name == "t" and not state["sounded"]

        def end(tag: str) -> None:
            name = _local(tag)
            state["text"] = False
            if name == "rPh":
                state["sounded"] -= 1
            elif name == "si":
                found.append("".join(parts))

        def letters(text: str) -> None:
            if state["text"]:
                parts.append(text)
                state["letters"] += len(text)
                if state["letters"] > MOST_SHARED:
                    raise _too_large()

        self.run(SHARED, StartElementHandler=start, EndElementHandler=end, CharacterDataHandler=letters)
        return found

    def _formats(self) -> list[str]:
        """For each style of a cell: "date", the zeros its numbers are filled with, or ""."""
        codes: dict[int, str] = {}
        styles: list[int] = []
        inside = {"cellXfs": False}

        def start(tag: str, given: dict[str, str]) -> None:
            name = _local(tag)
            if name == "numFmt":
                codes[int(given.get("numFmtId", "0"))] = given.get("formatCode", "")
            elif name == "cellXfs":
                inside["cellXfs"] = True
            elif name == "xf" and inside["cellXfs"]:
                styles.append(int(given.get("numFmtId", "0")))

        def end(tag: str) -> None:
            if _local(tag) == "cellXfs":
                inside["cellXfs"] = False

        self.run(STYLES, StartElementHandler=start, EndElementHandler=end)
        return [_kind_of(number, codes.get(number, "")) for number in styles]

    # Rows ---------------------------------------------------------------------------------------------------

    def _rows(self, name: str) -> Iterator[Record]:
        reader = _Rows(self)
        handlers: dict[str, Any] = {
            "StartElementHandler": reader.start,
            "EndElementHandler": reader.end,
            "CharacterDataHandler": reader.letters,
        }
        for _piece in self.parse(name, **handlers):
            yield from reader.take()
        yield from reader.take()


class _Rows:
    """Gathers the rows of one sheet as its parts come by."""

    def __init__(self, book: _Workbook):
        self.book = book
        self.ready: list[Record] = []
        self.number, self.cells, self.count = 0, [""], 0
        self.column, self.kind, self.style = 0, "", 0
        self.value: list[str] = []
        self.reading, self.sounded = False, False

    def take(self) -> list[Record]:
        """The rows that are whole."""
        ready, self.ready = self.ready, []
        return ready

    def start(self, tag: str, given: dict[str, str]) -> None:
        name = _local(tag)
        if name == "row":
            self.number = int(given["r"]) if "r" in given else self.number + 1
            self.cells, self.column = [], -1
        elif name == "c":
            self.column = _column_in(given["r"]) if "r" in given else self.column + 1
            self.kind, self.style, self.value = given.get("t", "n"), int(given.get("s", "0")), []
        elif name == "rPh":
            self.sounded = True
        self.reading = name == "v" or (name == "t" and not self.sounded)

    def end(self, tag: str) -> None:
        name = _local(tag)
        self.reading = False
        if name == "rPh":
            self.sounded = False
        elif name == "c" and (text := self._text()):
            if self.column >= MOST_COLUMNS:
                sentence = N_("The file has more than %(limit)s columns.")
                raise Unusable("too_wide", sentence, self.number, limit=MOST_COLUMNS)
            self.cells += [""] * (self.column + 1 - len(self.cells))
            self.cells[self.column] = text
        elif name == "row" and any(cell.strip() for cell in self.cells):
            self.count += 1
            if self.count > MOST_ROWS + 1:
                sentence = N_("The file has more than %(limit)s rows. Split it and import the parts.")
                raise Unusable("too_long", sentence, 0, limit=MOST_ROWS)
            self.ready.append((self.number, tuple(self.cells)))

    def letters(self, text: str) -> None:
        if self.reading:
            self.value.append(text)

    def _text(self) -> str:
        """The cell as text. An error such as #REF! is nothing."""
        value = "".join(self.value)[:MOST_CELL]
        if not value or self.kind == "e":
            return ""
        if self.kind == "s":
            return self.book.shared[int(value)] if int(value) < len(self.book.shared) else ""
        if self.kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        if self.kind in ("str", "inlineStr"):
            return value
        if self.kind == "d":
            return value.replace("T00:00:00", "")
        format_ = self.book.formats[self.style] if self.style < len(self.book.formats) else ""
        return _number(value, format_, from_1904=self.book.from_1904)


def _no_doctype(*_about: Any) -> None:
    raise Unusable("broken_workbook", N_("This workbook is damaged. Open it in Excel and save it again."))


def _local(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2]


def _column_in(reference: str) -> int:
    """The column of a cell's address, from 0: A1 is 0, AA7 is 26."""
    column = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        column = column * 26 + ord(letter) - 64
    return column - 1


def _kind_of(number: int, code: str) -> str:
    """What a number format makes of a number."""
    bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.', "", code)
    if number in DATE_FORMATS or (code and re.search("[dmyhs]", bare, re.IGNORECASE)):
        return "date"
    return bare if re.fullmatch("0{2,16}", bare) else ""


def _number(value: str, format_: str, *, from_1904: bool) -> str:
    """A number as it reads: a date, a filled number such as 007, a whole number, or as it is."""
    number = float(value)
    if format_ == "date" and 0 <= number <= LAST_DAY:
        return _moment(number, from_1904=from_1904)
    if number == int(number) and abs(number) < 1e15:
        return str(int(number)).zfill(len(format_)) if number >= 0 else str(int(number))
    return value


def _moment(serial: float, *, from_1904: bool) -> str:
    """A day, a time of day, or both. Before March 1900 Excel counts a day that never was."""
    seconds = round(serial % 1 * 86_400)
    if serial < 1:
        return f"{seconds // 3600 % 24}:{seconds // 60 % 60:02}"
    days = int(serial) + (1 if not from_1904 and serial < 60 else 0)
    moment = FIRST_DAYS[from_1904] + timedelta(days=days, seconds=seconds)
    return moment.strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d")
