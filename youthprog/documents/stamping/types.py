"""What is put into the places of a page, and why something cannot be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Box = tuple[int, int, int, int]
"""Left, top, width and height of a rectangle, in the units of its picture."""


class CannotStamp(Exception):
    """This page or value cannot be stamped exactly; print it in the plain way. The message is for the log."""


class SpecimenRead(Exception):
    """All that is wanted of a specimen was read; there is no need to write its file."""


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text; `size` in points where the size depends on the text."""

    text: str
    size: float | None = None


@dataclass(frozen=True, slots=True)
class Squares:
    """A picture of filled rectangles in one color, such as a QR code: `across` units wide and high."""

    boxes: tuple[Box, ...]
    across: int


Value = Text | Squares
Record = Mapping[str, Value]
"""What goes into each place, by its name."""


@dataclass(frozen=True, slots=True)
class SourceFace:
    """A face weasyprint used: the whole file, and what of it was embedded."""

    content: bytes = field(repr=False)
    index: int
    widths: Mapping[int, int]
    spelled: Mapping[int, str]


@dataclass(slots=True)
class Reading:
    """What weasyprint made of one specimen. Operators `exact` as computed and `written` as they go into the file."""

    exact: list[list[bytes]] = field(default_factory=list)
    written: list[list[bytes]] = field(default_factory=list)
    faces: dict[str, SourceFace] = field(default_factory=dict)
    objects: dict[int, bytes] = field(default_factory=dict)
    streams: dict[int, tuple[bytes, bytes, bool]] = field(default_factory=dict)
    """Number of a stream to its dictionary (without Length), its content, and whether that is still to be deflated."""
    pages: list[int] = field(default_factory=list)
    contents: list[int] = field(default_factory=list)
    rooms: dict[str, float] = field(default_factory=dict)
    """Texts alone on a line, and the width in CSS pixels of the block around."""
    catalog: int = 0
    information: bytes = b""


class Reader:
    """Looks at a document at both ends of its finishing: `before(document, pdf)`, then `after(document, pdf)`."""

    def before(self, document: Any, pdf: Any) -> None:
        raise NotImplementedError

    def after(self, document: Any, pdf: Any) -> None:
        raise NotImplementedError


PrintPlainly = Callable[[Record, Reader], bytes]
"""Prints a record the plain way, and lets the reader look (see `reading`)."""
