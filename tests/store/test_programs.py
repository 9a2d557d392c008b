"""Places, waitlists, groups and gatherings on both engines."""

from __future__ import annotations

import threading
from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_actor
from tests.makers.people import NOW, make_guardian, make_person, make_youth
from tests.makers.programs import make_gathering, make_group, make_program, make_season, make_site
from youthprog.access.models import Assignment, Placement
from youthprog.access.types import Role
from youthprog.core import clock, db, reach
from youthprog.core.actor import SYSTEM
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound, Refused
from youthprog.people.models import Person
from youthprog.people.rules import in_force
from youthprog.people.services import merge, restrict_custody
from youthprog.programs import queries, services
from youthprog.programs.models import Enrollment, Gathering, Season
from youthprog.programs.types import EnrollmentStatus, GatheringKind, GroupKind, ProgramKind, StaffRole

BY = {"by": SYSTEM, "now": NOW}
ON = date(2026, 9, 17)
COORDINATOR = make_actor(Role.COORDINATOR)


def codes(problem: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in problem.value.reasons]


# ---- places ----


def test_enrolling_gives_places_then_places_in_line(session):
    season = make_season(capacity=2)
    rows = [services.enroll(make_youth(name).id, season.id, **BY) for name in ("Ana", "Ben", "Chidi")]
    assert [row.status.value for row in rows] == ["enrolled", "enrolled", "waitlisted"]
    assert season.taken == 2


def test_a_free_place_goes_to_who_waits_longest(session):
    season = make_season(capacity=1)
    first = services.enroll(make_youth("Ana").id, season.id, **BY)
    late = services.enroll(make_youth("Ben").id, season.id, by=SYSTEM, now=NOW + timedelta(hours=2))
    early = services.enroll(make_youth("Chidi").id, season.id, by=SYSTEM, now=NOW + timedelta(hours=1))
    moved = services.withdraw(first, reason="moved away", **BY)
    assert moved == [early]
    assert (early.status.value, late.status.value, season.taken) == ("enrolled", "waitlisted", 1)


def test_nobody_jumps_the_line_when_places_are_added(session):
    season = make_season(capacity=1)
    services.enroll(make_youth("Ana").id, season.id, **BY)
    waiting = services.enroll(make_youth("Ben").id, season.id, **BY)
    season.capacity = 2
    session.flush()
    newcomer = services.enroll(make_youth("Chidi").id, season.id, **BY)
    assert newcomer.status is EnrollmentStatus.WAITLISTED
    assert services.move_up(season, **BY) == [waiting]


def test_more_capacity_moves_the_waitlist_up_in_order(session):
    season = make_season(capacity=1)
    rows = [
        services.enroll(make_youth(name).id, season.id, by=SYSTEM, now=NOW + timedelta(minutes=minute))
        for minute, name in enumerate(("Ana", "Ben", "Chidi", "Dara"))
    ]
    assert services.change_season(season, capacity=3, **BY) == rows[1:3]
    assert season.taken == 3


def test_capacity_never_goes_below_the_places_given(session):
    season = make_season(capacity=2)
    services.enroll(make_youth("Ana").id, season.id, **BY)
    services.enroll(make_youth("Ben").id, season.id, **BY)
    with pytest.raises(Refused) as problem:
        services.change_season(season, capacity=1, **BY)
    assert codes(problem) == ["below_taken"]


def test_somebody_who_withdrew_may_come_back(session):
    season = make_season(capacity=1)
    youth = make_youth()
    row = services.enroll(youth.id, season.id, **BY)
    services.withdraw(row, **BY)
    again = services.enroll(youth.id, season.id, **BY)
    assert again.id == row.id
    assert (again.status.value, again.ended_at, season.taken) == ("enrolled", None, 1)


def test_withdrawing_twice_is_refused(session):
    row = services.enroll(make_youth().id, make_season(capacity=1).id, **BY)
    services.withdraw(row, **BY)
    with pytest.raises(Refused) as problem:
        services.withdraw(row, **BY)
    assert codes(problem) == ["not_active"]


def test_enrolling_twice_is_refused(session):
    season, youth = make_season(), make_youth()
    services.enroll(youth.id, season.id, **BY)
    with pytest.raises(Refused) as problem:
        services.enroll(youth.id, season.id, **BY)
    assert codes(problem) == ["already_enrolled"]


