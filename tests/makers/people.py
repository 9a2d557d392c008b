"""Invented people."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from youthprog.core import db
from youthprog.core.text import fold
from youthprog.people.models import ContactPoint, Guardianship, Person
from youthprog.people.types import ContactKind, PersonKind, Relationship

NOW = datetime(2026, 9, 17, 15, 0, tzinfo=UTC)
_number = count(1)


def make_person(given: str = "Rosa", family: str = "Aguilar", **values: Any) -> Person:
    """An adult."""
    values = {"kind": PersonKind.ADULT, "language": "en", "created_at": NOW} | values
    person = Person(given_name=given, family_name=family, folded_name=fold(f"{family} {given}"), **values)
    db.session().add(person)
    db.flush()
    return person


def make_youth(given: str = "Mateo", family: str = "Aguilar", **values: Any) -> Person:
    """A child of ten."""
    return make_person(given, family, **({"kind": PersonKind.YOUTH, "born_on": date(2016, 3, 4)} | values))


def make_guardian(youth: Person, given: str = "Rosa", family: str = "Aguilar", **values: Any) -> Person:
    """A guardian of the youth with a mail address and a phone."""
    known = {"relationship": Relationship.MOTHER, "rank": 1, "may_decide": True, "may_collect": True}
    bond = {name: values.pop(name, default) for name, default in known.items()}
    guardian = make_person(given, family, **values)
    db.session().add(Guardianship(youth_id=youth.id, guardian_id=guardian.id, **bond))
    make_contacts(guardian)
    return guardian


def make_contacts(person: Person, email: str | None = None, phone: str = "+12175550141") -> None:
    """A mail address of the person's own and a phone."""
    address = email or f"{fold(person.given_name).replace(' ', '.')}.{next(_number)}@family.example"
    db.session().add(ContactPoint(person_id=person.id, kind=ContactKind.EMAIL, value=address, normal=address))
    db.session().add(ContactPoint(person_id=person.id, kind=ContactKind.PHONE, value=phone, normal=phone))
    db.flush()
