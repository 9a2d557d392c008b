"""Which games and hard rules clash where no count says it: the solver proves it, then all that it does not need is left
out, game by game and rule by rule. Pure.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from youthprog.leagues.timetables.program import STRUCTURE, Program, program_of
from youthprog.leagues.timetables.program_solving import Effort, Found, Halt, hard_part, solve
from youthprog.leagues.timetables.types import Cause, Rule, Timetable

TRY_SECONDS = 2.0
MOST_NAMED = 12


@dataclass(frozen=True, slots=True)
class Item:
    """What may be left out: a game that must be played (its row), or a hard rule (its rows)."""

    rows: tuple[int, ...]
    pair: tuple[int, int] | None = None
    rule: Rule | None = None


class Hunt:
    """Tries parts of an impossible program until the time is up."""

    def __init__(self, timetable: Timetable, program: Program, seconds: float, halt: Halt):
        self.timetable, self.program, self.halt = timetable, program, halt
        self.until = time.monotonic() + seconds
        self.hard_rows = hard_part(program)[1]
        self.names_of: dict[tuple[int, int], list[int]] = {}
        for name, game in enumerate(program.games):
            self.names_of.setdefault((game.home, game.away), []).append(name)
        self.rules = [
            Item(tuple(rows), rule=timetable.rules[origin]) for origin, rows in self._by_origin().items() if rows
        ]
        self.base, self.games = self._structure()

    def _by_origin(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for place in self.hard_rows:
            origin = self.program.rows[place].origin
            if origin != STRUCTURE:
                found.setdefault(origin, []).append(place)
        return found

    def _structure(self) -> tuple[list[int], list[Item]]:
        """The rows that always hold, and the games that must be played, where leaving one out is thinkable."""
        base, games = [], []
        last = len(self.program.games)
        for place in self.hard_rows:
            row = self.program.rows[place]
            if row.origin != STRUCTURE:
                continue
            pairs = {self.program.games[name][:2] for name in row.variables if name < last}
            if len(pairs) == 1 and not self.timetable.compact and row.low == row.high == 1:
                games.append(Item((place,), pair=pairs.pop()))
            else:
                base.append(place)
        return base, games

    def clash(self, items: Sequence[Item]) -> bool:
        """Whether it is proved that the items cannot hold together."""
        left = self.until - time.monotonic()
        if left <= 0:
            return False
        rows = sorted({*self.base, *(place for item in items for place in item.rows)})
        if self.games:
            pairs = [item.pair for item in items if item.pair]
            moving = sorted(name for pair in pairs for name in self.names_of[pair])
        else:
            moving = hard_part(self.program)[0]
        effort = Effort(min(TRY_SECONDS, left), workers=1, seed=1)
        nothing = [0] * len(self.program.cost)
        answer = solve(self.program, nothing, effort, halt=self.halt, part=(moving, rows))
        return answer.found is Found.IMPOSSIBLE

    def near_teams(self) -> list[Item] | None:
        """The games of one team, or of two, that clash by themselves; None when none were found."""
        for size in (1, 2):
            for teams in combinations(self.timetable.teams, size):
                items = [item for item in self.games if item.pair and set(teams).intersection(item.pair)]
                if items and time.monotonic() < self.until and self.clash([*items, *self.rules]):
                    return items
            if not self.games:
                return None
        return None

    def least(self, items: list[Item]) -> tuple[list[Item], bool]:
        """As few of the items as still clash, and whether there was time to try each."""
        step = max(1, len(items) // 2)
        while True:
            place = 0
            while place < len(items):
                rest = items[:place] + items[place + step :]
                if time.monotonic() > self.until:
                    return items, False
                if self.clash(rest):
                    items = rest
                else:
                    place += step
            if step == 1:
                return items, True
            step = max(1, step // 2)


def conflict_of(timetable: Timetable, program: Program, seconds: float, halt: Halt) -> tuple[Cause, ...]:
    """The cause of a program that is proved impossible, as small as the time allows.

    For a season with rest days it names games; for one without, rules, those that bar a slot included.
    """
    hunt = Hunt(timetable, program, seconds, halt)
    if hunt.games:
        games = hunt.near_teams() or hunt.games
    else:
        hunt = Hunt(timetable, program_of(timetable, every_slot=True), seconds, halt)
        games = []
    items, least = hunt.least([*games, *hunt.rules])
    return (_told(timetable, items, least),)


def clash_near_a_team(timetable: Timetable, program: Program, seconds: float, halt: Halt) -> tuple[Cause, ...]:
    """A clash among the games of one team or two, proved and made small; empty when none was found."""
    hunt = Hunt(timetable, program, seconds, halt)
    found = hunt.near_teams() if hunt.games else None
    if not found:
        return ()
    hunt.until += seconds
    return (_told(timetable, *hunt.least([*found, *hunt.rules])),)


def _told(timetable: Timetable, items: Sequence[Item], least: bool) -> Cause:
    names = timetable.team_names
    games = [f"{names[item.pair[0]]} - {names[item.pair[1]]}" for item in items if item.pair]
    rules = [f"{item.rule.code} in line {item.rule.line}" for item in items if item.rule]
    under = f" under {_short(rules)}" if rules else ""
    if games:
        reason = f"These {len(games)} games cannot all be placed on the days their teams offer{under}: {_short(games)}."
        change = "Open one more day for one of these games" + (", or loosen one of these rules." if rules else ".")
    else:
        reason = f"No schedule keeps all of these {len(rules)} hard rules: {_short(rules)}."
        change = "Loosen one of these rules."
    if not least:
        change += " (There may be a smaller cause: there was no time to try each.)"
    return Cause(reason, change)


def _short(words: Sequence[str]) -> str:
    more = len(words) - MOST_NAMED
    return ", ".join(words[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
