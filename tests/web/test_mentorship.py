"""Matches and the session log as pages: confirming, exceptions, repeats, and whose door it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account
from tests.makers.mentoring import clear_the_way, make_match, make_mentee, make_mentoring_season, make_session
from tests.makers.people import make_person
from tests.support.clearing import only_these_are_not_cleared
from youthprog.access.types import Role
from youthprog.attendance.queries import marks_at
from youthprog.attendance.types import Mark
from youthprog.core import clock
from youthprog.mentorship.gate import own_queries as queries
from youthprog.mentorship.models import Match
from youthprog.mentorship.sessions.models import SessionLog
from youthprog.mentorship.types import MatchStatus
from youthprog.programs.models import Gathering

NAMES = (("Yusuf", "Abdi"), ("Marisol", "Ortega"), ("Finn", "O'Rourke"))


@pytest.fixture
def objections(app):
    """The youth who are not cleared."""
    with only_these_are_not_cleared(app) as barred:
        yield barred


class Club:
    """A mentor with three youth, met a week ago for the last time, and the accounts around them."""

    def __init__(self, session):
        now = clock.now()
        self.season = make_mentoring_season()
        self.season.starts_on, self.season.ends_on = (
            (now - timedelta(days=90)).date(),
            (now + timedelta(days=90)).date(),
        )
        self.program_id = self.season.program_id
        self.mentor = make_person("Lena", "Kowalczyk")
        self.account = make_account(Role.MENTOR, self.mentor)
        youth = [make_mentee(self.season, given, family) for given, family in NAMES]
        self.ids = [each.id for each in youth]
        match = make_match(
            self.mentor, *youth, season=self.season, started_at=now - timedelta(days=30), name="Homework club",
            usual_minutes=75, usual_place="Library, Room 3",
        )  # fmt: skip
        make_session(match, self.mentor, now - timedelta(days=8), dict.fromkeys(self.ids, Mark.PRESENT), now=now)
        self.match_id, self.season_id = match.id, self.season.id
        self.page, self.address = f"/matches/{match.id}", f"/matches/{match.id}/sessions/new"
        session.commit()


@pytest.fixture
def club(session, objections):
    return Club(session)


def sent(page, club, **values):
    """The log as it stands, everybody ticked, with something changed."""
    return {**page.form(club.address), "came": [str(each) for each in club.ids], **values}


def logs(session):
    return session.scalars(sa.select(SessionLog).order_by(SessionLog.id)).all()


def test_the_expected_session_is_there_to_be_confirmed(visitor, club):
    page = visitor.sign_in(club.account).get(club.address)
    form = page.form(club.address)
    assert form["minutes"] == "75"
    assert form["place"] == "Library, Room 3"
    assert form["duty"] == "on_duty"
    assert "All 3 are marked as here. Untick whoever was not." in page.text
    assert "Change date" in page.text


def test_confirming_logs_everybody(visitor, club, session):
    page = visitor.sign_in(club.account).get(club.address)
    page = visitor.post(
        club.address, sent(page, club, activities=["homework", "talked"], note="We finished the posters.")
    )
    assert page.h1 == "Homework club"
    assert "Session saved. Thank you." in page.text
    assert "3 came" in page.text
    assert "Homework, Talked" in page.text
    log = logs(session)[-1]
    assert set(marks_at([log.gathering_id])[log.gathering_id].values()) == {Mark.PRESENT}


def test_unticked_is_excused_or_without_word(visitor, club, session):
    page = visitor.sign_in(club.account).get(club.address)
    first, second, third = club.ids
    page = visitor.post(club.address, sent(page, club, came=[str(third)], **{f"why-{first}": "excused"}))
    assert "1 came, Yusuf excused, Marisol missing" in page.text
    log = logs(session)[-1]
    assert marks_at([log.gathering_id])[log.gathering_id] == {
        first: Mark.EXCUSED,
        second: Mark.ABSENT,
        third: Mark.PRESENT,
    }


def test_the_same_page_sent_three_times_is_one_session(visitor, club, session):
    page = visitor.sign_in(club.account).get(club.address)
    values = sent(page, club)
    answers = {visitor.post(club.address, values).h1 for _time in range(3)}
    assert answers == {"Homework club"}
    assert len(logs(session)) == 2
    assert session.scalar(sa.select(sa.func.count()).select_from(Gathering)) == 2


def test_a_second_session_on_a_day_is_kept_with_a_notice(visitor, club, session):
    page = visitor.sign_in(club.account).get(club.address)
    visitor.post(club.address, sent(page, club))
    day = logs(session)[-1].held_on.isoformat()
    page = visitor.get(club.address)
    page = visitor.post(club.address, sent(page, club, on=day, at="00:05"))
    assert "There is more than one session on this day." in page.text
    assert len(logs(session)) == 3


BAD = {
    "future": ({"on": "2199-01-01"}, "This has not happened yet. Log it afterwards."),
    "before": ({"on": "2020-01-01"}, "This match began on"),
    "year 1": ({"on": "0001-01-01"}, "Check the year."),
    "year 9999": ({"on": "9999-12-31"}, "Check the year."),
    "no day": ({"on": ""}, "Write the day."),
    "no time": ({"at": ""}, "Write when it began"),
    "none": ({"minutes": "0"}, "Write how many minutes, 1 to 1440."),
    "too many": ({"minutes": "1441"}, "Write how many minutes, 1 to 1440."),
    "huge": ({"minutes": "9" * 30}, "Write how many minutes, 1 to 1440."),
    "words": ({"minutes": "an hour"}, "Write how many minutes, 1 to 1440."),
    "no such day": ({"on": "2026-02-30"}, "Write the day as year, month, day: 2016-03-04."),
    "no such time": ({"at": "25:00"}, "Write the time as hours and minutes: 17:30."),
    "other duty": ({"duty": "holiday"}, "Choose in what time it was."),
    "no duty": ({"duty": ""}, "Choose in what time it was."),
    "long note": ({"note": "x" * 2001}, "This is too long: 2000 characters at most."),
    "nul": ({"note": "a\x00b"}, "This has a character we cannot keep."),
    "key": ({"client_id": "1; drop table"}, "This page was too old. Save it once more."),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_is_refused_and_kept_on_the_page(visitor, club, session, case):
    values, words = BAD[case]
    page = visitor.sign_in(club.account).get(club.address)
    data = {**sent(page, club), "place": "Gym", "came": [str(club.ids[0])], **values}
    page = visitor.post(club.address, data, status=422)
    assert words in page.text, page.text
    assert page.form(club.address)["place"] == "Gym"
    assert len(logs(session)) == 1


def test_who_is_not_cleared_cannot_be_ticked(visitor, club, objections):
    objections.add(club.ids[1])
    page = visitor.sign_in(club.account).get(club.address)
    assert "Medical form missing. May not take part until it is there." in page.text
    assert "All 2 are marked as here." in page.text
    visitor.post(club.address, sent(page, club))
    assert "2 came" in visitor.page.text


def test_a_mentor_sees_own_matches_and_when_they_are_due(visitor, club, session):
    other = make_match(name="Chess club")
    session.commit()
    page = visitor.sign_in(club.account).get("/matches")
    assert "Homework club" in page.text
    assert "1 day overdue" in page.text
    assert "Chess club" not in page.text
    assert "Propose a match" not in page.text
    assert other.id


def test_a_coordinator_sees_all_and_the_overdue_first(visitor, club, session):
    make_match(name="Chess club", started_at=clock.now() - timedelta(days=60))
    account = make_account(Role.COORDINATOR)
    session.commit()
    page = visitor.sign_in(account).get("/matches")
    assert "2 matches are overdue" in page.text
    assert page.text.index("Chess club") < page.text.index("Homework club")
    assert "Nothing is in this state now." in visitor.get("/matches?state=closed").text


def test_propose_start_pause_and_close(visitor, club, session):
    make_mentee(club.season, "Zoë", "Lindqvist")
    ana = make_account(Role.MENTOR, make_person("Ana", "Reyes"))
    account = make_account(Role.COORDINATOR)
    ana_id, key = ana.person_id, club.season_id
    session.commit()
    visitor.sign_in(account)
    address = f"/matches/new?season={key}"
    page = visitor.get(address)
    youth_id = next(e.get("value") for e in page.tree.iter() if e.get("name") == "youth")
    page = visitor.post(address, {**page.form(address), "youth": [youth_id], "mentors": [str(ana_id)]})
    assert page.h1 == "Zoë Lindqvist & Ana Reyes"
    match_id = session.scalar(sa.select(sa.func.max(Match.id)))
    page = visitor.post(f"/matches/{match_id}/activate", status=422)
    assert "Ana Reyes: no criminal check in force." in page.text
    assert "Zoë Lindqvist: no guardian has signed the commitment." in page.text
    clear_the_way(queries.get_match(match_id), clock.today())
    session.commit()
    for verb, words, status in (
        ("activate", "Active. The mentors can see", MatchStatus.ACTIVE),
        ("pause", "Paused. The mentors no longer", MatchStatus.PAUSED),
        ("activate", "Active. The mentors can see", MatchStatus.ACTIVE),
    ):
        page = visitor.post(f"/matches/{match_id}/{verb}")
        assert words in page.text, page.text
        assert session.scalar(sa.select(Match.status).where(Match.id == match_id)) is status
    page = visitor.post(f"/matches/{match_id}/close", status=422)
    assert "Begin the closure first: no match ends without one." in page.text
    page = visitor.post(f"/matches/{match_id}/activate", status=422)
    assert "This match is active already." in page.text


def test_a_proposal_without_people_keeps_what_was_typed(visitor, club, session):
    make_mentee(club.season, "Zoë", "Lindqvist")
    account = make_account(Role.COORDINATOR)
    key = club.season_id
    session.commit()
    address = f"/matches/new?season={key}"
    page = visitor.sign_in(account).get(address)
    page = visitor.post(address, {**page.form(address), "name": "Reading hour"}, status=422)
    assert "Choose at least one young person." in page.text
    assert "Choose at least one mentor." in page.text
    assert page.form(address)["name"] == "Reading hour"


@pytest.mark.parametrize("value", ["x", "-1", "9" * 30, "1.5", "\x00"])
def test_only_who_was_offered_can_be_proposed(visitor, club, session, value):
    make_mentee(club.season, "Zoë", "Lindqvist")
    account = make_account(Role.COORDINATOR)
    key, matched = club.season_id, str(club.ids[0])
    session.commit()
    address = f"/matches/new?season={key}"
    page = visitor.sign_in(account).get(address)
    data = {**page.form(address), "youth": [matched, value], "mentors": [value]}
    page = visitor.post(address, data, status=422)
    assert "Choose at least one young person." in page.text
    visitor.post(address, {**data, "every_days": value}, status=422)


def test_a_season_without_anybody_waiting_says_so(visitor, club, session):
    account = make_account(Role.COORDINATOR)
    session.commit()
    assert "Nobody is waiting" in visitor.sign_in(account).get("/matches/new").text


def test_a_paused_match_hides_names_and_the_log(visitor, club, session):
    account = make_account(Role.COORDINATOR)
    session.commit()
    visitor.sign_in(account).get(club.page)
    visitor.post(f"{club.page}/pause")
    other = type(visitor)(visitor.app).sign_in(club.account)
    page = other.get(club.page)
    assert "Yusuf Abdi" not in page.text
    assert "Log a session" not in page.text


def test_sessions_are_paged(visitor, club, session):
    match = session.get(Match, club.match_id, options=[sa.orm.joinedload(Match.group)])
    marks = dict.fromkeys(club.ids, Mark.PRESENT)
    for number in range(21):
        make_session(match, club.mentor, clock.now() - timedelta(days=9, hours=-2 * number), marks, now=clock.now())
    session.commit()
    page = visitor.sign_in(club.account).get(club.page)
    assert page.text_source.count('class="date"') == 20
    page = visitor.get(page.link("Next page"))
    assert page.text_source.count('class="date"') == 2
    visitor.get(f"{club.page}?after=nonsense")


def test_the_pages_speak_spanish(visitor, club):
    visitor.sign_in(club.account)
    page = visitor.get(f"/language/es?next={club.address}")
    assert "Guardar la sesión" in page.text
    assert "¿Quién vino?" in page.text
    page = visitor.get(club.page)
    assert "minutos" in page.text
    assert "Sessions" not in page.text


def test_the_log_is_light(visitor, club):
    page = visitor.sign_in(club.account).get(club.address)
    assert len(page.text_source.encode()) < 50_000


PATHS = {
    "show": ("GET", ""),
    "new_session": ("GET", "/sessions/new"),
    "create_session": ("POST", "/sessions/new"),
    "activate": ("POST", "/activate"),
    "pause": ("POST", "/pause"),
    "close": ("POST", "/close"),
}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("path", PATHS)
def test_anothers_match_looks_like_none(visitor, club, session, role, path):
    account = make_account(role, program_id=club.program_id + 1000 if role is Role.COORDINATOR else None)
    match_id, page = club.match_id, club.page
    session.commit()
    visitor.sign_in(account)
    method, tail = PATHS[path]
    source = visitor.raw("/today").get_data(as_text=True)
    token = source.split('name="csrf_token" value="')[1].split('"')[0]
    bodies = set()
    for address in (page + tail, f"/matches/{10**9}{tail}"):
        data = {"csrf_token": token} if method == "POST" else None
        answer = visitor.raw(address, method, data=data, headers={"Referer": "http://localhost/"})
        assert answer.status_code == 404, address
        bodies.add(answer.get_data(as_text=True).replace(address, ""))
    assert len({_without_language(body) for body in bodies}) == 1
    assert session.scalar(sa.select(Match.status).where(Match.id == match_id)) is MatchStatus.ACTIVE


def _without_language(body):
    """The 404 page but for the address in its language switch and the nonces."""
    return "".join(
        line
        for line in body.splitlines(True)
        if "/language/" not in line and "nonce" not in line and "csrf" not in line
    )


def test_a_mentor_changes_no_match(visitor, club):
    visitor.sign_in(club.account).get("/matches")
    for path in ("/activate", "/pause", "/close"):
        visitor.post(club.page + path, status=404)
    visitor.get("/matches/new", status=404)


def test_another_mentor_does_not_log_here(visitor, club, session):
    stranger = make_account(Role.MENTOR)
    session.commit()
    visitor.sign_in(stranger).get("/matches")
    visitor.post(club.address, {"minutes": "60"}, status=404)
    assert len(logs(session)) == 1
