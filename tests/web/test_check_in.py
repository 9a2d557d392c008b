"""Cards, the door and the tablet as pages: every answer, and what a tablet cannot do."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account
from tests.makers.people import make_guardian, make_person, make_youth
from tests.makers.programs import enroll, join, lead, make_gathering, make_season, make_team
from tests.support.clearing import only_these_are_not_cleared
from youthprog.access.models import SignedLink, UserSession
from youthprog.access.types import Role
from youthprog.attendance import card_queries, cards, kiosk
from youthprog.attendance.models import AttendanceMark, Deed, YouthCard
from youthprog.attendance.types import DeedKind, Mark
from youthprog.core import clock
from youthprog.core.actor import SYSTEM
from youthprog.people.models import HealthNote
from youthprog.people.types import HealthKind
from youthprog.programs.types import StaffRole

NAMES = (("Mateo", "Aguilar"), ("Maya", "Aguilar"), ("Li", "Wu"))


@pytest.fixture
def objections(app):
    """The youth who are not cleared."""
    with only_these_are_not_cleared(app) as barred:
        yield barred


class Door:
    """A team of three whose practice has just begun, its coach's account, a card for everybody."""

    def __init__(self, session):
        now = clock.now()
        season = make_season(starts_on=(now - timedelta(days=60)).date(), ends_on=(now + timedelta(days=60)).date())
        self.group = make_team(season).group
        self.youth = [make_youth(*name) for name in NAMES]
        for number, each in enumerate(self.youth):
            join(each, self.group, str(number + 1)).from_on = season.starts_on
        self.guardian = make_guardian(self.youth[0], "Rosa")
        self.walk_in = make_youth("Noa", "Okafor")
        enroll(self.walk_in, season)
        coach = make_person("Alicia", "Moreno")
        lead(coach, self.group, StaffRole.HEAD_COACH, *self.youth)
        self.gathering = make_gathering(self.group, now - timedelta(minutes=5))
        self.account = make_account(Role.COACH, coach)
        self.codes = [cards.issue(each.id, by=SYSTEM, now=now).code for each in (*self.youth, self.walk_in)]
        self.scan = f"/gatherings/{self.gathering.id}/scan"
        self.kiosk = f"/gatherings/{self.gathering.id}/kiosk"
        self.ids = [each.id for each in self.youth]
        session.commit()

    def arrivals(self, session):
        session.expire_all()
        return session.scalars(
            sa.select(Deed.youth_id).where(Deed.kind == DeedKind.ARRIVE, Deed.refusal.is_(None)).order_by(Deed.id)
        ).all()


@pytest.fixture
def door(session, objections):
    return Door(session)


def codes_on(page):
    """What a script reads: the codes of refusals."""
    return [each.get("data-code") for each in page.all("div") if each.get("data-code")]


# ---- the door ----


def test_a_typed_code_answers_with_name_time_and_a_way_back(visitor, door, session):
    page = visitor.sign_in(door.account).get(door.scan)
    assert "3 not here yet" in page.text
    page = visitor.post(door.scan, {"text": f"{door.codes[0][:5]} {door.codes[0][5:].lower()}"})
    assert "Mateo Aguilar Here at" in page.text
    assert "2 not here yet" in page.text
    page = visitor.post(door.scan, {"text": door.codes[0]})
    assert "Here already, since" in page.text
    assert door.arrivals(session) == [door.ids[0]]
    page = visitor.post(f"{door.scan}/undo", page.form(f"{door.scan}/undo"))
    assert "Mateo Aguilar is not marked as here any more." in page.text
    assert "3 not here yet" in page.text


def test_a_name_of_the_list_works_as_well_as_a_card(visitor, door, session):
    page = visitor.sign_in(door.account).get(f"{door.scan}?find=wu")
    assert [each.get("value") for each in page.all("button") if each.get("name") == "youth"] == [str(door.ids[2])]
    assert "Li Wu Here at" in visitor.post(door.scan, {"youth": str(door.ids[2])}).text
    assert codes_on(visitor.post(door.scan, {"youth": str(door.walk_in.id)}, status=422)) == ["not_a_member"]
    assert door.arrivals(session) == [door.ids[2]]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "no_code"),
        ("4006381333931", "foreign_code"),
        ("ZZZZZZZZZZ", "foreign_code"),
        ("https://elsewhere.example/k/ABCDEFGHJK", "other_department"),
    ],
)
def test_each_refusal_has_a_sentence_and_a_code(visitor, door, session, text, code):
    page = visitor.sign_in(door.account).post(door.scan, {"text": text}, status=422)
    assert codes_on(page) == [code]
    assert "Not checked in" in page.text
    assert session.scalar(sa.select(sa.func.count()).select_from(Deed)) == (0 if code == "no_code" else 1)


