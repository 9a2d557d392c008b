"""A fresh link to one's own answers, asked for with the code on a record. Whoever asks learns nothing."""

from datetime import datetime

from youthprog.access.services import issue_link, may_ask
from youthprog.access.types import LinkPurpose
from youthprog.audit.services import record
from youthprog.consent import queries
from youthprog.consent.cases import LINK, LINK_DAYS, letter_values, recipient, signer_line
from youthprog.consent.types import RequestState
from youthprog.core import clock
from youthprog.core.actor import Actor
from youthprog.documents import queries as documents
from youthprog.documents.types import ARCHIVED
from youthprog.outreach import services as outreach


def send_own_link(code: str, *, by: Actor, now: datetime) -> bool:
    """Mail the signer of a record a link to their answers, to the address on file alone; whether one was sent.

    Nothing is sent for a code we do not know, to somebody who is not a guardian any more or whom a restriction keeps
    out, or when it was asked for too often. No link is used up or ended by asking.
    """
    document = documents.find_by_code(code)
    if not may_ask("own-link", document.id if document else code[:32], by=by, now=now):
        return False
    if document is None or document.kind not in ARCHIVED:
        return False
    case = queries.get_request(document.subject_id)
    guardian = signer_line(case, clock.day_of(now))
    if guardian is None or not guardian.email or case.request.state is RequestState.CANCELED:
        return False
    request = case.request
    _link_id, token = issue_link(LinkPurpose.CONSENT, request.guardian_id, request.id, days=LINK_DAYS, now=now)
    outreach.send(
        LINK, "consent/mail/link", to=recipient(guardian), subject_id=request.id, about_youth_id=request.youth_id,
        values=letter_values(case, guardian.language, token), by=by, now=now,
    )  # fmt: skip
    record("consent.link_asked", "consent_request", request.id, by=by, now=now)
    return True
