"""What a schedule is worth: every rule counted straight from the games, apart from any solver. Pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations, pairwise
from typing import Any

from youthprog.leagues.timetables.types import (
    Crowding,
    GroupBreaks,
    GroupDays,
    HomeBalance,
    Meeting,
    NamedGames,
    Rule,
    Separation,
    Side,
    TeamBreaks,
    TeamDays,
    TeamOpponents,
    Timetable,
    Verdict,
)

MOST_FAULTS = 20


class Played:
    """Who plays whom, when and where, ready to be counted."""

    def __init__(self, timetable: Timetable, games: Iterable[Meeting]):
        self.timetable = timetable
        self.games = tuple(games)
        self.of: dict[tuple[int, int], list[tuple[Side, int]]] = defaultdict(list)
        for home, away, slot in self.games:
            self.of[home, slot].append((Side.HOME, away))
            self.of[away, slot].append((Side.AWAY, home))

    def count(self, team: int, slots: Iterable[int], side: Side, opponents: frozenset[int] | None = None) -> int:
        """How many games of that side a team plays in the slots, against any or those opponents."""
        return sum(
            (side is Side.BOTH or side is where) and (opponents is None or other in opponents)
            for slot in slots
            for where, other in self.of.get((team, slot), ())
        )

    def days_of(self, team: int) -> list[int]:
        """The slots in which a team plays, in order."""
        return [slot for slot in self.timetable.slots if (team, slot) in self.of]

    def breaks(self, team: int) -> list[tuple[int, Side]]:
        """The slots in which a team is at home, or away, as in its game before."""
        sides = [(slot, self.of[team, slot][0][0]) for slot in self.days_of(team)]
        return [(slot, side) for (_, before), (slot, side) in pairwise(sides) if side is before]


def judge(timetable: Timetable, games: Iterable[Meeting]) -> Verdict:
    """The faults, hard and soft figures of a schedule."""
    played = Played(timetable, games)
    totals: Counter[tuple[str, bool]] = Counter()
    missed = []
    for rule in timetable.rules:
        by = rule_missed_by(rule, played)
        if by:
            totals[rule.code, rule.hard] += by * rule.penalty
            missed.append(rule)
    hard = sum(cost for (_code, is_hard), cost in totals.items() if is_hard)
    return Verdict(faults_of(played), hard, sum(totals.values()) - hard, dict(totals), tuple(missed))


def faults_of(played: Played) -> tuple[str, ...]:
    """How the games are no season: each pair the right number of times, nobody twice in a slot, compact, phased."""
    found: list[str] = []
    for fault in _faults(played):
        found.append(fault)
        if len(found) == MOST_FAULTS:
            break
    return tuple(found)


def _faults(played: Played) -> Iterator[str]:
    timetable = played.timetable
    name, day = timetable.team_names, timetable.slot_names
    for (team, slot), games in played.of.items():
        if len(games) > 1:
            yield f"{name[team]} plays {len(games)} games in {day[slot]}."
    met = Counter((home, away) for home, away, _slot in played.games)
    low, high = timetable.rounds // 2, (timetable.rounds + 1) // 2
    for one, other in combinations(timetable.teams, 2):
        there, here = met[one, other], met[other, one]
        if there + here != timetable.rounds or not (low <= there <= high):
            yield f"{name[one]} is at home to {name[other]} {there} times and away {here} times."
    if timetable.compact and len(timetable.teams) % 2 == 0:
        for team in timetable.teams:
            for slot in timetable.slots:
                if (team, slot) not in played.of:
                    yield f"{name[team]} does not play in {day[slot]}."
    if timetable.phased:
        early = Counter(frozenset(game[:2]) for game in played.games if game.slot < timetable.first_half)
        for one, other in combinations(timetable.teams, 2):
            if early[frozenset((one, other))] != 1:
                yield f"{name[one]} and {name[other]} do not meet exactly once in the first half."


def rule_missed_by(rule: Rule, played: Played) -> int:
    """How many units a rule is missed by."""
    return COUNTS[type(rule)](rule, played)


def _team_days(rule: TeamDays, played: Played) -> int:
    return sum(rule.wanted.missed_by(played.count(team, rule.slots, rule.side)) for team in rule.teams)


def _team_opponents(rule: TeamOpponents, played: Played) -> int:
    against = frozenset(rule.opponents)
    return sum(rule.wanted.missed_by(played.count(team, rule.slots, rule.side, against)) for team in rule.teams)


def _crowding(rule: Crowding, played: Played) -> int:
    against = frozenset(rule.opponents)
    total = 0
    for team in rule.teams:
        days = played.days_of(team) if rule.by_games else list(played.timetable.slots)
        counts = [played.count(team, (day,), rule.side, against) for day in days]
        for end in range(rule.length, len(days) + 1):
            total += rule.wanted.missed_by(sum(counts[end - rule.length : end]))
    return total


def _group_days(rule: GroupDays, played: Played) -> int:
    against = frozenset(rule.opponents)
    parts: Sequence[Sequence[int]] = [(slot,) for slot in rule.slots] if rule.each_slot else [rule.slots]
    return sum(
        rule.wanted.missed_by(sum(played.count(team, part, rule.side, against) for team in rule.teams))
        for part in parts
    )


def _named_games(rule: NamedGames, played: Played) -> int:
    named, slots = set(rule.games), set(rule.slots)
    return rule.wanted.missed_by(sum((home, away) in named and slot in slots for home, away, slot in played.games))


def _team_breaks(rule: TeamBreaks, played: Played) -> int:
    slots = set(rule.slots)
    counts = (
        sum(slot in slots and rule.side in (Side.BOTH, side) for slot, side in played.breaks(team))
        for team in rule.teams
    )
    return sum(max(0, count - rule.most) for count in counts)


def _group_breaks(rule: GroupBreaks, played: Played) -> int:
    slots = set(rule.slots)
    return max(0, sum(slot in slots for team in rule.teams for slot, _side in played.breaks(team)) - rule.most)


def _home_balance(rule: HomeBalance, played: Played) -> int:
    homes = dict.fromkeys(rule.teams, 0)
    widest: Counter[tuple[int, int]] = Counter()
    for slot in sorted(rule.slots):
        for team in rule.teams:
            homes[team] += played.count(team, (slot,), Side.HOME)
        for one, other in combinations(rule.teams, 2):
            widest[one, other] = max(widest[one, other], abs(homes[one] - homes[other]))
    return sum(max(0, wide - rule.most) for wide in widest.values())


def _separation(rule: Separation, played: Played) -> int:
    inside = set(rule.teams)
    meetings: dict[frozenset[int], list[int]] = defaultdict(list)
    for home, away, slot in played.games:
        if home in inside and away in inside:
            meetings[frozenset((home, away))].append(slot)
    return sum(
        max(0, rule.apart - played.timetable.between(one, other))
        for slots in meetings.values()
        for one, other in pairwise(sorted(slots))
    )


COUNTS: dict[type[Rule], Callable[[Any, Played], int]] = {
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
