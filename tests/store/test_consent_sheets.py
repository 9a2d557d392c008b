"""What others sign beside a guardian, copied from a sheet of paper; loose pages and who sees them. On both engines."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from pypdf import PdfReader

from tests.makers import scans
from tests.makers.accounts import make_actor
from tests.makers.consent import actor_of, agree, signing
from tests.makers.desk import ON, Desk, refused_codes
from tests.makers.forms import form_of, publish, section
from tests.makers.people import NOW, make_person
from tests.makers.programs import make_program
from youthprog.access.types import Role
from youthprog.consent import desk_queries, queries, services
from youthprog.consent.models import ConsentPart, ConsentRequest
from youthprog.consent.types import Decision, Happening, Question, RequestState, Route, SectionKind, Signer
from youthprog.core import db
from youthprog.core.dates import day
from youthprog.core.refusals import NotFound, Refused
from youthprog.documents.models import Document
from youthprog.documents.services import load_bytes
from youthprog.documents.types import BlankLayout
from youthprog.outreach.models import Message
from youthprog.people.models import ContactPoint

K = SectionKind
DAY = ON.isoformat()


@pytest.fixture(autouse=True)
def september():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def desk(session):
    return Desk()


def signed(name: str, **answer: Any) -> dict[str, Any]:
    """A part as it stands on the sheet."""
    return answer | {"typed_name": name, "signed_on": DAY}


OTHERS: dict[str, dict[str, Any]] = {
    "pledge": signed("Mateo Aguilar", choice="yes"),
    "read_aloud": signed("Ana Lopez", choice="somebody"),
    "doctor": signed("Ada Obi", choice="yes", office="Riverton Clinic"),
    "seen": signed("Casey Coach", choice="yes"),
}
ANSWERS: dict[str, dict[str, Any]] = {"play": {"choice": "yes"}} | OTHERS


def ask_parted(desk: Desk, **settings: Any) -> ConsentRequest:
    """A printed form in which the young person, an interpreter, a doctor and a coach sign too."""
    version = publish(
        form_of(
            "parted-on-paper",
            section("play", K.DECISION, required=True),
            section("pledge", K.DECISION, required=True, settings={"signer": "athlete"}),
            section("read_aloud", K.INFORMATION, settings={"signer": "interpreter"}),
            section("doctor", K.EXTERNAL, required=True, more={"role": "Doctor"}, settings=settings),
            section("seen", K.DECISION, settings={"signer": "coach"}),
        )
    )
    row = ConsentRequest(
        form_version_id=version.id, youth_id=desk.family.youth.id, guardian_id=desk.family.guardian.id,
        season_id=desk.family.season_id, state=RequestState.SENT, language="en", created_at=NOW, sent_at=NOW,
        times_asked=1,
    )  # fmt: skip
    db.session().add(row)
    db.flush()
    services.give_code(row, by=desk.first, now=NOW)
    return row


def parts_of(request: ConsentRequest) -> dict[Signer, ConsentPart]:
    return {part.signer: part for part in queries.parts_of(request.id).values()}


def decided(request: ConsentRequest) -> dict[str, Decision]:
    return {row.section_key: row.decision for row in queries.decisions_of(request.id)}


def waiting_part(request: ConsentRequest, key: str) -> Question:
    case = queries.get_request(request.id)
    return {each.key: each for each in services.parts_to_enter(case, ON)}[key]


def enter_part(desk: Desk, request: ConsentRequest, key: str, by: Any = None, **changes: Any) -> ConsentPart:
    case = queries.get_request(request.id)
    how: dict[str, Any] = {"by": by or desk.first, "now": NOW}
    ready = services.prepare_entered_part(case, waiting_part(request, key), OTHERS[key] | changes, **how)
    return services.enter_part(case, waiting_part(request, key), ready, **how)


# ---- the whole form on paper ----


@pytest.mark.press
def test_a_form_with_every_signer_is_completed_on_paper_alone(desk):
    request = ask_parted(desk)
    desk.scan(request.match_code)
    document = desk.enter(request, answers=ANSWERS)
    assert set(decided(request)) == {"play", "pledge", "read_aloud", "doctor", "seen"}
    assert set(decided(request).values()) == {Decision.GIVEN}
    for part in parts_of(request).values():
        assert (part.route, part.recorded_by_id, part.signed_on) == (Route.PAPER, desk.first.person_id, ON)
        assert part.scan_sha256 == request.scan_sha256
    told = json.loads(PdfReader(BytesIO(load_bytes(document))).attachments["consent.json"][0])
    doctor = next(each for each in told["sections"] if each["key"] == "doctor")
    assert doctor["answer"] == OTHERS["doctor"] | {"route": "paper", "recorded_by": desk.first.name}
    pages = PdfReader(BytesIO(load_bytes(document))).pages
    words = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert "Signed by Ada Obi, Doctor" in words
    assert f"copied by {desk.first.name}" in words


@pytest.mark.press
def test_what_is_not_signed_on_the_sheet_waits_and_is_entered_from_its_own_sheet(desk):
    request = ask_parted(desk)
    desk.scan(request.match_code)
    desk.enter(request, answers={"play": {"choice": "yes"}, "read_aloud": {"choice": "nobody"}})
    assert set(decided(request)) == {"play", "read_aloud"}
    assert {each.signed_at for each in parts_of(request).values()} == {None}
    filed = services.file_pages(
        services.receive(scans.png(request.match_code, mark=3), name="later.png"), by=desk.first, now=NOW
    )
    assert filed.by_request == {request.id: 1}, "a signed form takes pages while a part waits"
    for key in ("pledge", "doctor", "seen"):
        enter_part(desk, request, key)
    assert set(decided(request)) == {"play", "read_aloud", "pledge", "doctor", "seen"}
    assert queries.events_of(request.id)[-1].happening is Happening.PART_SIGNED
    assert queries.events_of(request.id)[-1].detail["recorder"] == desk.first.name
    for signer in (Signer.ATHLETE, Signer.EXTERNAL, Signer.COACH):
        _the_supplement_tells_of_the_sheet(
            parts_of(request)[signer], queries.document_of(request).code, desk.first.name
        )
    with pytest.raises(KeyError):
        waiting_part(request, "doctor")


def _the_supplement_tells_of_the_sheet(part: ConsentPart, first_code: str, recorder: str) -> None:
    """The sealed record of one part that was copied after the guardian had signed."""
    reader = PdfReader(BytesIO(load_bytes(db.session().get_one(Document, part.document_id))))
    value = json.loads(reader.attachments["supplement.json"][0])
    assert value["of"]["code"] == first_code
    assert value["places"]["full_name"] == "Mateo Aguilar", "the sheet names the child in full, to whomever signs on it"
    assert (value["signature"]["way"], value["signature"]["scan_sha256"]) == ("sheet", part.scan_sha256)
    assert value["section"]["answer"]["recorded_by"] == recorder
    assert value["section"]["answer"]["signed_on"] == part.signed_on.isoformat()
    printed = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    assert f"copied by {recorder}" in printed
    assert "the name as on the sheet" in printed
    assert "Signed on" in printed
    assert "Recorded on" in printed
    assert f"{day(part.signed_on, 'en')} Signed by hand" in printed, "beside the name stands the day on the sheet"
    assert "on the screen" not in printed


def test_a_page_that_came_after_the_signature_is_listed_until_its_part_is_entered(desk):
    request = ask_parted(desk)
    desk.scan(request.match_code)
    desk.enter(request, answers={each: ANSWERS[each] for each in ("play", "pledge", "read_aloud", "seen")})
    assert desk_queries.list_parts_to_enter(desk.first, ON) == []
    later = NOW + timedelta(hours=1)
    received = services.receive(scans.png(request.match_code, mark=3), name="later.png")
    services.file_pages(received, by=desk.first, now=later)
    assert [each.request.id for each in desk_queries.list_parts_to_enter(desk.first, ON)] == [request.id]
    enter_part(desk, request, "doctor")
    assert desk_queries.list_parts_to_enter(desk.first, ON) == []


def test_by_telephone_the_others_still_sign_on_a_sheet(desk):
    request = ask_parted(desk)
    desk.enter(request, services.prepare_phone, answers={"play": {"choice": "yes"}})
    assert set(decided(request)) == {"play"}
    desk.scan(request.match_code)
    enter_part(desk, request, "pledge")
    assert parts_of(request)[Signer.ATHLETE].route is Route.PAPER
    assert request.route is Route.PHONE


def test_a_no_of_the_doctor_is_a_no(desk):
    request = ask_parted(desk)
    desk.scan(request.match_code)
    desk.enter(request, answers=ANSWERS | {"doctor": OTHERS["doctor"] | {"choice": "no"}})
    assert decided(request)["doctor"] is Decision.REFUSED


def test_a_doctors_sheet_may_come_before_the_guardian_signs_online(desk, session):
    request = ask_parted(desk)
    desk.scan(request.match_code)
    enter_part(desk, request, "doctor")
    assert decided(request) == {}
    case = queries.get_request(request.id)
    agree(case.guardian)
    draft = {"play": {"choice": "yes"}, "pledge": {"choice": "yes", "typed_name": "Mateo"}}
    draft |= {"read_aloud": {"choice": "nobody"}, "doctor": {"name": "Ada Obi", "email": "obi@clinic.example"}}
    services.answer_all(case, draft, by=actor_of(case.guardian), now=NOW)
    by = actor_of(case.guardian)
    prepared = services.prepare_signature(case, signing(request), by=by, now=NOW)
    services.sign(queries.get_request(request.id), prepared, by=by, now=NOW)
    assert (request.route, decided(request)["doctor"]) == (Route.ONLINE, Decision.GIVEN)
    assert {each.signer: each.route for each in parts_of(request).values() if each.signed_at} == {
        Signer.EXTERNAL: Route.PAPER, Signer.ATHLETE: Route.ONLINE
    }  # fmt: skip
    assert session.scalar(sa.select(sa.func.count()).where(Message.kind == services.PART)) == 0, "nobody is asked twice"


def test_the_sheet_has_boxes_for_what_others_answer(desk):
    (form,) = services.paper_forms([queries.get_request(ask_parted(desk).id)]).forms
    by_title = {each.title: each for each in form.sections}
    assert {each.layout for each in form.sections[1:]} == {BlankLayout.SIGNATURE}
    assert [each.label for each in by_title["Doctor"].choices] == ["Yes", "No"]
    assert [each.label for each in by_title["Pledge"].choices] == ["Yes", "No"]
    assert by_title["Read aloud"].choices == ()
    assert len(by_title["Doctor"].lines) == 2


# ---- what is refused ----


def test_a_part_without_its_scan_is_not_entered(desk):
    request = ask_parted(desk)
    with pytest.raises(Refused) as problem:
        enter_part(desk, request, "doctor")
    assert refused_codes(problem) == {"no_scan"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"typed_name": ""}, "no_name"),
        ({"signed_on": None}, "no_day"),
        ({"office": ""}, "unanswered"),
        ({"choice": None}, "unanswered"),
    ],
)
def test_what_a_part_must_have(desk, changes, code):
    request = ask_parted(desk)
    desk.scan(request.match_code)
    with pytest.raises(Refused) as alone:
        enter_part(desk, request, "doctor", **changes)
    assert refused_codes(alone) == {code}
    with pytest.raises(Refused) as together:
        desk.enter(request, answers=ANSWERS | {"doctor": OTHERS["doctor"] | changes})
    assert code in refused_codes(together)
    assert decided(request) == {}


@pytest.mark.parametrize("key", ["doctor", "read_aloud"])
def test_the_guardian_is_neither_doctor_nor_interpreter(desk, key):
    request = ask_parted(desk)
    desk.scan(request.match_code)
    own = desk.family.guardian.name.upper()
    with pytest.raises(Refused) as problem:
        desk.enter(request, answers=ANSWERS | {key: OTHERS[key] | {"typed_name": own}})
    assert refused_codes(problem) == {"guardians_name"}


def test_nobody_enters_a_part_of_their_own_childs_form(desk):
    request = ask_parted(desk)
    desk.scan(request.match_code)
    with pytest.raises(Refused) as problem:
        enter_part(desk, request, "doctor", by=make_actor(Role.COORDINATOR, desk.family.guardian.id))
    assert refused_codes(problem) == {"own_child"}


def test_a_part_in_ink_counts_from_the_day_a_second_person_saw_it(desk):
    request = ask_parted(desk, original="ink")
    desk.scan(request.match_code)
    desk.enter(request, answers={each: ANSWERS[each] for each in ("play", "pledge", "read_aloud", "seen")})
    enter_part(desk, request, "doctor", by=desk.second)
    (row,) = desk_queries.waiting_for_original(request.id)
    assert row.section_key == "doctor"
    for who in (desk.first, desk.second):
        with pytest.raises(Refused) as problem:
            services.confirm_original(queries.get_request(request.id), by=who, now=NOW)
        assert refused_codes(problem) == {"same_person"}
    third = make_actor(Role.COORDINATOR, make_person("Cy", "Desk").id)
    services.confirm_original(queries.get_request(request.id), by=third, now=NOW)
    assert row.confirmed_at == NOW


def test_no_account_signs_on_a_screen_what_is_somebody_elses(desk):
    request = ask_parted(desk)
    case = queries.get_request(request.id)
    questions = {each.key: each for each in queries.questions_of(case.version.id)}
    for key in ("doctor", "pledge", "seen"):
        with pytest.raises(Refused) as problem:
            services.sign_part(
                case, questions[key], OTHERS[key], typed_name="Ada Obi", prepared=None, by=desk.first, now=NOW
            )
        assert refused_codes(problem) == {"not_the_signer"}, key
    own = desk.first.person_id
    part = services.sign_part(case, questions["seen"], OTHERS["seen"], typed_name="Ada", prepared=None, person_id=own, by=desk.first, now=NOW)  # fmt: skip
    assert (part.route, part.person_id) == (Route.ONLINE, own)


@pytest.mark.parametrize(
    "row",
    [
        {"route": Route.ONLINE, "recorded_by_id": True},
        {"route": Route.PAPER, "recorded_by_id": True},
        {"route": Route.PAPER, "scan_sha256": "0" * 64},
        {"route": None},
    ],
)
def test_the_database_refuses_a_part_that_lies_about_its_way(desk, session, row):
    request = ask_parted(desk)
    section_id = waiting_part(request, "doctor").section_id
    values = row | {"recorded_by_id": desk.first.person_id if row.get("recorded_by_id") else None}
    session.add(
        ConsentPart(request_id=request.id, section_id=section_id, signer=Signer.EXTERNAL, typed_name="Ada", signed_at=NOW, **values)
    )  # fmt: skip
    with pytest.raises(sa.exc.IntegrityError):
        session.flush()
    session.rollback()


# ---- the copy ----


def test_no_copy_is_mailed_to_an_address_that_does_not_work(desk, session):
    for row in session.scalars(sa.select(ContactPoint).where(ContactPoint.person_id == desk.family.guardian.id)):
        row.bounced_at = NOW
    request = desk.ask()
    desk.scan(request.match_code)
    desk.enter(request)
    assert desk_queries.letter_of(request.id, services.COPY) is None


def test_a_copy_that_is_mailed_is_found(desk):
    request = desk.ask()
    desk.scan(request.match_code)
    desk.enter(request)
    letter = desk_queries.letter_of(request.id, services.COPY)
    assert letter is not None
    assert letter.document_id == request.document_id


# ---- loose pages ----


def coordinator_of(program_id: int, name: str) -> Any:
    return make_actor(Role.COORDINATOR, make_person(name, "Elsewhere").id, program_id=program_id)


def seen_by(actor: Any) -> list[int]:
    return [each.scan.id for each in desk_queries.list_loose(actor)]


def test_a_loose_page_is_seen_by_the_office_it_came_to_and_by_nobody_elses(desk, session):
    here, there = make_program("Here"), make_program("There")
    sender, colleague, stranger = (
        coordinator_of(here.id, "Ann"), coordinator_of(here.id, "Bo"), coordinator_of(there.id, "Cy")
    )  # fmt: skip
    desk.scan(None, by=sender)
    (scan_id,) = seen_by(sender)
    assert seen_by(colleague) == seen_by(desk.first) == [scan_id]
    assert seen_by(stranger) == []
    assert desk_queries.get_loose_for(colleague, scan_id).by_id == sender.person_id
    for wanted in (scan_id, 987_654):
        with pytest.raises(NotFound):
            desk_queries.get_loose_for(stranger, wanted)
    desk.scan(None, by=colleague)
    assert seen_by(colleague) == [scan_id], "the same page twice in one office is one page"


def test_who_sends_for_all_programs_names_the_office_or_the_other_pages_do(desk, session):
    request, there = desk.ask(), make_program("There")
    own = coordinator_of(queries.get_request(request.id).program.id, "Ann")
    received = services.receive(scans.pdf(request.match_code, None), name="a.pdf")
    services.file_pages(received, by=desk.first, now=NOW)
    assert len(seen_by(own)) == 1
    received = services.receive(scans.png(None, mark=4), name="b.png")
    services.file_pages(received, program_id=there.id, by=desk.first, now=NOW)
    assert len(seen_by(coordinator_of(there.id, "Cy"))) == 1
    services.file_pages(services.receive(scans.png(None, mark=5), name="c.png"), by=desk.first, now=NOW)
    assert (len(seen_by(own)), len(seen_by(desk.second))) == (1, 3)
