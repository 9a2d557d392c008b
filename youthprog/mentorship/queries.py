"""Reading matches, their people, their sessions, and who waits for a mentor."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from youthprog.access.models import Account, RoleGrant
from youthprog.access.types import Role
from youthprog.attendance.models import AttendanceMark
from youthprog.attendance.queries import marks_at
from youthprog.attendance.types import CAME
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.clearance import not_cleared
from youthprog.core.permissions import P
from youthprog.core.reach import within
from youthprog.core.refusals import NotFound
from youthprog.mentorship import rules
from youthprog.mentorship.models import Match, ProposedMentor, SessionLog
from youthprog.mentorship.types import (
    Activity,
    Attended,
    Candidate,
    Expected,
    MatchLine,
    MatchStatus,
    MentorLine,
    SessionLine,
    YouthLine,
)
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.people.rules import age_on
from youthprog.programs import queries as programs
from youthprog.programs.models import Enrollment, Gathering, Group, GroupMember, GroupStaff, Season
from youthprog.programs.types import EnrollmentStatus, ProgramKind, SeasonLine

PAGE = 50
MOST_OVERDUE = 200
MOST_CANDIDATES = 200
USUAL_TIME = time(16)

# ---- one match ----


def get_match_for(actor: Actor, permission: P, match_id: int, on: date) -> Match:
    """A match within reach, with its group, season, program and site. Raises `NotFound`."""
    statement = (
        sa.select(Match)
        .join(Group, Group.id == Match.group_id)
        .options(
            joinedload(Match.group).joinedload(Group.season).joinedload(Season.program),
            joinedload(Match.group).joinedload(Group.site),
        )
        .where(Match.id == match_id, programs.groups_within(actor, permission, on))
    )
    match = db.session().scalar(statement)
    if match is None:
        raise NotFound
    return match


def get_match_id_for(actor: Actor, permission: P, group_id: int, on: date) -> int:
    """The key of the match a group is, within reach. Raises `NotFound`."""
    statement = (
        sa.select(Match.id)
        .join(Group, Group.id == Match.group_id)
        .where(Group.id == group_id, programs.groups_within(actor, permission, on))
    )
    match_id = db.session().scalar(statement)
    if match_id is None:
        raise NotFound
    return match_id


def find_session(client_id: str) -> SessionLog | None:
    """The session logged under a client's own key."""
    return db.session().scalar(sa.select(SessionLog).where(SessionLog.client_id == client_id))


def sessions_on(match_id: int, held_on: date) -> int:
    """How many sessions of a match are logged for a day."""
    statement = sa.select(sa.func.count()).where(SessionLog.match_id == match_id, SessionLog.held_on == held_on)
    return db.session().scalar(statement) or 0


# ---- lists ----


def list_matches(
    actor: Actor,
    permission: P,
    on: date,
    *,
    statuses: Collection[MatchStatus] = tuple(MatchStatus),
    after: tuple[str, int] | None = None,
    limit: int = PAGE,
) -> list[MatchLine]:
    """Matches within reach by name; `after` is (folded_name, match_id). A constant number of statements."""
    statement = _matches(actor, permission, on).where(Match.status.in_(statuses))
    if after is not None:
        statement = statement.where(sa.tuple_(Group.folded_name, Match.id) > sa.tuple_(*after))
    rows = db.session().execute(statement.order_by(Group.folded_name, Match.id).limit(limit)).all()
    return _lines(actor, permission, [(match, group, last) for match, group, last in rows], on)


def my_matches(actor: Actor, on: date) -> list[MatchLine]:
    """The active matches whose sessions the actor logs, the longest overdue first."""
    lines = list_matches(actor, P.SESSION_LOG, on, statuses=(MatchStatus.ACTIVE,))
    return sorted(lines, key=lambda line: (line.next_on or on, line.folded_name))


def overdue_matches(actor: Actor, on: date, limit: int = MOST_OVERDUE) -> list[MatchLine]:
    """Active matches that should have met, the longest overdue first. A constant number of statements."""
    rows = db.session().execute(_matches(actor, P.MATCH_READ, on).where(Match.status == MatchStatus.ACTIVE)).all()
    late = []
    for match, group, last in rows:
        days = rules.overdue_days(rules.next_expected(match.status, match.started_on, last, match.every_days), on)
        if days:
            late.append((-days, group.folded_name, match.id, (match, group, last)))
    return _lines(actor, P.MATCH_READ, [row for *_order, row in sorted(late, key=lambda each: each[:3])[:limit]], on)


