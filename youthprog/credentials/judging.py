"""Whether adults may serve: asked when somebody assigns them, and of the meetings of the next days."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, Refusal
from youthprog.core.serving import Adults, Look
from youthprog.credentials import rules
from youthprog.credentials.queries import Book, asks_anything, kinds, service_role
from youthprog.credentials.types import Hours, Service, Standing
from youthprog.people.models import Person
from youthprog.people.types import spoken_name
from youthprog.programs.models import Gathering, Group, GroupStaff, Season
from youthprog.programs.queries import gatherings_within

DAYS_AHEAD = 7
MOST_MEETINGS = 400
DAY = timedelta(days=1)


# ---- hours ----


def hours_of(person_ids: Collection[int], on: date, *, also: Mapping[int, int] | None = None) -> dict[int, Hours]:
    """What each has served, as leader of groups, in the month and in the year of a day up to its end, meetings set for it too.

    `also` are minutes more by person. One statement.
    """
    minutes: dict[int, list[int]] = {each: [(also or {}).get(each, 0)] * 2 for each in person_ids}
    if not minutes:
        return {}
    first = datetime.combine(date(on.year, 1, 1), time(), tzinfo=UTC) - DAY
    last = datetime.combine(on, time(), tzinfo=UTC) + 2 * DAY
    rows = db.session().execute(
        sa.select(GroupStaff.person_id, GroupStaff.from_on, GroupStaff.until_on, Gathering.starts_at, Gathering.ends_at)
        .join(Gathering, Gathering.group_id == GroupStaff.group_id)
        .where(
            GroupStaff.person_id.in_(minutes), Gathering.canceled_at.is_(None),
            Gathering.starts_at >= first, Gathering.starts_at < last,
        )
    )  # fmt: skip
    for person_id, from_on, until_on, starts_at, ends_at in rows:
        day = clock.day_of(starts_at)
        if day.year != on.year or day > on or day < from_on or (until_on is not None and day > until_on):
            continue
        length = int((ends_at - starts_at).total_seconds() // 60)
        minutes[person_id][1] += length
        minutes[person_id][0] += length if day.month == on.month else 0
    return {each: Hours(month, year) for each, (month, year) in minutes.items()}


# ---- at an assignment ----


def judge(person_ids: Sequence[int], program_id: int, on: date, role: str, minutes: int) -> dict[int, Look]:
    """What speaks against each serving in a role of a program on a day, as `core.serving` asks. Nothing is asked: nothing.

    `minutes` are what they would serve that day beyond what they serve already.
    """
    if not asks_anything():
        return {}
    book, named = Book(person_ids, on), kinds()
    services, limits = [Service(program_id, service_role(role))], book.limits(program_id)
    stand = {each: book.standings(each, services, on) for each in book.ids}
    limited = [each for each in book.ids if not rules.is_fully_cleared(stand[each])]
    hours, names = hours_of(limited, on, also=dict.fromkeys(limited, minutes)), _names(book.ids)
    found = {}
    for each in book.ids:
        served = hours.get(each, Hours())
        refusals = rules.refusals_to_serve(names.get(each, ""), stand[each], named, served, limits)
        warnings = []
        if not refusals and rules.waits_for_hours(stand[each]) and rules.warns_of_hours(stand[each], served, limits):
            warnings.append(_hours_warning(names.get(each, ""), rules.used_percent(served, limits)))
        found[each] = Look(tuple(refusals), tuple(rules.permits_used(stand[each])), tuple(warnings))
    return found


def _hours_warning(name: str, percent: int) -> Refusal:
    sentence = N_("%(name)s has used %(percent)s %% of the hours of a volunteer who is not fully cleared.")
    return Refusal("hours_warning", sentence, "person_id", {"name": name, "percent": percent})


def _names(person_ids: Collection[int]) -> dict[int, str]:
    rows = db.session().execute(
        sa.select(Person.id, Person.given_name, Person.preferred_name, Person.family_name).where(
            Person.id.in_(person_ids)
        )
    )
    return {key: spoken_name(given, preferred, family) for key, given, preferred, family in rows}


# ---- at meetings ----


@dataclass(frozen=True)
class _Leader:
    gathering_id: int
    program_id: int
    on: date
    person_id: int
    role: str


@dataclass(frozen=True)
class ThinMeeting:
    """A meeting of the next days with fewer cleared adults than it needs."""

    gathering_id: int
    title: str
    group_id: int
    group: str
    starts_at: datetime
    adults: Adults


def adults_at(gathering_ids: Collection[int]) -> dict[int, Adults]:
    """Who leads each of these meetings of groups, judged on its own day. Empty where nothing is asked.

    Nine statements, however many meetings.
    """
    if not gathering_ids or not asks_anything():
        return {}
    rows = db.session().execute(
        sa.select(Gathering.id, Season.program_id, Gathering.starts_at, Gathering.group_id)
        .join(Season, Season.id == Gathering.season_id)
        .where(Gathering.id.in_(gathering_ids), Gathering.group_id.is_not(None))
    )
    meetings = {row.id: (row.program_id, clock.day_of(row.starts_at), row.group_id) for row in rows}
    return _adults(meetings)


def _adults(meetings: Mapping[int, tuple[int, date, int]]) -> dict[int, Adults]:
    """By meeting: its program, day and group."""
    if not meetings:
        return {}
    leaders = _leaders(meetings)
    first = min(on for _program, on, _group in meetings.values())
    book = Book({each.person_id for each in leaders}, first)
    named, names = kinds(), _names(book.ids)
    stand = {
        each: book.standings(each.person_id, [Service(each.program_id, service_role(each.role))], each.on)
        for each in leaders
    }
    hours = _hours_where_needed(stand)
    by_meeting: dict[int, list[tuple[_Leader, tuple[Refusal, ...]]]] = {}
    for each in leaders:
        served, limits = hours.get((each.person_id, each.on), Hours()), book.limits(each.program_id)
        refusals = rules.refusals_to_serve(names[each.person_id], stand[each], named, served, limits)
        if book.is_adult(each.person_id, each.on):
            by_meeting.setdefault(each.gathering_id, []).append((each, tuple(refusals)))
    return {
        key: _counted(by_meeting.get(key, ()), book.limits(program_id).fewest_adults, names)
        for key, (program_id, _on, _group) in meetings.items()
    }


def _counted(there: Iterable[tuple[_Leader, tuple[Refusal, ...]]], needed: int, names: Mapping[int, str]) -> Adults:
    by_person: dict[int, tuple[Refusal, ...]] = {}
    for each, refusals in there:
        by_person[each.person_id] = by_person.get(each.person_id, ()) + refusals
    not_cleared = tuple((key, names[key], reasons) for key, reasons in by_person.items() if reasons)
    return Adults(len(by_person) - len(not_cleared), needed, not_cleared)


def _leaders(meetings: Mapping[int, tuple[int, date, int]]) -> list[_Leader]:
    groups = {group_id for _program, _on, group_id in meetings.values()}
    rows = db.session().execute(
        sa.select(GroupStaff.group_id, GroupStaff.person_id, GroupStaff.role, GroupStaff.from_on, GroupStaff.until_on)
        .where(GroupStaff.group_id.in_(groups))
        .order_by(GroupStaff.id)
    )
    by_group: dict[int, list[Any]] = {}
    for row in rows:
        by_group.setdefault(row.group_id, []).append(row)
    return [
        _Leader(key, program_id, on, row.person_id, row.role.value)
        for key, (program_id, on, group_id) in meetings.items()
        for row in by_group.get(group_id, ())
        if row.from_on <= on and (row.until_on is None or on <= row.until_on)
    ]


def _hours_where_needed(stand: Mapping[_Leader, tuple[Standing, ...]]) -> dict[tuple[int, date], Hours]:
    """The hours of those who wait for nothing but hours; few, so that each day of theirs may be asked alone."""
    asked: dict[date, set[int]] = {}
    for each, standings in stand.items():
        if rules.waits_for_hours(standings):
            asked.setdefault(each.on, set()).add(each.person_id)
    return {(key, on): hours for on, ids in asked.items() for key, hours in hours_of(ids, on).items()}


def thin_meetings(actor: Actor, now: datetime, *, days: int = DAYS_AHEAD) -> list[ThinMeeting]:
    """Meetings of the next days within reach that fewer cleared adults lead than they need, soonest first."""
    if not asks_anything():
        return []
    rows = db.session().execute(
        sa.select(Gathering.id, Gathering.title, Group.id, Group.name, Gathering.starts_at, Season.program_id)
        .join(Group, Group.id == Gathering.group_id)
        .join(Season, Season.id == Gathering.season_id)
        .where(
            Gathering.starts_at >= now, Gathering.starts_at < now + timedelta(days=days),
            Gathering.canceled_at.is_(None), gatherings_within(actor, P.CREDENTIAL_READ, clock.day_of(now)),
        )
        .order_by(Gathering.starts_at, Gathering.id)
        .limit(MOST_MEETINGS)
    ).all()  # fmt: skip
    adults = _adults({row[0]: (row[5], clock.day_of(row[4]), row[2]) for row in rows})
    return [
        ThinMeeting(key, title, group_id, group, starts_at, adults[key])
        for key, title, group_id, group, starts_at, _program_id in rows
        if adults[key].are_too_few
    ]
