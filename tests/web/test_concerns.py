"""Raising a concern from anywhere, and the pages of those who read it."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account
from tests.makers.concerns import make_concern, make_readers
from tests.makers.mentoring import make_match, make_mentee, make_mentoring_season
from tests.makers.people import make_guardian, make_person
from tests.support.clearing import only_these_are_not_cleared
from youthprog.access.services import end_session, issue_link
from youthprog.access.types import LinkPurpose, Role
from youthprog.concerns.models import Concern, ConcernEntry
from youthprog.concerns.services import tell_who_waits
from youthprog.concerns.types import Entry
from youthprog.core import clock
from youthprog.core.actor import Actor
from youthprog.mentorship.models import Match
from youthprog.mentorship.types import MatchStatus
from youthprog.operations.logs import JsonLines
from youthprog.outreach.models import Message

WORDS = "Every Tuesday he shouts at Yusuf."


class Home:
    """A mentor's match, the guardian of its youth, two who read concerns and an administrator."""

    def __init__(self, session):
        now = clock.now()
        season = make_mentoring_season()
        season.starts_on, season.ends_on = (now - timedelta(days=90)).date(), (now + timedelta(days=90)).date()
        self.mentor = make_person("Lena", "Kowalczyk")
        self.mentor_account = make_account(Role.MENTOR, self.mentor)
        self.youth = make_mentee(season)
        self.guardian = make_guardian(self.youth, "Samira", "Abdi")
        self.guardian_account = make_account(Role.GUARDIAN, self.guardian)
        self.match = make_match(self.mentor, self.youth, season=season, started_at=now - timedelta(days=30))
        self.readers = make_readers()
        self.admin = make_account(Role.ADMIN)
        self.coordinator = make_account(Role.COORDINATOR)
        self.match_page = f"/matches/{self.match.id}"
        session.commit()

    def token(self, session, person, purpose):
        _id, token = issue_link(purpose, person.id, person.id, days=7, now=clock.now())
        session.commit()
        return token


@pytest.fixture
def home(app, session):
    with only_these_are_not_cleared(app):
        yield Home(session)


def concerns(session):
    session.expire_all()
    return session.scalars(sa.select(Concern).order_by(Concern.id)).all()


def entries(session, kind):
    session.expire_all()
    return session.scalars(sa.select(ConcernEntry).where(ConcernEntry.kind == kind)).all()


def test_two_taps_from_any_page(visitor, home, session):
    today = visitor.sign_in(home.mentor_account).get("/today")
    page = visitor.get(today.link("Worried about somebody"))
    assert page.h1 == "Tell us what worries you"
    assert "Noah Berg, Ines Castellano" in page.text
    done = visitor.post("/concern", concern_form(page))
    assert done.h1 == "We have received it"
    assert len(concerns(session)) == 1
    assert {each.person_id for each in entries(session, Entry.TOLD)} == {each.person_id for each in home.readers}


def concern_form(page, **values):
    """The page's form as it stands, with some values changed."""
    return {**page.form(), **values}


def test_the_words_are_sealed_and_the_letters_say_nothing(visitor, home, session):
    page = visitor.sign_in(home.guardian_account).get("/concern")
    visitor.post(
        "/concern", concern_form(page, words=WORDS, who="Coach Somebody", danger="yes", youth=str(home.youth.id))
    )
    concern = concerns(session)[0]
    assert WORDS.encode() not in concern.words_sealed
    assert (concern.unseal("words_sealed"), concern.unseal("who_sealed")) == (WORDS, "Coach Somebody")
    letters = session.scalars(sa.select(Message)).all()
    assert {each.person_id for each in letters} == {each.person_id for each in home.readers}
    for letter in letters:
        said = f"{letter.subject} {letter.unseal('text_sealed')} {letter.unseal('html_sealed')}"
        assert not any(part in said for part in ("Yusuf", "Abdi", "Samira", "shouts", "Somebody else", "danger"))
        assert "/concerns" in said


def test_a_failure_keeps_what_was_written_and_logs_nothing_of_it(visitor, home, session, caplog):
    page = visitor.sign_in(home.guardian_account).get("/concern")
    values = concern_form(page, words=WORDS)
    caplog.set_level("DEBUG")
    caplog.clear()
    with patch("youthprog.concerns.services.queries.find_raised", side_effect=RuntimeError(WORDS)):
        page = visitor.post("/concern", values, status=503)
    assert WORDS in page.text_source
    assert "could not be saved just now" in page.text
    assert concerns(session) == []
    assert visitor.post("/concern", concern_form(page)).h1 == "We have received it"
    said = "\n".join(JsonLines().format(each) for each in caplog.records)
    assert "could not be kept" in said
    assert not any(part in said for part in ("shouts", "Yusuf", "Samira", "Abdi"))


