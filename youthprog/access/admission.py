"""Coming in: password, second factor, sessions. Failures are counted exactly, successes leave their audit line."""

from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app

from youthprog.access import factors, queries, throttle
from youthprog.access.models import Account, RecoveryCode, UserSession
from youthprog.access.passwords import hash_password, is_password, is_stale
from youthprog.access.services import end_session, end_sessions, start_session
from youthprog.access.types import Admission, Checked
from youthprog.audit.services import record
from youthprog.core import crypto, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Conflict, Refusal, refuse_if
from youthprog.people.models import Person

WRONG_CODE = N_("This code does not fit. Type the one your phone shows now.")
LEAST_CODE = 6

# ---- the password ----


def check_password(email: str, password: str, *, ip: str, now: datetime) -> Checked:
    """Compare a password, without a write lock. One comparison for a known address and for an unknown one."""
    if throttle.full_until(_buckets(email, ip), now):
        return Checked(None)
    return _compare(queries.find_account(email), password)


def check_own_password(account_id: int, password: str, *, ip: str, now: datetime) -> Checked:
    """Compare the password of somebody who is signed in already."""
    return check_password(queries.get_account(account_id).email, password, ip=ip, now=now)


def _compare(account: Account | None, password: str) -> Checked:
    stored = account.password_hash if account is not None and account.closed_at is None else None
    fits = is_password(stored, password)
    account_id = account.id if account is not None else None
    if not fits or stored is None:
        return Checked(account_id)
    return Checked(account_id, stored, hash_password(password) if is_stale(stored) else None)


def admit(email: str, checked: Checked, *, by: Actor, now: datetime, ending: str | None = None) -> Admission:
    """Let somebody in whose password was compared: a new session; the browser's old one (`ending`) ends."""
    account, refused = _weigh(email, checked, by=by, now=now)
    if account is None:
        return refused
    if checked.fresh is not None:
        account.password_hash = checked.fresh
    if ending is not None:
        end_session(ending, now=now)
    hours = current_app.config["YOUTHPROG"].session_hours
    token = start_session(account, ip=by.ip, user_agent=by.user_agent, hours=hours, now=now)
    record("sign_in.made", "account", account.id, by=_as(account, by), now=now)
    return Admission(token)


def change_password(email: str, checked: Checked, hashed: str, *, by: Actor, now: datetime) -> Admission:
    """Give one's own account another password. Every other session ends, and this one gets a new token."""
    account, refused = _weigh(email, checked, by=by, now=now)
    if account is None:
        return refused
    account.password_hash, account.password_changed_at = hashed, now
    end_sessions(account.id, now=now, but=by.session_id)
    record("password.set", "account", account.id, by=by, now=now)
    return Admission(_renew(by, now))


def _weigh(email: str, checked: Checked, *, by: Actor, now: datetime) -> tuple[Account | None, Admission]:
    """The account when the password fitted and still does; else the failure is counted."""
    buckets = _buckets(email, by.ip)
    throttle.lock(buckets)
    until = throttle.full_until(buckets, now)
    if until is not None:
        return None, Admission(wait_until=until)
    account = _still(checked)
    if account is None:
        throttle.count(buckets, now)
        record("sign_in.refused", "account", checked.account_id, by=by, now=now)
    return account, Admission()


def _still(checked: Checked) -> Account | None:
    if checked.account_id is None or not checked.fits:
        return None
    account = queries.get_account(checked.account_id, lock=True)
    return account if account.closed_at is None and account.password_hash == checked.stored else None


def _buckets(email: str, ip: str) -> list[str]:
    return [throttle.bucket("sign-in", email.strip().casefold()), throttle.bucket("sign-in-from", ip)]


def _as(account: Account, by: Actor) -> Actor:
    person = db.session().get_one(Person, account.person_id)
    return replace(by, kind="account", name=person.name, person_id=person.id, account_id=account.id)


# ---- the second factor ----


