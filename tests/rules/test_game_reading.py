"""Schedules of every known export: what their rows say, and what each fault is called."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youthprog.leagues.imports.file_reading import read_file
from youthprog.leagues.imports.game_reading import Frame, is_seed, read_day_without_year, read_minutes, read_time
from youthprog.leagues.imports.keeping_rows import games_from_text, games_to_text
from youthprog.leagues.imports.types import ImportKind, Severity

CHICAGO = ZoneInfo("America/Chicago")
FRAME = Frame(CHICAGO, date(2026, 8, 15), date(2027, 4, 30), date(2026, 8, 1))
AT_SIX_THIRTY = datetime(2026, 9, 15, 18, 30, tzinfo=CHICAGO).astimezone(UTC)
HOUR = timedelta(minutes=60)


def table(head, *rows, end="\r\n"):
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=end).writerows([head.split(","), *rows])
    return out.getvalue().encode()


def read(data, **how):
    _sheet, reading = read_file(data, FRAME, filename="games.csv", **how)
    assert reading.kind is ImportKind.SCHEDULE, reading.unusable
    return reading


def only(head, row, **how):
    reading = read(table(head, row), **how)
    assert [str(each) for each in reading.problems if each.severity is Severity.REFUSE] == []
    (game,) = reading.games
    return game


def fault(head, *rows):
    """The one reason why the last row is left out."""
    problems = [each for each in read(table(head, *rows)).problems if each.row == len(rows) + 1]
    assert len(problems) == 1, problems
    return problems[0]


SHORT = "Date,Time,Home,Away"

TEAMSNAP = (
    "Date,Start time,End time,Arrival Time,Short label,Event type,Division,Home Team,Away Team,Location",
    ["9/15/2026", "6:30:00 PM", "7:45:00 PM", "30", "Opening", "Game", "U10", "Tigers", "Lions", "Lincoln Field 2"],
)
UPLOAD = (
    "Start_Date,Start_Time,End_Date,End_Time,Title,Description,Location,Location_URL,All_Day_Event,Event_Type,Tags,Team1_ID,"
    "Team1_Division_ID,Team1_Is_Home,Team2_ID,Team2_Division_ID,Team2_Name,Custom_Opponent,Event_ID,Game_ID",
    ["09/15/2026", "18:30", "09/15/2026", "19:45", "Tigers vs. Lions", "", "Lincoln Field 2", "", "0", "Game", "u10|fall", "881", "7",
     "{flag}", "", "", "Lions", "", "e-9", "g-7"],
)  # fmt: skip
SEASON = (
    "Date,Time,Duration,Home Team,Home Team Score,Away Team,Away Team Score,Division Name,Location,Status",
    ["09/15/2026", "18:30", "75", "Tigers", "", "Lions", "", "U10", "Lincoln Field 2", "{status}"],
)
CERAD = (
    "Number,Date,Time,Field,Home Team, Away Team,HDIV,ADIV,HREG,AREG,AREA",
    ["12", "2026-09-15", "18:30", "Lincoln Field 2", "Tigers", "Lions", "U10", "U10", "1", "2", "1B"],
)
TOURNAMENT = (
    "id,projectKey,game_number,date,time,field,division,pool,home,away,assignor,cr,ar1,ar2,r4th,medalRound,locked",
    ["", "2026Fall", "3", "2026-09-15", "8:00", "Lincoln 2", "U10", "1", "R1", "C2", "", "", "", "", "", "0", "0"],
)
VISITOR = (
    "Div,Game #,Date,Time,Field,Home,Visitor,Type",
    ["U10", "12", "9/15/2026", "6:30 PM", "Lincoln Field 2", "Tigers", "Lions", "Game"],
)


def filled(row, **values):
    return [cell.format(**values) for cell in row]


@pytest.mark.parametrize(
    ("head", "row", "minutes", "division"),
    [
        (*TEAMSNAP, 75, "U10"),
        (UPLOAD[0], filled(UPLOAD[1], flag="1"), 75, ""),
        (SEASON[0], filled(SEASON[1], status="Scheduled"), 75, "U10"),
        (*CERAD, 60, "U10"),
        (*VISITOR, 60, "U10"),
    ],
    ids=["teamsnap", "sportsengine upload", "sportsengine season", "cerad", "visitor"],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_known_schedule_loads_as_it_is(head, row, minutes, division, end):
    reading = read(table(head, row, end=end))
    (game,) = reading.games
    assert (game.home, game.away, game.place, game.division) == ("Tigers", "Lions", "Lincoln Field 2", division)
    assert (game.starts_at, game.ends_at) == (AT_SIX_THIRTY, AT_SIX_THIRTY + timedelta(minutes=minutes))
    assert not game.canceled
    assert reading.unknown == ()


def test_arrival_is_minutes_before():
    assert only(*TEAMSNAP).arrive == 30


def test_a_tournament_names_seeds_and_fields_and_starts_early():
    game = only(*TOURNAMENT)
    assert (game.home, game.away, game.key) == ("R1", "C2", "number:u10|3")
    assert game.starts_at == datetime(2026, 9, 15, 8, 0, tzinfo=CHICAGO).astimezone(UTC)
    assert is_seed(game.home)


def test_the_home_flag_tells_who_is_at_home():
    host, guest = (only(UPLOAD[0], filled(UPLOAD[1], flag=flag)) for flag in "10")
    assert (host.home, host.away) == (guest.away, guest.home) == ("Tigers", "Lions")
    assert host.key == "id:g-7"


def test_a_title_with_at_names_the_guest_first():
    row = filled(UPLOAD[1], flag="")
    row[4], row[16] = "Lions at Tigers", ""
    assert (only(UPLOAD[0], row).home, only(UPLOAD[0], row).away) == ("Tigers", "Lions")


@pytest.mark.parametrize("status", ["Canceled", "cancelled", "Deleted", "Rained out"])
def test_a_game_that_is_called_off_is_told(status):
    assert only(SEASON[0], filled(SEASON[1], status=status)).canceled


def test_demosphere_moves_games_it_does_not_name():
    head = "External ID,Date,Time,Duration,Location name,Surface name"
    game = only(head, ["77", "09/15/2026", "6:30 PM", "1:15", "Lincoln", "Field 2"])
    assert (game.key, game.moves_only, game.place) == ("id:77", True, "Lincoln, Field 2")
    assert game.ends_at == AT_SIX_THIRTY + timedelta(minutes=75)


@pytest.mark.parametrize("time_", ["TBD", "tba", "", "Unscheduled"])
def test_a_game_without_a_time_waits(time_):
    assert fault(SHORT, ["9/15/2026", time_, "A", "B"]).code == "not_set"


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        (["9/35/2026", "18:30", "A", "B"], "bad_date", "Date"),
        (["9/15/2026", "25:30", "A", "B"], "bad_time", "Time"),
        (["9/15/2026", "18:30", "A", ""], "half_a_game", "Away"),
        (["9/15/2026", "18:30", "", ""], "no_teams", "Home"),
        (["9/15/2026", "18:30", "The A", "the  a"], "same_team", "Away"),
        (["9/15/2026", "18:30", "=A", "B"], "formula", "Home"),
        (["9/15/2026", "18:30", "A" * 81, "B"], "too_long", "Home"),
        (["9/15/2026", "18:30", "A", "BYE"], "bye", "Away"),
        (["3/14/2027", "2:30", "A", "B"], "skipped_time", "Time"),
        (["11/1/2026", "1:30", "A", "B"], "double_time", "Time"),
    ],
)
def test_each_fault_is_named_by_row_and_column(row, code, column):
    problem = fault(SHORT, ["9/22/2026", "18:30", "A", "C"], row)
    assert (problem.code, problem.column, problem.row) == (code, column, 3)
    assert not [cell for cell in row if len(cell) > 3 and cell in str(problem) and cell != "18:30"]
    if code in ("bye", "double_time"):
        assert problem.severity is Severity.WARN


def test_an_end_before_the_start_is_refused():
    assert fault("Date,Time,End time,Home,Away", ["9/15/2026", "18:30", "17:30", "A", "B"]).code == "bad_end"


def test_practices_are_no_games():
    assert fault(*TEAMSNAP[:1], [*TEAMSNAP[1][:5], "Practice", *TEAMSNAP[1][6:]]).code == "not_a_game"


def test_the_same_game_twice_is_refused_by_its_number():
    assert fault(VISITOR[0], VISITOR[1], VISITOR[1]).code == "same_game"


def test_games_without_a_number_are_known_by_their_pair_and_keep_it_when_moved():
    first = read(table(SHORT, ["9/15/2026", "18:30", "A", "B"], ["9/22/2026", "18:30", "A", "B"])).games
    moved = read(table(SHORT, ["9/16/2026", "19:30", "a", "B"], ["9/22/2026", "18:30", "A", "B"])).games
    assert [game.key for game in first] == [game.key for game in moved]
    assert len({game.key for game in first}) == 2


def test_which_number_is_the_month_is_asked_once():
    rows = [["3/4/2027", "18:30", "A", "B"], ["3/5/2027", "18:30", "A", "B"]]
    reading = read(table(SHORT, *rows))
    assert reading.games == ()
    assert reading.asks
    assert (reading.asks.count, reading.asks.month_first) == (2, date(2027, 3, 4))
    assert read(table(SHORT, *rows), dates="dmy").games[0].starts_at.astimezone(CHICAGO).month == 4
    assert read(table(SHORT, *rows, ["3/14/2027", "18:30", "A", "B"])).asks is None


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("Tuesday June 16", None),
        ("Tuesday September 15", date(2026, 9, 15)),
        ("Sept 15th", date(2026, 9, 15)),
        ("Tue, Feb 2", date(2027, 2, 2)),
        ("Monday September 15", None),
        ("Tuesday Smarch 15", None),
    ],
)
def test_a_day_without_a_year_is_the_one_of_the_season(text, on):
    assert read_day_without_year(text, FRAME) == on


@pytest.mark.parametrize(
    ("text", "at"),
    [("8:00", time(8)), ("18:30", time(18, 30)), ("6:30 PM", time(18, 30)), ("6:30:00 pm", time(18, 30)), ("12 a.m.", time(0)),
     ("12:05 PM", time(12, 5)), ("6", None), ("24:00", None), ("13 PM", None), ("soon", None), ("0:00 am", None)],
)  # fmt: skip
def test_times_of_day(text, at):
    assert read_time(text) == at


@pytest.mark.parametrize(
    ("text", "minutes"), [("60", 60), ("90 min", 90), ("1:15", 75), ("1:15:00", 75), ("long", None), ("", None)]
)
def test_lengths(text, minutes):
    assert read_minutes(text) == minutes


@pytest.mark.parametrize(
    "name", ["R1", "C2", "Winner of 12", "W12", "W #12", "Loser Game 3", "TBD", "Seed 4", "1st Pool"]
)
def test_seeds(name):
    assert is_seed(name)


@pytest.mark.parametrize("name", ["Tigers", "U10 Hawks", "Red 1 Lions", "West", "Lions"])
def test_teams_are_no_seeds(name):
    assert not is_seed(name)


@given(st.datetimes(datetime(2026, 8, 15), datetime(2027, 4, 29)))  # noqa: DTZ001
def test_every_local_time_is_read_back_or_named(moment):
    moment = moment.replace(second=0, microsecond=0)
    reading = read(table(SHORT, [f"{moment:%Y-%m-%d}", f"{moment:%H:%M}", "A", "B"]))
    if reading.games:
        found = reading.games[0].starts_at.astimezone(CHICAGO)
        assert found.replace(tzinfo=None) == moment
    else:
        assert [each.code for each in reading.problems if each.row] == ["skipped_time"]


def test_games_are_kept_whole_until_somebody_accepts_them():
    games = (*read(table(TEAMSNAP[0], TEAMSNAP[1])).games, only(SEASON[0], filled(SEASON[1], status="Deleted")))
    assert games_from_text(games_to_text(games)) == games
