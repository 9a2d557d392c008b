"""Keeping up with matches and the hours ledger as pages: recording, what does not count, rules, locking, exporting."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account
from tests.makers.mentoring import make_match, make_mentee, make_mentoring_season, make_session
from tests.makers.people import make_person
from tests.support.clearing import only_these_are_not_cleared
from youthprog.access.types import Role
from youthprog.attendance.types import Mark
from youthprog.core import clock
from youthprog.mentorship.cadence.models import SupportContact, SupportPlan
from youthprog.mentorship.cadence.plans import plan_of
from youthprog.mentorship.hours.models import HourMonth
from youthprog.mentorship.hours.rules import month_before
from youthprog.mentorship.models import Match
from youthprog.mentorship.sessions.models import SessionLog


class Desk:
    """A match that began two months ago and nobody called since; its coordinator and its mentor."""

    def __init__(self, session):
        now = clock.now()
        self.season = make_mentoring_season()
        self.season.starts_on = (now - timedelta(days=200)).date()
        self.mentor = make_person("Lena", "Kowalczyk")
        self.youth = make_mentee(self.season, "Yusuf", "Abdi")
        began = now - timedelta(days=70)
        match = make_match(self.mentor, self.youth, season=self.season, started_at=began, name="Reading pair")
        make_session(match, self.mentor, began + timedelta(hours=1), {self.youth.id: Mark.PRESENT}, now=now, minutes=75)
        self.match_id, self.program_id = match.id, self.season.program_id
        self.staff = make_person("Dana", "Whitfield")
        self.account = make_account(Role.COORDINATOR, self.staff)
        self.own = make_account(Role.MENTOR, self.mentor)
        self.page, self.rules = f"/matches/{match.id}/contacts", f"/support/{self.program_id}"
        self.ledger = f"/hours/{self.program_id}"
        self.held_in = clock.day_of(began).replace(day=1)
        session.commit()


@pytest.fixture
def desk(app, session):
    with only_these_are_not_cleared(app):
        yield Desk(session)


def contacts(session):
    session.expire_all()
    return session.scalars(sa.select(SupportContact).order_by(SupportContact.id)).all()


def test_from_today_a_call_is_recorded_in_two_taps_more(visitor, desk, session):
    page = visitor.sign_in(desk.account).get("/today")
    assert "3 contacts of ours are due" in page.text
    link = f"{desk.page}?with=mentor-{desk.mentor.id}"
    assert link in page.text_source
    form = visitor.get(link).form(desk.page)
    assert (form["seat"], form["way"], form["reached"]) == (f"mentor-{desk.mentor.id}", "phone", "reached")
    assert "safety" not in form, "the question on safety is never answered beforehand"
    page = visitor.post(desk.page, {**form, "safety": "well"})
    assert "Contact recorded." in page.text
    (row,) = contacts(session)
    assert (row.party.value, row.made_by_id, row.safety.value) == ("mentor", desk.staff.id, "well")
    assert f"with=mentor-{desk.mentor.id}" not in visitor.get("/today").text_source


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"safety": "well"}, "nobody said that the mentor was not there"),
        ({"alone": "y"}, "the safety question has no answer"),
        ({"reached": "tried"}, "The attempt is recorded. The contact stays due."),
    ],
)
def test_what_does_not_count_is_kept_and_said(visitor, desk, session, said, words):
    link = f"{desk.page}?with=youth-{desk.youth.id}"
    form = visitor.sign_in(desk.account).get(link).form(desk.page)
    assert words in visitor.post(desk.page, {**form, **said}).text
    assert len(contacts(session)) == 1
    assert f"with=youth-{desk.youth.id}" in visitor.get("/today").text_source


def test_sent_twice_it_is_recorded_once(visitor, desk, session):
    form = visitor.sign_in(desk.account).get(desk.page).form(desk.page)
    for _ in range(2):
        visitor.post(desk.page, {**form, "safety": "well"})
    assert len(contacts(session)) == 1


def test_a_day_to_come_is_refused_and_what_was_typed_stays(visitor, desk, session):
    form = visitor.sign_in(desk.account).get(desk.page).form(desk.page)
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    page = visitor.post(desk.page, {**form, "on": tomorrow, "note": "Half a page"}, status=422)
    assert "This has not happened yet." in page.text
    assert "Half a page" in page.text
    assert contacts(session) == []


def test_a_mentor_reads_no_contact(visitor, desk):
    visitor.sign_in(desk.own)
    for address in ("/support", desk.page, desk.rules, desk.ledger):
        visitor.get(address, status=404)


def test_a_match_is_given_to_somebody(visitor, desk, session):
    visitor.sign_in(desk.account).get(desk.page)
    visitor.post(f"/matches/{desk.match_id}/support", {"staff": str(desk.staff.id)})
    session.expire_all()
    assert session.get_one(Match, desk.match_id).supported_by_id == desk.staff.id
    assert "Dana Whitfield" in visitor.get("/support").text
    page = visitor.post(f"/matches/{desk.match_id}/support", {"staff": str(desk.mentor.id)}, status=422)
    assert "Choose one of the list." in page.text


def test_a_program_has_a_rhythm_and_points_of_its_own(visitor, desk, session):
    form = visitor.sign_in(desk.account).get(desk.rules).form(desk.rules)
    own = {
        "preset": "own", "times_0": "2", "every_0": "1", "after_0": "0", "until_0": "", "times_1": "", "times_2": "",
        "source": "Board, 2026", "points_no_log": "0", "rate_civilian": "31.80", "rate_source_civilian": "State rate",
    }  # fmt: skip
    visitor.post(desk.rules, {**form, **own})
    session.expire_all()
    plan = plan_of(session.get_one(SupportPlan, desk.program_id).settings)
    assert (plan.preset, len(plan.rhythms), plan.rhythms[0].times, plan.source) == (None, 1, 2, "Board, 2026")
    assert plan.points["no_log"] == 0
    assert plan.rates["civilian"]["cents"] == 3180
    assert plan.areas == plan_of(None).areas
    assert visitor.get(desk.rules).form(desk.rules)["times_0"] == "2"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"preset": "own", "times_0": "", "times_1": "", "times_2": ""}, "Fill in at least one line."),
        ({"preset": "own", "after_0": "5", "until_0": "3"}, "Line 1: write how many"),
        ({"rate_civilian": "lots"}, "Write dollars and cents, like 31.80."),
    ],
)
def test_a_plan_that_is_none_is_refused(visitor, desk, session, said, words):
    form = visitor.sign_in(desk.account).get(desk.rules).form(desk.rules)
    assert words in visitor.post(desk.rules, {**form, **said}, status=422).text
    assert session.get(SupportPlan, desk.program_id) is None


def test_a_locked_month_is_exported_the_same_byte_for_byte(visitor, desk, session):
    month = f"{desk.held_in:%Y-%m}"
    file = f"{desk.ledger}/in-kind.csv?month={month}"
    visitor.sign_in(desk.account)
    before = visitor.client.get(file).data
    assert b"75" in before
    visitor.get(f"{desk.ledger}?month={month}")
    page = visitor.post(desk.ledger, {"month": month})
    assert "is locked." in page.text
    assert session.scalar(sa.select(HourMonth.locked_by_name)) == "Dana Whitfield"
    log = session.scalars(sa.select(SessionLog)).one()
    log.minutes = 90
    desk.mentor.family_name = "Kowalczyk-Reyes"
    session.commit()
    assert visitor.client.get(file).data == before
    assert visitor.client.get(file.replace(".csv", ".xlsx")).data[:2] == b"PK"
    now = visitor.get(desk.ledger).text
    assert "amendment made in this month" in now
    assert "+0:15" in now
    assert "This month is locked already." in visitor.post(desk.ledger, {"month": month}, status=422).text


def test_a_month_that_is_not_over_is_not_locked(visitor, desk, session):
    visitor.sign_in(desk.account).get(desk.ledger)
    page = visitor.post(desk.ledger, {"month": f"{clock.today():%Y-%m}"}, status=422)
    assert "This month is not over." in page.text
    assert session.scalar(sa.select(HourMonth.id)) is None


def test_a_mentor_sees_own_hours_alone(visitor, desk):
    page = visitor.sign_in(desk.own).get(f"/hours?month={desk.held_in:%Y-%m}")
    assert "1:15" in page.text
    assert "Ledgers you keep" not in page.text
    assert "No hours in this month" in visitor.get(f"/hours?month={month_before(desk.held_in):%Y-%m}").text
