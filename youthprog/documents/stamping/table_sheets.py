"""What the pages of a table have beside its rows: heads, margins, backgrounds, and the objects of the file.

What is drawn before the rows stays as it is. Margins come after them and are set again for each page: which letter of a face is
drawn first decides how all that follow are written, and that may be a row's or a margin's (see `setting`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from youthprog.documents.stamping.places import PULLS, glyphs_of, size_units, style_of
from youthprog.documents.stamping.shaping import Face
from youthprog.documents.stamping.table_reading import (
    CLOSE,
    Drawing,
    Run,
    SeenRow,
    TableReader,
    run_at,
    things_of,
)
from youthprog.documents.stamping.table_types import MarginText, Sheet
from youthprog.documents.stamping.types import CannotStamp, Text

NUMBER = r"(?<!\d)%s(?!\d)"


class SheetsOfTable:
    """The two pages of a specimen."""

    def __init__(self, reader: TableReader, columns: int, faces: Mapping[str, Face]):
        self.reader, self.reading, self.columns, self.faces = reader, reader.reading, columns, faces
        if len(reader.pages) != 2:
            raise CannotStamp("the specimen does not fill two pages")
        drawn = [
            things_of(exact, written, self.reading)
            for exact, written in zip(self.reading.exact, self.reading.written, strict=True)
        ]
        self._heads = [head for head, _things in drawn]
        self.things = [things for _head, things in drawn]
        self.bodies = [[row for row in page.rows if not row.is_head] for page in reader.pages]
        if any(len([row for row in page.rows if row.is_head]) != 1 for page in reader.pages):
            raise CannotStamp("no head")
        self._rows = [self._row_things(place) for place in (0, 1)]
        self._margins = [self._margin_runs(place) for place in (0, 1)]

    def drawings_in(self, place: int, row: SeenRow) -> list[Drawing]:
        """What is drawn in a row of a page beside its text."""
        return [
            each
            for each in self.things[place]
            if isinstance(each, Drawing)
            and each.bottom - each.top <= row.bottom - row.top + 2
            and row.top + 0.3 < (each.top + each.bottom) / 2 <= row.bottom + 0.3
        ]

    def _row_things(self, place: int) -> set[int]:
        body, things = self.bodies[place], self.things[place]
        own = {id(each) for row in body for each in self.drawings_in(place, row)}
        return own | {id(run_at(line, things)) for row in body for _width, lines in row.cells for line in lines}

    # Margins --------------------------------------------------------------------------------------------------

    def margins(self, alone: Sequence[str]) -> Iterator[MarginText]:
        """Texts in the margins; what differs from page to page is the number of the page. `alone`: those of a table of one page."""
        if len(self._margins[0]) != len(self._margins[1]):
            raise CannotStamp("margins that differ")
        for one, two in zip(*self._margins, strict=True):
            pattern = one.text
            if one.text != two.text:
                pattern = re.sub(NUMBER % 1, "\0", re.sub(NUMBER % 2, "\1", one.text))
            if (
                pattern.replace("\0", "2").replace("\1", "2") != two.text
                or pattern.replace("\0", "1").replace("\1", "1") not in alone
                or size_units(one.seen.size) != size_units(two.seen.size)
                or (one.seen.face, one.paint) != (two.seen.face, two.paint)
            ):
                raise CannotStamp("a margin says more than the number of the page")
            style, shaped = style_of(
                "a margin",
                [Text(one.text), Text(two.text)],
                [one.seen, two.seen],
                [one.seen.size] * 2,
                self.faces[one.seen.face],
                [self.reading.faces[one.seen.face].widths] * 2,
                "",
            )
            pull = self._pull(one, shaped[0].width) if one.text != two.text else 0.0
            anchors = [run.seen.matrix[4] + pull * each.width for run, each in zip((one, two), shaped, strict=True)]
            if abs(anchors[0] - anchors[1]) > CLOSE or pull not in PULLS:
                raise CannotStamp("a text in a margin nobody knows the place of")
            yield MarginText(
                pattern, one.seen.face, one.seen.size, style, one.paint, anchors[0], pull, one.seen.matrix[5]
            )

    def _pull(self, run: Run, text_width: float) -> float:
        """Which edge of its box a text keeps to; read from where it is written in a box that is wider, else from the margin's name."""
        left, width, where = self.reader.pages[0].margins[run.text]
        spare = width - text_width
        if spare > 1:
            return round(2 * (run.seen.matrix[4] - left) / spare) / 2
        return 1.0 if "right" in where else 0.0 if "left" in where else 0.5

    def _margin_runs(self, place: int) -> list[Run]:
        """What is written in the margins of a page, in the order of drawing. It must come after everything else."""
        texts = self.reader.pages[place].margins
        runs = [each for each in self.things[place] if isinstance(each, Run)]
        found = [each for each in runs if each.text in texts and self._is_outside(each, place)]
        if found and runs[-len(found) :] != found:
            raise CannotStamp("margins drawn before the table")
        return found

    def _is_outside(self, run: Run, place: int) -> bool:
        """Whether a text is none of a row, by where it stands."""
        rows = self.reader.pages[place].rows
        return not rows[0].top < run.seen.matrix[5] < rows[-1].bottom + CLOSE

    # What stays -----------------------------------------------------------------------------------------------

    def first(self) -> tuple[Sheet, tuple[int | None, ...], tuple[int, ...], tuple[int, ...]]:
        """The first page, the owners of its marks, the marks that are heads, and the elements before the table."""
        head = [run_at(line, self.things[0]).mark for _width, lines in self._head_row().cells for line in lines]
        if len(head) != self.columns:
            raise CannotStamp("heads of several lines")
        linked, document = self._linked()
        parts, owners = [self._heads[0]], {}
        for each in self._still(0):
            if each.mark in head:
                parts.append(_plain(each))
            elif each.mark is not None and each.mark in linked:
                owners[each.mark] = linked[each.mark]
                parts.append(_plain(each))
            else:
                parts.append(_as_artifact(each))
        marks = max([*owners, *(mark for mark in head if mark is not None)], default=-1) + 1
        listed = tuple(None if mark in head else owners.get(mark, -1) for mark in range(marks))
        sheet = Sheet(b"\n".join(parts) + b"\n", self.bodies[0][0].top, self.reader.pages[0].bottom, marks)
        return sheet, listed, tuple(mark for mark in head if mark is not None), document

    def other(self) -> Sheet:
        """The pages after the first."""
        parts = [self._heads[1], *map(_as_artifact, self._still(1))]
        return Sheet(b"\n".join(parts) + b"\n", self.bodies[1][0].top, self.reader.pages[1].bottom, 0)

    def still_glyphs(self) -> dict[str, set[int]]:
        """The glyphs drawn before any row, by face. A page that goes on must say nothing else outside its rows and margins."""
        first, other = (_glyphs_by_face(self._still(place)) for place in (0, 1))
        if any(not glyphs <= first.get(face, set()) for face, glyphs in other.items()):
            raise CannotStamp("a page that goes on says what the first did not")
        return first

    def _still(self, place: int) -> list[Run | Drawing]:
        """What a page has beside rows and margins, all of it drawn before them."""
        margins, body, found = set(map(id, self._margins[place])), self.bodies[place], []
        text_of_rows = False
        for each in self.things[place]:
            if id(each) in self._rows[place]:
                text_of_rows = text_of_rows or isinstance(each, Run)
            elif id(each) not in margins:
                if isinstance(each, Run) and text_of_rows:
                    raise CannotStamp("text after the table")
                if isinstance(each, Drawing) and _is_among(each, body):
                    raise CannotStamp("something is drawn among the rows that is no row's")
                found.append(each)
        return found

    def _head_row(self) -> SeenRow:
        return next(row for row in self.reader.pages[0].rows if row.is_head)

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

    def objects(self, document: Sequence[int]) -> dict[int, bytes]:
        """What is kept of weasyprint's objects."""
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


def _is_among(thing: Drawing, body: Sequence[SeenRow]) -> bool:
    whole = thing.top <= 1 and thing.bottom >= body[-1].bottom
    return not whole and thing.top < body[-1].bottom - 1 and thing.bottom > body[0].top + 1


def _glyphs_by_face(things: Sequence[Run | Drawing]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for each in things:
        if isinstance(each, Run):
            found.setdefault(each.seen.face, set()).update(glyphs_of(each.seen.shown))
    return found


def _kids(content: bytes) -> tuple[list[int], list[int]]:
    """The elements and the marks an element holds."""
    listed = re.search(rb"/K \[([^]]*)\]", content)
    inside = listed.group(1) if listed else b""
    elements = [int(number) for number in re.findall(rb"(\d+) 0 R", inside)]
    return elements, [int(number) for number in re.sub(rb"\d+ 0 R", b"", inside).split()]


def _plain(thing: Run | Drawing) -> bytes:
    return thing.content if isinstance(thing, Drawing) else thing.paint + b"\n" + thing.block


def _as_artifact(thing: Run | Drawing) -> bytes:
    return re.sub(rb"/\w+ <</MCID \d+>> BDC", b"/Artifact BMC", _plain(thing), count=1)
