"""The playoffs of a division: made out of its standings, set game by game, won by the results."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import Conflict, NotFound, Refused
from youthprog.leagues.models import Division
from youthprog.leagues.scores import bracket_queries, bracket_services, queries
from youthprog.leagues.scores.bracket_queries import Drawn, Slot
from youthprog.leagues.scores.forms import BracketForm, BracketGameForm
from youthprog.leagues.scores.pages import shown_of
from youthprog.leagues.season import queries as season
from youthprog.web.edge import actor, door
from youthprog.web.forms import SelectChoice
from youthprog.web.language import gettext as _
from youthprog.web.pages import page

bp = Blueprint("brackets", __name__)


def _edited(division_id: int) -> Division:
    return queries.get_division_for(actor(), P.PROGRAM_EDIT, division_id, clock.today())


@bp.get("/standings/divisions/<id:division_id>/playoffs/new")
@door(P.PROGRAM_EDIT)
def new(division_id: int) -> Response:
    """Ask who plays on."""
    return _ask(_edited(division_id), BracketForm(formdata=None))


@bp.post("/standings/divisions/<id:division_id>/playoffs/new")
@door(P.PROGRAM_EDIT)
def create(division_id: int) -> BaseResponse:
    """Make the playoffs."""
    division = _edited(division_id)
    form: Any = BracketForm()
    if not form.validate_on_submit():
        return _ask(division, form, 422)
    shown = shown_of(division)
    if shown is None:
        raise NotFound
    try:
        bracket_services.make_bracket(
            division, shown.table, form.teams.data, third=form.third.data, consolation=form.consolation.data,
            by=actor(), now=clock.now(),
        )  # fmt: skip
    except Refused as problem:
        form.take(problem.reasons)
        return _ask(division, form, 409 if isinstance(problem, Conflict) else 422)
    flash(_("The playoffs are made. Give the games their times."), "signed")
    return redirect(url_for("standings.show", division_id=division_id, _anchor="bracket"), 303)


def _ask(division: Division, form: Any, status: int = 200) -> Response:
    shown = shown_of(division)
    if form.teams.data is None and shown is not None:
        form.teams.data = min(4, len(shown.table.rows))
    return page("leagues/bracket_new.html", status, division=division, form=form, shown=shown)


@bp.post("/standings/divisions/<id:division_id>/playoffs/discard")
@door(P.PROGRAM_EDIT)
def discard(division_id: int) -> BaseResponse:
    """Throw the playoffs away, while none of their games is set."""
    division = _edited(division_id)
    bracket_services.discard_bracket(_drawn(division), by=actor(), now=clock.now())
    flash(_("The playoffs are gone."))
    return redirect(url_for("standings.show", division_id=division_id), 303)


def _drawn(division: Division) -> Drawn:
    found = bracket_queries.drawn(division.id, clock.now())
    if found is None:
        raise NotFound
    return found


@bp.get("/standings/divisions/<id:division_id>/playoffs/<key>")
@door(P.PROGRAM_EDIT)
def ask_game(division_id: int, key: str) -> Response:
    """Ask when and where a game of the playoffs is."""
    division = _edited(division_id)
    _bracket, slot = _slot(division, key)
    return _ask_game(division, slot, _game_form(division, fresh=True))


@bp.post("/standings/divisions/<id:division_id>/playoffs/<key>")
@door(P.PROGRAM_EDIT)
def set_game(division_id: int, key: str) -> BaseResponse:
    """Set a game of the playoffs."""
    division = _edited(division_id)
    drawn, slot = _slot(division, key)
    form = _game_form(division)
    if not form.validate_on_submit():
        return _ask_game(division, slot, form, 422)
    venues = {str(venue.id): venue for venue in bracket_queries.venues_of(division.season_id)}
    starts = form.starts.data
    starts_at = season.moment_of(form.on.data, starts.hour * 60 + starts.minute)
    try:
        bracket_services.set_game(
            division, drawn, slot, venues[form.venue_id.data], starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=form.minutes.data), by=actor(), now=clock.now(),
        )  # fmt: skip
    except Refused as problem:
        form.take(problem.reasons)
        return _ask_game(division, slot, form, 409 if isinstance(problem, Conflict) else 422)
    flash(_("The game is set. Both teams have it among their meetings."), "signed")
    return redirect(url_for("standings.show", division_id=division_id, _anchor="bracket"), 303)


def _slot(division: Division, key: str) -> tuple[Drawn, Slot]:
    drawn = _drawn(division)
    slot = drawn.slot(key)
    if slot is None:
        raise NotFound
    return drawn, slot


def _game_form(division: Division, *, fresh: bool = False) -> Any:
    form: Any = BracketGameForm(formdata=None) if fresh else BracketGameForm()
    venues = bracket_queries.venues_of(division.season_id)
    form.venue_id.choices = [SelectChoice(str(each.id), f"{each.site.name}, {each.name}") for each in venues]
    if form.minutes.data is None and fresh:
        form.minutes.data = next(
            (line.minutes for line in season.divisions_of(division.season_id) if line.division_id == division.id), 60
        )
    return form


def _ask_game(division: Division, slot: Slot, form: Any, status: int = 200) -> Response:
    return page("leagues/bracket_game.html", status, division=division, slot=slot, form=form)
