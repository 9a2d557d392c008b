"""What a match does not end without, and how long matches last, against a slow reference in fractions."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from tests.support.proofs import cases
from youthprog.mentorship.closing import rules
from youthprog.mentorship.closing.types import (
    AREAS,
    REASONS,
    Attempt,
    Contact,
    Draft,
    How,
    Initiator,
    Interview,
    Party,
    Reason,
    Rematch,
    Side,
    Span,
    Step,
    Talk,
    Way,
)
from youthprog.mentorship.types import MatchStatus

ON = date(2026, 9, 17)
TRIES = tuple(Attempt(ON - timedelta(days=back), How.PHONE) for back in (1, 4, 9))
TALKED = Interview(Talk.DONE, ON)
WHOLE = Draft(
    way=Way.EXPECTED,
    reason=Reason.TERM_DONE,
    initiator=Initiator.PROGRAM,
    ends_on=ON,
    interviews=dict.fromkeys(Party, TALKED),
    rematch={1: Rematch.YES, 2: Rematch.LATER},
    contact=Contact.NONE,
    contact_told_on=ON,
)
DAYS = rules.Days(ON - timedelta(days=200), ON - timedelta(days=5), ON)


def codes(reasons):
    return [reason.code for reason in reasons]


def talks(**changed):
    return {party: changed.get(party.value, TALKED) for party in Party}


def end(draft, *, status=MatchStatus.ACTIVE, lettered=True):
    return codes(rules.refusals_to_end(status, draft, lettered=lettered))


@pytest.mark.parametrize("status", [MatchStatus.ACTIVE, MatchStatus.PAUSED])
def test_a_whole_closure_ends_a_match(status):
    assert end(WHOLE, status=status) == []


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"way": None}, "way"),
        ({"reason": None}, "reason"),
        ({"initiator": None}, "initiator"),
        ({"ends_on": None}, "ends_on"),
        ({"way": Way.UNREACHABLE, "attempts": TRIES}, "attempts"),
        ({"way": Way.UNREACHABLE, "unreachable": Party.YOUTH, "attempts": TRIES[:2]}, "attempts"),
        ({"way": Way.UNREACHABLE, "unreachable": Party.YOUTH, "attempts": TRIES[:1] * 3}, "attempts"),
        ({"interviews": talks(mentor=Interview())}, "mentor_talk"),
        ({"interviews": talks(youth=Interview(Talk.NOT_POSSIBLE, None, " "))}, "youth_talk"),
        ({"interviews": talks(guardian=Interview(Talk.DONE))}, "guardian_talk"),
        ({"rematch": {1: Rematch.YES, 2: None}}, "rematch"),
        ({"rematch": {}}, "rematch"),
        ({"contact": None}, "contact"),
        ({"contact_told_on": None}, "contact"),
    ],
)
def test_each_thing_is_missed_by_its_name(change, missing):
    assert end(replace(WHOLE, **change)) == [f"missing_{missing}"]


def test_everything_that_is_missing_is_named_at_once():
    asked = [step for step in Step if step is not Step.ATTEMPTS]
    assert end(Draft(), lettered=False) == [f"missing_{step.value}" for step in asked]
    assert end(WHOLE, lettered=False) == ["missing_letters"]
    assert end(None) == ["no_closure"]
    assert end(WHOLE, status=MatchStatus.CLOSED) == ["match_closed"]


def test_somebody_who_cannot_be_reached_was_tried_three_times():
    talk = Interview(Talk.NOT_POSSIBLE, None, "Nobody answers.")
    gone = replace(
        WHOLE, way=Way.UNREACHABLE, unreachable=Party.GUARDIAN, attempts=TRIES, interviews=talks(guardian=talk)
    )
    assert end(gone) == []


def test_there_are_reasons_enough_and_words_of_our_own():
    assert len(REASONS) == len(Reason) >= 12
    assert all(len(areas) >= 5 for areas in AREAS.values())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ends_on": ON + timedelta(days=1)}, "ends_later"),
        ({"ends_on": ON - timedelta(days=6)}, "ends_before"),
        ({"interviews": talks(youth=Interview(Talk.DONE, ON + timedelta(days=1)))}, "talk_ahead"),
        ({"interviews": talks(youth=Interview(Talk.DONE, ON - timedelta(days=300)))}, "talk_before"),
        ({"interviews": talks(mentor=Interview(Talk.DONE))}, "no_day"),
        ({"interviews": talks(mentor=Interview(Talk.NOT_POSSIBLE))}, "no_why"),
        ({"interviews": talks(mentor=replace(TALKED, words="x" * 4001))}, "words_too_long"),
        ({"contact": None}, "no_rule"),
    ],
)
def test_what_cannot_be_is_not_saved(change, code):
    assert codes(rules.refusals_to_save(replace(WHOLE, **change), DAYS)) == [code]
    assert rules.refusals_to_save(WHOLE, DAYS) == rules.refusals_to_save(Draft(), DAYS) == []


def test_a_try_is_written_down_once_and_in_its_time():
    add = rules.refusals_to_add_attempt
    assert add(Attempt(ON, How.MAIL), TRIES, DAYS) == []
    assert codes(add(TRIES[0], TRIES, DAYS)) == ["attempt_known"]
    assert codes(add(Attempt(ON + timedelta(days=1), How.MAIL), TRIES, DAYS)) == ["attempt_ahead"]
    assert codes(add(Attempt(ON - timedelta(days=201), How.MAIL), TRIES, DAYS)) == ["attempt_before"]
    assert codes(add(Attempt(ON, How.MAIL), TRIES * 14, DAYS)) == ["attempts_full"]


def test_only_what_began_is_closed_and_once_at_a_time():
    assert rules.refusals_to_open(MatchStatus.PAUSED, under_way=False) == []
    assert codes(rules.refusals_to_open(MatchStatus.ACTIVE, under_way=True)) == ["under_way"]
    assert codes(rules.refusals_to_open(MatchStatus.PROPOSED, under_way=False)) == ["match_proposed"]


def test_nobody_unsafe_is_thanked_and_no_reason_is_told():
    assert rules.gets_certificate(Side.MENTOR, Rematch.NO)
    assert not rules.gets_certificate(Side.MENTOR, Rematch.UNSAFE)
    assert not rules.gets_certificate(Side.YOUTH, Rematch.YES)
    (reason,) = rules.refusals_to_rematch(["Ana Reyes"])
    assert "safe" not in str(reason)


# ---- how long matches last ----


def reference(spans):
    """The product-limit estimate from its definition, day by day, in fractions: {day: share that lasts longer}."""
    found, share = {}, Fraction(1)
    for day in range(max((span.days for span in spans), default=0) + 1):
        at_risk = [span for span in spans if span.days >= day]
        ended = [span for span in at_risk if span.ended and span.days == day]
        if at_risk:
            share *= 1 - Fraction(len(ended), len(at_risk))
        found[day] = share
    return found


def some(random, kind):
    """Matches of a kind: with ties, everything censored, nothing censored, or mixed."""
    longest = random.choice((4, 40, 900))
    chance = {"censored": 0, "ended": 1}.get(kind, random.random())
    number = random.randrange(1, 30)
    return [Span(random.randint(1, longest), random.random() < chance) for _each in range(number)]


@pytest.mark.proof("how long matches last equals a reference in fractions", room="mentorship")
def test_the_curve_equals_the_reference_to_a_billionth():
    random = Random(20261127)
    for case in range(cases(full=5_000, sample=60)):
        spans = some(random, ("mixed", "ties", "censored", "ended")[case % 4])
        expected = reference(spans)
        curve = rules.survival_of(spans)
        assert all(abs(share - expected[day]) <= 1e-9 for day, share in curve)
        assert {day for day, _share in curve} == {span.days for span in spans if span.ended}
        for mark in rules.retention_of(spans).marks:
            day = rules.MONTHS[mark.months]
            last = expected.get(min(day - 1, max(expected)))
            assert mark.at_risk == sum(span.days >= day for span in spans)
            assert mark.at_risk + mark.ended + mark.censored == len(spans)
            assert mark.survival is None or abs(mark.survival - last) <= 1e-9


def test_the_curve_of_the_textbook():
    """Six matches, two still open: 6/6, then 5/6, then 5/6 x 3/4, then x 1/2."""
    spans = [Span(10, True), Span(20, False), Span(30, True), Span(40, False), Span(50, True), Span(60, False)]
    shares = [Fraction(5, 6), Fraction(5, 6) * Fraction(3, 4), Fraction(5, 6) * Fraction(3, 4) * Fraction(1, 2)]
    assert rules.survival_of(spans) == [
        (day, pytest.approx(float(share), abs=1e-12)) for day, share in zip((10, 30, 50), shares, strict=True)
    ]


def test_nothing_ended_and_nothing_known():
    assert rules.survival_of([]) == []
    assert [mark.survival for mark in rules.retention_of([]).marks] == [None] * 4
    young = rules.retention_of([Span(100, False)] * 3)
    assert [mark.survival for mark in young.marks] == [1.0, None, None, None]
    assert (young.matches, young.open) == (3, 3)
    gone = rules.retention_of([Span(20, True)])
    assert [mark.survival for mark in gone.marks] == [0.0] * 4


def test_a_match_of_a_year_to_the_day_lasted_a_year():
    span = rules.span_of(date(2025, 9, 1), date(2026, 8, 31), ON)
    assert span == Span(365, True)
    assert rules.retention_of([span]).marks[2].survival == 1.0
    assert rules.span_of(date(2025, 9, 1), None, ON, paused=True).paused
    assert rules.span_of(ON, ON, ON).days == 1


def test_one_line_alone_closes_a_match():
    """Whoever sets the closed state anywhere else goes past the closure."""
    package = Path(rules.__file__).resolve().parents[2]
    sets = re.compile(r"status\b[^=\n]* = MatchStatus\.CLOSED|\"?status\"?[:=] ?MatchStatus\.CLOSED")
    found = [
        f"{path.relative_to(package)}: {line.strip()}"
        for path in sorted(package.rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if sets.search(line)
    ]
    assert found == [
        "mentorship/services.py: match.status, match.ended_on, match.passed_gate_at = MatchStatus.CLOSED, ended_on, None"
    ]


# ---- each child's own talks in a group ----

OPEN = Interview()


def of_two(**talks):
    """A group of children 7 and 8, all talks had but those named like `guardian_8`."""
    each = {key: {party: talks.get(f"{party.value}_{key}", TALKED) for party in rules.OF_CHILDREN} for key in (7, 8)}
    return Draft(interviews={Party.MENTOR: TALKED}, children=each)


@pytest.mark.parametrize(
    ("open_talk", "step"),
    [("youth_7", Step.YOUTH_TALK), ("youth_8", Step.YOUTH_TALK), ("guardian_8", Step.GUARDIAN_TALK)],
)
def test_a_group_ends_with_a_talk_about_each_child(open_talk, step):
    talks = {Step.MENTOR_TALK, Step.YOUTH_TALK, Step.GUARDIAN_TALK}
    assert not talks & set(rules.steps_missing(of_two(), lettered=True))
    assert talks & set(rules.steps_missing(of_two(**{open_talk: OPEN}), lettered=True)) == {step}
    no_day = rules.refusals_to_save(of_two(**{open_talk: Interview(Talk.DONE)}), DAYS)
    party, key = open_talk.split("_")
    assert [reason.field for reason in no_day] == [f"child-{key}-{party}_on"]


def test_what_the_talks_of_a_group_come_to():
    later, not_had = Interview(Talk.DONE, ON + timedelta(days=1)), Interview(Talk.NOT_POSSIBLE, words="Moved away.")
    assert rules.in_all([TALKED, OPEN]) == OPEN
    assert rules.in_all([TALKED, later, not_had]) == Interview(Talk.DONE, ON + timedelta(days=1))
    assert rules.in_all([not_had, not_had]).state is Talk.NOT_POSSIBLE
