"""The public check: a name only to who types it whole, nothing learnt from a wrong one, guesses counted; badges; revoking."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from markupsafe import escape

from tests.makers import sheets
from tests.makers.accounts import make_account
from tests.makers.people import make_guardian, make_youth
from tests.support.pages import Page, Visitor
from youthprog.access.models import Throttle
from youthprog.access.types import Role
from youthprog.audit.models import AuditEntry
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.documents import services
from youthprog.documents.badges import id_of
from youthprog.documents.codes import grouped
from youthprog.documents.models import Document
from youthprog.documents.types import CertificateKind, SealReport
from youthprog.reports.services import issue_certificates, revoke_certificate

NAME = "María José Núñez O'Neil"


def issue(youth_id: int = 7, name: str = NAME) -> Document:
    now = clock.now()
    prepared = services.prepare(sheets.certificate(name, code=services.new_code()), now=now)
    (document,) = issue_certificates({youth_id: prepared}, CertificateKind.PARTICIPATION, by=SYSTEM, now=now)
    db.session().commit()
    return document


def typed(visitor: Visitor, document: Document, name: str, status: int) -> Page:
    address = f"/v/{grouped(document.code)}"
    return visitor.post(address, {"holder": name}, form_from=address, status=status)


def misses() -> int:
    return db.session().scalar(sa.select(sa.func.coalesce(sa.func.sum(Throttle.tries), 0)))


# ---- the name ----


def test_the_name_is_shown_to_who_types_it_whole(visitor, app):
    document = issue()
    page = typed(visitor, document, "nunez oneil, maria jose", 200)
    assert f"It was issued to {NAME}." in page.text
    assert misses() == 0


@pytest.mark.parametrize("name", ["María", "Núñez O'Neil", "María José Núñez", "José María Núñez", "", "%", "x" * 5000])
def test_a_wrong_name_teaches_nothing(visitor, app, name):
    document = issue()
    page = typed(visitor, document, name, 422)
    assert "This document is genuine" in page.text
    assert NAME not in page.text
    same = page.text_source.replace(str(escape(name)), "")  # but for what the visitor typed
    assert "Núñez" not in same
    assert "O'Neil" not in same
    assert misses() == 2  # of this document, and from this connection


def test_a_paper_without_a_name_answers_a_guess_as_any_wrong_one(visitor, app):
    document = issue()
    document.holder_sealed = None
    db.session().commit()
    assert visitor.get(f"/v/{grouped(document.code)}").all("form") == []
    token = visitor.get("/v/").form("/v/")["csrf_token"]
    answer = visitor.raw(f"/v/{document.code}", "POST", data={"holder": "", "csrf_token": token})
    assert answer.status_code == 422


def test_ten_wrong_names_close_a_paper_for_a_quarter_of_an_hour(visitor, app, monkeypatch):
    document = issue()
    for _number in range(10):
        typed(visitor, document, "Not the name", 422)
    page = typed(visitor, document, NAME, 429)
    assert "Too many tries. Wait a quarter of an hour." in page.text
    assert NAME not in page.text
    later = clock.now() + timedelta(minutes=16)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert NAME in typed(visitor, document, NAME, 200).text


def test_wrong_names_are_counted_from_paper_to_paper_too(visitor, app):
    documents = [issue(name=f"Child Of{number}") for number in range(11)]
    for document in documents[:10]:
        typed(visitor, document, "Not the name", 422)
    typed(visitor, documents[10], "Child Of10", 429)


# ---- the code ----


def test_ten_codes_that_are_none_of_ours_are_enough(visitor, app, monkeypatch):
    document = issue()
    for number in range(10):
        assert visitor.get(f"/v/ZZZZ-ZZZ{number + 2 if number < 8 else 'AB'[number - 8]}", status=404)
    for code in ("ZZZZZZZC", document.code):
        assert visitor.get(f"/v/{code}", status=429).h1 == "Too many tries"
    assert misses() == 10
    later = clock.now() + timedelta(minutes=16)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert visitor.get(f"/v/{document.code}").h1 == "This document is genuine"


def test_right_codes_are_not_counted(visitor, app):
    document = issue()
    for _number in range(12):
        visitor.get(f"/v/{document.code}")
    assert misses() == 0


# ---- badges ----


def claims_of(answer) -> dict:
    assert answer.status_code == 200
    assert answer.mimetype == "application/vc+jwt"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="certificate.jwt"')
    return json.loads(answer.get_data(as_text=True).partition(" ")[2])


def badge(visitor: Visitor, document: Document, name: str, **more: str):
    token = visitor.get(f"/v/{document.code}").form()["csrf_token"]
    return visitor.raw(f"/v/{document.code}/badge", "POST", data={"holder": name, "csrf_token": token, **more})


def test_a_badge_goes_to_who_knows_the_name_and_to_nobody_else(visitor, app):
    document = issue()
    assert badge(visitor, document, "María").status_code == 422
    claims = claims_of(badge(visitor, document, NAME.upper()))
    assert claims["id"] == id_of(document.sha256)
    assert "Núñez" not in json.dumps(claims, ensure_ascii=False)
    named = claims_of(badge(visitor, document, NAME, with_name="y"))
    assert named["credentialSubject"]["identifier"][0]["identityHash"] == NAME


def test_a_revoked_certificate_is_on_the_list_and_no_badge_any_more(visitor, app):
    document = issue()
    assert visitor.raw("/badges/revoked").json["revokedCredential"] == []
    token = visitor.get(f"/v/{document.code}").form()["csrf_token"]
    revoke_certificate(document, reason="Belongs to a cousin of the same name", by=SYSTEM, now=clock.now())
    db.session().commit()
    assert visitor.raw("/badges/revoked").json["revokedCredential"] == [{"id": id_of(document.sha256), "revoked": True}]
    sent = {"holder": NAME, "csrf_token": token}
    assert visitor.raw(f"/v/{document.code}/badge", "POST", data=sent).status_code == 404
    page = visitor.get(f"/v/{document.code}")
    assert page.h1 == "This document was revoked"
    assert "cousin" not in page.text_source


def test_the_issuer_and_the_keys_are_where_a_badge_says(visitor, app):
    assert visitor.raw("/badges/issuer").json["id"] == f"{app.config['YOUTHPROG'].public_url}/badges/issuer"
    assert set(visitor.raw("/badges/keys").json) == {"keys"}
    assert visitor.raw("/badges/no-such-key").status_code == 404


# ---- the family, and who revokes ----


def test_a_guardian_opens_the_childs_certificate_and_badge_and_not_the_reason(visitor, app, session):
    youth = make_youth("Mateo", "Núñez")
    guardian = make_guardian(youth)
    account, other = make_account(Role.GUARDIAN, guardian), make_youth("Somebody", "Else")
    document, foreign = issue(youth.id), issue(other.id, name="Somebody Else")
    page = visitor.sign_in(account).get(f"/youth/{youth.id}")
    assert page.link(document.title) == f"/certificates/{document.id}"
    page = visitor.get(f"/certificates/{document.id}")
    assert "Revoke the certificate" not in page.text
    assert claims_of(visitor.raw(f"/certificates/{document.id}/badge.jwt"))["id"] == id_of(document.sha256)
    for address in (
        f"/certificates/{foreign.id}",
        f"/certificates/{foreign.id}.pdf",
        f"/certificates/{foreign.id}/badge.jwt",
    ):
        assert visitor.raw(address).status_code == 404
    revoke_certificate(session.get_one(Document, document.id), reason="Told by the school", by=SYSTEM, now=clock.now())
    session.commit()
    page = visitor.get(f"/certificates/{document.id}")
    assert "It does not hold any more." in page.text
    assert "Told by the school" not in page.text_source
    actions = set(session.scalars(sa.select(AuditEntry.action)))
    assert {"certificate.badge", "certificate.revoked"} <= actions
    assert visitor.raw(f"/certificates/{document.id}/badge.jwt").status_code == 404


def test_a_coordinator_reads_the_reason(visitor, app, session):
    youth = make_youth("Mateo", "Núñez")
    document = issue(youth.id)
    coordinator = visitor.sign_in(make_account(Role.COORDINATOR))
    page = coordinator.post(
        f"/certificates/{document.id}/revoke",
        {"reason": "Told by the school"},
        form_from=f"/certificates/{document.id}",
    )
    assert "Told by the school" in page.text


# ---- files ----


def test_a_file_says_which_document_it_was_before_it_was_changed(visitor, app, monkeypatch):
    document = issue()
    press = services.press()
    changed = SealReport(ours=True, intact=False, whole_file=True, code=document.code)
    monkeypatch.setattr(press, "verify", lambda _content: changed)
    verdict = services.verify_upload(b"%PDF changed")
    assert verdict.document is None
    assert verdict.claimed is not None
    assert (verdict.claimed.id, verdict.is_ours) == (document.id, False)
    strangers = SealReport(ours=False, intact=True, whole_file=True, code=document.code)
    monkeypatch.setattr(press, "verify", lambda _content: strangers)
    assert services.verify_upload(b"%PDF of a stranger that names ours").claimed is None
