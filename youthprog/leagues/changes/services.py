"""Verbs of a published schedule: close a field or a day, move a game, call it off, add one, undo, unpublish.

They never commit. Each reads the schedule under the season's lock and compares it with what was looked at, checks every
hard rule anew, and leaves a change from which the worker writes one letter a family.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from youthprog.audit.services import record
from youthprog.calendars import notices
from youthprog.core import db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.core.refusals import N_, Conflict, Refusal, Refused, refuse_if
from youthprog.leagues.changes import carrying, queries, rules
from youthprog.leagues.changes.models import ChangedGame, ScheduleChange
from youthprog.leagues.changes.types import MOST_DAYS, MOST_GAMES, OFF, ChangeKind
from youthprog.leagues.models import Team
from youthprog.leagues.officials import services as officials
from youthprog.leagues.season import queries as season_queries
from youthprog.leagues.season import services as season_services
from youthprog.leagues.season.models import ClosedDay, Fixture, Venue
from youthprog.leagues.season.rain_out import Closing as Day
from youthprog.leagues.season.spec_queries import division_key
from youthprog.leagues.season.types import FixtureState, Game, GameKind, Pairing, Plan, SeasonSpec, Slot
from youthprog.outreach import services as outreach
from youthprog.programs import services as programs
from youthprog.programs.models import Gathering, Season
from youthprog.programs.types import GatheringCanceled, GatheringKind

CHANGED, UNDONE = "games_changed", "games_change_undone"  # kinds of the letters that tell of a change
STALE = N_("The schedule changed meanwhile. Look at the plan again.")


@dataclass(frozen=True)
class Closing:
    """What a coordinator closes: days, both included, at one field or (None) at all, and why, as families read it."""

    first: date
    last: date
    venue_id: int | None
    reason: str

    @property
    def days(self) -> list[Day]:
        """The closing as the rules know it, day by day."""
        return rules.closings_of(self.first, self.last, None if self.venue_id is None else str(self.venue_id))


# ---- rain-out ----


def rain_out(
    season: Season, closing: Closing, words: Mapping[int, str], *, seen: str, by: Actor, now: datetime
) -> ScheduleChange:
    """Close a field or a day: each game that falls out goes to its chosen place, or is called off.

    `words` has for each game what was chosen, as `rules.slot_word` writes it. Raises `Conflict` when the schedule, the
    fields or the teams are not what the plan was made from, and `Refused` when two choices stand against each other.
    """
    carrying.lock(season)
    refuse_if(refusals_to_close(closing))
    state = queries.state_of(season)
    hit = {state.line_of[game].fixture_id: game for game in queries.games_hit(state, closing.days, now)}
    if state.seen != seen or hit.keys() != words.keys():
        raise Conflict([Refusal("changed_meanwhile", STALE)])
    refuse_if(refusals_of_number(len(hit)))
    choices = _choices(state, hit, words)
    spec = rules.with_closed(state.spec, closing.days)
    _check(state, {hit[key]: slot for key, slot in choices.items()}, spec, now, offered=True)
    change = carrying.new_change(season.id, ChangeKind.RAIN_OUT, closing.reason, by=by, now=now)
    known = {(row.closed_on, row.venue_id) for row in season_queries.closed_days_of(season.id)}
    for each in closing.days:
        if (each.day, None) not in known and (each.day, closing.venue_id) not in known:
            (row,) = season_services.close_days(
                season, each.day, each.day, closing.venue_id, closing.reason[:120], by=by, now=now
            )
            change.closed_ids = [*change.closed_ids, row.id]
    carrying.carry_out(change, choices, by=by, now=now)
    record("schedule.rained_out", "season", season.id, by=by, now=now, change_id=change.id, games=len(choices))
    return change


def _choices(state: queries.State, hit: Mapping[int, Game], words: Mapping[int, str]) -> dict[int, Slot | None]:
    venues = {venue.key for venue in state.spec.venues}
    choices: dict[int, Slot | None] = {}
    for key, game in hit.items():
        slot = rules.slot_in(words[key], game.slot.ends - game.slot.starts, venues)
        if slot is None and words[key] != OFF:
            raise Refused([Refusal("no_choice", N_("Choose a place for each game, or call it off."))])
        choices[key] = slot
    return choices


def refusals_to_close(closing: Closing) -> list[Refusal]:
    """Why a closing is none."""
    found = []
    if closing.last < closing.first:
        found.append(Refusal("ends_first", N_("This ends before it begins."), "until"))
    elif (closing.last - closing.first).days >= MOST_DAYS:
        sentence = N_("At most %(days)s days can be closed at once.")
        found.append(Refusal("too_long", sentence, "until", {"days": MOST_DAYS}))
    if not closing.reason.strip():
        found.append(Refusal("no_reason", N_("Say why. Families read this sentence."), "reason"))
    return found


def refusals_of_number(games: int) -> list[Refusal]:
    """Why so many games do not fall out at once."""
    found = []
    if not games:
        found.append(Refusal("no_games", N_("No game that is still to come is played there then.")))
    if games > MOST_GAMES:
        sentence = N_("These are %(games)s games. At most %(most)s can move at once: close fewer days.")
        found.append(Refusal("too_many", sentence, None, {"games": games, "most": MOST_GAMES}))
    return found


# ---- one game ----


def move_game(fixture: Fixture, slot: Slot, reason: str, *, seen: str, by: Actor, now: datetime) -> ScheduleChange:
    """Give one game another day, time or field. Raises `Refused` with every clash, `Conflict` when the page was old."""
    season = carrying.season_of(fixture)
    carrying.lock(season)
    state = queries.state_of(season)
    game = state.game_of.get(fixture.id)
    if game is None or state.seen != seen:
        raise Conflict([Refusal("changed_meanwhile", STALE)])
    refuse_if(_refusals_of_time(fixture, reason, now))
    if slot == game.slot:
        raise Refused([Refusal("unmoved", N_("The game is there already."))])
    _check(state, {game: slot}, state.spec, now)
    change = carrying.new_change(season.id, ChangeKind.MOVE, reason, by=by, now=now)
    carrying.carry_out(change, {fixture.id: slot}, by=by, now=now)
    record("game.moved", "season", season.id, by=by, now=now, change_id=change.id, fixture_id=fixture.id)
    return change


def call_off_game(fixture: Fixture, reason: str, *, by: Actor, now: datetime) -> ScheduleChange:
    """Call one game off for both teams. It stays in the schedule, struck through."""
    carrying.lock(carrying.season_of(fixture))
    db.session().refresh(fixture)
    if fixture.state is not FixtureState.PUBLISHED:
        raise Conflict([Refusal("off", N_("This game is called off already."))])
    refuse_if(_refusals_of_time(fixture, reason, now))
    change = carrying.new_change(fixture.season_id, ChangeKind.CALL_OFF, reason, by=by, now=now)
    carrying.carry_out(change, {fixture.id: None}, by=by, now=now)
    record("game.called_off", "season", fixture.season_id, by=by, now=now, change_id=change.id, fixture_id=fixture.id)
    return change


def withdraw_team(team: Team, reason: str, *, by: Actor, now: datetime) -> ScheduleChange:
    """Call off, in one change, every game that a team still has to play. What it has played stays as it is."""
    season = db.session().get_one(Season, team.group.season_id)
    carrying.lock(season)
    coming = season_queries.games_ahead(team.id, now)
    reasons = (
        [] if reason.strip() else [Refusal("no_reason", N_("Say why. Families read this sentence."), "off_reason")]
    )
    if not coming:
        reasons.append(Refusal("no_games", N_("This team has no game to come.")))
    refuse_if(reasons)
    change = carrying.new_change(season.id, ChangeKind.CALL_OFF, reason, by=by, now=now)
    carrying.carry_out(change, dict.fromkeys(coming), by=by, now=now)
    record("team.withdrew", "team", team.id, by=by, now=now, change_id=change.id, games=len(coming))
    return change


def follow_cancel(event: GatheringCanceled) -> None:
    """A game that one team's meeting of it was called off for is off for both, and both teams are told."""
    fixture = queries.find_fixture_of(event.gathering_id)
    if fixture is None or fixture.state is FixtureState.CANCELED:
        return
    now = db.session().get_one(Gathering, event.gathering_id).canceled_at
    assert now is not None
    change = carrying.new_change(fixture.season_id, ChangeKind.CALL_OFF, event.reason, by=SYSTEM, now=now)
    carrying.carry_out(change, {fixture.id: None}, by=SYSTEM, now=now)


