"""A certificate in a guardian's mail: a link that opens it and its badge without an account, and nothing to whom a court keeps away."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.makers.batches import SIGNED, Inline, Scene, printed
from tests.makers.people import make_guardian
from youthprog.audit.models import AuditEntry
from youthprog.core import clock
from youthprog.core.actor import SYSTEM
from youthprog.documents import services as documents
from youthprog.documents.models import Document
from youthprog.outreach.models import Message
from youthprog.people import services as people
from youthprog.people.models import ContactPoint, CustodyRestriction, Guardianship
from youthprog.reports import services
from youthprog.reports.batches import work


@pytest.fixture
def scene(session, monkeypatch):
    """One child with two guardians and a certificate that a batch printed."""
    monkeypatch.setattr(work, "Beside", Inline)
    monkeypatch.setattr(documents, "Beside", Inline)
    found = Scene(1)
    found.mother = make_guardian(found.youth[0], "Rosa", "Callfirst")
    found.father = make_guardian(found.youth[0], "Victor", "Keptaway", rank=2)
    session.commit()
    return found


def certify(scene, session, **options) -> Document:
    printed(scene.ask(options=SIGNED | options))
    session.commit()
    return session.scalars(sa.select(Document)).one()


def letters(session) -> dict[int, str]:
    """The secret in the mail to each guardian."""
    session.expire_all()
    rows = session.scalars(sa.select(Message).where(Message.kind == "certificate").order_by(Message.id))
    return {row.person_id: re.search(r"/cert/(\S+)", row.unseal("text_sealed") or "")[1] for row in rows}


def keep_away(scene, session) -> None:
    order = CustodyRestriction(
        youth_id=scene.youth[0].id, adult_id=scene.father.id, no_collect=True, no_decide=True, no_information=True,
        starts_on=clock.today() - timedelta(9), recorded_at=clock.now(),
    )  # fmt: skip
    session.add(order)
    session.commit()


def test_a_link_opens_the_file_and_the_badge_as_often_as_one_looks(visitor, scene, session):
    document, mother_id = certify(scene, session, mail=True), scene.mother.id
    code, content = document.code, documents.load_bytes(document)
    token = letters(session)[mother_id]
    for _twice in range(2):
        page = visitor.get(f"/cert/{token}")
        assert page.h1 == "Certificate for Child0"
        served = visitor.raw(f"/cert/{token}/certificate.pdf")
        assert (served.status_code, served.data, served.headers["Cache-Control"]) == (200, content, "no-store")
    assert page.link(code[:4]).endswith(code)
    badge = visitor.raw(f"/cert/{token}/badge.jwt")
    assert (badge.status_code, badge.mimetype) == (200, "application/vc+jwt")
    assert json.loads(badge.data.split(b" ", 1)[1])["credentialSubject"]["achievement"]
    assert b"Child0" not in badge.data
    assert b"Child0 Family00" in visitor.raw(f"/cert/{token}/badge.jwt?name=yes").data
    opened = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "certificate.opened")).all()
    assert {(line.actor_person_id, line.detail["by_link"]) for line in opened} == {(mother_id, True)}
    assert visitor.raw(f"/cert/{token}/papers.zip").status_code == 404
    assert visitor.raw("/cert/nothing/certificate.pdf").status_code == 404


def test_a_batch_mails_nobody_unless_asked(scene, session):
    certify(scene, session)
    assert letters(session) == {}


def test_whom_a_court_keeps_away_is_not_written_to_and_opens_nothing(visitor, scene, session):
    document = certify(scene, session, mail=True)
    token = letters(session)[scene.father.id]
    assert visitor.raw(f"/cert/{token}").status_code == 200
    keep_away(scene, session)
    for each in ("", "/certificate.pdf", "/badge.jwt", "/badge.jwt?name=yes"):
        refused = visitor.raw(f"/cert/{token}{each}")
        assert refused.status_code == 404
        assert b"Child0" not in refused.data
    sent = len(session.scalars(sa.select(Message)).all())
    assert services.send_certificate(document, by=SYSTEM, now=clock.now()) == 1
    session.commit()
    newest = session.scalars(sa.select(Message).order_by(Message.id)).all()[sent:]
    assert [each.person_id for each in newest] == [scene.mother.id]


def test_a_guardian_no_more_opens_nothing(visitor, scene, session):
    certify(scene, session, mail=True)
    token = letters(session)[scene.father.id]
    bond = session.scalars(sa.select(Guardianship).where(Guardianship.guardian_id == scene.father.id)).one()
    people.end_guardian(bond, by=SYSTEM, now=clock.now())
    session.commit()
    assert visitor.raw(f"/cert/{token}").status_code == 404


def test_a_revoked_certificate_says_so_and_gives_nothing_out(visitor, scene, session):
    document = certify(scene, session, mail=True)
    token = letters(session)[scene.mother.id]
    services.revoke_certificate(document, reason="A mistake", by=SYSTEM, now=clock.now())
    assert services.send_certificate(document, by=SYSTEM, now=clock.now()) == 0
    session.commit()
    page = visitor.get(f"/cert/{token}")
    assert "Revoked on" in page.text
    assert "A mistake" not in page.text
    assert visitor.raw(f"/cert/{token}/certificate.pdf").status_code == 404
    assert visitor.raw(f"/cert/{token}/badge.jwt").status_code == 404


def test_sent_again_from_its_page_ends_the_link_before(visitor, scene, session):
    document = certify(scene, session, mail=True)
    document_id, mother_id, account = document.id, scene.mother.id, scene.account
    first = letters(session)[mother_id]
    for point in session.scalars(sa.select(ContactPoint).where(ContactPoint.person_id == scene.father.id)):
        point.bounced_at = clock.now()
    session.commit()
    visitor.sign_in(account)
    visitor.get(f"/certificates/{document_id}")
    page = visitor.post(f"/certificates/{document_id}/send")
    assert "Mailed to 1 guardian." in page.text
    second = letters(session)[mother_id]
    assert second != first
    assert visitor.raw(f"/cert/{first}").status_code == 404
    assert visitor.raw(f"/cert/{second}").status_code == 200
