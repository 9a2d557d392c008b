"""The pages of the desk: print, scan, file, enter, see the original."""

from __future__ import annotations

from io import BytesIO

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers import scans
from tests.makers.accounts import make_account
from tests.makers.consent import Family, actor_of, request_of
from tests.makers.forms import form_of, publish, section
from tests.makers.people import NOW
from tests.makers.programs import make_group, make_program, make_season
from tests.support.breaking import BROKEN, break_step, stored_files
from youthprog.access.types import Role
from youthprog.audit.models import AuditEntry
from youthprog.consent import desk_queries, queries, record_queries, services
from youthprog.consent.models import ConsentRequest, Disclosure, FormUse, FormVersion, LooseScan, Section
from youthprog.consent.types import DISCLOSURE, RequestState, Route, SectionKind, Signer
from youthprog.core import db
from youthprog.people.models import ContactPoint
from youthprog.programs.models import Season

ANSWERS = {
    "take_part-choice": "yes",
    "emergency_care-choice": "yes",
    "photos-choice": "no",
    "rides-choice": "yes",
    "health-choice": "no",
    "pickup-person_1": "Rosa Aguilar",
    "emergency_contact-name": "José Luis Aguilar",
    "emergency_contact-phone": "(217) 555-0142",
    "typed_name": "Rosa Elena Aguilar",
    "is_guardian": "y",
}


@pytest.fixture(autouse=True)
def september():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def family(session):
    return Family(make_group(make_season()))


@pytest.fixture
def coordinator(visitor, session):
    visitor.sign_in(make_account(Role.COORDINATOR))
    return visitor


def send(visitor, content: bytes, name: str = "scan.pdf", status: int = 200):
    return visitor.post(
        "/consents/scans", {"file": (BytesIO(content), name)}, form_from="/consents/scans", status=status
    )


def print_form(visitor, family) -> str:
    """Print the form of the family's guardian; gives its code."""
    address = f"/consents/teams/{family.group.id}/paper"
    fields = {"youth_id": str(family.youth.id), "guardian_id": str(family.guardian.id)}
    token = visitor.get(address).form(address)["csrf_token"]
    answer = visitor.client.post(address, data=fields | {"csrf_token": token}, follow_redirects=True)
    assert answer.data.startswith(b"%PDF"), answer.data[:300]
    db.session().rollback()
    return request_of(family.youth).match_code


def test_a_sheet_is_printed_scanned_entered_and_confirmed(coordinator, session, family, app):
    code = print_form(coordinator, family)
    request_id = request_of(family.youth).id
    table = db.table(Section)  # past the guard of what is published: the starter form has no such section
    session.execute(sa.update(table).where(table.c.key == "emergency_care").values(settings={"original": "ink"}))
    session.commit()
    page = send(coordinator, scans.pdf(code))
    assert "1 page filed: Mateo Aguilar" in page.text
    page = coordinator.get(page.link("Enter the answers"))
    assert len(page.all("img")) == 1
    fields = page.form(f"/consents/requests/{request_id}/paper") | ANSWERS | {
        "signed_on": NOW.date().isoformat(), "route": "online",
    }  # fmt: skip
    wrong = coordinator.post(
        f"/consents/requests/{request_id}/paper", fields | {"photos-choice": "", "typed_name": ""}, status=422
    )
    assert "Photos: Choose one answer." in wrong.text
    page = coordinator.post(f"/consents/requests/{request_id}/paper", fields)
    assert "Recorded: " in page.text
    assert "The copy waits with the mail that is held here" in page.text
    db.session().rollback()
    row = request_of(family.youth)
    assert (row.route, row.state) == (Route.PAPER, RequestState.SIGNED)
    page = coordinator.get(f"/consents/requests/{request_id}/original")
    assert "You scanned or entered this sheet." in page.text
    coordinator.post(f"/consents/requests/{request_id}/original", status=422)
    other = type(coordinator)(app)
    other.sign_in(make_account(Role.COORDINATOR))
    page = other.get(f"/consents/requests/{request_id}/original")
    page = other.post(
        f"/consents/requests/{request_id}/original", page.form(f"/consents/requests/{request_id}/original")
    )
    assert "Noted: you saw the original." in page.text
    db.session().rollback()
    assert desk_queries.waiting_for_original(request_id) == []


def test_a_call_is_recorded_with_its_recorder(coordinator, session, family):
    address = f"/consents/teams/{family.group.id}"
    fields = {"youth_id": str(family.youth.id), "guardian_id": str(family.guardian.id)}
    coordinator.get(f"{address}/paper")
    page = coordinator.post(f"{address}/phone", fields)
    assert "Answers by telephone" in page.text
    request_id = request_of(family.youth).id
    fields = page.form(f"/consents/requests/{request_id}/phone") | ANSWERS | {"route": "online"}
    refused = coordinator.post(f"/consents/requests/{request_id}/phone", fields, status=422)
    assert "Write how you made sure who was on the telephone." in refused.text
    page = coordinator.post(f"/consents/requests/{request_id}/phone", fields | {"identity": "Called her number"})
    assert "Recorded: " in page.text
    assert "The copy waits with the mail that is held here" in page.text
    db.session().rollback()
    assert request_of(family.youth).route is Route.PHONE
    again = coordinator.post(f"/consents/requests/{request_id}/phone", fields | {"identity": "Called her number"})
    assert again.status == 200
    assert len(queries.decisions_of(request_id)) == 7


