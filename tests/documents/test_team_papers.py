"""Papers of a team and a season: what stands on them, on which paper, for whom, and that everyone can read them."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from typing import Any, get_args

import page
import pytest
from PIL import Image
from pypdf import PdfReader

from tests import gallery
from tests.documents.conftest import TEMPLATES, PrintSheet, broken_rules, letters_of, words_of
from tests.documents.test_sheets import NAMES, pages_of
from tests.makers import sheets
from youthprog.documents.compose import Composed, compose
from youthprog.documents.types import CheckInCard, Language, Paper, PlayerCard, PublicRow, ScheduleOrder, Sheet

LETTER, A4, SPANISH = [612, 792], [595, 842], Language.SPANISH
# Each paper on both sizes and in both languages once, with how many heads of columns and of rows its tables have.
FEW = 5  # rows of each, so that the test is quick; what many rows do is tested apart
PAPERS: dict[str, tuple[Any, int, int]] = {
    "roster": (sheets.roster(paper=Paper.A4, rows=sheets.roster().rows[2:][:FEW]), 6, 0),
    "sign-in sheet": (sheets.sign_in(language=SPANISH, rows=sheets.sign_in().rows[:FEW]), 7, 0),
    "game card": (sheets.game_card(paper=Paper.A4, language=SPANISH), 8, 0),
    "team roster": (sheets.public_roster(2 * FEW), 4, 0),
    "check-in cards": (sheets.cards(3, paper=Paper.A4), 0, 0),
    "player cards": (sheets.player_cards(3, paper=Paper.A4, language=SPANISH), 0, 0),
    "schedule by date": (sheets.season_schedule(rows=sheets.season_schedule().rows[:4]), 10, 0),
    "schedule by team": (sheets.season_schedule(ScheduleOrder.TEAM, paper=Paper.A4, language=SPANISH), 20, 0),
    "schedule by field": (sheets.season_schedule(ScheduleOrder.FIELD, rows=sheets.season_schedule().rows[:4]), 10, 0),
    "emergency contacts": (
        sheets.emergency_binder(paper=Paper.A4, language=SPANISH, rows=sheets.emergency_binder().rows[:FEW]),
        3,
        FEW,
    ),
}


def structure_of(content: bytes) -> list[tuple[str, str]]:
    """Role and scope of every element of a file's structure."""
    found: list[tuple[str, str]] = []
    todo = [PdfReader(BytesIO(content)).trailer["/Root"]["/StructTreeRoot"]]
    while todo:
        node = todo.pop().get_object()
        if isinstance(node, list):
            todo.extend(node)
        elif isinstance(node, dict):
            attributes = node.get("/A", {}).get_object() if "/A" in node else {}
            found.append((str(node.get("/S")), str(attributes.get("/Scope", ""))))
            todo.extend([node["/K"]] if "/K" in node else [])
    return found


@pytest.mark.parametrize("kind", PAPERS)
def test_everyone_can_read_it_and_the_same_values_make_the_same_file(kind: str, print_sheet: PrintSheet) -> None:
    sheet, columns, rows = PAPERS[kind]
    content = print_sheet(sheet)
    assert broken_rules(content, page.ValidationProfile.PDF_UA_1) == set()
    assert print_sheet(sheet) == content
    found = structure_of(content)
    heads = [scope for role, scope in found if role == "/TH"]
    assert (heads.count("/Column"), heads.count("/Row"), len(heads)) == (columns, rows, columns + rows)
    assert [role for role, _scope in found].count("/H1") == 1
    reader = PdfReader(BytesIO(content))
    assert reader.trailer["/Root"]["/Lang"] == sheet.language.value
    assert reader.metadata is not None
    assert reader.metadata.title
    size = A4 if sheet_paper(sheet) is Paper.A4 else LETTER
    assert all([round(float(side)) for side in each.mediabox[2:]] == size for each in reader.pages)
    assert len(reader.pages) == (2 if kind == "emergency contacts" else 1)


def sheet_paper(sheet: Any) -> Paper:
    paper: Paper = sheet.paper
    return paper


def test_a_head_that_is_no_head_would_be_seen(print_sheet: PrintSheet) -> None:
    sheet = sheets.public_roster(2)
    content = print_sheet(sheet)
    assert len([role for role, _scope in structure_of(content) if role == "/TH"]) == 2
    assert ("/TH", "/Column") in structure_of(content)
    assert ("/TD", "/Column") not in structure_of(content)


def test_every_name_is_whole_for_everybody_and_on_a_player_card(print_sheet: PrintSheet) -> None:
    split = [(given, family) for given, _, family in (name.rpartition(" ") for name in NAMES)]
    public = print_sheet(sheets.public_roster(rows=tuple(PublicRow("7", *name) for name in split)))
    cards = print_sheet(sheets.player_cards(rows=tuple(PlayerCard(*name, "7") for name in split)))
    for content in (public, cards):
        assert pages_of(content) == 1
        assert all(letters_of(name) in letters_of(words_of(content)) for name in NAMES)


@pytest.mark.parametrize("count", [8, 30])
def test_a_team_roster_is_one_page(count: int, print_sheet: PrintSheet) -> None:
    assert pages_of(print_sheet(sheets.public_roster(count))) == 1


def test_where_a_family_asked_for_that_there_is_no_surname() -> None:
    html = compose(sheets.public_roster(), templates=TEMPLATES).html
    assert "Adébáyọ̀" not in html
    assert "Folúkẹ" in html
    assert "Aguilar" in html


