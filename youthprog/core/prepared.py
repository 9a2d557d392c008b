"""Statements of the busiest paths: written with SQLAlchemy once, sent through the driver from then on.

SQLAlchemy spends a hundred times as long on a small statement as SQLite does. Where children queue at a gate the text is
made once, kept, and sent as it is. A list goes as one parameter, so that five hundred rows are one statement.
"""

import enum
from collections import namedtuple
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import Any, TypeVar, cast

import sqlalchemy as sa

from youthprog.core import compact, db

Thing = TypeVar("Thing")
Engine = str  # "sqlite" or "postgresql"
Listener = Callable[[sa.Dialect, str, Any], None]
LISTENERS: list[Listener] = []  # told of each statement, which no listener of SQLAlchemy sees: (dialect, text, cursor)
MOST_KNOWN = 1000  # things that stay as they are: browsers, gatherings
STORED = len("2026-09-17 22:47:03.120000")
_in_hand: ContextVar["Hand | None"] = ContextVar("youthprog_in_hand", default=None)


class Prepared:
    """A statement, compiled at its first use for each engine. `build` gets the engine's name.

    It runs in the current transaction, or where there is none on a connection of its own, and then only reads.
    Rows are named tuples. What SQLAlchemy holds unsent is sent first, and so is what waits to be written together.
    """

    def __init__(self, build: Callable[[Engine], sa.ClauseElement]):
        self.build = build
        self.made: dict[Engine, _Made] = {}

    def rows(self, **values: Any) -> list[Any]:
        """The rows it finds."""
        held = _in_hand.get()
        if held is None:
            engine = db.engine()
            if engine.dialect.name == "sqlite" and not db.is_at_work():
                reader = db.reader(engine)
                with reader.lock:
                    return self._for(engine.dialect).rows(reader.connection, values, engine.dialect)
            held = _of_session()
        elif held.later:
            held.send_later()
        made = self._for(held.dialect)
        if held.known is not None and held.known.makes:
            held.known.read |= made.tables
        return made.rows(held.connection, values, held.dialect)

    def bound(self, left: str, **values: Any) -> "Bound":
        """The statement with all its values but one."""
        held = _in_hand.get()
        return Bound(self._for(held.dialect if held is not None else db.engine().dialect), self, left, values)

    def run(self, *values: Mapping[str, Any]) -> None:
        """Change rows, once for each set of values."""
        held = _in_hand.get() or _of_session()
        made = self._for(held.dialect)
        if held.known is not None and not held.known.read.isdisjoint(made.tables):
            held.known.things.clear()
        if len(values) == 1:
            made.send(held.connection, values[0], held.dialect).close()
        elif values:
            made.send_many(held.connection, values, held.dialect)

    def write(self, rows: list[Any], about: Iterable[Any] = ()) -> None:
        """Write the rows of a list (`listed`): now, or where many are written together with the lists of the others, before
        anything is read that may be `about` the same."""
        held = _in_hand.get()
        if held is None or held.known is None:
            self.run(self.values_of(rows, held.dialect if held is not None else db.engine().dialect))
        else:
            held.later.setdefault(self, []).extend(rows)
            held.said.update(about)

    def values_of(self, rows: list[Any], dialect: sa.Dialect) -> dict[str, str]:
        """A list as the one value of this statement."""
        return {self._for(dialect).asked: as_list(rows)}

    def _for(self, dialect: sa.Dialect) -> "_Made":
        made = self.made.get(dialect.name)
        if made is None:
            made = self.made[dialect.name] = _Made(self.build(dialect.name), dialect)
        return made


class Bound:
    """A statement all of whose values are known but one."""

    def __init__(self, made: "_Made", statement: Prepared, left: str, values: dict[str, Any]):
        self.made, self.statement, self.left, self.values = made, statement, left, values
        self.ready = made.ready({**values, left: None})
        self.place = left if made.named else [name for name, _process in made.into].index(left)

    def rows_apart(self, about: Iterable[Any], value: Any) -> list[Any]:
        """The rows it finds with this value; what waits to be written is written first where it is `about` the same."""
        held = _in_hand.get()
        if held is None or held.known is None:
            return self.statement.rows(**self.values, **{self.left: value})
        if held.later and not held.said.isdisjoint(about):
            held.send_later()
        ready = self.ready.copy()
        ready[self.place] = value
        return self.made.rows(held.connection, ready, held.dialect, True)


class Known:
    """What was read and worked out by whoever writes for many. It is as it was as long as nobody else writes
    (`core/together.py` sees to that), and forgotten should a table be written that it was read from."""

    def __init__(self) -> None:
        self.things: dict[Hashable, Any] = {}
        self.read: set[str] = set()
        self.makes = False


