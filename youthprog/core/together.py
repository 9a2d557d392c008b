"""Many deeds, one commit: whoever waits to write is written together. See docs/decisions/0057.

A commit that survives a power cut waits for the disk. On SQLite one writes at a time, so eight people at a gate wait for
eight disks in a row. Here whoever comes first writes for all who wait by then: one commit, and only then an answer to
anybody. Where one of them fails, all is undone and each is tried alone. Whoever came meanwhile goes next. There is no
thread and nothing to stop.
"""

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app

from youthprog.core import db
from youthprog.core.prepared import Known, hand, told_alike
from youthprog.core.refusals import NotFound, Refused

Deed = Callable[..., Any]
Finish = Callable[[list[Any]], None]
WRITERS = "youthprog.writers"


class _Slip:
    """One deed that waits: what to do, what came of it, and a lock that opens when its owner's turn has come."""

    def __init__(self, deed: Deed, values: tuple[Any, ...], named: dict[str, Any]):
        self.deed, self.values, self.named = deed, values, named
        self.answer: Any = None
        self.problem: BaseException | None = None
        self.done = False
        self.turn = threading.Lock()
        self.turn.acquire()


class Writers:
    """Those of this process who wait to write. One of them writes for all."""

    def __init__(self, finish: Finish, *, is_best: bool) -> None:
        self.is_best = is_best  # whether writing together pays: PostgreSQL lets many wait for the disk at once
        self.pen = _Pen(finish)
        self.guard = threading.Lock()
        self.waiting: deque[_Slip] = deque()
        self.busy = False

    def keep(self, deed: Deed, *values: Any, **named: Any) -> Any:
        """Do a deed and return what it returned, once it is kept. Raises what it raised; then nothing of it is kept."""
        slip = _Slip(deed, values, named)
        with self.guard:
            self.waiting.append(slip)
            waits, self.busy = self.busy, True
        if waits:
            slip.turn.acquire()
        if not slip.done:
            self._write()
        if slip.problem is not None:
            raise slip.problem
        return slip.answer

    def _write(self) -> None:
        taken: list[_Slip] = []
        try:
            with db.reading():  # what a session begins in here must not wait for the lock that we hold
                self._keep_together(taken)
        except BaseException as problem:
            taken += self._take()
            for slip in taken:
                slip.problem = slip.problem or problem
        finally:
            with self.guard:
                following = self.waiting[0] if self.waiting else None
                self.busy = following is not None
            for slip in taken:
                slip.done = True
                slip.turn.release()
            if following is not None:
                following.turn.release()

    def _take(self) -> list[_Slip]:
        with self.guard:
            found = list(self.waiting)
            self.waiting.clear()
        return found

    def _keep_together(self, taken: list[_Slip]) -> None:
        """Do what waits in one transaction; when that cannot be kept, each alone."""
        self.pen.begin()
        taken += self._take()  # whoever came while we waited for the lock comes along
        try:
            self.pen.write(taken)
        except Exception as problem:
            if len(taken) == 1:
                taken[0].problem = problem
                return
            for slip in taken:
                _alone(self.pen, slip)


def _alone(pen: "_Pen", slip: _Slip) -> None:
    try:
        pen.begin()
        pen.write([slip])
    except Exception as problem:
        slip.problem = problem


class _Pen:
    """The one connection that writes. What a deed reads with the session it reads beside it, as the last commit left it.

    It stays open: what it has read is good until somebody else writes. SQLite tells: the number it answers for
    `data_version` is another one as soon as any other connection, of this process or another, has committed. It is asked
    for once the lock is held, so that nobody can write any more, and then nothing is `known` that was read before.
    """

    def __init__(self, finish: Finish):
        self.finish = finish
        self.connection: Any = None
        self.dialect: sa.Dialect | None = None
        self.known, self.version = Known(), -1

    def begin(self) -> None:
        """Wait for the lock. Raises as SQLAlchemy does when somebody else keeps it too long."""
        if self.connection is None:
            engine = db.engine()
            self.dialect, self.connection = engine.dialect, db.raw_writer(engine)
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            (version,) = self.connection.execute("PRAGMA data_version").fetchone()
        except BaseException as problem:
            self.close()
            if (told := told_alike(problem, self.dialect)) is problem:
                raise
            raise told from problem
        if version != self.version:
            self.known, self.version = Known(), version

    def close(self) -> None:
        """Undo what is open and let go of the connection."""
        held, self.connection, self.version = self.connection, None, -1
        if held is not None:
            held.close()

    def write(self, slips: list[_Slip]) -> None:
        """Do deeds in the open transaction and commit. Raises what kept the commit from being made; it is undone then."""
        lines: list[Any] = []
        try:
            with hand(self.connection, self.dialect, lines, self.known) as held:
                for slip in slips:
                    slip.answer = slip.deed(*slip.values, **slip.named)
                if held.later:
                    held.send_later()
                self.finish(lines)
                self.connection.execute("COMMIT")
        except BaseException as problem:
            self._undo(problem)
            if (told := told_alike(problem, self.dialect)) is problem:
                raise
            raise told from problem

    def _undo(self, problem: BaseException) -> None:
        """Take back what is open. After a refusal the connection is as it was; anything else may have left anything."""
        if isinstance(problem, Refused | NotFound) and self.connection.in_transaction:
            self.connection.execute("ROLLBACK")
            self.version = -1
        else:
            self.close()


def install(app: Flask, finish: Finish) -> None:
    """Give this process its one place to wait, once the database is there. `finish` chains the lines of the trail, as the
    last thing before a commit."""
    dialect = app.extensions[db.ENGINE].dialect.name
    app.extensions[WRITERS] = Writers(finish, is_best=dialect == "sqlite" and db.sqlite_mode()[0] == "WAL")


def writers() -> Writers:
    """Those of this process who wait to write; only for SQLite with a write-ahead log."""
    found: Writers = current_app.extensions[WRITERS]
    return found


def keep(deed: Deed, *values: Any, **named: Any) -> Any:
    """Do a deed and keep it together with those of others who wait."""
    return writers().keep(deed, *values, **named)
