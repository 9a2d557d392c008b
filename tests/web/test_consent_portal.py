"""A guardian reads, decides, signs and takes back, without JavaScript."""

from __future__ import annotations

import gzip

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers.accounts import make_account
from tests.makers.consent import YES, Family, actor_of, request_of, token_in_newest_mail
from tests.makers.people import NOW
from tests.support.proofs import cases
from tests.support.sitting import place_of
from youthprog.access.models import SignedLink
from youthprog.access.types import Role
from youthprog.audit.models import AuditEntry
from youthprog.consent import queries, services, signing
from youthprog.consent.models import ConsentDecision, ConsentEvent
from youthprog.consent.types import Signing
from youthprog.core import db
from youthprog.core.actor import SYSTEM
from youthprog.documents.models import Document
from youthprog.outreach.models import Message
from youthprog.people import services as people
from youthprog.people.queries import alerts_of, find_bond

SEPTEMBER = NOW.replace(hour=18)
ANSWERS = {
    1: {"choice": "yes"},
    2: {"choice": "yes"},
    3: {"choice": "no"},
    4: {"choice": "yes"},
    5: {"choice": "yes", "alert": "Peanut allergy, pen in the red bag", "detail": "Since 2020"},
    6: {"person_1": "Rosa Aguilar", "person_2": "Abuela Consuelo"},
    7: {"name": "José Luis Aguilar", "phone": "(217) 555-0142"},
}
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


@pytest.fixture
def token(family):
    return token_in_newest_mail()


def enter(visitor, token, language="en"):
    """Open the link, press the button, and agree to sign on a screen when that is asked."""
    page = visitor.get(f"/c/{token}")
    assert "Mateo" in page.h1
    page = visitor.post(f"/c/{token}", {"language": language})
    if place_of(page) == "agreement":
        address = page.response.request.path
        visitor.raw(address.replace("agreement", "sample"), "POST", data={"csrf_token": page.form()["csrf_token"]})
        page = visitor.post(address, {"way": "agree"})
    return page


def to_check(visitor, token, request_id, answers=ANSWERS):
    enter(visitor, token)
    for number, given in answers.items():
        visitor.post(f"/consent/{request_id}/q/{number}", given)


def to_signature(visitor, token, request_id):
    to_check(visitor, token, request_id)
    assert visitor.page.h1 == "Check your answers"
    return visitor.post(f"/consent/{request_id}/check")


def count(model, *conditions):
    db.session().rollback()
    return db.session().scalar(sa.select(sa.func.count()).select_from(model).where(*conditions))


def test_the_whole_way_to_the_receipt(visitor, family, token):
    request_id = request_of(family.youth).id
    page = enter(visitor, token)
    assert page.h1 == "May Mateo take part?"
    for number, given in ANSWERS.items():
        page = visitor.post(f"/consent/{request_id}/q/{number}", given)
    assert page.h1 == "Check your answers"
    assert "Peanut allergy" in page.text
    assert "(217) 555-0142" in page.text
    page = visitor.post(f"/consent/{request_id}/check")
    assert page.h1 == "Sign the form"
    assert "No photos of Mateo will be published." in page.text
    page = visitor.post(f"/consent/{request_id}/sign", SIGNED | {"version": page.form()["version"]})
    assert page.h1 == "Signed. Thank you, Rosa."
    assert "Mateo is cleared to take part." in page.text
    assert page.link("Download your copy").endswith("/copy.pdf")
    copy = visitor.raw(page.link("Download your copy"))
    assert copy.mimetype == "application/pdf"
    assert copy.data.startswith(b"%PDF")
    db.session().rollback()
    assert family.cleared_on(NOW.date())
    assert alerts_of([family.youth.id]) == {family.youth.id: "Peanut allergy, pen in the red bag"}
    assert queries.pickup_of([family.youth.id], NOW.date()) == {family.youth.id: ["Rosa Aguilar", "Abuela Consuelo"]}
    assert queries.lines_for([family.youth.id], family.season_id, NOW.date())[family.youth.id].photos is False
    mail = db.session().scalars(sa.select(Message).where(Message.kind == "consent_copy")).one()
    assert mail.document_id == request_of(family.youth).document_id


def test_spanish_from_the_first_page_to_the_sealed_record(visitor, family, token):
    request_id = request_of(family.youth).id
    page = enter(visitor, token, "es")
    assert page.tree.get("lang") == "es"
    assert page.h1 == "¿Puede participar Mateo?"
    for number, given in ANSWERS.items():
        page = visitor.post(f"/consent/{request_id}/q/{number}", given)
    page = visitor.post(f"/consent/{request_id}/check")
    page = visitor.post(f"/consent/{request_id}/sign", SIGNED | {"version": page.form()["version"]})
    assert page.h1 == "Firmado. Gracias, Rosa."
    db.session().rollback()
    assert db.session().scalars(sa.select(Document.language)).one() == "es"