def as_long_as_known(key: Hashable, make: Callable[[], Thing]) -> Thing:
    """What `make` reads and works out. Where many are written together once for all, and again when anybody else has
    written since."""
    held = _in_hand.get()
    if held is None or held.known is None:
        return make()
    known = held.known
    found: Thing | None = known.things.get(key)
    if found is None:
        if len(known.things) >= MOST_KNOWN:
            known.things.clear()
        before, known.makes = known.makes, True
        try:
            found = known.things[key] = make()
        finally:
            known.makes = before
    return found


def known(key: Hashable) -> Any:
    """What was noted under a key since anybody else has written; None for nothing."""
    held = _in_hand.get()
    return held.known.things.get(key) if held is not None and held.known is not None else None


def note(key: Hashable, thing: Any) -> None:
    """Note what was just written, to know it the next time."""
    held = _in_hand.get()
    if held is not None and held.known is not None:
        held.known.things[key] = thing


class Hand:
    """A connection of the driver that prepared statements go straight to.

    Lines of the trail wait in `lines`. Where many are written together, `known` keeps rows that stay as they are, `later`
    has the lists that are still to be written, and `said` what they are about.
    """

    __slots__ = ("connection", "dialect", "known", "later", "lines", "said")

    def __init__(self, connection: Any, dialect: Any, lines: list[Any] | None = None, known: Known | None = None):
        self.connection, self.dialect, self.lines, self.known = connection, dialect, lines, known
        self.later: dict[Prepared, list[Any]] = {}
        self.said: set[Any] = set()

    def send_later(self) -> None:
        """Write what waits, each list by one statement."""
        later, self.later = self.later, {}
        self.said.clear()
        for statement, rows in later.items():
            statement.run(statement.values_of(rows, self.dialect))


class _Made:
    """The text of a statement for one engine, and how values go in and come out."""

    def __init__(self, statement: Any, dialect: sa.Dialect):
        compiled: Any = statement.compile(dialect=dialect)
        binds = compiled.binds
        self.text = str(compiled)
        self.tables = frozenset(each.name for each in sa.sql.visitors.iterate(statement) if isinstance(each, sa.Table))
        into = {name: _writing(bind.type, dialect) for name, bind in binds.items()}
        self.named = compiled.positiontup is None
        fixed = {name: bind.value for name, bind in binds.items() if not bind.required}
        self.fixed = {name: _put(value, into[name]) for name, value in fixed.items()}
        self.into = [
            (name, None if name in fixed else into[name]) for name in (binds if self.named else compiled.positiontup)
        ]
        self.asked = next((name for name, _process in self.into if name not in fixed), "")  # of a list, its only value
        columns = list(statement.exported_columns) if isinstance(statement, sa.SelectBase) else []
        readers = [_reading(column.type, dialect) for column in columns]
        self.readers = [(place, reader) for place, reader in enumerate(readers) if reader is not None]
        self.row: Any = namedtuple("Row", [str(column.key) for column in columns]) if columns else tuple

    def send(self, connection: Any, values: Any, dialect: Any, is_ready: bool = False) -> Any:
        ready = values if is_ready else self.ready(values)
        try:
            cursor = connection.execute(self.text, ready)
        except dialect.loaded_dbapi.Error as problem:
            raise told_alike(problem, dialect, self.text) from problem
        for listener in LISTENERS:
            listener(dialect, self.text, cursor)
        return cursor

    def send_many(self, connection: Any, values: Sequence[Mapping[str, Any]], dialect: Any) -> None:
        ready, cursor = [self.ready(each) for each in values], connection.cursor()
        try:
            cursor.executemany(self.text, ready)
        except dialect.loaded_dbapi.Error as problem:
            raise told_alike(problem, dialect, self.text) from problem
        for listener in LISTENERS:
            listener(dialect, self.text, cursor)
        cursor.close()

    def ready(self, values: Mapping[str, Any]) -> Any:
        given = {**self.fixed, **values} if self.fixed else values
        if self.named:
            return {name: _put(given[name], process) for name, process in self.into}
        return [
            value if (value := given[name]) is None or process is None else process(value)
            for name, process in self.into
        ]

    def rows(self, connection: Any, values: Any, dialect: Any, is_ready: bool = False) -> list[Any]:
        cursor = self.send(connection, values, dialect, is_ready)
        found = cursor.fetchall()
        cursor.close()
        return self.read(found) if found else found

    def read(self, found: list[tuple[Any, ...]]) -> list[Any]:
        if not self.readers:
            return [self.row._make(each) for each in found]
        rows = []
        for each in found:
            cells = list(each)
            for place, reader in self.readers:
                if (cell := cells[place]) is not None:
                    cells[place] = reader(cell)
            rows.append(self.row._make(cells))
        return rows


def _put(value: Any, process: Callable[[Any], Any] | None) -> Any:
    return value if process is None or value is None else process(value)


def _writing(kind: Any, dialect: Any) -> Callable[[Any], Any] | None:
    """How values of a type go in. Instants and days as SQLAlchemy writes them to SQLite, in a fifth of the time."""
    if dialect.name == "sqlite" and isinstance(kind, db.UtcDateTime):
        return stored
    if dialect.name == "sqlite" and isinstance(kind, sa.Date):
        return date.isoformat
    if dialect.name == "sqlite" and isinstance(kind, sa.JSON):
        return _write_json
    process: Callable[[Any], Any] | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return process


