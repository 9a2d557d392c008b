"""Pages stamped from a layout: one file a record, or one file with a page for each.

A page lists the stretches that stay the same (written once a file) and its own between them. Its structure elements, page and
bookmark are weasyprint's, under numbers of their own; in a file of many, each page's elements stand in a section of it.
"""

import re
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from youthprog.documents.stamping.embedding import (
    character_map,
    compressed,
    outlines_of,
    with_box,
    with_widths,
)
from youthprog.documents.stamping.files import FileWriter
from youthprog.documents.stamping.layouts import REFERENCE, EmbeddedFace, Layout
from youthprog.documents.stamping.places import PicturePlace, TextPlace, path_of, size_units
from youthprog.documents.stamping.shaping import PIXELS, UNITS, why_not, written
from youthprog.documents.stamping.strings import STRING, Repeat, text_string
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
    drawn, glyphs = [], []
    for stretch in layout.stretches:
        if isinstance(stretch, tuple):
            parts = []
            for part in stretch:
                if isinstance(part, TextPlace):
                    content, used = _drawn_text(part, record[part.name], layout, shown)
                    parts.append(content)
                    glyphs.append((part.face, used))
                else:
                    parts.append(_drawn_path(part, record[part.name]) if isinstance(part, PicturePlace) else part)
            drawn.append(b"\n".join(parts) + b"\n")
    for face, used in glyphs:
        for glyph, (width, text) in used.items():
            shown.widths[face][glyph] = width
            shown.spelled[face][glyph] = text
    return drawn


def _drawn_text(
    place: TextPlace, value: object, layout: Layout, shown: Shown
) -> tuple[bytes, dict[int, tuple[int, str]]]:
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
    widths, spelled, used = shown.widths[place.face], shown.spelled[place.face], {}
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
    ), used


def _drawn_path(place: PicturePlace, value: object) -> bytes:
    if not isinstance(value, Squares) or value.across != place.across:
        raise CannotStamp(f"{place.name} is no such picture")
    return path_of(value)


def _short(number: float) -> bytes:
    return f"{number:.3f}".rstrip("0").rstrip(".").encode()


def _write_faces(file: FileWriter, layout: Layout, shown: Shown, shift: int, place: Callable[[bytes], bytes]) -> None:
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
    _write_faces(file, layout, shown, 0, lambda content: content)
    return file.finish(root=layout.catalog, information=layout.information, identifier=identifier)


def _with_contents(page: bytes, numbers: Sequence[int]) -> bytes:
    listed = b" ".join(b"%d 0 R" % number for number in numbers)
    return re.sub(rb"/Contents \d+ 0 R", b"/Contents [%b]" % listed, page)


# One file of many ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stamped:
    """A file of many pages. `refused` are the places in the list of what could not be stamped, with the reason."""

    content: bytes = field(repr=False)
    pages: int
    refused: tuple[tuple[int, str], ...] = ()


