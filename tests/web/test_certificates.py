"""Certificates issued from the pages where staff look for them, and the department's own paper changed by an admin."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account, make_actor
from tests.makers.mentoring import make_match, make_mentee, make_mentoring_season
from tests.makers.people import make_person, make_youth
from tests.makers.programs import enroll, make_gathering, make_group, make_program, make_season
from tests.support.clearing import only_these_are_not_cleared
from tests.support.pages import Visitor
from youthprog.access.types import Role
from youthprog.attendance.counting import Scope
from youthprog.attendance.counting_queries import every_line
from youthprog.attendance.models import AttendanceMark, Register
from youthprog.attendance.types import Mark
from youthprog.audit.models import AuditEntry
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.documents import services as documents
from youthprog.documents.models import Document
from youthprog.documents.theming import services as theming
from youthprog.documents.theming.types import Theme
from youthprog.documents.types import Signatory
from youthprog.mentorship.gate import queries as gate
from youthprog.mentorship.hours import queries as hours
from youthprog.mentorship.sessions.models import SessionLog
from youthprog.mentorship.types import DutyStatus

SIGNED = {"signatory": "Denise Okafor", "role": "Chief of Police", "role_es": "Jefa de Policía"}
ASKED = {"kind": "participation", "writing": "both", "paper": "letter", **SIGNED}
AWARD = {
    "kind": "award", "award_en": "Team Spirit", "award_es": "Espíritu de equipo", "words_en": "For good cheer.",
    "words_es": "Por su buen ánimo.",
}  # fmt: skip


class Season:
    """Ana came to two meetings, once for half of it; Bo to none; Cleo is of another season. Ids only."""

    def __init__(self, session: Any):
        today = clock.today()
        dates = {"starts_on": today - timedelta(30), "ends_on": today, "age_cutoff_on": today}
        season, other = make_season(make_program(), **dates), make_season(make_program(), **dates)
        ana, bo, cleo = make_youth("Ana", "Ortiz"), make_youth("Bo", "Hidden"), make_youth("Cleo", "Wu")
        enroll(ana, season)
        enroll(bo, season)
        enroll(cleo, other)
        group = make_group(season, "Tigers U10")
        for days, minutes in ((5, None), (3, 30)):
            meeting = make_gathering(group, clock.now() - timedelta(days=days))
            session.add(Register(gathering_id=meeting.id, taken_at=clock.now(), saved_at=clock.now()))
            session.add(
                AttendanceMark(
                    gathering_id=meeting.id, youth_id=ana.id, mark=Mark.PRESENT, marked_at=clock.now(), version=1,
                    minutes=minutes,
                )
            )  # fmt: skip
        self.ana, self.bo, self.cleo = ana.id, bo.id, cleo.id
        self.season_id, self.program_id = season.id, season.program_id
        self.account = make_account(Role.COORDINATOR, program_id=season.program_id)
        self.page = f"/seasons/{season.id}/certificates"
        session.commit()


@pytest.fixture
def made(session: Any) -> Season:
    return Season(session)


@pytest.fixture
def desk(visitor: Visitor, made: Season) -> Visitor:
    """The coordinator of the season, on its page of certificates."""
    visitor.sign_in(made.account).get(made.page)
    return visitor


@pytest.fixture
def admin(app: Any, visitor: Visitor) -> Iterator[Visitor]:
    """An administrator; what is changed of the department's paper goes with the test."""
    shutil.rmtree(app.config["YOUTHPROG"].instance / "paper", ignore_errors=True)
    visitor.sign_in(make_account(Role.ADMIN))
    yield visitor
    shutil.rmtree(app.config["YOUTHPROG"].instance / "paper", ignore_errors=True)


def issued(session: Any) -> list[Document]:
    session.expire_all()
    return list(session.scalars(sa.select(Document).order_by(Document.id)))


def printed(document: Document) -> str:
    return documents.load_bytes(document).decode()


# ---- of a season ----


def test_those_chosen_get_theirs_with_what_the_reports_count(desk, made, session):
    listed = desk.page.text
    assert "Ortiz, Ana" in listed
    assert "Wu, Cleo" not in listed
    page = desk.post(made.page, {**ASKED, "youth": [str(made.ana)]})
    assert "1 certificate was issued." in page.text
    (document,) = issued(session)
    assert (document.subject_kind, document.subject_id, document.sealed) == ("youth", made.ana, True)
    said = printed(document)
    scope = Scope(clock.today() - timedelta(30), clock.today(), season_id=made.season_id)
    (line,) = every_line("served", make_actor(Role.COORDINATOR), scope, clock.now())
    assert f"{line.visits} gatherings" in said
    assert f'<p class="first">{round(line.minutes / 60)}</p>' in said
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "certificate.issued")).one()
    assert entry.detail["of"] == "participation"
    assert "Ortiz" not in desk.get(f"/v/{document.code}").text


