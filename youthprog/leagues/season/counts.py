"""Why a season cannot be made, as far as counting proves it: days, slots and people against the games wanted. Pure.

Each count is a bound that no schedule can beat, so what is said here is proved. Nothing found proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from math import comb

from youthprog.leagues.season.board import Board, units_of
from youthprog.leagues.season.types import SeasonSpec, Tie

GROUP, MOST_GROUPS = 5, 10_000  # teams of a group whose common days are counted, and how many groups of a size
MOST_SUBSETS = 12  # divisions of which every set is counted; with more only each and all


@dataclass(frozen=True, slots=True)
class Relief:
    """One thing that, changed by the least, takes this cause away: `amount` more days, slots, fewer games and so on."""

    kind: str
    about: tuple[str, ...] = ()
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Cause:
    """Why it cannot be done: what is needed, what there is, and for whom. Keys are those of the spec."""

    kind: str
    needed: int
    offered: int
    divisions: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    dates: tuple[date, ...] = ()
    person: str = ""
    reliefs: tuple[Relief, ...] = ()


def causes_by_count(spec: SeasonSpec) -> Iterator[Cause]:
    """Every cause that counting proves, the smallest first: one team, a pair, a person, a division, several of them."""
    board = Board(spec)
    yield from _teams_without_days(board)
    yield from _pairs_without_days(board)
    yield from _groups_without_days(board)
    yield from _people_without_time(board)
    yield from _divisions_without_room(board)


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


def _dates(days: list[int]) -> tuple[date, ...]:
    return tuple(date.fromordinal(day) for day in days)


def _teams_without_days(board: Board) -> Iterator[Cause]:
    found = []
    for team, spec in enumerate(board.teams):
        place = board.division_of[team]
        division, needed = board.spec.divisions[place], games_at_least(board, place)
        days = free_days(board, team)
        offered = most_games(days, division.rest_days, division.most_a_week)
        if offered < needed:
            lifted = most_games(board.days[place], division.rest_days, division.most_a_week)
            reliefs = [Relief("fewer_games", (division.key,), offered)]
            if lifted >= needed:
                reliefs.insert(0, Relief("more_days", (spec.key,), needed - offered))
            found.append(
                Cause(
                    "team_days",
                    needed,
                    offered,
                    (division.key,),
                    (spec.key,),
                    dates=_dates(days),
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
                yield Cause(
                    "division_days",
                    needed,
                    offered,
                    (division.key,),
                    dates=_dates(days),
                    reliefs=_reliefs_of_days(board, place, needed, offered),
                )
    yield from sorted(found, key=lambda cause: cause.offered - cause.needed)


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
    reliefs += [
        Relief("more_days", (division.key,), needed - offered),
        Relief("fewer_games", (division.key,), offered),
    ]
    return tuple(reliefs)


def _pairs_without_days(board: Board) -> Iterator[Cause]:
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
                    dates=_dates(days),
                    reliefs=(Relief("common_days", keys, needed - offered),),
                )


def _groups_without_days(board: Board) -> Iterator[Cause]:
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
    return Cause("group_days", needed, offered, (division,), keys, dates=_dates(days), reliefs=reliefs)


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
        dates=_dates(days),
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
        dates=_dates(days),
        reliefs=tuple(reliefs),
    )
