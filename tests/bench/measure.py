"""What a measure is, and how a time is taken."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """One figure and the limit it must keep: at most `limit`, or at least it where more is better.

    A time is a ratio to a floor or a peer timed in the same run: no figure depends on the machine.
    """

    name: str
    value: float
    unit: str
    limit: float
    more_is_better: bool = False

    @property
    def holds(self) -> bool:
        return self.value >= self.limit if self.more_is_better else self.value <= self.limit

    def line(self) -> str:
        sign = ">=" if self.more_is_better else "<="
        return f"{self.name}: {self.value:.4g} {self.unit} ({sign} {self.limit:g}) {'ok' if self.holds else 'short'}"


def ratio(ours: Callable[[], object], floor: Callable[[], object], *, rounds: int = 7) -> float:
    """The median time of `ours` divided by that of `floor`, taken turn by turn so that both meet the same noise."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for work, times in zip((ours, floor), taken, strict=True):
            start = time.perf_counter()
            work()
            times.append(time.perf_counter() - start)
    return statistics.median(taken[0]) / statistics.median(taken[1])
