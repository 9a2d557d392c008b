"""Matching in the worker: take up what was asked, let a process beside it find the best, keep progress and result.

A generator: whoever runs it commits at each yield, so that no lock is held while the solver thinks.
"""

from collections.abc import Iterator
from datetime import datetime

from youthprog.core import clock, db
from youthprog.core.beside import Beside, Ended
from youthprog.mentorship.matching import queries, services
from youthprog.mentorship.matching.types import Outcome, Progress

LOOK_SECONDS = 1.0  # between two looks whether somebody said stop
MOST_SECONDS = 600.0
CHILD = "youthprog.mentorship.matching.child"


def match_what_is_asked(_now: datetime) -> Iterator[None]:
    """Match the season that was asked first, if any."""
    with db.reading():
        run_id = queries.waiting_run(clock.now())
        db.session().rollback()
    if run_id is None or not services.take_up(run_id, now=clock.now()):
        return
    yield
    with db.reading():
        task = queries.task_of(queries.get_run(run_id), clock.today())
        db.session().rollback()
    with Beside(CHILD, task, most_seconds=MOST_SECONDS) as solver:
        outcome = None
        try:
            while (message := solver.next(LOOK_SECONDS)) is None or isinstance(message, Progress):
                if not services.keep_progress(run_id, message, now=clock.now()):
                    solver.stop()
                yield
            outcome = message if isinstance(message, Outcome) else None
        except Ended:
            pass
        services.keep_result(run_id, outcome, task)
        yield