@pytest.mark.proof("looks of a mail scanner use up no link and change nothing", room="consent")
def test_a_scanner_that_looks_a_thousand_times_changes_nothing(visitor, family, token, statements):
    visitor.get(f"/c/{token}")
    before = {table: count(table) for table in (ConsentEvent, AuditEntry, Message)}
    for number in range(cases(full=1000, sample=50)):
        assert visitor.raw(f"/c/{token}", ("GET", "HEAD")[number % 2]).status_code == 200
    statements_of_looking = [sent for sent in statements if sent.startswith(("UPDATE", "INSERT", "DELETE"))]
    assert statements_of_looking == []
    link = db.session().scalars(sa.select(SignedLink)).one()
    assert (link.used_at, link.ended_at) == (None, None)
    assert {table: count(table) for table in before} == before
    assert request_of(family.youth).opened_at is None
    assert enter(visitor, token).h1 == "May Mateo take part?"


def test_a_dropped_connection_loses_one_page_at_most(visitor, app, family, token):
    request_id = request_of(family.youth).id
    to_check(visitor, token, request_id, {n: a for n, a in ANSWERS.items() if n < 4})
    other = type(visitor)(app)
    assert enter(other, token).h1 == "May Mateo ride with us to away games?"


def test_save_and_finish_later_keeps_the_answer(visitor, family, token):
    request_id = request_of(family.youth).id
    enter(visitor, token)
    page = visitor.post(f"/consent/{request_id}/q/1", {"choice": "yes", "later": "1"})
    assert page.h1 == "Your answers are kept"
    assert "1 of 7 answered" in page.text
    db.session().rollback()
    assert queries.get_request(request_id).draft == {"take_part": {"choice": "yes"}}


def test_change_leads_back_to_the_list_of_answers(visitor, family, token):
    request_id = request_of(family.youth).id
    to_check(visitor, token, request_id)
    change = visitor.page.link("Change: Photos")
    visitor.get(change)
    page = visitor.post(change, {"choice": "yes"})
    assert page.h1 == "Check your answers"
    db.session().rollback()
    assert queries.get_request(request_id).draft["photos"] == {"choice": "yes"}


def test_no_answer_is_chosen_beforehand(visitor, family, token):
    enter(visitor, token)
    for number in (1, 2, 3, 4, 5):
        page = visitor.get(f"/consent/{request_of(family.youth).id}/q/{number}")
        assert not [field for field in page.all("input") if field.get("type") == "radio" and "checked" in field.attrib]


@pytest.mark.parametrize(
    ("number", "given", "sentence"),
    [
        (1, {}, "Choose one answer."),
        (1, {"choice": "perhaps"}, "Choose one"),
        (5, {"choice": "yes"}, "Write the few words a leader must know."),
        (5, {"choice": "yes", "alert": "x" * 121}, "This is too long: 120 characters at most."),
        (6, {"person_1": " "}, "Write at least one name."),
        (7, {"name": "José", "phone": "555-0142"}, "Add the area code"),
        (7, {"phone": "(217) 555-0142"}, "Write the name."),
    ],
)
def test_bad_answers_are_refused_in_words(visitor, family, token, number, given, sentence):
    enter(visitor, token)
    address = f"/consent/{request_of(family.youth).id}/q/{number}"
    page = visitor.post(address, given, status=422, form_from=address)
    assert sentence in page.text
    db.session().rollback()
    assert queries.get_request(request_of(family.youth).id).draft == {}


@pytest.mark.parametrize(
    ("left_out", "sentence"),
    [
        ("typed_name", "Type your full name."),
        ("is_guardian", "Tick the box if you are the parent or legal guardian."),
        ("agrees", "Tick the box to sign here, or call us and we send you paper."),
    ],
)
def test_a_signature_needs_name_and_both_boxes(visitor, family, token, left_out, sentence):
    request_id = request_of(family.youth).id
    page = to_signature(visitor, token, request_id)
    given = {name: value for name, value in SIGNED.items() if name != left_out}
    page = visitor.post(f"/consent/{request_id}/sign", given | {"version": page.form()["version"]}, status=422)
    assert sentence in page.text
    assert count(Document) == 0
    assert count(ConsentDecision) == 0


def test_a_double_click_gives_one_signature_and_the_same_receipt(visitor, family, token):
    request_id = request_of(family.youth).id
    page = to_signature(visitor, token, request_id)
    given = page.form() | SIGNED
    first = visitor.post(f"/consent/{request_id}/sign", given)
    second = visitor.raw(f"/consent/{request_id}/sign", "POST", data=given)
    assert second.status_code == 303
    assert second.location.endswith("/done")
    assert visitor.get(second.location).text == first.text
    assert count(Document) == 1
    assert count(Message, Message.kind == "consent_copy") == 1
    assert count(ConsentDecision) == len(YES)


