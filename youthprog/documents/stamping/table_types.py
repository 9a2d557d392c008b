"""What is known of a table once it was learned."""

from dataclasses import dataclass, field

from youthprog.documents.stamping.embedding import EmbeddedFace
from youthprog.documents.stamping.shaping import Style


@dataclass(frozen=True, slots=True)
class Column:
    """How a column sets its cells; all in CSS pixels from the left of the page and the top of the row."""

    face: str
    size: float
    style: Style
    paint: bytes
    """The operators that set its color."""
    anchor: float
    pull: float
    room: float
    first: float
    """The base line of the first line."""
    lead: float
    """From one base line to the next."""


@dataclass(frozen=True, slots=True)
class MarginText:
    """A line in a margin; the number of the page (NUL) and how many there are (SOH) may be in it."""

    pattern: str
    face: str
    size: float
    style: Style
    paint: bytes
    anchor: float
    pull: float
    base: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a page has beside rows: what stays the same on it, and where its rows begin and must end."""

    still: bytes = field(repr=False)
    top: float
    bottom: float
    marks: int
    """How many pieces of text are marked in what stays the same."""


@dataclass(frozen=True, slots=True, eq=False)
class TableLayout:
    """A table learned."""

    columns: tuple[Column, ...]
    margins: tuple[MarginText, ...]
    """As weasyprint draws them, after the rows of a page."""
    heights: tuple[float, ...]
    """Of rows of one line, two lines, three."""
    rows: tuple[bytes, ...] = field(repr=False)
    """What is drawn in such a row beside its text, from its top."""
    first: Sheet
    other: Sheet
    faces: dict[str, EmbeddedFace] = field(repr=False)
    objects: dict[int, bytes] = field(repr=False)
    streams: dict[int, tuple[bytes, bytes]] = field(repr=False)
    document: tuple[int, ...]
    """Structure elements before the table; they stay as they are."""
    owners: tuple[int | None, ...]
    """For each piece of text on the first page the element it belongs to; None for a head of the table, negative for nobody."""
    heads: tuple[int, ...]
    """The pieces of text that are heads of columns, by column."""
    page: int
    catalog: int
    root: int
    information: bytes
    size: int
