"""Which sheets are stamped from a layout instead of being laid out again. Runs in the press child only.

A certificate differs from the next in name, code, QR code and what is counted. When several of one family (everything
else alike, `rules.kin_of`) come by, three made-up ones are laid out and learned from (`stamping`); from then on each is stamped in a millisecond. Whatever the
stamper refuses, and whatever goes wrong in it, is laid out as ever and counted.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from youthprog.documents.compose import Composed, compose_job
from youthprog.documents.fonts import OUR_FONTS
from youthprog.documents.press import PrintJob, SheetJob
from youthprog.documents.rules import COUNTED, kin_of
from youthprog.documents.stamping.makes import Stamper
from youthprog.documents.stamping.pages import Page
from youthprog.documents.stamping.types import CannotStamp, Reader
from youthprog.documents.types import Appreciation, Certificate, Variant
from youthprog.documents.typeset import typeset

WORTH_LEARNING = 4
"""A family is learned when so many of it have come: learning costs as much as laying out three."""
MOST_COUNTED = 500
NAME_WORDS = [
    "Kofi",
    "Fjord",
    "Xavier",
    "Quincy",
    "Waltz",
    "Vexing",
    "Bumph",
    "Nighthawk",
    "Juxtaposed",
    "Offiziell",
    "Maryland",
    "Zephyr",
    "Kwami",
    "Buffalo",
    "Griffith",
    "Avalon",
]
"""Made-up names are the first words of this list: more words, smaller type, more lines."""
CODES = ("WWMMWMMW", "JJLJ2J7J", "KA5V9YTC")
HOURS = (148, 3, 27)


class SheetStamper:
    """Stamps sheets of families it has seen often enough."""

    def __init__(self) -> None:
        self.left: Counter[str] = Counter()
        """Why sheets that might have been stamped were laid out instead."""
        self.reason = ""
        """Why the last sheet was laid out, where it might have been stamped."""
        self._fonts: object = None
        self._forget()

    def print(self, job: SheetJob, composed: Composed, printing: PrintJob, *, following: int = 0) -> bytes | None:
        """The stamped file, not yet sealed; None when the sheet is to be laid out. `following`: how many of its family come after it."""
        self.reason = ""
        if not isinstance(job.sheet, Certificate | Appreciation) or printing.enclosed:
            return None
        try:
            self._start_anew_with_other_fonts(job)
            return self._stamped(job, composed, printing, following)
        except CannotStamp as problem:
            self._count(str(problem))
        except Exception as problem:  # laying it out again is always right
            logging.exception("stamping failed")
            self._count(type(problem).__name__)
        return None

    def _stamped(self, job: SheetJob, composed: Composed, printing: PrintJob, following: int) -> bytes | None:
        sheet = job.sheet
        assert isinstance(sheet, Certificate | Appreciation)
        page, identifier = Page(composed.html, composed.assets), printing.identifier.encode()
        found = self._stamper.find(page)
        if found is None:
            family = (kin_of(sheet), len(page.tokens()))
            self._seen[family] += 1
            if family in self._given_up or self._seen[family] + following < WORTH_LEARNING:
                return None
            if len(self._seen) > MOST_COUNTED:
                self._seen.clear()
            try:
                self._stamper.learn(_specimens(job, page))
            except Exception:
                self._given_up.add(family)
                raise
        content = self._stamper.stamp(page, identifier=identifier)
        if content is None:
            self._count(self._stamper.reason)
        return content

    def _start_anew_with_other_fonts(self, job: SheetJob) -> None:
        fonts = tuple(_fonts_in(OUR_FONTS)) + tuple(_fonts_in(job.instance / "fonts"))
        if fonts != self._fonts:
            self._forget()
            self._fonts = fonts

    def _forget(self) -> None:
        self._stamper = Stamper(_print_page)
        self._seen: Counter[object] = Counter()
        self._given_up: set[object] = set()

    def _count(self, reason: str) -> None:
        self.reason = reason.partition(":")[0]
        self.left[self.reason] += 1


def _fonts_in(folder: Path) -> Iterator[tuple[str, int, int]]:
    if folder.is_dir():
        for file in sorted(folder.iterdir()):
            facts = file.stat()
            yield file.name, facts.st_size, facts.st_mtime_ns


def _print_page(page: Page, reader: Reader) -> bytes:
    """Lay a page out in the plain way, as every certificate is."""
    content, _pages = typeset(
        page.html,
        assets=page.assets,
        identifier=b"specimen",
        variant=Variant.ACCESSIBLE,
        made_at=datetime.min.replace(tzinfo=UTC),
        reader=reader,
    )
    return content


def _specimens(job: SheetJob, like: Page) -> list[Page]:
    """Three made-up sheets of the same family and the same number of lines: the largest type, the smallest, one between."""
    by_size: dict[tuple[float, ...], str] = {}
    for count in range(1, len(NAME_WORDS) + 1):
        name = " ".join(NAME_WORDS[:count])
        page = _page_with(job, name, CODES[0], HOURS[0])
        if len(page.tokens()) == len(like.tokens()):
            by_size.setdefault(page.sizes(), name)
    names = [by_size[size] for size in sorted(by_size)]
    if len(names) < 3:
        raise CannotStamp("no three names of so many lines and different sizes")
    chosen = (names[-1], names[0], names[len(names) // 2])
    return [_page_with(job, *each) for each in zip(chosen, CODES, HOURS, strict=True)]


def _page_with(job: SheetJob, name: str, code: str, hours: int) -> Page:
    sheet: Any = job.sheet
    values = {"hours": hours, "gatherings": 2 * hours, "minutes": 60 * hours}
    counted = {each: values[each] for each in COUNTED if getattr(sheet, each, None)}
    composed, _printing = compose_job(replace(job, sheet=replace(sheet, name=name, code=code, **counted)))
    return Page(composed.html, composed.assets)
