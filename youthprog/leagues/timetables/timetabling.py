"""Timetabling a season: first a schedule that keeps every hard rule, then a better one until the time is up. Pure.

The best schedule so far is always at hand, and is judged apart from any solver before it counts.
"""

import multiprocessing
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from youthprog.leagues.timetables.annealing import Ground, Rounds, fits, ground_of
from youthprog.leagues.timetables.compact_start import circle_games
from youthprog.leagues.timetables.conflicts import conflict_of
from youthprog.leagues.timetables.impossible import causes_of
from youthprog.leagues.timetables.part_search import Held, PartSearch
from youthprog.leagues.timetables.program import Program, program_of
from youthprog.leagues.timetables.program_solving import Answer, Effort, Found, Halt, Net, hard_part, solve
from youthprog.leagues.timetables.rules import judge
from youthprog.leagues.timetables.types import Cause, Meeting, Timetable, Verdict
from youthprog.leagues.timetables.weighing import weighed_cause

TICK = 0.2
FIRST_WORK, COMPACT_WORK, NO_END = 1.0, 20.0, 1e9
CAUSE_SECONDS = 5.0


@dataclass(slots=True)
class Best:
    """The best schedule so far and what is proved; only what the judge confirms gets in."""

    timetable: Timetable
    games: tuple[Meeting, ...] = ()
    verdict: Verdict | None = None
    causes: tuple[Cause, ...] = ()
    impossible: bool = False
    hard_left: int | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def offer(self, games: Iterable[Meeting]) -> None:
        """Take a schedule when it keeps every hard rule and costs less than the best."""
        games = tuple(games)
        verdict = judge(self.timetable, games)
        with self.lock:
            if verdict.feasible and (self.verdict is None or verdict.soft < self.verdict.soft):
                self.games, self.verdict = games, verdict

    @property
    def perfect(self) -> bool:
        """Whether no better schedule can be."""
        return self.verdict is not None and self.verdict.soft == 0


class Timetabling:
    """A search that runs in the background, can be looked at while it runs, and stopped at any time.

    With `workers` 1 everything happens in one thread of this process; with 2, annealing runs in two processes.
    """

    def __init__(self, timetable: Timetable, *, seconds: float, seed: int = 1, workers: int = 2):
        self.timetable, self.seed, self.workers = timetable, seed, workers
        self.until = time.monotonic() + seconds
        self.best = Best(timetable)
        self.halt = Halt()
        self.failure: BaseException | None = None
        self.thread = threading.Thread(target=self._work, daemon=True)

    def ticks(self) -> Iterator[Best]:
        """Search, and show the best so far several times a second until the search has ended."""
        self.thread.start()
        try:
            while self.thread.is_alive():
                yield self.best
                self.thread.join(TICK)
        finally:
            self.halt.now()
            self.thread.join()
        if self.failure is not None:
            raise self.failure

    def run(self) -> Best:
        """Search to the end."""
        for _ in self.ticks():
            pass
        return self.best

    def _work(self) -> None:
        try:
            self.best.causes = causes_of(self.timetable)
            if self.best.causes:
                self.best.impossible = True
            elif self.timetable.compact:
                self._compact()
            else:
                self._rested()
        except BaseException as problem:  # shown by the thread that waits
            self.failure = problem

    def _left(self) -> float:
        return max(0.0, self.until - time.monotonic())

    def _rested(self) -> None:
        program = program_of(self.timetable)
        first = self._solve_hard(program, FIRST_WORK)
        if first.found is Found.NOTHING and not self.halt.event.is_set():
            if cause := weighed_cause(self.timetable, program):
                self.best.impossible, self.best.causes = True, (cause,)
                return
            first = self._solve_hard(program, NO_END)
        if self._began(program, first):
            if fits(self.timetable):
                self._anneal()
            else:
                self._parts(program, program.cost, settled(program, first.values, self.halt))

    def _began(self, program: Program, first: Answer) -> bool:
        """Take the first schedule, or the proof that there is none; whether there is something left to improve."""
        if first.found is Found.IMPOSSIBLE:
            self.best.impossible = True
            cause = weighed_cause(self.timetable, program)
            self.best.causes = (cause,) if cause else conflict_of(self.timetable, program, CAUSE_SECONDS, self.halt)
        elif first.found in (Found.BEST, Found.SOME):
            self.best.offer(games_of(program, first.values))
        return self.best.verdict is not None and not self.best.perfect

    def _solve_hard(self, program: Program, work: float) -> Answer:
        # Two ways of searching side by side find a first schedule at once where either alone may take long.
        effort = Effort(self._left(), work, workers=2, seed=self.seed, first_only=True)
        nothing = [0] * len(program.cost)
        return solve(program, nothing, effort, halt=self.halt, part=hard_part(program))

    def _anneal(self) -> None:
        ground = ground_of(self.timetable)
        day_of = {(game.home, game.away): game.slot for game in self.best.games}
        days = [day_of[pair] for pair in zip(ground.hosts, ground.guests, strict=True)]
        if self.workers == 1:
            for _cost, found in Rounds(ground, days, self.seed, self.until):
                self._offer_days(ground, found)
                if self.halt.event.is_set():
                    return
            return
        with Apart(ground, days, self.seed, self.workers, self.until) as apart:
            while self._left() and not self.halt.event.is_set() and not self.best.perfect:
                for found in apart.hear(min(TICK, self._left())):
                    self._offer_days(ground, found)
                if apart.ended:
                    return

    def _offer_days(self, ground: Ground, days: list[int]) -> None:
        self.best.offer(
            Meeting(home, away, day) for home, away, day in zip(ground.hosts, ground.guests, days, strict=True)
        )

    def _compact(self) -> None:
        strict = program_of(self.timetable)
        first = self._solve_hard(strict, COMPACT_WORK)
        if first.found is Found.NOTHING:
            self._bent()
        elif self._began(strict, first):
            self._parts(strict, strict.cost, settled(strict, first.values, self.halt))

    def _bent(self) -> None:
        """From a schedule that misses hard rules, fewer and fewer; then, when none is missed, the soft ones."""
        program = program_of(self.timetable, elastic=True)
        held = self._parts(program, program.hard_cost, start_of(program, circle_games(self.timetable), self.halt))
        if held.cost == 0 and not self.halt.event.is_set():
            for name, cost in enumerate(program.hard_cost):
                if cost:
                    program.high[name] = 0
            self._parts(program, program.cost, held.values)

    def _parts(self, program: Program, costs: list[int], values: list[int]) -> Held:
        held, net = Held(program, values, costs), Net(program)

        def better(found: list[int]) -> None:
            self.best.hard_left = sum(cost * value for cost, value in zip(program.hard_cost, found, strict=True))
            self.best.offer(games_of(program, found))

        better(values)
        searches = [
            PartSearch(self.timetable, net, held, self.halt, self.until, self.seed * 100 + number)
            for number in range(self.workers)
        ]
        together([lambda search=search: search.run(better) for search in searches])  # type: ignore[misc]
        return held


