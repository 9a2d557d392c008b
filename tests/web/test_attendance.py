"""The register as a page: tapping, saving, two savers, and whose door it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account
from tests.makers.people import make_guardian, make_person, make_youth
from tests.makers.programs import join, lead, make_gathering, make_season, make_team
from tests.support.clearing import only_these_are_not_cleared
from youthprog.access.types import Role
from youthprog.attendance.models import AttendanceMark, Register
from youthprog.attendance.queries import marks_at
from youthprog.attendance.types import Mark
from youthprog.audit.models import AuditEntry
from youthprog.core import clock
from youthprog.people.models import HealthNote
from youthprog.people.types import HealthKind
from youthprog.programs.types import StaffRole

NAMES = ("Mateo", "Imani", "Tyler")


@pytest.fixture
def objections(app):
    """The youth who are not cleared."""
    with only_these_are_not_cleared(app) as barred:
        yield barred


class Field:
    """A team of three whose practice has just begun, and its coach's account."""

    def __init__(self, session, names=NAMES):
        now = clock.now()
        season = make_season(starts_on=(now - timedelta(days=60)).date(), ends_on=(now + timedelta(days=60)).date())
        self.season, self.team = season, make_team(season)
        self.group, self.program_id = self.team.group, season.program_id
        self.youth = [make_youth(given, "Aguilar") for given in names]
        for number, each in enumerate(self.youth):
            member = join(each, self.group, str(number + 1))
            member.from_on = season.starts_on
            make_guardian(each, "Rosa")
        self.coach = make_person("Alicia", "Moreno")
        lead(self.coach, self.group, StaffRole.HEAD_COACH, *self.youth)
        self.gathering = make_gathering(self.group, now - timedelta(minutes=20))
        self.account = make_account(Role.COACH, self.coach)
        self.address = f"/gatherings/{self.gathering.id}/register"
        self.ids = [each.id for each in self.youth]
        session.commit()

    def marks(self):
        return marks_at([self.gathering.id]).get(self.gathering.id, {})


@pytest.fixture
def field(session, objections):
    return Field(session)


def tap(page, field, *marks):
    values = {f"mark-{youth_id}": mark for youth_id, mark in zip(field.ids, marks, strict=False) if mark}
    return {**page.form(field.address), **values}


def test_rows_begin_unmarked(visitor, field):
    page = visitor.sign_in(field.account).get(field.address)
    assert not [name for name in page.form(field.address) if name.startswith("mark-")]
    assert page.h1.startswith("Practice, ")
    assert "3 not marked" in page.text
    assert "Everyone else is here" in page.text


def test_a_save_is_kept_and_shown(visitor, field):
    page = visitor.sign_in(field.account).get(field.address)
    page = visitor.post(field.address, tap(page, field, "present", "absent", "excused"))
    assert field.marks() == dict(zip(field.ids, (Mark.PRESENT, Mark.ABSENT, Mark.EXCUSED), strict=True))
    assert "1 present · 1 absent · 1 excused" in page.text
    assert "Undo this save" in page.text


def test_everyone_else_is_here_works_without_a_script_and_saves_nothing(visitor, field):
    page = visitor.sign_in(field.account).get(field.address)
    page = visitor.post(field.address, {**tap(page, field, None, "absent"), "rest": "present"})
    assert field.marks() == {}
    assert "Nothing is saved yet" in page.text
    form = page.form(field.address)
    assert [form[f"mark-{each}"] for each in field.ids] == ["present", "absent", "present"]
    visitor.post(field.address, form)
    assert list(field.marks().values()).count(Mark.PRESENT) == 2


def test_everyone_else_leaves_out_who_is_not_cleared(visitor, field, objections):
    objections.add(field.ids[2])
    page = visitor.sign_in(field.account).get(field.address)
    page = visitor.post(field.address, {**page.form(field.address), "rest": "present"})
    assert f"mark-{field.ids[2]}" not in page.form(field.address)


