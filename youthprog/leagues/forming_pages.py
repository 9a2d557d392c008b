"""Forming a division's teams: what is known of the children, a draft to look at and change, and accepting it. Edge."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.audit.services import record_read
from youthprog.core import clock
from youthprog.core.names import tokens_of
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound, Refused
from youthprog.leagues import forming_known as knowing
from youthprog.leagues import forming_queries as queries
from youthprog.leagues import forming_services as services
from youthprog.leagues import forming_words as words
from youthprog.leagues.forming_blocks import contradiction_of
from youthprog.leagues.forming_models import (
    MOST_POINTS,
    Forming,
    FormingState,
    TeamLimit,
    TeamLink,
    TeamRequest,
    TeamWish,
)
from youthprog.leagues.forming_queries import PoolLine, TeamLine
from youthprog.leagues.forming_types import Contradiction, Figures, LinkKind, Unmet
from youthprog.leagues.forming_wire import read
from youthprog.leagues.forms import FormingForm, LimitForm, LinkForm, MoveForm, WishForm
from youthprog.leagues.models import Division
from youthprog.people import queries as people
from youthprog.programs import queries as programs
from youthprog.web.edge import actor, door
from youthprog.web.forms import SelectChoice
from youthprog.web.language import gettext as _
from youthprog.web.language import language, weekday
from youthprog.web.pages import page

bp = Blueprint("forming", __name__)
S = FormingState
A_MONDAY = date(2024, 1, 1)
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
MOST_CANDIDATES = 4


@dataclass(frozen=True)
class Known:
    """A division with its children and teams, as far as the reader may see them."""

    division: Division
    pool: list[PoolLine]
    teams: list[TeamLine]
    names: Mapping[int, str]
    team_names: Mapping[int, str]

    @property
    def shown(self) -> list[PoolLine]:
        """The children the reader may see."""
        return [line for line in self.pool if line.youth_id in self.names]


def _known(division: Division) -> Known:
    on = clock.today()
    pool, teams = queries.pool_of(division), queries.teams_of(division.id, on)
    seen = people.reachable(actor(), P.TEAM_FORM, [line.youth_id for line in pool], on)
    names = {line.youth_id: line.name for line in pool if line.youth_id in seen}
    return Known(division, pool, teams, names, {team.group_id: team.name for team in teams})


def _division(division_id: int) -> Division:
    return queries.get_division_for(actor(), P.TEAM_FORM, division_id)


def _deed() -> dict[str, Any]:
    return {"by": actor(), "now": clock.now()}


def season_name(division: Division) -> str:
    """Program and season of a division in the page's language."""
    season = division.season
    names = (season.program.name_es, season.name_es) if language() == "es" else (season.program.name, season.name)
    return ", ".join(names)


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
    return _division_page(_division(division_id))


