"""The guardian's pages: read, decide one question at a time, check, sign, keep a copy, take back.

The same views stand behind two doors: a signed link (`/consent/…`, opened at `/c/<token>`) and a guardian's own
account (`/my/forms/…`). JavaScript is never needed; every answer is kept on the server as it is given.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from flask import Blueprint, Response, g, redirect, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.access.queries import LinkKey, find_link, live_link
from youthprog.access.types import LinkPurpose
from youthprog.audit.services import record_read
from youthprog.consent import queries, rules, services, showing
from youthprog.consent.answers import TEMPLATES, InterpreterForm, NameForm, SheetForm, UploadForm, form_of
from youthprog.consent.forms import AnswerForm, SignForm, TakeBackForm
from youthprog.consent.queries import Case
from youthprog.consent.showing import Sheet, sheet_of
from youthprog.consent.shown import checked, suggested, summary, words_of
from youthprog.consent.types import Question, RequestState, SectionKind, Signer, Signing, Words
from youthprog.core import clearance, clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, Conflict, NotFound, Refused
from youthprog.documents.codes import grouped
from youthprog.documents.press import PressFailed
from youthprog.documents.services import discard, load_bytes, warm_up
from youthprog.people import queries as people
from youthprog.web.edge import actor, door, link_key, public, recording
from youthprog.web.language import LANGUAGES, language, says, sentence, speak
from youthprog.web.language import gettext as _
from youthprog.web.pages import file_response, page

by_token = Blueprint("consent_token", __name__)
by_link = Blueprint("consent_link", __name__, url_prefix="/consent")
by_account = Blueprint("consent_own", __name__, url_prefix="/my/forms")
UNSEEN = -1
NOT_SIGNED = N_("We could not keep your signature just now. Nothing is signed. Try again in a minute.")
NOT_TAKEN_BACK = N_("We could not record this just now. Nothing is taken back yet. Try again in a minute, or call us.")

# ---- the link itself ----


@by_token.get("/c/<token>")
@public()
def landing(token: str) -> Response:
    """Who is asked about whom. Looking uses nothing up, so a mail scanner does no harm."""
    found = _case_of(token)
    if found is None:
        return page("consent/portal/no_link.html", 404)
    _by, case, _key = found
    if session.get("language") not in LANGUAGES:
        speak(case.request.language)
    return page("consent/portal/landing.html", case=case, program=_program(case), count=len(_questions(case)))


@by_token.post("/c/<token>")
@public()
def enter(token: str) -> BaseResponse:
    """Open the form in the chosen language and go on under an address without the secret."""
    found = _case_of(token)
    if found is None:
        return page("consent/portal/no_link.html", 404)
    who, case, key = found
    chosen = request.form.get("language", "")
    session["language"] = chosen if chosen in LANGUAGES else case.request.language
    session["links"] = {**session.get("links", {}), LinkPurpose.CONSENT.value: key.link_id}
    speak(session["language"])
    staff = actor().account_id if actor().person_id != case.guardian.id else None
    services.open_form(
        case, language=language(), via="link", by=_with_trace(who), now=clock.now(), staff_account_id=staff
    )
    takes_back = request.form.get("to") == "take-back" and case.request.signed_at is not None
    step = "consent_link.show_take_back" if takes_back else "consent_link.start"
    return redirect(url_for(step, request_id=case.request.id), 303)


def _case_of(token: str) -> tuple[Actor, Case, LinkKey] | None:
    key = find_link(token, LinkPurpose.CONSENT)
    live = key and live_link(key.link_id, LinkPurpose.CONSENT)
    if key is None or not live:
        return None
    try:
        case = queries.get_own_request_for(live[0], P.CONSENT_SIGN, key.subject_id, clock.today())
    except NotFound:
        return None
    return None if case.request.state is RequestState.CANCELED else (live[0], case, key)


def _with_trace(who: Actor) -> Actor:
    here = actor()
    agent = (request.user_agent.string or "")[:200]
    return replace(who, ip=here.ip or (request.remote_addr or "")[:45], user_agent=agent, request_id=g.request_id)


# ---- the guardian's own list ----


@by_account.get("")
@door(P.CONSENT_SIGN)
def forms() -> Response:
    """A guardian's own forms, those to answer first."""
    return page(
        "consent/portal/forms.html", forms=queries.list_forms_of(actor(), clock.today()), open=rules.OPEN_STATES
    )


