"""The board on which games are placed: which slots there are, what stands where, and what would be in the way. Pure.

Everything here is numbers, so that thousands of tries a second are possible. A strip is one venue's open hours on one
day, cut into units of the league's own step; a game covers as many units of one strip as it is long.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import gcd

from youthprog.leagues.season.pairings import rounds_of
from youthprog.leagues.season.types import DivisionSpec, Game, Pairing, Plan, SeasonSpec, Slot

Place = tuple[int, int]  # a strip's number and the first unit a game covers


@dataclass(slots=True)
class Strip:
    """One venue's hours on one day."""

    day: int
    venue: int
    site: str
    starts: int
    units: int
    taken: int = 0  # a bit for each unit that a game covers


@dataclass(slots=True)
class Piece:
    """A game to place. `when` says how far into the season its round lies, from 0 to 1."""

    division: int
    home: int
    away: int
    units: int
    when: float


class Board:
    """The season as numbers. Teams, divisions and venues are their places in the spec; days are ordinals."""

    def __init__(self, spec: SeasonSpec, pieces: Sequence[Piece] | None = None):
        self.spec = spec
        self.step = step_of(spec)
        self.teams = [team for division in spec.divisions for team in division.teams]
        self.number = {team.key: place for place, team in enumerate(self.teams)}
        self.division_of = [place for place, division in enumerate(spec.divisions) for _team in division.teams]
        self.away = [frozenset(day.toordinal() for day in team.away) for team in self.teams]
        self.rest = [spec.divisions[place].rest_days for place in self.division_of]
        self.most = [spec.divisions[place].most_a_week for place in self.division_of]
        venues = {venue.key: place for place, venue in enumerate(spec.venues)}
        self.home = [venues.get(team.home_venue, -1) for team in self.teams]
        self.tied = _tied(spec, self.number)
        self.strips: list[Strip] = []
        self.on: list[dict[int, list[int]]] = [{} for _division in spec.divisions]  # division -> day -> strips
        self._cut()
        self.days = [sorted(found) for found in self.on]
        self.pieces = list(pieces_of(spec, self.number, self.step) if pieces is None else pieces)
        self.at: list[Place | None] = [None] * len(self.pieces)
        self.plays: list[dict[int, int]] = [{} for _team in self.teams]  # team -> day -> piece
        self.in_strip: dict[int, set[int]] = defaultdict(set)

    def _cut(self) -> None:
        spec = self.spec
        order = sorted(range(len(spec.venues)), key=lambda place: _choosiness(spec, place))
        units = [units_of(division, self.step) for division in spec.divisions]
        for day in days_of(spec):
            for place in order:
                venue = spec.venues[place]
                for hours in venue.hours_on(day):
                    strip = Strip(
                        day.toordinal(),
                        place,
                        venue.site or venue.key,
                        hours.starts,
                        (hours.ends - hours.starts) // self.step,
                    )
                    self.strips.append(strip)
                    for number, division in enumerate(spec.divisions):
                        fits = strip.units >= units[number] and day.weekday() in division.weekdays
                        if fits and venue.takes(division.key):
                            self.on[number].setdefault(strip.day, []).append(len(self.strips) - 1)

    # ---- asking ----

    def team_may(self, team: int, day: int, but: int = -1) -> bool:
        """Whether a team can play on a day: not away, rested, and not too often that week; `but` is not counted."""
        if day in self.away[team]:
            return False
        plays, rest = self.plays[team], self.rest[team]
        for near in range(day - rest, day + rest + 1):
            if plays.get(near, but) != but:
                return False
        most = self.most[team]
        if most is None:
            return True
        monday = day - (day - 1) % 7
        return sum(plays.get(each, but) != but for each in range(monday, monday + 7)) < most

    def meets_somebody(self, team: int, strip: Strip, starts: int, ends: int, but: int = -1) -> bool:
        """Whether somebody whom this team needs is at another team's game then, or on the way."""
        return any(piece != but for piece in self.clashing(team, strip, starts, ends))

    def clashing(self, team: int, strip: Strip, starts: int, ends: int) -> Iterator[int]:
        """The games that keep away somebody whom this team needs, at this place and time."""
        for other in self.tied[team]:
            piece = self.plays[other].get(strip.day)
            if piece is not None and self.too_close(piece, strip, starts, ends):
                yield piece

    def too_close(self, piece: int, strip: Strip, starts: int, ends: int) -> bool:
        """Whether nobody can be at a placed game and at another one on the same day."""
        there, unit = self.at[piece] or (0, 0)
        elsewhere = self.strips[there]
        way = self.spec.travel_minutes if elsewhere.site != strip.site else 0
        begins = elsewhere.starts + unit * self.step
        over = begins + self.pieces[piece].units * self.step
        return starts < over + way and begins < ends + way

    def minutes(self, strip: Strip, unit: int, units: int) -> tuple[int, int]:
        """When a game begins and ends."""
        starts = strip.starts + unit * self.step
        return starts, starts + units * self.step

    def places_on(self, number: int, day: int) -> Iterator[Place]:
        """Where a piece could be put on a day, as far as hours and length go, taken or not."""
        piece = self.pieces[number]
        for which in self.on[piece.division].get(day, ()):
            for unit in range(self.strips[which].units - piece.units + 1):
                yield which, unit

    def is_free(self, number: int, place: Place) -> bool:
        """Whether a piece can be put there now, under every hard rule. The day is asked too."""
        day = self.strips[place[0]].day
        piece = self.pieces[number]
        return (
            self.team_may(piece.home, day, number)
            and self.team_may(piece.away, day, number)
            and self.is_open(number, place)
        )

    def is_open(self, number: int, place: Place) -> bool:
        """Whether the venue is free and nobody is needed elsewhere. The teams' days are not asked."""
        which, unit = place
        piece, strip = self.pieces[number], self.strips[which]
        taken = strip.taken
        mine = self.at[number]
        if mine is not None and mine[0] == which:
            taken &= ~(((1 << piece.units) - 1) << mine[1])
        if taken & ((1 << piece.units) - 1) << unit:
            return False
        if not (self.tied[piece.home] or self.tied[piece.away]):
            return True
        starts, ends = self.minutes(strip, unit, piece.units)
        return not (
            self.meets_somebody(piece.home, strip, starts, ends, number)
            or self.meets_somebody(piece.away, strip, starts, ends, number)
        )

    def free_place_on(self, number: int, day: int, turn: int = 0) -> Place | None:
        """The first free place of a day, at the home team's venue if there is one; `turn` lets the venues take turns."""
        piece = self.pieces[number]
        which = self.on[piece.division].get(day)
        if not which:
            return None
        start, home = turn % len(which), self.home[piece.home]
        order = which[start:] + which[:start]
        if home >= 0:
            order.sort(key=lambda each: self.strips[each].venue != home)
        for strip in order:
            for unit in range(self.strips[strip].units - piece.units + 1):
                if self.is_open(number, (strip, unit)):
                    return strip, unit
        return None

    def in_the_way(self, number: int, place: Place) -> set[int] | None:
        """Which placed pieces would have to go for this one; None when a team is away and nothing helps."""
        which, unit = place
        piece, strip = self.pieces[number], self.strips[which]
        if strip.day in self.away[piece.home] or strip.day in self.away[piece.away]:
            return None
        found: set[int] = set()
        first, last = unit, unit + piece.units
        for other in self.in_strip[which]:
            begins = (self.at[other] or (0, 0))[1]
            if begins < last and first < begins + self.pieces[other].units:
                found.add(other)
        starts, ends = self.minutes(strip, unit, piece.units)
        for team in (piece.home, piece.away):
            found |= self._too_near(team, strip.day)
            found.update(self.clashing(team, strip, starts, ends))
        found.discard(number)
        return found

    def _too_near(self, team: int, day: int) -> set[int]:
        plays, rest, most = self.plays[team], self.rest[team], self.most[team]
        found = {plays[near] for near in range(day - rest, day + rest + 1) if near in plays}
        if most is not None:
            monday = day - (day - 1) % 7
            others = [plays[each] for each in range(monday, monday + 7) if each in plays and plays[each] not in found]
            found.update(others[: max(0, len(others) - most + 1)])
        return found

    # ---- doing ----

    def put(self, number: int, place: Place) -> None:
        """Put a piece where it is free."""
        which, unit = place
        piece, strip = self.pieces[number], self.strips[which]
        strip.taken |= ((1 << piece.units) - 1) << unit
        self.at[number] = place
        self.in_strip[which].add(number)
        self.plays[piece.home][strip.day] = self.plays[piece.away][strip.day] = number

    def take(self, number: int) -> Place:
        """Take a piece off the board; returns where it was."""
        place = self.at[number]
        assert place is not None
        which, unit = place
        piece, strip = self.pieces[number], self.strips[which]
        strip.taken &= ~(((1 << piece.units) - 1) << unit)
        self.at[number] = None
        self.in_strip[which].discard(number)
        del self.plays[piece.home][strip.day], self.plays[piece.away][strip.day]
        return place

    def missing(self) -> list[int]:
        """The pieces that have no place."""
        return [number for number, place in enumerate(self.at) if place is None]

    # ---- in and out ----

    def slot(self, number: int, place: Place) -> Slot:
        """A place as a person reads it."""
        strip = self.strips[place[0]]
        starts, ends = self.minutes(strip, place[1], self.pieces[number].units)
        return Slot(date.fromordinal(strip.day), starts, ends, self.spec.venues[strip.venue].key)

    def plan(self) -> Plan:
        """What stands on the board, in order of time."""
        met: Counter[frozenset[int]] = Counter()
        games: list[Game] = []
        placed = [(self.slot(number, place), number) for number, place in enumerate(self.at) if place is not None]
        for slot, number in sorted(placed):
            games.append(Game(self._pairing(number, met), slot))
        return Plan(tuple(games), tuple(self._pairing(number, met) for number in self.missing()))

    def _pairing(self, number: int, met: Counter[frozenset[int]]) -> Pairing:
        piece = self.pieces[number]
        pair = frozenset((piece.home, piece.away))
        met[pair] += 1
        home, away = self.teams[piece.home].key, self.teams[piece.away].key
        return Pairing(self.spec.divisions[piece.division].key, home, away, met[pair])

    def place_of(self, number: int, slot: Slot) -> Place | None:
        """Where a slot lies on the board; None when it is not in the venue's hours or on its step."""
        day = slot.day.toordinal()
        for which in self.on[self.pieces[number].division].get(day, ()):
            strip = self.strips[which]
            if self.spec.venues[strip.venue].key != slot.venue:
                continue
            unit, odd = divmod(slot.starts - strip.starts, self.step)
            if not odd and 0 <= unit <= strip.units - self.pieces[number].units:
                return which, unit
        return None


