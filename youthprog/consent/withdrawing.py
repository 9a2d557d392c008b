"""Taking answers back: what still stands, the second sealed record, its copy."""

from typing import Any

from flask import Response, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.audit.services import record_read
from youthprog.consent import queries, services
from youthprog.consent.forms import TakeBackForm
from youthprog.consent.queries import Case
from youthprog.consent.shown import words_of
from youthprog.consent.walk import (
    case_of,
    questions_of,
)
from youthprog.core import clock, db
from youthprog.core.refusals import N_, NotFound, Refused
from youthprog.documents.codes import grouped
from youthprog.documents.press import PressFailed
from youthprog.documents.services import discard, load_bytes
from youthprog.web.edge import actor, recording
from youthprog.web.language import gettext as _
from youthprog.web.language import language
from youthprog.web.pages import file_response, page

NOT_TAKEN_BACK = N_("We could not record this just now. Nothing is taken back yet. Try again in a minute, or call us.")


def show_take_back(request_id: int) -> BaseResponse:
    """Which answers stand and may be taken back."""
    case = case_of(request_id)
    if case.request.signed_at is None:
        return redirect(url_for(".start", request_id=request_id), 303)
    return _take_back_page(case, TakeBackForm(formdata=None))


def take_back(request_id: int) -> BaseResponse:
    """Take back answers from now on: print and seal without a lock, then record everything at once.

    A second click finds the answers ended already, and leads to the same page.
    """
    case, form, now = case_of(request_id), TakeBackForm(), clock.now()
    if not form.validate_on_submit():
        return _take_back_page(case, form, 422)
    chosen = list(dict.fromkeys(form.sections.data or []))
    try:
        prepared = services.prepare_taking_back(case, chosen, by=actor(), now=now, language=language())
    except Refused as refused:
        if chosen and set(chosen) <= _ended_keys(request_id):
            return redirect(url_for(".taken_back", request_id=request_id), 303)
        form.take(refused.reasons)
        return _take_back_page(case, form, 422)
    except PressFailed:
        form.form_errors.append(
            _("We could not make the document just now. Nothing is taken back yet. Try again in a minute, or call us.")
        )
        return _take_back_page(case, form, 503)
    with recording(undo=lambda: discard(prepared.document), says=_(NOT_TAKEN_BACK)):
        _take_back_once(request_id, chosen, prepared, now)
    return redirect(url_for(".taken_back", request_id=request_id), 303)


def _take_back_once(request_id: int, chosen: list[str], prepared: services.PreparedWithdrawal, now: Any) -> None:
    try:
        services.take_back(case_of(request_id), chosen, by=actor(), now=now, prepared=prepared)
    except Refused:
        db.begin_writing()
        if not set(chosen) <= _ended_keys(request_id):
            raise
        discard(prepared.document)


def taken_back(request_id: int) -> BaseResponse:
    """The receipt of taking back: what ended and when, its sealed record, what still stands."""
    case, withdrawals = case_of(request_id), queries.withdrawals_of(request_id)
    if not withdrawals:
        return redirect(url_for(".done", request_id=request_id), 303)
    row, document = withdrawals[-1]
    words = {question.key: words_of(case, question) for question in questions_of(case)}
    return page(
        "consent/portal/taken_back.html",
        case=case,
        withdrawal=row,
        document=document,
        number=len(withdrawals),
        code=grouped(document.code),
        gone=[words[key].label for key in row.sections],
        standing=[words[each.section_key].label for each in services.given_now(request_id, clock.today())],
    )


def withdrawal(request_id: int, number: int) -> Response:
    """The sealed record of a taking back, by its number: the first, the second."""
    case_of(request_id)
    withdrawals = queries.withdrawals_of(request_id)
    if not 1 <= number <= len(withdrawals):
        raise NotFound
    document = withdrawals[number - 1][1]
    record_read("consent.record.read", "consent_request", request_id, by=actor(), document_id=document.id)
    return file_response(load_bytes(document), name=f"{document.code}.pdf", download=True)


def _ended_keys(request_id: int) -> set[str]:
    return {row.section_key for row in queries.decisions_of(request_id) if row.withdrawn_at is not None}


def _take_back_page(case: Case, form: TakeBackForm, status: int = 200) -> Response:
    words = {question.key: words_of(case, question) for question in questions_of(case)}
    decisions = queries.decisions_of(case.request.id)
    kinds = {question.key: question.kind for question in questions_of(case)}
    standing = services.given_now(case.request.id, clock.today())
    given = {row.section_key for row in standing if kinds[row.section_key] in services.TAKEN_BACK_KINDS}
    return page(
        "consent/portal/take_back.html", status, case=case, form=form, words=words, decisions=decisions, given=given,
        withdrawals=queries.withdrawals_of(case.request.id),
    )  # fmt: skip