def _matches(actor: Actor, permission: P, on: date) -> sa.Select[Match, Group, date]:
    """Matches within reach, each with its group and the day of the last session somebody came to."""
    somebody_came = sa.exists().where(
        AttendanceMark.gathering_id == SessionLog.gathering_id, AttendanceMark.mark.in_(CAME)
    )
    last = (
        sa.select(sa.func.max(SessionLog.held_on))
        .where(SessionLog.match_id == Match.id, somebody_came)
        .correlate(Match)
        .scalar_subquery()
    )
    return (
        sa.select(Match, Group, last)
        .join(Group, Group.id == Match.group_id)
        .where(programs.groups_within(actor, permission, on))
    )


def _lines(actor: Actor, permission: P, rows: Sequence[tuple[Match, Group, date | None]], on: date) -> list[MatchLine]:
    matches = [match for match, _group, _last in rows]
    mentors = _mentor_names(matches, on)
    youth = _youth_names(actor, permission, matches, on)
    lines = []
    for match, group, last in rows:
        next_on = rules.next_expected(match.status, match.started_on, last, match.every_days)
        lines.append(
            MatchLine(
                match_id=match.id,
                group_id=group.id,
                name=group.name,
                folded_name=group.folded_name,
                status=match.status,
                every_days=match.every_days,
                mentors=tuple(mentors.get(match.group_id, {}).values()),
                youth=tuple(youth.get(match.group_id, ())),
                last_on=last,
                next_on=next_on,
                overdue_days=rules.overdue_days(next_on, on),
            )
        )
    return lines


def line_of(actor: Actor, permission: P, match: Match, on: date) -> MatchLine:
    """One match as lists show it."""
    row = db.session().execute(_matches(actor, permission, on).where(Match.id == match.id)).one()
    return _lines(actor, permission, [(row[0], row[1], row[2])], on)[0]


# ---- people of matches ----


def mentors_of(match: Match, on: date) -> dict[int, str]:
    """Who mentors, or is proposed to, by key. After the end: everybody who ever did."""
    return _mentor_names([match], on).get(match.group_id, {})


def _mentor_names(matches: Sequence[Match], on: date) -> dict[int, dict[int, str]]:
    if not matches:
        return {}
    closed = [match.group_id for match in matches if match.status is MatchStatus.CLOSED]
    leads = (
        sa.select(GroupStaff.group_id, GroupStaff.person_id)
        .where(
            GroupStaff.group_id.in_([match.group_id for match in matches]),
            sa.or_(programs.during(GroupStaff.from_on, GroupStaff.until_on, on), GroupStaff.group_id.in_(closed)),
        )
        .union(
            sa.select(Match.group_id, ProposedMentor.person_id)
            .join(Match, Match.id == ProposedMentor.match_id)
            .where(
                Match.id.in_([match.id for match in matches]),
                Match.status.in_((MatchStatus.PROPOSED, MatchStatus.CLOSED)),
            )
        )
        .subquery()
    )
    rows = db.session().execute(
        sa.select(leads.c.group_id, Person)
        .join(Person, Person.id == leads.c.person_id)
        .order_by(Person.folded_name, Person.id)
    )
    found: dict[int, dict[int, str]] = {}
    for group_id, person in rows:
        found.setdefault(group_id, {})[person.id] = person.name
    return found


def _youth_names(actor: Actor, permission: P, matches: Sequence[Match], on: date) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for group_id, person in _youth(actor, permission, matches, on):
        found.setdefault(group_id, []).append(person.name)
    return found


def _youth(actor: Actor, permission: P, matches: Sequence[Match], on: date) -> list[tuple[int, Person]]:
    """The youth of matches whom the permission reaches; of closed matches everybody who ever was in them."""
    if not matches:
        return []
    closed = [match.group_id for match in matches if match.status is MatchStatus.CLOSED]
    rows = db.session().execute(
        sa.select(GroupMember.group_id, Person)
        .distinct()
        .join(Person, Person.id == GroupMember.youth_id)
        .where(
            GroupMember.group_id.in_([match.group_id for match in matches]),
            sa.or_(programs.during(GroupMember.from_on, GroupMember.until_on, on), GroupMember.group_id.in_(closed)),
            within(actor, permission, GroupMember.youth_id, on),
        )
        .order_by(Person.folded_name, Person.id)
    )
    return [(group_id, person) for group_id, person in rows]