@by_account.post("/<id:request_id>/open")
@door(P.CONSENT_SIGN)
def open_own(request_id: int) -> BaseResponse:
    """Open one of one's own forms."""
    case = _case(request_id)
    services.open_form(case, language=language(), via="account", by=actor(), now=clock.now())
    return redirect(url_for(".start", request_id=request_id), 303)


# ---- question by question ----


def start(request_id: int) -> BaseResponse:
    """Go where this form was left."""
    case = _case(request_id)
    if case.request.state not in rules.OPEN_STATES:
        return redirect(url_for(".done", request_id=request_id), 303)
    return redirect(_next_open(case), 303)


def show_question(request_id: int, number: int) -> BaseResponse:
    """One question; of a sheet the page that is next to read, or one read before."""
    case = _case(request_id)
    closed = _closed(case)
    if closed is not None:
        return closed
    question = _question(case, number)
    kept = case.draft.get(question.key) or {}
    sheet = sheet_of(question, kept, request.args.get("page", ""))
    if sheet is not None and sheet.is_ahead:
        return redirect(_address(case, question, sheet.next_page), 303)
    form = _form(case, question, sheet)(formdata=None)
    form.remember(kept)
    form.fill(kept or suggested(case, question))
    return _question_page(case, question, form)


def save_answer(request_id: int, number: int) -> BaseResponse:
    """Keep the answer and go on, or stop here for now. A file is written before anything is locked."""
    case = _case(request_id)
    question = _question(case, number)
    kept = case.draft.get(question.key) or {}
    sheet = sheet_of(question, kept, request.args.get("page", ""))
    if sheet is not None and sheet.is_ahead:
        return redirect(_address(case, question, sheet.next_page), 303)
    form = _form(case, question, sheet)()
    form.remember(kept)
    stops = "later" in request.form
    if getattr(form, "wants_another", False):
        return _question_page(case, question, form)
    if form.validate_on_submit():
        if isinstance(form, UploadForm) and form.content is not None:
            services.store_upload(form.content)
        given = form.answer() if sheet is None else sheet.read(form.answer())
        with recording():
            case = _case(request_id)
            if case.request.opened_at is None:
                services.open_form(case, language=language(), via="account", by=actor(), now=clock.now())
            try:
                services.answer(case, question, given, by=actor(), now=clock.now(), language=language())
            except Conflict:
                raise
            except Refused as refused:
                form.take(refused.reasons)
                return _question_page(case, question, form, 422)
    elif not stops:
        return _question_page(case, question, form, 422)
    if stops:
        return redirect(url_for(".later", request_id=request_id), 303)
    if sheet is not None and not sheet.is_last:
        return redirect(_address(case, question, sheet.page + 1), 303)
    if request.args.get("check"):
        return redirect(url_for(".check", request_id=request_id), 303)
    return redirect(_after(case, number), 303)


def sheet(request_id: int, number: int) -> Response:
    """A sheet again from its first page to its last, to read, keep or print."""
    case = _case(request_id)
    found = next((each for each in _shown(case) if each.position == number), None)
    if found is None or found.kind is not SectionKind.INFORMATION:
        raise NotFound
    return page("consent/portal/sheet.html", case=case, words=words_of(case, found), program=_program(case))


# ---- the young person's turn ----


def show_athlete(request_id: int) -> BaseResponse:
    """What the young person reads, answers and signs, on one page."""
    case = _case(request_id)
    closed = _closed(case)
    if closed is not None:
        return closed
    if _unasked(case):
        return redirect(_next_open(case), 303)
    return _athlete_page(case, *_athlete_forms(case, formdata=None))


def save_athlete(request_id: int) -> BaseResponse:
    """Keep what the young person answered, and the name it is signed with."""
    case = _case(request_id)
    if not _athletes(case):
        raise NotFound
    name, forms = _athlete_forms(case)
    good = name.validate_on_submit()
    for form in forms.values():
        good = form.validate() and good  # every one, so that all that is missing is told at once
    if not good:
        return _athlete_page(case, name, forms, 422)
    with recording():
        for question in _athletes(case):
            given = forms[question.key].answer() | {"typed_name": name.typed_name.data}
            services.answer(_case(request_id), question, given, by=actor(), now=clock.now(), language=language())
    return redirect(url_for(".check", request_id=request_id), 303)


