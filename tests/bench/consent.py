"""Consent. Each figure is a function of its own; `PARTS` names them."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient

from tests.bench.measure import Measure, ratio
from tests.makers.accounts import make_account, session_cookie
from tests.support.houses import build_house
from tests.support.walking import QuickPress
from youthprog.access.types import Role
from youthprog.core import clock, db
from youthprog.demo.department import plan_department
from youthprog.demo.load import load, prepare_record
from youthprog.demo.types import Size


def measures() -> Iterator[Measure]:
    for part in PARTS:
        yield from part()


# ---- the coordinator's pages ----

FLOOR = "/people"  # fifty people with a guardian and a phone: what any list of fifty costs
CHASED = {
    "who to chase": ("/consents/chase", 6),
    "who to chase, of families who speak Spanish": ("/consents/chase?language=es", 6),
    "who to chase, a state nobody is in": ("/consents/chase?state=conflict", 6),
    "consents of all teams": ("/consents", 8),
}
MOST_STATEMENTS = 30


def chasing() -> Iterator[Measure]:
    """Pages of a department of 2,200 youth against a plain list of fifty people, and their statements."""
    with tempfile.TemporaryDirectory() as folder, build_house("sqlite", Path(folder)) as house:
        assert house.app is not None
        browser = demo_department(house.app)
        for name, (path, limit) in CHASED.items():
            measured = ratio(lambda path=path: opened(browser, path), lambda: opened(browser, FLOOR))
            yield Measure(f"{name}, 2,200 youth, against a list of 50 people", measured, "times", limit)
        with house.app.app_context():
            sent = statements_of(lambda: opened(browser, "/consents/chase"))
        yield Measure("statements of a page of who to chase", sent, "statements", MOST_STATEMENTS)


def demo_department(app: Flask) -> FlaskClient:
    """The demonstration at size m, and its coordinator's browser."""
    app.extensions["youthprog.press"] = QuickPress()
    with app.app_context():
        now = clock.now()
        load(plan_department(Size.M, seed=1, today=clock.today()), prepare_record(now=now), now=now)
        token = session_cookie(make_account(Role.COORDINATOR))
        db.session().commit()
        db.db.session.remove()
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    browser = app.test_client()
    browser.set_cookie(app.config["SESSION_COOKIE_NAME"], serializer.dumps({"_user_id": token, "_fresh": True}))
    return browser


def opened(browser: FlaskClient, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    assert len(answer.data) > 5_000


def statements_of(work: Callable[[], object]) -> int:
    """How many statements some work sends."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    engine = db.db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    return sum(not statement.startswith(("PRAGMA", "BEGIN")) for statement in sent)


PARTS: list[Callable[[], Iterator[Measure]]] = [chasing]