def test_two_signatures_at_once_leave_one(visitor, family, token, monkeypatch):
    """The second was prepared before the first was recorded: it records nothing and shows the same receipt."""
    request_id = request_of(family.youth).id
    page = to_signature(visitor, token, request_id)
    given = SIGNED | {"version": page.form()["version"]}
    prepare, raced = signing.prepare_signature, []

    def slow(case, given, **kwargs):
        prepared = prepare(case, given, **kwargs)
        if not raced:
            raced.append(True)
            db.begin_writing()
            services.sign(queries.get_request(request_id), prepared, by=signer, now=SEPTEMBER)
            db.session().commit()
            return prepare_again
        return prepared

    case = queries.get_request(request_id)
    signer = actor_of(case.guardian)
    prepare_again = prepare(
        case, Signing("Rosa Elena Aguilar", True, True, case.request.version, "en"), by=signer, now=SEPTEMBER
    )
    db.session().rollback()
    monkeypatch.setattr(signing, "prepare_signature", slow)
    page = visitor.post(f"/consent/{request_id}/sign", given)
    assert page.h1 == "Signed. Thank you, Rosa."
    assert count(Document) == 1
    assert count(ConsentDecision) == len(YES)


def test_answers_changed_on_another_phone_are_not_signed(visitor, family, token):
    request_id = request_of(family.youth).id
    page = to_signature(visitor, token, request_id)
    version = page.form()["version"]
    db.session().rollback()
    case = queries.get_request(request_id)
    question = queries.questions_of(case.version.id)[2]
    services.answer(case, question, {"choice": "yes"}, by=SYSTEM, now=SEPTEMBER)
    db.session().commit()
    page = visitor.post(f"/consent/{request_id}/sign", SIGNED | {"version": version}, status=409)
    assert "Your answers changed since this page was opened." in page.text
    assert count(Document) == 0


def test_anothers_request_is_the_same_as_none(visitor, session, family, token):
    other = Family()
    request = other.ask(SEPTEMBER)
    session.commit()
    enter(visitor, token)
    theirs = visitor.raw(f"/consent/{request.id}/q/1")
    none = visitor.raw("/consent/999999/q/1")
    assert (theirs.status_code, none.status_code) == (404, 404)
    assert len(theirs.data) == len(none.data)


def test_without_a_link_there_is_no_form(visitor, family):
    assert visitor.raw(f"/consent/{request_of(family.youth).id}/q/1").status_code == 404
    assert visitor.get("/c/not-a-token", status=404).h1 == "This link does not work any more"


def test_a_restricted_guardian_finds_nothing_behind_the_link(visitor, session, family, token):
    enter(visitor, token)
    people.restrict_custody(
        family.youth, family.guardian, no_collect=True, no_decide=True, no_information=True,
        starts_on=NOW.date(), by=SYSTEM, now=SEPTEMBER,
    )  # fmt: skip
    session.commit()
    visitor.get(f"/c/{token}", status=404)
    assert visitor.raw(f"/consent/{request_of(family.youth).id}/q/1").status_code == 404


def test_a_guardian_who_may_not_decide_is_told_so(visitor, session, family, token):
    find_bond(family.youth.id, family.guardian.id).may_decide = False
    session.commit()
    page = enter(visitor, token)
    assert page.h1 == "This form cannot be answered"


def test_taking_back_ends_the_clearance_at_once(visitor, family, token):
    request_id = request_of(family.youth).id
    page = to_signature(visitor, token, request_id)
    visitor.post(f"/consent/{request_id}/sign", SIGNED | {"version": page.form()["version"]})
    page = visitor.get(f"/consent/{request_id}/take-back")
    page = visitor.post(f"/consent/{request_id}/take-back", {"sections": "take_part"})
    assert page.h1.startswith("Taken back. It ended on")
    db.session().rollback()
    assert not family.cleared_on(NOW.date())
    assert family.cleared_on(NOW.date()) is False
    visitor.get(f"/consent/{request_id}/take-back")
    page = visitor.post(f"/consent/{request_id}/take-back", {}, status=422)
    assert "Choose what you want to take back." in page.text


def test_a_signed_in_guardian_reaches_the_same_pages(visitor, session, family):
    visitor.sign_in(make_account(Role.GUARDIAN, family.guardian))
    session.commit()
    request_id = request_of(family.youth).id
    page = visitor.get("/my/forms")
    assert "Mateo" in page.text
    assert "Waiting: signature" in page.text
    page = visitor.post(f"/my/forms/{request_id}/open")
    assert page.h1 == "Before you sign on a screen"
    visitor.raw(f"/my/forms/{request_id}/sample", "POST", data={"csrf_token": page.form()["csrf_token"]})
    page = visitor.post(f"/my/forms/{request_id}/agreement", {"way": "agree"})
    assert page.h1 == "May Mateo take part?"
    for number, given in ANSWERS.items():
        page = visitor.post(f"/my/forms/{request_id}/q/{number}", given)
    page = visitor.post(f"/my/forms/{request_id}/check")
    page = visitor.post(f"/my/forms/{request_id}/sign", SIGNED | {"version": page.form()["version"]})
    assert page.h1 == "Signed. Thank you, Rosa."


def test_every_page_is_small(visitor, family, token):
    request_id = request_of(family.youth).id
    to_signature(visitor, token, request_id)
    for path in ("q/1", "q/5", "q/6", "q/7", "check", "sign", "whole", "later"):
        response = visitor.raw(f"/consent/{request_id}/{path}")
        assert response.status_code == 200
        assert len(gzip.compress(response.data)) < 15_000
