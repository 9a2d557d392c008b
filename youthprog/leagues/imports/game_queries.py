"""Reading games that are here, and what a schedule is compared with."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from youthprog.core import clock, db
from youthprog.leagues.imports.game_reading import Frame
from youthprog.leagues.imports.known_fields import KnownFields
from youthprog.leagues.imports.models import ImportedGame
from youthprog.leagues.imports.snapshot import in_parts, teams_here
from youthprog.leagues.imports.types import GameSeason, KnownGame, KnownSide, KnownTeam
from youthprog.leagues.season.models import Fixture, Venue, VenueHours
from youthprog.leagues.season.types import FixtureState
from youthprog.programs.models import Gathering, Season, Site
from youthprog.programs.services import season_span


def frame_of(season: Season) -> Frame:
    """Where and when a season is."""
    return Frame(clock.zone(), season.starts_on, season.ends_on, clock.today())


def game_season(season: Season, now: datetime) -> GameSeason:
    """The teams, games and fields of a season, as plain values. Six statements, and one for every 500 gatherings more.

    A game that never came from a file is here too once it is published: a file may say something about it.
    """
    games = list(db.session().scalars(sa.select(ImportedGame).where(ImportedGame.season_id == season.id)))
    published = sa.select(Fixture).where(Fixture.season_id == season.id, Fixture.state != FixtureState.DRAFT)
    fixtures = {row.id: row for row in db.session().scalars(published)}
    teams = {team.id: team for team in teams_here(season.id)}
    rows: list[ImportedGame | Fixture] = [*games, *fixtures.values()]
    sides = _sides(key for row in rows for key in (row.home_gathering_id, row.away_gathering_id) if key)
    known = [_known(game, fixtures.pop(game.fixture_id or 0, None), teams, sides) for game in games]
    known += [_known(None, fixture, teams, sides) for fixture in fixtures.values()]
    opens_at, closes_at = season_span(season)
    fields = KnownFields(*list_sites_and_fields(season.id))
    return GameSeason(tuple(teams.values()), tuple(known), opens_at, closes_at, now, fields.find)


def _known(
    game: ImportedGame | None, fixture: Fixture | None, teams: Mapping[int, KnownTeam], sides: Mapping[int, KnownSide]
) -> KnownGame:
    row: Any = fixture or game  # where there is a fixture, its teams and gatherings are the game's
    home, away = teams.get(row.home_team_id or 0), teams.get(row.away_team_id or 0)
    return KnownGame(
        id=game.id if game else None,
        key=game.key if game else "",
        home_team_id=row.home_team_id,
        away_team_id=row.away_team_id,
        home_name=home.name if home else row.home_name,
        away_name=away.name if away else row.away_name,
        division=(home.division if home else "") if fixture else row.division,
        arrive=game.arrive_minutes if game else None,
        home=sides.get(row.home_gathering_id or 0),
        away=sides.get(row.away_gathering_id or 0),
        fixture_id=fixture.id if fixture else None,
        said=game.said if game else "",
        venue_id=fixture.venue_id if fixture else None,
    )


def _sides(ids: Iterable[int]) -> dict[int, KnownSide]:
    statement = sa.select(
        Gathering.id, Gathering.starts_at, Gathering.ends_at, Gathering.place, Gathering.title, Gathering.canceled_at
    )
    return {
        row.id: KnownSide(row.id, row.starts_at, row.ends_at, row.place or "", row.title, row.canceled_at is not None)
        for row in in_parts(Gathering.id, set(ids), statement)
    }


def list_sites_and_fields(season_id: int) -> tuple[dict[int, str], list[tuple[int, int, str]]]:
    """Every site by its key, and every field (key, site, name), those first where the season has hours. Two statements."""
    sites = {key: name for key, name in db.session().execute(sa.select(Site.id, Site.name).order_by(Site.id))}
    own = sa.exists().where(VenueHours.venue_id == Venue.id, VenueHours.season_id == season_id)
    rows = db.session().execute(sa.select(Venue.id, Venue.site_id, Venue.name).order_by(own.desc(), Venue.id))
    return sites, [(key, site_id, name) for key, site_id, name in rows]
