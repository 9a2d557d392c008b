"""The signature: one act for every child of the sitting, its receipt, and the sealed copy."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Response, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.audit.services import record_read
from youthprog.consent import pickups, queries, record_queries, services, showing
from youthprog.consent.forms import SignForm
from youthprog.consent.queries import Case
from youthprog.consent.record_queries import SealedLine
from youthprog.consent.sealed import opened_by
from youthprog.consent.shown import summary_of
from youthprog.consent.types import SectionKind, Signing
from youthprog.consent.walk import (
    Walk,
    case_of,
    closed,
    closed_page,
    is_open,
    program_of,
    questions_of,
    reworded_page,
    shown_in,
    sitting_of,
    titles_of,
    walk_of,
)
from youthprog.core import clearance, clock, db
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, Conflict, NotFound, Refused
from youthprog.documents import queries as documents
from youthprog.documents.codes import grouped
from youthprog.documents.press import PressFailed
from youthprog.documents.services import discard, load_bytes
from youthprog.people import queries as people
from youthprog.programs import queries as programs
from youthprog.web.edge import actor, recording
from youthprog.web.language import gettext as _
from youthprog.web.language import language, sentence
from youthprog.web.pages import file_response, page

NOT_SIGNED = N_("We could not keep your signature just now. Nothing is signed. Try again in a minute.")


def show_signature(request_id: int) -> BaseResponse:
    """What is signed, in a few lines, and where to sign: once for all children."""
    case = case_of(request_id)
    stopped = closed(case)
    if stopped is not None:
        return stopped
    walk = walk_of(case)
    if walk.unanswered or not walk.agreed:
        return redirect(walk.onward(), 303)
    if any(showing.unanswered(shown_in(each), each.draft) for each in walk.cases.values()):
        return redirect(url_for(".check", request_id=request_id), 303)
    form = SignForm(formdata=None)
    form.show({each.request.id: each.request.version for each in walk.cases.values()})
    return _sign_page(walk, form)


def sign(request_id: int) -> BaseResponse:
    """Print and seal first, without a lock; then record everything at once, if it is still true.

    A second click, or a try after a lost answer, finds the signature there and shows the same receipt.
    """
    case, form, now = case_of(request_id), SignForm(), clock.now()
    if case.request.signed_at is not None:
        return redirect(url_for(".done", request_id=request_id), 303)
    stopped = _stopped_at_signing(case)
    if stopped is not None:
        return stopped
    walk = walk_of(case)
    if not form.validate_on_submit():
        return _sign_page(walk, form, 422)
    seen = form.seen()
    if not seen or not seen.keys() <= walk.cases.keys() or case.request.id not in seen:
        raise Conflict([services.CHANGED])
    signings = [(walk.cases[each], _signing(form, seen[each])) for each in sorted(seen)]
    try:
        prepared = services.prepare_signatures(signings, by=actor(), now=now)
    except Conflict:
        raise
    except Refused as refused:
        form.take(refused.reasons)
        return _sign_page(walk, form, 422)
    except PressFailed:
        form.form_errors.append(_("We could not make the document just now. Nothing is signed. Try again in a minute."))
        return _sign_page(walk, form, 503)
    with recording(undo=lambda: _discard(prepared), says=_(NOT_SIGNED)):
        _sign_once(sorted(seen), prepared, now)
    return redirect(url_for(".done", request_id=request_id), 303)


def _stopped_at_signing(case: Case) -> BaseResponse | None:
    """Nothing is signed under words that are not the newest any more: 409."""
    if services.may_answer(case, now=clock.now()):
        return closed_page(case)
    return reworded_page(case, 409) if case.is_outdated else None


def _sign_once(request_ids: Sequence[int], prepared: Sequence[services.Prepared], now: datetime) -> None:
    """Record every signature of the act, or find that it is recorded already."""
    try:
        cases = [case_of(each) for each in request_ids]
        if len(cases) > 1:
            services.hold_together(request_ids, {each.youth.id for each in cases})
        if any(each.request.signed_at is None for each in cases):
            services.sign_together(list(zip(cases, prepared, strict=True)), by=actor(), now=now)
            return
    except Conflict:
        db.begin_writing()
        if any(case_of(each).request.signed_at is None for each in request_ids):
            raise
    _discard(prepared)


def _discard(prepared: Sequence[services.Prepared]) -> None:
    for each in prepared:
        discard(each.document)


def done(request_id: int) -> BaseResponse:
    """The receipt: each child with its sealed copy, what stands, what happens next."""
    case = case_of(request_id)
    if case.request.signed_at is None:
        return redirect(url_for(".start", request_id=request_id), 303) if is_open(case) else closed_page(case)
    contacts = people.contacts_of([case.guardian.id]).get(case.guardian.id, [])
    act = sitting_of(case)
    return page(
        "consent/portal/done.html",
        case=case,
        receipts=[_receipt(each) for each in act],
        titles=titles_of(act),
        address=next((line.value for line in contacts if "@" in line.value), None),
        waiting=_still_waiting(case),
    )


def _receipt(case: Case) -> dict[str, Any]:
    today, document = clock.today(), queries.document_of(case.request)
    reasons = clearance.not_cleared([case.youth.id], case.season.id, today).get(case.youth.id, [])
    return {
        "case": case,
        "document": document,
        "code": grouped(document.code),
        "reasons": [(_(reason.word), sentence(reason.sentence, reason.values)) for reason in reasons],
        "withdrawals": queries.withdrawals_of(case.request.id),
        "supplements": _supplements(case),
        "has_list": pickups.may_change(case, by=actor(), now=clock.now()),
        "next": queries.next_for(case.youth.id, case.season.id, clock.now()),
    }


def _still_waiting(case: Case) -> list[Case]:
    """Other forms that wait for the same guardian: one of them leads on to all."""
    found = queries.list_waiting(actor(), P.CONSENT_SIGN, clock.today())
    allowed = services.may_answer_each(found, now=clock.now())
    return [each for each in found if each.request.id in allowed]


def copy(request_id: int) -> Response:
    """The sealed record."""
    case = case_of(request_id)
    document = queries.document_of(case.request)
    record_read("consent.record.read", "consent_request", request_id, by=actor())
    return file_response(load_bytes(document), name=f"{document.code}.pdf", download=True)


def supplement(request_id: int, number: int) -> Response:
    """The sealed record of a part that was signed later, by its number: the first, the second."""
    case = case_of(request_id)
    lines = _supplements(case)
    if not 1 <= number <= len(lines):
        raise NotFound
    line = lines[number - 1]
    record_read("consent.record.read", "consent_request", request_id, by=actor(), document_id=line.document_id)
    return file_response(load_bytes(documents.get(line.document_id)), name=f"{line.code}.pdf", download=True)


def _supplements(case: Case) -> list[SealedLine]:
    """Those this door opens: what is about health is in one's own account, not behind a link."""
    lines = record_queries.supplements_of(case.request.id)
    return opened_by(actor(), case.youth.id, lines, clock.today()) if lines else []


