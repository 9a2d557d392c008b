"""Accounts: opening, inviting, new passwords, closing, roles. What takes a right away ends the sessions at once."""

from datetime import datetime, timedelta
from typing import Any

from youthprog.access import queries
from youthprog.access.admission import drop_codes
from youthprog.access.models import Account, RoleGrant
from youthprog.access.queries import LinkKey
from youthprog.access.roles import NAMED_TOGETHER, TABLE
from youthprog.access.rules import (
    grants_of,
    refusals_to_close,
    refusals_to_reopen,
    refusals_to_reset_factor,
    refusals_to_send_link,
    refusals_to_take,
    refusals_to_take_alone,
)
from youthprog.access.services import (
    end_links,
    end_sessions,
    grant_role,
    issue_link,
    may_ask,
    open_account,
    use_link,
)
from youthprog.access.types import InvitationIssued, LinkMade, LinkPurpose, PasswordResetAsked, Role
from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.events import publish
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, Conflict, Refusal, refuse_if
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.people.rules import folded, normal_email
from youthprog.people.services import add_contact, add_person
from youthprog.people.types import ContactKind, PersonKind

INVITATION_DAYS = 3.0
RESET_DAYS = 1 / 24


def open_with_role(
    given_name: str,
    family_name: str,
    email: str,
    *,
    language: str,
    role: Role,
    program_id: int | None,
    by: Actor,
    now: datetime,
) -> Account:
    """Open an account for an adult, with a first role.

    Somebody of the same name who uses the same address is that person (a guardian who becomes a coach);
    otherwise the adult is added.
    """
    address = normal_email(email) or ""
    known = people.find_by_contact(ContactKind.EMAIL, address) if address else []
    name = folded(family_name, given_name)
    person = next((each for each in known if each.kind is PersonKind.ADULT and each.folded_name == name), None)
    if person is None:
        person = add_person(PersonKind.ADULT, given_name, family_name, language=language, by=by, now=now)
        add_contact(person, ContactKind.EMAIL, email, by=by, now=now)
    account = open_account(person, email=email, password=None, by=by, now=now)
    grant_role(account, role, program_id=program_id, by=by, now=now)
    return account


# ---- links ----


def invite(account: Account, *, by: Actor, now: datetime) -> str:
    """Send somebody the link that sets the first password; older ones end. Returns the token, which is not kept."""
    refuse_if(refusals_to_send_link(queries.facts_of(account, clock.day_of(now))))
    token = _send_link(account, LinkPurpose.INVITATION, InvitationIssued, INVITATION_DAYS, by=by, now=now)
    record("account.invited", "account", account.id, by=by, now=now)
    return token


def send_new_password(account: Account, *, by: Actor, now: datetime) -> str:
    """Send somebody a link that sets another password. The old one holds until it is used."""
    refuse_if(refusals_to_send_link(queries.facts_of(account, clock.day_of(now))))
    token = _send_link(account, LinkPurpose.PASSWORD_RESET, PasswordResetAsked, RESET_DAYS, by=by, now=now)
    record("password.asked", "account", account.id, by=by, now=now)
    return token


def ask_new_password(email: str, *, by: Actor, now: datetime) -> None:
    """Send the person behind an address a link, if there is one. Whoever asks learns nothing."""
    if not may_ask("forgot", email.strip().casefold(), by=by, now=now):
        return
    account = queries.find_account(email)
    if account is not None and account.closed_at is None:
        send_new_password(account, by=by, now=now)


def _send_link(
    account: Account, purpose: LinkPurpose, event: type[LinkMade], days: float, *, by: Actor, now: datetime
) -> str:
    end_links(purpose, account.id, now=now)
    person = db.session().get_one(Person, account.person_id)
    _id, token = issue_link(purpose, person.id, account.id, days=days, now=now)
    until = now + timedelta(days=days)
    publish(event(account.id, person.id, person.name, account.email, person.language, token, until, by, now))
    return token


def set_password(link: LinkKey, hashed: str, *, by: Actor, now: datetime) -> None:
    """Set a password through a link and use it up; every session and every other link of the account ends.

    Raises `Conflict` when the link was used or the account closed meanwhile.
    """
    account = queries.get_account(link.subject_id, lock=True)
    if account.closed_at is not None or not use_link(link.link_id, now=now):
        raise Conflict([Refusal("link_used", N_("This link was used already. Ask for a new one."))])
    account.password_hash, account.password_changed_at = hashed, now
    _end_access(account, now)
    record("password.set", "account", account.id, by=by, now=now, way=link.purpose.value)


