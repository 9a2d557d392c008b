"""Runs, proposals and everybody's word, on both engines: what is kept, what is refused, and whom a court order ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account, make_actor
from tests.makers.mentoring import make_mentee, make_mentoring_season
from tests.makers.people import NOW, make_person
from youthprog.access.models import SignedLink
from youthprog.access.types import Role
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.core.refusals import NotFound, Refused
from youthprog.mentorship.matching import letters, queries, services
from youthprog.mentorship.matching.engine import propose
from youthprog.mentorship.matching.models import MatchParty, MatchProfile, MatchTie
from youthprog.mentorship.matching.types import Fit, HardRule, Mode, OfferState, Part, RunState, TieKind, Way
from youthprog.mentorship.models import Match
from youthprog.mentorship.types import MatchStatus
from youthprog.outreach.models import Message
from youthprog.people.models import CustodyRestriction, Guardianship, Person
from youthprog.people.types import CustodyRestricted, GuardianshipEnded, PeopleMerged, Relationship

FREE = {"free": [[0, "15:00", "17:00"]], "languages": ["en"], "likes": ["art"]}


class Town:
    """A season with one mentor and one waiting youth, whose guardian has an address."""

    def __init__(self):
        self.on = clock.day_of(NOW)
        self.season = make_mentoring_season()
        self.mentor = make_person("Ana", "Reyes")
        self.account = make_account(Role.MENTOR, self.mentor)
        self.youth = make_mentee(self.season)
        self.guardian = (
            db.session().scalars(sa.select(Person).join(Guardianship, Guardianship.guardian_id == Person.id)).one()
        )
        self.by = make_actor(Role.COORDINATOR, make_person("Denise", "Okafor").id)
        for person in (self.mentor, self.youth):
            services.save_profile(person.id, FREE, by=SYSTEM, now=NOW)

    def run(self, **asked):
        """A run, worked on as the worker does."""
        asked = {"mode": Mode.TOTAL, "every_days": 7, "in_groups": False} | asked
        run = services.ask(self.season, **asked, by=self.by, now=NOW)
        assert services.take_up(run.id, now=NOW)
        task = queries.task_of(queries.get_run(run.id), self.on)
        services.keep_result(run.id, propose(task), task)
        return queries.get_run(run.id)

    def offer(self):
        return services.offer(self.run(), None, by=self.by, now=NOW)[0]

    def parties(self, offer, part):
        rows = queries.parties_of([offer.id])[offer.id]
        return [queries.get_party_of(each.person_id, each.party_id, self.on) for each in rows if each.part is part]

    def say(self, offer, part, accepts=True, **how):
        party = self.parties(offer, part)[-1]
        how = {"way": Way.IN_PERSON, "reason": "", "by": self.by, "now": NOW} | how
        services.answer(party, accepts=accepts, **how)
        return party


@pytest.fixture
def town(session):
    return Town()


def test_a_run_is_kept_and_its_pair_is_proposed_to_all_three(town, session):
    offer = town.offer()
    assert offer.state is OfferState.PENDING
    asked = {(each.part, each.person_id) for each in queries.parties_of([offer.id])[offer.id]}
    assert {(Part.MENTOR, town.mentor.id), (Part.YOUTH, town.youth.id), (Part.GUARDIAN, town.guardian.id)} <= asked
    assert offer.shown["score"] == sum(each["points"] for each in offer.shown["points"])
    letters_sent = session.scalars(sa.select(Message).where(Message.kind == letters.ASK)).all()
    assert {each.person_id for each in letters_sent} == {town.mentor.id, town.guardian.id}
    to_mentor = next(each for each in letters_sent if each.person_id == town.mentor.id)
    assert "Yusuf" not in to_mentor.unseal("text_sealed")
    assert queries.list_waiting(town.by, town.season.id, town.on) == []


@pytest.mark.parametrize("last", Part)
def test_the_match_is_made_with_the_last_yes_and_not_before(town, session, last):
    offer = town.offer()
    for part in [each for each in Part if each is not last]:
        town.say(offer, part)
        assert session.scalar(sa.select(Match.id)) is None
    town.say(offer, last)
    match = session.scalars(sa.select(Match)).one()
    assert (offer.state, offer.match_id, match.status) == (OfferState.MADE, match.id, MatchStatus.PROPOSED)


@pytest.mark.parametrize("part", Part)
def test_one_no_declines_keeps_the_reason_and_frees_the_youth(town, session, part):
    offer = town.offer()
    party = town.say(offer, part, accepts=False, reason="Too far")
    assert (offer.state, party.reason, party.answered_by_id) == (OfferState.DECLINED, "Too far", town.by.person_id)
    assert [line.person_id for line in queries.list_waiting(town.by, town.season.id, town.on)] == [town.youth.id]
    with pytest.raises(Refused):
        town.say(offer, Part.MENTOR)
    assert session.scalar(sa.select(Match.id)) is None


def test_an_answer_stays_and_no_answer_is_none(town):
    offer = town.offer()
    with pytest.raises(Refused):
        town.say(offer, Part.MENTOR, accepts=None)
    with pytest.raises(Refused):
        town.say(offer, Part.MENTOR, reason="x" * 501)
    town.say(offer, Part.MENTOR)
    with pytest.raises(Refused):
        town.say(offer, Part.MENTOR, accepts=False)


def test_what_mentorship_refuses_is_told_and_can_be_tried_again(town, session):
    offer = town.offer()
    town.say(offer, Part.YOUTH)
    town.say(offer, Part.MENTOR)
    order = CustodyRestriction(
        youth_id=town.youth.id, adult_id=town.mentor.id, no_collect=True, no_decide=True, no_information=True, recorded_at=NOW,
        starts_on=town.on
    )  # fmt: skip
    session.add(order)
    town.say(offer, Part.GUARDIAN)
    assert offer.state is OfferState.AGREED
    assert "custody" in offer.trouble
    assert [line.offer.id for line in queries.troubles_of(town.by, town.on)] == [offer.id]
    session.delete(order)
    session.flush()
    assert services.make(offer, by=town.by, now=NOW)
    assert (offer.state, offer.trouble) == (OfferState.MADE, None)


def test_nothing_is_proposed_twice_and_a_withdrawn_proposal_opens_nothing(town):
    run = town.run()
    offer = services.offer(run, None, by=town.by, now=NOW)[0]
    with pytest.raises(Refused):
        services.offer(run, None, by=town.by, now=NOW)
    party = town.parties(offer, Part.GUARDIAN)[-1]
    services.withdraw(offer, by=town.by, now=NOW)
    with pytest.raises(NotFound):
        queries.get_party_of(party.person_id, party.id, town.on)
    with pytest.raises(Refused):
        services.withdraw(offer, by=town.by, now=NOW)


def test_hard_rules_come_from_what_the_house_knows(town, session):
    other = make_person("Omar", "Abdi")
    make_account(Role.MENTOR, other)
    session.add(Guardianship(youth_id=town.youth.id, guardian_id=other.id, relationship=Relationship.FATHER, rank=5))
    services.tie(TieKind.NEVER, town.youth.id, town.mentor.id, by=town.by, now=NOW)
    with pytest.raises(Refused):
        services.tie(TieKind.NEVER, town.youth.id, town.mentor.id, by=town.by, now=NOW)
    run = town.run()
    left = run.result["unmatched"][0]
    assert {each["rule"] for each in left["removed"]} == {HardRule.NEVER, HardRule.FAMILY}


def test_a_run_stops_is_discarded_and_is_asked_once(town):
    run = services.ask(town.season, mode=Mode.MOST, every_days=7, in_groups=False, by=town.by, now=NOW)
    with pytest.raises(Refused):
        services.ask(town.season, mode=Mode.MOST, every_days=7, in_groups=False, by=town.by, now=NOW)
    assert services.take_up(run.id, now=NOW)
    assert not services.take_up(run.id, now=NOW)
    assert services.keep_progress(run.id, None, now=NOW)
    services.stop(run, by=town.by, now=NOW)
    assert not services.keep_progress(run.id, None, now=NOW)
    services.discard(run, by=town.by, now=NOW)
    services.keep_result(run.id, None, queries.task_of(queries.get_run(run.id), town.on))
    assert queries.get_run(run.id).state is RunState.DISCARDED


def test_a_group_is_made_once_all_of_it_have_answered(town, session):
    second = make_mentee(town.season, "Zoe", "Ortega")
    services.save_profile(town.mentor.id, FREE | {"takes": 3, "least": 2}, by=SYSTEM, now=NOW)
    offers = services.offer(town.run(in_groups=True), None, by=town.by, now=NOW)
    assert {each.youth_id for each in offers} == {town.youth.id, second.id}
    for offer in offers:
        assert session.scalar(sa.select(Match.id)) is None
        for part in Part:
            town.say(offer, part)
    assert len({each.match_id for each in offers}) == 1
    assert offers[0].state is OfferState.MADE


def test_a_court_order_and_the_end_of_a_guardianship_end_what_was_asked(town, session):
    offer = town.offer()
    guardian = town.parties(offer, Part.GUARDIAN)[-1]
    bond = session.scalars(sa.select(Guardianship).where(Guardianship.guardian_id == town.guardian.id)).one()
    bond.ended_on = town.on - timedelta(days=1)
    services.on_guardianship_ended(GuardianshipEnded(town.youth.id, town.guardian.id))
    with pytest.raises(NotFound):
        queries.get_party_of(guardian.person_id, guardian.id, town.on)
    assert offer.state is OfferState.PENDING
    services.on_restricted(CustodyRestricted(town.youth.id, town.mentor.id))
    assert offer.state is OfferState.WITHDRAWN


def test_not_a_good_fit_reaches_whoever_coordinates(town, session):
    offer = town.offer()
    for part in Part:
        town.say(offer, part)
    party = town.parties(offer, Part.MENTOR)[0]
    with pytest.raises(NotFound):
        services.say_fit(party, Fit.NOT, by=SYSTEM, now=NOW)
    party.fit_asked_on = town.on
    services.say_fit(party, Fit.NOT, by=SYSTEM, now=NOW)
    assert [line.offer.id for line in queries.for_today(town.by, town.on).troubles] == [offer.id]


def test_merging_two_records_moves_what_was_told_and_asked(town, session):
    offer = town.offer()
    double = make_person("Ana", "Reyes")
    services.save_profile(double.id, {"likes": ["books"]}, by=SYSTEM, now=NOW)
    services.tie(TieKind.NEVER, town.youth.id, double.id, by=SYSTEM, now=NOW)
    services.follow_merge(PeopleMerged(town.mentor.id, double.id, NOW))
    assert session.get(MatchProfile, double.id) is None
    assert session.get(MatchProfile, town.mentor.id).told == FREE
    assert session.scalars(sa.select(MatchTie.other_id)).one() == town.mentor.id
    services.follow_merge(PeopleMerged(double.id, town.mentor.id, NOW))
    asked = sa.select(MatchParty.person_id).where(MatchParty.offer_id == offer.id, MatchParty.part == Part.MENTOR)
    assert session.scalars(asked).one() == double.id


def test_a_link_opens_what_its_person_is_asked(town, session, monkeypatch):
    kept = []
    real = letters.issue_link
    monkeypatch.setattr(letters, "issue_link", lambda *a, **k: kept.append(real(*a, **k)) or kept[-1])
    offer = town.offer()
    links = [session.get_one(SignedLink, link_id) for link_id, _token in kept]
    assert {link.person_id for link in links} == {town.mentor.id, town.guardian.id}
    assert all(queries.get_party_of(each.person_id, each.subject_id, town.on).offer_id == offer.id for each in links)
    services.withdraw(offer, by=town.by, now=NOW)
    assert all(link.ended_at for link in links)
