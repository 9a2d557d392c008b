"""Who may see an original, and which scans still belong to a form."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youthprog.consent.entry_rules import OriginalFacts, may_be_filed, refusals_to_confirm
from youthprog.consent.types import RequestState
from youthprog.documents.codes import MATCH_PREFIX, match_code_in

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


@given(st.text(max_size=20))
def test_only_our_own_pictures_hold_a_match_code(text):
    assert match_code_in(text) is None or text.startswith(MATCH_PREFIX)


def test_a_match_code_is_read_back():
    assert match_code_in("YP:ABCD2345") == "ABCD2345"
    assert match_code_in("https://youth.example/v/ABCD2345") is None
    assert match_code_in("YP:O0O0O0O0") is None
