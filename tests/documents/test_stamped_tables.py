"""A stamped table breaks its lines and pages where weasyprint does, and every glyph stands where weasyprint sets it."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from unittest.mock import patch

import page as validator
import pikepdf
import pytest

from tests.documents.conftest import NOON, broken_rules
from tests.support.drawn import Drawn, Glyph, drawn, structure, structure_faults
from tests.support.proofs import cases, is_full
from youthprog.documents.fonts import use_our_fonts
from youthprog.documents.stamping.breaking import breaks_in
from youthprog.documents.stamping.places import size_units
from youthprog.documents.stamping.setting import Setter
from youthprog.documents.stamping.shaping import UNITS, Face, Style
from youthprog.documents.stamping.table_layouts import learn_table
from youthprog.documents.stamping.table_types import TableLayout
from youthprog.documents.stamping.tables import stamp_table
from youthprog.documents.stamping.types import CannotStamp, Reader
from youthprog.documents.types import Variant
from youthprog.documents.typeset import typeset

UA1 = validator.ValidationProfile.PDF_UA_1
STYLE = """
@page { size: 400pt 300pt; margin: 20pt 24pt 30pt; @bottom-left { content: "Riverton"; font: 7pt "Public Sans" }
  @bottom-right { content: "Fall 2022 · Page " counter(page) " of " counter(pages); font: 7pt "Public Sans"; color: #4a5664 } }
* { margin: 0; padding: 0; box-sizing: border-box } body { font: 9pt/12pt "Public Sans"; hyphens: none } h1 { font-size: 14pt; line-height: 20pt }
table { width: 100%; border-spacing: 0; table-layout: fixed } th { text-align: left; font-size: 7pt; line-height: 10pt; background: #123f73; color: white; padding: 3pt 4pt }
td { padding: 3pt 4pt; border-bottom: 0.4pt solid #b4bdc8; vertical-align: top } tr { break-inside: avoid } .r { text-align: right }
td.serif { font: 600 9pt/12pt "Source Serif 4"; color: #123f73 }
"""
BOTTOM_MARGIN = 30.0
WIDTHS = ("40pt", "90pt", "", "62pt")
CLASSES = ("r", "serif", "", "r")


def html_of(rows: Sequence[Sequence[str]], style: str = STYLE) -> str:
    columns = "".join(f"<col style='width:{width}'>" if width else "<col>" for width in WIDTHS)
    heads = "".join(f"<th scope=col class='{kind}'>{name}</th>" for name, kind in zip("ABCD", CLASSES, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td class='{kind}'>{text}</td>" for text, kind in zip(row, CLASSES, strict=True)) + "</tr>"
        for row in rows
    )
    return f"<html lang=en><head><title>Table</title><style>{style}</style></head><body><h1>A table</h1><table><colgroup>{columns}</colgroup><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></body></html>"


def lay(rows: Sequence[Sequence[str]], reader: Reader | None = None, style: str = STYLE) -> bytes:
    return typeset(
        html_of(rows, style), assets={}, identifier=b"x", variant=Variant.ACCESSIBLE, made_at=NOON, reader=reader
    )[0]


@pytest.fixture(scope="module", autouse=True)
def layout_engine(instance: Path) -> Iterator[None]:
    with patch.dict(os.environ):
        use_our_fonts(instance)
        yield


@pytest.fixture(scope="module")
def layout(layout_engine: None) -> TableLayout:
    return learn_table(lay, 4)


WORDS = [
    "Ana",
    "Li",
    "Zoë",
    "Ávila",
    "O’Sullivan",
    "AVATAR",
    "Te",
    "Yo",
    "office",
    "Waffle",
    "Old-Mill",
    "north/south",
    "Nguyễn",
    "fi-fi",
    "12",
    "3/4",
    "(Apt",
    "12-B)",
    "5th,",
    "Road.",
    "Wu:",
    "co-op",
    "“so”",
    "well-known",
    "Street,",
    "Жанна",
]


def rows_of(count: int, seed: int) -> list[list[str]]:
    dice = random.Random(seed)
    latin = [word for word in WORDS if word != "Жанна"]
    return [
        [
            str(dice.randint(1, 9999)),
            " ".join(dice.choice(latin) for _ in range(dice.randint(1, 4))),
            " ".join(dice.choice(latin) for _ in range(dice.randint(1, 7))),
            f"555-{dice.randint(0, 9999):04}" if dice.random() < 0.9 else "",
        ]
        for _row in range(count)
    ]


@pytest.mark.proof("every row, line and page break of a table as weasyprint sets it", room="documents")
def test_a_table_is_the_table_that_would_be_laid_out(layout: TableLayout) -> None:
    rows, kept = rows_of(cases(full=5000, sample=36), 11), []
    for row in rows:
        try:
            stamp_table(layout, [row], identifier=b"x")
        except CannotStamp:  # four lines, or a break that is left to Pango
            continue
        kept.append(row)
    assert len(kept) > 0.8 * len(rows)
    part = 500 if is_full() else 36
    for start in range(0, len(kept), part):
        same_as_laid_out(layout, kept[start : start + part])


def test_a_letter_is_written_by_its_width_where_it_was_first_drawn(layout: TableLayout) -> None:
    """weasyprint embeds the width a letter has at the size where it is first drawn: here the foot of the first page comes before the rows."""
    column, foot = layout.columns[2], layout.margins[0]
    assert column.face == foot.face
    face, sizes = layout.faces[foot.face].face, [size_units(each.size) for each in (column, foot)]

    def differs(letter: str) -> bool:
        (glyph, *_rest), *_none = face.shape(letter, sizes[0], Style()).glyphs
        return face.width(glyph, sizes[0]) != face.width(glyph, sizes[1])

    letters = sorted({letter for letter in "RivertonPageof" if differs(letter)})
    others = [word for word in ("Ana", "Mud", "Sly", "Club", "Dusk") if not set(letters) & set(word)]
    assert letters
    assert others
    rows = [["", "Ana", " ".join(others), ""]] * 14 + [
        ["12", "Ana", "".join(8 * letter for letter in letters), "34"]
    ] * 8
    same_as_laid_out(layout, rows)


def same_as_laid_out(layout: TableLayout, rows: Sequence[Sequence[str]]) -> None:
    content, count = stamp_table(layout, rows, identifier=b"x")
    with pikepdf.open(BytesIO(content)) as ours, pikepdf.open(BytesIO(lay(rows))) as plain:
        assert len(ours.pages) == len(plain.pages) == count > 1
        for mine, theirs in zip(ours.pages, plain.pages, strict=True):
            one, other = (_in_order(drawn(each)) for each in (mine, theirs))
            assert [(g.text, g.number, g.face, g.color) for g in one] == [
                (g.text, g.number, g.face, g.color) for g in other
            ]
            for a, b in zip(one, other, strict=True):
                assert (a.x, a.y, a.size) == pytest.approx((b.x, b.y, b.size), abs=0.01)


def _in_order(page: Drawn) -> list[Glyph]:
    """The glyphs of a page as they are drawn, and those of its bottom margin from left to right."""
    body = [glyph for glyph in page.glyphs if glyph.y > BOTTOM_MARGIN]
    return body + sorted((glyph for glyph in page.glyphs if glyph.y <= BOTTOM_MARGIN), key=lambda glyph: glyph.x)


def test_its_head_is_a_head_once_and_each_cell_belongs_to_its_row(layout: TableLayout) -> None:
    rows = [[str(n), "Ana", "Li", "x"] for n in range(40)]
    content, pages = stamp_table(layout, rows, identifier=b"x")
    assert pages > 1
    said = structure(content)
    assert [text for role, text, _alternative in said if role == "/TH"] == list("ABCD")
    assert [text for role, text, _alternative in said if role == "/TD"] == [cell for row in rows for cell in row]
    assert [role for role, *_rest in said].count("/TR") == 41
    assert structure_faults(content) == []
    assert broken_rules(content, UA1) == set()
    with pikepdf.open(BytesIO(content)) as pdf:
        heads = [each for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and each.get("/S") == "/TH"]
        assert [str(head.A.Scope) for head in heads] == ["/Column"] * 4
        words = " ".join(word for word, *_box in drawn(pdf.pages[1]).words())
        assert f"Page 2 of {pages}" in words
        assert [str(glyph.text) for glyph in drawn(pdf.pages[1]).glyphs if glyph.mark is None][:1], (
            "repeated heads are artifacts"
        )
    assert stamp_table(layout, rows, identifier=b"x")[0] == content


@pytest.mark.parametrize(
    "row",
    [
        ["1", "Ana", "one", "two", "three"],
        ["1", "Wolfeschlegelsteinhausenbergerdorff", "Li", "x"],
        ["1", "Ana", "שרה", "x"],
        ["1", "Ana", "word " * 30 + "end", "x"],
        ["1", "Ana Жанна", "x", "x"],
        ["1", "Ana  Li", "x", "x"],
    ],
    ids=["another column", "a word too wide", "another script", "four lines", "two scripts", "two blanks"],
)
def test_a_row_that_cannot_be_set_exactly_is_refused(row: list[str], layout: TableLayout) -> None:
    with pytest.raises(CannotStamp):
        stamp_table(layout, [row], identifier=b"x")


NOT_UNDERSTOOD = [
    "tr { break-inside: auto }",
    "tbody tr:nth-child(even) td { background: #eee }",
    "td + td { opacity: 0.5 }",
    "table { border-collapse: collapse } th { border-bottom: 2pt solid black }",
    "td { vertical-align: middle }",
    "td { text-align: justify }",
    "td { hyphens: auto }",
    "table { transform: rotate(2deg) }",
    "@page { @bottom-right { content: 'Week 2, page ' counter(page) ' of ' counter(pages) } }",
]


@pytest.mark.proof("tables that are not understood are refused", room="documents")
@pytest.mark.parametrize("style", NOT_UNDERSTOOD if is_full() else NOT_UNDERSTOOD[:3])
def test_a_table_that_is_not_understood_is_refused(style: str) -> None:
    with pytest.raises(CannotStamp):
        learn_table(lambda rows, reader: lay(rows, reader, STYLE + style), 4)


@pytest.mark.proof("a text set word by word is the text shaped whole, and breaks where it does", room="documents")
def test_a_text_set_word_by_word_is_the_text_shaped_whole() -> None:
    dice = random.Random(2)
    for file in ("PublicSans-Regular.ttf", "SourceSerif4-Regular.ttf"):
        face = Face((Path(__file__).resolve().parents[2] / "youthprog" / "documents" / "fonts" / file).read_bytes())
        size = 12 * UNITS
        setter = Setter(face, size, Style(), {}, {})
        whole = Setter(face, size, Style(), setter.widths, setter.spelled)
        whole._plain = False
        for _trial in range(cases(full=20_000, sample=150)):
            text = " ".join(dice.choice(WORDS[:-1]) for _ in range(dice.randint(1, 8)))
            room = dice.uniform(90, 260)
            lines, same = setter.lines(text, room), whole.lines(text, room)
            assert [(setter.write(line).replace(" ", ""), line.width) for line in lines] == [
                (whole.write(line).replace(" ", ""), line.width) for line in same
            ], text


@pytest.mark.parametrize(
    ("text", "breaks"),
    [
        ("Old-Mill Road", [4, 9]),
        ("north/south", [6]),
        ("3/4 of 12-3", [4, 7]),
        ("see (Apt 5)", [4, 9]),
        ("say “so” now", [4, 9]),
        ("“so” (then", []),
        ("-5 x", [3]),
        ("wait , then", [7]),
        ("no\u00a0break", []),
    ],
)
def test_where_a_line_may_break(text: str, breaks: list[int]) -> None:
    assert breaks_in(text) == breaks


def test_a_letter_whose_breaking_is_not_known_is_left_to_pango() -> None:
    with pytest.raises(CannotStamp):
        breaks_in("50 % of")
