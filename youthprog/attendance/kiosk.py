"""A tablet at the door where youth check themselves in. It can do nothing else, and names nobody but who stands there."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from youthprog.access import queries as access
from youthprog.access import services as access_services
from youthprog.access import throttle
from youthprog.access.types import LinkPurpose
from youthprog.attendance import arriving, card_queries, cards
from youthprog.attendance.arriving import Arrival
from youthprog.attendance.card_rules import LONGEST_TEXT, Named, match, refusals_to_start_kiosk
from youthprog.attendance.rules import GatheringFacts, refusals_to_take
from youthprog.audit.services import record
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, Refusal, Refused, refuse_if
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering
from youthprog.web.edge import actor, door, keep, link_key
from youthprog.web.language import gettext as _
from youthprog.web.language import says
from youthprog.web.pages import page

bp = Blueprint("kiosk", __name__)
DEVICE = "kiosk"
KEY = LinkPurpose.KIOSK.value
MISSES = 30  # in any fifteen minutes, on one tablet
ANSWER_SECONDS = 8
IDLE_SECONDS = 30  # letters somebody left standing
DAY = timedelta(days=1)
# Which refusals tell of a card that does not work here; a tablet says no more about it.
OF_A_CARD = {"foreign_code", "other_department", "ended_code"}
CARD_FAILS = N_("That code does not work here. Check it, or type your name.")
SEE_A_LEADER = N_("Please see a leader. They can help you.")


# ---- staff: start and stop ----


def _gathering(gathering_id: int) -> Gathering:
    return programs.get_gathering_for(actor(), P.REGISTER_TAKE, gathering_id, clock.today())


@bp.get("/gatherings/<id:gathering_id>/kiosk")
@door(P.REGISTER_TAKE)
def ask(gathering_id: int) -> Response:
    """What the tablet will do, and which tablets do it now."""
    return _staff_page(_gathering(gathering_id))


@bp.post("/gatherings/<id:gathering_id>/kiosk")
@door(P.REGISTER_TAKE)
def start(gathering_id: int) -> BaseResponse:
    """Sign this browser out and leave it with nothing but check-in, until the gathering ends."""
    gathering, now = _gathering(gathering_id), clock.now()
    try:
        facts = GatheringFacts(gathering.starts_at, gathering.canceled_at is not None, now)
        refuse_if(refusals_to_start_kiosk(refusals_to_take(facts), gathering.ends_at, now))
    except Refused as refused:
        return _staff_page(gathering, 422, refused.reasons)
    days = (gathering.ends_at - now) / DAY
    link_id, _token = access_services.issue_link(
        LinkPurpose.KIOSK, actor().person_id or 0, gathering.id, days=days, now=now
    )
    record("kiosk.started", "gathering", gathering.id, by=actor(), now=now)
    access_services.end_session(current_user.token, now=now)
    spoken = session.get("language")
    session.clear()
    session["links"] = {KEY: link_id}
    if spoken:
        session["language"] = spoken
    return redirect(url_for(".show"), 303)


@bp.post("/gatherings/<id:gathering_id>/kiosk/stop")
@door(P.REGISTER_TAKE)
def stop(gathering_id: int) -> BaseResponse:
    """End check-in on every tablet of the gathering."""
    gathering, now = _gathering(gathering_id), clock.now()
    if access.live_links(LinkPurpose.KIOSK, gathering.id, now):
        access_services.end_links(LinkPurpose.KIOSK, gathering.id, now=now)
        record("kiosk.stopped", "gathering", gathering.id, by=actor(), now=now)
        flash(_("Check-in on tablets is stopped."), "signed")
    return redirect(url_for(".ask", gathering_id=gathering_id), 303)


def _staff_page(gathering: Gathering, status: int = 200, refusals: list[Refusal] | None = None) -> Response:
    return page(
        "attendance/kiosk_start.html",
        status,
        gathering=gathering,
        live=access.live_links(LinkPurpose.KIOSK, gathering.id, clock.now()),
        refused=[(reason.code, says(reason)) for reason in refusals or []],
    )


# ---- the tablet ----


@bp.get("/kiosk")
@link_key(KEY)
def show() -> Response:
    """The empty form."""
    return _tablet_page(_own_gathering())


@bp.post("/kiosk")
@link_key(KEY)
def check_in() -> Response:
    """Find the one youth whom a code or some letters mean; a name is asked back before it counts."""
    gathering, now = _own_gathering(), clock.now()
    bucket = [throttle.bucket(KEY, g.link.link_id)]
    throttle.lock(bucket)
    full = throttle.full_until(bucket, now, MISSES)
    if full is not None:
        return _too_many(gathering, full)
    found = _asked(gathering)
    if isinstance(found, Refusal):
        if found.code not in ("more_letters", "nothing_typed"):
            throttle.count(bucket, now)
            keep()
        return _tablet_page(gathering, 422, refusal=found)
    named, is_sure = found
    if not is_sure:
        return _answer_page(
            "attendance/kiosk_sure.html", IDLE_SECONDS, gathering=gathering, named=named, typed=_typed()
        )
    arrival = arriving.arrive(gathering, named.youth_id, by=actor(), now=now, device=DEVICE, code=_typed()["code"])
    return _arrived_page(gathering, named, arrival)


def _own_gathering() -> Gathering:
    """The gathering of this tablet's link."""
    return programs.get_gathering(g.link.subject_id)


