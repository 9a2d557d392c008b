"""Permissions as facts and answers. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from youthprog.access.types import AccountFacts, HeldRole, Role, Standing
from youthprog.core.actor import Actor, Grant
from youthprog.core.permissions import P, Reach
from youthprog.core.refusals import N_, Refusal
from youthprog.people.types import PersonKind

__all__ = ["HeldRole"]

PROGRAM_ROLES = frozenset({Role.COORDINATOR})  # the others reach by assignment, whatever the program


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


def needs_factor(roles: Collection[Role], needing: Collection[Role], *, is_demo: bool, has_factor: bool) -> bool:
    """Whether an account signs in with a second factor: its roles ask for one, or its person chose one."""
    return not is_demo and (has_factor or not set(roles).isdisjoint(needing))


def standing_of(
    *, is_closed: bool, has_password: bool, is_invited: bool, has_factor: bool, needs_factor: bool
) -> Standing:
    """How far an account has come."""
    if is_closed:
        return Standing.CLOSED
    if not has_password:
        return Standing.INVITED if is_invited else Standing.UNINVITED
    return Standing.UNPROTECTED if needs_factor and not has_factor else Standing.OPEN


def refusals_to_open(kind: PersonKind, email: str, taken: Collection[str]) -> list[Refusal]:
    """Why an account cannot be opened. `taken` are the addresses of accounts that stand in the way."""
    if kind is not PersonKind.ADULT:
        return [Refusal("not_adult", N_("Only adults have an account."))]
    if not email:
        return [Refusal("bad_email", N_("Write the whole address, like rosa@mail.example."), "email")]
    if email in taken:
        return [Refusal("taken", N_("There is an account with this address already."), "email")]
    if taken:
        return [Refusal("has_account", N_("This person has an account already."))]
    return []


def refusals_to_grant(facts: AccountFacts, role: HeldRole, by_account_id: int | None) -> list[Refusal]:
    """Why a role cannot be given."""
    found = _not_oneself(facts, by_account_id)
    if facts.is_closed:
        found.append(Refusal("closed", N_("This account is closed. Open it again first.")))
    if role in facts.held:
        found.append(Refusal("held", N_("This account has that role already."), "role"))
    if role.program_id is not None and role.role not in PROGRAM_ROLES:
        found.append(Refusal("no_program", N_("Only a coordinator is given a program. Leave it empty."), "program_id"))
    return found


def refusals_to_take(facts: AccountFacts, by_account_id: int | None) -> list[Refusal]:
    """Why a role cannot be taken."""
    return _not_oneself(facts, by_account_id)


def refusals_to_take_alone(role: Role, together: Collection[Role]) -> list[Refusal]:
    """Why a role cannot be taken on the page of one account: who reads concerns is named together, two at least."""
    sentence = N_("Who reads concerns is named on a page of its own: at least two people, together.")
    return [Refusal("named_together", sentence)] if role in together else []


def refusals_to_close(facts: AccountFacts, by_account_id: int | None) -> list[Refusal]:
    """Why an account cannot be closed."""
    found = _not_oneself(facts, by_account_id)
    if facts.is_closed:
        found.append(Refusal("closed", N_("This account is closed already.")))
    return found


def refusals_to_reopen(facts: AccountFacts, by_account_id: int | None) -> list[Refusal]:
    """Why an account cannot be opened again."""
    found = _not_oneself(facts, by_account_id)
    if not facts.is_closed:
        found.append(Refusal("open", N_("This account is open already.")))
    return found


def refusals_to_send_link(facts: AccountFacts) -> list[Refusal]:
    """Why nobody can be sent a link to set a password."""
    return [Refusal("closed", N_("This account is closed. Open it again first."))] if facts.is_closed else []


def refusals_to_reset_factor(facts: AccountFacts, by_account_id: int | None) -> list[Refusal]:
    """Why a second factor cannot be taken off."""
    found = _not_oneself(facts, by_account_id)
    if not facts.has_factor:
        found.append(Refusal("no_factor", N_("This account has no second factor.")))
    return found


def _not_oneself(facts: AccountFacts, by_account_id: int | None) -> list[Refusal]:
    if facts.account_id != by_account_id:
        return []
    return [Refusal("own_account", N_("This is your own account. Another administrator must do this."))]


BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Mac OS X", "Mac"), ("CrOS", "Chromebook"), ("Linux", "Linux"),
)  # fmt: skip


def browser_of(user_agent: str) -> str:
    """What a browser calls itself, in two words people know: "Firefox, Windows". Empty when it says nothing known."""
    names = (next((name for sign, name in signs if sign in user_agent), None) for signs in (BROWSERS, SYSTEMS))
    return ", ".join(name for name in names if name)
