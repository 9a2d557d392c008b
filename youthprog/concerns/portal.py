"""Raising a concern: one page for whoever is signed in, came by a signed link, or was signed out while writing.

The door is public, because the page is the same for all of them and says to a stranger whom to call. Nothing about a
child stands on it but the names of those the reader reaches. `ticket` says who opened the form, sealed by us for a day, so
that a sign-in which ended meanwhile costs nobody what was written.
"""

import logging
from dataclasses import dataclass

from flask import Blueprint, Response, current_app, flash, redirect, request, session, url_for
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response as BaseResponse

from youthprog.access.queries import actor_of, find_link, live_link
from youthprog.access.types import LinkPurpose
from youthprog.concerns import queries, services
from youthprog.concerns.forms import ConcernForm, fresh_client_id
from youthprog.concerns.types import Offered
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import NotFound
from youthprog.web.edge import actor, public
from youthprog.web.forms import SelectChoice
from youthprog.web.language import LANGUAGES, gettext, moment, speak
from youthprog.web.pages import page

log = logging.getLogger("youthprog")
bp = Blueprint("concerns", __name__)
BY_LINK = (
    LinkPurpose.CONCERN,
    LinkPurpose.CONSENT,
    LinkPurpose.CALENDAR,
    LinkPurpose.COMMITMENT,
    LinkPurpose.MATCH,
    LinkPurpose.SESSION_LOG,
)
WITH_TOKEN = (
    "consent_token",
    "calendar_links",
    "concerns",
    "gate_own",
    "match_asked",
    "session_links",
)  # pages whose address carries the link itself
TICKET_SECONDS = 24 * 3600


@dataclass(frozen=True)
class _Raiser:
    """Who raises, and by what this is known."""

    actor: Actor
    token: str | None = None

    @property
    def has_account(self) -> bool:
        return self.actor.kind == "account"


@bp.app_template_global()
def concern_url() -> str:
    """The way to the page from where one is, for the foot of every page: it keeps the link one came by."""
    token = (request.view_args or {}).get("token")
    if token and request.blueprint in WITH_TOKEN:
        return url_for("concerns.new_by_link", token=token)
    return url_for("concerns.new")


@bp.get("/concern")
@public()
def new() -> Response:
    """What worries you?"""
    return _new_page(_known())


@bp.post("/concern")
@public()
def create() -> BaseResponse:
    """Keep it and tell those who read it."""
    return _keep(_known())


@bp.get("/concern/<token>")
@public()
def new_by_link(token: str) -> Response:
    """The same page behind a signed link. Looking uses nothing up."""
    return _new_page(_by_token(token))


@bp.post("/concern/<token>")
@public()
def create_by_link(token: str) -> BaseResponse:
    """Keep it and tell those who read it."""
    return _keep(_by_token(token))


# ---- who raises ----


def _known() -> _Raiser | None:
    """Whoever is signed in, else whoever opened a link in this browser, else whoever opened this very form."""
    who = actor()
    if who.kind == "account":
        return _Raiser(who)
    for purpose in BY_LINK:
        link_id = session.get("links", {}).get(purpose.value)
        found = link_id and live_link(link_id, purpose.value)
        if found:
            return _Raiser(found[0])
    return _by_ticket()


def _by_token(token: str) -> _Raiser:
    for purpose in BY_LINK:
        key = find_link(token, purpose)
        found = live_link(key.link_id, purpose.value) if key else None
        if found:
            if session.get("language") not in LANGUAGES:
                speak(found[0].language)
            return _Raiser(found[0], token)
    raise NotFound


def _by_ticket() -> _Raiser | None:
    if request.method != "POST":
        return None
    try:
        person_id = _tickets().loads(request.form.get("ticket", ""), max_age=TICKET_SECONDS)
    except BadData:
        return None
    who = actor_of(person_id, clock.today())
    return _Raiser(who) if who else None


def _tickets() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="concern")


# ---- the page ----


def _new_page(raiser: _Raiser | None) -> Response:
    if request.args.get("received"):
        return _page(raiser, None, received=True)
    if raiser is None:
        return _page(None, None)
    form = ConcernForm(formdata=None, client_id=fresh_client_id())
    if raiser.has_account:
        form.ticket.data = _tickets().dumps(raiser.actor.person_id)
    return _page(raiser, form)


def _keep(raiser: _Raiser | None) -> BaseResponse:
    form = ConcernForm()
    good = form.validate_on_submit()
    if raiser is None or not good:
        return _page(raiser, form, 422)
    named = queries.readers(clock.today())
    offered = queries.offered_to(raiser.actor, named, clock.today())
    try:
        raised = form.raised(offered)
        if _is_oneself(raiser, offered):
            raised = raised._replace(youth_ids=tuple(each.person_id for each in offered.youth))
        concern = services.raise_concern(raised, by=raiser.actor, now=clock.now())
    except Exception:  # whatever it is, what was written must not be lost with it
        log.exception("a concern could not be kept")
        db.begin_writing()  # what was begun is undone
        form.form_errors.append(gettext("This could not be saved just now. Press the button again, or call us."))
        return _page(raiser, form, 503)
    flash(gettext("We have received it: %(moment)s", moment=moment(concern.raised_at)), "signed")
    if raiser.token:
        return redirect(url_for(".new_by_link", token=raiser.token, received=1), 303)
    return redirect(url_for(".new", received=1), 303)


def _is_oneself(raiser: _Raiser | None, offered: Offered) -> bool:
    """Whether it is a young person who writes: whom it is about need not be asked then."""
    return raiser is not None and [each.person_id for each in offered.youth] == [raiser.actor.person_id]


def _page(raiser: _Raiser | None, form: ConcernForm | None, status: int = 200, *, received: bool = False) -> Response:
    on = clock.today()
    named = queries.readers(on)
    offered = queries.offered_to(raiser.actor, named, on) if raiser and form else Offered()
    if form is not None:
        form.youth.choices = [SelectChoice(str(each.person_id), each.name) for each in offered.youth]
        form.adults.choices = [SelectChoice(str(each.person_id), each.name) for each in offered.adults]
    shows_past = raiser is not None and raiser.has_account and actor().kind == "account"
    return page(
        "concerns/new.html",
        status,
        form=form,
        offered=offered,
        oneself=_is_oneself(raiser, offered),
        raiser=raiser,
        readers=[each.name for each in named.first or named.further],
        further=[each.name for each in named.further if named.first],
        received=received,
        past=queries.received_from(raiser.actor.person_id or 0) if raiser and shows_past else [],
        emergency=current_app.config["YOUTHPROG"].emergency_number,
    )
