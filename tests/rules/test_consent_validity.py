"""How long an answer holds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youthprog.consent.types import Original, Settings, Validity
from youthprog.consent.validity import ends_on_move, last_day, last_day_as_child, needs_original
from youthprog.people.rules import age_on

SIGNED, ENDS, EVENT = date(2026, 9, 22), date(2026, 11, 21), date(2026, 10, 3)
CHILD = date(2015, 5, 9)


def day(settings: Settings, **changes: date | None) -> date | None:
    values = {"signed_on": SIGNED, "season_ends_on": ENDS, "event_on": EVENT, "born_on": CHILD}
    return last_day(settings, **(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (Settings(), ENDS),
        (Settings(validity=Validity.DAYS, days=365), date(2027, 9, 22)),
        (Settings(validity=Validity.EVENT), EVENT),
        (Settings(validity=Validity.DATE, until_on=date(2027, 6, 30)), date(2027, 6, 30)),
        (Settings(validity=Validity.EIGHTEEN), date(2033, 5, 8)),
        (Settings(validity=Validity.MOVE), date(2033, 5, 8)),
    ],
)
def test_the_six_rules(settings, expected):
    assert day(settings) == expected


def test_a_change_of_team_or_school_ends_one_rule_alone():
    assert [rule for rule in Validity if ends_on_move(Settings(validity=rule))] == [Validity.MOVE]
    assert day(Settings(validity=Validity.MOVE), born_on=None) is None


@pytest.mark.parametrize("rule", [Validity.DAYS, Validity.EVENT, Validity.DATE, Validity.EIGHTEEN])
def test_a_rule_without_its_day_falls_back_on_the_season(rule):
    assert day(Settings(validity=rule), event_on=None, born_on=None) == ENDS


def test_a_leap_day_child_is_a_child_to_the_last_of_february():
    assert last_day_as_child(date(2008, 2, 29)) == date(2026, 2, 28)


def test_ink_and_notary_need_an_original():
    assert [needs_original(Settings(original=each)) for each in Original] == [False, True, True]


@given(
    st.builds(
        Settings,
        validity=st.sampled_from(Validity),
        days=st.none() | st.integers(1, 4000),
        until_on=st.none() | st.dates(date(2020, 1, 1), date(2060, 1, 1)),
    ),
    st.dates(date(2000, 1, 1), date(2026, 1, 1)),
)
def test_no_answer_outlives_childhood(settings, born):
    found = day(settings, born_on=born)
    assert found is not None
    assert age_on(born, found) < 18
    assert age_on(born, last_day_as_child(born) + timedelta(days=1)) == 18
    free = day(settings, born_on=None)
    assert free is None or found == min(free, last_day_as_child(born)) or settings.validity is Validity.EIGHTEEN
