"""Registration exports: everything a league's file can hold, and what each fault is called."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from youthprog.demo.department import plan_department
from youthprog.demo.files import CARD_NUMBER, PRIVATE_VALUES, Fault, sports_connect_csv, teamsnap_csv
from youthprog.demo.headers import SPORTS_CONNECT, TEAMSNAP
from youthprog.demo.plan import Department
from youthprog.demo.types import Size
from youthprog.leagues.imports.cells import (
    date_order,
    has_card_number,
    read_date,
    read_email,
    read_phone,
    read_rating,
    read_weekdays,
)
from youthprog.leagues.imports.columns import Part, is_never_kept, place_of, read_columns
from youthprog.leagues.imports.importing import read_players
from youthprog.leagues.imports.keeping_rows import rows_from_text, rows_to_text
from youthprog.leagues.imports.limits import MOST_BYTES, MOST_ROWS
from youthprog.leagues.imports.types import PlayerRow, Problem, Reading, Severity, Source
from youthprog.people.types import Gender

TODAY = date(2026, 11, 23)
HEADER = (
    "Player First Name",
    "Player Last Name",
    "Player Birth Date",
    "Account First Name",
    "Account Last Name",
    "User Email",
)
PLAYER = ("Ana", "Li", "02/14/2016", "Mei", "Li", "mei@post.example")


@pytest.fixture(scope="module")
def department() -> Department:
    return plan_department(Size.S, seed=3, today=TODAY)


def table(*rows: Sequence[str], header: Sequence[str] = HEADER, delimiter: str = ",", end: str = "\r\n") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows([header, *rows])
    return out.getvalue()


def read(content: str | bytes) -> Reading:
    data = content.encode() if isinstance(content, str) else content
    return read_players(data, filename="players.csv", today=TODAY)


def player(**values: str) -> tuple[Reading, PlayerRow]:
    """One player with some columns replaced or added."""
    cells = dict(zip(HEADER, PLAYER, strict=True)) | values
    reading = read(table(tuple(cells.values()), header=tuple(cells)))
    assert len(reading.rows) == 1, [str(problem) for problem in reading.problems]
    return reading, reading.rows[0]


def only_problem(content: str | bytes) -> Problem:
    reading = read(content)
    assert reading.unusable is None
    assert len(reading.problems) == 1, [str(problem) for problem in reading.problems]
    return reading.problems[0]


def refusal_of(**values: str) -> Problem:
    """The one reason why a player's row is left out."""
    cells = dict(zip(HEADER, PLAYER, strict=True)) | values
    problem = only_problem(table(PLAYER_TWO, tuple(cells.values()), header=tuple(cells)))
    assert problem.severity is Severity.REFUSE
    assert problem.row == 3
    return problem


PLAYER_TWO = ("Bo", "Ng", "03/20/2015", "Wei", "Ng", "wei@post.example")


# Whole exports ------------------------------------------------------------------------------------------------


def test_sports_connect_loads_as_it_is(department: Department) -> None:
    reading = read(sports_connect_csv(department))
    assert reading.unusable is None
    assert reading.problems == ()
    assert reading.source is Source.SPORTS_CONNECT
    assert reading.encoding == "utf-8-sig"
    assert len(reading.headers) == 161
    names = {youth.name for youth in department.youth}
    assert reading.rows
    assert {f"{row.given_name} {row.family_name}" for row in reading.rows} <= names
    assert all(row.guardians and row.external and row.street and row.team and row.division for row in reading.rows)


def test_sports_connect_values_land_in_their_parts(department: Department) -> None:
    by_name = {youth.name: youth for youth in department.youth}
    for row in read(sports_connect_csv(department)).rows:
        youth = by_name[f"{row.given_name} {row.family_name}"]
        assert row.born_on == youth.born_on
        assert row.gender is youth.gender
        assert row.school == youth.school
        guardian = next(adult for adult in department.adults if adult.key == youth.guardians[0].adult_key)
        assert (row.guardians[0].given_name, row.guardians[0].family_name) == (guardian.given, guardian.family)
        assert row.guardians[0].email == guardian.email
        assert row.allergies + row.conditions == (youth.health.alert if youth.health else "")


