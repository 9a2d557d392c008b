"""Reading the sealed records of a request: the signed one, the parts added later, the answers taken back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from youthprog.consent.models import ConsentPart, PickupPerson, Section
from youthprog.consent.types import SectionKind
from youthprog.core import db
from youthprog.core.refusals import N_, NotFound
from youthprog.documents.models import Document
from youthprog.documents.types import ARCHIVED, DocumentKind

ABOUT_HEALTH = frozenset({SectionKind.HEALTH, SectionKind.EXTERNAL})  # what a doctor says of a child is health too
SUBJECT = "consent_request"
KINDS = {
    DocumentKind.CONSENT_RECORD: N_("Signed consent record"),
    DocumentKind.SUPPLEMENT_RECORD: N_("Part signed later"),
    DocumentKind.WITHDRAWAL_RECORD: N_("Answer taken back"),
}


@dataclass(frozen=True)
class SealedLine:
    """A sealed file of a request. `is_health`: only whoever reads full health notes may open it."""

    request_id: int
    document_id: int
    kind: DocumentKind
    code: str
    issued_at: datetime
    pages: int
    size_bytes: int
    signer: str | None = None
    is_health: bool = False

    @property
    def word(self) -> str:
        """What it is, as a msgid."""
        return KINDS[self.kind]


def records_of(request_ids: Collection[int]) -> dict[int, list[SealedLine]]:
    """The sealed records of requests, oldest first, those that were purged left out. One statement."""
    part, section = ConsentPart, Section
    of_list = sa.exists().where(
        sa.or_(PickupPerson.document_id == Document.id, PickupPerson.end_document_id == Document.id)
    )
    rows = db.session().execute(
        sa.select(Document, part.typed_name, section.kind, of_list)
        .outerjoin(part, part.document_id == Document.id)
        .outerjoin(section, section.id == part.section_id)
        .where(
            Document.subject_kind == SUBJECT,
            Document.subject_id.in_(request_ids),
            Document.kind.in_(ARCHIVED),
            Document.purged_at.is_(None),
        )
        .order_by(Document.issued_at, Document.id)
    )
    found: dict[int, list[SealedLine]] = {}
    for document, signer, kind, is_list in rows:
        line = SealedLine(
            document.subject_id, document.id, document.kind, document.code, document.issued_at, document.pages,
            document.size_bytes, signer, _is_health(document, SectionKind.PICKUP if is_list else kind),
        )  # fmt: skip
        found.setdefault(document.subject_id, []).append(line)
    return found


def get_record(request_id: int, document_id: int) -> SealedLine:
    """One sealed record of a request. Raises `NotFound`."""
    for line in records_of([request_id]).get(request_id, []):
        if line.document_id == document_id:
            return line
    raise NotFound


def supplements_of(request_id: int) -> list[SealedLine]:
    """The parts of a request that have a record of their own, oldest first."""
    lines = records_of([request_id]).get(request_id, [])
    return [line for line in lines if line.kind is DocumentKind.SUPPLEMENT_RECORD]


def _is_health(document: Document, kind: SectionKind | None) -> bool:
    """A supplement whose part nobody knows any more is taken for one about health."""
    return document.kind is DocumentKind.SUPPLEMENT_RECORD and (kind is None or kind in ABOUT_HEALTH)
