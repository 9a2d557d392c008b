"""Words of team forming: what is asked, what is proposed, and why."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property


class LinkKind(enum.StrEnum):
    """A rule between two children that is never broken. All but APART put both on one team."""

    SIBLINGS = "siblings"
    CARPOOL = "carpool"
    TOGETHER = "together"
    APART = "apart"


class PinKind(enum.StrEnum):
    """Why a child's team is settled before any forming: a parent coaches it, or a person put the child there."""

    COACH = "coach"
    LOCK = "lock"


class Stratum(enum.StrEnum):
    """What is kept even, the more important first. Wishes count once all of these are as even as can be."""

    SIZE = "size"
    GENDER = "gender"
    SKILL = "skill"
    AGES = "ages"


@dataclass(frozen=True, slots=True)
class Child:
    """A child to be placed. `skill` is in rating points; practice days (0 is Monday), places (site ids), teams to avoid."""

    id: int
    gender: str = ""
    skill: int = 0
    age: int | None = None
    no_days: frozenset[int] = frozenset()
    no_places: frozenset[int] = frozenset()
    no_teams: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Side:
    """A team to be filled: the days it practices, where, and how many it takes at most (None: nobody counts)."""

    id: int
    days: frozenset[int] = frozenset()
    place: int | None = None
    capacity: int | None = None

    def suits(self, child: Child) -> bool:
        """Whether the child can be there: on every practice day, at the place."""
        return not self.days & child.no_days and self.place not in child.no_places and self.id not in child.no_teams


@dataclass(frozen=True, slots=True)
class Link:
    """Two children kept together or apart."""

    kind: LinkKind
    one: int
    other: int


@dataclass(frozen=True, slots=True)
class Pin:
    """A child whose team is settled."""

    kind: PinKind
    child: int
    team: int


@dataclass(frozen=True, slots=True)
class Limit:
    """A child who cannot be on a team because of a practice day or place."""

    child: int
    team: int


@dataclass(frozen=True, slots=True)
class Wish:
    """A child would like to play with another."""

    child: int
    wanted: int


@dataclass(frozen=True)
class Task:
    """Everything a forming is asked. Skill sums may differ by `skill_within` points; wishes are worth 2, mutual ones 3."""

    children: tuple[Child, ...]
    teams: tuple[Side, ...]
    links: tuple[Link, ...] = ()
    pins: tuple[Pin, ...] = ()
    wishes: tuple[Wish, ...] = ()
    skill_within: int = 1
    mix_ages: bool = False

    @cached_property
    def mutual(self) -> frozenset[Wish]:
        """The wishes that the other child has too."""
        asked = set(self.wishes)
        return frozenset(wish for wish in self.wishes if Wish(wish.wanted, wish.child) in asked)

    def worth(self, wish: Wish) -> int:
        """What meeting a wish counts."""
        return 3 if wish in self.mutual else 2


class Obstacle(enum.StrEnum):
    """Why the hard rules cannot all be kept."""

    APART_WITHIN = "apart_within"  # a chain keeps two together whom a rule keeps apart
    TWO_TEAMS = "two_teams"  # a chain keeps two together who are settled on different teams
    NO_TEAM = "no_team"  # no team suits all of those kept together
    TOO_MANY_TOGETHER = "too_many_together"  # more are kept together than any team takes
    TOO_FEW_PLACES = "too_few_places"  # all teams together take fewer than there are children
    TOGETHER_IMPOSSIBLE = "together_impossible"  # these rules, each needed, leave no way


