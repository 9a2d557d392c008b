"""A PDF file written object by object, with object streams and a cross-reference stream (ISO 32000-1, 7.5.7 and 7.5.8)."""

import hashlib
import zlib
from collections.abc import Iterable
from itertools import accumulate, repeat

HEAD = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"
PACKED = 1000
"""So many objects go into one object stream."""
FREE = b"\0\0\0\0\0\0\0"
FIRST_FREE = b"\0\0\0\0\0\xff\xff"


class FileWriter:
    """Collects objects; `finish` returns the file. Numbers are the caller's, from 1 on. `level`: how hard objects are deflated."""

    def __init__(self, level: int = 6) -> None:
        self.level = level
        self.chunks: list[bytes] = [HEAD]
        self.place = len(HEAD)
        self.entries: dict[int, bytes] = {}
        self._open: list[tuple[int, bytes]] = []
        self.next_number = 1

    def copy(self) -> "FileWriter":
        """A file that begins like this one."""
        twin = FileWriter(self.level)
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
        self.stream(number, head, zlib.compress(body, self.level))

    def finish(self, *, root: int, information: bytes, identifier: bytes) -> bytes:
        """Write the cross-references and return the file."""
        info = self.take()
        self.add(info, information)
        self.pack()
        number, start = self.take(), self.place
        self.entries[number] = b"\1" + start.to_bytes(4, "big") + b"\0\0"
        rows = FIRST_FREE + b"".join(map(self.entries.get, range(1, self.next_number), repeat(FREE)))
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
    above = bytes(width) + rows[:-width]
    result = bytearray(len(rows) // width * (width + 1))
    result[0 :: width + 1] = b"\2" * (len(rows) // width)
    differences = _byte_by_byte(rows, above)
    for column in range(width):
        result[column + 1 :: width + 1] = differences[column::width]
    return bytes(result)


def _byte_by_byte(content: bytes, less: bytes) -> bytes:
    """Each byte less the one at its place in the other, modulo 256; all at once, as one long number whose bytes cannot borrow."""
    size = len(content)
    high, low = (int.from_bytes(each * size) for each in (b"\x80", b"\x7f"))
    a, b = int.from_bytes(content), int.from_bytes(less)
    return (((a | high) - (b & low)) ^ (~(a ^ b) & high)).to_bytes(size)
