"""Reading accounts, sessions, links, and turning a permission into a condition on rows."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app
from flask_login import UserMixin

from youthprog.access.models import Account, Assignment, Placement, RoleGrant, SignedLink, UserSession
from youthprog.access.passwords import LEAST_ALONE, LEAST_WITH_FACTOR
from youthprog.access.roles import LABELS, LINK_GRANTS, LINK_ROLES, NEEDS_FACTOR, TABLE
from youthprog.access.rules import browser_of, grants_of, needs_factor, standing_of
from youthprog.access.types import (
    DEMO_DOMAIN,
    AccountFacts,
    AccountLine,
    AccountPage,
    GrantLine,
    HeldRole,
    LinkPurpose,
    ProgramChoice,
    Role,
    SessionLine,
)
from youthprog.core import clock, crypto, db
from youthprog.core.actor import Actor, Grant
from youthprog.core.permissions import P, Reach
from youthprog.core.prepared import Prepared, as_long_as_known
from youthprog.core.refusals import NotFound
from youthprog.people.models import CustodyRestriction, Guardianship, Person
from youthprog.people.rules import normal_email
from youthprog.people.types import spoken_name

PAGE = 50
Programs = Callable[[Actor], Sequence[ProgramChoice]]


def install(app: Flask, programs: Programs) -> None:
    """Say who knows the programs a role can be granted in: they live on a higher storey."""
    app.extensions["youthprog.access.programs"] = programs


def list_programs(actor: Actor) -> Sequence[ProgramChoice]:
    """The programs this actor can grant a role in."""
    found: Sequence[ProgramChoice] = current_app.extensions["youthprog.access.programs"](actor)
    return found


# ---- sessions ----


class SignedIn(UserMixin):
    """The signed-in person behind a live session row; what Flask-Login carries about."""

    def __init__(self, token: str, actor: Actor, needs_factor: bool, enrolled_factor: bool):
        self.token = token
        self.actor = actor
        self.needs_factor = needs_factor
        self.enrolled_factor = enrolled_factor

    def get_id(self) -> str:
        """The session token kept in the cookie."""
        return self.token


def signed_in_by(token: str) -> SignedIn | None:
    """The person of a live session, with all grants of the day; None when ended, expired or closed.

    A session that still owes its second factor holds no permission. One statement: the session with its account,
    person and roles, as they are now; none where it was read before and nobody has written since, until it expires.
    """
    now = clock.now()
    on = clock.day_of(now)
    found = as_long_as_known(("session", token, on), lambda: _signed_in_by(token, now, on))
    return found.user if found is not None and found.until > now else None


@dataclass(frozen=True)
class _Found:
    user: SignedIn
    until: datetime


def _signed_in_by(token: str, now: datetime, on: date) -> _Found | None:
    rows = SIGNED_IN.rows(token_hash=crypto.fingerprint(token), now=now, on=on)
    return _Found(SignedIn(token, *_behind(tuple(rows))), rows[0].expires_at) if rows else None


@lru_cache(maxsize=64)
def _behind(rows: tuple[Any, ...]) -> tuple[Actor, bool, bool]:
    """Who stands behind what was read of a session just now: the actor, whether a second factor is owed, and enrolled."""
    row = rows[0]
    roles, names, grants = _granted(tuple((each.role, each.program_id) for each in rows if each.role is not None))
    has_factor = row.totp_confirmed_at is not None
    owes = row.factor_at is None and needs_factor(roles, NEEDS_FACTOR, is_demo=row.is_demo, has_factor=has_factor)
    actor = Actor(
        kind="account",
        name=spoken_name(row.given_name, row.preferred_name, row.family_name),
        person_id=row.person_id,
        account_id=row.account_id,
        session_id=row.session_id,
        roles=names,
        grants={} if owes else grants,
        language=row.language,
    )
    return actor, owes, has_factor


def _signed_in(_engine: str) -> sa.SelectBase:
    now, on = sa.bindparam("now", type_=UserSession.expires_at.type), sa.bindparam("on", type_=sa.Date())
    held = sa.and_(RoleGrant.account_id == Account.id, _during(RoleGrant.from_on, RoleGrant.until_on, on))
    return (
        sa.select(
            UserSession.id.label("session_id"), UserSession.factor_at, UserSession.expires_at, Account.id.label("account_id"), Account.is_demo,
            Account.totp_confirmed_at, Person.id.label("person_id"), Person.given_name, Person.preferred_name,
            Person.family_name, Person.language, sa.type_coerce(RoleGrant.role, sa.String()).label("role"),
            RoleGrant.program_id,
        )
        .join(Account, Account.id == UserSession.account_id)
        .join(Person, Person.id == Account.person_id)
        .outerjoin(RoleGrant, held)
        .where(
            UserSession.token_hash == sa.bindparam("token_hash"),
            _is_live(now),
            Account.closed_at.is_(None),
        )
    )  # fmt: skip


SIGNED_IN = Prepared(_signed_in)


def _granted(
    held: tuple[tuple[str, int | None], ...],
) -> tuple[frozenset[Role], tuple[str, ...], dict[P, tuple[Grant, ...]]]:
    """What these roles, each with its program, grant by the table, which never changes while the program runs."""
    roles = frozenset(Role(name) for name, _program_id in held)
    grants = grants_of([HeldRole(Role(name), program_id) for name, program_id in held], TABLE)
    return roles, tuple(sorted(role.value for role in roles)), grants


def actor_of(person_id: int, on: date) -> Actor | None:
    """A person as they may act on a day, for work that the worker does in their name; None without an open account."""
    held = sa.and_(RoleGrant.account_id == Account.id, _during(RoleGrant.from_on, RoleGrant.until_on, on))
    statement = (
        sa.select(Account.id, Person, RoleGrant.role, RoleGrant.program_id)
        .join(Person, Person.id == Account.person_id)
        .outerjoin(RoleGrant, held)
        .where(Account.person_id == person_id, Account.closed_at.is_(None))
    )
    rows = db.session().execute(statement).all()
    if not rows:
        return None
    account_id, person = rows[0][0], rows[0][1]
    _roles, names, grants = _granted(tuple((row.role.value, row.program_id) for row in rows if row.role is not None))
    return Actor("account", person.name, person_id, account_id, roles=names, grants=grants, language=person.language)


def guardian_without_account(person_id: int, on: date) -> Actor | None:
    """A guardian who never had an account, as one's own link lets them act on a day; None for anybody else."""
    answers = sa.exists().where(
        Guardianship.guardian_id == person_id,
        sa.or_(Guardianship.ended_on.is_(None), Guardianship.ended_on > on),
    )
    person = db.session().scalar(
        sa.select(Person).where(Person.id == person_id, answers, ~sa.exists().where(Account.person_id == person_id))
    )
    if person is None:
        return None
    grants = grants_of([HeldRole(Role.GUARDIAN)], LINK_ROLES)
    return Actor("link", person.name, person_id, grants=grants, language=person.language)