@bp.post("/divisions/<id:division_id>/form")
@door(P.TEAM_FORM)
def start(division_id: int) -> Response | BaseResponse:
    """Ask for a draft."""
    found, form = _division(division_id), _forming_form()
    if form.validate_on_submit():
        try:
            forming = services.ask(
                found, skill_within=int(form.skill_within.data), mix_ages=form.mix_ages.data, **_deed()
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
    known, on = _known(found), clock.today()
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


# ---- ratings ----


@bp.get("/divisions/<id:division_id>/ratings")
@door(P.TEAM_FORM)
def ratings(division_id: int) -> Response:
    """How well each child plays, as far as it is known."""
    known = _known(_division(division_id))
    record_read("ratings.read", "division", division_id, by=actor(), children=len(known.shown))
    return page("leagues/ratings.html", known=known, division=known.division, most=MOST_POINTS, errors={}, typed={})


@bp.post("/divisions/<id:division_id>/ratings")
@door(P.TEAM_FORM)
def rate(division_id: int) -> Response | BaseResponse:
    """Keep the ratings typed."""
    known = _known(_division(division_id))
    typed = {line.youth_id: request.form.get(f"p-{line.youth_id}") for line in known.shown}
    given = {youth_id: text.strip() for youth_id, text in typed.items() if text is not None}
    wrong = {
        youth_id: _("Write a number from %(min)s to %(max)s.", min=0, max=MOST_POINTS)
        for youth_id, text in given.items()
        if text and not (text.isascii() and text.isdigit() and len(text) <= 2 and int(text) <= MOST_POINTS)
    }
    if wrong:
        return page(
            "leagues/ratings.html", 422,
            known=known, division=known.division, most=MOST_POINTS, errors=wrong, typed=given,
        )  # fmt: skip
    points = {youth_id: int(text) if text else None for youth_id, text in given.items()}
    knowing.rate(known.division, points, **_deed())
    flash(_("Saved."), "signed")
    return redirect(url_for(".division", division_id=division_id), 303)


# ---- links, wishes, limits, what families wrote ----


@bp.get("/divisions/<id:division_id>/links")
@door(P.TEAM_FORM)
def links(division_id: int) -> Response:
    """Who stays together or apart, who wishes for whom, who cannot come when, and what families wrote."""
    return _links_page(_division(division_id))


@bp.post("/divisions/<id:division_id>/links")
@door(P.TEAM_FORM)
def link(division_id: int) -> Response | BaseResponse:
    """Keep two children together or apart."""
    found = _division(division_id)
    form: Any = _forms(_known(found))[0]
    if form.validate_on_submit():
        try:
            knowing.link(found, LinkKind(form.kind.data), int(form.one.data), int(form.other.data), **_deed())
            return _to_links(division_id)
        except Refused as problem:
            form.take(problem.reasons)
    return _links_page(found, 422, link_form=form)


@bp.post("/divisions/<id:division_id>/siblings")
@door(P.TEAM_FORM)
def siblings(division_id: int) -> BaseResponse:
    """Keep together all children who share a household."""
    count = knowing.keep_siblings_together(_division(division_id), **_deed())
    flash(_("%(count)s pairs are kept together.", count=count), "signed")
    return _to_links(division_id)


@bp.post("/divisions/<id:division_id>/wishes")
@door(P.TEAM_FORM)
def wish(division_id: int) -> Response | BaseResponse:
    """Note a wish for a teammate."""
    found = _division(division_id)
    form: Any = _forms(_known(found))[1]
    if form.validate_on_submit():
        try:
            knowing.wish(found, int(form.youth.data), int(form.wanted.data), **_deed())
            return _to_links(division_id)
        except Refused as problem:
            form.take(problem.reasons)
    return _links_page(found, 422, wish_form=form)


@bp.post("/divisions/<id:division_id>/limits")
@door(P.TEAM_FORM)
def limit(division_id: int) -> Response | BaseResponse:
    """Note a day or place where a child cannot come."""
    found = _division(division_id)
    form: Any = _forms(_known(found))[2]
    if form.validate_on_submit():
        kind, key = form.when.data.split()
        weekday_, site_id = (int(key), None) if kind == "day" else (None, int(key))
        knowing.limit(found, int(form.child.data), weekday=weekday_, site_id=site_id, **_deed())
        return _to_links(division_id)
    return _links_page(found, 422, limit_form=form)


@bp.post("/divisions/<id:division_id>/links/<id:link_id>/remove")
@door(P.TEAM_FORM)
def unlink(division_id: int, link_id: int) -> BaseResponse:
    """Take a link away."""
    return _forget(division_id, TeamLink, link_id)


@bp.post("/divisions/<id:division_id>/wishes/<id:wish_id>/remove")
@door(P.TEAM_FORM)
def unwish(division_id: int, wish_id: int) -> BaseResponse:
    """Take a wish away."""
    return _forget(division_id, TeamWish, wish_id)


@bp.post("/divisions/<id:division_id>/limits/<id:limit_id>/remove")
@door(P.TEAM_FORM)
def unlimit(division_id: int, limit_id: int) -> BaseResponse:
    """Take a limit away."""
    return _forget(division_id, TeamLimit, limit_id)


@bp.post("/divisions/<id:division_id>/words/<id:words_id>/settle")
@door(P.TEAM_FORM)
def settle(division_id: int, words_id: int) -> BaseResponse:
    """Put a family's words aside."""
    found = _division(division_id)
    asked = queries.get_known(TeamRequest, found.season_id, words_id)
    _reachable(asked.youth_id)
    knowing.settle(found, asked, **_deed())
    return _to_links(division_id)


def _forget(division_id: int, model: Any, key: int) -> BaseResponse:
    found = _division(division_id)
    known: Any = queries.get_known(model, found.season_id, key)
    for name in ("one_id", "other_id", "youth_id", "wanted_id"):
        if hasattr(known, name):
            _reachable(getattr(known, name))
    knowing.forget(found, known, **_deed())
    return _to_links(division_id)


def _reachable(youth_id: int) -> None:
    people.get_youth_for(actor(), P.TEAM_FORM, youth_id, clock.today())


def _to_links(division_id: int) -> BaseResponse:
    return redirect(url_for(".links", division_id=division_id), 303)


def _forms(known: Known, *, bare: bool = False) -> tuple[Any, Any, Any]:
    """The three forms, with the children and days to choose from; `bare` ones take nothing from the request."""
    given: dict[str, Any] = {"formdata": None} if bare else {}
    forms: tuple[Any, Any, Any] = LinkForm(**given), WishForm(**given), LimitForm(**given)
    children = [SelectChoice(str(line.youth_id), line.list_name) for line in known.shown]
    for form, names in zip(forms, (("one", "other"), ("youth", "wanted"), ("child",)), strict=True):
        for name in names:
            form[name].choices = [SelectChoice("", _("Choose a child")), *children]
    days = [SelectChoice(f"day {each}", _("Practices on %(day)s", day=_day(each))) for each in range(7)]
    sites = [
        SelectChoice(f"site {site.id}", _("Practices at %(place)s", place=site.name)) for site in programs.list_sites()
    ]
    forms[2].when.choices = [*days, *sites]
    return forms


def _day(number: int) -> str:
    return weekday(A_MONDAY + timedelta(days=number), whole=True)


def _links_page(found: Division, status: int = 200, **given: Any) -> Response:
    known = _known(found)
    link_form, wish_form, limit_form = _forms(known, bare=True)
    asked = [
        (row, row.unseal("text_sealed") or "")
        for row in queries.requests_of(found.season_id)
        if row.youth_id in known.names
    ]
    record_read("team_links.read", "division", found.id, by=actor(), children=len(known.shown), words=len(asked))
    sites = {site.id: site.name for site in programs.list_sites()}
    mine = known.names.keys()
    pairs = queries.siblings_among(list(mine), found.season_id)
    return page(
        "leagues/links.html",
        status,
        division=found,
        season_name=season_name(found),
        known=known,
        links=[row for row in queries.links_of(found.season_id) if {row.one_id, row.other_id} <= mine],
        wishes=[row for row in queries.wishes_of(found.season_id) if {row.youth_id, row.wanted_id} <= mine],
        limits=[row for row in queries.limits_of(found.season_id) if row.youth_id in mine],
        pairs=pairs,
        asked=[(row, text, _candidates(text, row.youth_id, known)) for row, text in asked],
        kinds=words.LINKS,
        day=_day,
        sites=sites,
        **({"link_form": link_form, "wish_form": wish_form, "limit_form": limit_form} | given),
    )


def _candidates(text: str, youth_id: int, known: Known) -> list[PoolLine]:
    """Children whose names a family's words hold: whole names first. A person decides; nothing is taken over."""
    said = set(tokens_of(text))
    found = []
    for line in known.shown:
        tokens = set(tokens_of(line.name))
        if line.youth_id != youth_id and tokens & said:
            found.append((tokens <= said, len(tokens & said), line))
    found.sort(key=lambda each: (not each[0], -each[1], each[2].folded_name))
    whole = [line for is_whole, _count, line in found if is_whole]
    return (whole or [line for _is_whole, _count, line in found])[:MOST_CANDIDATES]


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
    known = _known(forming.division)
    found = forming.result.get("contradiction")
    trouble = _trouble(read(Contradiction, found), known) if found else None
    return page("leagues/forming_end.html", trouble=trouble, state=STATES[forming.state], **common)


def _draft_page(forming: Forming, common: dict[str, Any]) -> Response:
    known, places = _known(forming.division), queries.places_of(forming.id)
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
    services.stop(_forming(forming_id), **_deed())
    return _to_draft(forming_id)


@bp.post("/formings/<id:forming_id>/again")
@door(P.TEAM_FORM)
def again(forming_id: int) -> BaseResponse:
    """Form again around the locked children."""
    services.ask_again(_forming(forming_id), **_deed())
    return _to_draft(forming_id)


@bp.post("/formings/<id:forming_id>/discard")
@door(P.TEAM_FORM)
def discard(forming_id: int) -> BaseResponse:
    """Put the draft away."""
    forming = _forming(forming_id)
    services.discard(forming, **_deed())
    flash(_("Discarded. The teams stay as they were."))
    return redirect(url_for(".division", division_id=forming.division_id), 303)


@bp.post("/formings/<id:forming_id>/accept")
@door(P.TEAM_FORM)
def accept(forming_id: int) -> BaseResponse:
    """Write the draft to the teams."""
    count = services.accept(_forming(forming_id), **_deed())
    flash(_("Accepted. %(count)s children came to a team.", count=count), "signed")
    return _to_draft(forming_id)


@bp.post("/formings/<id:forming_id>/undo")
@door(P.TEAM_FORM)
def undo(forming_id: int) -> BaseResponse:
    """Take an accepted draft back."""
    count = services.undo(_forming(forming_id), **_deed())
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
    _reachable(youth_id)
    form: Any = _move_form(forming)
    if form.validate_on_submit():
        try:
            services.move(forming, youth_id, int(form.team.data), **_deed())
            flash(_("Moved and locked. Form again to even out the teams around it."), "signed")
            return _to_draft(forming_id)
        except Refused as problem:
            form.take(problem.reasons)
    return _child_page(forming, youth_id, 422, form)


@bp.post("/formings/<id:forming_id>/children/<id:youth_id>/unlock")
@door(P.TEAM_FORM)
def unlock(forming_id: int, youth_id: int) -> BaseResponse:
    """Let a child move again."""
    _reachable(youth_id)
    services.unlock(_forming(forming_id), youth_id, **_deed())
    return _to_draft(forming_id)


def _move_form(forming: Forming, chosen: int | None = None) -> Any:
    form: Any = MoveForm(team=str(chosen)) if chosen is not None else MoveForm()
    form.team.choices = [
        SelectChoice(str(team.group_id), team.name) for team in queries.teams_of(forming.division_id, clock.today())
    ]
    return form


def _child_page(forming: Forming, youth_id: int, status: int = 200, form: Any = None) -> Response:
    youth = people.get_youth_for(actor(), P.TEAM_FORM, youth_id, clock.today())
    place, known = queries.get_place(forming.id, youth_id), _known(forming.division)
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
