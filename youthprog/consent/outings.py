"""The slips for one gathering: who may come along, whom to ask."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.consent import services, slip_queries
from youthprog.consent.types import MemberConsent, RequestState
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import Refused
from youthprog.people import queries as people
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering
from youthprog.web.edge import actor, door
from youthprog.web.language import ngettext, says
from youthprog.web.pages import page

bp = Blueprint("consent_outings", __name__)


@bp.get("/consents/gatherings/<id:gathering_id>")
@door(P.CONSENT_READ)
def show(gathering_id: int) -> Response:
    """Who has a slip for this gathering, who was asked, who was not."""
    gathering = _gathering(gathering_id, P.CONSENT_READ)
    forms = slip_queries.slip_forms(gathering.season_id)
    lines = slip_queries.list_slips(actor(), gathering, forms, clock.today()) if forms else []
    over = gathering.ends_at <= clock.now() or gathering.canceled_at is not None
    return page(
        "consent/outing.html",
        gathering=gathering,
        forms=forms,
        lines=lines,
        to_ask=[] if over else [line for line in lines if _may_be_asked(line)],
        over=over,
        may_be_asked=_may_be_asked,
        signed=sum(line.line.state == "signed" for line in lines),
        waiting=sum(line.line.state == "waiting" for line in lines),
        RequestState=RequestState,
    )


@bp.post("/consents/gatherings/<id:gathering_id>/ask")
@door(P.CONSENT_SEND)
def ask(gathering_id: int) -> BaseResponse:
    """Ask every family of the gathering that gave no slip, or the one named."""
    gathering = _gathering(gathering_id, P.CONSENT_SEND)
    named = request.form.get("youth_id", "")
    wanted = [each for each in slip_queries.youth_of(gathering) if not named or str(each) == named]
    sendable = people.reachable(actor(), P.CONSENT_SEND, wanted, clock.today())
    try:
        asked = services.ask_for_gathering(gathering, sendable, by=actor(), now=clock.now())
    except Refused as refused:
        flash(" ".join(says(reason) for reason in refused.reasons), "missing")
    else:
        told = [ngettext("%(num)s family asked.", "%(num)s families asked.", asked.sent)]
        if count := len(asked.unreachable):
            words = ngettext(
                "%(num)s has no address that works: call.", "%(num)s have no address that works: call.", count
            )
            told.append(words)
        flash(" ".join(told), "signed" if asked.sent else "waiting")
    return redirect(url_for(".show", gathering_id=gathering_id), 303)


def _gathering(gathering_id: int, permission: P) -> Gathering:
    return programs.get_gathering_for(actor(), permission, gathering_id, clock.today())


def _may_be_asked(line: MemberConsent) -> bool:
    """No slip, nothing that waits, and a guardian whom a mail reaches."""
    waits = line.line.state == "waiting"
    guardian = line.guardian
    return line.line.state != "signed" and not waits and guardian is not None and guardian.email is not None
