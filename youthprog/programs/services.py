"""Verbs of the programs room. They never commit; each deed leaves its audit line.

A place is given by a conditional update under the season's row lock, so that capacity holds to the last
place whoever asks at the same moment, on both engines.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from youthprog.access.services import assign, place, unassign, unplace
from youthprog.audit.services import record
from youthprog.core import clock, db, serving
from youthprog.core.actor import SYSTEM, Actor
from youthprog.core.events import publish
from youthprog.core.refusals import N_, Refusal, Refused, refuse_if
from youthprog.core.text import fold
from youthprog.people import queries as people
from youthprog.people.rules import age_on
from youthprog.people.types import PeopleMerged, PersonKind
from youthprog.programs import queries, rules
from youthprog.programs.models import (
    Enrollment,
    Gathering,
    Group,
    GroupMember,
    GroupStaff,
    Program,
    ProgramRuleChange,
    Season,
    Site,
)
from youthprog.programs.types import (
    EnrollmentStatus,
    GatheringCanceled,
    GatheringChanged,
    GatheringKind,
    GroupChanged,
    GroupKind,
    GroupLed,
    GuardianRule,
    ProgramKind,
    ServiceWarned,
    StaffRole,
    WhenAndWhere,
    YouthEnrolled,
    YouthWithdrawn,
)

ENROLLED, WAITLISTED, WITHDRAWN = (
    EnrollmentStatus.ENROLLED,
    EnrollmentStatus.WAITLISTED,
    EnrollmentStatus.WITHDRAWN,
)
ADULT_AGE = 18
# What is kept of a meeting so that it can be put back.
RESTORED = ("starts_at", "ends_at", "place", "title", "site_id", "canceled_at", "canceled_reason")

# ---- programs, seasons, sites, groups ----


def open_program(
    kind: ProgramKind,
    name: str,
    name_es: str,
    *,
    by: Actor,
    now: datetime,
    summary: str = "",
    summary_es: str = "",
    guardian_rule: GuardianRule = GuardianRule.ONE,
    alone_from_age: int | None = None,
    absent_running: int = 2,
) -> Program:
    """Begin a program, in both languages."""
    if queries.find_program(name) is not None:
        raise Refused([Refusal("name_taken", N_("There is a program of this name."), "name")])
    program = Program(
        kind=kind, name=name, name_es=name_es or name, summary=summary, summary_es=summary_es,
        guardian_rule=guardian_rule, alone_from_age=alone_from_age, absent_running=absent_running,
    )  # fmt: skip
    db.session().add(program)
    db.flush()
    record("program.opened", "program", program.id, by=by, now=now, name=name)
    return program


def change_program(
    program: Program,
    *,
    name: str,
    name_es: str,
    summary: str,
    summary_es: str,
    by: Actor,
    now: datetime,
    guardian_rule: GuardianRule | None = None,
    alone_from_age: int | None = None,
    absent_running: int | None = None,
) -> None:
    """Change what a program is called, says of itself and asks of guardians. A new rule holds from the day on.

    Without `alone_from_age` nobody leaves alone from now on. `absent_running`: after how many absences running a young
    person is shown on Today; None leaves it.
    """
    other = queries.find_program(name)
    if other is not None and other.id != program.id:
        raise Refused([Refusal("name_taken", N_("There is a program of this name."), "name")])
    program.name, program.name_es = name, name_es or name
    program.summary, program.summary_es = summary, summary_es
    detail: dict[str, list[Any]] = {}
    if alone_from_age != program.alone_from_age:
        detail["alone_from_age"] = [program.alone_from_age, alone_from_age]
        program.alone_from_age = alone_from_age
    if absent_running is not None and absent_running != program.absent_running:
        detail["absent_running"] = [program.absent_running, absent_running]
        program.absent_running = absent_running
    if guardian_rule is not None and guardian_rule is not program.guardian_rule:
        detail["guardian_rule"] = [program.guardian_rule.value, guardian_rule.value]
        was = ProgramRuleChange(
            program_id=program.id, changed_on=clock.day_of(now), guardian_rule=program.guardian_rule
        )
        db.session().add(was)
        program.guardian_rule = guardian_rule
    db.flush()
    record("program.changed", "program", program.id, by=by, now=now, **detail)


def open_season(
    program: Program,
    name: str,
    name_es: str = "",
    *,
    starts_on: date,
    ends_on: date,
    age_cutoff_on: date,
    by: Actor,
    now: datetime,
    min_age: int = 5,
    max_age: int = 17,
    capacity: int | None = None,
    site_id: int | None = None,
    registration_opens_on: date | None = None,
    registration_closes_on: date | None = None,
) -> Season:
    """Open a run of a program. Age is judged on the cut-off day; no capacity means no limit."""
    facts = rules.SeasonFacts(
        starts_on=starts_on,
        ends_on=ends_on,
        min_age=min_age,
        max_age=max_age,
        capacity=capacity,
        registration_opens_on=registration_opens_on,
        registration_closes_on=registration_closes_on,
        name_is_taken=queries.find_season(program.id, name) is not None,
    )
    refuse_if(rules.refusals_to_open_season(facts))
    season = Season(
        program=program,
        name=name,
        name_es=name_es or name,
        starts_on=starts_on,
        ends_on=ends_on,
        age_cutoff_on=age_cutoff_on,
        min_age=min_age,
        max_age=max_age,
        capacity=capacity,
        taken=0,
        site_id=site_id,
        registration_opens_on=registration_opens_on,
        registration_closes_on=registration_closes_on,
    )
    db.session().add(season)
    db.flush()
    record("season.opened", "season", season.id, by=by, now=now, program_id=program.id)
    return season


def change_season(season: Season, *, by: Actor, now: datetime, **wanted: Any) -> list[Enrollment]:
    """Change a season; places that become free go to the waitlist at once. Returns who moved up.

    `wanted` are columns of the season. Capacity below the places given is refused.
    """
    _lock(Season, season.id)
    db.session().refresh(season, ["taken"])
    other = queries.find_season(season.program_id, wanted.get("name", season.name))
    fields = ("starts_on", "ends_on", "min_age", "max_age", "capacity", "registration_opens_on")
    values = {name: wanted.get(name, getattr(season, name)) for name in (*fields, "registration_closes_on")}
    taken_name = other is not None and other.id != season.id
    refuse_if(rules.refusals_to_open_season(rules.SeasonFacts(**values, taken=season.taken, name_is_taken=taken_name)))
    changed = [name for name, value in wanted.items() if getattr(season, name) != value]
    for name in changed:
        setattr(season, name, wanted[name])
    db.flush()
    if changed:
        record("season.changed", "season", season.id, by=by, now=now, changed=changed)
    return move_up(season, by=by, now=now)


def add_site(name: str, *, by: Actor, now: datetime, address: str | None = None) -> Site:
    """Add a place where people meet."""
    if queries.find_site(name) is not None:
        raise Refused([Refusal("name_taken", N_("There is a site of this name."), "name")])
    site = Site(name=name, address=address or None)
    db.session().add(site)
    db.flush()
    record("site.added", "site", site.id, by=by, now=now)
    return site


def change_site(site: Site, *, name: str, address: str | None, by: Actor, now: datetime) -> None:
    """Correct a site's name and address."""
    other = queries.find_site(name)
    if other is not None and other.id != site.id:
        raise Refused([Refusal("name_taken", N_("There is a site of this name."), "name")])
    site.name, site.address = name, address or None
    db.flush()
    record("site.changed", "site", site.id, by=by, now=now)


