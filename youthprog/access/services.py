"""Verbs of the access room: accounts, roles, sessions, links, assignments, placements."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from youthprog.access import queries, rules, throttle
from youthprog.access.models import Account, Assignment, Placement, RoleGrant, SignedLink, UserSession
from youthprog.access.passwords import hash_password
from youthprog.access.types import HeldRole, LinkPurpose, Role
from youthprog.audit.services import record
from youthprog.core import clock, crypto, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Refusal, Refused, refuse_if
from youthprog.people.models import Person
from youthprog.people.rules import normal_email
from youthprog.people.types import PeopleMerged, PersonAdded, PersonKind

ASKS = 3  # mails somebody can be made to get in fifteen minutes


def open_account(
    person: Person, *, email: str, password: str | None, by: Actor, now: datetime, is_demo: bool = False
) -> Account:
    """Give an adult a way in. Without a password the account waits for its invitation link."""
    address = normal_email(email) or ""
    taken = db.session().scalars(
        sa.select(Account.email).where(sa.or_(Account.email == address, Account.person_id == person.id))
    )
    refuse_if(rules.refusals_to_open(person.kind, address, set(taken)))
    account = Account(
        person_id=person.id,
        email=address,
        password_hash=hash_password(password) if password else None,
        password_changed_at=now if password else None,
        is_demo=is_demo,
        created_at=now,
    )
    db.session().add(account)
    db.flush()
    record("account.opened", "account", account.id, by=by, now=now)
    return account


def grant_role(
    account: Account,
    role: Role,
    *,
    by: Actor,
    now: datetime,
    program_id: int | None = None,
    until_on: date | None = None,
) -> RoleGrant:
    """Give an account a role, everywhere or in one program."""
    facts = queries.facts_of(account, clock.day_of(now))
    refuse_if(rules.refusals_to_grant(facts, HeldRole(role, program_id), by.account_id))
    grant = RoleGrant(
        account_id=account.id, role=role, program_id=program_id, from_on=clock.day_of(now), until_on=until_on
    )
    db.session().add(grant)
    db.flush()
    record("role.granted", "account", account.id, by=by, now=now, role=role.value, program_id=program_id)
    return grant


def take_role(account: Account, role: Role, *, by: Actor, now: datetime) -> None:
    """Take a role from somebody else's account, wherever it was given, from now on; the sessions end."""
    on = clock.day_of(now)
    refuse_if(rules.refusals_to_take(queries.facts_of(account, on), by.account_id))
    held = sa.select(RoleGrant).where(RoleGrant.account_id == account.id, RoleGrant.role == role)
    for grant in db.session().scalars(held.where(sa.or_(RoleGrant.until_on.is_(None), RoleGrant.until_on >= on))):
        grant.until_on = on - timedelta(days=1)
        record("role.taken", "account", account.id, by=by, now=now, role=role.value, program_id=grant.program_id)
    end_sessions(account.id, now=now)


def start_session(
    account: Account, *, ip: str, user_agent: str, hours: int, now: datetime, factor_at: datetime | None = None
) -> str:
    """Begin a session and return the token for its cookie."""
    token = crypto.token()
    row = UserSession(
        account_id=account.id,
        token_hash=crypto.fingerprint(token),
        created_at=now,
        expires_at=now + timedelta(hours=hours),
        factor_at=factor_at,
        ip=ip[:45],
        user_agent=user_agent[:200],
    )
    db.session().add(row)
    db.flush()
    return token


def end_session(token: str, *, now: datetime) -> None:
    """End one session: its cookie is worth nothing from now on, in every worker."""
    row = db.session().scalar(sa.select(UserSession).where(UserSession.token_hash == crypto.fingerprint(token)))
    if row is not None and row.ended_at is None:
        row.ended_at = now


def end_sessions(account_id: int, *, now: datetime, but: int | None = None) -> int:
    """End every live session of an account, but one when given; returns how many."""
    rows = db.session().scalars(
        sa.select(UserSession).where(UserSession.account_id == account_id, UserSession.ended_at.is_(None))
    )
    ended = [row for row in rows if row.id != but]
    for row in ended:
        row.ended_at = now
    return len(ended)


