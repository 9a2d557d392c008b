"""A part signed after the guardian: a sealed record of its own, at once with it or not at all."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
import sqlalchemy as sa
import time_machine
from pypdf import PdfReader

from tests.makers.accounts import make_account
from tests.makers.consent import Family, token_in_newest_mail
from tests.makers.parts import DOCTORS, Parted, doctors_token
from tests.makers.people import NOW, make_person
from tests.makers.programs import lead
from tests.support.breaking import EACH, break_step, stored_files
from tests.support.pages import Visitor
from youthprog.access.types import Role
from youthprog.audit.models import AuditEntry
from youthprog.consent import queries, record_queries, services
from youthprog.consent.models import ConsentDecision, ConsentEvent, ConsentPart
from youthprog.core import db
from youthprog.core.actor import SYSTEM
from youthprog.core.refusals import Conflict
from youthprog.documents.codes import grouped
from youthprog.documents.models import Document
from youthprog.documents.services import load_bytes, verify_upload
from youthprog.documents.types import DocumentKind
from youthprog.outreach.models import Message
from youthprog.programs.types import StaffRole

SEPTEMBER = NOW.replace(hour=18)
SUPPLEMENT = Document.kind == DocumentKind.SUPPLEMENT_RECORD
SIGNED = {**DOCTORS, "typed_name": "Ada Obi"}


@pytest.fixture(autouse=True)
def september():
    with time_machine.travel(SEPTEMBER, tick=True):
        yield


@pytest.fixture
def parted(session):
    """Signed by the guardian; nobody else has signed."""
    found = Parted(Family(), SEPTEMBER).sign()
    found.token = doctors_token()
    session.commit()
    return found


@pytest.fixture
def coach(parted, session):
    person = make_person("Casey", "Coach")
    lead(person, parted.family.group, StaffRole.HEAD_COACH, parted.family.youth)
    account = make_account(Role.COACH, person)
    session.commit()
    return account


@pytest.fixture
def desk(app):
    return Visitor(app).sign_in(make_account(Role.COORDINATOR))


def count(model, *conditions):
    db.session().rollback()
    return db.session().scalar(sa.select(sa.func.count()).select_from(model).where(*conditions))


def sign_as_doctor(app, parted, status=200):
    visitor = Visitor(app)
    visitor.get(f"/p/{parted.token}")
    return visitor.post(f"/p/{parted.token}", SIGNED, status=status)


def newest_supplement():
    db.session().rollback()
    return db.session().scalars(sa.select(Document).where(SUPPLEMENT).order_by(Document.id.desc())).first()


@pytest.mark.press
def test_the_doctors_part_is_sealed_with_the_words_the_doctor_saw(app, parted):
    page = sign_as_doctor(app, parted)
    assert page.h1 == "Signed. Thank you."
    document = newest_supplement()
    first = queries.document_of(parted.case.request)
    content = load_bytes(document)
    assert verify_upload(content).seal.is_good
    reader = PdfReader(BytesIO(content))
    value = json.loads(reader.attachments["supplement.json"][0])
    assert value["of"]["code"] == first.code
    assert value["of"]["sha256"] == first.sha256
    assert value["section"]["answer"] == DOCTORS
    assert value["section"]["body"] == "About Mateo of ____, ____."
    assert value["signature"] == {
        "address": "o•••@clinic.example", "at": value["signature"]["at"], "typed_name": "Ada Obi", "way": "link",
        "scan_sha256": None,
    }  # fmt: skip
    assert [each["what"] for each in value["events"]] == ["signed", "part_asked", "part_signed"]
    printed = " ".join(" ".join(each.extract_text() for each in reader.pages).split())
    for words in (grouped(first.code), "About Mateo of ____, ____.", "Ada Obi", "Riverton Clinic, license 4711"):
        assert words in printed
    assert "Lincoln" not in printed
    part = parted.part("doctor")
    assert (part.document_id, part.typed_name) == (document.id, "Ada Obi")
    line = db.session().scalars(sa.select(AuditEntry).where(AuditEntry.action == "consent.part_signed")).one()
    assert line.detail["sha256"] == document.sha256
    assert queries.document_of(parted.case.request).sha256 == first.sha256


def test_in_the_language_of_the_signers_page(parted):
    how = {"typed_name": "Ada Obi", "by": SYSTEM, "now": SEPTEMBER, "language": "es"}
    prepared = services.prepare_part(parted.case, parted.question("doctor"), DOCTORS, **how)
    assert prepared.document.language == "es"
    assert "Parte añadida a una constancia firmada" in prepared.document.content.decode()


def test_each_part_has_one_and_the_first_record_names_them_in_public(app, parted, desk, coach):
    sign_as_doctor(app, parted)
    desk.post(parted.address("desk"), {"field_1": "12"}, form_from=parted.address("desk"))
    Visitor(app).sign_in(coach).post(parted.address("seen"), {"choice": "yes"}, form_from=parted.address("seen"))
    assert count(Document, SUPPLEMENT) == 3
    lines = record_queries.supplements_of(parted.id)
    assert [each.is_health for each in lines] == [True, False, False]
    assert [lines[0].signer, lines[2].signer] == ["Ada Obi", "Casey Coach"]
    visitor = Visitor(app)
    page = visitor.get(f"/v/{grouped(queries.document_of(parted.case.request).code)}")
    assert "Parts signed later" in page.text
    for each in lines:
        assert grouped(each.code) in page.text
        own = visitor.get(f"/v/{grouped(each.code)}")
        assert "This document is genuine" in own.text
        for secret in ("Mateo", "Aguilar", "Obi", "Fit", "Doctor"):
            assert secret not in own.text


def test_the_words_of_a_coach_and_of_the_office_are_their_own(app, parted, desk, coach):
    Visitor(app).sign_in(coach).post(parted.address("seen"), {"choice": "yes"}, form_from=parted.address("seen"))
    press = app.extensions["youthprog.press"]
    assert "Mateo Aguilar, ____, ____." in press.jobs[-1].html
    desk.post(parted.address("desk"), {"field_1": "12"}, form_from=parted.address("desk"))
    html = press.jobs[-1].html
    assert "Locker: 12" in html
    assert "own account" in html


def test_a_second_click_makes_no_second_record(app, parted):
    visitor = Visitor(app)
    visitor.get(f"/p/{parted.token}")
    before, token = stored_files(app), visitor.page.form()["csrf_token"]
    for _click in range(2):
        answer = visitor.raw(f"/p/{parted.token}", "POST", data={"csrf_token": token, **SIGNED})
        assert "Signed. Thank you." in answer.text
    assert count(Document, SUPPLEMENT) == 1
    assert len(stored_files(app) - before) == 1


def test_two_clicks_at_once_leave_one_record_and_no_file_behind(app, parted, monkeypatch):
    """The second was prepared before the first was recorded."""
    before, prepare = stored_files(app), services.prepare_part

    def slow(case, question, given, **how):
        mine, other = (prepare(case, question, given, **how) for _each in range(2))
        how.pop("language")
        db.begin_writing()
        services.sign_part(parted.case, question, given, prepared=other, **how)
        db.session().commit()
        return mine

    monkeypatch.setattr(services, "prepare_part", slow)
    assert sign_as_doctor(app, parted).h1 == "Signed. Thank you."
    assert count(Document, SUPPLEMENT) == 1
    assert len(stored_files(app) - before) == 1


@pytest.mark.parametrize("step", EACH)
def test_what_breaks_leaves_no_signature_of_the_part(app, parted, monkeypatch, step):
    visitor = Visitor(app)
    visitor.get(f"/p/{parted.token}")
    before = stored_files(app), count(ConsentEvent), count(ConsentDecision), count(Document)
    break_step(monkeypatch, app, step)
    page = visitor.post(f"/p/{parted.token}", SIGNED, status=503)
    monkeypatch.undo()
    assert "Nothing is signed." in page.text
    assert (stored_files(app), count(ConsentEvent), count(ConsentDecision), count(Document)) == before
    assert count(ConsentPart, ConsentPart.signed_at.is_not(None)) == 0
    assert count(AuditEntry, AuditEntry.action == "consent.part_signed") == 0
    assert sign_as_doctor(app, parted).h1 == "Signed. Thank you."


def test_what_breaks_leaves_no_signature_of_the_office_either(app, parted, desk, monkeypatch):
    desk.get(parted.address("desk"))
    break_step(monkeypatch, app, "render")
    page = desk.post(parted.address("desk"), {"field_1": "12"}, status=503)
    monkeypatch.undo()
    assert "Nothing is signed." in page.text
    assert parted.part("desk").signed_at is None


# ---- before the guardian ----


def test_before_the_guardian_a_part_goes_into_the_guardians_record(session):
    parted = Parted(Family(), SEPTEMBER)
    question, how = parted.question("seen"), {"typed_name": "Casey", "by": SYSTEM, "now": SEPTEMBER}
    prepared = services.prepare_part(parted.case, question, {"choice": "yes"}, **how)
    assert prepared is None
    services.sign_part(parted.case, question, {"choice": "yes"}, prepared=None, **how)
    parted.sign()
    assert parted.part("seen").document_id is None
    assert record_queries.supplements_of(parted.id) == []


def test_a_part_signed_while_the_guardian_signs_is_lost_to_neither_record(session):
    """Printed before, recorded after: the guardian's record would say that the part waits."""
    parted = Parted(Family(), SEPTEMBER)
    guardians = parted.prepare()
    question, how = parted.question("seen"), {"typed_name": "Casey", "by": SYSTEM, "now": SEPTEMBER}
    services.sign_part(parted.case, question, {"choice": "yes"}, prepared=None, **how)
    with pytest.raises(Conflict):
        parted.sign(guardians)


