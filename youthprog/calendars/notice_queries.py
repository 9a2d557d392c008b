"""Who is concerned by a meeting, what somebody has not said to have seen, and who has not."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime

import sqlalchemy as sa

from youthprog.calendars import queries, rules
from youthprog.calendars.models import CalendarFeed, ChangeNotice
from youthprog.calendars.rules import Audience
from youthprog.calendars.types import ChangeLine, FeedKind, Meeting, ToldLine, Unread
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.outreach.models import Message
from youthprog.outreach.types import Delivery
from youthprog.people import queries as people
from youthprog.people.models import CustodyRestriction, Guardianship, Person
from youthprog.people.types import ContactKind
from youthprog.programs import queries as programs
from youthprog.programs.models import Enrollment, Gathering, Group, GroupMember
from youthprog.programs.types import EnrollmentStatus, WhenAndWhere

MOST_UNREAD = 8
CAME_BACK = (Delivery.BOUNCED, Delivery.FAILED)


# ---- who is concerned ----


def audience_of(meeting: Meeting) -> Audience:
    """Who leads the group and who answers for its young people on the meeting's day. Four statements at most."""
    on = clock.day_of(meeting.starts_at)
    youth_ids = youth_at(meeting)
    guardians: dict[int, list[int]] = defaultdict(list)
    for youth_id, lines in people.guardians_of(youth_ids, on).items():
        for line in lines:
            guardians[line.guardian_id].append(youth_id)
    staff = programs.staff_of([meeting.group_id], on).get(meeting.group_id, []) if meeting.group_id else []
    return Audience(
        frozenset(line.person_id for line in staff), {key: tuple(sorted(ids)) for key, ids in guardians.items()}
    )


def youth_at(meeting: Meeting) -> list[int]:
    """The youth of the meeting's group on its day, or of its whole season."""
    if meeting.group_id is not None:
        return programs.member_ids(meeting.group_id, clock.day_of(meeting.starts_at))
    enrolled = sa.select(Enrollment.youth_id).where(
        Enrollment.season_id == meeting.season_id, Enrollment.status == EnrollmentStatus.ENROLLED
    )
    return list(db.session().scalars(enrolled))


def kept_from(meeting: Meeting) -> set[int]:
    """The adults whom a court keeps from one of the youth at a meeting, of both teams of a game. One statement."""
    on = clock.day_of(meeting.starts_at)
    groups = {key for key in (meeting.group_id, *(meeting.game.group_ids if meeting.game else ())) if key}
    there = sa.select(GroupMember.youth_id).where(
        GroupMember.group_id.in_(groups), sa.or_(GroupMember.until_on.is_(None), GroupMember.until_on >= on)
    )
    if meeting.group_id is None:
        there = sa.select(Enrollment.youth_id).where(
            Enrollment.season_id == meeting.season_id, Enrollment.status == EnrollmentStatus.ENROLLED
        )
    table = CustodyRestriction
    statement = sa.select(table.adult_id).where(
        table.youth_id.in_(there), table.no_information, sa.or_(table.ends_on.is_(None), table.ends_on >= on)
    )
    return set(db.session().scalars(statement))


def kept_from_group(group_id: int, on: date) -> set[int]:
    """The adults whom a court keeps from one of a group's young people, now or later. One statement."""
    there = sa.select(GroupMember.youth_id).where(
        GroupMember.group_id == group_id, sa.or_(GroupMember.until_on.is_(None), GroupMember.until_on >= on)
    )
    table = CustodyRestriction
    statement = sa.select(table.adult_id).where(
        table.youth_id.in_(there), table.no_information, sa.or_(table.ends_on.is_(None), table.ends_on >= on)
    )
    return set(db.session().scalars(statement))


def not_to_invite(since: datetime) -> set[int]:
    """Who has a family's calendar, or was written to about one since a moment. Two statements."""
    have = sa.select(CalendarFeed.person_id).where(
        CalendarFeed.kind == FeedKind.FAMILY, CalendarFeed.ended_at.is_(None)
    )
    written = sa.select(Message.person_id).where(Message.kind == "calendar_invite", Message.created_at > since)
    return set(db.session().scalars(have)) | {key for key in db.session().scalars(written) if key is not None}


