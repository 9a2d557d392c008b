"""Signing in and out: who comes in, who does not, and what the answer gives away."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from tests.makers.accounts import PASSWORD, make_account
from tests.support.pages import Browser
from youthprog.access import accounts, passwords
from youthprog.access.models import Account, Throttle, UserSession
from youthprog.access.types import Role
from youthprog.audit.models import AuditEntry
from youthprog.core import clock
from youthprog.core.actor import SYSTEM

LOCAL = {"Referer": "http://localhost/"}


@pytest.fixture
def coach(session):
    account = make_account(Role.COACH)
    session.commit()
    return account


def sign_in(visitor, email, password=PASSWORD, status=200, **more):
    visitor.get("/sign-in")
    token = visitor.page.form()["csrf_token"]
    data = {"csrf_token": token, "email": email, "password": password, **more}
    return visitor.client.post("/sign-in", data=data, headers=LOCAL)


def masked(body: str, *words: str) -> str:
    """A page without what differs by nature: tokens, nonces, the address typed."""
    body = re.sub(r'nonce="[^"]+"', "", body)
    body = re.sub(r'name="csrf_token" value="[^"]+"', "", body)
    for word in words:
        body = body.replace(word, "ADDRESS")
    return body


def test_the_page_comes_in_both_languages(visitor):
    assert visitor.get("/sign-in").h1 == "Sign in"
    assert visitor.get("/sign-in", headers={"Accept-Language": "es"}).h1 == "Entrar"


def test_right_password_leads_to_today(visitor, coach, session):
    answer = sign_in(visitor, coach.email.upper())
    assert (answer.status_code, answer.location) == (303, "/today")
    actions = session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.number)).all()
    assert actions[-1] == "sign_in.made"


@pytest.mark.parametrize(
    ("target", "leads"),
    [
        ("/account", "/account"),
        ("/teams?sort=age", "/teams?sort=age"),
        ("https://evil.example/", "/today"),
        ("//evil.example", "/today"),
        ("/\\evil.example", "/today"),
        ("\\\\evil.example", "/today"),
        ("///evil.example", "/today"),
        ("https:/evil.example", "/today"),
        ("/a\nb", "/today"),
    ],
)
def test_next_stays_in_the_house(visitor, coach, target, leads):
    assert sign_in(visitor, coach.email, next=target).location == leads


def test_unknown_and_known_address_get_the_same_bytes(visitor, coach):
    known = sign_in(visitor, coach.email, "not the password")
    unknown = sign_in(visitor, "nobody@city.example", "not the password")
    assert known.status_code == unknown.status_code == 422
    assert masked(known.text, coach.email) == masked(unknown.text, "nobody@city.example")


def test_unknown_and_known_address_take_one_comparison(visitor, coach, monkeypatch):
    compared = []
    verify = passwords.HASHER.verify
    monkeypatch.setattr(
        passwords, "HASHER", type("Counting", (), {
            "verify": staticmethod(lambda stored, given: compared.append(stored) or verify(stored, given)),
            "check_needs_rehash": staticmethod(lambda stored: False),
        }),
    )  # fmt: skip
    sign_in(visitor, coach.email, "not the password")
    sign_in(visitor, "nobody@city.example", "not the password")
    assert len(compared) == 2


def test_a_closed_account_gets_the_answer_of_an_unknown_one(visitor, coach, session):
    coach.closed_at = clock.now()
    session.commit()
    closed = sign_in(visitor, coach.email)
    unknown = sign_in(visitor, "nobody@city.example")
    assert masked(closed.text, coach.email) == masked(unknown.text, "nobody@city.example")


def test_an_invited_account_without_password_cannot_come_in(visitor, coach, session):
    coach.password_hash = None
    session.commit()
    assert sign_in(visitor, coach.email).status_code == 422


def test_a_stale_hash_is_made_anew(visitor, coach, session):
    weak = passwords.PasswordHasher(time_cost=1, memory_cost=512, parallelism=1)
    coach.password_hash = weak.hash(PASSWORD)
    session.commit()
    before = coach.password_hash
    assert sign_in(visitor, coach.email).status_code == 303
    assert session.get(Account, coach.id, populate_existing=True).password_hash != before


def test_a_failure_is_kept_although_the_answer_is_a_refusal(visitor, coach, session):
    sign_in(visitor, coach.email, "not the password")
    assert session.scalar(sa.select(sa.func.sum(Throttle.tries))) == 2  # the account's bucket and the visitor's
    last = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.number.desc())).first()
    assert (last.action, last.subject_id, last.ip) == ("sign_in.refused", coach.id, "127.0.0.1")


def test_the_eleventh_try_waits_even_with_the_right_password(visitor, coach):
    for _ in range(10):
        assert sign_in(visitor, coach.email, "not the password").status_code == 422
    answer = sign_in(visitor, coach.email)
    assert answer.status_code == 429
    assert "Too many tries" in answer.text
    assert answer.headers["Retry-After"] == "900"


def test_a_try_behind_the_throttle_compares_nothing(visitor, coach, monkeypatch):
    for _ in range(10):
        sign_in(visitor, coach.email, "not the password")
    monkeypatch.setattr("youthprog.access.admission.is_password", lambda *_: pytest.fail("compared"))
    assert sign_in(visitor, coach.email).status_code == 429


def test_one_visitor_cannot_try_many_accounts(visitor, coach):
    for number in range(10):
        sign_in(visitor, f"nobody{number}@city.example", "not the password")
    assert sign_in(visitor, coach.email).status_code == 429


def test_a_forged_forwarding_header_is_no_other_visitor(visitor, coach):
    for number in range(10):
        visitor.get("/sign-in")
        data = {
            "csrf_token": visitor.page.form()["csrf_token"],
            "email": f"n{number}@city.example",
            "password": "wrong one",
        }
        visitor.client.post("/sign-in", data=data, headers={**LOCAL, "X-Forwarded-For": f"203.0.113.{number}"})
    assert sign_in(visitor, coach.email).status_code == 429


def test_a_new_session_starts_and_the_old_one_ends(visitor, coach, session):
    sign_in(visitor, coach.email)
    first = visitor.client.get_cookie("youthprog").value
    visitor.client.set_cookie("youthprog", first)
    with visitor.client.session_transaction() as cookie:
        old = cookie["_user_id"]
    other = make_account(Role.MENTOR)
    session.commit()
    visitor.raw("/sign-in")  # leads on: somebody is in
    page = visitor.get("/account/password")
    token = page.form()["csrf_token"]
    visitor.client.post(
        "/sign-in", data={"csrf_token": token, "email": other.email, "password": PASSWORD}, headers=LOCAL
    )
    with visitor.client.session_transaction() as cookie:
        assert cookie["_user_id"] != old
    rows = session.scalars(sa.select(UserSession).order_by(UserSession.id)).all()
    assert [row.ended_at is None for row in rows] == [False, True]


def test_a_copied_cookie_is_dead_after_sign_out(visitor, coach):
    sign_in(visitor, coach.email)
    copied = visitor.client.get_cookie("youthprog").value
    visitor.post("/sign-out", form_from="/account")
    thief = Browser(visitor.app, visitor.app.response_class, use_cookies=True)
    thief.set_cookie("youthprog", copied)
    assert thief.get("/account").status_code == 303


def test_a_copied_cookie_is_dead_after_the_account_is_closed(visitor, coach, session):
    sign_in(visitor, coach.email)
    assert visitor.raw("/account").status_code == 200
    accounts.close_account(coach.id, by=_admin(session), now=clock.now())
    session.commit()
    assert visitor.raw("/account").status_code == 303


def _admin(session):
    from tests.makers.accounts import session_cookie
    from youthprog.access.queries import signed_in_by

    return signed_in_by(session_cookie(make_account(Role.ADMIN))).actor


def test_an_idle_session_is_signed_out(visitor, coach, app):
    sign_in(visitor, coach.email)
    assert visitor.raw("/account").status_code == 200
    with visitor.client.session_transaction() as cookie:
        cookie["seen"] = cookie["seen"] - app.config["YOUTHPROG"].idle_minutes * 60 - 1
    assert visitor.raw("/account").status_code == 303


def test_sign_out_without_session_is_no_failure(visitor):
    visitor.post("/sign-out", form_from="/sign-in")
    assert visitor.page.h1 == "Sign in"


def test_who_is_in_goes_on(visitor, coach):
    sign_in(visitor, coach.email)
    answer = visitor.raw("/sign-in?next=/account")
    assert (answer.status_code, answer.location) == (303, "/account")


def test_without_token_nothing_is_tried(visitor, coach, session):
    assert visitor.client.post("/sign-in", data={"email": coach.email, "password": PASSWORD}).status_code == 400
    assert session.scalar(sa.select(sa.func.count()).select_from(UserSession)) == 0


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("", ""),
        ("a" * 300 + "@city.example", "x"),
        ("a@city.example", "x" * 1000),
        ("a\x00b", "c\x00d"),
        ("é" * 80, "é"),
    ],
)
def test_what_cannot_be_right_is_refused_in_words(visitor, email, password):
    assert sign_in(visitor, email, password).status_code == 422


def test_the_demo_stands_on_the_page_while_it_is_loaded(visitor, coach, session):
    assert "demo" not in visitor.get("/sign-in").text.lower()
    coach.email, coach.is_demo = "coach@demo.example", True
    session.commit()
    assert "coach@demo.example · demo-coach" in visitor.get("/sign-in").text


def test_opening_an_account_for_the_system_needs_no_session():
    assert SYSTEM.session_id is None
