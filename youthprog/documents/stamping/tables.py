"""Tables of any length, stamped: the same pages as weasyprint's, its page breaks and its tags (repeated heads as artifacts).

    layout = learn_table(print_rows, columns)     # a small table is laid out and learned from (`table_layouts`)
    content = stamp_table(layout, rows)

Two pages are enough to learn from: how a first page begins and how the next ones go on, how high rows of one, two and three
lines are and what is drawn in them, where each column sets its lines. Every row of the specimen must be found to be as it
would be stamped, or the table is refused.
"""

from collections.abc import Iterable, Sequence

from youthprog.documents.stamping.places import size_units
from youthprog.documents.stamping.setting import Line, Setter
from youthprog.documents.stamping.shaping import UNITS, Style
from youthprog.documents.stamping.table_files import TableFile
from youthprog.documents.stamping.table_types import Column, MarginText, TableLayout
from youthprog.documents.stamping.types import CannotStamp

TOLERANCE = 1 + 1e-9
"""weasyprint's own, for a row that ends exactly at the bottom of the page."""


class _Setting:
    """The texts of a table: columns and margins."""

    def __init__(self, layout: TableLayout):
        self.layout = layout
        self.widths = {name: dict(face.widths) for name, face in layout.faces.items()}
        self.spelled = {name: dict(face.spelled) for name, face in layout.faces.items()}
        self._setters: dict[tuple[str, int, Style], Setter] = {}
        self.columns = [self._setter(column) for column in layout.columns]
        self.margins = [self._setter(margin) for margin in layout.margins]
        looks = [_look(column) for column in layout.columns]
        lefts = ["" if column.pull else f"{column.anchor:.3f}" for column in layout.columns]
        self.by_column = list(zip(layout.columns, self.columns, looks, lefts, strict=True))
        """Each column with its setter, its look and, where all its lines begin at one place, that place."""
        self._cells: list[tuple[Setter, float, dict[str, list[Line]]]] = [
            (setter, column.room, {}) for setter, column in zip(self.columns, layout.columns, strict=True)
        ]

    def _setter(self, place: Column | MarginText) -> Setter:
        key = (place.face, size_units(place.size), place.style)
        if key not in self._setters:
            face = self.layout.faces[place.face].face
            self._setters[key] = Setter(face, key[1], place.style, self.widths[place.face], self.spelled[place.face])
        return self._setters[key]

    def row(self, texts: Sequence[str]) -> list[list[Line]]:
        """The lines of the cells of a row."""
        if len(texts) != len(self.columns):
            raise CannotStamp("a row of other columns")
        cells = []
        for text, (setter, room, known) in zip(texts, self._cells, strict=True):
            cell = known.get(text)
            if cell is None:
                cell = known[text] = setter.lines(text, room) if text else []
            cells.append(cell)
        return cells


def stamp_table(layout: TableLayout, rows: Iterable[Sequence[str]], *, identifier: bytes) -> tuple[bytes, int]:
    """The file of a table, and its number of pages. Same rows, same bytes. Raises `CannotStamp`: then lay it out."""
    setting = _Setting(layout)
    pages = _pages(layout, [setting.row(row) for row in rows])
    file = TableFile(layout, len(pages))
    for place, page in enumerate(pages):
        content, marks = _page_content(layout, setting, page, place, len(pages))
        file.add_page(place, content, marks)
    return file.finish(setting.widths, setting.spelled, identifier=identifier), len(pages)


Row = list[list[Line]]


def _pages(layout: TableLayout, rows: Sequence[Row]) -> list[list[Row]]:
    """Rows dealt out to pages: a row that does not fit begins the next one."""
    pages: list[list[Row]] = [[]]
    place = layout.first.top
    for row in rows:
        height = _height(layout, row)
        sheet = layout.first if len(pages) == 1 else layout.other
        if place + height > sheet.bottom * TOLERANCE and pages[-1]:
            pages.append([])
            place = layout.other.top
        pages[-1].append(row)
        place += height
    return pages


def _height(layout: TableLayout, row: Row) -> float:
    lines = max(1, *(len(cell) for cell in row))
    if lines > len(layout.heights):
        raise CannotStamp("a row of more lines than were learned")
    return layout.heights[lines - 1]


def _page_content(
    layout: TableLayout, setting: _Setting, page: Sequence[Row], number: int, count: int
) -> tuple[bytes, list[list[int | None]]]:
    """The rows of a page as operators, and for each row the marks of its cells."""
    sheet = layout.other if number else layout.first
    painted, texts, marks = ["/Artifact BMC"], ["BT"], []
    place, mark, look = sheet.top, sheet.marks, ""
    for row in page:
        lines = max(1, *map(len, row))
        painted.append(f"q 1 0 0 1 0 {place:.3f} cm /Row{lines} Do Q")
        own: list[int | None] = []
        first, y = -1.0, ""
        for (column, setter, own_look, left), cell in zip(setting.by_column, row, strict=True):
            if not cell:
                own.append(None)
                continue
            if own_look != look:
                look = own_look
                texts.append(look)
            if column.first != first:
                first, y = column.first, f"{place + column.first:.3f}"
            line = cell[0]
            x = left or f"{column.anchor - column.pull * line.width:.3f}"
            shown = line.shown or setter.write(line)
            texts.append(f"/TD <</MCID {mark}>> BDC\n1 0 0 -1 {x} {y} Tm\n{shown}")
            base = place + column.first
            for line in cell[1:]:
                base += column.lead
                x = left or f"{column.anchor - column.pull * line.width:.3f}"
                texts.append(f"1 0 0 -1 {x} {base:.3f} Tm\n{line.shown or setter.write(line)}")
            texts.append("EMC")
            own.append(mark)
            mark += 1
        marks.append(own)
        place += layout.heights[lines - 1]
    texts.append("/Artifact BMC")
    for at, setter in zip(layout.margins, setting.margins, strict=True):
        line = setter.line(at.pattern.replace("\0", str(number + 1)).replace("\1", str(count)))
        edge = at.anchor - at.pull * line.width
        texts.append(f"{_look(at)}\n1 0 0 -1 {edge:.3f} {at.base:.3f} Tm\n{setter.write(line)}")
    return "\n".join([*painted, "EMC", *texts, "EMC", "ET", "Q"]).encode(), marks


def _look(place: Column | MarginText) -> str:
    return f"{place.paint.decode()}\n/{place.face} {size_units(place.size) / UNITS:.3f} Tf"
