"""Answers from people not on file: their own pages, and the staff's pages that match them or set them aside."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.access.queries import find_link, live_link
from youthprog.access.types import LinkPurpose
from youthprog.audit.services import record_read
from youthprog.consent import fair_queries, fairness_rules, queries, rules, services, showing
from youthprog.consent.answers import TEMPLATES, SheetForm, form_of
from youthprog.consent.fair_forms import ChildForm, MatchForm, OutsiderForm, OutsideSignForm, SetAsideForm
from youthprog.consent.forms import AnswerForm
from youthprog.consent.models import UnmatchedAnswer
from youthprog.consent.queries import Case
from youthprog.consent.showing import Sheet, sheet_of
from youthprog.consent.shown import checked, words_of
from youthprog.consent.types import Matching, Question, SectionKind
from youthprog.core import clock, db
from youthprog.core.permissions import P
from youthprog.core.refusals import Conflict, NotFound, Refused
from youthprog.core.text import fold
from youthprog.documents.press import PressFailed
from youthprog.documents.services import discard
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.people.types import RELATIONSHIPS, GuardianLine, Relationship
from youthprog.web.edge import actor, door, public, recording
from youthprog.web.forms import phone_number
from youthprog.web.language import LANGUAGES, language
from youthprog.web.language import gettext as _
from youthprog.web.pages import page

outside = Blueprint("consent_outside", __name__)
bp = Blueprint("consent_unmatched", __name__)
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
            return redirect(url_for(".show_question", number=1), 303)
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
    season = fair_queries.find_open_season(code, clock.today())
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
            return redirect(url_for(".show_question", number=1), 303)
    return _child_page(code, form, 429 if form.form_errors else 422)


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
    row, case = _draft()
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
    services.outside_answer(row, question.key, given, language=language())
    if sheet is not None and not sheet.is_last:
        return redirect(url_for(".show_question", number=number, page=sheet.page + 1), 303)
    last = number >= len(_questions(case)) or request.args.get("check")
    return redirect(url_for(".check") if last else url_for(".show_question", number=number + 1), 303)


@outside.get("/other/check")
@public()
def check() -> BaseResponse:
    """All answers, each with its Change link; the next one to give while some are missing."""
    _row, case = _draft()
    questions = _questions(case)
    for number, each in enumerate(questions, start=1):
        if not showing.is_answered(each, case.draft.get(each.key)):
            return redirect(url_for(".show_question", number=number), 303)
    rows = [checked(case, each, case.draft[each.key]) for each in questions]
    return page("consent/stranger/check.html", case=case, rows=rows)


@outside.get("/other/sign")
@public()
def show_signature() -> Response:
    """Where to sign."""
    _row, case = _draft()
    return page("consent/stranger/sign.html", case=case, form=OutsideSignForm())


@outside.post("/other/sign")
@public()
def send() -> BaseResponse:
    """Send the answers to the office. The same page follows, whoever the child is, and after a second click too."""
    if services.was_sent(session.get(DRAFT)):
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


def _draft() -> tuple[UnmatchedAnswer, Case]:
    row = services.find_draft(session.get(DRAFT))
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
    season = fair_queries.find_open_season(code, clock.today())
    forms = queries.forms_in_use(season.id) if season else []
    if season is None or not forms:
        raise NotFound
    frame = fair_queries.frame_of(season.id, forms[0].version_id)
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


# ---- the staff ----


@bp.get("/consents/unmatched")
@door(P.CONSENT_MATCH)
def index() -> Response:
    """Answers that wait to be matched."""
    return page("consent/unmatched_list.html", lines=queries.list_unmatched(actor(), clock.today()))


@bp.get("/consents/unmatched/<id:answer_id>")
@door(P.CONSENT_MATCH)
def show(answer_id: int) -> Response:
    """What was typed, beside what is on file."""
    return _show_page(_answer(answer_id), SetAsideForm())


@bp.post("/consents/unmatched/<id:answer_id>/match")
@door(P.CONSENT_MATCH, late=True)
def match(answer_id: int) -> BaseResponse:
    """Let the answer count as a guardian's decision: print and seal first, then record everything at once."""
    row, form, now = _answer(answer_id), MatchForm(), clock.now()
    if not form.validate_on_submit():
        return _show_page(row, SetAsideForm(), 422, problems=[e for f in form for e in f.errors])
    youth = _chosen_youth(row, _number(form.youth_id.data))
    try:
        prepared = services.prepare_match(row, youth, _number(form.guardian_id.data), by=actor(), now=now)
    except Conflict:
        raise
    except Refused as refused:
        return _show_page(row, SetAsideForm(), 422, refused=refused)
    except PressFailed:
        problem = _("We could not make the document just now. Nothing is signed. Try again in a minute.")
        return _show_page(row, SetAsideForm(), 503, problems=[problem])
    with recording():
        try:
            services.match_answer(_answer(answer_id), prepared, by=actor(), now=now)
        except Exception:
            db.begin_writing()
            discard(prepared.prepared.document)
            raise
    flash(_("Matched. The answers count from now on, and the guardian gets a copy."), "signed")
    return redirect(url_for("consent_guardians.show", youth_id=youth.id), 303)