def _refusals_of_time(fixture: Fixture, reason: str, now: datetime) -> list[Refusal]:
    found = []
    if fixture.starts_at <= now:
        found.append(Refusal("begun", N_("This game has begun already.")))
    if not reason.strip():
        found.append(Refusal("no_reason", N_("Say why. Families read this sentence."), "reason"))
    return found


def add_game(
    season: Season, home: Team, away: Team, kind: GameKind, slot: Slot, reason: str, *, by: Actor, now: datetime
) -> ScheduleChange:
    """Add a game by hand: a friendly that counts nowhere, or a game of the season, a make-up. Both teams are told."""
    carrying.lock(season)
    state = queries.state_of(season)
    refuse_if(_refusals_to_add(state, home, away, kind))
    pairing = Pairing(division_key(home.division_id), str(home.id), str(away.id), counts=kind is GameKind.LEAGUE)
    after = Plan((*state.plan.games, Game(pairing, slot)), state.plan.unplaced)
    carrying.refuse_over(state, [Game(pairing, slot)], now)
    faults = rules.fresh_faults(state.plan, after, state.spec)
    refuse_if(rules.reasons_of(faults, state.plan, state.names))
    venue = db.session().get_one(Venue, int(slot.venue))
    change = carrying.new_change(season.id, ChangeKind.ADD, reason, by=by, now=now)
    fixture = Fixture(
        season_id=season.id,
        division_id=home.division_id,
        home_team_id=home.id,
        away_team_id=away.id,
        venue_id=venue.id,
        starts_at=season_queries.moment_of(slot.day, slot.starts),
        ends_at=season_queries.moment_of(slot.day, slot.ends),
        state=FixtureState.PUBLISHED,
        kind=kind,
    )
    fixture.home_gathering_id, fixture.away_gathering_id = (
        programs.schedule_gathering(
            team.group,
            kind=GatheringKind.GAME,
            title=season_services.GAME,
            starts_at=fixture.starts_at,
            ends_at=fixture.ends_at,
            place=venue.name,
            site_id=venue.site_id,
            by=by,
            now=now,
        ).id
        for team in (home, away)
    )
    db.session().add(fixture)
    db.flush()
    carrying.note(change, fixture, None, [])
    record("game.added", "season", season.id, by=by, now=now, change_id=change.id, fixture_id=fixture.id)
    return change


