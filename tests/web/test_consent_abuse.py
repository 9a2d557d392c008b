"""What people and programs do to a guardian's pages: hostile words in every field, and secrets looked for everywhere."""

from __future__ import annotations

import io
import logging

import pypdf
import pytest
import sqlalchemy as sa
import time_machine

from tests.makers.accounts import make_account
from tests.makers.consent import YES, Family, answer_all, request_of, token_in_newest_mail
from tests.makers.people import NOW
from tests.support.sitting import Walk
from youthprog.access.types import Role
from youthprog.audit.models import AuditEntry
from youthprog.consent import queries
from youthprog.consent.models import ConsentEvent, ConsentRequest
from youthprog.core import db
from youthprog.documents.models import Document
from youthprog.documents.services import load_bytes

SEPTEMBER = NOW.replace(hour=18)
TOWER = "a" + "\u0301" * 50_000
# In any field: verbatim, or refused.
HOSTILE = {
    "tower of 50,000 accents": TOWER,
    "template": "{{7*7}} ${7*7} %(name)s",
    "file": "file:///etc/passwd",
    "markup": "<img src=x onerror=alert(1)>",
}
FIELDS = {
    "q/5": {"choice": "yes", "alert": "*", "detail": "*"},
    "q/6": {"person_1": "*", "person_6": "*"},
    "q/7": {"name": "*", "phone": "(217) 555-0142", "relation": "*"},
}


@pytest.fixture(autouse=True)
def september():
    with time_machine.travel(SEPTEMBER, tick=True):
        yield


@pytest.fixture
def family(session):
    family = Family()
    family.ask(SEPTEMBER)
    session.commit()
    return family


def typed(value, fields):
    return {name: value if given == "*" else given for name, given in fields.items()}


def words_of(content):
    reader = pypdf.PdfReader(io.BytesIO(content))
    attached = " ".join(data.decode() for files in reader.attachments.values() for data in files)
    return " ".join(page.extract_text() for page in reader.pages) + attached


# ---- hostile words ----


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("place", FIELDS)
def test_hostile_words_are_kept_verbatim_or_refused(visitor, family, place, kind):
    value = HOSTILE[kind]
    answer_all(request_of(family.youth), now=SEPTEMBER)
    db.session().commit()
    walk = Walk(visitor, token_in_newest_mail("consent_request"))
    address = f"/consent/{request_of(family.youth).id}/{place}"
    visitor.get(address)
    page = visitor.post(address, typed(value, FIELDS[place]), status=422 if kind.startswith("tower") else 200)
    kept = queries.get_request(request_of(family.youth).id).draft
    if kind.startswith("tower"):
        assert "too many accents" in page.text or "too long" in page.text
        assert kept == YES
    else:
        page = visitor.get(f"/consent/{request_of(family.youth).id}/check")
        assert value in page.text
        assert "49" not in page.text.replace("(217) 555-0149", "")
    assert walk.pages == ["landing"]
    office = type(visitor)(visitor.app).sign_in(make_account(Role.COORDINATOR))
    for other in ("/consents", f"/consents/requests/{request_of(family.youth).id}", "/outbox"):
        assert "Mateo" in office.get(other).text or other == "/consents"


@pytest.mark.press
@pytest.mark.parametrize("kind", ["template", "file", "markup"])
def test_hostile_words_are_printed_verbatim_and_fetch_nothing(visitor, family, kind):
    value = HOSTILE[kind]
    person = {"name": value, "phone": "+12175550142", "relation": value}
    answer_all(request_of(family.youth), now=SEPTEMBER, pickup={"names": [value]}, emergency_contact=person)
    db.session().commit()
    page = Walk(visitor, token_in_newest_mail("consent_request")).run(
        sign={**sign_of(family), "typed_name": value},
    )  # fmt: skip
    assert page.h1 == "Signed. Thank you, Rosa."
    db.session().rollback()
    document = db.session().scalars(sa.select(Document)).one()
    text = words_of(load_bytes(document))
    assert "".join(value.split()) in "".join(text.split())
    assert "root:" not in text
    assert "49 49" not in text


