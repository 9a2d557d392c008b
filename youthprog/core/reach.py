"""Which youth an actor's permission reaches, asked from any storey.

`people` (storey 2) must filter its rows by assignments kept in `access` (storey 3); so it asks here,
and `wiring` tells this module who answers.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from youthprog.core.actor import Actor, Grant
from youthprog.core.permissions import P, Reach

Resolver = Callable[[Actor, P, "InstrumentedAttribute[int] | ColumnElement[int]", date], ColumnElement[bool]]


def install(app: Flask, resolver: Resolver) -> None:
    """Say who turns a permission into a condition on a column of youth ids."""
    app.extensions["youthprog.reach"] = resolver


def within(
    actor: Actor,
    permission: P,
    youth_id: "InstrumentedAttribute[int] | ColumnElement[int]",
    on: date,
) -> ColumnElement[bool]:
    """The condition that a row's youth is within the actor's reach for the permission on a day.

    Custody restrictions are part of it: a restricted adult reaches nothing of that youth.
    """
    return current_app.extensions["youthprog.reach"](actor, permission, youth_id, on)


# ---- one statement for all who reach alike ----

Shape = str


def shape_of(actor: Actor, permission: P) -> Shape:
    """What two actors share for whom a condition on reach reads the same: "person assigned in_program"."""
    return " ".join(
        [
            actor.kind if actor.person_id is None else "person",
            *[each.reach for each in actor.grants.get(permission, ())],
        ]
    )


def stand_in(shape: Shape, permission: P) -> Actor:
    """An actor of this shape whose keys are parameters, so that a statement about reach is written once."""
    kind, *named = shape.split(" ")
    is_person, reaches = kind == "person", [Reach(each) for each in named]
    person: Any = sa.bindparam("actor_id", type_=sa.BigInteger()) if is_person else None
    programs: list[Any] = [
        sa.bindparam(f"program_{place}", type_=sa.BigInteger()) if reach is Reach.IN_PROGRAM else None
        for place, reach in enumerate(reaches)
    ]
    grants = tuple(Grant(reach, program) for reach, program in zip(reaches, programs, strict=True))
    return Actor("account", person_id=person, grants={permission: grants})


def keys_of(actor: Actor, permission: P) -> dict[str, int]:
    """The parameters of a statement written for an actor's stand-in. It takes those it has."""
    found = {
        f"program_{place}": grant.program_id
        for place, grant in enumerate(actor.grants.get(permission, ()))
        if grant.reach is Reach.IN_PROGRAM and grant.program_id is not None
    }
    return found if actor.person_id is None else found | {"actor_id": actor.person_id}
