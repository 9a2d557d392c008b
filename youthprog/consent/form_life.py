"""The coordinator renames a form, closes it, opens it again."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse
from wtforms import RadioField
from wtforms.validators import AnyOf

from youthprog.consent import form_queries, services
from youthprog.consent.form_queries import FormRow
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound, Refused
from youthprog.web.edge import actor, door
from youthprog.web.forms import Filled, Form, SelectChoice, Text
from youthprog.web.language import gettext as _
from youthprog.web.language import lazy_gettext as later
from youthprog.web.language import ngettext, says
from youthprog.web.pages import page

bp = Blueprint("form_life", __name__)
STAY, WITHDRAW = "stay", "withdraw"


class NameForm(Form):
    """What a form is called."""

    title = Text(later("Name in English"), [Filled(later("Write the name."))], limit=120)
    title_es = Text(later("Name in Spanish"), [Filled(later("Write the name."))], limit=120)


class CloseForm(Form):
    """What becomes of the requests that wait."""

    waiting = RadioField(
        later("Requests that wait for an answer"),
        [Filled(later("Choose one answer.")), AnyOf([STAY, WITHDRAW], later("Choose one answer."))],
        choices=[
            SelectChoice(STAY, later("Stay: whoever was asked may still answer")),
            SelectChoice(WITHDRAW, later("Are withdrawn: nobody needs to answer")),
        ],
        validate_choice=False,
    )


@bp.get("/consents/forms/<id:form_id>/name")
@door(P.FORM_EDIT)
def show_name(form_id: int) -> Response:
    """The name of a form, to be written anew."""
    row = _row(form_id)
    form = NameForm(formdata=None, title=row.title, title_es=row.title_es)
    return page("consent/builder/name.html", row=row, form=form)


@bp.post("/consents/forms/<id:form_id>/name")
@door(P.FORM_EDIT)
def rename(form_id: int) -> BaseResponse:
    """Give a form another name."""
    row, form = _row(form_id), NameForm()
    if not form.validate_on_submit():
        return page("consent/builder/name.html", 422, row=row, form=form)
    try:
        services.rename_form(form_id, form.title.data or "", form.title_es.data or "", by=actor(), now=clock.now())
    except Refused as refused:
        form.take(refused.reasons)
        return page("consent/builder/name.html", 422, row=row, form=form)
    flash(_("Renamed. Families read the new name once you publish a new version."), "signed")
    return redirect(url_for("builder.show", form_id=form_id), 303)


@bp.get("/consents/forms/<id:form_id>/close")
@door(P.FORM_EDIT)
def show_closing(form_id: int) -> BaseResponse:
    """What closing does, before it is done."""
    row = _closable(form_id)
    if row.closed_at is not None:
        return redirect(url_for("builder.show", form_id=form_id), 303)
    return _closing_page(row, CloseForm(formdata=None))


@bp.post("/consents/forms/<id:form_id>/close")
@door(P.FORM_EDIT)
def close(form_id: int) -> BaseResponse:
    """Close a form: nobody is asked any more."""
    row, form = _closable(form_id), CloseForm()
    if not form.validate_on_submit():
        return _closing_page(row, form, 422)
    try:
        count = services.close_form(form_id, withdraws=form.waiting.data == WITHDRAW, by=actor(), now=clock.now())
    except Refused as refused:
        form.take(refused.reasons)
        return _closing_page(row, form, 422)
    told = ngettext("%(num)s request is withdrawn.", "%(num)s requests are withdrawn.", count) if count else ""
    flash(" ".join(filter(None, (_("The form is closed."), told))), "neutral")
    return redirect(url_for("builder.show", form_id=form_id), 303)


@bp.post("/consents/forms/<id:form_id>/open-again")
@door(P.FORM_EDIT)
def open_again(form_id: int) -> BaseResponse:
    """Open a closed form again."""
    _row(form_id)
    try:
        services.open_form_again(form_id, by=actor(), now=clock.now())
    except Refused as refused:
        flash(" ".join(says(reason) for reason in refused.reasons), "missing")
    else:
        flash(_("The form is open again."), "signed")
    return redirect(url_for("builder.show", form_id=form_id), 303)


def _row(form_id: int) -> FormRow:
    return form_queries.get_form_for(actor(), form_id, editing=True)


def _closable(form_id: int) -> FormRow:
    """A form that may be closed: the starter form has no such page."""
    row = _row(form_id)
    if row.is_starter:
        raise NotFound
    return row


def _closing_page(row: FormRow, form: Any, status: int = 200) -> Response:
    return page("consent/builder/close.html", status, row=row, form=form, closing=services.closing_of(row.form_id))
