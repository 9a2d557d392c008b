"""Making and changing teams by hand: the team itself, its players, its coaches."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.access import queries as access
from youthprog.access.types import Role
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound, Refusal, Refused
from youthprog.leagues import queries, services
from youthprog.leagues.forms import CoachForm, NumberForm, PlayerForm, TeamForm
from youthprog.leagues.imports.writing import NO_DIVISION, open_team
from youthprog.leagues.queries import TeamHead
from youthprog.leagues.rosters import services as rosters
from youthprog.leagues.rosters.forms import LeaveForm
from youthprog.people import queries as people
from youthprog.programs import queries as programs
from youthprog.programs import services as groups
from youthprog.programs.models import Group, GroupMember
from youthprog.programs.types import STAFF_ROLES, ProgramKind, StaffRole
from youthprog.web.edge import actor, door
from youthprog.web.forms import SelectChoice
from youthprog.web.language import gettext as _
from youthprog.web.language import language
from youthprog.web.pages import page

bp = Blueprint("teams", __name__)


def _deed() -> dict[str, Any]:
    return {"by": actor(), "now": clock.now()}


def _team(team_id: int) -> tuple[TeamHead, Group]:
    """A team one may change, and its group."""
    on = clock.today()
    team = queries.get_team_for(actor(), P.TEAM_EDIT, team_id, on)
    return team, programs.get_group_for(actor(), P.TEAM_EDIT, team.group_id, on)


# ---- the team itself ----


@bp.get("/teams/new")
@door(P.TEAM_EDIT)
def new() -> Response:
    """The form of a new team."""
    return _team_page(_team_form(season_id=request.args.get("season", "")))


@bp.post("/teams/new")
@door(P.TEAM_EDIT)
def create() -> BaseResponse:
    """Make a team; players and coaches follow."""
    form: Any = _team_form()
    if not form.validate_on_submit():
        return _team_page(form, 422)
    season = programs.get_season_for(actor(), P.TEAM_EDIT, int(form.season_id.data))
    try:
        team = open_team(season, form.division.data, form.name.data, **_about(form), **_deed())
    except Refused as problem:
        form.take(problem.reasons)
        return _team_page(form, 422)
    flash(_("%(team)s is here. Add its players and its coach.", team=form.name.data), "signed")
    return redirect(url_for("teams.people_of", team_id=team.id), 303)


@bp.get("/teams/<id:team_id>/edit")
@door(P.TEAM_EDIT)
def edit(team_id: int) -> Response:
    """The form of a team."""
    team, group = _team(team_id)
    division = "" if team.division == NO_DIVISION else team.division
    values = {"season_id": str(team.season_id), "division": division, "site_id": str(group.site_id or "")}
    return _team_page(_team_form(team, obj=group, **values), team=team)


@bp.post("/teams/<id:team_id>/edit")
@door(P.TEAM_EDIT)
def update(team_id: int) -> BaseResponse:
    """Change a team. It stays in its season."""
    team, group = _team(team_id)
    form: Any = _team_form(team)
    form.season_id.data = str(team.season_id)
    if form.validate_on_submit():
        try:
            services.change_team(team_id, group, form.division.data, name=form.name.data, **_about(form), **_deed())
            flash(_("Saved."), "signed")
            return redirect(url_for("leagues.show", team_id=team_id), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return _team_page(form, 422, team=team)


def _team_form(team: TeamHead | None = None, **values: Any) -> TeamForm:
    """The form with the seasons and sites one may choose; a team stays in its season."""
    form = TeamForm(**values) if request.method == "GET" else TeamForm()
    seasons = programs.list_seasons(actor(), P.TEAM_EDIT, not_over_on=None if team else clock.today())
    form.season_id.choices = [
        SelectChoice(str(line.season_id), f"{line.program.named(language())}, {line.name.named(language())}")
        for line in seasons
        if (line.season_id == team.season_id if team else line.program_kind is not ProgramKind.MENTORSHIP)
    ]
    sites = [SelectChoice(str(site.id), site.name) for site in programs.list_sites()]
    form.site_id.choices = [SelectChoice("", _("No site")), *sites]
    return form


def _about(form: Any) -> dict[str, Any]:
    site_id = int(form.site_id.data) if form.site_id.data else None
    return {"meets": form.meets.data or None, "places": form.places.data, "site_id": site_id}


def _team_page(form: TeamForm, status: int = 200, team: TeamHead | None = None) -> Response:
    return page("leagues/team_form.html", status, form=form, team=team)


# ---- players and coaches ----


@bp.get("/teams/<id:team_id>/people")
@door(P.TEAM_EDIT)
def people_of(team_id: int) -> Response:
    """Who plays and who coaches, each one step from a change."""
    return _people_page(*_team(team_id))


@bp.post("/teams/<id:team_id>/players")
@door(P.TEAM_EDIT)
def add_player(team_id: int) -> BaseResponse:
    """Put an enrolled young person on the team."""
    team, group = _team(team_id)
    form: Any = _player_form(team)
    if form.validate_on_submit():
        try:
            jersey, reason = form.jersey.data or None, form.reason.data or ""
            rosters.add_player(int(form.youth_id.data), group, jersey=jersey, reason=reason, **_deed())
            flash(_("On the team."), "signed")
            return _back(team_id)
        except Refused as problem:
            form.take(problem.reasons)
    return _people_page(team, group, 422, player_form=form)


@bp.get("/teams/<id:team_id>/players/<id:youth_id>")
@door(P.TEAM_EDIT)
def player(team_id: int, youth_id: int) -> Response:
    """One player's number and place on the team."""
    team, member, name = _member(team_id, youth_id)
    form = NumberForm(formdata=None, jersey=member.jersey)
    return _player_page(team, youth_id, name, form)


