"""A glance at an installation: what a second start may leave out.

Setting up and looking for people through the application takes seconds, most of them to load it, only to find that
there is nothing to do. This asks the database itself and loads neither the application nor SQLAlchemy. Whatever is
unclear counts as missing: the way through the application is then taken, and it is safe to repeat.
"""

import hashlib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from youthprog import config
from youthprog.core import sqlite

MARK = ".set-up"  # what program set this installation up, and to which revision
NEEDED = ("keys.toml", "seal.pem", "seal-key.pem", "seal-root.pem", "documents")
PROGRAM = Path(__file__).resolve().parents[1]
REVISION = "SELECT version_num FROM alembic_version"
PEOPLE = "SELECT 1 WHERE EXISTS (SELECT 1 FROM person) OR EXISTS (SELECT 1 FROM program)"
DEMO = "SELECT email FROM account WHERE is_demo AND closed_at IS NULL"


@dataclass(frozen=True)
class Seen:
    """What was seen: whether `init` has nothing to do, whether anybody is here, the addresses of open demo accounts."""

    is_set_up: bool = False
    has_people: bool = False
    demo_accounts: frozenset[str] = frozenset()


def look(settings: config.Settings) -> Seen:
    """Look at an installation. Changes nothing and never raises for the state it finds it in."""
    try:
        with closing(_connect(settings)) as connection:
            revision = _column(connection, REVISION)
            people = _column(connection, PEOPLE)
            accounts = _column(connection, DEMO)
    except Exception:  # no database, no tables, no driver, no server: there is nothing to be seen
        return Seen()
    whole = all((settings.instance / name).exists() for name in NEEDED)
    mark = _read(settings.instance / MARK)
    return Seen(whole and mark == _mark(settings, *revision), bool(people), frozenset(map(str, accounts)))


def leave_mark(settings: config.Settings, revision: str) -> None:
    """Note that this very program has set the installation up: any other sets it up again."""
    (settings.instance / MARK).write_text(_mark(settings, revision), encoding="utf-8")


def _mark(settings: config.Settings, *revisions: object) -> str:
    """A digest of the program's files by name, size and time, of where the data are and of the tables' revision."""
    found = hashlib.sha256(repr((settings.database_url, settings.department, revisions)).encode())
    for folder in (PROGRAM, PROGRAM.parent / "migrations"):
        for path in sorted((*folder.rglob("*.py"), *folder.rglob("*.toml"))):
            about = path.stat()
            found.update(f"{path}:{about.st_size}:{about.st_mtime_ns}\n".encode())
    return found.hexdigest()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


def _connect(settings: config.Settings) -> Any:
    url = settings.database_url
    if not url.startswith("sqlite"):
        import psycopg

        return psycopg.connect(url.replace("+psycopg", "", 1), connect_timeout=2)
    file = settings.instance / urlsplit(url).path[1:]  # a path from the root stays one
    return sqlite.driver.connect(f"{file.as_uri()}?mode=rw", uri=True)  # makes no file that is not there


def _column(connection: Any, statement: str) -> list[object]:
    with closing(connection.cursor()) as cursor:
        cursor.execute(statement)
        return [row[0] for row in cursor.fetchall()]
