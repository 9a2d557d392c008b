"""Answers from people not on file, on their own pages: who they are, the page on electronic records, the questions, the name.

The staff's pages about such answers are `checking`.
"""

from typing import Any

from flask import Blueprint, Response, current_app, redirect, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.access.queries import find_link, live_link
from youthprog.access.types import LinkPurpose
from youthprog.config import Settings
from youthprog.consent import fairness_rules, outside_queries, queries, rules, services, showing
from youthprog.consent.agreement import AGREE, PAPER
from youthprog.consent.answers import TEMPLATES, SheetForm, form_of
from youthprog.consent.fair_forms import ChildForm, OutsiderForm, OutsideSignForm
from youthprog.consent.forms import AnswerForm
from youthprog.consent.models import UnmatchedAnswer
from youthprog.consent.queries import Case
from youthprog.consent.showing import Sheet, sheet_of
from youthprog.consent.shown import checked, words_of
from youthprog.consent.types import Question
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound, Refused
from youthprog.people.types import Relationship
from youthprog.web.edge import actor, public
from youthprog.web.filters import static_url
from youthprog.web.forms import phone_number
from youthprog.web.language import LANGUAGES, language, says
from youthprog.web.language import gettext as _
from youthprog.web.pages import page

outside = Blueprint("consent_outside", __name__)
ASKED, DRAFT = "asked_of", "outside_answer"  # in the session: the request whose link was used; the draft

# ---- somebody who came by a guardian's link ----


@outside.post("/c/<token>/other")
@public()
def begin_from(token: str) -> BaseResponse:
    """The same from the page of the link itself."""
    return _begin_with(_linked(token))


@outside.post("/other/begin")
@public()
def begin() -> BaseResponse:
    """Somebody says "I am not this person": begin with who one is. The link itself stays its reader's."""
    return _begin_with(_linked(""))


def _begin_with(case: Case | None) -> BaseResponse:
    if case is None or case.request.state not in rules.OPEN_STATES:
        return page("consent/portal/no_link.html", 404)
    if session.get("language") not in LANGUAGES:
        session["language"] = case.request.language
    session[ASKED] = case.request.id
    session.pop(DRAFT, None)
    return redirect(url_for(".who"), 303)


@outside.get("/other")
@public()
def who() -> Response:
    """Who are you?"""
    return _who_page(_asked(), OutsiderForm())


@outside.post("/other")
@public()
def say_who() -> BaseResponse:
    """Note who answers, and go on to the questions; without the right to decide it ends here."""
    case, form = _asked(), OutsiderForm()
    if form.validate_on_submit():
        if _may_not(form):
            return _politely_end()
        said = services.outsider_about(case.youth, **_said(form))
        if _accepts(form) and _begin(form, case.season.id, case.version.id, case.youth.id, said):
            return redirect(url_for(".show_agreement"), 303)
    return _who_page(case, form, 429 if form.form_errors else 422)


# ---- somebody who came by the season's public address ----


@outside.get("/s/<code>")
@public()
def child(code: str) -> Response:
    """A form for anybody: which child, and who are you? No child is listed and none is confirmed."""
    return _child_page(code, ChildForm())


@outside.post("/s/<code>")
@public()
def say_child(code: str) -> BaseResponse:
    """Note which child is meant and who answers."""
    season = outside_queries.find_open_season(code, clock.today())
    forms = queries.forms_in_use(season.id) if season else []
    if season is None or not forms:
        raise NotFound
    form: Any = ChildForm()
    if form.validate_on_submit():
        if _may_not(form):
            return _politely_end()
        said = services.Outsider(
            child_given=form.given_name.data, child_family=form.family_name.data, child_born_on=form.born_on.data,
            **_said(form),
        )  # fmt: skip
        if _accepts(form) and _begin(form, season.id, forms[0].version_id, None, said):
            return redirect(url_for(".show_agreement"), 303)
    return _child_page(code, form, 429 if form.form_errors else 422)


# ---- records on a screen: the same page as a guardian's ----


@outside.get("/other/agreement")
@public()
def show_agreement() -> Response:
    """The seven points, the sample, and the two answers."""
    return _agreement_page(_draft()[0])


@outside.post("/other/sample")
@public()
def open_sample() -> BaseResponse:
    """Note that the sample was opened, and open it."""
    row, _case = _draft(to_change=True)
    services.outside_open_sample(row, now=clock.now())
    return redirect(static_url(f"documents/sample-{language()}.pdf"), 303)


