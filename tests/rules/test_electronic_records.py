"""What signing on a screen means: seven points in both languages, in plain words, under the version that is kept."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.rules.test_starter_form import HIGHEST_GRADE, LOWEST_INFLESZ, grade, inflesz
from youthprog.consent import paper
from youthprog.consent.disclosing import disclosure_sha256
from youthprog.consent.types import DISCLOSURE

SOURCE = tomllib.loads((Path(paper.__file__).parent / "forms" / "electronic_records.toml").read_text(encoding="utf-8"))
# 15 USC 7001(c)(1): (B)(i)(I) paper, (B)(i)(II) withdrawal, (B)(ii) scope, (B)(iii) how, (B)(iv) paper copy and cost,
# (C)(i) what one needs, (C)(ii) agreeing in a way that shows that the format opens.
TOLD = {
    "en": ("on paper", "stop using the screen", "covers", "or write to", "0 dollars", "PDF files", "Open the sample"),
    "es": ("en papel", "dejar de usar", "vale", "escriba a", "0 dólares", "archivos PDF", "Abra la muestra"),
}


def text_of(point: dict[str, str]) -> str:
    return re.sub(r"%\(\w+\)s", "us", f"{point['label']}. {point['text']}")


def test_the_version_is_the_one_that_is_kept_with_each_signature():
    assert SOURCE["id"] == DISCLOSURE


def test_other_words_have_another_version():
    """Whoever changes a word gives the file a new id, and then writes its hashes here."""
    assert (DISCLOSURE, {code: disclosure_sha256(code)[:16] for code in TOLD}) == (
        "electronic-records-2",
        {"en": "d9495c471f082650", "es": "f7a0ff6a11f277fc"},
    )


@pytest.mark.parametrize("language", TOLD)
def test_the_seven_points_are_there_in_order(language):
    points = SOURCE[language]["point"]
    assert len(points) == len(TOLD[language]) == 7
    for point, words in zip(points, TOLD[language], strict=True):
        assert words.casefold() in text_of(point).casefold()


def test_both_languages_name_the_same_places():
    for english, spanish in zip(SOURCE["en"]["point"], SOURCE["es"]["point"], strict=True):
        places = [set(re.findall(r"%\((\w+)\)s", point["text"])) for point in (english, spanish)]
        assert places[0] == places[1] <= {"phone", "email"}


def test_english_is_at_most_grade_eight():
    assert grade(" ".join(text_of(point) for point in SOURCE["en"]["point"])) <= HIGHEST_GRADE
    assert max(grade(point["text"]) for point in SOURCE["en"]["point"]) <= HIGHEST_GRADE


def test_spanish_is_plain():
    assert inflesz(" ".join(text_of(point) for point in SOURCE["es"]["point"])) >= LOWEST_INFLESZ
    assert min(inflesz(text_of(point)) for point in SOURCE["es"]["point"]) >= LOWEST_INFLESZ
