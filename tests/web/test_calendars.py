"""One's own calendar: a link made, shown, renewed, stopped; and the feed behind it as a telephone meets it."""

from __future__ import annotations

import logging

import pytest

from tests.makers.calendars import DEED, Circle, actor, give_account, keep_from, make_circle, practice
from tests.makers.people import make_person
from tests.support.pages import Visitor
from youthprog.access.models import Account
from youthprog.access.types import Role
from youthprog.calendars import notices, rules, services
from youthprog.calendars.types import FeedKind
from youthprog.core import clock, db
from youthprog.operations.logs import cleaned
from youthprog.outreach import rules as outreach
from youthprog.programs import services as programs


@pytest.fixture(autouse=True)
def at_the_time(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: DEED["now"])


@pytest.fixture
def circle(session) -> Circle:
    return make_circle()


def signed_in(app, person) -> Visitor:
    return Visitor(app).sign_in(db.session().query(Account).filter_by(person_id=person.id).one())


def address_on(page) -> str:
    (field,) = (each for each in page.all("input") if each.get("name") == "address")
    return field.attrib["value"].removeprefix("http://127.0.0.1:8000")


def test_a_guardian_makes_renews_and_stops_the_familys_calendar(app, circle, visitor):
    practice(circle.tigers)
    rosa = signed_in(app, circle.rosa)
    assert "Make my family's calendar" in rosa.get("/calendar").text
    page = rosa.post("/calendar")
    first = address_on(page)
    assert page.link("Add to my calendar").startswith("webcal://127.0.0.1:8000/cal/")
    assert "The whole" not in page.text
    assert visitor.raw(first).status_code == 200
    second = address_on(rosa.post("/calendar"))
    assert visitor.raw(first).status_code == 404
    answer = visitor.raw(second)
    assert answer.mimetype == "text/calendar"
    assert answer.get_data(as_text=True).count("BEGIN:VEVENT") == 2
    feed_id = next(form.get("action") for form in rosa.page.all("form") if "/stop" in (form.get("action") or ""))
    rosa.post(feed_id)
    assert visitor.raw(second).status_code == 404


def test_what_did_not_change_is_not_sent_again(circle, visitor, session):
    row = practice(circle.tigers)
    feed = services.share(FeedKind.FAMILY, by=actor(circle.rosa), now=DEED["now"])
    path = f"/cal/{feed.unseal('token_sealed')}.ics"
    first = visitor.raw(path)
    again = visitor.raw(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    programs.cancel_gathering(row, reason="Rain.", **DEED)
    changed = visitor.raw(path, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    text = changed.get_data(as_text=True)
    assert "SUMMARY:Canceled: Tigers practice" in text
    assert "STATUS:CANCELLED" in text
    assert "SEQUENCE:1" in text
    google = visitor.raw(path, headers={"User-Agent": "Google-Calendar-Importer"}).get_data(as_text=True)
    assert "SUMMARY:Canceled: Tigers practice" in google
    assert "STATUS:CANCELLED" not in google


def test_a_calendar_speaks_its_readers_language(circle, visitor):
    circle.rosa.language = "es"
    practice(circle.tigers)
    feed = services.share(FeedKind.FAMILY, by=actor(circle.rosa), now=DEED["now"])
    text = visitor.raw(f"/cal/{feed.unseal('token_sealed')}.ics", headers={"Accept-Language": "en"}).get_data(
        as_text=True
    )
    assert "SUMMARY:Partido: Tigers contra Hawks" in text


def test_whose_account_is_closed_has_no_calendar(circle, visitor, session):
    feed = services.share(FeedKind.FAMILY, by=actor(circle.rosa), now=DEED["now"])
    path = f"/cal/{feed.unseal('token_sealed')}.ics"
    assert visitor.raw(path).status_code == 200
    session.query(Account).filter_by(person_id=circle.rosa.id).one().closed_at = DEED["now"]
    assert visitor.raw(path).status_code == 404


def test_a_coach_and_a_coordinator_have_a_teams_and_a_fields(app, circle):
    coach = signed_in(app, circle.coach)
    assert coach.get("/calendar").link("Tigers") == f"/groups/{circle.tigers.id}/calendar"
    page = coach.post(f"/groups/{circle.tigers.id}/calendar", form_from=f"/groups/{circle.tigers.id}/calendar")
    assert "BEGIN:VEVENT" in coach.raw(address_on(page)).get_data(as_text=True)
    coach.get(f"/groups/{circle.hawks.id}/calendar", status=404)
    chris = make_person("Chris", "Coordinator")
    give_account(Role.COORDINATOR, chris)
    office, here = signed_in(app, chris), f"/sites/{circle.site.id}/calendar"
    page = office.post(here, {"field": "Field 1"}, form_from=here)
    text = office.raw(address_on(page)).get_data(as_text=True)
    assert text.count("BEGIN:VEVENT") == 1
    assert "SUMMARY:Game: Tigers vs. Hawks" in text
    assert "The whole site" in page.text


def test_the_secrets_of_links_stand_in_no_log_and_no_outbox(circle, visitor, caplog):
    feed = services.share(FeedKind.FAMILY, by=actor(circle.rosa), now=DEED["now"])
    token = feed.unseal("token_sealed")
    for path in (f"/cal/{token}.ics", f"/seen/{token}"):
        assert token not in cleaned(f"GET {path} 200")
        assert token not in str(outreach.paragraphs(f"See http://a.example{path}", open_links=False))
    caplog.set_level(logging.DEBUG)
    visitor.raw(f"/cal/{token}.ics")
    assert token not in caplog.text


def test_today_keeps_silent_where_the_calendar_does(app, circle):
    practice(circle.tigers)
    rosa = signed_in(app, circle.rosa)
    assert "Tigers practice" in rosa.get("/today").text
    keep_from(circle.rosa, circle.stranger)
    assert "Tigers" not in rosa.get("/today").text


def test_a_guardian_says_on_today_to_have_seen_it(app, circle, session):
    programs.cancel_gathering(practice(circle.tigers), reason="Rain.", **DEED)
    list(notices.tell_of_changes(DEED["now"] + rules.QUIET))
    rosa = signed_in(app, circle.rosa)
    page = rosa.get("/today")
    assert "meeting changed at short notice" in page.text
    page = rosa.post("/calendar/seen", page.form("/calendar/seen"))
    assert "We know that you know" in page.text
    assert "changed at short notice" not in page.text
    coach = signed_in(app, circle.coach)
    assert "2 have not seen it" in coach.get("/today").text
