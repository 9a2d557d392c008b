"""Pages of rosters: who plays in a game, one player's standing. An edge module."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.audit.services import record_read
from youthprog.consent.services import Lost, load_upload, upload_kind
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound, Refusal, Refused
from youthprog.leagues import queries as leagues
from youthprog.leagues.queries import TeamHead
from youthprog.leagues.rosters import facts, holds, queries, records, services
from youthprog.leagues.rosters import types as words
from youthprog.leagues.rosters.forms import (
    AcceptForm,
    ClearForm,
    HoldForm,
    PaperForm,
    SuspendForm,
    TransferForm,
)
from youthprog.leagues.rosters.models import MedicalHold, RosterException, Suspension
from youthprog.leagues.rosters.types import PaperKind
from youthprog.leagues.season.queries import find_fixture_of
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Group
from youthprog.programs.types import GatheringKind
from youthprog.web.edge import actor, door
from youthprog.web.forms import Form, SelectChoice
from youthprog.web.language import gettext as _
from youthprog.web.pages import file_response, page

bp = Blueprint("rosters", __name__)


def told() -> dict[str, Any]:
    """Who does it, and when."""
    return {"by": actor(), "now": clock.now()}


# ---- who plays ----


@bp.get("/gatherings/<id:gathering_id>/players")
@door(P.TEAM_READ)
def game_day(gathering_id: int) -> Response:
    """Who may play in a team's game, or take part in its practice, on that day, and of the others why not."""
    on = clock.today()
    gathering = programs.get_gathering_for(actor(), P.TEAM_READ, gathering_id, on)
    if gathering.group_id is None:
        raise NotFound
    team = leagues.get_team_for(
        actor(), P.TEAM_READ, leagues.get_team_id_for(actor(), P.TEAM_READ, gathering.group_id, on), on
    )
    day = clock.day_of(gathering.starts_at)
    listed = queries.players_on(gathering.group_id, day, gathering_id=gathering_id)
    reached = people.reachable(actor(), P.TEAM_READ, [each.youth_id for each in listed], on)
    shown = [each for each in listed if each.youth_id in reached]
    off = [each for each in shown if not each.may_play]
    call = people.reachable(actor(), P.CONTACT_READ, [each.youth_id for each in off], on)
    return page(
        "leagues/game_day.html",
        fixture=find_fixture_of(gathering_id) if gathering.kind is GatheringKind.GAME else None,
        gathering=gathering,
        team=team,
        off=sorted(off, key=lambda each: all(reason.state == "waiting" for reason in each.reasons)),
        playing=[each for each in shown if each.may_play],
        guardians=people.guardians_of(call, on),
        fewest=facts.keeping_by_group([gathering.group_id])[gathering.group_id].row.fewest_players,
        is_past=day < on,
    )


# ---- one player ----


@bp.get("/teams/<id:team_id>/players/<id:youth_id>/standing")
@door(P.TEAM_READ)
def player(team_id: int, youth_id: int) -> Response:
    """Whether a player may play now, what led to it, and what can be done."""
    team, _group, youth = _player(team_id, youth_id, P.TEAM_READ)
    return _player_page(team, youth)


def _player(team_id: int, youth_id: int, permission: P) -> tuple[TeamHead, Group, Person]:
    """A team within reach, its group, and a youth within reach who is on it. Raises `NotFound`."""
    on = clock.today()
    team = leagues.get_team_for(actor(), permission, team_id, on)
    group = programs.get_group_for(actor(), permission, team.group_id, on)
    youth = people.get_youth_for(actor(), permission, youth_id, on)
    if programs.find_membership(group.id, youth.id) is None:
        raise NotFound
    return team, group, youth


