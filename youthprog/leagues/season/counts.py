"""Why a season cannot be made, as far as counting proves it: days, slots and people against the games wanted. Pure.

Each count is a bound that no schedule can beat, so what is said here is proved. Nothing found proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from youthprog.leagues.season.board import Board, units_of
from youthprog.leagues.season.causes import Cause, Relief
from youthprog.leagues.season.day_counts import (
    dates_of,
    free_days,
    games_at_least,
    groups_without_days,
    meetings_at_least,
    pairs_without_days,
    teams_without_days,
)
from youthprog.leagues.season.types import SeasonSpec, Tie

MOST_SUBSETS = 12  # divisions of which every set is counted; with more only each and all


def causes_by_count(spec: SeasonSpec) -> Iterator[Cause]:
    """Every cause that counting proves, the smallest first: one team, a pair, a person, a division, several of them."""
    board = Board(spec)
    yield from teams_without_days(board)
    yield from pairs_without_days(board)
    yield from groups_without_days(board)
    yield from _people_without_time(board)
    yield from _divisions_without_room(board)


def _people_without_time(board: Board) -> Iterator[Cause]:
    for tie in board.spec.ties:
        teams = [board.number[key] for key in tie.teams if key in board.number]
        if tie.excused or len(teams) < 2:
            continue
        needed = _games_of_person(board, teams)
        days: dict[int, list[int]] = {}
        for team in teams:
            for day in free_days(board, team):
                days.setdefault(day, []).append(team)
        known: dict[tuple[object, ...], int] = {}
        offered = 0
        for day, free in days.items():
            if len(free) == 1:
                offered += 1
                continue
            key = _shape(board, day, free)
            if key not in known:
                known[key] = _longest_chain(board, day, free)
            offered += min(len(free), known[key])
        if offered < needed:
            yield _person_cause(board, tie, needed, offered, sorted(days))


def _person_cause(board: Board, tie: Tie, needed: int, offered: int, days: list[int]) -> Cause:
    divisions = {board.spec.divisions[board.division_of[board.number[key]]].key for key in tie.teams}
    return Cause(
        "person_time",
        needed,
        offered,
        tuple(sorted(divisions)),
        tie.teams,
        dates=dates_of(days),
        person=tie.person,
        reliefs=(
            Relief("excuse", (tie.person,), needed - offered),
            Relief("second_time", (tie.person,), needed - offered),
        ),
    )


def _games_of_person(board: Board, teams: list[int]) -> int:
    """How many games at the least somebody of these teams has to be at; a game between two of them is one."""
    total = sum(games_at_least(board, board.division_of[team]) for team in teams)
    for one, other in combinations(teams, 2):
        place = board.division_of[one]
        if place == board.division_of[other]:
            division = board.spec.divisions[place]
            exact = division.games_each % max(1, len(division.teams) - 1) == 0
            total -= meetings_at_least(board, place) + (not exact)
    return total


def _shape(board: Board, day: int, teams: list[int]) -> tuple[object, ...]:
    divisions = sorted({board.division_of[team] for team in teams})
    return tuple(
        (place, board.strips[which].site, board.strips[which].starts, board.strips[which].units)
        for place in divisions
        for which in board.on[place].get(day, ())
    )


def _longest_chain(board: Board, day: int, teams: list[int]) -> int:
    """How many games one after another somebody can be at on a day, the ways between sites included."""
    games: set[tuple[int, int, str]] = set()
    for place in {board.division_of[team] for team in teams}:
        units = units_of(board.spec.divisions[place], board.step)
        for which in board.on[place].get(day, ()):
            strip = board.strips[which]
            for unit in range(strip.units - units + 1):
                starts, ends = board.minutes(strip, unit, units)
                games.add((ends, starts, strip.site))
    best: dict[tuple[int, int, str], int] = {}
    for ends, starts, site in sorted(games):
        way = board.spec.travel_minutes
        before = [
            length for (over, _begun, there), length in best.items() if over + (0 if there == site else way) <= starts
        ]
        best[ends, starts, site] = 1 + max(before, default=0)
    return max(best.values(), default=0)


def _divisions_without_room(board: Board) -> Iterator[Cause]:
    count = len(board.spec.divisions)
    sizes = range(1, count + 1) if count <= MOST_SUBSETS else (1, count)
    proved: list[frozenset[int]] = []
    for size in sizes:
        for chosen in combinations(range(count), size):
            if any(smaller <= set(chosen) for smaller in proved):
                continue
            cause = _without_room(board, chosen)
            if cause is not None:
                proved.append(frozenset(chosen))
                yield cause


def room_on(board: Board, chosen: tuple[int, ...], day: int) -> tuple[int, int]:
    """How many units of games these divisions can play on a day at most, and how many the venues have for them."""
    units = [units_of(board.spec.divisions[place], board.step) for place in chosen]
    one = units[0] if len(set(units)) == 1 else 1
    strips = {which for place in chosen for which in board.on[place].get(day, ())}
    there = sum(board.strips[which].units // one * one for which in strips)
    playable = 0
    for place, length in zip(chosen, units, strict=True):
        own = sum(board.strips[which].units // length for which in board.on[place].get(day, ()))
        free = sum(day not in board.away[team] for team in range(len(board.teams)) if board.division_of[team] == place)
        playable += min(free // 2, own) * length
    return min(playable, there), there


def _without_room(board: Board, chosen: tuple[int, ...]) -> Cause | None:
    divisions = [board.spec.divisions[place] for place in chosen]
    needed = sum(
        division.games_each * len(division.teams) // 2 * units_of(division, board.step) for division in divisions
    )
    days = sorted({day for place in chosen for day in board.days[place]})
    offered = sum(room_on(board, chosen, day)[0] for day in days)
    if offered >= needed:
        return None
    lengths = {units_of(division, board.step) for division in divisions}
    each = lengths.pop() if len(lengths) == 1 else 0  # 0: games of several lengths, told in minutes
    keys = tuple(division.key for division in divisions)
    short = -(-(needed - offered) // (each or 1)) * (1 if each else board.step)
    there = sum(room_on(board, chosen, day)[1] for day in days)
    if there < needed:
        reliefs = [Relief("more_slots" if each else "more_minutes", keys, short)]
    else:
        widest = max(1, sum(len(division.teams) // 2 for division in divisions) * (each or 1))
        reliefs = [Relief("more_days", keys, -(-(needed - offered) // widest))]
    if len(divisions) == 1 and each:
        reliefs.append(Relief("fewer_games", keys, offered // each * 2 // len(divisions[0].teams)))
    return Cause(
        "room" if each else "room_minutes",
        needed // each if each else needed * board.step,
        offered // each if each else offered * board.step,
        keys,
        venues=tuple(venue.key for venue in board.spec.venues if any(venue.takes(key) for key in keys)),
        dates=dates_of(days),
        reliefs=tuple(reliefs),
    )