def _is_live(now: Any) -> sa.ColumnElement[bool]:
    return sa.and_(UserSession.ended_at.is_(None), UserSession.expires_at > now)


def list_sessions(account_id: int, here_id: int | None, now: datetime) -> list[SessionLine]:
    """The browsers an account is signed in with, this one first, then the newest."""
    rows = db.session().scalars(
        sa.select(UserSession)
        .where(UserSession.account_id == account_id, _is_live(now))
        .order_by(UserSession.created_at.desc(), UserSession.id.desc())
        .limit(PAGE)
    )
    lines = [SessionLine(row.id, row.created_at, row.ip, browser_of(row.user_agent), row.id == here_id) for row in rows]
    return sorted(lines, key=lambda line: not line.is_here)


def get_own_session(account_id: int, session_id: int) -> UserSession:
    """One of an account's own sessions. Raises `NotFound` for anybody else's."""
    row = db.session().get(UserSession, session_id)
    if row is None or row.account_id != account_id:
        raise NotFound
    return row


# ---- accounts ----


def held_roles(account_id: int, on: date) -> list[HeldRole]:
    """The roles an account holds on a day."""
    rows = db.session().execute(
        sa.select(RoleGrant.role, RoleGrant.program_id).where(
            RoleGrant.account_id == account_id, _during(RoleGrant.from_on, RoleGrant.until_on, on)
        )
    )
    return [HeldRole(role, program_id) for role, program_id in rows]


