"""Lists to work through: registers not entered, completeness, who stays away, and the months of a youth."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account
from tests.makers.people import make_guardian, make_person, make_youth
from tests.makers.programs import join, lead, make_gathering, make_group, make_season, make_site, make_team
from tests.support.pages import _values as values_of
from youthprog.access.models import Account
from youthprog.access.types import Role
from youthprog.attendance import overdue, services
from youthprog.attendance.models import AttendanceMark, Register, RegisterNotice
from youthprog.attendance.types import Mark
from youthprog.audit.models import AuditEntry
from youthprog.core import clock, db
from youthprog.outreach.models import Message
from youthprog.outreach.types import Delivery
from youthprog.people.types import PeopleMerged
from youthprog.programs.models import GroupStaff, Program
from youthprog.programs.types import GroupKind, StaffRole
from youthprog.web import pages

P, A = Mark.PRESENT, Mark.ABSENT


class Club:
    """A team whose child came once and was then absent; two meetings have no register, one was canceled."""

    def __init__(self, session, name="Tigers"):
        self.now = clock.now()
        on = clock.today()
        self.season = make_season(starts_on=on - timedelta(60), ends_on=on + timedelta(60), age_cutoff_on=on)
        self.group = make_team(self.season, name).group
        self.child = make_youth("Mateo", name)
        join(self.child, self.group).from_on = self.season.starts_on
        make_guardian(self.child, "Rosa")
        self.coach = make_person("Alicia", name)
        lead(self.coach, self.group, StaffRole.HEAD_COACH, self.child)
        for days, mark in ((9, P), (7, A), (5, A)):
            self.meet(days, mark)
        self.late = self.meet(3)
        self.fresh = make_gathering(self.group, self.now - timedelta(hours=3))
        self.meet(2).canceled_at = self.now
        self.account = make_account(Role.COACH, self.coach)
        session.commit()

    def meet(self, days, mark=None):
        gathering = make_gathering(self.group, self.now - timedelta(days=days))
        if mark:
            at = gathering.ends_at
            db.session().add(Register(gathering_id=gathering.id, taken_at=at, saved_at=at))
            db.session().add(AttendanceMark(gathering_id=gathering.id, youth_id=self.child.id, mark=mark, marked_at=at))
        return gathering


@pytest.fixture
def club(session):
    return Club(session)


def test_a_register_is_missing_a_day_after_the_meeting(visitor, club):
    page = visitor.sign_in(club.account).get("/registers/missing")
    assert "1 register not entered" in page.text
    assert page.link("Tigers practice") == f"/gatherings/{club.late.id}/register"
    assert "Alicia Tigers" in page.text
    assert "3 days ago" in page.text
    everything = visitor.get("/registers/missing?all=yes")
    assert "2 registers not entered" in everything.text


def test_completeness_opens_the_list_of_exactly_that_length(visitor, club):
    page = visitor.sign_in(club.account).get("/registers/completeness")
    assert "Meetings held 5" in page.text
    assert "Registers taken 3" in page.text
    assert "Complete 60%" in page.text
    listed = visitor.get(page.link("2 not entered"))
    assert "2 registers not entered" in listed.text


def test_a_period_is_both_its_days(visitor, club):
    visitor.sign_in(club.account)
    day = clock.day_of(club.late.starts_at)
    page = visitor.get(f"/registers/completeness?from={day}&until={day}")
    assert "Meetings held 1 " in page.text
    nothing = visitor.get("/registers/completeness?from=2020-01-01&until=2020-01-02")
    assert "No meeting was held" in nothing.text
    assert "Meetings held 5" in visitor.get("/registers/completeness?from=soon&until=1&program=x&group=-1").text


def test_anothers_groups_are_not_on_ones_lists(visitor, club, session):
    other = Club(session, "Rams")
    visitor.sign_in(other.account)
    for address in ("/registers/missing?all=yes", f"/registers/missing?group={club.group.id}", "/absences"):
        assert "Tigers" not in visitor.get(address).text
    assert "Tigers" not in visitor.get(f"/registers/completeness?group={club.group.id}").text


def test_the_list_goes_on_where_the_page_ends(visitor, club, session, monkeypatch):
    for days in (20, 21, 22, 23):
        club.meet(days)
    session.commit()
    monkeypatch.setattr("youthprog.attendance.missing.PAGE_ROWS", 2)
    page = visitor.sign_in(club.account).get("/registers/missing")
    seen = [page.text.count("Enter now")]
    while 'rel="next"' in page.text_source:
        page = visitor.get(page.link("Next page"))
        seen.append(page.text.count("Enter now"))
    assert seen == [2, 2, 1]
    assert pages.PAGE_ROWS == 50


def test_who_stays_away_reaches_today_with_why_since_when_and_whom_to_call(visitor, club):
    page = visitor.sign_in(club.account).get("/today")
    assert "1 young person stays away" in page.text
    assert "Absent 2 times running" in page.text
    assert page.link("Rosa") == "tel:2175550141"
    history = visitor.get(page.link("History"))
    assert history.h1 == "Attendance of Mateo Tigers"
    assert "Absent 2 times running" in history.text


def test_the_program_says_when_to_ask(visitor, club, session):
    visitor.sign_in(make_account(Role.COORDINATOR))
    address = f"/programs/{club.season.program_id}/edit"
    page = visitor.get(address)
    form = {name: value for each in page.all("form") for name, value in values_of(each).items()}
    assert form["absent_running"] == "2"
    visitor.post(address, {**form, "absent_running": "1"}, status=422)
    visitor.post(address, {**form, "absent_running": "4"})
    session.expire_all()
    assert session.get_one(Program, club.season.program_id).absent_running == 4
    assert "Nobody stays away" in visitor.get("/absences").text


def test_a_months_picture_has_its_words_and_a_table_behind(visitor, club):
    page = visitor.sign_in(club.account).get(f"/youth/{club.child.id}/attendance")
    said = " ".join(element.text or "" for element in page.tree.iter("{http://www.w3.org/2000/svg}desc"))
    assert said.count("Absent") == 2
    assert said.count("Present") == 1
    assert "Show the list" in page.text
    assert "Was there 1 of 3" in page.text
    file = visitor.get(f"/youth/{club.child.id}")
    assert file.link("All of it") == f"/youth/{club.child.id}/attendance"


def test_earlier_months_are_a_page_away(visitor, club, session):
    club.season.starts_on = clock.today() - timedelta(days=500)
    session.get_one(type(club.season), club.season.id)
    for member in session.query(join.__globals__["GroupMember"]):
        member.from_on = club.season.starts_on
    club.meet(300, P)
    session.commit()
    page = visitor.sign_in(club.account).get(f"/youth/{club.child.id}/attendance")
    page = visitor.get(page.link("Previous page"))
    assert "Was there 1 of 1" in page.text or "No meeting yet" in page.text
    assert visitor.get(f"/youth/{club.child.id}/attendance?until=9999-99").h1


def test_a_groups_strip_shows_the_last_meetings(visitor, club):
    page = visitor.sign_in(club.account).get(f"/groups/{club.group.id}/attendance")
    assert page.h1 == "Attendance of Tigers"
    row = next(each for each in page.all("tr") if "Tigers, Mateo" in "".join(each.itertext()))
    signs = [each.get("aria-label") for each in row.iter("{http://www.w3.org/2000/svg}svg")]
    assert signs == ["Present", "Absent", "Absent", "Not entered", "Not entered"]


# ---- meetings of a whole season ----


def workshop(club, days, site=None, *, taken=False):
    """A workshop of the season, without a group."""
    gathering = make_gathering(club.group, club.now - timedelta(days=days), title="Bike workshop")
    gathering.group_id, gathering.site_id = None, site.id if site else None
    if taken:
        db.session().add(Register(gathering_id=gathering.id, taken_at=gathering.ends_at, saved_at=gathering.ends_at))
    db.session().flush()
    return gathering


@pytest.fixture
def open_air(club, session):
    """Two workshops at one site, one of them without a register, and one at no site."""
    site = make_site("Library")
    found = workshop(club, 4, site), workshop(club, 5, site, taken=True), workshop(club, 6)
    session.commit()
    return site, found


def test_a_meeting_without_a_group_is_missing_and_counts(visitor, club, open_air):
    site, (late, _taken, _nowhere) = open_air
    visitor.sign_in(make_account(Role.COORDINATOR, program_id=club.season.program_id))
    page = visitor.get("/registers/missing")
    assert "3 registers not entered" in page.text
    assert page.link("Bike workshop") in {f"/gatherings/{each.id}/register" for each in open_air[1]}
    program = db.session().get_one(Program, club.season.program_id)
    assert f"Without a group · {program.name}" in page.text
    today = visitor.get("/today")
    assert "3 registers not entered" in today.text
    assert "Bike workshop" in today.text
    page = visitor.get("/registers/completeness")
    assert "Meetings held 8" in page.text
    rows = [" ".join("".join(row.itertext()).split()) for row in page.all("tr")]
    (at_site,) = [row for row in rows if site.name in row]
    assert "Without a group" in at_site
    assert "1 of 2" in at_site
    for link in (each.get("href") for each in page.all("a") if "group=none" in (each.get("href") or "")):
        listed = visitor.get(link)
        assert "1 register not entered" in listed.text
        assert (f"/gatherings/{late.id}/register" in listed.text_source) is (f"site={site.id}" in link)


def test_a_meeting_without_a_group_is_nobody_elses(visitor, club, open_air, session):
    other = Club(session, "Rams")
    for account in (club.account, other.account, make_account(Role.COORDINATOR, program_id=other.season.program_id)):
        visitor.sign_in(account)
        for address in ("/registers/missing?all=yes", "/registers/completeness", "/today"):
            page = visitor.get(address)
            assert "Bike workshop" not in page.text
            assert "Without a group" not in page.text


def test_a_workshop_a_child_came_to_stands_in_its_months(visitor, club, open_air, session):
    _late, taken, _nowhere = open_air[1]
    about = {"youth_id": club.child.id, "mark": P, "marked_at": taken.ends_at}
    session.add(AttendanceMark(gathering_id=taken.id, **about))
    session.commit()
    address = f"/youth/{club.child.id}/attendance"
    assert "Bike workshop" not in visitor.sign_in(club.account).get(address).text
    page = visitor.sign_in(make_account(Role.COORDINATOR, program_id=club.season.program_id)).get(address)
    assert page.text.count("Bike workshop") == 1
    assert "None" not in page.text
    assert "Was there 2 of 4" in page.text


def test_completeness_goes_on_where_the_page_ends(visitor, club, open_air, session, monkeypatch):
    visitor.sign_in(make_account(Role.COORDINATOR, program_id=club.season.program_id))
    monkeypatch.setattr("youthprog.attendance.missing.PAGE_ROWS", 1)
    page = visitor.get("/registers/completeness")
    seen = [page.text.count("Without a group"), page.text.count("Tigers")]
    while 'rel="next"' in page.text_source:
        page = visitor.get(page.link("Next page"))
        seen = [seen[0] + page.text.count("Without a group"), seen[1] + page.text.count("Tigers")]
    assert seen == [2, 1]


# ---- leaders are told ----


def told(now):
    count = list(overdue.tell_leaders(now))
    db.session().commit()
    return count


def mails():
    return list(db.session().scalars(sa.select(Message).where(Message.kind == overdue.MISSING).order_by(Message.id)))


def test_a_leader_is_told_once_of_each_register_and_once_a_day(visitor, club, session):
    club.meet(30)  # too long ago: nobody remembers
    session.commit()
    assert told(club.now) == [1]
    (mail,) = mails()
    words = f"{mail.subject} {mail.unseal('text_sealed')} {mail.unseal('html_sealed')}"
    assert (mail.person_id, mail.subject) == (club.coach.id, "1 register is not entered")
    assert "Tigers: Practice" in words
    assert f"/gatherings/{club.late.id}/register" in words
    assert "Mateo" not in words
    other = club.meet(4)
    session.commit()
    assert told(club.now) == [], "one letter a day"
    later = clock.now() + timedelta(days=1, hours=1)
    assert told(later) == [2], "the meeting of this morning too, and not the first again"
    assert str(club.fresh.id) in mails()[-1].unseal("text_sealed")
    assert told(later + timedelta(days=1)) == []
    lines = session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "register.asked_for").order_by(AuditEntry.number)
    ).all()
    assert [line.subject_id for line in lines] == [club.late.id, other.id, club.fresh.id]


def test_the_list_shows_who_was_told_and_what_became_of_the_mail(visitor, club, session):
    told(club.now)
    visitor.sign_in(make_account(Role.COORDINATOR, program_id=club.season.program_id))
    assert "Alicia Tigers: the mail waits to leave" in visitor.get("/registers/missing").text
    (mail,) = mails()
    mail.delivery, mail.sent_at = Delivery.SENT, club.now
    session.commit()
    assert "Alicia Tigers: told" in visitor.get("/registers/missing").text
    session.get_one(Message, mail.id).delivery = Delivery.BOUNCED
    session.commit()
    assert "Alicia Tigers: the mail came back" in visitor.get("/registers/missing").text


def test_who_may_not_take_the_register_any_more_is_not_told(club, session):
    session.get_one(Account, club.account.id).closed_at = club.now
    session.commit()
    assert told(club.now) == []
    session.get_one(Account, club.account.id).closed_at = None
    for staff in session.scalars(sa.select(GroupStaff)):
        staff.until_on = clock.today() - timedelta(days=1)
    session.commit()
    assert told(club.now) == []


def test_mentors_are_asked_for_sessions_elsewhere_and_not_twice(club, session):
    group = make_group(club.season, "Mateo and Officer Ruiz", GroupKind.MENTORING)
    mentor = make_person("Officer", "Ruiz")
    lead(mentor, group, StaffRole.MENTOR, club.child)
    make_account(Role.MENTOR, mentor)
    make_gathering(group, club.now - timedelta(days=2), title="Mentoring session")
    session.commit()
    told(club.now)
    assert "Mateo" not in " ".join(f"{mail.subject} {mail.unseal('text_sealed')}" for mail in mails())
    assert mentor.id not in {mail.person_id for mail in mails()}


def test_what_a_merged_leader_was_told_follows(club, session):
    told(club.now)
    kept = make_person("Alicia", "Tigers")
    about = {"gathering_id": club.fresh.id, "message_id": mails()[0].id, "at": club.now}
    session.add_all(RegisterNotice(person_id=who, **about) for who in (kept.id, club.coach.id))
    session.flush()
    services.follow_merge(PeopleMerged(kept.id, club.coach.id, club.now))
    rows = session.execute(sa.select(RegisterNotice.gathering_id, RegisterNotice.person_id)).all()
    assert {tuple(row) for row in rows} == {(club.late.id, kept.id), (club.fresh.id, kept.id)}
