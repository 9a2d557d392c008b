"""Registers in the tables, on both engines."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers.accounts import make_actor
from tests.makers.people import NOW, make_guardian, make_person, make_youth
from tests.makers.programs import join, lead, make_gathering, make_group, make_season
from tests.support.clearing import only_these_are_not_cleared
from youthprog.access.types import Role
from youthprog.attendance import history_queries, missing_queries, queries, services
from youthprog.attendance.models import AttendanceMark, Deed, Register
from youthprog.attendance.types import DeedKind, Mark
from youthprog.audit import services as audit
from youthprog.audit.models import AuditEntry
from youthprog.core.permissions import P
from youthprog.core.refusals import Conflict, Refused
from youthprog.people import services as people_services
from youthprog.people.types import PeopleMerged
from youthprog.programs import queries as programs
from youthprog.programs.types import StaffRole

ON = date(2026, 9, 17)
BEGUN = NOW - timedelta(minutes=10)


class Team:
    """A team of three with a coach and a practice that has begun."""

    def __init__(self, size: int = 3):
        self.group = make_group(make_season())
        self.youth = [make_youth(f"Youth{number}", "Aguilar") for number in range(size)]
        for number, each in enumerate(self.youth):
            join(each, self.group, str(number + 1))
            make_guardian(each)
        self.coach = make_person("Alicia", "Moreno")
        lead(self.coach, self.group, StaffRole.HEAD_COACH, *self.youth)
        self.gathering = make_gathering(self.group, BEGUN)
        self.actor = make_actor(Role.COACH, self.coach.id)
        self.ids = [each.id for each in self.youth]

    def save(self, marks, seen=None, by=None, now=NOW):
        return services.save_register(self.gathering, marks, seen=seen or {}, by=by or self.actor, now=now)


@pytest.fixture(autouse=True)
def objections(app):
    """The youth who are not cleared."""
    with only_these_are_not_cleared(app) as barred:
        yield barred


@pytest.fixture
def team(session):
    return Team()


def codes(caught):
    return [reason.code for reason in caught.value.reasons]


def test_a_register_is_saved_with_who_when_and_an_audit_line(team, session):
    saved = team.save({team.ids[0]: Mark.PRESENT, team.ids[1]: Mark.ABSENT})
    session.commit()
    assert saved.changed == 2
    assert saved.counts == {Mark.PRESENT: 1, Mark.ABSENT: 1}
    row = session.get(AttendanceMark, (team.gathering.id, team.ids[1]))
    assert (row.mark, row.marked_by_id, row.marked_at, row.version) == (Mark.ABSENT, team.coach.id, NOW, 1)
    assert session.get(Register, team.gathering.id).saved_by_id == team.coach.id
    line = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.number.desc())).first()
    assert (line.action, line.subject_id, line.detail) == ("register.saved", team.gathering.id, {"changed": 2})


def test_without_its_audit_line_nothing_is_saved(team, session, monkeypatch):
    session.commit()
    team.save({team.ids[0]: Mark.PRESENT})

    def broken(*_args):
        raise RuntimeError("the trail is broken")

    monkeypatch.setattr(audit, "append", broken)
    with pytest.raises(RuntimeError):
        session.commit()
    session.rollback()
    assert session.scalar(sa.select(sa.func.count()).select_from(AttendanceMark)) == 0


def test_a_mark_that_is_replaced_stays_as_a_deed(team, session):
    team.save({team.ids[0]: Mark.ABSENT})
    later = NOW + timedelta(hours=1)
    team.save({team.ids[0]: Mark.LATE}, seen={team.ids[0]: 1}, now=later)
    first, second = session.scalars(sa.select(Deed).order_by(Deed.id)).all()
    assert (first.mark, first.at, first.by_id) == (Mark.ABSENT, NOW, team.coach.id)
    assert (second.mark, second.at, second.saw) == (Mark.LATE, later, [first.client_id])
    row = session.get(AttendanceMark, (team.gathering.id, team.ids[0]))
    assert (row.version, row.said, row.disputed) == (2, second.client_id, False)


def test_a_mark_from_before_there_were_deeds_is_answered_like_any_other(team, session):
    old = AttendanceMark(gathering_id=team.gathering.id, youth_id=team.ids[0], mark=Mark.ABSENT, marked_at=BEGUN)
    session.add(old)
    session.flush()
    team.save({team.ids[0]: Mark.LATE}, seen={team.ids[0]: 1})
    assert [(deed.mark, deed.at) for deed in session.scalars(sa.select(Deed).order_by(Deed.at))] == [
        (Mark.ABSENT, BEGUN),
        (Mark.LATE, NOW),
    ]
    row = session.get(AttendanceMark, (team.gathering.id, team.ids[0]))
    assert (row.mark, row.disputed) == (Mark.LATE, False)


def test_a_mark_changed_meanwhile_is_not_overwritten(team, session):
    other = make_actor(Role.COACH, make_person("Brian", "Tate").id)
    team.save({team.ids[0]: Mark.ABSENT}, by=other)
    with pytest.raises(Conflict) as caught:
        team.save({team.ids[0]: Mark.PRESENT, team.ids[1]: Mark.PRESENT})
    assert codes(caught) == ["changed_meanwhile"]
    assert caught.value.reasons[0].values["name"] == team.youth[0].name
    session.flush()
    assert session.get(AttendanceMark, (team.gathering.id, team.ids[0])).mark is Mark.ABSENT
    assert session.get(AttendanceMark, (team.gathering.id, team.ids[1])) is None


def test_two_savers_of_different_rows_both_count(team, session):
    other = make_actor(Role.COACH, make_person("Brian", "Tate").id)
    team.save({team.ids[0]: Mark.ABSENT}, by=other)
    team.save({team.ids[1]: Mark.PRESENT})
    assert queries.marks_at([team.gathering.id])[team.gathering.id] == {
        team.ids[0]: Mark.ABSENT,
        team.ids[1]: Mark.PRESENT,
    }


def test_who_is_not_cleared_cannot_be_present(team, objections):
    objections.add(team.ids[2])
    with pytest.raises(Refused) as caught:
        team.save({team.ids[2]: Mark.PRESENT})
    assert codes(caught) == ["not_cleared"]
    assert team.save({team.ids[2]: Mark.ABSENT}).changed == 1


def test_a_team_of_which_nobody_is_cleared_still_has_its_register(team, objections):
    objections.update(team.ids)
    assert team.save({}).changed == 0
    assert missing_queries.not_entered(team.actor, missing_queries.ALL, NOW + timedelta(days=2)) == []


def test_a_register_needs_a_mark(team):
    with pytest.raises(Refused) as caught:
        team.save({})
    assert codes(caught) == ["nobody_marked"]


def test_a_canceled_practice_has_no_register(team):
    team.gathering.canceled_at = NOW
    with pytest.raises(Refused) as caught:
        team.save({team.ids[0]: Mark.PRESENT})
    assert codes(caught) == ["gathering_canceled"]


def test_a_practice_ahead_has_no_register_yet(team):
    team.gathering.starts_at = NOW + timedelta(hours=3)
    team.gathering.ends_at = NOW + timedelta(hours=4)
    with pytest.raises(Refused) as caught:
        team.save({team.ids[0]: Mark.PRESENT})
    assert codes(caught) == ["not_begun"]


def test_a_child_of_another_team_is_not_marked(team):
    stranger = make_youth("Chidera", "Eze")
    with pytest.raises(Refused) as caught:
        team.save({stranger.id: Mark.PRESENT})
    assert codes(caught) == ["not_a_member"]


def test_undo_takes_the_last_save_back_and_keeps_what_was_before(team, session):
    team.save({team.ids[0]: Mark.PRESENT})
    later = NOW + timedelta(minutes=5)
    team.save({team.ids[0]: Mark.LATE, team.ids[1]: Mark.ABSENT}, seen={team.ids[0]: 1}, now=later)
    assert services.undo_save(team.gathering, by=team.actor, now=later + timedelta(minutes=1)) == 2
    assert queries.marks_at([team.gathering.id]) == {team.gathering.id: {team.ids[0]: Mark.PRESENT}}
    assert [deed.kind for deed in session.scalars(sa.select(Deed).order_by(Deed.id))] == [
        DeedKind.MARK, DeedKind.MARK, DeedKind.MARK, DeedKind.TAKE_BACK, DeedKind.TAKE_BACK,
    ]  # fmt: skip


def test_a_register_undone_whole_is_missing_again(team, session):
    team.save({team.ids[0]: Mark.PRESENT})
    services.undo_save(team.gathering, by=team.actor, now=NOW + timedelta(minutes=1))
    assert session.get(Register, team.gathering.id) is None
    with pytest.raises(Conflict):  # whoever saw the page before anything was marked must look again
        team.save({team.ids[0]: Mark.ABSENT}, seen={team.ids[0]: 0})
    assert team.save({team.ids[0]: Mark.ABSENT}, seen={team.ids[0]: 2}).changed == 1


def test_nobody_undoes_anothers_save(team):
    other = make_actor(Role.COACH, make_person("Brian", "Tate").id)
    team.save({team.ids[0]: Mark.PRESENT}, by=other)
    with pytest.raises(Refused) as caught:
        services.undo_save(team.gathering, by=team.actor, now=NOW)
    assert codes(caught) == ["saved_by_another"]


def test_saving_the_same_again_leaves_no_trace(team, session):
    team.save({team.ids[0]: Mark.PRESENT})
    assert team.save({team.ids[0]: Mark.PRESENT}, now=NOW + timedelta(hours=1)).changed == 0
    assert session.get(Register, team.gathering.id).saved_at == NOW


def test_a_coach_sees_the_phone_only_of_who_is_not_cleared(team, objections):
    objections.add(team.ids[0])
    roll = queries.roll_of(team.actor, P.REGISTER_TAKE, team.gathering, ON)
    assert [line.phone is not None for line in roll.lines] == [True, False, False]
    assert [line.jersey for line in roll.lines] == ["1", "2", "3"]


def test_a_restricted_coach_does_not_see_the_child(team, session):
    people_services.restrict_custody(
        team.youth[0],
        team.coach,
        no_collect=True,
        no_decide=True,
        no_information=True,
        starts_on=ON,
        note="",
        by=team.actor,
        now=NOW,
    )
    roll = queries.roll_of(team.actor, P.REGISTER_TAKE, team.gathering, ON)
    assert [line.youth_id for line in roll.lines] == team.ids[1:]


def test_a_register_costs_the_same_for_three_and_for_fifteen(session, statements):
    counts = []
    for size in (3, 15):
        team = Team(size)
        session.flush()
        statements.clear()
        queries.roll_of(team.actor, P.REGISTER_TAKE, team.gathering, ON)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 9


def test_saving_costs_a_few_statements(session, statements):
    team = Team(15)
    session.flush()
    statements.clear()
    team.save(dict.fromkeys(team.ids, Mark.PRESENT))
    assert len(statements) <= 10


def test_missing_registers_wait_a_day_and_are_only_ones_own(team, statements):
    other = Team()
    end = team.gathering.ends_at
    assert missing_queries.not_entered(team.actor, missing_queries.ALL, end + timedelta(hours=24)) == []
    statements.clear()
    rows = missing_queries.not_entered(team.actor, missing_queries.ALL, end + timedelta(hours=24, seconds=1))
    assert [(row.gathering_id, row.days_ago, row.leader) for row in rows] == [(team.gathering.id, 1, "Alicia Moreno")]
    assert len(statements) <= 2
    everything = missing_queries.not_entered(make_actor(Role.COORDINATOR), missing_queries.ALL, end + timedelta(days=2))
    assert {row.gathering_id for row in everything} == {team.gathering.id, other.gathering.id}


def test_a_canceled_gathering_is_not_missing(team):
    team.gathering.canceled_at = NOW
    assert missing_queries.not_entered(team.actor, missing_queries.ALL, NOW + timedelta(days=9)) == []


def test_last_marks_are_a_strip_oldest_first(team, statements):
    early = make_gathering(team.group, BEGUN - timedelta(days=7))
    services.save_register(early, {team.ids[0]: Mark.LATE}, seen={}, by=team.actor, now=NOW)
    team.save({team.ids[0]: Mark.PRESENT, team.ids[1]: Mark.EXCUSED})
    make_gathering(team.group, NOW + timedelta(days=2))
    statements.clear()
    held, strips = queries.last_marks(team.group.id, 5, ON)
    assert [line.on for line in held] == [ON - timedelta(days=7), ON]
    assert strips == {team.ids[0]: [Mark.LATE, Mark.PRESENT], team.ids[1]: [None, Mark.EXCUSED]}
    assert len(statements) <= 2


def test_weekly_rates_are_shares_of_the_enrolled(team, statements):
    week_before = make_gathering(team.group, BEGUN - timedelta(days=7))
    services.save_register(
        week_before, {team.ids[0]: Mark.LATE, team.ids[1]: Mark.ABSENT}, seen={}, by=team.actor, now=NOW
    )
    statements.clear()
    condition = programs.groups_within(team.actor, P.REGISTER_READ, ON)
    with time_machine.travel(datetime(2026, 9, 19, tzinfo=UTC), tick=False):
        rates = queries.weekly_rates(condition, 3, date(2026, 9, 18))
    assert [(rate.starts_on.day, rate.value, rate.incomplete) for rate in rates] == [
        (31, None, False),
        (7, 33, False),
        (14, None, True),
    ]
    assert len(statements) <= 4


def test_history_is_of_groups_within_reach(team):
    team.save({team.ids[0]: Mark.LATE})
    history = history_queries.attended(team.actor, team.ids[0], ON - timedelta(days=60), ON)
    assert [(line.gathering_id, line.mark) for line in history] == [(team.gathering.id, Mark.LATE)]
    assert (
        history_queries.attended(make_actor(Role.COACH, make_person().id), team.ids[0], ON - timedelta(days=60), ON)
        == []
    )


def test_merged_records_keep_the_later_mark(team, session):
    kept, gone = team.youth[0], team.youth[1]
    team.save({kept.id: Mark.ABSENT})
    team.save({gone.id: Mark.PRESENT}, now=NOW + timedelta(minutes=1))
    alone = make_gathering(team.group, BEGUN - timedelta(days=7))
    services.save_register(alone, {gone.id: Mark.LATE}, seen={}, by=team.actor, now=NOW)
    services.follow_merge(PeopleMerged(kept.id, gone.id, NOW + timedelta(hours=1)))
    marks = queries.marks_at([team.gathering.id, alone.id])
    assert marks == {team.gathering.id: {kept.id: Mark.PRESENT}, alone.id: {kept.id: Mark.LATE}}
    assert set(session.scalars(sa.select(Deed.youth_id))) == {kept.id}
    assert session.get(AttendanceMark, (team.gathering.id, kept.id)).disputed
