"""One question at a time: answer, come back, check, change."""

from typing import Any

from flask import Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.access.queries import LinkKey
from youthprog.consent import services, showing
from youthprog.consent.answers import TEMPLATES, InterpreterForm, SheetForm, UploadForm, form_of
from youthprog.consent.forms import AnswerForm
from youthprog.consent.queries import Case
from youthprog.consent.showing import Sheet, sheet_of
from youthprog.consent.shown import checked, suggested, words_of
from youthprog.consent.sitting import Stop
from youthprog.consent.types import Question, SectionKind, Signer, Words
from youthprog.consent.walk import (
    Walk,
    athletes_of,
    case_of,
    closed,
    go_on,
    interpreters_of,
    is_open,
    keep,
    program_of,
    question_of,
    questions_of,
    shown_in,
    sitting_of,
    titles_of,
    walk_of,
)
from youthprog.core import clock
from youthprog.core.refusals import Conflict, NotFound, Refused
from youthprog.documents.services import warm_up
from youthprog.web.edge import actor, recording
from youthprog.web.pages import page


def start(request_id: int) -> BaseResponse:
    """Go where this sitting was left."""
    case = case_of(request_id)
    if not is_open(case):
        return redirect(url_for(".done", request_id=request_id), 303)
    return closed(case) or redirect(walk_of(case).onward(), 303)


def show_question(request_id: int, number: int) -> BaseResponse:
    """One question; of a sheet the page that is next to read, or one read before."""
    case = case_of(request_id)
    stopped = closed(case)
    if stopped is not None:
        return stopped
    question = question_of(case, number)
    kept = case.draft.get(question.key) or {}
    sheet = sheet_of(question, kept, request.args.get("page", ""))
    if sheet is not None and sheet.is_ahead:
        return redirect(_address(case, question, sheet.next_page), 303)
    form = _form(case, question, sheet)(formdata=None)
    form.remember(kept)
    form.fill(kept or suggested(case, question))
    return _question_page(walk_of(case), question, form)


def save_answer(request_id: int, number: int) -> BaseResponse:
    """Keep the answer and go on, or stop here for now. A file is written before anything is locked."""
    case = case_of(request_id)
    question = question_of(case, number)
    kept = case.draft.get(question.key) or {}
    sheet = sheet_of(question, kept, request.args.get("page", ""))
    if sheet is not None and sheet.is_ahead:
        return redirect(_address(case, question, sheet.next_page), 303)
    form = _form(case, question, sheet)()
    form.remember(kept)
    if getattr(form, "wants_another", False):
        return _question_page(walk_of(case), question, form)
    if form.validate_on_submit():
        if isinstance(form, UploadForm) and form.content is not None:
            services.store_upload(form.content)
        given = form.answer() if sheet is None else sheet.read(form.answer())
        with recording():
            case = case_of(request_id)
            try:
                keep(case, {question.key: given})
            except Conflict:
                raise
            except Refused as refused:
                form.take(refused.reasons)
                return _question_page(walk_of(case), question, form, 422)
    elif "later" not in request.form:
        return _question_page(walk_of(case), question, form, 422)
    if sheet is not None and not sheet.is_last and "later" not in request.form:
        return redirect(_address(case, question, sheet.page + 1), 303)
    return go_on(case, Stop.QUESTION, question.key)


def sheet(request_id: int, number: int) -> Response:
    """A sheet again from its first page to its last, to read, keep or print."""
    case = case_of(request_id)
    found = next((each for each in shown_in(case) if each.position == number), None)
    if found is None or found.kind is not SectionKind.INFORMATION:
        raise NotFound
    return page("consent/portal/sheet.html", case=case, words=words_of(case, found), program=program_of(case))


def later(request_id: int) -> Response:
    """What is kept, and how to come back."""
    case = case_of(request_id)
    link: LinkKey | None = g.get("link")
    asked, until = questions_of(case), clock.day_of(link.expires_at) if link else None
    asked = [*asked, *athletes_of(case)]
    answered = len(asked) - len(showing.unanswered(asked, case.draft))
    return page(
        "consent/portal/later.html", case=case, answered=answered, until=until, now=answered + 1, total=len(asked),
        about=f"{case.youth.first_name} · {program_of(case)}",
    )  # fmt: skip


def check(request_id: int) -> BaseResponse:
    """All answers for all children, each with its Change link; and whether somebody read the form to the guardian."""
    case = case_of(request_id)
    stopped = closed(case)
    if stopped is not None:
        return stopped
    walk = walk_of(case)
    if walk.unanswered:
        return redirect(walk.onward(), 303)
    warm_up()
    return _check_page(walk, _interpreter_form(walk, formdata=None))


