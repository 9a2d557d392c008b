"""Team forming by the exact solver: better a draft, prove it, or name the rules that leave no way.

The optimizer is loaded where it is used, in a process of its own, and never in the web process. Strata are settled one
after the other: what a more important one has reached is a limit for the next, and wishes come last. A draft is proved
when every stratum was.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from youthprog.leagues.forming.blocks import Blocks
from youthprog.leagues.forming.search import STRATA, Draft, Solved
from youthprog.leagues.forming.types import (
    Contradiction,
    Limit,
    Link,
    LinkKind,
    Obstacle,
    Part,
    Pin,
    Stratum,
    Task,
)

STOP_LOOK_SECONDS = 0.1
Stop = Callable[[], bool]
Tell = Callable[[Sequence[int], int], None]  # a better draft, and the bound of what wishes can be worth


@dataclass(frozen=True)
class Effort:
    """What one run of the solver may cost, and how it runs."""

    seconds: float
    effort: float | None = None
    workers: int = 2
    seed: int = 20


def solver_is_here() -> bool:
    """Whether the optimizer can be loaded."""
    try:
        from ortools.sat.python import cp_model
    except ImportError:
        return False
    return cp_model is not None


def better(
    blocks: Blocks, start: Sequence[int], effort: Effort, *, stop: Stop = lambda: False, tell: Tell | None = None
) -> Solved:
    """Better a draft and prove it as far as the effort goes. Never worse than `start`."""
    best, began = tuple(start), time.monotonic()
    levels = Draft(blocks, best).levels
    reached: dict[Stratum, int] = {}
    proved = True

    def share(parts: int) -> Effort:
        """An even part of what is left."""
        left = max(0.0, effort.seconds - (time.monotonic() - began))
        return Effort(left / parts, effort.effort, effort.workers, effort.seed)

    for place, stratum in enumerate(STRATA):
        if levels[place]:
            parts = 1 + sum(level > 0 for level in levels[place:])
            solved = _Model(blocks, reached, stratum).solve(share(parts), best, stop=stop)
            best, proved = solved.team_of or best, proved and solved.proved
            levels = Draft(blocks, best).levels
        reached[stratum] = levels[place]
    solved = _Model(blocks, reached).solve(share(1), best, stop=stop, tell=tell)
    best = solved.team_of or best
    return Solved(best, max(solved.bound, Draft(blocks, best).score), proved and solved.proved)


def draft_within(
    blocks: Blocks, limits: Mapping[Stratum, int], effort: Effort, hint: Sequence[int] | None = None
) -> Solved:
    """A draft under all hard rules whose strata stay within limits, the best for wishes that the effort finds."""
    return _Model(blocks, limits).solve(effort, hint)


class _Model:
    """The blocks as the solver's model. Strata in `limits` may be off by so much in all; `aim` is what to even out."""

    def __init__(self, blocks: Blocks, limits: Mapping[Stratum, int], aim: Stratum | None = None):
        from ortools.sat.python import cp_model

        self.cp_model: Any = cp_model
        self.blocks, self.model = blocks, cp_model.CpModel()
        model: Any = self.model
        self.x = [{team: model.new_bool_var(f"x{block}_{team}") for team in sorted(allowed)}
                  for block, allowed in enumerate(blocks.allowed)]  # fmt: skip
        for on in self.x:
            model.add_exactly_one(on.values())
        for block, apart in enumerate(blocks.apart):
            for other in apart:
                if other > block:
                    for team in self.x[block].keys() & self.x[other].keys():
                        model.add_at_most_one(self.x[block][team], self.x[other][team])
        for team in range(len(blocks.teams)):
            model.add(self._sum(team, [len(each) for each in blocks.members]) <= blocks.capacity(team))
        off: dict[Stratum, list[Any]] = {}
        for place, counted in enumerate(blocks.counted):
            if counted.stratum in limits or counted.stratum is aim:
                exact = counted.stratum is not aim and limits[counted.stratum] == 0
                off.setdefault(counted.stratum, []).extend(self._keep_even(place, exact))
        for stratum, excesses in off.items():
            if stratum in limits and excesses:
                model.add(sum(excesses) <= limits[stratum])
        self.met = {} if aim is not None else self._wishes()
        if aim is not None:
            model.minimize(sum(off.get(aim, [])))
        else:
            model.maximize(sum(worth * met for met, worth in self.met.values()))

    def _sum(self, team: int, figures: Sequence[int]) -> Any:
        return sum(figure * on[team] for figure, on in zip(figures, self.x, strict=True) if figure and team in on)

    def _keep_even(self, place: int, exact: bool) -> list[Any]:
        model: Any = self.model
        counted, excesses = self.blocks.counted[place], []
        total = sum(counted.of_block)
        for team, window in enumerate(counted.windows):
            figure = self._sum(team, counted.of_block)
            if exact:
                model.add(figure >= window.least)
                model.add(figure <= window.most)
            else:
                excess = model.new_int_var(0, total, f"e{place}_{team}")
                model.add(excess >= window.least - figure)
                model.add(excess >= figure - window.most)
                excesses.append(excess)
        return excesses

    def _wishes(self) -> dict[tuple[int, int], tuple[Any, int]]:
        """A variable for each pair of blocks wished together; it may hold only when both are on the same team."""
        model: Any = self.model
        met = {}
        for block, wanted in enumerate(self.blocks.wishes):
            for other, worth in wanted.items():
                if other < block or other in self.blocks.apart[block]:
                    continue
                one, two = self.x[block], self.x[other]
                if not one.keys() & two.keys():
                    continue
                var = model.new_bool_var(f"w{block}_{other}")
                for team in one.keys() | two.keys():
                    if team in one and team in two:
                        model.add_bool_or(var.negated(), one[team].negated(), two[team])
                        model.add_bool_or(var.negated(), two[team].negated(), one[team])
                    else:
                        model.add_implication(var, (one[team] if team in one else two[team]).negated())
                met[block, other] = (var, worth)
        return met

    def solve(
        self, effort: Effort, hint: Sequence[int] | None = None, *, stop: Stop = lambda: False, tell: Tell | None = None
    ) -> Solved:
        """Run the solver. A bound counts the wishes inside blocks too."""
        solver: Any = self.cp_model.CpSolver()
        solver.parameters.num_workers = effort.workers
        solver.parameters.random_seed = effort.seed
        solver.parameters.max_time_in_seconds = max(effort.seconds, 0.05)
        if effort.effort is not None:
            solver.parameters.max_deterministic_time = effort.effort
        if hint is not None:
            for block, team in enumerate(hint):
                for place, var in self.x[block].items():
                    self.model.add_hint(var, place == team)
            for (block, other), (var, _worth) in self.met.items():
                self.model.add_hint(var, hint[block] == hint[other])
        with _stopped_by(stop, solver):
            status = solver.solve(self.model, self._callback(tell))
        if status == self.cp_model.INFEASIBLE:
            return Solved(None, proved=True, impossible=True)
        if status not in (self.cp_model.OPTIMAL, self.cp_model.FEASIBLE):
            return Solved(None)
        team_of = tuple(next(team for team, var in on.items() if solver.boolean_value(var)) for on in self.x)
        bound = self.blocks.sure + int(solver.best_objective_bound + 1e-6) if self.met else self.blocks.sure
        return Solved(team_of, bound, status == self.cp_model.OPTIMAL)

    def _callback(self, tell: Tell | None) -> Any:
        if tell is None:
            return None
        x, sure, told = self.x, self.blocks.sure, tell

        class Told(self.cp_model.CpSolverSolutionCallback):  # type: ignore[name-defined]
            def on_solution_callback(self) -> None:
                team_of = [next(team for team, var in on.items() if self.boolean_value(var)) for on in x]
                told(team_of, sure + int(self.best_objective_bound + 1e-6))

        return Told()


