"""Reading batches: lists, one batch within reach, what is left to print, and who may fetch it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy import orm as so

from youthprog.access.models import Account
from youthprog.attendance.models import AttendanceMark
from youthprog.attendance.types import CAME
from youthprog.core import db, reach
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound
from youthprog.documents.models import Document
from youthprog.outreach.types import Recipient
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Enrollment, Gathering, Group, GroupMember, Season
from youthprog.programs.types import EnrollmentStatus, GroupKind
from youthprog.reports.batches.models import PrintBatch, PrintedPaper
from youthprog.reports.batches.types import UNDER_WAY, BatchKind, BatchState, Task, Trouble

KINDS = "youthprog.batch_kinds"
SHOWN = 20
AT_ONCE = 500  # keys in one statement


def install(app: Flask, kinds: Sequence[BatchKind]) -> None:
    """Say which kinds of paper can be printed for many."""
    app.extensions[KINDS] = {kind.key: kind for kind in kinds}


def kinds() -> Mapping[str, BatchKind]:
    """The kinds by key, in the order they are offered."""
    found: Mapping[str, BatchKind] = current_app.extensions[KINDS]
    return found


def kinds_of(actor: Actor) -> list[BatchKind]:
    """The kinds somebody may have printed."""
    return [kind for kind in kinds().values() if actor.may(kind.permission)]


# ---- for whom ----


def came_to(actor: Actor, permission: P, task: Task, on: date) -> list[int]:
    """Youth with a place in a season who came at least once, within reach, by name; of one group when given. One statement."""
    came = (
        sa.select(AttendanceMark.youth_id)
        .join(Gathering, Gathering.id == AttendanceMark.gathering_id)
        .where(Gathering.season_id == task.season_id, AttendanceMark.mark.in_(CAME))
    )
    return placed_in(actor, permission, task, on, Person.id.in_(came))


def placed_in(actor: Actor, permission: P, task: Task, on: date, *conditions: sa.ColumnElement[bool]) -> list[int]:
    """Youth with a place in a season, within reach, by name; of one group when given. One statement."""
    statement = (
        sa.select(Person.id)
        .join(Enrollment, Enrollment.youth_id == Person.id)
        .where(
            Enrollment.season_id == task.season_id,
            Enrollment.status == EnrollmentStatus.ENROLLED,
            Person.merged_into_id.is_(None),
            reach.within(actor, permission, Person.id, on),
            *conditions,
        )
        .order_by(Person.folded_name, Person.id)
    )
    if task.group_id is not None:
        statement = statement.where(Person.id.in_(_ever_in(task.group_id)))
    return list(dict.fromkeys(db.session().scalars(statement)))


def _ever_in(group_id: int) -> sa.Select[int]:
    """Who is in a group, or was when its season ended."""
    last = sa.select(Season.ends_on).join(Group, Group.season_id == Season.id).where(Group.id == group_id)
    stayed = sa.or_(GroupMember.until_on.is_(None), GroupMember.until_on >= last.scalar_subquery())
    return sa.select(GroupMember.youth_id).where(GroupMember.group_id == group_id, stayed)


def groups_of_season(actor: Actor, permission: P, season_id: int, on: date) -> list[tuple[int, str]]:
    """The teams and groups of a season within reach, by name. One statement."""
    statement = (
        sa.select(Group.id, Group.name)
        .where(Group.season_id == season_id, programs.groups_within(actor, permission, on))
        .where(Group.kind != GroupKind.MENTORING)
        .order_by(Group.folded_name, Group.id)
    )
    return [(key, name) for key, name in db.session().execute(statement)]


def seasons_between(program_id: int, first: date, last: date) -> list[int]:
    """The seasons of a program that touch a span of days, the earliest first. One statement."""
    statement = sa.select(Season.id).where(
        Season.program_id == program_id, Season.starts_on <= last, Season.ends_on >= first
    )
    return list(db.session().scalars(statement.order_by(Season.starts_on, Season.id)))


def scope_of_program(program_id: int) -> str:
    """How the scope of a batch for several seasons of a program begins."""
    return f"program {program_id}:"


# ---- batches ----


@dataclass(frozen=True)
class BatchLine:
    """One row of a season's batches."""

    batch_id: int
    kind: str
    group: str | None
    state: BatchState
    asked_at: datetime
    total: int
    printed: int
    is_whole: bool = False
    """For several seasons of the program."""


def list_batches(season: Season) -> list[BatchLine]:
    """The newest batches of a season, and of its whole program. One statement."""
    of_program = PrintBatch.scope.startswith(scope_of_program(season.program_id))
    return _lines(sa.or_(PrintBatch.season_id == season.id, of_program), limit=SHOWN)


