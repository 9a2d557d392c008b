"""Single elimination: who meets whom, and who has got how far. Pure.

A bracket is made of places, best seed first. Where there are no two teams there is no game: a bye is nowhere, the team
simply appears in the next round. The winner of a game goes on by itself, as soon as its result is final.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from youthprog.leagues.scores.types import Side

FEWEST, MOST = 2, 64


class Comes(StrEnum):
    """Where a team of a game comes from."""

    SEED = "seed"
    WINNER = "winner"
    LOSER = "loser"


class Part(StrEnum):
    """Which part of the bracket a game belongs to."""

    MAIN = "main"
    THIRD = "third"  # for the third place
    CONSOLATION = "consolation"  # among those who lost in the first round


@dataclass(frozen=True, slots=True)
class Source:
    """Seed 3; the winner, or the loser, of a game. `number` is the seed; `game` the game's key."""

    comes: Comes
    number: int = 0
    game: str = ""


@dataclass(frozen=True, slots=True)
class Tie:
    """A game of a bracket. `key` stays the same whatever happens; rounds count from 1, in each part."""

    key: str
    part: Part
    round: int
    number: int
    home: Source
    away: Source


@dataclass(frozen=True, slots=True)
class Meeting:
    """A game with the teams that are known by now. `winner` is known once its result is final."""

    tie: Tie
    home: str | None
    away: str | None
    winner: str | None = None
    loser: str | None = None

    @property
    def is_ready(self) -> bool:
        """Whether both teams are known."""
        return self.home is not None and self.away is not None


def seats(count: int) -> list[int]:
    """The seeds from the top of the bracket to its foot, `count` a power of two: the first two meet in the final only."""
    order = [1]
    while len(order) < count:
        order = [seed for each in order for seed in (each, 2 * len(order) + 1 - each)]
    return order


def bracket_of(teams: int, *, third: bool = False, consolation: bool = False) -> tuple[Tie, ...]:
    """All games for a number of teams, in the order of play. Raises `ValueError` outside 2 to 64.

    With n teams the main part has n - 1 games, whatever n is.
    """
    if not FEWEST <= teams <= MOST:
        raise ValueError(f"a bracket takes {FEWEST} to {MOST} teams")
    main = _knockout([Source(Comes.SEED, number) for number in range(1, teams + 1)], Part.MAIN)
    found = list(main)
    rounds = max(tie.round for tie in main)
    if third and rounds > 1:
        losers = [Source(Comes.LOSER, game=tie.key) for tie in main if tie.round == rounds - 1]
        if len(losers) == 2:
            found.append(Tie("third", Part.THIRD, 1, 1, *losers))
    if consolation:
        losers = [Source(Comes.LOSER, game=tie.key) for tie in main if tie.round == 1]
        taken = {source.game for tie in found if tie.part is Part.THIRD for source in (tie.home, tie.away)}
        if len(losers) >= FEWEST and not taken & {source.game for source in losers}:
            found += _knockout(losers, Part.CONSOLATION)
    return tuple(found)


def _knockout(entrants: Sequence[Source], part: Part) -> list[Tie]:
    size = 1
    while size < len(entrants):
        size *= 2
    line: list[Source | None] = [entrants[seat - 1] if seat <= len(entrants) else None for seat in seats(size)]
    found, number = [], 0
    while len(line) > 1:
        number += 1
        following: list[Source | None] = []
        games = 0
        for home, away in zip(line[::2], line[1::2], strict=True):
            if home is None or away is None:
                following.append(home or away)
                continue
            games += 1
            tie = Tie(f"{part.value}-{number}-{games}", part, number, games, home, away)
            found.append(tie)
            following.append(Source(Comes.WINNER, game=tie.key))
        line = following
    return found


def byes_of(ties: Iterable[Tie]) -> tuple[int, ...]:
    """The seeds that need not play in the first round."""
    found = {
        source.number
        for tie in ties
        if tie.part is Part.MAIN and tie.round > 1
        for source in (tie.home, tie.away)
        if source.comes is Comes.SEED
    }
    return tuple(sorted(found))


def played_out(ties: Sequence[Tie], seeds: Sequence[str], winners: Mapping[str, tuple[str, str]]) -> list[Meeting]:
    """Every game with the teams known by now. `winners` has (winner, loser) of the games whose results are final.

    A result between other teams than those who have got there counts nothing: somebody changed an earlier one since.
    """
    known: dict[str, Meeting] = {}

    def team(source: Source) -> str | None:
        if source.comes is Comes.SEED:
            return seeds[source.number - 1]
        before = known.get(source.game)
        if before is None:
            return None
        return before.winner if source.comes is Comes.WINNER else before.loser

    for tie in ties:
        home, away = team(tie.home), team(tie.away)
        winner, loser = winners.get(tie.key, (None, None))
        if {winner, loser} != {home, away} or home is None or away is None:
            winner = loser = None
        known[tie.key] = Meeting(tie, home, away, winner, loser)
    return list(known.values())


def side_of(meeting: Meeting, team: str) -> Side:
    """Which side of a game a team is."""
    return Side.HOME if team == meeting.home else Side.AWAY
