"""Reading games that came from files, and what a schedule is compared with."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from youthprog.core import clock, db
from youthprog.leagues.imports.game_reading import Frame
from youthprog.leagues.imports.models import ImportedGame
from youthprog.leagues.imports.snapshot import in_parts, teams_here
from youthprog.leagues.imports.types import GameSeason, KnownGame, KnownSide
from youthprog.programs.models import Gathering, Season
from youthprog.programs.services import season_span


def frame_of(season: Season) -> Frame:
    """Where and when a season is."""
    return Frame(clock.zone(), season.starts_on, season.ends_on, clock.today())


def game_season(season: Season, now: datetime) -> GameSeason:
    """The teams and games of a season, as plain values. Three statements, and one more for every 500 gatherings."""
    games = list(db.session().scalars(sa.select(ImportedGame).where(ImportedGame.season_id == season.id)))
    sides = _sides(key for game in games for key in (game.home_gathering_id, game.away_gathering_id) if key)
    opens_at, closes_at = season_span(season)
    return GameSeason(
        teams=tuple(teams_here(season.id)),
        games=tuple(_known(game, sides) for game in games),
        opens_at=opens_at,
        closes_at=closes_at,
        now=now,
    )


def _known(game: ImportedGame, sides: dict[int, KnownSide]) -> KnownGame:
    return KnownGame(
        id=game.id,
        key=game.key,
        home_team_id=game.home_team_id,
        away_team_id=game.away_team_id,
        home_name=game.home_name,
        away_name=game.away_name,
        division=game.division,
        arrive=game.arrive_minutes,
        home=sides.get(game.home_gathering_id or 0),
        away=sides.get(game.away_gathering_id or 0),
    )


def _sides(ids: Iterable[int]) -> dict[int, KnownSide]:
    statement = sa.select(
        Gathering.id, Gathering.starts_at, Gathering.ends_at, Gathering.place, Gathering.title, Gathering.canceled_at
    )
    return {
        row.id: KnownSide(row.id, row.starts_at, row.ends_at, row.place or "", row.title, row.canceled_at is not None)
        for row in in_parts(Gathering.id, set(ids), statement)
    }
