"""The file of a table: weasyprint's own objects, and one structure in which each cell belongs to its row."""

import re
import zlib
from collections.abc import Iterable, Mapping, Sequence

from youthprog.documents.stamping.embedding import character_map, compressed, outlines_of, with_box, with_widths
from youthprog.documents.stamping.files import FileWriter
from youthprog.documents.stamping.table_types import TableLayout
from youthprog.documents.stamping.types import CannotStamp

DEFLATED = b"/Filter /FlateDecode"
LEVEL = 4
"""How hard objects are deflated: thirty thousand cells are as many objects."""


class TableFile:
    """Takes pages one by one; `finish` returns the file."""

    def __init__(self, layout: TableLayout, pages: int):
        self.layout, self.file = layout, FileWriter(LEVEL)
        self.file.next_number = layout.size
        take = self.file.take
        self.first, self.other = take(), take()
        self.rows = take(len(layout.rows))
        self.structure, self.parents, self.document = take(), take(), take()
        self.table, self.head, self.head_row, self.body = take(), take(), take(), take()
        self.heads = take(len(layout.heads))
        self.pages = [layout.page, *(take() for _page in range(pages - 1))]
        self.bodies: list[int] = []
        self.parents_of_pages: list[bytes] = []
        self._write_shared()

    def add_page(self, place: int, content: bytes, marks: Sequence[Sequence[int | None]]) -> None:
        """Write a page: its rows as operators, and for each row the marks of its cells."""
        number = self.file.take()
        self.file.stream(number, DEFLATED, zlib.compress(content, 1))
        self.file.add(self.pages[place], self._page(place, (self.other if place else self.first, number)))
        step = len(self.layout.columns) + 1
        first = self.file.take(len(marks) * step)
        self.bodies += range(first, first + len(marks) * step, step)
        owners = self._write_rows(place, first, marks)
        self.parents_of_pages.append(b"%d [%b%b]" % (place, b"" if place else self._still_owners(), owners))

    def finish(
        self, widths: Mapping[str, Mapping[int, int]], spelled: Mapping[str, Mapping[int, str]], *, identifier: bytes
    ) -> bytes:
        """Embed what was shown in each face, and close the file."""
        self._write_structure()
        for name, face in self.layout.faces.items():
            subset = outlines_of(face.source.content, face.source.index).cut(spelled[name])
            self.file.stream(face.file, b"/Length1 %d" % len(subset) + DEFLATED, compressed(subset))
            self.file.stream(face.map, DEFLATED, compressed(character_map(spelled[name])))
            self.file.add(face.descendant, with_widths(self.layout.objects[face.descendant], widths[name]))
            self.file.add(face.descriptor, with_box(self.layout.objects[face.descriptor], widths[name]))
        information = self.layout.information
        return self.file.finish(root=self.layout.catalog, information=information, identifier=identifier)

    def _write_shared(self) -> None:
        self.file.stream(self.first, DEFLATED, zlib.compress(self.layout.first.still, 9))
        self.file.stream(self.other, DEFLATED, zlib.compress(self.layout.other.still, 9))
        resources = int(_found(rb"/Resources (\d+) 0 R", self.layout.objects[self.layout.page]))
        box = _found(rb"/MediaBox \[([^]]*)\]", self.layout.objects[self.layout.page])
        width, height = (float(each) * 4 / 3 for each in box.split()[2:4])
        for kind, content in enumerate(self.layout.rows):
            head = b"/Type /XObject/Subtype /Form/BBox [0 -9 %d %d]/Resources %d 0 R" % (
                width + 1,
                height + 1,
                resources,
            )
            self.file.stream(self.rows + kind, head + DEFLATED, zlib.compress(content, 9))
        of_faces = {
            number
            for face in self.layout.faces.values()
            for number in (face.descendant, face.descriptor, face.file, face.map)
        }
        left_out = of_faces | {self.layout.page, self.layout.catalog, self.layout.root}
        for number, (dictionary, content) in self.layout.streams.items():
            if number not in left_out:
                self.file.stream(number, dictionary, content)
        for number, content in self.layout.objects.items():
            if number in left_out:
                continue
            if number == resources:
                listed = b"".join(
                    b"/Row%d %d 0 R" % (kind + 1, self.rows + kind) for kind in range(len(self.layout.rows))
                )
                content = re.sub(rb"/XObject <<", b"/XObject <<" + listed, content)
            if number in self.layout.document:
                content = re.sub(rb"/P \d+ 0 R", b"/P %d 0 R" % self.document, content)
            self.file.add(number, content)

    def _page(self, place: int, contents: tuple[int, int]) -> bytes:
        page = re.sub(
            rb"/Contents \d+ 0 R", b"/Contents [%d 0 R %d 0 R]" % contents, self.layout.objects[self.layout.page]
        )
        return re.sub(rb"/StructParents \d+", b"/StructParents %d" % place, page)

    def _write_rows(self, place: int, first: int, rows: Sequence[Sequence[int | None]]) -> bytes:
        """The structure elements of a page's rows; returns the owners of its pieces of text."""
        owners, number, width = [], first, len(rows[0]) if rows else 0
        end, body = b"]/Pg %d 0 R/P " % self.pages[place], b"]/P %d 0 R>>" % self.body
        for row in rows:
            own, *cells = [b"%d 0 R" % each for each in range(number, number + 1 + width)]
            elements = [b"<</S /TR/K [" + b" ".join(cells) + body]
            after = end + own + b">>"
            for mark, cell in zip(row, cells, strict=True):
                if mark is None:
                    elements.append(b"<</S /TD/K [" + after)
                else:
                    elements.append(b"<</S /TD/K [%d%b" % (mark, after))
                    owners.append(cell)
            self.file.add_all(number, elements)
            number += width + 1
        return b" ".join(owners)

    def _still_owners(self) -> bytes:
        heads = {mark: self.heads + n for n, mark in enumerate(self.layout.heads)}
        listed = [
            b"%d 0 R" % heads[mark] if owner is None else b"null" if owner < 0 else b"%d 0 R" % owner
            for mark, owner in enumerate(self.layout.owners)
        ]
        return b"".join(each + b" " for each in listed)

    def _write_structure(self) -> None:
        heads = range(self.heads, self.heads + len(self.layout.heads))
        for number, mark in zip(heads, self.layout.heads, strict=True):
            self.file.add(
                number,
                b"<</Type /StructElem/S /TH/K [%d]/Pg %d 0 R/P %d 0 R/A <</O /Table/Scope /Column>>>>"
                % (mark, self.layout.page, self.head_row),
            )
        element = b"<</Type /StructElem/S /%b/K [%b]/P %d 0 R>>"
        self.file.add(self.head_row, element % (b"TR", _listed(heads), self.head))
        self.file.add(self.head, element % (b"THead", _listed([self.head_row]), self.table))
        self.file.add(self.body, element % (b"TBody", _listed(self.bodies), self.table))
        self.file.add(self.table, element % (b"Table", _listed([self.head, self.body]), self.document))
        self.file.add(
            self.document, element % (b"Document", _listed([*self.layout.document, self.table]), self.structure)
        )
        self.file.add(self.parents, b"<</Nums [%b]>>" % b" ".join(self.parents_of_pages))
        self.file.add(
            self.structure,
            b"<</Type /StructTreeRoot/ParentTree %d 0 R/ParentTreeNextKey %d/K [%d 0 R]>>"
            % (self.parents, len(self.parents_of_pages), self.document),
        )
        self.file.add(self.layout.root, b"<</Type /Pages/Kids [%b]/Count %d>>" % (_listed(self.pages), len(self.pages)))
        catalog = self.layout.objects[self.layout.catalog]
        self.file.add(
            self.layout.catalog,
            re.sub(rb"/StructTreeRoot \d+ 0 R", b"/StructTreeRoot %d 0 R" % self.structure, catalog),
        )


def _listed(numbers: Iterable[int]) -> bytes:
    return b" ".join([b"%d 0 R" % number for number in numbers])


def _found(pattern: bytes, content: bytes) -> bytes:
    found = re.search(pattern, content)
    if found is None:
        raise CannotStamp(f"no {pattern!r}")
    return found.group(1)
