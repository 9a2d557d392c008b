"""The young person's turn, in the same sitting: an own page with an own name."""

from typing import Any

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.consent import showing
from youthprog.consent.answers import TEMPLATES, NameForm, form_of
from youthprog.consent.forms import AnswerForm
from youthprog.consent.queries import Case
from youthprog.consent.questions import texts_above
from youthprog.consent.shown import words_of
from youthprog.consent.sitting import Stop
from youthprog.consent.walk import (
    Walk,
    athletes_of,
    case_of,
    closed,
    go_on,
    keep,
    questions_of,
    shown_in,
    walk_of,
)
from youthprog.core.refusals import NotFound
from youthprog.web.edge import recording
from youthprog.web.pages import page


def show_athlete(request_id: int) -> BaseResponse:
    """What the young person reads, answers and signs, on one page."""
    case = case_of(request_id)
    stopped = closed(case)
    if stopped is not None:
        return stopped
    walk = walk_of(case)
    if not athletes_of(case) or showing.unanswered(questions_of(case), case.draft):
        return redirect(walk.onward(), 303)
    return _athlete_page(walk, *_athlete_forms(case, formdata=None))


def save_athlete(request_id: int) -> BaseResponse:
    """Keep what the young person answered, and the name it is signed with."""
    case = case_of(request_id)
    if not athletes_of(case):
        raise NotFound
    name, forms = _athlete_forms(case)
    good = name.validate_on_submit()
    for form in forms.values():
        good = form.validate() and good  # every one, so that all that is missing is told at once
    if not good:
        return _athlete_page(walk_of(case), name, forms, 422)
    signed = {"typed_name": name.typed_name.data}
    with recording():
        keep(case_of(request_id), {key: form.answer() | signed for key, form in forms.items()})
    return go_on(case_of(request_id), Stop.ATHLETE)


def _athlete_forms(case: Case, **data: Any) -> tuple[NameForm, dict[str, AnswerForm]]:
    name, forms, draft = NameForm(**data), {}, case.draft
    for question in athletes_of(case):
        kept = draft.get(question.key) or {}
        made = form_of(question, words_of(case, question))
        form = made(prefix=f"{question.key}-", meta={"csrf": False}, **data)
        if data:
            form.fill(kept)
            name.typed_name.data = name.typed_name.data or kept.get("typed_name")
        forms[question.key] = form
    return name, forms


def _wrong_in(form: AnswerForm) -> list[tuple[str, str]]:
    """Where the errors of one of several forms on a page are: the field's place and the sentence."""
    return [
        (f"{field.id}-0" if field.type in ("RadioField", "SelectMultipleField") else field.id, error)
        for field in form
        for error in field.errors
    ]


def _athlete_page(walk: Walk, name: NameForm, forms: dict[str, AnswerForm], status: int = 200) -> Response:
    case = walk.case
    shown = shown_in(case)
    asked = [
        (question, words_of(case, question), forms[question.key], texts_above(case, shown, question))
        for question in athletes_of(case)
    ]
    back = url_for(".check", request_id=case.request.id) if request.args.get("check") else walk.back(Stop.ATHLETE)
    return page(
        "consent/portal/athlete.html", status, case=case, asked=asked, form=name, fields_of=TEMPLATES, back_url=back,
        summary=[each for form in forms.values() for each in _wrong_in(form)],
        **walk.progress(Stop.ATHLETE),
    )  # fmt: skip
