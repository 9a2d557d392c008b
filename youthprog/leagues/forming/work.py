"""Forming teams in the worker: take up what was asked, let a process beside it solve it, keep progress and result.

A generator: whoever runs it commits at each yield, so that no lock is held while the solver thinks. The solver's process
is ended when the worker is, when somebody put the forming away, and when it takes far longer than it may; a crash leaves
the teams, and any draft there was, as they are.
"""

from collections.abc import Iterator
from datetime import datetime

from youthprog.core import clock, db
from youthprog.core.beside import Beside, Ended
from youthprog.leagues.forming import queries, services
from youthprog.leagues.forming.types import NO_WAY, Budget, Progress

LOOK_SECONDS = 1.0  # between two looks whether somebody said stop
GRACE_SECONDS = 30.0  # beyond its budget
CHILD = "youthprog.leagues.forming.child"


def form_what_is_asked(_now: datetime) -> Iterator[None]:
    """Form the teams of the division that was asked first, if any."""
    with db.reading():
        forming_id = queries.waiting_forming(clock.now())
        db.session().rollback()
    if forming_id is None or not services.take_up(forming_id, now=clock.now()):
        return
    yield
    with db.reading():
        forming = queries.get_forming(forming_id)
        task, before = queries.task_of(forming, clock.today())
        budget = Budget(seconds=float(forming.seconds))
        db.session().rollback()
    result, broken = None, False
    with Beside(CHILD, (task, budget, before), most_seconds=budget.seconds + GRACE_SECONDS) as solver:
        try:
            while (message := solver.next(LOOK_SECONDS)) is None or isinstance(message, Progress):
                if not services.keep_progress(forming_id, message, now=clock.now()):
                    solver.stop()
                yield
            result = None if message == NO_WAY else message
        except Ended:
            broken = True
        services.keep_result(forming_id, result, broken=broken, now=clock.now())
        yield