class _Copied:
    """A layout whose objects go into a file of many: what is shared is written once, the rest is kept as a pattern."""

    def __init__(self, layout: Layout, file: FileWriter, root: Mapping[str, int]):
        self.layout, self.shown = layout, Shown(layout.faces)
        objects = layout.objects
        catalog = objects[layout.catalog]
        structure = _named(catalog, b"StructTreeRoot")
        parents = _named(objects[structure], b"ParentTree")
        document = _named(objects[structure], b"K")
        outlines = re.search(rb"/Outlines (\d+) 0 R", catalog)
        metadata = re.search(rb"/Metadata (\d+) 0 R", catalog)
        numbered = re.fullmatch(rb"<</Nums \[0 \[([^]]*)\]\]>>", objects[parents])
        if numbered is None or b"/Annots" in objects[layout.page] or b"/Names" in catalog:
            raise CannotStamp("links, forms and anchors are not stamped into a file of many")
        of_file = {layout.catalog, structure, parents, _named(objects[layout.page], b"Parent")}
        of_file |= {int(found.group(1)) for found in (outlines, metadata) if found}
        own = {layout.page, layout.contents} | {
            number
            for number, content in objects.items()
            if number not in of_file and content.startswith(b"<</Type /StructElem")
        }
        bookmarks = [
            n for n, each in objects.items() if n not in own | of_file and b"/Dest [%d 0 R" % layout.page in each
        ]
        own -= set(bookmarks)
        self.shift = file.take(layout.size) - 1
        self.own = sorted(own - {layout.contents})
        self.index = {number: place for place, number in enumerate(self.own)}
        self.owners = [self.index[int(each)] for each in REFERENCE.findall(numbered.group(1))]
        self.document, self.page = self.index[document], self.index[layout.page]
        self.bookmark = _bookmark(objects[bookmarks[0]], layout.repeats.get(bookmarks[0])) if bookmarks else None
        self._root, self._structure, self._of_file = root, structure, of_file
        self.stretches = [file.take() if isinstance(stretch, bytes) else None for stretch in layout.stretches]
        for number, stretch in zip(self.stretches, layout.stretches, strict=True):
            if number is not None and isinstance(stretch, bytes):
                file.stream(number, DEFLATED, stretch)
        left_out = (
            own
            | of_file
            | set(bookmarks)
            | {
                number
                for face in layout.faces.values()
                for number in (face.file, face.map, face.descendant, face.descriptor)
            }
        )
        for number, (dictionary, content) in layout.streams.items():
            if number not in left_out:
                file.stream(number + self.shift, self.moved(dictionary), content)
        for number, content in objects.items():
            if number not in left_out:
                if any(int(each) in own for each in REFERENCE.findall(content)):
                    raise CannotStamp(f"object {number} belongs to one page only")
                file.add(number + self.shift, self.moved(content))
        self.patterns = [self._pattern(number) for number in self.own]
        self.catalog = self.moved(catalog)
        self.metadata = layout.streams[int(metadata.group(1))] if metadata else None

    def moved(self, content: bytes) -> bytes:
        """An object under the numbers of the file."""
        return REFERENCE.sub(lambda found: b"%d 0 R" % (int(found.group(1)) + self.shift), content)

    def _pattern(self, number: int) -> tuple[bytes, tuple[int, ...]]:
        """An object of a page's own: gaps for the numbers of its kin, and which they are."""
        content, kin = self.layout.objects[number].replace(b"%", b"%%"), []
        if number in self.layout.repeats:
            repeat = self.layout.repeats[number]
            content = (repeat.before + b"\0" + repeat.after).replace(b"%", b"%%")
        if self.index[number] == self.document:
            content = re.sub(rb"/S /Document", b"/S /Sect", content)
        content = re.sub(rb"/StructParents \d+", b"/StructParents \1", content)
        content = re.sub(rb"/Contents \d+ 0 R", b"/Contents [\2]", content)
        content = re.sub(rb"/Parent \d+ 0 R", b"/Parent %d 0 R" % self._root["pages"], content)

        def gap(found: re.Match[bytes]) -> bytes:
            each = int(found.group(1))
            if each == self._structure:
                return b"%d 0 R" % self._root["document"]
            if each in self.index:
                kin.append(self.index[each])
                return b"%d 0 R"
            return b"%d 0 R" % (each + (0 if each == self._root["pages"] and b"/Parent" in content else self.shift))

        return REFERENCE.sub(gap, content), tuple(kin)

    def title(self, record: Record, label: str) -> bytes:
        """What the bookmark of a page says."""
        if label or self.bookmark is None:
            return text_string(label)
        title = self.bookmark[0]
        return title.said(record) if isinstance(title, Repeat) else title

    def add(self, file: FileWriter, record: Record, place: int) -> int:
        """Write the page of a record as the file's page number `place`; returns the first number of its objects."""
        own = iter(draw(self.layout, record, self.shown))
        numbers = []
        for stretch in self.stretches:
            number = stretch
            if number is None:
                number = file.take()
                file.stream(number, DEFLATED, zlib.compress(next(own), 6))
            numbers.append(number)
        first = file.take(len(self.own))
        for index, (number, (pattern, kin)) in enumerate(zip(self.own, self.patterns, strict=True)):
            content = pattern % tuple([first + each for each in kin])
            if number in self.layout.repeats:
                content = content.replace(b"\0", self.layout.repeats[number].said(record))
            if index == self.page:
                content = content.replace(b"\1", b"%d" % place).replace(
                    b"\2", b" ".join(b"%d 0 R" % each for each in numbers)
                )
            file.add(first + index, content)
        return first


def _named(content: bytes, key: bytes) -> int:
    found = re.search(rb"/" + key + rb" \[?(\d+) 0 R", content)
    if found is None:
        raise CannotStamp(f"no {key.decode()}")
    return int(found.group(1))


