"""One certificate behind a link in a mail, for a guardian without an account: the file, and the badge. An edge module.

Looking uses nothing up: mail scanners look at pages too. Who may know nothing of the child any more finds nothing here.
"""

from flask import Blueprint, Response, request, session
from werkzeug.wrappers import Response as BaseResponse

from youthprog.access.queries import find_link, live_link
from youthprog.access.types import LinkPurpose
from youthprog.audit.services import record_read
from youthprog.core import clock
from youthprog.core.actor import Actor
from youthprog.core.refusals import NotFound
from youthprog.documents import services as documents
from youthprog.documents.codes import grouped
from youthprog.documents.models import Document
from youthprog.people.models import Person
from youthprog.reports import queries
from youthprog.web.edge import public
from youthprog.web.language import LANGUAGES, speak
from youthprog.web.pages import file_response, page

bp = Blueprint("certificate_links", __name__)


@bp.get("/cert/<token>")
@public()
def show(token: str) -> BaseResponse:
    """The certificate, what one can take along, and how anybody checks it."""
    who, document, youth = _behind(token)
    if session.get("language") not in LANGUAGES:
        speak(who.language)
    return page(
        "reports/certificate_link.html", document=document, youth=youth, code=grouped(document.code), token=token
    )


@bp.get("/cert/<token>/<which>")
@public()
def file(token: str, which: str) -> Response:
    """The sealed file (`certificate.pdf`), or the badge (`badge.jwt`; `?name=yes` writes the name into it)."""
    who, document, youth = _behind(token)
    if document.revoked_at is not None or which not in ("certificate.pdf", "badge.jwt"):
        raise NotFound
    if which == "certificate.pdf":
        content = documents.load_bytes(document)
        record_read("certificate.opened", "document", document.id, by=who, by_link=True)
        return file_response(content, name=f"{youth.first_name}.pdf")
    signed = documents.sign_badge(document, with_name=request.args.get("name") == "yes")
    record_read("certificate.badge", "document", document.id, by=who, by_link=True)
    return file_response(signed.encode("ascii"), name="certificate.jwt", kind="application/vc+jwt", download=True)


def _behind(token: str) -> tuple[Actor, Document, Person]:
    """What a link opens, for whom, and whose it is. Raises `NotFound` for a link that opens nothing any more."""
    key = find_link(token, LinkPurpose.CERTIFICATE)
    found = live_link(key.link_id, LinkPurpose.CERTIFICATE.value) if key else None
    if key is None or found is None:
        raise NotFound
    document, youth = queries.get_certificate_of_guardian(key.person_id, key.subject_id, clock.today())
    return found[0], document, youth
