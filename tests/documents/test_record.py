"""The sealed evidence of a consent: every word, every step, small, valid for decades, and checked by a checker that can fail."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import page
import pytest
from pypdf import PdfReader

from tests.documents.conftest import NOON, TEMPLATES, PrintSheet, broken_rules, letters_of, words_of
from tests.makers import records, sheets
from youthprog.consent import paper, retelling, wording
from youthprog.consent.blocks import words_hash
from youthprog.consent.drawing import path_of
from youthprog.consent.part_paper import supplement_of
from youthprog.consent.queries import TEXTS
from youthprog.consent.retelling import Happened
from youthprog.consent.taking_back_paper import canonical, withdrawal_of
from youthprog.consent.types import Happening, Route
from youthprog.documents.compose import compose
from youthprog.documents.drawn import drawing_svg
from youthprog.documents.press import Press, PrintJob
from youthprog.documents.rules import refusals_to_print
from youthprog.documents.seal import ROOT_CERTIFICATE, verify_pdf
from youthprog.documents.slimming import srgb_profile
from youthprog.documents.types import Variant

UA1, A3A = page.ValidationProfile.PDF_UA_1, page.ValidationProfile.PDF_A_3A
LIMIT = 60_000
SHEETS = {
    "consent en": lambda: paper.record_of(records.record_facts("en")),
    "consent es": lambda: paper.record_of(records.record_facts("es")),
    "withdrawal en": lambda: withdrawal_of(records.withdrawal_facts("en")),
    "withdrawal es": lambda: withdrawal_of(records.withdrawal_facts("es")),
    "supplement en": lambda: supplement_of(records.part_facts("en")),
    "supplement es": lambda: supplement_of(records.part_facts("es")),
    "consent drawn en": lambda: paper.record_of(drawn_facts("en")),
}
SCRIBBLE = ";".join(
    " ".join(f"{n * 7919 % 601},{(n * 104729 + stroke * 31) % 201}" for n in range(stroke * 50, stroke * 50 + 50))
    for stroke in range(60)
)  # as many points as a drawing may have, all over the pad


def drawn_facts(language: str) -> paper.RecordFacts:
    """The record with the busiest drawing there can be."""
    path = path_of(SCRIBBLE)
    assert path
    return records.record_facts(language, signing=replace(records.SIGNING, language=language, drawn=path))


@pytest.fixture(scope="module")
def sealed(print_sheet: PrintSheet) -> dict[str, bytes]:
    return {name: print_sheet(make(), sealed=True) for name, make in SHEETS.items()}


@pytest.mark.parametrize("name", SHEETS)
def test_a_sealed_record_keeps_every_rule_of_both_promises(name: str, sealed: dict[str, bytes]) -> None:
    assert broken_rules(sealed[name], UA1) == set()
    assert broken_rules(sealed[name], A3A) == set()


@pytest.mark.parametrize("name", SHEETS)
def test_a_record_is_small(name: str, sealed: dict[str, bytes]) -> None:
    pages = len(PdfReader(BytesIO(sealed[name])).pages)
    assert len(sealed[name]) < LIMIT * 0.97
    assert pages <= (3 if name.startswith("consent") else 2)


@pytest.mark.parametrize("name", SHEETS)
def test_one_seal_over_the_whole_file_in_one_revision(name: str, sealed: dict[str, bytes], press: Press) -> None:
    content = sealed[name]
    (start, head, rest, tail), *more = re.findall(rb"/ByteRange ?\[ ?(\d+) (\d+) (\d+) (\d+)", content)
    assert not more
    assert (int(start), int(rest) + int(tail)) == (0, len(content))
    assert int(head) < int(rest)
    assert content.count(b"%%EOF") == 2  # the page, and the seal that closes it
    assert press.verify(content).is_good


@pytest.mark.parametrize(("years", "good"), [(0, True), (20, True), (99, True), (101, False)])
def test_valid_in_twenty_years_and_no_longer_than_its_key(
    years: int, good: bool, sealed: dict[str, bytes], instance: Path
) -> None:
    """The last case shows that the moment is really asked for."""
    then = datetime.now(UTC) + timedelta(days=365.25 * years)
    with ThreadPoolExecutor(1) as aside:  # a browser test in this process may have an event loop at work in this thread
        report = aside.submit(
            verify_pdf, sealed["consent en"], trust_root=instance / ROOT_CERTIFICATE, at=then
        ).result()
    assert report.is_good is good
    assert report.intact


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_word_that_was_shown_stands_on_paper(language: str, sealed: dict[str, bytes]) -> None:
    facts = records.record_facts(language)
    printed = letters_of(words_of(sealed[f"consent {language}"]))
    places = json.loads(paper.canonical(facts))["places"]
    for question in facts.questions:
        words = question.words[language]
        for name in ("label", "question", "body", "statement", "yes_label", "yes_hint", "no_label", "no_hint", "undo"):
            for paragraph in paper.filled(getattr(words, name), places).split("\n\n"):
                assert letters_of(paragraph.rstrip(".")) in printed, (question.key, name)


def test_the_data_alone_prove_which_words_were_published() -> None:
    value = json.loads(paper.canonical(records.record_facts()))
    assert value["sections"]
    for section in value["sections"]:
        assert (
            words_hash([section["words"][name] for name in TEXTS], section["words"].get("more", {}))
            == section["text_sha256"]
        )
        filled = paper.filled(section["words"]["statement"], value["places"])
        assert filled == section["statement"]


def test_the_printed_hash_is_that_of_the_data_inside(sealed: dict[str, bytes]) -> None:
    for name, inside in (
        ("consent en", "consent.json"),
        ("withdrawal en", "withdrawal.json"),
        ("supplement es", "supplement.json"),
    ):
        [data] = PdfReader(BytesIO(sealed[name])).attachments[inside]
        assert letters_of(hashlib.sha256(data).hexdigest()) in letters_of(words_of(sealed[name]))


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("happening", Happening)
def test_every_happening_has_its_line_in_both_languages(happening: Happening, language: str) -> None:
    facts = records.record_facts(language)
    detail = {
        "section": "photos",
        "language": "es",
        "address": "l•••@family.example",
        "name": "Ana",
        "signer": "athlete",
    }
    told = retelling.events_of(
        [Happened(happening, records.SIGNED_AT, detail)], facts.questions, facts.signing, facts.zone, language
    )
    assert [event.what for event in told] == [retelling.HAPPENINGS[happening][language == "es"]]
    assert told[0].how_we_know
    assert told[0].at.tzinfo is facts.zone


def test_a_happening_that_knows_nothing_more_still_has_its_line() -> None:
    facts = records.record_facts()
    for happening in Happening:
        told = retelling.events_of(
            [Happened(happening, records.SIGNED_AT, {})], facts.questions, facts.signing, facts.zone, "en"
        )
        assert len(told) == 1


def test_the_answers_are_one_line_from_the_first_to_the_last() -> None:
    record = paper.record_of(records.record_facts())
    [line] = [event for event in record.events if event.what == "Read and answered"]
    assert line.how_we_know == "7 questions, in 3 min 0 s"
    [line] = [event for event in record.events if event.what == "Answer changed"]
    assert line.how_we_know == "Photos"


@pytest.mark.parametrize(
    ("route", "note", "under"),
    [
        (Route.ONLINE, "", "Typed by the signer"),
        (Route.PAPER, "Signed on paper. The sheet was scanned and entered by Ana Cruz.", "Signed by hand on paper"),
        (Route.PHONE, "Answered by telephone. Ana Cruz wrote the answers down.", "Answered by telephone"),
        (Route.MATCHED, "A contact not on file answered online", "Typed by the signer"),
    ],
)
def test_a_record_says_plainly_how_the_answers_came(
    route: Route, note: str, under: str, print_sheet: PrintSheet
) -> None:
    signing = replace(
        records.SIGNING, route=route, recorded_by="Ana Cruz", confirmed_by="B. Tate", scan_sha256="ab12" * 16
    )
    facts = records.record_facts(signing=signing)
    record = paper.record_of(facts)
    printed = letters_of(words_of(print_sheet(record)))
    assert letters_of(under) in printed
    assert letters_of(note) in printed
    assert (letters_of("SHA-256 of the scan") in printed) is (route is not Route.ONLINE)
    assert json.loads(record.canonical_json)["signature"]["route"] == route.value


def test_a_withdrawal_names_what_ended_and_the_first_record(sealed: dict[str, bytes]) -> None:
    facts = records.withdrawal_facts()
    printed = letters_of(words_of(sealed["withdrawal en"]))
    for words in (
        "Rides to away games", "Who may pick up", "Joaquín Castellanos Ruiz", "P8HX-3MRT", facts.first_sha256,
        "September 10, 2026", "7:46:18 pm", "Luz Ruiz de Castellanos, mother",
        "Through the signed link sent to the guardian’s address on file",
    ):  # fmt: skip
        assert letters_of(words) in printed, words
    value = json.loads(canonical(facts))
    assert [each["key"] for each in value["taken_back"]] == ["rides", "pickup"]
    assert value["of"]["sha256"] == facts.first_sha256


def test_a_withdrawal_repeats_the_very_words_that_were_signed() -> None:
    """Each section with its own last day and the roster's blanks, as in the first record."""
    days: dict[str, date | None] = {"rides": date(2026, 10, 1), "pickup": None}
    first = paper.record_of(records.record_facts(days=days, blanks={"en": {"team": "Tigers U10"}}))
    second = withdrawal_of(records.withdrawal_facts(days=days, blanks={"en": {"team": "Tigers U10"}}))
    signed = {each.title: each.text.splitlines()[0] for each in first.statements}
    assert [each.text.splitlines()[0] for each in second.taken] == [signed[each.title] for each in second.taken]