def test_letters_that_cannot_be_written_keep_no_concern_back(visitor, home, session):
    page = visitor.sign_in(home.guardian_account).get("/concern")
    with patch("youthprog.concerns.services.outreach.send", side_effect=RuntimeError("no template")):
        visitor.post("/concern", concern_form(page, words=WORDS))
    assert len(concerns(session)) == 1
    assert entries(session, Entry.TOLD) == []
    list(tell_who_waits(clock.now()))
    assert {each.person_id for each in entries(session, Entry.TOLD)} == {each.person_id for each in home.readers}


def test_the_same_form_twice_is_one_concern(visitor, home, session):
    page = visitor.sign_in(home.guardian_account).get("/concern")
    for _time in range(2):
        visitor.post("/concern", concern_form(page, words=WORDS))
    assert len(concerns(session)) == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(Message)) == 2


def test_who_raised_it_sees_that_it_was_received_and_no_word_of_it(visitor, home):
    page = visitor.sign_in(home.guardian_account).get("/concern")
    done = visitor.post("/concern", concern_form(page, words=WORDS))
    assert "We have received it:" in done.text
    page = visitor.get("/concern")
    assert "Received" in page.text
    assert "shouts" not in page.text_source


def test_a_guardians_flag_stops_the_mentor_at_once(visitor, home, session):
    before = visitor.sign_in(home.mentor_account).get(home.match_page)
    assert "Yusuf" in before.text
    page = visitor.sign_in(home.guardian_account).get("/concern")
    assert "Lena Kowalczyk" in page.text
    visitor.post("/concern", concern_form(page, adults=str(home.mentor.id)))
    session.expire_all()
    assert session.get(Match, home.match.id).status is MatchStatus.PAUSED
    after = visitor.sign_in(home.mentor_account).get(home.match_page)
    assert "The coordinator has paused this match." in after.text
    assert "Yusuf" not in after.text
    assert "concern" not in after.text.lower()
    assert visitor.raw(f"/youth/{home.youth.id}").status_code == 404


def test_a_stopped_match_goes_on_only_when_the_stop_is_lifted(visitor, home, session):
    page = visitor.sign_in(home.guardian_account).get("/concern")
    visitor.post("/concern", concern_form(page, youth=str(home.youth.id), adults=str(home.mentor.id)))
    key = concerns(session)[0].id
    visitor.sign_in(home.coordinator).get(home.match_page)
    refused = visitor.post(f"{home.match_page}/activate", {}, form_from=home.match_page, status=422)
    assert "stays paused until those who look after safety agree" in refused.text
    visitor.sign_in(home.readers[0]).get(f"/concerns/{key}")
    pair = {"do": "lift", "adult_id": home.mentor.id, "youth_id": home.youth.id}
    visitor.post(f"/concerns/{key}/contact", pair, form_from=f"/concerns/{key}")
    visitor.sign_in(home.coordinator)
    visitor.post(f"{home.match_page}/activate", {}, form_from=home.match_page)
    session.expire_all()
    assert session.get(Match, home.match.id).status is MatchStatus.ACTIVE


def test_a_leaders_concern_stops_nobody_but_those_who_read_it_can(visitor, home, session):
    coach = make_account(Role.COACH)
    concern = make_concern(
        Actor("account", person_id=coach.person_id), now=clock.now(), youth_ids=(home.youth.id,),
        adult_ids=(home.mentor.id,),
    )  # fmt: skip
    session.commit()
    assert session.get(Match, home.match.id).status is MatchStatus.ACTIVE
    page = visitor.sign_in(home.readers[0]).get(f"/concerns/{concern.id}")
    assert "Stop their mentoring" in page.text
    pair = {"do": "stop", "adult_id": home.mentor.id, "youth_id": home.youth.id}
    visitor.post(f"/concerns/{concern.id}/contact", pair, form_from=f"/concerns/{concern.id}")
    session.expire_all()
    assert session.get(Match, home.match.id).status is MatchStatus.PAUSED


