"""Reading games with their results, and the table of a division. Constant numbers of statements."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm as so

from youthprog.core import db
from youthprog.leagues.models import Team
from youthprog.leagues.scores.models import (
    BracketGame,
    DrawnLot,
    ScoreEntry,
)
from youthprog.leagues.scores.rules import game_of, result_of
from youthprog.leagues.scores.types import Entry, Result, Said
from youthprog.leagues.season.models import Fixture, Venue
from youthprog.leagues.season.types import FixtureState
from youthprog.leagues.standings.tables import Place, Rules, standings_of
from youthprog.programs.models import Group


@dataclass(frozen=True)
class ScoreGame:
    """A game with what is known of its result. Teams by name; `is_knockout`: of a bracket."""

    fixture_id: int
    division_id: int
    starts_at: datetime
    ends_at: datetime
    venue: str
    home_id: int
    home: str
    away_id: int
    away: str
    state: FixtureState
    is_knockout: bool
    result: Result
    home_group_id: int = 0
    away_group_id: int = 0


@dataclass(frozen=True)
class PlaceRow:
    """A line of a table with the team's name, and with whom it was level."""

    place: Place
    team_id: int
    team: str
    level_with: tuple[str, ...]
    is_provisional: bool


@dataclass(frozen=True)
class Standings:
    """A division's table and its games. `needs_lots`: teams that only lots can part, and which are not drawn yet."""

    rows: tuple[PlaceRow, ...]
    games: tuple[ScoreGame, ...]
    needs_lots: tuple[str, ...]

    @property
    def is_begun(self) -> bool:
        """Whether any game counts yet."""
        return any(row.place.record.played for row in self.rows)


def games_where(*conditions: sa.ColumnElement[bool], now: datetime, limit: int = 2000) -> list[ScoreGame]:
    """Games that meet conditions on `Fixture` with their results, in order of time. Two statements."""
    home, away = (
        db.another(Group, "leagues.scores.table_queries.home"),
        db.another(Group, "leagues.scores.table_queries.away"),
    )
    home_team, away_team = (
        db.another(Team, "leagues.scores.table_queries.home_team"),
        db.another(Team, "leagues.scores.table_queries.away_team"),
    )
    statement = (
        sa.select(
            Fixture.id, Fixture.division_id, Fixture.starts_at, Fixture.ends_at, Venue.name, Fixture.home_team_id,
            home.name, Fixture.away_team_id, away.name, Fixture.state, BracketGame.fixture_id, home.id, away.id,
        )
        .join(Venue, Venue.id == Fixture.venue_id)
        .join(home_team, home_team.id == Fixture.home_team_id)
        .join(home, home.id == home_team.group_id)
        .join(away_team, away_team.id == Fixture.away_team_id)
        .join(away, away.id == away_team.group_id)
        .outerjoin(BracketGame, BracketGame.fixture_id == Fixture.id)
        .where(Fixture.state != FixtureState.DRAFT, *conditions)
        .order_by(Fixture.starts_at, Fixture.id)
        .limit(limit)
    )  # fmt: skip
    rows = db.session().execute(statement).all()
    entries = _quick_entries(sa.select(Fixture.id).where(*conditions).correlate(None))
    return [_score_game(row, entries.get(row[0], ()), now) for row in rows]


def scores_of(season_id: int, now: datetime) -> dict[int | None, tuple[int, int]]:
    """The final scores of a season's games that were played, by game: the home team's and the away team's. Two statements."""
    found: dict[int | None, tuple[int, int]] = {}
    for game in games_where(Fixture.season_id == season_id, now=now):
        said = game.result.said if game.result.is_final else None
        if said is not None and said.home_score is not None and said.away_score is not None:
            found[game.fixture_id] = (said.home_score, said.away_score)
    return found


