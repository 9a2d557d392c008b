"""Text as Pango would set it, and as weasyprint would write it.

Pango shapes with HarfBuzz at a scale of 1024 units a CSS pixel and writes nothing of its own but letter spacing, half
of it on each side of a letter. weasyprint then writes glyph numbers, and after each glyph whose advance is not its
embedded width the difference, cut to an integer. A mark set higher or lower is written with a text rise of its own.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import uharfbuzz

from youthprog.documents.stamping.types import CannotStamp

UNITS = 1024
"""Pango units in a CSS pixel."""
PIXELS = 4 / 3
"""CSS pixels in a point."""
UNSURE = 0.1
"""Thousandths of an em by which a width read at a size of six pixels or more may be off."""
NO_LIGATURES = {"liga": False, "clig": False, "dlig": False}
SCRIPTS = (
    ("Latn", "en", ((0x41, 0x5A), (0x61, 0x7A), (0xAA, 0xAA), (0xBA, 0xBA), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x2B8), (0x1E00, 0x1EFF))),
    ("Grek", "el", ((0x370, 0x373), (0x376, 0x377), (0x37B, 0x37D), (0x386, 0x386), (0x388, 0x3E1), (0x1F00, 0x1FFE))),
    ("Cyrl", "ru", ((0x400, 0x482), (0x48A, 0x52F))),
)  # fmt: skip
COMMON: tuple[tuple[int, int], ...] = (
    (0x20, 0x40),
    (0x5B, 0x60),
    (0x7B, 0x7E),
    (0xA0, 0xA9),
    (0xAB, 0xAC),
    (0xAE, 0xB9),
    (0xBB, 0xBF),
    (0xD7, 0xD7),
)
COMMON += ((0xF7, 0xF7), (0x2010, 0x2015), (0x2018, 0x201F), (0x2022, 0x2022), (0x2026, 0x2026), (0x20AC, 0x20AC))
INHERITED = ((0x300, 0x341), (0x343, 0x344), (0x346, 0x36F))


@dataclass(frozen=True, slots=True)
class Style:
    """How a place sets its text, beside face and size: what was read from the specimens."""

    features: tuple[tuple[str, bool], ...] = ()
    spacing: int = 0
    """Letter spacing in Pango units."""


@dataclass(frozen=True, slots=True)
class Shaped:
    """A line of glyphs. Advances and offsets in Pango units, `clusters` the text each glyph stands for."""

    glyphs: tuple[tuple[int, int, int, int, str], ...]
    """Number, advance, offset to the right, offset upward, text."""
    width: float
    """Of the line's box in CSS pixels."""


@lru_cache(maxsize=4096)
def _script_of(letter: str) -> str | None:
    """The script of a letter that can be set here: "" for what every script shares, None for what is not for us."""
    code = ord(letter)
    for script, _language, ranges in SCRIPTS:
        if any(first <= code <= last for first, last in ranges):
            return script
    return "" if any(first <= code <= last for first, last in COMMON + INHERITED) else None


def script_of(text: str) -> str:
    """The script of a text that has one, "" where every script shares its letters."""
    return next((found for found in map(_script_of, text) if found), "")


def why_not(text: str, letters: frozenset[int]) -> str:
    """Why a text cannot be set exactly in a face that has these letters; nothing when it can.

    Pango cuts a line at each change of script, direction and face, and takes another face for a letter that the first
    does not have: all of that is left to Pango.
    """
    if not text or text != " ".join(text.split(" ")).strip(" ") or "  " in text:
        return "blanks that are not kept"
    if text != unicodedata.normalize("NFC", text):
        return "not composed (NFC)"
    scripts = {_script_of(letter) for letter in text}
    if None in scripts:
        return "a script that is left to Pango"
    if len(scripts - {""}) > 1:
        return "more than one script"
    missing = [letter for letter in text if ord(letter) not in letters]
    return f"letters of another face: {''.join(missing)}" if missing else ""


