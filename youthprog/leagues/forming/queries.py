"""Reading what team forming needs: the children of a division, what is known of them, and drafts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound
from youthprog.leagues.forming.models import (
    Forming,
    FormingPlace,
    FormingState,
    RegisteredDivision,
    TeamLimit,
    TeamLink,
    TeamRequest,
    TeamWish,
    YouthRating,
)
from youthprog.leagues.forming.types import Child, Link, Pin, PinKind, Side, Task, Wish
from youthprog.leagues.models import Division, Team
from youthprog.people import queries as people
from youthprog.people.models import CustodyRestriction, Guardianship, HouseholdMember, Person
from youthprog.people.rules import age_on
from youthprog.programs import queries as programs
from youthprog.programs.models import Enrollment, Gathering, Group, GroupMember, GroupStaff, Program, Season
from youthprog.programs.types import EnrollmentStatus, GatheringKind

MIDDLE_POINTS = 3  # what an unrated child counts when nobody is rated
LASTS = (FormingState.ASKED, FormingState.WORKING)


@dataclass(frozen=True)
class DivisionRow:
    """A division in the list: how many teams, and where its newest forming stands."""

    division_id: int
    name: str
    program: str
    program_es: str
    season: str
    season_es: str
    teams: int
    forming_id: int | None
    state: FormingState | None


@dataclass(frozen=True)
class TeamLine:
    """A team of a division, with the weekdays of its practices (0 is Monday)."""

    group_id: int
    name: str
    places: int | None
    site_id: int | None
    days: frozenset[int]
    coach_ids: tuple[int, ...]


@dataclass(frozen=True)
class PoolLine:
    """A child of a division: enrolled, of its ages, on one of its teams or on none."""

    youth_id: int
    name: str
    list_name: str
    folded_name: str
    gender: str
    age: int | None
    points: int | None
    group_id: int | None


def formed_by(actor: Actor, permission: P) -> sa.ColumnElement[bool]:
    """The condition that a reader forms teams of a season: within reach, and kept by no court from any of its children.

    Teams are formed of all children at once. Without one of them the figures, the gaps and the reasons of the others would
    still tell of it, so somebody else forms that season's teams.
    """
    within = programs.program_within(actor, permission, Season.program_id)
    kept_from = people.youth_kept_from(actor.person_id, clock.today())
    if not kept_from:
        return within
    among = sa.exists().where(
        Enrollment.season_id == Season.id,
        Enrollment.status == EnrollmentStatus.ENROLLED,
        Enrollment.youth_id.in_(kept_from),
    )
    return sa.and_(within, ~among)


def list_divisions(actor: Actor, permission: P, on: date) -> list[DivisionRow]:
    """The divisions of leagues not over, within reach. Two statements."""
    of_division = sa.select(sa.func.max(Forming.id)).where(Forming.division_id == Division.id)
    newest = of_division.correlate(Division).scalar_subquery()
    teams = sa.select(sa.func.count()).where(Team.division_id == Division.id).correlate(Division).scalar_subquery()
    rows = db.session().execute(
        sa.select(
            Division.id, Division.name, Program.name, Program.name_es, Season.name, Season.name_es, teams,
            Forming.id, Forming.state,
        )
        .join(Season, Season.id == Division.season_id)
        .join(Program, Program.id == Season.program_id)
        .outerjoin(Forming, Forming.id == newest)
        .where(Season.ends_on >= on, formed_by(actor, permission))
        .order_by(Season.starts_on.desc(), Division.folded_name, Division.id)
    )  # fmt: skip
    return [DivisionRow(*row) for row in rows]


def get_division_for(actor: Actor, permission: P, division_id: int) -> Division:
    """A division within reach, with its season and program. Raises `NotFound`."""
    found = db.session().scalar(
        sa.select(Division)
        .join(Season, Season.id == Division.season_id)
        .options(joinedload(Division.season).joinedload(Season.program))
        .where(Division.id == division_id, formed_by(actor, permission))
    )
    if found is None:
        raise NotFound
    return found


def get_forming_for(actor: Actor, permission: P, forming_id: int) -> Forming:
    """A forming of a division within reach, with division, season and program. Raises `NotFound`."""
    found = db.session().scalar(
        sa.select(Forming)
        .join(Division, Division.id == Forming.division_id)
        .join(Season, Season.id == Division.season_id)
        .options(joinedload(Forming.division).joinedload(Division.season).joinedload(Season.program))
        .where(Forming.id == forming_id, formed_by(actor, permission))
    )
    if found is None:
        raise NotFound
    return found


def list_formings(division_id: int, limit: int = 5) -> list[Forming]:
    """The newest formings of a division. One statement."""
    statement = sa.select(Forming).where(Forming.division_id == division_id).order_by(Forming.id.desc()).limit(limit)
    return list(db.session().scalars(statement))


def teams_of(division_id: int, on: date) -> list[TeamLine]:
    """The teams of a division by name, with practice days and coaches. Three statements."""
    groups = db.session().scalars(
        sa.select(Group)
        .join(Team, Team.group_id == Group.id)
        .where(Team.division_id == division_id)
        .order_by(Group.folded_name, Group.id)
    ).all()  # fmt: skip
    ids = [group.id for group in groups]
    days: dict[int, set[int]] = {}
    practices = sa.select(Gathering.group_id, Gathering.starts_at).where(
        Gathering.group_id.in_(ids), Gathering.kind == GatheringKind.PRACTICE, Gathering.canceled_at.is_(None)
    )
    for group_id, starts_at in db.session().execute(practices):
        days.setdefault(group_id or 0, set()).add(clock.day_of(starts_at).weekday())
    coaches: dict[int, list[int]] = {}
    leading = sa.select(GroupStaff.group_id, GroupStaff.person_id).where(
        GroupStaff.group_id.in_(ids), programs.during(GroupStaff.from_on, GroupStaff.until_on, on)
    )
    for group_id, person_id in db.session().execute(leading.order_by(GroupStaff.id)):
        coaches.setdefault(group_id, []).append(person_id)
    return [
        TeamLine(
            group.id, group.name, group.places, group.site_id, frozenset(days.get(group.id, ())),
            tuple(coaches.get(group.id, ())),
        )
        for group in groups
    ]  # fmt: skip


def pool_of(division: Division) -> list[PoolLine]:
    """The children a division forms: enrolled, of its ages on its cut-off, on its teams or on none. Three statements.

    A child whom the family registered for another division, and who is of its ages, is formed there.
    """
    season = division.season
    placed = {
        youth_id: (group_id, division_id)
        for youth_id, group_id, division_id in db.session().execute(
            sa.select(GroupMember.youth_id, GroupMember.group_id, Team.division_id)
            .join(Group, Group.id == GroupMember.group_id)
            .join(Team, Team.group_id == Group.id)
            .where(Group.season_id == season.id, GroupMember.until_on.is_(None))
            .order_by(GroupMember.id)
        )
    }
    rated = sa.select(YouthRating.youth_id, YouthRating.points).where(YouthRating.season_id == season.id)
    points = {youth_id: given for youth_id, given in db.session().execute(rated)}
    of_child = sa.and_(RegisteredDivision.youth_id == Person.id, RegisteredDivision.season_id == season.id)
    youth = db.session().execute(
        sa.select(Person, Division)
        .join(Enrollment, Enrollment.youth_id == Person.id)
        .outerjoin(RegisteredDivision, of_child)
        .outerjoin(Division, Division.id == RegisteredDivision.division_id)
        .where(Enrollment.season_id == season.id, Enrollment.status == EnrollmentStatus.ENROLLED)
        .order_by(Person.folded_name, Person.id)
    )
    found = []
    for child, registered in youth:
        age = _age_in(division, season, child)
        group_id, division_id = placed.get(child.id, (None, None))
        if division_id is not None and division_id != division.id:
            continue
        if group_id is None and not _is_of_age(division, age):
            continue
        elsewhere = registered is not None and registered.id != division.id
        if group_id is None and elsewhere and _is_of_age(registered, _age_in(registered, season, child)):
            continue
        found.append(
            PoolLine(
                child.id, child.name, child.list_name, child.folded_name, child.gender.value, age,
                points.get(child.id), group_id,
            )
        )  # fmt: skip
    return found


def _age_in(division: Division, season: Season, child: Person) -> int | None:
    """A child's age on the day that a division counts it."""
    return age_on(child.born_on, division.age_cutoff_on or season.age_cutoff_on) if child.born_on else None


