"""Reading the audit trail."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from youthprog.audit.models import AuditEntry
from youthprog.audit.rules import Line, Verdict, judge
from youthprog.audit.types import CONFIDENTIAL
from youthprog.core import db

COLUMNS = list(Line._fields)
BATCH = 5000


def lines() -> Iterator[Line]:
    """The whole trail in order, a batch at a time."""
    table = db.table(AuditEntry)
    columns = [table.c[name] for name in COLUMNS]  # in the order of the fields of a line
    after = 0
    while True:
        statement = sa.select(*columns).where(table.c.number > after)
        rows = db.session().execute(statement.order_by(table.c.number).limit(BATCH)).all()
        if not rows:
            return
        for row in rows:
            yield Line(*row)
        after = rows[-1].number


def verify(anchors: Mapping[int, str]) -> Verdict:
    """Recompute the chain against the anchors kept outside."""
    return judge(lines(), anchors)


def list_entries(
    *, before: int | None, limit: int, kind: str | None = None, subject_id: int | None = None
) -> Sequence[AuditEntry]:
    """The newest lines first, below a number; of one kind of subject, or of one subject, when given.

    What is confidential is left out: whom a concern is about may be the reader of this list.
    """
    open_to_all = AuditEntry.subject_kind != CONFIDENTIAL
    statement = sa.select(AuditEntry).where(open_to_all).order_by(AuditEntry.number.desc()).limit(limit)
    if before is not None:
        statement = statement.where(AuditEntry.number < before)
    if kind is not None:
        statement = statement.where(AuditEntry.subject_kind == kind)
    if kind is not None and subject_id is not None:
        statement = statement.where(AuditEntry.subject_id == subject_id)
    return db.session().scalars(statement).all()


def confidential_reads(subject_id: int) -> list[tuple[str, datetime]]:
    """Who opened a confidential thing, each with the last time, for those who may open it. One statement."""
    rows = db.session().execute(
        sa.select(AuditEntry.actor_name, sa.func.max(AuditEntry.at))
        .where(
            AuditEntry.subject_kind == CONFIDENTIAL,
            AuditEntry.subject_id == subject_id,
            AuditEntry.action == "confidential.read",
        )
        .group_by(AuditEntry.actor_person_id, AuditEntry.actor_name)
        .order_by(sa.func.max(AuditEntry.at).desc())
    )
    return [(name, at) for name, at in rows]


def head() -> tuple[int, str] | None:
    """Number and hash of the newest line."""
    statement = sa.select(AuditEntry.number, AuditEntry.hash).order_by(AuditEntry.number.desc()).limit(1)
    row = db.session().execute(statement).first()
    return (row.number, row.hash) if row else None
