"""Words of rosters: exceptions, papers, holds, suspensions, and the facts that decide who may play."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from youthprog.core.refusals import N_


class Exceptional(enum.StrEnum):
    """What a coordinator let stand in writing."""

    PLAY_UP = "play_up"  # younger than the division
    PLAY_DOWN = "play_down"  # older than the division
    NO_BIRTH_DATE = "no_birth_date"
    LATE = "late"  # joined after rosters closed
    OVER_LIMIT = "over_limit"  # beyond the roster's limit
    SECOND_TEAM = "second_team"
    AHEAD = "ahead"  # joined before others who wait


class PaperKind(enum.StrEnum):
    """A paper that a division asks for besides consent."""

    AGE_PROOF = "age_proof"
    PHYSICAL = "physical"


class WaitFrom(enum.StrEnum):
    """From when the days after a clearance are counted."""

    HOLD = "hold"
    CLEARANCE = "clearance"


class MoveKind(enum.StrEnum):
    """What became of a place on a team."""

    JOINED = "joined"
    TRANSFERRED = "transferred"
    LEFT = "left"
    MOVED_UP = "moved_up"


EXCEPTIONS = {
    Exceptional.PLAY_UP: N_("Plays up"),
    Exceptional.PLAY_DOWN: N_("Plays down"),
    Exceptional.NO_BIRTH_DATE: N_("Plays without a birth date on file"),
    Exceptional.LATE: N_("Joined late"),
    Exceptional.OVER_LIMIT: N_("Over the roster limit"),
    Exceptional.SECOND_TEAM: N_("Plays for a second team"),
    Exceptional.AHEAD: N_("Joined before others who wait"),
}

PAPERS = {PaperKind.AGE_PROOF: N_("Proof of age"), PaperKind.PHYSICAL: N_("Sports physical")}

WAITS = {
    WaitFrom.CLEARANCE: N_("From the day of the clearance"),
    WaitFrom.HOLD: N_("From the day the player was taken off"),
}

MOVES = {
    MoveKind.JOINED: N_("Joined"),
    MoveKind.TRANSFERRED: N_("Transferred"),
    MoveKind.LEFT: N_("Left the team"),
    MoveKind.MOVED_UP: N_("Moved up from the waitlist"),
}


@dataclass(frozen=True)
class Reason:
    """One reason why a player may not play: a stable code, the badge's state and word, and the sentence under it."""

    code: str
    state: str
    word: str
    sentence: str
    values: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True)
class RosterRules:
    """How a division keeps its rosters on a day. Ages count on `cutoff_on`; no number means no limit."""

    cutoff_on: date
    min_age: int | None = None
    max_age: int | None = None
    most_players: int | None = None
    fewest_players: int | None = None
    closes_on: date | None = None
    one_team: bool = True
    papers: frozenset[PaperKind] = frozenset()


@dataclass(frozen=True)
class HoldFacts:
    """A medical hold. `from_on` is the day it is about, `held_on` the day it was entered: before that nobody knew.

    `cleared_on` is the day on the clearance, `recorded_on` the day somebody here saw it. A hold that needs no clearance
    ends on the day that somebody ended it: `recorded_on`.
    """

    from_on: date
    held_on: date
    needs_clearance: bool
    wait_days: int
    wait_from: WaitFrom
    cleared_on: date | None = None
    recorded_on: date | None = None


@dataclass(frozen=True)
class SuspensionFacts:
    """A suspension from an instant, for a number of games or until a day, given on a team."""

    group_id: int
    from_at: datetime
    games: int | None = None
    until_on: date | None = None
    lifted_at: datetime | None = None


@dataclass(frozen=True)
class GameOf:
    """A game, not canceled, of a team the player was on that day. `teams` are all the player's teams of that day."""

    starts_at: datetime
    group_id: int
    teams: frozenset[int]


@dataclass(frozen=True)
class PlayFacts:
    """Everything about one player and one game that decides whether the player may play.

    `joined_on` is None for somebody who is not on the roster that day; `place` is the place in the order of joining;
    `other_team` a team of the season the player was on before this one; `papers` those on file with their last day
    (None: no end); `kept_away`: custody keeps the player from an adult who leads the team.
    """

    on: date
    at: datetime
    rules: RosterRules
    born_on: date | None
    joined_on: date | None
    place: int = 1
    accepted: frozenset[Exceptional] = frozenset()
    other_team: str | None = None
    papers: Mapping[PaperKind, date | None] = field(default_factory=dict)
    suspensions: tuple[SuspensionFacts, ...] = ()
    games: tuple[GameOf, ...] = ()
    kept_away: bool = False


@dataclass(frozen=True)
class JoinFacts:
    """What decides whether a player may come onto a team's roster on a day, besides a place in the season."""

    rules: RosterRules
    on: date
    born_on: date | None
    inside: int  # players there already
    other_team: str | None = None
    waiting: int = 0  # children who wait for this division and could have the place
    kept_away: bool = False
    accepted: frozenset[Exceptional] = frozenset()


@dataclass(frozen=True)
class WaitingChild:
    """Somebody who waits for a division: the place in line is the order they come in. `barred` are teams that cannot be."""

    wait_id: int
    youth_id: int
    fits: bool
    barred: frozenset[int] = frozenset()


@dataclass(frozen=True)
class OpenTeam:
    """A team of a division with the players it has, and the most it takes."""

    group_id: int
    players: int
    most: int | None
