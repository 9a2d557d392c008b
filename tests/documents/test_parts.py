"""The pure parts: codes, names on lines, bounds, hours in words."""

import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.makers import sheets
from youthprog.documents import codes, qr, rules, storage
from youthprog.documents.faces import missing_glyphs
from youthprog.documents.fitting import PARTICIPATION, fit, width_of, words_of
from youthprog.documents.fonts import OUR_FONTS, use_our_fonts
from youthprog.documents.types import Language, RosterRow, Sheet, SignInSheet
from youthprog.documents.wire import sheet_from, values_of
from youthprog.documents.words import _WORDS, Words

NBSP = "\u00a0"


def test_a_code_reads_back_however_it_is_typed() -> None:
    code = codes.new_code()
    assert len(code) == 8
    for typed in (
        code,
        codes.grouped(code),
        codes.grouped(code).lower(),
        f" {code[:4]} {code[4:]} ",
        f"{code[:4]}–{code[4:]}",
    ):
        assert codes.read_code(typed) == code


@pytest.mark.parametrize("typed", ["", "R3WD", "R3WD-8HN0", "R3WD-8HNI", "R3WD-8HNCC", "<script>", "Ａ" * 8])
def test_what_is_no_code(typed: str) -> None:
    assert codes.read_code(typed) is None


def test_a_printed_code_stays_easy_to_scan() -> None:
    assert qr.qr_version("https://youth.riverton.example/v/R3WD8HNC") <= 4
    assert qr.qr_version("https://youth-programs.police.springfield.example/v/R3WD8HNC") <= 4
    assert qr.qr_png("https://youth.riverton.example/v/R3WD8HNC").startswith(b"\x89PNG")


def test_a_short_name_stands_large_on_one_line() -> None:
    assert fit("Li Wu", PARTICIPATION).size == 58
    assert fit("Li Wu", PARTICIPATION).lines == ("Li Wu",)


def test_a_long_name_breaks_evenly_and_keeps_its_particles() -> None:
    fitted = fit("María Fernanda de la Concepción Castellanos-Ruiz", PARTICIPATION)
    assert fitted.lines == ("María Fernanda de la Concepción", "Castellanos-Ruiz")
    assert 28 <= fitted.size <= 42


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Ludwig van der Berg", ["Ludwig", "van der Berg"]),
        ("Ana Ruiz y Picasso", ["Ana", "Ruiz", "y Picasso"]),
        ("Li de", ["Li", "de"]),
    ],
)
def test_a_particle_stays_with_the_next_word(name: str, words: list[str]) -> None:
    assert words_of(name) == words


@given(st.lists(st.text("abcdefgilmnoprstuvwyzABCDÁéñ", min_size=1, max_size=18), min_size=1, max_size=6))
def test_every_name_fits_its_line(parts: list[str]) -> None:
    fitted = fit(" ".join(parts), PARTICIPATION)
    assert " ".join(fitted.lines) == " ".join(" ".join(parts).split())
    assert max(width_of(line, fitted.size) for line in fitted.lines) <= PARTICIPATION.width + 0.2


@pytest.mark.parametrize(
    "sheet",
    [
        sheets.roster(officer=None, shred_on=date(2026, 11, 30)),
        sheets.sign_in(language=Language.SPANISH),
        sheets.certificate("Folúkẹ Adébáyọ̀"),
        sheets.consent_record(),
    ],
    ids=lambda sheet: type(sheet).__name__,
)
def test_a_sheet_arrives_at_the_press_as_it_was_sent(sheet: Sheet) -> None:
    arrived = sheet_from(json.loads(json.dumps(values_of(sheet))))
    assert arrived == sheet
    assert repr(arrived.letterhead) == repr(sheet.letterhead)


def test_an_hour_is_printed_as_it_stood_when_it_was_sent() -> None:
    sheet = sheets.sign_in()
    arrived = sheet_from(json.loads(json.dumps(values_of(sheet))))
    assert isinstance(arrived, SignInSheet)
    assert (arrived.starts_at.hour, arrived.starts_at.date()) == (sheet.starts_at.hour, sheet.starts_at.date())


def test_our_faces_draw_the_names_we_meet() -> None:
    assert missing_glyphs("María Łukasz ọ̀ ễ Þórdís Ελένη Иван ʻOkina “•” – ’") == ""
    assert missing_glyphs("欧阳 Li 欧") == "欧阳"


