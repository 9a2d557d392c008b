"""Words of a season to be timetabled: teams, slots, and what is asked of them. Teams and slots are counted from 0.

A slot is a day of play. A rule that is hard must hold; a soft one costs its penalty for each unit it is missed by. The
nine kinds are those of RobinX (Van Bulck, Goossens, Schoenberger, Guajardo, EJOR 280, 2020), here under plain names.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

NO_LIMIT = 10**9


class Meeting(NamedTuple):
    """One game: which team is at home to which, and in which slot."""

    home: int
    away: int
    slot: int


class Side(enum.StrEnum):
    """Which games of a team count."""

    HOME = "H"
    AWAY = "A"
    BOTH = "HA"


@dataclass(frozen=True, slots=True)
class Range:
    """How many are wanted: at least `low`, at most `high`."""

    low: int = 0
    high: int = NO_LIMIT

    def missed_by(self, count: int) -> int:
        """How far a count lies outside."""
        return max(0, count - self.high) + max(0, self.low - count)

    @property
    def empty(self) -> bool:
        return self.low > self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What every rule has: its line in the file, whether it is hard, and the penalty of a soft one."""

    code = ""
    line: int = 0
    hard: bool = True
    penalty: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamDays(Rule):
    """CA1: each of `teams` has a count of games in `slots` within `wanted`."""

    code = "CA1"
    teams: tuple[int, ...]
    slots: tuple[int, ...]
    side: Side
    wanted: Range


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamOpponents(Rule):
    """CA2: each of `teams` has a count of games against `opponents` in `slots` within `wanted`."""

    code = "CA2"
    teams: tuple[int, ...]
    opponents: tuple[int, ...]
    slots: tuple[int, ...]
    side: Side
    wanted: Range


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowding(Rule):
    """CA3: each of `teams`, in every run of `length` slots (or of its own games), has a count within `wanted`."""

    code = "CA3"
    teams: tuple[int, ...]
    opponents: tuple[int, ...]
    length: int
    side: Side
    wanted: Range
    by_games: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDays(Rule):
    """CA4: `teams` together have a count of games against `opponents` within `wanted`, in all slots or in each."""

    code = "CA4"
    teams: tuple[int, ...]
    opponents: tuple[int, ...]
    slots: tuple[int, ...]
    side: Side
    wanted: Range
    each_slot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedGames(Rule):
    """GA1: of the games named (home, away), a count within `wanted` is in `slots`."""

    code = "GA1"
    games: tuple[tuple[int, int], ...]
    slots: tuple[int, ...]
    wanted: Range


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamBreaks(Rule):
    """BR1: each of `teams` has at most `most` breaks in `slots`. A break: at home, or away, as in the game before."""

    code = "BR1"
    teams: tuple[int, ...]
    slots: tuple[int, ...]
    side: Side
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupBreaks(Rule):
    """BR2: `teams` together have at most `most` breaks in `slots`."""

    code = "BR2"
    teams: tuple[int, ...]
    slots: tuple[int, ...]
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeBalance(Rule):
    """FA2: after each of `slots`, any two of `teams` differ by at most `most` home games played in them so far."""

    code = "FA2"
    teams: tuple[int, ...]
    slots: tuple[int, ...]
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation(Rule):
    """SE1: between two meetings of a pair out of `teams` lie at least `apart` slots."""

    code = "SE1"
    teams: tuple[int, ...]
    apart: int


@dataclass(frozen=True, slots=True)
class Timetable:
    """A season to be timetabled: everybody plays everybody `rounds` times.

    With `compact` every team plays in every slot (but for byes of an odd number); with `phased` every pair meets once in
    the first half of the slots. `slot_numbers` and `team_numbers` are the numbers the file uses.
    """

    name: str
    team_numbers: tuple[int, ...]
    team_names: tuple[str, ...]
    slot_numbers: tuple[int, ...]
    slot_names: tuple[str, ...]
    rules: tuple[Rule, ...]
    rounds: int = 2
    compact: bool = False
    phased: bool = False

    @property
    def teams(self) -> range:
        return range(len(self.team_numbers))

    @property
    def slots(self) -> range:
        return range(len(self.slot_numbers))

    @property
    def first_half(self) -> int:
        """The first slot of the second half."""
        return len(self.slot_numbers) // 2

    def between(self, one: int, other: int) -> int:
        """How many slots lie strictly between two."""
        return abs(self.slot_numbers[one] - self.slot_numbers[other]) - 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a schedule is worth. `faults` says in words how it is no season at all (a game missing, a team twice a day);
    `hard` and `soft` are the sums of what rules are missed by, times their penalties; `by_kind` splits them."""

    faults: tuple[str, ...]
    hard: int
    soft: int
    by_kind: Mapping[tuple[str, bool], int] = field(default_factory=dict, hash=False)
    missed: tuple[Rule, ...] = ()

    @property
    def feasible(self) -> bool:
        return not self.faults and self.hard == 0


@dataclass(frozen=True, slots=True)
class Cause:
    """Why no schedule can exist: the reason with its numbers, and the least that would have to give way."""

    reason: str
    relaxation: str