def test_an_age_exception_is_kept_only_where_it_is_needed(session):
    season = make_season(min_age=12, max_age=14)
    young, fitting = make_youth("Ana", born_on=date(2016, 3, 4)), make_youth("Ben", born_on=date(2013, 3, 4))
    assert services.enroll(young.id, season.id, age_exception="Plays with sister", **BY).age_exception
    assert services.enroll(fitting.id, season.id, age_exception="No need", **BY).age_exception is None


def test_enrolling_places_the_youth_in_the_program_and_withdrawing_ends_it(session):
    season, youth = make_season(), make_youth()
    coordinator = make_actor(Role.COORDINATOR, program_id=season.program_id)
    row = services.enroll(youth.id, season.id, **BY)
    mine = sa.select(Person.id).where(reach.within(coordinator, P.YOUTH_READ, Person.id, ON))
    assert session.scalars(mine).all() == [youth.id]
    services.withdraw(row, **BY)
    session.flush()
    assert session.scalars(mine).all() == []
    assert session.scalar(sa.select(sa.func.count()).select_from(Placement)) == 1


def test_eight_at_once_for_five_places(app, session):
    season = make_season(capacity=5)
    youth = [make_youth(f"Child {number}").id for number in range(8)]
    season_id, gate, problems = season.id, threading.Barrier(8), []
    session.commit()

    def ask(youth_id: int) -> None:
        with app.app_context():
            try:
                gate.wait()
                services.enroll(youth_id, season_id, **BY)
                db.session().commit()
            except Exception as problem:
                problems.append(problem)
            finally:
                db.session().close()

    threads = [threading.Thread(target=ask, args=(each,)) for each in youth]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    session.expire_all()
    given = session.scalars(sa.select(Enrollment.status).where(Enrollment.season_id == season_id)).all()
    assert sorted(status.value for status in given) == ["enrolled"] * 5 + ["waitlisted"] * 3
    assert session.get(Season, season_id).taken == 5


# ---- groups ----


def test_who_leads_a_group_is_assigned_to_who_joins_and_the_other_way_round(session):
    group = make_group(make_season())
    early, late = make_youth("Ana"), make_youth("Ben")
    coach = make_person("Alicia", "Moreno")
    for youth in (early, late):
        services.enroll(youth.id, group.season_id, **BY)
    services.join_group(early.id, group, **BY)
    services.lead_group(coach.id, group, StaffRole.HEAD_COACH, **BY)
    services.join_group(late.id, group, **BY)
    session.flush()
    actor = make_actor(Role.COACH, coach.id)
    mine = sa.select(Person.id).where(reach.within(actor, P.YOUTH_READ, Person.id, ON)).order_by(Person.id)
    assert session.scalars(mine).all() == [early.id, late.id]
    services.leave_group(early.id, group, **BY)
    session.flush()
    assert session.scalars(mine).all() == [late.id]
    services.stop_leading(coach.id, group, **BY)
    session.flush()
    assert session.scalars(mine).all() == []
    assert {row.source for row in session.scalars(sa.select(Assignment))} == {f"group:{group.id}"}


def test_leaving_the_season_leaves_its_groups(session):
    group, youth = make_group(make_season()), make_youth()
    row = services.enroll(youth.id, group.season_id, **BY)
    services.join_group(youth.id, group, **BY)
    services.withdraw(row, **BY)
    assert queries.members_of(group.id, ON) == []


def test_a_group_takes_no_more_than_its_places(session):
    group = make_group(make_season(), places=1)
    for name in ("Ana", "Ben"):
        services.enroll(make_youth(name).id, group.season_id, **BY)
    first, second = session.scalars(sa.select(Enrollment.youth_id).order_by(Enrollment.id))
    services.join_group(first, group, **BY)
    with pytest.raises(Refused) as problem:
        services.join_group(second, group, **BY)
    assert codes(problem) == ["group_full"]


def test_zero_and_double_zero_are_two_jerseys_and_one_is_worn_once(session):
    group = make_group(make_season())
    ids = []
    for name in ("Ana", "Ben", "Chidi"):
        ids.append(make_youth(name).id)
        services.enroll(ids[-1], group.season_id, **BY)
    services.join_group(ids[0], group, jersey="0", **BY)
    services.join_group(ids[1], group, jersey="00", **BY)
    with pytest.raises(Refused) as problem:
        services.join_group(ids[2], group, jersey="0", **BY)
    assert codes(problem) == ["jersey_taken"]


