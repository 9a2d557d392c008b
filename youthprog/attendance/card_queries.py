"""Reading check-in cards, and who may be at the door of a gathering. Constant in statements."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from youthprog.attendance import queries
from youthprog.attendance.card_rules import Named
from youthprog.attendance.models import AttendanceMark, Deed, YouthCard
from youthprog.attendance.types import DeedKind, Mark
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.clearance import NotCleared, not_cleared
from youthprog.core.permissions import P
from youthprog.core.reach import within
from youthprog.core.text import fold
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Enrollment, Gathering, GroupMember
from youthprog.programs.types import EnrollmentStatus, Occasion


@dataclass(frozen=True)
class CardLine:
    """A youth of a group with the code of the live card, if there is one."""

    youth_id: int
    name: str
    list_name: str
    jersey: str | None
    code: str | None


@dataclass(frozen=True)
class DoorLine:
    """A youth one may expect at the door. `in_at` is set while the youth is here."""

    youth_id: int
    name: str
    list_name: str
    in_at: datetime | None
    has_left: bool


@dataclass(frozen=True)
class AtTheDoor:
    """What the answer after a check-in shows of one youth. `deed` is the arrival that may be undone."""

    youth_id: int
    name: str
    mark: Mark | None
    in_at: datetime
    reasons: tuple[NotCleared, ...]
    alert: str | None
    deed: str | None

    @property
    def is_cleared(self) -> bool:
        """Whether nobody objects to the youth taking part."""
        return not self.reasons


# ---- cards ----


def live_cards(youth_ids: Collection[int]) -> dict[int, YouthCard]:
    """The live card of each youth who has one. One statement, none for nobody."""
    if not youth_ids:
        return {}
    rows = db.session().scalars(
        sa.select(YouthCard).where(YouthCard.youth_id.in_(youth_ids), YouthCard.ended_at.is_(None))
    )
    return {row.youth_id: row for row in rows}


def cards_of_codes(codes: Collection[str]) -> dict[str, YouthCard]:
    """The cards of codes, live or ended. One statement, none for none."""
    if not codes:
        return {}
    return {row.code: row for row in db.session().scalars(sa.select(YouthCard).where(YouthCard.code.in_(codes)))}


def cards_in(actor: Actor, group_id: int, on: date) -> list[CardLine]:
    """The youth of a group whose card the actor may show, in the order of the roster. Three statements."""
    members = programs.members_of(group_id, on)
    reached = people.reachable(actor, P.CARD_SHOW, [line.youth_id for line in members], on)
    cards = live_cards(reached)
    return [
        CardLine(
            line.youth_id,
            line.name,
            line.list_name,
            line.jersey,
            cards[line.youth_id].code if line.youth_id in cards else None,
        )
        for line in sorted(members, key=queries.jersey_order)
        if line.youth_id in reached
    ]


@dataclass(frozen=True)
class KnownCard:
    """A card of the department, and whether its youth belongs to a gathering or at least to its season."""

    code: str
    youth_id: int
    ended_at: datetime | None
    is_member: bool
    is_enrolled: bool


def every_card(gathering: Gathering) -> list[KnownCard]:
    """Every card there is or was, as a gathering sees it, for a phone that must read them without a network. One statement."""
    on = clock.day_of(gathering.starts_at)
    enrolled = sa.exists().where(
        Enrollment.season_id == gathering.season_id,
        Enrollment.youth_id == YouthCard.youth_id,
        Enrollment.status == EnrollmentStatus.ENROLLED,
    )
    member = sa.exists().where(
        GroupMember.group_id == gathering.group_id,
        GroupMember.youth_id == YouthCard.youth_id,
        programs.during(GroupMember.from_on, GroupMember.until_on, on),
    )
    belongs = enrolled if gathering.group_id is None else member
    rows = db.session().execute(
        sa.select(YouthCard.code, YouthCard.youth_id, YouthCard.ended_at, belongs, enrolled).order_by(YouthCard.id)
    )
    return [KnownCard(code, youth_id, ended_at, bool(one), bool(two)) for code, youth_id, ended_at, one, two in rows]


def belonging(gathering: Gathering | Occasion, youth_ids: Collection[int]) -> tuple[set[int], set[int]]:
    """Of the youth, who belongs to a gathering, and who is enrolled in its season. Two statements.

    A gathering of the whole season is everybody's who is enrolled.
    """
    enrolled = programs.enrolled_among(gathering.season_id, youth_ids)
    if gathering.group_id is None:
        return enrolled, enrolled
    members = set(programs.member_ids(gathering.group_id, clock.day_of(gathering.starts_at)))
    return members & set(youth_ids), enrolled


# ---- who may be at the door ----


def _expected(gathering: Gathering) -> sa.Select[Person]:
    """Those who belong to a gathering, by name: its group that day, or everybody enrolled."""
    if gathering.group_id is None:
        by = sa.select(Enrollment.youth_id).where(
            Enrollment.season_id == gathering.season_id, Enrollment.status == EnrollmentStatus.ENROLLED
        )
    else:
        on = clock.day_of(gathering.starts_at)
        by = sa.select(GroupMember.youth_id).where(
            GroupMember.group_id == gathering.group_id,
            programs.during(GroupMember.from_on, GroupMember.until_on, on),
        )
    return sa.select(Person).where(Person.id.in_(by)).order_by(Person.folded_name, Person.id)


def named_at(gathering: Gathering) -> list[Named]:
    """Those who belong to a gathering, as a tablet compares typed letters with them. One statement."""
    return [
        Named(row.id, row.family_name, (row.given_name, row.first_name))
        for row in db.session().scalars(_expected(gathering))
    ]


def named(youth_id: int) -> Named:
    """A youth as a tablet calls the one who stands before it. Raises `NotFound`."""
    row = people.get_person(youth_id)
    return Named(row.id, row.family_name, (row.given_name, row.first_name))


def door_list(actor: Actor, gathering: Gathering, on: date, *, find: str = "") -> list[DoorLine]:
    """Those who belong to a gathering and are within reach, by name, with who is here. One statement."""
    statement = _expected(gathering).where(within(actor, P.REGISTER_TAKE, Person.id, on))
    for word in fold(find).split():
        statement = statement.where(people.begins_a_word(Person.folded_name, word))
    rows = db.session().execute(
        statement.add_columns(AttendanceMark.in_at, AttendanceMark.out_at).outerjoin(
            AttendanceMark,
            sa.and_(AttendanceMark.youth_id == Person.id, AttendanceMark.gathering_id == gathering.id),
        )
    )
    return [
        DoorLine(row.id, row.name, row.list_name, None if out_at else in_at, out_at is not None)
        for row, in_at, out_at in rows
    ]


def in_since(gathering_id: int, youth_id: int) -> datetime | None:
    """Since when a youth is here; None who is not. One statement."""
    return db.session().scalar(
        sa.select(AttendanceMark.in_at).where(
            AttendanceMark.gathering_id == gathering_id,
            AttendanceMark.youth_id == youth_id,
            AttendanceMark.in_at.is_not(None),
            AttendanceMark.out_at.is_(None),
        )
    )


def at_the_door(actor: Actor, gathering: Gathering, youth_id: int, on: date) -> AtTheDoor | None:
    """A youth who is here, as this reader may know: the alert only where it may be read. A constant number of statements.

    None when the youth is not here, or custody keeps this adult from knowing of the child. Whoever shows an alert
    records the reading.
    """
    row = (
        db.session()
        .execute(
            sa.select(Person, AttendanceMark.mark, AttendanceMark.in_at)
            .join(AttendanceMark, AttendanceMark.youth_id == Person.id)
            .where(
                AttendanceMark.gathering_id == gathering.id,
                Person.id == youth_id,
                AttendanceMark.in_at.is_not(None),
                AttendanceMark.out_at.is_(None),
            )
        )
        .first()
    )
    if row is None:
        return None
    person, mark, in_at = row
    if in_at is None or youth_id in people.youth_kept_from(actor.person_id, on):
        return None
    day = clock.day_of(gathering.starts_at)
    reasons = not_cleared([youth_id], gathering.season_id, day, gathering_id=gathering.id)
    alerts = people.alerts_of(people.reachable(actor, P.HEALTH_ALERT_READ, [youth_id], on))
    deed = last_arrival(gathering.id, youth_id)
    own = deed is not None and deed.by_id == actor.person_id
    return AtTheDoor(
        youth_id=youth_id,
        name=person.name,
        mark=mark,
        in_at=in_at,
        reasons=tuple(reasons.get(youth_id, ())),
        alert=alerts.get(youth_id),
        deed=deed.client_id if deed is not None and own else None,
    )


def last_arrival(gathering_id: int, youth_id: int) -> Deed | None:
    """The latest arrival of a youth that nobody has taken back. One statement."""
    voids = sa.select(Deed.undoes).where(
        Deed.gathering_id == gathering_id, Deed.youth_id == youth_id, Deed.undoes.is_not(None)
    )
    return db.session().scalar(
        sa.select(Deed)
        .where(
            Deed.gathering_id == gathering_id,
            Deed.youth_id == youth_id,
            Deed.kind == DeedKind.ARRIVE,
            Deed.client_id.not_in(voids),
        )
        .order_by(Deed.at.desc(), Deed.id.desc())
        .limit(1)
    )


def find_deed(gathering_id: int, client_id: str) -> Deed | None:
    """A deed of a gathering by the id its device gave it. One statement."""
    return db.session().scalar(sa.select(Deed).where(Deed.client_id == client_id, Deed.gathering_id == gathering_id))
