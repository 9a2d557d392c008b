"""How much a player has to play with so many present, and who fell short. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from youthprog.core.refusals import N_, Refusal
from youthprog.leagues.playing_time.types import MOST_PLAYERS, MOST_UNITS, Band, GameCount, PlayerTotal


def least_for(bands: Iterable[Band], present: int) -> int | None:
    """How much each of `present` players has to play; None when the table says nothing about so many."""
    for band in bands:
        if band.from_players <= present and (band.to_players is None or present <= band.to_players):
            return band.least
    return None


def shortfalls(count: GameCount, bands: Iterable[Band]) -> dict[int, int]:
    """By player how much was missing at a game; whoever played enough is not there."""
    least = least_for(bands, count.present) or 0
    return {youth_id: least - units for youth_id, units in count.played.items() if units < least}


def season_of(counts: Iterable[GameCount], bands: Sequence[Band]) -> dict[int, PlayerTotal]:
    """Each player's season out of the games counted, in their order."""
    games: dict[int, int] = defaultdict(int)
    played: dict[int, int] = defaultdict(int)
    owed: dict[int, int] = defaultdict(int)
    short: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for count in counts:
        least, missing = least_for(bands, count.present) or 0, shortfalls(count, bands)
        for youth_id, units in count.played.items():
            games[youth_id] += 1
            played[youth_id] += units
            owed[youth_id] += least
            if youth_id in missing:
                short[youth_id].append((count.gathering_id, missing[youth_id]))
    return {
        youth_id: PlayerTotal(youth_id, games[youth_id], played[youth_id], owed[youth_id], tuple(short[youth_id]))
        for youth_id in games
    }


def refusals_to_set(bands: Sequence[Band]) -> list[Refusal]:
    """Why these lines are no table: turned around, overlapping, or numbers no game has."""
    found = []
    for number, band in enumerate(bands):
        last = MOST_PLAYERS if band.to_players is None else band.to_players
        if last < band.from_players:
            sentence = N_("A line goes from fewer players to more.")
            found.append(Refusal("turned", sentence, f"to_{number}"))
        if not (1 <= band.from_players <= MOST_PLAYERS and 1 <= last <= MOST_PLAYERS):
            sentence = N_("Write a number of players from 1 to %(most)s.")
            found.append(Refusal("players", sentence, f"from_{number}", {"most": MOST_PLAYERS}))
        if not 0 <= band.least <= MOST_UNITS:
            found.append(
                Refusal("least", N_("Write a number from 0 to %(most)s."), f"least_{number}", {"most": MOST_UNITS})
            )
    ordered = sorted(bands)
    if any(one.to_players is None or other.from_players <= one.to_players for one, other in pairwise(ordered)):
        found.append(Refusal("overlap", N_("Two lines say different things about the same number of players.")))
    return found
