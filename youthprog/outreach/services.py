"""Verbs of the outbox: write a message with the deed it tells of, lease it, settle it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app

from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.core.events import publish
from youthprog.core.refusals import N_, Conflict, Refusal
from youthprog.outreach import letters, rules
from youthprog.outreach.models import Message
from youthprog.outreach.types import (
    CONFIDENTIAL,
    Channel,
    Delivery,
    MessageBounced,
    MessageSent,
    Outcome,
    Recipient,
    Result,
)
from youthprog.people.models import ContactPoint
from youthprog.people.types import PeopleMerged


def send(
    kind: str,
    letter: str,
    *,
    to: Recipient,
    subject_id: int | None,
    values: Mapping[str, Any],
    about_youth_id: int | None = None,
    also_about: Sequence[int] = (),
    document_id: int | None = None,
    also_documents: Sequence[int] = (),
    also_subjects: Sequence[int] = (),
    by: Actor,
    now: datetime,
    not_before: datetime | None = None,
) -> Message:
    """Write a letter into the outbox, in the transaction of the deed it tells of.

    Without a mail server it is held for the Outbox page. The worker takes it up after the commit.
    """
    written = letters.write(letter, to.language, values)
    held = not current_app.config["YOUTHPROG"].smtp_url
    message = Message(
        channel=Channel.EMAIL,
        kind=kind,
        subject_id=subject_id,
        person_id=to.person_id,
        about_youth_id=about_youth_id,
        also_about=list(also_about),
        contact_point_id=to.contact_point_id,
        to_name=to.name,
        to_address=to.address,
        language=to.language,
        subject=written.subject,
        document_id=document_id,
        also_documents=list(also_documents),
        also_subjects=list(also_subjects),
        delivery=Delivery.HELD if held else Delivery.QUEUED,
        created_at=now,
        not_before_at=not_before or now,
    )
    db.session().add(message)
    db.flush()
    message.seal("text_sealed", written.text)
    message.seal("html_sealed", written.html)
    record("message.written", _subject(message), message.id, by=by, now=now, kind=kind)
    return message


def take(message_id: int, *, now: datetime) -> datetime | None:
    """Lease a message that is due; None when it is not, or when somebody was faster.

    The lease ends by itself: a worker that dies keeps no mail back.
    """
    table = db.table(Message)
    lease = now + rules.LEASE
    due = sa.and_(table.c.delivery == Delivery.QUEUED, table.c.not_before_at <= now)
    orphaned = sa.and_(table.c.delivery == Delivery.SENDING, table.c.lease_until < now)
    done = db.session().execute(
        sa.update(table)
        .where(table.c.id == message_id, sa.or_(due, orphaned))
        .values(delivery=Delivery.SENDING, lease_until=lease, attempts=table.c.attempts + 1)
    )
    return lease if done.rowcount == 1 else None  # type: ignore[attr-defined]


def settle(message_id: int, lease: datetime, outcome: Outcome, *, now: datetime) -> bool:
    """Write down how an attempt ended; False when the lease had passed to somebody else."""
    message = db.session().get(Message, message_id, populate_existing=True, with_for_update=True)
    if message is None or message.delivery is not Delivery.SENDING or message.lease_until != lease:
        return False
    message.delivery, message.not_before_at = rules.after_attempt(outcome.result, message.attempts, now)
    message.lease_until = None
    message.last_error = outcome.error or None
    if outcome.result is Result.SENT:
        message.sent_at = now
        publish(MessageSent(message.id, message.kind, message.subject_id))
    elif outcome.result is Result.BOUNCED:
        _note_bounce(message, now)
    db.flush()
    record(
        f"message.{message.delivery.value}",
        _subject(message),
        message.id,
        by=SYSTEM,
        now=now,
        attempts=message.attempts,
    )
    return True


def cancel(message_id: int, lease: datetime, *, now: datetime) -> None:
    """Give up a leased message that may not leave any more."""
    message = db.session().get(Message, message_id, populate_existing=True, with_for_update=True)
    if message is not None and message.delivery is Delivery.SENDING and message.lease_until == lease:
        message.delivery, message.lease_until = Delivery.CANCELED, None
        record("message.canceled", "message", message.id, by=SYSTEM, now=now)


def cancel_about(kind: str, person_id: int, youth_id: int) -> list[Message]:
    """Give up the letters of a kind to somebody that name this youth among others and have not left; returns them."""
    waiting = sa.select(Message).where(
        Message.kind == kind,
        Message.person_id == person_id,
        Message.delivery.in_((Delivery.QUEUED, Delivery.HELD)),
    )
    found = [
        each
        for each in db.session().scalars(waiting.with_for_update())
        if each.also_about and youth_id in (each.about_youth_id, *each.also_about)
    ]
    for message in found:
        message.delivery = Delivery.CANCELED
        record("message.canceled", "message", message.id, by=SYSTEM, now=clock.now())
    return found


def cancel_waiting(kinds: Collection[str], subject_ids: Collection[int], *, now: datetime) -> None:
    """Give up the letters of some kinds about some things that have not left."""
    waiting = sa.select(Message).where(
        Message.kind.in_(kinds),
        Message.subject_id.in_(subject_ids),
        Message.delivery.in_((Delivery.QUEUED, Delivery.HELD)),
    )
    for message in db.session().scalars(waiting.with_for_update()):
        message.delivery = Delivery.CANCELED
        record("message.canceled", "message", message.id, by=SYSTEM, now=now)


def also_subjects(message_id: int) -> list[int]:
    """The further things of its kind a letter is about."""
    message = db.session().get(Message, message_id)
    return list(message.also_subjects) if message else []


def retry(message: Message, *, by: Actor, now: datetime) -> None:
    """Send a message again that was held, failed or came back. Raises `Conflict` when it is on its way."""
    table = db.table(Message)
    done = db.session().execute(
        sa.update(table)
        .where(table.c.id == message.id, table.c.delivery.in_(rules.RETRYABLE))
        .values(delivery=Delivery.QUEUED, not_before_at=now, attempts=0, last_error=None)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict([Refusal("on_its_way", N_("This message is on its way already."))])
    record("message.retried", "message", message.id, by=by, now=now)


def forget(kind_prefix: str, subject_id: int, *, but: str | None = None) -> None:
    """Empty every message about a thing, because its records are purged: words, addresses, names. What waited is canceled.

    A letter to a family that is about the thing among others is emptied too; `but` names a kind whose things are others.
    """
    rows = db.session().scalars(
        sa.select(Message).where(
            Message.kind.startswith(kind_prefix),
            sa.true() if but is None else Message.kind != but,
            sa.or_(Message.subject_id == subject_id, sa.cast(Message.also_subjects, sa.String) != "[]"),
        )
    )
    for row in rows:
        if subject_id not in (row.subject_id, *row.also_subjects):
            continue
        row.also_documents = []
        row.text_sealed = row.html_sealed = None
        row.to_name = row.to_address = ""
        row.subject = "—"
        row.document_id = row.last_error = row.contact_point_id = row.person_id = None
        if row.delivery is not Delivery.SENT:
            row.delivery, row.lease_until = Delivery.CANCELED, None


def follow_merge(event: PeopleMerged) -> None:
    """Let a merged person's messages follow."""
    for column in ("person_id", "about_youth_id"):
        rows = db.session().scalars(sa.select(Message).where(getattr(Message, column) == event.gone_id))
        for row in rows:
            setattr(row, column, event.kept_id)
    families = sa.select(Message).where(Message.person_id.is_not(None), sa.cast(Message.also_about, sa.String) != "[]")
    for row in db.session().scalars(families):
        if event.gone_id in row.also_about:
            row.also_about = [event.kept_id if each == event.gone_id else each for each in row.also_about]


def _subject(message: Message) -> str:
    """As what the trail knows a letter: one of safeguarding stands in no list of it."""
    return CONFIDENTIAL if message.kind == CONFIDENTIAL else "message"


def _note_bounce(message: Message, now: datetime) -> None:
    contact = message.contact_point_id and db.session().get(ContactPoint, message.contact_point_id)
    if contact and contact.bounced_at is None:
        contact.bounced_at = now
    publish(MessageBounced(message.id, message.kind, message.subject_id, message.contact_point_id))
