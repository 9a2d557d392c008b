"""From the code on a printed record back to one's own answers: a link is mailed to the address on file."""

from flask import Blueprint, Response, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.consent import services
from youthprog.core import clock
from youthprog.web.edge import actor, public
from youthprog.web.pages import page

bp = Blueprint("consent_copies", __name__)
LONGEST_TYPED = 32


@bp.post("/v/<code>/link")
@public()
def send_link(code: str) -> BaseResponse:
    """Send it, if there is anybody to send it to. The answer never says whether there is."""
    services.send_own_link(code[:LONGEST_TYPED], by=actor(), now=clock.now())
    return redirect(url_for("consent_copies.sent"), 303)


@bp.get("/v/link-sent")
@public()
def sent() -> Response:
    """The same for everybody."""
    return page("consent/portal/link_sent.html")
