"""Strange hosts, and one parent at the other parent's form."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.makers.accounts import make_account
from tests.makers.consent import Family
from tests.makers.people import make_guardian
from tests.support.pages import Visitor
from youthprog.access.types import Role
from youthprog.core import clock


def test_a_strange_host_gets_a_plain_refusal(app, monkeypatch):
    monkeypatch.setitem(app.config, "TRUSTED_HOSTS", ["youth.example"])
    client = app.test_client()
    answer = client.get("/sign-in", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.mimetype) == (400, "text/plain")
    assert client.get("/sign-in", headers={"Host": "youth.example"}).status_code == 200


@pytest.fixture
def parents(session: Any) -> tuple[Family, Any, Any]:
    family = Family()
    father = make_guardian(family.youth, "Paul", "Aguilar", rank=2)
    return family, make_account(Role.GUARDIAN, family.guardian), make_account(Role.GUARDIAN, father)


def test_a_parent_opens_the_own_record_and_not_the_other_parents(app, session, parents):
    """It says from where she signed, what she told about health, and whom she lets collect the child."""
    family, mother, father = parents
    family.group.season.ends_on = clock.today() + timedelta(days=30)
    request = family.sign(clock.now())
    record, page, child = (
        f"/consents/requests/{request.id}/record.pdf",
        f"/consents/requests/{request.id}",
        family.youth.id,
    )
    session.commit()
    hers, his = Visitor(app).sign_in(mother), Visitor(app).sign_in(father)
    assert hers.client.get(record).status_code == 200
    assert record in hers.get(f"/youth/{child}").text_source
    assert his.client.get(record).status_code == 404
    his.get(page, status=404)
    assert record not in his.get(f"/youth/{child}").text_source
    coordinator = Visitor(app).sign_in(make_account(Role.COORDINATOR))
    assert coordinator.client.get(record).status_code == 200