def youth_of(actor: Actor, permission: P, match: Match, on: date, *, held_on: date | None = None) -> list[YouthLine]:
    """The youth of a match whom the permission reaches, on the day of a session if given, and what may be known.

    Whoever shows alerts records the reading.
    """
    if held_on is None:
        persons = [person for _group_id, person in _youth(actor, permission, [match], on)]
    else:
        there = programs.during(GroupMember.from_on, GroupMember.until_on, held_on)
        statement = (
            sa.select(Person)
            .join(GroupMember, GroupMember.youth_id == Person.id)
            .where(GroupMember.group_id == match.group_id, there, within(actor, permission, Person.id, on))
            .order_by(Person.folded_name, Person.id)
        )
        persons = list(db.session().scalars(statement))
    youth_ids = [person.id for person in persons]
    guardians = people.guardians_of(people.reachable(actor, P.CONTACT_READ, youth_ids, on), on)
    alerts = people.alerts_of(people.reachable(actor, P.HEALTH_ALERT_READ, youth_ids, on))
    reasons = not_cleared(youth_ids, match.group.season_id, held_on or on)
    lines = []
    for person in persons:
        call = next((line for line in guardians.get(person.id, ()) if line.phone), None)
        lines.append(
            YouthLine(
                youth_id=person.id,
                name=person.name,
                first_name=person.first_name,
                age=age_on(person.born_on, on) if person.born_on else None,
                alert=alerts.get(person.id),
                contact=call.name if call else None,
                phone=call.phone if call else None,
                reasons=tuple(reasons.get(person.id, ())),
            )
        )
    return lines


def free_youth(season_id: int, actor: Actor, on: date, limit: int = MOST_CANDIDATES) -> list[Candidate]:
    """Youth with a place in a mentoring season and no match there, the longest wait first. One statement."""
    rows = db.session().execute(
        sa.select(Person, Enrollment.asked_at)
        .join(Enrollment, Enrollment.youth_id == Person.id)
        .where(is_free(season_id), within(actor, P.MATCH_EDIT, Person.id, on))
        .order_by(Enrollment.asked_at, Person.id)
        .limit(limit)
    )
    return [
        Candidate(person.id, person.name, age_on(person.born_on, on) if person.born_on else None, since)
        for person, since in rows
    ]


def free_among(season_id: int, youth_ids: Collection[int]) -> set[int]:
    """Those of the youth who have a place in the season and no match there."""
    statement = (
        sa.select(Person.id)
        .join(Enrollment, Enrollment.youth_id == Person.id)
        .where(Person.id.in_(youth_ids), is_free(season_id))
    )
    return set(db.session().scalars(statement))


def is_free(season_id: int) -> sa.ColumnElement[bool]:
    """The condition that a person of an enrollment has a place in the season and no match there."""
    matched = (
        sa.exists()
        .where(
            GroupMember.youth_id == Person.id,
            GroupMember.until_on.is_(None),
            GroupMember.group_id == Group.id,
            Group.season_id == season_id,
        )
        .correlate(Person)
    )
    return sa.and_(Enrollment.season_id == season_id, Enrollment.status == EnrollmentStatus.ENROLLED, ~matched)


def mentoring_seasons(actor: Actor, on: date) -> list[SeasonLine]:
    """Seasons of mentoring programs, not yet over, in which the actor may propose matches."""
    seasons = programs.list_seasons(actor, P.MATCH_EDIT, not_over_on=on)
    return [line for line in seasons if line.program_kind is ProgramKind.MENTORSHIP]


def list_mentors(on: date) -> list[MentorLine]:
    """Adults with the mentor's role by name, with how many young people each has in matches. Two statements."""
    holds = programs.during(RoleGrant.from_on, RoleGrant.until_on, on)
    persons = db.session().scalars(
        sa.select(Person)
        .where(
            sa.exists().where(
                Account.person_id == Person.id,
                Account.closed_at.is_(None),
                RoleGrant.account_id == Account.id,
                RoleGrant.role == Role.MENTOR,
                holds,
            )
        )
        .order_by(Person.folded_name, Person.id)
    )
    loads = loads_of(on)
    return [MentorLine(person.id, person.name, loads.get(person.id, 0)) for person in persons]


def loads_of(on: date) -> dict[int, int]:
    """How many young people each mentor has in matches that are not closed; co-mentors share theirs. One statement."""
    size = (
        sa.select(sa.func.count())
        .where(GroupMember.group_id == Match.group_id, GroupMember.until_on.is_(None))
        .correlate(Match)
        .scalar_subquery()
    )
    leading = (
        sa.select(Match.id.label("match_id"), GroupStaff.person_id, size.label("youth"))
        .join(GroupStaff, GroupStaff.group_id == Match.group_id)
        .where(
            Match.status.in_((MatchStatus.ACTIVE, MatchStatus.PAUSED)),
            programs.during(GroupStaff.from_on, GroupStaff.until_on, on),
        )
    )
    proposed = (
        sa.select(Match.id, ProposedMentor.person_id, size)
        .join(ProposedMentor, ProposedMentor.match_id == Match.id)
        .where(Match.status == MatchStatus.PROPOSED)
    )
    per_match: dict[int, tuple[int, list[int]]] = {}
    for match_id, person_id, youth in db.session().execute(sa.union_all(leading, proposed)):
        per_match.setdefault(match_id, (youth, []))[1].append(person_id)
    found: dict[int, int] = {}
    for youth, person_ids in per_match.values():
        for person_id in person_ids:
            found[person_id] = found.get(person_id, 0) + rules.load_of(youth, len(person_ids))
    return found


