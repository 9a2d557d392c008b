"""Leagues. Each part has a module of its own."""

from collections.abc import Iterator

from tests.bench import leagues_season
from tests.bench.measure import Measure


def measures() -> Iterator[Measure]:
    for part in (leagues_season,):
        yield from part.measures()