def _bookmark(content: bytes, repeat: Repeat | None) -> tuple[bytes | Repeat, bytes]:
    """Title and destination of a bookmark; the page is left open."""
    where = re.search(rb"/Dest \[\d+ 0 R ([^]]*)\]", content)
    title = STRING.search(content)
    return repeat or (title.group() if title else b"()"), where.group(1) if where else b"/Fit"


def stamp_files(pages: Iterable[tuple[Layout, Record, str]], *, identifier: bytes) -> Stamped:
    """One file with a page for each layout and record, bookmarked under its label (or the layout's own when empty).

    Title, language and information are those of the first layout. What cannot be stamped is left out and told.
    """
    file, copied = FileWriter(), {}
    root = {
        name: file.take() for name in ("catalog", "pages", "structure", "parents", "document", "outlines", "metadata")
    }
    placed: list[tuple[_Copied, int, bytes]] = []
    refused: list[tuple[int, str]] = []
    for place, (layout, record, label) in enumerate(pages):
        try:
            if layout not in copied:
                copied[layout] = _Copied(layout, file, root)
            placed.append(
                (copied[layout], copied[layout].add(file, record, len(placed)), copied[layout].title(record, label))
            )
        except CannotStamp as problem:
            refused.append((place, str(problem)))
    if not placed:
        raise CannotStamp("nothing could be stamped")
    for each in copied.values():
        _write_faces(file, each.layout, each.shown, each.shift, each.moved)
    _write_trees(file, root, placed)
    first = placed[0][0]
    content = file.finish(root=root["catalog"], information=first.layout.information, identifier=identifier)
    return Stamped(content, len(placed), tuple(refused))


def _write_trees(file: FileWriter, root: Mapping[str, int], placed: Sequence[tuple[_Copied, int, bytes]]) -> None:
    """Pages, structure, bookmarks and catalog of a file of many."""
    kids = b" ".join(b"%d 0 R" % (first + copied.page) for copied, first, _label in placed)
    file.add(root["pages"], b"<</Type /Pages/Kids [%b]/Count %d>>" % (kids, len(placed)))
    sections = b" ".join(b"%d 0 R" % (first + copied.document) for copied, first, _label in placed)
    file.add(root["document"], b"<</Type /StructElem/S /Document/K [%b]/P %d 0 R>>" % (sections, root["structure"]))
    file.add(
        root["structure"],
        b"<</Type /StructTreeRoot/ParentTree %d 0 R/ParentTreeNextKey %d/K [%d 0 R]>>"
        % (root["parents"], len(placed), root["document"]),
    )
    owners = b" ".join(
        b"%d [%b]" % (place, b" ".join([b"%d 0 R" % (first + owner) for owner in copied.owners]))
        for place, (copied, first, _label) in enumerate(placed)
    )
    file.add(root["parents"], b"<</Nums [%b]>>" % owners)
    _write_bookmarks(file, root["outlines"], placed)
    first_of_all = placed[0][0]
    catalog = first_of_all.catalog
    for key, name in (
        (b"Pages", "pages"),
        (b"StructTreeRoot", "structure"),
        (b"Outlines", "outlines"),
        (b"Metadata", "metadata"),
    ):
        catalog = re.sub(rb"/" + key + rb" \d+ 0 R", b"/%b %d 0 R" % (key, root[name]), catalog)
    file.add(root["catalog"], catalog)
    if first_of_all.metadata:
        file.stream(root["metadata"], *first_of_all.metadata)


def _write_bookmarks(file: FileWriter, outlines: int, placed: Sequence[tuple[_Copied, int, bytes]]) -> None:
    marked = [(copied, first, label) for copied, first, label in placed if copied.bookmark]
    if not marked:
        file.add(outlines, b"<</Count 0>>")
        return
    start = file.take(len(marked))
    for place, (copied, first, label) in enumerate(marked):
        where = copied.bookmark[1] if copied.bookmark else b"/Fit"
        before = b"/Prev %d 0 R" % (start + place - 1) if place else b""
        after = b"/Next %d 0 R" % (start + place + 1) if place + 1 < len(marked) else b""
        file.add(
            start + place,
            b"<</Title %b/Dest [%d 0 R %b]/Parent %d 0 R%b%b>>"
            % (label, first + copied.page, where, outlines, before, after),
        )
    file.add(outlines, b"<</Count %d/First %d 0 R/Last %d 0 R>>" % (len(marked), start, start + len(marked) - 1))
