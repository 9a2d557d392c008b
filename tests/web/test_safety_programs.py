"""A coordinator of one program, at work on things of another: what naming them must not open, change or confirm."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account
from tests.makers.mentoring import make_match, make_mentoring_season
from tests.makers.people import make_guardian, make_person, make_youth
from tests.makers.programs import enroll, make_gathering, make_group, make_program, make_season
from tests.support.pages import Page, Visitor
from youthprog.access.models import Placement
from youthprog.access.types import Role
from youthprog.attendance.models import AttendanceMark
from youthprog.attendance.types import Mark
from youthprog.core import clock
from youthprog.core.actor import SYSTEM
from youthprog.mentorship.services import pause_match
from youthprog.people import services
from youthprog.people.models import ContactPoint, Guardianship, Person
from youthprog.people.types import ContactKind, HealthKind, PersonKind, Relationship
from youthprog.programs.models import GroupStaff, Site
from youthprog.programs.types import GroupKind

HEADINGS = (
    "Player First Name,Player Last Name,Player Birth Date,Player ID,Player Allergies,"
    "Account First Name,Account Last Name,User Email,Cellphone"
)


class Two:
    """Football with its coordinator and Ana's family; wrestling with Bo's. Ids only, as requests end sessions."""

    def __init__(self, session: Any):
        today = clock.today()
        dates = {"starts_on": today - timedelta(30), "ends_on": today + timedelta(60), "age_cutoff_on": today}
        self.football, self.wrestling = make_season(make_program(), **dates), make_season(make_program(), **dates)
        ana, bo = make_youth("Ana", "Ortiz"), make_youth("Bo", "Hidden", born_on=date(2016, 3, 14))
        enroll(ana, self.football)
        enroll(bo, self.wrestling)
        mother, father = make_guardian(ana, "Marta", "Ortiz"), make_guardian(bo, "Cleo", "Hidden")
        session.flush()
        services.note_health(bo, HealthKind.ALLERGY, alert="peanuts", by=SYSTEM, now=clock.now())
        services.know_as(bo, "sports_connect", "77001")
        self.ana, self.bo, self.mother, self.father = ana.id, bo.id, mother.id, father.id
        self.phone = session.scalar(
            sa.select(ContactPoint.normal).where(
                ContactPoint.person_id == father.id, ContactPoint.kind == ContactKind.PHONE
            )
        )
        self.born = f"{bo.born_on:%m/%d/%Y}"
        self.football_id, self.wrestling_id = self.football.id, self.wrestling.id
        self.account = make_account(Role.COORDINATOR, program_id=self.football.program_id)
        session.commit()


@pytest.fixture
def two(session: Any) -> Two:
    return Two(session)


@pytest.fixture
def scoped(visitor: Visitor, two: Two) -> Visitor:
    return visitor.sign_in(two.account)


def dry_run(visitor: Visitor, two: Two, *cells: str) -> Page:
    content = f"{HEADINGS}\n{','.join(cells)}\n".encode()
    visitor.get("/import")
    data = {"season": str(two.football_id), "file": (io.BytesIO(content), "players.csv")}
    return visitor.post("/import", data)


def accept(visitor: Visitor, page: Page) -> Page:
    action = next(f.get("action", "") for f in page.all("form") if f.get("action", "").endswith("/accept"))
    return visitor.post(action, page.form(action))


def contacts(session: Any, person_id: int) -> set[str]:
    session.expire_all()
    return set(session.scalars(sa.select(ContactPoint.normal).where(ContactPoint.person_id == person_id)))


def guardians(session: Any, youth_id: int) -> set[int]:
    return set(session.scalars(sa.select(Guardianship.guardian_id).where(Guardianship.youth_id == youth_id)))


# ---- imports ----


def test_a_file_that_names_another_programs_child_opens_nothing(scoped, two, session):
    page = dry_run(scoped, two, "Bo", "Hidden", two.born, "", "peanuts", "Eve", "Doe", "eve@mail.example", "")
    assert "Changed 0 Same as here 0" in page.text
    accept(scoped, page)
    assert guardians(session, two.bo) == {two.father}
    assert session.scalar(sa.select(sa.func.count()).where(Placement.youth_id == two.bo)) == 1
    scoped.get(f"/youth/{two.bo}", status=404)


def test_a_file_that_names_another_programs_player_id_is_told_whom_to_ask(scoped, two, session):
    page = dry_run(scoped, two, "Bo", "Hidden", two.born, "77001", "", "Eve", "Doe", "eve@mail.example", "")
    assert "Ask a coordinator of the whole department" in page.text
    assert guardians(session, two.bo) == {two.father}


def test_a_file_gives_no_address_to_a_parent_of_another_program(scoped, two, session):
    before = contacts(session, two.father)
    page = dry_run(scoped, two, "Dee", "Hidden", two.born, "", "", "Cleo", "Hidden", "eve@mail.example", two.phone)
    accept(scoped, page)
    assert contacts(session, two.father) == before


# ---- people ----


def test_naming_a_parent_of_another_program_makes_somebody_new(scoped, two, session):
    before = contacts(session, two.father)
    form = {
        "given_name": "Cleo", "family_name": "Hidden", "relationship": "father", "phone": two.phone,
        "email": "eve@mail.example", "language": "en",
    }  # fmt: skip
    scoped.get(f"/people/{two.ana}/guardians/new")
    scoped.post(f"/people/{two.ana}/guardians/new", form)
    assert two.father not in guardians(session, two.ana)
    assert contacts(session, two.father) == before


def test_a_guardian_kept_in_an_own_file_is_still_found_again(scoped, two, session):
    """Else a father whom a court keeps away would come back as somebody new."""
    bond = session.scalar(sa.select(Guardianship).where(Guardianship.youth_id == two.ana))
    services.end_guardian(bond, by=SYSTEM, now=clock.now() - timedelta(days=2))
    mother = session.get(Person, two.mother)
    services.restrict_custody(
        session.get(Person, two.ana), mother, no_collect=True, no_decide=True, no_information=True,
        starts_on=clock.today(), by=SYSTEM, now=clock.now(),
    )  # fmt: skip
    phone = contacts(session, two.mother) & {"+12175550141"}
    session.commit()
    form = {
        "given_name": "Marta", "family_name": "Ortiz", "relationship": "mother", "phone": phone.pop(), "email": "",
        "language": "en", "may_decide": "y",
    }  # fmt: skip
    scoped.get(f"/people/{two.ana}/guardians/new")
    page = scoped.post(f"/people/{two.ana}/guardians/new", form, status=422)
    assert "restriction" in page.text
    assert guardians(session, two.ana) == {two.mother}


def test_an_adults_page_names_only_children_within_reach(scoped, two, session):
    services.add_guardian(
        session.get(Person, two.bo), session.get(Person, two.mother), Relationship.OTHER, by=SYSTEM, now=clock.now()
    )
    session.commit()
    text = scoped.get(f"/people/{two.mother}/edit").text
    assert "Ana Ortiz" in text
    assert "Bo Hidden" not in text


def test_an_address_does_not_tell_who_lives_there(scoped, two, session):
    address = {"street": "9 Quiet Lane", "city": "Riverton"}
    session_people = [session.get(Person, each) for each in (two.bo, two.father)]
    for person in session_people:
        services.live_at(person, **address, by=SYSTEM, now=clock.now())
    session.commit()
    scoped.get(f"/people/{two.ana}/homes")
    page = scoped.post(f"/people/{two.ana}/homes", address)
    assert "9 Quiet Lane" in page.text
    assert "Hidden" not in page.text
    assert "Cleo" not in scoped.get(f"/people/{two.ana}/custody").text_source


def test_a_parent_of_both_programs_is_merged_by_the_department(scoped, two, session):
    """Else the bond to the other program's child would move to whomever the coordinator chooses."""
    mother, double = session.get(Person, two.mother), make_guardian(session.get(Person, two.ana), "Marta", "Ortiz")
    services.add_guardian(session.get(Person, two.bo), mother, Relationship.OTHER, by=SYSTEM, now=clock.now())
    double_id = double.id
    session.commit()
    scoped.get(f"/people/{double_id}/merge")
    page = scoped.post(f"/people/{double_id}/merge", {"other_id": str(two.mother)}, status=422)
    assert "whole department" in page.text
    assert guardians(session, two.bo) == {two.father, two.mother}


