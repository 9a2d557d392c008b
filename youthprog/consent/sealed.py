"""The sealed records of a request for the staff: the first, the parts added to it, the answers taken back of it."""

from collections.abc import Collection
from datetime import date

from flask import Blueprint, Response

from youthprog.audit.services import record_read
from youthprog.consent import queries, record_queries
from youthprog.consent.record_queries import SealedLine
from youthprog.core import clock
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound
from youthprog.documents import queries as documents
from youthprog.documents.services import load_bytes
from youthprog.people import queries as people
from youthprog.web.edge import actor, door
from youthprog.web.pages import file_response

bp = Blueprint("consent_sealed", __name__)


@bp.get("/consents/requests/<id:request_id>/records/<id:document_id>.pdf")
@door(P.CONSENT_RECORD_READ)
def show(request_id: int, document_id: int) -> Response:
    """One of them. What somebody outside said of a child's health opens for whoever reads full health notes."""
    case = queries.get_request_for(actor(), P.CONSENT_RECORD_READ, request_id, clock.today())
    line = record_queries.get_record(case.request.id, document_id)
    if not opened_by(actor(), case.youth.id, [line], clock.today()):
        raise NotFound
    record_read("consent.record.read", "consent_request", request_id, by=actor(), document_id=document_id)
    return file_response(load_bytes(documents.get(document_id)), name=f"{line.code}.pdf")


def opened_by(who: Actor, youth_id: int, lines: Collection[SealedLine], on: date) -> list[SealedLine]:
    """Those of a youth's sealed records that somebody may open."""
    may_read = bool(people.reachable(who, P.CONSENT_RECORD_READ, [youth_id], on))
    reads_health = bool(people.reachable(who, P.HEALTH_READ, [youth_id], on))
    return [line for line in lines if may_read and (reads_health or not line.is_health)]
