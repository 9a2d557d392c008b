"""Whether a schedule keeps every hard rule. Pure, and written apart from what makes schedules: it trusts nothing of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations, pairwise

from youthprog.leagues.season.types import DivisionSpec, Fault, Game, Plan, SeasonSpec, Slot


def faults_of(plan: Plan, spec: SeasonSpec) -> list[Fault]:
    """Every hard rule that a plan breaks: places, times, teams' days, people, and the numbers of games."""
    return [
        *_at_venues(plan, spec),
        *_of_teams(plan, spec),
        *_of_people(plan, spec),
        *_of_numbers(plan, spec),
    ]


def _at_venues(plan: Plan, spec: SeasonSpec) -> Iterator[Fault]:
    """Two games at once on one field; a game where or when the field is not ours, or of another length."""
    venues = {venue.key: venue for venue in spec.venues}
    lengths = {division.key: division.minutes for division in spec.divisions}
    by_venue: dict[str, list[Game]] = defaultdict(list)
    for game in plan.games:
        slot, division = game.slot, game.pairing.division
        by_venue[slot.venue].append(game)
        venue = venues.get(slot.venue)
        if venue is None or not venue.takes(division):
            yield Fault("wrong_venue", (game,))
            continue
        length = slot.ends - slot.starts
        if not game.pairing.as_imported and length != lengths.get(division, length):
            yield Fault("length", (game,))
        hours = dict(venue.overrides).get(slot.day)
        if hours is None:
            hours = tuple(each for week, each in venue.weekly if week == slot.day.weekday())
        covered = {minute for each in hours for minute in range(each.starts, each.ends)}
        if venue.has_hours and not covered.issuperset(range(slot.starts, slot.ends)):
            yield Fault("outside_hours", (game,))
        if slot.day in venue.closed or slot.day in spec.blackouts or not spec.first <= slot.day <= spec.last:
            yield Fault("closed", (game,))
    for games in by_venue.values():
        for one, other in combinations(sorted(games, key=lambda game: game.slot), 2):
            if _minutes_between(one.slot, other.slot) < 0:
                yield Fault("overlap", (one, other))


def _minutes_between(one: Slot, other: Slot) -> int:
    """How many minutes lie between two slots; below 0 when they overlap. Days apart are far."""
    if one.day != other.day:
        return 24 * 60
    return max(other.starts - one.ends, one.starts - other.ends)


def _of_teams(plan: Plan, spec: SeasonSpec) -> Iterator[Fault]:
    """Two games on a day, too little rest, too many in a week, a day on which the team is away."""
    by_team: dict[str, list[Game]] = defaultdict(list)
    for game in plan.games:
        by_team[game.pairing.home].append(game)
        by_team[game.pairing.away].append(game)
    for division in spec.divisions:
        for team in division.teams:
            games = sorted(by_team[team.key], key=lambda game: game.slot)
            for game in games:
                if game.slot.day in team.away:
                    yield Fault("team_away", (game,), (team.key,))
                if game.slot.day.weekday() not in division.weekdays:
                    yield Fault("weekday", (game,), (team.key,))
            yield from _too_often(games, division, team.key)


def _too_often(games: list[Game], division: DivisionSpec, team: str) -> Iterator[Fault]:
    for one, other in pairwise(games):
        apart = (other.slot.day - one.slot.day).days
        if apart == 0:
            yield Fault("double_day", (one, other), (team,))
        elif apart <= division.rest_days:
            yield Fault("rest", (one, other), (team,), (apart - 1,))
    if division.most_a_week is not None:
        weeks = defaultdict(list)
        for game in games:
            weeks[game.slot.day - timedelta(days=game.slot.day.weekday())].append(game)
        for week in weeks.values():
            if len(week) > division.most_a_week:
                yield Fault("week", tuple(week), (team,), (len(week),))


def _of_people(plan: Plan, spec: SeasonSpec) -> Iterator[Fault]:
    """Somebody needed in two places at once, the way between two sites included."""
    for tie in spec.ties:
        if not tie.excused:
            yield from (Fault("person", pair, (tie.person,)) for pair in clashes(plan, spec, tie.teams))


def clashes(plan: Plan, spec: SeasonSpec, teams: tuple[str, ...]) -> list[tuple[Game, Game]]:
    """The pairs of games of different teams of a person between which there is no time."""
    sites = {venue.key: venue.site or venue.key for venue in spec.venues}
    mine = [game for game in plan.games if {game.pairing.home, game.pairing.away} & set(teams)]
    found = []
    for one, other in combinations(sorted(mine, key=lambda game: game.slot), 2):
        way = spec.travel_minutes if sites.get(one.slot.venue) != sites.get(other.slot.venue) else 0
        if _minutes_between(one.slot, other.slot) < way:
            found.append((one, other))
    return found


def both_sides(plan: Plan, teams: tuple[str, ...]) -> list[Game]:
    """The games in which a person belongs to both teams: no time or place helps there."""
    return [game for game in plan.games if {game.pairing.home, game.pairing.away} <= set(teams)]


def _of_numbers(plan: Plan, spec: SeasonSpec) -> Iterator[Fault]:
    """Games of a team, of a pair, and at home, and games that are missing."""
    for pairing in plan.unplaced:
        yield Fault("unplaced", about=(pairing.home, pairing.away))
    known = {division.key for division in spec.divisions}
    strange = sorted({game.pairing.division for game in plan.games if game.pairing.counts} - known)
    yield from (Fault("stranger", about=(key,)) for key in strange)
    for division in spec.divisions:
        keys = [team.key for team in division.teams]
        own = [game.pairing for game in plan.games if game.pairing.counts and game.pairing.division == division.key]
        strangers = [pairing for pairing in own if pairing.home not in keys or pairing.away not in keys]
        if strangers or any(pairing.home == pairing.away for pairing in own):
            yield Fault("stranger", about=(division.key,))
        home = Counter(pairing.home for pairing in own)
        away = Counter(pairing.away for pairing in own)
        counts = [home[key] + away[key] for key in keys]
        wanted = division.games_each * len(keys) // 2
        if not plan.unplaced and len(own) != wanted:
            yield Fault("count", about=(division.key,), numbers=(len(own), wanted))
        if plan.unplaced or len(keys) < 2:
            continue
        if max(counts) - min(counts) > 1:
            yield Fault("uneven", about=(division.key,), numbers=(min(counts), max(counts)))
        for key in keys:
            if abs(home[key] - away[key]) > 1:
                yield Fault("home_away", about=(key,), numbers=(home[key], away[key]))
        ways = Counter((pairing.home, pairing.away) for pairing in own)
        met = {pair: ways[pair] + ways[pair[::-1]] for pair in combinations(keys, 2)}
        if max(met.values()) - min(met.values()) > 1:
            yield Fault("pairs", about=(division.key,), numbers=(min(met.values()), max(met.values())))
        for one, other in met:
            if abs(ways[one, other] - ways[other, one]) > 1:
                yield Fault("pair_home", about=(one, other))
