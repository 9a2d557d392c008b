"""If rendering, sealing, the audit line or the commit fails, there is no signature, and the guardian is told so."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers.consent import Family, answer_all, request_of, token_in_newest_mail
from tests.makers.people import NOW
from tests.support.breaking import EACH, break_step, stored_files
from youthprog.audit.models import AuditEntry
from youthprog.consent.models import ConsentDecision, ConsentEvent, ConsentRequest, PickupPerson
from youthprog.consent.types import Happening
from youthprog.core import db
from youthprog.documents.models import Document
from youthprog.outreach.models import Message

SEPTEMBER = NOW.replace(hour=18)
SIGNED = {"typed_name": "Rosa Elena Aguilar", "is_guardian": "y", "agrees": "y"}


@pytest.fixture(autouse=True)
def september():
    with time_machine.travel(SEPTEMBER, tick=True):
        yield


@pytest.fixture
def request_id(session):
    """A form with every answer, waiting to be signed."""
    family = Family()
    family.ask(SEPTEMBER)
    answer_all(request_of(family.youth), now=SEPTEMBER)
    session.commit()
    return request_of(family.youth).id


def kept():
    """How much of a signature there is."""
    db.session().rollback()
    signed = (
        (ConsentRequest, ConsentRequest.signed_at.is_not(None)),
        (AuditEntry, AuditEntry.action == "consent.signed"),
    )
    events = (ConsentEvent, ConsentEvent.happening == Happening.SIGNED), (Message, Message.kind == "consent_copy")
    all_of = *signed, *events, (Document,), (ConsentDecision,), (PickupPerson,)
    return [
        db.session().scalar(sa.select(sa.func.count()).select_from(model).where(*conditions))
        for model, *conditions in all_of
    ]


def to_signature(visitor, request_id, language="en"):
    token = token_in_newest_mail()
    visitor.get(f"/c/{token}")
    visitor.post(f"/c/{token}", {"language": language})
    return visitor.post(f"/consent/{request_id}/check")


@pytest.mark.parametrize("step", EACH)
def test_there_is_no_signature(visitor, app, request_id, monkeypatch, step):
    page = to_signature(visitor, request_id)
    before = stored_files(app)
    assert kept() == [0] * 7
    with monkeypatch.context() as broken:
        break_step(broken, app, step)
        told = visitor.post(f"/consent/{request_id}/sign", SIGNED | {"version": page.form()["version"]}, status=503)
    assert "Nothing is signed." in told.text
    assert kept() == [0] * 7
    assert stored_files(app) == before
    page = visitor.get(f"/consent/{request_id}/sign")  # and it can be signed a minute later
    page = visitor.post(f"/consent/{request_id}/sign", SIGNED | {"version": page.form()["version"]})
    assert page.h1 == "Signed. Thank you, Rosa."
    assert kept()[:5] == [1] * 5
    assert len(stored_files(app) - before) == 1


def test_the_words_are_spanish_for_who_reads_spanish(visitor, app, request_id, monkeypatch):
    page = to_signature(visitor, request_id, "es")
    version = page.form()["version"]
    break_step(monkeypatch, app, "commit")
    page = visitor.post(f"/consent/{request_id}/sign", SIGNED | {"version": version}, status=503)
    assert page.h1 == "No se guardó nada"
    assert "No se ha firmado nada." in page.text
