"""Attendance. Each figure is a function of its own; `PARTS` names them."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from tests.bench.consent import statements_of
from tests.bench.measure import Measure, ratio
from tests.makers.accounts import make_actor
from tests.support.houses import build_house
from youthprog.access.types import Role
from youthprog.attendance import absence_queries, missing_queries
from youthprog.attendance.missing_queries import Wanted
from youthprog.attendance.models import AttendanceMark
from youthprog.core import clock, db
from youthprog.demo.department import plan_department
from youthprog.demo.load import load, prepare_record
from youthprog.demo.types import Size


def measures() -> Iterator[Measure]:
    for part in PARTS:
        yield from part()


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


PARTS = (absences,)
