"""What pages of credentials show: people with what is missing, one person's papers, requirements, exceptions."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound
from youthprog.credentials import judging, rules
from youthprog.credentials.models import Credential, CredentialOverride, CredentialRule, ServiceLimit
from youthprog.credentials.queries import Book, service_role, serving, what_is_asked
from youthprog.credentials.types import CredentialState, Ground, Hours, Limits, Service, Standing
from youthprog.people.models import Person
from youthprog.people.queries import adult_is_known
from youthprog.people.types import PersonKind, spoken_name
from youthprog.programs.models import Group, GroupStaff, Program, Season
from youthprog.programs.queries import program_within

AT_ONCE = 400  # people looked at together while a page is filled
OPEN = frozenset({CredentialState.PENDING, CredentialState.REVIEW})
ENDING = frozenset({CredentialState.EXPIRING, CredentialState.GRACE})
FILTERS = ("needs", "missing", "ending", "review", "hours", "all")


@dataclass(frozen=True)
class PersonStanding:
    """One row of the list: who, what they do where, and where everything asked of them stands."""

    person_id: int
    list_name: str
    folded_name: str
    services: tuple[Service, ...]
    standings: tuple[Standing, ...]
    hours: Hours | None = None
    limits: Limits = field(default_factory=Limits)

    @property
    def asked(self) -> tuple[Standing, ...]:
        """What is asked of them."""
        return tuple(each for each in self.standings if each.is_required)

    @property
    def hours_percent(self) -> int | None:
        """How much of their hours is used, where it comes to that."""
        if self.hours is None or not rules.warns_of_hours(self.standings, self.hours, self.limits):
            return None
        return rules.used_percent(self.hours, self.limits)

    def belongs(self, chosen: str) -> bool:
        """Whether the row belongs to a filter of the list."""
        states = {each.state for each in self.asked if not each.in_force}
        ends = any(each.state in ENDING or each.excused_until for each in self.asked)
        review = any(each.state in OPEN for each in self.standings)
        hours = self.hours_percent is not None
        return {
            "missing": bool(states - OPEN),
            "ending": ends,
            "review": review,
            "hours": hours,
            "needs": bool(states) or ends or review or hours,
            "all": True,
        }[chosen]


@dataclass(frozen=True)
class OverrideLine:
    """An exception, with the names behind it."""

    override_id: int
    person_id: int
    person: str
    kind: str
    program: str | None
    ground: Ground
    from_on: date
    until_on: date
    asked_by_id: int
    asked_by: str
    agreed_by: str | None
    agreed_at: datetime | None
    ended_at: datetime | None

    def in_force(self, on: date) -> bool:
        """Whether it excuses something on a day."""
        return self.agreed_at is not None and self.ended_at is None and self.from_on <= on <= self.until_on


# ---- within reach ----


def _serves_within(actor: Actor, permission: P, on: date) -> sa.Select[int]:
    """The people who serve in a program within reach on a day."""
    at = serving(on)
    return sa.select(at.c.person_id).where(program_within(actor, permission, at.c.program_id))


def get_person_for(actor: Actor, permission: P, person_id: int, on: date) -> Person:
    """Somebody who serves or served in a program within reach. Raises `NotFound`.

    Whoever coordinates one program reaches who serves or once led a group there; whoever coordinates all, any adult, so
    that papers can be entered before somebody serves. Papers do not tell programs apart.
    """
    led = (
        sa.select(GroupStaff.person_id)
        .join(Group, Group.id == GroupStaff.group_id)
        .join(Season, Season.id == Group.season_id)
        .where(program_within(actor, permission, Season.program_id))
    )
    ways: list[sa.ColumnElement[bool]] = [Person.id.in_(_serves_within(actor, permission, on)), Person.id.in_(led)]
    if actor.everywhere(permission):
        ways.append(sa.and_(Person.kind == PersonKind.ADULT, adult_is_known(actor, permission, on)))
    statement = sa.select(Person).where(Person.id == person_id, Person.merged_into_id.is_(None), sa.or_(*ways))
    row = db.session().scalar(statement)
    if row is None:
        raise NotFound
    return row


def get_credential(person_id: int, credential_id: int) -> Credential:
    """A paper of somebody that is not taken off. Raises `NotFound`."""
    statement = sa.select(Credential).where(
        Credential.id == credential_id, Credential.person_id == person_id, Credential.ended_at.is_(None)
    )
    row = db.session().scalar(statement)
    if row is None:
        raise NotFound
    return row


def get_override(person_id: int, override_id: int) -> CredentialOverride:
    """An exception for somebody. Raises `NotFound`."""
    statement = sa.select(CredentialOverride).where(
        CredentialOverride.id == override_id, CredentialOverride.person_id == person_id
    )
    row = db.session().scalar(statement)
    if row is None:
        raise NotFound
    return row


# ---- the list ----


def list_people(
    actor: Actor, *, on: date, chosen: str = "needs", program_id: int | None = None,
    after: tuple[str, int] | None = None, limit: int = 50,
) -> list[PersonStanding]:  # fmt: skip
    """Those who serve in programs within reach and belong to a filter, by name; `after` is (folded_name, id) of the row before.

    People are looked at by the hundred until the page is full.
    """
    found: list[PersonStanding] = []
    for part in _parts(actor, on, program_id, after):
        found += [each for each in _stand(part, on, program_id) if each.belongs(chosen)]
        if len(found) >= limit:
            break
    return found[:limit]


def _parts(
    actor: Actor, on: date, program_id: int | None, after: tuple[str, int] | None
) -> Iterator[list[tuple[int, str, str]]]:
    at = serving(on)
    who = sa.select(at.c.person_id).where(program_within(actor, P.CREDENTIAL_READ, at.c.program_id))
    if program_id is not None:
        who = who.where(at.c.program_id == program_id)
    while True:
        statement = sa.select(
            Person.id, Person.folded_name, Person.family_name, Person.preferred_name, Person.given_name
        ).where(Person.id.in_(who), Person.merged_into_id.is_(None))
        if after is not None:
            statement = statement.where(sa.tuple_(Person.folded_name, Person.id) > sa.tuple_(*after))
        rows = db.session().execute(statement.order_by(Person.folded_name, Person.id).limit(AT_ONCE)).all()
        if rows:
            yield [
                (key, folded, f"{family}, {preferred or given}".strip(", "))
                for key, folded, family, preferred, given in rows
            ]
        if len(rows) < AT_ONCE:
            return
        after = (rows[-1].folded_name, rows[-1].id)


def _stand(people: list[tuple[int, str, str]], on: date, program_id: int | None) -> list[PersonStanding]:
    ids = [key for key, _folded, _name in people]
    services, book = _services_within(ids, on, program_id), Book(ids, on)
    stand = {key: book.standings(key, services.get(key, ()), on) for key in ids}
    limited = [key for key in ids if not rules.is_fully_cleared(stand[key])]
    hours = judging.hours_of(limited, on)
    return [
        PersonStanding(
            key, name, folded, tuple(sorted(services.get(key, ()), key=_by_program)), stand[key], hours.get(key),
            _strictest(book, services.get(key, ())),
        )
        for key, folded, name in people
    ]  # fmt: skip


def _by_program(service: Service) -> tuple[int, str]:
    return service.program_id, service.role.value


def _strictest(book: Book, services: Collection[Service]) -> Limits:
    """The limits of the program that allows the fewest hours: the hours are counted together."""
    found = [book.limits(each.program_id) for each in services] or [book.limits(None)]
    return min(found, key=lambda each: (each.year_hours, each.month_hours))


def _services_within(ids: Collection[int], on: date, program_id: int | None) -> dict[int, set[Service]]:
    at = serving(on)
    statement = sa.select(at.c.person_id, at.c.program_id, at.c.role).where(at.c.person_id.in_(ids))
    if program_id is not None:
        statement = statement.where(at.c.program_id == program_id)
    found: dict[int, set[Service]] = {}
    for person_id, program, role in db.session().execute(statement):
        found.setdefault(person_id, set()).add(Service(program, service_role(role)))
    return found


def own_on_today(person_id: int | None, on: date) -> int | None:
    """How many of one's own papers are not in force, 0 when some only end soon; None when nothing needs doing."""
    asked = what_is_asked() if person_id is not None else None
    if asked is None or person_id is None or not asked.requirements:
        return None
    services, book = _services_within([person_id], on, None), Book([person_id], on, asked=asked)
    mine = [each for each in book.standings(person_id, services.get(person_id, ()), on) if each.is_required]
    if all(each.state is CredentialState.APPROVED for each in mine):
        return None
    return sum(not each.in_force for each in mine)


