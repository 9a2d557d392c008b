"""Reading a published schedule, what became of it, and what a change of it would mean."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import orm as so

from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound
from youthprog.leagues.changes import rules
from youthprog.leagues.changes.models import ChangedGame, ScheduleChange
from youthprog.leagues.changes.types import ChangedLine, ChangeKind, ChangeLine, Spot
from youthprog.leagues.models import Division, Team
from youthprog.leagues.season import queries as season_queries
from youthprog.leagues.season import spec_queries
from youthprog.leagues.season.models import Fixture, Venue
from youthprog.leagues.season.queries import GameLine
from youthprog.leagues.season.rain_out import Closing, GoesOn, Lack, replaced
from youthprog.leagues.season.types import FixtureState, Game, Plan, SeasonSpec, Slot
from youthprog.outreach.models import Message
from youthprog.outreach.types import Delivery
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering, Group, Season

MOST_CHANGES = 20  # that the page of a season shows


@dataclass(frozen=True)
class State:
    """A season's published schedule as the rules know it, with the line of each game that is on."""

    games: tuple[GameLine, ...]
    spec: SeasonSpec
    plan: Plan
    line_of: dict[Game, GameLine]
    game_of: dict[int, Game]
    names: rules.Names

    @property
    def seen(self) -> str:
        """What a page has shown of it; another word when a game changed since."""
        return rules.fingerprint(
            (each.fixture_id, each.day, each.starts, each.ends, each.venue_id, each.state.value, each.sequence)
            for each in self.games
        )


def state_of(season: Season) -> State:
    """The schedule that families rely on, and what it has to keep to. Games of days gone by are part of it."""
    games = tuple(game for game in season_queries.games_of(season.id) if game.state is not FixtureState.DRAFT)
    on = [game for game in games if game.state is FixtureState.PUBLISHED]
    plan = spec_queries.plan_of(on)
    spec = replace(spec_queries.spec_of(season), first=season.starts_on)
    teams = {str(key): name for game in games for key, name in ((game.home_id, game.home), (game.away_id, game.away))}
    teams |= {team.key: team.name for division in spec.divisions for team in division.teams}
    venues = {str(game.venue_id): game.venue for game in games} | {venue.key: venue.name for venue in spec.venues}
    names = rules.Names(teams, venues, lambda slot: season_queries.moment_of(slot.day, slot.starts))
    pairs = list(zip(plan.games, on, strict=True))
    return State(games, spec, plan, dict(pairs), {line.fixture_id: game for game, line in pairs}, names)


@dataclass(frozen=True)
class Offer:
    """A game that cannot be played, and up to three places for it, the best first; or why there is none."""

    line: GameLine
    slots: tuple[Slot, ...]
    lack: Lack | None
    days: int


@dataclass(frozen=True)
class Proposal:
    """A plan for the games of a closing. `seen` is what it was made from."""

    offers: tuple[Offer, ...]
    seen: str

    @property
    def teams(self) -> int:
        """How many teams have a game that moves or is off."""
        return len({key for offer in self.offers for key in (offer.line.home_id, offer.line.away_id)})


def games_hit(state: State, closings: Iterable[Closing], now: datetime) -> list[Game]:
    """The games of a closing that have not begun, in order."""
    found = list(closings)
    return [
        game
        for game in state.plan.games
        if any(closing.hits(game.slot) for closing in found) and state.names.at(game.slot) > now
    ]


def propose(
    state: State, games: Sequence[Game], closings: Sequence[Closing], now: datetime, goes_on: GoesOn
) -> Proposal:
    """Places for games that fall out, tomorrow at the earliest. Nothing is kept."""
    spec = rules.with_closed(state.spec, closings)
    tomorrow = clock.day_of(now) + timedelta(days=1)
    done = replaced(spec, state.plan, games, closings, not_before=tomorrow, goes_on=goes_on)
    offers = [
        Offer(state.line_of[each.game], each.choices, each.lack, each.days)
        for each in sorted(done.replacements, key=lambda each: each.game.slot)
    ]
    return Proposal(tuple(offers), state.seen)


# ---- one thing within reach ----


def get_fixture_for(actor: Actor, permission: P, fixture_id: int) -> Fixture:
    """A published or canceled game within reach, with its teams, division and field. Raises `NotFound`."""
    row = find_fixtures([fixture_id]).get(fixture_id)
    if row is None or row.state is FixtureState.DRAFT:
        raise NotFound
    programs.get_season_for(actor, permission, row.season_id)
    return row


