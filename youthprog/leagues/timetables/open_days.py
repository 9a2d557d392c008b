"""When each game may be played at all, by the hard rules that bar a game from a slot. Pure."""

from collections.abc import Iterator
from itertools import permutations

from youthprog.leagues.timetables.types import GroupDays, NamedGames, Rule, Side, TeamDays, TeamOpponents, Timetable


class OpenDays:
    """For every pair (home, away) the slots that no hard rule bars."""

    def __init__(self, timetable: Timetable):
        self.timetable = timetable
        barred: set[tuple[int, int, int]] = set()
        for rule in timetable.rules:
            if rule.hard:
                barred.update(bars_of(rule, timetable))
        self.of: dict[tuple[int, int], tuple[int, ...]] = {
            (home, away): tuple(slot for slot in timetable.slots if (home, away, slot) not in barred)
            for home, away in permutations(timetable.teams, 2)
        }

    def at_home(self, team: int) -> set[int]:
        """The slots in which a team can be at home to somebody."""
        return {slot for (home, _away), slots in self.of.items() if home == team for slot in slots}

    def anywhere(self, team: int) -> set[int]:
        """The slots in which a team can play somebody."""
        return {slot for pair, slots in self.of.items() if team in pair for slot in slots}


def bars_of(rule: Rule, timetable: Timetable) -> Iterator[tuple[int, int, int]]:
    """The games (home, away, slot) that a rule bars by itself: those that count where none may."""
    if isinstance(rule, NamedGames):
        if rule.wanted.high == 0:
            yield from ((home, away, slot) for home, away in rule.games for slot in rule.slots)
        return
    if not isinstance(rule, TeamDays | TeamOpponents | GroupDays) or rule.wanted.high != 0:
        return
    opponents = timetable.teams if isinstance(rule, TeamDays) else rule.opponents
    for slot in rule.slots:
        for team in rule.teams:
            for other in opponents:
                if rule.side is not Side.AWAY:
                    yield team, other, slot
                if rule.side is not Side.HOME:
                    yield other, team, slot