def _is_of_age(division: Division, age: int | None) -> bool:
    if age is None:
        return division.min_age is None and division.max_age is None
    return (division.min_age is None or age >= division.min_age) and (
        division.max_age is None or age <= division.max_age
    )


# ---- what is known of the children of a season ----


def links_of(season_id: int) -> list[TeamLink]:
    """The links of a season. One statement."""
    return list(db.session().scalars(sa.select(TeamLink).where(TeamLink.season_id == season_id).order_by(TeamLink.id)))


def wishes_of(season_id: int) -> list[TeamWish]:
    """The wishes of a season. One statement."""
    return list(db.session().scalars(sa.select(TeamWish).where(TeamWish.season_id == season_id).order_by(TeamWish.id)))


def limits_of(season_id: int) -> list[TeamLimit]:
    """Where and when children of a season cannot come. One statement."""
    statement = sa.select(TeamLimit).where(TeamLimit.season_id == season_id).order_by(TeamLimit.id)
    return list(db.session().scalars(statement))


def requests_of(season_id: int) -> list[TeamRequest]:
    """What families of a season wrote and nobody has settled. One statement."""
    statement = sa.select(TeamRequest).where(TeamRequest.season_id == season_id, TeamRequest.settled_at.is_(None))
    return list(db.session().scalars(statement.order_by(TeamRequest.id)))


