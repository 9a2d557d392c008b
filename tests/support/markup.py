"""Pages as trees, read strictly: what a browser would have to mend is a fault.

A parser that mends as browsers do takes five times as long, and pages are read ten thousand times in a run. The journeys
show every page to a real browser; `tests/rules/test_markup.py` compares the two readings.
"""

from __future__ import annotations

from html.parser import HTMLParser
from xml.etree.ElementTree import Element, TreeBuilder

H = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"
VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
BLOCKS = frozenset(
    ["address", "article", "aside", "blockquote", "details", "div", "dl", "fieldset", "figure", "footer", "form", "h1",
     "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "nav", "ol", "p", "pre", "section", "table", "ul"]
)  # fmt: skip
ALONE = frozenset(["a", "button", "form", "label"])  # never inside one of its kind
PARENTS = {
    "li": {"ul", "ol", "menu"}, "dt": {"dl", "div"}, "dd": {"dl", "div"}, "option": {"select", "optgroup", "datalist"},
    "tr": {"thead", "tbody", "tfoot"}, "td": {"tr"}, "th": {"tr"}, "thead": {"table"}, "tbody": {"table"},
    "tfoot": {"table"}, "caption": {"table"}, "head": {"html"}, "body": {"html"}, "legend": {"fieldset"},
    "summary": {"details"},
}  # fmt: skip
TABLES = {"table": {"caption", "colgroup", "thead", "tbody", "tfoot"}, "tr": {"td", "th"}}


class Unsound(AssertionError):
    """The page is not what its author thinks it is."""


def parse(text: str) -> Element:
    """The tree of a page. Raises `Unsound` where tags do not nest or do not belong."""
    reader = _Reader()
    reader.feed(text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd"))
    reader.close()
    if reader.open:
        raise Unsound(f"not closed: {' '.join(reader.open)}")
    return reader.tree.close()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tree = TreeBuilder()
        self.open: list[str] = []
        self.fresh = False  # a line break just inside these is not part of their text

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._belongs(tag)
        self.fresh = tag in ("textarea", "pre")
        space = SVG if tag == "svg" or "svg" in self.open else H
        self.tree.start(space + tag, {name: value or "" for name, value in reversed(attrs)})
        if tag in VOID:
            self.tree.end(space + tag)
        else:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            if "svg" not in self.open:
                raise Unsound(f"<{tag}/> closes nothing here")
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            line, _ = self.getpos()
            raise Unsound(f"</{tag}> in line {line} closes {self.open[-1:] or 'nothing'}")
        space = SVG if "svg" in self.open else H
        self.fresh = False
        self.open.pop()
        self.tree.end(space + tag)

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "html":
            if self.open[-1] in TABLES and data.strip():
                raise Unsound(f"words between the parts of a {self.open[-1]}: {data.strip()[:40]!r}")
            self.tree.data(data.removeprefix("\n") if self.fresh else data)
        self.fresh = False

    def _belongs(self, tag: str) -> None:
        inside = self.open[-1] if self.open else ""
        line, _ = self.getpos()
        if tag in PARENTS and inside not in PARENTS[tag] and "svg" not in self.open:
            raise Unsound(f"<{tag}> inside <{inside}>, line {line}")
        if inside in TABLES and tag not in TABLES[inside]:
            raise Unsound(f"<{tag}> inside <{inside}>, line {line}")
        if tag in BLOCKS and "p" in self.open:
            raise Unsound(f"<{tag}> ends the paragraph around it, line {line}")
        if tag in ALONE and tag in self.open:
            raise Unsound(f"<{tag}> inside another, line {line}")
