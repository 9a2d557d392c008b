"""A dry run as its reader sees it: every row of the file with what would happen to it. Pure."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from youthprog.leagues.imports.types import Action, Alike, PlannedGame, PlannedRow, Problem, Severity

NEW_TEAM = "new_team"
CHANGING = (Action.NEW, Action.UPDATE)


@dataclass(frozen=True)
class ReviewLine:
    """One row of the file. A row that could not be read has no name; `action` REFUSE says that it is left out.

    Of a game the name is both teams, `team` the place, `starts_at` when. `alike` are those whom the row may mean.
    """

    row: int
    action: Action
    name: str = ""
    born_on: date | None = None
    team: str = ""
    jersey: str = ""
    changes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    starts_at: datetime | None = None
    guardians: tuple[str, ...] = ()
    alike: tuple[Alike, ...] = ()


@dataclass(frozen=True)
class Note:
    """Something to know that keeps no row out, with the rows it is true of."""

    column: str
    problem: Problem
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Review:
    """A dry run: its rows in the order of the file, and what is wrong with the file as a whole.

    `fingerprint` stands for all that would happen.
    """

    lines: tuple[ReviewLine, ...]
    about_file: tuple[Problem, ...]
    new_teams: tuple[str, ...]
    fingerprint: str

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
    def problems(self) -> list[Problem]:
        """Every problem of a row, in the order of the file."""
        return [each for line in self.lines for each in line.problems]

    @property
    def refusals(self) -> list[Problem]:
        """Every problem that keeps a row out, in the order of the file."""
        return [each for each in self.problems if each.severity is Severity.REFUSE]

    @property
    def notes(self) -> list[Note]:
        """What else is to be known, alike things together, the most frequent first. New teams are named elsewhere."""
        found: dict[tuple[str, str, str], list[Problem]] = defaultdict(list)
        for each in self.problems:
            if each.severity is Severity.WARN and each.code != NEW_TEAM:
                found[each.column, each.sentence, str(each)].append(each)
        notes = [Note(same[0].column, same[0], tuple(each.row for each in same)) for same in found.values()]
        return sorted(notes, key=lambda note: (-len(note.rows), note.rows))

    @property
    def undecided(self) -> list[ReviewLine]:
        """The rows that may mean somebody under another spelling, and wait for a person."""
        return [line for line in self.lines if line.alike]

    def of(self, action: Action | None) -> list[ReviewLine]:
        """The rows that would be treated so; all of them for None."""
        return [line for line in self.lines if action is None or line.action is action]


def review_of(planned: Sequence[PlannedRow], problems: Iterable[Problem]) -> Review:
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
    new_teams = dict.fromkeys(plan.team_name for plan in planned if plan.team is not None and plan.team.new)
    return Review(tuple(lines[row] for row in sorted(lines)), about_file, tuple(new_teams), fingerprint(planned))


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
        guardians=tuple(f"{each.given_name} {each.family_name}" for each in row.guardians) if plan.alike else (),
        alike=plan.alike,
    )


def review_of_games(planned: Sequence[PlannedGame], problems: Iterable[Problem]) -> Review:
    """Put what was read and planned of a schedule together, row by row."""
    found: dict[int, list[Problem]] = defaultdict(list)
    for problem in problems:
        found[problem.row].append(problem)
    about_file = tuple(found.pop(0, ()))
    lines = {}
    for plan in planned:
        lines[plan.row.row] = ReviewLine(
            row=plan.row.row,
            action=plan.action,
            name=" – ".join(filter(None, (plan.home_name, plan.away_name))) or plan.row.key.partition(":")[2],
            team=plan.row.place,
            changes=plan.changes,
            problems=(*found.pop(plan.row.row, ()), *plan.problems),
            starts_at=plan.row.starts_at,
        )
    for row, reasons in found.items():
        is_none = all(each.severity is Severity.WARN for each in reasons)
        lines[row] = ReviewLine(row, Action.REFUSE, problems=tuple(reasons)) if not is_none else _no_game(row, reasons)
    return Review(tuple(lines[row] for row in sorted(lines)), about_file, (), game_fingerprint(planned))


def _no_game(row: int, reasons: Sequence[Problem]) -> ReviewLine:
    """A bye or a practice: nothing is wrong with the row, and nothing comes of it."""
    return ReviewLine(row, Action.SAME, problems=tuple(reasons))


def game_fingerprint(planned: Iterable[PlannedGame]) -> str:
    """What stands for all that a schedule would do."""
    says = [
        (plan.row.row, plan.action, plan.game_id, plan.fixture_id, plan.home_team_id, plan.away_team_id, plan.changes)
        for plan in planned
    ]
    return hashlib.sha256(repr(says).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def fingerprint(planned: Iterable[PlannedRow]) -> str:
    """What stands for all that a plan would do: the same as long as nothing that matters to it changes."""
    says = [(plan.row.row, plan.action, plan.youth, plan.changes, plan.team_name, plan.jersey) for plan in planned]
    return hashlib.sha256(repr(says).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def problem_to(problem: Problem) -> dict[str, Any]:
    """A problem as it is kept; it holds no value of the file."""
    return {
        "row": problem.row,
        "column": problem.column,
        "code": problem.code,
        "sentence": problem.sentence,
        "severity": problem.severity.value,
        "values": dict(problem.values),
    }


def problem_from(values: dict[str, Any]) -> Problem:
    """A problem as `problem_to` kept it."""
    return Problem(**values | {"severity": Severity(values["severity"])})