def speak(account_id: int, language: str, *, by: Actor, now: datetime) -> None:
    """Choose the language of one's own pages and mails."""
    person = db.session().get_one(Person, queries.get_account(account_id).person_id)
    if person.language != language:
        person.language = language
        record("person.corrected", "person", person.id, by=by, now=now, changed=["language"])


# ---- sessions ----


def end_own_session(session_id: int, *, by: Actor, now: datetime) -> None:
    """End one of one's own sessions. Raises `NotFound` for anybody else's."""
    row = queries.get_own_session(by.account_id or 0, session_id)
    if row.ended_at is None:
        row.ended_at = now
        record("session.ended", "account", row.account_id, by=by, now=now, sessions=1)


def end_other_sessions(*, by: Actor, now: datetime) -> int:
    """End every session of one's own but this one; returns how many."""
    ended = end_sessions(by.account_id or 0, now=now, but=by.session_id)
    if ended:
        record("session.ended", "account", by.account_id, by=by, now=now, sessions=ended)
    return ended


# ---- by an administrator ----


def give_role(account_id: int, role: Role, program_id: int | None, *, by: Actor, now: datetime) -> RoleGrant:
    """Give somebody else a role."""
    account = _take_up(account_id, P.ROLE_GRANT, by=by, now=now)
    return grant_role(account, role, program_id=program_id, by=by, now=now)


def take_role(account_id: int, grant_id: int, *, by: Actor, now: datetime) -> None:
    """Take a role from somebody else, from now on; the sessions end."""
    account = _take_up(account_id, P.ROLE_GRANT, by=by, now=now)
    refuse_if(refusals_to_take(queries.facts_of(account, clock.day_of(now)), by.account_id))
    grant = queries.get_grant(account_id, grant_id)
    refuse_if(refusals_to_take_alone(grant.role, NAMED_TOGETHER))
    grant.until_on = clock.day_of(now) - timedelta(days=1)
    end_sessions(account_id, now=now)
    taken: dict[str, Any] = {"role": grant.role.value, "program_id": grant.program_id}
    record("role.taken", "account", account_id, by=by, now=now, **taken)


def close_account(account_id: int, *, by: Actor, now: datetime) -> None:
    """Close somebody else's account: no way in, no session, no link."""
    account = _take_up(account_id, P.ACCOUNT_EDIT, by=by, now=now)
    refuse_if(refusals_to_close(queries.facts_of(account, clock.day_of(now)), by.account_id))
    account.closed_at = now
    _end_access(account, now)
    record("account.closed", "account", account_id, by=by, now=now)


def reopen_account(account_id: int, *, by: Actor, now: datetime) -> None:
    """Open a closed account again. Its password was forgotten at the door: an invitation sets a new one."""
    account = _take_up(account_id, P.ACCOUNT_EDIT, by=by, now=now)
    refuse_if(refusals_to_reopen(queries.facts_of(account, clock.day_of(now)), by.account_id))
    account.closed_at = None
    account.password_hash = account.password_changed_at = None
    record("account.reopened", "account", account_id, by=by, now=now)


def reset_factor(account_id: int, *, by: Actor, now: datetime) -> None:
    """Take the second factor off somebody else's account whose phone is lost; the next sign-in sets up a new one."""
    account = _take_up(account_id, P.ACCOUNT_EDIT, by=by, now=now)
    refuse_if(refusals_to_reset_factor(queries.facts_of(account, clock.day_of(now)), by.account_id))
    account.totp_sealed = account.totp_confirmed_at = account.totp_last_step = None
    drop_codes(account_id)
    end_sessions(account_id, now=now)
    record("factor.reset", "account", account_id, by=by, now=now)


def _take_up(account_id: int, permission: P, *, by: Actor, now: datetime) -> Account:
    """The account, with the administrator's own right looked at again under lock.

    Two administrators who take each other's role at the same moment would otherwise leave none.
    """
    account = queries.get_account_for(by, permission, account_id)
    for each in sorted({account_id, by.account_id or account_id}):
        own = queries.get_account(each, lock=True)
        if each == by.account_id and (own.closed_at or not _holds(each, permission, now)):
            raise Conflict([Refusal("no_longer", N_("You may no longer do this."))])
    return account


def _holds(account_id: int, permission: P, now: datetime) -> bool:
    return bool(grants_of(queries.held_roles(account_id, clock.day_of(now)), TABLE).get(permission))


def _end_access(account: Account, now: datetime) -> None:
    end_sessions(account.id, now=now)
    for purpose in (LinkPurpose.INVITATION, LinkPurpose.PASSWORD_RESET):
        end_links(purpose, account.id, now=now)