def _athlete_forms(case: Case, **data: Any) -> tuple[NameForm, dict[str, AnswerForm]]:
    name, forms, draft = NameForm(**data), {}, case.draft
    for question in _athletes(case):
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


def _athlete_page(case: Case, name: NameForm, forms: dict[str, AnswerForm], status: int = 200) -> Response:
    shown = _shown(case)
    asked = [
        (question, words_of(case, question), forms[question.key], _texts(case, shown, question))
        for question in _athletes(case)
    ]
    total = len(_questions(case))
    back = (
        url_for(".show_question", request_id=case.request.id, number=_questions(case)[-1].position) if total else None
    )
    if request.args.get("check"):
        back = url_for(".check", request_id=case.request.id)
    return page(
        "consent/portal/athlete.html", status, case=case, asked=asked, form=name, fields_of=TEMPLATES, back_url=back,
        summary=[each for form in forms.values() for each in _wrong_in(form)],
        **_progress(case, total + 1),
    )  # fmt: skip


def later(request_id: int) -> Response:
    """What is kept, and how to come back."""
    case = _case(request_id)
    link: LinkKey | None = g.get("link")
    answered = len(_questions(case)) + bool(_athletes(case)) - len(_unasked(case))
    answered -= bool(showing.unanswered(_athletes(case), case.draft))
    until = clock.day_of(link.expires_at) if link else None
    return page("consent/portal/later.html", case=case, answered=answered, until=until, **_progress(case, answered + 1))


def check(request_id: int) -> BaseResponse:
    """All answers, each with its Change link; and whether somebody read the form to the guardian."""
    case = _case(request_id)
    closed = _closed(case)
    if closed is not None:
        return closed
    if _unanswered(case):
        return redirect(_next_open(case), 303)
    warm_up()
    form = _interpreter_form(case, formdata=None)
    return _check_page(case, form)


def _check_page(case: Case, form: InterpreterForm | None, status: int = 200) -> Response:
    shown, draft = _shown(case), case.draft
    mine, athletes = _questions(case), _athletes(case)
    return page(
        "consent/portal/check.html",
        status,
        case=case,
        form=form,
        rows=[checked(case, each, draft[each.key]) for each in mine],
        athlete=[checked(case, each, draft[each.key]) for each in athletes],
        athlete_name=draft[athletes[0].key]["typed_name"] if athletes else None,
        others=[words_of(case, each).label for each in showing.signed_by(shown, Signer.COACH, Signer.STAFF)],
        texts=_texts(case, shown, None),
        back_url=_last_page(case),
        **_progress(case, len(mine) + bool(athletes) + 1),
    )


def confirm(request_id: int) -> BaseResponse:
    """The answers are right: go on to sign."""
    case = _case(request_id)
    if _unanswered(case) or case.request.state not in rules.OPEN_STATES:
        return redirect(url_for(".show_signature", request_id=request_id), 303)
    form = _interpreter_form(case)
    if form is not None:
        if not form.validate_on_submit():
            return _check_page(case, form, 422)
        for question in _interpreters(case):
            services.answer(
                _case(request_id), question, form.answer(), by=actor(), now=clock.now(), language=language()
            )
        case = _case(request_id)
    services.check_answers(case, now=clock.now())
    return redirect(url_for(".show_signature", request_id=request_id), 303)


def _interpreter_form(case: Case, **data: Any) -> InterpreterForm | None:
    """The question about an interpreter, when the form has such a section."""
    asked = _interpreters(case)
    if not asked:
        return None
    form, kept = InterpreterForm(**data), case.draft.get(asked[0].key, {})
    if data:
        form.read_by.data, form.reader_name.data = kept.get("choice"), kept.get("typed_name")
    return form


def whole(request_id: int) -> Response:
    """The whole form to read, with the answers given so far."""
    case = _case(request_id)
    shown = [(words_of(case, each), each) for each in _shown(case)]
    return page("consent/portal/whole.html", case=case, program=_program(case), shown=shown)


# ---- the signature ----