def test_everything_that_speaks_against_it_is_said_at_once_and_nothing_is_issued(desk, made, session):
    page = desk.post(made.page, {**ASKED, "youth": [str(made.ana), str(made.bo)], "signatory": ""}, status=422)
    assert "There is nothing to certify: no register of this season says that they came: Bo Hidden." in page.text
    assert "Choose or write who signs." in page.text
    assert issued(session) == []
    page = desk.post(made.page, {**ASKED, "youth": []}, status=422)
    assert "Choose at least one young person." in page.text


def test_an_award_needs_its_words_and_no_register(desk, made, session):
    page = desk.post(made.page, {**ASKED, "kind": "award", "writing": "en", "youth": [str(made.bo)]}, status=422)
    assert "Write what the award is called, in English." in page.text
    assert "in Spanish." not in page.text.split("What it certifies")[0]
    desk.post(made.page, {**ASKED, **AWARD, "youth": [str(made.bo)]})
    said = printed(issued(session)[0])
    assert all(words in said for words in ("Team Spirit", "Espíritu de equipo", "For good cheer.", "Bo Hidden"))


def test_a_season_under_way_is_not_completed(desk, made, session):
    session.execute(sa.text("UPDATE season SET ends_on = :on"), {"on": clock.today() + timedelta(9)})
    session.commit()
    page = desk.post(made.page, {**ASKED, "kind": "completion", "youth": [str(made.ana)]}, status=422)
    assert "This season is not over." in page.text


def test_hours_are_those_counted_to_the_minute(desk, made, session):
    desk.post(made.page, {**ASKED, "kind": "hours", "paper": "a4", "youth": [str(made.ana)]})
    assert "2 hours" in printed(issued(session)[0])  # 90 minutes as planned, and the 30 that were clocked


def test_a_name_no_face_draws_stops_all_of_them_by_name(desk, made, session):
    session.execute(sa.text("UPDATE person SET given_name = '欧' WHERE id = :id"), {"id": made.bo})
    session.commit()
    sent = {**ASKED, **AWARD, "youth": [str(made.ana), str(made.bo)]}
    page = desk.post(made.page, sent, status=422)
    assert "No typeface here can draw 欧 in “欧 Hidden”." in page.text
    assert issued(session) == []


def test_nobody_of_another_program_is_certified(desk, made, session):
    desk.post(made.page, {**ASKED, "youth": [str(made.ana), str(made.cleo)]}, status=404)
    assert issued(session) == []


def test_five_do_not_sign(desk, made, session, app):
    shutil.rmtree(app.config["YOUTHPROG"].instance / "paper", ignore_errors=True)
    theming.keep_theme(Theme(signers=tuple(Signatory(f"Chief {n}", "Chief") for n in range(5))), seen=0)
    try:
        sent = {**ASKED, "youth": [str(made.ana)], "signers": ["0", "1", "2", "3"]}
        page = desk.post(made.page, sent, status=422)
        assert "At most four people sign a certificate." in page.text
        desk.post(made.page, {**sent, "signatory": ""})
        assert "Chief 3" in printed(issued(session)[0])
    finally:
        shutil.rmtree(app.config["YOUTHPROG"].instance / "paper")


# ---- a mentor's hours ----


def test_a_mentors_hours_are_those_of_the_ledger(visitor, app, session):
    with only_these_are_not_cleared(app):
        season, mentor = make_mentoring_season(), make_person("Lena", "Kowalczyk")
        match = make_match(mentor, make_mentee(season), season=season, started_at=clock.now() - timedelta(weeks=9))
        for days, minutes in ((20, 90), (13, 60)):
            meeting = make_gathering(match.group, clock.now() - timedelta(days=days))
            session.add(
                SessionLog(
                    match_id=match.id, gathering_id=meeting.id, client_id=f"{days}", held_on=clock.day_of(meeting.starts_at),
                    minutes=minutes, duty=DutyStatus.OFF_DUTY, activities=[], logged_at=clock.now(), logged_by_id=mentor.id,
                )
            )  # fmt: skip
        session.commit()
        program_id, mentor_id = season.program_id, mentor.id
        visitor.sign_in(make_account(Role.COORDINATOR))
        address = f"/programs/{program_id}/mentors/{mentor_id}/hours"
        visitor.get(address)
        first, last = clock.today() - timedelta(30), clock.today()
        sent = {**ASKED, "first": f"{first}", "last": f"{last}"}
        page = visitor.post(address, {**sent, "last": f"{last + timedelta(1)}"}, status=422)
        assert "The last day is still to come." in page.text
        page = visitor.post(address, {**sent, "last": f"{first}"}, status=422)
        assert "the ledger has no hours in this time" in page.text
        page = visitor.post(address, sent)
        (document,) = issued(session)
        assert hours.given_in(program_id, mentor_id, first, last) == (150, 2)
        months = {day.replace(day=1) for day in (first, last)}
        ledger = [entry for month in months for entry in hours.own_month(mentor_id, month)]
        assert sum(entry.minutes for entry in ledger) == 150
        assert "2.5 hours" in printed(document)
        assert "Revoke" in page.text
        assert visitor.client.get(f"/certificates/{document.id}.pdf").status_code == 200
        visitor.sign_in(make_account(Role.COORDINATOR, program_id=make_program().id))
        visitor.get(f"/certificates/{document.id}", status=404)


# ---- the department's paper ----