def own_children_at(person_id: int, meetings: Collection[Meeting], now: datetime) -> list[int]:
    """The youth for whom a person answers who are in the groups or seasons of some meetings. One statement."""
    on = clock.day_of(now)
    groups, seasons = {each.group_id for each in meetings}, {each.season_id for each in meetings if not each.group_id}
    members = sa.select(GroupMember.youth_id).where(
        GroupMember.group_id.in_(groups - {None}), GroupMember.until_on.is_(None)
    )
    enrolled = sa.select(Enrollment.youth_id).where(Enrollment.season_id.in_(seasons))
    statement = (
        sa.select(Guardianship.youth_id)
        .where(
            Guardianship.guardian_id == person_id,
            people.is_current(Guardianship.ended_on, on),
            sa.or_(Guardianship.youth_id.in_(members), Guardianship.youth_id.in_(enrolled)),
        )
        .order_by(Guardianship.youth_id)
    )
    return list(db.session().scalars(statement))


# ---- what somebody is to know ----


def untold(person_id: int) -> list[ChangeNotice]:
    """What a person is to be told of and was not."""
    statement = sa.select(ChangeNotice).where(ChangeNotice.person_id == person_id, ChangeNotice.told_at.is_(None))
    return list(db.session().scalars(statement.order_by(ChangeNotice.id)))


def persons_to_tell(now: datetime, limit: int = 200) -> Sequence[int]:
    """Those who have something to be told of for two minutes, longest first. One statement."""
    statement = (
        sa.select(ChangeNotice.person_id)
        .where(ChangeNotice.told_at.is_(None), ChangeNotice.noted_at <= now - rules.QUIET)
        .group_by(ChangeNotice.person_id)
        .order_by(sa.func.min(ChangeNotice.id))
        .limit(limit)
    )
    return db.session().scalars(statement).all()


def lines_of(notices: Sequence[ChangeNotice], now: datetime) -> list[ChangeLine]:
    """Notices with their meetings, of what is not over and not again what it was; of a game once."""
    meetings = queries.meetings_of({each.gathering_id for each in notices})
    alone = {each.gathering_id for each in rules.one_of_a_game(meetings.values())}
    found = []
    for each in notices:
        meeting = meetings[each.gathering_id]
        change = rules.change_of(was_of(each), is_of(meeting))
        over = max(meeting.ends_at, each.was_ends_at) <= now
        if change is not None and not over and each.gathering_id in alone:
            line = ChangeLine(each.id, meeting, change, each.was_starts_at, each.was_place, each.noted_at, each.seen_at)
            found.append(line)
    return sorted(found, key=lambda line: (line.meeting.starts_at, line.notice_id))


def was_of(notice: ChangeNotice) -> WhenAndWhere:
    """What somebody knew of a meeting before it changed."""
    return WhenAndWhere(notice.was_starts_at, notice.was_ends_at, notice.was_place, notice.was_canceled)


def as_it_stands(row: Gathering) -> WhenAndWhere:
    """When and where a gathering is, and whether it takes place."""
    return WhenAndWhere(row.starts_at, row.ends_at, row.place, row.canceled_at is not None)


def is_of(meeting: Meeting) -> WhenAndWhere:
    """When and where a meeting is."""
    return WhenAndWhere(meeting.starts_at, meeting.ends_at, meeting.place, meeting.canceled)


def unseen_of(person_id: int | None, now: datetime) -> list[ChangeLine]:
    """The changes a person was told of and has not said to have seen, but where a court keeps the person away since."""
    statement = sa.select(ChangeNotice).where(
        ChangeNotice.person_id == (person_id or 0),
        ChangeNotice.told_at.is_not(None),
        ChangeNotice.seen_at.is_(None),
    )
    notices = list(db.session().scalars(statement))
    if not notices:
        return []
    lines = lines_of(notices, now)
    still = {
        each.gathering_id for each in queries.allowed([line.meeting for line in lines], person_id, clock.day_of(now))
    }
    return [line for line in lines if line.meeting.gathering_id in still]


# ---- who has not said so ----


