"""Every page that somebody reaches by following links: it opens, fits, is accessible, and keeps to our own rules."""

from __future__ import annotations

import re
from collections import deque
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.journeys.conftest import AXE, AXE_RUN, DESK, NARROW, PHONE, Traveler
from tests.support.proofs import cases

ROLES = ("nobody", "guardian", "mentor", "coach", "coordinator", "admin")
MOST_PAGES = 400  # kinds of pages: a walk that finds more has lost its way
MOST_BYTES = 50_000  # of a page, on a guardian's telephone
LEFT_OUT = re.compile(r"\.(?:pdf|csv|xlsx|jwt|zip)$|^/language/|^/sign-out|^/static/|^/_ui")
# Two of each, so that every pair of language, color scheme and width is looked at: all of them on every page by
# `make prove ONLY=web`. Else every page is seen in Spanish, whose words are longer, each eighth in English too, and the
# schemes and widths by turns; axe looks at a kind of page once, whoever opens it.
LOOKS = {
    "en": (("light", PHONE["width"]), ("dark", DESK["width"])),
    "es": (("dark", PHONE["width"]), ("light", DESK["width"])),
}
KEPT = "() => Object.keys(localStorage).length + Object.keys(sessionStorage).length"
MOVED = """() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
  .reduce((sum, each) => sum + each.transferSize, 0)"""
LINKS = "() => [...document.querySelectorAll('a[href]')].map(a => a.href)"
HEIGHT = "() => document.documentElement.scrollHeight"


def pattern(address: str) -> str:
    """What kind of page an address is: numbers, codes and the values behind the question mark do not matter."""
    parts = urlsplit(address)
    path = re.sub(r"/(\d+|[A-Z0-9]{8})(?=/|$)", "/N", parts.path)
    return path + "?" + "&".join(sorted(name for name, _value in parse_qsl(parts.query)))


class Crawl:
    """One person's walk along the links. `known` are the pages axe has looked at, whoever opened them and whichever rows
    the words behind the question mark chose."""

    known: ClassVar[set[str]] = set()

    def __init__(self, traveler: Traveler, role: str):
        self.traveler, self.page, self.role = traveler, traveler.page, role
        self.faults: list[str] = []
        self.visited: dict[str, str] = {}
        self.page.on("console", self._hear)
        self.page.add_init_script(AXE_SOURCE)  # into every page as it opens: sent once, not with each look

    def _hear(self, message: Any) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            self.faults.append(f"{self.page.url}: the console says {message.text[:200]}")

    def run(self, start: str) -> None:
        """Look at every kind of page once, nearest first."""
        waiting = deque([(start, "")])
        while waiting and len(self.visited) < MOST_PAGES:
            path, found_on = waiting.popleft()
            if pattern(path) in self.visited:
                continue
            self.visited[pattern(path)] = path
            answer = self.page.goto(self.traveler.url + path)
            if answer is None or answer.status >= 400:
                self.faults.append(f"{path}: {answer and answer.status}, though a link on {found_on} leads there")
                continue
            waiting.extend((link, path) for link in self._links())
            self._look(path)

    def _links(self) -> list[str]:
        ours = [
            each.removeprefix(self.traveler.url)
            for each in self.page.evaluate(LINKS)
            if each.startswith(self.traveler.url)
        ]
        paths = [each.partition("#")[0] or "/" for each in ours]
        return [each for each in paths if not LEFT_OUT.search(urlsplit(each).path)]

    def _look(self, path: str) -> None:
        moved = self.page.evaluate(MOVED)
        if self.role == "guardian" and moved > MOST_BYTES:
            self.faults.append(f"{path}: {moved} bytes")
        if self.page.evaluate(KEPT):
            self.faults.append(f"{path}: something is kept in the browser")
        count = cases(full=2, sample=1)
        number = len(self.visited)
        turn = number % 2
        kind = pattern(path).partition("?")[0]
        is_known = kind in self.known
        self.known.add(kind)
        now = self.page.evaluate("document.documentElement.lang")  # a page is opened once a language, not oftener
        seen = {
            language: looks for language, looks in LOOKS.items() if count > 1 or language == "es" or number % 8 == 0
        }
        for language, looks in sorted(seen.items(), key=lambda each: each[0] != now):
            if language != now:
                self.page.goto(f"{self.traveler.url}/language/{language}?next={path.replace('&', '%26')}")
            self._fits(path)
            if count == 1 and is_known:
                continue  # what it looks like to each role is for the proofs
            for scheme, width in (looks * 2)[turn : turn + count]:
                self._axe(f"{path} {language} {scheme} {width}", scheme, width)

    def _fits(self, path: str) -> None:
        self.page.set_viewport_size(NARROW)
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            self.faults.append(f"{path}: {wide} px too wide at {NARROW['width']}")

    def _axe(self, where: str, scheme: Any, width: int) -> None:
        """The window is as tall as the page: a sticky bar would lie over what is below."""
        self.page.emulate_media(color_scheme=scheme)
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.set_viewport_size({"width": width, "height": min(9000, max(900, self.page.evaluate(HEIGHT)))})
        self.faults += [f"{where}: {each}" for each in self.page.evaluate(AXE_RUN)]


AXE_SOURCE = AXE.read_text()


@pytest.mark.proof("axe finds nothing on any page, in every language, scheme and width", room="web")
@pytest.mark.parametrize("role", ROLES)
def test_every_page_in_reach(travelers, role):
    traveler = travelers(DESK)
    crawl = Crawl(traveler, role)
    if role != "nobody":
        traveler.sign_in(role)
    crawl.run("/" if role == "nobody" else "/today")
    assert not crawl.faults, "\n".join(dict.fromkeys(crawl.faults))
    assert (3 if role == "nobody" else 4) <= len(crawl.visited) < MOST_PAGES, crawl.visited
