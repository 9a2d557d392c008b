"""Reading what the plans of matches expect: what is missing, who is to be reminded, how soon sessions are logged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.mentorship.models import Match
from youthprog.mentorship.sessions import rules
from youthprog.mentorship.sessions.models import ExpectedSession, SessionLog
from youthprog.mentorship.sessions.queries import USUAL_TIME
from youthprog.mentorship.sessions.rules import Due, Plan
from youthprog.mentorship.sessions.types import SHOWN_TO_COORDINATOR, Flag, ForToday, Missed, Timeliness, ToSee
from youthprog.mentorship.types import MatchStatus
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering, Group

LOOKED_BACK = 120  # days of logs a plan is followed through
MOST_TO_SEE = 50


@dataclass(frozen=True)
class Followed:
    """An active match, its plan as far as it can be followed, and what is kept of its expected sessions, by day."""

    match: Match
    group: Group
    plan: Plan
    kept: dict[date, ExpectedSession]

    def ends_at(self, due_on: date) -> datetime:
        """When an expected session would have been over."""
        begins = datetime.combine(due_on, self.match.usual_time or USUAL_TIME, clock.zone())
        return begins + timedelta(minutes=self.match.usual_minutes)

    def kept_of(self, due_on: date) -> ExpectedSession | None:
        """What is kept of an expected session; it may have been kept under another day, before a log came in."""
        near = [day for day in self.kept if rules.is_same_session(due_on, day, self.match.every_days)]
        return self.kept[min(near, key=lambda day: abs((day - due_on).days))] if near else None


def follow(condition: sa.ColumnElement[bool], on: date) -> list[Followed]:
    """The active matches that meet a condition, with their plans. Three statements."""
    rows = db.session().execute(
        sa.select(Match, Group)
        .join(Group, Group.id == Match.group_id)
        .where(Match.status == MatchStatus.ACTIVE, Match.started_on.is_not(None), condition)
        .order_by(Group.folded_name, Match.id)
    )
    matches = [(match, group) for match, group in rows]
    ids = [match.id for match, _group in matches]
    since = on - timedelta(days=LOOKED_BACK)
    held = _held_days(ids, since)
    kept = _kept(ids, since)
    found = []
    for match, group in matches:
        days = {*held.get(match.id, ()), *(day for day, row in kept.get(match.id, {}).items() if row.not_held)}
        plan = Plan(match.started_on or on, match.every_days, sorted(days), match.active_since)
        found.append(Followed(match, group, plan, kept.get(match.id, {})))
    return found


def _held_days(match_ids: Sequence[int], since: date) -> dict[int, list[date]]:
    rows = db.session().execute(
        sa.select(SessionLog.match_id, SessionLog.held_on)
        .where(SessionLog.match_id.in_(match_ids), SessionLog.held_on >= since)
        .distinct()
    )
    found: dict[int, list[date]] = {}
    for match_id, held_on in rows:
        found.setdefault(match_id, []).append(held_on)
    return found


def _kept(match_ids: Sequence[int], since: date) -> dict[int, dict[date, ExpectedSession]]:
    rows = db.session().scalars(
        sa.select(ExpectedSession).where(ExpectedSession.match_id.in_(match_ids), ExpectedSession.due_on >= since)
    )
    found: dict[int, dict[date, ExpectedSession]] = {}
    for row in rows:
        found.setdefault(row.match_id, {})[row.due_on] = row
    return found


# ---- what a coordinator is told ----


def for_today(actor: Actor, now: datetime, mentors: Mapping[int, Sequence[str]]) -> ForToday:
    """The sessions whose reason or time is to be looked at, and the matches that missed twice in a row. Four statements.

    `mentors` are the names of the mentors by match.
    """
    on = clock.day_of(now)
    return ForToday(to_see=list_to_see(actor, on), missed=list_missed(actor, now, mentors))


def list_to_see(actor: Actor, on: date) -> list[ToSee]:
    """Sessions within reach that nobody has looked at yet, the oldest first. One statement."""
    rows = db.session().execute(
        sa.select(SessionLog, Match, Group, Person)
        .join(Match, Match.id == SessionLog.match_id)
        .join(Group, Group.id == Match.group_id)
        .outerjoin(Person, Person.id == SessionLog.logged_by_id)
        .where(
            SessionLog.flagged_at.is_not(None),
            SessionLog.seen_at.is_(None),
            programs.groups_within(actor, P.MATCH_EDIT, on),
        )
        .order_by(SessionLog.flagged_at, SessionLog.id)
        .limit(MOST_TO_SEE)
    )
    return [
        ToSee(
            log.id,
            match.id,
            group.name,
            log.held_on,
            tuple(flag for flag in map(Flag, log.flags) if flag in SHOWN_TO_COORDINATOR),
            log.reason,
            person.name if person else None,
        )
        for log, match, group, person in rows
    ]


def list_missed(actor: Actor, now: datetime, mentors: Mapping[int, Sequence[str]]) -> list[Missed]:
    """Active matches within reach whose last two expected sessions or more nobody answered, the longest row first."""
    on = clock.day_of(now)
    found = []
    for each in follow(programs.groups_within(actor, P.MATCH_EDIT, on), on):
        dues = late_dues(each, now)
        misses = rules.misses_in_a_row(dues)
        if misses >= rules.TWO_MISSES:
            found.append((each, misses, dues[-1]))
    lines = [
        Missed(each.match.id, each.group.name, tuple(mentors.get(each.match.id, ())), misses, due.due_on)
        for each, misses, due in found
    ]
    return sorted(lines, key=lambda line: (-line.in_a_row, line.name))


def late_dues(each: Followed, now: datetime) -> list[Due]:
    """The expected sessions of a match that could all have been logged by now, oldest first."""
    on = clock.day_of(now)
    since = on - timedelta(days=LOOKED_BACK - 2 * each.match.every_days)
    dues = rules.dues_of(each.plan, since=since, until=on)
    return [due for due in dues if due.is_answered or rules.is_late(each.ends_at(due.due_on), now)]


def timeliness_of(actor: Actor, now: datetime) -> Timeliness:
    """How soon the sessions of 90 days were logged, of matches within reach. Four statements."""
    on = clock.day_of(now)
    since = on - timedelta(days=rules.SHARE_DAYS)
    rows = db.session().execute(
        sa.select(Gathering.ends_at, SessionLog.logged_at)
        .join(Gathering, Gathering.id == SessionLog.gathering_id)
        .join(Match, Match.id == SessionLog.match_id)
        .join(Group, Group.id == Match.group_id)
        .where(SessionLog.held_on >= since, programs.groups_within(actor, P.MATCH_READ, on))
    )
    delays = [logged_at - ends_at for ends_at, logged_at in rows]
    unlogged = 0
    for each in follow(programs.groups_within(actor, P.MATCH_READ, on), on):
        dues = rules.dues_of(each.plan, since=since, until=on)
        unlogged += sum(not due.is_answered and now - each.ends_at(due.due_on) > rules.ON_TIME for due in dues)
    return rules.timeliness(delays, unlogged)
