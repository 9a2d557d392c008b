"""A stamped page is the page weasyprint would have laid out: every glyph, every place, every tag; or it is not stamped."""

from __future__ import annotations

import os
import random
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from unittest.mock import patch

import page as validator
import pikepdf
import pytest
import uharfbuzz
import zxingcpp
from PIL import Image

from tests.documents.conftest import NOON, TEMPLATES, PrintSheet, broken_rules
from tests.makers import sheets
from tests.support.drawn import Drawn, drawn, structure, structure_faults
from tests.support.proofs import cases, is_full
from youthprog.documents.compose import compose_job
from youthprog.documents.faces import missing_glyphs
from youthprog.documents.fonts import use_our_fonts
from youthprog.documents.press import Press, SheetJob
from youthprog.documents.stamped_sheets import WORTH_LEARNING, SheetStamper
from youthprog.documents.stamping.makes import Stamper
from youthprog.documents.stamping.pages import Page
from youthprog.documents.stamping.symbols import qr_squares, squares_from, svg_of
from youthprog.documents.stamping.types import CannotStamp, Reader
from youthprog.documents.types import Variant
from youthprog.documents.typeset import typeset

UA1 = validator.ValidationProfile.PDF_UA_1
NEAR = 0.01
"""Points."""
PAPER = """<html lang=en><head><title>Paper</title><style>
@page {{ size: 792pt 400pt; margin: 0; background: url(asset:dot.svg) }} * {{ margin: 0; padding: 0; font-weight: 400 }}
.name {{ position: absolute; left: 40pt; width: 712pt; top: 60pt; text-align: center; font-family: "Source Serif 4 Display"; white-space: nowrap; color: #123f73 }}
.name span {{ display: block; line-height: 1.06 }} .code {{ position: absolute; right: 40pt; top: 200pt; font: 700 9pt/11pt "Public Sans"; letter-spacing: 1.4pt }}
.note {{ position: absolute; left: 40pt; top: 250pt; width: 300pt; font: 11pt/15pt "Source Serif 4"; }} img {{ position: absolute; left: 40pt; top: 280pt; width: 74pt; height: 74pt }}
</style></head><body><h1 class=name style="font-size: {size}pt"><span>{name}</span></h1><p class=code>{code}</p><p class=note>{note}</p>
<img src="asset:qr.svg" alt="Opens example.org/{code}"></body></html>"""
DOT = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle cx="4" cy="4" r="1" fill="#f2b01e"/></svg>'


@pytest.fixture(scope="module", autouse=True)
def layout_engine(instance: Path) -> Iterator[None]:
    """weasyprint in this process, with our faces alone; what a browser started later sees is as it was."""
    with patch.dict(os.environ):
        use_our_fonts(instance)
        yield


def lay(html: str, assets: dict[str, bytes], reader: Reader | None = None) -> bytes:
    """The plain way."""
    return typeset(html, assets=assets, identifier=b"x", variant=Variant.ACCESSIBLE, made_at=NOON, reader=reader)[0]


def lay_page(page: Page, reader: Reader | None = None) -> bytes:
    return lay(page.html, dict(page.assets), reader)


def paper(name: str = "Li Wu", size: float = 44, code: str = "R3WD-8HNC", note: str = "A note", **change: str) -> Page:
    html = unicodedata.normalize("NFC", PAPER.format(name=name, size=size, code=code, note=note))
    for old, new in change.items():
        html = html.replace(old, new)
    return Page(html, {"dot.svg": DOT, "qr.svg": svg_of(qr_squares(f"https://example.org/{code}"), "#16202b")})


SPECIMENS = (
    ("Kofi Fjord", 44, "WWMM-WMMW", "Short office note"),
    ("Xavier Quincy Waltz Vexing Bumph", 30, "JJLJ-2J7J", "A note that is longer than the other one"),
    ("Offiziell Juxtaposed", 36.5, "KA5V-9YTC", "Another final note, AVATAR"),
)


