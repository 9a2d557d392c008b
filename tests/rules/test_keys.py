"""The key of a row in what somebody sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youthprog.core.db import BIGGEST_ID, key_in


@given(st.integers(1, BIGGEST_ID))
def test_a_key_is_read(number):
    assert key_in(str(number)) == number


@pytest.mark.parametrize(
    "text",
    [None, "", "0", "-1", "+1", "1.0", "1e5", " 1", "1_0", "²", "٣", "１", "1\x00", str(BIGGEST_ID + 1), "9" * 5000],
    ids=lambda text: repr(text)[:20],
)
def test_anything_else_is_none(text):
    assert key_in(text) is None


@given(st.text())
def test_no_text_makes_it_raise(text):
    assert key_in(text) is None or str(int(text)) == text.lstrip("0")
