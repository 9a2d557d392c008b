"""Reading programs, seasons, groups and gatherings. Lists come back as frozen rows."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from youthprog.access.models import Account, RoleGrant
from youthprog.access.types import Role
from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P, Reach
from youthprog.core.reach import within
from youthprog.core.refusals import NotFound
from youthprog.outreach.types import Recipient
from youthprog.people.models import Person
from youthprog.programs.models import (
    Enrollment,
    Gathering,
    Group,
    GroupMember,
    GroupStaff,
    Program,
    Season,
    Site,
)
from youthprog.programs.rules import Waiting
from youthprog.programs.types import (
    EnrollmentLine,
    EnrollmentStatus,
    GatheringLine,
    GroupLine,
    InBoth,
    MemberLine,
    ProgramLine,
    SeasonLine,
    StaffLine,
    StaffRole,
)

PAGE = 50
MOST_GATHERINGS = 200
ROLE_ORDER = list(StaffRole)

# ---- who reaches what ----


def program_within(actor: Actor, permission: P, program_id: Any) -> sa.ColumnElement[bool]:
    """The condition that a program's key is within the actor's reach: everywhere, or the granted programs."""
    if actor.everywhere(permission):
        return sa.true()
    programs = actor.programs(permission)
    return program_id.in_(programs) if programs else sa.false()


def groups_within(actor: Actor, permission: P, on: date) -> sa.ColumnElement[bool]:
    """The condition on `Group.id` that a group is within reach: everywhere, in the program, or led by the actor."""
    if actor.everywhere(permission):
        return sa.true()
    ways: list[sa.ColumnElement[bool]] = []
    programs = actor.programs(permission)
    if programs:
        # An IN, so that a statement which joins season itself does not take this one's season for its own.
        ways.append(Group.season_id.in_(sa.select(Season.id).where(Season.program_id.in_(programs)).correlate(None)))
    if actor.reaches(permission, Reach.ASSIGNED) and actor.person_id is not None:
        ways.append(
            Group.id.in_(
                sa.select(GroupStaff.group_id)
                .where(
                    GroupStaff.person_id == actor.person_id,
                    during(GroupStaff.from_on, GroupStaff.until_on, on),
                )
                .correlate(None)
            )
        )
    return sa.or_(*ways) if ways else sa.false()


def during(from_on: Any, until_on: Any, on: date) -> sa.ColumnElement[bool]:
    """The condition that a period, both ends included, holds on a day."""
    return sa.and_(from_on <= on, sa.or_(until_on.is_(None), until_on >= on))


# ---- one thing ----


def get_program_for(actor: Actor, permission: P, program_id: int) -> Program:
    """A program within reach. Raises `NotFound`."""
    statement = sa.select(Program).where(Program.id == program_id, program_within(actor, permission, Program.id))
    return _found(db.session().scalar(statement))


def get_season(season_id: int) -> Season:
    """A season with its program and site. Raises `NotFound`."""
    return _found(db.session().scalar(_season().where(Season.id == season_id)))


def get_season_for(actor: Actor, permission: P, season_id: int) -> Season:
    """A season within reach, with its program and site. Raises `NotFound`."""
    condition = program_within(actor, permission, Season.program_id)
    return _found(db.session().scalar(_season().where(Season.id == season_id, condition)))


def _season() -> sa.Select[Season]:
    return sa.select(Season).options(joinedload(Season.program), joinedload(Season.site))


def get_group_for(actor: Actor, permission: P, group_id: int, on: date) -> Group:
    """A group within reach, with its season, program and site. Raises `NotFound`."""
    statement = (
        sa.select(Group)
        .options(joinedload(Group.season).joinedload(Season.program), joinedload(Group.site))
        .where(Group.id == group_id, groups_within(actor, permission, on))
    )
    return _found(db.session().scalar(statement))


def gatherings_within(actor: Actor, permission: P, on: date) -> sa.ColumnElement[bool]:
    """The condition on `Gathering` that it is of a group, or of a whole season, within reach."""
    if actor.everywhere(permission):
        return sa.true()
    seasons = sa.select(Season.id).where(program_within(actor, permission, Season.program_id)).correlate(None)
    groups = sa.select(Group.id).where(groups_within(actor, permission, on)).correlate(None)
    whole_season = sa.and_(Gathering.group_id.is_(None), Gathering.season_id.in_(seasons))
    return sa.or_(Gathering.group_id.in_(groups), whole_season)


def get_gathering_for(actor: Actor, permission: P, gathering_id: int, on: date) -> Gathering:
    """A gathering of a group (or of a whole season) within reach, with group, season, program, site."""
    statement = (
        sa.select(Gathering)
        .options(
            joinedload(Gathering.season).joinedload(Season.program),
            joinedload(Gathering.group).joinedload(Group.season),
            joinedload(Gathering.site),
        )
        .where(Gathering.id == gathering_id, gatherings_within(actor, permission, on))
    )
    return _found(db.session().scalar(statement))


def is_gathering_within(actor: Actor, permission: P, gathering_id: int, on: date) -> bool:
    """Whether a gathering is within reach on a day. One statement."""
    within = sa.exists().where(Gathering.id == gathering_id, gatherings_within(actor, permission, on))
    return bool(db.session().scalar(sa.select(within)))


def get_gathering(gathering_id: int) -> Gathering:
    """A gathering with group, season and site, for whoever holds its key. Raises `NotFound`."""
    statement = sa.select(Gathering).options(
        joinedload(Gathering.season).joinedload(Season.program),
        joinedload(Gathering.group),
        joinedload(Gathering.site),
    )
    return _found(db.session().scalar(statement.where(Gathering.id == gathering_id)))


def get_enrollment_for(actor: Actor, permission: P, enrollment_id: int, on: date) -> Enrollment:
    """An enrollment whose season and youth are within reach, with both. Raises `NotFound`."""
    statement = (
        sa.select(Enrollment)
        .join(Season, Season.id == Enrollment.season_id)
        .options(joinedload(Enrollment.youth), joinedload(Enrollment.season).joinedload(Season.program))
        .where(
            Enrollment.id == enrollment_id,
            program_within(actor, permission, Season.program_id),
            within(actor, permission, Enrollment.youth_id, on),
        )
    )
    return _found(db.session().scalar(statement))


def get_site(site_id: int) -> Site:
    """A site. Raises `NotFound`."""
    return _found(db.session().get(Site, site_id))


def _found(row: Any) -> Any:
    if row is None:
        raise NotFound
    return row


def find_enrollment(season_id: int, youth_id: int) -> Enrollment | None:
    """The enrollment of a youth in a season, read afresh."""
    statement = sa.select(Enrollment).where(Enrollment.season_id == season_id, Enrollment.youth_id == youth_id)
    return db.session().scalar(statement.execution_options(populate_existing=True))


def find_program(name: str) -> Program | None:
    """The program of a name."""
    return db.session().scalar(sa.select(Program).where(Program.name == name))


def find_season(program_id: int, name: str) -> Season | None:
    """The season of a name in a program."""
    return db.session().scalar(sa.select(Season).where(Season.program_id == program_id, Season.name == name))


def find_group(season_id: int, folded_name: str) -> Group | None:
    """The group of a folded name in a season."""
    return db.session().scalar(
        sa.select(Group)
        .where(Group.season_id == season_id, Group.folded_name == folded_name)
        .order_by(Group.id)
        .limit(1)
    )


def find_site(name: str) -> Site | None:
    """The site of a name."""
    return db.session().scalar(sa.select(Site).where(Site.name == name))


def find_membership(group_id: int, youth_id: int) -> GroupMember | None:
    """The current membership of a youth in a group."""
    return db.session().scalar(
        sa.select(GroupMember).where(
            GroupMember.group_id == group_id, GroupMember.youth_id == youth_id, GroupMember.until_on.is_(None)
        )
    )


# ---- programs and seasons ----


def list_programs(actor: Actor, permission: P) -> list[ProgramLine]:
    """The programs within reach with their seasons and figures, newest season first. Two statements."""
    programs = db.session().scalars(
        sa.select(Program)
        .where(Program.closed_at.is_(None), program_within(actor, permission, Program.id))
        .order_by(Program.name, Program.id)
    )
    seasons: dict[int, list[SeasonLine]] = {}
    for line in list_seasons(actor, permission):
        seasons.setdefault(line.program_id, []).append(line)
    return [
        ProgramLine(
            row.id,
            row.kind,
            InBoth(row.name, row.name_es),
            InBoth(row.summary, row.summary_es),
            tuple(seasons.get(row.id, ())),
        )
        for row in programs
    ]


def list_seasons(actor: Actor, permission: P, *, not_over_on: date | None = None) -> list[SeasonLine]:
    """Seasons of open programs within reach, newest first; only those not over on a day, if given. One statement."""
    condition = program_within(actor, permission, Season.program_id)
    return _season_lines(condition if not_over_on is None else sa.and_(condition, Season.ends_on >= not_over_on))


def list_open_seasons(on: date) -> list[SeasonLine]:
    """Seasons in which families can register on a day, for the public front page. One statement."""
    return _season_lines(
        sa.and_(
            Season.ends_on >= on,
            sa.or_(Season.registration_opens_on.is_(None), Season.registration_opens_on <= on),
            sa.or_(Season.registration_closes_on.is_(None), Season.registration_closes_on >= on),
        )
    )


def _season_lines(condition: sa.ColumnElement[bool]) -> list[SeasonLine]:
    waiting = _count(Enrollment.season_id == Season.id, Enrollment.status == EnrollmentStatus.WAITLISTED)
    groups = _count(Group.season_id == Season.id)
    rows = db.session().execute(
        sa.select(Season, Program, waiting, groups)
        .join(Program, Program.id == Season.program_id)
        .where(condition, Program.closed_at.is_(None))
        .order_by(Season.starts_on.desc(), Season.id.desc())
    )
    return [
        SeasonLine(
            season.id,
            program.id,
            InBoth(program.name, program.name_es),
            program.kind,
            InBoth(season.name, season.name_es),
            season.starts_on,
            season.ends_on,
            season.min_age,
            season.max_age,
            season.capacity,
            season.taken,
            waits,
            count,
        )
        for season, program, waits, count in rows
    ]


def _count(*conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).where(*conditions).scalar_subquery()


def list_sites() -> list[Site]:
    """Every site, by name."""
    return list(db.session().scalars(sa.select(Site).order_by(Site.name, Site.id)))


def sites_in_use(actor: Actor, permission: P, on: date) -> set[int]:
    """The sites at which something within reach takes place. One statement."""
    meets = sa.exists().where(Gathering.site_id == Site.id, gatherings_within(actor, permission, on))
    return set(db.session().scalars(sa.select(Site.id).where(meets)))


# ---- enrollments ----


def enrolled_among(season_id: int, youth_ids: Collection[int]) -> set[int]:
    """Those of the youth who have a place in a season. One statement, none for nobody."""
    if not youth_ids:
        return set()
    return set(
        db.session().scalars(
            sa.select(Enrollment.youth_id).where(
                Enrollment.season_id == season_id,
                Enrollment.youth_id.in_(youth_ids),
                Enrollment.status == EnrollmentStatus.ENROLLED,
            )
        )
    )


def enrolled_named(season_id: int, folded: str, *, limit: int) -> list[Person]:
    """Youth with a place in a season of whose folded name each word typed begins a word, by name. One statement."""
    words = [word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for word in folded.split()]
    begins = [
        sa.or_(Person.folded_name.like(f"{word}%", escape="\\"), Person.folded_name.like(f"% {word}%", escape="\\"))
        for word in words
    ]
    return list(
        db.session().scalars(
            sa.select(Person)
            .join(Enrollment, Enrollment.youth_id == Person.id)
            .where(Enrollment.season_id == season_id, Enrollment.status == EnrollmentStatus.ENROLLED, *begins)
            .order_by(Person.folded_name, Person.id)
            .limit(limit)
        )
    )


def list_enrolled(
    actor: Actor, permission: P, season_id: int, on: date, *, after: tuple[str, int] | None = None, limit: int = PAGE
) -> list[EnrollmentLine]:
    """Youth with a place, by name, whom the permission reaches; `after` is (folded_name, youth_id). Two statements."""
    statement = _enrollments(actor, permission, season_id, EnrollmentStatus.ENROLLED, on)
    if after is not None:
        statement = statement.where(sa.tuple_(Person.folded_name, Person.id) > sa.tuple_(*after))
    rows = db.session().execute(statement.order_by(Person.folded_name, Person.id).limit(limit)).all()
    groups = groups_of([youth.id for _row, youth in rows], season_id)
    return [_enrollment_line(row, youth, groups=tuple(groups.get(youth.id, ()))) for row, youth in rows]


def list_waiting(actor: Actor, permission: P, season_id: int, on: date, *, limit: int = PAGE) -> list[EnrollmentLine]:
    """The head of the waitlist in order, as far as the permission reaches. One statement."""
    earlier = sa.func.row_number().over(order_by=(Enrollment.asked_at, Enrollment.id))
    line = (
        sa.select(Enrollment.id, earlier.label("place"))
        .where(Enrollment.season_id == season_id, Enrollment.status == EnrollmentStatus.WAITLISTED)
        .subquery()
    )
    statement = (
        _enrollments(actor, permission, season_id, EnrollmentStatus.WAITLISTED, on)
        .join(line, line.c.id == Enrollment.id)
        .add_columns(line.c.place)
    )
    rows = db.session().execute(statement.order_by(line.c.place).limit(limit))
    return [_enrollment_line(row, youth, place=place) for row, youth, place in rows]


def _enrollments(
    actor: Actor, permission: P, season_id: int, status: EnrollmentStatus, on: date
) -> sa.Select[Enrollment, Person]:
    return (
        sa.select(Enrollment, Person)
        .join(Person, Person.id == Enrollment.youth_id)
        .where(
            Enrollment.season_id == season_id,
            Enrollment.status == status,
            within(actor, permission, Enrollment.youth_id, on),
        )
    )


def _enrollment_line(row: Enrollment, youth: Person, **more: Any) -> EnrollmentLine:
    return EnrollmentLine(
        row.id,
        youth.id,
        youth.name,
        youth.list_name,
        youth.folded_name,
        youth.born_on,
        row.status,
        row.asked_at,
        age_exception=row.age_exception,
        **more,
    )


def waiting_in(season_id: int) -> list[Waiting]:
    """Everybody on a season's waitlist."""
    rows = db.session().execute(
        sa.select(Enrollment.id, Enrollment.asked_at).where(
            Enrollment.season_id == season_id, Enrollment.status == EnrollmentStatus.WAITLISTED
        )
    )
    return [Waiting(enrollment_id, asked_at) for enrollment_id, asked_at in rows]