def open_group(
    season: Season,
    kind: GroupKind,
    name: str,
    *,
    by: Actor,
    now: datetime,
    meets: str | None = None,
    places: int | None = None,
    site_id: int | None = None,
) -> Group:
    """Make a team, a mentoring group or a class of a season."""
    if queries.find_group(season.id, fold(name)) is not None:
        raise Refused([Refusal("name_taken", N_("This season has a group of this name."), "name")])
    group = Group(
        season=season, kind=kind, name=name, folded_name=fold(name), meets=meets, places=places, site_id=site_id
    )
    db.session().add(group)
    db.flush()
    record("group.opened", "group", group.id, by=by, now=now, season_id=season.id)
    return group


def change_group(
    group: Group,
    *,
    name: str,
    by: Actor,
    now: datetime,
    meets: str | None = None,
    places: int | None = None,
    site_id: int | None = None,
) -> None:
    """Change what a group is called, when and where it meets, and how many it takes."""
    _lock(Group, group.id)
    other = queries.find_group(group.season_id, fold(name))
    facts = rules.GroupFacts(
        name_is_taken=other is not None and other.id != group.id,
        places=places,
        members=len(queries.member_ids(group.id, clock.day_of(now))),
    )
    refuse_if(rules.refusals_to_change_group(facts))
    group.name, group.folded_name = name, fold(name)
    group.meets, group.places, group.site_id = meets or None, places, site_id
    db.flush()
    record("group.changed", "group", group.id, by=by, now=now)