def test_who_is_not_cleared_has_no_control_but_a_reason_and_a_phone(visitor, field, objections):
    objections.add(field.ids[0])
    page = visitor.sign_in(field.account).get(field.address)
    assert "Medical form missing. May watch. May not take part." in page.text
    assert f'name="mark-{field.ids[0]}"' not in page.text_source
    assert page.link("Rosa") == "tel:2175550141"


def test_a_forged_mark_of_who_is_not_cleared_is_refused(visitor, field, objections):
    objections.add(field.ids[0])
    page = visitor.sign_in(field.account).get(field.address)
    page = visitor.post(field.address, tap(page, field, "present", "present"), status=422)
    assert "Mateo Aguilar is not cleared. May watch. May not take part." in page.text
    assert field.marks() == {}


def test_what_was_tapped_is_kept_when_something_is_refused(visitor, field):
    page = visitor.sign_in(field.account).get(field.address)
    values = tap(page, field, "late") | {f"mark-{field.ids[1]}": "dancing"}
    page = visitor.post(field.address, values, status=422)
    assert "Choose Present, Late, Absent or Excused." in page.text
    assert page.form(field.address)[f"mark-{field.ids[0]}"] == "late"


def test_an_empty_register_is_refused(visitor, field, session):
    page = visitor.sign_in(field.account).get(field.address)
    page = visitor.post(field.address, page.form(field.address), status=422)
    assert "Nobody is marked yet" in page.text
    assert session.scalar(sa.select(sa.func.count()).select_from(Register)) == 0


def test_two_savers_never_toggle_each_other_silently(app, visitor, field, session):
    other_coach = make_person("Brian", "Tate")
    lead(other_coach, field.group, StaffRole.ASSISTANT_COACH, *field.youth)
    account = make_account(Role.COACH, other_coach)
    session.commit()
    page = visitor.sign_in(field.account).get(field.address)
    mine = tap(page, field, "present", "present")
    other = type(visitor)(app)
    other_page = other.sign_in(account).get(field.address)
    other.post(field.address, tap(other_page, field, "absent", None, "late"))
    page = visitor.post(field.address, mine, status=409)
    assert "Mateo Aguilar was marked by somebody else meanwhile." in page.text
    assert "Brian Tate marked Absent meanwhile. Yours: Present." in page.text
    assert field.marks() == {field.ids[0]: Mark.ABSENT, field.ids[2]: Mark.LATE}
    form = page.form(field.address)
    assert [form[f"mark-{each}"] for each in field.ids] == ["present", "present", "late"]
    visitor.post(field.address, form)  # now it is meant
    assert field.marks()[field.ids[0]] is Mark.PRESENT
    assert field.marks()[field.ids[2]] is Mark.LATE


def test_a_page_left_open_does_not_bring_old_marks_back(app, visitor, field):
    page = visitor.sign_in(field.account).get(field.address)
    visitor.post(field.address, tap(page, field, "present"))
    stale = visitor.get(field.address).form(field.address)
    other = type(visitor)(app).sign_in(field.account)
    other.post(field.address, tap(other.get(field.address), field, "absent"))
    visitor.get(field.address)
    visitor.post(field.address, {**stale, f"mark-{field.ids[1]}": "late"})
    assert field.marks() == {field.ids[0]: Mark.ABSENT, field.ids[1]: Mark.LATE}


def test_undo_takes_back_the_last_save(visitor, field):
    page = visitor.sign_in(field.account).get(field.address)
    visitor.post(field.address, tap(page, field, "present"))
    page = visitor.post(f"{field.address}/undo")
    assert "The last save was taken back." in page.text
    assert field.marks() == {}
    page = visitor.post(f"{field.address}/undo", status=422)
    assert "nothing to undo" in page.text


def test_after_an_undo_there_is_no_second_one(visitor, field):
    page = visitor.sign_in(field.account).get(field.address)
    page = visitor.post(field.address, tap(page, field, "present"))
    page = visitor.post(field.address, tap(page, field, None, "late"))
    assert "Undo this save" in page.text
    page = visitor.post(f"{field.address}/undo")
    assert "Undo this save" not in page.text
    assert field.marks() == {field.ids[0]: Mark.PRESENT}