def enrollments_of(youth_ids: Collection[int]) -> dict[int, list[tuple[Enrollment, SeasonLine]]]:
    """The enrollments of each youth, newest season first, for their files. Two statements."""
    if not youth_ids:
        return {}
    rows = db.session().scalars(sa.select(Enrollment).where(Enrollment.youth_id.in_(youth_ids))).all()
    lines = {line.season_id: line for line in _season_lines(Season.id.in_({row.season_id for row in rows}))}
    found: dict[int, list[tuple[Enrollment, SeasonLine]]] = {}
    for row in sorted(rows, key=lambda each: each.id, reverse=True):
        if row.season_id in lines:
            found.setdefault(row.youth_id, []).append((row, lines[row.season_id]))
    return found


# ---- groups ----


def list_groups(condition: sa.ColumnElement[bool], on: date, kind: Any = None) -> list[GroupLine]:
    """Groups by name with how many are in them and who leads them. Two statements."""
    members = _count(GroupMember.group_id == Group.id, during(GroupMember.from_on, GroupMember.until_on, on))
    statement = sa.select(Group, members).where(condition)
    if kind is not None:
        statement = statement.where(Group.kind == kind)
    rows = db.session().execute(statement.order_by(Group.folded_name, Group.id)).all()
    staff = staff_of([group.id for group, _count in rows], on)
    return [
        GroupLine(
            group.id,
            group.kind,
            group.name,
            group.meets,
            group.places,
            count,
            tuple(line.name for line in staff.get(group.id, ())),
        )
        for group, count in rows
    ]


