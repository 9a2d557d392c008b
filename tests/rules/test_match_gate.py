"""The ten items: every combination, for whom something is missing, and on which day an item ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youthprog.mentorship.gate import rules
from youthprog.mentorship.gate.requirements import (
    USUAL,
    kept_of,
    new_topic,
    refusals_to_ask,
    requirements_of,
    revised,
)
from youthprog.mentorship.gate.types import (
    CHECKS,
    OF_MENTOR,
    CheckFact,
    GateFacts,
    Item,
    MatchStepFact,
    MatchStepKind,
    MentorFacts,
    Signer,
    StepFact,
    StepKind,
    YouthFacts,
)

ON = date(2026, 9, 17)
DONE = ON - timedelta(days=30)
TOPICS = tuple((topic.key, topic.newest) for topic in USUAL.topics)
STEPS = {
    Item.APPLICATION: (StepFact(StepKind.APPLICATION, DONE),),
    Item.INTERVIEW: (StepFact(StepKind.INTERVIEW, DONE),),
    Item.REFERENCES: (StepFact(StepKind.REFERENCE, DONE), StepFact(StepKind.REFERENCE, DONE, relative=True)),
    Item.TRAINING: (StepFact(StepKind.TRAINING, DONE, 90), StepFact(StepKind.TRAINING, DONE, 30)),
    Item.POLICIES: (StepFact(StepKind.POLICIES, DONE, topics=TOPICS),),
}
NAMES = {1: "Ana Reyes", 2: "Omar Haddad", 11: "Yusuf Abdi", 12: "Finn Orr", 13: "Zoë Lind"}


def mentor(person_id=1, there=frozenset(Item)):
    steps = tuple(step for item, each in STEPS.items() if item in there for step in each)
    checks = {kind: CheckFact(in_force=True) for item, kind in CHECKS.items() if item in there}
    return MentorFacts(person_id, NAMES[person_id], steps, checks)


def youth(person_id=11, there=frozenset(Item)):
    return YouthFacts(person_id, NAMES[person_id], consent=Item.CONSENT in there, guardians=frozenset({person_id + 90}))


def signed(person_id, *, as_youth=False):
    """The signatures of one person, and of a youth's guardian."""
    rows = [MatchStepFact(MatchStepKind.COMMITMENT, person_id, DONE)]
    return rows + ([MatchStepFact(MatchStepKind.COMMITMENT, person_id + 90, DONE, person_id)] if as_youth else [])


def match(there=frozenset(Item), mentors=(1,), young=(11,), lacking=None, on=ON):
    """A match with those items of the ten; `lacking` is one person who has none of `there`'s complement."""

    def of(person_id):
        return there if lacking in (None, person_id) else frozenset(Item)

    steps = []
    for person_id in (*mentors, *young):
        if Item.COMMITMENT in of(person_id):
            steps += signed(person_id, as_youth=person_id in young)
        if Item.FIRST_MEETING in of(person_id):
            steps.append(MatchStepFact(MatchStepKind.FIRST_MEETING, person_id, DONE))
    return GateFacts(
        on, USUAL, tuple(mentor(each, of(each)) for each in mentors), tuple(youth(each, of(each)) for each in young),
        tuple(steps),
    )  # fmt: skip


def items_of(facts):
    return [lack.item for lack in rules.missing_items(facts)]


@pytest.mark.proof("all 1,024 combinations of the ten items: one passes", room="mentorship")
def test_of_all_combinations_one_passes_and_the_others_name_what_is_missing():
    passed, refused = 0, 0
    for choice in product((True, False), repeat=len(Item)):
        there = frozenset(item for item, has in zip(Item, choice, strict=True) if has)
        found = rules.missing_items(match(there))
        assert {lack.item for lack in found} == set(Item) - there
        assert [lack.item for lack in found] == sorted((lack.item for lack in found), key=list(Item).index)
        assert rules.in_date(found) == len(there)
        passed, refused = passed + (not found), refused + bool(found)
    assert (passed, refused) == (1, 1023)


