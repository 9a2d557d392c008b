"""New places for the games of a closed venue or day. Nothing else moves. Pure.

Each affected game gets a legal place, and the three best legal ones beside it, nearest to what the families had planned.
"""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from youthprog.leagues.season.board import Board, Place
from youthprog.leagues.season.constructing import board_with
from youthprog.leagues.season.types import Game, Plan, SeasonSpec, Slot

CHOICES = 3
PUSHES = 4_000
SAME_VENUE, SAME_WEEKDAY, HOUR = 10, 20, 2  # what another venue, weekday or hour is worth in tenths of a day


@dataclass(frozen=True, slots=True)
class Closing:
    """What is closed: a day, at some venues or (none named) everywhere, from a minute of the day on."""

    day: date
    venues: frozenset[str] = frozenset()
    from_minute: int = 0

    def hits(self, slot: Slot) -> bool:
        """Whether a game in this slot cannot be played."""
        at_venue = not self.venues or slot.venue in self.venues
        return slot.day == self.day and at_venue and slot.ends > self.from_minute


@dataclass(frozen=True, slots=True)
class Replacement:
    """A game that cannot be played, where it goes now, and where else it could: the best three legal places."""

    game: Game
    slot: Slot | None
    choices: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Repair:
    """What to do about a closing: the affected games with their new places, and the schedule as it would be."""

    replacements: tuple[Replacement, ...]
    plan: Plan

    @property
    def without_place(self) -> tuple[Replacement, ...]:
        """The games for which there is no place."""
        return tuple(each for each in self.replacements if each.slot is None)


def repair(spec: SeasonSpec, plan: Plan, closings: Collection[Closing], *, not_before: date, seed: int = 0) -> Repair:
    """Places for the games that fall out, on `not_before` or later. No other game is touched.

    As many as can be get a place; then the places nearest to the old ones.
    """
    board = board_with(spec, plan)
    number_of = _numbers(board, plan)
    hit = [game for game in plan.games if any(closing.hits(game.slot) for closing in closings)]
    old = {number_of[game]: game for game in hit}
    for number in old:
        board.take(number)
    open_places = {number: _legal(board, number, game, closings, not_before) for number, game in old.items()}
    _assign(board, open_places, random.Random(seed))
    replacements = []
    for number, game in old.items():
        place = board.at[number]
        choices = [each for each in open_places[number] if each == place or board.is_free(number, each)]
        slots = tuple(board.slot(number, each) for each in _spread(board, place, choices))
        replacements.append(Replacement(game, None if place is None else board.slot(number, place), slots))
    fixed = {each.game: each.slot for each in replacements}
    games = [Game(game.pairing, slot) for game in plan.games if (slot := fixed.get(game, game.slot)) is not None]
    lost = tuple(each.game.pairing for each in replacements if each.slot is None)
    return Repair(
        tuple(replacements),
        Plan(tuple(sorted(games, key=lambda game: (game.slot, game.pairing.home))), plan.unplaced + lost),
    )


def _numbers(board: Board, plan: Plan) -> dict[Game, int]:
    """Which piece of the board each game is: nothing else of a venue begins there at that time."""
    at = {board.slot(number, place): number for number, place in enumerate(board.at) if place is not None}
    return {game: at[game.slot] for game in plan.games}


def _legal(board: Board, number: int, game: Game, closings: Collection[Closing], not_before: date) -> list[Place]:
    """All places a game could go to while the other affected ones have none, the nearest to its old one first."""
    piece, found = board.pieces[number], []
    for day in board.days[piece.division]:
        if day < not_before.toordinal() or not (board.team_may(piece.home, day) and board.team_may(piece.away, day)):
            continue
        for place in board.places_on(number, day):
            slot = board.slot(number, place)
            if not any(closing.hits(slot) for closing in closings) and board.is_open(number, place):
                found.append((_distance(game.slot, slot), place))
    return [place for _far, place in sorted(found)]


def _distance(old: Slot, new: Slot) -> int:
    """How far a place is from what families had planned, in tenths of a day."""
    apart = 10 * abs((new.day - old.day).days)
    apart += 0 if new.venue == old.venue else SAME_VENUE
    apart += 0 if new.day.weekday() == old.day.weekday() else SAME_WEEKDAY
    return apart + HOUR * abs(new.starts - old.starts) // 60


def _spread(board: Board, chosen: Place | None, choices: list[Place]) -> list[Place]:
    """The chosen place and the next best, each on a day or at a venue of its own where there are enough."""
    order = ([chosen] if chosen is not None else []) + [place for place in choices if place != chosen]
    kept: list[Place] = []
    for place in order:
        if all(_kind(board, place) != _kind(board, other) for other in kept):
            kept.append(place)
    kept += [place for place in order if place not in kept]
    return kept[:CHOICES]


def _kind(board: Board, place: Place) -> tuple[int, int]:
    strip = board.strips[place[0]]
    return strip.day, strip.venue


def _assign(board: Board, open_places: dict[int, list[Place]], dice: random.Random) -> None:
    """Give each affected game its nearest place, those with the least choice first; then let them push each other."""
    waiting = sorted(open_places, key=lambda number: (len(open_places[number]), number))
    weight = dict.fromkeys(open_places, 1)
    ranks = {number: {place: rank for rank, place in enumerate(places)} for number, places in open_places.items()}
    kept: dict[int, Place | None] = {}
    best = len(waiting) + 1
    for _push in range(PUSHES):
        if not waiting:
            break
        number = waiting.pop(0)
        place, gone = _least(board, number, open_places[number], weight, dice)
        if place is None:
            weight[number] += 1
        else:
            for other in gone:
                board.take(other)
                weight[other] += 1
                waiting.append(other)
            board.put(number, place)
        missing = sum(board.at[each] is None for each in open_places)
        if missing < best:
            best, kept = missing, {each: board.at[each] for each in open_places}
    for number in open_places:
        if board.at[number] is not None:
            board.take(number)
    for number, spot in kept.items():
        if spot is not None:
            board.put(number, spot)
    _nearer(board, open_places, ranks)


def _least(
    board: Board, number: int, places: list[Place], weight: dict[int, int], dice: random.Random
) -> tuple[Place | None, set[int]]:
    """The nearest free place, else the one whose games weigh least to push aside. Only affected games are pushed."""
    best: tuple[Place | None, set[int]] = (None, set())
    least = 1 << 30
    for place in places:
        gone = board.in_the_way(number, place)
        if gone is None or not gone <= weight.keys():
            continue
        if not gone:
            return place, gone
        cost = sum(weight[other] for other in gone)
        if cost < least or (cost == least and dice.random() < 0.3):
            least, best = cost, (place, gone)
    return best


def _nearer(board: Board, open_places: dict[int, list[Place]], ranks: dict[int, dict[Place, int]]) -> None:
    """Let each affected game go to a nearer place that is free now, until none does."""
    moved = True
    while moved:
        moved = False
        for number, places in open_places.items():
            now = board.at[number]
            before = places if now is None else places[: ranks[number][now]]
            better = next((place for place in before if board.is_free(number, place)), None)
            if better is not None:
                if now is not None:
                    board.take(number)
                board.put(number, better)
                moved = True
