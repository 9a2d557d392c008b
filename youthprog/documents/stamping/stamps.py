"""A page stamped from a layout, in a file of its own (many in one file: `together`).

A page lists the stretches that stay the same and its own between them. Its structure elements and bookmark are weasyprint's, under
weasyprint's numbers.
"""

import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from youthprog.documents.stamping.embedding import (
    EmbeddedFace,
    character_map,
    compressed,
    outlines_of,
    with_box,
    with_widths,
)
from youthprog.documents.stamping.files import FileWriter
from youthprog.documents.stamping.layouts import Layout
from youthprog.documents.stamping.places import PicturePlace, TextPlace, path_of, size_units
from youthprog.documents.stamping.shaping import PIXELS, UNITS, why_not, written
from youthprog.documents.stamping.types import CannotStamp, Record, Squares, Text

DEFLATED = b"/Filter /FlateDecode"
OWN_TYPES = (b"/Type /StructElem", b"/Type /Page/", b"/Type /OBJR")


@dataclass(slots=True)
class Shown:
    """What a file shows in the faces of the places."""

    faces: Mapping[str, EmbeddedFace]
    widths: dict[str, dict[int, int]] = field(default_factory=dict)
    spelled: dict[str, dict[int, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, face in self.faces.items():
            self.widths[name], self.spelled[name] = dict(face.widths), dict(face.spelled)


def draw(layout: Layout, record: Record, shown: Shown) -> list[bytes]:
    """The stretches of a page that are its own, and note their glyphs. Raises `CannotStamp`; nothing is noted then."""
    drawn: list[bytes] = []
    glyphs: dict[str, Glyphs] = {name: {} for name in layout.faces}
    for stretch in layout.stretches:
        if isinstance(stretch, tuple):
            parts = []
            for part in stretch:
                if isinstance(part, TextPlace):
                    parts.append(_drawn_text(part, record[part.name], layout, shown, glyphs[part.face]))
                else:
                    parts.append(_drawn_path(part, record[part.name]) if isinstance(part, PicturePlace) else part)
            drawn.append(b"\n".join(parts) + b"\n")
    for face, used in glyphs.items():
        for glyph, (width, text) in used.items():
            shown.widths[face][glyph] = width
            shown.spelled[face][glyph] = text
    return drawn


Glyphs = dict[int, tuple[int, str]]
"""Glyphs that a page is the first to show, with their widths and what they say."""


def _drawn_text(place: TextPlace, value: object, layout: Layout, shown: Shown, used: Glyphs) -> bytes:
    if not isinstance(value, Text) or (value.size is None) != (place.size is not None):
        raise CannotStamp(f"{place.name} is no such text")
    face = layout.faces[place.face].face
    reason = why_not(value.text, face.letters)
    if reason:
        raise CannotStamp(reason)
    pixels = place.size if place.size is not None else (value.size or 0.0) * PIXELS
    size = size_units(pixels)
    shaped = face.shape(value.text, size, place.style)
    if shaped.width > place.room:
        raise CannotStamp(f"{place.name} is too wide")
    drawn = face.shape(value.text + place.tail, size, place.style) if place.tail else shaped
    widths, spelled = shown.widths[place.face], shown.spelled[place.face]
    for glyph, _advance, _right, _up, cluster in drawn.glyphs:
        text = spelled.get(glyph)
        if text is None and glyph not in used:
            used[glyph] = (widths.get(glyph) or face.width(glyph, size), face.spelling(glyph, cluster))
        said = text if text is not None else used[glyph][1]
        if said != cluster and said != face.spelling(glyph, cluster):
            raise CannotStamp(f"one glyph for {said!r} and {cluster!r}")
    content = written(drawn, size, lambda glyph: widths[glyph] if glyph in widths else used[glyph][0])
    left, base = place.anchor - place.pull * shaped.width, place.base + place.slope * pixels
    return b"%b %b %b Tm\n/%b %b Tf\n%b" % (
        place.matrix,
        _short(left),
        _short(base),
        place.face.encode(),
        _short(size / UNITS),
        content,
    )


def _drawn_path(place: PicturePlace, value: object) -> bytes:
    if not isinstance(value, Squares) or value.across != place.across:
        raise CannotStamp(f"{place.name} is no such picture")
    return path_of(value)


def _short(number: float) -> bytes:
    return f"{number:.3f}".rstrip("0").rstrip(".").encode()


def write_faces(file: FileWriter, layout: Layout, shown: Shown, shift: int, place: Callable[[bytes], bytes]) -> None:
    """Embed what the file shows in the faces of the places."""
    for name, face in layout.faces.items():
        widths, spelled = shown.widths[name], shown.spelled[name]
        subset = outlines_of(face.source.content, face.source.index).cut(spelled)
        file.stream(face.file + shift, b"/Length1 %d" % len(subset) + DEFLATED, compressed(subset))
        file.stream(face.map + shift, DEFLATED, compressed(character_map(spelled)))
        file.add(face.descendant + shift, place(with_widths(layout.objects[face.descendant], widths)))
        file.add(face.descriptor + shift, place(with_box(layout.objects[face.descriptor], widths)))


def _changing(layout: Layout) -> set[int]:
    """Numbers of what differs from record to record, or holds what does."""
    numbers = {layout.page, *layout.repeats}
    for face in layout.faces.values():
        numbers |= {face.file, face.map, face.descendant, face.descriptor}
    return numbers


# One file a record --------------------------------------------------------------------------------------------


@lru_cache(maxsize=32)
def _beginning(layout: Layout) -> tuple[FileWriter, list[int | None]]:
    """How every file of this layout begins, and the numbers of the stretches (None: the record's own)."""
    file, changing = FileWriter(), _changing(layout)
    file.next_number = layout.size
    for number, (dictionary, content) in layout.streams.items():
        if number not in changing:
            file.stream(number, dictionary, content)
    stretches: list[int | None] = []
    for stretch in layout.stretches:
        if isinstance(stretch, bytes):
            stretches.append(file.take())
            file.stream(stretches[-1] or 0, DEFLATED, stretch)
        else:
            stretches.append(None)
    for number, content in layout.objects.items():
        if number not in changing:
            file.add(number, content)
    file.pack()
    return file, stretches


def stamp_file(layout: Layout, record: Record, *, identifier: bytes) -> bytes:
    """A file of one page for a record. Same layout, record and identifier, same bytes. Raises `CannotStamp`."""
    shown = Shown(layout.faces)
    own = iter(draw(layout, record, shown))
    beginning, stretches = _beginning(layout)
    file, numbers = beginning.copy(), []
    for stretch in stretches:
        number = stretch
        if number is None:
            number = file.take()
            file.stream(number, DEFLATED, zlib.compress(next(own), 6))
        numbers.append(number)
    for number, repeat in layout.repeats.items():
        file.add(number, repeat.of(record))
    file.add(layout.page, _with_contents(layout.objects[layout.page], numbers))
    write_faces(file, layout, shown, 0, lambda content: content)
    return file.finish(root=layout.catalog, information=layout.information, identifier=identifier)


def _with_contents(page: bytes, numbers: Sequence[int]) -> bytes:
    listed = b" ".join(b"%d 0 R" % number for number in numbers)
    return re.sub(rb"/Contents \d+ 0 R", b"/Contents [%b]" % listed, page)