def test_teamsnap_loads_as_it_is(department: Department) -> None:
    reading = read(teamsnap_csv(department, "Tigers U10"))
    assert reading.source is Source.TEAMSNAP
    assert [problem.code for problem in reading.problems] == ["no_guardian_columns", "not_a_player"]
    assert len(reading.rows) == 15
    assert [row.jersey for row in reading.rows][:3] == ["1", "4", "7"]
    assert all(row.phones and not row.guardians for row in reading.rows)


def test_private_columns_do_not_survive_the_reading(department: Department) -> None:
    content = sports_connect_csv(department)
    reading = read(content)
    for value in PRIVATE_VALUES:
        assert value.encode() in content
        assert value not in repr(reading)
        assert value not in rows_to_text(reading.rows)
    assert "OPH Credit Card Number" in reading.dropped
    assert "Player Insurance Policy Number" in reading.dropped


def test_each_planted_fault_is_named_by_row(department: Department) -> None:
    reading = read(sports_connect_csv(department, faults=tuple(Fault)))
    last = len(reading.rows) + len(reading.refused) + 2
    found = {(problem.row, problem.code, problem.severity) for problem in reading.problems}
    assert found == {
        (2, "bad_birth_date", Severity.REFUSE),
        (3, "no_guardian", Severity.REFUSE),
        (5, "too_long", Severity.REFUSE),
        (6, "formula", Severity.REFUSE),
        (8, "no_area_code", Severity.WARN),
        (last, "repeated", Severity.WARN),
    }
    assert reading.refused == (2, 3, 5, 6)
    teams = {row.row: row.team for row in reading.rows}
    assert teams[4] == "Narwhals U10"
    assert teams[7] == ""


def test_problems_repeat_no_value_of_the_file(department: Department) -> None:
    reading = read(sports_connect_csv(department, faults=tuple(Fault)))
    said = " ".join(str(problem) for problem in reading.problems)
    for value in ("Featherstone", "HYPERLINK", "02/30", "555-0163"):
        assert value not in said


def test_at_least_95_in_100_columns_are_judged_right() -> None:
    """Mapped, never kept, or rightly without meaning here: the headings of both exports, by hand."""
    meaningless = {
        "Order Date", "Order No", "Order Detail Description", "Player Waiver", "Player Verification Waiver", "Shorts Size",
        "Socks Size", "Pants Size", "Tetanus Shot", "Tetanus Shot Date", "Race Estimated Finish Time", "Race Shirt",
        "New Or Returning", "Rising Grade", "Previous Coach", "USL Membership Number",
        "Little League Eligibility", "Association Player ID", "Division Id", "Division Start Date", "Division End Date",
        "Division Gender", "Division Open Registration", "Division Close Registration", "Division Max Players",
        "Division Minimum Age", "Division Maximum Age", "Enabled Wait List", "Order Detail Player Id", "Order Time Stamp",
        "Orders Order Notes", "Order Status", "Order Id", "Order Notes", "Player Age", "Little League Age (Baseball)",
        "Little League Age (Softball)", "Registration Number", "Player Evaluation Comment",
        "Numeric Ranking (Auto Assign)", "Birth Certificate Note", "Recent Team", "Tryout Rejection Email Sent",
        "Tryout Acceptance Status", "Tryout Acceptance Email Status", "New Registrant", "Play Down", "Birth Certificate",
        "Verification Note", "Weight", "Associated Team Staff", "Role label",
    }  # fmt: skip
    for headings in (SPORTS_CONNECT, TEAMSNAP):
        columns = read_columns(headings)
        used = {index for places in columns.places.values() for index in places}
        wrong = [
            name for index, name in enumerate(headings) if (index in used | columns.dropped) == (name in meaningless)
        ]
        assert wrong == []


