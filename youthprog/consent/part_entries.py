"""One part of somebody else that came on a sheet of its own: a doctor's, a coach's, the young person's, copied from the scan."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.consent import desk_queries, queries, services
from youthprog.consent.entries import spoken_words
from youthprog.consent.queries import Case
from youthprog.consent.sheet_forms import SheetPart, sheet_part
from youthprog.consent.types import Question
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, Conflict, NotFound, Refused
from youthprog.documents.press import PressFailed
from youthprog.documents.services import discard
from youthprog.web.edge import actor, door, recording
from youthprog.web.forms import Form
from youthprog.web.language import gettext as _
from youthprog.web.language import language, says
from youthprog.web.pages import page

bp = Blueprint("consent_part_entries", __name__)

NO_DOCUMENT = N_("We could not make the document just now. Nothing is recorded. Try again in a minute.")
NOT_RECORDED = N_("We could not keep this just now. Nothing is recorded. Try again in a minute.")


class PartEntryForm(Form):
    """The form token around the part."""


@bp.get("/consents/requests/<id:request_id>/parts/<id:section_id>/paper")
@door(P.CONSENT_ENTER)
def show(request_id: int, section_id: int) -> BaseResponse:
    """The scan beside the part."""
    case, question = _waiting(request_id, section_id)
    return _page(case, PartEntryForm(formdata=None), _part(case, question, formdata=None))


@bp.post("/consents/requests/<id:request_id>/parts/<id:section_id>/paper")
@door(P.CONSENT_ENTER, late=True)
def enter(request_id: int, section_id: int) -> BaseResponse:
    """Record what the signed sheet says of the part. A second click finds it recorded and goes on the same way."""
    on_record = redirect(url_for("consent.show", request_id=request_id), 303)
    if _is_recorded(request_id, section_id):
        return on_record
    case, question = _waiting(request_id, section_id)
    form, part = PartEntryForm(), _part(case, question)
    good = part.validate()
    if not form.validate_on_submit() or not good:
        return _page(case, form, part, 422)
    how: dict[str, Any] = {"by": actor(), "now": clock.now()}
    try:
        ready = services.prepare_entered_part(case, question, part.answer() or {}, **how)
    except Conflict:
        raise
    except Refused as refused:
        for reason in refused.reasons:
            part.mark.take([reason]) if reason.field else form.form_errors.append(says(reason))
        return _page(case, form, part, 422)
    except PressFailed:
        form.form_errors.append(_(NO_DOCUMENT))
        return _page(case, form, part, 503)
    with recording(undo=lambda: _discard(ready), says=_(NOT_RECORDED)):
        if _is_recorded(request_id, section_id):
            _discard(ready)
            return on_record
        case, question = _waiting(request_id, section_id)
        services.enter_part(case, question, ready, **how)
    flash(_("Recorded: %(form)s.", form=part.label), "signed")
    return on_record


def _discard(ready: services.SheetEntry) -> None:
    if ready.prepared is not None:
        discard(ready.prepared.document)


def _is_recorded(request_id: int, section_id: int) -> bool:
    """Whether somebody copied or signed the part already, within reach."""
    case = queries.get_request_for(actor(), P.CONSENT_ENTER, request_id, clock.today())
    part = queries.parts_of(case.request.id).get(section_id)
    return part is not None and part.signed_at is not None


def _waiting(request_id: int, section_id: int) -> tuple[Case, Question]:
    """A part that may be entered now; any other does not exist here."""
    case = queries.get_request_for(actor(), P.CONSENT_ENTER, request_id, clock.today())
    for question in services.parts_to_enter(case, clock.today()):
        if question.section_id == section_id:
            return case, question
    raise NotFound


def _part(case: Case, question: Question, **how: Any) -> SheetPart:
    return sheet_part(question, spoken_words(case, question), question.words[language()].label, alone=True, how=how)


def _page(case: Case, form: PartEntryForm, part: SheetPart, status: int = 200) -> Response:
    scans = desk_queries.scans_of(case.request.id)
    return page(
        "consent/enter_part.html", status, case=case, form=form, part=part, wrong=part.wrong(), scans=scans,
        numbers=desk_queries.numbers_of(scans), today=clock.today(),
    )  # fmt: skip
