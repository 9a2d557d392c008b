"""Reading results: what was said of games, how a division keeps them, who may say what. Constant numbers of statements."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm as so

from youthprog.core import crypto, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P, Reach
from youthprog.core.reach import within
from youthprog.core.refusals import NotFound
from youthprog.leagues.models import Division, Team
from youthprog.leagues.scores.league_rules import rules_from
from youthprog.leagues.scores.models import (
    BracketGame,
    DivisionScores,
    ScoreEntry,
    ScoreLink,
    SeasonScores,
)
from youthprog.leagues.scores.rules import keeps_score, result_of
from youthprog.leagues.scores.table_queries import ScoreGame, games_where
from youthprog.leagues.scores.types import Entry, GameFacts, Keeping, Known, Said, Side
from youthprog.leagues.season.models import Fixture, Venue
from youthprog.leagues.season.types import FixtureState
from youthprog.leagues.standings.tables import Rules
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Group, GroupMember, GroupStaff, Season

FINAL_HOURS, LINK_DAYS = 48, 3  # of a season that says nothing else
ASKED_FOR = timedelta(days=14)  # how long after a game its coach is asked for the score
MOST_ASKED = 400  # games that Today looks through


@dataclass(frozen=True)
class Settings:
    """How a division keeps its scores."""

    keeping: Keeping
    keeps_score: bool
    has_own_rules: bool
    rules: Rules
    final_hours: int
    link_days: int
    no_scores_under: int | None
    code: str | None


@dataclass(frozen=True)
class DivisionRow:
    """A division whose standings may be looked at."""

    division_id: int
    name: str
    season_id: int
    season: str
    season_es: str
    program: str
    program_es: str
    keeps_score: bool


# ---- within reach ----


def divisions_within(actor: Actor, permission: P, on: date) -> sa.ColumnElement[bool]:
    """The condition that a division is within reach: everywhere, of the program, of an own team, of an own child."""
    if actor.everywhere(permission):
        return sa.true()
    seasons = sa.select(Season.id).where(programs.program_within(actor, permission, Season.program_id))
    ways = [Division.season_id.in_(seasons.correlate(None))]
    if actor.reaches(permission, Reach.ASSIGNED):
        led = sa.select(Team.division_id).join(Group, Group.id == Team.group_id)
        ways.append(Division.id.in_(led.where(programs.groups_within(actor, permission, on)).correlate(None)))
    if actor.reaches(permission, Reach.OWN_CHILDREN):
        of_child = (
            sa.select(Team.division_id)
            .join(GroupMember, GroupMember.group_id == Team.group_id)
            .where(
                within(actor, permission, GroupMember.youth_id, on),
                programs.during(GroupMember.from_on, GroupMember.until_on, on),
            )
        )
        ways.append(Division.id.in_(of_child.correlate(None)))
    return sa.or_(*ways)


def get_division_for(actor: Actor, permission: P, division_id: int, on: date) -> Division:
    """A division within reach, with its season and program. Raises `NotFound`."""
    statement = (
        sa.select(Division)
        .where(Division.id == division_id, divisions_within(actor, permission, on))
        .options(so.joinedload(Division.season).joinedload(Season.program))
    )
    return _found(db.session().scalar(statement))


def get_game_for(actor: Actor, permission: P, fixture_id: int, on: date) -> Fixture:
    """A game that is published, or was, of a team within reach. Raises `NotFound`."""
    reached = sa.select(Group.id).where(programs.groups_within(actor, permission, on)).correlate(None)
    home, away = db.another(Team, "leagues.scores.queries.home"), db.another(Team, "leagues.scores.queries.away")
    statement = (
        _games()
        .join(home, home.id == Fixture.home_team_id)
        .join(away, away.id == Fixture.away_team_id)
        .where(
            Fixture.id == fixture_id,
            Fixture.state != FixtureState.DRAFT,
            sa.or_(home.group_id.in_(reached), away.group_id.in_(reached)),
        )
    )
    return _found(db.session().scalar(statement))


def get_game(fixture_id: int) -> Fixture:
    """A game with its teams, division and field, for whoever holds its link. Raises `NotFound`."""
    return _found(db.session().scalar(_games().where(Fixture.id == fixture_id)))


def _games() -> sa.Select[Fixture]:
    return sa.select(Fixture).options(
        so.joinedload(Fixture.division).joinedload(Division.season).joinedload(Season.program),
        so.joinedload(Fixture.home).joinedload(Team.group),
        so.joinedload(Fixture.away).joinedload(Team.group),
        so.joinedload(Fixture.venue).joinedload(Venue.site),
    )


def _found(row: Any) -> Any:
    if row is None:
        raise NotFound
    return row


def find_next_game(team_id: int, now: datetime) -> int | None:
    """The number of a team's game under way, or its next one. One statement."""
    statement = sa.select(Fixture.id).where(
        sa.or_(Fixture.home_team_id == team_id, Fixture.away_team_id == team_id),
        Fixture.state == FixtureState.PUBLISHED,
        Fixture.ends_at > now,
    )
    return db.session().scalar(statement.order_by(Fixture.starts_at, Fixture.id).limit(1))


