"""Tables of the calendars room: links to calendars, and who was told of a change at short notice."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from youthprog.calendars.types import FeedEnd, FeedKind
from youthprog.core.crypto import Sealable
from youthprog.core.db import Model, choice, partial_index

PERSON = "person.id"


class CalendarFeed(Sealable, Model):
    """A secret address at which a telephone fetches a calendar without signing in.

    It is found by the hash of its secret; the sealed copy lets its owner see it again. A place is a site, or with
    `field` one of its fields. What it shows is decided anew each time, by what its owner may know then.
    """

    __tablename__ = "calendar_feed"
    __table_args__ = (
        sa.CheckConstraint("(kind = 'group') = (group_id IS NOT NULL)", name="group_of_group"),
        sa.CheckConstraint("(kind = 'place') = (site_id IS NOT NULL)", name="site_of_place"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_why IS NULL)", name="ends_for_a_reason"),
        sa.Index("ix_calendar_feed_person", "person_id", "kind"),
    )
    SEALED = ("token_sealed",)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[FeedKind] = mapped_column(choice(FeedKind, "kind"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("group.id"))
    site_id: Mapped[int | None] = mapped_column(sa.ForeignKey("site.id"))
    field: Mapped[str | None] = mapped_column(sa.String(120))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    token_sealed: Mapped[bytes | None]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[FeedEnd | None] = mapped_column(choice(FeedEnd, "ended_why"))


class ChangeNotice(Model):
    """Somebody is to know that a meeting changed at short notice: one row for each of them and meeting.

    `was_…` is what they knew before. `told_at` is when a letter was written, or found impossible (then there is no
    message); `seen_at` when they said that they have seen it. A further change begins anew.
    """

    __tablename__ = "change_notice"
    __table_args__ = (
        sa.UniqueConstraint("gathering_id", "person_id"),
        sa.Index("ix_change_notice_person", "person_id"),
        partial_index("ix_change_notice_untold", "noted_at", where="told_at IS NULL", unique=False),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    gathering_id: Mapped[int] = mapped_column(sa.ForeignKey("gathering.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    leads: Mapped[bool]
    was_starts_at: Mapped[datetime]
    was_ends_at: Mapped[datetime]
    was_place: Mapped[str | None] = mapped_column(sa.String(120))
    was_canceled: Mapped[bool]
    noted_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    message_id: Mapped[int | None] = mapped_column(sa.ForeignKey("message.id"))
    seen_at: Mapped[datetime | None]