# ---- places ----


def enroll(youth_id: int, season_id: int, *, by: Actor, now: datetime, age_exception: str | None = None) -> Enrollment:
    """Give a youth a place, or a place in line when the season is full or others wait.

    Raises `Refused` with every reason, `NotFound` when youth or season are unknown.
    """
    youth, season, on = people.get_person(youth_id), queries.get_season(season_id), clock.day_of(now)
    _lock(Season, season_id)
    row = queries.find_enrollment(season_id, youth_id)
    facts = rules.EnrollFacts(
        is_youth=youth.kind is PersonKind.YOUTH,
        born_on=youth.born_on,
        status=row.status if row else None,
        age_cutoff_on=season.age_cutoff_on,
        min_age=season.min_age,
        max_age=season.max_age,
        ends_on=season.ends_on,
        today=on,
        age_exception=age_exception,
    )
    refuse_if(rules.refusals_to_enroll(facts))
    has_place = not queries.waiting_in(season_id) and _take_place(season)
    if row is None:
        row = Enrollment(season_id=season_id, youth_id=youth_id)
        db.session().add(row)
    row.status = ENROLLED if has_place else WAITLISTED
    row.asked_at, row.enrolled_at = now, now if has_place else None
    row.ended_at = row.ended_reason = None
    row.age_exception = age_exception if rules.refusals_of_age(facts) else None
    db.flush()
    place(youth_id, season.program_id, source=f"season:{season_id}", from_on=on)
    record(f"enrollment.{row.status.value}", "person", youth_id, by=by, now=now, season_id=season_id)
    if has_place:
        publish(YouthEnrolled(row.id, youth_id, season_id))
    return row


def withdraw(enrollment: Enrollment, *, by: Actor, now: datetime, reason: str = "") -> list[Enrollment]:
    """Give a place, or a place in line, up. The youth leaves the season's groups; who waits moves up.

    Returns who moved up.
    """
    season_id, youth_id, on = enrollment.season_id, enrollment.youth_id, clock.day_of(now)
    _lock(Season, season_id)
    db.session().refresh(enrollment, ["status"])
    if enrollment.status not in rules.ACTIVE:
        raise Refused([Refusal("not_active", N_("This enrollment ended already."))])
    had_place = enrollment.status is ENROLLED
    enrollment.status, enrollment.ended_at, enrollment.ended_reason = WITHDRAWN, now, reason or None
    db.flush()
    season = queries.get_season(season_id)
    for group_id, _name in queries.groups_of([youth_id], season_id).get(youth_id, []):
        leave_group(youth_id, _group(group_id), by=by, now=now)
    unplace(youth_id, source=f"season:{season_id}", on=on)
    record("enrollment.withdrawn", "person", youth_id, by=by, now=now, season_id=season_id)
    publish(YouthWithdrawn(enrollment.id, youth_id, season_id))
    if not had_place:
        return []
    _free_place(season)
    return move_up(season, by=by, now=now)


def move_up(season: Season, *, by: Actor, now: datetime) -> list[Enrollment]:
    """Give free places to those who wait, longest wait first. Returns who got one."""
    _lock(Season, season.id)
    moved: list[Enrollment] = []
    if season.ends_on < clock.day_of(now):
        return moved
    for waiting in rules.waitlist_order(queries.waiting_in(season.id)):
        if not _take_place(season):
            break
        row = db.session().get_one(Enrollment, waiting.enrollment_id, populate_existing=True)
        row.status, row.enrolled_at = ENROLLED, now
        db.flush()
        record("enrollment.moved_up", "person", row.youth_id, by=by, now=now, season_id=season.id)
        publish(YouthEnrolled(row.id, row.youth_id, season.id))
        moved.append(row)
    return moved


