"""Paper and telephone in the tables, on both engines: codes, scans, entries, originals."""

from __future__ import annotations

import json
from datetime import date, timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
import time_machine
from pypdf import PdfReader

from tests.makers import scans
from tests.makers.accounts import make_actor
from tests.makers.consent import YES, actor_of, answer_all, request_of, signing
from tests.makers.desk import Desk, refused_codes
from tests.makers.people import NOW, make_person
from tests.makers.programs import make_program
from youthprog.access.types import Role
from youthprog.audit.models import AuditEntry
from youthprog.consent import desk_queries, queries, services, uploads
from youthprog.consent.models import ConsentRequest, FormVersion, LooseScan, Section, SectionText
from youthprog.consent.types import Happening, RequestState, Route
from youthprog.core import db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.core.refusals import Conflict, Refused
from youthprog.documents.services import load_bytes
from youthprog.outreach.models import Message
from youthprog.people import queries as people

ON = NOW.date()


@pytest.fixture(autouse=True)
def september():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def desk(session):
    return Desk()


def needing(request: ConsentRequest, original: str, *keys: str) -> None:
    """Let sections need ink or a notary."""
    table = db.table(Section)  # past the guard of what is published: the starter form has no such section
    mine = sa.and_(table.c.version_id == request.form_version_id, table.c.key.in_(keys))
    db.session().execute(sa.update(table).where(mine).values(settings={"original": original}))


def loose_of(actor: Actor) -> list[LooseScan]:
    return [each.scan for each in desk_queries.list_loose(actor)]


