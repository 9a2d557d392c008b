"""What holds between people."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youthprog.people import rules
from youthprog.people.rules import BondFacts, RecordFacts
from youthprog.people.types import BondChange, BondHistory, GuardianLine, PersonKind, Relationship

TODAY = date(2026, 9, 17)
DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


def codes(reasons) -> list[str]:
    return [reason.code for reason in reasons]


def line(
    bond_id: int, rank: int, *, decide: bool = True, collect: bool = True, phone: str | None = "+1"
) -> GuardianLine:
    return GuardianLine(
        bond_id, 1, bond_id, f"Adult {bond_id}", Relationship.OTHER, phone, None, None, "en", decide, collect, rank
    )


# ---- age ----


@pytest.mark.parametrize(
    ("born_on", "on", "age"),
    [
        (date(2016, 2, 29), date(2026, 2, 28), 9),
        (date(2016, 2, 29), date(2026, 3, 1), 10),
        (date(2016, 2, 29), date(2028, 2, 28), 11),
        (date(2016, 2, 29), date(2028, 2, 29), 12),
        (date(2016, 12, 31), date(2026, 12, 30), 9),
        (date(2016, 12, 31), date(2026, 12, 31), 10),
        (date(2026, 9, 17), date(2026, 9, 17), 0),
    ],
)
def test_age_on(born_on, on, age):
    assert rules.age_on(born_on, on) == age


def birthday_in(born_on: date, year: int) -> date:
    """The oracle: the day of a year on which somebody turns older."""
    try:
        return born_on.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


@given(born_on=DAYS, days=st.integers(0, 60_000))
def test_age_counts_the_birthdays_lived(born_on, days):
    on = born_on + timedelta(days=days)
    lived = sum(birthday_in(born_on, year) <= on for year in range(born_on.year + 1, on.year + 1))
    assert rules.age_on(born_on, on) == lived


@given(born_on=DAYS, days=st.integers(0, 40_000))
def test_age_rises_by_at_most_one_a_day(born_on, days):
    on = born_on + timedelta(days=days)
    assert rules.age_on(born_on, on + timedelta(days=1)) - rules.age_on(born_on, on) in (0, 1)


# ---- contacts ----


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        (" Rosa@Family.example ", "rosa@family.example"),
        ("josé@correo.example", "josé@correo.example"),
        ("not an address", None),
        ("a@b", None),
        ("", None),
    ],
)
def test_normal_email(text, normal):
    assert rules.normal_email(text) == normal


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("(217) 555-0163", "+12175550163"),
        ("217.555.0163", "+12175550163"),
        ("+44 20 7946 0018", "+442079460018"),
        ("555-0163", None),
        ("call me", None),
        ("9" * 400, None),
    ],
)
def test_normal_phone(text, normal):
    assert rules.normal_phone(text) == normal


# ---- persons ----


@pytest.mark.parametrize(
    ("given", "family", "born_on", "code"),
    [
        (" ", "Aguilar", None, "no_name"),
        ("Mateo", "", None, "no_family_name"),
        ("Mateo", "Aguilar", date(2026, 9, 18), "not_born"),
        ("Mateo", "Aguilar", date(1900, 1, 1), "too_old"),
        ("Mateo", "Aguilar", date(2000, 1, 1), "not_young"),
    ],
)
def test_a_person_is_refused(given, family, born_on, code):
    assert codes(rules.refusals_to_add_person(PersonKind.YOUTH, given, family, born_on, TODAY)) == [code]


def test_an_adult_may_have_one_name_and_any_age():
    assert rules.refusals_to_add_person(PersonKind.ADULT, "Suharto", "", date(1950, 1, 1), TODAY) == []


# ---- guardians ----

FINE = {"youth_is_youth": True, "same_person": False, "already": False}


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"youth_is_youth": False}, "not_a_youth"),
        ({"same_person": True}, "self"),
        ({"already": True}, "already_guardian"),
        ({"born_on": date(2016, 1, 1), "guardian_born_on": date(2017, 1, 1)}, "younger"),
        ({"no_information": True}, "no_information"),
        ({"no_decide": True}, "no_decide"),
        ({"no_collect": True}, "no_collect"),
    ],
)
def test_a_guardian_is_refused(facts, code):
    assert codes(rules.refusals_to_add_guardian(BondFacts(**FINE | facts))) == [code]


def test_a_guardian_is_taken():
    assert rules.refusals_to_add_guardian(BondFacts(**FINE)) == []


def test_a_right_that_is_not_asked_for_is_not_refused():
    assert rules.refusals_to_add_guardian(BondFacts(**FINE, no_decide=True, may_decide=False)) == []
    assert rules.refusals_to_add_guardian(BondFacts(**FINE, no_collect=True, may_collect=False)) == []


def test_who_may_decide_and_collect_in_the_order_of_calling():
    lines = [line(1, 3), line(2, 1, decide=False), line(3, 2, collect=False), line(4, 2)]
    assert [each.bond_id for each in rules.guardians_who_may_decide(lines)] == [3, 4, 1]
    assert [each.bond_id for each in rules.guardians_who_may_collect(lines)] == [2, 4, 1]


def test_the_first_with_a_phone_is_called():
    assert rules.first_to_call([line(1, 2), line(2, 1, phone=None)]).bond_id == 1
    assert rules.first_to_call([line(1, 2, phone=None), line(2, 1, phone=None)]).bond_id == 2
    assert rules.first_to_call([]) is None


@pytest.mark.parametrize(("ended_on", "holds"), [(None, True), (TODAY, False), (TODAY + timedelta(days=1), True)])
def test_a_guardianship_no_longer_holds_on_the_day_it_ends(ended_on, holds):
    assert rules.is_guardian_on(ended_on, TODAY) is holds


# ---- custody ----

ORDER = {
    "same_person": False, "adult_is_youth": False, "no_collect": True, "no_decide": False, "no_information": False,
    "starts_on": TODAY, "ends_on": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"same_person": True}, "not_an_adult"),
        ({"adult_is_youth": True}, "not_an_adult"),
        ({"no_collect": False}, "restricts_nothing"),
        ({"ends_on": TODAY - timedelta(days=1)}, "ends_before_start"),
    ],
)
def test_a_restriction_is_refused(facts, code):
    assert codes(rules.refusals_to_restrict(**ORDER | facts)) == [code]


def test_a_restriction_of_one_day_is_taken():
    assert rules.refusals_to_restrict(**ORDER | {"ends_on": TODAY}) == []


@given(start=DAYS, days=st.none() | st.integers(0, 400), on=DAYS)
def test_a_restriction_holds_on_its_first_and_its_last_day(start, days, on):
    end = None if days is None else start + timedelta(days=days)
    expected = on >= start and (end is None or (end - on).days >= 0)
    assert rules.in_force(start, end, on) is expected
    assert rules.in_force(start, end, start)
    assert end is None or rules.in_force(start, end, end)
    assert not rules.in_force(start, end, start - timedelta(days=1))


# ---- merging ----

KEPT = RecordFacts(1, PersonKind.YOUTH, date(2016, 3, 4))


@pytest.mark.parametrize(
    ("gone", "code"),
    [
        (RecordFacts(1, PersonKind.YOUTH), "same_record"),
        (RecordFacts(2, PersonKind.YOUTH, merged=True), "already_merged"),
        (RecordFacts(2, PersonKind.ADULT), "different_kinds"),
        (RecordFacts(2, PersonKind.YOUTH, date(2016, 3, 5)), "different_birth_dates"),
        (RecordFacts(2, PersonKind.YOUTH, related_ids=frozenset({1})), "related"),
    ],
)
def test_a_merge_is_refused(gone, code):
    assert codes(rules.refusals_to_merge(KEPT, gone)) == [code]


def test_a_merge_without_a_birth_date_is_taken():
    assert rules.refusals_to_merge(KEPT, RecordFacts(2, PersonKind.YOUTH)) == []


# ---- what a guardianship was ----

FEW_DAYS = st.integers(0, 12).map(lambda number: TODAY + timedelta(days=number))
CHANGES = st.lists(st.builds(BondChange, FEW_DAYS, st.booleans(), st.booleans()), max_size=4).map(
    lambda found: tuple(sorted(found, key=lambda each: each.on))
)
BONDS = st.builds(BondHistory, st.booleans(), st.none() | FEW_DAYS, CHANGES)


def test_a_change_counts_from_its_day_on_and_the_first_of_a_day_says_what_was_before():
    changes = (BondChange(TODAY, was_in_force=True, could_decide=False), BondChange(TODAY, True, True))
    bond = BondHistory(may_decide=True, changes=changes)
    assert rules.bond_on(bond, TODAY - timedelta(days=1)) == (True, False)
    assert rules.bond_on(bond, TODAY) == (True, True)


def test_who_was_no_guardian_might_not_decide():
    gone = BondHistory(may_decide=True, ended_on=TODAY)
    assert rules.bond_on(gone, TODAY) == (False, False)
    assert rules.bond_on(gone, TODAY - timedelta(days=1)) == (True, True)


@given(one=BONDS, other=BONDS, merged=FEW_DAYS, day=st.integers(-2, 14))
def test_two_guardianships_made_one_were_whatever_either_was(one, other, merged, day):
    on = TODAY + timedelta(days=day)
    now = BondHistory(one.may_decide, one.ended_on, tuple(rules.changes_of_both(one, other, merged)))
    if on < merged:
        both = [rules.bond_on(bond, on) for bond in (one, other)]
        assert rules.bond_on(now, on) == (any(holds for holds, _may in both), any(may for _holds, may in both))
    else:
        assert rules.bond_on(now, on) == rules.bond_on(BondHistory(one.may_decide, one.ended_on), on)