def group_names(season_id: int) -> list[str]:
    """The names of a season's groups."""
    return list(db.session().scalars(sa.select(Group.name).where(Group.season_id == season_id)))


def names_of(person_ids: Collection[int]) -> dict[int, str]:
    """The names of people by key. One statement."""
    rows = db.session().scalars(sa.select(Person).where(Person.id.in_(person_ids)))
    return {person.id: person.name for person in rows}


# ---- sessions ----


def list_sessions(
    actor: Actor,
    permission: P,
    match: Match,
    on: date,
    *,
    after: tuple[datetime, int] | None = None,
    limit: int = PAGE,
) -> list[SessionLine]:
    """The sessions of a match, newest first; `after` is (starts_at, session_id). Three statements.

    What was written about youth of whom one is not within reach (a paused match, a court's order) stays shut.
    """
    statement = (
        sa.select(SessionLog, Gathering, Person)
        .join(Gathering, Gathering.id == SessionLog.gathering_id)
        .outerjoin(Person, Person.id == SessionLog.logged_by_id)
        .where(SessionLog.match_id == match.id)
    )
    if after is not None:
        statement = statement.where(sa.tuple_(Gathering.starts_at, SessionLog.id) < sa.tuple_(*after))
    rows = db.session().execute(statement.order_by(Gathering.starts_at.desc(), SessionLog.id.desc()).limit(limit)).all()
    marks = marks_at([gathering.id for _log, gathering, _person in rows])
    names = _names_within(actor, permission, {youth_id for at in marks.values() for youth_id in at}, on)
    return [
        SessionLine(
            session_id=log.id,
            gathering_id=gathering.id,
            held_on=log.held_on,
            starts_at=gathering.starts_at,
            ends_at=gathering.ends_at,
            minutes=log.minutes,
            place=gathering.place,
            duty=log.duty,
            activities=tuple(Activity(each) for each in log.activities),
            note=log.note if marks.get(gathering.id, {}).keys() <= names.keys() else None,
            logged_by=person.name if person else None,
            attended=tuple(
                Attended(youth_id, names.get(youth_id), mark) for youth_id, mark in marks.get(gathering.id, {}).items()
            ),
        )
        for log, gathering, person in rows
    ]


def _names_within(actor: Actor, permission: P, youth_ids: Collection[int], on: date) -> dict[int, str]:
    if not youth_ids:
        return {}
    statement = sa.select(Person).where(Person.id.in_(youth_ids), within(actor, permission, Person.id, on))
    return {person.id: person.first_name for person in db.session().scalars(statement)}


def expected_session(match: Match, actor: Actor, now: datetime) -> Expected:
    """The session one most likely logs now: planned day, usual time and place, the mentor's own last duty."""
    rows = db.session().execute(
        sa.select(SessionLog, Gathering)
        .join(Gathering, Gathering.id == SessionLog.gathering_id)
        .where(SessionLog.match_id == match.id)
        .order_by(Gathering.starts_at.desc(), SessionLog.id.desc())
        .limit(10)
    )
    past = [(log, gathering) for log, gathering in rows]
    last = past[0] if past else None
    today = clock.day_of(now)
    day = rules.expected_on(last[0].held_on if last else None, match.started_on, match.every_days, today)
    site = match.group.site.name if match.group.site else None
    return Expected(
        starts_at=_begins(day, match.usual_time or _time_of(last), match.usual_minutes, now),
        minutes=match.usual_minutes,
        place=match.usual_place or (last[1].place if last else None) or site,
        duty=next((log.duty for log, _gathering in past if log.logged_by_id == actor.person_id), None),
    )


def _time_of(last: tuple[SessionLog, Gathering] | None) -> time:
    return last[1].starts_at.astimezone(clock.zone()).time() if last else USUAL_TIME


def _begins(day: date, usual: time, minutes: int, now: datetime) -> datetime:
    """The usual time on that day; when that is still ahead, the session has just ended."""
    starts_at = datetime.combine(day, usual, clock.zone())
    if starts_at <= now:
        return starts_at
    just = now.astimezone(clock.zone()) - timedelta(minutes=minutes)
    return just - timedelta(minutes=just.minute % 5, seconds=just.second, microseconds=just.microsecond)
