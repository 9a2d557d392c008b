"""Days against games: what a team, two teams, a few, or a whole division can play on the days they have. Pure.

Each count is a bound that no schedule can beat. Where a division is short of days, it is said what takes them away: no
field, games longer than any field is open, days without games, or a season too short.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import combinations
from math import comb

from youthprog.leagues.season.board import Board, days_of
from youthprog.leagues.season.causes import Cause, Relief
from youthprog.leagues.season.types import DivisionSpec

GROUP, MOST_GROUPS = 5, 10_000  # teams of a group whose common days are counted, and how many groups of a size


def most_games(days: list[int], rest: int, most_a_week: int | None) -> int:
    """How many games at most a team can play on these days, rested and not too often a week.

    The earliest day that may be taken is: no other choice leaves more behind it.
    """
    taken: list[int] = []
    for day in days:
        if taken and day - taken[-1] <= rest:
            continue
        monday = day - (day - 1) % 7
        if most_a_week is not None and sum(each >= monday for each in taken[-7:]) >= most_a_week:
            continue
        taken.append(day)
    return len(taken)


def games_at_least(board: Board, division: int) -> int:
    """How many games every team of a division plays at the least."""
    spec = board.spec.divisions[division]
    each, teams = spec.games_each, len(spec.teams)
    return each - (each * teams % 2)


def meetings_at_least(board: Board, division: int) -> int:
    """How often every two teams of a division meet at the least."""
    spec = board.spec.divisions[division]
    return spec.games_each // max(1, len(spec.teams) - 1)


def free_days(board: Board, *teams: int) -> list[int]:
    """The days on which a division has a venue and none of these teams is away."""
    away = frozenset[int]().union(*(board.away[team] for team in teams))
    return [day for day in board.days[board.division_of[teams[0]]] if day not in away]


def dates_of(days: list[int]) -> tuple[date, ...]:
    return tuple(date.fromordinal(day) for day in days)


def teams_without_days(board: Board) -> Iterator[Cause]:
    found = []
    for team, spec in enumerate(board.teams):
        place = board.division_of[team]
        division, needed = board.spec.divisions[place], games_at_least(board, place)
        days = free_days(board, team)
        offered = most_games(days, division.rest_days, division.most_a_week)
        if offered < needed:
            lifted = most_games(board.days[place], division.rest_days, division.most_a_week)
            reliefs = _fewer(division.key, offered)
            if lifted >= needed:
                reliefs.insert(0, Relief("more_days", (spec.key,), needed - offered))
            found.append(
                Cause(
                    "team_days",
                    needed,
                    offered,
                    (division.key,),
                    (spec.key,),
                    dates=dates_of(days),
                    reliefs=tuple(reliefs),
                )
            )
    divisions = {cause.divisions for cause in found}
    for place, division in enumerate(board.spec.divisions):
        own = [cause for cause in found if cause.divisions == (division.key,)]
        if (division.key,) in divisions and len(own) == len(division.teams):  # it is the division's days, not a team's
            days = board.days[place]
            offered = most_games(days, division.rest_days, division.most_a_week)
            needed = games_at_least(board, place)
            if offered < needed:
                yield _division_cause(board, place, needed, offered)
    yield from sorted(found, key=lambda cause: cause.offered - cause.needed)


def _division_cause(board: Board, place: int, needed: int, offered: int) -> Cause:
    """Why a whole division has too few days: no field, too short hours, days without games, or a season too short."""
    division, key = board.spec.divisions[place], (board.spec.divisions[place].key,)
    opened = _with_nothing_closed(board)
    longest = _longest_hours(opened, division)
    if not longest:
        return Cause("no_field", needed, 0, key, reliefs=(Relief("field", key),))
    if longest < division.minutes:
        eased = (Relief("longer_hours", key, division.minutes), Relief("shorter_games", key, longest))
        return Cause("too_long", division.minutes, longest, key, reliefs=eased)
    days = board.days[place]
    lost = set(opened.days[place]) - set(days)
    reopened = fewest_of(sorted(lost), days, needed, division.rest_days, division.most_a_week)
    if lost and reopened is not None:
        reliefs = (Relief("reopen", key, reopened), *_fewer(key[0], offered))
        return Cause("closed_days", needed, offered, key, dates=dates_of(days), reliefs=reliefs)
    return Cause(
        "division_days", needed, offered, key, dates=dates_of(days),
        reliefs=_reliefs_of_days(board, place, needed, offered),
    )  # fmt: skip


def _longest_hours(board: Board, division: DivisionSpec) -> int:
    """The minutes of the longest hours that a field has for a division on any day of the season."""
    fields = [venue for venue in board.spec.venues if venue.takes(division.key)]
    every = (hours for day in days_of(board.spec) for field in fields for hours in field.hours_on(day))
    return max((hours.ends - hours.starts for hours in every), default=0)


def _with_nothing_closed(board: Board) -> Board:
    venues = tuple(replace(venue, closed=frozenset()) for venue in board.spec.venues)
    return Board(replace(board.spec, blackouts=frozenset(), venues=venues), pieces=())


def fewest_of(lost: list[int], days: list[int], needed: int, rest: int, most_a_week: int | None) -> int | None:
    """How many of the lost days a team needs at the least, besides its own, to play so many games; None when all are too few.

    Over the days in order: what the cheapest choice of so many games costs that ends on this day, by its games that week.
    """
    costs = dict.fromkeys(days, 0) | dict.fromkeys(lost, 1)
    most = 7 if most_a_week is None else most_a_week
    ending: list[tuple[int, int, int, int]] = [(0, 0, 0, 0)]  # last day, games that week, games in all, lost days taken
    found: list[int] = []
    for day in sorted(costs):
        best: dict[tuple[int, int], int] = {}
        for last, weekly, games, cost in ending:
            same = (day - 1) // 7 == (last - 1) // 7
            if (games and day - last <= rest) or (same and weekly >= most):
                continue
            now = (weekly + 1 if same else 1, games + 1)
            best[now] = min(best.get(now, 1 << 30), cost + costs[day])
        ending += [(day, weekly, games, cost) for (weekly, games), cost in best.items() if games <= needed]
        found += [cost for (_weekly, games), cost in best.items() if games == needed]
    return min(found, default=None)


def _fewer(division: str, offered: int) -> list[Relief]:
    """As many games as there are days for; none at all is no season."""
    return [Relief("fewer_games", (division,), offered)] if offered else []


def _reliefs_of_days(board: Board, place: int, needed: int, offered: int) -> tuple[Relief, ...]:
    """What would give a division days enough, the mildest first."""
    division, days = board.spec.divisions[place], board.days[place]
    reliefs = []
    for rest in range(division.rest_days - 1, -1, -1):
        if most_games(days, rest, division.most_a_week) >= needed:
            reliefs.append(Relief("less_rest", (division.key,), rest))
            break
    if division.most_a_week is not None:
        for most in range(division.most_a_week + 1, 8):
            if most_games(days, division.rest_days, most) >= needed:
                reliefs.append(Relief("more_a_week", (division.key,), most))
                break
    return (*reliefs, Relief("more_days", (division.key,), needed - offered), *_fewer(division.key, offered))


def pairs_without_days(board: Board) -> Iterator[Cause]:
    start = 0
    for place, division in enumerate(board.spec.divisions):
        teams = range(start, start + len(division.teams))
        start += len(division.teams)
        needed = meetings_at_least(board, place)
        if not needed:
            continue
        for one, other in combinations(teams, 2):
            days = free_days(board, one, other)
            offered = most_games(days, division.rest_days, division.most_a_week)
            if offered < needed:
                keys = (board.teams[one].key, board.teams[other].key)
                yield Cause(
                    "pair_days",
                    needed,
                    offered,
                    (division.key,),
                    keys,
                    dates=dates_of(days),
                    reliefs=(Relief("common_days", keys, needed - offered),),
                )


def groups_without_days(board: Board) -> Iterator[Cause]:
    """Three to five teams of which each two could meet, but not all of them: a day holds one game for two free teams."""
    start = 0
    for place, division in enumerate(board.spec.divisions):
        count, needed_each = len(division.teams), meetings_at_least(board, place)
        teams, start = range(start, start + count), start + count
        if not needed_each:
            continue
        bits = {day: 1 << number for number, day in enumerate(board.days[place])}
        free = {team: sum(bits[day] for day in free_days(board, team)) for team in teams}
        found: set[int] = set()
        for size in range(3, min(GROUP, count) + 1):
            if comb(count, size) > MOST_GROUPS:
                break
            needed = needed_each * size * (size - 1) // 2
            for group in combinations(teams, size):
                at_least = _at_least([free[team] for team in group])
                offered = sum(days.bit_count() for days in at_least[2::2])
                if offered < needed and not found & set(group):
                    found |= set(group)
                    yield _group_cause(board, division.key, group, needed, offered, at_least[2], bits)


def _at_least(free: list[int]) -> list[int]:
    """The days, as bits, on which at least so many teams are free, by that number."""
    at_least = [-1] + [0] * len(free)
    for days in free:
        for number in range(len(free), 0, -1):
            at_least[number] |= at_least[number - 1] & days
    return at_least


def _group_cause(
    board: Board, division: str, group: tuple[int, ...], needed: int, offered: int, shared: int, bits: dict[int, int]
) -> Cause:
    keys = tuple(board.teams[team].key for team in group)
    days = [day for day, bit in bits.items() if shared & bit]
    reliefs = (Relief("common_days", keys, needed - offered),)
    return Cause("group_days", needed, offered, (division,), keys, dates=dates_of(days), reliefs=reliefs)
