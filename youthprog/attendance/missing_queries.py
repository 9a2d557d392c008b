"""Reading which registers are not entered, and how complete they are. A constant number of statements.

A meeting was held when it has ended and was not canceled. Its register is missing 24 hours later. Completeness is
registers taken of meetings held; of a meeting held today nobody is late yet, so the list of what is missing leaves
it out, while the figures count it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from youthprog.attendance.models import Register
from youthprog.attendance.rules import MISSING_AFTER
from youthprog.attendance.types import MissingRegister
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering, Group, Program, Season
from youthprog.programs.types import InBoth

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Place = tuple[int, int]  # microseconds since 1970 of the start, gathering


@dataclass(frozen=True)
class Wanted:
    """Which meetings: those that began in a period, both days included, of one program or group, or all within reach."""

    from_on: date | None = None
    until_on: date | None = None
    program_id: int | None = None
    group_id: int | None = None


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
    """A group with its figures."""

    group_id: int
    group: str
    folded_name: str
    program: InBoth
    figures: Complete

    @property
    def place(self) -> tuple[int, str, int]:
        """Where the group stands in the list, for the page after it."""
        return self.figures.missing, self.folded_name, self.group_id


ALL = Wanted()
MOST_SHOWN = 200


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
        _held(sa.select(Gathering, Group.name), actor, P.REGISTER_TAKE, wanted, now)
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
    staff = programs.staff_of({row.group_id for row, _name in rows if row.group_id}, on)
    return [
        MissingRegister(
            gathering_id=row.id,
            title=row.title,
            starts_at=row.starts_at,
            days_ago=(on - clock.day_of(row.starts_at)).days,
            group_id=row.group_id or 0,
            group=name,
            leaders=tuple(line.name for line in staff.get(row.group_id or 0, ())),
        )
        for row, name in rows
    ]


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
    actor: Actor, wanted: Wanted, now: datetime, *, after: tuple[int, str, int] | None = None, limit: int
) -> list[GroupComplete]:
    """The same for each group that met, the most registers missing first, then by name. One statement.

    `after` is how many the last group of the page before misses, its folded name and key.
    """
    held, taken = sa.func.count(Gathering.id), sa.func.count(Register.gathering_id)
    missing = held - taken
    statement = (
        _held(sa.select(Group, Program, held, taken), actor, P.REGISTER_READ, wanted, now)
        .join(Season, Season.id == Group.season_id)
        .join(Program, Program.id == Season.program_id)
        .group_by(Group.id, Program.id)
        .order_by(missing.desc(), Group.folded_name, Group.id)
        .limit(limit)
    )
    if after is not None:
        further = sa.tuple_(Group.folded_name, Group.id) > sa.tuple_(*after[1:])
        statement = statement.having(sa.or_(missing < after[0], sa.and_(missing == after[0], further)))
    return [
        GroupComplete(group.id, group.name, group.folded_name, InBoth(program.name, program.name_es), Complete(*counts))
        for group, program, *counts in db.session().execute(statement)
    ]


def _held(statement: Any, actor: Actor, permission: P, wanted: Wanted, now: datetime) -> Any:
    """The meetings held that are wanted and within reach, with their register where there is one."""
    return (
        statement.select_from(Gathering)
        .join(Group, Group.id == Gathering.group_id)
        .outerjoin(Register, Register.gathering_id == Gathering.id)
        .where(
            Gathering.canceled_at.is_(None),
            Gathering.ends_at <= now,
            programs.groups_within(actor, permission, clock.day_of(now)),
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
        found.append(Group.season_id.in_(seasons))
    if wanted.group_id is not None:
        found.append(Group.id == wanted.group_id)
    return found


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(), clock.zone())
