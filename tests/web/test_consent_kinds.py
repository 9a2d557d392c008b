"""Every kind of section on its page, without JavaScript; and the pages of those who sign beside a guardian."""

from __future__ import annotations

import io
import json

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers.accounts import make_account
from tests.makers.consent import Family, agree
from tests.makers.forms import every_kind, form_of, publish, section
from tests.makers.people import NOW, make_person
from tests.makers.programs import lead
from tests.support.pages import Visitor
from youthprog.access.services import issue_link
from youthprog.access.types import LinkPurpose, Role
from youthprog.audit.models import AuditEntry
from youthprog.consent import queries, services, uploads
from youthprog.consent.models import ConsentPart, ConsentRequest
from youthprog.consent.types import Decision, RequestState, SectionKind, Signer
from youthprog.core import db
from youthprog.outreach.models import Message
from youthprog.programs.types import StaffRole

K = SectionKind
SEPTEMBER = NOW.replace(hour=18)
PDF = b"%PDF-1.7\n an exam form"
SIGNED = {"typed_name": "Rosa Elena Aguilar", "is_guardian": "y", "agrees": "y"}
PERSON = {"rows": "1", "name_1": "Abuela Consuelo", "phone_1": "(217) 555-0142", "relation_1": "grandmother"}


@pytest.fixture(autouse=True)
def september():
    with time_machine.travel(SEPTEMBER, tick=True):
        yield


@pytest.fixture
def family(session):
    return Family()


def a_file(content=PDF, name="exam.pdf"):
    return (io.BytesIO(content), name)


class Walk:
    """A guardian at a form, by a signed link."""

    def __init__(self, visitor, family, source, language="en"):
        version = publish(source)
        row = ConsentRequest(
            form_version_id=version.id, youth_id=family.youth.id, guardian_id=family.guardian.id,
            season_id=family.season_id, state=RequestState.SENT, language="en", created_at=NOW, sent_at=NOW,
        )  # fmt: skip
        db.session().add(row)
        db.flush()
        agree(family.guardian, SEPTEMBER)
        _id, token = issue_link(LinkPurpose.CONSENT, family.guardian.id, row.id, days=9, now=SEPTEMBER)
        self.numbers = {each["key"]: number for number, each in enumerate(source["section"], start=1)}
        self.id, self.visitor, self.version_id = row.id, visitor, version.id
        db.session().commit()
        self.page = visitor.post(f"/c/{token}", {"language": language})

    def address(self, key, tail=""):
        return f"/consent/{self.id}/q/{self.numbers[key]}{tail}"

    def get(self, key, tail=""):
        self.page = self.visitor.get(self.address(key, tail))
        return self.page

    def post(self, key, data=None, tail="", status=200, **how):
        self.page = self.visitor.post(self.address(key, tail), data or {}, status=status, **how)
        return self.page

    @property
    def draft(self):
        db.session().rollback()
        return queries.get_request(self.id).draft

    def sign(self):
        self.page = self.visitor.post(f"/consent/{self.id}/check", {"read_by": "nobody"})
        assert self.page.h1 == "Sign the form"
        self.page = self.visitor.post(f"/consent/{self.id}/sign", SIGNED | {"version": self.page.form()["version"]})
        assert self.page.h1.startswith("Signed.")


def one(kind, **how):
    return form_of("one", section("it", kind, **how))


