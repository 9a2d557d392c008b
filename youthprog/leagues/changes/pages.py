"""One game of a published schedule: moved, called off, added; the whole taken back into a draft. An edge module."""

import time
from datetime import time as TimeOfDay
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import Conflict, Refused
from youthprog.leagues import queries as leagues
from youthprog.leagues.changes import queries, rules, services
from youthprog.leagues.changes.forms import AddForm, MoveForm, OffForm
from youthprog.leagues.changes.rain_pages import PLAN_SECONDS
from youthprog.leagues.season import limits
from youthprog.leagues.season import queries as season_queries
from youthprog.leagues.season.models import Fixture
from youthprog.leagues.season.pages import clock_time
from youthprog.leagues.season.types import FixtureState, GameKind, Slot
from youthprog.programs import queries as programs
from youthprog.programs.models import Season
from youthprog.web.edge import actor, door
from youthprog.web.forms import SelectChoice
from youthprog.web.language import lazy_gettext as _
from youthprog.web.language import ngettext
from youthprog.web.pages import page

bp = Blueprint("games", __name__)


def _deed() -> dict[str, Any]:
    return {"by": actor(), "now": clock.now()}


def _back(season_id: int) -> BaseResponse:
    return redirect(url_for("season_schedule.show", season_id=season_id), 303)