def _quick_entries(of: sa.Select[int]) -> Mapping[int, list[Entry]]:
    """What holds of games chosen by a statement, without rows of the session: pages need no more."""
    found: dict[int, list[Entry]] = defaultdict(list)
    columns = (
        ScoreEntry.fixture_id, ScoreEntry.side, ScoreEntry.happened, ScoreEntry.home_score, ScoreEntry.away_score,
        ScoreEntry.goes_on, ScoreEntry.said_at, ScoreEntry.first_at, ScoreEntry.stands_at,
    )  # fmt: skip
    statement = sa.select(*columns).where(ScoreEntry.replaced_at.is_(None), ScoreEntry.fixture_id.in_(of))
    for fixture_id, side, happened, mine, theirs, goes_on, said_at, first_at, stands_at in db.session().execute(
        statement
    ):
        found[fixture_id].append(Entry(side, Said(happened, mine, theirs, goes_on), said_at, first_at, stands_at))
    return found


def _score_game(row: Any, entries: Iterable[Entry], now: datetime) -> ScoreGame:
    (fixture_id, division_id, starts_at, ends_at, venue, home_id, home, away_id, away, state, knockout, *groups) = row
    return ScoreGame(
        fixture_id, division_id, starts_at, ends_at, venue, home_id, home, away_id, away, state,
        knockout is not None, result_of(entries, starts_at, now), *groups,
    )  # fmt: skip


def teams_of(division_ids: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
    """The teams of divisions by name. One statement."""
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    statement = (
        sa.select(Team.division_id, Team.id, Group.name)
        .join(Group, Group.id == Team.group_id)
        .where(Team.division_id.in_(division_ids))
        .order_by(Group.folded_name, Team.id)
    )
    for division_id, team_id, name in db.session().execute(statement):
        found[division_id].append((team_id, name))
    return found


def lots_of(division_id: int) -> list[DrawnLot]:
    """The lots drawn in a division, the lowest first, with who drew."""
    statement = (
        sa.select(DrawnLot)
        .where(DrawnLot.division_id == division_id)
        .options(so.joinedload(DrawnLot.drawn_by))
        .order_by(DrawnLot.number)
    )
    return list(db.session().scalars(statement))


def standings(division_id: int, rules: Rules, lots: Iterable[DrawnLot], now: datetime) -> Standings:
    """The table of a division and its games. Three statements.

    Games of a bracket and canceled ones count nothing. Where lots are not drawn, teams that only lots can part stand in
    an order without meaning, and are named.
    """
    games = games_where(Fixture.division_id == division_id, now=now)
    names = {str(team_id): name for team_id, name in teams_of([division_id])[division_id]}
    return table_of(games, names, rules, {str(lot.team_id): lot.number for lot in lots}, division_id)


def table_of(
    games: Sequence[ScoreGame], names: Mapping[str, str], rules: Rules, lots: Mapping[str, int], seed: int
) -> Standings:
    """The table of games loaded already."""
    counted = [game for game in games if _counts(game)]
    drawn = replace(rules, lots=tuple(sorted(lots.items())), lots_seed=f"division {seed}")
    places = standings_of(
        [game_of(str(game.home_id), str(game.away_id), game.result) for game in counted], drawn, names
    )
    unsure = {str(team) for game in counted if not game.result.is_final for team in (game.home_id, game.away_id)}
    rows = tuple(
        PlaceRow(
            place,
            int(place.team),
            names.get(place.team, "–"),
            tuple(names.get(team, "–") for team in place.level_with),
            place.team in unsure,
        )
        for place in places
    )
    waiting: list[str] = []
    begun = any(row.place.record.played for row in rows)
    for above, row in pairwise(rows):
        if row.place.decided_by == "lots" and begun:
            waiting += [each.team for each in (above, row) if each.place.team not in lots]
    return Standings(rows, tuple(games), tuple(dict.fromkeys(waiting)))


def _counts(game: ScoreGame) -> bool:
    return not game.is_knockout and game.state is FixtureState.PUBLISHED and game.result.counts