def test_the_whole_way_through_every_kind(visitor, family):
    walk = Walk(visitor, family, every_kind())
    assert walk.page.h1 == "Play for Mateo?"
    assert "This form is for Tigers U10, led by ____." in walk.page.text  # a text stands above the next section
    walk.post("play", {"choice": "yes"})
    walk.post("medical", {"choice": "no", "initials": "r.a."})
    assert "Page 1 of 3" in walk.page.text
    for number in (1, 2):
        walk.post("sheet", tail=f"?page={number}")
    assert "Page 3 of 3" in walk.page.text
    walk.post("sheet", {"choice": "read"}, tail="?page=3")
    walk.post("film", {"choice": "watched"})
    walk.post("clauses", {"initials_1": "ra", "initials_2": "RA"})
    walk.post("collectors", PERSON)
    walk.post("shirt", {"chosen": "2"})
    walk.post("languages", {"chosen": ["0", "1"]})
    walk.post("more", {"words": "Left-handed"})
    walk.post("exam", {"file": a_file(), "expires_on": "2027-03-31"})
    page = walk.post("doctor", {"name": "Dr. Ada Obi", "email": "Obi@Clinic.example"})
    assert page.h1 == "Now it is Mateo’s turn"
    assert "Hand over the phone." in page.text
    page = visitor.post(
        f"/consent/{walk.id}/athlete",
        {"pledge-initials_1": "MA", "promise-choice": "yes", "typed_name": "Mateo Aguilar"},
    )
    assert page.h1 == "Check your answers"
    for words in ("Initials: RA", "Abuela Consuelo, (217) 555-0142", "Large", "English, Spanish", "Left-handed", "exam.pdf",
                  "March 31, 2027", "Dr. Ada Obi", "Answered by Mateo Aguilar"):  # fmt: skip
        assert words in page.text
    assert "Desk" in page.text  # filled in by the office
    walk.sign()
    db.session().rollback()
    rows = {row.section_key: row.decision for row in queries.decisions_of(walk.id)}
    assert rows.pop("medical") is Decision.REFUSED
    assert set(rows.values()) == {Decision.GIVEN}
    assert not {"doctor", "desk", "seen", "second", "welcome", "school_year"} & set(rows)
    letter = db.session().scalars(sa.select(Message).where(Message.kind == "consent_part")).one()
    assert letter.to_address == "obi@clinic.example"


def test_spanish_on_every_kind(visitor, family):
    walk = Walk(visitor, family, every_kind(), language="es")
    for key in ("medical", "film", "clauses", "collectors", "shirt", "languages", "more", "exam", "doctor"):
        page = walk.get(key)
        assert page.tree.get("lang") == "es"
        for word in ("Continue", "Choose", "Name of", "Initials for", "Add another", "File", "Their email"):
            assert word not in page.text


# ---- sheets ----


def test_a_sheet_is_read_in_order(visitor, family):
    walk = Walk(visitor, family, one(K.INFORMATION, more={"pages": ["First page.", "Second page.", "Third page."]}))
    page = walk.get("it", "?page=3")
    assert "First page." in page.text
    assert "Second page." not in page.text
    walk.post("it", {"choice": "read"}, tail="?page=3")  # skipping does not count
    assert walk.draft == {}
    walk.post("it", tail="?page=1")
    assert walk.draft["it"] == {"seen": 1}
    assert "Second page." in walk.get("it").text  # where it was left
    assert "First page." in walk.get("it", "?page=1").text
    walk.post("it", tail="?page=2")
    page = walk.post("it", {}, tail="?page=3", status=422)
    assert "Choose one answer." in page.text
    walk.post("it", {"choice": "read"}, tail="?page=3")
    assert walk.draft["it"] == {"choice": "read", "seen": 3}
    page = visitor.get(f"/consent/{walk.id}/sheet/1")
    assert all(words in page.text for words in ("First page.", "Second page.", "Third page."))


@pytest.mark.parametrize("page", ["0", "-1", "99", "x", "²", "9" * 40])
def test_a_page_that_is_none_opens_the_next_to_read(visitor, family, page):
    walk = Walk(visitor, family, one(K.INFORMATION, more={"pages": ["First page.", "Second page."]}))
    assert "First page." in walk.get("it", f"?page={page}").text


def test_only_sheets_open_as_sheets(visitor, family):
    walk = Walk(visitor, family, one(K.DECISION))
    visitor.get(f"/consent/{walk.id}/sheet/1", status=404)
    visitor.get(f"/consent/{walk.id}/sheet/9", status=404)


# ---- one refusal a kind ----


