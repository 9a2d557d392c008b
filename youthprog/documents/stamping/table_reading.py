"""What weasyprint made of a table: its boxes, and each thing drawn by itself with all the state it needs."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from youthprog.documents.stamping.places import SeenText, glyphs_of
from youthprog.documents.stamping.reading import SpecimenReader
from youthprog.documents.stamping.types import CannotStamp, Reading

CLOSE = 0.01
"""CSS pixels within which two places are the same."""


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
    face, size = "", 0.0
    matrix: tuple[float, ...] = (0.0,) * 6
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


def run_at(line: SeenLine, things: Sequence[Run | Drawing]) -> Run:
    for thing in things:
        if (
            isinstance(thing, Run)
            and abs(thing.seen.matrix[4] - line.left) < CLOSE
            and abs(thing.seen.matrix[5] - line.base) < CLOSE
        ):
            return thing
    raise CannotStamp("a line that is not drawn where its box is")
