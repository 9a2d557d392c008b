"""Many texts of one face, size and style, set word by word: thirty thousand cells share a few thousand words.

A line is its words and the blanks between them, if nothing but neighbors changes how a letter is set. That is not taken for
granted: around each new pair of word ends the composed line is compared with the line shaped whole, and so are strings of digits before
they are set digit by digit. Where a face does more than kerning, whole lines are shaped.

Setting and writing are two steps. weasyprint embeds as the width of a letter what it is at the size where the letter is first drawn, and
writes each text by these widths: only who writes in the order of drawing writes the same.
"""

import random
from itertools import pairwise

from youthprog.documents.stamping.breaking import CLOSING, ENDING, OPENING, QUOTES, SLASH, breaks_in, lines_of
from youthprog.documents.stamping.shaping import UNITS, Face, Shaped, Style, script_of, why_not, written
from youthprog.documents.stamping.types import CannotStamp

FIGURES = "0123456789()-/.,:#+"
NO_BREAK_AFTER, NO_BREAK_BEFORE = OPENING | QUOTES, CLOSING | ENDING | QUOTES | {SLASH}
TRIALS = 60
Glyphs = tuple[tuple[int, int, int, int, str], ...]


class Piece:
    """A word or a blank within a line, not yet written: its glyphs, or the pieces it is made of, and how far it goes in Pango units.

    A word that others follow has a `head` and a `tail`: how it begins and ends for its neighbors.
    """

    __slots__ = ("advance", "glyphs", "head", "parts", "script", "shown", "tail")

    def __init__(self, glyphs: Glyphs, parts: "tuple[Piece, ...]" = ()):
        self.glyphs, self.parts = glyphs, parts
        self.advance: int = sum([each.advance for each in parts] if parts else [glyph[1] for glyph in glyphs])
        self.shown = ""
        self.head: str
        self.tail: str
        self.script = ""


Pieces = list[Piece]


class Line:
    """A line that is set, in pieces or as it was shaped whole; its width in CSS pixels, and what shows it once it was written."""

    __slots__ = ("pieces", "shown", "width")

    def __init__(self, pieces: Pieces | Shaped, width: float):
        self.pieces, self.width = pieces, width
        self.shown: str = ""