def test_the_eleventh_card_lies_on_a_second_sheet(print_sheet: PrintSheet) -> None:
    assert pages_of(print_sheet(sheets.player_cards(11, paper=Paper.A4))) == 2


def test_a_week_off_is_no_game_and_a_called_off_game_is_not_counted() -> None:
    sheet = sheets.season_schedule(ScheduleOrder.TEAM)
    html = compose(sheet, templates=TEMPLATES).html
    assert html.count("<tr") == 5 + 2 * len(sheet.rows)  # a head each, and each game with both its teams
    assert html.count("Called off") == 2
    own = compose(replace(sheet, team="Tigers U10"), templates=TEMPLATES).html
    games = [game for game in sheet.rows if "Tigers U10" in (game.home, game.away)]
    assert own.count("<tr") == 1 + len(games) == 5
    assert '<p class="value">3</p>' in own
    assert "bye" not in html.casefold()


@pytest.mark.parametrize(
    ("order", "parts"),
    [
        (ScheduleOrder.TEAM, sorted(sheets.TEAMS)),
        (ScheduleOrder.FIELD, ["Lincoln Field 2", "Memorial Park, east field"]),
    ],
)
def test_a_schedule_is_in_the_order_asked_for(order: ScheduleOrder, parts: list[str]) -> None:
    html = compose(sheets.season_schedule(order), templates=TEMPLATES).html
    assert re.findall("<h2>(.*?)</h2>", html) == parts


def test_a_binder_leads_from_its_contents_to_the_page_of_each_block(print_sheet: PrintSheet) -> None:
    reader = PdfReader(BytesIO(print_sheet(sheets.emergency_binder())))
    pages = [" ".join(each.extract_text().split()) for each in reader.pages]
    last = len(pages)
    assert last > 2
    assert "Contents by team" in pages[0]
    assert re.search(rf"Wu, Li\s*{last}\b", pages[0])
    assert re.search(r"Aguilar, Mateo\s*2\b", pages[0])
    assert "Wu, Li" in pages[-1]
    assert all("Call, in this order" in each for each in pages[1:])
    assert all(f"of {last}" in each for each in pages)


def test_a_binder_shows_health_and_court_orders_only_to_who_may_read_them() -> None:
    everything = compose(sheets.emergency_binder(), templates=TEMPLATES).html
    plain = compose(sheets.emergency_binder(shows_medical=False, shows_barred=False), templates=TEMPLATES).html
    for said in ("Victor Brooks", "Must not collect", "Inhaler", "two puffs", "Medical", "court orders"):
        assert said in everything
        assert said not in plain


def test_a_photo_is_printed_only_where_the_family_agreed_to_photos(print_sheet: PrintSheet) -> None:
    pixel = BytesIO()
    Image.new("RGB", (24, 30), "navy").save(pixel, "JPEG")
    agreed, refused, unsaid = (
        replace(row, photos=answer, photo=pixel.getvalue())
        for row, answer in zip(sheets.roster().rows, (True, False, None), strict=False)
    )
    composed = compose(sheets.roster(rows=(agreed, refused, unsaid)), templates=TEMPLATES)
    assert re.findall('asset:(photo-.*?)"', composed.html) == ["photo-0.jpg"]
    assert [name for name in composed.assets if name.startswith("photo-") and name.endswith(".jpg")] == ["photo-0.jpg"]
    assert broken_rules(print_sheet(sheets.roster(rows=(agreed,))), page.ValidationProfile.PDF_UA_1) == set()
    hidden = compose(sheets.roster(rows=(agreed,), shows_photos=False), templates=TEMPLATES)
    assert "photo-0" not in hidden.html
    assert "photo-0.jpg" not in hidden.assets


def test_a_photo_on_a_check_in_card_takes_what_the_name_leaves() -> None:
    def faces(*names: str, own: str | None = None) -> list[tuple[float, bool]]:
        rows = [CheckInCard(name, "CARDA2345", "7", own, photo=b"x") for name in names]
        shown = re.findall(r'class="portrait" style="width: ([\d.]+)mm', _cards(rows).html)
        return [(float(width), 'class="number three"' in _cards(rows).html) for width in shown]

    one, three = "Li Wu", "María Fernanda de la Concepción Castellanos-Ruiz"
    (short, small), (long, smaller) = *faces(one), *faces(three)
    assert (short, small, smaller) == (18.0, False, True)
    assert 9.6 <= long < short
    assert faces(three, own="ليان الحسيني الطويلة") == []  # no room: the name comes first
    assert [name for name in _cards([CheckInCard(one, "CARDA2345")]).assets if name.startswith("photo-")] == []


def _cards(rows: list[CheckInCard]) -> Composed:
    return compose(sheets.cards(rows=tuple(rows)), templates=TEMPLATES)


@pytest.mark.press
def test_cards_with_photos_are_read_aloud_too(print_sheet: PrintSheet) -> None:
    for sheet in (sheets.cards(4), sheets.player_cards(4)):
        assert broken_rules(print_sheet(gallery.with_photos(sheet)), page.ValidationProfile.PDF_UA_1) == set()


def test_every_kind_of_paper_has_a_sample_for_the_gallery() -> None:
    assert gallery.without_sample() == []
    names = [name for name, _sheet in gallery.samples()]
    assert len(names) == len(set(names)) > 2 * len(get_args(Sheet))