def test_a_tower_of_accents_is_no_signature(visitor, family):
    answer_all(request_of(family.youth), now=SEPTEMBER)
    db.session().commit()
    walk = Walk(visitor, token_in_newest_mail("consent_request"))
    page = walk.run(until="sign")
    page = visitor.post(page.response.request.path, {**sign_of(family), "typed_name": TOWER}, status=422)
    assert "too many accents" in page.text or "too long" in page.text
    assert db.session().scalars(sa.select(Document)).all() == []


def sign_of(family):
    request = request_of(family.youth)
    return {"version": f"{request.id}:{request.version}", "is_guardian": "y", "agrees": "y"}


# ---- the link's secret ----


@pytest.mark.press
def test_the_secret_stands_nowhere_but_in_the_mail(visitor, family, caplog):
    caplog.set_level(logging.DEBUG)
    token = token_in_newest_mail("consent_request")
    answer_all(request_of(family.youth), now=SEPTEMBER)
    db.session().commit()
    page = Walk(visitor, token).run()
    assert page.h1 == "Signed. Thank you, Rosa."
    visitor.get(f"/c/{token}x", status=404)
    db.session().rollback()
    trail = [str(line.detail) for line in db.session().scalars(sa.select(AuditEntry))]
    events = [str(event.detail) for event in db.session().scalars(sa.select(ConsentEvent))]
    copies = token_in_newest_mail("consent_copy")
    document = db.session().scalars(sa.select(Document)).one()
    content = load_bytes(document)
    assert trail
    assert events
    for secret in (token, copies):
        assert not any(secret in line for line in trail + events)
        assert secret not in caplog.text
        assert secret.encode() not in content
        assert secret not in words_of(content)
    assert token not in page.text_source


def test_no_page_passes_the_secret_on_as_a_referer(visitor, family):
    token = token_in_newest_mail("consent_request")
    for address, status in ((f"/c/{token}", 200), (f"/c/{token}x", 404)):
        page = visitor.get(address, status=status)
        policy = [meta.get("content") for meta in page.all("meta") if meta.get("name") == "referrer"]
        assert policy == ["no-referrer"]
        assert page.response.headers["Referrer-Policy"] in ("no-referrer", "same-origin")
        outside = [a.get("href", "") for a in page.all("a") if a.get("href", "").startswith(("http:", "https:", "//"))]
        assert outside == []
        fetched = [e.get("src") or "" for tag in ("img", "script", "iframe") for e in page.all(tag)]
        assert all(token not in each for each in fetched)


def test_after_entering_no_address_holds_the_secret(visitor, family):
    token = token_in_newest_mail("consent_request")
    page = visitor.get(f"/c/{token}")
    answer = visitor.raw(f"/c/{token}", "POST", data={"language": "en", "csrf_token": page.form()["csrf_token"]})
    assert answer.status_code == 303
    assert token not in answer.location
    assert token not in str(answer.headers)
    page = visitor.get(answer.location)
    assert token not in page.text_source


# ---- one signature ----


def test_a_retry_after_a_lost_answer_gives_the_same_receipt(visitor, family):
    """The browser never saw the answer: it comes again by the link, from another device, and finds the receipt."""
    answer_all(request_of(family.youth), now=SEPTEMBER)
    db.session().commit()
    token = token_in_newest_mail("consent_request")
    walk = Walk(visitor, token)
    page = walk.run(until="sign")
    lost = visitor.raw(page.response.request.path, "POST", data=page.form() | {**sign_of(family), "typed_name": "Rosa"})
    assert lost.status_code == 303
    again = visitor.raw(
        page.response.request.path, "POST", data=page.form() | {**sign_of(family), "typed_name": "Rosa"}
    )
    assert again.location == lost.location
    receipt = visitor.get(lost.location).text
    other = type(visitor)(visitor.app)
    other.get(f"/c/{token}")
    assert other.post(f"/c/{token}", {"language": "en"}).text == receipt
    assert len(db.session().scalars(sa.select(Document)).all()) == 1
    assert len(db.session().scalars(sa.select(ConsentRequest).where(ConsentRequest.signed_at.is_not(None))).all()) == 1
