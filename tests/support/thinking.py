"""A process to be started beside: it tells its task back, then thinks until it is told to stop, or breaks."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from youthprog.core.beside import Tell, serve


def work(task: str, tell: Tell, stopped: Callable[[], bool]) -> None:
    """Say the task and think about it."""
    print("what a library prints is no word to the worker")
    tell(task)
    if task == "break":
        raise SystemExit(9)
    while not stopped():
        time.sleep(0.01)
    tell("stopped")


if __name__ == "__main__":
    sys.exit(serve(work))
