"""A first schedule in milliseconds: each game goes near its round's day, and what finds no place pushes others aside. Pure.

Nothing placed here breaks a hard rule at any moment. A game without a place stays without one, and is said to be.
"""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Callable, Iterator

from youthprog.leagues.season.board import Board, Place
from youthprog.leagues.season.types import Plan, SeasonSpec

PUSHES = 20_000  # how often games may be pushed aside before the search gives up
TRIES = 240  # how many places a game without one looks at before it pushes

GoesOn = Callable[[], bool]


def construct(spec: SeasonSpec, *, pushes: int = PUSHES, goes_on: GoesOn = lambda: True, seed: int = 0) -> Plan:
    """A schedule under every hard rule, with the games that found no place."""
    board = Board(spec)
    lay_out(board)
    push_in(board, pushes=pushes, goes_on=goes_on, seed=seed)
    return board.plan()


def lay_out(board: Board) -> None:
    """Put each game on the day nearest to its round's that takes it, round by round."""
    aims = [_aims(board, number) for number in range(len(board.days))]
    for turn, piece in enumerate(board.pieces):
        days, sums = aims[piece.division]
        for day in _outward(days, bisect_left(sums, piece.when * sums[-1]) if sums else 0):
            if board.team_may(piece.home, day) and board.team_may(piece.away, day):
                place = board.free_place_on(turn, day, turn)
                if place is not None:
                    board.put(turn, place)
                    break


def _aims(board: Board, number: int) -> tuple[list[int], list[float]]:
    """A division's days with the room offered until each: a day counts for no more games than the teams can fill."""
    days, sums, total = board.days[number], [], 0.0
    half = len(board.spec.divisions[number].teams) // 2
    units = board.spec.divisions[number].minutes // board.step
    for day in days:
        room = sum(board.strips[which].units // units for which in board.on[number][day])
        total += min(half, room)
        sums.append(total)
    return days, sums


def _outward(days: list[int], start: int) -> Iterator[int]:
    """The days from one on, nearest first."""
    low, high = start - 1, start
    while low >= 0 or high < len(days):
        if high < len(days):
            yield days[high]
            high += 1
        if low >= 0:
            yield days[low]
            low -= 1


def push_in(board: Board, *, pushes: int = PUSHES, goes_on: GoesOn = lambda: True, seed: int = 0) -> None:
    """Give places to the games without one by pushing others aside, those least that were pushed often.

    The state with the fewest games missing is kept.
    """
    waiting = [number for number in board.missing() if _has_a_place(board, number)]
    if not waiting:
        return
    dice = random.Random(seed)
    weight = [1] * len(board.pieces)
    best, kept = len(waiting), list(board.at)
    for turn in range(pushes):
        if not waiting or (turn % 64 == 0 and not goes_on()):
            break
        number = waiting.pop(dice.randrange(len(waiting)))
        found = _cheapest(board, number, weight, dice)
        if found is None:
            weight[number] += 1
            waiting.append(number)
            continue
        place, gone = found
        for other in gone:
            board.take(other)
            weight[other] += 1
            waiting.append(other)
        board.put(number, place)
        if len(waiting) < best:
            best, kept = len(waiting), list(board.at)
    restore(board, kept)


def _has_a_place(board: Board, number: int) -> bool:
    """Whether there is any place at all, be it taken."""
    piece = board.pieces[number]
    return any(
        day not in board.away[piece.home] and day not in board.away[piece.away] for day in board.days[piece.division]
    )


def _cheapest(board: Board, number: int, weight: list[int], dice: random.Random) -> tuple[Place, set[int]] | None:
    """The place whose games weigh least to push aside, of as many as there is time to look at."""
    piece = board.pieces[number]
    days = [
        day
        for day in board.days[piece.division]
        if day not in board.away[piece.home] and day not in board.away[piece.away]
    ]
    dice.shuffle(days)
    best: tuple[Place, set[int]] | None = None
    least, looked = 1 << 30, 0
    for day in days:
        places = list(board.places_on(number, day))
        if looked > TRIES:
            break
        if len(places) > TRIES // 4:
            places = dice.sample(places, TRIES // 4)
        for place in places:
            looked += 1
            gone = board.in_the_way(number, place)
            if gone is None:
                continue
            cost = sum(weight[other] for other in gone)
            if cost < least or (cost == least and dice.random() < 0.3):
                least, best = cost, (place, gone)
        if least == 0:
            break
    return best


def restore(board: Board, kept: list[Place | None]) -> None:
    """Put the board back into a state it was in."""
    for number, place in enumerate(board.at):
        if place is not None:
            board.take(number)
    for number, place in enumerate(kept):
        if place is not None:
            board.put(number, place)


def board_with(spec: SeasonSpec, plan: Plan) -> Board:
    """A board that holds a plan. Its games must be those of the spec, in places the spec has."""
    board = Board(spec)
    left: dict[frozenset[int], list[int]] = {}
    for number, piece in enumerate(board.pieces):
        left.setdefault(frozenset((piece.home, piece.away)), []).append(number)
    for pairing, slot in [(game.pairing, game.slot) for game in plan.games] + [(each, None) for each in plan.unplaced]:
        home, away = board.number[pairing.home], board.number[pairing.away]
        number = left[frozenset((home, away))].pop(0)
        board.pieces[number].home, board.pieces[number].away = home, away
        if slot is not None:
            place = board.place_of(number, slot)
            if place is None or not board.is_free(number, place):
                raise ValueError(f"no place for {pairing} at {slot}")
            board.put(number, place)
    return board
