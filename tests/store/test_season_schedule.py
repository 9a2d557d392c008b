"""A season's schedule in the house: asked for, made beside the worker, kept as a draft, published in one step."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from tests.makers.people import make_person, make_youth
from tests.makers.programs import join, lead, make_group, make_season, make_site
from youthprog.audit.models import AuditEntry
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.core.refusals import Conflict, Refused
from youthprog.leagues.models import Division, Team
from youthprog.leagues.season import queries, services, spec_queries
from youthprog.leagues.season import work as season_work
from youthprog.leagues.season.faults import faults_of
from youthprog.leagues.season.improving import Progress
from youthprog.leagues.season.making import make
from youthprog.leagues.season.models import Fixture, ScheduleRun, Venue
from youthprog.leagues.season.services import Playing
from youthprog.leagues.season.types import FixtureState, Hours, RunState, SeasonSpec
from youthprog.outreach import chores
from youthprog.people.models import Household, HouseholdMember
from youthprog.programs import services as programs_services
from youthprog.programs.models import Gathering, GroupMember
from youthprog.programs.types import GatheringKind

NOW = datetime(2026, 8, 20, 15, tzinfo=UTC)
DEED = {"by": SYSTEM, "now": NOW}
NINE, FIVE = 540, 1020
BESIDE = season_work.made_beside


@contextmanager
def made_here(spec: SeasonSpec, _seconds: float) -> Iterator[Iterator[object]]:
    """What the other process would find out, found out in this one: starting it takes a quarter of a second."""
    yield iter([make(spec)])


@pytest.fixture(autouse=True)
def at_the_time(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(season_work, "MAKE_SECONDS", 0.0)
    monkeypatch.setattr(season_work, "made_beside", made_here)


def make_league(teams: int = 4, *, weekdays=(5,), ends: int = FIVE) -> SimpleNamespace:
    """A season with a division of some teams, on one field."""
    season = make_season(starts_on=date(2026, 9, 1), ends_on=date(2026, 11, 21))
    division = Division(season=season, name="Under 10", folded_name="under 10")
    rows = [Team(division=division, group=make_group(season, f"Team {number}")) for number in range(teams)]
    db.session().add_all(rows)
    db.flush()
    site = make_site("Lincoln Park")
    venue = services.add_hours(season, site, "Field 1", weekdays=weekdays, only_on=None, starts=NINE, ends=ends, **DEED)
    return SimpleNamespace(season=season, division=division, teams=rows, site=site, venue=venue)


def made(league: SimpleNamespace) -> ScheduleRun:
    """The league's schedule, asked for and made."""
    run = services.ask_schedule(league.season, **DEED)
    db.session().commit()
    chores.do_chores(chores.SOON)
    db.session().refresh(run)
    return run


def actions() -> list[str]:
    return list(db.session().scalars(sa.select(AuditEntry.action).order_by(AuditEntry.number)))


def test_what_is_asked_for_is_made_beside_the_worker_and_kept_as_a_draft(session, monkeypatch):
    monkeypatch.setattr(season_work, "made_beside", BESIDE)
    league = make_league()
    assert made(league).state is RunState.DONE
    games = queries.games_of(league.season.id)
    assert len(games) == 6
    assert {game.state for game in games} == {FixtureState.DRAFT}
    assert faults_of_draft(league) == []
    assert db.session().scalar(sa.select(sa.func.count()).select_from(Gathering)) == 0
    assert actions()[-1] == "schedule.made"
    assert made(league).state is RunState.DONE
    assert len(queries.games_of(league.season.id)) == 6, "a new draft takes the place of the old one"


def faults_of_draft(league: SimpleNamespace) -> list[str]:
    plan, spec = spec_queries.plan_of(queries.games_of(league.season.id)), spec_queries.spec_of(league.season)
    return [fault.kind for fault in faults_of(plan, spec)]


