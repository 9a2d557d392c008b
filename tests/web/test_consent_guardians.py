"""The staff's page of one young person, the program's rule, and the pages of somebody not on file."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers.accounts import make_account
from tests.makers.consent import Family, request_of, token_in_newest_mail
from tests.makers.forms import form_of, publish, section
from tests.makers.people import NOW, make_guardian, make_person
from tests.makers.programs import lead, make_season
from youthprog.access.types import Role
from youthprog.audit.models import AuditEntry
from youthprog.consent import queries, services, unmatched
from youthprog.consent.models import ConsentDecision, ContactAttempt, FormUse, GuardianExcuse, UnmatchedAnswer
from youthprog.consent.types import Happening, Matching, SectionKind
from youthprog.core import db
from youthprog.core.actor import SYSTEM
from youthprog.core.db import LONGEST_KEY
from youthprog.outreach.models import Message
from youthprog.people import services as people
from youthprog.people.types import Relationship
from youthprog.programs.models import Program
from youthprog.programs.types import GuardianRule, StaffRole

ON = NOW.date()
ANSWERS = [
    {"choice": "yes"},
    {"choice": "yes"},
    {"choice": "no"},
    {"choice": "yes"},
    {"choice": "yes", "alert": "Peanut allergy", "detail": ""},
    {"person_1": "Abuela Consuelo"},
    {"name": "José Luis", "phone": "(217) 555-0142"},
]
CONSUELO = {
    "name": "Consuelo Aguilar", "relationship": "grandparent", "has_right": "yes", "email": "consuelo@else.example",
    "phone": "",
}  # fmt: skip
CHILD = {"given_name": "mateo", "family_name": "Águilar", "born_on": "2016-03-04"}


@pytest.fixture(autouse=True)
def september():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def family(session):
    family = Family()
    family.second = make_guardian(family.youth, "José", relationship=Relationship.FATHER, rank=2)
    return family


@pytest.fixture
def coordinator(visitor, session):
    visitor.sign_in(make_account(Role.COORDINATOR))
    return visitor


def count(model, *conditions):
    db.session().rollback()
    return db.session().scalar(sa.select(sa.func.count()).select_from(model).where(*conditions))


def actions():
    db.session().rollback()
    return db.session().scalars(sa.select(AuditEntry.action)).all()


# ---- the page of one young person ----


def test_the_page_says_what_each_guardian_said_as_of_a_day(coordinator, session, family):
    request = family.sign()
    services.take_back(queries.get_request(request.id), ["take_part"], by=SYSTEM, now=NOW)
    session.commit()
    address = f"/consents/youth/{family.youth.id}"
    page = coordinator.get(address)
    assert "Consent as of September 17, 2026" in page.text
    assert "Rosa Aguilar: taken back" in page.text
    page = coordinator.get(f"{address}?on=2026-09-16")
    assert "Consent as of September 16, 2026" in page.text
    assert "Rosa Aguilar: asked" in page.text
    assert "standing.read" in actions()


@pytest.mark.parametrize("day", ["yesterday", "2026-02-31", "0730-02-02", "9999-12-31"])
def test_a_bad_day_is_said_beside_its_field(coordinator, session, family, day):
    session.commit()
    page = coordinator.get(f"/consents/youth/{family.youth.id}?on={day}", status=422)
    field = next(each for each in page.all("input") if each.get("name") == "on")
    assert "on-error" in field.get("aria-describedby", "")
    assert "One thing to fix" in page.text


def test_the_page_is_reached_from_the_team_and_the_file(coordinator, session, family):
    family.ask()
    session.commit()
    address = f"/consents/youth/{family.youth.id}"
    assert coordinator.get(f"/consents/teams/{family.group.id}").link("Aguilar, Mateo") == address
    assert coordinator.get(f"/youth/{family.youth.id}").link("Consent") in ("/consents", address)
    assert address in [each.get("href") for each in coordinator.page.all("a")]


@pytest.mark.parametrize("role", ["coach", "guardian", "other program", "restricted"])
def test_who_may_not_see_it_finds_nothing(visitor, session, family, role):
    person = make_person("Alex", "Someone")
    program_id = None
    if role == "coach":
        lead(person, family.group, StaffRole.HEAD_COACH, family.youth)
        account = make_account(Role.COACH, person)
    elif role == "guardian":
        account = make_account(Role.GUARDIAN, family.guardian)
    else:
        program_id = make_season().program_id if role == "other program" else family.group.season.program_id
        account = make_account(Role.COORDINATOR, person, program_id=program_id)
    if role == "restricted":
        people.restrict_custody(
            family.youth, person, no_collect=True, no_decide=True, no_information=True, starts_on=ON, by=SYSTEM, now=NOW
        )
    visitor.sign_in(account)
    session.commit()
    theirs = visitor.raw(f"/consents/youth/{family.youth.id}")
    none = visitor.raw("/consents/youth/999999")
    assert (theirs.status_code, none.status_code) == (404, 404)
    assert len(theirs.data) == len(none.data)


def test_logging_tries_and_excusing(coordinator, session, family):
    session.commit()
    address = f"/consents/youth/{family.youth.id}"
    second = str(family.second.id)
    excuse = {"guardian": second, "excuse": "not_reachable", "stated_by": "Rosa"}
    coordinator.get(address)
    page = coordinator.post(f"{address}/excuses", excuse, status=422)
    assert "Log at least two tries to reach this guardian first. There are 0." in page.text
    for day in ("2026-09-01", "2026-09-15"):
        page = coordinator.post(
            f"{address}/attempts", {"who": second, "way": "phone", "on_day": day, "note": "Voice mail"}
        )
    assert "Voice mail" in page.text
    page = coordinator.post(f"{address}/excuses", excuse)
    assert "Cannot be reached" in page.text
    assert count(ContactAttempt) == 2
    excuse_id = db.session().scalars(sa.select(GuardianExcuse.id)).one()
    page = coordinator.post(f"{address}/excuses/{excuse_id}/end")
    assert "The excuse has ended." in page.text
    assert {"attempt.logged", "excuse.recorded", "excuse.ended"} <= set(actions())


def test_a_try_to_come_is_refused(coordinator, session, family):
    session.commit()
    address = f"/consents/youth/{family.youth.id}"
    coordinator.get(address)
    page = coordinator.post(f"{address}/attempts", {"who": "0", "way": "phone", "on_day": "2026-09-18"}, status=422)
    assert "This day is still to come." in page.text


def test_the_rule_is_chosen_in_the_programs_form(coordinator, session, family):
    family.sign()
    program_id = family.group.season.program_id
    session.commit()
    address = f"/programs/{program_id}/edit"
    page = coordinator.get(address)
    chosen = [each.get("value") for each in page.all("option") if "selected" in each.attrib]
    assert "one" in chosen
    coordinator.post(address, {"kind": "league", "name": "Fall flag", "guardian_rule": "both"})
    db.session().rollback()
    assert db.session().get_one(Program, program_id).guardian_rule is GuardianRule.BOTH
    assert not family.cleared_on(ON)
    entry = db.session().scalars(sa.select(AuditEntry).where(AuditEntry.action == "program.changed")).one()
    assert entry.detail["guardian_rule"] == ["one", "both"]


# ---- behind a guardian's link ----


def walk(visitor, answers=ANSWERS):
    """Agree to a screen, answer every question and send."""
    agree(visitor)
    for number, given in enumerate(answers, start=1):
        visitor.post(f"/other/q/{number}", given)
    assert visitor.page.h1 == "Check your answers"
    visitor.get("/other/sign")
    return visitor.post("/other/sign", {"typed_name": "Consuelo Aguilar", "agrees": "y"})


def agree(visitor):
    """Open the sample, and accept the page on electronic records."""
    open_sample(visitor)
    return visitor.post("/other/agreement", {"way": "agree"})


def open_sample(visitor):
    values = visitor.get("/other/agreement").form("/other/sample")
    opened = visitor.raw("/other/sample", "POST", data=values)
    assert opened.status_code == 303
    assert "/static/documents/sample-" in opened.location


def begin(visitor, token):
    page = visitor.get(f"/c/{token}")
    assert "I am not Rosa" in page.text
    return visitor.post(f"/c/{token}/other")


@pytest.fixture
def token(family, session):
    family.ask()
    session.commit()
    return token_in_newest_mail()


def test_somebody_else_behind_the_link_answers_and_decides_nothing(visitor, session, family, token):
    page = begin(visitor, token)
    assert page.h1 == "Answer for Mateo"
    page = visitor.post("/other", CONSUELO)
    assert page.h1 == "Before you sign on a screen"
    page = agree(visitor)
    assert page.h1 == "May Mateo take part?"
    assert "Save and finish later" not in page.text
    page = walk(visitor)
    assert page.h1 == "Sent. Thank you."
    assert count(ConsentDecision) == 0
    answer = db.session().scalars(sa.select(UnmatchedAnswer)).one()
    assert (answer.state, answer.youth_id) == (Matching.WAITING, family.youth.id)
    assert request_of(family.youth).opened_at is None
    assert count(Message, Message.kind == "consent_warning") == 2
    assert "consent.received" in actions()


def test_the_sign_page_offers_it_too(visitor, session, family, token):
    visitor.get(f"/c/{token}")
    visitor.post(f"/c/{token}", {"language": "en"})
    page = visitor.post("/other/begin")
    assert page.h1 == "Answer for Mateo"


def test_the_guardians_own_answers_are_not_shown(visitor, session, family, token):
    request = request_of(family.youth)
    case = queries.get_request(request.id)
    question = queries.questions_of(case.version.id)[0]
    services.answer(case, question, {"choice": "no"}, by=SYSTEM, now=NOW)
    session.commit()
    begin(visitor, token)
    visitor.post("/other", CONSUELO)
    page = agree(visitor)
    assert not [each for each in page.all("input") if "checked" in each.attrib]
    page = visitor.get("/other/q/6")
    assert "Rosa Aguilar" not in page.text_source


def test_no_right_to_decide_ends_politely_and_keeps_nothing(visitor, session, family, token):
    begin(visitor, token)
    page = visitor.post("/other", CONSUELO | {"has_right": "no"})
    assert page.h1 == "A guardian must answer"
    assert count(UnmatchedAnswer) == 0
    assert visitor.raw("/other").status_code == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"has_right": ""}, "Say whether you have the legal right to decide."),
        ({"email": ""}, "Write an email address or a phone number."),
        ({"email": "nowhere"}, "Write the whole address"),
        ({"name": ""}, "Write your name."),
        ({"relationship": ""}, "Say what you are to the child."),
        ({"phone": "555-0101"}, "Add the area code"),
    ],
)
def test_what_is_missing_is_said(visitor, session, family, token, changes, words):
    begin(visitor, token)
    page = visitor.post("/other", CONSUELO | changes, status=422)
    assert words in page.text
    assert count(UnmatchedAnswer) == 0


def test_a_mother_is_not_asked_for_the_right(visitor, session, family, token):
    begin(visitor, token)
    assert (
        visitor.post("/other", CONSUELO | {"relationship": "mother", "has_right": ""}).h1
        == "Before you sign on a screen"
    )


@pytest.mark.parametrize("address", ["/other", "/other/agreement", "/other/q/1", "/other/check", "/other/sign"])
def test_without_a_link_there_is_nothing(visitor, session, family, address):
    session.commit()
    assert visitor.raw(address).status_code == 404


def test_a_link_that_ended_begins_nothing(visitor, session, family, token):
    people.end_guardian(people.queries.find_bond(family.youth.id, family.guardian.id), by=SYSTEM, now=NOW)
    session.commit()
    visitor.get("/sign-in")
    assert visitor.post(f"/c/{token}/other", status=404).h1 == "This link does not work any more"


def test_sending_twice_is_one_answer(visitor, session, family, token):
    begin(visitor, token)
    visitor.post("/other", CONSUELO)
    walk(visitor)
    visitor.get("/sign-in")
    visitor.post("/other/sign", {"typed_name": "Consuelo", "agrees": "y"}, status=404)
    with visitor.client.session_transaction() as cookie:  # the browser never got the first answer
        cookie["outside_answer"] = db.session().scalars(sa.select(UnmatchedAnswer.id)).one()
    visitor.get("/sign-in")
    page = visitor.post("/other/sign", {"typed_name": "Consuelo", "agrees": "y"})
    assert page.h1 == "Sent. Thank you."
    assert count(UnmatchedAnswer) == 1
    assert count(Message, Message.kind == "consent_warning") == 2


# ---- the page on electronic records, before anything is sent ----


@pytest.fixture
def begun(visitor, session, family, token):
    """Consuelo has said who she is."""
    begin(visitor, token)
    visitor.post("/other", CONSUELO)
    return visitor


def sent():
    return count(UnmatchedAnswer, UnmatchedAnswer.state == Matching.WAITING)


def test_the_page_is_the_guardians_own_word_for_word(begun, family, token):
    theirs = begun.get("/other/agreement").all("ol")[0]
    begun.get(f"/c/{token}")
    page = begun.post(f"/c/{token}", {"language": "en"})
    assert page.h1 == "Before you sign on a screen"
    assert "".join(page.all("ol")[0].itertext()) == "".join(theirs.itertext())
    assert len(theirs) == 7


def test_agreeing_is_refused_until_the_sample_was_opened(begun):
    page = begun.post("/other/agreement", {"way": "agree"}, status=422)
    assert "Open the sample first." in page.text


@pytest.mark.parametrize("way", ["", "yes"])
def test_agreeing_is_one_of_two_buttons(begun, way):
    open_sample(begun)
    begun.get("/other/agreement")
    assert begun.post("/other/agreement", {"way": way}, status=422).h1 == "Before you sign on a screen"
    assert begun.get("/other/sign").h1 == "Before you sign on a screen"


def test_sending_without_the_page_is_refused_by_the_server(begun):
    begun.get("/other/q/1")
    for number, given in enumerate(ANSWERS, start=1):
        begun.post(f"/other/q/{number}", given)
    assert begun.page.h1 == "Before you sign on a screen"
    assert begun.get("/other/sign").h1 == "Before you sign on a screen"
    page = begun.post("/other/sign", {"typed_name": "Consuelo Aguilar", "agrees": "y"}, status=422)
    assert "First read what signing on a screen means, and agree to it." in page.text
    assert sent() == 0
    assert count(Message, Message.kind == "consent_warning") == 0


def test_sending_with_the_words_of_yesterday_is_refused(begun, monkeypatch):
    agree(begun)
    for number, given in enumerate(ANSWERS, start=1):
        begun.post(f"/other/q/{number}", given)
    begun.get("/other/sign")
    monkeypatch.setattr("youthprog.consent.unmatched.DISCLOSURE", "electronic-records-99")
    page = begun.post("/other/sign", {"typed_name": "Consuelo Aguilar", "agrees": "y"}, status=422)
    assert "First read what signing on a screen means, and agree to it." in page.text
    assert sent() == 0


def test_paper_is_on_the_same_page_and_reaches_the_office(begun, app, family):
    begun.get("/other/agreement")
    page = begun.post("/other/agreement", {"way": "paper"})
    assert page.h1 == "You get it on paper"
    assert begun.raw("/other/sign").status_code == 404
    assert count(Message, Message.kind == "consent_warning") == 0
    assert "disclosure.paper_wanted" in actions()
    desk = type(begun)(app)
    desk.sign_in(make_account(Role.COORDINATOR))
    row = db.session().scalars(sa.select(UnmatchedAnswer)).one()
    page = desk.get(f"/consents/unmatched/{row.id}")
    assert "They want the form on paper. Nothing is answered." in page.text
    given = {"guardian_id": str(family.guardian.id), "youth_id": str(family.youth.id)}
    desk.post(f"/consents/unmatched/{row.id}/match", given, status=422)
    assert count(ConsentDecision) == 0


# ---- the public address ----


def test_the_public_form_never_says_whether_a_child_exists(visitor, app, session, family):
    services.publish_starter_form(now=NOW)
    session.commit()
    address = f"/s/{family.season_id}"
    seen = []
    for child in (CHILD, CHILD | {"given_name": "Nobody"}):
        other = type(visitor)(app)
        page = other.get(address)
        assert "Mateo" not in page.text
        other.post(address, CONSUELO | child)
        page = walk(other)
        seen.append(page.text)
    assert seen[0] == seen[1]
    answers = db.session().scalars(sa.select(UnmatchedAnswer).order_by(UnmatchedAnswer.id)).all()
    assert [each.youth_id for each in answers] == [family.youth.id, None]
    assert count(Message, Message.kind == "consent_warning") == 2


@pytest.mark.parametrize("code", ["999999", "x", "1e5", "99999999999999999999"])
def test_no_season_no_form(visitor, session, family, code):
    services.publish_starter_form(now=NOW)
    session.commit()
    assert visitor.raw(f"/s/{code}").status_code == 404


def test_too_many_from_one_place_are_asked_to_wait(visitor, session, family):
    services.publish_starter_form(now=NOW)
    session.commit()
    address = f"/s/{family.season_id}"
    for _each in range(10):
        visitor.get(address)
        visitor.post(address, CONSUELO | CHILD)
    visitor.get(address)
    page = visitor.post(address, CONSUELO | CHILD, status=429)
    assert "Try again in a quarter of an hour" in page.text


def test_a_doctor_is_named_and_a_file_is_asked_later(visitor, app, session, family):
    doctor = section("doctor", SectionKind.EXTERNAL, required=True, more={"role": "Doctor"})
    exam = section("exam", SectionKind.UPLOAD, required=True, more={"wanted": "The exam form"})
    version = publish(form_of("camp", section("play", SectionKind.DECISION, required=True), doctor, exam))
    session.add(FormUse(program_id=family.group.season.program_id, form_id=version.form_id))
    session.commit()
    visitor.get(f"/s/{family.season_id}")
    visitor.post(f"/s/{family.season_id}", CONSUELO | CHILD)
    agree(visitor)
    visitor.post("/other/q/1", {"choice": "yes"})
    page = visitor.post("/other/q/2", {"name": "Dr. Me", "email": "consuelo@else.example"}, status=422)
    assert "This is your own address." in page.text
    page = visitor.post("/other/q/2", {"name": "Dr. Obi", "email": "obi@clinic.example"})
    assert "Asked later, once we know who you are: Exam." in page.text
    visitor.get("/other/sign")
    assert visitor.post("/other/sign", {"typed_name": "Consuelo", "agrees": "y"}).h1 == "Sent. Thank you."
    desk = type(visitor)(app)
    desk.sign_in(make_account(Role.COORDINATOR))
    row = db.session().scalars(sa.select(UnmatchedAnswer)).one()
    page = desk.get(f"/consents/unmatched/{row.id}")
    assert "Exam cannot come from here." in page.text
    desk.post(f"/consents/unmatched/{row.id}/match", page.form(f"/consents/unmatched/{row.id}/match"))
    assert count(Message, Message.kind == "consent_part", Message.to_address == "obi@clinic.example") == 1
    assert count(Message, Message.kind == "consent_request", Message.person_id == family.guardian.id) == 1


# ---- the staff match it ----


@pytest.fixture
def answer(visitor, app, session, family):
    services.publish_starter_form(now=NOW)
    session.commit()
    other = type(visitor)(app)
    other.get(f"/s/{family.season_id}")
    other.post(f"/s/{family.season_id}", CONSUELO | CHILD)
    walk(other)
    db.session().rollback()
    return db.session().scalars(sa.select(UnmatchedAnswer)).one()


def test_it_stands_on_today_and_in_the_list(coordinator, family, answer):
    page = coordinator.get("/today")
    assert "1 answer to check" in page.text
    page = coordinator.get(page.link("All answers to check"))
    assert page.h1 == "Answers to check"
    assert coordinator.get(page.link("Aguilar, Mateo")).h1 == "Mateo Aguilar"


def test_the_page_shows_both_values_and_no_health(coordinator, family, answer):
    page = coordinator.get(f"/consents/unmatched/{answer.id}")
    for words in ("Consuelo Aguilar", "consuelo@else.example", "Rosa Aguilar", "José Aguilar", "Different"):
        assert words in page.text
    assert "Peanut" not in page.text_source
    assert "unmatched.read" in actions()


def test_matching_clears_with_a_sealed_record(coordinator, family, answer):
    address = f"/consents/unmatched/{answer.id}"
    page = coordinator.get(address)
    values = page.form(f"{address}/match")
    assert values["guardian_id"] == str(family.guardian.id)
    page = coordinator.post(
        f"{address}/match", {"guardian_id": str(family.second.id), "youth_id": str(family.youth.id)}
    )
    assert "Matched. The answers count from now on" in page.text
    db.session().rollback()
    assert family.cleared_on(ON)
    request = request_of(family.youth)
    response = coordinator.raw(f"/consents/requests/{request.id}/record.pdf")
    assert response.data.startswith(b"%PDF")
    entry = db.session().scalars(sa.select(AuditEntry).where(AuditEntry.action == "consent.matched")).one()
    assert entry.detail["typed"]["name"] == "Consuelo Aguilar"
    assert entry.detail["on_file"]["name"] == "José Aguilar"
    page = coordinator.get(address)
    assert "This answer was settled" in page.text
    coordinator.post(
        f"{address}/match", {"guardian_id": str(family.second.id), "youth_id": str(family.youth.id)}, status=422
    )


def test_the_page_tells_both_moments_and_only_the_later_one_counts(coordinator, session, family, answer):
    row = db.session().merge(answer)
    row.received_at = answered_at = NOW - timedelta(days=2)
    session.commit()
    address = f"/consents/unmatched/{row.id}"
    page = coordinator.get(address)
    coordinator.post(f"{address}/match", page.form(f"{address}/match"))
    db.session().rollback()
    request = request_of(family.youth)
    assert "Counts since" in coordinator.get(f"/consents/requests/{request.id}").text
    happened = {each.happening: each.at for each in queries.events_of(request.id)}
    assert happened[Happening.SIGNED] == answered_at
    assert happened[Happening.MATCHED] == request.signed_at > NOW
    assert {each.decided_at for each in queries.decisions_of(request.id)} == {request.signed_at}
    assert not family.cleared_on(ON - timedelta(days=1))
    assert family.cleared_on(ON)


def test_an_answer_that_lacks_a_part_is_turned_into_the_ordinary_letter(coordinator, session, family, answer):
    row = db.session().merge(answer)
    kept = services.outside_opened(row)
    unmatched._write(row, replace(kept, answers={**kept.answers, "take_part": {}}))
    session.commit()
    address = f"/consents/unmatched/{answer.id}"
    page = coordinator.get(address)
    assert "Taking part must be answered in one sitting" in page.text
    given = {"guardian_id": str(family.guardian.id), "youth_id": str(family.youth.id)}
    coordinator.post(f"{address}/match", given, status=422)
    assert count(ConsentDecision) == 0
    page = coordinator.get(address)
    page = coordinator.post(f"{address}/ask", page.form(f"{address}/ask"))
    assert "The letter is on its way." in page.text
    assert request_of(family.youth).guardian_id == family.guardian.id
    assert count(Message, Message.kind == "consent_request") == 1
    assert count(UnmatchedAnswer, UnmatchedAnswer.state == Matching.REJECTED) == 1
    coordinator.post(f"{address}/ask", given, status=422)
    assert count(Message, Message.kind == "consent_request") == 1


def test_an_answer_without_its_words_says_so(coordinator, session, family, answer):
    row = db.session().merge(answer)
    row.state, row.settled_at, row.answer_sealed = Matching.REJECTED, NOW, None
    session.commit()
    assert coordinator.get(f"/consents/unmatched/{row.id}").h1 == "Words removed"
    given = {"guardian_id": str(family.guardian.id), "youth_id": str(family.youth.id)}
    coordinator.post(f"/consents/unmatched/{row.id}/match", given, status=422)


def test_what_nobody_settled_is_listed_for_a_decision(coordinator, session, family, answer):
    assert "waiting too long" not in coordinator.get("/consents/unmatched").text
    row = db.session().merge(answer)
    row.received_at = NOW - timedelta(days=91)
    session.commit()
    page = coordinator.get("/consents/unmatched")
    assert "waiting too long: decide" in page.text
    assert "Aguilar, Mateo" in page.text


def test_setting_aside(coordinator, family, answer):
    address = f"/consents/unmatched/{answer.id}"
    coordinator.get(address)
    assert "Write why this answer is set aside." in coordinator.post(f"{address}/reject", {}, status=422).text
    page = coordinator.post(f"{address}/reject", {"reason": "Not family"})
    assert "Nothing to check" in page.text
    assert "consent.rejected" in actions()


@pytest.mark.parametrize("guardian", ["0", "x", "99999999999999999999"])
def test_a_guardian_that_is_none_matches_nothing(coordinator, family, answer, guardian):
    address = f"/consents/unmatched/{answer.id}"
    coordinator.get(address)
    given = {"guardian_id": guardian, "youth_id": str(family.youth.id)}
    coordinator.post(f"{address}/match", given, status=422 if len(guardian) > LONGEST_KEY else 404)
    assert count(ConsentDecision) == 0


def test_an_answer_about_a_child_not_found_is_matched_to_one_of_the_season(coordinator, session, family, answer):
    answer = db.session().merge(answer)
    answer.youth_id = None
    session.commit()
    address = f"/consents/unmatched/{answer.id}"
    page = coordinator.get(address)
    assert page.h1 == "Child not found"
    page = coordinator.get(page.link("Aguilar, Mateo"))
    coordinator.post(f"{address}/match", page.form(f"{address}/match"))
    db.session().rollback()
    assert family.cleared_on(ON)


def test_another_programs_coordinator_finds_nothing(visitor, session, family, answer):
    visitor.sign_in(make_account(Role.COORDINATOR, program_id=make_season().program_id))
    session.commit()
    theirs = visitor.raw(f"/consents/unmatched/{answer.id}")
    none = visitor.raw("/consents/unmatched/999999")
    assert (theirs.status_code, none.status_code) == (404, 404)
    assert len(theirs.data) == len(none.data)
    assert "Nothing to check" in visitor.get("/consents/unmatched").text