@pytest.mark.parametrize(
    ("kind", "how", "data", "sentence"),
    [
        (K.DECISION, {"settings": {"initials_if_refused": True}}, {"choice": "no"}, "To say no, write your initials"),
        (K.DECISION, {"settings": {"initials_if_refused": True}}, {"choice": "no", "initials": "12"}, "To say no, write"),
        (K.VIDEO, {"settings": {"web_address": "https://film.example/x"}}, {}, "Choose this once you have watched it."),
        (K.INITIALS, {"required": True, "more": {"clauses": ["A.", "B."]}}, {"initials_1": "RA"}, "Write your initials"),
        (K.INITIALS, {"more": {"clauses": ["A.", "B."]}}, {"initials_1": "RA"}, "Write your initials"),
        (K.INITIALS, {"more": {"clauses": ["A."]}}, {"initials_1": "ABCDE"}, "Write your initials"),
        (K.PERSONS, {"required": True}, {}, "Name at least 1 person."),
        (K.PERSONS, {"settings": {"least": 2, "most": 3}}, PERSON | {"rows": "2"}, "Name at least 2 persons."),
        (K.PERSONS, {}, {"phone_1": "(217) 555-0142"}, "Write the name."),
        (K.PERSONS, {}, {"name_1": "Abuela"}, "Write the phone number."),
        (K.PERSONS, {}, {"name_1": "Abuela", "phone_1": "555"}, "Add the area code"),
        (K.CHOICE, {"required": True, "more": {"options": ["A", "B"]}}, {}, "Choose at least 1."),
        (K.CHOICE, {"more": {"options": ["A", "B"]}}, {"chosen": "7"}, "Choose one of the list."),
        (K.CHOICE, {"more": {"options": ["A", "B"]}}, {"chosen": "²"}, "Choose one of the list."),
        (K.CHOICE, {"settings": {"most": 2}, "more": {"options": ["A", "B", "C"]}}, {"chosen": ["0", "1", "2"]}, "2 at most"),
        (K.WORDS, {"required": True}, {"words": " "}, "Write a few words."),
        (K.WORDS, {}, {"words": "x" * 1001}, "This is too long"),
        (K.WORDS, {}, {"words": "e" + "\u0301" * 500}, "too many accents"),
        (K.UPLOAD, {"required": True}, {}, "Choose a file."),
        (K.UPLOAD, {}, {"file": (b"MZ a program", "exam.pdf")}, "Send a PDF, a JPEG or a PNG."),
        (K.UPLOAD, {}, {"file": (b"", "exam.pdf")}, "not empty"),
        (K.UPLOAD, {"settings": {"asks_last_day": True}}, {"file": (PDF, "x.pdf")}, "last day"),
        (K.UPLOAD, {"settings": {"asks_last_day": True}}, {"file": (PDF, "x.pdf"), "expires_on": "9999-99-99"},
         "year, month, day"),
        (K.EXTERNAL, {"required": True}, {"name": "Dr. Obi", "email": "obi"}, "Write the whole address"),
        (K.EXTERNAL, {"required": True}, {"email": "obi@clinic.example"}, "Write the name."),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_refused_and_not_kept(visitor, family, kind, how, data, sentence):
    walk = Walk(visitor, family, one(kind, **how))
    if "file" in data:
        data = data | {"file": a_file(*data["file"])}
    page = walk.post("it", data, status=422)
    assert sentence in page.text
    assert walk.draft == {}


def test_a_file_that_is_too_large_is_refused(visitor, family, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_BYTES", 1000)
    monkeypatch.setattr(services, "MOST_BYTES", 1000)
    walk = Walk(visitor, family, one(K.UPLOAD))
    page = walk.post("it", {"file": a_file(PDF + b"0" * 1000)}, status=422)
    assert "larger than 10 MB" in page.text


def test_what_may_be_left_out_may_be_left_out(visitor, family):
    source = form_of(
        "left out",
        section("clauses", K.INITIALS, more={"clauses": ["A."]}),
        section("people", K.PERSONS),
        section("one", K.CHOICE, more={"options": ["A", "B"]}),
        section("words", K.WORDS),
        section("file", K.UPLOAD),
        section("doctor", K.EXTERNAL),
    )
    walk = Walk(visitor, family, source)
    for key, data in (("clauses", {}), ("people", {}), ("one", {"chosen": "none"}), ("words", {}), ("file", {"none": "y"}),
                      ("doctor", {"none": "y"})):  # fmt: skip
        walk.post(key, data)
    assert walk.page.h1 == "Check your answers"
    assert walk.draft["one"] == {"chosen": []}
    walk.sign()


# ---- persons without a script ----


def test_another_person_is_added_by_the_server_and_nothing_is_lost(visitor, family):
    walk = Walk(visitor, family, one(K.PERSONS, settings={"most": 3}))
    typed = {**PERSON, "phone_1": "not yet", "another": "1"}
    page = walk.post("it", typed)
    assert page.form()["name_1"] == "Abuela Consuelo"
    assert page.form()["phone_1"] == "not yet"
    assert page.form()["rows"] == "2"
    assert walk.draft == {}  # nothing is kept before "Continue"
    page = walk.post("it", {**typed, "rows": "2"})
    assert "Add another person" not in page.text  # three are the most
    walk.post("it", PERSON | {"rows": "3", "name_3": "Tío Raúl", "phone_3": "(217) 555-0163"})
    assert [each["name"] for each in walk.draft["it"]["persons"]] == ["Abuela Consuelo", "Tío Raúl"]
    page = walk.get("it")
    assert page.form()["name_2"] == "Tío Raúl"


@pytest.mark.parametrize("rows", ["-1", "999999999999", "²", "many", ""])
def test_rows_that_are_no_number_are_one(visitor, family, rows):
    walk = Walk(visitor, family, one(K.PERSONS, settings={"most": 3}))
    walk.post("it", PERSON | {"rows": rows})
    assert len(walk.draft["it"]["persons"]) == 1


# ---- show-if on pages ----


def test_a_hidden_page_is_not_there(visitor, family):
    source = form_of(
        "hidden",
        section("rides", K.DECISION),
        section("seat", K.WORDS, settings={"show_if": {"what": "answer", "values": ["yes"], "key": "rides"}}),
        section("end", K.DECISION),
    )
    walk = Walk(visitor, family, source)
    assert "Question 1 of 2" in walk.page.text
    visitor.get(walk.address("seat"), status=404)
    walk.get("rides")
    assert walk.post("rides", {"choice": "yes"}).h1 == "Seat for Mateo?"
    walk.post("seat", {"words": "In front"})
    walk.post("end", {"choice": "yes"})
    page = walk.post("rides", {"choice": "no"}, tail="?check=1")
    assert "In front" not in page.text
    walk.sign()
    db.session().rollback()
    assert {row.section_key for row in queries.decisions_of(walk.id)} == {"rides", "end"}


# ---- films, files ----


def test_a_film_is_a_link_and_nothing_of_another_site(visitor, family):
    walk = Walk(
        visitor, family, one(K.VIDEO, settings={"web_address": "https://film.example/heart"}, more={"title": "Heart"})
    )
    assert walk.page.link("Heart (opens in a new window)") == "https://film.example/heart"
    assert not any(walk.page.all(tag) for tag in ("iframe", "video", "embed", "object"))


def test_a_kept_file_stays_when_only_the_day_changes(visitor, family):
    walk = Walk(visitor, family, one(K.UPLOAD, settings={"asks_last_day": True}))
    walk.post("it", {"file": a_file(), "expires_on": "2027-03-31"})
    first = walk.draft["it"]
    assert "Kept: exam.pdf" in walk.get("it").text
    walk.post("it", {"expires_on": "2027-04-30"})
    assert walk.draft["it"] == first | {"expires_on": "2027-04-30"}


def test_the_office_downloads_a_file_and_nothing_runs_it(visitor, family, session):
    walk = Walk(visitor, family, one(K.UPLOAD))
    walk.post("it", {"file": a_file(name='<b>"x"</b>.html')})
    session.rollback()
    row = queries.uploads_of(walk.id)[0]
    visitor.sign_in(make_account(Role.COORDINATOR))
    page = visitor.get(f"/consents/requests/{walk.id}")
    answer = visitor.raw(page.link(row.name))
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.mimetype == "application/pdf"
    session.rollback()
    assert "consent.upload.read" in session.scalars(sa.select(AuditEntry.action)).all()
    visitor.get(f"/consents/requests/{walk.id}/uploads/999999", status=404)


# ---- the young person, the interpreter ----


def turn(visitor, family):
    source = form_of(
        "turn",
        section("yes", K.DECISION),
        section("pledge", K.INITIALS, required=True, settings={"signer": "athlete"}, more={"clauses": ["I rest."]}),
        section("read_aloud", K.INFORMATION, settings={"signer": "interpreter"}),
    )
    walk = Walk(visitor, family, source)
    walk.post("yes", {"choice": "yes"})
    return walk


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"pledge-initials_1": "MA"}, "Type your full name."),
        ({"typed_name": "Mateo Aguilar"}, "Write your initials"),
        ({}, "2 things to fix"),
    ],
)
def test_the_young_person_answers_all_and_signs(visitor, family, data, sentence):
    walk = turn(visitor, family)
    page = visitor.post(f"/consent/{walk.id}/athlete", data, status=422)
    assert sentence in page.text
    assert set(walk.draft) == {"yes"}
    assert visitor.get(f"/consent/{walk.id}/check").h1 == "Now it is Mateo’s turn"


