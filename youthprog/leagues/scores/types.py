"""Words of results: what somebody says of a game, and what is known of it. Plain values."""

import enum
from dataclasses import dataclass
from datetime import datetime


class Side(enum.StrEnum):
    """Who says a result: the home team, the visitors, or the league itself."""

    HOME = "home"
    AWAY = "away"
    LEAGUE = "league"


class Happened(enum.StrEnum):
    """What became of a game, in the words of whoever says it."""

    PLAYED = "played"
    HOME_FORFEIT = "home_forfeit"  # the home team did not come, or lost its right to the game
    AWAY_FORFEIT = "away_forfeit"
    DOUBLE_FORFEIT = "double_forfeit"
    ABANDONED = "abandoned"  # begun and broken off: the league says what it is worth
    NOT_PLAYED = "not_played"


FORFEITS = frozenset({Happened.HOME_FORFEIT, Happened.AWAY_FORFEIT, Happened.DOUBLE_FORFEIT})


class Known(enum.StrEnum):
    """How sure a result is."""

    OPEN = "open"  # nobody said anything
    PROVISIONAL = "provisional"  # one side said it, and the other may still
    MISMATCH = "mismatch"  # both said it, and differ: it counts nothing until one gives way or the league decides
    UNDECIDED = "undecided"  # broken off: the league says what it is worth
    FINAL = "final"


class How(enum.StrEnum):
    """What made a result final."""

    AGREED = "agreed"
    ALONE = "alone"  # one side said it, and the other let its time pass
    DECIDED = "decided"


class Keeping(enum.StrEnum):
    """Whether a division keeps scores."""

    BY_AGE = "by_age"  # as the season says for its ages
    KEPT = "kept"
    NOT_KEPT = "not_kept"


@dataclass(frozen=True, slots=True)
class Said:
    """A result as somebody says it. Scores only where it was played; `goes_on` where a knockout game needs it."""

    happened: Happened
    home_score: int | None = None
    away_score: int | None = None
    goes_on: Side | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What one side says now, since `said_at`; `first_at` is when it first said anything of this game.

    `stands_at` is when it is final if the other side says nothing until then; None: never by itself.
    """

    side: Side
    said: Said
    said_at: datetime
    first_at: datetime
    stands_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What is known of a game. `said` is what counts, also while it is provisional; None where nothing counts."""

    known: Known
    said: Said | None = None
    since: datetime | None = None
    how: How | None = None

    @property
    def counts(self) -> bool:
        """Whether the standings count it: a final or provisional result of a game that was played or forfeited."""
        return self.said is not None and self.said.happened is not Happened.NOT_PLAYED

    @property
    def is_final(self) -> bool:
        """Whether only the league may still change it."""
        return self.known is Known.FINAL


@dataclass(frozen=True, slots=True)
class GameFacts:
    """What decides who may say a result: when the game began, whether it stands in the schedule, what is known."""

    starts_at: datetime
    is_set: bool
    keeps_score: bool
    is_knockout: bool
    result: Result
    now: datetime
