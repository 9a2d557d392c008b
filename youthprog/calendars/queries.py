"""What a calendar holds, for whom, decided anew each time it is fetched; and the links of one owner.

Every list costs the same number of statements whatever its length.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from flask import Flask, current_app

from youthprog.access import queries as access
from youthprog.calendars import rules
from youthprog.calendars.models import CalendarFeed
from youthprog.calendars.types import FeedEnd, FeedKind, FeedLine, Games, Meeting
from youthprog.core import clock, crypto, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P, Reach
from youthprog.core.reach import within
from youthprog.core.refusals import NotFound
from youthprog.people.models import CustodyRestriction, Guardianship, Person
from youthprog.people.queries import is_current
from youthprog.programs import queries as programs
from youthprog.programs.models import Enrollment, Gathering, Group, GroupMember, GroupStaff, Site
from youthprog.programs.types import EnrollmentStatus, GatheringKind

MOST = 1500  # events of a calendar: a place with every program of a department
GAMES = "youthprog.calendars.games"
MINE = 60  # groups that the page of one's own calendars lists


def install(app: Flask, games: Games) -> None:
    """Say who knows which gatherings are games, and of whom: leagues live on a higher storey."""
    app.extensions[GAMES] = games


# ---- who ----


def groups_open_to(actor: Actor, on: date) -> sa.ColumnElement[bool]:
    """The condition on `Group.id` that the actor may have its calendar: within reach, led, or an own child's.

    Not where a child plays whom a court keeps from the actor.
    """
    ways = [programs.groups_within(actor, P.CALENDAR_READ, on)]
    if actor.reaches(P.CALENDAR_READ, Reach.OWN_CHILDREN) and actor.person_id is not None:
        inside = programs.during(GroupMember.from_on, GroupMember.until_on, on)
        own = sa.select(GroupMember.group_id).where(GroupMember.youth_id.in_(_children(actor, on)), inside)
        ways.append(Group.id.in_(own.correlate(None)))
    return sa.and_(sa.or_(*ways), Group.id.not_in(_kept_groups(actor.person_id, on)))


def get_group_for(actor: Actor, group_id: int, on: date) -> Group:
    """A group whose calendar the actor may have. Raises `NotFound`."""
    found = db.session().scalar(sa.select(Group).where(Group.id == group_id, groups_open_to(actor, on)))
    if found is None:
        raise NotFound
    return found


def get_site_for(actor: Actor, site_id: int, on: date) -> Site:
    """A site at which something within reach takes place. Raises `NotFound`."""
    meets = sa.exists().where(Gathering.site_id == Site.id, programs.gatherings_within(actor, P.CALENDAR_READ, on))
    found = db.session().scalar(sa.select(Site).where(Site.id == site_id, meets))
    if found is None:
        raise NotFound
    return found


def places_of(actor: Actor, site_id: int, on: date) -> list[str]:
    """The fields and rooms of a site in which something within reach takes place, by name. One statement."""
    statement = (
        sa.select(Gathering.place)
        .where(
            Gathering.site_id == site_id,
            Gathering.place.is_not(None),
            programs.gatherings_within(actor, P.CALENDAR_READ, on),
        )
        .distinct()
    )
    return sorted(place for place in db.session().scalars(statement) if place)


def own_groups(actor: Actor, on: date) -> list[Group]:
    """The groups that the actor leads or a child of the actor's is in, by name: not all within a coordinator's reach."""
    inside = programs.during(GroupMember.from_on, GroupMember.until_on, on)
    leads = programs.during(GroupStaff.from_on, GroupStaff.until_on, on)
    children = sa.select(GroupMember.group_id).where(GroupMember.youth_id.in_(_children(actor, on)), inside)
    led = sa.select(GroupStaff.group_id).where(GroupStaff.person_id == (actor.person_id or 0), leads)
    statement = (
        sa.select(Group)
        .where(sa.or_(Group.id.in_(children), Group.id.in_(led)), groups_open_to(actor, on))
        .order_by(Group.folded_name, Group.id)
        .limit(MINE)
    )
    return list(db.session().scalars(statement))


def has_children(actor: Actor, on: date) -> bool:
    """Whether the actor answers for a child of whom a calendar may tell."""
    return db.session().scalar(sa.select(sa.exists(_children(actor, on)))) or False


def _children(actor: Actor, on: date) -> sa.Select[int]:
    """The youth for whom the actor answers, custody permitting."""
    return (
        sa.select(Guardianship.youth_id)
        .where(
            Guardianship.guardian_id == (actor.person_id or 0),
            is_current(Guardianship.ended_on, on),
            within(actor, P.CALENDAR_READ, Guardianship.youth_id, on),
        )
        .correlate(None)
    )


def _kept_youth(person_id: int | None, on: date) -> sa.Select[int]:
    """The youth of whom a court lets somebody know nothing, now or from a day to come on."""
    table = CustodyRestriction
    return sa.select(table.youth_id).where(
        table.adult_id == (person_id or 0), table.no_information, sa.or_(table.ends_on.is_(None), table.ends_on >= on)
    )


def _kept_groups(person_id: int | None, on: date) -> sa.Select[int]:
    """The groups in which such a youth is, or will be."""
    return (
        sa.select(GroupMember.group_id)
        .where(
            GroupMember.youth_id.in_(_kept_youth(person_id, on)),
            sa.or_(GroupMember.until_on.is_(None), GroupMember.until_on >= on),
        )
        .correlate(None)
    )


def _kept_seasons(person_id: int | None, on: date) -> sa.Select[int]:
    return sa.select(Enrollment.season_id).where(
        Enrollment.youth_id.in_(_kept_youth(person_id, on)), Enrollment.status == EnrollmentStatus.ENROLLED
    )


# ---- what ----


def family_meetings(actor: Actor, now: datetime) -> list[Meeting]:
    """What the children go to: meetings of their groups while they are in them, and of their whole seasons."""
    on = clock.day_of(now)
    in_groups = (
        sa.select(Gathering, Group, Site, GroupMember.from_on, GroupMember.until_on)
        .join(Group, Group.id == Gathering.group_id)
        .join(GroupMember, GroupMember.group_id == Group.id)
        .outerjoin(Site, Site.id == Gathering.site_id)
        .where(GroupMember.youth_id.in_(_children(actor, on)), *_shown(now))
    )
    found: dict[int, Meeting] = {}
    for row, group, site, from_on, until_on in db.session().execute(in_groups):
        day = clock.day_of(row.starts_at)
        if from_on <= day and (until_on is None or until_on >= day):
            found[row.id] = _meeting(row, group, site)
    seasons = sa.select(Enrollment.season_id).where(
        Enrollment.youth_id.in_(_children(actor, on)), Enrollment.status == EnrollmentStatus.ENROLLED
    )
    of_seasons = _meetings().where(Gathering.group_id.is_(None), Gathering.season_id.in_(seasons), *_shown(now))
    found |= {row.id: _meeting(row, group, site) for row, group, site in db.session().execute(of_seasons)}
    return allowed(with_games(list(found.values())), actor.person_id, on)


def group_meetings(actor: Actor, group_id: int, now: datetime) -> list[Meeting]:
    """What a group meets for."""
    on = clock.day_of(now)
    condition = sa.and_(Gathering.group_id == group_id, Group.id.in_(_of(groups_open_to(actor, on))))
    return _read(condition, actor.person_id, now)


def place_meetings(actor: Actor, site_id: int, field: str | None, now: datetime) -> list[Meeting]:
    """What takes place at a site, or on one of its fields, as far as the actor reaches."""
    condition = sa.and_(
        Gathering.site_id == site_id,
        sa.true() if field is None else Gathering.place == field,
        programs.gatherings_within(actor, P.CALENDAR_READ, clock.day_of(now)),
    )
    return _read(condition, actor.person_id, now)


def _read(condition: sa.ColumnElement[bool], person_id: int | None, now: datetime) -> list[Meeting]:
    rows = db.session().execute(_meetings().where(condition, *_shown(now)).limit(MOST))
    return allowed(with_games([_meeting(*row) for row in rows]), person_id, clock.day_of(now))


def meetings_of(gathering_ids: Collection[int]) -> dict[int, Meeting]:
    """Some gatherings as calendars show them, by key."""
    rows = db.session().execute(_meetings().where(Gathering.id.in_(gathering_ids)))
    return {each.gathering_id: each for each in with_games([_meeting(*row) for row in rows])}


def allowed(meetings: Collection[Meeting], person_id: int | None, on: date) -> list[Meeting]:
    """The meetings, of a game once, without those at which a child plays whom a court keeps from a person. Two statements."""
    groups = set(db.session().scalars(_kept_groups(person_id, on)))
    seasons = set(db.session().scalars(_kept_seasons(person_id, on)))
    return rules.one_of_a_game(rules.without_the_kept(meetings, groups, seasons))


def kept_groups(person_id: int | None, on: date) -> frozenset[int]:
    """The groups in which a child is, or will be, of whom a court lets a person know nothing. One statement, none for nobody."""
    return frozenset(db.session().scalars(_kept_groups(person_id, on))) if person_id else frozenset()


def open_to(person_id: int | None, gathering_ids: Collection[int], on: date) -> set[int]:
    """Those of the gatherings at which no child plays whom a court keeps from a person. Five statements, none for none."""
    if not gathering_ids:
        return set()
    return {each.gathering_id for each in allowed(list(meetings_of(gathering_ids).values()), person_id, on)}


def with_games(meetings: Sequence[Meeting]) -> list[Meeting]:
    """The meetings with what the leagues know of those that are games."""
    games: Games = current_app.extensions[GAMES]
    known = games([each.gathering_id for each in meetings if each.kind is GatheringKind.GAME])
    return [replace(each, game=known.get(each.gathering_id)) for each in meetings]


def names_of(meetings: Collection[Meeting]) -> frozenset[str]:
    """The words of names of all who are or were in the groups and seasons of these meetings. Two statements at most."""
    groups = {key for each in meetings for key in (each.group_id, *(each.game.group_ids if each.game else ())) if key}
    seasons = {each.season_id for each in meetings if each.group_id is None}
    members = sa.select(GroupMember.youth_id).where(GroupMember.group_id.in_(groups))
    enrolled = sa.select(Enrollment.youth_id).where(Enrollment.season_id.in_(seasons))
    rows = db.session().execute(
        sa.select(Person.given_name, Person.preferred_name, Person.family_name).where(
            sa.or_(Person.id.in_(members), Person.id.in_(enrolled))
        )
    )
    return rules.names_in([name for row in rows for name in row if name])


def _shown(now: datetime) -> list[sa.ColumnElement[bool]]:
    """What lies in the days a calendar shows. Between midnights, so that it stays the same for a day."""
    midnight = now.astimezone(clock.zone()).replace(hour=0, minute=0, second=0, microsecond=0)
    return [
        Gathering.starts_at >= midnight - rules.SHOWN_BACK,
        Gathering.starts_at < midnight + rules.SHOWN_AHEAD + timedelta(days=1),
    ]


def _meetings() -> sa.Select[Gathering, Group, Site]:
    return (
        sa.select(Gathering, Group, Site)
        .outerjoin(Group, Group.id == Gathering.group_id)
        .outerjoin(Site, Site.id == Gathering.site_id)
        .order_by(Gathering.starts_at, Gathering.id)
    )


def _of(condition: sa.ColumnElement[bool]) -> sa.Select[int]:
    return sa.select(Group.id).where(condition).correlate(None)


def _meeting(row: Gathering, group: Group | None, site: Site | None) -> Meeting:
    return Meeting(
        gathering_id=row.id,
        season_id=row.season_id,
        group_id=row.group_id,
        group=group.name if group else None,
        group_kind=group.kind if group else None,
        kind=row.kind,
        title=row.title,
        site=site.name if site else None,
        place=row.place,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        canceled=row.canceled_at is not None,
        reason=row.canceled_reason,
        sequence=row.sequence,
        changed_at=row.changed_at,
    )


# ---- links ----


def find_feed(token: str) -> CalendarFeed | None:
    """The live calendar link of a secret. Looking changes nothing."""
    return db.session().scalar(
        sa.select(CalendarFeed).where(
            CalendarFeed.token_hash == crypto.fingerprint(token), CalendarFeed.ended_at.is_(None)
        )
    )


def owner_of(feed: CalendarFeed, now: datetime) -> tuple[Actor, str] | None:
    """Whose link it is, as they may act now, and their language; None when they may not any more."""
    actor = as_owner(feed.person_id, clock.day_of(now))
    return None if actor is None else (actor, actor.language)


def as_owner(person_id: int, on: date) -> Actor | None:
    """Somebody as their own calendar lets them act: by their account, or as a guardian who never had one. Two statements."""
    by_account = access.actor_of(person_id, on)
    actor = by_account or access.guardian_without_account(person_id, on)
    return actor if actor is not None and actor.may(P.CALENDAR_READ) else None


def meetings_for(feed: CalendarFeed, actor: Actor, now: datetime) -> list[Meeting]:
    """What a link shows its owner now."""
    match feed.kind:
        case FeedKind.FAMILY:
            return family_meetings(actor, now)
        case FeedKind.GROUP:
            return group_meetings(actor, feed.group_id or 0, now)
        case FeedKind.PLACE:
            return place_meetings(actor, feed.site_id or 0, feed.field, now)


def name_of(feed: CalendarFeed) -> str:
    """The group or place a link is named after; nothing for a family's. One statement at most."""
    if feed.kind is FeedKind.GROUP:
        group = db.session().get_one(Group, feed.group_id)
        return group.name if group.kind in rules.NAMED_GROUPS else ""
    if feed.kind is FeedKind.PLACE:
        site = db.session().get_one(Site, feed.site_id)
        return ", ".join(part for part in (site.name, feed.field) if part)
    return ""


