"""Words of a live draft: who picks when, and where it stands."""

import enum
from dataclasses import dataclass

from youthprog.leagues.forming.types import Child, Link, Side


class DraftOrder(enum.StrEnum):
    """In which order the teams pick, round by round."""

    SNAKE = "snake"  # there and back: the last of a round begins the next
    STRAIGHT = "straight"  # every round alike


class DraftState(enum.StrEnum):
    """Where a live draft stands."""

    OPEN = "open"
    PAUSED = "paused"
    DONE = "done"  # written to the teams
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose pick it is."""

    round: int
    team: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A child on a team, and the round that the team pays for it."""

    child: int
    team: int
    round: int


@dataclass(frozen=True)
class Board:
    """A draft as it stands: the teams in the order of the first round, all children, and those who are placed."""

    order: DraftOrder
    teams: tuple[Side, ...]
    children: tuple[Child, ...]
    links: tuple[Link, ...] = ()
    placed: tuple[Placed, ...] = ()
