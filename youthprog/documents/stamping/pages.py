"""Pages as HTML, and how they differ: which words of a page are places, found by comparing pages of one make.

A page is a template filled in. Two pages of one make have the same tags and differ in words, in a size of type, in an
alternative text, in a picture. `compare` finds where; `Make.record_of` reads the record of another page of that make, and
answers None for a page of another make (one line more, a word elsewhere).
"""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from youthprog.documents.stamping.symbols import squares_from
from youthprog.documents.stamping.types import CannotStamp, Record, Squares, Text, Value

TOKEN = re.compile(r"(<[^>]*>)")
SIZE = re.compile(r"(font-size: ?)([\d.]+)(pt)")
VOID = frozenset({"img", "br", "meta", "link", "hr", "input", "wbr", "source", "!doctype"})
BLANKS = re.compile(r"[ \t\n\r\f]+")


@dataclass(frozen=True, slots=True)
class Page:
    """A page to be printed: HTML and the pictures and stylesheets it names."""

    html: str = field(repr=False)
    assets: Mapping[str, bytes] = field(repr=False)

    def tokens(self) -> list[str]:
        """Tags and the text between them, in turn."""
        return TOKEN.split(self.html)

    def sizes(self) -> tuple[float, ...]:
        """The sizes of type the page itself sets, in points."""
        return tuple(float(size) for _before, size, _unit in SIZE.findall(self.html))


@dataclass(frozen=True, slots=True)
class Make:
    """What pages of one make have in common."""

    tokens: tuple[str, ...] = field(repr=False)
    texts: Mapping[int, int | None]
    """Tokens that are places, and the token of the tag that sets their size, when it differs too."""
    sizes: frozenset[int]
    repeats: frozenset[int]
    """Tags that say something of a place again: an alternative text."""
    pictures: frozenset[str]
    assets: Mapping[str, bytes] = field(repr=False)

    def record_of(self, page: Page) -> Record | None:
        """What a page of this make puts into the places; None when it is of another make."""
        tokens = page.tokens()
        if len(tokens) != len(self.tokens) or page.assets.keys() != self.assets.keys():
            return None
        record: dict[str, Value] = {}
        found: dict[int, float] = {}
        for index, (token, same) in enumerate(zip(tokens, self.tokens, strict=True)):
            if index in self.texts:
                tag = self.texts[index]
                record[f"text {index}"] = Text(words_of(token), found[tag] if tag is not None else None)
            elif index in self.sizes:
                size = SIZE.search(token)
                if size is None or SIZE.sub("", token) != SIZE.sub("", same):
                    return None
                found[index] = float(size.group(2))
            elif token != same and index not in self.repeats:
                return None
        for name, content in self.assets.items():
            if name in self.pictures:
                picture = squares_from(page.assets[name])
                if picture is None:
                    return None
                record[name] = picture
            elif page.assets[name] != content:
                return None
        return record if self._repeats_agree(tokens, record) else None

    def _repeats_agree(self, tokens: Sequence[str], record: Record) -> bool:
        """Whether what is said again is said of this record: a tag may differ only by the words of a place."""
        said = [value.text for value in record.values() if isinstance(value, Text)]
        own = [words_of(self.tokens[index]) for index in self.texts]
        return all(
            any(
                tokens[index] == self.tokens[index].replace(html.escape(old), html.escape(new))
                for old, new in zip(own, said, strict=True)
            )
            for index in self.repeats
        )


def words_of(token: str) -> str:
    """A text as a browser reads it: entities resolved, blanks collapsed."""
    return BLANKS.sub(" ", html.unescape(token)).strip(" ")


def compare(pages: Sequence[Page]) -> Make:
    """What these pages have in common. Raises `CannotStamp` when they are not of one make."""
    columns = list(zip(*(page.tokens() for page in pages), strict=False))
    first = pages[0]
    if len({len(page.tokens()) for page in pages}) != 1 or any(
        page.assets.keys() != first.assets.keys() for page in pages
    ):
        raise CannotStamp("pages of several makes")
    texts: dict[int, int | None] = {}
    sizes, repeats = set(), set()
    open_: list[tuple[str, int | None]] = [("", None)]
    for index, column in enumerate(columns):
        token = column[0]
        differs = any(each != token for each in column)
        if not token.startswith("<"):
            if differs:
                texts[index] = open_[-1][1]
            continue
        size = open_[-1][1]
        if differs and len({SIZE.sub("", each) for each in column}) == 1:
            sizes.add(index)
            size = index
        elif differs:
            repeats.add(index)
        _follow(open_, token, size)
    pictures = frozenset(
        name for name in first.assets if any(page.assets[name] != first.assets[name] for page in pages)
    )
    used = frozenset(tag for tag in texts.values() if tag is not None)
    if sizes - used:
        raise CannotStamp("a size differs where no text does")
    return Make(tuple(first.tokens()), texts, frozenset(sizes), frozenset(repeats), pictures, first.assets)


def _follow(open_: list[tuple[str, int | None]], token: str, size: int | None) -> None:
    """Keep the list of open tags, each with the tag that sets its size."""
    name = token.strip("</>").split()[0].casefold() if token.strip("</>").split() else ""
    if token.startswith("</"):
        while len(open_) > 1 and open_.pop()[0] != name:
            pass
    elif name not in VOID and not token.endswith("/>") and not token.startswith("<!"):
        open_.append((name, size))


def apart(records: Sequence[Record]) -> bool:
    """Whether records differ enough to learn from: no text twice, no size twice."""
    for name in records[0]:
        values = [record[name] for record in records]
        if any(isinstance(value, Squares) for value in values):
            continue
        texts = [value.text for value in values if isinstance(value, Text)]
        sized = sorted({value.size for value in values if isinstance(value, Text) and value.size is not None})
        if len(set(texts)) != len(texts) or (sized and any(b - a < 1 for a, b in pairwise(sized))) or len(sized) == 1:
            return False
    return True
