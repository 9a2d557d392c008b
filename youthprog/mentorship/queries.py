"""Reading matches, their people, their sessions, and who waits for a mentor."""

from collections.abc import Collection, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from youthprog.access.models import Account, RoleGrant
from youthprog.access.types import Role
from youthprog.attendance.models import AttendanceMark
from youthprog.attendance.types import CAME
from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.core.clearance import not_cleared
from youthprog.core.permissions import P
from youthprog.core.reach import within
from youthprog.core.refusals import NotFound
from youthprog.mentorship import rules
from youthprog.mentorship.closing.rematching import is_barred
from youthprog.mentorship.models import Match, ProposedMentor
from youthprog.mentorship.sessions.models import SessionLog
from youthprog.mentorship.types import (
    Candidate,
    MatchLine,
    MatchStatus,
    MentorLine,
    YouthLine,
)
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.people.rules import age_on
from youthprog.programs import queries as programs
from youthprog.programs.models import Enrollment, Group, GroupMember, GroupStaff, Season
from youthprog.programs.types import EnrollmentStatus, ProgramKind, SeasonLine

PAGE = 50
MOST_OVERDUE = 200
MOST_CANDIDATES = 200

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


def matches_between(mentor_id: int, youth_id: int, on: date) -> list[Match]:
    """The matches, begun and not closed, in which an adult mentors a youth on a day. One statement."""
    statement = (
        sa.select(Match)
        .join(GroupMember, GroupMember.group_id == Match.group_id)
        .join(GroupStaff, GroupStaff.group_id == Match.group_id)
        .where(
            Match.status.in_((MatchStatus.ACTIVE, MatchStatus.PAUSED)),
            GroupMember.youth_id == youth_id,
            GroupStaff.person_id == mentor_id,
            programs.during(GroupMember.from_on, GroupMember.until_on, on),
            programs.during(GroupStaff.from_on, GroupStaff.until_on, on),
        )
        .order_by(Match.id)
    )
    return list(db.session().scalars(statement).unique())


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


def active_matches_of(mentor_id: int, on: date) -> list[Match]:
    """The matches somebody mentors in now, with group and season."""
    leads = sa.select(GroupStaff.group_id).where(
        GroupStaff.person_id == mentor_id, programs.during(GroupStaff.from_on, GroupStaff.until_on, on)
    )
    statement = (
        sa.select(Match)
        .options(joinedload(Match.group).joinedload(Group.season))
        .where(Match.group_id.in_(leads), Match.status == MatchStatus.ACTIVE)
        .order_by(Match.id)
    )
    return list(db.session().scalars(statement))


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
    """Adults with the mentor's role who may be matched, by name, with how many young people each has in matches.

    Two statements.
    """
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
            ),
            ~is_barred(Person.id),
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
