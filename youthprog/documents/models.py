"""Documents that were issued: where the sealed file is and what may be said of it in public."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from youthprog.core.crypto import Sealable
from youthprog.core.db import Model, choice
from youthprog.documents.types import DocumentKind


class Document(Sealable, Model):
    """One sealed file. Its bytes lie in the instance folder under their SHA-256; they never change.

    `title` and `issuer` are public (the verification page shows them) and name no child.
    `subject_kind` and `subject_id` say what it is about, for staff. `holder_sealed` is the name printed on it, for whoever
    types it right on that page; empty for papers that are no certificate or letter, and after a purge.
    """

    __tablename__ = "document"
    SEALED = ("holder_sealed",)
    __table_args__ = (
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_reason IS NULL)", name="revoked_with_reason"),
        sa.Index("ix_document_subject", "subject_kind", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    kind: Mapped[DocumentKind] = mapped_column(choice(DocumentKind, "kind"))
    title: Mapped[str]
    issuer: Mapped[str]
    sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    size_bytes: Mapped[int]
    pages: Mapped[int]
    language: Mapped[str] = mapped_column(sa.String(8))
    sealed: Mapped[bool]
    subject_kind: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[int]
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None] = mapped_column(sa.String(300))
    checked_at: Mapped[datetime | None] = mapped_column(
        index=True
    )  # when the stored file was last compared with its SHA-256
    damaged_at: Mapped[datetime | None]  # since when it is known to be gone or changed
    holder_sealed: Mapped[bytes | None]
    purged_at: Mapped[datetime | None]  # under the retention rule: the file is gone, this row says that it was