def test_who_wants_paper_stands_first_with_a_mark(coordinator, session, family):
    other = Family(family.group)
    session.add(Disclosure(person_id=other.guardian.id, version=DISCLOSURE, language="en", wants_paper_at=NOW))
    session.commit()
    page = coordinator.get(f"/consents/teams/{family.group.id}/paper")
    assert "Wants paper" in page.text
    assert page.text.index("Wants paper") < page.text.index("Phone")


def test_all_forms_of_a_team_come_in_one_file(coordinator, session, family):
    Family(family.group, language="es")
    session.commit()
    address = f"/consents/teams/{family.group.id}/paper"
    token = coordinator.get(address).form(address)["csrf_token"]
    answer = coordinator.client.post(address, data={"csrf_token": token}, follow_redirects=True)
    assert answer.data.startswith(b"%PDF")
    db.session().rollback()
    assert session.scalar(sa.select(sa.func.count()).where(ConsentRequest.match_code.is_not(None))) == 2


def test_what_cannot_be_read_is_filed_by_hand(coordinator, session, family):
    code = print_form(coordinator, family)
    page = send(coordinator, scans.png(None), "photo.png")
    assert "1 page waits to be filed by hand." in page.text
    scan_id = session.scalars(sa.select(LooseScan.id)).one()
    picture = coordinator.client.get(f"/consents/scans/{scan_id}/page")
    assert picture.data.startswith(b"\x89PNG")
    wrong = coordinator.post(f"/consents/scans/{scan_id}/file", {"code": "ZZZZ-ZZZZ"}, status=422)
    assert "No open form has this code." in wrong.text
    page = coordinator.post(f"/consents/scans/{scan_id}/file", {"code": f" {code[:4].lower()}-{code[4:]} "})
    assert "Filed: Mateo Aguilar." in page.text


def publish_second_form(family) -> None:
    """A second form the families of the program are asked to sign, with the young person's and a doctor's part."""
    starter = services.publish_starter_form(now=NOW)
    version = publish(
        form_of(
            "athlete",
            section("promise", SectionKind.DECISION, required=True),
            section("people", SectionKind.PERSONS, settings={"least": 1, "most": 3}),
            section("pledge", SectionKind.DECISION, required=True, settings={"signer": "athlete"}),
            section("doctor", SectionKind.EXTERNAL, required=True, more={"role": "Doctor"}),
        )
    )
    program_id = db.session().get_one(Season, family.season_id).program_id
    for form_id in (starter.form_id, version.form_id):
        db.session().add(FormUse(program_id=program_id, form_id=form_id))
    db.session().commit()


SECOND = {
    "promise-choice": "yes", "people-name_1": "Abuela", "people-phone_1": "(217) 555-0142", "people-name_2": "Tía",
    "people-phone_2": "(217) 555-0143", "pledge-by-signed": "yes", "pledge-by-typed_name": "Mateo", "pledge-choice": "yes",
    "pledge-by-signed_on": NOW.date().isoformat(), "doctor-by-signed": "no", "typed_name": "Rosa", "is_guardian": "y",
    "signed_on": NOW.date().isoformat(),
}  # fmt: skip


@pytest.mark.press
def test_the_forms_of_a_family_are_entered_one_after_another(coordinator, app, session, family):
    publish_second_form(family)
    print_form(coordinator, family)
    rows = session.scalars(sa.select(ConsentRequest).order_by(ConsentRequest.id)).all()
    first, second = ((row.id, row.match_code) for row in rows)
    send(coordinator, scans.pdf(first[1], second[1]))
    page = coordinator.get(f"/consents/teams/{family.group.id}/paper")
    assert "2 forms" in page.text
    page = coordinator.get(page.link("Enter: Mateo Aguilar"))
    assert "2 forms still to enter" in page.text
    address = f"/consents/requests/{first[0]}/paper"
    fields = coordinator.get(address).form(address) | ANSWERS | {"signed_on": NOW.date().isoformat()}
    page = coordinator.post(address, fields)
    assert "1 form still to enter" in page.text
    page = coordinator.get(page.link("Enter: Athlete"))
    assert "Signed by somebody else: Young person" in page.text
    address = f"/consents/requests/{second[0]}/paper"
    unmarked = coordinator.post(address, page.form(address) | SECOND | {"pledge-by-typed_name": ""}, status=422)
    assert "Pledge: Write the name as it was given." in unmarked.text
    page = coordinator.post(address, page.form(address) | SECOND)
    assert "No other form of Mateo Aguilar waits." in page.text
    db.session().rollback()
    assert {row.section_key for row in queries.decisions_of(second[0])} == {"promise", "people", "pledge"}
    page = coordinator.get(f"/consents/requests/{second[0]}")
    address = page.link("Enter from paper: Doctor")
    page = coordinator.get(address)
    part = {
        "doctor-choice": "yes", "doctor-office": "Clinic", "doctor-by-typed_name": "Ada Obi",
        "doctor-by-signed_on": NOW.date().isoformat(),
    }  # fmt: skip
    missing = coordinator.post(address, page.form() | part | {"doctor-office": ""}, status=422)
    assert "Doctor: Write the office." in missing.text
    nothing_is_left_of_what_breaks(coordinator, app, address, page.form() | part)
    for _click in range(2):
        recorded = coordinator.post(address, page.form() | part)
        assert "Recorded: Doctor." in recorded.text or _click
    db.session().rollback()
    row = next(each for each in queries.parts_of(second[0]).values() if each.typed_name == "Ada Obi")
    assert (row.route, row.signer) == (Route.PAPER, Signer.EXTERNAL)
    assert [each.document_id for each in record_queries.supplements_of(second[0])] == [row.document_id]


