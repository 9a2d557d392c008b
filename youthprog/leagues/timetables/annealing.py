"""Simulated annealing for seasons whose teams rest between games: hundreds of thousands of small moves. Pure.

A move puts one game on another day of its host, changing places with the game that the host has there. What a move
costs is read from tables: the days around a day, as bits, say what one more game there adds. Days that a hard limit
forbids cost so much that the search leaves them, but may pass through.
"""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from youthprog.leagues.timetables.open_days import OpenDays, bars_of
from youthprog.leagues.timetables.types import (
    Crowding,
    GroupDays,
    NamedGames,
    Rule,
    Separation,
    Side,
    TeamDays,
    TeamOpponents,
    Timetable,
)

WARM, COLD = 2.5, 0.15
FIRST_MOVES, GROWTH = 300_000, 3
HARD = 12  # what one unit of a hard rule costs while the search passes through
LONGEST = 8


@dataclass(frozen=True, slots=True)
class Ground:
    """What a search needs of a season, in plain lists that are quick to read and to send to another process."""

    hosts: list[int]
    guests: list[int]
    days: list[list[int]]
    base: list[dict[int, int]]
    tables: list[list[list[int]]]
    gaps: list[list[int]]
    reverse: list[int]
    reach: int


def fits(timetable: Timetable) -> bool:
    """Whether all rules of a season are of the kinds that the tables can tell."""
    if timetable.rounds != 2 or timetable.compact or timetable.phased:
        return False
    return all(_tells(rule, timetable) for rule in timetable.rules)


def _tells(rule: Rule, timetable: Timetable) -> bool:
    everybody = set(timetable.teams)
    if isinstance(rule, Crowding):
        whole = all(set(rule.opponents) >= everybody - {team} for team in rule.teams)
        once = len(set(rule.opponents)) == len(rule.opponents)
        return rule.side is Side.BOTH and not rule.by_games and rule.length <= LONGEST and whole and once
    if isinstance(rule, TeamDays | TeamOpponents | GroupDays | NamedGames):
        return rule.wanted.high == 0 and rule.wanted.low == 0
    return isinstance(rule, Separation)


def ground_of(timetable: Timetable) -> Ground:
    """The tables of a season that `fits`."""
    opened = OpenDays(timetable)
    pairs = list(opened.of)
    place = {pair: number for number, pair in enumerate(pairs)}
    base: list[dict[int, int]] = [{} for _ in pairs]
    for rule in timetable.rules:
        if not rule.hard and not isinstance(rule, Crowding | Separation):
            for home, away, slot in bars_of(rule, timetable):
                if home != away:
                    game = place[home, away]
                    base[game][slot] = base[game].get(slot, 0) + rule.penalty
    reach = max((rule.length for rule in timetable.rules if isinstance(rule, Crowding)), default=1) - 1
    return Ground(
        hosts=[home for home, _ in pairs],
        guests=[away for _, away in pairs],
        days=[list(opened.of[pair]) for pair in pairs],
        base=base,
        tables=_tables(timetable, reach),
        gaps=_gaps(timetable, pairs),
        reverse=[place[away, home] for home, away in pairs],
        reach=reach,
    )


def _tables(timetable: Timetable, reach: int) -> list[list[list[int]]]:
    """For each team and day: by the bits of the `reach` days before and after, what a game on the day adds."""
    last = len(timetable.slots)
    made: dict[tuple[tuple[int, ...], int, int], list[int]] = {}
    tables = []
    for team in timetable.teams:
        rules = [rule for rule in timetable.rules if isinstance(rule, Crowding) and team in rule.teams]
        key = tuple(rule.line for rule in rules)
        mine = []
        for day in timetable.slots:
            before, after = min(reach, day), min(reach, last - 1 - day)
            if (key, before, after) not in made:
                made[key, before, after] = _table(rules, team, reach, before, after)
            mine.append(made[key, before, after])
        tables.append(mine)
    return tables


def _table(rules: Sequence[Crowding], team: int, reach: int, before: int, after: int) -> list[int]:
    table = []
    for bits in range(1 << (2 * reach + 1)):
        added = 0
        for rule in rules:
            for start in range(max(reach - before, reach - rule.length + 1), reach + 1):
                if start + rule.length <= reach + after + 1:
                    count = ((bits & ~(1 << reach)) >> start & ((1 << rule.length) - 1)).bit_count()
                    more = rule.wanted.missed_by(count + 1) - rule.wanted.missed_by(count)
                    added += more * rule.penalty * (HARD if rule.hard else 1) * rule.teams.count(team)
        table.append(added)
    return table


