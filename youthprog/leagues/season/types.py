"""What a season's schedule is made from, and the schedule itself. Plain values with keys of the caller's own.

Times of day are minutes after local midnight: a schedule is made in wall time, and becomes instants when it is published.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import date

EVERY_DAY = frozenset(range(7))
DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """From when until when, in minutes after midnight."""

    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class VenueSpec:
    """A field or court: one game at a time. Between venues of one `site` nobody travels.

    `weekly` holds (weekday, hours), Monday 0. `overrides` replace a weekday's hours on one date. On a `closed` date
    nothing is played. `divisions` are those that fit here; none named means all. Of a field without `has_hours` nobody
    has said yet when it is open: games stand there as they are, and none is planned there.
    """

    key: str
    name: str
    site: str = ""
    weekly: tuple[tuple[int, Hours], ...] = ()
    overrides: tuple[tuple[date, tuple[Hours, ...]], ...] = ()
    closed: frozenset[date] = frozenset()
    divisions: frozenset[str] = frozenset()
    has_hours: bool = True

    def takes(self, division: str) -> bool:
        """Whether a division plays here at all."""
        return not self.divisions or division in self.divisions

    def hours_on(self, day: date) -> tuple[Hours, ...]:
        """When the venue is open on a date, in order, touching hours joined."""
        if day in self.closed:
            return ()
        changed = dict(self.overrides)
        found = changed[day] if day in changed else [hours for week, hours in self.weekly if week == day.weekday()]
        return _joined(found)


def _joined(found: tuple[Hours, ...] | list[Hours]) -> tuple[Hours, ...]:
    joined: list[Hours] = []
    for hours in sorted(found, key=lambda each: (each.starts, each.ends)):
        if joined and hours.starts <= joined[-1].ends:
            joined[-1] = Hours(joined[-1].starts, max(joined[-1].ends, hours.ends))
        else:
            joined.append(hours)
    return tuple(joined)


@dataclass(frozen=True, slots=True)
class TeamSpec:
    """A team. On its `away` dates it cannot play; `home_venue` is where its home games belong, when it has one."""

    key: str
    name: str
    away: frozenset[date] = frozenset()
    home_venue: str = ""


@dataclass(frozen=True, slots=True)
class DivisionSpec:
    """Teams that play each other, and how often.

    Each team plays `games` games, or, when that is None, every other team `legs` times. A game takes `minutes`, the
    change of teams included. Between two games of a team lie at least `rest_days` whole days, and a week (Monday to
    Sunday) has at most `most_a_week` of them.
    """

    key: str
    name: str
    teams: tuple[TeamSpec, ...]
    minutes: int = 60
    games: int | None = None
    legs: int = 1
    rest_days: int = 0
    most_a_week: int | None = None
    weekdays: frozenset[int] = EVERY_DAY

    @property
    def games_each(self) -> int:
        """How many games a team plays; one team may play one fewer when the numbers are both odd."""
        return self.legs * (len(self.teams) - 1) if self.games is None else self.games


@dataclass(frozen=True, slots=True)
class Tie:
    """Somebody needed at the games of several teams: a coach of two, a child on two, an official, a driver.

    `person` is a key, never a name. Unless it is `excused`, two of the games never overlap, nor come closer than
    the way between two sites takes.
    """

    person: str
    teams: tuple[str, ...]
    excused: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """Two teams that would like to play on the same day at the same site: brothers and sisters."""

    one: str
    other: str


@dataclass(frozen=True, slots=True)
class SeasonSpec:
    """All that a season's schedule has to keep to. On `blackouts` nobody plays anywhere."""

    first: date
    last: date
    divisions: tuple[DivisionSpec, ...]
    venues: tuple[VenueSpec, ...]
    blackouts: frozenset[date] = frozenset()
    ties: tuple[Tie, ...] = ()
    wishes: tuple[Wish, ...] = ()
    travel_minutes: int = 30


@dataclass(frozen=True, slots=True)
class Pairing:
    """A game somebody has to play: who is at home. `meeting` counts the meetings of the two from 1.

    A game that does not count (a friendly) takes its place and time, and is none of the season's number of games. One
    that is `as_imported` is as long as its file says.
    """

    division: str
    home: str
    away: str
    meeting: int = 1
    counts: bool = True
    as_imported: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A place and time of a game."""

    day: date
    starts: int
    ends: int
    venue: str


@dataclass(frozen=True, slots=True)
class Game:
    """A pairing with its place and time."""

    pairing: Pairing
    slot: Slot


@dataclass(frozen=True, slots=True)
class Plan:
    """A schedule. What could not be placed is said, never left out. A bye is no game: it is nowhere."""

    games: tuple[Game, ...] = ()
    unplaced: tuple[Pairing, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """A hard rule that a plan breaks, with the games that break it and numbers for the sentence."""

    kind: str
    games: tuple[Game, ...] = ()
    about: tuple[str, ...] = ()
    numbers: tuple[int, ...] = field(default=())


class RunState(enum.StrEnum):
    """Where the making of a schedule stands."""

    ASKED = "asked"
    RUNNING = "running"
    DONE = "done"  # by itself, or because somebody said that it is good enough
    IMPOSSIBLE = "impossible"  # proved, with the cause
    NOT_FOUND = "not_found"  # neither made nor disproved in time
    FAILED = "failed"


class FixtureState(enum.StrEnum):
    """Whether families may rely on a game."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELED = "canceled"


class GameKind(enum.StrEnum):
    """Whether a game is one of the season's."""

    LEAGUE = "league"
    FRIENDLY = "friendly"  # in no table
