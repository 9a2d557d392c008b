"""Nightly rounds: are the sealed files on the disk still those that were issued; and what was written goes in its time."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from youthprog.attendance import services as attendance
from youthprog.audit.services import record
from youthprog.concerns import services as concerns
from youthprog.consent import keeping_queries as keeping
from youthprog.consent.types import Written
from youthprog.core import db
from youthprog.core.actor import SYSTEM
from youthprog.documents import services as documents

A_NIGHT = 500  # about 30 MB to read; ten thousand records are gone through in three weeks
log = logging.getLogger("youthprog")


def forget_concerns(now: datetime) -> Iterator[int]:
    """Remove the words of concerns whose time is over (`[concerns]` of retention.toml). A daily chore.

    With a fault in the department's file nothing goes; `youthprog check` says so.
    """
    rule = keeping.words_rule_in_force(Written.CONCERNS)
    if rule is not None:
        yield from concerns.forget_words(now, rule.days, keeping.youth_on_hold())


def compare_documents(now: datetime, limit: int = A_NIGHT) -> int:
    """Compare a night's share of the stored files with their SHA-256, without a lock; record what is damaged, or mended.

    Returns how many were looked at. The page of the document refuses a damaged file anyway; this finds it early.
    """
    with db.reading():
        found = documents.compare(limit)
    db.begin_writing()
    damaged, mended = documents.note_compared(found, now=now)
    for document_id in damaged:
        log.error("the file of document %s is gone or was changed", document_id)
        record("document.damaged", "document", document_id, by=SYSTEM, now=now)
    for document_id in mended:
        record("document.mended", "document", document_id, by=SYSTEM, now=now)
    return len(found)


def forget_typed_names(now: datetime) -> Iterator[int]:
    """Remove names typed without a network whose time is over, by the table `[typed_names]` of retention.toml.

    A daily chore; yields each gathering's key. With a fault in that file nothing goes; `youthprog check` says so.
    """
    rule = keeping.words_rule_in_force(Written.WALK_INS)
    if rule is not None:
        before = now - timedelta(days=rule.days)
        held = keeping.youth_on_hold()
        yield from attendance.forget_typed_names(before, held=held, days=rule.days, now=now)
