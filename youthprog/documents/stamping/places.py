"""Where a place stands, read from three specimens that differ in what stands there.

A left edge x and a width w are known of each. x + pull * w is the same for all three when the place is anchored: pull 0 is the
left edge, 1/2 the middle, 1 the right edge. A baseline may move with the size of type, evenly; the third specimen checks it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from youthprog.documents.stamping.shaping import PIXELS, UNITS, Face, Shaped, Style, written
from youthprog.documents.stamping.types import CannotStamp, Squares, Text

PULLS = (0.0, 0.5, 1.0)
CLOSE = 0.004
"""So far apart, in CSS pixels, two places may be and be the same: weasyprint's own rounding of sizes."""
STYLES: tuple[tuple[tuple[str, bool], ...], ...] = (
    (),
    (("tnum", True), ("lnum", True)),
    (("tnum", True),),
    (("lnum", True),),
    (("onum", True),),
    (("pnum", True),),
)
READ_TO = 1e-6
"""How exactly a page says a size, in pixels."""
SHOWN = re.compile(rb"<([0-9a-fA-F]*)>|(-?[\d.]+(?:e-?\d+)?)")


@dataclass(frozen=True, slots=True)
class TextPlace:
    """A line of text: its anchor, and how it is set."""

    name: str
    face: str
    matrix: bytes
    anchor: float
    pull: float
    base: float
    slope: float
    """The baseline is at `base` + `slope` times the size in CSS pixels."""
    size: float | None
    """CSS pixels; None where each record brings its own."""
    style: Style
    room: float
    """The widest text this place is known to hold on one line, in CSS pixels."""
    tail: str = ""
    """A blank at the end of a line that is drawn, though it has no width."""


@dataclass(frozen=True, slots=True)
class PicturePlace:
    """A path of rectangles."""

    name: str
    across: int


@dataclass(frozen=True, slots=True)
class SeenText:
    """A run of text in one specimen."""

    face: str
    size: float
    matrix: tuple[float, ...]
    shown: bytes


def glyphs_of(shown: bytes) -> list[int]:
    """The glyph numbers an array shows."""
    found = []
    for string, _number in SHOWN.findall(shown):
        found += [int(string[n : n + 4], 16) for n in range(0, len(string), 4)]
    return found


def steps_of(shown: bytes) -> list[int | float]:
    """Glyph numbers, and between them the sum of what is written there, beyond all glyph numbers."""
    steps: list[int | float] = []
    for string, number in SHOWN.findall(shown):
        if number:
            moved = float(number)
            if steps and isinstance(steps[-1], float):
                steps[-1] += moved
            else:
                steps.append(moved)
        else:
            steps += [int(string[n : n + 4], 16) for n in range(0, len(string), 4)]
    return [step for step in steps if step != 0.0 or isinstance(step, int)]


def size_units(pixels: float) -> int:
    """A size as weasyprint gives it to Pango: cut to whole units; a size read from a page was cut to six places before."""
    return int(pixels * UNITS + READ_TO * UNITS)


def place_of(
    name: str,
    texts: Sequence[Text],
    seen: Sequence[SeenText],
    faces: Mapping[str, Face],
    widths: Sequence[Mapping[str, Mapping[int, int]]],
    rooms: Sequence[float | None],
    tail: str,
) -> TextPlace:
    """The place that shows these texts as they were seen. Raises `CannotStamp`."""
    first = seen[0]
    if first.face not in faces or any(each.face != first.face or each.matrix[:4] != first.matrix[:4] for each in seen):
        raise CannotStamp(f"{name}: set in more than one way")
    face = faces[first.face]
    sizes = [text.size * PIXELS if text.size is not None else each.size for text, each in zip(texts, seen, strict=True)]
    for size, each in zip(sizes, seen, strict=True):
        if abs(size - each.size) > 2 / UNITS:
            raise CannotStamp(f"{name}: its size is not the one it was to have")
    scaled = texts[0].size is not None
    if scaled and abs(sizes[0] - sizes[1]) < 1:
        raise CannotStamp(f"{name}: the specimens do not show how its size moves it")
    style, shaped = style_of(name, texts, seen, sizes, face, [each.get(first.face, {}) for each in widths], tail)
    pull, anchor = anchor_of(name, seen, shaped)
    slope = (seen[0].matrix[5] - seen[1].matrix[5]) / (sizes[0] - sizes[1]) if scaled else 0.0
    base = seen[0].matrix[5] - slope * sizes[0]
    for size, each in zip(sizes, seen, strict=True):
        if abs(base + slope * size - each.matrix[5]) > CLOSE:
            raise CannotStamp(f"{name}: its baseline moves unevenly")
    room = _room_of(rooms, shaped)
    matrix = b" ".join(b"%d" % part for part in first.matrix[:4])
    return TextPlace(
        name, first.face, matrix, anchor, pull, base, slope, None if scaled else sizes[0], style, room, tail
    )