def test_what_has_not_begun_shows_no_control(visitor, field, session):
    ahead = make_gathering(field.group, clock.now() + timedelta(days=2))
    session.commit()
    page = visitor.sign_in(field.account).get(f"/gatherings/{ahead.id}/register")
    assert "This has not begun" in page.text
    assert "Save register" not in page.text


def test_medical_words_are_recorded_as_read_and_only_for_those_who_may(visitor, field, session):
    note = HealthNote(youth_id=field.ids[1], kind=HealthKind.CONDITION, recorded_at=clock.now())
    session.add(note)
    session.flush()
    note.seal("alert_sealed", "Asthma")
    session.commit()
    page = visitor.sign_in(field.account).get(field.address)
    assert "Asthma" in page.text
    assert "register.read" in session.scalars(sa.select(AuditEntry.action)).all()


def test_a_gathering_without_youth_says_what_to_do(visitor, field, session):
    empty = make_gathering(make_team(name="Rams U10").group, clock.now())
    session.commit()
    page = visitor.sign_in(make_account(Role.COORDINATOR)).get(f"/gatherings/{empty.id}/register")
    assert "Nobody is in this group" in page.text


def test_the_page_speaks_spanish(visitor, field):
    visitor.sign_in(field.account)
    page = visitor.get(f"/language/es?next={field.address}")
    assert "Guardar la asistencia" in page.text
    assert "Everyone" not in page.text


BAD = {
    "zero": {"mark-0": "present"},
    "huge": {"mark-9223372036854775808": "present"},
    "text": {"mark-x": "present"},
    "nul": {"mark-1\x00": "present"},
    "surrogate": {"rest": "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace")},
    "version": {"shown-1": "99999999999999.present"},
    "shown": {"shown-1": "1.dancing"},
    "long": {"mark-1": "x" * 100_000},
}


@pytest.mark.parametrize("case", BAD)
def test_nonsense_is_refused_in_words(visitor, field, session, case):
    page = visitor.sign_in(field.account).get(field.address)
    visitor.post(field.address, {**page.form(field.address), **BAD[case]}, status=422)
    assert session.scalar(sa.select(sa.func.count()).select_from(AttendanceMark)) == 0


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("which", ["foreign", "nonexistent"])
def test_anothers_register_looks_like_none(visitor, field, session, role, which):
    account = make_account(role, program_id=field.program_id + 1000 if role is Role.COORDINATOR else None)
    session.commit()
    visitor.sign_in(account)
    key = field.gathering.id if which == "foreign" else 10**6
    answers = [
        visitor.raw(f"/gatherings/{key}/register"),
        visitor.raw(f"/gatherings/{key}/register", "POST", data={}, headers={"Referer": "http://localhost/"}),
        visitor.raw(f"/gatherings/{key}/register/undo", "POST", data={}, headers={"Referer": "http://localhost/"}),
    ]
    assert answers[0].status_code == 404
    assert {answer.status_code for answer in answers[1:]} <= {400, 404}
    assert field.marks() == {}


def test_a_foreign_post_with_a_good_token_is_not_found(visitor, field, session):
    stranger = make_account(Role.COACH)
    session.commit()
    visitor.sign_in(stranger).get("/teams")
    token = {"csrf_token": _token(visitor)}
    for address in (field.address, f"{field.address}/undo"):
        answer = visitor.raw(address, "POST", data=token, headers={"Referer": "http://localhost/"})
        assert answer.status_code == 404


def _token(visitor):
    source = visitor.raw("/teams").get_data(as_text=True)
    return source.split('name="csrf_token" value="')[1].split('"')[0]


def test_a_register_of_fifteen_is_light(visitor, session, objections):
    field = Field(session, [f"Player{number}" for number in range(15)])
    page = visitor.sign_in(field.account).get(field.address)
    assert page.text_source.count('role="radiogroup"') == 15
    assert len(page.text_source.encode()) < 43_000
