"""A season as a program of whole numbers: one variable for each game in each slot, rows that bound sums of them. Pure.

What a soft rule is missed by is a variable with a cost; in an elastic program so is what a hard rule is missed by,
counted apart. The search over programs knows nothing of seasons.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations, permutations
from typing import Any, NamedTuple

from youthprog.leagues.timetables.open_days import OpenDays
from youthprog.leagues.timetables.types import (
    NO_LIMIT,
    Crowding,
    GroupBreaks,
    GroupDays,
    HomeBalance,
    Meeting,
    NamedGames,
    Range,
    Rule,
    Separation,
    Side,
    TeamBreaks,
    TeamDays,
    TeamOpponents,
    Timetable,
)

STRUCTURE = -1


class Row(NamedTuple):
    """`low` <= the sum of factors times variables <= `high`. `origin` is the rule's place, or STRUCTURE; `made` are
    the variables that exist to be told by this row (a count, a break, what a rule is missed by)."""

    variables: tuple[int, ...]
    factors: tuple[int, ...]
    low: int
    high: int
    origin: int = STRUCTURE
    made: tuple[int, ...] = ()


@dataclass(slots=True)
class Program:
    """Variables with their bounds and costs, and rows. The first `len(games)` variables say whether a game is played."""

    games: list[Meeting] = field(default_factory=list)
    low: list[int] = field(default_factory=list)
    high: list[int] = field(default_factory=list)
    cost: list[int] = field(default_factory=list)
    hard_cost: list[int] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def variable(self, low: int, high: int, cost: int = 0, hard_cost: int = 0) -> int:
        """A new variable."""
        self.low.append(low)
        self.high.append(high)
        self.cost.append(cost)
        self.hard_cost.append(hard_cost)
        return len(self.low) - 1

    def row(
        self, terms: Mapping[int, int], low: int, high: int, origin: int = STRUCTURE, made: tuple[int, ...] = ()
    ) -> None:
        """A bound on a sum, left out when no values of its variables can break it."""
        least, most = self.reach(terms)
        if least < low or most > high:
            self.rows.append(Row(tuple(terms), tuple(terms.values()), max(low, least), min(high, most), origin, made))

    def reach(self, factors: Mapping[int, int]) -> tuple[int, int]:
        """The least and the most that a sum can be."""
        ends = [(each * self.low[name], each * self.high[name]) for name, each in factors.items()]
        return sum(min(pair) for pair in ends), sum(max(pair) for pair in ends)


class Builder:
    """Turns the rules of a timetable into rows."""

    def __init__(self, timetable: Timetable, *, elastic: bool, every_slot: bool):
        self.timetable, self.elastic, self.every_slot = timetable, elastic, elastic or every_slot
        self.program = Program()
        self.at: dict[tuple[int, int], list[tuple[int, Side, int]]] = {
            (team, slot): [] for team in timetable.teams for slot in timetable.slots
        }
        self.of: dict[tuple[int, int], list[tuple[int, int]]] = {}
        self.homes: dict[tuple[int, int], int] = {}
        self.broken: dict[tuple[int, int, Side], int] = {}
        self.origin = STRUCTURE
        self.rule = Rule()
        self._games(OpenDays(timetable))
        self._structure()
        for place, rule in enumerate(timetable.rules):
            self.origin, self.rule = place, rule
            WRITERS[type(rule)](self, rule)

    def _games(self, open_days: OpenDays) -> None:
        every = tuple(self.timetable.slots)
        for home, away in permutations(self.timetable.teams, 2):
            self.of[home, away] = []
            for slot in every if self.every_slot else open_days.of[home, away]:
                name = self.program.variable(0, 1)
                self.program.games.append(Meeting(home, away, slot))
                self.of[home, away].append((name, slot))
                self.at[home, slot].append((name, Side.HOME, away))
                self.at[away, slot].append((name, Side.AWAY, home))

    def _structure(self) -> None:
        timetable, add = self.timetable, self.program.rows.append
        for one, other in combinations(timetable.teams, 2):
            pairs = [self.of[one, other], self.of[other, one]]
            for names in [pairs[0] + pairs[1]] if timetable.rounds == 1 else pairs:
                add(Row(tuple(name for name, _ in names), (1,) * len(names), 1, 1))
            if timetable.phased:
                early = [name for pair in pairs for name, slot in pair if slot < timetable.first_half]
                add(Row(tuple(early), (1,) * len(early), 1, 1))
        exactly = timetable.compact and len(timetable.teams) % 2 == 0
        for games in self.at.values():
            if not games and not exactly:
                continue
            add(Row(tuple(name for name, _, _ in games), (1,) * len(games), int(exactly), 1))

    def counted(
        self, teams: Iterable[int], slots: Iterable[int], side: Side, opponents: frozenset[int] | None = None
    ) -> Counter[int]:
        """The games of teams in slots, each as often as it counts."""
        found: Counter[int] = Counter()
        slots = tuple(slots)
        for team in teams:
            for slot in slots:
                for name, where, other in self.at[team, slot]:
                    if (side is Side.BOTH or side is where) and (opponents is None or other in opponents):
                        found[name] += 1
        return found

    def want(self, terms: Mapping[int, int], wanted: Range) -> None:
        """Ask for a count within a range, hard or at a price, as the rule at hand says."""
        if self.rule.hard and not self.elastic:
            self.program.row(terms, wanted.low if wanted.low else -NO_LIMIT, wanted.high, self.origin)
            return
        least, most = self.program.reach(terms)
        if most > wanted.high:
            over = self.price(most - wanted.high)
            self.program.row({**terms, over: -1}, -NO_LIMIT, wanted.high, self.origin, (over,))
        if least < wanted.low:
            under = self.price(wanted.low - least)
            self.program.row({**terms, under: 1}, wanted.low, NO_LIMIT, self.origin, (under,))

    def price(self, most: int) -> int:
        """A variable for what the rule at hand is missed by."""
        soft, hard = (0, self.rule.penalty) if self.rule.hard else (self.rule.penalty, 0)
        return self.program.variable(0, most, soft, hard)

    def home(self, team: int, slot: int) -> int:
        """A variable: the team is at home in the slot."""
        if (team, slot) not in self.homes:
            name = self.homes[team, slot] = self.program.variable(0, 1)
            terms = dict(self.counted((team,), (slot,), Side.HOME))
            self.program.rows.append(Row((*terms, name), (*terms.values(), -1), 0, 0, STRUCTURE, (name,)))
        return self.homes[team, slot]

    def breaks(self, team: int, slot: int, side: Side) -> int:
        """A variable that is 1 when the team has a break of that side in the slot (it may only be counted, not wanted)."""
        if (team, slot, side) not in self.broken:
            name = self.broken[team, slot, side] = self.program.variable(0, 1)
            here, before = self.home(team, slot), self.home(team, slot - 1)
            if side is Side.HOME:
                self.program.rows.append(Row((here, before, name), (1, 1, -1), -1, 1, STRUCTURE, (name,)))
            else:
                self.program.rows.append(Row((here, before, name), (1, 1, 1), 1, 3, STRUCTURE, (name,)))
        return self.broken[team, slot, side]


def program_of(timetable: Timetable, *, elastic: bool = False, every_slot: bool = False) -> Program:
    """The program of a timetable. Raises `ValueError` with a sentence when a rule has no rows (see `unwritable`).

    A strict program has no variable for a game that a rule bars by itself, unless asked for `every_slot`.
    """
    if sentence := unwritable(timetable):
        raise ValueError(sentence)
    return Builder(timetable, elastic=elastic, every_slot=every_slot).program


def unwritable(timetable: Timetable) -> str:
    """Why a season can be judged but not solved, in a sentence; empty when it can."""
    even = timetable.compact and len(timetable.teams) % 2 == 0
    for rule in timetable.rules:
        if not even and (isinstance(rule, TeamBreaks | GroupBreaks) or (isinstance(rule, Crowding) and rule.by_games)):
            return f"line {rule.line}: {rule.code} by games can only be solved when every team plays in every slot."
    return ""


def _team_days(build: Builder, rule: TeamDays) -> None:
    for team in rule.teams:
        build.want(build.counted((team,), rule.slots, rule.side), rule.wanted)


def _team_opponents(build: Builder, rule: TeamOpponents) -> None:
    for team in rule.teams:
        build.want(build.counted((team,), rule.slots, rule.side, frozenset(rule.opponents)), rule.wanted)


def _crowding(build: Builder, rule: Crowding) -> None:
    slots = build.timetable.slots
    against = frozenset(rule.opponents)
    for team in rule.teams:
        for start in range(len(slots) - rule.length + 1):
            build.want(build.counted((team,), slots[start : start + rule.length], rule.side, against), rule.wanted)


def _group_days(build: Builder, rule: GroupDays) -> None:
    for slots in [(slot,) for slot in rule.slots] if rule.each_slot else [rule.slots]:
        build.want(build.counted(rule.teams, slots, rule.side, frozenset(rule.opponents)), rule.wanted)


def _named_games(build: Builder, rule: NamedGames) -> None:
    slots = set(rule.slots)
    names = {name: 1 for pair in set(rule.games) for name, slot in build.of.get(pair, ()) if slot in slots}
    build.want(names, rule.wanted)


def _break_terms(build: Builder, teams: Iterable[int], slots: Iterable[int], side: Side) -> Counter[int]:
    sides = (Side.HOME, Side.AWAY) if side is Side.BOTH else (side,)
    return Counter(
        build.breaks(team, slot, each) for team in teams for slot in set(slots) if slot > 0 for each in sides
    )


def _team_breaks(build: Builder, rule: TeamBreaks) -> None:
    for team in rule.teams:
        build.want(_break_terms(build, (team,), rule.slots, rule.side), Range(0, rule.most))


def _group_breaks(build: Builder, rule: GroupBreaks) -> None:
    build.want(_break_terms(build, rule.teams, rule.slots, Side.BOTH), Range(0, rule.most))


def _home_balance(build: Builder, rule: HomeBalance) -> None:
    program, slots = build.program, sorted(rule.slots)
    so_far: dict[tuple[int, int], int] = {}
    for team in set(rule.teams):
        before: dict[int, int] = {}
        for place, slot in enumerate(slots):
            name = so_far[team, place] = program.variable(0, place + 1)
            terms = Counter(before)
            terms[build.home(team, slot)] += 1
            program.rows.append(Row((*terms, name), (*terms.values(), -1), 0, 0, STRUCTURE, (name,)))
            before = {name: 1}
    for one, other in combinations(rule.teams, 2):
        over = None if rule.hard and not build.elastic else build.price(len(slots))
        for place in range(rule.most, len(slots)):
            for here, there in ((one, other), (other, one)):
                apart = {so_far[here, place]: 1, so_far[there, place]: -1}
                if over is None:
                    program.row(apart, -NO_LIMIT, rule.most, build.origin)
                else:
                    program.row(apart | {over: -1}, -NO_LIMIT, rule.most, build.origin, (over,))


def _separation(build: Builder, rule: Separation) -> None:
    if build.timetable.rounds == 1:
        return
    for one, other in combinations(sorted(set(rule.teams)), 2):
        meetings = sorted(build.of[one, other] + build.of[other, one], key=lambda each: each[1])
        if rule.hard and not build.elastic:
            _windows(build, meetings, rule.apart)
        else:
            _shortage(build, (one, other), rule.apart)


def _windows(build: Builder, meetings: list[tuple[int, int]], apart: int) -> None:
    """At most one meeting in any stretch of days too short for two; a stretch inside a longer one says nothing more."""
    number, last = build.timetable.slot_numbers, -1
    for start, (_name, slot) in enumerate(meetings):
        end = start
        while end < len(meetings) and number[meetings[end][1]] - number[slot] <= apart:
            end += 1
        if end > last:
            build.program.row({name: 1 for name, _ in meetings[start:end]}, 0, 1, build.origin)
            last = end


def _shortage(build: Builder, pair: tuple[int, int], apart: int) -> None:
    """What the two meetings of a pair lack of their distance, by their slots and which of them comes first."""
    program, number = build.program, build.timetable.slot_numbers
    first, second = (build.of[each] for each in (pair, pair[::-1]))
    later = {name: number[slot] for name, slot in second} | {name: -number[slot] for name, slot in first}
    span = number[-1] - number[0] + apart + 1
    lacks, in_order = build.price(apart), program.variable(0, 1)
    made = (lacks, in_order)
    program.row(later | {lacks: 1, in_order: -span}, apart + 1 - span, NO_LIMIT, build.origin, made)
    sooner = {name: -day for name, day in later.items()}
    program.row(sooner | {lacks: 1, in_order: span}, apart + 1, NO_LIMIT, build.origin, made)


WRITERS: dict[type[Rule], Callable[[Builder, Any], None]] = {
    TeamDays: _team_days,
    TeamOpponents: _team_opponents,
    Crowding: _crowding,
    GroupDays: _group_days,
    NamedGames: _named_games,
    TeamBreaks: _team_breaks,
    GroupBreaks: _group_breaks,
    HomeBalance: _home_balance,
    Separation: _separation,
}
