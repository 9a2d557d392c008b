"""Playing time: the counter at the field, the reports, and what a division asks for. An edge module."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import Conflict, Refused
from youthprog.leagues import queries as leagues
from youthprog.leagues.models import Division
from youthprog.leagues.playing_time import queries, services
from youthprog.leagues.playing_time.forms import RuleForm
from youthprog.leagues.playing_time.queries import Asked, GameSheet
from youthprog.leagues.playing_time.types import PRESETS, STEPS, UNITS
from youthprog.leagues.season import queries as season_queries
from youthprog.programs import queries as programs
from youthprog.web.edge import actor, door
from youthprog.web.language import gettext as _
from youthprog.web.language import says
from youthprog.web.pages import asked_choice, page

bp = Blueprint("playing_time", __name__)
LONGEST_NUMBER = 6


@bp.get("/gatherings/<id:gathering_id>/playing-time")
@door(P.REGISTER_TAKE)
def count(gathering_id: int) -> Response:
    """The counter of a game, for one phone at the field."""
    return _counter(queries.get_sheet_for(actor(), P.REGISTER_TAKE, gathering_id))


def _counter(sheet: GameSheet, status: int = 200, problem: Refused | None = None, typed: Any = None) -> Response:
    units = {player.youth_id: player.units for player in sheet.players} | (typed or {})
    return page(
        "leagues/play_counter.html", status, sheet=sheet, units=units, words=UNITS,
        step=STEPS[sheet.asked.unit], problems=[says(reason) for reason in problem.reasons] if problem else [],
        most=services.MOST_UNITS,
    )  # fmt: skip


@bp.post("/gatherings/<id:gathering_id>/playing-time")
@door(P.REGISTER_TAKE)
def save(gathering_id: int) -> BaseResponse:
    """Keep what was counted."""
    sheet = queries.get_sheet_for(actor(), P.REGISTER_TAKE, gathering_id)
    typed = {player.youth_id: _number(request.form.get(f"p{player.youth_id}", "")) for player in sheet.players}
    try:
        seen = _number(request.form.get("seen", ""))
        services.save_counts(sheet, typed, seen=seen, by=actor(), now=clock.now())
    except Refused as problem:
        status = 409 if isinstance(problem, Conflict) else 422
        return _counter(sheet, status, problem, {key: value for key, value in typed.items() if value >= 0})
    flash(_("Playing time is saved."), "signed")
    return redirect(url_for(".team", team_id=sheet.team_id), 303)


def _number(text: str) -> int:
    """A number as typed; nothing is none, and what is no number is below all, so that it is refused."""
    text = text.strip()
    if not text:
        return 0
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else -1


@bp.get("/teams/<id:team_id>/playing-time")
@door(P.TEAM_READ)
def team(team_id: int) -> Response:
    """A team's playing time: each game, each player's season, who fell short."""
    head = leagues.get_team_for(actor(), P.TEAM_READ, team_id, clock.today())
    report = queries.report_of(actor(), head, clock.now())
    return page("leagues/play_team.html", team=head, report=report, words=UNITS)


@bp.get("/seasons/<id:season_id>/playing-time")
@door(P.PROGRAM_EDIT)
def season(season_id: int) -> Response:
    """The teams of a season, with how many players fell short. No child is named."""
    row = programs.get_season_for(actor(), P.PROGRAM_EDIT, season_id)
    teams = queries.season_report(season_id, clock.now())
    asked = queries.asked_of({line.division_id for line in teams})
    return page("leagues/play_season.html", season=row, teams=teams, asked=asked, words=UNITS)


@bp.get("/divisions/<id:division_id>/playing-time")
@door(P.PROGRAM_EDIT)
def rule(division_id: int) -> Response:
    """What a division asks for; `preset` fills in a table that a league publishes."""
    division = season_queries.get_division_for(actor(), P.PROGRAM_EDIT, division_id)
    asked = queries.asked_of([division_id])[division_id]
    chosen = asked_choice("preset", tuple(PRESETS), "")
    if chosen:
        preset = PRESETS[chosen]
        asked = Asked(preset.unit, asked.fewest_players, asked.warn_hours, preset.bands)
    form: Any = RuleForm(formdata=None)
    form.fill(asked)
    return _rule_page(division, form)


def _rule_page(division: Division, form: Any, status: int = 200) -> Response:
    return page("leagues/play_rule.html", status, division=division, form=form, presets=PRESETS)


@bp.post("/divisions/<id:division_id>/playing-time")
@door(P.PROGRAM_EDIT)
def set_rule(division_id: int) -> BaseResponse:
    """Say what a division asks for."""
    division = season_queries.get_division_for(actor(), P.PROGRAM_EDIT, division_id)
    form: Any = RuleForm()
    if form.validate_on_submit():
        try:
            services.set_rule(division, form.asked(), by=actor(), now=clock.now())
            flash(_("Saved."), "signed")
            return redirect(url_for(".season", season_id=division.season_id), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return _rule_page(division, form, 422)