def own_sides(actor: Actor, fixture: Fixture, on: date) -> tuple[Side, ...]:
    """The sides of a game whose teams the actor leads on a day. One statement."""
    if actor.person_id is None:
        return ()
    groups = {fixture.home.group_id: Side.HOME, fixture.away.group_id: Side.AWAY}
    led = sa.select(GroupStaff.group_id).where(
        GroupStaff.person_id == actor.person_id,
        GroupStaff.group_id.in_(groups),
        programs.during(GroupStaff.from_on, GroupStaff.until_on, on),
    )
    found = {groups[group_id] for group_id in db.session().scalars(led)}
    return tuple(side for side in (Side.HOME, Side.AWAY) if side in found)


# ---- settings ----


def season_scores(season_id: int) -> SeasonScores:
    """How a season keeps its scores; the defaults while nobody said anything."""
    return db.session().get(SeasonScores, season_id) or _nothing_said(season_id)


def _nothing_said(season_id: int) -> SeasonScores:
    return SeasonScores(season_id=season_id, final_hours=FINAL_HOURS, link_days=LINK_DAYS, rules={})


def settings_of(divisions: Sequence[Division], season_id: int) -> dict[int, Settings]:
    """How divisions of a season keep their scores. Two statements."""
    season = season_scores(season_id)
    statement = sa.select(DivisionScores).where(DivisionScores.division_id.in_([each.id for each in divisions]))
    own = {row.division_id: row for row in db.session().scalars(statement)}
    return {each.id: _settings(each, season, own.get(each.id)) for each in divisions}


def _settings(division: Division, season: SeasonScores, own: DivisionScores | None) -> Settings:
    keeping = own.keeping if own is not None else Keeping.BY_AGE
    rules = rules_from(own.rules if own is not None and own.rules else season.rules)
    return Settings(
        keeping,
        keeps_score(keeping, division.max_age, season.no_scores_under),
        own is not None and bool(own.rules),
        rules,
        season.final_hours,
        season.link_days,
        season.no_scores_under,
        season.code,
    )


def find_public(code: str) -> SeasonScores | None:
    """The season whose standings are public under an address; whatever is no code of ours is not asked for."""
    if not (code.isascii() and code.isalnum()):
        return None
    return db.session().scalar(sa.select(SeasonScores).where(SeasonScores.code == code))


def divisions_of(season_id: int) -> list[Division]:
    """The divisions of a season by name."""
    statement = sa.select(Division).where(Division.season_id == season_id).order_by(Division.folded_name, Division.id)
    return list(db.session().scalars(statement))


def list_divisions(actor: Actor, permission: P, on: date, *, limit: int = 200) -> list[DivisionRow]:
    """The divisions within reach of seasons with games, newest season first. One statement."""
    has_games = sa.exists().where(Fixture.division_id == Division.id, Fixture.state != FixtureState.DRAFT)
    statement = (
        sa.select(Division, Season, DivisionScores, SeasonScores)
        .join(Season, Season.id == Division.season_id)
        .outerjoin(DivisionScores, DivisionScores.division_id == Division.id)
        .outerjoin(SeasonScores, SeasonScores.season_id == Season.id)
        .options(so.joinedload(Season.program))
        .where(divisions_within(actor, permission, on), has_games)
        .order_by(Season.starts_on.desc(), Season.id, Division.folded_name, Division.id)
        .limit(limit)
    )
    return [
        DivisionRow(
            division.id,
            division.name,
            season.id,
            season.name,
            season.name_es,
            season.program.name,
            season.program.name_es,
            _settings(division, scores or _nothing_said(season.id), own).keeps_score,
        )
        for division, season, own, scores in db.session().execute(statement)
    ]