@pytest.fixture(scope="module")
def stamper() -> Stamper:
    """A stamper that knows the paper."""
    stamper = Stamper(lay_page)
    stamper.learn([paper(*each) for each in SPECIMENS])
    return stamper


def pages_of(content: bytes) -> list[Drawn]:
    with pikepdf.open(BytesIO(content)) as pdf:
        return [drawn(page) for page in pdf.pages]


def outline(face: uharfbuzz.Font, number: int) -> list[object]:
    steps: list[object] = []
    pen = uharfbuzz.DrawFuncs()
    for kind in ("move_to", "line_to", "quadratic_to", "cubic_to"):
        getattr(pen, f"set_{kind}_func")(lambda *values, kind=kind: steps.append((kind, values[:-1])))
    face.draw_glyph(number, pen, None)
    return steps


def assert_same(one: Drawn, other: Drawn) -> None:
    """The same words at the same places, the same glyphs with the same outlines, the same paths."""
    assert [word for word, *_box in one.words()] == [word for word, *_box in other.words()]
    for (word, *box), (_same, *plain) in zip(one.words(), other.words(), strict=True):
        assert box == pytest.approx(plain, abs=NEAR), word
    same = [(each.number, each.face, each.text, each.mark, each.color) for each in one.glyphs]
    assert same == [(each.number, each.face, each.text, each.mark, each.color) for each in other.glyphs]
    for mine, plain in zip(one.glyphs, other.glyphs, strict=True):
        assert (mine.x, mine.y, mine.size) == pytest.approx((plain.x, plain.y, plain.size), abs=NEAR), mine
    assert _rounded(one.paths) == _rounded(other.paths)
    for name, face in one.faces.items():
        plain = other.faces[name]
        assert {n: face.widths[n] for n in plain.widths} == plain.widths
        ours, theirs = (uharfbuzz.Font(uharfbuzz.Face(each.content)) for each in (face, plain))
        for number in {glyph.number for glyph in one.glyphs if glyph.face == face.name}:
            assert outline(ours, number) == outline(theirs, number)


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return round(value, 2) + 0.0
    if isinstance(value, tuple | list):
        return tuple(_rounded(each) for each in value)
    return value


# Equality -----------------------------------------------------------------------------------------------------


def test_a_stamped_page_is_the_page_that_would_have_been_laid_out(stamper: Stamper) -> None:
    page = paper("Adébáyọ̀ Offiong-O’Sullivan", 38.2, "P8HX-3MRT", "An office waffle")
    stamped, plain = stamper.stamp(page, identifier=b"x"), lay_page(page)
    assert stamped is not None, stamper.reasons
    (mine,), (theirs,) = pages_of(stamped), pages_of(plain)
    assert_same(mine, theirs)
    assert structure(stamped) == structure(plain)
    assert ("/Figure", "", "Opens example.org/P8HX-3MRT") in structure(stamped)
    assert broken_rules(stamped, UA1) == set()
    assert stamper.stamp(page, identifier=b"x") == stamped


def test_a_file_of_many_has_the_same_pages_and_one_structure(stamper: Stamper) -> None:
    pages = [
        paper(*each)
        for each in (
            ("Kofi Williams", 44, "AAAA-2345", "One"),
            ("Zoë Ávila", 31, "BBBB-2345", "Two"),
            ("Łukasz", 40.1, "CCCC-2345", "Three"),
        )
    ]
    done = stamper.stamp_together([(page, f"Label ({n}) é") for n, page in enumerate(pages)], identifier=b"x")
    assert done.pages == 3
    assert not done.refused
    for mine, page in zip(pages_of(done.content), pages, strict=True):
        assert_same(mine, pages_of(lay_page(page))[0])
    assert structure(done.content) == [line for page in pages for line in structure(lay_page(page))]
    assert broken_rules(done.content, UA1) == set()
    with pikepdf.open(BytesIO(done.content)) as pdf:
        marks = list(pdf.open_outline().root)
        assert [mark.title for mark in marks] == [f"Label ({n}) é" for n in range(3)]
        assert [mark.destination[0].objgen for mark in marks] == [page.objgen for page in pdf.pages]
        assert str(pdf.Root.Lang) == "en"
        assert str(pdf.docinfo["/Title"]) == "Paper"
        assert [str(each.S) for each in pdf.Root.StructTreeRoot.K[0].K] == ["/Sect"] * 3
    assert stamper.stamp_together([(page, f"Label ({n}) é") for n, page in enumerate(pages)], identifier=b"x") == done


