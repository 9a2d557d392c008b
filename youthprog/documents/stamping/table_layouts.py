"""A table learned from two specimens: a small one for the widths of its columns, then one of two pages.

The second has rows of one, two and three lines in every column that can hold them. Where things stand is read from weasyprint's boxes
and drawings; each row, each line and each rule of it must then be what would be stamped, or the table is refused.
"""

import re
from collections.abc import Callable, Sequence

from youthprog.documents.stamping.breaking import lines_of
from youthprog.documents.stamping.embedding import deflated, embedded
from youthprog.documents.stamping.places import anchor_of, size_units, style_of
from youthprog.documents.stamping.shaping import UNITS, Face
from youthprog.documents.stamping.table_reading import (
    CLOSE,
    Run,
    SeenLine,
    SeenRow,
    TableReader,
    lowered,
    run_at,
    things_of,
)
from youthprog.documents.stamping.table_sheets import SheetsOfTable
from youthprog.documents.stamping.table_specimens import MOST_LINES, first_rows, room_of, shape_of, specimen_rows
from youthprog.documents.stamping.table_types import Column, TableLayout
from youthprog.documents.stamping.types import CannotStamp, Reader, SpecimenRead, Text

PrintRows = Callable[[Sequence[Sequence[str]], Reader], bytes]
NUMBERS = re.compile(rb"-?\d+\.?\d*")


# Learning -----------------------------------------------------------------------------------------------------


def learn_table(print_rows: PrintRows, columns: int) -> TableLayout:
    """Learn a table of so many columns of plain text. `print_rows` prints it in the plain way. Raises `CannotStamp`."""
    small = _read(print_rows, first_rows(columns))
    (page,) = small.pages
    body = [row for row in page.rows if not row.is_head]
    if not page.rows or not page.rows[0].is_head or any(len(row.cells) != columns for row in page.rows):
        raise CannotStamp("not a table with one head and these columns")
    faces = {name: Face(source.content, source.index) for name, source in small.reading.faces.items()}
    _head, things = things_of(small.reading.exact[0], small.reading.written[0], small.reading)
    shapes = [shape_of(body[0].cells[n][1][0], things, faces) for n in range(columns)]
    rows = specimen_rows(shapes, room_of(body, page.bottom))
    return _TableLearning(_read(print_rows, rows), rows, columns, faces).layout(tuple(page.margins))


def _read(print_rows: PrintRows, rows: Sequence[Sequence[str]]) -> TableReader:
    reader = TableReader()
    try:
        print_rows(rows, reader)
    except SpecimenRead:
        pass
    return reader