# Headings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "part"),
    [
        ("PLAYER FIRST NAME", Part.GIVEN),
        ("  player  first-name ", Part.GIVEN),
        ("Player First Name (as on the birth certificate)", Part.GIVEN),
        ("Player Last Name:(18643797)", Part.FAMILY),
        ("School Name:(442)", Part.SCHOOL),
        ("Years of Experience:(18643797)", Part.EXPERIENCE),
        ("Jersey #", Part.JERSEY),
        ("State/Province/County", Part.STATE),
        ("Correo electrónico", Part.CONTACT_EMAIL),
        ("Fecha de nacimiento", Part.BORN),
    ],
)
def test_headings_match_without_case_blanks_and_suffix(heading: str, part: Part) -> None:
    place = place_of(heading)
    assert place is not None
    assert place[0] is part


@pytest.mark.parametrize(
    "heading",
    ["Little League Age (Baseball)", "Little League Age (Softball)", "Favorite dinosaur", "Recent Team", ""],
)
def test_headings_that_mean_nothing_here(heading: str) -> None:
    assert place_of(heading) is None


@pytest.mark.parametrize(
    "heading",
    ["Last 4 of CC", "OPH Credit Card Number", "CVV", "CreditCardNumber", "Player Insurance Company", "Billing Address",
     "Health insurance member ID", "Order Payment Status", "SSN", "Bank routing", "Total Payment Amount", "Medicaid no."],
)  # fmt: skip
def test_private_headings_are_never_kept(heading: str) -> None:
    assert is_never_kept(heading)


@pytest.mark.parametrize(
    "heading",
    ["Numeric Ranking (Auto Assign)", "Cardiac conditions", "Player First Name", "Birth Certificate", "Order No"],
)
def test_other_headings_may_be_kept(heading: str) -> None:
    assert not is_never_kept(heading)


def test_a_clubs_own_columns_are_named_and_not_read() -> None:
    reading, row = player(**{"Favorite dinosaur?": "Triceratops"})
    assert reading.unmapped == ("Favorite dinosaur?",)
    assert "Triceratops" not in repr(row)


def test_the_players_address_goes_before_the_account_holders() -> None:
    _, own = player(**{"Street Address": "1 Mill Street", "Player Street": "2 Depot Street"})
    _, inherited = player(**{"Street Address": "1 Mill Street", "Player Street": ""})
    assert (own.street, inherited.street) == ("2 Depot Street", "1 Mill Street")


def test_titles_above_the_header_are_passed_over() -> None:
    reading = read("Enrollment Details\r\nPrinted today\r\n\r\n" + table(PLAYER))
    assert [row.row for row in reading.rows] == [5]


# Bytes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_usual_file_form_is_read(delimiter: str, end: str, encoding: str) -> None:
    rows = (("Noé", "Muñoz, Jr.", "02/14/2016", "Zoë", "Muñoz", "zoe@post.example"), PLAYER)
    reading = read(table(*rows, delimiter=delimiter, end=end).encode(encoding))
    assert reading.delimiter == delimiter
    assert [(row.given_name, row.family_name) for row in reading.rows] == [("Noé", "Muñoz, Jr."), ("Ana", "Li")]


def test_windows_text_is_told() -> None:
    problem = only_problem(table(("José", *PLAYER[1:])).encode("cp1252"))
    assert (problem.code, problem.row) == ("windows_text", 0)


def test_excels_own_line_about_the_delimiter() -> None:
    assert read("sep=;\r\n" + table(PLAYER, delimiter=";")).rows[0].row == 3


def unusable(content: str | bytes) -> Problem:
    reading = read(content)
    assert reading.unusable is not None
    assert reading.rows == reading.headers == reading.problems == ()
    assert reading.filename == "players.csv"
    return reading.unusable


def test_nul_bytes_are_refused_by_line_and_column() -> None:
    problem = unusable(table(PLAYER) + "Bo,N\x00g,1/1/2016,,,\r\n")
    assert problem.code == "nul"
    assert str(problem) == "Line 3, character 5 is a NUL byte: the file is damaged or no text."


def test_broken_utf8_is_refused_by_line_and_column() -> None:
    data = table(("Núñez", *PLAYER[1:]), PLAYER).encode() + b"\xff,Li"
    problem = unusable(data)
    assert (problem.code, problem.values["line"], problem.values["column"]) == ("undecodable", 4, 1)


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF-1.7", b"\x1f\x8b"])
def test_other_kinds_of_files_are_called_by_name(start: bytes) -> None:
    assert unusable(start + b"\x00" * 100).code == "other_kind"


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff", "   \r\n"])
def test_an_empty_file_is_refused(content: str) -> None:
    assert unusable(content).code == "empty"


