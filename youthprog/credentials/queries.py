"""Reading credentials: what is asked, what people hold, and where it stands on a day."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa

from youthprog.access.models import Placement
from youthprog.core import db
from youthprog.credentials import rules
from youthprog.credentials.models import Credential, CredentialOverride, CredentialRule, ServiceLimit
from youthprog.credentials.types import (
    BUILT_IN,
    Kind,
    Lasting,
    Limits,
    Paper,
    Permit,
    Requirement,
    Service,
    ServiceRole,
    Standing,
)
from youthprog.credentials.types import Asked as AskedFrom
from youthprog.people.models import Person
from youthprog.people.types import PersonKind
from youthprog.programs.models import Group, GroupMember, GroupStaff, Program, Season
from youthprog.programs.queries import during

# Sources of placements of adults on a program's lists, and what they are there.
LISTED = {"volunteers": "volunteer", "officials": "official", "mentors": "mentor"}

# ---- what is asked ----


def kinds() -> dict[str, Kind]:
    """Every kind of credential by its code: the built-in ones and those the department added. One statement."""
    found = {each.code: each for each in BUILT_IN}
    rows = db.session().execute(
        sa.select(CredentialRule.kind, CredentialRule.name, CredentialRule.name_es, CredentialRule.is_check).order_by(
            CredentialRule.id
        )
    )
    for row in rows:
        found.setdefault(row.kind, Kind(*row))
    return found


def limits_of() -> dict[int | None, Limits]:
    """What each program asks of its adults together, and under None what holds for all others. One statement."""
    rows = db.session().execute(
        sa.select(
            ServiceLimit.program_id, ServiceLimit.jurisdiction, ServiceLimit.month_hours, ServiceLimit.year_hours,
            ServiceLimit.warn_percent, ServiceLimit.fewest_adults,
        )
    )  # fmt: skip
    return {None: Limits(), **{row.program_id: Limits(*row[1:]) for row in rows}}


# ---- who serves ----


def serving(on: date) -> sa.Subquery:
    """Who serves where on a day: (person_id, program_id, role), from leaders, lists of volunteers, members of 18 or older.

    `role` is a value of `StaffRole`, one of `LISTED`, or "participant".
    """
    leads = (
        sa.select(GroupStaff.person_id, Season.program_id, sa.cast(GroupStaff.role, sa.String(32)).label("role"))
        .join(Group, Group.id == GroupStaff.group_id)
        .join(Season, Season.id == Group.season_id)
        .where(during(GroupStaff.from_on, GroupStaff.until_on, on))
    )
    on_list = sa.case(LISTED, value=Placement.source)
    listed = sa.select(Placement.youth_id, Placement.program_id, on_list).where(
        Placement.source.in_(LISTED), during(Placement.from_on, Placement.until_on, on)
    )
    grown = (
        sa.select(GroupMember.youth_id, Season.program_id, sa.literal("participant"))
        .join(Person, Person.id == GroupMember.youth_id)
        .join(Group, Group.id == GroupMember.group_id)
        .join(Season, Season.id == Group.season_id)
        .where(
            during(GroupMember.from_on, GroupMember.until_on, on),
            Person.born_on <= rules.add_months(on, -12 * rules.ADULT_AGE),
        )
    )
    return sa.union(leads, listed, grown).subquery("serving")


def services_of(person_ids: Collection[int], on: date) -> dict[int, set[Service]]:
    """What each of these people does in which program on a day. One statement."""
    found: dict[int, set[Service]] = {}
    if not person_ids:
        return found
    at = serving(on)
    for person_id, program_id, role in db.session().execute(
        sa.select(at.c.person_id, at.c.program_id, at.c.role).where(at.c.person_id.in_(person_ids))
    ):
        found.setdefault(person_id, set()).add(Service(program_id, service_role(role)))
    return found


def service_role(role: str) -> ServiceRole:
    """What a role of `serving` is in the words of requirements."""
    return ServiceRole.PARTICIPANT if role == "participant" else rules.role_of_staff(str(role))


# ---- what people hold ----


def papers_of(person_ids: Collection[int]) -> dict[int, list[Paper]]:
    """What is on file for each. One statement."""
    found: dict[int, list[Paper]] = {}
    if not person_ids:
        return found
    rows = db.session().execute(
        sa.select(
            Credential.person_id, Credential.id, Credential.kind, Credential.step, Credential.issued_on,
            Credential.until_on, Credential.reason, Credential.is_check,
        )
        .where(Credential.person_id.in_(person_ids), Credential.ended_at.is_(None))
        .order_by(Credential.id)
    )  # fmt: skip
    for person_id, *values in _plain(rows):
        found.setdefault(person_id, []).append(Paper(*values))
    return found


def permits_of(person_ids: Collection[int], on: date) -> dict[int, list[Permit]]:
    """The exceptions two people agreed on that last on a day or later, by person. One statement."""
    found: dict[int, list[Permit]] = {}
    if not person_ids:
        return found
    rows = db.session().execute(
        sa.select(
            CredentialOverride.person_id, CredentialOverride.id, CredentialOverride.kind, CredentialOverride.program_id,
            CredentialOverride.from_on, CredentialOverride.until_on,
        )
        .where(
            CredentialOverride.person_id.in_(person_ids), CredentialOverride.agreed_at.is_not(None),
            CredentialOverride.ended_at.is_(None), CredentialOverride.until_on >= on,
        )
    )  # fmt: skip
    for person_id, *values in _plain(rows):
        found.setdefault(person_id, []).append(Permit(*values))
    return found


def _plain(rows: Iterable[Any]) -> Iterable[Any]:
    return rows


# ---- where it stands ----


class Asked(NamedTuple):
    """What the department asks, and what each program allows its adults together."""

    requirements: list[Requirement]
    limits: dict[int | None, Limits]


def what_is_asked() -> Asked:
    """Both at once, for pages that are opened often; without any requirement the usual limits. One statement."""
    rule, limit = CredentialRule, ServiceLimit
    rows = db.session().execute(
        sa.select(
            rule.id, rule.kind, rule.role, rule.jurisdiction, rule.program_id, rule.valid_months, rule.grace_days,
            rule.renew_days, rule.asked, rule.is_check, limit.id, limit.program_id, limit.jurisdiction,
            limit.month_hours, limit.year_hours, limit.warn_percent, limit.fewest_adults,
        )
        .outerjoin_from(rule, limit, sa.true())
        .where(rule.ended_at.is_(None))
        .order_by(rule.id)
    )  # fmt: skip
    asked: dict[int, Requirement] = {}
    limits: dict[int | None, Limits] = {None: Limits()}
    row: Any
    for row in rows:
        asked[row[0]] = Requirement(*row[1:10])
        if row[10] is not None:
            limits[row[11]] = Limits(*row[12:])
    return Asked(list(asked.values()), limits)


Births = Mapping[int, tuple[date | None, bool]]
"""Of each person the day of birth, and whether the file is an adult's."""


