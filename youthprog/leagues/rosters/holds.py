"""Verbs of health at games: take a player off, clear the return, papers seen; and how the words go with a file. They never commit."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.consent.services import drop_upload, store_upload
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Refusal, Refused, refuse_if
from youthprog.leagues.rosters import records, rules
from youthprog.leagues.rosters.facts import hold_facts
from youthprog.leagues.rosters.models import (
    MedicalHold,
    PlayerPaper,
)
from youthprog.leagues.rosters.types import PaperKind


def hold(
    youth_id: int,
    group_id: int,
    *,
    needs_clearance: bool,
    note: str,
    by: Actor,
    now: datetime,
    from_on: date | None = None,
) -> MedicalHold:
    """Take a player off for health from today on, everywhere but in mentoring. What happened is sealed.

    `from_on` is the day it happened, today or before. The wait after a clearance is the division's of today, and stays.
    Raises `Refused`.
    """
    on = clock.day_of(now)
    if from_on is not None and from_on > on:
        raise Refused([Refusal("day_ahead", N_("That day is still ahead."), "from_on")])
    wait_days, wait_from = records.wait_of(group_id)
    row = MedicalHold(
        youth_id=youth_id, from_on=from_on or on, needs_clearance=needs_clearance, wait_days=wait_days,
        wait_from=wait_from, held_at=now, held_by_id=by.person_id,
    )  # fmt: skip
    db.session().add(row)
    db.flush()
    row.seal("note_sealed", note.strip() or None)
    db.flush()
    record("player.held", "person", youth_id, by=by, now=now)
    return row


def clear(
    row: MedicalHold,
    *,
    cleared_on: date | None,
    signed_by: str,
    paper: bytes | None,
    paper_in_office: bool,
    by: Actor,
    now: datetime,
) -> None:
    """End a hold: with the clearance on file where it needs one, and after the wait. Raises `Refused`."""
    found = rules.refusals_to_clear(
        hold_facts(row),
        cleared_on=cleared_on,
        signed_by=signed_by,
        has_paper=bool(paper) or paper_in_office,
        today=clock.day_of(now),
    )
    refuse_if(found)
    row.paper_sha256 = store_upload(paper) if paper else None
    row.cleared_on = cleared_on if row.needs_clearance else None
    row.cleared_at, row.cleared_by_id = now, by.person_id
    row.seal("signed_by_sealed", signed_by.strip() or None)
    db.flush()
    record("player.cleared", "person", row.youth_id, by=by, now=now, with_file=bool(paper))


def see_paper(youth_id: int, kind: PaperKind, *, valid_until_on: date | None, by: Actor, now: datetime) -> None:
    """Note that the office has seen a player's paper. Raises `Refused` when it has ended already."""
    if valid_until_on is not None and valid_until_on < clock.day_of(now):
        raise Refused([Refusal("day_over", N_("That day is over."), "valid_until_on")])
    row = PlayerPaper(youth_id=youth_id, kind=kind, valid_until_on=valid_until_on, seen_at=now, seen_by_id=by.person_id)
    db.session().add(row)
    db.flush()
    record("player.paper_seen", "person", youth_id, by=by, now=now, kind=kind.value)


# ---- the words ----


def words_kept() -> sa.Select[*tuple[Any, ...]]:
    """Of whom holds keep words or a clearance, and when they were last written: (youth_id, at), a row a hold."""
    written: Any = sa.func.coalesce(MedicalHold.cleared_at, MedicalHold.held_at, type_=MedicalHold.held_at.type)
    return sa.select(MedicalHold.youth_id.label("youth_id"), written.label("at")).where(_has_words())


def _has_words() -> sa.ColumnElement[bool]:
    columns = (MedicalHold.note_sealed, MedicalHold.signed_by_sealed, MedicalHold.paper_sha256)
    return sa.or_(*(column.is_not(None) for column in columns))


def forget_words(youth_id: int) -> int:
    """Empty the words of a youth's holds and remove the clearances; the dates stay. Returns of how many holds."""
    rows = db.session().scalars(sa.select(MedicalHold).where(MedicalHold.youth_id == youth_id, _has_words())).all()
    digests = {row.paper_sha256 for row in rows if row.paper_sha256 is not None}
    for row in rows:
        row.note_sealed = row.signed_by_sealed = row.paper_sha256 = None
    db.flush()
    others = sa.select(MedicalHold.paper_sha256).where(MedicalHold.paper_sha256.in_(digests))
    for digest in digests - set(db.session().scalars(others)):
        drop_upload(digest)
    return len(rows)
