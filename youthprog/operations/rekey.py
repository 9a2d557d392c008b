"""Changing the field key: every sealed field and uploaded file is opened and sealed anew, a batch a transaction.

Safe to stop and repeat: fields already under the current key are skipped, old keys stay in the key file.
"""

from collections.abc import Iterator

import sqlalchemy as sa

from youthprog.consent import services as consent
from youthprog.core import crypto, db
from youthprog.core.crypto import Sealable

BATCH = 200


def sealed_tables() -> list[type[Sealable]]:
    """Every mapped class with sealed columns."""
    classes = (mapper.class_ for mapper in db.Base.registry.mappers)
    return sorted((each for each in classes if issubclass(each, Sealable)), key=lambda each: each.__tablename__)


def rekey() -> Iterator[tuple[str, int]]:
    """Seal everything with the current key; yields (table, fields changed) after each committed batch."""
    ring = crypto.keyring()
    for table in sealed_tables():
        after = 0
        while True:
            rows = db.session().scalars(
                sa.select(table).where(table.id > after).order_by(table.id).limit(BATCH)  # type: ignore[operator, arg-type]
            ).all()  # fmt: skip
            if not rows:
                break
            changed = sum(_reseal(row, ring) for row in rows)
            after = rows[-1].id  # type: ignore[assignment]
            db.session().commit()
            yield table.__tablename__, changed
    yield "uploaded files", sum(consent.reseal_uploads())


def _reseal(row: Sealable, ring: crypto.Keyring) -> int:
    changed = 0
    for column in row.SEALED:
        sealed = getattr(row, column)
        if sealed is not None and ring.key_id(sealed) != ring.current:
            row.seal_bytes(column, ring.open_bytes(sealed, place=row.place(column)))
            changed += 1
    return changed
