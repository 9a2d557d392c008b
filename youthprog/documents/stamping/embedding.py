"""Faces as they are embedded: just the glyphs that are shown, under their own numbers.

weasyprint has a subset made for each file. Here a TrueType face is prepared once (without hinting); a subset is then a matter of
cutting its outlines, a tenth of a millisecond. Glyph numbers stay, so the same operators show the same glyphs.
"""

import re
import struct
import zlib
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import uharfbuzz

from youthprog.documents.stamping.shaping import Face
from youthprog.documents.stamping.types import CannotStamp, Reading, SourceFace

TRUETYPE = b"\x00\x01\x00\x00"
WORDS, SCALE, MORE, TWO_SCALES, MATRIX = 0x1, 0x8, 0x20, 0x40, 0x80
"""Flags of a part of a composite glyph (OpenType, table glyf)."""


class Outlines:
    """A TrueType face ready to be cut."""

    def __init__(self, content: bytes, index: int = 0):
        face = uharfbuzz.Face(content, index)
        if "glyf" not in face.table_tags or "fvar" in face.table_tags:
            raise CannotStamp("a face without plain TrueType outlines")
        wanted = uharfbuzz.SubsetInput()
        wanted.glyph_set.update(range(face.glyph_count))
        wanted.flags = uharfbuzz.SubsetFlags.RETAIN_GIDS | uharfbuzz.SubsetFlags.NO_HINTING
        plain = uharfbuzz.subset(face, wanted)
        self._tables = {
            tag: bytes(plain.reference_table(tag).data) for tag in ("head", "hhea", "maxp", "hmtx", "glyf", "loca")
        }
        self._places = self._offsets()

    def _offsets(self) -> list[int]:
        loca = self._tables["loca"]
        if struct.unpack(">h", self._tables["head"][50:52])[0]:
            return list(struct.unpack(f">{len(loca) // 4}L", loca))
        return [2 * place for place in struct.unpack(f">{len(loca) // 2}H", loca)]

    def cut(self, glyphs: Iterable[int]) -> bytes:
        """A face with these glyphs, their parts and glyph 0 alone. All other numbers are empty."""
        kept = self._with_parts({0, *glyphs})
        count = max(kept) + 1
        outlines = bytearray()
        starts = array("I", bytes(4 * (count + 1)))
        before = 0
        for glyph in sorted(kept):
            _fill(starts, before, glyph + 1, len(outlines))
            outline = self._outline(glyph)
            outlines += outline + b"\0" * (-len(outline) % 4)
            before = glyph + 1
        starts[count] = len(outlines)
        starts.byteswap()
        head, hhea, maxp = (bytearray(self._tables[tag]) for tag in ("head", "hhea", "maxp"))
        struct.pack_into(">L", head, 8, 0)
        struct.pack_into(">h", head, 50, 1)
        struct.pack_into(">H", maxp, 4, count)
        metrics = self._metrics(kept, count)
        struct.pack_into(">H", hhea, 34, count)
        tables = {
            b"glyf": bytes(outlines),
            b"head": bytes(head),
            b"hhea": bytes(hhea),
            b"hmtx": metrics,
            b"loca": starts.tobytes(),
            b"maxp": bytes(maxp),
        }
        return _face_file(tables)

    def _outline(self, glyph: int) -> bytes:
        return self._tables["glyf"][self._places[glyph] : self._places[glyph + 1]]

    def _with_parts(self, glyphs: set[int]) -> set[int]:
        found, todo = set(), list(glyphs)
        while todo:
            glyph = todo.pop()
            if glyph not in found:
                found.add(glyph)
                todo += _parts(self._outline(glyph))
        return found

    def _metrics(self, kept: set[int], count: int) -> bytes:
        table, full = self._tables["hmtx"], struct.unpack(">H", self._tables["hhea"][34:36])[0]
        metrics = bytearray(4 * count)
        for glyph in kept:
            if glyph < full:
                metrics[4 * glyph : 4 * glyph + 4] = table[4 * glyph : 4 * glyph + 4]
            else:
                bearing = 4 * full + 2 * (glyph - full)
                metrics[4 * glyph : 4 * glyph + 4] = table[4 * full - 4 : 4 * full - 2] + table[bearing : bearing + 2]
        return bytes(metrics)


def _fill(starts: "array[int]", first: int, last: int, value: int) -> None:
    starts[first:last] = array("I", [value]) * (last - first)


def _parts(outline: bytes) -> list[int]:
    """The glyphs a composite glyph is made of."""
    if len(outline) < 10 or struct.unpack(">h", outline[:2])[0] >= 0:
        return []
    parts, place, flags = [], 10, MORE
    while flags & MORE:
        flags, glyph = struct.unpack(">HH", outline[place : place + 4])
        parts.append(glyph)
        place += 4 + (4 if flags & WORDS else 2)
        place += 2 if flags & SCALE else 4 if flags & TWO_SCALES else 8 if flags & MATRIX else 0
    return parts


