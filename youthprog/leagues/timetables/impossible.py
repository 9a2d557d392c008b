"""Why a season cannot be timetabled, proved by counting: no solver, a fraction of a second. Pure.

Each proof is a count that no schedule can pass: more games than days. It names the teams and the numbers, and the least
that would have to give way for this cause. What is not proved here is not claimed.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TypeVar

from youthprog.leagues.timetables.open_days import OpenDays
from youthprog.leagues.timetables.types import (
    Cause,
    Crowding,
    Separation,
    Side,
    TeamDays,
    TeamOpponents,
    Timetable,
)

MOST_CAUSES = 10
Game = TypeVar("Game", bound=Hashable)


def causes_of(timetable: Timetable) -> tuple[Cause, ...]:
    """Every cause the counts find, the plainest first; empty when they find none, which proves nothing.

    The finer counts are taken only when the plainer ones are silent: they would say the same again, less plainly.
    """
    days = OpenDays(timetable)
    for proofs in (PLAIN, FINER):
        found = [cause for proof in proofs for cause in proof(timetable, days)]
        if found:
            return tuple(found[:MOST_CAUSES])
    return ()


def _season_too_short(timetable: Timetable, _days: OpenDays) -> Iterator[Cause]:
    n, slots = len(timetable.teams), len(timetable.slots)
    each = (n - 1) * timetable.rounds
    needed = each if n % 2 == 0 else n * timetable.rounds if timetable.compact else each
    if timetable.compact and n % 2 == 0 and slots > needed:
        yield Cause(
            f"Every team must play in each of the {slots} slots, but has only {each} games.",
            f"Take {slots - needed} {_plural('slot', slots - needed)} out of the season, or let teams rest.",
        )
    total, at_once = n * (n - 1) // 2 * timetable.rounds, n // 2
    if slots < max(needed, -(-total // at_once)):
        short = max(needed, -(-total // at_once)) - slots
        yield Cause(
            f"{n} teams need {slots + short} slots for {total} games, at most {at_once} at a time; the season has {slots}.",
            f"Add {short} {_plural('slot', short)}.",
        )


def _empty_ranges(timetable: Timetable, _days: OpenDays) -> Iterator[Cause]:
    for rule in timetable.rules:
        wanted = getattr(rule, "wanted", None)
        if rule.hard and wanted is not None and wanted.empty:
            yield Cause(
                f"The rule {rule.code} in line {rule.line} asks for at least {wanted.low} and at most {wanted.high}.",
                f"Lower its least, or raise its most, by {wanted.low - wanted.high}.",
            )


def _too_few_home_days(timetable: Timetable, days: OpenDays) -> Iterator[Cause]:
    needed = len(timetable.teams) - 1
    if timetable.rounds != 2:
        return
    for team in timetable.teams:
        offered = len(days.at_home(team))
        if offered < needed:
            name, short = timetable.team_names[team], needed - offered
            yield Cause(
                f"{name} has {offered} {_plural('day', offered)} for home games but must be at home {needed} times, once to each other team.",
                f"{short} more home {_plural('day', short)} for {name}.",
            )


def _pairs_without_a_day(timetable: Timetable, days: OpenDays) -> Iterator[Cause]:
    for one, other in combinations(timetable.teams, 2):
        here, there = days.of[one, other], days.of[other, one]
        if timetable.rounds == 1:
            if not here and not there:
                yield _no_common_day(timetable, days, one, other)
        else:
            if not here:
                yield _no_common_day(timetable, days, one, other)
            if not there:
                yield _no_common_day(timetable, days, other, one)


def _no_common_day(timetable: Timetable, days: OpenDays, home: int, away: int) -> Cause:
    host, guest = timetable.team_names[home], timetable.team_names[away]
    homes = days.at_home(home)
    return Cause(
        f"{host} cannot be at home to {guest}: on none of the {len(homes)} days when {host} can be at home may they meet.",
        f"One day on which {guest} may play at {host}.",
    )


def _no_slot_for_a_team(timetable: Timetable, days: OpenDays) -> Iterator[Cause]:
    if not timetable.compact or len(timetable.teams) % 2:
        return
    for team in timetable.teams:
        for slot in sorted(set(timetable.slots) - days.anywhere(team)):
            name, day = timetable.team_names[team], timetable.slot_names[slot]
            yield Cause(f"{name} must play in {day}, as in every slot, but may not.", f"Let {name} play in {day}.")


def _homes_over_days(timetable: Timetable, days: OpenDays) -> Iterator[Cause]:
    """A team's home games need as many different days: some of its guests may share too few (Hall)."""
    if timetable.rounds != 2:
        return
    for team in timetable.teams:
        choices = {away: days.of[team, away] for away in timetable.teams if away != team}
        if short := fewest_days(choices):
            guests, shared = short
            host = timetable.team_names[team]
            yield Cause(
                f"{host} must be at home to {_listed(timetable, guests)}, {len(guests)} games, "
                f"but only {shared} {_plural('day', shared)} can take them.",
                f"{_more(len(guests) - shared)} on which one of them may play at {host}.",
            )


