"""The starter form can be read by the families it is for, and is complete in both languages."""

import re
import tomllib
from pathlib import Path

import pytest

from youthprog.consent import models, paper, queries
from youthprog.consent.types import SectionKind

SOURCE = tomllib.loads((Path(paper.__file__).parent / "forms" / "participation.toml").read_text(encoding="utf-8"))
SECTIONS = {section["key"]: section for section in SOURCE["section"]}
PLACES = {"name", "full_name", "program", "department", "until"}
VOWELS = re.compile(r"[aeiouyáéíóúü]+")
HIGHEST_GRADE = 8.0
LOWEST_INFLESZ = 55.0


def measured(text):
    """Sentences, words and syllables; each place counts as one short name."""
    plain = re.sub(r"%\(\w+\)s", "Mateo", text).casefold()
    words = re.findall(r"[a-zà-ÿ’']+", plain)
    sentences = [part for part in re.split(r"[.:?\n]+", plain) if part.strip()]
    return len(sentences), len(words), words


def grade(text):
    """Flesch-Kincaid, with syllables counted by vowel groups (a silent e does not count)."""
    sentences, count, words = measured(text)
    syllables = sum(max(1, len(VOWELS.findall(re.sub(r"e$", "", word)))) for word in words)
    return 0.39 * count / sentences + 11.8 * syllables / count - 15.59


def inflesz(text):
    """Szigriszt-Pazos; 55 and more is ordinary or easier."""
    sentences, count, words = measured(text)
    syllables = sum(max(1, len(VOWELS.findall(word))) for word in words)
    return 206.835 - 62.3 * syllables / count - count / sentences


@pytest.mark.parametrize("key", SECTIONS)
def test_english_is_at_most_grade_eight(key):
    words = SECTIONS[key]["en"]
    assert grade(f"{words['question']} {words['body']}") <= HIGHEST_GRADE
    assert grade(words["statement"]) <= HIGHEST_GRADE


@pytest.mark.parametrize("key", SECTIONS)
def test_spanish_is_plain(key):
    words = SECTIONS[key]["es"]
    assert inflesz(f"{words['question']} {words['body']}") >= LOWEST_INFLESZ
    assert inflesz(words["statement"]) >= LOWEST_INFLESZ


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("key", SECTIONS)
def test_every_text_is_there_fits_and_has_known_places(key, language):
    words = SECTIONS[key][language]
    assert set(words) == set(queries.TEXTS)
    for name in queries.TEXTS:
        limit = getattr(models.SectionText.__table__.c[name].type, "length", None)
        assert limit is None or len(words[name]) <= limit
        assert set(re.findall(r"%\((\w+)\)s", words[name])) <= PLACES
    assert words["label"]
    assert words["statement"]


@pytest.mark.parametrize("key", SECTIONS)
def test_both_languages_speak_of_the_same_places(key):
    for name in ("question", "statement", "yes_hint", "yes_summary", "no_summary"):
        places = [set(re.findall(r"%\((\w+)\)s", SECTIONS[key][language][name])) for language in ("en", "es")]
        assert places[0] == places[1], name


def test_what_is_required_is_a_decision_and_photos_are_free():
    required = {key for key, section in SECTIONS.items() if section["required"]}
    assert required == {"take_part", "emergency_care"}
    assert all(SECTIONS[key]["kind"] == SectionKind.DECISION for key in required)


def test_an_address_is_masked():
    assert paper.masked("rosa.aguilar@family.example") == "r•••@family.example"
    assert paper.masked("nothing") == "•••"
