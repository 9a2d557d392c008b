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
    FileRule,
    KeepRule,
    PackTerms,
    PurgeFacts,
    file_kept_until,
    file_rules_of,
    keep_until,
    outside_rule_of,
    over_before,
    refusals_to_hold,
    refusals_to_propose,
    refusals_to_purge,
    rule_of,
    words_rule_of,
    years_after,
)
from youthprog.consent.types import Written

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


# ---- state packs ----

OWN = {"retention": {"after_signature_years": 2, "after_18_years": 0}}
NY, TN = PackTerms("ny", 2192, 3, "A list", date(2026, 11, 26)), PackTerms("tn", 731)
KNOWN = {"ny": NY, "tn": TN, "oh": None}
PACKS = st.lists(st.builds(PackTerms, st.just("xx"), st.integers(0, 9000), st.none() | YEARS), max_size=3).map(tuple)


def test_a_pack_is_turned_on_by_its_letters():
    assert rule_of(OWN, KNOWN).packs == ()
    rule = rule_of(OWN | {"packs": {"use": ["NY", "tn", "ny"]}}, KNOWN)
    assert rule.packs == (NY, TN)
    assert [each["state"] for each in rule.as_json()["packs"]] == ["ny", "tn"]
    assert rule.as_json()["packs"][0]["checked_on"] == "2026-11-26"


@pytest.mark.parametrize("use", [["zz"], ["oh"], "ny", [3]])
def test_a_pack_that_is_none_is_refused(use):
    with pytest.raises(BadRule):
        rule_of(OWN | {"packs": {"use": use}}, KNOWN)


@given(DAYS, st.none() | DAYS, YEARS, YEARS, PACKS)
def test_the_longest_of_all_terms_counts(signed_on, born_on, a, b, packs):
    """Each pack alone, beside the department's own rule: never shorter than any of them, and one of them is the reason."""
    until = keep_until(signed_on, born_on, KeepRule(a, b, packs=packs))
    own = keep_until(signed_on, born_on, KeepRule(a, b))
    each = [signed_on + timedelta(days=pack.after_signature_days) for pack in packs]
    each += [
        years_after(born_on or signed_on, 18 + pack.after_18_years) for pack in packs if pack.after_18_years is not None
    ]
    assert until == max([own, *each])


@given(DAYS, st.none() | DAYS, YEARS, YEARS, PACKS, st.integers(-3, 3))
def test_the_search_leaves_out_nothing_that_is_over(signed_on, born_on, a, b, packs, days):
    """Around the very day: what may go is signed and born before the two days the tables are searched by."""
    rule = KeepRule(a, b, packs=packs)
    on = keep_until(signed_on, born_on, rule) + timedelta(days=days)
    signed_before, born_before = over_before(on, rule)
    if keep_until(signed_on, born_on, rule) < on:
        assert signed_on < signed_before
        assert (born_on or signed_on) < born_before


# ---- the rest of a file ----


def test_our_own_file_names_every_part():
    rules = file_rules_of(tomllib.loads(Path(keeping_queries.DEFAULT).read_text()))
    assert {part.value: rule.after_season_days for part, rule in rules.items()} == {
        "drafts": 180, "health": 365, "emergency": 365, "photo": 90,
    }  # fmt: skip
    assert all("attorney" in rule.source for rule in rules.values())


@pytest.mark.parametrize("days", [None, -1, True, "9", 99_999])
def test_a_part_without_its_days_is_refused(days):
    good = {name: {"after_season_days": 1} for name in ("drafts", "health", "emergency", "photo")}
    assert file_rules_of(good)
    with pytest.raises(BadRule):
        file_rules_of(good | {"health": {"after_season_days": days}})


@given(st.lists(st.none() | DAYS).filter(any), st.integers(0, 900))
def test_a_part_is_kept_from_the_last_day_it_was_for(days, more):
    assert file_kept_until(days, FileRule(more)) == max(day for day in days if day) + timedelta(days=more)


@pytest.mark.parametrize(
    ("what", "line", "days"),
    [
        (Written.MATCHES, "after_end_days", 1095),
        (Written.WALK_INS, "after_days", 90),
        (Written.CONCERNS, "after_outcome_days", 9131),
    ],
)
def test_what_was_written_has_a_term_with_source_and_day(what, line, days):
    rule = words_rule_of(tomllib.loads(Path(keeping_queries.DEFAULT).read_text()), what)
    assert rule.days == days
    assert rule.source
    assert rule.checked_on is not None
    for table in ({}, {line: 0}, {line: str(days)}, {line: True}, {line: 10**6}, 3):
        with pytest.raises(BadRule):
            words_rule_of({what.value: table}, what)