@bp.post("/teams/<id:team_id>/players/<id:youth_id>")
@door(P.TEAM_EDIT)
def number(team_id: int, youth_id: int) -> BaseResponse:
    """Give a player another number, or none."""
    team, member, name = _member(team_id, youth_id)
    form: Any = NumberForm()
    if form.validate_on_submit():
        try:
            groups.give_jersey(member, form.jersey.data or None, **_deed())
            flash(_("Saved."), "signed")
            return _back(team_id)
        except Refused as problem:
            form.take(problem.reasons)
    return _player_page(team, youth_id, name, form, 422)


@bp.post("/teams/<id:team_id>/players/<id:youth_id>/leave")
@door(P.TEAM_EDIT)
def take_off(team_id: int, youth_id: int) -> BaseResponse:
    """Take a player off the team, from today on; the place in the season stays."""
    team, group = _team(team_id)
    youth, form = people.get_youth_for(actor(), P.TEAM_EDIT, youth_id, clock.today()), LeaveForm()
    if not form.validate_on_submit():
        return _player_page(team, youth.id, youth.name, NumberForm(formdata=None), 422, leave_form=form)
    rosters.leave(youth.id, group, reason=form.reason.data or "", **_deed())
    flash(_("%(name)s is off the team, and still enrolled in the season.", name=youth.name))
    return _back(team_id)


@bp.post("/teams/<id:team_id>/coaches")
@door(P.TEAM_EDIT)
def add_coach(team_id: int) -> BaseResponse:
    """Let an adult coach the team."""
    team, group = _team(team_id)
    form: Any = CoachForm()
    if form.validate_on_submit():
        names = form.given_name.data or "", form.family_name.data or ""
        try:
            adult = services.take_coach(group, form.email.data, *names, StaffRole(form.role.data), **_deed())
            flash(_("%(name)s coaches %(team)s.", name=adult.name, team=team.name), "signed")
            return _back(team_id)
        except Refused as problem:
            form.take(_beside_a_field(form, reason) for reason in problem.reasons)
    return _people_page(team, group, 422, coach_form=form)


def _beside_a_field(form: CoachForm, reason: Refusal) -> Refusal:
    field = reason.field if reason.field in form.data else "email"
    return Refusal(reason.code, reason.sentence, field, reason.values)


@bp.post("/teams/<id:team_id>/coaches/<id:person_id>/stop")
@door(P.TEAM_EDIT)
def stop_coach(team_id: int, person_id: int) -> BaseResponse:
    """Let an adult coach the team no longer, from today on."""
    _head, group = _team(team_id)
    groups.stop_leading(person_id, group, **_deed())
    flash(_("Saved."), "signed")
    return _back(team_id)


def _player_page(
    team: TeamHead, youth_id: int, name: str, form: NumberForm, status: int = 200, leave_form: LeaveForm | None = None
) -> Response:
    leave_form = leave_form or LeaveForm(formdata=None)
    given = {"team": team, "youth_id": youth_id, "name": name, "form": form, "leave_form": leave_form}
    return page("leagues/player.html", status, **given)


def _back(team_id: int) -> BaseResponse:
    return redirect(url_for("teams.people_of", team_id=team_id), 303)


def _member(team_id: int, youth_id: int) -> tuple[TeamHead, GroupMember, str]:
    team, group = _team(team_id)
    youth = people.get_youth_for(actor(), P.TEAM_EDIT, youth_id, clock.today())
    member = programs.find_membership(group.id, youth.id)
    if member is None:
        raise NotFound
    return team, member, youth.name


def _player_form(team: TeamHead) -> PlayerForm:
    """The form with everybody enrolled; who is on no team stands first."""
    form = PlayerForm()
    found = programs.list_candidates(actor(), P.TEAM_EDIT, team.season_id, team.group_id, clock.today())
    others = programs.groups_of([line.youth_id for line in found], team.season_id)
    named = [(line, ", ".join(name for _key, name in others.get(line.youth_id, []))) for line in found]
    form.youth_id.choices = [
        SelectChoice(str(line.youth_id), f"{line.list_name} ({elsewhere})" if elsewhere else line.list_name)
        for line, elsewhere in sorted(named, key=lambda pair: bool(pair[1]))
    ]
    return form


def _people_page(
    team: TeamHead,
    group: Group,
    status: int = 200,
    player_form: PlayerForm | None = None,
    coach_form: CoachForm | None = None,
) -> Response:
    on = clock.today()
    members = programs.members_of(team.group_id, on)
    readable = people.reachable(actor(), P.YOUTH_READ, [line.youth_id for line in members], on)
    return page(
        "leagues/people.html",
        status,
        team=team,
        members=sorted((line for line in members if line.youth_id in readable), key=queries.jersey_order),
        places=group.places,
        signs_in=access.who_hold(Role.COACH, [line.person_id for line in team.staff], on),
        player_form=player_form or _player_form(team),
        coach_form=coach_form or CoachForm(formdata=None),
        roles=STAFF_ROLES,
    )
