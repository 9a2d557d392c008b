"""A process beside the worker for work that thinks: it holds what is heavy, may be killed, and gives its memory back.

It is told its task and nothing else: no key and no secret of the worker's is in its environment. It says what it finds,
step by step. `Beside` is the worker's end, `serve` the other. Both ends are ours, so they speak in pickles.
"""

import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "TMPDIR", "SYSTEMROOT")
STOP = b"stop\n"
GONE = object()
Tell = Callable[[Any], None]
Work = Callable[[Any, Tell, Callable[[], bool]], None]


class Ended(Exception):
    """The process has ended, or takes longer than it may; it says nothing more."""


class Beside:
    """A process that does one task. It ends with the block, whatever it does."""

    def __init__(self, module: str, task: Any, *, most_seconds: float | None = None):
        self.until = None if most_seconds is None else time.monotonic() + most_seconds
        self.said: queue.Queue[Any] = queue.Queue()
        self.child = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).resolve().parents[2],
            env={name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ},
        )
        assert self.child.stdout is not None
        threading.Thread(target=self._listen, args=(self.child.stdout,), name="beside", daemon=True).start()
        self._send(pickle.dumps(task))

    def __enter__(self) -> "Beside":
        return self

    def __exit__(self, *_problem: object) -> None:
        self.close()

    def _listen(self, told: IO[bytes]) -> None:
        with suppress(EOFError, OSError, ValueError, pickle.UnpicklingError):
            while True:
                self.said.put(pickle.load(told))
        self.said.put(GONE)

    def _send(self, words: bytes) -> None:
        assert self.child.stdin is not None
        with suppress(OSError, ValueError):  # when it is gone already, the listener says so
            self.child.stdin.write(words)
            self.child.stdin.flush()

    def next(self, seconds: float) -> Any | None:
        """What it says next; None when it says nothing for so long. Raises `Ended`."""
        try:
            message = self.said.get(timeout=seconds)
        except queue.Empty:
            if self.until is not None and time.monotonic() > self.until:
                raise Ended from None
            return None
        if message is GONE:
            self.said.put(GONE)
            raise Ended
        return message

    def messages(self, seconds: float) -> Iterator[Any]:
        """All that it says, in order, and None whenever it says nothing for so long. Ends with it."""
        while True:
            try:
                yield self.next(seconds)
            except Ended:
                return

    def stop(self) -> None:
        """Let it end with the best so far."""
        self._send(STOP)

    def close(self) -> None:
        """End it."""
        self.child.kill()
        for pipe in (self.child.stdin, self.child.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self.child.wait()


def serve(work: Work) -> int:
    """The other end: read the task, do it, tell what is found. It leaves at once when the worker is gone.

    `work` is given the task, what to tell with, and a question whether it is to stop.
    """
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints goes to standard error
    try:
        task = pickle.load(incoming)
    except EOFError:
        return 0
    stopped, lock = threading.Event(), threading.Lock()

    def listen() -> None:
        for line in incoming:
            if line == STOP:
                stopped.set()
        os._exit(1)

    def tell(message: Any) -> None:
        with lock:
            pickle.dump(message, outgoing)
            outgoing.flush()

    threading.Thread(target=listen, daemon=True).start()
    work(task, tell, stopped.is_set)
    return 0
