"""Reminding mentors of sessions without a log: at most two letters a session ever, each with a link to that one session."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from flask import current_app

from youthprog.access.models import Account
from youthprog.access.services import issue_link
from youthprog.access.types import LinkPurpose
from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.mentorship.models import Match
from youthprog.mentorship.services import lock_match
from youthprog.mentorship.sessions import plan_queries, queries, rules
from youthprog.mentorship.sessions.models import ExpectedSession, SessionDraft, SessionLog
from youthprog.mentorship.sessions.plan_queries import Followed
from youthprog.mentorship.sessions.services import expected_row
from youthprog.mentorship.types import MatchStatus
from youthprog.outreach import services as outreach
from youthprog.outreach.types import Recipient
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import GroupStaff

REMINDER = "session_reminder"
MORNING, EVENING = time(8), time(20)  # nobody's telephone rings at night


def remind(now: datetime) -> Iterator[int]:
    """Write to mentors whose session has no log 24 and 72 hours after it. Done every few minutes; yields after each letter.

    It may run in two workers at once: the second waits for the match and then finds the session reminded.
    """
    local = now.astimezone(clock.zone()).time()
    if not MORNING <= local < EVENING:
        return
    on = clock.day_of(now)
    since = on - rules.REMINDED_WITHIN - timedelta(days=1)
    for each in plan_queries.follow(sa.true(), on):
        for due in rules.dues_of(each.plan, since=since, until=on):
            if not due.is_answered and _step(each, due.due_on, now):
                yield from _remind_once(each, due.due_on, now)


def _step(each: Followed, due_on: date, now: datetime) -> int:
    kept = each.kept_of(due_on)
    first, second = (kept.reminded_at, kept.reminded_again_at) if kept else (None, None)
    return rules.reminder_due(each.ends_at(due_on), first, second, now)


def _remind_once(each: Followed, due_on: date, now: datetime) -> Iterator[int]:
    """Write the letter that is due, looking again once nobody else can."""
    match = each.match
    lock_match(match)
    if match.status is not MatchStatus.ACTIVE:
        return
    kept = each.kept_of(due_on)
    row = expected_row(match, kept.due_on if kept else due_on)
    db.session().refresh(row)
    step = rules.reminder_due(each.ends_at(due_on), row.reminded_at, row.reminded_again_at, now)
    to = _recipient(each, step, now) if step and not queries.is_answered(match, row) else None
    if to is None:
        return
    _link_id, token = issue_link(LinkPurpose.SESSION_LOG, to.person_id or 0, row.id, days=rules.LINK_DAYS, now=now)
    base = str(current_app.config["YOUTHPROG"].public_url).rstrip("/")
    outreach.send(
        REMINDER,
        "mentorship/mail/session",
        to=to,
        subject_id=match.id,
        values={
            "name": to.name,
            "on": row.due_on,
            "link": f"{base}/log/{token}",
            "days": rules.LINK_DAYS,
            "last": step == 2,
        },
        by=SYSTEM,
        now=now,
    )
    if step == 1:
        row.reminded_at = now
    else:
        row.reminded_again_at = now
    db.flush()
    record(
        "session.reminded",
        "match",
        match.id,
        by=SYSTEM,
        now=now,
        on=row.due_on.isoformat(),
        step=step,
        mentor_id=to.person_id,
    )
    yield step


def _recipient(each: Followed, step: int, now: datetime) -> Recipient | None:
    """Whom to remind: first whoever logged last, then another mentor of the match where there is one."""
    on = clock.day_of(now)
    rows = db.session().execute(
        sa.select(Person, Account.email)
        .join(GroupStaff, GroupStaff.person_id == Person.id)
        .join(Account, sa.and_(Account.person_id == Person.id, Account.closed_at.is_(None)))
        .where(
            GroupStaff.group_id == each.match.group_id,
            programs.during(GroupStaff.from_on, GroupStaff.until_on, on),
        )
        .order_by(Person.folded_name, Person.id)
    )
    mentors = list({person.id: (person, email) for person, email in rows}.values())
    if not mentors:
        return None
    last = db.session().scalar(
        sa.select(SessionLog.logged_by_id)
        .where(SessionLog.match_id == each.match.id)
        .order_by(SessionLog.held_on.desc(), SessionLog.id.desc())
        .limit(1)
    )
    mentors.sort(key=lambda one: one[0].id != last)
    person, email = mentors[min(step - 1, len(mentors) - 1)]
    return Recipient(person.name, email, person.language, person.id)


def session_of_link(subject_id: int) -> tuple[ExpectedSession, Match] | None:
    """The expected session a link is for, with its match."""
    row = db.session().get(ExpectedSession, subject_id)
    match = db.session().get(Match, row.match_id) if row else None
    return (row, match) if row and match else None


def drop_old_drafts(now: datetime) -> Iterator[int]:
    """Take away drafts nobody came back to for seven days. A daily chore."""
    table = db.table(SessionDraft)
    done = db.session().execute(sa.delete(table).where(table.c.expires_at <= now))
    yield done.rowcount  # type: ignore[attr-defined]
