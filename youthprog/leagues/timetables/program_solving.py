"""One program, or the part of it that is set free, given to the CP-SAT solver. Pure but for the solver's own clock.

The model is handed over as text: that is by far the quickest way to build one from Python, and parts are built often.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from youthprog.leagues.timetables.program import Program


class Found(Enum):
    """What the solver says: the best there is, something, nothing in time, or that there is nothing."""

    BEST = "best"
    SOME = "some"
    NOTHING = "nothing"
    IMPOSSIBLE = "impossible"


@dataclass(slots=True)
class Answer:
    """What was found, the values of all variables (as given, where nothing better was found), and the bound proved."""

    found: Found
    values: list[int]
    bound: int = 0


@dataclass(slots=True)
class Effort:
    """How long and hard to search. `work` is the solver's own measure of work, the same on every machine."""

    seconds: float
    work: float = 1e9
    workers: int = 1
    seed: int = 0
    first_only: bool = False


@dataclass
class Halt:
    """A switch that stops every search that looks at it, from another thread."""

    event: threading.Event = field(default_factory=threading.Event)
    running: set[Any] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> None:
        """Stop what runs and let nothing begin."""
        self.event.set()
        with self.lock:
            for solver in self.running:
                solver.stop_search()


class Net:
    """Which rows a variable stands in, so that a part can be cut out of a program."""

    def __init__(self, program: Program):
        self.program = program
        self.rows_of: list[list[int]] = [[] for _ in program.low]
        for place, row in enumerate(program.rows):
            for name in row.variables:
                self.rows_of[name].append(place)

    def part(self, free: Iterable[int]) -> tuple[list[int], list[int]]:
        """The variables that move when `free` do, and the rows that see them move."""
        moving = set(free)
        waiting = list(moving)
        rows: set[int] = set()
        while waiting:
            for place in self.rows_of[waiting.pop()]:
                if place not in rows:
                    rows.add(place)
                    for name in self.program.rows[place].made:
                        if name not in moving:
                            moving.add(name)
                            waiting.append(name)
        return sorted(moving), sorted(rows)


def solve(
    program: Program,
    costs: Sequence[int],
    effort: Effort,
    *,
    halt: Halt,
    values: Sequence[int] | None = None,
    part: tuple[list[int], list[int]] | None = None,
    better: Callable[[list[int]], None] | None = None,
) -> Answer:
    """Search for values that keep all rows and cost little. With `part` all else keeps its `values`; without, they are
    where the search begins, when given."""
    from ortools.sat.python import cp_model

    moving, rows = part or (list(range(len(program.low))), list(range(len(program.rows))))
    kept = list(values) if values is not None else list(program.low)
    text = _text(program, costs, moving, rows, kept, part is not None, values is not None)
    if text is None:
        return Answer(Found.IMPOSSIBLE, kept)
    model = cp_model.CpModel()
    if not model.proto.parse_text_format(text):
        raise ValueError("the model could not be read")
    solver = cp_model.CpSolver()
    settings = solver.parameters
    settings.num_workers = effort.workers
    settings.random_seed = effort.seed
    settings.max_time_in_seconds = max(0.01, effort.seconds)
    settings.max_deterministic_time = effort.work
    settings.catch_sigint_signal = False  # the command listens itself, and keeps the best so far
    settings.stop_after_first_solution = effort.first_only
    listener = _listener(cp_model, moving, kept, better) if better else None
    with halt.lock:
        if halt.event.is_set():
            return Answer(Found.NOTHING, kept)
        halt.running.add(solver)
    try:
        status = solver.solve(model, listener)
    finally:
        with halt.lock:
            halt.running.discard(solver)
    return _answer(cp_model, solver, status, moving, kept)


def _answer(cp_model: Any, solver: Any, status: Any, moving: Sequence[int], kept: list[int]) -> Answer:
    if status == cp_model.INFEASIBLE:
        return Answer(Found.IMPOSSIBLE, kept)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Answer(Found.NOTHING, kept)
    for name, value in zip(moving, list(solver.response_proto.solution), strict=True):
        kept[name] = value
    found = Found.BEST if status == cp_model.OPTIMAL else Found.SOME
    return Answer(found, kept, round(solver.best_objective_bound))


def _listener(cp_model: Any, moving: Sequence[int], kept: list[int], better: Callable[[list[int]], None]) -> Any:
    class Listener(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            values = list(kept)
            for name, value in zip(moving, self.response_proto.solution, strict=True):
                values[name] = value
            better(values)

    return Listener()


def _text(
    program: Program,
    costs: Sequence[int],
    moving: Sequence[int],
    rows: Iterable[int],
    values: Sequence[int],
    part: bool,
    hint: bool,
) -> str | None:
    """The model in the solver's text form; None when a row cannot be kept whatever moves."""
    place = {name: number for number, name in enumerate(moving)}
    lines = [f"variables{{domain:[{program.low[name]},{program.high[name]}]}}" for name in moving]
    for number in rows:
        row = program.rows[number]
        low, high, names, factors = row.low, row.high, row.variables, row.factors
        if part:
            fixed = sum(factor * values[name] for name, factor in zip(names, factors, strict=True) if name not in place)
            terms = [(name, factor) for name, factor in zip(names, factors, strict=True) if name in place]
            low, high = low - fixed, high - fixed
            names, factors = tuple(name for name, _ in terms), tuple(factor for _, factor in terms)
        if not names:
            if low > 0 or high < 0:
                return None
            continue
        told = ",".join([str(place[name]) for name in names])
        lines.append(
            f"constraints{{linear{{vars:[{told}]coeffs:[{','.join(map(str, factors))}]domain:[{low},{high}]}}}}"
        )
    priced = [(place[name], costs[name]) for name in moving if costs[name]]
    if priced:
        told, prices = (",".join(str(pair[each]) for pair in priced) for each in (0, 1))
        lines.append(f"objective{{vars:[{told}]coeffs:[{prices}]}}")
    if hint:
        start = ",".join(str(values[name]) for name in moving)
        lines.append(f"solution_hint{{vars:[{','.join(map(str, range(len(moving))))}]values:[{start}]}}")
    return "\n".join(lines)


def hard_part(program: Program) -> tuple[list[int], list[int]]:
    """A program without what is only wished for."""
    names = [name for name, cost in enumerate(program.cost) if not cost]
    rows = [place for place, row in enumerate(program.rows) if not any(program.cost[name] for name in row.made)]
    return names, rows
