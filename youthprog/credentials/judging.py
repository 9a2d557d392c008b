"""Whether adults may serve: asked when somebody assigns them, and of the meetings of the next days."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa

from youthprog.core import clock, db, serving
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, Refusal
from youthprog.core.serving import Adults, Look
from youthprog.credentials import rules
from youthprog.credentials.queries import Asked, Book, kinds, service_role, what_is_asked
from youthprog.credentials.types import CredentialState, Hours, Service, Standing
from youthprog.people.models import Person
from youthprog.people.types import PersonKind, spoken_name
from youthprog.programs.models import Gathering, Group, GroupStaff, Season
from youthprog.programs.queries import gatherings_within

DAYS_AHEAD = 7
MOST_ROWS = 3_000
DAY = timedelta(days=1)


# ---- hours ----


def hours_of(person_ids: Collection[int], on: date, *, also: Mapping[int, int] | None = None) -> dict[int, Hours]:
    """What each has served in the month and in the year of a day up to its end, what is set for it too: as leader of
    groups, and at games.

    `also` are minutes more by person. Two statements.
    """
    found = hours_on([(each, on) for each in person_ids])
    more = also or {}
    return {
        each: Hours(hours.month + more.get(each, 0), hours.year + more.get(each, 0))
        for (each, _on), hours in found.items()
    }


def hours_on(asked: Collection[tuple[int, date]]) -> dict[tuple[int, date], Hours]:
    """As `hours_of`, for people each on days of their own. Two statements, none for nobody."""
    if not asked:
        return {}
    days: dict[int, list[date]] = {}
    for person_id, on in asked:
        days.setdefault(person_id, []).append(on)
    first, last = min(on for _person, on in asked), max(on for _person, on in asked)
    from_at = datetime.combine(date(first.year, 1, 1), time(), tzinfo=UTC) - DAY
    until_at = datetime.combine(last, time(), tzinfo=UTC) + 2 * DAY
    rows = db.session().execute(
        sa.select(GroupStaff.person_id, GroupStaff.from_on, GroupStaff.until_on, Gathering.starts_at, Gathering.ends_at)
        .join(Gathering, Gathering.group_id == GroupStaff.group_id)
        .where(
            GroupStaff.person_id.in_(days), Gathering.canceled_at.is_(None),
            Gathering.starts_at >= from_at, Gathering.starts_at < until_at,
        )
    )  # fmt: skip
    served = [
        (person_id, starts_at, ends_at)
        for person_id, from_on, until_on, starts_at, ends_at in rows
        if from_on <= clock.day_of(starts_at) and (until_on is None or clock.day_of(starts_at) <= until_on)
    ]
    minutes = {each: [0, 0] for each in asked}
    for person_id, starts_at, ends_at in [*served, *serving.served_elsewhere(list(days), from_at, until_at)]:
        day, length = clock.day_of(starts_at), int((ends_at - starts_at).total_seconds() // 60)
        for on in days[person_id]:
            if day.year == on.year and day <= on:
                minutes[person_id, on][1] += length
                minutes[person_id, on][0] += length if day.month == on.month else 0
    return {each: Hours(month, year) for each, (month, year) in minutes.items()}


# ---- at an assignment ----


def judge(person_ids: Sequence[int], program_id: int, on: date, role: str, minutes: int) -> dict[int, Look]:
    """What speaks against each serving in a role of a program on a day, as `core.serving` asks. Nothing is asked: nothing.

    `minutes` are what they would serve that day beyond what they serve already.
    """
    asked = what_is_asked()
    if not asked.requirements:
        return {}
    book, named = Book(person_ids, on, asked=asked), kinds()
    services, limits = [Service(program_id, service_role(role))], book.limits(program_id)
    stand = {each: book.standings(each, services, on) for each in book.ids}
    limited = [each for each in book.ids if rules.waits_for_hours(stand[each])]
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
    sentence = N_(
        "With this, %(name)s comes to %(percent)s %% of the hours of a volunteer who is not fully cleared. See what is missing."
    )
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
    """Somebody who leads a meeting, on its day."""

    gathering_id: int
    program_id: int
    on: date
    person_id: int
    role: str


@dataclass(frozen=True)
class _Meeting:
    """A meeting of a group."""

    gathering_id: int
    title: str
    group: str
    program_id: int
    starts_at: datetime


@dataclass(frozen=True)
class _Led:
    """Meetings, who leads them, and of these the names and births."""

    meetings: list[_Meeting]
    leaders: list[_Leader]
    names: dict[int, str]
    born: dict[int, tuple[date | None, bool]]


@dataclass(frozen=True)
class ThinMeeting:
    """A meeting of the next days with fewer cleared adults than it needs."""

    gathering_id: int
    title: str
    group: str
    starts_at: datetime
    adults: Adults


@dataclass(frozen=True)
class LeaderStanding:
    """Somebody who leads a meeting of the next days and of whose papers something is missing or ends soon."""

    person_id: int
    name: str
    missing: int


@dataclass(frozen=True)
class Ahead:
    """The next days: meetings with too few cleared adults, and leaders whose papers need something, the worst first."""

    thin: tuple[ThinMeeting, ...]
    people: tuple[LeaderStanding, ...]


def adults_at(gathering_ids: Collection[int]) -> dict[int, Adults]:
    """Who leads each of these meetings of groups, judged on its own day. Empty where nothing is asked.

    Six statements at most, however many meetings.
    """
    asked = what_is_asked() if gathering_ids else None
    if asked is None or not asked.requirements:
        return {}
    led = _led(Gathering.id.in_(gathering_ids))
    return _adults(led, _standings(led, asked), asked) if led.meetings else {}


def ahead(actor: Actor, now: datetime, *, days: int = DAYS_AHEAD) -> Ahead | None:
    """What the meetings of the next days within reach lack; None where nothing is asked. Six statements at most."""
    asked = what_is_asked()
    if not asked.requirements:
        return None
    led = _led(
        Gathering.starts_at >= now,
        Gathering.starts_at < now + timedelta(days=days),
        Gathering.canceled_at.is_(None),
        gatherings_within(actor, P.CREDENTIAL_READ, clock.day_of(now)),
    )
    if not led.meetings:
        return Ahead((), ())
    stand = _standings(led, asked)
    adults = _adults(led, stand, asked)
    thin = tuple(
        ThinMeeting(each.gathering_id, each.title, each.group, each.starts_at, adults[each.gathering_id])
        for each in led.meetings
        if adults[each.gathering_id].are_too_few
    )
    return Ahead(thin, _worst_first(stand, led.names))


def _worst_first(stand: Mapping[_Leader, tuple[Standing, ...]], names: Mapping[int, str]) -> tuple[LeaderStanding, ...]:
    missing: dict[int, set[str]] = {}
    for leader, standings in stand.items():
        asked = [each for each in standings if each.is_required]
        if any(not each.is_held or each.state is not CredentialState.APPROVED for each in asked):
            lacking = {each.kind for each in asked if not each.in_force}
            missing.setdefault(leader.person_id, set()).update(lacking)
    lines = [LeaderStanding(key, names[key], len(kinds_)) for key, kinds_ in missing.items()]
    return tuple(sorted(lines, key=lambda line: (-line.missing, line.name, line.person_id)))


def thin_meetings(actor: Actor, now: datetime, *, days: int = DAYS_AHEAD) -> tuple[ThinMeeting, ...]:
    """Meetings of the next days within reach that fewer cleared adults lead than they need, soonest first."""
    found = ahead(actor, now, days=days)
    return found.thin if found else ()


def _led(*conditions: sa.ColumnElement[bool]) -> _Led:
    """Meetings of groups that meet conditions, with whoever leads them on their day. One statement."""
    rows = db.session().execute(
        sa.select(
            Gathering.id, Gathering.title, Group.name, Season.program_id, Gathering.starts_at, GroupStaff.role,
            GroupStaff.from_on, GroupStaff.until_on, Person.id, Person.given_name, Person.preferred_name,
            Person.family_name, Person.born_on, Person.kind,
        )
        .select_from(Gathering)
        .join(Group, Group.id == Gathering.group_id)
        .join(Season, Season.id == Gathering.season_id)
        .outerjoin(GroupStaff, GroupStaff.group_id == Group.id)
        .outerjoin(Person, Person.id == GroupStaff.person_id)
        .where(*conditions)
        .order_by(Gathering.starts_at, Gathering.id, GroupStaff.id)
        .limit(MOST_ROWS)
    )  # fmt: skip
    meetings: dict[int, _Meeting] = {}
    led = _Led([], [], {}, {})
    for key, title, group, program_id, starts_at, role, from_on, until_on, person_id, *who in rows:
        meetings.setdefault(key, _Meeting(key, title, group, program_id, starts_at))
        on = clock.day_of(starts_at)
        if person_id is None or on < from_on or (until_on is not None and on > until_on):
            continue
        given, preferred, family, born_on, kind = who
        led.leaders.append(_Leader(key, program_id, on, person_id, role.value))
        led.names[person_id] = spoken_name(given, preferred, family)
        led.born[person_id] = (born_on, kind is PersonKind.ADULT)
    led.meetings.extend(meetings.values())
    return led


def _adults(led: _Led, stand: Mapping[_Leader, tuple[Standing, ...]], asked: Asked) -> dict[int, Adults]:
    """By meeting, how many of its adults are cleared on its day and why others are not."""
    hours = _hours_where_needed(stand)
    by_meeting: dict[int, dict[int, tuple[Refusal, ...]]] = {}
    for each in led.leaders:
        born_on, is_adult = led.born[each.person_id]
        if rules.is_adult_on(born_on, is_adult, each.on):
            limits = asked.limits.get(each.program_id) or asked.limits[None]
            served, name = hours.get((each.person_id, each.on), Hours()), led.names[each.person_id]
            refusals = tuple(rules.refusals_to_serve(name, stand[each], {}, served, limits))
            there = by_meeting.setdefault(each.gathering_id, {})
            there[each.person_id] = there.get(each.person_id, ()) + refusals
    found = {}
    for meeting in led.meetings:
        people = by_meeting.get(meeting.gathering_id, {})
        not_cleared = tuple((key, led.names[key], reasons) for key, reasons in people.items() if reasons)
        needed = (asked.limits.get(meeting.program_id) or asked.limits[None]).fewest_adults
        found[meeting.gathering_id] = Adults(len(people) - len(not_cleared), needed, not_cleared)
    return found


def _standings(led: _Led, asked: Asked) -> dict[_Leader, tuple[Standing, ...]]:
    """Where each leader stands on each day. Whoever holds everything on the last of coming days does so on all of them."""
    if not led.leaders:
        return {}
    first = min(each.on for each in led.leaders)
    book = Book(led.names, first, asked=asked, born=led.born)
    last: dict[tuple[int, int, str], date] = {}
    for each in led.leaders:
        who = (each.person_id, each.program_id, each.role)
        last[who] = max(last.get(who, each.on), each.on)
    at_end = {who: _standing(book, *who, on) for who, on in last.items()}
    lasting = {who for who, standings in at_end.items() if first >= clock.today() and _holds_all(standings)}
    found = {}
    for each in led.leaders:
        who = (each.person_id, each.program_id, each.role)
        found[each] = at_end[who] if who in lasting or each.on == last[who] else _standing(book, *who, each.on)
    return found


def _standing(book: Book, person_id: int, program_id: int, role: str, on: date) -> tuple[Standing, ...]:
    return book.standings(person_id, [Service(program_id, service_role(role))], on)


def _holds_all(standings: Iterable[Standing]) -> bool:
    return all(each.is_held for each in standings if each.is_required)


def _hours_where_needed(stand: Mapping[_Leader, tuple[Standing, ...]]) -> dict[tuple[int, date], Hours]:
    """The hours of those who wait for nothing but hours, by person and day. Two statements, none for none."""
    asked = sorted({(each.person_id, each.on) for each, standings in stand.items() if rules.waits_for_hours(standings)})
    return hours_on(asked)
