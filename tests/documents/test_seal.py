"""The seal holds for the untouched file alone."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from tests.documents.conftest import PrintSheet
from tests.makers import sheets
from youthprog.documents import seal
from youthprog.documents.press import Press
from youthprog.documents.seal import KEY, ROOT_KEY, make_seal_keys
from youthprog.documents.types import NO_SEAL


@pytest.fixture(scope="module")
def sealed(print_sheet: PrintSheet) -> bytes:
    return print_sheet(sheets.consent_record(), sealed=True)


def test_untouched(sealed: bytes, press: Press) -> None:
    report = press.verify(sealed)
    assert report.is_good
    assert report.signed_at is not None


def test_one_flipped_byte(sealed: bytes, press: Press) -> None:
    place = sealed.index(b"stream") + 20
    changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
    assert not press.verify(changed).intact


def test_something_appended(sealed: bytes, press: Press) -> None:
    report = press.verify(sealed + b"\n% a later thought\n")
    assert not report.is_good
    assert not report.whole_file


def test_saved_again_by_another_program(sealed: bytes, press: Press) -> None:
    again = BytesIO()
    with pikepdf.open(BytesIO(sealed)) as pdf:
        pdf.save(again)
    assert not press.verify(again.getvalue()).intact


def test_sealed_by_somebody_else(sealed: bytes, press: Press, tmp_path: Path) -> None:
    make_seal_keys(tmp_path, department="Elsewhere Police")
    elsewhere = Press(tmp_path, keys=tmp_path)
    try:
        report = elsewhere.verify(sealed)
    finally:
        elsewhere.close()
    assert report.intact
    assert not report.ours


@pytest.mark.parametrize(
    "junk", [b"", b"not a pdf", b"%PDF-1.7\n%%EOF", b"\x00" * 5000], ids=["empty", "text", "stub", "nul"]
)
def test_what_is_no_sealed_pdf(junk: bytes, press: Press) -> None:
    assert press.verify(junk) == NO_SEAL


def test_an_unsealed_pdf(print_sheet: PrintSheet, press: Press) -> None:
    assert press.verify(print_sheet(sheets.roster())) == NO_SEAL


def test_a_seal_whose_list_ends_in_doubt_is_set_again(instance: Path, print_sheet: PrintSheet, monkeypatch) -> None:
    content, rooms, once = print_sheet(sheets.consent_record()), [], seal._sealed

    def doubtful_at_first(*given):
        rooms.append(given[-1])
        made = once(*given)
        return made if len(rooms) > 2 else made.replace(b"\nendstream", b"\r\nendstream")

    monkeypatch.setattr(seal, "_sealed", doubtful_at_first)
    with (
        ThreadPoolExecutor() as apart
    ):  # pyhanko wants a thread without an event loop; a browser test may have left one
        sealed = apart.submit(seal.seal_pdf, content, keys=instance, reason="Tested").result()
        report = apart.submit(seal.verify_pdf, sealed, trust_root=instance / seal.ROOT_CERTIFICATE).result()
    assert [room - rooms[0] for room in rooms] == [0, 2, 4]
    assert report.is_good


def test_keys_are_private_and_never_replaced(tmp_path: Path) -> None:
    assert make_seal_keys(tmp_path, department="Riverton Police")
    before = (tmp_path / KEY).read_bytes()
    assert not make_seal_keys(tmp_path, department="Riverton Police")
    assert (tmp_path / KEY).read_bytes() == before
    assert {(tmp_path / file).stat().st_mode & 0o077 for file in (KEY, ROOT_KEY)} == {0}
