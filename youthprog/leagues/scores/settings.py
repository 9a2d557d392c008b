"""How a season and its divisions keep scores: what a coordinator looks after, the rules, the public address."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.leagues.scores import queries, services
from youthprog.leagues.scores.forms import KEEPING, DivisionScoresForm, PresetForm, SeasonScoresForm
from youthprog.leagues.scores.league_rules import PRESETS, rules_from, values_of
from youthprog.leagues.scores.types import Keeping
from youthprog.programs import queries as programs
from youthprog.web.edge import actor, door
from youthprog.web.language import gettext as _
from youthprog.web.pages import asked_choice, page

bp = Blueprint("score_rules", __name__)


@bp.get("/seasons/<id:season_id>/scores")
@door(P.PROGRAM_EDIT)
def show(season_id: int) -> Response:
    """The games of a season whose result somebody has to look after, its divisions, and its public address."""
    season = programs.get_season_for(actor(), P.PROGRAM_EDIT, season_id)
    divisions = queries.divisions_of(season_id)
    return page(
        "leagues/scores_season.html",
        season=season,
        games=queries.unsettled_in(season_id, clock.now()),
        divisions=divisions,
        settings=queries.settings_of(divisions, season_id),
        scores=queries.season_scores(season_id),
        keeping=KEEPING,
    )


@bp.post("/seasons/<id:season_id>/scores/publish")
@door(P.PROGRAM_EDIT)
def publish(season_id: int) -> BaseResponse:
    """Make the standings public."""
    season = programs.get_season_for(actor(), P.PROGRAM_EDIT, season_id)
    services.publish_standings(season, by=actor(), now=clock.now())
    flash(_("The standings are public."), "signed")
    return redirect(url_for(".show", season_id=season_id), 303)


@bp.post("/seasons/<id:season_id>/scores/withdraw")
@door(P.PROGRAM_EDIT)
def withdraw(season_id: int) -> BaseResponse:
    """Take the standings from the public."""
    season = programs.get_season_for(actor(), P.PROGRAM_EDIT, season_id)
    services.withdraw_standings(season, by=actor(), now=clock.now())
    flash(_("The standings are not public any more."))
    return redirect(url_for(".show", season_id=season_id), 303)


@bp.get("/seasons/<id:season_id>/scores/rules")
@door(P.PROGRAM_EDIT)
def of_season(season_id: int) -> Response:
    """The rules of a season."""
    season = programs.get_season_for(actor(), P.PROGRAM_EDIT, season_id)
    form: Any = SeasonScoresForm(formdata=None, obj=queries.season_scores(season_id))
    form.fill(_asked_rules(queries.season_scores(season_id).rules))
    return _rules_page(form, season=season, back_to=url_for(".show", season_id=season_id))


@bp.post("/seasons/<id:season_id>/scores/rules")
@door(P.PROGRAM_EDIT)
def set_season(season_id: int) -> BaseResponse:
    """Set the rules of a season."""
    season = programs.get_season_for(actor(), P.PROGRAM_EDIT, season_id)
    form: Any = SeasonScoresForm()
    back = url_for(".show", season_id=season_id)
    if not form.validate_on_submit():
        return _rules_page(form, 422, season=season, back_to=back)
    services.set_season(
        season,
        no_scores_under=form.no_scores_under.data,
        final_hours=form.final_hours.data,
        link_days=form.link_days.data,
        rules=values_of(form.rules()),
        by=actor(),
        now=clock.now(),
    )
    flash(_("Saved."), "signed")
    return redirect(back, 303)


@bp.get("/standings/divisions/<id:division_id>/rules")
@door(P.PROGRAM_EDIT)
def of_division(division_id: int) -> Response:
    """What a division does differently."""
    division = queries.get_division_for(actor(), P.PROGRAM_EDIT, division_id, clock.today())
    settings = queries.settings_of([division], division.season_id)[division_id]
    form: Any = DivisionScoresForm(formdata=None)
    form.keeping.data, form.own_rules.data = settings.keeping.value, settings.has_own_rules
    form.fill(_asked_rules(values_of(settings.rules)))
    back = url_for(".show", season_id=division.season_id)
    return _rules_page(form, season=division.season, division=division, back_to=back)


@bp.post("/standings/divisions/<id:division_id>/rules")
@door(P.PROGRAM_EDIT)
def set_division(division_id: int) -> BaseResponse:
    """Set what a division does differently."""
    division = queries.get_division_for(actor(), P.PROGRAM_EDIT, division_id, clock.today())
    form: Any = DivisionScoresForm()
    back = url_for(".show", season_id=division.season_id)
    if not form.validate_on_submit():
        return _rules_page(form, 422, season=division.season, division=division, back_to=back)
    rules = values_of(form.rules()) if form.own_rules.data else None
    services.set_division(division, Keeping(form.keeping.data), rules, by=actor(), now=clock.now())
    flash(_("Saved."), "signed")
    return redirect(back, 303)


def _asked_rules(kept: dict[str, Any]) -> Any:
    """The rules kept, or those to begin with that the address asks for."""
    preset = asked_choice("preset", tuple(PRESETS), "")
    return PRESETS[preset].rules if preset else rules_from(kept)


def _rules_page(form: Any, status: int = 200, **values: Any) -> Response:
    chosen = request.args.get("preset", "")
    begin: Any = PresetForm(formdata=None, preset=chosen if chosen in PRESETS else "plain")
    return page("leagues/score_rules.html", status, form=form, begin=begin, presets=PRESETS, chosen=chosen, **values)
