"""What consent costs a guardian: pages of a journey, and bytes of the largest page."""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import time_machine
from flask import Flask

from tests.bench.measure import Measure
from tests.makers.consent import Family, Siblings, next_season, token_in_newest_mail
from tests.makers.people import NOW
from tests.makers.programs import join, make_group
from tests.support.houses import build_house
from tests.support.pages import Visitor
from tests.support.sitting import Walk
from tests.support.walking import QuickPress
from youthprog.consent import services
from youthprog.core import db
from youthprog.core.actor import SYSTEM

STATIC = Path(__file__).resolve().parents[2] / "youthprog" / "static"
SEPTEMBER = NOW.replace(hour=18)
NEXT_YEAR = SEPTEMBER + timedelta(days=200)
# What a guardian's page loads besides itself, without web fonts; the page to sign loads the drawing pad too.
EVERY_PAGE = ("css/youthprog.css", "js/youthprog.js", "icons/shield.svg")
DRAWING = ("js/drawing.js", "vendor/signature_pad.min.js")


def measures() -> Iterator[Measure]:
    yield from journey()


def journey() -> Iterator[Measure]:
    """The guardian's journey, walked as a browser without JavaScript would."""
    with tempfile.TemporaryDirectory() as folder, build_house("sqlite", Path(folder)) as house:
        app = house.app
        assert app is not None
        app.extensions["youthprog.press"] = QuickPress()
        with app.app_context(), time_machine.travel(SEPTEMBER, tick=True) as traveler:
            one, largest = _walk(app, lambda: Family().ask(SEPTEMBER))
            five = _five_sections(app)
            two, more = _walk(app, lambda: Siblings(2).ask(SEPTEMBER), same=False)
            traveler.move_to(NEXT_YEAR)
            renewal, most = _walk(app, _renewal)
    largest = max(largest, more, most)
    yield Measure("pages for one child, starter form (landing to receipt)", one, "pages", 15)
    yield Measure("pages for one child, five sections (landing to receipt)", five, "pages", 15)
    yield Measure("pages a sibling adds", two - one, "pages", 4)
    yield Measure("pages of an unchanged renewal (confirm, check, sign)", renewal - 2, "pages", 3)
    yield Measure("largest page of a guardian with all it loads, gzip, no web fonts", largest / 1000, "kB", 50)


def _walk(app: Flask, ask: Callable[[], object], **how: bool) -> tuple[int, int]:
    ask()
    db.session().commit()
    walk = Walk(Visitor(app), token_in_newest_mail("consent_request"), **how)
    walk.run()
    return len(walk.pages), max(loaded_with(source) for source in walk.sources)


def _five_sections(app: Flask) -> int:
    source = services.starter_source()
    services.publish_form(
        source | {"key": "participation", "number": 2, "section": source["section"][:5]}, by=SYSTEM, now=SEPTEMBER
    )
    pages, _size = _walk(app, lambda: Family().ask(SEPTEMBER))
    services.publish_form(source | {"number": 3}, by=SYSTEM, now=SEPTEMBER)
    return pages


def _renewal() -> None:
    with time_machine.travel(SEPTEMBER, tick=True):
        family = Family()
        family.sign(SEPTEMBER)
    later = make_group(next_season(family))
    join(family.youth, later)
    services.ask([family.youth.id], later.season_id, by=SYSTEM, now=NEXT_YEAR)


def loaded_with(source: str) -> int:
    """The bytes a page moves: itself and what it loads, each compressed."""
    files = [*EVERY_PAGE, *(DRAWING if "drawing.js" in source else ())]
    parts = [source.encode(), *((STATIC / name).read_bytes() for name in files)]
    return sum(len(gzip.compress(part)) for part in parts)
