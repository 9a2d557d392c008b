"""The process that makes a schedule, beside the worker: it holds the solver, may be killed, and gives its memory back.

It reads what the season is from its standard input and writes what it found, step by step, to its standard output. Both
ends are ours. It ends when nobody reads any more.
"""

import pickle
import sys
import time
from typing import BinaryIO

from youthprog.leagues.season.improving import Progress, improve
from youthprog.leagues.season.making import Outcome, make

REPORT_SECONDS = 0.5


def main(given: BinaryIO, told: BinaryIO) -> int:
    """Make the schedule that is asked for, then make it better for so many seconds."""
    spec, seconds = pickle.load(given)

    def tell(message: object) -> None:
        pickle.dump(message, told)
        told.flush()

    answer = make(spec, seconds=seconds)
    tell(answer)
    if answer.outcome is not Outcome.MADE:
        return 0
    end, due = time.monotonic() + seconds, 0.0

    def keep_on(progress: Progress) -> bool:
        nonlocal due
        moment = time.monotonic()
        if moment >= due or moment >= end:
            due = moment + REPORT_SECONDS
            tell(progress)
        return moment < end

    improve(spec, answer.plan, keep_on=keep_on)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.stdin.buffer, sys.stdout.buffer))
    except BrokenPipeError:  # nobody waits for it any more
        sys.stdout = None
