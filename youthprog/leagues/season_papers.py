"""Papers of all teams of a season, for who prints many at once (`wiring.BATCH_KINDS`). An edge module: it speaks a language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound
from youthprog.documents.types import RosterSheet
from youthprog.leagues import papers, queries
from youthprog.leagues.models import Team
from youthprog.leagues.routes import paper_notes
from youthprog.programs import queries as programs
from youthprog.programs.models import Group
from youthprog.web.filters import phone
from youthprog.web.language import speak


@dataclass(frozen=True)
class TeamPaper:
    """One team's paper; `seen` says which youth it shows by which permission. No sheet: the team is out of reach."""

    team_id: int
    name: str
    sheet: RosterSheet | None
    seen: Mapping[P, Sequence[int]]


def team_ids(actor: Actor, season_id: int, group_id: int | None, on: date) -> list[int]:
    """The teams of a season within reach, by name; one of them when its group is given. One statement."""
    statement = (
        sa.select(Team.id)
        .join(Group, Group.id == Team.group_id)
        .where(Group.season_id == season_id, programs.groups_within(actor, P.ROSTER_PRINT, on))
        .order_by(Group.folded_name, Team.id)
    )
    if group_id is not None:
        statement = statement.where(Group.id == group_id)
    return list(db.session().scalars(statement))


def rosters(actor: Actor, teams: Sequence[int], now: datetime, language: str) -> list[TeamPaper]:
    """The coach's roster of each team, with the columns that whoever asked may read."""
    speak(language)
    return [_roster(actor, team_id, now, language) for team_id in teams]


def _roster(actor: Actor, team_id: int, now: datetime, language: str) -> TeamPaper:
    on = clock.day_of(now)
    try:
        team = queries.get_team_for(actor, P.ROSTER_PRINT, team_id, on)
    except NotFound:
        return TeamPaper(team_id, "", None, {})
    roster = queries.for_paper(queries.roster_of(actor, team, on), team.season_id, on)
    notes = paper_notes(roster)
    sheet = papers.roster_sheet(team, roster, notes=notes, phone=phone, now=now, language=language)
    players = [player.youth_id for player in roster.players]
    shown = {P.TEAM_READ: True, P.CONTACT_READ: roster.shows_contacts, P.HEALTH_ALERT_READ: roster.shows_alerts}
    return TeamPaper(team_id, team.name, sheet, {permission: players for permission, shows in shown.items() if shows})
