"""A press for tests that are about something else than print: it prints text, at once, and reads what `tests.makers.scans`
sends while it is in use. Tests marked `press` get the real one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from unittest.mock import patch

from flask import current_app, has_app_context

from youthprog.documents.codes import MATCH_PREFIX, match_code_in
from youthprog.documents.compose import compose_job, undrawable_in
from youthprog.documents.press import PrintedSheet, PrintJob, SheetJob
from youthprog.documents.press_child import DEEDS
from youthprog.documents.theming import trying
from youthprog.documents.types import NO_SEAL, ScannedPage, SealReport

PICTURE = b"\x89PNG\r\n\x1a\n"
SHEETS, CUT = b"%PDF-1.7 sheets of a scanner\n", b"--"


class QuickPress:
    """A press that prints nothing and remembers what it was given."""

    def __init__(self) -> None:
        self.jobs: list[PrintJob] = []

    def print_sheet(self, job: SheetJob) -> PrintedSheet:
        """A file that holds the sheet's text."""
        composed, page = compose_job(job)
        self.jobs.append(page)
        content = b"%PDF-1.7 not printed\n" + page.html.encode()
        return PrintedSheet(content, 1, composed.kind, composed.title, composed.language)

    def ask(self, deed: str, **values: Any) -> dict[str, Any]:
        """The other deeds of the press; a page that would be tried out is filled in and not laid out."""
        with patch.object(trying, "typeset", lambda html, **_named: (b"%PDF-1.7 not printed\n" + html.encode(), 1)):
            return DEEDS[deed](values)

    def print_sheets(self, jobs: Sequence[SheetJob], *, following: Sequence[int]) -> list[PrintedSheet]:
        """One after the other."""
        return [self.print_sheet(job) for job in jobs]

    def missing_letters(self, jobs: Sequence[SheetJob]) -> list[tuple[int, str]]:
        """As the true press tells them."""
        return [(place, letters) for place, job in enumerate(jobs) if (letters := undrawable_in(job))]

    def verify(self, _content: bytes) -> SealReport:
        """Nothing is ours."""
        return NO_SEAL

    def read_scan(self, content: bytes) -> list[ScannedPage] | None:
        """A page for whatever begins like a picture, each with its code, when there is one."""
        pages = content.removeprefix(SHEETS).split(CUT) if content.startswith(SHEETS) else [content]
        if not all(page.startswith(PICTURE[:4]) for page in pages):
            return None
        said = (page[4:].removeprefix(PICTURE[4:]).decode("ascii", "replace").split("|")[0] for page in pages)
        return [ScannedPage(page, "image/png", match_code_in(text)) for page, text in zip(pages, said, strict=True)]

    def sign_badge(self, claims: Mapping[str, Any], *, keys_at: str) -> str:
        """The claims, signed by nobody."""
        return f"{keys_at} {json.dumps(claims)}"

    def warm_up(self) -> None:
        """It is always ready."""


def is_in_use() -> bool:
    """Whether the application of this test has the quick press."""
    return has_app_context() and isinstance(current_app.extensions.get("youthprog.press"), QuickPress)


def quick_page(code: str | None, mark: int) -> bytes:
    """What stands for a scanned page before the quick press; `mark` tells pages apart."""
    return PICTURE + f"{MATCH_PREFIX + code if code else ''}|{mark}".encode()
