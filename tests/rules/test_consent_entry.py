"""Who may see an original, and which scans still belong to a form."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.makers import forms
from youthprog.consent.entry_rules import (
    EntryFacts,
    OriginalFacts,
    PartFacts,
    is_on_the_sheet,
    is_recorded,
    may_be_filed,
    refusals_of_part,
    refusals_to_confirm,
    refusals_to_enter,
    refusals_to_enter_part,
)
from youthprog.consent.types import RequestState, Route, SectionKind, Signer
from youthprog.documents.codes import MATCH_PREFIX, match_code_in

ON = date(2026, 9, 17)
SEEN = OriginalFacts(waits=True, is_scanned=True, viewer_id=2, filed_by={1})


def test_a_second_person_may_say_that_they_saw_it():
    assert refusals_to_confirm(SEEN) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"waits": False}, "nothing_waits"),
        ({"is_scanned": False}, "no_scan"),
        ({"viewer_id": 1}, "same_person"),
        ({"viewer_id": None}, "same_person"),
    ],
)
def test_each_reason_not_to_confirm(changes, code):
    assert code in {reason.code for reason in refusals_to_confirm(replace(SEEN, **changes))}


@given(st.integers(1, 9), st.sets(st.integers(1, 9)))
def test_nobody_confirms_their_own_sheet(viewer, filers):
    facts = OriginalFacts(True, True, viewer, filers)
    assert bool(refusals_to_confirm(facts)) == (viewer in filers)


@pytest.mark.parametrize("state", RequestState)
def test_a_scan_belongs_to_an_open_form_or_to_one_that_waits_for_its_original(state):
    is_open = state in (RequestState.QUEUED, RequestState.SENT, RequestState.OPENED, RequestState.BOUNCED)
    assert may_be_filed(state, is_awaited=False) == is_open
    assert may_be_filed(state, is_awaited=True)


PART = PartFacts(Signer.EXTERNAL, "Ada Obi", ON, ON, ON - timedelta(days=3), ("Rosa Aguilar",))


def codes(refusals):
    return {each.code for each in refusals}


def test_a_part_with_a_name_and_a_day_may_be_entered():
    assert refusals_to_enter_part(PART, recorder_id=1, guardian_id=2, is_scanned=True) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"typed_name": " "}, "no_name"),
        ({"typed_name": "ROSA  Aguilar"}, "guardians_name"),
        ({"signed_on": None}, "no_day"),
        ({"signed_on": ON + timedelta(days=1)}, "in_future"),
        ({"signed_on": ON - timedelta(days=4)}, "before_asked"),
    ],
)
def test_each_reason_not_to_believe_a_part(changes, code):
    assert codes(refusals_of_part(replace(PART, **changes))) == {code}


def test_a_coach_may_be_the_guardian_and_a_young_person_may_share_the_name():
    for signer in (Signer.COACH, Signer.ATHLETE):
        assert refusals_of_part(replace(PART, signer=signer, typed_name="Rosa Aguilar")) == []


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ({"recorder_id": 2, "is_scanned": True}, "own_child"),
        ({"recorder_id": None, "is_scanned": True}, "own_child"),
        ({"recorder_id": 1, "is_scanned": False}, "no_scan"),
    ],
)
def test_each_reason_not_to_copy_a_part(who, code):
    assert codes(refusals_to_enter_part(PART, guardian_id=2, **who)) == {code}


PAPER = EntryFacts(
    Route.PAPER, RequestState.SENT, ON, ON, ON, True, 1, 2, "Rosa Aguilar", True, signed_on=ON, is_scanned=True
)  # fmt: skip


def test_a_sheet_with_older_words_is_refused_and_says_which():
    assert refusals_to_enter(PAPER) == []
    (reason,) = refusals_to_enter(replace(PAPER, is_scanned=False, older_words=(1, 3)))
    assert reason.code == "older_words"
    assert "version 1" in str(reason)
    assert "version 3" in str(reason)


@pytest.mark.parametrize("signer", Signer)
def test_by_telephone_nobody_signs_with_an_own_hand(signer):
    kinds = {Signer.EXTERNAL: SectionKind.EXTERNAL, Signer.STAFF: SectionKind.STAFF}
    asked = forms.question(kind=kinds.get(signer, SectionKind.DECISION), settings={"signer": signer.value})
    own_hand = signer in (Signer.ATHLETE, Signer.INTERPRETER, Signer.EXTERNAL)
    assert is_recorded(asked, Route.PAPER)
    assert is_recorded(asked, Route.PHONE) is not own_hand
    assert is_on_the_sheet(asked) is (own_hand or signer is Signer.COACH)


@given(st.text(max_size=20))
def test_only_our_own_pictures_hold_a_match_code(text):
    assert match_code_in(text) is None or text.startswith(MATCH_PREFIX)


def test_a_match_code_is_read_back():
    assert match_code_in("YP:ABCD2345") == "ABCD2345"
    assert match_code_in("https://youth.example/v/ABCD2345") is None
    assert match_code_in("YP:O0O0O0O0") is None