def nothing_is_left_of_what_breaks(coordinator, app, address, sent) -> None:
    """Rendering, sealing, the audit line or the commit fails: a plain sentence, and no part, file or line."""
    for step in BROKEN:
        before = stored_files(app)
        with pytest.MonkeyPatch.context() as broken:
            break_step(broken, app, step)
            told = coordinator.post(address, sent, status=503)
        assert "Nothing is recorded." in told.text
        db.session().rollback()
        assert stored_files(app) == before
        assert (
            db.session().scalar(sa.select(AuditEntry.action).where(AuditEntry.action == "consent.part_signed")) is None
        )
        request_id = int(address.split("/")[3])
        assert "Ada Obi" not in [each.typed_name for each in queries.parts_of(request_id).values()]


def test_a_call_about_several_forms_offers_the_choice(coordinator, session, family):
    publish_second_form(family)
    coordinator.get(f"/consents/teams/{family.group.id}/paper")
    fields = {"youth_id": str(family.youth.id), "guardian_id": str(family.guardian.id)}
    page = coordinator.post(f"/consents/teams/{family.group.id}/phone", fields)
    assert "2 forms still to enter" in page.text
    page = coordinator.get(page.link("Phone: Athlete"))
    assert "Answers by telephone" in page.text
    assert "One other form of Mateo waits too." in page.text or "One other form of Rosa waits too." in page.text


def test_without_a_mail_address_the_page_says_so_and_gives_the_copy(coordinator, session, family):
    session.execute(sa.delete(db.table(ContactPoint)).where(db.table(ContactPoint).c.kind == "email"))
    session.commit()
    code = print_form(coordinator, family)
    send(coordinator, scans.pdf(code))
    address = f"/consents/requests/{request_of(family.youth).id}/paper"
    fields = coordinator.get(address).form(address) | ANSWERS | {"signed_on": NOW.date().isoformat()}
    page = coordinator.post(address, fields)
    assert (
        f"No mail address of {family.guardian.name} works, so no copy is mailed. Print it and hand it over."
        in page.text
    )
    assert coordinator.client.get(page.link("Print the copy (PDF)")).data.startswith(b"%PDF")


def test_a_sheet_with_older_words_leads_to_the_new_form(coordinator, session, family):
    code = print_form(coordinator, family)
    request = request_of(family.youth)
    old = session.get_one(FormVersion, request.form_version_id)
    session.add(FormVersion(form_id=old.form_id, number=old.number + 1, published_at=NOW))
    session.commit()
    case = queries.get_request(request.id)
    services.follow_form(case, by=actor_of(case.guardian), now=NOW)
    session.commit()
    page = send(coordinator, scans.pdf(code))
    assert "This sheet has the words of an older version: Mateo Aguilar." in page.text
    page = coordinator.get(page.link("Look: Mateo Aguilar"))
    assert "The scanned sheet is version 1 of this form." in page.text
    assert "Version 1: older words" in page.text
    assert "Print the new form" in page.text


def test_a_letter_is_no_scan(coordinator, session):
    page = send(coordinator, b"Dear coordinator", "letter.txt", 422)
    assert "not a scan we can read" in page.text
    send(coordinator, b"", "empty.pdf", 422)


def test_another_programs_coordinator_sees_no_scan_and_files_none(coordinator, session, family, app):
    code = print_form(coordinator, family)
    send(coordinator, scans.pdf(code))
    send(coordinator, scans.pdf(None))
    request = request_of(family.youth)
    upload = desk_queries.scans_of(request.id)[0].id
    loose = session.scalars(sa.select(LooseScan.id)).one()
    stranger = type(coordinator)(app)
    program = make_program("Elsewhere")
    stranger.sign_in(make_account(Role.COORDINATOR, program_id=program.id))
    for path in (
        f"/consents/requests/{request.id}/scans/{upload}", f"/consents/scans/{loose}/page",
        f"/consents/requests/{request.id}/blank.pdf", f"/consents/requests/{request.id}/phone",
    ):  # fmt: skip
        assert stranger.client.get(path).status_code == 404, path
    page = send(stranger, scans.pdf(code))
    assert "1 page waits to be filed by hand." in page.text
    assert "Mateo" not in page.text
