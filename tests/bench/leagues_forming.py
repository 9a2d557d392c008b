"""Team forming: how good, how well proved, and how long, measured in turns of a loop of plain Python timed in the same run.

Children are generated as leagues have them (tests/makers/forming.py). The limits in seconds of the field (120 children in
30 s) become turns: `TURN_SECONDS` is what a turn takes on the machine they were set on, so that a slower machine is not
held to a faster one's clock.
"""

import statistics
import time
from collections.abc import Iterator

from tests.bench.measure import Measure
from tests.makers.forming import make_division
from youthprog.leagues.forming.checks import faults_of
from youthprog.leagues.forming.engine import form_teams
from youthprog.leagues.forming.types import Barrier, Budget, Contradiction, Proposal, Task

SEEDS = (1, 2, 3)
TURN_SECONDS = 0.05
HARD = {Barrier.APART, Barrier.TEAMS, Barrier.NO_COMMON_TEAM, Barrier.TOO_MANY, Barrier.HARD}


def measures() -> Iterator[Measure]:
    """60 and 120 children, and a league of 400."""
    yield from _measured(60, 5, 30.0, SEEDS, most_turns=30 / TURN_SECONDS, proved=True)
    yield from _measured(120, 10, 30.0, SEEDS, most_turns=30 / TURN_SECONDS, proved=False)
    yield from _measured(400, 32, 90.0, SEEDS[:1], most_turns=90 / TURN_SECONDS, proved=False)


def _measured(
    children: int, teams: int, seconds: float, seeds: tuple[int, ...], *, most_turns: float, proved: bool
) -> Iterator[Measure]:
    found, turns, broken = [], [], 0
    for seed in seeds:
        task = make_division(children, teams, seed=seed, apart=children // 40)
        turn, began = _turn(), time.perf_counter()
        result = form_teams(task, Budget(seconds=seconds))
        turns.append((time.perf_counter() - began) / turn)
        if isinstance(result, Contradiction):
            broken += 1
            continue
        broken += len(faults_of(task, result.team_of))
        found.append((task, result))
    name = f"forming {children} children into {teams}"
    figures = [result.figures for _task, result in found]
    yield Measure(f"{name}: hard rules broken", broken, "rules", 0)
    yield Measure(
        f"{name}: size, girls, boys off by", max(max(f.sizes, f.girls, f.boys) for f in figures), "children", 1
    )
    yield Measure(f"{name}: skill sums differ by", max(f.skills for f in figures), "points", 1)
    met = [_mutual_met(task, result) for task, result in found]
    yield Measure(f"{name}: mutual wishes met", 100 * min(met), "% of those no hard rule forbids", 90, True)
    plain = [f.mutual_met / max(1, f.mutual) for f in figures]
    yield Measure(f"{name}: mutual wishes met", 100 * min(plain), "% of all", 90, True)
    told = sum(len(r.unmet) == r.figures.wishes - r.figures.wishes_met for _task, r in found) / len(found)
    yield Measure(f"{name}: divisions with every unmet wish explained", 100 * told, "%", 100, True)
    if proved:
        share = sum(f.proved for f in figures) / len(figures)
        yield Measure(f"{name}: proved the best there is", 100 * share, "%", 100, True)
    yield Measure(f"{name}: time", statistics.median(turns), "turns of a loop", most_turns)


def _mutual_met(task: Task, result: Proposal) -> float:
    """The share of mutual wishes met among those that no hard rule forbids."""
    forbidden = {unmet.wish for unmet in result.unmet if unmet.barrier in HARD and unmet.proved}
    possible = task.mutual - forbidden
    return result.figures.mutual_met / max(1, len(possible))


def _turn() -> float:
    """What a loop of plain Python takes here and now."""
    began, total = time.perf_counter(), 0
    for number in range(500_000):
        total += number % 7
    return time.perf_counter() - began
