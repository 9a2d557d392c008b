"""Attendance. Each figure is a function of its own; `PARTS` names them."""

from collections.abc import Callable, Iterator

from tests.bench import attendance_speed
from tests.bench.measure import Measure

PARTS: list[Callable[[], Iterator[Measure]]] = [attendance_speed.measures]


def measures() -> Iterator[Measure]:
    for part in PARTS:
        yield from part()