def _words_of(document) -> str:
    pages = PdfReader(BytesIO(load_bytes(document))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


# ---- forms on paper ----


def test_a_form_on_paper_opens_a_request_without_a_mail(desk, session):
    request = desk.ask()
    assert (request.state, request.times_asked, request.awaited) == (RequestState.SENT, 1, True)
    assert session.scalar(sa.select(sa.func.count()).select_from(Message)) == 0
    assert [event.happening for event in queries.events_of(request.id)] == [Happening.SENT]


def test_the_code_is_made_once_and_has_no_letters_that_look_alike(desk):
    request = desk.ask()
    code = request.match_code
    assert len(code) == 8
    assert not set(code) & set("01OI")
    assert services.give_code(request, by=desk.first, now=NOW) == code
    assert desk.ask().id == request.id


def test_printing_for_a_guardian_asked_by_mail_keeps_their_request(desk):
    asked = desk.family.ask()
    assert desk.ask().id == asked.id
    assert asked.times_asked == 1


def test_who_may_not_decide_gets_no_paper(session):
    desk = Desk(may_decide=False)
    line = people.guardians_of([desk.family.youth.id], ON)[desk.family.youth.id][0]
    with pytest.raises(Refused):
        services.ask_on_paper(desk.family.youth.id, line, desk.family.season_id, by=desk.first, now=NOW)


@pytest.mark.press
def test_the_sheet_holds_every_section_and_the_code_on_every_page(desk):
    request = desk.ask()
    case = queries.get_request(request.id)
    blanks = services.paper_forms([case])
    (form,) = blanks.forms
    assert [part.title for part in form.sections] == [
        each.words["en"].label for each in queries.questions_of(case.version.id)
    ]
    from youthprog.documents.services import print_sheet

    pages = PdfReader(BytesIO(print_sheet(blanks, now=NOW))).pages
    spoken = f"{request.match_code[:4]}-{request.match_code[4:]}"
    assert len(pages) >= 2
    assert all(spoken in " ".join(page.extract_text().split()).replace(" ", "") for page in pages)


def test_the_sheet_speaks_the_guardians_language(session):
    desk = Desk(language="es")
    form = services.paper_forms([queries.get_request(desk.ask().id)]).forms[0]
    assert form.language == "es"
    assert form.sections[0].question == "¿Puede participar Mateo?"


# ---- scans ----


def test_pages_are_filed_to_the_child_of_their_code(desk):
    request, other = desk.ask(), Desk()
    theirs = other.ask()
    filed = desk.scan(request.match_code, theirs.match_code, request.match_code)
    assert filed.by_request == {request.id: 2, theirs.id: 1}
    assert filed.loose == 0
    assert len(desk_queries.scans_of(request.id)) == 2
    assert uploads.load(desk_queries.scans_of(request.id)[0].sha256)
    assert [event.happening for event in queries.events_of(request.id)][-1] is Happening.SCANNED


def test_one_page_is_its_own_hash_and_several_are_hashed_together(desk):
    request = desk.ask()
    desk.scan(request.match_code)
    first = request.scan_sha256
    assert first == desk_queries.scans_of(request.id)[0].sha256
    desk.scan(request.match_code, request.match_code)
    assert request.scan_sha256 != first
    assert len(desk_queries.scans_of(request.id)) == 2, "the first page of the second scan was here already"


@pytest.mark.press
def test_a_page_without_a_code_waits_and_is_not_lost(desk, session):
    filed = desk.scan(None)
    assert (filed.by_request, filed.loose) == ({}, 1)
    (loose,) = loose_of(desk.first)
    assert uploads.load(loose.sha256)[:2] == b"\xff\xd8"
    desk.scan(None)
    assert len(loose_of(desk.first)) == 1, "the same page twice is one page"


def test_a_loose_page_is_filed_by_the_typed_code(desk, session):
    request = desk.ask()
    desk.scan(None)
    (loose,) = loose_of(desk.first)
    services.file_loose(loose, request.match_code, by=desk.first, now=NOW)
    assert loose_of(desk.first) == []
    assert len(desk_queries.scans_of(request.id)) == 1


@pytest.mark.parametrize("code", ["ZZZZZZZZ", None])
def test_a_code_nobody_has_files_nothing(desk, code):
    desk.scan(None)
    (loose,) = loose_of(desk.first)
    with pytest.raises(Refused):
        services.file_loose(loose, code, by=desk.first, now=NOW)
    assert loose_of(desk.first) == [loose]


def test_another_programs_code_is_a_code_nobody_has(desk):
    request = desk.ask()
    stranger = make_actor(Role.COORDINATOR, make_person("Cy", "Elsewhere").id, program_id=make_program("Elsewhere").id)
    filed = desk.scan(request.match_code, by=stranger)
    assert (filed.by_request, filed.loose) == ({}, 1)
    (loose,) = loose_of(stranger)
    with pytest.raises(Refused) as known:
        services.file_loose(loose, request.match_code, by=stranger, now=NOW)
    with pytest.raises(Refused) as unknown:
        services.file_loose(loose, "ZZZZZZZZ", by=stranger, now=NOW)
    assert known.value.reasons == unknown.value.reasons


def test_a_page_for_a_finished_form_waits(desk):
    request = desk.ask()
    desk.scan(request.match_code)
    desk.enter(request)
    filed = services.file_pages(
        services.receive(scans.png(request.match_code, mark=5), name="late.png"), by=desk.first, now=NOW
    )
    assert (filed.by_request, filed.loose) == ({}, 1)


def test_a_page_thrown_away_is_gone_with_its_bytes(desk, session):
    desk.scan(None)
    (loose,) = loose_of(desk.first)
    digest = loose.sha256
    services.put_away(loose, by=desk.first, now=NOW)
    assert uploads.load(digest), "before the commit nothing is gone"
    session.commit()
    assert session.scalar(sa.select(sa.func.count()).select_from(LooseScan)) == 0
    with pytest.raises(Exception):  # noqa: B017
        uploads.load(digest)


def test_what_is_no_scan_is_refused(desk):
    with pytest.raises(Refused):
        services.receive(b"hello, this is a letter", name="letter.txt")


def test_a_scan_lies_sealed_on_the_disk(desk, app):
    request = desk.ask()
    desk.scan(request.match_code)
    digest = desk_queries.scans_of(request.id)[0].sha256
    path = app.config["YOUTHPROG"].uploads / digest[:2] / f"{digest}.sealed"
    assert b"JFIF" not in path.read_bytes()
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(Exception, match="cannot be read"):
        uploads.load(digest)
    path.write_bytes(whole)  # the folder outlives this test, and a file is named by what it holds


# ---- answers from paper ----


@pytest.mark.press
def test_answers_from_paper_clear_the_child_and_say_how_they_came(desk, session):
    request = desk.ask()
    desk.scan(request.match_code)
    document = desk.enter(request)
    assert (request.state, request.route) == (RequestState.SIGNED, Route.PAPER)
    assert request.recorded_by_id == desk.first.person_id
    assert desk.family.cleared_on(ON)
    inside = PdfReader(BytesIO(load_bytes(document))).attachments["consent.json"][0]
    signed = json.loads(inside)
    assert signed["signature"]["route"] == "paper"
    assert (signed["signature"]["recorded_by"], signed["signature"]["day_on_the_sheet"]) == (
        desk.first.name,
        ON.isoformat(),
    )
    assert signed["signature"]["scan_sha256"] == request.scan_sha256
    words = _words_of(document)
    assert "Signed on paper. " in words
    assert "The sheet is dated" in words
    assert "Typed by the signer" not in words
    assert "pressed “Sign”" not in words
    assert signed["signature"]["agrees_to_electronic_records"] is None
    told = next(each["detail"] for each in signed["events"] if each["what"] == "signed")
    assert (told["who"], told["signed_on"]) == (desk.first.name, ON.isoformat())
    assert told["scans"] == [each.sha256 for each in desk_queries.scans_of(request.id)]


def test_a_no_on_paper_is_a_no(desk):
    request = desk.ask()
    desk.scan(request.match_code)
    desk.enter(request, answers=YES | {"take_part": {"choice": "no"}})
    assert not desk.family.cleared_on(ON)


def test_the_guardian_gets_a_copy_that_says_how_to_object(desk, session):
    request = desk.ask()
    desk.scan(request.match_code)
    desk.enter(request)
    mail = session.scalars(sa.select(Message).order_by(Message.id.desc())).first()
    text = mail.unseal("text_sealed")
    assert "call (217) 555-0100 right away" in text
    assert "/c/" in text
    assert mail.document_id == request.document_id


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"typed_name": " "}, "no_name"),
        ({"is_guardian": False}, "not_guardian"),
        ({"signed_on": None}, "no_day"),
        ({"signed_on": ON + timedelta(days=1)}, "in_future"),
        ({"signed_on": ON - timedelta(days=1)}, "before_asked"),
        ({"answers": {}}, "unanswered"),
    ],
)
def test_what_an_entry_from_paper_must_have(desk, changes, code):
    request = desk.ask()
    desk.scan(request.match_code)
    with pytest.raises(Refused) as problem:
        desk.enter(request, **changes)
    assert code in refused_codes(problem)
    assert request.signed_at is None


