"""A dry run laid out row by row."""

from dataclasses import replace
from datetime import date

from youthprog.leagues.imports.review import fingerprint, problem_from, problem_to, review_of
from youthprog.leagues.imports.types import Action, PlannedRow, PlayerRow, Problem, Ref, Severity

ROW = PlayerRow(2, "Mateo", "Aguilar", date(2016, 2, 14), team="Tigers U10", jersey="1")
NEW = PlannedRow(ROW, Action.NEW, Ref(new="youth:2"), team=Ref(new="team:u10"), team_name="Tigers U10", jersey="1")
SAME = PlannedRow(replace(ROW, row=4, given_name="Noé"), Action.SAME, Ref(id=7), team=Ref(id=3), team_name="Tigers U10")


def problem(row: int, severity: Severity, code: str = "bad_phone", column: str = "Telephone") -> Problem:
    return Problem(row, column, code, "This is longer than %(limit)s characters.", severity, {"limit": 80})


def test_rows_stand_in_the_order_of_the_file_whoever_refused_them():
    review = review_of([SAME, NEW], [problem(3, Severity.REFUSE), problem(5, Severity.WARN)])
    assert [(line.row, line.action) for line in review.lines] == [
        (2, Action.NEW),
        (3, Action.REFUSE),
        (4, Action.SAME),
        (5, Action.REFUSE),
    ]
    assert (review.usable, review.changing) == (2, 1)
    assert [each.row for each in review.refusals] == [3]


def test_what_is_wrong_with_the_whole_file_is_no_row():
    review = review_of([NEW], [problem(0, Severity.WARN)])
    assert len(review.lines) == 1
    assert len(review.about_file) == 1


def test_alike_notes_stand_together_with_their_rows():
    review = review_of(
        [], [problem(row, Severity.WARN) for row in (3, 4)] + [problem(5, Severity.WARN, column="Phone")]
    )
    assert [(note.column, note.rows) for note in review.notes] == [("Telephone", (3, 4)), ("Phone", (5,))]


def test_new_teams_are_named_once_and_are_no_note():
    warned = replace(NEW, problems=(problem(2, Severity.WARN, "new_team"),))
    review = review_of([warned, replace(warned, row=replace(ROW, row=3)), SAME], [])
    assert review.new_teams == ("Tigers U10",)
    assert review.notes == []


def test_the_fingerprint_changes_with_what_would_happen():
    assert fingerprint([NEW]) == fingerprint([NEW])
    assert fingerprint([NEW]) != fingerprint([replace(NEW, action=Action.UPDATE)])
    assert fingerprint([NEW]) != fingerprint([replace(NEW, jersey="")])


def test_a_problem_is_kept_and_read_again():
    kept = problem(3, Severity.REFUSE)
    assert problem_from(problem_to(kept)) == kept