def _lines(condition: sa.ColumnElement[bool], *, limit: int) -> list[BatchLine]:
    statement = (
        sa.select(
            PrintBatch.id, PrintBatch.kind, Group.name, PrintBatch.state, PrintBatch.asked_at, PrintBatch.total,
            _printed().correlate(PrintBatch).scalar_subquery(), PrintBatch.scope.startswith("program "),
        )
        .outerjoin(Group, Group.id == PrintBatch.group_id)
        .where(condition)
        .order_by(PrintBatch.id.desc())
    )  # fmt: skip
    return [BatchLine(*row) for row in db.session().execute(statement.limit(limit))]


def _printed() -> sa.Select[int]:
    return (
        sa.select(sa.func.count())
        .select_from(PrintedPaper)
        .where(PrintedPaper.batch_id == PrintBatch.id, PrintedPaper.printed_at.is_not(None))
    )


def for_today(actor: Actor, since: datetime) -> list[BatchLine]:
    """Own batches that ended lately or are under way, for Today. One statement."""
    lately = sa.or_(PrintBatch.state.in_(UNDER_WAY), PrintBatch.ended_at > since)
    own = sa.and_(
        PrintBatch.asked_by_id == actor.person_id, PrintBatch.purged_at.is_(None), PrintBatch.kind.in_(kinds())
    )
    return _lines(sa.and_(own, lately), limit=4)


def get_batch_for(actor: Actor, permission: P, batch_id: int) -> PrintBatch:
    """A batch of a season within reach, of a kind the actor may print. Raises `NotFound`."""
    statement = (
        sa.select(PrintBatch)
        .join(Season, Season.id == PrintBatch.season_id)
        .where(PrintBatch.id == batch_id, programs.program_within(actor, permission, Season.program_id))
        .options(so.joinedload(PrintBatch.season).joinedload(Season.program))
    )
    batch = db.session().scalar(statement)
    if batch is None or batch.kind not in kinds() or not actor.may(kinds()[batch.kind].permission):
        raise NotFound
    return batch


def get_batch(batch_id: int) -> PrintBatch:
    """A batch by its key, for the worker."""
    return db.session().get_one(PrintBatch, batch_id)


def task_of(batch: PrintBatch) -> Task:
    """What a batch is to print."""
    return Task(batch.season_id, batch.group_id, dict(batch.options), str(batch.options.get("language", "en")))


@dataclass(frozen=True)
class Counts:
    """How far a batch is."""

    printed: int
    left_out: int
    to_print: int


def counts_of(batch_id: int) -> Counts:
    """How many papers of a batch are printed, left out, and still to print. One statement."""
    is_printed, is_out = PrintedPaper.printed_at.is_not(None), PrintedPaper.left_out.is_not(None)
    statement = sa.select(
        sa.func.coalesce(sa.func.sum(sa.case((is_printed, 1), else_=0)), 0),
        sa.func.coalesce(sa.func.sum(sa.case((is_out, 1), else_=0)), 0),
        sa.func.count(),
    ).where(PrintedPaper.batch_id == batch_id)
    printed, left_out, total = db.session().execute(statement).one()
    return Counts(int(printed), int(left_out), int(total) - int(printed) - int(left_out))


def group_name(group_id: int | None) -> str | None:
    """What a group is called."""
    return None if group_id is None else db.session().scalar(sa.select(Group.name).where(Group.id == group_id))


# ---- for the worker ----


def next_waiting(now: datetime) -> int | None:
    """The batch that nobody holds, the one left alone the longest. One statement."""
    free = sa.or_(PrintBatch.leased_until.is_(None), PrintBatch.leased_until < now)
    statement = (
        sa.select(PrintBatch.id)
        .where(PrintBatch.state.in_(UNDER_WAY), free)
        .order_by(sa.nulls_first(PrintBatch.leased_until), PrintBatch.id)
    )
    return db.session().scalar(statement.limit(1))


def to_print(batch_id: int, limit: int | None = None) -> list[tuple[int, int, int]]:
    """Papers not yet printed, in order: (paper, subject, season)."""
    statement = (
        sa.select(PrintedPaper.id, PrintedPaper.subject_id, PrintedPaper.season_id)
        .where(
            PrintedPaper.batch_id == batch_id, PrintedPaper.printed_at.is_(None), PrintedPaper.left_out.is_(None)
        )
        .order_by(PrintedPaper.place)
    )  # fmt: skip
    return [(key, subject_id, season_id) for key, subject_id, season_id in db.session().execute(statement.limit(limit))]


def stop_is_asked(batch_id: int) -> bool:
    """Whether somebody wants a batch to stop."""
    return db.session().scalar(sa.select(PrintBatch.stop_asked_at).where(PrintBatch.id == batch_id)) is not None


