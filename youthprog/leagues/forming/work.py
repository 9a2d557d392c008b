"""Forming teams in the worker: take up what was asked, let a child process solve it, keep progress and result.

A generator: whoever runs it commits at each yield, so that no lock is held while the solver thinks. The solver's process
is ended when the worker is, when somebody put the forming away, and when it takes far longer than it may; a crash leaves
the teams, and any draft there was, as they are.
"""

import json
import logging
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from youthprog.core import clock, db
from youthprog.leagues.forming import queries, services
from youthprog.leagues.forming.types import Budget, Contradiction, Progress, Proposal, Task
from youthprog.leagues.forming.wire import read, written

log = logging.getLogger("youthprog.worker")
LOOK_SECONDS = 1.0  # between two looks whether somebody said stop
GRACE_SECONDS = 30.0  # beyond its budget
KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "TMPDIR", "SYSTEMROOT")
COMMAND = [sys.executable, "-m", "youthprog.leagues.forming.child"]


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
    solver = Solver(task, budget, before)
    try:
        while (message := solver.next(LOOK_SECONDS)) is None or "progress" in message:
            told = read(Progress, message["progress"]) if message is not None else None
            if not services.keep_progress(forming_id, told, now=clock.now()):
                solver.stop()
            yield
        services.keep_result(forming_id, _result(message), broken="broken" in message, now=clock.now())
        yield
    finally:
        solver.close()


def _result(message: dict[str, Any]) -> Proposal | Contradiction | None:
    if "proposal" in message:
        return read(Proposal, message["proposal"])
    return read(Contradiction, message["contradiction"]) if "contradiction" in message else None


class Solver:
    """The child process that forms one task, and what it says."""

    def __init__(self, task: Task, budget: Budget, before: dict[int, int]):
        self.until = time.monotonic() + budget.seconds + GRACE_SECONDS
        self.said: queue.Queue[dict[str, Any]] = queue.Queue()
        self.child = subprocess.Popen(
            COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).resolve().parents[2],
            env={name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ},
        )
        assert self.child.stdout is not None
        threading.Thread(target=self._listen, args=(self.child.stdout,), name="solver", daemon=True).start()
        self._send(json.dumps({"task": written(task), "budget": written(budget), "before": written(before)}))

    def _listen(self, outgoing: IO[bytes]) -> None:
        for line in outgoing:
            self.said.put(json.loads(line))
        self.said.put({"broken": True})

    def _send(self, line: str) -> None:
        assert self.child.stdin is not None
        try:
            self.child.stdin.write(line.encode() + b"\n")
            self.child.stdin.flush()
        except OSError:  # it broke; the listener says so
            log.warning("the solver does not listen")

    def next(self, seconds: float) -> dict[str, Any] | None:
        """What it says next, None when it says nothing for so long; "broken" when it is gone or takes too long."""
        try:
            return self.said.get(timeout=seconds)
        except queue.Empty:
            return {"broken": True} if time.monotonic() > self.until else None

    def stop(self) -> None:
        """Let it end with the best so far."""
        self._send("stop")

    def close(self) -> None:
        """End it, whatever it does."""
        self.child.kill()
        for pipe in (self.child.stdin, self.child.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    pass
        self.child.wait()