def members_of(group_id: int, on: date) -> list[MemberLine]:
    """The youth of a group on a day, by name. One statement."""
    rows = db.session().execute(
        sa.select(GroupMember.jersey, Person)
        .join(Person, Person.id == GroupMember.youth_id)
        .where(GroupMember.group_id == group_id, during(GroupMember.from_on, GroupMember.until_on, on))
        .order_by(Person.folded_name, Person.id)
    )
    return [
        MemberLine(row.id, row.name, row.list_name, row.first_name, jersey, row.born_on, row.gender)
        for jersey, row in rows
    ]


def member_ids(group_id: int, on: date) -> list[int]:
    """The keys of a group's youth on a day."""
    return list(
        db.session().scalars(
            sa.select(GroupMember.youth_id).where(
                GroupMember.group_id == group_id, during(GroupMember.from_on, GroupMember.until_on, on)
            )
        )
    )


def staff_of(group_ids: Collection[int], on: date) -> dict[int, list[StaffLine]]:
    """Who leads each group on a day: head coach, mentor or leader first. One statement."""
    found: dict[int, list[StaffLine]] = {}
    if not group_ids:
        return found
    rows = db.session().execute(
        sa.select(GroupStaff, Person)
        .join(Person, Person.id == GroupStaff.person_id)
        .where(GroupStaff.group_id.in_(group_ids), during(GroupStaff.from_on, GroupStaff.until_on, on))
        .order_by(GroupStaff.group_id, GroupStaff.id)
    )
    for row, person in rows:
        found.setdefault(row.group_id, []).append(StaffLine(row.group_id, person.id, person.name, row.role))
    for lines in found.values():
        lines.sort(key=lambda line: ROLE_ORDER.index(line.role))
    return found


