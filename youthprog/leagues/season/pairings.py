"""Who meets whom, in which round and at whose home: by the circle method, for any number of teams. Pure.

Meetings of a pair differ by at most one between pairs; home and away games of a team, and of a team against one other,
differ by at most one; byes differ by at most one and are no games.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable

Meeting = tuple[int, int]  # the home team's and the away team's place in the list of teams
Rounds = list[list[Meeting]]
Paint = Callable[[int, int, int | None], None]


def rounds_of(teams: int, games_each: int) -> Rounds:
    """Rounds in which each of so many teams plays so many games, each team at most once a round.

    When teams and games are both odd, one team plays one game fewer: the sum would be half a game.
    """
    if teams < 2 or games_each < 1:
        return []
    cycle = circle(teams)
    whole, rest = divmod(games_each, teams - 1)
    rounds: Rounds = []
    for number in range(whole):
        rounds += rotated(cycle) if number else cycle
    if rest:
        rounds += _some_of(cycle, teams, rest, rotate=whole > 0)
    return _with_sides(rounds, teams)


def circle(teams: int) -> Rounds:
    """Everybody against everybody once, with as few home or away games in a row as can be."""
    even = teams + teams % 2
    last, ring = even - 1, even - 1
    rounds = []
    for number in range(ring):
        games = [(last, number) if number % 2 else (number, last)] if even == teams else []
        for step in range(1, even // 2):
            one, other = (number + step) % ring, (number - step) % ring
            games.append((one, other) if step % 2 else (other, one))
        rounds.append(games)
    return rounds


def rotated(rounds: Rounds) -> Rounds:
    """The return half begins with the second round and ends with the first: nobody is at home three times in a row."""
    return rounds[1:] + rounds[:1]


def _some_of(cycle: Rounds, teams: int, games_each: int, *, rotate: bool) -> Rounds:
    """Fewer games than everybody against everybody: so many for each team."""
    if teams % 2 == 0:
        return (rotated(cycle) if rotate else cycle)[:games_each]
    first = 1 + games_each % 2
    edges = [(one, (one + step) % teams) for step in range(first, first + games_each // 2) for one in range(teams)]
    if games_each % 2:
        edges += [(one, one + 1) for one in range(0, teams - 1, 2)]  # one more for all but the last
    return _colored(edges)


def _colored(edges: list[Meeting]) -> Rounds:
    """Games in as few rounds as Vizing promises: one more than the games of the busiest team (Misra and Gries, 1992)."""
    most = max(Counter(team for edge in edges for team in edge).values()) + 1
    at: dict[int, dict[int, int]] = defaultdict(dict)  # team -> round -> opponent
    color: dict[frozenset[int], int] = {}

    def free(team: int) -> int:
        return next(number for number in range(most) if number not in at[team])

    def paint(one: int, other: int, number: int | None) -> None:
        key = frozenset((one, other))
        old = color.pop(key, None)
        if old is not None:
            del at[one][old], at[other][old]
        if number is not None:
            color[key], at[one][number], at[other][number] = number, other, one

    for one, other in edges:
        fan = _fan(one, other, at, color, most)
        mine, theirs = free(one), free(fan[-1])
        _turn_path(one, mine, theirs, at, paint)
        end = next(
            place
            for place in range(len(fan))
            if theirs not in at[fan[place]] and _is_fan(one, fan[: place + 1], at, color)
        )
        for place in range(end):
            moved = color[frozenset((one, fan[place + 1]))]
            paint(one, fan[place + 1], None)
            paint(one, fan[place], moved)
        paint(one, fan[end], theirs)
    rounds: Rounds = [[] for _ in range(most)]
    for one, other in edges:
        rounds[color[frozenset((one, other))]].append((one, other))
    return [games for games in rounds if games]


def _fan(one: int, other: int, at: dict[int, dict[int, int]], color: dict[frozenset[int], int], most: int) -> list[int]:
    """Opponents of `one` in a chain: the round of each game is free with the opponent before."""
    fan = [other]
    while True:
        last = fan[-1]
        following = next(
            (
                opponent
                for number, opponent in at[one].items()
                if opponent not in fan and number not in at[last] and number < most
            ),
            None,
        )
        if following is None:
            return fan
        fan.append(following)


def _is_fan(one: int, fan: list[int], at: dict[int, dict[int, int]], color: dict[frozenset[int], int]) -> bool:
    return all(color[frozenset((one, following))] not in at[before] for before, following in itertools.pairwise(fan))


def _turn_path(one: int, mine: int, theirs: int, at: dict[int, dict[int, int]], paint: Paint) -> None:
    """Exchange two rounds along the games that begin at `one`, so that `theirs` becomes free there."""
    path, team, number = [], one, theirs
    while number in at[team]:
        partner = at[team][number]
        path.append((team, partner, number))
        team, number = partner, mine if number == theirs else theirs
    for team, partner, _number in path:
        paint(team, partner, None)
    for team, partner, number in path:
        paint(team, partner, mine if number == theirs else theirs)


def _with_sides(rounds: Rounds, teams: int) -> Rounds:
    """Give each meeting its home team: each pair takes turns, and what is left over is shared evenly by all."""
    meetings = Counter(frozenset(game) for games in rounds for game in games)
    first: dict[frozenset[int], Meeting] = {}
    for games in rounds:
        for game in games:
            first.setdefault(frozenset(game), game)
    odd = evened({pair: side for pair, side in first.items() if meetings[pair] % 2}, teams)
    first |= odd
    seen: Counter[frozenset[int]] = Counter()
    found: Rounds = []
    for games in rounds:
        row = []
        for game in games:
            pair = frozenset(game)
            home, away = first[pair]
            row.append((away, home) if seen[pair] % 2 else (home, away))
            seen[pair] += 1
        found.append(row)
    return found


def evened(sides: dict[frozenset[int], Meeting], teams: int) -> dict[frozenset[int], Meeting]:
    """Turn as few meetings round as are needed for every team's home and away games to differ by at most one."""
    sides = dict(sides)
    lead: Counter[int] = Counter()
    for home, away in sides.values():
        lead[home] += 1
        lead[away] -= 1
    while True:
        over = next((team for team in range(teams) if lead[team] > 1), None)
        under = next((team for team in range(teams) if lead[team] < -1), None)
        if over is None and under is None:
            return sides
        path = _path(sides, over, lead) if over is not None else _path_to(sides, under, lead)
        for home, away in path:
            sides[frozenset((home, away))] = (away, home)
        lead[path[0][0]] -= 2
        lead[path[-1][1]] += 2


def _path(sides: dict[frozenset[int], Meeting], start: int, lead: Counter[int]) -> list[Meeting]:
    """The shortest way, each step a home game, from a team with too many to one with fewer home than away games."""
    return _search(sides.values(), start, lambda team: lead[team] < 0)


def _path_to(sides: dict[frozenset[int], Meeting], end: int | None, lead: Counter[int]) -> list[Meeting]:
    assert end is not None
    backward = _search(((away, home) for home, away in sides.values()), end, lambda team: lead[team] > 0)
    return [(home, away) for away, home in reversed(backward)]


def _search(games: Iterable[Meeting], start: int, is_end: Callable[[int], bool]) -> list[Meeting]:
    ways: dict[int, list[int]] = defaultdict(list)
    for home, away in games:
        ways[home].append(away)
    came: dict[int, int] = {}
    line = deque([start])
    while line:
        team = line.popleft()
        if team != start and is_end(team):
            path = []
            while team != start:
                path.append((came[team], team))
                team = came[team]
            return path[::-1]
        for following in ways[team]:
            if following not in came and following != start:
                came[following] = team
                line.append(following)
    raise AssertionError("home and away games cannot be evened")  # every surplus has a shortage it leads to
