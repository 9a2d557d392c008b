"""Only the guardian who signed a pick-up list changes it: through the own link or account, with a sealed supplement."""

from __future__ import annotations

from io import BytesIO

import pytest
import sqlalchemy as sa
import time_machine
from pypdf import PdfReader

from tests.makers.accounts import make_account
from tests.makers.consent import Family, agree, request_of, token_in_newest_mail
from tests.makers.people import NOW, make_guardian
from tests.makers.programs import make_season, make_team
from youthprog.access.types import Role
from youthprog.audit.models import AuditEntry
from youthprog.consent import pickups, queries
from youthprog.consent.models import ConsentEvent, PickupPerson
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.core.collecting import who_may_collect
from youthprog.core.refusals import Conflict
from youthprog.documents.codes import grouped
from youthprog.documents.models import Document
from youthprog.documents.services import load_bytes, verify_upload
from youthprog.documents.types import DocumentKind
from youthprog.outreach.models import Message
from youthprog.people import services as people
from youthprog.people.queries import find_bond
from youthprog.people.types import Relationship

SEPTEMBER = NOW.replace(hour=18)
BEATRIZ = {"name": "Tía Beatriz Peña", "relation": "Aunt", "phone": "(217) 555-0163", "agrees": "y"}


@pytest.fixture
def september():
    with time_machine.travel(SEPTEMBER, tick=True):
        yield


@pytest.fixture
def family(session, september):
    """Mateo's Rosa has signed; José may decide too; Víctor is kept away."""
    family = Family(make_team(make_season()).group)
    family.sign(SEPTEMBER)
    family.jose = make_guardian(family.youth, "José", relationship=Relationship.FATHER, rank=2)
    family.victor = make_guardian(family.youth, "Víctor", "Salas", relationship=Relationship.OTHER, rank=3)
    people.restrict_custody(
        family.youth, family.victor, no_collect=True, no_decide=False, no_information=False,
        starts_on=SEPTEMBER.date(), by=SYSTEM, now=SEPTEMBER,
    )  # fmt: skip
    session.commit()
    return family


def standing(family):
    db.session().rollback()
    found = who_may_collect([family.youth.id], clock.today())[family.youth.id]
    return [each.name for each in found.allowed]


def open_list(visitor, family):
    token = token_in_newest_mail("consent_copy")
    visitor.get(f"/c/{token}")
    return visitor.post(f"/c/{token}", {"language": "en", "to": "pickup"})


def mails(kind):
    return db.session().scalars(sa.select(Message).where(Message.kind == kind).order_by(Message.id)).all()


def test_from_the_mail_to_a_person_on_the_list(visitor, family):
    page = open_list(visitor, family)
    assert page.h1 == "Who may pick up Mateo"
    address = f"/consent/{request_of(family.youth).id}/pickup"
    page = visitor.post(address, {**page.form(address), **BEATRIZ})
    assert page.h1 == "Tía Beatriz Peña may pick up Mateo now."
    assert standing(family) == ["Rosa Aguilar", "José Aguilar", "Abuela Consuelo", "Tía Beatriz Peña"]
    row = db.session().scalars(sa.select(PickupPerson).where(PickupPerson.added_at.is_not(None))).one()
    assert (row.relation, row.phone) == ("Aunt", "+12175550163")
    line = db.session().scalars(sa.select(AuditEntry).where(AuditEntry.action == "pickup.added")).one()
    assert line.actor_person_id == family.guardian.id
    assert line.detail["sha256"] == db.session().get_one(Document, row.document_id).sha256
    assert visitor.raw(page.link("Download your copy")).status_code == 200
    assert "Pick-up list changed on" in visitor.get(page.link("Back to the list").replace("/pickup", "/done")).text


def test_the_guardians_are_told_and_whom_a_court_limits_gets_nothing(visitor, family):
    open_list(visitor, family)
    visitor.post(f"/consent/{request_of(family.youth).id}/pickup", BEATRIZ)
    (own,), (told,) = mails("consent_pickup"), mails("consent_pickup_told")
    assert (own.person_id, told.person_id) == (family.guardian.id, family.jose.id)
    assert own.document_id
    assert told.document_id is None
    assert "/c/" in own.unseal("text_sealed")
    words = told.unseal("text_sealed")
    assert "Tía Beatriz Peña" in words
    assert "Rosa Aguilar" in words
    for secret in ("/c/", "555-0163", "Aunt", "Mateo Aguilar"):
        assert secret not in words
    assert not db.session().scalars(sa.select(Message).where(Message.person_id == family.victor.id)).all()


