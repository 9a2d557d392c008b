"""The sample a guardian opens can be read by everyone, and is small."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import page
import pytest
from pypdf import PdfReader

from tests.documents.conftest import broken_rules

FOLDER = Path(__file__).resolve().parents[2] / "youthprog" / "static" / "documents"


@pytest.mark.parametrize(
    ("language", "words"), [("en", "If you can read this page"), ("es", "Si puede leer esta página")]
)
def test_the_sample_is_one_page_that_breaks_no_rule(language: str, words: str) -> None:
    content = (FOLDER / f"sample-{language}.pdf").read_bytes()
    assert broken_rules(content, page.ValidationProfile.PDF_UA_1) == set()
    reader = PdfReader(BytesIO(content))
    assert len(reader.pages) == 1
    assert words in " ".join(reader.pages[0].extract_text().split())
    assert reader.trailer["/Root"]["/Lang"] == language
    assert len(content) < 12_000
