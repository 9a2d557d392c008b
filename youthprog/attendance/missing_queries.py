"""Reading which registers are not entered, and how complete they are. A constant number of statements.

A meeting was held when it has ended and was not canceled. Its register is missing 24 hours later. Completeness is
registers taken of meetings held; of a meeting held today nobody is late yet, so the list of what is missing leaves
it out, while the figures count it.

A meeting of a whole season (a workshop, an event) has no group. Nobody is expected at it by name, but its register is
expected all the same. Completeness tells such meetings by season and site, in rows of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from youthprog.attendance.models import Register, RegisterNotice
from youthprog.attendance.rules import MISSING_AFTER
from youthprog.attendance.types import LeaderTold, MissingRegister
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.outreach.models import Message
from youthprog.outreach.types import Delivery
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering, Group, Program, Season, Site
from youthprog.programs.types import InBoth

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Place = tuple[int, int]  # microseconds since 1970 of the start, gathering
RowPlace = tuple[int, str, int, int, int]  # registers missing, folded name, group, season, site
NO_KEY = 0  # instead of a group or site where there is none


@dataclass(frozen=True)
class Wanted:
    """Which meetings: those that began in a period, both days included, of one program or group, or all within reach.

    `group_id` may be `NO_KEY`: meetings of a whole season, which `season_id` and `site_id` narrow (no site: `NO_KEY`).
    """

    from_on: date | None = None
    until_on: date | None = None
    program_id: int | None = None
    group_id: int | None = None
    season_id: int | None = None
    site_id: int | None = None


@dataclass(frozen=True)
class Complete:
    """How many of the meetings held have a register."""

    held: int
    taken: int

    @property
    def missing(self) -> int:
        """Meetings held without one."""
        return self.held - self.taken

    @property
    def share(self) -> int | None:
        """Of 100 held, how many have a register, rounded down so that only all is 100; None when none was held."""
        return 100 * self.taken // self.held if self.held else None


@dataclass(frozen=True)
class GroupComplete:
    """A group with its figures; or, without a group, the meetings of a whole season at one site (or at none on file)."""

    group_id: int | None
    group: str | None
    folded_name: str
    program: InBoth
    season_id: int
    season: InBoth
    site_id: int | None
    site: str | None
    figures: Complete

    @property
    def place(self) -> RowPlace:
        """Where the row stands in the list, for the page after it."""
        return (
            self.figures.missing, self.folded_name, self.group_id or NO_KEY, self.season_id, self.site_id or NO_KEY,
        )  # fmt: skip


ALL = Wanted()
MOST_SHOWN = 200
CAME_TO_NOTHING = (Delivery.BOUNCED, Delivery.FAILED, Delivery.CANCELED)


def not_entered(
    actor: Actor,
    wanted: Wanted,
    now: datetime,
    *,
    late_only: bool = True,
    after: Place | None = None,
    limit: int = MOST_SHOWN,
) -> list[MissingRegister]:
    """Meetings held without a register that the actor may take, oldest first; `late_only`: over for 24 hours.

    `after` is the place of the last row of the page before. Two statements.
    """
    on = clock.day_of(now)
    statement = (
        _held(sa.select(Gathering, Group.name, Program, Site.name), actor, P.REGISTER_TAKE, wanted, now)
        .join(Season, Season.id == Gathering.season_id)
        .join(Program, Program.id == Season.program_id)
        .outerjoin(Site, Site.id == Gathering.site_id)
        .where(Register.gathering_id.is_(None))
        .order_by(Gathering.starts_at, Gathering.id)
        .limit(limit)
    )
    if late_only:
        statement = statement.where(Gathering.ends_at < now - MISSING_AFTER)
    if after is not None:
        at = EPOCH + timedelta(microseconds=after[0])
        later = sa.and_(Gathering.starts_at == at, Gathering.id > after[1])
        statement = statement.where(sa.or_(Gathering.starts_at > at, later))
    rows = db.session().execute(statement).all()
    staff = programs.staff_of({row.group_id for row, *_rest in rows if row.group_id}, on)
    return [
        MissingRegister(
            gathering_id=row.id,
            title=row.title,
            starts_at=row.starts_at,
            days_ago=(on - clock.day_of(row.starts_at)).days,
            group_id=row.group_id,
            group=name,
            program=InBoth(program.name, program.name_es),
            where=row.place or site,
            leaders=tuple(line.name for line in staff.get(row.group_id or NO_KEY, ())),
        )
        for row, name, program, site in rows
    ]


def with_told(lines: Sequence[MissingRegister]) -> list[MissingRegister]:
    """The lines with who was written to about each, and what became of the mail. One statement, none for none."""
    if not lines:
        return []
    told: dict[int, list[LeaderTold]] = {}
    rows = db.session().execute(
        sa.select(RegisterNotice, Person, Message.delivery, Message.sent_at)
        .join(Person, Person.id == RegisterNotice.person_id)
        .join(Message, Message.id == RegisterNotice.message_id)
        .where(RegisterNotice.gathering_id.in_([line.gathering_id for line in lines]))
        .order_by(RegisterNotice.gathering_id, RegisterNotice.at, RegisterNotice.person_id)
    )
    for notice, person, delivery, sent_at in rows:
        line = LeaderTold(person.name, sent_at if delivery is Delivery.SENT else None, delivery in CAME_TO_NOTHING)
        told.setdefault(notice.gathering_id, []).append(line)
    return [replace(line, told=tuple(told.get(line.gathering_id, ()))) for line in lines]


def place_of(line: MissingRegister) -> Place:
    """Where a line stands in the list, for the page after it."""
    return (line.starts_at - EPOCH) // timedelta(microseconds=1), line.gathering_id


def count_not_entered(actor: Actor, wanted: Wanted, now: datetime, *, late_only: bool = True) -> int:
    """How long the whole list of `not_entered` is. One statement."""
    statement = _held(sa.select(sa.func.count(Gathering.id)), actor, P.REGISTER_TAKE, wanted, now)
    statement = statement.where(Register.gathering_id.is_(None))
    if late_only:
        statement = statement.where(Gathering.ends_at < now - MISSING_AFTER)
    return db.session().scalar(statement) or 0


def completeness(actor: Actor, wanted: Wanted, now: datetime) -> Complete:
    """Registers taken and meetings held within reach, all together. One statement."""
    counts = sa.select(sa.func.count(Gathering.id), sa.func.count(Register.gathering_id))
    held, taken = db.session().execute(_held(counts, actor, P.REGISTER_READ, wanted, now)).one()
    return Complete(held, taken)


def completeness_by_group(
    actor: Actor, wanted: Wanted, now: datetime, *, after: RowPlace | None = None, limit: int
) -> list[GroupComplete]:
    """The same for each group that met, the most registers missing first, then by name. One statement.

    Meetings of a whole season make one row a season and site. `after` is the place of the last row of the page before.
    """
    held, taken = sa.func.count(Gathering.id), sa.func.count(Register.gathering_id)
    missing = held - taken
    site = sa.case((Gathering.group_id.is_(None), Gathering.site_id))  # a group's meetings are one row, wherever it met
    named = sa.func.coalesce(Group.folded_name, "")
    keys = sa.func.coalesce(Group.id, NO_KEY), Season.id, sa.func.coalesce(Site.id, NO_KEY)
    statement = (
        _held(sa.select(Group, Program, Season, Site, held, taken), actor, P.REGISTER_READ, wanted, now)
        .join(Season, Season.id == Gathering.season_id)
        .join(Program, Program.id == Season.program_id)
        .outerjoin(Site, Site.id == site)
        .group_by(Group.id, Program.id, Season.id, Site.id)
        .order_by(missing.desc(), named, *keys)
        .limit(limit)
    )
    if after is not None:
        further = sa.tuple_(named, *keys) > sa.tuple_(*after[1:])
        statement = statement.having(sa.or_(missing < after[0], sa.and_(missing == after[0], further)))
    return [
        GroupComplete(
            group_id=group.id if group else None,
            group=group.name if group else None,
            folded_name=group.folded_name if group else "",
            program=InBoth(program.name, program.name_es),
            season_id=season.id,
            season=InBoth(season.name, season.name_es),
            site_id=place.id if place else None,
            site=place.name if place else None,
            figures=Complete(*counts),
        )
        for group, program, season, place, *counts in db.session().execute(statement)
    ]


def _held(statement: Any, actor: Actor, permission: P, wanted: Wanted, now: datetime) -> Any:
    """The meetings held that are wanted and within reach, with their group and register where there is one."""
    return (
        statement.select_from(Gathering)
        .outerjoin(Group, Group.id == Gathering.group_id)
        .outerjoin(Register, Register.gathering_id == Gathering.id)
        .where(
            Gathering.canceled_at.is_(None),
            Gathering.ends_at <= now,
            programs.gatherings_within(actor, permission, clock.day_of(now)),
            *_narrowed(wanted),
        )
    )


def _narrowed(wanted: Wanted) -> Sequence[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.from_on is not None:
        found.append(Gathering.starts_at >= _midnight(wanted.from_on))
    if wanted.until_on is not None:
        found.append(Gathering.starts_at < _midnight(wanted.until_on + timedelta(days=1)))
    if wanted.program_id is not None:
        seasons = sa.select(Season.id).where(Season.program_id == wanted.program_id).correlate(None)
        found.append(Gathering.season_id.in_(seasons))
    for column, key in (
        (Gathering.group_id, wanted.group_id), (Gathering.season_id, wanted.season_id), (Gathering.site_id, wanted.site_id),
    ):  # fmt: skip
        if key is not None:
            found.append(column.is_(None) if key == NO_KEY else column == key)
    return found


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(), clock.zone())
