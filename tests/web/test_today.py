"""Today on an empty installation says what to do next, until there is nothing to say."""

from __future__ import annotations

from datetime import timedelta

from tests.makers.accounts import make_account
from tests.makers.people import make_youth
from tests.makers.programs import enroll, make_program, make_season, make_team
from youthprog.access.types import Role
from youthprog.core import clock


def running(program):
    on = clock.today()
    return make_season(program, starts_on=on - timedelta(20), ends_on=on + timedelta(60), age_cutoff_on=on)


def test_the_first_steps_follow_one_another(visitor, session):
    visitor.sign_in(make_account(Role.COORDINATOR))
    assert visitor.get("/today").link("New program") == "/programs/new"
    program = make_program()
    assert visitor.get("/today").link("New season") == f"/seasons/new?program={program.id}"
    season = running(program)
    assert visitor.get("/today").link("Bring them in") == f"/seasons/{season.id}"
    youth = make_youth("Ana")
    enroll(youth, season)
    assert visitor.get("/today").link("Make teams") == f"/seasons/{season.id}"
    make_team(season)
    assert visitor.get("/today").link("Ask families") == "/consents"


def test_another_programs_beginnings_are_not_ones_own(visitor, session):
    running(make_program())
    mine = make_program()
    visitor.sign_in(make_account(Role.COORDINATOR, program_id=mine.id))
    assert visitor.get("/today").link("New season") == f"/seasons/new?program={mine.id}"


def test_an_administrator_alone_is_led_to_the_first_coordinator(visitor, session):
    visitor.sign_in(make_account(Role.ADMIN))
    page = visitor.get("/today")
    assert page.link("New account") == "/accounts/new"
    assert "Most urgent first" not in page.text
    make_account(Role.COORDINATOR)
    assert "Nobody coordinates yet" not in visitor.get("/today").text


def test_a_file_leads_to_the_seasons_one_can_enroll_in(visitor, session):
    season = running(make_program())
    youth = make_youth("Ana")
    visitor.sign_in(make_account(Role.COORDINATOR))
    page = visitor.get(visitor.get(f"/youth/{youth.id}").link("Enroll"))
    assert youth.list_name in page.text
    enroll(youth, season)
    assert "Not enrolled" not in visitor.get(f"/youth/{youth.id}").text