def test_a_file_that_is_too_large_is_refused() -> None:
    assert unusable(b" " * (MOST_BYTES + 1)).code == "too_large"


def test_too_many_rows_are_refused() -> None:
    assert unusable(table(PLAYER) + "A,B,1/1/2016,C,D,e@post.example\n" * MOST_ROWS).code == "too_long"


def test_too_many_columns_are_refused() -> None:
    assert unusable(table(header=(*HEADER, *("More",) * 600))).code == "too_wide"


@pytest.mark.parametrize("content", ["Li,Ana,4,F\nNg,Bo,5,red\n", "Li,Ana,4,F,x\n", "one,two\n1,2\n", "4,F\n"])
def test_a_file_without_a_header_is_refused(content: str) -> None:
    assert unusable(content).code == "no_header"


def test_a_table_without_column_names_is_told_by_what_its_rows_show() -> None:
    reading = read("Li,Ana,4,F\nNg,Bo,K,M\n")
    assert [(row.given_name, row.family_name, row.grade, row.gender, row.row) for row in reading.rows] == [
        ("Ana", "Li", "4", Gender.GIRL, 1), ("Bo", "Ng", "K", Gender.BOY, 2),
    ]  # fmt: skip
    assert reading.problems[0].code == "headless"


def test_a_file_without_birth_dates_is_refused() -> None:
    problem = unusable(table(("Ana", "Li"), header=("First Name", "Last Name")))
    assert (problem.code, problem.values["parts"]) == ("missing_columns", "birth date")


def test_a_quotation_mark_that_never_closes_is_refused() -> None:
    problem = unusable(table(PLAYER) + '"Bo,Ng,1/1/2016,,,\r\n' + table(PLAYER) * 3)
    assert (problem.code, problem.values["line"]) == ("open_quote", 3)


def test_a_stray_quotation_mark_is_told() -> None:
    reading = read(table() + '"Bo "The Wall"",Ng,1/1/2016,Wei,Ng,wei@post.example\r\n')
    assert [problem.code for problem in reading.problems] == ["stray_quote"]
    assert reading.rows[0].family_name == "Ng"


def test_a_cell_of_monstrous_length_is_refused() -> None:
    assert unusable(table(("x" * 200_000, *PLAYER[1:]))).code == "huge_cell"


def test_header_alone_is_told() -> None:
    assert only_problem(table()).code == "no_rows"


def test_blank_rows_count_and_do_not_matter() -> None:
    reading = read(table(PLAYER) + "\r\n,,,,,\r\n" + table(PLAYER_TWO).split("\r\n", 1)[1])
    assert [row.row for row in reading.rows] == [2, 5]
    assert reading.problems == ()


def test_short_rows_are_filled() -> None:
    problem = only_problem("First Name,Last Name,Birthdate,School,Jersey #\nAna,Li,2/14/2016\n")
    assert problem.code == "no_guardian_columns"


def test_a_row_with_too_many_cells_is_refused() -> None:
    problem = only_problem(table((*PLAYER, "", "Apt 4")))
    assert (problem.row, problem.code, problem.severity) == (2, "too_many_cells", Severity.REFUSE)


def test_cells_are_put_on_one_line() -> None:
    _, row = player(**{"Player First Name": " Ana \u200b\n María\u00a0", "School Name": "St.\tBrigid"})
    assert (row.given_name, row.school) == ("Ana María", "St. Brigid")