def show_signature(request_id: int) -> BaseResponse:
    """What is signed, in a few lines, and where to sign."""
    case = _case(request_id)
    closed = _closed(case)
    if closed is not None:
        return closed
    if _unanswered(case) or showing.unanswered(_shown(case), case.draft):
        return redirect(_next_open(case), 303)
    form = SignForm(formdata=None)
    form.version.data = case.request.version
    return _sign_page(case, form)


def sign(request_id: int) -> BaseResponse:
    """Print and seal first, without a lock; then record everything at once, if it is still true.

    A second click, or a try after a lost answer, finds the signature there and shows the same receipt.
    """
    case, form, now = _case(request_id), SignForm(), clock.now()
    if case.request.signed_at is not None:
        return redirect(url_for(".done", request_id=request_id), 303)
    if not form.validate_on_submit():
        return _sign_page(case, form, 422)
    try:
        prepared = services.prepare_signature(case, _signing(form), by=actor(), now=now)
    except Conflict:
        raise
    except Refused as refused:
        form.take(refused.reasons)
        return _sign_page(case, form, 422)
    except PressFailed:
        form.form_errors.append(_("We could not make the document just now. Nothing is signed. Try again in a minute."))
        return _sign_page(case, form, 503)
    with recording(undo=lambda: discard(prepared.document), says=_(NOT_SIGNED)):
        _sign_once(request_id, prepared, now)
    return redirect(url_for(".done", request_id=request_id), 303)


def _sign_once(request_id: int, prepared: services.Prepared, now: Any) -> None:
    try:
        case = _case(request_id)
        if case.request.signed_at is None:
            services.sign(case, prepared, by=actor(), now=now)
            return
    except Conflict:
        db.begin_writing()
        if _case(request_id).request.signed_at is None:
            raise
    discard(prepared.document)


def done(request_id: int) -> BaseResponse:
    """The receipt: what stands, the sealed copy, what happens next."""
    case = _case(request_id)
    if case.request.signed_at is None:
        return redirect(url_for(".start", request_id=request_id), 303) if _is_open(case) else _closed_page(case)
    today, document = clock.today(), queries.document_of(case.request)
    reasons = clearance.not_cleared([case.youth.id], case.season.id, today).get(case.youth.id, [])
    contacts = people.contacts_of([case.guardian.id]).get(case.guardian.id, [])
    return page(
        "consent/portal/done.html",
        case=case,
        program=_program(case),
        document=document,
        code=grouped(document.code),
        withdrawals=queries.withdrawals_of(request_id),
        reasons=[(_(reason.word), sentence(reason.sentence, reason.values)) for reason in reasons],
        next=queries.next_for(case.youth.id, case.season.id, clock.now()),
        address=next((line.value for line in contacts if "@" in line.value), None),
    )


def copy(request_id: int) -> Response:
    """The sealed record."""
    case = _case(request_id)
    document = queries.document_of(case.request)
    record_read("consent.record.read", "consent_request", request_id, by=actor())
    return file_response(load_bytes(document), name=f"{document.code}.pdf", download=True)


# ---- taking back ----


def show_take_back(request_id: int) -> BaseResponse:
    """Which answers stand and may be taken back."""
    case = _case(request_id)
    if case.request.signed_at is None:
        return redirect(url_for(".start", request_id=request_id), 303)
    return _take_back_page(case, TakeBackForm(formdata=None))


def take_back(request_id: int) -> BaseResponse:
    """Take back answers from now on: print and seal without a lock, then record everything at once.

    A second click finds the answers ended already, and leads to the same page.
    """
    case, form, now = _case(request_id), TakeBackForm(), clock.now()
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
        services.take_back(_case(request_id), chosen, by=actor(), now=now, prepared=prepared)
    except Refused:
        db.begin_writing()
        if not set(chosen) <= _ended_keys(request_id):
            raise
        discard(prepared.document)


def taken_back(request_id: int) -> BaseResponse:
    """The receipt of taking back: what ended and when, its sealed record, what still stands."""
    case, withdrawals = _case(request_id), queries.withdrawals_of(request_id)
    if not withdrawals:
        return redirect(url_for(".done", request_id=request_id), 303)
    row, document = withdrawals[-1]
    words = {question.key: words_of(case, question) for question in _questions(case)}
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
    _case(request_id)
    withdrawals = queries.withdrawals_of(request_id)
    if not 1 <= number <= len(withdrawals):
        raise NotFound
    document = withdrawals[number - 1][1]
    record_read("consent.record.read", "consent_request", request_id, by=actor(), document_id=document.id)
    return file_response(load_bytes(document), name=f"{document.code}.pdf", download=True)


