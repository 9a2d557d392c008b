"""What was begun before a court's order, or before a guardianship ended, does not go on after it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.makers.consent import Family, actor_of
from tests.makers.people import NOW
from youthprog.consent import queries as consent
from youthprog.consent import services as consent_services
from youthprog.core.actor import SYSTEM
from youthprog.core.refusals import Refused
from youthprog.outreach import queries as outreach
from youthprog.outreach.models import Message
from youthprog.people import services as people
from youthprog.people.models import ContactPoint, Guardianship
from youthprog.people.types import ContactKind

BY = {"by": SYSTEM, "now": NOW}


@pytest.fixture
def family(session: Any) -> Family:
    return Family()


def newest(session: Any) -> Message:
    found = session.query(Message).order_by(Message.id.desc()).first()
    assert found is not None
    return found


def test_who_may_decide_no_longer_takes_no_consent_back(session, family):
    request = family.sign()
    people.restrict_custody(
        family.youth, family.guardian, no_collect=False, no_decide=True, no_information=False,
        starts_on=NOW.date(), **BY,
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        consent_services.take_back(
            consent.get_request(request.id), ["take_part"], by=actor_of(family.guardian), now=NOW
        )
    assert [reason.code for reason in refused.value.reasons] == ["may_not_decide"]
    assert family.cleared_on(NOW.date())


def test_mail_about_a_child_does_not_reach_a_former_guardian(session, family):
    family.ask()
    message, on = newest(session), NOW.date()
    assert not outreach.is_kept_from(message, on)
    bond = session.query(Guardianship).filter_by(youth_id=family.youth.id).one()
    people.end_guardian(bond, **BY)
    assert outreach.is_kept_from(message, on)


def test_mail_does_not_go_to_an_address_that_was_replaced(session, family):
    family.ask()
    message, on = newest(session), NOW.date()
    people.replace_contact(family.guardian, ContactKind.EMAIL, "new@family.example", **BY)
    assert session.get(ContactPoint, message.contact_point_id).ended_at is not None
    assert outreach.is_kept_from(message, on)