def _lock(model: type[Any], key: int) -> None:
    """Let one transaction at a time go on from here for this row. SQLite's writers queue already."""
    db.flush()
    table: Any = model.__table__
    db.session().execute(sa.select(table.c.id).where(table.c.id == key).with_for_update())


def _take_place(season: Season) -> bool:
    table: Any = Season.__table__
    free = sa.or_(table.c.capacity.is_(None), table.c.taken < table.c.capacity)
    statement = sa.update(table).where(table.c.id == season.id, free).values(taken=table.c.taken + 1)
    given = db.session().execute(statement).rowcount == 1  # type: ignore[attr-defined]
    db.session().expire(season, ["taken"])
    return bool(given)


def _free_place(season: Season) -> None:
    table: Any = Season.__table__
    statement = sa.update(table).where(table.c.id == season.id, table.c.taken > 0).values(taken=table.c.taken - 1)
    db.session().execute(statement)
    db.session().expire(season, ["taken"])


# ---- groups ----


def join_group(youth_id: int, group: Group, *, by: Actor, now: datetime, jersey: str | None = None) -> GroupMember:
    """Put an enrolled youth into a group; those who lead it are assigned to the youth."""
    on = clock.day_of(now)
    _lock(Group, group.id)
    enrollment = queries.find_enrollment(group.season_id, youth_id)
    inside = queries.members_of(group.id, on)
    leaders = _leaders(group.id, on)
    facts = rules.JoinFacts(
        status=enrollment.status if enrollment else None,
        is_member=queries.find_membership(group.id, youth_id) is not None,
        places=group.places,
        members=len(inside),
        jersey=jersey,
        jersey_is_taken=jersey is not None and _wears(group.id, jersey),
        kept_away=_are_kept_apart([youth_id], leaders, on),
    )
    refuse_if(rules.refusals_to_join(facts))
    member = GroupMember(group_id=group.id, youth_id=youth_id, jersey=jersey or None, from_on=on)
    db.session().add(member)
    db.flush()
    assign([(adult_id, youth_id) for adult_id in leaders], source=_source(group.id), from_on=on)
    record("group.joined", "person", youth_id, by=by, now=now, group_id=group.id)
    publish(GroupChanged(youth_id, group.season_id, group.id, on, joined=True))
    return member


def join_many(youth_ids: Sequence[int], group: Group, *, by: Actor, now: datetime) -> None:
    """Put enrolled youth into a group at once; those who lead it are assigned to each. Who is in it already stays.

    Raises `Refused` when somebody has no place in the season, custody keeps one from whoever leads the group, or the
    group has too few places.
    """
    on = clock.day_of(now)
    _lock(Group, group.id)
    inside = set(queries.member_ids(group.id, on))
    coming = [youth_id for youth_id in youth_ids if youth_id not in inside]
    leaders, reasons = _leaders(group.id, on), []
    if len(queries.enrolled_among(group.season_id, coming)) < len(coming):
        reasons.append(Refusal("not_enrolled", N_("Somebody of these has no place in the season any more.")))
    if group.places is not None and len(inside) + len(coming) > group.places:
        sentence = N_("%(group)s has %(places)s places.")
        reasons.append(Refusal("group_full", sentence, values={"group": group.name, "places": group.places}))
    if _are_kept_apart(coming, leaders, on):
        sentence = N_("Somebody of these cannot be put in %(group)s. Look at their files.")
        reasons.append(Refusal("kept_away", sentence, values={"group": group.name}))
    refuse_if(reasons)
    db.session().add_all(GroupMember(group_id=group.id, youth_id=youth_id, from_on=on) for youth_id in coming)
    db.flush()
    pairs = [(adult_id, youth_id) for adult_id in leaders for youth_id in coming]
    assign(pairs, source=_source(group.id), from_on=on)
    for youth_id in coming:
        record("group.joined", "person", youth_id, by=by, now=now, group_id=group.id)
        publish(GroupChanged(youth_id, group.season_id, group.id, on, joined=True))


def _leaders(group_id: int, on: date) -> list[int]:
    return [line.person_id for line in queries.staff_of([group_id], on).get(group_id, [])]