def _player_page(team: TeamHead, youth: Person, status: int = 200, **given: Form) -> Response:
    on, may_edit = clock.today(), _may(P.TEAM_EDIT, youth)
    health = _may(P.HEALTH_READ, youth)
    known = records.player_file(team.group_id, youth.id, clock.now(), health=health)
    if health and any(line.note or line.signed_by for line in known.holds):
        record_read("hold.read", "person", youth.id, by=actor())
    codes = {reason.code for reason in known.player.reasons}
    forms: dict[str, Any] = {
        "accept": AcceptForm(formdata=None),
        "transfer": _transfer_form(team, bare=True),
        "suspend": SuspendForm(formdata=None),
        "hold": HoldForm(formdata=None),
        "clear": ClearForm(formdata=None),
        "paper": PaperForm(formdata=None),
    }
    return page(
        "leagues/player_standing.html",
        status,
        team=team,
        youth=youth,
        known=known,
        forms=forms | given,
        wrong=given,
        may_edit=may_edit,
        may_hold=_may(P.PLAYER_HOLD, youth),
        may_clear=_may(P.HEALTH_EDIT, youth),
        acceptable=any(code in codes for code in records.ACCEPTABLE),
        today=on,
        exceptions=words.EXCEPTIONS,
        moves=words.MOVES,
        papers=words.PAPERS,
    )


def _may(permission: P, youth: Person) -> bool:
    return bool(people.reachable(actor(), permission, [youth.id], clock.today()))


def _transfer_form(team: TeamHead, *, bare: bool = False) -> Any:
    form: Any = TransferForm(formdata=None) if bare else TransferForm()
    teams = records.teams_of_season(actor(), P.TEAM_EDIT, team.season_id, clock.today())
    form.team.choices = [
        SelectChoice(str(group_id), f"{name} ({division})")
        for group_id, name, division in teams
        if group_id != team.group_id
    ]
    return form


def _do(
    team_id: int, youth_id: int, permission: P, name: str, make: Callable[[TeamHead], Any], deed: Callable[..., object]
) -> Response | BaseResponse:
    """Take one form of a player's page: do the deed, or show the page again with what is wrong."""
    team, group, youth = _player(team_id, youth_id, permission)
    form = make(team)
    if form.validate_on_submit():
        try:
            here = deed(form, group, youth)
            flash(_("Saved."), "signed")
            return redirect(here if isinstance(here, str) else _standing(team_id, youth_id), 303)
        except Refused as problem:
            form.take(_beside(form, reason) for reason in problem.reasons)
    return _player_page(team, youth, 422, **{name: form})


def _beside(form: Any, reason: Refusal) -> Refusal:
    field = "why" if reason.field == "reason" and "why" in form else reason.field
    return Refusal(reason.code, reason.sentence, field, reason.values)


def _standing(team_id: int, youth_id: int) -> str:
    return url_for("rosters.player", team_id=team_id, youth_id=youth_id)


@bp.post("/teams/<id:team_id>/players/<id:youth_id>/accept")
@door(P.TEAM_EDIT)
def accept(team_id: int, youth_id: int) -> Response | BaseResponse:
    """Let stand, in writing, what the division's rules have against a player."""

    def deed(form: Any, group: Group, youth: Person) -> None:
        services.accept(youth.id, group, reason=form.reason.data, **told())

    return _do(team_id, youth_id, P.TEAM_EDIT, "accept", lambda _team: AcceptForm(), deed)


@bp.post("/teams/<id:team_id>/players/<id:youth_id>/exceptions/<id:exception_id>/end")
@door(P.TEAM_EDIT)
def end_exception(team_id: int, youth_id: int, exception_id: int) -> BaseResponse:
    """Let something stand no longer."""
    _team, _group, youth = _player(team_id, youth_id, P.TEAM_EDIT)
    row: RosterException = records.get_of_youth(RosterException, exception_id, youth.id)
    services.take_back_exception(row, **told())
    flash(_("Saved."))
    return redirect(_standing(team_id, youth_id), 303)


@bp.post("/teams/<id:team_id>/players/<id:youth_id>/transfer")
@door(P.TEAM_EDIT)
def transfer(team_id: int, youth_id: int) -> Response | BaseResponse:
    """Move a player to another team of the season."""

    def deed(form: Any, group: Group, youth: Person) -> str:
        new = programs.get_group_for(actor(), P.TEAM_EDIT, int(form.team.data), clock.today())
        services.transfer(youth.id, group, new, jersey=form.jersey.data or None, reason=form.why.data, **told())
        return url_for("teams.people_of", team_id=team_id)

    return _do(team_id, youth_id, P.TEAM_EDIT, "transfer", _transfer_form, deed)


