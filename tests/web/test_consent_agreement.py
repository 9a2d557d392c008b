"""Agreeing to sign on a screen comes before the first signature: 0 ways around, and paper on the same page."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers.accounts import make_account
from tests.makers.consent import (
    Family,
    Siblings,
    actor_of,
    agree,
    answer_all,
    request_of,
    signing,
    token_in_newest_mail,
)
from tests.makers.people import NOW
from tests.support.sitting import place_of
from youthprog.access.types import Role
from youthprog.consent import paper, queries, services
from youthprog.consent.models import ConsentDecision, ConsentRequest, Disclosure
from youthprog.consent.types import DISCLOSURE, Happening
from youthprog.core import db
from youthprog.core.refusals import Refused
from youthprog.documents.models import Document

SEPTEMBER = NOW.replace(hour=18)
SIGNED = {"typed_name": "Rosa Elena Aguilar", "is_guardian": "y", "agrees": "y"}


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


def enter(visitor, language="en"):
    token = token_in_newest_mail("consent_request")
    visitor.get(f"/c/{token}")
    return visitor.post(f"/c/{token}", {"language": language})


def open_sample(visitor, address):
    token = visitor.page.form()["csrf_token"]
    return visitor.raw(address.replace("/agreement", "/sample"), "POST", data={"csrf_token": token})


def disclosure():
    db.session().rollback()
    return db.session().scalar(sa.select(Disclosure))


def nothing_is_signed():
    db.session().rollback()
    signed = db.session().scalars(sa.select(ConsentRequest).where(ConsentRequest.signed_at.is_not(None))).all()
    return not signed and not db.session().scalars(sa.select(Document)).all() and not db.session().scalars(
        sa.select(ConsentDecision)
    ).all()  # fmt: skip


@pytest.mark.parametrize(
    ("language", "heading", "last"),
    [
        ("en", "Before you sign on a screen", "It costs 0 dollars."),
        ("es", "Antes de firmar en una pantalla", "Cuesta 0 dólares."),
    ],
)
def test_the_page_comes_first_and_has_the_seven_points(visitor, family, language, heading, last):
    page = enter(visitor, language)
    assert place_of(page) == "agreement"
    assert page.h1 == heading
    points = [each for lists in page.all("ol") for each in lists if each.tag.endswith("li")]
    assert len(points) == 7
    assert last in page.text
    assert "(217) 555-0100" in page.text
    assert "youth@riverton.example" in page.text


def test_agreeing_is_refused_until_the_server_saw_the_sample_opened(visitor, family):
    page = enter(visitor)
    address = page.response.request.path
    page = visitor.post(address, {"way": "agree"}, status=422)
    assert "Open the sample first. It shows that this device can read your copies." in page.text
    assert disclosure() is None
    opened = open_sample(visitor, address)
    assert opened.status_code == 303
    assert "/static/documents/sample-en.pdf" in opened.location
    with visitor.raw(opened.location) as sample:
        assert sample.data.startswith(b"%PDF")
    page = visitor.post(address, {"way": "agree"})
    assert page.h1 == "May Mateo take part?"


def test_what_is_kept_of_an_agreement(visitor, family):
    page = enter(visitor, "es")
    address = page.response.request.path
    open_sample(visitor, address)
    visitor.post(address, {"way": "agree"})
    row = disclosure()
    assert (row.person_id, row.version, row.language) == (family.guardian.id, DISCLOSURE, "es")
    assert SEPTEMBER <= row.opened_at <= row.accepted_at
    events = queries.events_of(request_of(family.youth).id)
    agreed = next(event for event in events if event.happening is Happening.AGREED)
    assert (agreed.detail["version"], agreed.detail["language"]) == (DISCLOSURE, "es")


def test_opening_and_agreeing_twice_count_once(visitor, family):
    page = enter(visitor)
    address = page.response.request.path
    open_sample(visitor, address)
    first = disclosure().opened_at
    open_sample(visitor, address)
    assert disclosure().opened_at == first
    visitor.post(address, {"way": "agree"})
    accepted = disclosure().accepted_at
    visitor.post(address, {"way": "agree"})
    assert disclosure().accepted_at == accepted


@pytest.mark.parametrize("way", ["", "yes", "AGREE"])
def test_nothing_but_the_button_agrees(visitor, family, way):
    page = enter(visitor)
    address = page.response.request.path
    open_sample(visitor, address)
    visitor.post(address, {"way": way}, status=422)
    assert disclosure().accepted_at is None


def test_no_address_signs_without_an_agreement(visitor, session):
    """Every answer is there and only the agreement is missing: whatever is posted straight to a sign URL, 0 signatures."""
    siblings = Siblings(2)
    siblings.ask(SEPTEMBER)
    for child in siblings.youth:
        case = queries.get_request(request_of(child).id)
        for question in queries.questions_of(case.version.id):
            services.answer(case, question, ANSWERS[question.key], by=actor_of(siblings.guardian), now=SEPTEMBER)
    account = make_account(Role.GUARDIAN, siblings.guardian)
    requests = [request_of(child) for child in siblings.youth]
    seen = " ".join(f"{each.id}:{each.version}" for each in requests)
    ids = [each.id for each in requests]
    session.commit()
    by_link, by_account = visitor, type(visitor)(visitor.app)
    enter(by_link)
    by_account.sign_in(account)
    by_account.get("/my/forms")
    for room, browser in (("/consent", by_link), ("/my/forms", by_account)):
        for request_id in ids:
            browser.get(f"{room}/{request_id}/agreement")
            for version in (seen, *[each for each in seen.split() if each.startswith(f"{request_id}:")]):
                page = browser.post(f"{room}/{request_id}/sign", SIGNED | {"version": version}, status=422)
                assert "First read what signing on a screen means, and agree to it." in page.text
            for place in ("check", "sign"):
                browser.post(f"{room}/{request_id}/check", {})
                assert "/agreement" in browser.get(f"{room}/{request_id}/sign").response.request.path, place
    assert nothing_is_signed()


ANSWERS = {
    "take_part": {"choice": "yes"},
    "emergency_care": {"choice": "yes"},
    "photos": {"choice": "yes"},
    "rides": {"choice": "yes"},
    "health": {"choice": "no"},
    "pickup": {"names": ["Rosa"]},
    "emergency_contact": {"name": "Ana", "phone": "+12175550142", "relation": ""},
}


def test_an_agreement_to_older_words_does_not_count(session, family):
    request = request_of(family.youth)
    answer_all(request, now=SEPTEMBER)
    session.scalars(sa.select(Disclosure)).one().version = "electronic-records-1"
    session.flush()
    with pytest.raises(Refused) as refused:
        services.prepare_signature(
            queries.get_request(request.id), signing(request), by=actor_of(family.guardian), now=SEPTEMBER
        )
    assert [reason.code for reason in refused.value.reasons] == ["not_agreed_to_screens"]


def test_an_agreement_taken_back_between_printing_and_recording_leaves_no_signature(session, family):
    request, by = request_of(family.youth), actor_of(family.guardian)
    answer_all(request, now=SEPTEMBER)
    case = queries.get_request(request.id)
    prepared = services.prepare_signature(case, signing(request), by=by, now=SEPTEMBER)
    services.want_paper([case], family.guardian.id, language="en", by=by, now=SEPTEMBER)
    with pytest.raises(Refused) as refused:
        services.sign(queries.get_request(request.id), prepared, by=by, now=SEPTEMBER)
    assert [reason.code for reason in refused.value.reasons] == ["not_agreed_to_screens"]


def test_paper_is_offered_on_the_page_and_the_office_sees_it(visitor, session, family):
    page = enter(visitor)
    address = page.response.request.path
    page = visitor.post(address, {"way": "paper"})
    assert page.h1 == "You get it on paper"
    row = disclosure()
    assert (row.wants_paper_at is not None, row.accepted_at) == (True, None)
    request_id = request_of(family.youth).id
    session.commit()
    office = type(visitor)(visitor.app).sign_in(make_account(Role.COORDINATOR))
    assert "Wants paper instead" in office.get(f"/consents/requests/{request_id}").text
    visitor.get(address)
    open_sample(visitor, address)
    assert visitor.post(address, {"way": "agree"}).h1 == "May Mateo take part?"
    assert disclosure().wants_paper_at is None


def test_who_agreed_reads_the_words_again_and_may_still_have_paper(visitor, session, family):
    agree(family.guardian, SEPTEMBER)
    session.commit()
    enter(visitor)
    page = visitor.get(f"/consent/{request_of(family.youth).id}/agreement")
    assert "You agreed on September 17, 2026." in page.text
    visitor.post(page.response.request.path, {"way": "paper"})
    assert disclosure().accepted_at is None


def test_the_record_carries_the_agreement(session, family):
    request = request_of(family.youth)
    answer_all(request, now=SEPTEMBER)
    case = queries.get_request(request.id)
    prepared = services.prepare_signature(case, signing(request), by=actor_of(family.guardian), now=SEPTEMBER)
    value = json.loads(paper.canonical(prepared.facts))
    assert value["disclosure"] == {
        "version": DISCLOSURE, "language": "en", "opened_at": SEPTEMBER.isoformat(), "accepted_at": SEPTEMBER.isoformat(),
        "sha256": services.disclosure_sha256("en"),
    }  # fmt: skip
    events = [event.how_we_know for event in paper.record_of(prepared.facts).events]
    assert f"Read “{DISCLOSURE}” in English, opened the sample first" in events
    assert [event["what"] for event in value["events"]].count("agreed") == 1
