"""The guardian's own pick-up list after signing: who is on it, add somebody, take somebody off."""

from collections.abc import Callable

from flask import Response, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.consent import pickups, record_queries
from youthprog.consent.forms import ListForm, TakeOffForm
from youthprog.consent.pickups import PreparedChange, Wanted
from youthprog.consent.queries import Case
from youthprog.consent.sealed import opened_by
from youthprog.consent.walk import case_of
from youthprog.core import clock
from youthprog.core.refusals import N_, Refused
from youthprog.documents.codes import grouped
from youthprog.documents.press import PressFailed
from youthprog.documents.services import discard
from youthprog.web.edge import actor, recording
from youthprog.web.forms import phone_number
from youthprog.web.language import gettext as _
from youthprog.web.language import language, says
from youthprog.web.pages import page

NOT_CHANGED = N_("We could not record this just now. The list is as it was. Try again in a minute, or call us.")


def show_list(request_id: int) -> BaseResponse:
    """Who is on the list, and how to change it."""
    case = case_of(request_id)
    if case.request.signed_at is None:
        return redirect(url_for(".start", request_id=request_id), 303)
    return _list_page(case, ListForm(formdata=None))


def add_person(request_id: int) -> BaseResponse:
    """Add somebody: print and seal without a lock, then record everything at once."""
    case, form = case_of(request_id), ListForm()
    if case.request.signed_at is None:
        return redirect(url_for(".start", request_id=request_id), 303)
    if not form.validate_on_submit():
        return _list_page(case, form, 422)
    phone = phone_number(form.phone.data or "")
    wanted = Wanted(form.name.data or "", form.relation.data or None, phone)
    return _change(
        case,
        form,
        lambda now: pickups.prepare_adding(case, wanted, by=actor(), now=now, language=language()),
    )


def take_off(request_id: int) -> BaseResponse:
    """Take somebody off the list."""
    case, form = case_of(request_id), TakeOffForm()
    if case.request.signed_at is None:
        return redirect(url_for(".start", request_id=request_id), 303)
    shown = ListForm(formdata=None)
    key = form.person.data or ""
    if not form.validate_on_submit() or not key.isascii() or not key.isdecimal() or len(key) > 18:
        shown.form_errors.append(_("Choose a name."))
        return _list_page(case, shown, 422)
    return _change(
        case,
        shown,
        lambda now: pickups.prepare_taking_off(case, int(key), by=actor(), now=now, language=language()),
    )


def _change(case: Case, form: ListForm, prepare: Callable[..., PreparedChange]) -> BaseResponse:
    now, request_id = clock.now(), case.request.id
    try:
        prepared = prepare(now)
    except Refused as refused:
        form.take(refused.reasons)
        return _list_page(case, form, 422)
    except PressFailed:
        form.form_errors.append(_(NOT_CHANGED))
        return _list_page(case, form, 503)
    with recording(undo=lambda: discard(prepared.document), says=_(NOT_CHANGED)):
        pickups.change_list(case_of(request_id), prepared, by=actor(), now=now)
    return redirect(url_for(".list_changed", request_id=request_id), 303)


def list_changed(request_id: int) -> BaseResponse:
    """The receipt of the last change: the list as it is now, and its sealed record."""
    case = case_of(request_id)
    changes = pickups.changes_of(request_id)
    if not changes:
        return redirect(url_for(".show_list", request_id=request_id), 303)
    last = changes[-1]
    lines = opened_by(actor(), case.youth.id, record_queries.supplements_of(request_id), clock.today())
    supplements = [line.document_id for line in lines]
    return page(
        "consent/portal/pickup_changed.html",
        case=case,
        change=last,
        people=pickups.list_of(request_id),
        number=supplements.index(last.document.id) + 1,
        code=grouped(last.document.code),
    )


def _list_page(case: Case, form: ListForm, status: int = 200) -> Response:
    facts = pickups.facts_of(case, by=actor(), now=clock.now())
    return page(
        "consent/portal/pickup.html",
        status,
        case=case,
        form=form,
        people=pickups.list_of(case.request.id),
        closed=[says(reason) for reason in pickups.refusals_to_change(facts)],
        changes=pickups.changes_of(case.request.id),
    )
