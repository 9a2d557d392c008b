"""Verbs of a season's schedule: say where and how it is played, have it made, take it or leave it. They never commit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Conflict, Refusal, Refused, refuse_if
from youthprog.core.text import fold
from youthprog.leagues.models import Division
from youthprog.leagues.season import limits, queries, spec_queries
from youthprog.leagues.season.faults import faults_of
from youthprog.leagues.season.limits import Pair
from youthprog.leagues.season.models import ClosedDay, DivisionGames, Fixture, ScheduleRun, Venue, VenueHours
from youthprog.leagues.season.overlaps import Clash, clashes_of
from youthprog.leagues.season.types import FixtureState, RunState
from youthprog.programs import services as programs
from youthprog.programs.models import Season, Site
from youthprog.programs.types import GatheringKind

MOST_HOURS, MOST_CLOSED = 400, 400  # rows of a season that a page still shows
GAME = N_("Game")  # the title of a game's gathering


@dataclass(frozen=True)
class Playing:
    """How a division plays."""

    minutes: int
    legs: int
    games: int | None
    rest_days: int
    most_a_week: int | None


# ---- where and when ----


def add_hours(
    season: Season,
    site: Site,
    name: str,
    *,
    weekdays: Sequence[int],
    only_on: date | None,
    starts: int,
    ends: int,
    by: Actor,
    now: datetime,
) -> Venue:
    """Say when a season has a field, in minutes of the day: on weekdays, or on one date instead of its weekday.

    A field that the site does not have yet is added.
    """
    refuse_if(_refusals_to_add_hours(season, weekdays, only_on, starts, ends))
    if len(queries.hours_of(season.id)) + max(1, len(weekdays)) > MOST_HOURS:
        raise Refused([Refusal("too_many", N_("This season has too many hours already."))])
    venue = queries.find_venue(site.id, fold(name))
    if venue is None:
        venue = Venue(site_id=site.id, name=name, folded_name=fold(name))
        db.session().add(venue)
        db.flush()
    days: list[tuple[int | None, date | None]] = [(None, only_on)] if only_on else [(day, None) for day in weekdays]
    for weekday, on in days:
        db.session().add(
            VenueHours(
                season_id=season.id,
                venue_id=venue.id,
                weekday=weekday,
                only_on=on,
                starts_minute=starts,
                ends_minute=ends,
            )
        )
    db.flush()
    record("venue.hours_added", "season", season.id, by=by, now=now, venue_id=venue.id)
    return venue


def _refusals_to_add_hours(
    season: Season, weekdays: Sequence[int], only_on: date | None, starts: int, ends: int
) -> list[Refusal]:
    found = []
    if not weekdays and only_on is None:
        found.append(Refusal("no_days", N_("Choose the weekdays, or write the one date."), "weekdays"))
    if only_on is not None and not season.starts_on <= only_on <= season.ends_on:
        found.append(Refusal("outside_season", N_("This day is not in the season."), "only_on"))
    if ends <= starts:
        found.append(Refusal("ends_first", N_("This ends before it begins."), "ends"))
    return found


def remove_hours(hours: VenueHours, *, by: Actor, now: datetime) -> None:
    """Give hours of a field back. A schedule made before keeps its games."""
    record("venue.hours_removed", "season", hours.season_id, by=by, now=now, venue_id=hours.venue_id)
    db.session().delete(hours)
    db.flush()


def close_days(
    season: Season, first: date, last: date, venue_id: int | None, reason: str, *, by: Actor, now: datetime
) -> list[ClosedDay]:
    """Say that a season has no games from one day to another, anywhere or at one of its venues.

    Days that are closed already stay as they are.
    """
    closed = queries.closed_days_of(season.id)
    reasons = [
        Refusal("outside_season", N_("This day is not in the season."), about)
        for about, day in (("closed_on", first), ("until_on", last))
        if not season.starts_on <= day <= season.ends_on
    ]
    if last < first:
        reasons.append(Refusal("wrong_order", N_("The last day is before the first."), "until_on"))
    refuse_if(reasons)
    already = {row.closed_on for row in closed if row.venue_id in (None, venue_id)}
    span = (first + timedelta(days=number) for number in range((last - first).days + 1))
    days = [day for day in span if day not in already]
    if not days:
        reasons.append(Refusal("closed", N_("This day is closed already."), "closed_on"))
    if len(closed) + len(days) > MOST_CLOSED:
        reasons.append(Refusal("too_many", N_("This season has too many closed days already.")))
    refuse_if(reasons)
    rows = [ClosedDay(season_id=season.id, venue_id=venue_id, closed_on=day, reason=reason) for day in days]
    db.session().add_all(rows)
    db.flush()
    for day in days:
        record("season.day_closed", "season", season.id, by=by, now=now, closed_on=day.isoformat(), venue_id=venue_id)
    return rows


def open_days(rows: Sequence[ClosedDay], *, by: Actor, now: datetime) -> None:
    """Let there be games on closed days again."""
    for row in rows:
        record("season.day_opened", "season", row.season_id, by=by, now=now, closed_on=row.closed_on.isoformat())
        db.session().delete(row)
    db.flush()


def set_playing(division: Division, playing: Playing, *, by: Actor, now: datetime) -> None:
    """Say how a division plays."""
    row = db.session().get(DivisionGames, division.id)
    if row is None:
        row = DivisionGames(division_id=division.id)
        db.session().add(row)
    row.minutes, row.legs, row.games = playing.minutes, playing.legs, playing.games
    row.rest_days, row.most_a_week = playing.rest_days, playing.most_a_week
    db.flush()
    record("division.games_set", "season", division.season_id, by=by, now=now, division_id=division.id)


# ---- making ----


def ask_schedule(season: Season, *, by: Actor, now: datetime) -> ScheduleRun:
    """Have the worker make a schedule. The draft there is stays until the new one is ready."""
    refuse_if(_refusals_to_ask(season, now))
    run = ScheduleRun(season_id=season.id, state=RunState.ASKED, asked_at=now, seen_at=now, asked_by_id=by.person_id)
    db.session().add(run)
    db.flush()
    record("schedule.asked", "season", season.id, by=by, now=now, run_id=run.id)
    return run


def _refusals_to_ask(season: Season, now: datetime) -> list[Refusal]:
    last, found = queries.last_run(season.id), []
    if last is not None and last.state in queries.OPEN_RUNS:
        found.append(Refusal("running", N_("A schedule is being made already.")))
    if queries.has_published(season.id):
        found.append(Refusal("published", N_("This season's schedule is published.")))
    if season.ends_on <= clock.day_of(now):
        found.append(Refusal("season_over", N_("This season ended on %(day)s."), "season", {"day": season.ends_on}))
    wanted = {line.division_id for line in queries.divisions_of(season.id) if line.games_in_all}
    if not wanted:
        found.append(Refusal("no_teams", N_("No division has two teams yet.")))
    elif wanted <= queries.imported_divisions(season.id):
        sentence = N_("All divisions play as imported. Change single games, or import a newer file.")
        found.append(Refusal("as_imported", sentence))
    if not queries.hours_of(season.id):
        found.append(Refusal("no_hours", N_("No field has hours yet.")))
    return found


def stop_schedule(run: ScheduleRun, *, by: Actor, now: datetime) -> None:
    """Say that the best schedule so far is good enough. The worker hears it within moments."""
    table = db.table(ScheduleRun)
    done = db.session().execute(
        sa.update(table)
        .where(table.c.id == run.id, table.c.state.in_(queries.OPEN_RUNS), table.c.stop_asked_at.is_(None))
        .values(stop_asked_at=now)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict([Refusal("not_running", N_("No schedule is being made."))])
    record("schedule.stopped", "season", run.season_id, by=by, now=now, run_id=run.id)


# ---- taking it or leaving it ----


def discard_draft(season: Season, *, by: Actor, now: datetime) -> None:
    """Throw the draft away. Nothing that families know of changes."""
    rows = queries.drafts_of(season.id)
    if not rows:
        raise Conflict([Refusal("no_draft", N_("There is no draft."))])
    for row in rows:
        db.session().delete(row)
    db.flush()
    record("schedule.discarded", "season", season.id, by=by, now=now, games=len(rows))


def publish_draft(season: Season, *, seen: int, by: Actor, now: datetime) -> int:
    """Set every game of the draft: each team gets a gathering of it. Returns how many games.

    `seen` is the number of the making that was looked at. Raises `Conflict` when there is another one meanwhile,
    or when another season took a field at the time of a game.
    """
    db.session().execute(sa.select(Season.id).where(Season.id == season.id).with_for_update())
    rows, last = queries.drafts_of(season.id), queries.last_run(season.id)
    if not rows or last is None or last.id != seen or last.state in queries.OPEN_RUNS:
        raise Conflict([Refusal("changed_meanwhile", N_("The draft changed meanwhile. Look at it again."))])
    refuse_if(_refusals_to_publish(season, rows, now))
    for row in rows:
        row.home_gathering_id, row.away_gathering_id = (
            programs.schedule_gathering(
                team.group,
                kind=GatheringKind.GAME,
                title=GAME,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                place=row.venue.name,
                site_id=row.venue.site_id,
                by=by,
                now=now,
            ).id
            for team in (row.home, row.away)
        )
        row.state = FixtureState.PUBLISHED
    db.flush()
    record("schedule.published", "season", season.id, by=by, now=now, games=len(rows), run_id=seen)
    return len(rows)


def _refusals_to_publish(season: Season, rows: Sequence[Fixture], now: datetime) -> list[Refusal]:
    found = []
    if any(row.starts_at <= now for row in rows):
        sentence = N_("Some games of the draft lie in the past. Make the schedule again.")
        found.append(Refusal("in_the_past", sentence))
    taken: dict[tuple[int, date], list[tuple[int, int]]] = {}
    for venue_id, day, starts, ends in spec_queries.taken_by_others(season.id, own=True):
        taken.setdefault((venue_id, day), []).append((starts, ends))
    for row in rows:
        day, starts = queries.local_of(row.starts_at)
        ends = starts + int((row.ends_at - row.starts_at).total_seconds()) // 60
        if any(starts < over and begins < ends for begins, over in taken.get((row.venue_id, day), ())):
            sentence = N_("Another game took %(field)s on %(day)s. Make the schedule again.")
            return [*found, Refusal("field_taken", sentence, None, {"field": row.venue.name, "day": day})]
    drafts = [game for game in queries.games_of(season.id) if game.state is FixtureState.DRAFT]
    plan, spec = spec_queries.plan_of(drafts), spec_queries.spec_to_make(season)
    if not found and faults_of(plan, spec):
        sentence = N_("Fields, days, teams or coaches changed since this draft was made. Make the schedule again.")
        found.append(Refusal("rules_changed", sentence))
    if not found and unexcused(clashes_of(plan, spec), limits.excuses_of(season.id)):
        sentence = N_("Somebody has to answer for each clash first. They are named on the page.")
        found.append(Refusal("clash_not_excused", sentence))
    return found


def unexcused(found: Iterable[Clash], excuses: Mapping[Pair, limits.Excuse]) -> list[Clash]:
    """The clashes that keep a schedule from being published: nobody answers for them."""
    return [clash for clash in found if clash.needs_excuse and limits.pair_of(*clash.teams) not in excuses]
