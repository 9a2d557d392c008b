"""Which games to set free next, so that the rest of a season stands while a part of it is searched anew. Pure.

Every kind answers with pairs (home, away) whose game may move, and the slots it may move to (None: any).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import permutations
from random import Random

from youthprog.leagues.timetables.types import Meeting, Timetable


@dataclass(slots=True)
class Sight:
    """What a kind sees: the season, the games as they stand, and the games at which something is missed."""

    timetable: Timetable
    games: Sequence[Meeting]
    sore: Sequence[Meeting]
    random: Random


@dataclass(frozen=True, slots=True)
class Freed:
    """Pairs whose games may move, and to which slots. With `stay` a pair keeps its slots, and may only change sides."""

    pairs: frozenset[tuple[int, int]]
    slots: frozenset[int] | None = None
    stay: bool = False


def _some_team(sight: Sight) -> int:
    if sight.sore and sight.random.random() < 0.7:
        return sight.random.choice(sight.random.choice(sight.sore)[:2])
    return sight.random.choice(sight.timetable.teams)


def _some_slot(sight: Sight) -> int:
    if sight.sore and sight.random.random() < 0.7:
        return sight.random.choice(sight.sore).slot
    return sight.random.choice(sight.timetable.slots)


def some_hosts(sight: Sight, size: int) -> Freed:
    """All home games of some teams."""
    teams = {_some_team(sight) for _ in range(3)} if size >= 3 else {_some_team(sight)}
    others = [team for team in sight.timetable.teams if team not in teams]
    teams.update(sight.random.sample(others, max(0, min(len(others), size - len(teams)))))
    chosen = set(sorted(teams)[:size])
    return Freed(frozenset(pair for pair in permutations(sight.timetable.teams, 2) if pair[0] in chosen))


def some_teams(sight: Sight, size: int) -> Freed:
    """All games of one team, and those of some others among them."""
    first = _some_team(sight)
    others = [team for team in sight.timetable.teams if team != first]
    circle = {first, *sight.random.sample(others, min(len(others), size))}
    return Freed(
        frozenset(pair for pair in permutations(sight.timetable.teams, 2) if first in pair or circle.issuperset(pair))
    )


def a_while(sight: Sight, size: int) -> Freed:
    """All games of a stretch of the season that holds about fifteen games for each unit of size."""
    ordered = sorted(sight.games, key=lambda game: game.slot)
    middle, wide = _some_slot(sight), 15 * size
    place = next((i for i, game in enumerate(ordered) if game.slot >= middle), len(ordered))
    start = max(0, min(place - sight.random.randrange(wide), len(ordered) - wide))
    return Freed(frozenset((game.home, game.away) for game in ordered[start : start + wide]))


def some_slots(sight: Sight, size: int) -> Freed:
    """All games of some slots, shuffled among these slots."""
    chosen = {_some_slot(sight)}
    rest = [slot for slot in sight.timetable.slots if slot not in chosen]
    chosen.update(sight.random.sample(rest, min(len(rest), size)))
    return _of_slots(sight, chosen)


def next_slots(sight: Sight, size: int) -> Freed:
    """All games of slots in a row, shuffled among these slots."""
    last = len(sight.timetable.slots)
    start = max(0, min(_some_slot(sight) - sight.random.randrange(size + 1), last - size - 1))
    return _of_slots(sight, set(range(start, min(last, start + size + 1))))


def some_sides(sight: Sight, size: int) -> Freed:
    """Home or away anew, in the slots as they are, for all games of some teams."""
    chosen = {_some_team(sight) for _ in range(size)}
    pairs = frozenset(pair for pair in permutations(sight.timetable.teams, 2) if chosen.intersection(pair))
    return Freed(pairs, stay=True)


def _of_slots(sight: Sight, chosen: set[int]) -> Freed:
    pairs = frozenset((game.home, game.away) for game in sight.games if game.slot in chosen)
    return Freed(pairs, frozenset(chosen))


def sore_games(sight: Sight, size: int) -> Freed:
    """The games at which something is missed, and those of their teams near them."""
    pairs: set[tuple[int, int]] = set()
    for game in sight.random.sample(list(sight.sore), min(len(sight.sore), size)):
        pairs.update(
            (each.home, each.away)
            for each in sight.games
            if {each.home, each.away} & {game.home, game.away} and abs(each.slot - game.slot) < 40
        )
    return Freed(frozenset(pairs))


Kind = Callable[[Sight, int], Freed]
