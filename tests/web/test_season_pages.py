"""A season's schedule on the screen: fields, the making of it, the draft, publishing, and why there is none."""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account
from tests.makers.people import make_person
from tests.makers.programs import lead, make_group, make_season, make_site
from tests.makers.schedules import make_league, publish
from youthprog.access.types import Role
from youthprog.core import clock, db
from youthprog.leagues.models import Division, Team
from youthprog.leagues.season import work as season_work
from youthprog.leagues.season.making import make
from youthprog.leagues.season.models import Fixture
from youthprog.leagues.season.queries import hours_of, local_of
from youthprog.outreach import chores
from youthprog.programs.models import Gathering, Site


@contextmanager
def made_here(spec, _seconds):
    yield iter([make(spec)])


@pytest.fixture
def league(session, monkeypatch):
    """A season of four teams, two with one coach, and nothing said about fields yet."""
    monkeypatch.setattr(season_work, "made_beside", made_here)
    today = clock.today()
    season = make_season(starts_on=today, ends_on=today + timedelta(weeks=10))
    division = Division(season=season, name="Under 10", folded_name="under 10")
    teams = [Team(division=division, group=make_group(season, f"Team {number}")) for number in range(4)]
    session.add_all(teams)
    make_site("Lincoln Park")
    coach = make_person("Casey", "Canary")
    for team in teams[:2]:
        lead(coach, team.group)
    session.commit()
    return season


def test_from_an_empty_season_to_published_games(session, visitor, league):
    visitor.sign_in(make_account(Role.COORDINATOR))
    here = f"/seasons/{league.id}/schedule"
    assert "Not ready yet" in visitor.get(here).text
    form = {"site_id": str(session.scalar(sa.select(Site.id))), "name": "Field 1", "weekdays": ["5"]}
    assert (
        "before it begins"
        in visitor.post(
            f"/seasons/{league.id}/fields/new", {**form, "starts": "12:00", "ends": "09:00"}, status=422
        ).text
    )
    visitor.post(f"/seasons/{league.id}/fields/new", {**form, "starts": "09:00", "ends": "12:00"})
    closed = {"venue_id": "", "reason": "Fair"}
    day = clock.today() + timedelta(days=9)
    visitor.post(f"/seasons/{league.id}/closed/new", {**closed, "closed_on": day.isoformat()})
    shown = visitor.get(here)
    assert "Ready to make the schedule" in shown.text
    assert "Fair" in shown.text
    visitor.post(f"{here}/make", {})
    assert "is being made" in visitor.get(here).text
    chores.do_chores(chores.SOON)
    shown = visitor.get(here)
    assert "Draft of 6 games" in shown.text
    assert "Somebody belongs to both teams of this game." in shown.text
    assert "Canary" not in shown.text
    assert session.scalar(sa.select(sa.func.count()).select_from(Gathering)) == 0
    assert "Nobody answers for it yet." in shown.text
    shared = f"/seasons/{league.id}/shared"
    (box,) = re.findall(r'name="pairs" value="([\d-]+)"', visitor.get(shared).text_source)
    assert "Write who stands in" in visitor.post(shared, {"pairs": box, "reason": ""}, status=422).text
    visitor.post(shared, {"pairs": box, "reason": "The assistant"})
    shown = visitor.get(here)
    assert "answers for it: The assistant" in shown.text
    visitor.post(f"{here}/publish", {"seen": shown.form(f"{here}/publish")["seen"]})
    assert "This schedule is published" in visitor.get(here).text
    assert session.scalar(sa.select(sa.func.count()).select_from(Gathering)) == 12
    visitor.post(f"{here}/make", {}, status=422)


def test_why_there_is_no_schedule_is_said_in_words_with_what_would_help(session, visitor, league):
    visitor.sign_in(make_account(Role.COORDINATOR))
    here = f"/seasons/{league.id}/schedule"
    form = {"site_id": str(session.scalar(sa.select(Site.id))), "name": "Field 1", "weekdays": ["5"]}
    visitor.post(f"/seasons/{league.id}/fields/new", {**form, "starts": "09:00", "ends": "10:00"})
    (division_id,) = session.scalars(sa.select(Division.id)).all()
    visitor.post(
        f"/divisions/{division_id}/games",
        {"minutes": "60", "legs": "2", "games": "", "rest_days": "1", "most_a_week": ""},
    )
    visitor.post(f"{here}/make", {})
    chores.do_chores(chores.SOON)
    shown = visitor.get(here).text
    assert "Under 10: 12 games have to be played, and the fields have room for 10." in shown
    assert "Field time for more games of Under 10: 2." in shown
    assert db.session().scalar(sa.select(sa.func.count()).select_from(Fixture)) == 0


