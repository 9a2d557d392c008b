"""One file with a page for each record, of one layout or several.

What a layout shares is copied once, under other numbers; a page's own objects are patterns whose gaps take the numbers of their kin.
Each page's elements stand in a section of the one structure; bookmarks lead to the pages.
"""

import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from youthprog.documents.stamping.files import FileWriter
from youthprog.documents.stamping.layouts import REFERENCE, Layout
from youthprog.documents.stamping.stamps import DEFLATED, Shown, draw, write_faces
from youthprog.documents.stamping.strings import STRING, Repeat, text_string
from youthprog.documents.stamping.types import CannotStamp, Record


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
        content = content.replace(b"/Type /StructElem", b"")
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
        write_faces(file, each.layout, each.shown, each.shift, each.moved)
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
