"""A table learned from two specimens: a small one for the widths of its columns, then one of two pages.

The second has rows of one, two and three lines in every column that can hold them. Where things stand is read from weasyprint's boxes
and drawings; each row, each line and each rule of it must then be what would be stamped, or the table is refused.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from youthprog.documents.stamping.breaking import lines_of
from youthprog.documents.stamping.layouts import deflated, embedded
from youthprog.documents.stamping.places import anchor_of, glyphs_of, size_units, style_of
from youthprog.documents.stamping.shaping import UNITS, Face
from youthprog.documents.stamping.table_reading import (
    CLOSE,
    Drawing,
    Run,
    SeenLine,
    SeenRow,
    TableReader,
    lowered,
    run_at,
    things_of,
)
from youthprog.documents.stamping.table_specimens import WORDS, shape_of, specimen_rows
from youthprog.documents.stamping.tables import Column, PageNumber, Sheet, TableLayout
from youthprog.documents.stamping.types import CannotStamp, Reader, SpecimenRead, Text

PrintRows = Callable[[Sequence[Sequence[str]], Reader], bytes]
NUMBERS = re.compile(rb"-?\d+\.?\d*")


# Learning -----------------------------------------------------------------------------------------------------


def learn_table(print_rows: PrintRows, columns: int) -> TableLayout:
    """Learn a table of so many columns of plain text. `print_rows` prints it in the plain way. Raises `CannotStamp`."""
    small = _read(print_rows, [WORDS[n : n + 1] * columns for n in range(2)])
    (page,) = small.pages
    body = [row for row in page.rows if not row.is_head]
    if not page.rows or not page.rows[0].is_head or any(len(row.cells) != columns for row in page.rows):
        raise CannotStamp("not a table with one head and these columns")
    faces = {name: Face(source.content, source.index) for name, source in small.reading.faces.items()}
    _head, things = things_of(small.reading.exact[0], small.reading.written[0], small.reading)
    shapes = [shape_of(body[0].cells[n][1][0], things, faces) for n in range(columns)]
    rooms = [width for width, _lines in body[0].cells]
    rows = specimen_rows(shapes, rooms, (page.bottom - body[0].top) / (body[0].bottom - body[0].top))
    return _TableLearning(_read(print_rows, rows), rows, columns, faces).layout()


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
        if len(reader.pages) != 2:
            raise CannotStamp("the specimen does not fill two pages")
        drawn = [
            things_of(exact, written, self.reading)
            for exact, written in zip(self.reading.exact, self.reading.written, strict=True)
        ]
        self.heads = [head for head, _things in drawn]
        self.things = [things for _head, things in drawn]

    def layout(self) -> TableLayout:
        pages = self.reader.pages
        bodies = [[row for row in page.rows if not row.is_head] for page in pages]
        if any(row.may_break for rows in bodies for row in rows) or any(
            len([row for row in page.rows if row.is_head]) != 1 for page in pages
        ):
            raise CannotStamp("rows that may break over pages, or no head")
        rows = [(place, row) for place, rows in enumerate(bodies) for row in rows]
        columns = tuple(self._column(n, rows) for n in range(self.columns))
        heights = self._heights(rows)
        drawings = self._row_drawings(rows)
        self._check_break(bodies, heights)
        numbers = tuple(self._numbers())
        first, owners, heads, document = self._first(bodies[0], numbers)
        other = self._other(bodies[1], numbers)
        first_reading = self.reading
        used = {column.face for column in columns} | {number.face for number in numbers}
        still = self._still_glyphs(numbers)
        objects = self._objects(document)
        return TableLayout(
            columns=columns,
            numbers=numbers,
            heights=heights,
            rows=drawings,
            first=first,
            other=other,
            faces={
                name: embedded(first_reading, self.faces[name], name, still.get(name, set())) for name in sorted(used)
            },
            objects=objects,
            streams={number: deflated(stream) for number, stream in first_reading.streams.items()},
            document=document,
            owners=owners,
            heads=heads,
            page=first_reading.pages[0],
            catalog=first_reading.catalog,
            root=int(re.search(rb"/Parent (\d+)", first_reading.objects[first_reading.pages[0]]).group(1)),  # type: ignore[union-attr]
            information=first_reading.information,
            size=max(*first_reading.objects, *first_reading.streams, *first_reading.contents) + 1,
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
            found += [(row, number, line, run_at(line, self.things[place])) for number, line in enumerate(lines)]
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
        if sorted(heights) != [1, 2, 3] or any(max(each) - min(each) > CLOSE for each in heights.values()):
            raise CannotStamp("rows whose height is not that of their longest cell")
        return tuple(heights[lines][0] for lines in (1, 2, 3))

    def _row_drawings(self, rows: Sequence[tuple[int, SeenRow]]) -> tuple[bytes, ...]:
        kinds: dict[int, bytes] = {}
        for place, row in rows:
            content = b"\n".join(lowered(_unmarked(each.content), row.top) for each in self._drawings_in(place, row))
            lines = max(len(lines) for _width, lines in row.cells)
            if lines in kinds and not _near(kinds[lines], content):
                raise CannotStamp("rows that are drawn in several ways")
            kinds.setdefault(lines, content)
        return tuple(kinds[lines] for lines in (1, 2, 3))

    def _drawings_in(self, place: int, row: SeenRow) -> list[Drawing]:
        return [
            each
            for each in self.things[place]
            if isinstance(each, Drawing)
            and each.bottom - each.top <= row.bottom - row.top + 2
            and row.top + 0.3 < (each.top + each.bottom) / 2 <= row.bottom + 0.3
        ]

    def _check_break(self, bodies: Sequence[Sequence[SeenRow]], heights: Sequence[float]) -> None:
        page = self.reader.pages[0]
        last, following = bodies[0][-1], bodies[1][0]
        if (
            last.bottom > page.bottom + CLOSE
            or last.bottom + following.bottom - following.top <= page.bottom
            or not heights
        ):
            raise CannotStamp("pages that break somewhere else")

    # Pages ----------------------------------------------------------------------------------------------------

    def _row_things(self, place: int, body: Sequence[SeenRow]) -> set[int]:
        own = {id(each) for row in body for each in self._drawings_in(place, row)}
        own |= {id(run_at(line, self.things[place])) for row in body for _width, lines in row.cells for line in lines}
        return own

    def _numbers(self) -> Iterator[PageNumber]:
        """Texts in the margins that differ from page to page."""
        for one, two in zip(self._margin_runs(0), self._margin_runs(1), strict=True):
            if one.text == two.text:
                continue
            pattern = one.text.replace("2", "\1").replace("1", "\0", 1)
            if (
                pattern.replace("\0", "1").replace("\1", "2") != one.text
                or pattern.replace("\0", "2").replace("\1", "2") != two.text
            ):
                raise CannotStamp("a margin says more than the number of the page")
            face, size = self.faces[one.seen.face], size_units(one.seen.size)
            style, shaped = style_of(
                "page number",
                [Text(one.text), Text(two.text)],
                [one.seen, two.seen],
                [one.seen.size] * 2,
                face,
                [self.reading.faces[one.seen.face].widths] * 2,
                "",
            )
            left, width, where = self.reader.pages[0].margins[one.text]
            spare = width - shaped[0].width
            pull = (
                round(2 * (one.seen.matrix[4] - left) / spare) / 2
                if spare > 1
                else 1.0
                if "right" in where
                else 0.0
                if "left" in where
                else 0.5
            )
            anchors = [run.seen.matrix[4] + pull * each.width for run, each in zip((one, two), shaped, strict=True)]
            if abs(anchors[0] - anchors[1]) > CLOSE or pull not in (0.0, 0.5, 1.0) or size != size_units(two.seen.size):
                raise CannotStamp("a page number nobody knows the place of")
            yield PageNumber(
                pattern, one.seen.face, one.seen.size, style, one.paint, anchors[0], pull, one.seen.matrix[5]
            )

    def _margin_runs(self, place: int) -> list[Run]:
        texts = self.reader.pages[place].margins
        return [each for each in self.things[place] if isinstance(each, Run) and each.text in texts]

    def _first(
        self, body: Sequence[SeenRow], numbers: Sequence[PageNumber]
    ) -> tuple[Sheet, tuple[int | None, ...], tuple[int, ...], tuple[int, ...]]:
        own = self._row_things(0, body)
        head = [run_at(line, self.things[0]).mark for _width, lines in self._head_row(0).cells for line in lines]
        if len(head) != self.columns:
            raise CannotStamp("heads of several lines")
        linked, document = self._linked()
        margins = {id(run) for run in self._margin_runs(0)}
        parts, owners = [self.heads[0]], {}
        for each in self.things[0]:
            if id(each) in own or (isinstance(each, Run) and id(each) in margins and self._is_number(each, numbers)):
                continue
            self._refuse_in_rows(each, body)
            if each.mark is not None and each.mark not in head and each.mark in linked and id(each) not in margins:
                owners[each.mark] = linked[each.mark]
            elif each.mark not in head:
                parts.append(_as_artifact(each))
                continue
            parts.append(_plain(each))
        marks = max([*owners, *head], default=-1) + 1
        listed = tuple(None if mark in head else owners.get(mark, -1) for mark in range(marks))
        return (
            Sheet(b"\n".join(parts) + b"\n", body[0].top, self.reader.pages[0].bottom, marks),
            listed,
            tuple(head),
            document,
        )

    def _other(self, body: Sequence[SeenRow], numbers: Sequence[PageNumber]) -> Sheet:
        own = self._row_things(1, body)
        parts = [self.heads[1]]
        for each in self.things[1]:
            if id(each) not in own and not (isinstance(each, Run) and self._is_number(each, numbers)):
                self._refuse_in_rows(each, body)
                parts.append(_as_artifact(each))
        return Sheet(b"\n".join(parts) + b"\n", body[0].top, self.reader.pages[1].bottom, 0)

    def _is_number(self, run: Run, numbers: Sequence[PageNumber]) -> bool:
        return any(
            abs(run.seen.matrix[5] - each.base) < CLOSE and run.seen.face == each.face for each in numbers
        ) and any(char.isdigit() for char in run.text)

    def _refuse_in_rows(self, thing: Run | Drawing, body: Sequence[SeenRow]) -> None:
        if isinstance(thing, Drawing):
            whole = thing.top <= 1 and thing.bottom >= body[-1].bottom
            if not whole and thing.top < body[-1].bottom - 1 and thing.bottom > body[0].top + 1:
                raise CannotStamp("something is drawn among the rows that is no row's")
        elif (
            thing.seen.matrix[5] > body[0].top
            and thing.mark is not None
            and thing.text not in self.reader.pages[0].margins
            and thing.text not in self.reader.pages[1].margins
        ):
            raise CannotStamp("text after the table")

    def _head_row(self, place: int) -> SeenRow:
        return next(row for row in self.reader.pages[place].rows if row.is_head)

    # Objects --------------------------------------------------------------------------------------------------

    def _linked(self) -> tuple[dict[int, int], tuple[int, ...]]:
        """Marks of the first page with the elements they belong to, and the elements before the table."""
        objects = self.reading.objects
        root = int(re.search(rb"/StructTreeRoot (\d+)", objects[self.reading.catalog]).group(1))  # type: ignore[union-attr]
        document = int(re.search(rb"/K \[(\d+)", objects[root]).group(1))  # type: ignore[union-attr]
        before: list[int] = []
        owners: dict[int, int] = {}
        for number in _kids(objects[document])[0]:
            if self._holds_table(number):
                break
            before.append(number)
            self._follow(number, owners)
        return owners, tuple(before)

    def _holds_table(self, number: int) -> bool:
        content = self.reading.objects[number]
        if b"/S /Table/" in content:
            return True
        if any(self._holds_table(kid) for kid in _kids(content)[0]):
            raise CannotStamp("a table inside something else")
        return False

    def _follow(self, number: int, owners: dict[int, int]) -> None:
        content = self.reading.objects[number]
        if b"/Pg %d 0 R" % self.reading.pages[0] not in content:
            raise CannotStamp("text before the table that goes on")
        kids, marks = _kids(content)
        owners |= dict.fromkeys(marks, number)
        for kid in kids:
            self._follow(kid, owners)

    def _objects(self, document: Sequence[int]) -> dict[int, bytes]:
        objects, kept, todo = self.reading.objects, set(), list(document)
        while todo:
            number = todo.pop()
            kept.add(number)
            todo += _kids(objects[number])[0]
        dropped = {self.reading.pages[1]}
        dropped |= {n for n, each in objects.items() if each.startswith((b"<</Type /StructTreeRoot", b"<</Nums ["))}
        if any(b"/Annots" in objects[page] for page in self.reading.pages):
            raise CannotStamp("links and forms in a table")
        return {
            number: content
            for number, content in objects.items()
            if number not in dropped and (number in kept or not content.startswith(b"<</Type /StructElem"))
        }

    def _still_glyphs(self, numbers: Sequence[PageNumber]) -> dict[str, set[int]]:
        still: dict[str, set[int]] = {}
        for place, page in enumerate(self.reader.pages):
            own = self._row_things(place, [row for row in page.rows if not row.is_head])
            for each in self.things[place]:
                if isinstance(each, Run) and id(each) not in own and not self._is_number(each, numbers):
                    still.setdefault(each.seen.face, set()).update(glyphs_of(each.seen.shown))
        return still


def _kids(content: bytes) -> tuple[list[int], list[int]]:
    """The elements and the marks an element holds."""
    listed = re.search(rb"/K \[([^]]*)\]", content)
    inside = listed.group(1) if listed else b""
    elements = [int(number) for number in re.findall(rb"(\d+) 0 R", inside)]
    return elements, [int(number) for number in re.sub(rb"\d+ 0 R", b"", inside).split()]


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


def _plain(thing: Run | Drawing) -> bytes:
    return thing.content if isinstance(thing, Drawing) else thing.paint + b"\n" + thing.block


def _as_artifact(thing: Run | Drawing) -> bytes:
    return re.sub(rb"/\w+ <</MCID \d+>> BDC", b"/Artifact BMC", _plain(thing), count=1)
