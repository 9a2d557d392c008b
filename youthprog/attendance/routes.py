"""Taking attendance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.access.rules import browser_of
from youthprog.attendance import collecting, queries, rules, services, walk_in_queries
from youthprog.attendance.forms import Posted, read_register, written
from youthprog.attendance.types import Mark, Roll
from youthprog.audit.services import record_read
from youthprog.core import clock, serving
from youthprog.core.permissions import P
from youthprog.core.refusals import Conflict, Refusal, Refused, refuse_if
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering
from youthprog.web.edge import actor, door
from youthprog.web.language import gettext, says
from youthprog.web.pages import page

bp = Blueprint("attendance", __name__)


@bp.get("/gatherings/<id:gathering_id>/register")
@door(P.REGISTER_READ)
def show(gathering_id: int) -> Response:
    """The register of a gathering."""
    gathering = programs.get_gathering_for(actor(), P.REGISTER_READ, gathering_id, clock.today())
    return _register_page(gathering, _roll(gathering, P.REGISTER_READ))


@bp.post("/gatherings/<id:gathering_id>/register")
@door(P.REGISTER_TAKE)
def save(gathering_id: int) -> BaseResponse:
    """Save the register, or mark the rest present without saving."""
    gathering = programs.get_gathering_for(actor(), P.REGISTER_TAKE, gathering_id, clock.today())
    posted = read_register(request.form)
    roll = queries.roll_of(actor(), P.REGISTER_TAKE, gathering, clock.today())
    if posted.wants_rest and not posted.refusals:
        return _rest_page(gathering, _reread(gathering), posted)
    wanted = rules.touched(posted.marks, posted.shown)
    try:
        refuse_if([*posted.refusals, *rules.refusals_to_mark(wanted, _names(roll), ())])
        services.save_register(gathering, wanted, seen=posted.seen, by=actor(), now=clock.now(), device=device())
    except Conflict as conflict:
        return _register_page(gathering, _reread(gathering), posted, conflict.reasons, 409)
    except Refused as refused:
        return _register_page(gathering, _reread(gathering), posted, refused.reasons, 422)
    return redirect(url_for(".show", gathering_id=gathering_id), 303)


@bp.post("/gatherings/<id:gathering_id>/register/undo")
@door(P.REGISTER_TAKE)
def undo(gathering_id: int) -> BaseResponse:
    """Take back the last save."""
    gathering = programs.get_gathering_for(actor(), P.REGISTER_TAKE, gathering_id, clock.today())
    try:
        services.undo_save(gathering, by=actor(), now=clock.now())
    except Refused as refused:
        return _register_page(gathering, _reread(gathering), None, refused.reasons, 422)
    flash(gettext("The last save was taken back."), "neutral")
    return redirect(url_for(".show", gathering_id=gathering_id), 303)


def device() -> str:
    """What this browser calls itself, as the register tells it: "Chrome, Android"."""
    return browser_of(request.user_agent.string) or "web"


@dataclass(frozen=True)
class Clash:
    """A mark somebody else changed meanwhile, beside the one on this page."""

    theirs: Mark | None
    who: str | None
    mine: Mark


def _roll(gathering: Gathering, permission: P) -> Roll:
    roll = queries.roll_of(actor(), permission, gathering, clock.today())
    if roll.shows_health:
        record_read("register.read", "gathering", gathering.id, by=actor(), youth=len(roll.lines))
    return roll


def _reread(gathering: Gathering) -> Roll:
    """The register as it is now: somebody may have saved between our reading and the lock."""
    return _roll(gathering, P.REGISTER_TAKE)


def _names(roll: Roll) -> dict[int, str]:
    return {line.youth_id: line.name for line in roll.lines}


def _rest_page(gathering: Gathering, roll: Roll, posted: Posted) -> Response:
    markable = [line.youth_id for line in roll.lines if line.is_cleared and not line.kept.mark and not line.walked_in]
    filled = rules.with_rest_present(posted.marks, markable)
    marks = {youth_id: mark for youth_id, mark in filled.items() if mark}
    flash(gettext("Everyone else is marked present. Nothing is saved yet."), "waiting")
    return _register_page(gathering, roll, Posted(marks, posted.shown, False, ()))


def _register_page(
    gathering: Gathering,
    roll: Roll,
    posted: Posted | None = None,
    refusals: Sequence[Refusal] = (),
    status: int = 200,
) -> Response:
    now = clock.now()
    chosen = {line.youth_id: line.kept.shown for line in roll.lines}
    clashes: dict[int, Clash] = {}
    if posted is not None:
        touched = rules.touched(posted.marks, posted.shown)
        clashes = _clashes(roll, touched, posted.seen)
        chosen |= touched
    can_take = actor().may(P.REGISTER_TAKE)
    closed = rules.refusals_to_take(rules.GatheringFacts(gathering.starts_at, gathering.canceled_at is not None, now))
    undo_facts = rules.UndoFacts(roll.saved_at, roll.saved_by_id, actor().person_id, now)
    marked = [chosen[line.youth_id] for line in roll.lines if line.is_cleared]
    return page(
        "attendance/register.html",
        status,
        gathering=gathering,
        register=roll,
        chosen=chosen,
        clashes=clashes,
        hidden={line.youth_id: written(line.kept) for line in roll.lines},
        counts=_counts(marked),
        not_cleared=sum(not line.is_cleared for line in roll.lines),
        closed=[says(reason) for reason in closed],
        adults=serving.adults_at([gathering.id]).get(gathering.id) if can_take else None,
        can_take=can_take and not closed,
        here=collecting.here_at(gathering.id, clock.now()),
        waiting=collecting.not_checked_out(actor(), clock.now(), gathering.id) if can_take else [],
        can_undo=can_take and posted is None and bool(roll.save_id) and not rules.refusals_to_undo(undo_facts),
        typed=walk_in_queries.unsettled(gathering.id) if can_take else [],
        problems=[(reason.field and f"row-{reason.field.removeprefix('mark-')}", says(reason)) for reason in refusals],
    )


def _clashes(roll: Roll, touched: Mapping[int, Mark | None], seen: Mapping[int, int]) -> dict[int, Clash]:
    lines = {line.youth_id: line for line in roll.lines}
    merged = rules.merge(roll.kept, {who: mark for who, mark in touched.items() if who in lines}, seen)
    found = {}
    for youth_id in merged.clashes:
        mine = touched[youth_id]
        if mine is not None:
            found[youth_id] = Clash(lines[youth_id].kept.mark, lines[youth_id].marked_by, mine)
    return found


def _counts(marks: Sequence[Mark | None]) -> dict[str, int]:
    found = {mark.value: count for mark, count in rules.counts_of(marks).items()}
    return {**found, "none": sum(mark is None for mark in marks)}