def _numbered(pdf: pikepdf.Pdf) -> pikepdf.Array:
    return pdf.Root.StructTreeRoot.ParentTree.Nums


SPOILED = {
    "no parent tree": lambda pdf: pdf.Root.StructTreeRoot.__delitem__("/ParentTree"),
    "a piece of text that belongs to nobody": lambda pdf: _numbered(pdf)[1].__setitem__(0, _numbered(pdf)[1][1]),
    "an owner that does not know": lambda pdf: _numbered(pdf)[1][0].__setitem__("/K", pikepdf.Array([99])),
    "another page's owner": lambda pdf: _numbered(pdf).__setitem__(1, _numbered(pdf)[3]),
    "no alternative text": lambda pdf: [each.__delitem__("/Alt") for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and "/Alt" in each],
    "a bookmark to nowhere": lambda pdf: pdf.Root.Outlines.First.Dest.__setitem__(0, pdf.Root),
}  # fmt: skip


@pytest.mark.parametrize("broken", [None, *SPOILED])
def test_every_piece_of_text_belongs_to_an_element_that_knows_it(broken: str | None, stamper: Stamper) -> None:
    done = stamper.stamp_together([(paper("Kofi"), "Kofi"), (paper("Zoë"), "Zoë")], identifier=b"x")
    with pikepdf.open(BytesIO(done.content)) as pdf:
        if broken:
            SPOILED[broken](pdf)
        spoiled = BytesIO()
        pdf.save(spoiled)
    faults = structure_faults(spoiled.getvalue()) + sorted(broken_rules(spoiled.getvalue(), UA1))
    assert bool(faults) == bool(broken), faults


# Many names ---------------------------------------------------------------------------------------------------

GIVEN = [
    "Kofi",
    "Zoë",
    "María",
    "Łukasz",
    "Ìdòwú",
    "Folúkẹ",
    "Thị",
    "Siobhán",
    "Ñusta",
    "Çağla",
    "Ştefan",
    "Ğ",
    "Ólafur",
    "Æsa",
    "Ĳsbrand",
    "Åsa",
    "Ana-Lucía",
    "D’Angelo",
    "Øyvind",
    "Ž",
]
FAMILY = [
    "Williams",
    "Kowalski",
    "Offiong",
    "Waffle",
    "Griffith",
    "Ávila",
    "O’Sullivan",
    "AVATAR",
    "Tevez",
    "Adébáyọ̀",
    "Nguyễn",
    "Yıldız",
    "Ruiz-Fjord",
    "Ỳ",
    "Wyłęga",
    "Lffl",
]
GREEK, CYRILLIC = ["Ελένη", "Παπαδοπούλου", "Γιώργος", "Ωνάσης"], ["Жанна", "Иванова", "Їжакевич", "Ђорђе", "Ўладзімір"]
OTHERS = ["שרה כהן", "محمد علي", "李伟", "김민준", "Ана Smith", "Ελένη Smith", "नेहा", "Zoe\u200dX", "Li 🙂", "Ⅷ"]
LONGEST = 60


