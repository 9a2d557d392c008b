"""Logging a session as pages: a group in three taps, drafts, reasons, corrections, and the link of a reminder."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account
from tests.makers.mentoring import make_match, make_mentee, make_mentoring_season, make_session
from tests.makers.people import make_person
from tests.makers.programs import lead
from tests.support.clearing import only_these_are_not_cleared
from youthprog.access.models import SignedLink
from youthprog.access.services import issue_link
from youthprog.access.types import LinkPurpose, Role
from youthprog.attendance.types import Mark
from youthprog.audit.models import AuditEntry
from youthprog.core import clock
from youthprog.mentorship.models import Match
from youthprog.mentorship.sessions.models import ExpectedSession, SessionAmendment, SessionDraft, SessionLog
from youthprog.programs.models import Group as ProgramGroup
from youthprog.programs.types import StaffRole

GIVEN = ("Thảo My", "Emmanuel", "Jacqueline", "Yusuf", "Marisol", "Finn", "Zoë")
MOST_BYTES = 50_000


@pytest.fixture(autouse=True)
def objections(app):
    """Everybody is cleared."""
    with only_these_are_not_cleared(app) as barred:
        yield barred


class Group:
    """A mentor with young people, met twice before; the last expected session has no log."""

    def __init__(self, session, count=7):
        now = clock.now()
        self.mentor = make_person("Lena", "Kowalczyk")
        self.account, self.leader = make_account(Role.MENTOR, self.mentor), make_account(Role.COORDINATOR)
        season = make_mentoring_season()
        youth = [
            make_mentee(season, given, f"St. Clair-Beaumont{number}") for number, given in enumerate(GIVEN[:count])
        ]
        match = make_match(
            self.mentor, *youth, season=season, started_at=now - timedelta(days=30), name="Homework club"
        )
        self.ids = [each.id for each in youth]
        for days in (16, 9):
            make_session(match, self.mentor, now - timedelta(days=days), dict.fromkeys(self.ids, Mark.PRESENT), now=now)
        self.due = ExpectedSession(match_id=match.id, due_on=clock.day_of(now - timedelta(days=2)))
        session.add(self.due)
        session.flush()
        self.link_id, token = issue_link(LinkPurpose.SESSION_LOG, self.mentor.id, self.due.id, days=7, now=now)
        self.link, self.due_on = f"/log/{token}", self.due.due_on
        self.page, self.match_id, self.mentor_id = f"/matches/{match.id}", match.id, self.mentor.id
        self.new, self.draft = f"{self.page}/sessions/new", f"{self.page}/sessions/draft"
        session.commit()

    def sent(self, page, address=None, **values):
        """The log as it stands, everybody ticked, with something changed."""
        return {**page.form(address or self.new), "came": [str(each) for each in self.ids], **values}


@pytest.fixture
def group(session):
    return Group(session)


def logs(session):
    session.rollback()
    return session.scalars(sa.select(SessionLog).order_by(SessionLog.id)).all()


def test_a_group_of_seven_is_on_one_light_page_ready_to_be_confirmed(visitor, group, session):
    page = visitor.sign_in(group.account).get(group.new)
    assert len(page.text_source.encode()) <= MOST_BYTES
    assert page.text_source.count('name="came"') == 7
    visitor.post(group.new, group.sent(page))
    log = logs(session)[-1]
    assert (len(logs(session)), log.minutes, log.observable, log.mentor_ids) == (3, 60, True, [group.mentor_id])


def test_no_session_is_too_short_and_a_slip_is_pointed_at(visitor, group, session):
    page = visitor.sign_in(group.account).get(group.new)
    page = visitor.post(group.new, group.sent(page, minutes="1", mood="hard", goal="Read alone"))
    assert "It says 1 minutes. If that is a slip, correct it below." in page.text
    assert "Goal: Read alone" in page.text
    assert "short" in logs(session)[-1].flags  # whoever logs at night is asked about that too


def test_the_reason_is_asked_for_and_seen_the_same_day(visitor, group, session):
    page = visitor.sign_in(group.account).get(group.new)
    alone = {"came": [str(group.ids[0])], "observable": "no"}
    page = visitor.post(group.new, group.sent(page, **alone), status=422)
    assert "Write why one adult was with one young person" in page.text
    visitor.post(group.new, {**page.form(group.new), **alone, "reason": "The others were ill."})
    other = type(visitor)(visitor.app).sign_in(group.leader)
    page = other.get("/today")
    assert "session to look at" in page.text
    assert "The others were ill." in page.text
    log_id = logs(session)[-1].id
    page = other.post(f"/sessions/{log_id}/seen")
    assert "session to look at" not in page.text
    assert "Seen by" in other.get(group.page).text
    visitor.post(f"/sessions/{log_id}/seen", status=404)


def test_who_could_see_is_not_guessed_for_one_young_person(visitor, session):
    pair = Group(session, 1)
    session.execute(sa.update(SessionLog.__table__).values(observable=None))
    session.commit()
    page = visitor.sign_in(pair.account).get(pair.new)
    page = visitor.post(pair.new, pair.sent(page), status=422)
    assert "Say whether others could see you." in page.text


def test_what_did_not_take_place_is_said_on_the_same_page(visitor, group, session):
    page = visitor.sign_in(group.account).get(group.new)
    page = visitor.post(group.new, group.sent(page, not_held="family", minutes=""))
    assert "The family canceled" in page.text
    assert len(logs(session)) == 2


# ---- drafts ----


def test_a_draft_of_the_whole_form_outlives_the_sign_in_without_a_script(visitor, group, session):
    page = visitor.sign_in(group.account).get(group.new)
    left = group.sent(
        page, came=[str(group.ids[3])], minutes="abc", note="We read", goal="Math", mood="mixed", observable="no",
        place="Gym", activities=["sport"], mode="video", at="", **{f"why-{group.ids[0]}": "excused"},
    )  # fmt: skip
    visitor.post(group.draft, left)
    visitor.post("/sign-out")
    page = visitor.sign_in(group.account).get(group.new)
    assert "Your draft of" in page.text
    kept = page.form(group.new)
    for name in ("note", "goal", "mood", "observable", "place", "mode", "client_id", f"why-{group.ids[0]}"):
        assert kept[name] == left[name], name
    assert page.text_source.count('name="came"') - page.text_source.count(" checked data-reveals") == 6
    page = visitor.post(group.draft, {**page.form(group.draft), "do": "drop"})
    assert "Your draft of" not in page.text
    assert session.scalar(sa.select(sa.func.count()).select_from(SessionDraft)) == 0


def test_a_draft_is_nobody_else_s_and_goes_with_the_log(visitor, group, session):
    page = visitor.sign_in(group.account).get(group.new)
    visitor.post(group.draft, group.sent(page, note="Mine"))
    visitor.post(group.draft, {**group.sent(page), "client_id": "1; drop"}, status=404)
    visitor.post(group.new, group.sent(page, note="Mine"))
    assert session.scalar(sa.select(sa.func.count()).select_from(SessionDraft)) == 0
    assert "Your draft of" not in visitor.get(group.new).text


# ---- a phone's outbox ----


def test_a_phone_sends_a_log_twice_and_hears_what_is_wrong(visitor, group, session):
    page = visitor.sign_in(group.account).get(group.new)
    told = visitor.raw(f"{group.page}/sessions/phone.json").get_json()
    headers = {"Accept": "application/json", "X-CSRFToken": told["token"], "Referer": "http://localhost/"}
    values = {name: value for name, value in group.sent(page).items() if name != "csrf_token"}
    for _time in range(3):
        assert visitor.raw(group.new, "POST", data=values, headers=headers).get_json()["state"] == "kept"
    assert len(logs(session)) == 3
    wrong = visitor.raw(
        group.new, "POST", data={**values, "client_id": values["client_id"][:-1] + "f", "minutes": "0"}, headers=headers
    )
    assert (wrong.status_code, wrong.get_json()["says"]) == (422, ["Write how many minutes, 1 to 1440."])
    assert "kowalczyk" not in told["owner"].lower()


# ---- corrections ----


def test_a_log_is_corrected_by_its_mentor_and_says_so(visitor, group, session):
    visitor.sign_in(group.account).get(group.page)
    log_id = logs(session)[-1].id
    address = f"/sessions/{log_id}/edit"
    page = visitor.get(address)
    values = {**page.form(address), "came": [str(each) for each in group.ids], "why": "Nothing."}
    assert "Nothing is changed." in visitor.post(address, values, status=422).text
    values = {**page.form(address), "came": [str(each) for each in group.ids[1:]], "minutes": "45"}
    page = visitor.post(address, values, status=422)
    assert "Write in a few words what was wrong." in page.text
    page = visitor.post(address, {**values, "why": "Left early."})
    assert "Left early." in page.text
    assert ": minutes, who came. Left early." in page.text
    assert session.scalars(sa.select(SessionAmendment.became)).one()["minutes"] == 45
    stranger = type(visitor)(visitor.app).sign_in(make_account(Role.MENTOR))
    stranger.get(address, status=404)


# ---- the link of a reminder ----


def test_the_link_opens_one_session_and_uses_nothing_up(visitor, group, session):
    for _time in range(2):
        page = visitor.get(group.link)
    assert page.h1 == "Log a session"
    assert "Yusuf" in page.text
    assert "St. Clair" not in page.text_source
    assert "tel:" not in page.text_source.split("<main")[1].split("</main")[0]
    assert session.scalar(sa.select(SignedLink.used_at).where(SignedLink.id == group.link_id)) is None
    page = visitor.post(group.link, group.sent(page, group.link), status=200)
    assert page.h1 == "Thank you"
    log = logs(session)[-1]
    assert (log.held_on, log.logged_by_id) == (group.due_on, group.mentor_id)
    line = session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "session.logged").order_by(AuditEntry.number.desc())
    ).first()
    assert (line.actor_kind, line.actor_name) == ("link", "Lena Kowalczyk")
    assert visitor.get(group.link).h1 == "Thank you"
    assert visitor.raw(group.page).status_code == 303  # nobody is signed in


def test_the_link_logs_no_other_day_and_ends_after_seven_days(visitor, group, session):
    page = visitor.get(group.link)
    early = (group.due_on - timedelta(days=8)).isoformat()
    page = visitor.post(group.link, group.sent(page, group.link, on=early), status=422)
    assert "This link is for the session of" in page.text
    assert len(logs(session)) == 2
    session.execute(sa.update(SignedLink.__table__).values(expires_at=clock.now() - timedelta(seconds=1)))
    session.commit()
    visitor.get(group.link, status=404)


def test_the_list_says_how_soon_sessions_are_logged_and_what_that_means(visitor, group, session):
    page = visitor.sign_in(group.leader).get("/matches")
    assert "of sessions were logged within 7 days." in page.text
    assert "Expected sessions that nobody logged within 7 days count as not in time" in page.text
    assert "Logged in time" not in type(visitor)(visitor.app).sign_in(group.account).get("/matches").text


def test_two_mentors_of_a_group_one_tap_each_and_the_second_changes_or_was_not_there(visitor, group, session):
    second = make_person("Bea", "Okafor")
    account = make_account(Role.MENTOR, second)
    match = session.get_one(Match, group.match_id)
    lead(second, session.get_one(ProgramGroup, match.group_id), StaffRole.MENTOR).from_on = match.started_on
    session.commit()
    page = visitor.sign_in(group.account).get(group.new)
    assert len(page.text_source.encode()) <= MOST_BYTES
    assert "Time of Bea Okafor" in page.text
    sent = group.sent(page, mentors=[str(group.mentor_id), str(second.id)])
    page = visitor.post(group.draft, {**sent, f"duty-{second.id}": "civilian"})
    assert page.form(group.new)[f"duty-{second.id}"] == "civilian", "a draft keeps it"
    visitor.post(group.new, group.sent(page, mentors=sent["mentors"]))
    log = logs(session)[-1]
    assert (log.duty.value, log.duties[str(second.id)]["duty"]) == ("on_duty", "civilian")
    theirs = type(visitor)(visitor.app).sign_in(account)
    page = theirs.get("/today")
    assert "Somebody logged it for both of you. Is this your time?" in page.text
    address = f"/hours/own/{log.id}"
    page = theirs.post(address, page.form(address))
    assert "session to confirm" not in page.text, "one tap, and Today is back"
    assert logs(session)[-1].duties[str(second.id)] == {"duty": "civilian", "minutes": None, "said": True}
    assert "Led too: Bea Okafor (civilian)" in visitor.get(group.page).text
    theirs.get("/hours")
    assert "1 to 60" in theirs.post(address, {"duty": "off_duty", "minutes": "61"}, status=422).text
    theirs.post(address, {"duty": "neither", "minutes": "60"}, status=422)
    theirs.post(address, {"duty": "civilian", "minutes": "60", "do": "not_there"})
    assert logs(session)[-1].mentor_ids == [group.mentor_id]
    theirs.post(address, {"duty": "civilian", "minutes": "60"}, status=404)
    visitor.post(address, {"duty": "civilian", "minutes": "60"}, status=404)
