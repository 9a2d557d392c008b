"""Where and when a season is played, and how its divisions play: fields, closed days, games. An edge module."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound, Refused
from youthprog.leagues.season import queries, services
from youthprog.leagues.season.forms import WEEKDAYS, ClosedForm, HoursForm, PlayingForm
from youthprog.leagues.season.services import Playing
from youthprog.programs import queries as programs
from youthprog.programs.models import Season
from youthprog.web.edge import actor, door
from youthprog.web.forms import SelectChoice
from youthprog.web.language import lazy_gettext as _
from youthprog.web.language import ngettext
from youthprog.web.pages import page

bp = Blueprint("season_fields", __name__)
CHOSEN = frozenset(str(number) for number in range(len(WEEKDAYS)))


def _back(season_id: int) -> BaseResponse:
    return redirect(url_for("season_schedule.show", season_id=season_id), 303)


@bp.get("/seasons/<id:season_id>/fields/new")
@door(P.PROGRAM_EDIT)
def new_hours(season_id: int) -> Response:
    """Ask for a field and its hours."""
    season = programs.get_season_for(actor(), P.PROGRAM_EDIT, season_id)
    return _ask_hours(season, _hours_form(season))


@bp.post("/seasons/<id:season_id>/fields/new")
@door(P.PROGRAM_EDIT)
def add_hours(season_id: int) -> BaseResponse:
    """Say when the season has a field."""
    season = programs.get_season_for(actor(), P.PROGRAM_EDIT, season_id)
    form = _hours_form(season)
    if form.validate_on_submit():
        site = programs.get_site(int(form.site_id.data))
        weekdays = sorted(int(day) for day in set(form.weekdays.data or ()) & CHOSEN)
        starts, ends = form.starts.data, form.ends.data
        try:
            services.add_hours(
                season,
                site,
                form.name.data,
                weekdays=weekdays,
                only_on=form.only_on.data,
                starts=starts.hour * 60 + starts.minute,
                ends=ends.hour * 60 + ends.minute or 24 * 60,
                by=actor(),
                now=clock.now(),
            )
            flash(_("Saved."), "signed")
            return _back(season_id)
        except Refused as problem:
            form.take(problem.reasons)
    return _ask_hours(season, form, 422)


def _hours_form(season: Season) -> Any:
    form: Any = HoursForm()
    form.site_id.choices = [SelectChoice(str(site.id), site.name) for site in programs.list_sites()]
    if season.site_id and not form.is_submitted():
        form.site_id.data = str(season.site_id)
    return form


def _ask_hours(season: Season, form: Any, status: int = 200) -> Response:
    return page("leagues/field_hours.html", status, season=season, form=form, weekdays=list(enumerate(WEEKDAYS)))


@bp.post("/field-hours/<id:hours_id>/remove")
@door(P.PROGRAM_EDIT)
def remove_hours(hours_id: int) -> BaseResponse:
    """Give hours of a field back."""
    hours = queries.get_hours_for(actor(), P.PROGRAM_EDIT, hours_id)
    season_id = hours.season_id
    services.remove_hours(hours, by=actor(), now=clock.now())
    flash(_("Removed."))
    return _back(season_id)


@bp.get("/seasons/<id:season_id>/closed/new")
@door(P.PROGRAM_EDIT)
def new_closed(season_id: int) -> Response:
    """Ask for a day without games."""
    season = programs.get_season_for(actor(), P.PROGRAM_EDIT, season_id)
    return page("leagues/closed_day.html", season=season, form=_closed_form(season))


@bp.post("/seasons/<id:season_id>/closed/new")
@door(P.PROGRAM_EDIT)
def close_day(season_id: int) -> BaseResponse:
    """Say that there are no games on a day."""
    season = programs.get_season_for(actor(), P.PROGRAM_EDIT, season_id)
    form = _closed_form(season)
    if form.validate_on_submit():
        venue_id = int(form.venue_id.data) if form.venue_id.data else None
        try:
            days = (form.closed_on.data, form.until_on.data or form.closed_on.data)
            closed = services.close_days(season, *days, venue_id, form.reason.data or "", by=actor(), now=clock.now())
            flash(ngettext("One day is without games.", "%(num)s days are without games.", len(closed)), "signed")
            return _back(season_id)
        except Refused as problem:
            form.take(problem.reasons)
    return page("leagues/closed_day.html", 422, season=season, form=form)


def _closed_form(season: Season) -> Any:
    form: Any = ClosedForm()
    venues = {row.venue_id: f"{row.venue.site.name}, {row.venue.name}" for row in queries.hours_of(season.id)}
    everywhere = SelectChoice("", _("All fields"))
    form.venue_id.choices = [everywhere, *(SelectChoice(str(key), name) for key, name in venues.items())]
    return form


@bp.post("/closed-days/<id:closed_id>/open")
@door(P.PROGRAM_EDIT)
def open_day(closed_id: int) -> BaseResponse:
    """Let there be games again on a closed day, and on those that follow it in the same break."""
    row = queries.get_closed_day_for(actor(), P.PROGRAM_EDIT, closed_id)
    season_id = row.season_id
    services.open_days(queries.break_from(row), by=actor(), now=clock.now())
    flash(_("Removed."))
    return _back(season_id)


@bp.get("/divisions/<id:division_id>/games")
@door(P.PROGRAM_EDIT)
def ask_playing(division_id: int) -> Response:
    """Ask how a division plays."""
    division = queries.get_division_for(actor(), P.PROGRAM_EDIT, division_id)
    line = next((line for line in queries.divisions_of(division.season_id) if line.division_id == division_id), None)
    if line is None:
        raise NotFound
    form = PlayingForm(obj=line)
    form.legs.data = str(line.legs)
    return page("leagues/division_games.html", division=division, form=form)


@bp.post("/divisions/<id:division_id>/games")
@door(P.PROGRAM_EDIT)
def set_playing(division_id: int) -> BaseResponse:
    """Say how a division plays."""
    division = queries.get_division_for(actor(), P.PROGRAM_EDIT, division_id)
    form: Any = PlayingForm()
    if form.validate_on_submit():
        playing = Playing(
            form.minutes.data, int(form.legs.data), form.games.data, form.rest_days.data, form.most_a_week.data
        )
        services.set_playing(division, playing, by=actor(), now=clock.now())
        flash(_("Saved."), "signed")
        return _back(division.season_id)
    return page("leagues/division_games.html", 422, division=division, form=form)
