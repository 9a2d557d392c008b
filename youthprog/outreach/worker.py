"""The worker: mail leaves here, after the commit of the deed that wrote it.

The outbox row is the truth; a huey task is only a poke. A lost poke costs at most a minute, until the
sweeper looks; a poke that comes twice finds the message leased. This is the one module that knows huey.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from flask import Flask, current_app
from huey import Huey, RedisHuey, SqliteHuey, crontab
from sqlalchemy import event
from sqlalchemy import orm as so

from youthprog.config import Settings
from youthprog.core import clock, db
from youthprog.outreach import delivery, queries, services
from youthprog.outreach.models import Message

log = logging.getLogger("youthprog.worker")
QUEUE, DELIVER, CHORES = "youthprog.queue", "youthprog.deliver", "youthprog.chores"
SHUTDOWN_SECONDS = 8.0
Chore = Callable[[datetime], object]


def install(app: Flask, chores: Sequence[Chore] = ()) -> None:
    """Give the application its queue. `chores` are done once a day, each in a transaction of its own."""
    queue = _open_queue(app.config["YOUTHPROG"])
    app.extensions[QUEUE] = queue
    app.extensions[CHORES] = tuple(chores)

    def inside(work: Callable[..., Any]) -> Callable[..., None]:
        def run(*values: Any) -> None:
            with app.app_context():
                work(*values)

        return run

    app.extensions[DELIVER] = queue.task(name="deliver")(inside(deliver))
    queue.periodic_task(crontab(minute="*"), name="sweep")(inside(sweep))
    queue.periodic_task(crontab(minute="10", hour="3"), name="chores")(inside(do_chores))


def run(app: Flask) -> None:
    """Work until SIGTERM or SIGINT: finish what is in hand, begin nothing new."""
    consumer = app.extensions[QUEUE].create_consumer(
        workers=2, max_delay=1.0, graceful_signal="TERM", shutdown_timeout=SHUTDOWN_SECONDS
    )

    consumer.run()


def deliver(message_id: int) -> None:
    """Deliver one message unless somebody else is at it: lease, send, settle. No lock is held while it travels."""
    lease = services.take(message_id, now=clock.now())
    db.session().commit()
    if lease is None:
        return
    settings: Settings = current_app.config["YOUTHPROG"]
    message = db.session().get_one(Message, message_id)
    if queries.is_kept_from(message, clock.today()):
        services.cancel(message_id, lease, now=clock.now())
        db.session().commit()
        return
    envelope = queries.envelope_of(message)
    db.session().rollback()
    outcome = delivery.deliver(envelope, _sender(settings), delivery.server_of(settings.smtp_url))
    services.settle(message_id, lease, outcome, now=clock.now())
    db.session().commit()


def sweep() -> int:
    """Take up every message that is due or was left behind; returns how many were tried."""
    settings: Settings = current_app.config["YOUTHPROG"]
    if not settings.smtp_url:
        return 0
    found = queries.due_ids(clock.now())
    db.session().rollback()
    for message_id in found:
        try:
            deliver(message_id)
        except Exception:  # one bad message must not keep the others back
            db.session().rollback()
            log.exception("a message could not be delivered", extra={"message_id": message_id})
    return len(found)


def do_chores() -> None:
    """Do the daily chores, each in its own transaction; one that fails does not stop the next."""
    for chore in current_app.extensions[CHORES]:
        try:
            chore(clock.now())
            db.session().commit()
        except Exception:
            db.session().rollback()
            log.exception("a chore failed")


def _open_queue(settings: Settings) -> Huey:
    if settings.environment == "testing":
        return SqliteHuey("youthprog", filename=":memory:", immediate=True)
    if settings.huey_url.startswith(("redis://", "rediss://")):
        return RedisHuey("youthprog", url=settings.huey_url, results=False)
    settings.instance.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("youthprog", filename=str(settings.instance / "queue.db"), results=False, journal_mode="delete")


def _sender(settings: Settings) -> delivery.Sender:
    name = f"{settings.department} {settings.department_program}".strip()
    return delivery.Sender(name, settings.mail_from or settings.department_email)


@event.listens_for(so.Session, "after_commit")
def _poke(session: so.Session) -> None:
    waiting = session.info.pop(services.WAITING, ())
    queue = current_app.extensions.get(QUEUE) if waiting else None
    if queue is None or queue.immediate:  # tests sweep by hand: nothing may be sent inside a commit
        return
    for message_id in waiting:
        try:
            current_app.extensions[DELIVER](message_id)
        except Exception:  # the sweeper will find it
            log.warning("the queue cannot be reached", exc_info=True)
            return


@event.listens_for(so.Session, "after_rollback")
def _forget(session: so.Session) -> None:
    session.info.pop(services.WAITING, None)
