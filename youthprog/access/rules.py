"""Permissions as facts and answers. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from youthprog.access.types import Role
from youthprog.core.actor import Actor, Grant
from youthprog.core.permissions import P, Reach


@dataclass(frozen=True)
class HeldRole:
    """A role as granted: everywhere (`program_id` None) or in one program."""

    role: Role
    program_id: int | None = None


def grants_of(held: Iterable[HeldRole], table: Mapping[Role, Mapping[P, Reach]]) -> dict[P, tuple[Grant, ...]]:
    """All grants of somebody's roles. IN_PROGRAM of a role granted without a program reaches everywhere."""
    found: dict[P, set[Grant]] = {}
    for role in held:
        for permission, reach in table[role.role].items():
            if reach is Reach.IN_PROGRAM and role.program_id is None:
                grant = Grant(Reach.EVERYWHERE)
            else:
                grant = Grant(reach, role.program_id if reach is Reach.IN_PROGRAM else None)
            found.setdefault(permission, set()).add(grant)
    return {permission: tuple(sorted(grants, key=_order)) for permission, grants in found.items()}


def _order(grant: Grant) -> tuple[str, int]:
    return grant.reach.value, grant.program_id or 0


@dataclass(frozen=True)
class YouthFacts:
    """What decides who reaches a youth on a day."""

    youth_id: int
    program_ids: frozenset[int] = frozenset()
    assigned_adult_ids: frozenset[int] = frozenset()
    guardian_ids: frozenset[int] = frozenset()
    restricted_adult_ids: frozenset[int] = field(default_factory=frozenset)


def reaches_youth(actor: Actor, permission: P, facts: YouthFacts) -> bool:
    """Whether the actor may use the permission on this youth. The SQL of `queries.youth_within` says the same."""
    if actor.person_id is not None and actor.person_id in facts.restricted_adult_ids:
        return False
    return any(_reaches(grant, actor, facts) for grant in actor.grants.get(permission, ()))


def _reaches(grant: Grant, actor: Actor, facts: YouthFacts) -> bool:
    match grant.reach:
        case Reach.EVERYWHERE:
            return True
        case Reach.IN_PROGRAM:
            return grant.program_id in facts.program_ids
        case Reach.ASSIGNED:
            return actor.person_id in facts.assigned_adult_ids
        case Reach.OWN_CHILDREN:
            return actor.person_id in facts.guardian_ids
        case Reach.SELF:
            return actor.person_id == facts.youth_id


def in_force(from_on: date, until_on: date | None, on: date) -> bool:
    """Whether a period holds on a day; both ends are included."""
    return from_on <= on and (until_on is None or on <= until_on)
