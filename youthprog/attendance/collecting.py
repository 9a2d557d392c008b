"""Reading for the release of children: who may collect, who is on site, who was not checked out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from youthprog.attendance.collecting_rules import days_of_release
from youthprog.attendance.models import AttendanceMark, Deed
from youthprog.attendance.queries import members_at
from youthprog.attendance.rules import LEAVING, OPENS_BEFORE, STAYS_OPEN
from youthprog.attendance.types import DeedKind, Said
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.clearance import NotCleared, not_cleared, not_cleared_at
from youthprog.core.collecting import Collecting, who_may_collect, who_may_collect_throughout
from youthprog.core.permissions import P
from youthprog.core.reach import within
from youthprog.core.refusals import NotFound
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.people.rules import age_on
from youthprog.people.types import GuardianLine, PersonKind
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering, Group, Program, Season, Site
from youthprog.programs.types import Occasion

LATE_AFTER = timedelta(minutes=15)


# ---- one child ----


def get_youth_at(actor: Actor, permission: P, gathering: Gathering, youth_id: int, on: date) -> Person:
    """A youth within reach, or one who came to this gathering, within reach itself, without belonging to its group.

    Whoever leads a gathering answers for every child at it, but not for one custody keeps away. Raises `NotFound`.
    """
    came = sa.exists().where(AttendanceMark.gathering_id == gathering.id, AttendanceMark.youth_id == Person.id)
    statement = sa.select(Person).where(
        Person.id == youth_id,
        Person.kind == PersonKind.YOUTH,
        Person.merged_into_id.is_(None),
        sa.or_(within(actor, permission, Person.id, on), sa.and_(came, ~people.is_kept_from(actor, Person.id, on))),
    )
    found = db.session().scalar(statement)
    if found is None:
        raise NotFound
    return found


def _in_care(actor: Actor, permission: P, on: date) -> sa.ColumnElement[bool]:
    """The condition that a row's gathering is within reach and custody does not keep its youth from the actor."""
    return sa.and_(
        programs.gatherings_within(actor, permission, on), ~people.is_kept_from(actor, AttendanceMark.youth_id, on)
    )


def leaving_alone(season_id: int, youth_ids: Collection[int], on: date) -> set[int]:
    """Those of the youth who may leave alone on a day: old enough for what the program allows. One statement."""
    if not youth_ids:
        return set()
    rows = db.session().execute(
        sa.select(Person.id, Person.born_on, Program.alone_from_age)
        .select_from(Season)
        .join(Program, Program.id == Season.program_id)
        .join(Person, Person.id.in_(youth_ids))
        .where(Season.id == season_id, Program.alone_from_age.is_not(None))
    )
    return {
        youth_id
        for youth_id, born_on, age in rows
        if born_on is not None and age is not None and age_on(born_on, on) >= age
    }


def who_may_have_them(
    gathering: Gathering | Occasion, said: Sequence[Said], now: datetime
) -> tuple[dict[str, Collecting], frozenset[str]]:
    """Of each deed of leaving, by its key: who might collect the youth then, and whether it might leave alone.

    A constant number of statements for each day on which somebody left; none where nobody did.
    """
    opens, closes = gathering.starts_at - OPENS_BEFORE, gathering.ends_at + STAYS_OPEN
    apart: dict[tuple[date, ...], list[Said]] = {}
    for each in said:
        if each.kind in LEAVING and each.youth_id is not None:
            days = days_of_release(each.at, opens=opens, closes=closes, now=now, day_of=clock.day_of)
            apart.setdefault(days, []).append(each)
    collecting: dict[str, Collecting] = {}
    alone: set[str] = set()
    for days, some in apart.items():
        youth = sorted({each.youth_id for each in some if each.youth_id is not None})
        known = who_may_collect_throughout(youth, days)
        old_enough = leaving_alone(gathering.season_id, youth, min(days))
        collecting |= {each.client_id: known[each.youth_id] for each in some if each.youth_id is not None}
        alone |= {each.client_id for each in some if each.youth_id in old_enough}
    return collecting, frozenset(alone)


@dataclass(frozen=True)
class Release:
    """One child at a gathering as the leader who releases it sees it. `barred` is for matching and never shown."""

    youth: Person
    collecting: Collecting
    may_leave_alone: bool
    in_at: datetime | None
    out_at: datetime | None
    left: Deed | None

    @property
    def signers(self) -> list[tuple[int, str]]:
        """Whose own link can add somebody: (request, signer's name), each signer once."""
        found = {each.signed_by: each.request_id for each in self.collecting.allowed if each.request_id is not None}
        return [(request_id, name) for name, request_id in found.items() if name is not None and request_id is not None]


