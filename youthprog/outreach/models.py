"""Tables of the outreach room."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from youthprog.core.crypto import Sealable
from youthprog.core.db import Model, choice
from youthprog.outreach.types import Channel, Delivery


class Message(Sealable, Model):
    """One message in the outbox, written in the transaction of the deed it tells of.

    Bodies are sealed: they may hold a signed link. `kind` and `subject_id` say what it is about
    ("consent_request", request id); `lease_until` is set while a worker delivers it.
    """

    __tablename__ = "message"
    __table_args__ = (
        sa.Index("ix_message_due", "delivery", "not_before_at"),
        sa.Index("ix_message_subject", "kind", "subject_id"),
    )
    SEALED = ("text_sealed", "html_sealed")

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[Channel] = mapped_column(choice(Channel, "channel"))
    kind: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[int | None]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    about_youth_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    also_about: Mapped[list[Any]] = mapped_column(default=list)  # further youth a letter to a family names
    contact_point_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contact_point.id"))
    to_name: Mapped[str]
    to_address: Mapped[str] = mapped_column(sa.String(254))
    language: Mapped[str] = mapped_column(sa.String(8))
    subject: Mapped[str] = mapped_column(sa.String(300))
    text_sealed: Mapped[bytes | None]
    html_sealed: Mapped[bytes | None]
    document_id: Mapped[int | None] = mapped_column(sa.ForeignKey("document.id"))
    also_subjects: Mapped[list[Any]] = mapped_column(default=list)  # further things of its kind it is about, by id
    also_documents: Mapped[list[Any]] = mapped_column(default=list)  # further files of a letter to a family, by id
    delivery: Mapped[Delivery] = mapped_column(choice(Delivery, "delivery"))
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(index=True)
    not_before_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(sa.String(300))