@bp.post("/consents/unmatched/<id:answer_id>/reject")
@door(P.CONSENT_MATCH)
def reject(answer_id: int) -> BaseResponse:
    """Set the answer aside."""
    row, form = _answer(answer_id), SetAsideForm()
    if form.validate_on_submit():
        try:
            services.reject_answer(row, form.reason.data or "", by=actor(), now=clock.now())
            flash(_("Set aside. It never counted."), "signed")
            return redirect(url_for(".index"), 303)
        except Conflict:
            raise
        except Refused as refused:
            form.take(refused.reasons)
    return _show_page(row, form, 422)


def _answer(answer_id: int) -> UnmatchedAnswer:
    return fair_queries.get_unmatched_for(actor(), P.CONSENT_MATCH, answer_id, clock.today())


def _number(text: str | None) -> int:
    if not (text and text.isascii() and text.isdigit() and len(text) < 19):
        raise NotFound
    return int(text)


def _chosen_youth(row: UnmatchedAnswer, youth_id: int) -> Person:
    """The youth of the answer; where none was found, one of the season within reach."""
    if row.youth_id is not None and row.youth_id != youth_id:
        raise NotFound
    return people.get_youth_for(actor(), P.CONSENT_MATCH, youth_id, clock.today())


def _show_page(
    row: UnmatchedAnswer,
    form: SetAsideForm,
    status: int = 200,
    *,
    refused: Refused | None = None,
    problems: list[str] | None = None,
) -> Response:
    kept, today = services.outside_opened(row), clock.today()
    record_read("unmatched.read", "unmatched_answer", row.id, by=actor())
    asked = request.args.get("youth", "")
    chosen = row.youth_id or (int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None)
    youth = people.get_youth_for(actor(), P.CONSENT_MATCH, chosen, today) if chosen else None
    frame = fair_queries.frame_of(row.season_id, row.form_version_id)
    found = []
    if youth is None:
        family = kept.who.child_family.split()
        folded = fold(family[0]) if family else ""
        found = fair_queries.candidates(actor(), row.season_id, folded, kept.who.child_born_on, today)
    questions = {each.key: each for each in queries.questions_of(row.form_version_id)}
    return page(
        "consent/unmatched.html",
        status,
        answer=row,
        kept=kept,
        waits=row.state is Matching.WAITING,
        youth=youth,
        candidates=found,
        guardians=_guardians(kept.who, youth),
        relation=_(RELATIONSHIPS[Relationship(kept.who.relationship)]),
        relationships=RELATIONSHIPS,
        program=frame.program,
        decisions=[
            (questions[key].words[language()].label, given.get("choice") == "yes")
            for key, given in kept.answers.items()
            if key in questions and questions[key].kind is SectionKind.DECISION
        ],
        form=form,
        problems=problems or [],
        refused=refused,
    )


def _guardians(who: services.Outsider, youth: Person | None) -> list[tuple[GuardianLine, dict[str, bool]]]:
    """The guardians of the child with which typed values are theirs, for who may read contacts."""
    today = clock.today()
    if youth is None or not people.reachable(actor(), P.CONTACT_READ, [youth.id], today):
        return []
    lines = people.guardians_of([youth.id], today).get(youth.id, [])
    return [(line, services.same_values(who, line)) for line in lines]
