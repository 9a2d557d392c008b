"""Decisions about papers: the class of a reason on a game card, the parts of a binder."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youthprog.documents.types import HeldFor
from youthprog.leagues.printing.rules import BINDER_PART, held_for, parts_of, span_of


@pytest.mark.parametrize(
    ("codes", "says"),
    [
        ([], None),
        (["consent.expired"], HeldFor.CONSENT),
        (["slip.not_asked"], HeldFor.CONSENT),
        (["suspended.games"], HeldFor.SUSPENDED),
        (["health.held"], HeldFor.OTHER),
        (["age.too_old"], HeldFor.OTHER),
        (["roster.ask_the_office"], HeldFor.OTHER),
        (["health.held", "consent.expired"], HeldFor.CONSENT),
        (["health.held", "suspended.last"], HeldFor.SUSPENDED),
    ],
)
def test_a_game_card_says_the_class_of_a_reason(codes: list[str], says: HeldFor | None) -> None:
    assert held_for(codes) is says


def test_health_age_and_custody_cannot_be_told_apart_on_a_game_card() -> None:
    codes = ("health.held", "age.unknown", "paper.physical", "roster.late", "roster.ask_the_office")
    for count in range(1, len(codes) + 1):
        assert {held_for(some) for some in combinations(codes, count)} == {HeldFor.OTHER}


@given(st.integers(0, 5000))
def test_the_parts_of_a_binder_hold_everybody_once_and_are_even(count: int) -> None:
    parts = parts_of(count)
    assert [each for part in parts for each in part] == list(range(count))
    assert max(map(len, parts)) <= BINDER_PART
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_a_part_says_from_which_name_to_which_it_goes() -> None:
    assert span_of(["Aguilar", "Brooks", "Wu"]) == "Agu – Wu"
    assert span_of([]) == ""
