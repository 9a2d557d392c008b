"""Tables of the concerns room. Rows are added; none is ever changed or taken out."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy import orm as so
from sqlalchemy.orm import Mapped, mapped_column

from youthprog.concerns.types import Danger, Entry
from youthprog.core.crypto import Sealable, keyring
from youthprog.core.db import Model, choice

PERSON = "person.id"


class Concern(Sealable, Model):
    """A concern as it was raised. What was written is sealed; who raised it and about whom are its first entries.

    `client_id` makes a form that is sent twice one concern.
    """

    __tablename__ = "concern"
    SEALED = ("who_sealed", "words_sealed")

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(sa.String(36), unique=True)
    raised_at: Mapped[datetime]
    danger: Mapped[Danger | None] = mapped_column(choice(Danger, "danger"))
    who_sealed: Mapped[bytes | None]
    words_sealed: Mapped[bytes | None]


class ConcernEntry(Sealable, Model):
    """A line of a concern: whom it names, who wrote it (NULL: the system), and words, sealed.

    `youth_id` is set beside `person_id` where a line is about an adult and a youth (contact stopped).
    """

    __tablename__ = "concern_entry"
    __table_args__ = (
        sa.Index("ix_concern_entry_concern", "concern_id", "kind"),
        sa.Index("ix_concern_entry_person", "person_id", "kind"),
    )
    SEALED = ("words_sealed",)

    id: Mapped[int] = mapped_column(primary_key=True)
    concern_id: Mapped[int] = mapped_column(sa.ForeignKey("concern.id"))
    kind: Mapped[Entry] = mapped_column(choice(Entry, "kind"))
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    youth_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON), index=True)
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    words_sealed: Mapped[bytes | None]


class StaysAsItWas(Exception):
    """A row of a concern was about to be changed or taken out."""


@event.listens_for(Concern, "before_update")
@event.listens_for(ConcernEntry, "before_update")
def _stays(_mapper: so.Mapper[Sealable], _connection: sa.Connection, row: Sealable) -> None:
    """A row gets its sealed words right after it has its key, and may be sealed anew with another key; no more."""
    for name, attribute in sa.inspect(row).attrs.items():
        history = attribute.history
        if not history.has_changes():
            continue
        before = next(iter(history.deleted or ()), None)
        if name not in row.SEALED or (before is not None and not _says_the_same(row, name, before)):
            raise StaysAsItWas(f"{row.__tablename__} {row.id}: {name}")


def _says_the_same(row: Sealable, name: str, before: bytes) -> bool:
    now, place = getattr(row, name), row.place(name)
    return now is not None and keyring().open(now, place=place) == keyring().open(before, place=place)


@event.listens_for(Concern, "before_delete")
@event.listens_for(ConcernEntry, "before_delete")
def _is_not_taken_out(_mapper: so.Mapper[Sealable], _connection: sa.Connection, row: Sealable) -> None:
    raise StaysAsItWas(f"{row.__tablename__} {row.id}")
