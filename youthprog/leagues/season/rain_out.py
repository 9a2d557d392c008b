"""New places for the games of a closed venue or day. Nothing else moves. Pure.

Each affected game gets a legal place, and the three best legal ones beside it, nearest to what the families had planned.
The other games stand where they stand, legal or not: a season that was changed by hand, or whose hours were, is repaired
like any other.
"""

from __future__ import annotations

import enum
import random
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date

from youthprog.leagues.season.board import Board, Piece, Place, Strip
from youthprog.leagues.season.types import Game, Plan, SeasonSpec, Slot

CHOICES = 3
PUSHES = 4_000
# What another venue, weekday or hour is worth in tenths of a day, and an earlier day, which leaves families less notice.
SAME_VENUE, SAME_WEEKDAY, HOUR, EARLIER = 10, 20, 2, 30


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


class Lack(enum.StrEnum):
    """What a game without a place lacks, the first of these that holds."""

    DIVISION = "division"  # its division does not play in this season any more
    DAYS = "days"  # no field is open for it on any day left
    TEAMS = "teams"  # on each of those days one of its teams plays, rests or is away
    FIELDS = "fields"  # on the days that suit both teams every field is taken
    PEOPLE = "people"  # where a field is free, somebody whom a team needs is elsewhere


@dataclass(frozen=True, slots=True)
class Replacement:
    """A game that cannot be played, where it goes now, and where else it could: the best three legal places.

    Without a place it says what it lacks, and how many days are left that have all but that.
    """

    game: Game
    slot: Slot | None
    choices: tuple[Slot, ...]
    lack: Lack | None = None
    days: int = 0


@dataclass(frozen=True, slots=True)
class Repair:
    """What to do about a closing: the affected games with their new places, and the schedule as it would be."""

    replacements: tuple[Replacement, ...]
    plan: Plan

    @property
    def without_place(self) -> tuple[Replacement, ...]:
        """The games for which there is no place."""
        return tuple(each for each in self.replacements if each.slot is None)


GoesOn = Callable[[], bool]


def repair(spec: SeasonSpec, plan: Plan, closings: Collection[Closing], *, not_before: date, seed: int = 0) -> Repair:
    """Places for the games that fall out, on `not_before` or later. No other game is touched.

    As many as can be get a place; then the places nearest to the old ones.
    """
    hit = [game for game in plan.games if any(closing.hits(game.slot) for closing in closings)]
    return replaced(spec, plan, hit, closings, not_before=not_before, seed=seed)


def replaced(
    spec: SeasonSpec,
    plan: Plan,
    hit: Sequence[Game],
    closings: Collection[Closing] = (),
    *,
    not_before: date,
    seed: int = 0,
    goes_on: GoesOn = lambda: True,
) -> Repair:
    """Other places for some games of a plan, outside of what is closed. No other game is touched.

    `goes_on` is asked between two tries to make room: when it says no, the best so far is taken.
    """
    out = set(hit)
    teams = {team.key: division.key for division in spec.divisions for team in division.teams}
    known = [game for game in hit if teams.get(game.pairing.home) and teams.get(game.pairing.away)]
    board = board_around(spec, [game for game in plan.games if game not in out], known)
    open_places = {number: _legal(board, number, game, closings, not_before) for number, game in enumerate(known)}
    _assign(board, open_places, random.Random(seed), goes_on)
    number_of = {game: number for number, game in enumerate(known)}
    replacements = []
    for game in hit:
        number = number_of.get(game)
        place = None if number is None else board.at[number]
        if number is None:
            replacements.append(Replacement(game, None, (), Lack.DIVISION))
        elif place is None:
            lack, days = _lack(board, number, closings, not_before)
            replacements.append(Replacement(game, None, (), lack, days))
        else:
            choices = [each for each in open_places[number] if each == place or board.is_free(number, each)]
            slots = tuple(board.slot(number, each) for each in _spread(board, place, choices))
            replacements.append(Replacement(game, board.slot(number, place), slots))
    fixed = {each.game: each.slot for each in replacements}
    games = [Game(game.pairing, slot) for game in plan.games if (slot := fixed.get(game, game.slot)) is not None]
    lost = tuple(each.game.pairing for each in replacements if each.slot is None)
    return Repair(
        tuple(replacements),
        Plan(tuple(sorted(games, key=lambda game: (game.slot, game.pairing.home))), plan.unplaced + lost),
    )


