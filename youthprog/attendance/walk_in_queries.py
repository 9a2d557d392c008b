"""Finding who walked in."""

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa

from youthprog.attendance import queries
from youthprog.attendance.models import Deed
from youthprog.attendance.rules import UNKNOWN_NAME
from youthprog.attendance.types import TypedName, WalkInLine
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.names import tokens_of
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound
from youthprog.core.text import fold
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Enrollment, Gathering
from youthprog.programs.types import EnrollmentStatus, Occasion

MOST_WALK_INS = 50


def walk_ins_named(actor: Actor, gathering: Gathering, words: str, on: date) -> list[WalkInLine]:
    """Youth with a place in the season who may be meant by what somebody typed, by name. Three statements.

    Of youth the actor reaches anyway the beginning of a name is enough; of others only the whole name, so that nobody
    can look through the children of a season. Left out: who is on the register already, and children whom custody
    keeps from this adult.
    """
    folded = fold(words)
    if not folded:
        return []
    there = {line.youth_id for line in queries.roll_members(gathering)}
    found = [
        row for row in programs.enrolled_named(gathering.season_id, folded, limit=MOST_WALK_INS) if row.id not in there
    ]
    reached = people.reachable(actor, P.REGISTER_TAKE, [row.id for row in found], on)
    limits = people.restrictions_on([row.id for row in found], on)
    asked = _words(folded)
    meant = [
        row
        for row in found
        if (row.id, actor.person_id) not in limits and (row.id in reached or _words(row.folded_name) == asked)
    ]
    return [WalkInLine(row.id, row.name, row.school if row.id in reached else None) for row in meant]


def walk_ins_called(actor: Actor, gathering: Gathering | Occasion, names: Collection[str], on: date) -> dict[str, int]:
    """Of names typed without a network, those that surely mean one youth, with its key. Three statements.

    Surely: the whole name, in any order, of exactly one youth with a place in the season, who is not in the gathering's
    group (that one has a row), and whom custody does not keep from this adult. Who walked in already is meant again,
    so that two phones say the same of one child.
    """
    rows = db.session().execute(
        sa.select(Person.id, Person.folded_name)
        .join(Enrollment, Enrollment.youth_id == Person.id)
        .where(Enrollment.season_id == gathering.season_id, Enrollment.status == EnrollmentStatus.ENROLLED)
    )
    asked = {name: _words(name) for name in names}
    wanted = set(asked.values())
    called: dict[tuple[str, ...], list[int]] = {}
    for youth_id, folded in rows:
        words = _words(folded)
        if words in wanted:
            called.setdefault(words, []).append(youth_id)
    members = (
        set(programs.member_ids(gathering.group_id, clock.day_of(gathering.starts_at))) if gathering.group_id else set()
    )
    limits = people.restrictions_on([youth_id for each in called.values() for youth_id in each], on)
    found = {}
    for name, words in asked.items():
        meant = [each for each in called.get(words, ()) if (each, actor.person_id) not in limits]
        if len(meant) == 1 and meant[0] not in members:
            found[name] = meant[0]
    return found


def _words(name: str) -> tuple[str, ...]:
    return tuple(sorted(tokens_of(name)))


def unsettled(gathering_id: int) -> list[TypedName]:
    """Names of walk-ins typed without a network of whom nobody has said yet who they are, oldest first. One statement."""
    said, settling = Deed, db.another(Deed, "walk_ins.settling")
    settled = sa.exists().where(settling.gathering_id == gathering_id, settling.undoes == said.client_id)
    rows = db.session().execute(
        sa.select(said, Person)
        .outerjoin(Person, Person.id == said.by_id)
        .where(
            said.gathering_id == gathering_id,
            said.youth_id.is_(None),
            said.refusal == UNKNOWN_NAME,
            ~settled,
            said.said_name.is_not(None),  # after its term a name is gone, and there is nothing left to settle
        )
        .order_by(said.at, said.id)
    )
    return [
        TypedName(row.client_id, row.said_name or "", row.at, by.name if by else None, row.device) for row, by in rows
    ]


def get_unsettled(gathering_id: int, client_id: str) -> TypedName:
    """One of them. Raises `NotFound`, also once somebody has settled it."""
    found = next((each for each in unsettled(gathering_id) if each.client_id == client_id), None)
    if found is None:
        raise NotFound
    return found
