"""Invented concerns and the people who read them."""

from __future__ import annotations

from datetime import datetime
from itertools import count

from tests.makers.accounts import make_account
from tests.makers.people import NOW, make_person
from youthprog.access.models import Account
from youthprog.access.types import Role
from youthprog.concerns.models import Concern
from youthprog.concerns.services import raise_concern
from youthprog.concerns.types import Raised
from youthprog.core.actor import Actor

_number = count(1)
NAMES = (("Ines", "Castellano"), ("Noah", "Berg"), ("Ada", "Lund"))


def make_readers(first: int = 2, further: int = 0) -> list[Account]:
    """Accounts of people named to read concerns: the first, then the further ones."""
    roles = [Role.SAFEGUARDING] * first + [Role.SAFEGUARDING_FURTHER] * further
    return [make_account(role, make_person(*NAMES[at % len(NAMES)])) for at, role in enumerate(roles)]


def make_concern(by: Actor, *, now: datetime = NOW, **values: object) -> Concern:
    """A concern as somebody raised it."""
    key = f"00000000-0000-4000-9000-{next(_number):012d}"
    return raise_concern(Raised(**{"client_id": key, "words": "He shouts.", **values}), by=by, now=now)  # type: ignore[arg-type]
