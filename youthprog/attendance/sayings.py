"""The statements deeds are kept with: each goes out once, however many deeds a message has. See docs/decisions/0057."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import sqlalchemy as sa

from youthprog.attendance.models import AttendanceMark, Deed, Register
from youthprog.attendance.types import Said
from youthprog.core import clearance, clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.prepared import Bound, Prepared, as_list, as_long_as_known, keys, listed, upsert
from youthprog.core.reach import Shape, keys_of, shape_of, stand_in, within
from youthprog.core.refusals import NotFound
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Enrollment, Gathering, GroupMember
from youthprog.programs.types import EnrollmentStatus, Occasion

DEEDS, MARKS_KEPT, REGISTERS = (db.table(model) for model in (Deed, AttendanceMark, Register))


def _types(table: sa.Table) -> dict[str, Any]:
    return {column.name: column.type for column in table.c if column.name != "id"}


class Asker:
    """On whose behalf something is asked, on a day: of what is out of this reach nothing is told."""

    def __init__(self, actor: Actor, permission: P, today: date):
        self.permission, self.today = permission, today
        self.shape, self.keys = shape_of(actor, permission), keys_of(actor, permission)


@dataclass(frozen=True)
class Gate:
    """A gathering within somebody's reach, the day it is on, and the statement that tells of those who come there."""

    place: Occasion
    on: date
    asked: Bound


def gate_of(by: Asker, gathering_id: int) -> Gate:
    """A gathering within reach. Raises `NotFound`. Two statements, none where many are kept together and it is known
    already."""
    key = ("gate", gathering_id, by.permission, by.shape, tuple(by.keys.values()), by.today)
    return as_long_as_known(key, lambda: _gate_of(by, gathering_id))


def _gate_of(by: Asker, gathering_id: int) -> Gate:
    found = _known(PLACES, (by.shape, by.permission), _place).rows(gathering_id=gathering_id, on=by.today, **by.keys)
    if not found:
        raise NotFound
    place = Occasion(*found[0])
    on = clock.day_of(place.starts_at)
    return Gate(place, on, asking(place, on, by))


def asking(gathering: Gathering | Occasion, on: date, by: Asker | None = None) -> Bound:
    """The statement for `ask` at a gathering on its day. One statement, of what consent asks for there.

    Without an asker everybody is within reach, and no record lives on in another.
    """
    looks = clearance.quick_looks()
    values = clearance.surely_values(looks, gathering.season_id, on, gathering.id)
    reach = None
    if by is not None:
        reach = by.shape, by.permission
        values |= {"today": by.today, **by.keys}
    return _known(ASKED, (looks, reach), _asked).bound(
        "said", gathering_id=gathering.id, group_id=gathering.group_id, season_id=gathering.season_id, on=on, **values
    )


def ask(asked: Bound, said: Sequence[Said]) -> list[Any]:
    """What is known of deeds and of the youth they name, a row each. One statement.

    Of a deed (`asked` is its `client_id`), whether it came before; of the youth it names (`who`) the record it lives on in
    (`living`), whether that is in the group that day, has a place in the season and surely may take part; and the row in
    force, or NULLs.
    """
    about = [each.client_id for each in said] + [each.youth_id for each in said]
    return asked.rows_apart(about, as_list([{"client_id": each.client_id, "who": each.youth_id} for each in said]))


# As many as there are ways to reach: a handful.
PLACES: dict[Any, Prepared] = {}
ASKED: dict[Any, Prepared] = {}


def _known(statements: dict[Any, Prepared], key: tuple[Any, ...], build: Callable[..., Prepared]) -> Prepared:
    found = statements.get(key)
    if found is None:
        found = statements[key] = build(*key)
    return found


def _place(shape: Shape, permission: P) -> Prepared:
    place, who = Gathering, stand_in(shape, permission)
    on: Any = sa.bindparam("on", type_=sa.Date())
    reached = programs.gatherings_within(who, permission, on)
    return Prepared(
        lambda _engine: sa.select(
            place.id, place.season_id, place.group_id, place.starts_at, place.ends_at, place.canceled_at
        ).where(place.id == sa.bindparam("gathering_id"), reached)
    )


