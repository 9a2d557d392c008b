"""Matching on its pages: why a pair, what another choice costs, everybody's word, and what is typed stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account, make_actor
from tests.makers.mentoring import make_match, make_mentee, make_mentoring_season
from tests.makers.people import make_person
from tests.support.clearing import only_these_are_not_cleared
from youthprog.access.services import issue_link
from youthprog.access.types import LinkPurpose, Role
from youthprog.core import clock
from youthprog.core.actor import SYSTEM
from youthprog.mentorship.matching import queries, services
from youthprog.mentorship.matching.engine import propose
from youthprog.mentorship.matching.models import MatchOffer, MatchParty, MatchTie
from youthprog.mentorship.matching.types import Fit, Mode, OfferState, Part
from youthprog.mentorship.models import Match

FREE = {"free": [[0, "15:00", "17:00"]], "languages": ["en"]}


class Matching:
    """A season with a waiting youth, two mentors who suit, one of them better, and a run worked out."""

    def __init__(self, session):
        today, now = clock.today(), clock.now()
        self.season = make_mentoring_season()
        self.season.starts_on, self.season.ends_on = today - timedelta(days=30), today + timedelta(days=90)
        self.youth = make_mentee(self.season)
        self.mentors = [make_person("Ana", "Reyes"), make_person("Omar", "Haddad")]
        likes = {self.youth: ["art", "books"], self.mentors[0]: ["art", "books"], self.mentors[1]: ["art"]}
        for person, liked in likes.items():
            services.save_profile(person.id, {**FREE, "likes": liked}, by=SYSTEM, now=now)
        self.accounts = [make_account(Role.MENTOR, person) for person in self.mentors]
        self.coordinator = make_account(Role.COORDINATOR)
        run = services.ask(
            self.season, mode=Mode.TOTAL, every_days=7, in_groups=False, by=make_actor(Role.COORDINATOR), now=now
        )
        services.take_up(run.id, now=now)
        task = queries.task_of(queries.get_run(run.id), today)
        services.keep_result(run.id, propose(task), task)
        self.run, self.youth_id, self.season_id = f"/matching/runs/{run.id}", self.youth.id, self.season.id
        session.commit()

    def propose(self, visitor, session) -> str:
        """Propose the pair on the run's page; returns the proposal's address."""
        visitor.sign_in(self.coordinator).get(self.run)
        visitor.post(f"{self.run}/accept", {"youth": [str(self.youth_id)]})
        return f"/matching/offers/{session.scalars(sa.select(MatchOffer.id)).one()}"

    def party(self, session, part: Part) -> MatchParty:
        """Whose word is asked."""
        session.expire_all()
        return session.scalars(sa.select(MatchParty).where(MatchParty.part == part)).first()


@pytest.fixture
def matching(session):
    return Matching(session)


def test_a_pair_says_why_and_what_the_next_best_would_cost(visitor, matching):
    page = visitor.sign_in(matching.coordinator).get(matching.run)
    assert "Like the same: 40 of 80" in page.text
    assert "Rules kept: " in page.text
    assert "Next best: Omar Haddad, 28 points." in page.text
    assert "The price of choosing so: all together 20 points less" in page.text
    assert "Proved: no other way is better" in page.text


def test_a_proposal_waits_for_everybody_and_the_last_yes_makes_the_match(visitor, matching, session):
    offer = matching.propose(visitor, session)
    assert visitor.get(offer).text.count("Not answered") == 3
    for part in (Part.MENTOR, Part.GUARDIAN, Part.YOUTH):
        assert session.scalar(sa.select(Match.id)) is None
        visitor.post(f"{offer}/parties/{matching.party(session, part).id}", {"accepts": "yes", "reason": ""})
    assert "Open the match" in visitor.get(offer).text
    assert session.scalars(sa.select(Match.id)).one()


def test_what_was_typed_stays_where_an_answer_or_a_pair_is_refused(visitor, matching, session):
    ties = f"/matching/ties?season={matching.season_id}"
    visitor.sign_in(matching.coordinator).get(f"/matching?season={matching.season_id}")
    page = visitor.post(ties, {"kind": "never", "one_id": str(matching.youth_id)}, status=422)
    assert page.form(ties)["one_id"] == str(matching.youth_id)
    assert session.scalar(sa.select(MatchTie.id)) is None
    offer = matching.propose(visitor, session)
    party = matching.party(session, Part.YOUTH)
    page = visitor.post(f"{offer}/parties/{party.id}", {"reason": "Too far away."}, status=422)
    assert "Choose yes or no." in page.text
    assert page.form(f"{offer}/parties/{party.id}")["reason"].strip() == "Too far away."
    assert page.form(f"{offer}/parties/{matching.party(session, Part.MENTOR).id}")["reason"].strip() == ""


def test_a_mentor_answers_the_own_proposal_and_learns_no_name(visitor, matching, session):
    matching.propose(visitor, session)
    party = matching.party(session, Part.MENTOR)
    theirs = type(visitor)(visitor.app).sign_in(matching.accounts[0])
    page = theirs.get(f"/matching/asked/{party.id}")
    assert "Would you like to mentor this young person?" in page.text
    assert "Yusuf" not in page.text
    page = theirs.post(f"/matching/asked/{party.id}", {"accepts": "no", "reason": "My shift changes."})
    assert "You did not agree. Thank you for saying so." in page.text
    assert "My shift changes." in visitor.get(f"/matching/offers/{party.offer_id}").text


def test_right_role_and_another_s_proposal_is_nothing(visitor, matching, session):
    offer = matching.propose(visitor, session)
    party = matching.party(session, Part.MENTOR)
    other = type(visitor)(visitor.app).sign_in(matching.accounts[1])
    other.get(f"/matching/asked/{party.id}", status=404)
    other.get(offer, status=404)
    other.get(matching.run, status=404)
    elsewhere = make_account(Role.COORDINATOR, None, make_mentoring_season().program_id)
    session.commit()
    desk = type(visitor)(visitor.app).sign_in(elsewhere)
    for here in (offer, matching.run):
        desk.get(here, status=404)
    _link, token = issue_link(LinkPurpose.MATCH, matching.mentors[1].id, party.id, days=7, now=clock.now())
    session.commit()
    type(visitor)(visitor.app).get(f"/m/{token}", status=404)


def test_a_young_person_answers_by_the_own_link_and_later_says_how_it_goes(visitor, matching, session):
    offer = matching.propose(visitor, session)
    link = f"/youth/{matching.youth_id}/concern-link"
    assert visitor.get(offer).link("A link for Yusuf Abdi to answer alone") == link
    visitor.get(link)
    token = visitor.post(link, {}, form_from=link).text.split("/y/")[1].split()[0]
    young = type(visitor)(visitor.app)
    page = young.get(f"/y/{token}")
    assert page.h1 == "Would you like to meet Ana Reyes?"
    assert "Abdi" not in page.text
    assert "Omar" not in page.text
    other = matching.party(session, Part.GUARDIAN)
    young.post(f"/y/{token}", {"accepts": "yes", "party": str(other.id)}, status=404)
    young.get(f"/y/{token}")
    mine = {"party": str(matching.party(session, Part.YOUTH).id)}
    assert "Choose yes or no." in young.post(f"/y/{token}", {**mine, "reason": "Well"}, status=422).text
    page = young.post(f"/y/{token}", {**mine, "accepts": "yes", "reason": ""})
    assert page.h1 == "Hello, Yusuf"
    assert "The coordinator reads your answer, and nobody else." in page.text
    said = matching.party(session, Part.YOUTH)
    assert (said.accepts, said.way.value, said.answered_by_id) == (True, "link", matching.youth_id)
    session.get(MatchOffer, said.offer_id).state, said.fit_asked_on = OfferState.MADE, clock.today()
    session.commit()
    page = young.get(f"/y/{token}")
    assert page.h1 == "How was the first time together?"
    young.post(f"/y/{token}", {"fit": "not", "party": str(said.id)})
    assert matching.party(session, Part.YOUTH).fit is Fit.NOT
    assert young.get(f"/y/{token}").h1 == "Hello, Yusuf"


def test_two_who_meet_already_can_be_kept_apart_and_their_match_is_shown(app, visitor, matching, session):
    with only_these_are_not_cleared(app):
        youth = make_mentee(matching.season, "Noor", "Aziz")
        match = make_match(
            matching.mentors[0], youth, season=matching.season, started_at=clock.now() - timedelta(weeks=2)
        )
        name = match.group.name
    session.commit()
    ties = f"/matching/ties?season={matching.season_id}"
    visitor.sign_in(matching.coordinator).get(f"/matching?season={matching.season_id}")
    pair = {"kind": "never", "one_id": str(youth.id), "other_id": str(matching.mentors[1].id)}
    assert "meet in a match now" not in visitor.post(ties, pair).text
    page = visitor.post(ties, {**pair, "other_id": str(matching.mentors[0].id)})
    assert "These two meet in a match now." in page.text
    assert page.h1 == name
    assert len(session.scalars(sa.select(MatchTie.id)).all()) == 2
