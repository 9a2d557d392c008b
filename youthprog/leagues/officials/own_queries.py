"""Reading one's own games, places one could take, and what Today says of a season's open places."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.leagues.officials import queries
from youthprog.leagues.officials.models import Duty, DutyNeed, DutyRole, Official
from youthprog.leagues.officials.queries import GameRow, RolePlaces
from youthprog.leagues.season.models import Fixture
from youthprog.leagues.season.types import FixtureState
from youthprog.people import queries as people
from youthprog.programs import queries as programs
from youthprog.programs.models import Enrollment, Program, Season


@dataclass(frozen=True)
class MyPlace:
    """A place of one's own, or one that is open: the game and the role. `duty_id` is None while it is open."""

    game: GameRow
    role: RolePlaces
    duty_id: int | None = None


def my_programs(person_id: int | None) -> set[int]:
    """The programs on whose lists somebody is."""
    statement = sa.select(Official.program_id).where(
        Official.person_id == (person_id or 0), Official.ended_at.is_(None)
    )
    return set(db.session().scalars(statement))


def my_places(person_id: int | None, now: datetime) -> list[MyPlace]:
    """The games somebody is on for and that are not over, soonest first. Four statements at most, one for nobody."""
    statement = (
        sa.select(Duty.fixture_id)
        .join(Fixture, Fixture.id == Duty.fixture_id)
        .where(
            Duty.person_id == (person_id or 0), Duty.ended_at.is_(None), Fixture.state == FixtureState.PUBLISHED,
            Fixture.ends_at > now,
        )
        .limit(queries.MOST_GAMES)
    )  # fmt: skip
    ids = list(db.session().scalars(statement))
    return [
        MyPlace(game, role, duty_id)
        for game in (queries.games_of(ids) if ids else ())
        for role in game.places
        for duty_id, who, _name in role.on
        if who == person_id
    ]


def is_listed(person_id: int | None) -> bool:
    """Whether somebody is on any list, and so has a page of open places. One statement."""
    return bool(my_programs(person_id))


def open_games(program_ids: Collection[int], now: datetime) -> list[GameRow]:
    """Games of some programs in the next weeks with a place open. Three statements."""
    seasons = sa.select(Season.id).where(Season.program_id.in_(program_ids))
    return [
        game
        for game in queries.games_where(Fixture.season_id.in_(seasons), *queries.between(now, now + queries.COMING))
        if game.gaps
    ]


@dataclass(frozen=True)
class Gaps:
    """A season with open places in the days ahead, for Today."""

    season_id: int
    program: str
    program_es: str
    season: str
    season_es: str
    games: int
    first_at: datetime


def open_soon(actor: Actor, now: datetime, within: timedelta = timedelta(days=7)) -> list[Gaps]:
    """Seasons the actor coordinates that have games with open places soon. One statement, none for who coordinates nothing.

    A season with a child a court keeps the actor from is left out, as its pages are.
    """
    if not actor.may(P.PROGRAM_EDIT):
        return []
    return [Gaps(*row) for row in db.session().execute(_open_soon(actor, now, now + within))]


def _open_soon(actor: Actor, now: datetime, until: datetime) -> Any:
    needed = sa.select(sa.func.coalesce(sa.func.sum(DutyNeed.needed), 0)).join(
        DutyRole, DutyRole.id == DutyNeed.role_id
    )
    needed = needed.where(DutyNeed.division_id == Fixture.division_id, DutyRole.ended_at.is_(None))
    asked = sa.select(DutyNeed.role_id).where(DutyNeed.division_id == Fixture.division_id)
    filled = sa.select(sa.func.count(Duty.id)).where(
        Duty.fixture_id == Fixture.id, Duty.ended_at.is_(None), Duty.role_id.in_(asked.correlate(Fixture))
    )
    kept = people.kept_from(actor, clock.day_of(now))
    hidden = sa.select(Enrollment.season_id).where(Enrollment.youth_id.in_(kept.correlate(None)))
    return (
        sa.select(
            Season.id, Program.name, Program.name_es, Season.name, Season.name_es, sa.func.count(Fixture.id),
            sa.func.min(Fixture.starts_at),
        )
        .join(Season, Season.id == Fixture.season_id)
        .join(Program, Program.id == Season.program_id)
        .where(
            *queries.between(now, until),
            programs.program_within(actor, P.PROGRAM_EDIT, Season.program_id),
            Season.id.not_in(hidden),
            needed.scalar_subquery() > filled.scalar_subquery(),
        )
        .group_by(Season.id, Program.name, Program.name_es, Season.name, Season.name_es)
        .order_by(sa.func.min(Fixture.starts_at))
        .limit(4)
    )  # fmt: skip
