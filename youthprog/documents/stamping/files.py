"""A PDF file written object by object, with object streams and a cross-reference stream (ISO 32000-1, 7.5.7 and 7.5.8)."""

import hashlib
import zlib
from collections.abc import Iterable
from itertools import accumulate

HEAD = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"
PACKED = 1000
"""So many objects go into one object stream."""
FREE = b"\0\0\0\0\0\0\0"
FIRST_FREE = b"\0\0\0\0\0\xff\xff"


class FileWriter:
    """Collects objects; `finish` returns the file. Numbers are the caller's, from 1 on."""

    def __init__(self) -> None:
        self.chunks: list[bytes] = [HEAD]
        self.place = len(HEAD)
        self.entries: dict[int, bytes] = {}
        self._open: list[tuple[int, bytes]] = []
        self.next_number = 1

    def copy(self) -> "FileWriter":
        """A file that begins like this one."""
        twin = FileWriter()
        twin.chunks = list(self.chunks)
        twin.place, twin.entries = self.place, dict(self.entries)
        twin._open, twin.next_number = list(self._open), self.next_number
        return twin

    def take(self, count: int = 1) -> int:
        """Reserve numbers; returns the first."""
        first = self.next_number
        self.next_number += count
        return first

    def stream(self, number: int, dictionary: bytes, content: bytes) -> None:
        """Write a stream. Its end is beyond doubt: a content that ends with CR gets CR LF after it."""
        end = b"\r\nendstream" if content.endswith(b"\r") else b"\nendstream"
        self._put(number, b"<<%b/Length %d>>\nstream\n%b%b" % (dictionary, len(content), content, end))

    def add(self, number: int, content: bytes) -> None:
        """Add an object that is no stream; it goes into an object stream."""
        self._open.append((number, content))
        if len(self._open) >= PACKED:
            self.pack()

    def add_all(self, first: int, contents: Iterable[bytes]) -> None:
        """Add objects whose numbers follow each other."""
        self._open += enumerate(contents, first)
        if len(self._open) >= PACKED:
            self.pack()

    def pack(self) -> None:
        """Write what waits for an object stream."""
        if not self._open:
            return
        number = self.take()
        numbers, contents = zip(*self._open, strict=True)
        starts = accumulate([len(content) + 1 for content in contents], initial=0)
        directory = " ".join([f"{each} {start}" for each, start in zip(numbers, starts, strict=False)]).encode() + b"\n"
        within = b"\2" + number.to_bytes(4, "big")
        for index, each in enumerate(numbers):
            self.entries[each] = within + index.to_bytes(2, "big")
        body = directory + b"\n".join(contents)
        head = b"/Type /ObjStm/N %d/First %d/Filter /FlateDecode" % (len(self._open), len(directory))
        self._open.clear()
        self.stream(number, head, zlib.compress(body, 6))

    def finish(self, *, root: int, information: bytes, identifier: bytes) -> bytes:
        """Write the cross-references and return the file."""
        info = self.take()
        self.add(info, information)
        self.pack()
        number, start = self.take(), self.place
        self.entries[number] = b"\1" + start.to_bytes(4, "big") + b"\0\0"
        rows = b"".join([FIRST_FREE, *(self.entries.get(each, FREE) for each in range(1, self.next_number))])
        content = zlib.compress(_upward(rows, 7), 6)
        digest = hashlib.md5(identifier, usedforsecurity=False).hexdigest().encode()
        self.stream(
            number,
            b"/Type /XRef/W [1 4 2]/Size %d/Root %d 0 R/Info %d 0 R/ID [<%b> <%b>]/Filter /FlateDecode"
            b"/DecodeParms <</Predictor 12/Columns 7>>" % (self.next_number, root, info, digest, digest),
            content,
        )
        self.chunks.append(b"startxref\n%d\n%%%%EOF\n" % start)
        return b"".join(self.chunks)

    def _put(self, number: int, content: bytes) -> None:
        written = b"%d 0 obj\n%b\nendobj\n" % (number, content)
        self.entries[number] = b"\1" + self.place.to_bytes(4, "big") + b"\0\0"
        self.chunks.append(written)
        self.place += len(written)


def _upward(rows: bytes, width: int) -> bytes:
    """Each row as its difference from the row above (PNG predictor "up"): rows of a table deflate to a third."""
    count = len(rows) // width
    columns: Iterable[bytes] = [_differences(rows[column::width]) for column in range(width)]
    result = bytearray((width + 1) * count)
    result[0 :: width + 1] = b"\2" * count
    for column, differences in enumerate(columns, 1):
        result[column :: width + 1] = differences
    return bytes(result)


def _differences(column: bytes) -> bytes:
    return bytes([(after - before) & 255 for before, after in zip(b"\0" + column[:-1], column, strict=True)])
