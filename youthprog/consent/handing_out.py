"""The signer's copy: one mail an act, with every record that was sealed in it, and for each form a link of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from youthprog.access.services import issue_link
from youthprog.access.types import LinkPurpose
from youthprog.consent import queries
from youthprog.consent.cases import COPY, LINK_DAYS, letter_values, signer_line
from youthprog.consent.queries import Case
from youthprog.core import clock
from youthprog.core.actor import SYSTEM, Actor
from youthprog.documents.models import Document
from youthprog.outreach import services as outreach
from youthprog.outreach.types import Recipient
from youthprog.people.types import GuardianLine


@dataclass(frozen=True)
class CopyLine:
    """One signed form in the letter: whom it is about, its code, and the link to its answers alone."""

    child: str
    form: str
    code: str
    link: str


def send_copies(signed: Sequence[tuple[Case, Document]], *, by: Actor, now: datetime) -> None:
    """Mail the sealed records of one act to their signer, each with a link that also takes its answers back."""
    on = clock.day_of(now)
    reached = [(case, document, line) for case, document in signed if (line := signer_line(case, on)) and line.email]
    if not reached:
        return
    first, document, guardian = reached[0]
    language = first.request.language
    lines = [_line(case, paper, line, language, now) for case, paper, line in reached]
    also_about = dict.fromkeys(case.youth.id for case, *_rest in reached if case.youth.id != first.youth.id)
    to = Recipient(guardian.name, guardian.email or "", language, guardian.guardian_id, guardian.email_contact_id)
    values = letter_values(first, language, None) | {
        "lines": lines, "code": document.code, "link": lines[0].link, "signed_at": now,
        "names": list(dict.fromkeys(line.child for line in lines)),
    }  # fmt: skip
    outreach.send(
        COPY, "consent/mail/copy", to=to, subject_id=first.request.id, about_youth_id=first.youth.id,
        also_about=list(also_about), also_subjects=[case.request.id for case, *_rest in reached[1:]],
        document_id=document.id, also_documents=[each.id for _case, each, _to in reached[1:]], values=values, by=by,
        now=now,
    )  # fmt: skip


def send_again_without(youth_id: int, guardian_id: int, *, now: datetime) -> None:
    """A mail with the copies about several children that has not left may not name one of them any more.

    It is given up, and the copies about the others leave in another.
    """
    for message in outreach.cancel_about(COPY, guardian_id, youth_id):
        cases = [queries.get_request(each) for each in (message.subject_id, *message.also_subjects) if each is not None]
        signed = [
            (case, queries.document_of(case.request))
            for case in cases
            if case.youth.id != youth_id and case.request.purged_at is None
        ]
        send_copies(signed, by=SYSTEM, now=now)


def _line(case: Case, document: Document, guardian: GuardianLine, language: str, now: datetime) -> CopyLine:
    today = clock.day_of(now)
    days = max(LINK_DAYS, ((case.request.valid_until_on or today) - today).days + 1)
    _link_id, token = issue_link(LinkPurpose.CONSENT, guardian.guardian_id, case.request.id, days=days, now=now)
    form = case.version.titles(case.form)["es" if language == "es" else "en"]
    link = letter_values(case, language, token)["link"]
    return CopyLine(case.youth.first_name, form, f"{document.code[:4]}-{document.code[4:]}", link)