# ---- what was said ----


def entries_of(fixture_ids: Iterable[int]) -> dict[int, list[ScoreEntry]]:
    """What holds of games now, by game. One statement."""
    found: dict[int, list[ScoreEntry]] = defaultdict(list)
    statement = sa.select(ScoreEntry).where(
        ScoreEntry.fixture_id.in_(list(fixture_ids)), ScoreEntry.replaced_at.is_(None)
    )
    for row in db.session().scalars(statement):
        found[row.fixture_id].append(row)
    return found


def history_of(fixture_id: int) -> list[ScoreEntry]:
    """Everything that was said of a game, oldest first, with who said it."""
    statement = (
        sa.select(ScoreEntry)
        .where(ScoreEntry.fixture_id == fixture_id)
        .options(so.joinedload(ScoreEntry.said_by))
        .order_by(ScoreEntry.said_at, ScoreEntry.id)
    )
    return list(db.session().scalars(statement))


def said_in(row: ScoreEntry) -> Said:
    """What a row says."""
    return Said(row.happened, row.home_score, row.away_score, row.goes_on)


def entry_of(row: ScoreEntry) -> Entry:
    """A row as the rules know it."""
    return Entry(row.side, said_in(row), row.said_at, row.first_at, row.stands_at)


def facts_of(fixture: Fixture, rows: Iterable[ScoreEntry], now: datetime) -> GameFacts:
    """What decides who may say the result of a game loaded with its division. Three statements at most."""
    settings = settings_of([fixture.division], fixture.season_id)[fixture.division_id]
    knockout = sa.select(BracketGame.fixture_id).where(BracketGame.fixture_id == fixture.id)
    return GameFacts(
        fixture.starts_at,
        fixture.state is FixtureState.PUBLISHED,
        settings.keeps_score,
        db.session().scalar(knockout) is not None,
        result_of([entry_of(row) for row in rows], fixture.starts_at, now),
        now,
    )


# ---- what needs doing ----


@dataclass(frozen=True)
class AskedGame:
    """A game that Today asks about: its score is not said yet for an own team, or two sides differ."""

    fixture_id: int
    home: str
    away: str
    starts_at: datetime
    is_mismatch: bool


def asked_of(actor: Actor, now: datetime, on: date) -> list[AskedGame]:
    """Games of the last two weeks that wait for the actor, mismatches first. One statement.

    A coach is asked for the score of the own team's games; whoever may decide, for those whose two sides differ.
    """
    home, away = db.another(Group, "leagues.scores.queries.home"), db.another(Group, "leagues.scores.queries.away")
    home_team, away_team = (
        db.another(Team, "leagues.scores.queries.home_team"),
        db.another(Team, "leagues.scores.queries.away_team"),
    )
    said = {side: db.another(ScoreEntry, f"leagues.scores.queries.said.{side}") for side in Side}
    reached = sa.select(Group.id).where(programs.groups_within(actor, P.SCORE_SAY, on)).correlate(None)
    led = sa.select(GroupStaff.group_id).where(
        GroupStaff.person_id == actor.person_id, programs.during(GroupStaff.from_on, GroupStaff.until_on, on)
    )
    statement = (
        sa.select(
            Fixture.id, home.name, away.name, Fixture.starts_at, home.id.in_(led), away.id.in_(led), Division.max_age,
            DivisionScores.keeping, SeasonScores.no_scores_under, *_said_columns(said[Side.HOME]),
            *_said_columns(said[Side.AWAY]), *_said_columns(said[Side.LEAGUE]),
        )
        .join(Division, Division.id == Fixture.division_id)
        .outerjoin(DivisionScores, DivisionScores.division_id == Fixture.division_id)
        .outerjoin(SeasonScores, SeasonScores.season_id == Fixture.season_id)
        .join(home_team, home_team.id == Fixture.home_team_id)
        .join(home, home.id == home_team.group_id)
        .join(away_team, away_team.id == Fixture.away_team_id)
        .join(away, away.id == away_team.group_id)
        .where(
            Fixture.state == FixtureState.PUBLISHED,
            Fixture.starts_at <= now,
            Fixture.starts_at > now - ASKED_FOR,
            sa.or_(home.id.in_(reached), away.id.in_(reached)),
        )
        .order_by(Fixture.starts_at.desc(), Fixture.id)
        .limit(MOST_ASKED)
    )  # fmt: skip
    for side, entry in said.items():
        holds = sa.and_(entry.fixture_id == Fixture.id, entry.side == side, entry.replaced_at.is_(None))
        statement = statement.outerjoin(entry, holds)
    decides = actor.may(P.PROGRAM_EDIT)
    found = [_asked(row, decides, now) for row in db.session().execute(statement)]
    return sorted((each for each in found if each is not None), key=lambda each: not each.is_mismatch)


