"""Invented seasons with a published schedule, made without the worker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from tests.makers.programs import make_group, make_season, make_site
from youthprog.core import db
from youthprog.core.actor import SYSTEM
from youthprog.leagues.models import Division, Team
from youthprog.leagues.season import queries, services, spec_queries
from youthprog.leagues.season.constructing import construct
from youthprog.leagues.season.models import Fixture, ScheduleRun, Venue
from youthprog.leagues.season.services import Playing
from youthprog.leagues.season.types import FixtureState, Plan, RunState
from youthprog.programs.models import Season, Site

EARLY = datetime(2026, 8, 20, 15, tzinfo=UTC)
NINE, FIVE = 540, 1020


@dataclass
class League:
    """A season with divisions of some teams, on a few fields of one site."""

    season: Season
    divisions: list[Division]
    teams: list[Team]
    site: Site
    venues: list[Venue]
    run: ScheduleRun | None = None

    @property
    def fixtures(self) -> list[Fixture]:
        """The games in order of time."""
        rows = db.session().query(Fixture).filter(Fixture.season_id == self.season.id)
        return rows.order_by(Fixture.starts_at, Fixture.id).all()


def make_league(
    *sizes: int,
    fields: int = 2,
    weekdays: tuple[int, ...] = (5,),
    ends: int = FIVE,
    rest_days: int = 1,
    now: datetime = EARLY,
    **season: date,
) -> League:
    """A season of divisions with so many teams each (one of four without any), not scheduled yet."""
    row = make_season(**{"starts_on": date(2026, 9, 1), "ends_on": date(2026, 11, 21)} | season)
    site = make_site(f"Park {row.id}")
    league = League(row, [], [], site, [])
    for number, size in enumerate(sizes or (4,), 1):
        division = Division(season=row, name=f"Under {6 + 2 * number}", folded_name=f"under {6 + 2 * number}")
        league.divisions.append(division)
        league.teams += [
            Team(division=division, group=make_group(row, f"Team {number}.{place}")) for place in range(1, size + 1)
        ]
    db.session().add_all(league.teams)
    db.flush()
    deed = {"by": SYSTEM, "now": now}
    for number in range(1, fields + 1):
        about = {"weekdays": weekdays, "only_on": None, "starts": NINE, "ends": ends}
        league.venues.append(services.add_hours(row, site, f"Field {number}", **about, **deed))
    for division in league.divisions:
        services.set_playing(division, Playing(60, 1, None, rest_days, None), **deed)
    return league


def draft(league: League, *, now: datetime = EARLY) -> Plan:
    """Give a league a draft, as the worker would."""
    plan = construct(spec_queries.spec_of(league.season))
    numbers = {spec_queries.division_key(each.id): each.id for each in league.divisions}
    for game in plan.games:
        row = Fixture(
            season_id=league.season.id,
            division_id=numbers[game.pairing.division],
            home_team_id=int(game.pairing.home),
            away_team_id=int(game.pairing.away),
            venue_id=int(game.slot.venue),
            starts_at=queries.moment_of(game.slot.day, game.slot.starts),
            ends_at=queries.moment_of(game.slot.day, game.slot.ends),
            state=FixtureState.DRAFT,
        )
        db.session().add(row)
    league.run = ScheduleRun(season_id=league.season.id, state=RunState.DONE, asked_at=now, seen_at=now)
    db.session().add(league.run)
    db.flush()
    return plan


def publish(league: League, *, now: datetime = EARLY) -> Plan:
    """Draft and publish a league's schedule."""
    plan = draft(league, now=now)
    assert league.run is not None
    services.publish_draft(league.season, seen=league.run.id, by=SYSTEM, now=now)
    db.session().commit()
    return plan
