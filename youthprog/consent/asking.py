"""Asking guardians: the request, the letter, the reminder, and what became of each."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from youthprog.access.services import issue_link
from youthprog.access.types import LinkPurpose
from youthprog.audit.services import record
from youthprog.consent import fairness_rules, paper, queries, rules, standing
from youthprog.consent.cases import (
    ASK,
    COPY,
    LINK_DAYS,
    NOTICE,
    REMIND,
    RENEW,
    close,
    due_on,
    letter_values,
    may_answer_each,
    note,
    recipient,
    refusals_to_answer,
    signer_line,
    wanted_lines,
)
from youthprog.consent.models import ConsentRequest
from youthprog.consent.publishing import publish_starter_form
from youthprog.consent.queries import Case
from youthprog.consent.renewing import find_renewed
from youthprog.consent.types import Asked, Happening, Reminded, RequestState, SectionState
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.core.refusals import Refused, refuse_if
from youthprog.outreach import services as outreach
from youthprog.outreach.types import Delivery, MessageBounced, MessageSent
from youthprog.people import queries as people
from youthprog.people.types import GuardianLine

# The letters that are written to a family as a whole.
LETTERS = {ASK: "consent/mail/request", REMIND: "consent/mail/reminder", NOTICE: "consent/mail/notice"}
# What a letter that left means for its request.
HAPPENINGS_OF = {
    ASK: Happening.SENT,
    RENEW: Happening.SENT,
    REMIND: Happening.REMINDED,
    COPY: Happening.COPY_SENT,
    NOTICE: Happening.NOTICED,
}


def ask(youth_ids: Collection[int], season_id: int, *, by: Actor, now: datetime) -> Asked:
    """Ask the guardians of each youth who lacks consent, as many as the program's rule says.

    One: the first in rank whose address works. Both: each who may decide and has not said yes, nor is excused. One
    unless another objects: the first, and the others are told. Nobody whom a court keeps from deciding or from the
    child's information is asked or told.
    """
    today = clock.day_of(now)
    known = queries.histories(sorted(youth_ids), [season_id])
    lacking = [each for each in sorted(youth_ids) if known.objection(each, season_id, today) is not None]
    guardians = people.guardians_of(lacking, today)
    waiting = _season_requests(lacking, season_id)
    forms = forms_to_ask(season_id, now)
    already, unreachable = 0, []
    families: set[frozenset[int]] = set()
    letters: dict[tuple[str, int], tuple[GuardianLine, list[int]]] = {}
    for youth_id in lacking:
        owed = still_owed(known, youth_id, season_id, forms, today, guardians.get(youth_id, []))
        plan = fairness_rules.whom_to_ask(
            known.family(youth_id, season_id, today).rule,
            guardians.get(youth_id, []),
            requests=[(each.guardian_id, each.state, each.awaited) for each in waiting.get(youth_id, [])],
            owing={guardian_id for guardian_id, versions in owed.items() if versions},
            excused=standing.excused_on(known.family(youth_id, season_id, today), today),
        )
        open_ones = waiting.get(youth_id, [])
        for kind, lines in ((ASK, plan.asked), (NOTICE, plan.told)):
            for line in lines:
                versions, awaited = owed[line.guardian_id], kind == ASK
                opened = _open(versions, youth_id, line, season_id, open_ones, awaited=awaited, by=by, now=now)
                letters.setdefault((kind, line.guardian_id), (line, []))[1].extend(opened)
        if plan.asked:
            families.add(frozenset(line.guardian_id for line in plan.asked))
        already += plan.waits and not plan.asked
        unreachable += [youth_id] if plan.unreachable else []
    for (kind, _guardian_id), (guardian, request_ids) in letters.items():
        write_to_family(kind, request_ids, guardian, by=by, now=now)
    return Asked(len(families), already, tuple(unreachable))


def ask_guardian(youth_id: int, guardian_id: int, season_id: int, *, by: Actor, now: datetime) -> bool:
    """Ask one guardian for what of the season's forms they have still to answer, whatever others were asked.

    False when they owe nothing, may not decide, or no mail reaches them.
    """
    today = clock.day_of(now)
    known = queries.histories([youth_id], [season_id])
    lines = people.guardians_of([youth_id], today).get(youth_id, [])
    line = next((each for each in lines if each.guardian_id == guardian_id and each.may_decide), None)
    if line is None or line.email is None or line.email_bounced:
        return False
    owed = still_owed(known, youth_id, season_id, forms_to_ask(season_id, now), today, [line])[guardian_id]
    if not owed:
        return False
    waiting = [each for each in _season_requests([youth_id], season_id).get(youth_id, []) if each.awaited]
    own = [each for each in waiting if each.guardian_id == guardian_id]
    opened = _open(owed, youth_id, line, season_id, own, awaited=True, by=by, now=now)
    write_to_family(ASK, opened, line, by=by, now=now)
    return True


def write_to_family(kind: str, request_ids: Sequence[int], guardian: GuardianLine, *, by: Actor, now: datetime) -> None:
    """Write to a guardian about all the children and forms in one letter; its link leads through all of them.

    Asking, reminding, or telling that another guardian was asked. Without a request there is no letter.
    """
    cases = [queries.get_request(each) for each in request_ids]
    if not cases:
        return
    first, *others = cases
    _link_id, token = issue_link(LinkPurpose.CONSENT, guardian.guardian_id, first.request.id, days=LINK_DAYS, now=now)
    children = {case.youth.id: case.youth.first_name for case in cases}
    wanted = wanted_lines(cases, guardian, now, names_missing=kind == REMIND)
    values = {"names": list(children.values()), "wanted": wanted, "count": sum(len(each.forms) for each in wanted)}
    dues = [case.request.due_on for case in cases if case.request.due_on and case.request.due_on >= clock.day_of(now)]
    message = outreach.send(
        kind, LETTERS[kind], to=recipient(guardian), subject_id=first.request.id,
        also_subjects=[case.request.id for case in others], about_youth_id=first.youth.id,
        also_about=[each for each in children if each != first.youth.id],
        values=letter_values(first, guardian.language, token) | values | {"due": min(dues, default=None)}, by=by, now=now,
    )  # fmt: skip
    for case in cases:
        case.request.times_asked += kind != NOTICE
        if message.delivery is Delivery.HELD:
            _sent(case.request, HAPPENINGS_OF[kind], now, {})


def write_again_without(youth_id: int, guardian_id: int, *, now: datetime) -> None:
    """A letter about several children that has not left may not name one of them any more: write it anew.

    The letter is given up, and the guardian is written to about the others alone.
    """
    for message in [each for kind in LETTERS for each in outreach.cancel_about(kind, guardian_id, youth_id)]:
        about = {message.about_youth_id, *message.also_about} - {youth_id}
        waiting = queries.requests_waiting_for(guardian_id, [each for each in about if each is not None])
        if message.also_subjects:
            waiting = [each for each in waiting if each.id in (message.subject_id, *message.also_subjects)]
        lines = people.guardians_of({each.youth_id for each in waiting}, clock.day_of(now))
        known = [
            line for each in lines.values() for line in each if line.guardian_id == guardian_id and line.may_decide
        ]
        if waiting and known and known[0].email:
            write_to_family(message.kind, [each.id for each in waiting], known[0], by=SYSTEM, now=now)


def _season_requests(youth_ids: Sequence[int], season_id: int) -> dict[int, list[ConsentRequest]]:
    """The open requests of each youth for the season itself, slips for single events left out."""
    found: dict[int, list[ConsentRequest]] = {}
    for request in queries.open_requests(youth_ids, season_id):
        if request.gathering_id is None:
            found.setdefault(request.youth_id, []).append(request)
    return found


def forms_to_ask(season_id: int, now: datetime) -> list[queries.FormInUse]:
    """The forms the families of a season are asked; the starter form where the program has none of its own."""
    forms = queries.forms_in_use(season_id)
    if forms:
        return forms
    publish_starter_form(now=now)
    return queries.forms_in_use(season_id)


def still_owed(
    known: queries.Histories,
    youth_id: int,
    season_id: int,
    forms: Sequence[queries.FormInUse],
    on: date,
    guardians: Sequence[GuardianLine],
) -> dict[int, list[int]]:
    """Which versions each guardian has still to answer: those with a needed section not given, or never decided."""
    keys = sorted({key for form in forms for key in form.keys})
    states = known.of_guardians(youth_id, season_id, on, keys)
    needed = set(known.required(youth_id, season_id, on))

    def is_owed(guardian_id: int, form: queries.FormInUse) -> bool:
        found = {key: states.get((guardian_id, key), SectionState.NOT_ASKED) for key in form.keys}
        if any(state is not SectionState.GIVEN for key, state in found.items() if key in needed):
            return True
        return all(state in standing.UNANSWERED for state in found.values())

    return {
        line.guardian_id: [form.version_id for form in forms if is_owed(line.guardian_id, form)] for line in guardians
    }


def _open(
    version_ids: Sequence[int],
    youth_id: int,
    guardian: GuardianLine,
    season_id: int,
    known: Sequence[ConsentRequest],
    *,
    awaited: bool,
    by: Actor,
    now: datetime,
) -> list[int]:
    """Open a request for each form; the letter goes to the family as a whole. Whose answer is not awaited is told that
    another guardian was asked, and may object."""
    opened, action = [], "consent.asked" if awaited else "consent.noticed"
    for version_id in version_ids:
        request = _open_request(version_id, youth_id, guardian, season_id, known, awaited, now)
        record(action, "consent_request", request.id, by=by, now=now, youth_id=youth_id)
        opened.append(request.id)
    return opened


def _open_request(
    version_id: int,
    youth_id: int,
    guardian: GuardianLine,
    season_id: int,
    known: Sequence[ConsentRequest],
    awaited: bool,
    now: datetime,
) -> ConsentRequest:
    """A fresh request, or the one this guardian has already: mail that came back, or a notice that becomes a question.

    What another guardian was asked in vain, because the mail came back, is called off.
    """
    kept = None
    for request in known:
        if request.guardian_id == guardian.guardian_id and request.form_version_id == version_id:
            kept = request
        elif awaited and request.guardian_id != guardian.guardian_id and request.state is RequestState.BOUNCED:
            close(request, now)
    if kept is not None and kept.state in rules.OPEN_STATES:
        kept.awaited, kept.state = awaited or kept.awaited, RequestState.QUEUED
        kept.due_on = due_on(season_id, now)
        return kept
    request = ConsentRequest(
        form_version_id=version_id,
        youth_id=youth_id,
        guardian_id=guardian.guardian_id,
        season_id=season_id,
        state=RequestState.QUEUED,
        language=guardian.language,
        created_at=now,
        awaited=awaited,
        due_on=due_on(season_id, now),
        renews_id=find_renewed(youth_id, guardian.guardian_id, season_id, version_id),
    )
    db.session().add(request)
    db.flush()
    return request


def remind(request_id: int, *, by: Actor, now: datetime) -> bool:
    """Write to the guardian of an open request again, with a fresh link; False when no mail can reach them.

    The letter names whatever else of the season waits for this guardian: its link leads through all of it.
    """
    case = queries.get_request(request_id)
    guardian = signer_line(case, clock.day_of(now))
    refuse_if(refusals_to_answer(case, guardian, now))
    if guardian is None or guardian.email is None or guardian.email_bounced:
        return False
    together = [case, *_waiting_beside(case)]
    write_to_family(REMIND, [each.request.id for each in together], guardian, by=by, now=now)
    for each in together:
        record("consent.reminded", "consent_request", each.request.id, by=by, now=now)
    return True


def remind_each(request_ids: Sequence[int], *, by: Actor, now: datetime) -> Reminded:
    """Remind of several requests, with one letter a guardian and season. Whoever may not answer is passed over."""
    reached: set[int] = set()
    unreached: set[int] = set()
    letters = 0
    for request_id in request_ids:
        if request_id in reached:
            continue
        case = queries.get_request(request_id)
        beside = {each.request.id for each in _waiting_beside(case)}
        try:
            is_reached = remind(request_id, by=by, now=now)
        except Refused:  # may not decide any more, or the season is over: one family does not hold up the others
            is_reached = False
        letters += is_reached
        (reached if is_reached else unreached).update({request_id, *(beside & {*request_ids} if is_reached else ())})
    return Reminded(letters, frozenset(reached), frozenset(unreached))


def _waiting_beside(case: Case) -> list[Case]:
    """What else of the season waits for the answer of the same guardian, who may give it. A slip is reminded of alone."""
    request = case.request
    if request.gathering_id is not None:
        return []
    found = queries.list_cases(
        ConsentRequest.guardian_id == request.guardian_id,
        ConsentRequest.season_id == request.season_id,
        ConsentRequest.id != request.id,
        ConsentRequest.gathering_id.is_(None),
        ConsentRequest.awaited.is_(True),
        ConsentRequest.state.in_(rules.OPEN_STATES),
    )
    allowed = may_answer_each(found, now=clock.now())
    return [each for each in found if each.request.id in allowed]


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
    request.times_asked += kind != NOTICE
    if message.delivery is Delivery.HELD:
        _sent(request, HAPPENINGS_OF[kind], now, {})


def _sent(request: ConsentRequest, happening: Happening, now: datetime, detail: Mapping[str, Any]) -> None:
    request.sent_at = now
    if request.state in (RequestState.QUEUED, RequestState.BOUNCED):
        request.state = RequestState.OPENED if request.opened_at else RequestState.SENT
    note(request.id, happening, now, detail)


def note_sent(event: MessageSent) -> None:
    """A server took the mail of a request."""
    happening = HAPPENINGS_OF.get(event.kind)
    request = event.subject_id and db.session().get(ConsentRequest, event.subject_id)
    if happening is None or not request:
        return
    if happening is Happening.COPY_SENT:
        for each in [request, *_of_the_same_letter(request, event.message_id)]:
            note(each.id, happening, clock.now(), {})
        return
    for each in [request, *_of_the_same_letter(request, event.message_id)]:
        _sent(each, happening, clock.now(), {"address": _masked_address(each)})


def note_bounced(event: MessageBounced) -> None:
    """The mail of a request came back."""
    request = event.subject_id and db.session().get(ConsentRequest, event.subject_id)
    if event.kind not in (ASK, RENEW, REMIND, NOTICE) or not request:
        return
    for each in [request, *_of_the_same_letter(request, event.message_id)]:
        if each.state in (RequestState.QUEUED, RequestState.SENT):
            each.state = RequestState.BOUNCED
        note(each.id, Happening.BOUNCED, clock.now(), {"address": _masked_address(each)})


def _of_the_same_letter(request: ConsentRequest, message_id: int) -> Sequence[ConsentRequest]:
    """The other requests a letter was about: of other children, or other forms of the same."""
    ids = outreach.also_subjects(message_id)
    if not ids:
        return ()
    rows = sa.select(ConsentRequest).where(
        ConsentRequest.id.in_(ids), ConsentRequest.guardian_id == request.guardian_id
    )
    return db.session().scalars(rows.order_by(ConsentRequest.id)).all()


def _masked_address(request: ConsentRequest) -> str:
    contacts = people.contacts_of([request.guardian_id]).get(request.guardian_id, [])
    return next((paper.masked(line.value) for line in contacts if "@" in line.value), "")