def test_without_a_scan_nothing_is_entered_from_paper(desk):
    request = desk.ask()
    with pytest.raises(Refused) as problem:
        desk.enter(request)
    assert refused_codes(problem) == {"no_scan"}


def test_nobody_enters_the_form_of_their_own_child(desk):
    request = desk.ask()
    desk.scan(request.match_code)
    own = make_actor(Role.COORDINATOR, desk.family.guardian.id)
    with pytest.raises(Refused) as problem:
        desk.enter(request, by=own)
    assert refused_codes(problem) == {"own_child"}


def test_an_older_sheet_does_not_undo_a_newer_answer(desk, session):
    with time_machine.travel(NOW - timedelta(days=3), tick=True):
        signed = desk.family.sign(now=NOW - timedelta(days=3))
    services.take_back(
        queries.get_request(signed.id), ["take_part"], by=actor_of(desk.family.guardian), now=NOW
    )  # fmt: skip
    request = desk.ask()
    request.created_at = NOW - timedelta(days=2)
    desk.scan(request.match_code)
    with pytest.raises(Refused) as problem:
        desk.enter(request, signed_on=ON - timedelta(days=1))
    assert refused_codes(problem) == {"overtaken"}


def test_a_form_signed_meanwhile_is_not_entered_again(desk):
    request = desk.ask()
    desk.scan(request.match_code)
    ready = services.prepare_paper(queries.get_request(request.id), desk.entry(request), by=desk.first, now=NOW)
    desk.enter(request)
    with pytest.raises(Conflict):
        services.record_entry(queries.get_request(request.id), ready, by=desk.first, now=NOW)
    assert len(queries.decisions_of(request.id)) == len(YES)


# ---- telephone ----


@pytest.mark.press
def test_answers_by_telephone_carry_the_recorders_name(desk):
    request = desk.ask()
    document = desk.enter(request, services.prepare_phone)
    assert (request.route, request.recorded_by_id) == (Route.PHONE, desk.first.person_id)
    assert desk.family.cleared_on(ON)
    signed = json.loads(PdfReader(BytesIO(load_bytes(document))).attachments["consent.json"][0])
    told = next(each["detail"] for each in signed["events"] if each["what"] == "signed")
    assert (told["who"], told["identity"]) == (desk.first.name, "Called the number on file")
    assert signed["signature"]["route"] == "phone"
    assert signed["signature"]["identity"] == "Called the number on file"
    words = _words_of(document)
    assert f"Answered by telephone. {desk.first.name} wrote the answers down." in words
    assert "Typed by the signer" not in words
    assert "pressed “Sign”" not in words


