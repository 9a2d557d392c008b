"""Files of volunteers as other programs export them, dirty on purpose: each problem by its row, and never a crash."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from youthprog.credentials.volunteer_rules import Fate, Known, Volunteer, email_of, phone_of, plan, read_volunteers

CASA = (
    "\ufeffdisplay_name,email,phone_number\r\n"
    "Ana Lidia Prieto,ana@helpers.example,12175550142\r\n"
    "Bo Ng,bo@helpers.example,1bc75550143\r\n"
    "s5,s5@helpers.example,\r\n"
    ",nobody@helpers.example,2175550144\r\n"
    "Cy Oduya,,217 555\r\n"
    "\r\n"
    "bo ng,BO@helpers.example,\r\n"
    "Dee Ng,bo@helpers.example,,,extra\r\n"
)
MENTORS = (
    "first name;last name;email address;both mentor and mentee;biography\n"
    'Ana;Prieto;ana@helpers.example;yes;"My name is Ana;\nI like chess."\n'
    "Bo;Ng;not an address;no;\n"
)


def said(file) -> list[tuple[int, str, bool]]:
    return [(each.row, each.code, each.refuses) for each in file.flaws]


def test_names_in_one_cell_bad_phones_and_doubles_are_said_by_row():
    file = read_volunteers(CASA.encode())
    assert [(each.row, each.given_name, each.family_name, each.email, each.phone) for each in file.rows] == [
        (2, "Ana Lidia", "Prieto", "ana@helpers.example", "+12175550142"),
        (3, "Bo", "Ng", "bo@helpers.example", None),
        (4, "s5", "", "s5@helpers.example", None),
        (9, "Dee", "Ng", "bo@helpers.example", None),
    ]
    assert said(file) == [
        (2, "name_split", False), (3, "bad_phone", False), (4, "one_name", False), (5, "no_name", True),
        (6, "bad_phone", False), (6, "no_way", True), (8, "twice", True), (9, "more_cells", False), (9, "shared", False),
    ]  # fmt: skip
    assert file.refused == (5, 6, 8)
    assert not any(word in str(each) for each in file.flaws for word in ("Ana", "helpers", "555"))


def test_other_delimiters_line_ends_in_cells_and_columns_nobody_asked_for():
    file = read_volunteers(MENTORS.encode("utf-16"))
    assert [(each.row, each.given_name) for each in file.rows] == [(2, "Ana")]
    assert file.left_out == ("both mentor and mentee", "biography")
    assert said(file) == [(3, "bad_email", False), (3, "no_way", True)]
    assert read_volunteers(MENTORS.replace("Ana", "Iñés").encode("cp1252")).rows[0].given_name == "Iñés"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"PK\x03\x04abc", "no_table"),
        (b"case_number,next_court_date\n1,2026-01-01\n", "no_names"),
        (b"name\nAna\n", "no_names"),
        (b"x" * 8_000_001, "too_large"),
    ],
)
def test_what_is_no_file_of_people_is_unusable(content, code):
    file = read_volunteers(content)
    assert file.unusable is not None
    assert (file.unusable.code, file.rows) == (code, ())


def test_a_file_of_headings_alone_says_so():
    assert said(read_volunteers(b"name,email\n,\n")) == [(0, "no_rows", False)]


@settings(max_examples=25, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: f"name,email,phone\n{text}".encode("utf-8", "replace"))))  # fmt: skip
def test_no_bytes_break_the_reading(data):
    file = read_volunteers(data)
    assert file.unusable is not None or {each.row for each in file.rows}.isdisjoint(file.refused)
    assert all(each.email or each.phone for each in file.rows)


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("12175550142", "+12175550142"),
        ("(217) 555-0142", "+12175550142"),
        ("217-555-0142 x3", "+12175550142"),
        ("1bc75550142", None),
        ("1234567", None),
        ("11234567890", None),
        ("22222222222", None),
        ("", None),
    ],
)
def test_phones(text, phone):
    assert phone_of(text) == phone


def test_addresses():
    assert email_of("Ana@Helpers.Example") == "ana@helpers.example"
    assert email_of("ana@") is None


def test_who_is_on_the_list_with_the_same_contacts_stays_as_they_are():
    ana = Volunteer(2, "Ana", "Prieto", "ana@helpers.example", "+12175550142")
    both = frozenset({"ana@helpers.example", "+12175550142"})
    known = {"person_id": 1, "folded": "prieto ana", "contacts": both, "is_listed": True}
    for changes, fate in (
        ({}, Fate.SAME),
        ({"is_listed": False}, Fate.CHANGED),
        ({"contacts": frozenset({"+12175550142"})}, Fate.CHANGED),
        ({"folded": "prieto eva"}, Fate.NEW),
        ({"contacts": frozenset({"other@helpers.example"})}, Fate.NEW),
    ):
        (planned,) = plan([ana], [Known(**(known | changes))])
        assert planned.fate is fate, changes