def _refusals_to_add(state: queries.State, home: Team, away: Team, kind: GameKind) -> list[Refusal]:
    found = []
    if not state.plan.games:
        found.append(Refusal("unpublished", N_("Publish the schedule first.")))
    if home.id == away.id:
        found.append(Refusal("same_team", N_("Choose two teams."), "away"))
    elif kind is GameKind.LEAGUE and home.division_id != away.division_id:
        sentence = N_("Teams of two divisions can only play a friendly.")
        found.append(Refusal("two_divisions", sentence, "kind"))
    return found


# ---- undo ----


def undo(change: ScheduleChange, *, by: Actor, now: datetime) -> None:
    """Put every game of a change back exactly where it was, and the days that it closed open again.

    Raises `Conflict` when one of the games changed since, and `Refused` when an old place is over or taken. Letters that
    have not left are given up; whoever got one is told once more.
    """
    season = db.session().get_one(Season, change.season_id)
    carrying.lock(season)
    db.session().refresh(change)
    rows = queries.games_of_change(change.id)
    if change.undone_at is not None or any(row.fixture.sequence != row.sequence for row in rows):
        sentence = N_("This was undone already, or a game of it changed since.")
        raise Conflict([Refusal("changed_meanwhile", sentence)])
    if change.kind is ChangeKind.ADD:
        raise Refused([Refusal("added", N_("A game that was added is called off, not undone."))])
    _take_back_closings(change, by=by, now=now)
    _refuse_undo(season, rows, now)
    outreach.cancel_waiting([CHANGED], [change.id], now=now)
    notices.left_unsent(queries.letters_given_up(CHANGED, change.id))
    gatherings = queries.gatherings_of(row.fixture for row in rows)
    for row in rows:
        fixture = row.fixture
        assert row.was_venue_id is not None
        assert row.was_starts_at is not None
        assert row.was_ends_at is not None
        assert row.was_state is not None
        fixture.venue_id, fixture.state = row.was_venue_id, row.was_state
        fixture.starts_at, fixture.ends_at = row.was_starts_at, row.was_ends_at
        fixture.sequence += 1
        for gathering, kept in zip(gatherings[fixture.id], row.gatherings, strict=True):
            programs.restore_gathering(gathering, kept, by=by, now=now)
    change.undone_at, change.undone_by_id = now, by.person_id
    db.flush()
    officials.check_again([row.fixture_id for row in rows], by=by, now=now)
    record("schedule.change_undone", "season", season.id, by=by, now=now, change_id=change.id, games=len(rows))