def test_a_call_without_a_word_on_identity_is_refused(desk):
    request = desk.ask()
    with pytest.raises(Refused) as problem:
        desk.enter(request, services.prepare_phone, identity=" ")
    assert refused_codes(problem) == {"no_identity"}


@pytest.mark.parametrize("original", ["ink", "notary"])
def test_what_needs_an_original_cannot_be_given_by_telephone(desk, original):
    request = desk.ask()
    needing(request, original, "emergency_care")
    case = queries.get_request(request.id)
    assert "emergency_care" not in [each.key for each in services.questions_by_route(case, Route.PHONE)]
    desk.enter(request, services.prepare_phone)
    assert "emergency_care" not in [row.section_key for row in queries.decisions_of(request.id)]
    assert not desk.family.cleared_on(ON), "a required section still waits for paper"


# ---- originals ----


@pytest.fixture
def waiting(desk):
    request = desk.ask()
    needing(request, "ink", "emergency_care")
    desk.scan(request.match_code)
    desk.enter(request)
    return request


def test_an_answer_in_ink_waits_until_a_second_person_saw_it(desk, waiting, session):
    (row,) = desk_queries.waiting_for_original(waiting.id)
    assert (row.section_key, row.needs_original, row.confirmed_at) == ("emergency_care", True, None)
    assert not desk.family.cleared_on(ON), "ink counts only when two have seen it"
    services.confirm_original(queries.get_request(waiting.id), by=desk.second, now=NOW)
    assert desk.family.cleared_on(ON)
    assert desk_queries.waiting_for_original(waiting.id) == []
    assert row.confirmed_at == NOW
    assert waiting.confirmed_by_id == desk.second.person_id
    assert queries.events_of(waiting.id)[-1].happening is Happening.ORIGINAL_SEEN
    session.commit()
    assert session.scalar(sa.select(AuditEntry).where(AuditEntry.action == "consent.original_seen")) is not None


def test_the_same_person_may_not_confirm(desk, waiting):
    with pytest.raises(Refused) as problem:
        services.confirm_original(queries.get_request(waiting.id), by=desk.first, now=NOW)
    assert refused_codes(problem) == {"same_person"}


def test_the_database_refuses_the_same_person_too(desk, waiting, session):
    waiting.confirmed_by_id = desk.first.person_id
    with pytest.raises(sa.exc.IntegrityError):
        session.flush()
    session.rollback()


def test_nothing_to_confirm_is_refused(desk):
    request = desk.ask()
    desk.scan(request.match_code)
    desk.enter(request)
    with pytest.raises(Refused) as problem:
        services.confirm_original(queries.get_request(request.id), by=desk.second, now=NOW)
    assert refused_codes(problem) == {"nothing_waits"}


# ---- nobody signs online for a guardian ----


def test_staff_cannot_make_a_signature_that_says_online(desk):
    request = desk.family.ask()
    answer_all(request)
    for who in (desk.first, make_actor(Role.ADMIN, desk.second.person_id), SYSTEM):
        with pytest.raises(Refused) as problem:
            services.prepare_signature(queries.get_request(request.id), signing(request), by=who, now=NOW)
        assert "not_the_guardian" in refused_codes(problem)
    by = actor_of(desk.family.guardian)
    prepared = services.prepare_signature(queries.get_request(request.id), signing(request), by=by, now=NOW)
    with pytest.raises(Refused):
        services.sign(queries.get_request(request.id), prepared, by=desk.first, now=NOW)
    db.session().rollback()


def test_every_entry_of_the_staff_is_paper_or_telephone(desk, session):
    for way, route in ((services.prepare_paper, Route.PAPER), (services.prepare_phone, Route.PHONE)):
        other = Desk()
        request = other.ask()
        other.scan(request.match_code)
        other.enter(request, way)
        assert request.route is route
    found = session.scalars(sa.select(ConsentRequest.route).where(ConsentRequest.signed_at.is_not(None)))
    assert Route.ONLINE not in set(found)


def test_the_database_wants_a_recorder_of_paper(desk, waiting, session):
    waiting.recorded_by_id = None
    with pytest.raises(sa.exc.IntegrityError):
        session.flush()
    session.rollback()