def test_a_gathering_that_was_canceled_or_has_not_begun_takes_nobody(visitor, door, session):
    door.gathering.starts_at += timedelta(days=2)
    door.gathering.ends_at += timedelta(days=2)
    session.commit()
    page = visitor.sign_in(door.account).get(door.scan)
    assert "Attendance opens at" in page.text
    assert codes_on(visitor.post(door.scan, {"text": door.codes[0]}, status=422)) == ["not_begun"]
    door.gathering.canceled_at = clock.now()
    session.commit()
    assert codes_on(visitor.post(door.scan, {"text": door.codes[0]}, status=422)) == ["gathering_canceled"]
    assert codes_on(visitor.post(door.kiosk, status=422, form_from=door.kiosk)) == ["gathering_canceled"]


def test_who_is_not_cleared_may_watch_and_the_reason_is_said(visitor, door, objections):
    objections.add(door.ids[0])
    page = visitor.sign_in(door.account).post(door.scan, {"text": door.codes[0]})
    assert "Not cleared. May watch. May not take part. Medical form. Medical form missing." in page.text


def test_an_alert_stands_only_where_it_may_be_read(visitor, door, session):
    for number, youth in enumerate((door.youth[0], door.walk_in)):
        note = HealthNote(youth_id=youth.id, kind=HealthKind.ALLERGY, recorded_at=clock.now())
        session.add(note)
        session.flush()
        note.seal("alert_sealed", f"Peanuts{number}")
    session.commit()
    visitor.sign_in(door.account).get(door.scan)
    assert "Peanuts0" in visitor.post(door.scan, {"text": door.codes[0]}).text
    page = visitor.post(door.scan, {"text": door.codes[3]})
    assert "Noa Okafor Here at" in page.text
    assert "walked in" in page.text
    assert "Peanuts1" not in page.text


# ---- cards ----


def test_a_guardian_shows_and_replaces_the_own_childs_card_and_no_other(visitor, door, session):
    account = make_account(Role.GUARDIAN, door.guardian)
    mine, other = (f"/youth/{youth_id}/card" for youth_id in door.ids[:2])
    page = visitor.sign_in(account).get(mine)
    assert f"{door.codes[0][:5]}-{door.codes[0][5:]}" in page.text
    assert "<svg" in page.text_source
    page = visitor.post(f"{mine}/replace", page.form(f"{mine}/replace"))
    assert "The old one does not work any more." in page.text
    assert door.codes[0][:5] not in page.text
    assert visitor.raw(other).status_code == visitor.raw("/youth/987654321/card").status_code == 404


def test_a_coach_makes_the_missing_cards_and_prints_them(visitor, door, session, app):
    session.execute(sa.delete(YouthCard.__table__))
    address = f"/groups/{door.group.id}/cards"
    page = visitor.sign_in(door.account).get(address)
    assert visitor.raw(f"{address}.pdf").status_code == 303
    page = visitor.post(address, page.form(address))
    assert "3 cards were made." in page.text
    printed = visitor.raw(f"{address}.pdf")
    assert printed.mimetype == "application/pdf"
    html = app.extensions["youthprog.press"].jobs[-1].html
    made = card_queries.live_cards(door.ids)
    assert all(f"{card.code[:5]}-{card.code[5:]}" in html for card in made.values())
    assert "Okafor" not in html


def test_a_finder_learns_the_same_of_every_code(visitor, door, statements):
    statements.clear()
    pages = {visitor.get(f"/k/{code}").text for code in (door.codes[0], "ZZZZZZZZZZ", "nothing", "%00")}
    assert len(pages) == 1
    assert not statements
    told = pages.pop()
    assert "Found it?" in told
    assert not any(part in told for name in NAMES for part in name)


# ---- the tablet ----


@pytest.fixture
def tablet(visitor, door):
    """A browser that was left at the door."""
    page = visitor.sign_in(door.account).get(door.kiosk)
    page = visitor.post(door.kiosk, page.form(door.kiosk))
    assert page.h1 == "Check in"
    return visitor


