"""The screen on which a paper sheet is keyed in: a plain form, the register's own rules, times as arrivals and leavings."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account
from tests.makers.people import make_person, make_youth
from tests.makers.programs import enroll, lead
from tests.support.clearing import only_these_are_not_cleared
from tests.web.test_attendance import Field
from youthprog.access.types import Role
from youthprog.attendance.models import AttendanceMark, Deed, Register
from youthprog.attendance.types import DeedKind, Mark
from youthprog.core import clock
from youthprog.people.models import CustodyRestriction
from youthprog.programs.models import Season
from youthprog.programs.types import StaffRole


@pytest.fixture
def objections(app):
    """The youth who are not cleared."""
    with only_these_are_not_cleared(app) as barred:
        yield barred


@pytest.fixture
def field(session, objections):
    found = Field(session)
    found.address += "/paper"
    found.season = session.get_one(Season, found.group.season_id)
    return found


def keyed(page, field, *marks, **more):
    values = {f"mark-{who}": mark for who, mark in zip(field.ids, marks, strict=False) if mark}
    return {**page.form(field.address), **values, **more}


def clock_time(moment):
    return f"{moment.astimezone(clock.zone()):%H:%M}"


def test_a_sheet_is_kept_as_said_from_paper_by_whoever_keyed_it(visitor, field, session):
    page = visitor.sign_in(field.account).get(field.address)
    page = visitor.post(field.address, keyed(page, field, "p", "a", "L"))
    assert field.marks() == dict(zip(field.ids, (Mark.PRESENT, Mark.ABSENT, Mark.LATE), strict=True))
    assert "The sheet is keyed in: 2 here, 1 not." in page.text
    said = session.scalars(sa.select(Deed)).all()
    assert {(deed.device, deed.by_id) for deed in said} == {("paper", field.coach.id)}


def test_times_become_an_arrival_and_a_leaving(visitor, field, session):
    came, left = field.gathering.starts_at + timedelta(minutes=1), field.gathering.starts_at + timedelta(minutes=61)
    times = {f"in-{field.ids[0]}": clock_time(came), f"out-{field.ids[0]}": clock_time(left)}
    page = visitor.sign_in(field.account).get(field.address)
    visitor.post(field.address, keyed(page, field, None, "a", "a", **times))
    row = session.get(AttendanceMark, (field.gathering.id, field.ids[0]))
    assert (row.mark, row.minutes) == (Mark.PRESENT, 60)
    page = visitor.get(field.address)
    visitor.post(field.address, keyed(page, field))  # the same sheet once more says nothing new
    passages = sa.select(sa.func.count()).select_from(Deed).where(Deed.kind.in_((DeedKind.ARRIVE, DeedKind.LEAVE)))
    assert session.scalar(passages) == 2


def test_a_wrong_time_is_set_right_and_undone_with_the_sheet(visitor, field, session):
    came = field.gathering.starts_at + timedelta(minutes=1)
    page = visitor.sign_in(field.account).get(field.address)
    visitor.post(field.address, keyed(page, field, "p", **{f"in-{field.ids[0]}": clock_time(came)}))
    page = visitor.get(field.address)
    right = clock_time(came + timedelta(minutes=9))
    visitor.post(field.address, keyed(page, field, **{f"in-{field.ids[0]}": right}))
    row = session.get(AttendanceMark, (field.gathering.id, field.ids[0]))
    assert clock_time(row.in_at) == right
    page = visitor.get(field.address)
    visitor.post(field.address, keyed(page, field, **{f"in-{field.ids[0]}": ""}))
    session.expire_all()
    assert session.get(AttendanceMark, (field.gathering.id, field.ids[0])).in_at is None


def test_undo_takes_the_times_back_too(visitor, field, session):
    came = field.gathering.starts_at + timedelta(minutes=1)
    page = visitor.sign_in(field.account).get(field.address)
    visitor.post(field.address, keyed(page, field, "p", **{f"in-{field.ids[0]}": clock_time(came)}))
    visitor.post(field.address.replace("/paper", "/undo"))
    row = session.get(AttendanceMark, (field.gathering.id, field.ids[0]))
    assert (row.mark, row.in_at) == (None, None)
    assert session.scalar(sa.select(sa.func.count()).select_from(Register)) == 0


def test_a_cleared_field_takes_the_mark_back(visitor, field):
    page = visitor.sign_in(field.account).get(field.address)
    visitor.post(field.address, keyed(page, field, "p", "p"))
    page = visitor.get(field.address)
    visitor.post(field.address, {**page.form(field.address), f"mark-{field.ids[1]}": ""})
    assert field.marks() == {field.ids[0]: Mark.PRESENT}


def test_everyone_else_is_here_fills_and_saves_nothing(visitor, field, objections):
    objections.add(field.ids[2])
    page = visitor.sign_in(field.account).get(field.address)
    page = visitor.post(field.address, keyed(page, field, None, "a", rest="present"))
    assert field.marks() == {}
    form = page.form(field.address)
    assert [form[f"mark-{who}"] for who in field.ids] == ["P", "a", ""]


def test_what_cannot_be_read_is_told_by_name_and_the_rest_is_kept(visitor, field):
    page = visitor.sign_in(field.account).get(field.address)
    page = visitor.post(field.address, keyed(page, field, "q", "a", **{f"in-{field.ids[2]}": "soon"}), status=422)
    assert "Mateo Aguilar: type P, L, A or E." in page.text
    assert "Tyler Aguilar: write the time like 5:31." in page.text
    form = page.form(field.address)
    assert (form[f"mark-{field.ids[1]}"], form[f"in-{field.ids[2]}"]) == ("a", "soon")
    assert field.marks() == {}


def test_who_is_not_cleared_came_and_watched(visitor, field, objections, session):
    objections.add(field.ids[0])
    came = {f"in-{field.ids[0]}": clock_time(field.gathering.starts_at)}
    page = visitor.sign_in(field.account).get(field.address)
    refused = visitor.post(field.address, keyed(page, field, "p", "p", "p"), status=422)
    assert "Mateo Aguilar is not cleared. May watch. May not take part." in refused.text
    visitor.post(field.address, keyed(page, field, None, "p", "p", **came))
    row = session.get(AttendanceMark, (field.gathering.id, field.ids[0]))
    assert row.mark is None
    assert row.in_at is not None


def test_somebody_elses_marks_are_not_overwritten(app, visitor, field, session):
    brian = make_person("Brian", "Tate")
    lead(brian, field.group, StaffRole.ASSISTANT_COACH, *field.youth)
    account = make_account(Role.COACH, brian)
    session.commit()
    page = visitor.sign_in(field.account).get(field.address)
    other = type(visitor)(app).sign_in(account)
    other.post(field.address, keyed(other.get(field.address), field, "a"))
    page = visitor.post(field.address, keyed(page, field, "p", "p"), status=409)
    assert "Brian Tate marked Absent meanwhile. Yours: p." in page.text
    assert field.marks() == {field.ids[0]: Mark.ABSENT}
    visitor.post(field.address, page.form(field.address))  # now it is meant
    assert field.marks() == {field.ids[0]: Mark.PRESENT, field.ids[1]: Mark.PRESENT}


def test_somebody_elses_times_are_not_overwritten(app, visitor, field, session):
    starts, name = field.gathering.starts_at, f"in-{field.ids[0]}"
    page = visitor.sign_in(field.account).get(field.address)
    other = type(visitor)(app).sign_in(field.account)
    other.post(field.address, keyed(other.get(field.address), field, "p", **{name: clock_time(starts)}))
    later = {name: clock_time(starts + timedelta(minutes=5))}
    page = visitor.post(field.address, keyed(page, field, None, "p", **later), status=409)
    assert "Mateo Aguilar was marked by somebody else meanwhile." in page.text


def test_what_the_door_said_stays(visitor, field, session):
    at = field.gathering.starts_at
    session.add(
        Deed(
            client_id="door-1", gathering_id=field.gathering.id, youth_id=field.ids[0], kind=DeedKind.ARRIVE,
            mark=Mark.PRESENT, at=at, received_at=at, device="phone", saw=[],
        )
    )  # fmt: skip
    session.commit()
    page = visitor.sign_in(field.account).get(field.address)
    assert "At the door:" in page.text
    assert f"in-{field.ids[0]}" not in page.form(field.address)
    forged = {f"in-{field.ids[0]}": clock_time(at + timedelta(minutes=7))}
    visitor.post(field.address, keyed(page, field, None, "p", "p", **forged))
    assert session.scalar(sa.select(sa.func.count()).where(Deed.kind == DeedKind.ARRIVE)) == 1


def test_a_walk_in_is_found_by_the_whole_name_alone(visitor, field, session):
    ana = make_youth("Ana", "Ruiz")
    enroll(ana, field.season)
    session.commit()
    page = visitor.sign_in(field.account).get(field.address)
    for name in ("Ana", "Ana Ru", "Nobody Here"):
        refused = visitor.post(field.address, keyed(page, field, "p", **{"walked-1": name}), status=422)
        assert f"Nobody called {name} is enrolled in this season. Ask the office." in refused.text
    visitor.post(field.address, keyed(page, field, "p", **{"walked-1": "Ana Ruiz"}))
    assert field.marks()[ana.id] is Mark.WALK_IN


def test_a_child_kept_from_the_coach_is_called_nobody(visitor, field, session):
    ana = make_youth("Ana", "Ruiz")
    enroll(ana, field.season)
    session.add(
        CustodyRestriction(
            youth_id=ana.id, adult_id=field.coach.id, no_information=True, no_collect=True, no_decide=True,
            starts_on=clock.today() - timedelta(days=3), recorded_at=clock.now(),
        )
    )  # fmt: skip
    session.commit()
    page = visitor.sign_in(field.account).get(field.address)
    refused = visitor.post(field.address, keyed(page, field, "p", **{"walked-1": "Ana Ruiz"}), status=422)
    assert "Nobody called Ana Ruiz is enrolled in this season. Ask the office." in refused.text


def test_who_has_a_row_is_no_walk_in(visitor, field):
    page = visitor.sign_in(field.account).get(field.address)
    page = visitor.post(field.address, keyed(page, field, "p", **{"walked-2": "Imani Aguilar"}), status=422)
    assert "Imani Aguilar has a row above. Mark that one." in page.text


def test_the_screen_speaks_spanish_letters(visitor, field):
    visitor.sign_in(field.account)
    page = visitor.get(f"/language/es?next={field.address}")
    assert "P Presente, T Tarde, A Ausente, C Con permiso" in page.text
    visitor.post(field.address, keyed(page, field, "t", "c", "p"))
    assert list(field.marks().values()) == [Mark.LATE, Mark.EXCUSED, Mark.PRESENT]
    form = visitor.get(field.address).form(field.address)
    assert [form[f"mark-{who}"] for who in field.ids] == ["T", "C", "P"]
