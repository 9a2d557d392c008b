"""Forming a division's teams: a draft to ask for, to look at and to change, and accepting it. Edge."""

from typing import Any

from flask import Response, flash, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.audit.services import record_read
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound, Refused
from youthprog.leagues.drafting.queries import find_draft
from youthprog.leagues.forming import queries, services, words
from youthprog.leagues.forming.blocks import contradiction_of
from youthprog.leagues.forming.forms import FormingForm, MoveForm
from youthprog.leagues.forming.models import (
    Forming,
    FormingState,
)
from youthprog.leagues.forming.shown import Known, bp, deed, division_for, known_of, season_name, within_reach
from youthprog.leagues.forming.types import Contradiction, Figures, Unmet
from youthprog.leagues.forming.wire import read
from youthprog.leagues.models import Division
from youthprog.people import queries as people
from youthprog.web.edge import actor, door
from youthprog.web.forms import SelectChoice
from youthprog.web.language import gettext as _
from youthprog.web.pages import page

S = FormingState
STATES = {
    S.ASKED: ("waiting", words.N_("Waits for its turn")),
    S.WORKING: ("waiting", words.N_("Being formed")),
    S.READY: ("waiting", words.N_("Draft to look at")),
    S.IMPOSSIBLE: ("missing", words.N_("No way found")),
    S.FAILED: ("missing", words.N_("Broke off")),
    S.ACCEPTED: ("signed", words.N_("Accepted")),
    S.UNDONE: ("neutral", words.N_("Taken back")),
    S.DISCARDED: ("neutral", words.N_("Discarded")),
}
PHASES = {
    "": words.N_("Waiting for its turn."),
    "starting": words.N_("Placing the first children."),
    "trading": words.N_("Trading children between teams."),
    "proving": words.N_("Looking for the best there is."),
    "explaining": words.N_("Finding out why each wish left is not met."),
    "done": words.N_("Writing it down."),
}
WITHIN = ("1", "2", "3", "5")


# ---- divisions ----


@bp.get("/divisions")
@door(P.TEAM_FORM)
def index() -> Response:
    """The divisions whose teams one may form."""
    rows = queries.list_divisions(actor(), P.TEAM_FORM, clock.today())
    return page("leagues/divisions.html", rows=rows, states=STATES)


@bp.get("/divisions/<id:division_id>")
@door(P.TEAM_FORM)
def division(division_id: int) -> Response:
    """What is known for forming a division, and where its drafts stand."""
    return _division_page(division_for(division_id))


