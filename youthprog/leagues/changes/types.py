"""Words of what happens to a published schedule."""

import enum
from dataclasses import dataclass
from datetime import datetime

from youthprog.leagues.season.types import FixtureState

OFF = "off"  # instead of a place: the game is called off
MOST_DAYS = 60  # of one closing
MOST_GAMES = 80  # of one rain-out: more is no rain-out but another season


class ChangeKind(enum.StrEnum):
    """What was done to a published schedule."""

    RAIN_OUT = "rain_out"  # a field or a day closed, and all its games at once
    MOVE = "move"
    CALL_OFF = "call_off"
    ADD = "add"


@dataclass(frozen=True)
class Spot:
    """Where and when a game is, and whether it is on."""

    starts_at: datetime
    venue_id: int
    venue: str
    state: FixtureState

    @property
    def off(self) -> bool:
        """Whether it is called off."""
        return self.state is FixtureState.CANCELED


@dataclass(frozen=True)
class ChangedLine:
    """What a change did to one game: where it was and where it went. `was` is None for a game that was added."""

    fixture_id: int
    game: str
    division: str
    was: Spot | None
    now: Spot


@dataclass(frozen=True)
class ChangeLine:
    """One change with its games. `told` counts the letters it meant, None while they are being written."""

    change_id: int
    kind: ChangeKind
    reason: str
    made_at: datetime
    made_by: str | None
    undone_at: datetime | None
    told: int | None
    unreached: int
    games: tuple[ChangedLine, ...]
