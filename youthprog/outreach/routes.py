"""The outbox: each mail, what became of it, and another try."""

from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.audit.services import record_read
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.outreach import queries, rules, services
from youthprog.outreach.types import DELIVERIES, KINDS, Delivery
from youthprog.web.edge import actor, door
from youthprog.web.language import gettext as _
from youthprog.web.pages import Slice, asked_choice, asked_cursor, asked_text, cursor, page

bp = Blueprint("outreach", __name__)
STATES = {
    Delivery.QUEUED: "waiting",
    Delivery.SENDING: "waiting",
    Delivery.HELD: "waiting",
    Delivery.SENT: "signed",
    Delivery.BOUNCED: "missing",
    Delivery.FAILED: "missing",
    Delivery.CANCELED: "neutral",
}


@bp.get("/outbox")
@door(P.OUTBOX_READ)
def outbox() -> Response:
    """Every message within reach, newest first."""
    chosen = asked_choice("state", [each.value for each in Delivery], "")
    words, after = asked_text("who"), asked_cursor((int,))
    delivery = Delivery(chosen) if chosen else None
    found = queries.list_messages(
        actor(), clock.today(), delivery=delivery, words=words, before=after[0] if after else None
    )
    shown = found[: queries.PAGE]
    more = cursor(shown[-1].message_id) if len(found) > queries.PAGE else None
    return page(
        "outreach/outbox.html",
        slice=Slice(shown, more),
        counts=queries.count_by_delivery(actor(), clock.today()),
        chosen=chosen,
        who=words,
        has_server=_has_server(),
        **_words(),
    )


@bp.get("/outbox/<id:message_id>")
@door(P.OUTBOX_READ)
def message(message_id: int) -> Response:
    """One mail as it was written. Links open only while the mail is held here; else they are its reader's."""
    row = queries.get_message_for(actor(), P.OUTBOX_READ, message_id, clock.today())
    record_read("message.read", "message", row.id, by=actor())
    links_open = rules.may_open_links(row.kind, row.delivery)
    return page(
        "outreach/message.html",
        message=row,
        paragraphs=rules.paragraphs(row.unseal("text_sealed") or "", open_links=links_open),
        links_open=links_open,
        may_retry=row.delivery in rules.RETRYABLE and _has_server(),
        has_server=_has_server(),
        **_words(),
    )


@bp.post("/outbox/<id:message_id>/retry")
@door(P.OUTBOX_READ)
def retry(message_id: int) -> BaseResponse:
    """Send it again."""
    row = queries.get_message_for(actor(), P.OUTBOX_READ, message_id, clock.today())
    services.retry(row, by=actor(), now=clock.now())
    flash(_("It leaves with the next mail, within a minute."), "signed")
    return redirect(url_for(".message", message_id=message_id), 303)


def _has_server() -> bool:
    return bool(current_app.config["YOUTHPROG"].smtp_url)


def _words() -> dict[str, Any]:
    return {"states": STATES, "deliveries": DELIVERIES, "kinds": KINDS, "Delivery": Delivery}
