"""Consent. Each figure is a function of its own; `PARTS` names them."""

import gzip
import tempfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient

from tests.bench.measure import Measure, ratio
from tests.makers.accounts import make_account, session_cookie
from tests.makers.consent import Family, Siblings, next_season, token_in_newest_mail
from tests.makers.people import NOW, make_guardian, make_youth
from tests.makers.programs import join, make_group, make_season
from tests.support.houses import build_house
from tests.support.pages import Visitor
from tests.support.quick_press import QuickPress
from tests.support.sitting import Walk
from youthprog.access.types import Role
from youthprog.consent import queries, services
from youthprog.consent.models import ConsentDecision, ConsentRequest, Section, UnmatchedAnswer
from youthprog.consent.types import Decision, RequestState
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.demo.department import plan_department
from youthprog.demo.load import load, prepare_record
from youthprog.demo.types import Size
from youthprog.people.models import CustodyRestriction, Guardianship, GuardianshipChange, Person


def measures() -> Iterator[Measure]:
    for part in PARTS:
        yield from part()


# ---- the coordinator's pages ----

FLOOR = "/people"  # fifty people with a guardian and a phone: what any list of fifty costs
CHASED = {
    "who to chase": ("/consents/chase", 6),
    "who to chase, of families who speak Spanish": ("/consents/chase?language=es", 6),
    "who to chase, a state nobody is in": ("/consents/chase?state=conflict", 6),
    "who to chase, who wants paper": ("/consents/chase?state=wants_paper", 6),
    "who to chase, everybody for a spreadsheet": ("/consents/chase.csv", 25),
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
                return queries.lines_for(youth_ids, season_id, ON)

            def rows() -> object:
                return [db.session().execute(each).all() for each in plain_rows(youth_ids, season_id)]

            lines = queries.lines_for(youth_ids, season_id, ON).values()
            assert sum(line.state != "signed" for line in lines) == YOUTH // 10
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
    of_family = [sa.select(each).where(each.c.youth_id.in_(youth_ids)) for each in (bond, limit)]
    was = GuardianshipChange.__table__
    of_bonds = sa.select(was).join(bond, bond.c.id == was.c.guardianship_id).where(bond.c.youth_id.in_(youth_ids))
    return [*of_season, people, *of_family, of_bonds]


# ---- the guardian's journey ----

STATIC = Path(__file__).resolve().parents[2] / "youthprog" / "static"
SEPTEMBER = NOW.replace(hour=18)
NEXT_YEAR = SEPTEMBER + timedelta(days=200)
# What a guardian's page loads besides itself, without web fonts; the page to sign loads the drawing pad too.
EVERY_PAGE = ("css/youthprog.css", "js/youthprog.js", "icons/shield.svg")
DRAWING = ("js/drawing.js", "vendor/signature_pad.min.js")


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


PARTS: list[Callable[[], Iterator[Measure]]] = [chasing, standing, journey]