def test_a_form_without_the_young_person_has_no_such_page(visitor, family):
    walk = Walk(visitor, family, one(K.DECISION))
    assert visitor.get(f"/consent/{walk.id}/athlete").h1 == "It for Mateo?"
    visitor.post(f"/consent/{walk.id}/athlete", {"typed_name": "Mateo"}, status=404)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "Choose one answer."),
        ({"read_by": "cat"}, "Choose one answer."),
        ({"read_by": "somebody"}, "types their full name"),
    ],
)
def test_whether_somebody_read_it_must_be_said(visitor, family, data, sentence):
    walk = turn(visitor, family)
    visitor.post(f"/consent/{walk.id}/athlete", {"pledge-initials_1": "MA", "typed_name": "Mateo Aguilar"})
    page = visitor.post(f"/consent/{walk.id}/check", data, status=422)
    assert sentence in page.text
    assert visitor.get(f"/consent/{walk.id}/sign").h1 == "Check your answers"


# ---- a coach, the office ----


@pytest.fixture
def parted(visitor, family):
    source = form_of(
        "parted",
        section("yes", K.DECISION, required=True),
        section("desk", K.STAFF, required=True, more={"fields": ["Locker"]}),
        section("seen", K.DECISION, settings={"signer": "coach"}, statement="%(full_name)s, %(school)s, %(born_on)s."),
        section("doctor", K.EXTERNAL, required=True, body="About %(full_name)s of %(school)s, %(guardian)s."),
    )
    family.youth.school = "Lincoln School"
    walk = Walk(visitor, family, source)
    walk.post("yes", {"choice": "yes"})
    walk.post("doctor", {"name": "Dr. Ada Obi", "email": "obi@clinic.example"})
    walk.sign()
    db.session().rollback()
    walk.sections = {each.key: each.section_id for each in queries.questions_of(walk.version_id)}
    return walk


