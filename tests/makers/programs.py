"""Invented programs, seasons, groups, gatherings."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from youthprog.access.services import assign, place
from youthprog.core import db
from youthprog.core.text import fold
from youthprog.leagues.models import Division, Team
from youthprog.people.models import Person
from youthprog.programs.models import (
    Enrollment,
    Gathering,
    Group,
    GroupMember,
    GroupStaff,
    Program,
    Season,
    Site,
)
from youthprog.programs.types import EnrollmentStatus, GatheringKind, GroupKind, ProgramKind, StaffRole

START = date(2026, 9, 1)
_number = count(1)


def make_program(name: str | None = None, kind: ProgramKind = ProgramKind.LEAGUE) -> Program:
    """A program."""
    name = name or f"Fall flag football {next(_number)}"
    program = Program(kind=kind, name=name, name_es=f"{name} (es)")
    db.session().add(program)
    db.flush()
    return program


def make_season(program: Program | None = None, **values: Any) -> Season:
    """A season from September to November 2026."""
    program = program or make_program()
    values = {
        "name": "Fall 2026",
        "name_es": "Otoño 2026",
        "starts_on": START,
        "ends_on": date(2026, 11, 21),
        "age_cutoff_on": date(2026, 8, 31),
        "min_age": 5,
        "max_age": 17,
    } | values
    season = Season(program=program, **values)
    db.session().add(season)
    db.flush()
    return season


def make_group(season: Season, name: str = "Tigers U10", kind: GroupKind = GroupKind.TEAM, **values: Any) -> Group:
    """A group of a season."""
    group = Group(season=season, kind=kind, name=name, folded_name=fold(name), **values)
    db.session().add(group)
    db.flush()
    return group


def make_team(season: Season | None = None, name: str = "Tigers U10") -> Team:
    """A team in an Under 10 division."""
    season = season or make_season()
    label = f"Under 10 {next(_number)}"
    division = Division(season=season, name=label, folded_name=fold(label))
    team = Team(division=division, group=make_group(season, name))
    db.session().add(team)
    db.flush()
    return team


def enroll(youth: Person, season: Season) -> Enrollment:
    """A place in the season, with the placement that goes with it."""
    moment = datetime(2026, 8, 1, tzinfo=UTC)
    row = Enrollment(
        season_id=season.id, youth_id=youth.id, status=EnrollmentStatus.ENROLLED, asked_at=moment, enrolled_at=moment
    )
    db.session().add(row)
    place(youth.id, season.program_id, source=f"season:{season.id}", from_on=START)
    db.flush()
    return row


def join(youth: Person, group: Group, jersey: str | None = None) -> GroupMember:
    """Enroll and put into the group."""
    enroll(youth, group.season)
    member = GroupMember(group_id=group.id, youth_id=youth.id, jersey=jersey, from_on=START)
    db.session().add(member)
    db.flush()
    return member


def lead(person: Person, group: Group, role: StaffRole = StaffRole.HEAD_COACH, *youth: Person) -> GroupStaff:
    """Let an adult lead a group; the youth named are assigned to the adult."""
    staff = GroupStaff(group_id=group.id, person_id=person.id, role=role, from_on=START)
    db.session().add(staff)
    assign([(person.id, each.id) for each in youth], source=f"group:{group.id}", from_on=START)
    db.flush()
    return staff


def make_gathering(group: Group, starts_at: datetime | None = None, **values: Any) -> Gathering:
    """A practice of the group."""
    starts_at = starts_at or datetime(2026, 9, 17, 22, 30, tzinfo=UTC)
    values = {
        "kind": GatheringKind.PRACTICE,
        "title": "Practice",
        "ends_at": starts_at + timedelta(minutes=90),
    } | values
    gathering = Gathering(season_id=group.season_id, group_id=group.id, starts_at=starts_at, **values)
    db.session().add(gathering)
    db.flush()
    return gathering


def make_site(name: str = "Lincoln Field 2") -> Site:
    """A place."""
    site = Site(name=f"{name} {next(_number)}")
    db.session().add(site)
    db.flush()
    return site
