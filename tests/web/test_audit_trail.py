"""The audit trail on the screen."""

from __future__ import annotations

import pytest

from tests.makers.accounts import make_account
from youthprog.access.types import Role
from youthprog.audit.services import record
from youthprog.core import clock
from youthprog.core.actor import SYSTEM


@pytest.fixture
def admin(session, visitor):
    account = make_account(Role.ADMIN)
    session.commit()
    visitor.sign_in(account)
    return account


def test_lines_stand_newest_first_in_words(visitor, admin):
    page = visitor.get("/audit")
    assert page.text.index("Role given") < page.text.index("Account opened")


def test_one_things_story(visitor, admin, session):
    other = make_account(Role.COACH)
    page = visitor.get(f"/audit?kind=account&number={other.id}")
    assert f"Account {other.id}" in page.text
    assert f"Account {admin.id} " not in page.text


def test_the_list_goes_on(visitor, admin, session):
    for number in range(120):
        record("site.added", "site", number + 1, by=SYSTEM, now=clock.now())
    page = visitor.get("/audit")
    seen = 0
    while True:
        seen += len(page.all("tr")) - 1
        if "Next page" not in page.text:
            break
        page = visitor.get(page.link("Next page"))
    assert seen == 122


def test_a_code_without_words_stands_as_it_is(visitor, admin, session):
    record("kite.flown", "kite", 7, by=SYSTEM, now=clock.now(), height=12, colors=["red", "gold"], wind=None)
    text = visitor.get("/audit").text
    assert "kite.flown" in text
    assert "colors: red, gold" in text
    assert "wind" not in text


@pytest.mark.parametrize("query", ["number=12", "kind=account&number=x", "kind=account&number=99999999999999999999"])
def test_an_unclear_question_is_answered_in_words(visitor, admin, query):
    page = visitor.get(f"/audit?{query}")
    assert "A number like 12." in page.text or "Say what the number is of." in page.text


@pytest.mark.parametrize("query", ["kind=nothing", "after=xyz", "kind=person&number=1"])
def test_a_strange_address_is_no_failure(visitor, admin, query):
    visitor.get(f"/audit?{query}")


def test_it_is_translated(visitor, admin):
    visitor.get("/language/es?next=/audit")
    assert visitor.page.h1 == "Registro de auditoría"
