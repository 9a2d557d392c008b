"""Layouts that were learned, and pages stamped from them: the whole wing behind two calls.

    stamper = Stamper(print_page)
    stamper.learn(pages)                # three pages of one make, far apart
    content = stamper.stamp(page)       # None when the page is of no make that was learned, or cannot be set exactly

`print_page(page, reader)` prints in the plain way. What is learned is kept, the last used first.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from youthprog.documents.stamping.layouts import Layout, learn
from youthprog.documents.stamping.pages import Make, Page, apart, compare
from youthprog.documents.stamping.stamps import stamp_file
from youthprog.documents.stamping.together import Stamped, stamp_files
from youthprog.documents.stamping.types import CannotStamp, Reader, Record

MOST_KEPT = 24

PrintPage = Callable[[Page, Reader], bytes]


class Stamper:
    """Learns makes of pages and stamps them. `reasons` counts why pages were left to the plain way."""

    def __init__(self, print_page: PrintPage):
        self._print_page = print_page
        self._known: list[tuple[Make, Layout]] = []
        self.reasons: dict[str, int] = {}
        self.reason = ""
        """Why the last page was left, when it was."""

    def learn(self, pages: Sequence[Page]) -> None:
        """Learn the make of three pages that differ in every place. Raises `CannotStamp`."""
        make = compare(pages)
        records = [make.record_of(page) for page in pages]
        whole = [record for record in records if record is not None]
        if len(whole) != len(pages) or not apart(whole):
            raise CannotStamp("these pages are not far enough apart to learn from")
        by_record = {id(record): page for record, page in zip(whole, pages, strict=True)}

        def print_plainly(record: Record, reader: Reader) -> bytes:
            return self._print_page(by_record[id(record)], reader)

        self._known.insert(0, (make, learn(print_plainly, whole)))
        del self._known[MOST_KEPT:]

    def find(self, page: Page) -> tuple[Layout, Record] | None:
        """The layout of a page and what it puts into the places; None when its make was not learned."""
        for place, (make, layout) in enumerate(self._known):
            record = make.record_of(page)
            if record is not None:
                self._known.insert(0, self._known.pop(place))
                return layout, record
        return None

    def stamp(self, page: Page, *, identifier: bytes) -> bytes | None:
        """A file of the page; None when it has to be printed in the plain way. Same page, same bytes."""
        found = self.find(page)
        if found is None:
            self._count("of no make that was learned")
            return None
        try:
            content = stamp_file(*found, identifier=identifier)
        except CannotStamp as problem:
            self._count(str(problem))
            return None
        self.reason = ""
        return content

    def stamp_together(self, pages: Iterable[tuple[Page, str]], *, identifier: bytes) -> Stamped:
        """One file of many pages, each bookmarked under its label. What cannot be stamped is left out and told."""
        missing: list[tuple[int, str]] = []
        places: list[int] = []

        def known() -> Iterator[tuple[Layout, Record, str]]:
            for place, (page, label) in enumerate(pages):
                found = self.find(page)
                if found is None:
                    missing.append((place, "of no make that was learned"))
                else:
                    places.append(place)
                    yield *found, label

        done = stamp_files(known(), identifier=identifier)
        refused = [(places[place], reason) for place, reason in done.refused]
        return Stamped(done.content, done.pages, tuple(sorted(missing + refused)))

    def _count(self, reason: str) -> None:
        self.reason = kind = reason.partition(":")[0]
        self.reasons[kind] = self.reasons.get(kind, 0) + 1
