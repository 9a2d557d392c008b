"""What the pages of team forming share: their blueprint, and a division as far as the reader may see it. Edge."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint

from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.leagues.forming import queries
from youthprog.leagues.forming.queries import PoolLine, TeamLine
from youthprog.leagues.models import Division
from youthprog.people import queries as people
from youthprog.web.edge import actor
from youthprog.web.language import language

bp = Blueprint("forming", __name__)


@dataclass(frozen=True)
class Known:
    """A division with its children and teams, as far as the reader may see them."""

    division: Division
    pool: list[PoolLine]
    teams: list[TeamLine]
    names: Mapping[int, str]
    team_names: Mapping[int, str]

    @property
    def shown(self) -> list[PoolLine]:
        """The children the reader may see."""
        return [line for line in self.pool if line.youth_id in self.names]


def known_of(division: Division) -> Known:
    """What the reader may see of a division's children and teams. Five statements."""
    on = clock.today()
    pool, teams = queries.pool_of(division), queries.teams_of(division.id, on)
    seen = people.reachable(actor(), P.TEAM_FORM, [line.youth_id for line in pool], on)
    names = {line.youth_id: line.name for line in pool if line.youth_id in seen}
    return Known(division, pool, teams, names, {team.group_id: team.name for team in teams})


def division_for(division_id: int) -> Division:
    """A division whose teams the reader may form. Raises `NotFound`."""
    return queries.get_division_for(actor(), P.TEAM_FORM, division_id)


def deed() -> dict[str, Any]:
    """Who does it, and when."""
    return {"by": actor(), "now": clock.now()}


def season_name(division: Division) -> str:
    """Program and season of a division in the page's language."""
    season = division.season
    names = (season.program.name_es, season.name_es) if language() == "es" else (season.program.name, season.name)
    return ", ".join(names)


def within_reach(youth_id: int) -> None:
    """Raise `NotFound` for a child the reader may not see."""
    people.get_youth_for(actor(), P.TEAM_FORM, youth_id, clock.today())