def test_a_part_prepared_before_the_guardian_signed_is_not_recorded_without_its_record(session):
    parted = Parted(Family(), SEPTEMBER)
    question, how = parted.question("seen"), {"typed_name": "Casey", "by": SYSTEM, "now": SEPTEMBER}
    prepared = services.prepare_part(parted.case, question, {"choice": "yes"}, **how)
    parted.sign()
    with pytest.raises(Conflict):
        services.sign_part(parted.case, question, {"choice": "yes"}, prepared=prepared, **how)
    assert parted.part("seen").signed_at is None


def test_the_record_of_one_answer_is_not_kept_with_another(parted):
    how = {"typed_name": "Ada Obi", "by": SYSTEM, "now": SEPTEMBER}
    prepared = services.prepare_part(parted.case, parted.question("doctor"), DOCTORS, **how)
    with pytest.raises(Conflict):
        services.sign_part(parted.case, parted.question("doctor"), DOCTORS | {"choice": "no"}, prepared=prepared, **how)


# ---- who may open it ----


def test_the_youths_page_and_the_requests_page_lead_to_it(app, parted, desk):
    sign_as_doctor(app, parted)
    document = newest_supplement()
    address = f"/consents/requests/{parted.id}/records/{document.id}.pdf"
    page = desk.get(f"/consents/youth/{parted.family.youth.id}")
    assert page.link("Part signed later") == address
    assert desk.get(f"/consents/requests/{parted.id}").link("Sealed record: Doctor") == address
    assert desk.raw(address).data == load_bytes(document)
    reads = count(AuditEntry, AuditEntry.action == "consent.record.read")
    assert reads == 1


