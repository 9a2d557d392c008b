"""A layout learned from three specimens: what stays the same, and where the places are.

`learn` walks the operators of all three side by side. What is the same in all is kept as written. What differs must belong to a
place: the text of a record at the position its alignment asks for, or a path of rectangles. Objects may differ in
embedded faces and in a text that repeats a place word for word (the alternative text of a QR code); anything else is refused.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from youthprog.documents.stamping.embedding import EmbeddedFace, deflated, embedded
from youthprog.documents.stamping.places import (
    PicturePlace,
    SeenText,
    TextPlace,
    draws_the_same,
    glyphs_of,
    place_of,
    size_units,
)
from youthprog.documents.stamping.reading import SpecimenReader
from youthprog.documents.stamping.shaping import Face
from youthprog.documents.stamping.strings import Repeat, repeat_of
from youthprog.documents.stamping.types import (
    CannotStamp,
    PrintPlainly,
    Reading,
    Record,
    SpecimenRead,
    Squares,
    Text,
)

SHORT = 400
"""A stretch that stays the same and is shorter than this goes with the pieces beside it: an object of its own costs more."""
REFERENCE = re.compile(rb"(?<![\w.])(\d+) 0 R")
SHOWS = re.compile(rb"(.*)\] TJ$", re.DOTALL)
KNOWN = frozenset(
    b"q Q cm w J j M d ri i gs m l c v y h re S s f F f* B B* b b* n W W* BT ET Tc Tw Tz TL Tf Tr Ts Td TD Tm T* Tj TJ ' \" "
    b"CS cs SC SCN sc scn G g RG rg K k sh Do BMC BDC EMC MP DP BX EX".split()
)
SETS_TEXT_APART = (b" Tc", b" Tw", b" Tz", b" TL", b" Tr", b" Td", b" TD", b"T*", b" Tj", b" '", b' "')

Part = bytes | TextPlace | PicturePlace
Stretch = bytes | tuple[Part, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """A page with places. The objects are weasyprint's, under weasyprint's numbers."""

    stretches: tuple[Stretch, ...] = field(repr=False)
    """A stretch of bytes stays the same and is deflated already; the others are written for each record."""
    places: dict[str, TextPlace | PicturePlace]
    faces: dict[str, EmbeddedFace] = field(repr=False)
    objects: dict[int, bytes] = field(repr=False)
    streams: dict[int, tuple[bytes, bytes]] = field(repr=False)
    repeats: dict[int, Repeat] = field(repr=False)
    """Objects that say the text of a place, by their numbers."""
    page: int
    contents: int
    catalog: int
    information: bytes
    size: int
    """One more than the highest object number."""


def learn(print_plainly: PrintPlainly, specimens: Sequence[Record]) -> Layout:
    """The layout of a page, from three specimens whose texts, their widths and their own sizes differ in every place.

    A text wider than the block around it is refused later, for it would break or run over. Raises `CannotStamp`.
    """
    readings = [_read(print_plainly, specimen) for specimen in specimens]
    if any(len(each.pages) != 1 for each in readings):
        raise CannotStamp("not a single page")
    if len({len(each.exact[0]) for each in readings}) != 1:
        raise CannotStamp("drawn in more or fewer steps")
    faces = {name: Face(source.content, source.index) for name, source in readings[0].faces.items()}
    return _Learning(readings, specimens, faces).layout()


def _read(print_plainly: PrintPlainly, specimen: Record) -> Reading:
    reader = SpecimenReader()
    try:
        print_plainly(specimen, reader)
    except SpecimenRead:
        pass
    return reader.reading


class _Walk:
    """A page as it is walked: what stays the same goes to `parts` as written; a place takes its position and size with it."""

    def __init__(self, written: Sequence[bytes]):
        self.parts: list[Part] = []
        self.written = written
        self.in_text = False
        self._waiting: list[tuple[int, bool]] = []
        """Positions and sizes in front of a text, and whether they are the same in all specimens."""
        self._font: tuple[int, bool] | None = None
        self._font_is_gone = False

    def keep(self, step: int) -> None:
        operator = self.written[step]
        if operator in (b"BT", b"ET"):
            self.in_text = operator == b"BT"
            self._waiting.clear()
        self.parts.append(operator)

    def set(self, step: int, *, is_font: bool, same: bool) -> None:
        self._waiting.append((step, same))
        if is_font:
            self._font, self._font_is_gone = (step, same), False

    def show(self, step: int) -> str:
        """Keep a text that stays the same; returns the name of its font."""
        if self._font is None or not self._font[1] or not all(same for _step, same in self._waiting):
            raise CannotStamp("a text moves with what is put in")
        self.parts += [self.written[waiting] for waiting, _same in self._waiting]
        self._waiting.clear()
        font = self.written[self._font[0]]
        if self._font_is_gone:
            self.parts.append(font)
            self._font_is_gone = False
        self.parts.append(self.written[step])
        return font[1:].split()[0].decode()

    def place(self, place: TextPlace | PicturePlace) -> None:
        self._waiting.clear()
        self._font_is_gone = True
        self.parts.append(place)


class _Learning:
    """Three readings of one page, walked side by side."""

    def __init__(self, readings: Sequence[Reading], specimens: Sequence[Record], faces: dict[str, Face]):
        self.readings = readings
        self.specimens = specimens
        self.faces = faces
        self.places: dict[str, TextPlace | PicturePlace] = {}
        self.used_glyphs: dict[str, set[int]] = {}

    def layout(self) -> Layout:
        first = self.readings[0]
        parts = self._parts()
        missing = self.specimens[0].keys() - {
            place.name for place in parts if isinstance(place, TextPlace | PicturePlace)
        }
        if missing:
            raise CannotStamp(f"not found on the page: {', '.join(sorted(missing))}")
        varied = {place.face for place in parts if isinstance(place, TextPlace)}
        faces = {
            name: embedded(first, self.faces[name], name, self.used_glyphs.get(name, set())) for name in sorted(varied)
        }
        repeats = self._repeats(faces)
        return Layout(
            stretches=_stretches(parts),
            places=self.places,
            faces=faces,
            objects=first.objects,
            streams={number: deflated(stream) for number, stream in first.streams.items()},
            repeats=repeats,
            page=first.pages[0],
            contents=first.contents[0],
            catalog=first.catalog,
            information=first.information,
            size=max(*first.objects, *first.streams, *first.contents) + 1,
        )

    # Operators ------------------------------------------------------------------------------------------------

    def _parts(self) -> list[Part]:
        """The page as what stays the same and places."""
        walk = _Walk(self.readings[0].written[0])
        placed: list[TextPlace] = []
        for step, columns in enumerate(zip(*(each.exact[0] for each in self.readings), strict=True)):
            operator = columns[0]
            same = all(column == operator for column in columns)
            _refuse_unknown(operator)
            if operator.endswith(b"] TJ"):
                if same:
                    self._note_glyphs(walk.show(step), operator, placed)
                else:
                    place = self._text_place(step)
                    placed.append(place)
                    walk.place(place)
            elif walk.in_text and operator.endswith((b" Tm", b" Tf")):
                walk.set(step, is_font=operator.endswith(b" Tf"), same=same)
            elif same:
                walk.keep(step)
            elif operator.endswith((b" re", b" l", b" c", b"h")):
                walk.place(self._picture_place(columns))
            else:
                raise CannotStamp(f"something moves with what is put in: {operator[:60]!r}")
        return walk.parts

    def _note_glyphs(self, font: str, operator: bytes, before: Sequence[TextPlace]) -> None:
        """Note what stays the same. A letter is written by its width where it was first drawn, and that may be in a place before."""
        used, glyphs = self.used_glyphs.setdefault(font, set()), set(glyphs_of(operator))
        for place in before:
            if place.face == font and any(self._depends_on(place, glyph) for glyph in glyphs - used):
                raise CannotStamp("a letter whose width depends on what is put in before it")
        used |= glyphs

    def _depends_on(self, place: TextPlace, glyph: int) -> bool:
        face = self.faces[place.face]
        if place.size is None:
            return not face.is_sure(glyph)
        return face.width(glyph, size_units(place.size)) != self.readings[0].faces[place.face].widths[glyph]

    def _text_place(self, step: int) -> TextPlace:
        seen = [_seen(reading, step) for reading in self.readings]
        shown = [
            "".join(reading.faces[each.face].spelled.get(glyph, "\0") for glyph in glyphs_of(each.shown))
            if each.face in reading.faces
            else "\0"
            for reading, each in zip(self.readings, seen, strict=True)
        ]
        for name, value in self.specimens[0].items():
            texts = [specimen[name] for specimen in self.specimens]
            said = [text.text for text in texts if isinstance(text, Text)]
            tail = " " if [text + " " for text in said] == shown else ""
            if isinstance(value, Text) and [text + tail for text in said] == shown:
                place = place_of(
                    name,
                    [text for text in texts if isinstance(text, Text)],
                    seen,
                    self.faces,
                    [{name: face.widths for name, face in reading.faces.items()} for reading in self.readings],
                    [reading.rooms.get(text) for reading, text in zip(self.readings, said, strict=True)],
                    tail,
                )
                self.places[name] = place
                return place
        raise CannotStamp("a text differs that is none of those put in")

    def _picture_place(self, columns: Sequence[bytes]) -> PicturePlace:
        for name, value in self.specimens[0].items():
            pictures = [specimen[name] for specimen in self.specimens]
            if isinstance(value, Squares) and all(
                isinstance(picture, Squares) and picture.across == value.across and draws_the_same(column, picture)
                for column, picture in zip(columns, pictures, strict=True)
            ):
                place = PicturePlace(name, value.across)
                self.places[name] = place
                return place
        raise CannotStamp("a drawing differs that is none of those put in")

    # Objects --------------------------------------------------------------------------------------------------

    def _repeats(self, faces: dict[str, EmbeddedFace]) -> dict[int, Repeat]:
        """Objects that say what a place says; any other difference between the specimens is refused."""
        first, *others = self.readings
        if any(
            each.objects.keys() != first.objects.keys()
            or each.streams.keys() != first.streams.keys()
            or each.information != first.information
            for each in others
        ):
            raise CannotStamp("made of other objects")
        of_faces = {
            number for face in faces.values() for number in (face.descendant, face.descriptor, face.file, face.map)
        }
        for number, stream in first.streams.items():
            if number not in of_faces and any(each.streams[number] != stream for each in others):
                raise CannotStamp(f"object {number} differs")
        repeats = {}
        for number, content in first.objects.items():
            if number not in of_faces and any(each.objects[number] != content for each in others):
                repeats[number] = repeat_of([each.objects[number] for each in self.readings], self.specimens)
        return repeats


def _refuse_unknown(operator: bytes) -> None:
    """Refuse what is not understood: state that a place would lose, or an operator of no known name."""
    name = operator.rsplit(maxsplit=1)[-1]
    if name not in KNOWN or (operator.endswith(SETS_TEXT_APART) and not operator.endswith(b" Ts")):
        raise CannotStamp(f"an operator that is not understood: {operator[-40:]!r}")


def _seen(reading: Reading, step: int) -> SeenText:
    """The text shown at a step, with the font and matrix in force there."""
    operators = reading.exact[0]
    face, size, matrix = "", 0.0, None
    for operator in reversed(operators[:step]):
        if operator.endswith(b" Tf") and not face:
            name, pixels = operator[1:].split()[:2]
            face, size = name.decode(), float(pixels)
        if operator.endswith(b" Tm") and matrix is None:
            matrix = tuple(float(part) for part in operator.split()[:6])
        if matrix is None and (operator.endswith((b"] TJ", b" Ts")) or operator == b"BT"):
            raise CannotStamp("a text in several pieces")
        if face and matrix:
            return SeenText(face, size, matrix, operators[step])
    raise CannotStamp("a text without a place")


def _stretches(parts: Sequence[Part]) -> tuple[Stretch, ...]:
    """Parts joined: what stays the same deflated once, unless it is short and lies between places."""
    stretches: list[Stretch] = []
    open_: list[Part] = []
    still: list[bytes] = []

    def close_still(last: bool) -> None:
        content = b"\n".join(still) + b"\n"
        if not still:
            return
        if open_ and not last and len(content) < SHORT:
            open_.append(content)
        else:
            if open_:
                stretches.append(tuple(open_))
                open_.clear()
            stretches.append(zlib.compress(content, 9))
        still.clear()

    for part in parts:
        if isinstance(part, bytes):
            still.append(part)
        else:
            close_still(last=False)
            open_.append(part)
    close_still(last=True)
    if open_:
        stretches.append(tuple(open_))
    return tuple(stretches)
