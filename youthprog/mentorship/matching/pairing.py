"""The best pairing of a whole cohort, exactly, and what any other choice would cost. Pure; numpy is loaded where it counts.

Youth are rows, mentors columns with a capacity each; a youth may stay without. The worth of a pair is one whole number
in which what the mode puts first outweighs all that comes after it, so the best sum is the best in that order. Shortest
augmenting paths give that sum with prices that prove it; among the equally good, the youth with the lowest id gets the
mentor with the lowest id, then the next youth. Floyd's shortest paths over the exchanges that are left say exactly what
forcing any one pair would cost.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from youthprog.mentorship.matching.types import NOBODY, Mode

Scores = list[list[int | None]]  # by youth and mentor; None is forbidden
FORBIDDEN = -(1 << 52)
FAR = 1 << 52
Stop = Callable[[], bool]


@dataclass(frozen=True)
class Worth:
    """How the worth of a pair reads back: a sum of worths as (matched, total)."""

    mode: Mode
    unit: int

    def of(self, matched: int, total: int) -> int:
        """The worth of so many pairs with so many points."""
        return total * self.unit + matched if self.mode is Mode.TOTAL else matched * self.unit + total

    def read(self, worth: int) -> tuple[int, int]:
        """(matched, total) of a sum of worths."""
        high, low = divmod(worth, self.unit)
        return (low, high) if self.mode is Mode.TOTAL else (high, low)


@dataclass(frozen=True)
class Pairing:
    """The best: a mentor's column for every youth's row, or NOBODY."""

    to: tuple[int, ...]
    matched: int
    worst: int
    total: int

    @property
    def key(self) -> tuple[int, int, int]:
        """(matched, worst, total)."""
        return self.matched, self.worst, self.total


class Cohort:
    """Scores and capacities, made ready to be solved under a mode, with pairs forbidden or a floor under the scores."""

    def __init__(self, scores: Scores, capacities: list[int], mode: Mode):
        import numpy as np

        self.np: Any = np
        self.mode, self.youth, self.mentors = mode, len(scores), len(capacities)
        self.capacities = [max(0, min(each, self.youth)) for each in capacities]
        self.scores = np.array(
            [[FORBIDDEN if each is None else each for each in row] for row in scores], dtype=np.int64
        ).reshape(self.youth, self.mentors)
        self.scores[:, [each == 0 for each in self.capacities]] = FORBIDDEN
        highest = int(self.scores.max(initial=0))
        unit = self.youth + 1 if mode is Mode.TOTAL else self.youth * max(0, highest) + 1
        self.worth = Worth(mode, unit)
        self.floor: int | None = None

    def worths(self, *, floor: int | None = None, without: Iterable[tuple[int, int]] = (), must: int = NOBODY) -> Any:
        """The worth of each pair. `without` are forbidden, `must` is a youth who has to be matched whatever it costs."""
        np, scores = self.np, self.scores
        allowed = scores >= (0 if floor is None else floor)
        found = np.where(
            allowed,
            scores * self.worth.unit + 1 if self.mode is Mode.TOTAL else scores + self.worth.unit,
            FORBIDDEN,
        )
        for row, column in without:
            found[row, column] = FORBIDDEN
        if must != NOBODY:
            found[must] = np.where(found[must] == FORBIDDEN, FORBIDDEN, found[must] + self.bribe)
        return found

    @property
    def bribe(self) -> int:
        """More than everything else is worth together."""
        highest = int(self.scores.max(initial=0))
        return (self.youth + 1) * (self.worth.of(1, max(0, highest)) + 1)

    def solve(self, *, without: Iterable[tuple[int, int]] = (), must: int = NOBODY) -> Pairing:
        """The best pairing under the mode."""
        without, floor = list(without), None
        if self.mode is Mode.WORST:
            floor = self._best_floor(without, must)
        worths = self.worths(floor=floor, without=without, must=must)
        to = lowest_ids(self.np, worths, self.capacities, *assign(self.np, worths, self.capacities))
        self.floor = floor
        return self._found(to)

    def _found(self, to: list[int]) -> Pairing:
        got = [int(self.scores[row, column]) for row, column in enumerate(to) if column != NOBODY]
        return Pairing(tuple(to), len(got), min(got, default=0), sum(got))

    def _best_floor(self, without: list[tuple[int, int]], must: int) -> int:
        """The highest floor under all pairs with which as many are matched as without any."""
        np = self.np
        known = [int(each) for each in np.unique(self.scores[self.scores >= 0])]
        rows = self._bits(0, without)
        most = len(cover(rows, self.capacities, must))
        low, high = 0, len(known) - 1
        while low < high:
            middle = (low + high + 1) // 2
            rows = self._bits(known[middle], without)
            found = cover(rows, self.capacities, must)
            if len(found) == most and (must == NOBODY or must in found or not self._bits(0, without)[must]):
                low = middle
            else:
                high = middle - 1
        return known[low] if known else 0

    def _bits(self, floor: int, without: list[tuple[int, int]]) -> list[int]:
        allowed = self.scores >= floor
        for row, column in without:
            allowed[row, column] = False
        packed = self.np.packbits(allowed, axis=1, bitorder="little")
        return [int.from_bytes(row.tobytes(), "little") for row in packed]


def cover(rows: list[int], capacities: list[int], first: int = NOBODY) -> dict[int, int]:
    """The most youth that can be matched, row to column, by augmenting paths over masks of columns. `first` goes first."""
    held: list[list[int]] = [[] for _ in capacities]
    free = sum(1 << column for column, most in enumerate(capacities) if most)
    order = sorted(range(len(rows)), key=lambda row: (row != first, row))
    to: dict[int, int] = {}
    for start in order:
        came: dict[int, int] = {}  # column -> the row that asks for it
        queue, unseen = [start], ~0
        end = NOBODY
        for row in queue:
            new = rows[row] & unseen
            if new & free:
                end = ((new & free) & -(new & free)).bit_length() - 1
                came[end] = row
                break
            unseen &= ~new
            while new:
                low = new & -new
                column = low.bit_length() - 1
                new ^= low
                came[column] = row
                queue.extend(held[column])
        while end != NOBODY:
            row = came[end]
            before = to.get(row, NOBODY)
            to[row] = end
            held[end].append(row)
            if len(held[end]) >= capacities[end]:
                free &= ~(1 << end)
            if before != NOBODY:
                held[before].remove(row)
                if row != start:
                    free |= (1 << before) if len(held[before]) < capacities[before] else 0
            end = before if row != start else NOBODY
    return to


def assign(np: Any, worths: Any, capacities: list[int]) -> tuple[list[int], list[int]]:
    """The best sum of worths by shortest augmenting paths: a column for every row or NOBODY, and the price of each column.

    A price is never negative; a column with a price is full. A worth of at most 0 is not worth a pair.
    """
    rows = worths.shape[0]
    slots = [column for column, most in enumerate(capacities) for _ in range(most)]
    width = len(slots) + 1  # the last column is staying without, where all find room
    cost = np.zeros((rows, width), dtype=np.int64)
    if slots:
        cost[:, :-1] = np.minimum(-worths[:, slots], FAR)
    paths = _Paths(np, cost)
    for start in range(rows):
        paths.augment(start)
    to = [slots[slot] if slot < width - 1 else NOBODY for slot in paths.slot_of]
    paid = [0] * len(capacities)
    for slot, column in enumerate(slots):
        paid[column] = -int(paths.prices[slot])
    return to, paid


class _Paths:
    """Rows with their places so far, and the offers and prices that prove them the cheapest."""

    def __init__(self, np: Any, cost: Any):
        rows, width = cost.shape
        self.np, self.last = np, width - 1
        self.double = cost * 2  # so that among equally far places a free one comes first, by one half
        self.prices, self.offers = np.zeros(width, dtype=np.int64), [0] * rows
        self.taken = np.zeros(width, dtype=np.int64)
        self.row_of, self.slot_of = [-1] * width, [width - 1] * rows

    def augment(self, start: int) -> None:
        """Give one more row its place along the cheapest chain of changes; offers and prices go along."""
        np, last, row_of = self.np, self.last, self.row_of
        level = self.taken - 2 * self.prices
        away = self.double[start] + level
        came = np.full(last + 1, start, dtype=np.int64)
        closed = np.zeros(last + 1, dtype=np.int64)
        seen: list[tuple[int, int]] = []
        while True:
            slot = int((away + closed).argmin())
            far = int(away[slot]) >> 1
            row = row_of[slot]
            if row < 0:
                break
            closed[slot] = FAR << 4
            seen.append((slot, far))
            through = self.double[row] + (level + 2 * (far - self.offers[row]))
            better = through < away - closed
            np.copyto(away, through, where=better)
            came[better] = row
        for each, at in seen:
            self.offers[row_of[each]] += far - at
            self.prices[each] -= far - at
        self.offers[start] = far
        while True:
            row = int(came[slot])
            before = self.slot_of[row]
            self.slot_of[row] = slot
            if slot != last:
                row_of[slot], self.taken[slot] = row, 1
            if row == start:
                return
            slot = before


def lowest_ids(np: Any, worths: Any, capacities: list[int], to: list[int], prices: list[int]) -> list[int]:
    """Of all best pairings the one in which the first row has the lowest column, then the second, and so on.

    Pairs that a best pairing may use are those that the prices leave even; a column with a price stays full.
    """
    to, rows, nobody = list(to), len(to), len(capacities)
    paid = np.array([*prices, 0], dtype=np.int64)
    worth = np.concatenate([worths, np.zeros((rows, 1), dtype=np.int64)], axis=1)
    mine = np.array([nobody if each == NOBODY else each for each in to], dtype=np.int64)
    gain = worth[np.arange(rows), mine] - paid[mine] if rows else np.zeros(0, dtype=np.int64)
    even = (worth - paid) == gain[:, None]
    wanted = [[int(each) for each in np.flatnonzero(even[row])] for row in range(rows)]
    asks = [[int(each) for each in np.flatnonzero(even[:, column])] for column in range(nobody + 1)]
    at = [int(each) for each in mine]
    room = [most - at.count(column) for column, most in enumerate(capacities)] + [0]
    fixed = [False] * rows
    for row in range(rows):
        lower = [column for column in wanted[row] if column < at[row]]
        if lower:
            _lower(row, lower, at, room, prices, asks, fixed)
        fixed[row] = True
    return [NOBODY if column == nobody else column for column in at]


def _lower(
    row: int, lower: list[int], at: list[int], room: list[int], prices: list[int], asks: list[list[int]],
    fixed: list[bool],
) -> None:  # fmt: skip
    """Move a row to the lowest of these columns that a chain of even changes frees for it."""
    nobody, goal = len(room) - 1, at[row]
    fixed[row] = True
    nexts: dict[int, tuple[int, int]] = {}  # column -> (the row that leaves it, or -1 for its room; where that goes)
    queue, seen = [goal], {goal}
    for column in queue:
        for each in asks[column]:
            if not fixed[each] and at[each] not in seen:
                seen.add(at[each])
                nexts[at[each]] = each, column
                queue.append(at[each])
        if column == nobody:  # room that is left over, or that may be left over
            spare = [each for each in range(nobody) if room[each] > 0 and each not in seen]
        else:
            spare = [nobody] if prices[column] == 0 and nobody not in seen else []
        for each in spare:
            seen.add(each)
            nexts[each] = -1, column
            queue.append(each)
    best = next((column for column in lower if column in seen), None)
    if best is None:
        return
    at[row], column = best, best
    while column != goal:
        who, then = nexts[column]
        if who >= 0:
            at[who] = then
        else:  # from a column's room to nobody, or from nobody to a column that may stay empty
            if column != nobody:
                room[column] -= 1
            if then != nobody:
                room[then] += 1
        column = then


def exchange_costs(np: Any, worths: Any, capacities: list[int], to: tuple[int, ...], stop: Stop = bool) -> Any:
    """What forcing each pair would cost the best sum, exactly, by row and column; FAR where it cannot be had.

    Nodes are the rows and one for all room left over. An edge says what is lost when one takes the other's place.
    """
    rows, nobody = len(to), len(capacities)
    mine = np.array([nobody if each == NOBODY else each for each in to], dtype=np.int64)
    worth = np.concatenate([worths, np.zeros((rows, 1), dtype=np.int64)], axis=1)
    have = worth[np.arange(rows), mine] if rows else np.zeros(0, dtype=np.int64)
    room = [column for column, most in enumerate(capacities) if most > sum(each == column for each in to)]
    left = worth[:, [*room, nobody]].max(axis=1) if rows else np.zeros(0, dtype=np.int64)
    lost = np.zeros((rows + 1, rows + 1), dtype=np.int64)
    lost[:rows, :rows] = have[:, None] - worth[:, mine]
    lost[:rows, rows] = have - left
    lost = np.minimum(lost, FAR)
    for middle in range(rows + 1):
        np.minimum(lost, lost[:, middle, None] + lost[None, middle, :], out=lost)
        if stop():
            break
    costs = np.full(worths.shape, FAR, dtype=np.int64)
    back = lost.T  # what it costs when a row's place is filled again, starting with the one pushed out
    for column in range(nobody):
        pushed = [row for row in range(rows) if to[row] == column]
        ways = [back[:rows, each] for each in pushed]
        if column in room:
            ways.append(back[:rows, rows])
        if ways:
            costs[:, column] = np.minimum.reduce(ways) + have - worth[:, column]
            costs[pushed, column] = 0
    costs[worths == FORBIDDEN] = FAR
    return np.minimum(costs, FAR)
