"""Accounts under two hands at once, and what the verbs refuse below the web."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account, make_actor, session_cookie
from tests.makers.people import NOW, make_youth
from tests.store.test_audit_chain import side_by_side
from youthprog.access import accounts
from youthprog.access.models import RoleGrant, SignedLink
from youthprog.access.queries import find_link, signed_in_by
from youthprog.access.rules import in_force
from youthprog.access.services import issue_link, open_account, use_link
from youthprog.access.types import LinkPurpose, Role
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.core.refusals import Conflict, NotFound, Refused


def test_two_administrators_cannot_take_each_others_role(app):
    pair = [make_account(Role.ADMIN) for _ in range(2)]
    actors = [signed_in_by(session_cookie(account)).actor for account in pair]
    grants = [db.session().scalars(sa.select(RoleGrant.id).where(RoleGrant.account_id == a.id)).one() for a in pair]
    ids = [account.id for account in pair]

    def work(number):
        other = 1 - number
        accounts.take_role(ids[other], grants[other], by=actors[number], now=clock.now())
        db.session().commit()

    wrong = side_by_side(app, work, threads=2)
    assert [type(each) for each in wrong] == [Conflict]
    left = [
        row for row in db.session().scalars(sa.select(RoleGrant)) if in_force(row.from_on, row.until_on, clock.today())
    ]
    assert len(left) == 1


def test_one_link_is_used_once_by_eight(app):
    account = make_account(Role.COACH)
    link_id, _token = issue_link(LinkPurpose.PASSWORD_RESET, account.person_id, account.id, days=1, now=clock.now())
    used = []

    def work(_number):
        used.append(use_link(link_id, now=clock.now()))
        db.session().commit()

    assert side_by_side(app, work, threads=8) == []
    assert sorted(used) == [False] * 7 + [True]


def test_a_link_is_found_only_for_its_purpose_and_stored_as_a_hash(session):
    account = make_account(Role.COACH)
    _id, token = issue_link(LinkPurpose.INVITATION, account.person_id, account.id, days=1, now=clock.now())
    assert find_link(token, LinkPurpose.INVITATION).subject_id == account.id
    assert find_link(token, LinkPurpose.PASSWORD_RESET) is None
    assert find_link(token + "x", LinkPurpose.INVITATION) is None
    assert token not in session.scalars(sa.select(SignedLink.token_hash)).one()


def test_a_child_gets_no_account(session):
    with pytest.raises(Refused, match="Only adults"):
        open_account(make_youth(), email="mateo@family.example", password=None, by=SYSTEM, now=NOW)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.COACH, Role.MENTOR, Role.GUARDIAN])
def test_without_the_right_an_account_is_not_found(session, role):
    account = make_account(Role.COACH)
    with pytest.raises(NotFound):
        accounts.close_account(account.id, by=make_actor(role), now=NOW)
    with pytest.raises(NotFound):
        accounts.give_role(account.id, Role.ADMIN, None, by=make_actor(role), now=NOW)
