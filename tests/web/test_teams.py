"""Making and changing teams by hand, in the right role, on the wrong object, with bad input."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account
from tests.makers.people import make_contacts, make_guardian, make_person, make_youth
from tests.makers.programs import enroll, join, lead, make_program, make_season, make_team
from tests.support.pages import _values
from youthprog.access.types import Role
from youthprog.core import clock
from youthprog.leagues.models import Division, Team
from youthprog.people.models import ContactPoint, Person
from youthprog.people.types import ContactKind
from youthprog.programs.models import Group, GroupMember, GroupStaff, Season
from youthprog.programs.types import ProgramKind, StaffRole


@pytest.fixture
def coordinator(visitor, session):
    """A visitor who coordinates the whole department."""
    return visitor.sign_in(make_account(Role.COORDINATOR))


@pytest.fixture
def season(session) -> Season:
    on = clock.today()
    return make_season(starts_on=on - timedelta(20), ends_on=on + timedelta(60), age_cutoff_on=on)


@pytest.fixture
def team(session, season) -> Team:
    return make_team(season, "Tigers")


def shown(page) -> dict[str, str]:
    """What stands in the fields of a page."""
    return {name: value for form in page.all("form") for name, value in _values(form).items()}


def count(session, model) -> int:
    number = session.scalar(sa.select(sa.func.count()).select_from(model))
    session.rollback()
    return number


def test_a_team_is_made_and_leads_to_its_people(coordinator, session, season):
    asked = {"season_id": str(season.id), "name": "Hawks", "division": "", "meets": "Tuesdays 5 pm", "places": "12"}
    page = coordinator.post("/teams/new", asked | {"site_id": ""}, form_from=f"/teams/new?season={season.id}")
    assert page.h1 == "Players and coaches"
    assert "Hawks is here" in page.text
    group = session.scalars(sa.select(Group)).one()
    assert (group.name, group.meets, group.places) == ("Hawks", "Tuesdays 5 pm", 12)
    assert session.scalars(sa.select(Division.name)).all() == ["Open"]


def test_a_team_of_a_taken_name_is_refused_with_what_was_typed(coordinator, session, season, team):
    asked = {"season_id": str(season.id), "name": "tigers", "division": "Under 12", "places": "", "site_id": ""}
    page = coordinator.post("/teams/new", asked, status=422, form_from="/teams/new")
    assert "This season has a group of this name." in page.text
    assert shown(page)["division"] == "Under 12"
    assert count(session, Team) == 1


def test_without_a_season_the_page_leads_to_the_seasons(coordinator, session):
    make_season(make_program(kind=ProgramKind.MENTORSHIP), ends_on=clock.today())
    page = coordinator.get("/teams/new")
    assert page.link("Programs and seasons")
    assert "Open one first" in page.text


def test_a_coordinator_of_another_program_makes_no_team_here(visitor, session, season, team):
    visitor.sign_in(make_account(Role.COORDINATOR, program_id=make_program().id))
    asked = {"season_id": str(season.id), "name": "Hawks", "division": "", "places": "", "site_id": ""}
    visitor.post("/teams/new", asked, status=422, form_from="/account")
    visitor.get(f"/teams/{team.id}/people", status=404)
    visitor.get(f"/teams/{team.id}/edit", status=404)
    assert count(session, Team) == 1


def test_a_team_is_changed(coordinator, session, team):
    address = f"/teams/{team.id}/edit"
    assert shown(coordinator.get(address))["name"] == "Tigers"
    asked = {"name": "Lions", "division": "Under 14", "meets": "", "places": "16", "site_id": ""}
    assert coordinator.post(address, asked).h1 == "Lions"
    division = session.scalar(sa.select(Division.name).join(Team, Team.division_id == Division.id))
    assert division == "Under 14"


def test_places_below_the_players_are_refused(coordinator, session, season, team):
    for name in ("Ana", "Ben"):
        join(make_youth(name), team.group)
    asked = {"name": "Tigers", "division": "", "meets": "", "places": "1", "site_id": ""}
    page = coordinator.post(f"/teams/{team.id}/edit", asked, status=422)
    assert "2 are in it already." in page.text


def test_a_player_joins_gets_a_number_and_leaves(coordinator, session, season, team):
    youth = make_youth("Ana")
    enroll(youth, season)
    people = f"/teams/{team.id}/people"
    page = coordinator.post(f"/teams/{team.id}/players", {"youth_id": str(youth.id), "jersey": "7"}, form_from=people)
    assert "No. 7" in page.text
    assert "Nobody else is enrolled in this season." in page.text
    address = page.link("Change " + youth.name)
    assert "No. 00" in coordinator.post(address, {"jersey": "00"}).text
    assert "Write one to three digits." in coordinator.post(address, {"jersey": "x"}, status=422).text
    page = coordinator.post(f"{address}/leave", form_from=address)
    assert "still enrolled" in page.text
    coordinator.get(address, status=404)


def test_a_number_already_worn_is_refused_and_kept_in_the_form(coordinator, session, season, team):
    first, second = make_youth("Ana"), make_youth("Ben")
    enroll(second, season)
    join(first, team.group, jersey="7")
    asked = {"youth_id": str(second.id), "jersey": "7"}
    page = coordinator.post(f"/teams/{team.id}/players", asked, status=422, form_from=f"/teams/{team.id}/people")
    assert "Somebody else wears number 7." in page.text
    assert shown(page)["jersey"] == "7"
    assert count(session, GroupMember) == 1


def test_who_is_not_enrolled_cannot_be_put_on_the_team(coordinator, session, season, team):
    enroll(make_youth("Ana"), season)
    stranger = make_youth("Ben")
    asked = {"youth_id": str(stranger.id), "jersey": ""}
    page = coordinator.post(f"/teams/{team.id}/players", asked, status=422, form_from=f"/teams/{team.id}/people")
    assert "Choose one of the list." in page.text


def test_a_coach_is_found_by_address_and_the_page_says_who_can_sign_in(coordinator, session, team):
    known = make_person("Luis", "Vega")
    make_contacts(known, email="luis@family.example")
    people, coaches = f"/teams/{team.id}/people", f"/teams/{team.id}/coaches"
    asked = {"email": "Luis@family.example", "given_name": "", "family_name": "", "role": "head_coach"}
    page = coordinator.post(coaches, asked, form_from=people)
    assert "Luis Vega coaches Tigers." in page.text
    assert "No account yet" in page.text
    make_account(Role.COACH, known)
    assert "Can sign in" in coordinator.get(people).text
    page = coordinator.post(f"{coaches}/{known.id}/stop", form_from=people)
    assert "Nobody coaches this team yet." in page.text


def test_an_unknown_address_asks_for_the_name_and_then_adds_the_adult(coordinator, session, team):
    people, coaches = f"/teams/{team.id}/people", f"/teams/{team.id}/coaches"
    asked = {"email": "luis@family.example", "given_name": "", "family_name": "", "role": "assistant_coach"}
    page = coordinator.post(coaches, asked, status=422, form_from=people)
    assert "Nobody in the file uses this address. Write the name as well." in page.text
    page = coordinator.post(coaches, asked | {"given_name": "Luis", "family_name": "Vega"}, form_from=people)
    assert "Luis Vega coaches Tigers." in page.text
    assert session.scalars(sa.select(GroupStaff.role)).all() == [StaffRole.ASSISTANT_COACH]
    assert session.scalars(sa.select(Person.given_name).where(Person.family_name == "Vega")).all() == ["Luis"]


def test_an_address_of_two_adults_asks_for_the_name(coordinator, session, team):
    for name in ("Ana", "Luis"):
        make_contacts(make_person(name, "Vega"), email="vega@family.example")
    asked = {"email": "vega@family.example", "given_name": "", "family_name": "", "role": "head_coach"}
    people = f"/teams/{team.id}/people"
    page = coordinator.post(f"/teams/{team.id}/coaches", asked, status=422, form_from=people)
    assert "Several adults share this address." in page.text


def test_what_is_no_address_is_refused_beside_the_field(coordinator, session, team):
    asked = {"email": "luis", "given_name": "Luis", "family_name": "Vega", "role": "head_coach"}
    people = f"/teams/{team.id}/people"
    page = coordinator.post(f"/teams/{team.id}/coaches", asked, status=422, form_from=people)
    assert shown(page)["email"] == "luis"
    assert count(session, GroupStaff) == 0


def test_a_coach_sees_the_team_and_may_not_change_it(visitor, session, team):
    coach = make_person("Luis", "Vega")
    lead(coach, team.group, StaffRole.HEAD_COACH)
    visitor.sign_in(make_account(Role.COACH, coach))
    page = visitor.get(f"/teams/{team.id}")
    assert "Players and coaches" not in page.text
    assert "The coordinator puts players on this team." in page.text
    visitor.get(f"/teams/{team.id}/people", status=404)


def test_the_team_page_leads_to_its_meetings(coordinator, session, team):
    page = coordinator.get(f"/teams/{team.id}")
    form = shown(coordinator.get(page.link("Set a meeting")))
    assert form["title"] == "Practice"
    tomorrow = (clock.today() + timedelta(1)).isoformat()
    asked = form | {"day": tomorrow, "starts": "17:30", "ends": "18:30"}
    page = coordinator.post(f"/gatherings/new?group={team.group_id}", asked)
    assert page.h1 == "Tigers"
    assert "Practice" in page.text


def test_parents_of_another_program_are_not_met_by_their_address(visitor, session, season, team):
    parent = make_guardian(make_youth("Omar"), "Nadia", "Haddad")
    is_mail = (ContactPoint.person_id == parent.id, ContactPoint.kind == ContactKind.EMAIL)
    address = session.scalars(sa.select(ContactPoint.value).where(*is_mail)).one()
    visitor.sign_in(make_account(Role.COORDINATOR, program_id=season.program_id))
    asked = {"email": address, "given_name": "", "family_name": "", "role": "head_coach"}
    people = f"/teams/{team.id}/people"
    page = visitor.post(f"/teams/{team.id}/coaches", asked, status=422, form_from=people)
    assert "Nobody in the file uses this address." in page.text
    assert "Nadia" not in page.text
