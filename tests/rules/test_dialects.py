"""One table in every dialect, encoding and line end reads to the same rows."""

from __future__ import annotations

import csv
import io
from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from youthprog.leagues.imports.cells import date_order, split_name, unguarded
from youthprog.leagues.imports.importing import read_players
from youthprog.leagues.imports.types import Reading

TODAY = date(2026, 11, 23)
HEAD = (
    "First Name",
    "Last Name",
    "Date of Birth",
    "Jersey #",
    "School",
    "Parent First Name",
    "Parent Last Name",
    "Parent Email",
)
DIALECTS = list(product((",", ";", "\t", "|"), ("\n", "\r\n", "\r"), (csv.QUOTE_MINIMAL, csv.QUOTE_ALL), (False, True)))
WESTERN = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")
GREEK = ("utf-8", "utf-8-sig", "utf-16", "iso8859_7", "cp1253")
latin = st.text("abcXYZéñüÁ", min_size=1, max_size=7)
hellenic = st.text("αβγδεζηθικλμνξοπρστυφχψω", min_size=3, max_size=8).map(str.capitalize)
schools = st.sampled_from(["", "Lincoln, Elementary", 'The "Annex"', "North; South", "One|Two", "Two\nlines"])
jerseys = st.sampled_from(["", "0", "00", "7", "007", "999"])
born = st.dates(date(2009, 1, 1), date(2020, 12, 31))


def written(rows, delimiter, end, quoting, sep, encoding):
    """The table as one of the many files it could be."""
    if any("\n" in cell for row in rows for cell in row):
        quoting = csv.QUOTE_ALL  # the module leaves a line feed bare where lines end with CR, and that is another table
    out = io.StringIO(newline="")
    if sep:
        out.write(f"sep={delimiter}{end}")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerow(HEAD)
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def read(data: bytes) -> Reading:
    return read_players(data, filename="players.csv", today=TODAY, dates="mdy")


def said(reading: Reading):
    assert reading.unusable is None, str(reading.unusable)
    return [
        (row.given_name, row.family_name, row.born_on, row.jersey, row.school, row.guardians) for row in reading.rows
    ], [problem.code for problem in reading.problems if problem.row]


def table(names):
    row = st.tuples(names, names, born.map(lambda on: on.strftime("%m/%d/%Y")), jerseys, schools)
    return st.lists(row, min_size=1, max_size=4).map(
        lambda rows: [(*row, "Rosa", f"Ruiz{number}", "rosa@post.example") for number, row in enumerate(rows)]
    )


@settings(max_examples=25)
@given(table(latin), st.sampled_from(DIALECTS), st.sampled_from(WESTERN))
def test_western_tables_read_the_same_however_written(rows, dialect, encoding):
    rows = [("José", "Muñoz", "02/14/2016", "00", "", "Rosa", "Ruiz", "r@post.example"), *rows]
    plain = said(read(written(rows, *DIALECTS[0], "utf-8")))
    assert said(read(written(rows, *dialect, encoding))) == plain
    assert plain[0][0][0] == "José"


@settings(max_examples=25)
@given(table(hellenic), st.sampled_from(DIALECTS), st.sampled_from(GREEK))
def test_greek_tables_read_the_same_however_written(rows, dialect, encoding):
    plain = said(read(written(rows, *DIALECTS[0], "utf-8")))
    found = read(written(rows, *dialect, encoding))
    assert said(found) == plain
    if encoding in ("iso8859_7", "cp1253"):
        assert "greek_text" in {problem.code for problem in found.problems}


@pytest.mark.parametrize(
    ("rows", "order"),
    [
        (["3/4/2015", "5/6/2015"], "open"),
        (["3/4/2015", "13/6/2015"], "day"),
        (["3/4/2015", "6/13/2015"], "month"),
        (["13/4/2015", "4/13/2015"], "month"),
        (["5/5/2015", "6/6/2015"], "month"),  # both ways are one day
        (["2015-03-04", "Mar 4, 2015"], "month"),
        (["0/4/2015"], "month"),
        ([], "month"),
    ],
)
def test_the_order_of_day_and_month_is_proved_or_asked(rows, order):
    found = date_order(enumerate(rows))
    assert ("open" if found.is_open else "day" if found.day_first else "month") == order


def test_what_was_told_counts_only_where_nothing_proves_the_contrary():
    assert date_order([(2, "3/4/2015")], told="dmy").day_first
    assert not date_order([(2, "3/4/2015")], told="mdy").day_first
    assert not date_order([(2, "3/14/2015")], told="dmy").day_first
    assert not date_order([(2, "3/4/2015")], told="dmy").is_open


def test_an_open_order_is_asked_with_an_example_and_no_rows():
    rows = [("Bo", "Ng", "3/4/2015", "", "", "Wei", "Ng", "wei@post.example")]
    reading = read_players(written(rows, *DIALECTS[0], "utf-8"), filename="p.csv", today=TODAY)
    assert reading.rows == ()
    assert reading.asks
    assert (reading.asks.column, reading.asks.count) == ("Date of Birth", 1)
    assert (reading.asks.month_first, reading.asks.day_first) == (date(2015, 3, 4), date(2015, 4, 3))


@pytest.mark.parametrize(
    ("text", "split"),
    [("Li, Ana", ("Ana", "Li")), ("Ana Li", ("Ana", "Li")), ("García López, María José", ("María José", "García López")),
     ("María del Carmen García", None), ("Ana", None), ("Li,", None), (",Ana", None), ("a, b, c", None)],
)  # fmt: skip
def test_a_whole_name_is_split_only_where_that_is_sure(text, split):
    assert split_name(text) == split


@pytest.mark.parametrize(
    ("cell", "means"),
    [("'=1", ("=1", True)), ("'-", ("-", True)), ("=1", ("=1", False)), ("'n Sync", ("'n Sync", False))],
)
def test_an_apostrophe_that_made_a_formula_harmless_goes(cell, means):
    assert unguarded(cell) == means
