"""Keeping up with matches and the hours ledger on both engines."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers.accounts import make_account, make_actor
from tests.makers.mentoring import end_match, make_match, make_mentee, make_mentoring_season, make_session
from tests.makers.people import make_person
from tests.makers.programs import lead
from tests.support.clearing import only_these_are_not_cleared
from youthprog.access.types import Role
from youthprog.attendance.types import Mark
from youthprog.core import db
from youthprog.core.actor import SYSTEM
from youthprog.core.refusals import Refused
from youthprog.mentorship.cadence import queries, services
from youthprog.mentorship.cadence.models import SupportContact
from youthprog.mentorship.cadence.types import Depth, Party, Safety, Sign, Way
from youthprog.mentorship.hours import queries as hours_queries
from youthprog.mentorship.hours import services as hours
from youthprog.mentorship.hours.models import HourEntry
from youthprog.mentorship.matching import services as matching
from youthprog.mentorship.matching.models import MatchOffer, MatchParty
from youthprog.mentorship.matching.types import Fit, OfferState, Part
from youthprog.mentorship.models import Match
from youthprog.mentorship.services import activate_match, pause_match
from youthprog.mentorship.sessions.models import SessionLog
from youthprog.mentorship.sessions.types import Mood
from youthprog.mentorship.types import DutyStatus
from youthprog.people import services as people_services
from youthprog.programs import services as programs_services
from youthprog.programs.models import Gathering
from youthprog.programs.types import StaffRole

pytestmark = pytest.mark.usefixtures("session")
BEGAN = datetime(2026, 3, 2, 18, tzinfo=UTC)
MARCH = date(2026, 3, 1)
APRIL = date(2026, 4, 1)


@pytest.fixture(autouse=True)
def objections(app):
    """The youth who are not cleared."""
    with only_these_are_not_cleared(app) as barred:
        yield barred


def moment(day: date, hour: int = 18) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


class Pair:
    """A mentor and a youth, matched on March 2, and a coordinator of the program."""

    def __init__(self):
        self.season = make_mentoring_season()
        self.season.starts_on = date(2026, 1, 5)
        self.mentor = make_person("Lena", "Kowalczyk")
        self.youth = make_mentee(self.season)
        with time_machine.travel(BEGAN, tick=False):
            self.match = make_match(self.mentor, self.youth, season=self.season, started_at=BEGAN)
        self.program_id = self.season.program_id
        self.staff = make_person("Dana", "Whitfield")
        make_account(Role.COORDINATOR, self.staff, self.program_id)
        self.by = make_actor(Role.COORDINATOR, self.staff.id)

    def case(self, on: date):
        db.session().flush()
        return queries.list_cases(self.by, on, since=MARCH, match_id=self.match.id)[0]

    def seat(self, party: Party):
        return next(line.seat for line in self.case(date(2026, 3, 20)).seats if line.seat.party is party)

    def contact(self, party: Party, day: date, **values):
        self.number = getattr(self, "number", 0) + 1
        said = {
            "client_id": f"c-{self.match.id}-{self.number}", "way": Way.PHONE, "depth": Depth.QUICK, "reached": True,
            "safety": Safety.WELL, "alone": True, "now": moment(day, 20), "on": day,
        } | values  # fmt: skip
        return services.record_contact(self.match, self.seat(party), by=self.by, **said)

    def session_on(self, day: date, **values) -> SessionLog:
        return make_session(
            self.match, self.mentor, moment(day), {self.youth.id: Mark.PRESENT}, now=moment(day, 23), **values
        )

    def ledger(self, month: date):
        db.session().expire_all()
        return hours_queries.ledger_of(self.program_id, month)


@pytest.fixture
def pair(session):
    return Pair()


def support_of(case, party: Party):
    return next(line.support for line in case.seats if line.seat.party is party)


def test_everybody_of_a_match_is_to_be_asked(pair):
    case = pair.case(date(2026, 4, 5))
    assert [line.seat.party for line in case.seats] == [Party.MENTOR, Party.YOUTH, Party.GUARDIAN]
    assert all(line.support.overdue_days == 4 for line in case.seats)


@pytest.mark.parametrize(
    ("said", "made"),
    [
        ({}, 1),
        ({"reached": False}, 0),
        ({"safety": None}, 0),
        ({"alone": False}, 0),
        ({"depth": Depth.IN_DEPTH}, 2),
    ],
)
def test_which_contact_with_a_young_person_counts(pair, said, made):
    pair.contact(Party.YOUTH, date(2026, 3, 10), **said)
    assert support_of(pair.case(date(2026, 4, 5)), Party.YOUTH).made == made


def test_sent_twice_it_is_one_contact(pair):
    first = pair.contact(Party.MENTOR, date(2026, 3, 10), client_id="twice")
    assert pair.contact(Party.MENTOR, date(2026, 3, 10), client_id="twice") is first
    with pytest.raises(Refused):
        services.record_contact(
            pair.match, pair.seat(Party.MENTOR), client_id="twice", on=date(2026, 3, 10), way=Way.TEXT,
            depth=Depth.QUICK, reached=True, by=SYSTEM, now=moment(date(2026, 3, 10), 20),
        )  # fmt: skip


def test_what_was_said_is_sealed(pair, session):
    row = pair.contact(Party.YOUTH, date(2026, 3, 10), areas=[("What is going better", "Reads aloud")], note="Shy")
    raw = session.scalar(sa.select(SupportContact.words_sealed).where(SupportContact.id == row.id))
    assert raw is not None
    assert b"Reads" not in raw
    told = queries.list_contacts(pair.by, pair.case(date(2026, 3, 20)), date(2026, 3, 20))
    assert (told[0].areas, told[0].note) == ((("What is going better", "Reads aloud"),), "Shy")


def test_whoever_pauses_a_match_stops_its_clock(pair):
    with time_machine.travel(moment(date(2026, 3, 12)), tick=False):
        pause_match(pair.match, by=SYSTEM, now=moment(date(2026, 3, 12)))
    assert pair.case(date(2026, 5, 1)).seats[0].support.closed == ()
    with time_machine.travel(moment(date(2026, 3, 22)), tick=False):
        activate_match(pair.match, by=SYSTEM, now=moment(date(2026, 3, 22)))
    assert pair.match.holds == [["2026-03-12", "2026-03-22"]]
    closed = pair.case(date(2026, 5, 1)).seats[0].support.closed
    assert closed[0].last_on == date(2026, 4, 11)


def test_a_closed_match_asks_for_nothing_more_and_keeps_its_rate(pair):
    pair.contact(Party.MENTOR, date(2026, 3, 10), depth=Depth.IN_DEPTH)
    with time_machine.travel(moment(date(2026, 4, 20)), tick=False):
        end_match(pair.match, now=moment(date(2026, 4, 20)))
    case = pair.case(date(2026, 6, 1))
    assert queries.due_of([case], date(2026, 6, 1)) == []
    rate = queries.rate_of(case, MARCH, date(2026, 6, 1))
    assert (rate.made, rate.required) == (2, 6)


def test_only_a_coordinator_of_the_program_keeps_up_with_a_match(pair):
    services.give_to(pair.match, pair.staff.id, by=pair.by, now=moment(date(2026, 10, 1)))
    assert pair.case(date(2026, 3, 20)).staff_name == "Dana Whitfield"
    with pytest.raises(Refused):
        services.give_to(pair.match, pair.mentor.id, by=pair.by, now=moment(date(2026, 10, 1)))


def test_a_match_worries_with_every_reason_in_words(pair):
    on = date(2026, 4, 5)
    people_services.live_at(pair.mentor, street="9 Oak St", city="Riverton", by=SYSTEM, now=moment(date(2026, 3, 15)))
    db.session().commit()
    warned = queries.warned_of([pair.case(on)], on)
    found = {reason.sign: reason.values for reason in warned[0].reasons}
    assert found.keys() >= {Sign.MISSED, Sign.NO_LOG, Sign.OVERDUE, Sign.MOVED}
    assert found[Sign.NO_LOG] == {"days": 34}
    assert found[Sign.OVERDUE] == {"count": 3, "days": 4}
    assert found[Sign.MOVED] == {"day": date(2026, 3, 15)}
    assert warned[0].points == sum(reason.points for reason in warned[0].reasons)


def test_a_shift_that_changes_worries_and_the_first_word_of_hours_does_not(pair):
    free, night = (
        {"free": [[0, "15:00", "17:00"]], "likes": ["art"]},
        {"free": [[0, "08:00", "11:00"]], "likes": ["art"]},
    )
    for day, told in ((3, free), (9, {**free, "likes": ["books"]})):
        matching.save_profile(pair.mentor.id, told, by=SYSTEM, now=moment(date(2026, 3, day)))
        assert Sign.SHIFT not in signs_of(pair, date(2026, 3, 20))
    matching.save_profile(pair.mentor.id, night, by=SYSTEM, now=moment(date(2026, 3, 12)))
    matching.save_profile(pair.mentor.id, {**night, "likes": []}, by=SYSTEM, now=moment(date(2026, 3, 14)))
    (warned,) = queries.warned_of([pair.case(date(2026, 3, 30))], date(2026, 3, 30))
    assert {each.values["day"] for each in warned.reasons if each.sign is Sign.SHIFT} == {date(2026, 3, 12)}


def test_a_mood_that_falls_and_a_bad_fit_worry(pair):
    on = date(2026, 3, 28)
    for day, mood in ((10, Mood.GOOD), (17, Mood.MIXED), (24, Mood.HARD)):
        assert not {Sign.MOOD, Sign.FIT} & signs_of(pair, on)
        pair.session_on(date(2026, 3, day), mood=mood)
    assert Sign.MOOD in signs_of(pair, on)
    offer = MatchOffer(
        season_id=pair.season.id, youth_id=pair.youth.id, every_days=7, state=OfferState.MADE, shown={}, offered_at=BEGAN,
        match_id=pair.match.id,
    )  # fmt: skip
    db.session().add(offer)
    db.session().flush()
    said = MatchParty(offer_id=offer.id, person_id=pair.mentor.id, part=Part.MENTOR, fit=Fit.UNSURE)
    db.session().add(said)
    assert Sign.FIT not in signs_of(pair, on)
    said.fit = Fit.NOT
    assert Sign.FIT in signs_of(pair, on)
    pair.session_on(date(2026, 3, 26), mood=Mood.GOOD)
    assert Sign.MOOD not in signs_of(pair, on)


def signs_of(pair, on):
    """What worries about the match on a day."""
    return {reason.sign for each in queries.warned_of([pair.case(on)], on) for reason in each.reasons}


# ---- hours ----


def test_a_locked_month_reads_the_same_and_the_change_stands_in_the_month_of_the_change(pair):
    log = pair.session_on(date(2026, 3, 10), duty=DutyStatus.ON_DUTY)
    pair.session_on(date(2026, 4, 7), duty=DutyStatus.OFF_DUTY, minutes=45)
    hours.lock_month(pair.program_id, MARCH, by=pair.by, now=moment(date(2026, 4, 2)))
    before = pair.ledger(MARCH)
    assert before.totals[DutyStatus.ON_DUTY] == 60
    with time_machine.travel(moment(date(2026, 4, 15)), tick=False):
        log = db.session().get_one(SessionLog, log.id)
        log.minutes, log.duty = 90, DutyStatus.OFF_DUTY
        db.session().flush()
    pair.mentor.family_name = "Married"
    assert pair.ledger(MARCH).lines == before.lines
    april = pair.ledger(APRIL)
    said = [(each.duty, each.minutes, each.booked_on, each.held_on) for each in april.amended]
    assert said == [
        (DutyStatus.OFF_DUTY, 90, date(2026, 4, 15), date(2026, 3, 10)),
        (DutyStatus.ON_DUTY, -60, date(2026, 4, 15), date(2026, 3, 10)),
    ]
    assert april.totals[DutyStatus.OFF_DUTY] == 45 + 90
    assert pair.ledger(MARCH).lock.by == pair.by.name


def test_every_mentor_who_led_a_session_gave_its_time(pair):
    other = make_person("Bea", "Co-Mentor")
    lead(other, pair.match.group, StaffRole.MENTOR)
    log = pair.session_on(date(2026, 3, 10))
    log.mentor_ids = [pair.mentor.id, other.id]
    db.session().flush()
    assert {(each.person_id, each.minutes) for each in pair.ledger(MARCH).entries} == {
        (pair.mentor.id, 60),
        (other.id, 60),
    }
    assert [each.minutes for each in hours_queries.own_month(other.id, MARCH)] == [60]
    hours.lock_month(pair.program_id, MARCH, by=pair.by, now=moment(date(2026, 4, 2)))
    with time_machine.travel(moment(date(2026, 4, 15)), tick=False):
        log = db.session().get_one(SessionLog, log.id)
        log.mentor_ids = [other.id]
        db.session().flush()
    assert [(each.person_id, each.minutes) for each in pair.ledger(APRIL).amended] == [(pair.mentor.id, -60)]


def test_a_session_logged_late_amends_its_locked_month(pair):
    hours.lock_month(pair.program_id, MARCH, by=pair.by, now=moment(date(2026, 4, 2)))
    with time_machine.travel(moment(date(2026, 4, 3)), tick=False):
        pair.session_on(date(2026, 3, 31))
    assert pair.ledger(MARCH).entries == ()
    assert [each.minutes for each in pair.ledger(APRIL).amended] == [60]


def test_a_meeting_that_moves_to_another_month_is_amended(pair):
    log = pair.session_on(date(2026, 3, 10))
    hours.lock_month(pair.program_id, MARCH, by=pair.by, now=moment(date(2026, 4, 2)))
    gathering = db.session().get_one(Gathering, log.gathering_id)
    later = moment(date(2026, 4, 1))
    programs_services.move_gathering(
        gathering, starts_at=later, ends_at=later + timedelta(hours=1), place=None, title="Mentoring session",
        by=SYSTEM, now=moment(date(2026, 4, 5)),
    )  # fmt: skip
    april = pair.ledger(APRIL)
    assert [each.minutes for each in april.amended] == [-60]
    assert sum(april.totals.values()) == 0, "an hour taken back from March, an hour of its own in April"


def test_what_changed_past_all_services_is_found_once_a_day(pair):
    log = pair.session_on(date(2026, 3, 10))
    hours.lock_month(pair.program_id, MARCH, by=pair.by, now=moment(date(2026, 4, 2)))
    table = db.table(SessionLog)
    db.session().execute(sa.update(table).where(table.c.id == log.id).values(minutes=75))
    list(hours.settle_all(moment(date(2026, 4, 6))))
    list(hours.settle_all(moment(date(2026, 4, 7))))
    assert [(each.minutes, each.booked_on) for each in pair.ledger(APRIL).amended] == [(15, date(2026, 4, 6))]


def test_a_month_is_locked_once_and_not_before_its_end(pair):
    with pytest.raises(Refused):
        hours.lock_month(pair.program_id, MARCH, by=pair.by, now=moment(date(2026, 3, 31)))
    hours.lock_month(pair.program_id, MARCH, by=pair.by, now=moment(date(2026, 4, 2)))
    with pytest.raises(Refused):
        hours.lock_month(pair.program_id, MARCH, by=pair.by, now=moment(date(2026, 4, 2)))


def test_a_merged_mentor_s_hours_follow_and_a_locked_month_reads_the_same(pair):
    pair.session_on(date(2026, 3, 10))
    hours.lock_month(pair.program_id, MARCH, by=pair.by, now=moment(date(2026, 4, 2)))
    before = pair.ledger(MARCH).lines
    kept = make_person("Lena", "Kowalczyk-Reyes")
    people_services.merge(kept, pair.mentor, by=SYSTEM, now=moment(date(2026, 4, 9)))
    list(hours.settle_all(moment(date(2026, 4, 10))))
    assert pair.ledger(MARCH).lines == before
    assert pair.ledger(APRIL).amended == []
    assert {each.person_id for each in hours_queries.own_month(kept.id, MARCH)} == {kept.id}


def test_the_ledgers_of_two_programs_are_apart(pair):
    other = Pair()
    other.session_on(date(2026, 3, 11))
    hours.lock_month(pair.program_id, MARCH, by=pair.by, now=moment(date(2026, 4, 2)))
    assert pair.ledger(MARCH).entries == ()
    assert other.ledger(MARCH).lock is None
    assert len(other.ledger(MARCH).entries) == 1
    assert db.session().scalar(sa.select(sa.func.count()).select_from(HourEntry)) == 0
    assert db.session().get_one(Match, other.match.id).holds == []
