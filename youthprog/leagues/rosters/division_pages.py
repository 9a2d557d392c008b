"""Pages of a division's rosters: its rules, its teams' places, who waits. They stand on the blueprint of rosters. An edge module."""

from datetime import date
from typing import Any

from flask import Response, flash, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import Refused
from youthprog.leagues.models import Division
from youthprog.leagues.rosters import queries, records, services, waiting
from youthprog.leagues.rosters import types as words
from youthprog.leagues.rosters.forms import (
    RulesForm,
    WaitForm,
)
from youthprog.leagues.rosters.pages import bp, told
from youthprog.leagues.rosters.types import PaperKind, RosterRules, WaitFrom
from youthprog.people import queries as people
from youthprog.programs import queries as programs
from youthprog.web.edge import actor, door
from youthprog.web.forms import SelectChoice
from youthprog.web.language import gettext as _
from youthprog.web.pages import page


@bp.get("/divisions/<id:division_id>/rosters")
@door(P.TEAM_EDIT)
def division(division_id: int) -> Response:
    """The teams of a division with their places, its rules, and who waits, in order."""
    return _division_page(_division(division_id))


def _division(division_id: int) -> Division:
    return queries.get_division_for(actor(), P.TEAM_EDIT, division_id)


def _division_page(found: Division, status: int = 200, form: Any = None) -> Response:
    on, keeping = clock.today(), queries.keeping_of(found)
    rooms = records.list_rooms(keeping, on)
    _children, lines = records.in_line(keeping, rooms, on)
    reached = people.reachable(actor(), P.TEAM_EDIT, [line.youth_id for line in lines], on)
    return page(
        "leagues/rosters_division.html",
        status,
        division=found,
        rules=keeping.rules(),
        row=keeping.row,
        rooms=rooms,
        lines=[line for line in lines if line.youth_id in reached],
        hidden=len(lines) - len(reached),
        closed=keeping.row.closes_on is not None and on > keeping.row.closes_on,
        form=form or _wait_form(found, bare=True),
        why=words.EXCEPTIONS,
        papers=words.PAPERS,
    )


def _wait_form(found: Division, *, bare: bool = False) -> Any:
    """The form with everybody who has a place in the season and no team in it."""
    form: Any = WaitForm(formdata=None) if bare else WaitForm()
    on = clock.today()
    lines = programs.list_candidates(actor(), P.TEAM_EDIT, found.season_id, 0, on)
    busy = records.teams_of_youth([line.youth_id for line in lines], found.season_id, on)
    form.youth_id.choices = [
        SelectChoice(str(line.youth_id), line.list_name) for line in lines if line.youth_id not in busy
    ]
    return form


@bp.post("/divisions/<id:division_id>/waitlist")
@door(P.TEAM_EDIT)
def wait(division_id: int) -> Response | BaseResponse:
    """Put a child at the end of the line, or on a team that has a place."""
    found = _division(division_id)
    form = _wait_form(found)
    if form.validate_on_submit():
        youth = people.get_youth_for(actor(), P.TEAM_EDIT, int(form.youth_id.data), clock.today())
        try:
            row = waiting.wait(youth, found, **told())
            answer = (
                _("%(name)s waits.", name=youth.name)
                if row
                else _("There was a place: %(name)s has a team.", name=youth.name)
            )
            flash(answer, "signed")
            return redirect(url_for(".division", division_id=division_id), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return _division_page(found, 422, form)


@bp.post("/divisions/<id:division_id>/waitlist/<id:wait_id>/leave")
@door(P.TEAM_EDIT)
def stop_waiting(division_id: int, wait_id: int) -> BaseResponse:
    """Take a child off the line."""
    row = records.get_wait_for(actor(), P.TEAM_EDIT, _division(division_id), wait_id, clock.today())
    waiting.stop_waiting(row, **told())
    flash(_("Off the waitlist."))
    return redirect(url_for(".division", division_id=division_id), 303)


@bp.get("/divisions/<id:division_id>/rules")
@door(P.TEAM_EDIT)
def ask_rules(division_id: int) -> Response:
    """Ask how a division keeps its rosters."""
    found = _division(division_id)
    keeping = queries.keeping_of(found)
    values = keeping.values() | {"two_teams": not keeping.row.one_team, "wait_days": keeping.row.wait_days}
    form = RulesForm(data=values | {"wait_from": keeping.row.wait_from.value})
    return page("leagues/rosters_rules.html", division=found, form=form, season_cutoff_on=keeping.season_cutoff_on)


@bp.post("/divisions/<id:division_id>/rules")
@door(P.TEAM_EDIT)
def set_rules(division_id: int) -> Response | BaseResponse:
    """Say how a division keeps its rosters, from today on."""
    found, form = _division(division_id), RulesForm()
    keeping = queries.keeping_of(found)
    if form.validate_on_submit():
        try:
            wait_from = WaitFrom(str(form.wait_from.data))
            wanted = _rules_in(form, keeping.season_cutoff_on)
            services.set_rules(keeping, wanted, wait_days=form.wait_days.data or 0, wait_from=wait_from, **told())
            flash(_("Saved."), "signed")
            return redirect(url_for(".division", division_id=division_id), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return page("leagues/rosters_rules.html", 422, division=found, form=form, season_cutoff_on=keeping.season_cutoff_on)


def _rules_in(form: Any, season_cutoff_on: date) -> RosterRules:
    asked = {PaperKind.AGE_PROOF: form.asks_age_proof.data, PaperKind.PHYSICAL: form.asks_physical.data}
    return RosterRules(
        cutoff_on=form.age_cutoff_on.data or season_cutoff_on,
        min_age=form.min_age.data,
        max_age=form.max_age.data,
        most_players=form.most_players.data,
        fewest_players=form.fewest_players.data,
        closes_on=form.closes_on.data,
        one_team=not form.two_teams.data,
        papers=frozenset(kind for kind, is_asked in asked.items() if is_asked),
    )
