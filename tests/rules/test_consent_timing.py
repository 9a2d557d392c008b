"""When a form is due and when a reminder leaves: once a step, never before its day, never after the answer."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.proofs import cases
from youthprog.consent import timing

ASKED = date(2026, 9, 1)
STARTS, ENDS = date(2026, 9, 20), date(2026, 11, 21)
days = st.dates(date(2020, 1, 1), date(2040, 12, 31))


def test_a_season_a_week_away_is_the_due_day():
    assert timing.due_day(ASKED, ASKED + timedelta(days=7), ENDS) == ASKED + timedelta(days=7)


@pytest.mark.parametrize("away", [6, 0, -30])
def test_a_season_at_hand_leaves_three_weeks(away):
    assert timing.due_day(ASKED, ASKED + timedelta(days=away), ENDS) == ASKED + timedelta(days=21)


def test_nothing_is_due_after_the_season():
    assert timing.due_day(date(2026, 11, 15), STARTS, ENDS) == ENDS


@given(days, days, st.integers(0, 400))
def test_due_days_lie_between_asking_and_the_end(asked, starts, length):
    due = timing.due_day(asked, starts, starts + timedelta(days=length))
    assert due >= asked
    assert due <= max(asked, starts + timedelta(days=length))


def test_a_slip_is_due_the_day_before():
    assert timing.slip_due(ASKED, date(2026, 9, 10)) == date(2026, 9, 9)
    assert timing.slip_due(ASKED, ASKED) == ASKED


def test_a_renewal_is_due_when_the_old_answer_ends():
    assert timing.renewal_due(ASKED, date(2026, 9, 15), date(2026, 8, 1), ENDS) == date(2026, 9, 15)
    assert timing.renewal_due(ASKED, date(2026, 9, 15), date(2026, 10, 1), ENDS) == date(2026, 10, 1)


DUE = date(2026, 10, 1)


@pytest.mark.parametrize(
    ("left", "step"), [(22, None), (21, 21), (20, 21), (8, 21), (7, 7), (2, 7), (1, 1), (0, 1), (-1, None)]
)
def test_the_nearest_step_leaves(left, step):
    assert timing.step_due(DUE, ASKED - timedelta(days=9), DUE - timedelta(days=left), ()) == step


def test_a_step_leaves_once_and_none_before_it_any_more():
    today = DUE - timedelta(days=7)
    assert timing.step_due(DUE, ASKED, today, {7}) is None
    assert timing.step_due(DUE, ASKED, today, {1}) is None
    assert timing.step_due(DUE, ASKED, today, {21}) == 7


def test_who_was_just_asked_is_not_reminded_at_once():
    today = DUE - timedelta(days=20)
    assert timing.step_due(DUE, DUE - timedelta(days=21), today, ()) is None
    assert timing.step_due(DUE, DUE - timedelta(days=22), today, ()) == 21


@pytest.mark.proof("a reminder step leaves at most once, on its day or later, never past the due day", room="consent")
def test_steps_over_random_clocks():
    @settings(max_examples=cases(full=10_000, sample=150), deadline=None, database=None)
    @given(days, st.integers(0, 60), st.sets(st.integers(0, 80)), st.none() | st.integers(0, 70))
    def run(asked, until_due, awake, signed_after):
        due = asked + timedelta(days=until_due)
        sent: dict[int, date] = {}
        for after in sorted(awake):
            today = asked + timedelta(days=after)
            if signed_after is not None and after >= signed_after:
                break
            for _worker in range(2):
                step = timing.step_due(due, max([asked, *sent.values()]), today, sent)
                if step is not None:
                    assert step not in sent
                    sent[step] = today
        for step, day in sent.items():
            assert due - timedelta(days=step) <= day <= due
            assert day > asked
        assert len(set(sent.values())) == len(sent), "one day, one reminder"
        assert sorted(sent, key=lambda step: sent[step]) == sorted(sent, reverse=True)
        if signed_after is None and awake >= set(range(81)):
            assert set(sent) == {step for step in timing.STEPS if until_due > step}

    run()


def test_every_step_leaves_when_the_worker_never_sleeps():
    due, sent = ASKED + timedelta(days=40), {}
    for after in range(60):
        today = ASKED + timedelta(days=after)
        step = timing.step_due(due, max([ASKED, *sent.values()]), today, sent)
        if step:
            sent[step] = today
    assert sent == {step: due - timedelta(days=step) for step in (21, 7, 1)}


@given(days)
def test_the_birthday_and_its_counterpart_agree(born):
    birthday = timing.eighteenth(born)
    assert born <= timing.born_by(birthday)
    assert born > timing.born_by(birthday - timedelta(days=1))