def test_publishing_gives_each_team_its_gathering_in_one_step(session):
    league = make_league()
    run = made(league)
    assert services.publish_draft(league.season, seen=run.id, **DEED) == 6
    db.session().commit()
    rows = db.session().scalars(sa.select(Fixture)).all()
    assert {row.state for row in rows} == {FixtureState.PUBLISHED}
    gatherings = {row.id: row for row in db.session().scalars(sa.select(Gathering))}
    assert len(gatherings) == 12
    for row in rows:
        for team_id, key in ((row.home_team_id, row.home_gathering_id), (row.away_team_id, row.away_gathering_id)):
            gathering = gatherings[key]
            assert gathering.group_id == db.session().get_one(Team, team_id).group_id
            assert (gathering.starts_at, gathering.ends_at) == (row.starts_at, row.ends_at)
            assert gathering.kind is GatheringKind.GAME
            assert gathering.place == "Field 1"
    assert actions()[-1] == "schedule.published"
    with pytest.raises(Refused, match="published"):
        services.ask_schedule(league.season, **DEED)


def test_a_draft_that_changed_since_it_was_looked_at_is_not_published(session):
    league = make_league()
    first = made(league)
    second = made(league)
    with pytest.raises(Conflict):
        services.publish_draft(league.season, seen=first.id, **DEED)
    services.ask_schedule(league.season, **DEED)
    with pytest.raises(Conflict):
        services.publish_draft(league.season, seen=second.id, **DEED)


def test_a_field_that_another_season_took_is_neither_planned_nor_published(session):
    league, other = make_league(2), make_league(2)
    for each in (league, other):
        each.season.ends_on = date(2026, 9, 5)  # one Saturday
    services.add_hours(
        other.season, league.site, "Field 1", weekdays=[5], only_on=None, starts=NINE, ends=NINE + 60, **DEED
    )
    for row in queries.hours_of(other.season.id):
        if row.venue_id == other.venue.id:
            services.remove_hours(row, **DEED)
    first, second = made(league), made(other)
    assert {len(queries.games_of(each.season.id)) for each in (league, other)} == {1}
    services.publish_draft(league.season, seen=first.id, **DEED)
    with pytest.raises(Refused, match="Another game took Field 1"):
        services.publish_draft(other.season, seen=second.id, **DEED)
    (venue,) = spec_queries.spec_of(other.season).venues
    assert venue.hours_on(date(2026, 9, 5)) == ()
    services.discard_draft(other.season, **DEED)
    assert made(other).state is RunState.IMPOSSIBLE


def as_imported(league: SimpleNamespace, name: str, day: date, *, venue: Venue | None = None) -> list[Team]:
    """A division whose one game a file brought."""
    division = Division(season=league.season, name=name, folded_name=name.lower())
    teams = [Team(division=division, group=make_group(league.season, f"{name} {number}")) for number in range(2)]
    db.session().add_all(teams)
    db.flush()
    starts = queries.moment_of(day, NINE)
    about = {"starts_at": starts, "ends_at": starts + timedelta(minutes=90)}
    sides = [Gathering(season_id=league.season.id, group_id=team.group_id, kind=GatheringKind.GAME, title="Game", **about)
             for team in teams]  # fmt: skip
    db.session().add_all(sides)
    db.flush()
    game = Fixture(
        season_id=league.season.id, division_id=division.id, home_team_id=teams[0].id, away_team_id=teams[1].id,
        venue_id=(venue or league.venue).id, state=FixtureState.PUBLISHED, imported=True,
        home_gathering_id=sides[0].id, away_gathering_id=sides[1].id, **about,
    )  # fmt: skip
    db.session().add(game)
    db.flush()
    return teams


