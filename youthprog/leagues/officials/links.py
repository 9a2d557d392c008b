"""What the link in a letter opens: giving back the one place it is about, without an account. An edge module."""

from flask import Blueprint, Response, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.core import clock
from youthprog.core.refusals import NotFound
from youthprog.leagues.officials import notices, queries, services
from youthprog.web.edge import actor, public
from youthprog.web.pages import page

bp = Blueprint("duty_links", __name__)


@bp.get("/duty/<token>")
@public()
def show(token: str) -> Response:
    """Which game, and whether one cannot come. Mail scanners look at pages too: looking gives nothing back."""
    duty = notices.get_duty_by(token, clock.now())
    game = queries.find_game(duty.fixture_id)
    role = game.role(duty.role_id) if game is not None else None
    if game is None or role is None:
        raise NotFound
    return page("leagues/duty_decline.html", game=game, role=role, token=token)


@bp.post("/duty/<token>")
@public()
def decline(token: str) -> BaseResponse:
    """Give the place back. The same link again opens nothing."""
    now = clock.now()
    services.decline(notices.get_duty_by(token, now), by=actor(), now=now)
    return redirect(url_for(".done"), 303)


@bp.get("/duty")
@public()
def done() -> Response:
    """Thank whoever said in time that they cannot come."""
    return page("leagues/duty_declined.html")
