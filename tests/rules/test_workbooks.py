"""Excel workbooks read and written, against a library that shares no code with ours; and what none may do."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from youthprog.leagues.imports import workbooks
from youthprog.leagues.imports.importing import player_sheet, read_players
from youthprog.leagues.imports.limits import MOST_ROWS, Unusable
from youthprog.leagues.imports.workbooks import read_workbook
from youthprog.people.types import Gender
from youthprog.web.csv_files import harmless
from youthprog.web.xlsx_files import write_workbook

TODAY = date(2026, 11, 23)
HEAD = ["Player First Name", "Player Last Name", "Player Birth Date", "Player Gender", "Player Jersey Number", "Zip"]


def workbook(*rows, formats=(), title="Players", before=()):
    """A workbook that the library made; `formats` are (row, column, number format)."""
    book = openpyxl.Workbook()
    for name in before:
        book.active.title = name
        book.create_sheet(title)
    sheet = book.worksheets[-1]
    for row in rows:
        sheet.append(row)
    for row, column, code in formats:
        sheet.cell(row, column).number_format = code
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def only_sheet(data):
    (rows,) = read_workbook(data)
    return rows


def repacked(data, change):
    """The workbook with its parts changed: `change(name, content)` gives the new content, or None to leave it out."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return file.getvalue()


def test_a_workbook_of_players_is_read_like_its_csv():
    data = workbook(
        HEAD,
        ["Zoë", "Muñoz", date(2016, 2, 14), "Female", "00", 2134],
        ["Bo", "Ng", datetime(2015, 3, 4), "M", 7, 62790],  # noqa: DTZ001
        formats=((2, 6, "00000"),),
    )
    reading = read_players(data, filename="players.xlsx", today=TODAY)
    assert reading.encoding == "xlsx"
    assert [
        (row.given_name, row.born_on, row.gender, row.jersey, row.postal_code, row.row) for row in reading.rows
    ] == [
        ("Zoë", date(2016, 2, 14), Gender.GIRL, "00", "02134", 2),
        ("Bo", date(2015, 3, 4), Gender.BOY, "7", "62790", 3),
    ]


def test_a_workbook_never_asks_which_number_is_the_month():
    data = workbook(HEAD, ["Bo", "Ng", date(2015, 3, 4), "M", 7, ""])
    assert read_players(data, filename="p.xlsx", today=TODAY).asks is None


def test_days_times_flags_formulas_and_errors_as_text():
    cells = [datetime(2026, 9, 5, 18, 30), time(9, 5), True, 1.5, "=1+1", "  two  words ", 1e20, -3]  # noqa: DTZ001
    ((_number, found),) = only_sheet(workbook(cells))
    assert found == ("2026-09-05 18:30:00", "9:05", "TRUE", "1.5", "", "  two  words ", "1e+20", "-3")