def _sign_page(walk: Walk, form: SignForm, status: int = 200) -> Response:
    children = []
    groups = _groups_of(walk)
    for case in walk.cases.values():
        lines = [
            summary_of(case, each, case.draft[each.key])
            for each in questions_of(case)
            if each.kind is SectionKind.DECISION
            and each.key in case.draft
            and showing.signer_of(each) in showing.GUARDIANS
        ]
        about = [groups.get((case.season.id, case.youth.id)), f"{program_of(case)}, {_season(case)}"]
        children.append({"case": case, "lines": lines, "about": ", ".join(part for part in about if part)})
    names = list(dict.fromkeys(case.youth.first_name for case in walk.cases.values()))
    return page("consent/portal/sign.html", status, case=walk.case, form=form, children=children, names=names)


def _groups_of(walk: Walk) -> dict[tuple[int, int], str]:
    """The child's group by season and child. One statement a season."""
    found = {}
    for season_id in {case.season.id for case in walk.cases.values()}:
        youth_ids = [case.youth.id for case in walk.cases.values() if case.season.id == season_id]
        for youth_id, groups in programs.groups_of(youth_ids, season_id).items():
            found[season_id, youth_id] = groups[0][1]
    return found


def _season(case: Case) -> str:
    return case.season.name_es if language() == "es" and case.season.name_es else case.season.name


def _signing(form: SignForm, seen_version: int) -> Signing:
    return Signing(
        typed_name=form.typed_name.data or "",
        is_guardian=bool(form.is_guardian.data),
        agrees=bool(form.agrees.data),
        seen_version=seen_version,
        language=language(),
        drawn=form.path,
    )
