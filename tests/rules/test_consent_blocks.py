"""How sections behave: settings, other words, show-if, how long an answer holds."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youthprog.consent import blocks
from youthprog.consent.types import Original, SectionKind, Settings, ShowIf, Signer, Validity
from youthprog.core.refusals import Refused

WORDS = st.text(st.characters(codec="utf-8"), max_size=12)
SHOW_IFS = st.builds(ShowIf, st.sampled_from(blocks.SHOW_IF), st.lists(WORDS, max_size=3).map(tuple), WORDS)
SETTINGS = st.builds(
    Settings,
    signer=st.sampled_from(Signer),
    validity=st.sampled_from(Validity),
    days=st.none() | st.integers(0, 4000),
    until_on=st.none() | st.dates(),
    original=st.sampled_from(Original),
    initials_if_refused=st.booleans(),
    show_if=st.none() | SHOW_IFS,
    least=st.integers(0, 10),
    most=st.integers(0, 10),
    asks_last_day=st.booleans(),
    web_address=WORDS,
)


@given(SETTINGS)
def test_settings_come_back_as_they_were_kept(settings):
    assert blocks.settings_of(blocks.settings_as(settings)) == settings


def test_plain_settings_are_kept_as_nothing():
    assert blocks.settings_as(Settings()) == {}
    assert blocks.settings_of({}) == Settings()


def test_what_is_kept_is_plain_json():
    settings = Settings(Signer.ATHLETE, Validity.DATE, until_on=date(2027, 6, 30), show_if=ShowIf("age_from", ("14",)))
    assert blocks.settings_as(settings) == {
        "signer": "athlete",
        "validity": "date",
        "until_on": "2027-06-30",
        "show_if": {"what": "age_from", "values": ["14"]},
    }


@pytest.mark.parametrize(
    "source",
    [
        {"color": "red"},
        {"signer": "mayor"},
        {"validity": "forever"},
        {"original": "blood"},
        {"days": "30"},
        {"days": -1},
        {"least": True},
        {"most": 10_001},
        {"until_on": "2027-02-30"},
        {"until_on": 7},
        {"initials_if_refused": "yes"},
        {"web_address": None},
        {"show_if": "age"},
        {"show_if": {"what": "moon", "values": []}},
        {"show_if": {"what": "answer", "values": "yes"}},
        {"show_if": {"what": "answer", "values": ["yes"], "key": 1}},
        {"show_if": {"what": "answer", "values": ["yes"], "kind": "x"}},
        {"show_if": {"what": "answer"}},
    ],
)
def test_unknown_settings_are_refused(source):
    with pytest.raises(Refused):
        blocks.settings_of(source)


def test_a_kind_has_its_own_other_words():
    assert blocks.more_of(SectionKind.INITIALS, {"clauses": [" One. ", "", "Two."]}) == {"clauses": ["One.", "Two."]}
    assert blocks.more_of(SectionKind.VIDEO, {"title": " "}) == {}


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        (SectionKind.DECISION, {"pages": ["One"]}),
        (SectionKind.VIDEO, {"title": ["One"]}),
        (SectionKind.CHOICE, {"options": "One"}),
        (SectionKind.CHOICE, {"options": [1]}),
        (SectionKind.INFORMATION, {"pages": ["x" * 4001]}),
    ],
)
def test_other_words_of_another_kind_or_shape_are_refused(kind, source):
    with pytest.raises(Refused):
        blocks.more_of(kind, source)


def test_the_hash_covers_other_words_only_when_there_are_any():
    assert blocks.words_hash(["a", "b"], {}) == hashlib.sha256(b"a\x1fb").hexdigest()
    some = blocks.words_hash(["a", "b"], {"clauses": ["c", "d"]})
    assert some != blocks.words_hash(["a", "b"], {})
    assert some != blocks.words_hash(["a", "b"], {"clauses": ["c\x1fd"]})
    assert some == blocks.words_hash(["a", "b"], {"clauses": ["c", "d"]})
