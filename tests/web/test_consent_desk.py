"""The pages of the desk: print, scan, file, enter, see the original."""

from __future__ import annotations

from io import BytesIO

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers import scans
from tests.makers.accounts import make_account
from tests.makers.consent import Family, request_of
from tests.makers.people import NOW
from tests.makers.programs import make_group, make_program, make_season
from youthprog.access.types import Role
from youthprog.consent import desk_queries, queries
from youthprog.consent.models import ConsentRequest, Disclosure, LooseScan, Section
from youthprog.consent.types import DISCLOSURE, RequestState, Route
from youthprog.core import db

pytestmark = pytest.mark.press

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
    assert "A copy is on its way by mail to" in page.text
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
    assert "A copy is on its way by mail to" in page.text
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