def part_address(walk, key):
    return f"/consents/requests/{walk.id}/parts/{walk.sections[key]}"


def test_the_office_fills_in_its_part(visitor, parted, session):
    visitor.sign_in(make_account(Role.COORDINATOR))
    page = visitor.get(f"/consents/requests/{parted.id}")
    assert "Parts others sign" in page.text
    page = visitor.get(part_address(parted, "desk"))
    assert "You sign as" in page.text
    assert "Fill in this line." in visitor.post(part_address(parted, "desk"), {}, status=422).text
    page = visitor.post(part_address(parted, "desk"), {"field_1": "12"})
    assert "This part is signed." in page.text
    assert visitor.post(part_address(parted, "desk"), {"field_1": "13"}, status=422)
    session.rollback()
    assert {row.section_key for row in queries.decisions_of(parted.id)} == {"yes", "desk"}


def test_a_coach_signs_the_coachs_part_and_not_the_offices(visitor, parted, family, session):
    coach = make_person("Casey", "Coach")
    lead(coach, family.group, StaffRole.HEAD_COACH, family.youth)
    visitor.sign_in(make_account(Role.COACH, coach))
    visitor.get(part_address(parted, "desk"), status=404)
    visitor.get(part_address(parted, "doctor"), status=404)
    page = visitor.get(part_address(parted, "seen"))
    assert "Mateo Aguilar" in page.text
    assert "Lincoln" not in page.text  # the roster says no more than the name
    assert "2015" not in page.text
    visitor.post(part_address(parted, "seen"), {"choice": "yes"})
    session.rollback()
    part = queries.parts_of(parted.id)[parted.sections["seen"]]
    assert (part.signer, part.typed_name, part.person_id) == (Signer.COACH, "Casey Coach", coach.id)


