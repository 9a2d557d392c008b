"""The kinds of paper that are printed for many and that this room can write itself; `wiring.BATCH_KINDS` lists all of them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from youthprog.core import clock
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import N_
from youthprog.documents.types import CertificateKind, Signatory
from youthprog.programs import queries as programs
from youthprog.reports import rules, services
from youthprog.reports.batches import queries
from youthprog.reports.batches.types import AWARD_WORDS, BatchKind, Paper, Task
from youthprog.reports.queries import came_to, youth_among

NEVER_THERE = N_("No place in the season any more, or no register says that this young person came.")


def certificates_of(kind: CertificateKind, title: str, nobody: str) -> BatchKind:
    """The kind "certificates of a season for everybody who came": the same sheets as are issued one by one."""

    def subjects(actor: Actor, task: Task, on: date) -> list[int]:
        if kind is CertificateKind.COMPLETION and on < programs.get_season(task.season_id).ends_on:
            return []
        if kind is CertificateKind.AWARD:
            return queries.placed_in(actor, P.CERTIFICATE_ISSUE, task, on)
        came = queries.came_to(actor, P.CERTIFICATE_ISSUE, task, on)
        return _with_minutes(actor, task, came) if kind is CertificateKind.HOURS else came

    def papers(actor: Actor, task: Task, youth_ids: Sequence[int], now: datetime) -> list[Paper]:
        season, on = programs.get_season(task.season_id), clock.day_of(now)
        youth = youth_among(actor, youth_ids, on)
        earned = services.earned_by(youth, season, by=actor, now=now)
        entitled = [
            (each, known)
            for each, known in zip(youth, earned, strict=True)
            if not rules.refusals_to_certify(kind, [known], ends_on=season.ends_on, on=on)
        ]
        signs = Signatory(str(task.options.get("signatory", "")), str(task.options.get("role", "")))
        said = AWARD_WORDS if kind is CertificateKind.AWARD else ()
        words: dict[str, Any] = {name: str(task.options.get(name, "")) for name in said}
        order = services.Order(kind, signers=(signs,), coach_signs=True, **words)
        sheets = services.write_certificates([e for e, _k in entitled], [k for _e, k in entitled], season, order, on)
        names = {each.id: each.name for each in youth}
        return [
            Paper(key, names[key], sheets[key], {P.CERTIFICATE_ISSUE: [key]})
            if key in sheets
            else Paper(key, "", None, {}, refused=NEVER_THERE)
            for key in youth_ids
        ]

    return BatchKind(
        key=str(kind),
        title=title,
        permission=P.CERTIFICATE_ISSUE,
        subject_kind="youth",
        subjects=subjects,
        papers=papers,
        worded=kind is CertificateKind.AWARD,
        nobody=nobody,
    )


def _with_minutes(actor: Actor, task: Task, youth_ids: Sequence[int]) -> list[int]:
    """Those of whom any minutes are counted: of the others there are no hours to certify."""
    counted = came_to(actor, programs.get_season(task.season_id), clock.now(), youth_ids)
    return [each for each in youth_ids if each in counted and counted[each].minutes]


CERTIFICATES = [
    certificates_of(
        CertificateKind.PARTICIPATION,
        N_("Certificates of participation"),
        N_("Everybody who came has a certificate already, or no register says that anybody came."),
    ),
    certificates_of(
        CertificateKind.COMPLETION,
        N_("Certificates of completion"),
        N_("The season is not over yet, or no register says that anybody came."),
    ),
    certificates_of(
        CertificateKind.HOURS,
        N_("Certificates of hours"),
        N_("Everybody with hours has a certificate already, or no minutes are counted for anybody."),
    ),
    certificates_of(
        CertificateKind.AWARD,
        N_("Awards"),
        N_("Everybody in the season has this award already, or there is nobody."),
    ),
]

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
