"""Certificates: nothing touches anything else, whatever the name, the languages, the paper and how many sign."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.documents.conftest import TEMPLATES, PrintSheet, letters_of, words_of
from tests.makers import sheets
from tests.support.proofs import cases
from youthprog.documents.compose import compose
from youthprog.documents.compose_certificates import hours_said
from youthprog.documents.fitting import (
    BESIDE_OWN_SCRIPT,
    COMPLETION,
    COMPLETION_OWN_SCRIPT,
    PARTICIPATION,
    fit,
    width_of,
)
from youthprog.documents.fonts import use_our_fonts
from youthprog.documents.stamping.symbols import squares_from
from youthprog.documents.types import Paper, Writing

SHORTEST, LONGEST = "Li Wu", "María Fernanda de la Concepción Castellanos-Ruiz y Bermúdez"
MAKERS = (sheets.certificate, sheets.completion, sheets.hours, sheets.award, sheets.appreciation)
LONG_WORDS = {
    "program_en": "Summer Police Athletic League Flag Football and Leadership",
    "program_es": "Programa de verano de fútbol de banderín y liderazgo juvenil",
}
EVERY = list(product(MAKERS, (SHORTEST, LONGEST), Writing, Paper, (1, 2, 3, 4), (False, True)))
BLOCKS = ("issuer", "second-title", "presented", "name", "honored", "facts", "signatory", "verify")


@pytest.fixture(scope="module")
def our_fonts(instance: Path) -> None:
    """The faces we print with, in this process: its first layout decides which are found."""
    use_our_fonts(instance)


def laid_out(sheet: Any) -> dict[str, list[tuple[float, float, float, float]]]:
    """Where each block's content stands on the page, in px: class -> left, top, right, bottom."""
    import weasyprint

    from youthprog.documents.typeset import _fetcher

    composed = compose(sheet, templates=TEMPLATES)
    document = weasyprint.HTML(string=composed.html, url_fetcher=_fetcher(composed.assets)).render()
    (page,) = document.pages
    box = page._page_box
    found: dict[str, list[tuple[float, float, float, float]]] = {
        "page": [(0, 0, box.margin_width(), box.margin_height())]
    }
    for each in box.descendants():
        classes = (
            set((each.element.get("class") or "").split()) if getattr(each, "element", None) is not None else set()
        )
        name = (
            "h1" if getattr(each, "element_tag", "") == "h1" else next((name for name in BLOCKS if name in classes), "")
        )
        if name and each.element_tag in ("h1", "p", "div") and not getattr(each, "line", None):
            inked = [part for part in each.descendants() if hasattr(part, "text") or part.element_tag == "img"]
            if inked:
                edges = [_ink_of(part) for part in inked]
                lefts, tops, rights, bottoms = zip(*edges, strict=True)
                found.setdefault(name, []).append((min(lefts), min(tops), max(rights), max(bottoms)))
    return found


def _ink_of(part: Any) -> tuple[float, float, float, float]:
    """Where a picture or a piece of text is inked: letters rise three quarters of their size and fall a quarter."""
    left, top = part.position_x, part.position_y
    if not hasattr(part, "text"):
        return left, top, left + part.width, top + part.height
    base, size = top + part.baseline, part.style["font_size"]
    return left, base - 0.74 * size, left + part.width, base + 0.24 * size