class _stopped_by:
    """Inside, the solver ends soon after `stop` says so, whether it has found anything or not."""

    def __init__(self, stop: Stop, solver: Any):
        self.stop, self.solver, self.over = stop, solver, threading.Event()
        self.thread = threading.Thread(target=self._watch, name="stop", daemon=True)

    def _watch(self) -> None:
        while not self.over.wait(STOP_LOOK_SECONDS):
            if self.stop():
                self.solver.stop_search()
                return

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_problem: object) -> None:
        self.over.set()
        self.thread.join()


# ---- no way at all ----


def conflict_in(task: Task, effort: Effort) -> Contradiction | None:
    """Hard rules that cannot be kept together, none of which can be left out. None when that is not proved."""
    children = {child.id: child for child in task.children}
    rules: list[Part] = [*task.links, *task.pins]
    rules += [
        Limit(child.id, team.id) for child in children.values() for team in task.teams if not team.suits(child)
    ]  # fmt: skip
    core = _core(task, rules, effort)
    if core is None:
        return None
    for rule in list(core):
        without = [each for each in core if each is not rule]
        smaller = _core(task, without, effort)
        if smaller is not None:
            core = [each for each in without if each in smaller]
    return Contradiction(Obstacle.TOGETHER_IMPOSSIBLE, tuple(core))


def needed_only(task: Task, found: Contradiction, effort: Effort) -> Contradiction:
    """A contradiction without the rules it does not need; as it is when it needs them all."""
    kept = list(found.parts)
    for part in found.parts:
        without = [each for each in kept if each is not part]
        if _core(task, without, effort) is not None:
            kept = without
    if len(kept) == len(found.parts):
        return found
    return Contradiction(Obstacle.TOGETHER_IMPOSSIBLE, tuple(kept))


def _core(task: Task, rules: Sequence[Part], effort: Effort) -> list[Part] | None:
    """Rules of these that leave no way; None when there is a way, or it is not known."""
    from ortools.sat.python import cp_model

    model: Any = cp_model.CpModel()
    teams = [team.id for team in task.teams]
    x = {(child.id, team): model.new_bool_var("") for child in task.children for team in teams}
    for child in task.children:
        model.add_exactly_one(x[child.id, team] for team in teams)
    for team in task.teams:
        if team.capacity is not None:
            model.add(sum(x[child.id, team.id] for child in task.children) <= team.capacity)
    kept = [model.new_bool_var(f"r{number}") for number in range(len(rules))]
    for rule, holds in zip(rules, kept, strict=True):
        no = holds.negated()
        if isinstance(rule, Pin):
            model.add_bool_or(no, x[rule.child, rule.team])
        elif isinstance(rule, Limit):
            model.add_bool_or(no, x[rule.child, rule.team].negated())
        else:
            _add_link(model, rule, x, teams, no)
    model.add_assumptions(kept)
    solver: Any = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = effort.seed
    solver.parameters.max_time_in_seconds = effort.seconds
    if solver.solve(model) != cp_model.INFEASIBLE:
        return None
    names = set(solver.sufficient_assumptions_for_infeasibility())
    return [rule for rule, holds in zip(rules, kept, strict=True) if holds.index in names]


def _add_link(model: Any, link: Link, x: Mapping[tuple[int, int], Any], teams: Sequence[int], no: Any) -> None:
    for team in teams:
        one, other = x[link.one, team], x[link.other, team]
        if link.kind is LinkKind.APART:
            model.add_bool_or(no, one.negated(), other.negated())
        else:
            model.add_bool_or(no, one.negated(), other)
