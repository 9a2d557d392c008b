"""What was begun before a court's order, or before a guardianship ended, does not go on after it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.makers.accounts import make_actor
from tests.makers.consent import Family, Siblings, actor_of
from tests.makers.people import NOW, make_person, make_youth
from youthprog.access.types import Role
from youthprog.consent import queries as consent
from youthprog.consent import services as consent_services
from youthprog.core.actor import SYSTEM
from youthprog.core.refusals import Refused
from youthprog.outreach import queries as outreach
from youthprog.outreach.models import Message
from youthprog.outreach.services import follow_merge
from youthprog.outreach.types import Delivery
from youthprog.people import services as people
from youthprog.people.models import ContactPoint, Guardianship, Person
from youthprog.people.types import ContactKind, PeopleMerged

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
    assert all(row.withdrawn_at is None for row in consent.decisions_of(request.id))


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


def test_a_letter_that_names_a_child_one_is_kept_from_does_not_leave(session):
    """Whichever of the children it is: the letter is given up, and the family is asked about the others alone."""
    siblings = Siblings(3)
    siblings.ask()
    letter, on = newest(session), NOW.date()
    assert letter.also_about == [each.id for each in siblings.youth[1:]]
    assert not outreach.is_kept_from(letter, on)
    people.restrict_custody(
        siblings.youth[1], siblings.guardian, no_collect=True, no_decide=True, no_information=True, starts_on=on, **BY
    )
    assert outreach.is_kept_from(letter, on)
    assert letter.delivery is Delivery.CANCELED
    fresh = newest(session)
    words = fresh.subject + (fresh.unseal("text_sealed") or "") + (fresh.unseal("html_sealed") or "")
    assert "Mateo, Noa" in words
    assert "Luca" not in words


def test_an_ended_guardianship_keeps_a_family_letter_back(session):
    siblings = Siblings(2)
    siblings.ask()
    letter, on = newest(session), NOW.date()
    bond = session.query(Guardianship).filter_by(youth_id=siblings.youth[1].id).one()
    people.end_guardian(bond, **BY)
    assert outreach.is_kept_from(letter, on)


def test_staff_kept_from_one_child_do_not_see_the_familys_letter(session):
    siblings = Siblings(2)
    siblings.ask()
    letter, on = newest(session), NOW.date()
    barred, other = (make_actor(Role.COORDINATOR, make_person("Lee", "Gagnon").id) for _each in range(2))
    assert [line.message_id for line in outreach.list_messages(barred, on)] == [letter.id]
    adult = session.get(Person, barred.person_id)
    people.restrict_custody(
        siblings.youth[1], adult, no_collect=True, no_decide=True, no_information=True, starts_on=on, **BY
    )
    assert outreach.list_messages(barred, on) == []
    assert [line.message_id for line in outreach.list_messages(other, on)] == [letter.id]


def test_a_merge_takes_the_names_in_a_familys_letter_along(session):
    siblings = Siblings(2)
    siblings.ask()
    letter = newest(session)
    kept = make_youth("Luca")
    follow_merge(PeopleMerged(kept.id, siblings.youth[1].id, NOW))
    assert letter.also_about == [kept.id]
