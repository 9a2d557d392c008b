"""Bringing a schedule into a season: fixtures and gatherings, moved and called off with their rows. Never commits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Refusal, Refused
from youthprog.leagues.imports.field_services import Fields
from youthprog.leagues.imports.game_plan import plan_games, saying_of, title_of
from youthprog.leagues.imports.game_queries import game_season
from youthprog.leagues.imports.models import ImportedGame
from youthprog.leagues.imports.snapshot import in_parts
from youthprog.leagues.imports.types import Action, GameRow, PlannedGame
from youthprog.leagues.models import Team
from youthprog.leagues.season.models import Fixture
from youthprog.leagues.season.types import FixtureState
from youthprog.programs import services as programs
from youthprog.programs.models import Gathering, Group, Season
from youthprog.programs.types import GatheringKind

# Families read these sentences beside the meeting, in whichever language they speak.
CALLED_OFF = "The schedule calls this game off. / El calendario suspende este partido."
NOT_IN_IT = (
    "The schedule changed: this team is not in this game. / El calendario cambió: este equipo no juega este partido."
)
ANOTHER = "The schedule changed: another game takes its place. / El calendario cambió: otro partido toma su lugar."


def import_games(rows: Sequence[GameRow], season: Season, *, by: Actor, now: datetime) -> list[PlannedGame]:
    """Bring the games of a schedule into a season, planned anew so that it is true at this moment.

    Each team that is here gets a gathering of kind game; two teams of one division play a fixture of it, published.
    Raises `Refused` when the season is over.
    """
    if season.ends_on < clock.day_of(now):
        sentence = N_("This season ended on %(day)s.")
        raise Refused([Refusal("season_over", sentence, "season", {"day": season.ends_on})])
    db.session().execute(sa.select(Season.id).where(Season.id == season.id).with_for_update())
    planned = plan_games(rows, game_season(season, now))
    writer = _Writer(season, planned, by, now)
    writer.add([plan for plan in planned if plan.action is Action.NEW])
    writer.change([plan for plan in planned if plan.action is Action.UPDATE])
    counts = {action.value: sum(plan.action is action for plan in planned) for action in Action}
    if counts[Action.NEW.value] or counts[Action.UPDATE.value]:
        record("games.imported", "season", season.id, by=by, now=now, **counts)
    return planned


@dataclass
class _Writer:
    """Writes planned games in few statements."""

    season: Season
    planned: Sequence[PlannedGame]
    by: Actor
    now: datetime

    def __post_init__(self) -> None:
        self.told: dict[str, Any] = {"by": self.by, "now": self.now}
        wanted = {key for plan in self.planned for key in (plan.home_team_id, plan.away_team_id) if key}
        statement = sa.select(Team.id, Group).join(Group, Group.id == Team.group_id)
        self.groups: dict[int, Group] = {row[0]: row[1] for row in in_parts(Team.id, wanted, statement)}

    @cached_property
    def fields(self) -> Fields:
        """The fields that are here, read when a game wants one."""
        return Fields(self.season, **self.told)

    # ---- new games ----

    def add(self, plans: Sequence[PlannedGame]) -> None:
        """New games, with a gathering for each team that is here."""
        games = [
            (self._game(plan), plan, self._side(plan, at_home=True), self._side(plan, at_home=False)) for plan in plans
        ]
        sides = [side for _game, _plan, *both in games for side in both if side]
        db.session().add_all([*sides, *(game for game, *_rest in games)])
        db.flush()
        self._place(games)
        for side in sides:
            record("gathering.scheduled", "gathering", side.id, group_id=side.group_id, **self.told)

    def _game(self, plan: PlannedGame) -> ImportedGame:
        return ImportedGame(season_id=self.season.id, key=plan.row.key, home_name="", away_name="")

    def _side(self, plan: PlannedGame, *, at_home: bool) -> Gathering | None:
        team_id, opponent = (plan.home_team_id, plan.away_name) if at_home else (plan.away_team_id, plan.home_name)
        row = plan.row
        if team_id is None or row.starts_at is None or row.ends_at is None:
            return None
        return Gathering(
            season_id=self.season.id,
            group_id=self.groups[team_id].id,
            kind=GatheringKind.GAME,
            title=title_of(opponent, at_home=at_home),
            place=row.place or None,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
        )

    def _place(self, games: Sequence[tuple[ImportedGame, PlannedGame, Gathering | None, Gathering | None]]) -> None:
        """Say of each game what it is: a fixture of a division, or a game of its own."""
        made = []
        for game, plan, home, away in games:
            _note_row(game, plan)
            if plan.division_id is not None and home is not None and away is not None:
                fixture = Fixture(season_id=self.season.id, state=FixtureState.PUBLISHED, imported=True)
                self._fill(fixture, plan, home, away)
                made.append((game, fixture))
                _tell_nothing(game)
            else:
                _tell(game, plan, home, away)
        db.session().add_all(fixture for _game, fixture in made)
        db.flush()
        for game, fixture in made:
            game.fixture_id = fixture.id
        db.flush()

    def _fill(self, fixture: Fixture, plan: PlannedGame, home: Gathering, away: Gathering) -> None:
        """What a fixture says, with the gatherings of both teams."""
        assert plan.division_id is not None
        assert plan.home_team_id is not None
        assert plan.away_team_id is not None
        if plan.row.place or fixture.venue_id is None:
            fixture.venue_id, site_id = self.fields.called(plan.row.place or home.place or "")
            home.site_id = away.site_id = site_id
        fixture.division_id = plan.division_id
        fixture.home_team_id, fixture.away_team_id = plan.home_team_id, plan.away_team_id
        fixture.home_gathering_id, fixture.away_gathering_id = home.id, away.id
        fixture.starts_at, fixture.ends_at = home.starts_at, home.ends_at

    # ---- games that are here ----

    def change(self, plans: Sequence[PlannedGame]) -> None:
        """Games whose row was edited."""
        games = _loaded(ImportedGame, (plan.game_id for plan in plans))
        fixtures = _loaded(Fixture, (plan.fixture_id for plan in plans))
        rows = (*games.values(), *fixtures.values())
        gatherings = _loaded(Gathering, (key for row in rows for key in (row.home_gathering_id, row.away_gathering_id)))
        for plan in plans:
            game = games.get(plan.game_id or 0)
            if game is None:  # published here, and now a file says something about it
                game = self._game(plan)
                game.fixture_id = plan.fixture_id
                db.session().add(game)
            self._change(plan, game, fixtures.get(plan.fixture_id or 0), gatherings)
            db.flush()

    def _change(
        self, plan: PlannedGame, game: ImportedGame, fixture: Fixture | None, gatherings: dict[int, Gathering]
    ) -> None:
        row: Fixture | ImportedGame = fixture or game
        home, away = (gatherings.get(key or 0) for key in (row.home_gathering_id, row.away_gathering_id))
        if "canceled" in plan.changes:
            self._call_off([home, away], CALLED_OFF)
            _note_row(game, plan)
            return
        if fixture is not None and plan.division_id is None:  # what hangs on the fixture stays with the game it was
            self._call_off([home, away], ANOTHER)
            game.fixture_id = fixture = home = away = None
        elif _changed_places(plan, row):  # each team keeps its own gathering, and what was marked there
            home, away = away, home
        now_home, now_away = self._settled(plan, home, at_home=True), self._settled(plan, away, at_home=False)
        if fixture is not None and now_home is not None and now_away is not None:
            self._fill(fixture, plan, now_home, now_away)
            _note_row(game, plan)
            db.flush()
        else:
            self._place([(game, plan, now_home, now_away)])
        # Last: nothing knows these gatherings any more, so that only they are called off.
        self._call_off([side for side in (home, away) if side not in (now_home, now_away)], NOT_IN_IT)

    def _settled(self, plan: PlannedGame, side: Gathering | None, *, at_home: bool) -> Gathering | None:
        """A team's gathering as the row says: its own, moved; else a new one."""
        wanted = self._side(plan, at_home=at_home)
        if wanted is None:
            return None
        if side is not None and side.group_id == wanted.group_id:
            about: dict[str, Any] = {"starts_at": wanted.starts_at, "ends_at": wanted.ends_at, "title": wanted.title}
            about["place"] = wanted.place or side.place
            if any(getattr(side, name) != value for name, value in about.items()):
                programs.move_gathering(side, **about, **self.told)
            return side
        db.session().add(wanted)
        db.flush()
        record("gathering.scheduled", "gathering", wanted.id, group_id=wanted.group_id, **self.told)
        return wanted

    def _call_off(self, sides: Iterable[Gathering | None], reason: str) -> None:
        for side in sides:
            if side is not None and side.canceled_at is None:
                programs.cancel_gathering(side, reason=reason, **self.told)


