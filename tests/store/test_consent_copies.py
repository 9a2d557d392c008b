"""The copy for the signer: one mail an act, a file and a link for each child, and nobody in it who may not be."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers.consent import Siblings, actor_of, answer_all, signing
from tests.makers.people import NOW
from youthprog.access.queries import find_link
from youthprog.access.types import LinkPurpose
from youthprog.consent import queries, services
from youthprog.consent.models import ConsentEvent
from youthprog.consent.types import Happening
from youthprog.documents import services as documents
from youthprog.outreach import services as outreach
from youthprog.outreach.models import Message
from youthprog.outreach.queries import envelope_of
from youthprog.outreach.types import Delivery, MessageSent
from youthprog.people.types import CustodyRestricted

NUTS = {"choice": "yes", "alert": "Peanuts: pen in the red bag", "detail": "Hives within minutes"}


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def family(session):
    """Three children, one signature."""
    found = Siblings(3)
    found.requests = found.ask()
    for request in found.requests:
        answer_all(request, health=NUTS)
    by = actor_of(found.guardian)
    acts = [(queries.get_request(each.id), signing(each)) for each in found.requests]
    prepared = services.prepare_signatures(acts, by=by, now=NOW)
    services.sign_together([(case, ready) for (case, _sign), ready in zip(acts, prepared, strict=True)], by=by, now=NOW)
    return found


def copies(session, *conditions):
    statement = sa.select(Message).where(Message.kind == services.COPY, *conditions).order_by(Message.id)
    return list(session.scalars(statement))


def texts_of(message):
    return message.subject + (message.unseal("text_sealed") or "") + (message.unseal("html_sealed") or "")


def test_one_mail_carries_the_record_of_each_child(session, family):
    (message,) = copies(session)
    papers = [queries.document_of(each) for each in family.requests]
    assert [message.document_id, *message.also_documents] == [each.id for each in papers]
    assert [message.about_youth_id, *message.also_about] == [each.id for each in family.youth]
    attached = envelope_of(message).attachments
    assert [(each.name, each.content) for each in attached] == [
        (f"{each.code}.pdf", documents.load_bytes(each)) for each in papers
    ]
    assert message.subject == "Your signed forms for Mateo, Luca, Noa"
    assert [each.signed_with_id for each in family.requests] == [None, family.requests[0].id, family.requests[0].id]


def test_each_child_has_a_link_to_its_own_answers_and_its_code(session, family):
    (message,) = copies(session)
    for body in (message.unseal("text_sealed"), message.unseal("html_sealed")):
        tokens = re.findall(r"/c/([\w-]+)", body)
        keys = [find_link(each, LinkPurpose.CONSENT) for each in tokens]
        assert [key.subject_id for key in keys] == [each.id for each in family.requests]
        parts = re.split(r"/c/", body)
        for part, request in zip(parts, family.requests, strict=False):
            code = queries.document_of(request).code
            assert f"{code[:4]}-{code[4:]}" in part


def test_no_word_about_health_leaves_in_it(session, family):
    (message,) = copies(session)
    for word in ("Peanuts", "pen", "Hives"):
        assert not re.search(rf"\b{word}\b", texts_of(message))


def test_that_it_left_is_told_of_each_child(session, family):
    (message,) = copies(session)
    services.note_sent(MessageSent(message.id, message.kind, message.subject_id))
    told = sa.select(ConsentEvent.request_id).where(ConsentEvent.happening == Happening.COPY_SENT)
    assert sorted(session.scalars(told)) == [each.id for each in family.requests]


def test_before_it_leaves_a_restriction_takes_that_child_out_of_it(session, family):
    services.close_for_restricted(CustodyRestricted(family.youth[1].id, family.guardian.id))
    given_up, message = copies(session)
    assert given_up.delivery is Delivery.CANCELED
    assert "Luca" not in texts_of(message)
    kept = (family.requests[0], family.requests[2])
    assert [message.document_id, *message.also_documents] == [each.document_id for each in kept]
    assert family.youth[1].id not in (message.about_youth_id, *message.also_about)


def test_what_is_purged_is_emptied_though_another_child_stands_first(session, family):
    (message,) = copies(session)
    second = family.requests[1]
    outreach.forget("consent", second.id)
    assert (message.unseal("text_sealed"), message.also_documents, message.to_address) == (None, [], "")


def test_one_child_has_a_letter_of_its_own_words(session):
    family = Siblings(1)
    (request,) = family.ask()
    answer_all(request)
    by = actor_of(family.guardian)
    prepared = services.prepare_signature(queries.get_request(request.id), signing(request), by=by, now=NOW)
    services.sign(queries.get_request(request.id), prepared, by=by, now=NOW)
    (message,) = copies(session)
    assert message.subject == "Your signed form for Mateo"
    assert (message.also_documents, message.also_about) == ([], [])