# Rows ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"Player First Name": ""}, "no_name"),
        ({"Player Last Name": ""}, "no_name"),
        ({"Player Last Name": "x" * 81}, "too_long"),
        ({"Player First Name": "=cmd()"}, "formula"),
        ({"Player First Name": "@SUM(A1)"}, "formula"),
        ({"Player First Name": "+1"}, "formula"),
        ({"Player First Name": "-1+2"}, "formula"),
        ({"Player First Name": "A" + "\u0301" * 9}, "crowded"),
        ({"Player Birth Date": ""}, "no_birth_date"),
        ({"Player Birth Date": "soon"}, "bad_birth_date"),
        ({"Player Birth Date": "02/30/2016"}, "bad_birth_date"),
        ({"Player Birth Date": "42414"}, "bad_birth_date"),
        ({"Player Birth Date": "11/24/2026"}, "future_birth_date"),
        ({"Player Birth Date": "11/23/2004"}, "too_old"),
        ({"Account First Name": "", "Account Last Name": ""}, "no_guardian"),
        ({"Account Last Name": ""}, "half_a_guardian"),
        ({"Account First Name": "=1+1"}, "formula"),
        ({"Team Name": "=1+1"}, "formula"),
        ({"Team Name": "x" * 81}, "too_long"),
    ],
)
def test_a_row_is_refused(values: dict[str, str], code: str) -> None:
    assert refusal_of(**values).code == code


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"Telephone": "555-0163"}, "no_area_code"),
        ({"Telephone": "call Ana"}, "bad_phone"),
        ({"Telephone": "1" * 50}, "bad_phone"),
        ({"Player Gender": "qqq"}, "gender"),
        ({"School Name": "x" * 121}, "too_long"),
        ({"Player Allergies": "=1+1"}, "formula"),
        ({"Special Player Request": f"pay with {CARD_NUMBER}"}, "card_number"),
    ],
)
def test_a_value_is_left_out_and_the_row_stays(values: dict[str, str], code: str) -> None:
    reading, row = player(**values)
    assert [(problem.code, problem.severity, problem.row) for problem in reading.problems] == [(code, Severity.WARN, 2)]
    assert next(iter(values.values())) not in repr(row)


def test_a_guardian_nobody_can_reach_is_told() -> None:
    reading, row = player(**{"User Email": "mei at post"})
    assert [problem.code for problem in reading.problems] == ["bad_email", "unreachable"]
    assert row.guardians[0].email == ""


def test_all_faults_of_a_row_are_named_at_once() -> None:
    reading = read(table(("", "x" * 81, "never", "Mei", "Li", "mei@post.example")))
    assert [problem.code for problem in reading.problems] == ["no_name", "too_long", "bad_birth_date"]


def test_a_problem_names_the_column_as_the_file_does() -> None:
    cells = dict(zip(HEADER, PLAYER, strict=True)) | {"Cellphone": "", "Other  Phone": "555-0163"}
    assert only_problem(table(tuple(cells.values()), header=tuple(cells))).column == "Other Phone"


def test_a_grown_player_needs_no_guardian() -> None:
    _, row = player(**{"Player Birth Date": "11/23/2008", "Account First Name": "", "Account Last Name": ""})
    assert row.guardians == ()


def test_someone_turning_18_tomorrow_needs_one() -> None:
    assert (
        refusal_of(**{"Player Birth Date": "11/24/2008", "Account First Name": "", "Account Last Name": ""}).code
        == "no_guardian"
    )


def test_someone_of_21_may_come() -> None:
    assert player(**{"Player Birth Date": "11/24/2004"})[1].born_on == date(2004, 11, 24)


@pytest.mark.parametrize("jersey", ["0", "00", "7", "007"])
def test_jerseys_stay_as_written(jersey: str) -> None:
    assert player(**{"Player Jersey Number": jersey})[1].jersey == jersey


@pytest.mark.parametrize("word", ["Unallocated", " UNALLOCATED ", "n/a", "Unassigned", ""])
def test_no_team_yet(word: str) -> None:
    assert player(**{"Team Name": word})[1].team == ""


@pytest.mark.parametrize("word", ["None", "no", "N/A", "-", "Ninguna", "No known allergies", ""])
def test_nothing_to_tell_is_nothing(word: str) -> None:
    assert player(**{"Player Allergies": word})[1].allergies == ""


def test_a_name_may_be_none() -> None:
    assert player(**{"Player Last Name": "None"})[1].family_name == "None"


@pytest.mark.parametrize(
    ("word", "gender"),
    [("Female", Gender.GIRL), ("m", Gender.BOY), ("Non-binary", Gender.OTHER), ("", Gender.UNSTATED)],
)
def test_genders(word: str, gender: Gender) -> None:
    assert player(**{"Player Gender": word})[1].gender is gender