def _asked(looks: Sequence[clearance.QuickLook], reach: tuple[Shape, P] | None) -> Prepared:
    return Prepared(lambda engine: _asked_on(engine, looks, reach))


def _asked_on(engine: str, looks: Sequence[clearance.QuickLook], reach: tuple[Shape, P] | None) -> sa.Select[Any]:
    said = listed(engine, "said", client_id=DEEDS.c.client_id.type, who=sa.BigInteger())
    on, today = (cast(date, sa.bindparam(name, type_=sa.Date())) for name in ("on", "today"))
    member, enrolled, row, named, youth_id = (
        GroupMember,
        Enrollment,
        MARKS_KEPT,
        db.another(Person, "attendance.sayings.named"),
        Person.id,
    )
    is_member = sa.exists().where(
        member.group_id == sa.bindparam("group_id", type_=sa.BigInteger()),
        member.youth_id == youth_id,
        programs.during(member.from_on, member.until_on, on),
    )
    is_enrolled = sa.exists().where(
        enrolled.season_id == sa.bindparam("season_id", type_=sa.BigInteger()),
        enrolled.youth_id == youth_id,
        enrolled.status == EnrollmentStatus.ENROLLED,
    )
    here = sa.and_(row.c.gathering_id == sa.bindparam("gathering_id"), row.c.youth_id == youth_id)
    columns = [
        said.c.client_id.label("asked"),
        said.c.who.label("who"),
        youth_id.label("living"),
        sa.exists().where(DEEDS.c.client_id == said.c.client_id).label("is_known"),
        is_member.label("is_member"),
        is_enrolled.label("is_enrolled"),
        clearance.surely_condition(looks, engine, youth_id).label("is_cleared"),
        *row.c,
    ]
    if reach is None:
        return sa.select(*columns).select_from(said.outerjoin(Person, youth_id == said.c.who).outerjoin(row, here))
    shape, permission = reach
    reached = within(stand_in(shape, permission), permission, youth_id, today)
    lives_on = sa.and_(youth_id == sa.func.coalesce(named.merged_into_id, named.id), reached)
    return sa.select(*columns).select_from(
        said.outerjoin(named, named.id == said.c.who).outerjoin(Person, lives_on).outerjoin(row, here)
    )


def _about(engine: str, table: sa.Table) -> sa.Select[Any]:
    here = table.c.gathering_id == sa.bindparam("gathering_id")
    return sa.select(table).where(here, table.c.youth_id.in_(keys(engine, "youth")))


def _insert_deeds(engine: str) -> sa.Insert:
    types = _types(DEEDS)
    rows = listed(engine, "deeds", **types)
    return sa.insert(DEEDS).from_select(list(types), sa.select(*rows.c))


def _upsert_marks(engine: str) -> sa.Insert:
    return upsert(MARKS_KEPT, listed(engine, "marks", **_types(MARKS_KEPT)))


def _upsert_registers(engine: str) -> sa.Insert:
    said = listed(engine, "registers", gathering_id=sa.BigInteger(), now=REGISTERS.c.taken_at.type, by_id=sa.BigInteger(),
                  save_id=REGISTERS.c.save_id.type)  # fmt: skip
    row = sa.select(
        said.c.gathering_id, said.c.now.label("taken_at"), said.c.by_id.label("taken_by_id"),
        said.c.now.label("saved_at"), said.c.by_id.label("saved_by_id"), said.c.save_id,
    ).subquery()  # fmt: skip
    return upsert(REGISTERS, row, kept=("taken_at", "taken_by_id"))


LOCK = Prepared(
    lambda _engine: (
        sa.select(Gathering.id).where(Gathering.id == sa.bindparam("gathering_id")).with_for_update(key_share=True)
    )
)
MARKS = Prepared(lambda engine: _about(engine, MARKS_KEPT))
SPOKEN = Prepared(lambda engine: _about(engine, DEEDS))
INSERT_DEEDS = Prepared(_insert_deeds)
UPSERT_MARKS = Prepared(_upsert_marks)
UPSERT_REGISTERS = Prepared(_upsert_registers)
