"""Tables as Excel workbooks: every cell is text that nothing runs, written row by row into a file, never whole in memory."""

import re
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from html import escape
from typing import IO

from flask import Response

from youthprog.web.csv_files import harmless
from youthprog.web.pages import file_response

KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IN_MEMORY = 1_000_000
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPES}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{RELATIONS}">'
        f'<Relationship Id="rId1" Type="{DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{SHEETS}" xmlns:r="{DOCUMENT}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{RELATIONS}">'
        f'<Relationship Id="rId1" Type="{DOCUMENT}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}


def write_workbook(head: Sequence[str], rows: Iterable[Sequence[str]], into: IO[bytes]) -> None:
    """Write a table of one sheet. Its parts have one date, so that the same table gives the same bytes."""
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in PARTS.items():
            archive.writestr(_dated(name), HEAD + part)
        with archive.open(_dated("xl/worksheets/sheet1.xml"), "w", force_zip64=True) as sheet:
            sheet.write(f'{HEAD}<worksheet xmlns="{SHEETS}"><sheetData>'.encode())
            sheet.write(_row(head))
            for row in rows:
                sheet.write(_row([harmless(cell) for cell in row]))
            sheet.write(b"</sheetData></worksheet>")


def xlsx_response(head: Sequence[str], rows: Iterable[Sequence[str]], *, name: str) -> Response:
    """A workbook to download."""
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
        write_workbook(head, rows, file)
        file.seek(0)
        return file_response(file.read(), name=name, kind=KIND, download=True)


def _dated(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _row(cells: Sequence[str]) -> bytes:
    inside = "".join(
        f'<c t="inlineStr"><is><t xml:space="preserve">{escape(NOT_IN_XML.sub("", cell), quote=False)}</t></is></c>'
        for cell in cells
    )
    return f"<row>{inside}</row>".encode()
