"""Who serves at a month of games, and playing time of a season: what is broken, what is left open, and how long it takes.

The month is that of a city: ten fields at three sites, 160 games on eight days, three places each, 90 people on the list of
whom a third belongs to some team, a fifth has no license or one that lapses halfway, and a few are elsewhere. What is proposed is looked
at by counts written here, which share nothing with the rules; how many places of an hour can be filled at all is a matching.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations

from tests.bench.measure import Measure, ratio
from youthprog.leagues.officials.rules import fill
from youthprog.leagues.officials.types import Candidate, Credential, Filling, Given, Place, Span
from youthprog.leagues.playing_time.rules import season_of
from youthprog.leagues.playing_time.types import Band, GameCount

BEGINS = datetime(2026, 9, 5, 14, 0, tzinfo=UTC)
DAYS, FIELDS, ROUNDS, SITES, TEAMS, PEOPLE = 8, 10, 2, 3, 40, 90
REFEREE, SCORER, MARSHAL = 1, 2, 3
WAY = timedelta(minutes=30)
BANDS = (Band(1, 15, 12), Band(16, 25, 10), Band(26, 30, 8), Band(31, 35, 6))


def measures() -> Iterator[Measure]:
    places, people = a_month(random.Random(5))
    done = fill(places, people)
    name = f"officials for {len(places) // 3} games, {len(places)} places, {len(people)} people"
    yield Measure(f"{name}: two places at once, own teams, lapsed licenses", broken(done, people), "faults", 0)
    yield Measure(f"{name}: places filled, of those that can be", 100 * filled(done, places, people), "%", 99, True)
    yield Measure(f"{name}: games of whoever may serve anywhere differ by", spread(done, people), "games", 1)
    yield Measure(
        f"{name}: time, against first come first served",
        ratio(lambda: fill(places, people), lambda: first_come(places, people), rounds=3),
        "times",
        60,
    )
    counts = a_season(random.Random(6))
    wrong = sum(1 for youth, total in season_of(counts, BANDS).items() if total.missing != by_hand(counts, youth))
    yield Measure(
        f"playing time of {len(counts)} games: players whose shortfall is not what a count by hand says",
        wrong,
        "players",
        0,
    )
    yield Measure(
        "playing time: time of the report, against counting by hand player by player",
        ratio(lambda: season_of(counts, BANDS), lambda: all_by_hand(counts), rounds=3),
        "times",
        1,
    )


# ---- a month of games ----


def a_month(dice: random.Random) -> tuple[list[Place], list[Candidate]]:
    """Games on eight Saturdays and Sundays, and the people on the list."""
    places = []
    for day in range(DAYS):
        starts = BEGINS + timedelta(days=7 * (day // 2) + day % 2)
        for number in range(FIELDS * ROUNDS):
            at = starts + timedelta(minutes=75 * (number // FIELDS))
            fixture = day * FIELDS * ROUNDS + number + 1
            span = Span(f"game {fixture}", at, at + timedelta(minutes=60), f"site {number % SITES}")
            teams = frozenset(dice.sample(range(TEAMS), 2))
            for role in (REFEREE, SCORER, MARSHAL):
                needs = ("License",) if role == REFEREE else ()
                places.append(Place(fixture, role, span, at.date(), teams, needs))
    return places, [_somebody(dice, number) for number in range(1, PEOPLE + 1)]


def _somebody(dice: random.Random, number: int) -> Candidate:
    middle = (BEGINS + timedelta(days=14)).date()
    licensed = dice.random()
    held = (
        ()
        if licensed < 0.1
        else (Credential("license", middle.replace(year=2025), middle if licensed < 0.2 else None),)
    )
    roles = frozenset({REFEREE, SCORER, MARSHAL}) if number % 3 else frozenset({SCORER, MARSHAL})
    ties = frozenset(dice.sample(range(TEAMS), 1)) if dice.random() < 0.33 else frozenset()
    busy = (Span(f"practice {number}", BEGINS, BEGINS + timedelta(hours=1), "site 1"),) if dice.random() < 0.1 else ()
    return Candidate(number, f"Person {number}", roles, busy, ties, held, 0, f"site {number % SITES}")


# ---- what is looked at ----


def broken(done: Filling, people: list[Candidate]) -> int:
    """Faults of a proposal, counted without the rules."""
    who = {each.person: each for each in people}
    mine: dict[int, list[Span]] = defaultdict(list)
    faults = 0
    for each in done.given:
        one, place = who[each.person], each.place
        faults += place.role not in one.roles or bool(one.ties & place.teams)
        faults += bool(place.needs) and not _holds(one, place)
        mine[each.person].append(place.span)
    for person, spans in mine.items():
        faults += sum(_meet(one, other) for one, other in combinations([*spans, *who[person].busy], 2))
    return faults


def _holds(one: Candidate, place: Place) -> bool:
    return any(
        held.from_on <= place.day and (held.until_on is None or place.day <= held.until_on) for held in one.credentials
    )


def _meet(one: Span, other: Span) -> bool:
    way = timedelta() if one.site == other.site else WAY
    return one.starts_at < other.ends_at + way and other.starts_at < one.ends_at + way


def filled(done: Filling, places: list[Place], people: list[Candidate]) -> float:
    """The share of places filled, of as many as an assignment hour by hour could fill at most."""
    most = 0
    hours: dict[datetime, list[Place]] = defaultdict(list)
    for place in places:
        hours[place.span.starts_at].append(place)
    for same in hours.values():
        most += _most([[number for number, one in enumerate(people) if _could(one, place)] for place in same])
    return len(done.given) / most


def _most(can: list[list[int]]) -> int:
    """How many of these places can have somebody at once: augmenting paths, one place after the other."""
    has: dict[int, int] = {}

    def seat(place: int, seen: set[int]) -> bool:
        for person in can[place]:
            if person not in seen:
                seen.add(person)
                if person not in has or seat(has[person], seen):
                    has[person] = place
                    return True
        return False

    return sum(seat(place, set()) for place in range(len(can)))


def _could(one: Candidate, place: Place) -> bool:
    free = not any(_meet(span, place.span) for span in one.busy)
    return free and place.role in one.roles and not one.ties & place.teams and (not place.needs or _holds(one, place))


def spread(done: Filling, people: list[Candidate]) -> int:
    """How much the numbers of games differ among those whom nothing keeps from any place."""
    load = Counter(each.person for each in done.given)
    free = [
        one
        for one in people
        if len(one.roles) == 3
        and not one.ties
        and not one.busy
        and one.credentials
        and one.credentials[0].until_on is None
    ]
    numbers = [load[one.person] for one in free]
    return max(numbers) - min(numbers)


def first_come(places: list[Place], people: list[Candidate]) -> list[Given]:
    """The floor: whoever comes first takes the place."""
    taken: dict[int, list[Span]] = defaultdict(list)
    found = []
    for place in places:
        for one in people:
            if _could(one, place) and not any(_meet(span, place.span) for span in taken[one.person]):
                taken[one.person].append(place.span)
                found.append(Given(place, one.person))
                break
    return found


# ---- playing time ----


def a_season(dice: random.Random) -> list[GameCount]:
    """A thousand games of forty teams of 14 to 30."""
    teams = [range(40 * team, 40 * team + dice.randint(14, 30)) for team in range(40)]
    return [
        GameCount(game, {youth: dice.randint(4, 24) for youth in teams[game % 40] if dice.random() < 0.85})
        for game in range(1000)
    ]


def by_hand(counts: list[GameCount], youth: int) -> int:
    """What a player missed over a season, game by game."""
    missed = 0
    for count in counts:
        if youth in count.played:
            present = len(count.played)
            least = 12 if present <= 15 else 10 if present <= 25 else 8 if present <= 30 else 6 if present <= 35 else 0
            missed += max(0, least - count.played[youth])
    return missed


def all_by_hand(counts: list[GameCount]) -> dict[int, int]:
    """The peer: each player's season counted alone."""
    everybody = {youth for count in counts for youth in count.played}
    return {youth: by_hand(counts, youth) for youth in everybody}
