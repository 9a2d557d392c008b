"""What was said in confidence about a match goes after its time: the talks at its end, and the contacts with staff.

How long it is kept is the table `[mentoring_words]` of retention.toml. That a talk or a contact took place, and when, stays:
it is counted. A hold on the records of one of its young people keeps everything of the match.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.consent import keeping_queries as keeping
from youthprog.consent.types import Written
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.mentorship.cadence.models import SupportContact
from youthprog.mentorship.closing.models import MatchClosure
from youthprog.mentorship.models import Match
from youthprog.mentorship.types import MatchStatus
from youthprog.programs.models import GroupMember


def forget_words(now: datetime) -> Iterator[int]:
    """Remove the words of matches that ended long enough ago. A daily chore; yields each match's key.

    With a fault in the department's retention.toml nothing goes; `youthprog check` says so.
    """
    rule = keeping.words_rule_in_force(Written.MATCHES)
    if rule is None:
        return
    held = keeping.youth_on_hold()
    for match_id, group_id in _ended_before(clock.day_of(now) - timedelta(days=rule.days)):
        if held and held & _everybody_of(group_id):
            continue
        gone = sum(_blank(model, match_id) for model in (MatchClosure, SupportContact))
        record("closure.words_removed", "match", match_id, by=SYSTEM, now=now, rows=gone, days=rule.days)
        yield match_id


def _ended_before(first_kept: date) -> list[tuple[int, int]]:
    words = [
        sa.exists().where(model.match_id == Match.id, model.words_sealed.is_not(None))
        for model in (MatchClosure, SupportContact)
    ]
    rows = db.session().execute(
        sa.select(Match.id, Match.group_id)
        .where(Match.status == MatchStatus.CLOSED, Match.ended_on < first_kept, sa.or_(*words))
        .order_by(Match.id)
    )
    return [(match_id, group_id) for match_id, group_id in rows]


def _everybody_of(group_id: int) -> set[int]:
    return set(db.session().scalars(sa.select(GroupMember.youth_id).where(GroupMember.group_id == group_id)))


def _blank(model: Any, match_id: int) -> int:
    table = db.table(model)
    there = sa.and_(table.c.match_id == match_id, table.c.words_sealed.is_not(None))
    done: Any = db.session().execute(sa.update(table).where(there).values(words_sealed=None))
    return int(done.rowcount)