def _note_row(game: ImportedGame, plan: PlannedGame) -> None:
    """What the file itself says of a game."""
    game.said = saying_of(plan.row)
    if plan.row.arrive is not None:
        game.arrive_minutes = plan.row.arrive


def _tell(game: ImportedGame, plan: PlannedGame, home: Gathering | None, away: Gathering | None) -> None:
    """A game of its own: who plays, and the gatherings of those who are here."""
    game.home_team_id, game.away_team_id = plan.home_team_id, plan.away_team_id
    game.home_name, game.away_name = plan.home_name, plan.away_name
    game.division = plan.row.division or game.division or ""
    game.home_gathering_id, game.away_gathering_id = (home.id if home else None), (away.id if away else None)


def _tell_nothing(game: ImportedGame) -> None:
    """A game whose fixture tells all this."""
    game.home_team_id = game.away_team_id = game.home_gathering_id = game.away_gathering_id = None
    game.home_name = game.away_name = game.division = ""


def _changed_places(plan: PlannedGame, game: Fixture | ImportedGame) -> bool:
    """Whether home and away are the same two teams the other way round."""
    now, before = (plan.home_team_id, plan.away_team_id), (game.away_team_id, game.home_team_id)
    return now == before and now[0] != now[1]


def _loaded(model: Any, ids: Iterable[int | None]) -> dict[int, Any]:
    """Rows of a table by their keys."""
    found = in_parts(model.id, {key for key in ids if key}, sa.select(model))
    return {row[0].id: row[0] for row in found}
