"""What limits a season's schedule: ways, fields for some divisions, teams' days off and homes, excused clashes. An edge module."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.core import clock
from youthprog.core.db import key_in
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound, Refused
from youthprog.leagues import queries as leagues
from youthprog.leagues.changes.forms import OffForm
from youthprog.leagues.queries import TeamHead
from youthprog.leagues.season import limit_services as services
from youthprog.leagues.season import limits, queries, spec_queries
from youthprog.leagues.season.forms import DaysOffForm, ExcuseForm, HomeForm, TravelForm
from youthprog.leagues.season.limits import Pair
from youthprog.programs import queries as programs
from youthprog.programs.models import Season
from youthprog.web.edge import actor, door
from youthprog.web.forms import SelectChoice
from youthprog.web.language import lazy_gettext as _
from youthprog.web.language import ngettext
from youthprog.web.pages import page

bp = Blueprint("season_limits", __name__)


def _deed() -> dict[str, Any]:
    return {"by": actor(), "now": clock.now()}


# ---- ways and fields ----


@bp.get("/seasons/<id:season_id>/limits")
@door(P.PROGRAM_EDIT)
def show(season_id: int) -> Response:
    """The way between sites, and which divisions play on which field."""
    season = programs.get_season_for(actor(), P.PROGRAM_EDIT, season_id)
    return _limits_page(season, TravelForm(minutes=limits.travel_of(season_id)))


@bp.post("/seasons/<id:season_id>/limits")
@door(P.PROGRAM_EDIT)
def save(season_id: int) -> BaseResponse:
    """Set both."""
    season = programs.get_season_for(actor(), P.PROGRAM_EDIT, season_id)
    form: Any = TravelForm()
    if not form.validate_on_submit():
        return _limits_page(season, form, 422)
    divisions = {line.division_id for line in queries.divisions_of(season_id)}
    fits = {
        venue_id: {key for word in request.form.getlist(f"field-{venue_id}") if (key := key_in(word)) in divisions}
        for venue_id in _fields(season_id)
    }
    services.set_travel(season, form.minutes.data, **_deed())
    services.set_fits(season, fits, divisions, **_deed())
    flash(_("Saved."), "signed")
    return redirect(url_for("season_schedule.show", season_id=season_id), 303)


def _fields(season_id: int) -> dict[int, str]:
    return {row.venue_id: f"{row.venue.name}, {row.venue.site.name}" for row in queries.hours_of(season_id)}


def _limits_page(season: Season, form: Any, status: int = 200) -> Response:
    divisions = [(line.division_id, line.name) for line in queries.divisions_of(season.id)]
    fits = limits.fits_of(season.id)
    fields = [
        (venue_id, name, sorted(fits.get(venue_id) or (key for key, _name in divisions)))
        for venue_id, name in _fields(season.id).items()
    ]
    return page("leagues/season_limits.html", status, season=season, form=form, divisions=divisions, fields=fields)


# ---- a team's days and home ----


@bp.get("/teams/<id:team_id>/days")
@door(P.PROGRAM_EDIT)
def team(team_id: int) -> Response:
    """When a team does not play, and where it is at home."""
    return _team_page(_head(team_id))


@bp.post("/teams/<id:team_id>/days")
@door(P.PROGRAM_EDIT)
def add_days_off(team_id: int) -> BaseResponse:
    """Say that a team does not play on some days."""
    head = _head(team_id)
    form: Any = DaysOffForm()
    if form.validate_on_submit():
        first, last = form.from_on.data, form.until_on.data or form.from_on.data
        row = limits.get_team(team_id)
        try:
            services.add_days_off(row, row.group.season, first, last, **_deed())
            flash(_("Saved."), "signed")
            return _back_to(team_id)
        except Refused as problem:
            form.take(problem.reasons)
    return _team_page(head, form, status=422)


@bp.post("/teams/<id:team_id>/home")
@door(P.PROGRAM_EDIT)
def set_home(team_id: int) -> BaseResponse:
    """Give a team a home field, or none."""
    head = _head(team_id)
    form = _home_form(head)
    if not form.validate_on_submit():
        return _team_page(head, home=form, status=422)
    services.set_home(limits.get_team(team_id), key_in(form.venue_id.data), **_deed())
    flash(_("Saved."), "signed")
    return _back_to(team_id)


@bp.post("/days-off/<id:days_off_id>/remove")
@door(P.PROGRAM_EDIT)
def remove_days_off(days_off_id: int) -> BaseResponse:
    """Let a team play on these days again."""
    row = limits.find_days_off(days_off_id)
    if row is None:
        raise NotFound
    _head(row.team_id)
    team_id = row.team_id
    services.remove_days_off(row, **_deed())
    flash(_("Removed."))
    return _back_to(team_id)


def _head(team_id: int) -> TeamHead:
    return leagues.get_team_for(actor(), P.PROGRAM_EDIT, team_id, clock.today())


def _back_to(team_id: int) -> BaseResponse:
    return redirect(url_for(".team", team_id=team_id), 303)


def _home_form(head: TeamHead) -> Any:
    form: Any = HomeForm()
    form.venue_id.choices = [
        SelectChoice("", _("No home field")),
        *(SelectChoice(str(key), name) for key, name in _fields(head.season_id).items()),
    ]
    return form


def _team_page(head: TeamHead, form: Any = None, *, home: Any = None, status: int = 200) -> Response:
    if home is None:
        home = _home_form(head)
        home.venue_id.data = str(limits.homes_of(head.season_id).get(head.team_id, ""))
    days = [row for row in limits.days_off_of(head.season_id) if row.team_id == head.team_id]
    form = form or DaysOffForm(formdata=None)
    return page(
        "leagues/team_days.html", status, team=head, form=form, home=home, days=days,
        ahead=len(queries.games_ahead(head.team_id, clock.now())), off=OffForm(formdata=None),
    )  # fmt: skip


# ---- who is needed twice ----


@bp.get("/seasons/<id:season_id>/shared")
@door(P.PROGRAM_EDIT)
def shared(season_id: int) -> Response:
    """The teams that share somebody, and who answers for it when they clash."""
    season = programs.get_season_for(actor(), P.PROGRAM_EDIT, season_id)
    return _shared_page(season, ExcuseForm(formdata=None))


@bp.post("/seasons/<id:season_id>/shared")
@door(P.PROGRAM_EDIT)
def excuse(season_id: int) -> BaseResponse:
    """Answer for the clashes of some teams."""
    season = programs.get_season_for(actor(), P.PROGRAM_EDIT, season_id)
    form: Any = ExcuseForm()
    offered = _pairs(season)
    chosen = {pair for pair in offered if _word(pair) in request.form.getlist("pairs")}
    good = form.validate_on_submit()
    try:
        if good:
            count = services.excuse(season, chosen, form.reason.data, **_deed())
            flash(ngettext("You answer for one clash.", "You answer for %(num)s clashes.", count), "signed")
            return redirect(url_for(".shared", season_id=season_id), 303)
    except Refused as problem:
        form.take(problem.reasons)
    return _shared_page(season, form, chosen, 422)


@bp.post("/clashes/<id:clash_id>/end")
@door(P.PROGRAM_EDIT)
def end_excuse(clash_id: int) -> BaseResponse:
    """Take an excuse back."""
    row = limits.find_excuse(clash_id)
    if row is None:
        raise NotFound
    programs.get_season_for(actor(), P.PROGRAM_EDIT, row.season_id)
    season_id = row.season_id
    services.end_excuse(row, **_deed())
    flash(_("Removed."))
    return redirect(url_for(".shared", season_id=season_id), 303)


def _word(pair: Pair) -> str:
    return f"{pair[0]}-{pair[1]}"


def _pairs(season: Season) -> dict[Pair, int]:
    return limits.shared_pairs(spec_queries.people_of(season.id, clock.today())[0])


def _shared_page(season: Season, form: Any, chosen: set[Pair] | None = None, status: int = 200) -> Response:
    names = {key: name for line in queries.divisions_of(season.id) for key, name in line.teams}
    excuses = limits.excuses_of(season.id)
    pairs = _pairs(season)

    def called(pair: Pair) -> str:
        return f"{names.get(pair[0], '–')} – {names.get(pair[1], '–')}"

    return page(
        "leagues/season_shared.html",
        status,
        season=season,
        form=form,
        open=[(_word(pair), called(pair), count) for pair, count in pairs.items() if pair not in excuses],
        chosen=[_word(pair) for pair in chosen or ()],
        excused=[(called(pair), each) for pair, each in excuses.items()],
    )
