"""Who stays away, read from the tables on both engines: nobody missed, nobody out of reach."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from random import Random

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_actor
from tests.makers.people import NOW, make_guardian, make_person, make_youth
from tests.makers.programs import join, lead, make_gathering, make_group, make_season
from youthprog.access.types import Role
from youthprog.attendance import absence_queries, absences
from youthprog.attendance.absences import Held, Stay
from youthprog.attendance.models import AttendanceMark, Register
from youthprog.attendance.types import Mark
from youthprog.core import clock, db
from youthprog.people.models import CustodyRestriction
from youthprog.programs.models import Gathering, GroupMember, Program
from youthprog.programs.types import StaffRole

ON = date(2026, 9, 17)


def take(gathering, marks):
    db.session().add(Register(gathering_id=gathering.id, taken_at=NOW, saved_at=NOW))
    for youth, mark in marks.items():
        db.session().add(AttendanceMark(gathering_id=gathering.id, youth_id=youth, mark=mark, marked_at=NOW))


def make_team(season, name, *marks_of_each):
    """A group whose youth have these marks at its meetings, one a day up to yesterday."""
    group = make_group(season, name)
    youth = [make_youth(f"Youth{number}", name) for number in range(len(marks_of_each))]
    for each in youth:
        join(each, group)
        make_guardian(each)
    meetings = len(marks_of_each[0])
    for number in range(meetings):
        gathering = make_gathering(group, NOW - timedelta(days=meetings - number))
        take(gathering, {each.id: marks[number] for each, marks in zip(youth, marks_of_each, strict=True)})
    db.flush()
    return group, youth


P, A, E = Mark.PRESENT, Mark.ABSENT, Mark.EXCUSED


def test_a_coach_finds_the_own_team_and_the_coordinator_the_program(session):
    season = make_season()
    tigers, mine = make_team(season, "Tigers", (P, A, A), (P, P, P))
    make_team(season, "Rams", (A, A, A))
    coach = make_person("Alicia", "Moreno")
    lead(coach, tigers, StaffRole.HEAD_COACH, *mine)
    found = absence_queries.who_stays_away(make_actor(Role.COACH, coach.id), ON)
    assert [(line.youth_id, line.group, line.concern.count) for line in found] == [(mine[0].id, "Tigers", 2)]
    coordinator = make_actor(Role.COORDINATOR, program_id=season.program_id)
    assert [line.group for line in absence_queries.who_stays_away(coordinator, ON)] == ["Rams", "Tigers"]
    elsewhere = make_actor(Role.COORDINATOR, program_id=make_season().program_id)
    assert absence_queries.who_stays_away(elsewhere, ON) == []


def test_a_coach_kept_from_the_child_does_not_find_it(session):
    season = make_season()
    tigers, mine = make_team(season, "Tigers", (A, A))
    coach = make_person("Alicia", "Moreno")
    lead(coach, tigers, StaffRole.HEAD_COACH, *mine)
    session.add(
        CustodyRestriction(
            youth_id=mine[0].id, adult_id=coach.id, no_information=True, no_collect=True, no_decide=True,
            starts_on=date(2026, 9, 1), recorded_at=NOW,
        )
    )  # fmt: skip
    db.flush()
    assert absence_queries.who_stays_away(make_actor(Role.COACH, coach.id), ON) == []


def test_the_number_is_the_programs_and_a_season_that_is_over_is_over(session):
    season = make_season()
    make_team(season, "Tigers", (P, A, E))
    everywhere = make_actor(Role.COORDINATOR)
    assert len(absence_queries.who_stays_away(everywhere, ON)) == 1
    session.get_one(Program, season.program_id).absent_running = 3
    db.flush()
    assert absence_queries.who_stays_away(everywhere, ON) == []
    session.get_one(Program, season.program_id).absent_running = 2
    season.ends_on = ON - timedelta(days=1)
    db.flush()
    assert absence_queries.who_stays_away(everywhere, ON) == []


def test_a_walk_in_while_out_of_the_group_hides_nobody(session):
    group, (child,) = make_team(make_season(), "Tigers", (A, A, Mark.WALK_IN))
    member = session.scalars(sa.select(GroupMember)).one()
    member.until_on = ON - timedelta(days=2)
    session.add(GroupMember(group_id=group.id, youth_id=child.id, from_on=ON))
    db.flush()
    (line,) = absence_queries.who_stays_away(make_actor(Role.COORDINATOR), ON)
    assert (line.youth_id, line.concern.count) == (child.id, 2)


def test_the_guardian_to_call_stands_there_where_contacts_may_be_read(session):
    season = make_season()
    make_team(season, "Tigers", (A, A))
    coordinator = make_actor(Role.COORDINATOR)
    lines = absence_queries.who_stays_away(coordinator, ON)
    assert lines[0].guardian is None
    assert absence_queries.with_guardians(coordinator, lines, ON)[0].guardian.phone
    assert absence_queries.with_guardians(make_actor(Role.ADMIN), lines, ON)[0].guardian is None


@pytest.mark.parametrize("seed", range(4))
def test_the_search_finds_what_reading_every_mark_finds(session, seed):
    random = Random(seed)
    season = make_season()
    for name in ("Tigers", "Rams"):
        _at_random(random, season, name)
    db.flush()
    found = absence_queries.who_stays_away(make_actor(Role.COORDINATOR), ON)
    assert {(line.group_id, line.youth_id): line.concern for line in found} == _by_reading_all()
    assert found


def _at_random(random, season, name):
    group = make_group(season, name)
    youth = [make_youth(f"Youth{number}", name) for number in range(8)]
    for each in youth:
        member = join(each, group)
        member.from_on = ON - timedelta(days=random.choice((4, 12, 20)))
        if random.random() < 0.2:
            member.until_on = ON - timedelta(days=random.choice((0, 3, 9)))
            if random.random() < 0.5 and member.until_on < ON:
                back = GroupMember(group_id=group.id, youth_id=each.id, from_on=member.until_on + timedelta(days=2))
                db.session().add(back)
    for number in range(9, 0, -1):
        gathering = make_gathering(group, NOW - timedelta(days=number, hours=random.choice((0, 6))))
        if random.random() < 0.2:
            gathering.canceled_at = NOW
        if random.random() < 0.8:
            marks = random.choices((P, A, E, Mark.WALK_IN, None), (3, 6, 2, 1, 1), k=len(youth))
            take(gathering, {each.id: mark for each, mark in zip(youth, marks, strict=True)})


def _by_reading_all():
    """Every mark of every member, given to the rules."""
    stays = defaultdict(list)
    for member in db.session().scalars(sa.select(GroupMember)):
        stays[member.group_id, member.youth_id].append(Stay(member.from_on, member.until_on))
    held = defaultdict(list)
    for gathering, mark in db.session().execute(
        sa.select(Gathering, AttendanceMark).join(AttendanceMark, AttendanceMark.gathering_id == Gathering.id)
    ):
        on = clock.day_of(gathering.starts_at)
        each = Held(gathering.starts_at, on, mark.mark, canceled=gathering.canceled_at is not None)
        held[gathering.group_id, mark.youth_id].append(each)
    found = {}
    for pair, times in stays.items():
        run = absences.run_of(held[pair], times)
        concern = absences.concern_of(run, running=2, on=ON, stays=times)
        if concern:
            found[pair] = concern
    return found