Part = Link | Pin | Limit


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Hard rules that cannot all be kept: none of `parts` can be left out of the contradiction.

    `children` are those kept together where that matters, `numbers` what was counted.
    """

    obstacle: Obstacle
    parts: tuple[Part, ...] = ()
    children: tuple[int, ...] = ()
    numbers: Mapping[str, int] = field(default_factory=dict, hash=False)


class Why(enum.StrEnum):
    """Why a child is on a team, the most telling first."""

    LOCK = "lock"
    COACH = "coach"
    DRAFTED = "drafted"  # a coach picked the child in a live draft
    WITH_PINNED = "with_pinned"  # kept together with somebody whose team is settled
    ONLY_TEAM = "only_team"  # the one team that suits
    KEPT_TOGETHER = "kept_together"
    WISH = "wish"
    EVEN = "even"  # evens out size, gender and skill


@dataclass(frozen=True, slots=True)
class Placement:
    """A child's team with its reason; `people` are those kept with, or the wishes met."""

    child: int
    team: int
    why: Why
    people: tuple[int, ...] = ()


class Barrier(enum.StrEnum):
    """The one reason why a wish is not met."""

    APART = "apart"  # a rule keeps the two, or those they come with, apart
    TEAMS = "teams"  # the two are settled on different teams
    NO_COMMON_TEAM = "no_common_team"  # practice days or places leave no team for both
    TOO_MANY = "too_many"  # with all who come along they are more than a team takes
    HARD = "hard"  # all hard rules together leave no way
    SIZE = "size"
    GENDER = "gender"
    SKILL = "skill"
    AGES = "ages"
    WISHES = "wishes"  # others' wishes, worth at least as much, would be given up
    OPEN = "open"  # nothing: a better draft than this one meets it


@dataclass(frozen=True, slots=True)
class Unmet:
    """A wish not met and its one reason.

    `people` and `teams` are whom and what the reason names. `instead` are the wishes that the best arrangement found
    with this wish gives up; `numbers` what it makes uneven, for instance `most` and `least` on a team. `proved` says
    that no arrangement at all would do; without it, that none was found.
    """

    wish: Wish
    barrier: Barrier
    proved: bool
    people: tuple[int, ...] = ()
    teams: tuple[int, ...] = ()
    instead: tuple[Wish, ...] = ()
    gained: tuple[Wish, ...] = ()
    numbers: Mapping[str, int | str] = field(default_factory=dict, hash=False)


Levels = tuple[int, int, int, int]  # how far each stratum is from even, summed over the teams; all 0 is even


@dataclass(frozen=True, slots=True)
class Figures:
    """How good a proposal is. Spreads are the largest team's figure less the smallest's.

    `score` is what the wishes met are worth, `bound` the most that could be; `proved` that nothing better exists.
    """

    levels: Levels
    score: int
    bound: int
    proved: bool
    sizes: int
    girls: int
    boys: int
    skills: int
    wishes: int
    wishes_met: int
    mutual: int
    mutual_met: int

    @property
    def key(self) -> tuple[int, ...]:
        """What two proposals are compared by: smaller is better."""
        return (*self.levels, -self.score)


@dataclass(frozen=True)
class Proposal:
    """A full draft: every child with team and reason, every unmet wish with its reason, and how good it is."""

    placements: tuple[Placement, ...]
    unmet: tuple[Unmet, ...]
    figures: Figures

    @cached_property
    def team_of(self) -> dict[int, int]:
        """Child to team."""
        return {placement.child: placement.team for placement in self.placements}


NO_WAY = "no way"  # said instead of a proposal: none was found, and it is not proved that there is none


class Phase(enum.StrEnum):
    """What the forming is at."""

    STARTING = "starting"
    TRADING = "trading"  # moves and swaps by pairs
    PROVING = "proving"  # the exact solver
    EXPLAINING = "explaining"  # one counter-trial for each unmet wish
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a forming is. `team_of` is the best so far, usable as it stands."""

    phase: Phase
    share: float
    levels: Levels = (0, 0, 0, 0)
    score: int = 0
    bound: int = 0
    team_of: Mapping[int, int] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a forming may do: seconds in all, moves of the trading phase, effort of the exact solver.

    `effort` is the solver's own deterministic count, the same on any machine; None leaves it to the seconds.
    """

    seconds: float = 30.0
    moves: int = 150_000
    effort: float | None = None
    workers: int = 2
    seed: int = 20
