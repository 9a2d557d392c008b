"""Forming teams in a process of its own: `python -m youthprog.leagues.forming.child`, one task from its standard input.

The solver weighs a hundred megabytes and may crash; here it takes nothing with it. One JSON line comes in (task, budget,
draft before), and a line "stop" may follow. JSON lines go out: progress with the best so far, then one result. It leaves
when its parent does.
"""

import json
import os
import sys
import threading
import time
from typing import IO, Any

from youthprog.leagues.forming.engine import NoWayFound, form_teams
from youthprog.leagues.forming.types import Budget, Contradiction, Phase, Progress, Task
from youthprog.leagues.forming.wire import read, written

TELL_SECONDS = 0.5  # between two lines of progress


def main() -> int:
    """Form once and leave."""
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints goes to standard error
    line = incoming.readline()
    if not line:
        return 0
    asked = json.loads(line)
    stopped = threading.Event()
    threading.Thread(target=_listen, args=(incoming, stopped), daemon=True).start()
    teller = _Teller(outgoing)
    before = {int(child): team for child, team in asked["before"].items()}
    task = read(Task, asked["task"])
    budget = read(Budget, asked["budget"])
    try:
        result = form_teams(task, budget, before=before, tell=teller.tell, stop=stopped.is_set)
    except NoWayFound:
        teller.send({"no_way": True})
        return 0
    name = "contradiction" if isinstance(result, Contradiction) else "proposal"
    teller.send({name: written(result)})
    return 0


def _listen(incoming: IO[bytes], stopped: threading.Event) -> None:
    """Stop when told; leave at once when the parent is gone."""
    for line in incoming:
        if line.strip() == b"stop":
            stopped.set()
    os._exit(1)


class _Teller:
    def __init__(self, outgoing: IO[bytes]):
        self.outgoing, self.lock = outgoing, threading.Lock()
        self.told_at, self.phase = 0.0, Phase.STARTING

    def tell(self, progress: Progress) -> None:
        """Send progress, not too often."""
        now = time.monotonic()
        if progress.phase is not self.phase or now - self.told_at > TELL_SECONDS:
            self.told_at, self.phase = now, progress.phase
            self.send({"progress": written(progress)})

    def send(self, message: dict[str, Any]) -> None:
        """One line."""
        with self.lock:
            self.outgoing.write(json.dumps(message).encode() + b"\n")
            self.outgoing.flush()


if __name__ == "__main__":
    sys.exit(main())
