"""Tables of any length, stamped: the same pages as weasyprint's, its page breaks and its tags (repeated heads as artifacts).

    layout = learn_table(print_rows, columns)     # a small table is laid out and learned from (`table_layouts`)
    content = stamp_table(layout, rows)

Two pages are enough to learn from: how a first page begins and how the next ones go on, how high rows of one, two and three
lines are and what is drawn in them, where each column sets its lines. Every row of the specimen must be found to be as it
would be stamped, or the table is refused.
"""

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from youthprog.documents.stamping.embedding import character_map, compressed, outlines_of, with_box, with_widths
from youthprog.documents.stamping.files import FileWriter
from youthprog.documents.stamping.layouts import EmbeddedFace
from youthprog.documents.stamping.places import size_units
from youthprog.documents.stamping.setting import Line, Setter
from youthprog.documents.stamping.shaping import UNITS, Style
from youthprog.documents.stamping.types import CannotStamp

DEFLATED = b"/Filter /FlateDecode"
TOLERANCE = 1 + 1e-9
"""weasyprint's own, for a row that ends exactly at the bottom of the page."""


@dataclass(frozen=True, slots=True)
class Column:
    """How a column sets its cells; all in CSS pixels from the left of the page and the top of the row."""

    face: str
    size: float
    style: Style
    paint: bytes
    """The operators that set its color."""
    anchor: float
    pull: float
    room: float
    first: float
    """The base line of the first line."""
    lead: float
    """From one base line to the next."""


@dataclass(frozen=True, slots=True)
class MarginText:
    """A line in a margin; the number of the page (NUL) and how many there are (SOH) may be in it."""

    pattern: str
    face: str
    size: float
    style: Style
    paint: bytes
    anchor: float
    pull: float
    base: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a page has beside rows: what stays the same on it, and where its rows begin and must end."""

    still: bytes = field(repr=False)
    top: float
    bottom: float
    marks: int
    """How many pieces of text are marked in what stays the same."""


@dataclass(frozen=True, slots=True, eq=False)
class TableLayout:
    """A table learned."""

    columns: tuple[Column, ...]
    margins: tuple[MarginText, ...]
    """As weasyprint draws them, after the rows of a page."""
    heights: tuple[float, ...]
    """Of rows of one line, two lines, three."""
    rows: tuple[bytes, ...] = field(repr=False)
    """What is drawn in such a row beside its text, from its top."""
    first: Sheet
    other: Sheet
    faces: dict[str, EmbeddedFace] = field(repr=False)
    objects: dict[int, bytes] = field(repr=False)
    streams: dict[int, tuple[bytes, bytes]] = field(repr=False)
    document: tuple[int, ...]
    """Structure elements before the table; they stay as they are."""
    owners: tuple[int | None, ...]
    """For each piece of text on the first page the element it belongs to; None for a head of the table, negative for nobody."""
    heads: tuple[int, ...]
    """The pieces of text that are heads of columns, by column."""
    page: int
    catalog: int
    root: int
    information: bytes
    size: int


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
    file = FileWriter(level=4)
    file.next_number = layout.size
    names = _Names(file, len(pages))
    _write_shared(file, layout, names)
    bodies: list[int] = []
    parents: list[bytes] = []
    for place, page in enumerate(pages):
        sheet = layout.other if place else layout.first
        content, rows_of_page = _page_content(layout, setting, page, sheet, place + 1, len(pages))
        number = file.take()
        file.stream(number, DEFLATED, zlib.compress(content, 1))
        still = names.other if place else names.first
        file.add(names.pages[place], _page_object(layout, names, place, (still, number)))
        first = file.take(len(rows_of_page) * (len(layout.columns) + 1))
        bodies += range(first, first + len(rows_of_page) * (len(layout.columns) + 1), len(layout.columns) + 1)
        owners = _write_rows(file, names, place, first, rows_of_page)
        still_owners = b"" if place else _still_owners(layout, names)
        parents.append(b"%d [%b%b]" % (place, still_owners, owners))
    _write_structure(file, layout, names, bodies, parents)
    for name, face in layout.faces.items():
        widths, spelled = setting.widths[name], setting.spelled[name]
        subset = outlines_of(face.source.content, face.source.index).cut(spelled)
        file.stream(face.file, b"/Length1 %d" % len(subset) + DEFLATED, compressed(subset))
        file.stream(face.map, DEFLATED, compressed(character_map(spelled)))
        file.add(face.descendant, with_widths(layout.objects[face.descendant], widths))
        file.add(face.descriptor, with_box(layout.objects[face.descriptor], widths))
    return file.finish(root=layout.catalog, information=layout.information, identifier=identifier), len(pages)


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
    layout: TableLayout, setting: _Setting, page: Sequence[Row], sheet: Sheet, number: int, count: int
) -> tuple[bytes, list[list[int | None]]]:
    """The rows of a page as operators, and for each row the marks of its cells."""
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
        line = setter.line(at.pattern.replace("\0", str(number)).replace("\1", str(count)))
        x = at.anchor - at.pull * line.width
        texts.append(f"{_look(at)}\n1 0 0 -1 {x:.3f} {at.base:.3f} Tm\n{setter.write(line)}")
    return "\n".join([*painted, "EMC", *texts, "EMC", "ET", "Q"]).encode(), marks


def _look(place: Column | MarginText) -> str:
    return f"{place.paint.decode()}\n/{place.face} {size_units(place.size) / UNITS:.3f} Tf"


# Objects ------------------------------------------------------------------------------------------------------


class _Names:
    """Numbers of what a table's file has beside weasyprint's own objects."""

    def __init__(self, file: FileWriter, pages: int):
        self.first, self.other = file.take(2), 0
        self.other = self.first + 1
        self.rows = file.take(3)
        self.structure = file.take()
        self.parents = file.take()
        self.document = file.take()
        self.table = file.take()
        self.head = file.take()
        self.head_row = file.take()
        self.heads = 0
        self.body = file.take()
        self.pages: list[int] = [file.take() for _page in range(pages)]


def _write_shared(file: FileWriter, layout: TableLayout, names: _Names) -> None:
    names.pages[0] = layout.page
    names.heads = file.take(len(layout.heads))
    file.stream(names.first, DEFLATED, zlib.compress(layout.first.still, 9))
    file.stream(names.other, DEFLATED, zlib.compress(layout.other.still, 9))
    resources = int(_found(rb"/Resources (\d+) 0 R", layout.objects[layout.page]))
    box = _found(rb"/MediaBox \[([^]]*)\]", layout.objects[layout.page])
    width, height = (float(each) * 4 / 3 for each in box.split()[2:4])
    for kind, content in enumerate(layout.rows):
        head = b"/Type /XObject/Subtype /Form/BBox [0 -9 %d %d]/Resources %d 0 R" % (width + 1, height + 1, resources)
        file.stream(names.rows + kind, head + DEFLATED, zlib.compress(content, 9))
    of_faces = {
        number for face in layout.faces.values() for number in (face.descendant, face.descriptor, face.file, face.map)
    }
    left_out = of_faces | {layout.page, layout.catalog, layout.root}
    for number, (dictionary, content) in layout.streams.items():
        if number not in left_out:
            file.stream(number, dictionary, content)
    for number, content in layout.objects.items():
        if number in left_out:
            continue
        if number == resources:
            listed = b"".join(b"/Row%d %d 0 R" % (kind + 1, names.rows + kind) for kind in range(len(layout.rows)))
            content = re.sub(rb"/XObject <<", b"/XObject <<" + listed, content)
        if number in layout.document:
            content = re.sub(rb"/P \d+ 0 R", b"/P %d 0 R" % names.document, content)
        file.add(number, content)


def _found(pattern: bytes, content: bytes) -> bytes:
    found = re.search(pattern, content)
    if found is None:
        raise CannotStamp(f"no {pattern!r}")
    return found.group(1)


def _page_object(layout: TableLayout, names: _Names, place: int, contents: tuple[int, int]) -> bytes:
    page = re.sub(rb"/Contents \d+ 0 R", b"/Contents [%d 0 R %d 0 R]" % contents, layout.objects[layout.page])
    return re.sub(rb"/StructParents \d+", b"/StructParents %d" % place, page)


def _write_rows(file: FileWriter, names: _Names, place: int, first: int, rows: Sequence[Sequence[int | None]]) -> bytes:
    """The structure elements of a page's rows; returns the owners of its pieces of text."""
    owners, number, width = [], first, len(rows[0]) if rows else 0
    end, body = b"]/Pg %d 0 R/P " % names.pages[place], b"]/P %d 0 R>>" % names.body
    for row in rows:
        own, *cells = [b"%d 0 R" % each for each in range(number, number + 1 + width)]
        elements = [b"<</S /TR/K [" + b" ".join(cells) + body]
        after = end + own + b">>"
        for mark, cell in zip(row, cells, strict=True):
            if mark is None:
                elements.append(b"<</S /TD/K [" + after)
            else:
                elements.append(b"<</S /TD/K [%d%b" % (mark, after))
                owners.append(cell)
        file.add_all(number, elements)
        number += width + 1
    return b" ".join(owners)


