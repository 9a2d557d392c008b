"""Every kind of section from the first answer to the decision, on both engines."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.makers.consent import Family, actor_of, agree, signing
from tests.makers.forms import every_kind, form_of, publish, section
from tests.makers.people import NOW, make_guardian
from youthprog.access.models import SignedLink
from youthprog.audit.models import AuditEntry
from youthprog.consent import paper, queries, services, showing, uploads
from youthprog.consent.models import ConsentDecision, ConsentPart, ConsentRequest, ConsentUpload, FormVersion
from youthprog.consent.types import Decision, Happening, Question, RequestState, Route, SectionKind, Signer
from youthprog.core import db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.core.refusals import Conflict, Refused
from youthprog.documents.models import Document
from youthprog.outreach.models import Message
from youthprog.people.models import Person
from youthprog.people.types import CustodyRestricted

K = SectionKind
ON = NOW.date()
ENDS = date(2026, 11, 21)
PDF = b"%PDF-1.7\n a paper"
OFFICE = Actor("account", "Olga Office", 1)


@pytest.fixture(autouse=True)
def september():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def family(session):
    return Family()


def request_for(family: Family, version: FormVersion, guardian: Person | None = None) -> ConsentRequest:
    """A request of a form for the family, opened."""
    guardian = guardian or family.guardian
    row = ConsentRequest(
        form_version_id=version.id, youth_id=family.youth.id, guardian_id=guardian.id, season_id=family.season_id,
        state=RequestState.SENT, language="en", created_at=NOW, sent_at=NOW, times_asked=1,
    )  # fmt: skip
    db.session().add(row)
    db.flush()
    agree(guardian)
    services.open_form(queries.get_request(row.id), language="en", via="link", by=actor_of(guardian), now=NOW)
    return row


def file_answer(content: bytes = PDF, **changes: Any) -> dict[str, Any]:
    digest = services.store_upload(content)
    return {"sha256": digest, "name": "exam.pdf", "size": len(content), "type": "application/pdf"} | changes


def complete(question: Question) -> dict[str, Any]:
    """A complete answer to any question."""
    more = next(iter(question.words.values())).more
    found: dict[str, Any] = {
        K.DECISION: {"choice": "yes"},
        K.INFORMATION: {"choice": "read", "seen": len(more.get("pages", ()))},
        K.VIDEO: {"choice": "watched"},
        K.INITIALS: {"initials": ["RA"] * len(more.get("clauses", ()))},
        K.PERSONS: {"persons": [{"name": "Abuela Consuelo", "phone": "+12175550142", "relation": "grandmother"}]},
        K.CHOICE: {"chosen": ["1"]},
        K.WORDS: {"words": "Left-handed"},
        K.UPLOAD: file_answer() if question.kind is K.UPLOAD else {},
        K.EXTERNAL: {"name": "Dr. Ada Obi", "email": "obi@clinic.example"},
        K.STAFF: {"fields": ["Filled in"] * len(more.get("fields", ()))},
        K.HEALTH: {"choice": "no"},
        K.PICKUP: {"names": ["Rosa Aguilar"]},
        K.EMERGENCY: {"name": "José Luis", "phone": "+12175550142", "relation": ""},
    }[question.kind]
    if question.settings.asks_last_day:
        found |= {"expires_on": "2027-03-31"}
    match showing.signer_of(question):
        case Signer.ATHLETE:
            found |= {"typed_name": "Mateo Aguilar"}
        case Signer.INTERPRETER:
            found = {"choice": "somebody", "typed_name": "Ana Lopez"}
    return found


def answer_shown(request: ConsentRequest, **changes: dict[str, Any] | None) -> None:
    """Answer what is shown, page by page, until nothing is missing; None leaves one out."""
    for _round in range(30):
        case = queries.get_request(request.id)
        shown = services.shown_of(case, queries.questions_of(case.version.id), ON)
        waiting = [each for each in showing.unanswered(shown, case.draft) if changes.get(each.key, {}) is not None]
        if not waiting:
            return
        given_ = changes.get(waiting[0].key) or complete(waiting[0])
        services.answer(case, waiting[0], given_, by=actor_of(case.guardian), now=NOW)


def sign(request: ConsentRequest, now: Any = NOW) -> Document:
    by = actor_of(queries.get_request(request.id).guardian)
    prepared = services.prepare_signature(queries.get_request(request.id), signing(request), by=by, now=now)
    return services.sign(queries.get_request(request.id), prepared, by=by, now=now)


def decided(request: ConsentRequest) -> dict[str, ConsentDecision]:
    return {row.section_key: row for row in queries.decisions_of(request.id)}


def question_of(request: ConsentRequest, key: str) -> Question:
    return next(each for each in queries.questions_of(request.form_version_id) if each.key == key)


def canonical(request: ConsentRequest) -> dict[str, Any]:
    case = queries.get_request(request.id)
    prepared = services.prepare_signature(case, signing(request), by=actor_of(case.guardian), now=NOW)
    return dict(json.loads(paper.canonical(prepared.facts)))


# ---- all of them ----


def test_a_form_with_everything_is_answered_and_signed(session, family):
    request = request_for(family, publish(every_kind()))
    answer_shown(request)
    case = queries.get_request(request.id)
    asked = [each.key for each in services.questions_to_ask(case, queries.questions_of(case.version.id), ON)]
    assert asked == [
        "play", "medical", "sheet", "film", "clauses", "collectors", "shirt", "languages", "more", "exam", "doctor",
    ]  # fmt: skip
    sign(request)
    rows = decided(request)
    waiting = {"doctor", "seen", "desk"}
    assert set(rows) == {*asked, "pledge", "promise", "read_aloud"} - waiting
    assert all(row.decision is Decision.GIVEN for row in rows.values())
    assert rows["play"].valid_until_on == ON + timedelta(days=365)
    assert rows["exam"].valid_until_on == ENDS  # the season's end comes before the paper's own
    assert rows["medical"].needs_original
    assert not rows["play"].needs_original
    assert request.valid_until_on == ENDS
    parts = {row.signer: row for row in queries.parts_of(request.id).values()}
    assert parts[Signer.ATHLETE].person_id == family.youth.id
    assert parts[Signer.ATHLETE].typed_name == "Mateo Aguilar"
    assert parts[Signer.INTERPRETER].typed_name == "Ana Lopez"
    assert [parts[each].signed_at for each in (Signer.COACH, Signer.STAFF, Signer.EXTERNAL)] == [None] * 3
    events = [event.happening for event in queries.events_of(request.id)]
    assert events.count(Happening.PART_SIGNED) == 3
    assert Happening.SHEET_READ in events


def test_the_record_holds_every_kind_and_who_signed_it(session, family):
    request = request_for(family, publish(every_kind()))
    answer_shown(request)
    sections = {each["key"]: each for each in canonical(request)["sections"]}
    assert sections["welcome"]["body"] == "This form is for Tigers U10, led by ____."
    assert "decision" not in sections["welcome"]
    assert sections["clauses"]["answer"] == {"initials": ["RA", "RA"]}
    assert sections["clauses"]["more"]["clauses"][0] == "A coach may send us home."
    assert sections["exam"]["answer"]["sha256"] == uploads.hashlib.sha256(PDF).hexdigest()
    assert sections["medical"]["original"] == "ink"
    assert sections["pledge"]["answer"] == {"initials": ["RA"], "typed_name": "Mateo Aguilar"}
    assert sections["doctor"]["decision"] is None
    assert sections["doctor"]["answer"] == {"name": "Dr. Ada Obi", "address": "o•••@clinic.example"}
    assert sections["desk"]["waits_for"] == "staff"
    assert "second" not in sections
    assert "school_year" not in sections  # shown from 14 on


# ---- texts and hashes ----


def test_a_text_is_never_required_nor_decided(session, family):
    version = publish(form_of("texts", section("intro", K.TEXT, required=True), section("yes", K.DECISION)))
    request = request_for(family, version)
    assert not question_of(request, "intro").required
    answer_shown(request)
    sign(request)
    assert set(decided(request)) == {"yes"}


def test_settings_and_other_words_come_back_from_the_tables(session, family):
    request = request_for(family, publish(every_kind()))
    assert question_of(request, "film").settings.web_address == "https://film.example/heart"
    assert question_of(request, "clauses").words["es"].more["clauses"] == [
        "A coach may send us home.",
        "We bring water.",
    ]


# ---- sheets ----


def test_a_sheet_is_kept_page_by_page_and_read_once(session, family):
    request = request_for(family, publish(every_kind()))
    sheet = question_of(request, "sheet")
    for kept in ({"seen": 1}, {"seen": 2}, {"seen": 3, "choice": "read"}):
        case = queries.get_request(request.id)
        services.answer(case, sheet, kept, by=actor_of(case.guardian), now=NOW, language="es")
    told = [(event.happening, event.detail) for event in queries.events_of(request.id)][1:]
    assert told == [
        (Happening.SHEET_READ, {"section": "sheet", "version": "1", "language": "es"}),
        (Happening.ANSWERED, {"section": "sheet"}),
    ]


# ---- show-if ----


def chained() -> dict[str, Any]:
    """Rides, and what is asked of those who ride; and of older ones."""
    needs = {"show_if": {"what": "answer", "values": ["yes"], "key": "rides"}}
    return form_of(
        "chained",
        section("rides", K.DECISION),
        section("seat", K.CHOICE, required=True, settings=needs, more={"options": ["Front", "Back"]}),
        section("license", K.UPLOAD, settings=needs, more={"wanted": "A license"}),
        section("older", K.DECISION, required=True, settings={"show_if": {"what": "age_from", "values": ["14"]}}),
    )


def test_a_hidden_section_is_not_asked_and_its_answer_is_dropped_at_signing(session, family):
    request = request_for(family, publish(chained()))
    answer_shown(request)
    assert set(queries.get_request(request.id).draft) == {"rides", "seat", "license"}
    case = queries.get_request(request.id)
    services.answer(case, question_of(request, "rides"), {"choice": "no"}, by=actor_of(case.guardian), now=NOW)
    case = queries.get_request(request.id)
    asked = services.questions_to_ask(case, queries.questions_of(case.version.id), ON)
    assert [each.key for each in asked] == ["rides"]
    sign(request)
    assert set(decided(request)) == {"rides"}
    assert queries.uploads_of(request.id) == []


def test_a_shown_required_section_must_be_answered(session, family):
    request = request_for(family, publish(chained()))
    answer_shown(request, seat=None)
    with pytest.raises(Refused) as refused:
        sign(request)
    assert [reason.code for reason in refused.value.reasons] == ["unanswered"]


@given(st.lists(st.tuples(st.sampled_from(["rides", "seat", "license", "older"]), st.booleans()), max_size=6))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_answered_nothing_hidden_is_signed(session, family, steps):
    """Any walk through the form, with changed minds: what is signed is what was shown, and all of it."""
    version = session.scalars(
        sa.select(FormVersion).where(FormVersion.form.has(key="chained")).order_by(FormVersion.number.desc())
    ).first()
    version = version or publish(chained())
    nested = session.begin_nested()
    request = request_for(family, version)
    for key, yes in steps:
        case, each = queries.get_request(request.id), question_of(request, key)
        given_ = complete(each) if yes or each.kind is not K.DECISION else {"choice": "no"}
        services.answer(case, each, given_, by=actor_of(case.guardian), now=NOW)
    case = queries.get_request(request.id)
    shown = services.shown_of(case, queries.questions_of(case.version.id), ON)
    missing = showing.unanswered(shown, case.draft)
    if missing:
        with pytest.raises(Refused):
            sign(request)
        assert decided(request) == {}
    else:
        sign(request)
        assert set(decided(request)) == {each.key for each in shown}
    nested.rollback()


def test_a_second_guardians_section_is_asked_of_the_second_guardian(session, family):
    version = publish(
        form_of("two", section("both", K.DECISION), section("two", K.DECISION, settings={"signer": "guardian_2"}))
    )
    first = request_for(family, version)
    second = request_for(family, version, make_guardian(family.youth, "José", rank=2))
    asked = [
        [
            each.key
            for each in services.questions_to_ask(queries.get_request(row.id), queries.questions_of(version.id), ON)
        ]
        for row in (first, second)
    ]
    assert asked == [["both"], ["both", "two"]]


# ---- uploads ----


def test_a_file_lies_encrypted_under_its_hash(session, family):
    digest = services.store_upload(PDF)
    path = uploads.path_of(digest)
    assert b"a paper" not in path.read_bytes()
    assert services.load_upload(digest) == PDF
    assert services.store_upload(PDF) == digest


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "no_file"), (b"MZ\x90 a program", "wrong_kind"), (b"<html>", "wrong_kind"), (b" %PDF-1.7", "wrong_kind"),
     (PDF + b"0" * uploads.MOST_BYTES, "too_large")],
)  # fmt: skip
def test_a_file_of_another_kind_is_refused(session, content, code):
    with pytest.raises(Refused) as refused:
        services.store_upload(content)
    assert [reason.code for reason in refused.value.reasons] == [code]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("exam.pdf", "exam.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\papers\\exam.exe", "exam.pdf"),
        ("..", "file.pdf"),
        ("a" * 400 + ".pdf", "a" * 155 + ".pdf"),
        ('x"\r\n.pdf', 'x".pdf'),
    ],
)
def test_a_name_is_only_a_name(typed, kept):
    assert services.upload_name(typed, PDF) == kept


def test_a_changed_or_lost_file_is_not_given_out(session):
    digest = services.store_upload(PDF)
    uploads.path_of(digest).write_bytes(b"something else")
    with pytest.raises(services.Lost):
        services.load_upload(digest)
    uploads.discard(digest)
    with pytest.raises(services.Lost):
        services.load_upload(digest)
    with pytest.raises(services.Lost):
        services.load_upload("../keys")


def test_a_new_file_takes_the_place_of_the_one_before(session, family):
    request = request_for(family, publish(every_kind()))
    exam = question_of(request, "exam")
    for content in (PDF, PDF + b" again"):
        case = queries.get_request(request.id)
        given_ = file_answer(content, expires_on="2027-03-31")
        services.answer(case, exam, given_, by=actor_of(case.guardian), now=NOW)
    assert [row.sha256 for row in queries.uploads_of(request.id)] == [
        uploads.hashlib.sha256(PDF + b" again").hexdigest()
    ]
    assert session.scalar(sa.select(sa.func.count()).select_from(ConsentUpload)) == 2


def test_an_answer_cannot_name_a_file_that_never_came(session, family):
    request = request_for(family, publish(every_kind()))
    case = queries.get_request(request.id)
    with pytest.raises(Refused):
        services.answer(case, question_of(request, "exam"), {"sha256": "0" * 64}, by=actor_of(case.guardian), now=NOW)


def test_an_expired_file_ends_its_section(session, family):
    request = request_for(family, publish(form_of("exam", section(
        "exam", K.UPLOAD, required=True, settings={"asks_last_day": True, "validity": "days", "days": 365},
    ))))  # fmt: skip
    last = ON + timedelta(days=10)
    answer_shown(request, exam=file_answer(expires_on=last.isoformat()))
    sign(request)
    assert decided(request)["exam"].valid_until_on == last
    assert request.valid_until_on == last


def test_files_are_sealed_anew_with_a_new_key(session, app):
    shutil.rmtree(app.config["YOUTHPROG"].uploads, ignore_errors=True)
    digest = services.store_upload(PDF)
    assert list(services.reseal_uploads()) == []
    sealed = uploads.path_of(digest).read_bytes()
    ring = uploads.crypto.keyring()
    fresh = replace(ring, keys={**ring.keys, "NEWK": b"k" * 32}, current="NEWK")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uploads.crypto, "keyring", lambda: fresh)
        assert sum(services.reseal_uploads()) == 1
        assert services.load_upload(digest) == PDF
        assert uploads.path_of(digest).read_bytes() != sealed
    uploads.discard(digest)  # its key goes with this test


@pytest.mark.parametrize("damaged", [b"", b"of another key"])
def test_a_file_that_cannot_be_read_any_more_is_kept_anew_when_it_comes_again(app, damaged):
    digest = services.store_upload(PDF)
    uploads.path_of(digest).write_bytes(damaged)
    with pytest.raises(uploads.Lost):
        services.load_upload(digest)
    assert services.store_upload(PDF) == digest
    assert services.load_upload(digest) == PDF


# ---- other signers ----


def signed_with_parts(family: Family) -> ConsentRequest:
    request = request_for(family, publish(every_kind()))
    answer_shown(request)
    sign(request)
    return request


def parts_by_key(request: ConsentRequest) -> dict[str, tuple[Question, ConsentPart | None]]:
    case = queries.get_request(request.id)
    return {
        each.key: (each, part) for each, part in services.parts_asked(case, queries.questions_of(case.version.id), ON)
    }


def sign_part(request: ConsentRequest, question: Question, given: dict[str, Any], **how: Any) -> ConsentPart:
    """Prepare and record, as the pages do."""
    prepared = services.prepare_part(queries.get_request(request.id), question, given, **how)
    return services.sign_part(queries.get_request(request.id), question, given, prepared=prepared, **how)


def test_the_office_fills_in_later_and_the_section_is_decided_then(session, family):
    request = signed_with_parts(family)
    desk, _part = parts_by_key(request)["desk"]
    later = NOW + timedelta(days=2)
    given_ = {"fields": ["7b", "12"]}
    sign_part(request, desk, given_, typed_name="Olga Office", by=SYSTEM, now=later)
    row = decided(request)["desk"]
    assert (row.decision, row.decided_at) == (Decision.GIVEN, later)
    event = queries.events_of(request.id)[-1]
    assert (event.happening, event.detail["name"]) == (Happening.PART_SIGNED, "Olga Office")
    session.commit()  # the trail is written with the rest
    assert session.scalar(sa.select(sa.func.count()).where(AuditEntry.action == "consent.part_signed")) == 1


def test_a_part_signed_before_is_in_the_record_and_decided_with_it(session, family):
    request = request_for(family, publish(every_kind()))
    answer_shown(request)
    seen, _part = parts_by_key(request)["seen"]
    sign_part(request, seen, {"choice": "yes"}, typed_name="Casey", by=SYSTEM, now=NOW)
    assert "seen" not in decided(request)
    section_ = next(each for each in canonical(request)["sections"] if each["key"] == "seen")
    assert (section_["decision"], section_["answer"]["typed_name"]) == ("given", "Casey")
    sign(request)
    assert decided(request)["seen"].decision is Decision.GIVEN


@pytest.mark.parametrize(
    ("given_", "name", "codes"),
    [
        ({"fields": ["7b"]}, "Olga Office", ["unanswered"]),
        ({"fields": ["7b", "12"]}, "O", ["no_name"]),
        ({}, "", ["unanswered", "no_name"]),
    ],
)
def test_an_incomplete_part_is_refused(session, family, given_, name, codes):
    request = signed_with_parts(family)
    desk, _part = parts_by_key(request)["desk"]
    with pytest.raises(Refused) as refused:
        sign_part(request, desk, given_, typed_name=name, by=SYSTEM, now=NOW)
    assert [reason.code for reason in refused.value.reasons] == codes
    assert "desk" not in decided(request)


def test_a_part_is_signed_once(session, family):
    request = signed_with_parts(family)
    desk, _part = parts_by_key(request)["desk"]
    given_ = {"fields": ["7b", "12"]}
    sign_part(request, desk, given_, typed_name="Olga", by=SYSTEM, now=NOW)
    with pytest.raises(Refused) as refused:
        sign_part(request, desk, given_, typed_name="Oskar", by=SYSTEM, now=NOW)
    assert [reason.code for reason in refused.value.reasons] == ["part_signed"]


def test_a_part_of_a_closed_form_is_refused(session, family):
    request = signed_with_parts(family)
    desk, _part = parts_by_key(request)["desk"]
    request.state = RequestState.WITHDRAWN
    with pytest.raises(Refused) as refused:
        sign_part(request, desk, {"fields": ["7b", "12"]}, typed_name="Olga", by=SYSTEM, now=NOW)
    assert [reason.code for reason in refused.value.reasons] == ["closed"]


def test_somebody_outside_gets_a_letter_that_says_the_first_name_alone(session, family):
    request = signed_with_parts(family)
    message = session.scalars(sa.select(Message).where(Message.kind == services.PART)).one()
    assert (message.to_name, message.to_address) == ("Dr. Ada Obi", "obi@clinic.example")
    text = f"{message.subject} {message.unseal('text_sealed')} {message.unseal('html_sealed')}"
    assert family.youth.first_name in text
    assert family.youth.family_name not in text
    link = session.scalars(sa.select(SignedLink).where(SignedLink.purpose == "consent_part")).one()
    assert link.subject_id == parts_by_key(request)["doctor"][1].id  # type: ignore[union-attr]


def test_the_guardian_cannot_be_the_doctor(session, family):
    request = request_for(family, publish(every_kind()))
    own = next(
        line.value for line in queries.people.contacts_of([family.guardian.id])[family.guardian.id] if "@" in line.value
    )
    case = queries.get_request(request.id)
    with pytest.raises(Refused) as refused:
        services.answer(
            case,
            question_of(request, "doctor"),
            {"name": "Me", "email": own.casefold()},
            by=actor_of(case.guardian),
            now=NOW,
        )
    assert [reason.code for reason in refused.value.reasons] == ["own_address"]


def test_a_no_from_outside_is_a_refusal(session, family):
    request = signed_with_parts(family)
    doctor, _part = parts_by_key(request)["doctor"]
    given_ = {"choice": "no", "office": "Riverton Clinic"}
    sign_part(request, doctor, given_, typed_name="Ada Obi", by=SYSTEM, now=NOW)
    assert decided(request)["doctor"].decision is Decision.REFUSED


def test_a_custody_order_closes_the_way_outside(session, family):
    signed_with_parts(family)
    services.close_for_restricted(CustodyRestricted(family.youth.id, family.guardian.id))
    links = session.scalars(sa.select(SignedLink).where(SignedLink.purpose == "consent_part"))
    assert [link.ended_at is not None for link in links] == [True]


def test_nobody_read_it_aloud_signs_no_part(session, family):
    request = request_for(family, publish(every_kind()))
    answer_shown(request, read_aloud={"choice": "nobody"})
    sign(request)
    assert decided(request)["read_aloud"].decision is Decision.GIVEN
    assert Signer.INTERPRETER not in {row.signer for row in queries.parts_of(request.id).values()}


def test_without_the_young_persons_name_nothing_is_signed(session, family):
    request = request_for(family, publish(every_kind()))
    answer_shown(request, promise={"choice": "yes"})
    with pytest.raises(Refused):
        sign(request)
    assert decided(request) == {}


def test_answers_that_changed_meanwhile_are_not_signed(session, family):
    request = request_for(family, publish(chained()))
    answer_shown(request)
    by = actor_of(family.guardian)
    prepared = services.prepare_signature(queries.get_request(request.id), signing(request), by=by, now=NOW)
    services.answer(queries.get_request(request.id), question_of(request, "rides"), {"choice": "no"}, by=by, now=NOW)
    with pytest.raises(Conflict):
        services.sign(queries.get_request(request.id), prepared, by=by, now=NOW)
    assert request.route is not Route.ONLINE
