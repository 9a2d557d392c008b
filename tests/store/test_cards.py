"""Cards in the tables: one live card a youth, what each code means, and merged records."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from tests.makers.accounts import make_actor
from tests.makers.people import NOW, make_person, make_youth
from tests.makers.programs import enroll, join, lead, make_gathering, make_group, make_season
from tests.support.clearing import only_these_are_not_cleared
from youthprog.access.types import Role
from youthprog.attendance import arriving, card_queries, cards
from youthprog.attendance.models import AttendanceMark, Deed, YouthCard
from youthprog.attendance.types import Mark
from youthprog.audit.models import AuditEntry
from youthprog.core.actor import SYSTEM
from youthprog.core.refusals import NotFound, Refusal, Refused
from youthprog.people.models import CustodyRestriction
from youthprog.people.types import PeopleMerged
from youthprog.programs.types import StaffRole

LATER = NOW + timedelta(minutes=1)


class Door:
    """A practice that has just begun: a member, one enrolled elsewhere, a stranger, each with a card, and the coach."""

    def __init__(self):
        self.season = make_season()
        self.group = make_group(self.season)
        self.member, self.enrolled, self.stranger = (make_youth(name, "Aguilar") for name in ("Mateo", "Noa", "Kim"))
        join(self.member, self.group, "1")
        enroll(self.enrolled, self.season)
        self.coach = make_person("Alicia", "Moreno")
        lead(self.coach, self.group, StaffRole.HEAD_COACH, self.member)
        self.gathering = make_gathering(self.group, NOW - timedelta(minutes=10))
        self.actor = make_actor(Role.COACH, self.coach.id)
        made = [cards.issue(each.id, by=SYSTEM, now=NOW) for each in (self.member, self.enrolled, self.stranger)]
        self.codes = [card.code for card in made]

    def scan(self, text, now=NOW):
        return arriving.arrive_by_code(self.gathering, text, by=self.actor, now=now, device="scan")

    def mark(self, youth, session):
        return session.get(AttendanceMark, (self.gathering.id, youth.id), populate_existing=True)


@pytest.fixture(autouse=True)
def objections(app):
    """The youth who are not cleared."""
    with only_these_are_not_cleared(app) as barred:
        yield barred


@pytest.fixture
def door(session):
    return Door()


def test_a_youth_has_one_live_card_and_the_database_holds_it(door, session):
    assert cards.issue(door.member.id, by=SYSTEM, now=LATER).code == door.codes[0]
    fresh = cards.replace(door.member.id, by=SYSTEM, now=LATER)
    live = session.scalars(
        sa.select(YouthCard).where(YouthCard.youth_id == door.member.id, YouthCard.ended_at.is_(None))
    ).all()
    assert live == [fresh]
    session.commit()
    about = (AuditEntry.subject_kind == "person", AuditEntry.subject_id == door.member.id)
    actions = session.scalars(sa.select(AuditEntry.action).where(*about).order_by(AuditEntry.number)).all()
    assert actions == ["card.issued", "card.replaced"]
    session.add(YouthCard(youth_id=door.member.id, code="ABCDEFGHJK", issued_at=NOW))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_each_code_means_a_youth_or_has_its_refusal(door, session, statements):
    cards.replace(door.member.id, by=SYSTEM, now=LATER)
    fresh = card_queries.live_cards([door.member.id])[door.member.id].code
    texts = [fresh, door.codes[0], door.codes[1], door.codes[2], "not a card", "ZZZZZZZZZZ"]
    texts += [f"https://elsewhere.example/k/{fresh}"]
    statements.clear()
    found = cards.resolve_all(texts, door.gathering)
    assert len(statements) <= 4
    told = [each.code if isinstance(each, Refusal) else each for each in found.values()]
    assert told == [
        door.member.id, "ended_code", door.enrolled.id, "not_enrolled", "foreign_code", "foreign_code",
        "other_department",
    ]  # fmt: skip
    assert cards.resolve(cards.address_of(fresh), door.gathering) == door.member.id


def test_to_whom_custody_keeps_away_the_childs_card_is_a_foreign_one(door, session):
    session.add(
        CustodyRestriction(
            youth_id=door.member.id, adult_id=door.coach.id, no_collect=True, no_decide=True, no_information=True,
            starts_on=NOW.date() - timedelta(days=1), recorded_at=NOW,
        )
    )  # fmt: skip
    session.flush()
    kept, unknown = (cards.resolve(text, door.gathering, by=door.actor) for text in (door.codes[0], "ZZZZZZZZZZ"))
    assert kept == unknown
    assert cards.resolve(door.codes[0], door.gathering) == door.member.id


def test_a_scan_says_who_came_and_a_second_one_says_since_when(door, session):
    first, second = door.scan(door.codes[0]), door.scan(door.codes[0], LATER)
    assert (first.youth_id, first.refusal, first.since) == (door.member.id, None, None)
    assert (second.youth_id, second.since) == (door.member.id, NOW)
    row = door.mark(door.member, session)
    assert (row.mark, row.in_at, row.device) == (Mark.PRESENT, NOW, "scan")
    assert session.scalar(sa.select(sa.func.count()).select_from(Deed)) == 1


def test_who_is_enrolled_and_not_in_the_group_walks_in(door, session):
    assert door.scan(door.codes[1]).is_here
    assert door.mark(door.enrolled, session).mark is Mark.WALK_IN


def test_who_is_not_cleared_is_here_and_only_watches(door, session, objections):
    objections.add(door.member.id)
    arrival = door.scan(door.codes[0])
    assert (arrival.is_here, arrival.only_watches) == (True, True)
    row = door.mark(door.member, session)
    assert (row.mark, row.in_at) == (None, NOW)


def test_a_refused_card_is_kept_with_its_text_and_reason(door, session):
    assert door.scan("https://elsewhere.example/k/ABCDEFGHJK").refusal.code == "other_department"
    assert door.scan(door.codes[2]).refusal.code == "not_enrolled"
    kept = session.execute(sa.select(Deed.youth_id, Deed.code, Deed.refusal).order_by(Deed.id)).all()
    assert [tuple(row) for row in kept] == [
        (None, "https://elsewhere.example/k/ABCDEFGHJK", "other_department"),
        (None, door.codes[2], "not_enrolled"),
    ]
    assert not session.scalars(sa.select(AttendanceMark)).all()


@pytest.mark.parametrize(("how", "code"), [("early", "not_begun"), ("canceled", "gathering_canceled")])
def test_a_door_that_is_closed_says_why(door, session, how, code):
    if how == "canceled":
        door.gathering.canceled_at = NOW
    arrival = door.scan(door.codes[0], NOW if how == "canceled" else NOW - timedelta(hours=9))
    assert (arrival.is_here, arrival.refusal.code) == (False, code)
    assert card_queries.in_since(door.gathering.id, door.member.id) is None


def test_an_arrival_is_taken_back_by_its_sayer_for_a_quarter_of_an_hour(door, session):
    door.scan(door.codes[0])
    deed = card_queries.last_arrival(door.gathering.id, door.member.id)
    other = make_actor(Role.COACH, make_person("Sam", "Other").id)
    how = {"device": "scan"}
    with pytest.raises(NotFound):
        arriving.take_back(door.gathering, deed.client_id, by=other, now=LATER, **how)
    with pytest.raises(NotFound):
        arriving.take_back(door.gathering, "no such deed", by=door.actor, now=LATER, **how)
    with pytest.raises(Refused):
        arriving.take_back(door.gathering, deed.client_id, by=door.actor, now=NOW + timedelta(minutes=16), **how)
    assert arriving.take_back(door.gathering, deed.client_id, by=door.actor, now=LATER, **how) == door.member.id
    row = door.mark(door.member, session)
    assert (row.mark, row.in_at) == (None, None)
    with pytest.raises(Refused):
        arriving.take_back(door.gathering, deed.client_id, by=door.actor, now=LATER, **how)


def test_who_left_and_comes_back_arrives_again(door, session):
    door.scan(door.codes[0])
    row = door.mark(door.member, session)
    row.out_at = LATER
    session.flush()
    assert door.scan(door.codes[0], LATER + timedelta(minutes=1)).since is None


def test_a_merged_record_keeps_its_own_card_and_the_other_ends(door, session):
    gone, kept = door.member.id, door.enrolled.id
    cards.follow_merge(PeopleMerged(kept, gone, LATER))
    assert card_queries.live_cards([kept])[kept].code == door.codes[1]
    assert cards.resolve(door.codes[0], door.gathering).code == "ended_code"
    third = make_youth("Lee", "Nocard")
    enroll(third, door.season)
    cards.follow_merge(PeopleMerged(third.id, kept, LATER))
    assert cards.resolve(door.codes[1], door.gathering) == third.id