def release_of(actor: Actor, gathering: Gathering, youth: Person, on: date) -> Release:
    """Who may collect a youth on the day it is asked (`collecting_rules.days_of_release`). Raises `NotFound` when the
    youth does not belong to the gathering.

    Phones are left out where contacts may not be read. Whoever shows it records the reading.
    """
    row = db.session().get(AttendanceMark, (gathering.id, youth.id), populate_existing=True)
    if row is None and youth.id not in {line.youth_id for line in members_at(gathering)}:
        raise NotFound
    collecting = who_may_collect([youth.id], on)[youth.id]
    if not people.reachable(actor, P.CONTACT_READ, [youth.id], on):
        collecting = replace(collecting, allowed=tuple(replace(each, phone=None) for each in collecting.allowed))
    return Release(
        youth=youth,
        collecting=collecting,
        may_leave_alone=bool(leaving_alone(gathering.season_id, [youth.id], on)),
        in_at=row.in_at if row else None,
        out_at=row.out_at if row else None,
        left=_last(gathering.id, youth.id, Deed.kind == DeedKind.LEAVE, Deed.refusal.is_(None)) if row else None,
    )


def last_stop(gathering_id: int, youth_id: int, since: datetime) -> Deed | None:
    """The latest release of a youth that was stopped at a gathering, not longer ago than `since`. One statement."""
    return _last(
        gathering_id, youth_id, Deed.kind.in_((DeedKind.STOP, DeedKind.LEAVE)), Deed.refusal.is_not(None),
        Deed.received_at >= since,
    )  # fmt: skip


def _last(gathering_id: int, youth_id: int, *conditions: sa.ColumnElement[bool]) -> Deed | None:
    here = sa.and_(Deed.gathering_id == gathering_id, Deed.youth_id == youth_id, *conditions)
    return db.session().scalar(sa.select(Deed).where(here).order_by(Deed.at.desc(), Deed.id.desc()).limit(1))


# ---- who is on site ----


@dataclass(frozen=True)
class OnSite:
    """A youth who arrived and has not left, with what this reader may know."""

    youth_id: int
    name: str
    list_name: str
    gathering_id: int
    title: str
    group: str | None
    site: str | None
    since: datetime
    ends_at: datetime
    is_late: bool
    reasons: tuple[NotCleared, ...] = ()
    alert: str | None = None
    contact: str | None = None
    phone: str | None = None


@dataclass(frozen=True)
class Where:
    """Which part of the department is looked at; none: all of it within reach."""

    gathering_id: int | None = None
    site_id: int | None = None
    program_id: int | None = None


def on_site(actor: Actor, permission: P, now: datetime, where: Where | None = None) -> list[OnSite]:
    """Every youth on site now at gatherings within reach, by name. A constant number of statements a season that meets.

    A gathering counts until twelve hours after its end: who was never checked out last week is not here today.
    Alerts and phones are left out where they may not be read. Whoever shows it records the reading.
    """
    on = clock.day_of(now)
    rows = _here(actor, permission, now, where or Where())
    youth_ids = {person.id for _mark, person, *_rest in rows}
    reasons = _reasons(rows, on)
    alerts = people.alerts_of(people.reachable(actor, P.HEALTH_ALERT_READ, youth_ids, on))
    guardians = people.guardians_of(people.reachable(actor, P.CONTACT_READ, youth_ids, on), on)
    found = []
    for mark, person, gathering, group, site in rows:
        call = _to_call(guardians.get(person.id, ()))
        found.append(
            OnSite(
                youth_id=person.id,
                name=person.name,
                list_name=person.list_name,
                gathering_id=gathering.id,
                title=gathering.title,
                group=group,
                site=site,
                since=mark.in_at,
                ends_at=gathering.ends_at,
                is_late=gathering.ends_at + LATE_AFTER < now,
                reasons=tuple(reasons.get((gathering.id, person.id), ())),
                alert=alerts.get(person.id),
                contact=call.name if call else None,
                phone=call.phone if call else None,
            )
        )
    return found


def here_at(gathering_id: int, now: datetime) -> set[int]:
    """The youth on site at one gathering. One statement."""
    here = sa.and_(AttendanceMark.gathering_id == gathering_id, _is_here(now))
    statement = sa.select(AttendanceMark.youth_id).join(Gathering, Gathering.id == AttendanceMark.gathering_id)
    return set(db.session().scalars(statement.where(here)))


