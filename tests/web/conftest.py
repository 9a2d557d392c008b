"""The stage of the tests that walk the whole house: one world for a module and engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import ENGINES
from tests.support.houses import House
from tests.support.skipping import skip_unless_ci
from tests.support.walking import Stage, stage_on


@pytest.fixture(scope="module", params=ENGINES)
def stage(request: pytest.FixtureRequest, houses: dict[str, House]) -> Iterator[Stage]:
    """A world on an engine, for all tests of a module. Rehearse what would change it."""
    house = houses[request.param]
    if house.app is None:
        skip_unless_ci(house.reason)
    with stage_on(house, request.param) as found:
        yield found
