"""An adult whom a court keeps from a child, in every role: no page of the own team, match or office names the child."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account, make_actor
from tests.makers.mentoring import make_match, make_mentee, make_mentoring_season, make_session
from tests.makers.people import make_guardian, make_person, make_youth
from tests.makers.programs import join, lead, make_gathering, make_season, make_team
from tests.support.clearing import only_these_are_not_cleared
from youthprog.access.types import Role
from youthprog.attendance.types import Mark
from youthprog.audit.models import AuditEntry
from youthprog.core import clock
from youthprog.core.actor import SYSTEM
from youthprog.core.permissions import P
from youthprog.leagues import queries as leagues
from youthprog.people import services
from youthprog.people.models import ContactPoint, HealthNote, Person
from youthprog.people.types import HealthKind, Relationship
from youthprog.programs.models import Gathering
from youthprog.programs.types import StaffRole


def keep_away(youth: Person, adult: Person) -> None:
    """No information about the child from today on."""
    services.restrict_custody(
        youth, adult, no_collect=True, no_decide=True, no_information=True, starts_on=clock.today(),
        by=SYSTEM, now=clock.now(),
    )  # fmt: skip


class Side:
    """A team of two whose coach is kept away from Zoe and not from Mateo."""

    def __init__(self, session: Any):
        now = clock.now()
        season = make_season(starts_on=(now - timedelta(days=60)).date(), ends_on=(now + timedelta(days=60)).date())
        team = make_team(season)
        self.mateo, self.zoe = make_youth("Mateo", "Aguilar"), make_youth("Zoe", "Gagnon")
        for each in (self.mateo, self.zoe):
            join(each, team.group).from_on = season.starts_on
        self.mother = make_guardian(self.zoe, "Dana", "Gagnon")
        self.coach = make_person("Paul", "Gagnon")
        lead(self.coach, team.group, StaffRole.HEAD_COACH, self.mateo, self.zoe)
        self.soon = make_gathering(team.group, now + timedelta(days=1))
        self.begun = make_gathering(team.group, now - timedelta(minutes=20))
        keep_away(self.zoe, self.coach)
        self.account = make_account(Role.COACH, self.coach)
        self.team_id, self.begun_id, self.coach_id, self.mother_id = (
            team.id,
            self.begun.id,
            self.coach.id,
            self.mother.id,
        )
        self.zoe_id, self.mateo_id = self.zoe.id, self.mateo.id
        session.commit()


@pytest.fixture
def side(session: Any) -> Side:
    return Side(session)


def test_a_coachs_own_team_page_leaves_the_child_out(visitor, side):
    text = visitor.sign_in(side.account).get(f"/teams/{side.team_id}").text_source
    assert "Mateo" in text
    assert "Gagnon, Zoe" not in text
    assert "Zoe" not in text


def test_a_coachs_papers_leave_the_child_out(session, side):
    on, coach = clock.today(), make_actor(Role.COACH, side.coach_id)
    team = leagues.get_team_for(coach, P.ROSTER_PRINT, side.team_id, on)
    assert [player.given_name for player in leagues.roster_of(coach, team, on).players] == ["Mateo"]
    meeting = session.scalars(sa.select(Gathering).where(Gathering.group_id == team.group_id)).first()
    assert [line.given_name for line in leagues.sign_in_lines(coach, meeting, on)] == ["Mateo"]


def test_a_coachs_today_leaves_the_child_out(visitor, app, side):
    with only_these_are_not_cleared(app) as barred:
        barred |= {side.zoe_id, side.mateo_id}
        text = visitor.sign_in(side.account).get("/today").text_source
    assert "Aguilar, Mateo" in text
    assert "Zoe" not in text


def test_a_session_with_the_child_keeps_its_note_shut(visitor, session):
    now = clock.now()
    season = make_mentoring_season()
    season.starts_on, season.ends_on = (now - timedelta(days=60)).date(), (now + timedelta(days=60)).date()
    mentor = make_person("Paul", "Gagnon")
    youth = [make_mentee(season, "Zoe", "Gagnon"), make_mentee(season, "Finn", "Abdi")]
    match = make_match(mentor, *youth, season=season, started_at=now - timedelta(days=30))
    match_id, account = match.id, make_account(Role.MENTOR, mentor)
    with only_these_are_not_cleared(visitor.app):
        marks = {each.id: Mark.PRESENT for each in youth}
        make_session(match, mentor, now - timedelta(days=3), marks, now=now, note="Zoe has moved to Oak Street.")
    keep_away(youth[0], mentor)
    session.commit()
    text = visitor.sign_in(account).get(f"/matches/{match_id}").text
    assert "Finn" in text
    assert "Oak Street" not in text


def test_a_coordinator_does_not_open_the_other_parents_record(visitor, session, side):
    """Else the own address would stand in it, and the child's forms would go there."""
    sibling = make_youth("Noa", "Gagnon")
    bond = services.add_guardian(sibling, side.mother, Relationship.MOTHER, by=SYSTEM, now=clock.now())
    account, bond_id = make_account(Role.COORDINATOR, make_person("Lee", "Gagnon")), bond.id
    keep_away(session.get(Person, side.zoe_id), session.get(Person, account.person_id))
    sibling_id = sibling.id
    phone = session.scalar(
        sa.select(ContactPoint.normal).where(ContactPoint.person_id == side.mother_id, ContactPoint.kind == "phone")
    )
    session.commit()
    visitor.sign_in(account)
    assert "Dana Gagnon" not in visitor.get("/people?who=adult&q=gagnon").text
    for address in (f"/people/{side.mother_id}/edit", f"/people/guardians/{bond_id}/edit"):
        visitor.get(address, status=404)
    visitor.get(f"/people/{sibling_id}/guardians/new")
    form = {
        "given_name": "Dana", "family_name": "Gagnon", "relationship": "mother", "phone": phone,
        "email": "lee@mail.example", "language": "en",
    }  # fmt: skip
    visitor.post(f"/people/{sibling_id}/guardians/new", form)
    found = session.scalars(sa.select(ContactPoint.normal).where(ContactPoint.person_id == side.mother_id)).all()
    assert "lee@mail.example" not in found


def test_marking_the_rest_present_is_a_reading_too(visitor, session, side):
    services.note_health(
        session.get(Person, side.mateo_id), HealthKind.ALLERGY, alert="bees", by=SYSTEM, now=clock.now()
    )
    session.commit()
    assert session.scalar(sa.select(sa.func.count()).select_from(HealthNote)) == 1

    def readings() -> int:
        session.rollback()
        statement = sa.select(sa.func.count()).where(AuditEntry.action == "register.read")
        return session.scalar(statement)

    with only_these_are_not_cleared(visitor.app):
        visitor.sign_in(side.account).get(f"/gatherings/{side.begun_id}/register")
        before = readings()
        page = visitor.post(f"/gatherings/{side.begun_id}/register", {"rest": "present"})
    assert "bees" in page.text
    assert readings() == before + 1
