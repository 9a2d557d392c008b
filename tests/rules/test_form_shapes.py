"""The starter set passes the gate, and every shape of real forms can be said in our blocks."""

from __future__ import annotations

import tomllib

import pytest

from tests.makers.drafts import SHAPE_NAMES, make_block, question_of, questions_in, shape
from youthprog.consent import drafts, library, reading
from youthprog.consent.blocks import settings_as, settings_of
from youthprog.consent.publishing import FORMS
from youthprog.consent.types import Original, SectionKind, Signer, Validity

STANDARD = library.standard_forms()
SECTIONS = {key: block for form in STANDARD.values() for key, block in form.sections.items()}


@pytest.mark.parametrize("key", STANDARD)
def test_a_standard_form_passes_the_gate_and_says_where_it_is_from(key):
    form = STANDARD[key]
    questions = [question_of(block, number) for number, block in enumerate(form.sections.values(), start=1)]
    assert drafts.refusals_to_publish(questions) == []
    assert form.source
    assert form.checked_on
    assert form.title.keys() == {"en", "es"}


def test_the_starter_set_is_whole():
    kinds = {key.partition(".")[2] for key in SECTIONS}
    assert kinds >= {
        "take_part", "emergency_care", "health", "photos", "rides", "pickup", "emergency_contact", "conduct", "concussion",
    }  # fmt: skip


def test_the_concussion_sheet_is_read_page_by_page_in_both_languages():
    sheet = SECTIONS["concussion.concussion"]
    assert sheet.kind is SectionKind.INFORMATION
    assert len(sheet.more["en"]["pages"]) == len(sheet.more["es"]["pages"]) >= 3
    assert "public domain" in STANDARD["concussion"].source
    assert "own words" in STANDARD["concussion"].source


def test_other_texts_that_guardians_read_are_plain_too():
    """The page about electronic records lies beside the forms: each of its points is inside the limits."""
    for path in sorted(FORMS.glob("*.toml")):
        source = tomllib.loads(path.read_text(encoding="utf-8"))
        for language in ("en", "es") if "section" not in source else ():
            for point in source[language]["point"]:
                assert reading.level(f"{point['label']}. {point['text']}", language).is_plain, point["label"]


def test_only_known_names_come_from_the_library():
    assert [block.key for block in library.standard_sections(["conduct.conduct", "no.such"])] == ["conduct"]


@pytest.mark.parametrize("name", SHAPE_NAMES)
def test_a_shape_passes_the_gate_and_comes_back_as_written(name):
    questions = questions_in(shape(name))
    assert drafts.refusals_to_publish(questions) == []
    for question in questions:
        assert settings_of(settings_as(question.settings)) == question.settings


def test_all_shapes_are_there_and_use_every_kind():
    assert len(SHAPE_NAMES) == 10  # nine forms, one of them in two layers
    assert {each.kind for name in SHAPE_NAMES for each in questions_in(shape(name))} == set(SectionKind)


def sections(name):
    return {each.key: each for each in questions_in(shape(name))}


def test_what_makes_each_shape_special():
    assert sections("of301")["permission"].settings.show_if.what == "age_under"
    assert len(sections("of301")["service"].words["en"].more["fields"]) == 5
    concussion = sections("tn-concussion")
    assert {each.settings.signer for each in concussion.values()} == {Signer.GUARDIAN, Signer.ATHLETE, Signer.COACH}
    assert len(concussion["clauses_coach"].words["es"].more["clauses"]) == 9
    heart = sections("oh-cardiac")
    assert heart["clearance"].settings.show_if.key == "fainted"
    assert heart["clearance"].settings.asks_last_day
    assert sections("nyc-consent")["clauses"].kind is SectionKind.INITIALS
    parks = sections("seattle-parks")
    assert parks["medical"].settings.initials_if_refused
    assert not parks["medical"].required
    assert parks["emergency_contact"].required
    assert len(parks["size"].words["en"].more["options"]) == 7
    application = sections("salinas-application")
    assert application["guardians"].settings.most == 2
    assert application["race"].settings.most > 1
    assert sections("fbg-season")["take_part"].settings.validity is Validity.SEASON
    assert sections("fbg-slip")["outing"].settings.validity is Validity.EVENT
    physical = sections("fhsaa-el2")
    assert physical["doctor"].settings.days == 365
    assert physical["school"].settings.validity is Validity.MOVE
    assert physical["explain"].settings.show_if.key == "history"
    assert "Only you" in sections("haltom-pickup")["pickup"].words["en"].undo


def test_an_original_can_be_asked_for():
    block = make_block(settings=settings_of({"original": "notary"}))
    assert question_of(block).settings.original is Original.NOTARY
