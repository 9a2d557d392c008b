"""A schedule made better until somebody stops it; the best so far is at hand at every moment. Pure.

Points count what families and coaches mind: home or away games in a row, home games far from home, games crowded
together, brothers and sisters on different days or at the same time, people for whom a clash was excused. Hard rules hold throughout.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable
from dataclasses import dataclass

from youthprog.leagues.season.board import Board, Place, Strip
from youthprog.leagues.season.constructing import board_with, restore
from youthprog.leagues.season.types import Plan, SeasonSpec

BREAK, ELSEWHERE, CROWDED, APART, TORN, CLASH = (
    10,
    3,
    1,
    24,
    36,
    60,
)  # a family torn between two games is worse off than on two days
HEAT, COOLED = 6.0, 0.6  # how many points worse a try may be, at first and at last
LOOK = 200  # tries between two reports
COOLING = 150_000  # tries until it is cold


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the search is. `plan` is the best so far, `points` what it costs; fewer are better."""

    tries: int
    points: int
    plan: Plan


class Points:
    """What the games of each team cost, kept up as games move."""

    def __init__(self, board: Board):
        self.board = board
        self.wished: list[list[int]] = [[] for _team in board.teams]
        self.excused: list[list[int]] = [[] for _team in board.teams]
        for wish in board.spec.wishes:
            one, other = board.number[wish.one], board.number[wish.other]
            self.wished[one].append(other)
            self.wished[other].append(one)
        for tie in board.spec.ties:
            places = [board.number[team] for team in tie.teams] if tie.excused else []
            for one in places:
                self.excused[one] += [other for other in places if other != one]
        span = (board.spec.last - board.spec.first).days + 1
        counts = [max(1, board.spec.divisions[place].games_each) for place in board.division_of]
        self.ideal = [max(1, span * 2 // (3 * count)) for count in counts]  # two thirds of evenly
        self.of = [self.of_team(team) for team in range(len(board.teams))]

    def total(self) -> int:
        """What the whole schedule costs."""
        return sum(self.of)

    def of_team(self, team: int) -> int:
        """What the games of one team cost. A wish or clash of two teams counts with both, half each time."""
        board, plays = self.board, self.board.plays[team]
        days = sorted(plays)
        points, before, was_home = 0, 0, None
        ideal, wanted = self.ideal[team], board.home[team]
        for day in days:
            piece = plays[day]
            at_home = board.pieces[piece].home == team
            if at_home == was_home:
                points += BREAK
            if at_home and wanted >= 0 and board.strips[(board.at[piece] or (0, 0))[0]].venue != wanted:
                points += ELSEWHERE
            if before and day - before < ideal:
                points += CROWDED * (ideal - (day - before))
            before, was_home = day, at_home
        if self.wished[team] or self.excused[team]:
            points += self._with_others(team, days)
        return points

    def _with_others(self, team: int, days: list[int]) -> int:
        board, points = self.board, 0
        for other in self.wished[team]:
            theirs = board.plays[other]
            for day in days:
                if day not in theirs or self._strip(other, day).site != self._strip(team, day).site:
                    points += APART // 2
                if day in theirs and self._torn(team, other, day):
                    points += TORN // 2
        for other in self.excused[team]:
            points += CLASH // 2 * sum(day in board.plays[other] and self._torn(team, other, day) for day in days)
        return points

    def _torn(self, team: int, other: int, day: int) -> bool:
        """Whether nobody can be at the games of both teams, which play on that day."""
        board = self.board
        mine, theirs = board.plays[team][day], board.plays[other][day]
        if mine == theirs:
            return False
        which, unit = board.at[mine] or (0, 0)
        strip = board.strips[which]
        return board.too_close(theirs, strip, *board.minutes(strip, unit, board.pieces[mine].units))

    def _strip(self, team: int, day: int) -> Strip:
        return self.board.strips[(self.board.at[self.board.plays[team][day]] or (0, 0))[0]]

    def touched(self, *pieces: int) -> set[int]:
        """The teams whose points change when these pieces move."""
        found: set[int] = set()
        for number in pieces:
            piece = self.board.pieces[number]
            for team in (piece.home, piece.away):
                found.add(team)
                found.update(self.wished[team])
                found.update(self.excused[team])
        return found

    def settle(self, teams: set[int]) -> int:
        """Count these teams anew; returns by how much the whole grew."""
        grown = 0
        for team in teams:
            now = self.of_team(team)
            grown += now - self.of[team]
            self.of[team] = now
        return grown


def points_of(spec: SeasonSpec, plan: Plan) -> int:
    """What a schedule costs."""
    return Points(board_with(spec, plan)).total()


def improve(
    spec: SeasonSpec, plan: Plan, *, keep_on: Callable[[Progress], bool], seed: int = 0, cooling: int = COOLING
) -> Plan:
    """Better schedules until `keep_on` says no; it hears of every two hundred tries. Never worse than the start."""
    search = _Search(board_with(spec, plan), random.Random(seed))
    best, least, tries = plan, search.points.total(), 0
    if not search.placed or not keep_on(Progress(0, least, best)):
        return best
    kept, current, changed = list(search.board.at), least, False
    sides = search.sides()
    while True:
        heat = HEAT * (COOLED / HEAT) ** min(1.0, tries / cooling)
        for _try in range(LOOK):
            grown = search.step(heat)
            current += grown
            if current < least:
                least, kept, sides, changed = current, list(search.board.at), search.sides(), True
        tries += LOOK
        if changed:
            now = list(search.board.at), search.sides()
            search.back_to(kept, sides)
            least += search.close_up()
            best, changed = search.board.plan(), False
            search.back_to(*now)
        if not keep_on(Progress(tries, least, best)):
            return best


class _Search:
    """One walk: moves of one game, exchanges of two, and home made away, each taken back when it costs too much."""

    def __init__(self, board: Board, dice: random.Random):
        self.board, self.dice, self.points = board, dice, Points(board)
        self.placed = [number for number, place in enumerate(board.at) if place is not None]
        pairs: dict[frozenset[int], list[int]] = {}
        for number in self.placed:
            piece = board.pieces[number]
            pairs.setdefault(frozenset((piece.home, piece.away)), []).append(number)
        self.hoping = [(one, other) for one, others in enumerate(self.points.wished) for other in others]
        self.twice = [(one, other) for found in pairs.values() for one, other in itertools.pairwise(found)]
        self.partners: dict[tuple[int, int], list[int]] = {}
        for number in self.placed:
            piece = board.pieces[number]
            self.partners.setdefault((piece.division, piece.units), []).append(number)
        self.by_length: dict[int, list[int]] = {}
        for number in self.placed:
            self.by_length.setdefault(board.pieces[number].units, []).append(number)

    def step(self, heat: float) -> int:
        """Try one change; returns by how many points the schedule grew."""
        chance = self.dice.random()
        if chance < 0.15 and self.twice:
            return self._turn(heat)
        if chance < 0.3 and self.hoping:
            return self._join(heat)
        if chance < 0.6:
            return self._move(heat)
        return self._exchange(heat)

    def _accepts(self, grown: int, heat: float) -> bool:
        return grown <= 0 or self.dice.random() < math.exp(-grown / heat)

    def _move(self, heat: float) -> int:
        board, number = self.board, self.dice.choice(self.placed)
        days = board.days[board.pieces[number].division]
        return self._move_to(number, list(board.places_on(number, self.dice.choice(days))), heat)

    def _join(self, heat: float) -> int:
        """Move a game of a team to a day and site of the team it wishes to be with."""
        board = self.board
        one, other = self.dice.choice(self.hoping)
        mine, theirs = board.plays[one], board.plays[other]
        alone = [day for day in mine if day not in theirs] or list(mine)
        there = [day for day in theirs if day not in mine] or list(theirs)
        if not alone or not there:
            return 0
        number, day = mine[self.dice.choice(alone)], self.dice.choice(there)
        site = board.strips[(board.at[theirs[day]] or (0, 0))[0]].site
        places = [place for place in board.places_on(number, day) if board.strips[place[0]].site == site]
        return self._move_to(number, places, heat)

    def _move_to(self, number: int, places: list[Place], heat: float) -> int:
        board = self.board
        if not places:
            return 0
        place = self.dice.choice(places)
        if place == board.at[number] or not board.is_free(number, place):
            return 0
        before = board.take(number)
        board.put(number, place)
        teams = self.points.touched(number)
        grown = self.points.settle(teams)
        if self._accepts(grown, heat):
            return grown
        board.take(number)
        board.put(number, before)
        self.points.settle(teams)
        return 0

    def _exchange(self, heat: float) -> int:
        board, one = self.board, self.dice.choice(self.placed)
        piece = board.pieces[one]
        near = self.dice.random() < 0.7
        others = self.partners[piece.division, piece.units] if near else self.by_length[piece.units]
        other = self.dice.choice(others)
        if one == other:
            return 0
        here, there = board.take(one), board.take(other)
        if self._goes(one, there) and self._goes(other, here):
            board.put(one, there)
            if board.is_free(other, here):
                board.put(other, here)
                teams = self.points.touched(one, other)
                grown = self.points.settle(teams)
                if self._accepts(grown, heat):
                    return grown
                board.take(other)
                board.take(one)
                board.put(one, here)
                board.put(other, there)
                self.points.settle(teams)
                return 0
            board.take(one)
        board.put(one, here)
        board.put(other, there)
        return 0

    def _goes(self, number: int, place: Place) -> bool:
        """Whether a division may play on that strip, and the place is free."""
        board, strip = self.board, self.board.strips[place[0]]
        return place[0] in board.on[board.pieces[number].division].get(strip.day, ()) and board.is_free(number, place)

    def _turn(self, heat: float) -> int:
        """Let two teams that meet twice exchange at whose home they begin."""
        one, other = self.dice.choice(self.twice)
        if self.board.pieces[one].home == self.board.pieces[other].home:
            return 0
        self._flip(one, other)
        teams = self.points.touched(one, other)
        grown = self.points.settle(teams)
        if self._accepts(grown, heat):
            return grown
        self._flip(one, other)
        self.points.settle(teams)
        return 0

    def _flip(self, *numbers: int) -> None:
        for number in numbers:
            piece = self.board.pieces[number]
            piece.home, piece.away = piece.away, piece.home

    def close_up(self) -> int:
        """Let each field's day begin with its first game and have no holes, where that costs nothing.

        Returns by how many points the schedule grew, at most 0.
        """
        board, grown = self.board, 0
        for which, here in board.in_strip.items():
            for number in sorted(here, key=lambda each: (board.at[each] or (0, 0))[1]):
                now = board.at[number] or (which, 0)
                for unit in range(now[1]):
                    if board.is_free(number, (which, unit)):
                        board.take(number)
                        board.put(number, (which, unit))
                        teams = self.points.touched(number)
                        change = self.points.settle(teams)
                        if change <= 0:
                            grown += change
                            break
                        board.take(number)
                        board.put(number, now)
                        self.points.settle(teams)
        return grown

    def sides(self) -> list[int]:
        """Who is at home in each game."""
        return [piece.home for piece in self.board.pieces]

    def back_to(self, kept: list[Place | None], sides: list[int]) -> None:
        """Put games and sides back into a state they were in."""
        for piece, home in zip(self.board.pieces, sides, strict=True):
            if piece.home != home:
                piece.home, piece.away = piece.away, piece.home
        restore(self.board, kept)
        self.points.settle(set(range(len(self.board.teams))))
