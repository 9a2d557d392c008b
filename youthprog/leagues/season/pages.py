"""The schedule of a season: what it is made from, the making of it, the draft by week, publishing. An edge module."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.core import clock, dates
from youthprog.core.db import key_in
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, NotFound
from youthprog.core.text import fold
from youthprog.leagues.changes import queries as change_queries
from youthprog.leagues.scores import table_queries
from youthprog.leagues.scores.types import Said
from youthprog.leagues.season import queries, services, spec_queries
from youthprog.leagues.season.faults import faults_of
from youthprog.leagues.season.forms import WEEKDAYS
from youthprog.leagues.season.limits import Excuse, Pair, excuses_of, pair_of
from youthprog.leagues.season.models import Fixture
from youthprog.leagues.season.overlaps import Clash as Overlap
from youthprog.leagues.season.overlaps import ClashKind, clashes_of
from youthprog.leagues.season.queries import DivisionLine, GameLine
from youthprog.leagues.season.types import FixtureState
from youthprog.leagues.season.words import CAUSES, MOST_RELIEFS, RELIEFS
from youthprog.programs import queries as programs
from youthprog.web.edge import actor, door
from youthprog.web.language import gettext as _
from youthprog.web.language import language, ngettext, sentence
from youthprog.web.pages import page

bp = Blueprint("season_schedule", __name__)
SENTENCES = {
    ClashKind.SHARED: N_("Somebody whom both teams need cannot be at both games."),
    ClashKind.AGAINST: N_("Somebody belongs to both teams of this game."),
    ClashKind.FAMILY: N_("Families with children on both teams cannot be at both games."),
}


@dataclass(frozen=True)
class Clash:
    """Two games, or one, that somebody should know of before families do; the sentence is a msgid."""

    sentence: str
    games: tuple[GameLine, ...]
    needs_excuse: bool
    excuse: Excuse | None

    @property
    def open(self) -> bool:
        """Whether somebody has to answer for it before families see the schedule."""
        return self.needs_excuse and self.excuse is None


@bp.get("/seasons/<id:season_id>/schedule")
@door(P.PROGRAM_EDIT)
def show(season_id: int) -> Response:
    """What a season's schedule is made from, how far it is, and its games."""
    season = programs.get_season_for(actor(), P.PROGRAM_EDIT, season_id)
    run, games, today = queries.last_run(season_id), queries.games_of(season_id), clock.today()
    divisions = queries.divisions_of(season_id)
    drafts = [game for game in games if game.state is FixtureState.DRAFT]
    spec = spec_queries.spec_to_make(season) if drafts else None
    imported = {game.division_id for game in games if game.imported}
    clashes = (
        named_clashes(drafts, clashes_of(spec_queries.plan_of(drafts), spec), excuses_of(season_id)) if spec else []
    )
    changes = change_queries.changes_of(season_id) if len(drafts) < len(games) else []
    was = change_queries.moved_from(changes)
    shown = change_queries.with_places_left(games, was)
    return page(
        "leagues/schedule.html",
        season=season,
        run=run,
        divisions=divisions,
        wanted=sum(line.games_in_all for line in divisions if line.division_id not in imported),
        hours=queries.hours_of(season_id),
        closed=queries.breaks_of(queries.closed_days_of(season_id)),
        weekdays=WEEKDAYS,
        days=[(day, list(found)) for day, found in groupby(shown, lambda game: game.day)],
        fields=list({game.venue_id: game.venue for game in sorted(shown, key=lambda game: fold(game.venue))}.items()),
        drafts=len(drafts),
        out=len(games) - len(drafts),
        published=sum(game.state is not FixtureState.DRAFT and game.division_id not in imported for game in games),
        imported=sum(game.imported and game.state is not FixtureState.CANCELED for game in games),
        as_imported=imported,
        without_hours=queries.fields_without_hours(season_id),
        clashes=clashes,
        open_clashes=sum(clash.open for clash in clashes),
        changes=changes,
        was=was,
        rained_out=change_queries.rained_out(changes),
        results=_results(season_id) if len(drafts) < len(games) else {},
        today=today,
        this_week=today.isocalendar()[:2],
        stale=spec is not None and bool(faults_of(spec_queries.plan_of(drafts), spec)),
        cause=cause_of(run.cause, divisions) if run is not None and run.cause else None,
        clock_time=clock_time,
    )