class Setter:
    """Sets texts. What it writes is noted in `widths` and `spelled`, to be embedded."""

    def __init__(self, face: Face, size: int, style: Style, widths: dict[int, int], spelled: dict[int, str]):
        self.face, self.size, self.style = face, size, style
        self.widths, self.spelled = widths, spelled
        self._reaches: dict[str, list[tuple[int, int]]] = {}
        self._words: dict[str, Piece | None] = {}
        self._last_words: dict[str, Piece | None] = {}
        self._joints: dict[tuple[str, str], Piece | None] = {}
        self._blanks: dict[str, Piece | None] = {}
        self._letters: dict[str, Piece | None] = {}
        self._pairs: dict[str, Piece | None] = {}
        self._advances_of: dict[str, list[tuple[int, int]]] = {}
        self._noted: set[tuple[int, str]] = set()
        self._plain = not style.spacing
        self._figures = self._plain and self._figures_are_set_alone()

    def line(self, text: str) -> Line:
        """A text on one line. Raises `CannotStamp`."""
        pieces = self._pieces(text)
        return _line(pieces) if pieces is not None else self._whole(text)

    def lines(self, text: str, room: float) -> list[Line]:
        """A text broken into lines of a cell so many CSS pixels wide. Raises `CannotStamp`."""
        limit = int(room * UNITS)
        pieces = self._pieces(text)
        if pieces is not None:
            advance = sum([piece.advance for piece in pieces])
            if advance <= limit:
                return [Line(pieces, advance / UNITS)]
            cut = self._cut(text.split(" "), pieces, limit)
            if cut is not None:
                return cut
        broken = lines_of(text, limit, lambda part: self.face.shape(part, self.size, self.style))
        return [self.line(each) for each in broken]

    def write(self, line: Line) -> str:
        """The operators that show a line, as weasyprint writes them when this is what it draws next. Raises `CannotStamp`."""
        if not line.shown:
            pieces = line.pieces
            if isinstance(pieces, Shaped):
                self._note(pieces.glyphs)
                line.shown = written(pieces, self.size, self.widths.__getitem__).decode()
            else:
                shown = "".join([piece.shown or self._shown(piece) for piece in pieces])
                line.shown = f"[<{shown}>] TJ".replace("<>", "")
        return line.shown

    def _shown(self, piece: Piece) -> str:
        if not piece.shown:
            if piece.parts:
                piece.shown = "".join([part.shown or self._shown(part) for part in piece.parts])
            else:
                self._note(piece.glyphs)
                em, shown = self.size / UNITS, []
                for glyph, advance, _right, _up, _cluster in piece.glyphs:
                    step = int(self.widths[glyph] - advance * 1000 / UNITS / em)
                    shown.append(f"{glyph:04x}>{step}<" if step else f"{glyph:04x}")
                piece.shown = "".join(shown)
        return piece.shown

    def _note(self, glyphs: Glyphs) -> None:
        for glyph, _advance, _right, _up, cluster in glyphs:
            if (glyph, cluster) in self._noted:
                continue
            said = self.spelled.get(glyph)
            if said is None:
                said = self.spelled[glyph] = self.face.spelling(glyph, cluster)
            if glyph not in self.widths:
                self.widths[glyph] = self.face.width(glyph, self.size)
            if said not in (cluster, self.face.spelling(glyph, cluster)):
                raise CannotStamp(f"one glyph for {said!r} and {cluster!r}")
            self._noted.add((glyph, cluster))

    # Lines ----------------------------------------------------------------------------------------------------

    def _cut(self, words: list[str], pieces: Pieces, limit: int) -> list[Line] | None:
        """Lines of whole words and of parts up to where a word may break; None when a line might end elsewhere."""
        lines: list[Line] = []
        first = used = 0
        for n, word in enumerate(words):
            own = pieces[2 * n].advance
            if used + own > limit:
                inside = self._last_that_fits(word, limit - used)
                if inside:
                    before = pieces[2 * first : 2 * n]
                    ended = self._ended(before, word[:inside])
                    if ended is None or ended.width * UNITS > limit:
                        return None
                    following = " ".join([word[inside:], *words[n + 1 :]])
                    return [*lines, ended, *self.lines(following, limit / UNITS)]
                if n == first or words[n - 1][-1] in NO_BREAK_AFTER or word[0] in NO_BREAK_BEFORE:
                    return None
                ended = self._ended(pieces[2 * first : 2 * n - 2], words[n - 1])
                if ended is None or own > limit:
                    return None
                lines.append(ended)
                first, used = n, 0
            used += own
            if n < len(words) - 1:
                used += pieces[2 * n + 1].advance
        return [*lines, _line(pieces[2 * first :])]

    def _ended(self, before: Pieces, word: str) -> Line | None:
        """A line that ends with a word."""
        last = self._last_word(word)
        return _line([*before, last]) if last is not None else None

    def _last_that_fits(self, word: str, room: int) -> int:
        """After how many letters a word may break in so much room; 0 where it may not."""
        if word.isalpha() or (word.isascii() and word.isalnum()):
            return 0
        reaches = self._reaches.get(word)
        if reaches is None:
            places = breaks_in(word)
            glyphs = self.face.shape(word, self.size, self.style).glyphs if places else ()
            reaches = self._reaches[word] = [(place, _reach(glyphs, place)) for place in places]
        return max((place for place, reach in reaches if reach <= room), default=0)

    # Pieces ---------------------------------------------------------------------------------------------------

    def _pieces(self, text: str) -> Pieces | None:
        """Words and blanks in turn; None when the line has to be shaped whole."""
        if not self._plain:
            return None
        if " " not in text:
            alone = self._last_words.get(text) or self._last_word(text)
            return None if alone is None else [alone]
        *words, last = text.split(" ")
        pieces: Pieces = []
        known, joints, tail, script = self._words, self._joints, "", ""
        for word in words:
            piece = known.get(word) or self._word(word)
            if piece is None:
                return None
            if pieces:
                joint = joints.get((tail, piece.head)) or self._joint(tail, piece.head)
                if joint is None:
                    return None
                pieces.append(joint)
            pieces.append(piece)
            tail = piece.tail
            if piece.script:
                if script and script != piece.script:
                    return None
                script = piece.script
        piece = self._last_words.get(last) or self._last_word(last)
        if piece is None or (script and piece.script and script != piece.script):
            return None
        head = _head(last)
        joint = joints.get((tail, head)) or self._joint(tail, head)
        if joint is None:
            return None
        pieces += (joint, piece)
        return pieces

    def _word(self, word: str) -> Piece | None:
        """A word that a blank follows."""
        if word not in self._words:
            piece = self._words[word] = self._set_word(word, " ")
            if piece is not None:
                piece.head, piece.tail = _head(word), _tail(word)
        return self._words[word]

    def _last_word(self, word: str) -> Piece | None:
        """A word that nothing follows."""
        if word not in self._last_words:
            self._last_words[word] = self._set_word(word, "")
        return self._last_words[word]

    def _set_word(self, word: str, following: str) -> Piece | None:
        if not word:
            return None
        if self._figures and not word.strip(FIGURES):
            return self._figure_word(word, following or "\0")
        piece = self._shaped(word, following)
        if piece is not None:
            piece.script = script_of(word)
        return piece

    def _figure_word(self, word: str, following: str) -> Piece | None:
        """A word of figures, two by two with the one after them."""
        text, known = word + following, self._pairs
        parts = [known.get(text[n : n + 3]) or self._figures_of(text[n : n + 3]) for n in range(0, len(word), 2)]
        return Piece((), tuple(parts)) if None not in parts else None  # type: ignore[arg-type]

    def _figures_of(self, text: str) -> Piece | None:
        """All figures of a short text but the last."""
        if text not in self._pairs:
            letters = []
            for pair in map("".join, pairwise(text)):
                if pair not in self._letters:
                    self._letters[pair] = self._shaped(pair[0], pair[1].strip("\0"))
                letters.append(self._letters[pair])
            self._pairs[text] = Piece((), tuple(letters)) if None not in letters else None  # type: ignore[arg-type]
        return self._pairs[text]

    def _joint(self, tail: str, head: str) -> Piece | None:
        """The blank between two words that end and begin so; None where they have to be shaped together."""
        key = (tail, head)
        if key not in self._joints:
            if head not in self._blanks:
                self._blanks[head] = self._shaped(" ", head)
            self._joints[key] = self._blanks[head] if self._agree(tail, head) else None
        return self._joints[key]

    def _shaped(self, text: str, following: str) -> Piece | None:
        """A text before another, as a piece; None for what is no plain row of glyphs."""
        reason = why_not((text + following).strip(" "), self.face.letters)
        if reason:
            raise CannotStamp(reason)
        glyphs = self.face.shape(text + following, self.size, self.style).glyphs
        letters = 0
        for count, (_glyph, _advance, right, up, cluster) in enumerate(glyphs):
            if letters == len(text):
                glyphs = glyphs[:count]
                break
            if right or up or not cluster:
                return None
            letters += len(cluster)
        return Piece(glyphs) if letters == len(text) else None

    def _whole(self, text: str) -> Line:
        reason = why_not(text, self.face.letters)
        if reason:
            raise CannotStamp(reason)
        shaped = self.face.shape(text, self.size, self.style)
        return Line(shaped, shaped.width)

    # Whether pieces may be composed ---------------------------------------------------------------------------

    def _agree(self, tail: str, head: str) -> bool:
        """Whether the ends of two words are set the same when they meet as each is alone beside a blank."""
        whole = self._advances(f"{tail} {head}")
        return whole == self._advances(tail + " ")[:-1] + self._advances(" " + head)

    def _advances(self, text: str) -> list[tuple[int, int]]:
        if text not in self._advances_of:
            glyphs = self.face.shape(text, self.size, self.style).glyphs
            self._advances_of[text] = [(glyph, advance) for glyph, advance, *_rest in glyphs]
        return self._advances_of[text]

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


def _reach(glyphs: Glyphs, count: int) -> int:
    """How far the glyphs of so many letters go."""
    reach = letters = 0
    for _glyph, advance, _right, _up, cluster in glyphs:
        if letters >= count:
            break
        reach += advance
        letters += len(cluster)
    return reach


def _line(pieces: Pieces) -> Line:
    return Line(pieces, sum([piece.advance for piece in pieces]) / UNITS)


def _head(word: str) -> str:
    return word[:1] if word[0].isdigit() else word[:3]


def _tail(word: str) -> str:
    return word[-1:] if word[-1].isdigit() else word[-2:]
