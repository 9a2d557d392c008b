"""A file without what nobody reads: nothing a reader sees, hears or copies is lost.

Records are mailed to families and kept for decades, so each kilobyte counts. Left out: one structure element a
line of text (the paragraph itself holds its lines), font tables that no PDF reader uses, decimals below a
thousandth of a point, and the long table of a color curve that is a formula. Runs in the press child, as the last step before the file is written.
"""

import re
import struct
from functools import lru_cache
from typing import Any

USED_TABLES = frozenset({b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp", b"cvt ", b"fpgm", b"prep", b"CFF "})
D65_TO_D50 = (1.04788, 0.02292, -0.05022, 0.02959, 0.99048, -0.01707, -0.00925, 0.01508, 0.75168)
PLAIN = {"Type", "S", "K", "Pg", "P"}
SAYS_NOTHING = {"/Span", "/NonStruct"}
LONG_NUMBER = re.compile(rb"(?<![\w.])-?\d+\.\d{4,}")
TRUETYPE = b"\x00\x01\x00\x00"


def slim(_document: Any, pdf: Any) -> None:
    """Make a finished file smaller (weasyprint calls this just before it writes), and say what each head of a table heads."""
    _say_scope(pdf)
    _give_lines_to_their_paragraph(pdf)
    for each in pdf.objects:
        if "Length1" in getattr(each, "extra", {}):
            _drop_tables(each)
        elif type(each).__module__.startswith("weasyprint.") and hasattr(each, "stream"):
            each.stream = [_shortened(part) for part in each.stream]
        elif getattr(each, "extra", {}).get("N") == 3 and "Type" not in each.extra:
            each.stream = [srgb_profile()]


def _say_scope(pdf: Any) -> None:
    """A head in the head of a table heads its column, any other its row; weasyprint tells readers of cells alone."""
    for element in pdf.objects:
        if isinstance(element, dict) and element.get("S") == "/TH" and "A" in element:
            row = pdf.objects[int(element["P"].split()[0])]
            group = pdf.objects[int(row["P"].split()[0])]
            element["A"]["Scope"] = "/Column" if group["S"] == "/THead" else "/Row"


def _give_lines_to_their_paragraph(pdf: Any) -> None:
    """Let a paragraph, cell or heading hold its lines of text itself; a span without anything of its own says nothing."""
    heirs: dict[bytes, bytes] = {}
    elements: list[Any] = [each for each in pdf.objects if isinstance(each, dict) and each.get("S") in SAYS_NOTHING]
    for element in reversed(elements):
        parent = pdf.objects[int(element["P"].split()[0])]
        lines = [kid for kid in element["K"] if isinstance(kid, int)]
        if (
            element.keys() <= PLAIN
            and len(lines) == len(element["K"])
            and parent.get("Pg") == element["Pg"]
            and element.reference in parent["K"]
        ):
            place = parent["K"].index(element.reference)
            parent["K"][place : place + 1] = lines
            heirs[element.reference] = parent.reference
            pdf.objects[element.number] = _Gone()
    for owners in _owners(pdf):
        owners[:] = [_heir(owner, heirs) for owner in owners]


def _owners(pdf: Any) -> list[list[bytes]]:
    """For each page, which element each of its pieces of text belongs to."""
    root = pdf.catalog.get("StructTreeRoot")
    if root is None:
        return []
    tree = pdf.objects[int(root.split()[0])]
    numbered = pdf.objects[int(tree["ParentTree"].split()[0])]["Nums"]
    return [owners for owners in numbered[1::2] if isinstance(owners, list)]


def _heir(owner: bytes, heirs: dict[bytes, bytes]) -> bytes:
    while owner in heirs:
        owner = heirs[owner]
    return owner


class _Gone:
    """What is left of an object: its number is free for ever."""

    number, data, generation, offset, free, compressible = 0, b"", 65535, 0, "f", False


def _drop_tables(font: Any) -> None:
    """Keep the tables of a TrueType face that a PDF reader uses: outlines and widths, no names and no layout."""
    content = b"".join(font.stream)
    if content[:4] != TRUETYPE:
        return
    count = struct.unpack(">H", content[4:6])[0]
    entries = [struct.unpack(">4sLLL", content[12 + 16 * n : 28 + 16 * n]) for n in range(count)]
    kept = [entry for entry in entries if entry[0] in USED_TABLES]
    power = 1 << (len(kept).bit_length() - 1)
    head = struct.pack(">4sHHHH", TRUETYPE, len(kept), power * 16, power.bit_length() - 1, (len(kept) - power) * 16)
    place, directory, body = 12 + 16 * len(kept), b"", b""
    for tag, checksum, start, length in kept:
        directory += struct.pack(">4sLLL", tag, checksum, place + len(body), length)
        body += content[start : start + length] + b"\0" * (-length % 4)
    font.stream = [head + directory + body]
    font.extra["Length1"] = len(font.stream[0])


def _shortened(part: Any) -> Any:
    """A step of drawing with numbers to three decimals, and glyphs that touch in one string."""
    if isinstance(part, str):
        part = part.encode("ascii")
    if not isinstance(part, bytes):
        return part
    if part.endswith(b"TJ"):
        return part.replace(b">0<", b"")
    return part if b"(" in part or b"<" in part else LONG_NUMBER.sub(_rounded, part)


def _rounded(number: re.Match[bytes]) -> bytes:
    return f"{float(number.group()):.3f}".rstrip("0").rstrip(".").encode()


@lru_cache(maxsize=1)
def srgb_profile() -> bytes:
    """The sRGB color space (IEC 61966-2-1) as an ICC profile of version 4: its curve as a formula, not as a table."""
    tags = {
        b"desc": _localized("sRGB"),
        b"cprt": _localized("CC0"),
        b"wtpt": _points(0.9642, 1.0, 0.82491),
        b"rXYZ": _points(0.43607, 0.22249, 0.01392),
        b"gXYZ": _points(0.38515, 0.71687, 0.09708),
        b"bXYZ": _points(0.14307, 0.06061, 0.7141),
        b"chad": b"sf32\0\0\0\0" + _fixed(*D65_TO_D50),
        b"rTRC": b"para\0\0\0\0\0\3\0\0" + _fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045),
    }
    tags |= {b"gTRC": tags[b"rTRC"], b"bTRC": tags[b"rTRC"]}
    places: dict[bytes, int] = {}
    body, start = b"", 128 + 4 + 12 * len(tags)
    for content in tags.values():
        if content not in places:
            places[content] = start + len(body)
            body += content + b"\0" * (-len(content) % 4)
    directory = struct.pack(">L", len(tags))
    directory += b"".join(struct.pack(">4sLL", tag, places[each], len(each)) for tag, each in tags.items())
    head = struct.pack(">L4sL4s4s4s", start + len(body), b"\0" * 4, 0x04200000, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp") + b"\0" * 28 + _fixed(0.9642, 1.0, 0.82491)
    return head.ljust(128, b"\0") + directory + body


def _localized(text: str) -> bytes:
    return struct.pack(">4sLLL4sLL", b"mluc", 0, 1, 12, b"enUS", 2 * len(text), 28) + text.encode("utf-16-be")


def _points(*values: float) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(*values)


def _fixed(*values: float) -> bytes:
    return b"".join(struct.pack(">l", round(value * 65536)) for value in values)