def test_words_of_new_kinds_are_shown_too() -> None:
    """Whatever `more` holds, however deep, is printed in its order."""

    class Wordy:
        question, label, body, undo = "Q?", "L", "One.", "Undo."
        yes_label = yes_hint = no_label = no_hint = ""
        more = {"pages": ["Page %(name)s", {"clauses": ["First", "Second"]}]}

    class Asked:
        words = {"en": Wordy()}

    [section] = wording.shown([Asked()], "en", lambda _each: {"name": "Mateo"})  # type: ignore[list-item]
    assert section.paragraphs == ("One.", "Page Mateo", "First", "Second")
    assert section.answers == ()


# ---- the checker can fail ----

SABOTAGE = {
    "missing alt text": lambda html: re.sub(r' alt="[^"]*"', "", html),
    "missing title": lambda html: re.sub(r"<title>.*?</title>", "", html, flags=re.S),
    "missing language": lambda html: re.sub(r'<html lang="[^"]*"', "<html", html),
    "h1 to h3": lambda html: html.replace("<h2", "<h3").replace("</h2>", "</h3>"),
    "missing glyph": lambda html: html.replace("Luz", "欧"),
}


def _print_html(html: str, assets: dict[str, bytes], press: Press) -> bytes:
    job = PrintJob(html=html, identifier="x", variant=Variant.ARCHIVAL, made_at=NOON, assets=assets)
    return press.render_and_seal(job).content


