"""A batch on its way: asked for, taken in hand, each paper recorded once, ended, told of, purged."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app

from youthprog.audit.services import record
from youthprog.config import Settings
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.core.refusals import N_, Conflict, Refusal, refuse_if
from youthprog.documents import services as documents
from youthprog.documents.types import Certificate, PreparedDocument, Writing
from youthprog.outreach import services as outreach
from youthprog.people.types import PeopleMerged
from youthprog.programs.models import Season
from youthprog.reports import rules as certificate_rules
from youthprog.reports import services as certificates
from youthprog.reports.batches import queries, rules
from youthprog.reports.batches.models import PrintBatch, PrintedPaper
from youthprog.reports.batches.types import AWARD_WORDS, UNDER_WAY, BatchKind, BatchState, Paper, Task

LEASE = timedelta(seconds=60)
PURGED_AT_ONCE = 50
LETTER = "reports/mail/batch"
ALL = "all.sealed"
S = BatchState


class Overtaken(Exception):
    """Somebody else printed one of these papers meanwhile: nothing of them is kept."""


def ask(
    season: Season,
    kind: BatchKind,
    *,
    group_id: int | None,
    options: Mapping[str, Any],
    again: bool = False,
    whole: Sequence[int] = (),
    by: Actor,
    now: datetime,
) -> PrintBatch:
    """Ask for papers for everybody of a season or a group; whoever has one from an earlier batch is left out, unless `again`.

    `whole` are seasons of the same program to print for in place of the one: a paper for each season somebody was in.
    Raises `Refused` with every reason, `Conflict` while such a batch is under way.
    """
    subjects = [
        (season_id, each)
        for season_id in whole or [season.id]
        for each in _subjects(kind, Task(season_id, group_id, options), again=again, by=by, on=clock.day_of(now))
    ]
    refuse_if(
        [
            *_refusals_to_word(kind, options),
            *rules.refusals_to_ask(
                count=len(subjects), nobody=kind.nobody, signs=kind.signed_for,
                signatory=str(options.get("signatory", "")), role=str(options.get("role", "")),
            ),
        ]
    )  # fmt: skip
    of_program = f"{queries.scope_of_program(season.program_id)}{kind.key}"
    scope = of_program if whole else f"{season.id}:{kind.key}:{group_id or 0}"
    _refuse_second(kind, scope, of_program, [*whole])
    batch = PrintBatch(
        kind=kind.key,
        scope=scope,
        season_id=season.id,
        group_id=group_id,
        state=S.ASKED,
        options={"language": by.language, **options},
        total=len(subjects),
        asked_at=now,
        asked_by_id=by.person_id,
        trouble=[],
    )
    db.session().add(batch)
    db.flush()
    rows = [
        {"batch_id": batch.id, "subject_id": each, "season_id": season_id, "place": place, "about": "", "seen": {}}
        for place, (season_id, each) in enumerate(subjects)
    ]
    db.session().execute(sa.insert(db.table(PrintedPaper)), rows)
    seasons = {"seasons": list(whole)} if whole else {"season_id": season.id}
    record("batch.asked", "print_batch", batch.id, by=by, now=now, kind=kind.key, papers=len(rows), **seasons)
    return batch


def seasons_asked(season: Season, first: date | None, last: date | None, *, on: date) -> list[int]:
    """The seasons of a program that touch the days asked for; those under way where no day is said. Raises `Refused`."""
    first, last = first or min(on, last or on), last or max(on, first or on)
    found = queries.seasons_between(season.program_id, first, last)
    refuse_if(rules.refusals_to_span(first, last, len(found)))
    return found


def _subjects(kind: BatchKind, task: Task, *, again: bool, by: Actor, on: date) -> list[int]:
    subjects = kind.subjects(by, task, on)
    have = queries.have_one(kind.key, task.season_id) if kind.sealed and not again else set()
    return [each for each in subjects if each not in have]


def _refusals_to_word(kind: BatchKind, options: Mapping[str, Any]) -> list[Refusal]:
    words = {name: str(options.get(name, "")) for name in AWARD_WORDS}
    return certificate_rules.refusals_to_word(kind.key, Writing.BOTH, **words) if kind.worded else []


def _refuse_second(kind: BatchKind, scope: str, of_program: str, seasons: Sequence[int]) -> None:
    """Of papers of a kind one batch at a time: for a season, for its team, for its program. Raises `Conflict`."""
    table = db.table(PrintBatch)
    same = sa.or_(table.c.scope.in_((scope, of_program)), table.c.season_id.in_(seasons))
    under_way = sa.select(table.c.id).where(table.c.kind == kind.key, same, table.c.state.in_(UNDER_WAY))
    if db.session().scalar(under_way.limit(1)) is not None:
        raise Conflict([Refusal("under_way", N_("These papers are being printed already. See below."))])


def stop(batch: PrintBatch, *, by: Actor, now: datetime) -> None:
    """Have a batch stop after the papers in hand. Nothing happens to one that has ended."""
    if batch.state in UNDER_WAY and batch.stop_asked_at is None:
        batch.stop_asked_at = now
        db.flush()
        record("batch.stopped", "print_batch", batch.id, by=by, now=now)


def go_on(batch: PrintBatch, *, by: Actor, now: datetime) -> None:
    """Take up again what was stopped, broke off, or was refused for a reason that is mended. Raises `Conflict`."""
    table = db.table(PrintBatch)
    again = sa.and_(
        table.c.id == batch.id, table.c.state.in_((S.STOPPED, S.FAILED, S.REFUSED)), table.c.purged_at.is_(None)
    )
    fresh = {"looked_at": None, "leased_until": None, "stop_asked_at": None, "ended_at": None, "expires_at": None}
    done = db.session().execute(sa.update(table).where(again).values(state=S.ASKED, trouble=[], **fresh))
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict([Refusal("not_stopped", N_("This batch cannot be taken up again. Ask for a new one."))])
    record("batch.resumed", "print_batch", batch.id, by=by, now=now)


# ---- the worker's steps, each in a transaction of its own ----


def take_up(batch_id: int, *, now: datetime) -> bool:
    """Take a batch in hand for a minute, unless another worker has it."""
    table = db.table(PrintBatch)
    free = sa.or_(table.c.leased_until.is_(None), table.c.leased_until < now)
    return _change(batch_id, free, state=S.WORKING, leased_until=now + LEASE)


def hold_on(batch_id: int, *, now: datetime, **values: Any) -> None:
    """Keep a batch in hand for another minute."""
    _change(batch_id, sa.true(), leased_until=now + LEASE, **values)


def let_go(batch_id: int, *, now: datetime) -> None:
    """Give a batch out of hand, so that others come first and any worker goes on with it."""
    _change(batch_id, sa.true(), leased_until=now - timedelta(microseconds=1))


def end(batch_id: int, state: BatchState, *, now: datetime, **values: Any) -> None:
    """End a batch and tell whoever asked for it."""
    days = timedelta(days=_settings().batch_days)
    if not _change(batch_id, sa.true(), state=state, ended_at=now, expires_at=now + days, leased_until=None, **values):
        return
    counts = queries.counts_of(batch_id)
    record(f"batch.{state}", "print_batch", batch_id, by=SYSTEM, now=now, printed=counts.printed)
    tell(queries.get_batch(batch_id), now=now)


def _change(batch_id: int, condition: sa.ColumnElement[bool], **values: Any) -> bool:
    table = db.table(PrintBatch)
    under_way = sa.and_(table.c.id == batch_id, table.c.state.in_(UNDER_WAY), condition)
    done = db.session().execute(sa.update(table).where(under_way).values(**values))
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]


def leave_out(paper_id: int, why: str) -> None:
    """Say why there is no paper for somebody after all."""
    _settle(paper_id, left_out=why)


def record_sealed(
    paper_id: int,
    paper: Paper,
    prepared: PreparedDocument,
    *,
    mail: bool = False,
    batch_id: int,
    by: Actor,
    now: datetime,
) -> None:
    """Enter a printed certificate in the books, mail it when asked, and tick its paper off, together. Raises `Overtaken`."""
    assert isinstance(paper.sheet, Certificate)
    made = {paper.subject_id: prepared}
    (document,) = certificates.issue_certificates(made, paper.sheet.kind, by=by, now=now, batch_id=batch_id)
    _settle(paper_id, printed_at=now, document_id=document.id, seen=_seen(paper))
    if mail:
        certificates.send_certificate(document, by=by, now=now)


def record_loose(
    paper_id: int, paper: Paper, content: bytes, *, kind: BatchKind, batch_id: int, by: Actor, now: datetime
) -> None:
    """Keep a working sheet to be fetched, sealed, and tick it off. Raises `Overtaken`."""
    _settle(paper_id, printed_at=now, about=paper.about[:200], seen=_seen(paper))
    documents.keep_to_fetch([content], file_of(batch_id, f"{paper_id}.sealed"))
    record("batch.paper_printed", kind.subject_kind, paper.subject_id, by=by, now=now, batch_id=batch_id)


def _settle(paper_id: int, **values: Any) -> None:
    table = db.table(PrintedPaper)
    open_still = sa.and_(table.c.id == paper_id, table.c.printed_at.is_(None), table.c.left_out.is_(None))
    done = db.session().execute(sa.update(table).where(open_still).values(**values))
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Overtaken


def _seen(paper: Paper) -> dict[str, list[int]]:
    return {permission.key: sorted(youth_ids) for permission, youth_ids in paper.seen.items()}


def tell(batch: PrintBatch, *, now: datetime) -> None:
    """Write to whoever asked that a batch has ended, without a young person's name."""
    to = queries.recipient_of(batch.asked_by_id)
    if to is None:
        return
    link = f"{_settings().public_url}/batches/{batch.id}"
    values = queries.values_for_letter(batch)
    outreach.send(
        "batch_ended", LETTER, to=to, subject_id=batch.id, by=SYSTEM, now=now,
        values={"name": to.name, "state": batch.state.value, "link": link, "until": batch.expires_at, **values},
    )  # fmt: skip


