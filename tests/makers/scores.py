"""Games that were played, what was said of them, playoffs: for tests of results."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.makers.programs import make_gathering, make_group, make_site
from youthprog.core import clock, db
from youthprog.leagues.models import Division, Team
from youthprog.leagues.scores.models import Bracket, BracketSeed, ScoreEntry
from youthprog.leagues.scores.types import Happened, Side
from youthprog.leagues.season.models import Fixture, Venue
from youthprog.leagues.season.types import FixtureState
from youthprog.programs.models import Group, Season
from youthprog.programs.types import GatheringKind


def make_opponent(division: Division, season: Season, name: str) -> Team:
    """Another team of a division."""
    team = Team(division_id=division.id, group=make_group(season, name))
    db.session().add(team)
    db.flush()
    return team


def make_venue(name: str = "Field 1", site_id: int | None = None) -> Venue:
    """A field."""
    venue = Venue(site_id=site_id or make_site().id, name=name, folded_name=name.casefold())
    db.session().add(venue)
    db.flush()
    return venue


def make_game(home: Team, away: Team, venue: Venue, starts_at: datetime | None = None, **values: Any) -> Fixture:
    """A published game with both teams' gatherings; two days ago unless a time is given."""
    starts_at = starts_at or clock.now() - timedelta(days=2)
    ends_at = starts_at + timedelta(minutes=60)
    about = {"kind": GatheringKind.GAME, "title": "Game", "ends_at": ends_at}
    groups = [db.session().get_one(Group, team.group_id) for team in (home, away)]
    fixture = Fixture(
        season_id=groups[0].season_id, division_id=home.division_id, home_team_id=home.id, away_team_id=away.id,
        venue_id=venue.id, starts_at=starts_at, ends_at=ends_at, state=FixtureState.PUBLISHED,
        home_gathering_id=make_gathering(groups[0], starts_at, **about).id,
        away_gathering_id=make_gathering(groups[1], starts_at, **about).id,
        **values,
    )  # fmt: skip
    db.session().add(fixture)
    db.flush()
    return fixture


def said(
    fixture: Fixture,
    side: Side,
    home: int | None,
    away: int | None,
    happened: Happened = Happened.PLAYED,
    **values: Any,
) -> ScoreEntry:
    """What a side said of a game, an hour after it."""
    at = values.pop("at", fixture.ends_at + timedelta(hours=1))
    row = ScoreEntry(
        fixture_id=fixture.id, side=side, happened=happened, home_score=home, away_score=away, said_at=at, first_at=at,
        stands_at=at + timedelta(hours=48), reason="Decided" if side is Side.LEAGUE else "", by_link=False, **values,
    )  # fmt: skip
    db.session().add(row)
    db.flush()
    return row


def make_bracket(division: Division, *teams: Team) -> Bracket:
    """Playoffs of teams in the order of their seeds."""
    row = Bracket(division_id=division.id, third=False, consolation=False, made_at=clock.now())
    db.session().add(row)
    db.flush()
    for seed, team in enumerate(teams, 1):
        db.session().add(BracketSeed(bracket_id=row.id, seed=seed, team_id=team.id))
    db.flush()
    return row
