"""Where the migrations are and what the newest one is, without loading the library that runs them."""

import re
from functools import cache
from pathlib import Path

import sqlalchemy as sa

PACKAGE = Path(__file__).resolve().parent.parent
NAMED = re.compile(r'^(revision|down_revision)[^=\n]*= *"([^"]+)"', re.MULTILINE)
VERSION = sa.table("alembic_version", sa.column("version_num"))


def folder() -> Path:
    """The migrations: beside the package in a checkout, inside it in a wheel."""
    inside = PACKAGE / "_migrations"
    return inside if inside.is_dir() else PACKAGE.parent / "migrations"


@cache
def head() -> str | None:
    """The revision the database should be at: the one no other builds on."""
    found = [dict(NAMED.findall(path.read_text())) for path in (folder() / "versions").glob("*.py")]
    built_on = {names.get("down_revision") for names in found}
    heads = [names["revision"] for names in found if names["revision"] not in built_on]
    return heads[0] if len(heads) == 1 else None


def current(connection: sa.Connection) -> str | None:
    """The revision a database is at; None before its first migration."""
    if not sa.inspect(connection).has_table(VERSION.name):
        return None
    return connection.execute(sa.select(VERSION.c.version_num)).scalar()
