"""A table learned from two specimens: a small one for the widths of its columns, then one of two pages.

The second has rows of one, two and three lines in every column that can hold them. Where things stand is read from weasyprint's boxes
and drawings; each row, each line and each rule of it must then be what would be stamped, or the table is refused.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from youthprog.documents.stamping.breaking import lines_of
from youthprog.documents.stamping.layouts import deflated, embedded
from youthprog.documents.stamping.places import SeenText, anchor_of, glyphs_of, size_units, style_of
from youthprog.documents.stamping.reading import SpecimenReader
from youthprog.documents.stamping.shaping import UNITS, Face
from youthprog.documents.stamping.tables import Column, PageNumber, Sheet, TableLayout
from youthprog.documents.stamping.types import CannotStamp, Reader, Reading, SpecimenRead, Text

PrintRows = Callable[[Sequence[Sequence[str]], Reader], bytes]
WORDS = [
    "Fjord",
    "Avenue",
    "12",
    "Waltz",
    "Ok",
    "the",
    "office",
    "at",
    "Fifth",
    "a",
    "Kofi",
    "To",
    "be",
    "AVATAR",
    "on",
    "it",
    "Griffith",
]
MOST_LINES = 3
CLOSE = 0.01
NUMBERS = re.compile(rb"-?\d+\.?\d*")


@dataclass(slots=True)
class SeenLine:
    text: str
    left: float
    base: float


@dataclass(slots=True)
class SeenRow:
    """A row as weasyprint placed it, in CSS pixels."""

    top: float
    bottom: float
    is_head: bool
    may_break: bool
    cells: list[tuple[float, list[SeenLine]]]
    """The width of each cell's content, and its lines."""


@dataclass(slots=True)
class SeenPage:
    bottom: float
    rows: list[SeenRow] = field(default_factory=list)
    margins: dict[str, tuple[float, float, str]] = field(default_factory=dict)
    """Texts in the margins: left edge and width of their box, and where it is."""


