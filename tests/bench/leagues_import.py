"""How much processor time 5,000 players take from the bytes of a file to rows that are kept, against plainly reading the CSV and inserting rows.

Ours decodes, finds the header, maps 161 columns, judges every cell, compares with the department, looks for who may be
the same under another spelling, and keeps people, guardians, homes, places, teams, health notes and a chained line of
the trail for every deed. The floor reads the same bytes with the csv module and inserts one row of the same cells for
each player, youth and guardian, into a table without a rule. Both commit; rounds alternate on fresh databases.
"""

import csv
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import sqlalchemy as sa

from tests.bench.measure import Measure
from youthprog import create_app
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.demo.department import plan_department
from youthprog.demo.files import sports_connect_csv
from youthprog.demo.types import Size
from youthprog.leagues import services
from youthprog.leagues.imports.importing import read_players
from youthprog.leagues.imports.services import AT_ONCE
from youthprog.leagues.imports.types import Action
from youthprog.people.models import Person
from youthprog.programs.models import Season
from youthprog.programs.services import open_program, open_season
from youthprog.programs.types import ProgramKind

ROOT = Path(__file__).resolve().parents[2]
ROWS = 5_000
ROUNDS = 3
MOST_SECONDS = 30


def measures() -> Iterator[Measure]:
    content = sports_connect_csv(plan_department(Size.L, seed=5, today=date.today()), most=ROWS)  # noqa: DTZ011
    ours, floors, again = [], [], []
    with tempfile.TemporaryDirectory(prefix="youthprog-bench-") as name:
        for number in range(ROUNDS):
            first, second = _ours(Path(name) / f"ours-{number}", content)
            ours.append(first)
            again.append(second)
            floors.append(_floor(Path(name) / f"floor-{number}.db", content))
    floor = statistics.median(floors)
    yield Measure(f"{ROWS:,} players from bytes to kept rows", statistics.median(ours), "s of processor", MOST_SECONDS)
    yield Measure(
        f"{ROWS:,} players, against reading and inserting them plainly", statistics.median(ours) / floor, "times", 80
    )
    yield Measure(
        f"the same {ROWS:,} players again, changing nothing, against that",
        statistics.median(again) / floor,
        "times",
        25,
    )


def _ours(instance: Path, content: bytes) -> tuple[float, float]:
    """Seconds of an import into a new department, and of the same file again."""
    there = dict(os.environ) | {"YOUTHPROG_INSTANCE": str(instance)}
    subprocess.run(
        [sys.executable, "-m", "youthprog.cli", "init"], env=there, cwd=ROOT, capture_output=True, check=True
    )
    app = create_app(instance=instance)
    with app.app_context():
        season_id = _season()
        seconds = []
        for expected in (Action.NEW, Action.SAME):
            start = time.process_time()
            reading = read_players(content, filename="players.csv", today=clock.today())
            for begin in range(0, len(reading.rows), AT_ONCE):
                season = db.session().get_one(Season, season_id)
                part = reading.rows[begin : begin + AT_ONCE]
                done = services.import_players(part, season, by=SYSTEM, now=clock.now(), whole=reading.rows)
                db.session().commit()
                if expected is Action.SAME:
                    assert {plan.action for plan in done.planned} <= {Action.SAME, Action.REFUSE}
            seconds.append(time.process_time() - start)
        kept = db.session().scalar(sa.select(sa.func.count()).select_from(Person))
        assert kept is not None
        assert kept > ROWS
        db.db.session.remove()
        db.db.engine.dispose()
    return seconds[0], seconds[1]


def _season() -> int:
    today, now = clock.today(), clock.now()
    told = {"by": SYSTEM, "now": now}
    program = open_program(ProgramKind.LEAGUE, "Bench", "Banco", **told)
    season = open_season(
        program,
        "Fall",
        starts_on=today - timedelta(9),
        ends_on=today + timedelta(90),
        age_cutoff_on=today,
        min_age=3,
        max_age=19,
        **told,
    )
    db.session().commit()
    return season.id


def _floor(path: Path, content: bytes) -> float:
    """Seconds of reading the same bytes and inserting a row for each youth and guardian."""
    engine = sa.create_engine(f"sqlite:///{path}")
    meta = sa.MetaData()
    table = sa.Table(
        "row", meta, sa.Column("id", sa.Integer, primary_key=True), *(sa.Column(f"c{n}", sa.String) for n in range(8))
    )
    meta.create_all(engine)
    start = time.process_time()
    rows = []
    for cells in csv.DictReader(io.StringIO(content.decode("utf-8-sig"))):
        youth = (
            "Player First Name",
            "Player Last Name",
            "Player Birth Date",
            "Player Gender",
            "School Name",
            "Team Name",
            "Division Name",
            "Player Jersey Number",
        )
        adult = (
            "Account First Name",
            "Account Last Name",
            "User Email",
            "Cellphone",
            "Street Address",
            "City",
            "State",
            "Postal Code",
        )
        for names in (youth, adult):
            rows.append({f"c{n}": cells.get(name, "") for n, name in enumerate(names)})
    with engine.begin() as connection:
        connection.execute(sa.insert(table), rows)
    seconds = time.process_time() - start
    engine.dispose()
    return seconds
