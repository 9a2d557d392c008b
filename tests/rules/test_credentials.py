"""What a credential is worth on a day, and who may serve: pure, against a second reading of the same rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.proofs import cases
from youthprog.credentials import rules
from youthprog.credentials.types import (
    BUILT_IN,
    Asked,
    CredentialState,
    Hours,
    Limits,
    Paper,
    Permit,
    Requirement,
    Service,
    ServiceRole,
    Step,
)

ON = date(2026, 9, 15)
YEARLY = Requirement("concussion", valid_months=12, grace_days=14, renew_days=60)
CHECK = Requirement("criminal_check", valid_months=24, is_check=True)
COACH = Service(1, ServiceRole.COACH)
KINDS = {kind.code: kind for kind in BUILT_IN}


def held(issued_on: date, number: int = 1, step: Step = Step.APPROVED, **more) -> Paper:
    return Paper(number, more.pop("kind", "concussion"), step, issued_on, **more)


@pytest.mark.parametrize(
    ("days_left", "state"),
    [
        (61, CredentialState.APPROVED),
        (60, CredentialState.EXPIRING),
        (0, CredentialState.EXPIRING),
        (-1, CredentialState.GRACE),
        (-14, CredentialState.GRACE),
        (-15, CredentialState.LAPSED),
    ],
)
def test_validity_counts_from_the_day_of_issue(days_left, state):
    issued = date(2025, 9, 15)
    found = rules.standing_of([held(issued)], YEARLY, date(2026, 9, 15) - timedelta(days=days_left))
    assert (found.state, found.ends_on) == (state, date(2026, 9, 15))
    assert found.in_force is (days_left >= -14)


def test_nothing_is_missing_and_what_is_under_way_says_so():
    assert rules.standing_of([], YEARLY, ON).state is CredentialState.MISSING
    assert rules.standing_of([Paper(1, "concussion", Step.PENDING)], YEARLY, ON).state is CredentialState.PENDING
    review = [held(date(2024, 1, 1)), held(date(2026, 9, 1), 2, Step.REVIEW)]
    found = rules.standing_of(review, YEARLY, ON)
    assert (found.state, found.ends_on, found.in_force) == (CredentialState.REVIEW, date(2025, 1, 1), False)


def test_a_renewal_under_way_does_not_put_out_what_is_in_force():
    papers = [held(date(2026, 1, 1)), Paper(2, "concussion", Step.PENDING)]
    assert rules.standing_of(papers, YEARLY, ON).state is CredentialState.APPROVED


def test_a_denied_course_leaves_the_older_one_in_force_and_a_denied_check_does_not():
    papers = [held(date(2026, 1, 1)), held(date(2026, 8, 1), 2, Step.DENIED, reason="wrong_course")]
    assert rules.standing_of(papers, YEARLY, ON).state is CredentialState.APPROVED
    papers = [replace(each, kind="criminal_check", reason=None, is_check=True) for each in papers]
    assert rules.standing_of(papers, CHECK, ON).state is CredentialState.DENIED
    again = [*papers, held(date(2026, 9, 1), 3, kind="criminal_check", is_check=True)]
    assert rules.standing_of(again, CHECK, ON).state is CredentialState.APPROVED


def test_a_denied_course_says_why():
    found = rules.standing_of([held(date(2026, 8, 1), 2, Step.DENIED, reason="wrong_course")], YEARLY, ON)
    assert (found.state, found.reason) == (CredentialState.DENIED, "wrong_course")


def test_a_paper_of_tomorrow_does_not_count_today():
    assert rules.standing_of([held(ON + timedelta(days=1))], YEARLY, ON).state is CredentialState.MISSING


def test_a_paper_that_ends_sooner_itself_ends_sooner():
    found = rules.standing_of([held(date(2026, 9, 1), until_on=date(2026, 9, 10))], YEARLY, ON)
    assert found.ends_on == date(2026, 9, 10)


def test_months_end_where_a_month_is_shorter():
    assert rules.add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert rules.add_months(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert rules.add_months(date(2026, 9, 15), -12 * 18) == date(2008, 9, 15)


# ---- what is asked of whom ----


def test_one_course_is_over_in_one_program_and_good_in_another():
    asked = [replace(YEARLY, jurisdiction="US-CO"), replace(YEARLY, jurisdiction="US-DE", valid_months=24)]
    papers, laws = [held(date(2025, 1, 1))], {1: "US-CO", 2: "US-DE"}
    stand = {
        program: rules.standings_of([Service(program, ServiceRole.COACH)], asked, laws, papers, (), ON)
        for program in (1, 2)
    }
    assert [each.state for each in stand[1]] == [CredentialState.LAPSED]
    assert [each.state for each in stand[2]] == [CredentialState.APPROVED]


def test_the_narrower_requirement_counts():
    wide = replace(YEARLY, valid_months=24)
    law, program = replace(YEARLY, jurisdiction="US-CO", valid_months=36), replace(YEARLY, program_id=1)
    asked = rules.asked_of([program, law, wide], COACH, "US-CO")
    assert asked == {"concussion": program}
    assert rules.asked_of([wide, law], COACH, "US-CO") == {"concussion": law}
    assert rules.asked_of([wide, law], COACH, "US-DE") == {"concussion": wide}
    assert rules.asked_of([replace(wide, role=ServiceRole.MENTOR)], COACH, "") == {}


def test_of_two_roles_the_worse_standing_counts():
    asked = [YEARLY, replace(YEARLY, role=ServiceRole.OFFICER, valid_months=6)]
    both = [COACH, Service(1, ServiceRole.OFFICER)]
    (found,) = rules.standings_of(both, asked, {}, [held(date(2026, 1, 1))], (), ON)
    assert found.state is CredentialState.LAPSED


def test_a_youth_who_turns_18_is_asked_from_the_birthday_on():
    born, asked = date(2008, 9, 16), [replace(YEARLY, role=ServiceRole.PARTICIPANT)]
    inside = [Service(1, ServiceRole.PARTICIPANT)]
    for day, count in ((born.replace(year=2026) - timedelta(days=1), 0), (born.replace(year=2026), 1)):
        grown = rules.is_adult_on(born, False, day)
        assert len(rules.standings_of(inside, asked, {}, (), (), day, is_adult=grown)) == count
    assert rules.is_adult_on(None, True, ON)
    assert not rules.is_adult_on(None, False, ON)


# ---- hours ----


@pytest.mark.parametrize(
    ("month", "year", "warns", "stops"),
    [(12 * 60, 0, False, False), (16 * 60, 0, True, False), (16 * 60 + 1, 0, True, True), (0, 1536, True, False),
     (0, 32 * 60 + 1, True, True)],
)  # fmt: skip
def test_hours_of_those_not_fully_cleared(month, year, warns, stops):
    asked = [replace(YEARLY, asked=Asked.REGULAR)]
    standings = rules.standings_of([COACH], asked, {}, (), (), ON)
    hours = Hours(month, max(month, year))
    assert rules.warns_of_hours(standings, hours, Limits()) is warns
    refusals = rules.refusals_to_serve("Ana", standings, KINDS, hours, Limits())
    assert [each.code for each in refusals] == (["volunteer_hours"] if stops else [])
    cleared = rules.standings_of([COACH], asked, {}, [held(date(2026, 9, 1))], (), ON)
    assert not rules.warns_of_hours(cleared, hours, Limits())
    assert not rules.refusals_to_serve("Ana", cleared, KINDS, hours, Limits())


def test_what_is_always_asked_waits_for_no_hours():
    standings = rules.standings_of([COACH], [YEARLY], {}, (), (), ON)
    assert [each.code for each in rules.refusals_to_serve("Ana", standings, KINDS, Hours(), Limits())] == ["credential"]


# ---- notices, exceptions, entering ----


def test_four_notices_and_each_once():
    ends, told, days = date(2027, 1, 1), None, []
    for left in range(120, -3, -1):
        step = rules.notice_due(ends, told, ends - timedelta(days=left))
        if step is not None:
            days.append((left, step))
            told = step
    assert days == [(90, 90), (60, 60), (30, 30), (7, 7)]


def test_a_notice_missed_is_made_up_for_by_the_nearest_alone():
    ends = date(2027, 1, 1)
    assert rules.notice_due(ends, None, ends - timedelta(days=20)) == 30
    assert rules.notice_due(ends, 30, ends - timedelta(days=20)) is None
    assert rules.notice_due(ends, 7, ends - timedelta(days=50)) == 60  # the end moved away since


def test_an_exception_needs_a_second_person_and_an_end():
    def codes(asked_by, days):
        on = ON + timedelta(days=days)
        found = rules.refusals_to_excuse(asked_by=asked_by, person_id=7, from_on=ON, until_on=on, today=ON)
        return [each.code for each in found]

    assert codes(1, 30) == []
    assert codes(7, 30) == codes(None, 30) == ["own"]
    assert codes(1, -1) == ["past"]
    assert codes(1, 91) == ["too_long"]
    for agreed_by, ok in ((2, True), (1, False), (7, False), (None, False)):
        assert rules.refusals_to_agree(asked_by=1, agreed_by=agreed_by, person_id=7, is_open=True) is not ok
    assert rules.refusals_to_agree(asked_by=1, agreed_by=2, person_id=7, is_open=False)


@pytest.mark.parametrize(
    ("step", "issued", "until", "check", "reason", "code"),
    [
        (Step.APPROVED, None, None, False, False, "no_date"),
        (Step.DENIED, None, None, True, False, "no_date"),
        (Step.DENIED, None, None, False, False, "no_reason"),
        (Step.APPROVED, ON + timedelta(days=1), None, False, False, "future"),
        (Step.APPROVED, date(926, 1, 1), None, False, False, "too_old"),
        (Step.APPROVED, ON, ON - timedelta(days=1), False, False, "ends_first"),
        (Step.PENDING, None, None, True, False, None),
    ],
)
def test_what_is_entered(step, issued, until, check, reason, code):
    found = rules.refusals_to_record(step, issued, until, ON, is_check=check, has_reason=reason)
    assert [each.code for each in found] == ([code] if code else [])


# ---- ten thousand assignments ----

KIND_NAMES = ("concussion", "criminal_check", "driving")
papers = st.builds(
    Paper, st.integers(1, 9), st.sampled_from(KIND_NAMES), st.sampled_from(list(Step)),
    st.dates(date(2023, 1, 1), date(2027, 6, 1)), st.none(), st.none(), st.booleans(),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(papers, max_size=4, unique_by=lambda each: each.paper_id), st.dates(date(2026, 1, 1), date(2027, 1, 1)))
def test_a_day_later_nothing_comes_back_by_itself(some, day):
    """Between two days on which no paper was issued, a credential only ever gets nearer to its end."""
    asked = Requirement("concussion", valid_months=12, grace_days=10)
    mine = [each for each in some if each.kind == "concussion" and each.issued_on != day + timedelta(days=1)]
    today, tomorrow = (rules.standing_of(mine, asked, on) for on in (day, day + timedelta(days=1)))
    assert today.in_force or not tomorrow.in_force


def _a_case(random: Random) -> tuple:
    services = [Service(random.randint(1, 2), random.choice(list(ServiceRole)))]  # an assignment is to one
    asked = [
        Requirement(
            kind, random.choice([None, *ServiceRole]), random.choice(["", "US-CA"]), random.choice([None, 1, 2]),
            random.choice([None, 6, 12, 24]), random.choice([0, 14]), 60, random.choice(list(Asked)), kind == "criminal_check",
        )
        for kind in KIND_NAMES for _number in range(random.randint(0, 2))
    ]  # fmt: skip
    mine = [
        Paper(
            number, random.choice(KIND_NAMES), random.choice(list(Step)), ON - timedelta(days=random.randint(-20, 900))
        )
        for number in range(1, random.randint(1, 6))
    ]
    permits = [
        Permit(number, random.choice(KIND_NAMES), random.choice([None, 1, 2]), ON - timedelta(days=random.randint(0, 9)),
               ON + timedelta(days=random.randint(-5, 30)))
        for number in range(1, random.randint(1, 3))
    ]  # fmt: skip
    return services, asked, {1: "US-CA"}, mine, permits, Hours(random.choice([0, 959, 961]), random.choice([961, 1921]))


@pytest.mark.proof("assignments of somebody not cleared without a logged exception", room="mentorship")
def test_no_assignment_rests_on_an_exception_that_is_not_logged():
    """Whoever is let serve holds everything, read a second time by hand, or an exception that the assignment writes down."""
    random, seen = Random(6), {"refused": 0, "excused": 0, "cleared": 0}
    for _case in range(cases(full=10_000, sample=1_500)):
        services, asked, laws, mine, permits, hours = _a_case(random)
        stand = rules.standings_of(services, asked, laws, mine, permits, ON)
        logged = set(rules.permits_used(stand))
        if rules.refusals_to_serve("", stand, KINDS, hours, Limits()):
            seen["refused"] += 1
            continue
        over = hours.month > 960 or hours.year > 1920
        lacking = _lacking_by_hand(services, asked, laws, mine, over)
        for kind in lacking:
            excuse = {each.permit_id for each in permits if each.kind == kind and each.from_on <= ON <= each.until_on}
            assert excuse & logged, (kind, lacking, stand)
        seen["excused" if lacking else "cleared"] += 1
    assert min(seen.values()) > 20, seen


def _lacking_by_hand(services, asked, laws, mine, over) -> set[str]:
    """What somebody lacks on the day, by counting days instead of states."""
    lacking = set()
    for service in services:
        for kind in KIND_NAMES:
            fitting = [
                each for each in asked
                if each.kind == kind and each.role in (None, service.role) and each.program_id in (None, service.program_id)
                and each.jurisdiction in ("", laws.get(service.program_id, ""))
            ]  # fmt: skip
            if not fitting:
                continue
            weights = [4 * bool(each.program_id) + 2 * bool(each.jurisdiction) + bool(each.role) for each in fitting]
            rule = fitting[weights.index(max(weights))]
            known = [each for each in mine if each.kind == kind and each.issued_on <= ON]
            good = [each for each in known if each.step is Step.APPROVED and _still(each, rule)]
            decided = sorted(
                (each.issued_on, each.paper_id, each.step) for each in known if each.step in ("approved", "denied")
            )
            red = rule.is_check and decided and decided[-1][2] is Step.DENIED
            if (not good or red) and (rule.asked is Asked.ALWAYS or over):
                lacking.add(kind)
    return lacking


def _still(paper: Paper, rule: Requirement) -> bool:
    if rule.valid_months is None:
        return True
    months = paper.issued_on.month - 1 + rule.valid_months
    year, month = paper.issued_on.year + months // 12, months % 12 + 1
    day = paper.issued_on.day
    while True:
        try:
            ends = date(year, month, day)
            break
        except ValueError:
            day -= 1
    return (ON - ends).days <= rule.grace_days
