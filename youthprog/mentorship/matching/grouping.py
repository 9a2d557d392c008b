"""The best placing of a whole cohort into groups, exactly: sizes, those to be together and those to be apart.

First the groups are filled as if nobody belonged together or apart and no group were too small: that is solved exactly
(pairing), and its prices say how much every single placing falls short at least. The exact solver then gets only those
that fall short by less than the gap to what is found already, so what it finds is the best of all, gap 0. One worker and
the order of ids: the same input gives the same placing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from youthprog.mentorship.matching.pairing import FAR, FORBIDDEN, Cohort, Pairing, Stop, assign
from youthprog.mentorship.matching.types import NOBODY, Mode

FIRST_LOOK = 6  # placings of each youth that the first try may use
SECONDS = 60.0


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
class Groups:
    """A cohort to be placed into groups. Built once; asked for the best, and for the best with something different."""

    cohort: Cohort
    bounds: Bounds
    seconds: float = SECONDS
    stop: Stop = bool
    proved: bool = True
    floor: int | None = field(default=None)

    def solve(self) -> Pairing:
        """The best placing under the mode."""
        if self.cohort.mode is Mode.WORST:
            return self._best_worst()
        found = self._best(None)
        self.proved = found.proved
        return self.pairing(found.to)

    def _best_worst(self) -> Pairing:
        """As many as can be; then the highest floor under all placings that still places as many; then the most points."""
        np, scores = self.cohort.np, self.cohort.scores
        known = [int(each) for each in np.unique(scores[scores >= 0])]
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
        """The best placing with one youth in another group than now; None when there is none at all."""
        without = [(row, now)] if now != NOBODY else []
        if self.cohort.mode is Mode.WORST and self.floor is not None:
            within = self._best(self.floor, without=without, must=row)
            if within.to[row] != NOBODY:
                return self.pairing(within.to)
        found = self._best(None, without=without, must=row)
        return self.pairing(found.to) if found.to[row] != NOBODY else None

    def pairing(self, to: list[int]) -> Pairing:
        """Rows and columns with their figures."""
        got = [int(self.cohort.scores[row, column]) for row, column in enumerate(to) if column != NOBODY]
        return Pairing(tuple(to), len(got), min(got, default=0), sum(got))

    def _best(self, floor: int | None, *, without: Sequence[tuple[int, int]] = (), must: int = NOBODY) -> Placing:
        np, bounds = self.cohort.np, self.bounds
        worths = self._shared(self.cohort.worths(floor=floor, without=without, must=must))
        _to, prices = assign(np, worths, [min(each, worths.shape[0]) for each in bounds.most])
        paid = np.array(prices, dtype=np.int64)
        gain = np.maximum((worths - paid).max(axis=1, initial=0), 0)
        short = np.minimum(gain[:, None] - (worths - paid), FAR)
        short[worths == FORBIDDEN] = FAR
        ceiling = int(gain.sum()) + sum(price * most for price, most in zip(prices, bounds.most, strict=True))
        limit = self._first_limit(short)
        while True:
            found = self._solve(worths, short <= limit)
            gap = ceiling - found.worth
            if gap <= limit or limit >= FAR - 1 or not found.proved:
                return found
            limit = min(gap, FAR - 1)

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

    def _solve(self, worths: Any, open_at: Any) -> Placing:
        """The exact solver over the placings that are open."""
        from ortools.sat.python import cp_model

        model: Any = cp_model.CpModel()
        rows, bounds = worths.shape[0], self.bounds
        for one, other in (*bounds.together, *bounds.together):  # the same placings are open to both
            open_at[one] = open_at[other] = (open_at[one] | open_at[other]) & (worths[one] > FORBIDDEN)
        x = [
            {int(column): model.new_bool_var("") for column in self.cohort.np.flatnonzero(open_at[row])}
            for row in range(rows)
        ]
        for each in x:
            if len(each) > 1:
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
        solver.parameters.max_time_in_seconds = self.seconds
        state = solver.solve(model)
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