def _typed() -> dict[str, str]:
    """What was typed, without what cannot be kept."""
    found = {}
    for name in ("code", "family", "given"):
        text = request.form.get(name, "").replace("\x00", "")[:LONGEST_TEXT]
        found[name] = text.encode("utf-8", "ignore").decode().strip()
    return found


def _asked(gathering: Gathering) -> tuple[Named, bool] | Refusal:
    """Whom the form means, and whether it is sure: a code is, a name once it was asked back."""
    typed = _typed()
    if typed["code"]:
        youth_id = cards.resolve(typed["code"], gathering)
        if isinstance(youth_id, Refusal):
            sentence = CARD_FAILS if youth_id.code in OF_A_CARD else SEE_A_LEADER
            return Refusal(youth_id.code, sentence, "code")
        return card_queries.named(youth_id), True
    if not typed["family"] and not typed["given"]:
        return Refusal("nothing_typed", N_("Type the code on your card, or some letters of your name."))
    named = match(typed["family"], typed["given"], card_queries.named_at(gathering))
    return named if isinstance(named, Refusal) else (named, request.form.get("sure") == "yes")


def _tablet_page(gathering: Gathering, status: int = 200, refusal: Refusal | None = None) -> Response:
    facts = GatheringFacts(gathering.starts_at, gathering.canceled_at is not None, clock.now())
    values = {
        "gathering": gathering,
        "closed": [says(reason) for reason in refusals_to_take(facts)],
        "typed": _typed(),
        "refusal": (refusal.code, refusal.field, says(refusal)) if refusal else None,
    }
    if refusal is None:
        return page("attendance/kiosk.html", status, **values)
    return _answer_page("attendance/kiosk.html", IDLE_SECONDS, status, **values)


def _too_many(gathering: Gathering, full: Any) -> Response:
    reason = Refusal("too_many_tries", N_("Too many tries. A leader can check you in."))
    response = _tablet_page(gathering, 429, reason)
    response.headers["Retry-After"] = str(max(1, int((full - clock.now()).total_seconds())))
    return response


def _arrived_page(gathering: Gathering, named: Named, arrival: Arrival) -> Response:
    if arrival.refusal is not None:
        return _tablet_page(gathering, 422, Refusal(arrival.refusal.code, SEE_A_LEADER))
    return _answer_page("attendance/kiosk_done.html", ANSWER_SECONDS, gathering=gathering, named=named, arrival=arrival)


def _answer_page(template: str, seconds: int, status: int = 200, **values: Any) -> Response:
    """A page that goes back to the empty form by itself: by a header, so that it needs no script."""
    response = page(template, status, **values)
    response.headers["Refresh"] = f"{seconds}; url={url_for('.show')}"
    return response