def test_before_its_day_the_youths_page_does_not_show_it(app, parted, desk):
    sign_as_doctor(app, parted)
    page = desk.get(f"/consents/youth/{parted.family.youth.id}?on=2026-09-01")
    assert "Part signed later" not in page.text


def test_a_coach_opens_no_record(app, parted, coach):
    sign_as_doctor(app, parted)
    visitor = Visitor(app).sign_in(coach)
    assert visitor.raw(f"/consents/requests/{parted.id}/records/{newest_supplement().id}.pdf").status_code == 404
    assert "records/" not in visitor.get(f"/consents/requests/{parted.id}").text_source


def test_a_record_of_another_request_is_not_there(app, parted, desk):
    sign_as_doctor(app, parted)
    assert desk.raw(f"/consents/requests/{parted.id + 1}/records/{newest_supplement().id}.pdf").status_code == 404
    assert desk.raw(f"/consents/requests/{parted.id}/records/999999.pdf").status_code == 404


def test_by_a_link_the_guardian_opens_the_offices_part_and_not_the_doctors(app, parted, desk):
    sign_as_doctor(app, parted)
    desk.post(parted.address("desk"), {"field_1": "12"}, form_from=parted.address("desk"))
    visitor, token = Visitor(app), token_in_newest_mail("consent_copy")
    visitor.get(f"/c/{token}")
    visitor.post(f"/c/{token}", {"language": "en"})
    page = visitor.get(f"/consent/{parted.id}/done")
    assert "Ada Obi" not in page.text
    assert visitor.raw(page.link("Part signed by")).data == load_bytes(newest_supplement())
    assert visitor.raw(f"/consent/{parted.id}/part-2.pdf").status_code == 404
    assert visitor.raw(f"/consent/{parted.id}/part-0.pdf").status_code == 404


def test_in_an_account_the_guardian_opens_both(app, parted):
    sign_as_doctor(app, parted)
    visitor = Visitor(app).sign_in(make_account(Role.GUARDIAN, parted.family.guardian))
    page = visitor.get(f"/my/forms/{parted.id}/done")
    assert visitor.raw(page.link("Part signed by Ada Obi")).data == load_bytes(newest_supplement())


def test_no_mail_carries_what_the_doctor_said(app, parted):
    before = count(Message)
    sign_as_doctor(app, parted)
    assert count(Message) == before


def test_a_part_nobody_knows_any_more_is_taken_for_health(app, parted, desk, session):
    desk.post(parted.address("desk"), {"field_1": "12"}, form_from=parted.address("desk"))
    parted.part("desk").document_id = None
    assert [each.is_health for each in record_queries.supplements_of(parted.id)] == [True]
