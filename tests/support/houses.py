"""Built applications on real databases, emptied between tests."""

from __future__ import annotations

import os
import uuid
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from tests.support.postgres import running_postgres
from youthprog import create_app
from youthprog.access import passwords
from youthprog.core import db

db.KEPT_STATEMENTS = 1500  # the web process keeps few, to be small; tests run through thousands
passwords.HASHER = passwords.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)


MOST_AT_ONCE = 80  # parts of one statement, for SQLite
# Ids begin at 1 again in PostgreSQL, as they do in SQLite; only what counted is set back.
NUMBER_ANEW = (
    "SELECT setval(seqrelid::regclass, 1, false) FROM pg_sequence WHERE pg_sequence_last_value(seqrelid) IS NOT NULL"
)
# Each row of a person would ask two hundred tables whether it is theirs. When all go, nobody needs to ask; whoever may not
# say so lets them ask.
ASK_NOBODY = (
    "SELECT set_config('session_replication_role', 'replica', true) WHERE current_setting('is_superuser') = 'on'"
)


@dataclass
class House:
    """An application on an engine, or the reason why there is none."""

    app: Flask | None
    reason: str = ""

    def empty(self) -> None:
        """Take every row out, and number anew."""
        db.session().rollback()
        db.db.session.remove()
        with db.db.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"{ASK_NOBODY}; {NUMBER_ANEW}; SELECT empty_house()")
            else:
                connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
                filled = {name for asked in _which_are_filled() for name in connection.exec_driver_sql(asked).scalars()}
                for name in _children_first():
                    if name in filled:
                        connection.exec_driver_sql(f'DELETE FROM "{name}"')
            connection.commit()


@cache
def _which_are_filled() -> list[str]:
    """Statements that name the tables with rows: emptying all would cost many times as much as asking."""
    asked = [f"SELECT * FROM (SELECT '{name}' FROM \"{name}\" LIMIT 1) a" for name in db.db.metadata.tables]
    return [" UNION ALL ".join(asked[begin : begin + MOST_AT_ONCE]) for begin in range(0, len(asked), MOST_AT_ONCE)]


@cache
def _children_first() -> list[str]:
    return [table.name for table in reversed(db.db.metadata.sorted_tables)]


def _emptying() -> str:
    """A function of the database that does it all: its statements are planned once a connection."""
    each = [f'IF EXISTS (SELECT FROM "{name}") THEN DELETE FROM "{name}"; END IF;' for name in _children_first()]
    return f"CREATE FUNCTION empty_house() RETURNS void LANGUAGE plpgsql AS $$ BEGIN {' '.join(each)} END $$"


def write_keys(folder: Path) -> None:
    """Keys of a test installation."""
    folder.mkdir(parents=True, exist_ok=True)
    key = b64encode(b"k" * 32).decode()
    (folder / "keys.toml").write_text(f'secret_key = "{"s" * 40}"\n[field_keys]\ncurrent = "TEST"\nTEST = "{key}"\n')


@contextmanager
def build_house(engine: str, folder: Path) -> Iterator[House]:
    """An application on a fresh database of the engine, with all tables."""
    with bare_house(engine, folder) as house:
        if house.app is not None:
            with house.app.app_context():
                db.db.metadata.create_all(db.db.engine)
                if engine == "postgresql":
                    with db.db.engine.begin() as connection:
                        connection.exec_driver_sql(_emptying())
        yield house


@contextmanager
def bare_house(engine: str, folder: Path) -> Iterator[House]:
    """An application on a fresh database of the engine, without tables."""
    write_keys(folder)
    if engine == "sqlite":
        yield _furnish(f"sqlite:///{folder / 'test.db'}", folder)
        return
    with running_postgres() as (url, reason):
        if url is None:
            yield House(None, f"no PostgreSQL: {reason}")
            return
        name = f"test_{os.getpid()}_{uuid.uuid4().hex[:8]}"
        server = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
        own = sa.make_url(url).set(database=name)
        house = _furnish(own.render_as_string(hide_password=False), folder)
        yield house
        assert house.app is not None
        with house.app.app_context():
            db.db.engine.dispose()
        with server.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()


def _furnish(url: str, folder: Path) -> House:
    return House(create_app(instance=folder, database_url=url, environment="testing"))