def _games_over_days(timetable: Timetable, days: OpenDays) -> Iterator[Cause]:
    """All games of a team, home and away, need as many different days."""
    if timetable.rounds != 2:
        return
    for team in timetable.teams:
        choices = {pair: slots for pair, slots in days.of.items() if team in pair}
        if short := fewest_days(choices):
            pairs, shared = short
            name = timetable.team_names[team]
            told = ", ".join(
                f"{timetable.team_names[home]} - {timetable.team_names[away]}" for home, away in sorted(pairs)
            )
            yield Cause(
                f"{len(pairs)} games of {name} have only {shared} {_plural('day', shared)} between them: {told}.",
                f"{_more(len(pairs) - shared)} for one of these games.",
            )


def _crowded_out(timetable: Timetable, days: OpenDays) -> Iterator[Cause]:
    """A team's days, thinned to what a hard limit on crowding leaves, against the games it must play on them."""
    everybody = len(timetable.teams) - 1
    for rule in timetable.rules:
        if not (isinstance(rule, Crowding) and rule.hard and not rule.by_games and rule.wanted.high > 0):
            continue
        against = set(rule.opponents)
        for team in set(rule.teams) if timetable.rounds == 2 else ():
            if not against.issuperset(set(timetable.teams) - {team}):
                continue  # games that the limit does not count may lie anywhere
            kinds = [(days.at_home(team), everybody, "home games")] if rule.side is not Side.AWAY else []
            if rule.side is Side.BOTH:
                kinds.append((days.anywhere(team), 2 * everybody, "games"))
            for open_days, needed, word in kinds:
                room = most_within(sorted(open_days), rule.length, rule.wanted.high)
                if room < needed:
                    name = timetable.team_names[team]
                    yield Cause(
                        f"{name} has {len(open_days)} days for its {needed} {word}, but with at most {rule.wanted.high} "
                        f"in any {rule.length} days in a row only {room} can be used.",
                        f"{_more(needed - room)} for {name} away from its others, or a wider limit (line {rule.line}).",
                    )


def _meetings_too_close(timetable: Timetable, days: OpenDays) -> Iterator[Cause]:
    if timetable.rounds != 2:
        return
    for rule in timetable.rules:
        if not (isinstance(rule, Separation) and rule.hard):
            continue
        for one, other in combinations(sorted(set(rule.teams)), 2):
            here, there = days.of[one, other], days.of[other, one]
            if not here or not there:
                continue
            widest = max(timetable.between(here[0], there[-1]), timetable.between(there[0], here[-1]))
            if widest < rule.apart:
                names, slot = timetable.team_names, timetable.slot_names
                yield Cause(
                    f"{names[one]} and {names[other]} must have {rule.apart} days between their two games, but on the days "
                    f"they may meet ({slot[here[0]]} to {slot[here[-1]]} at {names[one]}, {slot[there[0]]} to "
                    f"{slot[there[-1]]} at {names[other]}) at most {widest} can lie between.",
                    f"A day for one of the games {rule.apart - widest} {_plural('day', rule.apart - widest)} farther off, "
                    f"or {widest} days between (line {rule.line}).",
                )


