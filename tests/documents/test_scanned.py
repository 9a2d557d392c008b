"""The press reads match codes from what scanners and phones send, and breaks at nothing that is sent instead."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.documents.conftest import PrintSheet
from tests.makers import scans, sheets
from youthprog import config
from youthprog.documents.press import Press
from youthprog.documents.scanned import NotAScan, read_scan

CODE, OTHER = "ABCD2345", "WXYZ6789"


def codes(content: bytes) -> list[str | None]:
    return [page.code for page in read_scan(content)]


@pytest.mark.parametrize("mode", ["L", "RGB", "1"], ids=["gray", "color", "fax"])
def test_each_page_of_a_scanners_pdf_is_read_alone(mode):
    assert codes(scans.pdf(CODE, OTHER, None, CODE, mode=mode)) == [CODE, OTHER, None, CODE]


@pytest.mark.parametrize("turn", [0, 3, 90, 180, 270])
def test_a_photo_is_read_however_it_was_held(turn):
    file = BytesIO()
    scans.sheet(CODE).rotate(turn, expand=True, fillcolor=250).save(file, "JPEG", quality=60)
    (page,) = read_scan(file.getvalue())
    assert (page.code, page.content_type, page.content) == (CODE, "image/jpeg", file.getvalue())


def test_a_small_faint_copy_is_read():
    file = BytesIO()
    small = scans.sheet(CODE).resize((510, 660)).point(lambda tone: 120 + tone // 2)
    small.save(file, "PNG")
    assert codes(file.getvalue()) == [CODE]


def test_two_codes_on_one_page_are_no_code():
    page = scans.sheet(CODE)
    page.paste(scans.sheet(OTHER).crop((600, 0, 850, 220)), (0, 300))
    file = BytesIO()
    page.save(file, "PNG")
    assert codes(file.getvalue()) == [None]


def test_a_foreign_picture_code_is_no_code():
    from youthprog.documents.qr import qr_png

    page = scans.sheet(None)
    page.paste(
        Image.open(BytesIO(qr_png("https://elsewhere.example/v/ABCD2345"))).convert("L").resize((150, 150)), (600, 50)
    )
    file = BytesIO()
    page.save(file, "PNG")
    assert codes(file.getvalue()) == [None]


def test_a_pdf_that_is_no_scan_stays_whole(print_sheet: PrintSheet):
    content = print_sheet(sheets.consent_blanks())
    (page,) = read_scan(content)
    assert (page.content, page.content_type, page.code) == (content, "application/pdf", None)


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"%PDF-1.7", b"%PDF-1.7 nothing\n%%EOF", b"\x89PNG\r\n\x1a\n broken", b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"],
)  # fmt: skip
def test_what_is_no_scan_is_refused(content):
    with pytest.raises(NotAScan):
        read_scan(content)


def test_a_picture_of_gigantic_size_is_refused():
    file = BytesIO()
    Image.new("1", (20_000, 20_000)).save(file, "PNG")
    with pytest.raises(NotAScan):
        read_scan(file.getvalue())


@settings(max_examples=40, deadline=None)
@example(189, b"\x00\x00")  # a picture without its width
@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=8))
def test_a_broken_file_is_read_or_refused(place, junk):
    content = bytearray(WHOLE)
    place %= len(content)
    content[place : place + len(junk)] = junk
    try:
        read_scan(bytes(content))
    except NotAScan:
        pass


WHOLE = scans.pdf(CODE, mode="1")


def test_the_press_reads_and_says_when_it_cannot(press: Press):
    found = press.read_scan(scans.pdf(CODE, None))
    assert found is not None
    assert [page.code for page in found] == [CODE, None]
    assert press.read_scan(b"a letter") is None


def test_the_web_process_never_loads_the_reader():
    code = "import sys; from youthprog import create_app; create_app(environment='testing'); sys.exit(any(name in sys.modules for name in ('zxingcpp', 'PIL')))"
    assert subprocess.run([sys.executable, "-c", code], cwd=config.ROOT, check=False).returncode == 0
