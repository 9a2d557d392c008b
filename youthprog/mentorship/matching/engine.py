"""Matching: youth and mentors in; the best proposal for the whole cohort out, every pair with its points and the price of
the next best, every youth left over with what removed the mentors.

All scores are computed first, then the best is found exactly (pairing, or grouping where there are groups), then it is
explained. Ids decide ties, so the order of the input never counts.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

from youthprog.mentorship.matching import hours
from youthprog.mentorship.matching.grouping import Bounds, Groups, OutOfTime
from youthprog.mentorship.matching.pairing import FAR, Cohort, Pairing, exchange_costs
from youthprog.mentorship.matching.scoring import Scorer, sides_of
from youthprog.mentorship.matching.types import (
    NOBODY,
    Alternative,
    Circle,
    Figures,
    HardRule,
    Mentor,
    Mode,
    Outcome,
    Pair,
    Phase,
    Progress,
    Removed,
    Task,
    Unmatched,
    Youth,
)

Tell = Callable[[Progress], None]
Stop = Callable[[], bool]
EXPLAIN_SECONDS = 420.0  # for the next best choices, where each asks for a solution of its own


def _quiet(_progress: Progress) -> None:
    pass


def propose(task: Task, *, tell: Tell = _quiet, stop: Stop = bool, explain_seconds: float = EXPLAIN_SECONDS) -> Outcome:
    """The best proposal there is for the whole cohort under the mode of the task."""
    youth, mentors = sides_of(task)
    scorer = Scorer(task.weights, task.every_days)
    tell(Progress(Phase.SCORING, 0.0))
    columns = columns_of(task, youth, mentors)
    ready, scores = scorer.ready(columns), []
    for place, each in enumerate(youth):
        scores.append(scorer.row(each, ready))
        if place % 50 == 49:
            tell(Progress(Phase.SCORING, 0.4 * place / len(youth)))
    cohort = Cohort(scores, [column.capacity for column in columns], task.mode)
    tell(Progress(Phase.SOLVING, 0.4))
    groups = Groups(cohort, _bounds(task, youth), stop=stop) if task.circles else None
    best = groups.solve() if groups else cohort.solve()
    tell(Progress(Phase.EXPLAINING, 0.6))
    explaining = _Explaining(task, youth, columns, cohort, best, scores, groups)
    others = explaining.others(tell, stop, explain_seconds)
    return Outcome(
        pairs=tuple(_pair(scorer, explaining, row, others.get(row)) for row, to in enumerate(best.to) if to != NOBODY),
        unmatched=tuple(
            Unmatched(youth[row].id, *removed_by(scorer, youth[row], columns), others.get(row))
            for row, to in enumerate(best.to)
            if to == NOBODY
        ),
        figures=explaining.figures(),
    )


# ---- groups ----


def columns_of(task: Task, youth: Sequence[Youth], mentors: Sequence[Mentor]) -> list[Mentor]:
    """What youth are put to: mentors, or groups at the hour they meet."""
    if not task.circles:
        return list(mentors)
    meets = {each.id: each.meets for each in task.circles}
    return [
        _at(each, meets[each.id] if meets[each.id] is not None else _hour(each.free, youth, task.every_days))
        for each in mentors
    ]


def _at(mentor: Mentor, free: int | None) -> Mentor:
    return Mentor(**({name: getattr(mentor, name) for name in Mentor.__dataclass_fields__} | {"free": free}))


def _hour(free: int | None, youth: Sequence[Youth], every_days: int) -> int | None:
    """The hour of the week, on the half hour, to which most youth can come; the earliest of several."""
    if free is None:
        return None
    hour, week, best = (1 << 4) - 1, 7 * hours.QUARTERS, (-1, 0)
    weeks = [hours.starts_of(free) >> week * each for each in range(4)]
    every = weeks[0] & weeks[1] & weeks[2] & weeks[3]
    for start in range(0, week - 3, 2):
        if every >> start & 1:
            mask = sum(hour << start + week * each for each in range(4))
            best = max(best, (_able(mask, youth), -start))
    if best[0] < 0:
        return _shifting(free, youth, every_days)
    return sum(hour << week * each - best[1] for each in range(4))


def _able(mask: int, youth: Sequence[Youth]) -> int:
    return sum(each.free is None or not mask & ~each.free for each in youth)


def _shifting(free: int, youth: Sequence[Youth], every_days: int) -> int:
    """Mentors on rotating shifts: the best hour of each stretch of the plan, since no hour is free every week."""
    begins, hour, mask = hours.starts_of(free), (1 << 4) - 1, 0
    days = next((each for each in hours.PERIODS if every_days <= each), hours.CYCLE)
    for stretch in range(0, hours.CYCLE, days):
        those = range(stretch * hours.QUARTERS, (stretch + days) * hours.QUARTERS - 3, 2)
        starts = [each for each in those if begins >> each & 1]
        if starts:
            mask |= hour << max(starts, key=lambda each: (_able(hour << each, youth), -each))
    return mask


def _bounds(task: Task, youth: Sequence[Youth]) -> Bounds:
    circles: list[Circle] = sorted(task.circles, key=lambda each: each.id)
    rows = {each.id: row for row, each in enumerate(youth)}

    def pairs(those: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        return sorted((rows[one], rows[other]) for one, other in map(sorted, those) if {one, other} <= rows.keys())

    sizes = [each.least for each in circles], [each.most for each in circles]
    return Bounds(*sizes, pairs(task.together), pairs(task.apart))


# ---- what it costs to choose otherwise ----


class _Explaining:
    """The best found, and what it is compared with."""

    def __init__(
        self, task: Task, youth: Sequence[Youth], columns: Sequence[Mentor], cohort: Cohort, best: Pairing,
        scores: list[list[int | None]], groups: Groups | None,
    ):  # fmt: skip
        self.task, self.youth, self.columns = task, youth, columns
        self.cohort, self.best, self.scores, self.groups = cohort, best, scores, groups
        self.looked: set[int] = set()  # the rows whose next best choice was looked for

    def others(self, tell: Tell, stop: Stop, seconds: float) -> dict[int, Alternative]:
        """The next best choice of each youth: of all with another mentor, the one that leaves the whole best.

        Where each is a solution of its own, those that fit least come first, as far as the time goes.
        """
        found = {} if self.groups else self._by_exchange(stop)
        if not self.groups and self.task.mode is not Mode.WORST:
            self.looked = set() if stop() else set(range(len(self.youth)))
            return found
        until, rows = time.monotonic() + seconds, sorted(range(len(self.youth)), key=self._fit)
        for place, row in enumerate(rows):
            if row not in found:
                if stop() or time.monotonic() > until:
                    break
                try:
                    other = self._solved_again(row)
                except OutOfTime:
                    continue
                if other is not None:
                    found[row] = other
            self.looked.add(row)
            tell(Progress(Phase.EXPLAINING, 0.6 + 0.4 * place / len(rows)))
        return found

    def _fit(self, row: int) -> tuple[int, int]:
        """How well a youth fits where it is put, those left over last: the order in which pairs are shown."""
        to = self.best.to[row]
        return (self.scores[row][to] or 0 if to != NOBODY else FAR), row

    def _by_exchange(self, stop: Stop) -> dict[int, Alternative]:
        """All at once. Under the best worst pair only those that lose neither a match nor the worst pair are found so."""
        np, cohort = self.cohort.np, self.cohort
        worths = cohort.worths(floor=cohort.floor)
        costs = exchange_costs(np, worths, cohort.capacities, self.best.to, stop)
        if stop():
            return {}
        for row, to in enumerate(self.best.to):
            if to != NOBODY:
                costs[row, to] = FAR
        worth = cohort.worth.of(self.best.matched, self.best.total)
        found = {}
        for row in range(len(self.youth)):
            if not costs.shape[1] or (cost := int(costs[row].min())) >= FAR // 2:
                continue
            matched, total = cohort.worth.read(worth - cost)
            if self.task.mode is Mode.WORST and matched < self.best.matched:
                continue
            ties = [int(each) for each in np.flatnonzero(costs[row] == cost)]
            column = min(ties, key=lambda each: (-int(cohort.scores[row, each]), each))
            found[row] = self._other(row, column, (matched, self.best.worst, total))
        return found

    def _solved_again(self, row: int) -> Alternative | None:
        """The whole solved once more, with this youth matched otherwise than now."""
        now = self.best.to[row]
        if self.groups:
            again = self.groups.other(row, now)
        elif all(score is None or column == now for column, score in enumerate(self.scores[row])):
            return None
        else:
            again = self.cohort.solve(without=[(row, now)] if now != NOBODY else (), must=row)
        if again is None or again.to[row] == NOBODY:
            return None
        return self._other(row, again.to[row], again.key)

    def _other(self, row: int, column: int, key: tuple[int, int, int]) -> Alternative:
        matched, worst, total = key
        worst_cost = self.best.worst - worst if self.task.mode is Mode.WORST else 0
        return Alternative(
            self.columns[column].id, int(self.cohort.scores[row, column]),
            self.best.matched - matched, worst_cost, self.best.total - total,
        )  # fmt: skip

    def figures(self) -> Figures:
        """How good it is, beside two simple ways."""
        scores, best = self.scores, self.best
        got = sorted(scores[row][to] or 0 for row, to in enumerate(best.to) if to != NOBODY)
        simple = not self.groups
        return Figures(
            youth=len(scores),
            matched=best.matched,
            matchable=sum(any(score is not None for score in row) for row in scores),
            total=best.total,
            worst=best.worst,
            tenth=got[len(got) // 10] if got else 0,
            proved=self.groups.proved if self.groups else True,
            first_come=first_come(scores, self.cohort.capacities) if simple else (0, 0),
            best_first=best_first(scores, self.cohort.capacities) if simple else (0, 0),
        )


def first_come(scores: list[list[int | None]], capacities: Sequence[int]) -> tuple[int, int]:
    """What comes out when each youth in turn takes the best mentor left: (matched, total)."""
    room, matched, total = list(capacities), 0, 0
    for row in scores:
        best = max(
            ((score, -column) for column, score in enumerate(row) if score is not None and room[column]), default=None
        )
        if best is not None:
            room[-best[1]] -= 1
            matched, total = matched + 1, total + best[0]
    return matched, total


def best_first(scores: list[list[int | None]], capacities: Sequence[int]) -> tuple[int, int]:
    """What comes out when the best pair left is taken again and again: (matched, total)."""
    pairs = sorted(
        (-score, row, column)
        for row, each in enumerate(scores)
        for column, score in enumerate(each)
        if score is not None
    )
    room, done, total = list(capacities), set(), 0
    for score, row, column in pairs:
        if row not in done and room[column]:
            room[column] -= 1
            done.add(row)
            total -= score
    return len(done), total


# ---- in words of the room ----


def _pair(scorer: Scorer, known: _Explaining, row: int, other: Alternative | None) -> Pair:
    youth, mentor = known.youth[row], known.columns[known.best.to[row]]
    points = scorer.points(mentor, youth)
    free = mentor.free & youth.free if mentor.free is not None and youth.free is not None else None
    score = known.scores[row][known.best.to[row]]
    assert score == sum(each.points for each in points)
    common = hours.minutes_of(free) // 60 if free is not None else 0
    return Pair(youth.id, mentor.id, score, points, other, common, row in known.looked)


def removed_by(scorer: Scorer, youth: Youth, mentors: Sequence[Mentor]) -> tuple[int, tuple[Removed, ...]]:
    """How many mentors are possible for a youth, and what removes the others."""
    broken: list[list[HardRule]] = [scorer.refusals(mentor, youth) for mentor in mentors]
    removed = [
        Removed(rule, sum(rule in each for each in broken), sum(each == [rule] for each in broken))
        for rule in HardRule
        if any(rule in each for each in broken)
    ]
    return sum(not each for each in broken), tuple(removed)


def score_of(task: Task, mentor: Mentor, youth: Youth) -> tuple[Any, list[HardRule]]:
    """The points of a pair chosen by hand, and the hard rules it breaks."""
    scorer = Scorer(task.weights, task.every_days)
    return scorer.points(mentor, youth), scorer.refusals(mentor, youth)