def look(**changes: str) -> dict[str, Any]:
    return {"seen": "0", "main": "#0a5c36", "accent": "#c9a227", **changes}


def test_a_look_is_refused_in_words_and_used_when_it_is_good(admin, session):
    admin.get("/paper")
    page = admin.post("/paper", look(main="#ffe9a8", **{"signers-0-name": "Ana Reyes"}), status=422)
    assert "The main color is too pale for words" in page.text
    assert "Whoever signs has a name and a title." in page.text
    sent = look(**{"signers-0-name": "Ana Reyes", "signers-0-role": "Chief", "signers-0-role_es": "Jefa"})
    sent["crest"] = (BytesIO(b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><script/><path d="M0 0L9 9"/></svg>'), "c.svg")  # fmt: skip
    page = admin.post("/paper", sent)
    assert page.form("/paper")["main"] == "#0a5c36"
    assert "Ana Reyes" in str(page.form("/paper"))
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "paper.theme_changed")).one()
    assert entry.detail == {"version": 1}
    admin.post("/paper", look(), status=409)
    page = admin.post("/paper/back", {"seen": "1", "number": "0"}, form_from="/paper")
    assert page.form("/paper")["main"] == "#123f73"


def test_a_broken_template_is_refused_with_its_line_and_the_last_good_one_stays(admin, session):
    page = admin.get("/paper/award")
    html = page.form("/paper/award")["html"]
    css = page.form("/paper/award")["css"]
    good = html.replace("<h1", "<h1 data-ours=yes")
    admin.post("/paper/award", {"seen": "0", "html": good, "css": css})
    broken = good.replace("{{ issuer }}</p>", "{{ issuer.upper() }}</p>")
    line = broken[: broken.index("issuer.upper")].count("\n") + 1
    page = admin.post("/paper/award", {"seen": "1", "html": broken, "css": css}, status=422)
    assert f"Line {line} of the HTML: A template cannot do this: call." in page.text
    assert "issuer.upper()" in page.form("/paper/award")["html"]
    assert "data-ours=yes" in admin.get("/paper/award").form("/paper/award")["html"]
    admin.post("/paper/award", {"seen": "0", "html": html, "css": css}, status=409)
    page = admin.post("/paper/award/house", {"seen": "1"}, form_from="/paper/award")
    assert "data-ours" not in page.form("/paper/award")["html"]
    assert "data-ours=yes" in admin.get("/paper/award?version=1").form("/paper/award")["html"]
    lines = session.scalars(sa.select(AuditEntry.detail).where(AuditEntry.action == "paper.template_changed"))
    assert list(lines) == [{"template": "award", "version": 1}, {"template": "award", "version": 2}]


def test_a_preview_is_a_pdf_that_only_we_may_frame_and_keeps_nothing(admin, session):
    page = admin.get("/paper/award")
    sent = {**page.form("/paper/award"), "long": "y", "writing": "es", "size": "a4"}
    answer = admin.raw("/paper/award/preview", "POST", data=sent, headers={"Referer": "http://localhost/"})
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert "Castellanos-Ruiz" in answer.get_data(as_text=True)
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    assert "frame-src 'self'" in admin.raw("/paper/award").headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in admin.raw("/paper/award").headers["Content-Security-Policy"]
    answer = admin.raw("/paper/award/preview", "POST", data={**sent, "html": "<p>"}, headers={"Referer": "http://localhost/"})  # fmt: skip
    assert answer.status_code == 422
    assert "A page has one heading" in answer.get_data(as_text=True)
    answer = admin.raw("/paper/preview", "POST", data={**sent, **look(main="#fff")}, headers={"Referer": "http://localhost/"})  # fmt: skip
    assert answer.status_code == 422
    assert session.scalar(sa.select(sa.func.count()).where(AuditEntry.action.like("paper.%"))) == 0


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.COACH, Role.MENTOR, Role.GUARDIAN])
def test_nobody_else_changes_the_department_s_paper(visitor, role):
    visitor.sign_in(make_account(role))
    assert visitor.raw("/paper").status_code == 404
    assert visitor.raw("/paper/award").status_code == 404
    assert visitor.sign_in(make_account(Role.ADMIN)).raw("/paper/nothing").status_code == 404


def test_whose_mentor_it_is_costs_the_same_for_any_number_of_programs(app, session, statements):
    season, mentor = make_mentoring_season(), make_person("Lena", "Kowalczyk")
    with only_these_are_not_cleared(app):
        make_match(mentor, make_mentee(season), season=season)
    coordinator, on = make_actor(Role.COORDINATOR), clock.today()
    counts = []
    for _more in range(2):
        session.flush()
        statements.clear()
        found = gate.find_program_of_mentor(coordinator, P.CERTIFICATE_READ, mentor.id, on)
        counts.append(len(statements))
        assert found == (season.program_id, mentor)
        for _each in range(5):
            make_mentoring_season()
    assert counts == [1, 1]
    elsewhere = make_actor(Role.COORDINATOR, program_id=make_program().id)
    assert gate.find_program_of_mentor(elsewhere, P.CERTIFICATE_READ, mentor.id, on) is None
