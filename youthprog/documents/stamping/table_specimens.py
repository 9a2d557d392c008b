"""Rows to learn a table from: cells of one, two and three lines, made of words that kern and join."""

from collections.abc import Callable, Sequence
from typing import Any

from youthprog.documents.stamping.breaking import lines_of
from youthprog.documents.stamping.places import size_units, style_of
from youthprog.documents.stamping.shaping import UNITS, Face
from youthprog.documents.stamping.table_reading import Drawing, Run, SeenLine, run_at
from youthprog.documents.stamping.types import CannotStamp, Text

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

Shape = Callable[[str], Any]


def shape_of(line: SeenLine, things: Sequence[Run | Drawing], faces: dict[str, Face]) -> Shape:
    run = run_at(line, things)
    face, size = faces[run.seen.face], size_units(run.seen.size)
    style, _shaped = style_of("a column", [Text(line.text)], [run.seen], [run.seen.size], face, [_All(face, size)], "")
    return lambda text: face.shape(text, size, style)


class _All(dict[int, int]):
    """The widths of a face, whatever is embedded."""

    def __init__(self, face: Face, size: int):
        super().__init__()
        self.face, self.size = face, size

    def get(self, glyph: int, _other: Any = None) -> int:
        return self.face.width(glyph, self.size)


def specimen_rows(shapes: Sequence[Shape], rooms: Sequence[float], fit: float) -> list[list[str]]:
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
