"""Rain: a field or a day closes, a plan for its games, one click that carries it out, and undo. An edge module."""

import time
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.core import clock
from youthprog.core.db import key_in
from youthprog.core.permissions import P
from youthprog.core.refusals import Conflict, Refused
from youthprog.leagues.changes import queries, rules, services
from youthprog.leagues.changes.forms import ClosingForm
from youthprog.leagues.changes.types import OFF
from youthprog.leagues.season import queries as season_queries
from youthprog.leagues.season.pages import clock_time
from youthprog.programs import queries as programs
from youthprog.programs.models import Season
from youthprog.web.edge import actor, door
from youthprog.web.forms import SelectChoice
from youthprog.web.language import lazy_gettext as _
from youthprog.web.language import ngettext, says, sentence
from youthprog.web.pages import page

bp = Blueprint("rain", __name__)
PLAN_SECONDS = 2.0  # after which the best plan so far is shown; one of forty games takes a part of a second
FIELD = "game-"


@bp.get("/seasons/<id:season_id>/rain-out")
@door(P.PROGRAM_EDIT)
def ask(season_id: int) -> Response:
    """Ask what is closed; once that is said, show the plan. Nothing is kept."""
    season = programs.get_season_for(actor(), P.PROGRAM_EDIT, season_id)
    if "first" not in request.args:
        form: Any = ClosingForm(formdata=None, meta={"csrf": False})
        _offer_fields(form, season)
        return _ask_page(season, form)
    form = ClosingForm(request.args, meta={"csrf": False})
    _offer_fields(form, season)
    if not form.validate():
        return _ask_page(season, form, 422)
    return _plan_page(season, form)


@bp.post("/seasons/<id:season_id>/rain-out")
@door(P.PROGRAM_EDIT)
def carry_out(season_id: int) -> BaseResponse:
    """Carry the plan out as it was chosen."""
    season = programs.get_season_for(actor(), P.PROGRAM_EDIT, season_id)
    form: Any = ClosingForm()
    _offer_fields(form, season)
    if not form.validate_on_submit():
        return _ask_page(season, form, 422)
    words = {
        key: word
        for name, word in request.form.items()
        if name.startswith(FIELD) and (key := key_in(name.removeprefix(FIELD)))
    }
    try:
        deed: dict[str, Any] = {"seen": request.form.get("seen", ""), "by": actor(), "now": clock.now()}
        services.rain_out(season, _closing(form), words, **deed)
    except Conflict:
        raise
    except Refused as problem:
        return _plan_page(season, form, words, [says(reason) for reason in problem.reasons], 422)
    flash(ngettext("One game is placed again.", "%(num)s games are placed again.", len(words)), "signed")
    return redirect(url_for("season_schedule.show", season_id=season_id), 303)


@bp.post("/changes/<id:change_id>/undo")
@door(P.PROGRAM_EDIT)
def undo(change_id: int) -> BaseResponse:
    """Put every game of a change back."""
    change = queries.get_change_for(actor(), P.PROGRAM_EDIT, change_id)
    season_id = change.season_id
    services.undo(change, by=actor(), now=clock.now())
    flash(_("Every game is where it was before."), "signed")
    return redirect(url_for("season_schedule.show", season_id=season_id), 303)


def _offer_fields(form: Any, season: Season) -> None:
    venues = season_queries.field_names(season.id)
    form.venue_id.choices = [
        SelectChoice("", _("All fields")),
        *(SelectChoice(str(key), name) for key, name in venues.items()),
    ]


def _closing(form: Any) -> services.Closing:
    first: date = form.first.data
    return services.Closing(first, form.until.data or first, key_in(form.venue_id.data), form.reason.data or "")


def _ask_page(season: Season, form: Any, status: int = 200) -> Response:
    return page("leagues/rain_out.html", status, season=season, form=form)


def _plan_page(
    season: Season,
    form: Any,
    words: Mapping[int, str] | None = None,
    problems: list[str] | None = None,
    status: int = 200,
) -> Response:
    closing, now = _closing(form), clock.now()
    reasons = services.refusals_to_close(closing)
    if not reasons:
        state = queries.state_of(season)
        hit = queries.games_hit(state, closing.days, now)
        reasons = services.refusals_of_number(len(hit))
    if reasons:
        form.take(reasons)
        return _ask_page(season, form, 422)
    end = time.monotonic() + PLAN_SECONDS
    plan = queries.propose(state, hit, closing.days, now, lambda: time.monotonic() < end)
    games = []
    for offer in plan.offers:
        chosen = (words or {}).get(offer.line.fixture_id) or (rules.slot_word(offer.slots[0]) if offer.slots else OFF)
        options = [(rules.slot_word(slot), slot) for slot in offer.slots]
        lack = sentence(rules.LACKS[offer.lack], {"days": offer.days}.items()) if offer.lack else ""
        games.append((offer.line, options, chosen, lack))
    return page(
        "leagues/rain_plan.html",
        status,
        season=season,
        form=form,
        plan=plan,
        games=games,
        names=state.names.venues,
        field=state.names.venues.get(str(closing.venue_id)) if closing.venue_id else None,
        closing=closing,
        lost=sum(not offer.slots for offer in plan.offers),
        problems=[(None, each) for each in problems or ()],
        clock_time=clock_time,
        OFF=OFF,
    )
