"""All children of a guardian in one sitting: pages, one signature, renewal, and what one link reaches."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers.accounts import make_account
from tests.makers.consent import (
    Family,
    Siblings,
    actor_of,
    agree,
    answer_all,
    next_season,
    request_of,
    signing,
    token_in_newest_mail,
)
from tests.makers.people import NOW, make_guardian
from tests.makers.programs import join, make_group, make_season
from tests.support.proofs import cases
from tests.support.quick_press import QuickPress
from tests.support.sitting import Walk, place_of
from youthprog.access.types import Role
from youthprog.consent import queries, services
from youthprog.consent import signing as signing_services
from youthprog.consent.models import ConsentDecision, ConsentRequest, PickupPerson
from youthprog.consent.types import Decision, Happening
from youthprog.core import db
from youthprog.core.actor import SYSTEM
from youthprog.documents.models import Document
from youthprog.outreach.models import Message
from youthprog.people import services as people
from youthprog.people.models import EmergencyContact, Guardianship, HealthNote
from youthprog.people.types import HealthKind

SEPTEMBER = NOW.replace(hour=18)
NEXT_YEAR = SEPTEMBER + timedelta(days=200)


@pytest.fixture(autouse=True)
def september():
    with time_machine.travel(SEPTEMBER, tick=True) as traveler:
        yield traveler


@pytest.fixture(autouse=True)
def quick_press(app):
    """Nothing is laid out here: what a record looks like is tested elsewhere."""
    before = app.extensions.get("youthprog.press")
    app.extensions["youthprog.press"] = press = QuickPress()
    yield press
    app.extensions["youthprog.press"] = before


@pytest.fixture
def family(session):
    siblings = Siblings(2)
    siblings.ask(SEPTEMBER)
    session.commit()
    return siblings


def rows(model, *conditions):
    db.session().rollback()
    return db.session().scalars(sa.select(model).where(*conditions).order_by(sa.inspect(model).primary_key[0])).all()


def walk(visitor, **how):
    return Walk(visitor, token_in_newest_mail("consent_request"), **how)


def first_done(family):
    """Answer for the first child, so that the sitting goes on with the sibling."""
    answer_all(request_of(family.youth[0]), now=SEPTEMBER)
    db.session().commit()


def at_signature(visitor, family):
    """Answer for all children, and come to the page to sign: its address and what it would send."""
    for child in family.youth:
        answer_all(request_of(child), now=SEPTEMBER)
    db.session().commit()
    journey = walk(visitor)
    page = journey.run(until="sign")
    return page.response.request.path, page.form() | {"typed_name": "Rosa", "is_guardian": "y", "agrees": "y"}


# ---- pages ----


@pytest.mark.proof("a sibling adds at most four pages", room="consent")
@pytest.mark.parametrize("same", [True, False], ids=["the same", "one by one"])
def test_each_sibling_adds_at_most_four_pages(visitor, session, same):
    counts = []
    for number in range(1, cases(full=4, sample=2) + 1):
        Siblings(number).ask(SEPTEMBER)
        session.commit()
        journey = walk(type(visitor)(visitor.app), same=same)
        journey.run()
        counts.append(len(journey.pages))
    assert counts[0] == 12
    assert max(after - before for before, after in pairwise(counts)) <= 4
    assert counts[-1] - counts[-2] == (3 if same else 4)


def test_a_form_of_five_sections_takes_ten_pages(visitor, session, five_sections):
    Family().ask(SEPTEMBER)
    session.commit()
    journey = walk(visitor)
    journey.run()
    assert journey.pages == ["landing", "agreement", *[f"q/{n}" for n in range(1, 6)], "check", "sign", "done"]
    assert len(journey.pages) <= 15


@pytest.fixture
def five_sections(session):
    """A version of the starter form with five of its sections."""
    source = services.starter_source()
    source |= {"number": 2, "section": source["section"][:5]}
    services.publish_form(source, by=SYSTEM, now=SEPTEMBER)
    session.commit()


def test_a_sibling_is_asked_on_four_pages(visitor, family):
    first_done(family)
    journey = walk(visitor, same=False)
    journey.run()
    assert journey.pages == ["landing", "same", "choices", "q/5", "people", "check", "sign", "done"]


def test_consent_is_never_filled_in_for_a_sibling_and_facts_are(visitor, family):
    first_done(family)
    journey = walk(visitor, same=False)
    for place in ("same", "choices"):
        page = journey.run(until=place)
        assert "Luca" in page.h1
        assert not [f for f in page.all("input") if f.get("type") == "radio" and "checked" in f.attrib], place
        journey.page = journey.step(place)
    page = journey.run(until="people")
    values = page.form()
    assert (values["pickup-person_1"], values["pickup-person_2"]) == ("Rosa Aguilar", "Abuela Consuelo")
    assert (values["emergency_contact-name"], values["emergency_contact-phone"]) == (
        "José Luis Aguilar",
        "(217) 555-0142",
    )


def test_the_same_answers_are_shown_as_sentences_about_the_sibling(visitor, family):
    first_done(family)
    journey = walk(visitor)
    page = journey.run(until="same")
    assert page.h1 == "The same answers for Luca?"
    assert "No photos of Luca will be published." in page.text
    assert "Luca may take part until November 21, 2026." in page.text
    assert "Mateo may take part" not in page.text
    journey.run()
    decided = {(row.youth_id, row.section_key): row.decision for row in rows(ConsentDecision)}
    assert decided[family.youth[1].id, "photos"] is Decision.REFUSED
    assert decided[family.youth[1].id, "rides"] is Decision.GIVEN


def test_health_words_are_never_taken_over_to_a_sibling(visitor, family):
    answer_all(
        request_of(family.youth[0]), now=SEPTEMBER, health={"choice": "yes", "alert": "Bee stings", "detail": ""}
    )
    db.session().commit()
    page = walk(visitor).run(until="q/5")
    assert "Luca" in page.h1
    assert "Bee stings" not in page.text_source


@pytest.mark.parametrize(
    ("place", "given", "sentence"),
    [
        ("same", {}, "Choose one answer."),
        ("same", {"way": "perhaps"}, "Choose one"),
        ("choices", {}, "Taking part: Choose one answer."),
        ("people", {"emergency_contact-name": "José", "emergency_contact-phone": "5"}, "Add the area code"),
        ("people", {"pickup-person_1": ""}, "Write at least one name."),
    ],
)
def test_bad_answers_of_a_sibling_are_refused_in_words(visitor, family, place, given, sentence):
    first_done(family)
    journey = walk(visitor, same=False)
    page = journey.run(until=place)
    page = visitor.post(page.response.request.path, given, status=422)
    assert sentence in page.text
    assert any(link.get("href", "").startswith("#") for link in page.all("a"))


# ---- signing ----


def test_one_signature_makes_a_record_for_each_child(visitor, family):
    address, given = at_signature(visitor, family)
    assert "Mateo Aguilar" in visitor.page.text
    assert "Luca Aguilar" in visitor.page.text
    assert len([f for f in visitor.page.all("input") if f.get("name") == "typed_name"]) == 1
    page = visitor.post(address, given)
    requests = rows(ConsentRequest)
    assert [each.signed_with_id for each in requests] == [None, requests[0].id]
    assert len({each.document_id for each in requests}) == 2
    codes = [f"{each.code[:4]}-{each.code[4:]}" for each in rows(Document)]
    assert all(code in page.text for code in codes)
    assert all(f"{child.first_name} is cleared" in page.text for child in family.youth)
    assert all(f"/consent/{each.id}/copy.pdf" in page.text_source for each in requests)
    for each in requests:
        assert visitor.raw(f"/consent/{each.id}/copy.pdf").status_code == 200


def test_a_double_click_on_a_family_signs_once(visitor, family):
    address, given = at_signature(visitor, family)
    first = visitor.post(address, given)
    second = visitor.raw(address, "POST", data=given)
    assert second.status_code == 303
    assert visitor.get(second.location).text == first.text
    assert (len(rows(Document)), len(rows(Message, Message.kind == "consent_copy"))) == (2, 1)


def test_when_one_childs_answers_changed_none_is_signed(visitor, family):
    address, given = at_signature(visitor, family)
    case = queries.get_request(request_of(family.youth[1]).id)
    services.answer(case, queries.questions_of(case.version.id)[2], {"choice": "yes"}, by=SYSTEM, now=SEPTEMBER)
    db.session().commit()
    visitor.post(address, given, status=409)
    assert rows(Document) == []
    assert rows(ConsentRequest, ConsentRequest.signed_at.is_not(None)) == []


def test_when_one_child_fails_in_recording_none_is_signed_and_no_file_stays(visitor, app, family, monkeypatch):
    address, given = at_signature(visitor, family)
    record, calls = signing_services.record_answers, []

    def second_fails(case, *args, **kwargs):
        calls.append(case)
        if len(calls) == 2:
            raise RuntimeError("broken on purpose")
        return record(case, *args, **kwargs)

    before = files_of(app)
    monkeypatch.setattr(signing_services, "record_answers", second_fails)
    page = visitor.post(address, given, status=503)
    assert "Nothing is signed. Try again in a minute." in page.text
    assert (rows(Document), rows(ConsentDecision)) == ([], [])
    assert files_of(app) == before


def files_of(app):
    return {path for path in app.config["YOUTHPROG"].documents.rglob("*") if path.is_file()}


@pytest.mark.parametrize("seen", ["", "x", "1:1 ", "9:9", "²:1", "1:" + "9" * 30])
def test_a_signature_names_what_was_on_the_screen(visitor, family, seen):
    address, given = at_signature(visitor, family)
    given |= {"version": seen}
    visitor.post(address, given, status=409)
    assert rows(Document) == []


def test_a_child_asked_after_the_page_was_opened_is_not_signed_unseen(visitor, session, family):
    address, given = at_signature(visitor, family)
    late = Siblings(1)
    child = late.youth[0]
    session.scalars(
        sa.select(Guardianship).where(Guardianship.youth_id == child.id)
    ).one().guardian_id = family.guardian.id
    session.flush()
    late.ask(SEPTEMBER)
    session.commit()
    page = visitor.post(address, given)
    assert "Signed." in page.h1
    assert "One more form waits for you" in page.text
    assert len(rows(ConsentRequest, ConsentRequest.signed_at.is_not(None))) == 2


def test_a_drawing_is_kept_sealed_beside_the_typed_name(visitor, family):
    address, given = at_signature(visitor, family)
    given |= {"drawn": "10,20 30,40;5,6"}
    visitor.post(address, given)
    for each in rows(ConsentRequest):
        assert each.unseal("drawn_sealed") == "M10 20L30 40M5 6L5 6"
        assert b"M10" not in each.drawn_sealed


@pytest.mark.parametrize(
    "drawn", ["<svg onload=alert(1)>", "1,2 a,b", "javascript:1", "{{7*7}}", "601,1", "1,2;" * 100]
)
def test_what_is_no_drawing_is_refused_and_never_kept(visitor, family, drawn):
    address, given = at_signature(visitor, family)
    given |= {"drawn": drawn}
    page = visitor.post(address, given, status=422)
    assert "The drawing cannot be read. Draw it again, or leave it out." in page.text
    assert rows(Document) == []


# ---- one letter, one link ----


def test_a_family_gets_one_letter_that_names_all_children(session, family):
    message = rows(Message)[0]
    assert len(rows(Message)) == 1
    assert message.about_youth_id == family.youth[0].id
    assert message.also_about == [family.youth[1].id]
    assert "Mateo, Luca have places in" in message.unseal("text_sealed")
    assert [each.state.value for each in rows(ConsentRequest)] == ["sent", "sent"]


def test_a_link_reaches_the_other_open_forms_of_its_guardian_and_nothing_else(visitor, session, family):
    stranger = Family()
    other = stranger.ask(SEPTEMBER)
    token = token_in_newest_mail("consent_request")
    session.commit()
    Walk(visitor, token)
    for each in rows(ConsentRequest):
        expected = 200 if each.id == other.id else 404
        assert visitor.raw(f"/consent/{each.id}/q/1").status_code == expected


def test_a_link_does_not_reach_what_was_signed_in_another_act(visitor, session, family):
    visitor.post(*at_signature(visitor, family))
    later = make_group(make_season(ends_on=date(2027, 5, 1)))
    child = family.youth[0]
    join(session.merge(child), session.merge(later))
    services.ask([child.id], later.season_id, by=SYSTEM, now=SEPTEMBER)
    session.commit()
    fresh = type(visitor)(visitor.app)
    Walk(fresh, token_in_newest_mail("consent_request"))
    earlier = rows(ConsentRequest, ConsentRequest.signed_at.is_not(None))
    assert {fresh.raw(f"/consent/{each.id}/done").status_code for each in earlier} == {404}
    assert {fresh.raw(f"/consent/{each.id}/copy.pdf").status_code for each in earlier} == {404}


def test_a_restriction_takes_one_child_out_of_the_sitting_at_once(visitor, session, family):
    first_done(family)
    walk(visitor).run(until="same")
    people.restrict_custody(
        family.youth[1], family.guardian, no_collect=True, no_decide=True, no_information=True,
        starts_on=NOW.date(), by=SYSTEM, now=SEPTEMBER,
    )  # fmt: skip
    session.commit()
    first, second = (request_of(each).id for each in family.youth)
    for place in (
        "",
        "/same",
        "/choices",
        "/people",
        "/q/1",
        "/check",
        "/sign",
        "/whole",
        "/later",
        "/done",
        "/copy.pdf",
    ):
        assert visitor.raw(f"/consent/{second}{place}").status_code == 404, place
        answer = visitor.get(f"/consent/{first}{place}") if place != "/copy.pdf" else None
        assert answer is None or "Luca" not in answer.text_source, place
    letters = rows(Message, Message.kind == "consent_request")
    assert [each.delivery.value for each in letters] == ["canceled", "held"]
    assert "Luca" not in letters[1].unseal("text_sealed") + letters[1].unseal("html_sealed") + letters[1].subject
    journey = walk(type(visitor)(visitor.app))
    assert "Luca" not in journey.run().text_source


def test_the_account_has_the_same_sitting(visitor, session, family):
    visitor.sign_in(make_account(Role.GUARDIAN, family.guardian))
    agree(family.guardian, SEPTEMBER)
    first, second = (request_of(each) for each in family.youth)
    session.commit()
    visitor.get("/my/forms")
    page = visitor.post(f"/my/forms/{first.id}/open")
    assert page.h1 == "May Mateo take part?"
    assert "Form 1 of 2 · page 1 of 7" in page.text
    answer_all(request_of(family.youth[0]), now=SEPTEMBER)
    session.commit()
    assert place_of(visitor.get(f"/my/forms/{second.id}")).endswith("same")


# ---- coming back ----


def test_the_same_link_leads_back_to_where_a_sibling_was_left(visitor, family):
    first_done(family)
    token = token_in_newest_mail("consent_request")
    walk(visitor, same=False).run(until="choices")
    other = type(visitor)(visitor.app)
    other.get(f"/c/{token}")
    assert other.post(f"/c/{token}", {"language": "en"}).h1 == "Your answers for Luca"


def test_every_record_of_a_sitting_tells_of_a_screen_of_the_staff(visitor, session, family):
    employee = make_account(Role.COORDINATOR)
    account_id = employee.id
    session.commit()
    visitor.sign_in(employee)
    walk(visitor)
    for child in family.youth:
        opened = [e for e in queries.events_of(request_of(child).id) if e.happening is Happening.OPENED]
        assert [event.detail["staff_account_id"] for event in opened] == [account_id]


def test_change_on_the_check_page_leads_to_that_childs_question_and_back(visitor, family):
    at_signature(visitor, family)
    page = visitor.get(f"/consent/{request_of(family.youth[1]).id}/check")
    change = page.link("Change: Photos, Luca")
    visitor.get(change)
    assert visitor.page.h1 == "May we use photos of Luca?"
    page = visitor.post(change, {"choice": "yes"})
    assert page.h1 == "Check your answers"
    drafts = [queries.get_request(request_of(each).id).draft["photos"]["choice"] for each in family.youth]
    assert drafts == ["no", "yes"]


# ---- renewal ----


def renewed(session, september, **answers):
    """A family that signed, and a year later is asked again."""
    family = Family()
    family.sign(SEPTEMBER, **answers)
    later = make_group(next_season(family))
    join(family.youth, later)
    september.move_to(NEXT_YEAR)
    services.ask([family.youth.id], later.season_id, by=SYSTEM, now=NEXT_YEAR)
    session.commit()
    return family


def test_an_unchanged_renewal_takes_three_pages(visitor, session, september):
    family = renewed(session, september)
    assert request_of(family.youth).renews_id is not None
    journey = walk(visitor)
    journey.run()
    assert journey.pages == ["landing", "renewal", "check", "sign", "done"]
    request = request_of(family.youth)
    kept = {row.section_key: row.decision.value for row in queries.decisions_of(request.id)}
    assert kept["photos"] == "refused"
    assert kept["take_part"] == "given"
    assert Happening.CONFIRMED_EARLIER in [event.happening for event in queries.events_of(request.id)]
    names = [row.name for row in rows(PickupPerson, PickupPerson.ended_at.is_(None))]
    assert names == ["Rosa Aguilar", "Abuela Consuelo"]
    assert len(rows(EmergencyContact)) == 1


def test_a_renewal_shows_every_statement_with_its_answer(visitor, session, september):
    renewed(session, september, health={"choice": "yes", "alert": "Peanut allergy", "detail": "Since 2020"})
    page = walk(visitor).run(until="renewal")
    assert page.h1 == "Are these still your answers for Mateo?"
    assert "Nothing changed in these words since September 17, 2026." in page.text
    for words in ("may show pictures of Mateo", "Peanut allergy", "Since 2020", "Abuela Consuelo", "(217) 555-0142"):
        assert words in page.text
    assert not [f for f in page.all("input") if "checked" in f.attrib]


def test_a_renewed_health_note_stands_once_in_the_file(visitor, session, september):
    renewed(session, september, health={"choice": "yes", "alert": "Peanut allergy", "detail": "Since 2020"})
    walk(visitor).run()
    notes = rows(HealthNote)
    assert [note.ended_at is None for note in notes] == [False, True]
    assert notes[1].unseal("alert_sealed") == "Peanut allergy"


def test_a_health_note_the_office_ended_is_asked_again(visitor, session, september):
    renewed(session, september, health={"choice": "yes", "alert": "Peanut allergy", "detail": ""})
    people.end_health(rows(HealthNote)[0], by=SYSTEM, now=NEXT_YEAR)
    session.commit()
    journey = walk(visitor)
    page = journey.run(until="renewal")
    assert "Peanut" not in page.text_source
    journey.run()
    assert "q/5" in journey.pages


def test_another_guardians_words_are_not_proposed(visitor, session, september):
    family = renewed(session, september, health={"choice": "no"})
    people.note_health(family.youth, HealthKind.OTHER, alert="Told by the father", by=SYSTEM, now=NEXT_YEAR)
    session.commit()
    page = walk(visitor).run(until="renewal")
    assert "Told by the father" not in page.text_source
    assert "Nothing to tell us" in page.text


def test_another_programs_answers_are_not_proposed(session):
    family = Family()
    family.sign(SEPTEMBER)
    other = make_group(make_season())
    join(family.youth, other)
    services.ask([family.youth.id], other.season_id, by=SYSTEM, now=SEPTEMBER)
    assert request_of(family.youth).season_id == other.season_id
    assert request_of(family.youth).renews_id is None


def test_what_was_taken_back_is_asked_again(visitor, session, september):
    family = Family()
    request = family.sign(SEPTEMBER, photos={"choice": "yes"})
    services.take_back(queries.get_request(request.id), ["photos"], by=actor_of(family.guardian), now=SEPTEMBER)
    later = make_group(next_season(family))
    join(family.youth, later)
    september.move_to(NEXT_YEAR)
    services.ask([family.youth.id], later.season_id, by=SYSTEM, now=NEXT_YEAR)
    session.commit()
    journey = walk(visitor)
    assert "New or changed, and asked next: Photos." in journey.run(until="renewal").text
    journey.run()
    assert [each for each in journey.pages if each.startswith("q/")] == ["q/3"]


def test_only_changed_sections_are_asked_in_a_renewal(visitor, session, september):
    renewed(session, september)
    reworded(session, "rides", "A new sentence about rides.")
    row = request_of_newest(session)
    row.form_version_id = queries.find_current_version().id
    session.commit()
    journey = walk(visitor)
    journey.run()
    assert journey.pages == ["landing", "renewal", "q/4", "check", "sign", "done"]


def test_who_answers_again_is_asked_everything(visitor, session, september):
    renewed(session, september)
    journey = walk(visitor, renew=False)
    journey.run()
    assert [each for each in journey.pages if each.startswith("q/")] == [f"q/{n}" for n in range(1, 8)]


def test_a_renewal_confirms_only_what_was_on_the_screen(visitor, session, september):
    family = renewed(session, september, health={"choice": "yes", "alert": "Peanut allergy", "detail": ""})
    page = walk(visitor).run(until="renewal")
    people.end_health(rows(HealthNote)[0], by=SYSTEM, now=NEXT_YEAR)
    session.commit()
    visitor.post(page.response.request.path, {"way": "renewed", "shown": page.form()["shown"]}, status=409)
    assert queries.get_request(request_of(family.youth).id).draft == {}


# ---- a template changed while a page is open ----


def reworded(session, key, body):
    """Publish the next version with one section's words changed."""
    source = services.starter_source()
    source["number"] = queries.find_current_version().number + 1
    for section in source["section"]:
        if section["key"] == key:
            section["en"]["body"] = body
    services.publish_form(source, by=SYSTEM, now=SEPTEMBER)
    session.commit()