def test_shared_text_rich_runs_errors_and_other_prefixes():
    """As Excel itself writes: texts shared, some letters bold, a name with how it sounds, a formula that went wrong."""
    shared = (
        '<x:sst xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:si><x:t>Player First Name</x:t></x:si>'
        "<x:si><x:r><x:t>Ma</x:t></x:r><x:r><x:rPr><x:b/></x:rPr><x:t>teo</x:t></x:r><x:rPh><x:t>mah-TEH-oh</x:t></x:rPh></x:si></x:sst>"
    )
    sheet = (
        '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>'
        '<x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t="s"><x:v>1</x:v></x:c><x:c t="s"><x:v>9</x:v></x:c></x:row>'
        '<x:row><x:c t="e"><x:v>#REF!</x:v></x:c><x:c t="str"><x:f>A1</x:f><x:v>seven</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    parts = {"xl/SharedStrings.xml": shared, "xl/worksheets/sheet1.xml": sheet}
    data = repacked(workbook(["x"]), lambda name, part: None if name in parts else part)
    file = io.BytesIO(data)
    with zipfile.ZipFile(file, "a") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    assert only_sheet(file.getvalue()) == [(1, ("Player First Name", "Mateo")), (2, ("", "seven"))]


def test_a_formula_counts_as_its_saved_value_and_is_not_run():
    data = workbook(["x", "=SUM(A1:A9)"])
    saved = repacked(data, lambda name, part: part.replace(b"<v />", b"<v>42</v>").replace(b"<v></v>", b"<v>42</v>"))
    assert only_sheet(saved) == [(1, ("x", "42"))]


def test_days_count_from_1904_where_the_workbook_says_so():
    data = workbook([date(2026, 9, 5)])
    early = repacked(data, lambda name, part: part.replace(b"<workbookPr/>", b'<workbookPr date1904="1"/>'))
    assert only_sheet(early) == [(1, ("2030-09-06",))]


def test_the_sheet_with_the_best_known_header_is_taken():
    data = workbook(["About this file"], HEAD, ["Bo", "Ng", date(2015, 3, 4), "M", 7, ""], before=("Notes",))
    assert [row.row for row in read_players(data, filename="p.xlsx", today=TODAY).rows] == [3]


def test_gaps_keep_columns_and_rows_in_their_places():
    book = openpyxl.Workbook()
    book.active["C2"], book.active["AA5"] = "x", "y"
    file = io.BytesIO()
    book.save(file)
    (first, cells), (second, more) = only_sheet(file.getvalue())
    assert (first, cells, second, len(more), more[26]) == (2, ("", "", "x"), 5, 27, "y")


@pytest.mark.parametrize("content", [b"PK\x03\x04rest", b"PK\x03\x04" + b"\x00" * 200])
def test_what_is_no_workbook_is_called_so(content):
    with pytest.raises(Unusable) as fault:
        player_sheet(content)
    assert fault.value.problem.code == "other_kind"


def test_a_workbook_with_a_part_missing_or_broken_is_refused():
    data = workbook(HEAD)
    with pytest.raises(Unusable):
        player_sheet(repacked(data, lambda name, part: None if name == "xl/workbook.xml" else part))
    with pytest.raises(Unusable) as fault:
        player_sheet(repacked(data, lambda name, part: part[:200] if "sheet1" in name else part))
    assert fault.value.problem.code == "broken_workbook"


def test_entities_of_its_own_are_refused():
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    data = repacked(workbook(HEAD), lambda name, part: laughs + part.partition(b"?>")[2] if "sheet1" in name else part)
    with pytest.raises(Unusable) as fault:
        player_sheet(data)
    assert fault.value.problem.code == "broken_workbook"


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is(monkeypatch):
    monkeypatch.setattr(workbooks, "MOST_UNPACKED", 100_000)
    bomb = repacked(workbook(HEAD), lambda name, part: part + b" " * 200_000 if "sheet1" in name else part)
    assert len(bomb) < 20_000
    with pytest.raises(Unusable) as fault:
        player_sheet(bomb)
    assert fault.value.problem.code == "bomb"


def test_what_a_workbook_declares_of_its_size_is_not_believed(monkeypatch):
    monkeypatch.setattr(workbooks, "MOST_UNPACKED", 100_000)
    monkeypatch.setattr(workbooks, "_weigh", lambda archive: None)
    bomb = repacked(workbook(HEAD), lambda name, part: part + b" " * 200_000 if "sheet1" in name else part)
    with pytest.raises(Unusable) as fault:
        player_sheet(bomb)
    assert fault.value.problem.code == "bomb"


def test_too_many_rows_of_a_workbook_are_refused(monkeypatch):
    monkeypatch.setattr(workbooks, "MOST_ROWS", 3)
    with pytest.raises(Unusable) as fault:
        player_sheet(workbook(HEAD, *[["Bo", "Ng", "", "", "", ""]] * 4))
    assert fault.value.problem.code == "too_long"
    assert MOST_ROWS > 3


cells = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=8)


@settings(max_examples=40)
@given(st.lists(st.lists(cells, min_size=2, max_size=4), min_size=1, max_size=4))
def test_what_we_write_is_what_both_read(table):
    head = ["a", "b", "c", "d"]
    file = io.BytesIO()
    write_workbook(head, table, file)
    theirs = openpyxl.load_workbook(io.BytesIO(file.getvalue()), read_only=True).active
    rows = [[cell.value or "" for cell in row] for row in theirs.iter_rows()]
    said = [[harmless(cell) for cell in row] for row in table]
    assert [row[: len(line)] for row, line in zip(rows[1:], said, strict=False)] == said[: len(rows) - 1]
    ours = only_sheet(file.getvalue())
    full = [row + [""] * (max(map(len, said)) - len(row)) for row in said if any(cell.strip() for cell in row)]
    for (_number, found), row in zip(ours[1:], full, strict=True):
        assert list(found) + [""] * (len(row) - len(found)) == row


def test_the_same_table_gives_the_same_bytes():
    one, other = io.BytesIO(), io.BytesIO()
    for file in (one, other):
        write_workbook(["a"], iter([["=1"], ["x"]]), file)
    assert one.getvalue() == other.getvalue()
    assert only_sheet(one.getvalue())[1] == (2, ("'=1",))
