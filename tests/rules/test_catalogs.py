"""A catalog that is kept small says what its file says."""

from __future__ import annotations

import gettext

import pytest

from youthprog.core import catalogs
from youthprog.web.language import compile_catalogs


def test_the_small_catalog_says_what_the_file_says():
    compile_catalogs()
    with (catalogs.FOLDER / "es" / catalogs.COMPILED).open("rb") as file:
        whole = gettext.GNUTranslations(file)._catalog
    small = catalogs.catalog("es")._catalog
    assert len(whole) > 3000
    assert any(isinstance(key, tuple) for key in whole), "no sentence with a number in it"
    assert {key: small[key] for key in whole} == whole
    assert all(small.get(key) == text for key, text in whole.items())


def test_what_is_not_in_it_is_answered_as_a_dict_answers():
    texts = catalogs.Texts({"Youth": "Jóvenes", "": "", ("day", 1): "días"})
    assert [texts.get("Youth"), texts.get(""), texts[("day", 1)]] == ["Jóvenes", "", "días"]
    assert texts.get("youth") is None
    assert texts.get("youth", "as it is") == "as it is"
    with pytest.raises(KeyError):
        texts[("day", 0)]


def test_a_language_without_a_catalog_says_the_sentence_itself():
    assert catalogs.catalog("en").gettext("Youth") == "Youth"
    assert catalogs.Texts({}).get("Youth") is None


def test_sentences_with_a_number_are_chosen_by_it():
    cards = "%(num)s card was made.", "%(num)s cards were made."
    said = [catalogs.catalog("es").ungettext(*cards, number) for number in (0, 1, 2)]
    assert said == ["Se hicieron %(num)s tarjetas.", "Se hizo %(num)s tarjeta.", "Se hicieron %(num)s tarjetas."]