def role_label(actor: Actor) -> str:
    """The msgid of the weightiest role, for the masthead."""
    for role in Role:
        if role.value in actor.roles:
            return LABELS[role]
    return ""


def find_account(email: str) -> Account | None:
    """The account of an address, closed or not."""
    address = normal_email(email) or email.strip().casefold()
    return db.session().scalar(sa.select(Account).where(Account.email == address))


def who_hold(role: Role, person_ids: Collection[int], on: date) -> set[int]:
    """Those of the people who have an open account with this role. One statement."""
    statement = (
        sa.select(Account.person_id)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(
            Account.person_id.in_(person_ids),
            Account.closed_at.is_(None),
            RoleGrant.role == role,
            _during(RoleGrant.from_on, RoleGrant.until_on, on),
        )
    )
    return set(db.session().scalars(statement))


def get_account(account_id: int, *, lock: bool = False) -> Account:
    """An account as it stands now; with `lock`, nobody else changes it until the commit. Raises `NotFound`."""
    row = db.session().get(Account, account_id, populate_existing=True, with_for_update=lock or None)
    if row is None:
        raise NotFound
    return row


def get_account_for(actor: Actor, permission: P, account_id: int, *, lock: bool = False) -> Account:
    """An account within the actor's reach: accounts are reached everywhere or not at all. Raises `NotFound`."""
    if not actor.everywhere(permission):
        raise NotFound
    return get_account(account_id, lock=lock)


def facts_of(account: Account, on: date) -> AccountFacts:
    """What the rules need to know of an account."""
    return AccountFacts(
        account_id=account.id,
        is_closed=account.closed_at is not None,
        has_password=account.password_hash is not None,
        has_factor=account.totp_confirmed_at is not None,
        held=frozenset(held_roles(account.id, on)),
    )


def owes_factor(account: Account, on: date) -> bool:
    """Whether this account signs in with a second factor."""
    return needs_factor(
        {each.role for each in held_roles(account.id, on)},
        NEEDS_FACTOR,
        is_demo=account.is_demo,
        has_factor=account.totp_confirmed_at is not None,
    )


def password_terms(account: Account, on: date) -> tuple[int, list[str]]:
    """How long the account's password must be at least, and the words it must not be made of."""
    person = db.session().get_one(Person, account.person_id)
    settings = current_app.config["YOUTHPROG"]
    names = f"{person.given_name} {person.family_name} {settings.department} {settings.department_program}".split()
    least = LEAST_WITH_FACTOR if owes_factor(account, on) else LEAST_ALONE
    return least, [*names, *account.email.replace("@", ".").split(".")]


def demo_sign_ins() -> list[tuple[str, Role]]:
    """The open demo accounts one may try, as (address, role); empty in a real department."""
    addresses = {f"{role.value}@{DEMO_DOMAIN}": role for role in Role}
    found = db.session().scalars(
        sa.select(Account.email).where(
            Account.email.in_(addresses),
            Account.is_demo,
            Account.closed_at.is_(None),
            Account.password_hash.is_not(None),
        )
    )
    return sorted(((email, addresses[email]) for email in found), key=lambda pair: list(Role).index(pair[1]))


