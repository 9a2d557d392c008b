"""The database: one base, one session, two engines that behave alike.

The only module that imports flask_sqlalchemy. See docs/decisions/ for the SQLite rules.
"""

import enum
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy import orm as so

from youthprog.core.refusals import N_, Refusal, Refused
from youthprog.core.sqlite import driver as sqlite_driver
from youthprog.core.text import storable

BIGGEST_ID = 2**63 - 1
LONGEST_KEY = len(str(BIGGEST_ID))
KEPT_STATEMENTS = 100  # compiled ones, 50 kB each; half as many more gather before the oldest go. Today sends 80
KEPT_CONNECTIONS, MORE_CONNECTIONS = 2, 14  # of SQLite's pool: a megabyte each, so those of a rush are closed after it
HELD_STATEMENTS = 12  # by the driver, ready to run, about 10 kB each, on each connection of the pool
HELD_FOR_WRITING = 24  # on the one that writes for many: check-ins go round some ten
PAGES_FOR_WRITING_KB = 1000  # with as few as the others have, it reads most pages anew for each check-in
PATIENCE_SECONDS = 15  # SQLite lets its writers in without an order: one of eight may lose the draw for seconds

CONDITION = "where"  # of a partial index, in its `info`
ENGINE = "youthprog.engine"
READER = "youthprog.reader"
MAY_WRITE = "may_write"  # what a connection was last told, in its `info`

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


M = TypeVar("M")


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An aware instant in UTC on both engines (SQLite alone would drop the zone)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def choice(kind: type[enum.StrEnum], name: str) -> sa.Enum:
    """A column of one of the enum's values, held by a named CHECK on both engines."""
    return sa.Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


def partial_index(name: str, *columns: str, where: str, unique: bool = True) -> sa.Index:
    """An index of the rows that meet a condition, the same on both engines.

    `install` hands the condition to the engine in use. Naming the other one here would load its dialect, two megabytes
    that no process on SQLite needs (docs/decisions/0009). A migration names both, whichever engine it was made on.
    """
    return sa.Index(name, *columns, unique=unique, info={CONDITION: where})


class Base(so.DeclarativeBase):
    """Every table: named constraints, aware instants, 64-bit keys."""

    registry = so.registry(
        metadata=sa.MetaData(naming_convention=NAMES),
        type_annotation_map={
            datetime: UtcDateTime(),  # one of each for all columns: every instance makes classes of its own
            date: sa.Date(),
            int: sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            str: sa.String(200),
            bytes: sa.LargeBinary,
            dict[str, Any]: sa.JSON,
            list[Any]: sa.JSON,
        },
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=False)

if TYPE_CHECKING:

    class Model(Base):
        """A table, as type checkers see it."""

        __abstract__ = True
        __tablename__: str
else:
    Model = db.Model

_writing: ContextVar[bool] = ContextVar("youthprog_writing", default=True)


def table(model: type[Base]) -> sa.Table:
    """A model's table, for conditional updates that must count their rows (ORM bulk writes are refused)."""
    assert isinstance(model.__table__, sa.Table)
    return model.__table__


def modules() -> list[str]:
    """The modules of ours that hold a table, of those loaded so far."""
    return sorted({each.class_.__module__.partition(".")[2] for each in Base.registry.mappers})


@cache
def another(model: type[M], role: str) -> type[M]:
    """A table that stands in a statement for the second time; `role` names what it is there, and no other place uses it.

    It is the same object each time: with a new one SQLAlchemy makes all columns anew for every statement (a third of a
    millisecond), and recognizes nothing of what it compiled before.
    """
    return so.aliased(model)


def session() -> so.Session:
    """The current session."""
    return db.session()


def is_open() -> bool:
    """Whether this request or command has used its session at all."""
    registry = db.session.registry
    return registry.scopefunc() in registry.registry


def is_at_work() -> bool:
    """Whether a transaction of the current session is under way."""
    return db.session.registry.has() and db.session().in_transaction()


def sent() -> so.Session:
    """The current session, with nothing unsent."""
    here = db.session()
    if here.new or here.dirty or here.deleted:
        here.flush()
    return here


def engine() -> sa.Engine:
    """The running application's engine."""
    found: sa.Engine = current_app.extensions[ENGINE]
    return found


class Reader:
    """One connection of SQLite's driver for the single statements of a whole process that read outside of a transaction.

    Who holds the lock uses it, for a hundredth of a millisecond. Taking one out of the pool and giving it back costs as
    much as the statement; one for each thread would hold a megabyte each: schema, pages, statements.
    """

    def __init__(self, of: sa.Engine) -> None:
        self.lock = threading.Lock()
        self.connection: Any = sqlite_driver.connect(
            of.url.database, timeout=PATIENCE_SECONDS, check_same_thread=False, cached_statements=HELD_STATEMENTS
        )
        _connect_sqlite(self.connection, None)
        self.connection.execute("PRAGMA query_only=ON").close()


def reader(of: sa.Engine) -> Reader:
    """The process's one reader of an engine on SQLite."""
    known: Reader | None = current_app.extensions.get(READER)
    if known is None:
        known = current_app.extensions.setdefault(READER, Reader(of))
    return known


def raw_writer(of: sa.Engine) -> Any:
    """A connection of SQLite's driver that may write and belongs to no pool; whoever asked for it closes it.

    What it has read stays good as long as nobody else writes, so that much of it is worth keeping.
    """
    connection: Any = sqlite_driver.connect(
        of.url.database, timeout=PATIENCE_SECONDS, check_same_thread=False, cached_statements=HELD_FOR_WRITING
    )
    _connect_sqlite(connection, None)
    for pragma in ("query_only=OFF", "wal_autocheckpoint=4000", f"cache_size=-{PAGES_FOR_WRITING_KB}"):
        connection.execute(f"PRAGMA {pragma}").close()
    return connection


