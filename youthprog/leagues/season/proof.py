"""Why a season cannot be made, where counting does not show it: proved by the solver, then made small. Pure.

A model of the whole season by days (or of a few teams by slots) leaves rules out and never adds one: where even that has
no solution, the season has none. Of a contradiction what is not needed is dropped, first games, then rules. The solver
is loaded here and nowhere else: never in a web process.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from youthprog.leagues.season.board import Board, units_of
from youthprog.leagues.season.causes import Cause, Relief
from youthprog.leagues.season.counts import room_on
from youthprog.leagues.season.day_counts import games_at_least, meetings_at_least
from youthprog.leagues.season.types import SeasonSpec

MOST_PLACES = 40_000  # places of games that a model by slots may have
SHORTEST = 0.3  # seconds that a question is worth asking for
SMALL = 3_000  # yes-or-nos that one thread settles faster than two

Pair = tuple[int, int]
Rule = tuple[
    str, int
]  # what limits: ("away", team), ("rest", division), ("week", division), ("room", 0), ("person", tie)


@dataclass(frozen=True, slots=True)
class Want:
    """What has to be played: so many games of a team, or so many meetings of two."""

    teams: tuple[int, ...]
    games: int


@dataclass(frozen=True, slots=True)
class Proof:
    """What the solver found out. Without a cause nothing is proved; `tried` says whether there was time to ask."""

    cause: Cause | None = None
    tried: bool = True


def prove_impossible(spec: SeasonSpec, *, seconds: float, suspects: Sequence[str] = ()) -> Proof:
    """Look for a contradiction for so long: each division, the suspects first, each person's teams, the whole season."""
    deadline = time.monotonic() + seconds
    board = Board(spec)
    asked = True
    for divisions, by_slots in _questions(board, suspects):
        left = deadline - time.monotonic()
        if left < SHORTEST:
            return Proof(None, tried=False)
        model = _Model(board, divisions, by_slots=by_slots)
        wants = model.wants()
        answer = model.solve(wants, model.rules(), left)
        if answer is None:
            asked = False
        elif not answer:
            return Proof(_smallest(model, wants, deadline))
    return Proof(None, tried=asked)


def _questions(board: Board, suspects: Sequence[str]) -> Iterable[tuple[tuple[int, ...], bool]]:
    """Which divisions to ask about together, and whether slot by slot: what is small first."""
    count = len(board.spec.divisions)
    singles = [(place,) for place in range(count)]
    singles.sort(key=lambda single: board.spec.divisions[single[0]].key not in suspects)
    yield from ((single, False) for single in singles)
    together = {
        tuple(sorted({board.division_of[board.number[key]] for key in tie.teams if key in board.number}))
        for tie in board.spec.ties
        if not tie.excused
    }
    whole = tuple(range(count))
    if count > 1:
        yield whole, False
    for chosen in sorted({*singles, *together, whole} - {()}, key=lambda each: (len(each), each)):
        if _places(board, chosen) <= MOST_PLACES:
            yield chosen, True


def _places(board: Board, divisions: Sequence[int]) -> int:
    total = 0
    for place in divisions:
        division = board.spec.divisions[place]
        pairs = len(division.teams) * (len(division.teams) - 1) // 2
        units = units_of(division, board.step)
        total += pairs * sum(
            max(0, board.strips[which].units - units + 1) for strips in board.on[place].values() for which in strips
        )
    return total


