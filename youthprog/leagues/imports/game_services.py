"""Bringing a schedule into a season: gatherings of both teams, moved and called off with it. Never commits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Refusal, Refused
from youthprog.leagues.imports.game_plan import plan_games, title_of
from youthprog.leagues.imports.game_queries import game_season
from youthprog.leagues.imports.models import ImportedGame
from youthprog.leagues.imports.snapshot import in_parts
from youthprog.leagues.imports.types import Action, GameRow, PlannedGame
from youthprog.leagues.models import Team
from youthprog.programs import services as programs
from youthprog.programs.models import Gathering, Group, Season
from youthprog.programs.types import GatheringKind

# Families read these sentences beside the meeting, in whichever language they speak.
CALLED_OFF = "The schedule calls this game off. / El calendario suspende este partido."
NOT_IN_IT = (
    "The schedule changed: this team is not in this game. / El calendario cambió: este equipo no juega este partido."
)


def import_games(rows: Sequence[GameRow], season: Season, *, by: Actor, now: datetime) -> list[PlannedGame]:
    """Bring the games of a schedule into a season, planned anew so that it is true at this moment.

    Each team that is here gets a gathering of kind game. Raises `Refused` when the season is over.
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

    def add(self, plans: Sequence[PlannedGame]) -> None:
        """New games, with a gathering for each team that is here."""
        pairs = [(plan, self._side(plan, at_home=True), self._side(plan, at_home=False)) for plan in plans]
        sides = [side for _plan, *both in pairs for side in both if side]
        db.session().add_all(sides)
        db.flush()
        db.session().add_all(self._game(plan, home, away) for plan, home, away in pairs)
        db.flush()
        for side in sides:
            record("gathering.scheduled", "gathering", side.id, group_id=side.group_id, **self.told)

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

    def _game(self, plan: PlannedGame, home: Gathering | None, away: Gathering | None) -> ImportedGame:
        return ImportedGame(
            season_id=self.season.id,
            key=plan.row.key,
            home_team_id=plan.home_team_id,
            away_team_id=plan.away_team_id,
            home_name=plan.home_name,
            away_name=plan.away_name,
            division=plan.row.division,
            home_gathering_id=home.id if home else None,
            away_gathering_id=away.id if away else None,
            arrive_minutes=plan.row.arrive,
        )

    def change(self, plans: Sequence[PlannedGame]) -> None:
        """Games whose row was edited."""
        games = _loaded(ImportedGame, (plan.game_id for plan in plans))
        keys = (key for game in games.values() for key in (game.home_gathering_id, game.away_gathering_id))
        gatherings = _loaded(Gathering, keys)
        for plan in plans:
            game = games[plan.game_id or 0]
            if _changed_places(plan, game):  # each team keeps its own gathering, and what was marked there
                was_home = game.home_gathering_id
                game.home_gathering_id, game.away_gathering_id = game.away_gathering_id, was_home
            sides = [gatherings.get(key or 0) for key in (game.home_gathering_id, game.away_gathering_id)]
            if "canceled" in plan.changes:
                self._call_off([side for side in sides if side], CALLED_OFF)
                continue
            for at_home, side in zip((True, False), sides, strict=True):
                self._change_side(plan, game, side, at_home=at_home)
            game.home_team_id, game.away_team_id = plan.home_team_id, plan.away_team_id
            game.home_name, game.away_name = plan.home_name, plan.away_name
            if plan.row.arrive is not None:
                game.arrive_minutes = plan.row.arrive
        db.flush()

    def _change_side(self, plan: PlannedGame, game: ImportedGame, side: Gathering | None, *, at_home: bool) -> None:
        """One team's gathering: moved; or called off and made anew for another team."""
        team_id = plan.home_team_id if at_home else plan.away_team_id
        if side and team_id and side.group_id == self.groups[team_id].id:
            wanted = self._side(plan, at_home=at_home)
            assert wanted is not None
            programs.move_gathering(
                side, starts_at=wanted.starts_at, ends_at=wanted.ends_at, place=wanted.place or side.place,
                title=wanted.title, **self.told,
            )  # fmt: skip
            return
        if side:
            self._call_off([side], NOT_IN_IT)
        fresh = self._side(plan, at_home=at_home)
        if fresh:
            db.session().add(fresh)
            db.flush()
            record("gathering.scheduled", "gathering", fresh.id, group_id=fresh.group_id, **self.told)
        setattr(game, "home_gathering_id" if at_home else "away_gathering_id", fresh.id if fresh else None)

    def _call_off(self, sides: Iterable[Gathering], reason: str) -> None:
        for side in sides:
            if side.canceled_at is None:
                programs.cancel_gathering(side, reason=reason, **self.told)


def _changed_places(plan: PlannedGame, game: ImportedGame) -> bool:
    """Whether home and away are the same two teams the other way round."""
    now, before = (plan.home_team_id, plan.away_team_id), (game.away_team_id, game.home_team_id)
    return now == before and now[0] != now[1]


def _loaded(model: Any, ids: Iterable[int | None]) -> dict[int, Any]:
    """Rows of a table by their keys."""
    found = in_parts(model.id, {key for key in ids if key}, sa.select(model))
    return {row[0].id: row[0] for row in found}
