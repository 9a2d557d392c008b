"""How long a record is kept, and every reason why it may not go."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youthprog.consent import keeping_queries
from youthprog.consent.retention import (
    BadRule,
    KeepRule,
    PurgeFacts,
    keep_until,
    outside_rule_of,
    refusals_to_hold,
    refusals_to_propose,
    refusals_to_purge,
    rule_of,
    years_after,
)

DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))
YEARS = st.integers(0, 40)
TODAY = date(2040, 6, 1)
OVER = PurgeFacts(TODAY, TODAY - timedelta(days=1), TODAY - timedelta(days=900), False, True, False, 2, 1)


@given(DAYS, DAYS, YEARS, YEARS)
def test_it_is_the_later_of_the_two_days(signed_on, born_on, a, b):
    until = keep_until(signed_on, born_on, KeepRule(a, b))
    assert until == max(years_after(signed_on, a), years_after(born_on, 18 + b))
    assert until >= years_after(signed_on, a)
    assert until >= years_after(years_after(born_on, 18), b) - timedelta(days=1)


@given(DAYS, DAYS, YEARS, YEARS, st.integers(0, 5), st.integers(0, 900))
def test_nothing_makes_it_shorter(signed_on, born_on, a, b, more, later):
    rule = KeepRule(a, b)
    until = keep_until(signed_on, born_on, rule)
    assert keep_until(signed_on, born_on, KeepRule(a + more, b)) >= until
    assert keep_until(signed_on, born_on, KeepRule(a, b + more)) >= until
    assert keep_until(signed_on + timedelta(days=later), born_on, rule) >= until
    assert keep_until(signed_on, born_on + timedelta(days=later), rule) >= until


@given(DAYS, DAYS.filter(lambda day: day <= date(2000, 1, 1)), YEARS, YEARS)
def test_an_unknown_birth_date_keeps_it_longest(signed_on, born_on, a, b):
    rule = KeepRule(a, b)
    assert keep_until(signed_on, None, rule) >= keep_until(signed_on, min(born_on, signed_on), rule)


@given(DAYS, st.integers(-40, 60))
def test_so_many_years_later_is_the_same_day_or_the_first_of_march(day, years):
    moved = years_after(day, years)
    assert moved.year == day.year + years
    assert (moved.month, moved.day) in ((day.month, day.day), (3, 1))


def test_the_examples_of_the_field():
    assert keep_until(date(2026, 9, 3), date(2016, 3, 4), KeepRule(6, 3)) == date(2037, 3, 4)  # age 21 is later
    assert keep_until(date(2026, 9, 3), date(2009, 3, 4), KeepRule(6, 3)) == date(2032, 9, 3)  # six years are later
    assert keep_until(date(2024, 2, 29), date(2000, 1, 1), KeepRule(1, 0)) == date(2025, 3, 1)


def test_what_is_over_may_go():
    assert refusals_to_purge(OVER) == []
    assert refusals_to_propose(replace(OVER, is_proposed=False)) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"keep_until_on": TODAY}, "too_early"),
        ({"keep_until_on": None}, "not_signed"),
        ({"in_force_until": TODAY}, "in_force"),
        ({"is_held": True}, "held"),
        ({"is_purged": True}, "purged"),
        ({"actor_id": 1}, "same_person"),
        ({"actor_id": None}, "same_person"),
        ({"is_proposed": False}, "not_proposed"),
    ],
)
def test_each_reason_not_to_purge(changes, code):
    assert code in {reason.code for reason in refusals_to_purge(replace(OVER, **changes))}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "proposed"),
        ({"keep_until_on": TODAY}, "too_early"),
        ({"keep_until_on": None}, "not_signed"),
        ({"in_force_until": TODAY}, "in_force"),
        ({"is_held": True}, "held"),
        ({"is_purged": True}, "purged"),
        ({"actor_id": None, "is_proposed": False}, "nobody"),
    ],
)
def test_each_reason_not_to_propose(changes, code):
    assert code in {reason.code for reason in refusals_to_propose(replace(OVER, **changes))}


def test_a_hold_has_a_reason_and_there_is_one_at_a_time():
    assert refusals_to_hold("Broken arm", is_held=False) == []
    assert [reason.code for reason in refusals_to_hold(" ", is_held=False)] == ["no_reason"]
    assert [reason.code for reason in refusals_to_hold("Broken arm", is_held=True)] == ["held"]


def test_our_own_rule_can_be_read():
    rule = rule_of(tomllib.loads(Path(keeping_queries.DEFAULT).read_text()))
    assert (rule.after_signature_years, rule.after_18_years) == (6, 3)
    assert "attorney" in rule.source
    assert rule.as_json()["checked_on"] == "2026-11-26"


@pytest.mark.parametrize(
    "table",
    [{}, {"after_signature_years": 6}, {"after_signature_years": -1, "after_18_years": 3}, {"after_signature_years": 6, "after_18_years": "3"},
     {"after_signature_years": True, "after_18_years": 3}, {"after_signature_years": 6, "after_18_years": 3, "checked_on": "soon"}],
)  # fmt: skip
def test_a_rule_that_is_none_is_refused(table):
    with pytest.raises(BadRule):
        rule_of({"retention": table})


# ---- answers from outside ----

OUTSIDE = {"settled_days": 180, "waiting_days": 90}


@given(DAYS, st.integers(0, 400))
def test_settled_words_stay_to_the_last_of_the_days_and_not_longer(settled_on, passed):
    rule = outside_rule_of({"outside_answers": OUTSIDE})
    assert (settled_on < rule.settled_before(settled_on + timedelta(days=passed))) == (passed > 180)


def test_a_wait_is_too_long_from_the_day_after():
    rule = outside_rule_of({"outside_answers": OUTSIDE})
    assert not rule.is_overdue(TODAY - timedelta(days=90), TODAY)
    assert rule.is_overdue(TODAY - timedelta(days=91), TODAY)


def test_our_own_rule_for_outside_can_be_read():
    rule = outside_rule_of(tomllib.loads(Path(keeping_queries.DEFAULT).read_text()))
    assert rule.as_json() == OUTSIDE | {"source": rule.source, "checked_on": "2026-11-26"}
    assert "attorney" in rule.source


@pytest.mark.parametrize(
    "changes",
    [
        {"settled_days": None},
        {"waiting_days": 0},
        {"settled_days": True},
        {"settled_days": 9999},
        {"checked_on": "soon"},
    ],
)
def test_a_rule_for_outside_that_is_none_is_refused(changes):
    with pytest.raises(BadRule):
        outside_rule_of({"outside_answers": OUTSIDE | changes})
