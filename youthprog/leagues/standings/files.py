"""A list of games and a league's rules as files, read forgivingly and refused plainly. Pure."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from youthprog.core.refusals import N_
from youthprog.core.text import fold
from youthprog.leagues.imports.cells import one_line
from youthprog.leagues.imports.limits import Unusable
from youthprog.leagues.imports.sheets import read_sheet
from youthprog.leagues.imports.types import Problem, Severity
from youthprog.leagues.standings.tables import AfterSplit, First, Game, NotAllMet, Outcome, Rules, steps_known

COLUMNS = ("home", "away", "home_score", "away_score", "date", "status")
NEEDED = COLUMNS[:4]
MOST_SCORE = 999
STATUSES = {
    "": Outcome.PLAYED, "played": Outcome.PLAYED, "final": Outcome.PLAYED, "completed": Outcome.PLAYED,
    "home_forfeit": Outcome.HOME_FORFEIT, "forfeit_home": Outcome.HOME_FORFEIT,
    "away_forfeit": Outcome.AWAY_FORFEIT, "forfeit_away": Outcome.AWAY_FORFEIT,
    "double_forfeit": Outcome.DOUBLE_FORFEIT, "canceled": Outcome.CANCELED, "cancelled": Outcome.CANCELED,
    "postponed": Outcome.SCHEDULED, "scheduled": Outcome.SCHEDULED, "bye": Outcome.CANCELED,
}  # fmt: skip


class RulesUnusable(Exception):
    """The rules cannot be used; `faults` names every reason."""

    def __init__(self, faults: Sequence[str]):
        super().__init__(" ".join(faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class ReadGames:
    """The games of a file, and the rows that say nothing usable, each with its reason."""

    games: tuple[Game, ...]
    problems: tuple[Problem, ...]


def read_games(content: bytes) -> ReadGames:
    """Read `home,away,home_score,away_score,date[,status]`. A row that cannot be read is named and left out.

    Team names are one whatever their case and blanks, as first written. Raises `Unusable`.
    """
    sheet = read_sheet(content, lambda cells: sum(_column(cell) in COLUMNS for cell in cells))
    header = [_column(cell) for cell in sheet.header]
    if missing := [name for name in NEEDED if name not in header]:
        raise Unusable("no_column", N_("The file has no column %(column)s."), 0, column=missing[0])
    games: list[Game] = []
    problems: list[Problem] = []
    names: dict[str, str] = {}
    for number, cells in sheet.rows:
        row = {name: one_line(cell) for name, cell in zip(header, cells, strict=False)}
        found = _game(number, row, names)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            games.append(found)
    return ReadGames(tuple(games), tuple(problems))


def _column(cell: str) -> str:
    return "_".join(fold(cell).split())


def _game(number: int, row: dict[str, str], names: dict[str, str]) -> Game | Problem:
    home, away = (_team(row.get(side, ""), names) for side in ("home", "away"))
    outcome = STATUSES.get(_column(row.get("status", "")))
    on = _day(row.get("date", ""))
    if not home or not away:
        return _problem(number, "home" if not home else "away", "no_team", N_("The name of the team is missing."))
    if home == away:
        return _problem(number, "away", "same_team", N_("A team cannot play itself."))
    if outcome is None:
        return _problem(
            number, "status", "status", N_("This is no status: played, home_forfeit, away_forfeit, canceled.")
        )
    if on is None and row.get("date"):
        return _problem(number, "date", "date", N_("Write the date as 2026-09-17."))
    scores = [_score(row.get(side, "")) for side in ("home_score", "away_score")]
    if outcome is Outcome.PLAYED and not row.get("home_score") and not row.get("away_score"):
        outcome = Outcome.SCHEDULED  # a game without scores is still to come
    for side, score in zip(("home_score", "away_score"), scores, strict=True):
        if outcome is Outcome.PLAYED and score is None:
            return _problem(number, side, "score", N_("The score must be a whole number from 0 to 999."))
    return Game(home, away, scores[0], scores[1], on, outcome)


def _team(text: str, names: dict[str, str]) -> str:
    return names.setdefault(fold(text), text) if text else ""


def _score(text: str) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        return None
    return int(text)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _problem(number: int, column: str, code: str, sentence: str) -> Problem:
    return Problem(number, column, code, sentence, Severity.REFUSE, {})


WHOLE = ("win", "draw", "loss", "forfeit_loss", "forfeit_score")
CAPS = ("most_scored", "most_margin")
CHOICES: dict[str, type[StrEnum]] = {"first": First, "after_split": AfterSplit, "not_all_met": NotAllMet}
KNOWN = {*WHOLE, *CAPS, *CHOICES, "steps", "lots", "lots_seed"}


def read_rules(text: str) -> Rules:
    """A league's rules from TOML. Raises `RulesUnusable` with every fault."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise RulesUnusable([f"The rules are no TOML: {problem}."]) from None
    faults = [f"{name} is no rule; known are {', '.join(sorted(KNOWN))}." for name in given if name not in KNOWN]
    values: dict[str, Any] = {}
    for name in (*WHOLE, *CAPS):
        if name in given:
            lowest = -10 if name in ("loss", "forfeit_loss") else 0
            if type(given[name]) is int and lowest <= given[name] <= MOST_SCORE:
                values[name] = given[name]
            else:
                faults.append(f"{name} must be a whole number from {lowest} to {MOST_SCORE}.")
    for name, kind in CHOICES.items():
        if name in given:
            if given[name] in set(kind):
                values[name] = kind(given[name])
            else:
                faults.append(f"{name} must be one of {', '.join(kind)}.")
    values |= _steps(given, faults) | _lots(given, faults)
    if faults:
        raise RulesUnusable(faults)
    return replace(Rules(), **values)


def _steps(given: dict[str, Any], faults: list[str]) -> dict[str, Any]:
    if "steps" not in given:
        return {}
    steps = given["steps"]
    if not isinstance(steps, list) or not all(isinstance(step, str) for step in steps):
        faults.append("steps must be a list of names.")
        return {}
    steps = steps[:-1] if steps[-1:] == ["lots"] else steps  # lots come last in any case
    unknown = [step for step in steps if step not in steps_known()]
    faults += [f"{step!r} is no step; known are {', '.join(steps_known())}, lots." for step in unknown]
    if len(set(steps)) != len(steps):
        faults.append("A step stands twice in steps.")
    return {"steps": tuple(steps)}


def _lots(given: dict[str, Any], faults: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    seed, lots = given.get("lots_seed", ""), given.get("lots", {})
    if not isinstance(seed, str):
        faults.append("lots_seed must be a text.")
    if not isinstance(lots, dict) or not all(type(number) is int for number in lots.values()):
        faults.append("lots must be a table of teams and the numbers drawn for them.")
    elif len(set(lots.values())) != len(lots):
        faults.append("Two teams have the same lot.")
    else:
        found["lots"] = tuple(sorted(lots.items()))
    return found | {"lots_seed": seed}
