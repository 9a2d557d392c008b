"""Rows to learn a table from: cells of one, two and three lines, made of words that kern and join."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from youthprog.documents.stamping.breaking import lines_of
from youthprog.documents.stamping.places import size_units, style_of
from youthprog.documents.stamping.shaping import UNITS, Face
from youthprog.documents.stamping.table_reading import Drawing, Run, SeenLine, SeenRow, run_at
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
MOST_WORDS = 12
"""On a line."""

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


@dataclass(frozen=True, slots=True)
class Room:
    """What a small table shows of the room there is: of each column, of a page, of a row and of each line more."""

    columns: tuple[float, ...]
    page: float
    row: float
    lead: float


def first_rows(columns: int) -> list[list[str]]:
    """Rows of a small table: one of single words, one whose words do not all fit on one line."""
    return [[WORDS[0]] * columns, [" ".join([WORDS[1]] * 4)] * columns]


def room_of(body: Sequence[SeenRow], bottom: float) -> Room:
    """Read from the small table."""
    one = body[0].bottom - body[0].top
    leads = [lines[1].base - lines[0].base for _width, lines in body[1].cells if len(lines) > 1]
    return Room(tuple(width for width, _lines in body[0].cells), bottom - body[0].top, one, max(leads, default=one))


def specimen_rows(shapes: Sequence[Shape], room: Room) -> list[list[str]]:
    """Rows that fill one page and begin another; every column that can hold them has cells of one, two and three lines."""
    columns = list(enumerate(zip(shapes, room.columns, strict=True)))
    singles = [["1", "To", "Kofi", "Fjord"], ["1234", "AV", "office", "Avenue"]]
    texts = [
        [next((each for each in reversed(row) if shape(each).width <= width), "1") for _n, (shape, width) in columns]
        for row in singles
    ]

    def row(lines_of_column: Callable[[int], int], turn: int) -> tuple[list[str], int]:
        cells, most = list(texts[turn % 2]), 1
        for n, (shape, width) in columns:
            text = _text_of(lines_of_column(n), shape, width, turn + n)
            if text is not None:
                cells[n], most = text, max(most, lines_of_column(n))
        return cells, most

    mixed = [row(lambda n, turn=turn: (n + turn) % MOST_LINES + 1, turn) for turn in range(MOST_LINES)]  # type: ignore[misc]
    on_first, on_second = [*texts, *(cells for cells, _most in mixed[:-1])], [mixed[-1][0], row(lambda _n: 2, 1)[0]]
    left = room.page - 2 * room.row - sum(room.row + (most - 1) * room.lead for _cells, most in mixed[:-1])
    while left > 2 * room.row:
        filling, most = _filling(int((left - room.row) / room.lead + 1e-6) + 1, shapes, room, texts[0])
        on_first.append(filling)
        left -= room.row + (most - 1) * room.lead
    return [*on_first, *([texts[1]] if left >= room.row else []), *on_second, texts[0]]


def _filling(lines: int, shapes: Sequence[Shape], room: Room, single: Sequence[str]) -> tuple[list[str], int]:
    """A row of about so many lines in the narrowest column that holds all words, and how many they are."""
    row, most = list(single), 1
    for width, column in sorted((width, column) for column, width in enumerate(room.columns)):
        widths = [shapes[column](word + " ").width for word in WORDS]
        if max(widths) <= width:
            row[column] = _words_for(lines, widths, width)
            most = len(lines_of(row[column], int(width * UNITS), shapes[column]))
            break
    return row, most


def _words_for(lines: int, widths: Sequence[float], room: float) -> str:
    words: list[str] = []
    left = 0.0
    while True:
        number = len(words) % len(WORDS)
        if widths[number] > left:
            if not lines:
                return " ".join(words)
            lines, left = lines - 1, room
        words.append(WORDS[number])
        left -= widths[number]


def _text_of(count: int, shape: Shape, room: float, turn: int) -> str | None:
    """Words that fill so many lines."""
    if count < 2:
        return None
    text = ""
    for number in range(MOST_WORDS * count):
        text = f"{text} {WORDS[(turn + number) % len(WORDS)]}".strip()
        if number + 1 < count:
            continue
        try:
            lines = len(lines_of(text, int(room * UNITS), shape))
        except CannotStamp:
            return None
        if lines == count and number > turn % 3:
            return text
        if lines > count:
            return None
    return None
