"""Improving a schedule by setting a part of it free at a time and solving that part: for seasons of every kind. Pure."""

import threading
import time
from collections.abc import Callable, Sequence
from random import Random

from youthprog.leagues.timetables import neighborhoods
from youthprog.leagues.timetables.neighborhoods import Freed, Kind, Sight
from youthprog.leagues.timetables.program import Program
from youthprog.leagues.timetables.program_solving import Effort, Found, Halt, Net, solve
from youthprog.leagues.timetables.types import Meeting, Timetable

PART_SECONDS = 6.0
PART_WORK = 1.5
LARGEST = 40.0
RESTED: dict[Kind, float] = {
    neighborhoods.some_hosts: 2,
    neighborhoods.some_teams: 2,
    neighborhoods.a_while: 2,
    neighborhoods.sore_games: 2,
}
COMPACT: dict[Kind, float] = {
    neighborhoods.some_slots: 3,
    neighborhoods.next_slots: 3,
    neighborhoods.some_sides: 6,
    neighborhoods.some_teams: 3,
}


class Held:
    """The best values so far, shared by threads."""

    def __init__(self, program: Program, values: list[int], costs: Sequence[int]):
        self.program, self.costs = program, costs
        self.values, self.cost = values, self.price(values)
        self.lock = threading.Lock()

    def price(self, values: Sequence[int]) -> int:
        """What values cost."""
        return sum(cost * value for cost, value in zip(self.costs, values, strict=True) if cost)

    def offer(self, values: list[int], cost: int) -> bool:
        """Take values that cost less."""
        with self.lock:
            if cost >= self.cost:
                return False
            self.values, self.cost = values, cost
            return True


class PartSearch:
    """One thread's search. `enough` is the cost at which there is nothing left to do."""

    def __init__(self, timetable: Timetable, net: Net, held: Held, halt: Halt, until: float, seed: int):
        self.timetable, self.net, self.held, self.halt, self.until = timetable, net, held, halt, until
        self.program = net.program
        self.random = Random(seed)
        self.values, self.cost = list(held.values), held.cost
        self.pairs: dict[tuple[int, int], list[int]] = {}
        for name, game in enumerate(self.program.games):
            self.pairs.setdefault((game.home, game.away), []).append(name)
        self.sizes = dict(COMPACT if timetable.compact else RESTED)

    def run(self, better: Callable[[list[int]], None]) -> None:
        """Improve until the time is up, nothing is missed any more, or somebody says stop."""
        stale = 0
        while time.monotonic() < self.until and not self.halt.event.is_set() and self.held.cost:
            before = self.cost
            self.step(self.random.choice(list(self.sizes)))
            stale = 0 if self.cost < before else stale + 1
            if self.held.offer(list(self.values), self.cost):
                better(list(self.values))
            elif stale >= 3 and self.held.cost < self.cost:
                with self.held.lock:
                    self.values, self.cost, stale = list(self.held.values), self.held.cost, 0

    def step(self, kind: Kind) -> None:
        """Set one part free and take what is found there, when it is no worse."""
        size = self.sizes[kind]
        part = self.net.part(self.names(kind(self.sight(), max(1, round(size)))))
        effort = Effort(min(PART_SECONDS, self.until - time.monotonic()), PART_WORK, 1, self.random.randrange(1 << 30))
        began = time.monotonic()
        answer = solve(self.program, self.drift(part[0]), effort, halt=self.halt, values=self.values, part=part)
        if answer.found is Found.BEST:
            self.sizes[kind] = min(size * (1.1 if time.monotonic() - began < PART_SECONDS / 10 else 1), LARGEST)
        elif answer.found in (Found.SOME, Found.NOTHING):
            self.sizes[kind] = max(1.0, size * 0.93)
        cost = self.held.price(answer.values)
        if answer.found in (Found.BEST, Found.SOME) and cost <= self.cost:
            self.values, self.cost = answer.values, cost

    def drift(self, moving: Sequence[int]) -> list[int]:
        """The costs, with a little chance for the games, so that of many equally good another one is taken."""
        costs = [cost * 1000 for cost in self.held.costs]
        for name in moving:
            if name < len(self.program.games):
                costs[name] = self.random.randrange(3)
        return costs

    def sight(self) -> Sight:
        """The season as it stands."""
        games = [game for game, value in zip(self.program.games, self.values, strict=False) if value]
        return Sight(self.timetable, games, self.sore(), self.random)

    def sore(self) -> list[Meeting]:
        """The games in rows that miss what they want."""
        last = len(self.program.games)
        found: set[int] = set()
        for name, cost in enumerate(self.held.costs):
            if cost and self.values[name]:
                for place in self.net.rows_of[name]:
                    names = self.program.rows[place].variables
                    found.update(each for each in names if each < last and self.values[each])
        return [self.program.games[name] for name in sorted(found)]

    def names(self, freed: Freed) -> list[int]:
        """The variables of games that may move."""
        games, values = self.program.games, self.values
        kept: dict[frozenset[int], set[int]] = {}
        if freed.stay:
            for game, value in zip(games, values, strict=False):
                if value:
                    kept.setdefault(frozenset(game[:2]), set()).add(game.slot)
        return [
            name
            for pair in sorted(freed.pairs)
            for name in self.pairs.get(pair, ())
            if values[name]
            or (
                games[name].slot in kept[frozenset(pair)]
                if freed.stay
                else freed.slots is None or games[name].slot in freed.slots
            )
        ]
