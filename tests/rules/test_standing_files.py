"""A list of games and a league's rules as files, and the command that makes a table of them."""

from __future__ import annotations

import json

import pytest

from youthprog.cli import main
from youthprog.leagues.imports.limits import Unusable
from youthprog.leagues.standings.files import RulesUnusable, read_games, read_rules
from youthprog.leagues.standings.tables import AfterSplit, First, Outcome, Rules

HEAD = "home,away,home_score,away_score,date,status\n"


def test_a_list_of_games_is_read():
    read = read_games(
        (HEAD + "Tigers, Hawks ,2,1,2026-09-12,\ntigers,Owls,,,2026-09-19,\nOwls,HAWKS,0,0,,canceled\n").encode()
    )
    assert [(each.home, each.away, each.outcome) for each in read.games] == [
        ("Tigers", "Hawks", Outcome.PLAYED),
        ("Tigers", "Owls", Outcome.SCHEDULED),
        ("Owls", "Hawks", Outcome.CANCELED),
    ]
    assert read.problems == ()


def test_semicolons_a_mark_at_the_front_and_other_headings_do_no_harm():
    content = "\ufeffDate;Home;Away;Home score;Away score\r\n2026-09-12;A;B;1;0\r\n".encode()
    assert [(each.home, each.home_score) for each in read_games(content).games] == [("A", 1)]


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("A,,1,0,,", "away", "no_team"),
        (",B,1,0,,", "home", "no_team"),
        ("A,a,1,0,,", "away", "same_team"),
        ("A,B,x,0,,", "home_score", "score"),
        ("A,B,1,-1,,", "away_score", "score"),
        ("A,B,1,1000,,", "away_score", "score"),
        ("A,B,1,,,", "away_score", "score"),
        ("A,B,1,0,12/09/2026,", "date", "date"),
        ("A,B,1,0,,won", "status", "status"),
    ],
)
def test_a_row_that_says_nothing_usable_is_named(row, column, code):
    (problem,) = read_games((HEAD + row + "\nC,D,1,0,,\n").encode()).problems
    assert (problem.row, problem.column, problem.code) == (2, column, code)


def test_a_file_without_the_columns_is_refused():
    with pytest.raises(Unusable, match="no column away_score"):
        read_games(b"home,away,home_score\nA,B,1\n")


def test_rules_are_read():
    rules = read_rules(
        'win = 2\nfirst = "points_per_game"\nsteps = ["difference", "lots"]\nafter_split = "continue"\n[lots]\nA = 2\nB = 1\n'
    )
    assert (rules.win, rules.first, rules.steps) == (2, First.POINTS_PER_GAME, ("difference",))
    assert (rules.after_split, rules.lots) == (AfterSplit.CONTINUE, (("A", 2), ("B", 1)))
    assert read_rules("") == Rules()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("win = [", "no TOML"),
        ("wins = 3", "wins is no rule"),
        ("win = 1000", "win must be a whole number"),
        ("win = true", "win must be a whole number"),
        ("most_margin = -1", "most_margin must be a whole number"),
        ('first = "goals"', "first must be one of"),
        ('steps = ["goals"]', "'goals' is no step"),
        ("steps = 3", "steps must be a list"),
        ('steps = ["scored", "scored"]', "stands twice"),
        ("lots_seed = 3", "lots_seed must be a text"),
        ("[lots]\nA = 'x'", "lots must be a table"),
        ("[lots]\nA = 1\nB = 1", "same lot"),
    ],
)
def test_bad_rules_are_refused_with_the_reason(text, says):
    with pytest.raises(RulesUnusable, match=says):
        read_rules(text)


def test_every_fault_is_named_at_once():
    with pytest.raises(RulesUnusable) as caught:
        read_rules('win = -1\nfirst = "x"\nsteps = ["y"]')
    assert len(caught.value.faults) == 3


@pytest.fixture
def files(tmp_path):
    games, rules = tmp_path / "games.csv", tmp_path / "rules.toml"
    games.write_text(HEAD + "A,B,1,0,,\nB,C,1,0,,\nC,A,1,0,,\n")
    rules.write_text('steps = ["head_to_head_points"]\n[lots]\nA = 2\nB = 1\nC = 3\n')
    return games, rules


def test_the_command_prints_the_table_and_what_decided_each_place(files, capsys):
    assert main(["standings", str(files[0]), "--rules", str(files[1])]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines[1:]] == ["B", "A", "C"]
    assert lines[2].endswith("lots drawn")


def test_the_command_answers_scripts(files, capsys):
    assert main(["standings", str(files[0]), "--rules", str(files[1]), "--json"]) == 0
    table = json.loads(capsys.readouterr().out)["table"]
    assert [(line["place"], line["team"], line["decided_by"]) for line in table] == [
        (1, "B", ""),
        (2, "A", "lots"),
        (3, "C", "lots"),
    ]


def test_the_command_names_rows_it_left_out(files, capsys):
    files[0].write_text(files[0].read_text() + "A,A,1,0,,\n")
    assert main(["standings", str(files[0])]) == 2
    assert "row 5, away: A team cannot play itself." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content"), [("games.csv", b"\x00"), ("rules.toml", b"win = ["), ("rules.toml", b"\xff")]
)
def test_the_command_refuses_a_file_it_cannot_use_in_one_sentence(files, capsys, name, content):
    (files[0].parent / name).write_bytes(content)
    assert main(["standings", str(files[0]), "--rules", str(files[1])]) == 1
    error = capsys.readouterr().err.strip()
    assert error.startswith(f"youthprog standings: {name}: ")
    assert "\n" not in error