def test_divisions_that_play_as_imported_keep_their_games_and_the_others_are_made_around_them(session):
    league, saturday = make_league(2), date(2026, 9, 12)
    coach = make_person("Alicia", "Moreno")
    stays = as_imported(league, "Visitors", saturday)
    lead(coach, stays[0].group)
    lead(coach, league.teams[0].group)
    assert not queries.has_published(league.season.id)
    run = made(league)
    assert run.state is RunState.DONE
    (game,) = [each for each in queries.games_of(league.season.id) if each.state is FixtureState.DRAFT]
    assert game.day != saturday, "whoever coaches both is at the imported game that day"
    assert services.publish_draft(league.season, seen=run.id, **DEED) == 1
    assert queries.has_published(league.season.id)
    with pytest.raises(Refused, match="published"):
        services.ask_schedule(league.season, **DEED)


def test_a_season_that_only_plays_as_imported_has_nothing_to_be_made(session):
    league = make_league(1)
    as_imported(league, "Visitors", date(2026, 9, 12))
    with pytest.raises(Refused, match="as imported"):
        services.ask_schedule(league.season, **DEED)


def test_a_draft_of_a_division_that_came_as_a_file_meanwhile_is_not_published(session):
    league = make_league(2)
    run = made(league)
    row = queries.drafts_of(league.season.id)[0]
    as_imported(league, "Visitors", date(2026, 9, 12))
    session.scalars(sa.select(Fixture).where(Fixture.imported)).one().division_id = row.division_id
    session.flush()
    with pytest.raises(Refused, match="changed since"):
        services.publish_draft(league.season, seen=run.id, **DEED)


def test_a_field_of_imported_games_has_no_hours_until_somebody_says_them(session):
    league = make_league(2)
    venue = Venue(site_id=league.site.id, name="Mill Field", folded_name="mill field")
    db.session().add(venue)
    db.flush()
    as_imported(league, "Visitors", date(2026, 9, 12), venue=venue)
    assert [each.name for each in queries.fields_without_hours(league.season.id)] == ["Mill Field"]
    games = queries.games_of(league.season.id)
    spec = spec_queries.spec_of(league.season)
    assert [fault.kind for fault in faults_of(spec_queries.plan_of(games), spec) if fault.games] == []
    assert list(queries.field_names(league.season.id)) == [league.venue.id, venue.id]
    services.add_hours(
        league.season, league.site, "Mill Field", weekdays=[6], only_on=None, starts=NINE, ends=FIVE, **DEED
    )
    assert queries.fields_without_hours(league.season.id) == []
    spec = spec_queries.spec_of(league.season)
    assert [fault.kind for fault in faults_of(spec_queries.plan_of(games), spec) if fault.games] == ["outside_hours"]


def test_a_draft_whose_field_was_given_back_is_not_published(session):
    league = make_league()
    run = made(league)
    for row in queries.hours_of(league.season.id):
        services.remove_hours(row, **DEED)
    with pytest.raises(Refused, match="changed since"):
        services.publish_draft(league.season, seen=run.id, **DEED)


def test_a_game_called_off_for_one_team_is_off_for_both(session):
    league = make_league()
    run = made(league)
    services.publish_draft(league.season, seen=run.id, **DEED)
    row = db.session().scalars(sa.select(Fixture).order_by(Fixture.id)).first()
    programs_services.cancel_gathering(db.session().get_one(Gathering, row.away_gathering_id), reason="Rain", **DEED)
    assert row.state is FixtureState.CANCELED
    home = db.session().get_one(Gathering, row.home_gathering_id)
    assert (home.canceled_at, home.canceled_reason) == (NOW, "Rain")
    canceled = db.session().scalar(sa.select(sa.func.count()).where(Gathering.canceled_at.isnot(None)))
    assert canceled == 2


def test_what_cannot_be_done_is_said_with_its_cause(session):
    league = make_league(6, ends=NINE + 60)
    run = made(league)
    assert run.state is RunState.IMPOSSIBLE
    assert (run.cause["kind"], run.cause["needed"], run.cause["offered"]) == ("room", 15, 12)
    assert queries.games_of(league.season.id) == []