def days_of(spec: SeasonSpec) -> Iterator[date]:
    """The days on which anybody may play."""
    for number in range((spec.last - spec.first).days + 1):
        day = spec.first + timedelta(days=number)
        if day not in spec.blackouts:
            yield day


def step_of(spec: SeasonSpec) -> int:
    """The step by which games may begin: what all lengths of games have in common, in minutes."""
    return gcd(*(division.minutes for division in spec.divisions)) or 60


def units_of(division: DivisionSpec, step: int) -> int:
    """How many units a division's game covers."""
    return division.minutes // step


def pieces_of(spec: SeasonSpec, number: dict[str, int], step: int) -> list[Piece]:
    """All games of a season, round by round, those of an early round first."""
    pieces = []
    for place, division in enumerate(spec.divisions):
        rounds = rounds_of(len(division.teams), division.games_each)
        of = [number[team.key] for team in division.teams]
        for turn, games in enumerate(rounds):
            when, units = (turn + 0.5) / len(rounds), units_of(division, step)
            pieces += [Piece(place, of[home], of[away], units, when) for home, away in games]
    return sorted(pieces, key=lambda piece: piece.when)


def _tied(spec: SeasonSpec, number: dict[str, int]) -> list[tuple[int, ...]]:
    """For each team the teams that need somebody whom it needs too."""
    tied: list[set[int]] = [set() for _team in number]
    for tie in spec.ties:
        if not tie.excused:
            places = [number[team] for team in tie.teams if team in number]
            for one in places:
                tied[one] |= set(places) - {one}
    return [tuple(sorted(found)) for found in tied]


def _choosiness(spec: SeasonSpec, place: int) -> tuple[int, int]:
    """Venues that suit few divisions come first: the others stay free for those that have no choice."""
    divisions = spec.venues[place].divisions
    return (len(divisions) or len(spec.divisions), place)