def coordinators_of(season_id: int, on: date) -> list[Recipient]:
    """The coordinators of a season's program and of the department who sign in here, each once. One statement.

    Whoever writes to them about a child leaves out those whom a court limits (people.queries.restrictions_on).
    """
    program = sa.select(Season.program_id).where(Season.id == season_id).scalar_subquery()
    rows = db.session().execute(
        sa.select(Account.email, Person)
        .join(Person, Person.id == Account.person_id)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(
            Account.closed_at.is_(None),
            RoleGrant.role == Role.COORDINATOR,
            sa.or_(RoleGrant.program_id.is_(None), RoleGrant.program_id == program),
            during(RoleGrant.from_on, RoleGrant.until_on, on),
        )
        .order_by(Account.id)
    )
    found = {person.id: Recipient(person.name, email, person.language, person.id) for email, person in rows}
    return list(found.values())


def groups_of(youth_ids: Collection[int], season_id: int | None = None) -> dict[int, list[tuple[int, str]]]:
    """The groups, (key, name), each youth is in now; of one season when given. One statement."""
    found: dict[int, list[tuple[int, str]]] = {}
    if not youth_ids:
        return found
    statement = (
        sa.select(GroupMember.youth_id, Group.id, Group.name)
        .join(Group, Group.id == GroupMember.group_id)
        .where(GroupMember.youth_id.in_(youth_ids), GroupMember.until_on.is_(None))
        .order_by(Group.folded_name, Group.id)
    )
    if season_id is not None:
        statement = statement.where(Group.season_id == season_id)
    for youth_id, group_id, name in db.session().execute(statement):
        found.setdefault(youth_id, []).append((group_id, name))
    return found


