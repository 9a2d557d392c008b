"""What families and coaches should know of a schedule before it is published: who would be needed at two games. Pure.

A clash stands only where the rules let it: two teams of one coach that meet each other, a person who is excused, a family
with children on two teams. People are never named: their teams are.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from youthprog.leagues.season.faults import both_sides, clashes
from youthprog.leagues.season.types import Game, Plan, SeasonSpec


class ClashKind(enum.StrEnum):
    """Who would have to be at two places, or on both sides."""

    SHARED = "shared"  # somebody both teams need, at two games
    AGAINST = "against"  # somebody who belongs to both teams of one game
    FAMILY = "family"  # a home with children on both teams


@dataclass(frozen=True, slots=True)
class Clash:
    """One or two games and the two teams, in order of their keys, that share somebody."""

    kind: ClashKind
    teams: tuple[str, str]
    games: tuple[Game, ...]

    @property
    def needs_excuse(self) -> bool:
        """Whether somebody has to answer for it before the schedule is published."""
        return self.kind is not ClashKind.FAMILY


def clashes_of(plan: Plan, spec: SeasonSpec) -> list[Clash]:
    """Every clash of a plan, each once, those that need an excuse first."""
    found = dict.fromkeys((*_of_ties(plan, spec), *_of_homes(plan, spec)))
    return sorted(found, key=lambda clash: (not clash.needs_excuse, clash.games[0].slot))


def _of_ties(plan: Plan, spec: SeasonSpec) -> Iterator[Clash]:
    for tie in spec.ties:
        for one, other in clashes(plan, spec, tie.teams):
            for mine in _sides(one) & set(tie.teams):
                for its in (_sides(other) & set(tie.teams)) - {mine}:
                    yield Clash(ClashKind.SHARED, _in_order(mine, its), (one, other))
        for game in both_sides(plan, tie.teams):
            yield Clash(ClashKind.AGAINST, _in_order(game.pairing.home, game.pairing.away), (game,))


def _of_homes(plan: Plan, spec: SeasonSpec) -> Iterator[Clash]:
    for wish in spec.wishes:
        for one, other in clashes(plan, spec, (wish.one, wish.other)):
            if {wish.one, wish.other} - _sides(one):
                yield Clash(ClashKind.FAMILY, _in_order(wish.one, wish.other), (one, other))


def _sides(game: Game) -> set[str]:
    return {game.pairing.home, game.pairing.away}


def _in_order(one: str, other: str) -> tuple[str, str]:
    low, high = sorted((one, other))
    return low, high
