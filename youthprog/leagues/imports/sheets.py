"""Bytes of a spreadsheet export to rows of text: encodings, delimiters, line ends, and what no file may hold.

Pure. A file that is no table raises `Unusable` with one problem that says where, in words, without its contents.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice

from youthprog.core.refusals import N_
from youthprog.leagues.imports.limits import HEADER_WITHIN, MOST_BYTES, MOST_COLUMNS, MOST_ROWS, Record, Unusable
from youthprog.leagues.imports.workbooks import read_workbook

MOST_LINES_IN_A_CELL = 40
DELIMITERS = (",", ";", "\t", "|")

BOM_UTF8 = b"\xef\xbb\xbf"
BOMS_UTF16 = (b"\xff\xfe", b"\xfe\xff")
OTHER_KINDS = (
    (
        b"\xd0\xcf\x11\xe0",
        N_("This is an old Excel workbook, or one with a password. Open it, choose Save as, and pick CSV UTF-8."),
    ),
    (b"%PDF", N_("This is a PDF, not a CSV file. Export the report again as CSV.")),
    (b"\x1f\x8b", N_("This is a packed file, not a CSV file. Unpack it first.")),
)
ZIP = b"PK\x03\x04"
XLSX = "xlsx"
GREEK = ("iso8859_7", "cp1253")

Recognizer = Callable[[Sequence[str]], int]
"""How many headings of a row are known; 0 when it is no header."""

Namer = Callable[[Sequence[Record]], tuple[str, ...]]
"""The headings of a table that has none; empty when its rows do not show what they are."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as text. `rows` are numbered as a spreadsheet numbers them, from 1, blank rows counted but left out.

    `headless` says that the file has no column names, and that `header` was told by its rows.
    """

    header: tuple[str, ...]
    rows: tuple[Record, ...]
    encoding: str
    delimiter: str
    stray_quote_at: int = 0
    headless: bool = False


def read_sheet(data: bytes, recognized: Recognizer, named: Namer | None = None) -> Sheet:
    """Read a table. `recognized` counts the known headings in a row; the best row and delimiter win.

    `named` gives headings to a table without any. Raises `Unusable`.
    """
    if data.startswith(ZIP):
        return _from_workbook(data, recognized, named)
    text, encoding = decode(data)
    text, told = _told_delimiter(text)
    delimiter, header_row = _find_header(text, (told,) if told else DELIMITERS, recognized)
    if header_row is None:
        return _headless(text, encoding, (told,) if told else DELIMITERS, named)
    records, stray = _records(text, delimiter)
    number, header = records[header_row]
    skipped = 1 if told else 0
    rows = tuple((number + skipped, cells) for number, cells in records[header_row + 1 :])
    return _limited(Sheet(header, rows, encoding, delimiter, stray), number)


def _limited(sheet: Sheet, at: int = 0) -> Sheet:
    if len(sheet.header) > MOST_COLUMNS:
        raise Unusable("too_wide", N_("The file has more than %(limit)s columns."), at, limit=MOST_COLUMNS)
    if len(sheet.rows) > MOST_ROWS:
        raise Unusable(
            "too_long", N_("The file has more than %(limit)s rows. Split it and import the parts."), 0, limit=MOST_ROWS
        )
    return sheet


def _no_header() -> Unusable:
    sentence = N_("None of the first rows has known column names, such as First Name, Last Name and Birth Date.")
    return Unusable("no_header", sentence)


def _from_workbook(data: bytes, recognized: Recognizer, named: Namer | None) -> Sheet:
    """The sheet of a workbook whose header is known best; without any, the first whose rows show what they are."""
    if len(data) > MOST_BYTES:
        raise Unusable("too_large", N_("The file is larger than %(limit)s MB."), 0, limit=MOST_BYTES // 1_000_000)
    best: tuple[int, Sheet | None] = (0, None)
    for records in read_workbook(data):
        for index, (_number, cells) in enumerate(records[:HEADER_WITHIN]):
            if (found := recognized(cells)) > best[0]:
                best = found, Sheet(cells, tuple(records[index + 1 :]), XLSX, "")
        if best[1] is None and named and (header := named(records)):
            best = 0, Sheet(header, tuple(records), XLSX, "", headless=True)
    if best[1] is None:
        raise _no_header()
    return _limited(best[1])


def _headless(text: str, encoding: str, delimiters: Sequence[str], named: Namer | None) -> Sheet:
    """A table without column names, when its rows show what they are."""
    for delimiter in delimiters if named else ():
        records, stray = _records(text, delimiter)
        if named and (header := named(records)):
            return _limited(Sheet(header, tuple(records), encoding, delimiter, stray, headless=True))
    raise _no_header()


def decode(data: bytes) -> tuple[str, str]:
    """The text of a file and the encoding it was found in. Raises `Unusable`.

    By evidence, in this order: a mark at the beginning (UTF-8, UTF-16); every other byte a NUL (UTF-16 without its
    mark); what is whole UTF-8; what is mostly UTF-8 and broken, which is refused by its place; words made of nothing
    but letters above ASCII (Greek: ISO-8859-7, or Windows-1253 where only that one fits); else Windows-1252.
    """
    if len(data) > MOST_BYTES:
        raise Unusable("too_large", N_("The file is larger than %(limit)s MB."), 0, limit=MOST_BYTES // 1_000_000)
    for start, sentence in OTHER_KINDS:
        if data.startswith(start):
            raise Unusable("other_kind", sentence)
    text, encoding = _decoded(data)
    if not text.strip():
        raise Unusable("empty", N_("The file is empty."))
    nul = text.find("\x00")
    if nul >= 0:
        line, column = position(text, nul)
        raise Unusable(
            "nul",
            N_("Line %(line)s, character %(column)s is a NUL byte: the file is damaged or no text."),
            line,
            line=line,
            column=column,
        )
    return text, encoding


def position(text: str, index: int) -> tuple[int, int]:
    """Line and character, both from 1, of an index; LF, CR and CRLF end a line."""
    before = re.split(r"\r\n|\r|\n", text[:index])
    return len(before), len(before[-1]) + 1


def _decoded(data: bytes) -> tuple[str, str]:
    if data.startswith(BOMS_UTF16):
        return _strict(data, "utf-16", "UTF-16"), "utf-16"
    if data.startswith(BOM_UTF8):
        return _strict(data, "utf-8-sig", "UTF-8"), "utf-8-sig"
    if unmarked := _unmarked_utf16(data):
        return _strict(data, unmarked, "UTF-16"), unmarked
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    loose = data.decode("utf-8", "surrogateescape")
    wrong = sum("\udc80" <= letter <= "\udcff" for letter in loose)
    right = sum(letter > "\x7f" for letter in loose) - wrong
    if right > wrong:  # mostly UTF-8: reading it as Windows text would spoil every accent
        return _strict(data, "utf-8", "UTF-8"), "utf-8"
    for codec in GREEK if _looks_greek(data) else ():
        if codec == "iso8859_7" and re.search(rb"[\x80-\x9f\xa2]", data):
            continue  # controls there, quotation marks and a capital alpha in Windows-1253
        try:
            return data.decode(codec), codec
        except UnicodeDecodeError:
            continue
    return _strict(data, "cp1252", "Windows-1252"), "cp1252"


def _unmarked_utf16(data: bytes) -> str:
    """UTF-16 without a mark: nearly every other byte of what is mostly Latin text is a NUL."""
    start = data[:2000]
    for codec, highs in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
        if len(start) >= 16 and len(data) % 2 == 0 and highs.count(0) > 0.6 * len(highs):
            return codec
    return ""


def _looks_greek(data: bytes) -> bool:
    """Whether words of nothing but letters above ASCII outnumber words that mix both: names in Greek, not in Spanish."""
    whole = mixed = 0
    for found in re.finditer(rb"[A-Za-z\xb4-\xff]{2,}", data):
        word = found[0]
        high = sum(byte > 0x7F for byte in word)
        whole += high == len(word) and high >= 3
        mixed += 0 < high < len(word)
    return whole > mixed


def _strict(data: bytes, codec: str, name: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as fault:
        before = data[: fault.start].decode(codec, "ignore")
        line, column = position(before, len(before))
        sentence = N_(
            "Line %(line)s, character %(column)s cannot be read as %(encoding)s text. Save the file again as CSV UTF-8."
        )
        raise Unusable("undecodable", sentence, line, line=line, column=column, encoding=name) from None


def _told_delimiter(text: str) -> tuple[str, str]:
    """Excel may say `sep=;` on the first line."""
    told = re.match(r"sep=([,;\t|])[ \t]*(\r\n|\r|\n)", text)
    return (text[told.end() :], told[1]) if told else (text, "")


def _find_header(text: str, delimiters: Sequence[str], recognized: Recognizer) -> tuple[str, int | None]:
    """The delimiter and the record that give the most known headings; no record when none gives any."""
    best: tuple[int, str, int | None] = (0, ",", None)
    for delimiter in delimiters:
        for index, (_, cells) in enumerate(_first_records(text, delimiter)):
            found = recognized(cells)
            if found > best[0]:
                best = (found, delimiter, index)
    return best[1], best[2]


def _first_records(text: str, delimiter: str) -> list[Record]:
    """The first rows, as far as they can be read."""
    found: list[Record] = []
    try:
        for record in islice(_parsed(text, delimiter, strict=False), HEADER_WITHIN):
            found.append(record)
    except Unusable:
        pass  # the fault is named when the whole file is read
    return found


def _records(text: str, delimiter: str) -> tuple[list[Record], int]:
    """Numbered records without the blank ones, and the line of the first stray quote (0 for none)."""
    try:
        return list(_parsed(text, delimiter, strict=True)), 0
    except _BadQuote as fault:
        if fault.open_to_the_end:
            raise _open_quote(fault.line) from None
        return list(_parsed(text, delimiter, strict=False)), fault.line


class _BadQuote(Exception):
    def __init__(self, line: int, open_to_the_end: bool):
        self.line, self.open_to_the_end = line, open_to_the_end


def _parsed(text: str, delimiter: str, *, strict: bool) -> Iterator[Record]:
    reader = csv.reader(io.StringIO(text, newline=None), delimiter=delimiter, strict=strict, skipinitialspace=True)
    for number in count(1):
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            if strict and "field larger" not in str(fault):
                raise _BadQuote(line, "unexpected end" in str(fault)) from None
            sentence = N_("A cell in line %(line)s is too long. A quotation mark may be missing.")
            raise Unusable("huge_cell", sentence, line, line=line) from None
        if reader.line_num - line > MOST_LINES_IN_A_CELL:
            raise _open_quote(line)
        if any(cell.strip() for cell in cells):
            yield number, tuple(cells)


def _open_quote(line: int) -> Unusable:
    return Unusable("open_quote", N_("A quotation mark that opens in line %(line)s never closes."), line, line=line)