def together(deeds: list[Callable[[], None]]) -> None:
    """Do all at once, each in its thread, and raise what one of them raised."""
    raised: list[BaseException] = []

    def watched(deed: Callable[[], None]) -> None:
        try:
            deed()
        except BaseException as problem:
            raised.append(problem)

    threads = [threading.Thread(target=watched, args=(deed,), daemon=True) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]


def games_of(program: Program, values: list[int]) -> list[Meeting]:
    """The games that are played."""
    return [game for game, value in zip(program.games, values, strict=False) if value]


def settled(program: Program, values: list[int], halt: Halt) -> list[int]:
    """The values of all that follows from the games."""
    rest = list(range(len(program.games), len(program.low)))
    part = (rest, list(range(len(program.rows))))
    costs = [one + other for one, other in zip(program.cost, program.hard_cost, strict=True)]
    return solve(program, costs, Effort(30), halt=halt, values=values, part=part).values


def start_of(program: Program, games: Iterable[Meeting], halt: Halt) -> list[int]:
    """The values of a schedule in a program that bends."""
    played = set(games)
    values = list(program.low)
    for name, game in enumerate(program.games):
        values[name] = int(game in played)
    return settled(program, values, halt)


class Apart:
    """Annealing in processes of its own, which tell of every better schedule and end with this one."""

    def __init__(self, ground: Ground, days: list[int], seed: int, count: int, until: float):
        context = multiprocessing.get_context("spawn")
        self.ends: list[Connection] = []
        self.processes: list[BaseProcess] = []
        for number in range(count):
            here, there = context.Pipe(duplex=False)
            process = context.Process(
                target=_anneal_apart, args=(there, ground, days, seed * 10 + number, until), daemon=True
            )
            process.start()
            there.close()
            self.ends.append(here)
            self.processes.append(process)

    def hear(self, seconds: float) -> Iterator[list[int]]:
        """What the processes told within the time."""
        for end in wait(self.ends, seconds):
            assert isinstance(end, Connection)
            try:
                yield end.recv()
            except EOFError:
                self.ends.remove(end)
                end.close()

    @property
    def ended(self) -> bool:
        return not self.ends

    def __enter__(self) -> "Apart":
        return self

    def __exit__(self, *_problem: object) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.join()
        for end in self.ends:
            end.close()


def _anneal_apart(told: Connection, ground: Ground, days: list[int], seed: int, until: float) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it and decides
    told_cost = 1 << 60
    for cost, found in Rounds(ground, days, seed, until - TICK):
        if cost < told_cost:
            told_cost = cost
            told.send(found)
    told.close()
