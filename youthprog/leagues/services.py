"""Verbs of the leagues room: import the players of a registration export. They never commit."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Refusal, Refused
from youthprog.leagues.import_plan import plan_import
from youthprog.leagues.newcomers import Newcomers
from youthprog.leagues.snapshot import existing_for
from youthprog.leagues.types import Action, PlannedRow, PlayerRow
from youthprog.leagues.writing import Writer
from youthprog.programs.models import Season


@dataclass(frozen=True)
class Imported:
    """What an import did, row by row."""

    planned: tuple[PlannedRow, ...]

    def count(self, action: Action) -> int:
        """How many rows were treated so."""
        return Counter(plan.action for plan in self.planned)[action]


def plan_players(rows: Sequence[PlayerRow], season: Season, *, by: Actor) -> list[PlannedRow]:
    """Say what an import would do today. Writes nothing."""
    return plan_import(rows, existing_for(rows, season, by=by))


def import_players(rows: Sequence[PlayerRow], season: Season, *, by: Actor, now: datetime) -> Imported:
    """Bring the players of a registration export into a season. What is here already stays as it is.

    Youth, guardians, homes, places, teams and health notes come in as the plan says; the plan is made anew here, so
    that it is true at this moment. Raises `Refused` when the season is over.
    """
    if season.ends_on < clock.day_of(now):
        sentence = N_("This season ended on %(day)s.")
        raise Refused([Refusal("season_over", sentence, "season", {"day": season.ends_on})])
    db.session().execute(sa.select(Season.id).where(Season.id == season.id).with_for_update())
    planned = plan_players(rows, season, by=by)
    writer = Writer(season, by, now)
    Newcomers(writer, by, now).write([plan for plan in planned if plan.action is Action.NEW])
    for plan in planned:
        if plan.action is Action.UPDATE:
            writer.write(plan)
    done = Imported(tuple(planned))
    if done.count(Action.NEW) or done.count(Action.UPDATE):
        counts = {"new": done.count(Action.NEW), "changed": done.count(Action.UPDATE), "same": done.count(Action.SAME)}
        record("players.imported", "season", season.id, by=by, now=now, **counts)
    return done
