"""Reading documents."""

from collections.abc import Collection

import sqlalchemy as sa

from youthprog.core import db
from youthprog.core.refusals import NotFound
from youthprog.documents.codes import read_code
from youthprog.documents.models import Document
from youthprog.documents.types import ARCHIVED, DocumentKind


def find_by_code(typed: str) -> Document | None:
    """The document of a code as someone typed it, or None."""
    code = read_code(typed)
    if code is None:
        return None
    return db.session().scalar(sa.select(Document).where(Document.code == code))


def find_by_sha256(digest: str) -> Document | None:
    """The document whose file has exactly this SHA-256, or None."""
    return db.session().scalar(sa.select(Document).where(Document.sha256 == digest).limit(1))


def get(document_id: int) -> Document:
    """A document by its key. The caller has asked whether the actor may open it. Raises `NotFound`."""
    document = db.session().get(Document, document_id)
    if document is None:
        raise NotFound
    return document


def list_longest_unchecked(limit: int) -> list[tuple[int, str]]:
    """Id and SHA-256 of the documents whose stored files were not looked at for the longest time."""
    kept = sa.select(Document.id, Document.sha256).where(Document.purged_at.is_(None))
    statement = kept.order_by(sa.nulls_first(Document.checked_at), Document.id)
    return [(row.id, row.sha256) for row in db.session().execute(statement.limit(limit))]


def count_damaged() -> int:
    """How many documents are known to be damaged on disk."""
    counted = (
        sa.select(sa.func.count())
        .select_from(Document)
        .where(Document.damaged_at.is_not(None), Document.purged_at.is_(None))
    )
    return db.session().scalar(counted) or 0


def list_revoked(kinds: Collection[DocumentKind]) -> list[str]:
    """The SHA-256 of every revoked document of some kinds, oldest first."""
    statement = sa.select(Document.sha256).where(Document.kind.in_(kinds), Document.revoked_at.is_not(None))
    return list(db.session().scalars(statement.order_by(Document.id)))


def later_records(document: Document) -> list[Document]:
    """What was added to a signed record or taken back of it, oldest first; of any other document none."""
    if document.kind is not DocumentKind.CONSENT_RECORD:
        return []
    found = list_of_subject(document.subject_kind, document.subject_id)
    return [each for each in reversed(found) if each.kind in ARCHIVED and each.id != document.id]


def list_of_subject(subject_kind: str, subject_id: int) -> list[Document]:
    """What was issued about a thing, newest first."""
    statement = (
        sa.select(Document)
        .where(Document.subject_kind == subject_kind, Document.subject_id == subject_id)
        .order_by(Document.issued_at.desc(), Document.id.desc())
    )
    return list(db.session().scalars(statement))