def test_a_tablet_can_do_nothing_but_check_in(tablet, door, session):
    for address in (
        "/today",
        door.scan,
        door.kiosk,
        f"/youth/{door.ids[0]}",
        f"/groups/{door.group.id}/cards",
        "/account",
    ):
        answer = tablet.raw(address)
        assert (answer.status_code, answer.location.split("?")[0]) == (303, "/sign-in"), address
    assert all(row.ended_at for row in session.scalars(sa.select(UserSession)))
    with tablet.client.session_transaction() as cookie:
        assert cookie.keys() <= {"links", "csrf_token", "language"}
        assert cookie["links"].keys() == {"kiosk"}
    link = session.scalars(sa.select(SignedLink)).one()
    assert link.expires_at == door.gathering.ends_at


def test_a_code_checks_in_and_the_page_goes_back_by_itself(tablet, door, session):
    page = tablet.post("/kiosk", {"code": door.codes[0]})
    assert page.h1 == "Mateo A."
    assert "Here at" in page.text
    assert page.response.headers["Refresh"] == "8; url=/kiosk"
    assert door.arrivals(session) == [door.ids[0]]
    assert "Here already, since" in tablet.post("/kiosk", {"code": door.codes[0]}, form_from="/kiosk").text
    row = session.get(AttendanceMark, (door.gathering.id, door.ids[0]), populate_existing=True)
    assert (row.mark, row.device, row.marked_by_id) == (Mark.PRESENT, "kiosk", door.account.person_id)


def test_letters_are_asked_back_before_they_count(tablet, door, session):
    page = tablet.post("/kiosk", {"family": "agu", "given": "mat"})
    assert page.h1 == "Are you Mateo A.?"
    assert door.arrivals(session) == []
    page = tablet.post("/kiosk", page.form("/kiosk"))
    assert (page.h1, door.arrivals(session)) == ("Mateo A.", [door.ids[0]])


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({}, "nothing_typed"),
        ({"family": "ag", "given": "m"}, "more_letters"),
        ({"family": "aguilar", "given": "m"}, "several_match"),
        ({"family": "zzz", "given": "m"}, "no_match"),
        ({"code": "ABCDEFGHJK"}, "foreign_code"),
        ({"code": "https://elsewhere.example/k/ABCDEFGHJK"}, "other_department"),
    ],
)
def test_a_tablet_that_does_not_know_names_nobody(tablet, door, session, typed, code):
    page = tablet.post("/kiosk", typed, status=422)
    assert codes_on(page) == [code]
    assert not any(part in page.text for name in NAMES for part in name)
    assert door.arrivals(session) == []


def test_a_tablet_tells_no_reason_and_sends_to_a_leader(tablet, door, objections):
    objections.add(door.ids[0])
    page = tablet.post("/kiosk", {"code": door.codes[0]})
    assert "Please see a leader before you join in." in page.text
    assert "edical" not in page.text


def test_a_tablet_takes_only_so_many_misses(tablet, door, session, monkeypatch):
    monkeypatch.setattr(kiosk, "MISSES", 2)
    for _ in range(2):
        tablet.post("/kiosk", {"family": "zzz", "given": "m"}, status=422)
    page = tablet.post("/kiosk", {"code": door.codes[0]}, status=429)
    assert codes_on(page) == ["too_many_tries"]
    assert int(page.response.headers["Retry-After"]) > 0
    assert door.arrivals(session) == []


def test_a_tablet_ends_when_a_leader_says_so_and_with_the_gathering(tablet, door, session, app):
    assert tablet.raw("/kiosk").status_code == 200
    leader = type(tablet)(app).sign_in(door.account)
    page = leader.get(door.kiosk)
    assert "1 tablet takes check-ins now." in page.text
    leader.post(f"{door.kiosk}/stop", page.form(f"{door.kiosk}/stop"))
    assert tablet.raw("/kiosk").status_code == 404
    link = session.scalars(sa.select(SignedLink)).one()
    link.ended_at, link.expires_at = None, clock.now() - timedelta(seconds=1)
    session.commit()
    assert tablet.raw("/kiosk").status_code == 404


def test_no_tablet_starts_after_the_end(visitor, door, session):
    door.gathering.starts_at -= timedelta(hours=4)
    door.gathering.ends_at -= timedelta(hours=4)
    session.commit()
    page = visitor.sign_in(door.account).post(door.kiosk, status=422, form_from=door.kiosk)
    assert codes_on(page) == ["over"]
    assert visitor.raw("/today").status_code == 200