def list_candidates(
    actor: Actor, permission: P, season_id: int, group_id: int, on: date, *, limit: int = 500
) -> list[EnrollmentLine]:
    """Youth with a place in the season who are not in this group, by name. One statement."""
    inside = sa.exists().where(
        GroupMember.group_id == group_id, GroupMember.youth_id == Person.id, GroupMember.until_on.is_(None)
    )
    statement = _enrollments(actor, permission, season_id, EnrollmentStatus.ENROLLED, on).where(~inside)
    rows = db.session().execute(statement.order_by(Person.folded_name, Person.id).limit(limit))
    return [_enrollment_line(row, youth) for row, youth in rows]


# ---- gatherings ----


def upcoming(
    condition: sa.ColumnElement[bool],
    from_at: datetime,
    until_at: datetime,
    *,
    canceled: bool = True,
    limit: int = MOST_GATHERINGS,
) -> list[GatheringLine]:
    """Gatherings of groups that meet a condition on `Group`, starting between two instants, soonest first."""
    statement = (
        sa.select(Gathering, Group, Program, Site)
        .join(Group, Group.id == Gathering.group_id)
        .join(Season, Season.id == Gathering.season_id)
        .join(Program, Program.id == Season.program_id)
        .outerjoin(Site, Site.id == Gathering.site_id)
        .where(condition, Gathering.starts_at >= from_at, Gathering.starts_at < until_at)
        .order_by(Gathering.starts_at, Gathering.id)
        .limit(limit)
    )
    if not canceled:
        statement = statement.where(Gathering.canceled_at.is_(None))
    return [_gathering_line(*row) for row in db.session().execute(statement)]


def _gathering_line(row: Gathering, group: Group | None, program: Program, site: Site | None) -> GatheringLine:
    where = ", ".join(part for part in (site.name if site else None, row.place) if part)
    return GatheringLine(
        row.id,
        row.group_id,
        group.name if group else None,
        group.kind if group else None,
        row.season_id,
        InBoth(program.name, program.name_es),
        row.kind,
        row.title,
        where or None,
        row.starts_at,
        row.ends_at,
        row.canceled_at,
        row.canceled_reason,
    )


def starts_of(group_id: int, moments: Iterable[datetime]) -> set[datetime]:
    """Those of the moments at which the group meets already."""
    wanted = list(moments)
    rows = db.session().scalars(
        sa.select(Gathering.starts_at).where(
            Gathering.group_id == group_id, Gathering.starts_at.in_(wanted), Gathering.canceled_at.is_(None)
        )
    )
    return set(rows)


def next_meeting(group_id: int, now: datetime) -> tuple[datetime, datetime] | None:
    """When the next meeting of a group that takes place begins and ends; one under way counts. One statement."""
    statement = (
        sa.select(Gathering.starts_at, Gathering.ends_at)
        .where(Gathering.group_id == group_id, Gathering.ends_at > now, Gathering.canceled_at.is_(None))
        .order_by(Gathering.starts_at)
        .limit(1)
    )
    row = db.session().execute(statement).first()
    return (row[0], row[1]) if row else None