def test_a_restricted_adult_leads_no_group_with_the_child(session):
    group, youth = make_group(make_season()), make_youth()
    father = make_guardian(youth, "Paul")
    services.enroll(youth.id, group.season_id, **BY)
    services.join_group(youth.id, group, **BY)
    restrict_custody(youth, father, no_collect=True, no_decide=False, no_information=False, starts_on=ON, **BY)
    with pytest.raises(Refused) as problem:
        services.lead_group(father.id, group, StaffRole.ASSISTANT_COACH, **BY)
    assert codes(problem) == ["kept_away"]


def test_a_youth_joins_no_group_led_by_a_restricted_adult_and_nobody_is_told_why(session):
    group, youth, other = make_group(make_season()), make_youth(), make_youth("Ben")
    father = make_guardian(youth, "Paul")
    for child in (youth, other):
        services.enroll(child.id, group.season_id, **BY)
    services.lead_group(father.id, group, StaffRole.ASSISTANT_COACH, **BY)
    order = restrict_custody(
        youth, father, no_collect=True, no_decide=False, no_information=False, starts_on=ON, ends_on=ON, **BY
    )
    with pytest.raises(Refused) as alone:
        services.join_group(youth.id, group, **BY)
    with pytest.raises(Refused) as among:
        services.join_many([other.id, youth.id], group, **BY)
    assert codes(alone) == codes(among) == ["kept_away"]
    assert not {"custody", "restriction", "Paul"} & set(alone.value.reasons[0].sentence.split())
    assert queries.member_ids(group.id, ON) == []
    services.join_many([other.id], group, **BY)
    tomorrow = BY | {"now": NOW + timedelta(days=1)}
    assert not in_force(order.starts_on, order.ends_on, ON + timedelta(days=1))
    services.join_group(youth.id, group, **tomorrow)


# ---- who reaches a group or a meeting ----


def test_a_group_is_found_by_its_leader_its_coordinator_and_nobody_else(session):
    group, other = make_group(make_season()), make_group(make_season(make_program("Chess")))
    coach = make_person("Alicia", "Moreno")
    services.lead_group(coach.id, group, StaffRole.HEAD_COACH, **BY)
    inside = [
        make_actor(Role.COACH, coach.id),
        make_actor(Role.COORDINATOR, program_id=group.season.program_id),
        COORDINATOR,
    ]
    for actor in inside:
        assert queries.get_group_for(actor, P.TEAM_READ, group.id, ON).id == group.id
    for actor in inside[:2]:
        with pytest.raises(NotFound):
            queries.get_group_for(actor, P.TEAM_READ, other.id, ON)
    with pytest.raises(NotFound):
        queries.get_group_for(make_actor(Role.GUARDIAN, coach.id), P.TEAM_READ, group.id, ON)


def test_a_gathering_is_found_where_its_group_is(session):
    group, other = make_group(make_season()), make_group(make_season(make_program("Chess")))
    coach = make_person("Alicia", "Moreno")
    services.lead_group(coach.id, group, StaffRole.HEAD_COACH, **BY)
    mine, theirs = make_gathering(group), make_gathering(other)
    actor = make_actor(Role.COACH, coach.id)
    assert queries.get_gathering_for(actor, P.REGISTER_TAKE, mine.id, ON).group.season_id == group.season_id
    with pytest.raises(NotFound):
        queries.get_gathering_for(actor, P.REGISTER_TAKE, theirs.id, ON)
    with pytest.raises(NotFound):
        queries.get_gathering_for(actor, P.REGISTER_TAKE, 2**62, ON)


# ---- gatherings ----


def test_a_series_keeps_its_local_hour_when_the_clocks_change(session):
    group = make_group(make_season())
    rows = services.schedule_series(
        group, kind=GatheringKind.PRACTICE, title="Practice", first=date(2026, 10, 27), last=date(2026, 11, 5),
        weekdays=[1, 3], starts=time(17, 30), ends=time(19), **BY,
    )  # fmt: skip
    local = [row.starts_at.astimezone(clock.zone()).strftime("%b %d %H:%M") for row in rows]
    assert local == ["Oct 27 17:30", "Oct 29 17:30", "Nov 03 17:30", "Nov 05 17:30"]
    assert [row.starts_at.hour for row in rows] == [22, 22, 23, 23]