def have_one(kind: str, season_id: int) -> set[int]:
    """The subjects with a paper of a kind from an earlier batch of a season that still holds. One statement."""
    statement = (
        sa.select(PrintedPaper.subject_id)
        .join(PrintBatch, PrintBatch.id == PrintedPaper.batch_id)
        .join(Document, Document.id == PrintedPaper.document_id)
        .where(
            PrintBatch.kind == kind,
            PrintedPaper.season_id == season_id,
            Document.revoked_at.is_(None),
            Document.purged_at.is_(None),
        )
    )
    return set(db.session().scalars(statement))


def expired(now: datetime, limit: int) -> list[int]:
    """Batches whose files' time is over."""
    statement = sa.select(PrintBatch.id).where(PrintBatch.expires_at < now, PrintBatch.purged_at.is_(None))
    return list(db.session().scalars(statement.order_by(PrintBatch.id).limit(limit)))


def recipient_of(person_id: int | None) -> Recipient | None:
    """Where somebody with an open account gets mail. One statement."""
    statement = (
        sa.select(Person, Account.email)
        .join(Account, Account.person_id == Person.id)
        .where(Person.id == person_id, Account.closed_at.is_(None))
    )
    row = db.session().execute(statement).first()
    return None if row is None else Recipient(row.Person.name, row.email, row.Person.language, row.Person.id)


# ---- to fetch ----


@dataclass(frozen=True)
class Made:
    """One printed paper as it is fetched: whose name its file bears, and the sealed file's SHA-256, if it has one."""

    paper_id: int
    about: str
    sha256: str | None
    document_id: int | None


def made_of(batch: PrintBatch) -> list[Made]:
    """The printed papers of a batch, in order. One statement."""
    statement = (
        sa.select(PrintedPaper, Document.sha256, Person)
        .outerjoin(Document, Document.id == PrintedPaper.document_id)
        .outerjoin(Person, sa.and_(Person.id == PrintedPaper.subject_id, PrintedPaper.about == ""))
        .where(PrintedPaper.batch_id == batch.id, PrintedPaper.printed_at.is_not(None))
        .order_by(PrintedPaper.place)
    )
    return [
        Made(row.id, row.about or (person.name if person else ""), sha256, row.document_id)
        for row, sha256, person in db.session().execute(statement)
    ]


def objections_to_fetch(actor: Actor, batch: PrintBatch, on: date) -> set[str]:
    """Why somebody may not fetch a batch as it was printed: "hidden" when it shows a youth they may not see that way
    (any more), "void" when one of its papers was revoked or purged since. A statement for each permission it used, and two.
    """
    shown: dict[str, set[int]] = defaultdict(set)
    for seen in db.session().scalars(
        sa.select(PrintedPaper.seen).where(PrintedPaper.batch_id == batch.id, PrintedPaper.printed_at.is_not(None))
    ):
        for key, youth_ids in seen.items():
            shown[key].update(youth_ids)
    found = {"hidden" for key, youth_ids in shown.items() if not _reaches_all(actor, key, youth_ids, on)}
    void = (
        sa.select(Document.id)
        .join(PrintedPaper, PrintedPaper.document_id == Document.id)
        .where(PrintedPaper.batch_id == batch.id)
        .where(sa.or_(Document.revoked_at.is_not(None), Document.purged_at.is_not(None)))
    )
    return found | ({"void"} if db.session().scalar(void.limit(1)) is not None else set())


def _reaches_all(actor: Actor, key: str, youth_ids: Collection[int], on: date) -> bool:
    permission = next(each for each in P if each.key == key)
    wanted = sorted(youth_ids)
    parts = (wanted[begin : begin + AT_ONCE] for begin in range(0, len(wanted), AT_ONCE))
    return all(len(people.reachable(actor, permission, part, on)) == len(part) for part in parts)


def troubles_of(actor: Actor, batch: PrintBatch, on: date) -> list[Trouble]:
    """Why a batch was not printed, with the names of those whom the reader may see. Two statements."""
    kind = kinds()[batch.kind]
    ids = [subject_id for subject_id, _sentence, _values in batch.trouble]
    names: dict[int, str] = {}
    if kind.subject_kind == "youth":
        within = people.reachable(actor, P.YOUTH_READ, ids, on)
        rows = db.session().scalars(sa.select(Person).where(Person.id.in_(within)))
        names = {person.id: person.name for person in rows}
    return [
        Trouble(subject_id, sentence, dict(values), names.get(subject_id, ""))
        for subject_id, sentence, values in batch.trouble
    ]


def values_for_letter(batch: PrintBatch) -> dict[str, Any]:
    """What the letter to whoever asked says: no young person's name. One statement."""
    counts = counts_of(batch.id)
    return {"kind": kinds()[batch.kind].title, "printed": counts.printed, "left_out": counts.left_out}
