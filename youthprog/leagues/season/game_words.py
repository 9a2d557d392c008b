"""What calendars say of a game: who plays whom, and where. Names of teams and fields alone."""

from collections.abc import Collection

import sqlalchemy as sa

from youthprog.calendars.types import GameWords
from youthprog.core import db
from youthprog.leagues.imports.models import ImportedGame
from youthprog.leagues.models import Team
from youthprog.leagues.season.models import Fixture, Venue
from youthprog.programs.models import Gathering, Group


def games_of(gathering_ids: Collection[int]) -> dict[int, GameWords]:
    """Those of the gatherings that are a published game or one of an imported schedule, by key. Two statements."""
    wanted = set(gathering_ids)
    if not wanted:
        return {}
    found = _imported(wanted) | _fixtures(wanted)
    return {key: words for key, words in found.items() if key in wanted}


def _fixtures(wanted: set[int]) -> dict[int, GameWords]:
    at_home, away = (
        db.another(Team, "leagues.season.game_words.at_home"),
        db.another(Team, "leagues.season.game_words.away"),
    )
    host, guest = (
        db.another(Group, "leagues.season.game_words.host"),
        db.another(Group, "leagues.season.game_words.guest"),
    )
    statement = (
        sa.select(Fixture.home_gathering_id, Fixture.away_gathering_id, host.id, host.name, guest.id, guest.name, Venue.name)
        .join(at_home, at_home.id == Fixture.home_team_id)
        .join(host, host.id == at_home.group_id)
        .join(away, away.id == Fixture.away_team_id)
        .join(guest, guest.id == away.group_id)
        .join(Venue, Venue.id == Fixture.venue_id)
        .where(sa.or_(Fixture.home_gathering_id.in_(wanted), Fixture.away_gathering_id.in_(wanted)))
    )  # fmt: skip
    found: dict[int, GameWords] = {}
    for home_key, away_key, host_id, host_name, guest_id, guest_name, field in db.session().execute(statement):
        words = GameWords(host_name, guest_name, (host_id, guest_id), home_key, field)
        found |= {key: words for key in (home_key, away_key) if key is not None}
    return found


def _imported(wanted: set[int]) -> dict[int, GameWords]:
    at_home, away = (
        db.another(Gathering, "leagues.season.game_words.at_home"),
        db.another(Gathering, "leagues.season.game_words.away"),
    )
    statement = (
        sa.select(ImportedGame.home_name, ImportedGame.away_name, at_home.id, at_home.group_id, away.id, away.group_id)
        .outerjoin(at_home, at_home.id == ImportedGame.home_gathering_id)
        .outerjoin(away, away.id == ImportedGame.away_gathering_id)
        .where(sa.or_(ImportedGame.home_gathering_id.in_(wanted), ImportedGame.away_gathering_id.in_(wanted)))
    )
    found: dict[int, GameWords] = {}
    for home, guest, home_key, home_group, away_key, away_group in db.session().execute(statement):
        groups = tuple(key for key in (home_group, away_group) if key is not None)
        words = GameWords(home, guest, groups, home_key)
        found |= {key: words for key in (home_key, away_key) if key is not None}
    return found
