"""Check-in at the door: a card before the camera, a code typed, or a name from the list."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.attendance import arriving, card_queries
from youthprog.attendance.arriving import Arrival
from youthprog.attendance.card_rules import LONGEST_TEXT
from youthprog.attendance.deed_forms import OWN_ID
from youthprog.attendance.routes import device
from youthprog.attendance.rules import GatheringFacts, refusals_to_take
from youthprog.audit.services import record_read
from youthprog.core import clock
from youthprog.core.db import key_in
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, Refusal, Refused
from youthprog.people import queries as people
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering
from youthprog.web.edge import actor, door, keep
from youthprog.web.language import gettext as _
from youthprog.web.language import says
from youthprog.web.pages import asked_text, page

bp = Blueprint("scan", __name__)
FIND_FROM = 30  # a list longer than this gets a search box
NOTHING_TYPED = Refusal("no_code", N_("Type the code on the card, or choose a name from the list."), "text")


def _gathering(gathering_id: int) -> Gathering:
    return programs.get_gathering_for(actor(), P.REGISTER_TAKE, gathering_id, clock.today())


@bp.get("/gatherings/<id:gathering_id>/scan")
@door(P.REGISTER_TAKE)
def show(gathering_id: int) -> Response:
    """The door of a gathering, and the answer to the last check-in when one was just made."""
    gathering = _gathering(gathering_id)
    youth_id = key_in(request.args.get("who", ""))
    answer = card_queries.at_the_door(actor(), gathering, youth_id, clock.today()) if youth_id else None
    if answer is not None and answer.alert:
        record_read("register.read", "gathering", gathering.id, by=actor(), youth=1)
    return _page(gathering, answer=answer)


@bp.post("/gatherings/<id:gathering_id>/scan")
@door(P.REGISTER_TAKE)
def check_in(gathering_id: int) -> BaseResponse:
    """Take an arrival by the text of a card, or by a name of the list."""
    gathering = _gathering(gathering_id)
    try:
        arrival = _arrival(gathering)
    except Refused as refused:
        return _page(gathering, 422, refusals=refused.reasons)
    if arrival.refusal is not None:
        keep()  # a card that is refused is kept all the same, with its reason
        return _page(gathering, 422, refusals=[arrival.refusal])
    again = "1" if arrival.since else None
    return redirect(url_for(".show", gathering_id=gathering_id, who=arrival.youth_id, again=again), 303)


def _arrival(gathering: Gathering) -> Arrival:
    who, now = key_in(request.form.get("youth", "")), clock.now()
    sent = request.form.get("deed", "")
    deed: dict[str, Any] = {
        "by": actor(),
        "now": now,
        "device": device(),
        "client_id": sent if OWN_ID.fullmatch(sent) else None,
    }
    if who is not None:
        expected = {line.youth_id for line in card_queries.door_list(actor(), gathering, clock.today())}
        if who not in expected:
            sentence = N_("Somebody on this page is no longer in the group. Load it again.")
            raise Refused([Refusal("not_a_member", sentence)])
        return arriving.arrive(gathering, who, **deed)
    text = request.form.get("text", "").replace("\x00", "")[:LONGEST_TEXT]
    text = text.encode("utf-8", "ignore").decode().strip()
    if not text:
        raise Refused([NOTHING_TYPED])
    return arriving.arrive_by_code(gathering, text, **deed)


@bp.post("/gatherings/<id:gathering_id>/scan/undo")
@door(P.REGISTER_TAKE)
def undo(gathering_id: int) -> BaseResponse:
    """Take one's own last check-in of somebody back."""
    gathering = _gathering(gathering_id)
    deed = request.form.get("deed", "")[:36]
    try:
        youth_id = arriving.take_back(gathering, deed, by=actor(), now=clock.now(), device=device())
    except Refused as refused:
        return _page(gathering, 422, refusals=refused.reasons)
    flash(_("%(name)s is not marked as here any more.", name=people.get_person(youth_id).name), "neutral")
    return redirect(url_for(".show", gathering_id=gathering_id), 303)


def _page(
    gathering: Gathering,
    status: int = 200,
    answer: card_queries.AtTheDoor | None = None,
    refusals: list[Refusal] | None = None,
) -> Response:
    facts = GatheringFacts(gathering.starts_at, gathering.canceled_at is not None, clock.now())
    closed = refusals_to_take(facts)
    word = asked_text("find", 80)
    lines = card_queries.door_list(actor(), gathering, clock.today(), find=word)
    return page(
        "attendance/scan.html",
        status,
        gathering=gathering,
        closed=[(reason.code, says(reason)) for reason in closed],
        will_open=[reason.code for reason in closed] == ["not_begun"],  # a phone that keeps this page goes on then
        answer=answer,
        again=request.args.get("again") == "1",
        refused=[(reason.code, says(reason)) for reason in refusals or []],
        coming=[line for line in lines if line.in_at is None],
        here=[line for line in lines if line.in_at is not None],
        word=word,
        zone=str(clock.zone()),
        can_find=bool(word) or len(lines) > FIND_FROM,
    )