@bp.post("/divisions/<id:division_id>/form")
@door(P.TEAM_FORM)
def start(division_id: int) -> Response | BaseResponse:
    """Ask for a draft."""
    found, form = division_for(division_id), _forming_form()
    if form.validate_on_submit():
        try:
            forming = services.ask(
                found, skill_within=int(form.skill_within.data), mix_ages=form.mix_ages.data, **deed()
            )
            return redirect(url_for(".show", forming_id=forming.id), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return _division_page(found, 422, form)


def _forming_form() -> Any:
    form: Any = FormingForm()
    form.skill_within.choices = [
        SelectChoice(each, _("Sums of skill differ by at most %(points)s", points=each)) for each in WITHIN
    ]
    return form


def _division_page(found: Division, status: int = 200, form: Any = None) -> Response:
    known, on = known_of(found), clock.today()
    task, formings = queries.task_for(found, known.pool, known.teams, on), queries.list_formings(found.id)
    return page(
        "leagues/division.html",
        status,
        division=found,
        season_name=season_name(found),
        known=known,
        task=task,
        rated=sum(line.points is not None for line in known.pool),
        requests=len(queries.requests_of(found.season_id)),
        siblings=len(queries.siblings_among([line.youth_id for line in known.pool], found.season_id)),
        trouble=_trouble(contradiction_of(task) if task.teams and task.children else None, known),
        formings=formings,
        live=find_draft(found.id),
        open=next((each for each in formings if each.state in services.OPEN), None),
        form=form or _forming_form(),
        states=STATES,
    )


def _trouble(found: Contradiction | None, known: Known) -> dict[str, Any] | None:
    """A contradiction in words."""
    if found is None:
        return None
    parts = [words.part_of(part, known.names, known.team_names) for part in found.parts]
    return {"told": words.obstacle_of(found), "parts": parts}


# ---- a forming ----


def _forming(forming_id: int) -> Forming:
    return queries.get_forming_for(actor(), P.TEAM_FORM, forming_id)


@bp.get("/formings/<id:forming_id>")
@door(P.TEAM_FORM)
def show(forming_id: int) -> Response:
    """How far a forming is; then its draft, or why there is no way."""
    forming = _forming(forming_id)
    common: dict[str, Any] = {
        "forming": forming,
        "division": forming.division,
        "season_name": season_name(forming.division),
    }
    if forming.state in services.UNDER_WAY:
        phase = PHASES[forming.progress.get("phase", "")]
        return page("leagues/forming_wait.html", phase=phase, **common)
    if forming.state in (S.READY, S.ACCEPTED, S.UNDONE):
        return _draft_page(forming, common)
    return _end_page(forming, common)


def _end_page(forming: Forming, common: dict[str, Any]) -> Response:
    """No draft: no way, a broken solver, or put away."""
    known = known_of(forming.division)
    found = forming.result.get("contradiction")
    trouble = _trouble(read(Contradiction, found), known) if found else None
    return page("leagues/forming_end.html", trouble=trouble, state=STATES[forming.state], **common)


def _draft_page(forming: Forming, common: dict[str, Any]) -> Response:
    known, places = known_of(forming.division), queries.places_of(forming.id)
    record_read("forming.read", "forming", forming.id, by=actor(), children=len(known.shown))
    lines = {line.youth_id: line for line in known.shown}
    on_team: dict[int, list[Any]] = {team.group_id: [] for team in known.teams}
    for place in places:
        if place.youth_id in lines and place.group_id in on_team:
            on_team[place.group_id].append((lines[place.youth_id], place))
    for group in on_team.values():
        group.sort(key=lambda pair: pair[0].folded_name)
    middle = queries.middle_of(known.pool)
    sums = {
        key: sum(middle if line.points is None else line.points for line, _place in group)
        for key, group in on_team.items()
    }
    stored = forming.result.get("figures")
    return page(
        "leagues/forming_draft.html",
        known=known,
        on_team=on_team,
        sums=sums,
        figures=read(Figures, stored) if stored else None,
        unmet=_unmet_lines(forming, known),
        by_hand=forming.result.get("by_hand"),
        missing=len({line.youth_id for line in known.pool} - {place.youth_id for place in places}),
        locked=sum(place.locked_at is not None for place in places),
        state=STATES[forming.state],
        **common,
    )


def _unmet_lines(forming: Forming, known: Known) -> list[dict[str, Any]]:
    """The unmet wishes in words: whose, for whom, why, and what it would cost."""
    found = []
    for values in forming.result.get("unmet", []):
        unmet = read(Unmet, values)
        if {unmet.wish.child, unmet.wish.wanted} <= known.names.keys():
            found.append(
                {
                    "child": known.names[unmet.wish.child],
                    "wanted": known.names[unmet.wish.wanted],
                    "why": words.barrier_of(unmet, known.names, known.team_names),
                    "instead": words.instead_of(unmet, known.names),
                    "proved": unmet.proved,
                }
            )
    return found


@bp.post("/formings/<id:forming_id>/stop")
@door(P.TEAM_FORM)
def stop(forming_id: int) -> BaseResponse:
    """End with the best so far."""
    services.stop(_forming(forming_id), **deed())
    return _to_draft(forming_id)


@bp.post("/formings/<id:forming_id>/again")
@door(P.TEAM_FORM)
def again(forming_id: int) -> BaseResponse:
    """Form again around the locked children."""
    services.ask_again(_forming(forming_id), **deed())
    return _to_draft(forming_id)


@bp.post("/formings/<id:forming_id>/discard")
@door(P.TEAM_FORM)
def discard(forming_id: int) -> BaseResponse:
    """Put the draft away."""
    forming = _forming(forming_id)
    services.discard(forming, **deed())
    flash(_("Discarded. The teams stay as they were."))
    return redirect(url_for(".division", division_id=forming.division_id), 303)


@bp.post("/formings/<id:forming_id>/accept")
@door(P.TEAM_FORM)
def accept(forming_id: int) -> BaseResponse:
    """Write the draft to the teams."""
    count = services.accept(_forming(forming_id), **deed())
    flash(_("Accepted. %(count)s children came to a team.", count=count), "signed")
    return _to_draft(forming_id)


@bp.post("/formings/<id:forming_id>/undo")
@door(P.TEAM_FORM)
def undo(forming_id: int) -> BaseResponse:
    """Take an accepted draft back."""
    count = services.undo(_forming(forming_id), **deed())
    flash(_("Taken back. %(count)s children are where they were.", count=count))
    return _to_draft(forming_id)


def _to_draft(forming_id: int) -> BaseResponse:
    return redirect(url_for(".show", forming_id=forming_id), 303)


# ---- one child of a draft ----


@bp.get("/formings/<id:forming_id>/children/<id:youth_id>")
@door(P.TEAM_FORM)
def child(forming_id: int, youth_id: int) -> Response:
    """Why a child is on its team, and another team to choose."""
    return _child_page(_forming(forming_id), youth_id)


@bp.post("/formings/<id:forming_id>/children/<id:youth_id>")
@door(P.TEAM_FORM)
def move(forming_id: int, youth_id: int) -> Response | BaseResponse:
    """Put a child on a team by hand, locked there."""
    forming = _forming(forming_id)
    within_reach(youth_id)
    form: Any = _move_form(forming)
    if form.validate_on_submit():
        try:
            services.move(forming, youth_id, int(form.team.data), **deed())
            flash(_("Moved and locked. Form again to even out the teams around it."), "signed")
            return _to_draft(forming_id)
        except Refused as problem:
            form.take(problem.reasons)
    return _child_page(forming, youth_id, 422, form)


@bp.post("/formings/<id:forming_id>/children/<id:youth_id>/unlock")
@door(P.TEAM_FORM)
def unlock(forming_id: int, youth_id: int) -> BaseResponse:
    """Let a child move again."""
    within_reach(youth_id)
    services.unlock(_forming(forming_id), youth_id, **deed())
    return _to_draft(forming_id)


def _move_form(forming: Forming, chosen: int | None = None) -> Any:
    form: Any = MoveForm(team=str(chosen)) if chosen is not None else MoveForm()
    form.team.choices = [
        SelectChoice(str(team.group_id), team.name) for team in queries.teams_of(forming.division_id, clock.today())
    ]
    return form


def _child_page(forming: Forming, youth_id: int, status: int = 200, form: Any = None) -> Response:
    youth = people.get_youth_for(actor(), P.TEAM_FORM, youth_id, clock.today())
    place, known = queries.get_place(forming.id, youth_id), known_of(forming.division)
    if youth_id not in known.names:
        raise NotFound
    return page(
        "leagues/forming_child.html",
        status,
        forming=forming,
        place=place,
        youth_id=youth_id,
        name=youth.name,
        team=known.team_names.get(place.group_id, ""),
        why=words.why_of(place.why, place.people, known.names),
        form=form or _move_form(forming, place.group_id),
        may_change=forming.state is S.READY,
    )
