"""Leagues: what their engines do, and how fast. Each part has a module of its own."""

from collections.abc import Iterator

from tests.bench import (
    leagues_calendars,
    leagues_forming,
    leagues_import,
    leagues_officials,
    leagues_robinx,
    leagues_scores,
    leagues_season,
)
from tests.bench.measure import Measure


def measures() -> Iterator[Measure]:
    """Every measure of the room."""
    yield from leagues_forming.measures()
    yield from leagues_import.measures()
    yield from leagues_robinx.measures()
    yield from leagues_season.measures()
    yield from leagues_scores.measures()
    yield from leagues_calendars.measures()
    yield from leagues_officials.measures()
