"""What a scanned text says, whom letters on a tablet mean, and which mark an arrival gives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youthprog.attendance.card_rules import (
    CODE_LENGTH,
    LATE_AFTER,
    Named,
    code_in,
    mark_of,
    match,
    refusals_to_start_kiosk,
)
from youthprog.attendance.types import Mark
from youthprog.core.crypto import CODE_LETTERS
from youthprog.core.refusals import Refusal
from youthprog.documents.codes import halved

HOST = "youth.riverton.example"
CODE = "ABCDEFGHJK"
START = datetime(2026, 9, 17, 22, 30, tzinfo=UTC)
codes = st.text(CODE_LETTERS, min_size=CODE_LENGTH, max_size=CODE_LENGTH)


@pytest.mark.parametrize(
    "text",
    [
        f"https://{HOST}/k/{CODE}",
        f"https://{HOST}/k/{CODE}/",
        f"HTTPS://{HOST.upper()}/k/{CODE.lower()}",
        f"{HOST}/k/{CODE}",
        "ABCDE-FGHJK",
        " abcde fghjk ",
        "abcde\u2013fghjk",
    ],
)
def test_our_card_is_read_however_it_is_written(text):
    assert code_in(text, HOST) == CODE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"https://youth.elsewhere.example/k/{CODE}", "other_department"),
        (f"https://{HOST}.evil.example/k/{CODE}", "other_department"),
        (f"https://{HOST}@evil.example/k/{CODE}", "other_department"),
        (f"https://{HOST}/v/{CODE}", "foreign_code"),
        (f"https://{HOST}/k/SHORT", "foreign_code"),
        (f"javascript://{HOST}/k/{CODE}", "foreign_code"),
        (f"https://{HOST}/k/{CODE}/more", "foreign_code"),
        ("https://[bad/k/ABCDEFGHJK", "foreign_code"),
        ("4006381333931", "foreign_code"),
        ("ABCDEFGH1O", "foreign_code"),
        ("", "foreign_code"),
    ],
)
def test_every_other_text_has_its_own_refusal(text, expected):
    found = code_in(text, HOST)
    assert isinstance(found, Refusal)
    assert found.code == expected


@given(st.text(max_size=300))
def test_any_text_is_a_code_or_a_refusal(text):
    found = code_in(text, HOST)
    assert isinstance(found, Refusal) or (len(found) == CODE_LENGTH and set(found) <= set(CODE_LETTERS))


@given(codes)
def test_what_is_printed_is_read_back(code):
    assert code_in(halved(code), HOST) == code_in(f"https://{HOST}/k/{code}", HOST) == code


def test_who_comes_a_quarter_of_an_hour_late_is_late():
    assert mark_of(START + LATE_AFTER, START, belongs=True) is Mark.PRESENT
    assert mark_of(START + LATE_AFTER + timedelta(seconds=1), START, belongs=True) is Mark.LATE
    assert mark_of(START - timedelta(hours=1), START, belongs=True) is Mark.PRESENT
    assert mark_of(START + timedelta(hours=1), START, belongs=False) is Mark.WALK_IN


def test_a_tablet_starts_while_the_register_is_open_and_not_after_the_end():
    end = START + timedelta(hours=1)
    assert refusals_to_start_kiosk([], end, START) == []
    assert [each.code for each in refusals_to_start_kiosk([], end, end)] == ["over"]
    closed = [Refusal("gathering_canceled", "No")]
    assert refusals_to_start_kiosk(closed, end, end) == closed


# ---- letters on a tablet ----

TEAM = [
    Named(1, "Aguilar", ("Mateo", "Teo")),
    Named(2, "de la Cruz", ("Ana",)),
    Named(3, "de la Cruz", ("Anabel",)),
    Named(4, "Wu", ("Li",)),
    Named(5, "Wuhan", ("Lin",)),
    Named(6, "Ó Ceallaigh", ("Siobhán",)),
    Named(7, "Castellanos-Ruiz", ("María Fernanda",)),
    Named(8, "Phạm", ("Anh",)),
]


@pytest.mark.parametrize(
    ("family", "first", "who"),
    [
        ("agu", "m", 1),
        ("AGUILAR", "teo", 1),
        ("Wu", "L", 4),
        ("wuh", "l", 5),
        ("oce", "s", 6),
        ("cea", "S", 6),
        ("ruiz", "mari", 7),
        ("castellanos ruiz", "m", 7),
        ("pha", "a", 8),
        ("cruz", "anab", 3),
        ("delacruz", "Ana", 2),
    ],
)
def test_letters_mean_the_one_they_fit(family, first, who):
    found = match(family, first, TEAM)
    assert isinstance(found, Named)
    assert found.youth_id == who


@pytest.mark.parametrize(
    ("family", "first", "expected"),
    [
        ("", "m", "more_letters"),
        ("agu", "", "more_letters"),
        ("ag", "m", "more_letters"),
        ("'-.", "m", "more_letters"),
        ("cru", "a", "several_match"),
        ("agu", "x", "no_match"),
        ("zzz", "m", "no_match"),
    ],
)
def test_too_few_too_many_and_wrong_letters_each_have_their_refusal(family, first, expected):
    found = match(family, first, TEAM)
    assert isinstance(found, Refusal)
    assert found.code == expected


letters = st.text("abruz -", max_size=6)
people = st.lists(
    st.builds(lambda n, f, g: Named(n, f or "a", (g or "b",)), st.integers(1, 50), letters, letters),
    max_size=6,
    unique_by=lambda each: each.youth_id,
)


def plain(text: str) -> str:
    return "".join(each for each in text if each.isalpha())


def tails(person: Named) -> set[str]:
    words = person.family_name.replace("-", " ").split()
    return {"".join(words[start:]) for start in range(len(words))}


@given(letters, letters, people)
def test_a_tablet_never_names_one_of_several_and_never_by_two_letters(family, first, team):
    found = match(family, first, team)
    if isinstance(found, Refusal):
        return
    typed, begun = plain(family), plain(first)
    is_whole = typed in tails(found) and begun in map(plain, found.given_names)
    others = [
        each
        for each in team
        if each is not found
        and any(tail.startswith(typed) if len(typed) >= 3 else tail == typed for tail in tails(each))
        and any(plain(name).startswith(begun) for name in each.given_names)
    ]
    assert not others or is_whole
    assert not any(typed in tails(each) and begun in map(plain, each.given_names) for each in others)
    assert len(typed) >= 3 or typed in tails(found)


def test_a_tablet_calls_by_first_name_and_initial():
    assert Named(1, "Aguilar", ("Mateo", "Teo")).shown == "Teo A."
    assert Named(1, "", ("Pelé",)).shown == "Pelé"