def _ended_keys(request_id: int) -> set[str]:
    return {row.section_key for row in queries.decisions_of(request_id) if row.withdrawn_at is not None}


# ---- pages ----


def _question_page(case: Case, question: Question, form: AnswerForm, status: int = 200) -> Response:
    kept = case.draft.get(question.key) or {}
    sheet = sheet_of(question, kept, request.args.get("page", ""))
    asked = _questions(case)
    place = next(place for place, each in enumerate(asked) if each.key == question.key)
    back = url_for(".show_question", request_id=case.request.id, number=asked[place - 1].position) if place else None
    if request.args.get("check"):
        back = url_for(".check", request_id=case.request.id)
    if sheet is not None and sheet.page > 1:
        back = _address(case, question, sheet.page - 1)
    return page(
        "consent/portal/question.html", status, case=case, words=words_of(case, question), question=question, form=form,
        back_url=back, sheet=sheet, texts=_texts(case, _shown(case), question), fields=TEMPLATES[question.kind],
        kept=kept, **_progress(case, place + 1),
    )  # fmt: skip


def _sign_page(case: Case, form: SignForm, status: int = 200) -> Response:
    lines = [
        summary(case, each)
        for each in _questions(case)
        if each.kind is SectionKind.DECISION and showing.signer_of(each) in showing.GUARDIANS
    ]
    group = queries.next_for(case.youth.id, case.season.id, clock.now()).group
    about = [group, f"{_program(case)}, {_season(case)}"]
    return page(
        "consent/portal/sign.html", status, case=case, form=form, lines=lines, program=_program(case),
        about=", ".join(part for part in about if part),
    )  # fmt: skip


def _take_back_page(case: Case, form: TakeBackForm, status: int = 200) -> Response:
    words = {question.key: words_of(case, question) for question in _questions(case)}
    decisions = queries.decisions_of(case.request.id)
    kinds = {question.key: question.kind for question in _questions(case)}
    standing = services.given_now(case.request.id, clock.today())
    given = {row.section_key for row in standing if kinds[row.section_key] in services.TAKEN_BACK_KINDS}
    return page(
        "consent/portal/take_back.html", status, case=case, form=form, words=words, decisions=decisions, given=given,
        withdrawals=queries.withdrawals_of(case.request.id),
    )  # fmt: skip


def _closed(case: Case) -> BaseResponse | None:
    """Another page, when this form cannot be answered: the receipt of a signed one, or the reasons."""
    if case.request.signed_at is not None:
        return redirect(url_for(".done", request_id=case.request.id), 303)
    return _closed_page(case) if services.may_answer(case, now=clock.now()) else None


def _closed_page(case: Case) -> Response:
    reasons = services.may_answer(case, now=clock.now())
    return page("consent/portal/closed.html", case=case, reasons=[says(reason) for reason in reasons])


# ---- parts ----


def _case(request_id: int) -> Case:
    """The request, when it is the actor's own; behind a link, the one the link was made for."""
    link: LinkKey | None = g.get("link")
    if link is not None and link.subject_id != request_id:
        raise NotFound
    return queries.get_own_request_for(actor(), P.CONSENT_SIGN, request_id, clock.today())


def _shown(case: Case) -> list[Question]:
    """The sections this form shows with the answers so far, texts and other signers' sections included."""
    known: dict[int, list[Question]] = g.setdefault("questions", {})
    if case.version.id not in known:
        known[case.version.id] = queries.questions_of(case.version.id)
    return services.shown_of(case, known[case.version.id], clock.today())


def _questions(case: Case) -> list[Question]:
    """What the guardian is asked, one a page."""
    return [each for each in _shown(case) if showing.is_page(each)]


def _athletes(case: Case) -> list[Question]:
    return showing.signed_by(_shown(case), Signer.ATHLETE)


def _interpreters(case: Case) -> list[Question]:
    return showing.signed_by(_shown(case), Signer.INTERPRETER)


