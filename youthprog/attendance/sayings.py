"""The statements deeds are kept with: each goes out once, however many deeds a message has. See docs/decisions/0057."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from youthprog.attendance.models import AttendanceMark, Deed, Register
from youthprog.attendance.types import Said
from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.prepared import Prepared, as_list, keys, listed, upsert
from youthprog.core.reach import Shape, keys_of, shape_of, stand_in, within
from youthprog.core.refusals import NotFound
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Enrollment, Gathering, GroupMember
from youthprog.programs.types import EnrollmentStatus, Occasion

DEEDS, MARKS_KEPT, REGISTERS = (db.table(model) for model in (Deed, AttendanceMark, Register))


def _types(table: sa.Table) -> dict[str, Any]:
    return {column.name: column.type for column in table.c if column.name != "id"}


def ask(gathering: Gathering | Occasion, said: Sequence[Said], on: date) -> dict[str, Any]:
    """What is known of deeds and of the youth they name, by `client_id`. One statement.

    Of a deed, whether it came before; of its youth (`who`), whether it is in the group that day and has a place in the
    season; and the row in force, or NULLs. `on` is the gathering's day.
    """
    rows = ASKED.rows(
        said=as_list([{"client_id": each.client_id, "who": each.youth_id} for each in said]),
        gathering_id=gathering.id, group_id=gathering.group_id, season_id=gathering.season_id,
        on=on,
    )  # fmt: skip
    return {row.asked: row for row in rows}


def _asked(engine: str) -> sa.Select[Any]:
    said = listed(engine, "said", client_id=DEEDS.c.client_id.type, who=sa.BigInteger())
    on: Any = sa.bindparam("on", type_=sa.Date())
    member, enrolled, row = GroupMember, Enrollment, MARKS_KEPT
    is_member = sa.exists().where(
        member.group_id == sa.bindparam("group_id", type_=sa.BigInteger()),
        member.youth_id == said.c.who,
        programs.during(member.from_on, member.until_on, on),
    )
    is_enrolled = sa.exists().where(
        enrolled.season_id == sa.bindparam("season_id"),
        enrolled.youth_id == said.c.who,
        enrolled.status == EnrollmentStatus.ENROLLED,
    )
    here = sa.and_(row.c.gathering_id == sa.bindparam("gathering_id"), row.c.youth_id == said.c.who)
    return sa.select(
        said.c.client_id.label("asked"),
        said.c.who.label("who"),
        sa.exists().where(DEEDS.c.client_id == said.c.client_id).label("is_known"),
        is_member.label("is_member"),
        is_enrolled.label("is_enrolled"),
        *row.c,
    ).select_from(said.outerjoin(row, here))


def heard_of(
    actor: Actor, permission: P, gathering_id: int, youth_ids: Collection[int], on: date
) -> tuple[Occasion, dict[int, int]]:
    """A gathering within reach, and of the keys those of youth within reach, each with the record it lives on in.

    Raises `NotFound`. One statement.
    """
    shape = shape_of(actor, permission)
    asked = HEARD_OF.get((shape, permission.key))
    if asked is None:
        asked = HEARD_OF[shape, permission.key] = _heard_of(shape, permission)
    rows = asked.rows(gathering_id=gathering_id, youth=as_list(youth_ids), on=on, **keys_of(actor, permission))
    if not rows:
        raise NotFound
    return Occasion(*rows[0][2:]), {row.key: row.living_id for row in rows if row.living_id is not None}


HEARD_OF: dict[tuple[Shape, str], Prepared] = {}  # as many as there are ways to reach: a handful


def _heard_of(shape: Shape, permission: P) -> Prepared:
    asked, living, place = aliased(Person), aliased(Person), Gathering
    on: Any = sa.bindparam("on", type_=sa.Date())
    who = stand_in(shape, permission)

    def build(engine: str) -> sa.SelectBase:
        same = living.id == sa.func.coalesce(asked.merged_into_id, asked.id)
        return (
            sa.select(
                asked.id.label("key"), living.id.label("living_id"),
                place.id, place.season_id, place.group_id, place.starts_at, place.ends_at, place.canceled_at,
            )
            .select_from(place)
            .outerjoin(asked, asked.id.in_(keys(engine, "youth")))
            .outerjoin(living, sa.and_(same, within(who, permission, living.id, on)))
            .where(place.id == sa.bindparam("gathering_id"), programs.gatherings_within(who, permission, on))
        )  # fmt: skip

    return Prepared(build)


def _about(engine: str, table: sa.Table) -> sa.Select[Any]:
    here = table.c.gathering_id == sa.bindparam("gathering_id")
    return sa.select(table).where(here, table.c.youth_id.in_(keys(engine, "youth")))


def _insert_deeds(engine: str) -> sa.Insert:
    types = _types(DEEDS)
    rows = listed(engine, "deeds", **types)
    return sa.insert(DEEDS).from_select(list(types), sa.select(*rows.c))


def _upsert_marks(engine: str) -> sa.Insert:
    return upsert(MARKS_KEPT, listed(engine, "marks", **_types(MARKS_KEPT)))


def _upsert_register(_engine: str) -> sa.Insert:
    moment: Any = sa.bindparam("now", type_=REGISTERS.c.taken_at.type)
    who: Any = sa.bindparam("by_id", type_=sa.BigInteger())
    row = sa.select(
        sa.bindparam("gathering_id", type_=sa.BigInteger()).label("gathering_id"),
        moment.label("taken_at"), who.label("taken_by_id"), moment.label("saved_at"), who.label("saved_by_id"),
        sa.bindparam("save_id", type_=REGISTERS.c.save_id.type).label("save_id"),
    ).subquery()  # fmt: skip
    return upsert(REGISTERS, row, kept=("taken_at", "taken_by_id"))


LOCK = Prepared(
    lambda _engine: (
        sa.select(Gathering.id).where(Gathering.id == sa.bindparam("gathering_id")).with_for_update(key_share=True)
    )
)
ASKED = Prepared(_asked)
MARKS = Prepared(lambda engine: _about(engine, MARKS_KEPT))
SPOKEN = Prepared(lambda engine: _about(engine, DEEDS))
INSERT_DEEDS = Prepared(_insert_deeds)
UPSERT_MARKS = Prepared(_upsert_marks)
UPSERT_REGISTER = Prepared(_upsert_register)