@bp.post("/seasons/<id:season_id>/schedule/make")
@door(P.PROGRAM_EDIT)
def make(season_id: int) -> BaseResponse:
    """Have the worker make a schedule."""
    season = programs.get_season_for(actor(), P.PROGRAM_EDIT, season_id)
    services.ask_schedule(season, by=actor(), now=clock.now())
    return _back(season_id)


@bp.post("/seasons/<id:season_id>/schedule/stop")
@door(P.PROGRAM_EDIT)
def stop(season_id: int) -> BaseResponse:
    """Take the best schedule so far."""
    programs.get_season_for(actor(), P.PROGRAM_EDIT, season_id)
    run = queries.last_run(season_id)
    if run is None:
        raise NotFound
    services.stop_schedule(run, by=actor(), now=clock.now())
    return _back(season_id)


@bp.post("/seasons/<id:season_id>/schedule/discard")
@door(P.PROGRAM_EDIT)
def discard(season_id: int) -> BaseResponse:
    """Throw the draft away."""
    season = programs.get_season_for(actor(), P.PROGRAM_EDIT, season_id)
    services.discard_draft(season, by=actor(), now=clock.now())
    flash(_("The draft is gone."), "neutral")
    return _back(season_id)


@bp.post("/seasons/<id:season_id>/schedule/publish")
@door(P.PROGRAM_EDIT)
def publish(season_id: int) -> BaseResponse:
    """Set every game of the draft."""
    season = programs.get_season_for(actor(), P.PROGRAM_EDIT, season_id)
    seen = key_in(request.form.get("seen", "")) or 0
    count = services.publish_draft(season, seen=seen, by=actor(), now=clock.now())
    flash(ngettext("One game is published.", "%(num)s games are published.", count), "signed")
    return _back(season_id)


def _results(season_id: int) -> dict[int, Said]:
    """What is known of the results of a season's games, by game."""
    games = table_queries.games_where(Fixture.season_id == season_id, now=clock.now())
    return {game.fixture_id: game.result.said for game in games if game.result.said is not None}


def _back(season_id: int) -> BaseResponse:
    return redirect(url_for("season_schedule.show", season_id=season_id), 303)


def clock_time(minute: int) -> str:
    """A minute of the day in the page's language: 5:30 pm."""
    return dates.hour(datetime(2000, 1, 1, minute // 60 % 24, minute % 60, tzinfo=UTC), language())


def named_clashes(drafts: list[GameLine], found: Iterable[Overlap], excuses: Mapping[Pair, Excuse]) -> list[Clash]:
    """What should be known before a draft is published. Adults and children are not named: the teams are."""
    line_of = {(str(game.venue_id), game.day, game.starts): game for game in drafts}
    clashes = [
        Clash(
            SENTENCES[each.kind],
            tuple(line_of[game.slot.venue, game.slot.day, game.slot.starts] for game in each.games),
            each.needs_excuse,
            excuses.get(pair_of(*each.teams)),
        )
        for each in found
    ]
    return list({(clash.sentence, clash.games): clash for clash in clashes}.values())


@dataclass(frozen=True)
class Why:
    """Why there is no schedule, in whole sentences."""

    says: str
    reliefs: tuple[str, ...]
    dates: tuple[date, ...]


def cause_of(cause: Mapping[str, Any], divisions: Sequence[DivisionLine]) -> Why | None:
    """A cause in words; None when none was proved."""
    if cause.get("kind") not in CAUSES:
        return None
    names = {spec_queries.division_key(line.division_id): line.name for line in divisions}
    teams = {str(key): name for line in divisions for key, name in line.teams}

    def called(keys: Iterable[str], known: Mapping[str, str]) -> str:
        return ", ".join(known.get(key, "–") for key in keys)

    values = {
        "teams": called(cause["teams"], teams),
        "divisions": called(cause["divisions"], names),
        "needed": cause["needed"],
        "offered": cause["offered"],
    }
    reliefs = []
    for relief in cause["reliefs"][:MOST_RELIEFS]:
        about = {"names": called(relief["about"], names | teams), "amount": relief["amount"]}
        reliefs.append(sentence(RELIEFS[relief["kind"]], about.items()))
    dates = tuple(date.fromisoformat(day) for day in cause["dates"])
    return Why(sentence(CAUSES[cause["kind"]], values.items()), tuple(reliefs), dates if len(dates) <= 6 else ())
