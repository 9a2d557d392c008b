"""Tables of keeping up with matches: contacts made, and what a program set of its own."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from youthprog.core.crypto import Sealable
from youthprog.core.db import Model, choice
from youthprog.mentorship.cadence.types import Depth, Party, Safety, Way

PERSON, MATCH = "person.id", "match.id"


class SupportContact(Sealable, Model):
    """A contact of staff with somebody of a match, made or tried. For a guardian `person_id` is the youth.

    `alone` says that the mentor was not there. `words_sealed` holds what was said by area, and the note.
    """

    __tablename__ = "support_contact"
    __table_args__ = (sa.Index("ix_support_contact_match", "match_id", "at"),)
    SEALED = ("words_sealed",)

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(sa.ForeignKey(MATCH))
    party: Mapped[Party] = mapped_column(choice(Party, "party"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), index=True)
    at: Mapped[datetime]
    way: Mapped[Way] = mapped_column(choice(Way, "way"))
    depth: Mapped[Depth] = mapped_column(choice(Depth, "depth"))
    reached: Mapped[bool]
    safety: Mapped[Safety | None] = mapped_column(choice(Safety, "safety"))
    alone: Mapped[bool]
    words_sealed: Mapped[bytes | None]
    client_id: Mapped[str] = mapped_column(sa.String(36), unique=True)
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    recorded_at: Mapped[datetime]


class SupportPlan(Model):
    """What a program set of its own: rhythm of contacts, areas, warning points, rates of hours. One value, read whole."""

    __tablename__ = "support_plan"

    program_id: Mapped[int] = mapped_column(sa.ForeignKey("program.id"), primary_key=True)
    settings: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]