class _Model:
    """Some divisions as a model, day by day or slot by slot, built anew for each set of wants and rules."""

    def __init__(self, board: Board, divisions: tuple[int, ...], *, by_slots: bool):
        self.board, self.divisions, self.by_slots = board, divisions, by_slots
        self.teams = [team for team, place in enumerate(board.division_of) if place in divisions]
        self.pairs: list[Pair] = [
            pair for pair in combinations(self.teams, 2) if board.division_of[pair[0]] == board.division_of[pair[1]]
        ]

    def wants(self) -> list[Want]:
        """All that must be played at the least."""
        board = self.board
        found = [Want((team,), games_at_least(board, board.division_of[team])) for team in self.teams]
        for pair in self.pairs:
            meetings = meetings_at_least(board, board.division_of[pair[0]])
            if meetings:
                found.append(Want(pair, meetings))
        return found

    def rules(self) -> list[Rule]:
        """All that limits it, in the order in which one would rather not change it: venues, people, teams, rest."""
        board = self.board
        found: list[Rule] = [("room", 0)]
        if self.by_slots:
            found += [("person", number) for number, tie in enumerate(board.spec.ties) if not tie.excused]
        found += [("away", team) for team in self.teams if board.away[team]]
        for place in self.divisions:
            division = board.spec.divisions[place]
            if division.rest_days:
                found.append(("rest", place))
            if division.most_a_week is not None:
                found.append(("week", place))
        return found

    def solve(self, wants: Sequence[Want], rules: Iterable[Rule], seconds: float) -> bool | None:
        """Whether these wants can be met under these rules; None when there was no time to find out."""
        model, chosen, _games = self._build(wants, frozenset(rules))
        for want, games in chosen:
            model.add(sum(games) >= want.games)
        status = _run(model, seconds)[0]
        return {"OPTIMAL": True, "FEASIBLE": True, "INFEASIBLE": False}.get(status)

    def most(self, wants: Sequence[Want], rules: Iterable[Rule], seconds: float) -> int:
        """How many of the wanted games can be played at most, or the wanted number when there was no time."""
        model, chosen, _games = self._build(wants, frozenset(rules))
        parts = []
        for number, (want, own) in enumerate(chosen):
            part = model.new_int_var(0, want.games, f"part{number}")
            model.add(part <= sum(own))
            parts.append(part)
        model.maximize(sum(parts))
        status, solver = _run(model, seconds)
        total = sum(want.games for want in wants)
        return int(solver.objective_value) if status == "OPTIMAL" else total

    def _build(
        self, wants: Sequence[Want], rules: frozenset[Rule]
    ) -> tuple[Any, list[tuple[Want, list[Any]]], dict[Pair, list[Any]]]:
        from ortools.sat.python import cp_model  # loaded where it is used (docs/decisions/0002)

        model = cp_model.CpModel()
        board = self.board
        wanted = {want.teams for want in wants if len(want.teams) == 2}
        alone = {want.teams[0] for want in wants if len(want.teams) == 1}
        pairs = [pair for pair in self.pairs if pair in wanted or alone & set(pair)]
        cells = _Cells(model, board, pairs, rules, self.by_slots)
        for pair in pairs:
            place = board.division_of[pair[0]]
            division = board.spec.divisions[place]
            least = meetings_at_least(board, place)
            exact = division.games_each % max(1, len(division.teams) - 1) == 0
            model.add(sum(cells.of_pair[pair]) <= least + (not exact))
        cells.limit_teams()
        cells.limit_venues(self.divisions)
        cells.limit_people()
        chosen = [
            (want, cells.of_pair[want.teams] if len(want.teams) == 2 else cells.of_team(want.teams[0]))
            for want in wants
        ]
        for team in {team for pair in pairs for team in pair}:
            place = board.division_of[team]
            model.add(sum(cells.of_team(team)) <= board.spec.divisions[place].games_each)
        return model, chosen, cells.of_pair


