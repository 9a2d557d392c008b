"""One row of a register: what was said of a youth, by whom, when and from which device; and the rarer marks."""

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.attendance import queries, rules, services, told_queries
from youthprog.attendance.forms import OneMarkForm
from youthprog.attendance.routes import device
from youthprog.attendance.types import Mark, RollLine
from youthprog.audit.services import record_read
from youthprog.core import clock
from youthprog.core.db import key_in
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound, Refused
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering
from youthprog.web.edge import actor, door
from youthprog.web.language import gettext, says
from youthprog.web.pages import page

bp = Blueprint("telling", __name__)
RARER = {Mark.LEFT_EARLY.value: Mark.LEFT_EARLY, "": None}


@bp.get("/gatherings/<id:gathering_id>/youth/<id:youth_id>")
@door(P.REGISTER_READ)
def show(gathering_id: int, youth_id: int) -> BaseResponse:
    """Everything that was said of one youth at a gathering."""
    gathering, line = _line(P.REGISTER_READ, gathering_id, youth_id)
    return _page(gathering, line)


@bp.post("/gatherings/<id:gathering_id>/youth/<id:youth_id>")
@door(P.REGISTER_TAKE)
def mark(gathering_id: int, youth_id: int) -> BaseResponse:
    """Say that the youth left early, or take the mark back."""
    gathering, line = _line(P.REGISTER_TAKE, gathering_id, youth_id)
    form = OneMarkForm()
    if not form.validate_on_submit() or form.mark.data not in RARER:
        return _page(gathering, line, 422, [gettext("Load the page again, then choose.")])
    wanted = {youth_id: RARER[form.mark.data]}
    seen = {youth_id: key_in(form.seen.data) or 0}
    try:
        services.save_register(gathering, wanted, seen=seen, by=actor(), now=clock.now(), device=device())
    except Refused as refused:
        _gathering, line = _line(P.REGISTER_TAKE, gathering_id, youth_id)
        return _page(gathering, line, 422, [says(reason) for reason in refused.reasons])
    flash(gettext("Saved. The mark before it is kept below."), "signed")
    return redirect(url_for(".show", gathering_id=gathering_id, youth_id=youth_id), 303)


def _line(permission: P, gathering_id: int, youth_id: int) -> tuple[Gathering, RollLine]:
    """A gathering within reach, and the youth's row of its register as this reader sees it. Raises `NotFound`."""
    gathering = programs.get_gathering_for(actor(), permission, gathering_id, clock.today())
    roll = queries.roll_of(actor(), permission, gathering, clock.today())
    line = next((line for line in roll.lines if line.youth_id == youth_id), None)
    if line is None:
        raise NotFound
    if line.alert:
        record_read("register.read", "gathering", gathering.id, by=actor(), youth=1)
    return gathering, line


def _page(gathering: Gathering, line: RollLine, status: int = 200, problems: list[str] | None = None) -> BaseResponse:
    return page(
        "attendance/told.html",
        status,
        gathering=gathering,
        line=line,
        flags=rules.FLAGS,
        told=told_queries.told_of(gathering.id, line.youth_id),
        can_take=actor().may(P.REGISTER_TAKE),
        form=OneMarkForm(),
        problems=[(None, each) for each in problems or ()],
    )
