"""Reading accounts, sessions, links, and turning a permission into a condition on rows."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask_login import UserMixin

from youthprog.access.models import Account, Assignment, Placement, RoleGrant, SignedLink, UserSession
from youthprog.access.roles import LABELS, NEEDS_FACTOR, TABLE
from youthprog.access.rules import HeldRole, grants_of
from youthprog.access.types import LinkPurpose, Role
from youthprog.core import clock, crypto, db
from youthprog.core.actor import Actor, Grant
from youthprog.core.permissions import P, Reach
from youthprog.people.models import CustodyRestriction, Guardianship, Person


class SignedIn(UserMixin):  # type: ignore[misc]
    """The signed-in person behind a live session row; what Flask-Login carries about."""

    def __init__(self, actor: Actor, token: str, *, needs_factor: bool, enrolled_factor: bool):
        self.actor = actor
        self.token = token
        self.needs_factor = needs_factor
        self.enrolled_factor = enrolled_factor

    def get_id(self) -> str:
        """The session token kept in the cookie."""
        return self.token


def signed_in_by(token: str) -> SignedIn | None:
    """The person of a live session, with all grants of the day; None when ended, expired or closed.

    Two statements: the session with its account and person, and the roles.
    """
    now = clock.now()
    row = (
        db.session()
        .execute(
            sa.select(UserSession, Account, Person)
            .join(Account, Account.id == UserSession.account_id)
            .join(Person, Person.id == Account.person_id)
            .where(
                UserSession.token_hash == crypto.fingerprint(token),
                UserSession.ended_at.is_(None),
                UserSession.expires_at > now,
                Account.closed_at.is_(None),
            )
        )
        .first()
    )
    if row is None:
        return None
    session, account, person = row
    held = held_roles(account.id, clock.day_of(now))
    roles = {each.role for each in held}
    needs_factor = bool(roles & NEEDS_FACTOR) and not account.is_demo and session.factor_at is None
    actor = Actor(
        kind="account",
        name=person.name,
        person_id=person.id,
        account_id=account.id,
        session_id=session.id,
        roles=tuple(sorted(role.value for role in roles)),
        grants=grants_of(held, TABLE),
        language=person.language,
    )
    return SignedIn(actor, token, needs_factor=needs_factor, enrolled_factor=account.totp_confirmed_at is not None)


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
    return db.session().scalar(sa.select(Account).where(Account.email == email.strip().casefold()))


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
    grants = {P.CONSENT_SIGN: (Grant(Reach.OWN_CHILDREN),), P.CONSENT_RECORD_READ: (Grant(Reach.OWN_CHILDREN),)}
    return Actor("link", person.name, person.id, grants=grants, language=person.language), key


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
    return link and LinkKey(link.id, link.purpose, link.person_id, link.subject_id, link.expires_at)


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
            return youth_id == actor.person_id  # type: ignore[no-any-return]


def _restricted(adult_id: int, youth_id: Any, on: date) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        CustodyRestriction.youth_id == youth_id,
        CustodyRestriction.adult_id == adult_id,
        CustodyRestriction.no_information,
        _during(CustodyRestriction.starts_on, CustodyRestriction.ends_on, on),
    )


def _during(from_on: Any, until_on: Any, on: date) -> sa.ColumnElement[bool]:
    return sa.and_(from_on <= on, sa.or_(until_on.is_(None), until_on >= on))
