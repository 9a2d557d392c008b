"""Health words that rooms above the people's own keep of a young person: whoever purges a file asks here what there is.

A note of health goes by a rule, a day and two persons (consent). What happened to a player taken off for health is as
private, and lies in another room; `wiring` names the rooms that keep such words.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app


@dataclass(frozen=True)
class HealthWords:
    """A room's words. `kept` selects (youth_id, when it was written), a row a piece; `forget` empties those of a youth and
    says how many pieces there were. The row itself may stay, without its words.
    """

    kept: Callable[[], sa.Select[Any]]
    forget: Callable[[int], int]


def install(app: Flask, sources: Iterable[HealthWords]) -> None:
    """Say which rooms keep health words."""
    app.extensions["youthprog.health_words"] = tuple(sources)


def kept_elsewhere() -> list[sa.Select[Any]]:
    """What the rooms keep, as statements of (youth_id, when)."""
    return [source.kept() for source in current_app.extensions["youthprog.health_words"]]


def forget_elsewhere(youth_id: int) -> int:
    """Empty what the rooms keep of a youth; how many pieces. The room whose deed this is writes the audit line."""
    return sum(source.forget(youth_id) for source in current_app.extensions["youthprog.health_words"])
