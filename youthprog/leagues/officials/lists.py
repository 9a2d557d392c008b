"""What a program asks of those who serve at games: roles, numbers, the people and what they hold. An edge module."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.core import clock
from youthprog.core.db import key_in
from youthprog.core.permissions import P
from youthprog.core.refusals import Refused
from youthprog.leagues.officials import candidates, list_services, queries
from youthprog.leagues.officials.forms import CredentialForm, OfficialForm, RoleForm, ServesForm, TravelForm
from youthprog.leagues.officials.models import DutyRole, Official
from youthprog.people import services as people_services
from youthprog.programs import queries as programs
from youthprog.programs.models import Season
from youthprog.web.edge import actor, door
from youthprog.web.forms import SelectChoice
from youthprog.web.language import gettext as _
from youthprog.web.language import language
from youthprog.web.pages import page

bp = Blueprint("official_lists", __name__)


def _deed() -> dict[str, Any]:
    return {"by": actor(), "now": clock.now()}


def _named(role: DutyRole) -> str:
    return role.name_es if language() == "es" and role.name_es else role.name


# ---- roles and numbers ----


@bp.get("/seasons/<id:season_id>/officials/needs")
@door(P.PROGRAM_EDIT)
def needs(season_id: int) -> Response:
    """The roles of a program, and how many of each a game of each division needs."""
    return _needs_page(queries.get_season_for(actor(), season_id))


def _needs_page(season: Season, status: int = 200, form: Any = None, travel: Any = None) -> Response:
    minutes = queries.travel_of([season.program_id])[season.program_id]
    return page(
        "leagues/official_needs.html", status, season=season, roles=queries.roles_of(season.program_id),
        divisions=queries.divisions_of(season.id), needed=queries.needs_of(season.id), named=_named,
        form=form or RoleForm(formdata=None), travel=travel or TravelForm(formdata=None, travel_minutes=minutes),
    )  # fmt: skip


@bp.post("/seasons/<id:season_id>/officials/needs")
@door(P.PROGRAM_EDIT)
def set_needs(season_id: int) -> BaseResponse:
    """Say how many of each role a game needs."""
    season = queries.get_season_for(actor(), season_id)
    travel: Any = TravelForm()
    if not travel.validate_on_submit():
        return _needs_page(season, 422, travel=travel)
    needed = {
        (division_id, role.id): _number(request.form.get(f"need-{division_id}-{role.id}", ""))
        for division_id, _name in queries.divisions_of(season_id)
        for role in queries.roles_of(season.program_id)
    }
    try:
        list_services.set_needs(season, needed, travel.travel_minutes.data, **_deed())
    except Refused as problem:
        travel.take(problem.reasons)
        return _needs_page(season, 422, travel=travel)
    flash(_("Saved."), "signed")
    return redirect(url_for(".needs", season_id=season_id), 303)


def _number(text: str) -> int:
    """A number as typed; nothing is none, and what is no number is too many, so that it is refused."""
    text = text.strip()
    return 0 if text in ("", "0") else key_in(text) or 10**6


@bp.post("/seasons/<id:season_id>/officials/roles")
@door(P.PROGRAM_EDIT)
def add_role(season_id: int) -> BaseResponse:
    """Add a role, or the usual ones."""
    season = queries.get_season_for(actor(), season_id)
    if request.form.get("usual"):
        list_services.add_usual_roles(season, **_deed())
        return redirect(url_for(".needs", season_id=season_id), 303)
    form: Any = RoleForm()
    if form.validate_on_submit():
        try:
            list_services.add_role(season, form.name.data, form.name_es.data or "", form.credentials(), **_deed())
            flash(_("Saved."), "signed")
            return redirect(url_for(".needs", season_id=season_id), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return _needs_page(season, 422, form=form)


@bp.get("/seasons/<id:season_id>/officials/roles/<id:role_id>")
@door(P.PROGRAM_EDIT)
def role(season_id: int, role_id: int) -> Response:
    """The form of a role."""
    season, row = _role(season_id, role_id)
    values = {"name": row.name, "name_es": row.name_es, "needs": ", ".join(row.needs)}
    return page("leagues/official_role.html", season=season, role=row, form=RoleForm(formdata=None, **values))


def _role(season_id: int, role_id: int) -> tuple[Season, DutyRole]:
    season = queries.get_season_for(actor(), season_id)
    return season, queries.get_role(season, role_id)


@bp.post("/seasons/<id:season_id>/officials/roles/<id:role_id>")
@door(P.PROGRAM_EDIT)
def change_role(season_id: int, role_id: int) -> BaseResponse:
    """Change a role, or take it off the list."""
    season, row = _role(season_id, role_id)
    if request.form.get("end"):
        list_services.end_role(row, **_deed())
        flash(_("Removed."))
        return redirect(url_for(".needs", season_id=season_id), 303)
    form: Any = RoleForm()
    if form.validate_on_submit():
        try:
            down = list_services.change_role(
                row, form.name.data, form.name_es.data or "", form.credentials(), **_deed()
            )
            _tell(len(down))
            return redirect(url_for(".needs", season_id=season_id), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return page("leagues/official_role.html", 422, season=season, role=row, form=form)


def _tell(stood_down: int) -> None:
    """Say that it is saved, and how many places are open again because of it."""
    if stood_down:
        flash(_("Saved. Places that are open again because of it: %(count)s.", count=stood_down), "waiting")
    else:
        flash(_("Saved."), "signed")


# ---- people ----


@bp.get("/seasons/<id:season_id>/officials/people")
@door(P.PROGRAM_EDIT)
def people(season_id: int) -> Response:
    """The list of those who serve at the games of a program."""
    season = queries.get_season_for(actor(), season_id)
    return _people_page(season, _official_form(season, fresh=True))


def _official_form(season: Season, *, fresh: bool = False) -> Any:
    form: Any = OfficialForm(formdata=None) if fresh else OfficialForm()
    form.role_ids.choices = [SelectChoice(str(role.id), _named(role)) for role in queries.roles_of(season.program_id)]
    return form


def _people_page(season: Season, form: Any, status: int = 200) -> Response:
    lines = candidates.list_officials(season.program_id, clock.now())
    roles = {role.id: _named(role) for role in queries.roles_of(season.program_id)}
    return page(
        "leagues/official_people.html", status, season=season, lines=lines, roles=roles, form=form, today=clock.today()
    )


@bp.post("/seasons/<id:season_id>/officials/people")
@door(P.PROGRAM_EDIT)
def add(season_id: int) -> BaseResponse:
    """Put an adult on the list: the one of this name and address, who is added when there is none."""
    season = queries.get_season_for(actor(), season_id)
    form = _official_form(season)
    if form.validate_on_submit():
        try:
            names = form.given_name.data, form.family_name.data
            adult = people_services.take_adult(*names, email=form.email.data, **_deed())
            row = list_services.add_official(season, adult, _keys(form.role_ids.data), **_deed())
            flash(_("%(name)s is on the list.", name=adult.name), "signed")
            return redirect(url_for(".official", season_id=season_id, official_id=row.id), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return _people_page(season, form, 422)


def _keys(texts: Any) -> list[int]:
    return [key for text in texts or () if (key := key_in(text)) is not None]


@bp.get("/seasons/<id:season_id>/officials/people/<id:official_id>")
@door(P.PROGRAM_EDIT)
def official(season_id: int, official_id: int) -> Response:
    """One of the list: what they serve as, what they hold."""
    season, row = _official(season_id, official_id)
    return _official_page(season, row, _serves_form(season, row))


def _official(season_id: int, official_id: int) -> tuple[Season, Official]:
    season = queries.get_season_for(actor(), season_id)
    return season, queries.get_official(season, official_id)


def _serves_form(season: Season, row: Official, *, sent: bool = False) -> Any:
    there = [str(key) for key in sorted(candidates.role_ids_of(row.id))]
    values = {"role_ids": there, "home_site_id": str(row.home_site_id or "")}
    form: Any = ServesForm() if sent else ServesForm(formdata=None, **values)
    form.role_ids.choices = [SelectChoice(str(role.id), _named(role)) for role in queries.roles_of(season.program_id)]
    sites = [SelectChoice(str(site.id), site.name) for site in programs.list_sites()]
    form.home_site_id.choices = [SelectChoice("", _("Not said")), *sites]
    return form


def _official_page(season: Season, row: Official, form: Any, credential: Any = None, status: int = 200) -> Response:
    wanted = sorted({need for role in queries.roles_of(season.program_id) for need in role.needs})
    return page(
        "leagues/official.html", status, season=season, official=row, form=form, today=clock.today(),
        credential_form=credential or CredentialForm(formdata=None), credentials=candidates.credentials_of(row.person_id),
        wanted=wanted,
    )  # fmt: skip


@bp.post("/seasons/<id:season_id>/officials/people/<id:official_id>")
@door(P.PROGRAM_EDIT)
def change(season_id: int, official_id: int) -> BaseResponse:
    """Change what somebody serves as, or take them off the list."""
    season, row = _official(season_id, official_id)
    if request.form.get("end"):
        list_services.end_official(row, **_deed())
        flash(_("Removed."))
        return redirect(url_for(".people", season_id=season_id), 303)
    form = _serves_form(season, row, sent=True)
    if not form.validate_on_submit():
        return _official_page(season, row, form, status=422)
    site_id = int(form.home_site_id.data) if form.home_site_id.data else None
    _tell(len(list_services.change_official(row, _keys(form.role_ids.data), site_id, **_deed())))
    return redirect(url_for(".official", season_id=season_id, official_id=official_id), 303)


@bp.post("/seasons/<id:season_id>/officials/people/<id:official_id>/credentials")
@door(P.PROGRAM_EDIT)
def credential(season_id: int, official_id: int) -> BaseResponse:
    """Note a credential, or take one off the file."""
    season, row = _official(season_id, official_id)
    here = url_for(".official", season_id=season_id, official_id=official_id)
    ended = key_in(request.form.get("end", ""))
    if ended is not None:
        _tell(len(list_services.end_credential(queries.get_credential(row.person_id, ended), **_deed())))
        return redirect(here, 303)
    form: Any = CredentialForm()
    if form.validate_on_submit():
        try:
            about = (form.name.data, form.from_on.data, form.until_on.data)
            list_services.add_credential(row.person, *about, **_deed())
            flash(_("Saved."), "signed")
            return redirect(here, 303)
        except Refused as problem:
            form.take(problem.reasons)
    return _official_page(season, row, _serves_form(season, row), form, 422)
