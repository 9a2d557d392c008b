"""The process that makes a schedule, beside the worker: `python -m youthprog.leagues.season.child`.

It is given what the season is, and for how many seconds to better the schedule; it tells the answer, then the best so far.
"""

import sys
import time
from collections.abc import Callable

from youthprog.core.beside import Tell, serve
from youthprog.leagues.season.improving import Progress, improve
from youthprog.leagues.season.making import Outcome, make
from youthprog.leagues.season.types import SeasonSpec

REPORT_SECONDS = 0.5


def work(asked: tuple[SeasonSpec, float], tell: Tell, stopped: Callable[[], bool]) -> None:
    """Make the schedule that is asked for, then make it better for so many seconds."""
    spec, seconds = asked
    answer = make(spec, seconds=seconds)
    tell(answer)
    if answer.outcome is not Outcome.MADE:
        return
    end, due = time.monotonic() + seconds, 0.0

    def keep_on(progress: Progress) -> bool:
        nonlocal due
        moment = time.monotonic()
        ends = moment >= end or stopped()
        if moment >= due or ends:
            due = moment + REPORT_SECONDS
            tell(progress)
        return not ends

    improve(spec, answer.plan, keep_on=keep_on)


if __name__ == "__main__":
    sys.exit(serve(work))
