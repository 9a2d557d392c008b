"""How often something may be tried: ten failures in any fifteen minutes, exact across workers.

Whoever counts takes the bucket's lock first: SQLite's write lock is one already; PostgreSQL gets an
advisory lock until the commit. Only failures are counted, and none while a bucket is full, so that a stranger
locks nobody out for longer than fifteen minutes.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa

from youthprog.access.models import Throttle
from youthprog.core import crypto, db

LIMIT = 10
WINDOW = timedelta(minutes=15)
LOCK_SPACE = 0x54_48  # keeps these advisory locks apart from others


def bucket(kind: str, of: object) -> str:
    """The name of a bucket; what it is about is hashed, so that the table holds no address."""
    return f"{kind}:{crypto.fingerprint(str(of))}"


def lock(buckets: Iterable[str]) -> None:
    """Let nobody else count in these buckets until the end of the transaction."""
    session = db.session()
    if session.get_bind().dialect.name == "postgresql":
        for name in sorted(buckets):
            session.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK_SPACE, sa.func.hashtext(name))))


def full_until(buckets: Iterable[str], now: datetime, limit: int = LIMIT) -> datetime | None:
    """When another try is allowed, or None when one is allowed now."""
    table = db.table(Throttle)
    rows = db.session().execute(
        sa.select(
            sa.func.sum(table.c.tries), sa.func.min(table.c.window_starts_at, type_=table.c.window_starts_at.type)
        )
        .where(table.c.bucket.in_(list(buckets)), table.c.window_starts_at > now - WINDOW)
        .group_by(table.c.bucket)
    )
    moments = [oldest + WINDOW for tries, oldest in rows if tries >= limit]
    return max(moments, default=None)


def count(buckets: Iterable[str], now: datetime) -> None:
    """Note a failure in each bucket and take out what is too old to count."""
    session, table = db.session(), db.table(Throttle)
    for name in buckets:
        session.execute(sa.delete(table).where(table.c.bucket == name, table.c.window_starts_at <= now - WINDOW))
        again = sa.and_(table.c.bucket == name, table.c.window_starts_at == now)
        done = session.execute(sa.update(table).where(again).values(tries=table.c.tries + 1))
        if done.rowcount == 0:  # type: ignore[attr-defined]
            session.execute(sa.insert(table).values(bucket=name, window_starts_at=now, tries=1))


def may_try(tries: Iterable[tuple[str, object]], now: datetime) -> bool:
    """Whether none of these tries, (kind, of what), was made too often; for rooms below (`core/guessing.py`)."""
    buckets = [bucket(kind, of) for kind, of in tries]
    lock(buckets)
    return full_until(buckets, now) is None


def miss(tries: Iterable[tuple[str, object]], now: datetime) -> None:
    """Note a wrong try in each bucket."""
    count([bucket(kind, of) for kind, of in tries], now)


def sweep(now: datetime) -> None:
    """Take out every row too old to count, once a day."""
    table = db.table(Throttle)
    db.session().execute(sa.delete(table).where(table.c.window_starts_at <= now - WINDOW))
