"""The audit trail's table."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from youthprog.core.db import Model


class AuditEntry(Model):
    """One line: who did what to whom, when. Each line carries the hash of the line before it.

    `number` rises by one without a gap and `previous` is unique, so two writers cannot fork the chain. (`hash` is not: it
    is the `previous` of the next line, and an index of it would be one page more to write for each line.)
    """

    __tablename__ = "audit_entry"
    __table_args__ = (sa.Index("ix_audit_entry_subject", "subject_kind", "subject_id"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(sa.String(64))
    actor_kind: Mapped[str] = mapped_column(sa.String(16))
    actor_account_id: Mapped[int | None]
    actor_person_id: Mapped[int | None] = mapped_column(index=True)
    actor_name: Mapped[str]
    subject_kind: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[int | None]
    detail: Mapped[dict[str, Any]]
    request_id: Mapped[str] = mapped_column(sa.String(32))
    ip: Mapped[str] = mapped_column(sa.String(45))
    previous: Mapped[str] = mapped_column(sa.String(64), unique=True)
    hash: Mapped[str] = mapped_column(sa.String(64))