def board_around(spec: SeasonSpec, standing: Sequence[Game], waiting: Sequence[Game]) -> Board:
    """A board on which some games stand as they are, legal or not. Those that wait for a place are its first pieces."""
    board = Board(spec, [])
    divisions = {division.key: place for place, division in enumerate(spec.divisions)}
    strips: dict[tuple[int, str], list[Strip]] = defaultdict(list)
    for strip in board.strips:
        strips[strip.day, spec.venues[strip.venue].key].append(strip)

    def add(game: Game) -> None:
        pairing, length = game.pairing, game.slot.ends - game.slot.starts
        home, away = board.number[pairing.home], board.number[pairing.away]
        board.pieces.append(Piece(divisions[pairing.division], home, away, -(-length // board.step), 0.0))
        board.at.append(None)

    for game in waiting:
        add(game)
    for game in standing:
        slot, pairing = game.slot, game.pairing
        for strip in strips[slot.day.toordinal(), slot.venue]:
            _block(strip, slot, board.step)
        if pairing.division in divisions and {pairing.home, pairing.away} <= board.number.keys():
            add(game)
            _stand(board, len(board.pieces) - 1, slot)
    return board


def _block(strip: Strip, slot: Slot, step: int) -> None:
    """Take the units of a strip that a game overlaps, on the strip's step or not."""
    for unit in range(strip.units):
        starts = strip.starts + unit * step
        if starts < slot.ends and slot.starts < starts + step:
            strip.taken |= 1 << unit


def _stand(board: Board, number: int, slot: Slot) -> None:
    """Put a game where it stands. Where the season has no such place it gets a strip of its own, which nobody else may use."""
    place = board.place_of(number, slot)
    if place is None:
        venue = next((which for which, each in enumerate(board.spec.venues) if each.key == slot.venue), -1)
        site = (board.spec.venues[venue].site or slot.venue) if venue >= 0 else slot.venue
        strip = Strip(slot.day.toordinal(), venue, site, slot.starts, board.pieces[number].units)
        board.strips.append(strip)
        place = len(board.strips) - 1, 0
    board.put(number, place)


def _legal(board: Board, number: int, game: Game, closings: Collection[Closing], not_before: date) -> list[Place]:
    """All places a game could go to while the other affected ones have none, the nearest to its old one first."""
    found = []
    for day in _days_left(board, number, not_before):
        if not _teams_may(board, number, day):
            continue
        for place in board.places_on(number, day):
            slot = board.slot(number, place)
            barred = slot == game.slot or any(closing.hits(slot) for closing in closings)
            if not barred and board.is_open(number, place):
                found.append((_distance(game.slot, slot), place))
    return [place for _far, place in sorted(found)]


def _days_left(board: Board, number: int, not_before: date) -> list[int]:
    return [day for day in board.days[board.pieces[number].division] if day >= not_before.toordinal()]


def _teams_may(board: Board, number: int, day: int) -> bool:
    piece = board.pieces[number]
    return board.team_may(piece.home, day) and board.team_may(piece.away, day)


def _lack(board: Board, number: int, closings: Collection[Closing], not_before: date) -> tuple[Lack, int]:
    """What a game lacks that found no place, with the others where they are now."""
    places = {
        day: [
            place
            for place in board.places_on(number, day)
            if not any(closing.hits(board.slot(number, place)) for closing in closings)
        ]
        for day in _days_left(board, number, not_before)
    }
    left = [day for day, found in places.items() if found]
    suits = [day for day in left if _teams_may(board, number, day)]
    units = board.pieces[number].units
    room = [
        day
        for day in suits
        if any(not board.strips[which].taken & ((1 << units) - 1) << unit for which, unit in places[day])
    ]
    if not left:
        return Lack.DAYS, 0
    if not suits:
        return Lack.TEAMS, len(left)
    return (Lack.PEOPLE, len(room)) if room else (Lack.FIELDS, len(suits))


def _distance(old: Slot, new: Slot) -> int:
    """How far a place is from what families had planned, in tenths of a day."""
    apart = 10 * abs((new.day - old.day).days)
    apart += EARLIER if new.day < old.day else 0
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


def _assign(board: Board, open_places: dict[int, list[Place]], dice: random.Random, goes_on: GoesOn) -> None:
    """Give each affected game its nearest place, those with the least choice first; then let them push each other."""
    waiting = sorted(open_places, key=lambda number: (len(open_places[number]), number))
    weight = dict.fromkeys(open_places, 1)
    ranks = {number: {place: rank for rank, place in enumerate(places)} for number, places in open_places.items()}
    kept: dict[int, Place | None] = {}
    best = len(waiting) + 1
    for _push in range(PUSHES):
        if not waiting or not goes_on():
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