# ---- one person ----


def standing_of_person(person: Person, on: date) -> PersonStanding:
    """Where everything stands for one person, over all their programs."""
    return _stand([(person.id, person.folded_name, person.list_name)], on, None)[0]


def papers_on_file(person_id: int) -> list[Credential]:
    """All that is on file for somebody, newest entered first. One statement."""
    statement = sa.select(Credential).where(Credential.person_id == person_id, Credential.ended_at.is_(None))
    return list(db.session().scalars(statement.order_by(Credential.id.desc())))


def overrides_of(person_ids: Collection[int] | None, *, actor: Actor | None = None, on: date) -> list[OverrideLine]:
    """Exceptions not over on a day, for these people or for all within the actor's reach, those to be agreed on first."""
    about, asked, agreed = (
        db.another(Person, "credentials.listing.about"),
        db.another(Person, "credentials.listing.asked"),
        db.another(Person, "credentials.listing.agreed"),
    )
    statement = (
        sa.select(
            CredentialOverride, about.given_name, about.preferred_name, about.family_name, Program.name,
            asked.given_name, asked.preferred_name, asked.family_name, agreed.given_name, agreed.preferred_name,
            agreed.family_name,
        )
        .join(about, about.id == CredentialOverride.person_id)
        .join(asked, asked.id == CredentialOverride.asked_by_id)
        .outerjoin(agreed, agreed.id == CredentialOverride.agreed_by_id)
        .outerjoin(Program, Program.id == CredentialOverride.program_id)
        .where(CredentialOverride.ended_at.is_(None), CredentialOverride.until_on >= on)
        .order_by(CredentialOverride.agreed_at.is_not(None), CredentialOverride.until_on, CredentialOverride.id)
    )  # fmt: skip
    if person_ids is not None:
        statement = statement.where(CredentialOverride.person_id.in_(person_ids))
    elif actor is not None:
        statement = statement.where(CredentialOverride.person_id.in_(_serves_within(actor, P.CREDENTIAL_READ, on)))
    return [_override_line(*row) for row in db.session().execute(statement)]