def _to_call(lines: Sequence[GuardianLine]) -> GuardianLine | None:
    return next((line for line in lines if line.phone), None)


def _here(actor: Actor, permission: P, now: datetime, where: Where) -> list[Any]:
    statement = (
        sa.select(AttendanceMark, Person, Gathering, Group.name, Site.name)
        .join(Person, Person.id == AttendanceMark.youth_id)
        .join(Gathering, Gathering.id == AttendanceMark.gathering_id)
        .outerjoin(Group, Group.id == Gathering.group_id)
        .outerjoin(Site, Site.id == sa.func.coalesce(Gathering.site_id, Group.site_id))
        .where(_is_here(now), _in_care(actor, permission, clock.day_of(now)))
        .order_by(Person.folded_name, Person.id, Gathering.id)
    )
    if where.gathering_id is not None:
        statement = statement.where(Gathering.id == where.gathering_id)
    if where.site_id is not None:
        statement = statement.where(Site.id == where.site_id)
    if where.program_id is not None:
        of_program = sa.select(Season.id).where(Season.program_id == where.program_id).correlate(None)
        statement = statement.where(Gathering.season_id.in_(of_program))
    return list(db.session().execute(statement))


def _is_here(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        AttendanceMark.in_at.is_not(None), AttendanceMark.out_at.is_(None), Gathering.canceled_at.is_(None),
        Gathering.ends_at > now - STAYS_OPEN,
    )  # fmt: skip


def _reasons(rows: Sequence[Any], on: date) -> dict[tuple[int, int], list[NotCleared]]:
    """What keeps the youth here from taking part, by (gathering, youth)."""
    at: dict[int, list[int]] = {}
    seasons: dict[int, dict[int, list[int]]] = {}
    for _mark, person, gathering, *_rest in rows:
        at.setdefault(gathering.id, []).append(person.id)
        seasons.setdefault(gathering.season_id, {}).setdefault(person.id, []).append(gathering.id)
    found: dict[tuple[int, int], list[NotCleared]] = {}
    for season_id, of_youth in seasons.items():
        for youth_id, reasons in not_cleared(list(of_youth), season_id, on).items():
            for gathering_id in of_youth[youth_id]:
                found.setdefault((gathering_id, youth_id), []).extend(reasons)
    for key, reasons in not_cleared_at(at).items():
        found.setdefault(key, []).extend(reasons)
    return found


# ---- not checked out ----


@dataclass(frozen=True)
class LateLine:
    """A youth who is on site a quarter of an hour and more after the end."""

    youth_id: int
    name: str
    gathering_id: int
    title: str
    group: str | None
    ends_at: datetime


def not_checked_out(actor: Actor, now: datetime, gathering_id: int | None = None) -> list[LateLine]:
    """The youth at gatherings whose register the actor may take who were not checked out 15 minutes after the end. One statement."""
    statement = (
        sa.select(Person, Gathering, Group.name)
        .select_from(AttendanceMark)
        .join(Person, Person.id == AttendanceMark.youth_id)
        .join(Gathering, Gathering.id == AttendanceMark.gathering_id)
        .outerjoin(Group, Group.id == Gathering.group_id)
        .where(
            _is_here(now),
            Gathering.ends_at < now - LATE_AFTER,
            _in_care(actor, P.REGISTER_TAKE, clock.day_of(now)),
        )
        .order_by(Gathering.ends_at, Gathering.id, Person.folded_name, Person.id)
    )
    if gathering_id is not None:
        statement = statement.where(Gathering.id == gathering_id)
    return [
        LateLine(person.id, person.name, gathering.id, gathering.title, group, gathering.ends_at)
        for person, gathering, group in db.session().execute(statement)
    ]


def late_gatherings(now: datetime) -> dict[int, tuple[Gathering, list[int]]]:
    """Every gathering with youth not checked out 15 minutes after its end, with their keys. One statement."""
    rows = db.session().execute(
        sa.select(Gathering, AttendanceMark.youth_id)
        .join(AttendanceMark, AttendanceMark.gathering_id == Gathering.id)
        .where(_is_here(now), Gathering.ends_at < now - LATE_AFTER)
        .order_by(Gathering.id, AttendanceMark.youth_id)
    )
    found: dict[int, tuple[Gathering, list[int]]] = {}
    for gathering, youth_id in rows:
        found.setdefault(gathering.id, (gathering, []))[1].append(youth_id)
    return found
