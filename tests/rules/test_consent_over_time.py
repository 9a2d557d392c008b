"""Standing as of any day: time alone only takes away, and a deed of one day leaves the days before as they were."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.proofs import cases
from youthprog.consent import rules
from youthprog.consent.types import Decision, DecisionFact, SectionState

FIRST = date(2026, 1, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(130)]
KEY = "take_part"


@st.composite
def decisions(draw):
    """What one guardian decided on one section over a hundred days, with last days and takings back."""
    found = []
    for order, number in enumerate(sorted(draw(st.lists(st.integers(0, 99), max_size=4)))):
        on = DAYS[number]
        lasts, back = draw(st.none() | st.integers(0, 40)), draw(st.none() | st.integers(0, 20))
        found.append(
            DecisionFact(
                1, KEY, draw(st.sampled_from(Decision)), datetime(on.year, on.month, on.day, 15, tzinfo=UTC), on,
                valid_until_on=None if lasts is None else on + timedelta(days=lasts),
                withdrawn_on=None if back is None else on + timedelta(days=back), order=order,
            )
        )  # fmt: skip
    return found


def states(facts):
    return [rules.section_states(facts, [], on, [KEY])[KEY] for on in DAYS]


def deed_days(facts):
    return {fact.decided_on for fact in facts}


@pytest.mark.proof("time alone never gives, and never changes a day that was", room="consent")
def test_time_only_takes_away():
    @settings(max_examples=cases(full=10_000, sample=25), deadline=None, database=None)
    @given(decisions(), decisions())
    def run(facts, later):
        found = states(facts)
        for before, on, now in zip(found, DAYS[1:], found[1:], strict=False):
            if on not in deed_days(facts) and now is SectionState.GIVEN:
                assert before is SectionState.GIVEN, "a yes came from nothing"
        last = max((fact.decided_on for fact in facts), default=FIRST)
        added = [fact for fact in later if fact.decided_on > last]
        if added:
            first = min(fact.decided_on for fact in added)
            assert states([*facts, *added])[: DAYS.index(first)] == found[: DAYS.index(first)]

    run()


def test_the_property_sees_a_yes_that_comes_back():
    taken = DecisionFact(
        1, KEY, Decision.GIVEN, datetime(2026, 1, 5, tzinfo=UTC), date(2026, 1, 5), withdrawn_on=date(2026, 1, 9)
    )
    found = states([taken])
    assert found[DAYS.index(date(2026, 1, 8))] is SectionState.GIVEN
    assert set(found[DAYS.index(date(2026, 1, 9)) :]) == {SectionState.WITHDRAWN}
