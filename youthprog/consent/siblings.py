"""Pages beside one question at a time: a sibling's answers together, and a renewal confirmed."""

from collections.abc import Sequence
from typing import Any

from flask import Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse
from wtforms import RadioField

from youthprog.audit.services import record_read
from youthprog.consent import services
from youthprog.consent.answers import form_of
from youthprog.consent.forms import AnswerForm, WayForm
from youthprog.consent.queries import Case
from youthprog.consent.shown import checked, suggested, summary_of, words_of
from youthprog.consent.sitting import OWN, RENEWED, SAME, Stop, fingerprint, shared_keys
from youthprog.consent.types import Question, SectionKind, Words
from youthprog.consent.walk import Walk, case_of, closed, go_on, keep, opened, program_of, questions_of, walk_of
from youthprog.core import clock
from youthprog.core.refusals import Conflict
from youthprog.web.edge import actor
from youthprog.web.language import language
from youthprog.web.pages import page

# ---- a sibling ----


def show_same(request_id: int) -> BaseResponse:
    """The first child's answers as sentences about this one: the same, or one by one. Nothing is chosen beforehand."""
    case = case_of(request_id)
    return closed(case) or _same_page(walk_of(case), WayForm(formdata=None))


def choose_same(request_id: int) -> BaseResponse:
    """Take the first child's answers over, or answer for this child alone."""
    case, form = case_of(request_id), WayForm()
    stopped = closed(case)
    if stopped is not None:
        return stopped
    walk = walk_of(case)
    keys = shared_keys(walk.first, walk.child, language())
    if not keys or case.request.id == walk.first.request_id:
        return redirect(walk.onward(), 303)
    if form.validate_on_submit():
        same = form.way.data == SAME
        given = {key: walk.first.draft[key] for key in keys if walk.first.has(key)} if same else {}
        keep(case, given, way={"choice": SAME if same else OWN})
    elif "later" not in request.form:
        return _same_page(walk, form, 422)
    return go_on(case, Stop.SAME)


def show_choices(request_id: int) -> BaseResponse:
    """All decisions about this child on one page."""
    case = case_of(request_id)
    return closed(case) or _together_page(walk_of(case), Stop.CHOICES, None)


def save_choices(request_id: int) -> BaseResponse:
    """Keep all decisions about this child."""
    return _save_together(request_id, Stop.CHOICES)


def show_people(request_id: int) -> BaseResponse:
    """Who picks this child up and whom to call, filled in with what was typed for the first child."""
    case = case_of(request_id)
    return closed(case) or _together_page(walk_of(case), Stop.PEOPLE, None)


def save_people(request_id: int) -> BaseResponse:
    """Keep the people of this child."""
    return _save_together(request_id, Stop.PEOPLE)


def _save_together(request_id: int, stop: Stop) -> BaseResponse:
    case = case_of(request_id)
    stopped = closed(case)
    if stopped is not None:
        return stopped
    walk = walk_of(case)
    forms = _forms_of(walk, stop)
    if not forms:
        return redirect(walk.onward(), 303)
    good = [form.validate_on_submit() for form in forms.values()]  # every one, so that all reasons are shown at once
    if all(good):
        keep(case, {key: form.answer() for key, form in forms.items()})
    elif "later" not in request.form:
        return _together_page(walk, stop, forms, 422)
    return go_on(case, stop)


# ---- a renewal ----


def show_renewal(request_id: int) -> BaseResponse:
    """What was answered last time and still has the same words: confirm it, or answer again."""
    case = case_of(request_id)
    stopped = closed(case)
    if stopped is not None:
        return stopped
    walk = walk_of(case)
    if not walk.child.proposed:
        return redirect(walk.onward(), 303)
    if "health" in {each.kind for each in walk.child.questions if each.key in walk.child.proposed}:
        record_read("health.read", "person", case.youth.id, by=actor())
    return _renewal_page(walk)