def request_of_newest(session):
    return session.scalars(sa.select(ConsentRequest).order_by(ConsentRequest.id.desc())).first()


def test_a_form_changed_while_the_page_is_open_gives_409_and_no_signature(visitor, session, family):
    address, given = at_signature(visitor, family)
    reworded(session, "photos", "We take other pictures now.")
    page = visitor.post(address, given, status=409)
    assert page.h1 == "The form has changed"
    assert (rows(Document), rows(ConsentDecision)) == ([], [])
    page = visitor.post(address.replace("/sign", "/newest"), {})
    assert page.h1 == "May we use photos of Mateo?", "only what changed is asked again"
    assert "We take other pictures now." in page.text
    journey = walk(visitor)
    journey.run()
    assert journey.pages == ["landing", "q/3", "same", "check", "sign", "done"]
    assert len(rows(Document)) == 2


def test_the_office_reads_the_history_of_a_form_that_lost_a_section(visitor, session, family):
    at_signature(visitor, family)
    source = services.starter_source()
    source |= {"number": 2, "section": source["section"][:3]}
    services.publish_form(source, by=SYSTEM, now=SEPTEMBER)
    session.commit()
    first = request_of(family.youth[0]).id
    visitor.get(f"/consent/{first}/check")
    page = visitor.post(f"/consent/{first}/newest", {})
    assert place_of(page) == "check", "what is left was answered"
    office = type(visitor)(visitor.app).sign_in(make_account(Role.COORDINATOR))
    assert "Moved to the newer version of the form" in office.get(f"/consents/requests/{first}").text


