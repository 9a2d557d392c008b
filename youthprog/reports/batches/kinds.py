"""The kinds of paper that are printed for many and that this room can write itself; `wiring.BATCH_KINDS` lists all of them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from youthprog.core import clock
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import N_
from youthprog.documents import services as documents
from youthprog.documents.types import Certificate, Signatory
from youthprog.programs import queries as programs
from youthprog.programs.models import Season
from youthprog.programs.types import StaffLine, StaffRole
from youthprog.reports.batches import queries
from youthprog.reports.batches.queries import TookPart
from youthprog.reports.batches.types import BatchKind, Paper, Task

NEVER_THERE = N_("No place in the season any more, or no register says that this young person came.")
COACH = "Coach · Entrenador(a)"


def subjects_of_participation(actor: Actor, task: Task, on: date) -> list[int]:
    """Who came at least once."""
    return queries.came_to(actor, P.CERTIFICATE_ISSUE, task, on)


def participation(actor: Actor, task: Task, youth_ids: Sequence[int], now: datetime) -> list[Paper]:
    """Certificates of participation of some youth. A constant number of statements for all of them together."""
    on = clock.day_of(now)
    season = programs.get_season(task.season_id)
    came = queries.took_part(actor, P.CERTIFICATE_ISSUE, season.id, youth_ids, on)
    leaders = programs.staff_of({each.group_id for each in came.values() if each.group_id}, on)
    papers = []
    for youth_id in youth_ids:
        found = came.get(youth_id)
        if found is None:
            papers.append(Paper(youth_id, "", None, {}, refused=NEVER_THERE))
        else:
            sheet = _certificate(found, season, leaders, task, on)
            papers.append(Paper(youth_id, found.name, sheet, {P.CERTIFICATE_ISSUE: [youth_id]}))
    return papers


def _certificate(
    found: TookPart, season: Season, leaders: Mapping[int, Sequence[StaffLine]], task: Task, on: date
) -> Certificate:
    heads = [line.name for line in leaders.get(found.group_id or 0, ()) if line.role is StaffRole.HEAD_COACH]
    signs = Signatory(str(task.options.get("signatory", "")), str(task.options.get("role", "")))
    return Certificate(
        letterhead=documents.letterhead(),
        name=found.name,
        program_en=season.program.name,
        program_es=season.program.name_es,
        season_en=season.name,
        season_es=season.name_es,
        awarded_on=on,
        code=documents.new_code(),
        signatories=(*(Signatory(name, COACH) for name in heads[:1]), signs),
        team=found.group,
        hours=round(found.minutes / 60) or None,
        gatherings=found.gatherings,
    )


PARTICIPATION = BatchKind(
    key="participation",
    title=N_("Certificates of participation"),
    permission=P.CERTIFICATE_ISSUE,
    subject_kind="youth",
    subjects=subjects_of_participation,
    papers=participation,
    nobody=N_("Everybody who came has a certificate already, or no register says that anybody came."),
)

OUT_OF_REACH = N_("This team is not within reach any more.")


def rosters_of(team_ids: Any, sheets: Any) -> BatchKind:
    """The kind "coach's roster of every team"; the room of teams says which there are and writes them."""

    def subjects(actor: Actor, task: Task, on: date) -> list[int]:
        found: list[int] = team_ids(actor, task.season_id, task.group_id, on)
        return found

    def papers(actor: Actor, task: Task, teams: Sequence[int], now: datetime) -> list[Paper]:
        return [
            Paper(each.team_id, each.name, each.sheet, each.seen, refused="" if each.sheet else OUT_OF_REACH)
            for each in sheets(actor, teams, now, task.language)
        ]

    return BatchKind(
        key="rosters",
        title=N_("Coaches' rosters of all teams"),
        permission=P.ROSTER_PRINT,
        subject_kind="team",
        subjects=subjects,
        papers=papers,
        sealed=False,
        signed_for=False,
        nobody=N_("There is no team in this season."),
    )