def _override_line(row: CredentialOverride, *names: Any) -> OverrideLine:
    about, program, asked, agreed = names[0:3], names[3], names[4:7], names[7:10]
    return OverrideLine(
        row.id, row.person_id, spoken_name(*about), row.kind, program, row.ground, row.from_on, row.until_on,
        row.asked_by_id, spoken_name(*asked), spoken_name(*agreed) if agreed[0] else None, row.agreed_at, row.ended_at,
    )  # fmt: skip


# ---- what is asked ----


def rules_in_force() -> list[tuple[CredentialRule, str | None, str | None]]:
    """Every requirement with its program's names, by kind. One statement."""
    rows = db.session().execute(
        sa.select(CredentialRule, Program.name, Program.name_es)
        .outerjoin(Program, Program.id == CredentialRule.program_id)
        .where(CredentialRule.ended_at.is_(None))
        .order_by(CredentialRule.name, CredentialRule.id)
    )
    return [(row, name, name_es) for row, name, name_es in rows]


def get_rule(rule_id: int) -> CredentialRule:
    """A requirement. Raises `NotFound`."""
    statement = sa.select(CredentialRule).where(CredentialRule.id == rule_id, CredentialRule.ended_at.is_(None))
    row = db.session().scalar(statement)
    if row is None:
        raise NotFound
    return row


def find_limit(program_id: int | None) -> ServiceLimit | None:
    """What was set for a program, or for all others; None while nothing was. One statement."""
    same = ServiceLimit.program_id.is_(None) if program_id is None else ServiceLimit.program_id == program_id
    return db.session().scalar(sa.select(ServiceLimit).where(same))
