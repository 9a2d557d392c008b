"""One press for all tests of paper, and what reads its files."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import page
import pytest
from pypdf import PdfReader

from youthprog import config
from youthprog.documents.compose import compose, enclosed_of
from youthprog.documents.press import Press, PrintJob
from youthprog.documents.seal import make_seal_keys
from youthprog.documents.types import ARCHIVED, Sheet, Variant

NOON = datetime(2026, 8, 21, 12, tzinfo=UTC)
TEMPLATES = config.ROOT / "templates"
PrintSheet = Callable[..., bytes]


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance folder with sealing keys."""
    folder = tmp_path_factory.mktemp("paper")
    make_seal_keys(folder, department="Riverton Police")
    return folder


@pytest.fixture(scope="session")
def press(instance: Path) -> Iterator[Press]:
    """A warm press."""
    press = Press(instance, keys=instance)
    yield press
    press.close()


@pytest.fixture(scope="session")
def print_sheet(press: Press) -> PrintSheet:
    """Print a sheet; sealed when asked for."""

    def print_it(sheet: Sheet, *, sealed: bool = False) -> bytes:
        composed = compose(sheet, templates=TEMPLATES)
        job = PrintJob(
            html=composed.html,
            identifier="test",
            variant=Variant.ARCHIVAL if composed.kind in ARCHIVED else Variant.ACCESSIBLE,
            made_at=NOON,
            assets=composed.assets,
            enclosed=enclosed_of(sheet),
            seal_reason="Sealed for a test" if sealed else None,
        )
        return press.render_and_seal(job).content

    return print_it


def words_of(content: bytes) -> str:
    """Every word of a PDF, with single blanks, composed."""
    text = " ".join(each.extract_text() for each in PdfReader(BytesIO(content)).pages)
    return unicodedata.normalize("NFC", " ".join(text.split()))


def letters_of(text: str) -> str:
    """A text without blanks: a reader of PDFs guesses a blank beside a mark that has no width of its own."""
    return "".join(unicodedata.normalize("NFC", text).split())


def broken_rules(content: bytes, profile: page.ValidationProfile) -> set[str]:
    """The rules of a profile that a file breaks."""
    report = page.validate_pdf_bytes(content, profile=profile)
    assert report.rules, "the validator checked nothing"
    return {failure.rule_id for failure in report.failures}
