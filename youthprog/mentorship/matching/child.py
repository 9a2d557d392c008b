"""Matching in a process of its own, beside the worker: `python -m youthprog.mentorship.matching.child`.

It is given the task; it tells how far it is, then the outcome.
"""

import sys
import time
from collections.abc import Callable

from youthprog.core.beside import Tell, serve
from youthprog.mentorship.matching.engine import propose
from youthprog.mentorship.matching.types import Phase, Progress, Task

TELL_SECONDS = 0.5  # between two words of progress


def work(task: Task, tell: Tell, stopped: Callable[[], bool]) -> None:
    """Match once."""
    told_at = 0.0
    phase: Phase | None = None

    def told(progress: Progress) -> None:
        nonlocal told_at, phase
        now = time.monotonic()
        if progress.phase is not phase or now - told_at > TELL_SECONDS:
            told_at, phase = now, progress.phase
            tell(progress)

    tell(propose(task, tell=told, stop=stopped))


if __name__ == "__main__":
    sys.exit(serve(work))
