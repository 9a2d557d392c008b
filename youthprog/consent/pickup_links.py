"""From the stop screen: mail the signer of a pick-up list the own link to it. The staff cannot add anybody."""

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.consent import pickups
from youthprog.consent.forms import ListLinkForm
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound
from youthprog.people import queries as people
from youthprog.web.edge import actor, door
from youthprog.web.language import gettext as _

bp = Blueprint("consent_pickup_links", __name__)


@bp.post("/consents/youth/<id:youth_id>/pickup-link")
@door(P.REGISTER_TAKE)
def send(youth_id: int) -> BaseResponse:
    """Send it to the address on file."""
    youth, form = people.get_youth_for(actor(), P.REGISTER_TAKE, youth_id, clock.today()), ListLinkForm()
    if not form.validate_on_submit():
        raise NotFound
    name = pickups.send_list_link(youth, form.key("request"), by=actor(), now=clock.now())
    flash(_("Sent to %(name)s. A name added there shows here at once.", name=name), "signed")
    gathering_id = form.key("gathering")
    if gathering_id:
        return redirect(url_for("release.stopped", gathering_id=gathering_id, youth_id=youth_id), 303)
    return redirect(url_for("reports.youth", youth_id=youth_id), 303)