def _still_owners(layout: TableLayout, names: _Names) -> bytes:
    heads = {mark: names.heads + n for n, mark in enumerate(layout.heads)}
    listed = [
        b"%d 0 R" % heads[mark] if owner is None else b"null" if owner < 0 else b"%d 0 R" % owner
        for mark, owner in enumerate(layout.owners)
    ]
    return b"".join(each + b" " for each in listed)


def _write_structure(
    file: FileWriter, layout: TableLayout, names: _Names, bodies: Sequence[int], parents: Sequence[bytes]
) -> None:
    def listed(numbers: Iterable[int]) -> bytes:
        return b" ".join([b"%d 0 R" % number for number in numbers])

    heads = range(names.heads, names.heads + len(layout.heads))
    for number, mark in zip(heads, layout.heads, strict=True):
        file.add(
            number,
            b"<</Type /StructElem/S /TH/K [%d]/Pg %d 0 R/P %d 0 R/A <</O /Table/Scope /Column>>>>"
            % (mark, layout.page, names.head_row),
        )
    element = b"<</Type /StructElem/S /%b/K [%b]/P %d 0 R>>"
    file.add(names.head_row, element % (b"TR", listed(heads), names.head))
    file.add(names.head, element % (b"THead", listed([names.head_row]), names.table))
    file.add(names.body, element % (b"TBody", listed(bodies), names.table))
    file.add(names.table, element % (b"Table", listed([names.head, names.body]), names.document))
    file.add(names.document, element % (b"Document", listed([*layout.document, names.table]), names.structure))
    file.add(names.parents, b"<</Nums [%b]>>" % b" ".join(parents))
    file.add(
        names.structure,
        b"<</Type /StructTreeRoot/ParentTree %d 0 R/ParentTreeNextKey %d/K [%d 0 R]>>"
        % (names.parents, len(parents), names.document),
    )
    file.add(layout.root, b"<</Type /Pages/Kids [%b]/Count %d>>" % (listed(names.pages), len(names.pages)))
    catalog = layout.objects[layout.catalog]
    file.add(layout.catalog, re.sub(rb"/StructTreeRoot \d+ 0 R", b"/StructTreeRoot %d 0 R" % names.structure, catalog))