def test_the_same_series_twice_adds_nothing(session):
    group = make_group(make_season())
    series = {
        "kind": GatheringKind.CLASS, "title": "Club", "first": date(2026, 9, 1), "last": date(2026, 9, 20),
        "weekdays": [0], "starts": time(16), "ends": time(17),
    }  # fmt: skip
    assert len(services.schedule_series(group, **series, **BY)) == 2
    assert services.schedule_series(group, **series, **BY) == []


def test_a_series_without_a_day_is_refused(session):
    with pytest.raises(Refused) as problem:
        services.schedule_series(
            make_group(make_season()), kind=GatheringKind.CLASS, title="Club", first=date(2026, 9, 1),
            last=date(2026, 9, 2), weekdays=[6], starts=time(16), ends=time(17), **BY,
        )  # fmt: skip
    assert codes(problem) == ["no_days"]


def test_a_canceled_meeting_says_why(session):
    gathering = make_gathering(make_group(make_season()))
    services.cancel_gathering(gathering, reason="The field is under water.", **BY)
    assert session.scalar(sa.select(Gathering.canceled_reason)) == "The field is under water."
    with pytest.raises(Refused) as problem:
        services.cancel_gathering(gathering, reason="Again.", **BY)
    assert codes(problem) == ["canceled"]


def test_upcoming_meetings_come_in_order_with_their_place(session):
    group = make_group(make_season())
    site = make_site("Lincoln Field")
    late = make_gathering(group, datetime(2026, 9, 19, 22, tzinfo=clock.UTC), site_id=site.id, place="Field 2")
    soon = make_gathering(group, datetime(2026, 9, 18, 22, tzinfo=clock.UTC))
    make_gathering(group, datetime(2026, 9, 1, 22, tzinfo=clock.UTC))
    lines = queries.upcoming(queries.groups_within(COORDINATOR, P.TEAM_READ, ON), NOW, NOW + timedelta(days=7))
    assert [line.gathering_id for line in lines] == [soon.id, late.id]
    assert lines[1].where == f"{site.name}, Field 2"


# ---- names that are taken ----


def test_names_are_taken_once(session):
    program = services.open_program(ProgramKind.CLASS, "Chess", "Ajedrez", **BY)
    season = services.open_season(
        program, "Fall", starts_on=ON, ends_on=ON + timedelta(days=60), age_cutoff_on=ON, **BY
    )
    services.open_group(season, GroupKind.CLASS, "Beginners", **BY)
    services.add_site("Library", **BY)
    for again in (
        lambda: services.open_program(ProgramKind.CLASS, "Chess", "", **BY),
        lambda: services.open_season(program, "Fall", starts_on=ON, ends_on=ON, age_cutoff_on=ON, **BY),
        lambda: services.open_group(season, GroupKind.CLASS, "BEGINNERS", **BY),
        lambda: services.add_site("Library", **BY),
    ):
        with pytest.raises(Refused) as problem:
            again()
        assert codes(problem) == ["name_taken"]


# ---- merging ----


def test_two_places_of_one_person_become_one_and_the_next_moves_up(session):
    season = make_season(capacity=2)
    kept, gone, other = make_youth("Mateo"), make_youth("Mateo"), make_youth("Imani")
    for youth in (kept, gone, other):
        services.enroll(youth.id, season.id, **BY)
    assert season.taken == 2
    merge(kept, gone, **BY)
    status = {row.youth_id: row.status.value for row in session.scalars(sa.select(Enrollment))}
    assert status == {kept.id: "enrolled", gone.id: "withdrawn", other.id: "enrolled"}
    assert season.taken == 2


def test_the_better_enrollment_survives_a_merge(session):
    season = make_season(capacity=1)
    gone, kept = make_youth("Mateo"), make_youth("Mateo")
    group = make_group(season)
    services.enroll(gone.id, season.id, **BY)
    services.enroll(kept.id, season.id, **BY)
    services.join_group(gone.id, group, jersey="7", **BY)
    merge(kept, gone, **BY)
    assert queries.find_enrollment(season.id, kept.id).status is EnrollmentStatus.ENROLLED
    assert [line.youth_id for line in queries.members_of(group.id, ON)] == [kept.id]
    assert season.taken == 1
