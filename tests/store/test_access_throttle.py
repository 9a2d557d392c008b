"""The throttle is exact: threads at once, windows that slide, nobody locked out for longer than it."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from tests.makers.accounts import PASSWORD, make_account
from tests.makers.people import NOW
from tests.store.test_audit_chain import side_by_side
from youthprog.access import admission, throttle
from youthprog.access.models import Account, Throttle
from youthprog.access.types import Role
from youthprog.core import clock, db
from youthprog.core.actor import Actor

VISITOR = Actor("visitor", ip="198.51.100.7")
NAME = "sign-in:test"


def fail(email, now, ip="198.51.100.7"):
    checked = admission.check_password(email, "not the password", ip=ip, now=now)
    answer = admission.admit(email, checked, by=Actor("visitor", ip=ip), now=now)
    db.session().commit()
    return answer


def test_eight_threads_get_ten_answers(app):
    """Eighty wrong passwords at once from eight visitors: exactly ten are weighed."""
    email = make_account(Role.COACH).email
    weighed = []

    def work(number):
        for _ in range(10):
            if fail(email, clock.now(), ip=f"198.51.100.{number}").wait_until is None:
                weighed.append(number)

    assert side_by_side(app, work, threads=8) == []
    assert len(weighed) == throttle.LIMIT
    bucket = throttle.bucket("sign-in", email)
    assert (
        db.session().scalar(sa.select(sa.func.sum(Throttle.tries)).where(Throttle.bucket == bucket)) == throttle.LIMIT
    )


def test_the_right_password_waits_too(session):
    account = make_account(Role.COACH)
    for _ in range(throttle.LIMIT):
        fail(account.email, NOW)
    checked = admission.check_password(account.email, PASSWORD, ip="203.0.113.9", now=NOW)
    assert admission.admit(account.email, checked, by=VISITOR, now=NOW).wait_until == NOW + throttle.WINDOW


def test_the_window_slides(session):
    for minute in range(throttle.LIMIT):
        throttle.count([NAME], NOW + timedelta(minutes=minute))
    full = NOW + timedelta(minutes=10)
    assert throttle.full_until([NAME], full) == NOW + throttle.WINDOW
    assert throttle.full_until([NAME], NOW + throttle.WINDOW - timedelta(seconds=1)) is not None
    assert throttle.full_until([NAME], NOW + throttle.WINDOW) is None
    throttle.count([NAME], NOW + throttle.WINDOW)
    assert throttle.full_until([NAME], NOW + throttle.WINDOW) == NOW + timedelta(minutes=1) + throttle.WINDOW


def test_tries_while_full_do_not_make_it_longer(session):
    email = make_account(Role.COACH).email
    for _ in range(throttle.LIMIT):
        fail(email, NOW)
    for second in range(0, 900, 60):
        assert fail(email, NOW + timedelta(seconds=second)).wait_until == NOW + throttle.WINDOW
    assert fail(email, NOW + throttle.WINDOW).wait_until is None


def test_two_failures_in_one_instant_are_two(session):
    throttle.count([NAME], NOW)
    throttle.count([NAME], NOW)
    assert session.scalar(sa.select(Throttle.tries)) == 2


def test_the_table_holds_no_address(session):
    fail("rosa@family.example", NOW)
    assert not any("rosa" in bucket or "198" in bucket for bucket in session.scalars(sa.select(Throttle.bucket)))


def test_old_rows_are_swept(session):
    throttle.count([NAME], NOW)
    admission.sweep(NOW + throttle.WINDOW)
    assert session.scalar(sa.select(sa.func.count()).select_from(Throttle)) == 0


def test_a_password_changed_while_it_was_compared_does_not_fit(session):
    account = make_account(Role.COACH)
    session.commit()
    checked = admission.check_password(account.email, PASSWORD, ip="198.51.100.7", now=NOW)
    session.get(Account, account.id).password_hash = "another"
    session.flush()
    assert admission.admit(account.email, checked, by=VISITOR, now=NOW).token is None
