"""Reading who stays away: candidates found by the database, runs decided by the rules. A constant number of statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from youthprog.attendance import absences
from youthprog.attendance.absences import Concern, Held, Stay
from youthprog.attendance.models import AttendanceMark, Register
from youthprog.attendance.types import CAME, Mark
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.reach import within
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.people.types import GuardianLine
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering, Group, GroupMember, Program, Season
from youthprog.programs.queries import during

# A walk-in may stem from before the youth joined, when it does not count: the rules look at it, not the search.
CAME_AS_MEMBER = tuple(mark for mark in CAME if mark is not Mark.WALK_IN)


@dataclass(frozen=True)
class AwayLine:
    """A youth who stays away from one group: why, since when, and whom to call where that may be read."""

    youth_id: int
    list_name: str
    group_id: int
    group: str
    concern: Concern
    guardian: GuardianLine | None = None

    @property
    def order(self) -> tuple[Any, ...]:
        """Worst first, then by name."""
        return *self.concern.order, self.list_name, self.youth_id, self.group_id


def who_stays_away(actor: Actor, on: date, youth_id: int | None = None) -> list[AwayLine]:
    """The youth within reach, or one of them, whom the rules of absences name on a day, worst first. One statement.

    Of groups within reach whose season is not over. Guardians are added by `with_guardians`, for the lines shown.
    """
    found = []
    for (group_id, who), known in _known(_may_stay_away(actor, on, youth_id).cte("away")).items():
        stays = list(known.stays.values())
        run = absences.run_of(known.held.values(), stays)
        concern = absences.concern_of(run, running=known.running, on=on, stays=stays)
        if concern is not None:
            found.append(AwayLine(who, known.person.list_name, group_id, known.group, concern))
    return sorted(found, key=lambda line: line.order)


def with_guardians(actor: Actor, lines: Sequence[AwayLine], on: date) -> list[AwayLine]:
    """The lines with the guardian to call first, where contacts may be read. Four statements at most."""
    youth_ids = [line.youth_id for line in lines]
    return calling(lines, people.guardians_of(people.reachable(actor, P.CONTACT_READ, youth_ids, on), on))


def calling(lines: Sequence[AwayLine], guardians: Mapping[int, Sequence[GuardianLine]]) -> list[AwayLine]:
    """The lines with the guardian to call first, of guardians that may be shown."""
    return [replace(line, guardian=_to_call(guardians.get(line.youth_id, ()))) for line in lines]


def _to_call(guardians: Iterable[GuardianLine]) -> GuardianLine | None:
    known = list(guardians)
    return next((each for each in known if each.phone), next(iter(known), None))


def _may_stay_away(actor: Actor, on: date, youth_id: int | None) -> sa.Select[int, int]:
    """Members of a group who came to neither of its last two meetings with a register: all who can have a run.

    Two absences running are the least a run can have, and the second last of them is not before the group's second
    last register; so nobody with a run is missed, and the marks of all the others need not be read.
    """
    place = sa.func.row_number().over(
        partition_by=Gathering.group_id, order_by=(Gathering.starts_at.desc(), Gathering.id.desc())
    )
    wanted = sa.true() if youth_id is None else GroupMember.youth_id == youth_id
    theirs = sa.select(GroupMember.group_id).where(wanted)
    ranked = (
        sa.select(Gathering.id, Gathering.group_id, place.label("place"))
        .join(Register, Register.gathering_id == Gathering.id)
        .join(Group, Group.id == Gathering.group_id)
        .join(Season, Season.id == Group.season_id)
        .where(
            Gathering.canceled_at.is_(None),
            Season.ends_on >= on,
            programs.groups_within(actor, P.REGISTER_READ, on),
            *([] if youth_id is None else [Group.id.in_(theirs)]),
        )
        .cte("ranked")
    )
    last = sa.select(ranked.c.id, ranked.c.group_id).where(ranked.c.place <= absences.LEAST).cte("last")
    came = (
        sa.select(last.c.group_id, AttendanceMark.youth_id)
        .join(AttendanceMark, AttendanceMark.gathering_id == last.c.id)
        .where(AttendanceMark.mark.in_(CAME_AS_MEMBER))
    ).cte("came")
    groups = sa.select(last.c.group_id)
    return (
        sa.select(GroupMember.group_id, GroupMember.youth_id)
        .distinct()
        .outerjoin(came, sa.and_(came.c.group_id == GroupMember.group_id, came.c.youth_id == GroupMember.youth_id))
        .where(
            wanted,
            came.c.youth_id.is_(None),
            GroupMember.group_id.in_(groups),
            during(GroupMember.from_on, GroupMember.until_on, on),
            within(actor, P.REGISTER_READ, GroupMember.youth_id, on),
        )
    )


@dataclass
class _Known:
    """What the rules need of one youth in one group; each stay and each meeting once."""

    person: Person
    group: str
    running: int
    stays: dict[int, Stay] = field(default_factory=dict)
    held: dict[int, Held] = field(default_factory=dict)


def _known(pairs: sa.CTE) -> dict[tuple[int, int], _Known]:
    """By group and youth: who they are, when they were in the group, and everything the registers say of them."""
    rows = db.session().execute(
        sa.select(Person, GroupMember, Group.name, Program.absent_running, Gathering, AttendanceMark.mark)
        .select_from(pairs)
        .join(Person, Person.id == pairs.c.youth_id)
        .join(
            GroupMember,
            sa.and_(GroupMember.group_id == pairs.c.group_id, GroupMember.youth_id == pairs.c.youth_id),
        )
        .join(Group, Group.id == pairs.c.group_id)
        .join(Season, Season.id == Group.season_id)
        .join(Program, Program.id == Season.program_id)
        .join(Gathering, Gathering.group_id == pairs.c.group_id)
        .join(Register, Register.gathering_id == Gathering.id)
        .join(
            AttendanceMark,
            sa.and_(AttendanceMark.gathering_id == Gathering.id, AttendanceMark.youth_id == pairs.c.youth_id),
        )
        .where(Gathering.canceled_at.is_(None), AttendanceMark.mark.is_not(None))
        .order_by(Gathering.starts_at, Gathering.id, GroupMember.id)
    )
    found: dict[tuple[int, int], _Known] = {}
    for person, member, group, running, gathering, mark in rows:
        known = found.setdefault((member.group_id, person.id), _Known(person, group, running))
        known.stays[member.id] = Stay(member.from_on, member.until_on)
        known.held[gathering.id] = Held(gathering.starts_at, clock.day_of(gathering.starts_at), mark)
    return found