def siblings_among(youth_ids: Collection[int], season_id: int) -> list[tuple[int, int]]:
    """Pairs of these youth who share a household and have no link yet, the smaller id first. Two statements."""
    if not youth_ids:
        return []
    homes: dict[int, list[int]] = {}
    rows = db.session().execute(
        sa.select(HouseholdMember.household_id, HouseholdMember.person_id)
        .where(HouseholdMember.person_id.in_(youth_ids))
        .order_by(HouseholdMember.household_id, HouseholdMember.person_id)
    )
    for household_id, youth_id in rows:
        homes.setdefault(household_id, []).append(youth_id)
    linked = {(link.one_id, link.other_id) for link in links_of(season_id)}
    pairs = {(one, other) for home in homes.values() for place, one in enumerate(home) for other in home[place + 1 :]}
    return sorted(pairs - linked)


Told = TypeVar("Told", TeamLink, TeamWish, TeamLimit, TeamRequest)


def get_known(model: type[Told], season_id: int, key: int) -> Told:
    """One thing known of a season. Raises `NotFound`."""
    found = db.session().scalar(sa.select(model).where(model.id == key, model.season_id == season_id))
    if found is None:
        raise NotFound
    return found


# ---- drafts ----


def places_of(forming_id: int) -> list[FormingPlace]:
    """The draft of a forming. One statement."""
    statement = sa.select(FormingPlace).where(FormingPlace.forming_id == forming_id)
    return list(db.session().scalars(statement.order_by(FormingPlace.youth_id)))


def get_place(forming_id: int, youth_id: int) -> FormingPlace:
    """A child's place in a draft. Raises `NotFound`."""
    found = db.session().get(FormingPlace, (forming_id, youth_id))
    if found is None:
        raise NotFound
    return found


def waiting_forming(now: datetime) -> int | None:
    """The forming that a worker should take up: the one asked first, or one that a worker left behind."""
    return db.session().scalar(
        sa.select(Forming.id)
        .where(Forming.state.in_(LASTS), sa.or_(Forming.leased_until.is_(None), Forming.leased_until < now))
        .order_by(Forming.id)
        .limit(1)
    )


def get_forming(forming_id: int) -> Forming:
    """A forming with its division and season, for the worker."""
    return db.session().scalars(
        sa.select(Forming)
        .options(joinedload(Forming.division).joinedload(Division.season))
        .where(Forming.id == forming_id)
        .execution_options(populate_existing=True)
    ).one()  # fmt: skip


def task_of(forming: Forming, on: date) -> tuple[Task, dict[int, int]]:
    """What a forming asks, and its draft so far, child to team. A constant number of statements."""
    division, places = forming.division, places_of(forming.id)
    locked = {place.youth_id: place.group_id for place in places if place.locked_at is not None}
    task = task_for(
        division, pool_of(division), teams_of(division.id, on), on,
        locked=locked, skill_within=forming.skill_within, mix_ages=forming.mix_ages,
    )  # fmt: skip
    known_teams = {team.id for team in task.teams}
    return task, {place.youth_id: place.group_id for place in places if place.group_id in known_teams}


