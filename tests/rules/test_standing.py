"""What decisions are worth on a day: each state, each rule of a program, each way a right ends; then random histories."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import histories
from tests.support.proofs import cases
from youthprog.consent import rules, standing
from youthprog.consent.types import (
    Decision,
    DecisionFact,
    ExcuseFact,
    FamilyFacts,
    GuardianFact,
    RequestFact,
    RequestState,
    Requirement,
    SectionState,
    ShowIf,
    UnmatchedFact,
)
from youthprog.people.types import BondChange
from youthprog.programs.types import GuardianRule

ON = date(2026, 9, 17)
DAY = timedelta(days=1)
S = SectionState
TWO = (GuardianFact(1), GuardianFact(2))


def decided(guardian=1, decision=Decision.GIVEN, on=date(2026, 9, 1), key="take_part", **values):
    at = datetime(on.year, on.month, on.day, 15, tzinfo=UTC)
    return DecisionFact(guardian, key, decision, at, on, **values)


def no(guardian=2, **values):
    return decided(guardian, Decision.REFUSED, **values)


def asked(guardian=1, number=1, state=RequestState.SENT, created_on=date(2026, 9, 1), **values):
    return RequestFact(number, guardian, state, created_on, created_on, times_asked=1, **values)


def family(*guardians, rule=GuardianRule.ONE, **values):
    return FamilyFacts(rule, 9, guardians=guardians or TWO, **values)


def state_of(decisions, requests=(), on=ON, family=standing.UNKNOWN):
    return standing.section_states(decisions, requests, on, ["take_part"], family)["take_part"]


def why(decisions, requests=(), on=ON, family=standing.UNKNOWN):
    found = standing.objection(decisions, requests, on, ["take_part"], family)
    return found and found.code


# ---- the eight states ----


def test_each_state():
    stranger = FamilyFacts(unmatched=(UnmatchedFact(ON),))
    assert state_of([]) is S.NOT_ASKED
    assert state_of([], [asked()]) is S.ASKED
    assert state_of([decided()]) is S.GIVEN
    assert state_of([no()]) is S.REFUSED
    assert state_of([decided(withdrawn_on=ON)]) is S.WITHDRAWN
    assert state_of([decided(valid_until_on=ON - DAY)]) is S.EXPIRED
    assert state_of([decided(), no()]) is S.CONFLICT
    assert state_of([], family=stranger) is S.NEEDS_MATCHING


def test_a_request_called_off_was_asked_until_then():
    off = asked(state=RequestState.CANCELED, closed_on=ON)
    assert state_of([], [off], ON - DAY) is S.ASKED
    assert state_of([], [off]) is S.NOT_ASKED
    assert state_of([], [off], date(2026, 8, 31)) is S.NOT_ASKED


def test_who_was_only_told_was_not_asked():
    assert state_of([], [asked(awaited=False)]) is S.NOT_ASKED


# ---- what ends a decision ----


@pytest.mark.parametrize("ending", [{"valid_until_on": ON - DAY}, {"ended_on": ON}])
def test_a_decision_ends_by_its_last_day_or_a_move(ending):
    assert state_of([decided(**ending)], on=ON - DAY) is S.GIVEN
    assert state_of([decided(**ending)]) is S.EXPIRED
    assert state_of([no(**ending)]) is S.EXPIRED


def test_a_yes_that_needs_an_original_counts_from_the_day_it_was_seen():
    fact = decided(needs_original=True, confirmed_on=ON)
    assert state_of([fact], [asked()], ON - DAY) is S.ASKED
    assert state_of([fact]) is S.GIVEN
    assert state_of([decided(needs_original=True)], [asked()], date(2027, 1, 1)) is S.ASKED


def test_a_no_needs_no_original():
    assert state_of([no(needs_original=True)]) is S.REFUSED


def test_an_unseen_renewal_takes_nothing_away():
    renewal = decided(on=ON, needs_original=True, order=2)
    assert state_of([decided(), renewal]) is S.GIVEN
    assert state_of([no(1), renewal]) is S.REFUSED


def test_on_the_eighteenth_birthday_a_parents_word_counts_no_more():
    grown = family(born_on=date(2008, 9, 17))
    assert state_of([decided()], on=ON - DAY, family=grown) is S.GIVEN
    assert state_of([decided()], family=grown) is S.EXPIRED
    assert state_of([no()], [asked()], family=grown) is S.ASKED
    assert why([decided()], family=grown) == "consent.eighteen"


def test_the_young_adult_decides_alone():
    grown = family(born_on=date(2008, 9, 17), rule=GuardianRule.BOTH)
    assert state_of([decided(), no(), decided(9, on=ON)], family=grown) is S.GIVEN
    for on in (ON - DAY, ON):  # what a child signed is worth nothing later either
        assert state_of([decided(9, on=ON - DAY)], on=on, family=grown) is S.NOT_ASKED


# ---- whose word counts ----


@pytest.mark.parametrize(
    "lost",
    [
        GuardianFact(2, may_decide=False),
        GuardianFact(2, ended_on=ON),
        GuardianFact(2, barred=((ON, None),)),
        GuardianFact(2, barred=((ON - DAY, ON),)),
    ],
)
def test_who_may_not_decide_gives_nothing_and_refuses_nothing(lost):
    known = family(GuardianFact(1), lost)
    assert state_of([decided(2)], family=known) is S.EXPIRED
    assert why([decided(2)], family=known) == "consent.no_right"
    assert state_of([decided(1), no(2)], family=known) is S.GIVEN
    assert state_of([no(2)], [asked()], family=known) is S.ASKED


def test_a_right_that_ended_counted_before():
    known = family(GuardianFact(1), GuardianFact(2, ended_on=ON))
    assert state_of([decided(1), no(2)], on=ON - DAY, family=known) is S.CONFLICT


def test_a_stranger_to_the_family_clears_nobody():
    assert state_of([decided(7)], family=family()) is S.EXPIRED


# ---- the program's rule ----


@pytest.mark.parametrize("rule", list(GuardianRule))
@pytest.mark.parametrize("against", [no(2), decided(2, withdrawn_on=ON)])
def test_a_no_against_a_yes_is_a_conflict_by_every_rule(rule, against):
    assert state_of([decided(1), against], family=family(rule=rule)) is S.CONFLICT


@pytest.mark.parametrize("rule", [GuardianRule.ONE, GuardianRule.ONE_UNLESS])
def test_one_yes_is_enough_where_one_is_asked(rule):
    assert state_of([decided(1), decided(2, valid_until_on=ON - DAY)], family=family(rule=rule)) is S.GIVEN


def both(*guardians, **values):
    return family(*guardians, rule=GuardianRule.BOTH, **values)


def test_both_must_say_yes():
    assert state_of([decided(1)], [asked()], family=both()) is S.ASKED
    assert state_of([decided(1), decided(2)], family=both()) is S.GIVEN
    assert state_of([decided(1), decided(2, valid_until_on=ON - DAY)], family=both()) is S.EXPIRED


def test_an_excuse_holds_from_its_day_until_it_ends():
    excused = both(excuses=(ExcuseFact(2, ON, ON + DAY),))
    assert state_of([decided(1)], on=ON - DAY, family=excused) is S.NOT_ASKED
    assert state_of([decided(1)], family=excused) is S.GIVEN
    assert state_of([decided(1)], on=ON + DAY, family=excused) is S.NOT_ASKED


def test_an_excused_guardian_may_still_say_no():
    assert state_of([decided(1), no(2)], family=both(excuses=(ExcuseFact(2, ON),))) is S.CONFLICT


def test_a_second_guardian_not_on_file_must_be_excused():
    alone = both(GuardianFact(1))
    assert state_of([decided(1)], family=alone) is S.NOT_ASKED
    assert why([decided(1)], family=alone) == "consent.second_unknown"
    assert state_of([decided(1)], family=both(GuardianFact(1), excuses=(ExcuseFact(None, ON),))) is S.GIVEN


def test_a_second_guardian_kept_out_by_a_court_is_accounted_for():
    assert state_of([decided(1)], family=both(GuardianFact(1), GuardianFact(2, barred=((ON, None),)))) is S.GIVEN


def test_a_second_guardian_without_the_right_is_no_second_one():
    assert state_of([decided(1)], family=both(GuardianFact(1), GuardianFact(2, may_decide=False))) is S.NOT_ASKED


def test_an_excused_guardian_whose_guardianship_ended_stays_accounted_for():
    gone = both(GuardianFact(1), GuardianFact(2, ended_on=ON), excuses=(ExcuseFact(2, ON - DAY),))
    assert state_of([decided(1)], family=gone) is S.GIVEN


def test_excuses_alone_clear_nobody():
    assert state_of([], family=both(excuses=(ExcuseFact(1, ON), ExcuseFact(2, ON)))) is S.NOT_ASKED


# ---- reasons ----


def test_the_reasons_of_two_guardians():
    assert why([decided(1)], [asked(2)], family=both()) == "consent.second_waiting"
    assert why([decided(1)], family=both()) == "consent.second_not_asked"
    assert why([decided(1, needs_original=True)], family=family()) == "consent.original"
    assert why([], family=FamilyFacts(unmatched=(UnmatchedFact(ON),))) == "consent.needs_matching"


def test_an_answer_from_outside_hides_no_refusal_and_ends_when_settled():
    stranger = FamilyFacts(unmatched=(UnmatchedFact(ON - DAY, ON),))
    assert state_of([no()], on=ON - DAY, family=stranger) is S.REFUSED
    assert state_of([], on=ON - DAY, family=stranger) is S.NEEDS_MATCHING
    assert state_of([], family=stranger) is S.NOT_ASKED
    assert state_of([], on=ON - DAY * 2, family=stranger) is S.NOT_ASKED


def test_a_form_signed_later_was_open_before():
    signed = asked(state=RequestState.SIGNED, opened_on=ON - DAY, closed_on=ON)
    assert why([], [signed], ON - DAY) == "consent.opened"
    assert why([], [signed], ON - DAY * 2) == "consent.sent"


def test_a_list_leads_to_the_form_that_waits():
    told, waits, signed = asked(2, 3, awaited=False), asked(1, 1), asked(1, 2, RequestState.SIGNED)
    assert standing.line_of(9, [], [told, signed, waits], ON, ["take_part"]).request_id == 1
    assert standing.line_of(9, [], [told, signed], ON, ["take_part"]).request_id == 2


def test_each_guardians_own_standing():
    known = family(GuardianFact(1), GuardianFact(2), GuardianFact(3, ended_on=ON))
    facts = [decided(1), no(2), decided(3)]
    found = standing.guardian_states(facts, [asked(4)], ON, ["take_part"], known)
    assert {guardian: state for (guardian, _key), state in found.items()} == {
        1: S.GIVEN, 2: S.REFUSED, 3: S.EXPIRED, 4: S.ASKED,
    }  # fmt: skip


# ---- sections asked of some only ----


@pytest.mark.parametrize(
    ("show_if", "decisions", "is_needed"),
    [
        (None, [], True),
        (ShowIf("age_under", ("11",)), [], True),
        (ShowIf("age_under", ("10",)), [], False),
        (ShowIf("age_from", ("10",)), [], True),
        (ShowIf("age_from", ("11",)), [], False),
        (ShowIf("program", ("5",)), [], True),
        (ShowIf("program", ("6",)), [], False),
        (ShowIf("answer", ("yes",), "rides"), [], False),
        (ShowIf("answer", ("yes",), "rides"), [decided(key="rides")], True),
        (ShowIf("answer", ("yes",), "rides"), [no(key="rides")], False),
        (ShowIf("answer", ("0",), "size"), [decided()], True),
    ],
)
def test_a_section_is_needed_of_those_it_is_asked_of(show_if, decisions, is_needed):
    ten = FamilyFacts(born_on=date(2016, 3, 4))
    found = standing.needed([Requirement("take_part", show_if)], decisions, ON, ten, "5")
    assert found == (("take_part",) if is_needed else ())


def test_an_unknown_age_is_asked_everything():
    needed = [Requirement("a", ShowIf("age_under", ("5",))), Requirement("b", ShowIf("age_from", ("90",)))]
    assert standing.needed(needed, [], ON, standing.UNKNOWN, "5") == ("a", "b")


# ---- histories ----


def told(history, day):
    """What the rules say of a history on a day, each in its own way."""
    decisions, requests, known = histories.facts_of(history, day)
    on = histories.day_of(day)
    states = standing.section_states(decisions, requests, on, histories.KEYS, known)
    required = histories.REQUIRED
    return {
        "states": standing.is_cleared(states, required),
        "objection": standing.objection(decisions, requests, on, required, known) is None,
        "line": rules.line_of(7, decisions, requests, on, required, known).state == "signed",
    }, states


@pytest.mark.proof("no youth without every required section given is cleared", room="consent")
def test_cleared_is_exactly_what_the_plain_reading_says():
    cleared = []

    @settings(max_examples=cases(full=10_000, sample=250), deadline=None, database=None)
    @given(st.integers(0, 2**63), st.integers(0, histories.LAST))
    def never_leaks(seed, day):
        history = histories.random_history(Random(seed))
        by_hand = histories.is_cleared(history, day)
        said, states = told(history, day)
        assert set(said.values()) == {by_hand}, (history, day, said)
        cleared.append(by_hand)
        if by_hand:  # an optional section never blocks, whatever stands in it
            decisions, requests, known = histories.facts_of(history, day)
            without = [fact for fact in decisions if fact.section_key != "photos"]
            on = histories.day_of(day)
            assert standing.objection(without, requests, on, histories.REQUIRED, known) is None
        assert states.keys() == set(histories.KEYS)

    never_leaks()
    assert 0.05 < sum(cleared) / len(cleared) < 0.95, "one of the two answers is hardly tried"


@settings(max_examples=60, deadline=None, database=None)
@given(st.integers(0, 2**63), st.integers(0, 60), st.integers(0, 10))
def test_what_happens_later_changes_no_day_before(seed, day, later):
    """Forward only: a day's answer stands, whatever is decided, taken back, ended or excused after it."""
    history = histories.random_history(Random(seed))
    before = told(history, day)
    for deed in history.deeds:
        if deed.day <= day:
            deed.back, deed.moved = (
                min(end, max(day + 1, day + later)) if end > day else end for end in (deed.back, deed.moved)
            )
    history.deeds = [deed for deed in history.deeds if deed.day <= day]
    history.excuses = [(who, first, min(end, max(day + 1, end))) for who, first, end in history.excuses if first <= day]
    history.strangers = [(came, settled) for came, settled in history.strangers if came <= day]
    history.adults = [_known_on(adult, day) for adult in history.adults]
    history.rule_turns = [turn for turn in history.rule_turns if turn[0] <= day]
    assert told(history, day)[1] == before[1]


