"""Tables of batches: what was asked for, and each paper of it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from youthprog.core.db import Model, choice, partial_index
from youthprog.programs.models import Season
from youthprog.reports.batches.types import BatchState


class PrintBatch(Model):
    """Papers of one kind for everybody of a season, of one team, or of several seasons of a program, printed by the worker.

    `kind` is a key of `wiring.BATCH_KINDS`. `looked_at` is when all names were found drawable; until then nothing is
    printed. `trouble` says why not: `[[subject, sentence, values]]`, without a name. While it is worked on somebody holds it
    until `leased_until`. Its files are fetched until `expires_at` and then taken away (`purged_at`); certificates stay.
    At most one of a kind and a scope is under way.
    """

    __tablename__ = "print_batch"
    __table_args__ = (partial_index("uq_print_batch_open", "scope", where="state IN ('asked', 'working')"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    scope: Mapped[str] = mapped_column(sa.String(80))
    season_id: Mapped[int] = mapped_column(sa.ForeignKey("season.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("group.id"))
    state: Mapped[BatchState] = mapped_column(choice(BatchState, "state"))
    options: Mapped[dict[str, Any]]
    total: Mapped[int]
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    looked_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    stop_asked_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    purged_at: Mapped[datetime | None]
    trouble: Mapped[list[Any]] = mapped_column(default=list)
    bytes_in_all: Mapped[int | None]
    season: Mapped[Season] = relationship(lazy="raise_on_sql")


class PrintedPaper(Model):
    """One paper of a batch: each subject once a season. `printed_at` and the document are written in one transaction.

    `seen` says which youth it shows by which permission: whoever fetches it later must reach them all.
    `left_out` says why there is none.
    """

    __tablename__ = "printed_paper"
    __table_args__ = (
        sa.UniqueConstraint("batch_id", "subject_id", "season_id"),
        sa.CheckConstraint("printed_at IS NOT NULL OR document_id IS NULL", name="document_once_printed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("print_batch.id"))
    subject_id: Mapped[int] = mapped_column(index=True)
    season_id: Mapped[int] = mapped_column(sa.ForeignKey("season.id"))
    place: Mapped[int]
    printed_at: Mapped[datetime | None]
    document_id: Mapped[int | None] = mapped_column(sa.ForeignKey("document.id"), unique=True)
    about: Mapped[str] = mapped_column(default="")
    seen: Mapped[dict[str, Any]] = mapped_column(default=dict)
    left_out: Mapped[str | None]
