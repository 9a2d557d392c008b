"""A dry run as its reader sees it: every row of the file with what would happen to it. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from youthprog.leagues.types import Action, PlannedRow, Problem, Severity

CHANGING = (Action.NEW, Action.UPDATE)


@dataclass(frozen=True)
class ReviewLine:
    """One row of the file. A row that could not be read has no name; `action` REFUSE says that it is left out."""

    row: int
    action: Action
    name: str = ""
    born_on: date | None = None
    team: str = ""
    jersey: str = ""
    changes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Note:
    """Something to know that keeps no row out, with the rows it is true of."""

    column: str
    problem: Problem
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Review:
    """A dry run: its rows in the order of the file, and what is wrong with the file as a whole."""

    lines: tuple[ReviewLine, ...]
    about_file: tuple[Problem, ...] = ()

    def count(self, action: Action) -> int:
        """How many rows would be treated so."""
        return sum(line.action == action for line in self.lines)

    @property
    def usable(self) -> int:
        """How many rows can be used, whether they change something or not."""
        return len(self.lines) - self.count(Action.REFUSE)

    @property
    def changing(self) -> int:
        """How many rows would change something."""
        return sum(line.action in CHANGING for line in self.lines)

    @property
    def refusals(self) -> list[Problem]:
        """Every problem that keeps a row out, in the order of the file."""
        return [each for line in self.lines for each in line.problems if each.severity is Severity.REFUSE]

    @property
    def notes(self) -> list[Note]:
        """What else is to be known, alike things together, the most frequent first."""
        found: dict[tuple[str, str, str], list[Problem]] = defaultdict(list)
        for line in self.lines:
            for each in line.problems:
                if each.severity is Severity.WARN:
                    found[each.column, each.sentence, str(each)].append(each)
        notes = [Note(same[0].column, same[0], tuple(each.row for each in same)) for same in found.values()]
        return sorted(notes, key=lambda note: (-len(note.rows), note.rows))

    def of(self, action: Action | None) -> list[ReviewLine]:
        """The rows that would be treated so; all of them for None."""
        return [line for line in self.lines if action is None or line.action is action]


def review_of(planned: Iterable[PlannedRow], problems: Sequence[Problem]) -> Review:
    """Put what the reader and the planner found together, row by row."""
    found: dict[int, list[Problem]] = defaultdict(list)
    for problem in problems:
        found[problem.row].append(problem)
    about_file = tuple(found.pop(0, ()))
    lines = {}
    for plan in planned:
        lines[plan.row.row] = _line(plan, (*found.pop(plan.row.row, ()), *plan.problems))
    for row, reasons in found.items():
        lines[row] = ReviewLine(row, Action.REFUSE, problems=tuple(reasons))
    return Review(tuple(lines[row] for row in sorted(lines)), about_file)


def _line(plan: PlannedRow, problems: tuple[Problem, ...]) -> ReviewLine:
    row = plan.row
    return ReviewLine(
        row=row.row,
        action=plan.action,
        name=f"{row.family_name}, {row.given_name}",
        born_on=row.born_on,
        team=plan.team_name,
        jersey=plan.jersey,
        changes=plan.changes,
        problems=problems,
    )
