"""Words and plain values of playing time."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from youthprog.core.refusals import N_

WARN_HOURS = 48  # before a game that a team is too few for
MOST_PLAYERS, MOST_UNITS = 99, 300


class PlayUnit(enum.StrEnum):
    """What playing time is counted in."""

    PLAYS = "plays"
    MINUTES = "minutes"
    QUARTERS = "quarters"
    INNINGS = "innings"


UNITS = {
    PlayUnit.PLAYS: N_("Plays"),
    PlayUnit.MINUTES: N_("Minutes"),
    PlayUnit.QUARTERS: N_("Quarters"),
    PlayUnit.INNINGS: N_("Innings"),
}
# How much one tap of the counter adds.
STEPS = {PlayUnit.PLAYS: 1, PlayUnit.MINUTES: 5, PlayUnit.QUARTERS: 1, PlayUnit.INNINGS: 1}


@dataclass(frozen=True, order=True)
class Band:
    """With so many players present each of them plays at least so much; without `to_players`, so many or more."""

    from_players: int
    to_players: int | None
    least: int


@dataclass(frozen=True)
class Preset:
    """A table a league publishes, and where it can be read."""

    name: str
    unit: PlayUnit
    bands: tuple[Band, ...]
    source: str


PRESETS = {
    "pop_warner": Preset(
        N_("Pop Warner football: plays by players present"),
        PlayUnit.PLAYS,
        (Band(16, 25, 10), Band(26, 30, 8), Band(31, 35, 6)),
        "sportsrec.com 354697",
    )
}


@dataclass(frozen=True)
class GameCount:
    """What was counted at a game: how much each player present played."""

    gathering_id: int
    played: Mapping[int, int]

    @property
    def present(self) -> int:
        """How many players counted as present."""
        return len(self.played)


@dataclass(frozen=True)
class PlayerTotal:
    """A player's season: games counted, units played and owed, and the games that were short with how much was missing."""

    youth_id: int
    games: int
    played: int
    owed: int
    short: tuple[tuple[int, int], ...]

    @property
    def missing(self) -> int:
        """How much was missing over the season. More in one game does not make up for less in another."""
        return sum(missing for _gathering_id, missing in self.short)