# ---- files ----


def folder_of(batch_id: int) -> Path:
    """Where the files of a batch wait."""
    return _settings().batches / str(batch_id)


def file_of(batch_id: int, name: str) -> Path:
    """One file of a batch."""
    return folder_of(batch_id) / name


def purge_expired(now: datetime) -> Iterator[None]:
    """Take the files of batches away whose time is over; certificates in the books stay. A daily chore."""
    for batch_id in queries.expired(now, PURGED_AT_ONCE):
        batch = queries.get_batch(batch_id)
        batch.purged_at = now
        record("batch.purged", "print_batch", batch.id, by=SYSTEM, now=now)
        folder = folder_of(batch_id)
        db.after_commit(lambda folder=folder: shutil.rmtree(folder, ignore_errors=True))  # type: ignore[misc]
        yield


def follow_merge(event: PeopleMerged) -> None:
    """Let the papers of a merged person follow; where both records had one in a batch, each stays as it is."""
    rows = db.session().scalars(sa.select(PrintedPaper).where(PrintedPaper.subject_id == event.gone_id)).all()
    certificate_kinds = {kind.key for kind in queries.kinds().values() if kind.subject_kind == "youth"}
    for row in rows:
        batch = queries.get_batch(row.batch_id)
        twin = sa.select(PrintedPaper.id).where(
            PrintedPaper.batch_id == row.batch_id,
            PrintedPaper.season_id == row.season_id,
            PrintedPaper.subject_id == event.kept_id,
        )
        if batch.kind in certificate_kinds and db.session().scalar(twin) is None:
            row.subject_id = event.kept_id
        row.seen = _with_merged(row.seen, event)
    certificates.follow_merge(event)


def _with_merged(seen: Mapping[str, Sequence[int]], event: PeopleMerged) -> dict[str, list[int]]:
    return {
        key: sorted({event.kept_id if each == event.gone_id else each for each in youth_ids})
        for key, youth_ids in seen.items()
    }


def _settings() -> Settings:
    settings: Settings = current_app.config["YOUTHPROG"]
    return settings
