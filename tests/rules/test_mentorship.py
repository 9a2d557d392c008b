"""Matches and their sessions, decided without a database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youthprog.mentorship import rules
from youthprog.mentorship.sessions import rules as session_rules
from youthprog.mentorship.types import MatchStatus

ON = date(2026, 9, 17)
NOW = datetime(2026, 9, 17, 22, 0, tzinfo=UTC)
PROPOSED, ACTIVE, PAUSED, CLOSED = MatchStatus


def codes(reasons):
    return [reason.code for reason in reasons]


def propose(**values):
    return rules.refusals_to_propose(
        rules.ProposalFacts(**({"youth": 1, "loads": {"Ana Reyes": 0}, "name": ""} | values))
    )


def test_one_mentor_and_one_youth_are_a_match():
    assert propose() == []


def test_a_match_needs_a_youth():
    assert codes(propose(youth=0)) == ["no_youth"]


def test_a_match_needs_a_mentor():
    assert codes(propose(loads={})) == ["no_mentor"]


def test_a_group_needs_a_name():
    assert codes(propose(youth=2)) == ["no_name"]


def test_seven_youth_are_the_most_for_one_mentor():
    assert propose(youth=7, name="Club") == []
    assert codes(propose(youth=8, name="Club")) == ["too_many_youth"]
    assert codes(propose(loads={"Ana Reyes": 7})) == ["too_many_youth"]


def test_two_mentors_share_their_group():
    assert propose(youth=8, name="Club", loads={"Ana Reyes": 3, "Omar Haddad": 0}) == []
    reasons = propose(youth=8, name="Club", loads={"Ana Reyes": 4, "Omar Haddad": 0})
    assert str(reasons[0]) == "Ana Reyes would have 8 young people. 7 is the most for one mentor."


def test_custody_keeps_people_apart():
    assert codes(propose(kept_away=True)) == ["kept_away"]


def test_a_youth_with_a_mentor_is_not_matched_again():
    assert codes(propose(taken=["Zoë Lindqvist"])) == ["not_free"]


@pytest.mark.parametrize("status", [PROPOSED, PAUSED])
def test_what_is_proposed_or_paused_may_go_on(status):
    assert rules.refusals_to_activate(status, mentors=1, youth=1) == []


@pytest.mark.parametrize("status", [ACTIVE, CLOSED])
def test_what_is_active_or_closed_does_not_begin(status):
    assert codes(rules.refusals_to_activate(status, mentors=1, youth=1)) == [f"match_{status.value}"]


def test_an_active_match_has_both():
    assert codes(rules.refusals_to_activate(PROPOSED, mentors=0, youth=0)) == ["no_mentor", "no_youth"]


@pytest.mark.parametrize("status", [PROPOSED, PAUSED, CLOSED])
def test_only_an_active_match_is_paused(status):
    assert codes(rules.refusals_to_pause(status)) == [f"match_{status.value}"]
    assert rules.refusals_to_pause(ACTIVE) == []


def log(**values):
    known = {
        "status": ACTIVE, "started_on": ON - timedelta(days=30), "starts_at": NOW - timedelta(hours=1),
        "starts_on": ON, "now": NOW, "minutes": 60, "note": "", "youth": 1,
    }  # fmt: skip
    return session_rules.refusals_to_log(session_rules.LogFacts(**(known | values)))


def test_a_session_is_logged():
    assert log() == []


@pytest.mark.parametrize("status", [PROPOSED, PAUSED, CLOSED])
def test_only_an_active_match_has_sessions(status):
    assert codes(log(status=status)) == [f"match_{status.value}"]


def test_the_future_is_not_logged():
    assert codes(log(starts_at=NOW + timedelta(minutes=1))) == ["future"]


def test_nothing_is_logged_before_the_match_began():
    assert codes(log(starts_on=ON - timedelta(days=31))) == ["before_start"]


@pytest.mark.parametrize("minutes", [0, -5, 1441])
def test_a_session_lasts_one_minute_to_a_day(minutes):
    assert codes(log(minutes=minutes)) == ["minutes"]


def test_a_note_has_its_limit():
    assert log(note="x" * 2000) == []
    assert codes(log(note="x" * 2001)) == ["note_too_long"]


def test_a_session_has_a_youth():
    assert codes(log(youth=0)) == ["nobody"]


def test_a_name_is_given_or_made_and_never_twice():
    assert rules.name_of("Club", ["A"], ["B"], []) == "Club"
    assert rules.name_of("", ["Tyrese Boateng"], ["Ana Reyes"], []) == "Tyrese Boateng & Ana Reyes"
    assert rules.name_of("Club", ["A"], ["B"], ["CLUB", "club 2"]) == "Club 3"


def test_who_never_met_is_due_from_the_first_day():
    assert rules.next_expected(ACTIVE, ON, None, 7) == ON + timedelta(days=7)


@pytest.mark.parametrize("status", [PROPOSED, PAUSED, CLOSED])
def test_nobody_is_due_while_the_match_rests(status):
    assert rules.next_expected(status, ON, ON, 7) is None
    assert rules.overdue_days(None, ON) == 0


DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
EVERY = st.integers(1, 60)


@given(DAYS, st.one_of(st.none(), DAYS), EVERY, DAYS)
def test_a_session_on_the_expected_day_is_on_plan(started_on, last_on, every, on):
    due = rules.next_expected(ACTIVE, started_on, last_on, every)
    assert due is not None
    late = rules.overdue_days(due, on)
    assert late >= 0
    assert (late > 0) == (on > due)
    assert rules.overdue_days(due, due) == 0
    assert rules.overdue_days(due, due + timedelta(days=3)) == 3


@given(st.one_of(st.none(), DAYS), DAYS, EVERY, DAYS)
def test_the_log_offers_a_planned_day_that_has_come(last_on, started_on, every, today):
    day = session_rules.expected_on(last_on, started_on, every, today)
    base = last_on or started_on
    assert day <= today
    assert day == today or ((day - base).days % every == 0 and day > base and (today - day).days < every)


@given(st.integers(1, 40), st.integers(1, 9))
def test_mentors_loads_carry_every_youth(youth, mentors):
    load = rules.load_of(youth, mentors)
    assert load * mentors >= youth > (load - 1) * mentors