def pass_factor(code: str, *, by: Actor, now: datetime) -> Admission:
    """Take the second step of signing in: a code of the phone, or one from paper. The session gets a new token."""
    account = queries.get_account(_own(by), lock=True)
    buckets = [throttle.bucket("factor", account.id)]
    throttle.lock(buckets)
    until = throttle.full_until(buckets, now)
    if until is not None:
        return Admission(wait_until=until)
    way = _way_of(account, factors.written(code), now)
    if way is None:
        throttle.count(buckets, now)
        record("factor.refused", "account", account.id, by=by, now=now)
        return Admission()
    record("factor.passed", "account", account.id, by=by, now=now, way=way)
    return Admission(_renew(by, now, factor=True))


def _way_of(account: Account, code: str, now: datetime) -> str | None:
    secret = account.unseal("totp_sealed")
    if secret is None or account.totp_confirmed_at is None:
        return None
    step = factors.matching_step(secret, code, now, account.totp_last_step)
    if step is not None:
        account.totp_last_step = step
        return "phone"
    paper = db.session().scalar(
        sa.select(RecoveryCode).where(
            RecoveryCode.account_id == account.id,
            RecoveryCode.code_hash == factors.recovery_hash(account.id, code),
            RecoveryCode.used_at.is_(None),
        )
    )
    if paper is None:
        return None
    paper.used_at = now
    return "paper"


def offered_secret(token: str) -> str:
    """The secret offered to the session of this token, the same at each look."""
    return factors.pending_secret(current_app.config["SECRET_KEY"], token)


def set_up_factor(secret: str, code: str, *, by: Actor, now: datetime) -> tuple[Admission, list[str]]:
    """Take a phone as second factor, in place of an older one; returns the fresh codes for paper, shown once.

    Raises `Refused` for a code that does not fit, and for demo accounts, which everybody shares.
    """
    account = queries.get_account(_own(by), lock=True)
    refuse_if([Refusal("demo", N_("A demo account has no second factor."))] if account.is_demo else [])
    step = factors.matching_step(secret, factors.written(code), now, None)
    refuse_if([Refusal("wrong_code", WRONG_CODE, "code")] if step is None else [])
    account.seal("totp_sealed", secret)
    account.totp_confirmed_at, account.totp_last_step = now, step
    codes = _fresh_codes(account.id)
    end_sessions(account.id, now=now, but=by.session_id)
    record("factor.set_up", "account", account.id, by=by, now=now)
    return Admission(_renew(by, now, factor=True)), codes


def confirm_password(email: str, checked: Checked, *, by: Actor, now: datetime) -> Admission | None:
    """Weigh the password asked for before a second factor is set up or replaced; None when it fits."""
    account, refused = _weigh(email, checked, by=by, now=now)
    return None if account is not None else refused


def _fresh_codes(account_id: int) -> list[str]:
    drop_codes(account_id)
    codes = factors.new_recovery_codes()
    db.session().add_all(
        RecoveryCode(account_id=account_id, code_hash=factors.recovery_hash(account_id, code)) for code in codes
    )
    db.flush()
    return codes


def drop_codes(account_id: int) -> None:
    """Take every code on paper out of force."""
    for row in db.session().scalars(sa.select(RecoveryCode).where(RecoveryCode.account_id == account_id)):
        db.session().delete(row)


# ---- the session ----


def leave(token: str, *, by: Actor, now: datetime) -> None:
    """Sign out: the cookie is worth nothing from now on, in every worker."""
    end_session(token, now=now)
    if by.account_id is not None:
        record("sign_out.made", "account", by.account_id, by=by, now=now)


def _renew(by: Actor, now: datetime, *, factor: bool = False) -> str:
    """Give the session a new token, so that one seen before this step is worth nothing after it."""
    row = db.session().get(UserSession, by.session_id, populate_existing=True, with_for_update=True)
    if row is None or row.ended_at is not None:
        raise Conflict([Refusal("ended", N_("This session was ended. Sign in again."))])
    token = crypto.token()
    row.token_hash = crypto.fingerprint(token)
    if factor:
        row.factor_at = now
    db.flush()
    return token


def _own(by: Actor) -> int:
    if by.account_id is None:
        raise Conflict([Refusal("ended", N_("This session was ended. Sign in again."))])
    return by.account_id


def sweep(now: datetime) -> None:
    """Take out what no longer counts: old failures, and sessions a month after their end. A daily chore."""
    throttle.sweep(now)
    table = db.table(UserSession)
    db.session().execute(sa.delete(table).where(table.c.expires_at < now - timedelta(days=30)))