def flush() -> None:
    """Send pending rows, so that they have their ids."""
    db.session.flush()


class reading:
    """Transactions begun inside can only read: a write fails at once, on both engines."""

    __slots__ = ("mark",)

    def __enter__(self) -> None:
        self.mark = _writing.set(False)

    def __exit__(self, *_problem: object) -> None:
        _writing.reset(self.mark)


@contextmanager
def writing() -> Iterator[None]:
    """Transactions begun inside may write; what was begun outside goes on as it was."""
    mark = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(mark)


def begin_reading() -> None:
    """From here on, in this context, transactions only read."""
    _writing.set(False)


def begin_writing() -> None:
    """End the reading half and let the next transaction write (it takes SQLite's lock at its start)."""
    if is_open():
        db.session.rollback()
    _writing.set(True)


def give_lock_back() -> None:
    """Undo what was begun, and only read from here on: slow work follows, and nobody else waits for it."""
    if is_open():
        db.session.rollback()
    _writing.set(False)


def may_write() -> None:
    """From here on, in this context, transactions may write; what is under way goes on as it is."""
    _writing.set(True)


def after_commit(deed: Callable[[], None]) -> None:
    """Do something once this transaction is kept, and not at all when it is undone: take a file away, say."""
    session().info.setdefault("after_commit", []).append(deed)


@event.listens_for(so.Session, "after_commit")
def _kept(session: so.Session) -> None:
    for deed in session.info.pop("after_commit", []):
        deed()


@event.listens_for(so.Session, "after_rollback")
def _undone(session: so.Session) -> None:
    session.info.pop("after_commit", None)


def key_in(text: str | None) -> int | None:
    """The key of a row in what somebody sent, 1 to 2^63 - 1; None for anything else, however long it is."""
    if not text or len(text) > LONGEST_KEY or not (text.isascii() and text.isdigit()):
        return None
    number = int(text)
    return number if 0 < number <= BIGGEST_ID else None


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite has the write-ahead log without the reset defect (3.7.0 to 3.51.2)."""
    if version[:3] == (3, 52, 0):
        return False
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51, 0) or (3, 44, 6) <= version < (3, 45, 0)


def sqlite_mode() -> tuple[str, str]:
    """Journal mode and synchronous setting that survive a power cut with this SQLite."""
    return ("WAL", "FULL") if wal_is_safe(sqlite_driver.sqlite_version_info) else ("DELETE", "EXTRA")


def sqlite_version() -> str:
    """The SQLite in use."""
    return str(sqlite_driver.sqlite_version)


def engine_options(url: str) -> dict[str, Any]:
    """Engine settings for a database URL."""
    kept = {"query_cache_size": KEPT_STATEMENTS}
    if url.startswith("sqlite"):
        arguments = {"timeout": PATIENCE_SECONDS, "check_same_thread": False, "cached_statements": HELD_STATEMENTS}
        pool = {"pool_size": KEPT_CONNECTIONS, "max_overflow": MORE_CONNECTIONS}
        return kept | pool | {"module": sqlite_driver, "connect_args": arguments}
    options = {"options": "-c timezone=UTC -c lock_timeout=5000"}
    return kept | {"pool_pre_ping": True, "pool_size": 8, "connect_args": options}


def install(app: Flask, url: str) -> None:
    """Bind the application to its database."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url)
    db.init_app(app)
    with app.app_context():
        engine = db.engine
    app.extensions[ENGINE] = engine
    listen(engine)
    for index in (each for known in db.metadata.tables.values() for each in known.indexes if CONDITION in each.info):
        index.dialect_options[engine.dialect.name]["where"] = sa.text(index.info[CONDITION])


def listen(engine: sa.Engine) -> None:
    """Make an engine begin its transactions our way."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _connect_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_postgresql)


def _connect_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver starts no transaction of its own
    journal, synchronous = sqlite_mode()
    for pragma in (
        f"journal_mode={journal}",
        f"synchronous={synchronous}",
        "foreign_keys=ON",
        f"busy_timeout={PATIENCE_SECONDS * 1000}",
        "temp_store=MEMORY",
        "cache_size=-250",  # kilobytes a connection: the files are in the system's cache anyway
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = _writing.get()
    if connection.info.get(MAY_WRITE) is not writes:  # saying it again would make SQLite forget all prepared statements
        connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
        connection.info[MAY_WRITE] = writes
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgresql(connection: sa.Connection) -> None:
    if not _writing.get():
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


@event.listens_for(so.Mapper, "before_insert")
@event.listens_for(so.Mapper, "before_update")
def _check_values(mapper: so.Mapper[Any], _connection: sa.Connection, row: Any) -> None:
    """Refuse what one engine would keep and the other would not: too long, NUL, out of range."""
    for attribute in mapper.column_attrs:
        value = row.__dict__.get(attribute.key)
        if isinstance(value, str):
            _check_text(attribute, value)
        elif isinstance(value, int) and not -BIGGEST_ID - 1 <= value <= BIGGEST_ID:
            raise Refused([Refusal("too_big", N_("This number is too large."), attribute.key)])


def _check_text(attribute: so.ColumnProperty[Any], value: str) -> None:
    if not storable(value):
        raise Refused([Refusal("bad_text", N_("This text has a character that cannot be stored."), attribute.key)])
    length = getattr(attribute.columns[0].type, "length", None)
    if length is not None and len(value) > length and not isinstance(value, enum.Enum):
        reason = N_("This text is too long: %(limit)s characters at most.")
        raise Refused([Refusal("too_long", reason, attribute.key, {"limit": length})])
