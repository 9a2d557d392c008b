"""Keeping a young person's photo: at most one, drawn anew by the press before it comes here, gone when it may not be kept."""

from datetime import date, datetime

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.core import clock, db, picturing
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Refusal, refuse_if
from youthprog.people.models import Person, YouthPhoto

NOT_AGREED = Refusal(
    "photos_not_agreed", N_("The family has not agreed to photos of %(name)s. Ask them first; then add one."), "photo"
)


def refusals_to_keep_photo(youth: Person, on: date) -> list[Refusal]:
    """Why no photo of a young person is taken in: the family has not agreed to photos in a season that is not over."""
    if picturing.may_be_shown([youth.id], None, on):
        return []
    return [Refusal(NOT_AGREED.code, NOT_AGREED.sentence, NOT_AGREED.field, {"name": youth.first_name})]


def keep_photo(youth: Person, portrait: bytes, *, by: Actor, now: datetime) -> YouthPhoto:
    """Keep a portrait in place of the one there was. Raises `Refused` where the family has not agreed to photos."""
    refuse_if(refusals_to_keep_photo(youth, clock.day_of(now)))
    row = _find(youth.id)
    action = "photo.added" if row is None else "photo.replaced"
    if row is None:
        row = YouthPhoto(youth_id=youth.id, kept_at=now, kept_by_id=by.person_id)
        db.session().add(row)
        db.flush()
    row.kept_at, row.kept_by_id = now, by.person_id
    row.seal_bytes("photo_sealed", portrait)
    db.flush()
    record(action, "person", youth.id, by=by, now=now)
    return row


def remove_photo(youth: Person, *, by: Actor, now: datetime) -> None:
    """Take a photo away for good. Nothing happens where there is none."""
    if forget_photo(youth.id):
        record("photo.removed", "person", youth.id, by=by, now=now)


def forget_photo(youth_id: int) -> int:
    """Remove the photo of a youth whose time is over; how many. The room whose deed this is writes the audit line."""
    row = _find(youth_id)
    if row is None:
        return 0
    db.session().delete(row)
    db.flush()
    return 1


def follow_withdrawal(youth_id: int, *, by: Actor, now: datetime) -> None:
    """Take the photo away at once when the family has taken back its word and no other season of theirs allows photos."""
    if _find(youth_id) is not None and not picturing.may_be_shown([youth_id], None, clock.day_of(now)):
        forget_photo(youth_id)
        record("photo.withdrawn", "person", youth_id, by=by, now=now)


def move_photo(kept_id: int, gone_id: int) -> None:
    """Of the photos of two records that become one, the newer stays. The seal is bound to the row, so it stays readable."""
    rows = db.session().scalars(sa.select(YouthPhoto).where(YouthPhoto.youth_id.in_((kept_id, gone_id)))).all()
    newest = max(rows, key=lambda row: (row.kept_at, row.id), default=None)
    for row in rows:
        if row is not newest:
            db.session().delete(row)
    db.flush()
    if newest is not None:
        newest.youth_id = kept_id
        db.flush()


def _find(youth_id: int) -> YouthPhoto | None:
    return db.session().scalar(sa.select(YouthPhoto).where(YouthPhoto.youth_id == youth_id))