def _said_columns(entry: Any) -> tuple[Any, ...]:
    return (
        entry.happened, entry.home_score, entry.away_score, entry.goes_on, entry.said_at, entry.first_at,
        entry.stands_at,
    )  # fmt: skip


def _asked(row: Any, decides: bool, now: datetime) -> AskedGame | None:
    fixture_id, home, away, starts_at, leads_home, leads_away, max_age, keeping, under, *said = row
    entries = {}
    for place, side in enumerate(Side):
        happened, mine, theirs, goes_on, said_at, first_at, stands_at = said[place * 7 : place * 7 + 7]
        if happened is not None:
            entries[side] = Entry(side, Said(happened, mine, theirs, goes_on), said_at, first_at, stands_at)
    result = result_of(entries.values(), starts_at, now)
    if result.is_final or not keeps_score(keeping or Keeping.BY_AGE, max_age, under):
        return None
    differs = result.known in (Known.MISMATCH, Known.UNDECIDED)
    unsaid = (leads_home and Side.HOME not in entries) or (leads_away and Side.AWAY not in entries)
    if unsaid or (differs and (decides or leads_home or leads_away)):
        return AskedGame(fixture_id, home, away, starts_at, differs)
    return None


def unsettled_in(season_id: int, now: datetime) -> list[ScoreGame]:
    """Games of a season that have begun and whose result is not final: what a coordinator looks after, mismatches first."""
    games = games_where(
        Fixture.season_id == season_id, Fixture.state == FixtureState.PUBLISHED, Fixture.starts_at <= now, now=now
    )
    kept = keeping_score({game.division_id for game in games})
    found = [game for game in games if not game.result.is_final and game.division_id in kept]
    order = {Known.MISMATCH: 0, Known.UNDECIDED: 1, Known.OPEN: 2, Known.PROVISIONAL: 3}
    return sorted(found, key=lambda game: (order[game.result.known], game.starts_at, game.fixture_id))


def keeping_score(division_ids: Iterable[int]) -> set[int]:
    """Those of the divisions that keep scores. One statement."""
    statement = (
        sa.select(Division.id, Division.max_age, DivisionScores.keeping, SeasonScores.no_scores_under)
        .outerjoin(DivisionScores, DivisionScores.division_id == Division.id)
        .outerjoin(SeasonScores, SeasonScores.season_id == Division.season_id)
        .where(Division.id.in_(list(division_ids)))
    )
    return {
        division_id
        for division_id, max_age, keeping, under in db.session().execute(statement)
        if keeps_score(keeping or Keeping.BY_AGE, max_age, under)
    }


# ---- links on game cards ----


def find_link(code: str) -> ScoreLink | None:
    """The link of a code as somebody brings it; looking never uses it up. With its game."""
    squeezed = "".join(code.upper().split()).replace("-", "")
    if not squeezed or len(squeezed) > 40:
        return None
    statement = (
        sa.select(ScoreLink)
        .where(ScoreLink.code_hash == crypto.fingerprint(squeezed))
        .options(so.joinedload(ScoreLink.fixture))
    )
    return db.session().scalar(statement)


def names_of(youth_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Family and first name of players, as lists write them. One statement."""
    persons = db.session().scalars(sa.select(Person).where(Person.id.in_(youth_ids)))
    return {person.id: (person.family_name, person.first_name) for person in persons}
