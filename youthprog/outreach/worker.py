"""The worker's work: mail leaves here, after the commit of the deed that wrote it.

The outbox row is the truth. The worker looks for due rows every second, so nothing need be told to it and
nothing can be lost on the way; `jobs` has the process around it. The web process imports neither, nor the
mailer (docs/decisions/0041 and 0009).
"""

import logging
import threading
from collections.abc import Iterator, Sequence

from flask import Flask, current_app

from youthprog.config import Settings
from youthprog.core import clock, db
from youthprog.outreach import delivery, queries, services
from youthprog.outreach.models import Message

log = logging.getLogger("youthprog.worker")
LOOK_SECONDS = 1.0


def watch(app: Flask, stopping: threading.Event) -> None:
    """Look at the outbox every second until told to stop; what is in hand is finished first."""
    while not stopping.wait(LOOK_SECONDS):
        with app.app_context():
            try:
                sweep(stopping)
            except Exception:  # the database may be away for a while; the rows wait
                db.session().rollback()
                log.exception("the outbox cannot be read")


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


def sweep(stopping: threading.Event | None = None) -> int:
    """Take up every message that is due or was left behind; returns how many were found."""
    settings: Settings = current_app.config["YOUTHPROG"]
    if not settings.smtp_url:
        return 0
    found = queries.due_ids(clock.now())
    db.session().rollback()
    for message_id in with_urgent_between(found):
        if stopping is not None and stopping.is_set():
            break
        try:
            deliver(message_id)
        except Exception:  # one bad message must not keep the others back
            db.session().rollback()
            log.exception("a message could not be delivered", extra={"message_id": message_id})
    return len(found)


def with_urgent_between(found: Sequence[int]) -> Iterator[int]:
    """The messages found, and before each of them whatever urgent was written meanwhile: it waits for no long round."""
    done: set[int] = set()
    for message_id in found:
        urgent = queries.due_ids(clock.now(), urgent_alone=True)
        db.session().rollback()
        for each in (*urgent, message_id):
            if each not in done:
                done.add(each)
                yield each


def _sender(settings: Settings) -> delivery.Sender:
    name = f"{settings.department} {settings.department_program}".strip()
    return delivery.Sender(name, settings.mail_from or settings.department_email)
