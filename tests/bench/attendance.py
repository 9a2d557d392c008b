"""Attendance. Each figure is a function of its own; `PARTS` names them."""

import tempfile
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient

from tests.bench import attendance_speed
from tests.bench.consent import demo_department, opened, statements_of
from tests.bench.measure import Measure, ratio
from tests.makers.accounts import make_account, make_actor, session_cookie
from tests.makers.people import make_guardian, make_youth
from tests.makers.programs import enroll, make_gathering, make_group, make_season
from tests.support.houses import build_house
from youthprog.access.types import Role
from youthprog.attendance import absence_queries, counting_queries, missing_queries, services
from youthprog.attendance.counting import Scope
from youthprog.attendance.missing_queries import Wanted
from youthprog.attendance.models import AttendanceMark
from youthprog.attendance.types import DeedKind, Said
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.demo.department import plan_department
from youthprog.demo.load import load, prepare_record
from youthprog.demo.types import Size


def measures() -> Iterator[Measure]:
    for part in PARTS:
        yield from part()


# ---- who is on site ----

HERE = 500
HELLOS = 1000  # a bare Flask answers these in about a fifth of a second of one core


def on_site_now() -> Iterator[Measure]:
    """The page with 500 youth on site, each with a guardian and a reason, against answers of a bare Flask."""
    bare = Flask("bare")
    bare.add_url_rule("/", view_func=lambda: "Hello, World!")
    hello = bare.test_client()
    with tempfile.TemporaryDirectory() as folder, build_house("sqlite", Path(folder)) as house:
        assert house.app is not None
        few, many = gate(house.app, 150), gate(house.app, HERE)
        counts = []
        for browser in (few, many):
            with house.app.app_context():
                counts.append(statements_of(lambda browser=browser: opened(browser, "/on-site")))
        yield Measure("statements of who is on site, 500 youth against 150", counts[1] - counts[0], "statements", 0)
        yield Measure("statements of who is on site", counts[1], "statements", 40)
        measured = ratio(lambda: opened(many, "/on-site"), lambda: [hello.get("/") for _each in range(HELLOS)])
        yield Measure(f"who is on site, 500 youth, against {HELLOS} bare answers", measured, "times", 4)


def gate(app: Flask, count: int) -> FlaskClient:
    """A program with so many youth on site, and its coordinator's browser."""
    with app.app_context():
        now = clock.now()
        season = make_season(starts_on=(now - timedelta(days=60)).date(), ends_on=(now + timedelta(days=60)).date())
        gathering = make_gathering(make_group(season), now - timedelta(minutes=30))
        said = []
        for number in range(count):
            child = make_youth(f"Youth{number}")
            make_guardian(child)
            enroll(child, season)
            said.append(Said(str(uuid.uuid4()), child.id, DeedKind.ARRIVE, now))
        services.say(gathering, said, by=SYSTEM, now=now)
        token = session_cookie(make_account(Role.COORDINATOR, program_id=season.program_id))
        db.session().commit()
        db.db.session.remove()
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    browser = app.test_client()
    browser.set_cookie(app.config["SESSION_COOKIE_NAME"], serializer.dumps({"_user_id": token, "_fresh": True}))
    return browser


# ---- who stays away, what is not entered ----


def absences() -> Iterator[Measure]:
    """Who of 2,200 youth stays away, and how complete 60,000 marks' registers are, against reading every mark once."""
    with tempfile.TemporaryDirectory() as folder, build_house("sqlite", Path(folder)) as house:
        assert house.app is not None
        with house.app.app_context():
            now = clock.now()
            load(plan_department(Size.M, seed=1, today=clock.today()), prepare_record(now=now), now=now)
            db.session().commit()
            everywhere, on = make_actor(Role.COORDINATOR), clock.today()
            table = db.table(AttendanceMark)

            def marks() -> object:
                every = sa.select(table.c.gathering_id, table.c.youth_id, table.c.mark)
                return db.session().execute(every).all()

            def away() -> object:
                return absence_queries.who_stays_away(everywhere, on)

            def complete() -> object:
                return missing_queries.completeness_by_group(everywhere, Wanted(), now, limit=51)

            assert away()
            yield Measure("statements for who stays away, 2,200 youth", statements_of(away), "statements", 1)
            name = "against reading 60,000 marks once"
            yield Measure(f"who stays away, 2,200 youth, {name}", ratio(away, marks), "times", 0.5)
            yield Measure(f"completeness by group, {name}", ratio(complete, marks), "times", 0.2)
            db.session().rollback()


# ---- figures ----

MARKS = 60_000


def counting() -> Iterator[Measure]:
    """All figures of 60,000 marks against plainly selecting those marks, and a page of a list likewise."""
    with tempfile.TemporaryDirectory() as folder, build_house("sqlite", Path(folder)) as house:
        assert house.app is not None
        demo_department(house.app)
        with house.app.app_context():
            actor, now = make_actor(Role.COORDINATOR), clock.now()
            scope = Scope(clock.today() - timedelta(days=400), clock.today())
            mark = AttendanceMark

            def floor() -> int:
                columns = mark.gathering_id, mark.youth_id, mark.mark, mark.minutes
                return len(db.session().execute(sa.select(*columns)).all())

            def figures() -> counting_queries.Counted:
                return counting_queries.count_attendance(actor, scope, now)

            def page(name: str) -> object:
                return counting_queries.page_of(name, actor, scope, now), counting_queries.length_of(
                    name, actor, scope, now
                )

            assert floor() == MARKS
            assert figures().figures.visits > MARKS * 3 // 4
            yield Measure("all figures of 60,000 marks, against selecting them", ratio(figures, floor), "times", 2)
            yield Measure("statements for all figures", statements_of(figures), "statements", 2)
            for name in ("served", "visits", "offered"):
                measured = ratio(lambda name=name: page(name), floor)
                yield Measure(f"a page of the list of {name}, against selecting 60,000 marks", measured, "times", 3)
            yield Measure("statements for a page of a list", statements_of(lambda: page("served")), "statements", 2)
            db.session().rollback()


PARTS = (on_site_now, absences, counting, attendance_speed.measures)
