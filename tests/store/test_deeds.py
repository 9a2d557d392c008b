"""The one way in for what is said of attendance: kept once, judged by the rules, computed anew. On both engines."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.makers.people import NOW, make_guardian, make_youth
from tests.makers.programs import enroll, make_gathering
from tests.store.test_attendance import BEGUN, Team, codes
from tests.support.clearing import only_these_are_not_cleared
from youthprog.attendance import queries, services
from youthprog.attendance.models import AttendanceMark, Deed, Register
from youthprog.attendance.types import CollectedBy, Collector, DeedKind, Fate, Mark, Said
from youthprog.audit import services as audit
from youthprog.audit.models import AuditEntry
from youthprog.core.refusals import Conflict
from youthprog.people.models import Person


@pytest.fixture(autouse=True)
def objections(app):
    """The youth who are not cleared."""
    with only_these_are_not_cleared(app) as barred:
        yield barred


@pytest.fixture
def team(session):
    return Team()


def said(name, youth_id, kind=DeedKind.ARRIVE, mark=Mark.PRESENT, at=NOW, **more):
    return Said(name, youth_id, kind, at, mark, **more)


def say(team, *deeds, now=NOW):
    return services.say(team.gathering, deeds, by=team.actor, now=now)


def row_of(team, session, number=0):
    return session.get(AttendanceMark, (team.gathering.id, team.ids[number]), populate_existing=True)


def test_an_arrival_is_kept_with_when_by_whom_and_from_which_device(team, session):
    at = NOW - timedelta(minutes=3)
    (outcome,) = say(team, said("a", team.ids[0], at=at, clock_at=at, device="gate"))
    assert (outcome.fate, outcome.refusal, outcome.flag) == (Fate.KEPT, None, None)
    row, deed = row_of(team, session), session.scalars(sa.select(Deed)).one()
    assert (row.mark, row.in_at, row.out_at, row.device) == (Mark.PRESENT, at, None, "gate")
    assert (deed.at, deed.received_at, deed.by_id, deed.device) == (at, NOW, team.coach.id, "gate")
    assert session.get(Register, team.gathering.id).taken_by_id == team.coach.id


def test_the_same_deed_again_changes_nothing(team, session):
    say(team, said("a", team.ids[0]))
    before = row_of(team, session).version
    outcomes = say(team, said("a", team.ids[0]), said("b", team.ids[1]), said("b", team.ids[1]))
    assert [each.fate for each in outcomes] == [Fate.KNOWN, Fate.KEPT, Fate.KEPT]
    assert session.scalar(sa.select(sa.func.count()).select_from(Deed)) == 2
    assert row_of(team, session).version == before


def test_only_what_is_new_leaves_a_line(team, session):
    say(team, said("a", team.ids[0]))
    session.commit()
    say(team, said("a", team.ids[0]))
    session.commit()
    lines = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "register.saved")).all()
    assert [line.detail for line in lines] == [{"changed": 1}]


def test_without_its_audit_line_no_deed_is_kept(team, session, monkeypatch):
    session.commit()
    say(team, said("a", team.ids[0]))

    def broken(*_args):
        raise RuntimeError("the trail is broken")

    monkeypatch.setattr(audit, "append", broken)
    with pytest.raises(RuntimeError):
        session.commit()
    session.rollback()
    assert session.scalar(sa.select(sa.func.count()).select_from(Deed)) == 0


def test_leaving_says_with_whom_and_how_long(team, session):
    make_guardian(session.get(Person, team.ids[0]), "Ana", "Ruiz")
    to = Collector(CollectedBy.LISTED, "Ana Ruiz", id_seen=True)
    say(team, said("a", team.ids[0]))
    say(
        team,
        said("b", team.ids[0], DeedKind.LEAVE, None, NOW + timedelta(minutes=50), to=to),
        now=NOW + timedelta(hours=1),
    )
    row = row_of(team, session)
    assert (row.minutes, row.out_at, row.mark) == (50, NOW + timedelta(minutes=50), Mark.PRESENT)
    left = session.scalars(sa.select(Deed).where(Deed.kind == DeedKind.LEAVE)).one()
    assert (left.to_kind, left.to_name, left.id_seen) == (CollectedBy.LISTED, "Ana Ruiz", True)


def test_who_is_not_cleared_arrives_to_watch_and_is_not_marked(team, session, objections):
    objections.add(team.ids[0])
    (outcome,) = say(team, said("a", team.ids[0]))
    assert (outcome.fate, outcome.refusal.code) == (Fate.REFUSED, "not_cleared")
    row = row_of(team, session)
    assert (row.mark, row.in_at) == (None, NOW)


def test_a_mark_of_who_is_not_cleared_is_kept_and_does_not_count(team, session, objections):
    objections.add(team.ids[0])
    (outcome,) = say(team, said("a", team.ids[0], DeedKind.MARK))
    assert outcome.refusal.code == "not_cleared"
    assert row_of(team, session) is None
    assert session.scalars(sa.select(Deed)).one().refusal == "not_cleared"
    assert session.get(Register, team.gathering.id) is None


def test_somebody_of_the_season_walks_in_and_stands_on_the_register(team, session):
    other = make_youth("Ana", "Brooks")
    enroll(other, team.gathering.season)
    (outcome,) = say(team, said("a", other.id, mark=Mark.WALK_IN))
    assert outcome.fate is Fate.KEPT
    assert [line.youth_id for line in queries.roll_members(team.gathering)] == [*team.ids, other.id]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (lambda team: said("a", make_youth("No", "Body").id), "not_enrolled"),
        (lambda team: said("a", None, code="https://elsewhere.example/x"), "foreign_code"),
        (lambda team: said("a", team.ids[0], DeedKind.MARK), "gathering_canceled"),
    ],
)
def test_what_is_refused_is_kept_with_its_reason_and_does_not_count(team, session, given, code):
    if code == "gathering_canceled":
        team.gathering.canceled_at = NOW
    (outcome,) = say(team, given(team))
    assert (outcome.fate, outcome.refusal.code) == (Fate.REFUSED, code)
    assert session.scalars(sa.select(Deed)).one().refusal == code
    assert session.scalar(sa.select(sa.func.count()).select_from(AttendanceMark)) == 0


@pytest.mark.parametrize("kind", [DeedKind.TAKE_BACK, DeedKind.LEAVE, DeedKind.ARRIVE])
def test_a_key_that_is_nobodys_is_kept_without_it_and_does_not_count(team, session, kind):
    (outcome,) = say(team, said("a", 9_999_999, kind, None))
    assert (outcome.fate, outcome.refusal.code) == (Fate.REFUSED, "not_enrolled")
    assert session.scalars(sa.select(Deed)).one().youth_id is None
    assert session.scalar(sa.select(sa.func.count()).select_from(AttendanceMark)) == 0


def test_nothing_is_said_of_a_child_who_has_nothing_to_do_with_the_gathering(team, session):
    other = make_youth("No", "Body")
    assert say(team, said("a", other.id, DeedKind.LEAVE, None))[0].refusal.code == "not_enrolled"
    assert session.get(AttendanceMark, (team.gathering.id, other.id)) is None


def test_a_gathering_ahead_hears_nothing_yet(team):
    team.gathering.starts_at, team.gathering.ends_at = NOW + timedelta(hours=3), NOW + timedelta(hours=4)
    assert say(team, said("a", team.ids[0]))[0].refusal.code == "not_begun"


def test_only_as_walked_in_is_somebody_of_another_group_marked(team):
    other = make_youth("Ana", "Brooks")
    enroll(other, team.gathering.season)
    assert say(team, said("a", other.id, DeedKind.MARK))[0].refusal.code == "not_a_member"


@pytest.mark.parametrize(
    ("at", "clock", "flag"),
    [
        (NOW, NOW, None),
        (NOW, NOW - timedelta(hours=6), "clock_off"),
        (NOW - timedelta(hours=6), NOW - timedelta(hours=6), "impossible_time"),
        (NOW + timedelta(minutes=6), None, "impossible_time"),
    ],
)
def test_times_that_cannot_be_are_flagged_and_kept(team, session, at, clock, flag):
    (outcome,) = say(team, said("a", team.ids[0], at=at, clock_at=clock))
    assert (outcome.fate, outcome.flag) == (Fate.KEPT, flag)
    assert row_of(team, session).in_at == at


def test_two_phones_that_did_not_see_each_other_are_in_dispute_until_somebody_saw_both(team, session):
    say(team, said("a", team.ids[0], DeedKind.MARK, Mark.ABSENT, BEGUN))
    say(team, said("b", team.ids[0], DeedKind.MARK, Mark.PRESENT))
    row = row_of(team, session)
    assert (row.mark, row.disputed) == (Mark.PRESENT, True)
    team.save({team.ids[0]: Mark.ABSENT}, seen={team.ids[0]: row.version})
    row = row_of(team, session)
    assert (row.mark, row.disputed) == (Mark.ABSENT, False)


def test_a_page_that_did_not_see_the_phone_is_refused(team):
    say(team, said("a", team.ids[0], DeedKind.MARK, Mark.ABSENT))
    with pytest.raises(Conflict) as caught:
        team.save({team.ids[0]: Mark.PRESENT})
    assert codes(caught) == ["changed_meanwhile"]


def test_batches_in_any_order_give_one_register(session):
    deeds = [
        ("a", DeedKind.ARRIVE, Mark.LATE, 5, ()),
        ("b", DeedKind.MARK, Mark.ABSENT, 9, ()),
        ("c", DeedKind.MARK, Mark.PRESENT, 12, ("a",)),
        ("d", DeedKind.LEAVE, None, 60, ()),
    ]
    found = []
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 2, 3, 1, 0]):
        team = Team(1)
        for number in order:
            name, kind, mark, minute, saw = deeds[number]
            key = f"{team.gathering.id}{name}"
            saw = tuple(f"{team.gathering.id}{each}" for each in saw)
            at = BEGUN + timedelta(minutes=minute)
            say(team, said(key, team.ids[0], kind, mark, at, saw=saw), now=NOW + timedelta(hours=2))
        row = row_of(team, session)
        found.append((row.mark, row.disputed, row.in_at, row.out_at, row.minutes, row.said[-1]))
    assert found[0] == found[1] == found[2]
    assert found[0][:2] == (Mark.PRESENT, True)


def test_a_taken_back_arrival_is_none(team, session):
    say(team, said("a", team.ids[0]))
    say(team, said("b", team.ids[0], DeedKind.TAKE_BACK, None, undoes="a"))
    row = row_of(team, session)
    assert (row.mark, row.in_at) == (None, None)


def test_fifteen_cost_what_one_costs(session, statements):
    counts = []
    for size in (1, 15):
        team = Team(size)
        make_gathering(team.group, BEGUN)
        session.flush()
        statements.clear()
        say(team, *(said(f"{team.gathering.id}-{who}", who) for who in team.ids))
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 8