def task_for(
    division: Division,
    pool: Collection[PoolLine],
    teams: Collection[TeamLine],
    on: date,
    *,
    locked: Mapping[int, int] | None = None,
    skill_within: int = 1,
    mix_ages: bool = False,
) -> Task:
    """What a division's children, links and wishes ask. Five statements.

    A coach's child goes where the parent coaches; a child whom a custody restriction keeps from a coach never does.
    """
    ids = {line.youth_id for line in pool}
    pins, apart_from = coaches_children(ids, teams, on)
    known_teams = {team.group_id for team in teams}
    locks = [
        Pin(PinKind.LOCK, youth_id, group_id)
        for youth_id, group_id in (locked or {}).items()
        if youth_id in ids and group_id in known_teams
    ]
    return Task(
        children=_children(division.season_id, pool, apart_from),
        teams=tuple(Side(team.group_id, team.days, team.site_id, team.places) for team in teams),
        links=tuple(
            Link(link.kind, link.one_id, link.other_id)
            for link in links_of(division.season_id)
            if {link.one_id, link.other_id} <= ids
        ),
        pins=(*pins, *locks),
        wishes=tuple(
            Wish(wish.youth_id, wish.wanted_id)
            for wish in wishes_of(division.season_id)
            if {wish.youth_id, wish.wanted_id} <= ids
        ),
        skill_within=skill_within,
        mix_ages=mix_ages,
    )


def _children(
    season_id: int, pool: Collection[PoolLine], apart_from: Mapping[int, frozenset[int]]
) -> tuple[Child, ...]:
    middle = middle_of(pool)
    no_days: dict[int, set[int]] = {}
    no_places: dict[int, set[int]] = {}
    for limit in limits_of(season_id):
        if limit.weekday is not None:
            no_days.setdefault(limit.youth_id, set()).add(limit.weekday)
        elif limit.site_id is not None:
            no_places.setdefault(limit.youth_id, set()).add(limit.site_id)
    return tuple(
        Child(
            line.youth_id,
            line.gender,
            middle if line.points is None else line.points,
            line.age,
            frozenset(no_days.get(line.youth_id, ())),
            frozenset(no_places.get(line.youth_id, ())),
            apart_from.get(line.youth_id, frozenset()),
        )
        for line in pool
    )


def middle_of(pool: Collection[PoolLine]) -> int:
    """What a child counts who is not rated: the middle of those who are."""
    rated = sorted(line.points for line in pool if line.points is not None)
    return rated[len(rated) // 2] if rated else MIDDLE_POINTS


def coaches_children(
    youth_ids: Collection[int], teams: Collection[TeamLine], on: date
) -> tuple[list[Pin], dict[int, frozenset[int]]]:
    """Children whose guardian coaches a team, pinned to it; and the teams whose coach must be kept from a child.

    Two statements.
    """
    led: dict[int, list[int]] = {}
    for team in teams:
        for coach_id in team.coach_ids:
            led.setdefault(coach_id, []).append(team.group_id)
    if not led or not youth_ids:
        return [], {}
    kept: dict[int, set[int]] = {}
    limits = sa.select(CustodyRestriction.youth_id, CustodyRestriction.adult_id).where(
        CustodyRestriction.youth_id.in_(youth_ids), CustodyRestriction.adult_id.in_(led), people.holds_on(on)
    )
    for youth_id, adult_id in db.session().execute(limits):
        kept.setdefault(youth_id, set()).update(led[adult_id])
    bonds = sa.select(Guardianship.youth_id, Guardianship.guardian_id).where(
        Guardianship.youth_id.in_(youth_ids),
        Guardianship.guardian_id.in_(led),
        people.is_current(Guardianship.ended_on, on),
    )
    pins = {
        Pin(PinKind.COACH, youth_id, led[adult_id][0])
        for youth_id, adult_id in db.session().execute(bonds)
        if len(led[adult_id]) == 1 and led[adult_id][0] not in kept.get(youth_id, ())
    }
    ordered = sorted(pins, key=lambda pin: (pin.child, pin.team))
    return ordered, {youth_id: frozenset(groups) for youth_id, groups in kept.items()}