@pytest.mark.proof("nothing on a certificate touches anything else", room="documents")
@pytest.mark.usefixtures("our_fonts")
def test_nothing_touches_anything_else_and_nothing_leaves_the_page():
    step = max(1, len(EVERY) // cases(full=len(EVERY), sample=6))
    for maker, name, writing, paper, count, wordy in EVERY[::step]:
        sheet = maker(
            name, writing=writing, paper=paper, signatories=sheets.SIGNERS[:count], **(LONG_WORDS if wordy else {})
        )
        places = laid_out(sheet)
        ((_x, _y, width, height),) = places.pop("page")
        blocks = [(name, place) for name, each in places.items() for place in each]
        assert len(places) >= 7, places.keys()
        for what, (left, top, right, bottom) in blocks:
            assert left > 38, (maker.__name__, what)
            assert right < width - 38, (maker.__name__, what)
            assert top > 38, (maker.__name__, what)
            assert bottom < height - 38, (maker.__name__, what)
        for number, (what, one) in enumerate(blocks):
            for other_name, other in blocks[number + 1 :]:
                apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
                assert apart, (
                    f"{maker.__name__} {name} {writing} {paper} {count} {wordy}: {what} {one} and {other_name} {other}"
                )


@pytest.mark.parametrize("rule", [PARTICIPATION, BESIDE_OWN_SCRIPT, COMPLETION, COMPLETION_OWN_SCRIPT])
@given(name=st.lists(st.text("abegilmnoqsvwyÁéñỌ", min_size=1, max_size=16), min_size=1, max_size=5).map(" ".join))
def test_a_name_fits_its_line_and_its_place(rule, name):
    fitted = fit(name, rule)
    assert max(width_of(line, fitted.size) for line in fitted.lines) <= rule.width + 0.2
    own = 24 * 1.18 if rule in (BESIDE_OWN_SCRIPT, COMPLETION_OWN_SCRIPT) else 0
    assert own + len(fitted.lines) * fitted.size * 1.06 <= 33 * 72 / 25.4


@pytest.mark.parametrize("writing", Writing)
@pytest.mark.parametrize("maker", MAKERS)
def test_a_certificate_speaks_the_languages_asked_for(maker, writing):
    html = compose(maker(writing=writing), templates=TEMPLATES).html
    said = re.sub(r"<[^>]+>", " ", html)
    spanish = any(word in said for word in ("Otorgado", "se otorga a", "Se certifica que"))
    english = any(word in said for word in ("Awarded", "presented to", "This certifies that"))
    assert spanish == (writing is not Writing.ENGLISH)
    assert english == (writing is not Writing.SPANISH)
    assert f'<html lang="{"es" if writing is Writing.SPANISH else "en"}">' in html
    assert ('lang="es"' in html.split("<body")[1]) == (writing is Writing.BOTH)


@pytest.mark.parametrize("maker", [sheets.certificate, sheets.completion])
def test_a_name_in_its_own_script_stays_on_its_line(maker):
    own = "Владимир Александрович Константинопольский-Преображенский-Воскресенский"
    sheet = maker("Vladimir K.", name_in_own_script=own, own_script_language="ru")
    html = compose(sheet, templates=TEMPLATES).html
    size = float(re.search(r'own-script" style="font-size: ([\d.]+)pt"', html)[1])  # type: ignore[index]
    assert width_of(own, size) <= (150.2 if maker is sheets.completion else 196.2)
    assert 'lang="ru"' in html


def test_an_award_has_its_own_words_and_hours_their_figure(print_sheet: PrintSheet):
    said = words_of(print_sheet(sheets.award(LONGEST)))
    for words in ("Sportsmanship Award", "Premio a la deportividad", "never once looking at the score first."):
        assert words in said
    assert letters_of("52.5 hours") in letters_of(words_of(print_sheet(sheets.hours())))


def test_a_letter_has_the_other_language_overleaf(print_sheet: PrintSheet):
    said = words_of(print_sheet(sheets.closure_letter(both=True)))
    assert said.index("Your mentoring match comes to its end") < said.index("Su mentoría llega a su fin")
    alone = words_of(print_sheet(sheets.closure_letter()))
    assert "Su mentoría" not in alone


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, "0"), (60, "1"), (2160, "36"), (3150, "52.5"), (63, "1.1"), (62, "1"), (90, "1.5")]
)
def test_hours_are_said_to_a_tenth(minutes, said):
    assert hours_said(minutes) == said


@pytest.mark.parametrize("maker", MAKERS)
def test_its_picture_leads_to_its_code(maker):
    sheet = replace(maker(), awarded_on=date(2026, 11, 21))

    squares = squares_from(compose(sheet, templates=TEMPLATES).assets["qr.svg"])
    picture = Image.new("L", (squares.across, squares.across), 255)
    for x, y, width, height in squares.boxes:
        picture.paste(0, (x, y, x + width, y + height))
    (found,) = zxingcpp.read_barcodes(picture.resize((400, 400), Image.Resampling.NEAREST))
    assert found.text == f"https://{sheet.letterhead.verify_at}/{sheet.code}"