def _check_page(walk: Walk, form: InterpreterForm | None, status: int = 200) -> Response:
    return page(
        "consent/portal/check.html", status, case=walk.case, form=form,
        children=[_checked_child(case) for case in walk.cases.values()], titles=titles_of(walk.cases.values()),
        back_url=walk.back(Stop.CHECK),
    )  # fmt: skip


def _checked_child(case: Case) -> dict[str, Any]:
    """One child's answers: the guardian's, the young person's, and who answers what else."""
    shown, draft, athletes = shown_in(case), case.draft, athletes_of(case)
    return {
        "case": case,
        "rows": [checked(case, each, draft[each.key]) for each in questions_of(case)],
        "athlete": [checked(case, each, draft[each.key]) for each in athletes],
        "athlete_name": draft[athletes[0].key]["typed_name"] if athletes else None,
        "others": [words_of(case, each).label for each in showing.signed_by(shown, Signer.COACH, Signer.STAFF)],
        "texts": texts_above(case, shown, None),
    }


def confirm(request_id: int) -> BaseResponse:
    """The answers are right: go on to sign."""
    case = case_of(request_id)
    walk = walk_of(case) if closed(case) is None else None
    if walk is None or walk.unanswered:
        return redirect(url_for(".show_signature", request_id=request_id), 303)
    form = _interpreter_form(walk)
    if form is not None and not form.validate_on_submit():
        return _check_page(walk, form, 422)
    for each in walk.cases:
        asked = interpreters_of(walk.cases[each])
        if form is not None and asked:
            keep(case_of(each), {question.key: form.answer() for question in asked})
        services.check_answers(case_of(each), now=clock.now())
    return redirect(url_for(".show_signature", request_id=request_id), 303)


def _interpreter_form(walk: Walk, **data: Any) -> InterpreterForm | None:
    """The question about an interpreter, asked once, when one of the forms has such a section."""
    asked = [(case, each) for case in walk.cases.values() for each in interpreters_of(case)]
    if not asked:
        return None
    case, question = asked[0]
    form, kept = InterpreterForm(**data), case.draft.get(question.key, {})
    if data:
        form.read_by.data, form.reader_name.data = kept.get("choice"), kept.get("typed_name")
    return form


def reword(request_id: int) -> BaseResponse:
    """Go on with the newest version of the form; what did not change is kept."""
    case = case_of(request_id)
    if is_open(case):
        for each in sitting_of(case):
            services.follow_form(each, by=actor(), now=clock.now())
    return redirect(url_for(".start", request_id=request_id), 303)


def whole(request_id: int) -> Response:
    """The whole form to read, with the answers given so far."""
    case = case_of(request_id)
    shown = [(words_of(case, each), each) for each in shown_in(case)]
    return page("consent/portal/whole.html", case=case, program=program_of(case), shown=shown)


def _question_page(walk: Walk, question: Question, form: AnswerForm, status: int = 200) -> Response:
    case = walk.case
    kept = case.draft.get(question.key) or {}
    sheet = sheet_of(question, kept, request.args.get("page", ""))
    back = walk.back(Stop.QUESTION, question.key)
    if request.args.get("check"):
        back = url_for(".check", request_id=case.request.id)
    if sheet is not None and sheet.page > 1:
        back = _address(case, question, sheet.page - 1)
    return page(
        "consent/portal/question.html", status, case=case, words=words_of(case, question), question=question, form=form,
        back_url=back, sheet=sheet, texts=texts_above(case, shown_in(case), question), fields=TEMPLATES[question.kind],
        kept=kept, **walk.progress(Stop.QUESTION, question.key),
    )  # fmt: skip


def _form(case: Case, question: Question, sheet: Sheet | None) -> type[AnswerForm]:
    if sheet is not None and not sheet.is_last:
        return SheetForm
    return form_of(question, words_of(case, question), case.draft.get(question.key))


def texts_above(case: Case, shown: list[Question], question: Question | None) -> list[Words]:
    """The words that stand above a question, or at the end of the form without one."""
    return [words_of(case, each) for each in showing.texts_above(shown, question)]


def _address(case: Case, question: Question, page: int | None = None) -> str:
    check = request.args.get("check")
    return url_for(
        ".show_question", request_id=case.request.id, number=question.position, page=page, check=check if page else None
    )
