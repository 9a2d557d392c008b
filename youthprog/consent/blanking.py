"""The nightly round over answers from contacts not on file: the words of settled ones go after their time, drafts too."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from youthprog.audit.services import record
from youthprog.consent import outside_queries
from youthprog.consent.models import OutsideBlanking
from youthprog.consent.types import Matching
from youthprog.consent.unmatched import drop_old_drafts
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM

BATCH = 25  # answers a transaction: it holds SQLite's lock


def blank_settled(now: datetime) -> Iterator[int]:
    """Remove what was typed from answers settled long enough ago, unless the records of the youth are held. A daily chore.

    The row stays without its words, a line in the trail says which, a tombstone how many. What nobody settled stays.
    """
    drop_old_drafts(now)
    rule, today = outside_queries.rule_in_force(), clock.day_of(now)
    while rows := outside_queries.due_to_be_blanked(rule, today, BATCH):
        for row in rows:
            row.answer_sealed = None
            record("unmatched.blanked", "unmatched_answer", row.id, by=SYSTEM, now=now, settled_days=rule.settled_days)
        states = Counter(row.state for row in rows)
        days = [clock.day_of(row.settled_at) for row in rows if row.settled_at is not None]
        db.session().add(
            OutsideBlanking(
                at=now, matched=states[Matching.MATCHED], rejected=states[Matching.REJECTED], oldest_on=min(days),
                newest_on=max(days), rule=rule.as_json(),
            )
        )  # fmt: skip
        db.flush()
        yield len(rows)
