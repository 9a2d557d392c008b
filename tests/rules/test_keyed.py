"""A paper sheet as somebody keys it in, read without a database: letters, times, and each refusal once."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youthprog.attendance import keyed
from youthprog.attendance.keyed import Meeting, Row, Times
from youthprog.attendance.types import Mark

ZONE = ZoneInfo("America/Chicago")
NAMES = {1: "Mateo Aguilar", 2: "Imani Brooks"}


def local(day, hour, minute=0, month=9):
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


EVENING = Meeting(local(17, 17, 30), local(17, 19, 0), ZONE)


def read(row, meeting=EVENING, cleared=NAMES):
    return keyed.read({1: row}, NAMES, meeting, cleared)


def codes(found):
    return [(reason.code, reason.field) for reason in found.refusals]


@pytest.mark.parametrize(
    ("letter", "mark"),
    [
        ("p", "present"),
        ("P", "present"),
        ("l", "late"),
        ("T", "late"),
        ("a", "absent"),
        ("e", "excused"),
        ("J", "excused"),
        ("c", "excused"),
    ],
)
def test_one_letter_is_a_mark_in_either_language(letter, mark):
    assert keyed.mark_in(letter) is Mark(mark)


def test_every_letter_the_page_writes_is_read_back():
    for written in keyed.WRITTEN.values():
        assert {keyed.mark_in(letter): letter for letter in written.values()} == written


@pytest.mark.parametrize(
    "text", ["531", "5:31", "0531", "5.31", "5h31", "1731", "17:31", "5:31p", "5:31 pm", "531 P.M."]
)
def test_a_time_is_read_as_it_stands_on_paper(text):
    assert keyed.hour_in(text, EVENING.starts_at, ZONE) == local(17, 17, 31)


def test_an_hour_alone_is_a_full_hour():
    assert keyed.hour_in("6", EVENING.starts_at, ZONE) == local(17, 18)


def test_morning_stands_where_it_is_written():
    assert keyed.hour_in("5:31 am", EVENING.starts_at, ZONE) == local(17, 5, 31)


def test_a_morning_practice_makes_half_past_nine_a_morning():
    assert keyed.hour_in("930", local(19, 9), ZONE) == local(19, 9, 30)


def test_over_midnight_the_day_turns():
    ends = local(18, 1)
    assert keyed.hour_in("1215", ends, ZONE) == local(18, 0, 15)
    assert keyed.hour_in("11:50", ends, ZONE) == local(17, 23, 50)


def test_the_day_the_clocks_go_back_has_its_evening():
    starts = local(1, 17, 30, month=11)
    assert keyed.hour_in("531", starts, ZONE).astimezone(UTC) == datetime(2026, 11, 1, 23, 31, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "25", "5:61", "13 pm", "0 am", "12345", "٥:٣١", "-5", "5:3"])
def test_what_is_no_time_is_none(text):
    assert keyed.hour_in(text, EVENING.starts_at, ZONE) is None


@given(st.integers(0, 23), st.integers(0, 59), st.integers(-600, 600))
def test_a_time_is_the_one_nearest_to_the_meeting(hour, minute, away):
    near = local(17, 17, 30) + timedelta(minutes=away)
    found = keyed.hour_in(f"{hour}:{minute:02}", near, ZONE)
    assert abs(found - near) <= timedelta(hours=12)
    assert (found.minute, found.hour % 12) == (minute, hour % 12)


def test_a_time_in_without_a_mark_is_present():
    found = read(Row("", "531", "655"))
    assert (found.marks[1], found.refusals) == (Mark.PRESENT, ())
    assert found.times[1] == Times(local(17, 17, 31), local(17, 18, 55))


def test_who_is_not_cleared_may_have_watched():
    found = read(Row("", "531"), cleared={2})
    assert (found.marks[1], found.times[1].came_at, found.refusals) == (None, local(17, 17, 31), ())


def test_late_with_a_time_stays_late():
    assert read(Row("l", "545")).marks[1] is Mark.LATE


def test_a_row_left_empty_says_nothing():
    found = read(Row())
    assert (found.marks, found.times, found.refusals) == ({1: None}, {1: Times()}, ())


def test_a_letter_that_is_no_mark_is_refused_by_name():
    found = read(Row("q"))
    assert codes(found) == [("unknown_mark", "mark-1")]
    assert str(found.refusals[0]) == "Mateo Aguilar: type P, L, A or E."


def test_a_time_that_is_none_is_refused():
    assert codes(read(Row("p", "half five"))) == [("unknown_time", "in-1")]
    assert codes(read(Row("p", "531", "99"))) == [("unknown_time", "out-1")]


def test_nobody_leaves_before_coming():
    assert codes(read(Row("p", "6:55", "5:31"))) == [("left_before", "out-1")]


def test_nobody_leaves_who_never_came():
    assert codes(read(Row("p", "", "655"))) == [("never_came", "in-1")]


@pytest.mark.parametrize("letter", ["a", "e"])
def test_nobody_is_absent_at_a_time(letter):
    assert codes(read(Row(letter, "531"))) == [("absent_with_time", "mark-1")]


def test_a_stranger_on_the_sheet_is_passed_over():
    assert keyed.read({9: Row("p")}, NAMES, EVENING, NAMES).marks == {}


def test_fields_are_sorted_by_youth():
    sent = {
        "mark-1": "p ",
        "in-1": "531",
        "shown-1": "0.",
        "times-1": ".",
        "mark-0": "a",
        "mark-x": "a",
        "rest": "present",
    }
    sheet = keyed.sheet_in({**sent, "walked-1": " Ana  Ruiz ", "walked-in-1": "540", "walked-2": " "})
    assert sheet.rows == {1: Row("p", "531", "")}
    assert (sheet.shown, sheet.times, sheet.wants_rest) == ({1: "0."}, {1: "."}, True)
    assert sheet.walked == {1: ("Ana Ruiz", "540", "")}