@pytest.mark.parametrize("item", Item)
@pytest.mark.parametrize("person_id", [1, 2, 11, 12, 13])
def test_in_a_group_the_one_who_lacks_an_item_is_named(item, person_id):
    brings = item not in OF_MENTOR if person_id > 10 else item is not Item.CONSENT
    found = rules.missing_items(match(frozenset(Item) - {item}, (1, 2), (11, 12, 13), lacking=person_id))
    assert {(lack.item, lack.person_id) for lack in found} == ({(item, person_id)} if brings else set())
    assert all(NAMES[person_id] in str(lack.refusal()) for lack in found)


def test_a_match_whose_items_are_all_there_may_begin():
    assert rules.missing_items(match(mentors=(1, 2), young=(11, 12, 13))) == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({Item.REFERENCES: (StepFact(StepKind.REFERENCE, DONE),)}, "Ana Reyes: 1 of 2 references."),
        (
            {Item.REFERENCES: (StepFact(StepKind.REFERENCE, DONE, relative=True),) * 2},
            "Ana Reyes: a reference from somebody who is not a relative is missing.",
        ),
        (
            {Item.TRAINING: (StepFact(StepKind.TRAINING, DONE, 119),)},
            "Ana Reyes: 119 of 120 minutes of training before the match.",
        ),
        (
            {Item.POLICIES: (StepFact(StepKind.POLICIES, DONE, topics=TOPICS[:-1]),)},
            "Ana Reyes: policies not acknowledged as they read now: 1.",
        ),
        (
            {Item.APPLICATION: (StepFact(StepKind.APPLICATION, ON + timedelta(days=1)),)},
            "Ana Reyes: no application in date.",
        ),
    ],
)
def test_not_quite_enough_is_missing(changed, words):
    steps = tuple(step for each in (STEPS | changed).values() for step in each)
    facts = match()
    facts = replace(facts, mentors=(replace(facts.mentors[0], steps=steps),))
    assert [str(lack.refusal()) for lack in rules.missing_items(facts)] == [words]


def test_any_guardian_who_may_decide_signs_for_a_youth_and_nobody_else():
    facts = match()
    other = replace(facts.youth[0], guardians=frozenset({200}))
    found = rules.missing_items(replace(facts, youth=(other,)))
    assert [str(lack.refusal()) for lack in found] == ["Yusuf Abdi: no guardian has signed the commitment."]
    assert rules.signatures_open(replace(facts, youth=(other,))) == [(Signer.GUARDIAN, 200, 11)]
    two = replace(facts.youth[0], guardians=frozenset({200, 101}))
    assert rules.missing_items(replace(facts, youth=(two,))) == []


def test_an_adult_youth_needs_no_guardian():
    facts = match()
    adult = replace(facts.youth[0], guardians=frozenset(), is_adult=True)
    assert rules.missing_items(replace(facts, youth=(adult,))) == []


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(1, 60))
def test_an_item_counts_to_its_last_day_and_not_on_the_next(done_on, months):
    asks = replace(USUAL, valid_months={Item.INTERVIEW: months})
    last = rules.ends_on(done_on, Item.INTERVIEW, asks)
    assert rules.counts(done_on, Item.INTERVIEW, asks, done_on)
    assert rules.counts(done_on, Item.INTERVIEW, asks, last)
    assert not rules.counts(done_on, Item.INTERVIEW, asks, last + timedelta(days=1))
    assert not rules.counts(done_on, Item.INTERVIEW, asks, done_on - timedelta(days=1))
    assert (last + timedelta(days=1)).day in (done_on.day, 28, 29, 30)
    assert 28 * months <= (last - done_on).days + 1 <= 31 * months


def test_what_has_ended_says_since_when():
    asks = replace(USUAL, valid_months={Item.INTERVIEW: 12})
    facts = match(on=DONE.replace(year=DONE.year + 1))
    (lack,) = [each for each in rules.missing_items(replace(facts, asks=asks)) if each.item is Item.INTERVIEW]
    assert lack.since == facts.on


