"""Reading the outbox."""

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa

from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.reach import within
from youthprog.core.refusals import NotFound
from youthprog.documents.models import Document
from youthprog.documents.services import load_bytes
from youthprog.outreach.models import Message
from youthprog.outreach.types import CONFIDENTIAL, URGENT, Attachment, Delivery, Envelope, MessageLine, Written
from youthprog.people.models import ContactPoint
from youthprog.people.queries import find_bond, restrictions_on, youth_kept_from
from youthprog.people.rules import is_guardian_on

PAGE = 50


def list_messages(
    actor: Actor, on: date, *, delivery: Delivery | None = None, words: str = "", before: int | None = None
) -> list[MessageLine]:
    """Messages within reach, newest first, below an id. Two statements."""
    statement = sa.select(Message).where(_within(actor, on)).order_by(Message.id.desc()).limit(PAGE + 1)
    if delivery is not None:
        statement = statement.where(Message.delivery == delivery)
    if words:
        statement = statement.where(Message.to_name.icontains(words, autoescape=True))
    if before is not None:
        statement = statement.where(Message.id < before)
    return [_line(row) for row in db.session().scalars(statement)]


def count_by_delivery(actor: Actor, on: date) -> dict[Delivery, int]:
    """How many messages within reach stand where."""
    statement = sa.select(Message.delivery, sa.func.count()).where(_within(actor, on)).group_by(Message.delivery)
    return {delivery: count for delivery, count in db.session().execute(statement)}


def get_message_for(actor: Actor, permission: P, message_id: int, on: date) -> Message:
    """A message within reach. Raises `NotFound`."""
    statement = sa.select(Message).where(Message.id == message_id, _within(actor, on, permission))
    message = db.session().scalar(statement)
    if message is None:
        raise NotFound
    return message


def due_ids(now: datetime, limit: int = 200, *, urgent_alone: bool = False) -> Sequence[int]:
    """Messages a worker should take up: due, or left behind by one that died; urgent ones first, or these alone."""
    due = sa.and_(Message.delivery == Delivery.QUEUED, Message.not_before_at <= now)
    orphaned = sa.and_(Message.delivery == Delivery.SENDING, Message.lease_until < now)
    is_urgent = Message.kind.in_(URGENT)
    statement = sa.select(Message.id).where(sa.or_(due, orphaned), is_urgent if urgent_alone else sa.true())
    first = sa.case((is_urgent, 0), else_=1)
    return db.session().scalars(statement.order_by(first, Message.id).limit(limit)).all()


def is_kept_from(message: Message, on: date) -> bool:
    """Whether something that happened since keeps this message from its reader.

    A court's order, a guardianship that ended, or an address that is in use no longer.
    """
    contact = message.contact_point_id and db.session().get(ContactPoint, message.contact_point_id)
    if contact and contact.ended_at is not None:
        return True
    if message.about_youth_id is None or message.person_id is None:
        return False
    youth_ids = [message.about_youth_id, *message.also_about]
    bonds = [find_bond(each, message.person_id) for each in youth_ids]
    if any(bond is not None and not is_guardian_on(bond.ended_on, on) for bond in bonds):
        return True
    limits = restrictions_on(youth_ids, on)
    return any("information" in limits.get((each, message.person_id), set()) for each in youth_ids)


def envelope_of(message: Message) -> Envelope:
    """The message opened, with the file that travels along."""
    written = Written(message.subject, message.unseal("text_sealed") or "", message.unseal("html_sealed") or "")
    return Envelope(
        message_id=message.id,
        created_at=message.created_at,
        to_name=message.to_name,
        to_address=message.to_address,
        language=message.language,
        written=written,
        attachments=tuple(
            _attachment(each) for each in (message.document_id, *message.also_documents) if each is not None
        ),
        is_urgent=message.kind in URGENT,
    )


def _attachment(document_id: int) -> Attachment:
    document = db.session().get_one(Document, document_id)
    return Attachment(f"{document.code}.pdf", load_bytes(document))


def _within(actor: Actor, on: date, permission: P = P.OUTBOX_READ) -> sa.ColumnElement[bool]:
    """Messages about a youth within reach; those about nobody for whoever reaches everything."""
    about = sa.type_coerce(Message.about_youth_id, sa.BigInteger)
    of_youth = sa.and_(Message.about_youth_id.is_not(None), within(actor, permission, about, on))
    reached = sa.or_(Message.about_youth_id.is_(None), of_youth) if actor.everywhere(permission) else of_youth
    reached = sa.and_(Message.kind != CONFIDENTIAL, reached)
    return sa.and_(reached, *(_names_not(youth_id) for youth_id in youth_kept_from(actor.person_id, on)))


def _names_not(youth_id: int) -> sa.ColumnElement[bool]:
    """A letter to a family does not name this further youth: both engines keep the list as text, `[12, 13]`."""
    text = sa.cast(Message.also_about, sa.String)
    shapes = (f"[{youth_id}]", f"[{youth_id},%", f"% {youth_id},%", f"% {youth_id}]")
    return sa.not_(sa.or_(*(text.like(shape) for shape in shapes)))


def _line(row: Message) -> MessageLine:
    return MessageLine(
        row.id, row.kind, row.to_name, row.to_address, row.subject, row.delivery,
        row.attempts, row.created_at, row.sent_at, row.last_error,
    )  # fmt: skip
