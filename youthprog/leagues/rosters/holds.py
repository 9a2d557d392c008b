"""What is kept of health beside the dates of a hold, and how it goes with the health notes of a file. Never commits."""

from typing import Any

import sqlalchemy as sa

from youthprog.consent.services import drop_upload
from youthprog.core import db
from youthprog.leagues.rosters.models import MedicalHold


def words_kept() -> sa.Select[*tuple[Any, ...]]:
    """Of whom holds keep words or a clearance, and when they were last written: (youth_id, at), a row a hold."""
    written = sa.func.coalesce(MedicalHold.cleared_at, MedicalHold.held_at, type_=MedicalHold.held_at.type)
    return sa.select(MedicalHold.youth_id.label("youth_id"), written.label("at")).where(_has_words())


def _has_words() -> sa.ColumnElement[bool]:
    columns = (MedicalHold.note_sealed, MedicalHold.signed_by_sealed, MedicalHold.paper_sha256)
    return sa.or_(*(column.is_not(None) for column in columns))


def forget_words(youth_id: int) -> int:
    """Empty the words of a youth's holds and remove the clearances; the dates stay. Returns of how many holds."""
    rows = db.session().scalars(sa.select(MedicalHold).where(MedicalHold.youth_id == youth_id, _has_words())).all()
    digests = {row.paper_sha256 for row in rows if row.paper_sha256 is not None}
    for row in rows:
        row.note_sealed = row.signed_by_sealed = row.paper_sha256 = None
    db.flush()
    others = sa.select(MedicalHold.paper_sha256).where(MedicalHold.paper_sha256.in_(digests))
    for digest in digests - set(db.session().scalars(others)):
        drop_upload(digest)
    return len(rows)
