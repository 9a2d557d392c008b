"""10,000 assignments judged as whoever assigns asks: papers and requirements read from a department's database.

Two figures: the processor time, in turns of a loop of plain Python timed in the same run (as in mentor_matching), and the
share of answers that a count by hand over the same rows gives too. That rules alone equal an oracle is shown by
tests/rules/test_credentials.py.
"""

import random
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from tests.bench.measure import Measure
from tests.makers.credentials import make_paper, make_rule
from tests.makers.people import make_person
from tests.makers.programs import make_season
from tests.support.houses import build_house
from youthprog.core import clock, db
from youthprog.credentials import judging
from youthprog.credentials.models import Credential
from youthprog.credentials.types import CONCUSSION, CRIMINAL_CHECK

ASSIGNMENTS, ADULTS, DAYS, TURN_SECONDS = 10_000, 500, 20, 0.012
YEARS = {CRIMINAL_CHECK: 2, CONCUSSION: 1}


def measures() -> Iterator[Measure]:
    """500 adults, each judged for 20 days ahead."""
    with tempfile.TemporaryDirectory() as folder, build_house("sqlite", Path(folder)) as house:
        assert house.app is not None
        with house.app.app_context():
            adults, program_id = _department(random.Random(6))
            on, turn = clock.today(), _turn()
            began = time.process_time()
            refused = {
                (person_id, days)
                for days in range(DAYS)
                for person_id, look in judging.judge(adults, program_id, on + timedelta(days), "leader", 60).items()
                if look.refusals
            }
            taken = (time.process_time() - began) / turn
            wrong = refused ^ _by_hand(adults)
    yield Measure("10,000 assignments judged on a database", taken * TURN_SECONDS, "s at 12 ms a turn", 5)
    yield Measure("10,000 assignments: answers that a count by hand does not give", len(wrong), "answers", 0)


def _department(chance: random.Random) -> tuple[list[int], int]:
    """Two things asked of everybody, and papers of all ages."""
    on = clock.today()
    season = make_season(starts_on=on - timedelta(days=200), ends_on=on + timedelta(days=100))
    make_rule(CRIMINAL_CHECK, valid_months=24)
    make_rule(CONCUSSION)
    adults = []
    for number in range(ADULTS):
        person = make_person(f"Ana{number}", "Helper")
        for kind in (CRIMINAL_CHECK, CONCUSSION):
            if chance.random() < 0.85:
                make_paper(person.id, on - timedelta(days=chance.randrange(5, 900)), kind)
        adults.append(person.id)
    db.session().commit()
    return adults, season.program_id


def _by_hand(adults: list[int]) -> set[tuple[int, int]]:
    """Who lacks something on a day: nobody holds what was issued more than so many calendar years before."""
    rows = db.session().execute(sa.select(Credential.person_id, Credential.kind, Credential.issued_on)).all()
    issued = {(person_id, kind): issued_on for person_id, kind, issued_on in rows if issued_on}
    found = set()
    for days in range(DAYS):
        on = clock.today() + timedelta(days)
        for person_id in adults:
            for kind, years in YEARS.items():
                first = issued.get((person_id, kind))
                if first is None or (on.year - first.year, on.month, on.day) > (years, first.month, first.day):
                    found.add((person_id, days))
    return found


def _turn() -> float:
    """What a loop of plain Python takes here and now."""
    began, total = time.process_time(), 0
    for number in range(500_000):
        total += number % 7
    return time.process_time() - began