@outside.post("/other/agreement")
@public()
def agree() -> BaseResponse:
    """Agree to sign on a screen, or ask for paper."""
    row, _case = _draft(to_change=True)
    chosen = request.form.get("way", "")
    if chosen == PAPER:
        services.outside_want_paper(row, language=language(), by=actor(), now=clock.now())
        session.pop(DRAFT, None)
        return redirect(url_for(".paper"), 303)
    if chosen != AGREE:
        return _agreement_page(row, 422)
    try:
        services.outside_agree(row, language=language(), now=clock.now())
    except Refused as refused:
        return _agreement_page(row, 422, [("sample", says(reason)) for reason in refused.reasons])
    return redirect(url_for(".check"), 303)


@outside.get("/other/paper")
@public()
def paper() -> Response:
    """Paper is on its way."""
    return page("consent/stranger/paper.html")


def _agreement_page(row: UnmatchedAnswer, status: int = 200, refusals: list[tuple[str, str]] | None = None) -> Response:
    settings: Settings = current_app.config["YOUTHPROG"]
    agreed = services.outside_opened(row).agreement if _agreed(row) else None
    words = services.disclosure_words(language(), phone=settings.department_phone, email=settings.department_email)
    return page(
        "consent/portal/agreement.html", status, words=words, refusals=refusals or [], disclosure=agreed,
        onward=url_for(".check"), sample_url=url_for(".open_sample"), agree_url=url_for(".agree"),
    )  # fmt: skip


def _agreed(row: UnmatchedAnswer) -> bool:
    return services.agrees_today(services.outside_opened(row))


# ---- the questions ----


@outside.get("/other/q/<int(max=99):number>")
@public()
def show_question(number: int) -> BaseResponse:
    """One question. Nothing we know is suggested."""
    _row, case = _draft()
    question = _question(case, number)
    kept = case.draft.get(question.key) or {}
    sheet = sheet_of(question, kept, request.args.get("page", ""))
    if sheet is not None and sheet.is_ahead:
        return redirect(url_for(".show_question", number=number, page=sheet.next_page), 303)
    form = _form(case, question, sheet)(formdata=None)
    form.fill(kept)
    return _question_page(case, question, number, form)


@outside.post("/other/q/<int(max=99):number>")
@public()
def save_answer(number: int) -> BaseResponse:
    """Keep the answer and go on."""
    row, case = _draft(to_change=True)
    question = _question(case, number)
    kept = case.draft.get(question.key) or {}
    sheet = sheet_of(question, kept, request.args.get("page", ""))
    if sheet is not None and sheet.is_ahead:
        return redirect(url_for(".show_question", number=number, page=sheet.next_page), 303)
    form = _form(case, question, sheet)()
    form.remember(kept)
    if getattr(form, "wants_another", False):
        return _question_page(case, question, number, form)
    if not form.validate_on_submit():
        return _question_page(case, question, number, form, 422)
    given = form.answer() if sheet is None else sheet.read(form.answer())
    try:
        services.outside_answer(row, question.key, given, language=language(), now=clock.now())
    except Refused as refused:
        form.take(refused.reasons)
        return _question_page(case, question, number, form, 422)
    if sheet is not None and not sheet.is_last:
        return redirect(url_for(".show_question", number=number, page=sheet.page + 1), 303)
    last = number >= len(_questions(case)) or request.args.get("check")
    return redirect(url_for(".check") if last else url_for(".show_question", number=number + 1), 303)


@outside.get("/other/check")
@public()
def check() -> BaseResponse:
    """All answers, each with its Change link; before it whatever is still to read or to give."""
    row, case = _draft()
    if not _agreed(row):
        return redirect(url_for(".show_agreement"), 303)
    questions = _questions(case)
    for number, each in enumerate(questions, start=1):
        if not showing.is_answered(each, case.draft.get(each.key)):
            return redirect(url_for(".show_question", number=number), 303)
    rows = [checked(case, each, case.draft[each.key]) for each in questions]
    shown = services.shown_of(case, queries.questions_of(case.version.id), clock.today())
    later = [
        words_of(case, each).label for each in showing.signed_by(shown, *showing.GUARDIANS) if each not in questions
    ]
    return page("consent/stranger/check.html", case=case, rows=rows, later=later)


@outside.get("/other/sign")
@public()
def show_signature() -> BaseResponse:
    """Where to sign."""
    row, case = _draft()
    if not _agreed(row):
        return redirect(url_for(".show_agreement"), 303)
    return page("consent/stranger/sign.html", case=case, form=OutsideSignForm())


@outside.post("/other/sign")
@public()
def send() -> BaseResponse:
    """Send the answers to the office. The same page follows, whoever the child is, and after a second click too."""
    if services.find_draft(session.get(DRAFT), to_change=True) is None and services.was_sent(session.get(DRAFT)):
        return redirect(url_for(".done"), 303)
    row, case = _draft()
    form: Any = OutsideSignForm()
    if form.validate_on_submit():
        try:
            services.outside_send(
                row, form.typed_name.data or "", agrees=bool(form.agrees.data), language=language(), by=actor(),
                now=clock.now(),
            )  # fmt: skip
            session.pop(DRAFT, None)
            session.pop(ASKED, None)
            return redirect(url_for(".done"), 303)
        except Refused as refused:
            form.take(refused.reasons)
    return page("consent/stranger/sign.html", 422, case=case, form=form)


