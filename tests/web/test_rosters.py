"""Pages of rosters: the game-day list, a player's standing, a division's rules and waitlist, in the right role."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account
from tests.makers.people import make_guardian, make_person, make_youth
from tests.makers.programs import enroll, join, lead, make_gathering, make_program, make_season, make_team
from youthprog.access.types import Role
from youthprog.core import clock
from youthprog.leagues.models import Division, Team
from youthprog.leagues.rosters.models import DivisionWait, MedicalHold, Suspension
from youthprog.programs.types import GatheringKind, StaffRole


@pytest.fixture
def team(session) -> Team:
    """A team of a running season with a player and a coach."""
    on = clock.today()
    season = make_season(starts_on=on - timedelta(20), ends_on=on + timedelta(60), age_cutoff_on=on)
    return make_team(season, "Hawks")


def rows(session, model) -> list:
    found = list(session.scalars(sa.select(model).order_by(model.id)))
    session.rollback()
    return found


def player_of(team: Team, given: str = "Ana"):
    youth = make_youth(given, "Vega")
    make_guardian(youth, "Rosa", "Vega")
    join(youth, team.group, "7").from_on = clock.today() - timedelta(9)
    return youth


def test_a_coach_sees_who_plays_and_takes_a_player_off(visitor, session, team):
    youth, coach = player_of(team), make_person("Luis", "Coach")
    lead(coach, team.group, StaffRole.HEAD_COACH, youth).from_on = clock.today() - timedelta(9)
    game = make_gathering(team.group, clock.now() + timedelta(hours=1), kind=GatheringKind.GAME, title="Game")
    visitor.sign_in(make_account(Role.COACH, coach))
    here = f"/teams/{team.id}/players/{youth.id}"
    page = visitor.get(f"/gatherings/{game.id}/players")
    assert "Consent form" in page.text
    page = visitor.post(f"{here}/hold", {"head": "y", "note": "Hit heads"}, form_from=page.link("Vega, Ana No. 7"))
    assert "Held, medical." in page.text
    assert "Hit heads" not in page.text
    assert "clearance" not in page.text
    assert "Held, medical" in visitor.get(f"/gatherings/{game.id}/players").text
    assert "Off for health since" in visitor.get(f"/gatherings/{game.id}/register").text
    hold = rows(session, MedicalHold)[0]
    for deed in ("suspend", "accept", "transfer", "paper", f"holds/{hold.id}/clear"):
        visitor.post(f"{here}/{deed}", {}, status=404, form_from="/account")
    visitor.get(f"{here}/holds/{hold.id}/clearance", status=404)


def test_a_coordinator_ends_a_hold_with_the_clearance(visitor, session, team):
    youth, other = player_of(team), make_youth("Ben")
    join(other, team.group)
    visitor.sign_in(make_account(Role.COORDINATOR))
    here = f"/teams/{team.id}/players/{youth.id}"
    standing = f"{here}/standing"
    visitor.post(f"{here}/hold", {"head": "y", "note": "Hit heads"}, form_from=standing)
    hold = rows(session, MedicalHold)[0]
    page = visitor.post(f"{here}/holds/{hold.id}/clear", {"signed_by": ""}, status=422, form_from=standing)
    assert "Write who signed the clearance." in page.text
    assert "Hit heads" in page.text
    day = clock.today().isoformat()
    file = (BytesIO(b"%PDF-1.7 cleared"), "c.pdf")
    page = visitor.post(f"{here}/holds/{hold.id}/clear", {"cleared_on": day, "signed_by": "Dr. Ortiz", "file": file})
    assert "Cleared by Dr. Ortiz" in page.text
    assert "May play again from" in page.text
    answer = visitor.raw(f"{here}/holds/{hold.id}/clearance")
    assert answer.data == b"%PDF-1.7 cleared"
    visitor.get(f"/teams/{team.id}/players/{other.id}/holds/{hold.id}/clearance", status=404)
    visitor.sign_in(make_account(Role.COORDINATOR, program_id=make_program().id))
    visitor.get(standing, status=404)
    visitor.get(f"/divisions/{team.division_id}/rosters", status=404)


def test_a_suspension_a_transfer_and_what_is_wrong_beside_its_field(visitor, session, team):
    youth = player_of(team)
    owls = make_team(team.group.season, "Owls")
    visitor.sign_in(make_account(Role.COORDINATOR))
    here = f"/teams/{team.id}/players/{youth.id}"
    page = visitor.post(f"{here}/suspend", {"suspend_why": "Red card"}, status=422, form_from=f"{here}/standing")
    assert "Write a number of games or a last day" in page.text
    page = visitor.post(f"{here}/suspend", {"games": "2", "suspend_why": "Red card"})
    assert "2 games left" in page.text
    row = rows(session, Suspension)[0]
    assert "Lifted" in visitor.post(f"{here}/suspensions/{row.id}/lift").text
    page = visitor.post(f"{here}/transfer", {"team": str(owls.group_id), "why": "Closer", "jersey": "00"})
    assert page.h1 == "Players and coaches"
    visitor.get(f"{here}/standing", status=404)
    page = visitor.get(f"/teams/{owls.id}/players/{youth.id}/standing")
    assert "Hawks → Owls" in page.text
    assert "No. 00" in page.text


def test_rules_ask_for_a_reason_and_the_waitlist_moves_by_itself(visitor, session, team):
    youth, second, third = player_of(team), make_youth("Ben"), make_youth("Chidi")
    for each in (second, third):
        enroll(each, team.group.season)
    visitor.sign_in(make_account(Role.COORDINATOR))
    division, people = f"/divisions/{team.division_id}", f"/teams/{team.id}/people"
    asked = {"min_age": "12", "max_age": "9", "wait_days": "7", "wait_from": "clearance"}
    page = visitor.post(f"{division}/rules", asked, status=422)
    assert "The oldest age is below the youngest." in page.text
    page = visitor.post(f"{division}/rules", {**asked, "min_age": "", "max_age": "", "most_players": "1"})
    assert "1 of 1 players" in page.text
    page = visitor.post(f"{division}/waitlist", {"youth_id": str(second.id)})
    assert "1. Aguilar, Ben" in page.text
    put = {"youth_id": str(third.id), "jersey": "9", "reason": ""}
    page = visitor.post(f"/teams/{team.id}/players", put, status=422, form_from=people)
    assert "Others who wait for this division: 1." in page.text
    page = visitor.post(f"/teams/{team.id}/players", put | {"reason": "Sister of Ana"})
    assert "On the team." in page.text
    for each in (youth, third):
        visitor.post(f"/teams/{team.id}/players/{each.id}/leave", {"reason": "Moves away"}, form_from=people)
    assert rows(session, DivisionWait)[0].group_id == team.group_id
    assert "Nobody waits." in visitor.get(f"{division}/rosters").text
    assert session.scalar(sa.select(sa.func.count()).select_from(Division)) == 1