def issue_link(purpose: LinkPurpose, person_id: int, subject_id: int, *, days: float, now: datetime) -> tuple[int, str]:
    """Make a link for one purpose, person and thing; returns its id and the token, which is not kept."""
    token = crypto.token()
    link = SignedLink(
        token_hash=crypto.fingerprint(token),
        purpose=purpose,
        person_id=person_id,
        subject_id=subject_id,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    db.session().add(link)
    db.flush()
    return link.id, token


def may_ask(kind: str, about: object, *, by: Actor, now: datetime) -> bool:
    """Count that a visitor asked for a mail about something; False when it was asked too often already.

    Three mails about one thing and ten of one visitor in any fifteen minutes, exact across workers.
    """
    per_thing, per_visitor = throttle.bucket(kind, about), throttle.bucket(f"{kind}-from", by.ip)
    throttle.lock([per_thing, per_visitor])
    if throttle.full_until([per_thing], now, ASKS) or throttle.full_until([per_visitor], now):
        return False
    throttle.count([per_thing, per_visitor], now)
    return True


def use_link(link_id: int, *, now: datetime) -> bool:
    """Use up a single-use link; False when somebody was faster, or it ended or ran out meanwhile."""
    table = db.table(SignedLink)
    is_live = sa.and_(table.c.used_at.is_(None), table.c.ended_at.is_(None), table.c.expires_at > now)
    done = db.session().execute(sa.update(table).where(table.c.id == link_id, is_live).values(used_at=now))
    return done.rowcount == 1  # type: ignore[attr-defined]


def end_links(purpose: LinkPurpose, subject_id: int, *, now: datetime, person_id: int | None = None) -> None:
    """End the live links to a thing, of one person when given."""
    statement = sa.select(SignedLink).where(
        SignedLink.purpose == purpose, SignedLink.subject_id == subject_id, SignedLink.ended_at.is_(None)
    )
    if person_id is not None:
        statement = statement.where(SignedLink.person_id == person_id)
    for link in db.session().scalars(statement):
        link.ended_at = now


def end_links_of(purpose: LinkPurpose, person_id: int, *, now: datetime) -> None:
    """End the live links of one purpose that a person holds, whatever they open."""
    statement = sa.select(SignedLink).where(
        SignedLink.purpose == purpose, SignedLink.person_id == person_id, SignedLink.ended_at.is_(None)
    )
    for link in db.session().scalars(statement):
        link.ended_at = now


def assign(pairs: Iterable[tuple[int, int]], *, source: str, from_on: date) -> None:
    """Assign adults to youth, (adult_id, youth_id), because of `source`. What is assigned already stays."""
    wanted = set(pairs)
    rows = db.session().scalars(sa.select(Assignment).where(Assignment.source == source)).all()
    known = {(row.adult_id, row.youth_id): row for row in rows}
    for adult_id, youth_id in wanted - known.keys():
        db.session().add(Assignment(adult_id=adult_id, youth_id=youth_id, source=source, from_on=from_on))
    for pair in wanted & known.keys():
        if known[pair].until_on is not None:
            known[pair].until_on = None


def unassign(source: str, *, on: date, adult_id: int | None = None, youth_id: int | None = None) -> None:
    """End assignments of a source from a day on: of one adult, of one youth, or all."""
    statement = sa.select(Assignment).where(Assignment.source == source, Assignment.until_on.is_(None))
    if adult_id is not None:
        statement = statement.where(Assignment.adult_id == adult_id)
    if youth_id is not None:
        statement = statement.where(Assignment.youth_id == youth_id)
    for row in db.session().scalars(statement):
        row.until_on = max(row.from_on, on) - timedelta(days=1)


def place(youth_id: int, program_id: int, *, source: str, from_on: date) -> None:
    """Place a youth in a program, so that its coordinators reach the youth."""
    row = db.session().scalar(
        sa.select(Placement).where(
            Placement.youth_id == youth_id, Placement.program_id == program_id, Placement.source == source
        )
    )
    if row is None:
        db.session().add(Placement(youth_id=youth_id, program_id=program_id, source=source, from_on=from_on))
    else:
        row.until_on = None


def unplace(youth_id: int, *, source: str, on: date, program_id: int | None = None) -> None:
    """End somebody's placements of a source from a day on; of one program when given."""
    statement = sa.select(Placement).where(
        Placement.youth_id == youth_id, Placement.source == source, Placement.until_on.is_(None)
    )
    if program_id is not None:
        statement = statement.where(Placement.program_id == program_id)
    for row in db.session().scalars(statement):
        row.until_on = max(row.from_on, on) - timedelta(days=1)


def place_added(event: PersonAdded) -> None:
    """Place a youth whom a program's coordinator added in that program, so that it stays within reach."""
    if event.kind is PersonKind.YOUTH:
        for program_id in sorted(event.program_ids):
            place(event.person_id, program_id, source="added", from_on=event.on)


def follow_merge(event: PeopleMerged) -> None:
    """Move what hangs on a merged record: account, assignments, placements, links.

    Where both have an account, that of the record that goes must be closed before: whoever merges people may not
    close accounts. Raises `Refused`.
    """
    kept, gone = event.kept_id, event.gone_id
    accounts = {row.person_id: row for row in db.session().scalars(_of(Account, Account.person_id, kept, gone))}
    if gone in accounts and kept in accounts:
        if accounts[gone].closed_at is None:
            reason = N_("Both records have an account. An administrator closes that of the other record first.")
            raise Refused([Refusal("two_accounts", reason)])
    elif gone in accounts:
        accounts[gone].person_id = kept
    for link in db.session().scalars(sa.select(SignedLink).where(SignedLink.person_id == gone)):
        link.person_id = kept
    _move_assignments(kept, gone, clock.day_of(event.at))
    _move_placements(kept, gone)
    db.flush()


def _of(model: type[Any], column: Any, *person_ids: int) -> sa.Select[Any]:
    return sa.select(model).where(column.in_(person_ids))


def _move_assignments(kept: int, gone: int, on: date) -> None:
    rows = db.session().scalars(
        sa.select(Assignment).where(
            sa.or_(Assignment.adult_id.in_((kept, gone)), Assignment.youth_id.in_((kept, gone)))
        )
    )
    known = {(row.adult_id, row.youth_id, row.source): row for row in rows}
    for (adult_id, youth_id, source), row in list(known.items()):
        if gone not in (adult_id, youth_id):
            continue
        bond = (kept if adult_id == gone else adult_id, kept if youth_id == gone else youth_id, source)
        other = known.get(bond)
        if other is None:
            row.adult_id, row.youth_id = bond[:2]
        elif row.until_on is None:
            other.until_on = None
            row.until_on = max(row.from_on, on) - timedelta(days=1)


def _move_placements(kept: int, gone: int) -> None:
    rows = db.session().scalars(_of(Placement, Placement.youth_id, kept, gone)).all()
    known = {(row.program_id, row.source): row for row in rows if row.youth_id == kept}
    for row in rows:
        if row.youth_id == kept:
            continue
        other = known.get((row.program_id, row.source))
        if other is None:
            row.youth_id = kept
        elif row.until_on is None:
            other.until_on = None