def test_phones_are_kept_once_each_the_cell_first() -> None:
    _, row = player(Telephone="(217) 555-0141", Cellphone="217.555.0177", **{"Other Phone": "+1 217 555 0141"})
    assert row.guardians[0].phones == ("+12175550177", "+12175550141")


def test_two_guardians() -> None:
    _, row = player(**{"Parent 2 First Name": "Bo", "Parent 2 Last Name": "Li", "Parent 2 Email": "BO@Post.example"})
    assert [(one.given_name, one.email) for one in row.guardians] == [
        ("Mei", "mei@post.example"),
        ("Bo", "bo@post.example"),
    ]


def test_the_same_row_twice_comes_in_once() -> None:
    problem = only_problem(table(PLAYER, PLAYER_TWO, ("ANA", " li ", "2016-02-14", *PLAYER[3:])))
    assert (problem.row, problem.code, problem.values["other"]) == (4, "repeated", 2)


def test_a_child_in_two_divisions_is_not_a_repetition() -> None:
    header = (*HEADER, "Division Name")
    reading = read(table((*PLAYER, "Under 10"), (*PLAYER, "Under 12"), header=header))
    assert len(reading.rows) == 2
    assert reading.problems == ()


def test_rows_can_wait_as_text(department: Department) -> None:
    rows = read(sports_connect_csv(department)).rows
    assert rows_from_text(rows_to_text(rows)) == rows


# Dates, phones, mails, cards ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["02/14/2016", "2/14/2016", "02-14-2016", "2016-02-14", "2016/2/14", "2/14/16", "02/14/2016 04:31:11 PM", "02/14/2016 12:00:00 AM",
     "2016-02-14T00:00:00", "2016-02-14 16:31:11+00:00", "14 Feb 2016", "14-Feb-2016", "Feb 14, 2016", "February 14 2016", "Feb. 14th, 2016"],
)  # fmt: skip
def test_dates_as_exports_write_them(text: str) -> None:
    assert read_date(text, day_first=False, today=TODAY) == date(2016, 2, 14)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "02/30/2016",
        "14/14/2016",
        "2016-13-01",
        "02/14",
        "0/0/0000",
        "02/14/20166",
        "1/2/3",
        "٠٢/١٤/٢٠١٦",
        "02/14-2016",
        "14 Foo 2016",
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert read_date(text, day_first=False, today=TODAY) is None


def test_two_digit_years_are_never_ahead() -> None:
    assert read_date("1/1/26", day_first=False, today=TODAY) == date(2026, 1, 1)
    assert read_date("1/1/27", day_first=False, today=TODAY) == date(1927, 1, 1)


def test_the_order_of_a_column() -> None:
    month = date_order([(2, "02/14/2016"), (3, "03/04/2016")])
    assert not month.day_first
    assert not month.day_first_rows
    day = date_order([(2, "14/02/2016"), (3, "03/04/2016")])
    assert day.day_first
    mixed = date_order([(2, "02/14/2016"), (3, "14/02/2016"), (4, "2016-02-14"), (5, "99/99/2016")])
    assert not mixed.day_first
    assert mixed.day_first_rows == {3}


def test_mixed_dates_are_reported_and_the_odd_row_refused() -> None:
    rows = [
        ("A", "B", "02/14/2016", *PLAYER[3:]),
        ("C", "D", "14/02/2016", *PLAYER[3:]),
        ("E", "F", "03/04/2016", *PLAYER[3:]),
    ]
    reading = read(table(*rows))
    assert [(problem.row, problem.code) for problem in reading.problems] == [(0, "mixed_dates"), (3, "day_first_date")]
    assert [row.born_on for row in reading.rows] == [date(2016, 2, 14), date(2016, 3, 4)]


def test_a_file_with_the_day_first_is_read_so_and_reported() -> None:
    reading = read(table(("A", "B", "14/02/2016", *PLAYER[3:]), ("E", "F", "03/04/2016", *PLAYER[3:])))
    assert [(problem.row, problem.code) for problem in reading.problems] == [(0, "day_first")]
    assert [row.born_on for row in reading.rows] == [date(2016, 2, 14), date(2016, 4, 3)]


