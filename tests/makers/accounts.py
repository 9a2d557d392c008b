"""Invented accounts and actors."""

from __future__ import annotations

from itertools import count

from tests.makers.people import NOW, make_person
from youthprog.access.models import Account
from youthprog.access.roles import TABLE
from youthprog.access.rules import HeldRole, grants_of
from youthprog.access.services import grant_role, open_account, start_session
from youthprog.access.types import Role
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.people.models import Person

_number = count(1)
PASSWORD = "a long password for tests"


def make_account(role: Role, person: Person | None = None, program_id: int | None = None, **values: bool) -> Account:
    """An account with one role; a demo account unless told otherwise, so that no second factor is asked."""
    person = person or make_person(role.value.title(), f"Tester {next(_number)}")
    account = open_account(
        person,
        email=f"{role.value}.{next(_number)}@city.example",
        password=PASSWORD,
        by=SYSTEM,
        now=NOW,
        is_demo=values.get("is_demo", True),
    )
    grant_role(account, role, by=SYSTEM, now=NOW, program_id=program_id)
    return account


def session_cookie(account: Account) -> str:
    """The token of a fresh session."""
    token = start_session(account, ip="127.0.0.1", user_agent="test", hours=12, now=clock.now())
    db.session().commit()
    return token


def make_actor(role: Role, person_id: int | None = None, program_id: int | None = None) -> Actor:
    """An actor as signing in would make it, without rows."""
    return Actor(
        "account",
        role.value,
        person_id,
        roles=(role.value,),
        grants=grants_of([HeldRole(role, program_id)], TABLE),
    )
