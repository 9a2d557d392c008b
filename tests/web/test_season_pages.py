"""A season's schedule on the screen: fields, the making of it, the draft, publishing, and why there is none."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account
from tests.makers.people import make_person
from tests.makers.programs import lead, make_group, make_season, make_site
from youthprog.access.types import Role
from youthprog.core import clock, db
from youthprog.leagues.models import Division, Team
from youthprog.leagues.season import work as season_work
from youthprog.leagues.season.making import make
from youthprog.leagues.season.models import Fixture
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
