"""Which matches worry: one test for each rule, holding and not holding, and the sums."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.makers.lasting import make_lasting, quality_of
from tests.support.proofs import cases
from youthprog.mentorship.cadence import warnings
from youthprog.mentorship.cadence.plans import kept_of, plan_of
from youthprog.mentorship.cadence.types import PRESETS, USUAL_POINTS, WARN_FROM, Hold, Party, Plan, Sign
from youthprog.mentorship.cadence.warnings import Signs

ON = date(2026, 9, 17)
FINE = Signs(every_days=7, started_on=date(2026, 6, 1), met_on=date(2026, 9, 10), logged_on=date(2026, 9, 10))


def found(signs, points=USUAL_POINTS):
    return warnings.reasons_of(signs, points, ON)


def test_a_match_on_plan_worries_nobody():
    assert found(FINE) == ()


@pytest.mark.parametrize(
    ("change", "sign", "values"),
    [
        ({"met_on": date(2026, 9, 3)}, Sign.MISSED, {"count": 2}),
        ({"logged_on": date(2026, 9, 3)}, Sign.NO_LOG, {"days": 14}),
        ({"overdue": 2, "overdue_days": 9}, Sign.OVERDUE, {"count": 2, "days": 9}),
        ({"moods": (2, 5, 4, 3)}, Sign.MOOD, {}),
        ({"moved_on": date(2026, 9, 1)}, Sign.MOVED, {"day": date(2026, 9, 1)}),
        ({"shift_changed_on": date(2026, 9, 2)}, Sign.SHIFT, {"day": date(2026, 9, 2)}),
        ({"waited_days": 31}, Sign.WAITED, {"days": 31}),
        ({"does_not_fit": True}, Sign.FIT, {}),
    ],
)
def test_each_rule_gives_its_reason_and_its_points(change, sign, values):
    (reason,) = found(replace(FINE, **change))
    assert (reason.sign, reason.points, reason.values) == (sign, USUAL_POINTS[sign], values)
    assert reason.sentence
    assert found(replace(FINE, **change), USUAL_POINTS | {sign: 0}) == (), "0 points switch it off"


@pytest.mark.parametrize(
    "change",
    [
        {"met_on": date(2026, 9, 4)},
        {"logged_on": date(2026, 9, 4)},
        {"moods": (5, 4, 4)},
        {"moods": (4, 3)},
        {"moved_on": date(2026, 6, 1)},
        {"waited_days": 30},
        {"met_on": None, "logged_on": None, "started_on": date(2026, 9, 10)},
        {
            "met_on": date(2026, 8, 20),
            "logged_on": date(2026, 8, 20),
            "holds": (Hold(date(2026, 8, 22), date(2026, 9, 16)),),
        },
    ],
)
def test_one_less_is_no_reason(change):
    assert found(replace(FINE, **change)) == ()


def test_the_weightiest_reason_stands_first():
    reasons = found(replace(FINE, waited_days=40, overdue=1, overdue_days=1, does_not_fit=True))
    assert [each.points for each in reasons] == [3, 2, 1]


def test_a_plan_is_kept_and_read_again():
    usual = plan_of(None)
    assert usual.rhythms == PRESETS["eepm5"].rhythms
    own = replace(
        usual, preset=None, rhythms=(replace(PRESETS["bbbs"].rhythms[0], party=Party.GUARDIAN),), source="Board",
        read_on=ON, areas=("One",), points=USUAL_POINTS | {Sign.FIT: 0}, warn_from=5,
    )  # fmt: skip
    for plan in (usual, own):
        assert isinstance(plan, Plan)
        assert plan_of(kept_of(plan)) == plan


@pytest.mark.proof(
    "of matches whose end is known, 80 in 100 that end early are flagged 30 days ahead", room="mentorship"
)
def test_how_many_of_those_that_end_early_are_flagged_ahead():
    matches = [make_lasting(seed) for seed in range(cases(full=5_000, sample=150))]
    found = quality_of(matches, USUAL_POINTS, WARN_FROM)
    assert found.caught >= 0.8
    assert found.flagged <= 0.25, "of all that go on, on a day"
    assert found.caught >= found.by_chance + 0.3, "and not because everybody is flagged now and then"
    deaf = quality_of(matches, dict.fromkeys(Sign, 0), WARN_FROM)
    assert (deaf.caught, deaf.flagged) == (0, 0)