def _out_of_reach(timetable: Timetable, days: OpenDays) -> Iterator[Cause]:
    """A rule that asks a team for more games in some slots than it can have there."""
    for rule in timetable.rules:
        if not (isinstance(rule, TeamDays | TeamOpponents) and rule.hard and rule.wanted.low > 0):
            continue
        slots = set(rule.slots)
        opponents = set(timetable.teams) if isinstance(rule, TeamDays) else set(rule.opponents)
        if len(slots) < len(rule.slots) or (isinstance(rule, TeamOpponents) and len(opponents) < len(rule.opponents)):
            continue
        for team in rule.teams:
            usable: set[int] = set()
            for other in opponents - {team}:
                if rule.side is not Side.AWAY:
                    usable |= slots.intersection(days.of[team, other])
                if rule.side is not Side.HOME:
                    usable |= slots.intersection(days.of[other, team])
            sides = (rule.side is not Side.AWAY) + (rule.side is not Side.HOME)
            most = len(opponents - {team}) * (sides if timetable.rounds == 2 else 1)
            if most < rule.wanted.low:
                yield Cause(
                    f"{timetable.team_names[team]} must have {rule.wanted.low} games of the kind that line {rule.line} "
                    f"counts, but has only {most} in the season.",
                    f"Ask for {most}.",
                )
            elif len(usable) < rule.wanted.low:
                yield Cause(
                    f"{timetable.team_names[team]} must have {rule.wanted.low} of its games in the {len(slots)} slots of line "
                    f"{rule.line}, but can play in {len(usable)} of them.",
                    f"Ask for {len(usable)}, or open {_more(rule.wanted.low - len(usable)).lower()} there.",
                )


def most_within(days: Sequence[int], length: int, most: int) -> int:
    """How many of the days can be used with at most `most` in any `length` in a row: taking each as soon as one may is
    best, for it leaves the later ones freest."""
    taken: list[int] = []
    for day in days:
        if len(taken) < most or day - taken[-most] >= length:
            taken.append(day)
    return len(taken)


def fewest_days(choices: Mapping[Game, Sequence[int]]) -> tuple[set[Game], int] | None:
    """Games that have fewer days between them than they are, and how many days; None when each can have its own.

    A matching is grown by augmenting paths. Where one game finds no day, the games met on the way share too few (Hall);
    those that the shortage does not need are left out, so that every one named matters.
    """
    holder: dict[int, Game] = {}
    for game in choices:
        met: set[Game] = set()
        if not _place(game, choices, holder, met):
            for each in sorted(met, key=repr):
                rest = met - {each}
                if len(_days_of(rest, choices)) < len(rest):
                    met = rest
            return met, len(_days_of(met, choices))
    return None


def _place(game: Game, choices: Mapping[Game, Sequence[int]], holder: dict[int, Game], met: set[Game]) -> bool:
    met.add(game)
    for day in choices[game]:
        if day not in holder or (holder[day] not in met and _place(holder[day], choices, holder, met)):
            holder[day] = game
            return True
    return False


def _days_of(games: Iterable[Game], choices: Mapping[Game, Sequence[int]]) -> set[int]:
    return {day for game in games for day in choices[game]}


def _plural(word: str, count: int) -> str:
    return word if count == 1 else word + "s"


def _more(count: int) -> str:
    return "One more day" if count == 1 else f"{count} more days"


def _listed(timetable: Timetable, teams: Iterable[int]) -> str:
    names = [timetable.team_names[team] for team in sorted(teams)]
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


Proof = Callable[[Timetable, OpenDays], Iterable[Cause]]
PLAIN: tuple[Proof, ...] = (
    _season_too_short,
    _empty_ranges,
    _too_few_home_days,
    _pairs_without_a_day,
    _no_slot_for_a_team,
)
FINER: tuple[Proof, ...] = (_homes_over_days, _crowded_out, _meetings_too_close, _out_of_reach, _games_over_days)
