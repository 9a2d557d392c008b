"""Where the migrations are and what the newest one is."""

from functools import cache
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

PACKAGE = Path(__file__).resolve().parent.parent


def folder() -> Path:
    """The migrations: beside the package in a checkout, inside it in a wheel."""
    inside = PACKAGE / "_migrations"
    return inside if inside.is_dir() else PACKAGE.parent / "migrations"


@cache
def head() -> str | None:
    """The revision the database should be at."""
    config = Config()
    config.set_main_option("script_location", str(folder()))
    return ScriptDirectory.from_config(config).get_current_head()
