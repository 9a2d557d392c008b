"""The table of a division: who stands where, and which step of the rules decided it. Pure.

Teams level on the first figure are separated by the league's tie-break steps, in their order. A step looks at the whole
group that is still level: head-to-head counts the games among these teams only. When it splits the group, each part is
taken up again, from the first step or from the next, as the league has chosen. The last step is a drawing of recorded
lots, so the order is always total, and never depends on the order in which teams or games were entered.
Comparing two teams at a time would not do: "beats" is not transitive.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from hashlib import sha256

Figure = Fraction | tuple[int, Fraction]


class Outcome(StrEnum):
    """What became of a game."""

    PLAYED = "played"
    HOME_FORFEIT = "home_forfeit"  # the home team did not come, or lost its right to the game
    AWAY_FORFEIT = "away_forfeit"
    DOUBLE_FORFEIT = "double_forfeit"
    CANCELED = "canceled"
    SCHEDULED = "scheduled"


class First(StrEnum):
    """What the table is ordered by before any tie is broken."""

    POINTS = "points"
    POINTS_PER_GAME = "points_per_game"  # where teams have played unequal numbers of games


class AfterSplit(StrEnum):
    """Where those still level go on after a step has split their group."""

    RESTART = "restart"
    CONTINUE = "continue"


class NotAllMet(StrEnum):
    """What head-to-head is worth while some of the level teams have not met."""

    SKIP = "skip"
    USE = "use"


@dataclass(frozen=True, slots=True)
class Game:
    """One game. Scores are None when it was not played."""

    home: str
    away: str
    home_score: int | None
    away_score: int | None
    on: date | None = None
    outcome: Outcome = Outcome.PLAYED


@dataclass(frozen=True, slots=True)
class Rules:
    """A league's rules. Caps are per game: goals counted for a team, and the margin counted in differences.

    `lots` are the numbers drawn for teams, the lowest first. A team without one is drawn by `lots_seed`, which a league
    writes down before the season: anybody can repeat that drawing.
    """

    win: int = 3
    draw: int = 1
    loss: int = 0
    forfeit_loss: int = 0
    forfeit_score: int = 3
    first: First = First.POINTS
    steps: tuple[str, ...] = ("head_to_head_points", "head_to_head_difference", "difference", "scored")
    after_split: AfterSplit = AfterSplit.RESTART
    not_all_met: NotAllMet = NotAllMet.SKIP
    most_scored: int | None = None
    most_margin: int | None = None
    lots: tuple[tuple[str, int], ...] = ()
    lots_seed: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """What a team's games add up to. `scored`, `conceded` and `difference` are after the caps."""

    played: int = 0
    won: int = 0
    drawn: int = 0
    lost: int = 0
    points: int = 0
    scored: int = 0
    conceded: int = 0
    difference: int = 0

    def __add__(self, other: "Record") -> "Record":
        return Record(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Place:
    """One line of the table. `decided_by` is the step that put the team below the one above it; "" for the first."""

    number: int
    team: str
    record: Record
    decided_by: str
    level_with: tuple[str, ...] = ()  # the teams it was level with before any tie was broken


def standings_of(games: Iterable[Game], rules: Rules, teams: Iterable[str] = ()) -> list[Place]:
    """The table of all teams named or seen in the games, best first.

    Games that were canceled or are still to come count nothing. The order is total for any games and rules.
    """
    counted = [_scored(game, rules) for game in games if _counts(game)]
    everybody = sorted({*teams, *(name for game in counted for name in (game.home, game.away))})
    table = _Table(counted, rules, everybody)
    places: list[Place] = []
    for level in table.parts_of(everybody, lambda team: table.first(table.records[team])):
        for team, step in table.settled(level, len(places) == 0):
            others = tuple(sorted(each for each in level if each != team))
            places.append(Place(len(places) + 1, team, table.records[team], step, others))
    return places


def steps_known() -> tuple[str, ...]:
    """The names a league may put into its list of steps, besides the lots that always come last."""
    return tuple(STEPS)


@dataclass(frozen=True, slots=True)
class _Line:
    """A game with the scores that count, and who is given the win."""

    home: str
    away: str
    home_score: int
    away_score: int
    forfeited: tuple[str, ...] = ()


def _counts(game: Game) -> bool:
    if game.outcome is Outcome.PLAYED:
        return game.home_score is not None and game.away_score is not None
    return game.outcome not in (Outcome.CANCELED, Outcome.SCHEDULED)


def _scored(game: Game, rules: Rules) -> _Line:
    """A forfeited game has the score of the rules; in a double forfeit each team concedes it and neither scores."""
    if game.outcome is Outcome.HOME_FORFEIT:
        return _Line(game.home, game.away, 0, rules.forfeit_score, (game.home,))
    if game.outcome is Outcome.AWAY_FORFEIT:
        return _Line(game.home, game.away, rules.forfeit_score, 0, (game.away,))
    if game.outcome is Outcome.DOUBLE_FORFEIT:
        return _Line(game.home, game.away, 0, 0, (game.home, game.away))
    return _Line(game.home, game.away, game.home_score or 0, game.away_score or 0)


def _record(team: str, line: _Line, rules: Rules) -> Record:
    """What one game adds to a team's record."""
    mine, theirs = (line.home_score, line.away_score) if team == line.home else (line.away_score, line.home_score)
    if len(line.forfeited) == 2:
        theirs = rules.forfeit_score
    margin = mine - theirs
    if rules.most_margin is not None:
        margin = max(-rules.most_margin, min(rules.most_margin, margin))
    if rules.most_scored is not None:
        mine, theirs = min(mine, rules.most_scored), min(theirs, rules.most_scored)
    if team in line.forfeited:
        points, won, drawn = rules.forfeit_loss, 0, 0
    elif line.forfeited or margin > 0:
        points, won, drawn = rules.win, 1, 0
    elif margin == 0:
        points, won, drawn = rules.draw, 0, 1
    else:
        points, won, drawn = rules.loss, 0, 0
    return Record(1, won, drawn, 1 - won - drawn, points, mine, theirs, margin)


class _Table:
    """All games of a table, and how groups that are level are taken apart."""

    def __init__(self, lines: Sequence[_Line], rules: Rules, teams: Sequence[str]):
        self.lines, self.rules = lines, rules
        self.records = {team: self.record_of(team) for team in teams}
        self._lots = dict(rules.lots)

    def record_of(self, team: str, among: frozenset[str] | None = None) -> Record:
        """A team's record, of the games among some teams only when they are given."""
        total = Record()
        for line in self.lines:
            if team in (line.home, line.away) and (among is None or {line.home, line.away} <= among):
                total += _record(team, line, self.rules)
        return total

    def first(self, record: Record) -> Fraction:
        """What the table is ordered by."""
        if self.rules.first is First.POINTS:
            return Fraction(record.points)
        return Fraction(record.points, record.played or 1)

    def parts_of(self, teams: Sequence[str], figure: Callable[[str], Figure]) -> list[list[str]]:
        """Teams of one figure together, the greatest figure first."""
        found: dict[Figure, list[str]] = {}
        for team in teams:
            found.setdefault(figure(team), []).append(team)
        return [found[key] for key in sorted(found, reverse=True)]

    def settled(self, level: Sequence[str], at_the_top: bool) -> list[tuple[str, str]]:
        """The teams of a level group in order, each with the step that put it below the one before it."""
        order = self._apart(list(level), 0)
        head, first_step = order[0][0], "" if at_the_top else self.rules.first.value
        return [(head, first_step), *order[1:]]

    def _apart(self, level: list[str], number: int) -> list[tuple[str, str]]:
        if len(level) == 1:
            return [(level[0], "")]
        for place in range(number, len(self.rules.steps)):
            step = self.rules.steps[place]
            figures = STEPS[step](self, level)
            if figures is None:
                continue
            parts = self.parts_of(level, figures.__getitem__)
            if len(parts) > 1:
                again = 0 if self.rules.after_split is AfterSplit.RESTART else place + 1
                return _joined([self._apart(part, again) for part in parts], step)
        return _joined([[(team, "")] for team in sorted(level, key=self._lot)], "lots")

    def _lot(self, team: str) -> tuple[int, int, str]:
        drawn = self._lots.get(team)
        if drawn is not None:
            return 0, drawn, team
        return 1, int.from_bytes(sha256(f"{self.rules.lots_seed}\n{team}".encode()).digest()[:8], "big"), team

    def all_met(self, level: Sequence[str]) -> bool:
        """Whether every two of these teams have a game that counts."""
        met = {frozenset((line.home, line.away)) for line in self.lines}
        return all(frozenset((one, two)) in met for one in level for two in level if one < two)


def _joined(parts: Sequence[Sequence[tuple[str, str]]], step: str) -> list[tuple[str, str]]:
    """Parts one below the other; the first of each part but the top one stands where `step` put it."""
    found = list(parts[0])
    for part in parts[1:]:
        found += [(part[0][0], step), *part[1:]]
    return found


Figures = Mapping[str, Figure]
Step = Callable[[_Table, Sequence[str]], Figures | None]


def _overall(figure: Callable[[Record], Figure]) -> Step:
    return lambda table, level: {team: figure(table.records[team]) for team in level}


def _among(figure: Callable[[Record], Figure]) -> Step:
    def head_to_head(table: _Table, level: Sequence[str]) -> Figures | None:
        if table.rules.not_all_met is NotAllMet.SKIP and not table.all_met(level):
            return None
        group = frozenset(level)
        return {team: figure(table.record_of(team, group)) for team in level}

    return head_to_head


def _quotient(record: Record) -> Figure:
    """Scored by conceded; a team that conceded nothing is above every other, then by what it scored."""
    if record.conceded == 0:
        return (1, Fraction(record.scored))
    return (0, Fraction(record.scored, record.conceded))


def _per_game(number: int, record: Record) -> Fraction:
    return Fraction(number, record.played or 1)


STEPS: dict[str, Step] = {
    "head_to_head_points": _among(lambda record: _per_game(record.points, record)),
    "head_to_head_difference": _among(lambda record: Fraction(record.difference)),
    "head_to_head_scored": _among(lambda record: Fraction(record.scored)),
    "head_to_head_quotient": _among(_quotient),
    "points": _overall(lambda record: Fraction(record.points)),
    "points_per_game": _overall(lambda record: _per_game(record.points, record)),
    "wins": _overall(lambda record: Fraction(record.won)),
    "difference": _overall(lambda record: Fraction(record.difference)),
    "difference_per_game": _overall(lambda record: _per_game(record.difference, record)),
    "scored": _overall(lambda record: Fraction(record.scored)),
    "scored_per_game": _overall(lambda record: _per_game(record.scored, record)),
    "fewest_conceded": _overall(lambda record: Fraction(-record.conceded)),
    "fewest_conceded_per_game": _overall(lambda record: -_per_game(record.conceded, record)),
    "quotient": _overall(_quotient),
}