def test_a_form_changed_between_printing_and_recording_gives_no_signature(visitor, session, family, monkeypatch):
    address, given = at_signature(visitor, family)
    prepare = services.prepare_signatures

    def then_change(*args, **kwargs):
        found = prepare(*args, **kwargs)
        db.begin_writing()
        reworded(db.session(), "photos", "We take other pictures now.")
        return found

    monkeypatch.setattr(services, "prepare_signatures", then_change)
    visitor.post(address, given, status=409)
    assert (rows(Document), rows(ConsentDecision)) == ([], [])


# ---- two guardians ----


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_guardians_who_sign_at_once_come_to_the_same_end(session, order):
    family = Family()
    father = make_guardian(family.youth, "José Luis", rank=2)
    mine, theirs = family.ask(SEPTEMBER), None
    theirs = ConsentRequest(
        form_version_id=mine.form_version_id, youth_id=mine.youth_id, guardian_id=father.id, season_id=mine.season_id,
        state=mine.state, language="en", created_at=SEPTEMBER,
    )  # fmt: skip
    session.add(theirs)
    session.flush()
    answer_all(mine, now=SEPTEMBER)
    answer_all(theirs, now=SEPTEMBER, take_part={"choice": "no"})
    ready = []
    for each, who in ((mine, family.guardian), (theirs, father)):
        given = signing(each, typed_name="A Guardian")
        ready.append(
            (
                each,
                services.prepare_signature(queries.get_request(each.id), given, by=actor_of(who), now=SEPTEMBER),
                who,
            )
        )
    for number in order:
        each, prepared, who = ready[number]
        services.sign(queries.get_request(each.id), prepared, by=actor_of(who), now=SEPTEMBER)
    reasons = queries.objections([family.youth.id], family.season_id, NOW.date())
    assert [each.code for each in reasons] == ["consent.conflict"]
    assert len(session.scalars(sa.select(Document)).all()) == 2
    assert Counter(row.section_key for row in session.scalars(sa.select(ConsentDecision)))["take_part"] == 2


def test_the_pages_of_a_sitting_cost_the_same_for_two_and_for_four(visitor, session, statements):
    sent = {}
    for number in (2, 4):
        family = Siblings(number)
        family.ask(SEPTEMBER)
        session.commit()
        fresh = type(visitor)(visitor.app)
        address, _given = at_signature(fresh, family)
        first = re.search(r"/consent/(\d+)/", address).group(1)
        for place in ("q/1", "check", "sign"):
            statements.clear()
            fresh.get(f"/consent/{first}/{place}")
            sent.setdefault(place, []).append(len(statements))
    assert all(two == four for two, four in sent.values()), sent
