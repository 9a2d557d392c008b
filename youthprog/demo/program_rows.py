"""Rows of the programs, leagues and access rooms: sites to assignments."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, time

from youthprog.access.models import Assignment, Placement
from youthprog.core.text import fold
from youthprog.demo.frame import Frame, Row, Table, fields, numbered
from youthprog.demo.plan import GroupPlan, SeasonPlan
from youthprog.leagues.models import Division, Team
from youthprog.programs.models import Enrollment, Group, GroupMember, GroupStaff, Program, Season, Site
from youthprog.programs.types import EnrollmentStatus, GroupKind

TEAM_PLACES = 16
SEASON_FIELDS = (
    "name name_es starts_on ends_on registration_opens_on registration_closes_on age_cutoff_on min_age max_age capacity"
)


def program_tables(frame: Frame) -> Iterator[Table]:
    """What is offered, who leads it, who is in it, and who may see whom."""
    plan = frame.plan
    taken = Counter(each.season_key for each in plan.enrollments if each.status is EnrollmentStatus.ENROLLED)
    yield Site, [_keyed(site, "name address") for site in plan.sites]
    yield Program, [_keyed(program, "kind name name_es summary summary_es") for program in plan.programs]
    yield Season, [_season(season, taken[season.key]) for season in plan.seasons]
    yield (
        Division,
        [
            _keyed(each, "name min_age max_age") | {"season_id": each.season_key, "folded_name": fold(each.name)}
            for each in plan.divisions
        ],
    )
    yield Group, [_group(group) for group in plan.groups]
    teams = [group for group in plan.groups if group.division_key]
    yield Team, numbered({"group_id": group.key, "division_id": group.division_key} for group in teams)
    yield Enrollment, numbered(_enrollments(frame))
    yield Placement, numbered(_placements(frame))
    yield GroupMember, numbered(_members(frame))
    yield GroupStaff, numbered(_staff(frame))
    yield Assignment, numbered(_assignments(frame))


def start_of(frame: Frame, group: GroupPlan) -> date:
    """The first day of a group's season."""
    return frame.season(group.season_key).starts_on


def _keyed(plan: object, names: str) -> Row:
    return {"id": plan.key} | fields(plan, names)  # type: ignore[attr-defined]


def _season(season: SeasonPlan, taken: int) -> Row:
    keys = {"program_id": season.program_key, "site_id": season.site_key, "taken": taken}
    return _keyed(season, SEASON_FIELDS) | keys


def _group(group: GroupPlan) -> Row:
    return _keyed(group, "kind name meets") | {
        "season_id": group.season_key,
        "site_id": group.site_key,
        "folded_name": fold(group.name),
        "places": TEAM_PLACES if group.kind is GroupKind.TEAM else None,
    }


def _enrollments(frame: Frame) -> Iterator[Row]:
    for each in frame.plan.enrollments:
        asked = frame.at(each.asked_on, time(10, 0))
        yield {
            "season_id": each.season_key,
            "youth_id": each.youth_key,
            "status": each.status,
            "asked_at": asked,
            "enrolled_at": asked if each.status is EnrollmentStatus.ENROLLED else None,
        }


def _placements(frame: Frame) -> Iterator[Row]:
    for each in frame.plan.enrollments:
        yield {
            "youth_id": each.youth_key,
            "program_id": frame.season(each.season_key).program_key,
            "source": f"season:{each.season_key}",
            "from_on": each.asked_on,
        }


def _members(frame: Frame) -> Iterator[Row]:
    for group in frame.plan.groups:
        jerseys: Sequence[str | None] = group.jerseys or (None,) * len(group.members)
        for youth_id, jersey in zip(group.members, jerseys, strict=True):
            yield {"group_id": group.key, "youth_id": youth_id, "jersey": jersey, "from_on": start_of(frame, group)}


def _staff(frame: Frame) -> Iterator[Row]:
    for group in frame.plan.groups:
        for person_id, role in group.leaders:
            yield {"group_id": group.key, "person_id": person_id, "role": role, "from_on": start_of(frame, group)}


def _assignments(frame: Frame) -> Iterator[Row]:
    for group in frame.plan.groups:
        source, from_on = f"group:{group.key}", start_of(frame, group)
        for person_id in dict.fromkeys(person_id for person_id, _ in group.leaders):
            for youth_id in group.members:
                yield {"adult_id": person_id, "youth_id": youth_id, "source": source, "from_on": from_on}
