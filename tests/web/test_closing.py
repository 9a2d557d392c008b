"""Closing a match on its pages, from the first line to the letters; a survey behind its link; the evidence file."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account
from tests.makers.mentoring import make_match, make_mentee, make_mentoring_season
from tests.makers.people import make_guardian, make_person
from tests.support.clearing import only_these_are_not_cleared
from youthprog.access.types import Role
from youthprog.core import clock, crypto
from youthprog.core.actor import SYSTEM
from youthprog.documents.models import Document
from youthprog.mentorship.closing.models import MatchClosure
from youthprog.mentorship.closing.services import follow_merge
from youthprog.mentorship.evidence.models import SurveyAnswer, SurveyInstrument
from youthprog.mentorship.models import Match
from youthprog.mentorship.types import MatchStatus
from youthprog.outreach.models import Message
from youthprog.people import services as people_services
from youthprog.people.models import Guardianship, Person
from youthprog.people.types import PeopleMerged

SURVEY = b"name,,How it goes,C\xc3\xb3mo va\naudience,,mentor,\nsource,,Ours,\nlicense,,Ours,\nscale,1,Never,Nunca\nscale,5,Always,Siempre\nquestion,one,Are you glad?,\xc2\xbfContento?\n"


class Closing:
    """A coordinator, and a match that began 14 weeks ago."""

    def __init__(self, session):
        self.season, self.mentor = make_mentoring_season(), make_person("Lena", "Kowalczyk")
        self.yusuf = make_mentee(self.season)
        begun = clock.now() - timedelta(weeks=14)
        match = make_match(self.mentor, self.yusuf, season=self.season, started_at=begun, name="Homework club")
        self.account = make_account(Role.COORDINATOR)
        self.mentor_account = make_account(Role.MENTOR, self.mentor)
        self.match_id, self.program_id = match.id, self.season.program_id
        self.ids = (self.yusuf.id, self.mentor.id)
        self.page = f"/matches/{match.id}/closure"
        session.commit()


@pytest.fixture
def closing(app, session):
    with only_these_are_not_cleared(app):
        yield Closing(session)


def written(closing, page, **values):
    on = clock.today().isoformat()
    said = {
        "way": "expected", "reason": "term_done", "initiator": "program", "ends_on": on, "contact": "none",
        "contact_told_on": on, **{f"rematch-{each}": "later" for each in closing.ids},
    }  # fmt: skip
    for party in ("mentor", "youth", "guardian"):
        said |= {f"{party}_state": "done", f"{party}_on": on, f"{party}_words": f"Words of the {party}."}
    return {**page.form(closing.page), **said, **values}


def test_a_match_is_closed_and_its_letters_verify(visitor, closing, session):
    page = visitor.sign_in(closing.account).get(f"/matches/{closing.match_id}")
    assert "Close this match" in page.text
    visitor.get(closing.page)
    page = visitor.post(f"{closing.page}/open")
    assert "0 of 10 done" in page.text
    page = visitor.post(closing.page, {**page.form(closing.page), "way": "expected"})
    assert "1 of 10 done" in page.text
    page = visitor.post(f"{closing.page}/finish", status=422)
    assert "Choose the reason." in page.text
    page = visitor.get(closing.page)
    page = visitor.post(closing.page, written(closing, page))
    assert "9 of 10 done" in page.text
    page = visitor.post(f"{closing.page}/finish")
    assert "The match has ended." in page.text
    assert "Words of the youth." in page.text
    match = session.get(Match, closing.match_id)
    assert (match.status, match.ended_on) == (MatchStatus.CLOSED, clock.today())
    for document in session.scalars(sa.select(Document)).all():
        assert "This document is genuine" in visitor.get(f"/v/{document.code}").text
        assert "Yusuf" not in visitor.get(f"/v/{document.code}").text
        assert visitor.client.get(f"{closing.page}/{document.id}.pdf").status_code == 200
    letters_go_to_whoever_may_have_them(visitor, closing, session)
    visitor.get(closing.page)
    visitor.post(f"{closing.page}/rematch", {"person": str(closing.ids[1]), "rematch": "unsafe"})
    assert "No: it would not be safe" in visitor.get(closing.page).text


def letters_go_to_whoever_may_have_them(visitor, closing, session):
    yusuf = session.get(Person, closing.ids[0])
    first = session.scalars(sa.select(Guardianship.guardian_id).where(Guardianship.youth_id == yusuf.id)).all()
    kept_away = make_guardian(yusuf, "Omar")
    limits = {"no_collect": False, "no_decide": False, "no_information": True}
    people_services.restrict_custody(
        yusuf, kept_away, **limits, starts_on=clock.today(), by=SYSTEM, now=clock.now()
    )  # fmt: skip
    session.commit()
    visitor.get(closing.page)
    assert "leaves by mail" in visitor.post(f"{closing.page}/mail").text
    letters = session.scalars(sa.select(Message).where(Message.kind == "closure_letter")).all()
    assert {(each.person_id, each.about_youth_id) for each in letters} == {(each, yusuf.id) for each in first}
    assert session.get(Document, letters[0].document_id).kind.value == "closure_letter"
    assert "Nobody is left to be written to" in visitor.post(f"{closing.page}/mail").text


def test_what_was_typed_stays_and_stale_pages_are_told(visitor, closing):
    visitor.sign_in(closing.account).get(closing.page)
    page = visitor.post(f"{closing.page}/open")
    ahead = (clock.today() + timedelta(days=1)).isoformat()
    page = visitor.post(closing.page, written(closing, page, ends_on=ahead), status=422)
    assert "The last day cannot be ahead." in page.text
    assert page.form(closing.page)["youth_words"] == "Words of the youth."
    page = visitor.post(closing.page, {**written(closing, page), "version": "0"}, status=409)
    assert "Somebody else saved meanwhile." in page.text


def test_a_group_asks_for_each_child_and_keeps_what_was_typed_of_each(visitor, session):
    season, begun = make_mentoring_season(), clock.now() - timedelta(weeks=14)
    one, other = make_mentee(season), make_mentee(season, "Amina")
    match = make_match(make_person("Lena", "Kowalczyk"), one, other, season=season, started_at=begun, name="Club")
    ids, here = (one.id, other.id), f"/matches/{match.id}/closure"
    account = make_account(Role.COORDINATOR)
    session.commit()
    visitor.sign_in(account).get(here)
    page = visitor.post(f"{here}/open")
    assert "With the family of Amina" in page.text
    on = clock.today().isoformat()
    said = {f"child-{key}-{party}_{name}": value for key in ids for party in ("youth", "guardian")
            for name, value in (("state", "done"), ("on", on), ("words", f"Words of {party} {key}."))}  # fmt: skip
    lacks = {**page.form(here), **said, f"child-{ids[1]}-guardian_on": ""}
    page = visitor.post(here, lacks, status=422)
    assert "Write the day of the talk." in page.text
    assert page.form(here)[f"child-{ids[1]}-youth_words"] == f"Words of youth {ids[1]}."
    page = visitor.post(here, {**page.form(here), **said})
    assert "2 of 10 done" in page.text
    session.expire_all()
    closure = session.scalars(sa.select(MatchClosure)).one()
    assert closure.interviews["guardian"]["state"] == "done"
    follow_merge(PeopleMerged(one.id, other.id, clock.now()))
    assert set(closure.interviews["children"]) == {str(one.id)}
    assert f"Words of youth {ids[1]}." not in closure.unseal("words_sealed")


def test_tries_are_noted_and_a_closure_is_given_up(visitor, closing, session):
    visitor.sign_in(closing.account).get(closing.page)
    page = visitor.post(f"{closing.page}/open")
    sent = {**page.form(f"{closing.page}/tried"), "how": "visit"}
    assert "This try is written down." in visitor.post(f"{closing.page}/tried", sent).text
    assert "This try is written down already." in visitor.post(f"{closing.page}/tried", sent, status=422).text
    assert "The match goes on." in visitor.post(f"{closing.page}/drop").text
    assert session.scalar(sa.select(MatchClosure.dropped_at)) is not None


def test_a_mentor_logs_on_while_the_match_is_closed_and_reads_no_closure(visitor, closing, session):
    visitor.sign_in(closing.account).get(closing.page)
    visitor.post(f"{closing.page}/open")
    mentor = type(visitor)(visitor.app).sign_in(closing.mentor_account)
    address = f"/matches/{closing.match_id}/sessions/new"
    page = mentor.get(address)
    page = mentor.post(
        address, {**page.form(address), "came": [str(closing.ids[0])], "duty": "on_duty", "observable": "yes"}
    )
    assert "Session saved." in page.text
    assert "closure" not in page.text.lower()
    assert mentor.client.get(closing.page).status_code == 404


def test_whom_a_court_keeps_from_a_child_reads_no_closure_of_it(visitor, closing, session):
    visitor.sign_in(closing.account).get(closing.page)
    visitor.post(f"{closing.page}/open")
    youth, keeper = session.get(Person, closing.ids[0]), session.get(Person, closing.account.person_id)
    people_services.restrict_custody(
        youth, keeper, no_collect=False, no_decide=False, no_information=True, starts_on=clock.today(), by=SYSTEM,
        now=clock.now(),
    )  # fmt: skip
    session.commit()
    assert visitor.client.get(closing.page).status_code == 404
    assert visitor.client.get(f"{closing.page}/1.pdf").status_code == 404


def test_how_long_matches_last_and_the_evidence_file(visitor, closing):
    visitor.sign_in(closing.account)
    page = visitor.get("/matches/retention?from=2020-01-01&until=nonsense")
    assert "Followed this far" in page.text
    page = visitor.get("/matches/evidence?edition=four")
    assert "compare them before you cite one" in page.text
    assert "after B.6.10" in page.text
    table = visitor.client.get("/matches/evidence.csv?edition=four").get_data(as_text=True)
    assert table.count("\n") == 50
    assert visitor.client.get("/matches/evidence.pdf").mimetype == "application/pdf"
    assert visitor.client.get("/matches/evidence?program=987654").status_code == 404


def test_a_survey_is_loaded_sent_and_answered_behind_its_link(visitor, closing, session):
    page = visitor.sign_in(closing.account).get("/matches/surveys")
    data = {**page.form("/matches/surveys"), "program": str(closing.program_id)}
    page = visitor.post("/matches/surveys", {**data, "file": (BytesIO(b"name,,x\n"), "x.csv")}, status=422)
    assert "Say where the survey comes from." in page.text
    page = visitor.post("/matches/surveys", {**data, "file": (BytesIO(SURVEY), "x.csv")})
    assert "Loaded. It is asked from now on." in page.text
    key = session.scalar(sa.select(SurveyInstrument.id))
    address = f"/matches/{closing.match_id}/surveys/{key}?person_id={closing.ids[1]}&months=3"
    page = visitor.get(address)
    page = visitor.post(address, page.form(address), status=422)
    assert "Answer at least one question." in page.text
    token = crypto.token()
    row = SurveyAnswer(
        match_id=closing.match_id, instrument_id=key, person_id=closing.ids[1], months=3,
        token_hash=crypto.fingerprint(token), ends_at=clock.now() + timedelta(days=1),
    )  # fmt: skip
    session.add(row)
    session.commit()
    stranger = type(visitor)(visitor.app)
    page = stranger.get(f"/q/{token}")
    assert "Kowalczyk" not in page.text
    page = stranger.post(f"/q/{token}", {**page.form(f"/q/{token}"), "q-one": "5"})
    assert "Your answers have arrived." in page.text
    assert stranger.client.get(f"/q/{token}").status_code == 404
    session.expire_all()
    assert session.scalar(sa.select(SurveyAnswer.score_hundredths)) == 500
    visitor.post(f"/matches/surveys/{key}/retire")
    assert "No longer asked" in visitor.get("/matches/surveys").text