def test_a_crash_leaves_the_draft_and_says_failed(session, monkeypatch):
    league = make_league()
    made(league)
    monkeypatch.setattr(season_work, "made_beside", BESIDE)
    before = [(game.fixture_id, game.day, game.starts) for game in queries.games_of(league.season.id)]
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert made(league).state is RunState.FAILED
    assert [(game.fixture_id, game.day, game.starts) for game in queries.games_of(league.season.id)] == before


def test_a_making_whose_worker_died_counts_as_failed(session):
    league = make_league()
    run = services.ask_schedule(league.season, **DEED)
    run.state, run.seen_at = RunState.RUNNING, NOW - season_work.SILENT - timedelta(seconds=1)
    db.session().commit()
    chores.do_chores(chores.SOON)
    db.session().refresh(run)
    assert run.state is RunState.FAILED
    services.ask_schedule(league.season, **DEED)


def test_a_stop_is_heard_and_the_best_so_far_is_kept(session, monkeypatch):
    league = make_league()
    run = services.ask_schedule(league.season, **DEED)
    db.session().commit()
    heard = []

    @contextmanager
    def slowly(spec: SeasonSpec, _seconds: float) -> Iterator[Iterator[object]]:
        def messages() -> Iterator[object]:
            answer = make(spec)
            yield answer
            for number in range(9):
                heard.append(number)
                if number == 2:
                    services.stop_schedule(run, **DEED)
                    db.session().commit()
                yield Progress(number, 9 - number, answer.plan)

        yield messages()

    monkeypatch.setattr(season_work, "made_beside", slowly)
    chores.do_chores(chores.SOON)
    db.session().refresh(run)
    assert run.state is RunState.DONE
    assert heard == [0, 1, 2]
    assert len(queries.games_of(league.season.id)) == 6
    with pytest.raises(Conflict):
        services.stop_schedule(run, **DEED)


def test_a_worker_that_ends_does_not_wait_for_the_answer(session, monkeypatch):
    run = services.ask_schedule(make_league().season, **DEED)
    db.session().commit()
    stopping, ended = threading.Event(), []

    @contextmanager
    def silent(_spec: SeasonSpec, _seconds: float) -> Iterator[Iterator[object]]:
        def messages() -> Iterator[object]:
            stopping.set()
            while True:
                yield None

        try:
            yield messages()
        finally:
            ended.append("the other process")

    monkeypatch.setattr(season_work, "made_beside", silent)
    chores.do_chores(chores.SOON, stopping)
    db.session().refresh(run)
    assert ended == ["the other process"]
    assert run.state is RunState.RUNNING


def test_only_one_making_of_a_season_is_open(session):
    league = make_league()
    services.ask_schedule(league.season, **DEED)
    with pytest.raises(Refused, match="being made"):
        services.ask_schedule(league.season, **DEED)


def test_without_hours_or_teams_nothing_is_asked_for(session):
    league = make_league(1)
    with pytest.raises(Refused, match="two teams"):
        services.ask_schedule(league.season, **DEED)
    league = make_league(2)
    for row in queries.hours_of(league.season.id):
        services.remove_hours(row, **DEED)
    with pytest.raises(Refused, match="hours"):
        services.ask_schedule(league.season, **DEED)


def test_hours_and_closed_days_reach_the_rules(session):
    league = make_league()
    services.add_hours(
        league.season, league.site, "field 1", weekdays=[], only_on=date(2026, 9, 12), starts=600, ends=720, **DEED
    )
    services.close_days(league.season, date(2026, 9, 19), date(2026, 9, 19), None, "Fair", **DEED)
    services.close_days(league.season, date(2026, 9, 26), date(2026, 9, 26), league.venue.id, "", **DEED)
    services.set_playing(league.division, Playing(45, 2, None, 2, 1), **DEED)
    spec = spec_queries.spec_of(league.season)
    (venue,) = spec.venues
    assert venue.hours_on(date(2026, 9, 5)) == (Hours(NINE, FIVE),)
    assert venue.hours_on(date(2026, 9, 12)) == (Hours(600, 720),)
    assert venue.hours_on(date(2026, 9, 26)) == ()
    assert spec.blackouts == {date(2026, 9, 19)}
    (division,) = spec.divisions
    assert (division.minutes, division.legs, division.rest_days, division.most_a_week) == (45, 2, 2, 1)
    for again in (None, league.venue.id):
        with pytest.raises(Refused, match="closed already"):
            services.close_days(league.season, date(2026, 9, 19), date(2026, 9, 19), again, "", **DEED)


