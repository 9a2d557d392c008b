"""Who may be one young person under two spellings, and who may not."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youthprog.leagues.imports.likeness import born_alike, family_alike, given_alike, may_be_same, pair_key, somebody

BORN = date(2015, 3, 4)
ROSA = ("rosa ruiz", "rosa@post.example")


@pytest.mark.parametrize(
    ("one", "other"),
    [("bob", "robert"), ("pepe", "jose"), ("mateo", "matthew"), ("maria del carmen", "maria"), ("jon", "john"),
     ("ana-sofia", "ana sofia"), ("jhonathan", "jonathan"), ("sofia", "sophia"), ("o'neal", "oneal")],
)  # fmt: skip
def test_given_names_of_one_child(one, other):
    assert given_alike(one, other)
    assert given_alike(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("ana", "ava"), ("mateo", "lucia"), ("maria", "carmen"), ("li", "lu"), ("robert", "rupert"), ("", "ana")],
)
def test_given_names_of_two(one, other):
    assert not given_alike(one, other)
    assert not given_alike(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("garcia lopez", "garcia"),
        ("o'hara", "ohara"),
        ("de la cruz", "cruz"),
        ("gonzales", "gonzalez"),
        ("smith jr", "smith"),
    ],
)
def test_family_names_of_one(one, other):
    assert family_alike(one, other)
    assert family_alike(other, one)


@pytest.mark.parametrize(("one", "other"), [("garcia", "lopez"), ("li", "lu"), ("park", "clark")])
def test_family_names_of_two(one, other):
    assert not family_alike(one, other)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (somebody("Bob", "Aguilar", BORN), True),
        (somebody("Robert", "Aguilár", BORN), True),
        (somebody("Luis", "Aguilar", BORN), False),  # a twin
        (somebody("Bob", "Aguilar", date(2013, 8, 9)), False),
        (somebody("Bob", "Aguilar", date(2015, 4, 3)), False),  # alike, and nobody in common
        (somebody("Bob", "Aguilar", date(2015, 4, 3), ROSA), True),  # day and month changed places
        (somebody("Bob", "Aguilar", date(2016, 3, 4), ROSA[1:]), True),
        (somebody("Bob", "Ruiz", BORN), False),
        (somebody("Bob", "Ruiz", BORN, ROSA), True),  # another family name, one guardian
        (somebody("Robert", "Aguilar", None), True),
        (somebody("Bob", "Aguilar", None), False),  # another spelling and no birth date: nothing speaks for it
        (somebody("Bob", "Aguilar", None, ROSA), True),
    ],
)
def test_who_is_asked_about(other, same):
    one = somebody("Robert", "Aguilar", BORN, ROSA)
    assert may_be_same(one, other) is same
    assert may_be_same(other, one) is same


def test_birth_dates_that_a_slip_makes():
    assert born_alike(BORN, date(2015, 4, 3))
    assert born_alike(BORN, date(2015, 3, 14))
    assert not born_alike(BORN, date(2014, 3, 14))


names = st.text("abcdeé ñ-'", min_size=1, max_size=9)


@given(names, names, names, names)
def test_a_pair_has_one_key_in_either_order(a, b, c, d):
    one, other = (a, b, BORN, ["x"]), (c, d, None, ["y"])
    assert pair_key(one, other) == pair_key(other, one)
    assert given_alike(a.strip(), c.strip()) == given_alike(c.strip(), a.strip())


def test_two_of_one_name_and_birthday_are_told_apart_by_their_guardians():
    one, other, third = (("Ana", "Li", BORN, [guardian]) for guardian in ("mei li", "wei ng", "rosa ruiz"))
    assert pair_key(one, other) == pair_key(other, one) != pair_key(one, third)
