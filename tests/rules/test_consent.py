"""What a consent is worth on a day, one test for each refusal, and histories that must never leak."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.proofs import cases
from youthprog.consent import rules
from youthprog.consent.types import (
    Decision,
    DecisionFact,
    RequestFact,
    RequestState,
    Route,
    SectionKind,
    SectionState,
    SignFacts,
    Signing,
)

ON = date(2026, 9, 17)
REQUIRED = ("take_part", "emergency_care")


def decided(key="take_part", decision=Decision.GIVEN, on=date(2026, 9, 1), guardian=1, **values):
    at = datetime(on.year, on.month, on.day, 15, tzinfo=UTC)
    return DecisionFact(guardian, key, decision, at, on, **values)


def asked(state=RequestState.SENT, number=1, **values):
    return RequestFact(number, 1, state, date(2026, 9, 1), **({"sent_on": date(2026, 9, 1), "times_asked": 1} | values))


def both(**values):
    return [decided(key, **values) for key in REQUIRED]


def state_of(decisions, requests=(), on=ON, key="take_part"):
    return rules.section_states(decisions, requests, on, [key])[key]


# ---- standing ----


def test_nobody_asked():
    assert state_of([]) is SectionState.NOT_ASKED


def test_asked_and_not_answered():
    assert state_of([], [asked()]) is SectionState.ASKED


def test_given_until_the_last_day_included():
    fact = decided(valid_until_on=ON)
    assert state_of([fact]) is SectionState.GIVEN
    assert state_of([fact], on=ON + timedelta(days=1)) is SectionState.EXPIRED


def test_taking_back_works_forward_only():
    fact = decided(withdrawn_on=ON)
    assert state_of([fact], on=ON - timedelta(days=1)) is SectionState.GIVEN
    assert state_of([fact]) is SectionState.WITHDRAWN


def test_a_decision_of_tomorrow_does_not_count_today():
    assert state_of([decided(on=ON + timedelta(days=1))]) is SectionState.NOT_ASKED


def test_the_latest_decision_of_a_guardian_counts():
    early, late = decided(decision=Decision.REFUSED), decided(on=date(2026, 9, 5))
    assert state_of([late, early]) is SectionState.GIVEN


def test_one_guardian_is_enough():
    assert rules.is_cleared(dict.fromkeys(REQUIRED, SectionState.GIVEN), REQUIRED)


@pytest.mark.parametrize("other", [{"decision": Decision.REFUSED}, {"withdrawn_on": date(2026, 9, 10)}])
def test_another_guardians_no_stands_against_a_yes(other):
    assert state_of([decided(), decided(guardian=2, **other)]) is SectionState.CONFLICT


def test_refusing_an_optional_section_keeps_nobody_out():
    assert rules.objection([*both(), decided("photos", Decision.REFUSED)], [], ON, REQUIRED) is None


# ---- why not ----


@pytest.mark.parametrize(
    ("decisions", "requests", "code", "state"),
    [
        ([], [], "consent.not_asked", "missing"),
        ([], [asked()], "consent.sent", "waiting"),
        ([], [asked(times_asked=3)], "consent.never_answered", "missing"),
        ([], [asked(RequestState.OPENED, opened_on=date(2026, 9, 16))], "consent.opened", "waiting"),
        ([], [asked(RequestState.BOUNCED)], "consent.bounced", "missing"),
        ([], [asked(RequestState.QUEUED, sent_on=None)], "consent.leaving", "waiting"),
        ([], [asked(RequestState.CANCELED)], "consent.not_asked", "missing"),
        (both(decision=Decision.REFUSED), [], "consent.refused", "missing"),
        (both(withdrawn_on=date(2026, 9, 10)), [], "consent.withdrawn", "missing"),
        (both(valid_until_on=date(2026, 9, 1)), [], "consent.expired", "expired"),
        (both(valid_until_on=date(2026, 9, 1)), [asked()], "consent.sent", "waiting"),
        ([*both(), *both(guardian=2, decision=Decision.REFUSED)], [], "consent.conflict", "missing"),
        ([decided()], [], "consent.not_asked", "missing"),
    ],
)
def test_the_objection_names_its_reason(decisions, requests, code, state):
    found = rules.objection(decisions, requests, ON, REQUIRED)
    assert (found.code, found.state) == (code, state)


def test_sentences_carry_their_dates():
    found = rules.objection(both(valid_until_on=date(2026, 9, 1)), [], ON, REQUIRED)
    assert found.sentence % dict(found.values) == "Consent ended 2026-09-01."
    found = rules.objection([], [asked(times_asked=3)], ON, REQUIRED)
    assert found.sentence % dict(found.values) == "Never sent back. Asked 3 times."


def test_a_line_says_until_when_and_whether_photos_are_allowed():
    facts = [*both(valid_until_on=date(2026, 11, 21)), decided("photos", Decision.REFUSED)]
    line = rules.line_of(7, facts, [asked(RequestState.SIGNED)], ON, REQUIRED)
    assert (line.state, line.until, line.photos) == ("signed", date(2026, 11, 21), False)
    assert rules.line_of(7, [], [], ON, REQUIRED).photos is None


# ---- histories ----

DEEDS = st.lists(
    st.tuples(
        st.integers(1, 3),  # guardian
        st.sampled_from((*REQUIRED, "photos")),
        st.sampled_from(Decision),
        st.integers(0, 60),  # decided on this day
        st.one_of(st.none(), st.integers(0, 60)),  # last day, counted from the decision
        st.one_of(st.none(), st.integers(0, 60)),  # taken back so many days later
    ),
    max_size=12,
)
START = date(2026, 8, 1)


def told(deeds):
    """The facts of a random history."""
    facts = []
    for order, (guardian, key, decision, day, last, back) in enumerate(deeds):
        on = START + timedelta(days=day)
        facts.append(
            DecisionFact(
                guardian, key, decision, datetime(on.year, on.month, on.day, tzinfo=UTC), on,
                None if last is None else on + timedelta(days=last),
                None if back is None else on + timedelta(days=back), order,
            )
        )  # fmt: skip
    return facts


def holds(fact, on):
    """By the plainest reading: a yes, made, not over, not taken back."""
    return (
        fact.decision is Decision.GIVEN
        and fact.decided_on <= on
        and (fact.valid_until_on is None or on <= fact.valid_until_on)
        and (fact.withdrawn_on is None or on < fact.withdrawn_on)
    )


@pytest.mark.proof("no youth is cleared without every required section given", room="consent")
def test_no_history_leaves_a_youth_cleared_without_consent():
    @settings(max_examples=cases(full=10_000, sample=200), deadline=None, database=None)
    @given(DEEDS, st.integers(0, 70))
    def never_leaks(deeds, day):
        facts, on = told(deeds), START + timedelta(days=day)
        if rules.objection(facts, [], on, REQUIRED) is not None:
            return
        for key in REQUIRED:
            of_key = [fact for fact in facts if fact.section_key == key]
            assert any(holds(fact, on) for fact in of_key)
            for guardian in {fact.guardian_id for fact in of_key}:
                made = [f for f in of_key if f.guardian_id == guardian and f.decided_on <= on]
                latest = max(made, key=lambda f: (f.decided_at, f.order), default=None)
                assert latest is None or holds(latest, on) or (latest.valid_until_on or on) < on

    never_leaks()


# ---- answering and signing ----

COMPLETE = Signing("Rosa Elena Aguilar", True, True, 7, "en")


def refused(**changes):
    facts = {
        "state": RequestState.OPENED,
        "valid_until_on": date(2026, 11, 21),
        "today": ON,
        "may_decide": True,
        "unanswered": (),
        "agreed_to_screens": True,
        "signing": COMPLETE,
    }
    return [refusal.code for refusal in rules.refusals_to_sign(SignFacts(**(facts | changes)))]


def test_a_complete_signature_counts():
    assert refused() == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"signing": Signing(" ", True, True, 7, "en")}, "no_name"),
        ({"signing": Signing("\u0301\u0301", True, True, 7, "en")}, "no_name"),
        ({"signing": Signing("Rosa", False, True, 7, "en")}, "not_guardian"),
        ({"signing": Signing("Rosa", True, False, 7, "en")}, "not_agreed"),
        ({"unanswered": ("photos",)}, "unanswered"),
        ({"agreed_to_screens": False}, "not_agreed_to_screens"),
        ({"state": RequestState.CANCELED}, "closed"),
        ({"state": RequestState.SIGNED}, "closed"),
        ({"valid_until_on": date(2026, 9, 16)}, "over"),
        ({"may_decide": False}, "may_not_decide"),
    ],
)
def test_each_reason_not_to_sign(changes, code):
    assert refused(**changes) == [code]


def test_a_matched_answer_needs_the_agreement_too():
    assert refused(signing=replace(COMPLETE, route=Route.MATCHED), agreed_to_screens=False) == ["not_agreed_to_screens"]


def test_paper_and_telephone_need_no_agreement_to_screens():
    for route in (Route.PAPER, Route.PHONE):
        assert refused(signing=replace(COMPLETE, route=route), agreed_to_screens=False) == []


def test_all_reasons_come_at_once():
    assert refused(signing=Signing("", False, False, 7, "en"), unanswered=("x",)) == [
        "unanswered", "no_name", "not_guardian", "not_agreed",
    ]  # fmt: skip


@pytest.mark.parametrize(("chosen", "code"), [((), "none_chosen"), (("rides",), "not_in_force")])
def test_reasons_not_to_take_back(chosen, code):
    assert [refusal.code for refusal in rules.refusals_to_take_back(chosen, ("photos",))] == [code]


@pytest.mark.parametrize(
    ("kind", "answer", "complete"),
    [
        (SectionKind.DECISION, {"choice": "no"}, True),
        (SectionKind.DECISION, {"choice": "perhaps"}, False),
        (SectionKind.INFORMATION, {"choice": "read"}, True),
        (SectionKind.HEALTH, {"choice": "no"}, True),
        (SectionKind.HEALTH, {"choice": "yes"}, False),
        (SectionKind.HEALTH, {"choice": "yes", "alert": "Asthma"}, True),
        (SectionKind.PICKUP, {"names": []}, False),
        (SectionKind.PICKUP, {"names": ["Rosa"]}, True),
        (SectionKind.EMERGENCY, {"name": "José", "phone": ""}, False),
        (SectionKind.EMERGENCY, {"name": "José", "phone": "+12175550142"}, True),
        (SectionKind.DECISION, None, False),
    ],
)
def test_when_an_answer_is_complete(kind, answer, complete):
    assert rules.is_answered(kind, answer) is complete


def test_texts_are_filled_without_being_run():
    filled = rules.filled("%(name)s: 100% {{7*7}} %(other)s %s", {"name": "%(name)s {{x}}"})
    assert filled == "%(name)s {{x}}: 100% {{7*7}} %(other)s %s"