def get_change_for(actor: Actor, permission: P, change_id: int) -> ScheduleChange:
    """A change within reach. Raises `NotFound`."""
    row = db.session().get(ScheduleChange, change_id)
    if row is None:
        raise NotFound
    programs.get_season_for(actor, permission, row.season_id)
    return row


def find_fixtures(fixture_ids: Collection[int]) -> dict[int, Fixture]:
    """Games by key, with their teams, division and field."""
    statement = (
        sa.select(Fixture)
        .where(Fixture.id.in_(fixture_ids))
        .options(
            so.joinedload(Fixture.home).joinedload(Team.group),
            so.joinedload(Fixture.away).joinedload(Team.group),
            so.joinedload(Fixture.division),
            so.joinedload(Fixture.venue).joinedload(Venue.site),
        )
    )
    return {row.id: row for row in db.session().scalars(statement)} if fixture_ids else {}


def gatherings_of(fixtures: Iterable[Fixture]) -> dict[int, tuple[Gathering, ...]]:
    """The two gatherings of each game, the home team's first, by the game's key."""
    rows = list(fixtures)
    keys = {key for row in rows for key in (row.home_gathering_id, row.away_gathering_id) if key is not None}
    found = (
        {each.id: each for each in db.session().scalars(sa.select(Gathering).where(Gathering.id.in_(keys)))}
        if keys
        else {}
    )
    return {
        row.id: tuple(found[key] for key in (row.home_gathering_id, row.away_gathering_id) if key in found)
        for row in rows
    }


def find_fixture_of(gathering_id: int) -> Fixture | None:
    """The game that a gathering is one team's part of."""
    return season_queries.find_fixture_of(gathering_id)


def teams_in(season_id: int) -> list[Team]:
    """The teams of a season with group and division, by division and name."""
    statement = (
        sa.select(Team)
        .join(Team.group)
        .join(Team.division)
        .where(Group.season_id == season_id)
        .options(so.contains_eager(Team.group), so.contains_eager(Team.division))
        .order_by(Division.folded_name, Group.folded_name, Team.id)
    )
    return list(db.session().scalars(statement))


# ---- what happened ----


def games_of_change(change_id: int) -> list[ChangedGame]:
    """What a change did, game by game, with the games and their teams."""
    statement = (
        sa.select(ChangedGame)
        .where(ChangedGame.change_id == change_id)
        .options(
            so.joinedload(ChangedGame.fixture).joinedload(Fixture.home).joinedload(Team.group),
            so.joinedload(ChangedGame.fixture).joinedload(Fixture.away).joinedload(Team.group),
            so.joinedload(ChangedGame.fixture).joinedload(Fixture.division),
        )
        .order_by(ChangedGame.now_starts_at, ChangedGame.fixture_id)
    )
    return list(db.session().scalars(statement))


def venue_names(rows: Iterable[ChangedGame]) -> dict[int, str]:
    """What the fields are called that games of a change were on or are on: field and site."""
    keys = {key for row in rows for key in (row.was_venue_id, row.now_venue_id) if key is not None}
    statement = sa.select(Venue).where(Venue.id.in_(keys)).options(so.joinedload(Venue.site))
    return {row.id: f"{row.name}, {row.site.name}" for row in db.session().scalars(statement)} if keys else {}


def changes_of(season_id: int, limit: int = MOST_CHANGES) -> list[ChangeLine]:
    """The newest changes of a season's schedule with their games. Two statements."""
    rows = list(
        db.session().scalars(
            sa.select(ScheduleChange)
            .where(ScheduleChange.season_id == season_id)
            .options(so.joinedload(ScheduleChange.made_by))
            .order_by(ScheduleChange.id.desc())
            .limit(limit)
        )
    )
    games = _lines([row.id for row in rows])
    return [
        ChangeLine(
            row.id,
            row.kind,
            row.reason,
            row.made_at,
            row.made_by.name if row.made_by else None,
            row.undone_at,
            row.told if row.told_at else None,
            row.unreached,
            tuple(games.get(row.id, ())),
        )
        for row in rows
    ]