def _gaps(timetable: Timetable, pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
    """For each pair of teams, by how many days apart their two games are, what that costs."""
    last = len(timetable.slots)
    made: dict[tuple[int, ...], list[int]] = {}
    gaps = []
    for home, away in pairs:
        rules = [
            rule
            for rule in timetable.rules
            if isinstance(rule, Separation) and home in rule.teams and away in rule.teams
        ]
        key = tuple(rule.line for rule in rules)
        if key not in made:
            made[key] = [
                sum(max(0, rule.apart - gap + 1) * rule.penalty * (HARD if rule.hard else 1) for rule in rules)
                for gap in range(last)
            ]
        gaps.append(made[key])
    return gaps


@dataclass(slots=True)
class Heat:
    """How warm a search begins and ends, and how many moves it takes."""

    start: float
    end: float
    moves: int


class Walk:
    """A schedule that is walked through: the day of each game, and the days of each team as bits."""

    def __init__(self, ground: Ground, day_of: Sequence[int], seed: int):
        self.ground = ground
        self.random = Random(seed)
        self.day = list(day_of)
        self.open = [set(days) for days in ground.days]
        teams = max(ground.hosts) + 1
        self.bits = [0] * teams
        self.at_home: list[dict[int, int]] = [{} for _ in range(teams)]
        for game, day in enumerate(self.day):
            self.bits[ground.hosts[game]] |= 1 << (day + ground.reach)
            self.bits[ground.guests[game]] |= 1 << (day + ground.reach)
            self.at_home[ground.hosts[game]][day] = game
        self.cost = self.price()
        self.best, self.best_cost = list(self.day), self.cost

    def price(self) -> int:
        """The cost of the whole schedule, counted afresh."""
        ground, wide = self.ground, (1 << (2 * self.ground.reach + 1)) - 1
        total = sum(ground.base[game].get(day, 0) for game, day in enumerate(self.day))
        for game, other in enumerate(ground.reverse):
            if game < other:
                total += ground.gaps[game][abs(self.day[game] - self.day[other])]
        for team, bits in enumerate(self.bits):
            seen = 0
            for day in range(len(ground.tables[team])):
                if bits >> (day + ground.reach) & 1:
                    total += ground.tables[team][day][seen >> day & wide]
                    seen |= 1 << (day + ground.reach)
        return total

    def run(self, heat: Heat, until: float) -> Iterator[None]:
        """Take the moves, cooling, and keep the best met; stop at a cost of 0 or when the time is up. Yields on the way."""
        warm, cooling = heat.start, (heat.end / heat.start) ** (1000 / max(1000, heat.moves))
        for thousands in range(max(1, heat.moves // 1000)):
            self.thousand(warm)
            warm *= cooling
            if self.best_cost == 0 or time.monotonic() > until:
                return
            if thousands % 500 == 499:
                yield

    def thousand(self, warm: float) -> None:
        """A thousand moves at one temperature. Nothing here is looked up twice."""
        ground, random, day, bits, exp = self.ground, self.random.random, self.day, self.bits, math.exp
        hosts, guests, days, tables, base = ground.hosts, ground.guests, ground.days, ground.tables, ground.base
        gaps, reverse, reach, games = ground.gaps, ground.reverse, ground.reach, len(ground.hosts)
        wide = (1 << (2 * reach + 1)) - 1
        for _ in range(1000):
            game = int(random() * games)
            choice, old = days[game], day[game]
            new = choice[int(random() * len(choice))]
            guest = guests[game]
            guest_bits = bits[guest]
            if new == old or guest_bits >> (new + reach) & 1:
                continue
            host = hosts[game]
            at_home = self.at_home[host]
            other = at_home.get(new, -1)
            second = host if other < 0 else guests[other]  # whose days change besides the guest's
            go, come = (old, new) if other < 0 else (new, old)
            second_bits = bits[second]
            if second_bits >> (come + reach) & 1 or (other >= 0 and old not in self.open[other]):
                continue
            guest_rest, second_rest = guest_bits & ~(1 << (old + reach)), second_bits & ~(1 << (go + reach))
            table, second_table, there, gap = tables[guest], tables[second], day[reverse[game]], gaps[game]
            delta = (
                table[new][guest_rest >> new & wide]
                - table[old][guest_rest >> old & wide]
                + second_table[come][second_rest >> come & wide]
                - second_table[go][second_rest >> go & wide]
                + gap[abs(new - there)]
                - gap[abs(old - there)]
                + base[game].get(new, 0)
                - base[game].get(old, 0)
            )
            if other >= 0:
                there, gap = day[reverse[other]], gaps[other]
                delta += (
                    gap[abs(old - there)] - gap[abs(new - there)] + base[other].get(old, 0) - base[other].get(new, 0)
                )
            if delta > 0 and random() >= exp(-delta / warm):
                continue
            self.cost += delta
            day[game], at_home[new] = new, game
            bits[guest], bits[second] = guest_rest | 1 << (new + reach), second_rest | 1 << (come + reach)
            if other >= 0:
                day[other], at_home[old] = old, other
            else:
                del at_home[old]
            if self.cost < self.best_cost:
                self.best, self.best_cost = list(day), self.cost


@dataclass(slots=True)
class Rounds:
    """One walk after another, each longer than the one before; the last takes what time is left.

    All but the last take a number of moves that is fixed, so they find the same on every machine. The first begins
    where it is told, the others at the best so far.
    """

    ground: Ground
    day_of: list[int]
    seed: int
    until: float

    def __iter__(self) -> Iterator[tuple[int, list[int]]]:
        """The cost and the days of the best so far, again and again."""
        moves, speed, number = FIRST_MOVES, 0.0, 0
        best, start = (1 << 60, self.day_of), self.day_of
        while (left := self.until - time.monotonic()) > 0.05:
            if speed and left * speed < GROWTH * moves:
                moves = int(left * speed)
            walk = Walk(self.ground, start, self.seed * 1000 + number)
            began = time.monotonic()
            for _ in walk.run(Heat(WARM, COLD, moves), self.until):
                if walk.best_cost < best[0]:
                    yield walk.best_cost, walk.best
            speed = max(1000, moves) / max(1e-6, time.monotonic() - began)
            best = min(best, (walk.best_cost, walk.best))
            yield best
            if best[0] == 0:
                return
            start, number, moves = best[1], number + 1, moves * GROWTH
