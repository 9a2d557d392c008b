"""Putting somebody on a register who does not belong to its group, and saying who it was whose name a phone kept."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.attendance import services, walk_in_queries
from youthprog.attendance.forms import WalkInForm
from youthprog.attendance.routes import device
from youthprog.attendance.types import TypedName, WalkInLine
from youthprog.core import clock
from youthprog.core.db import key_in
from youthprog.core.permissions import P
from youthprog.core.refusals import Refused
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering
from youthprog.web.edge import actor, door
from youthprog.web.language import gettext, says
from youthprog.web.pages import page

bp = Blueprint("walk_ins", __name__)


@bp.get("/gatherings/<id:gathering_id>/walk-in")
@door(P.REGISTER_TAKE)
def new(gathering_id: int) -> BaseResponse:
    """The page that asks who walked in; with a deed, who it was whose name was typed without a network."""
    gathering = _gathering(gathering_id)
    typed = _typed(gathering, request.args.get("deed"))
    form = WalkInForm(formdata=None, name=typed.name if typed else None, deed=typed.client_id if typed else None)
    meant = walk_in_queries.walk_ins_named(actor(), gathering, typed.name, clock.today()) if typed else None
    return _page(gathering, form, 200, meant, typed)


@bp.post("/gatherings/<id:gathering_id>/walk-in")
@door(P.REGISTER_TAKE)
def add(gathering_id: int) -> BaseResponse:
    """Mark somebody of the season as walked in, or ask which of several is meant."""
    gathering, form = _gathering(gathering_id), WalkInForm()
    typed = _typed(gathering, form.deed.data)
    if not form.validate_on_submit():
        return _page(gathering, form, 422, None, typed)
    register = redirect(url_for("attendance.show", gathering_id=gathering.id), 303)
    if typed and form.nobody.data:
        services.settle_walk_in(gathering, typed.client_id, None, by=actor(), now=clock.now())
        flash(gettext("%(name)s is none of ours. The register stays as it is.", name=typed.name), "neutral")
        return register
    meant = walk_in_queries.walk_ins_named(actor(), gathering, form.name.data or "", clock.today())
    chosen = _chosen(meant, form.youth_id.data)
    if chosen is None:
        if not meant:
            reason = gettext("Nobody of this name is enrolled in this season. Type the whole name, or ask the office.")
            form.name.errors = [reason]
        return _page(gathering, form, 422, meant, typed)
    try:
        if typed:
            services.settle_walk_in(gathering, typed.client_id, chosen.youth_id, by=actor(), now=clock.now())
        else:
            services.save_walk_in(gathering, chosen.youth_id, by=actor(), now=clock.now(), device=device())
    except Refused as refused:
        form.name.errors = [says(reason) for reason in refused.reasons]
        return _page(gathering, form, 422, None, typed)
    flash(gettext("%(name)s walked in and stands on the register.", name=chosen.name), "signed")
    return register


def _gathering(gathering_id: int) -> Gathering:
    return programs.get_gathering_for(actor(), P.REGISTER_TAKE, gathering_id, clock.today())


def _typed(gathering: Gathering, client_id: str | None) -> TypedName | None:
    """The typed name a page is about, if it is about one. Raises `NotFound` for none of this gathering's."""
    return walk_in_queries.get_unsettled(gathering.id, client_id) if client_id else None


def _chosen(meant: list[WalkInLine], asked: str | None) -> WalkInLine | None:
    """The one that was chosen, or the only one."""
    if (youth_id := key_in(asked)) is not None:
        return next((line for line in meant if line.youth_id == youth_id), None)
    return meant[0] if len(meant) == 1 else None


def _page(
    gathering: Gathering,
    form: WalkInForm,
    status: int = 200,
    meant: list[WalkInLine] | None = None,
    typed: TypedName | None = None,
) -> BaseResponse:
    lines = meant or ()
    choices = [(line.youth_id, f"{line.name} · {line.told}" if line.told else line.name) for line in lines]
    return page(
        "attendance/walk_in.html", status, gathering=gathering, form=form, meant=meant, choices=choices, typed=typed
    )