def _lines(change_ids: Collection[int]) -> dict[int, list[ChangedLine]]:
    home, away, was, now = (
        db.another(Group, "leagues.changes.queries.home"),
        db.another(Group, "leagues.changes.queries.away"),
        db.another(Venue, "leagues.changes.queries.was"),
        db.another(Venue, "leagues.changes.queries.now"),
    )
    home_team, away_team = (
        db.another(Team, "leagues.changes.queries.home_team"),
        db.another(Team, "leagues.changes.queries.away_team"),
    )
    statement = (
        sa.select(ChangedGame, home.name, away.name, Division.name, was.name, now.name)
        .join(Fixture, Fixture.id == ChangedGame.fixture_id)
        .join(Division, Division.id == Fixture.division_id)
        .join(home_team, home_team.id == Fixture.home_team_id)
        .join(home, home.id == home_team.group_id)
        .join(away_team, away_team.id == Fixture.away_team_id)
        .join(away, away.id == away_team.group_id)
        .outerjoin(was, was.id == ChangedGame.was_venue_id)
        .join(now, now.id == ChangedGame.now_venue_id)
        .where(ChangedGame.change_id.in_(change_ids))
        .order_by(ChangedGame.now_starts_at, ChangedGame.fixture_id)
    )
    found: dict[int, list[ChangedLine]] = defaultdict(list)
    for row, home_name, away_name, division, was_name, now_name in db.session().execute(statement):
        before = None
        if row.was_starts_at is not None and row.was_state is not None and row.was_venue_id is not None:
            before = Spot(row.was_starts_at, row.was_venue_id, was_name, row.was_state)
        after = Spot(row.now_starts_at, row.now_venue_id, now_name, row.now_state)
        line = ChangedLine(row.fixture_id, f"{home_name} – {away_name}", division, before, after)
        found[row.change_id].append(line)
    return found


def moved_from(lines: Iterable[ChangeLine]) -> dict[int, Spot]:
    """Where games were before the newest change of theirs that still holds, by game; only those that moved."""
    found: dict[int, Spot] = {}
    for change in lines:
        if change.undone_at is None:
            for game in change.games:
                if game.was is not None and not game.now.off and game.was != game.now:
                    found.setdefault(game.fixture_id, game.was)
    return found


def rained_out(lines: Iterable[ChangeLine]) -> set[int]:
    """The games whose newest change that still holds was the closing of a field or a day."""
    newest: dict[int, ChangeKind] = {}
    for change in lines:
        if change.undone_at is None:
            for game in change.games:
                newest.setdefault(game.fixture_id, change.kind)
    return {key for key, kind in newest.items() if kind is ChangeKind.RAIN_OUT}


def with_places_left(games: Sequence[GameLine], was: Mapping[int, Spot]) -> list[GameLine]:
    """The games of a schedule with the places that some of them left, in order of time."""
    left = []
    for game in games:
        spot = was.get(game.fixture_id)
        if spot is not None:
            day, starts = season_queries.local_of(spot.starts_at)
            left.append(replace(game, left=True, day=day, starts=starts, venue_id=spot.venue_id, venue=spot.venue))
    return sorted([*games, *left], key=lambda game: (game.day, game.starts))


def is_recorded(fixture_ids: Collection[int], gathering_ids: Collection[int]) -> bool:
    """Whether anything of some games is recorded anywhere: a register, a deed, a score, an assignment, a change.

    Asked of every table that points at a game or a gathering, so that what other rooms add counts too.
    """
    for name, keys in (("fixture", fixture_ids), ("gathering", gathering_ids)):
        for table in db.db.metadata.sorted_tables:
            if table.name in ("fixture", "gathering"):
                continue
            for constraint in sorted(table.foreign_keys, key=lambda each: each.parent.name):
                if constraint.column.table.name == name and keys:
                    one = sa.select(sa.literal(1)).where(constraint.parent.in_(keys)).limit(1)
                    if db.session().scalar(one) is not None:
                        return True
    return False


def day_and_minute(moment: datetime) -> tuple[date, int]:
    """The department's day and minute of the day of an instant."""
    return season_queries.local_of(moment)


def letters_given_up(kind: str, change_id: int) -> list[int]:
    """The letters of a change that were given up before they left."""
    statement = sa.select(Message.id).where(
        Message.kind == kind, Message.subject_id == change_id, Message.delivery == Delivery.CANCELED
    )
    return list(db.session().scalars(statement))
