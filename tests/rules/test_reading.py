"""How hard a text is to read: measured against known texts and against a pronouncing dictionary."""

from __future__ import annotations

from pathlib import Path

import pytest

from youthprog.consent import reading

TEXTS = Path(__file__).resolve().parents[1] / "fixtures" / "reading"


def text(name):
    return (TEXTS / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "language", "figure"),
    [("cdc-parents-en", "en", 5.1), ("of301-permission", "en", 12.6), ("cdc-parents-es", "es", 63)],
)
def test_known_texts_have_their_known_figures(name, language, figure):
    """The figures of the field notes, taken with the whole dictionary."""
    assert abs(reading.level(text(name), language).figure - figure) <= 0.5


def test_syllables_agree_with_the_dictionary_for_the_words_we_use():
    """Of 100 words as they run on our pages and forms, fewer than one is off, and not to one side."""
    right = total = drift = 0
    for line in text("syllables").splitlines():
        if line.startswith("#"):
            continue
        word, times, known = line.split()
        counts = [int(each) for each in known.split(",")]
        found = reading.english_syllables(word)
        total += int(times)
        right += int(times) * (found in counts)
        drift += int(times) * (found - min(counts, key=lambda each: abs(each - found)))
    assert right / total >= 0.99, right / total
    assert abs(drift / total) <= 0.01, drift / total


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("guardian", 3), ("guardián", 2), ("niño", 2), ("día", 2), ("guía", 2), ("que", 1), ("lengüeta", 3), ("oír", 2),
        ("ahora", 3), ("cuida", 2), ("aéreo", 4), ("leer", 2), ("ya", 1), ("muy", 1), ("2026", 1), ("hacia", 2),
        ("responsables", 4), ("jueguen", 2), ("averigüe", 4),
    ],
)  # fmt: skip
def test_spanish_syllables_follow_from_the_spelling(word, syllables):
    if word == "guardian":
        assert reading.english_syllables(word) == syllables
    else:
        assert reading.spanish_syllables(word) == syllables


def test_a_list_is_read_line_by_line_and_a_place_is_a_name():
    assert reading.counts("- Stop.\n2. See a doctor.\n• Rest", "en").sentences == 3
    assert reading.counts("%(name)s plays.", "en") == reading.counts("Mateo plays.", "en")


def test_long_words_and_sentences_are_harder():
    plain = "We call you first. Then we call a doctor. You can come too."
    hard = "Notwithstanding the aforementioned, participants irrevocably indemnify the organization and its representatives."
    assert reading.level(plain, "en").is_plain
    assert not reading.level(hard, "en").is_plain
    dura = "No obstante lo anteriormente mencionado, los participantes indemnizarán irrevocablemente a la organización."
    assert reading.level("Le llamamos primero. Luego llamamos al médico.", "es").is_plain
    assert not reading.level(dura, "es").is_plain


def test_a_few_words_alone_say_nothing():
    assert reading.level("Emergency authorization", "en").is_plain
    assert reading.level("", "en").words == 0
    assert reading.level("", "es").is_plain


@pytest.mark.parametrize("language", ["en", "es"])
def test_strange_text_is_measured_too(language):
    """Marks alone, other scripts, a word without an end."""
    for strange in ("…!?", "测试 文本", "x" * 20_000, "%(", "\x1f" * 50, "é" * 3000):
        assert isinstance(reading.level(strange, language).figure, float)