def _known_on(adult, day):
    """A guardian as the files knew them on a day: nothing that was recorded later."""
    away = adult.away if adult.away and adult.away[0] <= day else None
    back = away is None or away[1] <= day
    return replace(
        adult,
        ends=adult.ends if adult.ends <= day else histories.NEVER,
        away=away if back else (away[0], histories.NEVER),
        turns=[turn for turn in adult.turns if turn[0] <= day],
        starts=adult.starts if adult.starts <= day else histories.NEVER,
        barred=[each for each in adult.barred if each[2] <= day],
    )


def test_old_words_leave_a_yes_out_on_the_days_they_are_not_asked():
    """Whatever comes after a day, another version or a taking back, the day keeps its answer."""
    between = replace(decided(1), stale=((ON - DAY, ON),))
    assert [state_of([between], on=ON + DAY * days) for days in (-2, -1, 0)] == [S.GIVEN, S.NOT_ASKED, S.GIVEN]
    for_good = replace(decided(1), stale=((ON - DAY, None),))
    assert [state_of([for_good], on=ON + DAY * days) for days in (-2, -1, 0)] == [S.GIVEN, S.NOT_ASKED, S.NOT_ASKED]
    taken_back = replace(for_good, withdrawn_on=ON)
    assert [state_of([taken_back], on=ON + DAY * days) for days in (-2, -1, 0)] == [S.GIVEN, S.NOT_ASKED, S.WITHDRAWN]


