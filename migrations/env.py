"""How migrations run: on both engines, with data in the tables, without losing a row."""

import sqlalchemy as sa
from alembic import context
from flask import current_app

import youthprog.wiring  # noqa: F401  every room's tables
from youthprog.core.db import UtcDateTime, db


def render_item(kind: str, thing: object, autogen: object) -> str | bool:
    """Write our own type as the plain one it is in the database."""
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    """Upgrade or downgrade inside one transaction, foreign keys off on SQLite while tables are rebuilt."""
    engine = db.engine
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:  # a rebuilt parent would take its children with it; PRAGMA works only outside a transaction
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        try:
            _migrate(connection, sqlite)
        finally:
            if sqlite:
                connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")


def _migrate(connection: sa.Connection, sqlite: bool) -> None:
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=True,
        render_item=render_item,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
        if sqlite:
            orphans = connection.execute(sa.text("PRAGMA foreign_key_check")).all()
            if orphans:
                raise RuntimeError(f"the migration would leave rows without their parent: {orphans[:5]}")


assert current_app
run()