def names(count: int, seed: int = 7) -> Iterator[str]:
    """Names of many scripts: composed and decomposed, kerned and joined, 1 to 60 characters, some nobody here can set."""
    dice = random.Random(seed)
    for number in range(count):
        kind = number % 10
        if kind == 0:
            yield dice.choice(OTHERS)
        elif kind == 1:
            yield " ".join(dice.choice(GREEK) for _ in range(dice.randint(1, 3)))
        elif kind == 2:
            yield " ".join(dice.choice(CYRILLIC) for _ in range(dice.randint(1, 3)))
        else:
            name = " ".join(
                [dice.choice(GIVEN) for _ in range(dice.randint(1, 3))]
                + [dice.choice(FAMILY) for _ in range(dice.randint(0, 3))]
            )
            name = name[: dice.randint(1, LONGEST)] if kind == 3 else name[:LONGEST]
            yield unicodedata.normalize("NFD" if kind == 4 else "NFC", name.strip())


@pytest.mark.proof("every name stamped as it would be laid out, or laid out", room="documents")
def test_every_name_is_stamped_and_equal_or_laid_out(stamper: Stamper, instance: Path) -> None:
    told: Counter[str] = Counter()
    dice = random.Random(3)
    for name in names(cases(full=2000, sample=12)):
        page = paper(name, round(dice.uniform(20, 44), 1) if len(name) < 26 else 19.5, note="A note")
        stamped = stamper.stamp(page, identifier=b"x")
        if missing_glyphs(name, instance=instance):
            assert stamped is None, name
            told["refused: no face draws it"] += 1
        elif stamped is None:
            told["laid out"] += 1
        else:
            told["stamped"] += 1
            assert_same(pages_of(stamped)[0], pages_of(lay_page(page))[0])
    assert told["stamped"] > 0.6 * sum(told.values()), told
    assert told["refused: no face draws it"] > 0
    if is_full():
        print(dict(told), stamper.reasons)


# Refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Ана Smith", "more than one script"),
        ("שרה", "a script that is left to Pango"),
        ("Li\u00a0\u00a0Wu 漢", "a script that is left to Pango"),
        ("Ỻ", "letters of another face"),
        ("W" * 60, "is too wide"),
    ],
)
def test_what_cannot_be_set_exactly_is_left_to_be_laid_out(name: str, why: str, stamper: Stamper) -> None:
    before = Counter(stamper.reasons)
    assert stamper.stamp(paper(name), identifier=b"x") is None
    (reason,) = Counter(stamper.reasons) - before
    assert why in reason


def test_one_glyph_that_would_say_two_letters_is_left_out_of_a_file_of_many(stamper: Stamper) -> None:
    pages = [paper("Kofi A-B"), paper("Kofi A\u2010B"), paper("Zoë")]
    done = stamper.stamp_together([(page, "") for page in pages], identifier=b"x")
    assert done.pages == 2
    assert [place for place, _reason in done.refused] == [1]
    alone = stamper.stamp(pages[1], identifier=b"x")
    assert alone is not None
    assert_same(pages_of(alone)[0], pages_of(lay_page(pages[1]))[0])


@pytest.mark.parametrize(
    ("what", "change"),
    [
        (
            "a block that moves with the name",
            {
                "</h1>": "</h1><div style='position:absolute;top:120pt;width:712pt;display:flex;justify-content:center'><p>{name}</p><p>beside</p></div>"
            },
        ),
        (
            "a place in a group of its own",
            {"class=name": "class=name data-x=1", "white-space: nowrap": "white-space: nowrap; opacity: 0.5"},
        ),
        ("text that is justified", {".note {{": ".note {{ text-align: justify; word-spacing: 3pt;"}),
    ],
)
def test_a_page_that_is_not_understood_is_refused(what: str, change: dict[str, str]) -> None:
    template = PAPER
    for old, new in change.items():
        template = template.replace(old, new)
    pages = []
    for name, size, code, note in SPECIMENS:
        html = template.format(name=name, size=size, code=code, note=note)
        pages.append(Page(html, paper(code=code).assets))
    with pytest.raises(CannotStamp):
        Stamper(lay_page).learn(pages)


