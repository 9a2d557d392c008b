"""Consent. Each figure is a function of its own; `PARTS` names them."""

import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient

from tests.bench.measure import Measure, ratio
from tests.makers.accounts import make_account, session_cookie
from tests.makers.people import NOW, make_guardian, make_youth
from tests.makers.programs import make_season
from tests.support.houses import build_house
from tests.support.walking import QuickPress
from youthprog.access.types import Role
from youthprog.consent import queries, services
from youthprog.consent.models import ConsentDecision, ConsentRequest, Section, UnmatchedAnswer
from youthprog.consent.types import Decision, RequestState
from youthprog.core import clock, db
from youthprog.demo.department import plan_department
from youthprog.demo.load import load, prepare_record
from youthprog.demo.types import Size
from youthprog.people.models import CustodyRestriction, Guardianship, Person


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
YOUTH = 500
ON = date(2026, 9, 17)


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


# ---- standing ----


def standing() -> Iterator[Measure]:
    """The status of 500 youth: its statements, and its time against plainly selecting the rows it is made of."""
    with tempfile.TemporaryDirectory() as folder, build_house("sqlite", Path(folder)) as house:
        assert house.app is not None
        with house.app.app_context():
            youth_ids, season_id = five_hundred()
            db.session().commit()

            def status() -> object:
                return queries.objections(youth_ids, season_id, ON)

            def rows() -> object:
                return [db.session().execute(each).all() for each in plain_rows(youth_ids, season_id)]

            assert len(queries.objections(youth_ids, season_id, ON)) == YOUTH // 10
            yield Measure("statements for the status of 500 youth", statements_of(status), "statements", 6)
            yield Measure("status of 500 youth, against selecting the same rows", ratio(status, rows), "times", 6)
            db.session().rollback()


def five_hundred() -> tuple[list[int], int]:
    """Youth with a guardian, an asked request and decisions; every tenth lacks one that is needed."""
    version = services.publish_starter_form(now=NOW)
    season = make_season()
    sections = db.session().scalars(sa.select(Section).where(Section.version_id == version.id)).all()
    ids = []
    for number in range(YOUTH):
        youth = make_youth()
        guardian = make_guardian(youth)
        request = ConsentRequest(
            form_version_id=version.id, youth_id=youth.id, guardian_id=guardian.id, season_id=season.id,
            state=RequestState.SENT, language="en", created_at=NOW, sent_at=NOW,
        )  # fmt: skip
        db.session().add(request)
        db.flush()
        for section in sections[number % 10 == 0 :]:
            db.session().add(
                ConsentDecision(
                    request_id=request.id, section_id=section.id, youth_id=youth.id, guardian_id=guardian.id,
                    season_id=season.id, section_key=section.key, decision=Decision.GIVEN, decided_at=NOW,
                    valid_until_on=season.ends_on,
                )
            )  # fmt: skip
        ids.append(youth.id)
    db.flush()
    return ids, season.id


def plain_rows(youth_ids: list[int], season_id: int) -> list[sa.Select[tuple[object, ...]]]:
    """The rows a status is made of, as a database gives them."""
    decided, asked, answer = (model.__table__ for model in (ConsentDecision, ConsentRequest, UnmatchedAnswer))
    bond, limit = Guardianship.__table__, CustodyRestriction.__table__
    of_season = [
        sa.select(table).where(table.c.youth_id.in_(youth_ids), table.c.season_id == season_id)
        for table in (decided, asked, answer)
    ]
    people = sa.select(Person.__table__.c.id, Person.__table__.c.born_on).where(Person.__table__.c.id.in_(youth_ids))
    return [*of_season, people, *(sa.select(each).where(each.c.youth_id.in_(youth_ids)) for each in (bond, limit))]


PARTS: list[Callable[[], Iterator[Measure]]] = [chasing, standing]
