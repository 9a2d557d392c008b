"""Officials on the screen: from an empty season to filled games, one's own games, and what nobody is told."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tests.makers.accounts import make_account
from tests.makers.people import make_person, make_youth
from tests.makers.programs import join, make_gathering, make_group, make_season, make_site
from tests.support.pages import Visitor
from youthprog.access.types import Role
from youthprog.core import clock
from youthprog.core.actor import SYSTEM
from youthprog.leagues.models import Division, Team
from youthprog.leagues.officials import notices, queries, services
from youthprog.leagues.officials.models import Duty, DutyRole
from youthprog.leagues.season.models import Fixture, Venue
from youthprog.leagues.season.types import FixtureState
from youthprog.outreach.models import Message
from youthprog.people.models import CustodyRestriction, Person
from youthprog.programs.models import Group
from youthprog.programs.types import GatheringKind


@pytest.fixture
def game(session):
    """A season of two teams with one game next week, and nothing said of officials."""
    today, now = clock.today(), clock.now()
    season = make_season(starts_on=today - timedelta(days=5), ends_on=today + timedelta(days=60))
    division = Division(season=season, name="Under 10", folded_name="under 10")
    teams = [Team(division=division, group=make_group(season, name)) for name in ("Hawks", "Owls")]
    session.add_all(teams)
    venue = Venue(site_id=make_site("Lincoln Park").id, name="Field 1", folded_name="field 1")
    session.add(venue)
    session.flush()
    starts_at = now + timedelta(days=5)
    ids = [make_gathering(team.group, starts_at, kind=GatheringKind.GAME, title="Game").id for team in teams]
    row = Fixture(
        season_id=season.id, division_id=division.id, home_team_id=teams[0].id, away_team_id=teams[1].id,
        venue_id=venue.id, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1), state=FixtureState.PUBLISHED,
        home_gathering_id=ids[0], away_gathering_id=ids[1],
    )  # fmt: skip
    session.add(row)
    session.commit()
    return row


def set_up(session, visitor, game, *names: str) -> list[int]:
    """The usual roles, two people needed, and people on the list for both; returns the roles' keys."""
    here = f"/seasons/{game.season_id}/officials"
    visitor.post(f"{here}/roles", {"usual": "yes"}, form_from=f"{here}/needs")
    keys = {row.name: row.id for row in session.scalars(sa.select(DutyRole))}
    roles = [keys["Referee"], keys["Scorekeeper"]]
    needed = {f"need-{game.division_id}-{key}": "1" for key in roles}
    assert (
        "from 0 to 9"
        in visitor.post(
            f"{here}/needs", {**needed, f"need-{game.division_id}-{roles[0]}": "x", "travel_minutes": "30"}, status=422
        ).text
    )
    visitor.post(f"{here}/needs", {**needed, "travel_minutes": "30"})
    for name in names:
        form = {"given_name": name, "family_name": "Tester", "email": f"{name}@officials.example"}
        visitor.post(f"{here}/people", {**form, "role_ids": [str(key) for key in roles]})
    return roles


def test_from_nothing_to_a_complete_game(session, visitor, game):
    visitor.sign_in(make_account(Role.COORDINATOR))
    here = f"/seasons/{game.season_id}/officials"
    assert "No game asks for anybody yet" in visitor.get(here).text
    referee, _scorer = set_up(session, visitor, game, "Ana", "Bo")
    assert "2 places open" in visitor.get(here).text
    shown = visitor.get(f"{here}/proposal").text
    assert "Ana Tester" in shown
    assert "Bo Tester" in shown
    person = session.scalar(sa.text("SELECT person_id FROM official ORDER BY id LIMIT 1"))
    visitor.post(f"{here}/proposal", {"place": [f"{game.id}-{referee}-{person}", "nonsense", "1-2"]})
    shown = visitor.get(f"/fixtures/{game.id}/officials").text
    assert "Somebody else instead of Ana Tester" in shown
    form = {"role_id": str(referee), f"r{referee}-person_id": str(person)}
    assert "This place is taken" in visitor.post(f"/fixtures/{game.id}/officials", form, status=422).text
    duty = session.scalar(sa.select(Duty.id))
    visitor.post(f"/duties/{duty}/end", {})
    assert "Taken off" in visitor.get(f"/fixtures/{game.id}/officials").text


