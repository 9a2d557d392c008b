"""Matching: 500 youth with 500 mentors, and 500 into 75 groups, against a loop of plain Python timed in the same run.

The field's limits are seconds (2 for pairs with scores and reasons, 5 for groups at gap 0). Processor time is counted in
turns of that loop, and a turn is `TURN_SECONDS`, which it takes on the machine the limits are meant for: a slower or a
busy machine is not held to a faster one's clock. Cohorts are generated (tests/makers/matching.py). Where
MENTOR_SAMPLES names a folder with `large-mentors.csv` and `large-mentees.csv`, these are matched too.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench.measure import Measure
from tests.makers.matching import make_cohort, make_groups
from youthprog.mentorship.matching.engine import propose
from youthprog.mentorship.matching.reading import people_of, read_people
from youthprog.mentorship.matching.types import Mode, Outcome, Task

TURN_SECONDS = 0.012
ROUNDS = 3
SAMPLES = "MENTOR_SAMPLES"


def measures() -> Iterator[Measure]:
    """Pairs in all three modes, groups, and an outside sample where there is one."""
    for mode in Mode:
        yield from _pairs(f"500 youth, 500 mentors, {mode.value}", make_cohort(500, 500, seed=1, mode=mode))
    yield from _groups()
    folder = os.environ.get(SAMPLES)
    if not folder:
        print(f"skipped: an outside sample of 500 x 500; {SAMPLES} names no folder")
        return
    yield from _pairs("sample of 500 x 500", _sample(Path(folder)))


def _pairs(name: str, task: Task) -> Iterator[Measure]:
    propose(task)
    turns, outcome = _timed(lambda: propose(task))
    figures = outcome.figures
    yield Measure(f"{name}: scores, best and reasons", turns * TURN_SECONDS, "s at 12 ms a turn", 2)
    simple = max(figures.first_come[1], figures.best_first[1])
    yield Measure(f"{name}: points, in turn or best pair first is 1", figures.total / max(1, simple), "times", 1, True)
    adding = sum(pair.score == sum(each.points for each in pair.points) for pair in outcome.pairs)
    yield Measure(f"{name}: pairs whose points add up", 100 * adding / max(1, len(outcome.pairs)), "%", 100, True)


def _groups() -> Iterator[Measure]:
    shares, turns = [], []
    for seed in range(1, ROUNDS + 1):
        task = make_groups(500, 75, pairs=20, seed=seed)
        taken, outcome = _timed(lambda task=task: propose(task, explain_seconds=0), rounds=1)  # type: ignore[misc]
        turns.append(taken)
        shares.append(outcome.figures.proved and not _broken(task, outcome))
    name = "500 youth, 75 groups, 20 pairs together or apart"
    yield Measure(f"{name}: best", statistics.median(turns) * TURN_SECONDS, "s at 12 ms a turn", 5)
    yield Measure(f"{name}: proved at gap 0, no rule broken", 100 * sum(shares) / len(shares), "%", 100, True)

    task = make_groups(120, 20, pairs=8, seed=1)
    turns_all, outcome = _timed(lambda: propose(task), rounds=1)
    name = "120 youth, 20 groups, 8 pairs together or apart"
    yield Measure(
        f"{name}: best, and what another group costs for each", turns_all * TURN_SECONDS, "s at 12 ms a turn", 30
    )
    looked = sum(pair.looked for pair in outcome.pairs)
    yield Measure(f"{name}: prices proved", 100 * looked / max(1, len(outcome.pairs)), "%", 100, True)


def _broken(task: Task, outcome: Outcome) -> int:
    """Hard rules of groups that a placing breaks."""
    to = {pair.youth: pair.to for pair in outcome.pairs}
    sizes = {each.id: sum(group == each.id for group in to.values()) for each in task.circles}
    wrong = sum(bool(sizes[each.id]) and not each.least <= sizes[each.id] <= each.most for each in task.circles)
    wrong += sum(to.get(one) != to.get(other) for one, other in task.together)
    return wrong + sum(one in to and to[one] == to.get(other) for one, other in task.apart)


def _sample(folder: Path) -> Task:
    places: dict[str, int] = {}
    mentors = read_people((folder / "large-mentors.csv").read_bytes(), first=1, places=places)
    youth = read_people((folder / "large-mentees.csv").read_bytes(), first=1_000_001, places=places)
    return Task(*reversed(people_of(mentors, youth)))  # type: ignore[arg-type]


def _timed(work: Callable[[], Outcome], *, rounds: int = ROUNDS) -> tuple[float, Outcome]:
    """How many turns of processor time it takes, the median, and what came out."""
    taken = []
    for _round in range(rounds):
        turn, began = _turn(), time.process_time()
        outcome = work()
        taken.append((time.process_time() - began) / turn)
    return statistics.median(taken), outcome


def _turn() -> float:
    """What a loop of plain Python takes here and now."""
    began, total = time.process_time(), 0
    for number in range(500_000):
        total += number % 7
    return time.process_time() - began
