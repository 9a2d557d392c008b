"""Finding who walked in."""

from datetime import date

from youthprog.attendance import queries
from youthprog.attendance.types import WalkInLine
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.text import fold
from youthprog.people import queries as people
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering

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
    asked = sorted(folded.split())
    meant = [
        row
        for row in found
        if (row.id, actor.person_id) not in limits and (row.id in reached or sorted(row.folded_name.split()) == asked)
    ]
    return [WalkInLine(row.id, row.name, row.school if row.id in reached else None) for row in meant]
