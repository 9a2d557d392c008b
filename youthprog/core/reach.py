"""Which youth an actor's permission reaches, asked from any storey.

`people` (storey 2) must filter its rows by assignments kept in `access` (storey 3); so it asks here,
and `wiring` tells this module who answers.
"""

from collections.abc import Callable
from datetime import date

from flask import Flask, current_app
from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from youthprog.core.actor import Actor
from youthprog.core.permissions import P

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