@bp.get("/games/<id:fixture_id>/change")
@door(P.PROGRAM_EDIT)
def change(fixture_id: int) -> Response:
    """Ask where a game goes, or why it is called off."""
    fixture = queries.get_fixture_for(actor(), P.PROGRAM_EDIT, fixture_id)
    season = programs.get_season(fixture.season_id)
    state = queries.state_of(season)
    form: Any = MoveForm(formdata=None)
    _offer_fields(form, season)
    day, starts = queries.day_and_minute(fixture.starts_at)
    venues = {venue.key for venue in state.spec.venues}
    slot = rules.slot_in(request.args.get("place"), 0, venues) or Slot(day, starts, starts, str(fixture.venue_id))
    form.day.data, form.venue_id.data = slot.day, slot.venue
    form.starts.data = TimeOfDay(slot.starts // 60 % 24, slot.starts % 60)
    return _change_page(season, fixture, form, OffForm(formdata=None), state)


@bp.post("/games/<id:fixture_id>/move")
@door(P.PROGRAM_EDIT)
def move(fixture_id: int) -> BaseResponse:
    """Give a game another day, time or field."""
    fixture = queries.get_fixture_for(actor(), P.PROGRAM_EDIT, fixture_id)
    season = programs.get_season(fixture.season_id)
    form: Any = MoveForm()
    _offer_fields(form, season)
    if form.validate_on_submit():
        length = int((fixture.ends_at - fixture.starts_at).total_seconds()) // 60
        try:
            services.move_game(fixture, _slot(form, length), form.reason.data, seen=form.seen.data or "", **_deed())
            flash(_("The game is moved. Both teams are told."), "signed")
            return _back(season.id)
        except Conflict:
            raise
        except Refused as problem:
            form.take(problem.reasons)
    return _change_page(season, fixture, form, OffForm(formdata=None), queries.state_of(season), 422)


@bp.post("/games/<id:fixture_id>/call-off")
@door(P.PROGRAM_EDIT)
def call_off(fixture_id: int) -> BaseResponse:
    """Call a game off."""
    fixture = queries.get_fixture_for(actor(), P.PROGRAM_EDIT, fixture_id)
    season = programs.get_season(fixture.season_id)
    form: Any = OffForm()
    if form.validate_on_submit():
        services.call_off_game(fixture, form.off_reason.data, **_deed())
        flash(_("The game is called off. Both teams are told."), "signed")
        return _back(season.id)
    other: Any = MoveForm(formdata=None)
    _offer_fields(other, season)
    return _change_page(season, fixture, other, form, queries.state_of(season), 422)


@bp.post("/teams/<id:team_id>/withdraw")
@door(P.PROGRAM_EDIT)
def withdraw_team(team_id: int) -> BaseResponse:
    """Call off all games that a team still has to play."""
    head = leagues.get_team_for(actor(), P.PROGRAM_EDIT, team_id, clock.today())
    form: Any = OffForm()
    if not form.validate_on_submit():
        flash(_("Say why. Families read this sentence."), "missing")
        return redirect(url_for("season_limits.team", team_id=team_id), 303)
    done = services.withdraw_team(limits.get_team(team_id), form.off_reason.data, **_deed())
    flash(
        ngettext(
            "One game is called off. Both teams are told.",
            "%(num)s games are called off. All teams are told.",
            len(queries.games_of_change(done.id)),
        ),
        "signed",
    )
    return _back(head.season_id)


def _slot(form: Any, length: int) -> Slot:
    starts = form.starts.data.hour * 60 + form.starts.data.minute
    return Slot(form.day.data, starts, starts + length, form.venue_id.data)


def _offer_fields(form: Any, season: Season) -> None:
    venues = season_queries.field_names(season.id)
    form.venue_id.choices = [SelectChoice(str(key), name) for key, name in venues.items()]


def _change_page(
    season: Season, fixture: Fixture, form: Any, off: Any, state: queries.State, status: int = 200
) -> Response:
    game, now = state.game_of.get(fixture.id), clock.now()
    free: list[tuple[str, Slot]] = []
    if game is not None and fixture.starts_at > now:
        end = time.monotonic() + PLAN_SECONDS
        plan = queries.propose(state, [game], (), now, lambda: time.monotonic() < end)
        free = [(rules.slot_word(slot), slot) for offer in plan.offers for slot in offer.slots]
    form.seen.data = state.seen
    return page(
        "leagues/game_change.html",
        status,
        season=season,
        game=fixture,
        form=form,
        off=off,
        free=free,
        names=state.names.venues,
        over=fixture.starts_at <= now,
        canceled=fixture.state is FixtureState.CANCELED,
        clock_time=clock_time,
    )


# ---- a game more ----


@bp.get("/seasons/<id:season_id>/games/new")
@door(P.PROGRAM_EDIT)
def new(season_id: int) -> Response:
    """Ask for a game to add."""
    season = programs.get_season_for(actor(), P.PROGRAM_EDIT, season_id)
    form: Any = AddForm(formdata=None)
    _offer_teams(form, season)
    return page("leagues/game_new.html", season=season, form=form)


@bp.post("/seasons/<id:season_id>/games/new")
@door(P.PROGRAM_EDIT)
def add(season_id: int) -> BaseResponse:
    """Add a game by hand."""
    season = programs.get_season_for(actor(), P.PROGRAM_EDIT, season_id)
    form: Any = AddForm()
    teams = _offer_teams(form, season)
    if form.validate_on_submit():
        home, away = teams[int(form.home.data)], teams[int(form.away.data)]
        minutes = {line.division_id: line.minutes for line in season_queries.divisions_of(season_id)}
        slot = _slot(form, minutes[home.division_id])
        try:
            services.add_game(season, home, away, GameKind(form.kind.data), slot, form.reason.data or "", **_deed())
            flash(_("The game is in the schedule. Both teams are told."), "signed")
            return _back(season_id)
        except Refused as problem:
            form.take(problem.reasons)
    return page("leagues/game_new.html", 422, season=season, form=form)


def _offer_teams(form: Any, season: Season) -> dict[int, Any]:
    teams = {team.id: team for team in queries.teams_in(season.id)}
    choices = [SelectChoice(str(team.id), f"{team.group.name}, {team.division.name}") for team in teams.values()]
    form.home.choices = form.away.choices = choices
    _offer_fields(form, season)
    return teams


# ---- the whole ----


@bp.post("/seasons/<id:season_id>/schedule/unpublish")
@door(P.PROGRAM_EDIT)
def unpublish(season_id: int) -> BaseResponse:
    """Take a published schedule back into a draft."""
    season = programs.get_season_for(actor(), P.PROGRAM_EDIT, season_id)
    count = services.unpublish(season, **_deed())
    words = ngettext("One game is a draft again.", "%(num)s games are drafts again.", count)
    flash(words, "signed")
    return _back(season_id)