@pytest.mark.parametrize(
    "text", ["(217) 555-0141", "217-555-0141", "2175550141", "+1 217 555 0141", "1 (217) 555.0141", "217/555-0141"]
)
def test_phones_as_people_write_them(text: str) -> None:
    assert read_phone(text) == ("+12175550141", "")


@pytest.mark.parametrize(
    ("text", "fault"),
    [("555-0141", "area"), ("12", "unreadable"), ("none yet", "unreadable"), ("(000) 000-0000", "unreadable")],
)
def test_phones_that_cannot_be_called(text: str, fault: str) -> None:
    assert read_phone(text) == ("", fault)


@pytest.mark.parametrize(
    "text",
    [
        "mei",
        "mei@",
        "@post.example",
        "mei@post",
        "mei li@post.example",
        "a@b@c.example",
        "x" * 260 + "@post.example",
        "Mei <mei@post.example>",
    ],
)
def test_what_is_no_mail_address(text: str) -> None:
    assert read_email(text) == ""


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("4111 1111 1111 1111", True),
        ("my card: 4111-1111-1111-1111.", True),
        ("4111111111111112", False),
        ("(217) 555-0141", False),
        ("allergic to 2 things", False),
    ],
)
def test_card_numbers_in_free_text(text: str, holds: bool) -> None:
    assert has_card_number(text) is holds


# Anything at all ----------------------------------------------------------------------------------------------


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    reading = read(data)
    assert reading.unusable or reading.headers


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
def test_no_bytes_after_a_good_header_make_it_raise(data: bytes, encoding: str) -> None:
    reading = read(table(PLAYER).encode(encoding) + data)
    assert reading.unusable or reading.headers


CELLS = st.one_of(
    st.text(max_size=90),
    st.sampled_from(
        ["02/14/2016", "14/02/2016", "", "=1+1", "555-0163", "(217) 555-0141", "a@b.example", "0", "None", '"', "\n"]
    ),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=1, max_size=30), min_size=1, max_size=5), st.sampled_from([",", ";", "\t"]))
def test_no_cells_make_it_raise_and_every_row_is_accounted_for(rows: list[list[str]], delimiter: str) -> None:
    header = (
        *HEADER,
        "Player Gender",
        "Telephone",
        "Player Allergies",
        "Team Name",
        "Player Jersey Number",
        "Street Address",
    )
    reading = read(table(*rows, header=header, delimiter=delimiter).encode("utf-8", "replace"))
    if reading.unusable:
        assert reading.unusable.code in {"nul", "open_quote", "no_header", "missing_columns", "huge_cell"}
        return
    known = (
        {row.row for row in reading.rows}
        | set(reading.refused)
        | {one.row for one in reading.problems if one.code == "repeated"}
    )
    assert len(known) <= len(rows) * 45
    assert not {row.row for row in reading.rows} & set(reading.refused)
    assert all(len(row.given_name) <= 80 and row.given_name and row.family_name for row in reading.rows)
    assert rows_from_text(rows_to_text(reading.rows)) == reading.rows
    assert max(Counter(row.row for row in reading.rows).values(), default=0) <= 1


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("4", 4), ("0", 0), ("10", 10), ("3.5", 4), ("3,4", 3), ("4 - strong", 4), ("7/10", 7), ("7 / 10", 7),
        ("11", None), ("9.9", 10), ("-1", None), ("4/5", None), ("100", None), ("strong", None), ("", None), ("4.55", None),
    ],
)  # fmt: skip
def test_ratings(text: str, points: int | None) -> None:
    assert read_rating(text) == points


@pytest.mark.parametrize(
    ("text", "days", "all_"),
    [
        ("Mon, Wed", {0, 2}, True), ("TUESDAY and fri", {1, 4}, True), ("lunes y sábado", {0, 5}, True), ("mié/jue", {2, 3}, True),
        ("Tu", set(), False), ("Mon after 6", {0}, False), ("", set(), True), ("weekends", set(), False),
    ],
)  # fmt: skip
def test_weekdays(text: str, days: set[int], all_: bool) -> None:
    assert read_weekdays(text) == (days, all_)
