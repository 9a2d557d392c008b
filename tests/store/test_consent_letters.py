"""Letters where a program asks several forms: one a family, naming the right forms of each child."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers.consent import Siblings, actor_of, answer_all, signing
from tests.makers.forms import form_of, section
from tests.makers.people import NOW, make_contacts, make_person
from youthprog.consent import queries, services
from youthprog.consent.cases import NOTICE
from youthprog.consent.models import ConsentRequest
from youthprog.consent.types import RequestState, SectionKind
from youthprog.core.actor import SYSTEM
from youthprog.outreach.models import Message
from youthprog.outreach.types import Delivery, MessageBounced, MessageSent
from youthprog.people.models import Guardianship
from youthprog.people.types import CustodyRestricted, Relationship
from youthprog.programs.types import GuardianRule

DEED = {"by": SYSTEM, "now": NOW}
CAMP = form_of("camp", section("camp", SectionKind.DECISION, required=True, label="Nights away"))
LATER = NOW + timedelta(days=7)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def family(session):
    """Two children in a program that asks the starter form and a camp form."""
    found = Siblings(2)
    services.publish_starter_form(now=NOW)
    found.camp = services.publish_form(CAMP, **DEED)
    services.use_form(found.camp.form_id, {found.group.season.program_id: "beside"}, **DEED)
    return found


def requests(session):
    return list(session.scalars(sa.select(ConsentRequest).order_by(ConsentRequest.id)))


def letters(session, kind):
    return list(session.scalars(sa.select(Message).where(Message.kind == kind).order_by(Message.id)))


def texts_of(message):
    """The words of both bodies, blanks as they are read."""
    return [" ".join((message.unseal(each) or "").split()) for each in ("text_sealed", "html_sealed")]


def sign(family, request):
    answer_all(request, camp={"choice": "yes"})
    by = actor_of(family.guardian)
    prepared = services.prepare_signature(queries.get_request(request.id), signing(request), by=by, now=NOW)
    services.sign(queries.get_request(request.id), prepared, by=by, now=NOW)


def test_one_letter_names_every_form_of_every_child(session, family):
    family.ask()
    (message,) = letters(session, services.ASK)
    text, html = texts_of(message)
    assert "The forms: - Mateo: Taking part, Camp - Luca: Taking part, Camp" in text
    assert "<li>Luca: Taking part, Camp</li>" in html
    assert [message.subject_id, *message.also_subjects] == [each.id for each in requests(session)]
    assert message.subject.startswith("Mateo, Luca: forms to sign for ")


def test_when_it_leaves_or_comes_back_every_form_knows(session, family):
    family.ask()
    (message,) = letters(session, services.ASK)
    services.note_sent(MessageSent(message.id, message.kind, message.subject_id))
    assert {each.state for each in requests(session)} == {RequestState.SENT}
    services.note_bounced(MessageBounced(message.id, message.kind, message.subject_id, None))
    assert {each.state for each in requests(session)} == {RequestState.BOUNCED}


def test_one_child_with_two_forms_has_two_forms_in_the_subject(session, family):
    services.ask([family.youth[0].id], family.season_id, **DEED)
    (message,) = letters(session, services.ASK)
    assert message.subject.startswith("Mateo: 2 forms to sign for ")
    services.note_sent(MessageSent(message.id, message.kind, message.subject_id))
    assert [each.state for each in requests(session)] == [RequestState.SENT] * 2


def test_only_what_is_still_owed_is_named(session, family):
    services.ask([family.youth[0].id], family.season_id, **DEED)
    sign(family, requests(session)[0])
    services.close_form(family.camp.form_id, withdraws=True, **DEED)
    services.open_form_again(family.camp.form_id, **DEED)
    services.ask([family.youth[0].id], family.season_id, **DEED)
    message = letters(session, services.ASK)[-1]
    assert all("The form: Camp." in each and "Taking part" not in each for each in texts_of(message))
    assert message.subject.startswith("Mateo: one form to sign for ")


def test_a_renamed_form_is_called_as_it_was_published(session, family):
    services.rename_form(family.camp.form_id, "Summer", "Verano", **DEED)
    family.ask()
    assert all("Camp" in each and "Summer" not in each for each in texts_of(letters(session, services.ASK)[0]))


def test_in_spanish(session, family):
    family.guardian.language = "es"
    session.flush()
    family.ask()
    (message,) = letters(session, services.ASK)
    assert "Los formularios: - Mateo: Participación, Camp" in texts_of(message)[0]


def test_who_is_told_gets_one_letter_too(session, family):
    family.group.season.program.guardian_rule = GuardianRule.ONE_UNLESS
    other = make_person("Paul", "Aguilar")
    make_contacts(other, email="paul@family.example", phone="+12175550177")
    session.add_all(
        Guardianship(youth_id=each.id, guardian_id=other.id, relationship=Relationship.FATHER, rank=2)
        for each in family.youth
    )
    session.flush()
    family.ask()
    (message,) = letters(session, NOTICE)
    assert message.person_id == other.id
    assert all("Luca: Taking part, Camp" in each for each in texts_of(message))
    assert len(message.also_subjects) == 3


# ---- reminders ----


def remind(now):
    with time_machine.travel(now, tick=False):
        return sum(services.remind_due(now))


def test_the_clock_writes_one_reminder_a_family(session, family):
    family.ask()
    due = requests(session)[0].due_on
    sign(family, requests(session)[0])
    now = NOW.replace(year=due.year, month=due.month, day=due.day) - timedelta(days=1)
    assert remind(now) == 1
    (message,) = letters(session, services.REMIND)
    for text in texts_of(message):
        assert "Mateo: Camp" in text
        assert "Luca: Taking part, Camp" in text
        assert "Mateo: Taking part" not in text
        assert "Still missing for Luca:" in text
        assert "Nights away" in text
        assert "Health" not in text
    assert message.subject == "Still open: forms for Mateo, Luca"
    assert [message.subject_id, *message.also_subjects] == [each.id for each in requests(session)[1:]]
    assert remind(now) == 0


def test_by_hand_one_letter_names_all_that_waits(session, family):
    family.ask()
    ids = [each.id for each in requests(session)]
    told = services.remind_each(ids, by=SYSTEM, now=NOW)
    assert (told.letters, told.reached, told.unreached) == (1, frozenset(ids), frozenset())
    (message,) = letters(session, services.REMIND)
    assert "Luca: Taking part, Camp" in texts_of(message)[0]


def test_who_cannot_be_reminded_holds_up_nobody(session, family):
    family.ask()
    first, *_rest = requests(session)
    first.state = RequestState.CANCELED
    told = services.remind_each([each.id for each in requests(session)], by=SYSTEM, now=NOW)
    assert (told.letters, told.unreached) == (1, frozenset({first.id}))


def test_a_child_one_may_not_know_of_is_taken_out_of_a_waiting_reminder(session, family):
    family.ask()
    services.remind(requests(session)[0].id, by=SYSTEM, now=NOW)
    services.close_for_restricted(CustodyRestricted(family.youth[0].id, family.guardian.id))
    given_up, message = letters(session, services.REMIND)
    assert given_up.delivery is Delivery.CANCELED
    assert all("Mateo" not in each for each in texts_of(message))
    assert all("Taking part" in each and "Camp" in each for each in texts_of(message))
