"""What a report can be asked for: the programs and seasons within reach, and the sites."""

from dataclasses import dataclass

import sqlalchemy as sa

from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.programs import queries as programs
from youthprog.programs.models import Program, Season
from youthprog.programs.types import InBoth


@dataclass(frozen=True)
class ProgramChoice:
    """A program with its seasons, newest first."""

    program_id: int
    name: InBoth
    seasons: tuple[tuple[int, InBoth], ...]


@dataclass(frozen=True)
class ReportChoices:
    """What one reader may ask for."""

    programs: tuple[ProgramChoice, ...]
    sites: tuple[tuple[int, str], ...]

    def program(self, program_id: int | None) -> ProgramChoice | None:
        """One of the programs."""
        return next((each for each in self.programs if each.program_id == program_id), None)

    def program_of(self, season_id: int | None) -> ProgramChoice | None:
        """The program of a season."""
        return next((each for each in self.programs if season_id in dict(each.seasons)), None)


def report_choices(actor: Actor) -> ReportChoices:
    """Programs whose figures the actor may read, closed ones too, and every site. Two statements."""
    rows = db.session().execute(
        sa.select(Program, Season)
        .outerjoin(Season, Season.program_id == Program.id)
        .where(programs.program_within(actor, P.REPORT_READ, Program.id))
        .order_by(Program.name, Program.id, Season.starts_on.desc(), Season.id.desc())
    )
    found: dict[int, tuple[InBoth, list[tuple[int, InBoth]]]] = {}
    for program, season in rows:
        _name, seasons = found.setdefault(program.id, (InBoth(program.name, program.name_es), []))
        if season is not None:
            seasons.append((season.id, InBoth(season.name, season.name_es)))
    listed = tuple(ProgramChoice(key, name, tuple(seasons)) for key, (name, seasons) in found.items())
    return ReportChoices(listed, tuple((site.id, site.name) for site in programs.list_sites()))