def _are_kept_apart(youth_ids: Sequence[int], adult_ids: Sequence[int], on: date) -> bool:
    """Whether custody keeps one of these adults from one of these youth."""
    if not adult_ids:
        return False
    limits = people.restrictions_on(youth_ids, on)
    return any((youth_id, adult_id) in limits for youth_id in youth_ids for adult_id in adult_ids)


def _wears(group_id: int, jersey: str) -> bool:
    table = GroupMember
    statement = sa.select(table.id).where(table.group_id == group_id, table.jersey == jersey, table.until_on.is_(None))
    return db.session().scalar(statement.limit(1)) is not None


def give_jersey(member: GroupMember, jersey: str | None, *, by: Actor, now: datetime) -> None:
    """Give a member of a group a number, which no teammate wears; None takes it away."""
    if jersey is not None and jersey != member.jersey and _wears(member.group_id, jersey):
        reason = N_("Somebody else wears number %(number)s.")
        raise Refused([Refusal("jersey_taken", reason, "jersey", {"number": jersey})])
    member.jersey = jersey or None
    db.flush()
    record("group.numbered", "person", member.youth_id, by=by, now=now, group_id=member.group_id)


def leave_group(youth_id: int, group: Group, *, by: Actor, now: datetime) -> None:
    """Take a youth out of a group from today on."""
    on = clock.day_of(now)
    member = queries.find_membership(group.id, youth_id)
    if member is None:
        return
    member.until_on = _day_before(member.from_on, on)
    db.flush()
    unassign(_source(group.id), on=on, youth_id=youth_id)
    record("group.left", "person", youth_id, by=by, now=now, group_id=group.id)
    if member.from_on < on:  # put in and taken out on one day is a slip of the hand, no change of team
        publish(GroupChanged(youth_id, group.season_id, group.id, on, joined=False))


def lead_group(person_id: int, group: Group, role: StaffRole, *, by: Actor, now: datetime) -> GroupStaff:
    """Let an adult lead a group; the adult is assigned to each youth in it.

    What they must hold is looked at for the day of the group's next meeting (`core.serving`); an exception it rests on is
    part of the audit line.
    """
    on = clock.day_of(now)
    person = people.get_person(person_id)
    _lock(Group, group.id)
    youth_ids = queries.member_ids(group.id, on)
    grown = person.born_on is not None and age_on(person.born_on, on) >= ADULT_AGE
    look = _look_at_leader(person_id, group, role, now)
    refuse_if(
        [
            *rules.refusals_to_lead(
                is_adult=person.kind is PersonKind.ADULT or grown,
                already=person_id in _leaders(group.id, on),
                kept_away=_are_kept_apart(youth_ids, [person_id], on),
            ),
            *look.refusals,
        ]
    )
    row = GroupStaff(group_id=group.id, person_id=person_id, role=role, from_on=on)
    db.session().add(row)
    db.flush()
    assign([(person_id, youth_id) for youth_id in youth_ids], source=_source(group.id), from_on=on)
    excused = {"exceptions": list(look.permits)} if look.permits else {}
    record("group.led", "group", group.id, by=by, now=now, person_id=person_id, role=role.value, **excused)
    publish(GroupLed(person_id, group.id, on))
    if look.warnings:
        publish(ServiceWarned(person_id, look.warnings))
    return row