class _TableLearning:
    def __init__(self, reader: TableReader, rows: Sequence[Sequence[str]], columns: int, faces: dict[str, Face]):
        self.reader, self.reading, self.specimen, self.columns = reader, reader.reading, rows, columns
        self.faces = faces
        self.sheets = SheetsOfTable(reader, columns, faces)

    def layout(self, margins_alone: Sequence[str]) -> TableLayout:
        sheets, reading = self.sheets, self.reading
        rows = [(place, row) for place, rows in enumerate(sheets.bodies) for row in rows]
        if any(row.may_break for _place, row in rows):
            raise CannotStamp("rows that may break over pages")
        columns = tuple(self._column(n, rows) for n in range(self.columns))
        heights = self._heights(rows)
        drawings = self._row_drawings(rows)
        self._check_break()
        margins = tuple(sheets.margins(margins_alone))
        first, owners, heads, document = sheets.first()
        used = {column.face for column in columns} | {margin.face for margin in margins}
        still = sheets.still_glyphs()
        return TableLayout(
            columns=columns,
            margins=margins,
            heights=heights,
            rows=drawings,
            first=first,
            other=sheets.other(),
            faces={name: embedded(reading, self.faces[name], name, still.get(name, set())) for name in sorted(used)},
            objects=sheets.objects(document),
            streams={number: deflated(stream) for number, stream in reading.streams.items()},
            document=document,
            owners=owners,
            heads=heads,
            page=reading.pages[0],
            catalog=reading.catalog,
            root=int(re.search(rb"/Parent (\d+)", reading.objects[reading.pages[0]]).group(1)),  # type: ignore[union-attr]
            information=reading.information,
            size=max(*reading.objects, *reading.streams, *reading.contents) + 1,
        )

    # Rows -----------------------------------------------------------------------------------------------------

    def _column(self, index: int, rows: Sequence[tuple[int, SeenRow]]) -> Column:
        found: list[tuple[SeenRow, int, SeenLine, Run]] = []
        for (place, row), texts in zip(rows, self.specimen, strict=True):
            _width, lines = row.cells[index]
            if (
                " ".join(line.text for line in lines) != texts[index]
                and "".join(line.text for line in lines) != texts[index]
            ):
                raise CannotStamp("a cell says something else")
            found += [(row, number, line, run_at(line, self.sheets.things[place])) for number, line in enumerate(lines)]
        seen = [run.seen for *_others, run in found]
        first = seen[0]
        if (
            any((each.face, each.size) != (first.face, first.size) for each in seen)
            or len({run.paint for *_others, run in found}) != 1
        ):
            raise CannotStamp("a column set in several ways")
        said = [Text(line.text) for _row, _number, line, _run in found]
        known = [self.reading.faces[first.face].widths] * len(seen)
        style, shaped = style_of(
            f"column {index}", said, seen, [first.size] * len(seen), self.faces[first.face], known, ""
        )
        pull, anchor = anchor_of(f"column {index}", seen, shaped)
        room = rows[0][1].cells[index][0]
        firsts = [run.seen.matrix[5] - row.top for row, number, _line, run in found if not number]
        leads = [(run.seen.matrix[5] - row.top - firsts[0]) / number for row, number, _line, run in found if number]
        if max(firsts) - min(firsts) > CLOSE or (leads and max(leads) - min(leads) > CLOSE):
            raise CannotStamp("lines that are not always at the same height of a row")
        size, face = size_units(first.size), self.faces[first.face]
        for (_place, row), texts in zip(rows, self.specimen, strict=True):
            if [line.text for line in row.cells[index][1]] != lines_of(
                texts[index], int(room * UNITS), lambda text: face.shape(text, size, style)
            ):
                raise CannotStamp("lines broken in another way")
        return Column(
            first.face, first.size, style, found[0][3].paint, anchor, pull, room, firsts[0], leads[0] if leads else 0.0
        )

    def _heights(self, rows: Sequence[tuple[int, SeenRow]]) -> tuple[float, ...]:
        heights: dict[int, list[float]] = {}
        for _place, row in rows:
            heights.setdefault(max(len(lines) for _width, lines in row.cells), []).append(row.bottom - row.top)
        wanted = range(1, MOST_LINES + 1)
        if not heights.keys() >= set(wanted) or any(max(each) - min(each) > CLOSE for each in heights.values()):
            raise CannotStamp("rows whose height is not that of their longest cell")
        return tuple(heights[lines][0] for lines in wanted)

    def _row_drawings(self, rows: Sequence[tuple[int, SeenRow]]) -> tuple[bytes, ...]:
        kinds: dict[int, bytes] = {}
        for place, row in rows:
            content = b"\n".join(
                lowered(_unmarked(each.content), row.top) for each in self.sheets.drawings_in(place, row)
            )
            lines = max(len(lines) for _width, lines in row.cells)
            if lines in kinds and not _near(kinds[lines], content):
                raise CannotStamp("rows that are drawn in several ways")
            kinds.setdefault(lines, content)
        return tuple(kinds[lines] for lines in range(1, MOST_LINES + 1))

    def _check_break(self) -> None:
        page, (first, other) = self.reader.pages[0], self.sheets.bodies
        last, following = first[-1], other[0]
        if last.bottom > page.bottom + CLOSE or last.bottom + following.bottom - following.top <= page.bottom:
            raise CannotStamp("pages that break somewhere else")


def _near(one: bytes, other: bytes) -> bool:
    """Whether two drawings are the same but for rounding."""
    if NUMBERS.sub(b"", one) != NUMBERS.sub(b"", other):
        return False
    return all(
        abs(float(a) - float(b)) <= CLOSE for a, b in zip(NUMBERS.findall(one), NUMBERS.findall(other), strict=True)
    )


def _unmarked(content: bytes) -> bytes:
    """A drawing without its own mark as an artifact: all drawings of rows are in one."""
    return content.replace(b"/Artifact BMC\n", b"").replace(b"\nEMC", b"")
