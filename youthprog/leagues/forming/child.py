"""Forming teams in a process of its own, beside the worker: `python -m youthprog.leagues.forming.child`.

The solver weighs a hundred megabytes and may crash; here it takes nothing with it. It is given the task, the budget and
the draft before; it tells progress with the best so far, then the proposal, the contradiction, or that no way was found.
"""

import sys
import time
from collections.abc import Callable

from youthprog.core.beside import Tell, serve
from youthprog.leagues.forming.engine import NoWayFound, form_teams
from youthprog.leagues.forming.types import NO_WAY, Budget, Phase, Progress, Task

TELL_SECONDS = 0.5  # between two words of progress


def work(asked: tuple[Task, Budget, dict[int, int]], tell: Tell, stopped: Callable[[], bool]) -> None:
    """Form once."""
    task, budget, before = asked
    told_at, phase = 0.0, Phase.STARTING

    def told(progress: Progress) -> None:
        nonlocal told_at, phase
        now = time.monotonic()
        if progress.phase is not phase or now - told_at > TELL_SECONDS:
            told_at, phase = now, progress.phase
            tell(progress)

    try:
        tell(form_teams(task, budget, before=before, tell=told, stop=stopped))
    except NoWayFound:
        tell(NO_WAY)


if __name__ == "__main__":
    sys.exit(serve(work))
