"""Reading imports: what was tried, by whom, and what came of it."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound
from youthprog.leagues.imports.file_reading import read_table
from youthprog.leagues.imports.game_plan import plan_games
from youthprog.leagues.imports.game_queries import frame_of, game_season
from youthprog.leagues.imports.keeping_rows import games_from_text, rows_from_text, table_from_text
from youthprog.leagues.imports.models import ColumnMeaning, RosterImport
from youthprog.leagues.imports.plan import plan_import
from youthprog.leagues.imports.review import Review, problem_from, review_of, review_of_games
from youthprog.leagues.imports.snapshot import existing_for
from youthprog.leagues.imports.types import ImportKind, ImportState, Reading
from youthprog.leagues.models import Division, Team
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Group, GroupMember, Season
from youthprog.programs.types import SeasonLine


@dataclass(frozen=True)
class ImportLine:
    """One import in a list."""

    id: int
    file_name: str
    state: ImportState
    created_at: datetime
    created_by: str | None


@dataclass(frozen=True)
class TeamCount:
    """A team of a season with how many play in it."""

    team_id: int
    name: str
    division: str
    players: int


def seasons_for(actor: Actor, on: date) -> list[SeasonLine]:
    """The seasons that the actor may import into: within reach and not over, newest first."""
    return programs.list_seasons(actor, P.ROSTER_IMPORT, not_over_on=on)


def get_import_for(actor: Actor, permission: P, import_id: int) -> tuple[RosterImport, Season]:
    """An import into a season within reach. Raises `NotFound`. Two statements."""
    entry = db.session().get(RosterImport, import_id)
    if entry is None:
        raise NotFound
    return entry, programs.get_season_for(actor, permission, entry.season_id)


def list_imports(actor: Actor, limit: int) -> list[ImportLine]:
    """The newest imports into seasons within reach. One statement."""
    statement = (
        sa.select(RosterImport, Person)
        .join(Season, Season.id == RosterImport.season_id)
        .outerjoin(Person, Person.id == RosterImport.created_by_id)
        .where(programs.program_within(actor, P.ROSTER_IMPORT, Season.program_id))
        .order_by(RosterImport.id.desc())
        .limit(limit)
    )
    return [
        ImportLine(entry.id, entry.file_name, entry.state, entry.created_at, person.name if person else None)
        for entry, person in db.session().execute(statement)
    ]


def meanings_of(program_id: int) -> dict[ImportKind, dict[str, str]]:
    """What people of a program said of headings, for each kind of file. One statement."""
    found: dict[ImportKind, dict[str, str]] = {kind: {} for kind in ImportKind}
    for row in db.session().scalars(sa.select(ColumnMeaning).where(ColumnMeaning.program_id == program_id)):
        found[row.kind][row.heading] = row.part
    return found


def reading_of(entry: RosterImport, season: Season) -> Reading | None:
    """What the kept table of an import that waits says, with what is known now; None when no table was kept."""
    kept = entry.unseal("table_sealed")
    if kept is None:
        return None
    meanings = meanings_of(season.program_id)
    frame = frame_of(season)
    dates = entry.dates or ""
    return read_table(
        table_from_text(kept), entry.kind, frame, filename=entry.file_name, dates=dates, meanings=meanings
    )


def begun_ids() -> list[int]:
    """The imports that the worker has to write, the longest waiting first."""
    statement = sa.select(RosterImport.id).where(
        RosterImport.state == ImportState.TRIED, RosterImport.begun_at.is_not(None)
    )
    return list(db.session().scalars(statement.order_by(RosterImport.begun_at, RosterImport.id)))


def review_for(actor: Actor, entry: RosterImport, season: Season) -> Review:
    """What an import that waits would do today, row by row. Its rows are unsealed here."""
    text = entry.unseal("rows_sealed") or "[]"
    problems = [problem_from(values) for values in entry.summary["problems"]]
    if entry.kind is ImportKind.SCHEDULE:
        return review_of_games(plan_games(games_from_text(text), game_season(season, clock.now())), problems)
    rows = rows_from_text(text)
    return review_of(plan_import(rows, existing_for(rows, season, by=actor)), problems)


def teams_of(season_id: int) -> list[TeamCount]:
    """The teams of a season by name. One statement."""
    players = (
        sa.select(sa.func.count())
        .where(GroupMember.group_id == Group.id, GroupMember.until_on.is_(None))
        .scalar_subquery()
    )
    statement = (
        sa.select(Team.id, Group.name, Division.name, players)
        .join(Group, Group.id == Team.group_id)
        .join(Division, Division.id == Team.division_id)
        .where(Group.season_id == season_id)
        .order_by(Group.folded_name, Team.id)
    )
    return [TeamCount(*row) for row in db.session().execute(statement)]
