"""Proofs by a weighed count: games that need more room than the days of their teams have, where no single team shows it.

A linear program that lets games stay unplaced gives each game and each day a weight. The weights are then taken as whole
numbers and the count is made again exactly, in integers: only what that count shows is claimed. Pure.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from youthprog.leagues.timetables.program import STRUCTURE, Program
from youthprog.leagues.timetables.program_solving import hard_part
from youthprog.leagues.timetables.types import Cause, Timetable

SCALES = (1, 2, 3, 4, 6, 12, 60, 420)
MOST_VARIABLES = 60_000
MOST_NAMED = 8


def weighed_cause(timetable: Timetable, program: Program) -> Cause | None:
    """The cause that a weighed count proves, or None when it proves nothing."""
    if len(program.games) > MOST_VARIABLES or timetable.rounds != 2:
        return None
    games, limits = _rows(program)
    weights = _weights(program, games, limits)
    for scale in SCALES:
        whole = {place: round(weight * scale) for place, weight in weights.items() if round(weight * scale) > 0}
        excess = excess_of(program, games, limits, whole)
        if excess > 0:
            return _told(timetable, program, {place: whole[place] for place in games if place in whole}, whole, excess)
    return None


def _rows(program: Program) -> tuple[list[int], list[int]]:
    """The rows that say a game is played, and those that say at most so many are."""
    games, limits = [], []
    last = len(program.games)
    for place in hard_part(program)[1]:
        row = program.rows[place]
        if any(name >= last for name in row.variables) or min(row.factors) < 0:
            continue
        if row.origin == STRUCTURE and row.low == row.high == 1:
            games.append(place)
        else:
            limits.append(place)
    return games, limits


def _weights(program: Program, games: Sequence[int], limits: Sequence[int]) -> dict[int, float]:
    """What each row weighs at the optimum of: as few games unplaced as possible, games cut into pieces if need be."""
    from ortools.linear_solver import pywraplp

    solver = pywraplp.Solver.CreateSolver("GLOP")
    names = [solver.NumVar(0, solver.infinity(), "") for _ in program.games]
    objective = solver.Objective()
    made: dict[int, Any] = {}
    for place in [*games, *limits]:
        row = program.rows[place]
        is_game = len(made) < len(games)
        low, high = (1, solver.infinity()) if is_game else (-solver.infinity(), row.high)
        made[place] = solver.Constraint(low, high)
        for name, factor in zip(row.variables, row.factors, strict=True):
            made[place].SetCoefficient(names[name], factor)
        if is_game:
            unplaced = solver.NumVar(0, solver.infinity(), "")
            made[place].SetCoefficient(unplaced, 1)
            objective.SetCoefficient(unplaced, 1)
    objective.SetMinimization()
    if solver.Solve() != pywraplp.Solver.OPTIMAL or objective.Value() < 1e-6:
        return {}
    return {place: abs(row.dual_value()) for place, row in made.items()}


def excess_of(program: Program, games: Sequence[int], limits: Sequence[int], weights: Mapping[int, int]) -> int:
    """By how much the weighed games exceed the weighed room, in whole numbers: above 0 no schedule exists.

    A game in a slot may count for at most what the limits it stands in weigh together; where it counts for more, the rest
    is added to the room, as if it were given away.
    """
    needs = sum(weights.get(place, 0) for place in games)
    room = sum(weights.get(place, 0) * program.rows[place].high for place in limits)
    counts: Counter[int] = Counter()
    for place in games:
        if place in weights:
            for name in program.rows[place].variables:
                counts[name] += weights[place]
    for place in limits:
        if place in weights:
            row = program.rows[place]
            for name, factor in zip(row.variables, row.factors, strict=True):
                counts[name] -= weights[place] * factor
    return needs - room - sum(over for over in counts.values() if over > 0)


def _told(
    timetable: Timetable, program: Program, games: Mapping[int, int], weights: Mapping[int, int], excess: int
) -> Cause:
    hosts: dict[int, list[int]] = defaultdict(list)
    for place, weight in games.items():
        hosts[program.games[program.rows[place].variables[0]].home].append(weight)
    told = [
        _share(timetable.team_names[team], each)
        for team, each in sorted(hosts.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    ]
    more = len(told) - MOST_NAMED
    listed = ", ".join(told[:MOST_NAMED]) + (f" and those of {more} more teams" if more > 0 else "")
    origins = {program.rows[place].origin for place in weights} - {STRUCTURE}
    lines = ", ".join(str(line) for line in sorted(timetable.rules[origin].line for origin in origins))
    under = f" under the rules of lines {lines}" if lines else ""
    needs = sum(games.values())
    return Cause(
        f"Together these games need more days than their teams have: {listed}. They count for {needs}, and the days of "
        f"these teams and their guests{under} have room for {needs - excess}.",
        f"At least one of these {len(games)} games needs one more day on which both its teams can play.",
    )


def _share(name: str, weights: list[int]) -> str:
    low, high = min(weights), max(weights)
    counted = "" if high == 1 else f" counted {low} times" if low == high else f" counted {low} to {high} times"
    counted = counted.replace("2 times", "twice") if low == high else counted
    return f"{len(weights)} home {'game' if len(weights) == 1 else 'games'} of {name}{counted}"