class TableReader(SpecimenReader):
    """Looks at the boxes of a table too."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: list[SeenPage] = []

    def before(self, document: Any, pdf: Any) -> None:
        super().before(document, pdf)
        for page in document.pages:
            box = page._page_box
            seen = SeenPage(box.content_box_y() + box.height)
            _look(box, seen)
            self.pages.append(seen)


def _look(box: Any, page: SeenPage) -> None:
    for child in box.children:
        kind = type(child).__name__
        if kind == "MarginBox":
            for line in _lines(child):
                page.margins[line.text] = (child.content_box_x(), child.width, child.at_keyword)
        elif kind == "TableBox":
            if page.rows:
                raise CannotStamp("more than one table")
            for group in child.children:
                for row in group.children:
                    cells = [(cell.width, list(_lines(cell))) for cell in row.children]
                    may_break = row.style["break_inside"] not in ("avoid", "avoid-page")
                    page.rows.append(
                        SeenRow(row.position_y, row.position_y + row.height, group.is_header, may_break, cells)
                    )
        elif hasattr(child, "children"):
            _look(child, page)


def _lines(box: Any) -> Iterator[SeenLine]:
    for child in box.children:
        if type(child).__name__ == "LineBox":
            texts = [each for each in child.children if type(each).__name__ == "TextBox"]
            if len(texts) != len(child.children) or len(texts) != 1:
                raise CannotStamp("a line of several pieces")
            (text,) = texts
            yield SeenLine(text.text, text.position_x, text.position_y + text.baseline)
        elif hasattr(child, "children"):
            yield from _lines(child)


# What is drawn ------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Run:
    """A piece of text: as it is written, the color in force, its mark."""

    seen: SeenText
    paint: bytes
    block: bytes
    mark: int
    text: str


@dataclass(slots=True)
class Drawing:
    """Something drawn that is no text, with all the state it needs; from `top` to `bottom`."""

    content: bytes
    top: float
    bottom: float
    mark: int | None


def things_of(exact: Sequence[bytes], written: Sequence[bytes], reading: Reading) -> tuple[bytes, list[Run | Drawing]]:
    """What a page shows, each thing by itself, after the operators that turn the page."""
    things: list[Run | Drawing] = []
    state: dict[str, bytes] = {}
    stack: list[dict[str, bytes]] = []
    step = 3
    while step < len(exact):
        operator = exact[step]
        name = operator.rsplit(maxsplit=1)[-1]
        if operator == b"q":
            stack.append(dict(state))
        elif operator == b"Q":
            state = stack.pop() if stack else {}
        elif name in (b"rg", b"RG", b"gs"):
            state[_kind(operator, name)] = written[step]
        elif step + 2 < len(exact) and exact[step + 1] in (b"W", b"W*") and exact[step + 2] == b"n":
            state["clip"] = state.get("clip", b"") + b"\n".join(written[step : step + 3]) + b"\n"
            step += 2
        elif name in (b"BMC", b"BDC"):
            end = _end_of(exact, step)
            things.append(_thing(exact[step : end + 1], written[step : end + 1], state, reading))
            step = end
        else:
            raise CannotStamp(f"a table is drawn in a way that is not understood: {operator[:40]!r}")
        step += 1
    return b"\n".join(written[:3]), things


def _kind(operator: bytes, name: bytes) -> str:
    if name != b"gs":
        return name.decode()
    if not re.match(rb"/[aA][\d.]+ ", operator):
        raise CannotStamp("a state that is not understood")
    return operator[1:2].decode()


def _end_of(operators: Sequence[bytes], step: int) -> int:
    depth = 0
    for place in range(step, len(operators)):
        if operators[place].endswith((b"BMC", b"BDC")):
            depth += 1
        elif operators[place] == b"EMC":
            depth -= 1
            if not depth:
                return place
    raise CannotStamp("marks that do not end")


def _thing(
    exact: Sequence[bytes], written: Sequence[bytes], state: dict[str, bytes], reading: Reading
) -> Run | Drawing:
    mark = re.search(rb"/MCID (\d+)", exact[0])
    number = int(mark.group(1)) if mark else None
    shown = [each for each in exact if each.endswith(b"] TJ")]
    if not shown:
        before = b"\n".join(state[key] for key in sorted(state))
        ys = _heights(exact) or _heights(state.get("clip", b"").split(b"\n"))
        if not ys or any(each.endswith(b" cm") for each in exact):
            raise CannotStamp("something drawn nobody knows where")
        return Drawing(b"\n".join([b"q", before, *written, b"Q"]), min(ys), max(ys), number)
    face, size, matrix = "", 0.0, (0.0,) * 6
    for operator, as_written in zip(exact, written, strict=True):
        name = operator.rsplit(maxsplit=1)[-1]
        if name in (b"rg", b"gs"):
            state[_kind(operator, name)] = as_written
        elif name == b"Tf":
            face, size = operator[1:].split()[0].decode(), float(operator.split()[1])
        elif name == b"Tm":
            matrix = tuple(float(part) for part in operator.split()[:6])
    if number is None or len(shown) != 1 or "clip" in state or face not in reading.faces:
        raise CannotStamp("a text of a table is set in a way that is not understood")
    text = "".join(reading.faces[face].spelled.get(glyph, "\0") for glyph in glyphs_of(shown[0]))
    paint = b"\n".join(state[key] for key in ("a", "rg") if key in state)
    return Run(SeenText(face, size, matrix, shown[0]), paint, b"\n".join(written), number, text)


def _heights(operators: Sequence[bytes]) -> list[float]:
    """The vertical reach of paths."""
    found: list[float] = []
    for line in (line for operator in operators for line in operator.split(b"\n")):
        *numbers, name = line.split() or [b""]
        if name == b"re":
            y, height = float(numbers[1]), float(numbers[3])
            found += [y, y + height]
        elif name in (b"m", b"l", b"c"):
            found += [float(number) for number in numbers[1::2]]
    return found


def lowered(content: bytes, by: float) -> bytes:
    """Operators with all their paths moved up by so much."""
    lines = []
    for line in content.split(b"\n"):
        *numbers, name = line.split() or [b""]
        moved = {b"re": (1,), b"m": (1,), b"l": (1,), b"c": (1, 3, 5)}.get(name, ())
        for place in moved:
            numbers[place] = f"{float(numbers[place]) - by:.3f}".rstrip("0").rstrip(".").encode()
        lines.append(b" ".join([*numbers, name]) if moved else line)
    return b"\n".join(lines)


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
    shapes = [_shape_of(body[0].cells[n][1][0], things, faces) for n in range(columns)]
    rooms = [width for width, _lines in body[0].cells]
    rows = _specimen_rows(shapes, rooms, (page.bottom - body[0].top) / (body[0].bottom - body[0].top))
    return _TableLearning(_read(print_rows, rows), rows, columns, faces).layout()


def _read(print_rows: PrintRows, rows: Sequence[Sequence[str]]) -> TableReader:
    reader = TableReader()
    try:
        print_rows(rows, reader)
    except SpecimenRead:
        pass
    return reader


Shape = Callable[[str], Any]


def _shape_of(line: SeenLine, things: Sequence[Run | Drawing], faces: dict[str, Face]) -> Shape:
    run = _run_at(line, things)
    face, size = faces[run.seen.face], size_units(run.seen.size)
    style, _shaped = style_of("a column", [Text(line.text)], [run.seen], [run.seen.size], face, [_All(face, size)], "")
    return lambda text: face.shape(text, size, style)


class _All(dict[int, int]):
    """The widths of a face, whatever is embedded."""

    def __init__(self, face: Face, size: int):
        super().__init__()
        self.face, self.size = face, size

    def get(self, glyph: int, _other: Any = None) -> int:  # type: ignore[override]
        return self.face.width(glyph, self.size)


def _run_at(line: SeenLine, things: Sequence[Run | Drawing]) -> Run:
    for thing in things:
        if (
            isinstance(thing, Run)
            and abs(thing.seen.matrix[4] - line.left) < CLOSE
            and abs(thing.seen.matrix[5] - line.base) < CLOSE
        ):
            return thing
    raise CannotStamp("a line that is not drawn where its box is")


def _specimen_rows(shapes: Sequence[Shape], rooms: Sequence[float], fit: float) -> list[list[str]]:
    """Rows of one, two and three lines by every column that can hold them, a bit more than a page of them."""
    singles = [["1", "To", "Kofi", "Fjord"], ["1234", "AV", "office", "Avenue"]]
    texts = [
        [
            next((each for each in reversed(row) if shape(each).width <= room), "1")
            for shape, room in zip(shapes, rooms, strict=True)
        ]
        for row in singles
    ]
    rows, lines = [list(texts[0]), list(texts[1])], 2
    while lines < fit + 2 * MOST_LINES:
        for count in range(2, MOST_LINES + 1):
            for column, (shape, room) in enumerate(zip(shapes, rooms, strict=True)):
                text = _text_of(count, shape, room, len(rows))
                if text is not None:
                    row = list(texts[len(rows) % 2])
                    row[column] = text
                    rows.append(row)
                    lines += count
        rows.append(list(texts[len(rows) % 2]))
        lines += 1
    return rows


def _text_of(count: int, shape: Shape, room: float, turn: int) -> str | None:
    """Words that fill so many lines."""
    text = ""
    for number in range(60):
        text = f"{text} {WORDS[(turn + number) % len(WORDS)]}".strip()
        try:
            lines = len(lines_of(text, int(room * UNITS), shape))
        except CannotStamp:
            return None
        if lines == count and number > turn % 3:
            return text
        if lines > count:
            return None
    return None


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
        used = {place.face for place in (*columns, *numbers)}
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
            found += [(row, number, line, _run_at(line, self.things[place])) for number, line in enumerate(lines)]
        seen = [run.seen for *_others, run in found]
        first = seen[0]
        if (
            any((each.face, each.size) != (first.face, first.size) for each in seen)
            or len({run.paint for *_others, run in found}) != 1
        ):
            raise CannotStamp("a column set in several ways")
        texts_ = [Text(line.text) for _row, _number, line, _run in found]
        known = [self.reading.faces[first.face].widths] * len(seen)
        style, shaped = style_of(
            f"column {index}", texts_, seen, [first.size] * len(seen), self.faces[first.face], known, ""
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
        own |= {id(_run_at(line, self.things[place])) for row in body for _width, lines in row.cells for line in lines}
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
        head = [_run_at(line, self.things[0]).mark for _width, lines in self._head_row(0).cells for line in lines]
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