# ---- seasons, sites, certificates ----


def test_a_certificate_is_issued_for_own_seasons_only(scoped, two, session):
    bo = session.get(Person, two.bo)
    enroll(bo, session.merge(two.football))
    group = make_group(session.merge(two.wrestling), "Mat club", GroupKind.CLASS)
    gathering = make_gathering(group, clock.now() - timedelta(days=3))
    session.add(
        AttendanceMark(gathering_id=gathering.id, youth_id=two.bo, mark=Mark.PRESENT, marked_at=clock.now(), version=1)
    )
    session.commit()
    address = f"/certificates/new?youth_id={two.bo}"
    page = scoped.get(address)
    values = [option.get("value") for option in page.all("option")]
    assert str(two.football_id) in values
    assert str(two.wrestling_id) not in values
    sent = {
        "season": str(two.wrestling_id), "signatory": "Sam Reyes", "role": "Chief", "kind": "participation",
        "writing": "both", "paper": "letter",
    }  # fmt: skip
    scoped.post(address, sent, status=422)


def test_a_site_is_added_by_the_department(scoped, two, session):
    scoped.get("/sites")
    scoped.post("/sites", {"name": "Somewhere"}, status=404)
    assert session.scalar(sa.select(Site).where(Site.name == "Somewhere")) is None


