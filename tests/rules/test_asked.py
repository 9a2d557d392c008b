"""What a season asked on a day: its rule, its forms and their versions, each from the day it changed."""

from __future__ import annotations

from datetime import date, timedelta

from youthprog.consent.asked import FALLBACK, SeasonRule, VersionFact, as_of, version_on
from youthprog.consent.types import Requirement
from youthprog.programs.types import GuardianRule

ON = date(2026, 9, 10)
DAY = timedelta(days=1)
STARTER, CAMP, EMPTY = 1, 2, 3


def needs(*keys):
    return tuple(Requirement(key) for key in keys)


FORMS = {
    STARTER: [VersionFact(ON - 9 * DAY, needs("a")), VersionFact(ON, needs("a", "b"))],
    CAMP: [VersionFact(ON - 9 * DAY, needs("camp"))],
    EMPTY: [VersionFact(ON - 9 * DAY, ())],
}


def season(**what):
    return SeasonRule(frozenset(), GuardianRule.ONE, forms=FORMS, starter_id=STARTER, **what)


def asked(season, on):
    return [each.key for each in season.requirements_on(on)]


def test_the_earliest_change_after_a_day_counts_and_of_one_day_the_first():
    changes = [(ON, "second"), (ON, "never held a day"), (ON - 3 * DAY, "first")]
    days = [as_of("now", changes, ON + DAY * far) for far in (-4, -3, -1, 0, 1)]
    assert days == ["first", "second", "second", "now", "now"]
    assert as_of("now", [], ON) == "now"


def test_a_version_holds_from_its_day_and_the_first_one_before_it_too():
    assert [version_on(FORMS[STARTER], ON + DAY * far) for far in (-20, -9, -1)] == [FORMS[STARTER][0]] * 3
    assert version_on(FORMS[STARTER], ON) is version_on(FORMS[STARTER], ON + DAY) is FORMS[STARTER][1]


def test_of_two_versions_of_one_day_the_newer_holds():
    twice = [VersionFact(ON, needs("a")), VersionFact(ON, needs("b"))]
    assert version_on(twice, ON) is twice[1]


def test_a_rule_keeps_what_it_was():
    changed = season(rule_changes=((ON, GuardianRule.BOTH),))
    assert [changed.rule_on(ON - DAY), changed.rule_on(ON)] == [GuardianRule.BOTH, GuardianRule.ONE]
    assert changed.may_have_asked(GuardianRule.BOTH)
    assert changed.may_have_asked(GuardianRule.ONE)
    assert not changed.may_have_asked(GuardianRule.ONE_UNLESS)


def test_forms_keep_what_they_were():
    changed = season(uses=frozenset({CAMP}), use_changes={CAMP: [(ON - DAY, False)], STARTER: [(ON, True)]})
    assert asked(changed, ON - 2 * DAY) == ["a"]
    assert asked(changed, ON - DAY) == ["a", "camp"]
    assert asked(changed, ON) == ["camp"]


def test_without_a_form_of_its_own_a_program_asks_the_starter_s_and_without_that_the_least():
    assert [asked(season(), ON - DAY), asked(season(), ON)] == [["a"], ["a", "b"]]
    assert SeasonRule(frozenset(), GuardianRule.ONE).requirements_on(ON) == FALLBACK
    assert asked(season(uses=frozenset({EMPTY})), ON) == []  # its own form needs nothing
    assert asked(season(uses=frozenset({99})), ON) == ["a", "b"]  # used, and never published
