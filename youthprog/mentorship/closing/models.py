"""Tables of closures."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from youthprog.core.crypto import Sealable
from youthprog.core.db import Model, choice
from youthprog.mentorship.closing.types import Contact, Initiator, Party, Reason, Rematch, Side, Way

PERSON = "person.id"


class MatchClosure(Sealable, Model):
    """The closure of a match: one row, begun on a day, written over days, finished or given up.

    While it is neither, the match is "in closing": it stays active or paused, and its mentor may still log. `version`
    counts saves, so that nobody writes over somebody else. What was said in the talks lies in `words_sealed`, by party;
    `interviews` holds only their state and day, `attempts` the tries to reach somebody. `opened_why` says what began it.
    """

    __tablename__ = "match_closure"
    __table_args__ = (
        sa.CheckConstraint("finished_at IS NULL OR dropped_at IS NULL", name="one_outcome"),
        sa.CheckConstraint(
            "finished_at IS NULL OR (way IS NOT NULL AND reason IS NOT NULL AND initiator IS NOT NULL "
            "AND ends_on IS NOT NULL AND contact IS NOT NULL)",
            name="finished_whole",
        ),
    )
    SEALED = ("words_sealed",)

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(sa.ForeignKey("match.id"), unique=True)
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    opened_why: Mapped[str | None] = mapped_column(sa.String(20))
    way: Mapped[Way | None] = mapped_column(choice(Way, "way"))
    reason: Mapped[Reason | None] = mapped_column(choice(Reason, "reason"))
    initiator: Mapped[Initiator | None] = mapped_column(choice(Initiator, "initiator"))
    ends_on: Mapped[date | None]
    unreachable: Mapped[Party | None] = mapped_column(choice(Party, "unreachable"))
    attempts: Mapped[list[Any]]
    interviews: Mapped[dict[str, Any]]
    words_sealed: Mapped[bytes | None]
    contact: Mapped[Contact | None] = mapped_column(choice(Contact, "contact"))
    contact_told_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)
    finished_at: Mapped[datetime | None]
    finished_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    dropped_at: Mapped[datetime | None]


class ClosureParty(Model):
    """A mentor or a youth of a match that ends: whether to match them again, and the letter or certificate they get."""

    __tablename__ = "closure_party"

    closure_id: Mapped[int] = mapped_column(sa.ForeignKey("match_closure.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), primary_key=True, index=True)
    side: Mapped[Side] = mapped_column(choice(Side, "side"))
    rematch: Mapped[Rematch | None] = mapped_column(choice(Rematch, "rematch"))
    document_id: Mapped[int | None] = mapped_column(sa.ForeignKey("document.id"))
