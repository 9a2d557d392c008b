"""Whom to ask by each rule, when a guardian may be excused, who may answer for a child."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.makers.forms import question
from youthprog.consent import fairness_rules as fair
from youthprog.consent.types import Excuse, RequestState, SectionKind
from youthprog.people.types import GuardianLine, Relationship
from youthprog.programs.types import GuardianRule

TODAY = date(2026, 9, 17)
DAY = timedelta(days=1)
ONE, BOTH, UNLESS = GuardianRule.ONE, GuardianRule.BOTH, GuardianRule.ONE_UNLESS
SENT, BOUNCED, SIGNED = RequestState.SENT, RequestState.BOUNCED, RequestState.SIGNED


def line(guardian_id, *, may_decide=True, email="a@b.example", bounced=False):
    return GuardianLine(
        guardian_id, 9, guardian_id, f"G{guardian_id}", Relationship.MOTHER, None, email, 1, "en",
        may_decide, True, guardian_id, bounced,
    )  # fmt: skip


def plan(rule, guardians, requests=(), owing=(1, 2, 3), excused=()):
    found = fair.whom_to_ask(rule, guardians, requests=requests, owing=owing, excused=excused)
    asked, told = ([each.guardian_id for each in part] for part in (found.asked, found.told))
    return asked, told, found.waits, found.unreachable


def test_one_asks_the_first_who_can_be_reached():
    assert plan(ONE, [line(1, bounced=True), line(2), line(3)]) == ([2], [], False, False)


def test_one_unless_tells_the_others():
    assert plan(UNLESS, [line(1), line(2), line(3, email=None)]) == ([1], [2], False, False)
    assert plan(UNLESS, [line(1), line(2)], [(1, SENT, True)]) == ([], [2], True, False)
    assert plan(UNLESS, [line(1), line(2)], [(1, SENT, True), (2, SENT, False)]) == ([], [], True, False)


def test_both_asks_each_who_owes_an_answer():
    assert plan(BOTH, [line(1), line(2)]) == ([1, 2], [], False, False)
    assert plan(BOTH, [line(1), line(2)], owing=(2,)) == ([2], [], False, False)
    assert plan(BOTH, [line(1), line(2)], [(1, SENT, True)]) == ([2], [], True, False)
    assert plan(BOTH, [line(1), line(2)], excused=(2,)) == ([1], [], False, False)
    assert plan(BOTH, [line(1), line(2, email=None)]) == ([1], [], False, True)


@pytest.mark.parametrize("rule", list(GuardianRule))
def test_who_may_not_decide_is_neither_asked_nor_told(rule):
    asked, told, _waits, _unreachable = plan(rule, [line(1, may_decide=False), line(2)])
    assert (asked, told) == ([2], [])


@pytest.mark.parametrize("rule", list(GuardianRule))
def test_nobody_to_reach_is_said(rule):
    assert plan(rule, [line(1, bounced=True)]) == ([], [], False, True)
    assert plan(rule, []) == ([], [], False, True)


def test_mail_that_came_back_waits_for_nobody():
    assert plan(ONE, [line(1, bounced=True), line(2)], [(1, BOUNCED, True)]) == ([2], [], False, False)
    assert plan(ONE, [line(1)], [(1, SENT, True)]) == ([], [], True, False)
    assert plan(ONE, [line(1)], [(1, SIGNED, True)]) == ([1], [], False, False)


def test_a_notice_is_no_answer_on_its_way():
    assert plan(ONE, [line(1), line(2)], [(2, SENT, False)]) == ([1], [], False, False)


# ---- excuses ----

REACHED = (TODAY - 10 * DAY, TODAY - DAY)


def refused(**changes):
    facts = {"excuse": Excuse.DECEASED, "stated_by": "Rosa", "today": TODAY}
    return [each.code for each in fair.refusals_to_excuse(fair.ExcuseFacts(**(facts | changes)))]


@pytest.mark.parametrize("excuse", [each for each in Excuse if each is not Excuse.NOT_REACHABLE])
def test_four_excuses_need_only_somebody_who_said_so(excuse):
    assert refused(excuse=excuse) == []
    assert refused(excuse=excuse, stated_by=" ") == ["no_statement"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"is_on_file": False}, "not_deciding"),
        ({"is_excused": True}, "excused"),
        ({"leaves_nobody": True}, "leaves_nobody"),
        ({"stated_by": ""}, "no_statement"),
        ({"excuse": Excuse.NOT_REACHABLE}, "few_attempts"),
        ({"excuse": Excuse.NOT_REACHABLE, "attempts": (TODAY - 20 * DAY,)}, "few_attempts"),
        ({"excuse": Excuse.NOT_REACHABLE, "attempts": (TODAY - 20 * DAY, TODAY + DAY)}, "few_attempts"),
        ({"excuse": Excuse.NOT_REACHABLE, "attempts": (TODAY - 9 * DAY, TODAY)}, "too_soon"),
    ],
)
def test_each_reason_not_to_excuse(changes, code):
    assert refused(**changes) == [code]


def test_two_tries_and_ten_days_are_enough():
    assert refused(excuse=Excuse.NOT_REACHABLE, attempts=REACHED) == []


def test_the_sentence_says_until_when_to_wait():
    facts = fair.ExcuseFacts(Excuse.NOT_REACHABLE, "Rosa", TODAY, (TODAY - 3 * DAY, TODAY))
    assert str(fair.refusals_to_excuse(facts)[0]) == "Ten days must pass from the first try: wait until 2026-09-24."


@settings(max_examples=150, deadline=None, database=None)
@given(st.lists(st.integers(-5, 40), max_size=5))
def test_not_reachable_holds_exactly_with_two_tries_ten_days_apart_from_today(days_ago):
    attempts = tuple(TODAY - days * DAY for days in days_ago)
    past = [days for days in days_ago if days >= 0]
    allowed = len(past) >= 2 and max(past) >= 10
    assert (refused(excuse=Excuse.NOT_REACHABLE, attempts=attempts) == []) is allowed


def test_a_try_lies_in_the_past():
    assert fair.refusals_to_log(TODAY, TODAY) == []
    assert [each.code for each in fair.refusals_to_log(TODAY + DAY, TODAY)] == ["to_come"]


# ---- somebody not on file ----


@pytest.mark.parametrize("relationship", list(Relationship))
def test_all_but_mother_father_and_guardian_are_asked_for_the_right(relationship):
    found = fair.refusals_to_answer_for(relationship, None, email="a@b.example", phone="")
    plain = relationship in (Relationship.MOTHER, Relationship.FATHER, Relationship.LEGAL_GUARDIAN)
    assert [each.code for each in found] == ([] if plain else ["no_right_said"])


@pytest.mark.parametrize(
    ("email", "phone", "codes"),
    [("", "", ["no_contact"]), ("a@b.example", "", []), ("", "+12175550101", []), ("nowhere", "", ["bad_email"])],
)
def test_some_way_to_reach_them_is_needed(email, phone, codes):
    found = fair.refusals_to_answer_for(Relationship.MOTHER, None, email=email, phone=phone)
    assert [each.code for each in found] == codes


# ---- what an answer from outside lacks ----


@pytest.mark.parametrize(
    ("kind", "signer", "required", "gap"),
    [
        (SectionKind.UPLOAD, "guardian", True, "later"),
        (SectionKind.UPLOAD, "guardian", False, "later"),
        (SectionKind.EXTERNAL, "external", True, "later"),
        (SectionKind.DECISION, "athlete", True, "missing"),
        (SectionKind.DECISION, "athlete", False, "later"),
        (SectionKind.DECISION, "interpreter", True, "missing"),
        (SectionKind.DECISION, "interpreter", False, "later"),
        (SectionKind.DECISION, "guardian", True, "missing"),
        (SectionKind.DECISION, "guardian", False, "missing"),
        (SectionKind.DECISION, "coach", True, ""),
        (SectionKind.STAFF, "staff", True, ""),
    ],
)
def test_each_gap_of_an_answer_from_outside(kind, signer, required, gap):
    more = {SectionKind.STAFF: {"fields": ["Team"]}}.get(kind)
    asked = question(kind=kind, required=required, settings={"signer": signer}, more=more)
    found = fair.gaps_in([asked], {})
    assert {"later": [*found.later], "missing": [*found.missing]} == {
        "later": [asked] if gap == "later" else [], "missing": [asked] if gap == "missing" else [],
    }  # fmt: skip


def test_what_is_answered_is_no_gap():
    asked = [question("a"), question("b", SectionKind.EXTERNAL, 2)]
    answers = {"a": {"choice": "no"}, "b": {"name": "Dr. Obi", "email": "obi@clinic.example"}}
    assert fair.gaps_in(asked, answers) == fair.Gaps()
