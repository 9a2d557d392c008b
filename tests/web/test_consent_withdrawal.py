"""A guardian takes answers back: three pages, no password, everywhere at once, with a sealed record of its own."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
import time_machine
from pypdf import PdfReader

from tests.makers.accounts import make_account
from tests.makers.consent import Family, request_of, token_in_newest_mail
from tests.makers.people import NOW
from tests.makers.programs import make_gathering, make_season, make_team
from tests.support.breaking import EACH, break_step, stored_files
from tests.support.pages import Visitor
from youthprog.access.models import SignedLink
from youthprog.access.types import Role
from youthprog.audit.models import AuditEntry
from youthprog.consent import queries, services
from youthprog.consent.models import ConsentDecision, ConsentEvent, ConsentRequest, ConsentWithdrawal
from youthprog.core import db
from youthprog.core.actor import SYSTEM
from youthprog.documents.codes import grouped
from youthprog.documents.models import Document
from youthprog.documents.services import load_bytes, verify_upload
from youthprog.documents.types import DocumentKind
from youthprog.outreach.models import Message
from youthprog.people import services as people
from youthprog.people.queries import find_bond

SEPTEMBER = NOW.replace(hour=18)


@pytest.fixture(autouse=True)
def september():
    with time_machine.travel(SEPTEMBER, tick=True):
        yield


@pytest.fixture
def team(session):
    return make_team(make_season())


@pytest.fixture
def family(session, team):
    """Everything given, photos and pick-up too."""
    family = Family(team.group)
    family.sign(SEPTEMBER, photos={"choice": "yes"})
    make_gathering(team.group, SEPTEMBER - timedelta(minutes=5))
    session.commit()
    return family


@pytest.fixture
def request_id(family):
    return request_of(family.youth).id


@pytest.fixture
def token(family):
    return token_in_newest_mail("consent_copy")


def choose(visitor, token):
    """From the mail to the list of answers."""
    page = visitor.get(f"/c/{token}")
    assert "Take back an answer" in page.text
    return visitor.post(f"/c/{token}", {"language": "en", "to": "take-back"})


def take_back(visitor, token, request_id, *keys, status=200):
    choose(visitor, token)
    return visitor.post(f"/consent/{request_id}/take-back", {"sections": list(keys)}, status=status)


def count(model, *conditions):
    db.session().rollback()
    return db.session().scalar(sa.select(sa.func.count()).select_from(model).where(*conditions))


def test_three_pages_from_the_copy_to_the_end_and_no_password(visitor, token, request_id):
    seen = [visitor.get(f"/c/{token}").h1]
    seen.append(visitor.post(f"/c/{token}", {"language": "en", "to": "take-back"}).h1)
    seen.append(visitor.post(f"/consent/{request_id}/take-back", {"sections": ["photos"]}).h1)
    assert len(seen) == 3
    assert seen[1] == "Take back an answer"
    assert seen[2].startswith("Taken back. It ended on")
    assert not [field for field in visitor.page.all("input") if field.get("type") == "password"]


def test_in_spanish(visitor, token, request_id):
    page = visitor.get(f"/c/{token}")
    page = visitor.post(f"/c/{token}", {"language": "es", "to": "take-back"})
    assert page.h1 == "Retirar una respuesta"
    page = visitor.post(f"/consent/{request_id}/take-back", {"sections": ["photos"]})
    assert page.h1.startswith("Retirado.")
    assert count(Document, Document.kind == DocumentKind.WITHDRAWAL_RECORD, Document.language == "es") == 1


def words_of(response):
    assert response.status_code == 200
    return " ".join(each.extract_text() for each in PdfReader(BytesIO(response.data)).pages)


def lists(app, team, family):
    """What the coordinator sees of the youth: roster page, roster on paper, register, sign-in sheet."""
    staff = Visitor(app).sign_in(make_account(Role.COORDINATOR))
    gathering_id = db.session().scalar(sa.text("SELECT id FROM gathering"))
    pages = {
        "roster": staff.get(f"/teams/{team.id}").text,
        "roster.pdf": words_of(staff.raw(f"/teams/{team.id}/roster.pdf")),
        "register": staff.get(f"/gatherings/{gathering_id}/register").text,
        "sign-in": words_of(staff.raw(f"/teams/{team.id}/sign-in.pdf")),
    }
    db.session().rollback()
    return pages


@pytest.mark.press
def test_photos_and_pick_up_change_in_every_list_at_once(visitor, app, team, family, token, request_id):
    team_id = team.id
    before = lists(app, team, family)
    assert "Abuela Consuelo" in before["sign-in"]
    assert "No photos" not in before["roster"]
    take_back(visitor, token, request_id, "photos", "pickup")
    team = type("T", (), {"id": team_id})
    after = lists(app, team, family)
    assert after["roster.pdf"].count("No photos") == before["roster.pdf"].count("No photos") + 1  # one is the legend
    assert after["roster"].count("No photos") == 1
    assert "Abuela Consuelo" not in after["sign-in"]
    assert "See coordinator" not in after["sign-in"]  # photos and the list are no reason to keep the child out


@pytest.mark.press
def test_what_is_required_keeps_the_child_out_of_every_list_at_once(visitor, app, team, family, token, request_id):
    team_id = team.id
    before = lists(app, team, family)
    assert "See coordinator" not in before["sign-in"]
    assert "Taken back on" not in before["register"]
    take_back(visitor, token, request_id, "take_part")
    after = lists(app, type("T", (), {"id": team_id}), family)
    assert "Consent taken back" in after["roster"]
    assert "May play\n1" in before["roster.pdf"]
    assert "May play\n0" in after["roster.pdf"]
    assert "Taken back on September 17, 2026" in after["register"]
    assert "See coordinator" in after["sign-in"]


@pytest.mark.press
def test_a_second_sealed_record_is_made_and_the_first_stays(visitor, app, family, token, request_id):
    first = db.session().get_one(Document, request_of(family.youth).document_id)
    first_id, first_code, first_sha, first_bytes = first.id, first.code, first.sha256, load_bytes(first)
    page = take_back(visitor, token, request_id, "photos", "rides")
    db.session().rollback()
    second = db.session().scalars(sa.select(Document).where(Document.kind == DocumentKind.WITHDRAWAL_RECORD)).one()
    content = load_bytes(second)
    assert verify_upload(content).seal.is_good
    printed = " ".join(each.extract_text() for each in PdfReader(BytesIO(content)).pages)
    assert grouped(first_code) in printed
    assert first_sha in printed.replace(" ", "").replace("\n", "")
    assert "Photos" in printed
    assert "Rides to away games" in printed
    kept = db.session().get_one(Document, first_id)
    assert (kept.sha256, load_bytes(kept), kept.revoked_at) == (first_sha, first_bytes, None)
    assert request_of(family.youth).document_id == first_id
    row = db.session().scalars(sa.select(ConsentWithdrawal)).one()
    assert (row.request_id, row.sections, row.document_id) == (request_id, ["photos", "rides"], second.id)
    assert grouped(second.code) in page.text
    copy = visitor.raw(page.link("Download your copy"))
    assert copy.data == content
    mail = db.session().scalars(sa.select(Message).where(Message.kind == services.TAKEN_BACK)).one()
    assert mail.document_id == second.id
    assert second.code[:4] in mail.unseal("text_sealed")
    assert "/c/" in mail.unseal("text_sealed")
    line = db.session().scalars(sa.select(AuditEntry).where(AuditEntry.action == "consent.withdrawn")).one()
    assert line.detail["sha256"] == second.sha256


def test_the_receipt_and_the_form_show_the_record(visitor, token, request_id):
    take_back(visitor, token, request_id, "photos")
    assert visitor.get(f"/consent/{request_id}/done").link("Taken back on").endswith("/withdrawal-1.pdf")
    assert visitor.get(f"/consent/{request_id}/take-back").link("Record of").endswith("/withdrawal-1.pdf")
    assert visitor.raw(f"/consent/{request_id}/withdrawal-2.pdf").status_code == 404
    assert visitor.raw(f"/consent/{request_id}/withdrawal-0.pdf").status_code == 404


def test_before_anything_is_taken_back_there_is_no_such_page(visitor, token, request_id):
    choose(visitor, token)
    assert visitor.get(f"/consent/{request_id}/taken-back").h1.startswith("Signed.")
    assert visitor.raw(f"/consent/{request_id}/withdrawal-1.pdf").status_code == 404


def test_two_takings_back_have_two_records(visitor, token, request_id):
    take_back(visitor, token, request_id, "photos")
    take_back(visitor, token, request_id, "rides")
    first, second = (visitor.raw(f"/consent/{request_id}/withdrawal-{n}.pdf").data for n in (1, 2))
    assert first != second
    assert count(ConsentWithdrawal) == 2


def test_a_double_click_takes_back_once_and_shows_the_same_page(visitor, token, request_id):
    first = take_back(visitor, token, request_id, "photos")
    again = visitor.post(f"/consent/{request_id}/take-back", {"sections": ["photos"]}, form_from=f"/consent/{request_id}/take-back")  # fmt: skip
    assert again.text == first.text
    assert count(ConsentWithdrawal) == 1
    assert count(Document, Document.kind == DocumentKind.WITHDRAWAL_RECORD) == 1


def test_two_at_once_leave_one_and_no_file_behind(visitor, app, family, token, request_id, monkeypatch):
    """The second was prepared before the first was recorded."""
    choose(visitor, token)
    before, prepare = stored_files(app), services.prepare_taking_back

    def slow(case, keys, **kwargs):
        mine = prepare(case, keys, **kwargs)
        other = prepare(case, keys, **kwargs)
        db.begin_writing()
        services.take_back(queries.get_request(request_id), keys, by=SYSTEM, now=SEPTEMBER, prepared=other)
        db.session().commit()
        return mine

    monkeypatch.setattr(services, "prepare_taking_back", slow)
    page = visitor.post(f"/consent/{request_id}/take-back", {"sections": ["photos"]})
    assert page.h1.startswith("Taken back. It ended on")
    assert count(ConsentWithdrawal) == 1
    assert count(Document, Document.kind == DocumentKind.WITHDRAWAL_RECORD) == 1
    assert len(stored_files(app) - before) == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [({}, "Choose what you want to take back."), ({"sections": ["health"]}, "One of these answers is not in force")],
)
def test_what_cannot_be_taken_back_is_refused_in_words(visitor, token, request_id, given, sentence):
    choose(visitor, token)
    page = visitor.post(f"/consent/{request_id}/take-back", given, status=422)
    assert sentence in page.text
    assert count(ConsentWithdrawal) == 0


def test_who_is_no_guardian_any_more_takes_nothing_back(visitor, session, family, token, request_id):
    choose(visitor, token)
    find_bond(family.youth.id, family.guardian.id).may_decide = False
    session.commit()
    page = visitor.post(f"/consent/{request_id}/take-back", {"sections": ["photos"]}, status=422)
    assert "Our records do not list you as somebody who may sign." in page.text
    people.end_guardian(find_bond(family.youth.id, family.guardian.id), by=SYSTEM, now=SEPTEMBER)
    session.commit()
    assert visitor.raw(f"/consent/{request_id}/take-back").status_code == 404
    assert count(ConsentWithdrawal) == 0


@pytest.mark.parametrize("broken", EACH)
def test_what_breaks_takes_nothing_back(visitor, app, token, request_id, monkeypatch, broken):
    choose(visitor, token)
    before = stored_files(app), count(Message), count(ConsentEvent)
    break_step(monkeypatch, app, broken)
    page = visitor.post(f"/consent/{request_id}/take-back", {"sections": ["photos"]}, status=503)
    monkeypatch.undo()
    assert "Nothing is taken back yet." in page.text
    assert (stored_files(app), count(Message), count(ConsentEvent)) == before
    assert count(ConsentWithdrawal) == 0
    assert count(ConsentDecision, ConsentDecision.withdrawn_at.is_not(None)) == 0
    assert count(Document) == 1


# ---- the way back from paper ----


@pytest.fixture
def code(family):
    return grouped(db.session().get_one(Document, request_of(family.youth).document_id).code)


def ask_link(visitor, code):
    visitor.get("/v/")
    return visitor.post(f"/v/{code}/link")


def test_the_code_on_paper_leads_to_a_link_in_the_signers_mail(visitor, family, code):
    page = visitor.get(f"/v/{code}")
    assert "Are you the guardian who signed?" in page.text
    assert family.guardian.given_name not in page.text
    page = visitor.post(f"/v/{code}/link")
    assert page.h1 == "Look at your mail"
    db.session().rollback()
    mail = db.session().scalars(sa.select(Message).where(Message.kind == "consent_link")).one()
    assert mail.person_id == family.guardian.id
    assert choose(visitor, token_in_newest_mail("consent_link")).h1 == "Take back an answer"
    assert count(AuditEntry, AuditEntry.action == "consent.link_asked") == 1


def test_asking_ends_no_link_that_works(visitor, code, token):
    ask_link(visitor, code)
    assert count(SignedLink, SignedLink.ended_at.is_not(None)) == 0
    assert "Mateo" in visitor.get(f"/c/{token}").text


def test_the_answer_is_the_same_whatever_the_truth(visitor, session, family, code):
    answers = [ask_link(visitor, asked).text for asked in (code, "ZZZZ-ZZZZ", "nonsense", "x" * 300)]
    find_bond(family.youth.id, family.guardian.id).ended_on = NOW.date()
    session.commit()
    answers.append(ask_link(visitor, code).text)
    assert len(set(answers)) == 1
    assert count(Message, Message.kind == "consent_link") == 1


@pytest.mark.parametrize("why", ["no guardian", "restricted", "canceled"])
def test_nobody_without_a_right_gets_a_link(visitor, session, family, code, request_id, why):
    if why == "no guardian":
        people.end_guardian(find_bond(family.youth.id, family.guardian.id), by=SYSTEM, now=SEPTEMBER)
    elif why == "restricted":
        people.restrict_custody(
            family.youth, family.guardian, no_collect=False, no_decide=False, no_information=True,
            starts_on=NOW.date(), by=SYSTEM, now=SEPTEMBER,
        )  # fmt: skip
    else:
        session.get_one(ConsentRequest, request_id).state = "canceled"
    session.commit()
    ask_link(visitor, code)
    assert count(Message, Message.kind == "consent_link") == 0


def test_a_certificates_code_sends_nothing(visitor, session, code):
    session.scalars(sa.select(Document)).one().kind = DocumentKind.CERTIFICATE
    session.commit()
    assert "Are you the guardian" not in visitor.get(f"/v/{code}").text
    ask_link(visitor, code)
    assert count(Message, Message.kind == "consent_link") == 0


def test_three_links_in_a_quarter_of_an_hour_are_enough(visitor, code):
    for _each in range(5):
        assert ask_link(visitor, code).h1 == "Look at your mail"
    assert count(Message, Message.kind == "consent_link") == 3


def test_the_public_page_tells_that_answers_were_taken_back(visitor, app, family, code, token, request_id):
    assert visitor.get(f"/v/{code}").h1 == "This document is genuine"
    assert "it still holds" in visitor.page.text
    take_back(visitor, token, request_id, "photos")
    page = visitor.get(f"/v/{code}")
    assert "Answers of it were taken back since." in page.text
    assert "it still holds" not in page.text
    assert "Mateo" not in page.text_source
    second = db.session().scalars(sa.select(Document).where(Document.kind == DocumentKind.WITHDRAWAL_RECORD)).one()
    page = visitor.get(page.link(grouped(second.code)))
    assert "Record of an answer taken back" in page.text


@pytest.mark.press
def test_no_record_holds_a_link(visitor, app, token, request_id):
    take_back(visitor, token, request_id, "photos")
    db.session().rollback()
    for document in db.session().scalars(sa.select(Document)):
        content = load_bytes(document)
        words = " ".join(each.extract_text() for each in PdfReader(BytesIO(content)).pages)
        assert token not in words
        assert not re.search(r"/c/\w", words)
        assert token.encode() not in content
