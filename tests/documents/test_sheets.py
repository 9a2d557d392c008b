"""What stands on the sheets, and what does not."""

import re
from dataclasses import replace
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from tests.documents.conftest import TEMPLATES, PrintSheet, letters_of, words_of
from tests.makers import sheets
from youthprog.documents.codes import halved
from youthprog.documents.compose import compose
from youthprog.documents.compose_papers import LEAST_MODULE
from youthprog.documents.qr import qr_modules
from youthprog.documents.types import (
    CheckInCard,
    GameCardRow,
    GameCardTeam,
    HeldFor,
    Language,
    Paper,
    RosterRow,
    SignInRow,
)

NAMES = [
    "Li Wu",
    "María Fernanda de la Concepción Castellanos-Ruiz",
    "Amara Adébáyọ̀-Lindqvist",
    "Nguyễn Thị Ánh Tuyết",
    "Zbigniew Łukasz Żółć",
    "Siobhán O’Sullivan",
    "Kofi Offilinghoff",
    "Þórdís Æsa Jørgensen",
    "Ελένη Παπαδοπούλου",
]


def pages_of(content: bytes) -> int:
    return len(PdfReader(BytesIO(content)).pages)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_printed_whole_on_a_certificate(name: str, print_sheet: PrintSheet) -> None:
    content = print_sheet(sheets.certificate(name))
    assert letters_of(name) in letters_of(words_of(content))
    assert pages_of(content) == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_printed_whole_on_a_roster(name: str, print_sheet: PrintSheet) -> None:
    given, _, family = name.rpartition(" ")
    row = RosterRow("7", family, given, guardian=name)
    words = words_of(print_sheet(sheets.roster(rows=(row,))))
    assert letters_of(f"{family}, {given}") in letters_of(words)


def test_the_players_fit_one_page(print_sheet: PrintSheet) -> None:
    assert pages_of(print_sheet(sheets.roster())) == 1
    assert pages_of(print_sheet(sheets.sign_in())) == 1


@pytest.mark.parametrize("count", [19, 20, 21])
def test_not_one_row_spills_onto_a_second_page(count: int, print_sheet: PrintSheet) -> None:
    row = sheets.roster().rows[2]
    assert pages_of(print_sheet(sheets.roster(rows=(row,) * count))) == 1


def test_a_long_roster_repeats_its_head(print_sheet: PrintSheet) -> None:
    reader = PdfReader(BytesIO(print_sheet(sheets.roster(rows=sheets.roster().rows * 3))))
    assert len(reader.pages) == 3
    assert all("Guardian, phone" in each.extract_text() for each in reader.pages)


def test_a_roster_without_health_has_no_word_of_it(print_sheet: PrintSheet) -> None:
    rows = sheets.roster().rows
    words = words_of(print_sheet(sheets.roster(shows_medical=False))).casefold()
    for forbidden in ("medical", "health", *(row.medical.casefold() for row in rows if row.medical)):
        assert forbidden not in words


@pytest.mark.parametrize(
    ("column", "gone"),
    [
        ("shows_born", ["Age, born", "Mar 4, 2016"]),
        ("shows_guardian", ["Guardian, phone", "555-0141", "Rosa Aguilar"]),
        ("shows_consent", ["Waiting", "may not play", "May play"]),
        ("shows_photos", ["Photos", "No photos"]),
    ],
)
def test_a_column_that_is_not_shown_does_not_exist(column: str, gone: list[str], print_sheet: PrintSheet) -> None:
    everything = words_of(print_sheet(sheets.roster()))
    without = words_of(print_sheet(sheets.roster(**{column: False})))
    for words in gone:
        assert words in everything
        assert words not in without


def test_a_hidden_value_does_not_even_reach_the_page() -> None:
    html = compose(sheets.roster(shows_medical=False), templates=TEMPLATES).html
    assert "Inhaler" not in html


def test_a_struck_player_stays_with_the_reason(print_sheet: PrintSheet) -> None:
    rows = sheets.roster().rows
    struck = replace(rows[0], struck_reason="Moved to Lions U10")
    words = words_of(print_sheet(sheets.roster(rows=(struck, *rows[1:]))))
    assert "Struck from the roster: Moved to Lions U10" in words
    assert "Players May play Medical 17 13 4" in words or "17" in words


def test_families_read_nothing_about_health_or_consent_on_the_sign_in_sheet(print_sheet: PrintSheet) -> None:
    row = SignInRow("7", "Brooks", "Imani", ("Dana Brooks",), see_coordinator=True)
    words = words_of(print_sheet(sheets.sign_in(rows=(row,)))).casefold()
    assert "see coordinator" in words
    assert not any(word in words for word in ("medical", "consent", "expired", "missing", "asthma"))


def test_a_sign_in_sheet_of_a_class_on_a4_speaks_of_young_people(print_sheet: PrintSheet) -> None:
    printed = print_sheet(sheets.sign_in(paper=Paper.A4, of_team=False, language=Language.SPANISH))
    assert [round(float(side)) for side in PdfReader(BytesIO(printed)).pages[0].mediabox[2:]] == [595, 842]
    words = words_of(printed)
    assert "A cargo de" in words
    assert "Firma de quien dirige" in words
    assert "Jugador" not in words
    assert "Página 1 de 1" in words