def _reading(kind: Any, dialect: Any) -> Callable[[Any], Any] | None:
    """How values of a type come out. Instants as `stored` wrote them, by Python's own reader."""
    if dialect.name == "sqlite" and isinstance(kind, db.UtcDateTime):
        return _instant
    process: Callable[[Any], Any] | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return process


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class hand:
    """Inside, prepared statements go straight to this connection of the driver, and lines of the trail wait in `lines`."""

    def __init__(self, connection: Any, dialect: Any, lines: list[Any] | None = None, known: Known | None = None):
        self.held = Hand(connection, dialect, lines, known)

    def __enter__(self) -> Hand:
        self.mark = _in_hand.set(self.held)
        return self.held

    def __exit__(self, *_problem: object) -> None:
        _in_hand.reset(self.mark)


def waiting_lines() -> list[Any] | None:
    """Where lines of the trail wait, when they do not wait on the session."""
    held = _in_hand.get()
    return held.lines if held is not None else None


def _of_session() -> Hand:
    connection = db.sent().connection()
    return Hand(connection.connection.driver_connection, connection.dialect)


def told_alike(problem: BaseException, dialect: Any, text: str = "") -> BaseException:
    """What the driver raised, as SQLAlchemy tells it, so that everybody hears the same. Anything else as it is."""
    base = dialect.loaded_dbapi.Error
    if not isinstance(problem, base):
        return problem
    told: Any = sa.exc.DBAPIError.instance(text, None, problem, base, hide_parameters=True, dialect=dialect)
    return cast(BaseException, told)


# ---- lists as one parameter ----


class _Jsonb(sa.types.UserDefinedType[Any]):
    cache_ok = True

    def get_col_spec(self, **_more: Any) -> str:
        return "JSONB"


def listed(engine: Engine, name: str, /, **columns: Any) -> Any:
    """The rows of a list of objects that is one parameter of this name, written by `as_list`; columns by their types."""
    given = sa.bindparam(name, type_=sa.Text())
    if engine == "sqlite":
        each = sa.func.json_each(given).table_valued("value")
        cells = [
            sa.type_coerce(sa.func.json_extract(each.c.value, sa.literal_column(f"'$.{key}'")), kind).label(key)
            for key, kind in columns.items()
        ]
        return sa.select(*cells).select_from(each).subquery(name)
    rows: Any = sa.func.jsonb_to_recordset(sa.cast(given, _Jsonb()))
    return rows.table_valued(*(sa.column(key, kind) for key, kind in columns.items())).render_derived(
        name=name, with_types=True
    )


def keys(engine: Engine, name: str) -> sa.Select[Any]:
    """The numbers of a list that is one parameter of this name, written by `as_list`."""
    if engine == "sqlite":
        return words(engine, name)
    return sa.select(sa.cast(words(engine, name).subquery().c.value, sa.BigInteger()))


def words(engine: Engine, name: str) -> sa.Select[Any]:
    """The texts of a list that is one parameter of this name, written by `as_list`."""
    given = sa.bindparam(name, type_=sa.Text())
    if engine == "sqlite":
        return sa.select(sa.func.json_each(given).table_valued("value").c.value)
    each: Any = sa.func.jsonb_array_elements_text(sa.cast(given, _Jsonb())).table_valued("value")
    return sa.select(each.c.value)


def upsert(table: sa.Table, rows: Any, *, kept: Sequence[str] = ()) -> sa.Insert:
    """Insert rows, or give those that are there the new values, but for the columns `kept`. Both engines say it alike."""
    names = [column.key for column in rows.c]
    key = [column.name for column in table.primary_key]
    sets = ", ".join(f"{name} = excluded.{name}" for name in names if name not in key and name not in kept)
    tail = sa.text(f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {sets}")
    return sa.insert(table).from_select(names, sa.select(*rows.c).where(sa.literal_column("1") == 1).suffix_with(tail))


def _plain(value: Any) -> Any:
    if type(value) is datetime and value.tzinfo is UTC:
        return value.isoformat(" ", "microseconds")[:STORED]
    if isinstance(value, datetime):
        return stored(value)
    if isinstance(value, enum.Enum):
        return value.value
    raise TypeError(type(value).__name__)


_write = compact.writer(default=_plain)
_write_json = compact.writer()


def as_list(rows: Collection[Any]) -> str:
    """A list for `listed` or `keys`."""
    return _write(rows if type(rows) is list else list(rows))


def stored(moment: datetime) -> str:
    """An instant as SQLite keeps it; PostgreSQL reads it the same, its sessions being in UTC."""
    return (moment if moment.tzinfo is UTC else moment.astimezone(UTC)).isoformat(" ", "microseconds")[:STORED]
