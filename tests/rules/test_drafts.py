"""The gate before publishing: one test a refusal. What a new version changes, and how two texts differ."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.makers.drafts import make_question
from youthprog.consent import drafts
from youthprog.consent.types import Original, SectionKind, Settings, ShowIf, Signer, Validity

HARD = (
    "Notwithstanding the aforementioned, participants irrevocably indemnify the organization and its representatives."
)
DURO = "No obstante lo anteriormente mencionado, los participantes indemnizarán irrevocablemente a la organización."


def codes(*questions, **how):
    return [refusal.code for refusal in drafts.refusals_to_publish(questions, **how)]


def test_a_complete_plain_section_may_be_published():
    assert codes(make_question()) == []


def test_a_form_that_asks_nothing_is_refused():
    assert codes() == ["nothing_asked"]
    text = make_question(kind=SectionKind.TEXT)
    assert codes(text) == ["nothing_asked"]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("name", drafts.NEEDED[SectionKind.DECISION])
def test_each_needed_text_in_each_language(name, language):
    refused = drafts.refusals_to_publish([make_question(**{language: {name: " "}})])
    assert [(each.code, each.field) for each in refused] == [("missing_words", f"{language}_{name}")]


def test_a_text_of_one_language_alone_is_a_missing_translation():
    assert codes(make_question(es={"yes_hint": "Hasta el fin."})) == ["missing_words"]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (SectionKind.INITIALS, "clauses"), (SectionKind.CHOICE, "options"), (SectionKind.PERSONS, "noun"),
        (SectionKind.UPLOAD, "wanted"), (SectionKind.EXTERNAL, "role"), (SectionKind.STAFF, "fields"),
        (SectionKind.VIDEO, "title"),
    ],
)  # fmt: skip
def test_other_words_of_a_kind_are_needed_too(kind, name):
    signer = Signer.EXTERNAL if kind is SectionKind.EXTERNAL else Signer.GUARDIAN
    section = make_question(kind=kind, settings=Settings(signer=signer, web_address="https://films.example/one"))
    refused = drafts.refusals_to_publish([make_question("other"), section])
    assert {each.field for each in refused if each.code == "missing_words"} == {f"en_{name}", f"es_{name}"}


def test_lists_of_unlike_length():
    more = {"en": {"options": ["Red", "Blue"]}, "es": {"options": ["Rojo"]}}
    assert "unlike" in codes(make_question(kind=SectionKind.CHOICE, more=more))


def test_a_place_that_stands_for_nothing():
    assert codes(make_question(en={"body": "Dear %(mother)s, a lifeguard is there."})) == ["unknown_place"]


def test_hard_english_stops_unless_a_reason_is_recorded():
    section = make_question(en={"body": HARD})
    assert codes(section) == ["too_hard_en"]
    assert codes(section, reason="short") == ["too_hard_en"]
    assert codes(section, reason="The insurer demands these words.") == []


def test_hard_spanish_stops_unless_a_reason_is_recorded():
    section = make_question(es={"body": DURO})
    assert codes(section) == ["too_hard_es"]
    assert codes(section, reason="The insurer demands these words.") == []


def test_no_reason_excuses_a_missing_translation():
    section = make_question(en={"body": HARD}, es={"statement": ""})
    assert codes(section, reason="The insurer demands these words.") == ["missing_words"]


def test_words_of_other_kinds_are_measured_too():
    pages = {"en": {"pages": [HARD]}, "es": {"pages": ["Lea esto."]}}
    assert codes(make_question(kind=SectionKind.INFORMATION, more=pages)) == ["too_hard_en"]


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        (Settings(validity=Validity.DAYS), "no_days"),
        (Settings(validity=Validity.DATE), "no_day"),
        (Settings(show_if=ShowIf("answer", ("yes",), "later")), "show_if_later"),
        (Settings(show_if=ShowIf("age_under", ("soon",))), "show_if_age"),
        (Settings(signer=Signer.EXTERNAL), "wrong_signer"),
    ],
)
def test_settings_that_do_not_hold_together(settings, code):
    assert code in codes(make_question(settings=settings))


# ---- what changes ----


def test_what_a_new_version_changes():
    old = [make_question(key) for key in ("same", "changed", "gone")]
    new = [
        make_question("same"),
        make_question("changed", en={"body": "Two lifeguards are there."}),
        make_question("new"),
    ]
    changes = drafts.changed_sections(old, new)
    assert (changes.same, changes.changed, changes.added, changes.gone) == (
        ("same",),
        ("changed",),
        ("new",),
        ("gone",),
    )
    assert changes.asked_again == ("new", "changed")


def test_order_and_need_alone_are_no_change():
    old = [make_question("a", 1), make_question("b", 2)]
    new = [replace(make_question("b", 1), required=False), make_question("a", 2)]
    assert drafts.changed_sections(old, new).same == ("b", "a")


@pytest.mark.parametrize(
    "settings",
    [
        Settings(signer=Signer.ATHLETE), Settings(original=Original.INK), Settings(validity=Validity.DAYS, days=30),
        Settings(validity=Validity.DATE, until_on=date(2026, 12, 1)),
    ],
)  # fmt: skip
def test_other_terms_are_a_change(settings):
    assert drafts.changed_sections([make_question()], [make_question(settings=settings)]).changed == ("swim",)


def test_only_the_language_that_changed_is_asked_again():
    old, new = make_question(), make_question(es={"body": "Hay dos salvavidas."})
    assert drafts.is_same(old, new, "en")
    assert not drafts.is_same(old, new, "es")


# ---- side by side ----


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_word_is_lost_between_two_texts(old, new):
    pieces = drafts.differences(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "in") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "out") == new


def test_long_texts_are_compared_too_and_lose_nothing():
    old, new = "a b " * 4_000, "b a " * 4_000 + "end"
    pieces = drafts.differences(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "in") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "out") == new


def test_two_texts_differ_word_by_word():
    pieces = drafts.differences("We call you first.", "We always call you.")
    assert [(piece.kind, piece.text.strip()) for piece in pieces if piece.kind != "same"] == [
        ("in", "always"), ("out", "you first."), ("in", "you."),
    ]  # fmt: skip


def test_a_section_is_compared_text_by_text():
    old, new = make_question(), make_question(en={"body": "Two lifeguards are there."})
    assert [each.name for each in drafts.section_diff(old, new, "en")] == ["Text"]
    assert drafts.section_diff(old, new, "es") == []
    assert drafts.section_diff(None, new, "es")
