"""What is done once a day: `wiring` says what, the worker does it.

Apart from the worker, so that the web process, which only passes the list on, does not load the mailer.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from flask import Flask, current_app

from youthprog.core import clock, db

log = logging.getLogger("youthprog.worker")
CHORES = "youthprog.chores"
OFTEN = "youthprog.chores.often"
SOON = "youthprog.chores.soon"
BREATH_SECONDS = 0.05  # between two steps of a long chore, so that the web process gets SQLite's lock
Chore = Callable[[datetime], object]


def install(app: Flask, chores: Sequence[Chore] = (), often: Sequence[Chore] = (), soon: Sequence[Chore] = ()) -> None:
    """Say what is done once a day, every few minutes, and as soon as somebody asks, each in a transaction of its own."""
    app.extensions[CHORES] = tuple(chores)
    app.extensions[OFTEN] = tuple(often)
    app.extensions[SOON] = tuple(soon)


def do_chores(which: str = CHORES) -> None:
    """Do the daily chores, or those done often, each in its own transaction; one that fails does not stop the next.

    A chore that yields is committed at each yield, so that long work holds no lock for long.
    """
    for chore in current_app.extensions[which]:
        try:
            steps = chore(clock.now())
            db.session().commit()
            if isinstance(steps, Iterator):
                for _step in steps:
                    db.session().commit()
                    time.sleep(BREATH_SECONDS)
                db.session().commit()
        except Exception:
            db.session().rollback()
            log.exception("a chore failed")