def _question(case: Case, number: int) -> Question:
    for question in _questions(case):
        if question.position == number:
            return question
    raise NotFound


def _form(case: Case, question: Question, sheet: Sheet | None) -> type[AnswerForm]:
    if sheet is not None and not sheet.is_last:
        return SheetForm
    return form_of(question, words_of(case, question), case.draft.get(question.key))


def _texts(case: Case, shown: list[Question], question: Question | None) -> list[Words]:
    return [words_of(case, each) for each in showing.texts_above(shown, question)]


def _unasked(case: Case) -> list[Question]:
    """The guardian's own questions that have no complete answer."""
    return showing.unanswered(_questions(case), case.draft)


def _unanswered(case: Case) -> list[Question]:
    """What is missing before the answers can be checked: the guardian's questions, then the young person's."""
    return _unasked(case) + showing.unanswered(_athletes(case), case.draft)


def _next_open(case: Case) -> str:
    waiting = _unasked(case)
    if waiting:
        return _address(case, waiting[0])
    return _athlete_or_check(case, only_open=True)


def _after(case: Case, number: int) -> str:
    """The page behind a question, also when the answer just given hid or showed others."""
    for each in _questions(case):
        if each.position > number:
            return _address(case, each)
    return _athlete_or_check(case)


def _athlete_or_check(case: Case, *, only_open: bool = False) -> str:
    athletes = _athletes(case)
    waits = showing.unanswered(athletes, case.draft) if only_open else athletes
    return url_for(".show_athlete" if waits else ".check", request_id=case.request.id)


def _last_page(case: Case) -> str | None:
    if _athletes(case):
        return url_for(".show_athlete", request_id=case.request.id)
    asked = _questions(case)
    return _address(case, asked[-1]) if asked else None


def _address(case: Case, question: Question, page: int | None = None) -> str:
    check = request.args.get("check")
    return url_for(
        ".show_question", request_id=case.request.id, number=question.position, page=page, check=check if page else None
    )


def _is_open(case: Case) -> bool:
    return case.request.state in rules.OPEN_STATES


def _program(case: Case) -> str:
    return services.program_names(case)[language()]


def _season(case: Case) -> str:
    return case.season.name_es if language() == "es" else case.season.name


def _progress(case: Case, now: int) -> dict[str, Any]:
    total = len(_questions(case)) + bool(_athletes(case))
    return {"now": now, "total": total, "about": f"{case.youth.first_name} · {_program(case)}"}


def _signing(form: SignForm) -> Signing:
    seen = form.version.data
    return Signing(
        typed_name=form.typed_name.data or "",
        is_guardian=bool(form.is_guardian.data),
        agrees=bool(form.agrees.data),
        seen_version=UNSEEN if seen is None else seen,
        language=language(),
    )


# ---- two doors to the same rooms ----

View = Callable[..., Any]
STEPS: list[tuple[str, str, View, bool]] = [
    ("GET", "", start, False),
    ("GET", "/q/<int(max=99):number>", show_question, False),
    ("POST", "/q/<int(max=99):number>", save_answer, True),
    ("GET", "/sheet/<int(max=99):number>", sheet, False),
    ("GET", "/athlete", show_athlete, False),
    ("POST", "/athlete", save_athlete, True),
    ("GET", "/later", later, False),
    ("GET", "/check", check, False),
    ("POST", "/check", confirm, False),
    ("GET", "/whole", whole, False),
    ("GET", "/sign", show_signature, False),
    ("POST", "/sign", sign, True),
    ("GET", "/done", done, False),
    ("GET", "/copy.pdf", copy, False),
    ("GET", "/take-back", show_take_back, False),
    ("POST", "/take-back", take_back, True),
    ("GET", "/taken-back", taken_back, False),
    ("GET", "/withdrawal-<int(max=99):number>.pdf", withdrawal, False),
]


def _behind(mark: Callable[[View], View], view: View) -> View:
    @wraps(view)
    def passed(**values: Any) -> Any:
        return view(**values)

    return mark(passed)


for method, address, view, late in STEPS:
    for room, key in (
        (by_link, link_key("consent", late=late)),
        (by_account, door(P.CONSENT_SIGN, late=late)),
    ):
        room.add_url_rule(f"/<id:request_id>{address}", view.__name__, _behind(key, view), methods=[method])