def list_accounts(*, word: str, after: tuple[str, int] | None, limit: int, now: datetime) -> list[AccountLine]:
    """Accounts by name, after a place. Two statements."""
    statement = _account_rows(now).order_by(Person.folded_name, Account.id).limit(limit)
    if word:
        fits = (Person.folded_name.contains(word, autoescape=True), Account.email.contains(word, autoescape=True))
        statement = statement.where(sa.or_(*fits))
    if after is not None:
        statement = statement.where(sa.tuple_(Person.folded_name, Account.id) > sa.tuple_(*after))
    rows = db.session().execute(statement).all()
    roles = _roles_of([row.Account.id for row in rows], clock.day_of(now))
    return [_account_line(row, roles.get(row.Account.id, set())) for row in rows]


def get_account_page(actor: Actor, permission: P, account_id: int, now: datetime) -> AccountPage:
    """Everything the page of an account shows. Raises `NotFound`."""
    account = get_account_for(actor, permission, account_id)
    row = db.session().execute(_account_rows(now).where(Account.id == account_id)).one()
    today = clock.day_of(now)
    grants = _grants_of(account_id, today)
    roles = {grant.role for grant in grants}
    live = sa.select(sa.func.count()).where(UserSession.account_id == account_id, _is_live(now))
    return AccountPage(
        line=_account_line(row, roles),
        is_demo=account.is_demo,
        has_password=account.password_hash is not None,
        has_factor=account.totp_confirmed_at is not None,
        needs_factor=owes_factor(account, today),
        language=row.Person.language,
        created_at=account.created_at,
        closed_at=account.closed_at,
        invited_until=row.invited_until,
        grants=tuple(grants),
        live_sessions=db.session().scalar(live) or 0,
    )


def _grants_of(account_id: int, on: date) -> list[GrantLine]:
    rows = db.session().scalars(
        sa.select(RoleGrant)
        .where(RoleGrant.account_id == account_id, _during(RoleGrant.from_on, RoleGrant.until_on, on))
        .order_by(RoleGrant.role, RoleGrant.id)
    )
    return [GrantLine(row.id, row.role, row.program_id, row.from_on, row.until_on) for row in rows]


def get_grant(account_id: int, grant_id: int) -> RoleGrant:
    """A role of an account. Raises `NotFound`."""
    row = db.session().get(RoleGrant, grant_id)
    if row is None or row.account_id != account_id:
        raise NotFound
    return row


def _account_rows(now: datetime) -> Any:
    last = sa.select(sa.func.max(UserSession.created_at)).where(UserSession.account_id == Account.id).scalar_subquery()
    invited = (
        sa.select(sa.func.max(SignedLink.expires_at))
        .where(
            SignedLink.purpose == LinkPurpose.INVITATION,
            SignedLink.subject_id == Account.id,
            SignedLink.used_at.is_(None),
            SignedLink.ended_at.is_(None),
            SignedLink.expires_at > now,
        )
        .scalar_subquery()
    )
    return sa.select(Account, Person, last.label("last_at"), invited.label("invited_until")).join(
        Person, Person.id == Account.person_id
    )


def _roles_of(account_ids: Sequence[int], on: date) -> dict[int, set[Role]]:
    found: dict[int, set[Role]] = {}
    rows = db.session().execute(
        sa.select(RoleGrant.account_id, RoleGrant.role).where(
            RoleGrant.account_id.in_(account_ids), _during(RoleGrant.from_on, RoleGrant.until_on, on)
        )
    )
    for account_id, role in rows:
        found.setdefault(account_id, set()).add(role)
    return found


def _account_line(row: Any, roles: Collection[Role]) -> AccountLine:
    account, person = row.Account, row.Person
    has_factor = account.totp_confirmed_at is not None
    standing = standing_of(
        is_closed=account.closed_at is not None,
        has_password=account.password_hash is not None,
        is_invited=row.invited_until is not None,
        has_factor=has_factor,
        needs_factor=needs_factor(roles, NEEDS_FACTOR, is_demo=account.is_demo, has_factor=has_factor),
    )
    return AccountLine(
        account.id,
        person.name,
        person.list_name,
        person.folded_name,
        account.email,
        standing,
        tuple(role for role in Role if role in roles),
        row.last_at,
    )


# ---- links ----