def test_another_coach_and_a_guardian_fill_in_nothing(visitor, parted, family, session):
    visitor.sign_in(make_account(Role.COACH, make_person("Cory", "Coach")))
    visitor.get(part_address(parted, "seen"), status=404)
    visitor.sign_in(make_account(Role.GUARDIAN, family.guardian))
    visitor.get(part_address(parted, "seen"), status=404)
    visitor.post(part_address(parted, "seen"), {"choice": "yes"}, status=404, form_from="/my/forms")
    session.rollback()
    assert queries.parts_of(parted.id)[parted.sections["seen"]].signed_at is None


# ---- somebody outside ----


def outside_token(session):
    session.rollback()
    message = session.scalars(sa.select(Message).where(Message.kind == "consent_part")).one()
    return message.unseal("text_sealed").split("/p/")[1].split()[0]


def test_a_doctor_sees_one_page_and_answers_once(app, parted, session):
    token, visitor = outside_token(session), Visitor(app)
    page = visitor.get(f"/p/{token}")
    assert "A guardian of Mateo asked you to answer this." in page.text
    assert "About Mateo of ____, ____." in page.text
    for secret in ("Aguilar", "Lincoln", "Rosa", "2015"):
        assert secret not in page.text_source
    for data, sentence in (({}, "things to fix"), ({"choice": "yes", "office": "Clinic"}, "Type your full name.")):
        assert sentence in visitor.post(f"/p/{token}", data, status=422).text
    answer = {"choice": "yes", "office": "Riverton Clinic, license 4711", "typed_name": "Ada Obi"}
    form_token = visitor.page.form()["csrf_token"]
    for _click in range(2):
        again = visitor.raw(f"/p/{token}", "POST", data={"csrf_token": form_token, **answer})
        assert "Signed. Thank you." in again.text
    assert visitor.get(f"/p/{token}").h1 == "Signed. Thank you."
    session.rollback()
    rows = [row for row in queries.decisions_of(parted.id) if row.section_key == "doctor"]
    assert [row.decision for row in rows] == [Decision.GIVEN]
    part = session.scalars(sa.select(ConsentPart).where(ConsentPart.typed_name == "Ada Obi")).one()
    assert json.loads(part.unseal("answer_sealed")) == {"choice": "yes", "office": "Riverton Clinic, license 4711"}
    signed = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "consent.part_signed")).one()
    assert (signed.actor_name, signed.actor_person_id) == ("Ada Obi", None)


def test_the_doctors_link_opens_nothing_else(app, parted, session):
    token, visitor = outside_token(session), Visitor(app)
    visitor.get(f"/p/{token}")
    visitor.get(f"/c/{token}", status=404)
    visitor.get(f"/consent/{parted.id}", status=404)


@pytest.mark.parametrize("token", ["x", "0" * 32, "%00", "../c"])
def test_a_token_of_nothing_opens_nothing(visitor, session, token):
    visitor.get(f"/p/{token}", status=404)


def test_looking_a_thousand_times_signs_nothing(visitor, parted, session):
    token = outside_token(session)
    for _each in range(20):
        visitor.get(f"/p/{token}")
    session.rollback()
    assert "doctor" not in {row.section_key for row in queries.decisions_of(parted.id)}