def _take_back_closings(change: ScheduleChange, *, by: Actor, now: datetime) -> None:
    for key in change.closed_ids:
        row = db.session().get(ClosedDay, key)
        if row is not None:
            season_services.open_days([row], by=by, now=now)


def _refuse_undo(season: Season, rows: Sequence[ChangedGame], now: datetime) -> None:
    state = queries.state_of(season)
    before, after, back = list(state.plan.games), list(state.plan.games), []
    for row in rows:
        fixture = row.fixture
        assert row.was_starts_at is not None
        assert row.was_ends_at is not None
        day, starts = queries.day_and_minute(row.was_starts_at)
        length = int((row.was_ends_at - row.was_starts_at).total_seconds()) // 60
        slot = Slot(day, starts, starts + length, str(row.was_venue_id))
        pairing = Pairing(
            division_key(fixture.division_id),
            str(fixture.home_team_id),
            str(fixture.away_team_id),
            counts=fixture.kind is GameKind.LEAGUE,
            as_imported=fixture.imported,
        )
        game = state.game_of.get(fixture.id)
        if game is not None:
            after.remove(game)
        after.append(Game(pairing, slot))
        back.append(Game(pairing, slot))
    kept = Plan(tuple(each for each in before if each in after))
    carrying.refuse_over(state, back, now)
    faults = rules.fresh_faults(kept, Plan(tuple(after)), state.spec)
    if faults:
        raise Refused(rules.reasons_of(faults, kept, state.names))


# ---- unpublish ----


def unpublish(season: Season, *, by: Actor, now: datetime) -> int:
    """Take a published schedule back into a draft, while no game has begun and nothing of one is recorded."""
    carrying.lock(season)
    as_imported = season_queries.imported_divisions(season.id)
    games = [
        game
        for game in season_queries.games_of(season.id)
        if game.state is not FixtureState.DRAFT and game.division_id not in as_imported
    ]
    fixtures = queries.find_fixtures([game.fixture_id for game in games])
    gatherings = queries.gatherings_of(fixtures.values())
    keys = [each.id for found in gatherings.values() for each in found]
    reasons = []
    if not fixtures or season_queries.last_run(season.id) is None:
        reasons.append(Refusal("unpublished", N_("There is no published schedule to take back.")))
    if any(row.starts_at <= now for row in fixtures.values()):
        reasons.append(Refusal("begun", N_("Games were played already.")))
    if any(row.state is FixtureState.CANCELED for row in fixtures.values()):
        reasons.append(Refusal("off", N_("Games were called off, and families know. Change single games instead.")))
    if not reasons and queries.is_recorded(list(fixtures), keys):
        reasons.append(Refusal("recorded", N_("Games were changed or recorded already. Change single games instead.")))
    refuse_if(reasons)
    for row in fixtures.values():
        row.state, row.sequence = FixtureState.DRAFT, row.sequence + 1
        row.home_gathering_id = row.away_gathering_id = None
    db.flush()
    for found in gatherings.values():
        for each in found:
            programs.take_back_gathering(each, by=by, now=now)
    record("schedule.unpublished", "season", season.id, by=by, now=now, games=len(fixtures))
    return len(fixtures)


def _check(
    state: queries.State, places: Mapping[Game, Slot | None], spec: SeasonSpec, now: datetime, *, offered: bool = False
) -> None:
    """Refuse places that break a rule. Of places that were offered only the choice among them can be at fault."""
    after = rules.changed_plan(state.plan, places)
    carrying.refuse_over(state, [Game(game.pairing, slot) for game, slot in places.items() if slot is not None], now)
    faults = rules.fresh_faults(state.plan, after, spec)
    if faults:
        reasons = rules.reasons_of(faults, state.plan, state.names)
        if offered and not rules.among_themselves(faults, state.plan):
            raise Conflict([Refusal("changed_meanwhile", STALE), *reasons])
        raise Refused(reasons)
