"""The best placing of a whole cohort into groups, exactly: sizes, those to be together and those to be apart.

First the groups are filled as if nobody belonged together or apart and no group were too small: that is solved exactly
(pairing), and its prices say how much every single placing falls short at least. The exact solver then gets only those
that fall short by less than the gap to what is found already, so what it finds is the best of all, gap 0. One worker and
the order of ids: the same input gives the same placing.

What another group for one youth would cost the whole is solved again each time, exactly, with the same prices: whoever is
moved falls short by something, the rest may fall short by what is left of the gap alone, and that leaves a small problem.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from youthprog.mentorship.matching.pairing import FAR, FORBIDDEN, Cohort, Pairing, Stop, assign, exchange_costs
from youthprog.mentorship.matching.types import NOBODY, Mode

FIRST_LOOK = 6  # placings of each youth that the first try may use
SECONDS = 60.0
OTHER_SECONDS = 6.0  # for another group of one youth
GROWTH = 4  # by so much more may fall short when nothing was found


class OutOfTime(Exception):
    """What another group would cost was not proved in time."""


@dataclass(frozen=True)
class Bounds:
    """What groups must keep. Pairs are rows."""

    least: Sequence[int]
    most: Sequence[int]
    together: Sequence[tuple[int, int]] = ()
    apart: Sequence[tuple[int, int]] = ()


@dataclass
class Placing:
    """What was found: a column for each row, and whether it is proved the best."""

    to: list[int]
    worth: int
    proved: bool


@dataclass
class Ground:
    """Above a floor: the worth of each placing, how far it falls short of the prices at least, and the ceiling they prove.

    `to` fills the groups as if only `most` counted; `costs` is what forcing each placing would cost that, once asked for;
    `gap` is how far the best found falls short of the ceiling.
    """

    worths: Any
    short: Any
    ceiling: int
    farthest: int  # what the placing that may be and is worst falls short by
    most: list[int]
    to: list[int]
    costs: Any = None
    gap: int = 0


@dataclass
class Groups:
    """A cohort to be placed into groups. Built once; asked for the best, and for the best with something different."""

    cohort: Cohort
    bounds: Bounds
    seconds: float = SECONDS
    stop: Stop = bool
    proved: bool = True
    floor: int | None = None
    best: Pairing | None = None
    grounds: dict[int | None, Ground] = field(default_factory=dict)

    def solve(self) -> Pairing:
        """The best placing under the mode."""
        if self.cohort.mode is Mode.WORST:
            self.best = self._best_worst()
        else:
            found = self._best(None)
            self.proved, self.best = found.proved, self.pairing(found.to)
        return self.best

    def _best_worst(self) -> Pairing:
        """As many as can be; then the highest floor under all placings that still places as many; then the most points."""
        known = self._known()
        best = self.pairing(self._best(None).to)
        low, high = 0, len(known) - 1
        while low < high:
            middle = (low + high + 1) // 2
            tried = self.pairing(self._best(known[middle]).to)
            if tried.matched == best.matched:
                low, best = middle, tried
            else:
                high = middle - 1
        self.floor = known[low] if known and low else None
        self.proved = not self.stop()
        return best

    def other(self, row: int, now: int) -> Pairing | None:
        """The best placing with one youth in another group than now; None when there is none at all.

        Raises `OutOfTime` when it was not proved.
        """
        if self.cohort.mode is not Mode.WORST or self.best is None:
            return self._other(None, row, now)
        within = self._other(self.floor, row, now)
        if within is not None and within.matched == self.best.matched:
            return within  # none that places as many has a better worst pair than the best has
        found = self._other(None, row, now)
        if found is None:
            return None
        if self.stop():
            raise OutOfTime
        scores = [int(each) for column, each in enumerate(self.cohort.scores[row]) if column != now and each >= 0]
        known = [each for each in self._known() if found.worst <= each <= max(scores)]
        low, high = 0, len(known) - 1
        while low < high:
            middle = (low + high + 1) // 2
            may = self._may_match(known[middle], row, now) >= found.matched
            tried = self._other(known[middle], row, now) if may else None
            if tried is not None and tried.matched == found.matched:
                low, found = middle, tried
            else:
                high = middle - 1
        if low == 0:  # the most points above the worst pair that cannot be had better
            found = self._other(known[0], row, now) or found
        return found

    def _other(self, floor: int | None, row: int, now: int) -> Pairing | None:
        """The best placing above a floor with one youth in another group than now, exactly; None when there is none."""
        ground = self._ground(floor)
        own = ground.short[row].copy()
        if now != NOBODY:
            own[now] = FAR
        least = int(own.min(initial=FAR))
        if least >= FAR:
            return None
        likely = (
            self._moved(ground, row, now) + self._ground(self.floor).gap * 5 // 4
        )  # as far as the best falls short too
        limit = min(max(0, likely - least), ground.farthest)
        while True:
            open_at = ground.short <= limit
            open_at[row] = own < FAR
            found = self._solve(ground.worths, open_at, must=(row, now))
            if found is not None and not found.proved:
                raise OutOfTime
            if found is not None and (ground.ceiling - found.worth - least <= limit or limit == ground.farthest):
                return self.pairing(found.to)
            if found is None and limit == ground.farthest:
                return None
            wider = GROWTH * (limit + self.cohort.worth.unit)
            limit = min(wider if found is None else ground.ceiling - found.worth - least, ground.farthest)

    def _may_match(self, floor: int, row: int, now: int) -> int:
        """How many can be placed above a floor at most with one youth in another group, sizes and pairs aside."""
        ground = self._ground(floor)
        return self.cohort.worth.read(ground.ceiling - self._moved(ground, row, now))[0]

    def _moved(self, ground: Ground, row: int, now: int) -> int:
        """What another group for one youth costs at least: the price without sizes and pairs."""
        if ground.costs is None:
            ground.costs = exchange_costs(self.cohort.np, ground.worths, ground.most, tuple(ground.to), self.stop)
        costs = ground.costs[row].copy()
        if now != NOBODY:
            costs[now] = FAR
        return int(costs.min(initial=FAR))

    def pairing(self, to: list[int]) -> Pairing:
        """Rows and columns with their figures."""
        got = [int(self.cohort.scores[row, column]) for row, column in enumerate(to) if column != NOBODY]
        return Pairing(tuple(to), len(got), min(got, default=0), sum(got))

    def _known(self) -> list[int]:
        """Every score there is, ascending."""
        np, scores = self.cohort.np, self.cohort.scores
        return [int(each) for each in np.unique(scores[scores >= 0])]

    def _ground(self, floor: int | None) -> Ground:
        """What is known above a floor before anything is placed; worked out once."""
        if floor not in self.grounds:
            np, bounds = self.cohort.np, self.bounds
            worths = self._shared(self.cohort.worths(floor=floor))
            most = [min(each, worths.shape[0]) for each in bounds.most]
            to, prices = assign(np, worths, most)
            paid = np.array(prices, dtype=np.int64)
            gain = np.maximum((worths - paid).max(axis=1, initial=0), 0)
            short = np.minimum(gain[:, None] - (worths - paid), FAR)
            short[worths == FORBIDDEN] = FAR
            ceiling = int(gain.sum()) + sum(price * each for price, each in zip(prices, most, strict=True))
            farthest = int(np.where(short < FAR, short, 0).max(initial=0))
            self.grounds[floor] = Ground(worths, short, ceiling, farthest, most, to)
        return self.grounds[floor]

    def _best(self, floor: int | None) -> Placing:
        ground = self._ground(floor)
        limit = self._first_limit(ground.short)
        while True:
            found = self._solve(ground.worths, ground.short <= limit)
            assert found is not None  # nobody placed at all breaks no rule
            ground.gap = ground.ceiling - found.worth
            if ground.gap <= limit or limit >= FAR - 1 or not found.proved:
                return found
            limit = min(ground.gap, FAR - 1)

    def _shared(self, worths: Any) -> Any:
        """Let two who belong together be worth the same everywhere: where one cannot be the other is not either.

        The sum of a placing stays what it was, and the ceiling no longer counts each at the group best for it alone.
        """
        for one, other in (*self.bounds.together, *reversed(self.bounds.together)):
            both = worths[one] + worths[other]
            never = (worths[one] == FORBIDDEN) | (worths[other] == FORBIDDEN)
            worths[one] = self.cohort.np.where(never, FORBIDDEN, (both + 1) // 2)
            worths[other] = self.cohort.np.where(never, FORBIDDEN, both // 2)
        return worths

    def _first_limit(self, short: Any) -> int:
        if short.shape[1] <= FIRST_LOOK or not short.shape[0]:
            return FAR - 1
        nth = self.cohort.np.partition(short, FIRST_LOOK, axis=1)[:, FIRST_LOOK]
        return min(int(self.cohort.np.median(nth)), FAR - 1)

    def _solve(self, worths: Any, open_at: Any, *, must: tuple[int, int] | None = None) -> Placing | None:
        """The exact solver over the placings that are open; `must` has to be placed, and not at that column.

        None when that cannot be.
        """
        from ortools.sat.python import cp_model

        model: Any = cp_model.CpModel()
        rows, bounds = worths.shape[0], self.bounds
        for one, other in (*bounds.together, *bounds.together):  # the same placings are open to both
            open_at[one] = open_at[other] = (open_at[one] | open_at[other]) & (worths[one] > FORBIDDEN)
        if must is not None and must[1] != NOBODY:
            open_at[must] = False
        x = [
            {int(column): model.new_bool_var("") for column in self.cohort.np.flatnonzero(open_at[row])}
            for row in range(rows)
        ]
        for row, each in enumerate(x):
            if must is not None and row == must[0]:
                model.add_exactly_one(each.values())
            elif len(each) > 1:
                model.add_at_most_one(each.values())
        self._sizes(model, x)
        for one, other in bounds.together:
            for column in x[one].keys() | x[other].keys():
                here, there = x[one].get(column), x[other].get(column)
                if here is not None and there is not None:
                    model.add(here == there)
                else:
                    model.add((here if here is not None else there) == 0)
        self._apart(model, x)
        model.maximize(
            sum(int(worths[row, column]) * var for row, each in enumerate(x) for column, var in each.items())
        )
        solver: Any = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.linearization_level = 2
        solver.parameters.max_time_in_seconds = self.seconds if must is None else OTHER_SECONDS
        state = solver.solve(model)
        if state == cp_model.INFEASIBLE:
            return None
        if state not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Placing([NOBODY] * rows, 0, proved=False)
        to = [next((column for column, var in each.items() if solver.value(var)), NOBODY) for each in x]
        worth = sum(int(worths[row, column]) for row, column in enumerate(to) if column != NOBODY)
        return Placing(to, worth, proved=state == cp_model.OPTIMAL)

    def _sizes(self, model: Any, x: list[dict[int, Any]]) -> None:
        """Each group takes place with as many as it needs and takes, or not at all."""
        by_column: dict[int, list[Any]] = {}
        for each in x:
            for column, var in each.items():
                by_column.setdefault(column, []).append(var)
        for column, those in sorted(by_column.items()):
            least, most = self.bounds.least[column], self.bounds.most[column]
            if least <= 1:
                model.add(sum(those) <= most)
                continue
            opened = model.new_bool_var("")
            model.add(sum(those) <= most * opened)
            model.add(sum(those) >= least * opened)

    def _apart(self, model: Any, x: list[dict[int, Any]]) -> None:
        for one, other in self.bounds.apart:
            for column in sorted(x[one].keys() & x[other].keys()):
                model.add_at_most_one(x[one][column], x[other][column])
