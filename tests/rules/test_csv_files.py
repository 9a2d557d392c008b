"""No cell of a file for a spreadsheet is run by it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youthprog.web.csv_files import STARTS, harmless


@pytest.mark.parametrize("text", ["=1+1", "+1", "-2", "@SUM(A1)", "\t=1", "  =1", "＝1", "\r=1", "\u00a0@x"])
def test_what_looks_like_a_formula_is_text(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Aguilar, Mateo", "(217) 555-0141", "2026-09-17", "O'Hara", "Ana-María"])
def test_everything_else_stays_as_it_is(text):
    assert harmless(text) == text


@given(st.text(max_size=12))
def test_no_cell_begins_like_a_formula(text):
    assert harmless(text)[:1] not in STARTS
    assert harmless(text).removeprefix("'").endswith(text.removeprefix("'"))
