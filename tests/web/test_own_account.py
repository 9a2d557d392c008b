"""One's own account: password, language, sessions."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.makers.accounts import PASSWORD, make_account, session_cookie
from tests.support.pages import Browser
from youthprog.access.models import Throttle, UserSession
from youthprog.access.types import Role
from youthprog.people.models import Person

GOOD = "three green bicycles by the river"


@pytest.fixture
def coach(session):
    account = make_account(Role.COACH, is_demo=False)
    session.commit()
    return account


def browser_of(app, account):
    """Another browser of the same account."""
    client = Browser(app, app.response_class, use_cookies=True)
    token = session_cookie(account)
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
    return client


@pytest.mark.parametrize("role", list(Role))
def test_everybody_has_the_page(visitor, session, role):
    page = visitor.sign_in(make_account(role)).get("/account")
    assert page.h1 == "Your account"


def test_the_page_is_translated(visitor, coach):
    visitor.sign_in(coach).get("/language/es?next=/account")
    assert visitor.page.h1 == "Su cuenta"


def test_another_password_ends_the_other_sessions(visitor, coach, app):
    other = browser_of(app, coach)
    visitor.sign_in(coach).post(
        "/account/password", {"current": PASSWORD, "password": GOOD}, form_from="/account/password"
    )
    assert visitor.page.h1 == "Your account"
    assert other.get("/account").status_code == 303


def test_the_token_changes_with_the_password(visitor, coach):
    visitor.sign_in(coach)
    visitor.get("/account/password")
    copied = visitor.client.get_cookie("youthprog").value
    visitor.post("/account/password", {"current": PASSWORD, "password": GOOD})
    thief = Browser(visitor.app, visitor.app.response_class, use_cookies=True)
    thief.set_cookie("youthprog", copied)
    assert thief.get("/account").status_code == 303


def test_a_wrong_password_changes_nothing_and_is_counted(visitor, coach, session):
    visitor.sign_in(coach).post(
        "/account/password", {"current": "not it", "password": GOOD}, status=422, form_from="/account/password"
    )
    assert "This is not your password." in visitor.page.text
    assert session.scalar(sa.select(sa.func.count()).select_from(Throttle)) == 2


def test_a_password_cannot_be_guessed_from_inside(visitor, coach):
    visitor.sign_in(coach).get("/account/password")
    for _ in range(10):
        visitor.post("/account/password", {"current": "not it", "password": GOOD}, status=422)
    visitor.post("/account/password", {"current": PASSWORD, "password": GOOD}, status=429)


@pytest.mark.parametrize("password", ["", "short", "coach coach coach", "x" * 200])
def test_a_poor_password_is_refused(visitor, coach, password):
    visitor.sign_in(coach).post(
        "/account/password", {"current": PASSWORD, "password": password}, status=422, form_from="/account/password"
    )


def test_the_language_is_kept(visitor, coach, session):
    visitor.sign_in(coach).post("/account/language", {"language": "es"}, form_from="/account")
    assert visitor.page.h1 == "Su cuenta"
    assert session.get(Person, coach.person_id, populate_existing=True).language == "es"


def test_an_unknown_language_changes_nothing(visitor, coach, session):
    visitor.sign_in(coach).post("/account/language", {"language": "xx"}, form_from="/account")
    assert session.get(Person, coach.person_id, populate_existing=True).language == "en"


def test_one_session_is_ended(visitor, coach, app, session):
    other = browser_of(app, coach)
    visitor.sign_in(coach).get("/account")
    first = session.scalars(sa.select(UserSession.id).order_by(UserSession.id)).first()
    visitor.post(f"/account/sessions/{first}/end")
    assert other.get("/account").status_code == 303
    assert visitor.raw("/account").status_code == 200


def test_all_others_are_ended(visitor, coach, app):
    others = [browser_of(app, coach) for _ in range(3)]
    visitor.sign_in(coach).get("/account")
    visitor.post("/account/sessions/end-others")
    assert [each.get("/account").status_code for each in others] == [303, 303, 303]
    assert visitor.raw("/account").status_code == 200


def test_somebody_elses_session_does_not_exist(visitor, coach, session):
    stranger = make_account(Role.MENTOR)
    session_cookie(stranger)
    theirs = session.scalars(sa.select(UserSession.id).where(UserSession.account_id == stranger.id)).one()
    visitor.sign_in(coach).get("/account")
    visitor.post(f"/account/sessions/{theirs}/end", status=404)
    visitor.get("/account")
    visitor.post("/account/sessions/999999/end", status=404)