def test_an_administrator_reads_no_childs_name_in_a_season(visitor, two, session):
    group = make_group(session.merge(two.wrestling), "Bo Hidden & Lena Kowalczyk", GroupKind.MENTORING)
    make_gathering(group, clock.now() + timedelta(days=2))
    session.commit()
    visitor.sign_in(make_account(Role.ADMIN))
    assert "Bo Hidden" not in visitor.get(f"/seasons/{two.wrestling_id}").text_source


def test_nobody_new_is_made_of_a_coach_who_is_here(scoped, two, session):
    make_person("Casey", "Lane")
    coach = session.scalar(sa.select(Person).where(Person.given_name == "Casey"))
    services.add_contact(coach, ContactKind.EMAIL, "casey@city.example", by=SYSTEM, now=clock.now())
    session.commit()
    form = {
        "given_name": "Casey", "family_name": "Lane", "relationship": "other", "phone": "(217) 555-0177",
        "email": "casey@city.example", "language": "en",
    }  # fmt: skip
    scoped.get(f"/people/{two.ana}/guardians/new")
    scoped.post(f"/people/{two.ana}/guardians/new", form)
    count = sa.select(sa.func.count()).where(Person.given_name == "Casey", Person.kind == PersonKind.ADULT)
    assert session.scalar(count) == 1


def test_nobody_enters_a_match_but_by_its_own_steps(visitor, session):
    """A proposal opens no child's file: leading the group beneath it must not either."""
    season = make_mentoring_season()
    season.starts_on, season.ends_on = clock.today() - timedelta(30), clock.today() + timedelta(60)
    match = make_match(season=season, started_at=clock.now() - timedelta(days=9))
    pause_match(match, by=SYSTEM, now=clock.now())
    stranger = make_person("Otto", "Stranger")
    services.add_contact(stranger, ContactKind.EMAIL, "otto@city.example", by=SYSTEM, now=clock.now())
    group_id, account = match.group_id, make_account(Role.COORDINATOR)
    session.commit()
    visitor.sign_in(account).get("/season")
    visitor.post(f"/groups/{group_id}/lead", {"email": "otto@city.example", "role": "mentor"}, status=404)
    assert session.scalar(sa.select(sa.func.count()).where(GroupStaff.group_id == group_id)) == 1
