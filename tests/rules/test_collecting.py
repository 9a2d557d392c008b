"""Who may be an adult kept away: names as people say them, and as salted hashes."""

from __future__ import annotations

import hashlib
import itertools
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youthprog.attendance import collecting_rules as rules
from youthprog.attendance.types import CollectedBy, DeedKind
from youthprog.attendance.types import Collector as Came
from youthprog.core.collecting import (
    BIRTH_DATE,
    GUARDIAN,
    HOUSE,
    LISTED,
    Barred,
    Collecting,
    Collector,
    Known,
    Proof,
    house_number,
    proofs_of,
)
from youthprog.core.names import is_same, keys_of_adult, keys_of_typed, may_be, tokens_of

PAUL = keys_of_adult("Paul", "Kept")
MARIA = keys_of_adult("María del Carmen", "García López")
OBRIEN = keys_of_adult("Seán", "O'Brien")
MARY_ANN = keys_of_adult("Mary-Ann", "de la Cruz", preferred="Annie")
INITIAL = keys_of_adult("J.", "Peña")

SAME = [
    ("Paul Kept", PAUL), ("paul  KEPT", PAUL), ("Kept, Paul", PAUL), ("Pául Képt", PAUL), ("Paul-Kept", PAUL),
    ("P. Kept", PAUL), ("Paul K.", PAUL), ("Paul James Kept", PAUL), ("Mr. Paul Kept Jr.", PAUL), ("paulkept", PAUL),
    ("Maria Garcia", MARIA), ("Carmen Lopez", MARIA), ("García López María del Carmen", MARIA), ("M. García", MARIA),
    ("Maria del Carmen Garcia", MARIA), ("Maria Garcya", MARIA), ("Karmen Lopes", MARIA), ("MariadelCarmen Garcia", MARIA),
    ("Sean O Brien", OBRIEN), ("Sean OBrien", OBRIEN), ("Sean O’Brien", OBRIEN), ("sean o-brien", OBRIEN),
    ("Mary Ann Cruz", MARY_ANN), ("Maryann Delacruz", MARY_ANN), ("Annie de la Cruz", MARY_ANN), ("Cruz Maryann", MARY_ANN),
    ("J Pena", INITIAL), ("José Peña", INITIAL), ("Pena, Juan", INITIAL),
]  # fmt: skip
OTHERS = [
    ("Paula Kept", PAUL), ("Paul Kemp", PAUL), ("Rosa Kept", PAUL), ("J. Kept", PAUL), ("Paul", PAUL), ("Kept", PAUL),
    ("", PAUL), ("—", PAUL), ("Marta García", MARIA), ("Pilar García", MARIA), ("Mario López", MARIA),
    ("Sean Byrne", OBRIEN), ("Mary Cole", MARY_ANN), ("de la", MARY_ANN), ("K Pena", INITIAL), ("María Peña", INITIAL),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "keys"), SAME)
def test_a_name_is_known_however_it_is_said(typed, keys):
    assert may_be(typed, keys)


@pytest.mark.parametrize(("typed", "keys"), OTHERS)
def test_another_name_is_another(typed, keys):
    assert not may_be(typed, keys)


def test_names_of_other_scripts_are_known():
    wang = keys_of_adult("小明", "王")
    assert may_be("王小明", wang)
    assert may_be("王 小明", wang)
    assert not may_be("王小红", wang)
    assert may_be("Иван Петров", keys_of_adult("Иван", "Петров"))


WORDS = st.text(st.sampled_from("abcdefgiklmnoprstuvyzñéü"), min_size=2, max_size=9)


@given(first=WORDS, last=WORDS, middle=WORDS, upper=st.booleans(), order=st.permutations([0, 1, 2]))
def test_order_case_accents_and_middle_names_do_not_hide_anybody(first, last, middle, upper, order):
    typed = " ".join((first, last, middle)[place] for place in order)
    typed = typed.upper() if upper else typed
    plain = "".join(c for c in unicodedata.normalize("NFD", typed) if not unicodedata.combining(c))
    keys = keys_of_adult(first, last)
    assert may_be(typed, keys)
    assert may_be(plain, keys)


@given(given_name=st.text(max_size=40), family=st.text(max_size=40), typed=st.text(max_size=80))
def test_any_text_can_be_compared_and_salted_hashes_say_the_same(given_name, family, typed):
    """What a phone does without the names: hash with a salt, look for one in common."""

    def hashed(keys):
        return {hashlib.sha256(b"salt" + key.encode("utf-8", "surrogatepass")).digest() for key in keys}

    keys = keys_of_adult(given_name, family)
    assert may_be(typed, keys) is not hashed(keys).isdisjoint(hashed(keys_of_typed(typed)))
    assert len(keys_of_typed("a b " * 500)) < 2000


def test_a_list_is_asked_in_the_very_words():
    assert is_same("Consuelo Abuela", "abuela  CONSUELO")
    assert not is_same("Consuelo", "Abuela Consuelo")
    assert not is_same("", "")
    assert tokens_of("O’Brien-Peña, María") == ["obrien", "pena", "maria"]