def test_whoever_is_on_the_list_sees_open_places_takes_and_declines(session, visitor, game):
    visitor.sign_in(make_account(Role.COORDINATOR))
    referee, _scorer = set_up(session, visitor, game, "Ana")
    visitor.sign_in(make_account(Role.GUARDIAN))
    assert "You are on no list yet" in visitor.get("/my-games").text
    person_id = session.scalar(sa.text("SELECT person_id FROM official"))
    person = session.get_one(type(make_person()), person_id)
    visitor.sign_in(make_account(Role.GUARDIAN, person))
    assert "2 places open to you" in visitor.get("/my-games").text
    visitor.post("/my-games", {"fixture_id": str(game.id), "role_id": str(referee)})
    shown = visitor.get("/my-games").text
    assert "game you serve at" in shown
    assert "open to you" not in shown, "one role at a game is enough"
    assert "Games you serve at" in visitor.get("/today").text
    visitor.post(f"/my-games/{session.scalar(sa.select(Duty.id))}/decline", {})
    assert "2 places open to you" in visitor.get("/my-games").text


def test_a_barred_adult_reads_the_same_as_for_a_place_that_is_taken(session, visitor, game):
    """Neither the page nor the answer to a place asked for by hand tells that a child is on the team."""
    visitor.sign_in(make_account(Role.COORDINATOR))
    referee, scorer = set_up(session, visitor, game, "Ana", "Bo")
    ana, bo = session.scalars(sa.text("SELECT person_id FROM official ORDER BY id")).all()
    child = make_youth("Mateo", "Canary")
    hawks = session.scalars(sa.select(Group).where(Group.name == "Hawks").options(joinedload(Group.season))).one()
    join(child, hawks)
    today = clock.today()
    session.add(
        CustodyRestriction(
            youth_id=child.id, adult_id=ana, no_collect=True, no_decide=True, no_information=True, starts_on=today,
            recorded_at=clock.now(),
        )
    )  # fmt: skip
    session.commit()
    visitor.post(f"/fixtures/{game.id}/officials", {"role_id": str(scorer), f"r{scorer}-person_id": str(bo)})
    visitor.sign_in(make_account(Role.MENTOR, session.get_one(type(child), ana)))
    assert "Nothing for you just now" in visitor.get("/my-games").text
    asked = [(game.id, referee), (game.id, scorer), (987654, 1)]
    barred, taken, nowhere = (
        visitor.post(
            "/my-games", {"fixture_id": str(key), "role_id": str(role)}, status=409, form_from="/my-games"
        ).tree
        for key, role in asked
    )
    said = {" ".join(tree.find(".//{*}main").itertext()) for tree in (barred, taken, nowhere)}
    assert len(said) == 1
    assert "This place is not open any more." in said.pop()


def test_a_letter_s_link_gives_that_one_place_back_without_an_account(app, session, visitor, game):
    visitor.sign_in(make_account(Role.COORDINATOR))
    set_up(session, visitor, game, "Ana")
    person = session.scalar(sa.select(Person).where(Person.given_name == "Ana"))
    role = session.scalar(sa.select(DutyRole).where(DutyRole.name == "Referee"))
    services.assign(queries.find_game(game.id), role.id, person.id, by=SYSTEM, now=clock.now())
    session.commit()
    text = session.scalar(sa.select(Message).where(Message.kind == "duty_changed")).unseal("text_sealed")
    (link,) = re.findall(r"/duty/[0-9]+-[0-9a-f]{32}", text)
    stranger = Visitor(app)
    duty = session.scalar(sa.select(Duty))
    shown = stranger.get(link).text
    assert "Hawks – Owls" in shown
    assert "Ana" not in shown
    for wrong in (f"/duty/{duty.id + 1}-{link[-32:]}", link[:-1], f"{link}0", "/duty/none"):
        stranger.get(wrong, status=404)
    session.refresh(duty)
    assert duty.ended_at is None, "looking gives nothing back"
    assert "Thank you for saying so" in stranger.post(link, {}, form_from=link).text
    session.refresh(duty)
    assert duty.ending.value == "declined"
    stranger.get(link, status=404)
    again = services.assign(queries.find_game(game.id), role.id, person.id, by=SYSTEM, now=clock.now())
    game.starts_at = clock.now() - timedelta(minutes=1)
    session.commit()
    stranger.get(f"/duty/{notices.code_of(again.id)}", status=404)