@outside.get("/other/done")
@public()
def done() -> Response:
    """Thank you; we check before it counts."""
    return page("consent/stranger/done.html")


@outside.get("/other/cannot")
@public()
def cannot() -> Response:
    """Thank you; a guardian must answer."""
    return page("consent/stranger/cannot.html")


# ---- parts of these pages ----


def _linked(token: str) -> Case | None:
    """The request of a link just opened, or of the one this browser opened before."""
    if token:
        key = find_link(token, LinkPurpose.CONSENT)
        link_id = key.link_id if key else None
    else:
        link_id = session.get("links", {}).get(LinkPurpose.CONSENT.value)
    live = link_id and live_link(link_id, LinkPurpose.CONSENT)
    if not live:
        return None
    who, key = live
    try:
        return queries.get_own_request_for(who, P.CONSENT_SIGN, key.subject_id, clock.today())
    except NotFound:
        return None


def _asked() -> Case:
    request_id = session.get(ASKED)
    if not isinstance(request_id, int):
        raise NotFound
    return queries.get_request(request_id)


def _draft(*, to_change: bool = False) -> tuple[UnmatchedAnswer, Case]:
    row = services.find_draft(session.get(DRAFT), to_change=to_change)
    if row is None:
        raise NotFound
    return row, services.outside_case(row)


def _questions(case: Case) -> list[Question]:
    return services.questions_for(case)


def _form(case: Case, question: Question, sheet: Sheet | None) -> type[AnswerForm]:
    if sheet is not None and not sheet.is_last:
        return SheetForm
    return form_of(question, words_of(case, question), case.draft.get(question.key))


def _question(case: Case, number: int) -> Question:
    questions = _questions(case)
    if not 1 <= number <= len(questions):
        raise NotFound
    return questions[number - 1]


def _question_page(case: Case, question: Question, number: int, form: AnswerForm, status: int = 200) -> Response:
    kept = case.draft.get(question.key) or {}
    shown = services.shown_of(case, queries.questions_of(case.version.id), clock.today())
    back = url_for(".show_question", number=number - 1) if number > 1 else None
    return page(
        "consent/portal/question.html", status, case=case, words=words_of(case, question), question=question, form=form,
        back_url=url_for(".check") if request.args.get("check") else back,
        sheet=sheet_of(question, kept, request.args.get("page", "")),
        texts=[words_of(case, each) for each in showing.texts_above(shown, question)],
        fields=TEMPLATES[question.kind], kept=kept, now=number, total=len(_questions(case)),
        about=f"{case.youth.first_name} · {services.program_names(case)[language()]}", may_stop=False,
    )  # fmt: skip


def _who_page(case: Case, form: Any, status: int = 200) -> Response:
    return page("consent/stranger/who.html", status, child=case.youth.first_name, form=form, season=None)


def _child_page(code: str, form: Any, status: int = 200) -> Response:
    season = outside_queries.find_open_season(code, clock.today())
    forms = queries.forms_in_use(season.id) if season else []
    if season is None or not forms:
        raise NotFound
    frame = outside_queries.frame_of(season.id, forms[0].version_id)
    program = frame.program.name_es if language() == "es" else frame.program.name
    return page("consent/stranger/who.html", status, child=None, form=form, season=program)


def _said(form: Any) -> dict[str, Any]:
    return {
        "name": form.name.data,
        "relationship": form.relationship.data,
        "has_right": {"yes": True, "no": False}.get(form.has_right.data),
        "email": form.email.data or "",
        "phone": phone_number(form.phone.data or "") or "",
    }


def _may_not(form: Any) -> bool:
    return fairness_rules.needs_right(Relationship(form.relationship.data)) and form.has_right.data == "no"


def _politely_end() -> BaseResponse:
    session.pop(ASKED, None)
    session.pop(DRAFT, None)
    return redirect(url_for(".cannot"), 303)


def _accepts(form: Any) -> bool:
    said = _said(form)
    reasons = fairness_rules.refusals_to_answer_for(
        Relationship(said["relationship"]), said["has_right"], email=said["email"], phone=said["phone"]
    )
    form.take(reasons)
    return not reasons


def _begin(form: Any, season_id: int, version_id: int, youth_id: int | None, said: services.Outsider) -> bool:
    row = services.outside_begin(
        season_id, version_id, youth_id, said, language=language(), by=actor(), now=clock.now()
    )
    if row is None:
        form.form_errors.append(
            _("Too many forms were begun from here. Try again in a quarter of an hour, or call us.")
        )
        return False
    session[DRAFT] = row.id
    return True
