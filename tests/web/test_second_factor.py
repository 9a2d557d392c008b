"""The second factor: who must have one, what passes, and that nothing passes twice."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa

from tests.makers.accounts import PASSWORD, make_account
from tests.support.pages import Browser
from youthprog.access import factors
from youthprog.access.models import Account, RecoveryCode, UserSession
from youthprog.access.types import Role
from youthprog.core import clock

LOCAL = {"Referer": "http://localhost/"}
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PAPER = "ABCDEFGHJKLMNPQR"


@pytest.fixture
def admin(session):
    """An administrator whose phone and one paper code are known."""
    account = make_account(Role.ADMIN, is_demo=False)
    account.seal("totp_sealed", SECRET)
    account.totp_confirmed_at = clock.now()
    session.add(RecoveryCode(account_id=account.id, code_hash=factors.recovery_hash(account.id, PAPER)))
    session.commit()
    return account


@pytest.fixture
def newcomer(session):
    """A coordinator who has no second factor yet."""
    account = make_account(Role.COORDINATOR, is_demo=False)
    session.commit()
    return account


def code(at=0):
    return pyotp.TOTP(SECRET).at(clock.now() + timedelta(seconds=at))


def half_in(visitor, account):
    visitor.post("/sign-in", {"email": account.email, "password": PASSWORD}, form_from="/sign-in")


def send(visitor, typed, address="/sign-in/code"):
    token = visitor.get(address).form(address)["csrf_token"]
    return visitor.client.post(address, data={"csrf_token": token, "code": typed}, headers=LOCAL)


def test_with_password_alone_only_the_own_step_opens(visitor, admin):
    half_in(visitor, admin)
    assert visitor.page.h1 == "Type the code on your phone"
    for address in ("/accounts", "/audit", "/account", "/today"):
        answer = visitor.raw(address)
        assert (answer.status_code, "/sign-in/code" in answer.location) == (303, True)


def test_a_code_lets_in_and_the_token_changes(visitor, admin, session):
    half_in(visitor, admin)
    with visitor.client.session_transaction() as cookie:
        before = cookie["_user_id"]
    assert send(visitor, code()).location == "/today"
    with visitor.client.session_transaction() as cookie:
        assert cookie["_user_id"] != before
    assert visitor.raw("/accounts").status_code == 200
    assert session.scalars(sa.select(UserSession.factor_at).where(UserSession.factor_at.is_not(None))).one()


def test_a_code_passes_once(visitor, admin):
    typed = code()
    half_in(visitor, admin)
    assert send(visitor, typed).status_code == 303
    other = type(visitor)(visitor.app)
    half_in(other, admin)
    assert send(other, typed).status_code == 422


def test_an_older_code_does_not_pass_after_a_newer_one(visitor, admin):
    half_in(visitor, admin)
    older = code(-30)
    assert send(visitor, code()).status_code == 303
    other = type(visitor)(visitor.app)
    half_in(other, admin)
    assert send(other, older).status_code == 422


@pytest.mark.parametrize("typed", ["000000", "", "abc", "1" * 500, "\u0661" * 6, "12345\x00"])
def test_a_wrong_code_is_refused_in_words(visitor, admin, typed):
    half_in(visitor, admin)
    assert send(visitor, typed if typed != code() else "999999").status_code == 422


def test_a_code_of_another_time_is_refused(visitor, admin):
    half_in(visitor, admin)
    assert send(visitor, code(-300)).status_code == 422
    assert send(visitor, code(300)).status_code == 422


def test_a_phone_half_a_minute_off_passes(visitor, admin):
    half_in(visitor, admin)
    assert send(visitor, code(-30)).status_code == 303


def test_a_code_on_paper_passes_once(visitor, admin):
    half_in(visitor, admin)
    assert send(visitor, " abcd-efgh-jklm-npqr").status_code == 303
    other = type(visitor)(visitor.app)
    half_in(other, admin)
    assert send(other, PAPER).status_code == 422


def test_the_eleventh_code_waits(visitor, admin):
    half_in(visitor, admin)
    for _ in range(10):
        assert send(visitor, "000000").status_code == 422
    assert send(visitor, PAPER).status_code == 429


def test_who_has_none_sets_one_up_before_anything_else(visitor, newcomer, session):
    half_in(visitor, newcomer)
    assert visitor.page.h1 == "Set up a second factor"
    assert not visitor.page.all("nav")
    address = "/sign-in/code/set-up"
    secret = visitor.page.text.split("into the app:")[1].split("Show")[0].replace(" ", "").strip()
    assert visitor.get(address).text.count(factors.in_fours(secret)) == 1  # the same at each look
    assert send(visitor, "000000", address).status_code == 422
    answer = send(visitor, pyotp.TOTP(secret).at(clock.now()), address)
    assert answer.status_code == 200
    assert answer.text.count('class="code"') == 10
    assert visitor.raw("/account").status_code == 200
    row = session.get(Account, newcomer.id, populate_existing=True)
    assert row.unseal("totp_sealed") == secret
    assert secret.encode() not in row.totp_sealed
    assert session.scalar(sa.select(sa.func.count()).select_from(RecoveryCode)) == 10


def test_setting_up_replays_no_code(visitor, newcomer):
    half_in(visitor, newcomer)
    secret = visitor.page.text.split("into the app:")[1].split("Show")[0].replace(" ", "").strip()
    typed = pyotp.TOTP(secret).at(clock.now())
    send(visitor, typed, "/sign-in/code/set-up")
    other = type(visitor)(visitor.app)
    half_in(other, newcomer)
    assert send(other, typed).status_code == 422


def test_the_set_up_page_is_no_way_around_the_code(visitor, admin):
    half_in(visitor, admin)
    assert visitor.raw("/sign-in/code/set-up").location.endswith("/sign-in/code")
    visitor.get("/sign-in/code")
    token = visitor.page.form("/sign-in/code")["csrf_token"]
    answer = visitor.client.post("/sign-in/code/set-up", data={"csrf_token": token, "code": "123456"}, headers=LOCAL)
    assert (answer.status_code, answer.location) == (303, "/sign-in/code")


def test_replacing_a_phone_asks_for_the_password(visitor, admin, session):
    half_in(visitor, admin)
    send(visitor, code())
    address = "/sign-in/code/set-up"
    secret = visitor.get(address).text.split("into the app:")[1].split("Show")[0].replace(" ", "").strip()
    data = {"csrf_token": visitor.page.form(address)["csrf_token"], "code": pyotp.TOTP(secret).at(clock.now())}
    wrong = visitor.client.post(address, data={**data, "password": "not the password"}, headers=LOCAL)
    assert wrong.status_code == 422
    assert "This is not your password." in wrong.text
    right = visitor.client.post(address, data={**data, "password": PASSWORD}, headers=LOCAL)
    assert right.status_code == 200
    assert session.get(Account, admin.id, populate_existing=True).unseal("totp_sealed") == secret


def test_a_demo_account_needs_none_and_gets_none(visitor, session):
    demo = make_account(Role.ADMIN)
    session.commit()
    half_in(visitor, demo)
    assert visitor.raw("/accounts").status_code == 200
    assert "Not in the demo." in visitor.get("/sign-in/code/set-up").text
    token = visitor.get("/account").form()["csrf_token"]
    data = {"csrf_token": token, "code": "123456", "password": PASSWORD}
    assert visitor.client.post("/sign-in/code/set-up", data=data, headers=LOCAL).status_code == 422
    assert session.get(Account, demo.id, populate_existing=True).totp_sealed is None


def test_a_coach_who_chose_one_is_asked_for_it(visitor, session):
    coach = make_account(Role.COACH, is_demo=False)
    coach.seal("totp_sealed", SECRET)
    coach.totp_confirmed_at = clock.now()
    session.commit()
    half_in(visitor, coach)
    assert visitor.page.h1 == "Type the code on your phone"


def test_a_coach_needs_none(visitor, session):
    coach = make_account(Role.COACH, is_demo=False)
    session.commit()
    half_in(visitor, coach)
    assert visitor.raw("/account").status_code == 200
    assert visitor.raw("/sign-in/code").location == "/today"


def test_a_session_without_code_may_still_leave(visitor, admin):
    half_in(visitor, admin)
    visitor.post("/sign-out", form_from="/sign-in/code")
    assert visitor.page.h1 == "Sign in"


def test_without_session_there_is_no_step(visitor):
    stranger = Browser(visitor.app, visitor.app.response_class, use_cookies=True)
    assert "/sign-in" in stranger.get("/sign-in/code").location