def renew(request_id: int) -> BaseResponse:
    """The answers of last time are still right, or are given anew."""
    case = case_of(request_id)
    stopped = closed(case)
    if stopped is not None:
        return stopped
    walk, chosen = walk_of(case), request.form.get("way", "")
    if not walk.child.proposed:
        return redirect(walk.onward(), 303)
    if chosen == RENEWED and request.form.get("shown") == fingerprint(walk.child.proposed):
        opened(case)
        services.confirm_earlier(case, walk.child.proposed, by=actor(), now=clock.now())
    elif chosen == RENEWED:
        raise Conflict([services.CHANGED])
    elif chosen == OWN:
        keep(case, {}, way={"choice": OWN})
    else:
        return _renewal_page(walk, 422)
    return redirect(walk_of(case_of(request_id)).onward(), 303)


# ---- pages ----


def _same_page(walk: Walk, form: WayForm, status: int = 200) -> BaseResponse:
    """Sentences about this child, from the answers for the first; nothing to compare leads on."""
    case, first = walk.case, walk.first
    keys = [key for key in shared_keys(first, walk.child, language()) if first.has(key)]
    if not keys or first.request_id == case.request.id:
        return redirect(walk.onward(), 303)
    lines = [summary_of(case, each, first.draft[each.key]) for each in questions_of(case) if each.key in keys]
    return page(
        "consent/portal/same.html", status, case=case, lines=lines, form=form, name=_short(case, walk), other=_short(walk.cases[first.request_id], walk),
        ways=(SAME, OWN), back_url=walk.back(Stop.SAME), **walk.progress(Stop.SAME),
    )  # fmt: skip


def _short(case: Case, walk: Walk) -> str:
    """The child's first name, or the program when the same child has another form in this sitting."""
    youth = [each.youth.id for each in walk.cases.values()]
    return case.youth.first_name if youth.count(case.youth.id) == 1 else program_of(case)


def _together_page(walk: Walk, stop: Stop, forms: dict[str, AnswerForm] | None, status: int = 200) -> BaseResponse:
    """Several questions of a sibling on one page, each with its own form under one button."""
    case = walk.case
    if forms is None:
        forms = _forms_of(walk, stop, fresh=True)
        for question in questions_of(case):
            if question.key in forms:
                typed = walk.first.draft.get(question.key) if stop is Stop.PEOPLE else None
                kept = case.draft.get(question.key) or typed or (suggested(case, question) if typed is None else {})
                forms[question.key].fill(kept)
    if not forms:
        return redirect(walk.onward(), 303)
    asked = [(each, words_of(case, each), forms[each.key]) for each in questions_of(case) if each.key in forms]
    return page(
        "consent/portal/together.html", status, case=case, asked=asked, kinds=SectionKind, stop=stop,
        refusals=_errors_of(asked), back_url=walk.back(stop), **walk.progress(stop),
    )  # fmt: skip


def _forms_of(walk: Walk, stop: Stop, *, fresh: bool = False) -> dict[str, AnswerForm]:
    """The forms of the questions that stand together on a sibling's page; their fields carry the question's key."""
    found: dict[str, AnswerForm] = {}
    keys = {
        key for step in walk.steps if step.stop is stop and step.request_id == walk.case.request.id for key in step.keys
    }
    for question in questions_of(walk.case):
        if question.key in keys:
            make = form_of(question, words_of(walk.case, question), walk.case.draft.get(question.key))
            how: dict[str, Any] = {"prefix": f"{question.key}-", "meta": {"csrf": False}}
            found[question.key] = make(formdata=None, **how) if fresh else make(**how)
    return found


def _errors_of(asked: Sequence[tuple[Question, Words, AnswerForm]]) -> list[tuple[str, str]]:
    """Every error of a page of several questions, each with the field it belongs to."""
    found = []
    for _question, words, form in asked:
        for field in form:
            anchor = f"{field.id}-0" if isinstance(field, RadioField) else field.id
            found += [(anchor, f"{words.label}: {error}") for error in field.errors]
    return found


def _renewal_page(walk: Walk, status: int = 200) -> Response:
    case, proposed = walk.case, walk.child.proposed
    rows = [
        (words_of(case, each), checked(case, each, dict(proposed[each.key])))
        for each in questions_of(case)
        if each.key in proposed
    ]
    left = [words_of(case, each).label for each in questions_of(case) if each.key not in proposed]
    return page(
        "consent/portal/renewal.html", status, case=case, rows=rows, left=left, signed_at=walk.earlier[case.request.id].signed_at,
        shown=fingerprint(proposed), ways=(RENEWED, OWN), wrong=status == 422, **walk.progress(Stop.RENEWAL),
    )  # fmt: skip
