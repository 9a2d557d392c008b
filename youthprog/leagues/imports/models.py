"""Tables of imports: an uploaded file, what columns and pairs were said to be, games that came from files."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from youthprog.core.crypto import Sealable
from youthprog.core.db import Model, choice
from youthprog.leagues.imports.types import ImportKind, ImportState


class RosterImport(Sealable, Model):
    """One uploaded export of players or games: tried first, accepted by a person, or discarded.

    The rows as read wait sealed in `rows_sealed`, and the table they were read from in `table_sealed`, until then and
    are erased after; card and insurance columns never reach either. `dates` is the order of day and month that somebody
    told. `summary` counts what the dry run found. A large file is written by the worker in parts, from
    `begun_at` on: `done_rows` says how far, `accepted_by_id` for whom.
    """

    __tablename__ = "roster_import"
    SEALED = ("rows_sealed", "table_sealed")

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(sa.ForeignKey("season.id"), index=True)
    file_name: Mapped[str] = mapped_column(sa.String(200))
    file_sha256: Mapped[str] = mapped_column(sa.String(64))
    state: Mapped[ImportState] = mapped_column(choice(ImportState, "state"))
    summary: Mapped[dict[str, Any]]
    rows_sealed: Mapped[bytes | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    kind: Mapped[ImportKind] = mapped_column(
        choice(ImportKind, "kind"), default=ImportKind.PLAYERS, server_default=ImportKind.PLAYERS.value
    )
    dates: Mapped[str | None] = mapped_column(sa.String(3))
    table_sealed: Mapped[bytes | None]
    begun_at: Mapped[datetime | None]
    done_rows: Mapped[int] = mapped_column(default=0, server_default="0")
    accepted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))


class ColumnMeaning(Model):
    """What people of a program said a heading means, for the next file that has it.

    `heading` is squeezed (`columns.base_of`); `part` the name of a part of a row, or empty for what means nothing here.
    """

    __tablename__ = "column_meaning"
    __table_args__ = (sa.UniqueConstraint("program_id", "kind", "heading"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    program_id: Mapped[int] = mapped_column(sa.ForeignKey("program.id"))
    kind: Mapped[ImportKind] = mapped_column(choice(ImportKind, "kind"))
    heading: Mapped[str] = mapped_column(sa.String(120))
    part: Mapped[str] = mapped_column(sa.String(40))
    said_at: Mapped[datetime]
    said_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))


class ImportPair(Model):
    """What a person said of two who are alike: one young person under two spellings, or two.

    `pair` is a hash of both names and birth dates (`likeness.pair_key`), so that it holds for the next file too.
    """

    __tablename__ = "import_pair"
    __table_args__ = (sa.UniqueConstraint("program_id", "pair"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    program_id: Mapped[int] = mapped_column(sa.ForeignKey("program.id"))
    pair: Mapped[str] = mapped_column(sa.String(64))
    is_same: Mapped[bool]
    said_at: Mapped[datetime]
    said_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))


class ImportedGame(Model):
    """What a schedule's file knows of a game: a fixture, when both teams play here in one division; else the game itself.

    `key` is what tells the game from the others of its season in files (a number, or the two teams and how often they
    met), so that the same file changes nothing and an edited row changes its game; `said` stands for what the row said
    the last time, so that a game moved here since stays where it is. Where there is a fixture, its teams, names and
    gatherings stand there alone. A team that is not here is a name. `arrive_minutes` is how long before the start the
    teams are asked to come.
    """

    __tablename__ = "imported_game"
    __table_args__ = (
        sa.UniqueConstraint("season_id", "key"),
        sa.CheckConstraint(
            "fixture_id IS NULL OR (home_gathering_id IS NULL AND away_gathering_id IS NULL)", name="told_once"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(sa.ForeignKey("season.id"))
    key: Mapped[str] = mapped_column(sa.String(200))
    home_team_id: Mapped[int | None] = mapped_column(sa.ForeignKey("team.id"), index=True)
    away_team_id: Mapped[int | None] = mapped_column(sa.ForeignKey("team.id"), index=True)
    home_name: Mapped[str] = mapped_column(sa.String(80))
    away_name: Mapped[str] = mapped_column(sa.String(80))
    division: Mapped[str] = mapped_column(sa.String(80), default="", server_default="")
    home_gathering_id: Mapped[int | None] = mapped_column(sa.ForeignKey("gathering.id"), unique=True)
    away_gathering_id: Mapped[int | None] = mapped_column(sa.ForeignKey("gathering.id"), unique=True)
    arrive_minutes: Mapped[int | None]
    fixture_id: Mapped[int | None] = mapped_column(sa.ForeignKey("fixture.id"), unique=True)
    said: Mapped[str] = mapped_column(sa.String(64), default="", server_default="")