def unread(actor: Actor, now: datetime) -> list[Unread]:
    """The meetings to come, within reach, of which somebody has not said to know of a change. One statement."""
    count = sa.func.count(ChangeNotice.id)
    statement = (
        sa.select(Gathering, Group.name, count)
        .join(ChangeNotice, ChangeNotice.gathering_id == Gathering.id)
        .outerjoin(Group, Group.id == Gathering.group_id)
        .where(
            ChangeNotice.seen_at.is_(None),
            sa.or_(Gathering.ends_at > now, ChangeNotice.was_ends_at > now),
            programs.gatherings_within(actor, P.REGISTER_READ, clock.day_of(now)),
        )
        .group_by(Gathering.id, Group.name)
        .order_by(Gathering.starts_at, Gathering.id)
        .limit(MOST_UNREAD)
    )
    return [
        Unread(row.id, group, row.title, row.starts_at, row.canceled_at is not None, number)
        for row, group, number in db.session().execute(statement)
    ]


def told_of(actor: Actor, gathering: Gathering, now: datetime) -> list[ToldLine]:
    """Everybody who is to know of a change of a meeting, those who have not said so first.

    A guardian is named where a child of theirs is within reach, with the phone where contacts may be read; a leader's
    phone is for those who coordinate.
    """
    rows = db.session().execute(
        sa.select(ChangeNotice, Person, Message.delivery)
        .join(Person, Person.id == ChangeNotice.person_id)
        .outerjoin(Message, Message.id == ChangeNotice.message_id)
        .where(ChangeNotice.gathering_id == gathering.id)
        .order_by(Person.folded_name, Person.id)
    )
    found = rows.all()
    children = _children_of([notice.person_id for notice, _person, _delivery in found], gathering, actor, now)
    phones = _phones([person_id for person_id, (_names, may_call) in children.items() if may_call])
    may_call_leaders = actor.may(P.PEOPLE_LIST)
    leaders = _phones([row.person_id for row, _person, _d in found if row.leads]) if may_call_leaders else {}
    lines = [
        ToldLine(
            person.id,
            person.name,
            children.get(person.id, ((), False))[0],
            phones.get(person.id) or leaders.get(person.id),
            notice.told_at,
            notice.seen_at,
            _state(notice, delivery),
            notice.leads,
        )
        for notice, person, delivery in found
        if notice.leads or person.id in children
    ]
    return sorted(lines, key=lambda line: line.seen_at is not None)


def _state(notice: ChangeNotice, delivery: Delivery | None) -> str:
    if notice.seen_at is not None:
        return "seen"
    if notice.told_at is None:
        return "soon"
    if notice.message_id is None:
        return "no_address"
    return "came_back" if delivery in CAME_BACK else "held" if delivery is Delivery.HELD else "unseen"


def _children_of(
    person_ids: Sequence[int], gathering: Gathering, actor: Actor, now: datetime
) -> dict[int, tuple[tuple[str, ...], bool]]:
    """For each guardian the children at the meeting whom the actor may see, and whether contacts may be read."""
    on = clock.day_of(now)
    meeting = queries.meetings_of([gathering.id])[gathering.id]
    youth_ids = youth_at(meeting)
    readable = people.reachable(actor, P.YOUTH_READ, youth_ids, on)
    callable_ = people.reachable(actor, P.CONTACT_READ, youth_ids, on)
    rows = db.session().execute(
        sa.select(Guardianship.guardian_id, Person)
        .join(Person, Person.id == Guardianship.youth_id)
        .where(
            Guardianship.guardian_id.in_(person_ids),
            Guardianship.youth_id.in_(readable),
            people.is_current(Guardianship.ended_on, on),
        )
        .order_by(Person.folded_name, Person.id)
    )
    found: dict[int, tuple[tuple[str, ...], bool]] = {}
    for guardian_id, child in rows:
        names, may_call = found.get(guardian_id, ((), False))
        found[guardian_id] = (*names, child.first_name), may_call or child.id in callable_
    return found


def _phones(person_ids: Collection[int]) -> dict[int, str]:
    found = people.contacts_of(person_ids)
    return {
        person_id: phone
        for person_id, lines in found.items()
        if (phone := next((line.value for line in lines if line.kind is ContactKind.PHONE), None))
    }
