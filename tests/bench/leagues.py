"""Leagues: what their engines do, and how fast."""

from collections.abc import Iterator

from tests.bench import leagues_forming
from tests.bench.measure import Measure


def measures() -> Iterator[Measure]:
    """Every measure of the room."""
    yield from leagues_forming.measures()