@pytest.mark.parametrize("fault", SABOTAGE)
def test_the_checker_rejects_a_record_with_a_fault(fault: str, press: Press) -> None:
    composed = compose(sheets.consent_record(), templates=TEMPLATES)
    assert broken_rules(_print_html(composed.html, dict(composed.assets), press), UA1) == set()
    spoiled = SABOTAGE[fault](composed.html)
    assert spoiled != composed.html
    assert broken_rules(_print_html(spoiled, dict(composed.assets), press), UA1)


def test_the_checker_does_not_notice_a_table_without_heads(press: Press) -> None:
    """Known of page-validation 0.11, so our own test of table heads stands beside it (test_conformance)."""
    html = "<html lang=en><title>T</title><body><h1>T</h1><table><tr><td>a</td><td>b</td></tr></table>"
    job = PrintJob(html=html, identifier="x", variant=Variant.ACCESSIBLE, made_at=NOON)
    assert broken_rules(press.render_and_seal(job).content, UA1) == set()


def test_every_table_of_a_record_has_heads(sealed: dict[str, bytes]) -> None:
    for content in sealed.values():
        roles = _roles(content)
        assert roles.count("/Table") >= 2
        assert roles.count("/TH") == 3 * roles.count("/Table")


def _roles(content: bytes) -> list[str]:
    roles, todo = [], [PdfReader(BytesIO(content)).trailer["/Root"]["/StructTreeRoot"]]
    while todo:
        node = todo.pop()
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            todo.extend(node)
        elif isinstance(node, dict):
            roles.append(str(node.get("/S")))
            todo.extend([node["/K"]] if "/K" in node else [])
    return roles


