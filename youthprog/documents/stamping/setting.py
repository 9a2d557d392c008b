"""Many texts of one face, size and style, set word by word: thirty thousand cells share a few thousand words.

A line is its words and the blanks between them, if nothing but neighbors changes how a letter is set. That is not taken for
granted: around each new pair of word ends the composed line is compared with the line shaped whole, and so are strings of digits before
they are set digit by digit. Where a face does more than kerning, whole lines are shaped.
"""

import random
from dataclasses import dataclass
from itertools import pairwise

from youthprog.documents.stamping.breaking import CLOSING, ENDING, OPENING, QUOTES, SLASH, breaks_in, lines_of
from youthprog.documents.stamping.shaping import UNITS, Face, Style, why_not, written
from youthprog.documents.stamping.types import CannotStamp

FIGURES = frozenset("0123456789()-/.,:#+")
NO_BREAK_AFTER, NO_BREAK_BEFORE = OPENING | QUOTES, CLOSING | ENDING | QUOTES | {SLASH}
TRIALS = 60
WHOLE = 1 << 40
Line = tuple[bytes, float]
"""The operators that show a line, and its width in CSS pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A word or a blank within a line: glyph numbers and steps, and how far it goes in Pango units."""

    shown: str
    advance: int


class Setter:
    """Sets texts. What it sets is noted in `widths` and `spelled`, to be embedded."""

    def __init__(self, face: Face, size: int, style: Style, widths: dict[int, int], spelled: dict[int, str]):
        self.face, self.size, self.style = face, size, style
        self.widths, self.spelled = widths, spelled
        self._lines: dict[str, Line] = {}
        self._words: dict[tuple[str, bool], Piece | None] = {}
        self._parts: dict[str, int] = {}
        self._known_words: dict[str, Piece] = {}
        self._joints: dict[tuple[str, str], Piece] = {}
        self._blanks: dict[str, Piece | None] = {}
        self._letters: dict[tuple[str, str], Piece | None] = {}
        self._agreed: dict[tuple[str, str], bool] = {}
        self._plain = not style.spacing
        self._figures = self._plain and self._figures_are_set_alone()

    def line(self, text: str) -> Line:
        """A text on one line. Raises `CannotStamp`."""
        found = self._lines.get(text)
        if found is None:
            pieces = self._pieces(text) if self._plain else None
            found = self._lines[text] = self._whole(text) if pieces is None else _joined(pieces)
        return found

    def lines(self, text: str, room: float) -> list[Line]:
        """A text broken into lines of a cell so many CSS pixels wide. Raises `CannotStamp`."""
        limit = int(room * UNITS)
        pieces = self._pieces(text) if self._plain else None
        if pieces is not None:
            if sum([piece.advance for piece in pieces]) <= limit:
                return [_joined(pieces)]
            cut = self._cut(text.split(" "), pieces, limit)
            if cut is not None:
                return cut
        broken = lines_of(text, limit, lambda part: self.face.shape(part, self.size, self.style))
        return [self.line(each) for each in broken]

    def _cut(self, words: list[str], pieces: list[Piece], limit: int) -> list[Line] | None:
        """Lines of whole words; None when a word might break or a line might not end between two of them."""
        lines: list[Line] = []
        first = used = 0
        for n, word in enumerate(words):
            own = pieces[2 * n].advance
            if n > first and used + own > limit:
                if words[n - 1][-1] in NO_BREAK_AFTER or word[0] in NO_BREAK_BEFORE or used + self._part(word) <= limit:
                    return None
                lines.append(self._ended(words[n - 1], pieces[2 * first : 2 * n - 1]))
                first, used = n, 0
            if own > limit:
                return None
            used += own + (pieces[2 * n + 1].advance if 2 * n + 1 < len(pieces) else 0)
        return [*lines, _joined(pieces[2 * first :])]

    def _part(self, word: str) -> int:
        """How far a word goes to the first place where it may break itself; beyond any cell when it has none."""
        part = self._parts.get(word)
        if part is None:
            inside = breaks_in(word)
            glyphs = self.face.shape(word, self.size, self.style).glyphs if inside else ()
            part = self._parts[word] = WHOLE if not inside else _reach(glyphs, inside[0])
        return part

    def _ended(self, word: str, pieces: list[Piece]) -> Line:
        """A line whose last word is followed by nothing."""
        last = self._word(word, followed=False)
        return _joined([*pieces[:-1], last if last is not None else pieces[-1]])

    # Pieces ---------------------------------------------------------------------------------------------------

    def _pieces(self, text: str) -> list[Piece] | None:
        """Words and blanks in turn; None when the line has to be shaped whole."""
        words = text.split(" ")
        if not all(words):
            return None
        pieces: list[Piece | None] = []
        for word, following in pairwise(words):
            pieces.append(self._known_words.get(word) or self._word(word, followed=True))
            pieces.append(self._joints.get((word, following)) or self._joint(word, following))
        pieces.append(self._word(words[-1], followed=False))
        if None in pieces or not self._one_script(text):
            return None
        return pieces  # type: ignore[return-value]

    def _joint(self, word: str, following: str) -> Piece | None:
        """The blank between two words; None where they have to be shaped together."""
        blank = self._blank(following)
        if blank is None or not self._agree(word, following):
            return None
        self._joints[word, following] = blank
        return blank

    def _one_script(self, text: str) -> bool:
        return text.isascii() or not why_not(text, self.face.letters)

    def _word(self, word: str, *, followed: bool) -> Piece | None:
        key = (word, followed)
        if key not in self._words:
            if self._figures and FIGURES.issuperset(word):
                self._words[key] = self._figure_word(word, followed=followed)
            else:
                self._words[key] = self._shaped(word + " " * followed, slice(0, -1) if followed else slice(None))
        piece = self._words[key]
        if piece is not None and followed:
            self._known_words[word] = piece
        return piece

    def _figure_word(self, word: str, *, followed: bool) -> Piece | None:
        known = self._letters
        pairs = list(zip(word, word[1:] + (" " if followed else "\0"), strict=True))
        pieces = [known[pair] if pair in known else self._letter(*pair) for pair in pairs]
        whole = [piece for piece in pieces if piece is not None]
        if len(whole) < len(pieces):
            return None
        return Piece("".join([piece.shown for piece in whole]), sum([piece.advance for piece in whole]))

    def _letter(self, letter: str, following: str) -> Piece | None:
        key = (letter, following)
        if key not in self._letters:
            self._letters[key] = self._shaped(letter if following == "\0" else letter + following, slice(0, 1))
        return self._letters[key]

    def _blank(self, following: str) -> Piece | None:
        head = _head(following)
        if head not in self._blanks:
            self._blanks[head] = self._shaped(" " + head, slice(0, 1))
        return self._blanks[head]

    def _shaped(self, text: str, part: slice) -> Piece | None:
        """A part of the glyphs of a text; None for what is no plain row of glyphs."""
        reason = why_not(text.strip(" "), self.face.letters)
        if reason:
            raise CannotStamp(reason)
        glyphs = self.face.shape(text, self.size, self.style).glyphs[part]
        if any(right or up or not cluster for _glyph, _advance, right, up, cluster in glyphs):
            return None
        self._note(glyphs)
        em = self.size / UNITS
        shown = []
        for glyph, advance, _right, _up, _cluster in glyphs:
            step = int(self.widths[glyph] - advance * 1000 / UNITS / em)
            shown.append(f"{glyph:04x}>{step}<" if step else f"{glyph:04x}")
        return Piece("".join(shown), sum(glyph[1] for glyph in glyphs))

    def _note(self, glyphs: tuple[tuple[int, int, int, int, str], ...]) -> None:
        for glyph, _advance, _right, _up, cluster in glyphs:
            said = self.spelled.get(glyph)
            if said is None:
                said = self.spelled[glyph] = self.face.spelling(glyph, cluster)
            if glyph not in self.widths:
                self.widths[glyph] = self.face.width(glyph, self.size)
            if said not in (cluster, self.face.spelling(glyph, cluster)):
                raise CannotStamp(f"one glyph for {said!r} and {cluster!r}")

    def _whole(self, text: str) -> Line:
        reason = why_not(text, self.face.letters)
        if reason:
            raise CannotStamp(reason)
        shaped = self.face.shape(text, self.size, self.style)
        self._note(shaped.glyphs)
        return written(shaped, self.size, self.widths.__getitem__), shaped.width

    # Whether pieces may be composed ---------------------------------------------------------------------------

    def _agree(self, word: str, following: str) -> bool:
        """Whether the ends of two words are set the same when they meet as each is alone beside a blank."""
        tail, head = _tail(word), _head(following)
        key = (tail, head)
        if key not in self._agreed:
            whole = self._advances(f"{tail} {head}")
            self._agreed[key] = whole == self._advances(tail + " ")[:-1] + self._advances(" " + head)
        return self._agreed[key]

    def _advances(self, text: str) -> list[tuple[int, int]]:
        return [(glyph, advance) for glyph, advance, *_rest in self.face.shape(text, self.size, self.style).glyphs]

    def _figures_are_set_alone(self) -> bool:
        """Whether in strings of figures each advance depends on the next figure only."""
        dice = random.Random(1)
        letters = sorted(letter for letter in FIGURES if ord(letter) in self.face.letters)
        pairs: dict[str, list[tuple[int, int]]] = {}
        for _trial in range(TRIALS):
            text = "".join(dice.choice(letters) for _ in range(8))
            composed = []
            for pair in map("".join, pairwise(text)):
                if pair not in pairs:
                    pairs[pair] = self._advances(pair)
                composed.append(pairs[pair][0])
            if self._advances(text)[:-1] != composed:
                return False
        return True


def _reach(glyphs: tuple[tuple[int, int, int, int, str], ...], count: int) -> int:
    """How far the glyphs of so many letters go."""
    reach = letters = 0
    for _glyph, advance, _right, _up, cluster in glyphs:
        if letters >= count:
            break
        reach += advance
        letters += len(cluster)
    return reach


def _joined(pieces: list[Piece]) -> Line:
    shown = "".join([piece.shown for piece in pieces])
    content = f"[<{shown}>] TJ".replace("<>", "")
    return content.encode(), sum([piece.advance for piece in pieces]) / UNITS


def _head(word: str) -> str:
    return word[:1] if word[0].isdigit() else word[:3]


def _tail(word: str) -> str:
    return word[-1:] if word[-1].isdigit() else word[-2:]
