"""Tables for a spreadsheet: UTF-8 with its mark, every cell quoted, and no cell a spreadsheet would run."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

from youthprog.web.pages import file_response

STARTS = frozenset("=+-@\t\r\n＝＋－＠")  # what spreadsheets take for the beginning of a formula, in either width
MARK = "\ufeff"


def harmless(text: str) -> str:
    """A cell that is read as text: what looks like a formula, even behind blanks, gets an apostrophe in front."""
    first = text[:1], text.lstrip(" \u00a0")[:1]
    return f"'{text}" if any(each and each in STARTS for each in first) else text


def csv_response(head: Sequence[str], rows: Iterable[Sequence[str]], *, name: str) -> Response:
    """A file to download; its rows are written one by one as they come."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(head)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return file_response((MARK + out.getvalue()).encode(), name=name, kind="text/csv", download=True)