def own_feeds(person_id: int | None) -> list[FeedLine]:
    """The live links of a person, opened. One statement."""
    rows = db.session().scalars(
        sa.select(CalendarFeed)
        .where(CalendarFeed.person_id == (person_id or 0), CalendarFeed.ended_at.is_(None))
        .order_by(CalendarFeed.id)
    )
    return [
        FeedLine(row.id, row.kind, row.unseal("token_sealed") or "", row.made_at, row.group_id, row.site_id, row.field)
        for row in rows
    ]


def get_own_feed(person_id: int | None, feed_id: int) -> CalendarFeed:
    """A live link of a person's own. Raises `NotFound`."""
    row = db.session().get(CalendarFeed, feed_id)
    if row is None or row.person_id != person_id or row.ended_at is not None:
        raise NotFound
    return row


def ended_for_safety(person_id: int | None) -> bool:
    """Whether the office's deed, not the owner's, ended the last family calendar of somebody who made no new one."""
    statement = (
        sa.select(CalendarFeed.ended_why)
        .where(CalendarFeed.person_id == (person_id or 0), CalendarFeed.kind == FeedKind.FAMILY)
        .order_by(CalendarFeed.id.desc())
        .limit(1)
    )
    return db.session().scalar(statement) is FeedEnd.FAMILY