def test_fonts_are_found_without_a_system_configuration(tmp_path: Path) -> None:
    conf = use_our_fonts(tmp_path)
    assert str(OUR_FONTS) in conf.read_text(encoding="utf-8")
    assert "/etc/fonts" not in conf.read_text(encoding="utf-8")
    assert sum(file.stat().st_size for file in OUR_FONTS.iterdir()) < 4_000_000


def codes_of(sheet: object) -> set[str]:
    return {reason.code for reason in rules.refusals_to_print(sheet)}  # type: ignore[arg-type]


def test_an_ordinary_sheet_is_printed() -> None:
    for sheet in (sheets.roster(), sheets.sign_in(), sheets.certificate(), sheets.consent_record()):
        assert rules.refusals_to_print(sheet) == []


def test_a_name_has_a_hundred_letters() -> None:
    assert codes_of(sheets.certificate("ọ̀" * 100)) == set()
    assert codes_of(sheets.certificate("a" * 101)) == {"name_too_long"}


def test_accents_are_not_piled_up() -> None:
    assert codes_of(sheets.certificate("o" + "\u0301" * 5)) == {"crowded"}


def test_a_note_has_ten_thousand_characters() -> None:
    row = RosterRow("1", "Wu", "Li", medical="x" * 10_001)
    assert codes_of(sheets.roster(rows=(row,))) == {"text_too_long"}


def test_a_sheet_has_five_hundred_rows() -> None:
    assert codes_of(sheets.roster(rows=(RosterRow("1", "Wu", "Li"),) * 501)) == {"too_many_rows"}


def test_what_cannot_be_stored_is_not_printed() -> None:
    assert codes_of(sheets.certificate("Li\x00Wu")) == {"unprintable"}


def test_a_certificate_needs_every_letter() -> None:
    sheet = sheets.certificate("欧 Li")
    assert [str(reason) for reason in rules.refusals_to_draw(sheet, "欧")] == [
        "No typeface here can draw 欧 in “欧 Li”. Add a font to the instance folder, or write the name in Latin letters."
    ]
    assert rules.refusals_to_draw(sheets.roster(), "欧") == []


def test_revoking_needs_a_reason_and_happens_once() -> None:
    assert [reason.code for reason in rules.refusals_to_revoke(" ", already=True)] == ["already_revoked", "no_reason"]
    assert rules.refusals_to_revoke("Issued to the wrong season", already=False) == []


def test_hours_are_written_as_people_say_them() -> None:
    half_past_five, seven = (sheets.sign_in().starts_at, sheets.sign_in().ends_at)
    english, spanish = Words(Language.ENGLISH), Words(Language.SPANISH)
    assert english.hours(half_past_five, seven).replace(NBSP, " ") == "5:30 to 7:00 pm"
    assert english.hours(half_past_five.replace(hour=11), seven).replace(NBSP, " ") == "11:30 am to 7:00 pm"
    assert spanish.long_day(datetime(2026, 11, 21, tzinfo=sheets.CENTRAL)) == "21 de noviembre de 2026"


def test_every_word_has_its_spanish_with_the_same_places() -> None:
    for name, (english, spanish) in _WORDS.items():
        assert english.count("%(") == spanish.count("%("), name
        assert spanish.strip(), name


def test_a_file_is_kept_once_and_missed_when_changed(tmp_path: Path) -> None:
    digest = storage.keep(b"paper", tmp_path)
    assert storage.keep(b"paper", tmp_path) == digest
    assert storage.load(digest, tmp_path) == b"paper"
    assert [file.name for file in storage.path_of(digest, tmp_path).parent.iterdir()] == [f"{digest}.pdf"]
    storage.path_of(digest, tmp_path).write_bytes(b"paper!")
    with pytest.raises(storage.Damaged):
        storage.load(digest, tmp_path)
    storage.discard(digest, tmp_path)
    with pytest.raises(storage.Damaged):
        storage.load(digest, tmp_path)


def test_struck_rows_may_be_long() -> None:
    row = replace(sheets.roster().rows[0], struck_reason="x" * 200)
    assert codes_of(sheets.roster(rows=(row,))) == set()
