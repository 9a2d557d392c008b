"""Every kind of paper can be read by everyone, records also in fifty years, and the same values make the same file."""

import json
from io import BytesIO

import page
import pytest
from pypdf import PdfReader

from tests.documents.conftest import NOON, PrintSheet, broken_rules, words_of
from tests.makers import sheets
from youthprog.documents.press import Press, PrintJob
from youthprog.documents.types import ConsentRecord, Language, Paper, Sheet, Variant, Writing

UA1, A3A = page.ValidationProfile.PDF_UA_1, page.ValidationProfile.PDF_A_3A
KINDS = {
    "roster": sheets.roster(),
    "roster in Spanish": sheets.roster(language=Language.SPANISH),
    "sign-in": sheets.sign_in(),
    "certificate": sheets.certificate(),
    "certificate in Spanish, A4": sheets.certificate(writing=Writing.SPANISH, paper=Paper.A4),
    "completion": sheets.completion(),
    "hours": sheets.hours(),
    "award": sheets.award(signatories=sheets.SIGNERS),
    "consent": sheets.consent_record(),
    "check-in cards": sheets.cards(13),
    "game card": sheets.game_card(),
    "closure letter": sheets.closure_letter(),
    "closure letter in both languages": sheets.closure_letter(both=True, paper=Paper.A4),
    "certificate of a mentor": sheets.appreciation(),
    "evidence file": sheets.evidence_file(),
    "paper form": sheets.consent_blanks(),
    "paper forms of a team": sheets.consent_blanks(3),
    "consent in Spanish": sheets.consent_record(
        language=Language.SPANISH,
        statements=sheets.SPANISH,
        other_language=Language.ENGLISH,
        other_statements=sheets.ENGLISH,
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sealed", [False, True], ids=["unsealed", "sealed"])
def test_breaks_no_rule_of_pdf_ua(kind: str, sealed: bool, print_sheet: PrintSheet) -> None:
    assert broken_rules(print_sheet(KINDS[kind], sealed=sealed), UA1) == set()


@pytest.mark.parametrize("kind", [kind for kind, sheet in KINDS.items() if isinstance(sheet, ConsentRecord)])
@pytest.mark.parametrize("sealed", [False, True], ids=["unsealed", "sealed"])
def test_a_consent_record_breaks_no_rule_of_pdf_a(kind: str, sealed: bool, print_sheet: PrintSheet) -> None:
    assert broken_rules(print_sheet(KINDS[kind], sealed=sealed), A3A) == set()


@pytest.mark.parametrize(
    "html",
    [
        "<html lang=en><body><h1>No title</h1>",
        "<html><title>No language</title><body><h1>No language</h1>",
        '<html lang=en><title>T</title><body><h1>T</h1><img src="asset:dot.svg">',
        "<html lang=en><title>T</title><body><h1>T</h1><h3>Skipped a level</h3>",
    ],
)
def test_the_validator_does_find_faults(html: str, press: Press) -> None:
    dot = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
    job = PrintJob(html=html, identifier="x", variant=Variant.ACCESSIBLE, made_at=NOON, assets={"dot.svg": dot})
    assert broken_rules(press.render_and_seal(job).content, UA1)


def test_a_stream_that_ends_with_a_carriage_return_keeps_its_length(press: Press) -> None:
    """One compressed stream in 256 does; with a line feed alone behind it, it reads as one byte too short."""
    for number in range(1000):
        html = f"<html lang=en><title>T</title><body><h1>{number}</h1>"
        job = PrintJob(html=html, identifier="x", variant=Variant.ACCESSIBLE, made_at=NOON)
        content = press.render_and_seal(job).content
        if b"\r\r\nendstream" in content:
            break
    else:
        pytest.fail("no page of a thousand had such a stream")
    assert broken_rules(content, UA1) == set()
    lone = content.replace(b"\r\r\nendstream", b"\r\nendstream")
    assert {rule for rule in broken_rules(lone, A3A) if "STREAM-LENGTH" in rule}
    assert not {rule for rule in broken_rules(content, A3A) if "STREAM-LENGTH" in rule}


@pytest.mark.parametrize("sheet", KINDS.values(), ids=KINDS)
def test_same_values_same_bytes(sheet: Sheet, print_sheet: PrintSheet) -> None:
    assert print_sheet(sheet) == print_sheet(sheet)


def test_what_was_signed_travels_inside(print_sheet: PrintSheet) -> None:
    record = sheets.consent_record()
    enclosed = PdfReader(BytesIO(print_sheet(record, sealed=True))).attachments
    assert enclosed["consent.json"] == [record.canonical_json]
    assert json.loads(record.canonical_json)["version"] == 4


def test_a_consent_record_says_the_signed_words(print_sheet: PrintSheet) -> None:
    record = sheets.consent_record()
    words = words_of(print_sheet(record))
    for statement in (*record.statements, *record.other_statements):
        assert statement.text in words
    assert record.signature in words
    assert "P8HX-3MRT" in words


@pytest.mark.parametrize("sheet", KINDS.values(), ids=KINDS)
def test_stays_small(sheet: Sheet, print_sheet: PrintSheet) -> None:
    assert len(print_sheet(sheet, sealed=True)) < 180_000


def test_every_table_head_is_a_head(print_sheet: PrintSheet) -> None:
    root = PdfReader(BytesIO(print_sheet(KINDS["roster"]))).trailer["/Root"]["/StructTreeRoot"]
    roles = []
    todo = [root]
    while todo:
        node = todo.pop().get_object()
        if isinstance(node, list):
            todo.extend(node)
        elif isinstance(node, dict):
            roles.append(node.get("/S"))
            todo.extend([node["/K"]] if "/K" in node else [])
    assert roles.count("/TH") == 6
    assert roles.count("/H1") == 1