class Book:
    """What is asked, and what these people hold, read once, to be looked at for any day from `on` on.

    Four statements; one less each where the caller knows what is asked, or when the people were born.
    """

    def __init__(self, person_ids: Iterable[int], on: date, *, asked: Asked | None = None, born: Births | None = None):
        self.ids = sorted(set(person_ids))
        self.asked, self.all_limits = asked or what_is_asked()
        self.papers, self.permits = papers_of(self.ids), permits_of(self.ids, on)
        self.born = _births(self.ids) if born is None else born
        self.laws = _Laws(self.all_limits)

    def standings(
        self, person_id: int, services: Collection[Service], on: date, kinds: Collection[str] = ()
    ) -> tuple[Standing, ...]:
        """Where everything stands for somebody who does these things, on a day."""
        return rules.standings_of(
            services, self.asked, self.laws, self.papers.get(person_id, ()), self.permits.get(person_id, ()), on,
            is_adult=self.is_adult(person_id, on), kinds=kinds,
        )  # fmt: skip

    def is_adult(self, person_id: int, on: date) -> bool:
        """Whether somebody counts as an adult that day."""
        return rules.is_adult_on(*self.born.get(person_id, (None, True)), on)

    def limits(self, program_id: int | None) -> Limits:
        """What a program asks of its adults together."""
        return self.all_limits.get(program_id) or self.all_limits[None]


