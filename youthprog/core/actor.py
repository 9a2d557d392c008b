"""Who acts: the value every deed is recorded with."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from youthprog.core.permissions import P, Reach


@dataclass(frozen=True)
class Grant:
    """One reach of one permission; `program_id` is set when the reach is IN_PROGRAM."""

    reach: Reach
    program_id: int | None = None


@dataclass(frozen=True)
class Actor:
    """A person at work, a guardian behind a signed link, or the system itself.

    `kind` is account, link or system. `grants` lists, for each permission, how far it reaches.
    """

    kind: str
    name: str = ""
    person_id: int | None = None
    account_id: int | None = None
    session_id: int | None = None
    roles: tuple[str, ...] = ()
    grants: Mapping[P, tuple[Grant, ...]] = field(default_factory=dict, hash=False, compare=False)
    language: str = "en"
    ip: str = ""
    user_agent: str = ""
    request_id: str = ""

    def seen(self, ip: str, user_agent: str, request_id: str) -> "Actor":
        """The same actor, in a request that came from there. As `dataclasses.replace`, which takes ten times as long."""
        here = object.__new__(Actor)
        here.__dict__.update(self.__dict__, ip=ip, user_agent=user_agent, request_id=request_id)
        return here

    def may(self, permission: P) -> bool:
        """Whether the actor holds the permission at all, at any reach."""
        return bool(self.grants.get(permission))

    def everywhere(self, permission: P) -> bool:
        """Whether the permission reaches everything."""
        return any(grant.reach is Reach.EVERYWHERE for grant in self.grants.get(permission, ()))

    def reaches(self, permission: P, reach: Reach) -> bool:
        """Whether the actor holds the permission with exactly this reach."""
        return any(grant.reach is reach for grant in self.grants.get(permission, ()))

    def programs(self, permission: P) -> frozenset[int]:
        """The programs in which the permission holds by an IN_PROGRAM grant."""
        return frozenset(
            grant.program_id
            for grant in self.grants.get(permission, ())
            if grant.reach is Reach.IN_PROGRAM and grant.program_id is not None
        )


SYSTEM = Actor(kind="system", name="youthprog")