def test_rain_on_the_screen_from_the_plan_to_undo(session, visitor):
    today = clock.today()
    league = make_league(
        4, weekdays=tuple(range(7)), starts_on=today, ends_on=today + timedelta(weeks=10), now=clock.now()
    )
    publish(league, now=clock.now())
    visitor.sign_in(make_account(Role.COORDINATOR))
    here, rain = f"/seasons/{league.season.id}/schedule", f"/seasons/{league.season.id}/rain-out"
    day = clock.day_of(league.fixtures[0].starts_at).isoformat()
    assert "Close a field or a day" in visitor.get(here).text
    about = f"{rain}?first={day}&until=&venue_id=&reason=Rain"
    assert "Say why" in visitor.get(f"{rain}?first={day}&until=&venue_id=&reason=", status=422).text
    assert "No game that is still to come" in visitor.get(about.replace(day, "2020-01-01"), status=422).text
    plan = visitor.get(about)
    form = plan.form(rain)
    games = {name: value for name, value in form.items() if name.startswith("game-")}
    assert games
    before = {row.id: row.starts_at for row in league.fixtures}
    same = dict.fromkeys(games, next(iter(games.values())))
    if len(games) > 1:
        assert "at the same time" in visitor.post(rain, {**form, **same}, status=422).text
    visitor.post(rain, {**form, "seen": "something older"}, status=409)
    session.expire_all()
    assert {row.id: row.starts_at for row in league.fixtures} == before
    visitor.post(rain, form)
    shown = visitor.get(here)
    assert "Moved from" in shown.text
    assert "the messages are being written" in shown.text
    (undo,) = set(re.findall(r'action="(/changes/\d+/undo)"', shown.text_source))
    visitor.post(undo, {})
    session.expire_all()
    assert {row.id: row.starts_at for row in league.fixtures} == before
    visitor.post(undo, {}, status=409)


def test_games_as_imported_say_so_and_move_on_a_field_without_hours(session, visitor):
    today = clock.today()
    league = make_league(
        2, weekdays=tuple(range(7)), starts_on=today, ends_on=today + timedelta(weeks=6), now=clock.now()
    )
    publish(league, now=clock.now())
    for hours in hours_of(league.season.id):
        session.delete(hours)
    (game, *_rest) = league.fixtures
    for row in league.fixtures:
        row.imported = True
    session.commit()
    visitor.sign_in(make_account(Role.COORDINATOR))
    here = f"/seasons/{league.season.id}/schedule"
    shown = visitor.get(here).text
    assert "as imported." in shown
    assert "One field has no hours yet." in shown
    assert "This schedule is published" not in shown
    assert "Take the schedule back" not in shown
    assert "as imported" in visitor.post(f"{here}/make", {}, status=422).text
    form = visitor.get(f"/games/{game.id}/change").form(f"/games/{game.id}/move")
    visitor.post(f"/games/{game.id}/move", {**form, "starts": "06:15", "reason": "Heat"})
    session.refresh(game)
    assert (local_of(game.starts_at)[1], game.sequence) == (6 * 60 + 15, 1)


def test_one_game_moves_is_called_off_and_another_is_added_on_the_screen(session, visitor):
    today = clock.today()
    league = make_league(
        4, weekdays=tuple(range(7)), starts_on=today, ends_on=today + timedelta(weeks=10), now=clock.now()
    )
    publish(league, now=clock.now())
    visitor.sign_in(make_account(Role.COORDINATOR))
    first, second, *_rest = [row.id for row in league.fixtures]
    places = re.findall(r'href="(/games/\d+/change\?place=[^"]+)"', visitor.get(f"/games/{first}/change").text_source)
    assert len(places) == 3
    move = visitor.get(places[1].replace("&amp;", "&")).form(f"/games/{first}/move")
    assert "Say why" in visitor.post(f"/games/{first}/move", move, status=422).text
    day, starts = local_of(session.get(Fixture, second).starts_at)
    clash = {"day": day.isoformat(), "starts": f"{starts // 60:02}:{starts % 60:02}", "reason": "Heat"}
    clash["venue_id"] = str(session.get(Fixture, second).venue_id)
    assert "at the same time" in visitor.post(f"/games/{first}/move", {**move, **clash}, status=422).text
    visitor.post(f"/games/{first}/move", {**move, "reason": "Heat"})
    assert "Say why" in visitor.post(f"/games/{second}/call-off", {"off_reason": ""}, status=422).text
    visitor.post(f"/games/{second}/call-off", {"off_reason": "Heat"})
    assert "This game is called off." in visitor.get(f"/games/{second}/change").text
    days = f"/teams/{league.teams[2].id}/days"
    assert "Call off " in visitor.get(days).text
    visitor.post(f"/teams/{league.teams[2].id}/withdraw", {"off_reason": "Too few players"})
    assert "The team withdraws" not in visitor.get(days).text
    new = f"/seasons/{league.season.id}/games/new"
    about = {"home": str(league.teams[0].id), "away": str(league.teams[1].id), "kind": "friendly", "starts": "09:00"}
    about |= {"day": (today + timedelta(weeks=9)).isoformat(), "venue_id": str(league.venues[0].id), "reason": ""}
    assert "Choose two teams" in visitor.post(new, {**about, "away": about["home"]}, status=422).text
    visitor.post(new, about)
    session.expire_all()
    assert [row.sequence for row in league.fixtures if row.id in (first, second)] == [1, 1]
    assert "Friendly" in visitor.get(f"/seasons/{league.season.id}/schedule").text
    visitor.post(f"/seasons/{league.season.id}/schedule/unpublish", {}, status=422)