def test_the_dates_of_an_entry_hold(desk):
    request = desk.ask()
    desk.scan(request.match_code)
    desk.enter(request)
    assert {row.valid_until_on for row in queries.decisions_of(request.id)} == {date(2026, 11, 21)}
    assert all(row.decided_at == NOW for row in queries.decisions_of(request.id))
    assert request_of(desk.family.youth).signed_at == NOW


# ---- older words ----


def publish_newer(request: ConsentRequest) -> None:
    """The next version of the form, with every section as it was."""
    session = db.session()
    old = session.get_one(FormVersion, request.form_version_id)
    newer = FormVersion(form_id=old.form_id, number=old.number + 1)
    session.add(newer)
    session.flush()
    for section in session.scalars(sa.select(Section).where(Section.version_id == old.id)).all():
        values = {each.key: getattr(section, each.key) for each in Section.__table__.columns if each.key != "id"}
        copy = Section(**values | {"version_id": newer.id})
        session.add(copy)
        session.flush()
        for text in session.scalars(sa.select(SectionText).where(SectionText.section_id == section.id)).all():
            words = {each.key: getattr(text, each.key) for each in SectionText.__table__.columns}
            session.add(SectionText(**words | {"section_id": copy.id}))
        session.flush()
    newer.published_at = NOW
    session.flush()


def moved_on(desk: Desk) -> tuple[ConsentRequest, str]:
    """A form that was printed, and then followed its newer version; with the code of the older sheet."""
    request = desk.ask()
    code = request.match_code
    publish_newer(request)
    case = queries.get_request(request.id)
    assert case.is_outdated
    services.follow_form(case, by=actor_of(case.guardian), now=NOW)
    assert request.match_code is None
    return request, code


def test_a_sheet_with_older_words_finds_its_child_and_says_what_it_is(desk, session):
    request, code = moved_on(desk)
    filed = desk.scan(code)
    assert (filed.by_request, filed.older) == ({request.id: 1}, (desk.family.youth.name,))
    (page,) = desk_queries.scans_of(request.id)
    assert desk_queries.numbers_of([page]) == {page.id: 1}
    assert request.scan_sha256 is None
    assert [each.request.id for each in desk_queries.list_older_sheets(desk.first, ON)] == [request.id]
    assert desk_queries.list_to_enter(desk.first, ON) == []


def test_a_sheet_with_older_words_is_not_entered_as_the_newer_form(desk):
    request, code = moved_on(desk)
    desk.scan(code)
    with pytest.raises(Refused) as problem:
        desk.enter(request)
    assert refused_codes(problem) == {"older_words"}
    assert dict(problem.value.reasons[0].values) == {"old": 1, "new": 2}
    assert request.signed_at is None


@pytest.mark.press
def test_the_new_sheet_is_entered_and_the_older_page_is_no_part_of_its_evidence(desk):
    request, code = moved_on(desk)
    desk.scan(code)
    newer = services.give_code(request, by=desk.first, now=NOW)
    services.file_pages(services.receive(scans.png(newer, mark=9), name="new.png"), by=desk.first, now=NOW)
    document = desk.enter(request)
    (page,) = desk_queries.sheet_of(queries.get_request(request.id))
    signed = json.loads(PdfReader(BytesIO(load_bytes(document))).attachments["consent.json"][0])
    assert signed["signature"]["scan_sha256"] == page.sha256 == request.scan_sha256
    told = next(each["detail"] for each in signed["events"] if each["what"] == "signed")
    assert told["scans"] == [page.sha256]
    assert len(desk_queries.scans_of(request.id)) == 2


@pytest.mark.press
def test_a_sheet_signed_before_the_family_moved_on_is_entered_as_what_it_is(desk):
    request = desk.ask()
    desk.scan(request.match_code)
    publish_newer(request)
    services.print_newest(queries.get_request(request.id), by=desk.first, now=NOW)
    assert queries.get_request(request.id).version.number == 1, "a signed sheet waits: printing does not move the form"
    document = desk.enter(request)
    signed = json.loads(PdfReader(BytesIO(load_bytes(document))).attachments["consent.json"][0])
    assert signed["form"]["version"] == 1


def test_what_is_printed_bears_the_newest_words_once(desk):
    request = desk.ask()
    code = request.match_code
    publish_newer(request)
    assert desk.ask().id == request.id
    assert queries.get_request(request.id).version.number == 2
    assert request.match_code != code
