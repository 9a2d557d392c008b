"""What is done once a day: `wiring` says what, the worker does it.

Apart from the worker, so that the web process, which only passes the list on, does not load the mailer.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from flask import Flask, current_app

from youthprog.core import clock, db

log = logging.getLogger("youthprog.worker")
CHORES = "youthprog.chores"
Chore = Callable[[datetime], object]


def install(app: Flask, chores: Sequence[Chore] = ()) -> None:
    """Say what is done once a day, each chore in a transaction of its own."""
    app.extensions[CHORES] = tuple(chores)


def do_chores() -> None:
    """Do the daily chores, each in its own transaction; one that fails does not stop the next."""
    for chore in current_app.extensions[CHORES]:
        try:
            chore(clock.now())
            db.session().commit()
        except Exception:
            db.session().rollback()
            log.exception("a chore failed")
