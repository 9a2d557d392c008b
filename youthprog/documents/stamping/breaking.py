"""Where a line of Latin, Greek or Cyrillic may break, and which lines a cell gets (Unicode UAX #14, as Pango does it).

Only characters whose rules are written here are accepted; a text with any other is left to Pango.
"""

from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate

from youthprog.documents.stamping.shaping import Shaped
from youthprog.documents.stamping.types import CannotStamp

OPENING, CLOSING, QUOTES = frozenset("(["), frozenset(")]"), frozenset("\"'\u2018\u2019\u201c\u201d")
ENDING, AFTER = frozenset(".,:;!?"), frozenset("-\u2010\u2013")
GLUE, SLASH = frozenset("\u00a0\u2011"), "/"
ALPHABETIC = frozenset("#&*@_=<>^`~|·•")


def _class(letter: str) -> str:
    if letter == " ":
        return "SP"
    if letter.isdigit() and letter.isascii():
        return "NU"
    if letter.isalpha() or letter in ALPHABETIC or 0x300 <= ord(letter) <= 0x36F:
        return "AL"
    for name, letters in (
        ("OP", OPENING),
        ("CL", CLOSING),
        ("QU", QUOTES),
        ("IS", ENDING),
        ("HY", AFTER),
        ("GL", GLUE),
    ):
        if letter in letters:
            return name
    if letter == SLASH:
        return "SY"
    raise CannotStamp("a letter whose line breaking is left to Pango")


def breaks_in(text: str) -> list[int]:
    """After how many characters the text may break. Raises `CannotStamp` for characters whose rules are not known here."""
    classes = [_class(letter) for letter in text]
    found = []
    for place in range(1, len(text)):
        before, after = classes[place - 1], classes[place]
        if after == "SP":
            continue
        if before == "SP":
            last = next((each for each in reversed(classes[: place - 1]) if each != "SP"), "")
            if after not in ("CL", "IS", "SY") and last != "OP" and (last, after) != ("QU", "OP"):
                found.append(place)
        elif before in ("HY", "SY") and after in ("AL", "OP") and place > 1 and classes[place - 2] != "SP":
            found.append(place)
    return found


def lines_of(text: str, room: int, shape: Callable[[str], Shaped]) -> list[str]:
    """The lines of a text in a cell `room` Pango units wide, each as full as can be.

    Pango measures a line within its paragraph, and then again as it is cut: with the blank it ends in, if it does. Cut inside a word its
    last letter may be wider; it must fit both times. weasyprint begins a new paragraph with what is left. Raises `CannotStamp` for a word
    wider than the cell.
    """
    lines: list[str] = []
    rest = text
    while True:
        shaped = shape(rest)
        if sum(glyph[1] for glyph in shaped.glyphs) <= room:
            return [*lines, rest]
        cut = _cut(rest, room, shaped, shape)
        lines.append(rest[:cut].rstrip(" "))
        rest = rest[cut:]


def _cut(text: str, room: int, shaped: Shaped, shape: Callable[[str], Shaped]) -> int:
    ends = list(accumulate(len(glyph[4]) for glyph in shaped.glyphs))
    fits = bisect_right(list(accumulate(glyph[1] for glyph in shaped.glyphs)), room)
    letters = ends[fits - 1] if fits else 0
    after = letters + len(text[letters:]) - len(text[letters:].lstrip(" "))
    within = set(ends)
    fitting = []
    for place in breaks_in(text[: after + 1]):
        if len(text[:place].rstrip(" ")) not in within:
            raise CannotStamp("a line that would end inside a letter")
        fitting.append(place)
    for place in reversed(fitting):
        if text[place - 1] == " " or sum(glyph[1] for glyph in shape(text[:place]).glyphs) <= room:
            return place
    raise CannotStamp("a word that is wider than its cell")
