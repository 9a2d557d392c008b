"""Verbs of calendar links: share, stop, and end them where a family's circle changes. They never commit."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from youthprog.access.services import end_links_of
from youthprog.access.types import LinkPurpose
from youthprog.audit.services import record
from youthprog.calendars.models import CalendarFeed, ChangeNotice
from youthprog.calendars.types import FeedEnd, FeedKind
from youthprog.core import clock, crypto, db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.people.models import Guardianship
from youthprog.people.types import CustodyRestricted, GuardianshipEnded, PeopleMerged


def share(
    kind: FeedKind,
    *,
    group_id: int | None = None,
    site_id: int | None = None,
    field: str | None = None,
    by: Actor,
    now: datetime,
) -> CalendarFeed:
    """Make somebody's own link to a calendar. The one there was for the same thing ends at once."""
    assert by.person_id is not None
    same = sa.select(CalendarFeed).where(
        CalendarFeed.person_id == by.person_id,
        CalendarFeed.kind == kind,
        CalendarFeed.group_id == group_id if group_id else CalendarFeed.group_id.is_(None),
        CalendarFeed.site_id == site_id if site_id else CalendarFeed.site_id.is_(None),
        CalendarFeed.field == field if field else CalendarFeed.field.is_(None),
        CalendarFeed.ended_at.is_(None),
    )
    for row in db.session().scalars(same.with_for_update()):
        _end(row, FeedEnd.RENEWED, now)
    token = crypto.token()
    feed = CalendarFeed(
        kind=kind,
        person_id=by.person_id,
        group_id=group_id,
        site_id=site_id,
        field=field or None,
        token_hash=crypto.fingerprint(token),
        made_at=now,
    )
    db.session().add(feed)
    db.flush()
    feed.seal("token_sealed", token)
    db.flush()
    record("calendar.shared", "person", by.person_id, by=by, now=now, feed_id=feed.id, kind=kind.value)
    return feed


def stop(feed: CalendarFeed, *, by: Actor, now: datetime) -> None:
    """End a link: whoever has its address fetches nothing from now on."""
    _end(feed, FeedEnd.STOPPED, now)
    db.flush()
    record("calendar.stopped", "person", feed.person_id, by=by, now=now, feed_id=feed.id)


def _end(feed: CalendarFeed, why: FeedEnd, now: datetime) -> None:
    """The sealed copy of the secret goes with it."""
    feed.ended_at, feed.ended_why, feed.token_sealed = now, why, None


def end_for_guardian(event: GuardianshipEnded) -> None:
    """An adult answers for a child no longer: the links of everybody in the family end (see `end_for_restricted`)."""
    _end_of_family(event.youth_id, event.guardian_id)


def end_for_restricted(event: CustodyRestricted) -> None:
    """A court limits an adult: the links of the adult and of all who answer for the child end.

    A link is a secret that whoever holds it can use, and parents hand theirs to one another: the other parent's link
    may be on the very telephone that is to learn nothing more.
    """
    _end_of_family(event.youth_id, event.adult_id)


def _end_of_family(youth_id: int, adult_id: int) -> None:
    family = sa.select(Guardianship.guardian_id).where(Guardianship.youth_id == youth_id)
    _end_of(set(db.session().scalars(family)) | {adult_id})


def _end_of(person_ids: Collection[int]) -> None:
    now = clock.now()
    live = sa.select(CalendarFeed).where(CalendarFeed.person_id.in_(person_ids), CalendarFeed.ended_at.is_(None))
    for feed in db.session().scalars(live.order_by(CalendarFeed.id)):
        _end(feed, FeedEnd.FAMILY, now)
        record("calendar.stopped", "person", feed.person_id, by=SYSTEM, now=now, feed_id=feed.id)
    for person_id in sorted(person_ids):
        end_links_of(LinkPurpose.CALENDAR, person_id, now=now)
    db.flush()


def follow_merge(event: PeopleMerged) -> None:
    """Let a merged record's links and notices follow; of a meeting that both were told of, the kept record's stays."""
    for feed in db.session().scalars(sa.select(CalendarFeed).where(CalendarFeed.person_id == event.gone_id)):
        if feed.ended_at is None:
            _end(feed, FeedEnd.MERGED, event.at)
        feed.person_id = event.kept_id
    known = set(
        db.session().scalars(sa.select(ChangeNotice.gathering_id).where(ChangeNotice.person_id == event.kept_id))
    )
    for notice in db.session().scalars(sa.select(ChangeNotice).where(ChangeNotice.person_id == event.gone_id)):
        if notice.gathering_id in known:
            db.session().delete(notice)
        else:
            notice.person_id = event.kept_id
    db.flush()