def test_a_new_version_of_a_policy_counts_from_its_day():
    topic = revised(USUAL.topics[0], {"title": "Touch", "title_es": "", "words": "New", "words_es": ""}, ON)
    asks = replace(USUAL, topics=(topic, *USUAL.topics[1:]))
    facts = replace(match(), asks=asks)
    assert items_of(replace(facts, on=ON - timedelta(days=1))) == []
    assert items_of(facts) == [Item.POLICIES]
    again = StepFact(StepKind.POLICIES, ON, topics=((topic.key, 2),))
    read = replace(facts.mentors[0], steps=(*facts.mentors[0].steps, again))
    assert items_of(replace(facts, mentors=(read,))) == []
    assert rules.topics_unread(facts.mentors[0], asks, ON - timedelta(days=1)) == [topic.key]


def test_what_a_program_asks_survives_being_kept():
    changed = replace(USUAL, most_youth=5, valid_months={Item.TRAINING: 24}, commitment="Be there.")
    topic = revised(new_topic("own-1"), {"title": "Dogs", "title_es": "Perros", "words": "a", "words_es": "b"}, ON)
    changed = replace(changed, topics=(*changed.topics, topic))
    assert requirements_of(kept_of(changed)) == changed
    assert requirements_of(None) == USUAL == requirements_of(kept_of(USUAL))


def test_about_eighteen_policies_are_there_in_both_languages():
    assert len(USUAL.topics) >= 18
    assert all(each.title and each.title_es and each.words and each.words_es for each in USUAL.topics)
    assert len({each.key for each in USUAL.topics}) == len(USUAL.topics)


GOOD = {"most_youth": 7, "target_low": 4, "target_high": 6, "references": 2, "outside_family": 1}


@pytest.mark.parametrize(
    ("numbers", "months", "code"),
    [
        ({"most_youth": 0}, {}, "number"),
        ({"target_low": 7}, {}, "target"),
        ({"outside_family": 3}, {}, "references"),
        ({}, {Item.TRAINING: 121}, "months"),
    ],
)
def test_a_program_cannot_ask_for_what_makes_no_sense(numbers, months, code):
    assert refusals_to_ask(GOOD, {Item.TRAINING: 24}) == []
    assert [reason.code for reason in refusals_to_ask(GOOD | numbers, months)] == [code]


@pytest.mark.parametrize(
    ("young", "mentors", "codes"),
    [
        (1, 1, []), (7, 1, ["below_target"]), (8, 1, ["over_ratio"]), (4, 2, []), (6, 2, []), (3, 2, ["below_target"]),
        (14, 2, ["below_target"]), (15, 2, ["over_ratio"]), (2, 1, ["below_target"]),
    ],
)  # fmt: skip
def test_the_size_of_a_match_is_noted(young, mentors, codes):
    assert [note.code for note in rules.size_notes(young, mentors, USUAL)] == codes


JOIN = {
    "name": "Zoë", "is_open": True, "inside": False, "is_free": True, "kept_away": False, "youth": 7, "mentors": 1,
    "limit": 7,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"is_open": False}, "not_open"), ({"inside": True}, "inside"), ({"is_free": False}, "not_free"),
        ({"kept_away": True}, "kept_away"), ({"youth": 8}, "over_ratio"),
    ],
)  # fmt: skip
def test_who_cannot_join_learns_why(changed, code):
    assert rules.refusals_to_join(rules.JoinFacts(**JOIN)) == []
    assert [reason.code for reason in rules.refusals_to_join(rules.JoinFacts(**(JOIN | changed)))] == [code]


@pytest.mark.parametrize(
    ("is_open", "inside", "left", "codes"),
    [
        (True, True, 1, []),
        (False, True, 1, ["not_inside"]),
        (True, False, 1, ["not_inside"]),
        (True, True, 0, ["last"]),
    ],
)
def test_who_cannot_leave_learns_why(is_open, inside, left, codes):
    assert [each.code for each in rules.refusals_to_leave(is_open=is_open, inside=inside, left=left)] == codes


def test_nothing_is_recorded_ahead_of_its_day_or_without_a_name():
    later = ON + timedelta(days=1)
    assert [each.code for each in rules.refusals_to_record(later, ON)] == ["future"]
    assert [each.code for each in rules.refusals_to_sign(later, ON, " ")] == ["future", "no_name"]
    assert [each.code for each in rules.refusals_to_meet(later, ON, people=0)] == ["future", "nobody"]