def test_a_right_that_changed_keeps_what_was_said_before():
    """Taken away today, the yes of yesterday stays a yes of yesterday; given today, the no of yesterday stays unheard."""
    taken = GuardianFact(2, may_decide=False, changes=(BondChange(ON, was_in_force=True, could_decide=True),))
    assert state_of([decided(2)], on=ON - DAY, family=family(GuardianFact(1), taken)) is S.GIVEN
    assert state_of([decided(2)], family=family(GuardianFact(1), taken)) is S.EXPIRED
    given = GuardianFact(2, changes=(BondChange(ON, was_in_force=True, could_decide=False),))
    assert state_of([decided(1), no(2)], on=ON - DAY, family=family(GuardianFact(1), given)) is S.GIVEN
    assert state_of([decided(1), no(2)], family=family(GuardianFact(1), given)) is S.CONFLICT


def test_who_came_on_file_today_was_no_second_guardian_yesterday():
    came = GuardianFact(2, changes=(BondChange(ON, was_in_force=False, could_decide=False),))
    known = both(GuardianFact(1), came, excuses=(ExcuseFact(None, ON - DAY),))
    assert state_of([decided(1)], on=ON - DAY, family=known) is S.GIVEN
    assert state_of([decided(1)], family=known) is S.NOT_ASKED


def test_the_oracle_sees_a_leak():
    """A rule that forgot one guardian's no would be caught."""
    history = histories.History(
        GuardianRule.ONE, [histories.Adult(), histories.Adult()],
        [histories.Deed(0, key, True, 1) for key in histories.REQUIRED] + [histories.Deed(1, "take_part", False, 2)],
        [], [], [],
    )  # fmt: skip
    assert histories.is_cleared(history, 1)
    assert not histories.is_cleared(history, 2)