def standings(
    person_ids: Iterable[int],
    on: date,
    *,
    program_id: int | None = None,
    roles: Collection[ServiceRole] = (),
    kinds: Collection[str] = (),
) -> dict[int, tuple[Standing, ...]]:
    """Where everything stands on a day that is asked of these people, and what else they hold; one tuple a person.

    With a program, what it asks of what they do there; who does nothing there yet is looked at as what its people are,
    or in `roles`, which always count too. Without one, the worst over all their programs. `kinds` are in the answer
    whether asked or not: missing, when nothing is on file. Six statements, however many people.
    """
    book = Book(person_ids, on)
    done, usual = services_of(book.ids, on), _usual_role(program_id)
    return {
        each: book.standings(each, _services(done.get(each, ()), program_id, roles, usual), on, kinds)
        for each in book.ids
    }


def lasting(
    person_ids: Collection[int], program_ids: Collection[int], role: ServiceRole, on: date
) -> dict[int, list[Lasting]]:
    """From when until when what these people hold counts in a role, from a day on; of several programs the strictest.

    Four statements, however many people.
    """
    book = Book(person_ids, on)
    asked: dict[str, Requirement] = {}
    for program_id in sorted(program_ids):
        for kind, each in rules.asked_of(book.asked, Service(program_id, role), book.laws.get(program_id)).items():
            asked[kind] = min(asked.get(kind, each), each, key=lambda rule: rule.valid_months or 10**6)
    found: dict[int, list[Lasting]] = {}
    for person_id in book.ids:
        papers = book.papers.get(person_id, ())
        permits = [each for each in book.permits.get(person_id, ()) if each.program_id in (None, *program_ids)]
        for kind in sorted({each.kind for each in (*papers, *permits)}):
            mine = [each for each in papers if each.kind == kind]
            rule = asked.get(kind) or Requirement(kind, is_check=any(each.is_check for each in mine))
            found.setdefault(person_id, []).extend(rules.lasting_of(mine, permits, rule))
    return found


def asked_always(program_ids: Collection[int], role: ServiceRole) -> dict[int, list[str]]:
    """The kinds nobody serves without in a role of these programs. One statement."""
    everything, limits = what_is_asked()
    laws = _Laws(limits)
    return {
        program_id: sorted(
            kind
            for kind, each in rules.asked_of(everything, Service(program_id, role), laws.get(program_id)).items()
            if each.asked is AskedFrom.ALWAYS
        )
        for program_id in program_ids
    }


class _Laws(dict[int, str]):
    """The jurisdiction of each program: its own, or the department's."""

    def __init__(self, limits: Mapping[int | None, Limits]):
        super().__init__({key: each.jurisdiction for key, each in limits.items() if key is not None})
        self.usual = limits[None].jurisdiction

    def get(self, key: int, default: Any = None) -> Any:
        return super().get(key) or self.usual


def _births(ids: Collection[int]) -> Births:
    if not ids:
        return {}
    rows = db.session().execute(sa.select(Person.id, Person.born_on, Person.kind).where(Person.id.in_(ids)))
    return {key: (born_on, kind is PersonKind.ADULT) for key, born_on, kind in rows}


def _usual_role(program_id: int | None) -> ServiceRole:
    if program_id is None:
        return ServiceRole.VOLUNTEER
    kind = db.session().scalar(sa.select(Program.kind).where(Program.id == program_id))
    return rules.role_of_program(kind.value if kind else "")


def _services(
    done: Collection[Service], program_id: int | None, roles: Collection[ServiceRole], usual: ServiceRole
) -> set[Service]:
    """What somebody is looked at for: in the program asked about, or in all their own."""
    if program_id is None:
        some = set(done) | {Service(0, role) for role in roles}
        return some or {Service(0, usual)}  # nobody's program: what is asked of everybody
    here = {each for each in done if each.program_id == program_id} | {Service(program_id, role) for role in roles}
    return here or {Service(program_id, usual)}


def asks_anything() -> bool:
    """Whether the department asks for any credential at all; until it does nobody is judged. One statement."""
    statement = sa.select(CredentialRule.id).where(CredentialRule.ended_at.is_(None)).limit(1)
    return db.session().scalar(statement) is not None
