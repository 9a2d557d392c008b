"""Links that set a password: looked at without being used up, used once, and silent about who has an account."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.makers.accounts import PASSWORD, make_account, session_cookie
from youthprog.access import accounts
from youthprog.access.models import Account, SignedLink, UserSession
from youthprog.access.types import Role
from youthprog.core import clock
from youthprog.core.actor import SYSTEM
from youthprog.outreach.models import Message

LOCAL = {"Referer": "http://localhost/"}
GOOD = "three green bicycles by the river"


@pytest.fixture
def coach(session):
    account = make_account(Role.COACH, is_demo=False)
    session.commit()
    return account


@pytest.fixture
def reset(coach, session):
    """The token of a link to a new password."""
    token = accounts.send_new_password(coach, by=SYSTEM, now=clock.now())
    session.commit()
    return token


def save(visitor, address, password):
    token = visitor.get(address).form()["csrf_token"]
    return visitor.client.post(address, data={"csrf_token": token, "password": password}, headers=LOCAL)


def live_links(session):
    return session.scalar(sa.select(sa.func.count()).where(SignedLink.used_at.is_(None), SignedLink.ended_at.is_(None)))


def test_looking_uses_nothing_up(visitor, reset, session):
    for method in ("GET", "HEAD"):
        for _ in range(20):
            assert visitor.raw(f"/reset/{reset}", method).status_code == 303
            assert visitor.raw("/reset", method).status_code == 200
    assert live_links(session) == 1


def test_the_secret_leaves_the_address_at_once(visitor, reset):
    answer = visitor.raw(f"/reset/{reset}")
    assert answer.location == "/reset"
    assert reset not in visitor.get("/reset").text_source


def test_a_link_sets_the_password_once(visitor, reset, coach, session):
    visitor.get(f"/reset/{reset}")
    answer = save(visitor, "/reset", GOOD)
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    visitor.get(f"/reset/{reset}", status=404)
    assert visitor.page.h1 == "This link no longer works"
    assert visitor.raw("/reset").status_code == 404
    visitor.post("/sign-in", {"email": coach.email, "password": GOOD}, form_from="/sign-in")
    assert visitor.raw("/account").status_code == 200


def test_two_who_opened_the_link_do_not_both_use_it(visitor, reset):
    other = type(visitor)(visitor.app)
    visitor.get(f"/reset/{reset}"), other.get(f"/reset/{reset}")
    token = other.page.form()["csrf_token"]
    assert save(visitor, "/reset", GOOD).status_code == 303
    late = other.client.post("/reset", data={"csrf_token": token, "password": GOOD + " too"}, headers=LOCAL)
    assert late.status_code == 404


def test_every_session_and_link_ends(visitor, reset, coach, session):
    session_cookie(coach), session_cookie(coach)
    visitor.get(f"/reset/{reset}")
    save(visitor, "/reset", GOOD)
    assert session.scalar(sa.select(sa.func.count()).where(UserSession.ended_at.is_(None))) == 0
    assert live_links(session) == 0


def test_a_newer_link_ends_the_older(visitor, reset, coach, session):
    newer = accounts.send_new_password(coach, by=SYSTEM, now=clock.now())
    session.commit()
    visitor.get(f"/reset/{reset}", status=404)
    assert visitor.get(f"/reset/{newer}").h1 == "Choose a new password"


def test_a_link_runs_out(visitor, coach, session):
    token = accounts.send_new_password(coach, by=SYSTEM, now=clock.now() - timedelta(hours=1, seconds=1))
    session.commit()
    visitor.get(f"/reset/{token}", status=404)


def test_an_invitation_is_no_reset(visitor, reset):
    visitor.get(f"/welcome/{reset}", status=404)


def test_a_link_opens_nothing_else(visitor, reset):
    visitor.get(f"/reset/{reset}")
    assert visitor.raw("/account").status_code == 303
    assert visitor.raw("/welcome").status_code == 404


def test_a_closed_account_has_no_link(visitor, reset, coach, session):
    visitor.get(f"/reset/{reset}")
    coach.closed_at = clock.now()
    session.commit()
    assert save(visitor, "/reset", GOOD).status_code == 409


@pytest.mark.parametrize(
    "password",
    ["", "short", "x" * 129, "aaaaaaaaaaaaaaaaaa", "passwordpassword1", "abcdefghijklmnop", "nul\x00nul nul nul nul"],
)
def test_a_poor_password_is_refused_and_nothing_used(visitor, reset, session, password):
    visitor.get(f"/reset/{reset}")
    assert save(visitor, "/reset", password).status_code == 422
    assert live_links(session) == 1


def test_an_invitation_sets_the_first_password(visitor, coach, session):
    coach.password_hash = None
    token = accounts.invite(coach, by=SYSTEM, now=clock.now())
    session.commit()
    assert visitor.get(f"/welcome/{token}").h1 == "Welcome. Choose a password"
    assert save(visitor, "/welcome", GOOD).status_code == 303
    assert session.get(Account, coach.id, populate_existing=True).password_hash is not None


def test_the_letter_is_in_the_readers_language_and_holds_the_link(coach, reset, session):
    message = session.scalars(sa.select(Message).where(Message.kind == "password_reset")).one()
    assert f"/reset/{reset}" in message.unseal("text_sealed")
    person = coach.person_id
    session.get(type(coach), coach.id)
    from youthprog.people.models import Person

    session.get(Person, person).language = "es"
    accounts.invite(coach, by=SYSTEM, now=clock.now())
    letter = session.scalars(sa.select(Message).where(Message.kind == "invitation")).one()
    assert letter.subject.startswith("Su cuenta")


def ask(visitor, email):
    visitor.get("/forgot")
    token = visitor.page.form()["csrf_token"]
    answer = visitor.client.post("/forgot", data={"csrf_token": token, "email": email}, headers=LOCAL)
    return answer, visitor.get("/forgot/sent")


def test_asking_says_the_same_for_any_address(visitor, coach, session):
    seen = []
    for email in (coach.email, "nobody@city.example", "no address at all"):
        answer, page = ask(visitor, email)
        body = re.sub(r'nonce="[^"]+"|value="[^"]+"', "", page.text_source)
        seen.append((answer.status_code, answer.location, answer.data, body))
    assert seen[0] == seen[1] == seen[2]
    assert session.scalar(sa.select(sa.func.count()).select_from(Message)) == 1


def test_nobody_can_be_flooded_with_links(visitor, coach, session):
    for _ in range(6):
        ask(visitor, coach.email)
    assert session.scalar(sa.select(sa.func.count()).select_from(Message)) == 3


def test_a_closed_account_is_sent_nothing(visitor, coach, session):
    coach.closed_at = clock.now()
    session.commit()
    ask(visitor, coach.email)
    assert session.scalar(sa.select(sa.func.count()).select_from(Message)) == 0


def test_the_old_password_holds_until_the_link_is_used(visitor, reset, coach):
    visitor.post("/sign-in", {"email": coach.email, "password": PASSWORD}, form_from="/sign-in")
    assert visitor.raw("/account").status_code == 200


def test_the_outbox_shows_no_link_into_an_account(visitor, reset, session):
    message = session.scalars(sa.select(Message.id).where(Message.kind == "password_reset")).one()
    page = visitor.sign_in(make_account(Role.COORDINATOR)).get(f"/outbox/{message}")
    assert reset not in page.text_source
    assert "/reset/…" in page.text
