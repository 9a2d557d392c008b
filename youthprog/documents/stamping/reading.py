"""What weasyprint made of a specimen: operators, objects, and the faces in full.

weasyprint shows a finished document, before it is written, to a `finisher`; its objects are still Python values then. The caller's
own finisher may shorten numbers and drop tables, so the page is looked at before and after it.
"""

from collections.abc import Iterator
from typing import Any

from youthprog.documents.stamping.types import CannotStamp, Reader, Reading, SourceFace, SpecimenRead

PATH_ENDINGS = (b" m", b" l", b" c", b" v", b" y", b" re")


class SpecimenReader(Reader):
    """Collects a `Reading`."""

    def __init__(self) -> None:
        self.reading = Reading()

    def before(self, document: Any, pdf: Any) -> None:
        """Take the operators as weasyprint computed them, and how wide the boxes are that hold text."""
        self.reading.rooms = dict(_rooms([page._page_box for page in document.pages]))
        self.reading.pages = list(pdf.pages["Kids"][::3])
        self.reading.contents = [_number(pdf.objects[page]["Contents"]) for page in self.reading.pages]
        self.reading.exact = [_operators(pdf.objects[number]) for number in self.reading.contents]

    def after(self, document: Any, pdf: Any) -> None:
        """Take everything as it goes into the file, and the faces as they were opened. The file itself is not wanted: raises `SpecimenRead`."""
        reading = self.reading
        reading.written = [_operators(pdf.objects[number]) for number in reading.contents]
        if any(len(a) != len(b) for a, b in zip(reading.exact, reading.written, strict=True)):
            raise CannotStamp("the finisher changed the order of drawing")
        for each in pdf.objects:
            if each.free != "n" or each.number in reading.contents:
                continue
            if hasattr(each, "stream"):
                reading.streams[each.number] = _stream(each)
            else:
                reading.objects[each.number] = each.data
        reading.catalog = pdf.catalog.number
        reading.information = pdf.info.data
        reading.faces = _faces(document)
        raise SpecimenRead


def _rooms(boxes: Any, width: float = 0.0) -> Iterator[tuple[str, float]]:
    """Each text that is alone on its line, and the width (CSS pixels) of the block it stands in."""
    for box in boxes:
        kind = type(box).__name__
        if kind == "AbsolutePlaceholder":
            box = box._box
            kind = type(box).__name__
        if kind == "LineBox":
            texts = list(_texts(box))
            if len(texts) == 1:
                yield texts[0], width
        elif hasattr(box, "children"):
            is_block = kind.endswith(("BlockBox", "CellBox", "CaptionBox")) or "Flex" in kind
            yield from _rooms(box.children, box.width if is_block and isinstance(box.width, float | int) else width)


def _texts(box: Any) -> Iterator[str]:
    if type(box).__name__ == "TextBox":
        yield box.text
    for child in getattr(box, "children", ()):
        yield from _texts(child)


def _number(reference: Any) -> int:
    return int(_bytes(reference).split()[0])


def _bytes(part: Any) -> bytes:
    if isinstance(part, bytes):
        return part
    return part.data if hasattr(part, "data") else str(part).encode("latin-1")


def _stream(stream: Any) -> tuple[bytes, bytes, bool]:
    dictionary = b"".join(
        b"/" + key.encode() + b" " + _bytes(value) for key, value in stream.extra.items() if key != "Length"
    )
    content = b"\n".join(map(_bytes, stream.stream))
    return dictionary, content, bool(stream.compress)


def _operators(stream: Any) -> list[bytes]:
    """One operator with its operands each; a path, however many steps it has, is one."""
    found: list[bytes] = []
    path: list[bytes] = []
    waiting = b""
    for part in map(_bytes, stream.stream):
        part = waiting + part
        waiting = b""
        if part == b"h" or part.endswith(PATH_ENDINGS):
            path.append(part)
            continue
        if path:
            found.append(b"\n".join(path))
            path = []
        if part.startswith(b"/") and (b" " not in part or part.endswith(b">>")):  # the operator itself follows
            waiting = part + b" "
        else:
            found.append(part)
    return found + ([b"\n".join(path)] if path else [])


def _faces(document: Any) -> dict[str, SourceFace]:
    from weasyprint.text.fonts import get_hb_object_data

    return {
        font.hash: SourceFace(
            content=get_hb_object_data(font.hb_face),
            index=font.index,
            widths=dict(font.widths),
            spelled=dict(font.to_unicode),
        )
        for font in document.fonts.values()
        if not (font.bitmap or font.png or font.svg or font.colr or font.missing or font.variations)
    }
