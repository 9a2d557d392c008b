"""Logging a session of a group of seven: bytes of the page, and the taps from there to a saved log.

A tap is a control somebody has to touch: one for each exception, one to save. What is filled in already costs none.
"""

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from lxml import html

from tests.bench.measure import Measure
from tests.makers.accounts import make_account, session_cookie
from tests.makers.mentoring import make_match, make_mentee, make_mentoring_season, make_session
from tests.makers.people import make_person
from tests.support.clearing import only_these_are_not_cleared
from tests.support.houses import bare_house
from youthprog.access.types import Role
from youthprog.attendance.types import Mark
from youthprog.core import clock, db

MOST_BYTES, MOST_TAPS, YOUTH = 50_000, 3, 7


def measures() -> Iterator[Measure]:
    """The page as a mentor of seven gets it."""
    source = page_of_a_group()
    yield Measure("page to log a session of seven", len(source), "bytes", MOST_BYTES)
    yield Measure("taps to log it with one young person away", taps(source) + 1, "taps", MOST_TAPS)


def page_of_a_group() -> bytes:
    """The page of the log, from an application of its own."""
    with tempfile.TemporaryDirectory() as folder, bare_house("sqlite", Path(folder)) as house:
        assert house.app is not None
        with house.app.app_context(), only_these_are_not_cleared(house.app):
            db.db.metadata.create_all(db.db.engine)
            now, season, mentor = clock.now(), make_mentoring_season(), make_person("Lena", "Kowalczyk")
            youth = [make_mentee(season, f"Child{number}", "Beaumont-Ortega") for number in range(YOUTH)]
            match = make_match(mentor, *youth, season=season, started_at=now - timedelta(days=30), name="Homework club")
            came = dict.fromkeys((each.id for each in youth), Mark.PRESENT)
            make_session(match, mentor, now - timedelta(days=8), came, now=now)
            cookie, address = session_cookie(make_account(Role.MENTOR, mentor)), f"/matches/{match.id}/sessions/new"
        client = house.app.test_client()
        with client.session_transaction() as session:
            session["_user_id"], session["seen"] = cookie, int(now.timestamp())
        answer = client.get(address)
        assert answer.status_code == 200, answer.status_code
        return answer.get_data()


def taps(source: bytes) -> int:
    """Controls left to touch on the page: groups that need a choice and have none, fields that need words, and save."""
    form = html.fromstring(source).get_element_by_id("log")
    needed = [name for name in ("observable", "duty") if not form.xpath(f".//input[@name='{name}'][@checked]")]
    needed += [name for name in ("on", "at", "minutes") if not form.xpath(f".//input[@name='{name}']/@value")]
    return len(needed) + 1
