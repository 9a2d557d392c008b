"""Today on an empty installation says what to do next, until there is nothing to say."""

from __future__ import annotations

from datetime import timedelta

from tests.makers.accounts import make_account
from tests.makers.people import make_youth
from tests.makers.programs import enroll, join, make_gathering, make_program, make_season, make_team
from tests.support.clearing import only_these_are_not_cleared
from youthprog.access.types import Role
from youthprog.core import clock
from youthprog.core.clearance import not_cleared, not_cleared_in
from youthprog.leagues.rosters.models import MedicalHold
from youthprog.leagues.rosters.types import WaitFrom


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


def test_a_long_list_shows_three_and_keeps_the_rest_behind_one_click(app, visitor, session):
    season = running(make_program())
    team = make_team(season)
    with only_these_are_not_cleared(app) as barred:
        youth = [make_youth(name) for name in ("Ada", "Ben", "Cas", "Dov", "Eva")]
        for each in youth:
            join(each, team.group)
            barred.add(each.id)
        make_gathering(team.group, clock.now() + timedelta(days=2))
        session.commit()
        text = visitor.sign_in(make_account(Role.COORDINATOR)).get("/today").text_source
    assert "young people cannot take part this week" in text
    shown, hidden = text.split("2 more", 1)
    hidden = hidden.split("</details>", 1)[0]
    places = [(f"/youth/{each.id}" in shown, f"/youth/{each.id}" in hidden) for each in youth]
    assert sorted(places) == [(False, True)] * 2 + [(True, False)] * 3


def test_youth_of_many_seasons_are_asked_about_as_of_each(app, session):
    on = clock.today()
    asked: dict[int, list[int]] = {}
    for number in range(3):
        season = running(make_program(f"League {number}"))
        asked[season.id] = [make_youth(f"Ana {number}").id, make_youth(f"Bo {number}").id]
    held = asked[min(asked)][0]
    hold = {"needs_clearance": False, "wait_days": 0, "wait_from": WaitFrom.CLEARANCE, "held_at": clock.now()}
    session.add(MedicalHold(youth_id=held, from_on=on, **hold))
    session.flush()
    apart = {
        (season_id, youth_id): reasons
        for season_id, ids in asked.items()
        for youth_id, reasons in not_cleared(ids, season_id, on).items()
    }
    together = not_cleared_in(asked, on)
    assert together == apart
    assert len(together[min(asked), held]) > len(together.get((max(asked), asked[max(asked)][0]), ()))
