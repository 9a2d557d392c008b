"""Papers of a team and a season on the screen: in the right role, on the wrong object, and what is not on them.

The quick press prints a paper's text, so that a test reads what would stand on it.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account
from tests.makers.people import make_guardian, make_person, make_youth
from tests.makers.programs import enroll, join, lead, make_gathering, make_program, make_season, make_team
from tests.makers.scores import make_game, make_opponent, make_venue
from youthprog.access.types import Role
from youthprog.audit.models import AuditEntry
from youthprog.core import clock
from youthprog.leagues.models import Division, Team
from youthprog.leagues.season.models import Fixture
from youthprog.leagues.season.types import FixtureState
from youthprog.people.models import CustodyRestriction, EmergencyContact, HealthNote, Person
from youthprog.people.types import HealthKind
from youthprog.programs.models import Season
from youthprog.programs.types import StaffRole


@pytest.fixture
def season(session) -> Season:
    on = clock.today()
    return make_season(starts_on=on - timedelta(20), ends_on=on + timedelta(60), age_cutoff_on=on)


@pytest.fixture
def child(session) -> Person:
    """A child with a guardian, an aunt, a health note, and a father whom a court keeps from collecting."""
    youth = make_youth("Imani", "Canaryson")
    make_guardian(youth, "Dana", "Callfirst")
    father = make_guardian(youth, "Victor", "Keptaway", rank=2)
    note = HealthNote(youth_id=youth.id, kind=HealthKind.ALLERGY, recorded_at=clock.now())
    order = CustodyRestriction(
        youth_id=youth.id, adult_id=father.id, no_collect=True, no_decide=True, no_information=True,
        starts_on=clock.today() - timedelta(9), recorded_at=clock.now(),
    )  # fmt: skip
    session.add_all([note, order, EmergencyContact(youth_id=youth.id, name="Aunt Second", phone="+12175550199")])
    session.flush()
    note.seal("alert_sealed", "Bee stings")
    note.seal("detail_sealed", "Pen in the red pouch")
    return youth


@pytest.fixture
def team(session, season, child) -> Team:
    """A team of the child and another, with a practice ahead."""
    found = make_team(season)
    other = make_youth("Li", "Wu")
    join(child, found.group, "4")
    join(other, found.group, "12")
    make_gathering(found.group, clock.now() + timedelta(days=1))
    return found


@pytest.fixture
def coordinator(visitor, session):
    return visitor.sign_in(make_account(Role.COORDINATOR))


@pytest.fixture
def coach(visitor, session, team, child):
    """A visitor who leads the team."""
    person = make_person("Alicia", "Moreno")
    members = session.scalars(sa.select(Person).where(Person.given_name.in_(["Imani", "Li"]))).all()
    lead(person, team.group, StaffRole.HEAD_COACH, *members)
    return visitor.sign_in(make_account(Role.COACH, person))


def paper(visitor, address: str) -> str:
    """What would stand on a paper."""
    response = visitor.raw(address)
    assert (response.status_code, response.mimetype) == (200, "application/pdf"), address
    return response.get_data(as_text=True)


def actions(session) -> list[str]:
    return list(session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.number)))


def test_a_team_offers_its_papers_and_each_is_printed_and_noted(coach, session, team):
    page = coach.get(f"/teams/{team.id}/papers")
    for kind, action in (
        ("coach", "roster.printed"), ("coach-without-health", "roster.printed"), ("public", "public_roster.printed"),
        ("player-cards", "player_cards.printed"), ("schedule", "schedule.printed"),
    ):  # fmt: skip
        assert kind in [each.get("value") for each in page.all("input")]
        said = paper(coach, f"/teams/{team.id}/paper.pdf?kind={kind}&language=es&paper=a4")
        assert 'lang="es"' in said
        assert "on-a4" in said
        session.rollback()
        assert actions(session)[-1] == action


def test_the_sign_in_sheet_is_of_the_next_meeting_and_keeps_language_and_paper(coach, session, team):
    response = coach.raw(f"/teams/{team.id}/paper.pdf?kind=sign-in&language=es&paper=a4&gathering_id=1")
    assert response.status_code == 303
    assert response.location.endswith("/sign-in.pdf?language=es&paper=a4")


def test_a_coach_s_roster_has_health_and_the_one_without_has_no_word_of_it(coach, team):
    full = paper(coach, f"/teams/{team.id}/paper.pdf?kind=coach")
    assert "Bee stings" in full
    assert "Dana Callfirst" in full
    kept = paper(coach, f"/teams/{team.id}/roster.pdf?language=es&paper=a4")  # the address that stays
    assert "Bee stings" in kept
    assert "on-a4" in kept
    without = paper(coach, f"/teams/{team.id}/paper.pdf?kind=coach-without-health")
    assert "Dana Callfirst" in without
    assert not any(word in without for word in ("Bee stings", "edical", "ealth"))


def test_everybody_s_roster_has_numbers_and_names_and_nothing_else(coach, session, team, child):
    said = paper(coach, f"/teams/{team.id}/paper.pdf?kind=public")
    assert "Canaryson" in said
    for secret in ("Bee stings", "Callfirst", "555-0141", str(child.born_on.year), "Keptaway"):
        assert secret not in said
    session.get_one(Person, child.id).hides_surname = True
    session.commit()
    said = paper(coach, f"/teams/{team.id}/paper.pdf?kind=public")
    assert "Imani" in said
    assert "Canaryson" not in said
    assert "Wu" in said


def test_the_family_s_wish_is_written_down_on_the_file(coordinator, session, child):
    shown = coordinator.get(f"/people/{child.id}/edit")
    assert "no surname on public papers" in shown.text
    names = {"given_name": "Imani", "family_name": "Canaryson", "born_on": str(child.born_on)}
    wanted = {**names, "gender": "unstated", "language": "en", "hides_surname": "y"}
    coordinator.post(f"/people/{child.id}/edit", wanted)
    session.expire_all()
    assert session.get_one(Person, child.id).hides_surname
    assert "person.corrected" in actions(session)


def test_a_team_of_others_has_no_papers(coach, session, season):
    other = make_team(season, "Hawks")
    for address in (
        f"/teams/{other.id}/papers",
        f"/teams/{other.id}/paper.pdf?kind=public",
        f"/seasons/{season.id}/papers",
    ):
        coach.get(address, status=404)
    coach.get(f"/seasons/{season.id}/schedule.pdf", status=404)
    coach.get(f"/seasons/{season.id}/binder.pdf", status=404)


def test_a_season_of_another_program_prints_nothing(visitor, session, season, team):
    visitor.sign_in(make_account(Role.COORDINATOR, program_id=make_program().id))
    for name in ("papers", "schedule.pdf", "binder.pdf?custody=y"):
        visitor.get(f"/seasons/{season.id}/{name}", status=404)


def test_a_binder_names_whom_to_call_and_the_office_s_copy_alone_names_who_is_barred(
    coordinator, session, season, team
):
    enroll(make_youth("Noa", "Alone"), season)
    assert coordinator.get(f"/seasons/{season.id}/papers").h1 == "Papers of the season"
    said = paper(coordinator, f"/seasons/{season.id}/binder.pdf")
    for text in (
        "Dana Callfirst",
        "Aunt Second",
        "Bee stings",
        "Pen in the red pouch",
        "Tigers U10",
        "No team",
        "Alone",
    ):
        assert text in said
    assert "Keptaway" not in said
    office = paper(coordinator, f"/seasons/{season.id}/binder.pdf?custody=y")
    assert office.count("Victor Keptaway") == 1
    assert "Must not collect" in office
    session.rollback()
    noted = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "binder.printed")).all()
    assert [each.detail["custody"] for each in noted] == [False, True]


def test_a_coordinator_whom_a_court_keeps_from_a_child_prints_a_binder_without_it(visitor, session, season, team):
    father = session.scalars(sa.select(Person).where(Person.family_name == "Keptaway")).one()
    visitor.sign_in(make_account(Role.COORDINATOR, father))
    said = paper(visitor, f"/seasons/{season.id}/binder.pdf?custody=y")
    assert "Wu" in said
    assert "Canaryson" not in said


def test_a_schedule_has_the_games_families_know_of(coordinator, session, season, team):
    division = session.get_one(Division, team.division_id)
    hawks, bears = (make_opponent(division, season, name) for name in ("Hawks", "Bears"))
    field = make_venue()
    make_game(team, hawks, field, clock.now() + timedelta(days=2))
    make_game(team, bears, field, clock.now() + timedelta(days=9)).state = FixtureState.CANCELED
    older = Division(season_id=season.id, name="Under 14", folded_name="under 14")
    session.add(older)
    session.flush()
    make_game(
        *(make_opponent(older, season, name) for name in ("Wolves", "Foxes")), make_venue("Field 2", field.site_id)
    )
    starts_at = clock.now() + timedelta(days=16)
    session.add(
        Fixture(
            season_id=season.id, division_id=division.id, home_team_id=hawks.id, away_team_id=bears.id,
            venue_id=field.id, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1), state=FixtureState.DRAFT,
        )
    )  # fmt: skip
    said = paper(coordinator, f"/seasons/{season.id}/schedule.pdf?order=team")
    assert said.count("<h2>") == 5
    assert said.count("Called off") == 2
    assert said.count("<tr") == 5 + 6
    assert paper(coordinator, f"/seasons/{season.id}/schedule.pdf?division={division.id}").count("<tr") == 2 + 2
    own = paper(coordinator, f"/teams/{team.id}/paper.pdf?kind=schedule")
    assert own.count("<tr") == 1 + 2