class _Cells:
    """The yes-or-no of each game on each day, or in each slot."""

    def __init__(self, model: Any, board: Board, pairs: Sequence[Pair], rules: frozenset[Rule], by_slots: bool):
        self.model, self.board, self.pairs, self.rules, self.by_slots = model, board, pairs, rules, by_slots
        self.of_pair: dict[Pair, list[Any]] = {pair: [] for pair in pairs}
        self.on_day: dict[tuple[Pair, int], list[Any]] = {}
        self.covering: dict[tuple[int, int], list[Any]] = {}
        self.slots: dict[tuple[int, int], list[tuple[Pair, int, int, int, Any]]] = {}  # team, day -> what it may play
        self.days_of: dict[int, set[int]] = {}
        for pair in pairs:
            for day in board.days[board.division_of[pair[0]]]:
                if not any(("away", team) in rules and day in board.away[team] for team in pair):
                    self._add(pair, day)

    def _add(self, pair: Pair, day: int) -> None:
        board = self.board
        place = board.division_of[pair[0]]
        if not self.by_slots:
            cells = [self.model.new_bool_var("")]
        else:
            cells = []
            units = units_of(board.spec.divisions[place], board.step)
            for which in board.on[place].get(day, ()):
                strip = board.strips[which]
                for unit in range(strip.units - units + 1):
                    cell = self.model.new_bool_var("")
                    cells.append(cell)
                    for covered in range(unit, unit + units):
                        self.covering.setdefault((which, covered), []).append(cell)
                    starts, ends = board.minutes(strip, unit, units)
                    for team in pair:
                        self.slots.setdefault((team, day), []).append((pair, which, starts, ends, cell))
        self.of_pair[pair] += cells
        self.on_day[pair, day] = cells
        for team in pair:
            self.days_of.setdefault(team, set()).add(day)

    def of_team(self, team: int) -> list[Any]:
        """All of a team."""
        return [cell for pair in self.pairs if team in pair for cell in self.of_pair[pair]]

    def _of_team_on(self, team: int, days: Iterable[int]) -> list[Any]:
        own = [pair for pair in self.pairs if team in pair]
        return [cell for day in days for pair in own for cell in self.on_day.get((pair, day), ())]

    def limit_teams(self) -> None:
        """One game a day; rest; so many a week."""
        for team, days in self.days_of.items():
            place = self.board.division_of[team]
            division = self.board.spec.divisions[place]
            rest = division.rest_days if ("rest", place) in self.rules else 0
            for day in sorted(days):
                self.model.add_at_most_one(self._of_team_on(team, range(day, day + rest + 1)))
            if division.most_a_week is not None and ("week", place) in self.rules:
                for monday in {day - (day - 1) % 7 for day in days}:
                    self.model.add(sum(self._of_team_on(team, range(monday, monday + 7))) <= division.most_a_week)

    def limit_venues(self, divisions: tuple[int, ...]) -> None:
        """One game at a time on each field; by days, no more games than fit."""
        if ("room", 0) not in self.rules:
            return
        if self.by_slots:
            for cells in self.covering.values():
                self.model.add_at_most_one(cells)
            return
        chosen = [(place,) for place in divisions] + ([divisions] if len(divisions) > 1 else [])
        for group in chosen:
            for day in {day for place in group for day in self.board.days[place]}:
                games = []
                for place in group:
                    units = units_of(self.board.spec.divisions[place], self.board.step)
                    own = [pair for pair in self.pairs if self.board.division_of[pair[0]] == place]
                    games += [units * cell for pair in own for cell in self.on_day.get((pair, day), ())]
                if games:
                    self.model.add(sum(games) <= room_on(self.board, group, day)[1])

    def limit_people(self) -> None:
        """Nobody at two games at once, the way included."""
        for number, tie in enumerate(self.board.spec.ties):
            if tie.excused or ("person", number) not in self.rules or not self.by_slots:
                continue
            teams = [self.board.number[key] for key in tie.teams if key in self.board.number]
            for one, other in combinations(teams, 2):
                for day in self.days_of.get(one, set()) & self.days_of.get(other, set()):
                    self._keep_apart(one, other, day)

    def _keep_apart(self, one: int, other: int, day: int) -> None:
        """What one team plays at a time against all that the other could play too near to it."""
        strips = self.board.strips
        mine: dict[tuple[int, int, int], list[tuple[Pair, Any]]] = {}
        for pair, which, starts, ends, cell in self.slots.get((one, day), ()):
            if other not in pair:
                mine.setdefault((which, starts, ends), []).append((pair, cell))
        theirs = [each for each in self.slots.get((other, day), ()) if one not in each[0]]
        for (which, starts, ends), cells in mine.items():
            near = []
            for _pair, there, begins, over, cell in theirs:
                way = 0 if strips[there].site == strips[which].site else self.board.spec.travel_minutes
                if starts < over + way and begins < ends + way:
                    near.append(cell)
            if near:  # each side at most one anyway: a team plays once a day
                self.model.add(sum(cell for _pair, cell in cells) + sum(near) <= 1)


