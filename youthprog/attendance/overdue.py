"""Telling leaders of their registers not entered: one mail a day at most, and of each gathering once.

A meeting of a whole season has no leader by name; coordinators find it on Today and in the list.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app

from youthprog.access.models import Account, RoleGrant
from youthprog.access.roles import TABLE
from youthprog.attendance.models import Register, RegisterNotice
from youthprog.attendance.rules import MISSING_AFTER
from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.core.permissions import P
from youthprog.outreach import services as outreach
from youthprog.outreach.types import Recipient
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering, Group, GroupStaff
from youthprog.programs.types import GroupKind

MISSING = "register_missing"
TOLD_WITHIN = timedelta(days=14)  # of what is older nobody remembers who came: the coordinators ask
MORNING = time(7)


@dataclass(frozen=True)
class Owed:
    """A gathering without a register, as its leader is told of it."""

    gathering_id: int
    title: str
    group: str | None
    group_id: int
    starts_at: datetime


def tell_leaders(now: datetime) -> Iterator[int]:
    """Write once to each leader of the gatherings that ended more than 24 hours ago without a register.

    No child is named. A daily chore; yields how many gatherings each letter was about, and the worker commits after it.
    It may run twice or in two workers at once: the second waits for the account's row, and then finds the notices.
    """
    for account_id in _accounts_that_owe(now):
        account = db.session().get_one(Account, account_id, populate_existing=True, with_for_update=True)
        owed = _owed_by(account.person_id, now) if account.closed_at is None else []
        if owed:
            _write(account, owed, now)
            yield len(owed)


def _accounts_that_owe(now: datetime) -> Sequence[int]:
    statement = _owing(sa.select(Account.id), now).join(Account, Account.person_id == GroupStaff.person_id)
    return db.session().scalars(statement.where(Account.closed_at.is_(None)).distinct().order_by(Account.id)).all()


def _owed_by(person_id: int, now: datetime) -> list[Owed]:
    """What a leader has not been told of; nothing on a day on which the leader was told something."""
    last = db.session().scalar(sa.select(sa.func.max(RegisterNotice.at)).where(RegisterNotice.person_id == person_id))
    if last is not None and clock.day_of(last) == clock.day_of(now):
        return []
    statement = _owing(sa.select(Gathering, Group, GroupStaff.from_on), now).where(GroupStaff.person_id == person_id)
    rows = db.session().execute(statement.order_by(Gathering.starts_at, Gathering.id))
    found = {
        row.id: Owed(row.id, row.title, group.name, group.id, row.starts_at)
        for row, group, from_on in rows
        if from_on <= clock.day_of(row.starts_at)  # before that somebody else led
    }
    return list(found.values())


def _owing(statement: Any, now: datetime) -> Any:
    """Gatherings over for a day without a register, with those who lead their group now and were not told."""
    told = sa.exists().where(
        RegisterNotice.gathering_id == Gathering.id, RegisterNotice.person_id == GroupStaff.person_id
    )
    return (
        statement.select_from(Gathering)
        .join(Group, Group.id == Gathering.group_id)
        .join(GroupStaff, GroupStaff.group_id == Group.id)
        .outerjoin(Register, Register.gathering_id == Gathering.id)
        .where(
            Gathering.canceled_at.is_(None),
            Group.kind != GroupKind.MENTORING,  # its mentors are reminded of the log, twice at most (decision 86)
            Gathering.ends_at < now - MISSING_AFTER,
            Gathering.ends_at > now - TOLD_WITHIN,
            Register.gathering_id.is_(None),
            programs.during(GroupStaff.from_on, GroupStaff.until_on, clock.day_of(now)),
            ~told,
        )
    )


def _write(account: Account, owed: Sequence[Owed], now: datetime) -> None:
    person = db.session().get_one(Person, account.person_id)
    takes = _may_take(account.id, now)
    lines = [
        {"what": each.title, "group": each.group, "starts_at": each.starts_at, "link": _link(each, takes)}
        for each in owed
    ]
    message = outreach.send(
        MISSING, "attendance/mail/missing",
        to=Recipient(person.name, account.email, person.language, person.id),
        subject_id=owed[0].gathering_id,
        also_subjects=[each.gathering_id for each in owed[1:]],
        values={"name": person.first_name, "lines": lines, "count": len(owed)},
        by=SYSTEM, now=now, not_before=_not_at_night(now),
    )  # fmt: skip
    for each in owed:
        told = RegisterNotice(gathering_id=each.gathering_id, person_id=person.id, message_id=message.id, at=now)
        db.session().add(told)  # its key lets no second one in
        record("register.asked_for", "gathering", each.gathering_id, by=SYSTEM, now=now, leader_id=person.id)
    db.flush()


def _may_take(account_id: int, now: datetime) -> bool:
    """Whether the leader takes registers; a mentor logs sessions instead."""
    on = clock.day_of(now)
    roles = db.session().scalars(
        sa.select(RoleGrant.role).where(
            RoleGrant.account_id == account_id, programs.during(RoleGrant.from_on, RoleGrant.until_on, on)
        )
    )
    return any(P.REGISTER_TAKE in TABLE[role] for role in roles)


def _link(owed: Owed, takes: bool) -> str:
    base = str(current_app.config["YOUTHPROG"].public_url).rstrip("/")
    return f"{base}/gatherings/{owed.gathering_id}/register" if takes else f"{base}/groups/{owed.group_id}/match"


def _not_at_night(now: datetime) -> datetime:
    """The chores run at night; nobody's telephone should."""
    return max(now, datetime.combine(clock.day_of(now), MORNING, clock.zone()))


def follow_merge(kept_id: int, gone_id: int) -> None:
    """Let what a merged leader was told follow; of a gathering both were told of, the kept record's notice stays."""
    table = db.table(RegisterNotice)
    both = sa.select(table.c.gathering_id).where(table.c.person_id == kept_id)
    of_gone = table.c.person_id == gone_id
    db.session().execute(sa.delete(table).where(of_gone, table.c.gathering_id.in_(both)))
    db.session().execute(sa.update(table).where(of_gone).values(person_id=kept_id))