@pytest.mark.parametrize("purpose", [LinkPurpose.CONCERN, LinkPurpose.CONSENT, LinkPurpose.CALENDAR])
def test_a_signed_link_is_enough(visitor, home, session, purpose):
    who = home.youth if purpose is LinkPurpose.CONCERN else home.guardian
    path = f"/concern/{home.token(session, who, purpose)}"
    page = visitor.get(path)
    assert "Lena Kowalczyk" in page.text
    is_young = purpose is LinkPurpose.CONCERN
    assert ("Which young person is it about?" in page.text) is not is_young, "one who writes oneself is not asked"
    done = visitor.post(path, concern_form(page, words=WORDS, adults=str(home.mentor.id)))
    assert done.h1 == "We have received it"
    assert [each.person_id for each in entries(session, Entry.RAISED)] == [who.id]
    assert [each.person_id for each in entries(session, Entry.ABOUT_YOUTH)] == [who.id] * is_young
    session.expire_all()
    assert session.get(Match, home.match.id).status is MatchStatus.PAUSED
    again = visitor.get(path)
    assert "Received" not in again.text, "a link may lie in a mailbox others read"


def test_the_pages_behind_a_link_lead_there_with_it(visitor, home, session):
    token = home.token(session, home.guardian, LinkPurpose.CALENDAR)
    assert visitor.get(f"/seen/{token}").link("Worried about somebody") == f"/concern/{token}"


def test_a_sign_in_that_ended_costs_nobody_what_was_written(visitor, home, session):
    page = visitor.sign_in(home.guardian_account).get("/concern")
    values = concern_form(page, words=WORDS)
    with visitor.client.session_transaction() as cookie:
        end_session(cookie["_user_id"], now=clock.now())
    session.commit()
    done = visitor.post("/concern", values)
    assert done.h1 == "We have received it"
    assert concerns(session)[0].unseal("words_sealed") == WORDS


def test_a_stranger_reads_whom_to_call_and_keeps_what_was_written(visitor, home, session):
    page = visitor.get("/concern")
    assert "Call 911 first" in page.text
    assert "Lena" not in page.text
    page = visitor.post("/concern", {"words": WORDS}, form_from="/sign-in", status=422)
    assert WORDS in page.text_source
    assert concerns(session) == []


def test_too_long_is_refused_and_kept(visitor, home, session):
    page = visitor.sign_in(home.guardian_account).get("/concern")
    words = "Now. " * 2001
    page = visitor.post("/concern", concern_form(page, words=words, who="Ana"), status=422)
    assert words.strip() in page.text_source
    assert 'value="Ana"' in page.text_source
    assert concerns(session) == []


def test_only_who_was_offered_can_be_ticked(visitor, home, session):
    stranger = make_person("Otto", "Stranger")
    session.commit()
    page = visitor.sign_in(home.mentor_account).get("/concern")
    visitor.post("/concern", concern_form(page, adults=str(stranger.id), youth=str(stranger.id)))
    assert entries(session, Entry.ABOUT_ADULT) == []
    assert entries(session, Entry.ABOUT_YOUTH) == []


def test_raising_works_while_nobody_is_named(visitor, home, session):
    for role in (Role.SAFEGUARDING, Role.SAFEGUARDING_FURTHER):
        session.execute(
            sa.text("UPDATE role_grant SET until_on = '2020-01-01' WHERE role = :role"), {"role": role.value}
        )
    session.commit()
    page = visitor.sign_in(home.guardian_account).get("/concern")
    assert "name those who will read it" in page.text
    visitor.post("/concern", concern_form(page, words=WORDS))
    letters = session.scalars(sa.select(Message)).all()
    assert [each.person_id for each in letters] == [home.admin.person_id]
    assert "shouts" not in (letters[0].unseal("text_sealed") or "")
    assert visitor.sign_in(home.admin).get("/concerns/people").h1 == "Who reads concerns"
    assert visitor.raw("/concerns").status_code == 404


def test_answering_for_it_notes_and_outcome_are_kept_by_name(visitor, home, session):
    concern = make_concern(Actor("account", person_id=home.guardian.id), now=clock.now(), words=WORDS)
    session.commit()
    here = f"/concerns/{concern.id}"
    page = visitor.sign_in(home.readers[0]).get("/concerns")
    assert page.link("m")  # a row leads on
    page = visitor.get(here)
    assert WORDS in page.text
    assert "Samira Abdi" in page.text
    early = visitor.post(f"{here}/add", {"words": "It ended well.", "kind": "outcome"}, form_from=here, status=422)
    assert "Say first that you answer for this." in early.text
    visitor.post(f"{here}/acknowledge", {}, form_from=here)
    visitor.post(f"{here}/add", {"words": "I called the mother.", "kind": "note"}, form_from=here)
    page = visitor.post(f"{here}/add", {"words": "It ended well.", "kind": "outcome"}, form_from=here)
    for said in ("Ines Castellano answers for it", "I called the mother.", "It ended well.", "Outcome recorded"):
        assert said in page.text
    second = visitor.post(f"{here}/acknowledge", {}, form_from=here, status=422)
    assert "Somebody answers for this already." in second.text