class Face:
    """An opened face at any size."""

    def __init__(self, content: bytes, index: int = 0):
        self.opened = uharfbuzz.Face(content, index)
        self.letters = frozenset(self.opened.unicodes)
        self._fonts: dict[int, uharfbuzz.Font] = {}
        self._own: dict[int, str] | None = None

    def font(self, size: int) -> uharfbuzz.Font:
        """The face scaled to a size in Pango units."""
        font = self._fonts.get(size)
        if font is None:
            if len(self._fonts) > 200:
                self._fonts.clear()
            font = self._fonts[size] = uharfbuzz.Font(self.opened)
            font.scale = (size, size)
        return font

    def shape(self, text: str, size: int, style: Style) -> Shaped:
        """Set a line of text that `why_not` lets pass, at a size in Pango units."""
        font = self.font(size)
        buffer = uharfbuzz.Buffer()
        buffer.add_str(text)
        buffer.direction = "LTR"
        script = script_of(text) or "Zyyy"
        buffer.script = script
        buffer.language = next((language for name, language, _ranges in SCRIPTS if name == script), "en")
        features = dict(style.features)
        if style.spacing:
            features |= NO_LIGATURES
        uharfbuzz.shape(font, buffer, features)
        infos, positions = buffer.glyph_infos, buffer.glyph_positions
        starts = [info.cluster for info in infos] + [len(text)]
        glyphs = [
            (info.codepoint, place.x_advance, place.x_offset, place.y_offset, text[starts[n] : starts[n + 1]])
            for n, (info, place) in enumerate(zip(infos, positions, strict=True))
        ]
        if style.spacing:
            glyphs = _spaced(glyphs, style.spacing)
        width = sum(glyph[1] for glyph in glyphs) + style.spacing
        return Shaped(tuple(glyphs), width / UNITS)

    def width(self, glyph: int, size: int) -> int:
        """What is embedded as the width of a glyph, in thousandths of an em."""
        return round(self.font(size).get_glyph_h_advance(glyph) * 1000 / size)

    def is_sure(self, glyph: int) -> bool:
        """Whether that width is the same at every size: sizes round a width that lies between two thousandths now up, now down."""
        units = self.opened.upem
        exact = self.font(units).get_glyph_h_advance(glyph) * 1000 / units
        return abs(exact % 1 - 0.5) > UNSURE

    def spelling(self, glyph: int, text: str) -> str:
        """What a glyph says when it is copied: of a letter drawn by several glyphs, each its own character."""
        if self._own is None:
            font = uharfbuzz.Font(self.opened)
            self._own = {font.get_nominal_glyph(code): chr(code) for code in sorted(self.letters, reverse=True)}
        own = self._own.get(glyph, "")
        return own if own and (not text or unicodedata.combining(own)) else text


def _spaced(glyphs: list[tuple[int, int, int, int, str]], spacing: int) -> list[tuple[int, int, int, int, str]]:
    """Letter spacing as Pango deals it out; none before the first and after the last letter."""
    if any(not glyph[4] for glyph in glyphs):
        raise CannotStamp("letter spacing in a text with letters of several glyphs")
    left = spacing // 2
    if spacing % UNITS == 0:
        left = round(left / UNITS) * UNITS
    last = len(glyphs) - 1
    return [
        (
            glyph,
            advance + (left if n else 0) + (spacing - left if n < last else 0),
            offset + (left if n else 0),
            rise,
            text,
        )
        for n, (glyph, advance, offset, rise, text) in enumerate(glyphs)
    ]


def written(shaped: Shaped, size: int, width_of: Callable[[int], int]) -> bytes:
    """The operators that show a line, as weasyprint writes them. `width_of` tells the embedded width of a glyph."""
    em, steps, string = size / UNITS, [], "<"
    for glyph, advance, right, up, _text in shaped.glyphs:
        offset = right / em
        if up:
            string = string[:-1] if string.endswith("<") else string + ">"
            if string:
                steps.append(f"[{string}] TJ")
            steps.append(f"{_short(up / 1000)} Ts")
            steps.append(f"[{f'{-offset}' if offset else ''}<{glyph:04x}>] TJ")
            steps.append("0 Ts")
            string = "<"
        else:
            string += (f">{-offset}<" if offset else "") + f"{glyph:04x}"
        kerning = int(width_of(glyph) + offset - advance * 1000 / UNITS / em)
        if kerning:
            string += f">{kerning}<"
    string = string[:-1] if string.endswith("<") else string + ">"
    if string:
        steps.append(f"[{string}] TJ")
    return "\n".join(steps).replace("<>", " ").encode()


def _short(number: float) -> str:
    return f"{number:.3f}".rstrip("0").rstrip(".")