def test_every_line_of_text_belongs_to_an_element(sealed: dict[str, bytes]) -> None:
    """What the slimming moved up still leads from the page to the structure and back."""
    reader = PdfReader(BytesIO(sealed["consent en"]))
    root = reader.trailer["/Root"]["/StructTreeRoot"]
    numbers = root["/ParentTree"]["/Nums"]
    for number, each in enumerate(reader.pages):
        marked = {int(found) for found in re.findall(rb"/MCID (\d+)", each.get_contents().get_data())}
        owners = numbers[2 * number + 1].get_object()
        assert marked == set(range(len(owners)))
        for mcid, owner in enumerate(owners):
            assert owner.get_object()["/Type"] == "/StructElem"
            if mcid in marked and owner.get_object()["/S"] != "/NonStruct":
                assert mcid in [int(kid) for kid in owner.get_object()["/K"] if isinstance(kid, int)]


def test_the_short_color_profile_is_srgb() -> None:
    from PIL import Image, ImageCms

    ours = ImageCms.ImageCmsProfile(BytesIO(srgb_profile()))
    steps = range(0, 256, 51)
    colors = [(r, g, b) for r in steps for g in steps for b in steps]
    picture = Image.new("RGB", (len(colors), 1))
    picture.putdata(colors)
    seen = ImageCms.profileToProfile(picture, ours, ImageCms.createProfile("sRGB"))
    assert (
        max(
            abs(a - b)
            for x, y in zip(colors, seen.get_flattened_data(), strict=True)
            for a, b in zip(x, y, strict=True)
        )
        <= 1
    )
    assert len(srgb_profile()) < 500


# ---- a drawn signature ----


def test_a_drawing_stands_beside_the_typed_name_as_a_figure(sealed: dict[str, bytes]) -> None:
    reader = PdfReader(BytesIO(sealed["consent drawn en"]))
    figures = [each for each in _elements(reader.trailer["/Root"]["/StructTreeRoot"]) if each.get("/S") == "/Figure"]
    assert "Signature drawn by Luz Ruiz de Castellanos" in [each.get("/Alt") for each in figures]
    undrawn = PdfReader(BytesIO(sealed["consent en"]))
    assert len(list(_elements(undrawn.trailer["/Root"]["/StructTreeRoot"]))) < len(
        list(_elements(reader.trailer["/Root"]["/StructTreeRoot"]))
    )
    value = json.loads(reader.attachments["consent.json"][0])
    drawn = drawn_facts("en").signing.drawn
    assert value["signature"]["drawn_sha256"] == hashlib.sha256(drawn.encode()).hexdigest()


def _elements(node: Any) -> Iterator[Any]:
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        for each in node:
            yield from _elements(each)
    elif isinstance(node, dict):
        yield node
        if "/K" in node:
            yield from _elements(node["/K"])


@pytest.mark.parametrize(
    "path",
    [
        "M1 2", "L1 2", "M1 2L3", "M-1 2L3 4", "M1 2L3 4Z", "M1e9 2L3 4", "M1 2L601 4", "M1 2L3 201", "M1 2L3 4 ",
        'M1 2L3 4"/><image href="file:///etc/passwd"/>', "M1 2" + "L3 4" * 2100, "m1 2l3 4", "M١ 2L3 4",
    ],
)  # fmt: skip
def test_what_is_no_drawing_is_not_printed(path: str) -> None:
    sheet = replace(paper.record_of(records.record_facts()), drawn=path)
    assert [reason.code for reason in refusals_to_print(sheet)] == ["bad_drawing"]
    with pytest.raises(ValueError, match="not a drawing"):
        compose(sheet, templates=TEMPLATES)


def test_a_drawing_is_cut_to_where_the_pen_was() -> None:
    svg = drawing_svg("M100 50L160 90M0 0L0 0", color="#123f73")
    assert b'viewBox="0 0 164 94"' in svg
    assert b'd="M100 50L160 90M0 0L0 0"' in svg


def test_the_supplement_says_what_was_not_shown_only_where_something_was_not() -> None:
    facts = records.part_facts()
    assert "the signer was not shown it" not in compose(supplement_of(facts), templates=TEMPLATES).html
    words = {code: replace(said, body="At %(school)s.") for code, said in facts.question.words.items()}
    hidden = replace(facts, question=replace(facts.question, words=words))
    assert "the signer was not shown it" in compose(supplement_of(hidden), templates=TEMPLATES).html