def test_one_of_the_allowed_is_found_by_name_and_the_barred_by_any_spelling():
    aunt = Collector(1, LISTED, 5, "Abuela Consuelo")
    asked = Collecting((aunt,), (Barred(1, 9, PAUL),))
    assert asked.named("consuelo abuela") is aunt
    assert asked.find(LISTED, 5) is aunt
    assert asked.find("guardian", 5) is None
    spellings = itertools.product(("Paul", "PAUL", "P.", "Pául"), ("Kept", "kept", "Képt"))
    assert all(asked.is_barred(f"{one} {two}") and asked.is_barred(f"{two}, {one}") for one, two in spellings)
    assert not asked.is_barred("Abuela Consuelo")


# ---- two people of one name, of whom one may ----

BORN, HIS = date(1950, 3, 2), date(1982, 7, 9)
OLD, HERS = Proof(BIRTH_DATE, "1950-03-02"), Proof(HOUSE, "1204")


@pytest.mark.parametrize(
    ("own", "others", "proofs"),
    [
        (Known(BORN), [Known(HIS)], (OLD,)),
        (Known(BORN), [Known()], (OLD,)),
        (Known(BORN), [Known(HIS), Known(BORN)], ()),
        (Known(BORN, frozenset({"1204"})), [Known(BORN, frozenset({"9"}))], ()),
        (Known(), [Known(HIS)], ()),
        (Known(houses=frozenset({"1204"})), [Known(houses=frozenset({"9"}))], (HERS,)),
        (Known(houses=frozenset({"1204"})), [Known(houses=frozenset({"1204", "9"}))], ()),
        (Known(houses=frozenset({"1204"})), [Known()], ()),
        (Known(BORN, frozenset({"1204"})), [Known(HIS, frozenset({"9"}))], (OLD, HERS)),
    ],
)
def test_what_tells_two_of_one_name_apart(own, others, proofs):
    assert proofs_of(own, others) == proofs


def test_the_number_of_a_house_is_its_first_digits():
    assert [house_number(each) for each in ("1204 Oak St, Apt 3", "No. 012-B", "Oak Street", "0")] == [
        "1204", "12", None, "0",
    ]  # fmt: skip


GRANDFATHER = Collector(1, GUARDIAN, 5, "Paul Kept", proofs=(OLD,))
ASKED = Collecting((GRANDFATHER, Collector(1, GUARDIAN, 6, "Rosa Kept")), (Barred(1, 9, PAUL),))
BY = CollectedBy


@pytest.mark.parametrize(
    ("kind", "to", "code"),
    [
        (DeedKind.LEAVE, Came(BY.GUARDIAN, "Paul Kept", 5, True, OLD), None),
        (DeedKind.LEAVE, Came(BY.GUARDIAN, "kept, PAUL", 5, True, OLD), None),
        (DeedKind.LEAVE, Came(BY.GUARDIAN, "Paul Kept", 5, True, Proof(BIRTH_DATE, "1982-07-09")), "not_proven"),
        (DeedKind.LEAVE, Came(BY.GUARDIAN, "Paul Kept", 5, True, Proof(HOUSE, "1950-03-02")), "not_proven"),
        (DeedKind.LEAVE, Came(BY.GUARDIAN, "Paul Kept", 5, True), "not_proven"),
        (DeedKind.LEAVE, Came(BY.GUARDIAN, "Paul Kept", 5, False, OLD), "not_proven"),
        (DeedKind.LEAVE, Came(BY.GUARDIAN, "Paul Kept", 5, None, OLD), "not_proven"),
        (DeedKind.LEAVE, Came(BY.GUARDIAN, "Opa", 5, True, OLD), "not_proven"),
        (DeedKind.LEAVE, Came(BY.GUARDIAN, None, 5, True), "not_proven"),
        (DeedKind.LEAVE, Came(BY.GUARDIAN, "Paul Kept", 9, True, OLD), "barred"),
        (DeedKind.LEAVE, Came(BY.GUARDIAN, "Paul Kept", 6, True, OLD), "barred"),
        (DeedKind.LEAVE, Came(BY.GUARDIAN, "Paul Kept", None, True, OLD), "barred"),
        (DeedKind.LEAVE, Came(BY.LISTED, "Paul Kept", 5, True, OLD), "barred"),
        (DeedKind.LEAVE, Came(BY.LISTED, "P. Kept", None, True, OLD), "barred"),
        (DeedKind.STOP, Came(None, "Paul Kept", None, True), "barred"),
        (DeedKind.STOP, Came(BY.GUARDIAN, "Paul Kept", 5, True, Proof(BIRTH_DATE, "1982-07-09")), "not_proven"),
        (DeedKind.STOP, Came(BY.GUARDIAN, "Paul Kept", 5, True, OLD), "barred"),
        (DeedKind.LEAVE, Came(BY.GUARDIAN, "Rosa Kept", 6, False), None),
    ],
)
def test_who_is_called_like_a_barred_adult_passes_with_the_photo_id_alone(kind, to, code):
    found = rules.refusals_to_collect(kind, to, ASKED, may_leave_alone=False)
    assert [each.code for each in found] == ([code] if code else [])


def test_a_proof_nobody_asked_for_is_dropped():
    rosa = Came(BY.GUARDIAN, "Rosa Kept", 6, True, OLD)
    assert rules.without_idle_proof(rosa, ASKED).proof is None
    paul = Came(BY.GUARDIAN, "Paul Kept", 5, True, OLD)
    assert rules.without_idle_proof(paul, ASKED) is paul
