"""Timetabling a season: first a schedule that keeps every hard rule, then a better one until the time is up. Pure.

The best schedule so far is always at hand, and is judged apart from the solver before it counts.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from youthprog.leagues import neighborhoods
from youthprog.leagues.neighborhoods import Freed, Kind, Sight
from youthprog.leagues.program_solving import Answer, Effort, Found, Halt, Net, solve
from youthprog.leagues.timetable_program import Program, program_of
from youthprog.leagues.timetable_rules import judge
from youthprog.leagues.timetable_types import Meeting, Timetable, Verdict

PART_SECONDS = 6.0
PART_WORK = 1.5


@dataclass(slots=True)
class Best:
    """The best schedule so far, shared by the searches; only what the judge confirms gets in."""

    timetable: Timetable
    games: tuple[Meeting, ...] = ()
    verdict: Verdict | None = None
    proved: bool = False
    impossible: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)
    values: list[int] = field(default_factory=list)
    news: Callable[[Verdict], None] | None = None

    @property
    def soft(self) -> int | None:
        return self.verdict.soft if self.verdict else None

    def offer(self, program: Program, values: list[int]) -> bool:
        """Take a schedule when it is feasible and costs less than the best."""
        games = tuple(game for game, value in zip(program.games, values, strict=False) if value)
        verdict = judge(self.timetable, games)
        with self.lock:
            if not verdict.feasible or (self.verdict is not None and verdict.soft >= self.verdict.soft):
                return False
            self.games, self.verdict, self.values = games, verdict, values
        if self.news:
            self.news(verdict)
        return True


class Search:
    """One thread that improves the best schedule by setting a part free at a time."""

    def __init__(self, program: Program, net: Net, best: Best, halt: Halt, until: float, seed: int):
        self.program, self.net, self.best, self.halt, self.until = program, net, best, halt, until
        self.random = Random(seed)
        self.values: list[int] = []
        self.cost = 0
        self.pairs: dict[tuple[int, int], list[int]] = {}
        for name, game in enumerate(program.games):
            self.pairs.setdefault((game.home, game.away), []).append(name)
        self.sizes: dict[Kind, float] = dict(KINDS)
        self.log: list[tuple[str, int, str, float, int]] = []

    def run(self) -> None:
        """Improve until the time is up, nothing is missed any more, or somebody says stop."""
        self.adopt()
        stale = 0
        while time.monotonic() < self.until and not self.halt.event.is_set() and self.cost:
            before = self.cost
            self.step(self.random.choice(list(self.sizes)))
            stale = 0 if self.cost < before else stale + 1
            if self.best.soft is not None and self.best.soft < self.cost and stale >= 3:
                self.adopt()
                stale = 0

    def adopt(self) -> None:
        """Go on from the best there is."""
        with self.best.lock:
            self.values = list(self.best.values)
        self.cost = self.price(self.values)

    def price(self, values: Sequence[int]) -> int:
        return sum(cost * value for cost, value in zip(self.program.cost, values, strict=True) if cost)

    def step(self, kind: Kind) -> None:
        size = self.sizes[kind]
        freed = kind(self.sight(), max(1, round(size)))
        free = self.names(freed)
        part = self.net.part(free)
        left = self.until - time.monotonic()
        effort = Effort(min(PART_SECONDS, left), PART_WORK, 1, self.random.randrange(1 << 30))
        start = time.monotonic()
        answer = solve(self.program, self.drift(part[0]), effort, halt=self.halt, values=self.values, part=part)
        took = time.monotonic() - start
        cost = self.price(answer.values)
        self.log.append((kind.__name__, round(size), answer.found.value, took, self.cost - cost))
        if answer.found is Found.BEST:
            self.sizes[kind] = min(size * (1.1 if took < 0.6 else 1.0), 40)
        elif answer.found in (Found.SOME, Found.NOTHING):
            self.sizes[kind] = max(1.0, size * 0.93)
        if answer.found in (Found.BEST, Found.SOME) and cost <= self.cost:
            improved = cost < self.cost
            self.values, self.cost = answer.values, cost
            if improved:
                self.best.offer(self.program, list(answer.values))

    def drift(self, moving: Sequence[int]) -> list[int]:
        """The costs, with a little chance added for the games, so that of many equals another is taken."""
        costs = [cost * 1000 for cost in self.program.cost]
        for name in moving:
            if name >= len(self.program.games):
                break
            costs[name] = self.random.randrange(3)
        return costs

    def sight(self) -> Sight:
        games = [game for game, value in zip(self.program.games, self.values, strict=False) if value]
        return Sight(self.best.timetable, games, self.sore(), self.random)

    def sore(self) -> list[Meeting]:
        """The games in rows that miss what they want."""
        found: set[int] = set()
        for name, cost in enumerate(self.program.cost):
            if cost and self.values[name]:
                for place in self.net.rows_of[name]:
                    row = self.program.rows[place]
                    found.update(each for each in row.variables if each < len(self.program.games) and self.values[each])
        return [self.program.games[name] for name in sorted(found)]

    def names(self, freed: Freed) -> list[int]:
        found = []
        for pair in freed.pairs:
            for name in self.pairs.get(pair, ()):
                if freed.slots is None or self.program.games[name].slot in freed.slots or self.values[name]:
                    found.append(name)
        return found


KINDS: dict[Kind, float] = {
    neighborhoods.some_hosts: 4,
    neighborhoods.some_teams: 3,
    neighborhoods.a_while: 4,
    neighborhoods.sore_games: 3,
}


def hard_part(program: Program) -> tuple[list[int], list[int]]:
    """The program without what is only wished for."""
    names = [name for name, cost in enumerate(program.cost) if not cost]
    rows = [
        place for place, row in enumerate(program.rows) if not any(program.cost[name] for name in row.made)
    ]
    return names, rows


def settle(program: Program, values: list[int], halt: Halt) -> list[int]:
    """The values of everything that follows from the games."""
    rest = list(range(len(program.games), len(program.low)))
    answer = solve(
        program, program.cost, Effort(20), halt=halt, values=values, part=(rest, list(range(len(program.rows))))
    )
    return answer.values