def test_somebody_is_taken_off_but_not_the_last(visitor, family):
    address = f"/consent/{request_of(family.youth).id}/pickup"
    page = open_list(visitor, family)
    visitor.post(address, BEATRIZ)
    second, first, third = pickups.list_of(request_of(family.youth).id)
    page = visitor.post(f"{address}/off", {"person": str(first.id)}, form_from=address)
    assert page.h1 == f"{first.name} may not pick up Mateo any more."
    page = visitor.post(f"{address}/off", {"person": str(first.id)}, status=422, form_from=address)
    assert "not on the list any more" in page.text
    visitor.post(f"{address}/off", {"person": str(second.id)}, form_from=address)
    page = visitor.post(f"{address}/off", {"person": str(third.id)}, status=422, form_from=address)
    assert "Take back the whole answer instead." in page.text
    assert first.name not in standing(family)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": "Rosa Aguilar"}, "on the list already"),
        ({"name": "SALAS, Victor"}, "We cannot put this name on the list. Call us."),
        ({"name": ""}, "Write the name."),
        ({"phone": "555"}, "Add the area code"),
        ({"agrees": ""}, "Tick this to add the person."),
    ],
)
def test_what_cannot_be_added(visitor, family, changes, says):
    open_list(visitor, family)
    page = visitor.post(f"/consent/{request_of(family.youth).id}/pickup", BEATRIZ | changes, status=422)
    assert says in page.text
    assert "court" not in page.text
    assert len(standing(family)) == 3
    looked = db.session().scalars(sa.select(AuditEntry).where(AuditEntry.action == "custody.matched")).all()
    assert len(looked) == ("Victor" in changes.get("name", ""))


def test_the_own_account_does_the_same_and_another_guardian_finds_nothing(visitor, family, session):
    request_id = request_of(family.youth).id
    visitor.sign_in(make_account(Role.GUARDIAN, family.jose))
    session.commit()
    for way in (visitor.raw(f"/my/forms/{request_id}/pickup"), visitor.raw("/my/forms/987654/pickup")):
        assert way.status_code == 404
    assert visitor.client.post(f"/my/forms/{request_id}/pickup", data=BEATRIZ).status_code in (400, 404)
    visitor.sign_in(make_account(Role.GUARDIAN, family.guardian))
    session.commit()
    visitor.post(f"/my/forms/{request_id}/pickup", BEATRIZ)
    assert "Tía Beatriz Peña" in standing(family)


@pytest.mark.parametrize("happens", ["ended", "may not decide", "restricted", "taken back"])
def test_a_list_that_ended_is_nobodys_to_change(family, happens, session):
    case = queries.get_request(request_of(family.youth).id)
    if happens == "restricted":
        people.restrict_custody(
            family.youth, family.guardian, no_collect=False, no_decide=True, no_information=False,
            starts_on=SEPTEMBER.date(), by=SYSTEM, now=SEPTEMBER,
        )  # fmt: skip
    elif happens == "may not decide":
        find_bond(family.youth.id, family.guardian.id).may_decide = False
    elif happens == "taken back":
        for row in queries.decisions_of(case.request.id):
            row.withdrawn_at = SEPTEMBER
    session.flush()
    by = Actor("link", "x", family.guardian.id if happens != "ended" else family.jose.id)
    assert not pickups.may_change(case, by=by, now=SEPTEMBER)


def test_two_changes_at_once_do_not_lose_one(family):
    case, by = queries.get_request(request_of(family.youth).id), Actor("link", "Rosa", family.guardian.id)
    agree(family.guardian, SEPTEMBER)

    def prepare(name):
        return pickups.prepare_adding(case, pickups.Wanted(name), by=by, now=SEPTEMBER, language="en")

    one, other = prepare("Tía Beatriz"), prepare("Tío Luis")
    pickups.change_list(case, one, by=by, now=SEPTEMBER)
    with pytest.raises(Conflict):
        pickups.change_list(case, other, by=by, now=SEPTEMBER)


@pytest.mark.press
def test_the_supplement_is_sealed_and_the_signed_record_stays(visitor, family):
    first = db.session().scalars(sa.select(Document).where(Document.kind == DocumentKind.CONSENT_RECORD)).one()
    before, code = load_bytes(first), first.code
    open_list(visitor, family)
    visitor.post(f"/consent/{request_of(family.youth).id}/pickup", BEATRIZ)
    supplement = db.session().scalars(sa.select(Document).where(Document.kind == DocumentKind.SUPPLEMENT_RECORD)).one()
    content = load_bytes(supplement)
    assert load_bytes(first) == before
    assert verify_upload(content).seal.is_good
    words = " ".join("".join(each.extract_text() for each in PdfReader(BytesIO(content)).pages).split())
    for told in ("Abuela Consuelo, Tía Beatriz Peña", grouped(code), "+ Tía Beatriz Peña", "guardian, who signed"):
        assert told in words, told
    assert db.session().scalars(sa.select(ConsentEvent).where(ConsentEvent.happening == "changed")).all()