def _look_at_leader(person_id: int, group: Group, role: StaffRole, now: datetime) -> serving.Look:
    """What speaks against somebody at the group's next meeting, or today when none is set."""
    following = queries.next_meeting(group.id, now)
    on = clock.day_of(following[0]) if following else clock.day_of(now)
    minutes = int((following[1] - following[0]).total_seconds() // 60) if following else 0
    program_id = queries.get_season(group.season_id).program_id
    return serving.look_at(person_id, program_id=program_id, on=on, role=role.value, minutes=minutes)


def stop_leading(person_id: int, group: Group, *, by: Actor, now: datetime) -> None:
    """Let an adult lead a group no longer, from today on."""
    on = clock.day_of(now)
    rows = db.session().scalars(
        sa.select(GroupStaff).where(
            GroupStaff.group_id == group.id, GroupStaff.person_id == person_id, GroupStaff.until_on.is_(None)
        )
    )
    ended = rows.all()
    for row in ended:
        row.until_on = _day_before(row.from_on, on)
    db.flush()
    unassign(_source(group.id), on=on, adult_id=person_id)
    if ended:
        record("group.left_by_leader", "group", group.id, by=by, now=now, person_id=person_id)


def _group(group_id: int) -> Group:
    return db.session().get_one(Group, group_id)


def _source(group_id: int) -> str:
    return f"group:{group_id}"


def _day_before(from_on: date, on: date) -> date:
    """The last day of a period that ends when `on` begins; the same day's join and leave leave no day."""
    return max(from_on, on) - timedelta(days=1)


# ---- gatherings ----


def schedule_gathering(
    group: Group,
    *,
    kind: GatheringKind,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    by: Actor,
    now: datetime,
    place: str | None = None,
    site_id: int | None = None,
) -> Gathering:
    """Set a meeting of a group. Mentoring is logged whenever it happened; the rest stays in the season's days."""
    season = queries.get_season(group.season_id)
    if kind is GatheringKind.MENTORING:
        opens, closes = starts_at, starts_at + timedelta(seconds=1)
    else:
        opens, closes = season_span(season)
    refuse_if(rules.refusals_to_schedule(starts_at, ends_at, opens, closes))
    gathering = Gathering(
        season_id=group.season_id,
        group_id=group.id,
        site_id=site_id,
        kind=kind,
        title=title,
        place=place or None,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    db.session().add(gathering)
    db.flush()
    record("gathering.scheduled", "gathering", gathering.id, by=by, now=now, group_id=group.id)
    return gathering


def season_span(season: Season) -> tuple[datetime, datetime]:
    """The instants at which a season's first day begins and its last day ends."""
    zone, midnight = clock.zone(), time()
    return (
        rules.moment_of(season.starts_on, midnight, zone),
        rules.moment_of(season.ends_on + timedelta(days=1), midnight, zone),
    )


def schedule_series(
    group: Group,
    *,
    kind: GatheringKind,
    title: str,
    first: date,
    last: date,
    weekdays: Sequence[int],
    starts: time,
    ends: time,
    by: Actor,
    now: datetime,
    place: str | None = None,
    site_id: int | None = None,
) -> list[Gathering]:
    """Set a weekly series by weekday and local time. Where the group meets already nothing is added."""
    moments = rules.weekly_moments(first, last, weekdays, starts, ends, clock.zone())
    if not moments:
        raise Refused([Refusal("no_days", N_("None of these weekdays falls between the two days."), "weekdays")])
    known = queries.starts_of(group.id, [start for start, _end in moments])
    return [
        schedule_gathering(
            group,
            kind=kind,
            title=title,
            starts_at=start,
            ends_at=end,
            place=place,
            site_id=site_id,
            by=by,
            now=now,
        )
        for start, end in moments
        if start not in known
    ]


def move_gathering(
    gathering: Gathering,
    *,
    starts_at: datetime,
    ends_at: datetime,
    place: str | None,
    title: str,
    by: Actor,
    now: datetime,
    site_id: int | None = None,
) -> None:
    """Change when and where a meeting is, and what it is called, within its season's days; `site_id` where it is given."""
    opens, closes = season_span(queries.get_season(gathering.season_id))
    refuse_if(rules.refusals_to_schedule(starts_at, ends_at, opens, closes))
    was = _when_and_where(gathering)
    gathering.starts_at, gathering.ends_at, gathering.place, gathering.title = starts_at, ends_at, place, title
    if site_id is not None:
        gathering.site_id = site_id
    db.flush()
    record("gathering.moved", "gathering", gathering.id, by=by, now=now)
    _say_changed(gathering, was, by=by, now=now)


def kept_of(gathering: Gathering) -> dict[str, Any]:
    """What `restore_gathering` needs to put a meeting back: plain values that JSON can hold."""
    values = {name: getattr(gathering, name) for name in RESTORED}
    return {"id": gathering.id, **{name: _plain(value) for name, value in values.items()}}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def restore_gathering(gathering: Gathering, kept: Mapping[str, Any], *, by: Actor, now: datetime) -> None:
    """Put a meeting back exactly as `kept_of` told it, a canceled one too."""
    was = _when_and_where(gathering)
    for name in RESTORED:
        value = kept[name]
        setattr(gathering, name, datetime.fromisoformat(value) if name.endswith("_at") and value else value)
    db.flush()
    record("gathering.restored", "gathering", gathering.id, by=by, now=now)
    _say_changed(gathering, was, by=by, now=now)


def take_back_gathering(gathering: Gathering, *, by: Actor, now: datetime) -> None:
    """Take a meeting out that nobody has been at and nothing is recorded of."""
    record("gathering.taken_back", "gathering", gathering.id, by=by, now=now, group_id=gathering.group_id)
    db.session().delete(gathering)
    db.flush()


def cancel_gathering(gathering: Gathering, *, reason: str, by: Actor, now: datetime) -> None:
    """Call a meeting off, with the sentence families read."""
    canceled, over = gathering.canceled_at is not None, gathering.ends_at <= now
    refuse_if(rules.refusals_to_cancel(canceled=canceled, over=over, reason=reason))
    was = _when_and_where(gathering)
    gathering.canceled_at, gathering.canceled_reason = now, reason
    db.flush()
    record("gathering.canceled", "gathering", gathering.id, by=by, now=now)
    publish(GatheringCanceled(gathering.id, gathering.group_id, reason))
    _say_changed(gathering, was, by=by, now=now)


def _when_and_where(gathering: Gathering) -> WhenAndWhere:
    canceled = gathering.canceled_at is not None
    return WhenAndWhere(gathering.starts_at, gathering.ends_at, gathering.place, canceled)


def _say_changed(gathering: Gathering, was: WhenAndWhere, *, by: Actor, now: datetime) -> None:
    """Tell the rooms above when a meeting is not what it was."""
    if _when_and_where(gathering) != was:
        publish(GatheringChanged(gathering.id, was, by.person_id, now))


# ---- merging people ----


def follow_merge(event: PeopleMerged) -> None:
    """Move the enrollments, memberships and leadership of a merged record; two places in a season become one."""
    _merge_enrollments(event)
    _merge_memberships(event)
    table: Any = GroupStaff.__table__
    db.session().execute(sa.update(table).where(table.c.person_id == event.gone_id).values(person_id=event.kept_id))
    db.session().expire_all()


def _merge_enrollments(event: PeopleMerged) -> None:
    rows = db.session().scalars(
        sa.select(Enrollment)
        .where(Enrollment.youth_id.in_((event.kept_id, event.gone_id)))
        .order_by(Enrollment.season_id)
    )
    by_place = {(row.season_id, row.youth_id): row for row in rows}
    for (season_id, youth_id), row in by_place.items():
        if youth_id != event.gone_id:
            continue
        kept = by_place.get((season_id, event.kept_id))
        if kept is None:
            row.youth_id = event.kept_id
        else:
            _join_enrollments(kept, row, event)
    db.flush()


def _join_enrollments(kept: Enrollment, gone: Enrollment, event: PeopleMerged) -> None:
    """Keep the better of two enrollments in the kept record; a place held twice is freed."""
    order = (ENROLLED, WAITLISTED, EnrollmentStatus.COMPLETED, WITHDRAWN)
    twice = kept.status is ENROLLED and gone.status is ENROLLED
    if order.index(gone.status) < order.index(kept.status):
        kept.status, kept.asked_at, kept.enrolled_at = gone.status, gone.asked_at, gone.enrolled_at
        kept.ended_at, kept.ended_reason = gone.ended_at, gone.ended_reason
    elif kept.status is gone.status:
        kept.asked_at = min(kept.asked_at, gone.asked_at)
    gone.status, gone.ended_at, gone.ended_reason = WITHDRAWN, event.at, "merged"
    db.flush()
    if twice:
        season = queries.get_season(kept.season_id)
        _lock(Season, season.id)
        _free_place(season)
        move_up(season, by=SYSTEM, now=event.at)


def _merge_memberships(event: PeopleMerged) -> None:
    rows = (
        db.session()
        .scalars(sa.select(GroupMember).where(GroupMember.youth_id.in_((event.kept_id, event.gone_id))))
        .all()
    )
    current = {row.group_id for row in rows if row.youth_id == event.kept_id and row.until_on is None}
    for row in rows:
        if row.youth_id == event.gone_id:
            if row.until_on is None and row.group_id in current:
                row.until_on = _day_before(row.from_on, clock.day_of(event.at))
            row.youth_id = event.kept_id
    db.flush()