@bp.post("/teams/<id:team_id>/players/<id:youth_id>/suspend")
@door(P.TEAM_EDIT)
def suspend(team_id: int, youth_id: int) -> Response | BaseResponse:
    """Let a player sit out games."""

    def deed(form: Any, group: Group, youth: Person) -> None:
        services.suspend(
            youth.id, group, games=form.games.data, until_on=form.until_on.data, from_on=form.suspend_from_on.data,
            reason=form.suspend_why.data, **told(),
        )  # fmt: skip

    return _do(team_id, youth_id, P.TEAM_EDIT, "suspend", lambda _team: SuspendForm(), deed)


@bp.post("/teams/<id:team_id>/players/<id:youth_id>/suspensions/<id:suspension_id>/lift")
@door(P.TEAM_EDIT)
def lift(team_id: int, youth_id: int, suspension_id: int) -> BaseResponse:
    """End a suspension before its time."""
    _team, _group, youth = _player(team_id, youth_id, P.TEAM_EDIT)
    row: Suspension = records.get_of_youth(Suspension, suspension_id, youth.id)
    services.lift(row, **told())
    flash(_("Saved."))
    return redirect(_standing(team_id, youth_id), 303)


@bp.post("/teams/<id:team_id>/players/<id:youth_id>/hold")
@door(P.PLAYER_HOLD)
def hold(team_id: int, youth_id: int) -> Response | BaseResponse:
    """Take a player off for health: a coach may, on the field; only the office ends it."""

    def deed(form: Any, group: Group, youth: Person) -> None:
        holds.hold(
            youth.id, group.id, needs_clearance=form.head.data, note=form.note.data or "", from_on=form.from_on.data,
            **told(),
        )  # fmt: skip

    return _do(team_id, youth_id, P.PLAYER_HOLD, "hold", lambda _team: HoldForm(), deed)


@bp.post("/teams/<id:team_id>/players/<id:youth_id>/holds/<id:hold_id>/clear")
@door(P.HEALTH_EDIT)
def clear(team_id: int, youth_id: int, hold_id: int) -> Response | BaseResponse:
    """End a hold, with the clearance where it needs one."""

    def deed(form: Any, _group: Group, youth: Person) -> None:
        if not _may(P.HEALTH_EDIT, youth):
            raise NotFound
        row: MedicalHold = records.get_of_youth(MedicalHold, hold_id, youth.id)
        holds.clear(
            row, cleared_on=form.cleared_on.data, signed_by=form.signed_by.data or "",
            paper=form.file.data.read() if form.file.data else None, paper_in_office=form.in_office.data, **told(),
        )  # fmt: skip

    return _do(team_id, youth_id, P.TEAM_READ, "clear", lambda _team: ClearForm(), deed)


@bp.get("/teams/<id:team_id>/players/<id:youth_id>/holds/<id:hold_id>/clearance")
@door(P.HEALTH_READ)
def clearance(team_id: int, youth_id: int, hold_id: int) -> Response:
    """The clearance that ended a hold."""
    _team, _group, youth = _player(team_id, youth_id, P.TEAM_READ)
    if not _may(P.HEALTH_READ, youth):
        raise NotFound
    row: MedicalHold = records.get_of_youth(MedicalHold, hold_id, youth.id)
    try:
        content = load_upload(row.paper_sha256 or "")
    except Lost:
        raise NotFound from None
    record_read("hold.clearance.read", "person", youth.id, by=actor())
    kind = upload_kind(content) or "application/octet-stream"
    return file_response(content, name=_("Clearance"), kind=kind, download=True)


@bp.post("/teams/<id:team_id>/players/<id:youth_id>/paper")
@door(P.TEAM_EDIT)
def paper(team_id: int, youth_id: int) -> Response | BaseResponse:
    """Note that the office has seen a paper of a player."""

    def deed(form: Any, _group: Group, youth: Person) -> None:
        holds.see_paper(youth.id, PaperKind(form.kind.data), valid_until_on=form.valid_until_on.data, **told())

    return _do(team_id, youth_id, P.TEAM_EDIT, "paper", lambda _team: PaperForm(), deed)
