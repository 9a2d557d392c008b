"""Reading a division's bracket: its seeds, its games, how far everybody has got."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import orm as so

from youthprog.core import db
from youthprog.leagues.models import Team
from youthprog.leagues.scores.bracket import Meeting, Part, Tie, bracket_of, byes_of, played_out
from youthprog.leagues.scores.models import Bracket, BracketGame, BracketSeed
from youthprog.leagues.scores.rules import winner_of
from youthprog.leagues.scores.table_queries import ScoreGame, games_where
from youthprog.leagues.scores.types import Side
from youthprog.leagues.season.models import Fixture, Venue, VenueHours
from youthprog.leagues.season.types import FixtureState
from youthprog.programs.models import Group


@dataclass(frozen=True)
class Slot:
    """A game of a bracket as its page shows it. `game` is its time, place and result, once it is set.

    `is_stale`: it is set for other teams than those who got there; an earlier result changed since.
    """

    meeting: Meeting
    home: str
    away: str
    game: ScoreGame | None
    is_stale: bool

    @property
    def tie(self) -> Tie:
        """The game's place in the bracket."""
        return self.meeting.tie

    @property
    def is_open(self) -> bool:
        """Whether both teams are known and the game still needs a time and place."""
        is_set = self.game is not None and not self.is_stale and self.game.state is FixtureState.PUBLISHED
        return self.meeting.is_ready and not is_set


@dataclass(frozen=True)
class Drawn:
    """A bracket: its parts by round, the teams by seed, who has a bye in the first round, who has won."""

    bracket_id: int
    division_id: int
    rounds: tuple[tuple[Part, int, tuple[Slot, ...]], ...]
    seeds: tuple[tuple[int, str], ...]
    byes: tuple[str, ...]
    champion: str | None
    has_games: bool

    def slot(self, key: str) -> Slot | None:
        """The game of a key."""
        return next((slot for _part, _round, slots in self.rounds for slot in slots if slot.tie.key == key), None)


def find_bracket(division_id: int) -> Bracket | None:
    """The bracket of a division."""
    return db.session().scalar(sa.select(Bracket).where(Bracket.division_id == division_id))


def drawn(division_id: int, now: datetime) -> Drawn | None:
    """A division's bracket with its results; None where there is none. Four statements."""
    bracket = find_bracket(division_id)
    if bracket is None:
        return None
    seeds = _seeds(bracket.id)
    keys = {
        fixture_id: key
        for fixture_id, key in db.session().execute(
            sa.select(BracketGame.fixture_id, BracketGame.key).where(BracketGame.bracket_id == bracket.id)
        )
    }
    of = sa.select(BracketGame.fixture_id).where(BracketGame.bracket_id == bracket.id).correlate(None)
    games = {keys[game.fixture_id]: game for game in games_where(Fixture.id.in_(of), now=now)}
    return draw(bracket, seeds, games)


def _seeds(bracket_id: int) -> list[tuple[int, int, str]]:
    statement = (
        sa.select(BracketSeed.seed, BracketSeed.team_id, Group.name)
        .join(Team, Team.id == BracketSeed.team_id)
        .join(Group, Group.id == Team.group_id)
        .where(BracketSeed.bracket_id == bracket_id)
        .order_by(BracketSeed.seed)
    )
    return [(seed, team_id, name) for seed, team_id, name in db.session().execute(statement)]


def draw(bracket: Bracket, seeds: list[tuple[int, int, str]], games: Mapping[str, ScoreGame]) -> Drawn:
    """A bracket out of rows loaded already."""
    ties = bracket_of(len(seeds), third=bracket.third, consolation=bracket.consolation)
    names = {str(team_id): name for _seed, team_id, name in seeds}
    winners = {key: pair for key, game in games.items() if (pair := _winner(game)) is not None}
    meetings = played_out(ties, [str(team_id) for _seed, team_id, _name in seeds], winners)
    slots: dict[tuple[Part, int], list[Slot]] = {}
    for meeting in meetings:
        tie, game = meeting.tie, games.get(meeting.tie.key)
        stale = game is not None and {str(game.home_id), str(game.away_id)} != {meeting.home, meeting.away}
        shown = Slot(meeting, names.get(meeting.home or "", ""), names.get(meeting.away or "", ""), game, stale)
        slots.setdefault((tie.part, tie.round), []).append(shown)
    final = next((each for each in reversed(meetings) if each.tie.part is Part.MAIN), None)
    return Drawn(
        bracket.id,
        bracket.division_id,
        tuple((part, number, tuple(found)) for (part, number), found in slots.items()),
        tuple((seed, name) for seed, _team_id, name in seeds),
        tuple(names[str(seeds[seed - 1][1])] for seed in byes_of(ties)),
        names.get(final.winner or "") if final is not None else None,
        bool(games),
    )


def _winner(game: ScoreGame) -> tuple[str, str] | None:
    side = winner_of(game.result) if game.state is FixtureState.PUBLISHED else None
    if side is None:
        return None
    home, away = str(game.home_id), str(game.away_id)
    return (home, away) if side is Side.HOME else (away, home)


def venues_of(season_id: int) -> list[Venue]:
    """The fields that a season has or plays on, with their sites."""
    with_hours = sa.select(VenueHours.venue_id).where(VenueHours.season_id == season_id)
    with_games = sa.select(Fixture.venue_id).where(Fixture.season_id == season_id)
    statement = (
        sa.select(Venue)
        .where(Venue.id.in_(with_hours.union(with_games)))
        .options(so.joinedload(Venue.site))
        .order_by(Venue.folded_name, Venue.id)
    )
    return list(db.session().scalars(statement))


def games_at(
    venue_id: int, team_ids: tuple[int, int], starts_at: datetime, ends_at: datetime, *, but: int | None
) -> list[Fixture]:
    """Games that overlap with a time at a field, or of teams."""
    teams = sa.or_(Fixture.home_team_id.in_(team_ids), Fixture.away_team_id.in_(team_ids))
    statement = sa.select(Fixture).where(
        Fixture.state == FixtureState.PUBLISHED,
        Fixture.starts_at < ends_at,
        Fixture.ends_at > starts_at,
        sa.or_(Fixture.venue_id == venue_id, teams),
    )
    if but is not None:
        statement = statement.where(Fixture.id != but)
    return list(db.session().scalars(statement))
