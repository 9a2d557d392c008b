"""Leagues. Each part has a module of its own."""

from collections.abc import Iterator

from tests.bench import leagues_robinx
from tests.bench.measure import Measure


def measures() -> Iterator[Measure]:
    yield from leagues_robinx.measures()
