"""Asking guardians: the request, the letter, the reminder, and what became of each."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from youthprog.access.services import issue_link
from youthprog.access.types import LinkPurpose
from youthprog.audit.services import record
from youthprog.consent import paper, queries
from youthprog.consent.cases import (
    ASK,
    COPY,
    LINK_DAYS,
    REMIND,
    RENEW,
    close,
    due_on,
    labels_missing,
    letter_values,
    note,
    recipient,
    refusals_to_answer,
    signer_line,
)
from youthprog.consent.models import ConsentRequest, FormVersion
from youthprog.consent.publishing import publish_starter_form
from youthprog.consent.queries import Case
from youthprog.consent.renewing import find_renewed
from youthprog.consent.types import Asked, Happening, RequestState
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.core.refusals import refuse_if
from youthprog.outreach import services as outreach
from youthprog.outreach.types import Delivery, MessageBounced, MessageSent
from youthprog.people import queries as people
from youthprog.people.types import GuardianLine


def ask(youth_ids: Collection[int], season_id: int, *, by: Actor, now: datetime) -> Asked:
    """Ask one deciding guardian of each youth who lacks consent: the first in rank whose address works."""
    today = clock.day_of(now)
    lacking = {reason.youth_id for reason in queries.objections(sorted(youth_ids), season_id, today)}
    waiting = {
        request.youth_id
        for request in queries.open_requests(lacking, season_id)
        if request.state is not RequestState.BOUNCED
    }
    guardians = people.guardians_of(lacking, today)
    version = publish_starter_form(now=now)
    families: dict[int, tuple[GuardianLine, list[int]]] = {}
    unreachable = []
    for youth_id in sorted(lacking - waiting):
        guardian = _whom_to_ask(guardians.get(youth_id, []))
        if guardian is None:
            unreachable.append(youth_id)
            continue
        request = _open_request(version, youth_id, guardian, season_id, now)
        families.setdefault(guardian.guardian_id, (guardian, []))[1].append(request.id)
        record("consent.asked", "consent_request", request.id, by=by, now=now, youth_id=youth_id)
    for guardian, request_ids in families.values():
        write_to_family(request_ids, guardian, by=by, now=now)
    return Asked(len(families), len(waiting), tuple(unreachable))


def write_to_family(request_ids: Sequence[int], guardian: GuardianLine, *, by: Actor, now: datetime) -> None:
    """Ask a guardian about all the children in one letter; its link leads through all of them."""
    first, *others = [queries.get_request(each) for each in request_ids]
    _link_id, token = issue_link(LinkPurpose.CONSENT, guardian.guardian_id, first.request.id, days=LINK_DAYS, now=now)
    names = [case.youth.first_name for case in (first, *others)]
    message = outreach.send(
        ASK, "consent/mail/request", to=recipient(guardian), subject_id=first.request.id,
        about_youth_id=first.youth.id, also_about=[case.youth.id for case in others],
        values=letter_values(first, guardian.language, token) | {"names": names}, by=by, now=now,
    )  # fmt: skip
    for case in (first, *others):
        case.request.times_asked += 1
        if message.delivery is Delivery.HELD:
            _sent(case.request, Happening.SENT, now, {})


def write_again_without(youth_id: int, guardian_id: int, *, now: datetime) -> None:
    """A letter about several children that has not left may not name one of them any more: write it anew.

    The letter is given up, and the guardian is asked about the others alone.
    """
    for message in outreach.cancel_about(ASK, guardian_id, youth_id):
        about = {message.about_youth_id, *message.also_about} - {youth_id}
        waiting = queries.requests_waiting_for(guardian_id, [each for each in about if each is not None])
        lines = people.guardians_of({each.youth_id for each in waiting}, clock.day_of(now))
        known = [
            line for each in lines.values() for line in each if line.guardian_id == guardian_id and line.may_decide
        ]
        if waiting and known and known[0].email:
            write_to_family([each.id for each in waiting], known[0], by=SYSTEM, now=now)


def _whom_to_ask(guardians: Sequence[GuardianLine]) -> GuardianLine | None:
    reachable = (line for line in guardians if line.may_decide and line.email and not line.email_bounced)
    return next(reachable, None)


def _open_request(
    version: FormVersion, youth_id: int, guardian: GuardianLine, season_id: int, now: datetime
) -> ConsentRequest:
    """A fresh request, or the one of this guardian whose mail came back."""
    for known in queries.open_requests([youth_id], season_id):
        if known.guardian_id == guardian.guardian_id and known.form_version_id == version.id:
            known.state = RequestState.QUEUED
            known.due_on = due_on(season_id, now)
            return known
        close(known, now)
    request = ConsentRequest(
        form_version_id=version.id,
        youth_id=youth_id,
        guardian_id=guardian.guardian_id,
        season_id=season_id,
        state=RequestState.QUEUED,
        language=guardian.language,
        created_at=now,
        due_on=due_on(season_id, now),
        renews_id=find_renewed(youth_id, guardian.guardian_id, season_id),
    )
    db.session().add(request)
    db.flush()
    return request


def remind(request_id: int, *, by: Actor, now: datetime) -> bool:
    """Write to the guardian of an open request again, with a fresh link; False when no mail can reach them."""
    case = queries.get_request(request_id)
    guardian = signer_line(case, clock.day_of(now))
    refuse_if(refusals_to_answer(case, guardian, now))
    if guardian is None or guardian.email is None or guardian.email_bounced:
        return False
    write(REMIND, "consent/mail/reminder", case, guardian, missing=labels_missing(case, guardian, now), by=by, now=now)
    record("consent.reminded", "consent_request", request_id, by=by, now=now)
    return True


def write(
    kind: str,
    letter: str,
    case: Case,
    guardian: GuardianLine,
    *,
    by: Actor,
    now: datetime,
    missing: Sequence[str] = (),
    **more: Any,
) -> None:
    """Write a letter with a link, count it, and note it when it is held for the office to hand over.

    `missing` are the labels of the sections the letter names.
    """
    request = case.request
    _link_id, token = issue_link(LinkPurpose.CONSENT, request.guardian_id, request.id, days=LINK_DAYS, now=now)
    message = outreach.send(
        kind, letter, to=recipient(guardian), subject_id=request.id, about_youth_id=request.youth_id,
        values=letter_values(case, guardian.language, token) | {"missing": missing} | more, by=by, now=now,
    )  # fmt: skip
    request.times_asked += 1
    if message.delivery is Delivery.HELD:
        _sent(request, Happening.REMINDED if kind == REMIND else Happening.SENT, now, {})


def _sent(request: ConsentRequest, happening: Happening, now: datetime, detail: Mapping[str, Any]) -> None:
    request.sent_at = now
    if request.state in (RequestState.QUEUED, RequestState.BOUNCED):
        request.state = RequestState.OPENED if request.opened_at else RequestState.SENT
    note(request.id, happening, now, detail)


def note_sent(event: MessageSent) -> None:
    """A server took the mail of a request."""
    happening = {ASK: Happening.SENT, RENEW: Happening.SENT, REMIND: Happening.REMINDED, COPY: Happening.COPY_SENT}.get(
        event.kind
    )
    request = event.subject_id and db.session().get(ConsentRequest, event.subject_id)
    if happening is None or not request:
        return
    if happening is Happening.COPY_SENT:
        note(request.id, happening, clock.now(), {})
        return
    for each in [request, *_of_the_same_letter(request, event.message_id)]:
        _sent(each, happening, clock.now(), {"address": _masked_address(each)})


def note_bounced(event: MessageBounced) -> None:
    """The mail of a request came back."""
    request = event.subject_id and db.session().get(ConsentRequest, event.subject_id)
    if event.kind not in (ASK, RENEW, REMIND) or not request:
        return
    for each in [request, *_of_the_same_letter(request, event.message_id)]:
        if each.state in (RequestState.QUEUED, RequestState.SENT):
            each.state = RequestState.BOUNCED
        note(each.id, Happening.BOUNCED, clock.now(), {"address": _masked_address(each)})


def _of_the_same_letter(request: ConsentRequest, message_id: int) -> Sequence[ConsentRequest]:
    """The requests about the other children a letter named."""
    youth_ids = outreach.also_about(message_id)
    return queries.requests_waiting_for(request.guardian_id, youth_ids, request.season_id) if youth_ids else ()


def _masked_address(request: ConsentRequest) -> str:
    contacts = people.contacts_of([request.guardian_id]).get(request.guardian_id, [])
    return next((paper.masked(line.value) for line in contacts if "@" in line.value), "")