def test_a_break_is_closed_and_opened_in_one_go(session):
    league = make_league()
    season = league.season
    services.close_days(season, date(2026, 9, 12), date(2026, 9, 12), None, "Fair", **DEED)
    closed = services.close_days(season, date(2026, 9, 10), date(2026, 9, 14), None, "Break", **DEED)
    assert [row.closed_on.day for row in closed] == [10, 11, 13, 14]
    breaks = queries.breaks_of(queries.closed_days_of(season.id))
    assert [[row.closed_on.day for row in days] for days in breaks] == [[10, 11], [12], [13, 14]]
    services.open_days(queries.break_from(closed[2]), **DEED)
    assert [row.closed_on.day for row in queries.closed_days_of(season.id)] == [10, 11, 12]


@pytest.mark.parametrize(
    ("last", "says"), [(date(2026, 9, 1), "before the first"), (date(2027, 9, 1), "not in the season")]
)
def test_a_break_that_means_nothing_is_refused(session, last, says):
    league = make_league()
    with pytest.raises(Refused, match=says):
        services.close_days(league.season, date(2026, 9, 10), last, None, "", **DEED)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"weekdays": []}, "weekdays"),
        ({"weekdays": [], "only_on": date(2027, 1, 1)}, "not in the season"),
        ({"ends": NINE}, "before it begins"),
    ],
)
def test_hours_that_mean_nothing_are_refused(session, changes, says):
    league = make_league()
    about = {"weekdays": [0], "only_on": None, "starts": NINE, "ends": FIVE} | changes
    with pytest.raises(Refused, match=says):
        services.add_hours(league.season, league.site, "Field 2", **about, **DEED)


def test_who_belongs_to_two_teams_ties_them_and_a_home_with_two_wishes_for_one_place(session):
    league = make_league()
    coach = make_person("Casey", "Coach")
    for team in league.teams[:2]:
        lead(coach, team.group)
    child = make_youth("Ana", "Both")
    join(child, league.teams[1].group)
    session.add(GroupMember(group_id=league.teams[2].group_id, youth_id=child.id, from_on=league.season.starts_on))
    sister = make_youth("Bea", "Both")
    join(sister, league.teams[3].group)
    home = Household(name="Both")
    session.add(home)
    session.flush()
    session.add_all(HouseholdMember(household_id=home.id, person_id=each.id) for each in (child, sister))
    session.flush()
    ties = {tie.person: set(tie.teams) for tie in spec_queries.spec_of(league.season).ties}
    keys = [str(team.id) for team in league.teams]
    assert ties == {f"staff:{coach.id}": set(keys[:2]), f"player:{child.id}": set(keys[1:3])}
    wishes = {frozenset((wish.one, wish.other)) for wish in spec_queries.spec_of(league.season).wishes}
    assert wishes == {frozenset(pair) for pair in ((keys[1], keys[2]), (keys[1], keys[3]), (keys[2], keys[3]))}
    father = make_person("Abe", "Both")
    lead(father, league.teams[0].group)
    session.add(HouseholdMember(household_id=home.id, person_id=father.id))
    session.flush()
    wishes = {frozenset((wish.one, wish.other)) for wish in spec_queries.spec_of(league.season).wishes}
    assert wishes == {frozenset(pair) for pair in combinations(keys, 2)}, (
        "the family of a coach has to be at his games too"
    )


def test_minutes_keep_their_wall_time_when_the_clocks_change(session):
    for day in (date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 2)):
        assert queries.local_of(queries.moment_of(day, NINE)) == (day, NINE)
