"""Carrying a change out: both gatherings move with their game, and what everything was before is kept for undo."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa

from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Refusal, Refused
from youthprog.leagues.changes import queries
from youthprog.leagues.changes.models import ChangedGame, ScheduleChange
from youthprog.leagues.changes.types import ChangeKind
from youthprog.leagues.officials import services as officials
from youthprog.leagues.season import queries as season_queries
from youthprog.leagues.season.models import Fixture, Venue
from youthprog.leagues.season.types import FixtureState, Game, Slot
from youthprog.programs import services as programs
from youthprog.programs.models import Season

NOT_OFF = {"canceled_at": None, "canceled_reason": None}  # as each gathering of a published game was


def lock(season: Season) -> None:
    """One change of a season at a time."""
    db.session().execute(sa.select(Season.id).where(Season.id == season.id).with_for_update())


def season_of(fixture: Fixture) -> Season:
    """The season of a game."""
    return db.session().get_one(Season, fixture.season_id)


def refuse_over(state: queries.State, games: Iterable[Game], now: datetime) -> None:
    """Refuse a place whose time is over."""
    late = next((game for game in games if state.names.at(game.slot) <= now), None)
    if late is not None:
        raise Refused([Refusal("over", N_("This time is over: %(at)s."), None, {"at": state.names.at(late.slot)})])


def new_change(season_id: int, kind: ChangeKind, reason: str, *, by: Actor, now: datetime) -> ScheduleChange:
    """Begin a change; its games follow."""
    change = ScheduleChange(
        season_id=season_id, kind=kind, reason=reason.strip()[:200], closed_ids=[], made_at=now, made_by_id=by.person_id
    )
    db.session().add(change)
    db.flush()
    return change


def carry_out(change: ScheduleChange, choices: Mapping[int, Slot | None], *, by: Actor, now: datetime) -> None:
    """Move or call off games with both their gatherings, and note what they were."""
    fixtures = queries.find_fixtures(choices)
    gatherings = queries.gatherings_of(fixtures.values())
    venues = _venues(choices.values())
    for key, slot in choices.items():
        fixture = fixtures[key]
        before = (fixture.venue_id, fixture.starts_at, fixture.ends_at, fixture.state)
        kept = [{**programs.kept_of(each), **NOT_OFF} for each in gatherings[key]]
        if slot is None:
            fixture.state = FixtureState.CANCELED
            db.flush()
            for each in gatherings[key]:
                if each.canceled_at is None:
                    programs.cancel_gathering(each, reason=change.reason, by=by, now=now)
        else:
            venue = venues[slot.venue]
            fixture.venue_id = venue.id
            fixture.starts_at = season_queries.moment_of(slot.day, slot.starts)
            fixture.ends_at = season_queries.moment_of(slot.day, slot.ends)
            for each in gatherings[key]:
                programs.move_gathering(
                    each,
                    starts_at=fixture.starts_at,
                    ends_at=fixture.ends_at,
                    place=venue.name,
                    title=each.title,
                    site_id=venue.site_id,
                    by=by,
                    now=now,
                )
        fixture.sequence += 1
        note(change, fixture, before, kept)
    db.flush()
    officials.check_again(list(choices), by=by, now=now)


def _venues(slots: Iterable[Slot | None]) -> dict[str, Venue]:
    keys = {int(slot.venue) for slot in slots if slot is not None}
    rows = db.session().scalars(sa.select(Venue).where(Venue.id.in_(keys))) if keys else ()
    return {str(row.id): row for row in rows}


def note(
    change: ScheduleChange,
    fixture: Fixture,
    before: tuple[int, datetime, datetime, FixtureState] | None,
    kept: list[dict[str, object]],
) -> None:
    """Write down what a change did to a game: `before` is its field, times and state, `kept` its gatherings."""
    was = before or (None, None, None, None)
    db.session().add(
        ChangedGame(
            change_id=change.id,
            fixture_id=fixture.id,
            was_venue_id=was[0],
            was_starts_at=was[1],
            was_ends_at=was[2],
            was_state=was[3],
            now_venue_id=fixture.venue_id,
            now_starts_at=fixture.starts_at,
            now_ends_at=fixture.ends_at,
            now_state=fixture.state,
            sequence=fixture.sequence,
            gatherings=kept,
        )
    )