@dataclass(frozen=True)
class LinkKey:
    """A live signed link, as views see it."""

    link_id: int
    purpose: LinkPurpose
    person_id: int
    subject_id: int
    expires_at: datetime


def find_link(token: str, purpose: LinkPurpose) -> LinkKey | None:
    """The live link of a token. Looking never uses it up."""
    return _link(SignedLink.token_hash == crypto.fingerprint(token), purpose)


def live_link(link_id: int, purpose: str) -> tuple[Actor, LinkKey] | None:
    """The actor and value of a link opened earlier in this browser, while it still lives."""
    key = _link(SignedLink.id == link_id, LinkPurpose(purpose))
    if key is None:
        return None
    person = db.session().get(Person, key.person_id)
    if person is None:
        return None
    grants = {permission: (Grant(reach),) for permission, reach in LINK_GRANTS.get(key.purpose, {}).items()}
    return Actor("link", person.name, person.id, grants=grants, language=person.language), key


def live_links(purpose: LinkPurpose, subject_id: int, now: datetime) -> int:
    """How many links of a purpose open a thing now. One statement."""
    statement = sa.select(sa.func.count()).where(
        SignedLink.purpose == purpose,
        SignedLink.subject_id == subject_id,
        SignedLink.ended_at.is_(None),
        SignedLink.used_at.is_(None),
        SignedLink.expires_at > now,
    )
    return db.session().scalar(statement) or 0


def _link(condition: sa.ColumnElement[bool], purpose: LinkPurpose) -> LinkKey | None:
    link = db.session().scalar(
        sa.select(SignedLink).where(
            condition,
            SignedLink.purpose == purpose,
            SignedLink.ended_at.is_(None),
            SignedLink.used_at.is_(None),
            SignedLink.expires_at > clock.now(),
        )
    )
    return (
        LinkKey(link.id, link.purpose, link.person_id, link.subject_id, link.expires_at) if link is not None else None
    )


# ---- reach ----


def youth_within(actor: Actor, permission: P, youth_id: Any, on: date) -> sa.ColumnElement[bool]:
    """The condition that a youth is within the actor's reach for a permission on a day.

    Says in SQL what `rules.reaches_youth` says in Python.
    """
    grants = actor.grants.get(permission, ())
    if not grants:
        return sa.false()
    within = sa.or_(*(_grant_condition(grant, actor, youth_id, on) for grant in grants))
    if actor.person_id is None:
        return within
    return sa.and_(within, ~_restricted(actor.person_id, youth_id, on))


def _grant_condition(grant: Grant, actor: Actor, youth_id: Any, on: date) -> sa.ColumnElement[bool]:
    match grant.reach:
        case Reach.EVERYWHERE:
            return sa.true()
        case Reach.IN_PROGRAM:
            return sa.exists().where(
                Placement.youth_id == youth_id,
                Placement.program_id == grant.program_id,
                _during(Placement.from_on, Placement.until_on, on),
            )
        case Reach.ASSIGNED:
            return sa.exists().where(
                Assignment.youth_id == youth_id,
                Assignment.adult_id == actor.person_id,
                _during(Assignment.from_on, Assignment.until_on, on),
            )
        case Reach.OWN_CHILDREN:
            return sa.exists().where(
                Guardianship.youth_id == youth_id,
                Guardianship.guardian_id == actor.person_id,
                sa.or_(Guardianship.ended_on.is_(None), Guardianship.ended_on > on),
            )
        case Reach.SELF:
            return youth_id == actor.person_id


def _restricted(adult_id: int, youth_id: Any, on: date) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        CustodyRestriction.youth_id == youth_id,
        CustodyRestriction.adult_id == adult_id,
        CustodyRestriction.no_information,
        _during(CustodyRestriction.starts_on, CustodyRestriction.ends_on, on),
    )


def _during(from_on: Any, until_on: Any, on: Any) -> sa.ColumnElement[bool]:
    return sa.and_(from_on <= on, sa.or_(until_on.is_(None), until_on >= on))