def test_an_event_has_a_page_of_lines_to_fill_in(print_sheet: PrintSheet) -> None:
    words = words_of(print_sheet(sheets.sign_in(rows=(), spare_rows=20, coach="")))
    assert words.count("Name and guardian’s phone") == 20
    assert "Page 1 of 1" in words


def test_markup_in_a_name_is_printed_as_it_was_typed(print_sheet: PrintSheet) -> None:
    row = RosterRow("7", "<b>Brooks</b>", "<img src=x>")
    assert "<b>Brooks</b>, <img src=x>" in words_of(print_sheet(sheets.roster(rows=(row,))))


def test_a_letter_no_face_can_draw_becomes_a_question_mark(print_sheet: PrintSheet) -> None:
    row = RosterRow("7", "欧阳", "Ruoxi 😀")
    assert "??, Ruoxi ?" in words_of(print_sheet(sheets.roster(rows=(row,))))


def test_the_public_title_names_no_child() -> None:
    for sheet in (sheets.certificate("Li Wu"), sheets.consent_record()):
        title = compose(sheet, templates=TEMPLATES).title
        assert "Li Wu" not in title
        assert "Castellanos" not in title


def test_a_spanish_roster_speaks_spanish(print_sheet: PrintSheet) -> None:
    words = words_of(print_sheet(sheets.roster(language=Language.SPANISH)))
    assert "Lista del entrenador" in words
    assert "no puede jugar" in words
    assert "Página 1 de 1" in words
    assert "may not play" not in words


def test_every_card_has_its_name_whole_its_code_and_its_team(print_sheet: PrintSheet) -> None:
    sheet = sheets.cards(9, rows=tuple(CheckInCard(name, f"CARDAB234{n}", "7") for n, name in enumerate(NAMES[:8], 2)))
    content = print_sheet(sheet)
    words = letters_of(words_of(content))
    assert pages_of(content) == 1
    for card in sheet.rows:
        assert letters_of(card.name) in words
        assert halved(card.code) in words
    assert words.count("TigersU10") == 1 + len(sheet.rows)


def test_cards_lie_ten_to_a_sheet(print_sheet: PrintSheet) -> None:
    assert [pages_of(print_sheet(sheets.cards(count))) for count in (1, 10, 11)] == [1, 1, 2]


def test_a_finder_reads_spanish_on_a_spanish_card(print_sheet: PrintSheet) -> None:
    words = words_of(print_sheet(sheets.cards(1, language=Language.SPANISH)))
    assert "¿La encontró?" in words
    assert "Found" not in words


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8000", "youth.riverton.example", "youth-programs.riverton-police.il.example.gov"]
)
def test_a_cards_picture_leads_to_its_code_and_is_coarse_enough_for_any_phone(host: str) -> None:
    address = f"https://{host}/k/"
    composed = compose(sheets.cards(2, address=address), templates=TEMPLATES)
    for card in sheets.cards(2).rows:
        picture = Image.open(BytesIO(composed.assets[f"card-{card.code}.png"]))
        (found,) = zxingcpp.read_barcodes(picture.convert("L").resize((400, 400), Image.Resampling.NEAREST))
        assert found.text == address + card.code
        assert found.ec_level == "M"
    wide = float(re.search(r'class="qr" style="width: ([\d.]+)mm', composed.html).group(1))  # type: ignore[union-attr]
    assert wide / qr_modules(address + "ABCDEFGHJK", may_weaken=False) >= LEAST_MODULE - 1e-9
    assert wide <= 31.5


def test_a_game_card_has_both_sides_and_strikes_who_is_not_cleared_with_the_class_of_the_reason(
    print_sheet: PrintSheet,
) -> None:
    content = print_sheet(sheets.game_card())
    words = words_of(content)
    assert pages_of(content) == 1
    for said in ("Tigers U10", "Hawks U10", "5M8T-QX2K-7HJP", "The coach of this team brings the list."):
        assert said in words
    held = [row.held for row in sheets.game_card().home.rows]
    for said, why in (
        ("Consent not current", HeldFor.CONSENT),
        ("Suspended", HeldFor.SUSPENDED),
        ("Not cleared", HeldFor.OTHER),
    ):
        assert words.count(said) == held.count(why) > 0
    assert not any(word in words.casefold() for word in ("medical", "health", "expired", "missing"))


def test_a_game_card_s_picture_opens_the_score_of_that_game() -> None:
    sheet = sheets.game_card()
    picture = Image.open(BytesIO(compose(sheet, templates=TEMPLATES).assets["qr.png"]))
    (found,) = zxingcpp.read_barcodes(picture.convert("L").resize((400, 400), Image.Resampling.NEAREST))
    assert found.text == f"https://{sheet.address}/{sheet.code}"
    assert 29 / qr_modules(found.text) >= LEAST_MODULE


def test_thirty_players_a_side_fit_one_page_and_no_score_has_no_boxes(print_sheet: PrintSheet) -> None:
    rows = tuple(GameCardRow(str(number), "Castellanos-Ruiz", f"Mateo {number}") for number in range(30))
    long = "Riverside Boys and Girls Club Lightning U10"
    sides = {"home": GameCardTeam(long, "A", rows), "away": GameCardTeam("Hawks", "B", rows)}
    assert pages_of(print_sheet(sheets.game_card(**sides))) == 1
    words = words_of(print_sheet(sheets.game_card(keeps_score=False, code="", language=Language.SPANISH)))
    assert "Esta división no lleva marcador." in words
    assert "Escanee" not in words
