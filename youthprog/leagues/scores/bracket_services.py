"""Verbs of a bracket: make it out of the standings, set a game's time and place, throw it away. They never commit."""

from datetime import datetime

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Conflict, Refusal, refuse_if
from youthprog.leagues.models import Division, Team
from youthprog.leagues.scores import bracket_queries as queries
from youthprog.leagues.scores.bracket import FEWEST
from youthprog.leagues.scores.bracket_queries import Drawn, Slot
from youthprog.leagues.scores.models import Bracket, BracketGame, BracketSeed
from youthprog.leagues.scores.table_queries import Standings
from youthprog.leagues.season.models import Fixture, Venue
from youthprog.leagues.season.services import GAME
from youthprog.leagues.season.types import FixtureState
from youthprog.programs import services as programs
from youthprog.programs.models import Gathering, Group
from youthprog.programs.types import GatheringKind

REPLACED = N_("Other teams play this game.")


def make_bracket(
    division: Division, table: Standings, teams: int, *, third: bool, consolation: bool, by: Actor, now: datetime
) -> Bracket:
    """Seed the best teams of a table. Later results of the season change no seed: whoever looks can see both.

    Raises `Refused` while only undrawn lots could say who is above whom.
    """
    db.session().execute(sa.select(Division.id).where(Division.id == division.id).with_for_update())
    if queries.find_bracket(division.id) is not None:
        raise Conflict([Refusal("made", N_("This division has its playoffs already."))])
    refuse_if(_refusals_to_make(table, teams))
    row = Bracket(division_id=division.id, third=third, consolation=consolation, made_at=now, made_by_id=by.person_id)
    db.session().add(row)
    db.flush()
    for seed, place in enumerate(table.rows[:teams], 1):
        db.session().add(BracketSeed(bracket_id=row.id, seed=seed, team_id=place.team_id))
    db.flush()
    record("bracket.made", "division", division.id, by=by, now=now, bracket_id=row.id, teams=teams)
    return row


def _refusals_to_make(table: Standings, teams: int) -> list[Refusal]:
    found = []
    if not table.is_begun:
        found.append(Refusal("no_results", N_("No result of this division counts yet.")))
    if teams > len(table.rows) or teams < FEWEST:
        sentence = N_("This division has %(count)s teams.")
        found.append(Refusal("too_many", sentence, "teams", {"count": len(table.rows)}))
    seeded = [row.team for row in table.rows[: teams + 1]]
    if set(seeded) & set(table.needs_lots):
        found.append(Refusal("lots", N_("Draw the lots first: only they can say who is seeded above whom.")))
    return found


def discard_bracket(drawn: Drawn, *, by: Actor, now: datetime) -> None:
    """Throw a bracket away, as long as none of its games is set."""
    if drawn.has_games:
        raise Conflict([Refusal("has_games", N_("Games of these playoffs are set already."))])
    for row in db.session().scalars(sa.select(BracketSeed).where(BracketSeed.bracket_id == drawn.bracket_id)):
        db.session().delete(row)
    db.flush()
    db.session().delete(db.session().get_one(Bracket, drawn.bracket_id))
    db.flush()
    record("bracket.discarded", "division", drawn.division_id, by=by, now=now, bracket_id=drawn.bracket_id)


def set_game(
    division: Division,
    drawn: Drawn,
    slot: Slot,
    venue: Venue,
    *,
    starts_at: datetime,
    ends_at: datetime,
    by: Actor,
    now: datetime,
) -> Fixture:
    """Give a game of a bracket its time and place: each team has a meeting of it, like any game of the season.

    Where it was set for teams that did not get there after all, that game is canceled and a new one takes its place.
    """
    home, away = (_team(key) for key in (slot.meeting.home, slot.meeting.away))
    if home is None or away is None:
        raise Conflict([Refusal("not_ready", N_("Both teams are not known yet."))])
    if not slot.is_open:
        raise Conflict([Refusal("set", N_("This game is set already."))])
    refuse_if(_refusals_to_set(venue, home, away, starts_at, ends_at, slot, now))
    if slot.game is not None:
        _take_out(drawn, slot, by=by, now=now)
    fixture = Fixture(
        season_id=division.season_id, division_id=division.id, home_team_id=home.id, away_team_id=away.id,
        venue_id=venue.id, starts_at=starts_at, ends_at=ends_at, state=FixtureState.PUBLISHED,
    )  # fmt: skip
    fixture.home_gathering_id, fixture.away_gathering_id = (
        programs.schedule_gathering(
            db.session().get_one(Group, team.group_id), kind=GatheringKind.GAME, title=GAME, starts_at=starts_at,
            ends_at=ends_at, place=venue.name, site_id=venue.site_id, by=by, now=now,
        ).id
        for team in (home, away)
    )  # fmt: skip
    db.session().add(fixture)
    db.flush()
    db.session().add(BracketGame(bracket_id=drawn.bracket_id, key=slot.tie.key, fixture_id=fixture.id))
    db.flush()
    record("bracket.game_set", "division", division.id, by=by, now=now, fixture_id=fixture.id, key=slot.tie.key)
    return fixture


def _team(key: str | None) -> Team | None:
    return db.session().get(Team, int(key)) if key is not None else None


def _refusals_to_set(
    venue: Venue, home: Team, away: Team, starts_at: datetime, ends_at: datetime, slot: Slot, now: datetime
) -> list[Refusal]:
    found = []
    if starts_at <= now:
        found.append(Refusal("in_the_past", N_("This lies in the past."), "on"))
    but = slot.game.fixture_id if slot.game is not None else None
    others = queries.games_at(venue.id, (home.id, away.id), starts_at, ends_at, but=but)
    if any(other.venue_id == venue.id for other in others):
        found.append(Refusal("field_taken", N_("Another game is on this field then."), "venue_id"))
    teams = {home.id, away.id}
    if any(teams & {other.home_team_id, other.away_team_id} for other in others):
        found.append(Refusal("team_plays", N_("One of the teams has another game then."), "starts"))
    return found


def _take_out(drawn: Drawn, slot: Slot, *, by: Actor, now: datetime) -> None:
    """Cancel the game that was set for other teams, and free its place in the bracket."""
    assert slot.game is not None
    row = db.session().get_one(BracketGame, (drawn.bracket_id, slot.tie.key))
    fixture = db.session().get_one(Fixture, slot.game.fixture_id)
    db.session().delete(row)
    db.flush()
    if fixture.state is FixtureState.PUBLISHED and fixture.ends_at > now:
        gathering = db.session().get_one(Gathering, fixture.home_gathering_id)
        programs.cancel_gathering(gathering, reason=REPLACED, by=by, now=now)  # the season calls off the other half
    fixture.state = FixtureState.CANCELED
    db.flush()