def test_a_page_of_another_make_is_not_stamped(stamper: Stamper) -> None:
    assert stamper.stamp(paper(**{"A note": "A note<br>and more"}), identifier=b"x") is None
    assert stamper.stamp(Page(paper().html, {**paper().assets, "dot.svg": DOT + b" "}), identifier=b"x") is None
    assert (
        stamper.stamp(
            Page(paper().html.replace("example.org/R3WD", "example.org/XXXX"), paper().assets), identifier=b"x"
        )
        is None
    )


def test_the_qr_code_is_read_from_the_picture_and_says_the_address() -> None:
    squares = qr_squares("https://example.org/v/R3WD8HNC")
    assert squares_from(svg_of(squares, "#123f73")) == squares
    assert squares_from(bytes(svg_of(squares, "#123f73"))) == squares
    picture = Image.new("L", (squares.across * 4, squares.across * 4), 255)
    for x, y, width, height in squares.boxes:
        picture.paste(0, (4 * x, 4 * y, 4 * (x + width), 4 * (y + height)))
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == ["https://example.org/v/R3WD8HNC"]
    assert squares.across <= 33 + 8, "version 4 at most"
    assert squares_from(DOT) is None


# The press ----------------------------------------------------------------------------------------------------


def job(name: str, code: str, instance: Path) -> SheetJob:
    return SheetJob(sheets.certificate(name, code=code), TEMPLATES, instance, NOON)


def test_whatever_goes_wrong_in_the_stamper_is_laid_out_and_counted(
    instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamper = SheetStamper()

    def fail(*_arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Stamper, "find", fail)
    one = job("Li Wu", "P8HX3MRT", instance)
    assert stamper.print(one, *compose_job(one)) is None
    assert stamper.left == {"ZeroDivisionError": 1}
    assert stamper.reason == "ZeroDivisionError"


@pytest.mark.press
def test_a_batch_goes_through_the_press_and_its_certificates_are_those_that_would_be_laid_out(
    press: Press, instance: Path, print_sheet: PrintSheet
) -> None:
    jobs = [
        job(name, f"P8HX3MR{n}", instance)
        for n, name in enumerate(["Li Wu", "Ана Smith", "María Fernanda Ávila-Ruiz"], 2)
    ]
    assert press.missing_letters([*jobs, job("שרה", "P8HX3MRT", instance)]) == [(3, "שרה")]
    printed = press.print_sheets(jobs, following=[WORTH_LEARNING] * 3)
    assert [(each.stamped, each.reason) for each in printed] == [
        (True, ""),
        (False, "more than one script"),
        (True, ""),
    ]
    assert all(press.verify(each.content).is_good for each in printed)
    stamped, plain = printed[2].content, print_sheet(jobs[2].sheet)
    assert_same(pages_of(stamped)[0], pages_of(plain)[0])
    assert structure(stamped) == structure(plain)
    assert structure_faults(stamped) == []
    assert broken_rules(stamped, UA1) == set()


@pytest.mark.press
def test_what_is_counted_of_each_makes_no_family_of_its_own(
    press: Press, instance: Path, print_sheet: PrintSheet
) -> None:
    counted = [(1, 1), (36, 28), (120, 64), (7, 5)]
    jobs = [
        SheetJob(replace(each.sheet, hours=hours, gatherings=gatherings), each.templates, each.instance, each.made_at)
        for each, (hours, gatherings) in zip(
            (job("Ana Ruiz", f"P8HX3MR{n}", instance) for n in range(2, 6)), counted, strict=True
        )
    ]
    printed = press.print_sheets(jobs, following=[3, 2, 1, 0])
    assert [(each.stamped, each.reason) for each in printed] == [(True, "")] * 4
    stamped, plain = printed[2].content, print_sheet(jobs[2].sheet)
    assert_same(pages_of(stamped)[0], pages_of(plain)[0])
    assert structure(stamped) == structure(plain)