def _face_file(tables: Mapping[bytes, bytes]) -> bytes:
    power = 1 << (len(tables).bit_length() - 1)
    head = struct.pack(">4sHHHH", TRUETYPE, len(tables), power * 16, power.bit_length() - 1, (len(tables) - power) * 16)
    place, directory, body = 12 + 16 * len(tables), b"", b""
    for tag, content in sorted(tables.items()):
        padded = content + b"\0" * (-len(content) % 4)
        checksum = sum(struct.unpack(f">{len(padded) // 4}L", padded)) & 0xFFFFFFFF
        directory += struct.pack(">4sLLL", tag, checksum, place + len(body), len(content))
        body += padded
    return head + directory + body


@lru_cache(maxsize=16)
def outlines_of(content: bytes, index: int) -> Outlines:
    """The prepared face of a file."""
    return Outlines(content, index)


def width_array(widths: Mapping[int, int]) -> bytes:
    """The widths of a CID font (ISO 32000-1, 9.7.4.3)."""
    parts: list[str] = []
    for glyph in sorted(widths):
        if glyph - 1 not in widths:
            parts.append(f"{']' if parts else ''}{' ' if parts else ''}{glyph} [{widths[glyph]}")
        else:
            parts.append(f" {widths[glyph]}")
    return ("[" + "".join(parts) + "]]").encode() if parts else b"[]"


MAP_HEAD = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo
<< /Registry (Adobe)
/Ordering (UCS)
/Supplement 0
>> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <ffff>
endcodespacerange
"""
MAP_TAIL = b"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"


def character_map(spelled: Mapping[int, str]) -> bytes:
    """What each glyph says (ISO 32000-1, 9.10.3)."""
    lines = [f"<{glyph:04x}> <{text.encode('utf-16-be').hex()}>" for glyph, text in spelled.items()]
    body = "".join(
        f"{len(lines[n : n + 100])} beginbfchar\n" + "\n".join(lines[n : n + 100]) + "\nendbfchar\n"
        for n in range(0, len(lines), 100)
    )
    return MAP_HEAD + body.encode() + MAP_TAIL


def with_widths(font: bytes, widths: Mapping[int, int]) -> bytes:
    """The dictionary of a CID font with other widths."""
    return re.sub(rb"/W \[.*?\]\]|/W \[\]", b"/W " + width_array(widths), font, flags=re.DOTALL)


def with_box(descriptor: bytes, widths: Mapping[int, int]) -> bytes:
    """The descriptor of a face with the box its widest glyph asks for."""
    widest = str(max(widths.values(), default=0)).encode()
    return re.sub(rb"(/FontBBox \[\S+ \S+ )\S+", rb"\g<1>" + widest, descriptor)


def compressed(content: bytes) -> bytes:
    """A stream's content, deflated quickly."""
    return zlib.compress(content, 6)


# Faces of a layout -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EmbeddedFace:
    """A face that a place is set in: the file, and the numbers of the objects that embed it."""

    face: Face
    source: SourceFace
    widths: dict[int, int]
    spelled: dict[int, str]
    """Of what stays the same on the page."""
    font: int
    descendant: int
    descriptor: int
    file: int
    map: int


def embedded(reading: Reading, face: Face, name: str, used: set[int]) -> EmbeddedFace:
    """A face of the reading, with the widths and texts of the glyphs that stay on the page."""
    source = reading.faces[name]
    font = _number_of_font(reading, name)
    descendant = _reference(reading.objects[font], b"DescendantFonts")
    descriptor = _reference(reading.objects[descendant], b"FontDescriptor")
    return EmbeddedFace(
        face=face,
        source=source,
        widths={glyph: width for glyph, width in source.widths.items() if glyph in used},
        spelled={glyph: text for glyph, text in source.spelled.items() if glyph in used},
        font=font,
        descendant=descendant,
        descriptor=descriptor,
        file=_reference(reading.objects[descriptor], b"FontFile2"),
        map=_reference(reading.objects[font], b"ToUnicode"),
    )


def deflated(stream: tuple[bytes, bytes, bool]) -> tuple[bytes, bytes]:
    dictionary, content, is_open = stream
    return (dictionary + b"/Filter /FlateDecode", zlib.compress(content, 9)) if is_open else (dictionary, content)


def _reference(content: bytes, key: bytes) -> int:
    found = re.search(rb"/" + key + rb" \[?(\d+) 0 R", content)
    if found is None:
        raise CannotStamp(f"no {key.decode()}")
    return int(found.group(1))


def _number_of_font(reading: Reading, name: str) -> int:
    for content in reading.objects.values():
        found = re.search(rb"/" + name.encode() + rb" (\d+) 0 R", content)
        if found and b"/Type" not in content:
            return int(found.group(1))
    raise CannotStamp(f"no font {name}")
