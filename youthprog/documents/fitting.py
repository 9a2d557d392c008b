"""Fit a name on a line by measuring it in the real face; never cut, never hyphenated."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, groupby, pairwise
from pathlib import Path

import uharfbuzz

from youthprog.documents.faces import face
from youthprog.documents.fonts import OUR_FONTS

POINTS_PER_MM = 72 / 25.4
PARTICLES = frozenset(
    {
        *("de", "del", "la", "las", "los", "y", "e", "da", "das", "do", "dos", "di", "du", "le"),
        *("van", "von", "der", "den", "ten", "ter", "bin", "bint", "ibn", "al", "el", "mac", "mc", "san", "st", "st."),
    }
)
DISPLAY_FACES = tuple(
    OUR_FONTS / name
    for name in ("SourceSerif4Display-Regular.ttf", "SourceSerif4-Regular.ttf", "PublicSans-Regular.ttf")
)


@dataclass(frozen=True, slots=True)
class Fit:
    """How a name stands: its size in points and its lines."""

    size: float
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FitRule:
    """Start at `largest` on one line of `width` mm, shrink to `smallest`; else even lines, at most `several`."""

    width: float
    largest: float
    smallest: float
    several: float
    three_below: float


PARTICIPATION = FitRule(width=196, largest=58, smallest=36, several=42, three_below=28)
BESIDE_OWN_SCRIPT = FitRule(width=196, largest=44, smallest=30, several=29, three_below=20)
"""Of a name that has its own script above it."""
OWN_SCRIPT = FitRule(width=196, largest=23, smallest=0, several=0, three_below=0)
"""That script: on one line, however small."""
COMPLETION = FitRule(width=150, largest=44, smallest=29, several=34, three_below=26)
COMPLETION_OWN_SCRIPT = FitRule(width=150, largest=40, smallest=29, several=30, three_below=20)
CARD = FitRule(width=50, largest=17, smallest=13, several=13, three_below=11)
CARD_FACES = tuple(OUR_FONTS / name for name in ("PublicSans-Bold.ttf", "SourceSerif4-Bold.ttf"))


def fit(name: str, rule: FitRule, *, faces: tuple[Path, ...] = DISPLAY_FACES) -> Fit:
    """The largest size and the most even lines for a name. A single endless word shrinks until it fits."""
    name = unicodedata.normalize("NFC", " ".join(name.split()))
    size = _size_for((name,), rule, faces, most=rule.largest)
    words = words_of(name)
    if size >= rule.smallest or len(words) < 2:
        return Fit(size, (name,))
    two = _most_even(words, 2, faces)
    size = _size_for(two, rule, faces, most=rule.several)
    if size >= rule.three_below or len(words) < 3:
        return Fit(size, two)
    three = _most_even(words, 3, faces)
    return Fit(_size_for(three, rule, faces, most=rule.three_below), three)


def words_of(name: str) -> list[str]:
    """A name's unbreakable parts: a particle (de, la, van, bin, y) stays with the word after it."""
    words: list[str] = []
    held: list[str] = []
    for word in name.split():
        held.append(word)
        if word.casefold() not in PARTICLES:
            words.append(" ".join(held))
            held = []
    if held:
        words.append(" ".join(held))
    return words


def width_of(text: str, size: float, *, faces: tuple[Path, ...] = DISPLAY_FACES) -> float:
    """The width of a text in mm, shaped with kerning and ligatures in the first face that has its letters.

    Where no single face has them all, each stretch is measured in the first face that has its letters.
    """
    chosen = next((path for path in faces if _has(path, text)), None)
    if chosen is None:
        parts = groupby(text, key=lambda letter: next((path for path in faces if _has(path, letter)), faces[0]))
        return sum(_shaped("".join(letters), size, path) for path, letters in parts)
    return _shaped(text, size, chosen)


def _shaped(text: str, size: float, chosen: Path) -> float:
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    opened = face(chosen)
    uharfbuzz.shape(uharfbuzz.Font(opened), buffer)
    advance = sum(position.x_advance for position in buffer.glyph_positions)
    return float(advance / opened.upem * size / POINTS_PER_MM)


def _has(path: Path, text: str) -> bool:
    return _letters_of(path).issuperset(ord(c) for c in text if not c.isspace())


@lru_cache(maxsize=32)
def _letters_of(path: Path) -> frozenset[int]:
    return frozenset(face(path).unicodes)


def _size_for(lines: tuple[str, ...], rule: FitRule, faces: tuple[Path, ...], *, most: float) -> float:
    widest = max(width_of(line, 100, faces=faces) for line in lines)
    return min(most, int(rule.width / widest * 1000) / 10) if widest else most


def _most_even(words: list[str], count: int, faces: tuple[Path, ...]) -> tuple[str, ...]:
    """The division into `count` lines whose widest line is narrowest."""

    def lines(breaks: tuple[int, ...]) -> tuple[str, ...]:
        edges = (0, *breaks, len(words))
        return tuple(" ".join(words[a:b]) for a, b in pairwise(edges))

    divisions = [lines(breaks) for breaks in combinations(range(1, len(words)), count - 1)]
    return min(divisions, key=lambda division: max(width_of(line, 100, faces=faces) for line in division))