def _run(model: Any, seconds: float) -> tuple[str, Any]:
    from ortools.sat.python import cp_model  # loaded where it is used (docs/decisions/0002)

    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(0.05, seconds)
    solver.parameters.num_workers = 1 if len(model.proto.variables) < SMALL else 2
    solver.parameters.random_seed = 1
    status = solver.solve(model)
    return solver.status_name(status), solver


def _smallest(model: _Model, wants: list[Want], deadline: float) -> Cause:
    """Drop what the contradiction does not need: wants first, then rules. What is left is proved, time or no time."""
    rules = model.rules()
    left = lambda: deadline - time.monotonic()  # noqa: E731
    pairs = [want for want in wants if len(want.teams) == 2]  # said of two teams it is plainer than said of one
    if pairs and model.solve(pairs, rules, left()) is False:
        wants = pairs
    wants = _without(wants, lambda some: model.solve(some, rules, left()) is False, left)
    rules = _without(rules, lambda some: model.solve(wants, some, left()) is False, left)
    needed = sum(want.games for want in wants)
    offered = min(model.most(wants, rules, max(0.2, left())), needed - 1)
    return _cause_of(model, wants, rules, needed, offered)


def _without(parts: list[Any], still: Callable[[list[Any]], bool], left: Callable[[], float]) -> list[Any]:
    """Fewer parts that still contradict each other: halves first, then one by one, as long as there is time."""
    size = max(1, len(parts) // 2)
    while size:
        place = 0
        while place < len(parts):
            if left() < SHORTEST:
                return parts
            fewer = parts[:place] + parts[place + size :]
            if still(fewer):
                parts = fewer
            else:
                place += size
        size //= 2
    return parts


def _cause_of(model: _Model, wants: list[Want], rules: list[Rule], needed: int, offered: int) -> Cause:
    board = model.board
    teams = sorted({team for want in wants for team in want.teams})
    places = sorted({board.division_of[team] for team in teams})
    keys = tuple(board.teams[team].key for team in teams)
    short = needed - offered
    reliefs = []
    person = ""
    for kind, number in rules:
        if kind == "person":
            person = board.spec.ties[number].person
            reliefs.append(Relief("excuse", (person,), short))
        elif kind == "away":
            reliefs.append(Relief("more_days", (board.teams[number].key,), short))
        elif kind == "rest":
            reliefs.append(
                Relief("less_rest", (board.spec.divisions[number].key,), board.spec.divisions[number].rest_days - 1)
            )
        elif kind == "week":
            most = board.spec.divisions[number].most_a_week or 0
            reliefs.append(Relief("more_a_week", (board.spec.divisions[number].key,), most + 1))
        else:
            reliefs.append(Relief("more_slots", tuple(board.spec.divisions[place].key for place in places), short))
    away = {number for kind, number in rules if kind == "away"}
    days = sorted(
        day
        for day in set().union(*(board.days[place] for place in places))
        if sum(day not in board.away[team] or team not in away for team in teams) >= min(2, len(teams))
    )
    return Cause(
        "knot",
        needed,
        offered,
        tuple(board.spec.divisions[place].key for place in places),
        keys,
        dates=tuple(date.fromordinal(day) for day in days),
        person=person,
        reliefs=tuple(reliefs),
    )