def test_whom_it_is_about_never_learns_of_it(visitor, home, session):
    """Also when this is somebody who reads concerns: the same bytes as for a concern that does not exist."""
    about, other = home.readers
    concern = make_concern(
        Actor("account", person_id=home.guardian.id), now=clock.now(), words=WORDS, adult_ids=(about.person_id,)
    )
    session.commit()
    told = {each.person_id for each in entries(session, Entry.TOLD)}
    assert told == {other.person_id, home.admin.person_id}
    visitor.sign_in(about)
    assert "No concern" in visitor.get("/concerns").text
    bodies = []
    for key in (concern.id, 10**9):
        answer = visitor.raw(f"/concerns/{key}")
        assert answer.status_code == 404
        bodies.append(answer.get_data(as_text=True).replace(f"/concerns/{key}", ""))
    assert bodies[0] == bodies[1]
    assert WORDS in visitor.sign_in(other).get(f"/concerns/{concern.id}").text


def test_it_is_kept_from_one_of_us_from_then_on(visitor, home, session):
    concern = make_concern(Actor("account", person_id=home.guardian.id), now=clock.now(), words=WORDS)
    session.commit()
    here = f"/concerns/{concern.id}"
    first, second = home.readers
    visitor.sign_in(first)
    visitor.post(f"{here}/keep-from", {"adult_id": second.person_id}, form_from=here)
    assert visitor.raw(here).status_code == 200
    visitor.sign_in(second)
    assert visitor.raw(here).status_code == 404


@pytest.mark.parametrize(
    ("first", "says"),
    [("", "Name at least 2 people"), ("{0}", "Name at least 2 people"), ("{0}\n{0}", "Name at least 2 people"),
     ("{0}\nnobody@city.example", "No open account has the address nobody@city.example")],
)  # fmt: skip
def test_fewer_than_two_cannot_be_named(visitor, home, session, first, says):
    emails = [each.email for each in home.readers]
    visitor.sign_in(home.admin).get("/concerns/people")
    page = visitor.post(
        "/concerns/people", {"first": first.format(*emails), "further": ""}, form_from="/concerns/people", status=422
    )
    assert says in page.text


def test_two_others_are_named_and_who_is_named_no_longer_reads_nothing(visitor, home, session):
    emails = [home.coordinator.email, home.readers[1].email]
    visitor.sign_in(home.admin).get("/concerns/people")
    visitor.post(
        "/concerns/people", {"first": "\n".join(emails), "further": home.mentor_account.email},
        form_from="/concerns/people",
    )  # fmt: skip
    assert visitor.sign_in(home.coordinator).get("/concerns").h1 == "Concerns"
    assert visitor.sign_in(home.mentor_account).get("/concerns").h1 == "Concerns"
    visitor.sign_in(home.readers[0])
    assert visitor.raw("/concerns").status_code == 404


def test_a_role_named_together_is_not_taken_alone(visitor, home, session):
    account = home.readers[0]
    visitor.sign_in(home.admin).get(f"/accounts/{account.id}")
    grant_id = session.scalar(sa.text("SELECT id FROM role_grant WHERE account_id = :id"), {"id": account.id})
    path = f"/accounts/{account.id}"
    answer = visitor.post(f"{path}/roles/{grant_id}/take", {}, form_from=path, status=422)
    assert "named on a page of its own" in answer.text


def test_a_youths_own_link_is_made_and_shown_once(visitor, home, session):
    path = f"/youth/{home.youth.id}/concern-link"
    visitor.sign_in(home.coordinator).get(path)
    page = visitor.post(path, {}, form_from=path)
    token = page.text.split("/y/")[1].split()[0]
    own = visitor.get(f"/y/{token}")
    assert own.h1 == f"Hello, {home.youth.first_name}"
    assert visitor.get(own.link("Tell us what worries you")).h1 == "Tell us what worries you", "one tap to the form"
    older = token
    page = visitor.post(path, {}, form_from=path)
    assert page.text.split("/y/")[1].split()[0] != older
    assert {visitor.raw(f"/{where}/{older}").status_code for where in ("concern", "y")} == {404}


def test_the_page_is_light_and_in_spanish(visitor, home):
    page = visitor.sign_in(home.guardian_account).get("/concern")
    assert len(page.text_source.encode()) < 50_000
    visitor.get("/language/es?next=/concern")
    assert visitor.page.h1 == "Cuéntenos qué le preocupa"