def _room_of(rooms: Sequence[float | None], shaped: Sequence[Shaped]) -> float:
    """The width of the block around, where all specimens agree on it; else that of the widest specimen."""
    if None not in rooms and len({round(room or 0, 3) for room in rooms}) == 1:
        return rooms[0] or 0.0
    return max(each.width for each in shaped)


def style_of(
    name: str,
    texts: Sequence[Text],
    seen: Sequence[SeenText],
    sizes: Sequence[float],
    face: Face,
    widths: Sequence[Mapping[int, int]],
    tail: str,
) -> tuple[Style, list[Shaped]]:
    """The style under which all specimens are drawn again, glyph for glyph and step for step."""
    spacings = [0, *_spacings(seen[0])]
    for spacing in spacings:
        for features in STYLES:
            style = Style(features, spacing)
            drawn = [
                face.shape(text.text + tail, size_units(size), style) for text, size in zip(texts, sizes, strict=True)
            ]
            if all(
                steps_of(written(each, size_units(size), partial(_width, known))) == steps_of(run.shown)
                for each, size, run, known in zip(drawn, sizes, seen, widths, strict=True)
            ):
                return style, [
                    face.shape(text.text, size_units(size), style) for text, size in zip(texts, sizes, strict=True)
                ]
    raise CannotStamp(f"{name}: set in a way that is not understood")


def _width(known: Mapping[int, int], glyph: int) -> int:
    """The embedded width of a glyph; of one that was not seen something that agrees with nothing."""
    return known.get(glyph, -(10**6))


def _spacings(seen: SeenText) -> list[int]:
    """What the letter spacing may be, from the step between the first two letters."""
    offsets = [float(number) for string, number in SHOWN.findall(seen.shown) if b"." in number]
    if not offsets:
        return []
    left = round(-offsets[0] * seen.size)
    return [2 * left, 2 * left + 1, 2 * left - 1]


def anchor_of(name: str, seen: Sequence[SeenText], shaped: Sequence[Shaped]) -> tuple[float, float]:
    lefts, widths = [each.matrix[4] for each in seen], [each.width for each in shaped]
    if max(widths) - min(widths) < 1:
        raise CannotStamp(f"{name}: the specimens do not show where it is anchored")
    for pull in PULLS:
        anchors = [left + pull * width for left, width in zip(lefts, widths, strict=True)]
        if max(anchors) - min(anchors) <= CLOSE:
            return pull, anchors[0]
    raise CannotStamp(f"{name}: not anchored left, in the middle or right")


def path_of(squares: Squares) -> bytes:
    """The rectangles as operators."""
    return b"\n".join(b"%d %d %d %d re" % box for box in squares.boxes)


def draws_the_same(path: bytes, squares: Squares) -> bool:
    """Whether a path weasyprint drew from our own picture is these rectangles and nothing else."""
    corners = [f"{x} {y} m\n{x + w} {y} l\n{x + w} {y + h} l\n{x} {y + h} l\nh" for x, y, w, h in squares.boxes]
    return path.split(b"\n", 1)[-1] == "\n".join(corners).encode() or path == "\n".join(corners).encode()
