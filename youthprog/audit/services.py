"""Writing the audit trail: in the same transaction as the deed, chained at the very end of it.

Lines wait on the session and are chained just before the commit, so that the chain's lock is held only
for the last statement. If chaining fails, the commit fails and the deed with it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy import orm as so

from youthprog.audit.models import AuditEntry
from youthprog.audit.rules import GENESIS, Line, hash_of
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.prepared import Prepared, hand, known, note, waiting_lines

CHAIN_LOCK = 0x59_50_41_55  # one number for the advisory lock of the chain on PostgreSQL
LONGEST_NAME = 200


class BulkWriteRefused(Exception):
    """An ORM bulk write on an audited table would pass the trail by."""


def record(action: str, subject_kind: str, subject_id: int | None, *, by: Actor, now: datetime, **detail: Any) -> None:
    """Say that `by` did `action` to a thing. `detail` holds plain values and no secret, no health, no custody."""
    if waiting_lines() is None and not db.session().in_transaction():
        db.session().begin()  # so that undoing the deed undoes the line, whatever was recorded first
    _wait("deeds", action, subject_kind, subject_id, by, now, detail)


def record_read(action: str, subject_kind: str, subject_id: int | None, *, by: Actor, **detail: Any) -> None:
    """Say that `by` read something about a child. Committed before the first byte leaves."""
    _wait("reads", action, subject_kind, subject_id, by, clock.now(), detail)


def _wait(
    kind: str, action: str, subject_kind: str, subject_id: int | None, by: Actor, at: datetime, detail: dict[str, Any]
) -> None:
    line = {
        "at": at,
        "action": action,
        "actor_kind": by.kind,
        "actor_account_id": by.account_id,
        "actor_person_id": by.person_id,
        "actor_name": by.name[:LONGEST_NAME],
        "subject_kind": subject_kind,
        "subject_id": subject_id,
        "detail": detail,
        "request_id": by.request_id,
        "ip": by.ip,
    }
    lines = waiting_lines()
    if lines is None:
        lines = db.session().info.setdefault(kind, [])
    lines.append(line)


def append(connection: sa.Connection | None, waiting: Iterable[dict[str, Any]]) -> None:
    """Chain lines onto the trail, in this transaction; without a connection, in that of the one in hand."""
    if connection is None:
        _chain_on(waiting)
        return
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(CHAIN_LOCK)))
    with hand(connection.connection.driver_connection, connection.dialect):
        _chain_on(waiting)


def _chain_on(waiting: Iterable[dict[str, Any]]) -> None:
    """Chain lines onto the trail with the connection in hand."""
    number, previous = known(LAST) or _end_of_chain()
    rows = []
    for values in waiting:
        number += 1
        line = Line(number=number, previous=previous, **values)
        previous = hash_of(line)
        rows.append({**values, "number": number, "previous": line.previous, "hash": previous})
    INSERT.run(*rows)
    note(LAST, (number, previous))


def _end_of_chain() -> tuple[int, str]:
    last = LAST.rows()
    return (last[0].number, last[0].hash) if last else (0, GENESIS)


def chain_waiting(waiting: list[dict[str, Any]]) -> None:
    """Chain the lines that wait where several deeds are kept together (`core/together.py`)."""
    if waiting:
        append(None, waiting)


TRAIL = db.table(AuditEntry)
LAST = Prepared(lambda _engine: sa.select(TRAIL.c.number, TRAIL.c.hash).order_by(TRAIL.c.number.desc()).limit(1))
INSERT = Prepared(
    lambda _engine: sa.insert(TRAIL).values({column.name: sa.bindparam(column.name) for column in TRAIL.c})
)


@event.listens_for(so.Session, "before_commit")
def _chain(session: so.Session) -> None:
    session.flush()
    waiting = [*session.info.get("reads", ()), *session.info.get("deeds", ())]
    if waiting:
        append(session.connection(), waiting)


@event.listens_for(so.Session, "after_commit")
def _done(session: so.Session) -> None:
    session.info.pop("reads", None)
    session.info.pop("deeds", None)


@event.listens_for(so.Session, "after_rollback")
def _undone(session: so.Session) -> None:
    session.info.pop("deeds", None)


@event.listens_for(so.Session, "do_orm_execute")
def _guard(state: so.ORMExecuteState) -> None:
    if state.is_orm_statement and (state.is_update or state.is_delete):
        raise BulkWriteRefused("change rows one by one, or a Core table in a service that records the deed")


@event.listens_for(AuditEntry, "before_update")
@event.listens_for(AuditEntry, "before_delete")
def _stays(_mapper: so.Mapper[AuditEntry], _connection: sa.Connection, row: AuditEntry) -> None:
    raise BulkWriteRefused(f"line {row.number} of the trail stays as it was written")
